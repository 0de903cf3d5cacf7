//! Tests of the text of pages, annotations, fields, attachments and properties.

use super::{Builder, read, request, run, text_of};
use exhibit_model::{
    Mark, MarkKind, Member, MemberEnd, NoteCode, Page, Reason, Record, Rect, Severity, Task,
    Verdict,
};

fn rect_of(page: &Page, word: &str) -> Rect {
    let start = page.text.find(word).expect("the word is in the text") as u32;
    let found =
        page.boxes.iter().find(|b| b.start <= start && start < b.end).expect("the word has a box");
    found.rect
}

fn near(rect: Rect, x0: f32, y0: f32, x1: f32, y1: f32) {
    let off = (rect.x0 - x0)
        .abs()
        .max((rect.y0 - y0).abs())
        .max((rect.x1 - x1).abs())
        .max((rect.y1 - y1).abs());
    assert!(off < 0.01, "{rect:?} is not near ({x0}, {y0}, {x1}, {y1})");
}

#[test]
fn words_lines_and_gaps() {
    let check = |content: &str, expect: &str| assert_eq!(text_of(content), expect, "{content}");
    check("BT /F 10 Tf 10 50 Td (Gate log) Tj ET", "Gate log\n");
    check("BT /F 10 Tf 10 50 Td [(Gate) -400 (log)] TJ ET", "Gate log\n");
    check("BT /F 10 Tf 10 50 Td [(Ga) -80 (te)] TJ ET", "Gate\n");
    check("BT /F 10 Tf 10 50 Td (Gate) Tj 0 -14 Td (log) Tj ET", "Gate\nlog\n");
    check("BT /F 10 Tf 10 50 Td (m) Tj 5 Ts (2) Tj 0 Ts ( x) Tj ET", "m2 x\n");
    check("BT /F 10 Tf 60 50 Td (log) Tj -50 0 Td (Gate) Tj ET", "Gate log\n");
    check("BT /F 10 Tf 2 Tc 10 50 Td (GATE LOG TWO) Tj ET", "GATE LOG TWO\n");
    check("BT /F 10 Tf 10 50 Td (caf\\351 \\223x\\224) Tj ET", "café “x”\n");
    check("", "");
}

#[test]
fn copies_are_dropped() {
    let check = |content: &str, expect: &str| assert_eq!(text_of(content), expect, "{content}");
    check("BT /F 10 Tf 2 Tr 10 50 Td (Gate) Tj ET", "Gate\n");
    check("BT /F 10 Tf 10 50 Td (Gate) Tj 0.4 0 Td (Gate) Tj ET", "Gate\n");
    check("BT /F 10 Tf 10 50 Td (aa) Tj ET", "aa\n");
    check("BT /F 10 Tf 10 50 Td (Gate) Tj 0 -12 Td (Gate) Tj ET", "Gate\nGate\n");
}

#[test]
fn lines_rendered_upwards_are_sorted_with_a_note() {
    let upwards =
        "BT /F 10 Tf 10 20 Td (four) Tj 0 15 Td (three) Tj 0 15 Td (two) Tj 0 15 Td (one) Tj ET";
    let outcome = read(&Builder::page(upwards).finish());
    assert_eq!(outcome.text(), "one\ntwo\nthree\nfour\n");
    assert!(outcome.notes().iter().any(|note| note.code == NoteCode::LinesReordered));
    let columns =
        "BT /F 10 Tf 10 60 Td (one) Tj 0 -15 Td (two) Tj 80 15 Td (three) Tj 0 -15 Td (four) Tj ET";
    assert_eq!(text_of(columns), "one\ntwo\nthree\nfour\n");
}

#[test]
fn positions_are_fractions_of_the_displayed_page() {
    let content = "BT /F 10 Tf 50 40 Td (Gate) Tj ET";
    let check = |entries: &str, size: (f32, f32), x0: f32, y0: f32, x1: f32, y1: f32| {
        let outcome = read(&Builder::page_with(entries, content).finish());
        let page = outcome.page();
        assert_eq!((page.width, page.height), size, "{entries}");
        near(rect_of(page, "Gate"), x0, y0, x1, y1);
    };
    // "Gate" in Helvetica is 2.168 em wide; its box extends from 0.21 em below the baseline to 0.79 em above
    check("/MediaBox[0 0 200 100]", (200.0, 100.0), 0.25, 0.521, 0.358, 0.621);
    check("/MediaBox[0 0 200 100]/CropBox[50 0 150 100]", (100.0, 100.0), 0.0, 0.521, 0.217, 0.621);
    check("/MediaBox[0 0 200 100]/Rotate 90", (100.0, 200.0), 0.379, 0.25, 0.479, 0.358);
    check("/MediaBox[0 0 200 100]/Rotate 180", (200.0, 100.0), 0.642, 0.379, 0.75, 0.479);
    check("/MediaBox[0 0 200 100]/Rotate 270", (100.0, 200.0), 0.521, 0.642, 0.621, 0.75);
    check("/MediaBox[-50 -40 150 60]", (200.0, 100.0), 0.5, 0.121, 0.608, 0.221);
}

#[test]
fn invisible_text_is_marked_and_not_doubled() {
    let marks = |content: &str| {
        let outcome = read(&Builder::page(content).finish());
        (outcome.page().text.clone(), outcome.page().marks.clone())
    };
    let hidden = |start, end| vec![Mark { start, end, kind: MarkKind::Invisible }];
    assert_eq!(
        marks("BT /F 10 Tf 3 Tr 10 50 Td (Gate log) Tj ET"),
        ("Gate log\n".to_owned(), hidden(0, 8))
    );
    let both = "BT /F 10 Tf 10 50 Td (Gate log) Tj ET BT /F 9.5 Tf 3 Tr 11 50.5 Td (gate) Tj ET";
    assert_eq!(marks(both), ("Gate log\n".to_owned(), vec![]));
    let other = "BT /F 10 Tf 10 50 Td (Gate log) Tj ET BT /F 10 Tf 3 Tr 10 50 Td (secret) Tj ET";
    assert_eq!(marks(other), ("Gate log\nsecret\n".to_owned(), hidden(9, 15)));
    let outside = "BT /F 10 Tf 10 50 Td (Gate) Tj ET BT /F 10 Tf 10 -500 Td (cropped) Tj ET";
    assert_eq!(marks(outside), ("Gate\ncropped\n".to_owned(), hidden(5, 12)));
}

/// A composite font that is not embedded and has no map to Unicode: its codes are those of a character collection.
fn collection_page(encoding: &str, collection: &str, content: &str) -> Page {
    let mut builder = Builder::page(content);
    builder.add(&format!(
        "<</Type/Font/Subtype/Type0/BaseFont/STSong/Encoding/{encoding}/DescendantFonts[7 0 R]>>"
    ));
    builder.add(&format!(
        "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong/FontDescriptor 8 0 R/DW 1000\
         /CIDSystemInfo<</Registry(Adobe)/Ordering({collection})/Supplement 2>>>>"
    ));
    builder.add("<</Type/FontDescriptor/FontName/STSong/Flags 4>>");
    let outcome = read(&builder.finish());
    assert_eq!(outcome.verdict, Verdict::Read);
    outcome.page().clone()
}

#[test]
fn character_collections_map_glyphs_to_text() {
    let page = collection_page("GBK-EUC-H", "GB1", "BT /G 10 Tf 10 50 Td <B5C7BCC7B1ED> Tj ET");
    assert_eq!(page.text, "登记表\n");
    assert_eq!(page.boxes.len(), 3, "one box a glyph");
    assert_eq!((page.counts.glyphs, page.counts.unmapped), (3, 0));
    let page =
        collection_page("UniCNS-UCS2-H", "CNS1", "BT /G 10 Tf 10 50 Td <767B8A188868> Tj ET");
    assert_eq!(page.text, "登記表\n");
}

/// A composite font with an embedded program of the glyphs G, a, e, t (numbered from 1) and no map to Unicode.
fn embedded_page(encoding: &str, ordering: &str, content: &str) -> Page {
    let mut builder = Builder::page(content);
    builder
        .add(&format!("<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Gate/Encoding/{encoding}/DescendantFonts[7 0 R]>>"));
    builder.add(&format!(
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/ABCDEF+Gate/FontDescriptor 8 0 R/DW 500\
         /CIDSystemInfo<</Registry(Adobe)/Ordering({ordering})/Supplement 2>>>>"
    ));
    builder.add("<</Type/FontDescriptor/FontName/ABCDEF+Gate/Flags 4/FontFile2 9 0 R>>");
    builder.stream("", include_bytes!("../../../../tests/fixtures/pdf/gate.ttf"));
    let outcome = read(&builder.finish());
    assert_eq!(outcome.verdict, Verdict::Read);
    outcome.page().clone()
}

#[test]
fn embedded_fonts_map_glyphs_to_text() {
    let check = |encoding: &str, ordering: &str, codes: &str, text: &str, unmapped: u32| {
        let page =
            embedded_page(encoding, ordering, &format!("BT /G 10 Tf 10 50 Td <{codes}> Tj ET"));
        assert_eq!(
            (page.text.trim_end(), page.counts.unmapped),
            (text, unmapped),
            "{encoding} {ordering} {codes}"
        );
    };
    // by the program's character map, which takes precedence even if a collection is stated
    check("Identity-H", "Identity", "0001000200040003", "Gate", 0);
    check("Identity-H", "GB1", "0001000200040003", "Gate", 0);
    // by the collection, for glyphs that the program does not map
    check("GBK-EUC-H", "GB1", "B5C7BCC7", "登记", 0);
    // by nothing: U+FFFD is in its place
    check("Identity-H", "Identity", "000100990002", "G\u{fffd}a", 1);
}

#[test]
fn vertical_lines_run_down() {
    let page = collection_page(
        "GBK-EUC-V",
        "GB1",
        "BT /G 10 Tf 100 90 Td <B5C7BCC7> Tj ET BT /G 10 Tf 80 90 Td <B1ED> Tj ET",
    );
    assert_eq!(page.text, "登记\n表\n");
    near(rect_of(&page, "登"), 0.475, 0.1, 0.525, 0.2);
    near(rect_of(&page, "记"), 0.475, 0.2, 0.525, 0.3);
    let outcome = read(include_bytes!("../../../../tests/fixtures/pdf/vertical-browser.pdf"));
    assert_eq!(outcome.text(), "三号仓库夜间登记表\n值班⼈员须逐辆登记\n");
}

#[test]
fn glyphs_without_text_are_counted() {
    let mut builder = Builder::page("BT /G 10 Tf 10 50 Td <000100020003> Tj ET");
    builder.add("<</Type/Font/Subtype/Type0/BaseFont/Odd/Encoding/Identity-H/DescendantFonts[7 0 R]/ToUnicode 9 0 R>>");
    builder.add("<</Type/Font/Subtype/CIDFontType2/BaseFont/Odd/FontDescriptor 8 0 R/DW 500>>");
    builder.add("<</Type/FontDescriptor/FontName/Odd/Flags 4>>");
    builder
        .stream("", b"begincmap\n2 beginbfchar\n<0001> <0041>\n<0002> <E123>\nendbfchar\nendcmap");
    let outcome = read(&builder.finish());
    assert_eq!(outcome.page().text.trim_end(), "A\u{fffd}\u{fffd}");
    assert_eq!((outcome.page().counts.glyphs, outcome.page().counts.unmapped), (3, 2));
    assert!(outcome.page().wants_ocr());
}

#[test]
fn annotations_and_form_values_are_marked() {
    let mut builder = Builder::page_with(
        "/MediaBox[0 0 200 100]/Annots[6 0 R 7 0 R 9 0 R 10 0 R]",
        "BT /F 10 Tf 10 80 Td (Gate) Tj ET",
    );
    builder.add(
        "<</Subtype/Text/Rect[150 60 170 80]/Contents(Ask the \\(second\\) guard)/Popup 10 0 R>>",
    );
    builder.add("<</Subtype/Widget/FT/Tx/T(night)/V<FEFF591C>/Rect[20 20 120 40]/AP<</N 8 0 R>>/DA(/F 10 Tf)>>");
    builder.stream(
        "/Type/XObject/Subtype/Form/BBox[0 0 100 20]/Resources<</Font<</F 5 0 R>>>>",
        b"BT /F 10 Tf 2 5 Td (shift 2) Tj ET",
    );
    builder.add("<</Subtype/Widget/FT/Tx/T(b)/Parent 11 0 R/Rect[20 2 120 18]>>");
    builder
        .add("<</Subtype/Popup/Parent 6 0 R/Contents(Ask the \\(second\\) guard)/Rect[0 0 9 9]>>");
    builder.add("<</FT/Tx/V(inherited)>>");
    let outcome = read(&builder.finish());
    let page = outcome.page();
    assert_eq!(page.text, "Gate\nAsk the (second) guard\nshift 2\n夜\ninherited\n");
    let kinds: Vec<_> =
        page.marks.iter().map(|m| (&page.text[m.start as usize..m.end as usize], m.kind)).collect();
    let expect = [
        ("Ask the (second) guard", MarkKind::Annotation),
        ("shift 2\n夜\ninherited", MarkKind::FormValue),
    ];
    assert_eq!(kinds, expect);
    near(rect_of(page, "Ask"), 0.75, 0.2, 0.85, 0.4);
    near(rect_of(page, "夜"), 0.1, 0.6, 0.6, 0.8);
    assert!(rect_of(page, "shift").x0 > 0.1);
}

#[test]
fn each_name_of_an_attached_stream_is_a_member() {
    let mut builder = Builder::page_with("/MediaBox[0 0 200 100]", "");
    let count = 300;
    let names: String = (0..count).map(|n| format!("(n{n}){} 0 R", 7 + n)).collect();
    builder.catalog("/Names<</EmbeddedFiles 6 0 R>>");
    builder.add(&format!("<</Names[{names}]>>"));
    for n in 0..count {
        builder.add(&format!(
            "<</Type/Filespec/F(list-{n}.txt)/EF<</F {0} 0 R/UF {0} 0 R>>>>",
            7 + count
        ));
    }
    builder.stream("/Type/EmbeddedFile", b"one");
    let outcome = read(&builder.finish());
    let names: std::collections::BTreeSet<&[u8]> = outcome
        .records
        .iter()
        .filter_map(|record| {
            if let Record::Member(member) = record { Some(member.name.as_slice()) } else { None }
        })
        .collect();
    let members =
        outcome.records.iter().filter(|record| matches!(record, Record::Member(_))).count();
    assert_eq!(
        (members, names.len()),
        (count, count),
        "none is left out, and none is doubled by its second key"
    );
}

#[test]
fn attached_files_are_members_each_once() {
    let mut builder = Builder::page_with(
        "/MediaBox[0 0 200 100]/Annots[<</Subtype/FileAttachment/Rect[0 0 9 9]/FS 7 0 R>>]",
        "",
    );
    builder.catalog("/Names<</EmbeddedFiles 6 0 R>>");
    builder.add("<</Kids[6 0 R]/Names[(a)7 0 R(b)9 0 R]>>");
    builder.add(
        "<</Type/Filespec/F(list.txt)/UF<FEFF540D5355002E007400780074>/EF<</F 8 0 R/UF 8 0 R>>>>",
    );
    builder.stream("/Type/EmbeddedFile/Params<</ModDate(D:20170625101500+08'00')>>", b"one\ntwo\n");
    builder.add("<</Type/Filespec/F(lost.bin)/EF<</F 99 0 R>>>>");
    let outcome = read(&builder.finish());
    let members: Vec<_> = outcome
        .records
        .iter()
        .filter(|r| matches!(r, Record::Member(_) | Record::MemberBytes(_) | Record::MemberEnd(_)))
        .collect();
    let [
        Record::Member(Member { name, modified, relation, .. }),
        Record::MemberBytes(bytes),
        Record::MemberEnd(MemberEnd::Whole),
        Record::Member(_),
        Record::MemberEnd(MemberEnd::Failed(_)),
    ] = members[..]
    else {
        panic!("other members were expected: {members:?}");
    };
    assert_eq!(name, "名单.txt".as_bytes());
    assert_eq!(modified.map(|at| at.to_rfc3339()).as_deref(), Some("2017-06-25T02:15:00Z"));
    assert_eq!((relation.word(), bytes.as_slice()), ("embedded", &b"one\ntwo\n"[..]));
}

#[test]
fn properties_outline_and_labels() {
    let mut builder = Builder::page("BT /F 10 Tf 10 50 Td (Gate) Tj ET");
    builder.trailer("/Info 6 0 R");
    builder.catalog("/Metadata 7 0 R/Outlines 8 0 R/PageLabels<</Nums[0<</S/r/St 4/P(A-)>>]>>");
    builder.add("<</Title<FEFF767B8BB08868>/Author(Office 3)/CreationDate(D:20170625101500+08'00')/Trapped/False>>");
    builder.stream(
        "/Type/Metadata/Subtype/XML",
        b"<x:xmpmeta><rdf:RDF><rdf:Description xmp:CreateDate=\"2017-06-24T01:02:03Z\"><dc:title><rdf:Alt>\
          <rdf:li xml:lang=\"x-default\">A &amp; B</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>",
    );
    builder.add("<</First 9 0 R/Last 9 0 R>>");
    builder.add("<</Title(Chapter)/First 10 0 R/Next 9 0 R>>");
    builder.add("<</Title(Part)/Next 9 0 R>>");
    let outcome = read(&builder.finish());
    assert_eq!(outcome.property("pdf:Title"), ["登记表"]);
    assert_eq!(outcome.property("pdf:Author"), ["Office 3"]);
    assert_eq!(outcome.property("pdf:CreationDate"), ["2017-06-25T10:15:00+08:00"]);
    assert_eq!(outcome.property("dc:title"), ["A & B"]);
    assert_eq!(outcome.property("xmp:CreateDate"), ["2017-06-24T01:02:03Z"]);
    assert_eq!(outcome.property("pdf:outline"), ["Chapter", "Part"]);
    assert_eq!(
        (outcome.property("pdf:version"), outcome.property("pdf:pages")),
        (vec!["1.7"], vec!["1"])
    );
    assert_eq!(outcome.page().label, "A-iv");
    assert!(outcome.notes().is_empty(), "{:?}", outcome.notes());
}

#[test]
fn dates_without_a_zone_stay_without() {
    for (written, stated) in [
        ("D:20190328102030", "2019-03-28T10:20:30"),
        ("D:20190328102030Z", "2019-03-28T10:20:30Z"),
        ("D:20190328102030+08'00'", "2019-03-28T10:20:30+08:00"),
        ("D:20190328", "2019-03-28"),
        ("D:2019", "D:2019"),
    ] {
        let mut builder = Builder::page("BT /F 10 Tf 10 50 Td (Gate) Tj ET");
        builder.trailer("/Info 6 0 R");
        builder.add(&format!("<</CreationDate({written})/ModDate({written})>>"));
        let outcome = read(&builder.finish());
        assert_eq!(
            (outcome.property("pdf:CreationDate"), outcome.property("pdf:ModDate")),
            (vec![stated], vec![stated])
        );
    }
}

#[test]
fn active_content_and_updates_are_noted() {
    let mut builder = Builder::page_with(
        "/MediaBox[0 0 200 100]/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/Launch/F(run.exe)>>>>]",
        "BT /F 10 Tf 10 50 Td (Gate) Tj ET",
    );
    builder.catalog("/OpenAction<</S/JavaScript/JS(app.alert)>>");
    let mut bytes = builder.finish();
    let outcome = read(&bytes);
    let suspicious: Vec<u32> = outcome
        .notes()
        .iter()
        .filter(|note| note.code.severity() == Severity::Suspicious)
        .map(|note| note.page)
        .collect();
    assert_eq!(suspicious, [0, 1]);
    let start = super::super::open::positions(&bytes, b"xref\n0").next().expect("there is a table");
    bytes.extend_from_slice(format!("startxref\n{start}\n%%EOF\n").as_bytes());
    let changed = read(&bytes);
    assert!(
        changed.notes().iter().any(|note| note.code == NoteCode::FileUpdated { times: 1 }),
        "{:?}",
        changed.notes()
    );
}

#[test]
fn passwords_are_tried_empty_user_owner() {
    let files: [&[u8]; 4] = [
        include_bytes!("../../../../tests/fixtures/pdf/locked-rc4-40.pdf"),
        include_bytes!("../../../../tests/fixtures/pdf/locked-rc4-128.pdf"),
        include_bytes!("../../../../tests/fixtures/pdf/locked-aes-128.pdf"),
        include_bytes!("../../../../tests/fixtures/pdf/locked-aes-256.pdf"),
    ];
    for (n, file) in files.into_iter().enumerate() {
        for password in ["user", "owner"] {
            let outcome = run(file, &request(&["wrong", password]));
            assert_eq!(
                (outcome.verdict.clone(), outcome.text().as_str()),
                (Verdict::Read, "Gate register 17\n"),
                "{n} {password}"
            );
            assert_eq!(outcome.property("pdf:encrypted"), ["yes"]);
        }
        for passwords in [&[][..], &["wrong", ""]] {
            assert_eq!(run(file, &request(passwords)).verdict, Verdict::Encrypted, "{n}");
        }
    }
    let outcome = read(include_bytes!("../../../../tests/fixtures/pdf/restricted-aes-256.pdf"));
    assert_eq!(
        (outcome.text().as_str(), outcome.property("pdf:encrypted")),
        ("Gate register 17\n", vec!["yes"])
    );
}

#[test]
fn pages_are_rendered_within_limits() {
    let file = Builder::page("0 0 0 rg 0 0 100 100 re f").finish();
    let render = |page: u32, dpi: u32, max_side: u32, grey: bool| {
        let task = Task::Render { page, dpi, max_side, grey };
        run(&file, &exhibit_model::Request { task, ..request(&[]) })
    };
    let outcome = render(1, 72, 1000, true);
    let [Record::Picture(picture)] = &outcome.records[..] else {
        panic!("a picture was expected: {:?}", outcome.verdict)
    };
    assert_eq!((picture.page, picture.width, picture.height), (1, 200, 100));
    let image = image::load_from_memory(&picture.png).expect("it is a PNG").to_luma8();
    assert_eq!((image.get_pixel(50, 50).0, image.get_pixel(150, 50).0), ([0], [255]));
    let outcome = render(1, 720, 100, false);
    let [Record::Picture(picture)] = &outcome.records[..] else {
        panic!("a picture was expected: {:?}", outcome.verdict)
    };
    assert_eq!((picture.width, picture.height), (100, 50));
    assert_eq!(render(2, 72, 1000, true).verdict, Verdict::Failed(Reason::NoSuchPage { page: 2 }));
}

#[test]
fn text_on_disabled_layers_is_marked_as_hidden() {
    let content =
        "BT /F 10 Tf 10 70 Td (shown) Tj ET /OC /L BDC BT /F 10 Tf 10 50 Td (withheld) Tj ET EMC";
    let mut builder = Builder::page_with("/MediaBox[0 0 200 100]", content);
    builder.add("<</Type/OCG/Name(second thoughts)>>");
    builder.catalog("/OCProperties<</OCGs[6 0 R]/D<</OFF[6 0 R]>>>>");
    let file = String::from_utf8(builder.finish()).expect("it is text");
    let file =
        file.replace("/Font<</F 5 0 R/G 6 0 R>>", "/Font<</F 5 0 R>>/Properties<</L 6 0 R>>");
    let outcome = read(file.as_bytes());
    let page = outcome.page();
    assert_eq!(page.text, "shown\nwithheld\n");
    assert_eq!(page.marks, [Mark { start: 6, end: 14, kind: MarkKind::Hidden }]);
    assert!(
        outcome.notes().iter().any(|note| note.code == NoteCode::LayersHidden),
        "{:?}",
        outcome.notes()
    );
}
