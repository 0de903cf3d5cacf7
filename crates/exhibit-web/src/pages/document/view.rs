//! The document page: links to results and neighbours, the picture of a page with its hits, its text beside it, and
//! what is known about the file.

use crate::css_rules::CssRules;
use crate::forms::hidden;
use crate::forms::token;
use crate::forms::{Undo, undo};
use crate::frame::Frame;
use crate::pages::document::page_view::{PictureView, Text, picture, text};
use crate::pages::document::panels::{
    Custody, FoundIn, Noted, PropertyRow, custody, found_in, notes, properties,
};
use crate::untrusted::{Name, ltr, nothing};
use crate::words::Words;
use exhibit_model::State;
use maud::{Markup, html};

/// The data of the document page.
#[derive(Clone, Debug)]
pub struct DocumentView {
    /// The document's number, such as `EXH-000127`.
    pub number: String,
    /// The file's name.
    pub name: Name,
    /// The word for its kind.
    pub kind: String,
    /// Its state.
    pub state: State,
    /// The reason, for states that need one.
    pub reason: Name,
    /// The links to results and neighbours.
    pub trail: Trail,
    /// The picture of the page, or why it has none; `None` if the document has no pages.
    pub picture: Option<PictureView>,
    /// The text of the page; `None` if the document has no pages.
    pub text: Option<Text>,
    /// The page's place in its document.
    pub page: Option<PagePlace>,
    /// Where it was found, and what it contains.
    pub found_in: FoundIn,
    /// How the file is identified and proved.
    pub custody: Custody,
    /// The tags of the document.
    pub tags: Tags,
    /// A search for the messages of its conversation.
    pub conversation: Option<String>,
    /// Documents similar to it: the address, and whether only this page is compared.
    pub similar: Vec<(String, bool)>,
    /// The file's own properties.
    pub properties: Vec<PropertyRow>,
    /// What a user should know about how it was read.
    pub notes: Vec<Noted>,
}

/// The tags of a document.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tags {
    /// The address of the forms.
    pub action: String,
    /// The hidden fields that lead back to the same place.
    pub keep: Vec<(&'static str, String)>,
    /// The tags, each with a search for it.
    pub tags: Vec<(String, String)>,
    /// Existing tags of the case.
    pub known: Vec<String>,
    /// The change that was just made.
    pub undo: Option<Undo>,
}

/// The links back to the results and on to the next hit.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    /// Back to the results.
    pub results: Option<String>,
    /// The position among the hits.
    pub hit: Option<Step>,
    /// The position among the results.
    pub result: Option<Step>,
    /// Whether the index cannot be used, so that hits are unknown.
    pub no_index: bool,
}

/// A position in a sequence, with the links to its neighbours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Its number, from 1; 0 if there is no current one.
    pub number: u64,
    /// How many there are.
    pub of: u64,
    /// The previous one.
    pub previous: Option<String>,
    /// The next one.
    pub next: Option<String>,
}

/// A page's place in its document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PagePlace {
    /// The position among the pages.
    pub step: Step,
    /// The document's own name for it (a sheet's name, a printed page label); may be empty.
    pub label: Name,
    /// The address of the form for jumping to a page.
    pub action: String,
    /// The hidden fields of that form: names and values.
    pub keep: Vec<(&'static str, String)>,
}

/// Renders the document page.
#[must_use]
pub fn page(frame: &Frame, view: &DocumentView) -> Markup {
    let words = frame.words;
    let mut rules = CssRules::default();
    let has_picture = matches!(view.picture, Some(PictureView::Shown { .. }));
    let picture = view.picture.as_ref().map(|shown| picture(words, shown, &mut rules));
    let page_head = view.page.as_ref().map(|place| page_head(words, place, view.picture.as_ref()));
    let body = html! {
        (head(words, view))
        div.document.no-paper[!has_picture] {
            @if has_picture { section.paper aria-labelledby="paper-head" { (some(&page_head)) (some(&picture)) } }
            section.text aria-labelledby="text-head" {
                @if !has_picture { (some(&page_head)) (some(&picture)) }
                @match &view.text { Some(shown) => (text(words, shown)), None => (no_pages(words, view)) }
            }
            aside.facts aria-label=(words.facts()) {
                (notes(words, &view.notes))
                (tags(frame, &view.tags))
                @if let Some(href) = &view.conversation { p { a href=(href) { (words.conversation()) } } }
                (similar(words, &view.similar))
                (custody(words, &view.custody))
                (properties(words, &view.properties))
            }
            aside.found aria-label=(words.found_in()) { (found_in(words, &view.found_in)) }
        }
    };
    frame.page(&view.number, &rules, body)
}

fn tags(frame: &Frame, tags: &Tags) -> Markup {
    let words = frame.words;
    html! {
        h2 id="tags" { (words.tags()) }
        (undo(frame, tags.undo.as_ref()))
        @if !tags.tags.is_empty() {
            ul.tags {
                @for (tag, href) in &tags.tags {
                    li {
                        a href=(href) { (Name::from(tag.as_str()).show()) }
                        form.inline method="post" action=(tags.action) {
                            (token(frame)) (hidden(&tags.keep))
                            input type="hidden" name="tag" value=(tag);
                            input type="hidden" name="off" value="1";
                            button.quiet type="submit" aria-label=(words.take_tag_off(tag)) { "−" }
                        }
                    }
                }
            }
        }
        form.inline method="post" action=(tags.action) {
            (token(frame)) (hidden(&tags.keep))
            label { span.vh { (words.new_tag()) } input type="text" name="tag" required maxlength="60" dir="auto" list="known-tags" placeholder=(words.new_tag()); }
            datalist id="known-tags" { @for tag in &tags.known { option value=(tag) {} } }
            " " button type="submit" { (words.add_tag()) }
        }
    }
}

fn similar(words: &Words, links: &[(String, bool)]) -> Markup {
    html! {
        @if !links.is_empty() {
            p.similar {
                @for (href, page) in links { a href=(href) { @if *page { (words.more_like_page()) } @else { (words.more_like_this()) } } " " }
            }
        }
    }
}

fn some(part: &Option<Markup>) -> Markup {
    part.clone().unwrap_or_else(nothing)
}

fn head(words: &Words, view: &DocumentView) -> Markup {
    let trail = &view.trail;
    html! {
        div.dochead {
            div.what {
                @if let Some(href) = &trail.results { a.back href=(href) { "← " (words.back_to_results()) } }
                h1 { (view.name.show()) }
                span.number { (ltr(&view.number)) }
                span.dim { (view.kind) }
                @if view.name.is_disguised() { span.pill.bad { "! " (words.disguised_name()) } }
                @if view.state != State::Read {
                    span.pill.warn[view.state.is_problem()] { (words.state(view.state)) }
                }
            }
            nav.steps aria-label=(words.steps()) {
                @if let Some(step) = &trail.hit {
                    @let place = if step.number == 0 { words.any_hit_of(step.of) } else { words.hit_of(step.number, step.of) };
                    @let results = trail.result.as_ref();
                    @let (before, after) = (results.and_then(|r| r.previous.clone()), results.and_then(|r| r.next.clone()));
                    @let (back, onward) = (step.previous.is_none() && before.is_some(), step.next.is_none() && after.is_some());
                    @let step = Step { previous: step.previous.clone().or(before), next: step.next.clone().or(after), ..step.clone() };
                    // beyond the last hit of a document is the next result
                    (stepper(&place, &step,
                        (&if back { words.previous_result() } else { words.previous_hit() }, "p"),
                        (&if onward { words.next_result() } else { words.next_hit() }, "n")))
                }
                @if let Some(step) = &trail.result {
                    @let place = if step.number == 0 { words.any_result_of(step.of) } else { words.result_of(step.number, step.of) };
                    (stepper(&place, step, (&words.previous_result(), "["), (&words.next_result(), "]")))
                }
            }
        }
        @if trail.no_index { p.reason { (words.no_index()) } }
        @if !view.reason.is_empty() {
            p.reason { strong { (words.state(view.state)) ": " } (view.reason.show()) }
        }
    }
}

fn stepper(position: &str, step: &Step, back: (&str, &str), on: (&str, &str)) -> Markup {
    let button = |href: &Option<String>, (word, key): (&str, &str)| {
        html! {
            @match href {
                Some(href) => a.button href=(href) data-key=(key) { (word) kbd { (key) } },
                None => span.button.off aria-disabled="true" { (word) },
            }
        }
    };
    html! {
        span.stepper {
            (button(&step.previous, back))
            span.place { (position) }
            (button(&step.next, on))
        }
    }
}

fn page_head(words: &Words, place: &PagePlace, picture: Option<&PictureView>) -> Markup {
    let step = &place.step;
    html! {
        div.panehead {
            h2 id="paper-head" {
                (words.page_n_of(step.number, step.of))
                @if !place.label.is_empty() { " · " (place.label.show()) }
            }
            @if step.of > 1 {
                @if let Some(href) = &step.previous { a href=(href) rel="prev" { "‹ " (words.previous_page()) } }
                @if let Some(href) = &step.next { a href=(href) rel="next" { (words.next_page()) " ›" } }
                form.jump method="get" action=(place.action) {
                    @for (name, value) in &place.keep { input type="hidden" name=(name) value=(value); }
                    label { span.vh { (words.go_to_page()) } input type="number" name="p" min="1" max=(step.of) value=(step.number); }
                    button type="submit" { (words.go()) }
                }
            }
            @if let Some(PictureView::Shown { large, .. }) = picture {
                a href=(large) data-key="z" { (words.zoom()) kbd { "z" } }
            }
        }
    }
}

fn no_pages(words: &Words, view: &DocumentView) -> Markup {
    html! {
        div.panehead { h2 id="text-head" { (words.text()) } }
        p.lead { (words.no_pages(view.state)) }
        @if view.found_in.members > 0 { p { (words.members_below(view.found_in.members)) } }
    }
}
