//! PBM, PGM, PPM and PAM pictures (Netpbm), in text and in bytes. A file may have several pictures in a row.

use super::decode::Frame;
use exhibit_model::code::PictureCoding;
use exhibit_model::{Detail, Reason};
use image::{DynamicImage, GrayImage, RgbImage};

/// One picture of a file.
#[derive(Clone, Copy, Debug)]
struct Picture {
    width: u32,
    height: u32,
    /// Samples of a pixel: 1, or 3; more are skipped.
    depth: usize,
    /// The greatest value of a sample.
    most: u32,
    /// A bit a pixel, 1 is black.
    bits: bool,
    /// Whether samples are written as numbers.
    plain: bool,
    /// Where the samples begin.
    start: usize,
}

/// Whether bytes begin like such a file.
pub(super) fn is_pnm(bytes: &[u8]) -> bool {
    Picture::at(bytes, 0).is_some()
}

/// The pictures of a file, at most `most` and one more.
pub(super) fn frames(bytes: &[u8], most: u32) -> Result<Vec<Frame>, Reason> {
    let pictures = pictures(bytes, most as usize + 1);
    if pictures.is_empty() {
        return Err(Reason::PictureHeader { detail: Detail::default() });
    }
    Ok(pictures
        .iter()
        .map(|picture| Frame { width: picture.width, height: picture.height, ..Frame::default() })
        .collect())
}

/// The pixels of one picture.
pub(super) fn decoded(bytes: &[u8], page: u32, most_pixels: u64) -> Result<DynamicImage, Reason> {
    let failed = || Reason::CannotDecode { detail: Detail::default() };
    let pictures = pictures(bytes, page as usize);
    let picture = pictures.get(page as usize - 1).ok_or_else(failed)?;
    let pixels = u64::from(picture.width) * u64::from(picture.height);
    if pixels > most_pixels {
        return Err(Reason::PixelLimit { pixels: most_pixels });
    }
    let samples = picture.samples(bytes, pixels as usize);
    let (width, height) = (picture.width, picture.height);
    let image = match picture.depth {
        1 | 2 => {
            let grey = samples.chunks_exact(picture.depth).map(|pixel| pixel[0]).collect();
            GrayImage::from_raw(width, height, grey).map(DynamicImage::from)
        }
        3 | 4 => {
            let colours = samples
                .chunks_exact(picture.depth)
                .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]])
                .collect();
            RgbImage::from_raw(width, height, colours).map(DynamicImage::from)
        }
        _ => {
            return Err(Reason::PictureCoding {
                coding: PictureCoding::Samples,
                detail: Detail::default(),
            });
        }
    };
    image.ok_or_else(failed)
}

fn pictures(bytes: &[u8], most: usize) -> Vec<Picture> {
    let mut pictures = Vec::new();
    let mut at = 0;
    while let Some(picture) = Picture::at(bytes, at).filter(|_| pictures.len() < most) {
        let end = picture.end(bytes);
        pictures.push(picture);
        match end {
            Some(end) => {
                at = end + bytes[end..].iter().take_while(|byte| byte.is_ascii_whitespace()).count()
            }
            None => break,
        }
    }
    pictures
}

impl Picture {
    fn at(bytes: &[u8], at: usize) -> Option<Self> {
        let mut words = Words { bytes, at: at + 2 };
        let [b'P', kind] = bytes.get(at..at + 2)? else { return None };
        let after = bytes.get(at + 2)?;
        if !after.is_ascii_whitespace() && *after != b'#' {
            return None;
        }
        if *kind == b'7' {
            return Self::pam(words);
        }
        let kind = kind.checked_sub(b'0').filter(|kind| (1..=6).contains(kind))?;
        let (width, height) = (words.number()?, words.number()?);
        let bits = matches!(kind, 1 | 4);
        let most = if bits { 1 } else { words.number()? };
        let depth = if matches!(kind, 3 | 6) { 3 } else { 1 };
        let picture =
            Self { width, height, depth, most, bits, plain: kind <= 3, start: words.at + 1 };
        picture.is_sound().then_some(picture)
    }

    fn pam(mut words: Words<'_>) -> Option<Self> {
        let mut picture =
            Self { width: 0, height: 0, depth: 0, most: 0, bits: false, plain: false, start: 0 };
        loop {
            match words.word()? {
                b"WIDTH" => picture.width = words.number()?,
                b"HEIGHT" => picture.height = words.number()?,
                b"DEPTH" => picture.depth = words.number()? as usize,
                b"MAXVAL" => picture.most = words.number()?,
                b"TUPLTYPE" => {
                    words.word()?;
                }
                b"ENDHDR" => break,
                _ => return None,
            }
        }
        picture.start = words.at + 1;
        picture.is_sound().then_some(picture)
    }

    fn is_sound(&self) -> bool {
        self.width > 0
            && self.height > 0
            && (1..=16).contains(&self.depth)
            && (1..=65_535).contains(&self.most)
    }

    fn row_bytes(&self) -> usize {
        let sample = if self.most > 255 { 2 } else { 1 };
        if self.bits {
            self.width.div_ceil(8) as usize
        } else {
            self.width as usize * self.depth * sample
        }
    }

    /// Where the picture ends, if the file has all of it; the end of a picture in numbers is that of the file.
    fn end(&self, bytes: &[u8]) -> Option<usize> {
        let length = self.row_bytes().checked_mul(self.height as usize)?;
        self.start.checked_add(length).filter(|end| !self.plain && *end <= bytes.len())
    }

    /// Eight bits for each sample; what the file lacks is white.
    fn samples(&self, bytes: &[u8], pixels: usize) -> Vec<u8> {
        let count = pixels * self.depth;
        let mut samples = Vec::with_capacity(count);
        let scaled = |value: u32| (value.min(self.most) * 255 / self.most) as u8;
        let data = bytes.get(self.start..).unwrap_or_default();
        if self.plain {
            let mut words = Words { bytes, at: self.start };
            while samples.len() < count {
                let value = if self.bits { words.bit() } else { words.number() };
                let Some(value) = value else { break };
                samples.push(if self.bits { scaled(1 - value) } else { scaled(value) });
            }
        } else if self.bits {
            for row in data.chunks(self.row_bytes()).take(self.height as usize) {
                let bit = |column: usize| {
                    row.get(column / 8).is_none_or(|byte| byte >> (7 - column % 8) & 1 == 0)
                };
                samples.extend(
                    (0..self.width as usize).map(|column| if bit(column) { 255 } else { 0 }),
                );
            }
        } else if self.most > 255 {
            let values = data.as_chunks::<2>().0.iter().take(count);
            samples.extend(values.map(|pair| scaled(u32::from(u16::from_be_bytes(*pair)))));
        } else {
            samples.extend(data.iter().take(count).map(|byte| scaled(u32::from(*byte))));
        }
        samples.resize(count, 255);
        samples
    }
}

/// The words of a header; comments are skipped.
struct Words<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Words<'a> {
    fn skip(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            if *byte == b'#' {
                let rest = &self.bytes[self.at..];
                self.at += rest
                    .iter()
                    .position(|byte| matches!(byte, b'\n' | b'\r'))
                    .unwrap_or(rest.len());
            } else if byte.is_ascii_whitespace() {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    fn word(&mut self) -> Option<&'a [u8]> {
        const LONGEST: usize = 32;
        self.skip();
        let rest = self.bytes.get(self.at..)?;
        let length = rest.iter().take(LONGEST).take_while(|byte| byte.is_ascii_graphic()).count();
        self.at += length;
        (length > 0).then(|| &rest[..length])
    }

    fn number(&mut self) -> Option<u32> {
        std::str::from_utf8(self.word()?).ok()?.parse().ok()
    }

    /// A digit of a picture of bits, which need no blanks between them.
    fn bit(&mut self) -> Option<u32> {
        self.skip();
        let bit = self.bytes.get(self.at)?.checked_sub(b'0').filter(|bit| *bit <= 1)?;
        self.at += 1;
        Some(u32::from(bit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(bytes: &[u8], page: u32) -> Vec<u8> {
        decoded(bytes, page, 1000).expect("a picture").to_luma8().into_raw()
    }

    #[test]
    fn every_kind_is_decoded() {
        assert_eq!(grey(b"P1\n# a note\n3 1\n1 0\n1", 1), [0, 255, 0]);
        assert_eq!(grey(b"P1 3 1 101", 1), [0, 255, 0]);
        assert_eq!(grey(b"P2 3 1 4 0 2 4", 1), [0, 127, 255]);
        assert_eq!(grey(b"P4 3 1\n\xa0", 1), [0, 255, 0]);
        assert_eq!(grey(b"P5 2 1 255\n\x10\xf0", 1), [0x10, 0xf0]);
        assert_eq!(grey(b"P5 1 1 65535\n\x80\0", 1), [127]);
        let red = |bytes: &[u8]| decoded(bytes, 1, 1000).expect("a picture").to_rgb8().into_raw();
        assert_eq!(red(b"P3 1 1 255 255 0 0"), [255, 0, 0]);
        assert_eq!(red(b"P6 1 1 255\n\xff\0\0"), [255, 0, 0]);
        assert_eq!(
            red(b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n\xff\0\0\x80"),
            [255, 0, 0]
        );
    }

    #[test]
    fn several_pictures_in_a_row() {
        let bytes = [&b"P5 1 1 255\n\x10"[..], b"P5 1 1 255\n\x20", b"P4 1 1\n\x80"].concat();
        assert_eq!(frames(&bytes, 10).map(|frames| frames.len()), Ok(3));
        assert_eq!(frames(&bytes, 1).map(|frames| frames.len()), Ok(2), "one more than the limit");
        assert_eq!(
            (grey(&bytes, 1), grey(&bytes, 2), grey(&bytes, 3)),
            (vec![0x10], vec![0x20], vec![0])
        );
    }

    #[test]
    fn damaged_and_hostile_files() {
        assert_eq!(grey(b"P5 2 2 255\n\x10", 1), [0x10, 255, 255, 255]);
        assert_eq!(
            decoded(b"P5 60000 60000 255\n", 1, 1000).err(),
            Some(Reason::PixelLimit { pixels: 1000 })
        );
        for bytes in [
            &b"P5 0 1 255\n"[..],
            b"P5 1 1 0\n",
            b"P8 1 1 255\n",
            b"P5x",
            b"P5 99999999999 1 255\n",
            b"Plain text",
        ] {
            assert!(
                !is_pnm(bytes) && frames(bytes, 5).is_err(),
                "{}",
                String::from_utf8_lossy(bytes)
            );
        }
        assert!(decoded(b"P5 1 1 255\n\x10", 2, 1000).is_err());
    }
}
