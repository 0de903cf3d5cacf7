//! A builder of small logs and bags, from `exhibit-proof` alone and with fixed keys, times and salts
//! (`docs/formats/custody.md`, `docs/formats/bag.md`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exhibit_proof::anchor::{Anchor, Passage};
use exhibit_proof::bagit::{Files, FoundFile, Unreadable, check};
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
use std::collections::BTreeMap;
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
        let (count, size) = payload.fold((0, 0), |(count, size), (_, bytes)| (count + 1, size + bytes.len()));
        let info = self.text("bag-info.txt");
        let kept: String = info.split_inclusive('\n').filter(|line| !line.starts_with("Payload-Oxum")).collect();
        self.put("bag-info.txt", format!("{kept}Payload-Oxum: {size}.{count}\n"));
        self.manifests("manifest", |path| path.starts_with("data/"));
        self.relist_tags();
    }

    /// Rewrites the tag manifests.
    pub(crate) fn relist_tags(&mut self) {
        self.manifests("tagmanifest", |path| !path.starts_with("data/") && !path.starts_with("tagmanifest-"));
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
            plain: true,
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
    entries: Vec<Vec<u8>>,
    handovers: Vec<(u64, LogProof)>,
    signer: SignerKey,
}

impl Log {
    /// A log with its first entry, signed by the key of this byte.
    pub(crate) fn new(byte: u8) -> Self {
        let mut log = Self { entries: Vec::new(), handovers: Vec::new(), signer: signer(byte) };
        let made = key_ref(log.signer.verifier());
        log.push("case.open", "case", [("made", list(&[&made]))]);
        log
    }

    /// Appends an entry; returns its number.
    pub(crate) fn push<const N: usize>(&mut self, act: &str, object: &str, members: [(&str, JsonValue); N]) -> u64 {
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
        let entry = JsonValue::map(fixed.into_iter().chain(members));
        self.entries.push(entry.write().into_bytes());
        seq
    }

    /// Appends the handover to the key of this byte.
    pub(crate) fn hand_over(&mut self, byte: u8) {
        let (old, new) = (self.signer.verifier().clone(), signer(byte));
        let facts = JsonValue::map([("after", old.to_string().into()), ("key", new.verifier().to_string().into())]);
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
        let text = Checkpoint { origin: ORIGIN.to_owned(), size, root, extensions: Vec::new() }.text();
        SignedNote { signatures: vec![self.signer.sign(&text)], text }
    }

    fn root(&self, size: u64) -> Hash {
        let root = tree::root(size, &mut |subtree| Ok::<_, ProofError>(self.subtree(subtree)));
        root.expect("a root")
    }

    fn subtree(&self, subtree: exhibit_proof::Subtree) -> Hash {
        let width = 1 << subtree.level;
        let first = usize::try_from(subtree.index).expect("a small log") * width;
        let hashes: Vec<Hash> = self.entries[first..first + width].iter().map(|entry| Hash::leaf(entry)).collect();
        complete_root(&hashes)
    }

    /// The proof of an entry.
    pub(crate) fn proof(&self, index: u64) -> LogProof {
        let size = self.entries.len() as u64;
        let hashes = tree::inclusion(index, size, &mut |subtree| Ok::<_, ProofError>(self.subtree(subtree)));
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
                    let hashes: Vec<Hash> = self.entries.iter().map(|entry| Hash::leaf(entry)).collect();
                    write_hashes(&hashes)
                }
                Layer::Hashes(level) => panic!("a log of {size} entries has no level {level}"),
                Layer::Entries => {
                    let mut bundle = Vec::new();
                    assert!(self.entries.iter().all(|entry| push_entry(&mut bundle, entry)), "short entries");
                    bundle
                }
            };
            files.put(&name.path(), bytes);
        }
        files
    }
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
}

pub(crate) const FIRST_PAGE: &str = "关于登记的通知\nAll residents must register.";

/// A bag of two documents, the second attached to the first, with a quote from the first page.
pub(crate) fn bag(plan: Plan) -> Tree {
    let mut files = Tree::default();
    let mut log = Log::new(1);
    log.push("source.receive", "source:1", []);
    let notice = Original {
        item: 1,
        name: "登记.txt",
        bytes: b"the bytes of a notice",
        pages: &[FIRST_PAGE, "تىزىملاش"],
        picture: Some(b"the bytes of a picture"),
        container: None,
    };
    let (receipt, reading) = add(&mut files, &mut log, &notice);
    let letter = Original {
        item: 2,
        name: "letter.txt",
        bytes: b"the bytes of a letter",
        pages: &["One page"],
        picture: None,
        container: Some((1, receipt)),
    };
    add(&mut files, &mut log, &letter);
    add_quote(&mut files, &mut log, reading);
    if plan.handover {
        log.hand_over(2);
    }
    let anchored = if plan.witnessed { add_cosignature(&mut files, &mut log) } else { None };
    files.put(package::METADATA, "{}");
    files.put("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
    let first = plan.first.map_or(String::new(), |first| format!("{}: {first}\n", loadfile::LABEL));
    files.put("bag-info.txt", format!("Exhibit-Bag: 1\n{first}"));
    files.put("VERIFY.txt", "How to check this package\n");
    files.put("verify.sh", "#!/bin/sh\n");
    if let Some(first) = plan.first {
        add_load_files(&mut files, &log, first);
    }
    files.relist();
    let made: Vec<String> = package::BOUND.iter().map(|path| reference(&files.0[*path])).collect();
    if plan.sealed {
        log.push("case.seal", "case", []);
        let at = "2026-11-24T08:00:00.000000Z".to_owned();
        let text = Statement { origin: ORIGIN.to_owned(), at, made }.text();
        let note = SignedNote { signatures: vec![log.signer.sign(&text)], text };
        files.put(package::STATEMENT, note.to_string());
    } else {
        let made: Vec<&str> = made.iter().map(String::as_str).collect();
        log.push("export", "case", [("made", list(&made))]);
    }
    add_custody(&mut files, &log);
    if let Some(old) = anchored {
        let size = log.entries.len() as u64;
        let hashes = tree::consistency(old, size, &mut |subtree| Ok::<_, ProofError>(log.subtree(subtree)));
        let hashes: String = hashes.expect("a proof").iter().map(|hash| format!("{hash}\n")).collect();
        files.put(&format!("{}{old:09}/consistency", package::ANCHORS), format!("old {old}\n{hashes}\n{}", log.note()));
    }
    files.relist_tags();
    files
}

// Adds an anchor: the cosignature of the current checkpoint by the witness. Returns the anchored size.
fn add_cosignature(files: &mut Tree, log: &mut Log) -> Option<u64> {
    let (size, note, key, at) = (log.entries.len() as u64, log.note(), witness(), 1_795_000_000_u64);
    let signed = witness_signer().sign(&format!("cosignature/v1\ntime {at}\n{}", note.text)).bytes;
    let cosignature =
        Signature { name: WITNESS.to_owned(), id: key.id(), bytes: [&at.to_be_bytes()[..], &signed].concat() };
    let anchor = [
        ("checkpoint", note.to_string()),
        ("w1.cosignature", cosignature.to_string()),
        ("w1.vkey", format!("{key}\n")),
    ];
    let made: Vec<String> = anchor.iter().map(|(_, text)| reference(text.as_bytes())).collect();
    let made: Vec<&str> = made.iter().map(String::as_str).collect();
    log.push("anchor", made[0], [("made", list(&made[1..]))]);
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
    for (entry, number) in log.entries.iter().zip(0..) {
        files.put(&entry_path(number), entry.clone());
        files.put(&proof_path(number), log.proof(number).write());
    }
    for (index, proof) in &log.handovers {
        files.put(&package::handover_path(*index), proof.write());
    }
}

// Adds a document, its log entries and its record; returns the numbers of the entries of its receipt and its reading.
fn add(files: &mut Tree, log: &mut Log, original: &Original<'_>) -> (u64, u64) {
    let Original { item, name, bytes, pages, picture, container } = original;
    let label = format!("EXH-{item:06}");
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    let (object, named) = (format!("item:{item}"), format!("original:{}", to_hex(&digest)));
    let salt = [1; 16];
    let name_digest = to_hex(&Sha256::new().chain_update(salt).chain_update(name).finalize());
    let from = container.map_or("source:1".to_owned(), |(item, _)| format!("item:{item}"));
    let size = bytes.len() as u64;
    let receipt = log.push(
        "item.receive",
        &object,
        [
            ("used", list(&[&from])),
            ("made", list(&[&named])),
            ("facts", JsonValue::map([("relation", "file".into()), ("size", size.into())])),
            ("sealed", JsonValue::map([("name", name_digest.into())])),
        ],
    );
    let mut document = DocumentTree::new([7; 32], digest, size);
    for (page, text) in (1..).zip(*pages) {
        document.push_text(page, READER, Sha256::digest(text).into());
        files.put(&text_path(&label, page), *text);
    }
    if let Some(picture) = picture {
        document.push_image(1, "picture 1", Sha256::digest(picture).into());
        files.put(&picture_path(&label, 1), *picture);
    }
    let (root, leaves) = (document.root().to_hex(), document.leaves());
    let reading = log.push(
        "item.derive",
        &object,
        [
            ("used", list(&[&named])),
            ("made", list(&[&format!("tree:{root}")])),
            ("facts", JsonValue::map([("leaves", leaves.into()), ("pages", (pages.len() as u64).into())])),
        ],
    );
    let part = |index| {
        let proof = document.prove(index).expect("a leaf");
        JsonValue::map([
            ("index", index.into()),
            ("record", String::from_utf8(proof.record).expect("UTF-8").into()),
            ("proof", JsonValue::List(proof.hashes.iter().map(|hash| hash.to_base64().into()).collect())),
        ])
    };
    let link =
        |(item, receipt): &(u64, u64)| JsonValue::map([("item", (*item).into()), ("receipt", (*receipt).into())]);
    let file = format!("data/documents/{label}/original.txt");
    let opening = JsonValue::map([
        ("entry", receipt.into()),
        ("field", "name".into()),
        ("salt", to_hex(&salt).into()),
        ("value", STANDARD.encode(name).into()),
    ]);
    let record = JsonValue::map([
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
    ]);
    files.put(&record_path(&label), record.write());
    files.put(&file, *bytes);
    (receipt, reading)
}

fn add_quote(files: &mut Tree, log: &mut Log, reading: u64) {
    let anchor = Anchor {
        log: ORIGIN.to_owned(),
        entry: log.entries.len() as u64,
        reading,
        created: "2026-11-23T09:30:06Z".to_owned(),
        document: "EXH-000001".to_owned(),
        item: 1,
        original: Sha256::digest(b"the bytes of a notice").into(),
        page: 1,
        text_layer: Sha256::digest(FIRST_PAGE).into(),
        picture: Some(Sha256::digest(b"the bytes of a picture").into()),
        passage: Passage {
            exact: "登记".to_owned(),
            prefix: "关于".to_owned(),
            suffix: "的通知".to_owned(),
            start: 2,
            end: 4,
        },
        regions: vec!["xywh=percent:1,2,3,4".to_owned()],
    };
    let text = anchor.write();
    log.push("quote", "item:1", [("made", list(&[&reference(text.as_bytes())]))]);
    assert_eq!(anchor.id(), QUOTE);
    files.put(&package::quote_path(QUOTE), text);
}

// Adds the load files that the proved facts of an unfinished bag give.
fn add_load_files(files: &mut Tree, log: &Log, first: &str) {
    let mut unfinished = files.clone();
    unfinished.relist();
    add_custody(&mut unfinished, log);
    let mut checked = check(&mut unfinished);
    let trust = TrustInput::default();
    let proved = package::check(&mut unfinished, &mut checked, &trust, &|_, _, _| Vec::new()).expect("proofs");
    let first = loadfile::Number::read(first).expect("a number");
    let made = loadfile::make(&proved.documents, &first).expect("enough digits");
    for (path, table) in made.tables {
        files.put(&path, table);
    }
    for (path, (label, pages)) in made.texts {
        let texts: Vec<String> = pages.iter().map(|page| files.text(&text_path(&label, *page))).collect();
        files.put(&path, texts.join("\u{c}"));
    }
}
