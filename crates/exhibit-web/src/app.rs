//! The server and its state.

use crate::access_events::{AccessEvent, Recorder, Unrecorded};
use crate::admission::RequestContext;
use crate::connections::{ConnectionLimits, answer_connections};
use crate::frame::{Frame, Section};
use crate::pages::batches::RunningBatch;
use crate::pages::intake::IntakeControl;
use crate::router::router;
use crate::session::Sessions;
use crate::untrusted::Name;
use crate::words::Words;
use exhibit_case::{Cage, Case, CaseError, CaseView, Principal, Standing};
use exhibit_messages::Language;
use exhibit_model::Clock;
use exhibit_search::{BatchProgress, Saved, Search};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// The arguments of [`serve`].
pub struct ServeOptions {
    /// The socket to serve on, bound already: the caller prints its address.
    pub listener: TcpListener,
    /// The case.
    pub case: Arc<Case>,
    /// Renders pages; without it documents are shown as text only.
    pub cage: Option<Arc<Cage>>,
    /// The sessions, with their code.
    pub sessions: Sessions,
    /// Names other than loopback ones that requests may use, such as an onion address, without port.
    pub names: Vec<String>,
    /// The resources of the machine.
    pub machine: Machine,
    /// Records accesses.
    pub recorder: Recorder,
}

impl std::fmt::Debug for ServeOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServeOptions")
            .field("listener", &self.listener)
            .field("case", &self.case)
            .finish_non_exhaustive()
    }
}

/// The resources of the machine that the server uses.
#[derive(Clone)]
pub struct Machine {
    /// The language of the interface; texts that it does not have are in English.
    pub language: Language,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How many threads a batch may run on.
    pub threads: usize,
    /// Logs the pending changes of tags, or leaves them to the process that has the case open for writing.
    pub log_marks: Arc<dyn Fn() + Send + Sync>,
    /// What this machine knows about the folder of the case.
    pub standing: Arc<dyn Fn() -> Standing + Send + Sync>,
    /// The intake that runs in this process, if there is one.
    pub intake: Option<Arc<dyn IntakeControl>>,
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine").field("threads", &self.threads).finish_non_exhaustive()
    }
}

// A batch that is running, or whose run failed.
#[derive(Debug)]
enum Run {
    Since(Instant, Arc<BatchProgress>),
    Failed(String),
}

/// A running server's state.
pub struct App {
    pub(crate) case: Arc<Case>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) threads: usize,
    pub(crate) log_marks: Arc<dyn Fn() + Send + Sync>,
    pub(crate) standing: Arc<dyn Fn() -> Standing + Send + Sync>,
    pub(crate) intake: Option<Arc<dyn IntakeControl>>,
    runs: Mutex<BTreeMap<u64, Run>>,
    pub(crate) cage: Option<Arc<Cage>>,
    pub(crate) sessions: Sessions,
    pub(crate) names: Vec<String>,
    pub(crate) any_address: bool,
    pub(crate) renderers: Semaphore,
    // counting takes longer than searching
    pages_read: Mutex<Option<(Instant, u64)>>,
    // the saved search that was changed last, and its previous state: `None` if it did not exist
    before: Mutex<Option<(String, Option<Saved>)>>,
    recorder: Recorder,
    offline: bool,
    words: &'static Words,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("case", &self.case).finish_non_exhaustive()
    }
}

// Pictures rendered at a time; the others wait. A page requests one.
const RENDERERS: usize = 2;
// The maximum age of the count of pages that a search displays.
const LATELY: Duration = Duration::from_secs(30);

impl App {
    /// A server's state. `address` is the bound one; with `names`, it determines which `Host` headers are accepted.
    #[must_use]
    pub fn new(
        case: Arc<Case>,
        cage: Option<Arc<Cage>>,
        sessions: Sessions,
        address: SocketAddr,
        mut names: Vec<String>,
        machine: Machine,
        recorder: Recorder,
    ) -> Arc<Self> {
        let offline = is_loopback(address.ip()) && names.is_empty();
        names.push(address.ip().to_string());
        let any_address = address.ip().is_unspecified();
        let (renderers, pages_read) = (Semaphore::new(RENDERERS), Mutex::new(None));
        let Machine { clock, threads, log_marks, standing, intake, language } = machine;
        let runs = Mutex::new(BTreeMap::new());
        let before = Mutex::new(None);
        Arc::new(Self {
            case,
            clock,
            threads,
            log_marks,
            standing,
            intake,
            runs,
            cage,
            sessions,
            names,
            any_address,
            renderers,
            pages_read,
            before,
            recorder,
            offline,
            words: Words::of(language),
        })
    }

    /// The case as its user can read it: the only place where a request gets its view.
    pub(crate) fn view(&self) -> CaseView<'_> {
        self.case.view(Principal::LOCAL)
    }

    /// Searching the case.
    pub(crate) fn search(&self) -> Search<'_> {
        Search::of(self.view())
    }

    /// Keeps the state of a saved search before its change.
    pub(crate) fn keep_before(&self, name: &str, before: Option<Saved>) {
        *self.before.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((name.to_owned(), before));
    }

    /// The state of the saved search before the last change, if it is the one that was changed; the inner `None` if it
    /// did not exist.
    pub(crate) fn saved_before(&self, name: &str) -> Option<Option<Saved>> {
        let before = self.before.lock().unwrap_or_else(PoisonError::into_inner);
        before.as_ref().filter(|(known, _)| known == name).map(|(_, saved)| saved.clone())
    }

    /// Discards the kept state: there is nothing to undo.
    pub(crate) fn nothing_before(&self) {
        *self.before.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Records that a batch starts, and returns its progress; `None` while another is running, because two
    /// would only slow each other down.
    pub(crate) fn begin_batch(&self, number: u64) -> Option<Arc<BatchProgress>> {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        if runs.values().any(|run| matches!(run, Run::Since(..))) {
            return None;
        }
        let progress = Arc::new(BatchProgress::default());
        runs.insert(number, Run::Since(Instant::now(), Arc::clone(&progress)));
        Some(progress)
    }

    /// Records that a batch has ended, and the reason if it failed.
    pub(crate) fn end_batch(&self, number: u64, failed: Option<String>) {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.remove(&number);
        if let Some(reason) = failed {
            runs.insert(number, Run::Failed(reason));
        }
    }

    /// The progress of a running batch, and why its last run failed.
    pub(crate) fn batch_state(&self, number: u64) -> (Option<RunningBatch>, Option<String>) {
        let load = |number: &AtomicU64| number.load(Ordering::Relaxed);
        match self.runs.lock().unwrap_or_else(PoisonError::into_inner).get(&number) {
            Some(Run::Since(begun, progress)) => {
                let running = RunningBatch {
                    seconds: begun.elapsed().as_secs(),
                    done: load(&progress.pages) + load(&progress.queries),
                    of: load(&progress.of_pages) + load(&progress.of_queries),
                };
                (Some(running), None)
            }
            Some(Run::Failed(reason)) => (None, Some(reason.clone())),
            None => (None, None),
        }
    }

    /// The number of pages read, at most half a minute old.
    pub(crate) fn pages_read_lately(&self) -> Result<u64, CaseError> {
        let mut kept = self.pages_read.lock().unwrap_or_else(PoisonError::into_inner);
        match *kept {
            Some((at, pages)) if at.elapsed() < LATELY => Ok(pages),
            _ => {
                let pages = self.view().pages_read()?;
                *kept = Some((Instant::now(), pages));
                Ok(pages)
            }
        }
    }

    /// Records an event; events that show nothing of the case are not recorded.
    ///
    /// # Errors
    /// [`Unrecorded`]: the subject of the event must not be shown then.
    pub(crate) fn record(&self, event: &AccessEvent) -> Result<(), Unrecorded> {
        if *event == AccessEvent::Nothing { Ok(()) } else { (self.recorder)(event) }
    }

    /// The texts of the interface.
    #[must_use]
    pub fn words(&self) -> &'static Words {
        self.words
    }

    /// The frame of a response.
    #[must_use]
    pub fn frame(&self, context: &RequestContext) -> Frame {
        Frame {
            words: self.words(),
            case_name: Name::from(self.case.config.name.as_str()),
            offline: self.offline,
            nonce: context.nonce.clone(),
            form_token: context.session.as_ref().map(|session| session.form_token.clone()),
            section: Section::None,
            refresh: None,
        }
    }
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Serves the case until `stop` resolves.
///
/// # Errors
/// The errors of the socket.
pub async fn serve(
    options: ServeOptions,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let ServeOptions { listener, case, cage, sessions, names, machine, recorder } = options;
    let app = App::new(case, cage, sessions, listener.local_addr()?, names, machine, recorder);
    answer_connections(listener, router(app), ConnectionLimits::STANDARD, stop).await;
    Ok(())
}
