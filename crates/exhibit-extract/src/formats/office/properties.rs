//! Properties of office files, under the same names for all formats: `dc:creator`, `cp:lastModifiedBy`,
//! `dcterms:created`, `app:Company`.

use super::package::{PART_CAP, Package};
use super::xml::Node;
use crate::out::{Out, Stop};
use exhibit_model::NoteCode;

/// Emits the properties of an OOXML package.
pub(crate) fn emit(package: &mut Package<'_>, out: &mut Out<'_>) -> Result<(), Stop> {
    let relations = package.relations("");
    let target = |kind: &str, usual: &str| {
        let found = relations.iter().find(|relation| relation.kind == kind && !relation.external);
        found.map_or_else(|| usual.to_owned(), |relation| relation.target.clone())
    };
    for (key, value) in core(package, &target("core-properties", "docProps/core.xml")) {
        out.metadata(&key, &value)?;
    }
    for (key, value) in extended(package, &target("extended-properties", "docProps/app.xml")) {
        out.metadata(&key, &value)?;
    }
    for (key, value) in custom(package, &target("custom-properties", "docProps/custom.xml")) {
        out.metadata(&key, &value)?;
    }
    Ok(())
}

// ECMA-376 part 2, 11.1.
fn core(package: &mut Package<'_>, part: &str) -> Vec<(String, String)> {
    let key = |name: &str| {
        Some(match name {
            "title" | "subject" | "creator" | "description" | "language" | "identifier" => {
                format!("dc:{name}")
            }
            "created" | "modified" => format!("dcterms:{name}"),
            "keywords" | "lastModifiedBy" | "revision" | "category" | "contentStatus"
            | "contentType" | "lastPrinted" | "version" => format!("cp:{name}"),
            _ => return None,
        })
    };
    leaves(package, part, key)
}

// ECMA-376 part 1, 22.2.
fn extended(package: &mut Package<'_>, part: &str) -> Vec<(String, String)> {
    let key = |name: &str| {
        let known = matches!(
            name,
            "Template"
                | "Manager"
                | "Company"
                | "Pages"
                | "Words"
                | "Characters"
                | "Lines"
                | "Paragraphs"
                | "Slides"
                | "Notes"
                | "HiddenSlides"
                | "TotalTime"
                | "Application"
                | "AppVersion"
                | "HyperlinkBase"
                | "PresentationFormat"
                | "DocSecurity"
        );
        known.then(|| format!("app:{name}"))
    };
    leaves(package, part, key)
}

fn leaves(
    package: &mut Package<'_>,
    part: &str,
    key_of: impl Fn(&str) -> Option<String>,
) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let Some(mut xml) = package.xml(part, PART_CAP) else { return found };
    let mut open: Option<(String, String)> = None;
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => open = key_of(element.name()).map(|key| (key, String::new())),
            Node::Text(text) => {
                if let Some((_, value)) = &mut open {
                    value.push_str(&text);
                }
            }
            Node::End(_) => found.extend(open.take().filter(|(_, value)| !value.trim().is_empty())),
            Node::Other => {}
        }
    }
    found
}

// ECMA-376 part 1, 22.3: each property's value is an element of its type.
fn custom(package: &mut Package<'_>, part: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let Some(mut xml) = package.xml(part, PART_CAP) else { return found };
    let mut open: Option<(String, String)> = None;
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) if element.name() == "property" => {
                open = element.value("name").map(|name| (format!("custom:{name}"), String::new()));
            }
            Node::Text(text) => {
                if let Some((_, value)) = &mut open {
                    value.push_str(&text);
                }
            }
            Node::End(name) if name == "property" => found.extend(open.take()),
            _ => {}
        }
    }
    found
}

/// Emits the parts that are files themselves: embedded files and media, macros, thumbnails, and relation targets
/// that are content of another format; and notes active content and external references.
pub(crate) fn emit_embedded(package: &mut Package<'_>, out: &mut Out<'_>) -> Result<(), Stop> {
    out.container_size(package.size());
    let mut members: Vec<String> =
        package.names().into_iter().filter(|name| is_embedded(name)).collect();
    let relation_parts: Vec<String> =
        package.names().into_iter().filter(|name| name.ends_with(".rels")).collect();
    for rels in relation_parts {
        let Some(part) = part_of_relations(&rels) else { continue };
        for relation in package.relations(&part) {
            if relation.external {
                note_external(&part, &relation.kind, &relation.target, out)?;
            } else if relation.kind.eq_ignore_ascii_case("aFChunk") && package.has(&relation.target)
            {
                members.push(relation.target);
            }
        }
    }
    members.sort();
    members.dedup_by_key(|name| name.to_lowercase());
    for name in members {
        if name.to_lowercase().ends_with("vbaproject.bin") {
            out.note(0, NoteCode::MacrosPresent { part: Some(name.clone()) })?;
        }
        package.emit_member(&name, out)?;
    }
    Ok(())
}

fn is_embedded(name: &str) -> bool {
    let name = name.to_lowercase();
    let folder =
        |wanted: &str| name.contains(wanted) && !name.ends_with('/') && !name.ends_with(".rels");
    folder("/embeddings/")
        || folder("/media/")
        || name.starts_with("docprops/thumbnail.")
        || name.ends_with("/vbaproject.bin")
        || (folder("/activex/") && name.ends_with(".bin"))
}

// `word/_rels/document.xml.rels` contains the relations of `word/document.xml`.
fn part_of_relations(rels: &str) -> Option<String> {
    let (folder, file) = rels.rsplit_once("_rels/")?;
    Some(format!("{folder}{}", file.strip_suffix(".rels")?))
}

// Links that a reader follows manually are ordinary; what is fetched on opening is not.
fn note_external(part: &str, kind: &str, target: &str, out: &mut Out<'_>) -> Result<(), Stop> {
    if matches!(kind, "hyperlink" | "hlinkClick") {
        return Ok(());
    }
    out.metadata("office:external-reference", &format!("{kind} {target}"))?;
    let (part, relation, target) = (part.to_owned(), kind.to_owned(), target.to_owned());
    out.note(0, NoteCode::ExternalReference { part, relation, target })
}
