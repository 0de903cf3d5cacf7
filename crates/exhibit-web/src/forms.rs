//! Parts of forms: hidden fields, the token of the session, and the notice that a change can be undone.

use crate::frame::Frame;
use crate::untrusted::Name;
use maud::{Markup, html};

/// A change that can be undone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Done {
    /// A tag was added to a document.
    TagAdded,
    /// A tag was removed from a document.
    TagRemoved,
    /// A search was saved.
    SearchSaved,
    /// A saved search was deleted.
    SearchForgotten,
}

/// A change and how to undo it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undo {
    /// The change.
    pub said: Done,
    /// The name of the changed thing.
    pub name: String,
    /// The address of the form.
    pub action: String,
    /// The fields of the form.
    pub fields: Vec<(&'static str, String)>,
}

// A placeholder for a name in a text until the name is rendered with its language and direction.
const NAME: char = char::REPLACEMENT_CHARACTER;

/// Renders the notice; nothing if nothing was changed.
pub(crate) fn undo(frame: &Frame, undo: Option<&Undo>) -> Markup {
    html! {
        @if let Some(undo) = undo {
            @let text = frame.words.done(undo.said, &NAME.to_string());
            @let (before, after) = text.split_once(NAME).unwrap_or((&text, ""));
            form.done method="post" action=(undo.action) {
                (token(frame)) (hidden(&undo.fields))
                span role="status" { (before) (Name::from(undo.name.as_str()).show()) (after) }
                " " button type="submit" { (frame.words.undo()) }
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
