//! Reports are complete in every language.

use crate::made::{Log, Plan, bag, key};
use crate::{check, request};
use exhibit_messages::{Language, Message, Messages, fault};
use exhibit_proof::finding::Fault;
use exhibit_verify::{Report, Time, VerifyRequest, What, verify};
use std::path::Path;

fn reports() -> Vec<Report> {
    let mut reports = Vec::new();
    let mut tampered =
        bag(Plan { first: Some("N-0099"), handover: true, witnessed: true, ..Plan::default() });
    for known in [1, 2, 9] {
        let folder = tampered.write();
        reports.push(check(What::Bag, folder.path(), &key(known)).expect("a report"));
        let quote = folder.path().join(exhibit_proof::package::quote_path("Q-000006"));
        reports.push(check(What::Quote, &quote, &key(known)).expect("a report"));
        let proof = folder.path().join("custody/entries/000000002.tlog-proof");
        reports.push(check(What::Proof, &proof, &key(known)).expect("a report"));
        reports.push(
            check(What::Checkpoint, &folder.path().join("custody/checkpoint"), &key(known))
                .expect("a report"),
        );
        let log = Log::new(1).copy().write();
        reports.push(check(What::Checkpoint, log.path(), &key(known)).expect("a report"));
        let plain = VerifyRequest { plain: true, ..request(What::Bag, folder.path()) };
        reports.push(verify(&plain).expect("a report"));
        tampered.put("data/documents/EXH-000001/text/0001.txt", format!("tampered {known}"));
    }
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../exhibit-time/tests/fixtures");
    for authorities in
        [vec![fixtures.join("root.pem")], Vec::new(), vec![fixtures.join("stranger.pem")]]
    {
        let time = Time { authorities, data: Some(fixtures.join("data.txt")), ..Time::default() };
        reports.push(
            verify(&VerifyRequest { time, ..request(What::Timestamp, &fixtures.join("good.tsr")) })
                .expect("a report"),
        );
    }
    reports
}

fn lines(report: &Report) -> impl Iterator<Item = Message> + '_ {
    let faults = report.deviations.iter().chain(&report.remarks).map(|found| fault(found.fault));
    [&report.checked, &report.proved, &report.not_proved]
        .into_iter()
        .flatten()
        .cloned()
        .chain(faults)
}

#[test]
fn every_line_is_translated_and_no_key_is_shown() {
    let english = Messages::new(Language::English);
    for report in reports() {
        for language in Language::ALL {
            let messages = Messages::new(language);
            let page = report.page(messages);
            for line in lines(&report) {
                let text = messages.text(&line);
                assert!(
                    !text.trim().is_empty() && !text.contains(line.id()),
                    "{language:?}: {}: {text}",
                    line.id()
                );
                // Placeables that were not filled in.
                assert!(!text.contains("{$") && !text.contains("{ $"), "{language:?}: {text}");
                let is_english = text == english.text(&line);
                assert_eq!(
                    is_english,
                    language == Language::English,
                    "{language:?}: {} is not translated",
                    line.id()
                );
            }
            let headings = page.lines().filter(|line| !line.is_empty() && !line.starts_with("  "));
            let other = report.page(english);
            let english_headings: Vec<&str> =
                other.lines().filter(|line| !line.is_empty() && !line.starts_with("  ")).collect();
            let count = headings.clone().count();
            assert_eq!(count, english_headings.len(), "{language:?}");
            if language != Language::English {
                for heading in headings {
                    assert!(
                        !english_headings.contains(&heading),
                        "{language:?}: {heading} is not translated"
                    );
                }
            }
        }
    }
}

#[test]
fn every_fault_has_a_text_in_every_language() {
    let english = Messages::new(Language::English);
    for found in Fault::ALL {
        let message = fault(*found);
        for language in Language::ALL {
            let text = Messages::new(language).text(&message);
            assert!(!text.is_empty() && text != message.id(), "{language:?}: {found:?}");
            assert_eq!(
                text == english.text(&message),
                language == Language::English,
                "{language:?}: {found:?}"
            );
        }
    }
}
