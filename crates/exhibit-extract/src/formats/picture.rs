//! Pictures: one page each (one a frame of a TIFF, an animation or another file of several), without text, for OCR to
//! read; and the metadata in their headers.
//!
//! Extraction decodes no pixels. Sizes come from headers and are checked against the limit before anything is decoded.
//! A page's size in points follows the stated resolution; without one, 96 dots per inch are assumed.

mod animation;
mod decode;
mod fax;
mod header;
mod iptc;
mod photoshop;
mod pnm;
pub(crate) mod raw;
#[cfg(test)]
mod tests;
mod wavelet;

use super::{exif, ole};
use crate::out::{Input, Out, Stop};
use crate::raster::{Raster, Wish};
use decode::Frame;
use exhibit_model::{Counts, Detail, NoteCode, Page, PageKind, Reason, Request, Verdict};
use header::Header;
use image::{DynamicImage, ImageFormat};
use std::io::Cursor;

const ASSUMED_DOTS_PER_INCH: f64 = 96.0;

/// How the pixels of a file are coded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Coding {
    /// A format of the `image` crate.
    Image(ImageFormat),
    /// Frames of an animation in such a format.
    Animation(ImageFormat),
    Pnm,
    Photoshop,
    Jpeg2000,
    Jbig2,
    /// A raw photograph with a JPEG preview.
    Raw,
}

impl Coding {
    fn of(bytes: &[u8]) -> Option<Self> {
        if raw::media_type(bytes).is_some() {
            return Some(Self::Raw);
        }
        Some(match bytes {
            [b'8', b'B', b'P', b'S', ..] => Self::Photoshop,
            [0, 0, 0, 0x0c, b'j', b'P', ..] | [0xff, 0x4f, 0xff, 0x51, ..] => Self::Jpeg2000,
            [0x97, b'J', b'B', b'2', ..] => Self::Jbig2,
            _ if pnm::is_pnm(bytes) => Self::Pnm,
            _ => Self::Image(image::guess_format(bytes).ok()?),
        })
    }
}

/// Whether bytes begin like a Netpbm picture.
pub(crate) fn is_netpbm(head: &[u8]) -> bool {
    pnm::is_pnm(head)
}

/// A file whose header was read.
struct Opened {
    bytes: Vec<u8>,
    coding: Coding,
    header: Header,
    exif: Option<::exif::Exif>,
    frames: Vec<Frame>,
}

impl Opened {
    /// Opens a file, for at most `most` frames and one more.
    fn new(bytes: Vec<u8>, most: u32) -> Result<Self, Reason> {
        let coding =
            Coding::of(&bytes).ok_or(Reason::PictureHeader { detail: Detail::default() })?;
        let header = match coding {
            Coding::Image(format) => Header::read(&bytes, format),
            Coding::Photoshop => {
                Header::photoshop(photoshop::resources(&bytes).unwrap_or_default())
            }
            _ => Header::default(),
        };
        let block = match coding {
            Coding::Image(ImageFormat::Tiff) | Coding::Raw => Some(&bytes[..]),
            _ => header.exif.as_deref(),
        };
        let exif = block.and_then(exif::parse);
        let frames = match coding {
            Coding::Image(format) => decode::frames(&bytes, format, most)?,
            Coding::Pnm => pnm::frames(&bytes, most)?,
            Coding::Photoshop => vec![photoshop::frame(&bytes)?],
            Coding::Jpeg2000 => vec![wavelet::jpeg2000_frame(&bytes)?],
            Coding::Jbig2 => wavelet::jbig2_frames(&bytes, most)?,
            Coding::Raw => decode::frames(&bytes[raw::preview(&bytes)?], ImageFormat::Jpeg, 1)?,
            Coding::Animation(_) => Vec::new(),
        };
        let mut opened = Self { bytes, coding, header, exif, frames };
        if let (Coding::Image(format), 2..) = (coding, opened.header.frames)
            && let [frame] = opened.frames[..]
        {
            opened.coding = Coding::Animation(format);
            opened.frames = vec![frame; opened.header.frames.min(animation::MOST_FRAMES) as usize];
        }
        Ok(opened)
    }

    fn dots_per_inch(&self, frame: &Frame) -> Option<f64> {
        frame
            .dots_per_inch
            .or(self.header.dots_per_inch)
            .or(self.exif.as_ref().and_then(exif::dots_per_inch))
    }

    fn orientation(&self, frame: &Frame) -> u8 {
        frame.orientation.unwrap_or_else(|| self.exif.as_ref().map_or(1, exif::orientation))
    }

    fn decoded(&self, page: u32, most_pixels: u64) -> Result<DynamicImage, Reason> {
        let bytes = &self.bytes[..];
        match self.coding {
            Coding::Image(format) => decode::decoded(bytes, format, page, most_pixels),
            Coding::Animation(format) => animation::decoded(bytes, format, page, most_pixels),
            Coding::Pnm => pnm::decoded(bytes, page, most_pixels),
            Coding::Photoshop => photoshop::decoded(bytes, most_pixels),
            Coding::Jpeg2000 => wavelet::jpeg2000(bytes, most_pixels),
            Coding::Jbig2 => wavelet::jbig2(bytes, page, most_pixels),
            Coding::Raw => {
                decode::decoded(&bytes[raw::preview(bytes)?], ImageFormat::Jpeg, 1, most_pixels)
            }
        }
    }
}

/// Emits a picture's properties and pages.
pub(crate) fn extract(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let Some(bytes) = ole::whole(input, request.limits.whole_file_bytes) else {
        return Ok(too_large(request));
    };
    let opened = match Opened::new(bytes, request.limits.pages) {
        Ok(opened) => opened,
        Err(reason) => return Ok(Verdict::Failed(reason)),
    };
    emit_properties(&opened.header, opened.exif.as_ref(), out)?;
    let mut verdict = Verdict::Read;
    for frame in &opened.frames {
        if u64::from(frame.width) * u64::from(frame.height) > request.limits.pixels {
            let pixels = request.limits.pixels;
            out.note(out.pages() + 1, NoteCode::PictureTooLarge { pixels })?;
            verdict = Verdict::Truncated(Reason::PixelLimit { pixels });
        }
        out.page(page(
            frame.width,
            frame.height,
            opened.orientation(frame),
            opened.dots_per_inch(frame),
        ))?;
    }
    let frames = u64::from(opened.header.frames);
    if frames > 1 {
        out.note(0, NoteCode::Animation { frames })?;
    }
    if frames > opened.frames.len() as u64 {
        out.note(0, NoteCode::FramesOmitted { frames: frames - opened.frames.len() as u64 })?;
    }
    if opened.coding == Coding::Raw {
        out.note(0, NoteCode::PreviewOnly)?;
    }
    Ok(verdict)
}

fn too_large(request: &Request) -> Verdict {
    Verdict::Truncated(Reason::FileSizeLimit { bytes: request.limits.whole_file_bytes })
}

fn emit_properties(
    header: &Header,
    exif: Option<&::exif::Exif>,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    for (key, value) in &header.properties {
        out.metadata(key, value)?;
    }
    if let Some(exif) = exif {
        exif::emit(exif, out)?;
    }
    Ok(())
}

fn page(width: u32, height: u32, orientation: u8, dots_per_inch: Option<f64>) -> Page {
    let dots = plausible(dots_per_inch).unwrap_or(ASSUMED_DOTS_PER_INCH);
    let points = |pixels: u32| (f64::from(pixels) * 72.0 / dots) as f32;
    let (width, height) = if orientation >= 5 { (height, width) } else { (width, height) };
    Page {
        kind: PageKind::Picture,
        width: points(width),
        height: points(height),
        counts: Counts { images: 1, ..Counts::default() },
        ..Page::default()
    }
}

fn plausible(dots_per_inch: Option<f64>) -> Option<f64> {
    dots_per_inch.filter(|dots| (20.0..=4800.0).contains(dots))
}

/// Renders one page.
pub(crate) fn render(
    input: &mut dyn Input,
    request: &Request,
    wish: Wish,
) -> Result<Raster, Verdict> {
    let page = wish.page;
    let bytes =
        ole::whole(input, request.limits.whole_file_bytes).ok_or_else(|| too_large(request))?;
    let opened = Opened::new(bytes, page).map_err(Verdict::Failed)?;
    let frame = (page as usize).checked_sub(1).and_then(|at| opened.frames.get(at));
    let frame = frame.ok_or(Verdict::Failed(Reason::NoSuchPage { page: u64::from(page) }))?;
    if u64::from(frame.width) * u64::from(frame.height) > request.limits.pixels {
        return Err(Verdict::Truncated(Reason::PixelLimit { pixels: request.limits.pixels }));
    }
    let picture = opened.decoded(page, request.limits.pixels).map_err(Verdict::Failed)?;
    let dots = plausible(opened.dots_per_inch(frame)).unwrap_or(ASSUMED_DOTS_PER_INCH);
    Ok(decode::rendered(picture, opened.orientation(frame), f64::from(wish.dpi) / dots, wish))
}

/// A reader over bytes in memory.
fn cursor(bytes: &[u8]) -> Cursor<&[u8]> {
    Cursor::new(bytes)
}
