//! The picture of a page, rendered in a caged worker.

use crate::access_events::{AccessEvent, Loaded};
use crate::app::App;
use crate::page_error::PageError;
use crate::pages::Content;
use crate::params::Params;
use axum::body::Body;
use std::sync::Arc;

// The longer side of a picture beside the text, and on its own.
const BESIDE: u32 = 1600;
const ALONE: u32 = 3200;

/// Renders the picture of a page.
pub(in crate::pages) fn load(
    app: &Arc<App>,
    params: &Params,
) -> Result<Loaded<Content>, PageError> {
    let side = if params.text("large") == "1" { ALONE } else { BESIDE };
    let page = params.path("file").strip_suffix(".png").and_then(|page| page.parse().ok());
    let (Some(page), Some(cage)) = (page, &app.cage) else { return Err(PageError::NoPicture) };
    let item = app.view().resolve(params.path("number"))?;
    let png = app.view().picture(cage, item, page, side)?;
    let content = Content { media_type: "image/png", download_name: None, body: Body::from(png) };
    Ok(Loaded::new(AccessEvent::PagePicture { item, page }, content))
}
