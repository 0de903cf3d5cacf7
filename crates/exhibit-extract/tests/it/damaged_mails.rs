//! Messages whose header or structure is damaged.

use crate::said::{Said, read};
use exhibit_model::NoteCode;

const ATTACHMENT: &str = "Content-Type: text/plain; charset=utf-8; name=list.txt\nContent-Disposition: attachment; \
    filename=list.txt\nContent-Transfer-Encoding: base64\n\n55m76K6w5ZCN5Y2VCg==\n";

fn recovered(said: &Said) -> bool {
    said.noted(|code| matches!(code, NoteCode::MessagePartsRecovered { .. }))
}

#[test]
fn parts_are_found_by_their_lines() {
    let body = format!("--XX\nContent-Type: text/plain\n\nthe body\n--XX\n{ATTACHMENT}--XX--\n");
    for (case, content_type, was_recovered) in [
        ("as it should be", "Content-Type: multipart/mixed; boundary=\"XX\"\n", false),
        ("a comment", "Content-Type: multipart/mixed (x; y); boundary=\"XX\" (z)\n", false),
        (
            "two, the second right",
            "Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=XX\n",
            false,
        ),
        (
            "two, the first right",
            "Content-Type: multipart/mixed; boundary=XX\nContent-Type: text/plain\n",
            false,
        ),
        ("a blank line within", "Content-Type: multipart/mixed;\n \n boundary=\"XX\"\n", false),
        ("another boundary", "Content-Type: multipart/mixed; boundary=\"YY\"\n", true),
        ("no boundary", "Content-Type: multipart/mixed\n", true),
        ("no type", "", true),
        ("a false type", "Content-Type: text/plain; charset=utf-8\n", true),
    ] {
        let message = format!(
            "From: a@example.org\nTo: b@example.org\nSubject: x\nDate: Tue, 12 Nov 2019 08:30:00 +0800\n\
             MIME-Version: 1.0\n{content_type}\n{body}"
        );
        for (form, bytes) in [
            ("as it is", message.clone().into_bytes()),
            ("CR LF", message.replace('\n', "\r\n").into_bytes()),
            ("CR", message.replace('\n', "\r").into_bytes()),
            ("blank lines before", format!("\r\n\n{message}").into_bytes()),
            ("a mark before", format!("\u{feff}{message}").into_bytes()),
        ] {
            let said = read("x.eml", &bytes);
            assert_eq!(said.media_type, "message/rfc822", "{case}, {form}");
            assert_eq!(said.get("mail:subject"), Some("x"), "{case}, {form}");
            assert_eq!(said.names(), ["list.txt"], "{case}, {form}: {}", said.text());
            assert_eq!(said.members[0].1, "登记名单\n".as_bytes(), "{case}, {form}");
            assert!(
                said.text().contains("the body") && !said.text().contains("base64"),
                "{case}, {form}"
            );
            assert_eq!(recovered(&said), was_recovered, "{case}, {form}");
        }
    }
}

#[test]
fn a_boundary_mistyped_at_one_part_divides() {
    for mistyped in ["----=_Port_12", "----=_Part_123", "----=_Part1_12", "----=_part_12"] {
        let message = format!(
            "From: a@example.org\nTo: b@example.org\nMIME-Version: 1.0\n\
             Content-Type: multipart/mixed; boundary=\"--=_Part_12\"\n\n----=_Part_12\nContent-Type: text/plain\n\nthe body\n\
             {mistyped}\n{ATTACHMENT}----=_Part_12--\n"
        );
        let said = read("x.eml", message.as_bytes());
        assert_eq!(said.names(), ["list.txt"], "{mistyped}: {}", said.text());
        assert!(
            said.text().ends_with("the body\n") && recovered(&said),
            "{mistyped}: {}",
            said.text()
        );
    }
}

#[test]
fn boundaries_that_begin_alike_are_kept_apart() {
    let message = "From: a@example.org\nTo: b@example.org\nMIME-Version: 1.0\n\
        Content-Type: multipart/mixed; boundary=\"=_Part_1\"\n\n--=_Part_1\n\
        Content-Type: multipart/alternative; boundary=\"=_Part_2\"\n\n--=_Part_2\nContent-Type: text/plain\n\nplain\n\
        --=_Part_2\nContent-Type: text/html\n\n<p>other words\n--=_Part_2--\n--=_Part_1--\n";
    let said = read("x.eml", message.as_bytes());
    assert!(said.text().contains("plain") && !recovered(&said));
    assert_eq!(said.names(), ["body.html"]);
}

#[test]
fn a_text_about_messages_is_no_message_of_parts() {
    for body in [
        "see the source below\n\n--XX\nContent-Type: text/plain\n\nx\n--XX--\n",
        "--\nsignature\n",
        "--XX\nno field follows\n--XX--\n",
    ] {
        let message =
            format!("From: a@example.org\nTo: b@example.org\nContent-Type: text/plain\n\n{body}");
        let said = read("x.eml", message.as_bytes());
        assert!(
            said.text().ends_with(body) && said.members.is_empty() && !recovered(&said),
            "{}",
            said.text()
        );
    }
}

#[test]
fn base64_is_decoded_whatever_it_is_called() {
    let text = "名单由专人保管，不得外传。各县市要在月底前上报。\n".repeat(2);
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(57) {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for group in chunk.chunks(3) {
            let bits = group
                .iter()
                .chain([&0, &0])
                .take(3)
                .fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
            for at in 0..4 {
                let letter = ALPHABET[bits >> (18 - 6 * at) & 63];
                encoded.push(if at <= group.len() { char::from(letter) } else { '=' });
            }
        }
        encoded.push('\n');
    }
    for encoding in ["base64", "BASE64 ", "\"base64\"", "quoted-printable", "8bit", ""] {
        let message = format!(
            "From: a@example.org\nTo: b@example.org\nContent-Type: text/plain; charset=utf-8\n\
             Content-Transfer-Encoding: {encoding}\n\n{encoded}"
        );
        let said = read("x.eml", message.as_bytes());
        assert!(said.text().ends_with(&text), "{encoding}: {}", said.text());
    }
    let plain = "From: a@example.org\nTo: b@example.org\nContent-Transfer-Encoding: base64\n\nThis is not base64, is it?\n";
    let said = read("x.eml", plain.as_bytes());
    assert!(said.text().ends_with("This is not base64, is it?\n"), "{}", said.text());
    assert!(said.has_note(&NoteCode::TextEncodingDamaged { texts: 1 }), "{:?}", said.notes);
}

#[test]
fn files_within_text_are_members() {
    let yenc = "=ybegin line=128 size=3 name=cat.bin\r\nmk~\r\n=yend size=3\r\n";
    let message = format!("From: a@example.org\nTo: b@example.org\n\nbefore\n{yenc}after\n");
    let said = read("x.eml", message.as_bytes());
    assert_eq!(
        (said.names(), said.members[0].1.as_slice()),
        (vec!["cat.bin".to_owned()], &b"CAT"[..])
    );
    assert!(said.text().ends_with("before\nafter\n"), "{}", said.text());
    let cut = "From: a@example.org\nTo: b@example.org\n\nbefore\nbegin 644 cat.txt\n#0V%T\n";
    assert_eq!(read("x.eml", cut.as_bytes()).members[0].1, b"Cat");
}

#[test]
fn flowed_lines_are_joined() {
    let message = "From: a@example.org\nTo: b@example.org\nContent-Type: text/plain; charset=utf-8; Format=Flowed; DelSp=Yes\n\n\
        这份名 \n单不得 \n外传。\n From here on\n> a quoted \n> line\n";
    let said = read("x.eml", message.as_bytes());
    assert!(
        said.text().ends_with("\n\n这份名单不得外传。\nFrom here on\n> a quotedline\n"),
        "{}",
        said.text()
    );
}

#[test]
fn subjects_in_rare_forms_are_decoded() {
    for (subject, expected) in [
        ("=?utf-7?Q?+dnuLsA-?=", "登记"),
        ("=?gb2312?B?55m76K6w?=", "登记"),
        ("=?utf-8?B?tcfHw8L9tcSxqLjmtcShow==?=", "登敲慢的报告的。"),
        (
            "=?iso-2022-jp?B?GyRCRUU7UiVhITwlaxsoQg==?=\n =?iso-2022-jp?B?GyRCPnBKcxsoQg==?=",
            "電子メール情報",
        ),
        ("=?cp936?B?tcfHww==?=", "登敲"),
    ] {
        let message = format!(
            "From: a@example.org\nSubject: {subject}\nDate: Tue, 12 Nov 2019 08:30:00 +0800\n\nx\n"
        );
        assert_eq!(
            read("x.eml", message.as_bytes()).get("mail:subject"),
            Some(expected),
            "{subject}"
        );
    }
}

#[test]
fn incomplete_names_and_unknown_zones_are_noted() {
    let message = "From: a@example.org\nDate: Tue, 12 Nov 2019 08:30:00 CST\nMIME-Version: 1.0\n\
        Content-Type: application/octet-stream\nContent-Disposition: attachment; filename*0*=utf-8''%E4%B8%80; \
        filename*2*=%E4%B8%89.txt\n\nx\n";
    let said = read("x.eml", message.as_bytes());
    assert_eq!(said.names(), ["一三.txt"]);
    assert!(said.has_note(&NoteCode::AttachmentNameIncomplete { count: 1 }), "{:?}", said.notes);
    assert!(said.has_note(&NoteCode::TimeZoneUnknown { zone: "CST".to_owned() }));
    assert_eq!(said.get("mail:date"), Some("2019-11-12T08:30:00-00:00"));
    assert_eq!(said.get("mail:date-as-written"), Some("Tue, 12 Nov 2019 08:30:00 CST"));
}
