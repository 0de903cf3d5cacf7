//! Recognises the text on a rendered page, with the models that the program embeds.

use crate::out::{Out, Stop};
use crate::raster::Raster;
use exhibit_model::reading::MOST_OTHERS;
use exhibit_model::{
    Before, Detail, Drawn, ReadCharacter, ReadLine, Reading, Reason, Record, Rect, Trust, Verdict,
    Way,
};
use exhibit_ocr::{
    Engine, Line, OcrError, Pixels, ReadingLimits, Recognition, Size, Tilted, models,
};
use image::codecs::png::FilterType;
use std::sync::OnceLock;

/// The most pixels of a picture that is recognised: A4 at 500 dots per inch. A larger one is scaled down.
pub(crate) const MOST_PIXELS: u64 = 24_000_000;

// `None`: the program was built without models, or they do not load
static ENGINE: OnceLock<Option<Engine>> = OnceLock::new();

fn engine() -> Option<&'static Engine> {
    let load = || {
        let engine = Engine::load(models::embedded()?).ok()?;
        // what the libraries below do once in a process (counting processors, building tables) must not be left to workers
        engine.rehearse().ok().map(|()| engine)
    };
    ENGINE.get_or_init(load).as_ref()
}

/// Loads the models.
pub(crate) fn warm() {
    let _ = engine();
}

/// Emits what is recognised on a page.
pub(crate) fn recognise(raster: Raster, page: u32, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let Some(engine) = engine() else { return Ok(Verdict::Unsupported(Reason::NoOcrModel)) };
    let (width, height) = (raster.width, raster.height);
    let samples = if raster.grey {
        raster.samples.iter().flat_map(|grey| [*grey; 3]).collect()
    } else {
        raster.samples
    };
    let Some(pixels) = Pixels::new(width, height, samples) else {
        return Ok(Verdict::Failed(Reason::NoPicture));
    };
    match engine.read(&pixels, Recognition::Both, ReadingLimits::STANDARD) {
        Ok(read) => {
            let mut reading = reading(&read, page, width, height);
            let drawn = draw(&pixels, &read.lines, &mut reading.lines);
            out.emit(Record::Reading(reading))?;
            match drawn {
                Some(raster) => raster.emit_png(page, out),
                None => Ok(Verdict::Read),
            }
        }
        Err(error) => Ok(Verdict::Failed(failure(&error))),
    }
}

fn failure(error: &OcrError) -> Reason {
    Reason::RecognitionFailed { detail: Detail::of(error) }
}

fn reading(read: &exhibit_ocr::Reading, page: u32, width: u32, height: u32) -> Reading {
    let lines = read.lines.iter().map(|line| read_line(line, (width as f32, height as f32)));
    Reading {
        page,
        width,
        height,
        way: way(read.way),
        truncated: read.more,
        lines: lines.collect(),
    }
}

/// By how much the place of a drawn line grows above and below, as a share of its height: letters of other scripts reach
/// further than those that the models know.
const GROWTH: f32 = 0.15;
/// The most pixels of the picture of drawn lines.
const MOST_DRAWN: u64 = 30_000_000;

// Draws the lines that may be in a script that the models do not know, for a program that does.
fn draw(pixels: &Pixels, lines: &[Line], read: &mut [ReadLine]) -> Option<Raster> {
    let mut drawn = Vec::new();
    let mut widest = 0;
    for (line, read) in lines.iter().zip(read) {
        if drawn.len() == Drawn::MOST {
            break;
        }
        if !read.is_foreign() && read.trust != Trust::Questioned {
            continue;
        }
        let place = Tilted { height: line.place.height * (1.0 + 2.0 * GROWTH), ..line.place };
        let (width, grey) = pixels.even_line(&place, Drawn::HEIGHT, Drawn::MOST_WIDTH);
        let side = u64::from(widest.max(width) + 2 * Drawn::MARGIN);
        if side * u64::from(Drawn::PITCH) * (drawn.len() as u64 + 1) > MOST_DRAWN {
            break;
        }
        widest = widest.max(width);
        read.drawn = Some(Drawn { width, way: direction(&line.place) });
        drawn.push((width as usize, grey));
    }
    if drawn.is_empty() {
        return None;
    }
    let width = widest + 2 * Drawn::MARGIN;
    let height = drawn.len() as u32 * Drawn::PITCH + 2 * Drawn::MARGIN;
    let mut samples = vec![255; (width * height) as usize];
    for (number, (across, grey)) in drawn.into_iter().enumerate() {
        let top = (Drawn::MARGIN + number as u32 * Drawn::PITCH) as usize;
        for (y, row) in grey.chunks_exact(across).enumerate() {
            let start = (top + y) * width as usize + Drawn::MARGIN as usize;
            samples[start..start + across].copy_from_slice(row);
        }
    }
    Some(Raster { width, height, samples, grey: true, filter: FilterType::Up })
}

// The direction of a line on the page.
fn direction(place: &Tilted) -> Way {
    let (x, y) = (place.across.x, place.across.y);
    match (x.abs() >= y.abs(), x > 0.0, y > 0.0) {
        (true, true, _) => Way::Upright,
        (true, false, _) => Way::UpsideDown,
        (false, _, true) => Way::Clockwise,
        (false, _, false) => Way::CounterClockwise,
    }
}

fn read_line(line: &Line, size: (f32, f32)) -> ReadLine {
    let characters =
        line.characters.iter().filter(|c| !c.character.is_control()).map(|c| ReadCharacter {
            character: c.character,
            certainty: percent(c.certainty),
            rect: rect(&line.place_of(c), size),
            others: c
                .others
                .iter()
                .take(MOST_OTHERS)
                .map(|(other, share)| (*other, percent(*share)))
                .collect(),
        });
    ReadLine {
        before: before(line.before),
        rect: rect(&line.place, size),
        familiarity: percent(line.familiarity),
        large: line.size == Size::Small,
        trust: trust(line.trust),
        characters: characters.collect(),
        drawn: None,
    }
}

fn percent(share: f32) -> u8 {
    (share.clamp(0.0, 1.0) * 100.0).round() as u8
}

fn rect(place: &Tilted, (width, height): (f32, f32)) -> Rect {
    let [x0, y0, x1, y1] = place.bounds();
    let within = |value: f32, side: f32| (value / side).clamp(0.0, 1.0);
    Rect {
        x0: within(x0, width),
        y0: within(y0, height),
        x1: within(x1, width),
        y1: within(y1, height),
    }
}

fn way(way: exhibit_ocr::Way) -> Way {
    match way {
        exhibit_ocr::Way::Upright => Way::Upright,
        exhibit_ocr::Way::Clockwise => Way::Clockwise,
        exhibit_ocr::Way::UpsideDown => Way::UpsideDown,
        exhibit_ocr::Way::CounterClockwise => Way::CounterClockwise,
        exhibit_ocr::Way::Vertical => Way::Vertical,
    }
}

fn trust(trust: exhibit_ocr::Trust) -> Trust {
    match trust {
        exhibit_ocr::Trust::Read => Trust::Read,
        exhibit_ocr::Trust::Questioned => Trust::Questioned,
        exhibit_ocr::Trust::Unread => Trust::Unread,
    }
}

fn before(before: exhibit_ocr::Before) -> Before {
    match before {
        exhibit_ocr::Before::Nothing => Before::Nothing,
        exhibit_ocr::Before::Space => Before::Space,
        exhibit_ocr::Before::Gap => Before::Gap,
        exhibit_ocr::Before::Line => Before::Line,
        exhibit_ocr::Before::Block => Before::Block,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exhibit_ocr::{Character, Point};

    fn line(text: &str, certainty: f32, y: f32, across: (f32, f32)) -> Line {
        let character =
            |character| Character { character, certainty, span: (0.0, 1.0), others: Vec::new() };
        Line {
            before: exhibit_ocr::Before::Line,
            place: Tilted {
                centre: Point { x: 150.0, y },
                across: Point { x: across.0, y: across.1 },
                width: 200.0,
                height: 20.0,
            },
            characters: text.chars().map(character).collect(),
            size: Size::Tiny,
            familiarity: certainty,
            trust: if certainty > 0.9 {
                exhibit_ocr::Trust::Read
            } else {
                exhibit_ocr::Trust::Unread
            },
        }
    }

    #[test]
    fn lines_in_other_scripts_are_drawn_one_below_the_other() {
        let mut samples = vec![255; 300 * 300 * 3];
        // the second line that is drawn has a dark left half
        for y in 195..205 {
            samples[(y * 300 + 60) * 3..(y * 300 + 100) * 3].fill(0);
        }
        let pixels = Pixels::new(300, 300, samples).expect("a picture");
        let lines = vec![
            line("∏peACTa", 0.7, 50.0, (1.0, 0.0)),
            line("登记表格", 0.99, 100.0, (1.0, 0.0)),
            line("JijqJlo", 0.5, 200.0, (1.0, 0.0)),
        ];
        let read = exhibit_ocr::Reading { lines, way: exhibit_ocr::Way::Upright, more: false };
        let mut reading = reading(&read, 1, 300, 300);
        let raster = draw(&pixels, &read.lines, &mut reading.lines).expect("two lines");
        let drawn: Vec<_> = reading.lines.iter().map(|line| line.drawn).collect();
        let width = (64.0_f32 * 200.0 / 26.0).ceil() as u32;
        let expected = Some(Drawn { width, way: Way::Upright });
        assert_eq!(drawn, [expected, None, expected]);
        assert!(reading.is_sound());
        assert_eq!((raster.width, raster.height), (width + 64, 2 * 88 + 64));
        let at = |x: u32, y: u32| raster.samples[(y * raster.width + x) as usize];
        assert_eq!((at(70, 32 + 32), at(70, 32 + 88 + 32), at(400, 32 + 88 + 32)), (255, 0, 255));
        assert!(draw(&pixels, &read.lines[1..2], &mut reading.lines[1..2]).is_none());
    }

    #[test]
    fn directions_are_told_from_tilted_lines() {
        let of = |x, y| direction(&line("", 0.0, 0.0, (x, y)).place);
        assert_eq!(
            [of(0.9, 0.2), of(-0.2, 0.9), of(-0.9, 0.1), of(0.1, -0.9)],
            [Way::Upright, Way::Clockwise, Way::UpsideDown, Way::CounterClockwise]
        );
    }

    #[test]
    fn drawn_lines_are_bounded() {
        let pixels = Pixels::new(300, 300, vec![255; 300 * 300 * 3]).expect("a picture");
        let long = |number: usize| {
            let mut line = line("∏peACTa", 0.7, number as f32, (1.0, 0.0));
            line.place.height = 1.0;
            line
        };
        let read = exhibit_ocr::Reading {
            lines: (0..400).map(long).collect(),
            way: exhibit_ocr::Way::Upright,
            more: false,
        };
        let mut reading = reading(&read, 1, 300, 300);
        let raster = draw(&pixels, &read.lines, &mut reading.lines).expect("lines");
        assert!(raster.samples.len() as u64 <= MOST_DRAWN + 10_000_000, "{}", raster.samples.len());
        let drawn = reading.lines.iter().filter(|line| line.drawn.is_some()).count();
        assert!((50..=Drawn::MOST).contains(&drawn), "{drawn}");
    }
}
