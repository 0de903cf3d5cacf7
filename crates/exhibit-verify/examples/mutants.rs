//! Alters a good bag at random, very often, and says of each mutant whether it was taken for good: none may be.
//!
//! `cargo run -p exhibit-verify --example mutants -- BAG COUNT [SEED]`. Every second mutant has its lists and sizes
//! rewritten, as a forger who knows BagIt would, so that the custody proofs alone stand against it.

use exhibit_mutate::Mutator;
use exhibit_proof::bagit::{self, Files, FoundFile, FoundKind, Unreadable};
use exhibit_proof::hash::to_hex;
use exhibit_proof::package::TrustInput;
use exhibit_time::anchored::Known;
use exhibit_verify::{Folder, prove};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

#[derive(Clone, PartialEq)]
struct Bag(BTreeMap<String, Vec<u8>>);

impl Files for Bag {
    fn list(&mut self) -> Result<Vec<FoundFile>, Unreadable> {
        let found = |(path, bytes): (&String, &Vec<u8>)| FoundFile {
            path: path.clone().into_bytes(),
            size: bytes.len() as u64,
            kind: FoundKind::Plain,
        };
        Ok(self.0.iter().map(found).collect())
    }

    fn read(&mut self, path: &str, each: &mut dyn FnMut(&[u8])) -> Result<(), Unreadable> {
        each(self.0.get(path).ok_or(Unreadable { reason: "it is gone".to_owned() })?);
        Ok(())
    }
}

impl Bag {
    fn is_good(&mut self) -> bool {
        let mut checked = bagit::check(self);
        let proved = prove(self, &mut checked, &TrustInput::default());
        if let Some(proved) = &proved {
            exhibit_time::bag::check(self, &mut checked, &proved.keys(), &Known::default());
        }
        checked.deviations.is_empty() && proved.is_some()
    }

    /// Writes size and lists again.
    fn cover_up(&mut self) {
        let (files, bytes) = bagit::check(self).payload();
        if let Some(info) = self.0.get_mut("bag-info.txt") {
            let text = String::from_utf8_lossy(info).into_owned();
            let kept = text.split_inclusive('\n').filter(|line| !line.starts_with("Payload-Oxum"));
            *info = (kept.collect::<String>() + &format!("Payload-Oxum: {bytes}.{files}\n"))
                .into_bytes();
        }
        for name in ["manifest", "tagmanifest"] {
            let digests = bagit::check(self).files;
            let (mut short, mut long) = (String::new(), String::new());
            for (path, digests) in digests.iter() {
                let payload = path.starts_with("data/");
                if payload == (name == "manifest") && !path.starts_with("tagmanifest-") {
                    short.push_str(&format!("{}  {path}\n", to_hex(&digests.sha256)));
                    long.push_str(&format!("{}  {path}\n", to_hex(&digests.sha512)));
                }
            }
            self.0.insert(format!("{name}-sha256.txt"), short.into_bytes());
            self.0.insert(format!("{name}-sha512.txt"), long.into_bytes());
        }
    }
}

fn mutate(bag: &mut Bag, random: &mut Mutator) {
    let paths: Vec<String> = bag.0.keys().cloned().collect();
    let path = paths[random.below(paths.len())].clone();
    let donor = bag.0[&paths[random.below(paths.len())]].clone();
    let bytes = bag.0.entry(path.clone()).or_default();
    let (from, length) = (random.below(donor.len()), 1 + random.below(64));
    let piece = &donor[from..(from + length).min(donor.len())];
    let at = random.below(bytes.len());
    let end = (at + length).min(bytes.len());
    match random.below(10) {
        0..=4 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
        5 => drop(bytes.splice(at..end, piece.iter().copied())),
        6 => drop(bytes.splice(at..at, piece.iter().copied())),
        7 => drop(bytes.drain(at..end)),
        8 => *bytes = donor,
        _ => {
            let bytes = bag.0.remove(&path).unwrap_or_default();
            if random.below(2) == 0 {
                bag.0.insert(paths[random.below(paths.len())].clone() + "x", bytes);
            }
        }
    }
}

fn load(folder: &Path) -> Bag {
    let mut files = Folder::new(folder);
    let mut bag = Bag(BTreeMap::new());
    for found in files.list().expect("a folder") {
        let path = String::from_utf8(found.path).expect("a good bag's paths are UTF-8");
        let mut bytes = Vec::new();
        files.read(&path, &mut |piece| bytes.extend_from_slice(piece)).expect("readable");
        bag.0.insert(path, bytes);
    }
    bag
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.first().expect("BAG COUNT [SEED]");
    let count: u64 =
        arguments.get(1).and_then(|count| count.parse().ok()).expect("BAG COUNT [SEED]");
    let mut random = Mutator::new(arguments.get(2).and_then(|seed| seed.parse().ok()).unwrap_or(1));
    let mut good = load(Path::new(folder));
    assert!(good.is_good(), "{folder} is not a good bag");
    let mut out = std::io::stdout().lock();
    let (mut same, mut accepted) = (0, 0);
    for number in 0..count {
        let mut mutant = good.clone();
        mutate(&mut mutant, &mut random);
        if number % 2 == 1 {
            mutant.cover_up();
        }
        // A mutation can hit a list that is rewritten, or put the same in place of the same.
        if mutant == good {
            same += 1;
        } else if mutant.is_good() {
            accepted += 1;
            let changed = mutant.0.iter().filter(|(path, bytes)| good.0.get(*path) != Some(bytes));
            let changed: Vec<&String> = changed.map(|(path, _)| path).collect();
            let gone: Vec<&String> =
                good.0.keys().filter(|path| !mutant.0.contains_key(*path)).collect();
            let _ = writeln!(
                out,
                "mutant {number} is taken for good: changed {changed:?}, gone {gone:?}"
            );
        }
    }
    let _ = writeln!(
        out,
        "{count} mutants of {} files: {same} the same as before, {accepted} taken for good",
        good.0.len()
    );
    assert_eq!(accepted, 0, "mutants were taken for good");
}
