//! What a bag of Exhibit's proves beyond being whole (`docs/formats/bag.md`): that its files are those that a custody
//! log recorded as received and read, and that the log recorded this very package as handed over.
//!
//! What is proved hangs on the log's key. Whose key it is, and that the log's keeper did not keep two logs, no
//! package can prove of itself: see [`Trust`].

use crate::BASE64;
use crate::anchor::{Anchor, AnchorError};
use crate::bagit::{Checked, Files, read_small};
use crate::checkpoint::Checkpoint;
use crate::document::{Leaf, LeafProof, Part};
use crate::finding::{Fault, chain};
use crate::hash::{Hash, from_hex, to_hex};
use crate::json::Value;
use crate::note::{Note, VerifierKey};
use crate::policy::Policy;
use crate::proof::LogProof;
use crate::tree;
use base64::Engine as _;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Files of the package that the log's entry of the export names by their digests.
pub const BOUND: [&str; 6] =
    ["bag-info.txt", "bagit.txt", "manifest-sha256.txt", "manifest-sha512.txt", "VERIFY.txt", "verify.sh"];

/// The payload's description; the manifests vouch for it.
pub const METADATA: &str = "data/ro-crate-metadata.json";

const KEY: &str = "custody/key.pub";
const CHECKPOINT: &str = "custody/checkpoint";
const POLICY: &str = "custody/policy";
const ENTRIES: &str = "custody/entries/";
const DOCUMENTS: &str = "data/documents/";
const RECORD: &str = "/record.json";
const QUOTES: &str = "data/quotes/";

/// The most bytes of a file among the proofs.
const MAX_PROOF: u64 = 64 << 20;

/// What the reader knows from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The log's key, got by another way than with the package.
    pub key: Option<VerifierKey>,
    /// Whose signatures the reader asks for.
    pub policy: Option<Policy>,
}

/// What a package proves.
#[derive(Clone, Debug)]
pub struct Proved {
    /// The log's key.
    pub key: VerifierKey,
    /// The log's signed size and root.
    pub checkpoint: Checkpoint,
    /// Witnesses of the reader's policy that cosigned, with the time each states, in seconds since 1970.
    pub witnesses: Vec<(String, u64)>,
    /// When the log says that the package was handed over; empty where it does not.
    pub exported: String,
    /// The documents, by their names.
    pub documents: BTreeMap<String, Document>,
    /// The quotes, by their names: document and page.
    pub quotes: BTreeMap<String, (String, u32)>,
}

/// What a package proves of one document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    /// SHA-256 of its original.
    pub original: [u8; 32],
    /// The log entry of its receipt.
    pub receipt: u64,
    /// When the log says that it was received.
    pub received: String,
    /// Whether the package holds the original.
    pub whole: bool,
    /// Which pages' texts the package holds, with the digest of each.
    pub pages: BTreeMap<u32, [u8; 32]>,
    /// What was opened of what its log entries keep sealed: entry, field and value.
    pub opened: Vec<(u64, String, Vec<u8>)>,
}

struct Check<'a> {
    files: &'a mut dyn Files,
    checked: &'a mut Checked,
    key: VerifierKey,
    note: Note,
    checkpoint: Checkpoint,
    // Log entries that are proved: read again when they are needed, so that memory stays small.
    entries: BTreeSet<u64>,
    // The digests that entries of the act `export` name, each with the entry's time.
    exports: Vec<(BTreeSet<String>, String)>,
    // The keys that the log names as its own.
    keys: BTreeSet<String>,
    vouched: BTreeSet<String>,
}

/// Checks the proofs in a bag, given what [`crate::bagit::check`] found; adds what it finds to it. `None` where there is nothing
/// that could prove anything.
pub fn check(files: &mut dyn Files, checked: &mut Checked, trust: &Trust) -> Option<Proved> {
    if !checked.files.keys().any(|path| path.starts_with("custody/")) {
        checked.wrong("custody", Fault::NoCustody, "");
        return None;
    }
    let (key, note, checkpoint) = read_log(files, checked, trust)?;
    let mut witnesses = Vec::new();
    match trust.policy.as_ref().map(|policy| policy.check(&note)) {
        Some(Ok(accepted)) => {
            witnesses.extend(accepted.witnesses.iter().map(|(key, at)| (key.name().to_owned(), *at)));
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
        exports: Vec::new(),
        keys: BTreeSet::new(),
        vouched: BTreeSet::from([METADATA, KEY, CHECKPOINT, POLICY].map(str::to_owned)),
    };
    check.log_entries();
    check.own_key();
    let exported = check.export();
    let documents = check.documents();
    let quotes = check.quotes(&documents);
    check.rest();
    let (key, checkpoint) = (check.key, check.checkpoint);
    checked.deviations.sort();
    checked.deviations.dedup();
    Some(Proved { key, checkpoint, witnesses, exported, documents, quotes })
}

fn read_log(files: &mut dyn Files, checked: &mut Checked, trust: &Trust) -> Option<(VerifierKey, Note, Checkpoint)> {
    let key = read(files, KEY).and_then(|bytes| read_key(&bytes));
    let key = key.map_err(|detail| checked.wrong(KEY, Fault::Key, detail)).ok()?;
    if trust.key.as_ref().is_some_and(|known| *known != key) {
        checked.wrong(KEY, Fault::Key, "it is not the key that you expect");
    }
    if read(files, POLICY).is_ok_and(|policy| policy != policy_text(&key).as_bytes()) {
        checked.wrong(POLICY, Fault::Policy, "it is not the policy of this log");
    }
    let note = read(files, CHECKPOINT).and_then(|bytes| Note::parse(&bytes).map_err(|error| chain(&error)));
    let note = note.map_err(|detail| checked.wrong(CHECKPOINT, Fault::Checkpoint, detail)).ok()?;
    let checkpoint = signed(&note, &key).map_err(|detail| checked.wrong(CHECKPOINT, Fault::Checkpoint, detail)).ok()?;
    Some((key, note, checkpoint))
}

/// Reads a key file: one line.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read_key(bytes: &[u8]) -> Result<VerifierKey, String> {
    let line = str::from_utf8(bytes).ok().and_then(|text| text.strip_suffix('\n'));
    VerifierKey::parse(line.ok_or("it is not one line of text")?).map_err(|error| chain(&error))
}

/// Checks that a note is a checkpoint of the log with this key.
///
/// # Errors
/// What is wrong with it, in words.
pub fn signed(note: &Note, key: &VerifierKey) -> Result<Checkpoint, String> {
    note.verify(key).map_err(|error| chain(&error))?;
    let checkpoint = Checkpoint::parse(&note.text).map_err(|error| chain(&error))?;
    if checkpoint.origin == key.name() { Ok(checkpoint) } else { Err("it is of another log than its key".to_owned()) }
}

impl Check<'_> {
    fn log_entries(&mut self) {
        let paths: Vec<String> = self.below(ENTRIES).filter(|path| path.ends_with(".json")).collect();
        for path in paths {
            let Some(number) = numbered(&path) else { continue };
            let proof = proof_path(number);
            self.vouched.extend([path.clone(), proof.clone()]);
            let Some(bytes) = self.bytes(&path, Fault::Entry) else { continue };
            let Some(text) = self.bytes(&proof, Fault::Proof) else { continue };
            if let Err(detail) = self.prove(number, &bytes, &text) {
                self.checked.wrong(&proof, Fault::Proof, detail);
                continue;
            }
            match Value::read(&bytes) {
                Ok(entry) if entry.get("seq").and_then(Value::as_number).map(i64::unsigned_abs) == Some(number) => {
                    self.remember(number, &entry);
                }
                Ok(_) => self.checked.wrong(&path, Fault::Entry, "it states another number"),
                Err(error) => self.checked.wrong(&path, Fault::Entry, chain(&error)),
            }
        }
    }

    fn prove(&self, number: u64, entry: &[u8], proof: &[u8]) -> Result<(), String> {
        let proof = LogProof::read(proof).map_err(|error| chain(&error))?;
        if proof.index != number || proof.extra.is_some() {
            return Err("it is the proof of another entry, or has more in it than a proof".to_owned());
        }
        // The signature of the package's checkpoint was checked before.
        if proof.checkpoint != self.note {
            return Err("its checkpoint is not the package's".to_owned());
        }
        let Checkpoint { size, root, .. } = self.checkpoint;
        tree::check_inclusion(Hash::leaf(entry), number, size, &proof.hashes, root).map_err(|error| chain(&error))
    }

    fn remember(&mut self, number: u64, entry: &Value) {
        self.entries.insert(number);
        let made = || texts(entry, "made").map(str::to_owned);
        match word(entry, "act") {
            "export" => self.exports.push((made().collect(), word(entry, "at").to_owned())),
            "case.open" => self.keys.extend(made()),
            "key.add" => drop(self.keys.insert(word(entry, "object").to_owned())),
            _ => {}
        }
    }

    // The log itself must say which key signs it; an entry that is proved by a signature of another key says so.
    fn own_key(&mut self) {
        let key = &self.key;
        let named = format!("key:{}:{}", to_hex(&key.id()), to_hex(&Sha256::digest(key.public())));
        if !self.keys.contains(&named) {
            self.checked.wrong(KEY, Fault::Key, "no proved log entry names it");
        }
    }

    fn export(&mut self) -> String {
        let digests: Vec<(&str, Option<String>)> = BOUND
            .iter()
            .map(|path| (*path, self.checked.files.get(*path).map(|d| format!("sha256:{}", to_hex(&d.sha256)))))
            .collect();
        let named = |made: &BTreeSet<String>| {
            digests.iter().filter(|(_, digest)| digest.as_ref().is_some_and(|digest| made.contains(digest))).count()
        };
        let best = self.exports.iter().max_by_key(|(made, _)| named(made)).filter(|(made, _)| named(made) > 0);
        let Some((made, at)) = best.cloned() else {
            self.checked.wrong("manifest-sha256.txt", Fault::Export, "");
            return String::new();
        };
        for (path, digest) in digests {
            if !digest.is_some_and(|digest| made.contains(&digest)) {
                self.checked.wrong(path, Fault::Export, "");
            }
        }
        at
    }

    fn documents(&mut self) -> BTreeMap<String, Document> {
        let paths: Vec<String> = self.below(DOCUMENTS).filter(|path| path.ends_with(RECORD)).collect();
        let mut documents = BTreeMap::new();
        for path in paths {
            self.vouched.insert(path.clone());
            let Some(bytes) = self.bytes(&path, Fault::Record) else { continue };
            let record =
                Value::read(&bytes).ok().filter(|record| record.get("v").and_then(Value::as_number) == Some(1));
            let label = path[DOCUMENTS.len()..].trim_end_matches(RECORD).to_owned();
            let record = record.filter(|record| word(record, "document") == label && !label.contains('/'));
            match record.as_ref().and_then(|record| self.document(&path, &label, record)) {
                Some(document) => drop(documents.insert(label, document)),
                None => self.checked.wrong(&path, Fault::Record, ""),
            }
        }
        documents
    }

    // `None` where the record is not in its form; what it says wrongly is added to the deviations.
    fn document(&mut self, place: &str, label: &str, record: &Value) -> Option<Document> {
        let item = format!("item:{}", record.get("item")?.as_number()?);
        let original: [u8; 32] = from_hex(record.get("original")?.as_text()?)?.try_into().ok()?;
        let original_ref = format!("original:{}", to_hex(&original));
        let receipt = number(record, "receipt")?;
        let entry = self.entry(receipt, place, Fault::Receipt);
        let mut document = Document {
            original,
            receipt,
            received: entry.as_ref().map(|entry| word(entry, "at").to_owned()).unwrap_or_default(),
            whole: false,
            pages: BTreeMap::new(),
            opened: Vec::new(),
        };
        if let Some(entry) = entry {
            let names = |wanted: &str| {
                word(&entry, "object") == wanted
                    || ["made", "used"].iter().any(|key| texts(&entry, key).any(|r| r == wanted))
            };
            let act = matches!(word(&entry, "act"), "item.receive" | "item.duplicate");
            if !act || !names(&item) || !names(&original_ref) {
                self.checked.wrong(place, Fault::Receipt, format!("log entry {receipt} is of something else"));
            }
        }
        self.containers(place, record, receipt)?;
        if let Some(path) = record.get("file") {
            self.original(place, label, path.as_text()?, &mut document);
        }
        if record.get("reading").is_some() {
            self.reading(place, label, record, &original_ref, &mut document)?;
        }
        for opening in record.get("openings")?.as_list()? {
            self.opening(place, opening, &mut document)?;
        }
        Some(document)
    }

    // Each container's receipt, outermost first, and that each of its members was taken from it.
    fn containers(&mut self, place: &str, record: &Value, receipt: u64) -> Option<()> {
        let mut outer: Option<String> = None;
        let containers = record.get("containers")?.as_list()?;
        let own = (None, receipt);
        let chain = containers.iter().map(|c| Some((Some(number(c, "item")?), number(c, "receipt")?)));
        for link in chain.chain([Some(own)]) {
            let (item, receipt) = link?;
            let item = item.map(|item| format!("item:{item}"));
            let entry = self.entry(receipt, place, Fault::Receipt);
            if let Some(entry) = entry {
                let itself = item
                    .as_ref()
                    .is_none_or(|item| word(&entry, "object") == item || texts(&entry, "made").any(|m| m == item));
                // A duplicate's entry names the item received first instead of its container.
                let from = word(&entry, "act") == "item.duplicate"
                    || outer.as_ref().is_none_or(|outer| texts(&entry, "used").any(|used| used == outer));
                if !itself || !from {
                    self.checked.wrong(place, Fault::Receipt, format!("log entry {receipt} is of another container"));
                }
            }
            outer = item;
        }
        Some(())
    }

    fn original(&mut self, place: &str, label: &str, path: &str, document: &mut Document) {
        let own = path.strip_prefix(DOCUMENTS).and_then(|rest| rest.strip_prefix(label));
        if !own.is_some_and(|rest| rest.starts_with("/original")) {
            self.checked.wrong(place, Fault::Part, format!("{path} is not where the original must lie"));
            return;
        }
        match self.checked.files.get(path) {
            None => self.checked.wrong(path, Fault::Missing, format!("named in {place}")),
            Some(digests) if digests.sha256 == document.original => {
                self.vouched.insert(path.to_owned());
                document.whole = true;
            }
            Some(_) => {
                self.vouched.insert(path.to_owned());
                self.checked.wrong(path, Fault::Content, "its bytes are not those received");
            }
        }
    }

    fn reading(
        &mut self,
        place: &str,
        label: &str,
        record: &Value,
        original: &str,
        document: &mut Document,
    ) -> Option<()> {
        let reading = number(record, "reading")?;
        let content = format!("item:{}", number(record, "content")?);
        let root = Hash::from_hex(record.get("root")?.as_text()?)?;
        let leaves = number(record, "leaves")?;
        if let Some(entry) = self.entry(reading, place, Fault::Reading) {
            let stated = entry.get("facts").and_then(|facts| number(facts, "leaves"));
            let agrees = word(&entry, "act") == "item.derive"
                && word(&entry, "object") == content
                && texts(&entry, "used").any(|used| used == original)
                && texts(&entry, "made").any(|made| made == format!("tree:{}", root.to_hex()))
                && stated == Some(leaves);
            if !agrees {
                self.checked.wrong(place, Fault::Reading, format!("log entry {reading} is of something else"));
            }
        }
        for part in record.get("parts")?.as_list()? {
            let proof = LeafProof {
                record: part.get("record")?.as_text()?.as_bytes().to_vec(),
                index: number(part, "index")?,
                leaves,
                hashes: part
                    .get("proof")?
                    .as_list()?
                    .iter()
                    .map(|h| Hash::from_base64(h.as_text()?))
                    .collect::<Option<_>>()?,
            };
            match proof.verify(root, leaves) {
                Ok(leaf) => self.part(place, label, &leaf, document),
                Err(error) => {
                    self.checked.wrong(place, Fault::Part, format!("part {}: {}", proof.index, chain(&error)))
                }
            }
        }
        Some(())
    }

    fn part(&mut self, place: &str, label: &str, leaf: &Leaf, document: &mut Document) {
        match leaf.part {
            Part::Original { .. } if leaf.sha256 == document.original => {}
            Part::Original { .. } => {
                self.checked.wrong(place, Fault::Part, "what was read is not the original that was received");
            }
            Part::Text { page, .. } => {
                let path = text_path(label, page);
                self.vouched.insert(path.clone());
                match self.checked.files.get(&path) {
                    None => self.checked.wrong(&path, Fault::Missing, format!("proved in {place}")),
                    Some(digests) if digests.sha256 == leaf.sha256 => drop(document.pages.insert(page, leaf.sha256)),
                    Some(_) => {
                        self.checked.wrong(&path, Fault::Content, format!("it is not what was read on page {page}"))
                    }
                }
            }
            Part::Image { .. } => self.checked.wrong(place, Fault::Part, "pictures of pages are not packed yet"),
        }
    }

    fn opening(&mut self, place: &str, opening: &Value, document: &mut Document) -> Option<()> {
        let (number, field) = (number(opening, "entry")?, opening.get("field")?.as_text()?);
        let salt = from_hex(opening.get("salt")?.as_text()?)?;
        let value = BASE64.decode(opening.get("value")?.as_text()?).ok()?;
        let commitment = to_hex(&Sha256::new().chain_update(salt).chain_update(&value).finalize());
        let entry = self.entry(number, place, Fault::Opening)?;
        if entry.get("sealed").map(|sealed| word(sealed, field)) == Some(commitment.as_str()) {
            document.opened.push((number, field.to_owned(), value));
        } else {
            self.checked.wrong(place, Fault::Opening, format!("`{field}` of log entry {number}"));
        }
        Some(())
    }

    fn quotes(&mut self, documents: &BTreeMap<String, Document>) -> BTreeMap<String, (String, u32)> {
        let paths: Vec<String> = self.below(QUOTES).collect();
        let mut quotes = BTreeMap::new();
        for path in paths {
            self.vouched.insert(path.clone());
            let Some(bytes) = self.bytes(&path, Fault::Quote) else { continue };
            match Anchor::read(&bytes) {
                Ok(anchor) if path == format!("{QUOTES}{}.json", anchor.id()) && anchor.log == self.key.name() => {
                    if self.quote(&path, &bytes, &anchor, documents) {
                        quotes.insert(anchor.id(), (anchor.document, anchor.page));
                    }
                }
                Ok(_) => self.checked.wrong(&path, Fault::Quote, "it is another quote than its name says"),
                Err(error) => self.checked.wrong(&path, Fault::Quote, chain(&error)),
            }
        }
        quotes
    }

    fn quote(&mut self, path: &str, bytes: &[u8], anchor: &Anchor, documents: &BTreeMap<String, Document>) -> bool {
        let before = self.checked.deviations.len();
        if let Some(entry) = self.entry(anchor.entry, path, Fault::QuoteLog) {
            let digest = format!("sha256:{}", to_hex(&Sha256::digest(bytes)));
            let agrees = word(&entry, "act") == "quote"
                && word(&entry, "object") == format!("item:{}", anchor.item)
                && texts(&entry, "made").any(|made| made == digest);
            if !agrees {
                self.checked.wrong(path, Fault::QuoteLog, format!("log entry {} is of something else", anchor.entry));
            }
        }
        let document = documents.get(&anchor.document).filter(|document| document.original == anchor.original);
        match document.and_then(|document| document.pages.get(&anchor.page)) {
            None => self.checked.wrong(path, Fault::QuoteText, "the page that it quotes is not proved"),
            Some(layer) if *layer != anchor.text_layer => {
                self.checked.wrong(path, Fault::QuoteText, chain(&AnchorError::TextLayer));
            }
            Some(_) => {
                let page = self.bytes(&text_path(&anchor.document, anchor.page), Fault::QuoteText).unwrap_or_default();
                let held =
                    str::from_utf8(&page).map_err(|_| AnchorError::TextLayer).and_then(|text| anchor.check(text));
                if let Err(error) = held {
                    self.checked.wrong(path, Fault::QuoteText, chain(&error));
                }
            }
        }
        self.checked.deviations.len() == before
    }

    // Every file of the payload and among the proofs must be vouched for by something above.
    fn rest(&mut self) {
        let of_bag = |path: &String| BOUND.contains(&path.as_str()) || path.starts_with("tagmanifest-sha");
        let rest: Vec<String> =
            self.checked.files.keys().filter(|path| !of_bag(path) && !self.vouched.contains(*path)).cloned().collect();
        for path in rest {
            self.checked.wrong(&path, Fault::Unproved, "");
        }
        self.tag_manifests();
        // What a foreign bag may do without harm, one of Exhibit's does not do.
        let remarks = std::mem::take(&mut self.checked.remarks);
        self.checked.deviations.extend(remarks);
    }

    // The lists of tag files have one form, so that not a byte of the package can be other than it was written.
    fn tag_manifests(&mut self) {
        let (mut short, mut long) = (String::new(), String::new());
        let tags = |path: &&String| !path.starts_with("data/") && !path.starts_with("tagmanifest-sha");
        for path in self.checked.files.keys().filter(tags) {
            let digests = &self.checked.files[path];
            short.push_str(&format!("{}  {path}\n", to_hex(&digests.sha256)));
            long.push_str(&format!("{}  {path}\n", to_hex(&digests.sha512)));
        }
        for (manifest, expected) in [("tagmanifest-sha256.txt", short), ("tagmanifest-sha512.txt", long)] {
            if !self.checked.files.contains_key(manifest) {
                self.checked.wrong(manifest, Fault::Missing, "");
            } else if self.bytes(manifest, Fault::Unreadable).is_some_and(|found| found != expected.as_bytes()) {
                self.checked.wrong(manifest, Fault::ManifestLine, "it is not the one list that the package must have");
            }
        }
    }

    // A proved log entry.
    fn entry(&mut self, number: u64, place: &str, fault: Fault) -> Option<Value> {
        if !self.entries.contains(&number) {
            self.checked.wrong(place, fault, format!("log entry {number} is not proved"));
            return None;
        }
        Value::read(&self.bytes(&entry_path(number), fault)?).ok()
    }

    fn bytes(&mut self, path: &str, fault: Fault) -> Option<Vec<u8>> {
        read(self.files, path).map_err(|detail| self.checked.wrong(path, fault, detail)).ok()
    }

    fn below(&self, folder: &'static str) -> impl Iterator<Item = String> {
        self.checked.files.keys().filter(move |path| path.starts_with(folder)).cloned()
    }
}

/// The policy of a log whose key alone vouches for it (C2SP tlog-policy).
#[must_use]
pub fn policy_text(key: &VerifierKey) -> String {
    format!("log {key}\nquorum none\n")
}

/// Where a package keeps a log entry.
#[must_use]
pub fn entry_path(number: u64) -> String {
    format!("{ENTRIES}{number:09}.json")
}

/// Where a package keeps the proof of a log entry.
#[must_use]
pub fn proof_path(number: u64) -> String {
    format!("{ENTRIES}{number:09}.tlog-proof")
}

/// Where a package keeps the record of a document.
#[must_use]
pub fn record_path(document: &str) -> String {
    format!("{DOCUMENTS}{document}{RECORD}")
}

/// Where a package keeps the text of a page.
#[must_use]
pub fn text_path(document: &str, page: u32) -> String {
    format!("{DOCUMENTS}{document}/text/{page:04}.txt")
}

/// Where a package keeps a quote.
#[must_use]
pub fn quote_path(quote: &str) -> String {
    format!("{QUOTES}{quote}.json")
}

fn numbered(path: &str) -> Option<u64> {
    let number = path.strip_prefix(ENTRIES)?.strip_suffix(".json")?.parse().ok()?;
    (entry_path(number) == path).then_some(number)
}

fn read(files: &mut dyn Files, path: &str) -> Result<Vec<u8>, String> {
    read_small(files, path, MAX_PROOF).map_err(|error| error.reason)
}

fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_text).unwrap_or_default()
}

fn texts<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    value.get(key).and_then(Value::as_list).unwrap_or_default().iter().filter_map(Value::as_text)
}

fn number(value: &Value, key: &str) -> Option<u64> {
    u64::try_from(value.get(key)?.as_number()?).ok()
}
