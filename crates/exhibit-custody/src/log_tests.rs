//! Tests of the log on disk: growing, reading, and being killed or losing power at every step.

use super::*;
use crate::act::{Act, EntryContext};
use crate::check::{Remembered, check_log};
use crate::folder::Step;
use exhibit_model::{EntrySeq, Moment};
use std::collections::BTreeSet;
use std::fs;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// Where a test interrupts writing, and what was not durable by then.
#[derive(Clone, Debug, Default)]
pub(crate) struct Crash(Arc<Mutex<Option<Disk>>>);

#[derive(Debug, Default)]
struct Disk {
    steps_left: usize,
    unsynced_files: BTreeSet<PathBuf>,
    unsynced_names: BTreeSet<PathBuf>,
    // The content of a file before another was renamed over it.
    unsynced_rename: Option<(PathBuf, Vec<u8>)>,
}

impl Crash {
    pub(crate) fn step(&self, step: &Step<'_>) -> io::Result<()> {
        let mut disk = self.0.lock().expect("no test panics here");
        let Some(disk) = disk.as_mut() else { return Ok(()) };
        if disk.steps_left == 0 {
            // A file that was being written when the program died may contain any part of its bytes.
            if let Step::Write(path, bytes) = step {
                fs::write(path, &bytes[..bytes.len() / 2])?;
                disk.unsynced_files.insert(path.to_path_buf());
                disk.unsynced_names.insert(path.to_path_buf());
            }
            return Err(io::Error::other("interrupted by the test"));
        }
        disk.steps_left -= 1;
        match *step {
            Step::Write(path, _) => {
                disk.unsynced_files.insert(path.to_owned());
                disk.unsynced_names.insert(path.to_owned());
            }
            Step::MakeFolder(path) => {
                disk.unsynced_names.insert(path.to_owned());
            }
            Step::SyncFile(path) => {
                disk.unsynced_files.remove(path);
            }
            Step::SyncFolder(folder) => {
                disk.unsynced_names.retain(|path| path.parent() != Some(folder));
                disk.unsynced_rename = None;
            }
            Step::Rename(_, path) => {
                disk.unsynced_rename = Some((path.to_owned(), fs::read(path)?))
            }
            Step::Remove(path) => {
                assert!(
                    disk.unsynced_rename.is_none(),
                    "{} goes before it is superfluous",
                    path.display()
                );
            }
        }
        Ok(())
    }

    fn after(steps: usize) -> Self {
        Self(Arc::new(Mutex::new(Some(Disk { steps_left: steps, ..Disk::default() }))))
    }

    // Removes from the disk what a power cut may remove: the bytes of files and the names in folders that were not
    // synced.
    fn cut_power(&self) {
        let disk = self.0.lock().expect("no test panics here").take().expect("a crash was set");
        if let Some((path, bytes)) = disk.unsynced_rename {
            fs::write(path, bytes).expect("as before");
        }
        for path in disk.unsynced_files {
            if path.exists() {
                fs::write(path, b"").expect("emptied");
            }
        }
        for path in disk.unsynced_names.iter().rev() {
            if path.is_dir() {
                fs::remove_dir_all(path).expect("removed");
            } else if path.exists() {
                fs::remove_file(path).expect("removed");
            }
        }
    }
}

pub(crate) fn key(byte: u8) -> Key {
    Key::generate("custody", &mut |bytes| bytes.fill(byte))
}

/// Acts in canonical form, numbered from `first`.
pub(crate) fn acts(first: u64, count: u64) -> Vec<Vec<u8>> {
    let entry = |seq| {
        let stamp = EntryContext {
            seq: EntrySeq::new(seq),
            at: Moment(1_700_000_000_000_000),
            actor: "a1",
            tool: "exhibit 0.1.0",
        };
        let act = if seq == 0 {
            Act::case_open(key(7).verifier())
        } else {
            Act::source_receive(
                exhibit_model::SourceId::new(i64::try_from(seq).expect("small")),
                crate::act::Channel::Folder,
                b"/home/x",
            )
        };
        act.seal(&stamp, &mut |bytes| bytes.fill(u8::try_from(seq % 251).expect("small")))
            .expect("an entry")
            .bytes
    };
    (first..first + count).map(entry).collect()
}

fn new_log() -> (TempDir, PathBuf, LogWriter) {
    let parent = TempDir::new().expect("a folder");
    let folder = parent.path().join("custody");
    let writer = LogWriter::create(&folder, key(7)).expect("a log");
    (parent, folder, writer)
}

pub(crate) fn assert_holds(folder: &Path, size: u64) {
    let report = check_log(folder, &Remembered::default());
    assert!(report.deviations.is_empty(), "{:?}", report.deviations);
    assert!(report.entries_give_root);
    assert_eq!(report.entries, size);
}

#[test]
fn a_log_grows_and_every_entry_is_read_back_and_proved() {
    let (_parent, folder, mut writer) = new_log();
    assert_holds(&folder, 0);
    let entries = acts(0, 1300);
    let mut size = 0;
    let mut older = vec![writer.log().head()];
    for batch in [1, 2, 250, 3, 1, 255, 256, 0, 500, 32] {
        let part = &entries[size..size + batch];
        assert_eq!(writer.append(part).expect("appended"), size as u64);
        size += batch;
        assert_holds(&folder, size as u64);
        older.push(writer.log().head());
    }
    let log = Log::open(&folder).expect("a log");
    assert_eq!((log.size(), log.head()), (1300, writer.log().head()));
    for index in [0, 1, 255, 256, 700, 1279, 1280, 1299] {
        let entry = log.entry(EntrySeq::new(index)).expect("an entry");
        assert_eq!(entry, entries[usize::try_from(index).expect("small")]);
        let proof =
            LogProof::read(log.tlog_proof(EntrySeq::new(index)).expect("a proof").as_bytes())
                .expect("read");
        assert_eq!(proof.verify(&entry, log.verifier()).expect("proved").size, 1300);
        assert!(proof.verify(b"another", log.verifier()).is_err());
    }
    for (first, count) in [(0, 1300), (255, 2), (256, 1), (1299, 5), (1300, 1), (5000, 1)] {
        let mut listed = Vec::new();
        let each = &mut |index: EntrySeq, entry: &[u8]| {
            listed.push((index.get(), entry.to_vec()));
            listed.len() < count
        };
        log.entries_from(EntrySeq::new(first), each).expect("read");
        let expected: Vec<_> =
            (0..).zip(entries.clone()).filter(|(n, _)| *n >= first).take(count).collect();
        assert_eq!(listed, expected);
    }
    for head in older {
        let proof = log.consistency_proof(head.size).expect("a proof");
        tree::check_consistency(head.size, head.root, 1300, log.head().root, &proof)
            .expect("consistent");
    }
    assert!(matches!(log.entry(EntrySeq::new(1300)), Err(LogError::OutOfRange(_))));
    assert!(matches!(log.inclusion_proof(EntrySeq::new(1300)), Err(LogError::OutOfRange(_))));
    assert!(matches!(log.consistency_proof(1301), Err(LogError::OutOfRange(_))));
}

#[test]
fn a_reader_keeps_its_state_while_the_log_grows() {
    let (_parent, folder, mut writer) = new_log();
    writer.append(&acts(0, 10)).expect("appended");
    let log = Log::open(&folder).expect("a log");
    writer.append(&acts(10, 300)).expect("appended");
    let entry = log.entry(EntrySeq::new(9)).expect("an entry");
    assert_eq!(entry, acts(9, 1)[0]);
    let proof = LogProof::read(log.tlog_proof(EntrySeq::new(9)).expect("a proof").as_bytes())
        .expect("read");
    assert_eq!(proof.verify(&entry, log.verifier()).expect("proved").size, 10);
    assert!(log.entry(EntrySeq::new(10)).is_err());
}

#[test]
fn an_outbox_is_flushed_exactly_once() {
    let (_parent, folder, mut writer) = new_log();
    let entries = acts(0, 400);
    assert_eq!(writer.append_from(EntrySeq::new(0), &entries[..300]).expect("flushed"), 300);
    assert_eq!(writer.append_from(EntrySeq::new(0), &entries[..300]).expect("flushed"), 300);
    assert_eq!(writer.append_from(EntrySeq::new(250), &entries[250..]).expect("flushed"), 400);
    assert_eq!(writer.append_from(EntrySeq::new(10), &entries[10..20]).expect("flushed"), 400);
    assert!(matches!(
        writer.append_from(EntrySeq::new(401), &acts(401, 1)),
        Err(LogError::Gap { size: 400, first: 401 })
    ));
    let mut others = acts(298, 4);
    others[1] = b"another".to_vec();
    assert!(matches!(
        writer.append_from(EntrySeq::new(298), &others),
        Err(LogError::OtherEntry { index: 299 })
    ));
    assert_holds(&folder, 400);
}

#[test]
fn rejected_entries_change_nothing() {
    let (_parent, folder, mut writer) = new_log();
    writer.append(&acts(0, 3)).expect("appended");
    let long = vec![acts(3, 1).remove(0), vec![b'x'; MAX_ENTRY + 1]];
    assert!(matches!(writer.append(&long), Err(LogError::EntryTooLong { place: 1, .. })));
    assert!(matches!(LogWriter::open(&folder, key(7)), Err(LogError::Locked { .. })));
    assert_holds(&folder, 3);
    let signed = fs::read(folder.join(CHECKPOINT_FILE)).expect("a checkpoint");
    writer.append(&acts(3, 1)).expect("appended");
    fs::write(folder.join(CHECKPOINT_FILE), signed).expect("an older checkpoint is put back");
    assert!(matches!(writer.append(&acts(4, 1)), Err(LogError::ChangedUnderneath)));
    drop(writer);
    assert!(matches!(LogWriter::create(&folder, key(7)), Err(LogError::Exists { .. })));
    assert!(matches!(LogWriter::open(&folder, key(8)), Err(LogError::WrongKey)));
    // The older checkpoint refers to files that the newer one made superfluous.
    assert!(!check_log(&folder, &Remembered::default()).is_valid());
}

fn assert_valid_except_leftovers(folder: &Path, size: u64) {
    let report = check_log(folder, &Remembered::default());
    assert!(report.is_valid(), "{:?}", report.deviations);
    assert_eq!(report.entries, size);
}

// Interrupts an append after `steps` steps; returns whether it completed before that.
fn append_until(folder: &Path, steps: usize, entries: &[Vec<u8>], power_cut: bool) -> bool {
    let mut disk = Folder::new(folder);
    disk.crash = Crash::after(steps);
    let crash = disk.crash.clone();
    let mut writer = LogWriter::open_in(disk, key(7)).expect("a log that can be appended to");
    let ended = writer.append(entries).is_ok();
    if power_cut {
        crash.cut_power();
    }
    ended
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("read") {
        let entry = entry.expect("read");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

// An append from `before` to `after` entries is interrupted at each of its steps in turn.
fn check_crashes(before: u64, after: u64, power_cut: bool) {
    let (parent, folder, mut writer) = new_log();
    let all = acts(0, after + 40);
    let part = |range: std::ops::Range<u64>| {
        &all[usize::try_from(range.start).expect("small")
            ..usize::try_from(range.end).expect("small")]
    };
    writer.append(part(0..before)).expect("appended");
    drop(writer);
    for steps in 0.. {
        let crashed = parent.path().join("crashed");
        if crashed.exists() {
            fs::remove_dir_all(&crashed).expect("removed");
        }
        copy(&folder, &crashed);
        let ended = append_until(&crashed, steps, part(before..after), power_cut);
        let size = Log::open(&crashed).expect("a log").size();
        assert!(size == after || (size == before && !ended), "step {steps}: {size} entries");
        assert_valid_except_leftovers(&crashed, size);
        // The next start flushes the entries left in the outbox, and appends more.
        let mut writer = LogWriter::open(&crashed, key(7)).expect("a log");
        assert_eq!(
            writer.append_from(EntrySeq::new(before), part(before..after + 1)).expect("flushed"),
            after + 1
        );
        writer.append(part(after + 1..after + 40)).expect("appended");
        assert_eq!(writer.log().head().root, root_of(&all), "step {steps}");
        if ended {
            assert_valid_except_leftovers(&crashed, after + 40);
            assert!(steps > 8, "an append has steps to break off at");
            return;
        }
    }
}

fn root_of(entries: &[Vec<u8>]) -> Hash {
    let mut frontier = Frontier::new();
    entries.iter().for_each(|entry| frontier.push(Hash::leaf(entry), &mut |_, _| {}));
    frontier.root()
}

#[test]
fn a_kill_at_any_step_leaves_a_complete_log() {
    for (before, after) in [(0, 1), (250, 256), (200, 515), (256, 257)] {
        check_crashes(before, after, false);
    }
}

#[test]
fn a_power_cut_at_any_step_leaves_a_complete_log() {
    for (before, after) in [(3, 9), (255, 513)] {
        check_crashes(before, after, true);
    }
}

#[test]
fn a_handover_interrupted_at_any_step_is_completed() {
    for steps in 0.. {
        let (_parent, folder, mut writer) = new_log();
        let next = || Key::successor(key(7).verifier(), &mut |bytes| bytes.fill(8));
        let stamp = |seq| EntryContext {
            seq: EntrySeq::new(seq),
            at: Moment(1_700_000_000_000_000),
            actor: "a1",
            tool: "exhibit 0.1.0",
        };
        let seal = |act: Act, seq| {
            act.seal(&stamp(seq), &mut |bytes| bytes.fill(9)).expect("an entry").bytes
        };
        writer.append(&acts(0, 300)).expect("appended");
        let add = seal(Act::key_add(next().verifier(), key(7).verifier()), 300);
        let revoke =
            seal(Act::key_revoke(key(7).verifier(), crate::act::Revocation::Superseded), 301);
        writer.append(&[add, revoke]).expect("appended");
        assert!(matches!(writer.append(&acts(302, 1)), Err(LogError::Revoked)));
        let crash = Crash::after(steps);
        writer.log.folder.crash = crash.clone();
        let done = writer.hand_over(next()).is_ok();
        drop(writer);
        if !done {
            crash.cut_power();
        }
        let remembered =
            Remembered { verifier: Some(key(7).verifier().to_string()), ..Remembered::default() };
        let report = check_log(&folder, &remembered);
        assert!(report.is_valid(), "after {steps} steps: {:?}", report.deviations);
        assert_eq!(Log::open(&folder).expect("readable at every instant").size(), 302);
        // A program that opens it again has the key named in the folder.
        let signs = Log::open(&folder).expect("a log").verifier().clone();
        let mut writer = if signs == *next().verifier() {
            LogWriter::open(&folder, next()).expect("the next key signs")
        } else {
            let mut writer = LogWriter::open(&folder, key(7)).expect("the old key still signs");
            assert_eq!(writer.end(), End::Revoked);
            writer.hand_over(next()).expect("finished");
            writer
        };
        assert!(LogWriter::open(&folder, key(7)).is_err());
        writer.append(&acts(302, 3)).expect("appended under the next key");
        let report = check_log(&folder, &remembered);
        assert!(report.deviations.is_empty(), "after {steps} steps: {:?}", report.deviations);
        assert_eq!(report.keys, [key(7).verifier().clone(), next().verifier().clone()]);
        if done {
            assert!(steps > 5, "there were steps to break off at");
            return;
        }
    }
}
