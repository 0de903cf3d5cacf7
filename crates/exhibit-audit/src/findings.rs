//! What checks find, and what they counted.

use crate::fault::{CaseFault, FindingSeverity};
use crate::{CheckName, text};
use exhibit_custody::CaseCheck;
use exhibit_messages::Message;
use exhibit_model::{PageNumber, SourceId};
use exhibit_proof::finding::chain;

/// Something that is not as it must be, or that an interrupted run left.
#[derive(Debug, Clone)]
pub struct CaseFinding {
    /// The check that found it.
    pub check: CheckName,
    /// Where.
    pub place: CasePlace,
    /// What is wrong.
    pub fault: CaseFault,
    /// What the system or an engine reports of it; empty where the fault and its values tell all.
    pub detail: String,
}

impl CaseFinding {
    /// Whether it counts against the case.
    #[must_use]
    pub fn severity(&self) -> FindingSeverity {
        self.fault.severity()
    }

    /// The place as an English text, safe to print.
    #[must_use]
    pub fn place(&self) -> String {
        text::english(&self.place_message())
    }

    /// The place as a message, to be shown in any language. Its values can be text from a damaged case.
    #[must_use]
    pub fn place_message(&self) -> Message {
        text::place(&self.place)
    }

    /// The fault as a message, to be shown in any language. Its values can be text from a damaged case.
    #[must_use]
    pub fn message(&self) -> Message {
        text::fault(&self.fault, &self.detail)
    }

    /// The fault as an English sentence, safe to print.
    #[must_use]
    pub fn text(&self) -> String {
        text::english(&self.message())
    }
}

/// Where something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CasePlace {
    /// A file or folder, by its path within the case.
    Path(String),
    /// A document, by its label.
    Document(String),
    /// A page, by its document's label, its number, and where its record is.
    Page {
        /// The document's label.
        document: String,
        /// The page's number.
        page: PageNumber,
        /// The pack, by its path within the case.
        pack: String,
        /// The record's offset in the pack.
        offset: u64,
    },
    /// A cited picture of a page.
    Picture {
        /// The document's label.
        document: String,
        /// The page's number.
        page: PageNumber,
    },
    /// A source, by its number.
    Source(SourceId),
    /// A change of tags, counted from 1.
    TagChange(u64),
}

impl CasePlace {
    /// A file or folder, by its path within the case.
    #[must_use]
    pub fn path(path: impl Into<String>) -> Self {
        Self::Path(path.into())
    }
}

/// What was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AuditCounts {
    /// Originals read and hashed again.
    pub originals: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Page records read.
    pub pages: u64,
    /// Entries of the custody log.
    pub log_entries: u64,
    /// Keys that signed the custody log, one after the other.
    pub log_keys: u64,
    /// The log entry that seals the case, where one does.
    pub sealed: Option<u64>,
    /// Quotes checked.
    pub quotes: u64,
    /// Entries of the access log, where there is one that can be read.
    pub access_entries: Option<u64>,
}

/// Collects what checks find.
#[derive(Debug, Default)]
pub struct Findings {
    check: Option<CheckName>,
    list: Vec<CaseFinding>,
    /// What was checked.
    pub counts: AuditCounts,
}

impl Findings {
    /// Attributes what follows to this check.
    pub(crate) fn begin(&mut self, check: CheckName) {
        self.check = Some(check);
    }

    /// Adds a finding.
    pub fn add(&mut self, place: CasePlace, fault: CaseFault) {
        self.add_detail(place, fault, String::new());
    }

    /// Adds a finding with an error and its causes.
    pub fn add_error(&mut self, place: CasePlace, fault: CaseFault, error: &dyn std::error::Error) {
        self.add_detail(place, fault, chain(error));
    }

    /// Adds a finding with a detail.
    pub fn add_detail(&mut self, place: CasePlace, fault: CaseFault, detail: String) {
        let check = self.check.unwrap_or(CheckName::Settings);
        self.list.push(CaseFinding { check, place, fault, detail });
    }

    pub(crate) fn into_audit(self) -> Audit {
        Audit { counts: self.counts, findings: self.list }
    }
}

/// The result of checking a case.
#[derive(Debug, Clone)]
pub struct Audit {
    /// What was checked.
    pub counts: AuditCounts,
    /// Everything that was found, check after check.
    pub findings: Vec<CaseFinding>,
}

impl Audit {
    /// Whether nothing was found that counts against the case.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.deviations().next().is_none()
    }

    /// What counts against the case.
    pub fn deviations(&self) -> impl Iterator<Item = &CaseFinding> {
        self.findings.iter().filter(|finding| finding.severity() == FindingSeverity::Deviation)
    }

    /// What interrupted runs left, which does not count against the case.
    pub fn leftovers(&self) -> impl Iterator<Item = &CaseFinding> {
        self.findings.iter().filter(|finding| finding.severity() == FindingSeverity::Leftover)
    }

    /// The summary that the custody log records.
    #[must_use]
    pub fn fixity(&self) -> CaseCheck {
        let of = |check: CheckName| self.deviations().filter(move |finding| finding.check == check);
        let count = |fault: fn(&CaseFault) -> bool| {
            of(CheckName::Originals).filter(|finding| fault(&finding.fault)).count() as u64
        };
        CaseCheck {
            originals: self.counts.originals,
            missing: count(|fault| matches!(fault, CaseFault::OriginalMissing)),
            altered: count(|fault| {
                matches!(fault, CaseFault::OriginalAltered { .. } | CaseFault::OriginalUnreadable)
            }),
            log_size: self.counts.log_entries,
            log_deviations: of(CheckName::CustodyLog).count() as u64,
            quotes: self.counts.quotes,
            broken_quotes: of(CheckName::Quotes).count() as u64,
        }
    }
}
