//! `exhibit search QUERY...`

use super::Context;
use crate::cli::{Search, SortOrder};
use crate::failure::{Exit, Failure};
use crate::output::{Style, counted, number};
use crate::world::MachineClock;
use exhibit_case::{Case, CaseError, FacetCount, FacetCounts, SearchHit, SearchRequest, SearchResults};
use exhibit_index::Sort;
use exhibit_model::{Clock, Rect, shown};
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn run(context: &Context<'_>, search: &Search) -> Result<ExitCode, Failure> {
    let case = context.case()?;
    let query = search.query.join(" ");
    let sort = match search.sort {
        SortOrder::Relevance => Sort::Relevance,
        SortOrder::Received => Sort::Received,
        SortOrder::Newest => Sort::Newest,
        SortOrder::Oldest => Sort::Oldest,
    };
    let limit = if search.count || search.facets { 0 } else { search.limit };
    let request = SearchRequest {
        query: &query,
        limit,
        offset: search.offset,
        after: None,
        by_document: search.by_document,
        sort,
        exact: search.exact,
    };
    let results = match case.search(&request) {
        Err(CaseError::Query(error)) => return Err(misread(&query, error)),
        result => result?,
    };
    if let Some(name) = search.save.as_deref().filter(|_| !context.dry_run()) {
        case.save_search(name, &query, search.exact, MachineClock.now())?;
        context.output.remark(&format!("Saved as {}; again with: exhibit saved run {}", shown(name), shown(name)));
    }
    let found = results.total > 0;
    if search.facets {
        facets(context, &case.facets(&query, search.exact)?);
    } else if search.count {
        let count = if search.by_document { results.documents } else { results.total };
        context.output.line(&count.to_string());
    } else if search.ids || search.files {
        let mut printed = std::collections::BTreeSet::new();
        for hit in &results.hits {
            let text = if search.ids { case.label(hit.item.id) } else { hit.path.clone() };
            if printed.insert(text.clone()) {
                context.output.line(&text);
            }
        }
    } else {
        print(context, &case, &results, search.by_document);
    }
    Ok(if found { Exit::Done } else { Exit::Nothing }.into())
}

// the query with a mark below the place that cannot be understood
fn misread(query: &str, error: exhibit_index::QueryError) -> Failure {
    let before: String = query.chars().take(error.position).collect();
    let pad: String = before.chars().map(|c| if is_wide(c) { '\u{3000}' } else { ' ' }).collect();
    let mut failure = Failure::from(CaseError::Query(error));
    failure.message = format!("{}\n  {}\n  {pad}^", failure.message, shown(query));
    failure
}

fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}' | '\u{20000}'..='\u{3fffd}')
}

/// Prints results for people or scripts.
pub(crate) fn print(context: &Context<'_>, case: &Case, results: &SearchResults, by_document: bool) {
    let output = context.output;
    if output.json {
        for hit in &results.hits {
            output.object("hit", object(case, hit));
        }
        return;
    }
    if let Ok(Some((now, all))) = case.behind() {
        output.warn(&format!("searchable now: {} of {} pages", number(now), number(all)));
    }
    output.remark(&format!("Read as: {}", results.read_as));
    if !results.widenings.is_empty() {
        output.remark(&format!("Also: {} (leave out with --exact)", results.widenings.join("; ")));
    }
    let shown_hits = results.hits.len() as u64;
    let pages = counted(results.total, "page", "pages");
    let documents = counted(results.documents, "document", "documents");
    let all = if by_document { results.documents } else { results.total };
    let first = if shown_hits < all { format!(" (these are {shown_hits})") } else { String::new() };
    let found = if by_document { format!("{documents}, {pages}") } else { format!("{pages} of {documents}") };
    output.line(&format!("{found}{first} in {:.3} s", results.took.as_secs_f64()));
    for hit in &results.hits {
        let confidence = hit.confidence.map(|c| format!(" · OCR {c:.2}")).unwrap_or_default();
        let copies = if hit.copies > 0 {
            format!(" · also in {}", counted(hit.copies, "place", "places"))
        } else {
            String::new()
        };
        output.line("");
        let title = output.style(Style::Bold, &hit.name);
        let hits = counted(hit.count as u64, "hit", "hits");
        let more = match hit.pages {
            0 | 1 => String::new(),
            pages => format!(" · {}", counted(pages, "page", "pages")),
        };
        output.line(&format!(
            "{}  {title}  page {} · {hits}{more}{confidence}{copies}",
            case.label(hit.item.id),
            hit.page
        ));
        output.line(&output.style(Style::Dim, &format!("  {}", hit.path)));
        output.line(&format!("  {}", snippet(context, hit)));
    }
}

fn facets(context: &Context<'_>, facets: &[FacetCounts]) {
    let output = context.output;
    for facet in facets {
        if output.json {
            let value = |v: &FacetCount| json!({"value": v.value, "pages": v.pages, "chosen": v.chosen, "excluded": v.excluded});
            let values: Vec<Value> = facet.values.iter().map(value).collect();
            output.object("facet", json!({"field": facet.field, "values": values}));
            continue;
        }
        output.line(&output.style(Style::Bold, facet.field));
        for value in &facet.values {
            let mark = if value.chosen { " (chosen)" } else { "" };
            output.line(&format!("{:>10}  {}{mark}", number(value.pages), shown(&value.value)));
        }
    }
}

fn snippet(context: &Context<'_>, hit: &SearchHit) -> String {
    let snippet = &hit.snippet;
    let mut text = String::new();
    let mut at = 0;
    let plain = |stretch: &str| shown(&stretch.replace(['\n', '\t'], " "));
    for span in &snippet.spans {
        if let (Some(before), Some(marked)) = (snippet.text.get(at..span.start), snippet.text.get(span.start..span.end))
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

fn object(case: &Case, hit: &SearchHit) -> Value {
    let place = |rect: &Rect| json!([round(rect.x0), round(rect.y0), round(rect.x1), round(rect.y1)]);
    let boxes = hit.boxes.iter().map(|(span, rect)| json!({"hit": span, "rect": place(rect)}));
    json!({
        "document": case.label(hit.item.id),
        "path": hit.path,
        "page": hit.page,
        "snippet": hit.snippet.text,
        "offsets": hit.offsets,
        "boxes": boxes.collect::<Vec<_>>(),
        "sha256": hit.item.original.map(|original| original.to_string()),
        "media_type": hit.item.media_type,
        "language": hit.language,
        "ocr_confidence": hit.confidence,
        "score": hit.score,
        "date": hit.date.map(|moment| moment.to_rfc3339()),
        "copies": hit.copies,
        "pages": hit.pages,
    })
}

// places are stored on a grid of 1/16383: more digits would claim too much
fn round(place: f32) -> f64 {
    (f64::from(place) * 100_000.0).round() / 100_000.0
}
