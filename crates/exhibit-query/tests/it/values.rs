//! Values of fields: numbers, dates, addresses, folders, and what matches them.

use crate::query;
use exhibit_model::{CivilTime, Moment};
use exhibit_query::values_text::{addresses, below, folder, is_below, lines, message, place, read};
use exhibit_query::{PageEntry, clause_value, kind_of, matches};

#[test]
fn dates_have_exact_ends() {
    let at = |year, month, day, hour, minute, second| {
        CivilTime(Moment::from_civil(year, month, day, hour, minute, second).expect("a time").0)
    };
    let last = at(2017, 8, 23, 23, 59, 59);
    let midnight = at(2017, 8, 24, 0, 0, 0);
    for (asked, of_last, of_midnight) in [
        ("date:2017-08-23", true, false),
        ("date:2017-08-24", false, true),
        ("date:2017年8月23日", true, false),
        ("date:2017年8月23号", true, false),
        ("date:20170823", true, false),
        ("date:2017/8/23", true, false),
        ("date:2017.08.23", true, false),
        ("date:2017-08-23..2017-08-23", true, false),
        ("date:..2017-08-23", true, false),
        ("date:2017-08-24..", false, true),
        ("date:2017-08", true, true),
        ("date:2017年8月", true, true),
        ("date:2017", true, true),
        ("after:2017-08-23", false, true),
        ("after:2017-08", false, false),
        ("before:2017-08-24", true, false),
        ("before:2017-08", false, false),
        ("-date:2017-08-23", false, true),
    ] {
        for (date, expected) in [(last, of_last), (midnight, of_midnight)] {
            let entry = PageEntry { date: Some(date), ..PageEntry::default() };
            assert_eq!(matches(&query(asked), &entry), expected, "{asked} {date:?}");
        }
        // what has no date is in no period
        assert_eq!(
            matches(&query(asked), &PageEntry::default()),
            asked.starts_with('-'),
            "{asked}"
        );
    }
}

#[test]
fn months_end_with_their_last_day() {
    for (asked, year, month, day, expected) in [
        ("date:2016-02", 2016, 2, 29, true),
        ("date:2016-02-29", 2016, 2, 29, true),
        ("date:2017-12", 2017, 12, 31, true),
        ("date:2017-12", 2018, 1, 1, false),
        ("date:2017", 2018, 1, 1, false),
        ("date:1899", 1899, 6, 1, true),
    ] {
        let date = Moment::from_civil(year, month, day, 0, 0, 0).map(|moment| CivilTime(moment.0));
        let entry = PageEntry { date, ..PageEntry::default() };
        assert_eq!(matches(&query(asked), &entry), expected, "{asked}");
    }
}

#[test]
fn numbers_and_ranges_include_their_ends() {
    for (asked, bytes, expected) in [
        ("size:1500", 1_500, true),
        ("size:1.5k", 1_500, true),
        ("size:1.5KB", 1_500, true),
        ("size:1k..2k", 1_000, true),
        ("size:1k..2k", 2_000, true),
        ("size:1k..2k", 2_001, false),
        ("size:1g..", 1_000_000_000, true),
        ("size:..1t", 1_000_000_000_000, true),
        ("size:>1m", 1_000_000, false),
        ("size:>1m", 1_000_001, true),
        ("size:>=1m", 1_000_000, true),
        ("size:<1m", 999_999, true),
        ("size:<1m", 1_000_000, false),
        ("size:<=1m", 1_000_000, true),
        ("size:<0", 0, false),
        ("size:0", 0, true),
        // between two whole numbers
        ("size:>1.5", 2, true),
        ("size:>1.5", 1, false),
        ("size:<1.5", 1, true),
        ("size:<1.5", 2, false),
        ("size:>=1.5", 1, false),
        ("size:<=1.5", 2, false),
        ("size:1.5", 1, false),
        ("size:1.5", 2, false),
        ("size:0.5..1.5", 1, true),
        ("size:0.5..1.5", 2, false),
        ("size:0.5..1.5", 0, false),
    ] {
        let entry = PageEntry { bytes, ..PageEntry::default() };
        assert_eq!(matches(&query(asked), &entry), expected, "{asked} {bytes}");
    }
}

#[test]
fn confidence_is_compared_in_percent() {
    for (asked, percent, expected) in [
        ("ocr:<0.8", 79, true),
        ("ocr:<0.8", 80, false),
        ("ocr:0.29", 29, true),
        ("ocr:0.57..0.58", 58, true),
        ("ocr:>0.855", 86, true),
        ("ocr:..0.855", 86, false),
        ("ocr:1", 100, true),
    ] {
        let entry = PageEntry { ocr: Some(percent), ..PageEntry::default() };
        assert_eq!(matches(&query(asked), &entry), expected, "{asked} {percent}");
    }
    assert!(!matches(&query("ocr:0.."), &PageEntry::default()));
}

#[test]
fn addresses_of_headers() {
    for (line, expected) in [
        ("a@b.example", &["a@b.example"][..]),
        (
            "Office <Office@Baihe.example>; LI@baihe.example",
            &["li@baihe.example", "office@baihe.example"],
        ),
        (
            "综合科<zhk@x.example>，李明（li@x.example）；wang@x.example、q@x.example",
            &["li@x.example", "q@x.example", "wang@x.example", "zhk@x.example"],
        ),
        ("“a@b.example”", &["a@b.example"]),
        ("'a@b.example' (home)", &["a@b.example"]),
        ("undisclosed-recipients:;", &["undisclosed-recipients:;"]),
        ("@b a@", &["@b a@"]),
        ("", &[]),
    ] {
        assert_eq!(addresses(line), expected, "{line}");
        for address in expected {
            let entry = PageEntry { from: line, ..PageEntry::default() };
            assert!(matches(&query(&format!("sender:\"{address}\"")), &entry), "{address}");
        }
    }
}

#[test]
fn values_can_be_quoted_in_a_query() {
    for (value, expected) in [
        ("  a b ", "a b"),
        ("“通知”（一）", "'通知'(一)"),
        ("«Дело» 「二」", "'Дело' '二'"),
        ("a*b\"c", "a·b'c"),
        ("a\tb\u{7}c\nd", "a b c d"),
        ("ＡＢ：，", "AB:，"),
        ("2016—2017", "2016-2017"),
    ] {
        let made = clause_value(value);
        assert_eq!(made, expected);
        assert_eq!(clause_value(&made), made, "{value}");
        let entry = PageEntry { sources: &[&made], ..PageEntry::default() };
        assert!(matches(&query(&format!("source:\"{made}\"")), &entry), "{value}");
    }
}

#[test]
fn folders_are_ranges_of_their_column() {
    let path = "盘 2/通知.zip!/附件/a.txt";
    assert_eq!(folder(path), "盘 2\u{1}通知.zip!\u{1}附件");
    assert_eq!(read(&place(path)), path);
    for (wanted, expected) in [
        ("盘 2", true),
        ("盘 2/通知.zip!", true),
        ("盘 2/通知", false),
        ("盘", false),
        ("附件", false),
    ] {
        let (from, until) = below(wanted);
        let own = folder(path).into_bytes();
        assert_eq!((from..until).contains(&own), expected, "{wanted}");
        assert_eq!(is_below(path, wanted), expected, "{wanted}");
    }
}

#[test]
fn ids_of_messages_are_folded() {
    assert_eq!(message(" <ABC.1@Host.example> "), "abc.1@host.example");
    assert_eq!(message("\"q\"@h"), "'q'@h");
    assert_eq!(message(&"x".repeat(600)).len(), 500);
}

#[test]
fn lines_are_far_apart() {
    let offsets: Vec<(&str, u32)> = lines("a\n\nb").collect();
    assert_eq!(offsets, [("a", 0), ("", 1 << 20), ("b", 2 << 20)]);
}

#[test]
fn media_types_have_words() {
    for (media_type, word) in [
        ("application/pdf", "pdf"),
        ("message/rfc822", "mail"),
        ("image/png", "image"),
        ("x/unknown", "x/unknown"),
    ] {
        assert_eq!(kind_of(media_type), word);
        let entry = PageEntry { media_type, ..PageEntry::default() };
        assert!(matches(&query(&format!("type:{word}")), &entry), "{word}");
    }
}
