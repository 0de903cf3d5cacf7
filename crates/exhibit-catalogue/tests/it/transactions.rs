//! Transactions: whole or not at all, seen by readers only once committed.

use exhibit_catalogue::{Catalogue, CatalogueError, IntakeEnd};
use exhibit_model::{EntrySeq, ItemId, Moment, Opening, State};
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
    assert_eq!(
        held.catalogue.number("a number").expect("a number"),
        None,
        "dropped, not committed"
    );
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
    assert_eq!(
        (reader.number("committed").expect("read"), reader.number("lost").expect("read")),
        (Some(1), None)
    );
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
    assert_eq!(
        case.open().folder.catalogue_for_reading().expect("a catalogue").number("x").expect("read"),
        None
    );
}

#[test]
fn entries_wait_in_order_and_are_numbered_without_gap() {
    let case = TestCase::empty();
    let mut held = case.writer();
    let first = held.catalogue.next_seq().expect("a number").get();
    let opening = |field: &str, value: &[u8]| Opening {
        field: field.to_owned(),
        salt: [3; 16],
        value: value.to_vec(),
    };
    for number in 0..5 {
        let work = held.catalogue.begin().expect("a transaction");
        let one = work
            .post(b"{}", &[opening("name", "登记\0\u{ff}".as_bytes()), opening("reason", b"")])
            .expect("posted");
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
    let waiting: Vec<u64> =
        held.catalogue.outbox().expect("an outbox").iter().map(|one| one.seq.get()).collect();
    assert_eq!(waiting, (first..first + 10).collect::<Vec<_>>());
    assert_eq!(held.catalogue.openings(EntrySeq::new(first)).expect("openings").len(), 2);
    assert_eq!(
        held.catalogue.openings(EntrySeq::new(first + 2)).expect("openings"),
        [],
        "those of a lost transaction"
    );
    let work = held.catalogue.begin().expect("a transaction");
    work.posted(first + 4).expect("posted");
    work.commit().expect("a commit");
    let waiting: Vec<u64> =
        held.catalogue.outbox().expect("an outbox").iter().map(|one| one.seq.get()).collect();
    assert_eq!(waiting, (first + 4..first + 10).collect::<Vec<_>>());
    assert_eq!(held.catalogue.next_seq().expect("a number").get(), first + 10);
}

#[test]
fn items_are_found_by_their_file_name_in_any_folder() {
    let case = TestCase::new(&[
        TestItem::archive("box.zip"),
        TestItem::text("in/a.txt", "one").within("box.zip"),
        TestItem::text("b/a.txt", "two"),
        TestItem::text("登记.txt", "three"),
        TestItem::text("odd", "four").path_bytes(b"x/\xb5\xc7.txt", "x/登.txt"),
    ]);
    let open = case.open();
    let catalogue = open.folder.catalogue_for_reading().expect("a catalogue");
    let named = |name: &str| -> Vec<i64> {
        let found = catalogue.items_by_name(name, 9).expect("a lookup");
        found.into_iter().map(ItemId::get).collect()
    };
    for (name, expected) in [
        ("a.txt", &[2_i64, 3][..]),
        ("in/a.txt", &[2]),
        ("登记.txt", &[4]),
        ("登.txt", &[5]),
        (".txt", &[]),
        ("%", &[]),
        ("A.TXT", &[]),
    ] {
        assert_eq!(named(name), expected, "{name}");
    }
    assert_eq!(catalogue.items_by_name("a.txt", 1).expect("a lookup").len(), 1);
}

#[test]
fn an_intake_is_listed_until_its_source_was_walked_to_the_end() {
    let case = TestCase::of_texts(&[("a.txt", "one"), ("b.txt", "two")]);
    let mut held = case.writer();
    let source = exhibit_model::SourceId::new(1);
    let change = |held: &mut exhibit_case::CaseWriter,
                  change: &dyn Fn(&exhibit_catalogue::Work<'_>)| {
        let work = held.catalogue.begin().expect("a transaction");
        change(&work);
        work.commit().expect("a commit");
        held.catalogue.intakes().expect("intakes")
    };
    assert_eq!(held.catalogue.intakes().expect("intakes"), []);
    let begun = change(&mut held, &|work| work.intake_begins(source, Moment(5)).expect("begun"));
    assert_eq!(
        (begun[0].known, begun[0].missing(), begun[0].end),
        (None, None, IntakeEnd::Unknown)
    );
    let counted = change(&mut held, &|work| work.intake_counted(source, 5).expect("counted"));
    assert_eq!(
        (counted[0].known, counted[0].received, counted[0].missing()),
        (Some(5), 2, Some(3))
    );
    assert!(counted[0].last > Moment(5), "when the last entry was received");
    let stopped =
        change(&mut held, &|work| work.intakes_stopped(IntakeEnd::NoSpace).expect("stopped"));
    assert_eq!(stopped[0].end, IntakeEnd::NoSpace);
    let kept =
        change(&mut held, &|work| work.intakes_stopped(IntakeEnd::Requested).expect("stopped"));
    assert_eq!(kept[0].end, IntakeEnd::NoSpace, "the first cause is kept");
    // fewer entries than were counted: some were lost meanwhile
    let lost = change(&mut held, &|work| work.walked(source, 4).expect("walked"));
    assert_eq!((lost.len(), lost[0].end), (1, IntakeEnd::SourceLost));
    let again = change(&mut held, &|work| work.intake_begins(source, Moment(9)).expect("begun"));
    assert_eq!((again[0].known, again[0].end), (Some(5), IntakeEnd::Unknown));
    let ended = change(&mut held, &|work| {
        work.intake_counted(source, 2).expect("counted");
        work.walked(source, 2).expect("walked");
    });
    assert_eq!(ended, []);
    let account = held.catalogue.account().expect("an account");
    assert!(account.is_complete() && account.intakes.is_empty(), "{account:?}");
}

#[test]
fn what_is_not_read_is_counted_apart() {
    let case = TestCase::of_texts(&[
        ("a.txt", "one\u{c}two\u{c}three"),
        ("b.txt", "four"),
        ("c.txt", "five"),
    ]);
    case.sql("UPDATE pages SET ocr = 'wanted' WHERE item = 1 AND number = 1");
    case.sql("UPDATE pages SET ocr = 'failed' WHERE item = 1 AND number = 2");
    case.sql("UPDATE pages SET confidence = 0.69 WHERE item = 2");
    case.sql("UPDATE items SET state = 'encrypted' WHERE id = 3");
    let open = case.open();
    let catalogue = open.folder.catalogue_for_reading().expect("a catalogue");
    let unread = catalogue.unread().expect("counts");
    assert_eq!(
        (unread.pages_waiting_for_ocr, unread.pages_ocr_failed, unread.pages_doubtful),
        (1, 1, 1)
    );
    assert_eq!(unread.items, [(State::Encrypted, 1)].into());
    let account = catalogue.account().expect("an account");
    assert_eq!((account.pages, account.pages_with_text(), account.read_in_part), (5, 3, 1));
    assert_eq!((account.total(), account.in_state(State::Read), account.problems()), (3, 2, 1));
    let coverage = open.view(exhibit_case::Principal::LOCAL).coverage().expect("a coverage");
    assert!(!coverage.is_whole() && coverage.unread == unread, "{coverage:?}");
}
