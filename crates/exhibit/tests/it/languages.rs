//! The language of messages: `--lang`, `EXHIBIT_LANG`, and what is not translated.

use crate::bench::Bench;
use exhibit_messages::{Language, Messages, cli};

/// The error of a command without a case, in the language that an option and a variable choose.
fn refused(option: Option<&str>, variable: Option<&str>) -> String {
    let bench = Bench::new();
    let mut arguments = vec!["-C", "nowhere", "status"];
    arguments.extend(option.iter().flat_map(|tag| ["--lang", *tag]));
    let mut command = bench.command(&arguments);
    if let Some(tag) = variable {
        command.env("EXHIBIT_LANG", tag);
    }
    let output = command.output().expect("the program starts");
    assert_eq!(output.status.code(), Some(10), "the exit code is the same in every language");
    String::from_utf8(output.stderr).expect("UTF-8")
}

fn expected(language: Language) -> String {
    let texts = cli::Texts(Messages::new(language));
    format!(
        "{} {}\n{} {}\n",
        texts.word_error(),
        texts.no_case("nowhere"),
        texts.word_hint(),
        texts.hint_no_case()
    )
}

#[test]
fn the_option_comes_before_the_variable() {
    assert_eq!(refused(None, None), expected(Language::English));
    assert_eq!(refused(Some("zh-Hans"), None), expected(Language::SimplifiedChinese));
    assert_eq!(refused(None, Some("zh-Hans")), expected(Language::SimplifiedChinese));
    assert_eq!(refused(Some("en"), Some("zh-Hans")), expected(Language::English));
    assert_ne!(expected(Language::English), expected(Language::SimplifiedChinese));
}

#[test]
fn what_is_not_translated_is_in_english() {
    let uyghur = refused(Some("ug"), None);
    assert_eq!(uyghur, expected(Language::Uyghur));
    assert!(!uyghur.starts_with("error:"), "{uyghur}");
    assert!(uyghur.contains("no case in nowhere"), "{uyghur}");
}

#[test]
fn unknown_languages_are_usage_errors() {
    let bench = Bench::new();
    let done = bench.run(&["--lang", "xx", "version"]).code(2);
    assert!(done.stderr.contains("zh-Hans"), "{}", done.stderr);
}

#[test]
fn codes_and_states_are_the_same_in_every_language() {
    let bench = Bench::new();
    bench.write("trove/odd.bin", [0_u8, 1, 2, 3, 255, 254, 253]);
    let _ = bench.run(&["init", "case"]).code(0);
    let _ = bench.run(&["-C", "case", "ingest", "trove", "--no-ocr", "--lang", "zh-Hans"]);
    let item = |language: &str| {
        let done = bench.run(&["-C", "case", "ls", "--json", "--lang", language]);
        let mut item = done.objects().remove(0);
        let _ = item
            .as_object_mut()
            .and_then(|item| item.remove("reason"))
            .expect("the reasons in words");
        let text = item["reasons"][0]
            .as_object_mut()
            .and_then(|reason| reason.remove("text"))
            .expect("a text");
        (item, text)
    };
    let ((english, in_english), (chinese, in_chinese)) = (item("en"), item("zh-Hans"));
    assert_eq!(english, chinese);
    assert_ne!(in_english, in_chinese);
}
