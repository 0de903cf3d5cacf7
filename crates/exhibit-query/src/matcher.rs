//! The meaning of a query on one page, from its text: what an engine's results are checked against, and what is
//! highlighted.

use crate::entry::PageEntry;
use crate::occurrences::{starts, together};
use crate::values_text;
use crate::{Clause, Criterion, NumberField, Pattern, Phrase, Property, Query, TextField};
use exhibit_model::FileKind;
use std::borrow::Cow;
use std::collections::HashMap;

/// Whether a page matches the query, decided from its text.
#[must_use]
pub fn matches(query: &Query, entry: &PageEntry<'_>) -> bool {
    let mut read: Vec<(TextField, Reading<'_>)> = Vec::new();
    query.root.holds(&mut |number| match &query.clauses[number].asks {
        Criterion::Property(property) => has(property, entry),
        Criterion::Words { field, any } => {
            let at = read.iter().position(|(known, _)| known == field).unwrap_or_else(|| {
                read.push((*field, Reading::of(query, *field, &text_of(entry, *field))));
                read.len() - 1
            });
            any.iter().any(|phrase| !read[at].1.find(phrase).is_empty())
        }
    })
}

/// Whether one of a file's places matches a clause on places.
pub(crate) fn place_answers(query: &Query, clause: &Clause, path: &str) -> bool {
    match &clause.asks {
        Criterion::Property(Property::Below(folder)) => values_text::is_below(path, folder),
        Criterion::Words { field: field @ (TextField::Path | TextField::Name), any } => {
            let text = if *field == TextField::Path {
                path
            } else {
                path.rsplit('/').next().unwrap_or_default()
            };
            let reading = Reading::of(query, *field, text);
            any.iter().any(|phrase| !reading.find(phrase).is_empty())
        }
        _ => false,
    }
}

fn text_of<'e>(entry: &PageEntry<'e>, field: TextField) -> Cow<'e, str> {
    Cow::Borrowed(match field {
        TextField::Name => return Cow::Owned(entry.names()),
        TextField::Path => return Cow::Owned(entry.paths()),
        TextField::Text => entry.text,
        TextField::Title => entry.title,
        TextField::Subject => entry.subject,
        TextField::From => entry.from,
        TextField::To => entry.to,
        TextField::Cc => entry.cc,
        TextField::Sheet => entry.sheet,
    })
}

fn has(property: &Property, entry: &PageEntry<'_>) -> bool {
    match property {
        Property::Language(tag) => {
            let language = entry.language.to_lowercase();
            language
                .strip_prefix(tag.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        }
        Property::Kind(kinds) => kinds.contains(&FileKind::of(entry.media_type)),
        Property::MediaTypeNamed(named) => entry.media_type.to_lowercase() == *named,
        Property::Extension(ending) => !ending.is_empty() && entry.extension() == *ending,
        Property::Word(wanted) => entry.words().any(|word| word.to_lowercase() == *wanted),
        // tags are not part of a page
        Property::Tag(_) => false,
        Property::Source(wanted) => {
            entry.sources.iter().any(|source| source.to_lowercase() == *wanted)
        }
        Property::Date { from, until } => entry.date.is_some_and(|date| {
            from.is_none_or(|from| date.0 >= from) && until.is_none_or(|until| date.0 < until)
        }),
        Property::Number { of, least, most } => {
            let number = match of {
                NumberField::Bytes => Some(entry.bytes),
                NumberField::Pages => Some(u64::from(entry.pages)),
                NumberField::Ocr => entry.ocr.map(u64::from),
            };
            number.is_some_and(|number| (*least..=*most).contains(&number))
        }
        Property::Document(number) => entry.key.document == *number,
        Property::Below(folder) => {
            let mut paths = std::iter::once(&entry.path).chain(entry.copies);
            paths.any(|path| values_text::is_below(path, folder))
        }
        Property::Hash(digits) => entry.hash.to_lowercase().starts_with(digits.as_str()),
        // a page does not know which documents these are
        Property::Thread(_) => false,
        Property::Within(container) => entry.containers.contains(container),
        Property::Sender(address) => values_text::addresses(entry.from).contains(address),
        Property::Recipient(address) => values_text::addresses(entry.to).contains(address),
        Property::Documents(documents) => documents.binary_search(&entry.key.document).is_ok(),
    }
}

/// The tokens of a text that a query searches for.
pub(crate) struct Reading<'q> {
    /// Every pattern of the query in this field, and the matching tokens, in ascending positions.
    found: Vec<(&'q Pattern, Found)>,
    by_term: HashMap<&'q str, usize>,
}

#[derive(Clone, Default)]
struct Found {
    positions: Vec<u32>,
    places: Vec<(usize, usize)>,
}

impl<'q> Reading<'q> {
    /// Collects the tokens of a text that match the patterns of the query in a field.
    pub(crate) fn of(query: &'q Query, field: TextField, text: &str) -> Self {
        let mut reading = Self { found: Vec::new(), by_term: HashMap::new() };
        let mut open = Vec::new();
        let mut beside = false;
        for clause in &query.clauses {
            let Criterion::Words { field: of, any } = &clause.asks else { continue };
            if *of != field {
                continue;
            }
            for slot in any.iter().flat_map(|phrase| &phrase.units).flat_map(|unit| &unit.slots) {
                beside |= slot.pattern.asks_beside_text();
                reading.ask(&slot.pattern, &mut open);
            }
        }
        let mut take = |token: exhibit_text::Token<'_>| {
            if let Some(at) = reading.by_term.get(token.term) {
                reading.found[*at].1.take(&token);
            }
            for at in &open {
                let (pattern, found) = &mut reading.found[*at];
                if pattern.takes(token.term) {
                    found.take(&token);
                }
            }
        };
        // several places are one per line
        let places = matches!(field, TextField::Path | TextField::Name);
        let lines: Vec<(&str, u32)> =
            if places { values_text::lines(text).collect() } else { vec![(text, 0)] };
        for (line, base) in lines {
            let take = &mut |token: exhibit_text::Token<'_>| {
                take(exhibit_text::Token { position: token.position + base, ..token });
            };
            // keys and readings cost more than tokens, and few queries need them
            if beside {
                exhibit_text::index_terms(line, take);
            } else {
                exhibit_text::tokens(line, take);
            }
        }
        reading
    }

    // Single patterns are searched; composite ones are assembled from their results.
    fn ask(&mut self, pattern: &'q Pattern, open: &mut Vec<usize>) {
        let next = self.found.len();
        match pattern {
            Pattern::Is(term) => {
                if *self.by_term.entry(term.as_str()).or_insert(next) == next {
                    self.found.push((pattern, Found::default()));
                }
            }
            Pattern::Any(patterns) => patterns.iter().for_each(|pattern| self.ask(pattern, open)),
            Pattern::Except(pattern, without) => {
                self.ask(pattern, open);
                self.ask(without, open);
            }
            _ if self.found.iter().any(|(known, _)| *known == pattern) => {}
            _ => {
                open.push(next);
                self.found.push((pattern, Found::default()));
            }
        }
    }

    fn found(&self, pattern: &Pattern) -> Cow<'_, Found> {
        let single = match pattern {
            Pattern::Is(term) => self.by_term.get(term.as_str()).map(|at| &self.found[*at].1),
            Pattern::Any(patterns) => return Cow::Owned(self.any(patterns)),
            Pattern::Except(pattern, without) => {
                let (found, without) = (self.found(pattern), self.found(without));
                let tokens = found.positions.iter().zip(&found.places);
                let left = tokens
                    .filter(|(position, _)| without.positions.binary_search(position).is_err());
                let (positions, places) = left.map(|(position, place)| (*position, *place)).unzip();
                return Cow::Owned(Found { positions, places });
            }
            _ => self.found.iter().find(|(known, _)| *known == pattern).map(|(_, found)| found),
        };
        single.map_or_else(|| Cow::Owned(Found::default()), Cow::Borrowed)
    }

    fn any(&self, patterns: &[Pattern]) -> Found {
        let mut tokens: Vec<(u32, (usize, usize))> = Vec::new();
        for pattern in patterns {
            let found = self.found(pattern);
            tokens.extend(found.positions.iter().copied().zip(found.places.iter().copied()));
        }
        tokens.sort_unstable();
        tokens.dedup_by_key(|token| token.0);
        let (positions, places) = tokens.into_iter().unzip();
        Found { positions, places }
    }

    /// The stretches of the text (first byte, byte after the last) that belong to an occurrence of the phrase.
    pub(crate) fn find(&self, phrase: &Phrase) -> Vec<(usize, usize)> {
        let slots: Vec<Vec<Cow<'_, Found>>> = phrase
            .units
            .iter()
            .map(|unit| unit.slots.iter().map(|slot| self.found(&slot.pattern)).collect())
            .collect();
        let begins: Vec<Vec<u32>> = phrase
            .units
            .iter()
            .zip(&slots)
            .map(|(unit, slots)| {
                starts(unit, &slots.iter().map(|f| f.positions.as_slice()).collect::<Vec<_>>())
            })
            .collect();
        let occurrences = together(phrase, &begins);
        occurrences
            .iter()
            .map(|occurrence| {
                let unit = &phrase.units[occurrence.unit];
                let places = unit
                    .slots
                    .iter()
                    .zip(&slots[occurrence.unit])
                    .filter_map(|(slot, found)| found.place(occurrence.start + slot.offset));
                places.fold((usize::MAX, 0), |(start, end), place| {
                    (start.min(place.0), end.max(place.1))
                })
            })
            .filter(|(start, end)| start < end)
            .collect()
    }
}

impl Found {
    // Of several tokens at one position (a word and its part) the first represents all.
    fn take(&mut self, token: &exhibit_text::Token<'_>) {
        if self.positions.last() != Some(&token.position) {
            self.positions.push(token.position);
            self.places.push((token.start, token.end));
        }
    }

    fn place(&self, position: u32) -> Option<(usize, usize)> {
        self.positions.binary_search(&position).ok().map(|at| self.places[at])
    }
}
