//! OFD files that the tests make, and what is read of them.

use super::signatures::{Seal, seal_in};
use super::*;
use crate::formats::office::testing::{package, read, torment};
use sha2::{Digest, Sha256};
use sm3::Sm3;

const ROOT_PART: &str = r#"<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" DocType="OFD">
  <ofd:DocBody><ofd:DocInfo><ofd:DocID>7</ofd:DocID><ofd:Title>通知</ofd:Title><ofd:Author>Office of Q</ofd:Author>
  <ofd:CreationDate>2020-10-10</ofd:CreationDate>
  <ofd:CustomDatas><ofd:CustomData Name="文号">第七号</ofd:CustomData></ofd:CustomDatas></ofd:DocInfo>
  <ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot><ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures></ofd:DocBody></ofd:OFD>"#;

const DOCUMENT: &str = r#"<ofd:Document xmlns:ofd="http://www.ofdspec.org/2016"><ofd:CommonData>
  <ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>
  <ofd:TemplatePage ID="2" BaseLoc="Tpls/T.xml"/><ofd:PublicRes>Res.xml</ofd:PublicRes></ofd:CommonData>
  <ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/P.xml"/><ofd:Page ID="9" BaseLoc="Pages/Lost.xml"/></ofd:Pages>
  <ofd:Outlines><ofd:OutlineElem Title="第一章"/></ofd:Outlines>
  <ofd:Annotations>Annots.xml</ofd:Annotations><ofd:CustomTags>Tags.xml</ofd:CustomTags>
  <ofd:Attachments>Attachs/List.xml</ofd:Attachments></ofd:Document>"#;

const PAGE: &str = r#"<ofd:Page xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Area><ofd:PhysicalBox>0 0 100 200</ofd:PhysicalBox></ofd:Area>
  <ofd:Template TemplateID="2"/><ofd:Content><ofd:Layer>
  <ofd:TextObject ID="11" Boundary="10 20 50 5" Size="4"><ofd:TextCode X="0" Y="4" DeltaX="g 3 4">登记名单</ofd:TextCode></ofd:TextObject>
  <ofd:TextObject ID="12" Boundary="26 20 50 5" Size="4"><ofd:TextCode X="0" Y="4" DeltaX="2">A17</ofd:TextCode></ofd:TextObject>
  <ofd:PageBlock><ofd:TextObject Boundary="10 40 50 5" Size="4" Alpha="0"><ofd:TextCode X="0" Y="4">unseen</ofd:TextCode></ofd:TextObject></ofd:PageBlock>
  <ofd:ImageObject ResourceID="30" Boundary="0 0 10 10"/>
  <ofd:CompositeObject ResourceID="40" Boundary="10 60 10 10"/><ofd:CompositeObject ResourceID="41" Boundary="0 0 1 1"/>
  </ofd:Layer></ofd:Content></ofd:Page>"#;

const TEMPLATE: &str = r#"<ofd:Page xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Content><ofd:Layer Type="Background">
  <ofd:TextObject Boundary="10 10 50 5" Size="4"><ofd:TextCode X="0" Y="4">秘密</ofd:TextCode></ofd:TextObject></ofd:Layer></ofd:Content></ofd:Page>"#;

const RESOURCES: &str = r#"<ofd:Res xmlns:ofd="http://www.ofdspec.org/2016" BaseLoc="Res"><ofd:Fonts><ofd:Font ID="3" FontName="x"><ofd:FontFile>f.ttf</ofd:FontFile></ofd:Font></ofd:Fonts>
  <ofd:MultiMedias><ofd:MultiMedia ID="30" Type="Image"><ofd:MediaFile>scan.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias>
  <ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="40" Width="10" Height="10"><ofd:Content>
  <ofd:TextObject Boundary="0 0 9 5" Size="4"><ofd:TextCode X="0" Y="4">unit</ofd:TextCode></ofd:TextObject></ofd:Content></ofd:CompositeGraphicUnit>
  <ofd:CompositeGraphicUnit ID="41"><ofd:Content><ofd:CompositeObject ResourceID="41" Boundary="0 0 1 1"/><ofd:CompositeObject ResourceID="41" Boundary="0 0 1 1"/></ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits></ofd:Res>"#;

const NOTES: &str = r#"<ofd:PageAnnot xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Annot ID="50" Type="Watermark" Creator="x">
  <ofd:Remark>注意保管</ofd:Remark><ofd:Appearance Boundary="20 80 50 10"><ofd:TextObject Boundary="0 0 50 10" Size="4">
  <ofd:TextCode X="0" Y="4">水印</ofd:TextCode></ofd:TextObject></ofd:Appearance></ofd:Annot>
  <ofd:Annot ID="51" Type="Link"><ofd:Actions><ofd:Action Event="CLICK"><ofd:URI URI="https://example.org/a"/></ofd:Action></ofd:Actions></ofd:Annot></ofd:PageAnnot>"#;

const TAG: &str = r#"<eInvoice xmlns:fp="x" xmlns:ofd="http://www.ofdspec.org/2016"><fp:Number><ofd:ObjectRef PageRef="1">11</ofd:ObjectRef><ofd:ObjectRef PageRef="1">12</ofd:ObjectRef></fp:Number></eInvoice>"#;

const STATIC: &[(&str, &str)] = &[
    ("OFD.xml", ROOT_PART),
    ("Doc_0/Document.xml", DOCUMENT),
    ("Doc_0/Pages/P.xml", PAGE),
    ("Doc_0/Tpls/T.xml", TEMPLATE),
    ("Doc_0/Res.xml", RESOURCES),
    ("Doc_0/Res/f.ttf", "font"),
    ("Doc_0/Res/scan.png", "\u{1}PNG"),
    ("Doc_0/Annots.xml", r#"<A><Page PageID="1"><FileLoc>Annots/N.xml</FileLoc></Page></A>"#),
    ("Doc_0/Annots/N.xml", NOTES),
    ("Doc_0/Tags.xml", r#"<T><CustomTag TypeID="0"><FileLoc>Tag.xml</FileLoc></CustomTag></T>"#),
    ("Doc_0/Tag.xml", TAG),
    (
        "Doc_0/Attachs/List.xml",
        r#"<A><Attachment ID="1" Name="名单"><FileLoc>list.xlsx</FileLoc></Attachment><Attachment Name="x"><FileLoc>lost.bin</FileLoc></Attachment></A>"#,
    ),
    ("Doc_0/Attachs/list.xlsx", "cells"),
    ("Doc_0/left.xml", "<forgotten/>"),
    ("Doc_0/Signs/Signatures.xml", r#"<S><Signature ID="1" BaseLoc="S/Signature.xml"/></S>"#),
];

fn encoded(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .chain([0, 0].iter())
            .take(3)
            .fold(0u32, |word, byte| word << 8 | u32::from(*byte));
        for at in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * at)) as usize & 63];
            text.push(if at <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

fn element(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut bytes = vec![tag];
    match length {
        0..=127 => bytes.push(length as u8),
        _ => bytes.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    bytes.extend_from_slice(body);
    bytes
}

/// A signature of a seal as GB/T 38540 lays it out, over a document with this digest.
fn sealed(digest: &[u8]) -> Vec<u8> {
    let header =
        element(0x30, &[element(0x16, b"ES"), element(2, &[4]), element(0x16, b"maker")].concat());
    let name = element(0x0c, "测试专用章".as_bytes());
    let property =
        element(0x30, &[element(2, &[1]), name, element(0x18, b"20200101000000Z")].concat());
    let picture = element(
        0x30,
        &[element(0x16, b"png"), element(4, &[b'p'; 200]), element(2, &[40])].concat(),
    );
    let info = element(0x30, &[header, element(0x16, b"seal-7"), property, picture].concat());
    let seal = element(0x30, &[info, element(4, b"certificate")].concat());
    let mut bits = vec![0];
    bits.extend_from_slice(digest);
    let to_sign =
        [element(2, &[4]), seal, element(3, &bits), element(0x16, b"/Doc_0/Signs/S/Signature.xml")]
            .concat();
    element(0x30, &[element(0x30, &to_sign), element(3, b"\0signed")].concat())
}

fn ofd(checked: &str, digest_of_signature: bool) -> Vec<u8> {
    let digest = encoded(&Sm3::digest(checked.as_bytes()));
    let signature = format!(
        r#"<Signature><SignedInfo><Provider ProviderName="maker" Version="2"/><SignatureMethod>1.2.156.10197.1.501</SignatureMethod>
        <SignatureDateTime>20201010151120</SignatureDateTime><References CheckMethod="1.2.156.10197.1.401"><Reference FileRef="/Doc_0/Pages/P.xml">
        <CheckValue>{digest}</CheckValue></Reference></References></SignedInfo><SignedValue>/Doc_0/Signs/S/SignedValue.dat</SignedValue></Signature>"#
    );
    let digest = if digest_of_signature {
        Sha256::digest(signature.as_bytes()).to_vec()
    } else {
        vec![7; 32]
    };
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let signed = sealed(&digest);
    let parts = STATIC.iter().map(|(name, text)| (*name, text.as_bytes()));
    let more = [
        ("Doc_0/Signs/S/Signature.xml", signature.as_bytes()),
        ("Doc_0/Signs/S/SignedValue.dat", &signed[..]),
    ];
    for (name, bytes) in parts.chain(more) {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        std::io::Write::write_all(&mut zip, bytes).expect("memory");
    }
    zip.finish().expect("a zip").into_inner()
}

#[test]
fn pages_have_the_text_of_templates_objects_units_and_annotations() {
    let outcome = read(extract, &ofd(PAGE, true));
    assert_eq!(outcome.verdict, Verdict::Read);
    assert_eq!(outcome.texts(), ["秘密\n登记名单A17\nunseen\nunit\n水印\n注意保管\n"]);
    assert_eq!(outcome.marked(MarkKind::Invisible), ["unseen"]);
    assert_eq!(outcome.marked(MarkKind::Annotation), ["水印", "注意保管"]);
    let page = &outcome.pages[0];
    assert_eq!((page.width.round(), page.height.round(), page.counts.images), (283.0, 567.0, 1));
    let at = page.text.find("登").expect("there") as u32;
    let rect = page.boxes.iter().find(|b| b.start == at).expect("a box").rect;
    assert!((rect.x0 - 0.10).abs() < 1e-3 && (rect.x1 - 0.14).abs() < 1e-3, "{rect:?}");
    assert!((0.10..0.125).contains(&rect.y0) && (0.115..0.13).contains(&rect.y1), "{rect:?}");
}

#[test]
fn properties_tags_and_members() {
    let outcome = read(extract, &ofd(PAGE, true));
    for (key, value) in [
        ("dc:title", "通知"),
        ("dc:creator", "Office of Q"),
        ("custom:文号", "第七号"),
        ("ofd:outline", "第一章"),
        ("ofd:link", "https://example.org/a"),
        ("ofd-tag:Number", "登记名单A17"),
        ("seal:name", "测试专用章"),
        ("seal:id", "seal-7"),
        ("signature:provider", "maker 2"),
        ("signature:digests", "1 of 1, SM3"),
    ] {
        assert_eq!(outcome.property(key), Some(value), "{key}");
    }
    let members: Vec<&str> = outcome.members.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(members, ["Doc_0/Res/scan.png", "名单.xlsx", "seal 1.png", "Doc_0/left.xml"]);
    for part in ["Doc_0/Pages/Lost.xml", "Doc_0/Attachs/lost.bin"] {
        assert!(
            outcome.has_note(&NoteCode::PartLost { part: part.to_owned(), sheet: None }),
            "{part}"
        );
    }
    assert!(outcome.has_note(&NoteCode::SignatureUnchecked { signers: 1 }));
    assert!(
        !outcome.notes.iter().any(|note| matches!(note, NoteCode::ContentChecksumsWrong { .. }))
    );
}

#[test]
fn altered_parts_are_found_by_their_digests() {
    let altered = read(extract, &ofd("another page", false));
    assert_eq!(altered.property("signature:digests"), Some("0 of 1, SM3"));
    assert!(altered.has_note(&NoteCode::ContentChecksumsWrong { count: 2 }));
}

#[test]
fn several_documents_and_encrypted_ones() {
    let two = ROOT_PART.replace(
        "</ofd:OFD>",
        "<ofd:DocBody><ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
    );
    let mut parts: Vec<(&str, &str)> =
        STATIC.iter().filter(|(name, _)| *name != "OFD.xml").copied().collect();
    parts.push(("OFD.xml", &two));
    parts.push(("Doc_1/Document.xml", DOCUMENT));
    parts.push(("Doc_1/Pages/P.xml", TEMPLATE));
    let outcome = read(extract, &package(&parts));
    assert_eq!(outcome.labels(), ["document 1 page 1", "document 2 page 1"]);
    assert_eq!(outcome.texts()[1], "秘密\n");
    let encrypted =
        package(&[("OFD.xml", ROOT_PART), ("Encryptions.xml", "<E/>"), ("enc/1.dat", "?")]);
    let outcome = read(extract, &encrypted);
    assert_eq!(outcome.verdict, Verdict::Encrypted);
    assert!(outcome.has_note(&NoteCode::EncryptionUnsupported { scheme: "GM/T 0099".to_owned() }));
}

#[test]
fn seals_are_found_within_their_signatures() {
    let seal = seal_in(&sealed(&[1; 32])).expect("a seal");
    let times = vec!["20200101000000Z".to_owned()];
    let picture = Some(("png".to_owned(), vec![b'p'; 200]));
    assert_eq!(
        seal,
        Seal { id: "seal-7".to_owned(), name: "测试专用章".to_owned(), times, picture }
    );
    assert_eq!(seal_in(b"\x30\x80\x30\x80\x30\x80"), None);
    assert_eq!(seal_in(&vec![0x30; 5000]), None);
}

#[test]
fn hostile_files_end() {
    let whole = ofd(PAGE, true);
    torment(extract, &whole, whole.len() / 40);
    let many = r#"<ofd:TextObject Size="1"><ofd:TextCode DeltaX="g 99999999 1">ab</ofd:TextCode></ofd:TextObject>"#
        .repeat(2000);
    let page = format!("<ofd:Page><ofd:Content>{many}</ofd:Content></ofd:Page>");
    let mut parts: Vec<(&str, &str)> =
        STATIC.iter().filter(|(name, _)| *name != "Doc_0/Pages/P.xml").copied().collect();
    parts.push(("Doc_0/Pages/P.xml", &page));
    assert_eq!(read(extract, &package(&parts)).pages[0].text.matches('b').count(), 2000);
}

#[test]
fn fuzzing_starts_from_the_same_file() {
    crate::formats::msg::tests::check_fixture("formats/notice.ofd", &ofd(PAGE, true));
}

#[test]
fn properties_beyond_the_limit_are_counted() {
    let beyond = MOST_PROPERTIES + 3;
    let link = r#"<ofd:URI URI="https://example.org/b"/>"#.repeat(beyond);
    let annotations =
        format!(r#"<ofd:PageAnnot><ofd:Annot Type="Link">{link}</ofd:Annot></ofd:PageAnnot>"#);
    let tag = |number| format!("<T{number}><ObjectRef>11</ObjectRef></T{number}>");
    let tags = format!("<Tags>{}</Tags>", (0..beyond).map(tag).collect::<String>());
    let title = r#"<ofd:OutlineElem Title="a"/>"#.repeat(beyond);
    let document = DOCUMENT.replace("</ofd:Document>", &format!("{title}</ofd:Document>"));
    let changed = |name: &str, text: &'static str| match name {
        "Doc_0/Annots/N.xml" => annotations.clone(),
        "Doc_0/Tag.xml" => tags.clone(),
        "Doc_0/Document.xml" => document.clone(),
        _ => text.to_owned(),
    };
    let parts: Vec<(&str, String)> =
        STATIC.iter().map(|(name, text)| (*name, changed(name, text))).collect();
    let parts: Vec<(&str, &str)> =
        parts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let outcome = read(extract, &package(&parts));
    // three links, three tags, and three titles beside the one of the document
    assert!(outcome.has_note(&NoteCode::RecordsDropped { count: 10 }), "{:?}", outcome.notes);
    let whole = read(extract, &ofd(PAGE, true));
    assert!(!whole.notes.iter().any(|note| matches!(note, NoteCode::RecordsDropped { .. })));
}
