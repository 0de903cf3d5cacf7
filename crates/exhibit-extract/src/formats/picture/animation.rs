//! The frames of an animation: GIF, APNG and WebP. Each is a page, as it is shown: composed over those before it.

use super::cursor;
use exhibit_model::{Detail, Reason};
use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, DynamicImage, Frames, ImageDecoder, ImageFormat, Limits};

/// The most frames of one animation that are pages.
pub(super) const MOST_FRAMES: u32 = 100;

/// The pixels of one frame, from 1.
pub(super) fn decoded(
    bytes: &[u8],
    format: ImageFormat,
    page: u32,
    most_pixels: u64,
) -> Result<DynamicImage, Reason> {
    let failed = |error: image::ImageError| Reason::CannotDecode { detail: Detail::of(&error) };
    let mut limits = Limits::default();
    limits.max_alloc = Some(most_pixels.saturating_mul(8));
    let frames: Frames<'_> = match format {
        ImageFormat::Gif => {
            let mut decoder = GifDecoder::new(cursor(bytes)).map_err(failed)?;
            decoder.set_limits(limits).map_err(failed)?;
            decoder.into_frames()
        }
        ImageFormat::Png => PngDecoder::with_limits(cursor(bytes), limits)
            .and_then(PngDecoder::apng)
            .map_err(failed)?
            .into_frames(),
        _ => {
            let mut decoder = WebPDecoder::new(cursor(bytes)).map_err(failed)?;
            decoder.set_limits(limits).map_err(failed)?;
            decoder.into_frames()
        }
    };
    let frame = frames.into_iter().nth(page.saturating_sub(1) as usize);
    let frame = frame.ok_or(Reason::CannotDecode { detail: Detail::default() })?.map_err(failed)?;
    Ok(DynamicImage::from(frame.into_buffer()))
}
