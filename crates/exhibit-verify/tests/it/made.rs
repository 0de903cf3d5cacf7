//! A builder of small logs and bags, from `exhibit-proof` alone and with fixed keys, times and salts
//! (`docs/formats/custody.md`, `docs/formats/bag.md`). A [`Forgery`] makes them otherwise than the formats allow, as a
//! holder of the right key can: everything is signed, proved and listed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exhibit_proof::anchor::{Anchor, Passage};
use exhibit_proof::bagit::{Files, FoundFile, FoundKind, Unreadable, check};
use exhibit_proof::chain::{handover_path, key_ref};
use exhibit_proof::document::DocumentTree;
use exhibit_proof::hash::to_hex;
use exhibit_proof::json::JsonValue;
use exhibit_proof::package::{
    self, TrustInput, entry_path, picture_path, policy_text, proof_path, record_path, text_path,
};
use exhibit_proof::proof::LogProof;
use exhibit_proof::statement::Statement;
use exhibit_proof::tile::{Layer, TileName, push_entry, write_hashes};
use exhibit_proof::tree::{self, ProofError, complete_root};
use exhibit_proof::{Checkpoint, Hash, KeyKind, Signature, SignedNote, SignerKey, VerifierKey};
use exhibit_verify::loadfile;
use sha2::{Digest as _, Sha256, Sha512};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use tempfile::TempDir;

pub(crate) const ORIGIN: &str = "0123456789abcdef/custody";

/// The label of the quote in every bag with an export entry.
pub(crate) const QUOTE: &str = "Q-000006";

/// The name of [`witness`].
const WITNESS: &str = "witness.example/w1";

const READER: &str = "plain 1";

/// A signing key whose secret is this byte, 32 times.
pub(crate) fn signer(byte: u8) -> SignerKey {
    SignerKey::new(ORIGIN, &[byte; 32]).expect("a valid name")
}

/// The text of the public key of [`signer`].
pub(crate) fn key(byte: u8) -> String {
    signer(byte).verifier().to_string()
}

/// The key of a witness, whose secret is the byte 5, 32 times.
pub(crate) fn witness() -> VerifierKey {
    let public = witness_signer().verifier().public();
    VerifierKey::new(WITNESS, KeyKind::Cosignature, &public).expect("a valid name")
}

fn witness_signer() -> SignerKey {
    SignerKey::new(WITNESS, &[5; 32]).expect("a valid name")
}

/// The reference to bytes in log entries.
fn reference(bytes: &[u8]) -> String {
    format!("sha256:{}", to_hex(&Sha256::digest(bytes)))
}

fn list(texts: &[&str]) -> JsonValue {
    JsonValue::List(texts.iter().map(|text| (*text).into()).collect())
}

/// The members of an entry or a record.
pub(crate) type Members = BTreeMap<String, JsonValue>;

/// What a holder of the key does otherwise than the formats allow. Each step is a function that changes nothing by default.
#[derive(Clone, Copy)]
pub(crate) struct Forgery {
    /// The origin of the log.
    pub(crate) origin: &'static str,
    /// The number of the first page of the first document.
    pub(crate) first_page: u32,
    /// Changes the members of an entry, by its number, before it is logged.
    pub(crate) entry: fn(u64, &mut Members),
    /// Changes the members of the record of an item.
    pub(crate) record: fn(u64, &mut Members),
    /// Changes the quote before it is logged.
    pub(crate) quote: fn(&mut Anchor),
    /// Changes the log before the export is logged.
    pub(crate) before: fn(&mut Log),
    /// Changes files before they are listed and the export is logged.
    pub(crate) files: fn(&mut Tree),
    /// Changes what the export names.
    pub(crate) export: fn(&mut Vec<String>),
    /// Changes the log after the export.
    pub(crate) after: fn(&mut Log),
    /// Changes each signed checkpoint.
    pub(crate) note: fn(&mut SignedNote),
    /// Changes the finished bag, before the tag files are listed.
    pub(crate) finished: fn(&mut Tree, &Log),
}

/// Nothing is forged.
pub(crate) const HONEST: Forgery = Forgery {
    origin: ORIGIN,
    first_page: 1,
    entry: |_, _| {},
    record: |_, _| {},
    quote: |_| {},
    before: |_| {},
    files: |_| {},
    export: |_| {},
    after: |_| {},
    note: |_| {},
    finished: |_, _| {},
};

/// Changes a text to another one in the canonical text of a value.
pub(crate) fn swap(members: &mut Members, from: &str, to: &str) {
    let text = JsonValue::Map(members.clone()).write();
    assert!(text.contains(from), "{text} has no {from:?}");
    let Ok(JsonValue::Map(changed)) = JsonValue::read(text.replacen(from, to, 1).as_bytes()) else {
        panic!("not canonical: {to}")
    };
    *members = changed;
}

/// Sets a member.
pub(crate) fn set(members: &mut Members, name: &str, value: impl Into<JsonValue>) {
    members.insert(name.to_owned(), value.into());
}

/// Files by path.
#[derive(Clone, Default)]
pub(crate) struct Tree(pub(crate) BTreeMap<String, Vec<u8>>);

impl Tree {
    pub(crate) fn put(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.0.insert(path.to_owned(), bytes.into());
    }

    pub(crate) fn remove(&mut self, path: &str) {
        assert!(self.0.remove(path).is_some(), "{path} is missing");
    }

    pub(crate) fn text(&self, path: &str) -> String {
        String::from_utf8(self.0[path].clone()).expect("UTF-8")
    }

    pub(crate) fn edit(&mut self, path: &str, from: &str, to: &str) {
        let text = self.text(path);
        assert!(text.contains(from), "{path} has no {from:?}");
        self.put(path, text.replacen(from, to, 1));
    }

    /// Writes the files to a new folder.
    pub(crate) fn write(&self) -> TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, bytes) in &self.0 {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, bytes).expect("a file");
        }
        folder
    }

    /// Rewrites the payload manifests, the stated size and the tag manifests, as a forger who knows BagIt would.
    pub(crate) fn relist(&mut self) {
        let payload = self.0.iter().filter(|(path, _)| path.starts_with("data/"));
        let (count, size) =
            payload.fold((0, 0), |(count, size), (_, bytes)| (count + 1, size + bytes.len()));
        let info = self.text("bag-info.txt");
        let kept: String =
            info.split_inclusive('\n').filter(|line| !line.starts_with("Payload-Oxum")).collect();
        self.put("bag-info.txt", format!("{kept}Payload-Oxum: {size}.{count}\n"));
        self.manifests("manifest", |path| path.starts_with("data/"));
        self.relist_tags();
    }

    /// Rewrites the tag manifests.
    pub(crate) fn relist_tags(&mut self) {
        self.manifests("tagmanifest", |path| {
            !path.starts_with("data/") && !path.starts_with("tagmanifest-")
        });
    }

    fn manifests(&mut self, name: &str, lists: impl Fn(&str) -> bool) {
        let (mut short, mut long) = (String::new(), String::new());
        for (path, bytes) in self.0.iter().filter(|(path, _)| lists(path)) {
            short.push_str(&format!("{}  {path}\n", to_hex(&Sha256::digest(bytes))));
            long.push_str(&format!("{}  {path}\n", to_hex(&Sha512::digest(bytes))));
        }
        self.put(&format!("{name}-sha256.txt"), short);
        self.put(&format!("{name}-sha512.txt"), long);
    }
}

impl Files for Tree {
    fn list(&mut self) -> Result<Vec<FoundFile>, Unreadable> {
        let found = |(path, bytes): (&String, &Vec<u8>)| FoundFile {
            path: path.clone().into_bytes(),
            size: bytes.len() as u64,
            kind: FoundKind::Plain,
        };
        Ok(self.0.iter().map(found).collect())
    }

    fn read(&mut self, path: &str, each: &mut dyn FnMut(&[u8])) -> Result<(), Unreadable> {
        each(self.0.get(path).ok_or(Unreadable { reason: "missing".to_owned() })?);
        Ok(())
    }
}

/// A custody log.
pub(crate) struct Log {
    pub(crate) entries: Vec<Vec<u8>>,
    handovers: Vec<(u64, LogProof)>,
    pub(crate) signer: SignerKey,
    forgery: Forgery,
    /// Entries that the bag does not need.
    pub(crate) hidden: BTreeSet<u64>,
}

impl Log {
    /// A log with its first entry, signed by the key of this byte.
    pub(crate) fn new(byte: u8) -> Self {
        Self::forged(byte, HONEST)
    }

    /// The same with a forgery.
    pub(crate) fn forged(byte: u8, forgery: Forgery) -> Self {
        let signer = SignerKey::new(forgery.origin, &[byte; 32]).expect("a valid name");
        let mut log = Self {
            entries: Vec::new(),
            handovers: Vec::new(),
            signer,
            forgery,
            hidden: BTreeSet::new(),
        };
        let made = key_ref(log.signer.verifier());
        let facts = JsonValue::map([("prefix", "EXH".into())]);
        log.push("case.open", "case", [("made", list(&[&made])), ("facts", facts)]);
        log
    }

    /// Appends the receipt of a folder.
    pub(crate) fn receive_source(&mut self) -> u64 {
        let (facts, sealed) =
            (JsonValue::map([("channel", "folder".into())]), commitments(&["name"]));
        self.push("source.receive", "source:1", [("facts", facts), ("sealed", sealed)])
    }

    /// Appends an entry; returns its number.
    pub(crate) fn push<const N: usize>(
        &mut self,
        act: &str,
        object: &str,
        members: [(&str, JsonValue); N],
    ) -> u64 {
        let seq = self.entries.len() as u64;
        let fixed = [
            ("v", 1.into()),
            ("seq", seq.into()),
            ("at", format!("2026-11-23T09:30:{seq:02}.000000Z").into()),
            ("actor", "a1".into()),
            ("act", act.into()),
            ("object", object.into()),
            ("used", list(&[])),
            ("made", list(&[])),
            ("facts", JsonValue::map([])),
            ("sealed", JsonValue::map([])),
            ("tool", "exhibit 0.1.0".into()),
            ("salt", format!("{seq:032x}").into()),
        ];
        let JsonValue::Map(mut entry) = JsonValue::map(fixed.into_iter().chain(members)) else {
            panic!("an object")
        };
        (self.forgery.entry)(seq, &mut entry);
        self.entries.push(JsonValue::Map(entry).write().into_bytes());
        seq
    }

    /// Appends the handover to the key of this byte.
    pub(crate) fn hand_over(&mut self, byte: u8) {
        let new = SignerKey::new(self.forgery.origin, &[byte; 32]).expect("a valid name");
        let old = self.signer.verifier().clone();
        let facts = JsonValue::map([
            ("after", old.to_string().into()),
            ("key", new.verifier().to_string().into()),
        ]);
        let index = self.push("key.add", &key_ref(new.verifier()), [("facts", facts)]);
        let reason = JsonValue::map([("reason", "superseded".into())]);
        self.push("key.revoke", &key_ref(&old), [("facts", reason)]);
        let mut proof = self.proof(index);
        proof.checkpoint.signatures.push(new.sign(&proof.checkpoint.text));
        self.handovers.push((index, proof));
        self.signer = new;
    }

    /// The signed size and root.
    pub(crate) fn note(&self) -> SignedNote {
        let hashes: Vec<Hash> = self.entries.iter().map(|entry| Hash::leaf(entry)).collect();
        let size = hashes.len() as u64;
        let root = self.root(size);
        let origin = self.forgery.origin.to_owned();
        let text = Checkpoint { origin, size, root, extensions: Vec::new() }.text();
        let mut note = SignedNote { signatures: vec![self.signer.sign(&text)], text };
        (self.forgery.note)(&mut note);
        note
    }

    fn root(&self, size: u64) -> Hash {
        let root = tree::root(size, &mut |subtree| Ok::<_, ProofError>(self.subtree(subtree)));
        root.expect("a root")
    }

    fn subtree(&self, subtree: exhibit_proof::Subtree) -> Hash {
        let width = 1 << subtree.level;
        let first = usize::try_from(subtree.index).expect("a small log") * width;
        let hashes: Vec<Hash> =
            self.entries[first..first + width].iter().map(|entry| Hash::leaf(entry)).collect();
        complete_root(&hashes)
    }

    /// The proof of an entry.
    pub(crate) fn proof(&self, index: u64) -> LogProof {
        let size = self.entries.len() as u64;
        let hashes =
            tree::inclusion(index, size, &mut |subtree| Ok::<_, ProofError>(self.subtree(subtree)));
        LogProof { extra: None, index, hashes: hashes.expect("an entry"), checkpoint: self.note() }
    }

    /// A complete copy, as written by `exhibit log export`.
    pub(crate) fn copy(&self) -> Tree {
        let mut files = Tree::default();
        files.put("key.pub", format!("{}\n", self.signer.verifier()));
        files.put("checkpoint", self.note().to_string());
        for (index, proof) in &self.handovers {
            files.put(&handover_path(*index), proof.write());
        }
        let size = self.entries.len() as u64;
        for name in TileName::all(size) {
            let bytes = match name.layer {
                Layer::Hashes(0) => {
                    let hashes: Vec<Hash> =
                        self.entries.iter().map(|entry| Hash::leaf(entry)).collect();
                    write_hashes(&hashes)
                }
                Layer::Hashes(level) => panic!("a log of {size} entries has no level {level}"),
                Layer::Entries => {
                    let mut bundle = Vec::new();
                    assert!(
                        self.entries.iter().all(|entry| push_entry(&mut bundle, entry)),
                        "short entries"
                    );
                    bundle
                }
            };
            files.put(&name.path(), bytes);
        }
        files
    }
}

/// An object of commitments.
pub(crate) fn commitments(names: &[&str]) -> JsonValue {
    JsonValue::map(names.iter().map(|name| (*name, "ab".repeat(32).into())))
}

/// What is special about a bag.
#[derive(Clone, Copy, Default)]
pub(crate) struct Plan {
    /// The first page number of its load files.
    pub(crate) first: Option<&'static str>,
    /// Whether the case is sealed, so that the key signs a statement about the bag.
    pub(crate) sealed: bool,
    /// Whether the key 1 of the log handed over to the key 2.
    pub(crate) handover: bool,
    /// Whether [`witness`] cosigned the log before the export.
    pub(crate) witnessed: bool,
    /// Whether another case handed the documents over.
    pub(crate) received: bool,
    /// Whether the entry after the export records the receiver.
    pub(crate) transferred: bool,
}

/// An original with its pages, as it was received and read.
struct Original<'a> {
    item: u64,
    name: &'a str,
    bytes: &'a [u8],
    pages: &'a [&'a str],
    picture: Option<&'a [u8]>,
    /// The container: its item and the entry of its receipt.
    container: Option<(u64, u64)>,
    /// The entry of the receipt of the bag that it comes from.
    source: Option<u64>,
    first_page: u32,
}

pub(crate) const FIRST_PAGE: &str = "关于登记的通知\nAll residents must register.";

/// A bag of two documents, the second attached to the first, with a quote from the first page.
pub(crate) fn bag(plan: Plan) -> Tree {
    forged_bag(plan, HONEST)
}

/// The same with a forgery.
pub(crate) fn forged_bag(plan: Plan, forgery: Forgery) -> Tree {
    let mut files = Tree::default();
    let mut log = Log::forged(1, forgery);
    let source = if plan.received { Some(receive_bag(&mut log)) } else { None };
    if source.is_none() {
        let folder = log.receive_source();
        log.hidden.insert(folder);
    }
    let notice = Original {
        item: 1,
        name: "登记.txt",
        bytes: b"the bytes of a notice",
        pages: &[FIRST_PAGE, "تىزىملاش"],
        picture: Some(b"the bytes of a picture"),
        container: None,
        source,
        first_page: forgery.first_page,
    };
    let (receipt, reading) = add(&mut files, &mut log, &notice);
    let letter = Original {
        item: 2,
        name: "letter.txt",
        bytes: b"the bytes of a letter",
        pages: &["One page"],
        picture: None,
        container: Some((1, receipt)),
        source,
        first_page: 1,
    };
    add(&mut files, &mut log, &letter);
    add_quote(&mut files, &mut log, reading);
    (forgery.before)(&mut log);
    if plan.handover {
        log.hand_over(2);
    }
    let anchored = if plan.witnessed { add_cosignature(&mut files, &mut log) } else { None };
    files.put(package::METADATA, "{}");
    files.put("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
    let first = plan.first.map_or(String::new(), |first| format!("{}: {first}\n", loadfile::LABEL));
    let (day, origin) = ("2026-11-24", forgery.origin);
    let info = format!(
        "Bag-Software-Agent: exhibit 0.1.0\nBagging-Date: {day}\nExhibit-Bag: 1\n{first}External-Identifier: {origin}\n"
    );
    files.put("bag-info.txt", info);
    for (path, text) in package::HELP {
        files.put(path, text);
    }
    if let Some(first) = plan.first {
        add_load_files(&mut files, &log, first);
    }
    files.relist();
    (forgery.files)(&mut files);
    let mut made: Vec<String> =
        package::BOUND.iter().map(|path| reference(&files.0[*path])).collect();
    (forgery.export)(&mut made);
    if plan.sealed {
        log.push("case.seal", "case", []);
        let at = "2026-11-24T08:00:00.000000Z".to_owned();
        let text = Statement { origin: origin.to_owned(), at, made }.text();
        let note = SignedNote { signatures: vec![log.signer.sign(&text)], text };
        files.put(package::STATEMENT, note.to_string());
    } else {
        let manifest = reference(&files.0["manifest-sha256.txt"]);
        let made: Vec<&str> = made.iter().map(String::as_str).collect();
        let counts = [("documents", 2), ("pages", 3), ("pictures", 1), ("quotes", 1)];
        let facts = JsonValue::map(counts.map(|(name, count): (_, u64)| (name, count.into())));
        let sealed = commitments(if plan.first.is_some() {
            &["bates", "selection"]
        } else {
            &["selection"]
        });
        let export = log.push(
            "export",
            "case",
            [("made", list(&made)), ("facts", facts), ("sealed", sealed)],
        );
        if plan.transferred {
            let facts = JsonValue::map([("export", export.into()), ("receiver", "court".into())]);
            log.push("transfer", "case", [("used", list(&[&manifest])), ("facts", facts)]);
        }
    }
    (forgery.after)(&mut log);
    add_custody(&mut files, &log);
    if let Some(old) = anchored {
        let size = log.entries.len() as u64;
        let hashes =
            tree::consistency(old, size, &mut |subtree| Ok::<_, ProofError>(log.subtree(subtree)));
        let hashes: String =
            hashes.expect("a proof").iter().map(|hash| format!("{hash}\n")).collect();
        files.put(
            &format!("{}{old:09}/consistency", package::ANCHORS),
            format!("old {old}\n{hashes}\n{}", log.note()),
        );
    }
    (forgery.finished)(&mut files, &log);
    files.relist_tags();
    files
}

// Appends the receipt of a bag of another case.
fn receive_bag(log: &mut Log) -> u64 {
    let (bytes, other) = (
        reference(b"a file of the other bag"),
        SignerKey::new("fedcba9876543210/custody", &[8; 32]),
    );
    let key = key_ref(other.expect("a valid name").verifier());
    let facts = JsonValue::map([
        ("channel", "bag".into()),
        ("exported", "2026-11-22T10:00:00.000000Z".into()),
        ("log", "fedcba9876543210/custody".into()),
        ("log_root", "cd".repeat(32).into()),
        ("log_size", 40.into()),
    ]);
    let used = list(&[&bytes, &key, &bytes]);
    log.push(
        "source.receive",
        "source:1",
        [("used", used), ("facts", facts), ("sealed", commitments(&["name"]))],
    )
}

// Adds an anchor: the cosignature of the current checkpoint by the witness. Returns the anchored size.
fn add_cosignature(files: &mut Tree, log: &mut Log) -> Option<u64> {
    let (size, note, key, at) =
        (log.entries.len() as u64, log.note(), witness(), 1_795_000_000_u64);
    let signed = witness_signer().sign(&format!("cosignature/v1\ntime {at}\n{}", note.text)).bytes;
    let cosignature = Signature {
        name: WITNESS.to_owned(),
        id: key.id(),
        bytes: [&at.to_be_bytes()[..], &signed].concat(),
    };
    let anchor = [
        ("checkpoint", note.to_string()),
        ("w1.cosignature", cosignature.to_string()),
        ("w1.vkey", format!("{key}\n")),
    ];
    let made: Vec<String> = anchor.iter().map(|(_, text)| reference(text.as_bytes())).collect();
    let made: Vec<&str> = made.iter().map(String::as_str).collect();
    let facts = JsonValue::map([
        ("by", "2026-11-18T11:06:40Z".into()),
        ("kind", "witness".into()),
        ("log_size", size.into()),
        ("trusted", JsonValue::Bool(true)),
    ]);
    log.push(
        "anchor",
        made[0],
        [("made", list(&made[1..])), ("facts", facts), ("sealed", commitments(&["authority"]))],
    );
    for (name, text) in anchor {
        files.put(&format!("{}{size:09}/{name}", package::ANCHORS), text);
    }
    Some(size)
}

// Adds the proofs of all entries of a log.
fn add_custody(files: &mut Tree, log: &Log) {
    files.put("custody/key.pub", format!("{}\n", log.signer.verifier()));
    files.put("custody/checkpoint", log.note().to_string());
    files.put("custody/policy", policy_text(log.signer.verifier()));
    for (entry, number) in
        log.entries.iter().zip(0..).filter(|(_, number)| !log.hidden.contains(number))
    {
        files.put(&entry_path(number), entry.clone());
        files.put(&proof_path(number), log.proof(number).write());
    }
    for (index, proof) in &log.handovers {
        files.put(&package::handover_path(*index), proof.write());
    }
}

// Adds a document, its log entries and its record; returns the numbers of the entries of its receipt and its reading.
fn add(files: &mut Tree, log: &mut Log, original: &Original<'_>) -> (u64, u64) {
    let Original { item, name, bytes, pages, picture, container, source, first_page } = original;
    let label = format!("EXH-{item:06}");
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    let (object, named) = (format!("item:{item}"), format!("original:{}", to_hex(&digest)));
    let salt = [1; 16];
    let name_digest = to_hex(&Sha256::new().chain_update(salt).chain_update(name).finalize());
    let from = container.map_or("source:1".to_owned(), |(item, _)| format!("item:{item}"));
    let (size, relation) =
        (bytes.len() as u64, if container.is_some() { "attachment" } else { "file" });
    let receipt = log.push(
        "item.receive",
        &object,
        [
            ("used", list(&[&from])),
            ("made", list(&[&named])),
            ("facts", JsonValue::map([("relation", relation.into()), ("size", size.into())])),
            ("sealed", JsonValue::map([("name", name_digest.into())])),
        ],
    );
    let mut document = DocumentTree::new([7; 32], digest, size);
    for (page, text) in (*first_page..).zip(*pages) {
        document.push_text(page, READER, Sha256::digest(text).into());
        files.put(&text_path(&label, page), *text);
    }
    if let Some(picture) = picture {
        document.push_image(*first_page, "picture 1", Sha256::digest(picture).into());
        files.put(&picture_path(&label, *first_page), *picture);
    }
    let (root, leaves) = (document.root().to_hex(), document.leaves());
    let reading = log.push(
        "item.derive",
        &object,
        [
            ("used", list(&[&named])),
            ("made", list(&[&format!("tree:{root}")])),
            (
                "facts",
                JsonValue::map([
                    ("leaves", leaves.into()),
                    ("pages", (pages.len() as u64).into()),
                    ("reader", READER.into()),
                    ("state", "read".into()),
                ]),
            ),
            ("sealed", commitments(&["tree_seed"])),
            ("params_sha256", "ef".repeat(32).into()),
        ],
    );
    let part = |index| {
        let proof = document.prove(index).expect("a leaf");
        JsonValue::map([
            ("index", index.into()),
            ("record", String::from_utf8(proof.record).expect("UTF-8").into()),
            (
                "proof",
                JsonValue::List(proof.hashes.iter().map(|hash| hash.to_base64().into()).collect()),
            ),
        ])
    };
    let link = |(item, receipt): &(u64, u64)| {
        JsonValue::map([("item", (*item).into()), ("receipt", (*receipt).into())])
    };
    let file = format!("data/documents/{label}/original.txt");
    let opening = JsonValue::map([
        ("entry", receipt.into()),
        ("field", "name".into()),
        ("salt", to_hex(&salt).into()),
        ("value", STANDARD.encode(name).into()),
    ]);
    let JsonValue::Map(mut record) = JsonValue::map([
        ("v", 1.into()),
        ("document", label.as_str().into()),
        ("item", (*item).into()),
        ("original", to_hex(&digest).into()),
        ("file", file.as_str().into()),
        ("receipt", receipt.into()),
        ("containers", JsonValue::List(container.iter().map(link).collect())),
        ("openings", JsonValue::List(vec![opening])),
        ("reading", reading.into()),
        ("content", (*item).into()),
        ("root", root.into()),
        ("leaves", leaves.into()),
        ("parts", JsonValue::List((0..leaves).map(part).collect())),
    ]) else {
        panic!("an object")
    };
    if let Some(source) = source {
        set(&mut record, "source", *source);
    }
    (log.forgery.record)(*item, &mut record);
    files.put(&record_path(&label), JsonValue::Map(record).write());
    files.put(&file, *bytes);
    (receipt, reading)
}

fn add_quote(files: &mut Tree, log: &mut Log, reading: u64) {
    let mut anchor = Anchor {
        log: log.forgery.origin.to_owned(),
        entry: log.entries.len() as u64,
        reading,
        created: "2026-11-23T09:30:06Z".to_owned(),
        document: "EXH-000001".to_owned(),
        item: 1,
        original: Sha256::digest(b"the bytes of a notice").into(),
        page: 1,
        text_layer: Sha256::digest(FIRST_PAGE).into(),
        picture: Some(Sha256::digest(b"the bytes of a picture").into()),
        machine: None,
        passage: Passage {
            exact: "登记".to_owned(),
            prefix: "关于".to_owned(),
            suffix: "的通知".to_owned(),
            start: 2,
            end: 4,
        },
        regions: vec!["xywh=percent:1,2,3,4".to_owned()],
    };
    (log.forgery.quote)(&mut anchor);
    let text = anchor.write();
    let reading =
        JsonValue::read(&log.entries[usize::try_from(reading).expect("small")]).expect("an entry");
    let tree = reading
        .list("made")
        .and_then(|made| made.first()?.as_text())
        .unwrap_or("tree:none")
        .to_owned();
    let used =
        list(&[&format!("original:{}", to_hex(&Sha256::digest(b"the bytes of a notice"))), &tree]);
    log.push("quote", "item:1", [("used", used), ("made", list(&[&reference(text.as_bytes())]))]);
    files.put(&package::quote_path(QUOTE), text);
}

// Adds the load files that the proved facts of an unfinished bag give.
fn add_load_files(files: &mut Tree, log: &Log, first: &str) {
    let mut unfinished = files.clone();
    unfinished.relist();
    add_custody(&mut unfinished, log);
    let mut checked = check(&mut unfinished);
    let trust = TrustInput::default();
    let proved = package::check(&mut unfinished, &mut checked, &trust, &|_, _, _| Vec::new())
        .expect("proofs");
    let first = loadfile::Number::read(first).expect("a number");
    let made = loadfile::make(&proved.documents, &first).expect("enough digits");
    for (path, table) in made.tables {
        files.put(&path, table);
    }
    for (path, (label, pages)) in made.texts {
        let texts: Vec<String> =
            pages.iter().map(|page| files.text(&text_path(&label, *page))).collect();
        files.put(&path, texts.join("\u{c}"));
    }
}
