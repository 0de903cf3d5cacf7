//! Items as their properties, without a file around them.

use super::property::{Name, Names, Properties, Value};
use super::{Item, fields, id, lzfu};
use crate::formats::office::testing::{Outcome, read};
use exhibit_model::{MarkKind, NoteCode, Verdict};
use std::cell::RefCell;
use std::rc::Rc;

fn wide(text: &str) -> Value {
    Value::Wide(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
}

fn narrow(bytes: &[u8]) -> Value {
    Value::Narrow(bytes.to_vec())
}

thread_local! {
    static ITEM: RefCell<Item> = RefCell::new(Item::default());
}

/// The output for an item.
fn emitted(item: Item) -> Outcome {
    ITEM.with(|held| *held.borrow_mut() = item);
    read(|_, _, out| ITEM.with(|item| item.borrow().emit(out).map(|_| Verdict::Read)), b"")
}

fn item(values: Vec<(u16, Value)>) -> Item {
    let mut item = Item::default();
    values.into_iter().for_each(|(id, value)| item.properties.insert(id, value));
    item
}

fn person(kind: i64, name: &str, address: &str) -> Properties {
    let mut person = Properties::default();
    person.insert(id::RECIPIENT_TYPE, Value::Integer(kind));
    person.insert(id::DISPLAY_NAME, wide(name));
    person.insert(id::SMTP_ADDRESS, wide(address));
    person
}

const TICKS: u64 = 131_542_272_000_000_000;

#[test]
fn a_message_is_as_a_mail_program_shows_it() {
    let mut message = item(vec![
        (id::SUBJECT, wide("\u{1}\u{5}RE: 通知")),
        (id::REPRESENTING_NAME, wide("李四")),
        (id::REPRESENTING_SMTP, wide("li@example.org")),
        (id::SENDER_NAME, wide("Office")),
        (id::SENDER_SMTP, wide("office@example.org")),
        (id::SUBMITTED, Value::Time(TICKS)),
        (id::MESSAGE_ID, wide("<1@example.org>")),
        (id::IN_REPLY_TO, wide("<0@example.org>")),
        (id::REFERENCES, wide("<0@example.org>")),
        (id::IMPORTANCE, Value::Integer(2)),
        (id::CLASS, wide("IPM.Note")),
        (id::BODY, wide("first\r\nsecond")),
    ]);
    message.recipients = vec![
        person(1, "Wang, Wu", "wang@example.org"),
        person(1, "zhao@example.org", "zhao@example.org"),
        person(2, "", "cc@example.org"),
        person(3, "Hidden", ""),
    ];
    let outcome = emitted(message);
    for (key, value) in [
        ("mail:subject", "RE: 通知"),
        ("mail:from", "李四 <li@example.org>"),
        ("mail:sender", "Office <office@example.org>"),
        ("mail:to", "\"Wang, Wu\" <wang@example.org>, zhao@example.org"),
        ("mail:cc", "cc@example.org"),
        ("mail:bcc", "Hidden"),
        ("mail:date", "2017-11-04T00:00:00Z"),
        ("mail:message-id", "<1@example.org>"),
        ("mail:in-reply-to", "<0@example.org>"),
        ("mail:references", "<0@example.org>"),
        ("mail:importance", "high"),
        ("mapi:class", "IPM.Note"),
    ] {
        assert_eq!(outcome.property(key), Some(value), "{key}");
    }
    let text = outcome.texts().concat();
    assert!(text.starts_with("From: 李四 <li@example.org>\nSender: Office"), "{text}");
    assert!(text.ends_with("Subject: RE: 通知\n\nfirst\nsecond"), "{text}");
    assert_eq!(outcome.marked(MarkKind::Header).len(), 1);
}

#[test]
fn the_internet_header_fills_what_is_missing() {
    let headers = "Date: Tue, 12 Nov 2019 08:30:00 +0800\r\nMessage-ID: <9@example.org>\r\nFrom: Li <li@example.org>\r\nTo: a@example.org\r\n";
    let outcome = emitted(item(vec![
        (id::HEADERS, wide(headers)),
        (id::REPRESENTING_NAME, wide("Li")),
        (id::REPRESENTING_ADDRESS, wide("/O=ORG/CN=LI")),
        (id::SUBMITTED, Value::Time(TICKS)),
    ]));
    assert_eq!(outcome.property("mail:date"), Some("2019-11-12T08:30:00+08:00"));
    assert_eq!(outcome.property("mail:message-id"), Some("<9@example.org>"));
    assert_eq!(outcome.property("mail:from"), Some("Li <li@example.org>"));
    assert_eq!(outcome.property("mail:to"), Some("a@example.org"));
    let old = emitted(item(vec![
        (id::REPRESENTING_NAME, wide("Li")),
        (id::SENDER_NAME, wide("Li")),
        (id::SENDER_ADDRESS, wide("li@example.org")),
    ]));
    assert_eq!(
        (old.property("mail:from"), old.property("mail:sender")),
        (Some("Li <li@example.org>"), None)
    );
    let unreadable = emitted(item(vec![
        (id::HEADERS, wide("Date: yesterday\r\n")),
        (id::SUBMITTED, Value::Time(TICKS)),
    ]));
    assert_eq!(unreadable.property("mail:date"), Some("2017-11-04T00:00:00Z"));
    assert_eq!(unreadable.property("mail:date-as-written"), Some("yesterday"));
    assert!(unreadable.has_note(&NoteCode::DateUnreadable));
}

#[test]
fn narrow_texts_are_read_in_the_stated_code_page_or_a_guessed_one() {
    let body = encoding_rs::BIG5.encode("關於加強登記工作的通知，請各單位認真學習並遵照執行。").0;
    let stated = emitted(item(vec![
        (id::MESSAGE_CODE_PAGE, Value::Integer(950)),
        (id::BODY, narrow(&body)),
    ]));
    assert!(stated.texts()[0].contains("登記工作"), "{stated:?}");
    assert!(stated.notes.is_empty());
    let guessed =
        emitted(item(vec![(id::SUBJECT, narrow(&body[..18])), (id::BODY, narrow(&body))]));
    assert!(guessed.texts()[0].contains("登記工作"), "{guessed:?}");
    assert!(guessed.has_note(&NoteCode::CharsetGuessed { charset: "big5".to_owned(), texts: 1 }));
    // a page that accepts any byte is no evidence against UTF-8
    let lying = emitted(item(vec![
        (id::MESSAGE_CODE_PAGE, Value::Integer(1252)),
        (id::BODY, narrow("关于登记".as_bytes())),
    ]));
    assert_eq!(lying.texts(), ["关于登记"]);
    let gbk = encoding_rs::GBK.encode("关于加强登记工作的通知，请各单位认真学习").0;
    let lying = emitted(item(vec![
        (id::MESSAGE_CODE_PAGE, Value::Integer(1252)),
        (id::BODY, narrow(&gbk)),
    ]));
    assert_eq!(lying.texts(), ["关于加强登记工作的通知，请各单位认真学习"]);
    let western = encoding_rs::WINDOWS_1252.encode("Élève à l’école déjà passé").0;
    let western = emitted(item(vec![
        (id::MESSAGE_CODE_PAGE, Value::Integer(1252)),
        (id::BODY, narrow(&western)),
    ]));
    assert_eq!((western.texts(), western.notes.len()), (vec!["Élève à l’école déjà passé"], 0));
}

#[test]
fn other_forms_of_a_body_are_kept_if_they_have_more() {
    let html = b"<meta charset=gbk><p>one two <b>\xb5\xc7\xbc\xc7</b>";
    let only = emitted(item(vec![(id::HTML, Value::Binary(html.to_vec()))]));
    assert_eq!(only.texts(), ["one two 登记\n"]);
    assert!(only.members.is_empty());
    let same = emitted(item(vec![
        (id::BODY, wide("one two 登记")),
        (id::HTML, Value::Binary(html.to_vec())),
    ]));
    assert_eq!((same.texts(), same.members.len()), (vec!["one two 登记"], 0));
    let more =
        emitted(item(vec![(id::BODY, wide("one")), (id::HTML, Value::Binary(html.to_vec()))]));
    assert_eq!((more.members[0].0.as_str(), &more.members[0].1[..]), ("body.html", &html[..]));
    assert!(more.has_note(&NoteCode::HtmlFormDiffers { parts: 1 }));
    let rtf = lzfu::stored(b"{\\rtf1 three\\par}");
    let only = emitted(item(vec![(id::RTF, Value::Binary(rtf.clone()))]));
    assert_eq!(only.texts(), ["three\n"]);
    let more = emitted(item(vec![(id::BODY, wide("one")), (id::RTF, Value::Binary(rtf))]));
    assert_eq!(more.members[0].0, "body.rtf");
    assert!(more.has_note(&NoteCode::RtfFormDiffers));
    let wrapped =
        lzfu::stored(b"{\\rtf1\\fromhtml1 {\\*\\htmltag64 <p>}four{\\*\\htmltag72 </p>}}");
    assert_eq!(emitted(item(vec![(id::RTF, Value::Binary(wrapped))])).texts(), ["four\n"]);
}

#[test]
fn appointments_and_contacts_show_their_fields() {
    let mut names = Names::default();
    let set = |first: u8| [first, 0x20, 6, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
    names.insert(0x8001, Name::Number(set(2), 0x820d));
    names.insert(0x8002, Name::Number(set(2), 0x8208));
    names.insert(0x8003, Name::Number(set(4), 0x8054));
    names.insert(0x8004, Name::Text([1; 16], "Keywords".to_owned()));
    let provider =
        [0x81, 0x2b, 0x1f, 0xa4, 0xbe, 0xa3, 0x10, 0x19, 0x9d, 0x6e, 0, 0xdd, 1, 0x0f, 0x54, 2];
    let units =
        |text: &str| text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let one_off = [
        &[0; 4][..],
        &provider,
        &[0, 0, 1, 0x90],
        &units("Zhao"),
        &units("SMTP"),
        &units("zhao@example.org"),
    ]
    .concat();
    let mut appointment = item(vec![
        (0x8001, Value::Time(TICKS)),
        (0x8002, wide("Room 3")),
        (
            0x8003,
            Value::Many(vec![
                Value::Binary(one_off.clone()),
                Value::Binary(one_off[..30].to_vec()),
            ]),
        ),
        (0x8004, Value::Many(vec![wide("red"), wide("blue")])),
        (0x3a08, wide("+99 1")),
    ]);
    appointment.properties.names = Rc::new(names);
    let outcome = emitted(appointment);
    let lines = "Start: 2017-11-04T00:00:00Z\nLocation: Room 3\nBusiness telephone: +99 1\nMember: Zhao <zhao@example.org>\nCategories: red; blue\n\n";
    assert_eq!(outcome.texts(), [lines]);
    assert_eq!(outcome.property(&fields::key("Business telephone")), Some("+99 1"));
    assert_eq!(outcome.property("mapi:start"), Some("2017-11-04T00:00:00Z"));
}

#[test]
fn placeholders_are_no_dates() {
    for ticks in [0, 1, u64::MAX, i64::MAX as u64, 915_151_392_000_000_000] {
        assert_eq!(super::property::moment(ticks).filter(|moment| moment.0 > 0), None, "{ticks}");
    }
}
