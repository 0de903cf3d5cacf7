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
    assert_ne!(
        digest(&one.parts()),
        digest(&Reason::DataDamaged { bytes: 8, detail: Detail::default() }.parts())
    );
    assert_eq!(one.parts().line(), "data-damaged {\"bytes\":7}");
    let nested = |reason: Reason| NoteCode::OcrFailed { reason: Box::new(reason) }.parts();
    assert_eq!(digest(&nested(one.clone())), digest(&nested(other)));
    assert_ne!(digest(&nested(one)), digest(&nested(Reason::NoOcrModel)));
    assert_eq!(
        nested(with("x")).line(),
        r#"ocr-failed {"reason":{"code":"data-damaged","values":{"bytes":7}}}"#
    );
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
    assert_eq!(
        digest(&parts),
        digest(&died("denied").parts()),
        "no digest covers the innermost detail"
    );
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
    assert!(
        NoteCode::from_parts(parts("ocr-failed", r#"{"reason":{"code":"new","values":{}}}"#))
            .is_err()
    );
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
    let note = NoteCode::ExternalReference {
        part: long.clone(),
        relation: String::new(),
        target: long.clone(),
    };
    let hosts = NoteCode::RemoteContent { hosts: vec![long.clone(); 100], more: u64::MAX };
    for parts in
        [note.parts(), hosts.parts(), Reason::CannotParse { detail: Detail::of(&long) }.parts()]
    {
        for value in parts.values.values() {
            match value {
                Value::Number(number) => assert!(*number <= MAX_NUMBER),
                Value::Text(text) => assert!(text.len() <= MAX_TEXT),
                Value::List(list) => assert!(
                    list.len() <= MAX_LIST && list.iter().all(|text| text.len() <= MAX_TEXT)
                ),
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
        .map(|code| {
            format!("| `{}` | {} | {} |", code.word(), code.severity().word(), names(&code.parts()))
        })
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
    assert_eq!(
        rows,
        NoteCode::WORDS.len() + Reason::WORDS.len(),
        "docs/formats/codes.md has rows of no code"
    );
}

use proptest::prelude::*;

#[test]
fn a_missing_value_is_named_unless_it_is_optional() {
    let mut named = 0;
    let mut optional = 0;
    let mut check = |parts: &Parts, back: &dyn Fn(Parts) -> Result<Parts, CodeError>| {
        for name in parts.values.keys() {
            let mut without = parts.clone();
            without.values.remove(name);
            match back(without.clone()) {
                Ok(code) => {
                    assert_eq!(code, without, "an absent value stays absent");
                    optional += 1;
                }
                Err(error) => {
                    assert_eq!(
                        error,
                        CodeError::Value { word: parts.word.clone(), name: name.clone() }
                    );
                    named += 1;
                }
            }
        }
    };
    for code in NoteCode::samples() {
        check(&code.parts(), &|parts| NoteCode::from_parts(parts).map(|code| code.parts()));
    }
    for code in Reason::samples() {
        check(&code.parts(), &|parts| Reason::from_parts(parts).map(|code| code.parts()));
        if code.values().contains_key(DETAIL) {
            let mut without = code.parts();
            without.values.remove(DETAIL);
            assert!(
                Reason::from_parts(without).is_ok(),
                "{}: detail is always optional",
                code.word()
            );
        }
    }
    assert!(named > 0 && optional > 0);
}

#[test]
fn a_surplus_value_is_named() {
    let surplus = |parts: &Parts| {
        let mut more = parts.clone();
        more.values.insert("zz".to_owned(), Value::Number(1));
        (more, Err(CodeError::Surplus { word: parts.word.clone(), name: "zz".to_owned() }))
    };
    for code in NoteCode::samples() {
        let (more, error) = surplus(&code.parts());
        assert_eq!(NoteCode::from_parts(more), error.map(|()| code));
    }
    for code in Reason::samples() {
        let (more, error) = surplus(&code.parts());
        assert_eq!(Reason::from_parts(more), error.map(|()| code));
    }
}

#[test]
fn a_value_of_another_type_is_rejected() {
    let others = [
        Value::Number(7),
        Value::Text(String::new()),
        Value::List(Vec::new()),
        Value::Code(NoteCode::Decrypted.parts()),
    ];
    let same_type =
        |one: &Value, other: &Value| std::mem::discriminant(one) == std::mem::discriminant(other);
    let of_other_types = |parts: Parts| {
        let mut altered = Vec::new();
        for (name, value) in &parts.values {
            for other in others.iter().filter(|other| !same_type(value, other)) {
                let mut one = parts.clone();
                one.values.insert(name.clone(), other.clone());
                altered.push(one);
            }
        }
        altered
    };
    for parts in Reason::samples().iter().flat_map(|code| of_other_types(code.parts())) {
        assert!(
            matches!(Reason::from_parts(parts.clone()), Err(CodeError::Value { .. })),
            "{parts:?}"
        );
    }
    for parts in NoteCode::samples().iter().flat_map(|code| of_other_types(code.parts())) {
        assert!(
            matches!(NoteCode::from_parts(parts.clone()), Err(CodeError::Value { .. })),
            "{parts:?}"
        );
    }
}

#[test]
fn notes_and_reasons_are_not_taken_for_each_other() {
    for code in NoteCode::samples() {
        assert!(
            matches!(Reason::from_parts(code.parts()), Err(CodeError::Unknown { word }) if word == code.word())
        );
    }
    for code in Reason::samples() {
        assert!(
            matches!(NoteCode::from_parts(code.parts()), Err(CodeError::Unknown { word }) if word == code.word())
        );
    }
    assert!(Reason::from_parts(Parts { word: String::new(), values: Values::new() }).is_err());
}

#[test]
fn words_of_values_are_unique_and_exact() {
    fn check<T: PartialEq + std::fmt::Debug>(
        all: &[T],
        word: fn(&T) -> &'static str,
        from: fn(&str) -> Option<T>,
    ) {
        let words: BTreeSet<&str> = all.iter().map(word).collect();
        assert_eq!(words.len(), all.len());
        for one in all {
            assert_eq!(from(word(one)).as_ref(), Some(one));
            assert_eq!(from(&word(one).to_uppercase()), None);
            assert_eq!(from(&format!("{} ", word(one))), None);
        }
        assert_eq!(from(""), None);
    }
    check(OutputKind::ALL, |one| one.word(), OutputKind::from_word);
    check(ProtocolFault::ALL, |one| one.word(), ProtocolFault::from_word);
    check(PictureCoding::ALL, |one| one.word(), PictureCoding::from_word);
    check(CompoundFault::ALL, |one| one.word(), CompoundFault::from_word);
    check(Severity::ALL, |one| one.word(), Severity::from_word);
    for fault in ProtocolFault::ALL {
        let parts = Reason::BadOutput { fault: *fault }.parts();
        assert_eq!(parts.values["fault"], Value::Text(fault.word().to_owned()));
        assert_eq!(Reason::from_parts(parts), Ok(Reason::BadOutput { fault: *fault }));
    }
}

#[test]
fn every_severity_is_of_some_note() {
    let used: BTreeSet<Severity> = NoteCode::samples().iter().map(NoteCode::severity).collect();
    assert_eq!(used, Severity::ALL.iter().copied().collect());
}

#[test]
fn details_are_cut_on_a_character_boundary() {
    assert_eq!(Detail::of("short").text(), "short");
    assert_eq!(Detail::default().text(), "");
    // three bytes each: 170 of them fit into 512 bytes
    assert_eq!(Detail::of(&"名".repeat(400)).text(), "名".repeat(170));
    assert_eq!(Detail::of(&"x".repeat(512)).text().len(), 512);
    assert_eq!(Detail::of(&"x".repeat(513)).text().len(), 512);
}

#[test]
fn errors_of_the_system_keep_their_number() {
    let error = std::io::Error::from_raw_os_error(13);
    let detail = Detail::of(&error);
    let os_error = Some(13);
    assert_eq!(
        Reason::cannot_open(&error),
        Reason::CannotOpen { os_error, detail: detail.clone() }
    );
    assert_eq!(
        Reason::cannot_list(&error),
        Reason::CannotList { os_error, detail: detail.clone() }
    );
    assert_eq!(
        Reason::cannot_read(&error),
        Reason::CannotRead { after: None, os_error, detail: detail.clone() }
    );
    let after = Some(9);
    assert_eq!(
        Reason::cannot_read_after(9, &error),
        Reason::CannotRead { after, os_error, detail: detail.clone() }
    );
    assert_eq!(Reason::cannot_decompress(&error), Reason::CannotDecompress { os_error, detail });
    let other = std::io::Error::other("bad stream");
    assert_eq!(
        Reason::cannot_open(&other),
        Reason::CannotOpen { os_error: None, detail: Detail::of("bad stream") }
    );
}

fn any_values(depth: u32) -> BoxedStrategy<Values> {
    let text = || prop_oneof![any::<String>(), "[\"\\\\/\u{0}-\u{1f}\u{7f}\u{2028}名]{0,8}"];
    let plain = prop_oneof![
        (0..=MAX_NUMBER).prop_map(Value::Number),
        text().prop_map(Value::Text),
        proptest::collection::vec(text(), 0..4).prop_map(Value::List),
    ];
    let value = if depth == 0 {
        plain.boxed()
    } else {
        let code = ("[a-z-]{1,8}", any_values(depth - 1))
            .prop_map(|(word, values)| Value::Code(Parts { word, values }));
        prop_oneof![3 => plain, 1 => code].boxed()
    };
    let name = prop_oneof![Just(DETAIL.to_owned()), "[a-z_]{1,4}"];
    proptest::collection::btree_map(name, value, 0..5).boxed()
}

proptest! {
    #[test]
    fn any_values_have_exactly_one_json(values in any_values(2), at: proptest::sample::Index) {
        let text = json::write(&values);
        prop_assert_eq!(json::read(&text), Some(values));
        // neither cut nor with white space anywhere outside of a text
        let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let at = boundaries[at.index(boundaries.len())];
        prop_assert_eq!(json::read(&text[..at]), None);
        let spaced = format!("{} {}", &text[..at], &text[at..]);
        if let Some(read) = json::read(&spaced) {
            prop_assert_eq!(json::write(&read), spaced, "within a text, the space is a part of it");
        }
    }

    #[test]
    fn any_text_is_rejected_or_canonical(text in "[{}\\[\\]\":,a-c0-9\\\\ ]{0,24}") {
        if let Some(values) = json::read(&text) {
            prop_assert_eq!(json::write(&values), text);
        }
    }

    #[test]
    fn a_digest_covers_all_but_detail(word in "[a-z]{1,4}", one in any_values(2), other in any_values(2)) {
        let parts = |values: &Values| Parts { word: word.clone(), values: values.clone() };
        let covered = |values: &Values| value::without_detail(values);
        let (a, b) = (parts(&one), parts(&other));
        prop_assert_eq!(digest(&a) == digest(&b), covered(&one) == covered(&other));
        prop_assert_eq!(a.line() == b.line(), covered(&one) == covered(&other));
        prop_assert_eq!(digest(&a), digest(&parts(&covered(&one))));
    }

    #[test]
    fn unknown_words_are_never_a_code(word in "[a-z]{1,6}-?[a-z]{0,6}") {
        let parts = Parts { word: word.clone(), values: Values::new() };
        let known = Reason::WORDS.contains(&word.as_str());
        prop_assert_eq!(matches!(Reason::from_parts(parts), Err(CodeError::Unknown { .. })), !known);
    }

    #[test]
    fn stored_texts_are_cut_and_stay_text(part in "[a名]{0,1400}") {
        let reason = Reason::PartMissing { part: part.clone() };
        let parts = reason.parts();
        let Value::Text(stored) = &parts.values["part"] else { return Err(TestCaseError::fail("not a text")) };
        prop_assert!(part.starts_with(stored.as_str()) && stored.len() <= MAX_TEXT);
        prop_assert!(stored.len() + 3 > part.len().min(MAX_TEXT), "no more than a character is lost");
        // what is stored once is stored the same ever after
        let again = Reason::from_parts(parts.clone()).expect("own parts");
        prop_assert_eq!(again.parts(), parts);
    }
}
