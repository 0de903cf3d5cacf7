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

/// The paragraphs (`a:p`) of a part and its descriptions of pictures, a line each. Of content that is stored twice for
/// older programs, the first form with text is taken.
pub(crate) fn paragraphs(package: &mut Package<'_>, part: &str) -> String {
    let mut text = String::new();
    let Some(mut xml) = package.xml(part, PART_CAP) else { return text };
    let (mut in_text, mut line, mut choices) = (false, String::new(), Choices::default());
    while let Some(node) = xml.next() {
        let written = text.len() + line.len();
        match node {
            Node::Start(element) => {
                if choices.start(element.name(), written) {
                    continue;
                }
                match element.name() {
                    "t" => in_text = true,
                    "br" => line.push('\n'),
                    "cNvPr" => {
                        end_line(&mut text, &mut line);
                        for name in ["title", "descr"] {
                            line.push_str(&element.any(name).unwrap_or_default());
                            end_line(&mut text, &mut line);
                        }
                    }
                    _ => {}
                }
            }
            Node::Text(found) if in_text && !choices.is_skipping() => line.push_str(&found),
            Node::End(name) if choices.end(&name, written) => in_text = false,
            Node::End(name) if name == "t" => in_text = false,
            Node::End(name) if name == "p" => end_line(&mut text, &mut line),
            _ => {}
        }
    }
    end_line(&mut text, &mut line);
    text
}

/// Which of several forms of the same content (`mc:AlternateContent`) to read: the first that has any.
#[derive(Default)]
pub(crate) struct Choices {
    depth: usize,
    /// The open elements: depth, what was written before the current form, and whether a form had content.
    open: Vec<(usize, usize, bool)>,
    skipped_at: Option<usize>,
}

impl Choices {
    /// Whether an element that starts is to be skipped; `written` counts the content so far.
    pub(crate) fn start(&mut self, name: &str, written: usize) -> bool {
        self.depth += 1;
        if self.skipped_at.is_some() {
            return true;
        }
        match (name, self.open.last_mut()) {
            ("AlternateContent", _) => self.open.push((self.depth, written, false)),
            ("Choice" | "Fallback", Some((depth, before, found))) if *depth + 1 == self.depth => {
                if *found {
                    self.skipped_at = Some(self.depth);
                    return true;
                }
                *before = written;
            }
            _ => {}
        }
        false
    }

    /// Whether an element that ends was skipped.
    pub(crate) fn end(&mut self, name: &str, written: usize) -> bool {
        let depth = self.depth;
        self.depth = depth.saturating_sub(1);
        if let Some(at) = self.skipped_at {
            if at >= depth {
                self.skipped_at = None;
            }
            return true;
        }
        match (name, self.open.last_mut()) {
            ("Choice" | "Fallback", Some((open, before, found))) if *open + 1 == depth => {
                *found |= written > *before
            }
            (_, Some((open, ..))) if *open >= depth => {
                self.open.pop();
            }
            _ => {}
        }
        false
    }

    /// Whether the current content is to be skipped.
    pub(crate) fn is_skipping(&self) -> bool {
        self.skipped_at.is_some()
    }
}

/// The text of the boxes of a VML drawing, a line a paragraph.
pub(crate) fn vml(package: &mut Package<'_>, part: &str) -> String {
    let mut text = String::new();
    let Some(mut xml) = package.xml(part, PART_CAP) else { return text };
    let (mut inside, mut line) = (0usize, String::new());
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) if element.name() == "textbox" => inside += 1,
            Node::Start(element) if element.name() == "br" => line.push('\n'),
            Node::Start(element) if element.name() == "textpath" => {
                line.push_str(&element.any("string").unwrap_or_default());
                end_line(&mut text, &mut line);
            }
            Node::Text(found) if inside > 0 => line.push_str(found.trim_matches(['\r', '\n'])),
            Node::End(name) if name == "textbox" => {
                inside = inside.saturating_sub(1);
                end_line(&mut text, &mut line);
            }
            Node::End(name) if name == "div" || name == "p" => end_line(&mut text, &mut line),
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
                "p" | "tx" | "strCache" | "numCache" | "strLit" | "numLit" | "lvl" => {
                    end_line(&mut text, &mut line)
                }
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
