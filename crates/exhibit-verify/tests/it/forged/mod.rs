//! What a holder of the right key can sign, prove and list although the formats do not allow it: one forgery for each
//! rule, with the check that finds it (`docs/formats/custody.md`, `bag.md`, `anchor.md`, `time.md`).

use crate::made::{
    Forgery, HONEST, Members, ORIGIN, Plan, Tree, commitments, forged_bag, key, set, signer, swap,
};
use crate::{check, request};
use exhibit_proof::bagit::{Files, FoundFile, FoundKind, Unreadable};
use exhibit_proof::chain::key_ref;
use exhibit_proof::finding::Fault;
use exhibit_proof::json::JsonValue;
use exhibit_proof::package::{TrustInput, entry_path};
use exhibit_verify::{Report, TrustedFiles, What, check_bag, verify};

/// A forgery: its name, what is special about the bag, what is forged, and the fault that must be found at a place.
type Case = (&'static str, Plan, Forgery, &'static str, Fault);

const PLAIN: Plan = Plan {
    first: None,
    sealed: false,
    handover: false,
    witnessed: false,
    received: false,
    transferred: false,
};
const SEALED: Plan = Plan { sealed: true, ..PLAIN };
const HANDED_OVER: Plan = Plan { handover: true, ..PLAIN };
const WITNESSED: Plan = Plan { witnessed: true, ..PLAIN };
const RECEIVED: Plan = Plan { received: true, ..PLAIN };
const TRANSFERRED: Plan = Plan { transferred: true, ..PLAIN };

const OPENED: &str = "custody/entries/000000000.json";
const SOURCE: &str = "custody/entries/000000001.json";
const RECEIPT: &str = "custody/entries/000000002.json";
const READING: &str = "custody/entries/000000003.json";
const QUOTED: &str = "custody/entries/000000006.json";
const EXPORT: &str = "custody/entries/000000007.json";
const RECORD: &str = "data/documents/EXH-000001/record.json";
const MEMBER: &str = "data/documents/EXH-000002/record.json";
const QUOTE: &str = "data/quotes/Q-000006.json";

macro_rules! entry {
    ($number:literal, $change:expr) => {
        Forgery {
            entry: |number, entry| {
                if number == $number {
                    let change: fn(&mut Members) = $change;
                    change(entry);
                }
            },
            ..HONEST
        }
    };
}

macro_rules! record {
    ($item:literal, $change:expr) => {
        Forgery {
            record: |item, record| {
                if item == $item {
                    let change: fn(&mut Members) = $change;
                    change(record);
                }
            },
            ..HONEST
        }
    };
}

const fn quote(quote: fn(&mut exhibit_proof::anchor::Anchor)) -> Forgery {
    Forgery { quote, ..HONEST }
}

const fn files(files: fn(&mut Tree)) -> Forgery {
    Forgery { files, ..HONEST }
}

fn facts(entry: &mut Members, from: &str, to: &str) {
    swap(entry, from, to);
}

mod bags;
mod entries;
mod quotes;
mod records;

fn set_value(members: &mut Members, name: &str, value: JsonValue) {
    members.insert(name.to_owned(), value);
}

fn report(bag: &mut Tree) -> Report {
    check_bag(bag, &TrustInput::default(), &TrustedFiles::default(), false).report
}

use bags::BAGS;
use entries::{ENTRIES, LOGS};
use quotes::{ANCHORS, QUOTES};
use records::RECORDS;

fn all() -> impl Iterator<Item = &'static Case> {
    [ENTRIES, LOGS, BAGS, RECORDS, QUOTES, ANCHORS].into_iter().flatten()
}

#[test]
fn what_is_not_forged_is_good() {
    for plan in [
        PLAIN,
        SEALED,
        HANDED_OVER,
        WITNESSED,
        RECEIVED,
        TRANSFERRED,
        Plan { first: Some("N-0001"), ..PLAIN },
        Plan {
            first: Some("N-0001"),
            sealed: true,
            handover: true,
            witnessed: true,
            received: true,
            transferred: false,
        },
    ] {
        let mut bag = forged_bag(plan, HONEST);
        let report = report(&mut bag);
        assert!(report.is_good(), "{:#?}", report.deviations);
        let folder = bag.write();
        let report = check(What::Bag, folder.path(), &key(if plan.handover { 2 } else { 1 }))
            .expect("a report");
        assert!(report.is_good(), "{:#?}", report.deviations);
    }
}

#[test]
fn every_forgery_with_the_right_key_is_found_by_its_check() {
    let mut missed = Vec::new();
    for (name, plan, forgery, place, fault) in all() {
        let report = report(&mut forged_bag(*plan, *forgery));
        let is_wanted = |found: &exhibit_proof::finding::Finding| {
            found.fault == *fault
                && (found.place == *place
                    || found.place.strip_prefix(place).is_some_and(|rest| rest.starts_with(':')))
        };
        if !report.deviations.iter().any(is_wanted) {
            missed.push(format!(
                "{name}: {place}: {} is not in {:?}",
                fault.word(),
                report.deviations
            ));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

// A forger's words are never printed under what is proved.
#[test]
fn nothing_forged_is_printed_as_proved() {
    let words = [
        "minister",
        "sworn",
        "certified",
        "court found",
        "everybody knows",
        "before the trial",
        "A. Person",
    ];
    let messages = exhibit_messages::Messages::new(exhibit_messages::Language::English);
    for (name, plan, forgery, ..) in all() {
        let report = report(&mut forged_bag(*plan, *forgery));
        let printed: Vec<String> =
            report.checked.iter().chain(&report.proved).map(|line| messages.text(line)).collect();
        for word in words {
            assert!(!printed.iter().any(|line| line.contains(word)), "{name}: {printed:#?}");
        }
    }
}

// Every rule about entries, records and quotes has its forgery in a table above or in another test of this crate.
#[test]
fn every_check_of_a_key_holder_has_a_forgery() {
    let forged: Vec<Fault> = all().map(|(.., fault)| *fault).collect();
    for fault in Fault::ALL {
        let elsewhere = matches!(
            fault,
            // found without a key: `bags.rs`, `folders` below, and the tests of `exhibit-proof`
            Fault::NotAFile
                | Fault::HardLink
                | Fault::EmptyFolder
                | Fault::UnsafeName
                | Fault::LooksAlike
                | Fault::Unreadable
                | Fault::Changed
                | Fault::NoManifest
                | Fault::ManifestPath
                | Fault::Repeated
                | Fault::Unlisted
                | Fault::Altered
                | Fault::Oxum
                | Fault::Fetch
                | Fault::NoCustody
                | Fault::Checkpoint
                | Fault::Policy
                | Fault::Proof
                | Fault::Content
                | Fault::Unproved
                | Fault::LoadFile
                | Fault::Time
        );
        assert!(elsewhere || forged.contains(fault), "{}", fault.word());
    }
}

struct Odd {
    bag: Tree,
    more: Vec<FoundFile>,
    reads: u32,
}

impl Files for Odd {
    fn list(&mut self) -> Result<Vec<FoundFile>, Unreadable> {
        let mut found = self.bag.list()?;
        found.append(&mut self.more);
        Ok(found)
    }

    fn read(&mut self, path: &str, each: &mut dyn FnMut(&[u8])) -> Result<(), Unreadable> {
        if path == "custody/entries/000000002.json" {
            self.reads += 1;
            if self.reads > 1 {
                each(self.bag.text(path).replacen("09:30", "09:31", 1).as_bytes());
                return Ok(());
            }
        }
        self.bag.read(path, each)
    }
}

#[test]
fn a_file_that_changes_between_two_readings_is_found() {
    let mut odd = Odd { bag: forged_bag(PLAIN, HONEST), more: Vec::new(), reads: 0 };
    let report =
        check_bag(&mut odd, &TrustInput::default(), &TrustedFiles::default(), false).report;
    assert!(odd.reads > 1);
    let found = report
        .deviations
        .iter()
        .any(|found| found.fault == Fault::Changed && found.place == RECEIPT);
    assert!(found, "{:#?}", report.deviations);
}

#[test]
fn odd_names_and_kinds_have_their_faults() {
    for (path, kind, fault) in [
        (&b"data/pipe"[..], FoundKind::Special, Fault::NotAFile),
        (b"data/twice", FoundKind::HardLinked, Fault::HardLink),
        (b"data/empty", FoundKind::EmptyFolder, Fault::EmptyFolder),
        (b"data/../../x", FoundKind::Plain, Fault::UnsafeName),
        (b"/etc/passwd", FoundKind::Plain, Fault::UnsafeName),
        (b"data/\xff\xfe", FoundKind::Plain, Fault::UnsafeName),
        ("data/r\u{435}port.txt".as_bytes(), FoundKind::Plain, Fault::UnsafeName),
        ("data/a\u{202e}fdp.exe".as_bytes(), FoundKind::Plain, Fault::UnsafeName),
        (b"data/a\x1b[2J", FoundKind::Plain, Fault::UnsafeName),
        (b"DATA/ro-crate-metadata.json", FoundKind::Plain, Fault::LooksAlike),
        (b"custody/key.pub.", FoundKind::Plain, Fault::LooksAlike),
    ] {
        let more = vec![FoundFile { path: path.to_vec(), size: 0, kind }];
        let mut odd = Odd { bag: forged_bag(PLAIN, HONEST), more, reads: 0 };
        odd.bag.put("data/twice", "");
        if kind != FoundKind::HardLinked {
            odd.bag.remove("data/twice");
        }
        let report =
            check_bag(&mut odd, &TrustInput::default(), &TrustedFiles::default(), false).report;
        let shown = String::from_utf8_lossy(path);
        assert!(
            report.deviations.iter().any(
                |found| found.fault == fault && (found.place == shown || found.detail == shown)
            ),
            "{shown}: {:#?}",
            report.deviations
        );
        assert!(
            !report
                .page(exhibit_messages::Messages::new(exhibit_messages::Language::English))
                .contains(['\u{202e}', '\u{1b}'])
        );
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_a_file_does_not_block() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let good = forged_bag(PLAIN, HONEST);
    for path in ["bagit.txt", "custody/key.pub", RECORD, "data/documents/EXH-000001/original.txt"] {
        let folder = good.write();
        std::fs::remove_file(folder.path().join(path)).expect("removed");
        mknodat(CWD, folder.path().join(path), FileType::Fifo, Mode::RUSR, 0).expect("a pipe");
        let report = verify(&request(What::Bag, folder.path())).expect("a report");
        assert!(
            report
                .deviations
                .iter()
                .any(|found| found.fault == Fault::NotAFile && found.place == path),
            "{path}"
        );
    }
    let folder = good.write();
    let proof = folder.path().join("custody/entries/000000002.tlog-proof");
    std::fs::remove_file(folder.path().join(RECEIPT)).expect("removed");
    mknodat(CWD, folder.path().join(RECEIPT), FileType::Fifo, Mode::RUSR, 0).expect("a pipe");
    verify(&request(What::Proof, &proof)).expect_err("a pipe is not an entry");
    assert!(entry_path(2).ends_with("000000002.json"));
}
