//! Styles and list numbers of a Word document, from `styles.xml` and `numbering.xml`.
//!
//! Numbers are counted as Word counts them, for the common formats; a level in another format is shown in decimals.

use crate::formats::office::package::{PART_CAP, Package};
use crate::formats::office::xml::{Element, Node};
use std::collections::BTreeMap;

/// The properties of a style that matter for text.
#[derive(Clone, Default, Debug)]
struct Style {
    based_on: String,
    hidden: Option<bool>,
    list: Option<String>,
    level: Option<usize>,
}

/// The document's styles.
#[derive(Default)]
pub(super) struct Styles(BTreeMap<String, Style>);

/// One level of a list.
#[derive(Clone, Default, Debug)]
struct Level {
    start: u32,
    format: String,
    text: String,
    style: String,
}

/// The document's lists, and their counters.
#[derive(Default)]
pub(super) struct Numbering {
    levels: BTreeMap<String, Vec<Level>>,
    lists: BTreeMap<String, (String, BTreeMap<usize, u32>)>,
    counts: BTreeMap<String, Vec<Option<u32>>>,
    started: BTreeMap<String, ()>,
}

const MOST_LEVELS: usize = 9;

impl Styles {
    /// Reads a style part.
    pub(super) fn read(package: &mut Package<'_>, part: &str) -> Self {
        let mut styles = Self::default();
        let Some(mut xml) = package.xml(part, PART_CAP) else { return styles };
        let mut open: Option<(String, Style)> = None;
        while let Some(node) = xml.next() {
            match node {
                Node::Start(element) if element.name() == "style" => {
                    open = element.value("styleId").map(|id| (id, Style::default()));
                }
                Node::Start(element) => {
                    if let Some((_, style)) = &mut open {
                        style.take(&element);
                    }
                }
                Node::End(name) if name == "style" => styles.0.extend(open.take()),
                _ => {}
            }
        }
        styles
    }

    /// Whether a style, or one that it is based on, hides its text.
    pub(super) fn hides(&self, id: &str) -> bool {
        self.inherited(id, |style| style.hidden).unwrap_or(false)
    }

    /// The list and level of a style, or of one that it is based on.
    pub(super) fn list(&self, id: &str) -> Option<(String, usize)> {
        let list = self.inherited(id, |style| style.list.clone())?;
        Some((list, self.inherited(id, |style| style.level).unwrap_or(0)))
    }

    fn inherited<T>(&self, id: &str, property: impl Fn(&Style) -> Option<T>) -> Option<T> {
        let mut id = id;
        // cyclic inheritance of styles ends here
        for _ in 0..20 {
            let style = self.0.get(id)?;
            if let Some(found) = property(style) {
                return Some(found);
            }
            id = &style.based_on;
        }
        None
    }
}

impl Style {
    fn take(&mut self, element: &Element<'_>) {
        match element.name() {
            "basedOn" => self.based_on = element.value("val").unwrap_or_default(),
            "vanish" => self.hidden = Some(element.is_on()),
            "numId" => self.list = element.value("val"),
            "ilvl" => self.level = element.value("val").and_then(|level| level.parse().ok()),
            _ => {}
        }
    }
}

impl Numbering {
    /// Reads a numbering part.
    pub(super) fn read(package: &mut Package<'_>, part: &str) -> Self {
        let mut numbering = Self::default();
        let Some(mut xml) = package.xml(part, PART_CAP) else { return numbering };
        let (mut definition, mut list, mut level) = (None, None, None);
        while let Some(node) = xml.next() {
            match node {
                Node::Start(element) => match element.name() {
                    "abstractNum" => definition = element.value("abstractNumId"),
                    "num" => list = element.value("numId"),
                    "abstractNumId" => {
                        if let (Some(list), Some(value)) = (&list, element.value("val")) {
                            numbering.lists.insert(list.clone(), (value, BTreeMap::new()));
                        }
                    }
                    "lvl" | "lvlOverride" => {
                        level = element.value("ilvl").and_then(|level| level.parse().ok()).filter(|l| *l < MOST_LEVELS);
                    }
                    name => {
                        let value = element.value("val").unwrap_or_default();
                        match (&list, &definition, level) {
                            (Some(list), _, Some(level)) => numbering.overridden(list, level, name, &value),
                            (None, Some(definition), Some(level)) => numbering.defined(definition, level, name, value),
                            _ => {}
                        }
                    }
                },
                Node::End(name) => match &*name {
                    "abstractNum" => definition = None,
                    "num" => list = None,
                    _ => {}
                },
                _ => {}
            }
        }
        numbering
    }

    fn defined(&mut self, definition: &str, level: usize, name: &str, value: String) {
        let levels = self.levels.entry(definition.to_owned()).or_default();
        if levels.len() <= level {
            levels.resize(level + 1, Level { start: 1, ..Level::default() });
        }
        let Some(level) = levels.get_mut(level) else { return };
        match name {
            "start" => level.start = value.parse().unwrap_or(1),
            "numFmt" => level.format = value,
            "lvlText" => level.text = value,
            "pStyle" => level.style = value,
            _ => {}
        }
    }

    fn overridden(&mut self, list: &str, level: usize, name: &str, value: &str) {
        if let ("startOverride", Ok(start), Some((_, starts))) = (name, value.parse(), self.lists.get_mut(list)) {
            starts.insert(level, start);
        }
    }

    /// The level of the list's definition linked to a style, if any.
    pub(super) fn level_of_style(&self, list: &str, style: &str) -> Option<usize> {
        let (definition, _) = self.lists.get(list)?;
        self.levels.get(definition)?.iter().position(|level| level.style == style)
    }

    /// Counts one paragraph at a list's level, and returns the label that Word shows before it.
    pub(super) fn label(&mut self, list: &str, level: usize) -> Option<String> {
        let (definition, starts) = self.lists.get(list)?;
        let levels = self.levels.get(definition)?;
        let own = levels.get(level)?;
        if own.format == "bullet" {
            return Some(bullet(&own.text));
        }
        let counts = self.counts.entry(definition.clone()).or_insert_with(|| vec![None; MOST_LEVELS]);
        if self.started.insert(list.to_owned(), ()).is_none() {
            for (level, start) in starts {
                if let Some(count) = counts.get_mut(*level) {
                    *count = start.checked_sub(1).filter(|_| *start > 0).or(Some(0));
                }
            }
        }
        let count = counts.get_mut(level)?;
        *count = Some(count.map_or(own.start, |count| count.saturating_add(1)));
        counts.iter_mut().skip(level + 1).for_each(|deeper| *deeper = None);
        let number = |at: usize| {
            let level = levels.get(at)?;
            Some(numeral(counts.get(at).copied().flatten().unwrap_or(level.start), &level.format))
        };
        let mut label = own.text.clone();
        for at in 0..MOST_LEVELS {
            let place = format!("%{}", at + 1);
            if label.contains(&place) {
                label = label.replace(&place, &number(at).unwrap_or_default());
            }
        }
        Some(label)
    }
}

// Bullets often use symbol fonts, whose characters mean nothing in Unicode.
fn bullet(text: &str) -> String {
    let private = |c: char| ('\u{e000}'..='\u{f8ff}').contains(&c) || c.is_control();
    if text.chars().any(private) || text == "o" { "•".to_owned() } else { text.to_owned() }
}

/// A number in one of the formats of ST_NumberFormat (ECMA-376 part 1, 17.18.59).
fn numeral(number: u32, format: &str) -> String {
    match format {
        "none" => String::new(),
        "decimalZero" => format!("{number:02}"),
        "lowerLetter" => letters(number, b'a'),
        "upperLetter" => letters(number, b'A'),
        "lowerRoman" => roman(number).to_lowercase(),
        "upperRoman" => roman(number),
        "chineseCounting"
        | "chineseCountingThousand"
        | "japaneseCounting"
        | "taiwaneseCounting"
        | "taiwaneseCountingThousand"
        | "ideographTraditional"
        | "koreanCounting" => counting(number),
        "ideographDigital" | "japaneseDigitalTenThousand" | "taiwaneseDigital" => {
            number.to_string().chars().map(|c| han_digit(c.to_digit(10).unwrap_or(0))).collect()
        }
        "decimalFullWidth" | "decimalFullWidth2" => {
            number.to_string().chars().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)).collect()
        }
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" if (1..=20).contains(&number) => {
            char::from_u32(0x2460 + number - 1).map(String::from).unwrap_or_default()
        }
        _ => number.to_string(),
    }
}

fn letters(number: u32, first: u8) -> String {
    let Some(index) = number.checked_sub(1) else { return String::new() };
    let letter = char::from(first + u8::try_from(index % 26).unwrap_or(0));
    letter.to_string().repeat((index / 26 + 1).min(32) as usize)
}

fn roman(number: u32) -> String {
    const STEPS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if number == 0 || number > 10_000 {
        return number.to_string();
    }
    let (mut rest, mut roman) = (number, String::new());
    for (value, letters) in STEPS {
        while rest >= value {
            roman.push_str(letters);
            rest -= value;
        }
    }
    roman
}

fn han_digit(digit: u32) -> char {
    ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'].get(digit as usize).copied().unwrap_or('〇')
}

// 十 and 二十三 as spoken up to 9999; beyond it digits.
fn counting(number: u32) -> String {
    if number == 0 || number > 9999 {
        return number.to_string();
    }
    let (mut text, mut gap) = (String::new(), false);
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = number / unit % 10;
        if digit == 0 {
            gap = !text.is_empty();
            continue;
        }
        if gap {
            text.push('零');
            gap = false;
        }
        if !(digit == 1 && unit == 10 && text.is_empty()) {
            text.push(han_digit(digit));
        }
        text.push_str(name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_match_word() {
        for (number, format, shown) in [
            (3, "decimal", "3"),
            (12, "chineseCounting", "十二"),
            (20, "chineseCountingThousand", "二十"),
            (105, "japaneseCounting", "一百零五"),
            (28, "lowerLetter", "bb"),
            (1999, "upperRoman", "MCMXCIX"),
            (4, "decimalEnclosedCircle", "④"),
            (10, "decimalFullWidth", "１０"),
            (0, "upperLetter", ""),
            (u32::MAX, "upperRoman", "4294967295"),
        ] {
            assert_eq!(numeral(number, format), shown, "{number} as {format}");
        }
    }
}
