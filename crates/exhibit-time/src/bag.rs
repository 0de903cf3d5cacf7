//! Anchors in a bag: whether each holds, and leads to the bag's own checkpoint. That their files are those that the log
//! recorded is checked by [`exhibit_proof::package`].

use crate::anchored::{self, Anchored, Known, MAX_FILE};
use exhibit_proof::bagit::{Checked, Files, read_small};
use exhibit_proof::finding::{Fault, chain};
use exhibit_proof::note::{Note, VerifierKey};
use exhibit_proof::package::ANCHORS;
use std::collections::BTreeMap;

/// An anchor that a bag has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InBag {
    /// How many entries the anchored state of the log has.
    pub size: u64,
    /// What it proves.
    pub anchored: Anchored,
}

/// Checks the anchors in a bag of the log that had these keys; adds what it finds to what was found before.
pub fn check(files: &mut dyn Files, checked: &mut Checked, log: &[VerifierKey], known: &Known<'_>) -> Vec<InBag> {
    let mut folders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in checked.files.keys().filter_map(|path| path.strip_prefix(ANCHORS)) {
        if let Some((folder, file)) = path.split_once('/') {
            folders.entry(folder.to_owned()).or_default().push(file.to_owned());
        }
    }
    let mut all = Vec::new();
    for (folder, names) in folders {
        let mut held = BTreeMap::new();
        for name in names {
            let path = format!("{ANCHORS}{folder}/{name}");
            match read_small(files, &path, MAX_FILE as u64) {
                Ok(bytes) => drop(held.insert(name, bytes)),
                Err(error) => checked.wrong(&path, Fault::Unreadable, error.reason),
            }
        }
        let own = read_small(files, "custody/checkpoint", MAX_FILE as u64).ok();
        let own = own.and_then(|bytes| Note::parse(&bytes).ok());
        all.extend(check_folder(checked, &folder, &held, (log, own.as_ref()), known));
    }
    checked.deviations.sort();
    checked.deviations.dedup();
    all
}

fn check_folder(
    checked: &mut Checked,
    folder: &str,
    held: &BTreeMap<String, Vec<u8>>,
    (log, own): (&[VerifierKey], Option<&Note>),
    known: &Known<'_>,
) -> Vec<InBag> {
    let place = |file: &str| format!("{ANCHORS}{folder}/{file}");
    let found = match anchored::check(held, log, known) {
        Ok(found) => found,
        Err(fault) => {
            checked.wrong(&place(anchored::CHECKPOINT), Fault::Time, chain(&fault));
            return Vec::new();
        }
    };
    let size = found.checkpoint.size;
    if folder != format!("{size:09}") {
        checked.wrong(&place(anchored::CHECKPOINT), Fault::Time, format!("it is of a log of {size} entries"));
    }
    // Without the bag's own checkpoint nothing can lead to it; that it is missing was said before.
    if let Some(Err(fault)) = own.map(|own| anchored::check_consistency(held, &found.checkpoint, own)) {
        checked.wrong(&place(anchored::CONSISTENCY), Fault::Time, chain(&fault));
        return Vec::new();
    }
    for file in &found.strange {
        checked.wrong(&place(file), Fault::Time, "no such file belongs here");
    }
    let mut all = Vec::new();
    for (file, verdict) in found.anchors {
        match verdict {
            Ok(anchored) => all.push(InBag { size, anchored }),
            Err(fault) => checked.wrong(&place(&file), Fault::Time, chain(&fault)),
        }
    }
    all
}
