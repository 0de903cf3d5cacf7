//! Texts in every way that RTF encodes them, and everything around the text.

use super::read as extract;
use crate::formats::office::testing::{Outcome, read, torment};
use exhibit_model::{MarkKind, NoteCode, Verdict};

fn rtf(body: &str) -> Outcome {
    read(extract, format!("{{\\rtf1\\ansi\\ansicpg1252\\deff0{body}}}").as_bytes())
}

fn text(body: &str) -> String {
    rtf(body).texts().concat()
}

fn whole(bytes: &[u8]) -> Outcome {
    read(extract, bytes)
}

#[test]
fn bytes_are_read_in_the_code_page_of_their_font() {
    let fonts = r"{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset134 B;}{\f2\fcharset204 C;}{\f3\fcharset128 D;}{\f4\fcharset178 E;}{\f5\cpg950 F;}}";
    let body = r"\f0 caf\'e9 {\f1 \'b5\'c7\'bc\'c7} \f2\'d0\'e5\'e5\'f1\'f2\'f0 \f3\'93o\'98\'5e \f4\'e3\'e3 \f5\'b5\'6e\'b0O";
    assert_eq!(
        text(&format!("{fonts}{body}")),
        "café 登记 Реестр 登録 ءء 登記".replace("ءء", "مم")
    );
}

#[test]
fn without_fonts_the_code_page_of_the_file_counts() {
    assert_eq!(whole(br"{\rtf1\ansi\ansicpg936 \'b5\'c7\'bc\'c7}").texts(), ["登记"]);
    assert_eq!(whole(br"{\rtf1\mac \'8e}").texts(), ["é"]);
    // charset 0 in a Chinese file: pairs are Chinese, a single byte is western
    let fonts = r"{\fonttbl{\f0\fcharset0 A;}}\f0";
    let file =
        format!("{{\\rtf1\\ansi\\ansicpg936{fonts} \\'b5\\'c7\\'bc\\'c7\\par caf\\'e9 au lait}}");
    assert_eq!(whole(file.as_bytes()).texts(), ["登记\ncafé au lait"]);
}

#[test]
fn without_any_statement_the_encoding_is_guessed_and_noted() {
    let sentence = "关于加强流动人口登记工作的通知，请各单位认真学习并遵照执行。";
    let bytes = encoding_rs::GBK.encode(sentence).0;
    let escaped: String = bytes.iter().map(|byte| format!("\\'{byte:02x}")).collect();
    let outcome = whole(format!("{{\\rtf1 {escaped}}}").as_bytes());
    assert_eq!(outcome.texts(), [sentence]);
    assert!(
        outcome.has_note(&NoteCode::CharsetGuessed { charset: "gb18030".to_owned(), texts: 1 })
    );
    // too little to tell: western, as the format has it
    let few = whole(br"{\rtf1 na\'efve}");
    assert_eq!((few.texts(), few.notes.len()), (vec!["naïve"], 0));
    let raw = [b"{\\rtf1\\ansi\\ansicpg936 ", &bytes[..], b"}"].concat();
    assert_eq!(whole(&raw).texts(), [sentence]);
    assert_eq!(whole(format!("{{\\rtf1\\ansi {sentence}}}").as_bytes()).texts(), [sentence]);
    let bad = whole(br"{\rtf1\ansi\ansicpg936 \'b5\'c7\'ff}");
    assert_eq!(bad.texts(), ["登\u{fffd}"]);
    assert!(bad.has_note(&NoteCode::UndecodableBytes { charset: "gb18030".to_owned(), places: 1 }));
}

#[test]
fn unicode_replaces_its_repetition_in_the_old_encoding() {
    assert_eq!(text(r"\u30331\'3f\u-29742?x"), "登记x".replace('记', "\u{8bd2}"));
    assert_eq!(text(r"\uc2\u24180\'94\'4e\u26376\'8c\'8ey"), "年月y");
    assert_eq!(text(r"\uc0\u24180 a"), "年a");
    assert_eq!(text(r"{\uc0\u24180}\u24180?b"), "年年b");
    assert_eq!(text(r"\u-10179?\u-8704?"), "\u{1f600}");
    assert_eq!(text(r"\u-10179?x"), "x");
    // a control word and a group count as one character and as none
    assert_eq!(text(r"\u24180\tab b"), "年b");
    assert_eq!(text(r"\u24180{c}d"), "年cd");
    assert_eq!(text(r"{\upr{old}{\*\ud{\u30331?new}}} after"), "登new after");
}

#[test]
fn characters_have_their_words_and_symbols() {
    assert_eq!(
        text(r"a\~b\_c\-d\{\}\\\emdash\bullet\lquote\ldblquote e\line f\tab g"),
        "a\u{a0}b\u{2011}cd{}\\—•‘“e\nf\tg"
    );
    assert_eq!(text(r"{\fonttbl{\f1\fcharset2 Symbol;}}{\f1 \'b7 abc\u-3999?}"), "• αβχα");
}

#[test]
fn tables_are_lines_of_cells() {
    let row = r"\trowd\cellx1\cellx2\intbl 姓名\cell\intbl 123\cell\row\trowd\intbl\cell b\cell\row\pard after\par";
    let row = row.replace("姓名", r"\u22995?\u21517?");
    let paragraphs = r"\trowd\intbl a\par\cell\intbl b\par c\par\cell\row\pard d\par";
    assert_eq!(text(paragraphs), "a\tb\nc\nd\n");
    assert_eq!(text(&row), "姓名\t123\n\tb\nafter\n");
}

#[test]
fn notes_headers_and_comments_are_marked() {
    let outcome = rtf(
        r"{\header head\par}{\footer foot\par}body{\footnote a note} more{\*\atnid LM}{\*\atnauthor Li Ming}\chatn{\*\annotation{\*\atndate 1}why}\par{\header head\par}",
    );
    assert_eq!(outcome.texts(), ["head\nbody more\nfoot\na note\nLi Ming: why\n"]);
    assert_eq!(outcome.marked(MarkKind::Furniture), ["head\n", "foot\n"]);
    assert_eq!(outcome.marked(MarkKind::Notes), ["a note"]);
    assert_eq!(outcome.marked(MarkKind::Annotation), ["Li Ming: why"]);
}

#[test]
fn hidden_and_deleted_text_is_kept_and_marked() {
    let outcome = rtf(r"a{\v secret\v0 b}{\deleted\revauthdel1 gone}c{\xe {\rtlch index}}\plain d");
    assert_eq!(outcome.texts(), ["asecretbgonecindexd"]);
    assert_eq!(outcome.marked(MarkKind::Hidden), ["secret", "index"]);
    assert_eq!(outcome.marked(MarkKind::Deleted), ["gone"]);
}

#[test]
fn pages_end_at_page_breaks() {
    let outcome = rtf(r"one\page two\page");
    assert_eq!(outcome.texts(), ["one", "two"]);
    let long = rtf(&r"line of text\par ".repeat(20_000));
    assert!(long.pages.len() > 3 && long.texts().concat().len() == 20_000 * 13);
}

#[test]
fn lists_show_the_numbers_that_the_file_has() {
    let body = r"{\*\listtable{\list{\listname x}}}{\listtext\f0 1.\tab}first\par{\pntext 2)\tab}second\par";
    assert_eq!(text(body), "1.\tfirst\n2)\tsecond\n");
}

#[test]
fn fields_show_results_and_report_what_acts() {
    let outcome = rtf(concat!(
        r#"{\field{\*\fldinst{HYPERLINK "https://example.org/a"}}{\fldrslt{link}}} "#,
        r#"{\field{\*\fldinst DDEAUTO c:\\cmd.exe}{\fldrslt x}}{\*\template http://example.org/t.dotm}"#
    ));
    assert_eq!(outcome.texts(), ["link x\nhttps://example.org/a\n"]);
    assert_eq!(outcome.marked(MarkKind::Annotation), ["https://example.org/a"]);
    assert!(
        outcome.has_note(&NoteCode::ActiveField { instruction: "DDEAUTO c:\\cmd.exe".to_owned() })
    );
    let (relation, target) =
        ("attachedTemplate".to_owned(), "http://example.org/t.dotm".to_owned());
    assert!(outcome.has_note(&NoteCode::ExternalReference {
        part: "rtf".to_owned(),
        relation,
        target
    }));
}

#[test]
fn pictures_and_objects_are_members() {
    let text = |text: &str| {
        let length = u32::try_from(text.len() + 1).expect("short").to_le_bytes();
        [&length[..], text.as_bytes(), &[0]].concat()
    };
    let packager = [
        &[2, 0][..],
        b"plan.txt\0C:\\plan.txt\0",
        &[0, 0, 3, 0],
        &4u32.to_le_bytes(),
        b"C:\\\0",
        &5u32.to_le_bytes(),
        b"plans",
    ]
    .concat();
    let size = u32::try_from(packager.len()).expect("short").to_le_bytes();
    let object =
        [&[1, 5, 0, 0, 2, 0, 0, 0][..], &text("Package"), &[0; 4], &[0; 4], &size, &packager]
            .concat();
    let hex: String = object.iter().map(|byte| format!("{byte:02x}")).collect();
    let body = format!(
        r"{{\*\shppict{{\pict\pngblip\picw1 8950 4e\bin2 \{{}}}}{{\nonshppict{{\pict\wmetafile8 0102}}}}{{\object\objemb{{\*\objclass Package}}{{\*\objdata {hex}}}{{\result shown}}}}"
    );
    let outcome = rtf(&body.replace(r"\{}", "{}"));
    let names: Vec<(&str, &[u8])> =
        outcome.members.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    assert_eq!(names, [("picture1.png", &b"\x89PN{}"[..]), ("plan.txt", b"plans")]);
    assert_eq!((outcome.texts(), outcome.pages[0].counts.images), (vec!["shown"], 1));
    let link =
        [&[1, 5, 0, 0, 1, 0, 0, 0][..], &text("Word"), &text("\\\\host\\a.doc"), &[0; 4]].concat();
    let hex: String = link.iter().map(|byte| format!("{byte:02x}")).collect();
    let linked = rtf(&format!(r"{{\object{{\*\objdata {hex}}}}}"));
    let target = "\\\\host\\a.doc".to_owned();
    let (part, relation) = ("rtf".to_owned(), "oleObject".to_owned());
    assert!(linked.has_note(&NoteCode::ExternalReference { part, relation, target }), "{linked:?}");
}

#[test]
fn a_bitmap_gets_the_header_of_a_file() {
    let header =
        [&40u32.to_le_bytes()[..], &[1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0], &[0; 24], &[1, 2, 3, 0]]
            .concat();
    let hex: String = header.iter().map(|byte| format!("{byte:02x}")).collect();
    let outcome = rtf(&format!(r"{{\pict\dibitmap0 {hex}}}"));
    assert_eq!(outcome.members[0].0, "picture1.bmp");
    assert_eq!(outcome.members[0].1[..14], [b'B', b'M', 58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0]);
}

#[test]
fn properties_have_the_names_of_other_office_files() {
    let outcome = rtf(concat!(
        r"{\info{\title \'c4 title}{\author Li}{\keywords one two}{\creatim\yr2019\mo3\dy28\hr10\min20}{\*\company C}}",
        r"{\*\userprops{\propname Case}\proptype30{\staticval 12/7}}text"
    ));
    for (key, value) in [
        ("dc:title", "Ä title"),
        ("dc:creator", "Li"),
        ("cp:keywords", "one two"),
        ("dcterms:created", "2019-03-28T10:20:00"),
        ("app:Company", "C"),
        ("custom:Case", "12/7"),
    ] {
        assert_eq!(outcome.property(key), Some(value), "{key}");
    }
    assert_eq!(outcome.texts(), ["text"]);
}

#[test]
fn text_boxes_are_read_and_their_fallback_is_not() {
    let body = r"{\shp{\*\shpinst{\sp{\sn wzDescription}{\sv a chart}}{\shptxt boxed\par}}{\shprslt{\*\do boxed}}}body\par";
    let outcome = rtf(body);
    assert_eq!(outcome.texts(), ["boxed\nbody\na chart\n"]);
    assert_eq!(outcome.marked(MarkKind::Annotation), ["a chart"]);
}

#[test]
fn html_in_rtf_is_unpacked() {
    let file = concat!(
        r"{\rtf1\ansi\ansicpg936\fromhtml1 {\fonttbl{\f0\fcharset134 S;}}{\*\htmltag19 <html>}{\*\htmltag64 <p>}",
        r"\htmlrtf {\f0\htmlrtf0 \'b5\'c7\'bc\'c7 {\*\htmltag84 <b>}\htmlrtf {\b \htmlrtf0 bold{\*\htmltag92 </b>}\htmlrtf }\htmlrtf0",
        r"\htmlrtf }\htmlrtf0{\*\mhtmltag64 <x>}\htmlrtf\par\htmlrtf0{\*\htmltag72 </p>}{\*\htmltag27 </html>}}"
    );
    let found = super::parse(file.as_bytes());
    assert_eq!(found.html.as_deref(), Some("<html><p>登记 <b>bold</b></p></html>"));
    assert_eq!(whole(file.as_bytes()).texts(), ["登记 bold\n"]);
}

#[test]
fn hostile_files_end() {
    assert!(matches!(whole(b"{\\rtf1").verdict, Verdict::Read | Verdict::Empty));
    assert!(whole(br"{\rtf1 cut {\b short").has_note(&NoteCode::FileCutShort));
    assert!(
        whole(br"{\rtf1 a}{\object hidden}").has_note(&NoteCode::TrailingBytes { bytes: Some(15) })
    );
    let deep = format!("{}deep", "{".repeat(300_000));
    let outcome = whole(format!("{{\\rtf1 {deep}{}", "}".repeat(300_000)).as_bytes());
    assert_eq!(outcome.texts(), ["deep"]);
    let captures = whole(format!("{{\\rtf1 {}", r"{\footnote x".repeat(50_000)).as_bytes());
    assert!(!captures.pages.is_empty());
    let bin = whole(br"{\rtf1{\pict\pngblip\bin2147483647 abc}");
    assert_eq!(bin.members[0].1, b"abc}");
}

#[test]
fn truncated_and_mutated_files_are_harmless() {
    let file = concat!(
        r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fcharset134 S;}}{\info{\title t}}{\header h}\uc1\u30331?\'b5\'c7",
        r#"{\field{\*\fldinst HYPERLINK "x"}{\fldrslt y}}{\pict\dibitmap 28000000}{\footnote n}\trowd\cell\row\page{\v h}}"#
    );
    torment(extract, file.as_bytes(), 7);
}
