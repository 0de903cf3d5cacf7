//! What each check finds.

use crate::audited::{audited, deviations, keep_bag, leftovers, three};
use exhibit_audit::{AuditOptions, CheckName, NoProgress, audit};
use exhibit_case::{CaseError, CaseFolder, Principal};
use exhibit_custody::{AccessRecord, Verb};
use exhibit_model::ItemId;
use exhibit_testing::{NOW, TestCase, acts, copy_folder, files_below, original, overwrite, random};
use std::fs;

const A: &str = "All persons entering must be registered.";
const B: &str = "The registers were destroyed.";

#[test]
fn a_good_case_has_no_findings() {
    let case = three();
    case.quote("a.txt", 1, "must be registered");
    keep_bag(&case);
    let audit = audited(&case);
    let found: Vec<String> =
        audit.findings.iter().map(|f| format!("{}: {}", f.place(), f.text())).collect();
    assert!(audit.is_good() && found.is_empty(), "{found:?}");
    let counts = audit.counts;
    assert_eq!((counts.originals, counts.bytes), (2, (A.len() + B.len()) as u64));
    assert_eq!((counts.pages, counts.quotes, counts.log_keys), (2, 1, 1));
    assert_eq!((counts.sealed, counts.access_entries), (None, None));
    let fixity = audit.fixity();
    assert_eq!(
        (fixity.originals, fixity.missing, fixity.altered, fixity.log_deviations),
        (2, 0, 0, 0)
    );
    assert_eq!((fixity.log_size, fixity.quotes, fixity.broken_quotes), (counts.log_entries, 1, 0));
}

#[test]
fn a_folder_without_a_case_is_an_error_and_a_case_in_use_too() {
    let case = three();
    let check = |folder: &std::path::Path| audit(folder, &AuditOptions::default(), &mut NoProgress);
    assert!(matches!(check(&case.keys()), Err(CaseError::NoCase(_))));
    let folder = case.folder();
    case.write(|_| assert!(matches!(check(&folder), Err(CaseError::Locked { .. }))));
    assert!(check(&folder).expect("checked").is_good());
}

#[test]
fn custody_log() {
    let case = three();
    let entries = files_below(&case.path("custody/tile/entries")).remove(0);
    overwrite(&entries, |bytes| bytes[20] ^= 1);
    let found = deviations(&case, CheckName::CustodyLog);
    assert!(found.contains(&"log-entry at custody".to_owned()), "{found:?}");
    assert!(audited(&case).fixity().log_deviations > 0);
    fs::write(case.path("custody/checkpoint.new"), "").expect("written");
    assert_eq!(leftovers(&case, CheckName::CustodyLog), ["log-file-leftover at custody"]);
}

#[test]
fn custody_log_cut_back() {
    let case = TestCase::empty();
    let earlier = case.path("../earlier");
    copy_folder(&case.path("custody"), &earlier);
    let _ = case.add_texts(&[("a.txt", A)]);
    fs::remove_dir_all(case.path("custody")).expect("removed");
    copy_folder(&earlier, &case.path("custody"));
    let found = deviations(&case, CheckName::CustodyLog);
    assert!(found.contains(&"log-cut-back at custody".to_owned()), "{found:?}");
    // the keys remember the last checkpoint
    assert!(found.contains(&"log-rolled-back at custody".to_owned()), "{found:?}");
}

#[test]
fn settings() {
    let case = three();
    for (from, to) in [
        ("name = \"case\"", "name = \"cash\""),
        ("\"EXH\"", "\"EXI\""),
        ("created = \"2", "created = \"3"),
    ] {
        let whole = fs::read_to_string(case.path(CaseFolder::SETTINGS)).expect("read");
        fs::write(case.path(CaseFolder::SETTINGS), whole.replace(from, to)).expect("written");
        assert_eq!(
            deviations(&case, CheckName::Settings),
            ["setting-differs at exhibit.toml"],
            "{from}"
        );
        fs::write(case.path(CaseFolder::SETTINGS), whole).expect("written");
    }
    overwrite(&case.path(CaseFolder::SETTINGS), |bytes| {
        *bytes =
            String::from_utf8_lossy(bytes).replace("keep_days = 365", "keep_days = 1").into_bytes();
    });
    assert_eq!(deviations(&case, CheckName::Settings), ["access-setting-differs at exhibit.toml"]);
}

#[test]
fn a_change_of_settings_that_was_interrupted_is_no_deviation() {
    let case = three();
    let before = fs::read(case.path(CaseFolder::SETTINGS)).expect("read");
    let settings = exhibit_case::AccessSettings { record: false, keep_days: 9 };
    case.write(|held| held.set_access(settings).map(drop).expect("set"));
    let after = fs::read_to_string(case.path(CaseFolder::SETTINGS)).expect("read");
    // what a process leaves that is killed between the entry and the settings
    case.write(|held| {
        let work = held.catalogue.begin().expect("begin");
        work.set_number("access_pending", 9 * 2).expect("set");
        work.commit().expect("commit");
    });
    fs::write(case.path(CaseFolder::SETTINGS), &before).expect("written");
    assert_eq!(deviations(&case, CheckName::Settings), Vec::<String>::new());
    // the next writer completes it
    case.write(|_| ());
    assert_eq!(fs::read_to_string(case.path(CaseFolder::SETTINGS)).expect("read"), after);
    // and settings that are changed by hand afterwards deviate
    fs::write(case.path(CaseFolder::SETTINGS), &before).expect("written");
    assert_eq!(deviations(&case, CheckName::Settings), ["access-setting-differs at exhibit.toml"]);
}

#[test]
fn a_case_that_cannot_be_opened_is_checked_in_parts() {
    let case = three();
    overwrite(&case.path(&original(A.as_bytes())), |bytes| bytes[0] ^= 1);
    fs::remove_file(case.path(&original(B.as_bytes()))).expect("removed");
    fs::write(case.path(CaseFolder::SETTINGS), "form = ").expect("written");
    let audit = audited(&case);
    let codes: Vec<_> = audit.deviations().map(|finding| finding.fault.code()).collect();
    assert_eq!(codes, ["case-unreadable", "original-altered", "original-missing"]);
    assert!(audit.counts.log_entries > 0);
    let fixity = audit.fixity();
    assert_eq!((fixity.missing, fixity.altered), (1, 1));
}

#[test]
fn catalogue() {
    let case = three();
    // a row that its table's constraint does not allow
    case.sql(
        "CREATE TABLE forged (a); INSERT INTO forged VALUES (NULL); PRAGMA writable_schema = on; \
         UPDATE sqlite_schema SET sql = 'CREATE TABLE forged (a NOT NULL)' WHERE name = 'forged'",
    );
    assert_eq!(deviations(&case, CheckName::Catalogue), ["catalogue-damaged at catalogue.db"]);
}

#[test]
fn pages() {
    let case = three();
    case.sql("UPDATE pages SET text_digest = zeroblob(32) WHERE item = 1");
    let pack = files_below(&case.path(CaseFolder::PACKS)).remove(0);
    overwrite(&pack, |bytes| {
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
    });
    let found = deviations(&case, CheckName::Pages);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(
        found[0],
        "page-text-differs at EXH-000001 page 1, derived/pages/00000001.pack at byte 0"
    );
    assert!(found[1].starts_with("page-unreadable at EXH-000002 page 1"), "{found:?}");
}

#[test]
fn pictures() {
    let case = three();
    let picture = files_below(&case.path(CaseFolder::CITED)).remove(0);
    overwrite(&picture, |bytes| bytes.push(0));
    assert_eq!(
        deviations(&case, CheckName::Pictures),
        ["picture-altered at EXH-000001 page 1, its cited picture"]
    );
    fs::remove_file(picture).expect("removed");
    assert_eq!(
        deviations(&case, CheckName::Pictures),
        ["picture-missing at EXH-000001 page 1, its cited picture"]
    );
}

#[test]
fn tags() {
    let case = three();
    let open = case.open();
    assert!(
        open.view(Principal::LOCAL).set_tag(ItemId::new(1), "checked", true, NOW).expect("tagged")
    );
    assert!(
        open.view(Principal::LOCAL).set_tag(ItemId::new(2), "urgent", true, NOW).expect("tagged")
    );
    drop(open);
    assert_eq!(leftovers(&case, CheckName::Tags), ["tags-pending at tags.ndjson"]);
    case.write(|held| held.log_marks().expect("logged"));
    assert!(audited(&case).findings.is_empty());
    let path = case.path(CaseFolder::TAGS);
    let whole = fs::read_to_string(&path).expect("read");
    fs::write(&path, whole.replace("urgent", "urgenx")).expect("written");
    assert_eq!(deviations(&case, CheckName::Tags), ["tag-change-differs at tags.ndjson, change 2"]);
    fs::write(&path, whole.replace("\"document\":2", "\"document\":9")).expect("written");
    let found = deviations(&case, CheckName::Tags);
    let place = "at tags.ndjson, change 2";
    assert_eq!(
        found,
        [format!("tag-change-differs {place}"), format!("tag-document-missing {place}")]
    );
    fs::write(&path, whole.lines().next().expect("a line").to_owned() + "\nnot a change\n")
        .expect("written");
    assert_eq!(deviations(&case, CheckName::Tags), ["tag-change-missing at tags.ndjson"]);
    assert_eq!(leftovers(&case, CheckName::Tags), ["tag-lines-incomplete at tags.ndjson"]);
    fs::write(&path, whole).expect("written");
    case.sql("UPDATE numbers SET value = 5 WHERE name = 'tags_logged'");
    assert_eq!(deviations(&case, CheckName::Tags), ["tag-count-differs at catalogue.db"]);
}

#[test]
fn index() {
    let case = three();
    fs::create_dir(case.path(CaseFolder::NEW_INDEX)).expect("made");
    assert_eq!(leftovers(&case, CheckName::Index), ["index-leftover at index.new"]);
    let files = files_below(&case.path(CaseFolder::INDEX));
    let terms = files
        .iter()
        .find(|file| file.extension().is_some_and(|ending| ending == "term"))
        .expect("terms");
    overwrite(terms, |bytes| bytes[0] ^= 1);
    let found = deviations(&case, CheckName::Index);
    assert!(matches!(&found[..], [one] if one.starts_with("index-altered at index/")), "{found:?}");
    fs::remove_dir_all(case.path(CaseFolder::INDEX)).expect("removed");
    assert_eq!(deviations(&case, CheckName::Index), ["unreadable at index"]);
}

#[test]
fn originals() {
    let case = three();
    overwrite(&case.path(&original(A.as_bytes())), |bytes| bytes.push(b'x'));
    assert_eq!(
        deviations(&case, CheckName::Originals),
        [format!("original-altered at {}", original(A.as_bytes()))]
    );
    fs::remove_file(case.path(&original(A.as_bytes()))).expect("removed");
    assert_eq!(
        deviations(&case, CheckName::Originals),
        [format!("original-missing at {}", original(A.as_bytes()))]
    );
    let other = case.path(&original(b"nobody received this"));
    fs::create_dir_all(other.parent().expect("a parent")).expect("made");
    fs::write(&other, "nobody received this").expect("written");
    fs::write(case.path("originals/notes.txt"), "mine").expect("written");
    let found = deviations(&case, CheckName::Originals);
    assert!(found.contains(&"unexpected-file at originals/notes.txt".to_owned()), "{found:?}");
    let leftover = format!("original-unreferenced at {}", original(b"nobody received this"));
    assert_eq!(leftovers(&case, CheckName::Originals), [leftover]);
    case.sql("UPDATE items SET sha256 = NULL WHERE id = 2");
    let found = deviations(&case, CheckName::Originals);
    assert!(
        found.contains(&format!("original-not-in-ledger at {}", original(B.as_bytes()))),
        "{found:?}"
    );
}

#[test]
fn ledger() {
    let case = three();
    let whole = fs::read(case.path(CaseFolder::CATALOGUE)).expect("read");
    for (forgery, expected) in [
        ("UPDATE items SET seq = 0 WHERE id = 1", &["receipt-differs at EXH-000001"][..]),
        (
            "UPDATE items SET size = size + 1 WHERE id = 2",
            &["receipt-field-differs at EXH-000002", "pages-differ at EXH-000002"],
        ),
        (
            "UPDATE items SET relation = 'entry' WHERE id = 3",
            &["receipt-field-differs at EXH-000003"],
        ),
        ("UPDATE items SET path = CAST('x' AS BLOB) WHERE id = 1", &["path-differs at EXH-000001"]),
        (
            "DELETE FROM openings WHERE field = 'tree_seed'",
            &["sealed-value-unopened at EXH-000001", "sealed-value-unopened at EXH-000002"],
        ),
        ("UPDATE items SET settled_seq = NULL WHERE id = 1", &["reading-differs at EXH-000001"]),
        (
            "UPDATE metadata SET value = 'forged' WHERE item = 2",
            &["reading-result-differs at EXH-000002"],
        ),
        (
            "UPDATE pages SET text_digest = zeroblob(32) WHERE item = 1",
            &["pages-differ at EXH-000001"],
        ),
        ("UPDATE items SET duplicate_of = 2 WHERE id = 3", &["duplicate-differs at EXH-000003"]),
        ("DELETE FROM items WHERE id = 3", &["row-missing at EXH-000003"]),
        (
            "INSERT INTO sources (path, name, received) VALUES (CAST('/x' AS BLOB), 'x', 0)",
            &["source-differs at source 2"],
        ),
    ] {
        for beside in ["-wal", "-shm"] {
            let _ = fs::remove_file(case.path(&format!("{}{beside}", CaseFolder::CATALOGUE)));
        }
        fs::write(case.path(CaseFolder::CATALOGUE), &whole).expect("restored");
        assert!(deviations(&case, CheckName::Ledger).is_empty());
        case.sql(forgery);
        assert_eq!(deviations(&case, CheckName::Ledger), expected, "{forgery}");
    }
}

#[test]
fn seal() {
    let case = three();
    case.write(|held| held.seal().expect("sealed"));
    let audit = audited(&case);
    assert!(audit.findings.is_empty() && audit.counts.sealed.is_some(), "{:?}", audit.findings);
    case.sql(
        "UPDATE items SET state = 'waiting' WHERE id = 2; INSERT INTO outbox VALUES (99, x'00')",
    );
    let expected = [
        "sealed-with-pending-entries at catalogue.db",
        "sealed-with-waiting-items at catalogue.db",
    ];
    assert_eq!(deviations(&case, CheckName::Seal), expected);
}

#[test]
fn bags() {
    let case = three();
    let bag = keep_bag(&case);
    let other = case.path(CaseFolder::BAGS).join("0".repeat(64));
    fs::create_dir(&other).expect("made");
    let place = format!("bag-incomplete at bags/{}/", "0".repeat(64));
    assert_eq!(leftovers(&case, CheckName::Bags), [place]);
    assert!(deviations(&case, CheckName::Bags).is_empty());
    let page = files_below(&bag)
        .into_iter()
        .find(|file| {
            file.ends_with("0001.txt")
                || file.extension().is_some_and(|e| e == "txt")
                    && file.to_string_lossy().contains("data/documents")
        })
        .expect("a page");
    overwrite(&page, |bytes| bytes[0] ^= 1);
    let found = deviations(&case, CheckName::Bags);
    assert!(found.iter().any(|finding| finding.starts_with("bag-altered at bags/")), "{found:?}");
}

#[test]
fn anchors() {
    let case = three();
    let folder = case.path("custody/anchors/000000002");
    fs::create_dir_all(&folder).expect("made");
    fs::write(folder.join("checkpoint"), "not a checkpoint").expect("written");
    assert_eq!(
        deviations(&case, CheckName::Anchors),
        ["anchor-invalid at custody/anchors/000000002/checkpoint"]
    );
    let checkpoint = fs::read(case.path("custody/checkpoint")).expect("read");
    fs::write(folder.join("checkpoint"), checkpoint).expect("written");
    fs::write(folder.join("notes"), "mine").expect("written");
    let found = deviations(&case, CheckName::Anchors);
    let place = "at custody/anchors/000000002";
    assert_eq!(
        found,
        [
            format!("anchor-size {place}/checkpoint"),
            format!("anchor-unexpected-file {place}/notes")
        ]
    );
}

#[test]
fn quotes() {
    let case = three();
    let first = case.quote("a.txt", 1, "must be registered");
    let second = case.quote("b.txt", 1, "destroyed");
    let (one, two) =
        (case.path(&format!("quotes/{first}.json")), case.path(&format!("quotes/{second}.json")));
    assert!(audited(&case).findings.is_empty());
    let whole = fs::read(&one).expect("read");
    overwrite(&one, |bytes| bytes.push(b' '));
    assert_eq!(
        deviations(&case, CheckName::Quotes),
        [
            format!("not-a-quote at quotes/{first}.json"),
            format!("quote-missing at quotes/{first}.json")
        ]
    );
    fs::write(&one, &whole).expect("written");
    overwrite(&one, |bytes| {
        *bytes = String::from_utf8_lossy(bytes).replace("page=1", "page=2").into_bytes()
    });
    assert_eq!(
        deviations(&case, CheckName::Quotes),
        [format!("quote-not-logged at quotes/{first}.json")]
    );
    fs::write(&one, &whole).expect("written");
    fs::remove_file(two).expect("removed");
    assert_eq!(
        deviations(&case, CheckName::Quotes),
        [format!("quote-missing at quotes/{second}.json")]
    );
    case.sql("UPDATE pages SET (pack, place, digest, text_digest) = (SELECT pack, place, digest, text_digest FROM pages WHERE item = 2) WHERE item = 1");
    let found = deviations(&case, CheckName::Quotes);
    assert_eq!(found[0], format!("quote-broken at quotes/{first}.json"));
    assert_eq!(audited(&case).fixity().broken_quotes, 2);
    case.sql("DELETE FROM pages WHERE item = 1");
    assert_eq!(
        deviations(&case, CheckName::Quotes)[0],
        format!("quote-page-missing at quotes/{first}.json")
    );
}

#[test]
fn a_quote_ahead_of_its_log_entry_is_a_leftover() {
    let case = three();
    let earlier = case.path("../earlier");
    copy_folder(&case.folder(), &earlier);
    let id = case.quote("a.txt", 1, "must be registered");
    let name = format!("quotes/{id}.json");
    fs::create_dir(earlier.join("quotes")).expect("made");
    fs::copy(case.path(&name), earlier.join(&name)).expect("copied");
    let found = audit(&earlier, &AuditOptions::default(), &mut NoProgress).expect("checked");
    let codes: Vec<_> = found.leftovers().map(|finding| finding.fault.code()).collect();
    assert!(found.is_good() && codes == ["quote-ahead"], "{:?}", found.findings);
}

#[test]
fn access_log() {
    let case = three();
    let mut random = random(2);
    let log = case.open().access_log(&case.keys(), &mut acts(3)).expect("an access log");
    log.record_access(
        AccessRecord::new(Verb::Search).secret("query", "registers"),
        NOW,
        &mut random,
    )
    .expect("written");
    log.fold(365, NOW, &mut random).expect("folded");
    drop(log);
    let audit = audited(&case);
    assert!(audit.findings.is_empty(), "{:?}", audit.findings);
    assert_eq!(audit.counts.access_entries, Some(2));
    let opening = files_below(&case.path("access/openings")).remove(0);
    let whole = fs::read(&opening).expect("read");
    overwrite(&opening, |bytes| bytes.clear());
    let found = deviations(&case, CheckName::AccessLog);
    assert_eq!(found, [] as [String; 0], "an opening that was destroyed is no deviation");
    fs::write(&opening, &whole[..whole.len() - 3]).expect("written");
    assert_eq!(deviations(&case, CheckName::AccessLog), ["access-opening-altered at access"]);
    fs::write(&opening, whole).expect("written");
    let entries = files_below(&case.path("access/log/tile/entries")).remove(0);
    overwrite(&entries, |bytes| bytes[20] ^= 1);
    let found = deviations(&case, CheckName::AccessLog);
    assert!(found.contains(&"access-log-entry at access".to_owned()), "{found:?}");
    fs::remove_dir_all(case.path("access/log")).expect("removed");
    assert_eq!(deviations(&case, CheckName::AccessLog), ["access-log-missing at access"]);
}
