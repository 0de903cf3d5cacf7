//! Cabinets of Windows ([MS-CAB]): every file is a member. Blocks are stored, or packed by MSZIP or LZX; Quantum, which
//! was given up in the nineties, is named.
//!
//! A folder's files are unpacked in the order of their offsets, so that each folder is unpacked once.

use super::archive::{self, Fields, Findings, dos_moment, read_at};
use super::zip::names::Names;
use crate::out::{Input, Out, Stop};
use exhibit_model::{MemberEnd, Moment, NoteCode, Reason, Relation, Verdict};
use flate2::{Decompress, FlushDecompress, Status};
use lzxd::{Lzxd, WindowSize};
use std::io::{self, Read};

/// Bytes of a block, unpacked.
const BLOCK: usize = 32 << 10;
/// How often a folder is unpacked again for files that share bytes, which no program makes.
const MOST_REWINDS: u32 = 16;
/// Maximum bytes of the table of files.
const MOST_TABLE: u64 = 256 << 20;

/// Reads a cabinet.
pub(crate) fn read(input: &mut dyn Input, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let size = match archive::begin(input, out) {
        Ok(size) => size,
        Err(reason) => return Ok(Verdict::Failed(reason)),
    };
    let cabinet = match Cabinet::open(input, size) {
        Ok(Some(cabinet)) => cabinet,
        Ok(None) => return Ok(Verdict::Failed(Reason::NoEntries)),
        Err(error) => return Ok(Verdict::Failed(Reason::cannot_read(&error))),
    };
    let mut names = Names::default();
    cabinet.files.iter().filter(|file| !file.is_utf8).for_each(|file| names.learn(&file.name));
    names.settle_as("cab:names", out)?;
    if cabinet.is_part {
        out.note(0, NoteCode::ArchiveSplit)?;
    }
    let mut files: Vec<&File> = cabinet.files.iter().collect();
    files.sort_by_key(|file| (file.folder, file.at));
    for of_folder in files.chunk_by(|one, other| one.folder == other.folder) {
        let number = of_folder[0].folder;
        if let Some(folder) = cabinet.folders.get(usize::from(number)) {
            emit_folder(folder, of_folder, &cabinet, &names, input, out)?;
            continue;
        }
        for file in of_folder {
            begin_member(file, &names, out)?;
            out.member_end(match number {
                0xFFFD..=0xFFFF => MemberEnd::Unsupported(Reason::ContinuedFile),
                _ => MemberEnd::Failed(Reason::StreamMissing),
            })?;
        }
    }
    if cabinet.missing > 0 {
        out.note(0, NoteCode::EntriesMissing { entries: cabinet.missing })?;
    }
    Findings { trailing: size.saturating_sub(cabinet.size), ..Findings::default() }.emit(out)?;
    Ok(Verdict::Read)
}

fn begin_member(file: &File, names: &Names, out: &mut Out<'_>) -> Result<(), Stop> {
    let decoded = if file.is_utf8 { String::new() } else { names.text(&file.name) };
    let shown = if decoded.is_empty() {
        String::from_utf8_lossy(&file.name).into_owned()
    } else {
        decoded.clone()
    };
    let name_text = if shown.contains('\\') { shown.replace('\\', "/") } else { decoded };
    out.member(exhibit_model::Member {
        name: file.name.clone(),
        name_text,
        modified: file.modified,
        relation: Relation::Entry,
    })
}

fn emit_folder(
    folder: &Folder,
    files: &[&File],
    cabinet: &Cabinet,
    names: &Names,
    input: &mut dyn Input,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    let Some(decoder) = Decoder::of(folder.method) else {
        for file in files {
            begin_member(file, names, out)?;
            let method = format!("{:x}", folder.method);
            out.member_end(MemberEnd::Unsupported(Reason::ArchiveMethod {
                format: "cab".to_owned(),
                method,
            }))?;
        }
        return Ok(());
    };
    let mut content = Content {
        input,
        folder,
        cabinet,
        decoder,
        block: Vec::new(),
        used: 0,
        number: 0,
        next: 0,
        at: 0,
        failed: None,
    };
    let mut rewinds = 0;
    for file in files {
        begin_member(file, names, out)?;
        if content.at > file.at {
            // files that share bytes: unpacked again from the start
            rewinds += 1;
            if rewinds > MOST_REWINDS {
                out.member_end(MemberEnd::Failed(Reason::StreamDamaged))?;
                continue;
            }
            content.rewind();
        }
        let distance = file.at - content.at;
        let skipped = io::copy(&mut (&mut content).take(distance), &mut io::sink());
        match skipped {
            Ok(_) if content.at == file.at => {
                archive::emit_content(
                    &mut content,
                    file.size,
                    None,
                    &mut Findings::default(),
                    out,
                )?;
            }
            Ok(_) => out.member_end(MemberEnd::Truncated(Reason::ArchiveEnds { bytes: 0 }))?,
            Err(error) => out.member_end(archive::end_of(0, &error))?,
        }
    }
    Ok(())
}

struct Folder {
    at: u64,
    blocks: u16,
    method: u16,
}

struct File {
    name: Vec<u8>,
    is_utf8: bool,
    folder: u16,
    at: u64,
    size: u64,
    modified: Option<Moment>,
}

struct Cabinet {
    size: u64,
    folders: Vec<Folder>,
    files: Vec<File>,
    /// Bytes before the data of each block that belong to nobody.
    reserved: u64,
    /// Whether it is one of several.
    is_part: bool,
    /// Files that are announced and not there.
    missing: u64,
}

impl Cabinet {
    fn open(input: &mut dyn Input, size: u64) -> io::Result<Option<Self>> {
        let head = read_at(input, 0, 64 << 10)?;
        Ok(match Self::head(&head) {
            Some((mut cabinet, table, files)) => {
                let bytes = read_at(input, table, MOST_TABLE.min(size.saturating_sub(table)))?;
                cabinet.take_files(&bytes, files);
                Some(cabinet)
            }
            None => None,
        })
    }

    /// The cabinet without its files, where their table is, and how many it has.
    fn head(bytes: &[u8]) -> Option<(Self, u64, u16)> {
        let mut fields = Fields::new(bytes);
        fields.take(8)?;
        let size = u64::from(fields.u32()?);
        fields.take(4)?;
        let table = u64::from(fields.u32()?);
        fields.take(4)?;
        let version = (fields.u8()?, fields.u8()?);
        let (folders, files, flags) = (fields.u16()?, fields.u16()?, fields.u16()?);
        fields.take(4)?;
        let (mut folder_reserve, mut reserved) = (0, 0);
        if flags & 4 != 0 {
            let header = usize::from(fields.u16()?);
            folder_reserve = usize::from(fields.u8()?);
            reserved = u64::from(fields.u8()?);
            fields.take(header)?;
        }
        for _ in 0..(flags & 1) + (flags >> 1 & 1) {
            fields.text()?;
            fields.text()?;
        }
        let mut found = Vec::new();
        for _ in 0..folders {
            found.push(Folder {
                at: u64::from(fields.u32()?),
                blocks: fields.u16()?,
                method: fields.u16()?,
            });
            fields.take(folder_reserve)?;
        }
        let cabinet = Self {
            size,
            folders: found,
            files: Vec::new(),
            reserved,
            is_part: flags & 3 != 0,
            missing: 0,
        };
        (version.1 == 1).then_some((cabinet, table, files))
    }

    fn take_files(&mut self, table: &[u8], count: u16) {
        let mut fields = Fields::new(table);
        for number in 0..count {
            match Self::file(&mut fields) {
                Some(file) => self.files.push(file),
                None => {
                    self.missing = u64::from(count - number);
                    return;
                }
            }
        }
    }

    fn file(fields: &mut Fields<'_>) -> Option<File> {
        let (size, at, folder) =
            (u64::from(fields.u32()?), u64::from(fields.u32()?), fields.u16()?);
        let (date, time, attributes) = (fields.u16()?, fields.u16()?, fields.u16()?);
        let name = fields.text()?.to_vec();
        Some(File {
            name,
            is_utf8: attributes & 0x80 != 0,
            folder,
            at,
            size,
            modified: dos_moment((time, date)),
        })
    }
}

enum Decoder {
    Stored,
    Zip { inflate: Box<Decompress>, before: Vec<u8> },
    Lzx(Box<Lzxd>),
}

impl Decoder {
    fn of(method: u16) -> Option<Self> {
        match method & 0x0F {
            0 => Some(Self::Stored),
            1 => Some(Self::Zip { inflate: Box::new(Decompress::new(false)), before: Vec::new() }),
            3 => {
                let window = match method >> 8 & 0x1F {
                    15 => WindowSize::KB32,
                    16 => WindowSize::KB64,
                    17 => WindowSize::KB128,
                    18 => WindowSize::KB256,
                    19 => WindowSize::KB512,
                    20 => WindowSize::MB1,
                    21 => WindowSize::MB2,
                    _ => return None,
                };
                Some(Self::Lzx(Box::new(Lzxd::new(window))))
            }
            _ => None,
        }
    }

    fn unpack(&mut self, packed: &[u8], size: usize) -> io::Result<Vec<u8>> {
        let damaged = || io::Error::from(io::ErrorKind::InvalidData);
        match self {
            Self::Stored => packed.get(..size).map(<[u8]>::to_vec).ok_or_else(damaged),
            Self::Zip { inflate, before } => {
                let stream = packed.strip_prefix(b"CK").ok_or_else(damaged)?;
                let unpacked = inflated(inflate, before, stream, size)?;
                before.extend_from_slice(&unpacked);
                before.drain(..before.len().saturating_sub(BLOCK));
                Ok(unpacked)
            }
            Self::Lzx(decoder) => {
                decoder.decompress_next(packed, size).map(<[u8]>::to_vec).map_err(io::Error::other)
            }
        }
    }
}

/// Inflates a block that refers to the bytes before it: they are given to the decoder as a stored block of its stream.
fn inflated(
    inflate: &mut Decompress,
    before: &[u8],
    stream: &[u8],
    size: usize,
) -> io::Result<Vec<u8>> {
    inflate.reset(false);
    if !before.is_empty() {
        let length = u16::try_from(before.len()).map_err(io::Error::other)?;
        let mut stored = vec![0];
        stored.extend(length.to_le_bytes());
        stored.extend((!length).to_le_bytes());
        stored.extend_from_slice(before);
        let mut same = Vec::with_capacity(before.len());
        inflate.decompress_vec(&stored, &mut same, FlushDecompress::Sync)?;
    }
    let mut unpacked = Vec::with_capacity(size);
    let status = inflate.decompress_vec(stream, &mut unpacked, FlushDecompress::Finish)?;
    let whole = unpacked.len() == size
        && matches!(status, Status::Ok | Status::StreamEnd | Status::BufError);
    if whole { Ok(unpacked) } else { Err(io::ErrorKind::InvalidData.into()) }
}

/// What a folder unpacks to, block by block.
struct Content<'c> {
    input: &'c mut dyn Input,
    folder: &'c Folder,
    cabinet: &'c Cabinet,
    decoder: Decoder,
    block: Vec<u8>,
    used: usize,
    /// Blocks that were read.
    number: u16,
    /// Where the next one is, in the file.
    next: u64,
    /// The offset of the next byte among all that the folder unpacks to.
    at: u64,
    failed: Option<io::ErrorKind>,
}

impl Content<'_> {
    fn rewind(&mut self) {
        if let Some(decoder) = Decoder::of(self.folder.method) {
            self.decoder = decoder;
        }
        self.block.clear();
        (self.used, self.number, self.at, self.failed) = (0, 0, 0, None);
    }

    fn refill(&mut self) -> io::Result<()> {
        self.block.clear();
        self.used = 0;
        if self.number == self.folder.blocks {
            return Ok(());
        }
        if self.number == 0 {
            self.next = self.folder.at;
        }
        self.number += 1;
        let head = read_at(self.input, self.next, 8)?;
        let mut fields = Fields::new(head.get(4..).unwrap_or_default());
        let (Some(packed), Some(size)) = (fields.u16(), fields.u16()) else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let data = self.next + 8 + self.cabinet.reserved;
        self.next = data + u64::from(packed);
        let bytes = read_at(self.input, data, u64::from(packed))?;
        if bytes.len() < usize::from(packed) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // a block without content goes on in the next cabinet
        if usize::from(size) > BLOCK || size == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.block = self.decoder.unpack(&bytes, usize::from(size))?;
        Ok(())
    }
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(kind) = self.failed {
            return Err(kind.into());
        }
        if self.used == self.block.len()
            && let Err(error) = self.refill()
        {
            self.failed = Some(error.kind());
            return Err(error);
        }
        let count = buffer.len().min(self.block.len() - self.used);
        buffer[..count].copy_from_slice(&self.block[self.used..self.used + count]);
        self.used += count;
        self.at += count as u64;
        Ok(count)
    }
}
