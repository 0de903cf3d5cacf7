//! Mailboxes: concatenated messages, each after a line that begins with `From ` (mboxo, mboxrd, mboxcl).
//!
//! Each message is a member with exactly the bytes between the lines; `>From ` within it is kept,
//! since it cannot be known whether the writer added the `>`. Memory does not grow with the mailbox.
//!
//! Writers differ in what follows `From `, and in whether an empty line precedes it. A line begins a message if a header
//! field follows it; where the line itself is not in the usual form, that field must be one that messages have. Within the
//! length that a message states, if a message begins behind it, no line does.

use crate::out::{Input, Out, Stop};
use exhibit_model::{Member, Moment, NoteCode, Reason, Relation, Verdict};
use std::io::{self, Read};

/// The number of bytes examined of a line that may separate messages.
const LINE: usize = 1024;

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
    if mailbox.doubtful > 0 {
        out.note(0, NoteCode::SeparatorsDoubtful { count: mailbox.doubtful })?;
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
    /// The offset in the file of the first buffered byte.
    buffered_from: u64,
    /// The offset in the file up to which no line begins a message.
    protected_to: u64,
    /// Separators that are not in the usual form.
    doubtful: u64,
}

impl<'a> Mailbox<'a> {
    fn new(input: &'a mut dyn Input) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            at: 0,
            ended: false,
            in_message: false,
            begun: false,
            before: 0,
            buffered_from: 0,
            protected_to: 0,
            doubtful: 0,
        }
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
        self.buffered_from += self.at as u64;
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
        self.doubtful += u64::from(!is_separator(&line));
        self.at += end;
        self.in_message = true;
        self.protect()?;
        Ok(Some(line))
    }

    /// Protects the body of the message that begins here, if its stated length leads to the beginning of another, or to the
    /// end of the file.
    fn protect(&mut self) -> io::Result<()> {
        self.fill()?;
        let Some((header, length)) = stated_length(self.rest()) else { return Ok(()) };
        let end = (self.buffered_from + self.at as u64 + header as u64).saturating_add(length);
        let resume = self.input.stream_position()?;
        self.input.seek(io::SeekFrom::Start(end))?;
        let mut behind = Vec::new();
        (&mut *self.input).take(LINE as u64).read_to_end(&mut behind)?;
        let size = self.input.seek(io::SeekFrom::End(0))?;
        self.input.seek(io::SeekFrom::Start(resume))?;
        let next = behind.trim_ascii_start();
        let fits = (next.is_empty() && end <= size)
            || (next.starts_with(b"From ") && begins_message(next, true));
        if fits {
            self.protected_to = end;
        }
        Ok(())
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
        let protected =
            usize::try_from(self.protected_to.saturating_sub(self.buffered_from + self.at as u64));
        let protected = protected.unwrap_or(usize::MAX).min(window);
        let (end, empty_line) = message_end(&self.rest()[..window], at_end, protected);
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
/// empty line between it and the next message, 0 without one. `all` is whether nothing follows `bytes`; no message begins
/// before `protected`.
fn message_end(bytes: &[u8], all: bool, protected: usize) -> (usize, Option<usize>) {
    if protected == 0 && bytes.starts_with(b"From ") && begins_message(bytes, true) {
        return (0, Some(0));
    }
    let looked_at = if all { bytes.len() } else { bytes.len().saturating_sub(LINE) };
    let mut from = protected.saturating_sub(1).min(looked_at);
    while let Some(p) = bytes[from..looked_at].iter().position(|b| *b == b'\n').map(|p| p + from) {
        from = p + 1;
        let line = &bytes[from..];
        if !line.starts_with(b"From ") {
            continue;
        }
        let before = &bytes[..p];
        let before = before.strip_suffix(b"\r").unwrap_or(before);
        let after_empty = before.is_empty() || before.ends_with(b"\n");
        if begins_message(line, after_empty) {
            return if after_empty {
                (before.len(), Some(from - before.len()))
            } else {
                (from, Some(0))
            };
        }
    }
    let line_ends =
        bytes[..looked_at].iter().rev().take(4).take_while(|b| matches!(b, b'\r' | b'\n')).count();
    (if all { looked_at } else { looked_at - line_ends }, None)
}

/// Whether a line that begins with `From ` begins a message, by its form and by what follows it. `after_empty` is whether
/// an empty line precedes it.
fn begins_message(line: &[u8], after_empty: bool) -> bool {
    let line = &line[..line.len().min(LINE)];
    let mut lines = line.split_inclusive(|b| *b == b'\n').map(<[u8]>::trim_ascii_end);
    let first = lines.next().unwrap_or_default();
    let usual = is_separator(first) && after_empty;
    let mut fields = 0;
    for next in lines.by_ref().take(6) {
        let name = next
            .split(|b| *b == b':')
            .next()
            .filter(|name| name.len() < next.len())
            .unwrap_or_default();
        let is_field = !name.is_empty() && name.trim_ascii_end().iter().all(u8::is_ascii_graphic);
        match next {
            [] | [b' ' | b'\t', ..] if fields == 0 => return usual && next.is_empty(),
            [b' ' | b'\t', ..] => {}
            _ if next.starts_with(b">From ") => {}
            _ if next.starts_with(b"From ") && usual && fields == 0 => return true,
            _ if is_field && (usual || is_field_of_messages(name)) => return true,
            _ if is_field => fields += 1,
            _ => return false,
        }
    }
    // nothing follows: a last message without any content
    usual && fields == 0
}

/// Whether a field's name is one that nearly every message has near its beginning.
fn is_field_of_messages(name: &[u8]) -> bool {
    const NAMES: [&str; 17] = [
        "from",
        "to",
        "cc",
        "date",
        "subject",
        "received",
        "return-path",
        "message-id",
        "delivered-to",
        "mime-version",
        "content-type",
        "status",
        "x-mozilla-status",
        "x-gm-thrid",
        "x-gmail-labels",
        "reply-to",
        "sender",
    ];
    let name = name.trim_ascii_end();
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

/// The length of the header at the start of `bytes`, and the length of the body that it states.
fn stated_length(bytes: &[u8]) -> Option<(usize, u64)> {
    let mut at = 0;
    let mut length = None;
    loop {
        let end = at + bytes[at..].iter().position(|b| *b == b'\n')? + 1;
        let line = bytes[at..end].trim_ascii_end();
        if line.is_empty() {
            return length.map(|length| (end, length));
        }
        if let Some(value) =
            line.get(15..).filter(|_| line[..15].eq_ignore_ascii_case(b"content-length:"))
        {
            length = std::str::from_utf8(value.trim_ascii()).ok()?.parse().ok();
        }
        at = end;
    }
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
    let word =
        word.split_once('-').filter(|(_, rest)| rest.contains('-')).map_or(word, |(year, _)| year);
    word.parse().ok().filter(|year| word.len() == 4 && (1970..2100).contains(year))
}

/// The time in a separator line, such as `From li@example.org Tue Nov 12 08:30:00 2019`, taken as UTC.
fn moment_of(line: &[u8]) -> Option<Moment> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let line = first_line(line);
    let words: Vec<&str> = line.split_ascii_whitespace().skip(2).collect();
    let at = words
        .iter()
        .position(|word| MONTHS.iter().any(|month| word.eq_ignore_ascii_case(month)))?;
    let month = MONTHS.iter().position(|month| words[at].eq_ignore_ascii_case(month))?;
    let day = words.get(at + 1)?.parse().ok()?;
    let mut time =
        words.iter().find(|word| is_time(word))?.split(':').map(|part| part.parse::<u32>().ok());
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
                Record::MemberBytes(bytes) => {
                    messages.last_mut().expect("within a member").extend(bytes)
                }
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
            (
                vec!["A: 1\n\nFrom the desk of Li\n>From x\n\nFrom now on 2019\n"],
                "From in the body",
            ),
            (vec!["", "B: 2\n\n\n\n"], "empty and trailing lines"),
        ] {
            let mailbox: Vec<String> = bodies.iter().map(|body| format!("{FROM}{body}")).collect();
            assert_eq!(messages(mailbox.join("\n").as_bytes()), bodies, "{case}");
        }
        let crlf = "From a@b Tue Nov 12 08:30:00 2019\r\nA: 1\r\n\r\nx\r\n\r\nFrom a@b Tue Nov 12 08:30:00 2019\r\nB: 2\r\n";
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
            assert_eq!(
                moment_of(line.as_bytes()).map(Moment::to_rfc3339).as_deref(),
                moment,
                "{line}"
            );
        }
    }

    #[test]
    fn messages_begin_where_header_fields_follow() {
        const HEADER: &str = "From: a@example.org\nSubject: x\n\nbody\n";
        for separator in [
            "From ",
            "From -",
            "From nobody",
            "From nobody 2019-11-12 08:30:00",
            "From a@example.org Tue, 12 Nov 2019 08:30:00 +0800",
            "From \"A B\"@example.org Tue Nov 12 08:30 2019",
        ] {
            let mailbox = format!("{separator}\n{HEADER}\n").repeat(3);
            assert_eq!(messages(mailbox.as_bytes()).len(), 3, "{separator}");
            let without_empty_lines = format!("{separator}\n{HEADER}").repeat(3);
            assert_eq!(messages(without_empty_lines.as_bytes()).len(), 3, "{separator}");
        }
    }

    #[test]
    fn sentences_begin_no_message() {
        const FROM: &str = "From li@example.org Tue Nov 12 08:30:00 2019\n";
        for body in [
            "A: 1\n\nFrom now on, the list is kept here.\nNote: at 08:30 in 2019\n",
            "A: 1\n\n\nFrom the desk of Li\n\nSubject: none\n",
            "A: 1\n\nlog\n\nFrom c@example.org Tue Nov 12 08:31:00 2019\nsubject of a log: x\n",
            "A: 1\n\n>From li@example.org Tue Nov 12 08:30:00 2019\nFrom: x\n",
        ] {
            assert_eq!(
                messages(format!("{FROM}{body}\n{FROM}B: 2\n").as_bytes()).len(),
                2,
                "{body}"
            );
        }
    }

    #[test]
    fn a_stated_length_that_fits_protects_a_body() {
        const FROM: &str = "From li@example.org Tue Nov 12 08:30:00 2019\n";
        let quoted = format!("see below\n\n{FROM}From: b@example.org\nSubject: within\n\ntext\n");
        let first = format!("From: a@example.org\nContent-Length: {}\n\n{quoted}", quoted.len());
        let mailbox = format!("{FROM}{first}\n{FROM}B: 2\n");
        assert_eq!(messages(mailbox.as_bytes()), [first.clone(), "B: 2\n".to_owned()]);
        let last = format!("{FROM}{first}");
        assert_eq!(messages(last.as_bytes()), std::slice::from_ref(&first));
        let wrong = mailbox.replacen(&quoted.len().to_string(), "12", 1);
        assert_eq!(messages(wrong.as_bytes()).len(), 3);
    }
}
