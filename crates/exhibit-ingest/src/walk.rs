//! Walks a source in a fixed order, by the bytes of names, and never leaves it: links are reported, not followed.

use exhibit_model::Moment;
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
    /// Its kind.
    pub(crate) kind: EntryKind,
}

#[derive(Debug)]
pub(crate) enum EntryKind {
    /// A file: its size, and its times of modification and of inode change.
    File { size: u64, modified: Moment, changed: Moment },
    /// Not a file: a link or a device, and which.
    Other(&'static str),
    /// It cannot be examined, and why.
    Unreadable(String),
}

/// Calls `each` for every entry of `source` (a folder, or one file), until it returns false.
///
/// # Errors
/// Only when `source` itself cannot be examined.
pub(crate) fn walk(source: &Path, each: &mut dyn FnMut(Entry) -> bool) -> std::io::Result<()> {
    let metadata = fs::metadata(source)?;
    if !metadata.is_dir() {
        let below = source.file_name().map(|n| n.as_bytes().to_vec()).unwrap_or_default();
        let kind = kind_of(&metadata);
        each(Entry { path: source.to_owned(), below, kind });
        return Ok(());
    }
    // the stack of open folders, each with its remaining names in reverse order
    let mut folders: Vec<(PathBuf, Vec<OsString>)> = vec![(source.to_owned(), names(source)?)];
    while let Some((folder, pending)) = folders.last_mut() {
        let Some(name) = pending.pop() else {
            folders.pop();
            continue;
        };
        let path = folder.join(name);
        let below = path.strip_prefix(source).unwrap_or(&path).as_os_str().as_bytes().to_vec();
        let kind = match fs::symlink_metadata(&path) {
            Err(error) => EntryKind::Unreadable(error.to_string()),
            Ok(metadata) if metadata.is_dir() => match names(&path) {
                Ok(inside) => {
                    folders.push((path, inside));
                    continue;
                }
                Err(error) => EntryKind::Unreadable(format!("the folder cannot be listed: {error}")),
            },
            Ok(metadata) => kind_of(&metadata),
        };
        if !each(Entry { path, below, kind }) {
            return Ok(());
        }
    }
    Ok(())
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
        "a symbolic link: not followed"
    } else if file_type.is_fifo() {
        "a named pipe: not a file"
    } else if file_type.is_socket() {
        "a socket: not a file"
    } else {
        "a device: not a file"
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
                EntryKind::Other(why) => why.to_owned(),
                EntryKind::Unreadable(why) => why,
            };
            found.push(format!("{} {what}", String::from_utf8_lossy(&m.below)));
            true
        })
        .expect("walk");
        let link = "a symbolic link: not followed";
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
}
