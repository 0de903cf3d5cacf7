//! A run: receives sources, then runs the jobs of each stage, with the indexer following throughout.

use crate::IngestError;
use crate::bag_source::BagSource;
use crate::committer::{ByteBudget, Committer, Message, Registered, Sender, pack_end};
use crate::indexer::{Indexer, Pace, Signal};
use crate::intake::Intake;
use crate::progress::{IngestProgress, Phase};
use crate::queue::Queue;
use crate::stages::ocr::{Ocr, OcrTools};
use crate::stages::read::{Families, Read, Suspects};
use crate::stages::{JobContext, Stage, StageName, Superseded, run_jobs};
use exhibit_cage::{Cage, CageLimits};
use exhibit_case::{CaseWriter, is_disk_full};
use exhibit_catalogue::{Account, IntakeEnd, ItemFilter, StageId, StageKey};
use exhibit_custody::{Act, Channel};
use exhibit_index::Index;
use exhibit_model::{ItemId, Limits, SourceId, State};
use exhibit_store::PackWriter;
use std::collections::BTreeSet;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread::{Scope, ScopedJoinHandle};

/// A request to end a run soon: jobs in hand are finished, no new ones are started.
#[derive(Debug, Default)]
pub struct StopRequest(AtomicBool);

impl StopRequest {
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

/// The options of a run.
#[derive(Debug)]
pub struct IngestOptions<'a> {
    /// The display names of the sources; by default the last part of their path.
    pub name: Option<&'a str>,
    /// The number of concurrent workers.
    pub workers: usize,
    /// Whether pictures of pages are read; if not, their pages wait.
    pub ocr: bool,
    /// The models in the workers that recognise text, by name and version; `None` if the program has none.
    pub recogniser: Option<&'a str>,
    /// Tesseract, if it is available: for scripts that the models do not know, or for all if there are none.
    pub tesseract: Option<&'a OcrTools>,
    /// States whose items are to be tried again.
    pub retry: &'a [State],
    /// Limits on reading one file.
    pub limits: Limits,
    /// Limits on one worker.
    pub cage_limits: CageLimits,
}

/// The result of a run.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Items received.
    pub items: u64,
    /// Pages read.
    pub pages: u64,
    /// Pages read by OCR.
    pub ocr_pages: u64,
    /// Whether the run stopped early on request.
    pub stopped: bool,
    /// Encrypted items that were tried again.
    pub encrypted: u64,
    /// Those of them that a password opened.
    pub opened: u64,
    /// The account of the whole case after the run.
    pub account: Account,
}

/// What the caller supplies to a run.
pub struct RunContext<'a> {
    /// The cage that workers run in.
    pub cage: &'a Cage,
    /// The progress counters.
    pub progress: &'a IngestProgress,
    /// Requests a graceful stop.
    pub stop: &'a StopRequest,
}

/// Imports sources into a case, and resumes the pending work of earlier runs; with no source, only the latter, which
/// includes sources whose intake was interrupted.
///
/// # Errors
/// [`IngestError`]; everything acknowledged until then is kept, and the next run resumes from there.
pub fn ingest(
    held: &mut CaseWriter,
    sources: &[PathBuf],
    options: &IngestOptions<'_>,
    world: &RunContext<'_>,
) -> Result<Summary, IngestError> {
    let sources =
        if sources.is_empty() { unfinished(held)? } else { register(held, sources, options.name)? };
    run(held, sources, options, world)
}

// The folders and files whose intake has not ended, and that are there now.
pub(crate) fn unfinished(held: &mut CaseWriter) -> Result<Vec<(SourceId, Source)>, IngestError> {
    let mut sources = Vec::new();
    for intake in held.catalogue.intakes()? {
        let path = PathBuf::from(std::ffi::OsString::from_vec(intake.path.clone()));
        if intake.is_path() && path.exists() {
            let now = held.acts.now();
            let work = held.catalogue.begin()?;
            work.intake_begins(intake.source, now)?;
            work.commit()?;
            sources.push((intake.source, Source::Path(path)));
        }
    }
    Ok(sources)
}

/// Imports a bag received from another case; its files are read like those of any source.
///
/// # Errors
/// [`IngestError`]; everything acknowledged until then is kept, and importing the bag again resumes from there.
pub fn take_over(
    held: &mut CaseWriter,
    bag: BagSource,
    options: &IngestOptions<'_>,
    world: &RunContext<'_>,
) -> Result<Summary, IngestError> {
    let now = held.acts.now();
    let work = held.catalogue.begin()?;
    let (number, new) = work.source(&bag.identity, &bag.name, now)?;
    if new {
        held.acts.log_at(&work, (bag.receipt)(number), now)?;
    }
    work.intake_begins(number, now)?;
    work.commit()?;
    run(held, vec![(number, Source::Bag(bag))], options, world)
}

/// The input of a run.
pub(crate) enum Source {
    Path(PathBuf),
    Bag(BagSource),
}

// The list of stages, in the order in which they run.
fn run(
    held: &mut CaseWriter,
    sources: Vec<(SourceId, Source)>,
    options: &IngestOptions<'_>,
    world: &RunContext<'_>,
) -> Result<Summary, IngestError> {
    let (cage, passwords) = (world.cage, held.passwords()?);
    let (limits, cage_limits) = (options.limits, options.cage_limits);
    let read = Read {
        cage,
        passwords: &passwords,
        limits,
        cage_limits,
        families: Families::default(),
        suspects: Suspects::default(),
    };
    let (recogniser, tesseract) =
        if options.ocr { (options.recogniser, options.tesseract) } else { (None, None) };
    let ocr = Ocr::new(recogniser, tesseract, cage, &passwords);
    let locked =
        if options.retry.contains(&State::Encrypted) { encrypted(held)? } else { BTreeSet::new() };
    let summary = run_stages(
        held,
        sources,
        &[&read, &ocr],
        options.retry,
        options.workers,
        &Threads::of(world),
    )?;
    let still = if locked.is_empty() { BTreeSet::new() } else { encrypted(held)? };
    let opened = locked.difference(&still).count() as u64;
    Ok(Summary { encrypted: locked.len() as u64, opened, ..summary })
}

fn record_end(held: &mut CaseWriter, end: IntakeEnd) -> Result<(), IngestError> {
    let work = held.catalogue.begin()?;
    work.intakes_stopped(end)?;
    Ok(work.commit()?)
}

fn encrypted(held: &CaseWriter) -> Result<BTreeSet<ItemId>, IngestError> {
    let filter = ItemFilter { states: vec![State::Encrypted], ..ItemFilter::default() };
    Ok(held.view().items(&filter)?.into_iter().map(|item| item.id).collect())
}

/// The state that the threads of a run share.
pub(crate) struct Threads<'a> {
    pub(crate) progress: &'a IngestProgress,
    pub(crate) stop: &'a StopRequest,
}

impl<'a> Threads<'a> {
    const fn of(world: &RunContext<'a>) -> Self {
        Self { progress: world.progress, stop: world.stop }
    }
}

/// Receives sources and runs the jobs of these stages, one stage after another.
pub(crate) fn run_stages(
    held: &mut CaseWriter,
    sources: Vec<(SourceId, Source)>,
    stages: &[&dyn Stage],
    retry: &[State],
    workers: usize,
    threads: &Threads<'_>,
) -> Result<Summary, IngestError> {
    let stages = prepare(held, stages, retry, threads.progress)?;
    let folder = held.case.folder.clone();
    let open = || folder.catalogue_for_reading();
    let originals = folder.originals()?;
    let packs = PackWriter::open(&folder.pack_folder(), pack_end(&held.catalogue)?)?;
    let pack_reader = folder.packs();
    let (progress, stop) = (threads.progress, threads.stop);
    let queue = Queue::new(stages.len(), stop);
    let (budget, signal) = (ByteBudget::default(), Signal::default());
    let prefix = held.case.config.prefix.clone();
    let indexer = Indexer {
        catalogue: open()?,
        packs: &pack_reader,
        index: Index::open_or_create(&folder.index())?,
        prefix: &prefix,
        progress,
        pace: Pace::BESIDE,
        new_to_it: false,
    };
    let (sender, inbox) = sync_channel(512);
    let out = Sender::new(sender, &budget);
    let committed = || signal.more();
    let holder = format!("process {}", std::process::id());
    let committer = Committer {
        held,
        originals: &originals,
        packs,
        progress,
        stages: &stages,
        queue: &queue,
        budget: &budget,
        holder: &holder,
        renewed: exhibit_model::Moment(0),
        committed: &committed,
        receiving: true,
    };
    let intake =
        Intake { originals: &originals, catalogue: open()?, out: out.clone(), progress, stop };
    let means = |out| -> Result<JobContext<'_>, IngestError> {
        Ok(JobContext { catalogue: open()?, originals: &originals, packs: &pack_reader, out })
    };
    let result = std::thread::scope(|scope| {
        let committing = scope.spawn(|| committer.run(&{ inbox }));
        let indexing = scope.spawn(|| indexer.run(&signal));
        let mut receiving = Some(scope.spawn(|| receive(intake, sources)));
        let mut result = Ok(());
        for (lane, registered) in stages.iter().enumerate().filter(|(_, own)| own.stage.available())
        {
            if result.is_ok() {
                progress.enter(Phase::Stage(registered.stage.name()));
                queue.activate(lane);
                result = registered.stage.begin(&open()?).and_then(|()| {
                    all(scope, workers, || {
                        let (out, means, queue) = (out.clone(), &means, &queue);
                        move || run_jobs(registered.stage, lane, queue, progress, &means(out)?)
                    })
                });
                let received = receiving.take().map_or(Ok(()), |intake| join(intake, "intake"));
                result = result.and(received);
                signal.commit();
            }
        }
        drop(out);
        let received = receiving.take().map_or(Ok(()), |intake| join(intake, "intake"));
        progress.enter(Phase::Indexing);
        let kept = join(committing, "committer");
        signal.end();
        let indexed = join(indexing, "indexer");
        // the committer's error is the cause when others could not send to it
        first_error([kept, result, received, indexed])
    });
    let end = match &result {
        Ok(()) => IntakeEnd::Requested,
        Err(error) if is_disk_full(error) => IntakeEnd::NoSpace,
        Err(IngestError::Source { .. }) => IntakeEnd::SourceLost,
        Err(_) => IntakeEnd::Failed,
    };
    // on a full disk this may fail too: then the intake has no recorded end, and is as visible
    let recorded = record_end(held, end);
    result.and(recorded)?;
    let snapshot = progress.snapshot();
    Ok(Summary {
        items: snapshot.items,
        pages: snapshot.stage(StageName::READ).pages,
        ocr_pages: snapshot.stage(StageName::OCR).pages,
        stopped: stop.requested(),
        encrypted: 0,
        opened: 0,
        account: open()?.account()?,
    })
}

fn receive(mut intake: Intake<'_>, sources: Vec<(SourceId, Source)>) -> Result<(), IngestError> {
    let received = sources.into_iter().try_for_each(|(number, source)| match source {
        Source::Path(path) => intake.receive(number, &path),
        Source::Bag(bag) => intake.take_over(number, bag),
    });
    intake.progress.walked.store(1, Ordering::Relaxed);
    intake.out.send(Message::Received).and(received)
}

// Registers the stages in their present versions, and requeues jobs that a killed run was working on, items to be
// retried, and results of earlier stage versions that must be produced again.
fn prepare<'a>(
    held: &mut CaseWriter,
    stages: &[&'a dyn Stage],
    retry: &[State],
    progress: &IngestProgress,
) -> Result<Vec<Registered<'a>>, IngestError> {
    let mut registered = Vec::new();
    let past = stages.iter().map(|stage| held.catalogue.stage_versions(stage.name().as_str()));
    let past: Vec<Vec<(StageId, StageKey)>> = past.collect::<Result<_, _>>()?;
    let work = held.catalogue.begin()?;
    work.release_leases(false)?;
    for (stage, past) in stages.iter().zip(past) {
        let (name, version) = (stage.name().as_str().to_owned(), stage.version().to_owned());
        let id = work.stage(&StageKey { name, version, parameters: stage.parameters() })?;
        if !retry.is_empty() {
            match stage.name() {
                StageName::READ => work.retry(id, retry)?,
                StageName::OCR => work.retry_ocr(id)?,
                _ => work.requeue_failed(id)?,
            };
        }
        for (old, key) in past.into_iter().filter(|(old, _)| *old != id) {
            match stage.supersedes(&key) {
                Superseded::Nothing => {}
                Superseded::MediaTypes(types) => work.supersede(id, old, Some(types)).map(drop)?,
                Superseded::Everything => work.supersede(id, old, None).map(drop)?,
            }
        }
        registered.push(Registered { stage: *stage, id });
    }
    work.commit()?;
    for own in &registered {
        let ready = held.catalogue.ready_jobs(own.stage.name().as_str())?;
        progress.count(own.stage.name(), |counts| counts.jobs = ready);
    }
    Ok(registered)
}

pub(crate) fn register(
    held: &mut CaseWriter,
    sources: &[PathBuf],
    name: Option<&str>,
) -> Result<Vec<(SourceId, Source)>, IngestError> {
    let case_folder = canonical(held.case.folder.path())?;
    let mut numbered = Vec::new();
    for source in sources {
        let path = canonical(source)?;
        if path.starts_with(&case_folder) || case_folder.starts_with(&path) {
            return Err(IngestError::Entangled(path));
        }
        let bytes = path.as_os_str().as_bytes();
        let last =
            path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = name.map_or(last, str::to_owned);
        let channel = if path.is_dir() { Channel::Folder } else { Channel::File };
        let now = held.acts.now();
        let work = held.catalogue.begin()?;
        let (number, new) = work.source(bytes, &name, now)?;
        if new {
            held.acts.log_at(&work, Act::source_receive(number, channel, bytes), now)?;
        }
        work.intake_begins(number, now)?;
        work.commit()?;
        numbered.push((number, Source::Path(path)));
    }
    Ok(numbered)
}

/// Calls `each` with the size of every file that an import of a source would read.
///
/// # Errors
/// [`IngestError::Source`].
pub fn survey(source: &Path, each: &mut dyn FnMut(u64)) -> Result<(), IngestError> {
    let path = canonical(source)?;
    let walked = crate::walk::Source::open(&path).and_then(|folder| {
        folder.walk(&mut |entry| {
            if let crate::walk::EntryKind::File { size, .. } = entry.kind {
                each(size);
            }
            true
        })
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

fn join(
    handle: ScopedJoinHandle<'_, Result<(), IngestError>>,
    name: &'static str,
) -> Result<(), IngestError> {
    handle.join().unwrap_or(Err(IngestError::Thread(name)))
}

fn first_error(
    results: impl IntoIterator<Item = Result<(), IngestError>>,
) -> Result<(), IngestError> {
    results.into_iter().fold(Ok(()), Result::and)
}
