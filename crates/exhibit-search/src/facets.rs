//! Facets: how the pages that match a query are distributed, and which values the query itself selects.

use crate::{CaseQuery, Search, SearchError};
use exhibit_index::FacetRequest;
use exhibit_model::{ItemId, shown};
use exhibit_query::{Facet, Field, FilteredQuery};
use std::collections::BTreeMap;

/// The values of one facet for a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCounts {
    /// The facet.
    pub facet: Facet,
    /// Its values, those with the most pages first; years and months in chronological order.
    pub values: Vec<FacetCount>,
    /// The number of values that are not listed.
    pub more: u64,
    /// For folders: the one whose contents are listed; empty for the top.
    pub within: String,
}

/// A value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCount {
    /// The value, as its field takes it; `undated` represents `is:undated`.
    pub value: String,
    /// Its display name, safe to show.
    pub label: String,
    /// Pages with this value that match the query, ignoring what else the query selects in this facet.
    pub pages: u64,
    /// Whether the query selects it.
    pub chosen: bool,
    /// Whether the query excludes it.
    pub excluded: bool,
}

// The maximum number of years and months listed.
const MOST_PERIODS: usize = 600;

impl Search<'_> {
    /// Counts the pages that match a query by kind, language, year and month, folder, container, source, sender,
    /// recipient, tag, state, confidence of OCR, and file extension. At most `most` values are listed of each facet
    /// except years and months, in addition to those that the query names. A facet in which the query selects values is
    /// counted as if it did not, so that the alternatives are visible. For folders, those directly below the selected
    /// one are listed.
    ///
    /// # Errors
    /// Those of the index and the catalogue.
    pub fn facets(&self, query: &CaseQuery, most: usize) -> Result<Vec<FacetCounts>, SearchError> {
        let filtered = FilteredQuery::of(query.parsed());
        let within = chosen_folder(&filtered);
        let chooses = |field| filtered.filters.iter().any(|f| f.field == field && !f.excluded);
        // facets counted under one query are counted together
        let (free, narrowed): (Vec<Facet>, Vec<Facet>) =
            Facet::ALL.into_iter().partition(|f| !chooses(f.field()));
        let mut groups = vec![free];
        for group in narrowed.chunk_by(|a, b| a.field() == b.field()) {
            groups.push(group.to_vec());
        }
        let mut counted: BTreeMap<usize, FacetCounts> = BTreeMap::new();
        for (number, facets) in groups.iter().enumerate().filter(|(_, facets)| !facets.is_empty()) {
            let requests: Result<Vec<FacetRequest>, _> =
                facets.iter().map(|f| self.facet(*f, &within)).collect();
            let counts = if number == 0 {
                query.searcher().facets(query.scoped(), &requests?)?
            } else {
                let under = self.changed(
                    query,
                    filtered.without(facets[0].field()).query(),
                    query.exact(),
                )?;
                query.searcher().facets(under.scoped(), &requests?)?
            };
            for (facet, counts) in facets.iter().zip(counts) {
                let place =
                    Facet::ALL.iter().position(|known| known == facet).unwrap_or(Facet::ALL.len());
                counted.insert(place, self.listed(*facet, counts, &filtered, most, &within)?);
            }
        }
        let tells = |facet: &FacetCounts| !facet.values.is_empty() || !facet.within.is_empty();
        Ok(counted.into_values().filter(tells).collect())
    }

    fn facet(&self, facet: Facet, within: &str) -> Result<FacetRequest, SearchError> {
        Ok(match facet {
            Facet::Type => FacetRequest::Kind,
            Facet::Language => FacetRequest::Language,
            Facet::Year => FacetRequest::Year,
            Facet::Month => FacetRequest::Month,
            Facet::Folder => FacetRequest::Folder(within.to_owned()),
            Facet::Container => FacetRequest::Container,
            Facet::Source => FacetRequest::Source,
            Facet::Sender => FacetRequest::Sender,
            Facet::Recipient => FacetRequest::Recipient,
            Facet::Confidence => FacetRequest::Confidence,
            Facet::Extension => FacetRequest::Extension,
            Facet::State => FacetRequest::Word,
            Facet::Tag => FacetRequest::Among(
                self.view.tags()?.into_iter().map(|tag| (tag.tag, tag.documents)).collect(),
            ),
        })
    }

    // The listed values among those counted, with their names and whether the query selects them.
    fn listed(
        &self,
        facet: Facet,
        counts: Counts,
        filtered: &FilteredQuery,
        most: usize,
        within: &str,
    ) -> Result<FacetCounts, SearchError> {
        let mut counts = self.own_values(facet, counts);
        let field = facet.field();
        let stands_for =
            |value: &str| if value == UNDATED && facet.is_period() { Field::Is } else { field };
        let named = |value: &str, excluded: bool| {
            filtered
                .filters
                .iter()
                .any(|c| c.field == stands_for(value) && c.value == value && c.excluded == excluded)
        };
        for chosen in
            filtered.filters.iter().filter(|c| c.field == field && belongs(facet, &c.value, within))
        {
            if !counts.iter().any(|(value, _)| *value == chosen.value) {
                counts.push((chosen.value.clone(), 0));
            }
        }
        let all = counts.len();
        let most = if facet.is_period() { MOST_PERIODS } else { most };
        let mut number = 0;
        counts.retain(|(value, _)| {
            number += 1;
            number <= most || named(value, false) || named(value, true)
        });
        let more = (all - counts.len()) as u64;
        if facet.is_period() {
            counts.sort();
        }
        let sources = if facet == Facet::Source { self.source_names()? } else { BTreeMap::new() };
        let mut values = Vec::with_capacity(counts.len());
        for (value, pages) in counts {
            let label = self.label_of(facet, &value, &sources)?;
            let (chosen, excluded) = (named(&value, false), named(&value, true));
            values.push(FacetCount { value, label, pages, chosen, excluded });
        }
        let within = if facet == Facet::Folder { within.to_owned() } else { String::new() };
        Ok(FacetCounts { facet, values, more, within })
    }

    // A counted value in the form of the facet's field.
    fn own_values(&self, facet: Facet, mut counts: Counts) -> Counts {
        match facet {
            // undated pages are listed with the years
            Facet::State => counts.retain(|(value, _)| value != UNDATED),
            Facet::Container => {
                for (value, _) in &mut counts {
                    *value = self.view.case().label(ItemId::new(value.parse().unwrap_or(0)));
                }
            }
            _ => {}
        }
        counts
    }

    fn label_of(
        &self,
        facet: Facet,
        value: &str,
        sources: &BTreeMap<String, String>,
    ) -> Result<String, SearchError> {
        Ok(match facet {
            Facet::Container => match self.view.resolve(value) {
                Ok(id) => self.view.case().name(&self.view.item(id)?),
                Err(_) => shown(value),
            },
            Facet::Source => sources.get(value).cloned().unwrap_or_else(|| shown(value)),
            Facet::Folder => shown(value.rsplit('/').next().unwrap_or(value)),
            _ => shown(value),
        })
    }

    // The names of sources by the values that select them.
    fn source_names(&self) -> Result<BTreeMap<String, String>, SearchError> {
        let names = self.view.sources()?.into_iter().map(|source| shown(&source.name));
        Ok(names.map(|name| (exhibit_query::clause_value(&name).to_lowercase(), name)).collect())
    }
}

type Counts = Vec<(String, u64)>;

/// The value for pages without a date, among years and months.
const UNDATED: &str = "undated";

// The folder to look into: the only one selected.
fn chosen_folder(filtered: &FilteredQuery) -> String {
    let mut folders = filtered.filters.iter().filter(|f| f.field == Field::Folder && !f.excluded);
    match (folders.next(), folders.next()) {
        (Some(one), None) => one.value.clone(),
        _ => String::new(),
    }
}

// Whether a value that the query names is one of those that the facet lists.
fn belongs(facet: Facet, value: &str, within: &str) -> bool {
    match facet {
        Facet::Year => value.len() == 4,
        Facet::Month => value.len() == 7,
        Facet::State => value != UNDATED,
        Facet::Folder => value != within,
        _ => true,
    }
}
