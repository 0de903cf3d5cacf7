//! The cage from outside: real processes, doing what hostile files would have them do.

mod lives;
mod tools;
mod workers;

use exhibit_cage::{Cage, CageLimits, CageOptions, WorkerEnd};
use exhibit_model::{Limits, Record, Request, Task};
use std::fs::File;
use std::io::Write;
use std::ops::ControlFlow;
use std::time::Duration;

const WORKER: &str = env!("CARGO_BIN_EXE_cage-test-worker");

const LIMITS: CageLimits = CageLimits {
    memory_bytes: 256 << 20,
    cpu_seconds: 20,
    wall: Duration::from_secs(20),
    output_bytes: 256 << 20,
};

fn cage_with(argument: &str, workers: usize) -> Result<Cage, exhibit_cage::CageError> {
    Cage::start(CageOptions { program: WORKER.into(), ..CageOptions::new(argument, workers) })
}

fn cage() -> Cage {
    cage_with("serve", 1).expect("a cage")
}

fn request(job: &str) -> Request {
    Request {
        task: Task::Extract,
        name: job.as_bytes().to_vec(),
        passwords: Vec::new(),
        limits: Limits::STANDARD,
    }
}

fn input_of(bytes: &[u8]) -> File {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(bytes).expect("written");
    file.reopen().expect("reopened");
    File::open(file.path()).expect("opened")
}

fn run_with(cage: &Cage, request: &Request, limits: CageLimits) -> (WorkerEnd, Vec<Record>) {
    let mut records = Vec::new();
    let end = cage
        .run(request, &input_of(b"some bytes"), limits, &mut |record| {
            records.push(record);
            ControlFlow::Continue(())
        })
        .expect("caged");
    (end, records)
}

fn run(cage: &Cage, job: &str) -> WorkerEnd {
    run_with(cage, &request(job), LIMITS).0
}
