//! The page that explains how to ask.

use crate::css_rules::CssRules;
use crate::frame::{Frame, Section};
use maud::{Markup, html};

/// Writes the page; `fields` are those that a query can name, and what each takes.
#[must_use]
pub fn page(frame: &Frame, fields: &[(&str, &str)]) -> Markup {
    let words = frame.words;
    let body = html! {
        div.plain.help {
            h1 { (words.help) }
            p { (words.help_begin) }
            h2 { (words.operators) }
            dl { @for (form, meaning) in words.operator_list { dt { code { (form) } } dd { (meaning) } } }
            p { (words.operators_note) }
            h2 { (words.fields) }
            dl { @for (name, takes) in fields { dt { code { (name) ":" } } dd { (takes) } } }
            @for (title, text) in words.help_parts { h2 { (title) } p { (text) } }
        }
    };
    frame.page(Section::Search, words.help, &CssRules::default(), body)
}
