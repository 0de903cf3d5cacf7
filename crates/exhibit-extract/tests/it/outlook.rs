//! Outlook's files from identification to the last attachment.

use crate::said::read;
use exhibit_model::{NoteCode, Verdict};

fn fixture(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    std::fs::read(path).expect("a fixture of the repository")
}

#[test]
fn a_message_of_a_store_is_read_to_its_innermost_attachment() {
    let store = read("mail.pst", &fixture("store.pst"));
    assert_eq!(
        (store.media_type.as_str(), &store.verdict),
        ("application/vnd.ms-outlook-pst", &Verdict::Read)
    );
    assert!(store.has_note(&NoteCode::StoreMessages { announced: 3, found: 4, read: 3 }));
    assert_eq!(store.names()[0], "Top/收件箱/00200024 Re: 关于登记.msg");
    let message = read(&store.names()[0], &store.members[0].1);
    assert_eq!(
        (message.media_type.as_str(), &message.verdict),
        ("application/vnd.ms-outlook", &Verdict::Read)
    );
    assert_eq!(message.get("mail:subject"), Some("Re: 关于登记"));
    assert_eq!(message.names(), ["登记表.txt", "forwarded.msg"]);
    let inner = read("forwarded.msg", &message.members[1].1);
    assert!(inner.text().contains("inside"));
    assert!(read("登记表.txt", &message.members[0].1).text().starts_with("xxx"));
}

#[test]
fn an_attachment_winmail_is_recognised_by_its_content() {
    let tnef = "eJ8+IgEAAQSAAQAIAAAAc3ViamVjdADwAgEMgAIABQAAAGhlbGxvFAI=";
    let mail = format!(
        "From: a@example.org\nMIME-Version: 1.0\nContent-Type: application/ms-tnef; name=winmail.dat\n\
        Content-Transfer-Encoding: base64\n\n{tnef}\n"
    );
    let outer = read("x.eml", mail.as_bytes());
    assert_eq!(outer.names(), ["winmail.dat"]);
    let inner = read("winmail.dat", &outer.members[0].1);
    assert_eq!(
        (inner.media_type.as_str(), inner.get("mail:subject")),
        ("application/vnd.ms-tnef", Some("subject"))
    );
}
