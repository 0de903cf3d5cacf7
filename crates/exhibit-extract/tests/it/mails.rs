//! Messages and mailboxes.

use crate::said::read;
use exhibit_model::{MarkKind, MemberEnd, NoteCode, PageKind, Verdict};

fn crlf(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

#[test]
fn headers_are_decoded_and_marked() {
    let message = "From: =?gb2312?B?wO7LxA==?= <li@example.org>\nTo: \"A, B\" <a@example.org>,\n b@example.org\n\
        Subject: =?UTF-8?B?5YWz5LqO5Yqg5by655m76K6w5bel?=\n =?UTF-8?B?5L2c55qE6YCa55+l?=\n\
        Date: Tue, 12 Nov 2019 08:30:00 +0800\nMessage-ID: <1@example.org>\nIn-Reply-To: <0@example.org>\n\
        MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n\
        =E8=AF=B7=E6=9F=A5=E6=94=B6=E3=80=\n=82\n";
    let said = read("x.eml", &crlf(message));
    assert_eq!((said.media_type.as_str(), &said.verdict), ("message/rfc822", &Verdict::Read));
    assert_eq!(said.get("mail:from"), Some("李四 <li@example.org>"));
    assert_eq!(said.get("mail:to"), Some("\"A, B\" <a@example.org>, b@example.org"));
    assert_eq!(said.get("mail:subject"), Some("关于加强登记工作的通知"));
    assert_eq!(said.get("mail:date"), Some("2019-11-12T08:30:00+08:00"));
    assert_eq!(said.get("mail:message-id"), Some("<1@example.org>"));
    assert_eq!(said.get("mail:in-reply-to"), Some("<0@example.org>"));
    let page = &said.pages[0];
    assert_eq!(page.kind, PageKind::Message);
    assert!(page.text.ends_with("\n\n请查收。\n"), "{}", page.text);
    let header = page.marks[0];
    assert_eq!((header.start, header.kind), (0, MarkKind::Header));
    assert!(page.text[..header.end as usize].ends_with("Date: Tue, 12 Nov 2019 08:30:00 +0800\n"));
}

#[test]
fn characters_cut_between_encoded_words_are_joined() {
    let word = |bytes: &[u8]| {
        let hex: String = bytes.iter().map(|b| format!("={b:02X}")).collect();
        format!("=?UTF-8?Q?{hex}?=")
    };
    let text = "登记表".as_bytes();
    let message =
        format!("From: a@example.org\nSubject: {}\n {}\n\nx", word(&text[..4]), word(&text[4..]));
    assert_eq!(read("x.eml", message.as_bytes()).get("mail:subject"), Some("登记表"));
}

#[test]
fn bytes_beyond_ascii_in_headers_and_names_are_guessed_over_all() {
    let message = "From: 王五 <w@example.org>\nSubject: 关于加强登记工作的通知\nMIME-Version: 1.0\n\
        Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n请查收附件中的名单，谢谢。\n--b\n\
        Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"人员登记名单汇总.txt\"\n\nx\n--b--\n";
    let bytes = encoding_rs::GBK.encode(message).0;
    let said = read("x.eml", &bytes);
    assert_eq!(said.get("mail:subject"), Some("关于加强登记工作的通知"));
    assert_eq!(said.names(), ["人员登记名单汇总.txt"]);
    assert!(said.text().contains("请查收附件中的名单，谢谢。"));
    assert!(
        said.noted(
            |code| matches!(code, NoteCode::CharsetGuessed { charset, .. } if charset == "gb18030")
        ),
        "{:?}",
        said.notes
    );
}

#[test]
fn attachments_come_out_byte_for_byte() {
    let message = "From: a@example.org\nTo: b@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"=_1\"\n\n\
        This is a multi-part message in MIME format.\n--=_1\nContent-Type: text/plain; charset=us-ascii\n\nbody\n\n--=_1\n\
        Content-Type: text/plain; charset=windows-1251; name=\"a.txt\"\nContent-Transfer-Encoding: base64\n\
        Content-Disposition: attachment; filename*0*=utf-8''%D0%A1%D0%BF; filename*1*=%D0%B8%D1%81%D0%BE%D0%BA.txt\n\n0e\nDo8e7q\n\n--=_1\n\
        Content-Type: message/rfc822\n\nFrom: c@example.org\nSubject: inner / one\n\ninner body\n--=_1\n\
        Content-Type: application/ms-tnef; name=\"winmail.dat\"\nContent-Transfer-Encoding: base64\n\neJ8+Ig==\n--=_1--\n";
    let said = read("x.eml", &crlf(message));
    assert_eq!(said.names(), ["Список.txt", "inner _ one.eml", "winmail.dat"]);
    let bytes: Vec<&[u8]> = said.members.iter().map(|(_, bytes, _)| bytes.as_slice()).collect();
    assert_eq!(bytes[0], [0xD1, 0xE0, 0xE8, 0xF1, 0xEE, 0xEA]);
    assert_eq!(bytes[1], crlf("From: c@example.org\nSubject: inner / one\n\ninner body"));
    assert_eq!(bytes[2], [0x78, 0x9F, 0x3E, 0x22]);
    assert!(said.members.iter().all(|(.., end)| *end == MemberEnd::Whole));
    let relations: Vec<&str> =
        said.members.iter().map(|(member, ..)| member.relation.word()).collect();
    assert_eq!(relations, ["attachment", "message", "attachment"]);
    assert!(
        said.text().ends_with("\n\nbody\n") && !said.text().contains("inner body"),
        "{}",
        said.text()
    );
}

#[test]
fn the_plain_form_is_read_and_another_html_form_kept() {
    let message = |html: &str| {
        format!(
            "From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n\
             The list is attached.\n--b\nContent-Type: text/html\n\n{html}\n--b--\n"
        )
    };
    let same = read(
        "x.eml",
        message("<p>The list <b>is</b> attached.<img src=http://tracker.example/1>").as_bytes(),
    );
    assert_eq!((same.members.len(), same.text().matches("list").count()), (0, 1));
    assert!(
        same.has_note(&NoteCode::RemoteContent {
            hosts: vec!["tracker.example".to_owned()],
            more: 0
        })
    );
    let other = read(
        "x.eml",
        message("<p>Burn the list, and all copies of it, before Monday morning.").as_bytes(),
    );
    assert_eq!(other.names(), ["body.html"]);
    assert!(other.has_note(&NoteCode::HtmlFormDiffers { parts: 1 }));
    let only = "From: a@example.org\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<p>only <b>HTML</b><p style=display:none>x";
    let said = read("x.eml", only.as_bytes());
    assert!(said.text().contains("\n\nonly HTML\n"));
    assert_eq!(said.pages[0].marks.last().map(|mark| mark.kind), Some(MarkKind::Hidden));
}

#[test]
fn sealed_and_hidden_parts_are_said() {
    let sealed = "From: a@example.org\nMIME-Version: 1.0\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\
        Content-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQEHA6CA\n";
    let said = read("x.eml", sealed.as_bytes());
    assert!(said.has_note(&NoteCode::SmimeEncrypted { parts: 1 }));
    assert_eq!(said.names(), ["smime.p7m"]);
    assert_eq!(read("smime.p7m", &said.members[0].1).verdict, Verdict::Encrypted);
    let hidden = format!(
        "From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nshown\n--b--\n{}\n",
        "what no mail program shows ".repeat(20)
    );
    let said = read("x.eml", hidden.as_bytes());
    assert!(said.text().contains("what no mail program shows"));
    assert!(said.pages[0].marks.iter().any(|mark| mark.kind == MarkKind::Hidden));
    let uuencoded = "From: a@example.org\nDate: Tue, 12 Nov 2019 08:30:00 +0800\n\nbefore\nbegin 644 cat.txt\n#0V%T\n`\nend\nafter\n";
    let said = read("x.eml", uuencoded.as_bytes());
    assert_eq!(
        (said.names(), said.members[0].1.as_slice()),
        (vec!["cat.txt".to_owned()], &b"Cat"[..])
    );
    assert!(
        said.text().contains("before\n")
            && said.text().contains("after\n")
            && !said.text().contains("#0V%T")
    );
}

#[test]
fn signed_messages_are_named_and_their_content_is_read() {
    let apart = "From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/signed; boundary=b\n\n--b\n\nshown\n--b\n\
        Content-Type: application/pkcs7-signature; name=smime.p7s\nContent-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQEHAqCA\n--b--\n";
    let said = read("x.eml", apart.as_bytes());
    assert!(said.text().contains("shown"));
    assert!(said.has_note(&NoteCode::SignatureUnchecked { signers: 1 }));
    assert_eq!(said.names(), ["smime.p7s"]);
    let inline = "From: a@example.org\nSubject: x\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\ntext\n";
    assert!(
        read("x.eml", inline.as_bytes()).has_note(&NoteCode::SignatureUnchecked { signers: 1 })
    );
}

#[test]
fn a_mailbox_holds_messages() {
    let mailbox = "From a@example.org Tue Nov 12 08:30:00 2019\nFrom: a@example.org\nSubject: 1\n\nx\n\n\
        From b@example.org Wed Nov 13 08:30:00 2019\nFrom: b@example.org\nSubject: 2\n\n>From y\n";
    let said = read("box", mailbox.as_bytes());
    assert_eq!(said.media_type, "application/mbox");
    assert_eq!(said.names(), ["000001.eml", "000002.eml"]);
    assert_eq!(said.members[1].1, b"From: b@example.org\nSubject: 2\n\n>From y\n");
    assert_eq!(said.get("mbox:messages"), Some("2"));
}
