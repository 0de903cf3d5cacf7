//! Archives of `ar` (System V, GNU and BSD names), Debian packages among them: every file is a member.

use super::archive::{self, Findings, read_at, unix_moment};
use super::zip::names::Names;
use crate::out::{Input, Out, Stop};
use exhibit_model::{Member, Moment, NoteCode, Reason, Relation, Verdict};
use std::io;

/// Maximum bytes of the table of long names, or of one.
const MOST_NAMES: u64 = 16 << 20;

/// Reads an archive.
pub(crate) fn read(input: &mut dyn Input, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let size = match archive::begin(input, out) {
        Ok(size) => size,
        Err(reason) => return Ok(Verdict::Failed(reason)),
    };
    let mut names = Names::default();
    let mut entries = Entries::new(size);
    while let Ok(Some(entry)) = entries.next(input) {
        names.learn(&entry.name);
    }
    names.settle_as("ar:names", out)?;
    let mut entries = Entries::new(size);
    loop {
        match entries.next(input) {
            Ok(Some(entry)) => {
                out.member(Member {
                    name_text: names.text(&entry.name),
                    name: entry.name,
                    modified: entry.modified,
                    relation: Relation::Entry,
                })?;
                archive::emit_stored(input, entry.data, entry.size, out)?;
            }
            Ok(None) => break,
            Err(error) => {
                return Ok(Verdict::Failed(Reason::cannot_read_after(entries.at, &error)));
            }
        }
    }
    if entries.damaged {
        out.note(0, NoteCode::BlocksDamaged { blocks: 1 })?;
    }
    Findings { trailing: entries.trailing, ..Findings::default() }.emit(out)?;
    Ok(Verdict::Read)
}

struct Entry {
    name: Vec<u8>,
    modified: Option<Moment>,
    data: u64,
    size: u64,
}

/// Walks the entries.
struct Entries {
    size: u64,
    at: u64,
    /// The long names of System V: each ends with a line feed.
    long_names: Vec<u8>,
    damaged: bool,
    trailing: u64,
}

impl Entries {
    fn new(size: u64) -> Self {
        Self { size, at: 8, long_names: Vec::new(), damaged: false, trailing: 0 }
    }

    fn next(&mut self, input: &mut dyn Input) -> io::Result<Option<Entry>> {
        while self.at < self.size && !self.damaged {
            let header = read_at(input, self.at, 60)?;
            if header.len() < 60 {
                self.trailing = header.len() as u64;
                return Ok(None);
            }
            let (Some(size), b"`\n") = (decimal(&header[48..58]), &header[58..]) else {
                self.damaged = true;
                return Ok(None);
            };
            let mut data = self.at + 60;
            self.at = data.saturating_add(size).saturating_add(size % 2).min(self.size);
            let stored = header[..16].trim_ascii_end();
            let mut left = size;
            let name = if stored == b"//" {
                self.long_names = read_at(input, data, size.min(MOST_NAMES))?;
                continue;
            } else if matches!(stored, b"/" | b"/SYM64/") || stored.starts_with(b"__.SYMDEF") {
                continue;
            } else if let Some(length) = stored.strip_prefix(b"#1/").and_then(decimal) {
                let name = read_at(input, data, length.min(size).min(MOST_NAMES))?;
                data += name.len() as u64;
                left = size - name.len() as u64;
                name.trim_ascii_end().split(|b| *b == 0).next().unwrap_or_default().to_vec()
            } else if let Some(place) = stored.strip_prefix(b"/").and_then(decimal) {
                let place = usize::try_from(place).unwrap_or(usize::MAX);
                let rest = self.long_names.get(place..).unwrap_or_default();
                let name = rest.split(|b| matches!(b, b'\n' | 0)).next().unwrap_or_default();
                name.strip_suffix(b"/").unwrap_or(name).to_vec()
            } else {
                stored.strip_suffix(b"/").unwrap_or(stored).to_vec()
            };
            if name.starts_with(b"__.SYMDEF") {
                continue;
            }
            let seconds = decimal(&header[16..28]).filter(|seconds| *seconds > 0);
            let modified =
                seconds.and_then(|seconds| i64::try_from(seconds).ok()).and_then(unix_moment);
            return Ok(Some(Entry { name, modified, data, size: left }));
        }
        Ok(None)
    }
}

/// A number in decimal digits, padded with blanks.
fn decimal(field: &[u8]) -> Option<u64> {
    std::str::from_utf8(field.trim_ascii()).ok()?.parse().ok()
}
