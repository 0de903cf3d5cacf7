//! Pixels: sizes from headers, decoding within limits, and rendering as PNG.
//!
//! TIFF is decoded here frame by frame, in all the sample layouts that scanners and fax programs write.

use super::cursor;
use super::fax::Fax;
use crate::raster::{Raster, Wish};
use exhibit_model::code::PictureCoding;
use exhibit_model::{Detail, Reason};
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageFormat, ImageReader, RgbImage, RgbaImage};
use std::io::Cursor;
use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;

/// One picture of a file, by its header.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Frame {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) dots_per_inch: Option<f64>,
    /// The orientation that TIFF states for each frame, 1 to 8.
    pub(super) orientation: Option<u8>,
}

/// The pictures of a file, at most `most` of them and one more.
pub(super) fn frames(bytes: &[u8], format: ImageFormat, most: u32) -> Result<Vec<Frame>, Reason> {
    if format == ImageFormat::Tiff {
        return tiff_frames(bytes, most);
    }
    let reader = ImageReader::with_format(cursor(bytes), format);
    let (width, height) = reader
        .into_dimensions()
        .map_err(|error| Reason::PictureHeader { detail: Detail::of(&error) })?;
    if width == 0 || height == 0 {
        return Err(Reason::PictureEmpty);
    }
    Ok(vec![Frame { width, height, ..Frame::default() }])
}

fn tiff_frames(bytes: &[u8], most: u32) -> Result<Vec<Frame>, Reason> {
    let mut frames = Vec::new();
    let damaged = |error: tiff::TiffError| Reason::PictureHeader { detail: Detail::of(&error) };
    let mut decoder = Decoder::new(cursor(bytes)).map_err(damaged)?;
    loop {
        let (width, height) = decoder.dimensions().map_err(damaged)?;
        let unit = decoder.find_tag_unsigned::<u16>(Tag::ResolutionUnit).ok().flatten();
        let resolution = decoder.get_tag_f64(Tag::XResolution).ok().filter(|_| unit != Some(1));
        let scale = if unit == Some(3) { 2.54 } else { 1.0 };
        let orientation = decoder.find_tag_unsigned::<u8>(Tag::Orientation).ok().flatten();
        frames.push(Frame {
            width,
            height,
            dots_per_inch: resolution.map(|dots| dots * scale),
            orientation: Some(orientation.filter(|value| (1..=8).contains(value)).unwrap_or(1)),
        });
        if !decoder.more_images() || frames.len() > most as usize {
            return Ok(frames);
        }
        if decoder.next_image().is_err() {
            // a broken or cyclic chain of frames ends here
            return Ok(frames);
        }
    }
}

/// The pixels of one frame.
pub(super) fn decoded(
    bytes: &[u8],
    format: ImageFormat,
    page: u32,
    most_pixels: u64,
) -> Result<DynamicImage, Reason> {
    if format == ImageFormat::Tiff {
        return tiff_decoded(bytes, page, most_pixels);
    }
    let mut reader = ImageReader::with_format(cursor(bytes), format);
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(most_pixels.saturating_mul(8));
    reader.limits(limits);
    reader.decode().map_err(|error| Reason::CannotDecode { detail: Detail::of(&error) })
}

fn tiff_decoded(bytes: &[u8], page: u32, most_pixels: u64) -> Result<DynamicImage, Reason> {
    let failed = |error: tiff::TiffError| Reason::CannotDecode { detail: Detail::of(&error) };
    let mut decoder = tiff_frame(bytes, page, most_pixels).map_err(failed)?;
    if let Some(fax) = Fax::of(&mut decoder) {
        return fax.decoded(bytes);
    }
    let palette = decoder.get_tag_u16_vec(Tag::ColorMap).unwrap_or_default();
    let indexed =
        decoder.find_tag_unsigned::<u16>(Tag::PhotometricInterpretation).ok().flatten() == Some(3);
    let changed = decoder
        .ifd_pointer()
        .filter(|_| indexed)
        .and_then(|directory| called_grey(bytes, directory.0));
    if let Some(changed) = &changed {
        decoder = tiff_frame(changed, page, most_pixels).map_err(failed)?;
    }
    let (width, height) = decoder.dimensions().map_err(failed)?;
    let color = match decoder.colortype().map_err(failed)? {
        ColorType::Gray(depth) if changed.is_some() => ColorType::Palette(depth),
        other => other,
    };
    let planar =
        decoder.find_tag_unsigned::<u16>(Tag::PlanarConfiguration).ok().flatten() == Some(2);
    let mut samples = DecodingResult::U8(Vec::new());
    decoder.read_image_to_buffer(&mut samples).map_err(failed)?;
    let pixels = usize::try_from(u64::from(width) * u64::from(height)).unwrap_or(usize::MAX);
    let values = eight_bits(samples, width, &color).ok_or_else(|| coding(&color))?;
    let values = if planar { interleaved(&values, pixels) } else { values };
    assembled(&color, &palette, width, height, values).ok_or_else(|| coding(&color))
}

fn coding(color: &ColorType) -> Reason {
    Reason::PictureCoding {
        coding: PictureCoding::Samples,
        detail: Detail::of(&format!("{color:?}")),
    }
}

fn tiff_frame(
    bytes: &[u8],
    page: u32,
    most_pixels: u64,
) -> tiff::TiffResult<Decoder<Cursor<&[u8]>>> {
    let mut limits = tiff::decoder::Limits::default();
    limits.decoding_buffer_size =
        usize::try_from(most_pixels.saturating_mul(8)).unwrap_or(usize::MAX);
    limits.intermediate_buffer_size = limits.decoding_buffer_size;
    let mut decoder = Decoder::new(cursor(bytes))?.with_limits(limits);
    for _ in 1..page {
        decoder.next_image()?;
    }
    Ok(decoder)
}

/// The file with its pixels declared grey in the frame's directory. The `tiff` crate decodes no palette; grey samples
/// are the indices.
fn called_grey(bytes: &[u8], directory: u64) -> Option<Vec<u8>> {
    let little = bytes.starts_with(b"II");
    let short = |at: usize| {
        let pair: [u8; 2] = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    if short(2)? != 42 {
        return None;
    }
    let directory = usize::try_from(directory).ok()?;
    let count = usize::from(short(directory)?);
    let entry = (0..count).map(|at| directory + 2 + at * 12).find(|at| short(*at) == Some(262))?;
    let mut changed = bytes.to_vec();
    changed.get_mut(entry + 8..entry + 10)?.copy_from_slice(&if little {
        1u16.to_le_bytes()
    } else {
        1u16.to_be_bytes()
    });
    Some(changed)
}

/// Samples as bytes: deeper ones reduced to eight bits, those of fewer bits (whose rows end on a byte) scaled to
/// the range, except for palettes, whose samples are indices.
fn eight_bits(samples: DecodingResult, width: u32, color: &ColorType) -> Option<Vec<u8>> {
    let depth = color.bit_depth();
    let index = matches!(color, ColorType::Palette(_));
    Some(match samples {
        DecodingResult::U8(bytes) if depth < 8 => {
            let per_row = width as usize * usize::from(color.num_samples());
            let row_bytes = (per_row * usize::from(depth)).div_ceil(8);
            let most = (1u16 << depth) - 1;
            let mut values = Vec::with_capacity(bytes.len() * 8 / usize::from(depth.max(1)));
            for row in bytes.chunks_exact(row_bytes.max(1)) {
                for at in 0..per_row {
                    let bit = at * usize::from(depth);
                    let shift = 8 - usize::from(depth) - bit % 8;
                    let value = u16::from(row.get(bit / 8)? >> shift) & most;
                    values.push(u8::try_from(if index { value } else { value * 255 / most }).ok()?);
                }
            }
            values
        }
        DecodingResult::U8(bytes) => bytes,
        DecodingResult::U16(words) => words.iter().map(|word| (word >> 8) as u8).collect(),
        DecodingResult::U32(words) => words.iter().map(|word| (word >> 24) as u8).collect(),
        DecodingResult::F32(values) => {
            values.iter().map(|value| (value.clamp(0.0, 1.0) * 255.0) as u8).collect()
        }
        DecodingResult::F64(values) => {
            values.iter().map(|value| (value.clamp(0.0, 1.0) * 255.0) as u8).collect()
        }
        _ => return None,
    })
}

// Converts planar samples to interleaved pixels.
fn interleaved(values: &[u8], pixels: usize) -> Vec<u8> {
    let planes: Vec<&[u8]> = values.chunks_exact(pixels.max(1)).collect();
    (0..pixels).flat_map(|at| planes.iter().map(move |plane| plane[at])).collect()
}

fn assembled(
    color: &ColorType,
    palette: &[u16],
    width: u32,
    height: u32,
    values: Vec<u8>,
) -> Option<DynamicImage> {
    let rgb = |pixels: Vec<u8>| RgbImage::from_raw(width, height, pixels).map(DynamicImage::from);
    match color {
        ColorType::Gray(_) => GrayImage::from_raw(width, height, values).map(DynamicImage::from),
        ColorType::GrayA(_) => {
            image::GrayAlphaImage::from_raw(width, height, values).map(DynamicImage::from)
        }
        ColorType::RGB(_) => rgb(values),
        ColorType::RGBA(_) => RgbaImage::from_raw(width, height, values).map(DynamicImage::from),
        ColorType::Palette(_) => {
            let entries = palette.len() / 3;
            let channel = |index: u8, plane: usize| {
                palette
                    .get(plane * entries + usize::from(index))
                    .map_or(0, |value| (value >> 8) as u8)
            };
            rgb(values
                .iter()
                .flat_map(|index| [0, 1, 2].map(|plane| channel(*index, plane)))
                .collect())
        }
        ColorType::CMYK(_) => rgb(values.chunks_exact(4).flat_map(ink).collect()),
        ColorType::CMYKA(_) => rgb(values.chunks_exact(5).flat_map(ink).collect()),
        ColorType::YCbCr(_) => rgb(values.chunks_exact(3).flat_map(luma).collect()),
        ColorType::Multiband { num_samples: 1, .. } => {
            GrayImage::from_raw(width, height, values).map(DynamicImage::from)
        }
        _ => None,
    }
}

fn ink(sample: &[u8]) -> [u8; 3] {
    let black = 255 - u16::from(sample[3]);
    [0, 1, 2].map(|at| ((255 - u16::from(sample[at])) * black / 255) as u8)
}

fn luma(sample: &[u8]) -> [u8; 3] {
    let [y, blue, red] = [0, 1, 2].map(|at| f32::from(sample[at]));
    let (blue, red) = (blue - 128.0, red - 128.0);
    [y + 1.402 * red, y - 0.344_136 * blue - 0.714_136 * red, y + 1.772 * blue]
        .map(|value| value.clamp(0.0, 255.0) as u8)
}

/// The longer side that scaling to a resolution never goes below: stated resolutions are often wrong.
const LEAST_SIDE: f64 = 1600.0;
/// The most by which a small picture is enlarged, and the longer side up to which it is: small letters are read better then.
const MOST_ENLARGED: f64 = 3.0;
const SMALL_SIDE: f64 = 1000.0;

/// The picture as displayed, scaled to the sides and pixels wished for, and down by `scale` if that is below 1; a small one
/// up, if it is above 1 and the wish says so.
pub(super) fn rendered(picture: DynamicImage, orientation: u8, scale: f64, wish: Wish) -> Raster {
    let mut picture = without_alpha(picture);
    let longer = f64::from(picture.width().max(picture.height()));
    let by_resolution = scale.max(LEAST_SIDE / longer).min(1.0);
    let max_side = wish.max_side.max(1);
    let by_side = f64::from(max_side) / longer;
    let pixels = f64::from(picture.width()) * f64::from(picture.height());
    let by_pixels = (wish.max_pixels.max(1) as f64 / pixels).sqrt();
    let enlarged = scale.min(MOST_ENLARGED).min(LEAST_SIDE / longer);
    let is_small = wish.enlarge && longer < SMALL_SIDE && enlarged > 1.0;
    let factor = if is_small { enlarged } else { by_resolution }.min(by_side).min(by_pixels);
    let side = |pixels: u32| ((f64::from(pixels) * factor).round() as u32).clamp(1, max_side);
    let (width, height) = (side(picture.width()), side(picture.height()));
    if factor < 1.0 {
        picture = picture.thumbnail_exact(width, height);
    } else if factor > 1.0 {
        picture = picture.resize_exact(width, height, FilterType::CatmullRom);
    }
    picture.apply_orientation(
        Orientation::from_exif(orientation).unwrap_or(Orientation::NoTransforms),
    );
    let (width, height) = (picture.width(), picture.height());
    let samples =
        if wish.grey { picture.into_luma8().into_raw() } else { picture.into_rgb8().into_raw() };
    Raster {
        width,
        height,
        samples,
        grey: wish.grey,
        filter: image::codecs::png::FilterType::Adaptive,
    }
}

// Transparent pixels get the background on which the rest is visible: white, or black under light content.
fn without_alpha(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return picture;
    }
    let pixels = picture.to_rgba8();
    let (mut light, mut weight) = (0u64, 0u64);
    for pixel in pixels.pixels() {
        let [red, green, blue, alpha] = pixel.0.map(u64::from);
        light += (red * 2 + green * 5 + blue) / 8 * alpha;
        weight += alpha;
    }
    let see_through = weight < u64::from(pixels.width()) * u64::from(pixels.height()) * 255;
    let ground = if see_through && weight > 0 && light / weight > 200 { 0u32 } else { 255 };
    let mut flat = RgbImage::new(pixels.width(), pixels.height());
    for (to, from) in flat.pixels_mut().zip(pixels.pixels()) {
        let alpha = u32::from(from.0[3]);
        to.0 = [0, 1, 2]
            .map(|at| ((u32::from(from.0[at]) * alpha + ground * (255 - alpha)) / 255) as u8);
    }
    DynamicImage::from(flat)
}
