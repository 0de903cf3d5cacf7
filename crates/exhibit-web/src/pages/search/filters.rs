//! Filters beside the results: what can be chosen, and what a choice makes of the query.
//!
//! A choice is nothing but a clause of the query, where the reader sees it and can take it away.

use super::place;
use crate::app::App;
use crate::links::{self, SearchPlace};
use crate::page_error::PageError;
use crate::pages::search::facets::{Facet, FacetValue, Year};
use crate::pages::search::view::Choice;
use crate::params::Params;
use crate::untrusted::Name;
use crate::words::Words;
use exhibit_case::{FacetCount, FacetCounts};
use exhibit_index::{Chosen, Selection};

// The fields with check boxes, in their order on the page. Years and months are links in the charts.
const FIELDS: [&str; 11] =
    ["type", "lang", "folder", "container", "source", "sender", "recipient", "tag", "is", "ocr", "ext"];
// Values shown of a facet, and of the one that is listed in full; years and months.
const VALUES: usize = 8;
const MOST: usize = 200;
const YEARS: usize = 40;

/// The filters of a query.
pub(crate) struct Filters {
    pub(crate) facets: Vec<Facet>,
    pub(crate) years: Vec<Year>,
    pub(crate) months: Vec<Year>,
    /// What the form sends along: the query without what its boxes stand for.
    pub(crate) keep: Vec<(&'static str, String)>,
    /// The address without anything chosen.
    pub(crate) without: String,
}

/// The address of the results after the form of the filters was sent.
pub(crate) fn applied(params: &Params) -> String {
    let mut selection = Selection::of(params.text("q"));
    for field in FIELDS {
        selection.chosen.extend(params.all(field).filter_map(|value| Chosen::new(field, value, false)));
    }
    selection.narrow();
    selection.tidy();
    links::search(&SearchPlace { query: &selection.query(), from: 0, after: "", ..place(params) })
}

// What the links of the filters are made of.
struct FilterLinks<'a> {
    words: &'a Words,
    place: &'a SearchPlace<'a>,
    selection: Selection,
}

impl Filters {
    pub(crate) fn of(app: &App, words: &Words, place: &SearchPlace<'_>) -> Result<Self, PageError> {
        let links = FilterLinks { words, place, selection: Selection::of(place.query) };
        let most = if place.more.is_empty() { VALUES } else { MOST };
        let counted = app.case.facets(place.query, place.exact, most)?;
        let of = |facet: &str| counted.iter().find(|counts| counts.facet == facet);
        let facets: Vec<&FacetCounts> = FIELDS.iter().filter_map(|field| of(field)).filter(|f| tells(f)).collect();
        let periods = |facet: &str| of(facet).map(|counts| counts.values.as_slice()).unwrap_or_default();
        let years = links.periods(periods("date"));
        let months = links.periods(&months(periods("month"), periods("date")));
        Ok(Self {
            keep: links.kept(&facets),
            facets: facets.into_iter().map(|counts| links.facet(counts)).collect(),
            years,
            months,
            without: links.to(&Selection { rest: links.selection.rest.clone(), chosen: Vec::new() }),
        })
    }
}

// A single value for all is not worth showing, unless it is the query's own, or a folder that can be gone into.
fn tells(counts: &FacetCounts) -> bool {
    let named = counts.values.iter().any(|value| value.chosen || value.excluded);
    counts.values.len() > 1 || named || counts.facet == "folder" || counts.facet == "tag"
}

impl FilterLinks<'_> {
    fn to(&self, selection: &Selection) -> String {
        links::search(&SearchPlace { query: &selection.query(), from: 0, after: "", ..*self.place })
    }

    // The query without what the boxes on the page stand for: they add it again when they are sent.
    fn kept(&self, facets: &[&FacetCounts]) -> Vec<(&'static str, String)> {
        let mut unticked = self.selection.clone();
        let has_box = |chosen: &Chosen| {
            let of = facets.iter().find(|facet| facet.facet == chosen.field);
            of.is_some_and(|facet| self.shown(facet).any(|value| value.value == chosen.value))
        };
        unticked.chosen.retain(|chosen| chosen.excluded || !has_box(chosen));
        let mut keep = vec![("q", unticked.query()), ("apply", "1".to_owned())];
        if self.place.exact {
            keep.push(("exact", "1".to_owned()));
        }
        keep
    }

    // Those of most pages, and all that the query names.
    fn shown<'c>(&self, counts: &'c FacetCounts) -> impl Iterator<Item = &'c FacetCount> + use<'c> {
        let most = if self.place.more == counts.facet { MOST } else { VALUES };
        let named = |value: &FacetCount| value.chosen || value.excluded;
        counts.values.iter().enumerate().filter(move |(n, value)| *n < most || named(value)).map(|(_, value)| value)
    }

    fn facet(&self, counts: &FacetCounts) -> Facet {
        let values: Vec<FacetValue> = self.shown(counts).map(|value| self.value(counts.facet, value)).collect();
        let hidden = (counts.values.len() - values.len()) as u64 + counts.more;
        let all = links::search(&SearchPlace { more: counts.facet, ..*self.place });
        let can_show = self.place.more != counts.facet;
        Facet {
            title: title(self.words, counts.facet).to_owned(),
            field: counts.facet.to_owned(),
            trail: self.trail(&counts.within),
            open: FIELDS[..3].contains(&counts.facet) || self.named(counts) || !can_show,
            values,
            more: (hidden > 0).then(|| (hidden, can_show.then_some(all))),
        }
    }

    fn named(&self, counts: &FacetCounts) -> bool {
        self.place.more == counts.facet || self.selection.chosen.iter().any(|c| c.field == counts.facet)
    }

    fn value(&self, field: &'static str, count: &FacetCount) -> FacetValue {
        let mut other = self.selection.clone();
        other.chosen.retain(|chosen| chosen.field != field || chosen.value != count.value);
        if !count.excluded {
            other.chosen.extend(Chosen::new(field, &count.value, true));
            other.tidy();
        }
        FacetValue {
            label: Name::from(label(self.words, field, count).as_str()),
            value: count.value.clone(),
            count: count.pages,
            chosen: count.chosen,
            exclude: self.to(&other),
            excluded: count.excluded,
            into: (field == "folder")
                .then(|| self.to(&self.selection.without("folder").toggled("folder", &count.value))),
        }
    }

    // The way down to the folder that is looked into, each step a link back to it.
    fn trail(&self, within: &str) -> Vec<Choice> {
        if within.is_empty() {
            return Vec::new();
        }
        let top = self.selection.without("folder");
        let mut trail = vec![Choice { text: self.words.all_folders().to_owned(), href: self.to(&top) }];
        let ends = within.match_indices('/').map(|(at, _)| at).chain([within.len()]);
        let mut start = 0;
        for end in ends {
            let text = exhibit_model::shown(&within[start..end]);
            trail.push(Choice { text, href: self.to(&top.toggled("folder", &within[..end])) });
            start = end + 1;
        }
        trail
    }

    fn periods(&self, counts: &[FacetCount]) -> Vec<Year> {
        let period = |count: &&FacetCount| {
            let undated = count.value == "undated";
            let field = if undated { "is" } else { "date" };
            Year {
                label: if undated { self.words.undated().to_owned() } else { count.value.clone() },
                count: count.pages,
                href: self.to(&self.selection.toggled(field, &count.value)),
                chosen: count.chosen,
            }
        };
        fullest(counts).iter().map(period).collect()
    }
}

// The months of the years that the query names, or of the only year there is.
fn months(months: &[FacetCount], years: &[FacetCount]) -> Vec<FacetCount> {
    let dated: Vec<&FacetCount> = years.iter().filter(|year| year.value != "undated").collect();
    let named = |year: &str| {
        let chosen = years.iter().any(|count| count.chosen && count.value == year);
        chosen || months.iter().any(|month| month.chosen && month.value.get(..4) == Some(year))
    };
    let of = |month: &&FacetCount| {
        let year = month.value.get(..4).unwrap_or_default();
        month.value != "undated" && (named(year) || dated.len() == 1)
    };
    months.iter().filter(of).cloned().collect()
}

// Those of most pages, in their order.
fn fullest(values: &[FacetCount]) -> Vec<&FacetCount> {
    let mut counts: Vec<u64> = values.iter().map(|value| value.pages).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let least = counts.get(YEARS).copied().unwrap_or(0);
    values.iter().filter(|value| value.pages > least || value.chosen || values.len() <= YEARS).collect()
}

fn title(words: &Words, facet: &str) -> String {
    match facet {
        "type" => words.facet_type(),
        "lang" => words.facet_language(),
        "folder" => words.facet_folder(),
        "container" => words.facet_container(),
        "source" => words.source(),
        "sender" => words.facet_sender(),
        "recipient" => words.facet_recipient(),
        "tag" => words.facet_tag(),
        "is" => words.facet_state(),
        "ocr" => words.facet_confidence(),
        _ => words.facet_ending(),
    }
}

fn label(words: &Words, field: &str, count: &FacetCount) -> String {
    match field {
        "lang" if count.value == "und" => words.no_language(),
        "lang" => words.language_of(&tag(&count.value)),
        "ocr" => count.value.replace("..", " – "),
        _ => count.label.clone(),
    }
}

// A script has a capital in a tag; the index keeps small letters.
fn tag(value: &str) -> String {
    let part = |part: &str| match part.len() {
        4 if part.is_ascii() => part[..1].to_uppercase() + &part[1..],
        _ => part.to_owned(),
    };
    value.split('-').map(part).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(value: &str, chosen: bool) -> FacetCount {
        FacetCount { value: value.to_owned(), label: value.to_owned(), pages: 1, chosen, excluded: false }
    }

    #[test]
    fn months_are_those_of_the_years_named() {
        let shown = |years: &[FacetCount], all: &[FacetCount]| -> Vec<String> {
            months(all, years).into_iter().map(|month| month.value).collect()
        };
        let all = [count("2017-08", false), count("2018-01", false), count("undated", false)];
        assert!(shown(&[count("2017", false), count("2018", false)], &all).is_empty());
        assert_eq!(shown(&[count("2017", true), count("2018", false)], &all), ["2017-08"]);
        assert_eq!(shown(&[count("2017", false), count("undated", false)], &all[..1]), ["2017-08"]);
        let chosen = [count("2017-08", false), count("2018-01", true)];
        assert_eq!(shown(&[count("2017", false), count("2018", false)], &chosen), ["2018-01"]);
    }
}
