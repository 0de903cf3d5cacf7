//! The content of one file of a RAR archive: its parts put together, decrypted, unpacked.
//!
//! Files of a solid archive need the ones before them: where one of these is lost, so are they.

use super::volumes::Entry;
use super::{Member, Method, Seal, refused, sealed};
use crate::formats::archive::{Decrypted, Parts, Shared};
use rars::codec::rar13::Unpack15;
use rars::codec::rar20::Unpack20;
use rars::codec::rar29::Unpack29;
use rars::codec::rar50::{DecodedChunk, StreamDecodeError, Unpack50Decoder};
use std::io::{self, BufReader, Read, Write};

/// The number of bytes unpacked to test whether a password is correct.
const TRIED: u64 = 64 << 20;
/// Maximum bytes of the dictionary of RAR 5 and 7.
const MOST_DICTIONARY: u64 = 512 << 20;

/// The key of a file.
#[derive(Clone, Copy)]
pub(super) struct Key {
    cipher: Cipher,
    /// What RAR 5 states of a right password.
    pub(super) check: [u8; 8],
}

#[derive(Clone, Copy)]
enum Cipher {
    Three([u8; 16], [u8; 16]),
    Five([u8; 32], [u8; 16]),
}

/// A derived key by its password, salt and rounds.
type Derived = ((String, Vec<u8>, u8), ([u8; 32], [u8; 16], [u8; 8]));

/// The decoders, with what they keep from file to file.
#[derive(Default)]
pub(super) struct Decoders {
    state: Option<State>,
    /// Whether a file was lost that later ones of a solid archive need.
    broken: bool,
    keys: Vec<Derived>,
}

#[derive(Clone)]
enum State {
    Old(Box<Unpack15>),
    Twenty(Box<Unpack20>),
    TwentyNine(Box<Unpack29>),
    Fifty(Box<Unpack50Decoder>),
}

impl Decoders {
    /// Remembers that a file cannot be unpacked.
    pub(super) fn lose(&mut self, member: &Member) {
        self.broken |= member.method != Method::Stored;
    }

    /// The key for a password; `None` for an unknown kind of encryption.
    pub(super) fn key(&mut self, seal: &Seal, password: &str) -> Option<Key> {
        let (salt, rounds) = match seal {
            Seal::Old => return None,
            Seal::Three { salt } => (salt.clone().unwrap_or_default(), 0),
            Seal::Five { salt, rounds, .. } => (salt.to_vec(), *rounds),
        };
        let known =
            self.keys.iter().find(|((p, s, r), _)| p == password && *s == salt && *r == rounds);
        let (key, chain, check) = match known {
            Some((_, derived)) => *derived,
            None => {
                let derived = match seal {
                    Seal::Five { salt, rounds, .. } => {
                        let (key, check) = sealed::rar5_key(password, salt, *rounds)?;
                        (key, [0; 16], check)
                    }
                    _ => {
                        let (short, chain) = sealed::rar3_key(password, Some(&salt));
                        let mut key = [0; 32];
                        key[..16].copy_from_slice(&short);
                        (key, chain, [0; 8])
                    }
                };
                self.keys.push(((password.to_owned(), salt, rounds), derived));
                derived
            }
        };
        let cipher = match seal {
            Seal::Five { start, .. } => Cipher::Five(key, *start),
            _ => Cipher::Three(*key.first_chunk()?, chain),
        };
        Some(Key { cipher, check })
    }

    /// Whether a file unpacks with this key. What later files need is not touched.
    pub(super) fn opens(&self, entry: &Entry, file: &Shared<'_>, key: &Key) -> bool {
        let mut copy = Self { state: self.state.clone(), broken: self.broken, keys: Vec::new() };
        let mut trial = Trial { crc: flate2::Crc::new(), left: TRIED };
        let unpacked = copy.unpack(entry, file, Some(key), &mut trial);
        match unpacked {
            Ok(()) => entry.member.crc.is_none_or(|stated| stated == trial.crc.sum()),
            Err(_) => trial.left == 0,
        }
    }

    /// Unpacks a file into `sink`.
    pub(super) fn unpack(
        &mut self,
        entry: &Entry,
        file: &Shared<'_>,
        key: Option<&Key>,
        sink: &mut impl Write,
    ) -> io::Result<()> {
        let member = &entry.member;
        let mut packed = packed(entry, file, key);
        if member.method == Method::Stored {
            let size = member.size.unwrap_or(u64::MAX);
            return io::copy(&mut packed.take(size), sink).map(|_| ());
        }
        if member.solid && self.broken {
            return Err(io::Error::other("a file before it in the solid archive is lost"));
        }
        self.broken = false;
        let size = member
            .size
            .and_then(|size| usize::try_from(size).ok())
            .ok_or(io::ErrorKind::InvalidData)?;
        let unpacked = self.decode(member, &mut packed, size, sink);
        self.broken = unpacked.is_err();
        unpacked
    }

    fn decode(
        &mut self,
        member: &Member,
        packed: &mut dyn Read,
        size: usize,
        sink: &mut impl Write,
    ) -> io::Result<()> {
        let mut packed = packed;
        let solid = member.solid;
        let kept = self.state.take().filter(|_| solid);
        match member.method {
            Method::Packed15 => {
                let mut decoder = match kept {
                    Some(State::Old(decoder)) => decoder,
                    _ => Box::new(Unpack15::new()),
                };
                let unpacked = decoder.decode_member_from_reader(&mut packed, size, solid, sink);
                self.state = Some(State::Old(decoder));
                unpacked.map_err(refused)
            }
            Method::Packed20 => {
                let mut decoder = match kept {
                    Some(State::Twenty(decoder)) => decoder,
                    _ => Box::new(Unpack20::new()),
                };
                let unpacked = decoder.decode_member_from_reader(&mut packed, size, sink);
                self.state = Some(State::Twenty(decoder));
                unpacked.map_err(refused)
            }
            Method::Packed29 => {
                let mut decoder = match kept {
                    Some(State::TwentyNine(decoder)) => decoder,
                    _ => Box::new(Unpack29::new()),
                };
                let unpacked = decoder.decode_member_from_reader(&mut packed, size, sink);
                self.state = Some(State::TwentyNine(decoder));
                unpacked.map_err(refused)
            }
            Method::Packed50 { version, dictionary } => {
                let mut decoder = match kept {
                    Some(State::Fifty(decoder)) => decoder,
                    _ => Box::new(Unpack50Decoder::new()),
                };
                let dictionary =
                    usize::try_from(dictionary.min(MOST_DICTIONARY)).map_err(refused)?;
                let unpacked = decoder.decode_member_from_reader_with_dictionary_to_sink(
                    &mut packed,
                    version,
                    size,
                    dictionary,
                    solid,
                    |chunk| match chunk {
                        DecodedChunk::Bytes(bytes) => sink.write_all(bytes),
                        DecodedChunk::Repeated { byte, len } => {
                            io::copy(&mut io::repeat(byte).take(len as u64), sink).map(|_| ())
                        }
                    },
                );
                self.state = Some(State::Fifty(decoder));
                unpacked.map_err(|error| match error {
                    StreamDecodeError::Decode(error) => refused(error),
                    StreamDecodeError::FilteredMember => {
                        io::Error::other("a filter over too many bytes")
                    }
                    StreamDecodeError::Sink(error) => error,
                })
            }
            Method::Stored | Method::Unknown(_) => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

/// The packed bytes of a file, from all its parts, decrypted.
fn packed<'a>(entry: &Entry, file: &Shared<'a>, key: Option<&Key>) -> Box<dyn Read + 'a> {
    let mut parts: Vec<_> =
        entry.places.iter().map(|place| file.range(place.at, place.packed)).collect();
    parts.reverse();
    let parts = BufReader::with_capacity(64 << 10, Parts::new(parts));
    match key.map(|key| key.cipher) {
        None => Box::new(parts),
        Some(Cipher::Three(key, start)) => Box::new(Decrypted::with_128_bits(parts, &key, start)),
        Some(Cipher::Five(key, start)) => Box::new(Decrypted::new(parts, &key, start)),
    }
}

/// The target of a symbolic link, which is its content.
pub(super) fn target(entry: &Entry, file: &Shared<'_>, key: Option<&Key>) -> Option<String> {
    let mut target = Vec::new();
    let content = packed(entry, file, key).take(entry.member.size.unwrap_or(0).min(4096));
    let stored = entry.member.method == Method::Stored;
    let mut content = content;
    (stored && content.read_to_end(&mut target).is_ok())
        .then(|| String::from_utf8_lossy(&target).into_owned())
}

/// Counts what is unpacked, and ends when it is enough.
struct Trial {
    crc: flate2::Crc,
    left: u64,
}

impl Write for Trial {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::ErrorKind::Other.into());
        }
        self.crc.update(bytes);
        self.left = self.left.saturating_sub(bytes.len() as u64);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
