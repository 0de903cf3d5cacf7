//! Reads pictures and prints one JSON object a picture, to measure accuracy and time.
//!
//! `cargo run --release -p exhibit-ocr --example read_pictures -- MODELS [--tiny|--small] PICTURE...`

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is what it is for")]

use exhibit_ocr::{Engine, ModelFiles, Pixels, ReadingLimits, Recognition};
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("the folder of the models is missing")?;
    let bytes = |name: &str| std::fs::read(Path::new(&folder).join(name));
    let text = |name: &str| std::fs::read_to_string(Path::new(&folder).join(name));
    let files = ModelFiles {
        detection: bytes("detection.onnx")?.into(),
        tiny: bytes("tiny.onnx")?.into(),
        tiny_characters: text("tiny.txt")?.into(),
        small: bytes("small.onnx")?.into(),
        small_characters: text("small.txt")?.into(),
        orientation: bytes("orientation.onnx")?.into(),
    };
    let begun = Instant::now();
    let engine = Engine::load(files)?;
    eprintln!("loaded in {:.2} s, {}", begun.elapsed().as_secs_f32(), memory());
    let mut recognition = Recognition::Both;
    for argument in arguments {
        match argument.as_str() {
            "--tiny" => recognition = Recognition::Tiny,
            "--small" => recognition = Recognition::Small,
            path => read(&engine, path, recognition)?,
        }
    }
    eprintln!("{}", memory());
    Ok(())
}

fn read(
    engine: &Engine,
    path: &str,
    recognition: Recognition,
) -> Result<(), Box<dyn std::error::Error>> {
    let picture = image::open(path)?.to_rgb8();
    let (width, height) = picture.dimensions();
    let picture = Pixels::new(width, height, picture.into_raw()).ok_or("no pixels")?;
    let begun = processor_seconds();
    let reading = engine.read(&picture, recognition, ReadingLimits::STANDARD)?;
    let seconds = processor_seconds() - begun;
    let lines: Vec<String> = reading
        .lines
        .iter()
        .map(|line| {
            let [x0, y0, x1, y1] = line.place.bounds().map(f32::round);
            format!(
                "{{\"text\":{:?},\"before\":\"{:?}\",\"size\":\"{:?}\",\"trust\":\"{:?}\",\"certainty\":{:.3},\"familiarity\":{:.3},\
                 \"box\":[{x0},{y0},{x1},{y1}]}}",
                line.text(),
                line.before,
                line.size,
                line.trust,
                line.certainty(),
                line.familiarity
            )
        })
        .collect();
    println!(
        "{{\"file\":{path:?},\"seconds\":{seconds:.2},\"way\":\"{:?}\",\"more\":{},\"lines\":[{}]}}",
        reading.way,
        reading.more,
        lines.join(",")
    );
    Ok(())
}

fn processor_seconds() -> f64 {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = status.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default().to_owned()
}
