//! Access logging: the one place where commands and the browser interface record what was searched, viewed or exported.
//! If it cannot be recorded, the command continues and reports it once.

use crate::output::Output;
use crate::system::{self, MachineClock, TOOL};
use exhibit_case::{AccessSettings, Case, chain_of};
use exhibit_custody::{AccessLog, Fact, Look, Verb};
use exhibit_model::{Clock, ItemId};
use exhibit_web::Looked;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

/// How much of a journal may be pending before it is made durable, and for how long.
const MAX_BYTES: u64 = 64 << 10;
const MAX_TIME: Duration = Duration::from_secs(60);

static REPORTED: AtomicBool = AtomicBool::new(false);

/// Records accesses to one case.
pub(crate) struct Recorder {
    log: AccessLog,
    settings: AccessSettings,
    quiet: bool,
}

impl Recorder {
    /// The recorder of a case; `None` if its settings turn it off, or if recording is impossible.
    pub(crate) fn of(output: &Output, case: &Case) -> Option<Self> {
        if case.config.access.record { Self::even_if_off(output, case) } else { None }
    }

    /// The recorder of a case, regardless of its settings.
    pub(crate) fn even_if_off(output: &Output, case: &Case) -> Option<Self> {
        let keys = system::keys().map_err(|failure| report_once(output.quiet, &failure.message)).ok()?;
        let log = case.access_log(&keys, TOOL, MachineClock.now(), &mut system::random);
        let log = log.map_err(|error| report_once(output.quiet, &chain_of(&error))).ok()?;
        Some(Self { log, settings: case.config.access, quiet: output.quiet })
    }

    /// Records new settings in the access log.
    pub(crate) fn set(&self) {
        let AccessSettings { record, keep_days } = self.settings;
        if let Err(error) = self.log.set(record, keep_days, MachineClock.now(), &mut system::random) {
            report_once(self.quiet, &chain_of(&error));
        }
    }

    /// Records an access, before its result is shown.
    pub(crate) fn record(&self, look: Look) {
        if let Err(error) = self.log.write_down(look, MachineClock.now(), &mut system::random) {
            report_once(self.quiet, &chain_of(&error));
        }
    }

    /// Makes pending records durable, and part of the signed log.
    pub(crate) fn fold(&self) {
        if let Err(error) = self.log.fold(self.settings.keep_days, MachineClock.now(), &mut system::random) {
            report_once(self.quiet, &chain_of(&error));
        }
    }

    /// The same, if enough is pending, or for long enough.
    pub(crate) fn fold_if_due(&self, longest: Duration) {
        let before = SystemTime::now().checked_sub(longest).unwrap_or(SystemTime::UNIX_EPOCH);
        if self.log.is_due(MAX_BYTES, before) {
            self.fold();
        }
    }
}

fn report_once(quiet: bool, why: &str) {
    if !quiet && !REPORTED.swap(true, Ordering::Relaxed) {
        let _ = writeln!(std::io::stderr().lock(), "Access is not recorded in the access log: {why}");
    }
}

/// A recorded access; pending records are folded once the command has shown its result.
pub(crate) struct Noted(Option<Recorder>);

impl Drop for Noted {
    fn drop(&mut self) {
        if let Some(recorder) = &self.0 {
            recorder.fold_if_due(MAX_TIME);
        }
    }
}

/// Records what a command is about to show.
#[must_use = "keep it until the result is shown"]
pub(crate) fn note(output: &Output, case: &Case, look: Look) -> Noted {
    let recorder = Recorder::of(output, case);
    if let Some(recorder) = &recorder {
        recorder.record(look);
    }
    Noted(recorder)
}

/// Records what the browser interface shows while it exists: accesses are recorded as they come, and folded from time to time.
pub(crate) struct Watch {
    recorder: Option<Arc<Recorder>>,
    stop: Option<Sender<()>>,
    folding: Option<JoinHandle<()>>,
}

/// How long accesses of the browser interface may be pending before they are folded.
const SERVED: Duration = Duration::from_secs(10);

impl Watch {
    /// Starts recording.
    pub(crate) fn begin(output: &Output, case: &Case) -> Self {
        let recorder = Recorder::of(output, case).map(Arc::new);
        let (stop, stopped) = mpsc::channel();
        let folding = recorder.clone().map(|recorder| {
            std::thread::spawn(move || {
                while stopped.recv_timeout(SERVED) == Err(RecvTimeoutError::Timeout) {
                    recorder.fold_if_due(SERVED);
                }
                recorder.fold();
            })
        });
        Self { recorder, stop: Some(stop), folding }
    }

    /// The callback to which the browser interface reports accesses.
    pub(crate) fn listener(&self, case: &Arc<Case>) -> exhibit_web::Recorder {
        let (recorder, case, last) = (self.recorder.clone(), Arc::clone(case), Mutex::new(None));
        Arc::new(move |looked| {
            let Some(recorder) = &recorder else { return };
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            // a page and its image are one access
            if last.as_ref() == Some(&looked) && matches!(looked, Looked::Document(..)) {
                return;
            }
            let look = match &looked {
                Looked::Search(query) => Some(search(query)),
                Looked::Batch(number) => {
                    case.batch(*number).ok().map(|asked| batch(&asked.name, asked.last_run.map_or(0, |run| run.lines)))
                }
                Looked::BatchFile(number) => Some(export("batch", &number.to_string())),
                Looked::Document(number, page) => case.resolve(number).ok().map(|item| view(&case, item, *page)),
            };
            if let Some(look) = look {
                recorder.record(look);
            }
            *last = Some(looked);
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(folding) = self.folding.take() {
            let _ = folding.join();
        }
    }
}

/// A search.
pub(crate) fn search(query: &str) -> Look {
    Look::new(Verb::Search).secret("query", query)
}

/// A view of a document, or of a page of it.
pub(crate) fn view(case: &Case, item: ItemId, page: Option<u32>) -> Look {
    let look = Look::new(Verb::View).secret("document", &case.label(item));
    match page {
        Some(page) => look.secret("page", &page.to_string()),
        None => look,
    }
}

/// An export from the case: of what kind, and which.
pub(crate) fn export(what: &str, which: &str) -> Look {
    Look::new(Verb::Export).fact("what", Fact::Text(what.to_owned())).secret("which", which)
}

/// A run of a batch.
pub(crate) fn batch(name: &str, lines: u64) -> Look {
    Look::new(Verb::Batch).fact("lines", Fact::Number(lines)).secret("name", name)
}
