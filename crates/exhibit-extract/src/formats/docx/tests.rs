//! Tests of Word documents, including hostile ones.

use super::extract;
use crate::formats::office::testing::{package, read, relations, torment};
use exhibit_model::{MarkKind, NoteCode, Reason, Verdict};

fn document(body: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><w:document xmlns:w="w" xmlns:r="r"><w:body>{body}</w:body></w:document>"#
    )
}

fn parts(body: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let document = document(body);
    let mut parts = vec![("word/document.xml", document.as_str())];
    parts.extend_from_slice(more);
    package(&parts)
}

fn texts(body: &str) -> Vec<String> {
    read(extract, &parts(body, &[])).texts().iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn paragraphs_breaks_and_special_characters() {
    for (body, pages) in [
        (
            "<w:p><w:r><w:t>关于</w:t></w:r><w:r><w:t xml:space=\"preserve\"> 登记&amp;&#x2014;</w:t></w:r></w:p>",
            vec!["关于 登记&—\n"],
        ),
        (
            "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>",
            vec!["a\tb\nc\n"],
        ),
        (
            "<w:p><w:r><w:t>so</w:t><w:softHyphen/><w:t>ft</w:t><w:noBreakHyphen/></w:r></w:p>",
            vec!["so\u{ad}ft\u{2011}\n"],
        ),
        (
            "<w:p><w:r><w:sym w:font=\"Wingdings\" w:char=\"F0FE\"/><w:sym w:font=\"X\" w:char=\"F041\"/></w:r></w:p>",
            vec!["☑\u{f041}\n"],
        ),
        (
            "<w:p><w:r><w:t>1</w:t><w:br w:type=\"page\"/></w:r></w:p><w:p><w:r><w:lastRenderedPageBreak/><w:t>2</w:t></w:r></w:p>",
            vec!["1", "\n2\n"],
        ),
        (
            "<w:p><w:r><w:t>one </w:t><w:lastRenderedPageBreak/><w:t>two</w:t></w:r></w:p>",
            vec!["one ", "two\n"],
        ),
        (
            "<w:p><w:pPr><w:tabs><w:tab w:val=\"left\"/></w:tabs></w:pPr><w:r><w:t>x</w:t></w:r></w:p>",
            vec!["x\n"],
        ),
        (
            "<w:p><w:ruby><w:rt><w:r><w:t>とう</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>東</w:t></w:r></w:rubyBase></w:ruby></w:p>",
            vec!["東 (とう)\n"],
        ),
        ("", vec![""]),
    ] {
        assert_eq!(texts(body), pages, "{body}");
    }
}

#[test]
fn tables_are_rows_and_defer_page_breaks() {
    let cell = |text: &str| format!("<w:tc><w:p><w:r>{text}</w:r></w:p></w:tc>");
    let row = |cells: [&str; 2]| format!("<w:tr>{}{}</w:tr>", cell(cells[0]), cell(cells[1]));
    let broken = row(["<w:t>c</w:t>", "<w:lastRenderedPageBreak/><w:t>d</w:t>"]);
    let table = format!(
        "<w:tbl>{}{broken}{}</w:tbl>",
        row(["<w:t>a</w:t>", "<w:t>b</w:t>"]),
        row(["<w:t>e</w:t>", "<w:t>f</w:t>"])
    );
    assert_eq!(texts(&table), ["a\tb\nc\td\n", "e\tf\n"]);
    let two = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>";
    assert_eq!(texts(two), ["a\nb\n"]);
}

#[test]
fn content_kept_but_not_shown_is_marked() {
    let body = "<w:p><w:r><w:t>shown </w:t></w:r><w:del><w:r><w:delText>deleted </w:delText></w:r></w:del>\
        <w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden </w:t></w:r><w:r><w:rPr><w:vanish w:val=\"0\"/></w:rPr><w:t>open</w:t></w:r>\
        <w:ins><w:r><w:t> new</w:t></w:r></w:ins></w:p><w:p><w:pPr><w:pStyle w:val=\"Secret\"/></w:pPr><w:r><w:t>by style</w:t></w:r></w:p>";
    let styles = r#"<w:styles><w:style w:styleId="Base"><w:rPr><w:vanish/></w:rPr></w:style>
        <w:style w:styleId="Secret"><w:basedOn w:val="Base"/></w:style></w:styles>"#;
    let rels = relations(&[("s", "styles", "styles.xml")]);
    let outcome = read(
        extract,
        &parts(body, &[("word/styles.xml", styles), ("word/_rels/document.xml.rels", &rels)]),
    );
    assert_eq!(outcome.texts(), ["shown deleted hidden open new\nby style\n"]);
    assert_eq!(outcome.marked(MarkKind::Deleted), ["deleted "]);
    assert_eq!(outcome.marked(MarkKind::Hidden), ["hidden ", "by style"]);
}

#[test]
fn notes_comments_headers_and_links_are_on_their_page() {
    let body = "<w:p><w:r><w:t>first</w:t><w:footnoteReference w:id=\"2\"/><w:commentReference w:id=\"0\"/></w:r>\
        <w:hyperlink r:id=\"l\"><w:r><w:t>link</w:t></w:r></w:hyperlink><w:r><w:br w:type=\"page\"/></w:r></w:p>\
        <w:p><w:r><w:t>second</w:t></w:r></w:p><w:sectPr><w:headerReference r:id=\"h\"/><w:footerReference r:id=\"f\"/></w:sectPr>";
    let text = |name: &str, text: &str| {
        format!("<w:{name}><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:{name}>")
    };
    let notes = "<w:footnotes><w:footnote w:id=\"0\" w:type=\"separator\"><w:p><w:r><w:t>---</w:t></w:r></w:p></w:footnote>\
        <w:footnote w:id=\"2\"><w:p><w:r><w:t>a note</w:t></w:r></w:p></w:footnote></w:footnotes>";
    let comments = "<w:comments><w:comment w:id=\"0\" w:author=\"Li\" w:date=\"2017-02-01T10:00:00Z\">\
        <w:p><w:r><w:t>check this</w:t></w:r></w:p></w:comment></w:comments>";
    let rels = relations(&[
        ("h", "header", "header1.xml"),
        ("f", "footer", "footer1.xml"),
        ("n", "footnotes", "footnotes.xml"),
        ("c", "comments", "comments.xml"),
        ("l", "hyperlink", "http://example.org/paper"),
    ]);
    let outcome = read(
        extract,
        &parts(
            body,
            &[
                ("word/_rels/document.xml.rels", &rels),
                ("word/header1.xml", &text("hdr", "HEAD")),
                ("word/footer1.xml", &text("ftr", "FOOT")),
                ("word/footnotes.xml", notes),
                ("word/comments.xml", comments),
            ],
        ),
    );
    assert_eq!(
        outcome.texts(),
        [
            "HEAD\nfirstlink\na note\nLi, 2017-02-01T10:00:00Z: check this\nhttp://example.org/paper\n",
            "\nsecond\nFOOT\n",
        ]
    );
    assert_eq!(outcome.marked(MarkKind::Furniture), ["HEAD\n", "FOOT\n"]);
    assert_eq!(outcome.marked(MarkKind::Notes), ["a note\n"]);
    assert_eq!(
        outcome.marked(MarkKind::Annotation),
        ["Li, 2017-02-01T10:00:00Z: check this\nhttp://example.org/paper"]
    );
    assert_eq!(outcome.notes, []);
}

#[test]
fn text_boxes_follow_their_paragraph_once() {
    let inner = "<w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent>";
    let body = format!(
        "<w:p><w:r><w:t>be</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing>{inner}</w:drawing></mc:Choice>\
        <mc:Fallback><w:pict>{inner}</w:pict></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>fore</w:t></w:r></w:p>"
    );
    assert_eq!(texts(&body), ["before\nboxed\n"]);
}

#[test]
fn lists_are_numbered_as_shown_and_fields_show_results() {
    let numbering = r#"<w:numbering><w:abstractNum w:abstractNumId="7">
        <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>
        <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="(%1.%2)"/></w:lvl></w:abstractNum>
        <w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num></w:numbering>"#;
    let item = |level: u8, text: &str| {
        format!(
            "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"3\"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
        )
    };
    let body =
        [item(0, "总则"), item(1, "a"), item(1, "b"), item(0, "附则"), item(1, "c")].concat();
    let rels = relations(&[("n", "numbering", "numbering.xml")]);
    let outcome = read(
        extract,
        &parts(
            &body,
            &[("word/numbering.xml", numbering), ("word/_rels/document.xml.rels", &rels)],
        ),
    );
    assert_eq!(outcome.texts(), ["一、\t总则\n(一.1)\ta\n(一.2)\tb\n二、\t附则\n(二.1)\tc\n"]);

    let field = |instruction: &str, result: &str| {
        format!(
            "<w:p><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>{instruction}</w:instrText></w:r>{result}\
            <w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>"
        )
    };
    let separate = "<w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>7</w:t></w:r>";
    assert_eq!(texts(&field("PAGE", separate)), ["7\n"]);
    assert_eq!(texts(&field("EQ \\o(とう,東)", "")), ["EQ \\o(とう,東)\n"]);
    let outcome = read(extract, &parts(&field("DDEAUTO c:\\\\cmd.exe", separate), &[]));
    let instruction = "DDEAUTO c:\\\\cmd.exe".to_owned();
    assert!(outcome.has_note(&NoteCode::ActiveField { instruction }), "{:?}", outcome.notes);
}

#[test]
fn properties_members_and_active_content_are_emitted() {
    let core = "<cp:coreProperties><dc:creator>Alim &amp; Co</dc:creator><cp:lastModifiedBy>W</cp:lastModifiedBy>\
        <dcterms:created>2017-11-04T08:00:00Z</dcterms:created></cp:coreProperties>";
    let app = "<Properties><Application>Microsoft Office Word</Application><TitlesOfParts><vt:lpstr>x</vt:lpstr></TitlesOfParts></Properties>";
    let custom =
        "<Properties><property name=\"编号\"><vt:lpwstr>12号</vt:lpwstr></property></Properties>";
    let settings = relations(&[("t", "attachedTemplate", "http://203.0.113.9/t.dotm")]);
    let outcome = read(
        extract,
        &parts(
            "<w:p/>",
            &[
                ("docProps/core.xml", core),
                ("docProps/app.xml", app),
                ("docProps/custom.xml", custom),
                ("word/embeddings/Sheet1.xlsx", "PK-not"),
                ("word/media/image1.png", "png"),
                ("word/vbaProject.bin", "vba"),
                ("word/_rels/settings.xml.rels", &settings),
            ],
        ),
    );
    assert_eq!(outcome.property("dc:creator"), Some("Alim & Co"));
    assert_eq!(outcome.property("cp:lastModifiedBy"), Some("W"));
    assert_eq!(outcome.property("dcterms:created"), Some("2017-11-04T08:00:00Z"));
    assert_eq!(outcome.property("app:Application"), Some("Microsoft Office Word"));
    assert_eq!(outcome.property("custom:编号"), Some("12号"));
    let members: Vec<&str> = outcome.members.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        members,
        ["word/embeddings/Sheet1.xlsx", "word/media/image1.png", "word/vbaProject.bin"]
    );
    assert_eq!(outcome.members[1].1, b"png");
    assert!(
        outcome.has_note(&NoteCode::MacrosPresent { part: Some("word/vbaProject.bin".to_owned()) })
    );
    assert!(outcome.has_note(&NoteCode::ExternalReference {
        part: "word/settings.xml".to_owned(),
        relation: "attachedTemplate".to_owned(),
        target: "http://203.0.113.9/t.dotm".to_owned(),
    }));
}

#[test]
fn continuous_sections_continue_and_others_start_a_page() {
    let paragraph = |text: &str, section: &str| {
        let section = if section.is_empty() {
            String::new()
        } else {
            format!("<w:pPr><w:sectPr>{section}</w:sectPr></w:pPr>")
        };
        format!("<w:p>{section}<w:r><w:t>{text}</w:t></w:r></w:p>")
    };
    let body = |kind: &str| {
        [
            paragraph("one", "<w:cols/>"),
            paragraph("two", ""),
            format!("<w:sectPr>{kind}</w:sectPr>"),
        ]
        .concat()
    };
    assert_eq!(texts(&body("<w:type w:val=\"continuous\"/>")), ["one\ntwo\n"]);
    assert_eq!(texts(&body("")), ["one\n", "two\n"]);
}

#[test]
fn deep_nesting_and_entities_are_harmless() {
    for name in [
        "w:tbl><w:tr><w:tc",
        "w:p><w:r",
        "w:txbxContent><w:p",
        "w:del",
        "mc:AlternateContent><mc:Choice",
    ] {
        let deep = format!("<{name}>").repeat(100_000);
        let outcome = read(
            extract,
            &package(&[(
                "word/document.xml",
                &format!("<w:document><w:body>{deep}<w:t>end</w:t>"),
            )]),
        );
        assert!(outcome.texts().concat().contains("end"), "{name}");
    }
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><w:document><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>";
    let outcome = read(extract, &package(&[("word/document.xml", bomb)]));
    assert_eq!(outcome.texts(), ["&b;\n"]);
    assert!(outcome.has_note(&NoteCode::EntitiesDeclared));
}

#[test]
fn damaged_documents_yield_the_rest() {
    let whole = parts(
        "<w:p><w:r><w:t>保留</w:t></w:r></w:p><w:p><w:r><w:t>kept</w:t></w:r></w:p>",
        &[("docProps/core.xml", "<x/>")],
    );
    let directory =
        whole.windows(4).position(|window| window == b"PK\x01\x02").expect("a directory");
    let outcome = read(extract, &whole[..directory]);
    assert_eq!(outcome.texts(), ["保留\nkept\n"]);
    assert!(outcome.has_note(&NoteCode::ZipDirectoryLost));
    assert_eq!(read(extract, b"PK\x03\x04").verdict, Verdict::Failed(Reason::NotAPackage));
    let cut = "<w:document><w:body><w:p><w:r><w:t>half</w:t></w:r></w:p><w:p";
    let outcome = read(extract, &package(&[("word/document.xml", cut)]));
    assert_eq!((outcome.texts(), &outcome.verdict), (vec!["half\n"], &Verdict::Read));
}

#[test]
fn truncated_and_mutated_documents_are_harmless() {
    let body = "<w:p><w:pPr><w:numPr><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>a</w:t></w:r></w:p>\
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>";
    torment(extract, &parts(body, &[("docProps/core.xml", "<a><dc:title>t</dc:title></a>")]), 7);
}

#[test]
fn ruby_does_not_part_words() {
    let ruby = |base: &str, reading: &str| {
        format!(
            "<w:r><w:ruby><w:rt><w:r><w:t>{reading}</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>{base}</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        )
    };
    let body = format!(
        "<w:p><w:r><w:t>人员</w:t></w:r>{}{}<w:r><w:t>表</w:t></w:r></w:p>",
        ruby("登", "dēng"),
        ruby("记", "jì")
    );
    let outcome = read(extract, &parts(&body, &[]));
    assert_eq!(outcome.texts(), ["人员登记表 (dēng jì)\n"]);
    assert_eq!(outcome.marked(MarkKind::Annotation), ["(dēng jì)"]);
    let field = "<w:p><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>EQ \\o\\ad(\\s\\up 9(dēng),登)</w:instrText></w:r>\
        <w:r><w:fldChar w:fldCharType=\"end\"/></w:r><w:r><w:t>记</w:t></w:r></w:p>";
    assert_eq!(texts(field), ["登记 (EQ \\o\\ad(\\s\\up 9(dēng),登))\n"]);
}

#[test]
fn of_several_forms_the_first_with_content_is_read() {
    let text = |text: &str| format!("<w:r><w:t>{text}</w:t></w:r>");
    let forms = |choice: &str, second: &str, fallback: &str| {
        format!(
            "<w:p><mc:AlternateContent><mc:Choice Requires=\"a\">{choice}</mc:Choice>{second}<mc:Fallback>{fallback}</mc:Fallback></mc:AlternateContent>{}</w:p>",
            text(".")
        )
    };
    let nested = "<mc:AlternateContent><mc:Choice/><mc:Fallback><w:r><w:t>deep</w:t></w:r></mc:Fallback></mc:AlternateContent>";
    for (body, expected) in [
        (forms(&text("new"), "", &text("old")), "new.\n"),
        (forms("<x:thing/>", "", &text("old")), "old.\n"),
        (
            forms(
                "<x:thing/>",
                &format!("<mc:Choice>{}</mc:Choice>", text("second")),
                &text("old"),
            ),
            "second.\n",
        ),
        (
            forms(
                &text("new"),
                &format!("<mc:Choice>{}</mc:Choice>", text("second")),
                &text("old"),
            ),
            "new.\n",
        ),
        (forms("<x:thing/>", "", nested), "deep.\n"),
        (forms("<w:drawing><a:blip r:embed=\"p\"/></w:drawing>", "", &text("old")), ".\n"),
    ] {
        assert_eq!(texts(&body), [expected], "{body}");
    }
}

#[test]
fn texts_in_other_encodings_and_out_of_sight_are_read() {
    let wide: Vec<u8> = document("<w:p><w:r><w:t>登记</w:t></w:r></w:p>")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).expect("a part");
    std::io::Write::write_all(&mut zip, &[&[0xff, 0xfe][..], &wide].concat()).expect("memory");
    let outcome = read(extract, &zip.finish().expect("a zip").into_inner());
    assert_eq!(outcome.texts(), ["登记\n"]);

    let body = "<w:p><w:r><w:drawing><wp:docPr id=\"1\" name=\"x\" descr=\"a guard tower\"/></w:drawing><w:t>a</w:t></w:r>\
        <w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>XE \"Entry\"</w:instrText></w:r>\
        <w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>";
    let glossary = document("<w:p><w:r><w:t>building block</w:t></w:r></w:p>");
    let footnotes = "<w:footnotes><w:footnote w:id=\"2\"><w:p><w:hyperlink r:id=\"f\"><w:r><w:t>note</w:t></w:r></w:hyperlink></w:p></w:footnote></w:footnotes>";
    let outcome = read(
        extract,
        &parts(
            body,
            &[
                ("word/glossary/document.xml", &glossary),
                ("word/footnotes.xml", footnotes),
                (
                    "word/_rels/footnotes.xml.rels",
                    &relations(&[("f", "hyperlink", "https://example.org/f")]),
                ),
                (
                    "word/_rels/document.xml.rels",
                    &relations(&[
                        ("g", "glossaryDocument", "glossary/document.xml"),
                        ("n", "footnotes", "footnotes.xml"),
                    ]),
                ),
            ],
        ),
    );
    assert_eq!(
        outcome.texts(),
        ["a\na guard tower\nXE \"Entry\"\nnote\nhttps://example.org/f\n", "building block\n"]
    );
    assert_eq!(outcome.marked(MarkKind::Invisible), ["a guard tower"]);
    assert_eq!(outcome.marked(MarkKind::Hidden), ["XE \"Entry\"", "building block\n"]);
}

#[test]
fn what_is_fetched_on_opening_is_a_property() {
    let body = "<w:p><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>INCLUDEPICTURE \"http://203.0.113.7/p.png\"</w:instrText></w:r>\
        <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>x</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>";
    let rels = relations(&[
        ("i", "image", "http://203.0.113.8/beacon.png"),
        ("h", "hyperlink", "http://example.org/"),
    ]);
    let outcome = read(extract, &parts(body, &[("word/_rels/document.xml.rels", &rels)]));
    assert_eq!(
        outcome.property("office:field"),
        Some("INCLUDEPICTURE \"http://203.0.113.7/p.png\"")
    );
    assert_eq!(
        outcome.property("office:external-reference"),
        Some("image http://203.0.113.8/beacon.png")
    );
}

#[test]
fn lists_by_style_replaced_levels_and_legal_numbers() {
    let numbering = r#"<w:numbering>
        <w:abstractNum w:abstractNumId="1"><w:styleLink w:val="L"/><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>
        <w:lvl w:ilvl="1"><w:start w:val="1"/><w:isLgl/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl></w:abstractNum>
        <w:abstractNum w:abstractNumId="2"><w:numStyleLink w:val="L"/></w:abstractNum>
        <w:num w:numId="5"><w:abstractNumId w:val="2"/></w:num>
        <w:num w:numId="6"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="ideographTraditional"/><w:lvlText w:val="(%1)"/></w:lvl></w:lvlOverride></w:num></w:numbering>"#;
    let item = |list: u8, level: u8| {
        format!(
            "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{list}\"/></w:numPr></w:pPr><w:r><w:t>x</w:t></w:r></w:p>"
        )
    };
    let body = [item(5, 0), item(5, 0), item(5, 1), item(6, 0)].concat();
    let rels = relations(&[("n", "numbering", "numbering.xml")]);
    let outcome = read(
        extract,
        &parts(
            &body,
            &[("word/numbering.xml", numbering), ("word/_rels/document.xml.rels", &rels)],
        ),
    );
    assert_eq!(outcome.texts(), ["I.\tx\nII.\tx\n2.1\tx\n(丙)\tx\n"]);
}

#[test]
fn documents_of_one_file_are_read() {
    let flat = r#"<?xml version="1.0"?><?mso-application progid="Word.Document"?>
        <w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml" xmlns:wx="x"><w:body><wx:sect>
        <w:p><w:pPr><w:listPr><w:ilvl w:val="0"/><wx:t wx:val="1."/></w:listPr></w:pPr><w:r><w:t>登记</w:t></w:r></w:p>
        <w:p><aml:annotation w:type="Word.Deletion"><aml:content><w:r><w:delText>gone</w:delText></w:r></aml:content></aml:annotation><w:r><w:t> kept</w:t></w:r></w:p>
        <w:pict><w:binData>AAAA</w:binData></w:pict></wx:sect></w:body></w:wordDocument>"#;
    let outcome = read(extract, flat.as_bytes());
    assert_eq!(
        (outcome.texts(), &outcome.verdict),
        (vec!["1.\t登记\ngone kept\n"], &Verdict::Read)
    );
    assert_eq!(outcome.marked(MarkKind::Deleted), ["gone"]);
    torment(extract, flat.as_bytes(), 29);
}
