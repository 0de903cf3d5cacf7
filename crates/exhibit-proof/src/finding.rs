//! Findings of a check: every deviation, with its place.

use std::fmt;

/// A deviation, or something that a reader should know about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Finding {
    /// Where: a path in the package, with a line number if that helps.
    pub place: String,
    /// What is wrong.
    pub fault: Fault,
    /// Details that the fault alone does not give; may be empty.
    pub detail: String,
}

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal,)+) => {
        /// The kinds of faults.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Fault {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Fault {
            /// All faults.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code of the fault, which is also the key of its text in reports.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }
    };
}

faults! {
    /// A symbolic link, device or other entry that is not a regular file.
    NotAFile = "not-a-file",
    /// A file that has a second name, through which it can be changed.
    HardLink = "hard-link",
    /// A folder without files, which no manifest can list.
    EmptyFolder = "empty-folder",
    /// A name that is not safe on every system.
    UnsafeName = "unsafe-name",
    /// Two names that some systems treat as the same.
    LooksAlike = "looks-alike",
    /// A file that cannot be read.
    Unreadable = "unreadable",
    /// A file whose bytes changed while the package was checked.
    Changed = "changed",
    /// `bagit.txt` is missing or not a valid declaration.
    Declaration = "declaration",
    /// There is no payload manifest with SHA-256 or SHA-512.
    NoManifest = "no-manifest",
    /// A line of a manifest is not a digest and a path.
    ManifestLine = "manifest-line",
    /// A manifest lists a path that it may not list.
    ManifestPath = "manifest-path",
    /// A manifest lists a file twice.
    Repeated = "repeated",
    /// A file is listed but missing.
    Missing = "missing",
    /// A file is present but not listed.
    Unlisted = "unlisted",
    /// A file does not have the listed digest.
    Altered = "altered",
    /// The payload does not have the stated size.
    Oxum = "oxum",
    /// `bag-info.txt` cannot be parsed.
    Info = "info",
    /// The package has another version than those that are known.
    BagVersion = "bag-version",
    /// `VERIFY.txt` or `verify.sh` is not the text that Exhibit writes.
    Help = "help",
    /// The package has a `fetch.txt`, which lists files to download.
    Fetch = "fetch",
    /// There are no custody proofs.
    NoCustody = "no-custody",
    /// The key of the log cannot be used, or is not the expected one.
    Key = "key",
    /// The name of the log is not that of a custody log.
    Origin = "origin",
    /// The log is signed by a key that it revoked before.
    KeyRevoked = "key-revoked",
    /// The checkpoint is not signed by the key of the log.
    Checkpoint = "checkpoint",
    /// A checkpoint has lines or signatures that Exhibit does not write.
    CheckpointLines = "checkpoint-lines",
    /// A witness policy does not accept the checkpoint.
    Policy = "policy",
    /// A log entry is not canonical JSON, or too long.
    Entry = "entry",
    /// A log entry has another version.
    EntryVersion = "entry-version",
    /// A log entry has other members than it must have, or one of another form.
    EntryMembers = "entry-members",
    /// A log entry states another number than its place.
    EntryNumber = "entry-number",
    /// The time of a log entry is not a time.
    EntryTime = "entry-time",
    /// The actor of a log entry is not an id.
    EntryActor = "entry-actor",
    /// The program of a log entry is not a plain name.
    EntryTool = "entry-tool",
    /// A log entry records an act that its log does not have.
    EntryAct = "entry-act",
    /// A log entry has a reference in another spelling.
    EntryReference = "entry-reference",
    /// A log entry refers to things that its act is not about.
    EntryObject = "entry-object",
    /// A log entry has other values in clear than its act has.
    EntryFacts = "entry-facts",
    /// A log entry has other commitments than its act has.
    EntrySealed = "entry-sealed",
    /// The first entry does not open the case, or another one does.
    EntryFirst = "entry-first",
    /// An entry follows the one that seals the case.
    AfterSeal = "after-seal",
    /// Nothing in the package needs this log entry.
    EntrySpare = "entry-spare",
    /// A log entry is not proved to be in the log.
    Proof = "proof",
    /// The log does not record that this package was exported.
    Export = "export",
    /// The package has other numbers of documents, pages, images or quotes than the log recorded.
    ExportCount = "export-count",
    /// The record of a document is malformed.
    Record = "record",
    /// A document has another number than its item in this case.
    DocumentNumber = "document-number",
    /// A log entry does not record the receipt of the document.
    Receipt = "receipt",
    /// A member is not shown in its container.
    Container = "container",
    /// A size differs from the one that was recorded.
    Size = "size",
    /// A log entry does not record the reading of the document.
    Reading = "reading",
    /// A later entry of the package records another reading.
    Superseded = "superseded",
    /// A file is not proved to be a part of the document.
    Part = "part",
    /// The parts of a document are not in their order.
    PartOrder = "part-order",
    /// A file does not match its proof.
    Content = "content",
    /// An opening does not match the commitment in the log entry.
    Opening = "opening",
    /// An unexpected file, or one that no proof covers.
    Unproved = "unproved",
    /// A quote is malformed.
    Quote = "quote",
    /// A quote does not match the page.
    QuoteText = "quote-text",
    /// The log does not record this quote.
    QuoteLog = "quote-log",
    /// A quote is of another document or reading than it states.
    QuoteItem = "quote-item",
    /// A load file does not match the records.
    LoadFile = "load-file",
    /// An anchor of the log in time is not valid.
    Time = "time",
    /// The log recorded something else about an anchor.
    TimeLog = "time-log",
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.fault.word())?;
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
}

/// Formats an error and all its causes on one line.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
