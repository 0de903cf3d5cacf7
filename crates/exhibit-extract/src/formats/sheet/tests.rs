//! Tests of workbooks, including hostile ones.

use super::{cell_name, cell_place, extract};
use crate::formats::office::testing::{package, read, read_within, relations, torment};
use exhibit_model::{Limits, MarkKind, NoteCode, PageKind, Reason, Verdict};

const STYLES: &str = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>
    <cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="10"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;

fn workbook(sheets: &[(&str, &str, &str)], more: &[(&str, &str)]) -> Vec<u8> {
    let mut rels = vec![
        ("st".to_owned(), "styles", "styles.xml".to_owned()),
        ("sst".to_owned(), "sharedStrings", "sharedStrings.xml".to_owned()),
    ];
    let (mut list, mut parts) = (String::new(), Vec::new());
    for (at, (name, state, data)) in sheets.iter().enumerate() {
        list.push_str(&format!(r#"<sheet name="{name}" state="{state}" r:id="rId{at}"/>"#));
        rels.push((format!("rId{at}"), "worksheet", format!("worksheets/sheet{at}.xml")));
        parts.push((format!("xl/worksheets/sheet{at}.xml"), format!("<worksheet>{data}</worksheet>")));
    }
    let rels: Vec<(&str, &str, &str)> =
        rels.iter().map(|(id, kind, target)| (id.as_str(), *kind, target.as_str())).collect();
    parts.push(("xl/_rels/workbook.xml.rels".to_owned(), relations(&rels)));
    parts.push(("xl/workbook.xml".to_owned(), format!(r#"<workbook xmlns:r="r"><sheets>{list}</sheets></workbook>"#)));
    parts.push(("xl/styles.xml".to_owned(), STYLES.to_owned()));
    let strings = "<sst><si><t>姓名</t></si><si><r><t>rich </t></r><r><t>text</t></r><rPh><t>yomi</t></rPh></si></sst>";
    parts.push(("xl/sharedStrings.xml".to_owned(), strings.to_owned()));
    parts.extend(more.iter().map(|(name, content)| ((*name).to_owned(), (*content).to_owned())));
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect();
    package(&parts)
}

fn sheet_text(data: &str) -> String {
    let outcome = read(extract, &workbook(&[("S", "visible", data)], &[]));
    outcome.texts().concat()
}

#[test]
fn cells_are_emitted_as_displayed() {
    for (cells, text) in [
        (r#"<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>"#, "姓名\trich text\n"),
        (r#"<c r="A1"><v>0.30000000000000004</v></c><c r="C1" s="2"><v>0.025</v></c>"#, "0.3\t\t2.50%\n"),
        (r#"<c r="A1" s="1"><v>43007</v></c><c r="B1" s="3"><v>43007</v></c>"#, "2017年9月29日\t2017-09-29\n"),
        (r#"<c r="A1" t="b"><v>1</v></c><c r="B1" t="e"><v>#DIV/0!</v></c>"#, "TRUE\t#DIV/0!\n"),
        (r#"<c r="A1" t="inlineStr"><is><t>in</t><t>line</t></is></c>"#, "inline\n"),
        (r#"<c r="A1" t="str"><f>A2&amp;"x"</f><v>made</v></c><c r="B1"><f>SUM(A1)</f></c>"#, "made\t=SUM(A1)\n"),
        (r#"<c t="s"><v>99</v></c><c><v>5</v></c>"#, "\t5\n"),
        (r#"<c r="A1"><v>not a number</v></c>"#, "not a number\n"),
        ("", ""),
    ] {
        assert_eq!(sheet_text(&format!(r#"<sheetData><row r="1">{cells}</row></sheetData>"#)), text, "{cells}");
    }
}

#[test]
fn hidden_content_is_marked() {
    let data = r#"<cols><col min="2" max="2" hidden="1"/></cols><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>
        <row r="3" hidden="1"><c r="A3"><v>3</v></c></row></sheetData>"#;
    let outcome = read(extract, &workbook(&[("open", "visible", data), ("secret", "veryHidden", data)], &[]));
    assert_eq!(outcome.texts(), ["1\t2\n\n3\n", "1\t2\n\n3\n"]);
    assert_eq!(outcome.labels(), ["open", "secret"]);
    assert!(outcome.pages.iter().all(|page| page.kind == PageKind::Sheet));
    assert_eq!(outcome.marked(MarkKind::Hidden), ["2", "3", "1\t2\n\n3\n", "2", "3"]);
}

#[test]
fn long_sparse_sheets_are_several_small_pages() {
    let row = |row: u32, column: &str| format!(r#"<row r="{row}"><c r="{column}{row}"><v>{row}</v></c></row>"#);
    let data: String = (1..=501).map(|at| row(at, "A")).collect();
    let outcome = read(extract, &workbook(&[("L", "visible", &format!("<sheetData>{data}</sheetData>"))], &[]));
    assert_eq!(outcome.labels(), ["L rows 1-500", "L rows 501-501"]);
    assert_eq!(outcome.pages[0].text.lines().nth(36), Some("37"));
    let sparse = format!("<sheetData>{}{}</sheetData>", row(1, "A"), row(1_048_576, "XFD"));
    let outcome = read(extract, &workbook(&[("P", "visible", &sparse)], &[]));
    assert_eq!(outcome.labels(), ["P rows 1-500", "P rows 1048501-1048576"]);
    assert!(outcome.texts().concat().len() < 200);
}

#[test]
fn comments_links_and_headers_are_on_their_page() {
    let data = r#"<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData><hyperlinks><hyperlink ref="A1" r:id="l"/></hyperlinks>
        <headerFooter><oddHeader>&amp;C&amp;BSecret &amp;&amp;&amp;&amp; x</oddHeader></headerFooter>"#;
    let comments = r#"<comments><authors><author>Ayşe</author></authors><commentList><comment ref="B2" authorId="0"><text><r><t>why</t></r></text></comment></commentList></comments>"#;
    let rels = relations(&[("l", "hyperlink", "http://example.org/"), ("c", "comments", "../comments1.xml")]);
    let outcome = read(
        extract,
        &workbook(
            &[("S", "visible", data)],
            &[("xl/comments1.xml", comments), ("xl/worksheets/_rels/sheet0.xml.rels", &rels)],
        ),
    );
    assert_eq!(outcome.texts(), ["1\nB2: Ayşe: why\nA1: http://example.org/\nSecret && x\n"]);
    assert_eq!(outcome.marked(MarkKind::Annotation), ["B2: Ayşe: why\nA1: http://example.org/"]);
    assert_eq!(outcome.marked(MarkKind::Furniture), ["Secret && x\n"]);
}

#[test]
fn limits_and_damage_are_reported() {
    let data = r#"<sheetData><row r="1"><c r="A1"><v>1</v></c></row>"#;
    let outcome = read(
        extract,
        &workbook(&[("S", "visible", &format!("{data}<row><c r=\"B1\"><v>2</v")), ("T", "visible", data)], &[]),
    );
    assert_eq!(outcome.labels(), ["S", "T"]);
    let of_sheet = |code: &NoteCode| matches!(code, NoteCode::PartCutShort { sheet: Some(name), .. } if name == "S");
    assert!(outcome.notes.iter().any(of_sheet), "{:?}", outcome.notes);
    let sheets: Vec<(&str, &str, &str)> = vec![("S", "visible", data); 3];
    let outcome = read_within(extract, &workbook(&sheets, &[]), Limits { pages: 2, ..Limits::STANDARD });
    assert_eq!((outcome.pages.len(), &outcome.verdict), (2, &Verdict::Truncated(Reason::PageLimit { pages: 2 })));
    let deep = format!("<sheetData>{}", "<row><c>".repeat(100_000));
    read(extract, &workbook(&[("S", "visible", &deep)], &[]));
}

#[test]
fn opendocument_workbook_has_its_displayed_texts() {
    let content = r#"<office:document-content><office:automatic-styles><style:style style:name="off"><style:table-properties table:display="false"/></style:style></office:automatic-styles>
        <office:body><office:spreadsheet><table:table table:name="甲"><table:table-row table:number-rows-repeated="2">
        <table:table-cell office:value="0.5"><text:p>50%</text:p></table:table-cell><table:table-cell table:number-columns-repeated="3"/>
        <table:table-cell office:value="7"><office:annotation><dc:creator>Li</dc:creator><text:p>why</text:p></office:annotation></table:table-cell></table:table-row>
        <table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>
        <table:table table:name="乙" table:style-name="off"><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table>
        </office:spreadsheet></office:body></office:document-content>"#;
    let outcome = read(extract, &package(&[("content.xml", content)]));
    assert_eq!(outcome.texts(), ["50%\t\t\t\t7\n50%\t\t\t\t7\nE1: Li: why\nE2: Li: why\n", "x\n"]);
    assert_eq!(outcome.labels(), ["甲", "乙"]);
    assert_eq!(outcome.marked(MarkKind::Hidden), ["x\n"]);
}

#[test]
fn truncated_and_mutated_workbooks_are_harmless() {
    let data =
        r#"<sheetData><row r="1"><c r="A1" s="1"><v>43007</v></c><c r="B1" t="s"><v>1</v></c></row></sheetData>"#;
    torment(extract, &workbook(&[("S", "visible", data)], &[]), 11);
}

#[test]
fn arbitrary_legacy_bytes_do_not_panic() {
    let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).expect("memory");
    let mut stream = file.create_stream("/Workbook").expect("a stream");
    let records = [0x09, 0x08, 0x10, 0, 0, 6, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0a, 0, 0, 0];
    std::io::Write::write_all(&mut stream, &records).expect("memory");
    drop(stream);
    let bytes = file.into_inner().into_inner();
    torment(extract, &bytes, 97);
    assert!(matches!(read(extract, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").verdict, Verdict::Failed(_)));
}

#[test]
fn cells_have_names() {
    for (place, name) in [((0, 0), "A1"), ((2, 1), "B3"), ((9, 26), "AA10"), (((1 << 20) - 1, 16383), "XFD1048576")] {
        assert_eq!(cell_name(place.0, place.1), name);
        assert_eq!(cell_place(name), Some(place));
    }
    for name in ["", "A", "1", "A0", "ABCD1", "é1", "A99999999999", "XFE1"] {
        assert_eq!(cell_place(name), None, "{name}");
    }
}
