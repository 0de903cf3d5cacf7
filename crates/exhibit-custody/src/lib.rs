//! The custody log: acts, their canonical bytes, appending, signing and checking.
//!
//! Every act on a case is an entry of an append-only log, and every state of the log is signed. Entries are written
//! once and never changed. Sensitive values (names, paths, reasons) are stored only as commitments, whose openings
//! are kept elsewhere and can be destroyed. `docs/formats/custody.md` defines the bytes.
//!
//! The caller supplies time and randomness. This crate does not know the catalogue: [`LogWriter::append_from`] describes
//! how the two stay in sync across a crash.

pub mod access;
pub mod act;
pub mod check;
mod check_keys;
mod cipher;
pub mod entry;
mod export;
mod folder;
mod frontier;
pub mod key;
pub mod log;

pub use access::{AccessError, AccessLog, AccessRecord, AccessReport, OpeningFault};
pub use act::{
    Act, ActError, CaseCheck, Channel, Derivation, EntryContext, Fact, Receipt, Ref, Revocation,
    Sealed, Verb,
};
pub use check::{LogFault, LogReport, Remembered, check_log, check_log_with};
pub use cipher::{KdfCost, Passphrase};
pub use entry::{Entry, EntryError};
pub use frontier::Frontier;
pub use key::{Key, KeyError, KeyProtection};
pub use log::{End, Head, Log, LogError, LogWriter};

/// Fills a slice with cryptographically secure random bytes.
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]);
