//! The search page: the query and its results, filters, and recent searches.

pub mod facets;
pub(crate) mod filters;
pub(crate) mod samples;
pub mod view;

use crate::access_events::{AccessEvent, Loaded};
use crate::app::App;
use crate::coverage;
use crate::display;
use crate::frame::Frame;
use crate::links::{self, Place, SearchPlace};
use crate::page_error::PageError;
use crate::pages::Page;
use crate::pages::search::view::{
    Answer, Choice, Order, Outcome, ReadAsPart, Recent, Row, SearchView, Widening, Wrong, page,
};
use crate::params::Params;
use crate::untrusted::{MarkedText, Name, Span};
use crate::words::Words;
use exhibit_messages::{
    Messages, query_error, query_field, query_hint, query_read_part, query_remark,
};
use exhibit_model::ItemId;
use exhibit_query::{ClauseText, Field, Query, QueryError, ReadPart, Sort};
use exhibit_search::{
    CaseQuery, SearchError, SearchHit, SearchRequest, SearchResults, SuggestedChange, Suggestion,
};
use maud::Markup;

/// Rows on a page.
pub(crate) const ROWS: usize = 25;
// Recent searches shown.
const RECENT: usize = 10;

/// The search page.
#[derive(Debug)]
pub struct SearchPage;

impl Page for SearchPage {
    type View = SearchView;

    fn load(app: &App, params: &Params) -> Result<Loaded<SearchView>, PageError> {
        // the choices of the filter form become part of the query, so that the address is complete
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
    Ok(Loaded::new(
        event,
        SearchView { query, outcome, keep: kept(&place), fields: fields(app.words()), recent },
    ))
}

/// The fields of a query, and what each accepts.
pub(crate) fn fields(words: &Words) -> Vec<(&'static str, String)> {
    Field::ALL.into_iter().map(|field| (field.name(), words.text_of(&query_field(field)))).collect()
}

// The recent searches; a history that cannot be read is treated as none.
fn recent(app: &App) -> Option<Recent> {
    let history = app.search().history().ok()?;
    let link = |searched: &exhibit_search::Searched| {
        let href = links::search(&SearchPlace {
            exact: searched.exact,
            ..SearchPlace::of(&searched.query)
        });
        (searched.query.clone(), href, searched.pages)
    };
    Some(Recent {
        on: history.on,
        searches: history.searches.iter().take(RECENT).map(link).collect(),
    })
}

/// The position in the results that an address names.
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

// The hidden fields of the form for another query.
fn kept(place: &SearchPlace<'_>) -> Vec<(&'static str, String)> {
    let sort = (!place.sort.is_empty()).then(|| ("sort", place.sort.to_owned()));
    let documents = place.documents.then(|| ("docs", "1".to_owned()));
    sort.into_iter().chain(documents).collect()
}

fn found(app: &App, words: &Words, place: &SearchPlace<'_>) -> Result<Outcome, PageError> {
    // a cursor finds its position at once, however far; an offset has to be counted
    let after = place.after.parse().ok();
    let offset =
        if after.is_some() { 0 } else { usize::try_from(place.from).unwrap_or(usize::MAX) };
    let query = match app.search().query(place.query, place.exact) {
        Err(SearchError::Query(error)) => {
            return Ok(Outcome::Wrong(wrong(words, place.query, &error)));
        }
        query => query?,
    };
    let request = SearchRequest {
        query: &query,
        limit: ROWS,
        offset,
        after,
        by_document: place.documents,
        sort: order(place.sort).unwrap_or_default(),
    };
    let results = app.search().search(&request)?;
    if place.from == 0 && place.more.is_empty() {
        app.search().remember_search(place.query, place.exact, results.total, app.clock.now());
    }
    Ok(Outcome::Answered(Box::new(answered(app, words, place, &query, &results)?)))
}

/// The order named in an address.
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

fn wrong(words: &Words, query: &str, error: &QueryError) -> Wrong {
    let place = query
        .char_indices()
        .nth(error.position)
        .map_or((query.len(), query.len()), |(at, c)| (at, at + c.len_utf8()));
    Wrong {
        message: words.text_of(&query_error(error)),
        place: Some(place),
        hint: query_hint(error).map(|hint| words.text_of(&hint)),
    }
}

fn answered(
    app: &App,
    words: &Words,
    place: &SearchPlace<'_>,
    query: &CaseQuery,
    results: &SearchResults,
) -> Result<Answer, PageError> {
    let shown = place.from.saturating_add(results.hits.len() as u64);
    let part =
        |from: u64, after: &str| links::search(&SearchPlace { from, after, more: "", ..*place });
    let filters = filters::Filters::of(app, words, place, query)?;
    let rows = results
        .hits
        .iter()
        .zip(place.from + 1..)
        .map(|(hit, rank)| row(app, words, place, hit, rank));
    Ok(Answer {
        read_as: read_back(words, query.resolved()),
        widenings: widenings(place, query.resolved()),
        remarks: query
            .resolved()
            .hints()
            .iter()
            .map(|hint| words.text_of(&query_remark(hint)))
            .collect(),
        named: named(app, place.query)?,
        documents: Some(results.documents),
        pages: results.total,
        seconds: Some(results.took.as_secs_f32()),
        searchable: searchable(app)?,
        not_searched: coverage::not_searched(app)?,
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
        suggestions: if results.total == 0 { suggestions(app, words, query)? } else { Vec::new() },
    })
}

// The documents that the whole query names.
fn named(app: &App, query: &str) -> Result<Vec<(String, Name, String)>, PageError> {
    let named = app.search().named(query)?;
    let link = |item: &exhibit_catalogue::Item| {
        let number = app.case.label(item.id);
        let href = links::document(&number, &Place::default());
        (number, display::name(&app.case, item), href)
    };
    Ok(named.iter().map(link).collect())
}

// The query as understood, with its clauses highlighted like their hits.
fn read_back(words: &Words, query: &Query) -> Vec<ReadAsPart> {
    let part = |part: ReadPart| match part {
        ReadPart::Clause(number) => {
            ReadAsPart::Term(query.clauses[number].text.to_string(), Some(number))
        }
        other => ReadAsPart::Words(query_read_part(other, Messages::new(words.language()))),
    };
    query.read_as().into_iter().map(part).collect()
}

fn widenings(place: &SearchPlace<'_>, query: &Query) -> Vec<Widening> {
    let without = links::search(&SearchPlace { exact: true, from: 0, after: "", ..*place });
    let widening = |number: &usize| Widening {
        text: query.clauses[*number].text.to_string(),
        without: Some(without.clone()),
    };
    query.widenings().iter().map(widening).collect()
}

// The progress of reading, until it is complete.
fn searchable(app: &App) -> Result<Option<(u64, u64)>, PageError> {
    let (now, of) = (app.view().searchable(), app.pages_read_lately()?);
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

pub(crate) fn row(
    app: &App,
    words: &Words,
    place: &SearchPlace<'_>,
    hit: &SearchHit,
    rank: u64,
) -> Row {
    let number = app.case.label(hit.item.id);
    let SearchPlace { query, sort, exact, documents, .. } = *place;
    let to =
        Place { query, sort, rank, page: hit.page.get(), exact, documents, ..Place::default() };
    let copies = Place { query: place.query, page: hit.page.get(), ..Place::default() };
    Row {
        href: links::document(&number, &to),
        name: display::name(&app.case, &hit.item),
        kind: words.kind(&hit.item.media_type),
        state: hit.item.state,
        page: Some((hit.page.get(), hit.item.pages.max(hit.page.get()))),
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
        places: hit
            .places
            .iter()
            .map(|(id, path)| other_place(app, place.query, hit.page.get(), *id, path))
            .collect(),
        found_at: hit.found_at.as_deref().map(Name::from),
        shares: Vec::new(),
        number,
    }
}

fn other_place(
    app: &App,
    query: &str,
    page: u32,
    id: ItemId,
    path: &str,
) -> (String, Name, String) {
    let number = app.case.label(id);
    let href = links::document(&number, &Place { query, page, ..Place::default() });
    (number, Name::from(path), href)
}

#[expect(clippy::cast_possible_truncation, reason = "two decimals are shown")]
fn narrow(confidence: f64) -> f32 {
    confidence as f32
}

fn passage(hit: &SearchHit) -> MarkedText {
    let snippet = &hit.snippet;
    let before = if snippet.cut_before { "… " } else { "" };
    let after = if snippet.cut_after { " …" } else { "" };
    let spans = snippet.spans.iter().map(|span| Span {
        start: span.start + before.len(),
        end: span.end + before.len(),
        clause: span.clause,
        number: 0,
    });
    // one byte for each byte, so that offsets stay the same
    let text = snippet.text.replace(['\n', '\r', '\t'], " ");
    MarkedText {
        text: format!("{before}{text}{after}"),
        language: hit.language.clone(),
        spans: spans.collect(),
    }
}

fn suggestions(app: &App, words: &Words, query: &CaseQuery) -> Result<Vec<Choice>, PageError> {
    let choice = |suggestion: Suggestion| {
        let shown = |clause: &ClauseText| exhibit_model::shown(&clause.to_string());
        let change = match &suggestion.change {
            SuggestedChange::Without(clause) => words.without_part(shown(clause)),
            SuggestedChange::AnyDate(clause) => words.at_any_date(shown(clause)),
            SuggestedChange::Only(clause) => words.only_this(shown(clause)),
            SuggestedChange::Spelling(clause) => words.spelled_otherwise(shown(clause)),
            SuggestedChange::AnyFolder(clause) => words.anywhere_in_paths(shown(clause)),
            SuggestedChange::Variants => words.with_variants(),
            SuggestedChange::InNames => words.in_file_names(),
        };
        let text = suggestion.query.to_string();
        let href =
            links::search(&SearchPlace { exact: suggestion.exact, ..SearchPlace::of(&text) });
        Choice { text: format!("{change}: {}", words.pages_found(suggestion.pages)), href }
    };
    Ok(app.search().suggestions(query)?.into_iter().map(choice).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_marked_where_they_are_read_back() {
        let term = |text: &str, n| ReadAsPart::Term(text.to_owned(), Some(n));
        let words = |text: &str| ReadAsPart::Words(text.to_owned());
        let query = exhibit_query::parse("(N OR \"a AND b\") -b N").expect("a valid query");
        let expect = [
            words("("),
            term("N", 0),
            words(" OR "),
            term("\"a AND b\"", 1),
            words(")"),
            words(" AND "),
            words("NOT "),
            term("b", 2),
            words(" AND "),
            term("N", 0),
        ];
        assert_eq!(read_back(&crate::words::ENGLISH, &query), expect);
    }
}
