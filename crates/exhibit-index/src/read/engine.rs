//! A query in the engine's terms. The shape of the tree is kept: a negation stays where it was written.

use crate::read::pair_cache::PairCache;
use crate::read::postings::is_character;
use crate::read::range::InRange;
use crate::read::sequence::SequenceQuery;
use crate::schema::Fields;
use exhibit_model::{FileKind, MediaType};
use exhibit_query::values_text;
use exhibit_query::{
    Criterion, Node, NumberField, Pattern, Phrase, Property, Query, Slot, TextField, Unit,
};
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, ConstScoreQuery, EmptyQuery, Occur, Query as EngineQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

type Boxed = Box<dyn EngineQuery>;

/// What building a query for the engine needs.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) fields: &'a Fields,
    pub(crate) pairs: &'a PairCache,
}

/// The engine's form of a query.
pub(crate) fn engine_query(query: &Query, given: Given<'_>) -> Boxed {
    node(query, &query.root, given)
}

// Does not count towards relevance.
fn unscored(query: Boxed) -> Boxed {
    Box::new(ConstScoreQuery::new(query, 0.0))
}

fn everything() -> Boxed {
    unscored(Box::new(AllQuery))
}

fn any(mut queries: Vec<Boxed>) -> Boxed {
    match queries.len() {
        0 => Box::new(EmptyQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::new(queries.into_iter().map(|q| (Occur::Should, q)).collect())),
    }
}

fn node(query: &Query, at: &Node, given: Given<'_>) -> Boxed {
    match at {
        Node::Everything => everything(),
        Node::Or(nodes) => any(nodes.iter().map(|n| node(query, n, given)).collect()),
        Node::Not(_) => all(query, std::slice::from_ref(at), given),
        Node::And(nodes) => all(query, nodes, given),
        Node::Clause(number) => match &query.clauses[*number].asks {
            Criterion::Words { field, any: phrases } => any(phrases
                .iter()
                .map(|p| phrase(text_field(*field, given.fields), p, given.pairs))
                .collect()),
            Criterion::Property(property) => unscored(of_property(property, given)),
        },
    }
}

fn all(query: &Query, nodes: &[Node], given: Given<'_>) -> Boxed {
    let mut clauses: Vec<(Occur, Boxed)> = nodes
        .iter()
        .map(|at| match at {
            Node::Not(inner) => (Occur::MustNot, node(query, inner, given)),
            _ => (Occur::Must, node(query, at, given)),
        })
        .collect();
    // the engine needs a set to exclude from
    if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
        clauses.push((Occur::Must, everything()));
    }
    Box::new(BooleanQuery::new(clauses))
}

/// The engine's field.
pub(crate) fn text_field(field: TextField, fields: &Fields) -> Field {
    match field {
        TextField::Text => fields.text,
        TextField::Name => fields.name,
        TextField::Path => fields.path,
        TextField::Title => fields.title,
        TextField::Subject => fields.subject,
        TextField::From => fields.from,
        TextField::To => fields.to,
        TextField::Cc => fields.cc,
        TextField::Sheet => fields.sheet,
    }
}

fn phrase(field: Field, phrase: &Phrase, pairs: &PairCache) -> Boxed {
    if let [Unit { slots, .. }] = phrase.units.as_slice()
        && let [Slot { pattern: Pattern::Is(term), .. }] = slots.as_slice()
        && !is_character(term)
    {
        return Box::new(TermQuery::new(
            Term::from_field_text(field, term),
            IndexRecordOption::WithFreqs,
        ));
    }
    Box::new(SequenceQuery { field, phrase: phrase.clone(), pairs: pairs.clone() })
}

/// The pages with a word that matches a pattern.
pub(crate) fn alone(field: Field, pattern: Pattern, pairs: &PairCache) -> Boxed {
    let slots = vec![Slot { offset: 0, pattern }];
    let phrase = Phrase { units: vec![Unit { slots, length: 1 }], apart: 0 };
    Box::new(SequenceQuery { field, phrase, pairs: pairs.clone() })
}

fn of_property(property: &Property, given: Given<'_>) -> Boxed {
    let fields = given.fields;
    let is = |field: Field, text: &str| -> Boxed {
        Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic))
    };
    let begins =
        |field: Field, text: &str| alone(field, Pattern::Begins(text.to_owned()), given.pairs);
    let one = |column: &'static str, value: &str| -> Boxed {
        Box::new(InRange::Text(column, value.into(), format!("{value}\0").into_bytes()))
    };
    match property {
        Property::Language(tag) => {
            any(vec![is(fields.language, tag), begins(fields.language, &format!("{tag}-"))])
        }
        Property::Kind(kinds) => {
            let of = |kind: FileKind| MediaType::all().filter(move |row| row.kind == kind);
            let listed = |row: MediaType| is(fields.media_type, &row.name.to_lowercase());
            let mut queries: Vec<Boxed> =
                kinds.iter().flat_map(|kind| of(*kind)).map(listed).collect();
            // unlisted types of a family are of the family's kind; listed ones may be of another
            for (kind, family) in kinds.iter().filter_map(|kind| Some((*kind, kind.family()?))) {
                let others =
                    MediaType::all().filter(|row| row.kind != kind && row.name.starts_with(family));
                let mut clauses: Vec<(Occur, Boxed)> =
                    others.map(|row| (Occur::MustNot, listed(row))).collect();
                clauses.push((Occur::Must, begins(fields.media_type, family)));
                queries.push(Box::new(BooleanQuery::new(clauses)));
            }
            any(queries)
        }
        Property::MediaTypeNamed(named) => is(fields.media_type, named),
        Property::Extension(ending) => is(fields.extension, ending),
        Property::Word(word) => is(fields.word, word),
        Property::Source(source) => is(fields.source, source),
        Property::Date { from, until } => {
            let first = from.unwrap_or(i64::MIN);
            match until.map_or(Some(i64::MAX), |until| until.checked_sub(1)) {
                Some(last) if first <= last => Box::new(InRange::Date("date", first..=last)),
                _ => Box::new(EmptyQuery),
            }
        }
        Property::Number { least, most, .. } if least > most => Box::new(EmptyQuery),
        Property::Number { of, least, most } => {
            let column = match of {
                NumberField::Bytes => "bytes",
                NumberField::Pages => "pages",
                NumberField::Ocr => "ocr",
            };
            Box::new(InRange::Number(column, *least..=*most))
        }
        Property::Below(folder) => {
            let (first, last) = values_text::below(folder);
            Box::new(InRange::Text("folder", first, last))
        }
        Property::Within(container) => {
            Box::new(InRange::Date("container", *container..=*container))
        }
        Property::Sender(address) => one("sender", address),
        Property::Recipient(address) => one("recipient", address),
        Property::Hash(digits) if digits.len() == 64 => is(fields.hash, digits),
        Property::Hash(digits) => begins(fields.hash, digits),
        // replaced by their documents beforehand
        Property::Thread(_) | Property::Tag(_) => Box::new(EmptyQuery),
        Property::Documents(documents) => Box::new(InRange::Among("document", documents.clone())),
        Property::Document(number) => Box::new(TermQuery::new(
            Term::from_field_i64(fields.document, *number),
            IndexRecordOption::Basic,
        )),
    }
}
