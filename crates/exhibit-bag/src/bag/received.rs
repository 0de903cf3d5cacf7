//! Bags received from other cases: stored with all their proofs, so that they can be checked again at any time and
//! passed on.
//!
//! A bag is stored in `bags/<SHA-256 of its manifest-sha256.txt>`: every file of it except its whole originals,
//! which are stored as originals of this case. Together they are the same bag again, byte for byte.

use super::writer::{create_file, create_folder};
use crate::{BagError, io_error};
use exhibit_case::{Case, CaseView};
use exhibit_custody::{Act, Channel, Entry, Fact, Ref, Verb};
use exhibit_ingest::{BagFile, BagSource};
use exhibit_model::{Digest, EntrySeq, OriginalId, SourceId};
use exhibit_proof::bagit::{Digests, Files, FoundFile, FoundKind, Unreadable, read_small};
use exhibit_proof::finding::Finding;
use exhibit_proof::package::{
    Proved, ProvedDocument, TrustInput, picture_path, record_path, text_path,
};
use exhibit_store::{Originals, put_in_place};
use exhibit_verify::{CheckedBag, Folder, TrustedFiles, check_bag};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

const MANIFEST: &str = "manifest-sha256.txt";

/// The maximum size of a record in bytes.
const MAX_RECORD: u64 = 64 << 20;

/// A bag that was checked and found valid.
#[derive(Debug)]
pub struct VerifiedBag {
    proved: Proved,
    files: Arc<BTreeMap<String, Digests>>,
    manifest: Digest,
}

impl VerifiedBag {
    /// Accepts a checked bag without findings.
    ///
    /// # Errors
    /// Returns the report of a check with findings.
    pub fn from_checked(checked: CheckedBag) -> Result<Self, Box<CheckedBag>> {
        if !checked.report.is_good() {
            return Err(Box::new(checked));
        }
        match (&checked.proved, checked.files.get(MANIFEST)) {
            (Some(proved), Some(manifest)) => {
                let (proved, manifest) = (proved.clone(), Digest::from_bytes(manifest.sha256));
                Ok(Self { proved, files: checked.files, manifest })
            }
            _ => Err(Box::new(checked)),
        }
    }

    /// The digest that names the bag.
    #[must_use]
    pub const fn id(&self) -> Digest {
        self.manifest
    }

    /// The key of the log that it comes from.
    #[must_use]
    pub fn key(&self) -> String {
        self.proved.key.to_string()
    }

    /// The number of bytes in its originals and pages.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.values().map(|digests| digests.size).sum()
    }

    // The paths of whole originals: these are not stored twice.
    fn originals(&self) -> BTreeSet<&str> {
        self.proved.documents.values().filter_map(|document| document.file.as_deref()).collect()
    }

    /// Stores the bag's proofs in the case. Idempotent; an interrupted call leaves nothing under the bag's name.
    ///
    /// # Errors
    /// [`BagError::Io`]; [`BagError::Changed`] if a file has changed since the check.
    pub fn keep(&self, case: &Case, from: &mut dyn Files) -> Result<(), BagError> {
        let target = case.folder.bags().join(self.manifest.to_string());
        if target.join(MANIFEST).is_file() {
            return Ok(());
        }
        let unfinished = target.with_extension("unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(io_error("remove", &unfinished))?;
        }
        create_folder(&unfinished).map_err(io_error("make the folder", &unfinished))?;
        let originals = self.originals();
        for (path, digests) in
            self.files.iter().filter(|(path, _)| !originals.contains(path.as_str()))
        {
            copy(from, path, digests, &unfinished.join(path))?;
        }
        let folder = File::open(&unfinished).map_err(io_error("open", &unfinished))?;
        rustix::fs::syncfs(&folder)
            .map_err(|error| io_error("make durable", &unfinished)(error.into()))?;
        put_in_place(&unfinished, &target).map_err(io_error("rename", &unfinished))
    }

    /// The bag as a source: originals under their proved names, or single pages if the original is not included.
    #[must_use]
    pub fn source(&self, name: &str, from: Box<dyn Files + Send>) -> BagSource {
        let mut files = Vec::new();
        for (label, document) in &self.proved.documents {
            match &document.file {
                Some(file) => files.push(BagFile {
                    place: file.clone(),
                    path: path_of(label, file, document),
                    original: OriginalId::new(Digest::from_bytes(document.original)),
                }),
                None => files.extend(pages_of(label, document)),
            }
        }
        let (proved, manifest, secret) = (&self.proved, self.manifest, name.as_bytes().to_vec());
        let key = Ref::key(&proved.key);
        let checkpoint = self.files.get("custody/checkpoint").map(|d| Digest::from_bytes(d.sha256));
        let (origin, size) = (proved.checkpoint.origin.clone(), proved.checkpoint.size);
        let (exported, root) = (proved.exported.clone(), proved.checkpoint.root.to_hex());
        let receipt = move |number| {
            let act = Act::source_receive(number, Channel::Bag, &secret)
                .uses(Ref::Bytes(manifest))
                .uses(key);
            let act = checkpoint
                .into_iter()
                .fold(act, |act, checkpoint| act.uses(Ref::Bytes(checkpoint)));
            act.fact("log", Fact::Text(origin.clone()))
                .fact("log_root", Fact::Text(root.clone()))
                .fact("log_size", Fact::Number(size))
                .fact("exported", Fact::Text(exported.clone()))
        };
        let identity = format!("bag:{manifest}").into_bytes();
        BagSource { identity, name: name.to_owned(), receipt: Box::new(receipt), from, files }
    }
}

// `<document>/<name as found>` if a name was revealed; otherwise the name of the file in the bag.
fn path_of(label: &str, file: &str, document: &ProvedDocument) -> Vec<u8> {
    let own =
        |(entry, field, _): &&(u64, String, Vec<u8>)| *entry == document.receipt && field == "name";
    let opened = document
        .opened
        .iter()
        .find(own)
        .map(|(_, _, name)| name.clone())
        .filter(|name| !name.is_empty());
    let name =
        opened.unwrap_or_else(|| file.rsplit('/').next().unwrap_or(file).as_bytes().to_vec());
    [label.as_bytes(), b"/", &name].concat()
}

fn pages_of(label: &str, document: &ProvedDocument) -> Vec<BagFile> {
    let texts =
        document.pages.iter().map(|(page, sha256)| (text_path(label, *page), *page, "txt", sha256));
    let pictures = document
        .pictures
        .iter()
        .map(|(page, sha256)| (picture_path(label, *page), *page, "png", sha256));
    let file = |(place, page, ending, sha256): (String, u32, &str, &[u8; 32])| BagFile {
        place,
        path: format!("{label}/page {page:04}.{ending}").into_bytes(),
        original: OriginalId::new(Digest::from_bytes(*sha256)),
    };
    texts.chain(pictures).map(file).collect()
}

fn copy(from: &mut dyn Files, path: &str, digests: &Digests, to: &Path) -> Result<(), BagError> {
    let mut file = create_file(to).map_err(io_error("create", to))?;
    let (mut hasher, mut written) = (sha2::Sha256::default(), Ok(()));
    let read = from.read(path, &mut |piece| {
        sha2::Digest::update(&mut hasher, piece);
        if written.is_ok() {
            written = file.write_all(piece);
        }
    });
    written.map_err(io_error("write", to))?;
    let sha256: [u8; 32] = sha2::Digest::finalize(hasher).into();
    if read.is_err() || sha256 != digests.sha256 {
        return Err(BagError::Changed(path.to_owned()));
    }
    Ok(())
}

/// A stored bag combined with its originals, in the form that the bag check reads.
pub struct KeptBag {
    kept: Folder,
    originals: BTreeMap<String, OriginalId>,
    store: Originals,
}

impl std::fmt::Debug for KeptBag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptBag").field("originals", &self.originals.len()).finish_non_exhaustive()
    }
}

impl KeptBag {
    /// The bag with this name in the case.
    ///
    /// # Errors
    /// [`BagError::NoSuchBag`]; others if it cannot be read.
    pub fn open(view: &CaseView<'_>, id: &str) -> Result<Self, BagError> {
        let whole = view.whole()?;
        let folder = view.case().folder.bags().join(id);
        if Digest::parse(id).is_err() || !folder.is_dir() {
            return Err(BagError::NoSuchBag(id.to_owned()));
        }
        let mut kept = Folder::new(&folder);
        let mut originals = BTreeMap::new();
        for entry in fs::read_dir(folder.join("data/documents")).into_iter().flatten().flatten() {
            let record = entry.file_name().into_string().ok().map(|label| record_path(&label));
            originals.extend(record.and_then(|record| original_of(&mut kept, &record)));
        }
        let store = whole.open_originals()?;
        Ok(Self { kept, originals, store })
    }

    /// Rebuilds the bag as a folder, identical to the received one.
    ///
    /// # Errors
    /// [`BagError`].
    pub fn write(&mut self, target: &Path) -> Result<u64, BagError> {
        if target.symlink_metadata().is_ok() {
            return Err(BagError::Exists(target.to_owned()));
        }
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(target.file_name().unwrap_or_default());
        hidden.push(".unfinished");
        let unfinished = target.with_file_name(hidden);
        let _ = fs::remove_dir_all(&unfinished);
        let checked = check_bag(self, &TrustInput::default(), &TrustedFiles::default(), false);
        let good = VerifiedBag::from_checked(checked).map_err(|_| BagError::BagDamaged)?;
        for (path, digests) in good.files.iter() {
            copy(self, path, digests, &unfinished.join(path))?;
        }
        let folder = File::open(&unfinished).map_err(io_error("open", &unfinished))?;
        rustix::fs::syncfs(&folder)
            .map_err(|error| io_error("make durable", &unfinished)(error.into()))?;
        put_in_place(&unfinished, target).map_err(io_error("rename", &unfinished))?;
        Ok(good.files.len() as u64)
    }
}

fn original_of(kept: &mut Folder, record: &str) -> Option<(String, OriginalId)> {
    let record =
        exhibit_proof::json::JsonValue::read(&read_small(kept, record, MAX_RECORD).ok()?).ok()?;
    let original = Digest::parse(record.get("original")?.as_text()?).ok()?;
    Some((record.get("file")?.as_text()?.to_owned(), OriginalId::new(original)))
}

impl Files for KeptBag {
    fn list(&mut self) -> Result<Vec<FoundFile>, Unreadable> {
        let mut found = self.kept.list()?;
        for (path, original) in &self.originals {
            let size = fs::metadata(self.store.path(*original)).map(|about| about.len());
            found.extend(size.ok().map(|size| FoundFile {
                path: path.clone().into_bytes(),
                size,
                kind: FoundKind::Plain,
            }));
        }
        Ok(found)
    }

    fn read(&mut self, path: &str, each: &mut dyn FnMut(&[u8])) -> Result<(), Unreadable> {
        let Some(original) = self.originals.get(path) else { return self.kept.read(path, each) };
        let unreadable =
            |error: &dyn std::error::Error| Unreadable { reason: exhibit_case::chain_of(error) };
        let mut file = self.store.open_original(*original).map_err(|error| unreadable(&error))?;
        let mut piece = vec![0; 1 << 18];
        loop {
            match file.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(length) => each(&piece[..length]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(unreadable(&error)),
            }
        }
    }
}

/// A stored bag, with its state in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedBag {
    /// SHA-256 of its `manifest-sha256.txt`, which names it.
    pub id: Digest,
    /// The log entry of its receipt; `None` if its import was interrupted before it began.
    pub entry: Option<EntrySeq>,
    /// Whether it was imported completely.
    pub whole: bool,
    /// The source created from it.
    pub source: Option<SourceId>,
    /// The identity of the log that it comes from.
    pub log: String,
}

/// The bags received by this case. A restricted scope has none: a bag is received and returned as a whole.
///
/// # Errors
/// [`BagError`].
pub fn received_bags(view: &CaseView<'_>) -> Result<Vec<ReceivedBag>, BagError> {
    let whole = view.whole()?;
    let case = view.case();
    let folder = case.folder.bags();
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).into_iter().flatten() {
        let name =
            entry.map_err(io_error("list", &folder))?.file_name().to_string_lossy().into_owned();
        if let Ok(id) = Digest::parse(&name) {
            found.push(ReceivedBag {
                id,
                entry: None,
                whole: false,
                source: None,
                log: String::new(),
            });
        }
    }
    found.sort_by_key(|bag| bag.id);
    if found.is_empty() {
        return Ok(found);
    }
    let log = case.folder.log()?;
    log.entries_from(EntrySeq::FIRST, &mut |seq, bytes| {
        let Some(entry) = Entry::read(bytes).ok().filter(|entry| entry.act == Verb::SourceReceive)
        else {
            return true;
        };
        let Ref::Source(source) = entry.object else { return true };
        for bag in found.iter_mut().filter(|bag| entry.used.contains(&Ref::Bytes(bag.id))) {
            bag.entry = Some(seq);
            bag.source = Some(source);
            if let Some(Fact::Text(log)) = entry.facts.get("log") {
                bag.log.clone_from(log);
            }
        }
        true
    })?;
    for bag in &mut found {
        bag.whole = bag.source.map(|number| whole.is_walked(number)).transpose()?.unwrap_or(false);
    }
    Ok(found)
}

/// Checks every received bag again, except those that are not imported completely. Returns the findings of each bag.
///
/// # Errors
/// [`BagError`] only if the check itself is impossible.
pub fn check_received(view: &CaseView<'_>) -> Result<Vec<(ReceivedBag, Vec<Finding>)>, BagError> {
    let mut all = Vec::new();
    for bag in received_bags(view)? {
        if !bag.whole {
            // its originals are not all imported yet
            all.push((bag, Vec::new()));
            continue;
        }
        let mut kept = KeptBag::open(view, &bag.id.to_string())?;
        let checked = check_bag(&mut kept, &TrustInput::default(), &TrustedFiles::default(), false);
        let mut findings = checked.report.deviations;
        let manifest =
            checked.files.get(MANIFEST).map(|digests| Digest::from_bytes(digests.sha256));
        if manifest != Some(bag.id) {
            findings.push(Finding {
                place: MANIFEST.to_owned(),
                fault: exhibit_proof::finding::Fault::Altered,
                detail: "it is the manifest of another bag".to_owned(),
            });
        }
        all.push((bag, findings));
    }
    Ok(all)
}
