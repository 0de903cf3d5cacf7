//! Small cases for tests: built in a temporary folder without workers and OCR, with a fixed clock and randomness.
//!
//! [`TestCase`] writes rows, page packs and log entries in the order of the committer, so that every check of a case
//! passes. For tests only; nothing that users install depends on it.

mod bag;
mod files;
mod item;
mod receive;
mod stored;

pub use bag::{ForgedBag, deviations, request};
pub use files::{copy_folder, files_below, flip, original, overwrite};
pub use item::TestItem;
pub use stored::{STORED_FORM, stored_case};

use exhibit_bag::{
    ExportContext, ExportOrder, Exported, Lock, NewQuote, Selected, Selection, export, make_quote,
};
use exhibit_case::{Acts, Case, CaseFolder, CaseWriter, Keys, NewCase, Principal};
use exhibit_custody::{Act, Channel};
use exhibit_ingest::{IngestProgress, reindex};
use exhibit_model::{EntrySeq, FixedClock, ItemId, Moment, PageNumber, SourceId};
use exhibit_mutate::Mutator;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The time of the clock of every test case: 14 November 2023, 22:13:20 UTC.
pub const NOW: Moment = Moment(1_700_000_000_000_000);

/// The name of the program in the logs of test cases.
pub const TOOL: &str = "exhibit-test 1";

/// The path of the only source of a test case.
pub const SOURCE: &str = "/leak";

/// Fills slices with the same bytes for the same seed, and with other bytes at every call.
pub fn random(seed: u64) -> impl FnMut(&mut [u8]) + Send + 'static {
    // neighbouring seeds must give unrelated bytes
    let mut numbers = Mutator::new((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    move |bytes: &mut [u8]| bytes.fill_with(|| numbers.byte())
}

/// Acts at [`NOW`] by the local user, with randomness from a seed.
#[must_use]
pub fn acts(seed: u64) -> Acts {
    Acts::new(FixedClock(NOW), random(seed), Principal::LOCAL, TOOL)
}

/// A case in a temporary folder, with its keys next to it.
///
/// Acts, keys and salts follow from a seed and the number of the writer: the same calls make the same case.
#[derive(Debug)]
pub struct TestCase {
    parent: TempDir,
    seed: Cell<u64>,
    items: RefCell<BTreeMap<Vec<u8>, ItemId>>,
}

impl TestCase {
    /// A case named `case`, with labels such as `EXH-000001` and one source without items.
    ///
    /// # Panics
    /// Like every method here, if anything fails.
    #[must_use]
    pub fn empty() -> Self {
        Self::of_seed(1)
    }

    /// The same with other keys: another case, for forgeries between cases.
    #[must_use]
    pub fn of_seed(seed: u64) -> Self {
        let case = Self::without_source_of_seed(seed);
        case.write(|held| {
            let work = held.catalogue.begin().expect("a transaction");
            let (source, _) = work.source(SOURCE.as_bytes(), "leak", NOW).expect("a source");
            let act = Act::source_receive(source, Channel::Folder, SOURCE.as_bytes());
            held.acts.log(&work, act).expect("logged");
            work.commit().expect("a commit");
            held.flush().expect("flushed");
        });
        case
    }

    /// A case without any source, for tests that ingest.
    #[must_use]
    pub fn without_source() -> Self {
        Self::without_source_of_seed(1)
    }

    fn without_source_of_seed(seed: u64) -> Self {
        let parent = TempDir::new().expect("a folder");
        let this = Self { parent, seed: Cell::new(seed * 1000), items: RefCell::default() };
        let keys = this.keys();
        let new = NewCase { name: "case", prefix: "EXH", keys: &keys, lock: None };
        Case::init(&this.folder(), &new, &mut this.acts()).expect("a case");
        this
    }

    /// A case with these items, indexed.
    #[must_use]
    pub fn new(items: &[TestItem]) -> Self {
        let this = Self::empty();
        let _ = this.add(items);
        this
    }

    /// A case with a text document for each path and text. Form feeds separate pages.
    #[must_use]
    pub fn of_texts(documents: &[(&str, &str)]) -> Self {
        let this = Self::empty();
        let _ = this.add_texts(documents);
        this
    }

    /// A copy of the case and its keys as they are now.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        let parent = TempDir::new().expect("a folder");
        copy_folder(self.parent.path(), parent.path());
        // on another machine: what this one knows of the folder stays here
        for file in files_below(&parent.path().join("keys")) {
            if file.extension().is_some_and(|ending| ending == "place") {
                std::fs::remove_file(file).expect("removed");
            }
        }
        Self { parent, seed: self.seed.clone(), items: self.items.clone() }
    }

    /// Receives, reads and indexes items. Returns their numbers.
    pub fn add(&self, items: &[TestItem]) -> Vec<ItemId> {
        let added = self.add_unindexed(items);
        self.reindex();
        added
    }

    /// Receives and reads items that the index does not know yet.
    pub fn add_unindexed(&self, items: &[TestItem]) -> Vec<ItemId> {
        self.write(|held| receive::receive(held, items, &mut self.items.borrow_mut()))
    }

    /// Adds a text document for each path and text.
    pub fn add_texts(&self, documents: &[(&str, &str)]) -> Vec<ItemId> {
        let items: Vec<TestItem> =
            documents.iter().map(|(path, text)| TestItem::text(path, text)).collect();
        self.add(&items)
    }

    /// Builds the index from the page packs.
    pub fn reindex(&self) {
        let held = self.writer();
        reindex(&held.case, &IngestProgress::default()).expect("an index");
    }

    /// The number of the item that was last added with this path.
    #[must_use]
    pub fn id(&self, path: &str) -> ItemId {
        *self.items.borrow().get(path.as_bytes()).unwrap_or_else(|| panic!("no item {path}"))
    }

    /// The number of the source.
    #[must_use]
    pub fn source(&self) -> SourceId {
        SourceId::new(1)
    }

    /// The folder of the case.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.parent.path().join("case")
    }

    /// The folder of the keys.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.parent.path().join("keys")
    }

    /// A path in the folder of the case.
    #[must_use]
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder().join(path)
    }

    /// A path next to the case, for troves, bags and copies.
    #[must_use]
    pub fn beside(&self, name: &str) -> PathBuf {
        self.parent.path().join(name)
    }

    /// The case, open for reading.
    #[must_use]
    pub fn open(&self) -> Case {
        Case::open(&self.folder()).expect("a case")
    }

    /// Acts with randomness that no other acts of this case have.
    #[must_use]
    pub fn acts(&self) -> Acts {
        self.seed.set(self.seed.get() + 1);
        acts(self.seed.get())
    }

    /// The case, locked for writing.
    #[must_use]
    pub fn writer(&self) -> CaseWriter {
        self.writer_with(self.acts())
    }

    /// The same, with acts of the caller.
    #[must_use]
    pub fn writer_with(&self, acts: Acts) -> CaseWriter {
        CaseWriter::take(&self.folder(), &Keys::plain(&self.keys()), acts).expect("the case")
    }

    /// Calls `act` with the case locked for writing.
    pub fn write<T>(&self, act: impl FnOnce(&mut CaseWriter) -> T) -> T {
        act(&mut self.writer())
    }

    /// Logs an act. Returns the number of its entry.
    pub fn log(&self, act: Act) -> EntrySeq {
        self.write(|held| held.log(act).expect("logged"))
    }

    /// Tags the item with this path, and logs that.
    pub fn tag(&self, path: &str, tag: &str) {
        assert!(
            self.open()
                .view(Principal::LOCAL)
                .set_tag(self.id(path), tag, true, NOW)
                .expect("tagged"),
            "{path} has {tag} already"
        );
        self.write(|held| held.log_marks().expect("logged"));
    }

    /// Quotes a passage. Returns the name of the quote.
    pub fn quote(&self, path: &str, page: u32, exact: &str) -> String {
        let quote = NewQuote {
            item: self.id(path),
            page: PageNumber::new(page),
            exact,
            nth: None,
            seen: None,
        };
        self.write(|held| make_quote(held, &quote).expect("a quote").id())
    }

    /// Writes an open bag of whole documents and quotes next to the case, under a name. Returns its folder.
    pub fn export(&self, name: &str, paths: &[&str], quotes: &[&str]) -> PathBuf {
        let mut selection = Selection::default();
        selection.documents.extend(paths.iter().map(|path| (self.id(path), Selected::Whole)));
        selection.quotes.extend(quotes.iter().map(|quote| (*quote).to_owned()));
        let _ = self.export_selection(name, &selection);
        self.beside(name)
    }

    /// Writes an open bag of a selection next to the case, under a name.
    pub fn export_selection(&self, name: &str, selection: &Selection) -> Exported {
        let target = self.beside(name);
        let order = ExportOrder {
            selection,
            target: &target,
            lock: Lock::Open,
            bates: None,
            receiver: None,
        };
        let mut context = ExportContext { cage: None, progress: &mut |_| {} };
        self.write(|held| export(held, &order, &mut context).expect("a bag"))
    }

    /// Runs statements on the catalogue that change at least one row: a forgery.
    pub fn sql(&self, statements: &str) {
        let catalogue =
            rusqlite::Connection::open(self.path(CaseFolder::CATALOGUE)).expect("a catalogue");
        catalogue
            .execute_batch(&format!("PRAGMA foreign_keys = off; {statements}"))
            .expect("a forgery");
        assert!(catalogue.total_changes() > 0, "{statements}");
    }

    /// Files below a folder of the case, sorted.
    #[must_use]
    pub fn files(&self, folder: &str) -> Vec<PathBuf> {
        files_below(&self.path(folder))
    }

    /// Writes files into a folder next to the case: a trove to ingest. Returns the folder.
    pub fn trove(&self, files: &[(&str, &str)]) -> PathBuf {
        let folder = self.beside("trove");
        for (name, text) in files {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("folders");
            std::fs::write(path, text).expect("a file");
        }
        folder
    }
}
