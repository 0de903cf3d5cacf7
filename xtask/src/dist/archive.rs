//! Archives whose bytes depend on their contents alone: entries sorted by path, one time, owner 0, no name of a machine.

use flate2::{Compression, GzBuilder};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use tar::{Builder, EntryType, Header};

/// A file to be installed.
pub(super) struct File {
    /// Whether it may be run.
    pub(super) is_program: bool,
    pub(super) bytes: Vec<u8>,
}

/// Files by their paths below the root of the archive, such as `bin/exhibit`.
pub(super) type Tree = BTreeMap<String, File>;

/// A gzipped tar archive of a tree, with all paths below `prefix` (such as `./usr/`), which ends with `/`, and an entry for
/// each folder. All times are `time`, in seconds since 1970.
pub(super) fn tar_gz(prefix: &str, tree: &Tree, time: u64) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("cannot write an archive: {error}");
    let mut folders = BTreeSet::new();
    let paths: Vec<String> = tree.keys().map(|path| format!("{prefix}{path}")).collect();
    for path in &paths {
        // `./` is an entry of its own, as dpkg-deb writes it
        folders.extend(path.match_indices('/').map(|(at, _)| &path[..=at]));
    }
    let mut tar = Builder::new(Vec::new());
    for folder in folders {
        append(&mut tar, folder, EntryType::Directory, 0o755, &[], time).map_err(failed)?;
    }
    for (path, file) in paths.iter().zip(tree.values()) {
        let mode = if file.is_program { 0o755 } else { 0o644 };
        append(&mut tar, path, EntryType::Regular, mode, &file.bytes, time).map_err(failed)?;
    }
    let bytes = tar.into_inner().map_err(failed)?;
    let mut gzip =
        GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::best());
    gzip.write_all(&bytes).map_err(failed)?;
    gzip.finish().map_err(failed)
}

fn append(
    tar: &mut Builder<Vec<u8>>,
    path: &str,
    kind: EntryType,
    mode: u32,
    bytes: &[u8],
    time: u64,
) -> std::io::Result<()> {
    let mut header = Header::new_gnu();
    // the name is written as it is: `set_path` would drop the leading `./`
    let name = &mut header.as_old_mut().name;
    if path.len() > name.len() {
        return Err(std::io::Error::other(format!("the path {path} is too long for an archive")));
    }
    name[..path.len()].copy_from_slice(path.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_username("root")?;
    header.set_groupname("root")?;
    header.set_mtime(time);
    header.set_size(bytes.len() as u64);
    header.set_cksum();
    tar.append(&header, bytes)
}

/// An `ar` archive of some members, in their order.
pub(super) fn ar(members: &[(&str, &[u8])], time: u64) -> Vec<u8> {
    let mut bytes = b"!<arch>\n".to_vec();
    for (name, content) in members {
        let header =
            format!("{name:<16}{time:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, "100644", content.len());
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(content);
        if content.len() % 2 == 1 {
            bytes.push(b'\n');
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;

    fn tree(paths: &[&str]) -> Tree {
        let file = |path: &&str| File {
            is_program: path.starts_with("bin/"),
            bytes: path.as_bytes().to_vec(),
        };
        paths.iter().map(|path| ((*path).to_owned(), file(path))).collect()
    }

    #[test]
    fn a_tar_archive_is_sorted_and_names_nobody() {
        let one =
            tar_gz("./usr/", &tree(&["share/doc/a", "bin/x"]), 1_700_000_000).expect("an archive");
        assert_eq!(
            one,
            tar_gz("./usr/", &tree(&["bin/x", "share/doc/a"]), 1_700_000_000).expect("an archive")
        );
        let mut read = tar::Archive::new(GzDecoder::new(one.as_slice()));
        let mut entries = Vec::new();
        for entry in read.entries().expect("entries") {
            let entry = entry.expect("an entry");
            let header = entry.header();
            assert_eq!((header.uid().expect("uid"), header.gid().expect("gid")), (0, 0));
            assert_eq!(header.mtime().expect("time"), 1_700_000_000);
            let path = String::from_utf8(entry.path_bytes().into_owned()).expect("UTF-8");
            entries.push((path, header.mode().expect("mode")));
        }
        let entries: Vec<(&str, u32)> =
            entries.iter().map(|(path, mode)| (path.as_str(), *mode)).collect();
        assert_eq!(
            entries,
            [
                ("./", 0o755),
                ("./usr/", 0o755),
                ("./usr/bin/", 0o755),
                ("./usr/share/", 0o755),
                ("./usr/share/doc/", 0o755),
                ("./usr/bin/x", 0o755),
                ("./usr/share/doc/a", 0o644),
            ]
        );
    }

    #[test]
    fn members_of_ar_start_at_even_offsets() {
        let bytes = ar(&[("debian-binary", b"2.0\n"), ("odd", b"abc"), ("last", b"z")], 7);
        let header = "debian-binary   7           0     0     100644  4         `\n";
        assert_eq!(&bytes[..8 + 60 + 4], format!("!<arch>\n{header}2.0\n").as_bytes());
        let odd = 8 + 60 + 4;
        assert_eq!(&bytes[odd + 60..odd + 64], b"abc\n");
        assert!(bytes[odd + 64..].starts_with(b"last  "));
    }
}
