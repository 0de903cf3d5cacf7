//! A description of a bag's content for archives: RO-Crate 1.2.

use super::export::Packed;
use super::proofs::map;
use super::writer::BagWriter;
use crate::BagError;
use exhibit_case::CaseWriter;
use exhibit_model::Moment;
use exhibit_proof::anchor::Anchor;
use exhibit_proof::json::JsonValue;
use exhibit_proof::package::{ANCHORS, METADATA, picture_path, quote_path, record_path, text_path};
use exhibit_time::anchored::Anchored;
use std::collections::BTreeMap;

/// What is described in addition to documents.
pub(crate) struct Others<'a> {
    /// Quotes by name.
    pub(crate) quotes: &'a BTreeMap<String, (Anchor, Vec<u8>)>,
    /// The paths of load files.
    pub(crate) load_files: &'a [String],
    /// The anchors of the log in time: the number of entries, and the issuer.
    pub(crate) anchors: &'a [(u64, Anchored)],
    /// Whether names stay sealed.
    pub(crate) without_names: bool,
}

/// Writes the description of the payload.
pub(crate) fn write_metadata(
    writer: &mut BagWriter,
    held: &CaseWriter,
    packed: &[Packed],
    others: &Others<'_>,
    now: Moment,
) -> Result<(), BagError> {
    let mut graph = vec![map([
        ("@id", text("ro-crate-metadata.json")),
        ("@type", text("CreativeWork")),
        ("about", to("./")),
        ("conformsTo", to("https://w3id.org/ro/crate/1.2")),
    ])];
    let mut parts = Vec::new();
    for document in packed {
        parts.push(to(&describe(held, document, others.without_names, &mut graph)));
    }
    let quotes = others.quotes.keys().map(|id| (quote_path(id), "application/ld+json"));
    let load_files =
        others.load_files.iter().map(|path| (path.clone(), "text/plain; charset=UTF-8"));
    for (path, format) in quotes.chain(load_files) {
        let path = within(&path);
        parts.push(to(&path));
        graph.push(map([
            ("@id", text(&path)),
            ("@type", text("File")),
            ("encodingFormat", text(format)),
        ]));
    }
    let mut whole = vec![
        ("@id", text("./")),
        ("@type", text("Dataset")),
        ("name", text("Documents handed over from an Exhibit case")),
        (
            "description",
            text(
                "Originals, texts and pictures of pages as received and read; the proofs are next to this folder, in `custody`",
            ),
        ),
        ("datePublished", text(&now.to_rfc3339())),
        ("license", text("Not stated: the rights in these documents are those of their holders")),
        ("hasPart", JsonValue::List(parts)),
    ];
    if !others.anchors.is_empty() {
        let mentioned =
            others.anchors.iter().map(|(size, anchored)| to(&mention(*size, anchored, &mut graph)));
        whole.push(("mentions", JsonValue::List(mentioned.collect())));
    }
    graph.push(map(whole));
    let crate_ = map([
        ("@context", text("https://w3id.org/ro/crate/1.2/context")),
        ("@graph", JsonValue::List(graph)),
    ]);
    writer.put(METADATA, crate_.write().as_bytes()).map(drop)
}

// Adds one document's folder and its files to the graph.
fn describe(
    held: &CaseWriter,
    document: &Packed,
    without_names: bool,
    graph: &mut Vec<JsonValue>,
) -> String {
    let label = held.case.label(document.item.id);
    let folder = format!("documents/{label}/");
    let original =
        document.file.iter().map(|path| (within(path), document.item.media_type.as_str()));
    let texts = document
        .pages
        .iter()
        .map(|page| (within(&text_path(&label, page.get())), "text/plain; charset=UTF-8"));
    let pictures = document
        .pictures
        .iter()
        .map(|picture| (within(&picture_path(&label, picture.page.get())), "image/png"));
    let record = [(within(&record_path(&label)), "application/json")];
    let files: Vec<(String, &str)> = original.chain(texts).chain(pictures).chain(record).collect();
    let name = if without_names { label } else { held.case.name(&document.item) };
    graph.push(map([
        ("@id", text(&folder)),
        ("@type", text("Dataset")),
        ("name", text(&name)),
        ("hasPart", JsonValue::List(files.iter().map(|(file, _)| to(file)).collect())),
    ]));
    for ((file, format), place) in files.iter().zip(0..) {
        let mut members =
            vec![("@id", text(file)), ("@type", text("File")), ("encodingFormat", text(format))];
        if place == 0 && document.file.is_some() {
            members.push(("contentSize", text(&document.item.size.to_string())));
            members.extend(
                document.item.original.map(|original| ("sha256", text(&original.to_string()))),
            );
        }
        graph.push(map(members));
    }
    folder
}

// Adds an anchor to the graph; it is among the proofs, outside the payload.
fn mention(size: u64, anchored: &Anchored, graph: &mut Vec<JsonValue>) -> String {
    let id = format!("#anchor-{size:09}-{}-{}", anchored.name, anchored.kind.word());
    let by = anchored.by.to_string();
    let statement = format!(
        "The first {size} entries of the custody log were there by {by}: so says {}",
        anchored.who
    );
    graph.push(map([
        ("@id", text(&id)),
        ("@type", text("CreativeWork")),
        ("name", text(&statement)),
        (
            "description",
            text(&format!("{} in {ANCHORS}{size:09} of the bag", anchored.kind.word())),
        ),
    ]));
    id
}

fn text(text: &str) -> JsonValue {
    JsonValue::Text(text.to_owned())
}

fn to(id: &str) -> JsonValue {
    map([("@id", text(id))])
}

fn within(path: &str) -> String {
    path.trim_start_matches("data/").to_owned()
}
