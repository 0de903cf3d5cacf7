//! The criterion of a clause, from how it is written.

use crate::error::QueryErrorKind as Kind;
use crate::field::{self, Kind as FieldKind};
use crate::pattern::Pattern;
use crate::query::{Clause, ClauseText, Criterion, Form, Phrase, Slot, TextField, Unit};
use crate::regex::Regex;
use crate::unit::{begin_last, keep_forms, single_word, unit};
use crate::{values, variants};

impl Clause {
    /// The clause of this text. A prefix that is the whole of its words is stored without its star.
    ///
    /// # Errors
    /// The error in the text.
    pub fn new(mut text: ClauseText) -> Result<Self, Kind> {
        let asks = match text.field.kind() {
            FieldKind::Words(field) => words(field, &text)?,
            kind => value(kind, &text)?,
        };
        if let (Form::Beginning, Criterion::Words { any, .. }) = (text.form, &asks)
            && !any.iter().any(begins)
        {
            text.form = Form::Word;
        }
        Ok(Self { text, asks })
    }
}

fn words(field: TextField, text: &ClauseText) -> Result<Criterion, Kind> {
    let mut phrase = if text.form == Form::Pattern { pattern(&text.text)? } else { phrase(text)? };
    if text.exact {
        phrase.units.iter_mut().for_each(|unit| keep_forms(unit, &text.text));
    }
    Ok(Criterion::Words { field, any: vec![phrase] })
}

fn value(kind: FieldKind, text: &ClauseText) -> Result<Criterion, Kind> {
    let (field, value) = (text.field, text.text.as_str());
    let bad = || Kind::BadValue {
        field,
        value: if text.form == Form::Pattern { text.value() } else { value.to_owned() },
    };
    if text.form == Form::Pattern {
        return Err(bad());
    }
    let any = match kind {
        FieldKind::Pinyin => variants::pinyin(value),
        FieldKind::Uyghur => variants::by_key(value).into_iter().collect(),
        FieldKind::Written => variants::written(value),
        FieldKind::Forms => variants::inflected(value).into_iter().collect(),
        _ => {
            if kind == FieldKind::State
                && let Some(refused) = field::refused(field, value)
            {
                return Err(refused);
            }
            return values::property(field, value).map(Criterion::Property).ok_or_else(bad);
        }
    };
    if any.is_empty() { Err(bad()) } else { Ok(Criterion::Words { field: TextField::Text, any }) }
}

fn pattern(expression: &str) -> Result<Phrase, Kind> {
    const LONGEST: usize = 200;
    let sound = Some(expression)
        .filter(|expression| expression.chars().count() <= LONGEST)
        .and_then(Regex::new);
    let regex = sound.ok_or_else(|| Kind::Pattern(expression.to_owned()))?;
    Ok(one(Unit { slots: vec![Slot { offset: 0, pattern: Pattern::Matches(regex) }], length: 1 }))
}

fn one(unit: Unit) -> Phrase {
    Phrase { units: vec![unit], apart: 0 }
}

fn begins(phrase: &Phrase) -> bool {
    phrase
        .units
        .iter()
        .flat_map(|unit| &unit.slots)
        .any(|slot| matches!(slot.pattern, Pattern::Begins(_)))
}

fn phrase(clause: &ClauseText) -> Result<Phrase, Kind> {
    let text = clause.text.as_str();
    let quoted = matches!(clause.form, Form::Quoted | Form::QuotedBeginning | Form::Apart(_));
    let nothing =
        || if quoted { Kind::EmptyQuotes } else { Kind::NothingToSearch(text.to_owned()) };
    let exact = |text: &str| unit(text).ok_or_else(nothing);
    match clause.form {
        Form::Word | Form::Quoted | Form::Pattern => Ok(one(exact(text)?)),
        Form::Beginning | Form::QuotedBeginning => {
            let mut unit = exact(text)?;
            if !text.chars().next_back().is_some_and(char::is_alphanumeric) {
                return Err(Kind::MisplacedStar(format!("{text}*")));
            }
            begin_last(&mut unit, text);
            Ok(one(unit))
        }
        Form::Near(edits) => {
            let misplaced = || Kind::MisplacedTilde(text.to_owned());
            let word =
                single_word(text).filter(|_| (1..=2).contains(&edits)).ok_or_else(misplaced)?;
            Ok(one(Unit {
                slots: vec![Slot { offset: 0, pattern: Pattern::Near(word, edits) }],
                length: 1,
            }))
        }
        Form::Apart(apart) => {
            let words: Vec<&str> = text.split_whitespace().collect();
            let units: Vec<Unit> = words.iter().filter_map(|word| unit(word)).collect();
            if units.len() != words.len() || units.is_empty() {
                return Err(nothing());
            }
            Ok(Phrase { units, apart })
        }
    }
}
