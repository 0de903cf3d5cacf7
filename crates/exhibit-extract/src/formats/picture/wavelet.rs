//! JPEG 2000 (ISO/IEC 15444-1) and JBIG2 (ITU-T T.88) pictures in files of their own, by the decoders that read them in PDFs.

use super::decode::Frame;
use exhibit_model::code::PictureCoding;
use exhibit_model::{Detail, Reason};
use hayro_jbig2::{Decoder, File};
use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};
use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};

fn header(error: &dyn std::fmt::Display) -> Reason {
    Reason::PictureHeader { detail: Detail::of(&error.to_string()) }
}

fn undecoded(error: &dyn std::fmt::Display) -> Reason {
    Reason::CannotDecode { detail: Detail::of(&error.to_string()) }
}

/// The picture of a JPEG 2000 file, by its header.
pub(super) fn jpeg2000_frame(bytes: &[u8]) -> Result<Frame, Reason> {
    let image = Image::new(bytes, &DecodeSettings::default()).map_err(|error| header(&error))?;
    Ok(Frame { width: image.width(), height: image.height(), ..Frame::default() })
}

/// The pixels of a JPEG 2000 file.
pub(super) fn jpeg2000(bytes: &[u8], most_pixels: u64) -> Result<DynamicImage, Reason> {
    let image = Image::new(bytes, &DecodeSettings::default()).map_err(|error| header(&error))?;
    let (width, height) = (image.width(), image.height());
    let pixels = u64::from(width) * u64::from(height);
    if pixels > most_pixels {
        return Err(Reason::PixelLimit { pixels: most_pixels });
    }
    let channels = image.color_space().num_channels() + u8::from(image.has_alpha());
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(|error| undecoded(&error))?;
    let whole =
        decoded.components().iter().all(|component| component.samples().len() as u64 == pixels);
    let odd = || Reason::PictureCoding {
        coding: PictureCoding::Samples,
        detail: Detail::of(&format!("{channels} channels")),
    };
    if !whole || decoded.components().len() != usize::from(channels) {
        return Err(odd());
    }
    let data = decoded.data_u8();
    let picture = match channels {
        1 => GrayImage::from_raw(width, height, data).map(DynamicImage::from),
        2 => GrayAlphaImage::from_raw(width, height, data).map(DynamicImage::from),
        3 => RgbImage::from_raw(width, height, data).map(DynamicImage::from),
        4 if image.has_alpha() => RgbaImage::from_raw(width, height, data).map(DynamicImage::from),
        4 => {
            let colours = data.as_chunks::<4>().0.iter().flat_map(|[c, m, y, k]| {
                [c, m, y].map(|ink| ((255 - u16::from(*ink)) * (255 - u16::from(*k)) / 255) as u8)
            });
            RgbImage::from_raw(width, height, colours.collect()).map(DynamicImage::from)
        }
        _ => return Err(odd()),
    };
    picture.ok_or_else(odd)
}

/// The pages of a JBIG2 file, at most `most` and one more.
pub(super) fn jbig2_frames(bytes: &[u8], most: u32) -> Result<Vec<Frame>, Reason> {
    let file = File::new(bytes, &hayro_jbig2::DecodeSettings::default())
        .map_err(|error| header(&error))?;
    let pages = file.pages().take(most as usize + 1);
    let frames: Vec<Frame> = pages
        .map(|page| Frame { width: page.width(), height: page.height(), ..Frame::default() })
        .collect();
    if frames.iter().any(|frame| frame.width == 0 || frame.height == 0) || frames.is_empty() {
        return Err(Reason::PictureEmpty);
    }
    Ok(frames)
}

/// The pixels of one page of a JBIG2 file.
pub(super) fn jbig2(bytes: &[u8], page: u32, most_pixels: u64) -> Result<DynamicImage, Reason> {
    let file = File::new(bytes, &hayro_jbig2::DecodeSettings::default())
        .map_err(|error| header(&error))?;
    let page = (page as usize).checked_sub(1).and_then(|index| file.page(index));
    let page = page.ok_or(Reason::CannotDecode { detail: Detail::default() })?;
    let pixels = u64::from(page.width()) * u64::from(page.height());
    if pixels > most_pixels {
        return Err(Reason::PixelLimit { pixels: most_pixels });
    }
    let mut rows =
        Rows { width: page.width() as usize, row: 0, pixels: Vec::new(), most: pixels as usize };
    page.decode(&mut rows).map_err(|error| undecoded(&error))?;
    rows.pixels.resize(rows.most, 255);
    GrayImage::from_raw(page.width(), page.height(), rows.pixels)
        .map(DynamicImage::from)
        .ok_or(Reason::CannotDecode { detail: Detail::default() })
}

/// Rows of pixels; those beyond the stated size are dropped.
struct Rows {
    width: usize,
    row: usize,
    pixels: Vec<u8>,
    most: usize,
}

impl Rows {
    fn push(&mut self, black: bool, count: usize) {
        let end = ((self.row + 1) * self.width).min(self.most);
        let count = count.min(end.saturating_sub(self.pixels.len()));
        self.pixels.extend(std::iter::repeat_n(if black { 0 } else { 255 }, count));
    }
}

impl Decoder for Rows {
    fn push_pixel(&mut self, black: bool) {
        self.push(black, 1);
    }

    fn push_pixel_chunk(&mut self, black: bool, chunk_count: u32) {
        self.push(black, chunk_count as usize * 8);
    }

    fn next_line(&mut self) {
        self.row += 1;
        self.pixels.resize((self.row * self.width).min(self.most), 255);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A JBIG2 file of one page of 8 by 2 pixels without regions.
    fn blank_page() -> Vec<u8> {
        let mut bytes = b"\x97JB2\r\n\x1a\n\x01\0\0\0\x01".to_vec();
        // segment 0, page information, page 1, 19 bytes
        bytes.extend(b"\0\0\0\0\x30\0\x01\0\0\0\x13");
        bytes.extend(8u32.to_be_bytes());
        bytes.extend(2u32.to_be_bytes());
        bytes.extend([0; 8]);
        bytes.extend(b"\x04\0\0");
        // segment 1, end of page; segment 2, end of file
        bytes.extend(b"\0\0\0\x01\x31\0\x01\0\0\0\0\0\0\0\x02\x33\0\0\0\0\0\0");
        bytes
    }

    #[test]
    fn a_page_of_jbig2() {
        let bytes = blank_page();
        let frames = jbig2_frames(&bytes, 10).expect("a file");
        assert_eq!((frames.len(), frames[0].width, frames[0].height), (1, 8, 2));
        // the page's default pixel is black
        assert_eq!(jbig2(&bytes, 1, 100).expect("a picture").to_luma8().into_raw(), [0; 16]);
        assert_eq!(jbig2(&bytes, 1, 10).err(), Some(Reason::PixelLimit { pixels: 10 }));
        assert!(jbig2(&bytes, 2, 100).is_err());
        for end in 0..bytes.len() {
            let _ = jbig2(&bytes[..end], 1, 100);
        }
    }

    #[test]
    fn damaged_files_are_refused() {
        assert!(jpeg2000_frame(b"\xff\x4f\xff\x51\0").is_err());
        assert!(jpeg2000(b"\0\0\0\x0cjP  \r\n\x87\n", 100).is_err());
        assert!(jbig2_frames(b"\x97JB2\r\n\x1a\n", 5).is_err());
    }
}
