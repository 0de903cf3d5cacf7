//! Compound files ([MS-CFB]): a file system within a file, as legacy Office, Outlook and many others use it.
//!
//! Tolerant: whatever can be reached is kept, and what had to be repaired, guessed or left out is counted
//! ([`Compound::emit_damage`]). No chain is followed twice through the same sector, no size is trusted beyond the
//! bytes that exist, and memory is bounded by the tables that the file has room for.

mod directory;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use directory::{Entry, EntryKind};
pub(crate) use write::Builder;

use crate::out::{Out, Stop};
use exhibit_model::{CompoundFault, NoteCode};
use std::collections::{BTreeMap, HashSet};
use std::io::{self, Read, Seek, SeekFrom};

const SIGNATURE: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// Sector numbers from here on are not sectors: free, end of chain, tables.
const MOST_SECTORS: u32 = 0xffff_fffa;
const END: u32 = 0xffff_fffe;

/// Streams from this size on are in sectors of their own; [MS-CFB] 2.2 allows no other value.
const CUTOFF: u64 = 4096;
const MINI: u64 = 64;

/// Copies of storages as files of their own are made in memory.
const MOST_COPIED: u64 = 256 << 20;

/// An opened compound file.
pub(crate) struct Compound<R> {
    source: R,
    size: u64,
    shift: u32,
    /// The allocation table; `None` where its sector cannot be read.
    table: Vec<Option<u32>>,
    mini_table: Vec<Option<u32>>,
    /// The sectors of the stream that contains small streams.
    mini_sectors: Vec<u32>,
    entries: Vec<Entry>,
    /// For each entry, the entries in it.
    children: Vec<Vec<usize>>,
    damage: BTreeMap<CompoundFault, u64>,
    /// How many bytes of streams may still be read: those of an honest file do not overlap.
    left: u64,
}

/// The content of a stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Content {
    /// Its bytes, as far as they exist.
    pub(crate) bytes: Vec<u8>,
    /// Whether all bytes that the directory states were found.
    pub(crate) whole: bool,
}

impl<R: Read + Seek> Compound<R> {
    /// Opens a file; `None` if it does not begin as a compound file, or nothing of its directory is left.
    pub(crate) fn open(mut source: R) -> Option<Self> {
        let size = source.seek(SeekFrom::End(0)).ok()?;
        let mut header = [0; 512];
        source.rewind().ok()?;
        read_up_to(&mut source, &mut header).ok()?;
        if header[..8] != SIGNATURE {
            return None;
        }
        let mut damage = BTreeMap::new();
        let short = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let shift = match (short(30), short(26)) {
            (shift @ (9 | 12), _) => u32::from(shift),
            (_, version) => {
                damage.insert(CompoundFault::Header, 1);
                if version == 4 { 12 } else { 9 }
            }
        };
        let mut file = Self {
            source,
            size,
            shift,
            table: Vec::new(),
            mini_table: Vec::new(),
            mini_sectors: Vec::new(),
            entries: Vec::new(),
            children: Vec::new(),
            damage,
            left: size.saturating_mul(4).saturating_add(16 << 20),
        };
        file.load_table(&header);
        file.load_directory(long(&header, 48));
        if file.entries.is_empty() {
            return None;
        }
        let mini_table = file.chain(long(&header, 60), u64::MAX);
        file.mini_table = file.table_in(&mini_table);
        let root = &file.entries[0];
        file.mini_sectors = file.chain(root.start, root.size.div_ceil(1 << shift));
        Some(file)
    }

    /// All entries: the root first, then each storage before its content; what no storage refers to is last, as if it
    /// were in the root.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries directly within a storage.
    pub(crate) fn children(&self, storage: usize) -> impl Iterator<Item = &Entry> {
        self.children.get(storage).into_iter().flatten().filter_map(|id| self.entries.get(*id))
    }

    /// The entry at a path such as `/ObjectPool/_123`; upper and lower case are not distinguished, as in the format.
    pub(crate) fn find(&self, path: &str) -> Option<&Entry> {
        let mut at = self.entries.first()?;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            at = self.child(at.id, name)?;
        }
        Some(at)
    }

    /// The entry of this name directly within a storage.
    pub(crate) fn child(&self, storage: usize, name: &str) -> Option<&Entry> {
        self.children(storage).find(|entry| same_name(&entry.name, name))
    }

    /// The bytes of the stream at a path, as far as they exist; at most `most`.
    pub(crate) fn stream(&mut self, path: &str, most: u64) -> Option<Vec<u8>> {
        let id = self.find(path).filter(|entry| entry.kind == EntryKind::Stream)?.id;
        Some(self.read(id, most).bytes)
    }

    /// The content of the entry with this id, at most `most` bytes of it.
    pub(crate) fn read(&mut self, id: usize, most: u64) -> Content {
        let Some(entry) = self.entries.get(id).filter(|entry| entry.kind == EntryKind::Stream)
        else {
            return Content { bytes: Vec::new(), whole: false };
        };
        let (start, stated) = (entry.start, entry.size);
        let wanted = stated.min(most).min(self.left);
        let bytes =
            if stated < CUTOFF { self.small(start, wanted) } else { self.large(start, wanted) };
        self.left -= bytes.len() as u64;
        let whole = bytes.len() as u64 == stated;
        if (bytes.len() as u64) < stated.min(most) {
            self.damaged(CompoundFault::StreamCut);
        }
        Content { bytes, whole }
    }

    /// A storage and all that is in it as a compound file of its own; `None` if it is too large to be made in memory.
    pub(crate) fn as_file(&mut self, storage: usize) -> Option<Vec<u8>> {
        let class = self.entries.get(storage)?.class;
        Some(self.copy(storage, class)?.finish())
    }

    /// A copy of what is in a storage, to which more can be added.
    pub(crate) fn copy(&mut self, storage: usize, class: [u8; 16]) -> Option<Builder> {
        let mut builder = Builder::new(class);
        self.copy_within(&mut builder, storage, Builder::ROOT)?;
        Some(builder)
    }

    /// Adds a copy of a storage to a file being made.
    pub(crate) fn copy_into(&mut self, builder: &mut Builder, storage: usize) -> Option<()> {
        let entry = self.entries.get(storage)?;
        let target = builder.storage(Builder::ROOT, &entry.name, entry.class);
        self.copy_within(builder, storage, target)
    }

    fn copy_within(&mut self, builder: &mut Builder, storage: usize, target: usize) -> Option<()> {
        let mut open = vec![(storage, target)];
        let mut total = 0;
        while let Some((storage, target)) = open.pop() {
            for id in self.children.get(storage)?.clone() {
                let entry = &self.entries[id];
                let (name, kind, class) = (entry.name.clone(), entry.kind, entry.class);
                if kind == EntryKind::Stream {
                    let bytes = self.read(id, MOST_COPIED - total).bytes;
                    total += bytes.len() as u64;
                    if total >= MOST_COPIED {
                        return None;
                    }
                    builder.stream(target, &name, bytes);
                } else {
                    open.push((id, builder.storage(target, &name, class)));
                }
            }
        }
        Some(())
    }

    /// Emits a note for each kind of damage met so far.
    ///
    /// # Errors
    /// [`Stop::Closed`].
    pub(crate) fn emit_damage(&self, out: &mut Out<'_>) -> Result<(), Stop> {
        let mut notes = self.damage.iter();
        notes.try_for_each(|(fault, count)| {
            out.note(0, NoteCode::CompoundDamaged { fault: *fault, count: *count })
        })
    }

    fn damaged(&mut self, fault: CompoundFault) {
        *self.damage.entry(fault).or_default() += 1;
    }

    /// The number of sectors that begin within the file.
    fn sectors(&self) -> u32 {
        let all = self.size.div_ceil(1 << self.shift).saturating_sub(1);
        u32::try_from(all).unwrap_or(MOST_SECTORS).min(MOST_SECTORS)
    }

    /// The allocation table, from the list of its sectors in the header and in the chain after it.
    fn load_table(&mut self, header: &[u8; 512]) {
        let most = self.sectors().div_ceil(1 << (self.shift - 2)) as usize;
        let mut listed: Vec<u32> = (0..109).map(|at| long(header, 76 + at * 4)).collect();
        let (mut next, mut seen) = (long(header, 68), HashSet::new());
        while next < MOST_SECTORS && listed.len() < most {
            let bytes = self.sectors_at(next, 1);
            if bytes.len() < 1 << self.shift || !seen.insert(next) {
                self.damaged(CompoundFault::AllocationTable);
                break;
            }
            let (list, last) = bytes.split_at(bytes.len() - 4);
            listed.extend(list.chunks_exact(4).map(|number| long(number, 0)));
            next = long(last, 0);
        }
        // free places at the end of the list are usual
        while listed.last().is_some_and(|sector| *sector >= MOST_SECTORS) {
            listed.pop();
        }
        listed.truncate(most);
        self.table = self.table_in(&listed);
        self.table.truncate(self.sectors() as usize);
    }

    /// The numbers in some sectors; unreadable ones are `None`.
    fn table_in(&mut self, sectors: &[u32]) -> Vec<Option<u32>> {
        let mut table = Vec::new();
        let each = 1usize << (self.shift - 2);
        for sector in sectors {
            let bytes =
                if *sector < MOST_SECTORS { self.sectors_at(*sector, 1) } else { Vec::new() };
            table.extend(bytes.chunks_exact(4).map(|number| Some(long(number, 0))));
            let missing = each - bytes.len() / 4;
            if missing > 0 {
                self.damaged(CompoundFault::AllocationTable);
                table.extend(std::iter::repeat_n(None, missing));
            }
        }
        table
    }

    /// The sectors of a chain, at most `most`, each at most once.
    fn chain(&mut self, start: u32, most: u64) -> Vec<u32> {
        let (chain, damaged) = follow(&self.table, start, most.min(u64::from(self.sectors())));
        if damaged {
            self.damaged(CompoundFault::AllocationTable);
        }
        chain
    }

    fn load_directory(&mut self, start: u32) {
        let mut bytes = self.directory_bytes(start);
        if !directory::has_root(&bytes) {
            self.damaged(CompoundFault::Directory);
            if let Some(found) = self.find_root() {
                bytes = self.directory_bytes(found);
            }
        }
        let (entries, lost) = directory::entries(&bytes, self.shift == 9);
        self.entries = entries;
        self.children = vec![Vec::new(); self.entries.len()];
        for entry in &self.entries {
            if let Some(parent) = entry.parent {
                self.children[parent].push(entry.id);
            }
        }
        if lost.unreachable > 0 {
            self.damage.insert(CompoundFault::OrphanEntry, lost.unreachable);
        }
        if lost.missing > 0 {
            self.damage.insert(CompoundFault::Directory, lost.missing);
        }
    }

    fn directory_bytes(&mut self, start: u32) -> Vec<u8> {
        let chain = self.chain(start, (directory::MOST_ENTRIES as u64 * 128) >> self.shift);
        self.bytes_of(&chain, u64::MAX)
    }

    /// The first sector that begins with a root entry.
    fn find_root(&mut self) -> Option<u32> {
        (0..self.sectors()).find(|sector| {
            let at = (u64::from(*sector) + 1) << self.shift;
            let mut start = [0; 128];
            let read = self
                .source
                .seek(SeekFrom::Start(at))
                .and_then(|_| read_up_to(&mut self.source, &mut start));
            read.is_ok_and(|count| count == 128) && directory::has_root(&start)
        })
    }

    fn large(&mut self, start: u32, size: u64) -> Vec<u8> {
        let chain = self.chain(start, size.div_ceil(1 << self.shift));
        self.bytes_of(&chain, size)
    }

    fn small(&mut self, start: u32, size: u64) -> Vec<u8> {
        let (chain, damaged) = follow(&self.mini_table, start, size.div_ceil(MINI));
        if damaged {
            self.damaged(CompoundFault::AllocationTable);
        }
        let mut bytes = Vec::new();
        for mini in chain {
            let at = u64::from(mini) * MINI;
            let Some(sector) =
                usize::try_from(at >> self.shift).ok().and_then(|at| self.mini_sectors.get(at))
            else {
                break;
            };
            let within = at & ((1 << self.shift) - 1);
            let wanted = (size - bytes.len() as u64).min(MINI);
            let found = self.bytes_at(((u64::from(*sector) + 1) << self.shift) + within, wanted);
            bytes.extend_from_slice(&found);
            if (found.len() as u64) < wanted {
                break;
            }
        }
        bytes
    }

    /// The bytes of sectors, at most `most`; consecutive ones are read at once.
    fn bytes_of(&mut self, sectors: &[u32], most: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        for run in sectors.chunk_by(|a, b| a.checked_add(1) == Some(*b)) {
            let wanted = (run.len() as u64) << self.shift;
            let wanted = wanted.min(most - bytes.len() as u64);
            let found = self.bytes_at((u64::from(run[0]) + 1) << self.shift, wanted);
            bytes.extend_from_slice(&found);
            if (found.len() as u64) < wanted {
                break;
            }
        }
        bytes
    }

    fn sectors_at(&mut self, sector: u32, count: u64) -> Vec<u8> {
        self.bytes_at((u64::from(sector) + 1) << self.shift, count << self.shift)
    }

    fn bytes_at(&mut self, at: u64, count: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        if at < self.size && self.source.seek(SeekFrom::Start(at)).is_ok() {
            // what was read before an error is kept; the caller sees that it is short
            let _ = (&mut self.source).take(count).read_to_end(&mut bytes);
        }
        bytes
    }
}

/// The numbers of a chain, and whether it is damaged: it leaves the table, comes back to itself, or crosses a part of
/// the table that cannot be read, where it is taken to be consecutive.
fn follow(table: &[Option<u32>], start: u32, most: u64) -> (Vec<u32>, bool) {
    let (mut chain, mut seen, mut damaged) = (Vec::new(), HashSet::new(), false);
    let mut at = start;
    while (chain.len() as u64) < most {
        if at == END || (at >= MOST_SECTORS && chain.is_empty()) {
            return (chain, damaged);
        }
        let next = match table.get(at as usize) {
            Some(Some(next)) => *next,
            Some(None) => {
                damaged = true;
                at + 1
            }
            None => return (chain, true),
        };
        if !seen.insert(at) {
            return (chain, true);
        }
        chain.push(at);
        at = next;
    }
    (chain, damaged)
}

fn same_name(one: &str, other: &str) -> bool {
    one == other
        || one.chars().flat_map(char::to_uppercase).eq(other.chars().flat_map(char::to_uppercase))
}

fn read_up_to(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn long(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..at + 4)
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(u32::MAX, u32::from_le_bytes)
}
