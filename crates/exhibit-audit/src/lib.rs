//! Every check of a case, and what they find.
//!
//! A check reads; it never changes the case, and a finding never ends it. Each check is one implementation of [`Check`]
//! in [`CHECKS`]; adding one is a file in `checks/`, its line in that list, its faults and their texts. What a check
//! finds is a [`CaseFinding`]: a place, a fault with typed values, and a detail for what only the system can tell.
//! Sentences are in `exhibit-messages`; `text.rs` alone names their messages.

mod checks;
mod context;
mod fault;
mod findings;
mod logged;
mod text;

pub use checks::CHECKS;
pub use context::{AuditContext, AuditOptions};
pub use fault::{CaseFault, FindingSeverity, ReceiptField, Setting};
pub use findings::{Audit, AuditCounts, CaseFinding, CasePlace, Findings};
pub use logged::Logged;

use exhibit_case::{CaseError, keep_still};
use std::path::Path;

/// One check of a case.
pub trait Check: Sync {
    /// Its name.
    fn name(&self) -> CheckName;

    /// The file or folder of the case that it is about: where a failure of the check itself is reported.
    fn place(&self) -> &'static str;

    /// Runs the check.
    ///
    /// # Errors
    /// [`CheckStop`] where the check cannot continue.
    fn run(
        &self,
        cx: &AuditContext,
        findings: &mut Findings,
        progress: &mut dyn AuditProgress,
    ) -> Result<(), CheckStop>;
}

macro_rules! names {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal,)+) => {
        /// The name of a check.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum CheckName {
            $($(#[doc = $doc])+ $name,)+
        }

        impl CheckName {
            /// All names, in the order in which the checks run.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The stable word for this check.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }
    };
}

names! {
    /// The custody log: every entry, hash, signature and key.
    CustodyLog = "custody-log",
    /// `exhibit.toml` against the log.
    Settings = "settings",
    /// The catalogue's own structures.
    Catalogue = "catalogue",
    /// Every page record against its digest.
    Pages = "pages",
    /// Every cited picture against its digest.
    Pictures = "pictures",
    /// Changes of tags against the log.
    Tags = "tags",
    /// The search index against its checksums, and what an interrupted rebuild left.
    Index = "index",
    /// Every original against its digest.
    Originals = "originals",
    /// The ledger against the log.
    Ledger = "ledger",
    /// That nothing is pending in a sealed case.
    Seal = "seal",
    /// Bags that other cases handed over.
    Bags = "bags",
    /// What anchors the log in time.
    Anchors = "anchors",
    /// Quotes against their pages and the log.
    Quotes = "quotes",
    /// The access log and its openings.
    AccessLog = "access-log",
}

/// Receives how far a check has come.
pub trait AuditProgress {
    /// A check starts to read this many bytes.
    fn begin(&mut self, check: CheckName, bytes: u64);

    /// This many more bytes were read.
    fn advance(&mut self, bytes: u64);
}

/// Ignores progress.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl AuditProgress for NoProgress {
    fn begin(&mut self, _: CheckName, _: u64) {}

    fn advance(&mut self, _: u64) {}
}

/// Why a check stops early.
#[derive(Debug)]
pub enum CheckStop {
    /// What it needs could not be opened; another check reports that.
    Unavailable,
    /// This error, which becomes a finding.
    Failed(Box<dyn std::error::Error + Send + Sync>),
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for CheckStop {
    fn from(error: E) -> Self {
        Self::Failed(Box::new(error))
    }
}

/// Runs every check on the case in `folder`, while no other process writes to it.
///
/// A case of which only parts can be opened is checked as far as these allow.
///
/// # Errors
/// [`CaseError::NoCase`] where there is none; [`CaseError::Locked`] while another process writes.
pub fn audit(
    folder: &Path,
    options: &AuditOptions<'_>,
    progress: &mut dyn AuditProgress,
) -> Result<Audit, CaseError> {
    let case = match exhibit_case::Case::open(folder) {
        Err(error @ CaseError::NoCase(_)) => return Err(error),
        case => case,
    };
    // a case that is being written to does not stand still
    let _still = if case.is_ok() { keep_still(folder)? } else { None };
    let cx = AuditContext::new(folder, case, options);
    Ok(run(&cx, CHECKS, progress))
}

/// Runs some checks.
pub fn run(cx: &AuditContext, checks: &[&dyn Check], progress: &mut dyn AuditProgress) -> Audit {
    let mut findings = Findings::default();
    for check in checks {
        findings.begin(check.name());
        if let Err(CheckStop::Failed(error)) = check.run(cx, &mut findings, progress) {
            findings.add_error(CasePlace::path(check.place()), CaseFault::Unreadable, &*error);
        }
    }
    findings.into_audit()
}
