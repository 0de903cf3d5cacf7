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
    /// Whether all numbers of the label are decimal.
    legal: bool,
}

/// The document's lists, and their counters.
#[derive(Default)]
pub(super) struct Numbering {
    levels: BTreeMap<String, Vec<Level>>,
    lists: BTreeMap<String, (String, BTreeMap<usize, u32>)>,
    /// Levels that a list defines in place of its definition's.
    replaced: BTreeMap<(String, usize), Level>,
    /// The definition of a style of lists, and definitions that refer to such a style.
    by_style: BTreeMap<String, String>,
    style_of: BTreeMap<String, String>,
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
                        level = element
                            .value("ilvl")
                            .and_then(|level| level.parse().ok())
                            .filter(|l| *l < MOST_LEVELS);
                    }
                    "styleLink" | "numStyleLink" => {
                        if let (Some(definition), Some(style)) = (&definition, element.value("val"))
                        {
                            if element.name() == "styleLink" {
                                numbering.by_style.insert(style, definition.clone());
                            } else {
                                numbering.style_of.insert(definition.clone(), style);
                            }
                        }
                    }
                    name => {
                        let value = element.value("val").unwrap_or_default();
                        let value =
                            if name == "isLgl" { element.is_on().to_string() } else { value };
                        match (&list, &definition, level) {
                            (Some(list), _, Some(level)) => {
                                numbering.overridden(list, level, name, &value)
                            }
                            (None, Some(definition), Some(level)) => {
                                numbering.defined(definition, level, name, value)
                            }
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
        if let Some(level) = levels.get_mut(level) {
            level.take(name, value);
        }
    }

    fn overridden(&mut self, list: &str, level: usize, name: &str, value: &str) {
        if let ("startOverride", Ok(start), Some((_, starts))) =
            (name, value.parse(), self.lists.get_mut(list))
        {
            starts.insert(level, start);
        } else if matches!(name, "start" | "numFmt" | "lvlText" | "isLgl") {
            let replaced = self
                .replaced
                .entry((list.to_owned(), level))
                .or_insert_with(|| Level { start: 1, ..Level::default() });
            replaced.take(name, value.to_owned());
        }
    }

    // The definition of a list; of one that refers to a style, the style's.
    fn definition(&self, list: &str) -> Option<(&String, &BTreeMap<usize, u32>)> {
        let (definition, starts) = self.lists.get(list)?;
        let linked = self.style_of.get(definition).and_then(|style| self.by_style.get(style));
        Some((linked.unwrap_or(definition), starts))
    }

    /// The level of the list's definition linked to a style, if any.
    pub(super) fn level_of_style(&self, list: &str, style: &str) -> Option<usize> {
        let (definition, _) = self.definition(list)?;
        self.levels.get(definition)?.iter().position(|level| level.style == style)
    }

    /// Counts one paragraph at a list's level, and returns the label that Word shows before it.
    pub(super) fn label(&mut self, list: &str, level: usize) -> Option<String> {
        let (definition, starts) = self.definition(list)?;
        let (definition, starts) = (definition.clone(), starts.clone());
        let mut levels = self.levels.get(&definition)?.clone();
        for (at, level) in levels.iter_mut().enumerate() {
            if let Some(replaced) = self.replaced.get(&(list.to_owned(), at)) {
                level.clone_from(replaced);
            }
        }
        let own = levels.get(level)?.clone();
        if own.format == "bullet" {
            return Some(bullet(&own.text));
        }
        let counts = self.counts.entry(definition).or_insert_with(|| vec![None; MOST_LEVELS]);
        if self.started.insert(list.to_owned(), ()).is_none() {
            for (level, start) in starts {
                if let Some(count) = counts.get_mut(level) {
                    *count = Some(start.saturating_sub(1));
                }
            }
        }
        let count = counts.get_mut(level)?;
        *count = Some(count.map_or(own.start, |count| count.saturating_add(1)));
        counts.iter_mut().skip(level + 1).for_each(|deeper| *deeper = None);
        let number = |at: usize| {
            let level = levels.get(at)?;
            let format = if own.legal { "decimal" } else { level.format.as_str() };
            Some(numeral(counts.get(at).copied().flatten().unwrap_or(level.start), format))
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

impl Level {
    fn take(&mut self, name: &str, value: String) {
        match name {
            "start" => self.start = value.parse().unwrap_or(1),
            "numFmt" => self.format = value,
            "lvlText" => self.text = value,
            "pStyle" => self.style = value,
            "isLgl" => self.legal = value == "true",
            _ => {}
        }
    }
}

// Bullets often use symbol fonts, whose characters mean nothing in Unicode.
fn bullet(text: &str) -> String {
    let private = |c: char| ('\u{e000}'..='\u{f8ff}').contains(&c) || c.is_control();
    if text.chars().any(private) || text == "o" { "•".to_owned() } else { text.to_owned() }
}

/// A number in one of the formats of ST_NumberFormat (ECMA-376 part 1, 17.18.59).
pub(crate) fn numeral(number: u32, format: &str) -> String {
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
        | "koreanCounting" => counting(number),
        "ideographTraditional" => one_of("甲乙丙丁戊己庚辛壬癸", number),
        "ideographZodiac" => one_of("子丑寅卯辰巳午未申酉戌亥", number),
        "chineseLegalSimplified" => formal(&counting(number), "壹贰叁肆伍陆柒捌玖"),
        "ideographLegalTraditional" | "japaneseLegal" => {
            formal(&counting(number), "壹貳參肆伍陸柒捌玖")
        }
        "decimalEnclosedParen" if (1..=20).contains(&number) => enclosed(0x2474, number),
        "decimalEnclosedFullstop" if (1..=20).contains(&number) => enclosed(0x2488, number),
        "ideographEnclosedCircle" if (1..=10).contains(&number) => enclosed(0x3280, number),
        "numberInDash" => format!("- {number} -"),
        "aiueo" | "aiueoFullWidth" => one_of(
            "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
            number,
        ),
        "iroha" | "irohaFullWidth" => one_of(
            "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス",
            number,
        ),
        "ganada" => one_of("가나다라마바사아자차카타파하", number),
        "russianLower" => one_of("абвгдежзиклмнопрстуфхцчшщыэюя", number),
        "russianUpper" => one_of("АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЭЮЯ", number),
        "arabicAlpha" => one_of("أبتثجحخدذرزسشصضطظعغفقكلمنهوي", number),
        "arabicAbjad" => one_of("أبجدهوزحطيكلمنسعفصقرشتثخذضظغ", number),
        "ordinal" => ordinal(number),
        "ideographDigital" | "japaneseDigitalTenThousand" | "taiwaneseDigital" => {
            number.to_string().chars().map(|c| han_digit(c.to_digit(10).unwrap_or(0))).collect()
        }
        "decimalFullWidth" | "decimalFullWidth2" => number
            .to_string()
            .chars()
            .filter_map(|c| char::from_u32(u32::from(c) + 0xfee0))
            .collect(),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" if (1..=20).contains(&number) => {
            enclosed(0x2460, number)
        }
        _ => number.to_string(),
    }
}

// The letters of a list in turn; beyond it decimals.
fn one_of(letters: &str, number: u32) -> String {
    let letter = number.checked_sub(1).and_then(|at| letters.chars().nth(at as usize));
    letter.map_or_else(|| number.to_string(), String::from)
}

fn enclosed(first: u32, number: u32) -> String {
    char::from_u32(first + number - 1).map(String::from).unwrap_or_default()
}

fn formal(counted: &str, digits: &str) -> String {
    let plain = "一二三四五六七八九";
    let formal =
        |c: char| plain.chars().position(|digit| digit == c).and_then(|at| digits.chars().nth(at));
    counted.chars().map(|c| if c == '十' { '拾' } else { formal(c).unwrap_or(c) }).collect()
}

fn ordinal(number: u32) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
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
    ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九']
        .get(digit as usize)
        .copied()
        .unwrap_or('〇')
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
            (3, "ideographTraditional", "丙"),
            (12, "ideographZodiac", "亥"),
            (13, "ideographZodiac", "13"),
            (23, "chineseLegalSimplified", "贰拾叁"),
            (3, "decimalEnclosedParen", "⑶"),
            (112, "ordinal", "112th"),
            (2, "russianLower", "б"),
            (u32::MAX, "upperRoman", "4294967295"),
        ] {
            assert_eq!(numeral(number, format), shown, "{number} as {format}");
        }
    }
}
