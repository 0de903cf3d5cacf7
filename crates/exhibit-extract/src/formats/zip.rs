//! Zip archives (PKWARE APPNOTE 6.3.10): every entry is a member.
//!
//! The directory is parsed here, entry by entry, so that entries with the same name do not hide each other, names keep
//! their bytes and damage to the directory loses as little as possible; the zip crate unpacks, decrypts, checks CRCs.
//! Nothing is ever unpacked to a path.

mod directory;
mod entry;
pub(crate) mod names;

use crate::out::{Input, Out, Stop};
use directory::{Directory, Entry};
use entry::Findings;
use exhibit_model::{Member, MemberEnd, NoteCode, Reason, Relation, Request, Verdict};
use names::Names;
use std::io::{self, SeekFrom};

/// Reads a zip archive.
pub(crate) fn read(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let size = match input.seek(SeekFrom::End(0)) {
        Ok(size) => size,
        Err(error) => return Ok(Verdict::Failed(Reason::cannot_read(&error))),
    };
    out.container_size(size);
    let mut directory = match Directory::open(input, size) {
        Ok(directory) => directory,
        Err(error) => return Ok(Verdict::Failed(Reason::cannot_read(&error))),
    };
    if directory.is_damaged() {
        out.note(0, NoteCode::ZipDirectoryLost)?;
    }
    if directory.is_split() {
        out.note(0, NoteCode::ArchiveSplit)?;
    }
    let names = collect_names(&mut directory, input);
    if let Some(charset) = names.charset() {
        out.metadata("zip:names", &charset)?;
    }
    let mut emitted = 0_u64;
    let mut findings = Findings::default();
    directory.rewind();
    loop {
        match directory.next(input) {
            Ok(Some(entry)) => {
                if let Err(error) = findings.examine(&entry, input) {
                    return Ok(Verdict::Failed(Reason::cannot_read(&error)));
                }
                if !entry.is_directory() {
                    emit_entry(&entry, &names, input, request, &mut findings, out)?;
                }
                emitted += 1;
            }
            Ok(None) => break,
            Err(error) => return Ok(Verdict::Failed(Reason::cannot_read(&error))),
        }
    }
    if directory.missing() > 0 {
        out.note(0, NoteCode::EntriesMissing { entries: directory.missing() })?;
    }
    let unlisted = directory.unlisted(&mut findings.ranges);
    let counted = [
        (unlisted, NoteCode::UnlistedBytes { bytes: unlisted }),
        (findings.checksums_wrong, NoteCode::ChecksumsWrong { entries: findings.checksums_wrong }),
        (findings.names_differ, NoteCode::EntryNamesDiffer { entries: findings.names_differ }),
    ];
    counted
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .try_for_each(|(_, code)| out.note(0, code))?;
    out.metadata("zip:comment", &names.decode(directory.comment()))?;
    Ok(if emitted == 0 && directory.is_damaged() {
        Verdict::Failed(Reason::NoEntries)
    } else {
        Verdict::Read
    })
}

/// Where the first entry of an archive begins whose directory is whole; `None` without one.
pub(crate) fn start_of_entries(input: &mut dyn Input, size: u64) -> io::Result<Option<u64>> {
    let mut directory = Directory::open(input, size)?;
    if directory.is_damaged() {
        return Ok(None);
    }
    let mut first = None;
    while let Some(entry) = directory.next(input)? {
        if let directory::Data::AfterHeader(at) = entry.data {
            first = Some(first.map_or(at, |first: u64| first.min(at)));
        }
    }
    let Some(first) = first else { return Ok(None) };
    Ok(read_at(input, first, 4)?.starts_with(b"PK\x03\x04").then_some(first))
}

/// Determines the one encoding of all names that are not UTF-8.
fn collect_names(directory: &mut Directory, input: &mut dyn Input) -> Names {
    let mut names = Names::default();
    while let Ok(Some(entry)) = directory.next(input) {
        names.learn(&entry.name);
    }
    names.settle();
    names
}

fn emit_entry(
    entry: &Entry,
    names: &Names,
    input: &mut dyn Input,
    request: &Request,
    findings: &mut Findings,
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
        return out.member_end(MemberEnd::Unsupported(Reason::SymbolicLink { target }));
    }
    entry::emit(entry, input, &request.passwords, findings, out)
}

/// Reads `len` bytes at `at`, or as many as are available.
fn read_at(input: &mut dyn Input, at: u64, len: usize) -> io::Result<Vec<u8>> {
    use io::Read as _;
    input.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::with_capacity(len.min(1 << 20));
    input.take(len as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
