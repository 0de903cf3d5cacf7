//! Tests of references to what is outside a document, of associated files, and of earlier revisions.

use super::{Builder, Outcome, read};
use exhibit_model::{MarkKind, NoteCode, Record};

fn members(outcome: &Outcome) -> Vec<(String, Vec<u8>)> {
    let mut members: Vec<(String, Vec<u8>)> = Vec::new();
    for record in &outcome.records {
        match record {
            Record::Member(member) => {
                members.push((String::from_utf8_lossy(&member.name).into_owned(), Vec::new()))
            }
            Record::MemberBytes(bytes) => {
                members.last_mut().expect("a member began").1.extend(bytes)
            }
            _ => {}
        }
    }
    members
}

#[test]
fn targets_of_actions_are_properties_and_text() {
    let check = |action: &str, key: &str, target: &str| {
        let mut builder = Builder::page_with(
            "/MediaBox[0 0 200 100]/Annots[6 0 R]",
            "BT /F 10 Tf 10 50 Td (Gate) Tj ET",
        );
        builder.add(&format!("<</Type/Annot/Subtype/Link/Rect[10 40 60 60]/A<<{action}>>>>"));
        let outcome = read(&builder.finish());
        assert_eq!(outcome.property(key), [target], "{action}");
        let page = outcome.page();
        assert_eq!(page.text, format!("Gate\n{target}\n"), "{action}");
        assert_eq!(page.marks.last().map(|mark| mark.kind), Some(MarkKind::Annotation));
        assert!(
            !outcome
                .notes()
                .iter()
                .any(|note| matches!(note.code, NoteCode::ExternalReference { .. }))
        );
    };
    check("/S/URI/URI(https://example.org/gate)", "pdf:link", "https://example.org/gate");
    check("/S/Launch/F(run.exe)", "pdf:launch", "run.exe");
    check("/S/Launch/Win<</F(cmd.exe)/P(/c dir)>>", "pdf:launch", "cmd.exe /c dir");
    check("/S/GoToR/F<</F(a.pdf)/UF(other.pdf)>>/D[0/Fit]", "pdf:document", "other.pdf");
    check("/S/GoToE/F(held.pdf)", "pdf:embedded-document", "held.pdf");
    check(
        "/S/SubmitForm/F<</FS/URL/F(http://example.org/form)>>",
        "pdf:submit",
        "http://example.org/form",
    );
    check("/S/ImportData/F(data.fdf)", "pdf:import", "data.fdf");
    check(
        "/S/Named/N/NextPage/Next[<</S/URI/URI(https://example.org/next)>>]",
        "pdf:link",
        "https://example.org/next",
    );
}

#[test]
fn what_is_used_on_opening_is_noted() {
    let mut builder = Builder::page("");
    builder.catalog("/OpenAction<</S/GoToR/F(\\\\\\\\203.0.113.9\\\\share\\\\a.pdf)>>");
    let outcome = read(&builder.finish());
    let target = "\\\\203.0.113.9\\share\\a.pdf".to_owned();
    let (part, relation) = ("catalog".to_owned(), "document".to_owned());
    let expected = NoteCode::ExternalReference { part, relation, target };
    assert!(outcome.notes().iter().any(|note| note.code == expected), "{:?}", outcome.notes());
    let page = "/MediaBox[0 0 200 100]/AA<</O<</S/SubmitForm/F(http://203.0.113.9/x)>>>>";
    let outcome = read(&Builder::page_with(page, "").finish());
    assert!(
        outcome
            .notes()
            .iter()
            .any(|note| matches!(note.code, NoteCode::ExternalReference { .. }) && note.page == 1)
    );
}

#[test]
fn external_streams_are_noted() {
    let mut builder = Builder::page_with(
        "/MediaBox[0 0 200 100]/Resources<</XObject<</X 6 0 R/R 7 0 R>>>>",
        "/X Do",
    );
    builder.stream(
        "/Type/XObject/Subtype/Image/Width 1/Height 1/F(http://203.0.113.9/pixel.png)",
        b"",
    );
    builder.stream("/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Ref<</F(other.pdf)/Page 0>>", b"");
    let outcome = read(&builder.finish());
    let mut streams = outcome.property("pdf:stream");
    streams.sort_unstable();
    assert_eq!(streams, ["http://203.0.113.9/pixel.png", "other.pdf"]);
    assert_eq!(
        outcome
            .notes()
            .iter()
            .filter(|note| matches!(note.code, NoteCode::ExternalReference { .. }))
            .count(),
        2
    );
}

#[test]
fn the_same_target_is_one_property_and_loops_end() {
    let mut builder = Builder::page_with("/MediaBox[0 0 200 100]/Annots[6 0 R 7 0 R]", "");
    builder.add("<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A 8 0 R>>");
    builder.add("<</Type/Annot/Subtype/Link/Rect[0 9 9 19]/A 8 0 R>>");
    builder.add("<</S/URI/URI(https://example.org)/Next 8 0 R>>");
    assert_eq!(read(&builder.finish()).property("pdf:link"), ["https://example.org"]);
}

#[test]
fn outlines_have_titles_and_targets() {
    let mut builder = Builder::page("");
    builder.catalog("/Outlines 6 0 R");
    builder.add("<</First 7 0 R/Last 7 0 R>>");
    builder.add("<</Title(Chapter one)/A<</S/URI/URI(https://example.org/one)>>/Next 7 0 R>>");
    let outcome = read(&builder.finish());
    assert_eq!(outcome.property("pdf:outline"), ["Chapter one"]);
    assert_eq!(outcome.property("pdf:link"), ["https://example.org/one"]);
}

#[test]
fn associated_files_are_members_wherever_they_are_named() {
    for place in ["catalog", "page", "annotation", "object"] {
        let page = match place {
            "page" => "/AF[6 0 R]",
            "annotation" => "/Annots[<</Subtype/Text/Rect[0 0 9 9]/AF[6 0 R]>>]",
            "object" => "/Resources<</XObject<</X 8 0 R>>>>",
            _ => "",
        };
        let mut builder = Builder::page_with(&format!("/MediaBox[0 0 200 100]{page}"), "");
        builder.add("<</Type/Filespec/UF(af.txt)/AFRelationship/Data/EF<</UF 7 0 R/F 7 0 R>>>>");
        builder.stream("/Type/EmbeddedFile", b"payload");
        builder.stream("/Type/XObject/Subtype/Form/BBox[0 0 1 1]/AF[6 0 R]", b"");
        if place == "catalog" {
            builder.catalog("/AF 6 0 R");
        }
        let outcome = read(&builder.finish());
        assert_eq!(members(&outcome), [("af.txt".to_owned(), b"payload".to_vec())], "{place}");
    }
}

/// A file with an update that replaces the content of its page.
fn updated(first: &str, second: &str) -> (Vec<u8>, Vec<u8>) {
    let before = Builder::page(&format!("BT /F 10 Tf 10 50 Td ({first}) Tj ET")).finish();
    let mut after = before.clone();
    let previous = before.windows(7).position(|word| word == b"\nxref\n0").expect("a table") + 1;
    let at = after.len();
    let content = format!("BT /F 10 Tf 10 50 Td ({second}) Tj ET");
    after.extend(
        format!("4 0 obj\n<</Length {}>>\nstream\n{content}\nendstream\nendobj\n", content.len())
            .bytes(),
    );
    let table = after.len();
    after.extend(
        format!("xref\n4 1\n{at:010} 00000 n \ntrailer\n<</Root 1 0 R/Size 6/Prev {previous}>>\n")
            .bytes(),
    );
    after.extend(format!("startxref\n{table}\n%%EOF\n").bytes());
    (before, after)
}

#[test]
fn an_earlier_revision_with_other_text_is_a_member() {
    let (before, after) = updated("signed by Anwar", "signed by nobody");
    let outcome = read(&after);
    assert_eq!(outcome.text(), "signed by nobody\n");
    assert!(
        outcome.notes().iter().any(|note| note.code == NoteCode::EarlierTextKept { pages: 1 }),
        "{:?}",
        outcome.notes()
    );
    assert_eq!(members(&outcome), [("earlier revision.pdf".to_owned(), before.clone())]);
    assert_eq!(read(&before).text(), "signed by Anwar\n");
    // an update that leaves the text as it is
    let (_, same) = updated("signed by Anwar", "signed by Anwar");
    let outcome = read(&same);
    assert_eq!(members(&outcome), []);
    assert!(outcome.notes().iter().any(|note| note.code == NoteCode::FileUpdated { times: 1 }));
}
