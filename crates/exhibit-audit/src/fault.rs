//! What can be wrong with a case: codes with typed values.

use exhibit_bag::AnchorFault;
use exhibit_custody::{Fact, LogFault, OpeningFault};
use exhibit_model::{Digest, State};
use exhibit_proof::finding::Fault as BagFault;
use std::borrow::Cow;

/// Whether a finding counts against the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingSeverity {
    /// Something is not as it was received and logged.
    Deviation,
    /// An interrupted run left it; nothing refers to it.
    Leftover,
}

macro_rules! words {
    ($(#[doc = $about:literal])+ $type:ident: $($(#[doc = $doc:literal])+ $name:ident = $word:literal,)+) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $type {
            $($(#[doc = $doc])+ $name,)+
        }

        impl $type {
            /// The stable word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }
    };
}

words! {
    /// A setting of `exhibit.toml` that the first entry of the log records, too.
    Setting:
    /// The name of the case.
    Name = "name",
    /// What documents' numbers begin with.
    Prefix = "prefix",
    /// When the case was made.
    Created = "created",
    /// The origin of the custody log.
    Log = "log",
}

words! {
    /// What the entry of an item's receipt records.
    ReceiptField:
    /// The container or source that it came from.
    From = "from",
    /// Its relation to its container.
    Relation = "relation",
    /// The digest of its bytes, or that it had none.
    Content = "content",
    /// How many bytes it has.
    Size = "size",
    /// The state of an item without bytes.
    State = "state",
}

/// What is wrong, or left over.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum CaseFault {
    /// It cannot be read as far as the check needs it; the detail has the cause.
    Unreadable,
    /// The case cannot be opened; only parts of it are checked.
    CaseUnreadable,
    /// A fault of the custody log itself.
    Log(LogFault),
    /// The log has fewer entries than the catalogue knows of.
    LogCutBack {
        /// How many it has.
        present: u64,
        /// How many it had.
        expected: u64,
    },
    /// A setting differs from what the log records of the case's opening.
    SettingDiffers(Setting),
    /// A change of the access settings is logged and not in the settings yet: it was interrupted.
    AccessSettingPending,
    /// The access settings differ from what the log records.
    AccessSettingDiffers,
    /// The catalogue's engine finds its own structures damaged; the detail has its report.
    CatalogueDamaged,
    /// The text of a page differs from its digest in the catalogue.
    PageTextDiffers,
    /// A page record cannot be read.
    PageUnreadable,
    /// A cited picture is missing.
    PictureMissing,
    /// The bytes of a cited picture were altered.
    PictureAltered {
        /// The digest of the bytes that are there.
        digest: Digest,
    },
    /// A cited picture cannot be read.
    PictureUnreadable,
    /// The catalogue counts another number of changes of tags as logged than the log records.
    TagCountDiffers {
        /// How many the catalogue counts.
        counted: u64,
        /// How many the log records.
        logged: u64,
    },
    /// A change of tags differs from its log entry.
    TagChangeDiffers {
        /// The log entry.
        entry: u64,
    },
    /// A change of tags names a document that the ledger does not have.
    TagDocumentMissing {
        /// The document, by number.
        document: i64,
    },
    /// A change of tags that the log records is missing.
    TagChangeMissing {
        /// The log entry.
        entry: u64,
    },
    /// Changes of tags that are not logged yet.
    TagsPending {
        /// How many.
        count: u64,
    },
    /// Lines in the file of tags that a killed process left incomplete.
    TagLinesIncomplete {
        /// How many.
        count: u64,
    },
    /// A file of the search index was altered.
    IndexAltered,
    /// An index that an interrupted rebuild left.
    IndexLeftover,
    /// An original is missing.
    OriginalMissing,
    /// The bytes of an original were altered.
    OriginalAltered {
        /// The digest of the bytes that are there.
        digest: Digest,
    },
    /// An original cannot be read.
    OriginalUnreadable,
    /// The log names an original that no row of the ledger refers to.
    OriginalNotInLedger,
    /// Neither the log nor the ledger refers to an original.
    OriginalUnreferenced,
    /// A file or folder that does not belong among the originals.
    UnexpectedFile,
    /// The log has no entry of an item's receipt, or another one than the ledger names.
    ReceiptDiffers,
    /// The ledger differs from the entry of an item's receipt.
    ReceiptFieldDiffers {
        /// The log entry.
        entry: u64,
        /// In what.
        field: ReceiptField,
    },
    /// The path of an item differs from the one recorded at its receipt.
    PathDiffers,
    /// The reason of an item differs from the one recorded at its receipt.
    ReasonDiffers,
    /// What a log entry keeps sealed does not open.
    SealedValueUnopened {
        /// The log entry.
        entry: u64,
        /// The name of the commitment.
        field: String,
    },
    /// The ledger names another entry for an item's last reading than the log has.
    ReadingDiffers,
    /// What reading an item found differs from its log entry.
    ReadingResultDiffers {
        /// The log entry.
        entry: u64,
    },
    /// The pages of an item differ from those that its log entry records.
    PagesDiffer {
        /// The log entry.
        entry: u64,
    },
    /// The ledger and the log differ in whether an item repeats another one.
    DuplicateDiffers,
    /// The ledger has a result of reading an item, but the log records no reading of it.
    ReadingNotLogged {
        /// The item's state in the ledger.
        state: State,
    },
    /// The log records the receipt of an item that the ledger does not have.
    RowMissing {
        /// The log entry.
        entry: u64,
    },
    /// The log and the ledger differ in whether there is a source.
    SourceDiffers,
    /// Entries wait to be appended to the log of a sealed case.
    SealedWithPendingEntries {
        /// How many.
        count: u64,
    },
    /// Items wait to be read in a sealed case.
    SealedWithWaitingItems {
        /// How many.
        count: u64,
    },
    /// A fault of a bag that another case handed over.
    Bag(BagFault),
    /// A bag that was not imported completely.
    BagIncomplete,
    /// A fault of something that anchors the log in time.
    Anchor(AnchorFault),
    /// An anchor that no log entry records.
    AnchorNotLogged,
    /// The log does not record a quote.
    QuoteNotLogged,
    /// A quote was written, but its log entry was not.
    QuoteAhead,
    /// The page of a quote does not have the passage any more.
    QuoteBroken,
    /// The document or page of a quote does not exist any more.
    QuotePageMissing,
    /// A file among the quotes is not a quote.
    NotAQuote,
    /// The log records a quote that is missing.
    QuoteMissing {
        /// The log entry.
        entry: u64,
    },
    /// The access log is missing, though what it recorded is there.
    AccessLogMissing,
    /// A fault of the access log itself.
    AccessLog(LogFault),
    /// A fault of an opening of the access log.
    AccessOpening(OpeningFault),
}

impl CaseFault {
    /// Whether it counts against the case.
    #[must_use]
    pub const fn severity(&self) -> FindingSeverity {
        match self {
            Self::Log(fault) | Self::AccessLog(fault) if fault.is_harmless() => {
                FindingSeverity::Leftover
            }
            Self::TagsPending { .. }
            | Self::TagLinesIncomplete { .. }
            | Self::IndexLeftover
            | Self::AccessSettingPending
            | Self::OriginalUnreferenced
            | Self::BagIncomplete
            | Self::AnchorNotLogged
            | Self::QuoteAhead => FindingSeverity::Leftover,
            _ => FindingSeverity::Deviation,
        }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Cow<'static, str> {
        let code = match self {
            Self::Log(fault) => return format!("log-{}", fault.code()).into(),
            Self::AccessLog(fault) => return format!("access-log-{}", fault.code()).into(),
            Self::Bag(fault) => return format!("bag-{}", fault.word()).into(),
            Self::Anchor(fault) => fault.code(),
            Self::AccessOpening(OpeningFault::OtherEntry { .. }) => "access-opening-differs",
            Self::AccessOpening(OpeningFault::NotARecord { .. }) => "access-opening-altered",
            Self::Unreadable => "unreadable",
            Self::CaseUnreadable => "case-unreadable",
            Self::LogCutBack { .. } => "log-cut-back",
            Self::SettingDiffers(_) => "setting-differs",
            Self::AccessSettingPending => "access-setting-pending",
            Self::AccessSettingDiffers => "access-setting-differs",
            Self::CatalogueDamaged => "catalogue-damaged",
            Self::PageTextDiffers => "page-text-differs",
            Self::PageUnreadable => "page-unreadable",
            Self::PictureMissing => "picture-missing",
            Self::PictureAltered { .. } => "picture-altered",
            Self::PictureUnreadable => "picture-unreadable",
            Self::TagCountDiffers { .. } => "tag-count-differs",
            Self::TagChangeDiffers { .. } => "tag-change-differs",
            Self::TagDocumentMissing { .. } => "tag-document-missing",
            Self::TagChangeMissing { .. } => "tag-change-missing",
            Self::TagsPending { .. } => "tags-pending",
            Self::TagLinesIncomplete { .. } => "tag-lines-incomplete",
            Self::IndexAltered => "index-altered",
            Self::IndexLeftover => "index-leftover",
            Self::OriginalMissing => "original-missing",
            Self::OriginalAltered { .. } => "original-altered",
            Self::OriginalUnreadable => "original-unreadable",
            Self::OriginalNotInLedger => "original-not-in-ledger",
            Self::OriginalUnreferenced => "original-unreferenced",
            Self::UnexpectedFile => "unexpected-file",
            Self::ReceiptDiffers => "receipt-differs",
            Self::ReceiptFieldDiffers { .. } => "receipt-field-differs",
            Self::PathDiffers => "path-differs",
            Self::ReasonDiffers => "reason-differs",
            Self::SealedValueUnopened { .. } => "sealed-value-unopened",
            Self::ReadingDiffers => "reading-differs",
            Self::ReadingResultDiffers { .. } => "reading-result-differs",
            Self::PagesDiffer { .. } => "pages-differ",
            Self::DuplicateDiffers => "duplicate-differs",
            Self::ReadingNotLogged { .. } => "reading-not-logged",
            Self::RowMissing { .. } => "row-missing",
            Self::SourceDiffers => "source-differs",
            Self::SealedWithPendingEntries { .. } => "sealed-with-pending-entries",
            Self::SealedWithWaitingItems { .. } => "sealed-with-waiting-items",
            Self::BagIncomplete => "bag-incomplete",
            Self::AnchorNotLogged => "anchor-not-logged",
            Self::QuoteNotLogged => "quote-not-logged",
            Self::QuoteAhead => "quote-ahead",
            Self::QuoteBroken => "quote-broken",
            Self::QuotePageMissing => "quote-page-missing",
            Self::NotAQuote => "not-a-quote",
            Self::QuoteMissing { .. } => "quote-missing",
            Self::AccessLogMissing => "access-log-missing",
        };
        code.into()
    }

    /// The values, by name.
    #[must_use]
    pub fn values(&self) -> Vec<(&'static str, Fact)> {
        let number = |name, number: &u64| (name, Fact::Number(*number));
        let text = |name, text: &dyn std::fmt::Display| (name, Fact::Text(text.to_string()));
        match self {
            Self::Log(fault) | Self::AccessLog(fault) => fault.values(),
            Self::Anchor(AnchorFault::Size { stated }) => vec![number("stated", stated)],
            Self::Anchor(AnchorFault::RolledBack { size, once }) => {
                vec![number("size", size), number("once", once)]
            }
            Self::AccessOpening(OpeningFault::OtherEntry { file, entry }) => {
                vec![text("file", file), number("entry", entry)]
            }
            Self::AccessOpening(OpeningFault::NotARecord { file }) => vec![text("file", file)],
            Self::LogCutBack { present, expected } => {
                vec![number("present", present), number("expected", expected)]
            }
            Self::SettingDiffers(setting) => vec![text("setting", &setting.word())],
            Self::PictureAltered { digest } | Self::OriginalAltered { digest } => {
                vec![text("sha256", digest)]
            }
            Self::TagCountDiffers { counted, logged } => {
                vec![number("counted", counted), number("logged", logged)]
            }
            Self::TagDocumentMissing { document } => vec![text("document", document)],
            Self::ReceiptFieldDiffers { entry, field } => {
                vec![number("entry", entry), text("field", &field.word())]
            }
            Self::SealedValueUnopened { entry, field } => {
                vec![number("entry", entry), text("field", field)]
            }
            Self::ReadingNotLogged { state } => vec![text("state", &state.word())],
            Self::TagsPending { count }
            | Self::TagLinesIncomplete { count }
            | Self::SealedWithPendingEntries { count }
            | Self::SealedWithWaitingItems { count } => vec![number("count", count)],
            Self::TagChangeDiffers { entry }
            | Self::TagChangeMissing { entry }
            | Self::ReadingResultDiffers { entry }
            | Self::PagesDiffer { entry }
            | Self::RowMissing { entry }
            | Self::QuoteMissing { entry } => vec![number("entry", entry)],
            _ => Vec::new(),
        }
    }
}
