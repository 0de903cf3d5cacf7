//! Pictures: one page each (a TIFF has one a frame), without text, for OCR to read; and the metadata in their headers.
//!
//! Extraction decodes no pixels. Sizes come from headers and are checked against the limit before anything is decoded.
//! A page's size in points follows the stated resolution; without one, 96 dots per inch are assumed.

mod decode;
mod fax;
mod header;
mod iptc;
#[cfg(test)]
mod tests;

use super::{exif, ole};
use crate::out::{Input, Out, Stop};
use exhibit_model::{Counts, Detail, NoteCode, Page, PageKind, Reason, Record, Request, Task, Verdict};
use header::Header;
use image::ImageFormat;
use std::io::Cursor;

const ASSUMED_DOTS_PER_INCH: f64 = 96.0;

/// Emits a picture's properties and pages.
pub(crate) fn extract(input: &mut dyn Input, request: &Request, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let Some(bytes) = ole::whole(input, request.limits.whole_file_bytes) else { return Ok(too_large(request)) };
    let Ok(format) = image::guess_format(&bytes) else {
        return Ok(Verdict::Failed(Reason::PictureHeader { detail: Detail::default() }));
    };
    let header = Header::read(&bytes, format);
    let block = if format == ImageFormat::Tiff { Some(&bytes[..]) } else { header.exif.as_deref() };
    let exif = block.and_then(exif::parse);
    emit_properties(&header, exif.as_ref(), out)?;
    let frames = match decode::frames(&bytes, format, request.limits.pages) {
        Ok(frames) => frames,
        Err(reason) => return Ok(Verdict::Failed(reason)),
    };
    let mut verdict = Verdict::Read;
    for frame in &frames {
        let stated = frame.dots_per_inch.or(header.dots_per_inch).or(exif.as_ref().and_then(exif::dots_per_inch));
        let orientation = frame.orientation.unwrap_or_else(|| exif.as_ref().map_or(1, exif::orientation));
        if u64::from(frame.width) * u64::from(frame.height) > request.limits.pixels {
            let pixels = request.limits.pixels;
            out.note(out.pages() + 1, NoteCode::PictureTooLarge { pixels })?;
            verdict = Verdict::Truncated(Reason::PixelLimit { pixels });
        }
        out.page(page(frame.width, frame.height, orientation, stated))?;
    }
    if header.frames > 1 {
        out.note(1, NoteCode::Animation { frames: u64::from(header.frames) })?;
    }
    Ok(verdict)
}

fn too_large(request: &Request) -> Verdict {
    Verdict::Truncated(Reason::FileSizeLimit { bytes: request.limits.whole_file_bytes })
}

fn emit_properties(header: &Header, exif: Option<&::exif::Exif>, out: &mut Out<'_>) -> Result<(), Stop> {
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
pub(crate) fn render(input: &mut dyn Input, request: &Request, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let Task::Render { page, dpi, max_side, grey } = request.task else {
        return Ok(Verdict::Failed(Reason::NoSuchPage { page: 0 }));
    };
    let Some(bytes) = ole::whole(input, request.limits.whole_file_bytes) else { return Ok(too_large(request)) };
    let Ok(format) = image::guess_format(&bytes) else {
        return Ok(Verdict::Failed(Reason::PictureHeader { detail: Detail::default() }));
    };
    let frames = match decode::frames(&bytes, format, page) {
        Ok(frames) => frames,
        Err(reason) => return Ok(Verdict::Failed(reason)),
    };
    let Some(frame) = (page as usize).checked_sub(1).and_then(|at| frames.get(at)) else {
        return Ok(Verdict::Failed(Reason::NoSuchPage { page: u64::from(page) }));
    };
    if u64::from(frame.width) * u64::from(frame.height) > request.limits.pixels {
        return Ok(Verdict::Truncated(Reason::PixelLimit { pixels: request.limits.pixels }));
    }
    let header = Header::read(&bytes, format);
    let block = if format == ImageFormat::Tiff { Some(&bytes[..]) } else { header.exif.as_deref() };
    let exif = block.and_then(exif::parse);
    let orientation = frame.orientation.unwrap_or_else(|| exif.as_ref().map_or(1, exif::orientation));
    let stated = frame.dots_per_inch.or(header.dots_per_inch).or(exif.as_ref().and_then(exif::dots_per_inch));
    let picture = match decode::decoded(&bytes, format, page, request.limits.pixels) {
        Ok(picture) => picture,
        Err(reason) => return Ok(Verdict::Failed(reason)),
    };
    let dots = plausible(stated).unwrap_or(ASSUMED_DOTS_PER_INCH);
    let scale = f64::from(dpi) / dots;
    match decode::rendered(picture, orientation, scale, max_side, grey) {
        Ok((width, height, png)) => {
            out.emit(Record::Picture(exhibit_model::Picture { page, width, height, png }))?;
            Ok(Verdict::Read)
        }
        Err(reason) => Ok(Verdict::Failed(reason)),
    }
}

/// A reader over bytes in memory.
fn cursor(bytes: &[u8]) -> Cursor<&[u8]> {
    Cursor::new(bytes)
}
