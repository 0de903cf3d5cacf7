//! The coders of a 7z folder, put together as readers: what a folder unpacks to is read from its last coder.

use super::header::{Coder, Folder, Streams};
use super::sealed::Keys;
use crate::formats::archive::{Decrypted, Shared};
use exhibit_model::{Detail, MemberEnd, Reason};
use lzma_rust2::filter::bcj::BcjReader;
use lzma_rust2::filter::bcj2::Bcj2Reader;
use lzma_rust2::filter::delta::DeltaReader;
use std::io::{self, BufReader, Read};

/// AES-256 with a key from a password by SHA-256.
pub(super) const AES: u64 = 0x06F1_0701;

/// Maximum bytes that the coders of a folder may need in memory.
const MOST_MEMORY: u64 = 768 << 20;

/// A folder that cannot be unpacked.
#[derive(Debug)]
pub(super) enum Closed {
    /// The password is missing.
    Encrypted,
    /// A method that is not supported.
    Method(u64),
    /// More memory than a reader may have.
    Memory,
    /// The header contradicts itself.
    Damaged,
    /// A decoder refuses its properties or the start of its stream.
    Refused(io::Error),
}

impl Closed {
    /// How a file of the folder ends.
    pub(super) fn end(&self) -> MemberEnd {
        match self {
            Self::Encrypted => MemberEnd::Encrypted,
            Self::Method(method) => MemberEnd::Unsupported(Reason::ArchiveMethod {
                format: "7z".to_owned(),
                method: format!("{method:x}"),
            }),
            Self::Memory => MemberEnd::Failed(Reason::MemoryLimit),
            Self::Damaged => MemberEnd::Failed(Reason::StreamDamaged),
            Self::Refused(error) => MemberEnd::Failed(Reason::CannotDecompress {
                os_error: None,
                detail: Detail::of(error),
            }),
        }
    }
}

type Stream<'a> = Box<dyn Read + 'a>;

/// What a folder unpacks to. `password` is needed if it is encrypted.
pub(super) fn open<'a>(
    file: &Shared<'a>,
    streams: &Streams,
    folder: &Folder,
    password: Option<&str>,
    keys: &mut Keys,
) -> Result<Stream<'a>, Closed> {
    let last = folder.last_coder().ok_or(Closed::Damaged)?;
    if memory(folder) > MOST_MEMORY {
        return Err(Closed::Memory);
    }
    let mut opening = Opening { file, streams, folder, password, keys };
    opening.coder(last, folder.coders.len())
}

/// The bytes that the dictionaries of a folder take. None needs more than the content has.
fn memory(folder: &Folder) -> u64 {
    let of = |(coder, size): (&Coder, &u64)| match coder.method {
        0x21 => lzma2_dictionary(&coder.properties).map_or(0, |bytes| bytes.min(*size)),
        0x0003_0101 => lzma_dictionary(&coder.properties).map_or(0, |bytes| bytes.min(*size)),
        // the model is filled as the content is read, but allocated at once
        0x0003_0401 => lzma_dictionary(&coder.properties).unwrap_or(0),
        _ => 1 << 20,
    };
    folder.coders.iter().zip(&folder.sizes).map(of).fold(0, u64::saturating_add)
}

fn lzma_dictionary(properties: &[u8]) -> Option<u64> {
    properties
        .get(1..5)
        .map(|bytes| u64::from(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])))
}

fn lzma2_dictionary(properties: &[u8]) -> Option<u64> {
    match *properties.first()? {
        40 => Some(u64::from(u32::MAX)),
        bits @ 0..40 => Some((2 | u64::from(bits & 1)) << (bits / 2 + 11)),
        _ => None,
    }
}

struct Opening<'s, 'a> {
    file: &'s Shared<'a>,
    streams: &'s Streams,
    folder: &'s Folder,
    password: Option<&'s str>,
    keys: &'s mut Keys,
}

impl<'a> Opening<'_, 'a> {
    /// The output of a coder; `depth` ends what would go in circles.
    fn coder(&mut self, coder: usize, depth: usize) -> Result<Stream<'a>, Closed> {
        if depth == 0 {
            return Err(Closed::Damaged);
        }
        let folder = self.folder;
        let (found, size) =
            (&folder.coders[coder], *folder.sizes.get(coder).ok_or(Closed::Damaged)?);
        let first = folder.coders[..coder].iter().map(|before| before.inputs).sum::<usize>();
        let mut inputs = Vec::with_capacity(found.inputs);
        for input in first..first + found.inputs {
            inputs.push(match folder.bound.iter().find(|(bound, _)| *bound == input) {
                Some((_, output)) => self.coder(*output, depth - 1)?,
                None => self.packed(input)?,
            });
        }
        if found.method == 0x0303_011B {
            let output = Bcj2Reader::try_new(inputs, size).map_err(Closed::Refused)?;
            return Ok(Box::new(Fused::new(output.take(size))));
        }
        let (Some(input), None) = (inputs.pop(), inputs.pop()) else { return Err(Closed::Damaged) };
        let output = self.unpacked(found, input, size)?;
        Ok(Box::new(Fused::new(output.take(size))))
    }

    /// The packed stream that an input reads.
    fn packed(&self, input: usize) -> Result<Stream<'a>, Closed> {
        let place =
            self.folder.packed.iter().position(|packed| *packed == input).ok_or(Closed::Damaged)?;
        let range =
            self.streams.packed.get(self.folder.first_packed + place).ok_or(Closed::Damaged)?;
        let bytes = self.file.range(range.start, range.end - range.start);
        Ok(Box::new(BufReader::with_capacity(64 << 10, bytes)))
    }

    fn unpacked(
        &mut self,
        coder: &Coder,
        input: Stream<'a>,
        size: u64,
    ) -> Result<Stream<'a>, Closed> {
        let properties = &coder.properties;
        // a dictionary larger than the content is never filled
        let fit = |bytes: u64| {
            u32::try_from(bytes.min(size.max(4096))).unwrap_or(lzma_rust2::DICT_SIZE_MAX)
        };
        let start = || match properties.as_slice() {
            [a, b, c, d] => u32::from_le_bytes([*a, *b, *c, *d]) as usize,
            _ => 0,
        };
        Ok(match coder.method {
            0 => input,
            0x21 => {
                let bytes = lzma2_dictionary(properties).ok_or(Closed::Damaged)?;
                Box::new(lzma_rust2::Lzma2Reader::new(
                    input,
                    fit(bytes).min(lzma_rust2::DICT_SIZE_MAX),
                    None,
                ))
            }
            0x0003_0101 => {
                let bytes = lzma_dictionary(properties).ok_or(Closed::Damaged)?;
                let dictionary = fit(bytes).min(lzma_rust2::DICT_SIZE_MAX);
                let reader = lzma_rust2::LzmaReader::new_with_props(
                    input,
                    size,
                    properties[0],
                    dictionary,
                    None,
                );
                Box::new(reader.map_err(Closed::Refused)?)
            }
            0x0003_0401 => {
                let bytes = lzma_dictionary(properties).ok_or(Closed::Damaged)?;
                let memory = u32::try_from(bytes).map_err(|_| Closed::Damaged)?;
                let reader = ppmd_rust::Ppmd7Decoder::new(input, u32::from(properties[0]), memory);
                Box::new(reader.map_err(|error| Closed::Refused(io::Error::other(error)))?)
            }
            0x0004_0108 => Box::new(flate2::read::DeflateDecoder::new(input)),
            0x0004_0202 => Box::new(bzip2::read::MultiBzDecoder::new(input)),
            0x04F7_1101 => {
                Box::new(zstd::stream::read::Decoder::new(input).map_err(Closed::Refused)?)
            }
            AES => {
                let password = self.password.ok_or(Closed::Encrypted)?;
                let (key, start) = self.keys.derive(properties, password).ok_or(Closed::Damaged)?;
                Box::new(Decrypted::new(input, &key, start))
            }
            3 => Box::new(DeltaReader::new(
                input,
                usize::from(*properties.first().unwrap_or(&0)) + 1,
            )),
            4 | 0x0303_0103 => Box::new(BcjReader::new_x86(input, start())),
            5 | 0x0303_0205 => Box::new(BcjReader::new_ppc(input, start())),
            6 | 0x0303_0401 => Box::new(BcjReader::new_ia64(input, start())),
            7 | 0x0303_0501 => Box::new(BcjReader::new_arm(input, start())),
            8 | 0x0303_0701 => Box::new(BcjReader::new_arm_thumb(input, start())),
            9 | 0x0303_0805 => Box::new(BcjReader::new_sparc(input, start())),
            0xA => Box::new(BcjReader::new_arm64(input, start())),
            0xB => Box::new(BcjReader::new_riscv(input, start())),
            method => return Err(Closed::Method(method)),
        })
    }
}

/// Repeats the first error: a decoder that is read again after one may go in circles.
struct Fused<R> {
    inner: R,
    failed: Option<(io::ErrorKind, String)>,
}

impl<R> Fused<R> {
    fn new(inner: R) -> Self {
        Self { inner, failed: None }
    }
}

impl<R: Read> Read for Fused<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some((kind, text)) = &self.failed {
            return Err(io::Error::new(*kind, text.clone()));
        }
        let read = self.inner.read(buffer);
        if let Err(error) = &read {
            self.failed = Some((error.kind(), error.to_string()));
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_stream_stays_failed() {
        struct Once(bool);
        impl Read for Once {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                if std::mem::take(&mut self.0) {
                    Err(io::ErrorKind::InvalidData.into())
                } else {
                    Ok(1)
                }
            }
        }
        let mut fused = Fused::new(Once(true));
        for _ in 0..3 {
            assert_eq!(
                fused.read(&mut [0]).map_err(|error| error.kind()),
                Err(io::ErrorKind::InvalidData)
            );
        }
    }

    #[test]
    fn dictionaries_by_their_properties() {
        assert_eq!(lzma2_dictionary(&[0]), Some(4096));
        assert_eq!(lzma2_dictionary(&[1]), Some(6144));
        assert_eq!(lzma2_dictionary(&[24]), Some(16 << 20));
        assert_eq!((lzma2_dictionary(&[41]), lzma2_dictionary(&[])), (None, None));
        assert_eq!(lzma_dictionary(&[93, 0, 0, 1, 0]), Some(65536));
    }
}
