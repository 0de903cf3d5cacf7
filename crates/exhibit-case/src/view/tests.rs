//! What a view with a restricted scope refuses and leaves out, for every method of [`CaseView`].

use super::*;
use crate::{Acts, CaseWriter, Keys, NewCase};
use exhibit_cage::CageOptions;
use exhibit_catalogue::{Added, NewItem, NewPage, ReadResult, StageKey};
use exhibit_custody::{Act, Receipt};
use exhibit_index::SearchOptions;
use exhibit_model::{Digest, FixedClock, OriginalId, PageKind, PageNumber, Relation, State, wire};
use exhibit_query::{PageEntry, PageKey, parse};
use exhibit_store::PackWriter;
use std::collections::BTreeSet;

const NOW: Moment = Moment(1_700_000_000_000_000);

/// Path, bytes and text, container and source of each item, numbered from 1: `c.txt` repeats the bytes of `b.txt`.
const ITEMS: [(&str, &str, Option<i64>, usize); 5] = [
    ("a.zip", "", None, 0),
    ("b.txt", "copper", Some(1), 0),
    ("c.txt", "copper", None, 0),
    ("d.txt", "copper apart", None, 1),
    ("e.txt", "copper other", None, 0),
];

fn acts() -> Acts {
    Acts::new(FixedClock(NOW), |bytes: &mut [u8]| bytes.fill(7), Principal::LOCAL, "exhibit test")
}

struct TestCase {
    _folder: tempfile::TempDir,
    writer: CaseWriter,
}

impl TestCase {
    fn new() -> Self {
        let parent = tempfile::tempdir().expect("a folder");
        let (folder, keys) = (parent.path().join("case"), parent.path().join("keys"));
        let new = NewCase { name: "case", prefix: "EXH", keys: &keys, lock: None };
        Case::init(&folder, &new, &mut acts()).expect("a case");
        let mut writer = CaseWriter::take(&folder, &Keys::plain(&keys), acts()).expect("the case");
        let mut packs = PackWriter::open(&writer.case.folder.pack_folder(), None).expect("packs");
        let work = writer.catalogue.begin().expect("begin");
        let sources = [(&b"/leak"[..], "leak"), (b"/other", "other")];
        let sources = sources.map(|(path, name)| work.source(path, name, NOW).expect("a source").0);
        let key = StageKey {
            name: "read".to_owned(),
            version: "1".to_owned(),
            parameters: String::new(),
        };
        let stage = work.stage(&key).expect("a stage");
        for (path, text, container, source) in ITEMS {
            let original =
                OriginalId::new(Digest::of(if text.is_empty() { path } else { text }.as_bytes()));
            let (source, size) = (sources[source], 4);
            let item = NewItem {
                source,
                container: container.map(|id| (ItemId::new(id), 1)),
                path: path.as_bytes(),
                name_text: "",
                relation: Relation::File,
                content: Some((original, size)),
                modified: None,
                changed: None,
                received: NOW,
                settled: None,
                cut: None,
            };
            let Added::New(item, state) = work.add_item(&item).expect("added") else {
                panic!("a new item")
            };
            let (container, relation, name) =
                (container.map(ItemId::new), Relation::File, path.as_bytes());
            let receipt = Receipt { item, original, size, source, container, relation, name };
            let seq = writer.acts.log(&work, Act::item_receive(&receipt)).expect("logged");
            work.logged(item, seq).expect("noted");
            if state == State::Duplicate {
                continue;
            }
            if !text.is_empty() {
                let page = &Page::of_text(1, PageKind::Text, text.to_owned());
                let (place, digest) = packs.append(&wire::encode_page(page)).expect("appended");
                let place = (place.pack, place.offset);
                work.add_page(&NewPage { item, page, stage, place, digest }).expect("a page");
            }
            let (state, media_type) = (State::Read, "text/plain");
            let finding =
                ReadResult { state, reason: None, media_type, found: 0, metadata: &[], notes: &[] };
            work.settle(item, &finding).expect("settled");
        }
        // nothing of a third source has been received yet
        let (third, _) = work.source(b"/third", "third", NOW).expect("a source");
        work.intake_begins(third, NOW).expect("begun");
        packs.sync().expect("durable");
        work.commit().expect("commit");
        writer.flush().expect("flushed");
        for id in [2, 3, 4, 5].map(ItemId::new) {
            writer.view().set_tag(id, "secret", true, NOW).expect("tagged");
        }
        let mut index = writer.case.index().expect("an index").writer(0).expect("a writer");
        for (number, (path, text, ..)) in
            (1..).zip(ITEMS).filter(|(number, _)| [2, 4, 5].contains(number))
        {
            let key = PageKey { document: number, page: PageNumber::FIRST };
            index
                .put(&PageEntry { key, text, name: path, path, ..PageEntry::default() })
                .expect("a page");
        }
        index.commit(u64::MAX).expect("a commit");
        Self { _folder: parent, writer }
    }

    fn full(&self) -> CaseView<'_> {
        self.writer.case.view(Principal::LOCAL)
    }

    /// A view of `c.txt` and `d.txt`.
    fn narrow(&self) -> CaseView<'_> {
        self.full().within(Scope::restricted([ItemId::new(3), ItemId::new(4)]))
    }
}

fn is_missing<T>(read: Result<T, CaseError>) -> bool {
    matches!(read, Err(CaseError::NoSuchDocument(_)))
}

/// Methods that take an item or an entry: whether the view refuses that of the item outside its scope.
fn refusals(test: &TestCase, view: &CaseView<'_>, outside: ItemId) -> Vec<(&'static str, bool)> {
    let full = test.full();
    let item = full.item(outside).expect("an item");
    let seq = item.seq.expect("a receipt");
    let row = full.pages(outside).expect("pages").into_iter().next();
    let members = ItemFilter { container: Some(outside), ..ItemFilter::default() };
    let cage = Cage::on_demand(CageOptions::new("none", 1));
    let picture = PagePicture {
        page: PageNumber::FIRST,
        sha256: Digest::of(b""),
        size: 0,
        reader: String::new(),
    };
    let hidden_entry = |read: Result<(), CaseError>| matches!(read, Err(CaseError::NoSuchEntry(_)));
    vec![
        ("resolve", is_missing(view.resolve(&test.writer.case.label(outside)))),
        ("named", view.named(&test.writer.case.label(outside), 9).expect("a lookup").is_empty()),
        ("items", is_missing(view.items(&members))),
        ("item", is_missing(view.item(outside))),
        ("chain", is_missing(view.chain(&item))),
        ("path", is_missing(view.path(&item))),
        ("document", is_missing(view.document(outside))),
        ("content", is_missing(view.content(outside))),
        ("metadata", is_missing(view.metadata(outside))),
        ("stated_date", is_missing(view.stated_date(outside))),
        ("copy_count", is_missing(view.copy_count(&item))),
        ("copies", is_missing(view.copies(&item, 9))),
        ("places", is_missing(view.places(&item))),
        ("pages", is_missing(view.pages(outside))),
        ("page", is_missing(view.page(outside, PageNumber::FIRST))),
        ("page_row", is_missing(view.page_row(outside, PageNumber::FIRST))),
        ("page_layers", is_missing(view.page_layers(outside, PageNumber::FIRST))),
        ("read_page", row.is_none_or(|row| is_missing(view.read_page(&row)))),
        ("picture", is_missing(view.picture(&cage, outside, PageNumber::FIRST, 100))),
        ("pictures", is_missing(view.pictures(outside))),
        ("open_picture", is_missing(view.open_picture(outside, &picture))),
        ("original", is_missing(view.original(outside))),
        ("tags_of", is_missing(view.tags_of(outside))),
        ("set_tag", is_missing(view.set_tag(outside, "more", true, NOW))),
        ("reading_entry", is_missing(view.reading_entry(outside))),
        ("entry", hidden_entry(view.entry(seq).map(drop))),
        ("openings", hidden_entry(view.openings(seq).map(drop))),
    ]
}

/// Methods that count or list: what each gives of the scope.
fn listed(view: &CaseView<'_>) -> Vec<(&'static str, String)> {
    let account = view.account().expect("an account");
    let mut entries = Vec::new();
    view.entries(0..view.log_size().expect("a size"), &mut |seq, _, _| entries.push(seq.get()))
        .expect("entries");
    let reader = view.page_reader().expect("a reader");
    let (mut rows, mut after) = (Vec::new(), (ItemId::new(0), PageNumber::LAST));
    while let Some(more) = reader.rows(&mut after, ItemId::new(9), 2).expect("rows") {
        rows.extend(more.iter().map(|row| row.item.get()));
    }
    let mut changed = Vec::new();
    reader.changed_since(0, &mut |row| changed.push(row.item.get())).expect("rows");
    let query = view.query(parse("copper").expect("a query")).expect("a scope");
    let found = view
        .searcher()
        .expect("a searcher")
        .search(&query, &SearchOptions::default())
        .expect("results");
    let mut found: Vec<i64> = found.hits.iter().map(|hit| hit.key.document).collect();
    found.sort_unstable();
    let documents = view.documents().expect("a scope");
    let contains: Vec<i64> = (1..6).filter(|document| documents.contains(*document)).collect();
    let tags: Vec<i64> =
        view.tags().expect("tags").into_iter().flat_map(|tag| tag.documents).collect();
    let sources: Vec<String> =
        view.sources().expect("sources").into_iter().map(|source| source.name).collect();
    let items = view.items(&ItemFilter::default()).expect("items");
    let coverage = view.coverage().expect("a coverage");
    let intakes: Vec<String> =
        view.intakes().expect("intakes").into_iter().map(|intake| intake.name).collect();
    vec![
        ("items", format!("{:?}", items.iter().map(|item| item.id.get()).collect::<Vec<_>>())),
        ("account", format!("{:?} {} {}", account.items, account.pages, account.originals)),
        ("states", format!("{:?}", view.states().expect("states"))),
        ("pages_read", view.pages_read().expect("a count").to_string()),
        ("sources", sources.join(" ")),
        ("entries", format!("{entries:?}")),
        ("marks_waiting", view.marks_waiting().expect("a count").to_string()),
        ("tags", format!("{tags:?}")),
        ("tagged", format!("{:?}", view.tagged("secret").expect("documents"))),
        ("documents", format!("{contains:?}")),
        ("query", format!("{found:?}")),
        ("searchable", view.searchable().to_string()),
        ("behind", format!("{:?}", view.behind().expect("a state"))),
        (
            "coverage",
            format!("{} {} {}", coverage.searchable, coverage.intakes.len(), coverage.is_whole()),
        ),
        ("intakes", intakes.join(" ")),
        ("page_reader", format!("{rows:?} {changed:?}")),
        ("whole", view.whole().is_ok().to_string()),
    ]
}

/// Methods without a document of their own, or that only `listed` can call.
const NEUTRAL: [&str; 8] = [
    "within",
    "principal",
    "scope",
    "case",
    "log_size",
    "searcher",
    "revision",
    "indexed_revision",
];

#[test]
fn a_restricted_view_refuses_every_item_outside_its_scope() {
    let test = TestCase::new();
    let (full, narrow) = (test.full(), test.narrow());
    for outside in [1, 2, 5].map(ItemId::new) {
        for (method, refused) in refusals(&test, &narrow, outside) {
            // the page of a copy is that of its first place
            let of_copy = method == "read_page" && outside == ItemId::new(2);
            assert_eq!(refused, !of_copy, "{method} of {outside:?}");
        }
    }
    let allowed = ItemId::new(4);
    for (method, refused) in
        refusals(&test, &full, allowed).into_iter().chain(refusals(&test, &narrow, allowed))
    {
        assert!(!refused || method == "read_page", "{method} of {allowed:?}");
    }
}

#[test]
fn a_restricted_view_lists_and_counts_its_scope_alone() {
    let test = TestCase::new();
    let states = |items: &[(State, u64)]| {
        format!("{:?}", items.iter().copied().collect::<std::collections::BTreeMap<_, _>>())
    };
    let narrow_states = states(&[(State::Read, 1), (State::Duplicate, 1)]);
    let expected = [
        ("items", "[3, 4]".to_owned()),
        ("account", format!("{narrow_states} 1 2")),
        ("states", narrow_states),
        ("pages_read", "1".to_owned()),
        ("sources", "leak other".to_owned()),
        ("entries", "[3, 4]".to_owned()),
        ("marks_waiting", "1".to_owned()),
        ("tags", "[4]".to_owned()),
        ("tagged", "[4]".to_owned()),
        ("documents", "[4]".to_owned()),
        ("query", "[4]".to_owned()),
        ("searchable", "1".to_owned()),
        ("behind", "None".to_owned()),
        ("coverage", "1 0 true".to_owned()),
        ("intakes", String::new()),
        ("page_reader", "[4] [4]".to_owned()),
        ("whole", "false".to_owned()),
    ];
    assert_eq!(listed(&test.narrow()), expected);
    let full = listed(&test.full());
    assert_eq!(
        full.iter().filter(|(_, given)| expected.iter().any(|(_, narrow)| narrow == given)).count(),
        1,
        "{full:?}"
    );
}

#[test]
fn what_a_view_returns_refers_to_nothing_outside_its_scope() {
    let test = TestCase::new();
    let narrow = test.narrow();
    let copy = narrow.document(ItemId::new(3)).expect("a document");
    assert_eq!((copy.item.duplicate_of, copy.copies.len(), copy.pages.len()), (None, 0, 1));
    assert_eq!(narrow.page(ItemId::new(3), PageNumber::FIRST).expect("a page").text, "copper");
    assert_eq!(narrow.places(&copy.item).expect("places").paths, ["c.txt"]);
    assert_eq!(test.full().copy_count(&copy.item).expect("a count"), 1);
    assert_eq!(
        test.full().path(&test.full().item(ItemId::new(2)).expect("an item")).expect("a path"),
        "a.zip!/b.txt"
    );
    let member = test.full().within(Scope::restricted([ItemId::new(2)]));
    let member = member.document(ItemId::new(2)).expect("a document");
    assert_eq!(
        (member.item.container, member.path.as_str(), member.chain.len()),
        (None, "b.txt", 0)
    );
}

/// Every public method of [`CaseView`] is in a table above: a new one cannot be forgotten.
#[test]
fn every_method_of_a_view_is_tested() {
    let sources = [
        include_str!("mod.rs"),
        include_str!("coverage.rs"),
        include_str!("ledger.rs"),
        include_str!("log.rs"),
        include_str!("search.rs"),
    ];
    let mut methods = BTreeSet::new();
    for source in sources {
        let mut of_view = false;
        for line in source.lines() {
            if line.starts_with("impl") {
                of_view = line.contains("CaseView<");
            }
            let name = line.strip_prefix("    pub fn ").filter(|_| of_view);
            methods.extend(name.and_then(|rest| rest.split(['(', '<']).next()));
        }
    }
    let test = TestCase::new();
    let tested: BTreeSet<&str> = refusals(&test, &test.full(), ItemId::new(4))
        .into_iter()
        .map(|(method, _)| method)
        .chain(listed(&test.full()).into_iter().map(|(method, _)| method))
        .chain(NEUTRAL)
        .collect();
    assert_eq!(methods, tested);
}
