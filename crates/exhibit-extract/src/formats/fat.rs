//! Images of disks and cards with FAT file systems (12, 16, 32 bits; ECMA-107): every file is a member, under its long
//! name. A partition table (MBR) is followed to its FAT partitions; others are named.
//!
//! Chains of clusters end after as many clusters as there are; each folder is entered once.

use super::archive::{self, Fields, dos_moment, read_at};
use super::zip::names::Names;
use crate::out::{Input, Out, Stop};
use exhibit_model::{Member, MemberEnd, Moment, NoteCode, Reason, Relation, Verdict};
use std::collections::HashSet;
use std::io::{self, Read, SeekFrom};

/// Maximum bytes of a folder.
const MOST_FOLDER: u64 = 64 << 20;
/// Maximum bytes of the table of clusters.
const MOST_TABLE: u64 = 256 << 20;

/// Whether these are the first bytes of a FAT file system, or of a disk with one in its partition table.
pub(crate) fn is_image(head: &[u8]) -> bool {
    Volume::parse(head, 0).is_some() || !partitions(head).is_empty()
}

/// Reads an image.
pub(crate) fn read(input: &mut dyn Input, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let size = match archive::begin(input, out) {
        Ok(size) => size,
        Err(reason) => return Ok(Verdict::Failed(reason)),
    };
    let head = match read_at(input, 0, 512) {
        Ok(head) => head,
        Err(error) => return Ok(Verdict::Failed(Reason::cannot_read(&error))),
    };
    let starts = if Volume::parse(&head, 0).is_some() { vec![(0, 0)] } else { partitions(&head) };
    let mut files = Vec::new();
    let (mut damaged, mut volumes) = (0, Vec::new());
    for (number, (start, kind)) in starts.iter().enumerate() {
        let sector = read_at(input, *start, 512).unwrap_or_default();
        let Some(volume) = Volume::parse(&sector, *start) else {
            out.metadata("disk:partition", &format!("type {kind:#04x} at byte {start}, not read"))?;
            damaged += 1;
            continue;
        };
        let before = if starts.len() > 1 {
            format!("partition {}/", number + 1).into_bytes()
        } else {
            Vec::new()
        };
        let found = volume.opened(input, size).and_then(|volume| {
            let mut walk =
                Walk { volume: &volume, files: Vec::new(), seen: HashSet::new(), damaged: 0 };
            walk.folders(before, out.limits().members, input)?;
            Ok((walk.damaged, walk.files, volume))
        });
        match found {
            Ok((broken, found, volume)) => {
                damaged += broken;
                files.extend(found.into_iter().map(|file| (volumes.len(), file)));
                volumes.push(volume);
            }
            Err(error) => return Ok(Verdict::Failed(Reason::cannot_read(&error))),
        }
    }
    if volumes.is_empty() {
        return Ok(Verdict::Failed(Reason::NoEntries));
    }
    let mut names = Names::default();
    files.iter().for_each(|(_, file)| names.learn(&file.name));
    names.settle_as("disk:names", out)?;
    for (volume, file) in &files {
        out.member(Member {
            name: file.name.clone(),
            name_text: names.text(&file.name),
            modified: file.modified,
            relation: Relation::Entry,
        })?;
        let chain = Chain {
            input,
            volume: &volumes[*volume],
            cluster: file.cluster,
            within: 0,
            left: u64::MAX,
            steps: 0,
        };
        let mut content = archive::Exactly::new(chain, file.size);
        out.member_from_or(&mut content, |bytes, error| match error.kind() {
            io::ErrorKind::UnexpectedEof => MemberEnd::Truncated(Reason::ArchiveEnds { bytes }),
            _ => MemberEnd::Failed(Reason::cannot_read(&error)),
        })?;
    }
    if damaged > 0 {
        out.note(0, NoteCode::BlocksDamaged { blocks: damaged })?;
    }
    Ok(Verdict::Read)
}

/// The partitions of a table, if one of them can be a FAT file system: their first bytes and types.
fn partitions(head: &[u8]) -> Vec<(u64, u8)> {
    if head.get(510..512) != Some(b"\x55\xaa") {
        return Vec::new();
    }
    let entries: Vec<&[u8]> = head[446..510].chunks_exact(16).collect();
    let sound = entries.iter().all(|entry| matches!(entry[0], 0 | 0x80));
    let found: Vec<(u64, u8)> = entries
        .iter()
        .filter(|entry| entry[4] != 0)
        .map(|entry| {
            (
                u64::from(u32::from_le_bytes([entry[8], entry[9], entry[10], entry[11]])) * 512,
                entry[4],
            )
        })
        .filter(|(start, _)| *start > 0)
        .collect();
    let has_fat =
        found.iter().any(|(_, kind)| matches!(kind, 0x01 | 0x04 | 0x06 | 0x0B | 0x0C | 0x0E));
    if sound && has_fat { found } else { Vec::new() }
}

/// A file system: places in bytes of the image.
struct Volume {
    cluster_size: u64,
    table_at: u64,
    table_size: u64,
    root_at: u64,
    root_size: u64,
    data_at: u64,
    clusters: u64,
    /// The first cluster of the root folder of FAT32.
    root_cluster: u32,
    table: Vec<u8>,
}

impl Volume {
    fn parse(sector: &[u8], start: u64) -> Option<Self> {
        if !matches!(sector.first()?, 0xEB | 0xE9) || sector.get(510..512) != Some(b"\x55\xaa") {
            return None;
        }
        let mut fields = Fields::new(sector.get(11..)?);
        let sector_size = u64::from(fields.u16()?);
        let per_cluster = u64::from(fields.u8()?);
        let reserved = u64::from(fields.u16()?);
        let tables = u64::from(fields.u8()?);
        let root_entries = u64::from(fields.u16()?);
        let short_total = u64::from(fields.u16()?);
        let media = fields.u8()?;
        let short_table = u64::from(fields.u16()?);
        fields.take(8)?;
        let total = if short_total != 0 { short_total } else { u64::from(fields.u32()?) };
        let wide = short_table == 0;
        let table =
            if wide { Fields::new(sector.get(36..)?).u32().map(u64::from)? } else { short_table };
        let root_cluster = if wide { Fields::new(sector.get(44..)?).u32()? } else { 0 };
        let sound = matches!(sector_size, 512 | 1024 | 2048 | 4096)
            && per_cluster.is_power_of_two()
            && matches!(tables, 1 | 2)
            && reserved > 0
            && table > 0
            && (media >= 0xF8 || media == 0xF0)
            && (root_entries > 0) != wide;
        if !sound {
            return None;
        }
        let root = (root_entries * 32).div_ceil(sector_size);
        let before = reserved + tables * table + root;
        let clusters = total.checked_sub(before)? / per_cluster;
        Some(Self {
            cluster_size: per_cluster * sector_size,
            table_at: start + reserved * sector_size,
            table_size: (table * sector_size).min(MOST_TABLE),
            root_at: start + (reserved + tables * table) * sector_size,
            root_size: root * sector_size,
            data_at: start + before * sector_size,
            clusters,
            root_cluster,
            table: Vec::new(),
        })
    }

    /// With its table of clusters.
    fn opened(mut self, input: &mut dyn Input, size: u64) -> io::Result<Self> {
        self.table = read_at(input, self.table_at, self.table_size.min(size))?;
        Ok(self)
    }

    /// The cluster after one; `None` at the end of its chain.
    fn after(&self, cluster: u32) -> Option<u32> {
        let at = cluster as usize;
        let short = |at: usize| {
            self.table.get(at..at + 2).map(|b| u32::from(u16::from_le_bytes([b[0], b[1]])))
        };
        let (next, bits) = if self.root_cluster != 0 {
            let bytes = self.table.get(at * 4..at * 4 + 4)?;
            (u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) & 0x0FFF_FFFF, 28)
        } else if self.clusters >= 4085 {
            (short(at * 2)?, 16)
        } else {
            let both = short(at * 3 / 2)?;
            (if at % 2 == 1 { both >> 4 } else { both & 0x0FFF }, 12)
        };
        let last = (1_u32 << bits) - 8;
        (next >= 2 && next < last && u64::from(next) < self.clusters + 2).then_some(next)
    }
}

/// Reads the clusters of a chain.
struct Chain<'c> {
    input: &'c mut dyn Input,
    volume: &'c Volume,
    cluster: u32,
    within: u64,
    left: u64,
    steps: u64,
}

impl Read for Chain<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.within == self.volume.cluster_size {
            self.steps += 1;
            match self.volume.after(self.cluster).filter(|_| self.steps < self.volume.clusters) {
                Some(next) => (self.cluster, self.within) = (next, 0),
                None => return Ok(0),
            }
        }
        if self.cluster < 2 {
            return Ok(0);
        }
        let start = self.volume.data_at
            + u64::from(self.cluster - 2) * self.volume.cluster_size
            + self.within;
        let most = (self.volume.cluster_size - self.within).min(self.left).min(buffer.len() as u64);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.input.seek(SeekFrom::Start(start))?;
        let count = self.input.read(&mut buffer[..most])?;
        self.within += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}

struct File {
    name: Vec<u8>,
    cluster: u32,
    size: u64,
    modified: Option<Moment>,
}

struct Walk<'v> {
    volume: &'v Volume,
    files: Vec<File>,
    /// First clusters of folders that were entered.
    seen: HashSet<u32>,
    damaged: u64,
}

impl Walk<'_> {
    fn folders(&mut self, before: Vec<u8>, most: u64, input: &mut dyn Input) -> io::Result<()> {
        self.seen.insert(self.volume.root_cluster);
        let mut open = vec![(self.volume.root_cluster, before)];
        while let Some((cluster, path)) = open.pop() {
            let bytes = if cluster == 0 {
                read_at(input, self.volume.root_at, self.volume.root_size.min(MOST_FOLDER))?
            } else {
                let chain = Chain {
                    input,
                    volume: self.volume,
                    cluster,
                    within: 0,
                    left: MOST_FOLDER,
                    steps: 0,
                };
                let mut bytes = Vec::new();
                let mut chain = chain;
                chain.read_to_end(&mut bytes)?;
                bytes
            };
            let mut inner = Vec::new();
            let mut long = LongName::default();
            for entry in bytes.chunks_exact(32) {
                match (entry[0], entry[11]) {
                    (0, _) => break,
                    (0xE5, _) => long.clear(),
                    (_, 0x0F) => long.add(entry),
                    // the label of the volume
                    (_, attributes) if attributes & 0x08 != 0 => long.clear(),
                    (_, attributes) => {
                        let name = long.take(&entry[..11]).unwrap_or_else(|| short_name(entry));
                        if name == b"." || name == b".." {
                            continue;
                        }
                        let name = [&path[..], &name].concat();
                        let short = |at: usize| u16::from_le_bytes([entry[at], entry[at + 1]]);
                        let high =
                            if self.volume.root_cluster == 0 { 0 } else { u32::from(short(20)) };
                        let cluster = high << 16 | u32::from(short(26));
                        if attributes & 0x10 != 0 {
                            if cluster < 2 || u64::from(cluster) >= self.volume.clusters + 2 {
                                self.damaged += 1;
                            } else if self.seen.insert(cluster) {
                                inner.push((cluster, [name, b"/".to_vec()].concat()));
                            }
                        } else if self.files.len() as u64 > most {
                            return Ok(());
                        } else {
                            let size = u64::from(u32::from_le_bytes([
                                entry[28], entry[29], entry[30], entry[31],
                            ]));
                            let modified = dos_moment((short(22), short(24)));
                            self.files.push(File { name, cluster, size, modified });
                        }
                    }
                }
            }
            inner.reverse();
            open.extend(inner);
        }
        Ok(())
    }
}

/// A long name, whose parts precede its entry, the last part first.
#[derive(Default)]
struct LongName {
    parts: Vec<[u16; 13]>,
    sum: u8,
}

impl LongName {
    fn clear(&mut self) {
        self.parts.clear();
    }

    fn add(&mut self, entry: &[u8]) {
        if entry[0] & 0x40 != 0 || entry[13] != self.sum {
            self.parts.clear();
        }
        self.sum = entry[13];
        let mut part = [0; 13];
        let units = entry[1..11]
            .chunks_exact(2)
            .chain(entry[14..26].chunks_exact(2))
            .chain(entry[28..32].chunks_exact(2));
        part.iter_mut()
            .zip(units)
            .for_each(|(unit, bytes)| *unit = u16::from_le_bytes([bytes[0], bytes[1]]));
        if self.parts.len() < 20 {
            self.parts.push(part);
        }
    }

    /// The name, if it belongs to the entry with this short name.
    fn take(&mut self, short: &[u8]) -> Option<Vec<u8>> {
        let parts = std::mem::take(&mut self.parts);
        let sum = short.iter().fold(0_u8, |sum, byte| sum.rotate_right(1).wrapping_add(*byte));
        let units =
            parts.iter().rev().flatten().copied().take_while(|unit| *unit != 0 && *unit != 0xFFFF);
        let units: Vec<u16> = units.collect();
        (!units.is_empty() && sum == self.sum)
            .then(|| String::from_utf16_lossy(&units).into_bytes())
    }
}

/// A name of eight letters and three, in the charset of the machine.
fn short_name(entry: &[u8]) -> Vec<u8> {
    let mut base = entry[..8].trim_ascii_end().to_vec();
    let mut ending = entry[8..11].trim_ascii_end().to_vec();
    if base.first() == Some(&0x05) {
        base[0] = 0xE5;
    }
    // Windows notes lower case in two bits instead of a long name
    if entry[12] & 0x08 != 0 {
        base.make_ascii_lowercase();
    }
    if entry[12] & 0x10 != 0 {
        ending.make_ascii_lowercase();
    }
    if ending.is_empty() { base } else { [base, ending].join(&b'.') }
}
