//! Samples of the search page.

use crate::coverage;
use crate::links::{self, SearchPlace};
use crate::pages::search::facets::{FacetValue, FacetView, Year};
use crate::pages::search::view::{
    Answer, Choice, Order, Outcome, ReadAsPart, Recent, Row, SearchView, Widening, Wrong,
};
use crate::samples::HOSTILE;
use crate::untrusted::{MarkedText, Name, Span};
use crate::words::ENGLISH;
use exhibit_model::State;

const QUERY: &str = "登记 (销毁 OR destroy*)";

pub(super) fn samples() -> Vec<(&'static str, SearchView)> {
    let with_facets = Answer {
        facets: facets(),
        years: years(),
        months: months(),
        telling: Some(links::telling(QUERY, false)),
        filtered: vec![("q", QUERY.to_owned()), ("apply", "1".to_owned())],
        unfiltered: links::search(&SearchPlace::of(QUERY)),
        ..answer()
    };
    let views = [
        ("search", QUERY, Outcome::Answered(Box::new(answer()))),
        ("search-facets", QUERY, Outcome::Answered(Box::new(with_facets))),
        ("search-blank", "", Outcome::Blank),
        ("search-wrong", "登记 (销毁 OR <b>", Outcome::Wrong(wrong())),
        (
            "search-nothing",
            "登记 销毁 <script>alert(1)</script>",
            Outcome::Answered(Box::new(nothing())),
        ),
    ];
    let recent = Recent {
        on: true,
        searches: vec![
            ("登记 OR <b>".to_owned(), links::search(&SearchPlace::of("登记 OR <b>")), 12),
            ("تىزىملىك".to_owned(), links::search(&SearchPlace::of("تىزىملىك")), 1),
        ],
    };
    let view = |query: &str, outcome| SearchView {
        recent: query.is_empty().then(|| recent.clone()),
        query: query.to_owned(),
        outcome,
        keep: Vec::new(),
        fields: fields(),
    };
    views.map(|(name, query, outcome)| (name, view(query, outcome))).into()
}

fn months() -> Vec<Year> {
    let month = |(month, count): (u32, u64)| Year {
        label: format!("2019-{month:02}"),
        count,
        href: links::search(&SearchPlace::of(&format!("{QUERY} date:2019-{month:02}"))),
        chosen: month == 4,
    };
    [(3, 40), (4, 71), (5, 17)].map(month).into()
}

fn term(text: &str, clause: usize) -> ReadAsPart {
    ReadAsPart::Term(text.to_owned(), Some(clause))
}

fn words(text: &str) -> ReadAsPart {
    ReadAsPart::Words(text.to_owned())
}

fn answer() -> Answer {
    Answer {
        read_as: vec![
            term("登记", 0),
            words(" and ("),
            term("销毁", 1),
            words(" or words beginning with "),
            term("destroy", 2),
            words(")"),
        ],
        widenings: vec![Widening {
            text: "also traditional characters".to_owned(),
            without: Some(links::search(&SearchPlace::of("=登记 (=销毁 OR destroy*)"))),
        }],
        documents: Some(291),
        pages: 1_904,
        remarks: vec!["write OR in capitals for either word".to_owned()],
        orders: vec![
            Order {
                word: "relevance".to_owned(),
                href: links::search(&SearchPlace::of(QUERY)),
                current: true,
            },
            Order {
                word: "newest".to_owned(),
                href: links::search(&SearchPlace { sort: "newest", ..SearchPlace::of(QUERY) }),
                current: false,
            },
        ],
        seconds: Some(0.04),
        searchable: Some((12_400, 61_000)),
        rows: rows(),
        later: Some(links::search(&SearchPlace { from: 25, ..SearchPlace::of(QUERY) })),
        ..Answer::default()
    }
}

/// A passage in which each stretch in square brackets is a hit; its first letter decides the clause.
pub(crate) fn passage(language: &str, marked: &str) -> MarkedText {
    let mut passage = MarkedText { language: language.to_owned(), ..MarkedText::default() };
    let mut rest = marked;
    while let Some((before, after)) = rest.split_once('[') {
        passage.text.push_str(before);
        let (found, after) = after.split_once(']').unwrap_or((after, ""));
        let clause = match found.chars().next() {
            Some('销' | '消') => 1,
            Some('d') => 2,
            Some('з' | 'З') => 3,
            _ => 0,
        };
        let start = passage.text.len();
        passage.text.push_str(found);
        passage.spans.push(Span { start, end: passage.text.len(), clause, number: 0 });
        rest = after;
    }
    passage.text.push_str(rest);
    passage
}

fn row(number: u32, name: Name, kind: String, path: &str) -> Row {
    let label = format!("EXH-{number:06}");
    let place =
        links::Place { query: QUERY, page: 1, rank: u64::from(number), ..links::Place::default() };
    Row {
        href: links::document(&label, &place),
        number: label,
        name,
        kind,
        state: State::Read,
        page: Some((1, 1)),
        confidence: None,
        date: None,
        rank: u64::from(number),
        path: Name::from(path),
        hits: 1,
        pages: 1,
        snippet: None,
        copies: None,
        places: Vec::new(),
        found_at: None,
        shares: Vec::new(),
    }
}

pub(crate) fn rows() -> Vec<Row> {
    let notice = "…一、所有进出三号仓库的人员和车辆,须由值班员逐一[登记]。[登记]表每日二十时前报送综合科。三、自2019年4月起,纸质[登记]表每月集中[销毁]一次…";
    let mail = "The April register ([登记]表) was [destroyed] on 30 April with two witnesses. Please confirm that you still hold the spreadsheet before I sign.";
    let uyghur = "3-نومۇرلۇق ئامبارغا كىرگەن-چىققان ماشىنىلارنى نۆۋەتچى بىر-بىرلەپ [تىزىملايدۇ]؛ قەغەز نۇسخىسى ئاي ئاخىرىدا يوق قىلىنىدۇ.";
    let long = "Приложение_к_приказу_о_порядке_регистрации_и_хранения_журналов_складского_учёта_за_2018-2019_годы_окончательная_редакция_с_замечаниями.docx";
    vec![
        Row {
            confidence: Some(0.94),
            date: Some("2019-03-28".to_owned()),
            hits: 7,
            snippet: Some(passage("zh-Hans", notice)),
            copies: Some((2, links::document("EXH-000127", &links::Place::default()))),
            places: vec![(
                "EXH-000902".to_owned(),
                Name::from("disk2/信息科/备份/综合科文件/<b>通知</b>.pdf"),
                links::document("EXH-000902", &links::Place::default()),
            )],
            found_at: Some(Name::from("disk2/信息科/备份/综合科文件/<b>通知</b>.pdf")),
            ..row(
                127,
                Name::from("关于规范仓库出入登记工作的通知.pdf"),
                ENGLISH.kind("application/pdf"),
                "disk2/综合科/2019/通知/",
            )
        },
        Row {
            date: Some("2019-05-03".to_owned()),
            hits: 2,
            snippet: Some(passage("en", mail)),
            ..row(
                412,
                Name::from("RE: monthly registers – paper copies"),
                ENGLISH.kind("message/rfc822"),
                "mail/meng.mbox/Sent/",
            )
        },
        Row {
            page: Some((2, 3)),
            date: Some("2019-04-30".to_owned()),
            hits: 3,
            snippet: Some(passage("ug", uyghur)),
            ..row(
                398,
                Name::from("ئامبار تىزىملىكى 2019-4.docx"),
                "Word".to_owned(),
                "disk2/三号仓库/",
            )
        },
        Row {
            page: Some((4, 4)),
            hits: 214,
            snippet: Some(passage(
                "zh-Hant",
                "三號倉庫[登記]表\t夜間\t[登記]人 孟\n備註: 紙質已[銷毀]",
            )),
            ..row(
                1033,
                Name::from("三号仓库登记表_2019Q2.xlsx"),
                "Spreadsheet".to_owned(),
                "disk2/信息科/备份/",
            )
        },
        Row {
            snippet: Some(passage(
                "ru",
                "журнал подлежит уничтожению после [записи] в книгу учёта",
            )),
            ..row(
                1290,
                Name::from(long),
                "Word".to_owned(),
                "disk2/переписка/входящие/2019/апрель/согласование/черновики/",
            )
        },
        Row {
            state: State::Unsupported,
            page: None,
            hits: 0,
            ..row(2204, Name::new("invoice_\u{202e}fdp.exe"), "Program".to_owned(), "disk2/mail/")
        },
        Row {
            snippet: Some(passage(
                "und",
                "</p><script>alert(1)</script> [<b onclick=x>] \u{202e}desrever\u{202c} \u{7}",
            )),
            ..row(2205, Name::new(HOSTILE), "Other".to_owned(), "disk2/<svg onload=alert(1)>/")
        },
    ]
}

fn facets() -> Vec<FacetView> {
    let group = |title: &str, field: &str, values: &[(&str, u64)]| FacetView {
        title: title.to_owned(),
        field: field.to_owned(),
        trail: Vec::new(),
        open: field != "is",
        more: None,
        values: values
            .iter()
            .enumerate()
            .map(|(n, (label, count))| FacetValue {
                label: Name::from(*label),
                value: (*label).to_owned(),
                count: *count,
                chosen: n == 0,
                exclude: links::search(&SearchPlace::of(&format!("{QUERY} -{field}:{label}"))),
                excluded: n == 2,
                into: None,
            })
            .collect(),
    };
    vec![
        group("Type", "type", &[("PDF", 183), ("E-mail", 74), ("Spreadsheet", 21), ("Word", 13)]),
        group("Language", "lang", &[("中文", 211), ("English", 52), ("ئۇيغۇرچە", 28)]),
        folders(),
        group("State", "is", &[("read", 280), ("truncated", 11)]),
    ]
}

fn folders() -> FacetView {
    let to =
        |folder: &str| links::search(&SearchPlace::of(&format!("{QUERY} folder:\"{folder}\"")));
    let step = |text: &str, folder: &str| Choice { text: text.to_owned(), href: to(folder) };
    let value = |(name, count): (&str, u64)| FacetValue {
        label: Name::from(name),
        value: format!("disk2/综合科/{name}"),
        count,
        chosen: false,
        exclude: to(name),
        excluded: false,
        into: Some(to(name)),
    };
    FacetView {
        title: "Folder".to_owned(),
        field: "folder".to_owned(),
        trail: vec![
            step("all folders", ""),
            step("disk2", "disk2"),
            step("综合科", "disk2/综合科"),
        ],
        open: true,
        values: [("2019", 128), ("通知.zip!", 12), ("<i>ئامبار</i>", 3)].map(value).into(),
        more: Some((1_204, Some(to("more")))),
    }
}

fn years() -> Vec<Year> {
    let counts = [
        (2014, 2),
        (2015, 5),
        (2016, 9),
        (2017, 22),
        (2018, 41),
        (2019, 128),
        (2020, 63),
        (2021, 17),
        (2022, 4),
    ];
    let year = |(year, count): (u32, u64)| Year {
        label: year.to_string(),
        count,
        href: links::search(&SearchPlace::of(&format!("{QUERY} date:{year}"))),
        chosen: year == 2019,
    };
    counts.map(year).into()
}

/// Fields for samples of pages.
pub(crate) fn fields() -> Vec<(&'static str, String)> {
    super::fields(&ENGLISH)
        .into_iter()
        .filter(|(name, _)| matches!(*name, "type" | "date"))
        .collect()
}

fn wrong() -> Wrong {
    Wrong {
        message: "a bracket is opened and never closed".to_owned(),
        place: Some((7, 8)),
        hint: Some(
            "add a closing bracket, or put <b>text</b> that has a bracket in quotes".to_owned(),
        ),
    }
}

fn nothing() -> Answer {
    let choice = |text: &str, href: String| Choice { text: text.to_owned(), href };
    Answer {
        read_as: vec![
            term("登记", 0),
            words(" and "),
            term("销毁", 1),
            words(" and "),
            term("<script>alert(1)</script>", 2),
        ],
        documents: Some(0),
        seconds: Some(0.01),
        not_searched: coverage::sample(&ENGLISH),
        suggestions: vec![choice(
            "look for either word",
            links::search(&SearchPlace::of("登记 OR 销毁")),
        )],
        ..Answer::default()
    }
}
