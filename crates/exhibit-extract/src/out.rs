//! The way out of a reader: says records, and keeps the request's limits on pages, text and members.

use exhibit_model::{Limits, Member, MemberEnd, MetadataKey, Note, NoteKind, Page, Record, Sink, SinkClosed, Verdict};
use std::io::{Read, Seek};

/// The bytes of one file.
pub trait Input: Read + Seek {}
impl<T: Read + Seek> Input for T {}

/// Why a reader stops before the end of its file.
#[derive(Debug)]
pub enum Stop {
    /// Nobody listens any more.
    Closed,
    /// The limit named was reached; what was said until then stands.
    Limit(String),
}

impl From<SinkClosed> for Stop {
    fn from(_: SinkClosed) -> Self {
        Self::Closed
    }
}

/// Says records within limits.
pub struct Out<'a> {
    sink: &'a mut dyn Sink,
    limits: Limits,
    pages: u32,
    text_bytes: u64,
    members: u64,
    member_bytes: u64,
    container_bytes: u64,
    said_content: bool,
}

impl<'a> Out<'a> {
    /// Says to `sink`, within `limits`.
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
        }
    }

    /// The limits in force.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// How many pages were said so far; the next page's number is one more.
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// States the container's own size in bytes, against which the ratio of its members is held.
    pub fn container_size(&mut self, bytes: u64) {
        self.container_bytes = bytes;
    }

    /// Says a record that is neither page nor member.
    ///
    /// # Errors
    /// [`Stop::Closed`].
    pub fn say(&mut self, record: Record) -> Result<(), Stop> {
        Ok(self.sink.say(record)?)
    }

    /// Says a property; an empty value is passed over, one of over 64 KiB is cut there with a note.
    ///
    /// # Errors
    /// [`Stop::Closed`].
    pub fn metadata(&mut self, key: impl Into<MetadataKey>, value: &str) -> Result<(), Stop> {
        let value = value.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        if value.is_empty() {
            return Ok(());
        }
        let (key, end) = (key.into(), value.floor_char_boundary(64 << 10));
        self.say(Record::Metadata { key: key.clone(), value: value[..end].to_owned() })?;
        if end < value.len() {
            self.note(NoteKind::Limit, 0, format!("the property {key} was cut at 64 KiB"))?;
        }
        Ok(())
    }

    /// Says a note: one sentence, lower case, no full stop.
    ///
    /// # Errors
    /// [`Stop::Closed`].
    pub fn note(&mut self, kind: NoteKind, page: u32, text: impl Into<String>) -> Result<(), Stop> {
        self.say(Record::Note(Note { kind, page, text: text.into() }))
    }

    /// Numbers and says the next page.
    ///
    /// # Errors
    /// [`Stop::Limit`] when pages or text exceed the limits.
    pub fn page(&mut self, mut page: Page) -> Result<(), Stop> {
        if self.pages >= self.limits.pages {
            return Err(Stop::Limit(format!("more than {} pages", self.limits.pages)));
        }
        self.text_bytes += page.text.len() as u64;
        if self.text_bytes > self.limits.text_bytes {
            return Err(Stop::Limit(format!("more than {} bytes of text", self.limits.text_bytes)));
        }
        self.pages += 1;
        page.number = self.pages;
        if page.language.is_empty() {
            "und".clone_into(&mut page.language);
        }
        page.count_characters();
        self.said_content |= page.counts.characters > 0 || page.counts.glyphs > 0 || page.counts.images > 0;
        self.say(Record::Page(Box::new(page)))
    }

    /// Begins a member.
    ///
    /// # Errors
    /// [`Stop::Limit`] when there are more members than the limit.
    pub fn member(&mut self, member: Member) -> Result<(), Stop> {
        if self.members >= self.limits.members {
            return Err(Stop::Limit(format!("more than {} members", self.limits.members)));
        }
        self.members += 1;
        self.said_content = true;
        self.say(Record::Member(member))
    }

    /// Says the bytes of the member begun last, to the end of `bytes`, and ends it. A read error ends it as failed;
    /// the limits on bytes and ratio end it as truncated, and the container with it.
    ///
    /// # Errors
    /// [`Stop::Limit`] when the container's limits are reached.
    pub fn member_from(&mut self, bytes: &mut dyn Read) -> Result<(), Stop> {
        self.member_from_or(bytes, |_, error| MemberEnd::Failed(format!("its bytes cannot be read: {error}")))
    }

    /// As [`Self::member_from`], but `end` says how the member ends on a read error, from the number of bytes said
    /// before it and the error.
    ///
    /// # Errors
    /// [`Stop::Limit`] when the container's limits are reached.
    pub fn member_from_or(
        &mut self,
        bytes: &mut dyn Read,
        end: impl FnOnce(u64, std::io::Error) -> MemberEnd,
    ) -> Result<(), Stop> {
        let mut buffer = vec![0; 64 << 10];
        let mut said = 0;
        loop {
            let count = match bytes.read(&mut buffer) {
                Ok(0) => return self.member_end(MemberEnd::Whole),
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return self.member_end(end(said, error)),
            };
            if let Some(limit) = self.member_limit(count as u64) {
                self.member_end(MemberEnd::Truncated(limit.clone()))?;
                return Err(Stop::Limit(limit));
            }
            said += count as u64;
            self.say(Record::MemberBytes(buffer[..count].to_vec()))?;
        }
    }

    /// Ends the member begun last.
    ///
    /// # Errors
    /// [`Stop::Closed`].
    pub fn member_end(&mut self, end: MemberEnd) -> Result<(), Stop> {
        self.say(Record::MemberEnd(end))
    }

    fn member_limit(&mut self, more: u64) -> Option<String> {
        const FREE: u64 = 64 << 20;
        self.member_bytes += more;
        if self.member_bytes > self.limits.member_bytes {
            return Some(format!("more than {} bytes of members", self.limits.member_bytes));
        }
        let ratio = self.limits.ratio.max(1);
        let inflated = self.member_bytes > FREE && self.member_bytes / ratio > self.container_bytes;
        inflated.then(|| format!("members of more than {ratio} times the container's size"))
    }

    /// The verdict after all was said: what reads to its end but holds nothing at all is empty.
    pub(crate) fn settle(&self, verdict: Verdict) -> Verdict {
        match verdict {
            Verdict::Read if !self.said_content && self.pages == 0 => Verdict::Empty,
            other => other,
        }
    }
}
