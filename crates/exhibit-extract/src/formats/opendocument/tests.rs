//! Tests of OpenDocument texts and presentations, including hostile ones.

use super::extract;
use crate::formats::office::testing::{package, read, torment};
use exhibit_model::{MarkKind, Verdict};

const HEAD: &str = r#"<office:document-content><office:automatic-styles><style:style style:name="off"><style:text-properties text:display="none"/></style:style></office:automatic-styles><office:body>"#;

fn text(body: &str) -> Vec<u8> {
    let content =
        format!("{HEAD}<office:text>{body}</office:text></office:body></office:document-content>");
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
    assert_eq!(
        (outcome.property("dc:creator"), outcome.property("cp:lastModifiedBy")),
        (Some("Li"), Some("Wang"))
    );
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
    let outcome =
        read(extract, &package(&[("content.xml", "noise"), ("META-INF/manifest.xml", manifest)]));
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

#[test]
fn links_objects_lists_and_descriptions_are_read() {
    let body = r#"<text:p>see <text:a xlink:href="https://example.org/odt">here</text:a></text:p>
        <text:list text:style-name="L"><text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>deep</text:p></text:list-item></text:list></text:list-item>
        <text:list-item><text:p>two</text:p></text:list-item></text:list>
        <text:p>人<text:ruby><text:ruby-base>登</text:ruby-base><text:ruby-text>dēng</text:ruby-text></text:ruby><text:ruby><text:ruby-base>记</text:ruby-base><text:ruby-text>jì</text:ruby-text></text:ruby>表</text:p>
        <text:p><draw:frame><draw:object xlink:href="./Object 1"/><svg:title>a tower</svg:title></draw:frame></text:p>
        <text:p><draw:frame><draw:image xlink:href="http://203.0.113.9/p.png"/></draw:frame></text:p>"#;
    let content = format!("{HEAD}<office:text>{body}</office:text></office:body></office:document-content>").replace(
        "</office:automatic-styles>",
        r#"<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="一, 二, 三, ..." style:num-suffix="、"/>
        <text:list-level-style-number text:level="2" style:num-format="1" text:display-levels="2" style:num-prefix="("  style:num-suffix=")"/></text:list-style></office:automatic-styles>"#,
    );
    let chart = "<office:document-content><office:body><office:chart><chart:title><text:p>人数</text:p></chart:title><table:table><table:table-row>\
        <table:table-cell><text:p>East</text:p></table:table-cell><table:table-cell><text:p>4471</text:p></table:table-cell></table:table-row></table:table></office:chart></office:body></office:document-content>";
    let formula = "<math><semantics><mi>x</mi><annotation>x = 5</annotation></semantics></math>";
    let outcome = read(
        extract,
        &package(&[
            ("content.xml", &content),
            ("Object 1/content.xml", chart),
            ("Object 2/content.xml", formula),
        ]),
    );
    assert_eq!(
        outcome.texts(),
        [
            "see here\n一、 one\n(一.1) deep\n二、 two\n人登记表 (dēng jì)\n人数\nEast\t4471\na tower\n\n\nhttps://example.org/odt\nx = 5\n"
        ]
    );
    assert_eq!(outcome.marked(MarkKind::Annotation), [" (dēng jì)", "https://example.org/odt"]);
    assert_eq!(outcome.marked(MarkKind::Hidden), ["x = 5"]);
    assert_eq!(
        outcome.property("office:external-reference"),
        Some("link http://203.0.113.9/p.png")
    );
}

#[test]
fn master_pages_have_their_text_and_older_and_flat_files_are_read() {
    let styles = r#"<office:document-styles><office:master-styles><style:master-page><draw:frame presentation:placeholder="true"><draw:text-box><text:p>Click here</text:p></draw:text-box></draw:frame>
        <draw:frame><draw:text-box><text:p>Office of X</text:p></draw:text-box></draw:frame><draw:frame><draw:text-box><text:p><text:page-number>&lt;number&gt;</text:page-number></text:p></draw:text-box></draw:frame></style:master-page></office:master-styles></office:document-styles>"#;
    let content = format!(
        "{HEAD}<office:presentation><presentation:footer-decl>footer text</presentation:footer-decl><draw:page><draw:frame><draw:text-box><text:p>T</text:p></draw:text-box></draw:frame></draw:page></office:presentation></office:body></office:document-content>"
    );
    let outcome = read(extract, &package(&[("content.xml", &content), ("styles.xml", styles)]));
    assert_eq!(outcome.texts().concat(), "footer text\nT\nOffice of X\n");
    let older = r#"<office:document-content office:class="text"><office:body><text:p>StarOffice 登记</text:p></office:body></office:document-content>"#;
    assert_eq!(read(extract, &package(&[("content.xml", older)])).texts(), ["StarOffice 登记\n"]);
    let flat = "<?xml version=\"1.0\"?><office:document><office:meta><dc:title>flat</dc:title></office:meta><office:body><office:text><text:p>one file</text:p></office:text></office:body></office:document>";
    let outcome = read(extract, flat.as_bytes());
    assert_eq!((outcome.texts(), outcome.property("dc:title")), (vec!["one file\n"], Some("flat")));
}

fn encrypted(path: &str, plain: &[u8]) -> Vec<u8> {
    let (sealed, digest) = super::sealed::tests::sealed(plain);
    let manifest = format!(
        r#"<manifest:manifest><manifest:file-entry manifest:full-path="{path}" manifest:size="{}">
        <manifest:encryption-data manifest:checksum-type="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0#sha256-1k" manifest:checksum="{}">
        <manifest:algorithm manifest:algorithm-name="http://www.w3.org/2001/04/xmlenc#aes256-cbc" manifest:initialisation-vector="AAAAAAAAAAAAAAAAAAAAAA=="/>
        <manifest:key-derivation manifest:key-derivation-name="PBKDF2" manifest:key-size="32" manifest:iteration-count="3" manifest:salt="AAAAAAAAAAAAAAAAAAAAAA=="/>
        <manifest:start-key-generation manifest:start-key-generation-name="http://www.w3.org/2000/09/xmldsig#sha256" manifest:key-size="32"/>
        </manifest:encryption-data></manifest:file-entry></manifest:manifest>"#,
        plain.len(),
        base64(&digest)
    );
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in [(path, &sealed[..]), ("META-INF/manifest.xml", manifest.as_bytes())] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        std::io::Write::write_all(&mut zip, bytes).expect("memory");
    }
    zip.finish().expect("a zip").into_inner()
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> =
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let letter =
        |six: &[u8]| (0..6).fold(0, |value, at| value << 1 | six.get(at).copied().unwrap_or(0));
    bits.chunks(6).map(|six| char::from(LETTERS[usize::from(letter(six))])).collect()
}

#[test]
fn encrypted_documents_open_with_their_password() {
    let content = "<office:document-content><office:body><office:text><text:p>机密</text:p></office:text></office:body></office:document-content>";
    let outcome = read(extract, &encrypted("content.xml", content.as_bytes()));
    assert_eq!((outcome.texts(), &outcome.verdict), (vec!["机密\n"], &Verdict::Read));
    assert!(outcome.has_note(&exhibit_model::NoteCode::Decrypted));
    let whole = package(&[("content.xml", content)]);
    assert_eq!(read(extract, &encrypted("encrypted-package", &whole)).texts(), ["机密\n"]);
    torment(extract, &encrypted("content.xml", content.as_bytes()), 41);
}

#[test]
fn packages_that_zip_encrypts_are_encrypted() {
    let mut bytes = package(&[("content.xml", "<x/>")]);
    // the flag of encryption, in the entry's header and in the directory
    for (magic, at) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let header = bytes.windows(4).position(|window| window == magic).expect("a header");
        bytes[header + at] |= 1;
    }
    assert_eq!(read(extract, &bytes).verdict, Verdict::Encrypted);
}
