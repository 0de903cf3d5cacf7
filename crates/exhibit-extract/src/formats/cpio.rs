//! cpio archives: the old binary form in either order of bytes, the portable one in octal, the new ones in hexadecimal
//! digits. RPM packages have one within. Every file is a member; links and devices are named.

use super::archive::{self, Findings, read_at, unix_moment};
use super::zip::names::Names;
use crate::out::{Input, Out, Stop};
use exhibit_model::{Member, MemberEnd, Moment, NoteCode, Reason, Relation, Verdict};
use std::collections::HashMap;
use std::io;

/// Maximum bytes of a name.
const MOST_NAME: u64 = 64 << 10;
/// Hard links whose first name is remembered.
const MOST_LINKS: usize = 100_000;

/// Reads a cpio archive.
pub(crate) fn read(input: &mut dyn Input, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let size = match archive::begin(input, out) {
        Ok(size) => size,
        Err(reason) => return Ok(Verdict::Failed(reason)),
    };
    let mut names = Names::default();
    let mut entries = Entries::new(size);
    // files with several names, whose content comes with the last of them
    let mut contents: HashMap<(u64, u64), u64> = HashMap::new();
    while let Ok(Some(entry)) = entries.next(input) {
        names.learn(&entry.name);
        if entry.links > 1 && entry.size > 0 && contents.len() < MOST_LINKS {
            contents.insert(entry.inode, entry.header);
        }
    }
    names.settle_as("cpio:names", out)?;
    let mut entries = Entries::new(size);
    loop {
        match entries.next(input) {
            Ok(Some(entry)) => emit(&entry, &names, &contents, input, out)?,
            Ok(None) => break,
            Err(error) => {
                return Ok(Verdict::Failed(Reason::cannot_read_after(entries.at, &error)));
            }
        }
    }
    if entries.damaged {
        out.note(0, NoteCode::BlocksDamaged { blocks: 1 })?;
    }
    if !entries.ended {
        out.note(0, NoteCode::FileCutShort)?;
    }
    Findings { trailing: entries.trailing, ..Findings::default() }.emit(out)?;
    Ok(Verdict::Read)
}

fn emit(
    entry: &Entry,
    names: &Names,
    contents: &HashMap<(u64, u64), u64>,
    input: &mut dyn Input,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    let kind = entry.mode & 0o170_000;
    if kind == 0o040_000 {
        return Ok(());
    }
    out.member(Member {
        name: entry.name.clone(),
        name_text: names.text(&entry.name),
        modified: entry.modified,
        relation: Relation::Entry,
    })?;
    let unread = match kind {
        0o120_000 => {
            let target = read_at(input, entry.data, entry.size.min(4096)).ok();
            Some(Reason::SymbolicLink { target: target.map(|target| names.decode(&target)) })
        }
        0o020_000 | 0o060_000 => Some(Reason::Device),
        0o010_000 => Some(Reason::NamedPipe),
        0o140_000 => Some(Reason::Socket),
        _ if entry.links > 1
            && contents.get(&entry.inode).is_some_and(|header| *header != entry.header) =>
        {
            let other = contents.get(&entry.inode).copied().unwrap_or_default();
            let target =
                Entries::at(entry.form, other).next(input).ok().flatten().map(|entry| entry.name);
            Some(Reason::HardLink { target: names.decode(&target.unwrap_or_default()) })
        }
        _ => None,
    };
    match unread {
        Some(reason) => out.member_end(MemberEnd::Unsupported(reason)),
        None => archive::emit_stored(input, entry.data, entry.size, out),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Binary { big: bool },
    Octal,
    Hexadecimal,
}

struct Entry {
    form: Form,
    header: u64,
    name: Vec<u8>,
    mode: u64,
    links: u64,
    /// The file's number and its device's.
    inode: (u64, u64),
    modified: Option<Moment>,
    data: u64,
    size: u64,
}

/// Walks the entries.
struct Entries {
    size: u64,
    at: u64,
    damaged: bool,
    /// Whether the entry that ends an archive was found.
    ended: bool,
    trailing: u64,
}

impl Entries {
    fn new(size: u64) -> Self {
        Self { size, at: 0, damaged: false, ended: false, trailing: 0 }
    }

    /// The entry whose header is known to be at an offset.
    fn at(_: Form, at: u64) -> Self {
        Self { at, ..Self::new(u64::MAX) }
    }

    fn next(&mut self, input: &mut dyn Input) -> io::Result<Option<Entry>> {
        if self.at >= self.size || self.damaged || self.ended {
            return Ok(None);
        }
        let header = read_at(input, self.at, 110)?;
        let Some((form, fields, header_size)) = fields(&header) else {
            self.damaged = true;
            return Ok(None);
        };
        let [device, inode, mode, links, seconds, name_size, size] = fields;
        let align = match form {
            Form::Binary { .. } => 2,
            Form::Octal => 1,
            Form::Hexadecimal => 4,
        };
        let start = self.at;
        let name_at = start + header_size;
        let mut name = read_at(input, name_at, name_size.min(MOST_NAME))?;
        name.truncate(name.iter().position(|b| *b == 0).unwrap_or(name.len()));
        let data =
            start.saturating_add((header_size.saturating_add(name_size)).next_multiple_of(align));
        self.at = data
            .saturating_add(size.checked_next_multiple_of(align).unwrap_or(size))
            .min(self.size);
        if name == b"TRAILER!!!" && size == 0 {
            self.ended = true;
            self.count_trailing(input)?;
            return Ok(None);
        }
        let modified =
            i64::try_from(seconds).ok().filter(|seconds| *seconds > 0).and_then(unix_moment);
        Ok(Some(Entry {
            form,
            header: start,
            name,
            mode,
            links,
            inode: (device, inode),
            modified,
            data,
            size,
        }))
    }

    /// The bytes other than padding behind the end: an initial file system may have a second archive there.
    fn count_trailing(&mut self, input: &mut dyn Input) -> io::Result<()> {
        const STEP: u64 = 64 << 10;
        let mut at = self.at;
        while at < self.size {
            let bytes = read_at(input, at, STEP)?;
            if bytes.is_empty() {
                break;
            }
            self.trailing += bytes.iter().filter(|b| **b != 0).count() as u64;
            at += bytes.len() as u64;
        }
        Ok(())
    }
}

/// The device, inode, mode, links, time, length of the name and length of the content; and the header's length.
fn fields(header: &[u8]) -> Option<(Form, [u64; 7], u64)> {
    if let Some(digits) = header.strip_prefix(b"070707") {
        let mut at = 0;
        let mut next = |len: usize| {
            let field = digits.get(at..at + len)?;
            at += len;
            u64::from_str_radix(std::str::from_utf8(field).ok()?, 8).ok()
        };
        let (device, inode, mode) = (next(6)?, next(6)?, next(6)?);
        let (_, _, links, _) = (next(6)?, next(6)?, next(6)?, next(6)?);
        let (seconds, name, size) = (next(11)?, next(6)?, next(11)?);
        return Some((Form::Octal, [device, inode, mode, links, seconds, name, size], 76));
    }
    if header.starts_with(b"070701") || header.starts_with(b"070702") {
        let field = |number: usize| {
            let digits = header.get(6 + number * 8..14 + number * 8)?;
            u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
        };
        let device = field(7)? << 32 | field(8)?;
        let found = [device, field(0)?, field(1)?, field(4)?, field(5)?, field(11)?, field(6)?];
        return Some((Form::Hexadecimal, found, 110));
    }
    let big = match header.get(..2)? {
        [0xC7, 0x71] => false,
        [0x71, 0xC7] => true,
        _ => return None,
    };
    let short = |number: usize| {
        let bytes = header.get(number * 2..number * 2 + 2)?.try_into().ok()?;
        Some(u64::from(if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }))
    };
    let long = |number: usize| Some(short(number)? << 16 | short(number + 1)?);
    let found = [short(1)?, short(2)?, short(3)?, short(6)?, long(8)?, short(10)?, long(11)?];
    Some((Form::Binary { big }, found, 26))
}
