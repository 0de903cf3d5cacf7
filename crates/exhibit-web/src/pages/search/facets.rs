//! The filters beside the results, and the bars of years and months above them.

use crate::css_rules::CssRules;
use crate::forms::hidden;
use crate::pages::search::view::{Answer, Choice};
use crate::untrusted::Name;
use crate::words::Words;
use maud::{Markup, html};

/// A group of filters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FacetView {
    /// Its heading.
    pub title: String,
    /// The field that its boxes set.
    pub field: String,
    /// For folders: the path to the listed one, which is the last step.
    pub trail: Vec<Choice>,
    /// Whether its values are shown at once.
    pub open: bool,
    /// Its values.
    pub values: Vec<FacetValue>,
    /// How many values are not listed, and the link that lists them.
    pub more: Option<(u64, Option<String>)>,
}

/// One filter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FacetValue {
    /// Its name.
    pub label: Name,
    /// The value that the form sends.
    pub value: String,
    /// Pages with it among the results.
    pub count: u64,
    /// Whether it is chosen.
    pub chosen: bool,
    /// The same query with it excluded, or no longer excluded.
    pub exclude: String,
    /// Whether it is excluded.
    pub excluded: bool,
    /// The same query within it, if it can be opened.
    pub into: Option<String>,
}

/// Pages of one year or month.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Year {
    /// The year or month, or the word for no date.
    pub label: String,
    /// The count.
    pub count: u64,
    /// The same query within this period, or no longer within it.
    pub href: String,
    /// Whether the query chooses it.
    pub chosen: bool,
}

/// Renders the filters; nothing if there are none.
pub(crate) fn facets(words: &Words, keep: &[(&'static str, String)], answer: &Answer) -> Markup {
    html! {
        @if !answer.facets.is_empty() {
            form.facets id="filters" tabindex="-1" method="get" action="/search" {
                h2 { (words.filters()) }
                (hidden(&answer.filtered))
                (hidden(keep))
                @for facet in &answer.facets { (self::facet(words, facet)) }
                div.send {
                    button type="submit" { (words.apply()) }
                    " " a href=(answer.unfiltered) { (words.clear()) }
                    " " a href="#results" { (words.to_results()) }
                }
            }
        }
    }
}

fn facet(words: &Words, facet: &FacetView) -> Markup {
    html! {
        details open[facet.open] {
            summary { (facet.title) }
            fieldset aria-label=(facet.title) {
                @if let Some((last, way)) = facet.trail.split_last() {
                    p.trail {
                        @for step in way { a href=(step.href) { (Name::from(step.text.as_str()).show()) } " / " }
                        strong { (Name::from(last.text.as_str()).show()) }
                    }
                }
                @for value in &facet.values { (filter(words, facet, value)) }
                @if let Some((more, href)) = &facet.more {
                    p.more {
                        @match href {
                            Some(href) => a href=(href) { (words.more_values(*more)) },
                            None => span.dim { (words.more_values(*more)) },
                        }
                    }
                }
            }
        }
    }
}

fn filter(words: &Words, facet: &FacetView, value: &FacetValue) -> Markup {
    let label = value.label.plain();
    let other = if value.excluded { words.take_in(&label) } else { words.leave_out(&label) };
    html! {
        div.filter {
            @if value.excluded {
                span.excluded { (value.label.show()) }
            } @else if let Some(into) = &value.into {
                input type="checkbox" name=(facet.field) value=(value.value) checked[value.chosen] aria-label=(words.choose(&label));
                a.into href=(into) { (value.label.show()) }
                span.count { (words.number(value.count)) }
            } @else {
                label {
                    input type="checkbox" name=(facet.field) value=(value.value) checked[value.chosen];
                    (value.label.show()) span.count { (words.number(value.count)) }
                }
            }
            a.exclude href=(value.exclude) aria-label=(other) title=(other) { @if value.excluded { "+" } @else { "−" } }
        }
    }
}

/// Renders the bars of years, or of months: `group` distinguishes them.
pub(crate) fn periods(
    title: &str,
    words: &Words,
    periods: &[Year],
    group: usize,
    rules: &mut CssRules,
) -> Markup {
    let most = periods.iter().map(|period| period.count).max().unwrap_or(0);
    html! {
        @if most > 0 {
            ol.years.many[periods.len() > 16] dir="ltr" aria-label=(title) {
                @for (n, period) in periods.iter().enumerate() {
                    li {
                        a href=(period.href) aria-current=[period.chosen.then_some("true")] {
                            span.count { (words.number(period.count)) }
                            span.column id=(rules.column(group, n, share(period.count, most))) {}
                            span.year { (period.label) }
                        }
                    }
                }
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a bar's length needs no more than 24 bits")]
fn share(count: u64, most: u64) -> f32 {
    count as f32 / most as f32
}
