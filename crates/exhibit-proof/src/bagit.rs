//! Bags (BagIt 1.0, RFC 8493): a complete check that reports every deviation.
//!
//! Stricter than the specification where evidence requires it: `fetch.txt` is rejected, tag files are UTF-8, only
//! SHA-256 and SHA-512 count, and names must be safe and not confusable. Each file is read once, in chunks.

use crate::finding::{Fault, Finding};
use crate::hash::to_hex;
use crate::names::{self, Skeletons};
use sha2::{Digest as _, Sha256, Sha512};
use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The maximum size of a tag file in bytes; tag files are read into memory.
pub const MAX_TAG_FILE: u64 = 256 << 20;

/// The maximum number of deviations, and of remarks, that are listed.
pub const MAX_FINDINGS: usize = 100_000;

/// Access to the files of a package.
pub trait Files {
    /// Lists everything below the folder of the package except folders with entries, in any order.
    ///
    /// # Errors
    /// [`Unreadable`] if a folder cannot be listed.
    fn list(&mut self) -> Result<Vec<FoundFile>, Unreadable>;

    /// Reads one listed file, passing its bytes to `each` in chunks.
    ///
    /// # Errors
    /// [`Unreadable`].
    fn read(&mut self, path: &str, each: &mut dyn FnMut(&[u8])) -> Result<(), Unreadable>;

    /// The size of a file in bytes, if it is known before it is read.
    fn size(&self, path: &str) -> Option<u64> {
        let _ = path;
        None
    }
}

/// An entry of the folder of a package.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundFile {
    /// Its path relative to the folder of the package, with `/` between components.
    pub path: Vec<u8>,
    /// Its size in bytes.
    pub size: u64,
    /// What it is.
    pub kind: FoundKind,
}

/// What an entry of a folder is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FoundKind {
    /// A regular file with one name.
    Plain,
    /// A regular file that has another name too.
    HardLinked,
    /// A folder without entries.
    EmptyFolder,
    /// A link, device, socket or pipe, or something that cannot be listed.
    Special,
}

/// A file or folder cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot be read: {reason}")]
pub struct Unreadable {
    /// Why.
    pub reason: String,
}

/// The size and digests of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Digests {
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// Its SHA-512.
    pub sha512: [u8; 64],
}

/// The result of checking a bag.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Every readable regular file with a safe name.
    pub files: Arc<BTreeMap<String, Digests>>,
    /// The labels and values of `bag-info.txt`, in file order.
    pub info: Vec<(String, String)>,
    /// All deviations.
    pub deviations: Vec<Finding>,
    /// What is allowed, but a reader should know about.
    pub remarks: Vec<Finding>,
}

/// The accepted digest algorithms: the name in manifest file names, the number of digits, and the formatter.
pub const ALGORITHMS: [Algorithm; 2] = [
    ("sha256", 64, |digests| to_hex(&digests.sha256)),
    ("sha512", 128, |digests| to_hex(&digests.sha512)),
];

/// One of [`ALGORITHMS`].
pub type Algorithm = (&'static str, usize, fn(&Digests) -> String);

impl Checked {
    /// The number of files and of bytes in the payload.
    #[must_use]
    pub fn payload(&self) -> (u64, u64) {
        let payload = self.files.iter().filter(|(path, _)| path.starts_with("data/"));
        payload.fold((0, 0), |(files, bytes), (_, digests)| (files + 1, bytes + digests.size))
    }

    /// The value of a label in `bag-info.txt`, if it occurs exactly once.
    #[must_use]
    pub fn label(&self, label: &str) -> Option<&str> {
        let mut values = self.info.iter().filter(|(name, _)| name.eq_ignore_ascii_case(label));
        values.next().filter(|_| values.next().is_none()).map(|(_, value)| value.as_str())
    }

    /// Adds a deviation.
    pub fn wrong(&mut self, place: &str, fault: Fault, detail: impl Into<String>) {
        push(&mut self.deviations, place, fault, detail.into());
    }

    fn remark(&mut self, place: &str, fault: Fault, detail: impl Into<String>) {
        push(&mut self.remarks, place, fault, detail.into());
    }
}

// The author of a package must not control how much memory its check uses.
fn push(list: &mut Vec<Finding>, place: &str, fault: Fault, detail: String) {
    if list.len() < MAX_FINDINGS {
        list.push(Finding { place: place.to_owned(), fault, detail });
    } else if list.len() == MAX_FINDINGS {
        list.push(Finding {
            place: ".".to_owned(),
            fault,
            detail: "further findings are not listed".to_owned(),
        });
    }
}

/// The files of a package whose digests are known, read again: other bytes than before are an error.
pub struct Again<'a> {
    files: &'a mut dyn Files,
    known: Arc<BTreeMap<String, Digests>>,
    changed: BTreeSet<String>,
}

impl<'a> Again<'a> {
    /// Reads the files of a package after their digests were computed.
    pub fn new(files: &'a mut dyn Files, checked: &Checked) -> Self {
        Self { files, known: Arc::clone(&checked.files), changed: BTreeSet::new() }
    }

    /// Reports the files that had other bytes than before.
    pub fn report(self, checked: &mut Checked) {
        for path in self.changed {
            checked.wrong(&path, Fault::Changed, "");
        }
    }
}

impl Files for Again<'_> {
    fn list(&mut self) -> Result<Vec<FoundFile>, Unreadable> {
        self.files.list()
    }

    fn read(&mut self, path: &str, each: &mut dyn FnMut(&[u8])) -> Result<(), Unreadable> {
        let unreadable = |reason: &str| Unreadable { reason: reason.to_owned() };
        let known = self.known.get(path).ok_or_else(|| unreadable("not a file of the package"))?;
        let mut sha256 = Sha256::new();
        self.files.read(path, &mut |chunk| {
            sha256.update(chunk);
            each(chunk);
        })?;
        if sha256.finalize()[..] == known.sha256 {
            return Ok(());
        }
        self.changed.insert(path.to_owned());
        Err(unreadable("changed while the package was checked"))
    }

    fn size(&self, path: &str) -> Option<u64> {
        self.known.get(path).map(|known| known.size)
    }
}

/// Checks a bag: names, declaration, manifests, the digest of every file, and the stated size.
pub fn check(files: &mut dyn Files) -> Checked {
    let mut checked = Checked::default();
    let found = match files.list() {
        Ok(found) => found,
        Err(error) => {
            checked.wrong(".", Fault::Unreadable, error.reason);
            return checked;
        }
    };
    let paths = sound_paths(found, &mut checked);
    let mut known = BTreeMap::new();
    for path in &paths {
        match digest(files, path) {
            Ok(digests) => drop(known.insert(path.clone(), digests)),
            Err(error) => checked.wrong(path, Fault::Unreadable, error.reason),
        }
    }
    checked.files = Arc::new(known);
    let mut again = Again::new(files, &checked);
    check_declaration(&mut again, &mut checked);
    check_manifests(&mut again, &paths, &mut checked);
    check_info(&mut again, &mut checked);
    again.report(&mut checked);
    if paths.iter().any(|path| path.eq_ignore_ascii_case("fetch.txt")) {
        checked.wrong("fetch.txt", Fault::Fetch, "");
    }
    checked.deviations.sort();
    checked.deviations.dedup();
    checked.remarks.sort();
    checked
}

/// Reads a whole file of at most `most` bytes.
///
/// # Errors
/// [`Unreadable`], also if it is longer.
pub fn read_small(files: &mut dyn Files, path: &str, most: u64) -> Result<Vec<u8>, Unreadable> {
    let too_large = || Unreadable { reason: format!("larger than {most} bytes") };
    if files.size(path).is_some_and(|size| size > most) {
        return Err(too_large());
    }
    let (mut bytes, mut length) = (Vec::new(), 0);
    files.read(path, &mut |chunk| {
        length += chunk.len() as u64;
        if length <= most {
            bytes.extend_from_slice(chunk);
        }
    })?;
    if length <= most { Ok(bytes) } else { Err(too_large()) }
}

fn sound_paths(mut found: Vec<FoundFile>, checked: &mut Checked) -> BTreeSet<String> {
    found.sort_by(|a, b| a.path.cmp(&b.path));
    // Few bags have names that need the table, so it is built on demand.
    let skeletons = LazyCell::new(Skeletons::default);
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut paths = BTreeSet::new();
    for entry in found {
        let shown = String::from_utf8_lossy(&entry.path).into_owned();
        let Ok(path) = String::from_utf8(entry.path) else {
            checked.wrong(&shown, Fault::UnsafeName, "not UTF-8");
            continue;
        };
        match entry.kind {
            FoundKind::Plain => {}
            FoundKind::HardLinked => checked.remark(&path, Fault::HardLink, ""),
            FoundKind::EmptyFolder => {
                checked.remark(&path, Fault::EmptyFolder, "");
                continue;
            }
            FoundKind::Special => {
                checked.wrong(&shown, Fault::NotAFile, "");
                continue;
            }
        }
        if let Some(flaw) = names::flaw(&path) {
            checked.wrong(&path, Fault::UnsafeName, flaw);
            continue;
        }
        if let Some(remark) = names::remark(&path) {
            checked.remark(&path, Fault::UnsafeName, remark);
        }
        let alias = if path.is_ascii() { path.to_ascii_lowercase() } else { skeletons.of(&path) };
        // Some systems strip trailing dots and spaces from names.
        let parts: Vec<&str> =
            alias.split('/').map(|part| part.trim_end_matches(['.', ' '])).collect();
        if let Some(other) = seen.insert(parts.join("/"), path.clone()) {
            checked.wrong(&path, Fault::LooksAlike, other);
        }
        paths.insert(path);
    }
    paths
}

fn digest(files: &mut dyn Files, path: &str) -> Result<Digests, Unreadable> {
    let (mut sha256, mut sha512, mut size) = (Sha256::new(), Sha512::new(), 0);
    files.read(path, &mut |chunk| {
        sha256.update(chunk);
        sha512.update(chunk);
        size += chunk.len() as u64;
    })?;
    Ok(Digests { size, sha256: sha256.finalize().into(), sha512: sha512.finalize().into() })
}

fn tag_file(files: &mut dyn Files, path: &str, checked: &mut Checked) -> Option<String> {
    checked.files.get(path)?;
    let (fault, detail) = match read_small(files, path, MAX_TAG_FILE).map(String::from_utf8) {
        Ok(Ok(text)) => return Some(text),
        Ok(Err(_)) => (Fault::Declaration, "not UTF-8".to_owned()),
        Err(error) => (Fault::Unreadable, error.reason),
    };
    checked.wrong(path, fault, detail);
    None
}

// RFC 8493, 2.1.1: exactly two lines, no byte order mark.
fn check_declaration(files: &mut dyn Files, checked: &mut Checked) {
    if !checked.files.contains_key("bagit.txt") {
        checked.wrong("bagit.txt", Fault::Declaration, "missing");
    }
    let Some(text) = tag_file(files, "bagit.txt", checked) else { return };
    let lines: Vec<&str> = lines(&text).collect();
    match lines.as_slice() {
        ["BagIt-Version: 1.0", "Tag-File-Character-Encoding: UTF-8"] => {}
        ["BagIt-Version: 1.0", other] if other.starts_with("Tag-File-Character-Encoding: ") => {
            checked.wrong("bagit.txt", Fault::Declaration, "only tag files in UTF-8 are supported");
        }
        [other, _] if other.starts_with("BagIt-Version: ") => {
            checked.wrong("bagit.txt", Fault::Declaration, "only BagIt 1.0 is supported");
        }
        _ => checked.wrong(
            "bagit.txt",
            Fault::Declaration,
            "not the two lines that RFC 8493 requires",
        ),
    }
}

fn check_manifests(files: &mut dyn Files, paths: &BTreeSet<String>, checked: &mut Checked) {
    let mut payload_manifests = 0;
    for path in paths {
        let Some((tags, kind)) = manifest_kind(path) else { continue };
        let Some(algorithm) = ALGORITHMS.iter().find(|(name, ..)| *name == kind) else {
            checked.remark(path, Fault::NoManifest, "its digest algorithm is not supported");
            continue;
        };
        payload_manifests += u32::from(!tags);
        let Some(text) = tag_file(files, path, checked) else { continue };
        let listed = check_lines(path, &text, tags, algorithm, checked);
        for other in paths.iter().filter(|other| belongs(other, tags) && !listed.contains(*other)) {
            let detail = format!("not listed in {path}");
            // A bag may have tag files that no tag manifest lists; a payload file must be in every manifest.
            if tags {
                checked.remark(other, Fault::Unlisted, detail);
            } else {
                checked.wrong(other, Fault::Unlisted, detail);
            }
        }
    }
    if payload_manifests == 0 {
        checked.wrong("manifest-sha256.txt", Fault::NoManifest, "");
    }
}

// Whether a manifest is a tag manifest, and its digest algorithm; `None` if the path is not that of a manifest.
fn manifest_kind(path: &str) -> Option<(bool, &str)> {
    let stem = path.strip_suffix(".txt").filter(|stem| !stem.contains('/'))?;
    let (tags, rest) = stem.strip_prefix("tag").map_or((false, stem), |rest| (true, rest));
    Some((tags, rest.strip_prefix("manifest-")?))
}

// Whether a payload manifest (or a tag manifest, if `tags`) covers this file.
fn belongs(path: &str, tags: bool) -> bool {
    let payload = path.starts_with("data/");
    let tag_manifest = path.starts_with("tagmanifest-") && !path.contains('/');
    payload != tags && !tag_manifest
}

fn check_lines(
    path: &str,
    text: &str,
    tags: bool,
    (_, digits, hex): &Algorithm,
    checked: &mut Checked,
) -> BTreeSet<String> {
    let (mut listed, mut rest) = (BTreeSet::new(), Some(text));
    for (line, number) in lines(text).zip(1_u64..) {
        let place = format!("{path}:{number}");
        let Some((digest, name)) = split_line(line, *digits) else {
            checked.wrong(&place, Fault::ManifestLine, "");
            continue;
        };
        if let Some(text) = rest {
            rest = text.strip_prefix(&format!("{digest}  {name}\n"));
            if rest.is_none() {
                checked.remark(
                    &place,
                    Fault::ManifestLine,
                    "not lower-case digits, two spaces, a path and a line feed",
                );
            }
        }
        let name = plain_name(name, &place, checked);
        if let Some(flaw) = names::flaw(&name) {
            checked.wrong(&place, Fault::ManifestPath, flaw);
            continue;
        }
        if !belongs(&name, tags) {
            checked.wrong(
                &place,
                Fault::ManifestPath,
                format!("{name} must not be listed in this manifest"),
            );
            continue;
        }
        if !listed.insert(name.clone()) {
            checked.wrong(&place, Fault::Repeated, name.clone());
        }
        match checked.files.get(&name) {
            None => checked.wrong(&name, Fault::Missing, format!("listed in {place}")),
            Some(digests) if digest == hex(digests) => {}
            Some(_) => {
                checked.wrong(&name, Fault::Altered, format!("its digest differs from {place}"))
            }
        }
    }
    listed
}

fn split_line(line: &str, digits: usize) -> Option<(String, &str)> {
    let (digest, name) = line.split_once([' ', '\t'])?;
    let is_digest = digest.len() == digits && digest.bytes().all(|b| b.is_ascii_hexdigit());
    is_digest.then(|| (digest.to_ascii_lowercase(), name.trim_start_matches([' ', '\t'])))
}

// The path in a manifest line, without the prefixes that md5sum and similar tools add, and with the three characters
// that RFC 8493 (2.1.3) escapes decoded.
fn plain_name(name: &str, place: &str, checked: &mut Checked) -> String {
    let bare = name.strip_prefix('*').unwrap_or(name);
    let bare = bare.strip_prefix("./").unwrap_or(bare);
    if bare != name {
        checked.remark(place, Fault::ManifestLine, "the path begins with `*` or `./`");
    }
    let (first, escaped) =
        bare.split_once('%').map_or((bare, None), |(first, rest)| (first, Some(rest)));
    let mut plain = first.to_owned();
    for part in escaped.iter().flat_map(|rest| rest.split('%')) {
        let (c, rest) = match part.split_at_checked(2) {
            Some(("0A" | "0a", rest)) => ('\n', rest),
            Some(("0D" | "0d", rest)) => ('\r', rest),
            Some(("25", rest)) => ('%', rest),
            _ => {
                checked.remark(
                    place,
                    Fault::ManifestLine,
                    "a `%` in the path is not escaped as `%25`",
                );
                ('%', part)
            }
        };
        plain.push(c);
        plain.push_str(rest);
    }
    plain
}

fn check_info(files: &mut dyn Files, checked: &mut Checked) {
    let Some(text) = tag_file(files, "bag-info.txt", checked) else { return };
    let mut info: Vec<(String, String)> = Vec::new();
    for (line, number) in lines(&text).zip(1_u64..) {
        let place = format!("bag-info.txt:{number}");
        if line.starts_with([' ', '\t']) {
            match info.last_mut() {
                Some((_, value)) => value.push_str(&format!(" {}", line.trim())),
                None => {
                    checked.wrong(&place, Fault::Info, "a continuation line before the first label")
                }
            }
        } else if let Some((label, value)) =
            line.split_once(':').filter(|(label, _)| !label.trim().is_empty())
        {
            if !value.starts_with([' ', '\t']) || label.trim() != label {
                checked.remark(
                    &place,
                    Fault::Info,
                    "label and value are not separated by a colon and a space",
                );
            }
            info.push((label.trim().to_owned(), value.trim().to_owned()));
        } else if !line.is_empty() {
            checked.wrong(&place, Fault::Info, "not a label, a colon and a value");
        }
    }
    checked.info = info;
    let (files, bytes) = checked.payload();
    let oxum = |(label, _): &&(String, String)| label.eq_ignore_ascii_case("Payload-Oxum");
    let stated: Vec<String> =
        checked.info.iter().filter(oxum).map(|(_, value)| value.clone()).collect();
    for stated in stated.iter().filter(|stated| **stated != format!("{bytes}.{files}")) {
        checked.wrong(
            "bag-info.txt",
            Fault::Oxum,
            format!("stated {stated}, actual {bytes}.{files}"),
        );
    }
    if stated.len() > 1 {
        checked.wrong("bag-info.txt", Fault::Oxum, "stated more than once");
    }
}

// Lines end with a line feed, a carriage return, or both (RFC 8493, 2.1.3); there is no empty last line.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text).filter(|text| !text.is_empty());
    std::iter::from_fn(move || {
        let text = rest?;
        let end = text.find(['\n', '\r']).unwrap_or(text.len());
        let (line, after) = text.split_at(end);
        let after = after.strip_prefix("\r\n").or_else(|| after.get(1..)).unwrap_or("");
        rest = Some(after).filter(|after| !after.is_empty());
        Some(line)
    })
}
