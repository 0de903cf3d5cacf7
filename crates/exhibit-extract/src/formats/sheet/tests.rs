//! Tests of workbooks, including hostile ones.

use super::{cell_name, cell_place, extract};
use crate::formats::office::testing::{package, read, read_within, relations, torment};
use exhibit_model::{Limits, MarkKind, NoteCode, PageKind, Reason, Verdict};

const STYLES: &str = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>
    <numFmts><numFmt numFmtId="165" formatCode="000000"/><numFmt numFmtId="166" formatCode=";;;"/></numFmts>
    <cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="10"/><xf numFmtId="14"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs></styleSheet>"#;

fn workbook(sheets: &[(&str, &str, &str)], more: &[(&str, &str)]) -> Vec<u8> {
    let mut rels = vec![
        ("st".to_owned(), "styles", "styles.xml".to_owned()),
        ("sst".to_owned(), "sharedStrings", "sharedStrings.xml".to_owned()),
    ];
    let (mut list, mut parts) = (String::new(), Vec::new());
    for (at, (name, state, data)) in sheets.iter().enumerate() {
        list.push_str(&format!(r#"<sheet name="{name}" state="{state}" r:id="rId{at}"/>"#));
        rels.push((format!("rId{at}"), "worksheet", format!("worksheets/sheet{at}.xml")));
        parts.push((
            format!("xl/worksheets/sheet{at}.xml"),
            format!("<worksheet>{data}</worksheet>"),
        ));
    }
    let rels: Vec<(&str, &str, &str)> =
        rels.iter().map(|(id, kind, target)| (id.as_str(), *kind, target.as_str())).collect();
    parts.push(("xl/_rels/workbook.xml.rels".to_owned(), relations(&rels)));
    parts.push((
        "xl/workbook.xml".to_owned(),
        format!(r#"<workbook xmlns:r="r"><sheets>{list}</sheets></workbook>"#),
    ));
    parts.push(("xl/styles.xml".to_owned(), STYLES.to_owned()));
    let strings = "<sst><si><t>姓名</t></si><si><r><t>rich </t></r><r><t>text</t></r><rPh><t>yomi</t></rPh></si></sst>";
    parts.push(("xl/sharedStrings.xml".to_owned(), strings.to_owned()));
    parts.extend(more.iter().map(|(name, content)| ((*name).to_owned(), (*content).to_owned())));
    let parts: Vec<(&str, &str)> =
        parts.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect();
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
        (
            r#"<c r="A1"><v>0.30000000000000004</v></c><c r="C1" s="2"><v>0.025</v></c>"#,
            "0.3\t\t2.50%\n",
        ),
        (
            r#"<c r="A1" s="1"><v>43007</v></c><c r="B1" s="3"><v>43007</v></c>"#,
            "2017年9月29日 2017-09-29\t2017-09-29\n",
        ),
        (r#"<c r="A1" t="b"><v>1</v></c><c r="B1" t="e"><v>#DIV/0!</v></c>"#, "TRUE\t#DIV/0!\n"),
        (r#"<c r="A1" t="inlineStr"><is><t>in</t><t>line</t></is></c>"#, "inline\n"),
        (
            r#"<c r="A1" t="str"><f>A2&amp;"x"</f><v>made</v></c><c r="B1"><f>SUM(A1)</f></c>"#,
            "made\t=SUM(A1)\n",
        ),
        (r#"<c t="s"><v>99</v></c><c><v>5</v></c>"#, "\t5\n"),
        (r#"<c r="A1"><v>not a number</v></c>"#, "not a number\n"),
        (
            r#"<c r="A1" s="4"><v>17</v></c><c r="B1"><v>110101199003070013</v></c>"#,
            "000017\t110101199003070013\n",
        ),
        (r#"<c r="A1" s="4"><v>-5.5</v></c><c r="B1" s="5"><v>7</v></c>"#, "-000006 -5.5\t7\n"),
        (
            r#"<c r="A1" t="inlineStr"><is><t>東京</t><rPh sb="0" eb="1"><t>トウ</t></rPh></is></c>"#,
            "東京\n",
        ),
        (r#"<c r="C1"><v>3</v></c><c r="A1"><v>1</v></c><c r="C1"><v>4</v></c>"#, "1\t\t3\n4\n"),
        ("", ""),
    ] {
        assert_eq!(
            sheet_text(&format!(r#"<sheetData><row r="1">{cells}</row></sheetData>"#)),
            text,
            "{cells}"
        );
    }
}

#[test]
fn formulas_without_a_value_are_text() {
    let data = r#"<sheetData><row r="2"><c r="A2"><f t="shared" ref="A2:A4" si="0">B2*2</f><v>84</v></c></row>
        <row r="3"><c r="A3"><f t="shared" si="0"/></c></row><row r="4"><c r="A4" t="str"><f t="shared" si="0"/><v></v></c></row>
        <row r="5"><c r="A5" t="str"><f>HYPERLINK("https://example.org/hid","shown")</f><v>shown</v></c></row></sheetData>"#;
    assert_eq!(sheet_text(data), "\n84\n=B3*2\n=B4*2\nshown\nA5: https://example.org/hid\n");
}

#[test]
fn rows_out_of_order_are_in_their_places() {
    let row = |at: u32| format!(r#"<row r="{at}"><c r="A{at}"><v>{at}</v></c></row>"#);
    assert_eq!(
        sheet_text(&format!("<sheetData>{}{}{}</sheetData>", row(3), row(1), row(2))),
        "1\n2\n3\n"
    );
    let data = format!("<sheetData>{}{}{}</sheetData>", row(700), row(2), row(701));
    let outcome = read(extract, &workbook(&[("S", "visible", &data)], &[]));
    assert_eq!(outcome.labels(), ["S rows 501-1000", "S rows 1-500", "S rows 501-701"]);
    assert!(outcome.texts()[0].ends_with("\n700\n") && outcome.texts()[1] == "\n2\n");
}

#[test]
fn names_choices_and_missing_texts_are_reported() {
    let data = r#"<sheetData><row r="1"><c r="A1" t="s"><v>99</v></c></row></sheetData><sheetProtection sheet="1"/>
        <dataValidations><dataValidation sqref="D1" prompt="which one"><formula1>"one,two"</formula1></dataValidation>
        <dataValidation sqref="E1"><formula1>$A$1:$A$9</formula1></dataValidation></dataValidations>
        <hyperlinks><hyperlink ref="A1" location="Other!B2" tooltip="see there"/></hyperlinks>"#;
    let outcome = read(extract, &workbook(&[("S", "visible", data)], &[]));
    assert_eq!(outcome.texts(), ["D1: which one\none,two\nA1: #Other!B2\nA1: see there\n"]);
    assert!(outcome.has_note(&NoteCode::CellTextMissing { cells: 1 }), "{:?}", outcome.notes);
    assert_eq!(outcome.property("sheet:protected"), Some("S"));
}

#[test]
fn what_is_taken_from_outside_is_kept() {
    let workbook_xml = r#"<workbook xmlns:r="r"><definedNames><definedName name="Secret">"constant"</definedName>
        <definedName name="_xlnm.Print_Area">S!$A$1</definedName></definedNames><sheets><sheet name="S" r:id="s"/></sheets></workbook>"#;
    let rels = relations(&[
        ("s", "worksheet", "worksheets/sheet1.xml"),
        ("c", "connections", "connections.xml"),
        ("e", "externalLink", "externalLinks/externalLink1.xml"),
        ("d", "externalLink", "externalLinks/externalLink2.xml"),
    ]);
    let connections = r#"<connections><connection name="register"><dbPr connection="Server=203.0.113.5" command="SELECT * FROM people"/></connection></connections>"#;
    let book = r#"<externalLink xmlns:r="r"><externalBook r:id="b"><sheetNames><sheetName val="名单"/></sheetNames><sheetDataSet>
        <sheetData sheetId="0"><row r="2"><cell r="B2" t="str"><v>cached name</v></cell><cell r="C2"><v>110101199003070013</v></cell></row></sheetData>
        </sheetDataSet></externalBook></externalLink>"#;
    let dde = r#"<externalLink><ddeLink ddeService="cmd" ddeTopic="/c start"/></externalLink>"#;
    let parts = [
        ("xl/workbook.xml", workbook_xml),
        ("xl/_rels/workbook.xml.rels", &rels),
        ("xl/worksheets/sheet1.xml", "<worksheet/>"),
        ("xl/connections.xml", connections),
        ("xl/externalLinks/externalLink1.xml", book),
        (
            "xl/externalLinks/_rels/externalLink1.xml.rels",
            &relations(&[("b", "externalLinkPath", "file://srv/people.xlsx")]),
        ),
        ("xl/externalLinks/externalLink2.xml", dde),
    ];
    let outcome = read(extract, &package(&parts));
    assert_eq!(
        outcome.texts(),
        ["Secret = \"constant\"\n", "\n\tcached name\t110101199003070013\n"]
    );
    assert_eq!(outcome.labels(), ["S", "[file://srv/people.xlsx] 名单"]);
    assert_eq!(
        outcome.property("sheet:connection"),
        Some("register; Server=203.0.113.5; SELECT * FROM people")
    );
    assert_eq!(outcome.property("sheet:external-workbook"), Some("file://srv/people.xlsx"));
    let part = "xl/externalLinks/externalLink2.xml".to_owned();
    let (relation, target) = ("ddeLink".to_owned(), "cmd|/c start".to_owned());
    assert!(
        outcome.has_note(&NoteCode::ExternalReference { part, relation, target }),
        "{:?}",
        outcome.notes
    );
}

#[test]
fn caches_of_pivot_tables_are_hidden_pages() {
    let workbook_xml =
        r#"<workbook xmlns:r="r"><sheets><sheet name="S" r:id="s"/></sheets></workbook>"#;
    let rels = relations(&[
        ("s", "worksheet", "worksheets/sheet1.xml"),
        ("p", "pivotCacheDefinition", "pivot/one.xml"),
    ]);
    let definition = r#"<pivotCacheDefinition><cacheSource><worksheetSource ref="A1:B9" sheet="gone"/></cacheSource><cacheFields>
        <cacheField name="姓名"><sharedItems><s v="Alim"/><s v="Li"/></sharedItems></cacheField>
        <cacheField name="number"><sharedItems/></cacheField></cacheFields></pivotCacheDefinition>"#;
    let records = r#"<pivotCacheRecords><r><x v="1"/><n v="110101199003070013"/></r><r><x v="0"/><m/></r></pivotCacheRecords>"#;
    let own = relations(&[("r", "pivotCacheRecords", "records.xml")]);
    let mut parts = vec![
        ("xl/workbook.xml", workbook_xml),
        ("xl/_rels/workbook.xml.rels", &rels),
        ("xl/worksheets/sheet1.xml", "<worksheet/>"),
        ("xl/pivot/one.xml", definition),
    ];
    let without = read(extract, &package(&parts));
    assert_eq!(without.texts(), ["", "姓名\tnumber\nAlim\nLi\n"]);
    parts
        .extend([("xl/pivot/_rels/one.xml.rels", own.as_str()), ("xl/pivot/records.xml", records)]);
    let outcome = read(extract, &package(&parts));
    assert_eq!(outcome.texts(), ["", "姓名\tnumber\nLi\t110101199003070013\nAlim\n"]);
    assert_eq!(outcome.labels(), ["S", "pivot cache 1 (gone A1:B9)"]);
    assert_eq!(outcome.marked(MarkKind::Hidden).len(), 1);
}

#[test]
fn hidden_content_is_marked() {
    let data = r#"<cols><col min="2" max="2" hidden="1"/></cols><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>
        <row r="3" hidden="1"><c r="A3"><v>3</v></c></row></sheetData>"#;
    let outcome =
        read(extract, &workbook(&[("open", "visible", data), ("secret", "veryHidden", data)], &[]));
    assert_eq!(outcome.texts(), ["1\t2\n\n3\n", "1\t2\n\n3\n"]);
    assert_eq!(outcome.labels(), ["open", "secret"]);
    assert!(outcome.pages.iter().all(|page| page.kind == PageKind::Sheet));
    assert_eq!(outcome.marked(MarkKind::Hidden), ["2", "3", "1\t2\n\n3\n", "2", "3"]);
}

#[test]
fn long_sparse_sheets_are_several_small_pages() {
    let row = |row: u32, column: &str| {
        format!(r#"<row r="{row}"><c r="{column}{row}"><v>{row}</v></c></row>"#)
    };
    let data: String = (1..=501).map(|at| row(at, "A")).collect();
    let outcome = read(
        extract,
        &workbook(&[("L", "visible", &format!("<sheetData>{data}</sheetData>"))], &[]),
    );
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
    let rels = relations(&[
        ("l", "hyperlink", "http://example.org/"),
        ("c", "comments", "../comments1.xml"),
    ]);
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
        &workbook(
            &[("S", "visible", &format!("{data}<row><c r=\"B1\"><v>2</v")), ("T", "visible", data)],
            &[],
        ),
    );
    assert_eq!(outcome.labels(), ["S", "T"]);
    let of_sheet = |code: &NoteCode| matches!(code, NoteCode::PartCutShort { sheet: Some(name), .. } if name == "S");
    assert!(outcome.notes.iter().any(of_sheet), "{:?}", outcome.notes);
    let sheets: Vec<(&str, &str, &str)> = vec![("S", "visible", data); 3];
    let outcome =
        read_within(extract, &workbook(&sheets, &[]), Limits { pages: 2, ..Limits::STANDARD });
    assert_eq!(
        (outcome.pages.len(), &outcome.verdict),
        (2, &Verdict::Truncated(Reason::PageLimit { pages: 2 }))
    );
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
    let data = r#"<sheetData><row r="1"><c r="A1" s="1"><v>43007</v></c><c r="B1" t="s"><v>1</v></c></row></sheetData>"#;
    torment(extract, &workbook(&[("S", "visible", data)], &[]), 11);
}

#[test]
fn arbitrary_legacy_bytes_do_not_panic() {
    let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).expect("memory");
    let mut stream = file.create_stream("/Workbook").expect("a stream");
    let records =
        [0x09, 0x08, 0x10, 0, 0, 6, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0a, 0, 0, 0];
    std::io::Write::write_all(&mut stream, &records).expect("memory");
    drop(stream);
    let bytes = file.into_inner().into_inner();
    torment(extract, &bytes, 97);
    assert!(matches!(
        read(extract, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").verdict,
        Verdict::Failed(_)
    ));
}

#[test]
fn cells_have_names() {
    for (place, name) in
        [((0, 0), "A1"), ((2, 1), "B3"), ((9, 26), "AA10"), (((1 << 20) - 1, 16383), "XFD1048576")]
    {
        assert_eq!(cell_name(place.0, place.1), name);
        assert_eq!(cell_place(name), Some(place));
    }
    for name in ["", "A", "1", "A0", "ABCD1", "é1", "A99999999999", "XFE1"] {
        assert_eq!(cell_place(name), None, "{name}");
    }
}
