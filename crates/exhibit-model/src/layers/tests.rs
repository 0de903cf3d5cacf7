//! Tests of which layer is current, with pages of lines at given heights.

use super::*;
use crate::page::PageKind;

/// Words in lines: each line at a height in hundredths of the page, each character a hundredth wide.
fn set(lines: &[(u32, &str)], confidence: u8) -> (String, Vec<Box>) {
    let (mut text, mut boxes) = (String::new(), Vec::new());
    for (y, line) in lines {
        let mut x = 0;
        for word in line.split(' ') {
            let width = u32::try_from(word.chars().count()).expect("short");
            let start = u32::try_from(text.len()).expect("short");
            text.push_str(word);
            let end = u32::try_from(text.len()).expect("short");
            let part = |hundredths: u32| hundredths as f32 / 100.0;
            let rect = Rect { x0: part(x), y0: part(*y), x1: part(x + width), y1: part(y + 2) };
            boxes.push(Box { start, end, rect, confidence });
            text.push(' ');
            x += width + 1;
        }
        text.pop();
        text.push('\n');
    }
    (text, boxes)
}

fn page(lines: &[(u32, &str)]) -> Page {
    let (text, boxes) = set(lines, 255);
    Page { kind: PageKind::Paper, text, boxes, ..Page::default() }
}

/// The same with everything invisible.
fn hidden(lines: &[(u32, &str)]) -> Page {
    let page = page(lines);
    let mark = Mark { start: 0, end: page.text.len() as u32 - 1, kind: MarkKind::Invisible };
    Page { marks: vec![mark], ..page }
}

fn combined(own: &Page, lines: &[(u32, &str)], confidence: u8) -> Combined {
    let (text, boxes) = set(lines, confidence);
    let combined = combine(own, &Recognised { text: &text, boxes: &boxes });
    let whole = Page {
        text: combined.text.clone(),
        boxes: combined.boxes.clone(),
        marks: combined.marks.clone(),
        ..own.clone()
    };
    assert!(whole.is_sound(), "{whole:?}");
    combined
}

const LETTER: [(u32, &str); 3] = [
    (20, "Scanned letter about the register"),
    (30, "of the third gate"),
    (40, "to be kept until March"),
];

#[test]
fn a_scan_has_the_reading_alone() {
    let letter = combined(&page(&[]), &LETTER, 90);
    assert_eq!(letter.current, Current::Recognised { replaced: 0 });
    assert_eq!(
        letter.text,
        "Scanned letter about the register\nof the third gate\nto be kept until March\n"
    );
    assert_eq!((letter.boxes.len(), letter.doubtful), (14, 0));
}

#[test]
fn a_stamp_and_the_scan_under_it_are_both_kept() {
    for stamp in ["7", "LEAK-000123", "第3页", "FAX 2019-03-05 14:02 P.1"] {
        let letter = combined(&page(&[(2, stamp)]), &LETTER, 90);
        assert_eq!(letter.current, Current::Both { added: 14 }, "{stamp}");
        assert!(letter.text.starts_with(&format!("{stamp}\nScanned letter")), "{}", letter.text);
    }
    // the stamp is seen by OCR too, which reads it at its place, and adds nothing
    let again = combined(&page(&[(2, "LEAK-000123")]), &[(2, "LFAK-OOO123")], 90);
    assert_eq!((again.current, again.text.as_str()), (Current::Own, "LEAK-000123\n"));
}

#[test]
fn a_page_without_text_has_only_what_is_read_with_confidence() {
    let mixed = combined(&page(&[]), &LETTER, 49);
    assert_eq!((mixed.current, mixed.doubtful), (Current::Own, 14));
    let (text, mut boxes) = set(&LETTER, 90);
    boxes.iter_mut().take(5).for_each(|b| b.confidence = 20);
    let mixed = combine(&page(&[]), &Recognised { text: &text, boxes: &boxes });
    assert_eq!(
        (mixed.text.as_str(), mixed.doubtful),
        ("of the third gate\nto be kept until March\n", 5)
    );
    let noise = combined(&page(&[]), &[(10, "| ~ —")], 90);
    assert_eq!((noise.current, noise.text.as_str()), (Current::Own, ""));
}

#[test]
fn text_that_reads_well_is_not_replaced() {
    let czech = page(&[
        (20, "Příliš žluťoučký kůň úpěl ďábelské ódy"),
        (30, "nad řekou stojí dům číslo sedm"),
    ]);
    let english =
        [(20, "Prilis Zlutoucky kun upe dabelske ody"), (30, "nad fekou stoji dum cislo sedm")];
    let read = combined(&czech, &english, 95);
    assert_eq!((read.current, read.text), (Current::Own, czech.text));
    let uyghur = page(&[(20, "ئۇيغۇر ئاپتونوم رايونى تىزىملاش ئىدارىسى")]);
    assert_eq!(
        combined(&uyghur, &[(20, "JISa isl pwiwgile osglly jBsg")], 80).current,
        Current::Own
    );
}

#[test]
fn what_a_wrong_map_leaves_is_replaced_where_ocr_reads() {
    let letter: Vec<(u32, &str)> = LETTER.to_vec();
    for garbage in [
        [
            (20, "Ê×Ñóöôæ ÷ñðéõú øòîàã ÷ëé ùñïóèôñú"),
            (30, "îõ ÷ëé ÷ëóøæ ïàôñ"),
            (40, "÷î òñ êñý÷ ùö÷óû âøöõë"),
        ],
        [
            (20, "Vfdqqhg!ohwwhu#derxw$wkh%uhjlvwhu"),
            (30, "ri#wkh!wklug$jdwh"),
            (40, "wr!eh#nhsw%xqwlo$Pdufk"),
        ],
        [
            (20, "\u{fffd}c\u{fffd}nn\u{fffd}d l\u{fffd}tt\u{fffd}r \u{fffd}b\u{fffd}\u{fffd}t"),
            (30, "\u{fffd}f th\u{fffd}"),
            (40, "t\u{fffd} b\u{fffd}"),
        ],
    ] {
        let mut own = garbage.to_vec();
        own.insert(0, (2, "LEAK-000123"));
        let own = page(&own);
        let replaced = garbage.iter().map(|(_, line)| characters(line)).sum();
        let read = combined(&own, &letter, 90);
        assert_eq!(read.current, Current::Recognised { replaced }, "{garbage:?}");
        assert!(read.text.starts_with("LEAK-000123\nScanned letter"), "{}", read.text);
        // with little confidence nothing is replaced
        assert!(
            !matches!(combined(&own, &letter, 55).current, Current::Recognised { .. }),
            "{garbage:?}"
        );
    }
}

#[test]
fn a_hidden_layer_is_compared_with_the_picture() {
    let same = combined(&hidden(&LETTER), &LETTER, 90);
    assert_eq!((same.current, same.marks.len()), (Current::Own, 1));
    // another text than the one shown, that reads well: both are kept
    let other = [
        (20, "Invoice for seven hundred pencils"),
        (30, "and paper clips ordered"),
        (40, "by the office in April"),
    ];
    let both = combined(&hidden(&other), &LETTER, 90);
    assert_eq!(both.current, Current::Both { added: 14 });
    assert!(
        both.text.contains("Invoice for seven hundred pencils\n")
            && both.text.ends_with("until March\n")
    );
    assert_eq!(both.marks, [Mark { start: 0, end: 80, kind: MarkKind::Invisible }]);
    // the same text over visible glyphs: those are what the page shows
    assert_eq!(combined(&page(&other), &LETTER, 90).current, Current::Own);
}

#[test]
fn lines_with_unknown_glyphs_are_read_again() {
    let own = page(&[
        (20, "Kennwort lautet Zx9\u{fffd}mBwTt7 und bleibt"),
        (30, "Ordner wird am Freitag vernichtet"),
    ]);
    let read = combined(
        &own,
        &[(20, "Kennwort lautet Zx9QmBwTt7 und bleibt"), (30, "Ordner wird am Freitag vernichtet")],
        92,
    );
    assert_eq!(read.current, Current::Both { added: 5 });
    assert!(
        read.text.ends_with("vernichtet\nKennwort lautet Zx9QmBwTt7 und bleibt\n"),
        "{}",
        read.text
    );
}

#[test]
fn text_with_few_unknown_glyphs_is_kept_beside_its_reading() {
    let own =
        page(&[(20, "Protokoll d\u{fffd}r Sitzung vom fünft\u{fffd}n März im B\u{fffd}zirk")]);
    let read = combined(&own, &[(20, "Protokoll der Sitzung vom funften Marz im Bezirk")], 92);
    assert_eq!(read.current, Current::Both { added: 8 });
    assert!(read.text.contains("März") && read.text.contains("Bezirk"), "{}", read.text);
}

#[test]
fn notes_over_a_scan_do_not_account_for_it() {
    for note in ["read this line", "important"] {
        let mut own = page(&[(90, "x")]);
        own.text = format!("{note}\n");
        let rect = Rect { x0: 0.0, y0: 0.19, x1: 0.4, y1: 0.23 };
        own.boxes = vec![Box { start: 0, end: note.len() as u32, rect, confidence: 255 }];
        own.marks = vec![Mark { start: 0, end: note.len() as u32, kind: MarkKind::Annotation }];
        let read = combined(&own, &LETTER, 90);
        assert_eq!(read.current, Current::Both { added: 14 }, "{note}");
        assert!(
            read.text.starts_with(&format!("{note}\nScanned letter about the register\n")),
            "{}",
            read.text
        );
    }
}

#[test]
fn marks_follow_the_text_that_is_kept() {
    let mut own = page(&[
        (2, "LEAK-000123"),
        (20, "Ê×Ñóöôæ ÷ñðéõú øòîàã ÷ëé ùñïóèôñú"),
        (90, "note of the reader"),
    ]);
    let start = own.text.find("note").expect("in the text") as u32;
    own.marks = vec![
        Mark { start: 12, end: 30, kind: MarkKind::Hidden },
        Mark { start, end: start + 18, kind: MarkKind::Annotation },
    ];
    let read = combined(&own, &[(20, "Scanned letter about the register")], 90);
    assert_eq!(read.text, "LEAK-000123\nnote of the reader\nScanned letter about the register\n");
    assert_eq!(read.marks, [Mark { start: 12, end: 30, kind: MarkKind::Annotation }]);
}

#[test]
fn a_hostile_page_is_compared_in_bounded_time() {
    let many = vec![
        Box {
            start: 0,
            end: 1,
            rect: Rect { x0: 0.0, y0: 0.5, x1: 0.01, y1: 0.51 },
            confidence: 255
        };
        1
    ];
    let own = Page { text: "x".to_owned(), boxes: many, kind: PageKind::Paper, ..Page::default() };
    let mut places = Places::new(&own);
    places.bands[32] = vec![0; 1 << 12];
    places.left = 40_000;
    let (text, boxes) = set(&[(50, "a b c d e f g h i j k l m n o p q r s t u v w x y z")], 90);
    let line = lines_of(&text, &boxes).remove(0);
    for _ in 0..20 {
        let line = Line { text: line.text.clone(), boxes: line.boxes.clone() };
        places.see(&Recognised { text: &text, boxes: &boxes }, &own, line);
    }
    assert_eq!(places.left, 0, "the rest is not compared");
}

#[test]
fn plausibility_by_kind_of_text() {
    let good = [
        "The register of the third gate, 2019/17.",
        "Příliš žluťoučký kůň úpěl ďábelské ódy",
        "Strč prst skrz krk",
        "Журнал регистрации № 3",
        "关于登记名单的通知 2019年",
        "ئۇيغۇر ئاپتونوم رايونى",
        "Zx9QmBwTt7 4471-B LEAK-000123 name@example.org",
        "12,500.00 3 17 2019-03-05",
        "PDF HTTP GmbH",
    ];
    let bad = [
        "Ê×Ñóöôæ ÷ñðéõú øòîàã",
        "ÈËÔ±µÇ¼ÇÃûµ¥",
        "Vfdqqhg!ohwwhu#derxw$wkh%uhjlvwhu",
        "\u{fffd}c\u{fffd}nn\u{fffd}d l\u{fffd}tt\u{fffd}r",
        "Рrоtосоl оf thе mееting",
        "!\"#$ %&'()* +,-./ ",
    ];
    for text in good {
        assert!(plausibility(text) >= PLAUSIBLE, "{text}: {}", plausibility(text));
    }
    for text in bad {
        assert!(plausibility(text) < PLAUSIBLE - BETTER, "{text}: {}", plausibility(text));
    }
    assert!(plausibility("") < f32::EPSILON);
}
