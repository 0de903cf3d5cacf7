//! What a query says of facets in clauses of their own, apart from the rest: so that a choice among filters is part
//! of the query, seen and removable as such.

use super::lex::{self, End, Piece, What};
use super::{fields, parse};
use crate::columns::clause_value;
use crate::facets::is_band;

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
    /// The field, such as `type`, `lang` or `folder`.
    pub field: &'static str,
    /// Whether pages with it are left out.
    pub excluded: bool,
    /// The value, in the form that its field's facet has: a folder as it is, a container in capitals, others in lower case.
    pub value: String,
}

/// The fields that can be chosen by.
const FIELDS: [&str; 12] =
    ["type", "lang", "ext", "is", "date", "folder", "container", "source", "sender", "recipient", "tag", "ocr"];

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
            clause.values.iter().map(move |value| Chosen { field, excluded, value: form(field, value) }).collect()
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
            // going down or up replaces what it comes from
            other.chosen.retain(|known| known.excluded || !known.contains(&chosen) && !chosen.contains(known));
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

    /// Drops each chosen value within which another is chosen: a year with one of its months, a folder with one below it.
    pub fn narrow(&mut self) {
        let all = self.chosen.clone();
        self.chosen.retain(|wide| wide.excluded || !all.iter().any(|narrow| !narrow.excluded && wide.contains(narrow)));
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
        let value = form(field, value);
        // the lexer's own signs would end the value
        let sound = !value.is_empty() && !value.contains('"') && parse(&format!("{field}:{}", quoted(&value))).is_ok();
        sound.then_some(Self { field, excluded, value })
    }

    // Whether all that has the other value has this one, too: a year its months, a folder those below it.
    fn contains(&self, other: &Self) -> bool {
        let below = match self.field {
            "date" => '-',
            "folder" => '/',
            _ => return false,
        };
        let rest = other.value.strip_prefix(&self.value).filter(|_| self.field == other.field);
        rest.is_some_and(|rest| rest.starts_with(below))
    }
}

// A value as its field's facet has it.
fn form(field: &str, value: &str) -> String {
    match field {
        "folder" => clause_value(value).trim_matches('/').to_owned(),
        "container" => value.to_uppercase(),
        _ => clause_value(value).to_lowercase(),
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
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let is_of_facet = match field {
        // a range is not one of the years and months
        "date" => match text.split_once('-') {
            Some((year, month)) => digits(year, 4) && digits(month, 2),
            None => digits(text, 4),
        },
        "ocr" => is_band(text),
        _ => true,
    };
    is_of_facet.then(|| text.clone())
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
        check("date:2017-08 a", "a", "date:2017-08");
        check("date:2017-08-01 a", "date:2017-08-01 a", "");
        check("date:2017..2018 a", "date:2017..2018 a", "");
        check("ocr:0.9..1 a", "a", "ocr:0.9..1");
        check("ocr:<0.5 a", "ocr:<0.5 a", "");
        check("folder:\"Disk 2/通知（一）\" a", "a", "folder:Disk 2/通知(一)");
        check("container:exh-000012 -tag:Key", "", "container:EXH-000012 -tag:key");
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
        let below = Selection::of("a").toggled("folder", "disk 2").toggled("folder", "disk 2/\"x\"");
        assert_eq!(below.query(), "a folder:\"disk 2/'x'\"");
        assert_eq!(below.toggled("folder", "disk 2").query(), "a folder:\"disk 2\"");
        assert_eq!(Selection::of("date:2017").toggled("date", "2017-08").query(), "date:2017-08");
        let mut ticked = Selection::of("folder:a");
        ticked.chosen.extend(Chosen::new("folder", "a/b", false));
        ticked.chosen.extend(Chosen::new("folder", "ab", false));
        ticked.narrow();
        assert_eq!(ticked.query(), "folder:(a/b OR ab)");
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
