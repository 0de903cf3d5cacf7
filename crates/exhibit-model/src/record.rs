//! What is asked of a worker, and what a worker says: requests and records.
//!
//! A worker reads one file and says a sequence of records, then ends with one [`Verdict`]. What it
//! says is untrusted: whoever reads records from a pipe bounds them and checks each page
//! ([`crate::Page::is_sound`]) before believing any of it.

use crate::item::Relation;
use crate::metadata::MetadataKey;
use crate::page::Page;
use crate::time::Moment;

/// What to do with one file.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// The work.
    pub task: Task,
    /// The file's name as found, any bytes; a hint only (its ending may lie).
    pub name: Vec<u8>,
    /// Passwords to try, in order, if the file is locked.
    pub passwords: Vec<String>,
    /// Bounds on what is read and said.
    pub limits: Limits,
}

/// The work asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Task {
    /// Say what the file is and everything that is in it: metadata, pages, members.
    Extract,
    /// Paint one page: says one [`Record::Picture`].
    Render {
        /// The page's number, from 1, as extraction counts them.
        page: u32,
        /// The picture's resolution in dots per inch (pages with a size in points).
        dpi: u32,
        /// The most pixels that width or height may have; larger pictures are scaled down to fit.
        max_side: u32,
        /// Whether one byte of grey per pixel is enough (for OCR).
        grey: bool,
    },
}

/// Bounds on what a worker reads and says. Reaching one is never silent: the verdict names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Most pages read of one document.
    pub pages: u32,
    /// Most bytes of text over all pages.
    pub text_bytes: u64,
    /// Most members listed of one container.
    pub members: u64,
    /// Most bytes over all members of one container.
    pub member_bytes: u64,
    /// Most bytes of members for each byte of the container, once they exceed 64 MiB.
    pub ratio: u64,
    /// Most bytes of a file that a reader which needs it whole takes into memory.
    pub whole_file_bytes: u64,
    /// Most pixels of one picture.
    pub pixels: u64,
}

impl Limits {
    /// The limits that a case starts with.
    pub const STANDARD: Self = Self {
        pages: 50_000,
        text_bytes: 1 << 30,
        members: 1_000_000,
        member_bytes: 256 << 30,
        ratio: 250,
        whole_file_bytes: 1 << 30,
        pixels: 200_000_000,
    };
}

/// One thing a worker says.
#[derive(Clone, PartialEq, Debug)]
pub enum Record {
    /// What the bytes are, by their content: an IANA media type. Said first, and once.
    MediaType(String),
    /// A property of the file, such as `dc:creator`, `mail:from`, `exif:Model`; may be repeated.
    Metadata {
        /// The property's name.
        key: MetadataKey,
        /// Its value as text.
        value: String,
    },
    /// A page, in order of their numbers.
    Page(std::boxed::Box<Page>),
    /// A member of a container begins. Its bytes follow as [`Record::MemberBytes`], then [`Record::MemberEnd`].
    Member(Member),
    /// Some bytes of the member begun last (at most 64 KiB a record).
    MemberBytes(Vec<u8>),
    /// The member begun last has ended.
    MemberEnd(MemberEnd),
    /// Something a user should know about how the file was read.
    Note(Note),
    /// A painted page.
    Picture(Picture),
}

/// A member of a container: an entry of an archive, a message of a mailbox, an attachment, an embedded file.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Member {
    /// Its name or path within the container, exactly as stored, any bytes. Never used as a path on disk.
    pub name: Vec<u8>,
    /// The name as text where it had to be decoded (GBK names in a zip); empty where `name` is UTF-8 already.
    pub name_text: String,
    /// When it was last changed, where the container says so.
    pub modified: Option<Moment>,
    /// How it is held: never [`Relation::File`].
    pub relation: Relation,
}

/// How a member ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MemberEnd {
    /// All of its bytes were said.
    Whole,
    /// It has no bytes of its own to read, and why (a symbolic link, a device): a ledger row with this reason.
    Unsupported(String),
    /// It needs a password that is not known.
    Encrypted,
    /// It could not be read, and why; bytes said so far do not count.
    Failed(String),
    /// It was not read (further) because of the limit named.
    Truncated(String),
}

/// Something a user should know about how a file was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// What sort of thing.
    pub kind: NoteKind,
    /// The page it is about; 0 for the whole file.
    pub page: u32,
    /// One sentence, lower case, no full stop.
    pub text: String,
}

/// What sort of thing a note is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoteKind {
    /// Part of the file could not be read; the rest was.
    Partial,
    /// A limit was reached.
    Limit,
    /// The file is not what its name says, or holds something that acts (macros, scripts).
    Suspicious,
    /// For information.
    Remark,
}

/// A painted page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Picture {
    /// The page's number.
    pub page: u32,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// A PNG file of exactly that size.
    pub png: Vec<u8>,
}

/// What became of the file that the worker was given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Read to its end.
    Read,
    /// Nothing is in it.
    Empty,
    /// Needs a password that is not among those given.
    Encrypted,
    /// Of a kind that is not read; the reason names the kind.
    Unsupported(String),
    /// Cannot be read, and why.
    Failed(String),
    /// Read up to the limit named.
    Truncated(String),
}

/// Takes what a worker says, one record after another.
pub trait Sink {
    /// Takes one record.
    ///
    /// # Errors
    /// [`SinkClosed`] when nobody listens any more: stop at once.
    fn say(&mut self, record: Record) -> Result<(), SinkClosed>;
}

/// Nobody listens any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("nobody listens any more")]
pub struct SinkClosed;

impl Sink for Vec<Record> {
    fn say(&mut self, record: Record) -> Result<(), SinkClosed> {
        self.push(record);
        Ok(())
    }
}
