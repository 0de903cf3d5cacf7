//! Web archives (WARC 1.0 and 1.1, ISO 28500): what was fetched as members, under their addresses; a list of all records.
//!
//! Bodies are given without the transfer coding and compression of HTTP. A damaged record ends at the next one.

use super::sheet::SheetWriter;
use crate::out::{Input, Out, Stop};
use exhibit_model::{
    Member, MemberEnd, Moment, NoteCode, Reason, Relation, Request, StatedDate, Verdict,
};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

/// The maximum bytes of a record's header, and of an HTTP header.
const MOST_HEADER: u64 = 256 << 10;
/// The columns of the list.
const COLUMNS: [&str; 6] = ["type", "date", "address", "status", "content type", "length"];
/// The maximum bytes searched for the next record after a damaged one, at once.
const PIECE: usize = 64 << 10;

type Source<'a> = BufReader<&'a mut dyn Input>;

/// The fields of a header, names in lower case.
#[derive(Default, Debug, PartialEq, Eq)]
struct Fields(Vec<(String, String)>);

impl Fields {
    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }
}

/// Emits what an archive contains.
pub(super) fn extract(
    input: &mut dyn Input,
    _request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let size = input.seek(SeekFrom::End(0)).unwrap_or(0);
    if let Err(error) = input.rewind() {
        return Ok(Verdict::Failed(Reason::cannot_read(&error)));
    }
    out.container_size(size);
    let mut source = BufReader::with_capacity(PIECE, input);
    let mut archive = Archive { list: SheetWriter::new("records", false), rows: 0, cut: false };
    for (column, name) in (0..).zip(COLUMNS) {
        archive.list.cell((0, column), name, false, out)?;
    }
    let mut unlisted = 0;
    loop {
        let skipped = skip_to_record(&mut source);
        unlisted += skipped.bytes;
        if !skipped.found {
            break;
        }
        archive.record(&mut source, size, out)?;
    }
    archive.list.finish(&[], out)?;
    if unlisted > 0 {
        out.note(0, NoteCode::UnlistedBytes { bytes: unlisted })?;
    }
    if archive.cut {
        out.note(0, NoteCode::FileCutShort)?;
    }
    Ok(if archive.rows == 0 { Verdict::Failed(Reason::NoEntries) } else { Verdict::Read })
}

struct Archive {
    list: SheetWriter,
    rows: u32,
    cut: bool,
}

impl Archive {
    fn record(
        &mut self,
        source: &mut Source<'_>,
        size: u64,
        out: &mut Out<'_>,
    ) -> Result<(), Stop> {
        let (_, fields) = header(source);
        let stated = fields.get("content-length").parse::<u64>().unwrap_or(0);
        let start = source.stream_position().unwrap_or(size);
        let length = stated.min(size.saturating_sub(start));
        self.cut |= length < stated;
        let kind = fields.get("warc-type").to_ascii_lowercase();
        let address = fields.get("warc-target-uri").trim_matches(['<', '>']).to_owned();
        let is_http =
            fields.get("content-type").to_ascii_lowercase().starts_with("application/http");
        let mut block = source.take(length);
        let (status, http) =
            if is_http { header(&mut block) } else { <(String, Fields)>::default() };
        let media_type =
            if is_http { http.get("content-type") } else { fields.get("content-type") };
        self.rows += 1;
        let cells =
            [&kind, fields.get("warc-date"), &address, &status, media_type, &stated.to_string()];
        for (column, text) in (0..).zip(cells) {
            self.list.cell((self.rows, column), text, false, out)?;
        }
        match kind.as_str() {
            "warcinfo" => {
                let (_, info) = header(&mut block);
                for (name, value) in info.0.iter().take(100) {
                    out.metadata(format!("warc:{name}"), value)?;
                }
            }
            "response" | "resource" | "conversion" | "request" | "metadata"
                if block.limit() > 0 =>
            {
                let name = if kind == "request" || kind == "metadata" {
                    format!("{address} ({kind})")
                } else {
                    address
                };
                let modified =
                    StatedDate::parse(fields.get("warc-date")).and_then(StatedDate::instant);
                emit(&mut block, &http, &name, modified, length < stated, out)?;
            }
            _ => {}
        }
        if source.seek(SeekFrom::Start(start.saturating_add(length))).is_err() {
            self.cut = true;
        }
        Ok(())
    }
}

/// Emits the body of a record, decoded as its HTTP header states.
fn emit(
    block: &mut dyn BufRead,
    http: &Fields,
    name: &str,
    modified: Option<Moment>,
    is_cut: bool,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    out.member(Member {
        name: name.as_bytes().to_vec(),
        modified,
        relation: Relation::Embedded,
        ..Member::default()
    })?;
    let chunked = http.get("transfer-encoding").to_ascii_lowercase().contains("chunked");
    let body: Box<dyn Read + '_> =
        if chunked { Box::new(Chunked::new(block)) } else { Box::new(block) };
    let mut body: Box<dyn Read + '_> =
        match http.get("content-encoding").to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Box::new(flate2::read::MultiGzDecoder::new(body)),
            "deflate" => Box::new(flate2::read::ZlibDecoder::new(body)),
            _ => body,
        };
    if is_cut {
        return out.member_from_or(&mut body.chain(Broken), |bytes, _| {
            MemberEnd::Truncated(Reason::ArchiveEnds { bytes })
        });
    }
    out.member_from_or(&mut body, |bytes, error| {
        let detail = exhibit_model::Detail::of(&error);
        MemberEnd::Truncated(Reason::DataDamaged { bytes, detail })
    })
}

/// Ends a member as truncated.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _buffer: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::UnexpectedEof.into())
    }
}

/// A header: the first line, then fields up to an empty line; of limited length.
fn header(source: &mut dyn BufRead) -> (String, Fields) {
    let (mut first, mut fields) = (None, Fields::default());
    let mut left = MOST_HEADER;
    loop {
        let mut line = Vec::new();
        let read = (&mut *source).take(left).read_until(b'\n', &mut line).unwrap_or(0);
        left -= read as u64;
        let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
        if read == 0 || text.is_empty() || left == 0 {
            return (first.unwrap_or_default(), fields);
        }
        let is_status = first.is_none() && (text.starts_with("HTTP/") || text.starts_with("WARC/"));
        match text.split_once(':').filter(|_| !is_status) {
            _ if text.starts_with([' ', '\t']) && !fields.0.is_empty() => {
                let last = fields.0.len() - 1;
                fields.0[last].1.push_str(&format!(" {}", text.trim()));
            }
            Some((name, value)) => {
                fields.0.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
            None => {}
        }
        first.get_or_insert(text);
    }
}

struct Skipped {
    found: bool,
    /// Bytes other than line ends.
    bytes: u64,
}

/// Moves to the beginning of the next record.
fn skip_to_record(source: &mut Source<'_>) -> Skipped {
    const BEGINNING: &[u8] = b"WARC/";
    let mut skipped = Skipped { found: false, bytes: 0 };
    let Ok(mut position) = source.stream_position() else { return skipped };
    let mut piece = Vec::new();
    loop {
        piece.clear();
        if source.take(PIECE as u64).read_to_end(&mut piece).is_err() {
            return skipped;
        }
        let at = piece.windows(BEGINNING.len()).position(|window| window == BEGINNING);
        let is_last = piece.len() < PIECE;
        // a beginning may continue in the next piece
        let count =
            at.unwrap_or(if is_last { piece.len() } else { piece.len() + 1 - BEGINNING.len() });
        skipped.bytes +=
            piece[..count].iter().filter(|byte| !matches!(byte, b'\r' | b'\n')).count() as u64;
        position += count as u64;
        skipped.found = at.is_some() && source.seek(SeekFrom::Start(position)).is_ok();
        if at.is_some() || is_last || source.seek(SeekFrom::Start(position)).is_err() {
            return skipped;
        }
    }
}

/// A body in chunks (RFC 9112, 7.1).
struct Chunked<R> {
    source: R,
    left: u64,
    ended: bool,
    begun: bool,
}

impl<R: BufRead> Chunked<R> {
    fn new(source: R) -> Self {
        Self { source, left: 0, ended: false, begun: false }
    }

    fn next_chunk(&mut self) -> std::io::Result<()> {
        let mut line = Vec::new();
        if std::mem::replace(&mut self.begun, true) {
            (&mut self.source).take(16).read_until(b'\n', &mut line)?;
            line.clear();
        }
        (&mut self.source).take(4096).read_until(b'\n', &mut line)?;
        let text = String::from_utf8_lossy(&line);
        let digits = text.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(digits, 16)
            .map_err(|_| std::io::Error::from(std::io::ErrorKind::InvalidData))?;
        self.left = size;
        self.ended = size == 0;
        Ok(())
    }
}

impl<R: BufRead> Read for Chunked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 && !self.ended {
            self.next_chunk()?;
        }
        if self.ended {
            return Ok(0);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.source.read(&mut buffer[..most])?;
        if count == 0 && most > 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::office::testing::{read, torment};

    fn record(kind: &str, address: &str, media_type: &str, block: &[u8]) -> Vec<u8> {
        let header = format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2017-03-06T04:02:06Z\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n",
            block.len()
        );
        [header.as_bytes(), block, b"\r\n\r\n"].concat()
    }

    const HTTP: &str = "application/http; msgtype=response";

    fn archive() -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gzip, "登记名单".as_bytes()).expect("memory");
        let gzip = gzip.finish().expect("memory");
        let packed = [
            format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n", gzip.len()).into_bytes(),
            gzip,
            b"\r\n0\r\n\r\n".to_vec(),
        ]
        .concat();
        [
            record(
                "warcinfo",
                "",
                "application/warc-fields",
                b"software: Crawler 1\r\nrobots: classic\r\n",
            ),
            record(
                "request",
                "https://example.org/a",
                "application/http; msgtype=request",
                b"GET /a HTTP/1.1\r\n\r\n",
            ),
            record(
                "response",
                "https://example.org/a",
                HTTP,
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html;\r\n charset=x\r\n\r\n<p>page",
            ),
            record("response", "<https://example.org/b>", HTTP, &packed),
            record(
                "request",
                "https://example.org/c",
                "application/http",
                b"POST /c HTTP/1.1\r\n\r\nname=x",
            ),
            record("resource", "file://a/b.txt", "text/plain", b"WARC/ is a word"),
        ]
        .concat()
    }

    #[test]
    fn responses_are_members_and_all_records_are_listed() {
        let outcome = read(extract, &archive());
        assert_eq!((&outcome.verdict, outcome.notes.len()), (&Verdict::Read, 0));
        let members: Vec<(&str, &str)> = outcome
            .members
            .iter()
            .map(|(name, bytes)| (name.as_str(), std::str::from_utf8(bytes).expect("text")))
            .collect();
        assert_eq!(
            members,
            [
                ("https://example.org/a", "<p>page"),
                ("https://example.org/b", "登记名单"),
                ("https://example.org/c (request)", "name=x"),
                ("file://a/b.txt", "WARC/ is a word"),
            ]
        );
        let list = outcome.texts()[0];
        assert_eq!(list.lines().count(), 7);
        assert!(list.contains(
            "response\t2017-03-06T04:02:06Z\thttps://example.org/a\tHTTP/1.1 200 OK\ttext/html; charset=x\t"
        ));
        assert_eq!(outcome.property("warc:software"), Some("Crawler 1"));
    }

    #[test]
    fn damaged_archives_are_read_as_far_as_they_go() {
        let whole = archive();
        let cut = read(extract, &whole[..whole.len() - 10]);
        assert_eq!(cut.members.last().map(|(_, bytes)| &bytes[..]), Some(&b"WARC/ is "[..]));
        assert!(cut.has_note(&NoteCode::FileCutShort));
        let spoilt =
            [&b"WARC/1.0\r\nContent-Length: 3\r\n\r\nabcdefgh"[..], &vec![b'x'; 70_000], &whole]
                .concat();
        let outcome = read(extract, &spoilt);
        assert_eq!(outcome.members.len(), 4);
        assert!(outcome.has_note(&NoteCode::UnlistedBytes { bytes: 70_005 }));
        torment(extract, &whole, 41);
    }

    #[test]
    fn chunks_that_are_not_chunks() {
        for (body, expected) in [
            ("5\r\nabcde\r\n3;x=y\r\nfgh\r\n0\r\n", Some("abcdefgh")),
            ("zz\r\nabc", None),
            ("ffffffffffffffff\r\nabc", None),
            ("", None),
        ] {
            let mut text = String::new();
            let read = Chunked::new(body.as_bytes()).read_to_string(&mut text);
            assert_eq!(read.ok().map(|_| text.as_str()), expected, "{body}");
        }
    }

    #[test]
    fn fuzzing_starts_from_the_same_file() {
        crate::formats::msg::tests::check_fixture("formats/site.warc", &archive());
    }
}
