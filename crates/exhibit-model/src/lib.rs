//! The domain's terms as types: digests and ids, times, pages with their boxes, and the records
//! that a worker emits for a file.
//!
//! Nothing here accesses a disk, a clock or a socket, so nothing here can fail for a reason
//! outside its arguments. What is hashed or stored has a hand-written byte form (`wire`), never
//! one derived by a library.

pub mod code;
pub mod date;
pub mod digest;
pub mod ids;
pub mod item;
pub mod kind;
pub mod layers;
pub mod metadata;
pub mod opening;
pub mod page;
pub mod reading;
pub mod record;
pub mod shown;
pub mod time;
pub mod wire;

pub use code::{CompoundFault, Detail, NoteCode, Reason, Severity};
pub use date::{CivilTime, StatedDate};
pub use digest::{Digest, OriginalId, ParseDigestError};
pub use ids::{EntrySeq, ItemId, NotAPageNumber, PageNumber, SourceId};
pub use item::{Relation, State};
pub use kind::{FileKind, MediaType, ReaderKey};
pub use metadata::MetadataKey;
pub use opening::Opening;
pub use page::{
    Box as TextBox, Counts, Mark, MarkKind, Page, PageKind, Rect, RowRange, Run, SheetPart,
    TextSource,
};
pub use reading::{Before, Drawn, ReadCharacter, ReadLine, Reading, Trust, Way};
pub use record::{
    Limits, Member, MemberEnd, Note, Picture, Record, Request, Sink, SinkClosed, Task, Verdict,
};
pub use shown::{shown, shown_bytes};
pub use time::{Clock, FixedClock, Moment};
