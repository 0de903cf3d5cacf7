//! Tests of what a page shows besides its text, of glyphs without a character, and of text that cannot be seen.

use super::{Builder, Outcome, read};
use exhibit_model::{Mark, MarkKind, NoteCode, Page};

/// A page of 200 by 100 points with a picture of this many pixels as `/P`.
fn with_picture(content: &str, (across, down): (usize, usize), entries: &str) -> Outcome {
    let mut builder = Builder::page_with(
        &format!(
            "/MediaBox[0 0 200 100]/Resources<</Font<</F 5 0 R>>/XObject<</P 6 0 R>>>>{entries}"
        ),
        content,
    );
    let dict = format!(
        "/Type/XObject/Subtype/Image/Width {across}/Height {down}/ColorSpace/DeviceGray/BitsPerComponent 8"
    );
    builder.stream(&dict, &vec![128; across * down]);
    read(&builder.finish())
}

fn marked(page: &Page, kind: MarkKind) -> Vec<&str> {
    let marks = page.marks.iter().filter(|mark| mark.kind == kind);
    marks.map(|mark| &page.text[mark.start as usize..mark.end as usize]).collect()
}

const SCAN: &str = "q 200 0 0 100 0 0 cm /P Do Q";

#[test]
fn scans_are_read_whatever_text_is_on_them() {
    let check = |text: &str, wanted: bool, pixels: (usize, usize), place: &str| {
        let outcome = with_picture(&format!("{place} {text}"), pixels, "");
        let page = outcome.page();
        assert_eq!(page.wants_ocr(), wanted, "{text} {pixels:?} {place}: {:?}", page.counts);
    };
    check("", true, (80, 40), SCAN);
    check("BT /F 6 Tf 180 4 Td (7) Tj ET", true, (80, 40), SCAN);
    check("BT /F 8 Tf 5 90 Td (LEAK-000123 5 March 2019 14:02 P.1) Tj ET", true, (80, 40), SCAN);
    check("BT /F 8 Tf 3 Tr 5 50 Td (a hidden layer) Tj ET", true, (80, 40), SCAN);
    check("q 100 0 0 100 100 0 cm /P Do Q", true, (80, 40), "q 100 0 0 100 0 0 cm /P Do Q");
    check("BT /F 10 Tf 5 80 Td (typed) Tj ET", true, (80, 40), "q 60 0 0 30 100 10 cm /P Do Q");
    check("BT /F 10 Tf 5 80 Td (typed) Tj ET", false, (80, 40), "q 16 0 0 16 100 10 cm /P Do Q");
    check("BT /F 10 Tf 5 80 Td (typed) Tj ET", false, (1, 1), SCAN);
    // text over the whole of it: a background
    let lines: String = (0..10)
        .map(|n| format!("1 0 0 1 0 {} Tm (mmmmmmmmmmmmmmmmmmmmmmmm) Tj ", n * 10 + 2))
        .collect();
    check(&format!("BT /F 10 Tf {lines} ET"), false, (80, 40), SCAN);
}

#[test]
fn pictures_that_stay_unread_are_noted() {
    let outcome = with_picture(
        "q 16 0 0 16 100 10 cm /P Do Q BT /F 10 Tf 5 80 Td (typed) Tj ET",
        (80, 40),
        "",
    );
    assert!(
        outcome
            .notes()
            .iter()
            .any(|note| note.code == NoteCode::PicturesUnread { pictures: 1 } && note.page == 1)
    );
    let outcome = with_picture(SCAN, (80, 40), "");
    assert!(outcome.notes().is_empty(), "{:?}", outcome.notes());
}

#[test]
fn pictures_in_patterns_clips_and_forms_are_seen() {
    let entries = "/MediaBox[0 0 200 100]/Resources<</Font<</F 5 0 R>>/Pattern<</T 6 0 R>>>>";
    let tile = |content: &str| {
        let mut builder = Builder::page_with(entries, "/Pattern cs /T scn 0 0 200 100 re f");
        builder.stream(
            "/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 50 50]/XStep 50/YStep 50\
             /Resources<</Font<</F 5 0 R>>/XObject<</P 7 0 R>>>>",
            content.as_bytes(),
        );
        builder.stream(
            "/Type/XObject/Subtype/Image/Width 40/Height 40/ColorSpace/DeviceGray/BitsPerComponent 8",
            &[9; 1600],
        );
        read(&builder.finish())
    };
    let outcome = tile("q 50 0 0 50 0 0 cm /P Do Q");
    assert_eq!((outcome.page().counts.pictured, outcome.page().wants_ocr()), (1000, true));
    let outcome = tile("BT /F 10 Tf 5 20 Td (Gate) Tj ET");
    assert_eq!(outcome.text(), "Gate\n", "one tile is read");
    let clipped = with_picture(&format!("q 0 0 20 10 re W n {SCAN} Q"), (80, 40), "");
    assert!(clipped.page().counts.pictured < 20, "{:?}", clipped.page().counts);
}

#[test]
fn letters_drawn_as_curves_are_seen() {
    let letter = |x: usize, y: usize| {
        format!("{x} {y} m {x} {} {} {} {} {y} c f ", y + 8, x + 5, y + 8, x + 5)
    };
    let word: String = (0..10).map(|n| letter(10 + n * 8, 50)).collect();
    let alone = read(&Builder::page(&word).finish());
    assert_eq!((alone.page().counts.shapes, alone.page().wants_ocr()), (10, true));
    let beside =
        read(&Builder::page(&format!("{word} BT /F 10 Tf 10 80 Td (typed) Tj ET")).finish());
    assert_eq!(
        (beside.page().counts.shapes, beside.page().wants_ocr()),
        (10, false),
        "a chart in a typed page"
    );
    // and what shows through their outlines
    let outlines: String = (0..10).map(|n| letter(10 + n * 8, 50).replace(" f ", " ")).collect();
    let through = read(&Builder::page(&format!("q {outlines} W n 0 0 200 100 re f Q")).finish());
    assert_eq!((through.page().counts.shapes, through.page().wants_ocr()), (10, true));
    let rules = "0 50 200 1 re f 10 10 50 20 re S 0 0 m 200 100 l S";
    assert!(!read(&Builder::page(rules).finish()).page().wants_ocr());
}

#[test]
fn glyphs_without_a_character_leave_a_mark() {
    let mut builder =
        Builder::page("BT /F 10 Tf 10 50 Td (Zx) Tj /G 10 Tf (ab) Tj /F 10 Tf (mB) Tj ET");
    // /G has glyphs whose names tell nothing
    builder.add(
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 97/LastChar 98/Widths[500 500]\
         /Encoding<</Differences[97/g17/g18]>>>>",
    );
    let outcome = read(&builder.finish());
    let page = outcome.page();
    assert_eq!(
        (page.text.as_str(), page.counts.unmapped, page.wants_ocr()),
        ("Zx\u{fffd}\u{fffd}mB\n", 2, true)
    );
    assert!(outcome.notes().iter().any(|note| note.code == NoteCode::GlyphsUnmapped { glyphs: 2 }));
}

#[test]
fn codes_that_standard_encodings_leave_open_are_read() {
    // no encoding: the font's own has no name for these codes
    let mut builder = Builder::page("BT /G 10 Tf 10 50 Td (citt\\340 \\350 l\\222\\351) Tj ET");
    let widths = "500 ".repeat(256);
    builder.add(&format!(
        "<</Type/Font/Subtype/TrueType/BaseFont/Arial/FirstChar 0/LastChar 255/Widths[{widths}]>>"
    ));
    let outcome = read(&builder.finish());
    assert_eq!((outcome.text().as_str(), outcome.page().counts.unmapped), ("città è l’é\n", 0));
    // a Type 1 font has the standard encoding
    let mut builder = Builder::page("BT /G 10 Tf 10 50 Td (\\350\\351 \\340) Tj ET");
    builder.add("<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>");
    assert_eq!(read(&builder.finish()).text(), "ŁØ à\n");
}

#[test]
fn fonts_that_are_not_embedded_and_map_nothing_are_not_blank() {
    let mut builder = Builder::page("BT /G 10 Tf 10 50 Td <767B8BB08868> Tj ET");
    builder.add(
        "<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/Identity-H/DescendantFonts[7 0 R]>>",
    );
    builder.add(
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/Song/FontDescriptor 8 0 R/DW 1000\
         /CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>",
    );
    builder.add("<</Type/FontDescriptor/FontName/Song/Flags 4>>");
    let outcome = read(&builder.finish());
    assert_eq!(
        (outcome.text().as_str(), outcome.page().counts.unmapped),
        ("\u{fffd}\u{fffd}\u{fffd}\n", 3)
    );
    assert!(outcome.page().wants_ocr());
}

#[test]
fn a_control_code_may_be_a_glyph() {
    let page = |widths: &str| {
        let mut builder = Builder::page("BT /G 10 Tf 10 50 Td (a\\nb) Tj ET");
        builder
            .add(&format!("<</Type/Font/Subtype/Type1/BaseFont/Helvetica{widths}/Encoding<</Differences[10/g23]>>>>"));
        read(&builder.finish()).text()
    };
    assert_eq!(
        page(&format!("/FirstChar 10/LastChar 98/Widths[{}]", "600 ".repeat(89))),
        "a\u{fffd}b\n"
    );
}

/// A font of drawn glyphs: `/a1` is a square, `/a2` nothing.
fn drawn(codes: &str, differences: &str) -> Outcome {
    let mut builder = Builder::page(&format!("BT /G 10 Tf 10 50 Td {codes} Tj ET"));
    builder.add(&format!(
        "<</Type/Font/Subtype/Type3/FontBBox[0 0 750 750]/FontMatrix[0.001 0 0 0.001 0 0]/FirstChar 0/LastChar 255\
         /Widths[{}]/CharProcs<</a1 7 0 R/a2 8 0 R>>/Encoding<</Differences[{differences}]>>/Resources<<>>>>",
        "750 ".repeat(256)
    ));
    builder.stream("", b"750 0 0 0 750 750 d1 0 0 750 750 re f");
    builder.stream("", b"750 0 d0");
    read(&builder.finish())
}

#[test]
fn drawn_glyphs_without_names_are_read_by_their_codes_or_marked() {
    let check = |codes: &str, differences: &str, text: &str, unmapped: u32| {
        let outcome = drawn(codes, differences);
        assert_eq!(
            (outcome.text().as_str(), outcome.page().counts.unmapped),
            (text, unmapped),
            "{codes} {differences}"
        );
    };
    check("(ab)", "97/a1/a1", "ab\n", 0);
    check("(a\\340)", "97/a1 224/a1", "aà\n", 0);
    check("(a\\001b)", "1/a1 97/a1/a1", "a\u{fffd}b\n", 1);
    check("(a\\001b)", "1/a2 97/a1/a1", "a b\n", 0);
}

#[test]
fn legacy_bytes_in_simple_fonts_are_decoded() {
    let run = |font: &str, codes: &str| {
        let mut builder = Builder::page(&format!("BT /G 10 Tf 10 50 Td <{codes}> Tj ET"));
        builder.add(&format!(
            "<</Type/Font/Subtype/TrueType/BaseFont/{font}/FirstChar 0/LastChar 0/Widths[500]/Encoding/WinAnsiEncoding>>"
        ));
        read(&builder.finish())
    };
    let outcome = run("#CB#CE#CC#E5", "b5c7bcc7b1ed");
    assert_eq!((outcome.text().as_str(), outcome.page().boxes.len()), ("登记表\n", 3));
    assert!(
        outcome.notes().iter().any(|note| note.code == NoteCode::FontBytesDecoded { glyphs: 6 })
    );
    assert_eq!(run("MingLiU", "b5 6e b0 4f aa ed").text(), "登記表\n");
    assert_eq!(
        run("Arial", "b5c7bcc7b1ed").text(),
        "登记表\n",
        "Latin text does not have this many accented letters in a row"
    );
    assert_eq!(run("Arial", "e9e0fc").text(), "éàü\n");
    assert_eq!(run("Arial", "636166e9").text(), "café\n");
}

#[test]
fn text_that_cannot_be_seen_is_marked_within_its_line() {
    let check = |content: &str, text: &str, unseen: &[&str]| {
        let outcome = read(&Builder::page(content).finish());
        assert_eq!(outcome.text(), text, "{content}");
        assert_eq!(marked(outcome.page(), MarkKind::Invisible), unseen, "{content}");
    };
    let line = "BT /F 10 Tf 10 50 Td (Witness ) Tj 1 g (Anwar) Tj 0 g ( signed) Tj ET";
    check(line, "Witness Anwar signed\n", &["Anwar"]);
    check(&format!("0.5 g 0 0 200 100 re f 0 g {line}"), "Witness Anwar signed\n", &[]);
    check(
        "1 0 0 rg 0 0 200 100 re f BT /F 10 Tf 10 50 Td (red) Tj 0 g ( black) Tj ET",
        "red black\n",
        &["red"],
    );
    check("BT /F 0.5 Tf 10 50 Td (tiny) Tj ET", "tiny\n", &["tiny"]);
    check(
        "q 0 0 20 20 re W n BT /F 10 Tf 50 50 Td (away) Tj ET Q BT /F 10 Tf 5 5 Td (in) Tj ET",
        "away\nin\n",
        &["away"],
    );
    // light text on a dark form that is no rectangle
    check(
        "0 g 0 0 m 200 0 l 180 100 l 0 100 l f 1 g BT /F 10 Tf 10 50 Td (light) Tj ET",
        "light\n",
        &[],
    );
}

#[test]
fn areas_painted_over_text_are_noted() {
    let covered = |content: &str| {
        let outcome = read(&Builder::page(content).finish());
        let count = |code: &NoteCode| match code {
            NoteCode::TextCovered { characters, .. } => *characters,
            _ => 0,
        };
        let characters: u64 = outcome.notes().iter().map(|note| count(&note.code)).sum();
        (characters, marked(outcome.page(), MarkKind::Invisible).concat())
    };
    let text = "BT /F 10 Tf 10 50 Td (Witness Anwar signed) Tj ET";
    // "Anwar" is from 48.9 to 77.8
    assert_eq!(covered(&format!("{text} 0 g 48 46 30 14 re f")), (5, "Anwar".to_owned()));
    assert_eq!(
        covered(&format!("{text} 1 g 0 40 200 30 re f")),
        (18, "Witness Anwar signed".to_owned())
    );
    let two = read(
        &Builder::page(&format!("{text} 0 g 10 46 20 14 re f 48 46 30 14 re f 150 0 20 20 re f"))
            .finish(),
    );
    assert!(
        two.notes().iter().any(|note| matches!(note.code, NoteCode::TextCovered { areas: 2, .. })),
        "{:?}",
        two.notes()
    );
    assert_eq!(covered(&format!("0.3 g 48 46 30 14 re f 0 g {text}")).0, 0, "it is under the text");
    assert_eq!(
        covered(&format!("0 g 48 46 30 14 re f {text}")),
        (5, "Anwar".to_owned()),
        "black on a black bar"
    );
    assert_eq!(
        covered(&format!("1 g 0 0 200 100 re f {text}")).0,
        0,
        "white on white is marked only"
    );
    assert_eq!(covered(&format!("0.9 g 0 40 200 30 re f 0 g {text}")), (0, String::new()));
    assert_eq!(
        covered(&format!("{text} 0 g 48 46 30 14 re S 48 46 30 1 re f")),
        (0, String::new()),
        "a frame, a line"
    );
    assert_eq!(
        covered(&format!("{text} 0 g 48 46 30 14 re f {text}")),
        (0, String::new()),
        "and printed again"
    );
}

#[test]
fn see_through_areas_cover_nothing() {
    let entries = "/MediaBox[0 0 200 100]/Resources<</Font<</F 5 0 R>>/ExtGState<</A<</ca 0.4>>/M<</BM/Multiply>>>>>>";
    for state in ["/A", "/M"] {
        let content =
            format!("BT /F 10 Tf 10 50 Td (Witness) Tj ET {state} gs 1 1 0 rg 0 40 200 30 re f");
        let outcome = read(&Builder::page_with(entries, &content).finish());
        assert_eq!(marked(outcome.page(), MarkKind::Invisible), [""; 0], "{state}");
    }
    let clear = "/MediaBox[0 0 200 100]/Resources<</Font<</F 5 0 R>>/ExtGState<</A<</ca 0>>>>>>";
    let outcome =
        read(&Builder::page_with(clear, "/A gs BT /F 10 Tf 10 50 Td (clear) Tj ET").finish());
    assert_eq!(outcome.page().marks, [Mark { start: 0, end: 5, kind: MarkKind::Invisible }]);
}

#[test]
fn annotations_that_cover_or_mark_text_are_noted() {
    let over = |annotation: &str| {
        let mut builder = Builder::page_with(
            "/MediaBox[0 0 200 100]/Annots[6 0 R]",
            "BT /F 10 Tf 10 50 Td (Witness Anwar) Tj ET",
        );
        builder.add(annotation);
        builder.stream("/Type/XObject/Subtype/Form/BBox[0 0 30 14]", b"0 g 0 0 30 14 re f");
        read(&builder.finish())
    };
    let has =
        |outcome: &Outcome, code: &NoteCode| outcome.notes().iter().any(|note| note.code == *code);
    let square = over("<</Type/Annot/Subtype/Square/Rect[48 46 78 60]/AP<</N 7 0 R>>>>");
    assert!(
        has(&square, &NoteCode::TextCovered { areas: 1, characters: 5 }),
        "{:?}",
        square.notes()
    );
    let marked = over("<</Type/Annot/Subtype/Redact/Rect[48 46 78 60]/OverlayText(exempt)>>");
    assert!(has(&marked, &NoteCode::RedactionsUnapplied { redactions: 1 }), "{:?}", marked.notes());
    assert!(
        marked.text().contains("Witness Anwar") && marked.text().contains("exempt"),
        "{}",
        marked.text()
    );
}
