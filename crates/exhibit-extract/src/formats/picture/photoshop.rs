//! The flattened picture of a Photoshop document (PSD and PSB), which most programs write beside the layers.

use super::decode::Frame;
use exhibit_model::code::PictureCoding;
use exhibit_model::{Detail, Reason};
use image::{DynamicImage, GrayImage, RgbImage};

const BITMAP: u16 = 0;
const GREY: u16 = 1;
const INDEXED: u16 = 2;
const COLOURS: u16 = 3;
const INK: u16 = 4;
const DUOTONE: u16 = 8;

struct Header {
    channels: usize,
    width: u32,
    height: u32,
    depth: u16,
    mode: u16,
    large: bool,
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(count)?)?;
        self.at += count;
        Some(taken)
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn long(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn section(&mut self, large: bool) -> Option<&'a [u8]> {
        let length = if large {
            u64::from(self.long()?) << 32 | u64::from(self.long()?)
        } else {
            u64::from(self.long()?)
        };
        self.take(usize::try_from(length).ok()?)
    }
}

fn header(cursor: &mut Cursor<'_>) -> Option<Header> {
    if cursor.take(4)? != b"8BPS" {
        return None;
    }
    let large = match cursor.short()? {
        1 => false,
        2 => true,
        _ => return None,
    };
    cursor.take(6)?;
    let channels = usize::from(cursor.short()?);
    let (height, width, depth, mode) =
        (cursor.long()?, cursor.long()?, cursor.short()?, cursor.short()?);
    let fits = (1..=56).contains(&channels)
        && width > 0
        && height > 0
        && width <= 300_000
        && height <= 300_000;
    fits.then_some(Header { channels, width, height, depth, mode, large })
}

/// The picture, by its header.
pub(super) fn frame(bytes: &[u8]) -> Result<Frame, Reason> {
    let header = header(&mut Cursor { bytes, at: 0 })
        .ok_or(Reason::PictureHeader { detail: Detail::default() })?;
    Ok(Frame { width: header.width, height: header.height, ..Frame::default() })
}

/// The resources of the document, in which programs keep IPTC, EXIF and XMP blocks.
pub(super) fn resources(bytes: &[u8]) -> Option<&[u8]> {
    let mut cursor = Cursor { bytes, at: 0 };
    header(&mut cursor)?;
    cursor.section(false)?;
    cursor.section(false)
}

/// The pixels.
pub(super) fn decoded(bytes: &[u8], most_pixels: u64) -> Result<DynamicImage, Reason> {
    let damaged = || Reason::CannotDecode { detail: Detail::default() };
    let mut cursor = Cursor { bytes, at: 0 };
    let header = header(&mut cursor).ok_or_else(damaged)?;
    let pixels = u64::from(header.width) * u64::from(header.height);
    if pixels > most_pixels {
        return Err(Reason::PixelLimit { pixels: most_pixels });
    }
    let palette = cursor.section(false).ok_or_else(damaged)?;
    cursor.section(false).ok_or_else(damaged)?;
    cursor.section(header.large).ok_or_else(damaged)?;
    let needed = match header.mode {
        BITMAP | GREY | INDEXED | DUOTONE => 1,
        COLOURS => 3,
        INK => 4,
        _ => {
            return Err(Reason::PictureCoding {
                coding: PictureCoding::Samples,
                detail: Detail::default(),
            });
        }
    };
    if header.channels < needed || !matches!(header.depth, 1 | 8 | 16) {
        return Err(Reason::PictureCoding {
            coding: PictureCoding::Samples,
            detail: Detail::default(),
        });
    }
    let planes = planes(&mut cursor, &header, needed).ok_or_else(damaged)?;
    let sample = |plane: usize, at: usize| planes[plane].get(at).copied().unwrap_or(255);
    let all = 0..pixels as usize;
    let (width, height) = (header.width, header.height);
    let colour = |entry: u8| {
        [0, 256, 512].map(|plane| palette.get(plane + usize::from(entry)).copied().unwrap_or(0))
    };
    let image = match header.mode {
        COLOURS => {
            let colours =
                all.flat_map(|at| [sample(0, at), sample(1, at), sample(2, at)]).collect();
            RgbImage::from_raw(width, height, colours).map(DynamicImage::from)
        }
        INK => {
            // inks are stored inverted
            let colours = all.flat_map(|at| {
                let black = u16::from(sample(3, at));
                [0, 1, 2].map(|ink| (u16::from(sample(ink, at)) * black / 255) as u8)
            });
            RgbImage::from_raw(width, height, colours.collect()).map(DynamicImage::from)
        }
        INDEXED => {
            RgbImage::from_raw(width, height, all.flat_map(|at| colour(sample(0, at))).collect())
                .map(DynamicImage::from)
        }
        _ => GrayImage::from_raw(width, height, all.map(|at| sample(0, at)).collect())
            .map(DynamicImage::from),
    };
    image.ok_or_else(damaged)
}

/// The first `needed` channels, eight bits a sample.
fn planes(cursor: &mut Cursor<'_>, header: &Header, needed: usize) -> Option<Vec<Vec<u8>>> {
    let (width, height) = (header.width as usize, header.height as usize);
    let row =
        if header.depth == 1 { width.div_ceil(8) } else { width * usize::from(header.depth / 8) };
    let raw: Vec<Vec<u8>> = match cursor.short()? {
        0 => (0..needed)
            .map(|_| cursor.take(row * height).map(<[u8]>::to_vec))
            .collect::<Option<_>>()?,
        1 => {
            let rows = height * header.channels;
            let lengths: Vec<usize> = (0..rows)
                .map(|_| {
                    Some(if header.large {
                        cursor.long()? as usize
                    } else {
                        usize::from(cursor.short()?)
                    })
                })
                .collect::<Option<_>>()?;
            let mut planes = Vec::with_capacity(needed);
            for plane in lengths.chunks_exact(height).take(needed) {
                let mut samples = Vec::with_capacity(row * height);
                for length in plane {
                    // a damaged file has fewer rows; the rest is white
                    let packed = cursor.take(*length).unwrap_or_default();
                    let end = samples.len() + row;
                    unpack(packed, end, &mut samples);
                    samples.resize(end, 255);
                }
                planes.push(samples);
            }
            planes
        }
        _ => return None,
    };
    let reduced = raw.into_iter().map(|samples| match header.depth {
        16 => samples.as_chunks::<2>().0.iter().map(|pair| pair[0]).collect(),
        1 => {
            let bits = samples.chunks(row).flat_map(|row| {
                (0..width).map(
                    |column| if row[column / 8] >> (7 - column % 8) & 1 == 1 { 0 } else { 255 },
                )
            });
            bits.collect()
        }
        _ => samples,
    });
    Some(reduced.collect())
}

/// Unpacks a row (PackBits), up to `end` bytes in all.
fn unpack(packed: &[u8], end: usize, samples: &mut Vec<u8>) {
    let mut rest = packed;
    while let [control, after @ ..] = rest {
        let count = match control.cast_signed() {
            -128 => {
                rest = after;
                continue;
            }
            n if n >= 0 => {
                let count = (n as usize + 1).min(after.len());
                samples.extend_from_slice(&after[..count]);
                count
            }
            n => {
                let Some(byte) = after.first() else { break };
                samples.extend(std::iter::repeat_n(*byte, 1 + usize::from(n.unsigned_abs())));
                1
            }
        };
        rest = &after[count..];
        if samples.len() >= end {
            samples.truncate(end);
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(
        mode: u16,
        depth: u16,
        (width, height): (u32, u32),
        channels: u16,
        palette: &[u8],
        data: &[u8],
    ) -> Vec<u8> {
        let mut bytes = b"8BPS\0\x01\0\0\0\0\0\0".to_vec();
        bytes.extend(channels.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes.extend(depth.to_be_bytes());
        bytes.extend(mode.to_be_bytes());
        bytes.extend(u32::try_from(palette.len()).expect("small").to_be_bytes());
        bytes.extend(palette);
        bytes.extend([0; 8]);
        bytes.extend(data);
        bytes
    }

    fn colours(bytes: &[u8]) -> Vec<u8> {
        decoded(bytes, 1000).expect("a picture").to_rgb8().into_raw()
    }

    #[test]
    fn every_mode_is_decoded() {
        assert_eq!(
            colours(&document(COLOURS, 8, (2, 1), 3, b"", b"\0\0\x01\x02\x03\x04\x05\x06")),
            [1, 3, 5, 2, 4, 6]
        );
        assert_eq!(colours(&document(GREY, 16, (1, 1), 1, b"", b"\0\0\x80\xff")), [128; 3]);
        assert_eq!(
            colours(&document(BITMAP, 1, (2, 1), 1, b"", b"\0\0\x80")),
            [0, 0, 0, 255, 255, 255]
        );
        assert_eq!(
            colours(&document(INK, 8, (1, 1), 4, b"", b"\0\0\xff\x80\0\xff")),
            [255, 128, 0]
        );
        let mut palette = [0; 768];
        (palette[5], palette[256 + 5], palette[512 + 5]) = (9, 8, 7);
        assert_eq!(colours(&document(INDEXED, 8, (1, 1), 1, &palette, b"\0\0\x05")), [9, 8, 7]);
    }

    #[test]
    fn packed_rows() {
        // two rows of four: 1 1 1 2, and one that is cut
        let packed = b"\0\x01\0\x04\0\x02\xfe\x01\0\x02\x01\x07";
        let grey = decoded(&document(GREY, 8, (4, 2), 1, b"", packed), 100)
            .expect("a picture")
            .to_luma8()
            .into_raw();
        assert_eq!(grey, [1, 1, 1, 2, 7, 255, 255, 255]);
    }

    #[test]
    fn damaged_and_hostile_files() {
        let good = document(COLOURS, 8, (2, 1), 3, b"", b"\0\0\x01\x02\x03\x04\x05\x06");
        for end in 0..good.len() {
            assert!(decoded(&good[..end], 1000).is_err(), "{end}");
        }
        let huge = document(GREY, 8, (200_000, 200_000), 1, b"", b"\0\x01");
        assert_eq!(decoded(&huge, 1000).err(), Some(Reason::PixelLimit { pixels: 1000 }));
        let lab = document(9, 8, (1, 1), 3, b"", b"\0\0\x01\x02\x03");
        assert!(matches!(decoded(&lab, 1000), Err(Reason::PictureCoding { .. })));
        assert!(frame(b"8BPS\0\x03").is_err());
    }
}
