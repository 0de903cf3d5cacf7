//! The panels beside a document: where it was found, how it can be proved, its own metadata, and what a user
//! should know about how it was read.

use crate::untrusted::{Name, digest, ltr, media_type};
use crate::words::Words;
use exhibit_model::{Severity, State};
use maud::{Markup, html};

/// Where a document was found, and what it contains.
#[derive(Clone, Debug, Default)]
pub struct FoundIn {
    /// The path to it, itself and its members: source, folders, containers.
    pub lines: Vec<TreeLine>,
    /// How many members it has.
    pub members: u64,
    /// The list of its members if there are more than shown.
    pub all_members: Option<String>,
}

/// One line of the tree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TreeLine {
    /// Its depth, from 0.
    pub depth: usize,
    /// Its kind.
    pub kind: TreeKind,
    /// Its name.
    pub name: Name,
    /// The number of its item, if it is one.
    pub number: Option<String>,
    /// Its address.
    pub href: Option<String>,
    /// Its state, if not simply `read`.
    pub state: Option<State>,
}

/// The kind of a line of the tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TreeKind {
    /// The source.
    Source,
    /// A folder.
    Folder,
    /// A container of the next line.
    Container,
    /// The document itself.
    This,
    /// A member of it.
    Member,
}

/// How a file is identified and proved.
#[derive(Clone, Debug, Default)]
pub struct Custody {
    /// SHA-256 of its bytes in hexadecimal digits; empty if it has no bytes.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its media type by its content.
    pub media_type: String,
    /// When it was received.
    pub received: String,
    /// When it was last modified, according to its folder or container.
    pub modified: Option<String>,
    /// The source's name.
    pub source: Name,
    /// Its whole path: folders, containers, name.
    pub path: Name,
    /// Other places with the same bytes: number, path, address.
    pub copies: Vec<Copy>,
    /// How many there are, listed or not.
    pub copies_in_all: u64,
    /// The log entry of its receipt, and its address.
    pub log_entry: Option<(u64, String)>,
}

/// Another place with the same bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Copy {
    /// The number of its item.
    pub number: String,
    /// Where it was found.
    pub path: Name,
    /// Its page.
    pub href: String,
}

/// A property stated by the file itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PropertyRow {
    /// Its name, such as `dc:creator`.
    pub key: Name,
    /// Its value.
    pub value: Name,
}

/// What a user should know about how a file was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Noted {
    /// Its severity.
    pub severity: Severity,
    /// The page it is about, and its address; `None` for the whole file.
    pub page: Option<(u32, String)>,
    /// One sentence.
    pub text: Name,
}

/// Renders the tree.
#[must_use]
pub fn found_in(words: &Words, found: &FoundIn) -> Markup {
    html! {
        h2 { (words.found_in()) }
        ul.tree {
            @for line in &found.lines {
                li.(depth_class(line.depth)).this[line.kind == TreeKind::This] aria-current=[(line.kind == TreeKind::This).then_some("true")] {
                    span.vh { (words.tree_kind(line.kind)) ": " }
                    @match &line.href {
                        Some(href) => a href=(href) { (line.name.show()) },
                        None => (line.name.show()),
                    }
                    @if let Some(number) = &line.number { " " span.number { (ltr(number)) } }
                    @if let Some(state) = line.state { " " span.pill.warn[state.is_problem()] { (words.state(state)) } }
                }
            }
        }
        @if let Some(href) = &found.all_members { p { a href=(href) { (words.all_members(found.members)) } } }
    }
}

fn depth_class(depth: usize) -> &'static str {
    ["d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8"][depth.min(8)]
}

/// Renders how the file can be proved.
#[must_use]
pub fn custody(words: &Words, custody: &Custody) -> Markup {
    html! {
        details.custody open {
            summary { h2 { (words.custody()) } }
            dl {
                @if !custody.sha256.is_empty() {
                    dt { "SHA-256" } dd.wide { (digest(&custody.sha256)) }
                    dt { (words.size()) } dd { (words.bytes(custody.size)) }
                }
                @if !custody.media_type.is_empty() { dt { (words.media_type()) } dd { (media_type(&custody.media_type)) } }
                dt { (words.received()) } dd { (ltr(&custody.received)) }
                @if let Some(modified) = &custody.modified { dt { (words.modified()) } dd { (ltr(modified)) } }
                dt { (words.source()) } dd { (custody.source.show()) }
                dt { (words.path()) } dd.path.wide { (custody.path.show()) }
                @if let Some((index, href)) = &custody.log_entry { dt { (words.log_entry()) } dd { a href=(href) { (ltr(&format!("#{index}"))) } } }
            }
        }
        @if !custody.copies.is_empty() {
            h2 { (words.copies()) " (" (words.number(custody.copies_in_all)) ")" }
            ul.copies {
                @for copy in &custody.copies {
                    li { a href=(copy.href) { (ltr(&copy.number)) } " " span.dim { (words.same_bytes()) } br; span.path { (copy.path.show()) } }
                }
            }
        }
    }
}

/// Renders the file's own properties.
#[must_use]
pub fn properties(words: &Words, properties: &[PropertyRow]) -> Markup {
    html! {
        @if !properties.is_empty() {
            details.metadata {
                summary { h2 { (words.metadata()) " (" (properties.len()) ")" } }
                p.dim { (words.metadata_note()) }
                dl { @for property in properties { dt { (property.key.show()) } dd { (property.value.show()) } } }
            }
        }
    }
}

/// Renders what a user should know about how the file was read.
#[must_use]
pub fn notes(words: &Words, notes: &[Noted]) -> Markup {
    html! {
        @if !notes.is_empty() {
            h2 { (words.notes()) " (" (notes.len()) ")" }
            ul.notes {
                @for note in notes {
                    li.suspicious[note.severity == Severity::Suspicious] {
                        strong { (words.severity(note.severity)) }
                        @if let Some((page, href)) = &note.page { " · " a href=(href) { (words.page_short(u64::from(*page))) } }
                        br; (note.text.show())
                    }
                }
            }
        }
    }
}
