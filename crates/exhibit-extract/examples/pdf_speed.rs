//! Measures how many PDF pages are read per second of CPU time.
//!
//! `cargo run --release -p exhibit-extract --example pdf_speed -- [--rounds N] FILE...`

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use exhibit_extract::run;
use exhibit_model::{Limits, Record, Request, Sink, SinkClosed, Task};
use std::io::Cursor;

/// Counts pages and characters, and keeps nothing.
#[derive(Default)]
struct Counter {
    pages: u64,
    characters: u64,
    unmapped: u64,
}

impl Sink for Counter {
    fn emit(&mut self, record: Record) -> Result<(), SinkClosed> {
        if let Record::Page(page) = record {
            self.pages += 1;
            self.characters += u64::from(page.counts.characters);
            self.unmapped += u64::from(page.counts.unmapped);
        }
        Ok(())
    }
}

fn main() -> std::io::Result<()> {
    let (mut rounds, mut files) = (1_u32, Vec::new());
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--rounds" => rounds = words.next().and_then(|n| n.parse().ok()).unwrap_or(1),
            _ => files.push(word),
        }
    }
    let mut total = (0, 0.0);
    for file in &files {
        let bytes = std::fs::read(file)?;
        let request = Request {
            task: Task::Extract,
            name: Vec::new(),
            passwords: Vec::new(),
            limits: Limits::STANDARD,
        };
        let mut counter = Counter::default();
        let before = cpu_seconds()?;
        for _ in 0..rounds {
            run(&request, &mut Cursor::new(&bytes), &mut counter);
        }
        let spent = cpu_seconds()? - before;
        total = (total.0 + counter.pages, total.1 + spent);
        let Counter { pages, characters, unmapped } = counter;
        println!(
            "{:8.0} pages/s  {pages} pages, {characters} characters, {unmapped} unmapped  {file}",
            pages as f64 / spent
        );
    }
    println!(
        "{:8.0} pages/s  in all: {} pages in {:.2} s of CPU",
        f64::from(total.0 as u32) / total.1,
        total.0,
        total.1
    );
    Ok(())
}

/// CPU time that this process has spent, user and system, as Linux accounts it.
fn cpu_seconds() -> std::io::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds =
        status.split_whitespace().next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
    Ok(nanoseconds as f64 / 1e9)
}
