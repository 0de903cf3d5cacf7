//! The search page: the query and its results, filters, and recent searches.

pub mod facets;
pub(crate) mod filters;
pub(crate) mod samples;
pub mod view;

use crate::access_events::{AccessEvent, Loaded};
use crate::app::App;
use crate::display;
use crate::frame::Frame;
use crate::links::{self, Place, SearchPlace};
use crate::page_error::PageError;
use crate::pages::Page;
use crate::pages::search::view::{
    Answer, Choice, Order, Outcome, ReadPart, Recent, Row, SearchView, Widening, Wrong, page,
};
use crate::params::Params;
use crate::untrusted::{Name, Passage, Span};
use crate::words::Words;
use exhibit_case::{CaseError, How, SearchHit, SearchRequest, SearchResults};
use exhibit_index::{QueryError, Sort};
use exhibit_model::ItemId;
use maud::Markup;

/// Rows on a page.
pub(crate) const ROWS: usize = 25;
// Searches shown of those made lately.
const RECENT: usize = 10;

/// The search page.
#[derive(Debug)]
pub struct Search;

impl Page for Search {
    type View = SearchView;

    fn load(app: &App, params: &Params) -> Result<Loaded<SearchView>, PageError> {
        // what the form of the filters chose becomes part of the query, so that the address is complete
        if !params.text("apply").is_empty() {
            return Err(PageError::Moved(filters::applied(params)));
        }
        load(app, params)
    }

    fn render(frame: &Frame, view: &SearchView) -> Markup {
        page(frame, view)
    }

    fn samples() -> Vec<(&'static str, SearchView)> {
        samples::samples()
    }
}

fn load(app: &App, params: &Params) -> Result<Loaded<SearchView>, PageError> {
    let query = params.text("q").to_owned();
    let place = place(params);
    let (outcome, recent) = match query.trim() {
        "" => (Outcome::Blank, recent(app)),
        _ => (found(app, app.words(), &place)?, None),
    };
    let event = match (&outcome, &recent) {
        (Outcome::Blank, None) => AccessEvent::Nothing,
        (Outcome::Blank, Some(_)) => AccessEvent::RecentSearches,
        _ => AccessEvent::Search { query: query.clone() },
    };
    let fields = exhibit_index::FIELDS.iter().map(|field| (field.name, field.takes)).collect();
    Ok(Loaded::new(event, SearchView { query, outcome, keep: kept(&place), fields, recent }))
}

// The recent searches; a history that cannot be read is treated as none.
fn recent(app: &App) -> Option<Recent> {
    let history = app.case.history().ok()?;
    let link = |searched: &exhibit_case::Searched| {
        let href = links::search(&SearchPlace { exact: searched.exact, ..SearchPlace::of(&searched.query) });
        (searched.query.clone(), href, searched.pages)
    };
    Some(Recent { on: history.on, searches: history.searches.iter().take(RECENT).map(link).collect() })
}

/// The place in the results that an address names.
pub(crate) fn place(params: &Params) -> SearchPlace<'_> {
    SearchPlace {
        query: params.text("q"),
        sort: params.text("sort"),
        from: params.number("from"),
        exact: params.number("exact") > 0,
        documents: params.number("docs") > 0,
        after: params.text("after"),
        more: params.text("more"),
    }
}

// What the form for another query keeps.
fn kept(place: &SearchPlace<'_>) -> Vec<(&'static str, String)> {
    let sort = (!place.sort.is_empty()).then(|| ("sort", place.sort.to_owned()));
    let documents = place.documents.then(|| ("docs", "1".to_owned()));
    sort.into_iter().chain(documents).collect()
}

fn found(app: &App, words: &Words, place: &SearchPlace<'_>) -> Result<Outcome, PageError> {
    // a cursor finds its place at once, however far; a number of rows is counted out
    let after = place.after.parse().ok();
    let offset = if after.is_some() { 0 } else { usize::try_from(place.from).unwrap_or(usize::MAX) };
    let request = SearchRequest {
        query: place.query,
        limit: ROWS,
        offset,
        after,
        by_document: place.documents,
        sort: order(place.sort).unwrap_or_default(),
        exact: place.exact,
    };
    match app.case.search(&request) {
        Ok(results) => {
            if place.from == 0 && place.more.is_empty() {
                app.case.remember_search(place.query, place.exact, results.total, app.clock.now());
            }
            Ok(Outcome::Answered(Box::new(answered(app, words, place, &results)?)))
        }
        Err(CaseError::Query(error)) => Ok(Outcome::Wrong(wrong(place.query, &error))),
        Err(error) => Err(error.into()),
    }
}

/// The order that a word of an address names.
pub(crate) fn order(word: &str) -> Option<Sort> {
    match word {
        "relevance" => Some(Sort::Relevance),
        "newest" => Some(Sort::Newest),
        "oldest" => Some(Sort::Oldest),
        "received" => Some(Sort::Received),
        "path" => Some(Sort::Path),
        _ => None,
    }
}

fn wrong(query: &str, error: &QueryError) -> Wrong {
    let place =
        query.char_indices().nth(error.position).map_or((query.len(), query.len()), |(at, c)| (at, at + c.len_utf8()));
    Wrong { message: error.to_string(), place: Some(place), hint: error.hint() }
}

fn answered(app: &App, words: &Words, place: &SearchPlace<'_>, results: &SearchResults) -> Result<Answer, PageError> {
    let shown = place.from.saturating_add(results.hits.len() as u64);
    let part = |from: u64, after: &str| links::search(&SearchPlace { from, after, more: "", ..*place });
    let filters = filters::Filters::of(app, words, place)?;
    let rows = results.hits.iter().zip(place.from + 1..).map(|(hit, rank)| row(app, words, place, hit, rank));
    Ok(Answer {
        read_as: read_back(&results.read_as, &results.clauses),
        widenings: widenings(place, results),
        remarks: remarks(place.query),
        documents: Some(results.documents),
        pages: results.total,
        seconds: Some(results.took.as_secs_f32()),
        searchable: searchable(app)?,
        orders: orders(words, place),
        rows: rows.collect(),
        units: units(words, place),
        facets: filters.facets,
        filtered: filters.keep,
        unfiltered: filters.without,
        years: filters.years,
        months: filters.months,
        telling: (results.total > 0).then(|| links::telling(place.query, place.exact)),
        exact: place.exact,
        earlier: (place.from > 0).then(|| part(place.from.saturating_sub(ROWS as u64), "")),
        later: results.next.map(|cursor| part(shown, &cursor.to_string())),
        suggestions: if results.total == 0 { suggestions(app, words, place)? } else { Vec::new() },
    })
}

// The line of the index, with the clauses in it marked as their hits are. A clause stands by itself, where the line has a
// space, a bracket or an end on both sides; of clauses that begin at one place the longest is meant.
fn read_back(line: &str, clauses: &[String]) -> Vec<ReadPart> {
    let mut parts = Vec::new();
    let (mut words, mut at) = (0, 0);
    while let Some(next) = line[at..].chars().next() {
        let begins = line[..at].chars().next_back().is_none_or(|before| matches!(before, ' ' | '('));
        let clause = if begins { clause_at(&line[at..], clauses) } else { None };
        match clause {
            Some((number, clause)) => {
                parts.push(ReadPart::Words(line[words..at].to_owned()));
                parts.push(ReadPart::Term(clause.clone(), Some(number)));
                at += clause.len();
                words = at;
            }
            None => at += next.len_utf8(),
        }
    }
    parts.push(ReadPart::Words(line[words..].to_owned()));
    parts
}

fn clause_at<'c>(line: &str, clauses: &'c [String]) -> Option<(usize, &'c String)> {
    let stands = |clause: &str| {
        let rest = line.strip_prefix(clause).filter(|_| !clause.is_empty());
        rest.is_some_and(|rest| rest.chars().next().is_none_or(|after| matches!(after, ' ' | ')')))
    };
    clauses.iter().enumerate().filter(|(_, clause)| stands(clause)).max_by_key(|(_, clause)| clause.len())
}

fn widenings(place: &SearchPlace<'_>, results: &SearchResults) -> Vec<Widening> {
    let without = links::search(&SearchPlace { exact: true, from: 0, after: "", ..*place });
    let widening = |text: &String| Widening { text: text.clone(), without: Some(without.clone()) };
    results.widenings.iter().map(widening).collect()
}

fn remarks(query: &str) -> Vec<String> {
    let parsed = exhibit_index::parse(query);
    parsed.map(|query| query.hints().iter().map(|hint| hint.text.clone()).collect()).unwrap_or_default()
}

// How far reading has come, while it has not ended.
fn searchable(app: &App) -> Result<Option<(u64, u64)>, PageError> {
    let (now, of) = (app.case.searchable(), app.pages_read_lately()?);
    Ok((now < of).then_some((now, of)))
}

fn orders(words: &Words, place: &SearchPlace<'_>) -> Vec<Order> {
    let chosen = order(place.sort).unwrap_or_default();
    [
        (words.by_relevance(), "relevance", Sort::Relevance),
        (words.by_newest(), "newest", Sort::Newest),
        (words.by_oldest(), "oldest", Sort::Oldest),
        (words.by_path(), "path", Sort::Path),
        (words.by_receipt(), "received", Sort::Received),
    ]
    .map(|(word, sort, order)| Order {
        word,
        href: links::search(&SearchPlace { sort, from: 0, after: "", ..*place }),
        current: order == chosen,
    })
    .into()
}

fn units(words: &Words, place: &SearchPlace<'_>) -> Vec<Order> {
    let unit = |word, documents| Order {
        word,
        href: links::search(&SearchPlace { documents, from: 0, after: "", ..*place }),
        current: documents == place.documents,
    };
    vec![unit(words.by_page(), false), unit(words.by_document(), true)]
}

pub(crate) fn row(app: &App, words: &Words, place: &SearchPlace<'_>, hit: &SearchHit, rank: u64) -> Row {
    let number = app.case.label(hit.item.id);
    let SearchPlace { query, sort, exact, documents, .. } = *place;
    let to = Place { query, sort, rank, page: hit.page, exact, documents, ..Place::default() };
    let copies = Place { query: place.query, page: hit.page, ..Place::default() };
    Row {
        href: links::document(&number, &to),
        name: display::name(&app.case, &hit.item),
        kind: words.kind(&hit.item.media_type),
        state: hit.item.state,
        page: Some((hit.page, hit.item.pages.max(hit.page))),
        confidence: hit.confidence.map(narrow),
        date: match (hit.date, hit.item.modified) {
            (Some(stated), _) => Some(stated.day()),
            (None, changed) => changed.map(|moment| words.changed_on(display::day(moment))),
        },
        rank,
        path: display::around(&hit.path, &hit.name),
        hits: hit.count as u64,
        pages: hit.pages,
        snippet: Some(passage(hit)),
        copies: (hit.copies > 0).then(|| (hit.copies, links::document(&number, &copies))),
        places: hit.places.iter().map(|(id, path)| other_place(app, place.query, hit.page, *id, path)).collect(),
        found_at: hit.found_at.as_deref().map(Name::from),
        shares: Vec::new(),
        number,
    }
}

fn other_place(app: &App, query: &str, page: u32, id: ItemId, path: &str) -> (String, Name, String) {
    let number = app.case.label(id);
    let href = links::document(&number, &Place { query, page, ..Place::default() });
    (number, Name::from(path), href)
}

#[expect(clippy::cast_possible_truncation, reason = "two decimals are shown")]
fn narrow(confidence: f64) -> f32 {
    confidence as f32
}

fn passage(hit: &SearchHit) -> Passage {
    let snippet = &hit.snippet;
    let before = if snippet.cut_before { "… " } else { "" };
    let after = if snippet.cut_after { " …" } else { "" };
    let spans = snippet.spans.iter().map(|span| Span {
        start: span.start + before.len(),
        end: span.end + before.len(),
        clause: span.clause,
        number: 0,
    });
    // one byte for one byte, so that offsets stay
    let text = snippet.text.replace(['\n', '\r', '\t'], " ");
    Passage { text: format!("{before}{text}{after}"), language: hit.language.clone(), spans: spans.collect() }
}

fn suggestions(app: &App, words: &Words, place: &SearchPlace<'_>) -> Result<Vec<Choice>, PageError> {
    let choice = |way: exhibit_case::WayOn| {
        let how = match &way.how {
            How::Without(part) => words.without_part(exhibit_model::shown(part)),
            How::AnyDate(part) => words.at_any_date(exhibit_model::shown(part)),
            How::Only(part) => words.only_this(exhibit_model::shown(part)),
            How::Spelling(part) => words.spelled_otherwise(exhibit_model::shown(part)),
            How::AnyFolder(part) => words.anywhere_in_paths(exhibit_model::shown(part)),
            How::Variants => words.with_variants(),
            How::InNames => words.in_file_names(),
        };
        let exact = place.exact && way.how != How::Variants;
        let href = links::search(&SearchPlace { exact, ..SearchPlace::of(&way.query) });
        Choice { text: format!("{how}: {}", words.pages_found(way.pages)), href }
    };
    let mut choices: Vec<Choice> = app.case.ways_on(place.query, place.exact)?.into_iter().map(choice).collect();
    let items = app.case.states()?;
    let problems: u64 = items.iter().filter(|(state, _)| state.is_problem()).map(|(_, count)| count).sum();
    if problems > 0 {
        choices.push(Choice { text: words.not_searched(problems), href: "/problems".to_owned() });
    }
    Ok(choices)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_marked_where_the_line_names_them() {
        let clauses = ["登记".to_owned(), "words beginning destr".to_owned(), "absent".to_owned()];
        let parts = read_back("登记 AND (words beginning destr)", &clauses);
        let term = |text: &str, n| ReadPart::Term(text.to_owned(), Some(n));
        let words = |text: &str| ReadPart::Words(text.to_owned());
        let expect = [words(""), term("登记", 0), words(" AND ("), term("words beginning destr", 1), words(")")];
        assert_eq!(parts, expect);
        // in any order, each time, and not within another
        let clauses = ["N".to_owned(), "b".to_owned(), "uyghur:\"N\"".to_owned()];
        let parts = read_back("(N OR uyghur:\"N\") AND NOT b AND N", &clauses);
        let expect = [
            words("("),
            term("N", 0),
            words(" OR "),
            term("uyghur:\"N\"", 2),
            words(") AND NOT "),
            term("b", 1),
            words(" AND "),
            term("N", 0),
            words(""),
        ];
        assert_eq!(parts, expect);
    }
}
