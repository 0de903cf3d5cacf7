//! What the build script refuses, and what it generates.

#[path = "../build/generate.rs"]
mod generate;

use generate::{File, LANGUAGES, generate};

fn file(language: &'static str, room: &str, text: &str) -> File {
    File {
        language,
        room: room.to_owned(),
        text: text.to_owned(),
        path: format!("{language}/{room}.ftl"),
    }
}

fn check(files: &[(&'static str, &str)], expect: &[&str]) {
    let files: Vec<File> =
        files.iter().map(|(language, text)| file(language, "cli", text)).collect();
    let found = generate(&files).err().unwrap_or_default();
    assert_eq!(found.len(), expect.len(), "{found:#?}");
    for (line, part) in found.iter().zip(expect) {
        assert!(line.contains(part), "{line} contains {part}");
    }
}

const COUNT: &str = "items = { $count ->\n    [one] { $count } item in { $folder }\n   *[other] { $count } items in { $folder }\n}\n";

#[test]
fn arguments_become_typed_parameters() {
    let code = generate(&[file("en", "cli", COUNT)]).expect("it is sound");
    assert!(
        code.contains("pub fn items(count: u64, folder: impl Into<MessageValue>) -> Message"),
        "{code}"
    );
    assert!(
        code.contains(
            "vec![(\"count\", MessageValue::Number(count)), (\"folder\", folder.into())]"
        ),
        "{code}"
    );
    assert!(
        code.contains("pub fn items(&self, count: u64, folder: impl Into<MessageValue>) -> String"),
        "{code}"
    );
    let code =
        generate(&[file("en", "cli", "a-b = { $to } { NUMBER($from) }\n")]).expect("it is sound");
    assert!(
        code.contains("pub fn a_b(from: u64, to: impl Into<MessageValue>)"),
        "in alphabetical order: {code}"
    );
    let words = "state = { $state ->\n    [open] Open\n   *[other] Closed\n}\n";
    let code = generate(&[file("en", "cli", words)]).expect("it is sound");
    assert!(code.contains("pub fn state(state: impl Into<MessageValue>)"), "{code}");
}

#[test]
fn translations_have_the_same_arguments() {
    check(&[("en", COUNT), ("zh-Hans", "items = { $folder } 中有 { $count } 项\n")], &[]);
    check(
        &[("en", COUNT), ("zh-Hans", "items = { $count } 项\n")],
        &["items: the argument $folder is missing"],
    );
    check(
        &[("en", COUNT), ("zh-Hans", "items = { $folder } { $count } { $total }\n")],
        &["English has no argument $total"],
    );
    check(&[("en", COUNT), ("ug", "itms = x\n")], &["itms: English has no such message"]);
    check(
        &[("en", "a = { $x }\n"), ("ug", "a = { NUMBER($x) }\n")],
        &["$x is of another kind in English"],
    );
}

#[test]
fn translations_have_the_plural_forms_of_their_language() {
    let one = "items = { $count ->\n    [one] { $folder }\n   *[other] { $count } { $folder }\n}\n";
    check(&[("en", COUNT), ("ug", one)], &[]);
    check(&[("en", COUNT), ("zh-Hans", one)], &["`zh-Hans` has no plural category [one]"]);
    check(&[("en", &COUNT.replace("one", "few"))], &["`en` has no plural category [few]"]);
}

#[test]
fn a_room_that_must_be_complete_is_complete() {
    let english = || file("en", "verify", "a = A\nb = B\n");
    let found = generate(&[english()]).expect_err("the translations are missing");
    assert_eq!(found, ["texts/zh-Hans/verify.ftl is missing", "texts/ug/verify.ftl is missing"]);
    let all =
        [english(), file("zh-Hans", "verify", "a = A\n"), file("ug", "verify", "a = A\nb = B\n")];
    let found = generate(&all).expect_err("one message is missing");
    assert_eq!(found, ["zh-Hans/verify.ftl: b is missing: this file must have every message"]);
    assert_eq!(LANGUAGES[0].tag, "en");
}

#[test]
fn malformed_texts_are_refused() {
    check(&[("en", "a = { $x\n")], &["cli.ftl:2: "]);
    check(&[("en", "a = A\nb = {\n")], &["cli.ftl:3: "]);
    check(&[("en", "a = A\na = B\n")], &["a: defined twice"]);
    check(&[("en", "a = A\n    .title = B\n")], &["attributes are not used"]);
    check(&[("en", "-b = B\na = { -b }\n")], &["-b: terms are not used", "a: terms are not used"]);
    check(&[("en", "b = B\na = { b }\n")], &["references are not used"]);
    check(&[("en", "a = { DATETIME($x) }\n")], &["there is no function DATETIME"]);
    check(&[("en", "a = { NUMBER($x, currency: \"EUR\") }\n")], &["NUMBER has no option currency"]);
    check(
        &[("en", "a = { NUMBER($x) } { $x ->\n    [yes] A\n   *[no] B\n}\n")],
        &["both as a number and as text"],
    );
    check(&[("en", "match = { $x }\n")], &["`match` cannot be a name"]);
    check(&[("en", "a = { $aB }\n")], &["`aB` cannot be a name"]);
    check(&[("en", "a = A\n"), ("ug", "a = {\n")], &["ug/cli.ftl:"]);
}

#[test]
fn a_room_that_english_does_not_have_is_refused() {
    let found = generate(&[file("en", "cli", "a = A\n"), file("ug", "web", "a = A\n")])
        .expect_err("no such room");
    assert_eq!(found, ["ug/web.ftl: English has no file of this name"]);
}
