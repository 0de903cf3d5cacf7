//! Page packs: append-only files of compressed pages, `00000001.pack`, `00000002.pack` …
//!
//! A record is a 56-byte header and a zstd frame. The header: the four bytes `XPG1`, the frame's length
//! (u32, little-endian), the length of the page's bytes (u64, little-endian), the SHA-256 of the page's bytes, and the first eight
//! bytes of the frame's SHA-256 (a frame has bits that its content does not depend on). The content of pages is opaque
//! to this module. The catalogue contains the location of each record that counts; bytes after the last of those are
//! leftovers of a crash, and are truncated when the pack is opened for writing.

use crate::{StoreError, io_error};
use exhibit_model::Digest;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use zstd::bulk::Decompressor;

/// The location of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackLocation {
    /// The pack's number, from 1.
    pub pack: u32,
    /// The offset of its header.
    pub offset: u64,
}

/// Appends records. Only the process that has locked the case may create one.
pub struct PackWriter {
    folder: PathBuf,
    number: u32,
    file: File,
    length: u64,
    unsynced: bool,
    compressor: zstd::bulk::Compressor<'static>,
}

/// Reads records.
pub struct PackReader {
    folder: PathBuf,
    open: Mutex<Option<(u32, Arc<File>)>>,
    // creating one costs more than decompressing a page; concurrent readers create their own
    decompressor: Mutex<Option<Decompressor<'static>>>,
}

impl std::fmt::Debug for PackReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PackReader").field("folder", &self.folder).finish_non_exhaustive()
    }
}

const MAGIC: &[u8; 4] = b"XPG1";
const HEADER: usize = 56;
const ROLL_AT: u64 = 1 << 30;
/// The maximum size of a page in bytes; larger ones are rejected on reading, because no reader produces one.
const MAX_PAGE: u64 = 2 << 30;

fn pack_path(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("{number:08}.pack"))
}

impl std::fmt::Debug for PackWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PackWriter").field("end", &self.end()).finish_non_exhaustive()
    }
}

impl PackWriter {
    /// Opens the pack that contains `end` (the end of the last record that counts) and truncates it there. A later
    /// pack is removed, since nothing in it counts.
    ///
    /// # Errors
    /// [`StoreError::Io`]; [`StoreError::Damaged`] if the pack ends before `end`.
    pub fn open(folder: &Path, end: Option<PackLocation>) -> Result<Self, StoreError> {
        fs::create_dir_all(folder).map_err(io_error("make the folder", folder))?;
        let PackLocation { pack: number, offset: length } =
            end.unwrap_or(PackLocation { pack: 1, offset: 0 });
        let path = pack_path(folder, number);
        let ended = |present| StoreError::Damaged {
            pack: number,
            offset: present,
            what: "the pack ends before its last record",
        };
        // a pack that must have records is never created: a missing one stays missing
        let opened = fs::OpenOptions::new()
            .read(true)
            .write(true)
            .create(length == 0)
            .truncate(false)
            .open(&path);
        let file = match opened {
            Err(error) if length > 0 && error.kind() == std::io::ErrorKind::NotFound => {
                return Err(ended(0));
            }
            result => result.map_err(io_error("open", &path))?,
        };
        let present = file.metadata().map_err(io_error("read", &path))?.len();
        if present < length {
            return Err(ended(present));
        }
        file.set_len(length).map_err(io_error("shorten", &path))?;
        let later = pack_path(folder, number + 1);
        if later.exists() {
            fs::remove_file(&later).map_err(io_error("remove", &later))?;
        }
        let compressor = zstd::bulk::Compressor::new(3).map_err(io_error("prepare", folder))?;
        Ok(Self { folder: folder.to_owned(), number, file, length, unsynced: true, compressor })
    }

    /// Appends a page. It counts once [`PackWriter::sync`] has returned and the catalogue contains its location.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn append(&mut self, page: &[u8]) -> Result<(PackLocation, Digest), StoreError> {
        if self.length >= ROLL_AT {
            self.roll()?;
        }
        let path = pack_path(&self.folder, self.number);
        let frame = self.compressor.compress(page).map_err(io_error("compress into", &path))?;
        let digest = Digest::of(page);
        let mut record = Vec::with_capacity(HEADER + frame.len());
        record.extend_from_slice(MAGIC);
        record.extend_from_slice(&u32::try_from(frame.len()).unwrap_or(u32::MAX).to_le_bytes());
        record.extend_from_slice(&(page.len() as u64).to_le_bytes());
        record.extend_from_slice(digest.as_bytes());
        record.extend_from_slice(&Digest::of(&frame).as_bytes()[..8]);
        record.extend_from_slice(&frame);
        self.file.write_all_at(&record, self.length).map_err(io_error("write", &path))?;
        let place = PackLocation { pack: self.number, offset: self.length };
        self.length += record.len() as u64;
        self.unsynced = true;
        Ok((place, digest))
    }

    /// The end of the last record, which the catalogue stores with the locations of records.
    #[must_use]
    pub const fn end(&self) -> PackLocation {
        PackLocation { pack: self.number, offset: self.length }
    }

    /// Makes all appended records durable.
    ///
    /// # Errors
    /// [`StoreError::Io`]; then none of them may be acknowledged.
    pub fn sync(&mut self) -> Result<(), StoreError> {
        if self.unsynced {
            let path = pack_path(&self.folder, self.number);
            self.file.sync_all().map_err(io_error("make durable", &path))?;
            let folder = File::open(&self.folder).map_err(io_error("open", &self.folder))?;
            folder.sync_all().map_err(io_error("make durable", &self.folder))?;
            self.unsynced = false;
        }
        Ok(())
    }

    fn roll(&mut self) -> Result<(), StoreError> {
        self.sync()?;
        *self = Self::open(&self.folder, Some(PackLocation { pack: self.number + 1, offset: 0 }))?;
        Ok(())
    }
}

impl PackReader {
    /// A reader of the packs in `folder`.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), open: Mutex::new(None), decompressor: Mutex::new(None) }
    }

    /// Reads the page at `place` and checks its digest.
    ///
    /// # Errors
    /// [`StoreError::Io`]; [`StoreError::Damaged`] if the record is truncated or was changed.
    pub fn read(&self, place: PackLocation) -> Result<Vec<u8>, StoreError> {
        let path = pack_path(&self.folder, place.pack);
        let file = self.pack(place.pack)?;
        let damaged = |what| StoreError::Damaged { pack: place.pack, offset: place.offset, what };
        let mut header = [0; HEADER];
        let read = |bytes: &mut [u8], at| match file.read_exact_at(bytes, at) {
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                Err(damaged("truncated record"))
            }
            result => result.map_err(io_error("read", &path)),
        };
        read(&mut header, place.offset)?;
        if header[..4] != *MAGIC {
            return Err(damaged("no record header"));
        }
        let number = |range: std::ops::Range<usize>| {
            header[range].iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte))
        };
        let (frame_length, page_length) = (number(4..8), number(8..16));
        let present = file.metadata().map_err(io_error("read", &path))?.len();
        if page_length > MAX_PAGE || place.offset + HEADER as u64 + frame_length > present {
            return Err(damaged("invalid length"));
        }
        let mut frame = vec![0; frame_length as usize];
        read(&mut frame, place.offset + HEADER as u64)?;
        if Digest::of(&frame).as_bytes()[..8] != header[48..56] {
            return Err(damaged("the frame was changed"));
        }
        let page = self
            .decompress(&frame, page_length as usize)
            .map_err(|_| damaged("the frame cannot be decompressed"))?;
        if page.len() as u64 != page_length || Digest::of(&page).as_bytes() != &header[16..48] {
            return Err(damaged("the page was changed"));
        }
        Ok(page)
    }

    fn decompress(&self, frame: &[u8], length: usize) -> std::io::Result<Vec<u8>> {
        let lock = || self.decompressor.lock().unwrap_or_else(PoisonError::into_inner);
        let cached = lock().take();
        let mut decompressor = match cached {
            Some(decompressor) => decompressor,
            None => Decompressor::new()?,
        };
        let page = decompressor.decompress(frame, length);
        *lock() = Some(decompressor);
        page
    }

    fn pack(&self, number: u32) -> Result<Arc<File>, StoreError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((cached, file)) = open.as_ref()
            && *cached == number
        {
            return Ok(Arc::clone(file));
        }
        let path = pack_path(&self.folder, number);
        let file = Arc::new(File::open(&path).map_err(io_error("open", &path))?);
        *open = Some((number, Arc::clone(&file)));
        Ok(file)
    }
}

#[cfg(test)]
mod tests;
