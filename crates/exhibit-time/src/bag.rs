//! Anchors in a bag: whether each is valid, and consistent with the checkpoint of the bag. [`exhibit_proof::package`]
//! checks that the log recorded their files.

use crate::anchored::{self, Anchored, Known, MAX_FILE};
use exhibit_proof::bagit::{Checked, Files, read_small};
use exhibit_proof::finding::{Fault, chain};
use exhibit_proof::note::{SignedNote, VerifierKey};
use exhibit_proof::package::ANCHORS;
use std::collections::BTreeMap;

/// A valid anchor in a bag.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BagAnchor {
    /// The number of entries in the anchored state of the log.
    pub size: u64,
    /// What it proves.
    pub anchored: Anchored,
}

/// Checks the anchors in a bag, given the keys of its log, and adds its findings to `checked`.
pub fn check(
    files: &mut dyn Files,
    checked: &mut Checked,
    log: &[VerifierKey],
    known: &Known<'_>,
) -> Vec<BagAnchor> {
    let mut folders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in checked.files.keys().filter_map(|path| path.strip_prefix(ANCHORS)) {
        if let Some((folder, file)) = path.split_once('/') {
            folders.entry(folder.to_owned()).or_default().push(file.to_owned());
        }
    }
    let mut all = Vec::new();
    for (folder, names) in folders {
        let mut contents = BTreeMap::new();
        for name in names {
            let path = format!("{ANCHORS}{folder}/{name}");
            match read_small(files, &path, MAX_FILE as u64) {
                Ok(bytes) => drop(contents.insert(name, bytes)),
                Err(error) => checked.wrong(&path, Fault::Unreadable, error.reason),
            }
        }
        let own = read_small(files, "custody/checkpoint", MAX_FILE as u64).ok();
        let own = own.and_then(|bytes| SignedNote::parse(&bytes).ok());
        all.extend(check_folder(checked, &folder, &contents, (log, own.as_ref()), known));
    }
    checked.deviations.sort();
    checked.deviations.dedup();
    all
}

fn check_folder(
    checked: &mut Checked,
    folder: &str,
    contents: &BTreeMap<String, Vec<u8>>,
    (log, own): (&[VerifierKey], Option<&SignedNote>),
    known: &Known<'_>,
) -> Vec<BagAnchor> {
    let place = |file: &str| format!("{ANCHORS}{folder}/{file}");
    let found = match anchored::check(contents, log, known) {
        Ok(found) => found,
        Err(fault) => {
            checked.wrong(&place(anchored::CHECKPOINT), Fault::Time, chain(&fault));
            return Vec::new();
        }
    };
    let size = found.checkpoint.size;
    if folder != format!("{size:09}") {
        checked.wrong(
            &place(anchored::CHECKPOINT),
            Fault::Time,
            format!("a checkpoint of {size} entries"),
        );
    }
    // A missing checkpoint of the bag was already reported.
    if let Some(Err(fault)) =
        own.map(|own| anchored::check_consistency(contents, &found.checkpoint, own))
    {
        checked.wrong(&place(anchored::CONSISTENCY), Fault::Time, chain(&fault));
        return Vec::new();
    }
    for file in &found.unexpected {
        checked.wrong(&place(file), Fault::Time, "unexpected file");
    }
    let mut all = Vec::new();
    for (file, verdict) in found.anchors {
        match verdict {
            Ok(anchored) => all.push(BagAnchor { size, anchored }),
            Err(fault) => checked.wrong(&place(&file), Fault::Time, chain(&fault)),
        }
    }
    all
}
