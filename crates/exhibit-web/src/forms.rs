//! What was done just now, with the button that takes it back.

use crate::frame::Frame;
use crate::pages::search::facets::hidden;
use crate::pages::search::view::token;
use crate::untrusted::Name;
use maud::{Markup, html};

/// What was done, and how it is taken back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undo {
    /// What was done, as a sentence with `{name}` where the name stands.
    pub said: &'static str,
    /// What it was done to.
    pub name: String,
    /// Where the form goes.
    pub action: String,
    /// What it sends.
    pub fields: Vec<(&'static str, String)>,
}

/// Writes it; nothing where nothing was done.
pub(crate) fn undo(frame: &Frame, undo: Option<&Undo>) -> Markup {
    html! {
        @if let Some(undo) = undo {
            @let (before, after) = undo.said.split_once("{name}").unwrap_or((undo.said, ""));
            form.done method="post" action=(undo.action) {
                (token(frame)) (hidden(&undo.fields))
                span role="status" { (before) (Name::from(undo.name.as_str()).show()) (after) }
                " " button type="submit" { (frame.words.undo) }
            }
        }
    }
}
