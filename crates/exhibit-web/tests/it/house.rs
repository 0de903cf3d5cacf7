//! A case made of part of the example trove and a few hostile files, and a browser's way of asking it.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use exhibit_cage::{Cage, CageLimits, CageOptions};
use exhibit_case::{Acts, Case, CaseFolder, CaseWriter, Keys, NewCase, Principal};
use exhibit_ingest::{IngestProgress, RunContext, Snapshot, StopRequest, ingest};
use exhibit_model::{FixedClock, Limits, Moment};
use exhibit_web::{
    AccessEvent, App, IntakeControl, IntakeState, Machine, Recorder, Sessions, Unrecorded, router,
};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use tower::ServiceExt;

pub(crate) const CODE: &str = "the-first-code";
const PORT: u16 = 8080;
/// Looks like a PDF's name, is a text; with markup, a byte that is no text, and more.
const HOSTILE_NAME: &[u8] = b"<img src=x onerror=alert(1)>\xe2\x80\xaefdp.\xff&amp;.txt";
const HOSTILE_TEXT: &str =
    "needle </p><script>alert(1)</script> \u{202e}needle\u{202c} <b onclick=x>needle</b>\n";

/// A case in a folder of its own, made once for all tests.
pub(crate) struct House {
    folder: tempfile::TempDir,
    cage: Arc<Cage>,
}

pub(crate) static HOUSE: LazyLock<House> = LazyLock::new(House::build);

/// A server for one test, and the one browser that visits it.
pub(crate) struct Browser {
    router: axum::Router,
    runtime: tokio::runtime::Runtime,
    pub(crate) announced: Arc<Mutex<Vec<String>>>,
    pub(crate) cookie: String,
    pub(crate) access_log: Arc<AccessLog>,
}

/// Keeps the events that the server records, or refuses to.
#[derive(Default)]
pub(crate) struct AccessLog {
    events: Mutex<Vec<AccessEvent>>,
    is_full: AtomicBool,
}

impl AccessLog {
    fn recorder(self: Arc<Self>) -> Recorder {
        Arc::new(move |event| {
            if self.is_full.load(Ordering::Relaxed) {
                return Err(Unrecorded("no space left".to_owned()));
            }
            self.events.lock().expect("kept").push(event.clone());
            Ok(())
        })
    }

    /// The events since this was asked last.
    pub(crate) fn take(&self) -> Vec<AccessEvent> {
        std::mem::take(&mut self.events.lock().expect("kept"))
    }

    /// From now on nothing can be recorded, or everything again.
    pub(crate) fn set_full(&self, full: bool) {
        self.is_full.store(full, Ordering::Relaxed);
    }
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn html(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("pages are UTF-8")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

fn acts(clock: FixedClock) -> Acts {
    Acts::new(
        clock,
        |bytes| getrandom::fill(bytes).expect("random bytes"),
        Principal::LOCAL,
        "test",
    )
}

impl House {
    /// A case of its own, for a test that changes it.
    pub(crate) fn build() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (case, keys, trove) =
            (folder.path().join("case"), folder.path().join("keys"), folder.path().join("drop"));
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/trove/disk2");
        for part in ["三号仓库", "综合科/2019", "综合科/2017"] {
            copy(&example.join(part), &trove.join(part));
        }
        fs::create_dir_all(trove.join("odd")).expect("a folder");
        fs::write(trove.join("odd").join(std::ffi::OsStr::from_bytes(HOSTILE_NAME)), HOSTILE_TEXT)
            .expect("a file");
        let row = format!("登记表,needle 2019,{}\n", "x".repeat(900));
        fs::write(trove.join("odd/long.csv"), row.repeat(1_000)).expect("a file");
        fs::create_dir_all(trove.join("many")).expect("a folder");
        for number in 0..30 {
            fs::write(trove.join(format!("many/{number}.txt")), format!("manyfold {number}"))
                .expect("a file");
        }
        fs::write(trove.join("odd/copy.txt"), HOSTILE_TEXT).expect("a file");
        fs::write(trove.join("odd/empty.txt"), "").expect("a file");
        fs::write(trove.join("odd/broken.pdf"), "%PDF-1.7\nnothing").expect("a file");
        let clock = FixedClock(Moment::from_civil(2026, 2, 11, 14, 2, 9).expect("a moment"));
        let new = NewCase { name: "Harbour <Ledger>", prefix: "EXH", keys: &keys, lock: None };
        Case::init(&case, &new, &mut acts(clock)).expect("a case");
        let cage =
            Cage::start(CageOptions { program: worker(), ..CageOptions::new("cage-server", 2) })
                .expect("a cage");
        let mut held = CaseWriter::take(&case, &Keys::plain(&keys), acts(clock)).expect("the case");
        let (progress, stop) = (IngestProgress::default(), StopRequest::default());
        let options = exhibit_ingest::IngestOptions {
            name: Some("drop <1>"),
            workers: 2,
            ocr: false,
            recogniser: None,
            tesseract: None,
            retry: &[],
            limits: Limits::STANDARD,
            cage_limits: CageLimits::STANDARD,
        };
        let world = RunContext { cage: &cage, progress: &progress, stop: &stop };
        ingest(&mut held, &[trove], &options, &world).expect("it is taken in");
        Self { folder, cage: Arc::new(cage) }
    }

    /// A server over the case, and a browser that has not come in yet.
    pub(crate) fn visitor(&self) -> Browser {
        let (case, keys) = (self.folder.path().join("case"), self.folder.path().join("keys"));
        Browser::over(&case, &keys, Some(Arc::clone(&self.cage)))
    }

    /// A browser that has come in.
    pub(crate) fn guest(&self) -> Browser {
        self.visitor().come_in()
    }
}

impl Browser {
    /// A server over a case, with workers that render pages if there is a cage, and a browser that has not come in yet.
    pub(crate) fn over(folder: &Path, keys: &Path, cage: Option<Arc<Cage>>) -> Self {
        let announced = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&announced);
        let announce = move |code: &str| keep.lock().expect("kept").push(code.to_owned());
        let sessions = Sessions::new(CODE.to_owned(), PORT, announce);
        let case = Arc::new(Case::open(folder).expect("the case"));
        let address = ([127, 0, 0, 1], PORT).into();
        let clock =
            Arc::new(FixedClock(Moment::from_civil(2026, 2, 12, 9, 0, 0).expect("a moment")));
        let (held, keys) = (folder.to_owned(), keys.to_owned());
        let (known, place) = (keys.clone(), folder.to_owned());
        let log_marks = move || {
            let mut held =
                CaseWriter::take(&held, &Keys::plain(&keys), acts(FixedClock(Moment(0))))
                    .expect("the case");
            held.log_marks().expect("logged");
        };
        let machine = Machine {
            clock,
            threads: 2,
            language: exhibit_web::Language::English,
            log_marks: Arc::new(log_marks),
            standing: Arc::new(move || exhibit_case::standing(&known, &CaseFolder::new(&place))),
            intake: Some(Arc::new(Pausable::default())),
        };
        let access_log = Arc::new(AccessLog::default());
        let recorder = Arc::clone(&access_log).recorder();
        let app = App::new(case, cage, sessions, address, Vec::new(), machine, recorder);
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { router: router(app), runtime, announced, cookie: String::new(), access_log }
    }

    /// The same browser with a session.
    pub(crate) fn come_in(mut self) -> Self {
        let answer = self.get(&format!("/open/{CODE}"));
        self.cookie = answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        assert!(self.cookie.starts_with("exhibit-8080="));
        self
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path))
    }

    pub(crate) fn ask(&self, request: axum::http::request::Builder) -> Answer {
        self.send(request, Body::empty())
    }

    /// Sends a request as a browser at `localhost` would; headers of the request itself win.
    pub(crate) fn send(&self, request: axum::http::request::Builder, body: Body) -> Answer {
        let mut request = request.body(body).expect("a request");
        let headers = request.headers_mut();
        headers.entry("host").or_insert("localhost:8080".parse().expect("a host"));
        if !self.cookie.is_empty() {
            headers
                .insert("cookie", format!("other=1; {}", self.cookie).parse().expect("a cookie"));
        }
        self.runtime.block_on(async {
            let response =
                self.router.clone().oneshot(request).await.expect("the router never fails");
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, 64 << 20).await.expect("a body").to_vec();
            Answer { status: parts.status, headers: parts.headers, bytes }
        })
    }

    /// The number of the first document that this query finds.
    pub(crate) fn number_of(&self, query: &str) -> String {
        let answer = self.get(&format!("/search?q={}", exhibit_web::links::encoded(query)));
        let rows = answer.html().split_once("class=\"rows\"").expect("rows").1;
        let link = rows.split_once("href=\"/doc/").expect("a link").1;
        link.split(['?', '"', '#']).next().expect("a number").to_owned()
    }
}

// The example `trove` of this crate, built beside the tests, is the workers' server.
fn worker() -> PathBuf {
    let tests = std::env::current_exe().expect("a program");
    let profile = tests.parent().and_then(Path::parent).expect("a folder of programs");
    profile.join("examples/trove")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the example trove") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// An intake that only keeps what it is told.
#[derive(Default)]
struct Pausable(AtomicBool);

impl IntakeControl for Pausable {
    fn status(&self) -> (IntakeState, Option<Snapshot>) {
        let state =
            if self.0.load(Ordering::Relaxed) { IntakeState::Paused } else { IntakeState::Running };
        (state, Some(IngestProgress::default().snapshot()))
    }

    fn pause(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn resume(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}
