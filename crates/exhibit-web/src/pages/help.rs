//! The page that explains how to search.

use crate::access_events::{AccessEvent, Loaded};
use crate::app::App;
use crate::css_rules::CssRules;
use crate::frame::Frame;
use crate::page_error::PageError;
use crate::pages::Page;
use crate::params::Params;
use maud::{Markup, html};

/// The page that explains how to search.
#[derive(Debug)]
pub struct Help;

impl Page for Help {
    /// The fields of a query, and what each accepts.
    type View = Vec<(&'static str, String)>;

    fn load(app: &App, _: &Params) -> Result<Loaded<Self::View>, PageError> {
        let fields = crate::pages::search::fields(app.words());
        Ok(Loaded::new(AccessEvent::Nothing, fields))
    }

    fn render(frame: &Frame, fields: &Self::View) -> Markup {
        page(frame, fields)
    }

    fn samples() -> Vec<(&'static str, Self::View)> {
        vec![("help", crate::pages::search::samples::fields())]
    }
}

fn page(frame: &Frame, fields: &[(&str, String)]) -> Markup {
    let words = frame.words;
    let body = html! {
        div.plain.help {
            h1 { (words.help()) }
            p { (words.help_begin()) }
            h2 { (words.operators()) }
            dl { @for (form, meaning) in words.operator_list() { dt { code { (form) } } dd { (meaning) } } }
            p { (words.operators_note()) }
            h2 { (words.fields()) }
            dl { @for (name, takes) in fields { dt { code { (name) ":" } } dd { (takes) } } }
            @for (title, text) in words.help_parts() { h2 { (title) } p { (text) } }
        }
    };
    frame.page(&words.help(), &CssRules::default(), body)
}
