//! A page with one message: something is not there, was refused or went wrong. It says what happened, what is safe and
//! what to do.

use crate::frame::{Frame, Section};
use crate::positions::Positions;
use crate::words::Message;
use maud::{Markup, html};

/// Writes the message.
#[must_use]
pub fn page(frame: &Frame, message: &Message) -> Markup {
    let body = html! {
        div.plain.message {
            h1 { (message.what) }
            p { (message.safe) }
            p { strong { (message.next) } }
            p { a href="/" { (frame.words.overview) } " · " a href="/search" { (frame.words.search) } }
        }
    };
    frame.page(Section::None, message.title, &Positions::default(), body)
}
