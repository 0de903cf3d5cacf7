//! Reads pictures that the tests draw. They need the models (`setup/models`) and the Noto fonts; where the models are
//! missing they do nothing, unless `EXHIBIT_MODELS` is set.

mod drawing;
mod hostile;
mod layout;
mod reading;

use exhibit_ocr::{Engine, Pixels, Reading, ReadingLimits, Recognition, models};
use std::sync::OnceLock;

/// The engine; `None` if the crate was built without models.
fn engine() -> Option<&'static Engine> {
    static ENGINE: OnceLock<Option<Engine>> = OnceLock::new();
    let engine = ENGINE
        .get_or_init(|| models::embedded().map(|files| Engine::load(files).expect("models load")));
    if engine.is_none() {
        assert!(
            std::env::var_os("EXHIBIT_MODELS").is_none(),
            "built without models: run setup/models"
        );
    }
    engine.as_ref()
}

fn read(engine: &Engine, picture: &Pixels) -> Reading {
    engine.read(picture, Recognition::Both, ReadingLimits::STANDARD).expect("a reading")
}

/// Without blanks: the models leave out some between words.
fn tight(text: &str) -> String {
    text.chars().filter(|c| *c != ' ').collect()
}

/// A drawing as a picture to read.
trait ToRead {
    fn pixels(self) -> Pixels;
}

impl ToRead for drawing::Canvas {
    fn pixels(self) -> Pixels {
        Pixels::new(self.width as u32, self.height as u32, self.into_rgb())
            .expect("three bytes a pixel")
    }
}

/// The text of the lines that count, one below the other.
fn text(reading: &Reading) -> String {
    let lines: Vec<String> = reading
        .lines
        .iter()
        .filter(|line| line.trust != exhibit_ocr::Trust::Unread)
        .map(exhibit_ocr::Line::text)
        .collect();
    lines.join("\n")
}
