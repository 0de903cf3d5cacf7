//! Bags that are tampered with, and what their check finds.

use crate::{copy_folder, files_below};
use exhibit_proof::finding::Fault;
use exhibit_proof::hash::to_hex;
use exhibit_verify::{Time, VerifyRequest, What, verify};
use sha2::{Digest as _, Sha256, Sha512};
use std::fs;
use std::path::{Path, PathBuf};

/// A request to check something by itself: no key or policy is known.
#[must_use]
pub fn request(what: What, path: PathBuf) -> VerifyRequest {
    VerifyRequest {
        what,
        path,
        key: None,
        policy: None,
        entry: None,
        log: None,
        plain: false,
        time: Time::default(),
    }
}

/// What the check of a bag finds: place, fault and detail of each deviation.
#[must_use]
pub fn deviations(bag: &Path) -> Vec<(String, Fault, String)> {
    let report = verify(&request(What::Bag, bag.to_owned())).expect("a folder");
    report.deviations.into_iter().map(|d| (d.place, d.fault, d.detail)).collect()
}

/// A copy of a bag that is tampered with.
#[derive(Debug)]
pub struct ForgedBag {
    /// Its folder.
    pub bag: PathBuf,
    /// Another good bag of the same case.
    pub older: PathBuf,
    /// A good bag of another case.
    pub other: PathBuf,
}

impl ForgedBag {
    /// Copies a good bag to `bag`, in place of what was there.
    #[must_use]
    pub fn new(good: &Path, bag: PathBuf, older: &Path, other: &Path) -> Self {
        copy_folder(good, &bag);
        Self { bag, older: older.to_owned(), other: other.to_owned() }
    }

    /// The text of a file.
    #[must_use]
    pub fn text(&self, path: &str) -> String {
        fs::read_to_string(self.bag.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Writes a file, with the folders above it.
    pub fn put(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.bag.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, bytes).expect("written");
    }

    /// Replaces the first occurrence of a text in a file.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.text(path);
        assert!(text.contains(from), "{path} has no {from:?}");
        self.put(path, text.replacen(from, to, 1));
    }

    /// Flips a bit.
    pub fn flip(&self, path: &str, at: usize) {
        crate::flip(&self.bag.join(path), at);
    }

    /// Removes a file.
    pub fn remove(&self, path: &str) {
        fs::remove_file(self.bag.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// Moves a file.
    pub fn rename(&self, from: &str, to: &str) {
        fs::create_dir_all(self.bag.join(to).parent().expect("a parent")).expect("folders");
        fs::rename(self.bag.join(from), self.bag.join(to)).expect("renamed");
    }

    /// Takes a file of another bag.
    pub fn take(&self, from: &Path, path: &str) {
        fs::copy(from.join(path), self.bag.join(path)).expect("copied");
    }

    /// The path of the first file below a folder that contains a text.
    #[must_use]
    pub fn find(&self, below: &str, text: &str) -> String {
        let contains =
            |path: &PathBuf| String::from_utf8_lossy(&fs::read(path).expect("read")).contains(text);
        let found = files_below(&self.bag.join(below)).into_iter().find(contains);
        let found = found.unwrap_or_else(|| panic!("nothing below {below} contains {text}"));
        found.strip_prefix(&self.bag).expect("below").to_str().expect("UTF-8").to_owned()
    }

    /// Rewrites manifests and sizes, as a forger who knows `BagIt` does.
    pub fn cover_up(&self) {
        let hash = |path: &Path, kind: &str| {
            let bytes = fs::read(path).expect("read");
            if kind == "sha256" {
                to_hex(&Sha256::digest(bytes))
            } else {
                to_hex(&Sha512::digest(bytes))
            }
        };
        let (mut files, mut bytes) = (0, 0);
        for name in ["manifest", "tagmanifest"] {
            for kind in ["sha256", "sha512"] {
                let mut list = String::new();
                for file in files_below(&self.bag) {
                    let path = file
                        .strip_prefix(&self.bag)
                        .expect("below")
                        .to_str()
                        .expect("UTF-8")
                        .to_owned();
                    let is_payload = path.starts_with("data/");
                    if is_payload != (name == "manifest")
                        || path.starts_with("tagmanifest-")
                        || !file.is_file()
                    {
                        continue;
                    }
                    if is_payload && kind == "sha256" {
                        files += 1;
                        bytes += fs::metadata(&file).expect("metadata").len();
                    }
                    list.push_str(&format!("{}  {path}\n", hash(&file, kind)));
                }
                self.put(&format!("{name}-{kind}.txt"), list);
            }
            let info = self.text("bag-info.txt");
            let lines = info.lines().filter(|line| !line.starts_with("Payload-Oxum"));
            let kept: String = lines.map(|line| format!("{line}\n")).collect();
            self.put("bag-info.txt", format!("{kept}Payload-Oxum: {bytes}.{files}\n"));
        }
    }
}
