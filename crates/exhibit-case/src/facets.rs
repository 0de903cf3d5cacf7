//! How the pages that answer a query divide, with what the query itself chooses among them.

use crate::{Case, CaseError};
use exhibit_index::{Facet, Searcher, Selection};
use exhibit_model::{ItemId, shown};
use std::collections::BTreeMap;

/// The values of one facet under a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCounts {
    /// Its name: the field that asks for its values; `month` is asked for by `date`.
    pub facet: &'static str,
    /// Its values, those of most pages first; years and months in their order.
    pub values: Vec<FacetCount>,
    /// How many values are not listed.
    pub more: u64,
    /// Of folders: the one whose contents are listed; empty for the top.
    pub within: String,
}

/// A value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCount {
    /// The value, as its field takes it; `undated` stands for `is:undated`.
    pub value: String,
    /// What people call it, safe to show.
    pub label: String,
    /// Pages with it that answer the query, whatever else of the same facet the query chooses.
    pub pages: u64,
    /// Whether the query chooses it.
    pub chosen: bool,
    /// Whether the query leaves it out.
    pub excluded: bool,
}

/// All facets, in the order in which they are given, each with the field that asks for its values.
const FACETS: [(&str, &str); 13] = [
    ("type", "type"),
    ("lang", "lang"),
    ("date", "date"),
    ("month", "date"),
    ("folder", "folder"),
    ("container", "container"),
    ("source", "source"),
    ("sender", "sender"),
    ("recipient", "recipient"),
    ("tag", "tag"),
    ("is", "is"),
    ("ocr", "ocr"),
    ("ext", "ext"),
];

// Years and months that are listed.
const MOST_PERIODS: usize = 600;

impl Case {
    /// Counts the pages that answer a query by kind, language, year and month, folder, container, source, sender,
    /// recipient, tag, state, confidence of OCR, and ending; of each facet but years and months at most `most` values are
    /// listed, beside those that the query names. A facet in which the query chooses is counted as if it did not, so that the other choices can
    /// be seen. Of folders those directly below the one chosen are listed.
    ///
    /// # Errors
    /// [`CaseError::Query`] when the query cannot be understood.
    pub fn facets(&self, query: &str, exact: bool, most: usize) -> Result<Vec<FacetCounts>, CaseError> {
        let searcher = self.searcher()?;
        let selection = Selection::of(query);
        let within = chosen_folder(&selection);
        // facets counted under one query are counted together
        let mut asked: Vec<(String, Vec<usize>)> = Vec::new();
        for (number, (_, field)) in FACETS.iter().enumerate() {
            let chooses = selection.chosen.iter().any(|c| c.field == *field && !c.excluded);
            let under = if chooses { selection.without(field).query() } else { query.to_owned() };
            match asked.iter_mut().find(|(known, _)| *known == under) {
                Some((_, facets)) => facets.push(number),
                None => asked.push((under, vec![number])),
            }
        }
        let mut counted: Vec<Option<FacetCounts>> = vec![None; FACETS.len()];
        for (under, numbers) in asked {
            let facets: Result<Vec<Facet>, _> = numbers.iter().map(|n| self.facet(FACETS[*n].0, &within)).collect();
            let counts = self.count(&searcher, &under, exact, &facets?)?;
            for (number, counts) in numbers.into_iter().zip(counts) {
                counted[number] = Some(self.listed(FACETS[number], counts, &selection, most, &within)?);
            }
        }
        let tells = |facet: &FacetCounts| !facet.values.is_empty() || !facet.within.is_empty();
        Ok(counted.into_iter().flatten().filter(tells).collect())
    }

    fn facet(&self, facet: &str, within: &str) -> Result<Facet, CaseError> {
        Ok(match facet {
            "type" => Facet::Kind,
            "lang" => Facet::Language,
            "date" => Facet::Year,
            "month" => Facet::Month,
            "folder" => Facet::Folder(within.to_owned()),
            "container" => Facet::Container,
            "sender" => Facet::Sender,
            "recipient" => Facet::Recipient,
            "ocr" => Facet::Confidence,
            "ext" => Facet::Extension,
            "tag" => Facet::Among(self.tags()?.into_iter().map(|tag| (tag.tag, tag.documents)).collect()),
            _ => Facet::Word,
        })
    }

    fn count(&self, searcher: &Searcher, query: &str, exact: bool, facets: &[Facet]) -> Result<Vec<Counts>, CaseError> {
        let query = self.understood(searcher, query, exact)?;
        Ok(searcher.facets(&query, facets)?)
    }

    // The values listed of those counted, with their names and whether the query chooses them.
    fn listed(
        &self,
        (facet, field): (&'static str, &'static str),
        counts: Counts,
        selection: &Selection,
        most: usize,
        within: &str,
    ) -> Result<FacetCounts, CaseError> {
        let mut counts = self.own_values(facet, counts)?;
        let stands_for = |value: &str| if value == "undated" && field == "date" { "is" } else { field };
        let named = |value: &str, excluded: bool| {
            selection.chosen.iter().any(|c| c.field == stands_for(value) && c.value == value && c.excluded == excluded)
        };
        for chosen in selection.chosen.iter().filter(|c| c.field == field && belongs(facet, &c.value, within)) {
            if !counts.iter().any(|(value, _)| *value == chosen.value) {
                counts.push((chosen.value.clone(), 0));
            }
        }
        let all = counts.len();
        let most = if field == "date" { MOST_PERIODS } else { most };
        let mut number = 0;
        counts.retain(|(value, _)| {
            number += 1;
            number <= most || named(value, false) || named(value, true)
        });
        let more = (all - counts.len()) as u64;
        if field == "date" {
            counts.sort();
        }
        let sources = if facet == "source" { self.source_names()? } else { BTreeMap::new() };
        let mut values = Vec::with_capacity(counts.len());
        for (value, pages) in counts {
            let label = self.label_of(facet, &value, &sources)?;
            let (chosen, excluded) = (named(&value, false), named(&value, true));
            values.push(FacetCount { value, label, pages, chosen, excluded });
        }
        let within = if facet == "folder" { within.to_owned() } else { String::new() };
        Ok(FacetCounts { facet, values, more, within })
    }

    // What was counted, in the form of the facet's field.
    fn own_values(&self, facet: &str, mut counts: Counts) -> Result<Counts, CaseError> {
        match facet {
            // sources and tags are words of their own fields; undated pages stand beside the years
            "is" => counts.retain(|(value, _)| !value.contains(':') && value != "undated"),
            "source" => {
                let own = |(value, pages): (String, u64)| Some((value.strip_prefix("source:")?.to_owned(), pages));
                counts = counts.into_iter().filter_map(own).collect();
            }
            "container" => {
                for (value, _) in &mut counts {
                    *value = self.label(ItemId::new(value.parse().unwrap_or(0)));
                }
            }
            _ => {}
        }
        Ok(counts)
    }

    fn label_of(&self, facet: &str, value: &str, sources: &BTreeMap<String, String>) -> Result<String, CaseError> {
        Ok(match facet {
            "container" => match self.resolve(value) {
                Ok(id) => self.name(&self.item(id)?),
                Err(_) => shown(value),
            },
            "source" => sources.get(value).cloned().unwrap_or_else(|| shown(value)),
            "folder" => shown(value.rsplit('/').next().unwrap_or(value)),
            _ => shown(value),
        })
    }

    // The names of sources by the values that ask for them.
    fn source_names(&self) -> Result<BTreeMap<String, String>, CaseError> {
        let catalogue = self.catalogue();
        let mut names = BTreeMap::new();
        for number in catalogue.sources()? {
            if let Some((_, name, _)) = catalogue.source(number)? {
                names.insert(exhibit_index::clause_value(&shown(&name)).to_lowercase(), shown(&name));
            }
        }
        Ok(names)
    }
}

type Counts = Vec<(String, u64)>;

// The folder to look into: the only one chosen.
fn chosen_folder(selection: &Selection) -> String {
    let mut folders = selection.chosen.iter().filter(|c| c.field == "folder" && !c.excluded);
    match (folders.next(), folders.next()) {
        (Some(one), None) => one.value.clone(),
        _ => String::new(),
    }
}

// Whether a value that the query names is one of those that the facet lists.
fn belongs(facet: &str, value: &str, within: &str) -> bool {
    match facet {
        "date" => value.len() == 4,
        "month" => value.len() == 7,
        "is" => value != "undated",
        "folder" => value != within,
        _ => true,
    }
}
