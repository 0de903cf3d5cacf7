//! Parts of forms: hidden fields, the token of the session, and the notice that a change can be undone.

use crate::frame::Frame;
use crate::untrusted::Name;
use maud::{Markup, html};

/// What was done, and how it is taken back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undo {
    /// What was done, as a sentence with a `{name}` placeholder.
    pub said: &'static str,
    /// What it was done to.
    pub name: String,
    /// Where the form goes.
    pub action: String,
    /// What it sends.
    pub fields: Vec<(&'static str, String)>,
}

/// Renders it; nothing where nothing was done.
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

/// Hidden fields.
pub(crate) fn hidden(fields: &[(&'static str, String)]) -> Markup {
    html! { @for (name, value) in fields { input type="hidden" name=(name) value=(value); } }
}

/// The session's token, which every form that changes something carries.
pub(crate) fn token(frame: &Frame) -> Markup {
    html! { @if let Some(token) = &frame.form_token { input type="hidden" name="token" value=(token); } }
}
