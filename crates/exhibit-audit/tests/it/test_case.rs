//! A small case in a temporary folder, made without workers and OCR.

use exhibit_audit::{Audit, AuditContext, CHECKS, CheckName, NoProgress, Options, Severity, audit, run};
use exhibit_bag::{ExportContext, NewQuote, Order, Selection, VerifiedBag, export, make_quote};
use exhibit_case::{Acts, Case, CaseFolder, CaseWriter, Keys, NewCase, Principal, TreeParts, finding_digest};
use exhibit_catalogue::{Added, NewItem, NewPage, PagePicture, ReadResult, StageKey};
use exhibit_custody::{Act, Channel, Derivation, Receipt, Ref};
use exhibit_model::{
    Digest, FixedClock, ItemId, MetadataKey, Moment, OriginalId, Page, PageKind, Relation, SourceId, State, wire,
};
use exhibit_query::{PageEntry, PageKey};
use exhibit_store::PackWriter;
use exhibit_verify::{Folder, TrustedFiles, check_bag};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

pub(crate) const NOW: Moment = Moment(1_700_000_000_000_000);
const TOOL: &str = "exhibit-test 1";

/// The same bytes for the same seed, others with every call.
pub(crate) fn random(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    move |bytes: &mut [u8]| {
        for byte in bytes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 56) as u8;
        }
    }
}

/// Acts with randomness from a seed.
pub(crate) fn acts(seed: u64) -> Acts {
    Acts::new(FixedClock(NOW), random(seed), Principal::LOCAL, TOOL)
}

/// A case with one source and its documents.
pub(crate) struct TestCase {
    parent: TempDir,
    /// The seed of the next acts.
    seed: u64,
}

impl TestCase {
    /// A case without documents.
    pub(crate) fn empty() -> Self {
        let parent = TempDir::new().expect("a folder");
        let keys = parent.path().join("keys");
        let new = NewCase { name: "case", prefix: "EXH", keys: &keys, lock: None };
        Case::init(&parent.path().join("case"), &new, &mut acts(1)).expect("a case");
        let mut case = Self { parent, seed: 1000 };
        case.write(|held| {
            let work = held.catalogue.begin().expect("begin");
            let (source, _) = work.source(b"/leak", "leak", NOW).expect("a source");
            let act = Act::source_receive(source, Channel::Folder, b"/leak");
            held.acts.log(&work, act).expect("logged");
            work.commit().expect("commit");
            held.flush().expect("flushed");
        });
        case
    }

    /// A case with two documents, `a.txt` with a cited picture of its page, and a copy of the first.
    pub(crate) fn new() -> Self {
        let mut case = Self::empty();
        case.receive(&[
            ("a.txt", "All persons entering must be registered.", Some(&b"picture"[..])),
            ("b.txt", "The registers were destroyed.", None),
            ("copy of a.txt", "All persons entering must be registered.", None),
        ]);
        case
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.parent.path().join("case")
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder().join(path)
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.parent.path().join("keys")
    }

    pub(crate) fn open(&self) -> Case {
        Case::open(&self.folder()).expect("a case")
    }

    /// Does something with the case, locked for writing.
    pub(crate) fn write<T>(&mut self, act: impl FnOnce(&mut CaseWriter) -> T) -> T {
        let keys = self.keys();
        self.seed += 1;
        let mut held = CaseWriter::take(&self.folder(), &Keys::plain(&keys), acts(self.seed)).expect("a writer");
        act(&mut held)
    }

    /// Receives and reads files: each becomes a document of one page, some with a cited picture.
    pub(crate) fn receive(&mut self, files: &[(&str, &str, Option<&[u8]>)]) {
        let packs = self.path(CaseFolder::PACKS);
        self.write(|held| {
            let mut packs = PackWriter::open(&packs, None).expect("packs");
            let entries: Vec<PageEntry<'_>> = files
                .iter()
                .zip(1..)
                .map(|((name, text, _), document)| {
                    let key = PageKey { document, page: 1 };
                    PageEntry { key, text, name, ..PageEntry::default() }
                })
                .collect();
            let mut writer =
                held.view().whole().expect("a whole case").index().expect("an index").writer(0).expect("a writer");
            for entry in &entries {
                writer.put(entry).expect("put");
            }
            writer.commit(1).expect("commit");
            for (name, text, picture) in files {
                receive(held, &mut packs, (name, text, *picture));
            }
            packs.sync().expect("synced");
            held.flush().expect("flushed");
        });
    }

    /// Quotes a passage of the first page of a document.
    pub(crate) fn quote(&mut self, item: i64, exact: &str) -> String {
        self.write(|held| {
            let quote = NewQuote { item: ItemId::new(item), page: 1, exact, nth: None };
            make_quote(held, &quote).expect("a quote").id()
        })
    }

    /// Exports the second document and keeps the bag as one that was received. Returns its folder.
    pub(crate) fn keep_bag(&mut self) -> PathBuf {
        let target = self.parent.path().join("bag");
        let id = self.write(|held| {
            let mut selection = Selection::default();
            selection.documents.insert(ItemId::new(2), exhibit_bag::Selected::Whole);
            let lock = exhibit_bag::Lock::Open;
            let order = Order { selection: &selection, target: &target, lock, bates: None, receiver: None };
            let mut means = ExportContext { cage: None, progress: &mut |_| {} };
            export(held, &order, &mut means).expect("a bag");
            let mut files = Folder::new(&target);
            let checked = check_bag(&mut files, &Default::default(), &TrustedFiles::default(), false);
            let bag = VerifiedBag::from_checked(checked).expect("a good bag");
            bag.keep(&held.case, &mut files).expect("kept");
            let work = held.catalogue.begin().expect("begin");
            let identity = format!("bag:{}", bag.id());
            let (source, _) = work.source(identity.as_bytes(), "bag", NOW).expect("a source");
            let act = Act::source_receive(source, Channel::Bag, b"bag").uses(Ref::Bytes(bag.id()));
            held.acts.log(&work, act).expect("logged");
            work.walked(source, 0).expect("walked");
            work.commit().expect("commit");
            held.flush().expect("flushed");
            bag.id()
        });
        self.path(CaseFolder::BAGS).join(id.to_string())
    }

    /// Runs statements on the catalogue that change at least one row.
    pub(crate) fn sql(&self, statements: &str) {
        let catalogue = rusqlite::Connection::open(self.path(CaseFolder::CATALOGUE)).expect("open");
        catalogue.execute_batch(&format!("PRAGMA foreign_keys = off; {statements}")).expect("forge");
        assert!(catalogue.total_changes() > 0, "{statements}");
    }

    /// Every check.
    pub(crate) fn audit(&self) -> Audit {
        audit(&self.folder(), &Options { keys: Some(&self.keys()) }, &mut NoProgress).expect("checked")
    }

    /// What one check finds, as `code at place`, deviations alone.
    pub(crate) fn deviations(&self, check: CheckName) -> Vec<String> {
        self.found(check, Severity::Deviation)
    }

    /// What one check finds, as `code at place`, leftovers alone.
    pub(crate) fn leftovers(&self, check: CheckName) -> Vec<String> {
        self.found(check, Severity::Leftover)
    }

    fn found(&self, name: CheckName, severity: Severity) -> Vec<String> {
        let keys = self.keys();
        let cx = AuditContext::new(&self.folder(), Case::open(&self.folder()), &Options { keys: Some(&keys) });
        let checks: Vec<_> = CHECKS.iter().copied().filter(|check| check.name() == name).collect();
        let found = run(&cx, &checks, &mut NoProgress).findings;
        let of = found.iter().filter(|finding| finding.severity() == severity);
        of.map(|finding| format!("{} at {}", finding.fault.code(), finding.place())).collect()
    }
}

fn receive(held: &mut CaseWriter, packs: &mut PackWriter, (name, text, picture): (&str, &str, Option<&[u8]>)) {
    let mut deposit =
        held.case.view(Principal::LOCAL).whole().expect("a whole case").originals().deposit().expect("a deposit");
    deposit.write(text.as_bytes()).expect("written");
    let sealed = deposit.finish().expect("sealed");
    let (original, size) = (sealed.original, sealed.size);
    let work = held.catalogue.begin().expect("begin");
    let new = NewItem {
        source: SourceId::new(1),
        container: None,
        path: name.as_bytes(),
        name_text: "",
        relation: Relation::File,
        content: Some((original, size)),
        modified: None,
        changed: None,
        received: NOW,
        settled: None,
        cut: None,
    };
    let Added::New(item, state) = work.add_item(&new).expect("added") else { panic!("a new item") };
    let receipt = Receipt {
        item,
        original,
        size,
        source: SourceId::new(1),
        container: None,
        relation: Relation::File,
        name: name.as_bytes(),
    };
    let seq = held.acts.log(&work, Act::item_receive(&receipt)).expect("logged");
    work.logged(item, seq).expect("noted");
    if state == State::Duplicate {
        let first = work.item_in_full(item).expect("an item").0.duplicate_of.expect("a first");
        held.acts.log(&work, Act::item_duplicate(item, original, first)).expect("logged");
        work.commit().expect("commit");
        return;
    }
    sealed.keep().expect("kept");
    let page = Page::of_text(1, PageKind::Text, text.to_owned());
    let (place, digest) = packs.append(&wire::encode_page(&page)).expect("appended");
    let key = StageKey { name: "read".to_owned(), version: "1".to_owned(), parameters: String::new() };
    let stage = work.stage(&key).expect("a stage");
    let new = NewPage { item, page: &page, stage, place: (place.pack, place.offset), digest };
    work.add_page(&new).expect("a page");
    if let Some(bytes) = picture {
        let store = held.case.view(Principal::LOCAL).whole().expect("a whole case").cited().expect("a store");
        let mut deposit = store.deposit().expect("a deposit");
        deposit.write(bytes).expect("written");
        let sealed = deposit.finish().expect("sealed");
        let (sha256, size) = (sealed.original.digest(), sealed.size);
        sealed.keep().expect("kept");
        let picture = PagePicture { page: 1, sha256, size, reader: TOOL.to_owned() };
        work.add_picture(item, &picture).expect("a picture");
    }
    let metadata = [(MetadataKey::DC_TITLE, name.to_owned())];
    let finding = ReadResult {
        state: State::Read,
        reason: None,
        media_type: "text/plain",
        found: 0,
        metadata: &metadata,
        notes: &[],
    };
    work.settle(item, &finding).expect("settled");
    let (row, metadata, notes) = work.item_in_full(item).expect("an item");
    let (texts, pictures) = (work.texts(item).expect("texts"), work.pictures(item).expect("pictures"));
    let seed = held.acts.seed();
    let tree = TreeParts { original, size, texts: &texts, reader: TOOL, pictures: &pictures }.tree(seed);
    let act = Act::item_derive(&Derivation {
        item,
        original,
        state: row.state,
        tree: tree.root(),
        leaves: tree.leaves(),
        pages: 1,
        reader: TOOL,
        params: finding_digest(&row, &metadata, &notes),
    });
    let seq = held.acts.log(&work, act.secret("tree_seed", &seed)).expect("logged");
    work.settled_at(item, seq).expect("noted");
    work.commit().expect("commit");
}

/// The path of an original within the case.
pub(crate) fn original(text: &str) -> String {
    let hex = OriginalId::new(Digest::of(text.as_bytes())).to_string();
    format!("{}/{}/{}", CaseFolder::ORIGINALS, &hex[..2], &hex[2..])
}

/// Replaces a file's bytes, whatever its permissions.
pub(crate) fn overwrite(path: &Path, alter: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).expect("read");
    let before = bytes.clone();
    alter(&mut bytes);
    assert_ne!(before, bytes, "{}", path.display());
    fs::remove_file(path).expect("removed");
    fs::write(path, bytes).expect("written");
}

/// The files below a folder, sorted.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("listed").flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}
