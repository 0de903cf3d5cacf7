//! Fax pictures in TIFF files (ITU-T T.4 and T.6): what the `tiff` crate lacks, group 3 and reversed bits.
//!
//! Two-dimensional group 3 is unsupported. A damaged row ends the strip: the rest of its rows stay white.

use exhibit_model::code::PictureCoding;
use exhibit_model::{Detail, Reason};
use fax::decoder::{decode_g3, decode_g4, pels};
use image::{DynamicImage, GrayImage, Luma};
use std::io::Cursor;
use tiff::decoder::Decoder;
use tiff::tags::Tag;

fn unsupported(coding: PictureCoding) -> Reason {
    Reason::PictureCoding { coding, detail: Detail::default() }
}

/// The encoding of the strips of a fax frame.
pub(super) struct Fax {
    width: u32,
    height: u32,
    compression: u16,
    reversed: bool,
    two_dimensional: bool,
    black_is_zero: bool,
    rows_per_strip: u32,
    offsets: Vec<u64>,
    lengths: Vec<u64>,
}

impl Fax {
    /// The decoder's current frame, if it is a fax.
    pub(super) fn of(decoder: &mut Decoder<Cursor<&[u8]>>) -> Option<Self> {
        let mut number = |tag: Tag| decoder.find_tag_unsigned::<u32>(tag).ok().flatten();
        let compression = number(Tag::Compression).filter(|kind| matches!(kind, 3 | 4))?;
        let options = number(Tag::Unknown(292)).unwrap_or(0);
        let photometric = number(Tag::PhotometricInterpretation);
        let reversed = number(Tag::FillOrder) == Some(2);
        let rows_per_strip = number(Tag::RowsPerStrip);
        let (width, height) = decoder.dimensions().ok()?;
        Some(Self {
            width,
            height,
            compression: u16::try_from(compression).ok()?,
            reversed,
            two_dimensional: compression == 3 && options & 1 == 1,
            black_is_zero: photometric == Some(1),
            rows_per_strip: rows_per_strip.unwrap_or(height).clamp(1, height.max(1)),
            offsets: decoder.get_tag_u64_vec(Tag::StripOffsets).ok()?,
            lengths: decoder.get_tag_u64_vec(Tag::StripByteCounts).ok()?,
        })
    }

    /// The picture, from the bytes of the file.
    pub(super) fn decoded(&self, file: &[u8]) -> Result<DynamicImage, Reason> {
        if self.two_dimensional {
            return Err(unsupported(PictureCoding::Fax2d));
        }
        let width =
            u16::try_from(self.width).map_err(|_| unsupported(PictureCoding::FaxTooWide))?;
        let mut picture = GrayImage::from_pixel(self.width, self.height, Luma([255]));
        let mut any = false;
        for (strip, (offset, length)) in self.offsets.iter().zip(&self.lengths).enumerate() {
            let first =
                u32::try_from(strip).unwrap_or(u32::MAX).saturating_mul(self.rows_per_strip);
            let rows = self.rows_per_strip.min(self.height.saturating_sub(first));
            let start = usize::try_from(*offset).unwrap_or(usize::MAX);
            let end = start
                .saturating_add(usize::try_from(*length).unwrap_or(usize::MAX))
                .min(file.len());
            let Some(bytes) = file.get(start..end).filter(|_| rows > 0) else { continue };
            let mut row = first;
            self.strip(bytes, width, rows, &mut |changes| {
                if row < first + rows {
                    self.render(&mut picture, row, changes, width);
                    row += 1;
                    any = true;
                }
            });
        }
        if any {
            Ok(DynamicImage::from(picture))
        } else {
            Err(Reason::CannotDecode { detail: Detail::default() })
        }
    }

    fn strip(&self, bytes: &[u8], width: u16, rows: u32, row: &mut dyn FnMut(&[u16])) {
        let bytes =
            bytes.iter().map(|byte| if self.reversed { byte.reverse_bits() } else { *byte });
        if self.compression == 4 {
            let height = u16::try_from(rows).ok();
            let _ = decode_g4(bytes, width, height, row);
        } else {
            let _ = decode_g3(bytes, row);
        }
    }

    // Fax white is what the file defines as white: 0 unless it states that black is zero.
    fn render(&self, picture: &mut GrayImage, row: u32, changes: &[u16], width: u16) {
        for (column, color) in (0u32..).zip(pels(changes, width)) {
            let white = (color == fax::Color::White) != self.black_is_zero;
            picture.put_pixel(column, row, Luma([if white { 255 } else { 0 }]));
        }
    }
}
