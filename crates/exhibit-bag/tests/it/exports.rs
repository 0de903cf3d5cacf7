//! What goes into a bag, what stays out, and exports that fail.

use crate::handed_over::{NOTICE, QUOTED, everything, export_to, handed_over, numbered, whole};
use exhibit_bag::{BagError, BagRequest, Receiver, Selected, Selection};
use exhibit_case::{CaseError, CaseFolder, Principal};
use exhibit_custody::{Entry, Fact, Verb};
use exhibit_model::{ItemId, PageNumber, Reason, State};
use exhibit_proof::finding::Fault;
use exhibit_testing::{TestCase, TestItem, deviations, files_below, flip, original, request};
use exhibit_verify::loadfile::Number;
use exhibit_verify::{Unusable, VerifyRequest, What, verify};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn selected(case: &TestCase, request: &BagRequest<'_>) -> Result<Selection, BagError> {
    Selection::resolve(&case.open().view(Principal::LOCAL), request)
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let path =
        |file: &Path| file.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
    files_below(folder)
        .into_iter()
        .map(|file| (path(&file), fs::read(&file).expect("read")))
        .collect()
}

fn contain(folder: &Path, text: &str) -> bool {
    contents(folder).values().any(|bytes| String::from_utf8_lossy(bytes).contains(text))
}

#[test]
fn documents_are_selected_by_name_pages_or_query() {
    let case = handed_over();
    let of = |documents: &[&str], queries: &[&str]| {
        let owned =
            |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let (documents, queries) = (owned(documents), owned(queries));
        selected(
            &case,
            &BagRequest { documents: &documents, queries: &queries, ..BagRequest::default() },
        )
    };
    let items = |selection: Result<Selection, BagError>| -> Vec<i64> {
        selection.expect("a selection").documents.keys().map(|id| id.get()).collect()
    };
    assert_eq!(items(of(&["EXH-000003", "1"], &[])), [1, 3]);
    assert_eq!(items(of(&["notice.txt", "notice.txt"], &[])), [3]);
    assert_eq!(items(of(&[], &["registers", "登记"])), [1, 3]);
    assert_eq!(items(of(&[], &["registers -destroyed"])), [] as [i64; 0]);
    let pages = of(&["EXH-000003:1,1-2"], &[]).expect("a selection");
    assert_eq!(
        pages.documents[&ItemId::new(3)],
        Selected::Pages(BTreeSet::from([1, 2].map(PageNumber::new)))
    );
    let both = of(&["EXH-000003:1"], &["登记"]).expect("a selection");
    assert_eq!(both.documents[&ItemId::new(3)], Selected::Whole, "what a query finds is whole");
    for bad in [
        "EXH-000099",
        "nothing.txt",
        "EXH-000003:0",
        "EXH-000003:2-1",
        "EXH-000003:1-200000",
        "EXH-000003:",
    ] {
        assert!(
            matches!(of(&[bad], &[]), Err(BagError::Case(CaseError::NoSuchDocument(_)))),
            "{bad}"
        );
    }
    assert!(matches!(of(&[], &["\""]), Err(BagError::Search(_))));
    let all = selected(&case, &BagRequest { all: true, all_quotes: true, ..BagRequest::default() })
        .expect("all");
    assert_eq!((all.documents.len(), all.quotes.len()), (6, 2));
}

#[test]
fn everything_is_counted_logged_and_proved() {
    let case = handed_over();
    let first = Number::read("DESK-0041");
    let exported = export_to(&case, "bag", &everything(&case), |order| {
        order.bates = first;
        order.receiver = Some(Receiver::Court);
    })
    .expect("a bag");
    assert_eq!(
        (exported.documents, exported.pages, exported.pictures, exported.quotes),
        (6, 5, 1, 2)
    );
    assert_eq!(exported.bates.as_ref().map(|(first, _)| first.as_str()), Some("DESK-0041"));
    assert_eq!(exported.not_rendered, []);
    let bag = case.beside("bag");
    assert_eq!(deviations(&bag), []);
    let payload: Vec<_> =
        contents(&bag).into_iter().filter(|(path, _)| path.starts_with("data/")).collect();
    assert_eq!(exported.files, payload.len() as u64);
    assert_eq!(exported.bytes, payload.iter().map(|(_, bytes)| bytes.len() as u64).sum::<u64>());
    let log = case.open().folder.log().expect("a log");
    let entry = |seq| Entry::read(&log.entry(seq).expect("an entry")).expect("an entry");
    let export = entry(exported.entry);
    assert_eq!((export.act, export.facts.get("documents")), (Verb::Export, Some(&Fact::Number(6))));
    let transfer = entry(exported.entry.next());
    assert_eq!(transfer.act, Verb::Transfer);
    assert_eq!(transfer.facts.get("receiver"), Some(&Fact::Text("court".to_owned())));
    assert_eq!(transfer.facts.get("export"), Some(&Fact::Number(exported.entry.get())));
    let own = String::from_utf8_lossy(&log.entry(exported.entry).expect("an entry")).into_owned();
    assert!(
        !own.contains("EXH-") && !own.contains("DESK"),
        "what was selected stays sealed: {own}"
    );
    let opened =
        case.open().view(Principal::LOCAL).entry(exported.entry).expect("an entry").openings;
    assert!(
        opened.iter().any(|(field, value)| field == "selection" && value.contains("EXH-000006")),
        "{opened:?}"
    );
    assert!(
        opened.iter().any(|(field, value)| field == "bates" && value.starts_with("DESK-0041 to ")),
        "{opened:?}"
    );
}

#[test]
fn a_page_is_handed_over_without_revealing_another() {
    let case = TestCase::of_texts(&[
        ("a.html", "secret one"),
        ("notice.txt", &format!("{NOTICE}\u{c}secret two")),
    ]);
    let quote = case.quote("notice.txt", 1, QUOTED);
    let selection =
        Selection { quotes: [quote.clone()].into(), without_names: true, ..Selection::default() };
    let exported = case.export_selection("bag", &selection);
    assert_eq!((exported.documents, exported.pages, exported.quotes), (1, 1, 1));
    let bag = case.beside("bag");
    assert_eq!(deviations(&bag), []);
    assert!(contain(&bag, QUOTED), "the page that is quoted goes with it");
    for hidden in [
        "secret one",
        "secret two",
        "a.html",
        "notice.txt",
        "bm90aWNl",
        "tree_seed\",\"salt",
        "original.txt",
    ] {
        assert!(!contain(&bag, hidden), "{hidden}");
    }
    let report = verify(&request(What::Quote, bag.join(format!("data/quotes/{quote}.json"))))
        .expect("a quote");
    assert!(
        report.is_good() && report.proved.iter().any(|line| line.id() == "proved-quote-page"),
        "{report:?}"
    );
}

#[test]
fn names_are_revealed_only_with_the_document() {
    let case = handed_over();
    let named = case.export("named", &["notice.txt"], &[]);
    assert!(contain(&named, "bm90aWNlLnR4dA=="), "the name as base64");
    assert!(!contain(&named, "list.txt") && !contain(&named, "zz.pdf"));
    let unnamed = Selection { without_names: true, ..whole([6]) };
    let _ = case.export_selection("unnamed", &unnamed);
    let bag = case.beside("unnamed");
    assert_eq!(deviations(&bag), []);
    assert!(
        !contain(&bag, "aW4vbGlzdC50eHQ") && !contain(&bag, "z.zip"),
        "neither its name nor its container's"
    );
}

#[test]
fn the_same_selection_gives_the_same_payload() {
    let case = handed_over();
    let (one, two) = (contents(&numbered(&case, "one")), contents(&numbered(&case, "two")));
    let payload = |bag: &BTreeMap<String, Vec<u8>>| -> Vec<String> {
        bag.keys().filter(|path| path.starts_with("data/")).cloned().collect()
    };
    assert_eq!(payload(&one), payload(&two));
    let stated = |path: &&String| {
        let lists = path.starts_with("tagmanifest-") || path.starts_with("manifest-");
        lists || path.starts_with("custody/") || *path == "data/ro-crate-metadata.json"
    };
    let differing =
        one.iter().filter(|(path, bytes)| two.get(*path) != Some(*bytes)).map(|(path, _)| path);
    assert_eq!(differing.filter(|path| !stated(path)).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn single_proofs_and_checkpoints_are_checked_alone() {
    let case = handed_over();
    let bag = numbered(&case, "bag");
    let proof = request(What::Proof, bag.join("custody/entries/000000000.tlog-proof"));
    assert!(verify(&proof).expect("a proof").is_good());
    let wrong = VerifyRequest { entry: Some(bag.join("bagit.txt")), ..proof };
    assert_eq!(verify(&wrong).expect("a proof").deviations[0].fault, Fault::Proof);
    let endless = VerifyRequest { entry: Some(PathBuf::from("/dev/zero")), ..wrong };
    assert!(verify(&endless).is_err_and(|unable| unable.reason == Unusable::NotAFile));
    let checkpoint = request(What::Checkpoint, case.path("custody/checkpoint"));
    assert!(verify(&checkpoint).expect("a checkpoint").is_good());
    let key = fs::read_to_string(TestCase::of_seed(7).path("custody/key.pub"))
        .expect("a key")
        .trim()
        .to_owned();
    let foreign = VerifyRequest { key: Some(key.clone()), ..checkpoint };
    assert_eq!(verify(&foreign).expect("a checkpoint").deviations[0].fault, Fault::Checkpoint);
    let of_bag = VerifyRequest { key: Some(key), ..request(What::Bag, bag.clone()) };
    assert_eq!(verify(&of_bag).expect("a bag").deviations[0].fault, Fault::Key);
    assert!(verify(&request(What::Bag, bag.join("no such folder"))).is_err());
}

#[test]
fn a_failed_export_leaves_nothing_at_its_target() {
    let case = handed_over();
    let failed = |name: &str, selection: &Selection| {
        export_to(&case, name, selection, |_| {}).expect_err("refused")
    };
    assert!(matches!(failed("new", &Selection::default()), BagError::Nothing));
    let pages = |item, page| {
        let documents =
            BTreeMap::from([(ItemId::new(item), Selected::Pages(BTreeSet::from([page])))]);
        Selection { documents, ..Selection::default() }
    };
    assert!(matches!(
        failed("new", &pages(1, PageNumber::new(7))),
        BagError::Case(CaseError::NoSuchPage { page, .. }) if page.get() == 7
    ));
    assert!(matches!(failed("new", &whole([99])), BagError::Case(CaseError::NoSuchDocument(_))));
    let quoted =
        |quote: &str| Selection { quotes: [quote.to_owned()].into(), ..Selection::default() };
    assert!(matches!(failed("new", &quoted("Q-000001")), BagError::NoSuchQuote(_)));
    fs::create_dir(case.beside("there")).expect("made");
    assert!(matches!(failed("there", &whole([1])), BagError::Exists(_)));
    std::os::unix::fs::symlink("/nowhere", case.beside("link")).expect("a link");
    assert!(matches!(failed("link", &whole([1])), BagError::Exists(_)));
    let size = case.open().view(Principal::LOCAL).log_size().expect("a log");
    flip(&case.path(&original(NOTICE.as_bytes())), 0);
    assert!(matches!(failed("new", &whole([3])), BagError::Altered { .. }));
    let path = case.path(&original(NOTICE.as_bytes()));
    fs::write(&path, "shorter").expect("written");
    assert!(matches!(failed("new", &whole([3])), BagError::Altered { .. }));
    fs::remove_file(&path).expect("removed");
    assert!(matches!(failed("new", &whole([3])), BagError::Case(CaseError::Store(_))));
    assert!(!case.beside("new").exists() && !case.beside(".new.unfinished").exists());
    assert_eq!(case.open().view(Principal::LOCAL).log_size().expect("a log"), size, "and no entry");
    // what a killed export left is removed by the next
    fs::create_dir(case.beside(".new.unfinished")).expect("made");
    fs::write(case.beside(".new.unfinished/bagit.txt"), "of a process that was killed")
        .expect("written");
    let exported = export_to(&case, "new", &pages(3, PageNumber::FIRST), |_| {}).expect("a bag");
    assert_eq!((exported.documents, exported.pages), (1, 1));
    assert!(!case.beside(".new.unfinished").exists());
    assert_eq!(deviations(&case.beside("new")), []);
}

#[test]
fn what_cannot_be_proved_is_not_handed_over() {
    let case = TestCase::new(&[
        TestItem::waiting("later.txt", b"later"),
        TestItem::without_bytes("pipe", State::Unsupported, Reason::NamedPipe),
        TestItem::unread("bad", b"x", State::Failed, Some(Reason::NoPages)),
        TestItem::text("a.txt", "a"),
    ]);
    let export = |selection: &Selection| export_to(&case, "bag", selection, |_| {});
    assert!(matches!(export(&whole([2])), Err(BagError::NoBytes { .. })));
    // their bytes alone can be proved
    let exported = export(&whole([1, 3])).expect("a bag");
    assert_eq!((exported.documents, exported.pages), (2, 0));
    assert_eq!(deviations(&case.beside("bag")), []);
    fs::remove_dir_all(case.beside("bag")).expect("removed");
    case.sql("UPDATE pages SET text_digest = zeroblob(32) WHERE item = 4");
    assert!(matches!(export(&whole([4])), Err(BagError::NotAsLogged { .. } | BagError::Case(_))));
    assert!(!case.beside("bag").exists());
}

#[test]
fn broken_quotes_and_altered_pictures_stop_an_export() {
    let case = handed_over();
    let everything = everything(&case);
    let picture = case.files(CaseFolder::CITED).remove(0);
    flip(&picture, 3);
    assert!(matches!(
        export_to(&case, "bag", &everything, |_| {}),
        Err(BagError::PictureAltered { page: PageNumber::FIRST, .. })
    ));
    flip(&picture, 3);
    let quote = case.files(CaseFolder::QUOTES).remove(0);
    let text = fs::read_to_string(&quote).expect("read");
    fs::write(&quote, text.replacen(QUOTED, "不由值班员逐一登记", 1)).expect("written");
    assert!(matches!(export_to(&case, "bag", &everything, |_| {}), Err(BagError::Broken(_))));
    fs::write(&quote, text).expect("written");
    let _ = export_to(&case, "bag", &everything, |_| {}).expect("a bag");
    assert_eq!(deviations(&case.beside("bag")), []);
}

#[test]
fn a_series_without_enough_digits_is_refused() {
    let case = handed_over();
    for (first, fits) in [("T-9996", false), ("T-9990", true), ("T-999999999999", false)] {
        let number = Number::read(first).expect("a number");
        let exported =
            export_to(&case, first, &everything(&case), |order| order.bates = Some(number));
        assert_eq!(exported.is_ok(), fits, "{first}: {exported:?}");
        assert!(fits || matches!(exported, Err(BagError::Series(_))));
    }
}

#[test]
fn a_bag_of_a_sealed_case_is_bound_by_a_statement() {
    let case = handed_over();
    case.write(|held| held.seal().expect("sealed"));
    let keys = case.keys();
    let keys = exhibit_case::Keys::plain(&keys);
    let mut held =
        exhibit_case::CaseWriter::take_any(&case.folder(), &keys, case.acts()).expect("a writer");
    let (selection, target) = (everything(&case), case.beside("bag"));
    let lock = exhibit_bag::Lock::Open;
    let order = exhibit_bag::ExportOrder {
        selection: &selection,
        target: &target,
        lock,
        bates: None,
        receiver: None,
    };
    let size = held.log.log().size();
    let mut context = exhibit_bag::ExportContext { cage: None, progress: &mut |_| {} };
    let exported = exhibit_bag::export(&mut held, &order, &mut context).expect("a bag");
    assert_eq!(
        (exported.entry.get(), held.log.log().size()),
        (size - 1, size),
        "nothing follows the seal"
    );
    assert_eq!(deviations(&target), []);
    let statement = target.join("custody/export");
    let text = fs::read_to_string(&statement).expect("a statement");
    fs::write(&statement, text.replacen("sha256", "sha255", 1)).expect("written");
    assert_ne!(deviations(&target), []);
    fs::remove_file(&statement).expect("removed");
    assert_ne!(deviations(&target), []);
}
