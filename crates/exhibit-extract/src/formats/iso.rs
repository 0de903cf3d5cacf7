//! Images of optical discs (ISO 9660, ECMA-119): every file is a member, under its longest name: that of Rock Ridge
//! (IEEE P1282), of Joliet, or the short one.
//!
//! The folders are walked once; each extent is entered once, so that folders within themselves end.

use super::archive::{self, Range, Shared, read_at};
use super::zip::names::Names;
use crate::out::{Input, Out, Stop};
use exhibit_model::{Member, MemberEnd, Moment, NoteCode, Reason, Relation, Verdict};
use std::collections::HashSet;
use std::io;

const SECTOR: u64 = 2048;
/// Maximum bytes of a folder.
const MOST_FOLDER: u64 = 64 << 20;
/// Maximum depth of folders.
const MOST_DEPTH: usize = 64;
/// Maximum pieces of system use fields elsewhere, for one entry.
const MOST_CONTINUED: usize = 8;

/// Reads an image.
pub(crate) fn read(input: &mut dyn Input, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let size = match archive::begin(input, out) {
        Ok(size) => size,
        Err(reason) => return Ok(Verdict::Failed(reason)),
    };
    let mut walk = Walk {
        size,
        most: out.limits().members,
        seen: HashSet::new(),
        files: Vec::new(),
        damaged: 0,
    };
    let volume = match walk.read(input) {
        Ok(Some(volume)) => volume,
        Ok(None) => return Ok(Verdict::Failed(Reason::NoEntries)),
        Err(error) => return Ok(Verdict::Failed(Reason::cannot_read(&error))),
    };
    let mut names = Names::default();
    walk.files.iter().for_each(|file| names.learn(&file.name));
    names.settle_as("iso:names", out)?;
    out.metadata("iso:volume", &names.decode(volume.trim_ascii()))?;
    let shared = Shared::new(input);
    for file in &walk.files {
        out.member(Member {
            name: file.name.clone(),
            name_text: names.text(&file.name),
            modified: file.modified,
            relation: Relation::Entry,
        })?;
        if let Some(target) = &file.target {
            let target = Some(names.decode(target));
            out.member_end(MemberEnd::Unsupported(Reason::SymbolicLink { target }))?;
            continue;
        }
        if matches!(file.mode & 0o170_000, 0o010_000 | 0o020_000 | 0o060_000) {
            let pipe = file.mode & 0o170_000 == 0o010_000;
            out.member_end(MemberEnd::Unsupported(if pipe {
                Reason::NamedPipe
            } else {
                Reason::Device
            }))?;
            continue;
        }
        let mut pieces: Vec<Range<'_>> =
            file.extents.iter().map(|(at, size)| shared.range(*at, *size)).collect();
        pieces.reverse();
        let total = file.extents.iter().fold(0_u64, |total, (_, size)| total.saturating_add(*size));
        let mut content = archive::Exactly::new(archive::Parts::new(pieces), total);
        out.member_from_or(&mut content, |bytes, error| match error.kind() {
            io::ErrorKind::UnexpectedEof => MemberEnd::Truncated(Reason::ArchiveEnds { bytes }),
            _ => MemberEnd::Failed(Reason::cannot_read(&error)),
        })?;
    }
    if walk.damaged > 0 {
        out.note(0, NoteCode::BlocksDamaged { blocks: walk.damaged })?;
    }
    Ok(Verdict::Read)
}

struct File {
    name: Vec<u8>,
    extents: Vec<(u64, u64)>,
    modified: Option<Moment>,
    target: Option<Vec<u8>>,
    mode: u32,
}

/// A folder's place, or a volume's root.
struct Root {
    extent: u64,
    size: u64,
    joliet: bool,
}

struct Walk {
    size: u64,
    most: u64,
    /// Extents of folders that were entered.
    seen: HashSet<u64>,
    files: Vec<File>,
    damaged: u64,
}

impl Walk {
    /// Lists all files; the volume's name.
    fn read(&mut self, input: &mut dyn Input) -> io::Result<Option<Vec<u8>>> {
        let (mut primary, mut joliet, mut volume) = (None, None, Vec::new());
        for number in 16..64 {
            let sector = read_at(input, number * SECTOR, SECTOR)?;
            if sector.get(1..6) != Some(b"CD001") {
                break;
            }
            let escape = sector.get(88..91).unwrap_or_default();
            let root = |joliet| {
                let record = Record::parse(sector.get(156..190)?)?;
                Some(Root { extent: record.extent, size: record.size, joliet })
            };
            match sector[0] {
                1 if primary.is_none() => {
                    primary = root(false);
                    volume = sector.get(40..72).unwrap_or_default().to_vec();
                }
                2 if matches!(escape, b"%/@" | b"%/C" | b"%/E") => joliet = root(true),
                255 => break,
                _ => {}
            }
        }
        let rock_ridge = match &primary {
            Some(root) => self.has_rock_ridge(root, input)?,
            None => false,
        };
        let root = if rock_ridge { primary } else { joliet.or(primary) };
        let Some(root) = root else { return Ok(None) };
        let joliet = root.joliet;
        self.folders(root, joliet, rock_ridge, input)?;
        Ok(Some(volume))
    }

    /// Whether the root's own entry has the fields that announce Rock Ridge.
    fn has_rock_ridge(&self, root: &Root, input: &mut dyn Input) -> io::Result<bool> {
        let bytes = read_at(input, root.extent.saturating_mul(SECTOR), SECTOR)?;
        let Some(record) = Record::parse(&bytes) else { return Ok(false) };
        Ok(record.system.starts_with(b"SP\x07\x01\xbe\xef"))
    }

    fn folders(
        &mut self,
        root: Root,
        joliet: bool,
        rock_ridge: bool,
        input: &mut dyn Input,
    ) -> io::Result<()> {
        self.seen.insert(root.extent);
        let mut open = vec![(root.extent, root.size, Vec::<u8>::new(), 0)];
        while let Some((extent, size, path, depth)) = open.pop() {
            if depth > MOST_DEPTH {
                continue;
            }
            let bytes = read_at(input, extent.saturating_mul(SECTOR), size.min(MOST_FOLDER))?;
            self.damaged += u64::from((bytes.len() as u64) < size);
            let mut inner = Vec::new();
            let mut at = 0;
            // the name of a file whose next extent follows
            let mut goes_on: Option<Vec<u8>> = None;
            while at < bytes.len() {
                if bytes[at] == 0 {
                    // entries do not cross sectors
                    at = (at / 2048 + 1) * 2048;
                    continue;
                }
                let length = usize::from(bytes[at]);
                let Some(record) = bytes.get(at..at + length).and_then(Record::parse) else {
                    self.damaged += 1;
                    at = (at / 2048 + 1) * 2048;
                    continue;
                };
                at += length;
                if matches!(record.name, [0] | [1]) {
                    continue;
                }
                let ridge =
                    if rock_ridge { Ridge::read(record.system, input)? } else { Ridge::default() };
                if ridge.relocated {
                    continue;
                }
                let name = ridge.name.clone().unwrap_or_else(|| shown(record.name, joliet));
                let name = if path.is_empty() { name } else { [&path[..], b"/", &name].concat() };
                if let Some(child) = ridge.child {
                    if self.seen.insert(child) {
                        inner.push((child, self.folder_size(child, input)?, name, depth + 1));
                    }
                } else if record.flags & 2 != 0 {
                    let within = record.extent.saturating_mul(SECTOR) < self.size;
                    self.damaged += u64::from(!within);
                    if within && self.seen.insert(record.extent) {
                        inner.push((record.extent, record.size, name, depth + 1));
                    }
                } else {
                    let piece = (record.extent.saturating_mul(SECTOR), record.size);
                    let same = goes_on.take().is_some_and(|before| before == name);
                    if self.files.len() as u64 > self.most {
                        return Ok(());
                    }
                    match self.files.last_mut().filter(|_| same) {
                        Some(file) => file.extents.push(piece),
                        None => self.files.push(File {
                            name: name.clone(),
                            extents: vec![piece],
                            modified: ridge.modified.or(record.modified),
                            target: ridge.target,
                            mode: ridge.mode,
                        }),
                    }
                    goes_on = (record.flags & 0x80 != 0).then_some(name);
                }
            }
            inner.reverse();
            open.extend(inner);
        }
        Ok(())
    }

    /// The length of a folder that was moved, by its own first entry.
    fn folder_size(&self, extent: u64, input: &mut dyn Input) -> io::Result<u64> {
        let bytes = read_at(input, extent.saturating_mul(SECTOR), SECTOR)?;
        Ok(Record::parse(&bytes).map_or(0, |record| record.size.min(self.size)))
    }
}

/// An entry of a folder.
struct Record<'a> {
    extent: u64,
    size: u64,
    modified: Option<Moment>,
    flags: u8,
    name: &'a [u8],
    /// The fields of other standards.
    system: &'a [u8],
}

impl<'a> Record<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let bytes = bytes.get(..usize::from(*bytes.first()?))?;
        let long = |at: usize| {
            let field = bytes.get(at..at + 4)?.try_into().ok()?;
            Some(u64::from(u32::from_le_bytes(field)))
        };
        let length = usize::from(*bytes.get(32)?);
        let name = bytes.get(33..33 + length)?;
        let system = bytes.get(33 + length + usize::from(length % 2 == 0)..).unwrap_or_default();
        let extent = long(2)? + u64::from(bytes[1]);
        Some(Self {
            extent,
            size: long(10)?,
            modified: time(bytes.get(18..25)?),
            flags: bytes[25],
            name,
            system,
        })
    }
}

/// A time of seven bytes, the last of which is the offset from UTC in quarters of an hour.
fn time(bytes: &[u8]) -> Option<Moment> {
    let [year, month, day, hour, minute, second, zone] = bytes else { return None };
    let of = |byte: &u8| u32::from(*byte);
    let local = Moment::from_civil(
        1900 + i64::from(*year),
        of(month),
        of(day),
        of(hour),
        of(minute),
        of(second).min(59),
    )?;
    let zone = i64::from(zone.cast_signed());
    (-52..=52).contains(&zone).then(|| Moment(local.0 - zone * 900 * 1_000_000))
}

/// A name without the number of its version; of Joliet, in UTF-16.
fn shown(name: &[u8], joliet: bool) -> Vec<u8> {
    let mut name = if joliet {
        let units: Vec<u16> =
            name.as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
        String::from_utf16_lossy(&units).into_bytes()
    } else {
        name.to_vec()
    };
    if let Some(version) = name.iter().rposition(|b| *b == b';')
        && name[version + 1..].iter().all(u8::is_ascii_digit)
    {
        name.truncate(version);
        if name.last() == Some(&b'.') {
            name.pop();
        }
    }
    name
}

/// What the fields of Rock Ridge state of an entry.
#[derive(Default)]
struct Ridge {
    name: Option<Vec<u8>>,
    target: Option<Vec<u8>>,
    mode: u32,
    modified: Option<Moment>,
    /// The extent of a folder that was moved up.
    child: Option<u64>,
    /// Whether it is a folder that was moved here.
    relocated: bool,
}

impl Ridge {
    fn read(system: &[u8], input: &mut dyn Input) -> io::Result<Self> {
        let mut found = Self::default();
        let mut next = found.take(system);
        for _ in 0..MOST_CONTINUED {
            let Some((extent, at, length)) = next else { break };
            let bytes = read_at(
                input,
                extent.saturating_mul(SECTOR).saturating_add(at),
                length.min(SECTOR),
            )?;
            next = found.take(&bytes);
        }
        Ok(found)
    }

    /// Reads fields; where more of them are, if they go on.
    fn take(&mut self, mut fields: &[u8]) -> Option<(u64, u64, u64)> {
        let mut more = None;
        while let [kind @ .., length, _] = fields.get(..4)? {
            let length = usize::from(*length);
            let (Some(field), true) = (fields.get(4..length), length >= 4) else { return more };
            let long = |at: usize| {
                let bytes = field.get(at..at + 4)?.try_into().ok()?;
                Some(u64::from(u32::from_le_bytes(bytes)))
            };
            match kind {
                b"NM" if field.first().is_some_and(|flags| flags & 6 == 0) => {
                    self.name.get_or_insert_default().extend_from_slice(&field[1..]);
                }
                b"PX" => self.mode = long(0).and_then(|mode| u32::try_from(mode).ok()).unwrap_or(0),
                b"SL" => self.link(field.get(1..).unwrap_or_default()),
                b"TF" => self.times(field),
                b"CL" => self.child = long(0),
                b"RE" => self.relocated = true,
                b"CE" => {
                    more = long(0)
                        .zip(long(8))
                        .zip(long(16))
                        .map(|((extent, at), length)| (extent, at, length))
                }
                b"ST" => return more,
                _ => {}
            }
            fields = &fields[length..];
        }
        more
    }

    /// The components of a link's target.
    fn link(&mut self, mut components: &[u8]) {
        let target = self.target.get_or_insert_default();
        while let [flags, length, rest @ ..] = components {
            let Some((text, rest)) = rest.split_at_checked(usize::from(*length)) else { return };
            if !target.is_empty() && !target.ends_with(b"/") && flags & 1 == 0 {
                target.push(b'/');
            }
            match flags & 0x0E {
                2 => target.push(b'.'),
                4 => target.extend(b".."),
                8 => target.push(b'/'),
                _ => target.extend_from_slice(text),
            }
            components = rest;
        }
    }

    fn times(&mut self, field: &[u8]) {
        let Some((flags, rest)) = field.split_first() else { return };
        // the long form is rare
        if flags & 0x80 == 0 && flags & 2 != 0 {
            let at = if flags & 1 != 0 { 7 } else { 0 };
            self.modified = rest.get(at..at + 7).and_then(time);
        }
    }
}
