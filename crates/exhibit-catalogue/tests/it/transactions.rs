//! Transactions: whole or not at all, seen by readers only once committed.

use exhibit_catalogue::{Catalogue, CatalogueError};
use exhibit_model::{EntrySeq, ItemId, Moment, Opening, SourceId};
use exhibit_testing::{TestCase, TestItem};
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn a_reader_sees_what_is_committed_and_nothing_else() {
    let case = TestCase::of_texts(&[("a.txt", "one")]);
    let reader = case.open().folder.catalogue_for_reading().expect("a catalogue");
    let mut held = case.writer();
    let work = held.catalogue.begin().expect("a transaction");
    work.source(b"/more", "more", Moment(1)).expect("a source");
    work.set_number("a number", 7).expect("set");
    assert_eq!(work.number("a number").expect("a number"), Some(7), "its own changes");
    assert_eq!(reader.number("a number").expect("a number"), None);
    assert_eq!(reader.sources().expect("sources").len(), 1);
    drop(work);
    assert_eq!(held.catalogue.number("a number").expect("a number"), None, "dropped, not committed");
    let work = held.catalogue.begin().expect("a transaction");
    work.set_number("a number", i64::MIN).expect("set");
    work.commit().expect("a commit");
    assert_eq!(reader.number("a number").expect("a number"), Some(i64::MIN));
}

#[test]
fn readers_are_consistent_while_a_writer_works() {
    let case = TestCase::empty();
    let mut held = case.writer();
    let done = AtomicBool::new(false);
    let reader = case.open().folder.catalogue_for_reading().expect("a catalogue");
    std::thread::scope(|scope| {
        let (done, reader) = (&done, reader);
        let watched = scope.spawn(move || {
            let mut seen = 0;
            while !done.load(Ordering::Acquire) {
                let sources = reader.sources().expect("sources").len() as i64;
                let number = reader.number("sources").expect("a number").unwrap_or(1);
                // the two reads are apart, so the number can only be the later one
                assert!(number >= sources, "{number} after {sources}");
                seen = seen.max(sources);
            }
            seen
        });
        for number in 2..60_i64 {
            let work = held.catalogue.begin().expect("a transaction");
            work.source(number.to_string().as_bytes(), "more", Moment(number)).expect("a source");
            work.set_number("sources", number).expect("set");
            work.commit().expect("a commit");
        }
        done.store(true, Ordering::Release);
        assert!(watched.join().expect("the reader") <= 59);
    });
    assert_eq!(held.catalogue.sources().expect("sources").len(), 59);
}

#[test]
fn a_writer_that_dies_leaves_the_last_commit() {
    let case = TestCase::of_texts(&[("a.txt", "one")]);
    let path = case.path("catalogue.db");
    {
        let mut catalogue = Catalogue::open_for_writing(&path).expect("a catalogue");
        let work = catalogue.begin().expect("a transaction");
        work.set_number("committed", 1).expect("set");
        work.commit().expect("a commit");
        let work = catalogue.begin().expect("a transaction");
        work.set_number("lost", 1).expect("set");
        // killed: neither committed nor rolled back, and the connection is never closed
        std::mem::forget(work);
        std::mem::forget(catalogue);
    }
    let reader = Catalogue::open_for_reading(&path).expect("a catalogue");
    assert_eq!((reader.number("committed").expect("read"), reader.number("lost").expect("read")), (Some(1), None));
    assert_eq!(reader.check().expect("checked"), [] as [&str; 0]);
}

#[test]
fn a_reading_connection_writes_nothing() {
    let case = TestCase::of_texts(&[("a.txt", "one")]);
    let mut reader = Catalogue::open_for_reading(&case.path("catalogue.db")).expect("a catalogue");
    let written = match reader.begin() {
        Ok(work) => work.set_number("x", 1).and_then(|()| work.commit()),
        Err(error) => Err(error),
    };
    assert!(matches!(written, Err(CatalogueError::Engine { .. })), "{written:?}");
    assert_eq!(case.open().folder.catalogue_for_reading().expect("a catalogue").number("x").expect("read"), None);
}

#[test]
fn entries_wait_in_order_and_are_numbered_without_gap() {
    let case = TestCase::empty();
    let mut held = case.writer();
    let first = held.catalogue.next_seq().expect("a number").get();
    let opening = |field: &str, value: &[u8]| Opening { field: field.to_owned(), salt: [3; 16], value: value.to_vec() };
    for number in 0..5 {
        let work = held.catalogue.begin().expect("a transaction");
        let one =
            work.post(b"{}", &[opening("name", "登记\0\u{ff}".as_bytes()), opening("reason", b"")]).expect("posted");
        let two = work.post(b"{}", &[]).expect("posted");
        assert_eq!((one.get(), two.get()), (first + 2 * number, first + 2 * number + 1));
        if number % 2 == 0 {
            work.commit().expect("a commit");
        } else {
            drop(work);
            let work = held.catalogue.begin().expect("a transaction");
            work.post(b"{1}", &[]).expect("posted");
            work.post(b"{2}", &[]).expect("posted");
            work.commit().expect("a commit");
        }
    }
    let waiting: Vec<u64> = held.catalogue.outbox().expect("an outbox").iter().map(|one| one.seq.get()).collect();
    assert_eq!(waiting, (first..first + 10).collect::<Vec<_>>());
    assert_eq!(held.catalogue.openings(EntrySeq::new(first)).expect("openings").len(), 2);
    assert_eq!(held.catalogue.openings(EntrySeq::new(first + 2)).expect("openings"), [], "those of a lost transaction");
    let work = held.catalogue.begin().expect("a transaction");
    work.posted(first + 4).expect("posted");
    work.commit().expect("a commit");
    let waiting: Vec<u64> = held.catalogue.outbox().expect("an outbox").iter().map(|one| one.seq.get()).collect();
    assert_eq!(waiting, (first + 4..first + 10).collect::<Vec<_>>());
    assert_eq!(held.catalogue.next_seq().expect("a number").get(), first + 10);
}

#[test]
fn items_are_found_by_the_entry_of_their_receipt() {
    let case = TestCase::new(&[TestItem::text("a.txt", "one"), TestItem::text("b.txt", "two")]);
    let open = case.open();
    let catalogue = open.folder.catalogue_for_reading().expect("a catalogue");
    for number in [1, 2] {
        let item = catalogue.item(ItemId::new(number)).expect("a lookup").expect("an item");
        assert_eq!(catalogue.item_of_entry(item.seq.expect("a receipt")).expect("a lookup"), Some(item.id));
    }
    assert_eq!(catalogue.item_of_entry(EntrySeq::new(u64::MAX >> 1)).expect("a lookup"), None);
    assert!(catalogue.source(SourceId::new(1)).expect("a lookup").is_some());
}
