//! A document as a Merkle tree, so that one page can be proved without disclosing another.
//!
//! The leaves are records in canonical JSON: first the original's digest and size, then each page's text, then
//! page pictures. Each record has a separate salt, because a proof discloses the hashes of its neighbours, and
//! an unsalted record of a short page could be guessed. The log records the tree's root and its number of leaves.

use crate::hash::{Hash, to_hex};
use crate::json::JsonValue;
use crate::names::is_invisible;
use crate::tree::{self, ProofError, Subtree};
use sha2::{Digest as _, Sha256};

/// The version of the leaf records.
const VERSION: u64 = 1;

/// What a leaf describes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DocumentPart {
    /// The original's bytes.
    Original {
        /// Its size in bytes.
        size: u64,
    },
    /// A page's text, exactly as read.
    Text {
        /// The page's number, from 1.
        page: u32,
        /// The name and version of the reader.
        reader: String,
    },
    /// A page's picture.
    Image {
        /// The page's number, from 1.
        page: u32,
        /// The name, version and parameters of the renderer.
        reader: String,
    },
}

/// One leaf of the tree of a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leaf {
    /// What it describes.
    pub part: DocumentPart,
    /// SHA-256 of the bytes that it describes.
    pub sha256: [u8; 32],
    /// Keeps the record from being guessed.
    pub salt: [u8; 16],
}

/// The tree of a document, for building it and for proving its parts.
#[derive(Clone)]
pub struct DocumentTree {
    seed: [u8; 32],
    leaves: Vec<Leaf>,
}

/// The proof of one part of a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeafProof {
    /// The leaf's record, as hashed.
    pub record: Vec<u8>,
    /// The index of the leaf in the tree, from 0.
    pub index: u64,
    /// The number of leaves in the tree.
    pub leaves: u64,
    /// The inclusion proof, the sibling's hash first.
    pub hashes: Vec<Hash>,
}

/// Why the proof of a part of a document is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// The record does not have the form of a document leaf.
    #[error("the record does not have the form of a document leaf")]
    Record,
    /// The record is not a leaf of the document.
    #[error("the record is not a leaf of the document")]
    Inclusion(#[source] ProofError),
}

impl DocumentTree {
    /// Starts the tree of a document. `seed` is 32 random bytes, new for each tree: with them every salt can be
    /// recomputed; once they are destroyed, no undisclosed leaf can be guessed.
    #[must_use]
    pub fn new(seed: [u8; 32], original_sha256: [u8; 32], original_size: u64) -> Self {
        let mut document = Self { seed, leaves: Vec::new() };
        document.push(DocumentPart::Original { size: original_size }, original_sha256);
        document
    }

    /// Adds the text of a page, given the SHA-256 of its exact UTF-8 bytes. Add pages in ascending order.
    pub fn push_text(&mut self, page: u32, reader: &str, text_sha256: [u8; 32]) {
        self.push(DocumentPart::Text { page, reader: reader.to_owned() }, text_sha256);
    }

    /// Adds the picture of a page, given the SHA-256 of its file. Add pictures after all texts.
    pub fn push_image(&mut self, page: u32, reader: &str, file_sha256: [u8; 32]) {
        self.push(DocumentPart::Image { page, reader: reader.to_owned() }, file_sha256);
    }

    /// The number of leaves in the tree.
    #[must_use]
    pub fn leaves(&self) -> u64 {
        self.leaves.len() as u64
    }

    /// The tree's root.
    #[must_use]
    pub fn root(&self) -> Hash {
        let levels = self.levels();
        let Ok(root) = tree::root(self.leaves(), &mut |s| {
            Ok::<_, std::convert::Infallible>(node_at(&levels, s))
        });
        root
    }

    /// The index of the leaf of a page's text.
    #[must_use]
    pub fn text_of_page(&self, number: u32) -> Option<u64> {
        self.index(|part| matches!(part, DocumentPart::Text { page, .. } if *page == number))
    }

    /// The index of the leaf of a page's picture.
    #[must_use]
    pub fn picture_of_page(&self, number: u32) -> Option<u64> {
        self.index(|part| matches!(part, DocumentPart::Image { page, .. } if *page == number))
    }

    /// Proves the leaf at `index`.
    ///
    /// # Errors
    /// [`ProofError::OutOfRange`] if there is no such leaf.
    pub fn prove(&self, index: u64) -> Result<LeafProof, ProofError> {
        self.prove_all(&[index])?
            .pop()
            .ok_or(ProofError::OutOfRange { asked: index, size: self.leaves() })
    }

    /// Proves many leaves, for little more than the cost of one.
    ///
    /// # Errors
    /// [`ProofError::OutOfRange`] if one of them does not exist.
    pub fn prove_all(&self, indexes: &[u64]) -> Result<Vec<LeafProof>, ProofError> {
        let (levels, leaves) = (self.levels(), self.leaves());
        let prove = |&index: &u64| {
            let hashes = tree::inclusion(index, leaves, &mut |subtree| {
                Ok::<_, ProofError>(node_at(&levels, subtree))
            })?;
            let leaf = usize::try_from(index).ok().and_then(|index| self.leaves.get(index));
            let record = leaf
                .map(Leaf::record)
                .ok_or(ProofError::OutOfRange { asked: index, size: leaves })?;
            Ok(LeafProof { record, index, leaves, hashes })
        };
        indexes.iter().map(prove).collect()
    }

    fn push(&mut self, part: DocumentPart, sha256: [u8; 32]) {
        let salt = salt(&self.seed, self.leaves());
        self.leaves.push(Leaf { part, sha256, salt });
    }

    fn index(&self, is: impl Fn(&DocumentPart) -> bool) -> Option<u64> {
        (0_u64..).zip(&self.leaves).find(|(_, leaf)| is(&leaf.part)).map(|(index, _)| index)
    }

    // The hashes of all complete subtrees, leaves first.
    fn levels(&self) -> Vec<Vec<Hash>> {
        let mut levels =
            vec![self.leaves.iter().map(|leaf| Hash::leaf(&leaf.record())).collect::<Vec<_>>()];
        while let Some(last) = levels.last().filter(|last| last.len() > 1) {
            let above = last
                .as_chunks::<2>()
                .0
                .iter()
                .map(|[left, right]| Hash::node(left, right))
                .collect();
            levels.push(above);
        }
        levels
    }
}

impl LeafProof {
    /// Checks that the record is a leaf of the document with this root and number of leaves (both from its log
    /// entry), and returns the parsed record.
    ///
    /// # Errors
    /// [`LeafError`] if the proof is not valid.
    pub fn verify(&self, root: Hash, leaves: u64) -> Result<Leaf, LeafError> {
        if self.leaves != leaves {
            return Err(LeafError::Inclusion(ProofError::OutOfRange {
                asked: self.leaves,
                size: leaves,
            }));
        }
        tree::check_inclusion(Hash::leaf(&self.record), self.index, leaves, &self.hashes, root)
            .map_err(LeafError::Inclusion)?;
        Leaf::read(&self.record).ok_or(LeafError::Record)
    }
}

impl Leaf {
    /// The leaf's bytes, as hashed.
    #[must_use]
    pub fn record(&self) -> Vec<u8> {
        let (salt, sha256) = (to_hex(&self.salt).into(), to_hex(&self.sha256).into());
        let fixed = [("salt", salt), ("sha256", sha256), ("v", VERSION.into())];
        let page = |kind: &str, page: u32, reader: &str| {
            vec![("kind", kind.into()), ("page", u64::from(page).into()), ("reader", reader.into())]
        };
        let own = match &self.part {
            DocumentPart::Original { size } => {
                vec![("kind", "original".into()), ("size", (*size).into())]
            }
            DocumentPart::Text { page: number, reader } => page("text", *number, reader),
            DocumentPart::Image { page: number, reader } => page("image", *number, reader),
        };
        JsonValue::map(fixed.into_iter().chain(own)).write().into_bytes()
    }

    /// Reads a leaf's bytes; `None` for anything that [`Self::record`] would not have written the same way.
    #[must_use]
    pub fn read(record: &[u8]) -> Option<Self> {
        let value = JsonValue::read(record).ok()?;
        let page = || u32::try_from(value.number("page")?).ok().filter(|page| *page > 0);
        let reader =
            || value.text("reader").filter(|reader| is_readable(reader)).map(str::to_owned);
        let part = match value.text("kind")? {
            "original" => DocumentPart::Original { size: value.number("size")? },
            "text" => DocumentPart::Text { page: page()?, reader: reader()? },
            "image" => DocumentPart::Image { page: page()?, reader: reader()? },
            _ => return None,
        };
        let leaf = Self { part, sha256: value.bytes("sha256")?, salt: value.bytes("salt")? };
        (leaf.record() == record).then_some(leaf)
    }
}

// The name of a program: shown to people, so without anything invisible.
fn is_readable(reader: &str) -> bool {
    (1..=500).contains(&reader.len()) && !reader.chars().any(|c| c.is_control() || is_invisible(c))
}

fn salt(seed: &[u8; 32], index: u64) -> [u8; 16] {
    let hash: [u8; 32] =
        Sha256::new().chain_update(seed).chain_update(index.to_be_bytes()).finalize().into();
    let mut salt = [0; 16];
    salt.copy_from_slice(&hash[..16]);
    salt
}

// Only ever called for complete subtrees within the tree.
fn node_at(levels: &[Vec<Hash>], subtree: Subtree) -> Hash {
    levels[usize::from(subtree.level)][usize::try_from(subtree.index).unwrap_or(usize::MAX)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(bytes: &[u8]) -> [u8; 32] {
        Sha256::digest(bytes).into()
    }

    fn three_pages() -> DocumentTree {
        let mut document = DocumentTree::new([9; 32], digest(b"the file"), 8);
        for (page, text) in [(1, "关于登记的通知"), (2, ""), (3, "ئۇيغۇر")] {
            document.push_text(page, "pdf 1", digest(text.as_bytes()));
        }
        document
    }

    #[test]
    fn proves_one_page_without_disclosing_others() {
        let document = three_pages();
        let proof = document.prove(document.text_of_page(3).expect("page 3")).expect("a proof");
        let leaf = proof.verify(document.root(), document.leaves()).expect("proved");
        assert_eq!(leaf.part, DocumentPart::Text { page: 3, reader: "pdf 1".to_owned() });
        assert_eq!(leaf.sha256, digest("ئۇيغۇر".as_bytes()));
        let shown =
            [proof.record.clone(), proof.hashes.iter().flat_map(|h| h.0).collect()].concat();
        for hidden in ["关于登记的通知".as_bytes(), b"", b"the file"] {
            let hex = to_hex(&digest(hidden));
            assert!(
                !to_hex(&shown).contains(&to_hex(hex.as_bytes())),
                "no digest of another part is disclosed"
            );
        }
    }

    #[test]
    fn equal_pages_have_different_leaves() {
        let mut document = three_pages();
        document.push_text(4, "pdf 1", digest(b""));
        let hashes = &document.levels()[0];
        assert_ne!(document.leaves[2].salt, document.leaves[4].salt);
        assert_ne!(hashes[2], hashes[4]);
        assert_ne!(
            DocumentTree::new([8; 32], digest(b"the file"), 8).root(),
            DocumentTree::new([9; 32], digest(b"the file"), 8).root()
        );
    }

    #[test]
    fn altered_proofs_are_rejected() {
        let document = three_pages();
        let (root, leaves) = (document.root(), document.leaves());
        let proof = document.prove(1).expect("a proof");
        for index in 0..proof.record.len() {
            let mut altered = proof.clone();
            altered.record[index] ^= 1;
            assert!(altered.verify(root, leaves).is_err(), "byte {index}");
        }
        let check = |alter: &dyn Fn(&mut LeafProof)| {
            let mut altered = proof.clone();
            alter(&mut altered);
            assert!(altered.verify(root, leaves).is_err(), "{altered:?}");
        };
        check(&|p| p.index = 2);
        check(&|p| p.index = 4);
        check(&|p| p.leaves = 5);
        check(&|p| p.hashes.swap(0, 1));
        check(&|p| p.hashes.truncate(1));
        check(&|p| p.hashes.push(Hash::empty()));
        check(&|p| p.hashes[0].0[31] ^= 128);
        assert!(proof.verify(Hash::empty(), leaves).is_err());
        assert!(document.prove(4).is_err());
    }

    #[test]
    fn records_have_one_encoding() {
        let document = three_pages();
        for leaf in &document.leaves {
            assert_eq!(Leaf::read(&leaf.record()).as_ref(), Some(leaf));
        }
        let record = String::from_utf8(document.leaves[1].record()).expect("UTF-8");
        for (from, to) in [
            ("\"v\":1", "\"v\":2"),
            ("\"v\":1", "\"v\":1,\"w\":1"),
            ("text", "texts"),
            ("\"page\":1", "\"page\":-1"),
            ("\"page\":1", "\"page\":0"),
            ("pdf 1", ""),
            ("pdf 1", "pdf\u{202e} 1"),
        ] {
            assert_eq!(Leaf::read(record.replace(from, to).as_bytes()), None, "{to}");
        }
    }
}
