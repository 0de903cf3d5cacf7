//! Which pages match: every field against one page, expressions, and places of a file.

use crate::query;
use exhibit_model::PageNumber;
use exhibit_query::{PageEntry, PageKey, Pattern, Query, Regex, RegexState, matches, parse, widen};

fn page() -> PageEntry<'static> {
    PageEntry {
        key: PageKey { document: 127, page: PageNumber::new(2) },
        text: "请登记所有住户。Registers of Ürümqi\nparty office；شۆھرەت زاكىر；отчёт школы",
        name: "登记 名单.DOCX",
        path: "disk 2/notices.zip!/登记 名单.DOCX",
        copies: &["disk 3/copy of list.docx"],
        containers: &[12, 9],
        title: "Household bulletin",
        language: "zh-Hans",
        media_type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        state: "truncated",
        from: "Office <office@baihe.example>",
        to: "County <county@baihe.example>",
        cc: "Archive",
        subject: "Register of households",
        hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        sheet: "第一批",
        ocr: Some(85),
        bytes: 2_048,
        pages: 3,
        flags: &["attachment"],
        sources: &["Drop-2"],
        ..PageEntry::default()
    }
}

#[test]
fn each_field_matches_its_part_of_a_page() {
    for (asked, expected) in [
        ("登记", true),
        ("\"所有住户\"", true),
        ("住户登记", false),
        ("regist*", true),
        ("register", false),
        ("urumqi", true),
        ("urumchi~2", true),
        ("\"office party\"~0", true),
        ("\"ürümqi office\"~0", false),
        ("\"ürümqi office\"~1", true),
        ("/reg.*s/", true),
        ("/reg/", false),
        ("uyghur:shohret", true),
        ("forms:школа", true),
        ("filename:名单", true),
        ("filename:copy", true),
        ("filename:notices", false),
        ("filename:\"名单 docx copy\"", false),
        ("path:notices", true),
        ("path:\"disk 3\"", true),
        ("folder:\"disk 2\"", true),
        ("folder:\"disk 2/notices.zip!\"", true),
        ("folder:disk", false),
        ("folder:\"disk 3\"", true),
        ("container:EXH-000012", true),
        ("container:13", false),
        ("ext:docx", true),
        ("ext:.DocX", true),
        ("ext:doc", false),
        ("title:bulletin", true),
        ("title:register", false),
        ("from:office", true),
        ("to:county", true),
        ("to:archive", false),
        ("cc:archive", true),
        ("sender:OFFICE@baihe.example", true),
        ("sender:office", false),
        ("recipient:county@baihe.example", true),
        ("recipient:office@baihe.example", false),
        ("subject:households", true),
        ("type:word", true),
        ("type:pdf", false),
        ("lang:zh", true),
        ("lang:zh-hans", true),
        ("lang:zh-han", false),
        ("lang:zh-hans-cn", false),
        ("is:undated", true),
        ("is:truncated", true),
        ("is:duplicate", true),
        ("is:ocr", true),
        ("is:failed", false),
        ("has:attachment", true),
        ("has:macro", false),
        ("size:2048", true),
        ("pages:>3", false),
        ("pages:3", true),
        ("ocr:0.85", true),
        ("id:127", true),
        ("id:EXH-000128", false),
        ("hash:9F86D081", true),
        ("hash:9f86d082", false),
        ("sheet:第一批", true),
        ("source:drop-2", true),
        ("tag:any", false),
        ("", true),
        ("-absent", true),
        ("absent OR (登记 -名单)", true),
        ("-(登记 OR absent)", false),
    ] {
        assert_eq!(matches(&query(asked), &page()), expected, "{asked}");
    }
}

#[test]
fn an_exact_word_keeps_its_written_form() {
    for (asked, text, expected) in [
        ("登記", "登记", true),
        ("=登記", "登记", false),
        ("=登記", "登記", true),
        ("=登记", "登記", false),
        ("=登记", "登记", true),
    ] {
        let entry = PageEntry { text, ..PageEntry::default() };
        assert_eq!(matches(&query(asked), &entry), expected, "{asked} {text}");
    }
}

#[test]
fn widening_adds_only_what_the_index_has() {
    let none: Query = widen(&query("wangliqiang школы"), &|_| false);
    assert_eq!((none.to_string().as_str(), none.widenings()), ("wangliqiang школы", &[][..]));
    let wide = query("wangliqiang").with_all_variants();
    assert!(!wide.widenings().is_empty());
    let entry = PageEntry { text: "王立强", ..PageEntry::default() };
    assert!(matches(&wide, &entry) && !matches(&query("wangliqiang"), &entry));
    // an excluded word is excluded in all variants
    assert!(!matches(&query("-wangliqiang").with_all_variants(), &entry));
}

#[test]
fn the_place_that_matches_most_clauses_represents_a_file() {
    let places = ["disk 1/a/list.txt", "disk 2/b/list.txt", "disk 2/b/名单.txt"];
    for (asked, expected) in [
        ("folder:\"disk 2\"", Some(1)),
        ("folder:\"disk 2\" filename:名单", Some(2)),
        ("filename:list", Some(0)),
        ("path:b", Some(1)),
        ("-folder:\"disk 2\"", None),
        ("folder:elsewhere", None),
        ("list", None),
    ] {
        assert_eq!(query(asked).place_asked_for(&places), expected, "{asked}");
        assert_eq!(query(asked).asks_for_places(), asked != "list", "{asked}");
    }
}

fn regex(written: &str) -> Regex {
    let query = query(&format!("/{written}/"));
    let regex = query.patterns().find_map(|(_, pattern)| match pattern {
        Pattern::Matches(regex) => Some(regex.clone()),
        _ => None,
    });
    regex.expect("an expression")
}

#[test]
fn expressions_match_folded_terms_from_end_to_end() {
    for (written, taken, refused) in [
        (
            "regist(er|ry)s?",
            &["register", "registry", "registers"][..],
            &["registe", "registering", "aregister"][..],
        ),
        ("ÜRÜM.*", &["urumqi"], &["rumqi"]),
        ("[0-9]{4}", &["2017"], &["201", "20171"]),
        ("王[立力]?", &["王", "王立", "王力"], &["立王", "王国"]),
        ("шк.л.", &["школа"], &["школ"]),
        ("شۆ.+", &["شۆھرەت"], &["زاكىر"]),
        ("^ab?$", &["a", "ab"], &["b", "abb"]),
        ("a|bc", &["a", "bc"], &["abc", "c"]),
        (".+", &["a", "登记"], &["", "\u{1}key", "\u{2}a"]),
    ] {
        let regex = regex(written);
        assert_eq!(regex.written(), written);
        for term in taken {
            assert!(regex.takes(term), "{written} {term}");
        }
        for term in refused {
            assert!(!regex.takes(term), "{written} {term}");
        }
    }
}

#[test]
fn an_automaton_read_byte_by_byte_agrees_with_whole_terms() {
    let regex = regex("登记.?|regist.*y");
    let read = |term: &str| {
        term.bytes().fold(regex.start(), |state: RegexState, byte| regex.next(state, byte))
    };
    for term in ["登记", "登记表", "登", "registry", "registr", "登记表表", "x"] {
        assert_eq!(regex.is_match(read(term)), regex.takes(term), "{term}");
    }
    assert!(regex.is_dead(read("x")) && regex.is_dead(read("登记表表")));
    assert!(!regex.is_dead(read("regis")) && !regex.is_dead(regex.start()));
}

#[test]
fn large_expressions_are_refused_quickly() {
    let start = std::time::Instant::now();
    for (written, accepted) in [
        ("(a|b)*c{1,50}", true),
        ("a{5000}", true),
        ("\\p{L}{500}", false),
        ("(.{50}){50}", false),
        ("[ab]*a[ab]{30}", false),
        ("(((a{100}){100}){100})", false),
        ("a++b", true),
        ("(?=a)", false),
        ("\\ba", false),
    ] {
        assert_eq!(parse(&format!("/{written}/")).is_ok(), accepted, "{written}");
    }
    assert!(start.elapsed().as_secs() < 20);
}
