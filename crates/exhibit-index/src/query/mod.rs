//! The query language: what a query means, before any engine.
//!
//! A query is a boolean tree over clauses. A clause asks for words or phrases in one field, or for
//! a property of the page. Its meaning is a set of pages, the same for the engine
//! ([`crate::Searcher`]) and for reading page by page ([`crate::matches`]).

pub(crate) mod error;
mod fields;
mod lex;
mod parse;
mod pattern;
mod regex;
mod render;
mod selection;
mod unit;
mod values;
mod variants;
mod widen;

use exhibit_model::FileKind;

pub use fields::{FIELDS, FieldHelp};
pub(crate) use lex::half_width;
pub use parse::parse;
pub use selection::{Chosen, Selection};
pub use values::kind_of;
pub(crate) use widen::widen;

pub(crate) use pattern::{Pattern, alphabet};
pub(crate) use regex::Regex;

/// A query as understood.
#[derive(Clone, PartialEq, Debug)]
pub struct Query {
    pub(crate) root: Node,
    pub(crate) clauses: Vec<Clause>,
    pub(crate) sort: Option<Sort>,
    hints: Vec<Hint>,
    // the clauses that were added by widening
    widenings: Vec<usize>,
}

/// Something in a query that was taken as it stands but may have been meant otherwise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hint {
    /// Where in the query, in characters from 0.
    pub position: usize,
    /// What to write if it was meant otherwise, as a sentence.
    pub text: String,
}

/// The order of results.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sort {
    /// Best first.
    #[default]
    Relevance,
    /// In the order in which documents were received, page by page.
    Received,
    /// Newest date first, undated last.
    Newest,
    /// Oldest date first, undated last.
    Oldest,
    /// By path, folder by folder, page by page.
    Path,
}

/// The boolean tree; leaves are numbers of clauses.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Node {
    /// Every page.
    Everything,
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Clause(usize),
}

/// One thing asked for.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Clause {
    /// How it is read back.
    pub(crate) shown: String,
    pub(crate) what: What,
    /// The words as written, if they stand in the page's text as they are: what widening begins from.
    pub(crate) plain: Option<Plain>,
}

/// A word or phrase as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Plain {
    pub(crate) text: String,
    pub(crate) quoted: bool,
}

/// What a clause asks for.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum What {
    /// Any of these phrases in a field of words.
    Words { field: TextField, any: Vec<Phrase> },
    /// A property of the page or its document.
    Property(Property),
}

/// The fields that hold words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum TextField {
    Text,
    Name,
    Path,
    Title,
    Subject,
    From,
    To,
    Cc,
    Sheet,
}

/// Units near each other: in any order, with at most `apart` other words among them. One unit is a plain phrase.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Phrase {
    pub(crate) units: Vec<Unit>,
    pub(crate) apart: u32,
}

/// Tokens at fixed distances from each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Unit {
    pub(crate) slots: Vec<Slot>,
    /// How many positions it takes.
    pub(crate) length: u32,
}

/// A token at a distance from the unit's first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Slot {
    pub(crate) offset: u32,
    pub(crate) pattern: Pattern,
}

/// A property of a page or its document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Property {
    /// A tag, or any that it begins (`zh` for `zh-Hans`), in lower case.
    Language(String),
    /// Any of these kinds of files.
    Kind(Vec<FileKind>),
    /// One media type, as given.
    MediaTypeNamed(String),
    /// A file name's ending.
    Extension(String),
    /// A word of `is:` and `has:`.
    Word(String),
    /// Microseconds since 1970, first included, last excluded.
    Date { from: Option<i64>, until: Option<i64> },
    /// A number, both ends included.
    Number { of: NumberField, least: u64, most: u64 },
    /// The document's number.
    Document(i64),
    /// A folder, and all below it.
    Below(String),
    /// The number of a container around it.
    Within(i64),
    /// An address of its sender, in lower case.
    Sender(String),
    /// An address among its recipients, in lower case.
    Recipient(String),
    /// The SHA-256 of the file, or how it begins, in lower case.
    Hash(String),
    /// A message, and all that are tied to it.
    Thread(Thread),
    /// Any of these documents, by number, in order: what a tag stands for ([`Query::with_tags`]), or a conversation.
    Tagged(Vec<i64>),
}

/// A message of a conversation, as `thread:` names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Thread {
    /// By its document's number.
    Of(i64),
    /// By its name (`Message-ID`), in lower case.
    Message(String),
}

/// The fields that hold numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NumberField {
    Bytes,
    Pages,
    Ocr,
}

impl Query {
    /// The query as it was read, in one line, every group in brackets: shown to the user with every result.
    #[must_use]
    pub fn read_as(&self) -> String {
        render::read_as(self)
    }

    /// What may have been meant otherwise.
    #[must_use]
    pub fn hints(&self) -> &[Hint] {
        &self.hints
    }

    /// How each clause is read back, in the order of [`crate::Span::clause`].
    #[must_use]
    pub fn clauses(&self) -> Vec<&str> {
        self.clauses.iter().map(|clause| clause.shown.as_str()).collect()
    }

    /// The clauses that were added so that more is found ([`crate::Searcher::widen`]), as they are read back.
    #[must_use]
    pub fn widenings(&self) -> Vec<&str> {
        self.widenings.iter().map(|number| self.clauses[*number].shown.as_str()).collect()
    }

    /// The order that the query itself asks for.
    #[must_use]
    pub fn sort(&self) -> Option<Sort> {
        self.sort
    }

    /// The query with each `tag:` standing for the documents that have it. Tags are known outside the index, so that
    /// they count at once.
    ///
    /// # Errors
    /// What `documents` meets.
    pub fn with_tags<E>(mut self, mut documents: impl FnMut(&str) -> Result<Vec<i64>, E>) -> Result<Self, E> {
        for clause in &mut self.clauses {
            if let What::Property(Property::Word(word)) = &clause.what
                && let Some(tag) = word.strip_prefix("tag:")
            {
                let mut tagged = documents(tag)?;
                tagged.sort_unstable();
                clause.what = What::Property(Property::Tagged(tagged));
            }
        }
        Ok(self)
    }

    /// The query with each `thread:` standing for the documents of the conversation.
    ///
    /// # Errors
    /// What `documents` meets.
    pub fn with_threads<E>(mut self, mut documents: impl FnMut(&Thread) -> Result<Vec<i64>, E>) -> Result<Self, E> {
        for clause in &mut self.clauses {
            if let What::Property(Property::Thread(thread)) = &clause.what {
                let mut tied = documents(thread)?;
                tied.sort_unstable();
                clause.what = What::Property(Property::Tagged(tied));
            }
        }
        Ok(self)
    }

    /// Whether it asks anything of paths, folders or names.
    #[must_use]
    pub fn asks_for_places(&self) -> bool {
        let of_place = |clause: &Clause| {
            matches!(
                clause.what,
                What::Property(Property::Below(_)) | What::Words { field: TextField::Path | TextField::Name, .. }
            )
        };
        self.clauses.iter().any(of_place)
    }

    /// Which of the places of a file answers what the query asks of paths, folders and names: the first that answers
    /// most. Nothing if it asks nothing of them, or none answers.
    #[must_use]
    pub fn place_asked_for(&self, places: &[&str]) -> Option<usize> {
        let wanted = self.wanted();
        let of_places: Vec<&Clause> = self.clauses.iter().zip(wanted).filter(|(_, w)| *w).map(|(c, _)| c).collect();
        let answers = |path: &str| {
            let of = |clause: &&&Clause| crate::matcher::place_answers(self, clause, path);
            of_places.iter().filter(of).count()
        };
        let counts = places.iter().map(|path| answers(path)).enumerate();
        let best = counts.max_by_key(|(at, count)| (*count, std::cmp::Reverse(*at)))?;
        (best.1 > 0).then_some(best.0)
    }

    /// Whether a clause asks for this word of the analysis in the pages' text.
    #[must_use]
    pub fn asks_for(&self, word: &str) -> bool {
        let phrases = self.clauses.iter().filter_map(|clause| match &clause.what {
            What::Words { field: TextField::Text, any } => Some(any),
            _ => None,
        });
        phrases.flatten().flat_map(|p| &p.units).flat_map(|u| &u.slots).any(|slot| slot.pattern.takes(word))
    }

    /// Whether it asks for nothing, so that every page answers it.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.root == Node::Everything
    }

    /// All patterns in it, each with its field.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = (TextField, &Pattern)> {
        let words = self.clauses.iter().filter_map(|clause| match &clause.what {
            What::Words { field, any } => Some((*field, any)),
            What::Property(_) => None,
        });
        words.flat_map(|(field, any)| {
            let slots = any.iter().flat_map(|phrase| &phrase.units).flat_map(|unit| &unit.slots);
            slots.map(move |slot| (field, &slot.pattern))
        })
    }

    /// Which clauses are asked for, and not excluded.
    pub(crate) fn wanted(&self) -> Vec<bool> {
        fn walk(node: &Node, positive: bool, wanted: &mut [bool]) {
            match node {
                Node::Everything => {}
                Node::And(nodes) | Node::Or(nodes) => nodes.iter().for_each(|n| walk(n, positive, wanted)),
                Node::Not(node) => walk(node, !positive, wanted),
                Node::Clause(number) => wanted[*number] |= positive,
            }
        }
        let mut wanted = vec![false; self.clauses.len()];
        walk(&self.root, true, &mut wanted);
        wanted
    }
}

impl Node {
    /// The boolean value of the tree, given each clause's.
    pub(crate) fn holds(&self, clause: &mut dyn FnMut(usize) -> bool) -> bool {
        match self {
            Self::Everything => true,
            Self::And(nodes) => nodes.iter().all(|node| node.holds(clause)),
            Self::Or(nodes) => nodes.iter().any(|node| node.holds(clause)),
            Self::Not(node) => !node.holds(clause),
            Self::Clause(number) => clause(*number),
        }
    }
}
