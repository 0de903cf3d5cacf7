//! Walks a source in a fixed order, by the bytes of names, and never leaves it: links are met, not followed.

use exhibit_model::{Moment, Reason};
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

/// Something that a walk meets. Folders are walked into and not met, unless they cannot be.
#[derive(Debug)]
pub(crate) struct Met {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its path below the source.
    pub(crate) below: Vec<u8>,
    /// What it is.
    pub(crate) what: What,
}

#[derive(Debug)]
pub(crate) enum What {
    /// A file, its size, when it was last modified, and when the file system last changed anything about it.
    File { size: u64, modified: Moment, changed: Moment },
    /// Not a file: a link or a device, and which.
    Other(Reason),
    /// Cannot be looked at, and why.
    Unreadable(Reason),
}

/// Calls `each` for everything in `source` (a folder, or one file), until it says no.
///
/// # Errors
/// Only when `source` itself cannot be looked at.
pub(crate) fn walk(source: &Path, each: &mut dyn FnMut(Met) -> bool) -> std::io::Result<()> {
    let metadata = fs::metadata(source)?;
    if !metadata.is_dir() {
        let below = source.file_name().map(|n| n.as_bytes().to_vec()).unwrap_or_default();
        let what = what_of(&metadata);
        each(Met { path: source.to_owned(), below, what });
        return Ok(());
    }
    // folders to do, the next one last; each with its names, the next one last
    let mut folders: Vec<(PathBuf, Vec<OsString>)> = vec![(source.to_owned(), names(source)?)];
    while let Some((folder, pending)) = folders.last_mut() {
        let Some(name) = pending.pop() else {
            folders.pop();
            continue;
        };
        let path = folder.join(name);
        let below = path.strip_prefix(source).unwrap_or(&path).as_os_str().as_bytes().to_vec();
        let met = match fs::symlink_metadata(&path) {
            Err(error) => What::Unreadable(Reason::cannot_open(&error)),
            Ok(metadata) if metadata.is_dir() => match names(&path) {
                Ok(inside) => {
                    folders.push((path, inside));
                    continue;
                }
                Err(error) => What::Unreadable(Reason::cannot_list(&error)),
            },
            Ok(metadata) => what_of(&metadata),
        };
        if !each(Met { path, below, what: met }) {
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

fn what_of(metadata: &fs::Metadata) -> What {
    let kind = metadata.file_type();
    if kind.is_file() {
        let moment = |seconds: i64, nanos: i64| Moment(seconds.saturating_mul(1_000_000).saturating_add(nanos / 1000));
        let modified = moment(metadata.mtime(), metadata.mtime_nsec());
        let changed = moment(metadata.ctime(), metadata.ctime_nsec());
        return What::File { size: metadata.len(), modified, changed };
    }
    What::Other(if kind.is_symlink() {
        Reason::SymbolicLink { target: None }
    } else if kind.is_fifo() {
        Reason::NamedPipe
    } else if kind.is_socket() {
        Reason::Socket
    } else {
        Reason::Device
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_by_bytes_and_links_are_met_not_followed() {
        let folder = tempfile::tempdir().expect("folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("b/inner")).expect("folder");
        for name in ["b/2.txt", "b/inner/1.txt", "a.txt", "文件.txt"] {
            fs::write(at(name), name).expect("write");
        }
        std::os::unix::fs::symlink("/etc", at("link")).expect("link");
        std::os::unix::fs::symlink(at("b"), at("b/loop")).expect("link");
        let mut met = Vec::new();
        walk(folder.path(), &mut |m| {
            let what = match m.what {
                What::File { size, .. } => size.to_string(),
                What::Other(why) | What::Unreadable(why) => why.word().to_owned(),
            };
            met.push(format!("{} {what}", String::from_utf8_lossy(&m.below)));
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
        assert_eq!(met, expected);
    }
}
