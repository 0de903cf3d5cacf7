//! Shared by the tests of office readers: packages built in memory, and the collected output of a reader.

use crate::out::{Input, Out, Stop};
use exhibit_model::{Limits, MarkKind, NoteCode, Page, Reason, Record, Request, Task, Verdict};
use exhibit_mutate::Mutator;
use std::io::{Cursor, Write};

/// The common signature of readers.
pub(crate) type Reader = fn(&mut dyn Input, &Request, &mut Out<'_>) -> Result<Verdict, Stop>;

/// The output of a reader for a file.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    pub(crate) pages: Vec<Page>,
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) members: Vec<(String, Vec<u8>)>,
    pub(crate) notes: Vec<NoteCode>,
}

impl Outcome {
    /// The texts of all pages.
    pub(crate) fn texts(&self) -> Vec<&str> {
        self.pages.iter().map(|page| page.text.as_str()).collect()
    }

    /// The labels of all pages.
    pub(crate) fn labels(&self) -> Vec<&str> {
        self.pages.iter().map(|page| page.label.as_str()).collect()
    }

    /// The stretches of a kind, over all pages.
    pub(crate) fn marked(&self, kind: MarkKind) -> Vec<&str> {
        let of_page = |page: &'_ Page| -> Vec<(usize, usize)> {
            let marks = page.marks.iter().filter(|mark| mark.kind == kind);
            marks.map(|mark| (mark.start as usize, mark.end as usize)).collect()
        };
        self.pages
            .iter()
            .flat_map(|page| of_page(page).into_iter().map(|(start, end)| &page.text[start..end]))
            .collect()
    }

    /// The value of a property.
    pub(crate) fn property(&self, key: &str) -> Option<&str> {
        self.metadata.iter().find(|(found, _)| found == key).map(|(_, value)| value.as_str())
    }

    /// Whether there is this note.
    pub(crate) fn has_note(&self, code: &NoteCode) -> bool {
        self.notes.contains(code)
    }
}

/// A request as a case makes it.
pub(crate) fn request(task: Task, limits: Limits) -> Request {
    Request {
        task,
        name: Vec::new(),
        passwords: vec!["wrong".to_owned(), "secret".to_owned()],
        limits,
    }
}

/// Reads bytes, checks that all pages are valid, and collects the output.
pub(crate) fn read(reader: Reader, bytes: &[u8]) -> Outcome {
    read_within(reader, bytes, Limits::STANDARD)
}

/// Reads bytes within limits.
pub(crate) fn read_within(reader: Reader, bytes: &[u8], limits: Limits) -> Outcome {
    let mut records: Vec<Record> = Vec::new();
    let mut out = Out::new(&mut records, limits);
    let verdict =
        match reader(&mut Cursor::new(bytes.to_vec()), &request(Task::Extract, limits), &mut out) {
            Ok(verdict) => verdict,
            Err(Stop::Limit(limit)) => Verdict::Truncated(limit),
            Err(Stop::Closed) => Verdict::Failed(Reason::Stopped),
        };
    let mut outcome =
        Outcome { verdict, pages: vec![], metadata: vec![], members: vec![], notes: vec![] };
    for record in records {
        match record {
            Record::Page(page) => {
                assert!(page.is_sound(), "unsound: {page:?}");
                outcome.pages.push(*page);
            }
            Record::Metadata { key, value } => outcome.metadata.push((key.to_string(), value)),
            Record::Note(note) => outcome.notes.push(note.code),
            Record::Member(member) => {
                outcome
                    .members
                    .push((String::from_utf8_lossy(&member.name).into_owned(), Vec::new()));
            }
            Record::MemberBytes(bytes) => {
                outcome.members.last_mut().expect("a member began").1.extend(bytes)
            }
            _ => {}
        }
    }
    outcome
}

/// A package of these parts.
pub(crate) fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a part");
        zip.write_all(content.as_bytes()).expect("memory");
    }
    zip.finish().expect("a zip").into_inner()
}

/// A relations part.
pub(crate) fn relations(relations: &[(&str, &str, &str)]) -> String {
    let relation = |(id, kind, target): &(&str, &str, &str)| {
        let outside = if target.contains("://") { r#" TargetMode="External""# } else { "" };
        format!(
            r#"<Relationship Id="{id}" Type="http://schemas.example/{kind}" Target="{target}"{outside}/>"#
        )
    };
    format!("<Relationships>{}</Relationships>", relations.iter().map(relation).collect::<String>())
}

/// Reads a file truncated at every `step` bytes, and changed at random places: nothing may panic, hang or be invalid.
pub(crate) fn torment(reader: Reader, whole: &[u8], step: usize) {
    for end in (0..whole.len()).step_by(step) {
        read(reader, &whole[..end]);
    }
    let mut numbers = Mutator::new(1);
    for _ in 0..150 {
        let mut changed = whole.to_vec();
        for _ in 0..=numbers.below(8) {
            let at = numbers.below(changed.len());
            changed[at] = numbers.byte();
        }
        read(reader, &changed);
    }
}
