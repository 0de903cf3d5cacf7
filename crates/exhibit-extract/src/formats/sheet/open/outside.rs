//! What a workbook takes from outside: connections to data, other workbooks and their cached cells, DDE links.

use super::{is_true, unescaped};
use crate::formats::office::number_format::{self, Decimal, Shown};
use crate::formats::office::package::{PART_CAP, Package, Relation, STREAM_CAP};
use crate::formats::office::xml::Node;
use crate::formats::sheet::{SheetWriter, cell_place};
use crate::out::{Out, Stop};
use exhibit_model::NoteCode;

/// Emits what the workbook's relations name.
pub(super) fn emit(package: &mut Package<'_>, main: &str, out: &mut Out<'_>) -> Result<(), Stop> {
    let relations = package.relations(main);
    let of = |kind: &'static str| {
        relations.iter().filter(move |r| r.kind == kind && !r.external).map(|r| r.target.clone())
    };
    for part in of("connections").collect::<Vec<_>>() {
        for connection in connections(package, &part) {
            out.metadata("sheet:connection", &connection)?;
        }
    }
    for part in of("externalLink").collect::<Vec<_>>() {
        link(package, &part, out)?;
    }
    Ok(())
}

// ECMA-376 part 1, 18.13.1: the attributes that name a source, joined.
fn connections(package: &mut Package<'_>, part: &str) -> Vec<String> {
    const NAMES: [&str; 9] = [
        "name",
        "description",
        "sourceFile",
        "odcFile",
        "connection",
        "command",
        "url",
        "post",
        "localConnection",
    ];
    let mut found: Vec<String> = Vec::new();
    let Some(mut xml) = package.xml(part, PART_CAP) else { return found };
    while let Some(node) = xml.next() {
        let Node::Start(element) = node else { continue };
        if element.name() == "connection" {
            found.push(String::new());
        }
        let Some(last) = found.last_mut() else { continue };
        for value in NAMES
            .iter()
            .filter_map(|name| element.value(name))
            .filter(|value| !value.trim().is_empty())
        {
            let joint = if last.is_empty() { "" } else { "; " };
            last.push_str(joint);
            last.push_str(&value);
        }
    }
    found
}

// 18.14: another workbook with the cells that were cached from it, or a DDE or OLE source.
fn link(package: &mut Package<'_>, part: &str, out: &mut Out<'_>) -> Result<(), Stop> {
    let relations = package.relations(part);
    let address = |id: Option<String>| {
        let found =
            id.and_then(|id| relations.iter().find(|relation: &&Relation| relation.id == id));
        found.map(|relation| relation.target.clone()).unwrap_or_default()
    };
    let (mut book, mut sheets, mut at) = (String::new(), Vec::new(), 0usize);
    let mut writers: Vec<Option<SheetWriter>> = Vec::new();
    let (mut place, mut kind, mut value, mut taking) = (None, String::new(), String::new(), false);
    let Some(mut xml) = package.xml(part, STREAM_CAP) else { return Ok(()) };
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => match element.name() {
                "externalBook" => {
                    book = address(element.foreign("id"));
                    out.metadata("sheet:external-workbook", &book)?;
                }
                "sheetName" => sheets.push(element.value("val").unwrap_or_default()),
                "ddeLink" => {
                    let service = element.value("ddeService").unwrap_or_default();
                    let topic = element.value("ddeTopic").unwrap_or_default();
                    outside(part, "ddeLink", &format!("{service}|{topic}"), out)?;
                }
                "oleLink" => {
                    let program = element.value("progId").unwrap_or_default();
                    outside(
                        part,
                        "oleLink",
                        &format!("{program} {}", address(element.foreign("id"))),
                        out,
                    )?;
                }
                "ddeItem" | "oleItem" if !is_true(&element, "ole") => {
                    out.metadata("sheet:linked-item", &element.value("name").unwrap_or_default())?;
                }
                "sheetData" => {
                    at = element.value("sheetId").and_then(|id| id.parse().ok()).unwrap_or(at);
                    let name = sheets.get(at).map_or("", String::as_str);
                    writers.push(Some(SheetWriter::new(&format!("[{book}] {name}"), true)));
                }
                "cell" => {
                    place = element.value("r").and_then(|name| cell_place(&name));
                    kind = element.value("t").unwrap_or_default();
                    value.clear();
                }
                "v" => taking = true,
                _ => {}
            },
            Node::Text(text) if taking => value.push_str(&text),
            Node::End(name) => match &*name {
                "v" => taking = false,
                "cell" => {
                    if let (Some(place), Some(Some(writer))) = (place.take(), writers.last_mut()) {
                        let number = Decimal::parse(value.trim())
                            .filter(|_| !matches!(kind.as_str(), "str" | "e" | "b"));
                        let text = number.map_or_else(
                            || unescaped(&value),
                            |number| number_format::general(&number),
                        );
                        writer.value(place, Shown::plain(text), false, out)?;
                    }
                }
                "sheetData" => {
                    if let Some(writer) =
                        writers.last_mut().and_then(Option::take).filter(SheetWriter::has_cells)
                    {
                        writer.finish(&[], out)?;
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
    Ok(())
}

fn outside(part: &str, relation: &str, target: &str, out: &mut Out<'_>) -> Result<(), Stop> {
    out.metadata("sheet:external-link", target)?;
    let (part, relation, target) = (part.to_owned(), relation.to_owned(), target.to_owned());
    out.note(0, NoteCode::ExternalReference { part, relation, target })
}
