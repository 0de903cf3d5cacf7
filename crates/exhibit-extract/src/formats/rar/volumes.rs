//! Walks the headers of a RAR archive, volume after volume: a file whose parts are in several is one entry.

use super::{Block, Member, Place, five, four, sealed};
use crate::formats::archive::read_at;
use crate::formats::ole::sealed::decrypted;
use crate::out::Input;
use std::io;

/// A file with the places of its parts.
pub(super) struct Entry {
    pub(super) member: Member,
    pub(super) places: Vec<Place>,
    /// Whether its last part was found.
    pub(super) whole: bool,
    /// Whether the archive ends within its data.
    pub(super) cut: bool,
}

/// Maximum parts of one file.
const MOST_PARTS: usize = 100_000;

/// The volumes of an archive, one behind the other.
pub(super) struct Volumes<'p> {
    size: u64,
    at: u64,
    passwords: &'p [String],
    version: Version,
    /// The password of the headers, which all volumes share.
    opened: Option<&'p str>,
    /// The key of encrypted headers, if they are.
    key: Sealed,
    /// Keys of RAR 4 by their salts.
    keys: Vec<([u8; 8], [u8; 16], [u8; 16])>,
    closed: bool,
    /// Whether a header is damaged; nothing behind it was read.
    pub(super) damaged: bool,
    /// Whether the next volume is missing.
    pub(super) missing: bool,
    /// Bytes after the end.
    pub(super) trailing: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Unknown,
    Four,
    Five,
}

#[derive(Clone)]
enum Sealed {
    No,
    Four,
    Five([u8; 32]),
}

impl<'p> Volumes<'p> {
    pub(super) fn new(size: u64, passwords: &'p [String]) -> Self {
        Self {
            size,
            at: 0,
            passwords,
            version: Version::Unknown,
            opened: None,
            key: Sealed::No,
            keys: Vec::new(),
            closed: false,
            damaged: false,
            missing: false,
            trailing: 0,
        }
    }

    /// Returns to the first file.
    pub(super) fn rewind(&mut self) {
        self.at = 0;
        self.version = Version::Unknown;
        self.key = Sealed::No;
        (self.damaged, self.missing, self.trailing) = (false, false, 0);
    }

    /// Whether the headers are encrypted, and no password opens them.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether a password opened the headers.
    pub(super) fn was_opened(&self) -> bool {
        self.opened.is_some()
    }

    /// The next file; a part of one that began before is added to it.
    ///
    /// # Errors
    /// An I/O error of the input.
    pub(super) fn next(&mut self, input: &mut dyn Input) -> io::Result<Option<Entry>> {
        let mut open: Option<Entry> = None;
        while let Some((block, data)) = self.block(input)? {
            match block {
                Block::File(member) => {
                    let place = member.place;
                    let end = data.saturating_add(place.packed);
                    self.at = end.min(self.size);
                    let (cut, goes_on) = (end > self.size, member.goes_on);
                    match &mut open {
                        Some(entry) if member.from_before && entry.places.len() < MOST_PARTS => {
                            entry.places.push(place);
                            entry.cut |= cut;
                            // only the last part states the checksum of all
                            entry.member.crc = member.crc;
                            entry.whole = !goes_on;
                        }
                        Some(_) => {
                            self.damaged = true;
                            return Ok(open);
                        }
                        None => {
                            open = Some(Entry {
                                member: *member,
                                places: vec![place],
                                whole: !goes_on,
                                cut,
                            });
                        }
                    }
                    if open.as_ref().is_some_and(|entry| entry.whole) {
                        return Ok(open);
                    }
                }
                Block::Other { packed } => self.at = data.saturating_add(packed).min(self.size),
                Block::Main { sealed } => {
                    self.at = data;
                    if sealed {
                        self.key = Sealed::Four;
                    }
                }
                Block::Sealed(seal) => {
                    self.at = data;
                    let key = seal.and_then(|seal| self.open(&seal));
                    match key {
                        Some(key) => self.key = Sealed::Five(key),
                        None => {
                            self.closed = true;
                            return Ok(open);
                        }
                    }
                }
                Block::End { more } => {
                    self.at = data;
                    self.version = Version::Unknown;
                    self.key = Sealed::No;
                    if self.begins(input)? {
                        continue;
                    }
                    self.missing |= more;
                    self.trailing = self.size.saturating_sub(self.at);
                    self.at = self.size;
                    return Ok(open);
                }
            }
        }
        self.missing |= open.as_ref().is_some_and(|entry| !entry.cut);
        Ok(open)
    }

    /// Whether a volume begins here; its signature is skipped.
    fn begins(&mut self, input: &mut dyn Input) -> io::Result<bool> {
        let start = read_at(input, self.at, five::SIGNATURE.len() as u64)?;
        let found = [(four::SIGNATURE, Version::Four), (five::SIGNATURE, Version::Five)];
        let Some((signature, version)) =
            found.into_iter().find(|(signature, _)| start.starts_with(signature))
        else {
            return Ok(false);
        };
        self.at += signature.len() as u64;
        self.version = version;
        Ok(true)
    }

    /// The next header, and where its data begin.
    fn block(&mut self, input: &mut dyn Input) -> io::Result<Option<(Block, u64)>> {
        if self.closed || self.damaged || self.at >= self.size {
            return Ok(None);
        }
        // old volumes end without a header that says so
        if self.begins(input)? {
            self.key = Sealed::No;
        } else if self.version == Version::Unknown {
            self.damaged = true;
            return Ok(None);
        }
        let found = match (&self.key, self.version) {
            (Sealed::Five(key), _) => {
                let key = *key;
                self.sealed_block(input, &key)?
            }
            (Sealed::Four, _) => self.sealed_block_of_four(input)?,
            (Sealed::No, Version::Five) => {
                let start = read_at(input, self.at, 16)?;
                match five::size(&start) {
                    Some(size) => {
                        let header = read_at(input, self.at, size)?;
                        five::block(&header, self.at + size).map(|block| (block, self.at + size))
                    }
                    None => None,
                }
            }
            (Sealed::No, _) => {
                let start = read_at(input, self.at, 7)?;
                match four::Start::parse(&start) {
                    Some(start) => {
                        let header = read_at(input, self.at, start.size)?;
                        four::block(&header, self.at + start.size)
                            .map(|block| (block, self.at + start.size))
                    }
                    None => None,
                }
            }
        };
        self.damaged |= found.is_none() && !self.closed;
        Ok(found)
    }

    /// An encrypted header of RAR 5: the start of its chain, then whole blocks.
    fn sealed_block(
        &mut self,
        input: &mut dyn Input,
        key: &[u8; 32],
    ) -> io::Result<Option<(Block, u64)>> {
        let bytes = read_at(input, self.at, 32)?;
        let Some((chain, first)) = bytes.split_at_checked(16) else { return Ok(None) };
        let size = decrypted(key, Some(chain), first).and_then(|open| five::size(&open));
        let Some(size) = size else { return Ok(None) };
        let padded = size.next_multiple_of(16);
        let header = read_at(input, self.at + 16, padded)?;
        let data = self.at + 16 + padded;
        let Some(mut open) = decrypted(key, Some(chain), &header) else { return Ok(None) };
        open.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Ok(five::block(&open, data).map(|block| (block, data)))
    }

    /// An encrypted header of RAR 4: its salt, then whole blocks. The password is the first with which it has its checksum.
    fn sealed_block_of_four(&mut self, input: &mut dyn Input) -> io::Result<Option<(Block, u64)>> {
        let bytes = read_at(input, self.at, 24)?;
        let Some((salt, first)) = bytes.split_first_chunk::<8>() else { return Ok(None) };
        let passwords = self.passwords;
        let tried: Vec<&'p str> = match self.opened {
            Some(password) => vec![password],
            None => passwords.iter().map(String::as_str).collect(),
        };
        for password in tried {
            let (key, chain) = self.key_of_four(password, salt);
            let open = decrypted(&key, Some(&chain), first).unwrap_or_default();
            let Some(start) = four::Start::parse(&open) else { continue };
            let padded = start.size.next_multiple_of(16);
            let header = read_at(input, self.at + 8, padded)?;
            let data = self.at + 8 + padded;
            let open = decrypted(&key, Some(&chain), &header).unwrap_or_default();
            if let Some(block) = four::block(&open, data) {
                self.opened = Some(password);
                return Ok(Some((block, data)));
            }
        }
        self.closed |= self.opened.is_none();
        Ok(None)
    }

    fn key_of_four(&mut self, password: &str, salt: &[u8; 8]) -> ([u8; 16], [u8; 16]) {
        if self.opened == Some(password)
            && let Some((_, key, chain)) = self.keys.iter().find(|(known, ..)| known == salt)
        {
            return (*key, *chain);
        }
        let (key, chain) = sealed::rar3_key(password, Some(salt));
        if self.opened == Some(password) {
            self.keys.push((*salt, key, chain));
        }
        (key, chain)
    }

    /// The key for encrypted headers of RAR 5. An archive without a check of the password takes the first one.
    fn open(&mut self, seal: &five::HeaderSeal) -> Option<[u8; 32]> {
        let passwords = self.passwords;
        for password in self.opened.into_iter().chain(passwords.iter().map(String::as_str)) {
            let (key, check) = sealed::rar5_key(password, &seal.salt, seal.rounds)?;
            if seal.check.is_none_or(|stated| stated == check) {
                self.opened = Some(password);
                return Some(key);
            }
        }
        None
    }
}
