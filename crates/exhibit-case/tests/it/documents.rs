//! Documents by name, their details and pages, and pages whose records are damaged.

use exhibit_case::{CaseError, Principal, date_of};
use exhibit_catalogue::ItemFilter;
use exhibit_model::{
    Digest, EntrySeq, ItemId, MetadataKey, NoteCode, PageNumber, Reason, Relation, State,
};
use exhibit_store::StoreError;
use exhibit_testing::{TestCase, TestItem, flip};
use std::fs;

fn nested() -> TestCase {
    TestCase::new(&[
        TestItem::archive("post.zip"),
        TestItem::text("in/a.txt", "one\u{c}two").within("post.zip"),
        TestItem::archive("inner.zip").within("post.zip"),
        TestItem::text("deep.txt", "three").within("inner.zip"),
        TestItem::text("登记.txt", "three"),
        TestItem::text("odd", "four").path_bytes(b"\xb5\xc7\xbc\xc7.txt", "登记\u{202e}.txt"),
    ])
}

#[test]
fn documents_are_resolved_by_label_number_digest_and_path() {
    let case = nested();
    let open = case.open();
    let one = case.id("in/a.txt");
    let hex = Digest::of("one\u{c}two".as_bytes()).to_string();
    for name in [
        "EXH-000002",
        "exh-000002",
        "EXH-2",
        "exh2",
        "Exh 2",
        "EXH_02",
        "2",
        "0002",
        &hex,
        &hex[..8],
        &hex.to_uppercase(),
        "in/a.txt",
        "a.txt",
    ] {
        assert_eq!(open.view(Principal::LOCAL).resolve(name).expect(name), one, "{name}");
    }
    assert_eq!(
        open.view(Principal::LOCAL).resolve("登记.txt").expect("a path"),
        case.id("登记.txt")
    );
    // the first of two documents with the same bytes
    let same = Digest::of(b"three").to_string();
    assert_eq!(open.view(Principal::LOCAL).resolve(&same).expect("a digest"), case.id("deep.txt"));
    let missing = [
        "",
        "0",
        "-1",
        "99",
        "EXH-",
        "EXH-x",
        "EX-000002",
        "9999999999999999999",
        &hex[..7],
        "/a.txt",
        ".txt",
        "exh2x",
        "．",
    ];
    for name in missing {
        assert!(
            matches!(open.view(Principal::LOCAL).resolve(name), Err(CaseError::NoSuchDocument(_))),
            "{name:?}"
        );
    }
    for hostile in
        ["%", "_", "'; DROP TABLE items; --", "EXH-000002\0", "../../etc/passwd", "ＥＸＨ-000002"]
    {
        assert!(
            matches!(
                open.view(Principal::LOCAL).resolve(hostile),
                Err(CaseError::NoSuchDocument(_))
            ),
            "{hostile:?}"
        );
    }
}

#[test]
fn a_name_of_several_documents_lists_them() {
    let case =
        TestCase::of_texts(&[("1/list.txt", "one"), ("2/list.txt", "two"), ("only.txt", "three")]);
    let open = case.open();
    let view = open.view(Principal::LOCAL);
    let Err(CaseError::AmbiguousName { name, documents }) = view.resolve("list.txt") else {
        panic!("ambiguous")
    };
    assert_eq!(
        (name.as_str(), documents),
        ("list.txt", vec!["EXH-000001".to_owned(), "EXH-000002".to_owned()])
    );
    assert_eq!(view.resolve("only.txt").expect("a name").get(), 3);
    assert_eq!(view.named("list.txt", 1).expect("names").len(), 1);
    assert_eq!(view.named("3", 5).expect("names"), [], "a bare number is a word to search for");
}

#[test]
fn a_name_of_digits_is_a_number_first() {
    let case = TestCase::of_texts(&[("7", "seven"), ("2", "two"), ("12345678", "eight digits")]);
    let open = case.open();
    assert_eq!(open.view(Principal::LOCAL).resolve("2").expect("a number"), ItemId::new(2));
    assert_eq!(open.view(Principal::LOCAL).resolve("7").expect("a path"), ItemId::new(1));
    assert_eq!(open.view(Principal::LOCAL).resolve("12345678").expect("a path"), ItemId::new(3));
}

#[test]
fn paths_lead_through_containers_and_are_safe_to_show() {
    let case = nested();
    let open = case.open();
    let path = |name: &str| {
        open.view(Principal::LOCAL)
            .path(&open.view(Principal::LOCAL).item(case.id(name)).expect("an item"))
            .expect("a path")
    };
    assert_eq!(path("in/a.txt"), "post.zip!/in/a.txt");
    assert_eq!(path("deep.txt"), "post.zip!/inner.zip!/deep.txt");
    let odd = open.view(Principal::LOCAL).item(ItemId::new(6)).expect("an item");
    let shown = open.view(Principal::LOCAL).path(&odd).expect("a path");
    assert!(shown.starts_with("登记") && !shown.contains('\u{202e}'), "{shown:?}");
    assert_eq!(
        open.name(&open.view(Principal::LOCAL).item(case.id("in/a.txt")).expect("an item")),
        "a.txt"
    );
    let chain = open
        .view(Principal::LOCAL)
        .chain(&open.view(Principal::LOCAL).item(case.id("deep.txt")).expect("an item"))
        .expect("a chain");
    assert_eq!(chain.iter().map(|item| item.id.get()).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn a_document_has_its_pages_members_copies_and_notes() {
    let case = TestCase::new(&[
        TestItem::archive("a.zip"),
        TestItem::text("m.txt", "one\u{c}two")
            .within("a.zip")
            .note(2, NoteCode::FileUpdated { times: 3 }),
        TestItem::text("copy.txt", "one\u{c}two"),
        TestItem::text("again.txt", "one\u{c}two"),
    ]);
    let open = case.open();
    let document = open.view(Principal::LOCAL).document(case.id("copy.txt")).expect("a document");
    assert_eq!((document.name.as_str(), document.source.as_str()), ("copy.txt", "leak"));
    assert_eq!(
        document.pages.iter().map(|row| row.number.get()).collect::<Vec<_>>(),
        [1, 2],
        "those of the first copy"
    );
    assert_eq!(document.notes.len(), 1);
    let copies: Vec<&ItemId> = document.copies.iter().map(|copy| &copy.id).collect();
    assert_eq!(copies, [&case.id("m.txt"), &case.id("again.txt")]);
    assert!(!document.paintable && document.members.is_empty());
    let container = open.view(Principal::LOCAL).document(case.id("a.zip")).expect("a document");
    assert_eq!(
        container.members.iter().map(|item| item.id).collect::<Vec<_>>(),
        [case.id("m.txt")]
    );
    assert!(
        matches!(open.view(Principal::LOCAL).document(ItemId::new(9)), Err(CaseError::NoSuchDocument(label)) if label == "EXH-000009")
    );
}

#[test]
fn empty_files_are_no_copies_of_each_other() {
    let case = TestCase::of_texts(&[("a", ""), ("b", "")]);
    let document = case.open().view(Principal::LOCAL).document(case.id("a")).expect("a document");
    assert_eq!(
        (document.item.state, document.copies.len(), document.pages.len()),
        (State::Empty, 0, 0)
    );
}

#[test]
fn pages_are_read_exactly_in_every_script() {
    let texts = [
        "所有进出人员须由值班员逐一登记。",
        "تىزىملىك ئون ئىككى",
        "𠮷 བོད་ ᠮᠣᠩᠭᠣᠯ e\u{301} \u{200f}‏",
        "a\nb\r\n\u{0}c",
    ];
    let named: Vec<(String, &str)> =
        texts.iter().enumerate().map(|(at, text)| (at.to_string(), *text)).collect();
    let documents: Vec<(&str, &str)> =
        named.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let case = TestCase::of_texts(&documents);
    for (name, text) in documents {
        assert_eq!(
            case.open()
                .view(Principal::LOCAL)
                .page(case.id(name), PageNumber::FIRST)
                .expect("a page")
                .text,
            text
        );
    }
}

#[test]
fn missing_and_damaged_pages_are_errors_of_their_own() {
    let case = TestCase::of_texts(&[("a.txt", "one"), ("b.txt", "two"), ("copy.txt", "one")]);
    let page = |item: i64, number: u32| {
        case.open().view(Principal::LOCAL).page(ItemId::new(item), PageNumber::new(number))
    };
    for number in [0, 2, u32::MAX] {
        let Err(CaseError::NoSuchPage { document, pages, state, .. }) = page(1, number) else {
            panic!("page {number}")
        };
        assert_eq!((document.as_str(), pages, state), ("EXH-000001", 1, State::Read));
    }
    assert!(matches!(page(9, 1), Err(CaseError::NoSuchDocument(_))));
    assert_eq!(page(3, 1).expect("a page of the first copy").text, "one");
    // another page's record, which is whole but not the one recorded
    let whole = case.duplicate();
    whole.sql("UPDATE pages SET place = (SELECT place FROM pages WHERE item = 2) WHERE item = 1");
    let swapped = whole.open().view(Principal::LOCAL).page(ItemId::new(1), PageNumber::FIRST);
    assert!(matches!(swapped, Err(CaseError::Store(StoreError::Damaged { .. }))), "{swapped:?}");
    let outside = case.duplicate();
    outside.sql("UPDATE pages SET place = 999999 WHERE item = 1");
    assert!(matches!(
        outside.open().view(Principal::LOCAL).page(ItemId::new(1), PageNumber::FIRST),
        Err(CaseError::Store(_))
    ));
    let pack = case.files("derived/pages").remove(0);
    let length = usize::try_from(fs::metadata(&pack).expect("metadata").len()).expect("small");
    for at in (0..length).step_by(7) {
        flip(&pack, at);
        let (one, two) = (page(1, 1), page(2, 1));
        assert!(one.is_err() || two.is_err(), "byte {at}");
        assert!(
            one.is_ok_and(|page| page.text == "one") || two.is_ok_and(|page| page.text == "two"),
            "byte {at}"
        );
        flip(&pack, at);
    }
    fs::remove_file(&pack).expect("removed");
    assert!(matches!(page(1, 1), Err(CaseError::Store(_))));
}

#[test]
fn items_are_listed_by_state_container_and_place() {
    let case = TestCase::new(&[
        TestItem::archive("a.zip"),
        TestItem::text("m.txt", "one").within("a.zip"),
        TestItem::unread("bad", b"x", State::Failed, Some(Reason::NoPages)),
        TestItem::without_bytes("pipe", State::Unsupported, Reason::NamedPipe)
            .relation(Relation::File),
        TestItem::waiting("later", b"later"),
    ]);
    let list = |filter: ItemFilter| -> Vec<i64> {
        case.open()
            .view(Principal::LOCAL)
            .items(&filter)
            .expect("items")
            .iter()
            .map(|item| item.id.get())
            .collect()
    };
    let of = |states: &[State]| ItemFilter { states: states.to_vec(), ..ItemFilter::default() };
    assert_eq!(list(ItemFilter::default()), [1, 2, 3, 4, 5]);
    assert_eq!(list(of(&[State::Failed, State::Unsupported])), [3, 4]);
    assert_eq!(list(of(&[State::Encrypted])), [] as [i64; 0]);
    assert_eq!(list(ItemFilter { container: Some(ItemId::new(1)), ..ItemFilter::default() }), [2]);
    assert_eq!(
        list(ItemFilter { after: Some(ItemId::new(3)), most: 1, ..ItemFilter::default() }),
        [4]
    );
    let states = case.open().view(Principal::LOCAL).states().expect("states");
    assert_eq!((states[&State::Waiting], states[&State::Read]), (1, 2));
    let account = case.open().view(Principal::LOCAL).account().expect("an account");
    assert_eq!((account.pages, account.items[&State::Failed]), (1, 1));
    let sources = case.open().view(Principal::LOCAL).sources().expect("sources");
    assert_eq!(sources.iter().map(|source| source.path.as_slice()).collect::<Vec<_>>(), [b"/leak"]);
}

#[test]
fn log_entries_come_with_their_openings_and_proofs() {
    let case = TestCase::of_texts(&[("登记\u{202e}.txt", "one")]);
    let open = case.open();
    let item = open.view(Principal::LOCAL).item(ItemId::new(1)).expect("an item");
    let entry = open.view(Principal::LOCAL).entry(item.seq.expect("a receipt")).expect("an entry");
    assert_eq!((entry.seq, entry.item), (item.seq.expect("a receipt"), Some(item.id)));
    assert!(entry.text.contains("item.receive") && !entry.text.contains("登记"), "{}", entry.text);
    let (field, name) = entry.openings.iter().find(|(field, _)| field == "name").expect("a name");
    assert!(field == "name" && name.starts_with("登记") && !name.contains('\u{202e}'), "{name:?}");
    assert!(entry.proof.contains(&format!("index {}", entry.seq)), "{}", entry.proof);
    assert_eq!(
        entry.checkpoint.as_bytes(),
        fs::read(case.path("custody/checkpoint")).expect("read")
    );
    assert!(matches!(
        open.view(Principal::LOCAL)
            .entry(EntrySeq::new(open.view(Principal::LOCAL).log_size().expect("a size"))),
        Err(CaseError::Log(_))
    ));
    assert!(matches!(
        open.view(Principal::LOCAL).entry(EntrySeq::new(u64::MAX)),
        Err(CaseError::Log(_))
    ));
}

#[test]
fn the_date_of_a_document_is_its_most_meaningful_property() {
    let case = TestCase::new(&[TestItem::message("a.eml", "a@example.org", "one", "text")
        .property(MetadataKey::MODIFIED, "2020-01-01")
        .property(MetadataKey::MAIL_DATE, "2019-03-28T10:20:30+08:00")]);
    let document = case.open().view(Principal::LOCAL).document(ItemId::new(1)).expect("a document");
    assert_eq!(
        date_of(&document.metadata).map(|date| date.to_string()).as_deref(),
        Some("2019-03-28T10:20:30+08:00")
    );
}

#[test]
fn passwords_are_kept_in_order_and_for_their_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let case = TestCase::empty();
    let open = case.open();
    let add = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        open.add_passwords(&words).expect("added")
    };
    assert_eq!(case.writer().passwords().expect("none"), [] as [&str; 0]);
    assert_eq!(add(&["秘密", "", "one", "秘密"]), 2);
    assert_eq!(add(&["one", "two words"]), 1);
    assert_eq!(case.writer().passwords().expect("passwords"), ["秘密", "one", "two words"]);
    let mode = fs::metadata(case.path("passwords")).expect("metadata").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
