//! Proofs in a bag made by Exhibit, beyond its completeness (`docs/formats/bag.md`): that its files are those that a
//! custody log recorded as received and read, and that the log recorded this package as handed over.
//!
//! Everything depends on the key of the log. A package cannot prove whose key it is, or that there is no second
//! log with the same key: see [`TrustInput`].

use crate::anchor::{Anchor, AnchorError};
use crate::bagit::{ALGORITHMS, Checked, Digests, Files, read_small};
use crate::chain::{MAX_HANDOVERS, hand_over, handover_index, key_ref};
use crate::checkpoint::Checkpoint;
use crate::document::{DocumentPart, Leaf, LeafProof};
use crate::finding::{Fault, chain};
use crate::hash::{Hash, to_hex};
use crate::json::JsonValue;
use crate::note::{SignedNote, VerifierKey};
use crate::policy::Policy;
use crate::proof::LogProof;
use crate::statement::Statement;
use crate::text::base64;
use crate::tree;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Files of the package whose digests the log entry of the export contains.
pub const BOUND: [&str; 6] =
    ["bag-info.txt", "bagit.txt", "manifest-sha256.txt", "manifest-sha512.txt", "VERIFY.txt", "verify.sh"];

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
    /// The quotes, by label: document and page.
    pub quotes: BTreeMap<String, (String, u32)>,
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
    // Proved log entries; they are read again when needed, to save memory.
    entries: BTreeSet<u64>,
    // The digests in each `export` entry, with the time of the entry.
    exports: Vec<(BTreeSet<String>, String)>,
    // The keys in the first entry of the log.
    keys: BTreeSet<String>,
    // The digests in `anchor` entries.
    anchored: BTreeSet<String>,
    // The `case.seal` entry.
    sealed_at: Option<u64>,
    // The paths that some proof or manifest covers.
    covered: BTreeSet<String>,
}

/// Checks files that restate proved facts (load files): adds their deviations to the findings, and returns the paths
/// of all files that it checked. Other files are [`Fault::Unproved`].
pub type Views<'a> = &'a dyn Fn(&mut dyn Files, &mut Checked, &BTreeMap<String, ProvedDocument>) -> Vec<String>;

/// Checks the proofs in a bag, given the result of [`crate::bagit::check`], and adds its findings to it. Returns `None`
/// if the bag contains no usable proofs.
pub fn check(files: &mut dyn Files, checked: &mut Checked, trust: &TrustInput, views: Views<'_>) -> Option<Proved> {
    if !checked.files.keys().any(|path| path.starts_with("custody/")) {
        checked.wrong("custody", Fault::NoCustody, "");
        return None;
    }
    let (key, note, checkpoint) = read_log(files, checked)?;
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
        anchored: BTreeSet::new(),
        sealed_at: None,
        covered: BTreeSet::from([METADATA, KEY, CHECKPOINT, POLICY].map(str::to_owned)),
    };
    check.log_entries();
    let earlier = check.own_key(trust);
    let exported = check.export();
    let documents = check.documents();
    let quotes = check.quotes(&documents);
    check.covered.extend(views(check.files, check.checked, &documents));
    check.rest();
    let (key, checkpoint) = (check.key, check.checkpoint);
    checked.deviations.sort();
    checked.deviations.dedup();
    Some(Proved { key, earlier, checkpoint, witnesses, exported, documents, quotes })
}

fn read_log(files: &mut dyn Files, checked: &mut Checked) -> Option<(VerifierKey, SignedNote, Checkpoint)> {
    let key = read(files, KEY).and_then(|bytes| VerifierKey::read(&bytes).map_err(|error| chain(&error)));
    let key = key.map_err(|detail| checked.wrong(KEY, Fault::Key, detail)).ok()?;
    if read(files, POLICY).is_ok_and(|policy| policy != policy_text(&key).as_bytes()) {
        checked.wrong(POLICY, Fault::Policy, "not the policy of this log");
    }
    let signed = read(files, CHECKPOINT).and_then(|bytes| {
        let note = SignedNote::parse(&bytes).map_err(|error| chain(&error))?;
        let checkpoint = Checkpoint::signed(&note, &key).map_err(|error| chain(&error))?;
        Ok((note, checkpoint))
    });
    let (note, checkpoint) = signed.map_err(|detail| checked.wrong(CHECKPOINT, Fault::Checkpoint, detail)).ok()?;
    Some((key, note, checkpoint))
}

impl Check<'_> {
    fn log_entries(&mut self) {
        let paths: Vec<String> = self.below(ENTRIES).filter(|path| path.ends_with(".json")).collect();
        for path in paths {
            let Some(number) = numbered(&path) else { continue };
            let proof = proof_path(number);
            self.covered.extend([path.clone(), proof.clone()]);
            let Some(bytes) = self.bytes(&path, Fault::Entry) else { continue };
            let Some(text) = self.bytes(&proof, Fault::Proof) else { continue };
            if let Err(detail) = self.prove(number, &bytes, &text) {
                self.checked.wrong(&proof, Fault::Proof, detail);
                continue;
            }
            match JsonValue::read(&bytes) {
                Ok(entry) if entry.number("seq") == Some(number) => self.remember(number, &entry),
                Ok(_) => self.checked.wrong(&path, Fault::Entry, "its number differs from its file name"),
                Err(error) => self.checked.wrong(&path, Fault::Entry, chain(&error)),
            }
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
        tree::check_inclusion(Hash::leaf(entry), number, size, &proof.hashes, root).map_err(|error| chain(&error))
    }

    fn remember(&mut self, number: u64, entry: &JsonValue) {
        self.entries.insert(number);
        let made = entry.list("made").unwrap_or_default().iter().filter_map(|made| made.as_text().map(str::to_owned));
        match entry.text("act") {
            Some("export") => self.exports.push((made.collect(), text(entry, "at"))),
            Some("case.open") if number == 0 => self.keys.extend(made),
            Some("case.seal") => self.sealed_at = Some(number),
            Some("anchor") => {
                let used =
                    entry.list("used").unwrap_or_default().iter().filter_map(JsonValue::as_text).map(str::to_owned);
                self.anchored.extend(made.chain(used).chain([text(entry, "object")]));
            }
            _ => {}
        }
    }

    // The log must record its first key, and each handover must be signed, up to the key that signs the checkpoint.
    fn own_key(&mut self, trust: &TrustInput) -> Vec<VerifierKey> {
        let mut earlier = Vec::new();
        let mut last = self.keys.first().cloned().unwrap_or_default();
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
            self.checked.wrong(KEY, Fault::Key, "no proved log entry introduces it, or its predecessor did not sign");
        }
        if trust.key.as_ref().is_some_and(|known| *known != self.key && !earlier.contains(known)) {
            self.checked.wrong(KEY, Fault::Key, "neither the expected key nor a successor of it");
        }
        earlier
    }

    fn handover(&mut self, path: &str, known: &str) -> Result<(VerifierKey, VerifierKey), String> {
        let index =
            path.strip_prefix("custody/").and_then(handover_index).ok_or("its name is not that of a handover")?;
        if !self.entries.contains(&index) {
            return Err(format!("log entry {index} is not proved"));
        }
        let entry = read(self.files, &entry_path(index))?;
        let proof = LogProof::read(&read(self.files, path)?).map_err(|error| chain(&error))?;
        hand_over(known, &entry, &proof).map_err(|error| chain(&error))
    }

    // The log of a sealed case accepts no further entries, so its key signs a statement in place of the entry.
    fn statement(&mut self) {
        if !self.checked.files.contains_key(STATEMENT) {
            return;
        }
        self.covered.insert(STATEMENT.to_owned());
        let Some(bytes) = self.bytes(STATEMENT, Fault::Export) else { return };
        if self.sealed_at.is_none_or(|sealed| sealed.checked_add(1) != Some(self.checkpoint.size)) {
            self.checked.wrong(
                STATEMENT,
                Fault::Export,
                "the log is not proved to be sealed, so the export needs a log entry",
            );
            return;
        }
        match Statement::read(&bytes, &self.key) {
            Ok(statement) => self.exports.push((statement.made.into_iter().collect(), statement.at)),
            Err(error) => self.checked.wrong(STATEMENT, Fault::Export, chain(&error)),
        }
    }

    // The export of this package is the one that lists most of its files.
    fn export(&mut self) -> String {
        self.statement();
        let named = |digests: &Digests| format!("sha256:{}", to_hex(&digests.sha256));
        let digests = BOUND.map(|path| (path, self.checked.files.get(path).map(named).unwrap_or_default()));
        let unnamed = |made: &BTreeSet<String>| digests.iter().filter(|(_, digest)| !made.contains(digest)).count();
        let best = self.exports.iter().min_by_key(|(made, _)| unnamed(made));
        let Some((made, at)) = best.filter(|(made, _)| unnamed(made) < BOUND.len()).cloned() else {
            self.checked.wrong("manifest-sha256.txt", Fault::Export, "");
            return String::new();
        };
        for (path, _) in digests.iter().filter(|(_, digest)| !made.contains(digest)) {
            self.checked.wrong(path, Fault::Export, "");
        }
        at
    }

    fn documents(&mut self) -> BTreeMap<String, ProvedDocument> {
        let paths: Vec<String> = self.below(DOCUMENTS).filter(|path| path.ends_with(RECORD)).collect();
        let mut documents = BTreeMap::new();
        for path in paths {
            self.covered.insert(path.clone());
            let Some(bytes) = self.bytes(&path, Fault::Record) else { continue };
            let label = path[DOCUMENTS.len()..].trim_end_matches(RECORD).to_owned();
            let own = |record: &JsonValue| record.number("v") == Some(1) && record.text("document") == Some(&label);
            let record = JsonValue::read(&bytes).ok().filter(|record| own(record) && !label.contains('/'));
            match record.and_then(|record| self.document(&path, &label, &record)) {
                Some(document) => drop(documents.insert(label, document)),
                None => self.checked.wrong(&path, Fault::Record, ""),
            }
        }
        documents
    }

    // Returns `None` if the record is malformed; wrong statements in it become findings.
    fn document(&mut self, place: &str, label: &str, record: &JsonValue) -> Option<ProvedDocument> {
        let item = format!("item:{}", record.number("item")?);
        let original: [u8; 32] = record.bytes("original")?;
        let original_ref = format!("original:{}", to_hex(&original));
        let receipt = record.number("receipt")?;
        let entry = self.entry(receipt, place, Fault::Receipt, |entry| {
            let act = contains(entry, "act", "item.receive") || contains(entry, "act", "item.duplicate");
            let names = |what| ["object", "made", "used"].iter().any(|member| contains(entry, member, what));
            act && names(&item) && names(&original_ref)
        });
        let mut document = ProvedDocument {
            family: self.containers(place, record, receipt)?,
            original,
            size: entry.as_ref().and_then(|entry| fact(entry, "size")).unwrap_or_default(),
            receipt,
            received: entry.map(|entry| text(&entry, "at")).unwrap_or_default(),
            file: None,
            page_count: 0,
            pages: BTreeMap::new(),
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
        for opening in record.list("openings")? {
            self.opening(place, opening, &mut document)?;
        }
        Some(document)
    }

    // Checks the receipt of each container, outermost first, and that each member was taken from its container.
    fn containers(&mut self, place: &str, record: &JsonValue, receipt: u64) -> Option<Vec<u64>> {
        let (mut outer, mut family) = (None::<String>, Vec::new());
        let container = |c: &JsonValue| Some((Some(c.number("item")?), c.number("receipt")?));
        let containers = record.list("containers")?.iter().map(container);
        for link in containers.chain([Some((None, receipt))]) {
            let (item, receipt) = link?;
            family.push(item.or_else(|| record.number("item"))?);
            let item = item.map(|item| format!("item:{item}"));
            self.entry(receipt, place, Fault::Receipt, |entry| {
                let own = |item: &String| contains(entry, "object", item) || contains(entry, "made", item);
                // The entry of a duplicate refers to the item received first, not to its container.
                let from = |outer: &String| contains(entry, "used", outer) || contains(entry, "act", "item.duplicate");
                item.as_ref().is_none_or(own) && outer.as_ref().is_none_or(from)
            });
            outer = item;
        }
        Some(family)
    }

    // Checks that the outermost receipt of the document refers to the source that another case handed over.
    fn source(&mut self, place: &str, record: &JsonValue, receipt: u64) -> Option<()> {
        let received = |entry: &JsonValue| contains(entry, "act", "source.receive");
        let entry = self.entry(record.number("source")?, place, Fault::Receipt, received)?;
        let outermost = record.list("containers")?.first().map_or(Some(receipt), |c| c.number("receipt"))?;
        self.entry(outermost, place, Fault::Receipt, |receipt| contains(receipt, "used", &text(&entry, "object")));
        Some(())
    }

    fn original(&mut self, place: &str, label: &str, path: &str, document: &mut ProvedDocument) {
        let own = path.strip_prefix(DOCUMENTS).and_then(|rest| rest.strip_prefix(label));
        if own.is_some_and(|rest| rest.starts_with("/original")) {
            document.file =
                Some(path.to_owned()).filter(|path| self.content(path, document.original, place, Fault::Content));
        } else {
            self.checked.wrong(place, Fault::Part, format!("{path} is not a valid path for the original"));
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
        let content = format!("item:{}", record.number("content")?);
        let root = Hash(record.bytes("root")?);
        let tree = format!("tree:{}", root.to_hex());
        let leaves = record.number("leaves")?;
        let entry = self.entry(record.number("reading")?, place, Fault::Reading, |entry| {
            let required = [("act", "item.derive"), ("object", &content), ("used", original), ("made", &tree)];
            required.iter().all(|(key, value)| contains(entry, key, value)) && fact(entry, "leaves") == Some(leaves)
        });
        document.page_count = entry.and_then(|entry| fact(&entry, "pages")).unwrap_or_default();
        for part in record.list("parts")? {
            let hash = |hash: &JsonValue| Hash::from_base64(hash.as_text()?);
            let proof = LeafProof {
                record: part.text("record")?.as_bytes().to_vec(),
                index: part.number("index")?,
                leaves,
                hashes: part.list("proof")?.iter().map(hash).collect::<Option<_>>()?,
            };
            match proof.verify(root, leaves) {
                Ok(leaf) => self.part(place, label, &leaf, document),
                Err(error) => {
                    self.checked.wrong(place, Fault::Part, format!("part {}: {}", proof.index, chain(&error)));
                }
            }
        }
        Some(())
    }

    fn part(&mut self, place: &str, label: &str, leaf: &Leaf, document: &mut ProvedDocument) {
        let (path, page, proved) = match leaf.part {
            DocumentPart::Original { .. } if leaf.sha256 == document.original => return,
            DocumentPart::Original { .. } => {
                return self.checked.wrong(
                    place,
                    Fault::Part,
                    "the text was read from another original than the one received",
                );
            }
            DocumentPart::Text { page, .. } => (text_path(label, page), page, &mut document.pages),
            DocumentPart::Image { page, .. } => (picture_path(label, page), page, &mut document.pictures),
        };
        if self.content(&path, leaf.sha256, place, Fault::Content) {
            proved.insert(page, leaf.sha256);
        }
    }

    fn opening(&mut self, place: &str, opening: &JsonValue, document: &mut ProvedDocument) -> Option<()> {
        let (number, field) = (opening.number("entry")?, opening.text("field")?);
        // With a variable salt length, bytes could be moved between the salt and the value.
        let (salt, value) = (opening.bytes::<16>("salt")?, base64(opening.text("value")?)?);
        let commitment = to_hex(&Sha256::new().chain_update(salt).chain_update(&value).finalize());
        self.entry(number, place, Fault::Opening, |entry| {
            entry.get("sealed").is_some_and(|sealed| contains(sealed, field, &commitment))
        })?;
        document.opened.push((number, field.to_owned(), value));
        Some(())
    }

    fn quotes(&mut self, documents: &BTreeMap<String, ProvedDocument>) -> BTreeMap<String, (String, u32)> {
        let paths: Vec<String> = self.below(QUOTES).collect();
        let mut quotes = BTreeMap::new();
        for path in paths {
            self.covered.insert(path.clone());
            let Some(bytes) = self.bytes(&path, Fault::Quote) else { continue };
            match Anchor::read(&bytes) {
                Ok(anchor) if path == format!("{QUOTES}{}.json", anchor.id()) && anchor.log == self.key.name() => {
                    if self.quote(&path, &bytes, &anchor, documents) {
                        quotes.insert(anchor.id(), (anchor.document, anchor.page));
                    }
                }
                Ok(_) => self.checked.wrong(&path, Fault::Quote, "its file name or log does not match the quote"),
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
        let (item, digest) = (format!("item:{}", anchor.item), format!("sha256:{}", to_hex(&Sha256::digest(bytes))));
        self.entry(anchor.entry, path, Fault::QuoteLog, |entry| {
            let required = [("act", "quote"), ("object", &item), ("made", &digest)];
            required.iter().all(|(key, value)| contains(entry, key, value))
        });
        let document = documents.get(&anchor.document).filter(|document| document.original == anchor.original);
        if anchor.picture.is_some() && anchor.picture != document.and_then(|d| d.pictures.get(&anchor.page)).copied() {
            self.checked.wrong(path, Fault::QuoteText, "the picture that its regions refer to is not proved");
        }
        match document.and_then(|document| document.pages.get(&anchor.page)) {
            None => self.checked.wrong(path, Fault::QuoteText, "the page that it quotes is not proved"),
            Some(layer) if *layer != anchor.text_layer => {
                self.checked.wrong(path, Fault::QuoteText, chain(&AnchorError::TextLayer));
            }
            Some(_) => {
                let page = self.bytes(&text_path(&anchor.document, anchor.page), Fault::QuoteText).unwrap_or_default();
                let result =
                    str::from_utf8(&page).map_err(|_| AnchorError::TextLayer).and_then(|text| anchor.check(text));
                if let Err(error) = result {
                    self.checked.wrong(path, Fault::QuoteText, chain(&error));
                }
            }
        }
        self.checked.deviations.len() == before
    }

    // Every payload file and every proof file must be covered by one of the checks above.
    fn rest(&mut self) {
        let is_bag_file = |path: &str| BOUND.contains(&path) || path.starts_with("tagmanifest-sha");
        // `exhibit-time` checks whether an anchor is valid; here, that the log recorded it.
        let is_anchor = |path: &str, digests: &Digests| {
            let logged = self.anchored.contains(&format!("sha256:{}", to_hex(&digests.sha256)));
            let file = path.strip_prefix(ANCHORS).and_then(|path| path.split_once('/'));
            file.is_some_and(|(_, file)| logged || file == "consistency")
        };
        let is_covered =
            |path: &str, digests| is_bag_file(path) || self.covered.contains(path) || is_anchor(path, digests);
        let files = self.checked.files.iter();
        let rest: Vec<String> = files.filter(|(p, digests)| !is_covered(p, digests)).map(|(p, _)| p.clone()).collect();
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
            let tags = |path: &String| !path.starts_with("data/") && !path.starts_with("tagmanifest-sha");
            let tags = self.checked.files.iter().filter(|(path, _)| tags(path));
            let expected: String = tags.map(|(path, digests)| format!("{}  {path}\n", hex(digests))).collect();
            if !self.checked.files.contains_key(&manifest) {
                self.checked.wrong(&manifest, Fault::Missing, "");
            } else if self.bytes(&manifest, Fault::Unreadable).is_some_and(|found| found != expected.as_bytes()) {
                self.checked.wrong(&manifest, Fault::ManifestLine, "not the tag manifest that the package must have");
            }
        }
    }

    // Returns a proved log entry that satisfies `must`; `place` is where it is referenced.
    fn entry(
        &mut self,
        number: u64,
        place: &str,
        fault: Fault,
        must: impl Fn(&JsonValue) -> bool,
    ) -> Option<JsonValue> {
        if !self.entries.contains(&number) {
            self.checked.wrong(place, fault, format!("log entry {number} is not proved"));
            return None;
        }
        let entry = JsonValue::read(&self.bytes(&entry_path(number), fault)?).ok().filter(must);
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

/// The path, in a package, of a log entry.
#[must_use]
pub fn entry_path(number: u64) -> String {
    format!("{ENTRIES}{number:09}.json")
}

/// The path, in a package, of the proof of a log entry.
#[must_use]
pub fn proof_path(number: u64) -> String {
    format!("{ENTRIES}{number:09}.tlog-proof")
}

/// The path, in a package, of the proof of a handover from one key of the log to the next.
#[must_use]
pub fn handover_path(index: u64) -> String {
    format!("custody/{}", crate::chain::handover_path(index))
}

/// The path, in a package, of the record of a document.
#[must_use]
pub fn record_path(document: &str) -> String {
    format!("{DOCUMENTS}{document}{RECORD}")
}

/// The path, in a package, of the text of a page.
#[must_use]
pub fn text_path(document: &str, page: u32) -> String {
    format!("{DOCUMENTS}{document}/text/{page:04}.txt")
}

/// The path, in a package, of the picture of a page.
#[must_use]
pub fn picture_path(document: &str, page: u32) -> String {
    format!("{DOCUMENTS}{document}/pictures/{page:04}.png")
}

/// The path, in a package, of a quote.
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

// Whether a member of an entry is this string or a list that contains it.
fn contains(entry: &JsonValue, key: &str, value: &str) -> bool {
    let in_list = || entry.list(key).is_some_and(|list| list.iter().any(|text| text.as_text() == Some(value)));
    entry.text(key) == Some(value) || in_list()
}

fn fact(entry: &JsonValue, name: &str) -> Option<u64> {
    entry.get("facts")?.number(name)
}

fn text(entry: &JsonValue, key: &str) -> String {
    entry.text(key).unwrap_or_default().to_owned()
}
