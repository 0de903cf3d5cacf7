//! Separates the clauses of a query that choose facet values from the rest, so that a choice among filters is part of
//! the query, and visible and removable there.

use crate::edit::{Builder, joined, negated};
use crate::facet::is_band;
use crate::field::Field;
use crate::query::{Clause, ClauseText, Form, Node, Query};
use crate::values_text::clause_value;

/// A query split into filters and the rest.
///
/// A filter is a clause that every page must match: `lang:ug`, `type:(pdf OR word)`, `-ext:tmp`. If several
/// non-excluded clauses name one field, they stay in the rest, because a page must match all of them.
#[derive(Clone, PartialEq, Debug)]
pub struct FilteredQuery {
    /// The query without the filters below.
    pub rest: Query,
    /// The filters, in the order of their fields, excluded values after the others.
    pub filters: Vec<Filter>,
}

/// A value of a facet, chosen or excluded.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Filter {
    /// The field that takes the value.
    pub field: Field,
    /// Whether pages with it are excluded.
    pub excluded: bool,
    /// The value, in the form of its facet: a folder unchanged, a container in capitals, others in lower case.
    pub value: String,
}

/// The fields of filters, in the order in which they are written.
const FIELDS: [Field; 12] = [
    Field::Type,
    Field::Language,
    Field::Extension,
    Field::Is,
    Field::Date,
    Field::Folder,
    Field::Container,
    Field::Source,
    Field::Sender,
    Field::Recipient,
    Field::Tag,
    Field::Ocr,
];

impl FilteredQuery {
    /// Splits a query.
    #[must_use]
    pub fn of(query: &Query) -> Self {
        let nodes = match &query.root {
            Node::Everything => Vec::new(),
            Node::And(nodes) => nodes.clone(),
            node => vec![node.clone()],
        };
        let read: Vec<(Node, Option<Vec<Filter>>)> = nodes
            .into_iter()
            .map(|node| {
                let filters = filters(query, &node);
                (node, filters)
            })
            .collect();
        let chooses = |filters: &[Filter], field| {
            filters.first().is_some_and(|f| f.field == field && !f.excluded)
        };
        let several = |filters: &[Filter]| {
            let field = filters[0].field;
            !filters[0].excluded
                && read
                    .iter()
                    .filter_map(|(_, f)| f.as_deref())
                    .filter(|f| chooses(f, field))
                    .count()
                    > 1
        };
        let (mut rest, mut found) = (Vec::new(), Vec::new());
        for (node, filters) in &read {
            match filters {
                Some(filters) if !several(filters) => found.extend(filters.iter().cloned()),
                _ => rest.push(node.clone()),
            }
        }
        let mut filtered = Self {
            rest: query.rebuilt(joined(rest, Node::And).unwrap_or(Node::Everything)),
            filters: found,
        };
        filtered.tidy();
        filtered
    }

    /// The whole query. Several values of one field are alternatives; each excluded value is a clause.
    #[must_use]
    pub fn query(&self) -> Query {
        let mut builder = Builder::default();
        let mut nodes = match &self.rest.root {
            Node::Everything => Vec::new(),
            Node::And(nodes) => nodes.iter().map(|node| builder.copy(&self.rest, node)).collect(),
            node => vec![builder.copy(&self.rest, node)],
        };
        for field in FIELDS {
            let mut of = |excluded| {
                let filters =
                    self.filters.iter().filter(|f| f.field == field && f.excluded == excluded);
                filters
                    .filter_map(|filter| Some(builder.leaf(&filter.clause()?)))
                    .collect::<Vec<Node>>()
            };
            nodes.extend(joined(of(false), Node::Or));
            nodes.extend(of(true).into_iter().map(negated));
        }
        builder.finish(joined(nodes, Node::And).unwrap_or(Node::Everything), self.rest.sort)
    }

    /// Adds a value to the choice, or removes it if it was chosen.
    #[must_use]
    pub fn toggled(&self, field: Field, value: &str) -> Self {
        let Some(chosen) = Filter::new(field, value, false) else { return self.clone() };
        let mut other = self.clone();
        other.filters.retain(|known| known.field != chosen.field || known.value != chosen.value);
        if other.filters.len() == self.filters.len() {
            // a deeper or higher value replaces the one it is reached from
            other.filters.retain(|known| {
                known.excluded || !known.contains(&chosen) && !chosen.contains(known)
            });
            other.filters.push(chosen);
        }
        other.tidy();
        other
    }

    /// Removes the chosen values of a field; excluded ones stay.
    #[must_use]
    pub fn without(&self, field: Field) -> Self {
        let filters =
            self.filters.iter().filter(|f| f.field != field || f.excluded).cloned().collect();
        Self { rest: self.rest.clone(), filters }
    }

    /// Drops each chosen value that contains another chosen one: a year with one of its months, a folder with a
    /// subfolder.
    pub fn narrow(&mut self) {
        let all = self.filters.clone();
        self.filters.retain(|wide| {
            wide.excluded || !all.iter().any(|narrow| !narrow.excluded && wide.contains(narrow))
        });
    }

    /// Sorts the filters and removes duplicates.
    pub fn tidy(&mut self) {
        self.filters.sort_by(|a, b| {
            let order =
                |f: &Filter| (FIELDS.iter().position(|field| *field == f.field), f.excluded);
            order(a).cmp(&order(b)).then_with(|| a.value.cmp(&b.value))
        });
        self.filters.dedup();
    }
}

impl Filter {
    /// A value of a field; `None` if this field has no filters, or does not accept the value.
    #[must_use]
    pub fn new(field: Field, value: &str, excluded: bool) -> Option<Self> {
        let filter = Self { field, excluded, value: form(field, value) };
        // a quotation mark would end the value
        let sound =
            FIELDS.contains(&field) && !filter.value.is_empty() && !filter.value.contains('"');
        (sound && filter.clause().is_some()).then_some(filter)
    }

    fn clause(&self) -> Option<Clause> {
        let form = if needs_quotes(&self.value) { Form::Quoted } else { Form::Word };
        let text = ClauseText { field: self.field, exact: false, text: self.value.clone(), form };
        Clause::new(text).ok()
    }

    // Whether everything with the other value has this one, too: a year its months, a folder its subfolders.
    fn contains(&self, other: &Self) -> bool {
        let below = match self.field {
            Field::Date => '-',
            Field::Folder => '/',
            _ => return false,
        };
        let rest = other.value.strip_prefix(&self.value).filter(|_| self.field == other.field);
        rest.is_some_and(|rest| rest.starts_with(below))
    }
}

// A value in the form of its facet.
fn form(field: Field, value: &str) -> String {
    match field {
        Field::Folder => clause_value(value).trim_matches('/').to_owned(),
        Field::Container => value.to_uppercase(),
        _ => clause_value(value).to_lowercase(),
    }
}

// The filters of a node: a value, several values of one field, or excluded values.
fn filters(query: &Query, node: &Node) -> Option<Vec<Filter>> {
    let (node, excluded) = match node {
        Node::Not(node) => (&**node, true),
        node => (node, false),
    };
    let (field, numbers) = query.alternatives(match node {
        Node::Or(nodes) => nodes,
        node => std::slice::from_ref(node),
    })?;
    let of = |number: usize| {
        let ClauseText { text, form: Form::Word | Form::Quoted, .. } = &query.clauses[number].text
        else {
            return None;
        };
        let filter = || Filter { field, excluded, value: form(field, text) };
        (FIELDS.contains(&field) && is_of_facet(field, text)).then(filter)
    };
    numbers.into_iter().map(of).collect()
}

fn is_of_facet(field: Field, value: &str) -> bool {
    let digits =
        |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    match field {
        // a range is not a year or month
        Field::Date => match value.split_once('-') {
            Some((year, month)) => digits(year, 4) && digits(month, 2),
            None => digits(value, 4),
        },
        Field::Ocr => is_band(value),
        _ => true,
    }
}

fn needs_quotes(value: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | '/' | '+');
    let operator = matches!(value, "AND" | "OR" | "NOT");
    operator || value.starts_with(['-', '/']) || !value.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;
    use crate::print::understood as read_as;
    use proptest::prelude::*;

    fn of(query: &str) -> FilteredQuery {
        FilteredQuery::of(&parse(query).expect("a valid query"))
    }

    fn text(filtered: &FilteredQuery) -> String {
        filtered.query().to_string()
    }

    fn check(query: &str, rest: &str, filters: &str) {
        let filtered = of(query);
        let sign = |filter: &Filter| if filter.excluded { "-" } else { "" };
        let shown =
            filtered.filters.iter().map(|f| format!("{}{}:{}", sign(f), f.field.name(), f.value));
        let shown = shown.collect::<Vec<_>>().join(" ");
        assert_eq!(
            (filtered.rest.to_string().as_str(), shown.as_str()),
            (rest, filters),
            "{query}"
        );
    }

    #[test]
    fn filters_are_separated_from_the_rest() {
        check("登记", "登记", "");
        check("登记 lang:UG", "登记", "lang:ug");
        check(
            "lang:ug 登记 type:(word OR pdf) -ext:tmp",
            "登记",
            "type:pdf type:word lang:ug -ext:tmp",
        );
        check("(a OR b) lang:zh", "a OR b", "lang:zh");
        check("a OR b lang:zh", "a OR (b lang:zh)", "");
        check("a AND lang:zh", "a", "lang:zh");
        check("(a lang:zh) b", "(a lang:zh) b", "");
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
        check("NOT lang:zh a", "a", "-lang:zh");
        check("--lang:zh", "", "-lang:zh");
        check("a \"lang:zh\" sort:date", "a \"lang:zh\" sort:newest", "");
        check("type:(pdf OR (word OR mail))", "type:pdf OR type:(word OR mail)", "");
    }

    #[test]
    fn choices_are_written_into_the_query() {
        let filtered = of("a OR b").toggled(Field::Language, "zh-hans");
        assert_eq!(text(&filtered), "(a OR b) lang:zh-hans");
        let both = of(&text(&filtered)).toggled(Field::Language, "ug");
        assert_eq!(text(&both), "(a OR b) lang:(ug OR zh-hans)");
        assert_eq!(
            text(&both.toggled(Field::Language, "ug").toggled(Field::Language, "zh-hans")),
            "a OR b"
        );
        assert_eq!(text(&both.without(Field::Language)), "a OR b");
        let below = of("a").toggled(Field::Folder, "disk 2").toggled(Field::Folder, "disk 2/\"x\"");
        assert_eq!(text(&below), "a folder:\"disk 2/'x'\"");
        assert_eq!(text(&below.toggled(Field::Folder, "disk 2")), "a folder:\"disk 2\"");
        assert_eq!(text(&of("date:2017").toggled(Field::Date, "2017-08")), "date:2017-08");
        let mut ticked = of("folder:a");
        ticked.filters.extend(Filter::new(Field::Folder, "a/b", false));
        ticked.filters.extend(Filter::new(Field::Folder, "ab", false));
        ticked.narrow();
        assert_eq!(text(&ticked), "folder:(a/b OR ab)");
        assert_eq!(text(&of("a").toggled(Field::Type, "nonsense")), "a");
        assert_eq!(text(&of("a").toggled(Field::Title, "red")), "a");
    }

    // text that would be parsed as syntax is quoted
    #[test]
    fn any_value_that_a_field_takes_can_be_chosen() {
        for value in ["OR", "a:b", "-a", "/a/", "a b", "=a", "a~1", "登记"] {
            let query = of("x").toggled(Field::Tag, value).query();
            let again = parse(&query.to_string()).map(|query| (query.root, query.clauses));
            assert_eq!(again, Ok((query.root.clone(), query.clauses.clone())), "{query}");
        }
    }

    proptest! {
        #[test]
        fn taking_apart_and_joining_asks_for_the_same(
            query in "((-|NOT )?(a|\"b c\"|lang:(zh|\\(zh OR ug\\))|is:(ocr|image)|date:2017(-08)?|\\((a|lang:ug) (OR )?b\\)) (OR |AND )?){1,6}"
        ) {
            if let Ok(understood) = parse(&query) {
                let again = FilteredQuery::of(&understood).query();
                let printed = parse(&again.to_string()).map(|query| (query.root, query.clauses));
                prop_assert_eq!(printed, Ok((again.root.clone(), again.clauses.clone())), "{}", again);
                let answers = |query: &Query, bits: u32| {
                    let clause = |n: usize| {
                        let names = ["a", "\"b c\"", "lang:zh", "lang:ug", "is:ocr", "is:image", "date:2017", "date:2017-08", "b"];
                        let text = query.clauses[n].text.to_string();
                        let at = names.iter().position(|name| *name == text).expect("a known clause");
                        bits >> at & 1 == 1
                    };
                    query.root.holds(&mut { clause })
                };
                for bits in 0..512 {
                    prop_assert_eq!(answers(&understood, bits), answers(&again, bits), "{} → {}", &query, read_as(&again));
                }
            }
        }
    }
}
