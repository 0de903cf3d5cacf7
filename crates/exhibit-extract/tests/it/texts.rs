//! Plain text and tables.

use crate::said::{read, read_with};
use encoding_rs::{BIG5, EUC_KR, GB18030, KOI8_R, SHIFT_JIS, WINDOWS_1251, WINDOWS_1256};
use exhibit_model::{Limits, NoteCode, PageKind, Reason, Verdict};

const CHINESE: &str = "关于进一步加强登记工作的通知\n各县市、各部门：为做好今年的人口登记工作，现将有关事项通知如下。\n";
const TRADITIONAL: &str = "關於進一步加強登記工作的通知\n各縣市、各部門：為做好今年的人口登記工作，現將有關事項通知如下。\n";
const RUSSIAN: &str =
    "О мерах по учёту населения\nВо исполнение решения районного совета сообщаем следующее.\n";
const ARABIC: &str =
    "تعميم بشأن تسجيل السكان\nإلى جميع الإدارات المحلية: يرجى اتخاذ الإجراءات اللازمة.\n";
const JAPANESE: &str =
    "住民登録の強化についてのお知らせ\n各市町村の皆さまへ、次のとおりお知らせします。\n";
const KOREAN: &str = "주민 등록 강화에 관한 알림\n각 시군 부서에 다음과 같이 알립니다.\n";

#[test]
fn text_is_read_in_any_encoding() {
    let encode =
        |text: &str, encoding: &'static encoding_rs::Encoding| encoding.encode(text).0.into_owned();
    let wide = |text: &str, unit: fn(u16) -> [u8; 2]| {
        text.encode_utf16().flat_map(unit).collect::<Vec<u8>>()
    };
    let hz = b"~{R;6~~}, ok\n~{VPND~}\n".to_vec();
    let cases: Vec<(Vec<u8>, &str, &str)> = vec![
        (CHINESE.as_bytes().to_vec(), CHINESE, "utf-8"),
        ([b"\xEF\xBB\xBF", CHINESE.as_bytes()].concat(), CHINESE, "utf-8"),
        (encode(CHINESE, GB18030), CHINESE, "gb18030"),
        (encode(TRADITIONAL, BIG5), TRADITIONAL, "big5"),
        (encode(RUSSIAN, WINDOWS_1251), RUSSIAN, "windows-1251"),
        (encode(RUSSIAN, KOI8_R), RUSSIAN, "koi8-u"),
        (encode(ARABIC, WINDOWS_1256), ARABIC, "windows-1256"),
        (encode(JAPANESE, SHIFT_JIS), JAPANESE, "shift_jis"),
        (encode(KOREAN, EUC_KR), KOREAN, "euc-kr"),
        (encode(JAPANESE, encoding_rs::ISO_2022_JP), JAPANESE, "iso-2022-jp"),
        (wide(CHINESE, u16::to_le_bytes), CHINESE, "utf-16le"),
        (wide(CHINESE, u16::to_be_bytes), CHINESE, "utf-16be"),
        (wide("plain words\n", u16::to_be_bytes), "plain words\n", "utf-16be"),
        ([b"\xFF\xFE".to_vec(), wide(RUSSIAN, u16::to_le_bytes)].concat(), RUSSIAN, "utf-16le"),
        (CHINESE.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect(), CHINESE, "utf-32be"),
        (hz, "一二, ok\n中文\n", "hz-gb-2312"),
    ];
    for (bytes, text, charset) in cases {
        let bytes =
            if charset == "hz-gb-2312" { b"~{R;6~~}, ok\n~{VPND~}\n".to_vec() } else { bytes };
        let said = read("x", &bytes);
        assert_eq!(said.text(), text, "{charset}");
        assert_eq!(said.get("text:charset"), Some(charset));
        let marked = bytes.starts_with(b"\xFF\xFE") || charset == "utf-8";
        let guessed = NoteCode::CharsetGuessed { charset: charset.to_owned(), texts: 1 };
        assert_eq!(said.has_note(&guessed), !marked, "{charset}");
    }
}

#[test]
fn what_cannot_be_decoded_is_counted() {
    let mut bytes = CHINESE.as_bytes().repeat(3);
    bytes[30] = 0xFF;
    let said = read("x.txt", &bytes);
    assert_eq!(said.verdict, Verdict::Read);
    assert_eq!(said.get("text:charset"), Some("utf-8"));
    assert!(said.text().contains('\u{fffd}') && said.text().contains("有关事项"));
    let undecodable = NoteCode::UndecodableBytes { charset: "utf-8".to_owned(), places: 3 };
    assert!(said.has_note(&undecodable), "{:?}", said.notes);
}

#[test]
fn pages_end_at_form_feeds_and_line_ends() {
    let said = read("x.txt", b"one\x0Ctwo\r\nthree\rfour\x0C");
    assert_eq!(
        said.pages.iter().map(|p| p.text.as_str()).collect::<Vec<_>>(),
        ["one", "two\nthree\nfour"]
    );
    assert_eq!(said.get("text:line-ends"), Some("mixed"));
    for (line, name) in
        [("登记表第一行\n", "lines"), ("登记表", "one line"), ("word and word ", "words")]
    {
        let long = line.repeat(100_000 / line.len());
        let said = read("x.txt", long.as_bytes());
        assert_eq!(said.text(), long, "nothing is lost or changed: {name}");
        assert!(
            said.pages.len() > 5 && said.pages.iter().all(|p| p.text.len() <= 16 << 10),
            "{name}"
        );
        let cut = said.pages.iter().rev().skip(1).filter(|p| !p.text.ends_with('\n')).count();
        assert_eq!(cut > 0, name != "lines");
    }
}

#[test]
fn limits_end_a_text() {
    let limits = Limits { text_bytes: 20_000, ..Limits::STANDARD };
    let said = read_with("x.txt", "a line of text\n".repeat(5000).as_bytes(), &[], limits);
    assert_eq!(said.verdict, Verdict::Truncated(Reason::TextLimit { bytes: 20_000 }));
    assert!(!said.pages.is_empty());
}

#[test]
fn tables_keep_their_text_and_are_counted() {
    let mut table = "姓名;备注;号码\n".to_owned();
    for n in 0..1200 {
        table.push_str(&format!("某{n};\"一行\n两行; \"\"引号\"\"\";{n}\n"));
    }
    let bytes = GB18030.encode(&table).0;
    let said = read("名单.csv", &bytes);
    assert_eq!(said.text(), table);
    assert_eq!(said.pages.len(), 3);
    assert!(said.pages.iter().all(|page| page.kind == PageKind::Sheet));
    assert_eq!(said.pages[1].label, "501-1000");
    assert_eq!((said.get("table:rows"), said.get("table:columns")), (Some("1201"), Some("3")));
    assert_eq!(said.get("table:delimiter"), Some("semicolon"));
}

#[test]
fn a_quote_that_is_never_closed_costs_one_row() {
    let mut table = "a,b\n1,\"x\n".to_owned();
    table.push_str(&"1,2\n".repeat(600_000));
    let said = read("x.csv", table.as_bytes());
    assert_eq!(said.text(), table);
    assert_eq!(said.get("table:rows"), Some("600002"));
    assert!(said.has_note(&NoteCode::UnclosedQuotes { quotes: 1 }));
    let endless = format!("a,b\n{}", "x".repeat(5 << 20));
    assert_eq!(read("x.csv", endless.as_bytes()).text(), endless);
}

#[test]
fn declarations_of_bags_are_noted() {
    let declaration = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
    for text in [
        declaration.to_owned(),
        declaration.replace('\n', "\r\n"),
        format!("\u{feff}{declaration}"),
    ] {
        let said = read("bagit.txt", text.as_bytes());
        assert_eq!(said.get("bagit:version"), Some("1.0"));
        assert!(
            said.has_note(&NoteCode::BagDeclared { version: "1.0".to_owned() }),
            "{:?}",
            said.notes
        );
    }
    for text in [
        "BagIt-Version: 1.0\n",
        "BagIt-Version: x\nTag-File-Character-Encoding: UTF-8\n",
        "A BagIt-Version: 1.0\n",
    ] {
        assert!(read("bagit.txt", text.as_bytes()).notes.is_empty(), "{text}");
    }
}
