//! The overview's route.

use crate::admission::RequestContext;
use crate::app::App;
use crate::frame::Frame;
use crate::links::{self, Place, SearchPlace};
use crate::pages::overview::{Count, Gap, OverviewView, page};
use crate::pages::{PageError, answer};
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use exhibit_model::State as ItemState;
use maud::Markup;
use std::sync::Arc;

// The most frequent kinds and languages; the rest would be a list of its own.
const MOST: usize = 12;

/// Shows the overview.
pub(crate) async fn show(State(app): State<Arc<App>>, Extension(context): Extension<RequestContext>) -> Response {
    answer(app, context, overview).await
}

fn overview(app: &App, frame: &Frame) -> Result<Markup, PageError> {
    let words = frame.words;
    let account = app.case.account()?;
    let entries = app.case.log_size()?;
    let mut kinds: Vec<Count> = Vec::new();
    for (media_type, count) in &account.media_types {
        let label = words.kind(media_type);
        match kinds.iter_mut().find(|known| known.label == label) {
            Some(known) => known.count += count,
            None => kinds.push(Count { label: label.to_owned(), count: *count, href: None }),
        }
    }
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
    kinds.truncate(MOST);
    let language = |(tag, count): &(String, u64)| Count {
        label: words.language_of(tag),
        count: *count,
        href: (tag != "und").then(|| links::search(&SearchPlace::of(&format!("lang:{tag}")))),
    };
    let gaps = account.gaps.iter().map(|gap| Gap {
        container: gap.container.map(|id| {
            let number = app.case.label(id);
            (number.clone(), links::document(&number, &Place::default()))
        }),
        found: gap.found,
        listed: gap.listed,
    });
    let view = OverviewView {
        states: ItemState::ALL.map(|state| (state, account.items.get(&state).copied().unwrap_or(0))).into(),
        originals: account.originals,
        bytes: account.bytes,
        pages: account.pages,
        by_ocr: account.pages_by_ocr,
        waiting_for_ocr: account.pages_waiting_for_ocr,
        ocr_failed: account.pages_ocr_failed,
        searchable: app.case.searchable(),
        sources: account.sources,
        gaps: gaps.collect(),
        languages: account.languages.iter().take(MOST).map(language).collect(),
        kinds,
        log: entries.checked_sub(1).map(|last| (entries, links::log_entry(last))),
    };
    Ok(page(frame, &view))
}
