//! Filters beside the results: what can be chosen, and how a choice changes the query.
//!
//! A choice is only a clause of the query, where the reader can see and remove it.

use super::place;
use crate::app::App;
use crate::links::{self, SearchPlace};
use crate::page_error::PageError;
use crate::pages::search::facets::{FacetValue, FacetView, Year};
use crate::pages::search::view::Choice;
use crate::params::Params;
use crate::untrusted::Name;
use crate::words::Words;
use exhibit_query::{Facet, Field, Filter, FilteredQuery, parse};
use exhibit_search::{CaseQuery, FacetCount, FacetCounts};

// Facets that are open initially.
const OPEN: [Facet; 3] = [Facet::Type, Facet::Language, Facet::Folder];
// Values shown of a facet, and of the one that is listed in full; years and months.
const VALUES: usize = 8;
const MOST: usize = 200;
const YEARS: usize = 40;

/// The filters of a query.
pub(crate) struct Filters {
    pub(crate) facets: Vec<FacetView>,
    pub(crate) years: Vec<Year>,
    pub(crate) months: Vec<Year>,
    /// The hidden field of the form: the query without what its boxes stand for.
    pub(crate) keep: Vec<(&'static str, String)>,
    /// The address without any filter.
    pub(crate) without: String,
}

/// The address of the results after the filter form was sent.
pub(crate) fn applied(params: &Params) -> String {
    // a query with an error stays unchanged: its page explains the error
    let Ok(query) = parse(params.text("q")) else {
        return links::search(&SearchPlace { from: 0, after: "", ..place(params) });
    };
    let mut filtered = FilteredQuery::of(&query);
    for field in boxed().map(Facet::field) {
        filtered
            .filters
            .extend(params.all(field.name()).filter_map(|value| Filter::new(field, value, false)));
    }
    filtered.narrow();
    filtered.tidy();
    links::search(&SearchPlace {
        query: &filtered.query().to_string(),
        from: 0,
        after: "",
        ..place(params)
    })
}

// The facets with check boxes, in their order on the page. Years and months are links in the charts.
fn boxed() -> impl Iterator<Item = Facet> {
    Facet::ALL.into_iter().filter(|facet| !facet.is_period())
}

// What the links of the filters are made from.
struct FilterLinks<'a> {
    words: &'a Words,
    place: &'a SearchPlace<'a>,
    filtered: FilteredQuery,
}

impl Filters {
    pub(crate) fn of(
        app: &App,
        words: &Words,
        place: &SearchPlace<'_>,
        query: &CaseQuery,
    ) -> Result<Self, PageError> {
        let links = FilterLinks { words, place, filtered: FilteredQuery::of(query.parsed()) };
        let most = if place.more.is_empty() { VALUES } else { MOST };
        let counted = app.search().facets(query, most)?;
        let of = |facet: Facet| counted.iter().find(|counts| counts.facet == facet);
        let facets: Vec<&FacetCounts> = boxed().filter_map(of).filter(|f| is_useful(f)).collect();
        let periods =
            |facet: Facet| of(facet).map(|counts| counts.values.as_slice()).unwrap_or_default();
        let years = links.periods(periods(Facet::Year));
        let months = links.periods(&months(periods(Facet::Month), periods(Facet::Year)));
        Ok(Self {
            keep: links.kept(&facets),
            facets: facets.into_iter().map(|counts| links.facet(counts)).collect(),
            years,
            months,
            without: links
                .to(&FilteredQuery { rest: links.filtered.rest.clone(), filters: Vec::new() }),
        })
    }
}

// A single value for all is not worth showing, unless the query names it, or it is a folder that can be opened.
fn is_useful(counts: &FacetCounts) -> bool {
    let named = counts.values.iter().any(|value| value.chosen || value.excluded);
    counts.values.len() > 1 || named || matches!(counts.facet, Facet::Folder | Facet::Tag)
}

impl FilterLinks<'_> {
    fn to(&self, filtered: &FilteredQuery) -> String {
        links::search(&SearchPlace {
            query: &filtered.query().to_string(),
            from: 0,
            after: "",
            ..*self.place
        })
    }

    // The query without the filters of the boxes on the page: the boxes add them again when the form is sent.
    fn kept(&self, facets: &[&FacetCounts]) -> Vec<(&'static str, String)> {
        let mut unticked = self.filtered.clone();
        let has_box = |chosen: &Filter| {
            let of = facets.iter().find(|facet| facet.facet.field() == chosen.field);
            of.is_some_and(|facet| self.shown(facet).any(|value| value.value == chosen.value))
        };
        unticked.filters.retain(|chosen| chosen.excluded || !has_box(chosen));
        let mut keep = vec![("q", unticked.query().to_string()), ("apply", "1".to_owned())];
        if self.place.exact {
            keep.push(("exact", "1".to_owned()));
        }
        keep
    }

    // The values with most pages, and all that the query names.
    fn shown<'c>(&self, counts: &'c FacetCounts) -> impl Iterator<Item = &'c FacetCount> + use<'c> {
        let most = if self.place.more == counts.facet.word() { MOST } else { VALUES };
        let named = |value: &FacetCount| value.chosen || value.excluded;
        counts
            .values
            .iter()
            .enumerate()
            .filter(move |(n, value)| *n < most || named(value))
            .map(|(_, value)| value)
    }

    fn facet(&self, counts: &FacetCounts) -> FacetView {
        let values: Vec<FacetValue> =
            self.shown(counts).map(|value| self.value(counts.facet, value)).collect();
        let hidden = (counts.values.len() - values.len()) as u64 + counts.more;
        let all = links::search(&SearchPlace { more: counts.facet.word(), ..*self.place });
        let can_show = self.place.more != counts.facet.word();
        FacetView {
            title: title(self.words, counts.facet).to_owned(),
            field: counts.facet.word().to_owned(),
            trail: self.trail(&counts.within),
            open: OPEN.contains(&counts.facet) || self.named(counts) || !can_show,
            values,
            more: (hidden > 0).then(|| (hidden, can_show.then_some(all))),
        }
    }

    fn named(&self, counts: &FacetCounts) -> bool {
        self.place.more == counts.facet.word()
            || self.filtered.filters.iter().any(|c| c.field == counts.facet.field())
    }

    fn value(&self, facet: Facet, count: &FacetCount) -> FacetValue {
        let field = facet.field();
        let mut other = self.filtered.clone();
        other.filters.retain(|chosen| chosen.field != field || chosen.value != count.value);
        if !count.excluded {
            other.filters.extend(Filter::new(field, &count.value, true));
            other.tidy();
        }
        FacetValue {
            label: Name::from(label(self.words, facet, count).as_str()),
            value: count.value.clone(),
            count: count.pages,
            chosen: count.chosen,
            exclude: self.to(&other),
            excluded: count.excluded,
            into: (facet == Facet::Folder).then(|| {
                self.to(&self.filtered.without(Field::Folder).toggled(Field::Folder, &count.value))
            }),
        }
    }

    // The path to the open folder, each step a link back to it.
    fn trail(&self, within: &str) -> Vec<Choice> {
        if within.is_empty() {
            return Vec::new();
        }
        let top = self.filtered.without(Field::Folder);
        let mut trail = vec![Choice { text: self.words.all_folders(), href: self.to(&top) }];
        let ends = within.match_indices('/').map(|(at, _)| at).chain([within.len()]);
        let mut start = 0;
        for end in ends {
            let text = exhibit_model::shown(&within[start..end]);
            trail.push(Choice { text, href: self.to(&top.toggled(Field::Folder, &within[..end])) });
            start = end + 1;
        }
        trail
    }

    fn periods(&self, counts: &[FacetCount]) -> Vec<Year> {
        let period = |count: &&FacetCount| {
            let undated = count.value == "undated";
            let field = if undated { Field::Is } else { Field::Date };
            Year {
                label: if undated { self.words.undated() } else { count.value.clone() },
                count: count.pages,
                href: self.to(&self.filtered.toggled(field, &count.value)),
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

// The values with most pages, in their order.
fn fullest(values: &[FacetCount]) -> Vec<&FacetCount> {
    let mut counts: Vec<u64> = values.iter().map(|value| value.pages).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let least = counts.get(YEARS).copied().unwrap_or(0);
    values
        .iter()
        .filter(|value| value.pages > least || value.chosen || values.len() <= YEARS)
        .collect()
}

fn title(words: &Words, facet: Facet) -> String {
    match facet {
        Facet::Type => words.facet_type(),
        Facet::Language => words.facet_language(),
        Facet::Year => words.by_year(),
        Facet::Month => words.by_month(),
        Facet::Folder => words.facet_folder(),
        Facet::Container => words.facet_container(),
        Facet::Source => words.source(),
        Facet::Sender => words.facet_sender(),
        Facet::Recipient => words.facet_recipient(),
        Facet::Tag => words.facet_tag(),
        Facet::State => words.facet_state(),
        Facet::Confidence => words.facet_confidence(),
        Facet::Extension => words.facet_ending(),
    }
}

fn label(words: &Words, facet: Facet, count: &FacetCount) -> String {
    match facet {
        Facet::Language if count.value == "und" => words.no_language(),
        Facet::Language => words.language_of(&tag(&count.value)),
        Facet::Confidence => count.value.replace("..", " – "),
        _ => count.label.clone(),
    }
}

// A script is capitalised in a tag; the index stores lower case.
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
        FacetCount {
            value: value.to_owned(),
            label: value.to_owned(),
            pages: 1,
            chosen,
            excluded: false,
        }
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
