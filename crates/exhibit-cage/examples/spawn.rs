//! What a caged process costs: runs many that do nothing and prints microseconds for each.
//!
//! `cargo run --release -p exhibit-cage --example spawn [RUNS] [WARM_MEGABYTES]`

use exhibit_cage::{Cage, CageLimits, Input, Options};
use exhibit_model::{Limits, Record, Request, Sink, Task, Verdict};
use std::error::Error;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::time::Instant;

const THREADS: usize = 2;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let first = args.next();
    if first.as_deref() == Some("serve") {
        exhibit_cage::serve(echo, warm);
    }
    let runs: usize = first.as_deref().unwrap_or("4000").parse()?;
    let path = std::env::temp_dir().join(format!("exhibit-spawn-{}", std::process::id()));
    fs::write(&path, [b'x'; 4096])?;
    let input = File::open(&path)?;
    fs::remove_file(&path)?;
    let request = Request { task: Task::Extract, name: Vec::new(), passwords: Vec::new(), limits: Limits::STANDARD };
    let cage = Cage::start(Options::new("serve", THREADS))?;
    let mut ignore = |_| ControlFlow::Continue(());
    cage.run(&request, &input, CageLimits::STANDARD, &mut ignore)?;
    for threads in [1, THREADS] {
        let (wall, cpu) = (Instant::now(), cpu_micros()?);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    for _ in 0..runs / threads {
                        let end = cage.run(&request, &input, CageLimits::STANDARD, &mut |_| ControlFlow::Continue(()));
                        assert!(end.is_ok_and(|end| end.reason().is_none()), "every run ends well");
                    }
                });
            }
        });
        let (wall, cpu) = (wall.elapsed().as_secs_f64() * 1e6, cpu_micros()? - cpu);
        let each = |micros: f64| micros / runs as f64;
        writeln!(
            std::io::stdout(),
            "{threads} at once: {:.0} us wall, {:.0} us processor each; {:.0} a second",
            each(wall),
            each(cpu),
            1e6 / each(wall)
        )?;
    }
    Ok(())
}

fn echo(_: &Request, input: &mut Input, sink: &mut dyn Sink) -> Verdict {
    let mut bytes = Vec::new();
    let _ = input.read_to_end(&mut bytes);
    let _ = sink.say(Record::MediaType(bytes.len().to_string()));
    Verdict::Read
}

fn warm() {
    // as much as fonts and tables may take
    let tables = vec![1_u8; 1 << 20];
    black_box(&tables);
    std::mem::forget(tables);
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
    Ok(after_name.split_whitespace().skip(11).take(4).filter_map(|field| field.parse::<f64>().ok()).sum())
}
