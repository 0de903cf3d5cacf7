//! Forged rows and damaged files: errors, never wrong values and never a panic.

use exhibit_catalogue::{Catalogue, CatalogueError, ItemFilter};
use exhibit_model::{EntrySeq, ItemId, PageNumber};
use exhibit_mutate::Mutator;
use exhibit_testing::{TestCase, TestItem};
use std::fs;
use std::ops::ControlFlow;

fn case() -> TestCase {
    TestCase::new(&[
        TestItem::archive("a.zip"),
        TestItem::text("one.txt", "one\u{c}two").within("a.zip").picture(1, b"picture"),
        TestItem::text("copy.txt", "one\u{c}two"),
        TestItem::waiting("later", b"later"),
    ])
}

/// Reads everything of a catalogue.
fn read_all(catalogue: &Catalogue) -> Result<(), CatalogueError> {
    let mut ids = Vec::new();
    catalogue.items(&ItemFilter::default(), &mut |item| {
        ids.push(item.id);
        ControlFlow::Continue(())
    })?;
    for id in ids {
        let _ = (
            catalogue.pages(id)?,
            catalogue.metadata(id)?,
            catalogue.notes(id)?,
            catalogue.jobs(id)?,
        );
        let _ = (
            catalogue.pictures(id)?,
            catalogue.page_layers(id, PageNumber::FIRST)?,
            catalogue.settled_seq(id)?,
        );
    }
    catalogue.all_pages(&mut |_| {})?;
    catalogue.all_pictures(&mut |_, _| {})?;
    let _ = (
        catalogue.account()?,
        catalogue.outbox()?,
        catalogue.openings(EntrySeq::new(1))?,
        catalogue.places_after(0, 10)?,
    );
    Ok(())
}

#[test]
fn values_that_no_program_wrote_are_errors() {
    let case = case();
    let open = |case: &TestCase| {
        Catalogue::open_for_reading(&case.path("catalogue.db")).expect("a catalogue")
    };
    read_all(&open(&case)).expect("a good catalogue");
    for forgery in [
        "UPDATE items SET state = 'gone' WHERE id = 2",
        "UPDATE items SET relation = 'cousin' WHERE id = 2",
        "UPDATE items SET path = 7 WHERE id = 2",
        "UPDATE items SET received = 'yesterday' WHERE id = 2",
        "UPDATE items SET reason = 'no-such-reason' WHERE id = 2",
        "UPDATE items SET reason = 'page-limit', reason_values = '{' WHERE id = 2",
        "UPDATE items SET reason = 'page-limit', reason_values = '{\"pages\":\"x\"}' WHERE id = 2",
        "UPDATE pages SET kind = 'scroll' WHERE item = 2",
        "UPDATE pages SET digest = x'00' WHERE item = 2",
        "UPDATE pages SET text_digest = NULL WHERE item = 2",
        "UPDATE pages SET number = -1 WHERE item = 2 AND number = 1",
        "UPDATE work SET state = 'asleep'",
        "UPDATE work SET input = x'0102'",
        "UPDATE pictures SET sha256 = x'00'",
    ] {
        let forged = case.duplicate();
        let changed = {
            let db = rusqlite::Connection::open(forged.path("catalogue.db")).expect("open");
            db.execute_batch(&format!(
                "PRAGMA ignore_check_constraints = on; PRAGMA foreign_keys = off; {forgery}"
            ))
        };
        if changed.is_err() {
            // the schema itself refuses it
            continue;
        }
        assert!(read_all(&open(&forged)).is_err(), "{forgery}");
    }
}

#[test]
fn negative_and_huge_numbers_do_not_overflow() {
    let case = case();
    for forgery in [
        "UPDATE items SET size = -1 WHERE id = 2",
        "UPDATE items SET size = 9223372036854775807 WHERE id = 2",
        "UPDATE items SET found = -9223372036854775808 WHERE id = 1",
        "UPDATE items SET container = id WHERE id = 1",
        "UPDATE items SET container = 99 WHERE id = 2",
        "UPDATE items SET duplicate_of = 3 WHERE id = 3",
        "UPDATE items SET modified = 9223372036854775807, received = -9223372036854775808",
        "UPDATE pages SET place = -1",
        "UPDATE pages SET revision = 9223372036854775807 WHERE item = 2 AND number = 2",
        "INSERT INTO numbers VALUES ('tags_logged', -5) ON CONFLICT DO UPDATE SET value = -5",
    ] {
        let forged = case.duplicate();
        let db = rusqlite::Connection::open(forged.path("catalogue.db")).expect("open");
        let changed = db.execute_batch(&format!(
            "PRAGMA ignore_check_constraints = on; PRAGMA foreign_keys = off; {forgery}"
        ));
        drop(db);
        if changed.is_ok() {
            let catalogue =
                Catalogue::open_for_reading(&forged.path("catalogue.db")).expect("a catalogue");
            // an error or numbers, but neither a panic nor an endless loop
            let _ = read_all(&catalogue);
            let _ = catalogue.item(ItemId::new(2)).map(|item| item.map(|item| item.size));
        }
    }
}

#[test]
fn a_damaged_file_is_an_error_or_found_by_the_check() {
    let case = case();
    let path = case.path("catalogue.db");
    let good = fs::read(&path).expect("read");
    let mut numbers = Mutator::new(3);
    let mut refused = 0;
    for round in 0..60 {
        let mut bad = good.clone();
        match round % 3 {
            0 => bad.truncate(numbers.below(good.len())),
            1 => {
                let at = numbers.below(good.len() - 64);
                bad[at..at + 64].fill(numbers.byte());
            }
            _ => {
                let page = numbers.below(good.len() / 4096) * 4096;
                bad[page..page + 8].fill(0xff);
            }
        }
        fs::write(&path, &bad).expect("written");
        for beside in ["-wal", "-shm"] {
            let _ = fs::remove_file(case.path(&format!("catalogue.db{beside}")));
        }
        let opened = Catalogue::open_for_reading(&path);
        let fault = opened.and_then(|catalogue| {
            let faults = catalogue.check()?;
            read_all(&catalogue)?;
            Ok(!faults.is_empty())
        });
        refused += usize::from(!matches!(fault, Ok(false)));
    }
    assert!(refused > 20, "{refused}");
}

#[test]
fn what_is_not_a_catalogue_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("catalogue.db");
    assert!(
        Catalogue::open_for_reading(&path).is_err() && !path.exists(),
        "reading creates nothing"
    );
    assert!(Catalogue::open_for_writing(&path).is_err() && !path.exists());
    fs::write(&path, "not a database, whatever its name").expect("written");
    let opened = Catalogue::open_for_reading(&path).and_then(|catalogue| read_all(&catalogue));
    assert!(matches!(opened, Err(CatalogueError::Engine { .. })), "{opened:?}");
    fs::remove_file(&path).expect("removed");
    let db = rusqlite::Connection::open(&path).expect("another database");
    db.execute_batch("CREATE TABLE mine (a)").expect("made");
    drop(db);
    let opened = Catalogue::open_for_reading(&path).and_then(|catalogue| read_all(&catalogue));
    assert!(opened.is_err(), "{opened:?}");
}

#[test]
fn a_catalogue_on_a_read_only_medium_is_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let case = case();
    let path = case.path("catalogue.db");
    for beside in ["-wal", "-shm"] {
        let _ = fs::remove_file(case.path(&format!("catalogue.db{beside}")));
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).expect("permissions");
    fs::set_permissions(case.folder(), fs::Permissions::from_mode(0o500)).expect("permissions");
    let read = Catalogue::open_for_reading(&path).and_then(|catalogue| read_all(&catalogue));
    fs::set_permissions(case.folder(), fs::Permissions::from_mode(0o700)).expect("permissions");
    read.expect("read all the same");
}
