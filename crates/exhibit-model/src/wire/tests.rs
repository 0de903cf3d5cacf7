//! The byte form: what is encoded decodes to the same value, and all else is rejected.

use super::*;
use crate::code::Detail;
use crate::metadata::MetadataKey;
use proptest::prelude::*;

fn sample_page() -> Page {
    Page {
        number: 3,
        kind: PageKind::Paper,
        label: "iii".to_owned(),
        sheet: None,
        width: 595.0,
        height: 842.0,
        text: "关于登记 ئۇيغۇر".to_owned(),
        boxes: vec![TextBox {
            start: 6,
            end: 9,
            rect: Rect { x0: 0.25, y0: 0.5, x1: 0.28, y1: 0.52 },
            confidence: 93,
        }],
        marks: vec![Mark { start: 0, end: 6, kind: MarkKind::Invisible }],
        runs: vec![Run { start: 0, end: 12, language: "zh-Hans".to_owned() }],
        language: "zh-Hans".to_owned(),
        counts: Counts {
            glyphs: 11,
            unmapped: 1,
            images: 2,
            characters: 10,
            pictured: 40,
            shapes: 5,
        },
        source: TextSource::Ocr {
            engine: "tesseract 5.3.0".to_owned(),
            languages: "chi_sim".to_owned(),
            confidence: 0.94,
        },
    }
}

#[test]
fn pages_round_trip_up_to_the_position_grid() {
    let page = sample_page();
    let back = decode_page(&encode_page(&page)).expect("own bytes");
    let (was, is) = (page.boxes[0].rect, back.boxes[0].rect);
    for (a, b) in [(was.x0, is.x0), (was.y0, is.y0), (was.x1, is.x1), (was.y1, is.y1)] {
        assert!((a - b).abs() < 1.0 / 16_383.0, "{a} {b}");
    }
    assert_eq!(Page { boxes: page.boxes.clone(), ..back.clone() }, page);
    // once on the grid, encoding a page is idempotent
    assert_eq!(decode_page(&encode_page(&back)), Ok(back));
}

#[test]
fn every_truncated_page_is_rejected() {
    let bytes = encode_page(&sample_page());
    for cut in 0..bytes.len() {
        assert!(decode_page(&bytes[..cut]).is_err(), "cut at {cut}");
    }
}

#[test]
fn sheets_keep_their_name_and_rows() {
    for rows in [None, Some(RowRange { first: 501, last: 777 })] {
        let mut page = Page::of_text(2, PageKind::Sheet, "a\tb".to_owned());
        page.sheet = Some(SheetPart { name: "名单 rows 1-2".to_owned(), rows });
        let bytes = encode_page(&page);
        assert_eq!(decode_page(&bytes), Ok(page));
        for cut in 0..bytes.len() {
            assert!(decode_page(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }
    let mut old = encode_page(&sample_page());
    old[0] = 1;
    assert_eq!(decode_page(&old).map_err(|error| error.what), Err("page version 3"));
}

#[test]
fn requests_and_verdicts_round_trip() {
    let request = Request {
        task: Task::Render { page: 7, dpi: 150, max_side: 4000, grey: true },
        name: b"\xce\xc4.pdf".to_vec(),
        passwords: vec!["u".to_owned()],
        limits: Limits::STANDARD,
    };
    assert_eq!(decode_request(&encode_request(&request)), Ok(request));
    // a worker cannot report its own death
    let (of_parents, reasons): (Vec<_>, Vec<_>) = Reason::samples()
        .into_iter()
        .partition(|reason| matches!(reason, Reason::WorkerDied { .. }));
    for reason in of_parents {
        assert!(decode_verdict(&encode_verdict(&Verdict::Failed(reason))).is_err());
    }
    let failed = reasons.iter().cloned().map(Verdict::Failed);
    let others = reasons
        .iter()
        .cloned()
        .flat_map(|r| [Verdict::Unsupported(r.clone()), Verdict::Truncated(r)]);
    for verdict in
        [Verdict::Read, Verdict::Empty, Verdict::Encrypted].into_iter().chain(failed).chain(others)
    {
        assert_eq!(decode_verdict(&encode_verdict(&verdict)), Ok(verdict));
    }
}

#[test]
fn notes_round_trip_and_truncated_ones_are_rejected() {
    for code in NoteCode::samples() {
        let record = Record::Note(Note { code, page: 7 });
        let bytes = encode_record(&record);
        assert_eq!(decode_record(&bytes), Ok(record));
        for cut in 0..bytes.len() {
            assert!(decode_record(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }
}

#[test]
fn unknown_unbounded_or_nested_codes_are_rejected() {
    let verdict = |word: &str, values: &[(&str, Value)]| {
        let values =
            values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let mut w = Writer::new();
        w.byte(4);
        write_code(&mut w, &Parts { word: word.to_owned(), values });
        decode_verdict(&w.into_bytes())
    };
    assert_eq!(
        verdict("page-limit", &[("pages", Value::Number(3))]),
        Ok(Verdict::Failed(Reason::PageLimit { pages: 3 }))
    );
    let long = Value::Text("x".repeat(MAX_TEXT + 1));
    let code = Value::Code(Reason::Stopped.parts());
    for (word, name, value) in [
        ("no-such-code", "pages", Value::Number(3)),
        ("zip-directory-lost", "pages", Value::Number(3)),
        ("page-limit", "pages", Value::Number(u64::MAX)),
        ("page-limit", "pages", Value::Text("3".to_owned())),
        ("part-missing", "part", long),
        ("part-missing", "part", code),
        ("part-missing", "part", Value::List(vec![String::new(); MAX_LIST + 1])),
    ] {
        assert!(verdict(word, &[(name, value.clone())]).is_err(), "{word} {value:?}");
    }
    let names: Vec<String> = (0..=MAX_VALUES).map(|n| n.to_string()).collect();
    let many: Vec<(&str, Value)> =
        names.iter().map(|name| (name.as_str(), Value::Number(0))).collect();
    assert!(verdict("stopped", &many).is_err());
}

proptest! {
    #[test]
    fn any_bytes_decode_or_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode_record(&bytes);
        let _ = decode_request(&bytes);
        if let Ok(page) = decode_page(&bytes) {
            prop_assert!(page.is_sound());
        }
    }

    #[test]
    fn records_round_trip(name: Vec<u8>, text: String, moment: Option<i64>, page: u32) {
        for record in [
            Record::Metadata { key: MetadataKey::DC_TITLE, value: text.clone() },
            Record::Member(Member { name: name.clone(), name_text: text.clone(), modified: moment.map(Moment), relation: Relation::Attachment }),
            Record::MemberBytes(name.clone()),
            Record::MemberEnd(MemberEnd::Failed(Reason::PartMissing { part: text.clone() })),
            Record::Note(Note { code: NoteCode::ActiveField { instruction: text.clone() }, page }),
            Record::Picture(Picture { page, width: 1, height: 2, png: name.clone() }),
        ] {
            prop_assert_eq!(decode_record(&encode_record(&record)), Ok(record));
        }
    }
}

// The lists of tags are complete: a kind missing from its list would be encoded as the first one.
#[test]
fn every_kind_has_its_own_tag() {
    for (at, kind) in PAGE_KINDS.into_iter().enumerate() {
        assert_eq!(usize::from(tag_of(&PAGE_KINDS, kind)), at);
    }
    for (at, kind) in MARK_KINDS.into_iter().enumerate() {
        let tag = match kind {
            MarkKind::Invisible => 0,
            MarkKind::Annotation => 1,
            MarkKind::FormValue => 2,
            MarkKind::Deleted => 3,
            MarkKind::Hidden => 4,
            MarkKind::Furniture => 5,
            MarkKind::Notes => 6,
            MarkKind::Header => 7,
        };
        assert_eq!((at, tag_of(&MARK_KINDS, kind)), (usize::from(tag), tag), "{kind:?}");
    }
    for relation in Relation::ALL {
        let tag = match relation {
            // never a member's
            Relation::File => continue,
            Relation::Entry => 0,
            Relation::Attachment => 1,
            Relation::Message => 2,
            Relation::Embedded => 3,
        };
        assert_eq!(tag_of(&RELATIONS, relation), tag, "{relation}");
        assert_eq!(RELATIONS[usize::from(tag)], relation);
    }
}

#[test]
fn numbers_have_the_documented_bytes() {
    for (number, bytes) in [
        (0, &[0][..]),
        (1, &[1]),
        (0x7f, &[0x7f]),
        (0x80, &[0x80, 1]),
        (300, &[0xac, 2]),
        (u64::from(u32::MAX), &[0xff, 0xff, 0xff, 0xff, 0x0f]),
        (u64::MAX, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
    ] {
        let mut w = Writer::new();
        w.number(number);
        assert_eq!(w.into_bytes(), bytes);
        assert_eq!(Reader::new(bytes).number(), Ok(number));
    }
    for (number, byte) in [(0, 0), (-1, 1), (1, 2), (-2, 3), (63, 126), (-64, 127)] {
        let mut w = Writer::new();
        w.signed(number);
        assert_eq!(w.into_bytes(), [byte], "{number}");
    }
    let mut w = Writer::new();
    w.text("é");
    w.fraction(1.0);
    assert_eq!(w.into_bytes(), [2, 0xc3, 0xa9, 0, 0, 0x80, 0x3f]);
}

#[test]
fn positions_have_the_documented_grid_and_reach() {
    let coded = |value: f32| {
        let mut w = Writer::new();
        w.place(value);
        let bytes = w.into_bytes();
        (u16::from_le_bytes([bytes[0], bytes[1]]), Reader::new(&bytes).place().expect("two bytes"))
    };
    assert_eq!(coded(0.0), (24_576, 0.0));
    assert_eq!(coded(1.0), (24_576 + 16_383, 1.0));
    assert_eq!(coded(-1.0), (24_576 - 16_383, -1.0));
    // a page and a half beyond each edge, and no further
    assert!(coded(-1.5).1 <= -1.4999 && coded(2.5).1 >= 2.4999);
    for (beyond, steps) in
        [(-100.0, 0), (100.0, u16::MAX), (f32::NEG_INFINITY, 0), (f32::INFINITY, u16::MAX)]
    {
        assert_eq!(coded(beyond).0, steps);
        assert!((-1.51..=2.51).contains(&coded(beyond).1));
    }
}

#[test]
fn numbers_out_of_range_are_rejected() {
    let what = |error: WireError| error.what;
    let wide = "a number of at most 64 bits";
    // the eleventh byte, and the 65th bit
    assert_eq!(Reader::new(&[0x80; 11]).number().map_err(what), Err(wide));
    let mut bytes = [0xff; 10];
    bytes[9] = 2;
    assert_eq!(Reader::new(&bytes).number().map_err(what), Err(wide));
    bytes[9] = 0x81;
    assert_eq!(Reader::new(&bytes).number().map_err(what), Err(wide));
    assert_eq!(
        Reader::new(&[0x80; 5]).number().map_err(what),
        Err("one byte"),
        "a number that does not end"
    );

    let mut w = Writer::new();
    w.number(u64::from(u32::MAX) + 1);
    assert_eq!(
        Reader::new(&w.into_bytes()).small().map_err(what),
        Err("a number of at most 32 bits")
    );
    for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(
            Reader::new(&odd.to_le_bytes()).fraction().map_err(what),
            Err("a finite fraction")
        );
    }
    assert_eq!(Reader::new(&[2]).flag().map_err(what), Err("0 or 1"));
}

#[test]
fn lengths_beyond_the_rest_are_rejected_before_any_allocation() {
    for length in [2, 3, 1 << 31, u64::from(u32::MAX), u64::MAX] {
        let mut w = Writer::new();
        w.number(length);
        w.byte(0);
        let bytes = w.into_bytes();
        assert!(Reader::new(&bytes).bytes().is_err(), "{length}");
        assert!(Reader::new(&bytes).text().is_err(), "{length}");
        assert!(Reader::new(&bytes).count().is_err(), "{length}");
    }
    assert_eq!(Reader::new(&[1, 0]).count(), Ok(1));
    let error = Reader::new(&[3, b'a', b'b']).bytes().expect_err("too short");
    assert_eq!(
        error.to_string(),
        "malformed bytes at offset 1: as many bytes as the length states"
    );
}

#[test]
fn text_that_is_not_utf8_is_rejected_in_every_text() {
    // overlong, a surrogate, beyond Unicode, cut
    for bad in [&b"\xc0\x80"[..], b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe7\x99"] {
        let mut w = Writer::new();
        w.bytes(bad);
        let text = w.into_bytes();
        assert_eq!(Reader::new(&text).bytes(), Ok(bad), "byte strings may be anything");
        assert_eq!(Reader::new(&text).text().map_err(|error| error.what), Err("UTF-8 text"));
        let record = |start: &[u8]| decode_record(&[start, &text].concat());
        assert!(record(&[0]).is_err(), "a media type");
        assert!(record(&[1]).is_err(), "a key");
        assert!(record(&[1, 1, b'k']).is_err(), "a value");
        assert!(record(&[6, 0]).is_err(), "a code's word");
        assert!(record(&[5, 3]).is_err(), "a reason's word");
        assert!(decode_request(&[&[0, 0, 1], &text[..], &[0; 7]].concat()).is_err(), "a password");
    }
}

#[test]
fn unknown_tags_are_rejected() {
    let empty: &[u8] = &[];
    for (tags, rest, decoded) in
        [(9..=255, empty, "a record"), (6..=255, empty, "a verdict"), (3..=255, empty, "a task")]
    {
        for tag in tags {
            let bytes = [&[tag], rest].concat();
            let what = match decoded {
                "a record" => decode_record(&bytes).map(|_| ()),
                "a verdict" => decode_verdict(&bytes).map(|_| ()),
                _ => decode_request(&bytes).map(|_| ()),
            };
            assert_eq!(what.map_err(|error| error.what), Err(decoded), "{tag}");
        }
    }
    for end in 5..=255 {
        assert_eq!(decode_record(&[5, end]).map_err(|error| error.what), Err("a member's end"));
    }
    // a member: its name, the name as text, whether a time follows, the time, the relation
    assert!(decode_record(&[3, 1, b'n', 0, 1, 2, 3]).is_ok());
    for relation in 4..=255 {
        assert_eq!(
            decode_record(&[3, 1, b'n', 0, 1, 2, relation]).map_err(|error| error.what),
            Err("a relation")
        );
    }
    for flag in 2..=255 {
        assert_eq!(
            decode_record(&[3, 1, b'n', 0, flag, 2, 3]).map_err(|error| error.what),
            Err("0 or 1"),
            "{flag}"
        );
        // to render page 1 at 72 dots into at most 9 pixels
        let grey = [&[1, 1, 72, 9, flag][..], &[0; 9]].concat();
        assert_eq!(decode_request(&grey).map_err(|error| error.what), Err("0 or 1"), "{flag}");
    }
    assert!(decode_request(&[&[1, 1, 72, 9, 1][..], &[0; 9]].concat()).is_ok());
}

/// The bytes of a page with one byte changed, at the offset of its only difference from `other`.
fn with_byte(page: &Page, other: &Page, byte: u8) -> Vec<u8> {
    let (mut bytes, other) = (encode_page(page), encode_page(other));
    let at = bytes.iter().zip(&other).position(|(a, b)| a != b).expect("a difference");
    bytes[at] = byte;
    bytes
}

#[test]
fn unknown_tags_within_a_page_are_rejected() {
    let page = sample_page();
    let mut other = page.clone();
    other.kind = PageKind::Picture;
    assert!(decode_page(&with_byte(&page, &other, 2)).is_ok());
    assert_eq!(
        decode_page(&with_byte(&page, &other, 6)).map_err(|error| error.what),
        Err("a page kind")
    );
    let mut other = page.clone();
    other.marks[0].kind = MarkKind::Header;
    assert!(decode_page(&with_byte(&page, &other, 7)).is_ok());
    assert_eq!(
        decode_page(&with_byte(&page, &other, 8)).map_err(|error| error.what),
        Err("a mark kind")
    );
    let mut other = page.clone();
    other.source = TextSource::Native;
    assert_eq!(
        decode_page(&with_byte(&page, &other, 2)).map_err(|error| error.what),
        Err("a text source")
    );
    let mut other = page.clone();
    other.sheet = Some(SheetPart::default());
    assert_eq!(
        decode_page(&with_byte(&page, &other, 2)).map_err(|error| error.what),
        Err("0 or 1")
    );
    for version in (0..=255).filter(|version| *version != PAGE_VERSION) {
        let mut bytes = encode_page(&page);
        bytes[0] = version;
        assert_eq!(decode_page(&bytes).map_err(|error| error.offset), Err(1), "version {version}");
    }
}

#[test]
fn pages_that_are_not_sound_are_rejected() {
    let unsound: [fn(&mut Page); 8] = [
        |page| page.boxes[0].start = 7,
        |page| page.boxes[0].end = 1000,
        |page| page.marks[0].end = 5,
        |page| page.runs[0].end = 1000,
        |page| page.boxes.push(TextBox { start: 3, end: 6, ..page.boxes[0] }),
        |page| page.sheet = Some(SheetPart::default()),
        |page| {
            page.kind = PageKind::Sheet;
            page.sheet =
                Some(SheetPart { name: String::new(), rows: Some(RowRange { first: 0, last: 3 }) });
        },
        |page| {
            page.kind = PageKind::Sheet;
            page.sheet =
                Some(SheetPart { name: String::new(), rows: Some(RowRange { first: 4, last: 3 }) });
        },
    ];
    for (at, damage) in unsound.into_iter().enumerate() {
        let mut page = sample_page();
        damage(&mut page);
        assert!(!page.is_sound(), "{at}");
        let what = "offsets within the text, places near the page";
        assert_eq!(decode_page(&encode_page(&page)).map_err(|error| error.what), Err(what), "{at}");
        let record = encode_record(&Record::Page(Box::new(page)));
        assert_eq!(decode_record(&record).map_err(|error| error.what), Err(what), "{at}");
    }
    for size in [f32::NAN, f32::INFINITY] {
        let page = Page { width: size, ..sample_page() };
        assert_eq!(
            decode_page(&encode_page(&page)).map_err(|error| error.what),
            Err("a finite fraction")
        );
    }
}

#[test]
fn offsets_before_the_text_or_beyond_32_bits_are_rejected() {
    for (distance, length) in
        [(-1, 0), (i64::MIN, 0), (i64::MAX, 0), (1 << 32, 0), (1, u64::from(u32::MAX))]
    {
        let mut w = Writer::new();
        w.signed(distance);
        w.number(length);
        let bytes = w.into_bytes();
        let mut before = 0;
        assert_eq!(
            read_stretch(&mut Reader::new(&bytes), &mut before).map_err(|error| error.what),
            Err("an offset"),
            "{distance} {length}"
        );
        assert_eq!(before, 0);
    }
}

#[test]
fn a_code_with_a_value_twice_is_rejected() {
    let mut w = Writer::new();
    w.byte(4);
    w.text("page-limit");
    w.number(2);
    for pages in [3, 4] {
        w.text("pages");
        w.byte(0);
        w.number(pages);
    }
    assert_eq!(decode_verdict(&w.into_bytes()).map_err(|error| error.what), Err("each value once"));
}

#[test]
fn a_note_may_contain_a_reason_but_not_a_reason_of_a_reason() {
    let note = |reason| {
        Record::Note(Note { code: NoteCode::OcrFailed { reason: Box::new(reason) }, page: 1 })
    };
    let once = note(Reason::Stopped);
    assert_eq!(decode_record(&encode_record(&once)), Ok(once));
    let twice = note(Reason::WorkerDied { deaths: 3, last: Box::new(Reason::Stopped) });
    assert_eq!(decode_record(&encode_record(&twice)).map_err(|error| error.what), Err("a value"));
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a-z]{0,8}", "[登记表ئۇيغۇر \u{202e}\n]{0,12}"]
}

fn any_page() -> impl Strategy<Value = Page> {
    let place = || {
        (0_u16..=u16::MAX).prop_map(|steps| ((f64::from(steps) - PLACE_BIAS) / PLACE_STEPS) as f32)
    };
    let rect =
        (place(), place(), place(), place()).prop_map(|(x0, y0, x1, y1)| Rect { x0, y0, x1, y1 });
    let piece = (any_text(), rect, any::<u8>(), 0_usize..MARK_KINDS.len(), any_text());
    let finite = || any::<f32>().prop_filter("finite", |f| f.is_finite());
    let source = prop_oneof![
        Just(TextSource::Native),
        (any_text(), any_text(), finite()).prop_map(|(engine, languages, confidence)| {
            TextSource::Ocr { engine, languages, confidence }
        }),
    ];
    let rows = proptest::option::of((1..=u32::MAX, any::<u32>())).prop_map(|rows| {
        rows.map(|(first, more)| RowRange { first, last: first.saturating_add(more) })
    });
    let sheet =
        proptest::option::of((any_text(), rows).prop_map(|(name, rows)| SheetPart { name, rows }));
    let head = (any::<u32>(), 0_usize..PAGE_KINDS.len(), any_text(), sheet, finite(), finite());
    let counts = any::<[u32; 6]>();
    let pieces = proptest::collection::vec(piece, 0..8);
    (head, pieces, counts, source, any_text()).prop_map(
        |(head, pieces, counts, source, language)| {
            let (number, kind, label, sheet, width, height) = head;
            let kind = if sheet.is_some() { PageKind::Sheet } else { PAGE_KINDS[kind] };
            let [glyphs, unmapped, images, characters, pictured, shapes] = counts;
            let counts = Counts { glyphs, unmapped, images, characters, pictured, shapes };
            let mut page = Page {
                number,
                kind,
                label,
                sheet,
                width,
                height,
                counts,
                source,
                language,
                ..Page::default()
            };
            for (text, rect, confidence, mark, language) in pieces {
                let start = u32::try_from(page.text.len()).expect("short");
                page.text.push_str(&text);
                let end = u32::try_from(page.text.len()).expect("short");
                page.boxes.push(TextBox { start, end, rect, confidence });
                // marks and runs may overlap those before them
                page.marks.push(Mark { start: 0, end, kind: MARK_KINDS[mark] });
                page.runs.push(Run { start, end, language });
            }
            page
        },
    )
}

fn any_reason() -> impl Strategy<Value = Reason> {
    let number = || 0..=MAX_NUMBER;
    prop_oneof![
        // a worker cannot report its own death
        proptest::sample::select(Reason::samples())
            .prop_filter("of workers", |r| !matches!(r, Reason::WorkerDied { .. })),
        number().prop_map(|pages| Reason::PageLimit { pages }),
        any_text().prop_map(|part| Reason::PartMissing { part }),
        (proptest::option::of(number()), any_text()).prop_map(|(os_error, text)| {
            Reason::CannotOpen { os_error, detail: Detail::of(&text) }
        }),
    ]
}

fn any_note() -> impl Strategy<Value = NoteCode> {
    prop_oneof![
        proptest::sample::select(NoteCode::samples()),
        (proptest::collection::vec(any_text(), 0..=MAX_LIST), 0..=MAX_NUMBER)
            .prop_map(|(hosts, more)| NoteCode::RemoteContent { hosts, more }),
        (any_text(), any_text(), any_text()).prop_map(|(part, relation, target)| {
            NoteCode::ExternalReference { part, relation, target }
        }),
        any_reason().prop_map(|reason| NoteCode::OcrFailed { reason: Box::new(reason) }),
    ]
}

fn any_record() -> impl Strategy<Value = Record> {
    let bytes = || any::<Vec<u8>>();
    let member =
        (bytes(), any_text(), any::<Option<i64>>(), proptest::sample::select(&RELATIONS[..]));
    let end = prop_oneof![
        Just(MemberEnd::Whole),
        Just(MemberEnd::Encrypted),
        any_reason().prop_map(MemberEnd::Unsupported),
        any_reason().prop_map(MemberEnd::Failed),
        any_reason().prop_map(MemberEnd::Truncated),
    ];
    prop_oneof![
        any_text().prop_map(Record::MediaType),
        (any_text(), any_text())
            .prop_map(|(key, value)| Record::Metadata { key: key.into(), value }),
        any_page().prop_map(|page| Record::Page(Box::new(page))),
        member.prop_map(|(name, name_text, modified, relation)| Record::Member(Member {
            name,
            name_text,
            modified: modified.map(Moment),
            relation
        })),
        bytes().prop_map(Record::MemberBytes),
        end.prop_map(Record::MemberEnd),
        (any_note(), any::<u32>()).prop_map(|(code, page)| Record::Note(Note { code, page })),
        (any::<[u32; 3]>(), bytes()).prop_map(|([page, width, height], png)| Record::Picture(
            Picture { page, width, height, png }
        )),
        any_reading().prop_map(Record::Reading),
    ]
}

fn any_reading() -> impl Strategy<Value = Reading> {
    let place = || {
        (0_u16..=u16::MAX).prop_map(|steps| ((f64::from(steps) - PLACE_BIAS) / PLACE_STEPS) as f32)
    };
    let rect = || {
        (place(), place(), place(), place()).prop_map(|(x0, y0, x1, y1)| Rect { x0, y0, x1, y1 })
    };
    let printed = || any::<char>().prop_filter("no control", |c| !c.is_control());
    let others = proptest::collection::vec((printed(), 0_u8..=100), 0..=MOST_OTHERS);
    let character =
        (printed(), 0_u8..=100, rect(), others).prop_map(|(character, certainty, rect, others)| {
            ReadCharacter { character, certainty, rect, others }
        });
    let characters = proptest::collection::vec(character, 0..4);
    let trusts = proptest::sample::select(&TRUSTS[..]);
    let befores = proptest::sample::select(&BEFORES[..]);
    let drawn = (1..=Drawn::MOST_WIDTH, proptest::sample::select(&WAYS[..]))
        .prop_map(|(width, way)| Drawn { width, way });
    let line =
        (
            befores,
            rect(),
            0_u8..=100,
            any::<bool>(),
            trusts,
            characters,
            proptest::option::of(drawn),
        )
            .prop_map(|(before, rect, familiarity, large, trust, characters, drawn)| {
                ReadLine { before, rect, familiarity, large, trust, characters, drawn }
            });
    let ways = proptest::sample::select(&WAYS[..]);
    (any::<[u32; 3]>(), ways, any::<bool>(), proptest::collection::vec(line, 0..4)).prop_map(
        |([page, width, height], way, truncated, lines)| Reading {
            page,
            width,
            height,
            way,
            truncated,
            lines,
        },
    )
}

fn any_verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        Just(Verdict::Read),
        Just(Verdict::Empty),
        Just(Verdict::Encrypted),
        any_reason().prop_map(Verdict::Unsupported),
        any_reason().prop_map(Verdict::Failed),
        any_reason().prop_map(Verdict::Truncated),
    ]
}

fn any_request() -> impl Strategy<Value = Request> {
    let task = prop_oneof![
        Just(Task::Extract),
        (any::<[u32; 3]>(), any::<bool>()).prop_map(|([page, dpi, max_side], grey)| {
            Task::Render { page, dpi, max_side, grey }
        }),
        any::<[u32; 2]>().prop_map(|[page, dpi]| Task::Recognise { page, dpi }),
    ];
    let passwords = proptest::collection::vec(any_text(), 0..4);
    (task, any::<Vec<u8>>(), passwords, any::<u32>(), any::<[u64; 6]>()).prop_map(
        |(
            task,
            name,
            passwords,
            pages,
            [text_bytes, members, member_bytes, ratio, whole_file_bytes, pixels],
        )| {
            let limits = Limits {
                pages,
                text_bytes,
                members,
                member_bytes,
                ratio,
                whole_file_bytes,
                pixels,
            };
            Request { task, name, passwords, limits }
        },
    )
}

// A byte string decodes only at its full length.
fn refuses_other_lengths<T>(
    bytes: &[u8],
    decode: fn(&[u8]) -> Result<T, WireError>,
) -> Result<(), TestCaseError> {
    for cut in 0..bytes.len() {
        prop_assert!(decode(&bytes[..cut]).is_err(), "cut at {}", cut);
    }
    for more in [0, 1, 0xff] {
        let longer = [bytes, &[more]].concat();
        let error = decode(&longer).map(|_| ()).map_err(|error| (error.offset, error.what));
        prop_assert_eq!(error, Err((bytes.len(), "the end")));
    }
    Ok(())
}

proptest! {
    #[test]
    fn numbers_round_trip(number: u64, signed: i64, fraction: f32, text: String) {
        let mut w = Writer::new();
        w.number(number);
        w.signed(signed);
        w.text(&text);
        w.fraction(fraction);
        let bytes = w.into_bytes();
        let mut r = Reader::new(&bytes);
        prop_assert_eq!(r.number(), Ok(number));
        prop_assert_eq!(r.signed(), Ok(signed));
        prop_assert_eq!(r.text(), Ok(text));
        prop_assert!(r.end().is_err());
        match r.fraction() {
            Ok(read) => prop_assert_eq!(read.to_bits(), fraction.to_bits()),
            Err(_) => prop_assert!(!fraction.is_finite()),
        }
        prop_assert_eq!(r.end(), Ok(()));
    }

    #[test]
    fn every_position_on_the_grid_is_exact(steps: u16) {
        let bytes = steps.to_le_bytes();
        let mut w = Writer::new();
        w.place(Reader::new(&bytes).place().expect("two bytes"));
        prop_assert_eq!(w.into_bytes(), bytes);
    }

    #[test]
    fn any_sound_page_round_trips(page in any_page()) {
        prop_assert!(page.is_sound());
        let bytes = encode_page(&page);
        prop_assert_eq!(decode_page(&bytes), Ok(page));
        refuses_other_lengths(&bytes, decode_page)?;
    }

    #[test]
    fn any_record_round_trips(record in any_record()) {
        let bytes = encode_record(&record);
        prop_assert_eq!(decode_record(&bytes), Ok(record));
        refuses_other_lengths(&bytes, decode_record)?;
    }

    #[test]
    fn any_verdict_round_trips(verdict in any_verdict()) {
        let bytes = encode_verdict(&verdict);
        prop_assert_eq!(decode_verdict(&bytes), Ok(verdict));
        refuses_other_lengths(&bytes, decode_verdict)?;
    }

    #[test]
    fn any_request_round_trips(request in any_request()) {
        let bytes = encode_request(&request);
        prop_assert_eq!(decode_request(&bytes), Ok(request));
        refuses_other_lengths(&bytes, decode_request)?;
    }

    // A changed byte is never ignored.
    #[test]
    fn a_changed_byte_is_an_error_or_another_value(record in any_record(), at: proptest::sample::Index, bit in 0_u32..8) {
        let mut bytes = encode_record(&record);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(other) = decode_record(&bytes) {
            // a time that is not stated is not a part of the value
            let unstated = matches!(&other, Record::Member(member) if member.modified.is_none());
            prop_assert!(unstated || encode_record(&other) != encode_record(&record), "byte {}", at);
            if let Record::Page(page) = other {
                prop_assert!(page.is_sound());
            }
        }
    }
}

#[test]
fn readings_that_are_not_sound_are_refused() {
    let character = ReadCharacter { character: '登', certainty: 97, ..ReadCharacter::default() };
    let line = ReadLine { familiarity: 90, characters: vec![character], ..ReadLine::default() };
    let reading =
        Reading { page: 3, width: 900, height: 700, lines: vec![line], ..Reading::default() };
    let decoded =
        |reading: &Reading| decode_record(&encode_record(&Record::Reading(reading.clone())));
    assert_eq!(decoded(&reading), Ok(Record::Reading(reading.clone())));
    let mut control = reading.clone();
    control.lines[0].characters[0].character = '\u{1b}';
    let mut more = reading.clone();
    more.lines[0].characters[0].others = vec![('a', 1); 3];
    let mut percent = reading;
    percent.lines[0].familiarity = 101;
    for unsound in [control, more, percent] {
        assert!(decoded(&unsound).is_err(), "{unsound:?}");
    }
}
