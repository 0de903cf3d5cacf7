//! Tests of OpenDocument texts and presentations, including hostile ones.

use super::extract;
use crate::formats::office::testing::{package, read, torment};
use exhibit_model::{MarkKind, Verdict};

const HEAD: &str = r#"<office:document-content><office:automatic-styles><style:style style:name="off"><style:text-properties text:display="none"/></style:style></office:automatic-styles><office:body>"#;

fn text(body: &str) -> Vec<u8> {
    let content = format!("{HEAD}<office:text>{body}</office:text></office:body></office:document-content>");
    let styles = "<office:document-styles><style:master-page><style:header><text:p>HEAD</text:p></style:header></style:master-page></office:document-styles>";
    let meta = "<office:meta><meta:initial-creator>Li</meta:initial-creator><dc:creator>Wang</dc:creator><meta:creation-date>2017-02-03T00:00:00</meta:creation-date></office:meta>";
    package(&[
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("content.xml", &content),
        ("styles.xml", styles),
        ("meta.xml", meta),
    ])
}

#[test]
fn text_is_emitted_with_its_layers() {
    let body = r#"<text:tracked-changes><text:changed-region><text:deletion><text:p>gone</text:p></text:deletion></text:changed-region></text:tracked-changes>
        <text:h>标题</text:h><text:p>a<text:s text:c="2"/>b<text:tab/>c<text:line-break/>d   e<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>note</text:p></text:note-body></text:note></text:p>
        <text:p><text:span text:style-name="off">secret</text:span> open</text:p><text:soft-page-break/>
        <table:table><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell><table:table-cell><text:p>y</text:p></table:table-cell></table:table-row></table:table>"#;
    let outcome = read(extract, &text(body));
    assert_eq!(outcome.texts(), ["gone\n标题\na  b\tc\nd e1note\n\nsecret open\n", "x\ty\nHEAD\n"]);
    assert_eq!(outcome.marked(MarkKind::Deleted), ["gone"]);
    assert_eq!(outcome.marked(MarkKind::Hidden), ["secret"]);
    assert_eq!(outcome.marked(MarkKind::Notes), ["note"]);
    assert_eq!(outcome.marked(MarkKind::Furniture), ["HEAD\n"]);
    assert_eq!((outcome.property("dc:creator"), outcome.property("cp:lastModifiedBy")), (Some("Li"), Some("Wang")));
}

#[test]
fn slides_are_pages() {
    let content = format!(
        r#"{HEAD}<office:presentation><draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>T</text:p></draw:text-box></draw:frame>
        <presentation:notes><draw:frame><draw:text-box><text:p>say</text:p></draw:text-box></draw:frame></presentation:notes></draw:page><draw:page/></office:presentation></office:body></office:document-content>"#
    );
    let outcome = read(extract, &package(&[("content.xml", &content)]));
    assert_eq!((outcome.labels(), outcome.texts()), (vec!["T", ""], vec!["T\nsay\n", ""]));
    assert_eq!(outcome.marked(MarkKind::Notes), ["say"]);
}

#[test]
fn sealed_documents_are_encrypted() {
    let manifest = r#"<manifest:manifest><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"#;
    let outcome = read(extract, &package(&[("content.xml", "noise"), ("META-INF/manifest.xml", manifest)]));
    assert_eq!(outcome.verdict, Verdict::Encrypted);
}

#[test]
fn hostile_documents_are_harmless() {
    for name in [
        "text:p",
        "text:span text:style-name=\"off\"",
        "table:table><table:table-row><table:table-cell",
        "text:note-body",
        "office:annotation",
    ] {
        read(extract, &text(&format!("<{name}>").repeat(50_000)));
    }
    torment(extract, &text("<text:p>a<text:s/>b</text:p>"), 13);
}
