//! Items: every file and every member of every container, and the state of each.

use std::fmt;

/// The relation of an item to its container.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Relation {
    /// A file of the source itself: not in a container.
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
    pub const ALL: [Self; 5] =
        [Self::File, Self::Entry, Self::Attachment, Self::Message, Self::Embedded];

    /// The stored word.
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

/// The state of an item: exactly one of these for each, once processing has ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum State {
    /// Received, and reading has not ended yet. The only state that is not final.
    Waiting,
    /// Read to its end.
    Read,
    /// Empty: no bytes, or no text, pictures or members.
    Empty,
    /// The same bytes as an item received before.
    Duplicate,
    /// Cannot be read without a password that is not known.
    Encrypted,
    /// Of an unsupported kind (the reason names it).
    Unsupported,
    /// Could not be read.
    Failed,
    /// Read up to a limit.
    Truncated,
}

impl State {
    /// All states, in the order in which the ledger's totals list them.
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

    /// The word stored and displayed.
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

    /// Whether it needs a user's attention: encrypted, unsupported, failed or truncated.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_and_relations_are_found_by_their_words() {
        for state in State::ALL {
            assert_eq!(State::from_word(&state.to_string()), Some(state));
            assert_eq!(State::from_word(&state.word().to_uppercase()), None);
        }
        for relation in Relation::ALL {
            assert_eq!(Relation::from_word(&relation.to_string()), Some(relation));
        }
        for absent in ["", "read ", "lost"] {
            assert_eq!(
                (State::from_word(absent), Relation::from_word(absent)),
                (None, None),
                "{absent:?}"
            );
        }
    }

    #[test]
    fn problems_are_what_was_not_read_to_its_end() {
        let problems: Vec<&str> =
            State::ALL.into_iter().filter(|state| state.is_problem()).map(State::word).collect();
        assert_eq!(problems, ["encrypted", "unsupported", "failed", "truncated"]);
    }
}
