//! Handwritten PDFs, and the records emitted for them.

mod builder;
mod content;
mod hostile;
mod outside;
mod right_to_left;
mod shown;

use builder::Builder;
use exhibit_model::{Limits, Note, Page, Record, Request, Task, Verdict};
use std::io::Cursor;

/// All records emitted for a file.
struct Outcome {
    verdict: Verdict,
    records: Vec<Record>,
}

impl Outcome {
    fn pages(&self) -> Vec<&Page> {
        self.records
            .iter()
            .filter_map(|record| if let Record::Page(page) = record { Some(&**page) } else { None })
            .collect()
    }

    fn page(&self) -> &Page {
        let pages = self.pages();
        assert_eq!(pages.len(), 1, "one page was expected: {:?}", self.verdict);
        pages[0]
    }

    fn text(&self) -> String {
        self.pages().iter().map(|page| page.text.as_str()).collect()
    }

    fn notes(&self) -> Vec<&Note> {
        self.records
            .iter()
            .filter_map(|record| if let Record::Note(note) = record { Some(note) } else { None })
            .collect()
    }

    fn property(&self, name: &str) -> Vec<&str> {
        let values = self.records.iter().filter_map(|record| match record {
            Record::Metadata { key, value } if key.as_str() == name => Some(value.as_str()),
            _ => None,
        });
        values.collect()
    }
}

fn request(passwords: &[&str]) -> Request {
    Request {
        task: Task::Extract,
        name: b"register.pdf".to_vec(),
        passwords: passwords.iter().map(|word| (*word).to_owned()).collect(),
        limits: Limits::STANDARD,
    }
}

fn run(bytes: &[u8], request: &Request) -> Outcome {
    let mut records = Vec::new();
    let verdict = crate::run(request, &mut Cursor::new(bytes), &mut records);
    for record in &records {
        if let Record::Page(page) = record {
            assert!(page.is_sound(), "an unsound page: {page:?}");
        }
    }
    Outcome { verdict, records }
}

fn read(bytes: &[u8]) -> Outcome {
    run(bytes, &request(&[]))
}

/// The text of a page of 200 by 100 points with this content, Helvetica being `/F`.
fn text_of(content: &str) -> String {
    let outcome = read(&Builder::page(content).finish());
    assert_eq!(outcome.verdict, Verdict::Read);
    outcome.page().text.clone()
}
