//! Embedded objects (charts, formulas, tables) as text, and the numbers of lists.

use crate::formats::docx::numeral;
use crate::formats::office::package::{PART_CAP, Package};
use crate::formats::office::xml::{Element, Node};
use std::collections::BTreeMap;

/// The name under which the numbering of headings is kept.
pub(super) const OUTLINE: &str = "\u{0}outline";
/// The maximum number of objects that are read as text.
const MOST: usize = 10_000;

/// The text of each embedded object, by its folder in the package.
pub(super) fn texts(package: &mut Package<'_>) -> BTreeMap<String, String> {
    let inner = package
        .names()
        .into_iter()
        .filter_map(|name| name.strip_suffix("/content.xml").map(str::to_owned));
    let folders: Vec<String> = inner.take(MOST).collect();
    folders
        .into_iter()
        .filter_map(|folder| {
            let text = text(package, &format!("{folder}/content.xml"));
            (!text.trim().is_empty()).then_some((folder, text))
        })
        .collect()
}

// Paragraphs as lines, cells of a row with a tab between; of a formula its source.
fn text(package: &mut Package<'_>, part: &str) -> String {
    let mut text = String::new();
    let Some(mut xml) = package.xml(part, PART_CAP) else { return text };
    let (mut started, mut formula, mut source, mut cells, mut in_cell) =
        (false, String::new(), false, 0, false);
    let (mut paragraphs, mut has_source) = (0u32, false);
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => match element.name() {
                "body" | "math" => started = true,
                "annotation" => {
                    source = true;
                    if !std::mem::replace(&mut has_source, true) {
                        formula.clear();
                    }
                }
                "p" | "h" => paragraphs += 1,
                "table-row" => cells = 0,
                "table-cell" => {
                    if cells > 0 {
                        text.push('\t');
                    }
                    (cells, in_cell) = (cells + 1, true);
                }
                _ => {}
            },
            Node::Text(found) if started && paragraphs > 0 => text.push_str(&found),
            Node::Text(found) if started && (source || !has_source) => formula.push_str(&found),
            Node::End(name) => match &*name {
                "annotation" => source = false,
                "p" | "h" => {
                    paragraphs = paragraphs.saturating_sub(1);
                    if !in_cell {
                        text.push('\n');
                    }
                }
                "table-cell" => in_cell = false,
                "table-row" => text.push('\n'),
                _ => {}
            },
            _ => {}
        }
    }
    if text.trim().is_empty() { formula.trim().to_owned() } else { text }
}

#[derive(Clone, Default)]
struct Level {
    format: String,
    prefix: String,
    suffix: String,
    start: u32,
    /// How many levels the label shows.
    shown: usize,
    bullet: String,
}

/// The styles of lists, and their counters.
#[derive(Default)]
pub(super) struct Lists {
    styles: BTreeMap<String, Vec<Level>>,
    counts: BTreeMap<String, Vec<u32>>,
    /// The style being read.
    current: String,
}

impl Lists {
    /// Takes an element of a list style.
    pub(super) fn take(&mut self, element: &Element<'_>) {
        match element.name() {
            "list-style" => self.current = element.any("name").unwrap_or_default(),
            "outline-style" => OUTLINE.clone_into(&mut self.current),
            "list-level-style-number" | "outline-level-style" | "list-level-style-bullet" => {
                let level: usize =
                    element.any("level").and_then(|level| level.parse().ok()).unwrap_or(1);
                if !(1..=10).contains(&level) || self.styles.len() > 10_000 {
                    return;
                }
                let levels = self.styles.entry(self.current.clone()).or_default();
                levels.resize(levels.len().max(level), Level::default());
                let number = |name: &str| element.any(name).and_then(|value| value.parse().ok());
                levels[level - 1] = Level {
                    format: element.any("num-format").unwrap_or_default(),
                    prefix: element.any("num-prefix").unwrap_or_default(),
                    suffix: element.any("num-suffix").unwrap_or_default(),
                    start: number("start-value").unwrap_or(1),
                    shown: number("display-levels").unwrap_or(1) as usize,
                    bullet: element.any("bullet-char").unwrap_or_default(),
                };
            }
            _ => {}
        }
    }

    /// Restarts a list.
    pub(super) fn restart(&mut self, style: &str) {
        self.counts.remove(style);
    }

    /// Counts one item at a level (from 1), and returns its label.
    pub(super) fn label(&mut self, style: &str, level: usize) -> Option<String> {
        let levels = self.styles.get(style)?;
        let own = levels.get(level.checked_sub(1)?)?;
        if !own.bullet.is_empty() {
            let private = own.bullet.chars().any(|c| ('\u{e000}'..='\u{f8ff}').contains(&c));
            return Some(if private { "•".to_owned() } else { own.bullet.clone() });
        }
        if own.format.is_empty() {
            return None;
        }
        let counts = self.counts.entry(style.to_owned()).or_default();
        for at in counts.len()..level {
            let start = levels.get(at).map_or(1, |level| level.start);
            counts.push(if at + 1 == level { start.saturating_sub(1) } else { start });
        }
        counts.truncate(level);
        if let Some(count) = counts.last_mut() {
            *count = count.saturating_add(1);
        }
        let first = level.saturating_sub(own.shown.max(1));
        let numbers: Vec<String> = (first..level)
            .filter_map(|at| Some(numeral(*counts.get(at)?, format_name(&levels.get(at)?.format))))
            .collect();
        Some(format!("{}{}{}", own.prefix, numbers.join("."), own.suffix))
    }
}

fn format_name(format: &str) -> &'static str {
    match format {
        "a" => "lowerLetter",
        "A" => "upperLetter",
        "i" => "lowerRoman",
        "I" => "upperRoman",
        "一, 二, 三, ..." => "chineseCounting",
        "壹, 贰, 叁, ..." => "chineseLegalSimplified",
        "甲, 乙, 丙, ..." => "ideographTraditional",
        "子, 丑, 寅, ..." => "ideographZodiac",
        "①, ②, ③, ..." => "decimalEnclosedCircle",
        "１, ２, ３, ..." => "decimalFullWidth",
        "ア, イ, ウ, ..." => "aiueo",
        "イ, ロ, ハ, ..." => "iroha",
        _ => "decimal",
    }
}
