//! Walks a source in a fixed order, by the bytes of names, and never leaves it: links are reported, not followed.

use exhibit_extract::FileNames;
use exhibit_model::{Moment, Reason};
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

/// An entry found while walking. Directories are descended into, and reported only if they cannot be read.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its path.
    pub(crate) path: PathBuf,
    /// Its path below the source.
    pub(crate) below: Vec<u8>,
    /// That path decoded; empty where its bytes are UTF-8.
    pub(crate) below_text: String,
    /// Its kind.
    pub(crate) kind: EntryKind,
}

#[derive(Debug)]
pub(crate) enum EntryKind {
    /// A file: its size, and its times of modification and of inode change.
    File { size: u64, modified: Moment, changed: Moment },
    /// Not a file: a link or a device, and which.
    Other(Reason),
    /// It cannot be examined, and why.
    Unreadable(Reason),
}

/// Calls `each` for every entry of `source` (a folder, or one file), until it returns false.
///
/// # Errors
/// Only when `source` itself cannot be examined.
pub(crate) fn walk(source: &Path, each: &mut dyn FnMut(Entry) -> bool) -> std::io::Result<()> {
    let metadata = fs::metadata(source)?;
    if !metadata.is_dir() {
        let below = source.file_name().map(|n| n.as_bytes().to_vec()).unwrap_or_default();
        let below_text = FileNames::of_folder(&FileNames::default(), [&below[..]].into_iter()).text(&below);
        let kind = kind_of(&metadata);
        each(Entry { path: source.to_owned(), below, below_text, kind });
        return Ok(());
    }
    let mut folders = vec![Folder::new(source.to_owned(), String::new(), &FileNames::default(), names(source)?)];
    while let Some(folder) = folders.last_mut() {
        let Some(name) = folder.pending.pop() else {
            folders.pop();
            continue;
        };
        let path = folder.path.join(&name);
        let text = folder.below_text(&name);
        let below = path.strip_prefix(source).unwrap_or(&path).as_os_str().as_bytes().to_vec();
        let below_text = if text.as_bytes() == below || std::str::from_utf8(&below).is_ok() { "" } else { &text };
        let below_text = below_text.to_owned();
        let kind = match fs::symlink_metadata(&path) {
            Err(error) => EntryKind::Unreadable(Reason::cannot_open(&error)),
            Ok(metadata) if metadata.is_dir() => match names(&path) {
                Ok(inside) => {
                    let inner = Folder::new(path, text, &folder.names, inside);
                    folders.push(inner);
                    continue;
                }
                Err(error) => EntryKind::Unreadable(Reason::cannot_list(&error)),
            },
            Ok(metadata) => kind_of(&metadata),
        };
        if !each(Entry { path, below, below_text, kind }) {
            return Ok(());
        }
    }
    Ok(())
}

/// An open folder.
struct Folder {
    path: PathBuf,
    /// Its path below the source as text.
    text: String,
    names: FileNames,
    /// The remaining names in reverse order.
    pending: Vec<OsString>,
}

impl Folder {
    fn new(path: PathBuf, text: String, above: &FileNames, pending: Vec<OsString>) -> Self {
        let names = FileNames::of_folder(above, pending.iter().map(|name| name.as_bytes()));
        Self { path, text, names, pending }
    }

    /// The path of an entry below the source as text.
    fn below_text(&self, name: &OsString) -> String {
        let decoded = self.names.text(name.as_bytes());
        let name = if decoded.is_empty() { String::from_utf8_lossy(name.as_bytes()).into_owned() } else { decoded };
        if self.text.is_empty() { name } else { format!("{}/{name}", self.text) }
    }
}

fn names(folder: &Path) -> std::io::Result<Vec<OsString>> {
    let names = fs::read_dir(folder)?.map(|entry| entry.map(|e| e.file_name()));
    let mut names = names.collect::<Result<Vec<_>, _>>()?;
    names.sort_by(|a, b| b.as_bytes().cmp(a.as_bytes()));
    Ok(names)
}

fn kind_of(metadata: &fs::Metadata) -> EntryKind {
    let file_type = metadata.file_type();
    if file_type.is_file() {
        let moment = |seconds: i64, nanos: i64| Moment(seconds.saturating_mul(1_000_000).saturating_add(nanos / 1000));
        let modified = moment(metadata.mtime(), metadata.mtime_nsec());
        let changed = moment(metadata.ctime(), metadata.ctime_nsec());
        return EntryKind::File { size: metadata.len(), modified, changed };
    }
    EntryKind::Other(if file_type.is_symlink() {
        Reason::SymbolicLink { target: None }
    } else if file_type.is_fifo() {
        Reason::NamedPipe
    } else if file_type.is_socket() {
        Reason::Socket
    } else {
        Reason::Device
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_by_bytes_and_links_are_not_followed() {
        let folder = tempfile::tempdir().expect("folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("b/inner")).expect("folder");
        for name in ["b/2.txt", "b/inner/1.txt", "a.txt", "文件.txt"] {
            fs::write(at(name), name).expect("write");
        }
        std::os::unix::fs::symlink("/etc", at("link")).expect("link");
        std::os::unix::fs::symlink(at("b"), at("b/loop")).expect("link");
        let mut found = Vec::new();
        walk(folder.path(), &mut |m| {
            let what = match m.kind {
                EntryKind::File { size, .. } => size.to_string(),
                EntryKind::Other(why) | EntryKind::Unreadable(why) => why.word().to_owned(),
            };
            found.push(format!("{} {what}", String::from_utf8_lossy(&m.below)));
            true
        })
        .expect("walk");
        let link = "symbolic-link";
        let expected = [
            "a.txt 5".to_owned(),
            "b/2.txt 7".to_owned(),
            "b/inner/1.txt 13".to_owned(),
            format!("b/loop {link}"),
            format!("link {link}"),
            "文件.txt 10".to_owned(),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn names_in_older_encodings_are_decoded_for_display() {
        use std::os::unix::ffi::OsStrExt as _;
        let folder = tempfile::tempdir().expect("folder");
        // 材料 and 登记表.txt in GBK
        let inner = folder.path().join(std::ffi::OsStr::from_bytes(b"\xB2\xC4\xC1\xCF"));
        fs::create_dir_all(&inner).expect("folder");
        let name = b"\xB5\xC7\xBC\xC7\xB1\xED.txt";
        fs::write(inner.join(std::ffi::OsStr::from_bytes(name)), "x").expect("write");
        fs::write(inner.join("名单.txt"), "x").expect("write");
        fs::write(folder.path().join("plain.txt"), "x").expect("write");
        let mut found = Vec::new();
        walk(folder.path(), &mut |entry| {
            found.push((entry.below, entry.below_text));
            true
        })
        .expect("walk");
        let below = |name: &[u8]| [b"\xB2\xC4\xC1\xCF/", name].concat();
        let expected = [
            (b"plain.txt".to_vec(), String::new()),
            (below(name), "材料/登记表.txt".to_owned()),
            (below("名单.txt".as_bytes()), "材料/名单.txt".to_owned()),
        ];
        assert_eq!(found, expected);
    }
}
