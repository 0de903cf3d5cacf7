//! What someone with the folder in hands could do to it: each is found, and named.

use crate::{acts, copy, files, key, log_of, seal};
use exhibit_custody::{
    Act, Channel, Head, Key, Log, LogFault, LogReport, LogWriter, Remembered, Verb, check_log,
    check_log_with,
};
use exhibit_model::{EntrySeq, ItemId, Moment};
use exhibit_proof::tile;
use exhibit_proof::{Checkpoint, Hash, SignedNote, SignerKey};
use rustix::fs::{CWD, Mode, mkfifoat};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

fn check(folder: &Path) -> LogReport {
    check_log(folder, &Remembered::default())
}

fn text(report: &LogReport) -> String {
    report.deviations.iter().map(|deviation| format!("{deviation}\n")).collect()
}

#[test]
fn a_flipped_bit_in_any_byte_is_named() {
    let (_parent, folder) = log_of(4);
    assert!(check(&folder).deviations.is_empty());
    for name in files(&folder) {
        let path = folder.join(&name);
        let good = fs::read(&path).expect("read");
        for place in 0..good.len() {
            let mut altered = good.clone();
            altered[place] ^= 1 << (place % 8);
            fs::write(&path, &altered).expect("written");
            let report = check(&folder);
            assert!(!report.is_valid(), "byte {place} of {name}");
            assert!(text(&report).contains(&name), "byte {place} of {name}: {}", text(&report));
        }
        fs::write(&path, good).expect("written");
    }
    assert!(check(&folder).deviations.is_empty());
}

#[test]
fn a_flipped_bit_in_a_longer_log_is_named_with_its_entry() {
    let (_parent, folder) = log_of(520);
    for name in files(&folder) {
        let path = folder.join(&name);
        let good = fs::read(&path).expect("read");
        for place in (0..good.len()).step_by(1 + good.len() / 12) {
            let mut altered = good.clone();
            altered[place] ^= 0x10;
            fs::write(&path, &altered).expect("written");
            let report = check(&folder);
            assert!(text(&report).contains(&name), "byte {place} of {name}: {}", text(&report));
            if let Some(tile) = name.strip_prefix("tile/0/") {
                let first = if tile.starts_with("001") {
                    256
                } else {
                    512 * usize::from(tile.starts_with("002"))
                };
                let entry = (first + place / 32) as u64;
                let named =
                    |d: &LogFault| matches!(d, LogFault::Entry { index, .. } if *index == entry);
                assert!(report.deviations.iter().any(named), "byte {place} of {name}");
                assert!(report.entries_give_root, "the entries themselves are as they were signed");
            }
        }
        fs::write(&path, good).expect("written");
    }
}

#[test]
fn files_removed_emptied_shortened_lengthened_or_replaced_are_named() {
    let (_parent, folder) = log_of(300);
    for name in files(&folder).iter().filter(|name| *name != "lock") {
        let path = folder.join(name);
        let good = fs::read(&path).expect("read");
        let check_named = |what: &str| {
            let report = check(&folder);
            assert!(
                !report.is_valid() && text(&report).contains(name.as_str()),
                "{name} {what}: {}",
                text(&report)
            );
        };
        fs::remove_file(&path).expect("removed");
        check_named("removed");
        fs::create_dir(&path).expect("made");
        check_named("made a folder");
        fs::remove_dir(&path).expect("removed");
        symlink("/dev/zero", &path).expect("linked");
        check_named("made a link");
        fs::remove_file(&path).expect("removed");
        mkfifoat(CWD, &path, Mode::RUSR).expect("made");
        check_named("made a pipe that never says anything");
        fs::remove_file(&path).expect("removed");
        for (what, bytes) in [
            ("emptied", Vec::new()),
            ("shortened", good[..good.len() - 1].to_vec()),
            ("cut by a hash", good[..good.len().saturating_sub(32)].to_vec()),
            ("lengthened", [&good[..], b"\0"].concat()),
            ("doubled", good.repeat(2)),
            ("blown up", vec![b'x'; 17 << 20]),
        ] {
            fs::write(&path, bytes).expect("written");
            check_named(what);
        }
        fs::write(&path, &good).expect("written");
    }
    assert!(check(&folder).deviations.is_empty());
}

#[test]
fn what_does_not_belong_there_is_named() {
    let (_parent, folder) = log_of(300);
    let harmless = [
        "checkpoint.new",
        "tile/0/002",
        "tile/0/001.p/43",
        "tile/entries/001.p/45",
        "tile/1/000.p/2",
    ];
    let extra = [
        "note.txt",
        "tile/0/1",
        "tile/8/000",
        "tile/0/001.p/x",
        "tile/entries/000.txt",
        "tile/x/y",
    ];
    let absurd =
        ["tile/0/x999/x999/x999/x999/x999/999", "tile/entries/x999/x999/x999/x999/x999/999.p/1"];
    for (names, is_harmless) in [(&harmless[..], true), (&extra, false), (&absurd, true)] {
        for name in names {
            let path = folder.join(name);
            let parent = path.parent().expect("a parent").to_owned();
            fs::create_dir_all(&parent).expect("made");
            fs::write(&path, b"x").expect("written");
            let report = check(&folder);
            assert_eq!(report.is_valid(), is_harmless, "{name}: {}", text(&report));
            let top = name.rsplit_once('/').map_or("", |(top, _)| top);
            assert!(
                text(&report).contains(name) || text(&report).contains(top),
                "{name}: {}",
                text(&report)
            );
            assert_eq!(report.entries, 300);
            fs::remove_file(&path).expect("removed");
            for folder in parent.ancestors().take(6) {
                // Those that still hold something stay.
                if fs::remove_dir(folder).is_err() {
                    break;
                }
            }
        }
    }
    fs::create_dir(folder.join("empty")).expect("made");
    assert!(text(&check(&folder)).contains("empty is not part of the log"));
}

#[test]
fn entries_swapped_or_replaced_together_with_their_hashes_do_not_give_the_root() {
    let (_parent, folder) = log_of(5);
    let mut entries = acts(5);
    entries.swap(2, 3);
    rewrite(&folder, &entries);
    let report = check(&folder);
    assert!(report.deviations.iter().any(|d| matches!(d, LogFault::Root)), "{}", text(&report));
    let swapped = |d: &&LogFault| {
        matches!(
            d,
            LogFault::Sequence { index: 2, stated: 3 } | LogFault::Sequence { index: 3, stated: 2 }
        )
    };
    assert_eq!(report.deviations.iter().filter(swapped).count(), 2);
    assert!(!report.entries_give_root);
}

// Writes entries and their hashes, but not the checkpoint.
fn rewrite(folder: &Path, entries: &[Vec<u8>]) {
    let hashes: Vec<Hash> = entries.iter().map(|entry| Hash::leaf(entry)).collect();
    let mut bundle = Vec::new();
    assert!(entries.iter().all(|entry| tile::push_entry(&mut bundle, entry)));
    fs::write(folder.join(format!("tile/0/000.p/{}", entries.len())), tile::write_hashes(&hashes))
        .expect("written");
    fs::write(folder.join(format!("tile/entries/000.p/{}", entries.len())), bundle)
        .expect("written");
}

#[test]
fn a_rollback_a_fork_and_a_swapped_key_are_named() {
    let (parent, folder) = log_of(5);
    let older = parent.path().join("older");
    copy(&folder, &older);
    let mut writer = LogWriter::open(&folder, key(7)).expect("a log");
    let remembered_key = Some(writer.log().verifier().to_string());
    writer.append_from(EntrySeq::new(5), &acts(300)[5..]).expect("appended");
    let heads = vec![Log::open(&older).expect("a log").head(), writer.log().head()];
    drop(writer);
    let remembered = Remembered { heads, verifier: remembered_key, ..Remembered::default() };
    assert!(check_log(&folder, &remembered).deviations.is_empty());

    let found = check_log(&older, &remembered).deviations;
    assert!(matches!(found[..], [LogFault::RolledBack { size: 5, once: 300 }]), "{found:?}");

    // The holder of the key writes another history.
    let forked = parent.path().join("forked");
    let mut writer = LogWriter::create(&forked, key(7)).expect("a log");
    let mut entries = acts(301);
    entries[2] =
        seal(2, Act::source_receive(exhibit_model::SourceId::new(99), Channel::Web, b"other"));
    writer.append(&entries).expect("appended");
    drop(writer);
    let found = check_log(&forked, &remembered).deviations;
    assert!(
        matches!(found[..], [LogFault::Forked { once: 5 }, LogFault::Forked { once: 300 }]),
        "{found:?}"
    );

    // Somebody without the key signs with another one, under the log's name.
    resign(&folder, &SignerKey::new(key(7).verifier().name(), &[9; 32]).expect("a name"));
    let found = check(&folder).deviations;
    assert!(matches!(found[..], [LogFault::KeyNotLogged]), "{found:?}");
    let found = check_log(&folder, &remembered).deviations;
    assert!(matches!(found[..], [LogFault::KeyNotLogged, LogFault::KeySwapped]), "{found:?}");
}

fn resign(folder: &Path, signer: &SignerKey) {
    let text = SignedNote::parse(&fs::read(folder.join("checkpoint")).expect("read"))
        .expect("a note")
        .text;
    write_checkpoint(folder, signer, text);
    fs::write(folder.join("key.pub"), format!("{}\n", signer.verifier())).expect("written");
}

fn write_checkpoint(folder: &Path, signer: &SignerKey, text: String) {
    let note = SignedNote { signatures: vec![signer.sign(&text)], text };
    fs::write(folder.join("checkpoint"), note.to_string()).expect("written");
}

#[test]
fn odd_checkpoints_are_named_even_when_they_are_signed() {
    let (_parent, folder) = log_of(5);
    let signer = SignerKey::new(key(7).verifier().name(), &[7; 32]).expect("a name");
    let Head { root, .. } = Log::open(&folder).expect("a log").head();
    let origin = signer.verifier().name().to_owned();
    let checkpoint = Checkpoint { origin, size: 5, root, extensions: Vec::new() };
    write_checkpoint(&folder, &signer, checkpoint.text());
    assert!(check(&folder).deviations.is_empty(), "the key is the one made from these bytes");

    let other = Checkpoint { origin: "0000000000000000/custody".to_owned(), ..checkpoint.clone() };
    write_checkpoint(&folder, &signer, other.text());
    assert!(text(&check(&folder)).contains("0000000000000000/custody"));
    assert!(Log::open(&folder).is_err());

    let extended = Checkpoint { extensions: vec!["more".to_owned()], ..checkpoint.clone() };
    write_checkpoint(&folder, &signer, extended.text());
    assert!(matches!(check(&folder).deviations[..], [LogFault::CheckpointExtended]));

    // A size that no folder could hold: the check ends, and says where the files stop.
    for size in [6, 700, 1 << 40, u64::MAX] {
        let absurd = Checkpoint { size, ..checkpoint.clone() };
        write_checkpoint(&folder, &signer, absurd.text());
        let report = check(&folder);
        assert!(!report.is_valid() && report.entries == size, "{}", text(&report));
        assert!(text(&report).contains("missing"), "{}", text(&report));
    }
    let emptied = Checkpoint { size: 0, root: Hash::empty(), ..checkpoint };
    write_checkpoint(&folder, &signer, emptied.text());
    let once = Remembered { heads: vec![Head { size: 5, root }], ..Remembered::default() };
    assert!(text(&check_log(&folder, &once)).contains("rolled back"));
}

#[test]
fn entries_that_are_no_acts_are_named_even_when_they_are_signed() {
    let (_parent, folder) = log_of(3);
    let mut writer = LogWriter::open(&folder, key(7)).expect("a log");
    let twice = seal(3, Act::access_set(true, 30));
    writer.append(&[twice.clone(), twice, b"{}".to_vec(), Vec::new()]).expect("appended");
    drop(writer);
    let mut seen = Vec::new();
    let report = check_log_with(&folder, &Remembered::default(), &mut |entry| seen.push(entry.act));
    assert_eq!(
        seen,
        [
            Verb::CaseOpen,
            Verb::SourceReceive,
            Verb::SourceReceive,
            Verb::AccessSet,
            Verb::AccessSet
        ]
    );
    assert!(report.entries_give_root);
    let found = report.deviations;
    let expected = matches!(
        found[..],
        [
            LogFault::Sequence { index: 4, stated: 3 },
            LogFault::EntryForm { index: 5, .. },
            LogFault::EntryForm { index: 6, .. },
        ]
    );
    assert!(expected, "{found:?}");
}

#[test]
fn signed_entries_that_break_a_rule_are_named() {
    let good =
        text_of(&seal(3, Act::mark(ItemId::new(4), true, Moment(1_700_000_000_000_000), "seen")));
    for (from, to, code) in [
        ("\"act\":\"mark\"", "\"act\":\"redact\"", "entry-act"),
        ("\"act\":\"mark\"", "\"act\":\"search\"", "entry-act"),
        ("\"actor\":\"a1\"", "\"actor\":\"A. Person\"", "entry-actor"),
        ("exhibit 0.1.0", "exhibit\u{202e}", "entry-tool"),
        ("item:4", "source:4", "entry-object"),
        ("\"used\":[]", "\"used\":[\"case\"]", "entry-object"),
        ("2023-11-14T22:13:20.000000Z\",\"on\"", "before the trial\",\"on\"", "entry-facts"),
        ("\"on\":true", "\"on\":true,\"why\":\"it is true\"", "entry-facts"),
        ("\"tag\":", "\"tags\":", "entry-sealed"),
    ] {
        let (_parent, folder) = log_of(3);
        let odd = good.replacen(from, to, 1);
        assert_ne!(odd, good, "{from}");
        let mut writer = LogWriter::open(&folder, key(7)).expect("a log");
        writer.append(&[odd.into_bytes()]).expect("appended");
        drop(writer);
        let found = check(&folder).deviations;
        assert!(matches!(found[..], [LogFault::EntryRule { index: 3, .. }]), "{to}: {found:?}");
        assert_eq!(found[0].code(), code, "{to}");
    }
    let (_parent, folder) = log_of(3);
    let mut writer = LogWriter::open(&folder, key(7)).expect("a log");
    let first = text_of(&acts(1)[0]).replacen("\"seq\":0", "\"seq\":3", 1);
    writer
        .append(&[good.into_bytes(), first.replacen("\"seq\":3", "\"seq\":4", 1).into_bytes()])
        .expect("appended");
    drop(writer);
    let found = check(&folder).deviations;
    assert!(matches!(found[..], [LogFault::EntryRule { index: 4, .. }]), "{found:?}");
    assert_eq!(found[0].code(), "entry-first");
}

fn text_of(entry: &[u8]) -> String {
    String::from_utf8(entry.to_vec()).expect("UTF-8")
}

#[test]
fn a_damaged_end_is_not_built_upon() {
    let (_parent, folder) = log_of(5);
    for (name, place) in [("tile/0/000.p/5", 40), ("tile/entries/000.p/5", 40)] {
        let path = folder.join(name);
        let good = fs::read(&path).expect("read");
        let mut altered = good.clone();
        altered[place] ^= 1;
        fs::write(&path, altered).expect("written");
        assert!(LogWriter::open(&folder, key(7)).is_err(), "{name}");
        fs::write(&path, good).expect("written");
    }
    assert!(LogWriter::open(&folder, key(7)).is_ok());
}

#[test]
fn a_folder_that_is_no_log_is_said_to_be_none() {
    let empty = tempfile::TempDir::new().expect("a folder");
    for folder in [empty.path(), &empty.path().join("none")] {
        let report = check(folder);
        assert!(!report.is_valid());
        assert!(
            text(&report).contains("key.pub is missing")
                && text(&report).contains("checkpoint is missing")
        );
        assert!(Log::open(folder).is_err());
        let key: Key = key(7);
        assert!(LogWriter::open(folder, key).is_err());
    }
}
