//! A package: a zip of named parts with relations between them (ECMA-376 part 2; OpenDocument part 2 is near enough).
//!
//! Part names are compared case-insensitively and are never paths on a disk. Inflation is capped. A package
//! whose directory is lost is read from its local headers, as far as possible.

use super::xml::{Node, Xml};
use crate::out::{Input, Out, Stop};
use exhibit_model::{Detail, Member, MemberEnd, Moment, Reason, Verdict};
use std::collections::BTreeMap;
use std::io::{BufReader, Cursor, Error, ErrorKind, Read, SeekFrom};

/// The maximum bytes of a part held in memory.
pub(crate) const PART_CAP: u64 = 256 << 20;
/// The maximum bytes of a part read as a stream.
pub(crate) const STREAM_CAP: u64 = 2 << 30;
/// A part may always inflate to this size, whatever its ratio.
const FREE: u64 = 64 << 20;
/// The maximum bytes that a part may inflate to for each byte stored in the package.
const MOST_RATIO: u64 = 250;

/// A package.
pub(crate) struct Package<'a> {
    source: Source<'a>,
    parts: BTreeMap<String, Place>,
    size: u64,
    /// Parts that were decrypted.
    held: Vec<Vec<u8>>,
}

enum Source<'a> {
    Archive(Box<zip::ZipArchive<&'a mut dyn Input>>),
    /// The file's bytes, if its directory is lost.
    Salvaged(Vec<u8>),
}

#[derive(Clone, Debug)]
struct Place {
    name: String,
    at: At,
}

#[derive(Clone, Copy, Debug)]
enum At {
    Index(usize),
    Bytes { start: usize, end: usize, stored: bool },
    Held(usize),
}

/// A relation of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Relation {
    /// Its id within the part.
    pub(crate) id: String,
    /// The last segment of its type: `hyperlink`, `image`, `notesSlide`.
    pub(crate) kind: String,
    /// The part it points to; for an external one, the address as stored.
    pub(crate) target: String,
    /// Whether it points outside the package.
    pub(crate) external: bool,
}

/// A part being read.
pub(crate) type Part<'p> = BufReader<Capped<Box<dyn Read + 'p>>>;

impl<'a> Package<'a> {
    /// Opens a package. `None` if the file is not a zip at all.
    pub(crate) fn open(input: &'a mut dyn Input, whole_file_bytes: u64) -> Option<Self> {
        let size = input.seek(SeekFrom::End(0)).ok()?;
        input.rewind().ok()?;
        if zip::ZipArchive::new(&mut *input).is_err() {
            return Self::salvage(input, size.min(whole_file_bytes));
        }
        let mut archive = zip::ZipArchive::new(input).ok()?;
        let mut parts = BTreeMap::new();
        for index in 0..archive.len() {
            let Ok(file) = archive.by_index_raw(index) else { continue };
            let name = String::from_utf8_lossy(file.name_raw()).replace('\\', "/");
            let place =
                Place { name: name.trim_start_matches('/').to_owned(), at: At::Index(index) };
            parts.entry(place.name.to_lowercase()).or_insert(place);
        }
        Some(Self { source: Source::Archive(Box::new(archive)), parts, size, held: Vec::new() })
    }

    fn salvage(input: &mut dyn Input, size: u64) -> Option<Self> {
        input.rewind().ok()?;
        let mut bytes = Vec::new();
        input.take(size).read_to_end(&mut bytes).ok()?;
        let parts = local_parts(&bytes);
        (!parts.is_empty()).then_some(Self {
            source: Source::Salvaged(bytes),
            parts,
            size,
            held: Vec::new(),
        })
    }

    /// A package of one part, `document.xml`, for a document that is a single XML file.
    pub(crate) fn of_one_part(bytes: Vec<u8>) -> Self {
        let size = bytes.len() as u64;
        let place = Place {
            name: "document.xml".to_owned(),
            at: At::Bytes { start: 0, end: bytes.len(), stored: true },
        };
        let parts = BTreeMap::from([("document.xml".to_owned(), place)]);
        Self { source: Source::Salvaged(bytes), parts, size, held: Vec::new() }
    }

    /// Whether the directory was lost, so that parts may be missing.
    pub(crate) fn is_salvaged(&self) -> bool {
        matches!(self.source, Source::Salvaged(_))
    }

    /// Puts other bytes in the place of a part.
    pub(crate) fn replace(&mut self, name: &str, bytes: Vec<u8>) {
        let place = Place { name: name.to_owned(), at: At::Held(self.held.len()) };
        self.held.push(bytes);
        self.parts.insert(name.to_lowercase(), place);
    }

    /// The verdict on a file whose part of this name is missing or cannot be opened: encrypted if parts are.
    pub(crate) fn missing(&mut self, part: &str) -> Verdict {
        let encrypted = match &mut self.source {
            Source::Archive(archive) => (0..archive.len())
                .any(|index| archive.by_index_raw(index).is_ok_and(|file| file.encrypted())),
            Source::Salvaged(_) => false,
        };
        if encrypted {
            Verdict::Encrypted
        } else {
            Verdict::Failed(Reason::PartMissing { part: part.to_owned() })
        }
    }

    /// The file's size in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The names of all parts, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.parts.values().map(|place| place.name.clone()).collect()
    }

    /// Whether there is a part of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.parts.contains_key(&name.to_lowercase())
    }

    /// Opens a part that may inflate to `cap` bytes; `None` if it is missing or cannot be inflated.
    pub(crate) fn part(&mut self, name: &str, cap: u64) -> Option<Part<'_>> {
        let place = self.parts.get(&name.to_lowercase())?.at;
        let (bytes, packed): (Box<dyn Read + '_>, u64) = match (&mut self.source, place) {
            (Source::Archive(archive), At::Index(index)) => {
                let file = archive.by_index(index).ok()?;
                let packed = file.compressed_size();
                (Box::new(file), packed)
            }
            (_, At::Held(number)) => {
                let bytes = self.held.get(number)?;
                (Box::new(&bytes[..]), bytes.len() as u64)
            }
            (Source::Salvaged(file), At::Bytes { start, end, stored }) => {
                let bytes = Cursor::new(file.get(start..end)?);
                let packed = (end - start) as u64;
                (
                    if stored {
                        Box::new(bytes)
                    } else {
                        Box::new(flate2::read::DeflateDecoder::new(bytes))
                    },
                    packed,
                )
            }
            _ => return None,
        };
        let cap = cap.min(packed.saturating_mul(MOST_RATIO).max(FREE));
        Some(BufReader::with_capacity(64 << 10, Capped { bytes, left: cap, cap }))
    }

    /// Opens a part as XML.
    pub(crate) fn xml(&mut self, name: &str, cap: u64) -> Option<Xml<Part<'_>>> {
        self.part(name, cap).map(Xml::new)
    }

    /// The relations of a part; of the package itself for an empty name.
    pub(crate) fn relations(&mut self, part: &str) -> Vec<Relation> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let slash = if folder.is_empty() { "" } else { "/" };
        let name = format!("{folder}{slash}_rels/{file}.rels");
        let folder = folder.to_owned();
        let mut relations = Vec::new();
        let Some(mut xml) = self.xml(&name, PART_CAP) else { return relations };
        while let Some(node) = xml.next() {
            let Node::Start(element) = node else { continue };
            let (Some(target), "Relationship") = (element.value("Target"), element.name()) else {
                continue;
            };
            let kind = element.value("Type").unwrap_or_default();
            let external = element
                .value("TargetMode")
                .is_some_and(|mode| mode.eq_ignore_ascii_case("external"));
            relations.push(Relation {
                id: element.value("Id").unwrap_or_default(),
                kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                target: if external { target } else { resolved(&folder, &target) },
                external,
            });
        }
        relations
    }

    /// Emits a part as a member of the file.
    pub(crate) fn emit_member(&mut self, name: &str, out: &mut Out<'_>) -> Result<(), Stop> {
        let Some(place) = self.parts.get(&name.to_lowercase()) else { return Ok(()) };
        let stored_name = place.name.clone();
        self.emit_member_as(name, &stored_name, exhibit_model::Relation::Embedded, out)
    }

    /// Emits a part as a member of the file, under a name that the document gives it.
    pub(crate) fn emit_member_as(
        &mut self,
        name: &str,
        member: &str,
        relation: exhibit_model::Relation,
        out: &mut Out<'_>,
    ) -> Result<(), Stop> {
        let modified = self.modified(name);
        out.member(Member {
            name: member.as_bytes().to_vec(),
            modified,
            relation,
            ..Member::default()
        })?;
        match self.part(name, u64::MAX) {
            Some(mut part) => out.member_from_or(&mut part, |_, error| {
                MemberEnd::Failed(
                    limit_of(&error).unwrap_or_else(|| Reason::cannot_decompress(&error)),
                )
            }),
            None => out.member_end(MemberEnd::Failed(Reason::CannotDecompress {
                os_error: None,
                detail: Detail::default(),
            })),
        }
    }

    // Office writes 1980-01-01 for every part: that carries no information.
    fn modified(&mut self, name: &str) -> Option<Moment> {
        let At::Index(index) = self.parts.get(&name.to_lowercase())?.at else { return None };
        let Source::Archive(archive) = &mut self.source else { return None };
        let time = archive.by_index_raw(index).ok()?.last_modified()?;
        if time.year() <= 1980 {
            return None;
        }
        let (month, day) = (u32::from(time.month()), u32::from(time.day()));
        let (hour, minute, second) =
            (u32::from(time.hour()), u32::from(time.minute()), u32::from(time.second()));
        Moment::from_civil(i64::from(time.year()), month, day, hour, minute, second)
    }
}

/// The part that `target` names, relative to `folder`: `..` goes up, never above the root.
pub(crate) fn resolved(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut path: Vec<&str> =
        if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for segment in target.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                path.pop();
            }
            other => path.push(other),
        }
    }
    path.retain(|segment| !segment.is_empty());
    path.join("/")
}

fn local_parts(bytes: &[u8]) -> BTreeMap<String, Place> {
    let mut parts = BTreeMap::new();
    let mut at = 0;
    while let Some(header) = find(bytes, at, b"PK\x03\x04") {
        let Some((place, next)) = local_part(bytes, header) else { break };
        parts.entry(place.name.to_lowercase()).or_insert(place);
        at = next;
    }
    parts
}

// APPNOTE.TXT 4.3.7. The size is missing (0) where a descriptor follows the data: then the next header ends it.
fn local_part(bytes: &[u8], header: usize) -> Option<(Place, usize)> {
    let fixed = bytes.get(header..header + 30)?;
    let short = |at: usize| usize::from(u16::from_le_bytes([fixed[at], fixed[at + 1]]));
    let long = |at: usize| {
        u32::from_le_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]) as usize
    };
    let name = bytes.get(header + 30..header + 30 + short(26))?;
    let start = header + 30 + short(26) + short(28);
    let stated = start.checked_add(long(18)).filter(|end| long(18) > 0 && *end <= bytes.len());
    let next = |magic| find(bytes, start, magic).unwrap_or(bytes.len());
    let end = stated
        .unwrap_or_else(|| next(b"PK\x03\x04").min(next(b"PK\x01\x02")))
        .max(start.min(bytes.len()));
    let name = String::from_utf8_lossy(name).replace('\\', "/").trim_start_matches('/').to_owned();
    let stored = match short(8) {
        0 => true,
        8 => false,
        _ => return None,
    };
    Some((
        Place { name, at: At::Bytes { start: start.min(end), end, stored } },
        end.max(header + 30),
    ))
}

fn find(bytes: &[u8], from: usize, magic: &[u8; 4]) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(4).position(|window| window == magic).map(|at| from + at)
}

/// A part that decompresses to more bytes than the cap.
#[derive(Debug, thiserror::Error)]
#[error("a part of more than {bytes} bytes")]
struct PartTooLarge {
    bytes: u64,
}

/// The limit that an error of a part represents, if any.
pub(crate) fn limit_of(error: &Error) -> Option<Reason> {
    let PartTooLarge { bytes } = error.get_ref()?.downcast_ref()?;
    Some(Reason::PartLimit { bytes: *bytes })
}

/// Bytes that end in an error beyond a cap.
pub(crate) struct Capped<R> {
    bytes: R,
    left: u64,
    cap: u64,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 {
            let mut one = [0];
            return match self.bytes.read(&mut one)? {
                0 => Ok(0),
                _ => Err(Error::new(ErrorKind::FileTooLarge, PartTooLarge { bytes: self.cap })),
            };
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.bytes.read(&mut buffer[..most])?;
        self.left -= count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_resolve_within_the_package() {
        for (folder, target, part) in [
            ("word", "media/a.png", "word/media/a.png"),
            ("ppt/slides", "../notes/n.xml", "ppt/notes/n.xml"),
            ("ppt/slides", "/ppt/x.xml", "ppt/x.xml"),
            ("", "../../../etc/passwd", "etc/passwd"),
            ("a", "..\\b\\c", "b/c"),
        ] {
            assert_eq!(resolved(folder, target), part);
        }
    }
}
