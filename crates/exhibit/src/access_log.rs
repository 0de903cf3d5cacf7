//! Access logging: the one place where commands and the browser interface record what was searched, viewed or exported.
//! Nothing is shown that cannot be recorded, unless the user of a command asks for that expressly.

use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::system::{self, MachineClock};
use crate::texts::texts;
use exhibit_case::{AccessSettings, Case, chain_of, is_disk_full};
use exhibit_custody::{AccessError, AccessLog, AccessRecord, Fact, Verb};
use exhibit_model::{Clock, ItemId, PageNumber};
use exhibit_web::{AccessEvent, Unrecorded};
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
        Self::open(output, case).map_err(|failure| report_once(output.quiet, &failure.why)).ok()
    }

    fn open(output: &Output, case: &Case) -> Result<Self, Unwritable> {
        let keys =
            system::keys().map_err(|failure| Unwritable { why: failure.message, full: false })?;
        let log = case.access_log(&keys, &mut system::acts())?;
        Ok(Self { log, settings: case.config.access, quiet: output.quiet })
    }

    /// Records new settings in the access log.
    pub(crate) fn set(&self) {
        let AccessSettings { record, keep_days } = self.settings;
        if let Err(error) = self.log.set(record, keep_days, MachineClock.now(), &mut system::random)
        {
            report_once(self.quiet, &chain_of(&error));
        }
    }

    /// Records what is about to be shown.
    fn record(&self, look: AccessRecord) -> Result<(), AccessError> {
        self.log.record_access(look, MachineClock.now(), &mut system::random)
    }

    /// Makes pending records durable, and part of the signed log.
    pub(crate) fn fold(&self) {
        if let Err(error) =
            self.log.fold(self.settings.keep_days, MachineClock.now(), &mut system::random)
        {
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

/// Why the access log cannot be written.
struct Unwritable {
    why: String,
    full: bool,
}

impl From<AccessError> for Unwritable {
    fn from(error: AccessError) -> Self {
        Self { why: chain_of(&error), full: is_disk_full(&error) }
    }
}

fn report_once(quiet: bool, why: &str) {
    if !quiet && !REPORTED.swap(true, Ordering::Relaxed) {
        let _ = writeln!(std::io::stderr().lock(), "{}", texts().access_not_recorded(why));
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

/// Records what a command is about to show. Keep the result until it is shown.
///
/// # Errors
/// If it cannot be recorded: nothing may be shown then, unless the user asked for that.
pub(crate) fn note(output: &Output, case: &Case, look: AccessRecord) -> Result<Noted, Failure> {
    if !case.config.access.record {
        return Ok(Noted(None));
    }
    let recorded = Recorder::open(output, case).and_then(|recorder| {
        recorder.record(look)?;
        Ok(recorder)
    });
    match recorded {
        Ok(recorder) => Ok(Noted(Some(recorder))),
        Err(unwritable) if output.unrecorded => {
            report_once(output.quiet, &unwritable.why);
            Ok(Noted(None))
        }
        Err(unwritable) => Err(closed(unwritable).hint(texts().hint_unrecorded())),
    }
}

/// Records what the browser interface shows while it exists: events are recorded as they come, and folded from time to
/// time.
pub(crate) struct Watch {
    recorder: Option<Arc<Recorder>>,
    stop: Option<Sender<()>>,
    folding: Option<JoinHandle<()>>,
}

/// How long accesses of the browser interface may be pending before they are folded.
const SERVED: Duration = Duration::from_secs(10);

impl Watch {
    /// Starts recording, if the case's settings turn it on.
    ///
    /// # Errors
    /// If the access log cannot be opened: nothing may be shown then.
    pub(crate) fn begin(output: &Output, case: &Case) -> Result<Self, Failure> {
        let recorder = match case.config.access.record {
            true => Some(Arc::new(Recorder::open(output, case).map_err(closed)?)),
            false => None,
        };
        let (stop, stopped) = mpsc::channel();
        let folding = recorder.clone().map(|recorder| {
            std::thread::spawn(move || {
                while stopped.recv_timeout(SERVED) == Err(RecvTimeoutError::Timeout) {
                    recorder.fold_if_due(SERVED);
                }
                recorder.fold();
            })
        });
        Ok(Self { recorder, stop: Some(stop), folding })
    }

    /// Records the events of the browser interface.
    pub(crate) fn listener(&self, case: &Arc<Case>) -> exhibit_web::Recorder {
        let (recorder, case, last) = (self.recorder.clone(), Arc::clone(case), Mutex::new(None));
        Arc::new(move |event| {
            let Some(recorder) = &recorder else { return Ok(()) };
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.as_ref().is_some_and(|last| is_part_of(event, last)) {
                return Ok(());
            }
            if let Some(look) = look(&case, event) {
                recorder.record(look).map_err(|error| Unrecorded(chain_of(&error)))?;
                *last = Some(event.clone());
            }
            Ok(())
        })
    }
}

fn closed(unwritable: Unwritable) -> Failure {
    let exit = if unwritable.full { Exit::ToolMissing } else { Exit::Internal };
    Failure::new(exit, "access-log", texts().access_not_writable(unwritable.why))
        .hint(texts().hint_access_not_writable())
}

// Whether an event shows nothing beyond what was recorded last: a page and its picture, and the same page again.
fn is_part_of(event: &AccessEvent, last: &AccessEvent) -> bool {
    match (event, last) {
        (
            AccessEvent::PagePicture { item, page },
            AccessEvent::Document { item: of, page: shown, .. },
        ) => item == of && Some(*page) == *shown,
        (AccessEvent::Document { .. } | AccessEvent::PagePicture { .. }, last) => event == last,
        _ => false,
    }
}

// An event of the browser interface as it is recorded.
fn look(case: &Case, event: &AccessEvent) -> Option<AccessRecord> {
    Some(match event {
        AccessEvent::Nothing => return None,
        AccessEvent::Search { query } | AccessEvent::DistinctiveWords { query } => search(query),
        AccessEvent::Document { item, page, query } if query.is_empty() => view(case, *item, *page),
        AccessEvent::Document { item, page, query } => {
            view(case, *item, *page).secret("query", query)
        }
        AccessEvent::PagePicture { item, page } => view(case, *item, Some(*page)),
        AccessEvent::Similar { item, page } => similar(case, *item, *page),
        AccessEvent::RecentSearches => list("recent-searches", None),
        AccessEvent::SavedSearches => list("saved-searches", None),
        AccessEvent::Items { container } => {
            list("items", container.map(|item| case.label(item)).as_deref())
        }
        AccessEvent::Problems => list("problems", None),
        AccessEvent::Log => list("log", None),
        AccessEvent::LogEntry { index } => list("log-entry", Some(&index.to_string())),
        AccessEvent::Batches => list("batches", None),
        AccessEvent::Batch { name } => list("batch", Some(name)),
        AccessEvent::BatchRun { name, lines } => batch(name, *lines),
        AccessEvent::BatchFile { number } => export("batch", &number.to_string()),
    })
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
pub(crate) fn search(query: &str) -> AccessRecord {
    AccessRecord::new(Verb::Search).secret("query", query)
}

/// A view of a document, or of a page of it.
pub(crate) fn view(case: &Case, item: ItemId, page: Option<PageNumber>) -> AccessRecord {
    let look = AccessRecord::new(Verb::View).secret("document", &case.label(item));
    match page {
        Some(page) => look.secret("page", &page.to_string()),
        None => look,
    }
}

/// An export from the case: of what kind, and which.
pub(crate) fn export(what: &str, which: &str) -> AccessRecord {
    AccessRecord::new(Verb::Export).fact("what", Fact::Text(what.to_owned())).secret("which", which)
}

/// A list that names documents or queries: what kind of list, and of what.
pub(crate) fn list(what: &str, of: Option<&str>) -> AccessRecord {
    let look = AccessRecord::new(Verb::List).fact("what", Fact::Text(what.to_owned()));
    match of {
        Some(of) => look.secret("of", of),
        None => look,
    }
}

/// The documents similar to one, or to a page of it.
pub(crate) fn similar(case: &Case, item: ItemId, page: Option<PageNumber>) -> AccessRecord {
    let look = list("similar", Some(&case.label(item)));
    match page {
        Some(page) => look.secret("page", &page.to_string()),
        None => look,
    }
}

/// A batch that is run; how many lines it has, where that is known.
pub(crate) fn batch(name: &str, lines: Option<u64>) -> AccessRecord {
    let look = AccessRecord::new(Verb::Batch).secret("name", name);
    match lines {
        Some(lines) => look.fact("lines", Fact::Number(lines)),
        None => look,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_and_its_picture_are_recorded_once() {
        let document = |page, query: &str| AccessEvent::Document {
            item: ItemId::new(3),
            page,
            query: query.to_owned(),
        };
        let picture = |item, page| AccessEvent::PagePicture { item: ItemId::new(item), page };
        let listed = AccessEvent::Items { container: None };
        let (one, two) = (PageNumber::FIRST, PageNumber::new(2));
        for (event, last, expect) in [
            (picture(3, two), document(Some(two), "x"), true),
            (picture(3, two), document(Some(one), ""), false),
            (picture(4, two), document(Some(two), ""), false),
            (picture(3, two), picture(3, two), true),
            (document(Some(two), "x"), document(Some(two), "x"), true),
            (document(Some(two), "y"), document(Some(two), "x"), false),
            (document(Some(two), ""), picture(3, two), false),
            (listed.clone(), listed, false),
        ] {
            assert_eq!(is_part_of(&event, &last), expect, "{event:?} after {last:?}");
        }
    }
}
