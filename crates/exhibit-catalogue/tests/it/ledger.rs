//! The ledger of a case: states, members, duplicates, pages, places, the account.

use exhibit_case::Principal;
use exhibit_catalogue::{ContainerGap, ItemFilter, OcrState};
use exhibit_model::{
    Digest, ItemId, Moment, OriginalId, PageKind, PageNumber, Reason, Relation, SourceId, State,
};
use exhibit_testing::{TestCase, TestItem};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

fn varied() -> TestCase {
    TestCase::new(&[
        TestItem::archive("a.zip"),
        TestItem::text("one.txt", "one\u{c}two").within("a.zip").language("en"),
        TestItem::archive("inner.zip").within("a.zip"),
        TestItem::text("deep.txt", "登记").within("inner.zip").language("zh"),
        TestItem::text("copy.txt", "one\u{c}two"),
        TestItem::text("empty.txt", ""),
        TestItem::unread("locked.pdf", b"%PDF", State::Encrypted, None)
            .media_type("application/pdf"),
        TestItem::unread("bad", b"x", State::Failed, Some(Reason::NoPages)),
        TestItem::without_bytes("pipe", State::Unsupported, Reason::NamedPipe)
            .relation(Relation::File),
        TestItem::waiting("later", b"later"),
        TestItem::text("cut.txt", "the beginn").cut(Reason::ArchiveEnds { bytes: 10 }),
    ])
}

#[test]
fn the_account_adds_up() {
    let case = varied();
    let account = case.open().view(Principal::LOCAL).account().expect("an account");
    let expected = [
        (State::Waiting, 1),
        (State::Read, 4),
        (State::Empty, 1),
        (State::Duplicate, 1),
        (State::Encrypted, 1),
        (State::Unsupported, 1),
        (State::Failed, 1),
        (State::Truncated, 1),
    ];
    assert_eq!(account.items, expected.into());
    assert_eq!(account.items.values().sum::<u64>(), 11);
    assert_eq!((account.pages, account.sources, account.gaps.len()), (4, 1, 0));
    let distinct: BTreeSet<&[u8]> = [
        &b"a.zip"[..],
        b"one\x0ctwo",
        b"inner.zip",
        "登记".as_bytes(),
        b"",
        b"%PDF",
        b"x",
        b"later",
        b"the beginn",
    ]
    .into();
    assert_eq!(account.originals, distinct.len() as u64);
    assert_eq!(account.bytes, distinct.iter().map(|bytes| bytes.len() as u64).sum::<u64>());
    assert_eq!(
        account.media_types.iter().map(|(_, count)| count).sum::<u64>(),
        11 - 4,
        "four have no type"
    );
    assert!(
        account.languages.contains(&("en".to_owned(), 2))
            && account.languages.contains(&("zh".to_owned(), 1))
    );
}

#[test]
fn members_that_are_missing_are_gaps() {
    let case = varied();
    let gaps =
        |case: &TestCase| case.open().view(Principal::LOCAL).account().expect("an account").gaps;
    case.sql("DELETE FROM work; DELETE FROM pages WHERE item = 4; DELETE FROM items WHERE id = 4");
    let gap = ContainerGap {
        container: Some(ItemId::new(3)),
        source: SourceId::new(1),
        found: 1,
        listed: 0,
    };
    assert_eq!(gaps(&case), [gap]);
    let more = varied();
    more.sql("UPDATE items SET found = 5 WHERE id = 1");
    assert_eq!(gaps(&more).iter().map(|gap| (gap.found, gap.listed)).collect::<Vec<_>>(), [(5, 2)]);
}

#[test]
fn a_family_is_a_container_with_all_below_it() {
    let case = varied();
    let open = case.open();
    let catalogue = open.folder.catalogue_for_reading().expect("a catalogue");
    let item = |number| catalogue.item(ItemId::new(number)).expect("a lookup").expect("an item");
    assert_eq!(item(4).family, Some(ItemId::new(1)));
    assert_eq!((item(4).depth, item(2).depth, item(1).depth), (2, 1, 0));
    let bytes =
        ["one\u{c}two", "inner.zip", "登记"].map(|text| text.len() as u64).iter().sum::<u64>();
    assert_eq!(catalogue.family_size(ItemId::new(1)).expect("a size"), bytes);
    assert_eq!(catalogue.family_size(ItemId::new(5)).expect("a size"), 0);
}

#[test]
fn originals_are_found_by_digest_in_every_place() {
    let case = varied();
    let open = case.open();
    let catalogue = open.folder.catalogue_for_reading().expect("a catalogue");
    let id = |bytes: &[u8]| OriginalId::new(Digest::of(bytes));
    let with = |bytes: &[u8], most| -> Vec<i64> {
        catalogue
            .items_with(id(bytes), most)
            .expect("items")
            .iter()
            .map(|item| item.id.get())
            .collect()
    };
    assert_eq!(
        (with(b"one\x0ctwo", 9), with(b"one\x0ctwo", 1), with(b"nothing", 9)),
        (vec![2, 5], vec![2], vec![])
    );
    assert_eq!(
        (
            catalogue.copies(id(b"one\x0ctwo")).expect("a count"),
            catalogue.copies(id(b"?")).expect("a count")
        ),
        (2, 0)
    );
    assert!(
        catalogue.holds(id(b"later")).expect("known") && !catalogue.holds(id(b"?")).expect("known")
    );
    let hex = Digest::of(b"one\x0ctwo").to_string();
    for digits in [&hex[..8], &hex[..63], &hex] {
        assert_eq!(
            catalogue.items_by_digest_prefix(digits).expect("items"),
            [ItemId::new(2)],
            "{digits}"
        );
    }
    for bad in ["zz", "'", &format!("{hex}0")] {
        assert_eq!(catalogue.items_by_digest_prefix(bad).expect("items"), [], "{bad}");
    }
}

#[test]
fn a_file_is_known_by_path_size_and_change_time() {
    let case = varied();
    let open = case.open();
    let catalogue = open.folder.catalogue_for_reading().expect("a catalogue");
    case.sql("UPDATE items SET changed = 77 WHERE id = 5");
    let knows = |source, path: &[u8], size, changed| {
        catalogue.knows_file(SourceId::new(source), path, size, Moment(changed)).expect("known")
    };
    assert!(knows(1, b"copy.txt", 7, 77));
    for (source, path, size, changed) in [
        (2, &b"copy.txt"[..], 7, 77),
        (1, b"copy.tx", 7, 77),
        (1, b"copy.txt", 8, 77),
        (1, b"copy.txt", 7, 78),
    ] {
        assert!(!knows(source, path, size, changed));
    }
    assert!(!knows(1, b"pipe", 0, 77), "without bytes it is looked at again");
}

#[test]
fn pages_follow_their_items_in_batches() {
    let case = varied();
    let open = case.open();
    let catalogue = open.folder.catalogue_for_reading().expect("a catalogue");
    let mut all = Vec::new();
    catalogue.all_pages(&mut |row| all.push((row.item.get(), row.number.get()))).expect("pages");
    all.sort_unstable();
    assert_eq!(all, [(2, 1), (2, 2), (4, 1), (11, 1)]);
    let mut revisions = Vec::new();
    let mut after = 0;
    loop {
        let rows = catalogue.pages_after(after, 1).expect("pages");
        let Some(row) = rows.first() else { break };
        assert!(row.revision > after, "{row:?}");
        after = row.revision;
        revisions.push((row.item.get(), row.number.get()));
    }
    revisions.sort_unstable();
    assert_eq!(revisions, all, "every page once");
    assert_eq!(catalogue.pages(ItemId::new(2)).expect("pages").len(), 2);
    assert!(catalogue.page(ItemId::new(2), PageNumber::new(3)).expect("a lookup").is_none());
    assert_eq!(catalogue.page_layers(ItemId::new(2), PageNumber::FIRST).expect("layers").len(), 1);
}

#[test]
fn pages_that_want_ocr_are_counted_until_they_are_read() {
    let mut scanned = exhibit_model::Page::of_text(1, PageKind::Picture, String::new());
    scanned.counts.images = 1;
    let case =
        TestCase::new(&[TestItem::new("scan.png", b"png").media_type("image/png").page(scanned)]);
    let account = |case: &TestCase| {
        let account = case.open().view(Principal::LOCAL).account().expect("an account");
        (account.pages_waiting_for_ocr, account.pages_by_ocr, account.pages_ocr_failed)
    };
    assert_eq!(account(&case), (1, 0, 0));
    case.write(|held| {
        let work = held.catalogue.begin().expect("a transaction");
        assert!(work.awaits_ocr(ItemId::new(1)).expect("known"));
        work.ocr_ended(ItemId::new(1), PageNumber::FIRST, OcrState::Failed).expect("noted");
        assert!(!work.awaits_ocr(ItemId::new(1)).expect("known"));
        work.commit().expect("a commit");
    });
    assert_eq!(account(&case), (0, 0, 1));
    let read = TestCase::new(&[TestItem::scan("scan.png", "登记", 0.5)]);
    assert_eq!(account(&read), (0, 1, 0));
}

#[test]
fn a_listing_is_resumed_after_any_item() {
    let case = varied();
    let open = case.open();
    let catalogue = open.folder.catalogue_for_reading().expect("a catalogue");
    for at_once in 1..=12 {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let filter = ItemFilter { after, most: at_once, ..ItemFilter::default() };
            let before = seen.len();
            catalogue
                .items(&filter, &mut |item| {
                    seen.push(item.id.get());
                    ControlFlow::Continue(())
                })
                .expect("items");
            if seen.len() == before {
                break;
            }
            after = seen.last().map(|id| ItemId::new(*id));
        }
        assert_eq!(seen, (1..=11).collect::<Vec<_>>(), "{at_once} at once");
    }
}

#[test]
fn sources_are_listed_and_walked_once() {
    let case = TestCase::empty();
    case.write(|held| {
        let work = held.catalogue.begin().expect("a transaction");
        let (second, is_new) =
            work.source("/路径/\u{202e}".as_bytes(), "路径", Moment(5)).expect("a source");
        assert!(is_new);
        assert_eq!(
            work.source("/路径/\u{202e}".as_bytes(), "other name", Moment(6)).expect("known"),
            (second, false)
        );
        work.walked(second, 3).expect("walked");
        work.commit().expect("a commit");
        assert!(held.catalogue.is_walked(second).expect("known"));
        assert!(!held.catalogue.is_walked(SourceId::new(1)).expect("known"));
        let (path, name, received) =
            held.catalogue.source(second).expect("a lookup").expect("a source");
        assert_eq!(
            (path, name.as_str(), received),
            ("/路径/\u{202e}".as_bytes().to_vec(), "路径", Moment(5))
        );
        assert_eq!(held.catalogue.sources().expect("sources"), [SourceId::new(1), second]);
        assert!(held.catalogue.source(SourceId::new(9)).expect("a lookup").is_none());
    });
    let gaps = case.open().view(Principal::LOCAL).account().expect("an account").gaps;
    assert_eq!(
        gaps.iter().map(|gap| (gap.container, gap.found, gap.listed)).collect::<Vec<_>>(),
        [(None, 3, 0)]
    );
}
