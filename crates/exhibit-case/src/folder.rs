//! The folder of a case: the only code that joins the paths of a case.
//!
//! Everything else asks for a thing of the case: opened, or its path where it opens it itself. The names of the files
//! are private to this module, and documented in `docs/formats/case.md`. A folder that encrypts its files would take
//! the place of this one.

use crate::CaseError;
use exhibit_catalogue::{Catalogue, CatalogueError};
use exhibit_custody::{Log, LogError};
use exhibit_store::{Originals, PackReader, StoreError};
use std::path::{Path, PathBuf};

/// The folder of a case, whether or not the case exists already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFolder(PathBuf);

/// The places of a case, as reports and findings name them: relative to its folder. They are not for joining.
impl CaseFolder {
    /// Name, label prefix and settings.
    pub const SETTINGS: &str = "exhibit.toml";
    /// Originals by digest.
    pub const ORIGINALS: &str = "originals";
    /// Page packs.
    pub const PACKS: &str = "derived/pages";
    /// Pictures of pages rendered for citing, by digest.
    pub const CITED: &str = "derived/cited";
    /// The catalogue.
    pub const CATALOGUE: &str = "catalogue.db";
    /// The search index.
    pub const INDEX: &str = "index";
    /// A search index that is being rebuilt.
    pub const NEW_INDEX: &str = "index.new";
    /// The custody log.
    pub const CUSTODY: &str = "custody";
    /// The access log: views, searches and exports.
    pub const ACCESS: &str = "access";
    /// Bags received from other cases, by the digests of their manifests.
    pub const BAGS: &str = "bags";
    /// Every tag added to a document or removed from it, one per line.
    pub const TAGS: &str = "tags.ndjson";
    /// Quotes, one file each.
    pub const QUOTES: &str = "quotes";
}

/// Rendered pages: a cache.
const PICTURES: &str = "derived/pictures";
/// Batches of names and queries, and their results.
const BATCHES: &str = "batches";
/// Saved searches.
const SAVED: &str = "saved.json";
/// The search history of this user.
const HISTORY: &str = "history.json";
/// Passwords to try on encrypted files, one per line.
const PASSWORDS: &str = "passwords";
/// The settings of a case that is being created: renamed to their name last.
const UNFINISHED: &str = "exhibit.toml.new";
/// The process with the case's lock.
const LOCK: &str = "lock";

impl CaseFolder {
    /// The folder at a path. Nothing is read.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Its own path, for showing and comparing.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Whether it contains a case: its settings are written last.
    #[must_use]
    pub fn is_case(&self) -> bool {
        self.settings().is_file()
    }

    /// The settings of a case that is being created.
    pub(crate) fn unfinished_settings(&self) -> PathBuf {
        self.at(UNFINISHED)
    }

    /// Whether creating a case makes something of this name in its folder.
    pub(crate) fn is_of_new_case(&self, name: &std::ffi::OsStr) -> bool {
        let derived = Self::PACKS.split('/').next().unwrap_or_default();
        let known = [Self::ORIGINALS, derived, Self::INDEX, Self::CUSTODY, LOCK];
        let Some(name) = name.to_str() else { return false };
        known.contains(&name)
            || name
                .strip_prefix(Self::CATALOGUE)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

    /// The files and folders that every reader of the case needs.
    #[must_use]
    pub fn needed(&self) -> Vec<PathBuf> {
        let index = self.index();
        let meta = index.join("meta.json");
        vec![
            self.0.clone(),
            self.settings(),
            self.at(Self::CATALOGUE),
            self.custody(),
            self.checkpoint(),
            index,
            meta,
        ]
    }

    /// The folder of the originals.
    pub(crate) fn originals_folder(&self) -> PathBuf {
        self.at(Self::ORIGINALS)
    }

    /// Creates the folders of a new case.
    pub(crate) fn create_folders(&self) -> Result<(), CaseError> {
        for path in [self.at(Self::ORIGINALS), self.pack_folder(), self.pictures(), self.custody()]
        {
            std::fs::create_dir_all(&path).map_err(crate::io_error("make the folder", &path))?;
        }
        // it may have been an empty folder that others could list
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(&self.0, private)
            .map_err(crate::io_error("protect the folder", &self.0))?;
        Ok(())
    }

    /// The custody log, for reading.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn log(&self) -> Result<Log, LogError> {
        Log::open(&self.custody())
    }

    /// The catalogue, on a new connection for reading.
    ///
    /// # Errors
    /// [`CatalogueError`].
    pub fn catalogue_for_reading(&self) -> Result<Catalogue, CatalogueError> {
        Catalogue::open_for_reading(&self.at(Self::CATALOGUE))
    }

    /// The catalogue, for writing: only by the process with the case's lock.
    pub(crate) fn catalogue_for_writing(&self) -> Result<Catalogue, CatalogueError> {
        Catalogue::open_for_writing(&self.at(Self::CATALOGUE))
    }

    /// The catalogue of a new case.
    pub(crate) fn create_catalogue(&self) -> Result<Catalogue, CatalogueError> {
        Catalogue::create(&self.at(Self::CATALOGUE))
    }

    /// The store of originals.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn originals(&self) -> Result<Originals, StoreError> {
        Originals::open(&self.at(Self::ORIGINALS))
    }

    /// The store of pictures rendered for citing: by their digests, like originals.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn cited(&self) -> Result<Originals, StoreError> {
        Originals::open(&self.at(Self::CITED))
    }

    /// The page packs, for reading.
    #[must_use]
    pub fn packs(&self) -> PackReader {
        PackReader::new(&self.pack_folder())
    }

    /// The folder of page packs, for the writer of packs.
    #[must_use]
    pub fn pack_folder(&self) -> PathBuf {
        self.at(Self::PACKS)
    }

    /// The file of settings.
    #[must_use]
    pub fn settings(&self) -> PathBuf {
        self.at(Self::SETTINGS)
    }

    /// The folder of the custody log, for what checks, writes or copies it.
    #[must_use]
    pub fn custody(&self) -> PathBuf {
        self.at(Self::CUSTODY)
    }

    /// The latest checkpoint of the custody log.
    #[must_use]
    pub fn checkpoint(&self) -> PathBuf {
        self.custody().join("checkpoint")
    }

    /// The folder of anchors: requests and replies by the size of the log.
    #[must_use]
    pub fn anchors(&self) -> PathBuf {
        self.custody().join("anchors")
    }

    /// The folder of the access log.
    #[must_use]
    pub fn access(&self) -> PathBuf {
        self.at(Self::ACCESS)
    }

    /// The folder of the search index.
    #[must_use]
    pub fn index(&self) -> PathBuf {
        self.at(Self::INDEX)
    }

    /// The folder of a search index that is being rebuilt.
    #[must_use]
    pub fn new_index(&self) -> PathBuf {
        self.at(Self::NEW_INDEX)
    }

    /// The folder of received bags.
    #[must_use]
    pub fn bags(&self) -> PathBuf {
        self.at(Self::BAGS)
    }

    /// The folder of quotes.
    #[must_use]
    pub fn quotes(&self) -> PathBuf {
        self.at(Self::QUOTES)
    }

    /// The folder of batches.
    #[must_use]
    pub fn batches(&self) -> PathBuf {
        self.at(BATCHES)
    }

    /// The file of saved searches.
    #[must_use]
    pub fn saved(&self) -> PathBuf {
        self.at(SAVED)
    }

    /// The file of the search history.
    #[must_use]
    pub fn history(&self) -> PathBuf {
        self.at(HISTORY)
    }

    /// The file of tag changes.
    #[must_use]
    pub fn tags(&self) -> PathBuf {
        self.at(Self::TAGS)
    }

    /// The cache of rendered pages.
    #[must_use]
    pub fn pictures(&self) -> PathBuf {
        self.at(PICTURES)
    }

    pub(crate) fn passwords(&self) -> PathBuf {
        self.at(PASSWORDS)
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.at(LOCK)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Acts, Case, Keys, NewCase, Principal};
    use exhibit_model::{FixedClock, Moment};
    use std::collections::BTreeSet;

    // Everything that a new case contains is named here, and a folder is a case only once its settings are written.
    #[test]
    fn a_new_case_contains_what_its_folder_names() {
        let parent = tempfile::tempdir().expect("a folder");
        let (path, keys) = (parent.path().join("case"), parent.path().join("keys"));
        let folder = CaseFolder::new(&path);
        assert!(!folder.is_case());
        folder.create_folders().expect("made");
        assert!(!folder.is_case(), "without settings");
        std::fs::remove_dir_all(&path).expect("removed");
        let new = NewCase { name: "case", prefix: "EXH", keys: &keys, lock: None };
        let acts =
            || Acts::new(FixedClock(Moment(0)), |bytes| bytes.fill(7), Principal::LOCAL, "test");
        Case::init(&path, &new, &mut acts()).expect("a case");
        assert!(folder.is_case());
        drop(crate::CaseWriter::take(&path, &Keys::plain(&keys), acts()).expect("a writer"));
        assert_eq!(folder.log().expect("a log").size(), 1);
        folder.catalogue_for_reading().expect("a catalogue");
        for path in [
            folder.index(),
            folder.custody(),
            folder.checkpoint(),
            folder.lock(),
            folder.pictures(),
        ] {
            assert!(path.exists(), "{}", path.display());
        }
        let known: BTreeSet<&str> = [
            CaseFolder::SETTINGS,
            CaseFolder::ORIGINALS,
            CaseFolder::CATALOGUE,
            CaseFolder::INDEX,
            CaseFolder::CUSTODY,
        ]
        .into_iter()
        .chain([LOCK, "derived"])
        .collect();
        for entry in std::fs::read_dir(&path).expect("listed") {
            let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
            let is_known = known.contains(name.as_str()) || name.starts_with(CaseFolder::CATALOGUE);
            assert!(is_known, "{name}");
        }
    }
}
