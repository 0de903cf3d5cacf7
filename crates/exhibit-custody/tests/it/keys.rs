//! Keys that follow one another, keys that should not, and the seal: what a check says of each.

use crate::{acts, copy, files, key, log_of, seal};
use exhibit_custody::log::End;
use exhibit_custody::{
    Act, Key, Log, LogError, LogFault, LogReport, LogWriter, Remembered, Revocation, check_log,
};
use exhibit_model::EntrySeq;
use exhibit_proof::{SignedNote, VerifierKey};
use std::fs;
use std::path::Path;

fn next(of: &VerifierKey, byte: u8) -> Key {
    Key::successor(of, &mut |bytes| bytes.fill(byte))
}

fn rotate(writer: &mut LogWriter, byte: u8) {
    let old = writer.log().verifier().clone();
    let size = writer.log().size();
    let new = next(&old, byte);
    let add = seal(size, Act::key_add(new.verifier(), &old));
    let revoke = seal(size + 1, Act::key_revoke(&old, Revocation::Superseded));
    writer.append(&[add, revoke]).expect("appended");
    writer.hand_over(new).expect("handed over");
}

fn check(folder: &Path) -> LogReport {
    check_log(folder, &Remembered::default())
}

fn text(report: &LogReport) -> String {
    report.deviations.iter().map(|deviation| format!("{deviation}\n")).collect()
}

#[test]
fn three_keys_follow_one_another_and_any_of_them_is_known() {
    let (parent, folder) = log_of(5);
    let early = SignedNote::parse(Log::open(&folder).expect("a log").checkpoint().as_bytes())
        .expect("a note");
    let mut writer = LogWriter::open(&folder, key(7)).expect("a log");
    rotate(&mut writer, 8);
    writer.append(&[seal(7, Act::access_set(true, 30))]).expect("appended");
    rotate(&mut writer, 9);
    drop(writer);
    let report = check(&folder);
    assert!(report.deviations.is_empty(), "{}", text(&report));
    assert_eq!(report.keys.len(), 3);
    for known in &report.keys {
        let verifier = Some(known.to_string());
        let remembered =
            Remembered { verifier, checkpoints: vec![early.clone()], ..Remembered::default() };
        assert!(check_log(&folder, &remembered).deviations.is_empty());
    }
    let strange =
        Remembered { verifier: Some(key(1).verifier().to_string()), ..Remembered::default() };
    assert!(matches!(check_log(&folder, &strange).deviations[..], [LogFault::KeySwapped]));
    // A copy for others has the chain, and is checked the same.
    let copied = parent.path().join("copy");
    let count = Log::open(&folder).expect("a log").copy_to(&copied).expect("copied");
    assert_eq!(files(&copied).len() as u64, count);
    assert!(!files(&copied).contains(&"lock".to_owned()));
    let report = check(&copied);
    assert!(report.deviations.is_empty() && report.keys.len() == 3, "{}", text(&report));
    let again = Log::open(&folder).expect("a log").copy_to(&copied);
    assert!(matches!(again, Err(LogError::Copy { .. })), "nothing is overwritten");
}

#[test]
fn every_altered_byte_of_a_handover_is_named() {
    let (_parent, folder) = log_of(3);
    rotate(&mut LogWriter::open(&folder, key(7)).expect("a log"), 8);
    let name = "handovers/000000003.tlog-proof";
    let good = fs::read(folder.join(name)).expect("a handover");
    for place in 0..good.len() {
        let mut altered = good.clone();
        altered[place] ^= 1;
        fs::write(folder.join(name), altered).expect("written");
        let report = check(&folder);
        assert!(!report.is_valid(), "byte {place}");
        assert!(text(&report).contains(name), "byte {place}: {}", text(&report));
    }
    fs::remove_file(folder.join(name)).expect("removed");
    let report = check(&folder);
    assert!(
        matches!(report.deviations[..], [LogFault::CheckpointExtended, LogFault::KeyNotLogged]),
        "{}",
        text(&report)
    );
}

#[test]
fn a_key_that_calls_itself_in_is_named() {
    let (parent, folder) = log_of(3);
    let copied = parent.path().join("thief");
    copy(&folder, &copied);
    rotate(&mut LogWriter::open(&folder, key(7)).expect("a log"), 8);
    // Somebody who never had the old key writes the same entries under a key of their own.
    let own = next(key(7).verifier(), 66);
    fs::remove_dir_all(&copied).expect("removed");
    let mut writer = LogWriter::create(&copied, own).expect("a log");
    writer.append(&acts(3)).expect("appended");
    let new = next(key(7).verifier(), 66);
    let add = seal(3, Act::key_add(new.verifier(), key(7).verifier()));
    writer.append(&[add]).expect("appended");
    drop(writer);
    assert!(matches!(check(&copied).deviations[..], [LogFault::KeyNotLogged]));
    fs::create_dir(copied.join("handovers")).expect("made");
    fs::copy(
        folder.join("handovers/000000003.tlog-proof"),
        copied.join("handovers/000000003.tlog-proof"),
    )
    .expect("copied");
    let report = check(&copied);
    assert!(
        matches!(
            report.deviations[..],
            [LogFault::RolledBack { .. }, LogFault::Handover { .. }, LogFault::KeyNotLogged]
        ),
        "{}",
        text(&report)
    );
}

#[test]
fn a_revoked_key_that_goes_on_is_named() {
    let (parent, folder) = log_of(3);
    let mut writer = LogWriter::open(&folder, key(7)).expect("a log");
    let new = next(key(7).verifier(), 8);
    let add = seal(3, Act::key_add(new.verifier(), key(7).verifier()));
    let revoke = seal(4, Act::key_revoke(key(7).verifier(), Revocation::Compromised));
    writer.append(&[add.clone(), revoke.clone()]).expect("appended");
    assert_eq!(writer.end(), End::Revoked);
    assert!(matches!(writer.hand_over(next(key(7).verifier(), 9)), Err(LogError::NotSuccessor)));
    drop(writer);
    assert!(matches!(check(&folder).deviations[..], [LogFault::HandoverUnfinished]));
    assert!(check(&folder).is_valid(), "an interrupted rotation is not a deviation");
    // A thief's own program does not stop there.
    let on = parent.path().join("on");
    let mut thief = LogWriter::create(&on, key(7)).expect("a log");
    let later = seal(5, Act::access_set(true, 30));
    thief.append(&[acts(3), vec![add, revoke, later]].concat()).expect("appended");
    drop(thief);
    let report = check(&on);
    assert!(
        matches!(report.deviations[..], [LogFault::RevokedKey { index: 4 }]),
        "{}",
        text(&report)
    );
}

#[test]
fn nothing_follows_a_seal() {
    let (parent, folder) = log_of(3);
    let mut writer = LogWriter::open(&folder, key(7)).expect("a log");
    let end = seal(3, Act::case_seal());
    assert_eq!(
        writer.append_from(EntrySeq::new(3), std::slice::from_ref(&end)).expect("sealed"),
        4
    );
    let later = seal(4, Act::access_set(true, 30));
    assert!(matches!(writer.append(std::slice::from_ref(&later)), Err(LogError::Sealed)));
    drop(writer);
    let mut writer = LogWriter::open(&folder, key(7)).expect("a log");
    assert!(
        matches!(writer.append(std::slice::from_ref(&later)), Err(LogError::Sealed)),
        "also after opening it again"
    );
    assert_eq!(
        writer.append_from(EntrySeq::new(3), std::slice::from_ref(&end)).expect("told twice"),
        4
    );
    drop(writer);
    let report = check(&folder);
    assert!(report.deviations.is_empty() && report.sealed == Some(3), "{}", text(&report));
    // Somebody with the key and another program goes on.
    let on = parent.path().join("on");
    let mut other = LogWriter::create(&on, key(7)).expect("a log");
    other.append(&[acts(3), vec![end, later]].concat()).expect("appended");
    drop(other);
    assert!(matches!(check(&on).deviations[..], [LogFault::AfterSeal { sealed: 3, index: 4 }]));
}

#[test]
fn what_is_remembered_of_another_log_is_named() {
    let (_parent, folder) = log_of(3);
    let log = Log::open(&folder).expect("a log");
    let own = SignedNote::parse(log.checkpoint().as_bytes()).expect("a note");
    let remembered =
        |note: SignedNote| Remembered { checkpoints: vec![note], ..Remembered::default() };
    assert!(check_log(&folder, &remembered(own.clone())).deviations.is_empty());
    assert!(log.continues(log.head()).is_ok());
    let mut longer = own.clone();
    longer.text = longer.text.replacen("\n3\n", "\n9\n", 1);
    let found = check_log(&folder, &remembered(longer)).deviations;
    assert!(
        matches!(
            found[..],
            [LogFault::RolledBack { size: 3, once: 9 }, LogFault::ForeignCheckpoint { .. }]
        ),
        "{found:?}"
    );
}
