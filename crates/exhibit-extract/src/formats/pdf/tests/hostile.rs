//! Damaged and malicious files: never a panic, never a silent loss.

use super::{Builder, read, request, run};
use exhibit_model::{Limits, NoteCode, Reason, Request, Severity, Verdict};
use exhibit_mutate::Mutator;

/// A file with a bit of everything.
fn rich() -> Vec<u8> {
    let mut builder = Builder::page_with(
        "/MediaBox[0 0 200 100]/Annots[<</Subtype/Text/Rect[1 2 3 4]/Contents(note)>>]",
        "q 1 0 0 1 0 0 cm BT /F 10 Tf 10 50 Td [(Gate) -300 (log)] TJ ET Q BT /G 9 Tf 10 30 Td <B5C7> Tj ET",
    );
    builder.add(
        "<</Type/Font/Subtype/Type0/BaseFont/STSong/Encoding/GBK-EUC-H/DescendantFonts[7 0 R]>>",
    );
    builder.add("<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000>>");
    builder.catalog("/Names<</EmbeddedFiles<</Names[(a)8 0 R]>>>>/PageLabels<</Nums[0<</S/D>>]>>");
    builder.add("<</Type/Filespec/F(a.txt)/EF<</F 9 0 R>>>>");
    builder.stream("", b"attached");
    builder.trailer("/Info<</Title(Gate)>>");
    builder.finish()
}

#[test]
fn a_file_truncated_anywhere_is_read_or_refused() {
    for file in
        [rich(), include_bytes!("../../../../tests/fixtures/pdf/uyghur-writer.pdf").to_vec()]
    {
        let whole = read(&file);
        assert_eq!(whole.verdict, Verdict::Read);
        let (mut with_text, step) = (0, if file.len() > 10_000 { 997 } else { 50 });
        for end in (0..file.len()).step_by(step) {
            let outcome = read(&file[..end]);
            match &outcome.verdict {
                Verdict::Read => {
                    let partial = outcome
                        .notes()
                        .iter()
                        .any(|note| note.code.severity() == Severity::Partial);
                    assert!(partial, "cut at {end}: no note");
                }
                Verdict::Empty => assert!(end == 0 || outcome.text().is_empty()),
                Verdict::Failed(_) => {}
                Verdict::Unsupported(_) => assert!(end < 5, "cut at {end}: not known as a PDF"),
                other => panic!("cut at {end}: {other:?}"),
            }
            with_text += usize::from(!outcome.text().is_empty());
        }
        assert!(with_text > 0, "some cut files still give text");
    }
}

#[test]
fn flipped_bits_never_panic() {
    let sources =
        [rich(), include_bytes!("../../../../tests/fixtures/pdf/locked-aes-128.pdf").to_vec()];
    let mut numbers = Mutator::new(1);
    let mut read_anyway = 0;
    for n in 0..200 {
        let mut file = sources[n % sources.len()].clone();
        for _ in 0..=numbers.below(8) {
            let at = numbers.below(file.len());
            file[at] ^= 1 << numbers.below(8);
        }
        let outcome = run(&file, &request(&["user"]));
        read_anyway += usize::from(outcome.verdict == Verdict::Read);
    }
    assert!(read_anyway > 20, "most small damage leaves something to read: {read_anyway}");
}

#[test]
fn cycles_terminate() {
    let mut builder = Builder::page("/X Do BT /F 10 Tf 10 50 Td (Gate) Tj ET");
    builder.add("<</Type/Pages/Kids[2 0 R 6 0 R 3 0 R]/Count 1000000>>");
    let file = String::from_utf8(builder.finish()).expect("it is text");
    let looped = file
        .replace("/Kids[3 0 R]", "/Kids[6 0 R]")
        .replace("/Font<<", "/XObject<</X 4 0 R>>/Font<<");
    let outcome = read(looped.as_bytes());
    assert_eq!((outcome.verdict.clone(), outcome.pages().len()), (Verdict::Read, 1));
}

#[test]
fn limits_are_named() {
    let file = rich();
    let verdict_within = |limits: Limits| run(&file, &Request { limits, ..request(&[]) }).verdict;
    let verdict = verdict_within(Limits { whole_file_bytes: 100, ..Limits::STANDARD });
    assert_eq!(verdict, Verdict::Truncated(Reason::FileSizeLimit { bytes: 100 }));
    let verdict = verdict_within(Limits { pages: 0, ..Limits::STANDARD });
    assert_eq!(verdict, Verdict::Truncated(Reason::PageLimit { pages: 0 }));
}

#[test]
fn non_documents_fail_with_the_reason() {
    let check =
        |bytes: &[u8], reason: Reason| assert_eq!(read(bytes).verdict, Verdict::Failed(reason));
    check(b"%PDF-1.7\nnothing further", Reason::NoPdfObjects);
    check(b"%PDF-1.7\n1 0 obj\n<</Type/Font>>\nendobj\n", Reason::NoPdfStructure);
    let locked = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Kids[]>>endobj\n\
        trailer<</Root 1 0 R/Encrypt<</Filter/Adobe.PubSec/V 4>>/ID[(a)(b)]>>";
    // no password opens it here, but encrypted it is
    assert_eq!(read(locked).verdict, Verdict::Encrypted);
}

#[test]
fn pages_without_a_catalog_are_found() {
    let file = String::from_utf8(Builder::page("BT /F 10 Tf 10 50 Td (Gate) Tj ET").finish())
        .expect("it is text");
    let cut = file.find("xref").expect("there is a table");
    let check = |file: &str| {
        let outcome = read(file.as_bytes());
        assert_eq!(
            (outcome.verdict.clone(), outcome.text().as_str()),
            (Verdict::Read, "Gate\n"),
            "{file}"
        );
        assert!(
            outcome.notes().iter().any(|note| note.code == NoteCode::PdfCatalogLost),
            "{:?}",
            outcome.notes()
        );
    };
    check(&file[..cut].replace("/Type/Catalog", "/Tape/Catalog"));
    check(
        &file[..cut]
            .replace("/Type/Catalog", "/Tape/Catalog")
            .replace("/Type/Pages", "/Tape/Pages"),
    );
}

#[test]
fn text_is_not_invented_for_lost_maps() {
    let mut builder = Builder::page("BT /G 10 Tf 10 50 Td (ABC) Tj ET");
    builder.add(
        "<</Type/Font/Subtype/TrueType/BaseFont/Odd/FirstChar 65/LastChar 67/Widths[500 500 500]/ToUnicode 7 0 R>>",
    );
    builder
        .stream("", "begincmap\n1 beginbfrange\n<41> <43> <767B>\nendbfrange\nendcmap".as_bytes());
    let file = builder.finish();
    assert_eq!(read(&file).text(), "登發白\n");
    let cut = super::super::open::positions(&file, b"7 0 obj").next().expect("the map is there");
    for end in [cut, cut + 50] {
        let outcome = read(&file[..end]);
        let unknown = "\u{fffd}\u{fffd}\u{fffd}\n";
        assert_eq!(
            (outcome.verdict.clone(), outcome.text().as_str()),
            (Verdict::Read, unknown),
            "{:?}",
            outcome.notes()
        );
        assert_eq!((outcome.page().counts.glyphs, outcome.page().counts.unmapped), (3, 3));
    }
}
