//! Offline verification of bags, log proofs, checkpoints, quotes and time stamps from Exhibit.
//!
//! All checks are in `exhibit-proof` and, for time, in `exhibit-time`. This crate adds what a program needs: reading
//! a folder without following links, and a report of what was proved and what was not, in the languages of
//! `exhibit-messages`. It writes no files and opens no sockets.

mod folder;
pub mod loadfile;
mod log;
mod report;
mod run;
mod time;

pub use folder::Folder;
pub use report::{Report, shown_safely};
pub use run::{
    CheckedBag, Unusable, VerifyError, VerifyRequest, What, check_bag, prove, trust, verify,
};
pub use time::{Time, TrustedFiles};
