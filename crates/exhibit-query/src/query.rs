//! The tree of a query: its meaning, independent of an engine.
//!
//! A query is a boolean tree over clauses. A clause matches words or phrases in one field, or a property of the page.
//! Its meaning is a set of pages, the same for an engine and for evaluation page by page ([`crate::matches()`]).

use crate::error::Operator;
use crate::field::Field;
use crate::pattern::Pattern;
use crate::print::{ReadPart, read_as};
use std::ops::Range;

use exhibit_model::FileKind;

/// A parsed query.
#[derive(Clone, PartialEq, Debug)]
pub struct Query {
    /// The tree.
    pub root: Node,
    /// The clauses that its leaves name, each once, in the order of the text.
    pub clauses: Vec<Clause>,
    /// The order set by the query itself.
    pub sort: Option<Sort>,
    pub(crate) hints: Vec<Hint>,
    // the position of each clause in the parsed text; empty for clauses that were added
    pub(crate) spans: Vec<Vec<Range<usize>>>,
    // the clauses that were added by widening
    pub(crate) widenings: Vec<usize>,
}

/// A hint: part of a query is searched as written but may have been meant differently.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hint {
    /// Where in the query, in characters from 0.
    pub position: usize,
    /// The likely intended meaning.
    pub kind: HintKind,
}

/// The likely intended meanings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HintKind {
    /// A word in lower case that is an operator in capitals.
    LowerCaseOperator(Operator),
    /// A regular expression, which has to scan every word of the index.
    SlowPattern,
    /// Encrypted documents, which have no pages and so cannot match.
    EncryptedWithoutPages,
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
pub enum Node {
    /// Every page.
    Everything,
    /// Pages that match all of these.
    And(Vec<Node>),
    /// Pages that match any of these.
    Or(Vec<Node>),
    /// Pages that do not match.
    Not(Box<Node>),
    /// Pages that match the clause of this number.
    Clause(usize),
}

/// A leaf of a query: its text and its criterion.
#[derive(Clone, PartialEq, Debug)]
pub struct Clause {
    /// Its text.
    pub text: ClauseText,
    /// Its criterion.
    pub asks: Criterion,
}

/// The text of a clause.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClauseText {
    /// Its field; [`Field::Text`] if none is named.
    pub field: Field,
    /// Whether it has `=`: not to be widened.
    pub exact: bool,
    /// The words or the value, without operators.
    pub text: String,
    /// The operators around it.
    pub form: Form,
}

/// The operators around a clause's words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// None.
    Word,
    /// `"…"`.
    Quoted,
    /// `…*`.
    Beginning,
    /// `"…*"`.
    QuotedBeginning,
    /// `…~n`: at most `n` edits away.
    Near(u8),
    /// `"…"~n`: with at most `n` other words among them.
    Apart(u32),
    /// `/…/`.
    Pattern,
}

/// The criterion of a clause.
#[derive(Clone, PartialEq, Debug)]
pub enum Criterion {
    /// Any of these phrases in a field of words.
    Words {
        /// The field.
        field: TextField,
        /// The phrases.
        any: Vec<Phrase>,
    },
    /// A property of the page or its document.
    Property(Property),
}

/// The parts of a page that consist of words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum TextField {
    /// The page's text.
    Text,
    /// The names of the file, one per line.
    Name,
    /// Its paths, one per line.
    Path,
    /// The document's title.
    Title,
    /// A message's subject.
    Subject,
    /// The sender.
    From,
    /// The recipients.
    To,
    /// The recipients of a copy.
    Cc,
    /// The name of the sheet.
    Sheet,
}

/// Units near each other: in any order, with at most `apart` other words among them. One unit is a plain phrase.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Phrase {
    /// The units.
    pub units: Vec<Unit>,
    /// The maximum number of other words among them.
    pub apart: u32,
}

/// Tokens at fixed distances from one another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unit {
    /// The tokens, in the order in which they occur.
    pub slots: Vec<Slot>,
    /// How many positions it occupies.
    pub length: u32,
}

/// A token at a distance from the unit's first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slot {
    /// The distance, in positions.
    pub offset: u32,
    /// The terms that the token may be.
    pub pattern: Pattern,
}

/// A property of a page or its document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Property {
    /// A tag, or any that it is a prefix of (`zh` for `zh-Hans`), in lower case.
    Language(String),
    /// Any of these kinds of files.
    Kind(Vec<FileKind>),
    /// One media type, as given.
    MediaTypeNamed(String),
    /// The extension of a file name.
    Extension(String),
    /// A word of `is:` and `has:`.
    Word(String),
    /// A tag, in lower case. Which documents have it is stored outside the index ([`Query::with_tags`]).
    Tag(String),
    /// The name of a source, in lower case.
    Source(String),
    /// Microseconds since 1970, the first included, the last excluded.
    Date {
        /// The first.
        from: Option<i64>,
        /// The first one after.
        until: Option<i64>,
    },
    /// A number, both ends included.
    Number {
        /// The property.
        of: NumberField,
        /// The minimum.
        least: u64,
        /// The maximum.
        most: u64,
    },
    /// The document's number.
    Document(i64),
    /// A folder and all below it.
    Below(String),
    /// The number of a container that it is in.
    Within(i64),
    /// An address of the sender, in lower case.
    Sender(String),
    /// An address of the recipients, in lower case.
    Recipient(String),
    /// The SHA-256 of the file, or a prefix of it, in lower case.
    Hash(String),
    /// A message and all that are linked to it.
    Thread(MessageRef),
    /// Any of these documents, by number, in order: those with a tag or of a conversation.
    Documents(Vec<i64>),
}

/// A message of a conversation, as `thread:` names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MessageRef {
    /// By its document's number.
    Document(i64),
    /// By its id (`Message-ID`), in lower case.
    Id(String),
}

/// The properties that are numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NumberField {
    /// Bytes of the file.
    Bytes,
    /// Pages of the document.
    Pages,
    /// OCR's mean confidence in percent.
    Ocr,
}

impl Clause {
    /// The words or phrase of a clause that can be widened, and whether they are quoted.
    pub(crate) fn plain(&self) -> Option<(&str, bool)> {
        let ClauseText { field, exact, text, form } = &self.text;
        let quoted = match form {
            Form::Word => false,
            Form::Quoted => true,
            _ => return None,
        };
        (*field == Field::Text && !exact).then_some((text.as_str(), quoted))
    }
}

impl Query {
    /// The query as understood, in parts: shown to the user with every result.
    #[must_use]
    pub fn read_as(&self) -> Vec<ReadPart> {
        let mut parts = Vec::new();
        read_as(&self.root, false, &mut parts);
        parts
    }

    /// Hints on what may have been meant differently.
    #[must_use]
    pub fn hints(&self) -> &[Hint] {
        &self.hints
    }

    /// The position of a clause in the parsed text, in characters; empty for a clause that was added.
    #[must_use]
    pub fn spans(&self, clause: usize) -> &[Range<usize>] {
        self.spans.get(clause).map_or(&[], Vec::as_slice)
    }

    /// The numbers of the clauses that widening added ([`crate::widen()`]); the field of each is the kind of variant.
    #[must_use]
    pub fn widenings(&self) -> &[usize] {
        &self.widenings
    }

    /// The query with each `tag:` replaced by the documents that have it. Tags are stored outside the index, so that
    /// they take effect at once.
    ///
    /// # Errors
    /// The error of `documents`.
    pub fn with_tags<E>(
        mut self,
        mut documents: impl FnMut(&str) -> Result<Vec<i64>, E>,
    ) -> Result<Self, E> {
        for clause in &mut self.clauses {
            if let Criterion::Property(Property::Tag(tag)) = &clause.asks {
                let mut tagged = documents(tag)?;
                tagged.sort_unstable();
                clause.asks = Criterion::Property(Property::Documents(tagged));
            }
        }
        Ok(self)
    }

    /// The query with each `thread:` replaced by the documents of the conversation.
    ///
    /// # Errors
    /// The error of `documents`.
    pub fn with_threads<E>(
        mut self,
        mut documents: impl FnMut(&MessageRef) -> Result<Vec<i64>, E>,
    ) -> Result<Self, E> {
        for clause in &mut self.clauses {
            if let Criterion::Property(Property::Thread(thread)) = &clause.asks {
                let mut tied = documents(thread)?;
                tied.sort_unstable();
                clause.asks = Criterion::Property(Property::Documents(tied));
            }
        }
        Ok(self)
    }

    /// Whether it has a clause on paths, folders or names.
    #[must_use]
    pub fn asks_for_places(&self) -> bool {
        let of_place = |clause: &Clause| {
            matches!(
                clause.asks,
                Criterion::Property(Property::Below(_))
                    | Criterion::Words { field: TextField::Path | TextField::Name, .. }
            )
        };
        self.clauses.iter().any(of_place)
    }

    /// The place of a file that matches most of the query's clauses on paths, folders and names; the first of several.
    /// `None` if there are no such clauses, or no place matches.
    #[must_use]
    pub fn place_asked_for(&self, places: &[&str]) -> Option<usize> {
        let wanted = self.wanted();
        let of_places: Vec<&Clause> =
            self.clauses.iter().zip(wanted).filter(|(_, w)| *w).map(|(c, _)| c).collect();
        let answers = |path: &str| {
            let of = |clause: &&&Clause| crate::matcher::place_answers(self, clause, path);
            of_places.iter().filter(of).count()
        };
        let counts = places.iter().map(|path| answers(path)).enumerate();
        let best = counts.max_by_key(|(at, count)| (*count, std::cmp::Reverse(*at)))?;
        (best.1 > 0).then_some(best.0)
    }

    /// Whether a clause searches for this word of the analysis in the pages' text.
    #[must_use]
    pub fn asks_for(&self, word: &str) -> bool {
        let phrases = self.clauses.iter().filter_map(|clause| match &clause.asks {
            Criterion::Words { field: TextField::Text, any } => Some(any),
            _ => None,
        });
        phrases
            .flatten()
            .flat_map(|p| &p.units)
            .flat_map(|u| &u.slots)
            .any(|slot| slot.pattern.takes(word))
    }

    /// Whether it has no clauses, so that every page matches.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.root == Node::Everything
    }

    /// All its patterns, each with its field.
    pub fn patterns(&self) -> impl Iterator<Item = (TextField, &Pattern)> {
        let words = self.clauses.iter().filter_map(|clause| match &clause.asks {
            Criterion::Words { field, any } => Some((*field, any)),
            Criterion::Property(_) => None,
        });
        words.flat_map(|(field, any)| {
            let slots = any.iter().flat_map(|phrase| &phrase.units).flat_map(|unit| &unit.slots);
            slots.map(move |slot| (field, &slot.pattern))
        })
    }

    /// The clauses that are not excluded.
    #[must_use]
    pub fn wanted(&self) -> Vec<bool> {
        fn walk(node: &Node, positive: bool, wanted: &mut [bool]) {
            match node {
                Node::Everything => {}
                Node::And(nodes) | Node::Or(nodes) => {
                    nodes.iter().for_each(|n| walk(n, positive, wanted))
                }
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
    /// The boolean value of the tree, given the value of each clause.
    pub fn holds(&self, clause: &mut dyn FnMut(usize) -> bool) -> bool {
        match self {
            Self::Everything => true,
            Self::And(nodes) => nodes.iter().all(|node| node.holds(clause)),
            Self::Or(nodes) => nodes.iter().any(|node| node.holds(clause)),
            Self::Not(node) => !node.holds(clause),
            Self::Clause(number) => clause(*number),
        }
    }
}
