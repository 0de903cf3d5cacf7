//! Checks what Exhibit hands over, offline: bags, log proofs, checkpoints, quotes.
//!
//! All that decides is in `exhibit-proof` and, for time, in `exhibit-time`; here is what a program needs around it: reading a folder without following
//! a link out of it, and a report that says in plain words what was proved and what was not. It writes nothing, opens
//! no socket, and depends on nothing else.

mod folder;
pub mod loadfile;
mod log;
mod report;
mod run;
mod time;
mod words;

pub use folder::Folder;
pub use report::{Line, Report, shown_safely};
pub use run::{CheckedBag, Request, Unable, What, check_bag, prove, trust, verify};
pub use time::{Brought, Time};
pub use words::{Language, Words};
