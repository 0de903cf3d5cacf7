//! HTML.

use crate::said::read;
use exhibit_model::{MarkKind, NoteCode, Relation, Verdict};
use std::time::{Duration, Instant};

#[test]
fn visible_text_comes_in_reading_order() {
    for (html, text) in [
        ("<p>One <b>two</b>three<p>four", "One twothree\n\nfour\n"),
        ("<div>a<div>b</div>c</div>", "a\nb\nc\n"),
        ("a<br>b<br><br>c", "a\nb\n\nc\n"),
        ("<table><tr><td>a<td>b<tr><td><td>c</table>", "a\tb\n\tc\n"),
        ("<ul><li>x<li>y</ul>z", "x\ny\n\nz\n"),
        ("<pre>\n  keep\n   this</pre>", "\n  keep\n   this\n"),
        ("<script>if (a<b) { '<p>no' }</script><style>p{}</style>yes", "yes\n"),
        ("<p>x&nbsp;&lt;y&gt; &#x65B0;&#30086;", "x\u{a0}<y> 新疆\n"),
        ("<img alt='a seal' src='cid:1'> after", "a seal after\n"),
        ("before<img alt='a seal'>after<img alt=''>wards", "before a seal afterwards\n"),
        ("<!-- no -->yes<!-- no", "yes\n"),
        ("<textarea> a\n b</textarea>", " a\n b\n"),
    ] {
        assert_eq!(read("x.html", html.as_bytes()).text(), text, "{html}");
    }
    let xhtml = "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><head><title/><script src='x'/></head><body>text</body></html>";
    assert_eq!(read("x", xhtml.as_bytes()).text(), "text\n");
}

#[test]
fn hidden_parts_are_kept_and_marked() {
    let html = "<p>seen<p style='color:red; DISPLAY : none'>not <i>seen</i><p>seen again<span hidden>nor this</span><input value='Li'>";
    let said = read("x.html", html.as_bytes());
    let page = &said.pages[0];
    let marked: Vec<(MarkKind, &str)> =
        page.marks.iter().map(|m| (m.kind, &page.text[m.start as usize..m.end as usize])).collect();
    let expected = [
        (MarkKind::Hidden, "not seen"),
        (MarkKind::Hidden, "nor this"),
        (MarkKind::FormValue, "Li"),
    ];
    assert_eq!(marked, expected);
}

#[test]
fn encodings_are_found_as_browsers_do_but_not_believed_against_the_bytes() {
    let body = "<p>關於加強登記工作的通知";
    let big5 = |head: &str| [head.as_bytes(), &encoding_rs::BIG5.encode(body).0].concat();
    for (bytes, charset) in [
        (big5("<html><head><meta charset=big5>"), "big5"),
        (big5("<html><meta http-equiv=Content-Type content='text/html; charset=Big5'>"), "big5"),
        ([b"<html><meta charset=iso-8859-1>", body.as_bytes()].concat(), "utf-8"),
        ([b"\xEF\xBB\xBF<html><meta charset=gbk>", body.as_bytes()].concat(), "utf-8"),
        (format!("<html><meta charset=utf-16>{body}").into_bytes(), "utf-8"),
    ] {
        let said = read("x.html", &bytes);
        assert_eq!(said.get("text:charset"), Some(charset));
        assert!(said.text().contains("加強登記"), "{charset}: {}", said.text());
    }
}

#[test]
fn what_would_be_fetched_is_named_and_what_is_inside_is_a_member() {
    let html = "<html lang=ug><title> A\n title </title><meta name=Author content=Li><a href='https://example.org/x'>x</a>\
        <img src='https://Tracker.example/p.gif?u=1'><div style='background:url(//cdn.example/b.png)'></div><script src=x></script>\
        <img src='data:image/png;base64,iVBORw0KGgo='>";
    let said = read("x.html", html.as_bytes());
    assert_eq!(said.get("dc:title"), Some("A title"));
    assert_eq!(said.get("dc:language"), Some("ug"));
    assert_eq!(said.get("html:author"), Some("Li"));
    assert_eq!(said.get("html:link"), Some("https://example.org/x"));
    let hosts = ["cdn.example", "tracker.example"].map(str::to_owned).to_vec();
    assert!(said.has_note(&NoteCode::RemoteContent { hosts, more: 0 }), "{:?}", said.notes);
    assert!(said.has_note(&NoteCode::ScriptsOmitted { count: 1 }));
    let (member, bytes, _) = &said.members[0];
    assert_eq!(
        (member.name.as_slice(), member.relation),
        (&b"embedded-1.png"[..], Relation::Embedded)
    );
    assert_eq!(bytes, b"\x89PNG\r\n\x1A\n");
}

#[test]
fn depth_and_length_cost_neither_the_stack_nor_much_time() {
    let start = Instant::now();
    let deep = format!("{}text{}", "<div>".repeat(100_000), "</div>".repeat(100_000));
    assert_eq!(read("x.html", deep.as_bytes()).text(), "text\n");
    let unclosed = format!("{}text", "<b><i><table>".repeat(100_000));
    assert_eq!(read("x.html", unclosed.as_bytes()).verdict, Verdict::Read);
    let long = "<p>登记 <b>工作</b>\n".repeat(20_000);
    let said = read("x.html", long.as_bytes());
    assert!(said.pages.len() > 10);
    assert_eq!(said.text().matches("登记 工作").count(), 20_000);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
