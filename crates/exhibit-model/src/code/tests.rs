//! Every code: its word, its round trip, what a digest covers, and its row in the documentation.

use super::*;
use crate::Digest;
use std::collections::BTreeSet;

fn all() -> Vec<Parts> {
    let notes = NoteCode::samples().iter().map(NoteCode::parts).collect::<Vec<_>>();
    notes.into_iter().chain(Reason::samples().iter().map(Reason::parts)).collect()
}

fn digest(parts: &Parts) -> Digest {
    let mut w = Writer::new();
    parts.write_hashed(&mut w);
    Digest::of(&w.into_bytes())
}

#[test]
fn words_are_unique_and_in_kebab_case() {
    let words: Vec<&str> = NoteCode::WORDS.iter().chain(Reason::WORDS).copied().collect();
    assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len(), "a word is used twice");
    assert_eq!(NoteCode::samples().iter().map(NoteCode::word).collect::<Vec<_>>(), NoteCode::WORDS);
    assert_eq!(Reason::samples().iter().map(Reason::word).collect::<Vec<_>>(), Reason::WORDS);
    for word in words {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(word.chars().all(fits) && !word.starts_with('-') && !word.ends_with('-'), "{word}");
    }
}

#[test]
fn codes_round_trip_through_parts_and_json() {
    for code in NoteCode::samples() {
        let parts = code.parts();
        assert!(parts.values.len() <= MAX_VALUES, "{parts:?}");
        assert_eq!(NoteCode::from_parts(parts.clone()), Ok(code));
        assert_eq!(Parts::of_json(&parts.word, &parts.values_json()), Ok(parts));
    }
    for code in Reason::samples() {
        let parts = code.parts();
        assert!(parts.values.len() <= MAX_VALUES, "{parts:?}");
        assert_eq!(Reason::from_parts(parts.clone()), Ok(code));
        assert_eq!(Parts::of_json(&parts.word, &parts.values_json()), Ok(parts));
    }
}

#[test]
fn external_text_is_detail_and_changes_no_digest() {
    let with = |detail: &str| Reason::DataDamaged { bytes: 7, detail: Detail::of(detail) };
    let (one, other) = (with("corrupt deflate stream"), with("invalid block type"));
    assert_ne!(one, other);
    assert_eq!(digest(&one.parts()), digest(&other.parts()));
    assert_ne!(digest(&one.parts()), digest(&Reason::DataDamaged { bytes: 8, detail: Detail::default() }.parts()));
    assert_eq!(one.parts().line(), "data-damaged {\"bytes\":7}");
    let nested = |reason: Reason| NoteCode::OcrFailed { reason: Box::new(reason) }.parts();
    assert_eq!(digest(&nested(one.clone())), digest(&nested(other)));
    assert_ne!(digest(&nested(one)), digest(&nested(Reason::NoOcrModel)));
    assert_eq!(nested(with("x")).line(), r#"ocr-failed {"reason":{"code":"data-damaged","values":{"bytes":7}}}"#);
}

#[test]
fn a_note_may_have_a_reason_that_has_a_reason() {
    let died = |detail: &str| {
        let last = Box::new(Reason::NotStarted { detail: Detail::of(detail) });
        NoteCode::OcrFailed { reason: Box::new(Reason::WorkerDied { deaths: 3, last }) }
    };
    let parts = died("no such file").parts();
    assert_eq!(Parts::of_json(&parts.word, &parts.values_json()), Ok(parts.clone()));
    assert_eq!(NoteCode::from_parts(parts.clone()), Ok(died("no such file")));
    assert_eq!(digest(&parts), digest(&died("denied").parts()), "no digest covers the innermost detail");
    assert!(!parts.line().contains("no such file"), "{}", parts.line());
}

#[test]
fn values_from_external_programs_are_named_detail() {
    let detail = Value::Text(<Detail as value::Field>::sample().text().to_owned());
    for parts in all() {
        for (name, value) in &parts.values {
            assert_eq!(*value == detail, name == DETAIL, "{}: {name}", parts.word);
        }
    }
}

#[test]
fn different_codes_have_different_digests_and_lines() {
    let parts = all();
    assert_eq!(parts.iter().map(digest).collect::<BTreeSet<_>>().len(), parts.len());
    assert_eq!(parts.iter().map(Parts::line).collect::<BTreeSet<_>>().len(), parts.len());
}

#[test]
fn unknown_words_and_values_are_clear_errors() {
    let parts = |word: &str, values: &str| Parts::of_json(word, values).expect("canonical JSON");
    let error = Reason::from_parts(parts("quantum-limit", "{}")).expect_err("no such code");
    assert_eq!(
        error.to_string(),
        r#"unknown code "quantum-limit": it was written by another version of Exhibit, or altered"#
    );
    for (word, values) in [
        ("page-limit", "{}"),
        ("page-limit", r#"{"pages":"3"}"#),
        ("page-limit", r#"{"bytes":1,"pages":3}"#),
        ("bad-output", r#"{"fault":"strange"}"#),
        ("memory-limit", r#"{"detail":"x"}"#),
        ("zip-directory-lost", "{}"),
    ] {
        assert!(Reason::from_parts(parts(word, values)).is_err(), "{word} {values}");
    }
    assert!(NoteCode::from_parts(parts("ocr-failed", r#"{"reason":{"code":"new","values":{}}}"#)).is_err());
}

#[test]
fn only_canonical_json_is_accepted() {
    for text in [
        "",
        "{",
        "{} ",
        " {}",
        "[]",
        r#"{"a":01}"#,
        r#"{"a":-1}"#,
        r#"{"a":9007199254740992}"#,
        r#"{"b":1,"a":1}"#,
        r#"{"a":1,"a":1}"#,
        r#"{"a": 1}"#,
        r#"{"a":1,}"#,
        r#"{"a":"\u0041"}"#,
        r#"{"a":"\/"}"#,
        r#"{"a":["x",]}"#,
        r#"{"a":{"code":"x","values":{"b":{"code":"y","values":{"c":{"code":"z","values":{}}}}}}}"#,
        r#"{"a":"x"#,
        r#"{"a":"\u00"}"#,
        r#"{"a":null}"#,
    ] {
        assert!(json::read(text).is_none(), "{text}");
    }
    let odd = Values::from([("a".to_owned(), Value::Text("\u{1}\t\"\\名\u{202e}".to_owned()))]);
    assert_eq!(json::read(&json::write(&odd)), Some(odd));
}

#[test]
fn values_are_always_bounded() {
    let long = "名".repeat(10_000);
    let note = NoteCode::ExternalReference { part: long.clone(), relation: String::new(), target: long.clone() };
    let hosts = NoteCode::RemoteContent { hosts: vec![long.clone(); 100], more: u64::MAX };
    for parts in [note.parts(), hosts.parts(), Reason::CannotParse { detail: Detail::of(&long) }.parts()] {
        for value in parts.values.values() {
            match value {
                Value::Number(number) => assert!(*number <= MAX_NUMBER),
                Value::Text(text) => assert!(text.len() <= MAX_TEXT),
                Value::List(list) => assert!(list.len() <= MAX_LIST && list.iter().all(|text| text.len() <= MAX_TEXT)),
                Value::Code(_) => unreachable!("none of these"),
            }
        }
    }
}

#[test]
fn documentation_lists_all_codes() {
    let documented = include_str!("../../../../docs/formats/codes.md");
    let names = |parts: &Parts| {
        let names = parts.values.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>();
        names.join(", ")
    };
    let notes = NoteCode::samples()
        .iter()
        .map(|code| format!("| `{}` | {} | {} |", code.word(), code.severity().word(), names(&code.parts())))
        .collect::<Vec<_>>();
    let reasons = Reason::samples()
        .iter()
        .map(|code| format!("| `{}` | {} |", code.word(), names(&code.parts())))
        .collect::<Vec<_>>();
    let missing: Vec<String> = notes
        .into_iter()
        .chain(reasons)
        .filter(|row| !documented.lines().any(|line| line.starts_with(row.trim_end())))
        .collect();
    assert!(missing.is_empty(), "docs/formats/codes.md lacks\n{}", missing.join("\n"));
    let rows = documented.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(rows, NoteCode::WORDS.len() + Reason::WORDS.len(), "docs/formats/codes.md has rows of no code");
}
