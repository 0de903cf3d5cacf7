//! Filters beside the results: what can be chosen, and what a choice makes of the query.
//!
//! A choice is nothing but a clause of the query, where the reader sees it and can take it away.

use super::search::place;
use super::{Asked, Trouble};
use crate::app::App;
use crate::links::{self, SearchPlace};
use crate::trove::Name;
use crate::view::search::{Facet, FacetValue, Year};
use crate::words::Words;
use exhibit_case::{FacetCount, FacetCounts};
use exhibit_index::{Chosen, Selection};

// The fields with check boxes. Years are links in the chart.
const FIELDS: [&str; 4] = ["type", "lang", "is", "ext"];
// Values shown of a facet, beside those chosen; and years.
const VALUES: usize = 8;
const YEARS: usize = 40;

/// The filters of a query.
pub(super) struct Filters {
    pub(super) facets: Vec<Facet>,
    pub(super) years: Vec<Year>,
    /// What the form sends along: the query without what its boxes say.
    pub(super) keep: Vec<(&'static str, String)>,
    /// The address without anything chosen.
    pub(super) without: String,
}

/// The address of the results after the form of the filters was sent.
pub(super) fn applied(asked: &Asked) -> String {
    let mut selection = Selection::of(asked.text("q"));
    for field in FIELDS {
        selection.chosen.extend(asked.all(field).filter_map(|value| Chosen::new(field, value, false)));
    }
    selection.tidy();
    links::search(&SearchPlace { query: &selection.query(), from: 0, after: "", ..place(asked) })
}

impl Filters {
    pub(super) fn of(app: &App, words: &Words, place: &SearchPlace<'_>) -> Result<Self, Trouble> {
        let selection = Selection::of(place.query);
        let counted = app.case.facets(place.query, place.exact)?;
        let to = |selection: &Selection| {
            links::search(&SearchPlace { query: &selection.query(), from: 0, after: "", ..*place })
        };
        let facet = |facet: &FacetCounts| Facet {
            title: title(words, facet.field).to_owned(),
            field: facet.field.to_owned(),
            values: first(&facet.values).map(|value| filter(words, facet.field, value, &selection, &to)).collect(),
        };
        let years = counted.iter().filter(|counts| counts.field == "date").flat_map(|counts| years(&counts.values));
        let year = |count: &FacetCount| {
            let undated = count.value == "undated";
            let field = if undated { "is" } else { "date" };
            Year {
                label: if undated { words.undated.to_owned() } else { count.value.clone() },
                count: count.pages,
                href: to(&selection.toggled(field, &count.value)),
                chosen: count.chosen,
            }
        };
        let mut unticked = selection.clone();
        unticked.chosen.retain(|chosen| chosen.excluded || !FIELDS.contains(&chosen.field));
        let mut keep = vec![("q", unticked.query()), ("apply", "1".to_owned())];
        if place.exact {
            keep.push(("exact", "1".to_owned()));
        }
        Ok(Self {
            // one value for all tells nothing, unless it is the query's own
            facets: FIELDS
                .iter()
                .filter_map(|field| counted.iter().find(|counts| counts.field == *field))
                .filter(|counts| counts.values.len() > 1 || counts.values.iter().any(|v| v.chosen || v.excluded))
                .map(facet)
                .collect(),
            years: years.map(year).collect(),
            keep,
            without: to(&Selection { rest: selection.rest.clone(), chosen: Vec::new() }),
        })
    }
}

fn filter(
    words: &Words,
    field: &'static str,
    count: &FacetCount,
    selection: &Selection,
    to: &impl Fn(&Selection) -> String,
) -> FacetValue {
    let mut other = selection.clone();
    other.chosen.retain(|chosen| chosen.field != field || chosen.value != count.value);
    if !count.excluded {
        other.chosen.extend(Chosen::new(field, &count.value, true));
        other.tidy();
    }
    FacetValue {
        label: Name::from(label(words, field, &count.value).as_str()),
        value: count.value.clone(),
        count: count.pages,
        chosen: count.chosen,
        exclude: to(&other),
        excluded: count.excluded,
    }
}

// Those of most pages, and all that the query names.
fn first(values: &[FacetCount]) -> impl Iterator<Item = &FacetCount> {
    values.iter().enumerate().filter(|(n, value)| *n < VALUES || value.chosen || value.excluded).map(|(_, value)| value)
}

// The years of most pages, in their order.
fn years(values: &[FacetCount]) -> Vec<&FacetCount> {
    let mut counts: Vec<u64> = values.iter().map(|value| value.pages).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let least = counts.get(YEARS).copied().unwrap_or(0);
    values.iter().filter(|value| value.pages > least || value.chosen || values.len() <= YEARS).collect()
}

fn title<'w>(words: &'w Words, field: &str) -> &'w str {
    match field {
        "type" => words.facet_type,
        "lang" => words.facet_language,
        "is" => words.facet_state,
        _ => words.facet_ending,
    }
}

fn label(words: &Words, field: &str, value: &str) -> String {
    if field != "lang" {
        return value.to_owned();
    }
    if value == "und" {
        return words.no_language.to_owned();
    }
    // a script has a capital in a tag; the index keeps small letters
    let part = |part: &str| match part.len() {
        4 if part.is_ascii() => part[..1].to_uppercase() + &part[1..],
        _ => part.to_owned(),
    };
    words.language_of(&value.split('-').map(part).collect::<Vec<_>>().join("-"))
}
