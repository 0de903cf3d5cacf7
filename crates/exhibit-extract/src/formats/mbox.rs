//! Mailboxes: concatenated messages, each after a line that begins with `From ` (mboxo, mboxrd, mboxcl).
//!
//! Each message is a member with exactly the bytes between the lines; `>From ` within it is kept,
//! since it cannot be known whether the writer added the `>`. Memory does not grow with the mailbox.

use crate::out::{Input, Out, Stop};
use exhibit_model::{Member, Moment, NoteCode, Reason, Relation, Verdict};
use std::io::{self, Read};

/// The number of bytes examined of a line that may separate messages.
const LINE: usize = 512;

/// The size of the read-ahead.
const AHEAD: usize = 256 << 10;

/// Reads a mailbox.
pub(crate) fn read(input: &mut dyn Input, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let size = input.seek(io::SeekFrom::End(0)).and_then(|size| input.rewind().map(|()| size));
    match size {
        Ok(size) => out.container_size(size),
        Err(error) => return Ok(Verdict::Failed(Reason::cannot_read(&error))),
    }
    let mut mailbox = Mailbox::new(input);
    let mut count = 0_u64;
    loop {
        match mailbox.next_separator() {
            Ok(Some(line)) => {
                count += 1;
                out.member(Member {
                    name: format!("{count:06}.eml").into_bytes(),
                    modified: moment_of(&line),
                    relation: Relation::Message,
                    ..Member::default()
                })?;
                out.member_from(&mut mailbox)?;
            }
            Ok(None) => break,
            Err(error) => return Ok(Verdict::Failed(Reason::cannot_read(&error))),
        }
    }
    if count == 0 {
        return Ok(Verdict::Failed(Reason::NoMessages));
    }
    if mailbox.before > 0 {
        out.note(0, NoteCode::LeadingBytes { bytes: mailbox.before })?;
    }
    out.metadata("mbox:messages", &count.to_string())?;
    Ok(Verdict::Read)
}

/// A mailbox being read: bytes of the current message until the line that begins the next one.
struct Mailbox<'a> {
    input: &'a mut dyn Input,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
    in_message: bool,
    begun: bool,
    before: u64,
}

impl<'a> Mailbox<'a> {
    fn new(input: &'a mut dyn Input) -> Self {
        Self { input, buffer: Vec::new(), at: 0, ended: false, in_message: false, begun: false, before: 0 }
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.at..]
    }

    /// Reads ahead unless enough bytes are buffered.
    fn fill(&mut self) -> io::Result<()> {
        if self.ended || self.rest().len() >= AHEAD / 2 {
            return Ok(());
        }
        self.buffer.drain(..self.at);
        self.at = 0;
        let wanted = AHEAD - self.buffer.len();
        let count = (&mut *self.input).take(wanted as u64).read_to_end(&mut self.buffer)?;
        self.ended = count < wanted;
        Ok(())
    }

    /// Consumes the line that begins the next message, and returns it; `None` at the end.
    fn next_separator(&mut self) -> io::Result<Option<Vec<u8>>> {
        if !self.begun {
            self.begun = true;
            self.skip_to_first()?;
        }
        self.fill()?;
        if self.rest().is_empty() {
            return Ok(None);
        }
        let end = line_end(self.rest());
        let line = self.rest()[..end].to_vec();
        self.at += end;
        self.in_message = true;
        Ok(Some(line))
    }

    /// Skips what precedes the first message: nothing, in an intact mailbox.
    fn skip_to_first(&mut self) -> io::Result<()> {
        loop {
            self.fill()?;
            let rest = self.rest();
            if rest.is_empty() || rest.starts_with(b"From ") {
                return Ok(());
            }
            let end = line_end(rest);
            self.before += if rest[..end].trim_ascii().is_empty() { 0 } else { end as u64 };
            self.at += end;
        }
    }
}

impl Read for Mailbox<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if !self.in_message || out.is_empty() {
            return Ok(0);
        }
        self.fill()?;
        let window = self.rest().len().min(out.len() + 2 * LINE);
        let at_end = self.ended && window == self.rest().len();
        let (end, empty_line) = message_end(&self.rest()[..window], at_end);
        let count = end.min(out.len());
        out[..count].copy_from_slice(&self.rest()[..count]);
        self.at += count;
        if count == end && (at_end || empty_line.is_some()) {
            self.at += empty_line.unwrap_or(0);
            self.in_message = empty_line.is_none() && count > 0;
        }
        Ok(count)
    }
}

/// The length within `bytes` that certainly belongs to the current message; and, if it ends there, the length of the
/// empty line between it and the next message. `all` is whether nothing follows `bytes`.
fn message_end(bytes: &[u8], all: bool) -> (usize, Option<usize>) {
    if bytes.starts_with(b"From ") && is_separator(bytes) {
        return (0, Some(0));
    }
    let looked_at = if all { bytes.len() } else { bytes.len().saturating_sub(LINE) };
    let mut from = 0;
    while let Some(p) = bytes[from..looked_at].iter().position(|b| *b == b'\n').map(|p| p + from) {
        from = p + 1;
        let line = &bytes[from..];
        if !line.starts_with(b"From ") || !is_separator(line) {
            continue;
        }
        let before = &bytes[..p];
        let before = before.strip_suffix(b"\r").unwrap_or(before);
        if before.is_empty() || before.ends_with(b"\n") {
            return (before.len(), Some(from - before.len()));
        }
    }
    let line_ends = bytes[..looked_at].iter().rev().take(4).take_while(|b| matches!(b, b'\r' | b'\n')).count();
    (if all { looked_at } else { looked_at - line_ends }, None)
}

fn line_end(bytes: &[u8]) -> usize {
    bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |p| p + 1)
}

/// Whether a line that begins with `From ` has a sender and a date, as separators have and sentences do not.
pub(crate) fn is_separator(line: &[u8]) -> bool {
    let line = first_line(line);
    let words = || line.split_ascii_whitespace().skip(2);
    words().any(is_time) && words().any(|word| year(word).is_some())
}

fn first_line(bytes: &[u8]) -> String {
    let end = line_end(&bytes[..bytes.len().min(LINE)]);
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

fn is_time(word: &str) -> bool {
    word.len() >= 4 && word.contains(':') && word.bytes().all(|b| b.is_ascii_digit() || b == b':')
}

fn year(word: &str) -> Option<i64> {
    word.parse().ok().filter(|year| word.len() == 4 && (1970..2100).contains(year))
}

/// The time in a separator line, such as `From li@example.org Tue Nov 12 08:30:00 2019`, taken as UTC.
fn moment_of(line: &[u8]) -> Option<Moment> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let line = first_line(line);
    let words: Vec<&str> = line.split_ascii_whitespace().skip(2).collect();
    let at = words.iter().position(|word| MONTHS.iter().any(|month| word.eq_ignore_ascii_case(month)))?;
    let month = MONTHS.iter().position(|month| words[at].eq_ignore_ascii_case(month))?;
    let day = words.get(at + 1)?.parse().ok()?;
    let mut time = words.iter().find(|word| is_time(word))?.split(':').map(|part| part.parse::<u32>().ok());
    let (hour, minute) = (time.next()??, time.next()??);
    let second = time.next().flatten().unwrap_or(0);
    let year = words.iter().find_map(|word| year(word))?;
    Moment::from_civil(year, u32::try_from(month).ok()? + 1, day, hour, minute, second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use exhibit_model::{Limits, MemberEnd, Record};
    use std::io::Cursor;

    fn messages(mailbox: &[u8]) -> Vec<String> {
        let mut records: Vec<Record> = Vec::new();
        let mut out = Out::new(&mut records, Limits::STANDARD);
        let verdict = read(&mut Cursor::new(mailbox), &mut out).expect("no limit is reached");
        assert_eq!(verdict, Verdict::Read);
        let mut messages = Vec::new();
        for record in records {
            match record {
                Record::Member(_) => messages.push(Vec::new()),
                Record::MemberBytes(bytes) => messages.last_mut().expect("within a member").extend(bytes),
                Record::MemberEnd(end) => assert_eq!(end, MemberEnd::Whole),
                _ => {}
            }
        }
        messages.into_iter().map(|bytes| String::from_utf8(bytes).expect("text")).collect()
    }

    #[test]
    fn messages_keep_their_exact_bytes() {
        const FROM: &str = "From li@example.org Tue Nov 12 08:30:00 2019\n";
        for (bodies, case) in [
            (vec!["A: 1\n\nx\n", "B: 2\n\ny"], "two"),
            (vec!["A: 1\n\nFrom the desk of Li\n>From x\n\nFrom now on 2019\n"], "From in the body"),
            (vec!["", "B: 2\n\n\n\n"], "empty and trailing lines"),
        ] {
            let mailbox: Vec<String> = bodies.iter().map(|body| format!("{FROM}{body}")).collect();
            assert_eq!(messages(mailbox.join("\n").as_bytes()), bodies, "{case}");
        }
        let crlf =
            "From a@b Tue Nov 12 08:30:00 2019\r\nA: 1\r\n\r\nx\r\n\r\nFrom a@b Tue Nov 12 08:30:00 2019\r\nB: 2\r\n";
        assert_eq!(messages(crlf.as_bytes()), ["A: 1\r\n\r\nx\r\n", "B: 2\r\n"]);
    }

    #[test]
    fn messages_of_any_length_are_complete() {
        let mut mailbox = String::new();
        let mut bodies = Vec::new();
        for n in 0..300 {
            let body = format!("N: {n}\n\n{}", "a line of text\n\n".repeat(n * 37 % 9001 / 7));
            mailbox.push_str(&format!("From x@example.org Tue Nov 12 08:30:00 2019\n{body}\n"));
            bodies.push(body);
        }
        let last = bodies.last_mut().expect("300");
        last.push('\n');
        assert_eq!(messages(mailbox.as_bytes()), bodies);
    }

    #[test]
    fn separators_are_parsed_for_the_time() {
        for (line, moment) in [
            ("From li@example.org Tue Nov 12 08:30:00 2019", Some("2019-11-12T08:30:00Z")),
            ("From - Tue Nov 12 08:30 2019 +0800", Some("2019-11-12T08:30:00Z")),
            ("From nobody", None),
        ] {
            assert_eq!(moment_of(line.as_bytes()).map(Moment::to_rfc3339).as_deref(), moment, "{line}");
        }
    }
}
