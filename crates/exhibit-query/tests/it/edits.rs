//! Queries edited as trees, and how the result is printed.

use crate::query;
use crate::read_as::read_as;
use exhibit_query::{ClauseText, Field, Form, MessageRef, QueryErrorKind, ReadPart, Sort, parse};
use std::convert::Infallible;

fn text(field: Field, text: &str, form: Form) -> ClauseText {
    ClauseText { field, exact: false, text: text.to_owned(), form }
}

#[test]
fn parts_bracket_every_inner_group() {
    use ReadPart::{And, Clause, Close, Not, Open, Or};
    assert_eq!(query("").read_as(), [ReadPart::Everything]);
    assert_eq!(query("a b").read_as(), [Clause(0), And, Clause(1)]);
    assert_eq!(
        query("a -(b OR a)").read_as(),
        [Clause(0), And, Not, Open, Clause(1), Or, Clause(0), Close]
    );
}

#[test]
fn a_clause_is_printed_with_its_operators() {
    for (field, form, expected) in [
        (Field::Text, Form::Word, "شۆھرەت"),
        (Field::Text, Form::Quoted, "\"شۆھرەت\""),
        (Field::Path, Form::Beginning, "path:شۆھرەت*"),
        (Field::Title, Form::QuotedBeginning, "title:\"شۆھرەت*\""),
        (Field::Subject, Form::Near(2), "subject:شۆھرەت~2"),
        (Field::Sheet, Form::Apart(0), "sheet:\"شۆھرەت\"~0"),
        (Field::FileName, Form::Pattern, "filename:/شۆھرەت/"),
    ] {
        let clause = text(field, "شۆھرەت", form);
        assert_eq!(clause.to_string(), expected);
        assert_eq!(query(expected).clauses[0].text, clause, "{expected}");
    }
    let exact = ClauseText { exact: true, ..text(Field::Text, "登 记", Form::Quoted) };
    assert_eq!(exact.to_string(), "=\"登 记\"");
    assert_eq!(query("=\"登 记\"").clauses[0].text, exact);
}

#[test]
fn a_removed_clause_leaves_the_groups_sound() {
    for (from, clause, expected) in [
        ("a (b OR c) d", 1, Some("a c d")),
        ("a (b OR c OR d)", 2, Some("a (b OR d)")),
        ("-(a b)", 0, Some("-b")),
        ("-(a OR -b)", 0, Some("b")),
        ("lang:(zh OR ug OR ru) a", 1, Some("lang:(zh OR ru) a")),
        ("(a b) OR (a c)", 0, Some("b OR c")),
        ("登记 OR 登记", 0, None),
        ("-名单", 0, None),
        ("a sort:oldest", 0, None),
        ("a b sort:oldest", 1, Some("a sort:oldest")),
        ("a b", 7, Some("a b")),
    ] {
        let edited = query(from).without(clause);
        assert_eq!(
            edited.as_ref().map(ToString::to_string).as_deref(),
            expected,
            "{from} without {clause}"
        );
        if let Some(edited) = edited {
            // numbers of clauses are those of the printed text
            assert_eq!(
                parse(&edited.to_string()).map(|again| again.clauses),
                Ok(edited.clauses),
                "{from}"
            );
        }
    }
}

#[test]
fn a_replaced_clause_changes_wherever_it_occurs() {
    let near = text(Field::Text, "urumqi", Form::Near(1));
    let edited = query("(urumqi a) OR (urumqi b) sort:path").with(0, near.clone());
    assert_eq!(
        edited.map(|q| q.to_string()).as_deref(),
        Ok("(urumqi~1 a) OR (urumqi~1 b) sort:path")
    );
    // a clause that becomes equal to another is stored once
    let merged =
        query("a OR b").with(1, text(Field::Text, "a", Form::Word)).expect("a valid clause");
    assert_eq!((read_as(&merged).as_str(), merged.clauses.len()), ("a OR a", 1));
    assert_eq!(
        query("a").with(0, text(Field::Language, "chinese", Form::Word)),
        Err(QueryErrorKind::BadValue { field: Field::Language, value: "chinese".to_owned() })
    );
    assert_eq!(
        query("a").with(0, text(Field::Text, "…", Form::Quoted)),
        Err(QueryErrorKind::EmptyQuotes)
    );
}

#[test]
fn narrowing_adds_to_the_conjunction() {
    let tag = || text(Field::Tag, "checked", Form::Word);
    for (from, expected) in [
        ("", "tag:checked"),
        ("登记", "登记 tag:checked"),
        ("a b", "a b tag:checked"),
        ("a OR b", "(a OR b) tag:checked"),
        ("-(a b) sort:newest", "-(a b) tag:checked sort:newest"),
        ("lang:(zh OR ug)", "lang:(zh OR ug) tag:checked"),
    ] {
        let narrowed = query(from).narrowed(tag()).map(|query| query.to_string());
        assert_eq!(narrowed.as_deref(), Ok(expected), "{from}");
    }
}

#[test]
fn words_move_to_another_field_only_if_it_accepts_all() {
    for (from, field, expected) in [
        ("登记 名单", Field::FileName, Some("filename:登记 filename:名单")),
        ("a OR b*", Field::Subject, Some("subject:(a OR b*)")),
        ("shohret zakir", Field::Uyghur, Some("uyghur:shohret uyghur:zakir")),
        ("wang register", Field::Pinyin, None),
        ("=a", Field::FileName, None),
        ("a path:b", Field::FileName, None),
    ] {
        let moved = query(from).in_field(field).map(|query| query.to_string());
        assert_eq!(moved.as_deref(), expected, "{from}");
    }
}

#[test]
fn exact_words_become_inexact() {
    assert_eq!(
        query("=a OR -(=b c)").inexact().map(|q| q.to_string()).as_deref(),
        Some("a OR -(b c)")
    );
    assert_eq!(query("a filename:b").inexact(), None);
    // the same word with and without the sign becomes one clause
    let both = query("=a a").inexact().expect("an exact word");
    assert_eq!((both.to_string().as_str(), both.clauses.len()), ("a a", 1));
}

#[test]
fn spans_cover_fields_and_operators_in_characters() {
    let written = "登记 -filename:“第一 批” =شۆھرەت /王./ lang:(zh OR ug)";
    let query = query(written);
    let characters: Vec<char> = written.chars().collect();
    let shown: Vec<String> = (0..query.clauses.len())
        .flat_map(|clause| query.spans(clause).to_vec())
        .map(|span| characters[span].iter().collect())
        .collect();
    assert_eq!(shown, ["登记", "filename:“第一 批”", "=شۆھرەت", "/王./", "zh", "ug"]);
    let added = query.narrowed(text(Field::Tag, "x", Form::Word)).expect("a valid clause");
    assert!(added.spans(added.clauses.len() - 1).is_empty());
    assert!(query.spans(99).is_empty());
}

#[test]
fn tags_and_threads_become_documents() {
    let asked = query("tag:(Key OR seen) a thread:<M1@Host.example> thread:EXH-000127");
    let tagged = asked
        .with_tags(|tag| Ok::<_, Infallible>(if tag == "key" { vec![9, 3] } else { Vec::new() }));
    let Ok(tagged) = tagged;
    let mut threads = Vec::new();
    let Ok(whole) = tagged.with_threads(|thread| {
        threads.push(thread.clone());
        Ok::<_, Infallible>(vec![5, 4])
    });
    assert_eq!(threads, [MessageRef::Id("m1@host.example".to_owned()), MessageRef::Document(127)]);
    let shown: Vec<String> =
        whole.clauses.iter().map(|clause| format!("{:?}", clause.asks)).collect();
    assert_eq!(shown[0], "Property(Documents([3, 9]))");
    assert_eq!(shown[1], "Property(Documents([]))");
    assert_eq!(shown[4], "Property(Documents([4, 5]))");
    // the text of the query remains that of the user
    assert_eq!(whole.clauses[0].text.to_string(), "tag:Key");
    assert_eq!(query("tag:a").with_tags(|_| Err::<Vec<i64>, _>("locked")), Err("locked"));
}

#[test]
fn orders_have_one_canonical_word() {
    for (word, sort) in [
        ("relevance", Sort::Relevance),
        ("received", Sort::Received),
        ("id", Sort::Received),
        ("date", Sort::Newest),
        ("NEWEST", Sort::Newest),
        ("oldest", Sort::Oldest),
        ("path", Sort::Path),
    ] {
        let query = query(&format!("登记 sort:{word}"));
        assert_eq!(query.sort, Some(sort), "{word}");
        assert_eq!(query.to_string(), format!("登记 sort:{}", sort.word()));
    }
}
