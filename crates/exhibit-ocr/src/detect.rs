//! Where lines of text are: a network gives each pixel a probability of being text (DB), and every connected area of
//! likely pixels becomes a tilted rectangle.

use crate::OcrError;
use crate::geometry::{Point, Tilted, hull, smallest_around};
use crate::net::Net;
use crate::pixels::Pixels;

/// The longest side given to the network at once.
const TILE: usize = 1536;
/// How much two tiles of a long picture share.
const OVERLAP: usize = 256;
/// From this ratio of its sides on a picture is cut into tiles, because scaling it to one would make letters too small.
const STRIP: f32 = 2.5;
/// The shortest side given to the network: smaller pictures are enlarged, but no more than four times.
const LEAST_SIDE: f32 = 320.0;
const MOST_ENLARGED: f32 = 4.0;
/// The longest shorter side of a strip.
const STRIP_SIDE: f32 = 1152.0;
/// The most pixels given to the network over all tiles.
const MOST_PIXELS: f32 = 6e6;

/// From this probability on, a pixel is text.
const LIKELY: f32 = 0.2;
/// The least mean probability within a line's rectangle.
const LEAST_SCORE: f32 = 0.45;
/// How much a rectangle grows: the network is trained to mark the middle of a line.
const GROWTH: f32 = 1.4;
/// How much is added to a line at each end where there is room, in heights of the line.
const ROOM: f32 = 0.3;
/// The least side of an area, in pixels given to the network.
const LEAST_AREA_SIDE: f32 = 3.0;

const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

/// The lines found on a picture.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) places: Vec<Tilted>,
    /// There are more than the limit.
    pub(crate) more: bool,
}

/// Finds lines of text, at most `most`.
pub(crate) fn detect(net: &Net, picture: &Pixels, most: usize) -> Result<Found, OcrError> {
    let (width, height) = network_size(picture.width(), picture.height());
    let likely = probabilities(net, &picture.scaled(width, height))?;
    let mut found = areas(&likely, width, height, most);
    make_room(&mut found.places);
    let scale = Point {
        x: picture.width() as f32 / width as f32,
        y: picture.height() as f32 / height as f32,
    };
    for place in &mut found.places {
        *place = scaled(place, scale);
    }
    Ok(found)
}

// The size at which a picture is given to the network: multiples of 32.
fn network_size(width: usize, height: usize) -> (usize, usize) {
    let (w, h) = (width as f32, height as f32);
    let (long, short) = (w.max(h), w.min(h));
    let enlarged = (LEAST_SIDE / short).min(MOST_ENLARGED);
    let tile = TILE as f32;
    let factor = if long <= STRIP * short {
        (tile / long).min(enlarged.max(1.0))
    } else {
        (STRIP_SIDE / short).min(enlarged.max(1.0)).min((MOST_PIXELS / (w * h)).sqrt())
    };
    let side = |pixels: f32| ((pixels * factor / 32.0).round().max(1.0) * 32.0) as usize;
    let (mut across, mut down) = (side(w), side(h));
    // rounding a thin strip up must not exceed the bound
    let most = (MOST_PIXELS as usize / across.min(down) / 32).max(1) * 32;
    (across, down) = (across.min(most), down.min(most));
    (across, down)
}

// Runs the network over the picture, in tiles along its longer side if that is needed.
fn probabilities(net: &Net, picture: &Pixels) -> Result<Vec<f32>, OcrError> {
    let (width, height) = (picture.width(), picture.height());
    if width.max(height) <= TILE {
        return run(net, picture);
    }
    let mut all = vec![0.0f32; width * height];
    let lies = width > height;
    let long = width.max(height);
    let mut start = 0;
    loop {
        let length = TILE.min(long - start);
        let tile = if lies {
            picture.part(start, 0, length, height)
        } else {
            picture.part(0, start, width, length)
        };
        let values = run(net, &tile)?;
        // of what two tiles share, each counts for the half further from its edge
        let skipped = if start == 0 { 0 } else { OVERLAP / 2 };
        if lies {
            for (row, values) in all.chunks_exact_mut(width).zip(values.chunks_exact(length)) {
                row[start + skipped..start + length].copy_from_slice(&values[skipped..]);
            }
        } else {
            all[(start + skipped) * width..(start + length) * width]
                .copy_from_slice(&values[skipped * width..]);
        }
        if start + length >= long {
            return Ok(all);
        }
        start = (start + TILE - OVERLAP).min(long - OVERLAP);
    }
}

fn run(net: &Net, picture: &Pixels) -> Result<Vec<f32>, OcrError> {
    let (width, height) = (picture.width(), picture.height());
    let output = net.run(width, height, picture.planes(MEAN, DEVIATION, width))?;
    if output.values.len() != width * height {
        return Err(OcrError::Run {
            detail: format!("{:?} instead of a value a pixel", output.shape),
        });
    }
    Ok(output.values)
}

// The rectangles around connected areas of likely pixels.
fn areas(likely: &[f32], width: usize, height: usize, most: usize) -> Found {
    let mut found = Found::default();
    let mut seen = vec![false; likely.len()];
    let mut pending = Vec::new();
    for start in 0..likely.len() {
        if seen[start] || likely[start] <= LIKELY {
            continue;
        }
        // its first pixel is in its uppermost row; for the hull, the outermost pixels of each row are enough
        let top = start / width;
        let mut rows: Vec<(usize, usize)> = Vec::new();
        seen[start] = true;
        pending.push(start);
        while let Some(pixel) = pending.pop() {
            let (x, y) = (pixel % width, pixel / width);
            if rows.len() <= y - top {
                rows.resize(y - top + 1, (usize::MAX, 0));
            }
            let row = &mut rows[y - top];
            *row = (row.0.min(x), row.1.max(x));
            for near_y in y.saturating_sub(1)..(y + 2).min(height) {
                for near_x in x.saturating_sub(1)..(x + 2).min(width) {
                    let near = near_y * width + near_x;
                    if !seen[near] && likely[near] > LIKELY {
                        seen[near] = true;
                        pending.push(near);
                    }
                }
            }
        }
        let ends = rows.iter().enumerate().filter(|(_, row)| row.0 <= row.1);
        let points = ends.flat_map(|(y, (first, last))| {
            let y = (top + y) as f32;
            [Point { x: *first as f32, y }, Point { x: *last as f32, y }]
        });
        let Some(around) = smallest_around(&hull(points.collect())) else { continue };
        if around.width.min(around.height) < LEAST_AREA_SIDE
            || mean_within(likely, width, height, &around) < LEAST_SCORE
        {
            continue;
        }
        if found.places.len() >= most {
            found.more = true;
            break;
        }
        let growth = around.width * around.height * GROWTH / (around.width + around.height);
        found.places.push(Tilted {
            width: around.width + growth,
            height: around.height + growth,
            ..around
        });
    }
    found
}

// Lengthens every line at those of its ends where no other line is: the network likes to leave out the punctuation at the
// end of a line.
fn make_room(places: &mut [Tilted]) {
    let before = places.to_vec();
    for (index, place) in places.iter_mut().enumerate() {
        let tall = place.is_tall();
        let (length, thickness) =
            if tall { (place.height, place.width) } else { (place.width, place.height) };
        let along = if tall { place.down() } else { place.across };
        let more = ROOM * thickness;
        let is_free = |sign: f32| {
            let reach = sign * (length / 2.0 + more);
            let end =
                Point { x: place.centre.x + along.x * reach, y: place.centre.y + along.y * reach };
            before.iter().enumerate().all(|(other, place)| other == index || !place.contains(end))
        };
        let (start, end) =
            (if is_free(-1.0) { more } else { 0.0 }, if is_free(1.0) { more } else { 0.0 });
        let shift = (end - start) / 2.0;
        place.centre =
            Point { x: place.centre.x + along.x * shift, y: place.centre.y + along.y * shift };
        if tall {
            place.height += start + end;
        } else {
            place.width += start + end;
        }
    }
}

// The mean probability within a rectangle. Each row costs only its pixels within.
fn mean_within(likely: &[f32], width: usize, height: usize, place: &Tilted) -> f32 {
    let [_, top, _, bottom] = place.bounds();
    let (mut sum, mut count) = (0.0f64, 0usize);
    let last_row = (bottom.ceil().max(0.0) as usize).min(height - 1);
    for y in (top.max(0.0) as usize)..=last_row {
        let aside = y as f32 - place.centre.y;
        let along = |factor: f32, shift: f32, half: f32| {
            if factor.abs() < 1e-6 {
                return if shift.abs() <= half { (f32::MIN, f32::MAX) } else { (1.0, 0.0) };
            }
            let (a, b) = ((-half - shift) / factor, (half - shift) / factor);
            (a.min(b), a.max(b))
        };
        let first = along(place.across.x, aside * place.across.y, place.width / 2.0);
        let second = along(-place.across.y, aside * place.across.x, place.height / 2.0);
        let from = (place.centre.x + first.0.max(second.0)).ceil().max(0.0) as usize;
        let to = (place.centre.x + first.1.min(second.1)).floor().min(width as f32 - 1.0);
        if to < 0.0 || from > to as usize {
            continue;
        }
        let row = &likely[y * width + from..=y * width + to as usize];
        sum += row.iter().map(|value| f64::from(*value)).sum::<f64>();
        count += row.len();
    }
    if count == 0 { 0.0 } else { (sum / count as f64) as f32 }
}

// A rectangle of the network's picture, on the whole one: both scales differ a little.
fn scaled(place: &Tilted, scale: Point) -> Tilted {
    let (across, down) = (place.across, place.down());
    let across = Point { x: across.x * scale.x, y: across.y * scale.y };
    let down = Point { x: down.x * scale.x, y: down.y * scale.y };
    let (longer, taller) = (across.x.hypot(across.y), down.x.hypot(down.y));
    Tilted {
        centre: Point { x: (place.centre.x + 0.5) * scale.x, y: (place.centre.y + 0.5) * scale.y },
        across: Point { x: across.x / longer, y: across.y / longer },
        width: place.width * longer,
        height: place.height * taller,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // A map with rectangles of probability 0.9.
    fn map(width: usize, height: usize, places: &[Tilted]) -> Vec<f32> {
        let points =
            (0..height).flat_map(|y| (0..width).map(move |x| Point { x: x as f32, y: y as f32 }));
        points
            .map(|point| if places.iter().any(|place| place.contains(point)) { 0.9 } else { 0.02 })
            .collect()
    }

    fn tilted(x: f32, y: f32, width: f32, height: f32, degrees: f32) -> Tilted {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        Tilted { centre: Point { x, y }, across: Point { x: cosine, y: sine }, width, height }
    }

    #[test]
    fn areas_become_rectangles() {
        let real = [tilted(150.0, 50.0, 200.0, 12.0, 3.0), tilted(140.0, 130.0, 150.0, 14.0, -8.0)];
        let found = areas(&map(300, 200, &real), 300, 200, 10);
        assert_eq!((found.places.len(), found.more), (2, false));
        for (found, real) in found.places.iter().zip(&real) {
            let growth = real.width * real.height * GROWTH / (real.width + real.height);
            assert!((found.width - real.width - growth).abs() < 4.0, "{found:?}");
            assert!((found.height - real.height - growth).abs() < 3.0, "{found:?}");
            assert!((found.across.y - real.across.y).abs() < 0.02, "{found:?}");
            assert!((found.centre.x - real.centre.x).abs() < 1.5, "{found:?}");
        }
    }

    #[test]
    fn specks_and_doubtful_areas_are_left_out() {
        let speck = [tilted(20.0, 20.0, 2.0, 2.0, 0.0)];
        assert!(areas(&map(100, 50, &speck), 100, 50, 10).places.is_empty());
        let mut doubtful = map(100, 50, &[tilted(50.0, 25.0, 60.0, 10.0, 0.0)]);
        doubtful.iter_mut().for_each(|value| *value *= 0.4);
        assert!(areas(&doubtful, 100, 50, 10).places.is_empty());
        // a large ring is mostly empty inside
        let ring = |x: f32, y: f32| ((x - 50.0).hypot(y - 50.0) - 40.0).abs() < 2.0;
        let ring: Vec<f32> = (0..10_000)
            .map(|at| if ring((at % 100) as f32, (at / 100) as f32) { 0.9 } else { 0.0 })
            .collect();
        assert!(areas(&ring, 100, 100, 10).places.is_empty());
    }

    #[test]
    fn more_areas_than_the_limit_are_reported() {
        let many: Vec<Tilted> =
            (0..40).map(|n| tilted(30.0, 10.0 + 10.0 * n as f32, 40.0, 5.0, 0.0)).collect();
        let values = map(60, 410, &many);
        let found = areas(&values, 60, 410, 15);
        assert_eq!((found.places.len(), found.more), (15, true));
        assert_eq!(areas(&values, 60, 410, 40).places.len(), 40);
        assert!(!areas(&values, 60, 410, 40).more);
    }

    #[test]
    fn nothing_is_found_where_all_is_likely_or_nothing() {
        let all = areas(&vec![1.0; 64 * 32], 64, 32, 10);
        assert_eq!(all.places.len(), 1, "one area as large as the picture");
        assert!(areas(&vec![0.0; 64 * 32], 64, 32, 10).places.is_empty());
        assert!(areas(&vec![f32::NAN; 64 * 32], 64, 32, 10).places.is_empty());
    }

    #[test]
    fn sizes_for_the_network_are_bounded() {
        assert_eq!(network_size(1654, 2339), (1088, 1536));
        assert_eq!(network_size(800, 600), (800, 608));
        assert_eq!(network_size(306, 165), (608, 320));
        assert_eq!(network_size(1, 1), (32, 32));
        for (width, height) in [
            (30_000, 10),
            (10, 30_000),
            (65_535, 1),
            (6000, 60),
            (1080, 20_000),
            (30_000, 30_000),
            (2, 9),
        ] {
            let (across, down) = network_size(width, height);
            assert!(
                across % 32 == 0 && down % 32 == 0 && across * down <= 6_100_000,
                "{width} {height}: {across} {down}"
            );
            assert!(across >= 32 && down >= 32);
        }
        // letters of a strip stay as large as they are
        assert_eq!(network_size(6000, 60), (23_424, 256));
        assert_eq!(network_size(1080, 4000), (1088, 4000));
    }

    #[test]
    fn lines_are_lengthened_only_where_there_is_room() {
        let mut places = [
            tilted(100.0, 50.0, 100.0, 20.0, 0.0),
            tilted(206.0, 50.0, 100.0, 20.0, 0.0),
            tilted(400.0, 50.0, 20.0, 80.0, 0.0),
        ];
        make_room(&mut places);
        assert_eq!(places[0].bounds(), [44.0, 40.0, 150.0, 60.0], "room at its left alone");
        assert_eq!(places[1].bounds(), [156.0, 40.0, 262.0, 60.0]);
        assert_eq!(places[2].bounds(), [390.0, 4.0, 410.0, 96.0], "a column grows up and down");
    }

    #[test]
    fn rectangles_scale_with_the_picture() {
        let place = scaled(&tilted(49.5, 19.5, 60.0, 10.0, 0.0), Point { x: 2.0, y: 3.0 });
        assert_eq!(
            (place.centre, place.width, place.height),
            (Point { x: 100.0, y: 60.0 }, 120.0, 30.0)
        );
    }
}
