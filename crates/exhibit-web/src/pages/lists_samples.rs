//! Samples of the overview, the lists and the log.

use crate::frame::Frame;
use crate::links::{self, Place};
use crate::pages::items::{ItemRow, ItemsView};
use crate::pages::log::{EntryView, LogLine, LogView};
use crate::pages::overview::{Count, Gap, OverviewView};
use crate::pages::problems::{Cause, ProblemsView};
use crate::pages::{items, log, overview, problems};
use crate::samples::{HOSTILE, Sample};
use crate::untrusted::Name;
use exhibit_model::State;

pub(crate) fn samples(frame: &Frame) -> Vec<Sample> {
    let broken = OverviewView {
        gaps: vec![
            Gap { container: Some(("EXH-000126".to_owned(), "/doc/EXH-000126".to_owned())), found: 3, listed: 2 },
            Gap { container: None, found: 1_201, listed: 1_200 },
        ],
        ..case()
    };
    let container = Some(("EXH-000126".to_owned(), Name::from("通知.zip"), "/doc/EXH-000126".to_owned()));
    let entry = EntryView {
        index: 1_882,
        size: 4_120,
        canonical: ENTRY.to_owned(),
        leaf_hash: "77a1".repeat(16),
        document: Some(("EXH-000127".to_owned(), links::document("EXH-000127", &Place::default()))),
        openings: vec![(Name::from("name"), Name::new(HOSTILE))],
        proof: "c2sp.org/tlog-proof@v1\nindex 1882\n".to_owned(),
        checkpoint: CHECKPOINT.to_owned(),
    };
    vec![
        Sample { name: "overview", page: overview::page(frame, &case()) },
        Sample { name: "overview-broken", page: overview::page(frame, &broken) },
        Sample { name: "overview-empty", page: overview::page(frame, &OverviewView::default()) },
        Sample { name: "problems", page: problems::page(frame, &trouble()) },
        Sample {
            name: "problems-none",
            page: problems::page(frame, &ProblemsView { items: 812, ..ProblemsView::default() }),
        },
        Sample { name: "items", page: items::page(frame, &list()) },
        Sample { name: "items-members", page: items::page(frame, &ItemsView { container, ..list() }) },
        Sample {
            name: "items-none",
            page: items::page(frame, &ItemsView { state: Some(State::Failed), ..ItemsView::default() }),
        },
        Sample { name: "log", page: log::list(frame, &entries()) },
        Sample { name: "log-entry", page: log::entry(frame, &entry) },
    ]
}

const ENTRY: &str = r#"{"act":"item received","at":"2026-02-11T14:02:09Z","item":127,"original":"9f2c41d07b6d3b8e5a10c4f7e29d8861b03fa5c7d24e916087ab35cd90f1e41b","salt":"q0Jm3o8mZ1m9JX4sU0l5Og","v":1}"#;
const CHECKPOINT: &str = "exhibit.example/harbour-ledger\n4120\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— exhibit.example/harbour-ledger Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";

fn case() -> OverviewView {
    let count = |label: &str, count, href: Option<String>| Count { label: label.to_owned(), count, href };
    OverviewView {
        states: vec![
            (State::Waiting, 0),
            (State::Read, 1_020),
            (State::Empty, 3),
            (State::Duplicate, 149),
            (State::Encrypted, 12),
            (State::Unsupported, 9),
            (State::Failed, 7),
            (State::Truncated, 4),
        ],
        originals: 1_055,
        bytes: 4_812_330_912,
        pages: 61_020,
        waiting_for_ocr: 310,
        searchable: 60_710,
        kinds: vec![
            count("PDF", 512, None),
            count("E-mail", 301, None),
            count("Spreadsheet", 118, None),
            count("Word", 89, None),
        ],
        languages: vec![
            count("Chinese, simplified", 40_112, None),
            count("Uyghur", 12_004, None),
            count("English", 8_904, None),
        ],
        sources: 2,
        by_ocr: 2_210,
        ocr_failed: 3,
        gaps: Vec::new(),
        log: Some((4_120, links::log_entry(4_119))),
    }
}

fn sample(number: u32, name: &[u8], path: &str) -> problems::Sample {
    let number = format!("EXH-{number:06}");
    let href = links::document(&number, &Place::default());
    problems::Sample { number, name: Name::new(name), path: Name::from(path), href }
}

fn trouble() -> ProblemsView {
    let cause = |state: State, reason: &str, count, sample| Cause {
        state,
        reason: Name::new(reason),
        count,
        sample,
        all: links::items(state.word(), "", 0),
    };
    ProblemsView {
        causes: vec![
            cause(
                State::Encrypted,
                "",
                12,
                vec![sample(31, "名单(加密).zip".as_bytes(), "disk2/"), sample(77, b"list.pdf", "mail/")],
            ),
            cause(
                State::Failed,
                "the cross-reference table ends too early",
                7,
                vec![sample(1044, HOSTILE, "disk2/<b>/")],
            ),
            cause(State::Truncated, "more than 1,000,000 members", 1, vec![sample(1051, b"big.zip", "")]),
        ],
        items: 1_204,
        waiting: 18,
        cut: Some(10_000),
    }
}

fn list() -> ItemsView {
    let row = |number: u32, name: &[u8], kind, state, reason: &str| ItemRow {
        number: format!("EXH-{number:06}"),
        href: links::document(&format!("EXH-{number:06}"), &Place::default()),
        name: Name::new(name),
        path: Name::from("disk2/综合科/2019/"),
        kind,
        state,
        reason: Name::new(reason),
        pages: 3,
        size: Some(482_133),
    };
    ItemsView {
        total: Some(1_204),
        rows: vec![
            row(127, "关于规范仓库出入登记工作的通知.pdf".as_bytes(), "PDF", State::Read, ""),
            row(398, "ئامبار تىزىملىكى 2019-4.docx".as_bytes(), "Word", State::Read, ""),
            row(1044, HOSTILE, "PDF", State::Failed, "the cross-reference table ends too early"),
            ItemRow { size: None, pages: 0, ..row(1045, b"link", "", State::Unsupported, "a symbolic link") },
        ],
        later: Some(links::items("", "", 100)),
        ..ItemsView::default()
    }
}

fn entries() -> LogView {
    let line = |index, text: &[u8], number: Option<&str>| LogLine {
        index,
        text: Name::new(text),
        document: number.map(|number| (number.to_owned(), links::document(number, &Place::default()))),
    };
    LogView {
        size: 4_120,
        waiting: 2,
        entries: vec![
            line(4_119, ENTRY.as_bytes(), Some("EXH-001204")),
            line(4_118, HOSTILE, None),
            line(0, b"{}", None),
        ],
        first: Some(links::log(0)),
        older: Some(links::log(4_000)),
        checkpoint: CHECKPOINT.to_owned(),
    }
}
