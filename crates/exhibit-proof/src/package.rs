//! Proofs in a bag made by Exhibit, beyond its completeness (`docs/formats/bag.md`): that its files are those that a
//! custody log recorded as received and read, and that the log recorded this package as handed over.
//!
//! Everything depends on the key of the log. A package cannot prove whose key it is, or that there is no second
//! log with the same key: see [`TrustInput`].

mod paths;
mod rules;

use crate::anchor::{Anchor, AnchorError, MachineReading};
use crate::bagit::{ALGORITHMS, Again, Checked, Files, read_small};
use crate::chain::{LogLimits, MAX_HANDOVERS, hand_over, handover_index, key_ref};
use crate::checkpoint::Checkpoint;
use crate::document::{DocumentPart, Leaf, LeafProof};
use crate::entry::{CheckedEntry, LogKind, is_log_key};
use crate::finding::{Fault, chain};
use crate::hash::{Hash, to_hex};
use crate::json::JsonValue;
use crate::note::{SignedNote, VerifierKey};
use crate::policy::Policy;
use crate::proof::LogProof;
use crate::text::base64;
use crate::tree;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};

pub use paths::{
    entry_path, handover_path, picture_path, proof_path, quote_path, record_path, text_path,
};

/// Files of the package whose digests the log entry of the export contains.
pub const BOUND: [&str; 6] = [
    "bag-info.txt",
    "bagit.txt",
    "manifest-sha256.txt",
    "manifest-sha512.txt",
    "VERIFY.txt",
    "verify.sh",
];

/// How a package is checked, for people and for common tools. Both are the same in all packages of a version.
pub const HELP: [(&str, &str); 2] = [
    ("VERIFY.txt", include_str!("../text/VERIFY.txt")),
    ("verify.sh", include_str!("../text/verify.sh")),
];

/// The description of the payload; the manifests cover it.
pub const METADATA: &str = "data/ro-crate-metadata.json";

const KEY: &str = "custody/key.pub";
const CHECKPOINT: &str = "custody/checkpoint";
const POLICY: &str = "custody/policy";
/// The statement about a package by the key of a sealed case.
pub const STATEMENT: &str = "custody/export";
const CHAIN: &str = "custody/handovers/";
const ENTRIES: &str = "custody/entries/";
/// The anchors of the log in time, in one folder for each size (`docs/formats/time.md`).
pub const ANCHORS: &str = "custody/anchors/";

const DOCUMENTS: &str = "data/documents/";
const RECORD: &str = "/record.json";
const QUOTES: &str = "data/quotes/";

/// The maximum size of a proof file in bytes.
const MAX_PROOF: u64 = 64 << 20;

/// What the reader knows independently of the package.
#[derive(Clone, Debug, Default)]
pub struct TrustInput {
    /// The key of the log, obtained separately from the package.
    pub key: Option<VerifierKey>,
    /// The signatures that the reader requires.
    pub policy: Option<Policy>,
}

/// The facts that a package proves.
#[derive(Clone, Debug)]
pub struct Proved {
    /// The key of the log.
    pub key: VerifierKey,
    /// The earlier keys of the log, oldest first: each handed over to the next.
    pub earlier: Vec<VerifierKey>,
    /// The signed size and root of the log.
    pub checkpoint: Checkpoint,
    /// The witnesses of the reader's policy that cosigned, each with its stated time in seconds since 1970.
    pub witnesses: Vec<(String, u64)>,
    /// The time at which the package was handed over according to the log; empty if the log does not record it.
    pub exported: String,
    /// The documents, by label.
    pub documents: BTreeMap<String, ProvedDocument>,
    /// The quotes, by label.
    pub quotes: BTreeMap<String, ProvedQuote>,
    /// The anchors in time that the log recorded.
    pub anchors: Vec<LoggedAnchor>,
}

/// A quote that a package proves: the log recorded it, and the text of the page has the passage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProvedQuote {
    /// The document.
    pub document: String,
    /// The page.
    pub page: u32,
    /// The passage.
    pub exact: String,
    /// Which machine read it, and what a person states; `None` if the text is in the file itself.
    pub machine: Option<MachineReading>,
}

/// An anchor in time as the log recorded it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoggedAnchor {
    /// The number of its log entry.
    pub entry: u64,
    /// The number of entries in the anchored state of the log.
    pub size: u64,
    /// The kind of the anchor.
    pub kind: String,
    /// The time that it states.
    pub by: String,
    /// The reference to the anchored checkpoint.
    pub checkpoint: String,
    /// The references to the reply, and to what it is checked against.
    pub made: Vec<String>,
}

impl Proved {
    /// All keys of the log, oldest first.
    #[must_use]
    pub fn keys(&self) -> Vec<VerifierKey> {
        self.earlier.iter().chain([&self.key]).cloned().collect()
    }
}

/// The facts that a package proves about one document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProvedDocument {
    /// The numbers of its containers, outermost first, followed by the number of its item.
    pub family: Vec<u64>,
    /// SHA-256 of its original.
    pub original: [u8; 32],
    /// The size of the original in bytes.
    pub size: u64,
    /// The log entry of its receipt.
    pub receipt: u64,
    /// The time of receipt according to the log.
    pub received: String,
    /// The path of the original in the package, if it is included.
    pub file: Option<String>,
    /// The number of pages in the document.
    pub page_count: u64,
    /// The pages whose texts are in the package, with the digest of each text.
    pub pages: BTreeMap<u32, [u8; 32]>,
    /// The program that read it, according to the log.
    pub reader: String,
    /// The pages whose text a machine read from a picture, with the machine.
    pub machines: BTreeMap<u32, String>,
    /// The pages whose pictures are in the package, with the digest of each picture.
    pub pictures: BTreeMap<u32, [u8; 32]>,
    /// The opened fields of its log entries: entry, field and value.
    pub opened: Vec<(u64, String, Vec<u8>)>,
}

struct Check<'a> {
    files: &'a mut dyn Files,
    checked: &'a mut Checked,
    key: VerifierKey,
    note: SignedNote,
    checkpoint: Checkpoint,
    // Proved log entries of valid form; they are read again when needed, to save memory.
    entries: BTreeSet<u64>,
    // Those that something in the package refers to.
    needed: BTreeSet<u64>,
    limits: LogLimits,
    exports: Vec<Export>,
    // The first entry of the log: its key, and the prefix of the documents' numbers.
    first_key: String,
    prefix: String,
    anchors: Vec<LoggedAnchor>,
    // The digests in `anchor` entries.
    anchored: BTreeSet<String>,
    // The last entry about the reading of each item.
    readings: BTreeMap<String, u64>,
    // The item that was read for each document.
    contents: BTreeMap<String, String>,
    // The paths that some proof or manifest covers.
    covered: BTreeSet<String>,
}

// An `export` entry, or the statement in its place.
#[derive(Clone)]
struct Export {
    entry: Option<u64>,
    made: Vec<String>,
    at: String,
}

/// Checks files that restate proved facts (load files): adds their deviations to the findings, and returns the paths
/// of all files that it checked. Other files are [`Fault::Unproved`].
pub type Views<'a> =
    &'a dyn Fn(&mut dyn Files, &mut Checked, &BTreeMap<String, ProvedDocument>) -> Vec<String>;

/// Checks the proofs in a bag, given the result of [`crate::bagit::check`], and adds its findings to it. Returns `None`
/// if the bag contains no usable proofs.
pub fn check(
    files: &mut dyn Files,
    checked: &mut Checked,
    trust: &TrustInput,
    views: Views<'_>,
) -> Option<Proved> {
    if !checked.files.keys().any(|path| path.starts_with("custody/")) {
        checked.wrong("custody", Fault::NoCustody, "");
        return None;
    }
    let mut again = Again::new(files, checked);
    let proved = check_proofs(&mut again, checked, trust, views);
    again.report(checked);
    checked.deviations.sort();
    checked.deviations.dedup();
    proved
}

fn check_proofs(
    files: &mut dyn Files,
    checked: &mut Checked,
    trust: &TrustInput,
    views: Views<'_>,
) -> Option<Proved> {
    let (key, note, checkpoint) = read_log(files, checked)?;
    let mut witnesses = Vec::new();
    match trust.policy.as_ref().map(|policy| policy.check(&note)) {
        Some(Ok(accepted)) => {
            witnesses
                .extend(accepted.witnesses.iter().map(|(key, at)| (key.name().to_owned(), *at)));
        }
        Some(Err(refusal)) => checked.wrong(CHECKPOINT, Fault::Policy, chain(&refusal)),
        None => {}
    }
    let mut check = Check {
        files,
        checked,
        key,
        note,
        checkpoint,
        entries: BTreeSet::new(),
        needed: BTreeSet::from([0]),
        limits: LogLimits::default(),
        exports: Vec::new(),
        first_key: String::new(),
        prefix: String::new(),
        anchors: Vec::new(),
        anchored: BTreeSet::new(),
        readings: BTreeMap::new(),
        contents: BTreeMap::new(),
        covered: BTreeSet::from([METADATA, KEY, CHECKPOINT, POLICY].map(str::to_owned)),
    };
    check.log_entries();
    let earlier = check.own_key(trust);
    let exported = check.export();
    let documents = check.documents();
    let quotes = check.quotes(&documents);
    check.covered.extend(views(check.files, check.checked, &documents));
    check.rest();
    let (key, checkpoint, anchors) = (check.key, check.checkpoint, check.anchors);
    Some(Proved { key, earlier, checkpoint, witnesses, exported, documents, quotes, anchors })
}

fn read_log(
    files: &mut dyn Files,
    checked: &mut Checked,
) -> Option<(VerifierKey, SignedNote, Checkpoint)> {
    let key =
        read(files, KEY).and_then(|bytes| VerifierKey::read(&bytes).map_err(|error| chain(&error)));
    let key = key.map_err(|detail| checked.wrong(KEY, Fault::Key, detail)).ok()?;
    if LogKind::of(key.name()) != Some(LogKind::Custody) {
        checked.wrong(KEY, Fault::Origin, "must be 16 hexadecimal digits and `/custody`");
        return None;
    }
    if !is_log_key(&key) {
        checked.wrong(KEY, Fault::Key, "of a type that does not sign logs");
        return None;
    }
    if read(files, POLICY).is_ok_and(|policy| policy != policy_text(&key).as_bytes()) {
        checked.wrong(POLICY, Fault::Policy, "not the policy of this log");
    }
    let signed = read(files, CHECKPOINT).and_then(|bytes| {
        let note = SignedNote::parse(&bytes).map_err(|error| chain(&error))?;
        let checkpoint = Checkpoint::signed(&note, &key).map_err(|error| chain(&error))?;
        Ok((note, checkpoint))
    });
    let (note, checkpoint) =
        signed.map_err(|detail| checked.wrong(CHECKPOINT, Fault::Checkpoint, detail)).ok()?;
    if note.signatures.len() > 1 || !checkpoint.extensions.is_empty() {
        checked.wrong(CHECKPOINT, Fault::CheckpointLines, "");
    }
    Some((key, note, checkpoint))
}

impl Check<'_> {
    fn log_entries(&mut self) {
        let numbers: BTreeSet<u64> =
            self.below(ENTRIES).filter_map(|path| numbered(&path)).collect();
        for number in numbers {
            let (path, proof) = (entry_path(number), proof_path(number));
            self.covered.extend([path.clone(), proof.clone()]);
            let Some(bytes) = self.bytes(&path, Fault::Entry) else { continue };
            let Some(text) = self.bytes(&proof, Fault::Proof) else { continue };
            if let Err(detail) = self.prove(number, &bytes, &text) {
                self.checked.wrong(&proof, Fault::Proof, detail);
                continue;
            }
            match CheckedEntry::read(&bytes, LogKind::Custody) {
                Ok(entry) if entry.seq == number => self.remember(&path, entry),
                Ok(entry) => self.checked.wrong(
                    &path,
                    Fault::EntryNumber,
                    format!("states number {}", entry.seq),
                ),
                Err(error) => self.checked.wrong(&path, error.fault, error.detail),
            }
        }
        for (entry, fault) in self.limits.faults(self.checkpoint.size, &self.key) {
            let place = if self.entries.contains(&entry) {
                entry_path(entry)
            } else {
                CHECKPOINT.to_owned()
            };
            self.checked.wrong(&place, fault, format!("log entry {entry}"));
        }
    }

    fn prove(&self, number: u64, entry: &[u8], proof: &[u8]) -> Result<(), String> {
        let proof = LogProof::read(proof).map_err(|error| chain(&error))?;
        if proof.index != number || proof.extra.is_some() {
            return Err("the proof of another entry, or with extra data".to_owned());
        }
        // The signature of this checkpoint was already checked.
        if proof.checkpoint != self.note {
            return Err("its checkpoint differs from the checkpoint of the package".to_owned());
        }
        let Checkpoint { size, root, .. } = self.checkpoint;
        tree::check_inclusion(Hash::leaf(entry), number, size, &proof.hashes, root)
            .map_err(|error| chain(&error))
    }

    fn remember(&mut self, path: &str, entry: CheckedEntry) {
        let number = entry.seq;
        self.entries.insert(number);
        if let Some(fault) = self.limits.add(&entry) {
            self.checked.wrong(path, fault, "");
        }
        match entry.act {
            "case.open" if number == 0 => {
                entry.text("prefix").clone_into(&mut self.prefix);
                self.first_key = entry.made.into_iter().next().unwrap_or_default();
            }
            "export" => {
                self.exports.push(Export { entry: Some(number), made: entry.made, at: entry.at })
            }
            "item.derive" | "item.fail" => drop(self.readings.insert(entry.object, number)),
            "anchor" => {
                let (size, kind) =
                    (entry.number("log_size").unwrap_or_default(), entry.text("kind").to_owned());
                let (by, checkpoint, made) =
                    (entry.text("by").to_owned(), entry.object, entry.made);
                self.anchored.extend(made.iter().chain(&entry.used).chain([&checkpoint]).cloned());
                self.anchors.push(LoggedAnchor { entry: number, size, kind, by, checkpoint, made });
            }
            _ => {}
        }
    }

    // The log must record its first key, and each handover must be signed, up to the key that signs the checkpoint.
    fn own_key(&mut self, trust: &TrustInput) -> Vec<VerifierKey> {
        let mut earlier = Vec::new();
        let mut last = self.first_key.clone();
        for path in self.below(CHAIN).take(MAX_HANDOVERS).collect::<Vec<_>>() {
            self.covered.insert(path.clone());
            match self.handover(&path, &last) {
                Ok((old, new)) => {
                    earlier.push(old);
                    last = key_ref(&new);
                }
                Err(detail) => self.checked.wrong(&path, Fault::Key, detail),
            }
        }
        if last != key_ref(&self.key) {
            self.checked.wrong(
                KEY,
                Fault::Key,
                "no proved log entry introduces it, or its predecessor did not sign",
            );
        }
        if trust.key.as_ref().is_some_and(|known| *known != self.key && !earlier.contains(known)) {
            self.checked.wrong(KEY, Fault::Key, "neither the expected key nor a successor of it");
        }
        earlier
    }

    fn handover(&mut self, path: &str, known: &str) -> Result<(VerifierKey, VerifierKey), String> {
        let index = path
            .strip_prefix("custody/")
            .and_then(handover_index)
            .ok_or("its name is not that of a handover")?;
        if !self.entries.contains(&index) {
            return Err(format!("log entry {index} is not proved"));
        }
        let entry = read(self.files, &entry_path(index))?;
        let proof = LogProof::read(&read(self.files, path)?).map_err(|error| chain(&error))?;
        let (old, new) = hand_over(known, &entry, &proof).map_err(|error| chain(&error))?;
        self.needed.insert(index);
        self.entry(index + 1, path, Fault::Key, |next| {
            next.act == "key.revoke" && next.object == key_ref(&old)
        });
        Ok((old, new))
    }

    fn documents(&mut self) -> BTreeMap<String, ProvedDocument> {
        let paths: Vec<String> =
            self.below(DOCUMENTS).filter(|path| path.ends_with(RECORD)).collect();
        let mut documents = BTreeMap::new();
        for path in paths {
            self.covered.insert(path.clone());
            let Some(bytes) = self.bytes(&path, Fault::Record) else { continue };
            let label = path[DOCUMENTS.len()..].trim_end_matches(RECORD).to_owned();
            let own = |record: &JsonValue| {
                record.text("document") == Some(&label) && rules::has_record_members(record)
            };
            let record =
                JsonValue::read(&bytes).ok().filter(|record| own(record) && !label.contains('/'));
            match record.and_then(|record| self.document(&path, &label, &record)) {
                Some(document) => drop(documents.insert(label, document)),
                None => self.checked.wrong(&path, Fault::Record, ""),
            }
        }
        documents
    }

    // Returns `None` if the record is malformed; wrong statements in it become findings.
    fn document(&mut self, place: &str, label: &str, record: &JsonValue) -> Option<ProvedDocument> {
        let (number, receipt) = (record.number("item")?, record.number("receipt")?);
        if self.prefix.is_empty() || *label != format!("{}-{number:06}", self.prefix) {
            self.checked.wrong(
                place,
                Fault::DocumentNumber,
                format!("item {number} of {}", self.prefix),
            );
        }
        let original: [u8; 32] = record.bytes("original")?;
        let original_ref = format!("original:{}", to_hex(&original));
        let family = self.containers(place, record, (number, receipt))?;
        let entry = self
            .entry(receipt, place, Fault::Receipt, |entry| entry.made == [original_ref.as_str()]);
        let mut document = ProvedDocument {
            family,
            original,
            size: entry.as_ref().and_then(|entry| entry.number("size")).unwrap_or_default(),
            receipt,
            received: entry.map(|entry| entry.at).unwrap_or_default(),
            file: None,
            page_count: 0,
            pages: BTreeMap::new(),
            reader: String::new(),
            machines: BTreeMap::new(),
            pictures: BTreeMap::new(),
            opened: Vec::new(),
        };
        if record.get("source").is_some() {
            self.source(place, record, receipt)?;
        }
        if let Some(path) = record.get("file") {
            self.original(place, label, path.as_text()?, &mut document);
        }
        if record.get("reading").is_some() {
            self.reading(place, label, record, &original_ref, &mut document)?;
        }
        let containers =
            record.list("containers")?.iter().filter_map(|container| container.number("receipt"));
        let receipts: BTreeSet<u64> = containers.chain([receipt]).collect();
        for opening in record.list("openings")? {
            self.opening(place, opening, &receipts, &mut document)?;
        }
        Some(document)
    }

    // Checks the receipt of each container, outermost first, and that each member was taken from its container.
    fn containers(&mut self, place: &str, record: &JsonValue, own: (u64, u64)) -> Option<Vec<u64>> {
        let (mut outer, mut family) = (None::<String>, Vec::new());
        let container = |c: &JsonValue| Some((c.number("item")?, c.number("receipt")?));
        for link in record.list("containers")?.iter().map(container).chain([Some(own)]) {
            let (item, receipt) = link?;
            let object = format!("item:{item}");
            let of_item =
                |entry: &CheckedEntry| entry.act == "item.receive" && entry.object == object;
            if let Some(entry) = self.entry(receipt, place, Fault::Receipt, of_item) {
                let from = entry.used.first().map_or("", String::as_str);
                let is_inside = outer
                    .as_ref()
                    .map_or_else(|| from.starts_with("source:"), |outer| from == outer);
                if !is_inside || (entry.text("relation") == "file") == outer.is_some() {
                    self.checked.wrong(
                        place,
                        Fault::Container,
                        format!("log entry {receipt} has {object} from {from}"),
                    );
                }
            }
            family.push(item);
            outer = Some(object);
        }
        Some(family)
    }

    // Checks that the outermost receipt of the document refers to the source that another case handed over.
    fn source(&mut self, place: &str, record: &JsonValue, receipt: u64) -> Option<()> {
        let received =
            |entry: &CheckedEntry| entry.act == "source.receive" && entry.text("channel") == "bag";
        let entry = self.entry(record.number("source")?, place, Fault::Receipt, received)?;
        let outermost =
            record.list("containers")?.first().map_or(Some(receipt), |c| c.number("receipt"))?;
        self.entry(outermost, place, Fault::Receipt, |receipt| {
            receipt.used.contains(&entry.object)
        });
        Some(())
    }

    fn original(&mut self, place: &str, label: &str, path: &str, document: &mut ProvedDocument) {
        let own = path.strip_prefix(DOCUMENTS).and_then(|rest| rest.strip_prefix(label));
        if !own.and_then(|rest| rest.strip_prefix("/original")).is_some_and(rules::is_ending) {
            return self.checked.wrong(
                place,
                Fault::Part,
                format!("{path} is not a valid path for the original"),
            );
        }
        if self.content(path, document.original, place, Fault::Content) {
            document.file = Some(path.to_owned());
            self.size(
                path,
                document.size,
                self.checked.files.get(path).map(|digests| digests.size),
            );
        }
    }

    fn size(&mut self, place: &str, recorded: u64, found: Option<u64>) {
        if let Some(found) = found.filter(|found| *found != recorded) {
            self.checked.wrong(
                place,
                Fault::Size,
                format!("{found} bytes, but {recorded} were recorded"),
            );
        }
    }

    // Whether the file that the proof at `place` describes exists and has this digest.
    fn content(&mut self, path: &str, sha256: [u8; 32], place: &str, fault: Fault) -> bool {
        self.covered.insert(path.to_owned());
        let found = self.checked.files.get(path).map(|digests| digests.sha256 == sha256);
        match found {
            None => self.checked.wrong(path, Fault::Missing, format!("proved in {place}")),
            Some(false) => self.checked.wrong(path, fault, format!("by {place}")),
            Some(true) => {}
        }
        found == Some(true)
    }

    fn reading(
        &mut self,
        place: &str,
        label: &str,
        record: &JsonValue,
        original: &str,
        document: &mut ProvedDocument,
    ) -> Option<()> {
        let content =
            record.number("content").filter(|content| Some(*content) <= record.number("item"))?;
        let content = format!("item:{content}");
        let root = Hash(record.bytes("root")?);
        let tree = format!("tree:{}", root.to_hex());
        let leaves = record.number("leaves")?;
        let number = record.number("reading")?;
        let entry = self.entry(number, place, Fault::Reading, |entry| {
            let is_reading = entry.act == "item.derive" && entry.object == content;
            let of_original = entry.used == [original] && entry.made == [tree.as_str()];
            is_reading && of_original && entry.number("leaves") == Some(leaves)
        });
        if let Some(later) = self.readings.get(&content).filter(|later| **later > number) {
            self.checked.wrong(place, Fault::Superseded, format!("by log entry {later}"));
        }
        self.contents.insert(label.to_owned(), content);
        document.reader =
            entry.as_ref().map(|entry| entry.text("reader")).unwrap_or_default().to_owned();
        document.page_count = entry.and_then(|entry| entry.number("pages")).unwrap_or_default();
        let mut order = rules::PartOrder::new(document.page_count);
        for part in record.list("parts")? {
            let hash = |hash: &JsonValue| Hash::from_base64(hash.as_text()?);
            let proof = LeafProof {
                record: part.text("record")?.as_bytes().to_vec(),
                index: part.number("index")?,
                leaves,
                hashes: part.list("proof")?.iter().map(hash).collect::<Option<_>>()?,
            };
            match proof.verify(root, leaves) {
                Ok(leaf) => {
                    if !order.follows(proof.index, &leaf.part) {
                        self.checked.wrong(
                            place,
                            Fault::PartOrder,
                            format!("part {}", proof.index),
                        );
                    }
                    self.part(place, label, &leaf, document);
                }
                Err(error) => {
                    self.checked.wrong(
                        place,
                        Fault::Part,
                        format!("part {}: {}", proof.index, chain(&error)),
                    );
                }
            }
        }
        if order.is_empty() {
            self.checked.wrong(place, Fault::PartOrder, "the original is not among the parts");
        }
        Some(())
    }

    fn part(&mut self, place: &str, label: &str, leaf: &Leaf, document: &mut ProvedDocument) {
        // a text by a machine has a reader of its own; other texts have that of the whole document
        if let DocumentPart::Text { page, reader } = &leaf.part
            && !document.reader.is_empty()
            && *reader != document.reader
        {
            document.machines.insert(*page, reader.clone());
        }
        let (path, page, proved) = match leaf.part {
            DocumentPart::Original { size } if leaf.sha256 == document.original => {
                return self.size(place, document.size, Some(size));
            }
            DocumentPart::Original { .. } => {
                return self.checked.wrong(
                    place,
                    Fault::Part,
                    "the text was read from another original than the one received",
                );
            }
            DocumentPart::Text { page, .. } => (text_path(label, page), page, &mut document.pages),
            DocumentPart::Image { page, .. } => {
                (picture_path(label, page), page, &mut document.pictures)
            }
        };
        if self.content(&path, leaf.sha256, place, Fault::Content) {
            proved.insert(page, leaf.sha256);
        }
    }

    fn opening(
        &mut self,
        place: &str,
        opening: &JsonValue,
        receipts: &BTreeSet<u64>,
        document: &mut ProvedDocument,
    ) -> Option<()> {
        let (number, field) = (opening.number("entry")?, opening.text("field")?);
        // With a variable salt length, bytes could be moved between the salt and the value.
        let (salt, value) = (opening.bytes::<16>("salt")?, base64(opening.text("value")?)?);
        let commitment = to_hex(&Sha256::new().chain_update(salt).chain_update(&value).finalize());
        let is_repeated = document.opened.iter().any(|(entry, ..)| *entry == number);
        if field != "name" || !receipts.contains(&number) || is_repeated {
            self.checked.wrong(
                place,
                Fault::Opening,
                format!("only names may be opened, once: {field} of entry {number}"),
            );
            return Some(());
        }
        self.entry(number, place, Fault::Opening, |entry| {
            entry.commitment(field) == Some(&commitment)
        })?;
        document.opened.push((number, field.to_owned(), value));
        Some(())
    }

    fn quotes(
        &mut self,
        documents: &BTreeMap<String, ProvedDocument>,
    ) -> BTreeMap<String, ProvedQuote> {
        let paths: Vec<String> = self.below(QUOTES).collect();
        let mut quotes = BTreeMap::new();
        for path in paths {
            self.covered.insert(path.clone());
            let Some(bytes) = self.bytes(&path, Fault::Quote) else { continue };
            match Anchor::read(&bytes) {
                Ok(anchor)
                    if path == format!("{QUOTES}{}.json", anchor.id())
                        && anchor.log == self.key.name() =>
                {
                    if self.quote(&path, &bytes, &anchor, documents) {
                        let id = anchor.id();
                        let Anchor { document, page, machine, passage, .. } = anchor;
                        quotes.insert(
                            id,
                            ProvedQuote { document, page, exact: passage.exact, machine },
                        );
                    }
                }
                Ok(_) => self.checked.wrong(
                    &path,
                    Fault::Quote,
                    "its file name or log does not match the quote",
                ),
                Err(error) => self.checked.wrong(&path, Fault::Quote, chain(&error)),
            }
        }
        quotes
    }

    fn quote(
        &mut self,
        path: &str,
        bytes: &[u8],
        anchor: &Anchor,
        documents: &BTreeMap<String, ProvedDocument>,
    ) -> bool {
        let before = self.checked.deviations.len();
        self.quote_entries(path, bytes, anchor);
        let document =
            documents.get(&anchor.document).filter(|document| document.original == anchor.original);
        if anchor.picture.is_some()
            && anchor.picture != document.and_then(|d| d.pictures.get(&anchor.page)).copied()
        {
            self.checked.wrong(
                path,
                Fault::QuoteText,
                "the picture that its regions refer to is not proved",
            );
        }
        let machine = document.and_then(|document| document.machines.get(&anchor.page));
        if machine != anchor.machine.as_ref().map(|machine| &machine.reader) {
            self.checked.wrong(path, Fault::QuoteText, "it does not state what read the page");
        }
        if document.is_some_and(|document| document.family.last() != Some(&anchor.item)) {
            self.checked.wrong(
                path,
                Fault::QuoteItem,
                format!("{} is not item {}", anchor.document, anchor.item),
            );
        }
        match document.and_then(|document| document.pages.get(&anchor.page)) {
            None => {
                self.checked.wrong(path, Fault::QuoteText, "the page that it quotes is not proved")
            }
            Some(layer) if *layer != anchor.text_layer => {
                self.checked.wrong(path, Fault::QuoteText, chain(&AnchorError::TextLayer));
            }
            Some(_) => {
                let page = self
                    .bytes(&text_path(&anchor.document, anchor.page), Fault::QuoteText)
                    .unwrap_or_default();
                let result = str::from_utf8(&page)
                    .map_err(|_| AnchorError::TextLayer)
                    .and_then(|text| anchor.check(text));
                if let Err(error) = result {
                    self.checked.wrong(path, Fault::QuoteText, chain(&error));
                }
            }
        }
        self.checked.deviations.len() == before
    }

    // Every payload file and every proof file must be covered by one of the checks above.
    fn rest(&mut self) {
        self.tag_files();
        self.spare_entries();
        let is_bag_file = |path: &str| {
            BOUND.contains(&path)
                || ALGORITHMS.iter().any(|(name, ..)| path == format!("tagmanifest-{name}.txt"))
        };
        // `exhibit-time` checks whether an anchor is valid; here, that the log recorded it.
        let is_anchor = |path: &str, sha256: &[u8]| {
            let logged = self.anchored.contains(&format!("sha256:{}", to_hex(sha256)));
            let file = path.strip_prefix(ANCHORS).and_then(|path| path.split_once('/'));
            file.is_some_and(|(_, file)| logged || file == "consistency")
        };
        let is_covered = |path: &str, sha256: &[u8]| {
            is_bag_file(path) || self.covered.contains(path) || is_anchor(path, sha256)
        };
        let files = self.checked.files.iter();
        let rest = files
            .filter(|(path, digests)| !is_covered(path, &digests.sha256))
            .map(|(path, _)| path.clone());
        let rest: Vec<String> = rest.collect();
        for path in rest {
            self.checked.wrong(&path, Fault::Unproved, "");
        }
        self.tag_manifests();
        // What is acceptable in a foreign bag is a deviation in one made by Exhibit.
        let remarks = std::mem::take(&mut self.checked.remarks);
        self.checked.deviations.extend(remarks);
    }

    // There is exactly one valid tag manifest, so that no byte of the package can be changed.
    fn tag_manifests(&mut self) {
        for (name, _, hex) in ALGORITHMS {
            let manifest = format!("tagmanifest-{name}.txt");
            let tags =
                |path: &String| !path.starts_with("data/") && !path.starts_with("tagmanifest-sha");
            let tags = self.checked.files.iter().filter(|(path, _)| tags(path));
            let expected: String =
                tags.map(|(path, digests)| format!("{}  {path}\n", hex(digests))).collect();
            if !self.checked.files.contains_key(&manifest) {
                self.checked.wrong(&manifest, Fault::Missing, "");
            } else if self
                .bytes(&manifest, Fault::Unreadable)
                .is_some_and(|found| found != expected.as_bytes())
            {
                self.checked.wrong(
                    &manifest,
                    Fault::ManifestLine,
                    "not the tag manifest that the package must have",
                );
            }
        }
    }

    // Returns a proved log entry that satisfies `must`; `place` is where it is referenced.
    fn entry(
        &mut self,
        number: u64,
        place: &str,
        fault: Fault,
        must: impl Fn(&CheckedEntry) -> bool,
    ) -> Option<CheckedEntry> {
        if !self.entries.contains(&number) {
            self.checked.wrong(place, fault, format!("log entry {number} is not proved"));
            return None;
        }
        self.needed.insert(number);
        let bytes = self.bytes(&entry_path(number), fault)?;
        let entry = CheckedEntry::read(&bytes, LogKind::Custody).ok().filter(must);
        if entry.is_none() {
            self.checked.wrong(place, fault, format!("log entry {number} records something else"));
        }
        entry
    }

    fn bytes(&mut self, path: &str, fault: Fault) -> Option<Vec<u8>> {
        read(self.files, path).map_err(|detail| self.checked.wrong(path, fault, detail)).ok()
    }

    fn below(&self, folder: &'static str) -> impl Iterator<Item = String> {
        self.checked.files.keys().filter(move |path| path.starts_with(folder)).cloned()
    }
}

/// The policy of a log without witnesses (C2SP tlog-policy).
#[must_use]
pub fn policy_text(key: &VerifierKey) -> String {
    format!("log {key}\nquorum none\n")
}

fn numbered(path: &str) -> Option<u64> {
    let number = path.strip_prefix(ENTRIES)?.strip_suffix(".json")?.parse().ok()?;
    (entry_path(number) == path).then_some(number)
}

fn read(files: &mut dyn Files, path: &str) -> Result<Vec<u8>, String> {
    read_small(files, path, MAX_PROOF).map_err(|error| error.reason)
}
