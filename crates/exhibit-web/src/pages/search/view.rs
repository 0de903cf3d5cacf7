//! The search page: the box, how the query was understood, and the results.

use crate::coverage::{NotSearched, block};
use crate::css_rules::CssRules;
use crate::forms::{hidden, token};
use crate::frame::{Frame, pager};
use crate::pages::search::facets::{FacetView, Year, facets, periods};
use crate::untrusted::{MarkedText, Name, clause_class, ltr};
use crate::words::Words;
use exhibit_model::State;
use maud::{Markup, html};

/// The data of the search page.
#[derive(Clone, Debug)]
pub struct SearchView {
    /// The query as typed.
    pub query: String,
    /// The outcome of the query.
    pub outcome: Outcome,
    /// The hidden fields of the search forms.
    pub keep: Vec<(&'static str, String)>,
    /// The fields of a query, and what each accepts.
    pub fields: Vec<(&'static str, String)>,
    /// The recent searches, if there is no query; `None` if they cannot be read.
    pub recent: Option<Recent>,
}

/// The recent searches.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Recent {
    /// Whether searches are remembered.
    pub on: bool,
    /// The searches: query, address, pages found.
    pub searches: Vec<(String, String, u64)>,
}

/// The outcome of a query.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// There is no query yet.
    Blank,
    /// The query has an error.
    Wrong(Wrong),
    /// It was parsed and answered, possibly without results.
    Answered(Box<Answer>),
}

/// Why a query cannot be parsed.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// The error, as a sentence without full stop.
    pub message: String,
    /// Where in the query, in bytes; an empty stretch is a place between two characters.
    pub place: Option<(usize, usize)>,
    /// What to write instead, as a sentence.
    pub hint: Option<String>,
}

/// A link: its text and address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// Its text.
    pub text: String,
    /// Its address.
    pub href: String,
}

/// An answered query.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// How the query was understood.
    pub read_as: Vec<ReadAsPart>,
    /// Each widening applied by default.
    pub widenings: Vec<Widening>,
    /// What was searched literally but may have been meant otherwise, as sentences.
    pub remarks: Vec<String>,
    /// Documents that the whole query names, by number, digest or file name.
    pub named: Vec<(String, Name, String)>,
    /// Documents found; `None` if not counted.
    pub documents: Option<u64>,
    /// Pages found.
    pub pages: u64,
    /// How long it took, in seconds.
    pub seconds: Option<f32>,
    /// Pages searchable now and pages expected, while material is still being read.
    pub searchable: Option<(u64, u64)>,
    /// What was not searched.
    pub not_searched: NotSearched,
    /// Filters with counts for this query; if empty, the column is left out.
    pub facets: Vec<FacetView>,
    /// The hidden fields of the filter form.
    pub filtered: Vec<(&'static str, String)>,
    /// The same query without the filters.
    pub unfiltered: String,
    /// Pages by year; if empty, the chart is left out.
    pub years: Vec<Year>,
    /// Pages by month, if years are chosen.
    pub months: Vec<Year>,
    /// The link to the distinctive words of the results.
    pub telling: Option<String>,
    /// Whether words are matched only as written.
    pub exact: bool,
    /// What a row can be: a page or a document.
    pub units: Vec<Order>,
    /// The available orders of the rows.
    pub orders: Vec<Order>,
    /// The rows shown.
    pub rows: Vec<Row>,
    /// The previous page of rows.
    pub earlier: Option<String>,
    /// The next page of rows.
    pub later: Option<String>,
    /// Suggestions for an empty result.
    pub suggestions: Vec<Choice>,
}

/// A part of the query as understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReadAsPart {
    /// Text of the interface.
    Words(String),
    /// A term of the query, and the number of its clause if it is searched.
    Term(String, Option<usize>),
}

/// An order of the rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// Its name.
    pub word: String,
    /// The same query in this order.
    pub href: String,
    /// Whether it is the current order.
    pub current: bool,
}

/// A widening of the query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Widening {
    /// Its effect.
    pub text: String,
    /// The same query without it.
    pub without: Option<String>,
}

/// One row of results.
#[derive(Clone, Debug)]
pub struct Row {
    /// The document's number, such as `EXH-000127`.
    pub number: String,
    /// The file's name.
    pub name: Name,
    /// The document's address, at its first hit.
    pub href: String,
    /// The name of its kind.
    pub kind: String,
    /// Its state.
    pub state: State,
    /// The page found and the number of pages.
    pub page: Option<(u32, u32)>,
    /// OCR's mean confidence (0 to 1) if the text is from OCR.
    pub confidence: Option<f32>,
    /// The document's date, or a text with when its file was modified.
    pub date: Option<String>,
    /// The number of the row among all, from 1.
    pub rank: u64,
    /// Where it was found, without its name.
    pub path: Name,
    /// Hits.
    pub hits: u64,
    /// Matching pages of the document, if rows are documents; 1 if they are pages.
    pub pages: u64,
    /// The text around the first hits.
    pub snippet: Option<MarkedText>,
    /// Copies folded into this row, and the link to them.
    pub copies: Option<(u64, String)>,
    /// Some of these copies: number, path, address.
    pub places: Vec<(String, Name, String)>,
    /// The place that the query named, if it is not `path`.
    pub found_at: Option<Name>,
    /// The words that it shares with another document, on the page of similar documents.
    pub shares: Vec<String>,
}

/// Renders the search page.
#[must_use]
pub fn page(frame: &Frame, view: &SearchView) -> Markup {
    let words = frame.words;
    let mut rules = CssRules::default();
    let empty = Answer::default();
    let answer = if let Outcome::Answered(answer) = &view.outcome { answer } else { &empty };
    let years = periods(&words.by_year(), words, &answer.years, 0, &mut rules);
    let months = periods(&words.by_month(), words, &answer.months, 1, &mut rules);
    let body = html! {
        h1.vh { (words.search()) }
        @if !answer.facets.is_empty() { a.skip href="#filters" { (words.to_filters()) } }
        div.search.with-facets[!answer.facets.is_empty()] {
            div.results id="results" tabindex="-1" {
                form.query role="search" method="get" action="/search" {
                    input.box type="search" name="q" value=(view.query) dir="auto" lang="und" aria-label=(words.query())
                        autocomplete="off" autocapitalize="none" spellcheck="false" data-key="/" autofocus[view.query.is_empty()];
                    (hidden(&view.keep))
                    button.primary type="submit" { (words.search_button()) }
                }
                @match &view.outcome {
                    Outcome::Blank => {
                        p.lead { (words.search_blank()) }
                        (recent(frame, view.recent.as_ref()))
                        (operators(words, &view.fields, true))
                    },
                    Outcome::Wrong(wrong) => {
                        (trouble(words, &view.query, wrong))
                        (operators(words, &view.fields, true))
                    },
                    Outcome::Answered(answer) => {
                        (read_back(words, answer))
                        (operators(words, &view.fields, false))
                        (years)
                        (months)
                        (named(words, answer))
                        (summary(frame, &view.query, answer))
                        (block(words, &answer.not_searched))
                        @if answer.rows.is_empty() { (nothing_found(words, answer)) } @else {
                            ol.rows { @for row in &answer.rows { (self::row(words, row)) } }
                        }
                        (pager(words, answer.earlier.as_deref().map(|href| (href, words.earlier_rows())), answer.later.as_deref()))
                    },
                }
            }
            (facets(words, &view.keep, answer))
        }
    };
    frame.page(&words.search(), &rules, body)
}

fn read_back(words: &Words, answer: &Answer) -> Markup {
    html! {
        p.read-as {
            span.dim { (words.read_as()) ": " }
            @for part in &answer.read_as {
                @match part {
                    ReadAsPart::Words(text) => (text),
                    ReadAsPart::Term(text, clause) => {
                        bdi.term.(clause.map_or("", clause_class)) lang="und" dir="auto" { (exhibit_model::shown(text)) }
                    },
                }
            }
            @for remark in &answer.remarks { span.warn { " · " (Name::from(remark.as_str()).show()) } }
            @for widening in &answer.widenings {
                span.dim { " · " } (widening.text)
                @if let Some(href) = &widening.without { " (" a href=(href) { (words.without_widening()) } ")" }
            }
        }
    }
}

fn operators(words: &Words, fields: &[(&str, String)], open: bool) -> Markup {
    html! {
        details.operators open[open] {
            summary { (words.operators()) }
            dl { @for (form, meaning) in words.operator_list() { dt { code { (form) } } dd { (meaning) } } }
            p.dim { (words.operators_note()) " " a href="/help" { (words.help()) } }
            @if !fields.is_empty() {
                p { strong { (words.fields()) } }
                dl { @for (name, takes) in fields { dt { code { (name) ":" } } dd { (takes) } } }
            }
        }
    }
}

fn recent(frame: &Frame, recent: Option<&Recent>) -> Markup {
    let words = frame.words;
    let form = |to: &str, word: &str| {
        html! {
            form.inline method="post" action=(to) {
                (token(frame))
                button.quiet type="submit" { (word) }
            }
        }
    };
    html! {
        @if let Some(recent) = recent {
            section.recent aria-labelledby="recent" {
                h2 id="recent" { (words.recent()) }
                @if !recent.on { p.dim { (words.recent_off()) } }
                ol {
                    @for (query, href, pages) in &recent.searches {
                        li { a href=(href) { (Name::from(query.as_str()).show()) } " " span.count { (words.pages_found(*pages)) } }
                    }
                }
                p.dim {
                    @if recent.on { (words.recent_note()) " " (form("/history/off", &words.recent_turn_off())) } @else { (form("/history/on", &words.recent_turn_on())) }
                    @if !recent.searches.is_empty() { " " (form("/history/clear", &words.recent_clear())) }
                }
            }
        }
    }
}

fn named(words: &Words, answer: &Answer) -> Markup {
    html! {
        @for (number, name, href) in &answer.named {
            p.named { (words.named_document()) " " a href=(href) { (ltr(number)) " " (name.show()) } }
        }
    }
}

fn summary(frame: &Frame, query: &str, answer: &Answer) -> Markup {
    let words = frame.words;
    html! {
        div.summary {
            span.found role="status" { @match answer.documents {
                Some(documents) => { strong { (words.documents(documents)) } " " span.dim { (words.pages_found(answer.pages)) } },
                None => strong { (words.pages_found(answer.pages)) },
            }
            @if let Some(seconds) = answer.seconds { span.dim { " · " (format!("{seconds:.2}")) " s" } }
            @if let Some((now, of)) = answer.searchable {
                span.warn { " · " (words.searchable_now(now, of)) }
            } }
            @if !answer.rows.is_empty() {
                (choices(&words.rows(), &answer.units))
                (choices(&words.sort(), &answer.orders))
                span.orders {
                    @if !answer.facets.is_empty() { a.to-filters href="#filters" { (words.filters()) } " " }
                    @if let Some(href) = &answer.telling { a href=(href) { (words.distinctive_words()) } }
                }
                (save(frame, query, answer))
            }
        }
    }
}

fn save(frame: &Frame, query: &str, answer: &Answer) -> Markup {
    let words = frame.words;
    html! {
        details.save {
            summary { (words.save_search()) }
            form.inline method="post" action="/saved" {
                (token(frame))
                input type="hidden" name="q" value=(query);
                @if answer.exact { input type="hidden" name="exact" value="1"; }
                label { (words.saved_name()) " " input type="text" name="name" required maxlength="100" dir="auto"; }
                " " button type="submit" { (words.save()) }
            }
        }
    }
}

fn choices(title: &str, choices: &[Order]) -> Markup {
    html! {
        @if !choices.is_empty() {
            span.orders {
                span.dim { (title) ": " }
                @for order in choices { a href=(order.href) aria-current=[order.current.then_some("true")] { (order.word) } " " }
            }
        }
    }
}

// The other places of the same bytes, collapsed.
fn copies(words: &Words, count: u64, href: &str, places: &[(String, Name, String)]) -> Markup {
    html! {
        @if places.is_empty() { p.meta { a href=(href) { (words.copies_folded(count)) } } } @else {
            details.folded {
                summary { (words.copies_folded(count)) }
                ul {
                    @for (number, path, href) in places { li { a href=(href) { (ltr(number)) } " " span.path { (path.show()) } } }
                    @if count > places.len() as u64 { li { a href=(href) { (words.all_copies()) } } }
                }
            }
        }
    }
}

/// Renders one row.
pub(crate) fn row(words: &Words, row: &Row) -> Markup {
    html! {
        li.row data-row id={ "r" (row.rank) } {
            div.title {
                a href=(row.href) { (row.name.show()) }
                @if row.name.is_disguised() { " " span.pill.bad { "! " (words.disguised_name()) } }
                @if row.state.is_problem() { " " span.pill.warn { (words.state(row.state)) } }
            }
            p.meta {
                span.number { (ltr(&row.number)) }
                span {
                    (row.kind)
                    @if let Some((page, of)) = row.page { " · " (words.page_among(page, of)) }
                    @if let Some(confidence) = row.confidence { " · " (words.ocr_confidence(confidence)) }
                }
                @if let Some(date) = &row.date { span { (ltr(date)) } }
                @if !row.path.is_empty() { span.path { (row.path.show()) } }
                @if let Some(place) = &row.found_at { span.path { (words.also_at()) " " (place.show()) } }
                @if row.hits > 0 { span { (words.hits(row.hits)) } }
                @if row.pages > 1 { span { (words.pages_found(row.pages)) } }
            }
            @if let Some(snippet) = &row.snippet { (snippet.show()) }
            @if !row.shares.is_empty() {
                p.shares {
                    span.dim { (words.shares()) ": " }
                    @for word in &row.shares { (Name::from(word.as_str()).show()) " " }
                }
            }
            @if let Some((count, href)) = &row.copies { (copies(words, *count, href, &row.places)) }
        }
    }
}

fn nothing_found(words: &Words, answer: &Answer) -> Markup {
    html! {
        div.empty {
            p.lead { (words.nothing_found()) }
            @if !answer.suggestions.is_empty() {
                p { (words.try_this()) }
                ul { @for choice in &answer.suggestions { li { a href=(choice.href) { (choice.text) } } } }
            }
        }
    }
}

fn trouble(words: &Words, query: &str, wrong: &Wrong) -> Markup {
    html! {
        div.trouble role="alert" {
            p.lead { strong { (words.query_unreadable()) } " " (Name::from(wrong.message.as_str()).show()) "." }
            @if let Some((from, to)) = wrong.place { (caret(query, from, to)) }
            p { (words.nothing_searched()) }
            @if let Some(hint) = &wrong.hint { p { strong { (words.instead()) " " } (Name::from(hint.as_str()).show()) "." } }
        }
    }
}

fn caret(query: &str, from: usize, to: usize) -> Markup {
    let from = query.floor_char_boundary(from.min(query.len()));
    let to = query.floor_char_boundary(to.clamp(from, query.len()));
    let (before, rest) = query.split_at(from);
    let (there, after) = rest.split_at(to - from);
    html! {
        p.caret {
            code lang="und" dir="ltr" {
                (exhibit_model::shown(before))
                mark.wrong { @if there.trim().is_empty() { "▲" } @else { (exhibit_model::shown(there)) } }
                (exhibit_model::shown(after))
            }
        }
    }
}
