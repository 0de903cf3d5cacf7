//! Files cut off or changed at random: whatever is said of them, nothing panics and nothing hangs.

use crate::archives::zip_of;
use crate::said::{read, read_with};
use exhibit_model::Limits;
use exhibit_mutate::Mutator;
use std::io::Write;

/// One sound file of each format.
fn sound() -> Vec<(&'static str, Vec<u8>)> {
    let mail = "From: =?gb2312?B?wO7LxA==?= <li@example.org>\nTo: b@example.org\nSubject: =?utf-8?Q?=E7=99=BB?= x\nMIME-Version: 1.0\n\
        Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\n\
        plain text\n--c\nContent-Type: text/html; charset=gbk\n\n<p>html <b>text\n--c--\n\n--b\nContent-Type: text/plain; name=\"a.txt\"\n\
        Content-Transfer-Encoding: base64\nContent-Disposition: attachment; filename*0*=utf-8''%E7%99%BB; filename*1=.txt\n\n5paw55aG\n--b\n\
        Content-Type: message/rfc822\n\nFrom: c@example.org\n\ninner\nbegin 644 cat.txt\n#0V%T\n`\nend\n--b--\n";
    let mailbox = format!(
        "From a@example.org Tue Nov 12 08:30:00 2019\n{mail}\nFrom b@example.org Tue Nov 12 08:30:00 2019\n{mail}"
    );
    let html = "<?xml version='1.0'?><html lang=zh><head><meta charset=gbk><title>t</title><script>x</script></head><body><table><tr><td>a<td>b\
        </table><p style='display:none'>hidden<img src='data:image/png;base64,iVBORw0KGgo='><a href='http://x.example/'>l</a>&amp;&#x65B0;</body></html>";
    let mut gz = flate2::GzBuilder::new()
        .filename("a.txt")
        .write(Vec::new(), flate2::Compression::default());
    gz.write_all(&b"gzip content ".repeat(30)).expect("in memory");
    let mut tar = tar::Builder::new(Vec::new());
    for name in ["a.txt".to_owned(), "long/".repeat(40)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(600);
        tar.append_data(&mut header, name + "x", &[b'x'; 600][..]).expect("in memory");
    }
    let mut bz = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bz.write_all(&b"bzip2 content ".repeat(30)).expect("in memory");
    let mut xz = lzma_rust2::XzReader::new(&b""[..], true);
    assert!(std::io::Read::read(&mut xz, &mut [0; 8]).is_err(), "an empty file is no xz file");
    vec![
        ("a.eml", mail.as_bytes().to_vec()),
        ("a.mbox", mailbox.into_bytes()),
        ("a.html", html.as_bytes().to_vec()),
        (
            "a.zip",
            zip_of(&[("a.txt", &b"zip content ".repeat(30)), ("登记.txt", b"x"), ("f/", b"")]),
        ),
        ("a.gz", gz.finish().expect("in memory")),
        ("a.tar", tar.into_inner().expect("in memory")),
        ("a.bz2", bz.finish().expect("in memory")),
        ("a.zst", zstd::encode_all(&b"zstandard content ".repeat(30)[..], 1).expect("in memory")),
        ("a.csv", "姓名,\"a\nb\",1\nx,y,2\n".repeat(20).into_bytes()),
        (
            "a.txt",
            encoding_rs::GB18030.encode(&"关于登记的通知\u{c}\r\n".repeat(20)).0.into_owned(),
        ),
        (
            "a.md",
            "# 通知\n\n| a | b |\n".repeat(20).encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
    ]
}

#[test]
fn files_cut_anywhere_are_read_as_far_as_they_go() {
    for (name, bytes) in sound() {
        for length in (0..bytes.len()).step_by(37) {
            read(name, &bytes[..length]);
        }
    }
}

#[test]
fn files_changed_at_random_are_read_somehow() {
    let limits = Limits { member_bytes: 8 << 20, text_bytes: 8 << 20, ..Limits::STANDARD };
    let mut numbers = Mutator::new(1);
    for (name, bytes) in sound() {
        for _ in 0..150 {
            read_with(name, &numbers.mutate(&bytes), &["password"], limits);
        }
    }
}

#[test]
fn parts_within_parts_and_endless_headers_come_to_an_end() {
    let mut deep = String::from("From: a@example.org\nMIME-Version: 1.0\n");
    for n in 0..3000 {
        deep.push_str(&format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"));
    }
    deep.push_str("\nthe innermost text\n");
    assert!(read("x.eml", deep.as_bytes()).text().contains("the innermost text"));
    let nested = format!(
        "From: a@example.org\nMIME-Version: 1.0\n{}",
        "Content-Type: message/rfc822\n\n".repeat(20_000)
    );
    assert_eq!(read("x.eml", nested.as_bytes()).members.len(), 1);
    let fields = format!("From: a@example.org\nTo: b\n{}\n\nbody", "X: y\n".repeat(200_000));
    assert!(read("x.eml", fields.as_bytes()).text().contains("From: a@example.org"));
    let parts = format!(
        "From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n{}",
        "--b\n\nx\n".repeat(30_000)
    );
    assert!(read("x.eml", parts.as_bytes()).text().len() > 60_000);
}
