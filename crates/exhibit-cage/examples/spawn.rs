//! What a caged process costs: forks many that read 4 KiB and report it, and prints microseconds for each.
//!
//! `cargo run --release -p exhibit-cage --example spawn [RUNS]`
//!
//! Once with a server that has loaded nothing, once with 46 MiB on its heap: why tables belong in
//! [`exhibit_cage::map_file`].

use exhibit_cage::{Cage, CageLimits, CageOptions, JobInput};
use exhibit_model::{Limits, Record, Request, Sink, Task, Verdict};
use std::error::Error;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let first = std::env::args().nth(1);
    match first.as_deref() {
        Some("serve") => exhibit_cage::serve(read, |_| {}),
        Some("serve heavy") => exhibit_cage::serve(read, heavy),
        _ => {}
    }
    let runs: usize = first.as_deref().unwrap_or("4000").parse()?;
    let path = std::env::temp_dir().join(format!("exhibit-spawn-{}", std::process::id()));
    fs::write(&path, [b'x'; 4096])?;
    let input = File::open(&path)?;
    fs::remove_file(&path)?;
    for argument in ["serve", "serve heavy"] {
        for at_once in [1, 2] {
            measure(argument, at_once, runs, &input)?;
        }
    }
    Ok(())
}

fn measure(
    argument: &str,
    at_once: usize,
    runs: usize,
    input: &File,
) -> Result<(), Box<dyn Error>> {
    let cage = Cage::start(CageOptions::new(argument, at_once))?;
    let request = Request {
        task: Task::Extract,
        name: Vec::new(),
        passwords: Vec::new(),
        limits: Limits::STANDARD,
    };
    let run = |times: usize| {
        for _ in 0..times {
            let end =
                cage.run(&request, input, CageLimits::STANDARD, &mut |_| ControlFlow::Continue(()));
            assert!(end.is_ok_and(|end| end.reason().is_none()), "every run ends well");
        }
    };
    let all = |times: usize| {
        std::thread::scope(|scope| {
            (0..at_once).for_each(|_| drop(scope.spawn(|| run(times / at_once))))
        });
    };
    // until every server is there
    all(10 * at_once);
    let (begun, used) = (Instant::now(), cpu_micros()?);
    all(runs);
    let (wall, cpu) =
        (begun.elapsed().as_secs_f64() * 1e6 / runs as f64, (cpu_micros()? - used) / runs as f64);
    let rate = 1e6 / wall;
    writeln!(
        std::io::stdout(),
        "{argument}, {at_once} at once: {wall:.0} us wall, {cpu:.0} us processor each; {rate:.0} a second"
    )?;
    Ok(())
}

fn read(_: &Request, input: &mut JobInput, sink: &mut dyn Sink) -> Verdict {
    let mut bytes = Vec::new();
    let _ = input.read_to_end(&mut bytes);
    let _ = sink.emit(Record::MediaType(bytes.len().to_string()));
    Verdict::Read
}

// About what two Chinese fonts take.
fn heavy(_: exhibit_cage::Preparation) {
    std::mem::forget(black_box(vec![1_u8; 46 << 20]));
}

// Processor time of this process, its fork servers and the workers that they have reaped, from the kernel's ticks of 10 ms.
fn cpu_micros() -> Result<f64, Box<dyn Error>> {
    let mut ticks = ticks_of("self")?;
    for task in fs::read_dir("/proc/self/task")? {
        let children = fs::read_to_string(task?.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace() {
            ticks += ticks_of(child)?;
        }
    }
    Ok(ticks * 10_000.0)
}

fn ticks_of(process: &str) -> Result<f64, Box<dyn Error>> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    // own and reaped children's, in user and system mode: fields 14 to 17, the name being the second
    Ok(after_name
        .split_whitespace()
        .skip(11)
        .take(4)
        .filter_map(|field| field.parse::<f64>().ok())
        .sum())
}
