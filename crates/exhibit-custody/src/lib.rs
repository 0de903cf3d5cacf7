//! The custody log: acts, their canonical bytes, append, sign, check.
//!
//! Whatever happens to a case is one entry of an append-only log whose every state is signed. An entry is written
//! once and never changed; what it must not say in clear (names, paths, reasons) it says as a commitment whose
//! opening is kept elsewhere and can be destroyed. The bytes are defined in `docs/formats/custody.md`.
//!
//! Time and randomness are given by the caller. Nothing here knows the catalogue: see [`Writer::append_from`] for
//! how the two stay in step across a crash.

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

pub use access::{AccessError, AccessLog, AccessReport, Look, OpeningFault};
pub use act::{Act, ActError, Channel, Derivation, EntryContext, Fact, Fixity, Receipt, Ref, Revocation, Sealed, Verb};
pub use check::{LogFault, Remembered, Report, check_log, check_log_with};
pub use cipher::{Cost, Passphrase};
pub use entry::{Entry, EntryError};
pub use frontier::Frontier;
pub use key::{Key, KeyError, Protection};
pub use log::{End, Head, Log, LogError, Writer};

/// Fills a slice with random bytes, fit for secrets.
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]);
