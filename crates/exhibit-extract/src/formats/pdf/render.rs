//! Renders one page.
//!
//! The size is fixed before anything is allocated: the requested resolution, reduced if the longest side or the
//! number of pixels would exceed its limit.

use super::fonts;
use crate::raster::{Raster, Wish};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use hayro_interpret::InterpreterSettings;
use hayro_syntax::page::Page as PdfPage;
use image::codecs::png::FilterType;
use std::sync::Arc;

/// Renders a page.
pub(super) fn render<'a>(page: &'a PdfPage<'a>, wish: Wish) -> Raster {
    let (width, height) = size(page.render_dimensions(), wish);
    let (points_across, points_down) = page.render_dimensions();
    let pixmap = hayro::render(
        page,
        &RenderCache::new(),
        &InterpreterSettings {
            font_resolver: Arc::new(fonts::resolve),
            ..InterpreterSettings::default()
        },
        &RenderSettings::default(),
        &PixmapSettings {
            // half a pixel more, so that rounding does not lose one
            x_scale: (width as f32 + 0.5) / points_across,
            y_scale: (height as f32 + 0.5) / points_down,
            bg_color: WHITE,
        },
    );
    let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    let pixels = pixmap.data_as_u8_slice().as_chunks::<4>().0;
    let samples = if wish.grey {
        pixels.iter().map(|[r, g, b, _]| luma(*r, *g, *b)).collect()
    } else {
        pixels.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect()
    };
    Raster { width, height, samples, grey: wish.grey, filter: FilterType::Up }
}

fn luma(r: u8, g: u8, b: u8) -> u8 {
    ((u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114 + 500) / 1000) as u8
}

/// The pixels across and down for a page size in points.
fn size((width, height): (f32, f32), wish: Wish) -> (u32, u32) {
    let (width, height) = (f64::from(width.max(1.0)), f64::from(height.max(1.0)));
    let most_side = f64::from(wish.max_side.clamp(1, u32::from(u16::MAX)));
    let scale = (f64::from(wish.dpi.max(1)) / 72.0)
        .min(most_side / width.max(height))
        .min((wish.max_pixels.max(1) as f64 / (width * height)).sqrt());
    let pixels = |points: f64| ((points * scale).floor() as u32).clamp(1, u32::from(u16::MAX));
    (pixels(width), pixels(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_respect_their_limits() {
        let check =
            |points: (f32, f32), dpi: u32, max_side: u32, max_pixels: u64, expect: (u32, u32)| {
                assert_eq!(
                    size(
                        points,
                        Wish { page: 1, dpi, max_side, grey: false, enlarge: false, max_pixels }
                    ),
                    expect
                );
            };
        check((612.0, 792.0), 150, 10_000, u64::MAX, (1275, 1650));
        check((612.0, 792.0), 150, 792, u64::MAX, (612, 792));
        check((14_400.0, 14_400.0), 300, 100_000, 1_000_000, (1000, 1000));
        check((1.0, 14_400.0), 72, 1000, u64::MAX, (1, 1000));
        check((612.0, 792.0), 0, 0, 0, (1, 1));
    }
}
