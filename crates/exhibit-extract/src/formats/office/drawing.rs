//! Text in parts that drawings refer to: charts and diagrams.

use super::package::{PART_CAP, Package, Relation};
use super::xml::Node;
use std::collections::BTreeMap;

/// The texts of the charts and diagrams that a part's relations name, by relation id.
pub(crate) fn texts(package: &mut Package<'_>, relations: &[Relation]) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for relation in relations.iter().filter(|relation| !relation.external) {
        let text = match relation.kind.as_str() {
            "chart" | "chartEx" => chart(package, &relation.target),
            "diagramData" => paragraphs(package, &relation.target),
            _ => continue,
        };
        texts.insert(relation.id.clone(), text);
    }
    texts
}

/// The paragraphs (`a:p`) of a part, a line each.
pub(crate) fn paragraphs(package: &mut Package<'_>, part: &str) -> String {
    let mut text = String::new();
    let Some(mut xml) = package.xml(part, PART_CAP) else { return text };
    let (mut in_text, mut line) = (false, String::new());
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => match element.name() {
                "t" => in_text = true,
                "br" => line.push('\n'),
                _ => {}
            },
            Node::Text(found) if in_text => line.push_str(&found),
            Node::End(name) if name == "t" => in_text = false,
            Node::End(name) if name == "p" => end_line(&mut text, &mut line),
            _ => {}
        }
    }
    end_line(&mut text, &mut line);
    text
}

/// Titles, series, categories and values of a chart, as stored: a line for each.
fn chart(package: &mut Package<'_>, part: &str) -> String {
    let mut text = String::new();
    let Some(mut xml) = package.xml(part, PART_CAP) else { return text };
    let (mut taking, mut line) = (false, String::new());
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => match element.name() {
                "v" | "t" => taking = true,
                "pt" if !line.is_empty() => line.push('\t'),
                "formatCode" | "f" => taking = false,
                _ => {}
            },
            Node::Text(found) if taking => line.push_str(&found),
            Node::End(name) => match &*name {
                "v" | "t" => taking = false,
                "p" | "tx" | "strCache" | "numCache" | "strLit" | "numLit" | "lvl" => end_line(&mut text, &mut line),
                _ => {}
            },
            _ => {}
        }
    }
    end_line(&mut text, &mut line);
    text
}

fn end_line(text: &mut String, line: &mut String) {
    if !line.trim().is_empty() {
        text.push_str(line);
        text.push('\n');
    }
    line.clear();
}
