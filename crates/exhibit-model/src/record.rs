//! Requests to a worker, and the records that it emits.
//!
//! A worker reads one file and emits a sequence of records, then ends with one [`Verdict`]. Its
//! output is untrusted: the process that reads records from a pipe bounds them and checks each page
//! ([`crate::Page::is_sound`]) before relying on them.

use crate::code::{NoteCode, Reason};
use crate::item::Relation;
use crate::metadata::MetadataKey;
use crate::page::Page;
use crate::reading::Reading;
use crate::time::Moment;

/// A job for one file.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// The work.
    pub task: Task,
    /// The file's name as found, any bytes; a hint only (its extension may be false).
    pub name: Vec<u8>,
    /// Passwords to try, in order, if the file is encrypted.
    pub passwords: Vec<String>,
    /// Bounds on what is read and emitted.
    pub limits: Limits,
}

/// The requested work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Task {
    /// Identify the file and emit all its contents: metadata, pages, members.
    Extract,
    /// Render one page: emits one [`Record::Picture`].
    Render {
        /// The page's number, from 1, as extraction counts them.
        page: u32,
        /// The picture's resolution in dots per inch (pages with a size in points).
        dpi: u32,
        /// The maximum pixels of width or height; larger pictures are scaled down to fit.
        max_side: u32,
        /// Whether one byte of grey per pixel suffices (for OCR).
        grey: bool,
    },
    /// Render one page and recognise the text on it: emits one [`Record::Reading`].
    Recognise {
        /// The page's number, from 1, as extraction counts them.
        page: u32,
        /// The picture's resolution in dots per inch (pages with a size in points).
        dpi: u32,
    },
}

/// Bounds on what a worker reads and emits. Reaching one is never silent: the verdict names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Maximum pages read of one document.
    pub pages: u32,
    /// Maximum bytes of text over all pages.
    pub text_bytes: u64,
    /// Maximum members listed of one container.
    pub members: u64,
    /// Maximum bytes over all members of one container.
    pub member_bytes: u64,
    /// Maximum bytes of members for each byte of the container, once they exceed 64 MiB.
    pub ratio: u64,
    /// Maximum bytes of a file for readers that hold it in memory.
    pub whole_file_bytes: u64,
    /// Maximum pixels of one picture.
    pub pixels: u64,
}

impl Limits {
    /// The default limits of a case.
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

/// One record emitted by a worker.
#[derive(Clone, PartialEq, Debug)]
pub enum Record {
    /// The type of the content: an IANA media type. Emitted first, and once.
    MediaType(String),
    /// A property of the file, such as `dc:creator`, `mail:from`, `exif:Model`; may be repeated.
    Metadata {
        /// The property's name.
        key: MetadataKey,
        /// Its value as text.
        value: String,
    },
    /// A page, in page order.
    Page(std::boxed::Box<Page>),
    /// A member of a container starts. Its bytes follow as [`Record::MemberBytes`], then [`Record::MemberEnd`].
    Member(Member),
    /// Some bytes of the current member (at most 64 KiB a record).
    MemberBytes(Vec<u8>),
    /// The current member has ended.
    MemberEnd(MemberEnd),
    /// An observation on how the file was read.
    Note(Note),
    /// A rendered page.
    Picture(Picture),
    /// What was recognised on a rendered page.
    Reading(Reading),
}

/// A member of a container: an entry of an archive, a message of a mailbox, an attachment, an embedded file.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Member {
    /// Its name or path within the container, exactly as stored, any bytes. Never used as a path on disk.
    pub name: Vec<u8>,
    /// The name as text if it had to be decoded (GBK names in a zip); empty if `name` is already UTF-8.
    pub name_text: String,
    /// The modification time, if the container states it.
    pub modified: Option<Moment>,
    /// Its relation to the container: never [`Relation::File`].
    pub relation: Relation,
}

/// How a member ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MemberEnd {
    /// All of its bytes were emitted.
    Whole,
    /// It has no bytes to read, and why (a symbolic link, a device): a ledger row with this reason.
    Unsupported(Reason),
    /// It needs a password that is not known.
    Encrypted,
    /// It could not be read, and why; bytes emitted so far are discarded.
    Failed(Reason),
    /// It was not read (any further), and why: a limit, or damage after its beginning.
    Truncated(Reason),
}

/// An observation for the user on how a file was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// The code.
    pub code: NoteCode,
    /// The page that it concerns; 0 for the whole file.
    pub page: u32,
}

/// A rendered page.
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

/// The result for the file given to the worker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Read to its end.
    Read,
    /// The file has no content.
    Empty,
    /// Needs a password that is not among those supplied.
    Encrypted,
    /// Of an unsupported kind, and why.
    Unsupported(Reason),
    /// Cannot be read, and why.
    Failed(Reason),
    /// Read up to a limit, and which one.
    Truncated(Reason),
}

/// Receives the records of a worker in order.
pub trait Sink {
    /// Receives one record.
    ///
    /// # Errors
    /// [`SinkClosed`] if the consumer has disconnected: stop at once.
    fn emit(&mut self, record: Record) -> Result<(), SinkClosed>;
}

/// The consumer has disconnected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("nobody listens any more")]
pub struct SinkClosed;

impl Sink for Vec<Record> {
    fn emit(&mut self, record: Record) -> Result<(), SinkClosed> {
        self.push(record);
        Ok(())
    }
}
