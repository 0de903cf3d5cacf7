//! Files of a case or bag: listed, copied, altered.

use exhibit_case::CaseFolder;
use exhibit_model::{Digest, OriginalId};
use std::fs;
use std::path::{Path, PathBuf};

/// The files below a folder, sorted; links are listed, not followed.
#[must_use]
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            files.extend(files_below(&entry.path()))
        } else {
            files.push(entry.path())
        }
    }
    files.sort();
    files
}

/// Copies the files below a folder, writable, and the empty folders too. What was at the target is removed.
pub fn copy_folder(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a kind").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            let mode = entry.metadata().expect("metadata").permissions();
            fs::write(&target, fs::read(entry.path()).expect("read")).expect("a copy");
            // keys are refused if others can read them; originals are read-only, which would hinder forgeries
            if !mode.readonly() {
                fs::set_permissions(&target, mode).expect("permissions");
            }
        }
    }
}

/// Replaces a file's bytes, whatever its permissions.
pub fn overwrite(path: &Path, alter: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let before = bytes.clone();
    alter(&mut bytes);
    assert_ne!(before, bytes, "{}", path.display());
    fs::remove_file(path).expect("removed");
    fs::write(path, bytes).expect("written");
}

/// Flips the lowest bit of the byte at an offset, counted around the end of the file.
pub fn flip(path: &Path, at: usize) {
    overwrite(path, |bytes| {
        let at = at % bytes.len();
        bytes[at] ^= 1;
    });
}

/// The path of an original within its case, from its bytes.
#[must_use]
pub fn original(bytes: &[u8]) -> String {
    let hex = OriginalId::new(Digest::of(bytes)).to_string();
    format!("{}/{}/{}", CaseFolder::ORIGINALS, &hex[..2], &hex[2..])
}
