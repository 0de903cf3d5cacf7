//! `exhibit search QUERY...`

use super::{Context, Group, Run};
use crate::access_log;
use crate::coverage;
use crate::failure::{Exit, Failure};
use crate::output::{Style, number};
use crate::system::MachineClock;
use crate::texts::{safe, texts};
use clap::{Args, ValueEnum};
use exhibit_case::Case;
use exhibit_catalogue::Item;
use exhibit_index::Cursor;
use exhibit_messages::{query_read_as, query_remark};
use exhibit_model::{Clock, Rect, shown};
use exhibit_query::{ClauseText, Facet, QueryError, Sort};
use exhibit_search::{
    CaseQuery, DistinctiveWords, FacetCount, FacetCounts, SearchError, SearchHit, SearchRequest,
    SearchResults, SuggestedChange,
};
use serde_json::{Value, json};
use std::process::ExitCode;

/// Search; the same operators as in the browser
#[derive(Debug, Args)]
#[command(
    after_help = "Operators: word word (and)  \"exact phrase\"  OR  -word  ( )  word*  field:value\n\
                  Quote a query for the shell if it starts with a hyphen or contains brackets: 'register -copy'\n\
                  Examples:\n  exhibit search 登记 销毁\n  exhibit search '登记 (销毁 OR destroy*)' -l 5\n  \
                  exhibit search --json 2017 | jq -r 'select(.kind==\"hit\").document'\n  exhibit search 登记 --facets\n  \
                  exhibit search 登记 --words"
)]
pub(crate) struct SearchArgs {
    /// The query
    #[arg(value_name = "QUERY", required = true)]
    query: Vec<String>,
    /// Maximum number of results
    #[arg(short, long, default_value_t = 25, value_name = "N")]
    limit: usize,
    /// Skip the first N results
    #[arg(long, default_value_t = 0, value_name = "N")]
    offset: usize,
    /// Print only the number of matching pages
    #[arg(long, conflicts_with_all = ["ids", "files"])]
    count: bool,
    /// Print only document numbers
    #[arg(long, conflicts_with = "files")]
    ids: bool,
    /// Print only document paths
    #[arg(long)]
    files: bool,
    /// Match words exactly as written: no spelling or script variants
    #[arg(long)]
    exact: bool,
    /// Show one result per document: its best page
    #[arg(long)]
    by_document: bool,
    /// Print counts by type, language, year, month, folder, container, source, sender, tag, state and more
    #[arg(long, conflicts_with_all = ["count", "ids", "files", "by_document"])]
    facets: bool,
    /// Print the distinctive terms of the matching pages, compared with the rest of the case
    #[arg(long, conflicts_with_all = ["count", "ids", "files", "by_document", "facets"])]
    words: bool,
    /// Continue after this cursor, as printed by the previous search
    #[arg(long, value_name = "CURSOR", conflicts_with = "offset")]
    after: Option<Cursor>,
    /// Save the search under a name; see `exhibit saved`
    #[arg(long, value_name = "NAME")]
    save: Option<String>,
    /// The order of results
    #[arg(long, value_enum, default_value = "relevance", value_name = "ORDER")]
    sort: SortOrder,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SortOrder {
    Relevance,
    Received,
    Newest,
    Oldest,
    Path,
}

impl Run for SearchArgs {
    const GROUP: Group = Group::Search;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, self)
    }
}

fn run(context: &Context<'_>, search: &SearchArgs) -> Result<ExitCode, Failure> {
    let case = context.case()?;
    let text = search.query.join(" ");
    if text.trim().is_empty() && !search.facets && !search.words {
        return Err(Failure::usage(texts().no_query()).hint(texts().hint_no_query()));
    }
    let query = match super::searching(&case).query(&text, search.exact) {
        Err(SearchError::Query(error)) => return Err(misread(&text, error)),
        query => query?,
    };
    let sort = match search.sort {
        SortOrder::Relevance => Sort::Relevance,
        SortOrder::Received => Sort::Received,
        SortOrder::Newest => Sort::Newest,
        SortOrder::Oldest => Sort::Oldest,
        SortOrder::Path => Sort::Path,
    };
    let limit = if search.count || search.facets || search.words { 0 } else { search.limit };
    let request = SearchRequest {
        query: &query,
        limit,
        offset: search.offset,
        after: search.after,
        by_document: search.by_document,
        sort,
    };
    let results = super::searching(&case).search(&request)?;
    if !context.dry_run() && search.after.is_none() && search.offset == 0 {
        super::searching(&case).remember_search(
            &text,
            search.exact,
            results.total,
            MachineClock.now(),
        );
    }
    if let Some(name) = search.save.as_deref().filter(|_| !context.dry_run()) {
        super::searching(&case).save_search(name, &query, MachineClock.now())?;
        context.output.remark(&texts().saved_as(shown(name)));
    }
    let named = super::searching(&case).named(&text)?;
    let found = results.total > 0 || !named.is_empty();
    let _noted = access_log::note(context.output, &case, access_log::search(&text))?;
    if search.facets {
        facets(context, &super::searching(&case).facets(&query, MOST_VALUES)?);
    } else if search.words {
        words(context, &super::searching(&case).distinctive_words(&query, search.limit.max(1))?);
    } else if search.count {
        let count = if search.by_document { results.documents } else { results.total };
        context.output.line(&count.to_string());
    } else if search.ids || search.files {
        let mut printed = std::collections::BTreeSet::new();
        for item in &named {
            let path = super::view(&case).path(item)?;
            let text = if search.ids { case.label(item.id) } else { path };
            if printed.insert(text.clone()) {
                context.output.line(&text);
            }
        }
        for hit in &results.hits {
            let text = if search.ids { case.label(hit.item.id) } else { hit.path.clone() };
            if printed.insert(text.clone()) {
                context.output.line(&text);
            }
        }
    } else {
        for item in &named {
            print_named(context, &case, item)?;
        }
        print(context, &case, &request, &results);
        if !found {
            suggestions(context, &case, &query)?;
        }
        if let Some(place) = &results.next {
            context.output.remark(&format!("\n{}", texts().next_page(place.to_string())));
        }
    }
    // with a number or names alone, the warnings still go to stderr
    if search.count || search.ids || search.files {
        coverage::warn_of(context.output, &case)?;
    } else {
        coverage::report(context, &case)?;
    }
    Ok(if found { Exit::Done } else { Exit::Nothing }.into())
}

// The query, with a caret below the position of the syntax error.
fn misread(query: &str, error: QueryError) -> Failure {
    let (window, position) = window(query, error.position);
    let before: String = window.chars().take(position).collect();
    let pad: String = before.chars().map(|c| if is_wide(c) { '\u{3000}' } else { ' ' }).collect();
    let mut failure = Failure::from(SearchError::Query(error));
    failure.message = format!("{}\n  {}\n  {pad}^", failure.message, shown(&window));
    failure
}

/// The characters of a query that are shown around an error.
const WINDOW: usize = 60;

// The part of a query around a position, in characters, and the position within it.
fn window(query: &str, position: usize) -> (String, usize) {
    let all = query.chars().count();
    if all <= WINDOW {
        return (query.to_owned(), position.min(all));
    }
    let from = position.saturating_sub(WINDOW / 2).min(all - WINDOW);
    let (before, after) =
        (if from > 0 { "… " } else { "" }, if from + WINDOW < all { " …" } else { "" });
    let part: String = query.chars().skip(from).take(WINDOW).collect();
    (format!("{before}{part}{after}"), position.min(all) - from + before.chars().count())
}

// A document that the whole query names.
fn print_named(context: &Context<'_>, case: &Case, item: &Item) -> Result<(), Failure> {
    let output = context.output;
    if output.json {
        let path = super::view(case).path(item)?;
        output.object(
            "named",
            json!({"document": case.label(item.id), "path": path, "state": item.state.word()}),
        );
    } else {
        output.line(&texts().named_document(case.label(item.id), case.name(item)));
    }
    Ok(())
}

fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}' | '\u{20000}'..='\u{3fffd}')
}

/// Prints results, as text or JSON.
pub(crate) fn print(
    context: &Context<'_>,
    case: &Case,
    request: &SearchRequest<'_>,
    results: &SearchResults,
) {
    let by_document = request.by_document;
    let output = context.output;
    if output.json {
        for hit in &results.hits {
            output.object("hit", object(case, hit));
        }
        return;
    }
    let query = request.query.resolved();
    output.remark(&texts().read_as(shown(&query_read_as(query, texts().0))));
    if !query.widenings().is_empty() {
        let variants: Vec<String> = query
            .widenings()
            .iter()
            .map(|number| shown(&query.clauses[*number].text.to_string()))
            .collect();
        output.remark(&texts().also_searched(variants.join("; ")));
    }
    for hint in query.hints() {
        output.remark(&texts().query_note(safe(&query_remark(hint))));
    }
    let shown_hits = results.hits.len() as u64;
    let (pages, documents) = (texts().pages(results.total), texts().documents(results.documents));
    let (all, found) = match by_document {
        true => (results.documents, texts().found_documents(documents, pages)),
        false => (results.total, texts().found_pages(documents, pages)),
    };
    let seconds = format!("{:.3}", results.took.as_secs_f64());
    output.line(&match shown_hits < all {
        true => texts().found_first_in(found, seconds, shown_hits.to_string()),
        false => texts().found_in(found, seconds),
    });
    for hit in &results.hits {
        print_hit(context, case, hit);
    }
}

/// Prints one hit as text.
pub(crate) fn print_hit(context: &Context<'_>, case: &Case, hit: &SearchHit) {
    let output = context.output;
    let texts = texts();
    let parts = [
        Some(texts.hit_page(hit.page.to_string())),
        Some(texts.hits(hit.count as u64)),
        (hit.pages > 1).then(|| texts.pages(hit.pages)),
        hit.confidence.map(|confidence| texts.hit_ocr(format!("{confidence:.2}"))),
        (hit.copies > 0).then(|| texts.hit_copies(texts.places(hit.copies))),
    ];
    let parts = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    output.line("");
    let title = output.style(Style::Bold, &hit.name);
    output.line(&format!("{}  {title}  {parts}", case.label(hit.item.id)));
    output.line(&output.style(Style::Dim, &format!("  {}", hit.path)));
    if let Some(place) = &hit.found_at {
        output.line(&output.style(Style::Dim, &format!("  {}  {place}", texts.hit_also_at())));
    }
    for (item, path) in &hit.places {
        output.line(&output.style(Style::Dim, &format!("  = {}  {path}", case.label(*item))));
    }
    output.line(&format!("  {}", snippet(context, hit)));
}

/// Maximum number of values printed per facet.
const MOST_VALUES: usize = 20;

fn facets(context: &Context<'_>, facets: &[FacetCounts]) {
    let output = context.output;
    for facet in facets {
        if output.json {
            let value = |v: &FacetCount| json!({"value": v.value, "label": v.label, "pages": v.pages, "chosen": v.chosen, "excluded": v.excluded});
            let values: Vec<Value> = facet.values.iter().map(value).collect();
            let object = json!({"field": facet.facet.word(), "within": facet.within, "values": values, "more": facet.more});
            output.object("facet", object);
            continue;
        }
        let within = match facet.within.as_str() {
            "" => String::new(),
            within => format!(" {}", texts().facet_within(shown(within))),
        };
        output.line(&format!("{}{within}", output.style(Style::Bold, facet.facet.word())));
        for value in &facet.values {
            let mark = match (value.chosen, value.excluded) {
                (true, _) => format!(" {}", texts().facet_chosen()),
                (_, true) => format!(" {}", texts().facet_excluded()),
                _ => String::new(),
            };
            let name = if facet.facet == Facet::Container {
                format!("  {}", value.label)
            } else {
                String::new()
            };
            output.line(&format!(
                "{:>10}  {}{name}{mark}",
                number(value.pages),
                shown(&value.value)
            ));
        }
        if facet.more > 0 {
            output.line(&format!("{:>10}  {}", "", texts().facet_more(facet.more)));
        }
    }
}

fn words(context: &Context<'_>, found: &DistinctiveWords) {
    let output = context.output;
    if !output.json {
        let pages = texts().pages(found.total);
        output.remark(&match found.read < found.total {
            true => texts().terms_of_examined(found.read, pages),
            false => texts().terms_of(pages),
        });
    }
    for word in &found.words {
        if output.json {
            let score = (word.score * 10.0).round() / 10.0;
            output.object(
                "word",
                json!({"word": word.word, "pages": word.pages, "read": found.read, "pages_in_case": word.in_case, "score": score}),
            );
            continue;
        }
        let counts = texts().term_counts(word.in_case, texts().pages(word.pages));
        output.line(&format!(
            "{:>8.1}  {}  {}",
            word.score,
            output.style(Style::Bold, &shown(&word.word)),
            output.style(Style::Dim, &counts)
        ));
    }
}

fn suggestions(context: &Context<'_>, case: &Case, query: &CaseQuery) -> Result<(), Failure> {
    let output = context.output;
    if output.json || output.quiet {
        return Ok(());
    }
    for suggestion in super::searching(case).suggestions(query)? {
        let clause = |clause: &ClauseText| shown(&clause.to_string());
        let (texts, query) = (texts(), shown(&suggestion.query.to_string()));
        let pages = texts.pages(suggestion.pages);
        output.remark(&match &suggestion.change {
            SuggestedChange::Without(text) => texts.try_without(clause(text), pages, query),
            SuggestedChange::AnyDate(text) => texts.try_any_date(clause(text), pages, query),
            SuggestedChange::Only(text) => texts.try_only(clause(text), pages, query),
            SuggestedChange::Spelling(text) => texts.try_spelling(clause(text), pages, query),
            SuggestedChange::AnyFolder(text) => texts.try_any_folder(clause(text), pages, query),
            SuggestedChange::Variants => texts.try_variants(pages, query),
            SuggestedChange::InNames => texts.try_names(pages, query),
        });
    }
    Ok(())
}

fn snippet(context: &Context<'_>, hit: &SearchHit) -> String {
    let snippet = &hit.snippet;
    let mut text = String::new();
    let mut at = 0;
    let plain = |stretch: &str| shown(&stretch.replace(['\n', '\t'], " "));
    for span in &snippet.spans {
        if let (Some(before), Some(marked)) =
            (snippet.text.get(at..span.start), snippet.text.get(span.start..span.end))
        {
            text.push_str(&plain(before));
            text.push_str(&context.output.style(Style::Hit, &plain(marked)));
            at = span.end;
        }
    }
    text.push_str(&plain(snippet.text.get(at..).unwrap_or_default()));
    let before = if snippet.cut_before { "… " } else { "" };
    let after = if snippet.cut_after { " …" } else { "" };
    format!("{before}{text}{after}")
}

pub(crate) fn object(case: &Case, hit: &SearchHit) -> Value {
    let place =
        |rect: &Rect| json!([round(rect.x0), round(rect.y0), round(rect.x1), round(rect.y1)]);
    let boxes = hit.boxes.iter().map(|(span, rect)| json!({"hit": span, "rect": place(rect)}));
    json!({
        "document": case.label(hit.item.id),
        "path": hit.path,
        "page": hit.page.get(),
        "snippet": hit.snippet.text,
        "offsets": hit.offsets,
        "boxes": boxes.collect::<Vec<_>>(),
        "sha256": hit.item.original.map(|original| original.to_string()),
        "media_type": hit.item.media_type,
        "language": hit.language,
        "ocr_confidence": hit.confidence,
        "score": hit.score,
        "date": hit.date.map(|date| date.to_string()),
        "copies": hit.copies,
        "found_at": hit.found_at,
        "places": hit.places.iter().map(|(item, path)| json!({"document": case.label(*item), "path": path})).collect::<Vec<_>>(),
        "pages": hit.pages,
    })
}

// coordinates are stored on a grid of 1/16383: more digits would claim too much precision
fn round(place: f32) -> f64 {
    (f64::from(place) * 100_000.0).round() / 100_000.0
}
