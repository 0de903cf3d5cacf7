//! What a document refers to outside itself: links, actions, external streams.
//!
//! Nothing is fetched. Targets become properties; one that is used as soon as the document is opened, or that provides
//! part of a page, is noted as well.

use super::annotations;
use super::objects::{catalog, dicts, is_named, resolved, text_of};
use crate::out::{Out, Stop};
use exhibit_model::NoteCode;
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Name, Object, ObjectIdentifier, Stream};
use hayro_syntax::page::Page as PdfPage;
use std::collections::HashSet;

/// The maximum number of targets that are emitted.
const MOST: usize = 2_000;
/// The maximum number of actions of one chain.
const LONGEST_CHAIN: usize = 64;
/// The maximum number of external streams of one page that are emitted.
const MOST_STREAMS: usize = 200;

/// A reference to something outside the document.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Reference {
    /// The kind: `link`, `launch`, `document`, `embedded-document`, `submit`, `import`, `stream`.
    pub(super) kind: &'static str,
    pub(super) target: String,
}

/// The references of a dictionary's action, of its additional actions, and of those that follow them.
pub(super) fn of_actions(dict: &Dict<'_>) -> Vec<Reference> {
    let mut found = Vec::new();
    let additional = dict.get::<Dict<'_>>("AA").unwrap_or_default();
    let more: Vec<Dict<'_>> =
        additional.keys().filter_map(|event| additional.get::<Dict<'_>>(event)).collect();
    let first = ["A", "PA", "OpenAction"].iter().filter_map(|key| dict.get::<Dict<'_>>(*key));
    for action in first.chain(more) {
        let mut waiting = vec![action];
        let mut steps = 0;
        while let Some(action) = waiting.pop() {
            steps += 1;
            if steps > LONGEST_CHAIN {
                break;
            }
            found.extend(of_action(&action));
            match action.get::<Object<'_>>("Next") {
                Some(Object::Dict(next)) => waiting.push(next),
                Some(Object::Array(next)) => {
                    waiting.extend(next.iter::<Dict<'_>>().take(LONGEST_CHAIN))
                }
                _ => {}
            }
        }
    }
    found
}

fn of_action(action: &Dict<'_>) -> Option<Reference> {
    let kind = action.get::<Name<'_>>("S")?;
    let (kind, target) = match kind.as_str() {
        "URI" => ("link", text_of(action, "URI")),
        "Launch" => {
            let windows = action.get::<Dict<'_>>("Win").and_then(|win| {
                let (program, arguments) =
                    (text_of(&win, "F")?, text_of(&win, "P").unwrap_or_default());
                Some(format!("{program} {arguments}").trim_end().to_owned())
            });
            ("launch", file_of(action, "F").or(windows))
        }
        "GoToR" => ("document", file_of(action, "F")),
        "GoToE" => ("embedded-document", file_of(action, "F")),
        "SubmitForm" => ("submit", file_of(action, "F")),
        "ImportData" => ("import", file_of(action, "F")),
        _ => return None,
    };
    target.map(|target| Reference { kind, target })
}

/// The name of a file specification (ISO 32000-2, 7.11).
fn file_of(dict: &Dict<'_>, key: &str) -> Option<String> {
    text_of(dict, key).or_else(|| {
        let file = dict.get::<Dict<'_>>(key)?;
        ["UF", "F", "Unix", "DOS", "Mac"].iter().find_map(|key| text_of(&file, key))
    })
}

/// Emits the references of the document, each once.
pub(super) fn emit(pdf: &Pdf, out: &mut Out<'_>) -> Result<(), Stop> {
    let mut seen: HashSet<Reference> = HashSet::new();
    let mut omitted = 0_u64;
    let catalog = catalog(pdf.xref());
    let at_once = of_actions(&catalog);
    for reference in &at_once {
        let (part, relation) = ("catalog".to_owned(), reference.kind.to_owned());
        out.note(
            0,
            NoteCode::ExternalReference { part, relation, target: reference.target.clone() },
        )?;
    }
    let mut add = |reference: Reference, out: &mut Out<'_>| -> Result<bool, Stop> {
        if seen.contains(&reference) {
            return Ok(false);
        }
        if seen.len() >= MOST {
            omitted += 1;
            return Ok(false);
        }
        out.metadata(format!("pdf:{}", reference.kind), &reference.target)?;
        seen.insert(reference);
        Ok(true)
    };
    for reference in at_once.into_iter().chain(of_outline(&catalog)) {
        add(reference, out)?;
    }
    for (number, page) in (1_u32..).zip(pdf.pages().iter()) {
        for reference in of_actions(page.raw()) {
            let (part, relation) = (format!("page {number}"), reference.kind.to_owned());
            out.note(
                number,
                NoteCode::ExternalReference { part, relation, target: reference.target.clone() },
            )?;
            add(reference, out)?;
        }
        for reference in annotations::references(page) {
            add(reference, out)?;
        }
        for reference in external_streams(page) {
            let (part, relation) = (format!("page {number}"), "image".to_owned());
            let target = reference.target.clone();
            if add(reference, out)? {
                out.note(number, NoteCode::ExternalReference { part, relation, target })?;
            }
        }
    }
    if omitted > 0 {
        out.note(0, NoteCode::LinksOmitted { count: omitted, kept: MOST as u64 })?;
    }
    Ok(())
}

/// The references of the outline's entries.
fn of_outline(catalog: &Dict<'_>) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut seen: HashSet<ObjectIdentifier> = HashSet::new();
    let outline = catalog.get::<Dict<'_>>("Outlines").unwrap_or_default();
    let mut waiting: Vec<Dict<'_>> = outline.get::<Dict<'_>>("First").into_iter().collect();
    while let Some(entry) = waiting.pop() {
        if found.len() > MOST || entry.obj_id().is_none_or(|id| !seen.insert(id)) {
            continue;
        }
        found.extend(of_actions(&entry));
        waiting.extend(entry.get::<Dict<'_>>("Next"));
        waiting.extend(entry.get::<Dict<'_>>("First"));
    }
    found
}

/// External objects of a page whose content is in another file: streams with a file, and references to another document.
fn external_streams(page: &PdfPage<'_>) -> Vec<Reference> {
    let resources = page.raw().get::<Dict<'_>>("Resources").unwrap_or_default();
    let objects = resources.get::<Dict<'_>>("XObject").unwrap_or_default();
    let streams =
        objects.keys().filter_map(|key| objects.get::<Stream<'_>>(key)).take(MOST_STREAMS);
    let outside = streams.filter_map(|stream| {
        let dict = stream.dict();
        file_of(dict, "F").or_else(|| file_of(&dict.get::<Dict<'_>>("Ref")?, "F"))
    });
    outside.map(|target| Reference { kind: "stream", target }).collect()
}

/// The files that dictionaries of the document name as associated (ISO 32000-2, 14.13): the catalog, pages, annotations
/// and external objects of pages.
pub(super) fn associated<'a>(pdf: &'a Pdf) -> Vec<Dict<'a>> {
    const MOST_FILES: usize = 10_000;
    let mut files = Vec::new();
    let mut take = |dict: &Dict<'a>| {
        let Some(array) = dict.get::<Array<'a>>("AF") else {
            files.extend(dict.get::<Dict<'a>>("AF"));
            return;
        };
        files.extend(array.raw_iter().take(MOST_FILES).filter_map(|entry| {
            match resolved(entry, pdf.xref()) {
                (_, Some(Object::Dict(file))) => Some(file),
                _ => None,
            }
        }));
    };
    take(&catalog(pdf.xref()));
    for page in pdf.pages().iter() {
        take(page.raw());
        if let Some(array) = page.raw().get::<Array<'a>>("Annots") {
            let notes: Vec<Dict<'a>> =
                dicts(&array, pdf.xref()).take(MOST_FILES).map(|(_, dict)| dict).collect();
            notes
                .iter()
                .filter(|note| !is_named(note, "Subtype", b"FileAttachment"))
                .for_each(&mut take);
        }
        let resources = page.raw().get::<Dict<'a>>("Resources").unwrap_or_default();
        let objects = resources.get::<Dict<'a>>("XObject").unwrap_or_default();
        for key in objects.keys().take(MOST_STREAMS) {
            if let Some(stream) = objects.get::<Stream<'a>>(key) {
                take(stream.dict());
            }
        }
    }
    files
}
