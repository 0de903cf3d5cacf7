//! Takes a folder into a new case in a temporary place and serves it, for looking at pages with real documents.
//!
//! `cargo run -p exhibit-web --example trove -- FOLDER`; as `cage-server` it is the worker's server, also for the tests.

use exhibit_cage::{Cage, CageLimits, CageOptions, JobInput};
use exhibit_case::{Acts, Case, CaseWriter, Keys, NewCase, Principal};
use exhibit_ingest::{IngestProgress, RunContext, StopRequest, ingest};
use exhibit_model::{FixedClock, Limits, Moment, Request, Sink, Verdict};
use exhibit_web::{Machine, ServeOptions, Sessions, fresh_secret, serve};
use std::error::Error;
use std::io::{BufReader, Write};
use std::path::PathBuf;
use std::sync::Arc;

const CAGE_SERVER: &str = "cage-server";

fn read(request: &Request, input: &mut JobInput, sink: &mut dyn Sink) -> Verdict {
    exhibit_extract::run(request, &mut BufReader::with_capacity(64 << 10, input), sink)
}

fn warm(preparation: exhibit_cage::Preparation) {
    if preparation == exhibit_cage::Preparation::Recognise {
        exhibit_extract::warm_models();
    }
    exhibit_extract::warm(&[PathBuf::from("/usr/share/fonts")], exhibit_cage::map_file);
}

fn main() -> Result<(), Box<dyn Error>> {
    let argument = std::env::args_os().nth(1).ok_or("which folder?")?;
    if argument == CAGE_SERVER {
        exhibit_cage::serve(read, warm);
    }
    let place = tempfile::tempdir()?;
    let (folder, keys) = (place.path().join("case"), place.path().join("keys"));
    let clock = FixedClock(Moment::from_civil(2026, 2, 11, 14, 2, 9).ok_or("no such day")?);
    let random =
        |bytes: &mut [u8]| getrandom::fill(bytes).expect("the operating system gives random bytes");
    let acts = || Acts::new(clock, random, Principal::LOCAL, "exhibit example");
    let new = NewCase { name: "Harbour Ledger", prefix: "EXH", keys: &keys, lock: None };
    Case::init(&folder, &new, &mut acts())?;
    let cage = Arc::new(Cage::start(CageOptions::new(CAGE_SERVER, 2))?);
    let mut held = CaseWriter::take(&folder, &Keys::plain(&keys), acts())?;
    let (progress, stop) = (IngestProgress::default(), StopRequest::default());
    let options = exhibit_ingest::IngestOptions {
        name: None,
        workers: 2,
        ocr: false,
        recogniser: None,
        tesseract: None,
        retry: &[],
        limits: Limits::STANDARD,
        cage_limits: CageLimits::STANDARD,
    };
    let world = RunContext { cage: &cage, progress: &progress, stop: &stop };
    ingest(&mut held, &[PathBuf::from(argument)], &options, &world)?;
    drop(held);
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let code = fresh_secret();
        writeln!(std::io::stderr(), "http://{address}/open/{code}")?;
        let announce = move |code: &str| {
            let _ = writeln!(std::io::stderr(), "http://{address}/open/{code}");
        };
        let options = ServeOptions {
            listener,
            case: Arc::new(Case::open(&folder)?),
            cage: Some(cage),
            sessions: Sessions::new(code, address.port(), announce),
            names: Vec::new(),
            machine: Machine {
                clock: Arc::new(clock),
                threads: 2,
                language: exhibit_web::Language::English,
                log_marks: Arc::new(|| ()),
                standing: Arc::new(|| exhibit_case::Standing::Own),
                intake: None,
            },
            recorder: Arc::new(|_| Ok(())),
        };
        let interrupted = async {
            let _ = tokio::signal::ctrl_c().await;
        };
        Ok(serve(options, interrupted).await?)
    })
}
