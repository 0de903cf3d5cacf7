//! A run: sources in, then every waiting item read, then OCR, with the indexer following all the while.

use crate::IngestError;
use crate::received_bag::ReceivedBag;
use crate::indexer::{Indexer, Pace, Signal};
use crate::intake::Intake;
use crate::committer::{ByteBudget, Committer, Message, Sender, pack_end};
use crate::ocr::{OcrQueue, OcrReader, OcrTools, expecting};
use crate::progress::{Progress, Stage};
use crate::queue::Queue;
use crate::reader::Reader;
use exhibit_cage::{Cage, CageLimits};
use exhibit_case::{Held, layout, log_act};
use exhibit_catalogue::{Account, Catalogue};
use exhibit_custody::{Act, Channel};
use exhibit_index::Index;
use exhibit_model::{Clock, Limits, State};
use exhibit_store::{PackReader, PackWriter};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread::{Scope, ScopedJoinHandle};

/// A request to end a run soon: jobs in hand are finished, no new ones are started.
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    /// Requests a graceful stop.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns whether a stop was requested.
    #[must_use]
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How to take in.
#[derive(Debug)]
pub struct Options<'a> {
    /// What the sources are called; by default the last part of their path.
    pub name: Option<&'a str>,
    /// Workers at a time.
    pub workers: usize,
    /// Tesseract, where it can be used; without it, pages wait for OCR.
    pub ocr: Option<&'a OcrTools>,
    /// States whose items are to be tried again.
    pub retry: &'a [State],
    /// Bounds on what is read of one file.
    pub limits: Limits,
    /// Bounds on one worker.
    pub cage_limits: CageLimits,
}

/// What a run did.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Items received.
    pub items: u64,
    /// Pages read.
    pub pages: u64,
    /// Pages read by OCR.
    pub ocr_pages: u64,
    /// Whether it was asked to end early.
    pub stopped: bool,
    /// The account of the whole case afterwards.
    pub account: Account,
}

/// What a run is given by its caller.
pub struct World<'a> {
    /// The cage that workers run in.
    pub cage: &'a Cage,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Randomness fit for secrets.
    pub random: &'a mut (dyn FnMut(&mut [u8]) + Send),
    /// Counters to watch.
    pub progress: &'a Progress,
    /// The way to end early.
    pub stop: &'a Stop,
}

/// Takes sources into a case, and goes on with whatever an earlier run left; with no source, only the latter.
///
/// # Errors
/// [`IngestError`]; what was acknowledged until then is kept, and the next run goes on from there.
pub fn ingest(
    held: &mut Held,
    sources: &[PathBuf],
    options: &Options<'_>,
    world: &mut World<'_>,
) -> Result<Summary, IngestError> {
    let sources = register(held, sources, options, world)?;
    run(held, sources, options, world)
}

/// Imports a bag received from another case; its files are read like those of any source.
///
/// # Errors
/// [`IngestError`]; what was acknowledged until then is kept, and taking it over again goes on from there.
pub fn take_over(
    held: &mut Held,
    bag: ReceivedBag,
    options: &Options<'_>,
    world: &mut World<'_>,
) -> Result<Summary, IngestError> {
    let (now, tool) = (world.clock.now(), held.tool().to_owned());
    let work = held.catalogue.begin()?;
    let (number, new) = work.source(&bag.identity, &bag.name, now)?;
    if new {
        log_act(&work, (bag.receipt)(number), now, &tool, world.random)?;
    }
    work.commit()?;
    run(held, vec![(number, Source::Bag(bag))], options, world)
}

/// What is received.
enum Source {
    Path(PathBuf),
    Bag(ReceivedBag),
}

fn run(
    held: &mut Held,
    numbered: Vec<(i64, Source)>,
    options: &Options<'_>,
    world: &mut World<'_>,
) -> Result<Summary, IngestError> {
    let folder = held.case.folder.clone();
    let passwords = held.case.passwords()?;
    let open = || Catalogue::open_for_reading(&folder.join(layout::CATALOGUE));
    let originals = exhibit_store::Originals::open(&folder.join(layout::ORIGINALS))?;
    let pack_folder = folder.join(layout::PACKS);
    let packs = PackWriter::open(&pack_folder, pack_end(&held.catalogue)?)?;
    let pack_reader = PackReader::new(&pack_folder);
    let (progress, stop, cage) = (world.progress, world.stop, world.cage);
    let queue = Queue::new(open()?, stop);
    let ocr_queue = OcrQueue::new(open()?);
    let (budget, signal, choices) = (ByteBudget::default(), Signal::default(), OnceLock::new());
    let prefix = held.case.config.prefix.clone();
    let indexer = Indexer {
        catalogue: open()?,
        packs: &pack_reader,
        index: Index::open_or_create(&folder.join(layout::INDEX))?,
        prefix: &prefix,
        progress,
        pace: Pace::BESIDE,
        new_to_it: false,
    };
    let (sender, inbox) = sync_channel(512);
    let out = Sender::new(sender, &budget);
    let committed = || signal.more();
    let keeper = Committer {
        held,
        originals: &originals,
        packs,
        clock: world.clock,
        random: &mut *world.random,
        progress,
        queue: &queue,
        budget: &budget,
        committed: &committed,
        receiving: true,
    };
    let reader = |out| Reader {
        originals: &originals,
        cage,
        queue: &queue,
        out,
        progress,
        passwords: &passwords,
        limits: options.limits,
        cage_limits: options.cage_limits,
    };
    let ocr_reader = |tools, out, choices| OcrReader {
        tools,
        cage,
        originals: &originals,
        packs: &pack_reader,
        queue: &ocr_queue,
        choices,
        passwords: &passwords,
        out,
        progress,
        stop,
    };
    let mut intake = Intake { originals: &originals, catalogue: open()?, out: out.clone(), progress, stop };
    let result = std::thread::scope(|scope| {
        let keeping = scope.spawn(move || keeper.run(&inbox));
        let indexing = scope.spawn(|| indexer.run(&signal));
        let receiving = scope.spawn(move || {
            let received = numbered.into_iter().try_for_each(|(number, source)| match source {
                Source::Path(path) => intake.receive(number, &path),
                Source::Bag(bag) => intake.take_over(number, bag),
            });
            progress.walked.store(1, Ordering::Relaxed);
            intake.out.send(Message::Received).and(received)
        });
        progress.stage(Stage::Reading);
        let reading = all(scope, options.workers, || {
            let reader = reader(out.clone());
            move || reader.run()
        });
        let received = join(receiving, "intake");
        signal.more();
        let mut result = first_error([reading, received]);
        if let (Ok(()), Some(tools)) = (&result, options.ocr) {
            signal.commit();
            progress.stage(Stage::Ocr);
            let account = open()?.account()?;
            progress.ocr_wanted.store(account.pages_waiting_for_ocr, Ordering::Relaxed);
            let choices = choices.get_or_init(|| expecting(&account.languages));
            result = all(scope, options.workers, || {
                let reader = ocr_reader(tools, out.clone(), choices);
                move || reader.run()
            });
        }
        drop(out);
        progress.stage(Stage::Indexing);
        let kept = join(keeping, "committer");
        signal.end();
        let indexed = join(indexing, "indexer");
        // the keeper's error is the cause when others could not report to it
        first_error([kept, result, indexed])
    });
    result?;
    let snapshot = progress.snapshot();
    Ok(Summary {
        items: snapshot.items,
        pages: snapshot.pages,
        ocr_pages: snapshot.ocr_read,
        stopped: stop.requested(),
        account: open()?.account()?,
    })
}

fn register(
    held: &mut Held,
    sources: &[PathBuf],
    options: &Options<'_>,
    world: &mut World<'_>,
) -> Result<Vec<(i64, Source)>, IngestError> {
    let case_folder = canonical(&held.case.folder)?;
    let mut numbered = Vec::new();
    let tool = held.tool().to_owned();
    for source in sources {
        let path = canonical(source)?;
        if path.starts_with(&case_folder) || case_folder.starts_with(&path) {
            return Err(IngestError::Entangled(path));
        }
        let bytes = path.as_os_str().as_bytes();
        let last = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = options.name.map_or(last, str::to_owned);
        let channel = if path.is_dir() { Channel::Folder } else { Channel::File };
        let now = world.clock.now();
        let work = held.catalogue.begin()?;
        let (number, new) = work.source(bytes, &name, now)?;
        if new {
            log_act(&work, Act::source_receive(number, channel, bytes), now, &tool, world.random)?;
        }
        work.commit()?;
        numbered.push((number, Source::Path(path)));
    }
    if !options.retry.is_empty() {
        let work = held.catalogue.begin()?;
        work.retry(options.retry)?;
        work.retry_ocr()?;
        work.commit()?;
    }
    Ok(numbered)
}

/// Calls `each` with the size of every file that a source has: what taking it in would read.
///
/// # Errors
/// [`IngestError::Source`].
pub fn survey(source: &Path, each: &mut dyn FnMut(u64)) -> Result<(), IngestError> {
    let path = canonical(source)?;
    let walked = crate::walk::walk(&path, &mut |entry| {
        if let crate::walk::EntryKind::File { size, .. } = entry.kind {
            each(size);
        }
        true
    });
    walked.map_err(|source| IngestError::Source { path, source })
}

fn canonical(path: &Path) -> Result<PathBuf, IngestError> {
    path.canonicalize().map_err(|source| IngestError::Source { path: path.to_owned(), source })
}

fn all<'scope, 'env, W>(
    scope: &'scope Scope<'scope, 'env>,
    count: usize,
    make: impl Fn() -> W,
) -> Result<(), IngestError>
where
    W: FnOnce() -> Result<(), IngestError> + Send + 'scope,
{
    let workers: Vec<_> = (0..count.max(1)).map(|_| scope.spawn(make())).collect();
    first_error(workers.into_iter().map(|worker| join(worker, "reader")).collect::<Vec<_>>())
}

fn join(handle: ScopedJoinHandle<'_, Result<(), IngestError>>, name: &'static str) -> Result<(), IngestError> {
    handle.join().unwrap_or(Err(IngestError::Thread(name)))
}

fn first_error(results: impl IntoIterator<Item = Result<(), IngestError>>) -> Result<(), IngestError> {
    results.into_iter().fold(Ok(()), Result::and)
}
