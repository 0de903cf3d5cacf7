//! The interface's own addresses: its files, and the address that opened the session.

use super::Content;
use crate::access_events::{AccessEvent, Loaded};
use crate::app::App;
use crate::assets;
use crate::page_error::PageError;
use crate::params::Params;
use axum::body::Body;
use std::sync::Arc;

/// The interface's own files.
pub(super) fn asset(_: &Arc<App>, params: &Params) -> Result<Loaded<Content>, PageError> {
    let asset =
        assets::at(&format!("/static/{}", params.path("file"))).ok_or(PageError::NotThere)?;
    let content = Content {
        media_type: asset.media_type,
        download_name: None,
        body: Body::from(asset.bytes),
    };
    Ok(Loaded::new(AccessEvent::Nothing, content))
}

/// The address that opened this session, requested again: the session is open already.
pub(super) fn opened(_: &Arc<App>, _: &Params) -> Result<Loaded<Content>, PageError> {
    Err(PageError::Moved("/".to_owned()))
}
