//! Stages: they derive results from items and pages, one job at a time.
//!
//! A stage declares which jobs follow from an event that is being committed ([`Stage::next`]), and how one of them is
//! run ([`Stage::run`]). Leases, attempts, threads, commits and counters are the same for all. Adding a stage takes a
//! file here and a line in the list in `run.rs`. Stages run one after another, in the order of that list: all text
//! contained in files is searchable before OCR begins.
//!
//! The index is not a stage. It follows the revisions of pages in batches, in an order and with a commit of its own,
//! and can be rebuilt from nothing; a row for each page would record nothing that its one number does not.

pub(crate) mod ocr;
pub(crate) mod read;

use crate::IngestError;
use crate::committer::{Message, Outcome, Sender};
use crate::progress::IngestProgress;
use crate::queue::Queue;
use exhibit_catalogue::{
    Catalogue, JobEnd, JobSpan, Lease, MOST_DEATHS, OcrState, PageRow, StageKey,
};
use exhibit_model::{Digest, Note, OriginalId, Page, PageNumber, Reason};
use exhibit_store::{Originals, PackReader};
use std::time::Instant;

/// The name of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StageName(&'static str);

impl StageName {
    /// Reading files: what they are, their pages and members.
    pub const READ: Self = Self("read");
    /// Reading pictures of pages.
    pub const OCR: Self = Self("ocr");

    /// The name as stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    #[cfg(test)]
    pub(crate) const fn of_test(name: &'static str) -> Self {
        Self(name)
    }
}

/// A way to derive results from items or pages.
pub(crate) trait Stage: Sync {
    /// Its name, stored with every job.
    fn name(&self) -> StageName;

    /// The version of its results. It changes if the same input may give other results.
    fn version(&self) -> &'static str;

    /// Everything else that its results depend on, in one canonical form.
    fn parameters(&self) -> String {
        String::new()
    }

    /// Which results of an earlier version are to be produced again by this one.
    fn supersedes(&self, past: &StageKey) -> Superseded {
        let _ = past;
        Superseded::Nothing
    }

    /// Whether it can run on this machine. If not, its jobs are recorded and wait.
    fn available(&self) -> bool {
        true
    }

    /// Called once, before the first job.
    ///
    /// # Errors
    /// [`IngestError`] ends the run.
    fn begin(&self, catalogue: &Catalogue) -> Result<(), IngestError> {
        let _ = catalogue;
        Ok(())
    }

    /// The jobs that follow from an event. A job that is already recorded is not added again.
    fn next(&self, event: &Event<'_>) -> Vec<NewJob>;

    /// Runs a job.
    ///
    /// # Errors
    /// [`IngestError`] ends the run; a fault of the input is an [`Outputs`].
    fn run(&self, job: &Lease, means: &JobContext<'_>) -> Result<Outputs, IngestError>;
}

/// Results of an earlier version of a stage that are to be produced again.
#[cfg_attr(not(test), expect(dead_code, reason = "each stage has one version so far"))]
pub(crate) enum Superseded {
    Nothing,
    /// Those of items of these media types.
    MediaTypes(&'static [&'static str]),
    Everything,
}

/// An event of an item from which jobs may follow.
pub(crate) enum Event<'a> {
    /// Its bytes were received, and no other item has the same bytes.
    Received { original: OriginalId },
    /// These are its current pages, or those that changed.
    Pages { original: OriginalId, pages: &'a [PageRow] },
}

/// A job to record for the item of an event.
pub(crate) struct NewJob {
    pub(crate) span: JobSpan,
    /// The digest of everything that the job reads.
    pub(crate) input: Digest,
}

/// The context of a job: one for each thread.
pub(crate) struct JobContext<'a> {
    pub(crate) catalogue: Catalogue,
    pub(crate) originals: &'a Originals,
    pub(crate) packs: &'a PackReader,
    pub(crate) out: Sender<'a>,
}

/// The result of an attempt at a job.
pub(crate) struct Outputs {
    pub(crate) end: JobEnd,
    /// Committed with the end of the job; ignored if the job will be attempted again.
    pub(crate) outputs: Vec<Output>,
    /// The peak memory of the worker, in bytes, if there was one and its end was reported.
    pub(crate) peak_memory: Option<u64>,
}

/// One result of a job.
pub(crate) enum Output {
    /// The result of reading the item.
    Outcome(Outcome),
    /// A page in a further layer.
    Page(Box<Page>),
    /// OCR did not give a layer of a page, and why.
    Unread { page: PageNumber, state: OcrState, note: Note },
    /// A note on the item.
    Note(Note),
}

impl Outputs {
    /// The input was superseded: nothing to do.
    pub(crate) const ABANDONED: Self =
        Self { end: JobEnd::Abandoned, outputs: Vec::new(), peak_memory: None };
}

/// The reason of a job whose worker died in this attempt, with the number of deaths if it is the last attempt.
pub(crate) fn reason_of_death(job: &Lease, last: Reason) -> Reason {
    let deaths = job.deaths + 1;
    if deaths < MOST_DEATHS {
        last
    } else {
        Reason::WorkerDied { deaths: u64::from(deaths), last: Box::new(last) }
    }
}

/// Runs the jobs of a stage until there are none.
pub(crate) fn run_jobs(
    stage: &dyn Stage,
    lane: usize,
    queue: &Queue<'_>,
    progress: &IngestProgress,
    means: &JobContext<'_>,
) -> Result<(), IngestError> {
    while let Some(job) = queue.take(lane, &means.out)? {
        let (item, page) = match job.span {
            JobSpan::Item => (job.item, None),
            JobSpan::Pages(first, _) => (job.item, Some(first)),
        };
        let began = Instant::now();
        progress.begin_job(item, page, began);
        let outputs = stage.run(&job, means);
        progress.end_job(item, page);
        // an error here ends the whole run: the others must not wait for this job
        let outputs = outputs.inspect_err(|_| queue.stop())?;
        means.out.send(Message::Ended { lane, job, outputs, elapsed: began.elapsed() })?;
    }
    Ok(())
}
