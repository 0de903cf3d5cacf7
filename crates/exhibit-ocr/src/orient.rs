//! Which way up a page is: a network looks at it, and if there is doubt, some lines are read each way.

use crate::OcrError;
use crate::geometry::{Point, Tilted};
use crate::net::Net;
use crate::pixels::Pixels;
use crate::recognise::Recogniser;

/// How the lines of a page run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// From left to right.
    Upright,
    /// From top to bottom: the page was turned by 90 degrees clockwise.
    Clockwise,
    /// The page is upside down.
    UpsideDown,
    /// From bottom to top: the page was turned by 90 degrees counter-clockwise.
    CounterClockwise,
    /// From top to bottom in columns from right to left, on an upright page.
    Vertical,
}

impl Way {
    /// By how many degrees clockwise the page was turned.
    #[must_use]
    pub const fn degrees(self) -> u16 {
        match self {
            Self::Upright | Self::Vertical => 0,
            Self::Clockwise => 90,
            Self::UpsideDown => 180,
            Self::CounterClockwise => 270,
        }
    }

    // By how many quarters clockwise the direction of reading is turned from that of an upright page.
    pub(crate) const fn quarters(self) -> u8 {
        match self {
            Self::Upright => 0,
            Self::Clockwise | Self::Vertical => 1,
            Self::UpsideDown => 2,
            Self::CounterClockwise => 3,
        }
    }
}

const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];
/// The network sees the middle of the page, this wide and high, after its shorter side was scaled to `SHORT_SIDE`.
const SIDE: usize = 224;
const SHORT_SIDE: f32 = 256.0;
/// Pages longer than this ratio are not shown to it: scaling would take too much memory.
const LONGEST: usize = 8;

/// From this probability on the network is believed without reading any line, if it sees an upright page.
const SURE: f32 = 0.9;
/// From this probability on its answer counts.
const LIKELY: f32 = 0.5;
/// What its answer, and the usual direction, are worth against other ways.
const ANSWER_WORTH: f32 = 1.25;
const USUAL_WORTH: f32 = 1.15;
/// Lines read each way.
const LINES_READ: usize = 3;

/// What the network says: the number of quarter turns, and its probability.
fn ask(net: &Net, picture: &Pixels) -> Result<Option<(u8, f32)>, OcrError> {
    let (width, height) = (picture.width(), picture.height());
    let (long, short) = (width.max(height), width.min(height));
    if long > LONGEST * short {
        return Ok(None);
    }
    let factor = SHORT_SIDE / short as f32;
    let side = |pixels: usize| ((pixels as f32 * factor).round() as usize).max(SIDE);
    let scaled = picture.scaled(side(width), side(height));
    let middle = scaled.part((scaled.width() - SIDE) / 2, (scaled.height() - SIDE) / 2, SIDE, SIDE);
    let output = net.run(SIDE, SIDE, middle.planes(MEAN, DEVIATION, SIDE))?;
    if output.values.len() != 4 {
        return Err(OcrError::Run {
            detail: format!("{:?} instead of four directions", output.shape),
        });
    }
    let answers = (0..4).zip(output.values);
    Ok(answers.max_by(|a, b| a.1.total_cmp(&b.1)))
}

/// Decides how the lines at `places` run.
pub(crate) fn way(
    net: Option<&Net>,
    recogniser: &Recogniser,
    picture: &Pixels,
    places: &[Tilted],
) -> Result<Way, OcrError> {
    if places.is_empty() {
        return Ok(Way::Upright);
    }
    let lies = mostly_tall(places);
    let answer = match net {
        Some(net) => ask(net, picture)?,
        None => None,
    };
    let agrees = answer.is_some_and(|(quarters, _)| (quarters % 2 == 1) == lies);
    if !lies
        && agrees
        && answer.is_some_and(|(quarters, probability)| quarters == 0 && probability > SURE)
    {
        return Ok(Way::Upright);
    }
    let lines = sample(places, lies);
    let ways = if lies { [1, 3] } else { [0, 2] };
    let usual = ways[0];
    let mut best: Option<(f32, u8)> = None;
    for quarters in ways {
        let mut worth = 0.0;
        for line in &lines {
            worth += recogniser.read(picture, &line.turned(quarters))?.worth();
        }
        worth *= match answer {
            Some((answer, probability)) if probability > LIKELY && answer == quarters => {
                ANSWER_WORTH
            }
            _ if quarters == usual => USUAL_WORTH,
            _ => 1.0,
        };
        if best.is_none_or(|best| worth > best.0) {
            best = Some((worth, quarters));
        }
    }
    Ok(match best.map_or(usual, |(_, quarters)| quarters) {
        // columns of an upright page look like the lines of one that lies on its side; their letters do not
        1 if answer
            .is_some_and(|(quarters, probability)| quarters == 0 && probability > LIKELY) =>
        {
            Way::Vertical
        }
        1 => Way::Clockwise,
        2 => Way::UpsideDown,
        3 => Way::CounterClockwise,
        _ => Way::Upright,
    })
}

// Whether most of the length of all lines runs up or down.
fn mostly_tall(places: &[Tilted]) -> bool {
    let (tall, all) = places.iter().fold((0.0, 0.0), |(tall, all), place| {
        (tall + if place.is_tall() { place.length() } else { 0.0 }, all + place.length())
    });
    tall > 0.5 * all
}

// A few long lines, not only the very longest: those may be frames or rules.
fn sample(places: &[Tilted], tall: bool) -> Vec<Tilted> {
    let mut lines: Vec<&Tilted> = places.iter().filter(|place| place.is_tall() == tall).collect();
    lines.sort_by(|a, b| b.length().total_cmp(&a.length()));
    let step = (lines.len() / (2 * LINES_READ)).max(1);
    lines.into_iter().step_by(step).take(LINES_READ).copied().collect()
}

/// The direction in which lines run, from the median tilt of the long ones.
pub(crate) fn direction(places: &[Tilted], way: Way) -> Point {
    let tall = way.quarters() % 2 == 1;
    let long =
        places.iter().filter(|p| p.is_tall() == tall && p.length() > 4.0 * p.width.min(p.height));
    let mut angles: Vec<f32> = long.map(|place| place.across.y.atan2(place.across.x)).collect();
    angles.sort_by(f32::total_cmp);
    let (sine, cosine) = angles.get(angles.len() / 2).copied().unwrap_or(0.0).sin_cos();
    match way.quarters() {
        0 => Point { x: cosine, y: sine },
        1 => Point { x: -sine, y: cosine },
        2 => Point { x: -cosine, y: -sine },
        _ => Point { x: sine, y: -cosine },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(width: f32, height: f32, degrees: f32) -> Tilted {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        Tilted {
            centre: Point { x: 500.0, y: 500.0 },
            across: Point { x: cosine, y: sine },
            width,
            height,
        }
    }

    #[test]
    fn the_median_tilt_decides_the_direction() {
        let lines = [
            line(500.0, 20.0, 2.0),
            line(400.0, 20.0, 2.2),
            line(300.0, 20.0, 30.0),
            line(20.0, 20.0, -40.0),
        ];
        let along = direction(&lines, Way::Upright);
        assert!((along.y.atan2(along.x).to_degrees() - 2.2).abs() < 0.01, "{along:?}");
        let along = direction(&lines, Way::UpsideDown);
        assert!(along.x < -0.99);
        let tall = [line(20.0, 500.0, -3.0), line(20.0, 500.0, -3.0), line(500.0, 20.0, 10.0)];
        let along = direction(&tall, Way::Clockwise);
        assert!(along.y > 0.99 && (along.x - 3f32.to_radians().sin()).abs() < 0.01, "{along:?}");
        assert!(direction(&tall, Way::CounterClockwise).y < -0.99);
        assert_eq!(direction(&[], Way::Upright), Point { x: 1.0, y: 0.0 });
    }

    #[test]
    fn length_decides_whether_a_page_lies() {
        let page = [line(500.0, 20.0, 0.0), line(20.0, 90.0, 0.0), line(20.0, 90.0, 0.0)];
        assert!(!mostly_tall(&page), "two short columns beside one long line");
        assert!(mostly_tall(&page[1..]));
        assert!(!mostly_tall(&[]));
    }

    #[test]
    fn a_sample_leaves_out_most_of_the_longest() {
        let lines: Vec<Tilted> = (1..=30).map(|n| line(n as f32 * 20.0, 10.0, 0.0)).collect();
        let lengths: Vec<f32> = sample(&lines, false).iter().map(Tilted::length).collect();
        assert_eq!(lengths, [600.0, 500.0, 400.0]);
        assert_eq!(sample(&lines[..2], false).len(), 2);
        assert!(sample(&lines, true).is_empty());
    }

    #[test]
    fn ways_have_degrees() {
        let all =
            [Way::Upright, Way::Clockwise, Way::UpsideDown, Way::CounterClockwise, Way::Vertical];
        assert_eq!(all.map(Way::degrees), [0, 90, 180, 270, 0]);
        assert_eq!(all.map(Way::quarters), [0, 1, 2, 3, 1]);
    }
}
