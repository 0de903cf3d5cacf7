//! Recognises the text on a rendered page, with the models that the program embeds.

use crate::out::{Out, Stop};
use crate::raster::Raster;
use exhibit_model::reading::MOST_OTHERS;
use exhibit_model::{Before, Detail, ReadCharacter, ReadLine, Reading, Reason, Record, Rect, Verdict, Way};
use exhibit_ocr::{Engine, Limits, Line, OcrError, Pixels, Recognition, Size, Tilted, models};
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
    let samples =
        if raster.grey { raster.samples.iter().flat_map(|grey| [*grey; 3]).collect() } else { raster.samples };
    let Some(pixels) = Pixels::new(width, height, samples) else { return Ok(Verdict::Failed(Reason::NoPicture)) };
    match engine.read(&pixels, Recognition::Both, Limits::STANDARD) {
        Ok(read) => {
            out.emit(Record::Reading(reading(&read, page, width, height)))?;
            Ok(Verdict::Read)
        }
        Err(error) => Ok(Verdict::Failed(failure(&error))),
    }
}

fn failure(error: &OcrError) -> Reason {
    Reason::RecognitionFailed { detail: Detail::of(error) }
}

fn reading(read: &exhibit_ocr::Reading, page: u32, width: u32, height: u32) -> Reading {
    let lines = read.lines.iter().map(|line| read_line(line, (width as f32, height as f32)));
    Reading { page, width, height, way: way(read.way), truncated: read.more, lines: lines.collect() }
}

fn read_line(line: &Line, size: (f32, f32)) -> ReadLine {
    let characters = line.characters.iter().filter(|c| !c.character.is_control()).map(|c| ReadCharacter {
        character: c.character,
        certainty: percent(c.certainty),
        rect: rect(&line.place_of(c), size),
        others: c.others.iter().take(MOST_OTHERS).map(|(other, share)| (*other, percent(*share))).collect(),
    });
    ReadLine {
        before: before(line.before),
        rect: rect(&line.place, size),
        familiarity: percent(line.familiarity),
        large: line.size == Size::Small,
        is_text: line.is_text,
        characters: characters.collect(),
    }
}

fn percent(share: f32) -> u8 {
    (share.clamp(0.0, 1.0) * 100.0).round() as u8
}

fn rect(place: &Tilted, (width, height): (f32, f32)) -> Rect {
    let [x0, y0, x1, y1] = place.bounds();
    let within = |value: f32, side: f32| (value / side).clamp(0.0, 1.0);
    Rect { x0: within(x0, width), y0: within(y0, height), x1: within(x1, width), y1: within(y1, height) }
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

fn before(before: exhibit_ocr::Before) -> Before {
    match before {
        exhibit_ocr::Before::Nothing => Before::Nothing,
        exhibit_ocr::Before::Space => Before::Space,
        exhibit_ocr::Before::Gap => Before::Gap,
        exhibit_ocr::Before::Line => Before::Line,
        exhibit_ocr::Before::Block => Before::Block,
    }
}
