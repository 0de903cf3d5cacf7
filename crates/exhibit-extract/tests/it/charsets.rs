//! Encodings that are declared, declared wrongly, damaged, or not declared at all.

use crate::said::{Said, read};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, ISO_2022_JP, KOI8_R, SHIFT_JIS, UTF_8, WINDOWS_1251,
    WINDOWS_1252,
};
use exhibit_model::NoteCode;

const CHINESE: &str = "各县市要在月底前把人员登记表上报办公室，名单由专人保管，不得外传。";
const TRADITIONAL: &str = "各縣市要在月底前把人員登記表上報辦公室，名單由專人保管，不得外傳。";
const JAPANESE: &str = "各部署は月末までに名簿を提出しなければならない。";
const KOREAN: &str = "각 부서는 이번 달 말까지 명단을 제출하여야 한다.";
const RUSSIAN: &str = "Список лиц хранится в канцелярии и передаче не подлежит.";

const MULTIBYTE: [(&Encoding, &str, &str); 5] = [
    (GB18030, CHINESE, "gb18030"),
    (BIG5, TRADITIONAL, "big5"),
    (SHIFT_JIS, JAPANESE, "shift_jis"),
    (EUC_JP, JAPANESE, "euc-jp"),
    (EUC_KR, KOREAN, "euc-kr"),
];

fn lines(encoding: &'static Encoding, line: &str, count: usize) -> Vec<u8> {
    encoding.encode(&format!("{line}\r\n").repeat(count)).0.into_owned()
}

fn damaged(said: &Said) -> bool {
    said.noted(|code| matches!(code, NoteCode::UndecodableBytes { .. }))
}

/// Ways to damage a text of lines, each in its middle, and how many lines they cost at most.
fn damages(clean: &[u8]) -> Vec<(&'static str, Vec<u8>, usize)> {
    let line = clean.iter().position(|b| *b == b'\n').map_or(0, |p| p + 1);
    // within the first characters of the third line
    let at = 2 * line + 5;
    let with =
        |piece: &[u8], skipped: usize| [&clean[..at], piece, &clean[at + skipped..]].concat();
    vec![
        ("last byte cut", clean[..clean.len() - 3].to_vec(), 1),
        ("a byte lost", with(b"", 1), 1),
        ("FF inserted", with(b"\xFF", 0), 1),
        ("FF instead of a byte", with(b"\xFF", 1), 1),
        ("a question mark instead of a byte", with(b"?", 1), 1),
        ("a blank inserted", with(b" ", 0), 1),
        ("a line end within a character", with(b"\r\n", 0), 1),
        (
            "a line in another encoding",
            [&clean[..2 * line], "名单 – UTF-8\r\n".as_bytes(), &clean[2 * line..]].concat(),
            0,
        ),
        (
            "a line of accented letters",
            [&clean[..2 * line], b"Caf\xE9 M\xFCller\r\n", &clean[2 * line..]].concat(),
            0,
        ),
    ]
}

#[test]
fn damage_does_not_change_the_encoding_of_a_text() {
    for (encoding, line, charset) in MULTIBYTE {
        for (case, bytes, cost) in damages(&lines(encoding, line, 12)) {
            let said = read("x.txt", &bytes);
            assert_eq!(
                said.get("text:charset"),
                Some(charset),
                "{charset} {case}: {}",
                said.text()
            );
            assert!(
                said.text().matches(line).count() >= 12 - cost,
                "{charset} {case}: {}",
                said.text()
            );
        }
    }
}

#[test]
fn damage_does_not_change_a_declared_encoding() {
    for (encoding, line, charset) in MULTIBYTE {
        for (case, bytes, cost) in damages(&lines(encoding, line, 6)) {
            let head = format!(
                "From: a@example.org\nTo: b@example.org\nContent-Type: text/plain; charset={charset}\n\n"
            );
            let said = read("x.eml", &[head.as_bytes(), &bytes].concat());
            assert!(
                said.text().matches(line).count() >= 6 - cost,
                "mail {charset} {case}: {}",
                said.text()
            );
            let mismatch = |code: &NoteCode| matches!(code, NoteCode::CharsetMismatch { .. });
            assert!(!said.noted(mismatch), "mail {charset} {case}: {:?}", said.notes);
            let head = format!("<html><head><meta charset={charset}></head><body><pre>");
            let said = read("x.html", &[head.as_bytes(), &bytes].concat());
            assert_eq!(said.get("text:charset"), Some(charset), "page {charset} {case}");
            assert!(
                said.text().matches(line).count() >= 6 - cost,
                "page {charset} {case}: {}",
                said.text()
            );
        }
    }
    let japanese =
        [&ISO_2022_JP.encode(JAPANESE).0, &b"\xFF\n"[..], &ISO_2022_JP.encode(JAPANESE).0].concat();
    let head =
        "From: a@example.org\nTo: b@example.org\nContent-Type: text/plain; charset=iso-2022-jp\n\n";
    let said = read("x.eml", &[head.as_bytes(), &japanese].concat());
    assert_eq!(said.text().matches(JAPANESE).count(), 2, "{}", said.text());
    assert!(damaged(&said), "{:?}", said.notes);
}

#[test]
fn utf8_with_a_damaged_byte_stays_utf8() {
    for text in [CHINESE, RUSSIAN, "姓名,编号\n张甲,1\n"] {
        for bytes in [
            [text.as_bytes(), b"\xFF,3\n"].concat(),
            [text.as_bytes(), &"名".as_bytes()[..2]].concat(),
        ] {
            let said = read("x.csv", &bytes);
            assert_eq!(said.get("text:charset"), Some("utf-8"), "{text}");
            assert!(said.text().starts_with(text) && damaged(&said), "{}", said.text());
            let head = "From: a@example.org\nTo: b@example.org\nContent-Type: text/plain; charset=utf-8\n\n";
            let said = read("x.eml", &[head.as_bytes(), &bytes].concat());
            assert!(said.text().contains(text) && damaged(&said), "{}", said.text());
        }
    }
}

#[test]
fn false_declarations_are_overruled() {
    for (stated, encoding, text, charset) in [
        ("iso-8859-1", UTF_8, CHINESE, "utf-8"),
        ("us-ascii", UTF_8, CHINESE, "utf-8"),
        ("gb2312", UTF_8, CHINESE, "utf-8"),
        ("windows-1252", UTF_8, "Müller und Söhne", "utf-8"),
        ("koi8-r", UTF_8, RUSSIAN, "utf-8"),
        ("iso-8859-1", GB18030, CHINESE, "gb18030"),
        ("us-ascii", GB18030, CHINESE, "gb18030"),
        ("utf-8", GB18030, CHINESE, "gb18030"),
        ("utf-8", BIG5, TRADITIONAL, "big5"),
        ("utf-8", SHIFT_JIS, JAPANESE, "shift_jis"),
        ("euc-kr", GB18030, CHINESE, "gb18030"),
        ("gb2312", BIG5, TRADITIONAL, "big5"),
        ("iso-8859-1", WINDOWS_1251, RUSSIAN, "windows-1251"),
        ("utf-8", WINDOWS_1252, "Gemäß Anlage fällig, Grüße aus München", "windows-1252"),
    ] {
        let bytes = encoding.encode(text).0;
        let page = [format!("<meta charset=\"{stated}\"><p>").as_bytes(), &bytes].concat();
        let mail = [
            format!("From: a@example.org\nTo: b@example.org\nContent-Type: text/plain; charset={stated}\n\n")
                .as_bytes(),
            &bytes,
        ]
        .concat();
        for (name, bytes) in [("x.html", page), ("x.eml", mail)] {
            let said = read(name, &bytes);
            assert!(said.text().contains(text), "{name} {stated} {charset}: {}", said.text());
            let overruled = |code: &NoteCode| matches!(code, NoteCode::CharsetMismatch { charset: c, .. } if c == charset);
            assert!(said.noted(overruled), "{name} {stated} {charset}: {:?}", said.notes);
        }
    }
}

#[test]
fn true_declarations_stand() {
    for (stated, encoding, text) in [
        ("koi8-r", KOI8_R, RUSSIAN),
        ("windows-1251", WINDOWS_1251, RUSSIAN),
        ("iso-8859-1", WINDOWS_1252, "Gemäß Anlage fällig, Grüße aus München"),
        ("iso-8859-1", WINDOWS_1252, "é"),
        ("cp936", GB18030, "登记名单镕"),
        ("windows-936", GB18030, "登记"),
        ("x-gbk", GB18030, "登记"),
        ("gb_2312-80", GB18030, "登记"),
        ("cp950", BIG5, "登記"),
        ("cp949", EUC_KR, "등록"),
        ("cp932", SHIFT_JIS, "登録"),
        ("cp65001", UTF_8, "登记"),
    ] {
        let head =
            format!("<meta http-equiv=Content-Type content=\"text/html; charset={stated}\"><p>");
        let said = read("x.html", &[head.as_bytes(), &encoding.encode(text).0].concat());
        assert!(said.text().contains(text), "{stated}: {}", said.text());
        assert!(!said.noted(|code| matches!(
            code,
            NoteCode::CharsetMismatch { .. } | NoteCode::CharsetGuessed { .. }
        )));
    }
}

#[test]
fn xml_is_read_in_its_declared_encoding() {
    for (declared, encoding, text) in [
        ("gb2312", GB18030, "登记"),
        ("GBK", GB18030, "登记名单"),
        ("Big5", BIG5, "登記"),
        ("windows-1251", WINDOWS_1251, "Список лиц"),
        ("ISO-8859-1", WINDOWS_1252, "café naïve"),
        ("Shift_JIS", SHIFT_JIS, "登録"),
    ] {
        for quote in ['"', '\''] {
            let document = format!(
                "<?xml version={quote}1.0{quote} encoding={quote}{declared}{quote}?>\n<a b=\"{text}\">{text}</a>\n"
            );
            let said = read("x.xml", &encoding.encode(&document).0);
            assert_eq!(said.text(), document, "{declared}");
        }
    }
    let document = "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n<a>登记名单</a>\n";
    let wide: Vec<u8> = document.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read("x.xml", &wide).text(), document);
    assert_eq!(read("x.xml", &[b"\xFF\xFE", &wide[..]].concat()).text(), document);
    assert_eq!(read("x.xml", document.as_bytes()).text(), document);
}

#[test]
fn texts_of_a_few_characters_are_chinese_before_korean() {
    for text in [
        "登记表",
        "内部资料",
        "请看附件",
        "机密",
        "收到",
        "明天上午九点开会。",
        "see 附件 for the 名单",
        "王芳\r\n李兰\r\n",
    ] {
        let said = read("x.txt", &GB18030.encode(text).0);
        assert_eq!(
            (said.get("text:charset"), said.text()),
            (Some("gb18030"), text.replace("\r\n", "\n"))
        );
    }
    for text in ["登記表", "內部資料", "關於登記的通知", "聯絡人：李強"] {
        let said = read("x.txt", &BIG5.encode(text).0);
        assert_eq!((said.get("text:charset"), said.text()), (Some("big5"), text.to_owned()));
    }
}

#[test]
fn nul_bytes_and_controls_leave_a_text_a_text() {
    let row = |n: usize| format!("row {n},register of names,{}\n", n * 7);
    let rows: String = (0..40).map(row).collect();
    for (case, bytes) in [
        ("one", rows.replacen("names", "names\0", 1).into_bytes()),
        ("at each end", rows.replace('\n', "\0\n").into_bytes()),
        ("padded", [rows.as_bytes(), &[0; 900]].concat()),
        ("short", b"name,no\r\nlist\0,2\r\n".to_vec()),
        ("Ctrl-Z", [rows.as_bytes(), b"\x1A"].concat()),
        ("short with Ctrl-Z", b"a short text\x1A".to_vec()),
        ("colours", b"\x1B[31mred word\x1B[0m\r\n\x08\x07bell".to_vec()),
    ] {
        let said = read("x.txt", &bytes);
        assert!(
            matches!(said.media_type.as_str(), "text/plain" | "text/csv"),
            "{case}: {}",
            said.media_type
        );
        assert_eq!(said.text(), String::from_utf8_lossy(&bytes).replace("\r\n", "\n"), "{case}");
        assert_eq!(said.get("text:charset"), Some("utf-8"), "{case}");
    }
}

#[test]
fn rare_encodings_are_decoded() {
    let wide = |text: &str, unit: fn(u16) -> [u8; 2]| {
        text.encode_utf16().flat_map(unit).collect::<Vec<u8>>()
    };
    let utf32 =
        |text: &str| text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect::<Vec<u8>>();
    let korean = b"\x1B$)C\x0E8m4\\\x0F list\n".to_vec();
    let turkish = "Ki\u{9f}ilerin listesi b\u{81}roda saklanmal\u{8d}, d\u{9f}ar\u{8d}ya ver\u{8d}lmemeli, ba\u{a7}l\u{8d} b\u{94}l\u{81}m";
    let turkish: Vec<u8> =
        turkish.chars().map(|c| u8::try_from(u32::from(c)).expect("one byte")).collect();
    for (bytes, text, charset) in [
        (wide(CHINESE, u16::to_le_bytes), CHINESE.to_owned(), "utf-16le"),
        (wide(CHINESE, u16::to_be_bytes), CHINESE.to_owned(), "utf-16be"),
        (utf32("a register of names\n"), "a register of names\n".to_owned(), "utf-32le"),
        ([&b"\xFF\xFE\0\0"[..], &utf32(RUSSIAN)].concat(), RUSSIAN.to_owned(), "utf-32le"),
        (korean, "명단 list\n".to_owned(), "iso-2022-kr"),
        (
            turkish,
            "Kişilerin listesi büroda saklanmalı, dşarıya verılmemeli, bağlı bölüm".to_owned(),
            "ibm857",
        ),
    ] {
        let said = read("x.txt", &bytes);
        assert_eq!((said.get("text:charset"), said.text()), (Some(charset), text));
    }
}
