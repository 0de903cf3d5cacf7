//! The output of a reader: emits records, enforcing the request's limits on pages, text and members.

use exhibit_model::{
    Detail, Limits, Member, MemberEnd, MetadataKey, Note, NoteCode, Page, Reason, Record, Severity, Sink, SinkClosed,
    Verdict,
};
use std::io::{Read, Seek};

/// The bytes of one file.
pub trait Input: Read + Seek {}
impl<T: Read + Seek> Input for T {}

/// Why a reader stops before the end of its file.
#[derive(Debug)]
pub enum Stop {
    /// The reader of the records disconnected.
    Closed,
    /// The named limit was reached; records emitted so far remain valid.
    Limit(Reason),
}

impl From<SinkClosed> for Stop {
    fn from(_: SinkClosed) -> Self {
        Self::Closed
    }
}

/// Emits records, enforcing limits.
pub struct Out<'a> {
    sink: &'a mut dyn Sink,
    limits: Limits,
    pages: u32,
    text_bytes: u64,
    members: u64,
    member_bytes: u64,
    container_bytes: u64,
    said_content: bool,
    /// The last note that a part could not be read.
    partial: Option<NoteCode>,
    /// Reused for the bytes of every member.
    buffer: Vec<u8>,
}

impl<'a> Out<'a> {
    /// Emits to `sink`, within `limits`.
    pub fn new(sink: &'a mut dyn Sink, limits: Limits) -> Self {
        Self {
            sink,
            limits,
            pages: 0,
            text_bytes: 0,
            members: 0,
            member_bytes: 0,
            container_bytes: u64::MAX,
            said_content: false,
            partial: None,
            buffer: Vec::new(),
        }
    }

    /// The limits in force.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The number of pages emitted so far; the next page's number is one more.
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// Sets the container's own size in bytes, the base of the ratio limit on its members.
    pub fn container_size(&mut self, bytes: u64) {
        self.container_bytes = bytes;
    }

    /// Emits a record that is neither page nor member.
    ///
    /// # Errors
    /// [`Stop::Closed`].
    pub fn emit(&mut self, record: Record) -> Result<(), Stop> {
        Ok(self.sink.emit(record)?)
    }

    /// Emits a property; an empty value is skipped, one over 64 KiB is truncated there with a note.
    ///
    /// # Errors
    /// [`Stop::Closed`].
    pub fn metadata(&mut self, key: impl Into<MetadataKey>, value: &str) -> Result<(), Stop> {
        let value = value.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        if value.is_empty() {
            return Ok(());
        }
        let (key, end) = (key.into(), value.floor_char_boundary(64 << 10));
        self.emit(Record::Metadata { key: key.clone(), value: value[..end].to_owned() })?;
        if end < value.len() {
            self.note(0, NoteCode::PropertyTruncated { key: key.to_string(), bytes: end as u64 })?;
        }
        Ok(())
    }

    /// Emits a note about a page, or about the whole file (0).
    ///
    /// # Errors
    /// [`Stop::Closed`].
    pub fn note(&mut self, page: u32, code: NoteCode) -> Result<(), Stop> {
        if code.severity() == Severity::Partial {
            self.partial = Some(code.clone());
        }
        self.emit(Record::Note(Note { code, page }))
    }

    /// Numbers and emits the next page.
    ///
    /// # Errors
    /// [`Stop::Limit`] when pages or text exceed the limits.
    pub fn page(&mut self, mut page: Page) -> Result<(), Stop> {
        if self.pages >= self.limits.pages {
            return Err(Stop::Limit(Reason::PageLimit { pages: u64::from(self.limits.pages) }));
        }
        self.text_bytes += page.text.len() as u64;
        if self.text_bytes > self.limits.text_bytes {
            return Err(Stop::Limit(Reason::TextLimit { bytes: self.limits.text_bytes }));
        }
        self.pages += 1;
        page.number = self.pages;
        if page.language.is_empty() {
            "und".clone_into(&mut page.language);
        }
        page.count_characters();
        self.said_content |= page.counts.characters > 0 || page.counts.glyphs > 0 || page.counts.images > 0;
        self.emit(Record::Page(Box::new(page)))
    }

    /// Begins a member.
    ///
    /// # Errors
    /// [`Stop::Limit`] when there are more members than the limit.
    pub fn member(&mut self, member: Member) -> Result<(), Stop> {
        if self.members >= self.limits.members {
            return Err(Stop::Limit(Reason::MemberLimit { members: self.limits.members }));
        }
        self.members += 1;
        self.said_content = true;
        self.emit(Record::Member(member))
    }

    /// Emits the bytes of the current member, to the end of `bytes`, and ends it. A read error ends it as failed;
    /// the limits on bytes and ratio end it as truncated, and the container with it.
    ///
    /// # Errors
    /// [`Stop::Limit`] when the container's limits are reached.
    pub fn member_from(&mut self, bytes: &mut dyn Read) -> Result<(), Stop> {
        self.member_from_or(bytes, |_, error| MemberEnd::Failed(Reason::cannot_read(&error)))
    }

    /// As [`Self::member_from`], but `end` decides how the member ends on a read error, from the number of bytes read
    /// before it and the error.
    ///
    /// # Errors
    /// [`Stop::Limit`] when the container's limits are reached.
    pub fn member_from_or(
        &mut self,
        bytes: &mut dyn Read,
        end: impl FnOnce(u64, std::io::Error) -> MemberEnd,
    ) -> Result<(), Stop> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(64 << 10, 0);
        let mut emitted = 0;
        let ended = loop {
            let count = match bytes.read(&mut buffer) {
                Ok(0) => break MemberEnd::Whole,
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => break end(emitted, error),
            };
            emitted += count as u64;
            self.member_bytes(&buffer[..count])?;
        };
        self.buffer = buffer;
        self.member_end(ended)
    }

    /// Emits bytes of the current member; where they exceed the limits on bytes and ratio, ends it as truncated.
    ///
    /// # Errors
    /// [`Stop::Limit`] when the container's limits are reached.
    pub fn member_bytes(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        if let Some(limit) = self.member_limit(bytes.len() as u64) {
            self.member_end(MemberEnd::Truncated(limit.clone()))?;
            return Err(Stop::Limit(limit));
        }
        self.emit(Record::MemberBytes(bytes.to_vec()))
    }

    /// Ends the current member.
    ///
    /// # Errors
    /// [`Stop::Closed`].
    pub fn member_end(&mut self, end: MemberEnd) -> Result<(), Stop> {
        self.emit(Record::MemberEnd(end))
    }

    fn member_limit(&mut self, more: u64) -> Option<Reason> {
        const FREE: u64 = 64 << 20;
        self.member_bytes += more;
        if self.member_bytes > self.limits.member_bytes {
            return Some(Reason::MemberBytesLimit { bytes: self.limits.member_bytes });
        }
        let ratio = self.limits.ratio.max(1);
        let inflated = self.member_bytes > FREE && self.member_bytes / ratio > self.container_bytes;
        inflated.then_some(Reason::RatioLimit { ratio })
    }

    /// The final verdict: a file read to its end that yielded nothing is empty, unless a part could not be read.
    pub(crate) fn settle(&self, verdict: Verdict) -> Verdict {
        match verdict {
            Verdict::Read if !self.said_content && self.pages == 0 && self.partial.is_some() => {
                let detail = self.partial.as_ref().map_or_else(Detail::default, |code| Detail::of(code.word()));
                Verdict::Failed(Reason::CannotParse { detail })
            }
            Verdict::Read if !self.said_content && self.pages == 0 => Verdict::Empty,
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_read_is_not_empty() {
        let mut records: Vec<Record> = Vec::new();
        let mut out = Out::new(&mut records, Limits::STANDARD);
        assert_eq!(out.settle(Verdict::Read), Verdict::Empty);
        out.note(0, NoteCode::Decrypted).expect("a sink");
        assert_eq!(out.settle(Verdict::Read), Verdict::Empty);
        out.note(0, NoteCode::TextMissing).expect("a sink");
        assert!(matches!(out.settle(Verdict::Read), Verdict::Failed(Reason::CannotParse { .. })));
        assert_eq!(out.settle(Verdict::Encrypted), Verdict::Encrypted);
        out.page(Page { text: "a".to_owned(), ..Page::default() }).expect("a page");
        assert_eq!(out.settle(Verdict::Read), Verdict::Read);
    }
}
