//! A rendered page: what is wished for, and the pixels.

use crate::out::{Out, Stop};
use exhibit_model::{Detail, Picture, Reason, Record, Verdict};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

/// How a page is to be rendered.
#[derive(Clone, Copy)]
pub(crate) struct Wish {
    /// The page's number, from 1.
    pub(crate) page: u32,
    /// Dots per inch, of pages with a size in points.
    pub(crate) dpi: u32,
    /// The most pixels of a side.
    pub(crate) max_side: u32,
    /// One byte of grey per pixel suffices.
    pub(crate) grey: bool,
    /// Whether a small picture is enlarged.
    pub(crate) enlarge: bool,
    /// The most pixels of the picture.
    pub(crate) max_pixels: u64,
}

/// The pixels of a page.
pub(crate) struct Raster {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// One byte a pixel if `grey`, else three: red, green, blue.
    pub(crate) samples: Vec<u8>,
    pub(crate) grey: bool,
    /// How its rows are best prepared for compression.
    pub(crate) filter: FilterType,
}

impl Raster {
    /// Emits it as a PNG file.
    pub(crate) fn emit_png(self, page: u32, out: &mut Out<'_>) -> Result<Verdict, Stop> {
        let colour = if self.grey { ExtendedColorType::L8 } else { ExtendedColorType::Rgb8 };
        let (width, height) = (self.width, self.height);
        let mut png = Vec::new();
        let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Fast, self.filter);
        if let Err(error) = encoder.write_image(&self.samples, width, height, colour) {
            return Ok(Verdict::Failed(Reason::CannotEncode { detail: Detail::of(&error) }));
        }
        out.emit(Record::Picture(Picture { page, width, height, png }))?;
        Ok(Verdict::Read)
    }
}
