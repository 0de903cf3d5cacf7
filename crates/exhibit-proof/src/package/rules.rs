//! Rules about a package as a whole: which export it is, its tag files, the log entries that it needs; and the forms
//! of what is in its records.

use super::{BOUND, Check, DOCUMENTS, Export, HELP, METADATA, POLICY, QUOTES, RECORD, STATEMENT};
use super::{entry_path, read};
use crate::anchor::Anchor;
use crate::document::DocumentPart;
use crate::entry::{CheckedEntry, is_day, is_plain};
use crate::finding::{Fault, chain};
use crate::hash::to_hex;
use crate::json::JsonValue;
use crate::statement::Statement;
use sha2::{Digest as _, Sha256};

/// The labels of `bag-info.txt` in their order. `Exhibit-Bates` is present if pages are numbered.
const LABELS: [&str; 6] = [
    "Bag-Software-Agent",
    "Bagging-Date",
    "Exhibit-Bag",
    "Exhibit-Bates",
    "External-Identifier",
    "Payload-Oxum",
];

/// The version of packages.
const VERSION: &str = "1";

/// The members of a record: always, if the original or its source is there, and if the document was read.
const ALWAYS: [&str; 7] =
    ["containers", "document", "item", "openings", "original", "receipt", "v"];
const OPTIONAL: [&str; 2] = ["file", "source"];
const READ: [&str; 5] = ["content", "leaves", "parts", "reading", "root"];

impl Check<'_> {
    // The log of a sealed case accepts no further entries, so its key signs a statement in place of the entry.
    fn statement(&mut self) {
        if !self.checked.files.contains_key(STATEMENT) {
            return;
        }
        self.covered.insert(STATEMENT.to_owned());
        let Some(bytes) = self.bytes(STATEMENT, Fault::Export) else { return };
        if self
            .limits
            .sealed()
            .is_none_or(|sealed| sealed.checked_add(1) != Some(self.checkpoint.size))
        {
            let detail = "the log is not proved to be sealed, so the export needs a log entry";
            return self.checked.wrong(STATEMENT, Fault::Export, detail);
        }
        self.needed.extend(self.limits.sealed());
        match Statement::read(&bytes, &self.key) {
            Ok(Statement { made, at, .. }) => self.exports.push(Export { entry: None, made, at }),
            Err(error) => self.checked.wrong(STATEMENT, Fault::Export, chain(&error)),
        }
    }

    // The export of this package is the one that lists most of its files. Returns its time.
    pub(super) fn export(&mut self) -> String {
        self.statement();
        let named = |path: &str| {
            format!(
                "sha256:{}",
                to_hex(&self.checked.files.get(path).map_or([0; 32], |d| d.sha256))
            )
        };
        let digests = BOUND.map(|path| (path, named(path)));
        let unnamed = |export: &Export| {
            digests.iter().filter(|(_, digest)| !export.made.contains(digest)).count()
        };
        let best = self.exports.iter().min_by_key(|export| unnamed(export));
        let Some(export) = best.filter(|export| unnamed(export) < BOUND.len()).cloned() else {
            self.checked.wrong("manifest-sha256.txt", Fault::Export, "");
            return String::new();
        };
        for (path, _) in digests.iter().filter(|(_, digest)| !export.made.contains(digest)) {
            self.checked.wrong(path, Fault::Export, "");
        }
        let place = export.entry.map_or_else(|| STATEMENT.to_owned(), entry_path);
        let in_order = export.made.iter().eq(digests.iter().map(|(_, digest)| digest));
        if unnamed(&export) == 0 && !in_order {
            self.checked.wrong(
                &place,
                Fault::Export,
                "it names other files too, or in another order",
            );
        }
        if let Some(number) = export.entry {
            self.counts(number, &place);
            self.transfer(number, &digests[2].1);
        }
        export.at
    }

    // The numbers that the entry states are those of the package.
    fn counts(&mut self, number: u64, place: &str) {
        let below = |folder: &str, inner: &str| {
            let paths = self.checked.files.keys();
            paths
                .filter(|path| path.strip_prefix(folder).is_some_and(|rest| rest.contains(inner)))
                .count() as u64
        };
        let found = [
            ("documents", below(DOCUMENTS, RECORD)),
            ("pages", below(DOCUMENTS, "/text/")),
            ("pictures", below(DOCUMENTS, "/pictures/")),
            ("quotes", below(QUOTES, "")),
        ];
        let is_numbered = self.checked.label("Exhibit-Bates").is_some();
        let Some(entry) = self.entry(number, place, Fault::Export, |_| true) else { return };
        for (name, found) in found {
            let stated = entry.number(name).unwrap_or_default();
            if stated != found {
                self.checked.wrong(
                    place,
                    Fault::ExportCount,
                    format!("{name}: {found}, but {stated} were recorded"),
                );
            }
        }
        if entry.commitment("bates").is_some() != is_numbered {
            self.checked.wrong(place, Fault::ExportCount, "page numbers");
        }
    }

    // The entry after the export may record to whom this package was handed over.
    fn transfer(&mut self, export: u64, manifest: &str) {
        let own = |entry: &CheckedEntry| entry.act == "transfer" && entry.used == [manifest];
        let place = entry_path(export + 1);
        if self.entries.contains(&(export + 1)) && !self.needed.contains(&(export + 1)) {
            self.entry(export + 1, &place, Fault::Export, |entry| {
                own(entry) && entry.number("export") == Some(export)
            });
        }
    }

    // The files beside the payload have one form.
    pub(super) fn tag_files(&mut self) {
        for path in [METADATA, POLICY].iter().chain(&BOUND) {
            if !self.checked.files.contains_key(*path) {
                self.checked.wrong(path, Fault::Missing, "");
            }
        }
        for (path, expected) in HELP {
            if read(self.files, path).is_ok_and(|found| found != expected.as_bytes()) {
                self.checked.wrong(path, Fault::Help, "");
            }
        }
        let declaration = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
        if read(self.files, "bagit.txt").is_ok_and(|found| found != declaration) {
            self.checked.wrong(
                "bagit.txt",
                Fault::Declaration,
                "not the two lines, each ended by a line feed",
            );
        }
        if let Ok(found) = read(self.files, "bag-info.txt") {
            self.bag_info(&found);
        }
    }

    fn bag_info(&mut self, found: &[u8]) {
        let [agent, day, version, _, origin, oxum] =
            LABELS.map(|label| self.checked.label(label).unwrap_or_default());
        let line =
            |label: &&str| self.checked.label(label).map(|value| format!("{label}: {value}\n"));
        let expected: String = LABELS.iter().filter_map(line).collect();
        let in_form =
            is_plain(agent) && is_day(day) && origin == self.key.name() && !oxum.is_empty();
        let is_known = version == VERSION;
        if !is_known {
            self.checked.wrong(
                "bag-info.txt",
                Fault::BagVersion,
                format!("only version {VERSION} is known"),
            );
        }
        if expected.as_bytes() != found || !in_form {
            let detail = "not the labels that a package has, once and in order, or one with a value of another form";
            self.checked.wrong("bag-info.txt", Fault::Info, detail);
        }
    }

    // Every entry is there for something else in the package.
    pub(super) fn spare_entries(&mut self) {
        let digests: Vec<String> = self
            .below(super::ANCHORS)
            .filter_map(|path| Some(to_hex(&self.checked.files.get(&path)?.sha256)))
            .collect();
        for anchor in &self.anchors {
            let names = |digest: &String| {
                anchor.made.iter().any(|made| made.strip_prefix("sha256:") == Some(digest))
            };
            if digests.iter().any(names) {
                self.needed.insert(anchor.entry);
            }
        }
        for number in self.entries.difference(&self.needed) {
            self.checked.wrong(&entry_path(*number), Fault::EntrySpare, "");
        }
    }

    // The entries that a quote names: its own, and the reading that it quotes.
    pub(super) fn quote_entries(&mut self, path: &str, bytes: &[u8], anchor: &Anchor) {
        let original = format!("original:{}", to_hex(&anchor.original));
        let content = self.contents.get(&anchor.document).cloned().unwrap_or_default();
        let reading = self.entry(anchor.reading, path, Fault::QuoteItem, |entry| {
            let is_reading = entry.act == "item.derive"
                && entry.object == content
                && entry.used == [original.as_str()];
            is_reading && anchor.reading < anchor.entry
        });
        let (item, digest) =
            (format!("item:{}", anchor.item), format!("sha256:{}", to_hex(&Sha256::digest(bytes))));
        let tree = reading.and_then(|reading| reading.made.into_iter().next());
        self.entry(anchor.entry, path, Fault::QuoteLog, |entry| {
            let is_quote =
                entry.act == "quote" && entry.object == item && entry.made == [digest.as_str()];
            let is_of = entry.used.first() == Some(&original)
                && tree.as_ref().is_none_or(|tree| entry.used.contains(tree));
            let at_once = entry.at.split('.').next() == anchor.created.strip_suffix('Z');
            is_quote && is_of && at_once
        });
    }
}

/// The order of a document's parts: the original, the text of each page, the image of each page.
pub(super) struct PartOrder {
    pages: u64,
    last: Option<(u8, u32, u64)>,
}

impl PartOrder {
    pub(super) const fn new(pages: u64) -> Self {
        Self { pages, last: None }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.last.is_none()
    }

    /// Whether a part may follow those before it, at its place in the tree.
    pub(super) fn follows(&mut self, index: u64, part: &DocumentPart) -> bool {
        let (kind, page) = match part {
            DocumentPart::Original { .. } => (0, 0),
            DocumentPart::Text { page, .. } => (1, *page),
            DocumentPart::Image { page, .. } => (2, *page),
        };
        let in_place = match kind {
            0 => index == 0,
            1 => (1..=self.pages).contains(&index),
            _ => index > self.pages,
        };
        let before = self.last.replace((kind, page, index));
        let is_next = before.map_or(kind == 0, |(k, p, i)| (k, p) < (kind, page) && i < index);
        in_place && is_next
    }
}

/// Whether a record has the members that it must have, and no others.
pub(super) fn has_record_members(record: &JsonValue) -> bool {
    let JsonValue::Map(members) = record else { return false };
    let has = |name: &&str| members.contains_key(*name);
    let is_known = |name: &String| {
        [&ALWAYS[..], &OPTIONAL, &READ].iter().any(|names| names.contains(&name.as_str()))
    };
    let is_read = READ.iter().filter(|name| has(name)).count();
    let lists = [
        ("containers", &["item", "receipt"][..]),
        ("openings", &["entry", "field", "salt", "value"]),
        ("parts", &["index", "proof", "record"]),
    ];
    let are_exact = |(name, own): &(&str, &[&str])| {
        let exact =
            |one: &JsonValue| matches!(one, JsonValue::Map(map) if map.keys().eq(own.iter()));
        record.list(name).is_none_or(|list| list.iter().all(exact))
    };
    record.number("v") == Some(1)
        && ALWAYS.iter().all(has)
        && members.keys().all(is_known)
        && (is_read == 0 || is_read == READ.len())
        && lists.iter().all(are_exact)
}

/// Whether this is the ending of an original's name: nothing, or a point and 1 to 8 small letters and digits.
pub(super) fn is_ending(ending: &str) -> bool {
    let is_plain = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    ending.is_empty()
        || ending
            .strip_prefix('.')
            .is_some_and(|text| (1..=8).contains(&text.len()) && is_plain(text))
}
