//! Measures appending: acts made into entries, appended in batches, each batch signed and durable; then a full check.
//!
//! `cargo run --release -p exhibit-custody --example append -- FOLDER [ENTRIES] [BATCH]`

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use exhibit_custody::{Act, EntryContext, Key, LogWriter, Receipt, Remembered, check_log};
use exhibit_model::{Digest, EntrySeq, ItemId, Moment, OriginalId, Relation};
use std::error::Error;
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().ok_or("usage: append FOLDER [ENTRIES] [BATCH]")?;
    let total: u64 = args.next().map_or(Ok(200_000), |text| text.parse())?;
    let batch: u64 = args.next().map_or(Ok(5_000), |text| text.parse())?;
    let folder = tempfile::tempdir_in(folder)?;
    let log = folder.path().join("custody");

    // Not random: this measures, it keeps nothing.
    let mut state: u64 = 1;
    let mut random = |bytes: &mut [u8]| {
        for byte in bytes {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            *byte = state.to_be_bytes()[0];
        }
    };
    let key = Key::generate("custody", &mut random);
    let first = entry(0, Act::case_open(key.verifier()), &mut random)?;
    let mut writer = LogWriter::create(&log, key)?;
    writer.append(&[first])?;

    let started = Instant::now();
    let mut appending = 0.0;
    while writer.log().size() < total {
        let size = writer.log().size();
        let numbers = size..total.min(size + batch);
        let entries: Result<Vec<_>, _> =
            numbers.map(|seq| entry(seq, receipt(seq), &mut random)).collect();
        let at = Instant::now();
        writer.append_from(EntrySeq::new(size), &entries?)?;
        appending += at.elapsed().as_secs_f64();
    }
    let all = started.elapsed().as_secs_f64();
    println!("{total} entries in batches of {batch}:");
    println!("  {:>9.0} entries/s made, appended, signed and durable", total as f64 / all);
    println!("  {:>9.0} entries/s appended, signed and durable", total as f64 / appending);
    check(&log, total)
}

fn check(log: &Path, total: u64) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let report = check_log(log, &Remembered::default());
    println!("  {:>9.0} entries/s checked", total as f64 / started.elapsed().as_secs_f64());
    if report.entries_give_root && report.deviations.is_empty() {
        Ok(())
    } else {
        Err("the log does not hold".into())
    }
}

fn receipt(seq: u64) -> Act {
    let number = i64::try_from(seq).unwrap_or(i64::MAX);
    Act::item_receive(&Receipt {
        item: ItemId::new(number),
        original: OriginalId::new(Digest::of(&seq.to_be_bytes())),
        size: seq * 97,
        source: exhibit_model::SourceId::new(1),
        container: None,
        relation: Relation::File,
        name: format!("county/2018/09/notice-{seq:06}.pdf").as_bytes(),
    })
}

fn entry(seq: u64, act: Act, random: &mut dyn FnMut(&mut [u8])) -> Result<Vec<u8>, Box<dyn Error>> {
    let stamp = EntryContext {
        seq: EntrySeq::new(seq),
        at: Moment(1_700_000_000_000_000),
        actor: "a1",
        tool: "exhibit 0.1.0",
    };
    Ok(act.seal(&stamp, random)?.bytes)
}
