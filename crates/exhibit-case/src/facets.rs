//! How the pages that answer a query divide, with what the query itself chooses among them.

use crate::search::widened;
use crate::{Case, CaseError};
use exhibit_index::{Facet, Searcher, Selection, parse};

/// The values of one facet under a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCounts {
    /// The field that asks for its values: `type`, `lang`, `ext`, `is` or `date`.
    pub field: &'static str,
    /// Its values, those of most pages first; years in their order.
    pub values: Vec<FacetCount>,
}

/// A value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCount {
    /// The value, as its field takes it; `undated` stands for `is:undated`.
    pub value: String,
    /// Pages with it that answer the query, whatever else of the same facet the query chooses.
    pub pages: u64,
    /// Whether the query chooses it.
    pub chosen: bool,
    /// Whether the query leaves it out.
    pub excluded: bool,
}

const FACETS: [(&str, Facet); 5] = [
    ("type", Facet::Kind),
    ("lang", Facet::Language),
    ("date", Facet::Year),
    ("is", Facet::Word),
    ("ext", Facet::Extension),
];

impl Case {
    /// Counts the pages that answer a query by kind, language, year, state and ending. A facet in which the query
    /// chooses is counted as if it did not, so that the other choices can be seen.
    ///
    /// # Errors
    /// [`CaseError::Query`] when the query cannot be understood.
    pub fn facets(&self, query: &str, exact: bool) -> Result<Vec<FacetCounts>, CaseError> {
        let searcher = self.searcher()?;
        let selection = Selection::of(query);
        // facets counted under one query are counted together
        let mut asked: Vec<(String, Vec<usize>)> = Vec::new();
        for (number, (field, _)) in FACETS.iter().enumerate() {
            let chooses = selection.chosen.iter().any(|c| c.field == *field && !c.excluded);
            let under = if chooses { selection.without(field).query() } else { query.to_owned() };
            match asked.iter_mut().find(|(known, _)| *known == under) {
                Some((_, facets)) => facets.push(number),
                None => asked.push((under, vec![number])),
            }
        }
        let mut counted: Vec<Option<FacetCounts>> = vec![None; FACETS.len()];
        for (under, numbers) in asked {
            let facets: Vec<Facet> = numbers.iter().map(|number| FACETS[*number].1).collect();
            let counts = count(&searcher, &under, exact, &facets)?;
            for (number, counts) in numbers.into_iter().zip(counts) {
                counted[number] = Some(chosen_among(FACETS[number].0, counts, &selection));
            }
        }
        Ok(counted.into_iter().flatten().filter(|facet| !facet.values.is_empty()).collect())
    }
}

type Counts = Vec<(String, u64)>;

fn count(searcher: &Searcher, query: &str, exact: bool, facets: &[Facet]) -> Result<Vec<Counts>, CaseError> {
    let query = widened(searcher, parse(query)?, exact);
    Ok(searcher.facets(&query, facets)?)
}

fn chosen_among(field: &'static str, counts: Counts, selection: &Selection) -> FacetCounts {
    let in_query = |value: &str, excluded| {
        let field = if value == "undated" { "is" } else { field };
        selection.chosen.iter().any(|c| c.field == field && c.value == value && c.excluded == excluded)
    };
    let mut counts = counts;
    // sources and tags are words of their own fields; undated pages stand beside the years
    let elsewhere = |value: &str| field == "is" && (value.contains(':') || value == "undated");
    counts.retain(|(value, _)| !elsewhere(value));
    for chosen in selection.chosen.iter().filter(|c| c.field == field && !elsewhere(&c.value)) {
        if !counts.iter().any(|(value, _)| *value == chosen.value) {
            counts.push((chosen.value.clone(), 0));
        }
    }
    if field == "date" {
        counts.sort();
    }
    let value = |(value, pages): (String, u64)| FacetCount {
        chosen: in_query(&value, false),
        excluded: in_query(&value, true),
        value,
        pages,
    };
    FacetCounts { field, values: counts.into_iter().map(value).collect() }
}
