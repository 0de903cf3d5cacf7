//! Recent searches: turning them on and off, and clearing them. They are shown on the search page.

use super::Change;
use crate::app::App;
use crate::page_error::PageError;
use crate::params::FormData;
use std::sync::Arc;

/// Changes the setting for recent searches.
pub(super) fn change(app: &Arc<App>, form: &FormData) -> Result<Change, PageError> {
    match form.path("how") {
        "on" => app.search().turn_history(true)?,
        "off" => app.search().turn_history(false)?,
        "clear" => app.search().clear_history()?,
        _ => return Err(PageError::NotThere),
    }
    Ok(Change::shown_at("/search".to_owned()))
}
