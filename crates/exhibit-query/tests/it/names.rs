//! Names searched in one pass over a text: tricky texts, and agreement with searches for each name.

use exhibit_query::{NameScratch, NameSet, PageEntry, matches, parse};

/// The names found, with the text of each occurrence. Also checks the agreement with a search for each name.
fn found<'t>(names: &[&str], text: &'t str, wide: bool) -> Vec<(u32, &'t str)> {
    let mut set = NameSet::default();
    let mut expected = Vec::new();
    let entry = PageEntry { text, ..PageEntry::default() };
    for (number, name) in (0..).zip(names) {
        let query = parse(&format!("\"{name}\"")).expect("a valid name");
        let query = if wide { query.with_all_variants() } else { query };
        assert!(set.add(number, &query), "{name}");
        if matches(&query, &entry) {
            expected.push(number);
        }
    }
    set.settle();
    let mut found = Vec::new();
    set.find(text, &mut NameScratch::default(), &mut |number, (start, end)| {
        found.push((number, &text[start..end]))
    });
    assert_eq!(found.iter().map(|(number, _)| *number).collect::<Vec<_>>(), expected, "{text:?}");
    found
}

#[test]
fn line_ends_do_not_separate_han_characters() {
    for text in
        ["王立强", "王立\n强", "王\n立\n强", "王 立 强", "王\u{3000}立强", "王立\r\n强", "王立強"]
    {
        assert_eq!(found(&["王立强"], text, false), [(0, text)], "{text:?}");
    }
}

#[test]
fn punctuation_separates_han_characters() {
    for text in ["王立，强", "王立。强", "王、立强", "王立的强", "王立", "立强王"]
    {
        assert_eq!(found(&["王立强"], text, false), [], "{text:?}");
    }
}

#[test]
fn words_of_alphabets_are_whole_and_adjacent() {
    let names = ["Shohret Zakir", "Иван Петров", "شۆھرەت زاكىر", "محمد علي"];
    for (text, expected) in [
        ("by SHOHRET\n  Zakir, chair", vec![(0, "SHOHRET\n  Zakir")]),
        ("Shohret's Zakir", vec![(0, "Shohret's Zakir")]),
        ("Shohret and Zakir", vec![]),
        ("Shohret Zakirov", vec![]),
        ("Zakir Shohret", vec![]),
        ("Shöhret Zakir", vec![(0, "Shöhret Zakir")]),
        ("подписал ИВАН ПЕТРОВ.", vec![(1, "ИВАН ПЕТРОВ")]),
        ("Иван Петрович Петров", vec![]),
        ("رئىس شۆھرەت زاكىر،", vec![(2, "شۆھرەت زاكىر")]),
        ("السيد محمد علي.", vec![(3, "محمد علي")]),
        ("محمد بن علي", vec![]),
    ] {
        assert_eq!(found(&names, text, false), expected, "{text:?}");
    }
}

#[test]
fn a_word_divided_at_a_line_end_is_found() {
    assert_eq!(found(&["Zakir"], "by Za-\nkir, chair", false), [(0, "Za-\nkir")]);
}

#[test]
fn the_first_occurrence_represents_a_name() {
    let text = "李明，李明，李";
    let mut set = NameSet::default();
    assert!(set.add(7, &parse("李明").expect("a valid name")));
    assert!(set.add(3, &parse("李").expect("a valid name")));
    set.settle();
    let mut places = Vec::new();
    set.find(text, &mut NameScratch::default(), &mut |number, place| places.push((number, place)));
    // by number, each once
    assert_eq!(places, [(3, (0, 3)), (7, (0, 6))]);
}

#[test]
fn names_that_share_words_are_told_apart() {
    let names = ["王立", "王立强", "立强", "张王立强", "王立 王立"];
    assert_eq!(found(&names, "王立强", false), [(0, "王立"), (1, "王立强"), (2, "立强")]);
    assert_eq!(found(&names, "王立王立", false), [(0, "王立"), (4, "王立王立")]);
    assert_eq!(found(&names, "张王立强", false).len(), 4);
}

#[test]
fn variants_are_found_only_in_the_wide_search() {
    let names = ["Wang Liqiang", "Shohret Zakir", "2017年8月23日", "школа"];
    let text = "王立强、شۆھرەت زاكىر；二〇一七年八月二十三日";
    let wide = [(0, "王立强"), (1, "شۆھرەت زاكىر"), (2, "二〇一七年八月二十三日")];
    assert_eq!(found(&names, text, true), wide);
    assert_eq!(found(&names, text, false), []);
    // a reading differs in its surname
    assert_eq!(found(&names[..1], "汪立强", true), [(0, "汪立强")]);
    assert_eq!(found(&names[..1], "李立强", true), []);
}

#[test]
fn one_scratch_serves_many_texts() {
    let mut set = NameSet::default();
    for (number, name) in (0..).zip(["王立", "Zakir"]) {
        assert!(set.add(number, &parse(name).expect("a valid name")));
    }
    set.settle();
    let mut scratch = NameScratch::default();
    let mut numbers = |text: &str| {
        let mut numbers = Vec::new();
        set.find(text, &mut scratch, &mut |number, _| numbers.push(number));
        numbers
    };
    assert_eq!(numbers("Zakir 王立"), [0, 1]);
    assert_eq!(numbers(""), [] as [u32; 0]);
    assert_eq!(numbers("王 Zakir"), [1]);
    assert_eq!(numbers("立王"), [] as [u32; 0]);
}

#[test]
fn only_whole_adjacent_words_are_accepted() {
    for (text, accepted) in [
        ("王立强", true),
        ("\"Shohret Zakir\"", true),
        ("a OR \"b c\"", true),
        ("pinyin:\"wang liqiang\"", true),
        ("uyghur:zakir", true),
        ("a b", false),
        ("-a", false),
        ("regist*", false),
        ("urumqi~1", false),
        ("/regist.*/", false),
        ("\"a b\"~3", false),
        ("filename:a", false),
        ("lang:zh", false),
        ("pinyin:wang", false),
        ("a OR (b c)", false),
        ("", false),
    ] {
        let mut set = NameSet::default();
        assert_eq!(set.add(0, &parse(text).expect("a valid query")), accepted, "{text}");
        assert_eq!(set.is_empty(), !accepted, "{text}");
    }
}
