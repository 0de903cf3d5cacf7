//! What a check found: every deviation, with its place.

use std::fmt;

/// Something that is not as it must be, or that a reader should know of.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Finding {
    /// Where: a path in the package, with a line where that helps.
    pub place: String,
    /// What is wrong.
    pub fault: Fault,
    /// What exactly, where the fault alone does not say it; may be empty.
    pub detail: String,
}

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal,)+) => {
        /// What can be wrong.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Fault {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Fault {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The word for machines; report texts are kept under it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }
    };
}

faults! {
    /// A symbolic link, device or other thing that is no file.
    NotAFile = "not-a-file",
    /// A name that is not safe on every machine.
    UnsafeName = "unsafe-name",
    /// Two names that some systems take for the same.
    LooksAlike = "looks-alike",
    /// A file that cannot be read.
    Unreadable = "unreadable",
    /// `bagit.txt` is missing or says something else than it must.
    Declaration = "declaration",
    /// There is no payload manifest of SHA-256 or SHA-512.
    NoManifest = "no-manifest",
    /// A line of a manifest is not a digest and a path.
    ManifestLine = "manifest-line",
    /// A manifest names a path outside of what it may name.
    ManifestPath = "manifest-path",
    /// A manifest names a file twice.
    Repeated = "repeated",
    /// A file is listed but is not there.
    Missing = "missing",
    /// A file is there but not listed.
    Unlisted = "unlisted",
    /// A file's bytes are not those listed.
    Altered = "altered",
    /// The payload is not as large as stated.
    Oxum = "oxum",
    /// `bag-info.txt` cannot be read.
    Info = "info",
    /// The package asks for files to be fetched.
    Fetch = "fetch",
    /// There are no custody proofs.
    NoCustody = "no-custody",
    /// The log's key cannot be used, or is not the expected one.
    Key = "key",
    /// The checkpoint is not one that the log's key signed.
    Checkpoint = "checkpoint",
    /// A witness policy does not accept the checkpoint.
    Policy = "policy",
    /// A log entry is not in the form of one.
    Entry = "entry",
    /// A log entry is not proved to be in the log.
    Proof = "proof",
    /// The log does not say that this package was exported.
    Export = "export",
    /// A document's record is not in the form of one.
    Record = "record",
    /// A log entry is not of the receipt of the document.
    Receipt = "receipt",
    /// A log entry is not of the reading of the document.
    Reading = "reading",
    /// A file is not proved to be a part of the document.
    Part = "part",
    /// A file is not what the proof of it says.
    Content = "content",
    /// An opening does not open what the log entry keeps sealed.
    Opening = "opening",
    /// A file has no business among the proofs, or is not proved by any.
    Unproved = "unproved",
    /// A quote is not in the form of one.
    Quote = "quote",
    /// A quote is not what the page says.
    QuoteText = "quote-text",
    /// The log does not say that this quote was made.
    QuoteLog = "quote-log",
    /// A load file does not say what the records say.
    LoadFile = "load-file",
    /// Something that should anchor the log in time does not.
    Time = "time",
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.fault.word())?;
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
}

/// An error and all its causes, on one line.
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
