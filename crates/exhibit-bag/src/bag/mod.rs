//! Bags: written from a case, received from another case, sealed and opened.

mod export;
mod pictures;
mod proofs;
mod received;
mod ro_crate;
mod seal;
mod selection;
mod writer;

pub use export::{ExportContext, ExportOrder, ExportStep, Exported, Receiver, export};
pub(crate) use pictures::content_of;
pub use pictures::render_pages;
pub use received::{KeptBag, ReceivedBag, VerifiedBag, check_received, received_bags};
pub use seal::{Lock, SealError, SealedBag, Unlock, is_sealed};
pub use selection::{BagRequest, Selected, Selection};
pub(crate) use writer::BagWriter;
pub use writer::unfinished_exports;
