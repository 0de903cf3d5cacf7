//! Walks a source in a fixed order, by the bytes of names, and never leaves it: links are reported, not followed.
//!
//! Everything is opened relative to the opened source with `openat2` (Linux 5.6), which refuses links in every part of a
//! path: a folder that is replaced by a link while the source is read leads nowhere.

use exhibit_extract::FileNames;
use exhibit_model::{Moment, Reason};
use rustix::fd::OwnedFd;
use rustix::fs::{Dir, Mode, OFlags, ResolveFlags, openat2};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

/// An opened source: a folder, or one file.
#[derive(Debug)]
pub(crate) enum Source {
    /// A folder, open.
    Folder(OwnedFd),
    /// One file, by its path.
    File(PathBuf),
}

/// An entry found while walking. Directories are descended into, and reported only if they cannot be read.
#[derive(Debug)]
pub(crate) struct Entry {
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

impl Source {
    /// Opens a source. Links in its own path are followed: the user names it.
    ///
    /// # Errors
    /// Those of opening it.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        if !fs::metadata(path)?.is_dir() {
            return Ok(Self::File(path.to_owned()));
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self::Folder(rustix::fs::open(path, flags, Mode::empty())?))
    }

    /// Whether the source is still what is at its path, and can be listed: a disk may be removed while it is read.
    ///
    /// # Errors
    /// Those of examining it; [`io::ErrorKind::NotFound`] if something else is there.
    pub(crate) fn is_at(&self, path: &Path) -> io::Result<()> {
        let Self::Folder(root) = self else { return fs::metadata(path).map(drop) };
        let (there, opened) = (fs::metadata(path)?, File::from(root.try_clone()?).metadata()?);
        if (there.dev(), there.ino()) != (opened.dev(), opened.ino()) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let root = self.at(Path::new("."), OFlags::RDONLY | OFlags::DIRECTORY)?;
        Dir::new(OwnedFd::from(root))?.next().transpose()?;
        Ok(())
    }

    /// Calls `each` for every entry of the source, until it returns false.
    ///
    /// # Errors
    /// Only when the source itself cannot be examined.
    pub(crate) fn walk(&self, each: &mut dyn FnMut(Entry) -> bool) -> io::Result<()> {
        if let Self::File(path) = self {
            let below = path.file_name().map(|n| n.as_bytes().to_vec()).unwrap_or_default();
            let below_text =
                FileNames::of_folder(&FileNames::default(), [&below[..]].into_iter()).text(&below);
            each(Entry { below, below_text, kind: kind_of(&fs::metadata(path)?) });
            return Ok(());
        }
        let names = self.names(Path::new("."))?;
        let mut folders =
            vec![Folder::new(PathBuf::new(), String::new(), &FileNames::default(), names)];
        while let Some(folder) = folders.last_mut() {
            let Some(name) = folder.pending.pop() else {
                folders.pop();
                continue;
            };
            let below = folder.path.join(&name);
            let text = folder.below_text(&name);
            let kind = match self
                .at(&below, OFlags::PATH | OFlags::NOFOLLOW)
                .and_then(|file| file.metadata())
            {
                Err(error) if leads_away(&error) => EntryKind::Unreadable(Reason::Replaced),
                Err(error) => EntryKind::Unreadable(Reason::cannot_open(&error)),
                Ok(metadata) if metadata.is_dir() => match self.names(&below) {
                    Ok(inside) => {
                        let inner = Folder::new(below, text, &folder.names, inside);
                        folders.push(inner);
                        continue;
                    }
                    Err(error) if leads_away(&error) => EntryKind::Unreadable(Reason::Replaced),
                    Err(error) => EntryKind::Unreadable(Reason::cannot_list(&error)),
                },
                Ok(metadata) => kind_of(&metadata),
            };
            let below = below.into_os_string().into_vec();
            let below_text = if std::str::from_utf8(&below).is_ok() { String::new() } else { text };
            if !each(Entry { below, below_text, kind }) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Opens a file of the source for reading. Never follows a link that replaced it or one of its folders, and never
    /// blocks on a pipe that did.
    ///
    /// # Errors
    /// The reason for the account: it cannot be opened, or is no longer a file of the source.
    pub(crate) fn open_file(&self, below: &[u8]) -> Result<File, Reason> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let opened = match self {
            Self::Folder(_) => self.at(Path::new(OsStr::from_bytes(below)), flags),
            Self::File(path) => rustix::fs::open(path, flags | OFlags::CLOEXEC, Mode::empty())
                .map(File::from)
                .map_err(io::Error::from),
        };
        match opened {
            Ok(file) if file.metadata().is_ok_and(|metadata| metadata.is_file()) => Ok(file),
            Ok(_) => Err(Reason::Replaced),
            Err(error) if leads_away(&error) => Err(Reason::Replaced),
            Err(error) => Err(Reason::cannot_open(&error)),
        }
    }

    fn at(&self, below: &Path, flags: OFlags) -> io::Result<File> {
        let Self::Folder(root) = self else { return Err(io::ErrorKind::NotADirectory.into()) };
        let resolve =
            ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        Ok(File::from(openat2(root, below, flags | OFlags::CLOEXEC, Mode::empty(), resolve)?))
    }

    // The names in a folder, in reverse order of their bytes.
    fn names(&self, below: &Path) -> io::Result<Vec<OsString>> {
        let folder = self.at(below, OFlags::RDONLY | OFlags::DIRECTORY)?;
        let mut names = Vec::new();
        for entry in Dir::new(OwnedFd::from(folder))? {
            let name = entry?.file_name().to_bytes().to_vec();
            if name != b"." && name != b".." {
                names.push(OsString::from_vec(name));
            }
        }
        names.sort_by(|a, b| b.as_bytes().cmp(a.as_bytes()));
        Ok(names)
    }
}

/// A folder that is being read.
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
        let name = if decoded.is_empty() {
            String::from_utf8_lossy(name.as_bytes()).into_owned()
        } else {
            decoded
        };
        if self.text.is_empty() { name } else { format!("{}/{name}", self.text) }
    }
}

// A part of the path is a link, or was moved out of the source.
fn leads_away(error: &io::Error) -> bool {
    use rustix::io::Errno;
    [Errno::LOOP, Errno::XDEV]
        .iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

fn kind_of(metadata: &fs::Metadata) -> EntryKind {
    let file_type = metadata.file_type();
    if file_type.is_file() {
        let moment = |seconds: i64, nanos: i64| {
            Moment(seconds.saturating_mul(1_000_000).saturating_add(nanos / 1000))
        };
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
        Source::open(folder.path())
            .expect("open")
            .walk(&mut |m| {
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
    fn a_folder_that_becomes_a_link_leads_nowhere() {
        let (folder, outside) =
            (tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("folder"));
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("b/c")).expect("folder");
        fs::write(at("a.txt"), "a").expect("write");
        fs::write(at("b/c/1.txt"), "inside").expect("write");
        fs::create_dir_all(outside.path().join("c")).expect("folder");
        fs::write(outside.path().join("c/1.txt"), "secret").expect("write");
        let source = Source::open(folder.path()).expect("open");
        assert!(source.open_file(b"b/c/1.txt").is_ok());
        fs::rename(at("b"), at("old")).expect("rename");
        std::os::unix::fs::symlink(outside.path(), at("b")).expect("link");
        assert_eq!(source.open_file(b"b/c/1.txt").map(drop), Err(Reason::Replaced));
        assert!(leads_away(&source.names(Path::new("b/c")).expect_err("a link on the way")));
        assert!(leads_away(&source.names(Path::new("b")).expect_err("a link")));
        for below in [&b"../x"[..], b"b/../../x", b"/etc/passwd"] {
            assert!(source.open_file(below).is_err(), "{}", String::from_utf8_lossy(below));
        }
        let mut found = Vec::new();
        source
            .walk(&mut |entry| {
                found.push(String::from_utf8_lossy(&entry.below).into_owned());
                true
            })
            .expect("walk");
        assert_eq!(found, ["a.txt", "b", "old/c/1.txt"]);
    }

    #[test]
    fn what_replaced_a_file_is_not_read() {
        let folder = tempfile::tempdir().expect("folder");
        let at = |name: &str| folder.path().join(name);
        let source = Source::open(folder.path()).expect("open");
        std::os::unix::fs::symlink("/etc/passwd", at("link")).expect("link");
        fs::create_dir(at("folder")).expect("folder");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            at("pipe"),
            rustix::fs::FileType::Fifo,
            Mode::from_raw_mode(0o600),
            0,
        )
        .expect("pipe");
        for name in ["link", "folder", "pipe"] {
            assert_eq!(
                source.open_file(name.as_bytes()).map(drop),
                Err(Reason::Replaced),
                "{name}"
            );
        }
        assert!(matches!(source.open_file(b"missing"), Err(Reason::CannotOpen { .. })));
    }

    #[test]
    fn one_file_is_a_source_of_its_own() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("one.txt");
        fs::write(&path, "one").expect("write");
        let source = Source::open(&path).expect("open");
        let mut found = Vec::new();
        source
            .walk(&mut |entry| {
                found.push(entry.below);
                true
            })
            .expect("walk");
        assert_eq!(found, [b"one.txt"]);
        assert!(source.open_file(b"one.txt").is_ok());
        assert!(Source::open(&folder.path().join("missing")).is_err());
    }

    #[test]
    fn names_in_older_encodings_are_decoded_for_display() {
        let folder = tempfile::tempdir().expect("folder");
        // 材料 and 登记表.txt in GBK
        let inner = folder.path().join(OsStr::from_bytes(b"\xB2\xC4\xC1\xCF"));
        fs::create_dir_all(&inner).expect("folder");
        let name = b"\xB5\xC7\xBC\xC7\xB1\xED.txt";
        fs::write(inner.join(OsStr::from_bytes(name)), "x").expect("write");
        fs::write(inner.join("名单.txt"), "x").expect("write");
        fs::write(folder.path().join("plain.txt"), "x").expect("write");
        let mut found = Vec::new();
        let source = Source::open(folder.path()).expect("open");
        source
            .walk(&mut |entry| {
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
