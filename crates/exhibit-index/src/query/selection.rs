//! What a query says of facets in clauses of their own, apart from the rest: so that a choice among filters is part
//! of the query, seen and removable as such.

use super::lex::{self, End, Piece, What};
use super::{fields, parse};

/// A query taken apart: what is chosen by facets, and the rest.
///
/// Taken apart are clauses that stand by themselves at the end of no alternative: `lang:ug`, `type:(pdf OR word)`,
/// `-ext:tmp`. A field that stands in several such clauses that are not excluded is left in the rest, for the page
/// must have all of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Selection {
    /// The query without the clauses below.
    pub rest: String,
    /// What is chosen, in the order of the fields, excluded values after the others.
    pub chosen: Vec<Chosen>,
}

/// A value chosen or excluded.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Chosen {
    /// The field: `type`, `lang`, `ext`, `is` or `date`.
    pub field: &'static str,
    /// Whether pages with it are left out.
    pub excluded: bool,
    /// The value, in lower case.
    pub value: String,
}

/// The fields that can be chosen by.
const FIELDS: [&str; 5] = ["type", "lang", "ext", "is", "date"];

impl Selection {
    /// Takes a query apart. One that cannot be read is all rest.
    #[must_use]
    pub fn of(query: &str) -> Self {
        let whole = || Self { rest: query.trim().to_owned(), chosen: Vec::new() };
        let (Ok(pieces), Ok(_)) = (lex::pieces(query), parse(query)) else { return whole() };
        let mut found = clauses(&pieces);
        let several: Vec<&str> = FIELDS
            .into_iter()
            .filter(|field| found.iter().filter(|c| c.field == *field && !c.excluded).count() > 1)
            .collect();
        found.retain(|clause| clause.excluded || !several.contains(&clause.field));
        if found.is_empty() {
            return whole();
        }
        let place = |piece: usize| pieces.get(piece).map_or(usize::MAX, |piece| piece.position);
        let cut: Vec<(usize, usize)> = found.iter().map(|c| (place(c.first), place(c.after))).collect();
        let kept = query.chars().enumerate().filter(|(at, _)| !cut.iter().any(|(from, to)| (from..to).contains(&at)));
        let rest = kept.map(|(_, c)| c).collect::<String>().trim().to_owned();
        let value = |clause: &Clause| {
            let (field, excluded) = (clause.field, clause.excluded);
            clause.values.iter().map(move |value| Chosen { field, excluded, value: value.to_lowercase() }).collect()
        };
        let mut selection = Self { rest, chosen: found.iter().flat_map::<Vec<Chosen>, _>(value).collect() };
        selection.tidy();
        selection
    }

    /// The query in full. Several values of one field are alternatives; each excluded one is a clause.
    #[must_use]
    pub fn query(&self) -> String {
        let mut query = self.rest.clone();
        if !self.chosen.is_empty() && has_alternatives(&query) {
            query = format!("({query})");
        }
        let mut say = |clause: String| {
            if !query.is_empty() {
                query.push(' ');
            }
            query.push_str(&clause);
        };
        for field in FIELDS {
            let of = |excluded| {
                let chosen = self.chosen.iter().filter(move |c| c.field == field && c.excluded == excluded);
                chosen.map(|c| quoted(&c.value)).collect::<Vec<_>>()
            };
            match of(false).as_slice() {
                [] => {}
                [one] => say(format!("{field}:{one}")),
                several => say(format!("{field}:({})", several.join(" OR "))),
            }
            of(true).iter().for_each(|value| say(format!("-{field}:{value}")));
        }
        query
    }

    /// The selection with a value chosen, or without it if it was.
    #[must_use]
    pub fn toggled(&self, field: &str, value: &str) -> Self {
        let Some(chosen) = Chosen::new(field, value, false) else { return self.clone() };
        let mut other = self.clone();
        other.chosen.retain(|known| known.field != chosen.field || known.value != chosen.value);
        if other.chosen.len() == self.chosen.len() {
            other.chosen.push(chosen);
        }
        other.tidy();
        other
    }

    /// The selection without the values chosen of a field; those excluded stay.
    #[must_use]
    pub fn without(&self, field: &str) -> Self {
        let chosen = self.chosen.iter().filter(|c| c.field != field || c.excluded).cloned().collect();
        Self { rest: self.rest.clone(), chosen }
    }

    /// Puts what is chosen in order, each once.
    pub fn tidy(&mut self) {
        self.chosen.sort_by(|a, b| {
            let order = |c: &Chosen| (FIELDS.iter().position(|field| *field == c.field), c.excluded);
            order(a).cmp(&order(b)).then_with(|| a.value.cmp(&b.value))
        });
        self.chosen.dedup();
    }
}

impl Chosen {
    /// A value of a field; none if nothing can be chosen by this field, or the field does not take the value.
    #[must_use]
    pub fn new(field: &str, value: &str, excluded: bool) -> Option<Self> {
        let field = FIELDS.into_iter().find(|known| *known == field)?;
        let value = value.to_lowercase();
        // the lexer's own signs would end the value
        let sound = !value.is_empty() && !value.contains('"') && parse(&format!("{field}:{}", quoted(&value))).is_ok();
        sound.then_some(Self { field, excluded, value })
    }
}

struct Clause {
    field: &'static str,
    excluded: bool,
    values: Vec<String>,
    // its first piece, and the first after it
    first: usize,
    after: usize,
}

// The clauses of facets that stand at the top of a query without alternatives, or nothing.
fn clauses(pieces: &[Piece]) -> Vec<Clause> {
    let (mut found, mut depth, mut at) = (Vec::new(), 0_usize, 0);
    while let Some(piece) = pieces.get(at) {
        match &piece.what {
            What::Open => depth += 1,
            What::Close => depth = depth.saturating_sub(1),
            // an alternative, or words joined by an operator that would be left alone
            What::Or | What::And if depth == 0 => return Vec::new(),
            What::Not(_) | What::Field { .. } => {
                if let Some(clause) = clause(pieces, at).filter(|_| depth == 0) {
                    at = clause.after;
                    found.push(clause);
                } else {
                    // what a longer negation or another field governs is not looked into
                    let governs = |piece: &&Piece| matches!(piece.what, What::Not(_) | What::Field { .. });
                    at += pieces[at..].iter().take_while(governs).count();
                }
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

fn clause(pieces: &[Piece], first: usize) -> Option<Clause> {
    let excluded = matches!(pieces[first].what, What::Not("-"));
    let named = first + usize::from(excluded);
    let What::Field { name, .. } = &pieces.get(named)?.what else { return None };
    let field = fields::field(name)?;
    let field = FIELDS.into_iter().find(|known| *known == field.name)?;
    let mut values = Vec::new();
    let mut at = named + 1;
    if matches!(pieces.get(at)?.what, What::Open) {
        loop {
            values.push(value(field, pieces.get(at + 1)?)?);
            at += 2;
            match pieces.get(at)?.what {
                What::Or => {}
                What::Close => break,
                _ => return None,
            }
        }
    } else {
        values.push(value(field, pieces.get(at)?)?);
    }
    Some(Clause { field, excluded, values, first, after: at + 1 })
}

fn value(field: &str, piece: &Piece) -> Option<String> {
    let (What::Word { text, end: End::Plain } | What::Quoted { text, end: End::Plain }) = &piece.what else {
        return None;
    };
    // a range is not one of the years
    let year = || text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    (field != "date" || year()).then(|| text.clone())
}

fn has_alternatives(query: &str) -> bool {
    let mut depth = 0_usize;
    lex::pieces(query).is_ok_and(|pieces| {
        pieces.iter().any(|piece| {
            match piece.what {
                What::Open => depth += 1,
                What::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && piece.what == What::Or
        })
    })
}

fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | '/' | '+' | ':');
    if value.chars().all(plain) { value.to_owned() } else { format!("\"{value}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(query: &str, rest: &str, chosen: &str) {
        let selection = Selection::of(query);
        let said: Vec<String> = selection
            .chosen
            .iter()
            .map(|c| format!("{}{}:{}", if c.excluded { "-" } else { "" }, c.field, c.value))
            .collect();
        assert_eq!((selection.rest.as_str(), said.join(" ").as_str()), (rest, chosen), "{query}");
    }

    #[test]
    fn what_is_chosen_is_told_from_the_rest() {
        check("登记", "登记", "");
        check("登记 lang:UG", "登记", "lang:ug");
        check("lang:ug 登记 type:(word OR pdf) -ext:tmp", "登记", "type:pdf type:word lang:ug -ext:tmp");
        check("(a OR b) lang:zh", "(a OR b)", "lang:zh");
        check("a OR b lang:zh", "a OR b lang:zh", "");
        check("a AND lang:zh", "a AND lang:zh", "");
        check("(a lang:zh)", "(a lang:zh)", "");
        check("is:ocr is:undated lang:zh", "is:ocr is:undated", "lang:zh");
        check("is:ocr -is:undated", "", "is:ocr -is:undated");
        check("date:2017 a", "a", "date:2017");
        check("date:2017-08 a", "date:2017-08 a", "");
        check("NOT lang:zh a", "NOT lang:zh a", "");
        check("--lang:zh", "", "-lang:zh");
        check("a \"lang:zh\" sort:date", "a \"lang:zh\" sort:date", "");
        check("a (lang:zh", "a (lang:zh", "");
    }

    #[test]
    fn choices_are_written_into_the_query() {
        let selection = Selection::of("a OR b").toggled("lang", "zh-hans");
        assert_eq!(selection.query(), "(a OR b) lang:zh-hans");
        let both = Selection::of(&selection.query()).toggled("lang", "ug");
        assert_eq!(both.query(), "(a OR b) lang:(ug OR zh-hans)");
        assert_eq!(both.toggled("lang", "ug").toggled("lang", "zh-hans").query(), "(a OR b)");
        assert_eq!(both.without("lang").query(), "(a OR b)");
        assert_eq!(Selection::of("a").toggled("type", "nonsense").query(), "a");
        assert_eq!(Selection::of("a").toggled("colour", "red").query(), "a");
    }

    proptest! {
        #[test]
        fn taking_apart_and_joining_asks_for_the_same(
            query in "((-|NOT )?(a|\"b c\"|lang:(zh|\\(zh OR ug\\))|is:(ocr|image)|date:2017(-08)?|\\((a|lang:ug) (OR )?b\\)) (OR |AND )?){1,6}"
        ) {
            if let Ok(understood) = parse(&query) {
                let again = Selection::of(&query).query();
                let again = parse(&again).unwrap_or_else(|error| panic!("{query} → {again}: {error}"));
                let answers = |query: &crate::Query, bits: u32| {
                    let clause = |n: usize| {
                        let names = ["a", "\"b c\"", "lang:zh", "lang:ug", "is:ocr", "is:image", "date:2017", "date:2017-08", "b"];
                        let at = names.iter().position(|name| *name == query.clauses[n].shown).expect("a known clause");
                        bits >> at & 1 == 1
                    };
                    query.root.holds(&mut { clause })
                };
                for bits in 0..512 {
                    prop_assert_eq!(answers(&understood, bits), answers(&again, bits), "{} → {}", &query, again.read_as());
                }
            }
        }
    }
}
