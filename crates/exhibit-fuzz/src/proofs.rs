//! Proofs, logs, bags and time stamps: strict readers. What they accept is written again to the same bytes where the
//! form is canonical; nothing unsigned is ever taken for signed.

use exhibit_custody::Entry;
use exhibit_proof::bagit::{self, Files, FoundFile, FoundKind, Unreadable};
use exhibit_proof::document::Leaf;
use exhibit_proof::json::JsonValue;
use exhibit_proof::package::{self, TrustInput};
use exhibit_proof::policy::Policy;
use exhibit_proof::proof::LogProof;
use exhibit_proof::statement::Statement;
use exhibit_proof::{Checkpoint, SignedNote, SignerKey, TileName, VerifierKey, anchor, tile};
use exhibit_time::anchored::{self, Known};
use exhibit_time::sigsum::SigsumPolicy;
use exhibit_time::{Certificate, StampContext, StampRequest, stamp, witness};
use std::collections::BTreeMap;

/// The key of the seeds' logs; its secret is public, so a target may not conclude anything from a good signature.
pub(crate) fn signer() -> SignerKey {
    SignerKey::new("fuzz.example/log", &[7; 32]).expect("a sound name")
}

fn verifier() -> VerifierKey {
    signer().verifier().clone()
}

pub(crate) fn json(bytes: &[u8]) {
    if let Ok(value) = JsonValue::read(bytes) {
        assert_eq!(value.write().as_bytes(), bytes, "canonical JSON has one form");
    }
}

pub(crate) fn note(bytes: &[u8]) {
    if let Ok(note) = SignedNote::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes, "a note is written as it was read");
        let _ = note.verify(&verifier());
    }
}

pub(crate) fn checkpoint(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        let again = Checkpoint::parse(&checkpoint.text()).expect("what was written is read");
        assert_eq!(
            (again.origin, again.size, again.root),
            (checkpoint.origin, checkpoint.size, checkpoint.root)
        );
    }
}

pub(crate) fn policy(bytes: &[u8]) {
    let _ = Policy::parse(bytes);
    let _ = SigsumPolicy::read(bytes);
}

pub(crate) fn tile(bytes: &[u8]) {
    if let Some(entries) = tile::read_entries(bytes) {
        let mut bundle = Vec::new();
        for entry in entries {
            assert!(tile::push_entry(&mut bundle, entry), "an entry that was read can be written");
        }
        assert_eq!(bundle, bytes, "a bundle is written as it was read");
    }
    if let Some(name) = std::str::from_utf8(bytes).ok().and_then(TileName::parse) {
        assert_eq!(name.path().as_bytes(), bytes, "a tile has one path");
    }
    let width = bytes.first().map_or(0, |byte| u16::from(*byte));
    let _ = tile::read_hashes(bytes.get(1..).unwrap_or_default(), width);
}

pub(crate) fn log_proof(bytes: &[u8]) {
    if let Ok(proof) = LogProof::read(bytes) {
        assert_eq!(proof.write().as_bytes(), bytes, "a proof is written as it was read");
        let _ = proof.verify(b"an entry", &verifier());
    }
}

pub(crate) fn leaf_proof(bytes: &[u8]) {
    if let Some(leaf) = Leaf::read(bytes) {
        assert_eq!(leaf.record(), bytes, "a leaf has one record");
    }
}

pub(crate) fn statement(bytes: &[u8]) {
    let _ = Statement::read(bytes, &verifier());
}

pub(crate) fn quote(bytes: &[u8]) {
    if let Ok(quote) = anchor::Anchor::read(bytes) {
        assert_eq!(quote.write().as_bytes(), bytes, "a quote has one form");
        let _ = quote.check("the text of some page");
    }
}

/// A bag in memory: for each file a byte with the length of its path, the path, two bytes (little-endian) with its size, its bytes.
pub(crate) fn bag(bytes: &[u8]) {
    let mut files = Bag::read(bytes);
    let mut checked = bagit::check(&mut files);
    let trust = TrustInput { key: Some(verifier()), policy: None };
    let proved = package::check(&mut files, &mut checked, &trust, &|_, _, _| Vec::new());
    if proved.is_none() {
        assert!(!checked.deviations.is_empty(), "what proves nothing is a deviation");
    }
}

pub(crate) fn log_entry(bytes: &[u8]) {
    if let Ok(entry) = Entry::read(bytes) {
        assert_eq!(entry.write(), bytes, "an entry has one form");
    }
}

pub(crate) fn time_stamp(bytes: &[u8]) {
    let against = StampContext { data: b"data", request: None, kept: &[], trusted: &[] };
    let _ = stamp::check(bytes, &against);
    let _ = stamp::embedded_certificates(bytes);
}

pub(crate) fn certificate(bytes: &[u8]) {
    let _ = Certificate::read(bytes);
    let _ = Certificate::read_all(bytes);
}

pub(crate) fn time_request(bytes: &[u8]) {
    if let Ok(request) = StampRequest::read(bytes) {
        let _ = request.is_over(b"data");
    }
}

pub(crate) fn witness(bytes: &[u8]) {
    let _ = witness::AddCheckpoint::read(bytes);
    let _ = witness::read_key(bytes);
    let _ = witness::signers(bytes);
}

pub(crate) fn sigsum(bytes: &[u8]) {
    let _ = exhibit_time::sigsum::LeafRequest::read(bytes);
    let _ = exhibit_time::sigsum::Proof::read(bytes);
}

/// A folder of anchors, in the form that [`bag`] has.
pub(crate) fn anchor_folder(bytes: &[u8]) {
    let files: BTreeMap<String, Vec<u8>> = Bag::read(bytes)
        .0
        .into_iter()
        .filter_map(|(path, bytes)| Some((String::from_utf8(path).ok()?, bytes)))
        .collect();
    let _ = anchored::check(&files, &[verifier()], &Known::default());
}

/// Files by their paths.
pub(crate) struct Bag(BTreeMap<Vec<u8>, Vec<u8>>);

impl Bag {
    fn read(mut bytes: &[u8]) -> Self {
        let mut files = BTreeMap::new();
        while let Some((length, rest)) = bytes.split_first() {
            let Some((path, rest)) = rest.split_at_checked(usize::from(*length)) else { break };
            let Some((size, rest)) = rest.split_first_chunk::<2>() else { break };
            let size = usize::from(u16::from_le_bytes(*size)).min(rest.len());
            files.insert(path.to_vec(), rest[..size].to_vec());
            bytes = &rest[size..];
        }
        Self(files)
    }

    /// The bytes that [`Self::read`] reads.
    pub(crate) fn write(files: &[(String, Vec<u8>)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (path, content) in files {
            let (length, size) = (u8::try_from(path.len()), u16::try_from(content.len()));
            bytes.push(length.expect("a short path"));
            bytes.extend(path.as_bytes());
            bytes.extend(size.expect("a small file").to_le_bytes());
            bytes.extend(content);
        }
        bytes
    }
}

impl Files for Bag {
    fn list(&mut self) -> Result<Vec<FoundFile>, Unreadable> {
        let found = self.0.iter().map(|(path, bytes)| FoundFile {
            path: path.clone(),
            size: bytes.len() as u64,
            kind: FoundKind::Plain,
        });
        Ok(found.collect())
    }

    fn read(&mut self, path: &str, each: &mut dyn FnMut(&[u8])) -> Result<(), Unreadable> {
        let bytes = self
            .0
            .get(path.as_bytes())
            .ok_or_else(|| Unreadable { reason: "file not found".to_owned() })?;
        bytes.chunks(1024).for_each(each);
        Ok(())
    }
}
