//! The custody log: its last entries, and one entry as it stands in the log.

use crate::css_rules::CssRules;
use crate::frame::{Frame, Section, pager};
use crate::untrusted::{Name, ltr};
use crate::words::{Words, fill};
use maud::{Markup, html};

/// What the list of entries shows.
#[derive(Clone, Debug, Default)]
pub struct LogView {
    /// How many entries the log has.
    pub size: u64,
    /// How many changes of tags have no entry yet.
    pub waiting: u64,
    /// The entries shown, newest first.
    pub entries: Vec<LogLine>,
    /// The newest entries, where those shown are older.
    pub first: Option<String>,
    /// Older entries.
    pub older: Option<String>,
    /// The last checkpoint, as it is signed.
    pub checkpoint: String,
}

/// One entry, in short.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogLine {
    /// Its index, from 0.
    pub index: u64,
    /// Its text, as it is hashed.
    pub text: Name,
    /// The document that it is about, and its address.
    pub document: Option<(String, String)>,
}

/// What the page of one entry shows.
#[derive(Clone, Debug, Default)]
pub struct EntryView {
    /// Its index, from 0.
    pub index: u64,
    /// How many entries the log has.
    pub size: u64,
    /// The entry's canonical text, exactly the bytes that are hashed.
    pub canonical: String,
    /// Its leaf hash in hexadecimal digits.
    pub leaf_hash: String,
    /// The document that it is about.
    pub document: Option<(String, String)>,
    /// What the entry's commitments stand for: field and value.
    pub openings: Vec<(Name, Name)>,
    /// The proof that the entry is in the log (C2SP tlog-proof).
    pub proof: String,
    /// The last checkpoint, as it is signed.
    pub checkpoint: String,
}

/// Writes the list of entries.
#[must_use]
pub fn list(frame: &Frame, view: &LogView) -> Markup {
    let words = frame.words;
    let body = html! {
        div.plain {
            h1 { (words.log) }
            p { (words.log_explained) }
            p.dim role="status" { (words.log_entries.of(view.size)) }
            @if view.waiting > 0 { p { (words.log_waiting.of(view.waiting)) } }
            div.scroll tabindex="0" {
                table.list {
                    thead { tr { th.n scope="col" { (words.entry) } th scope="col" { (words.canonical) } th scope="col" { (words.about) } } }
                    tbody {
                        @for line in &view.entries {
                            tr data-row {
                                td.n { a href=(crate::links::log_entry(line.index)) { (ltr(&format!("#{}", line.index))) } }
                                td { code.brief { (line.text.show()) } }
                                td { @if let Some((number, href)) = &line.document { a href=(href) { (ltr(number)) } } }
                            }
                        }
                    }
                }
            }
            (pager(words, view.first.as_deref().map(|href| (href, words.first_rows)), view.older.as_deref()))
            (checkpoint(words, &view.checkpoint))
        }
    };
    frame.page(Section::Log, words.log, &CssRules::default(), body)
}

/// Writes the page of one entry.
#[must_use]
pub fn entry(frame: &Frame, view: &EntryView) -> Markup {
    let words = frame.words;
    let last = view.size.saturating_sub(1);
    let index = view.index.to_string();
    let body = html! {
        div.plain {
            p { a href="/log" { "← " (words.log) } }
            h1 { (words.log_entry) " " (ltr(&format!("#{index}"))) }
            p.dim { (fill(words.entry_of, &[("n", &index), ("last", &last.to_string())])) }
            nav.pager aria-label=(words.pages_of_list) {
                @if view.index > 0 { a href=(crate::links::log_entry(view.index - 1)) rel="prev" data-key="[" { "← " (words.earlier_entry) } }
                @if view.index < last { a href=(crate::links::log_entry(view.index + 1)) rel="next" data-key="]" { (words.later_entry) " →" } }
            }
            @if let Some((number, href)) = &view.document { p { (words.about) ": " a href=(href) { (ltr(number)) } } }
            h2 { (words.canonical) }
            p.dim { (words.canonical_explained) }
            pre.exact lang="und" dir="ltr" tabindex="0" { (exact(&view.canonical)) }
            @if !view.openings.is_empty() {
                h2 { (words.openings) }
                p.dim { (words.openings_explained) }
                div.scroll tabindex="0" {
                    table.list {
                        @for (field, value) in &view.openings { tr { th scope="row" { (field.show()) } td { (value.show()) } } }
                    }
                }
            }
            h2 { (words.leaf_hash) }
            p { code.digest.ltr dir="ltr" { (view.leaf_hash) } }
            @if !view.proof.is_empty() {
                details { summary { h2 { (words.proof) } } pre.exact lang="und" dir="ltr" tabindex="0" { (exact(&view.proof)) } }
            }
            (checkpoint(words, &view.checkpoint))
        }
    };
    let title = format!("{} #{index}", words.log_entry);
    frame.page(Section::Log, &title, &CssRules::default(), body)
}

fn checkpoint(words: &Words, text: &str) -> Markup {
    html! {
        @if !text.is_empty() {
            h2 { (words.checkpoint) }
            p.dim { (words.checkpoint_explained) }
            pre.exact lang="und" dir="ltr" tabindex="0" { (exact(text)) }
        }
    }
}

// The text line by line; what could steer or reorder stands as a token.
fn exact(text: &str) -> Markup {
    html! { @for line in text.lines() { (exhibit_model::shown(line)) "\n" } }
}
