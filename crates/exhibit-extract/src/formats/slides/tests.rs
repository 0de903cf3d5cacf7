//! Tests of presentations, including hostile ones.

use super::extract;
use crate::formats::office::testing::{package, read, relations, torment};
use exhibit_model::{MarkKind, PageKind};

fn shape(placeholder: &str, paragraphs: &[&str]) -> String {
    let placeholder = if placeholder.is_empty() {
        String::new()
    } else {
        format!(r#"<p:nvPr><p:ph type="{placeholder}"/></p:nvPr>"#)
    };
    let lines: String =
        paragraphs.iter().map(|line| format!("<a:p><a:r><a:t>{line}</a:t></a:r></a:p>")).collect();
    format!(
        r#"<p:sp><p:nvSpPr><p:cNvPr id="1" name="x"/>{placeholder}</p:nvSpPr><p:txBody>{lines}</p:txBody></p:sp>"#
    )
}

fn slide(attributes: &str, shapes: &str) -> String {
    format!(
        r#"<p:sld xmlns:p="p" xmlns:r="r" {attributes}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"#
    )
}

fn deck() -> Vec<u8> {
    let presentation = r#"<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst><p:sldId id="257" r:id="b"/><p:sldId id="256" r:id="a"/></p:sldIdLst>
        <p:sldSz cx="9144000" cy="6858000"/></p:presentation>"#;
    let rels = relations(&[
        ("a", "slide", "slides/slide1.xml"),
        ("b", "slide", "slides/slide2.xml"),
        ("u", "commentAuthors", "commentAuthors.xml"),
    ]);
    let table = "<p:graphicFrame><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>甲</a:t></a:r></a:p></a:txBody></a:tc>\
        <a:tc><a:txBody><a:p><a:r><a:t>1</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>";
    let chart = r#"<p:graphicFrame><c:chart r:id="c"/></p:graphicFrame>"#;
    let first = slide(
        "",
        &[
            shape("title", &["学习", "通知"]),
            shape("", &["one", "two"]),
            table.to_owned(),
            chart.to_owned(),
        ]
        .concat(),
    );
    let second = slide(r#"show="0""#, &shape("ctrTitle", &["Hidden slide"]));
    let slide_rels = relations(&[
        ("n", "notesSlide", "../notesSlides/notesSlide1.xml"),
        ("k", "comments", "../comments/comment1.xml"),
        ("c", "chart", "../charts/chart1.xml"),
        ("y", "slideLayout", "../slideLayouts/slideLayout1.xml"),
    ]);
    let chart = "<c:chart><c:ser><c:tx><c:strRef><c:f>S!A1</c:f><c:strCache><c:pt><c:v>人数</c:v></c:pt></c:strCache></c:strRef></c:tx>\
        <c:cat><c:strCache><c:pt><c:v>2017</c:v></c:pt><c:pt><c:v>2018</c:v></c:pt></c:strCache></c:cat>\
        <c:val><c:numCache><c:formatCode>General</c:formatCode><c:pt><c:v>10</c:v></c:pt><c:pt><c:v>20</c:v></c:pt></c:numCache></c:val></c:ser></c:chart>";
    let layout =
        slide("", &[shape("title", &["Click to edit"]), shape("", &["Office of X"])].concat());
    let notes = slide("", &shape("body", &["say this"]));
    package(&[
        ("ppt/presentation.xml", presentation),
        ("ppt/_rels/presentation.xml.rels", &rels),
        ("ppt/slides/slide1.xml", &second),
        ("ppt/slides/slide2.xml", &first),
        ("ppt/slides/_rels/slide2.xml.rels", &slide_rels),
        ("ppt/notesSlides/notesSlide1.xml", &notes),
        (
            "ppt/comments/comment1.xml",
            r#"<p:cmLst><p:cm authorId="0" dt="2018-01-02"><p:text>really?</p:text></p:cm></p:cmLst>"#,
        ),
        (
            "ppt/commentAuthors.xml",
            r#"<p:cmAuthorLst><p:cmAuthor id="0" name="Wang"/></p:cmAuthorLst>"#,
        ),
        ("ppt/charts/chart1.xml", chart),
        ("ppt/slideLayouts/slideLayout1.xml", &layout),
        ("ppt/media/image1.png", "png"),
    ])
}

#[test]
fn slides_are_in_order_with_notes_and_comments() {
    let outcome = read(extract, &deck());
    assert_eq!(outcome.labels(), ["学习 通知", "Hidden slide"]);
    assert_eq!(
        outcome.texts(),
        [
            "学习\n通知\none\ntwo\n甲\t1\n人数\n2017\t2018\n10\t20\nOffice of X\nsay this\nWang, 2018-01-02: really?\n",
            "Hidden slide\n",
        ]
    );
    assert_eq!(outcome.marked(MarkKind::Notes), ["say this\n"]);
    assert_eq!(outcome.marked(MarkKind::Annotation), ["Wang, 2018-01-02: really?"]);
    assert_eq!(outcome.marked(MarkKind::Furniture), ["Office of X\n"]);
    assert_eq!(outcome.marked(MarkKind::Hidden), ["Hidden slide\n"]);
    assert_eq!((outcome.pages[0].width, outcome.pages[0].height), (720.0, 540.0));
    assert!(outcome.pages.iter().all(|page| page.kind == PageKind::Slide));
    assert_eq!(outcome.members.len(), 1);
}

#[test]
fn slides_are_found_without_their_list() {
    let outcome = read(
        extract,
        &package(&[
            ("ppt/slides/slide2.xml", &slide("", &shape("", &["b"]))),
            ("ppt/slides/slide1.xml", &slide("", &shape("", &["a"]))),
        ]),
    );
    assert_eq!(outcome.texts(), ["a\n", "b\n"]);
}

#[test]
fn alternates_are_read_once() {
    let inner = shape("", &["once"]);
    let both = format!(
        "<mc:AlternateContent><mc:Choice>{inner}</mc:Choice><mc:Fallback>{inner}</mc:Fallback></mc:AlternateContent>{}",
        shape("", &["after"])
    );
    let outcome = read(extract, &package(&[("ppt/slides/slide1.xml", &slide("", &both))]));
    assert_eq!(outcome.texts(), ["once\nafter\n"]);
}

#[test]
fn hostile_presentations_are_harmless() {
    let deep = slide("", &"<mc:AlternateContent><mc:Choice><p:sp><a:p>".repeat(50_000));
    read(extract, &package(&[("ppt/slides/slide1.xml", &deep)]));
    torment(extract, &deck(), 31);
}

#[test]
fn removed_slides_and_older_forms_are_read() {
    let presentation = r#"<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst><p:sldId id="256" r:id="a"/></p:sldIdLst></p:presentation>"#;
    let rels = relations(&[("a", "slide", "slides/slide1.xml")]);
    let forms = format!(
        "<mc:AlternateContent><mc:Choice Requires=\"x\"><x:thing/></mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent>\
        <mc:AlternateContent><mc:Choice Requires=\"y\">{}</mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent>{}",
        shape("", &["older"]),
        shape("", &["newer"]),
        shape("", &["not twice"]),
        shape("", &["after"])
    );
    let outcome = read(
        extract,
        &package(&[
            ("ppt/presentation.xml", presentation),
            ("ppt/_rels/presentation.xml.rels", &rels),
            ("ppt/slides/slide1.xml", &slide("", &forms)),
            ("ppt/slides/slide9.xml", &slide("", &shape("title", &["taken out"]))),
        ]),
    );
    assert_eq!(outcome.texts(), ["older\nnewer\nafter\n", "taken out\n"]);
    assert_eq!(outcome.marked(MarkKind::Hidden), ["taken out\n"]);
}
