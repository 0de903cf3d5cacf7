//! Zip archives (PKWARE APPNOTE 6.3.10): every entry is a member.
//!
//! The directory is read here, entry by entry, so that no two entries with one name hide each other, names keep their
//! bytes and a broken directory costs no more than it must; unpacking, decryption and checksums are the zip crate's.
//! Nothing is ever unpacked to a path.

mod directory;
mod entry;
pub(super) mod names;

use crate::out::{Input, Out, Stop};
use directory::{Directory, Entry};
use exhibit_model::{Member, MemberEnd, NoteKind, Relation, Request, Verdict};
use names::Names;
use std::io::{self, SeekFrom};

/// Reads a zip archive.
pub(crate) fn read(input: &mut dyn Input, request: &Request, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let size = match input.seek(SeekFrom::End(0)) {
        Ok(size) => size,
        Err(error) => return Ok(Verdict::Failed(format!("the file cannot be read: {error}"))),
    };
    out.container_size(size);
    let mut directory = match Directory::open(input, size) {
        Ok(directory) => directory,
        Err(error) => return Ok(Verdict::Failed(format!("the file cannot be read: {error}"))),
    };
    if directory.is_damaged() {
        out.note(NoteKind::Partial, 0, "the archive's directory is damaged; entries were looked for one by one")?;
    }
    if directory.is_split() {
        out.note(NoteKind::Partial, 0, "this is one part of an archive split over several files")?;
    }
    let names = collect_names(&mut directory, input);
    if let Some(charset) = names.charset() {
        out.metadata("zip:names", &charset)?;
    }
    let mut said = 0_u64;
    directory.rewind();
    loop {
        match directory.next(input) {
            Ok(Some(entry)) => {
                if !entry.is_directory() {
                    say_entry(&entry, &names, input, request, out)?;
                }
                said += 1;
            }
            Ok(None) => break,
            Err(error) => return Ok(Verdict::Failed(format!("the archive cannot be read to its end: {error}"))),
        }
    }
    if directory.missing() > 0 {
        let text = format!("the archive states {} entries more than there are", directory.missing());
        out.note(NoteKind::Partial, 0, text)?;
    }
    out.metadata("zip:comment", &names.decode(directory.comment()))?;
    Ok(if said == 0 && directory.is_damaged() {
        Verdict::Failed("no entry of the archive can be found".to_owned())
    } else {
        Verdict::Read
    })
}

/// Finds the one encoding of all names that are not UTF-8.
fn collect_names(directory: &mut Directory, input: &mut dyn Input) -> Names {
    let mut names = Names::default();
    while let Ok(Some(entry)) = directory.next(input) {
        names.learn(&entry.name);
    }
    names.settle();
    names
}

fn say_entry(
    entry: &Entry,
    names: &Names,
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    out.member(Member {
        name: entry.name.clone(),
        name_text: names.text_of(entry),
        modified: entry.modified,
        relation: Relation::Entry,
    })?;
    if entry.is_link() {
        let target = entry::link_target(entry, input).map(|bytes| names.decode(&bytes));
        let reason = target.map_or_else(|| "a symbolic link".to_owned(), |t| format!("a symbolic link to {t}"));
        return out.member_end(MemberEnd::Unsupported(reason));
    }
    entry::say(entry, input, &request.passwords, out)
}

/// Reads `len` bytes at `at`, or as many as there are.
fn read_at(input: &mut dyn Input, at: u64, len: usize) -> io::Result<Vec<u8>> {
    use io::Read as _;
    input.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::with_capacity(len.min(1 << 20));
    input.take(len as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
