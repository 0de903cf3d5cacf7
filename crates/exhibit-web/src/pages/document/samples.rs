//! Samples of the document page.

use crate::forms::{Done, Undo};
use crate::links::{self, Place, SearchPlace};
use crate::pages::document::page_view::{Block, HitBox, Origin, Part, PictureView, Text};
use crate::pages::document::panels::{
    Copy, Custody, FoundIn, Noted, PropertyRow, TreeKind, TreeLine,
};
use crate::pages::document::view::{DocumentView, PagePlace, Step, Tags, Trail};
use crate::pages::search::samples::passage;
use crate::samples::HOSTILE;
use crate::untrusted::{Name, Span};
use crate::words::ENGLISH;
use exhibit_model::{MarkKind, Rect, Severity, State};

const QUERY: &str = "登记 (销毁 OR destroy*)";
const NUMBER: &str = "EXH-000127";

pub(super) fn samples() -> Vec<(&'static str, DocumentView)> {
    vec![
        ("document", scanned()),
        ("document-rtl", uyghur()),
        ("document-sheet", sheet()),
        ("document-marks", marks()),
        ("document-locked", locked()),
        ("document-hostile", hostile()),
    ]
}

/// Paragraphs of a page in which each stretch in square brackets is a hit.
fn text(language: &str, paragraphs: &[&str], current: usize) -> Text {
    let mut text = Text {
        origin: Origin::File,
        language: language.to_owned(),
        blocks: Vec::new(),
        is_table: false,
        spans: Vec::new(),
        current,
        labels: Vec::new(),
        part: None,
    };
    let mut start = 0;
    for (n, paragraph) in paragraphs.iter().enumerate() {
        let passage = passage(language, paragraph);
        for span in passage.spans {
            let number = text.spans.len() + 1;
            text.spans.push(Span {
                start: start + span.start,
                end: start + span.end,
                number,
                ..span
            });
        }
        let block =
            Block { number: n + 1, start, text: passage.text, language: language.to_owned() };
        start += block.text.len() + 1;
        text.blocks.push(block);
    }
    text
}

fn line(depth: usize, kind: TreeKind, name: &str, number: Option<u32>) -> TreeLine {
    let number = number.map(|number| format!("EXH-{number:06}"));
    let href = number.as_ref().map(|number| links::document(number, &Place::default()));
    TreeLine { depth, kind, name: Name::new(name), number, href, state: None }
}

fn step(number: u64, of: u64, link: impl Fn(u64) -> String) -> Step {
    Step {
        number,
        of,
        previous: (number > 1).then(|| link(number - 1)),
        next: (number < of).then(|| link(number + 1)),
    }
}

fn page_step(number: u64, of: u64) -> PagePlace {
    let link = |n| {
        links::document(
            NUMBER,
            &Place { query: QUERY, page: u32::try_from(n).unwrap_or(1), ..Place::default() },
        )
    };
    PagePlace {
        step: step(number, of, link),
        label: Name::default(),
        action: links::document(NUMBER, &Place::default()),
        keep: vec![("q", QUERY.to_owned())],
    }
}

fn scanned() -> DocumentView {
    let paragraphs = [
        "各部门:",
        "为进一步规范仓库出入[登记]工作,堵塞管理漏洞,现就有关事项通知如下:",
        "一、所有进出三号仓库的人员和车辆,须由值班员逐一[登记]。[登记]表每日二十时前报送综合科。",
        "二、夜间作业由运输队统一安排,未经批准,任何人不得调整班次。",
        "三、[登记]表不得外传。自2019年4月起,纸质[登记]表每月集中[销毁]一次,电子版由信息科保存。",
        "四、本通知自印发之日起执行。联系人:孟科长,内线0142。",
    ];
    let mut text = text("zh-Hans", &paragraphs, 4);
    text.origin = Origin::Ocr {
        engine: "tesseract 5.3.0".to_owned(),
        languages: "chi_sim+eng".to_owned(),
        confidence: 0.94,
    };
    let hit = |n| {
        links::document(
            NUMBER,
            &Place { query: QUERY, hit: usize::try_from(n).unwrap_or(1), ..Place::default() },
        )
    };
    DocumentView {
        number: NUMBER.to_owned(),
        name: Name::from("关于规范仓库出入登记工作的通知.pdf"),
        kind: "PDF".to_owned(),
        state: State::Read,
        reason: Name::default(),
        trail: Trail {
            no_index: false,
            results: Some(links::search(&SearchPlace::of(QUERY))),
            hit: Some(step(4, 7, hit)),
            result: Some(step(3, 291, |n| {
                links::document(&format!("EXH-{n:06}"), &Place::default())
            })),
        },
        picture: Some(PictureView::Shown {
            source: links::picture(NUMBER, 1, false),
            large: links::picture(NUMBER, 1, true),
            size: Some((595, 842)),
            boxes: boxes(),
        }),
        text: Some(text),
        page: Some(page_step(1, 3)),
        found_in: FoundIn {
            lines: vec![
                line(0, TreeKind::Source, "disk2.e01", None),
                line(1, TreeKind::Folder, "综合科/2019", None),
                line(2, TreeKind::Container, "通知.zip", Some(126)),
                line(3, TreeKind::This, "关于规范仓库出入登记工作的通知.pdf", None),
                line(4, TreeKind::Member, "附件1 登记表.xls", Some(128)),
                TreeLine {
                    state: Some(State::Unsupported),
                    ..line(4, TreeKind::Member, "invoice_\u{202e}fdp.exe", Some(129))
                },
            ],
            members: 2,
            all_members: None,
        },
        custody: custody(),
        tags: Tags {
            action: format!("/doc/{NUMBER}/tags"),
            keep: vec![("q", QUERY.to_owned()), ("p", "1".to_owned())],
            tags: vec![("待核实".to_owned(), links::search(&SearchPlace::of("tag:待核实")))],
            known: vec!["checked".to_owned(), "<b>key</b>".to_owned()],
            undo: Some(Undo {
                said: Done::TagAdded,
                name: "待核实".to_owned(),
                action: format!("/doc/{NUMBER}/tags"),
                fields: vec![("tag", "待核实".to_owned()), ("off", "1".to_owned())],
            }),
        },
        conversation: Some(links::search(&SearchPlace::of("thread:EXH-000127"))),
        similar: vec![(links::similar(NUMBER, 0), false), (links::similar(NUMBER, 1), true)],
        properties: vec![
            PropertyRow { key: Name::from("dc:creator"), value: Name::from("综合科") },
            PropertyRow { key: Name::from("pdf:Producer"), value: Name::from("Scan Station 4.1") },
        ],
        notes: vec![Noted {
            severity: Severity::Remark,
            page: Some((1, hit(1))),
            text: Name::from("the page is a picture; its text was read by OCR"),
        }],
    }
}

fn boxes() -> Vec<HitBox> {
    let place = |x0: f32, y0: f32, x1: f32| Rect { x0, y0, x1, y1: y0 + 0.019 };
    let hit = |number, clause, places| HitBox { number, clause, current: number == 4, places };
    vec![
        hit(1, 0, vec![place(0.508, 0.3195, 0.556)]),
        hit(2, 0, vec![place(0.724, 0.3865, 0.772)]),
        hit(3, 0, vec![place(0.796, 0.3865, 0.820), place(0.110, 0.4200, 0.134)]),
        hit(4, 0, vec![place(0.206, 0.5205, 0.254)]),
        hit(5, 0, vec![place(0.604, 0.5205, 0.652)]),
        hit(6, 1, vec![place(0.772, 0.5205, 0.820), place(0.110, 0.5540, 0.134)]),
    ]
}

fn custody() -> Custody {
    Custody {
        sha256: "9f2c41d07b6d3b8e5a10c4f7e29d8861b03fa5c7d24e916087ab35cd90f1e41b".to_owned(),
        size: 482_133,
        media_type: "application/pdf".to_owned(),
        received: "2026-02-11T14:02:09Z".to_owned(),
        modified: Some("2019-03-28T09:12:44Z".to_owned()),
        source: Name::from("disk 2, handed over 2026-02-11"),
        path: Name::from("综合科/2019/通知.zip/关于规范仓库出入登记工作的通知.pdf"),
        copies: vec![Copy {
            number: "EXH-000981".to_owned(),
            path: Name::from("信息科/备份/通知(1).pdf"),
            href: links::document("EXH-000981", &Place::default()),
        }],
        log_entry: Some((1_882, links::log_entry(1_882))),
        copies_in_all: 1,
    }
}

fn uyghur() -> DocumentView {
    let paragraphs = [
        "ئامبار تىزىملىكى توغرىسىدا ئۇقتۇرۇش",
        "3-نومۇرلۇق ئامبارغا كىرگەن-چىققان بارلىق خادىم ۋە ماشىنىلارنى نۆۋەتچى بىر-بىرلەپ [تىزىملايدۇ].",
        "[تىزىملاش] جەدۋىلى سىرتقا تارقىتىلمايدۇ. 2019-يىلى 4-ئايدىن باشلاپ قەغەز نۇسخىسى ھەر ئايدا بىر قېتىم يوق قىلىنىدۇ (PDF, 12 KB).",
        "Contact: R. C., ext. 0142",
    ];
    let mut text = text("ug", &paragraphs, 2);
    text.blocks[3].language = "en".to_owned();
    let mut view = scanned();
    view.name = Name::from("ئامبار تىزىملىكى 2019-4.docx");
    view.number = "EXH-000398".to_owned();
    view.kind = "Word".to_owned();
    view.picture = Some(PictureView::None(ENGLISH.no_picture_kind()));
    view.text = Some(text);
    view.trail.hit = Some(step(2, 2, |n| format!("/doc/EXH-000398?hit={n}#h{n}")));
    view.page = Some(page_step(1, 1));
    view.found_in.lines[3].name = view.name.clone();
    view
}

fn sheet() -> DocumentView {
    let rows = [
        "日期\t车牌\t班次\t[登记]人\t备注",
        "2019-04-02\tA 0713\t夜间\t孟\t",
        "2019-04-30\tA 2209\t夜间\t孟\t纸质已[销毁]",
    ];
    let mut text = text("zh-Hans", &rows, 1);
    text.is_table = true;
    text.part = Some(Part {
        from: 1,
        to: 120_000,
        of: 404_233,
        earlier: None,
        later: Some("/doc/EXH-001033?p=1&from=120000".to_owned()),
    });
    let mut view = scanned();
    view.name = Name::from("三号仓库登记表_2019Q2.xlsx");
    view.kind = "Spreadsheet".to_owned();
    view.picture = Some(PictureView::None(ENGLISH.no_picture_kind()));
    view.text = Some(text);
    view.page = Some(PagePlace { label: Name::from("4月"), ..page_step(1, 4) });
    view.trail.hit = Some(step(1, 214, |n| format!("/doc/EXH-001033?hit={n}")));
    view
}

fn marks() -> DocumentView {
    let paragraphs = [
        "Subject: monthly registers\nFrom: meng@office.example",
        "The registers are kept. They were [destroyed] on 30 April as agreed.",
        "Hidden remark: ask who signed.",
        "See the list of witnesses.",
    ];
    let mut text = text("en", &paragraphs, 1);
    let starts: Vec<usize> = text.blocks.iter().map(|block| block.start).collect();
    let label = |start, end, kind| ENGLISH.label(start, end, kind);
    text.labels = vec![
        label(0, starts[1] - 1, MarkKind::Header),
        label(starts[1] + 24, starts[2] - 1, MarkKind::Deleted),
        label(starts[2], starts[3] - 1, MarkKind::Hidden),
        label(starts[3] + 4, starts[3] + 26, MarkKind::Annotation),
    ];
    let mut view = scanned();
    view.name = Name::from("RE: monthly registers – paper copies.docx");
    view.picture = Some(PictureView::None(ENGLISH.no_picture_kind()));
    view.text = Some(text);
    view.trail.hit = None;
    view
}

fn locked() -> DocumentView {
    let mut view = scanned();
    view.name = Name::from("名单(加密).zip");
    view.kind = "Archive".to_owned();
    view.state = State::Encrypted;
    view.reason = Name::from("needs a password that is not known");
    view.picture = None;
    view.text = None;
    view.page = None;
    view.trail = Trail::default();
    view.found_in.members = 212;
    view.found_in.all_members = Some(links::items("", NUMBER, 0));
    view.notes.clear();
    view
}

fn hostile() -> DocumentView {
    let evil = Name::new(HOSTILE);
    let mut view = scanned();
    view.name = evil.clone();
    view.state = State::Failed;
    view.reason = evil.clone();
    view.custody.path = evil.clone();
    view.custody.source = evil.clone();
    view.custody.media_type = "text/html\"><script>alert(1)</script>".to_owned();
    view.custody.copies[0].path = evil.clone();
    view.properties = vec![PropertyRow { key: evil.clone(), value: Name::new(HOSTILE.repeat(20)) }];
    view.notes = vec![Noted { severity: Severity::Suspicious, page: None, text: evil.clone() }];
    for line in &mut view.found_in.lines {
        line.name = evil.clone();
    }
    let long = "x".repeat(300);
    let mut text = text(
        "en\" onload=\"x",
        &["</p><svg onload=alert(1)>[<script>]", &long, "\u{202e}turned\u{202c} \u{0} \u{1b}[2J"],
        1,
    );
    text.origin = Origin::Ocr {
        engine: "<b>".to_owned(),
        languages: "\"'>".to_owned(),
        confidence: f32::NAN,
    };
    if let Some(PictureView::Shown { boxes, .. }) = &mut view.picture {
        boxes.truncate(text.spans.len());
    }
    view.text = Some(text);
    view
}
