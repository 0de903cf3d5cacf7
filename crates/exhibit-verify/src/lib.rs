//! Checks what Exhibit hands over, offline: bags, log proofs, checkpoints, quotes.
//!
//! All that decides is in `exhibit-proof` and, for time, in `exhibit-time`; here is what a program needs around it: reading a folder without following
//! a link out of it, and a report of what was proved and what was not, in the languages of `exhibit-messages`. It writes
//! nothing and opens no socket.

mod folder;
pub mod loadfile;
mod log;
mod report;
mod run;
mod time;

pub use folder::Folder;
pub use report::{Report, shown_safely};
pub use run::{CheckedBag, Request, Unable, What, check_bag, prove, trust, verify};
pub use time::{Brought, Time};
