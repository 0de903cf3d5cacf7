//! Quoting as people do: pasted passages, several places, nothing found, and what a machine read.

use crate::bench::Bench;
use exhibit_model::{Page, PageKind, Rect, TextBox, TextSource};
use exhibit_testing::{TestCase, TestItem};
use serde_json::Value;

fn quote(bench: &Bench, document: &str, text: &str, more: &[&str]) -> crate::bench::Done {
    let arguments = ["-C", "case", "quote", "new", document, "--page", "1", "--text", text];
    bench.run(&[&arguments[..], more].concat())
}

#[test]
fn a_pasted_passage_is_found_and_stored_as_the_page_has_it() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "记录由两名见证\n人签字。每次 登记，每次\n登记。");
    let _ = bench.take_in().code(0);
    for typed in ["由两名见证人签字", "由两名见证 人签字", "由两名见证[LF]人签字"]
    {
        let made = quote(&bench, "a.txt", typed, &["--json"]).code(0).objects().remove(0);
        assert_eq!(
            (made["exact"].as_str(), made["basis"].as_str()),
            (Some("由两名见证\n人签字"), Some("file")),
            "{typed}"
        );
    }
    let said = quote(&bench, "a.txt", "每次登记", &[]).code(2).stderr;
    assert!(said.contains("2 times") && said.contains("1: ") && said.contains("2: "), "{said}");
    assert!(said.contains("»每次 登记«，每次 登记。"), "the places, each with its context: {said}");
    let said = quote(&bench, "a.txt", "由三名见证人签字", &[]).code(1).stderr;
    assert!(said.contains("[-三-]") && said.contains("[+两+]"), "{said}");
    let said = quote(&bench, "a.txt", "由两名见证人签字", &["--compared"]).code(2).stderr;
    assert!(said.contains("text of its own"), "{said}");
    assert!(
        bench.run(&["-C", "case", "quote", "check"]).code(0).stdout.contains("text in the file")
    );
}

#[test]
fn a_machines_reading_is_shown_with_its_confidence_and_recorded_as_such() {
    let text = "见证人沈若岚";
    let mut page = Page::of_text(1, PageKind::Picture, text.to_owned());
    let (engine, languages) = ("test 1".to_owned(), "chi_sim".to_owned());
    page.source = TextSource::Ocr { engine, languages, confidence: 0.9 };
    for (at, c) in text.char_indices() {
        let (start, end) =
            (u32::try_from(at).expect("short"), u32::try_from(at + c.len_utf8()).expect("short"));
        let rect = Rect { x0: 0.1, y0: 0.1, x1: 0.2, y1: 0.2 };
        page.boxes.push(TextBox { start, end, rect, confidence: if c == '岚' { 52 } else { 98 } });
    }
    let case = TestCase::new(&[TestItem::new("photo.jpg", b"a photograph")
        .media_type("image/jpeg")
        .page(page)]);
    let bench = Bench::new();
    let new = |text: &str, more: &[&str]| {
        let folder = case.folder();
        let folder = folder.to_str().expect("UTF-8");
        let arguments = [
            "-C",
            folder,
            "quote",
            "new",
            "1",
            "--page",
            "1",
            "--no-picture",
            "--json",
            "--text",
            text,
        ];
        let output = bench
            .command(&[&arguments[..], more].concat())
            .env("EXHIBIT_KEYS", case.keys())
            .output();
        let output = output.expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        let made: Value = serde_json::from_slice(&output.stdout).expect("a quote");
        (made, said)
    };
    let (made, said) = new("沈若岚", &["--no-input"]);
    assert_eq!(made["basis"], "machine", "{made}");
    assert_eq!(made["machine"]["least"], 52, "{made}");
    assert!(
        said.contains("least 0.52") && said.contains("岚 0.52") && said.contains("not compared"),
        "{said}"
    );
    // a confirmation of everything is no statement about a picture
    assert_eq!(new("沈若岚", &["--yes"]).0["basis"], "machine");
    let (made, said) = new("沈若", &["--compared", "--by", "desk 2"]);
    assert_eq!(
        (made["basis"].as_str(), made["machine"]["seen"]["by"].as_str()),
        (Some("compared"), Some("desk 2"))
    );
    assert!(!said.contains("below") && !said.contains("not compared"), "{said}");
    let (made, _) = new("沈若岚", &["--transcription", "沈若兰"]);
    assert_eq!(made["basis"], "transcribed");
    assert_eq!(made["machine"]["seen"]["transcription"], "沈若兰");
}
