//! Adding tags to a document and removing them.

use crate::app::App;
use crate::links::{self, Place};
use crate::page_error::PageError;
use crate::pages::Change;
use crate::params::FormData;
use std::sync::Arc;

/// Changes the tags of a document.
pub(crate) fn change(app: &Arc<App>, form: &FormData) -> Result<Change, PageError> {
    let id = app.view().resolve(form.path("number"))?;
    let tag = form.text("tag").trim();
    let before = app.view().tags_of(id)?;
    let off = !form.text("off").is_empty();
    if app.view().set_tag(id, tag, !off, app.clock.now())? {
        (app.log_marks)();
    }
    let after = app.view().tags_of(id)?;
    // as it is stored: the case in which it was written does not matter
    let (with, without) = if off { (&before, &after) } else { (&after, &before) };
    let changed = with.iter().find(|tag| !without.contains(tag)).map_or("", String::as_str);
    let place = Place {
        query: form.text("q"),
        sort: form.text("sort"),
        rank: form.number("r"),
        page: u32::try_from(form.number("p")).unwrap_or(0),
        exact: form.number("exact") > 0,
        documents: form.number("docs") > 0,
        ..Place::default()
    };
    Ok(Change::shown_at(links::tag_changed(&app.case.label(id), &place, changed, off)))
}
