//! Quotes: exact, logged, and checked against pages that were read again, altered or lost.

use crate::handed_over::{NOTICE, QUOTED, REQUEST, handed_over};
use exhibit_bag::{
    BagError, Difference, NewQuote, QuoteStatus, SeenBy, Selection, check_quotes, list_quotes,
    make_quote, preview, read_quote,
};
use exhibit_case::{CaseError, Principal};
use exhibit_catalogue::{NewPage, ReadResult, StageKey};
use exhibit_custody::{Entry, Ref, Verb};
use exhibit_model::{
    Digest, EntrySeq, ItemId, Page, PageKind, PageNumber, Reason, Rect, State, TextBox, wire,
};
use exhibit_proof::anchor::{Anchor, Basis, basis};
use exhibit_store::{PackLocation, PackWriter};
use exhibit_testing::{TestCase, TestItem, overwrite};
use std::fs;

fn quote<'a>(case: &TestCase, path: &str, exact: &'a str) -> NewQuote<'a> {
    NewQuote { item: case.id(path), page: PageNumber::FIRST, exact, nth: None, seen: None }
}

fn made(case: &TestCase, quote: &NewQuote<'_>) -> Result<Anchor, BagError> {
    case.write(|held| make_quote(held, quote))
}

fn statuses(case: &TestCase) -> Vec<QuoteStatus> {
    check_quotes(&case.open().view(Principal::LOCAL))
        .expect("checked")
        .into_iter()
        .map(|quote| quote.standing)
        .collect()
}

/// Adds another reading of a page: a new layer that is current.
fn read_again(case: &TestCase, path: &str, text: &str) {
    case.write(|held| {
        let number = |name: &str| held.catalogue.number(name).expect("a number").expect("set");
        let end = PackLocation { pack: 1, offset: number("pack_length").unsigned_abs() };
        let mut packs =
            PackWriter::open(&held.case.folder.pack_folder(), Some(end)).expect("packs");
        let page = Page::of_text(1, PageKind::Text, text.to_owned());
        let (place, digest) = packs.append(&wire::encode_page(&page)).expect("a record");
        let work = held.catalogue.begin().expect("a transaction");
        let key = StageKey {
            name: "read".to_owned(),
            version: "2".to_owned(),
            parameters: String::new(),
        };
        let stage = work.stage(&key).expect("a stage");
        let place = (place.pack, place.offset);
        work.add_page(&NewPage { item: case.id(path), page: &page, stage, place, digest })
            .expect("a page");
        let media_type = "text/plain";
        let finding = ReadResult {
            state: State::Read,
            reason: None,
            media_type,
            found: 0,
            metadata: &[],
            notes: &[],
        };
        work.settle(case.id(path), &finding).expect("settled");
        work.set_number("pack_length", packs.end().offset.cast_signed()).expect("a number");
        packs.sync().expect("synced");
        work.commit().expect("a commit");
    });
}

#[test]
fn a_quote_contains_the_passage_its_place_and_its_page() {
    let case = TestCase::of_texts(&[("notice.txt", NOTICE)]);
    let anchor = made(&case, &quote(&case, "notice.txt", QUOTED)).expect("a quote");
    let at = NOTICE.chars().position(|c| c == '须').expect("there") as u64;
    assert_eq!(
        (anchor.passage.start, anchor.passage.end),
        (at, at + QUOTED.chars().count() as u64)
    );
    assert!(
        NOTICE.contains(&format!("{}{QUOTED}{}", anchor.passage.prefix, anchor.passage.suffix))
    );
    assert_eq!((anchor.item, anchor.page, anchor.document.as_str()), (1, 1, "EXH-000001"));
    assert_eq!(anchor.original, *Digest::of(NOTICE.as_bytes()).as_bytes());
    assert_eq!(anchor.text_layer, *Digest::of(NOTICE.as_bytes()).as_bytes());
    assert_eq!((anchor.picture, anchor.regions.len()), (None, 0));
    assert!(anchor.created.starts_with("2023-11-14T22:13:20"), "{}", anchor.created);
    let log = case.open().folder.log().expect("a log");
    let entry =
        Entry::read(&log.entry(EntrySeq::new(anchor.entry)).expect("an entry")).expect("an entry");
    assert_eq!((entry.act, entry.object), (Verb::Quote, Ref::Item(ItemId::new(1))));
    let text = String::from_utf8_lossy(&log.entry(EntrySeq::new(anchor.entry)).expect("an entry"))
        .into_owned();
    assert!(!text.contains("登记"), "the log does not contain the passage: {text}");
}

#[test]
fn the_same_quotes_of_the_same_case_are_the_same_bytes() {
    let bytes = || {
        let case = handed_over();
        read_quote(
            &case.open().view(Principal::LOCAL),
            &list_quotes(&case.open().view(Principal::LOCAL)).expect("quotes")[0].id(),
        )
        .expect("a quote")
        .1
    };
    assert_eq!(bytes(), bytes());
}

#[test]
fn passages_of_every_script_are_quoted() {
    let texts = [
        ("han", "第二条 所有人员须逐一登记。", "须逐一登记"),
        ("rare han", "编号𠮷𠮷一二三", "𠮷一二"),
        ("uyghur", "ئون ئىككى كىشىنىڭ تىزىملىكى", "كىشىنىڭ تىزىملىكى"),
        ("kazakh", "Қамалғандардың тізімі", "тізімі"),
        ("tibetan", "མིང་ཐོ་འདི་ཡིན།", "མིང་ཐོ་"),
        ("mongolian", "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ", "ᠪᠢᠴᠢᠭ"),
        ("combining", "Cafe\u{301} noir", "e\u{301} noir"),
        ("emoji", "ok 👨‍👩‍👧 end", "👨‍👩‍👧"),
        ("lines", "one\ntwo\r\nthree", "two\r\nthree"),
        ("whole page", "all of it", "all of it"),
    ];
    let documents: Vec<(&str, &str)> = texts.iter().map(|(name, text, _)| (*name, *text)).collect();
    let case = TestCase::of_texts(&documents);
    for (name, text, exact) in texts {
        let anchor = made(&case, &quote(&case, name, exact)).expect(name);
        let (start, end) = anchor.passage.locate(text).expect(name);
        assert_eq!(&text[start..end], exact, "{name}");
    }
    assert!(statuses(&case).iter().all(|status| *status == QuoteStatus::Valid));
    let listed = list_quotes(&case.open().view(Principal::LOCAL)).expect("quotes");
    assert_eq!(
        listed.iter().map(|quote| quote.passage.exact.as_str()).collect::<Vec<_>>(),
        texts.map(|text| text.2)
    );
}

#[test]
fn what_cannot_be_quoted_is_refused_by_its_reason() {
    let case = TestCase::new(&[
        TestItem::text("twice.txt", "登记。登记。"),
        TestItem::waiting("later.txt", b"later"),
        TestItem::without_bytes("pipe", State::Unsupported, Reason::NamedPipe),
        TestItem::unread("bad", b"x", State::Failed, Some(Reason::NoPages)),
    ]);
    let refused =
        |path: &str, exact: &str| made(&case, &quote(&case, path, exact)).expect_err("refused");
    assert!(matches!(refused("twice.txt", ""), BagError::Length));
    assert!(matches!(refused("twice.txt", &"记".repeat(8_193)), BagError::Length));
    match refused("twice.txt", "登记") {
        BagError::Ambiguous { count: 2, first, .. } => {
            let around: Vec<(&str, &str)> =
                first.iter().map(|at| (at.prefix.as_str(), at.suffix.as_str())).collect();
            assert_eq!(around, [("", "。登记。"), ("登记。", "。")]);
        }
        other => panic!("{other:?}"),
    }
    match refused("twice.txt", "登机。登记") {
        BagError::Absent {
            nearest: Some(near),
            differences: Some(marked),
            page: PageNumber::FIRST,
            ..
        } => {
            assert!(near.contains("登记。登记"), "{near}");
            assert!(marked.contains(&Difference::Typed("机".to_owned())), "{marked:?}");
            assert!(marked.contains(&Difference::Page("记".to_owned())), "{marked:?}");
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        refused("twice.txt", "wholly unrelated"),
        BagError::Absent { nearest: None, .. }
    ));
    assert!(matches!(refused("pipe", "x"), BagError::NoBytes { .. }));
    for path in ["later.txt", "bad"] {
        assert!(
            matches!(refused(path, "x"), BagError::Case(CaseError::NoSuchPage { .. })),
            "{path}"
        );
    }
    let other_page = NewQuote { page: PageNumber::new(2), ..quote(&case, "twice.txt", "登记") };
    assert!(matches!(
        made(&case, &other_page),
        Err(BagError::Case(CaseError::NoSuchPage { page, .. })) if page.get() == 2
    ));
    let missing = NewQuote { item: ItemId::new(99), ..quote(&case, "twice.txt", "登记") };
    assert!(matches!(made(&case, &missing), Err(BagError::Case(CaseError::NoSuchDocument(_)))));
    assert!(
        list_quotes(&case.open().view(Principal::LOCAL)).expect("quotes").is_empty(),
        "nothing is left behind"
    );
    for (nth, start) in [(1, 0), (2, 3)] {
        let anchor = made(&case, &NewQuote { nth: Some(nth), ..quote(&case, "twice.txt", "登记") })
            .expect("a quote");
        assert_eq!(anchor.passage.start, start);
    }
    let third = NewQuote { nth: Some(3), ..quote(&case, "twice.txt", "登记") };
    assert!(matches!(made(&case, &third), Err(BagError::Absent { .. })));
    assert!(matches!(
        made(&case, &NewQuote { nth: Some(0), ..third }),
        Err(BagError::Absent { .. })
    ));
}

#[test]
fn the_longest_quote_is_a_quote() {
    let text = "记".repeat(8_192);
    let case = TestCase::of_texts(&[("long.txt", text.as_str())]);
    let anchor = made(&case, &quote(&case, "long.txt", &text)).expect("a quote");
    assert_eq!((anchor.passage.start, anchor.passage.end), (0, 8_192));
    assert_eq!(statuses(&case), [QuoteStatus::Valid]);
}

#[test]
fn a_page_that_is_read_again_keeps_or_breaks_its_quotes() {
    let case = TestCase::of_texts(&[("notice.txt", NOTICE)]);
    let _ = case.quote("notice.txt", 1, QUOTED);
    read_again(&case, "notice.txt", &format!("{NOTICE}附件"));
    assert_eq!(statuses(&case), [QuoteStatus::Reread]);
    read_again(&case, "notice.txt", "第二条 须由值班人员逐一登记。");
    match &statuses(&case)[..] {
        [QuoteStatus::Superseded { nearest: Some(near) }] => {
            assert!(near.contains("值班人员逐一登记"), "{near}")
        }
        other => panic!("{other:?}"),
    }
    // moved, though the words are the same
    read_again(&case, "notice.txt", &format!("前言。{NOTICE}"));
    assert!(matches!(&statuses(&case)[..], [QuoteStatus::Superseded { .. }]));
    // the reading of the layer that is current now was not logged
    assert!(matches!(
        made(&case, &quote(&case, "notice.txt", QUOTED)),
        Err(BagError::NotAsLogged { .. })
    ));
}

#[test]
fn a_quote_of_a_superseded_reading_is_checked_against_that_reading() {
    let case = TestCase::of_texts(&[("notice.txt", NOTICE), ("copy.txt", NOTICE)]);
    let _ = (case.quote("notice.txt", 1, QUOTED), case.quote("copy.txt", 1, QUOTED));
    read_again(&case, "notice.txt", "");
    let of_kept = QuoteStatus::Superseded { nearest: None };
    assert_eq!(
        statuses(&case),
        [of_kept.clone(), of_kept.clone()],
        "a copy has the readings of the first"
    );
    // a reading that shortened the document: the page has no current layer
    case.sql("UPDATE pages SET current = 0");
    assert_eq!(statuses(&case), [of_kept.clone(), of_kept]);
    // a layer that no completed reading has is no evidence, nor is one with another text
    case.sql("UPDATE pages SET revision = 0 WHERE layer = 0");
    assert_eq!(statuses(&case), [QuoteStatus::PageGone, QuoteStatus::PageGone]);
    case.sql("UPDATE pages SET revision = 1, current = 1, digest = zeroblob(32) WHERE layer = 0");
    assert!(
        statuses(&case).iter().all(|status| *status == QuoteStatus::PageGone),
        "the stored page is checked"
    );
}

#[test]
fn altered_and_foreign_quotes_are_named() {
    let case = handed_over();
    assert_eq!(statuses(&case), [QuoteStatus::Valid, QuoteStatus::Valid]);
    let id = list_quotes(&case.open().view(Principal::LOCAL)).expect("quotes")[0].id();
    let path = case.path(&format!("quotes/{id}.json"));
    let whole = fs::read(&path).expect("read");
    for (from, to, expected) in [
        ("逐一登记", "不必登记", QuoteStatus::NotLogged),
        ("\"page=1\"", "\"page=2\"", QuoteStatus::NotLogged),
        ("EXH-000003", "EXH-000001", QuoteStatus::NotLogged),
        ("{", "{ ", QuoteStatus::Unreadable),
        ("}", "", QuoteStatus::Unreadable),
        ("第一条", "第\u{202e}条", QuoteStatus::NotLogged),
    ] {
        overwrite(&path, |bytes| {
            *bytes = String::from_utf8_lossy(bytes).replacen(from, to, 1).into_bytes()
        });
        assert_eq!(statuses(&case)[0], expected, "{from} to {to}");
        assert!(matches!(
            read_quote(&case.open().view(Principal::LOCAL), &id),
            Ok(_) | Err(BagError::NoSuchQuote(_))
        ));
        fs::write(&path, &whole).expect("written");
    }
    // the quote of another case with the same number
    fs::write(case.path("quotes/Q-000999.json"), &whole).expect("written");
    fs::write(case.path("quotes/notes.txt"), "mine").expect("written");
    assert_eq!(statuses(&case).last(), Some(&QuoteStatus::Unreadable));
    assert_eq!(
        list_quotes(&case.open().view(Principal::LOCAL)).expect("quotes").len(),
        2,
        "other files are no quotes"
    );
    case.sql("DELETE FROM pages WHERE item = 3");
    assert_eq!(statuses(&case)[0], QuoteStatus::PageGone);
    let other = TestCase::of_seed(9);
    let _ = other.add_texts(&[("a.txt", "a"), ("b.txt", "b"), ("notice.txt", NOTICE)]);
    fs::create_dir(other.path("quotes")).expect("made");
    fs::write(other.path(&format!("quotes/{id}.json")), &whole).expect("written");
    assert_eq!(statuses(&other), [QuoteStatus::NotLogged]);
}

#[test]
fn quotes_are_read_by_name_or_number_alone() {
    let case = handed_over();
    let id = list_quotes(&case.open().view(Principal::LOCAL)).expect("quotes")[0].id();
    let number = id.trim_start_matches("Q-").trim_start_matches('0').to_owned();
    let open = case.open();
    assert_eq!(read_quote(&open.view(Principal::LOCAL), &id).expect("a quote").0.id(), id);
    assert_eq!(read_quote(&open.view(Principal::LOCAL), &number).expect("a quote").0.id(), id);
    for bad in ["", "Q-", "Q-x", "-1", "../1", "Q-000000", "99999999999999999999", "1.5", "１"] {
        assert!(
            matches!(read_quote(&open.view(Principal::LOCAL), bad), Err(BagError::NoSuchQuote(_))),
            "{bad:?}"
        );
    }
}

#[test]
fn a_quote_of_a_rendered_page_names_its_picture_and_regions() {
    let mut page = Page::of_text(1, PageKind::Paper, REQUEST.to_owned());
    let rect = Rect { x0: 0.1, y0: 0.25, x1: 0.6, y1: 0.3 };
    page.boxes = vec![TextBox { start: 0, end: 18, rect, confidence: 255 }];
    let item = TestItem::new("zz.pdf", b"%PDF")
        .media_type("application/pdf")
        .page(page)
        .picture(1, b"a picture");
    let case = TestCase::new(&[item]);
    let anchor = made(&case, &quote(&case, "zz.pdf", "Request for access")).expect("a quote");
    assert_eq!(anchor.picture, Some(*Digest::of(b"a picture").as_bytes()));
    assert_eq!(anchor.regions, ["xywh=percent:10,25,50,5"]);
    assert_eq!(statuses(&case), [QuoteStatus::Valid]);
}

#[test]
fn a_sealed_case_takes_no_quote() {
    let case = handed_over();
    case.write(|held| held.seal().expect("sealed"));
    let keys = case.keys();
    let taken = exhibit_case::CaseWriter::take(
        &case.folder(),
        &exhibit_case::Keys::plain(&keys),
        case.acts(),
    );
    assert!(matches!(taken, Err(CaseError::Sealed)));
    assert_eq!(statuses(&case).len(), 2, "and keeps those that it has");
}

/// A photographed page: a machine read a name on it with little confidence.
fn photographed() -> TestCase {
    let text = "见证人陆怀清、涩兰网";
    let mut page = Page::of_text(1, PageKind::Picture, text.to_owned());
    let (engine, languages) = ("test 1".to_owned(), "chi_sim".to_owned());
    page.source = exhibit_model::TextSource::Ocr { engine, languages, confidence: 0.87 };
    for (number, (at, c)) in text.char_indices().enumerate() {
        let x0 = number as f32 / 20.0;
        page.boxes.push(TextBox {
            start: u32::try_from(at).expect("short"),
            end: u32::try_from(at + c.len_utf8()).expect("short"),
            rect: Rect { x0, y0: 0.1, x1: x0 + 0.05, y1: 0.2 },
            confidence: if "涩兰网".contains(c) { 41 } else { 97 },
        });
    }
    TestCase::new(&[TestItem::new("photo.jpg", b"a photograph")
        .media_type("image/jpeg")
        .page(page)])
}

#[test]
fn a_machines_reading_is_never_stated_as_text_in_the_file() {
    let case = photographed();
    let read = quote(&case, "photo.jpg", "陆怀清、涩兰网");
    let found = case.write(|held| preview(&held.view(), &read)).expect("a passage");
    let machine = found.machine.expect("a machine");
    assert_eq!((machine.confidence, machine.least, machine.seen), (73, 41, None));
    let doubtful: Vec<(&str, u8)> =
        found.doubtful.iter().map(|(text, of)| (text.as_str(), *of)).collect();
    assert_eq!(doubtful, [("涩", 41), ("兰", 41), ("网", 41)]);
    let seen = |transcription| Some(SeenBy { by: None, transcription });
    let quotes = [
        made(&case, &read).expect("a quote"),
        made(&case, &NewQuote { seen: seen(None), exact: "陆怀清", ..read }).expect("a quote"),
        made(&case, &NewQuote { seen: seen(Some("沈若岚")), exact: "涩兰网", ..read })
            .expect("a quote"),
    ];
    let bases = quotes.each_ref().map(|quote| basis(quote.machine.as_ref()));
    assert_eq!(bases, [Basis::Machine, Basis::Compared, Basis::Transcribed]);
    for quote in &quotes {
        assert_eq!(Anchor::read(quote.write().as_bytes()).as_ref(), Ok(quote));
    }
    let stated =
        quotes[2].machine.as_ref().and_then(|machine| machine.seen.clone()).expect("a statement");
    assert_eq!((stated.by.as_str(), stated.transcription.as_deref()), ("a1", Some("沈若岚")));
    for (by, text) in [(Some(""), None), (Some("a\nb"), None), (None, Some(" "))] {
        let seen = Some(SeenBy { by, transcription: text });
        assert!(
            matches!(made(&case, &NewQuote { seen, ..read }), Err(BagError::Seen)),
            "{by:?} {text:?}"
        );
    }
    // text in the file needs no comparison, and records none
    let plain = TestCase::of_texts(&[("notice.txt", NOTICE)]);
    let plain = made(&plain, &NewQuote { seen: seen(None), ..quote(&plain, "notice.txt", QUOTED) })
        .expect("a quote");
    assert_eq!(plain.machine, None);
}

#[test]
fn the_verifier_prints_the_words_of_each_kind_under_its_own_heading() {
    let case = photographed();
    let read = quote(&case, "photo.jpg", "涩兰网");
    let transcription = Some(SeenBy { by: Some("desk"), transcription: Some("沈若岚") });
    let _ = made(&case, &read).expect("a quote");
    let _ = made(
        &case,
        &NewQuote {
            seen: Some(SeenBy { by: None, transcription: None }), exact: "陆怀清", ..read
        },
    );
    let _ = made(&case, &NewQuote { seen: transcription, ..read }).expect("a quote");
    let _ = case.add(&[TestItem::text("notice.txt", NOTICE)]);
    let _ = case.quote("notice.txt", 1, QUOTED);
    let selection = Selection {
        quotes: list_quotes(&case.open().view(Principal::LOCAL))
            .expect("quotes")
            .iter()
            .map(Anchor::id)
            .collect(),
        ..Selection::default()
    };
    let _ = case.export_selection("bag", &selection);
    assert_eq!(exhibit_testing::deviations(&case.beside("bag")), []);
    let bag = case.beside("bag");
    let report = exhibit_verify::verify(&exhibit_testing::request(exhibit_verify::What::Bag, bag))
        .expect("a report");
    for language in exhibit_messages::Language::ALL {
        let messages = exhibit_messages::Messages::new(language);
        let page = report.page(messages);
        let heading = |message| page.find(&messages.text(&message)).expect("a heading");
        let headings = [
            heading(exhibit_messages::verify::section_quotes_file()),
            heading(exhibit_messages::verify::section_quotes_machine()),
            heading(exhibit_messages::verify::section_quotes_compared()),
            heading(exhibit_messages::verify::section_quotes_transcribed()),
        ];
        assert!(headings.is_sorted(), "{page}");
        let proved = &page[..headings[0]];
        assert!(!proved.contains("涩兰网") && !proved.contains("Q-"), "{page}");
        assert!(page[headings[0]..headings[1]].contains(QUOTED), "{page}");
        assert!(
            page[headings[1]..headings[2]].contains("test 1 (chi_sim)") && page.contains("0.41"),
            "{page}"
        );
        assert!(page[headings[2]..headings[3]].contains("陆怀清"), "{page}");
        assert!(
            page[headings[3]..].contains("沈若岚") && page[headings[3]..].contains("desk"),
            "{page}"
        );
    }
}
