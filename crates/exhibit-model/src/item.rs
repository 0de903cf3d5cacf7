//! Items: every file and every member of every container, and what became of each.

use std::fmt;

/// How an item is held by what it came with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Relation {
    /// A file of the source itself: no container holds it.
    File,
    /// An entry of an archive.
    Entry,
    /// An attachment of a message.
    Attachment,
    /// A message of a mailbox.
    Message,
    /// A file embedded in a document.
    #[default]
    Embedded,
}

impl Relation {
    /// All relations.
    pub const ALL: [Self; 5] = [Self::File, Self::Entry, Self::Attachment, Self::Message, Self::Embedded];

    /// The word stored.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Entry => "entry",
            Self::Attachment => "attachment",
            Self::Message => "message",
            Self::Embedded => "embedded",
        }
    }

    /// The relation that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.word() == word)
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What became of an item: exactly one of these for each, once nothing is left to do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum State {
    /// Received, and its reading has not ended yet. The only state that is not final.
    Waiting,
    /// Read to its end.
    Read,
    /// Holds nothing: no bytes, or no text, pictures or members.
    Empty,
    /// The same bytes as an item received before.
    Duplicate,
    /// Cannot be read without a password that is not known.
    Encrypted,
    /// Of a kind that is not read (the reason says which).
    Unsupported,
    /// Could not be read, for the reason given.
    Failed,
    /// Read up to the limit given.
    Truncated,
}

impl State {
    /// All states, in the order in which accounts list them.
    pub const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Read,
        Self::Empty,
        Self::Duplicate,
        Self::Encrypted,
        Self::Unsupported,
        Self::Failed,
        Self::Truncated,
    ];

    /// The word stored and shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Read => "read",
            Self::Empty => "empty",
            Self::Duplicate => "duplicate",
            Self::Encrypted => "encrypted",
            Self::Unsupported => "unsupported",
            Self::Failed => "failed",
            Self::Truncated => "truncated",
        }
    }

    /// The state that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether a user should look at it: encrypted, unsupported, failed or truncated.
    #[must_use]
    pub const fn is_problem(self) -> bool {
        matches!(self, Self::Encrypted | Self::Unsupported | Self::Failed | Self::Truncated)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
