//! Tests of the custody log as others meet it: tampered with, and as its format's document shows it.

mod format;
mod growth;
mod keys;
mod tamper;

use exhibit_custody::{Act, Channel, EntryContext, Key, LogWriter};
use exhibit_model::{EntrySeq, Moment};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn key(byte: u8) -> Key {
    Key::generate("custody", &mut |bytes| bytes.fill(byte))
}

fn seal(seq: u64, act: Act) -> Vec<u8> {
    let stamp = EntryContext {
        seq: EntrySeq::new(seq),
        at: Moment(1_700_000_000_000_000),
        actor: "a1",
        tool: "exhibit 0.1.0",
    };
    act.seal(&stamp, &mut |bytes| bytes.fill(u8::try_from(seq % 251).expect("small")))
        .expect("an entry")
        .bytes
}

/// The opening of a case, then sources received.
fn acts(count: u64) -> Vec<Vec<u8>> {
    let act = |seq| match seq {
        0 => seal(0, Act::case_open(key(7).verifier())),
        _ => seal(
            seq,
            Act::source_receive(
                exhibit_model::SourceId::new(i64::try_from(seq).expect("small")),
                Channel::Folder,
                b"/media/x",
            ),
        ),
    };
    (0..count).map(act).collect()
}

/// A log of `count` acts, closed again.
fn log_of(count: u64) -> (TempDir, PathBuf) {
    let parent = TempDir::new().expect("a folder");
    let folder = parent.path().join("custody");
    let mut writer = LogWriter::create(&folder, key(7)).expect("a log");
    writer.append(&acts(count)).expect("appended");
    (parent, folder)
}

/// Every file of a folder, by its name within it.
fn files(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("read") {
            let path = entry.expect("read").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                names.push(
                    path.strip_prefix(folder).expect("within").to_str().expect("UTF-8").to_owned(),
                );
            }
        }
    }
    names.sort();
    names
}

fn copy(from: &Path, to: &Path) {
    for name in files(from) {
        fs::create_dir_all(to.join(&name).parent().expect("a parent")).expect("made");
        fs::copy(from.join(&name), to.join(&name)).expect("copied");
    }
}
