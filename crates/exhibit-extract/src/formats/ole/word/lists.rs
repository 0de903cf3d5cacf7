//! Lists and their numbers ([MS-DOC] 2.9.129 to 2.9.150), counted as Word counts them.

use super::Streams;
use super::fib::{self, Fib, long, short};
use crate::formats::docx::numeral;
use std::collections::BTreeMap;

const LEVELS: usize = 9;
const MOST: u32 = 10_000;

#[derive(Clone, Default, Debug)]
struct Level {
    start: u32,
    format: u8,
    legal: bool,
    /// The label: characters 0 to 8 stand for the numbers of these levels.
    label: Vec<u16>,
}

/// One use of a list: its id, and the levels that it counts or shows otherwise.
#[derive(Clone, Default, Debug)]
struct Use {
    list: u32,
    starts: BTreeMap<usize, u32>,
    levels: BTreeMap<usize, Level>,
}

/// The lists of a document, and their counters.
#[derive(Default)]
pub(super) struct Lists {
    levels: BTreeMap<u32, Vec<Level>>,
    uses: Vec<Use>,
    counts: BTreeMap<u32, Vec<Option<u32>>>,
    started: BTreeMap<usize, ()>,
}

impl Lists {
    /// Reads the tables of lists.
    pub(super) fn read(fib: &Fib, streams: &Streams) -> Self {
        let mut lists = Self::default();
        if !fib.old {
            let table = fib.tables(streams);
            let _ =
                lists.definitions(fib.from(table, fib::LISTS), fib.part(table, fib::LISTS).len());
            let _ = lists.overrides(fib.part(table, fib::LIST_OVERRIDES));
        }
        lists
    }

    // The levels of all lists follow the table of lists.
    fn definitions(&mut self, bytes: &[u8], length: usize) -> Option<()> {
        let count = u32::from(short(bytes, 0)?);
        let mut at = length;
        for number in 0..count as usize {
            let entry = 2 + number * 28;
            let (list, simple) = (long(bytes, entry)?, bytes.get(entry + 26)? & 1 == 1);
            let mut levels = Vec::new();
            for _ in 0..if simple { 1 } else { LEVELS } {
                let (level, end) = level(bytes, at)?;
                levels.push(level);
                at = end;
            }
            self.levels.insert(list, levels);
        }
        Some(())
    }

    fn overrides(&mut self, bytes: &[u8]) -> Option<()> {
        let count = long(bytes, 0)?.min(MOST) as usize;
        let mut at = 4 + count * 16;
        let changed: Vec<u8> =
            (0..count).map_while(|number| bytes.get(4 + number * 16 + 12).copied()).collect();
        self.uses = (0..count)
            .map_while(|number| Some(Use { list: long(bytes, 4 + number * 16)?, ..Use::default() }))
            .collect();
        for (number, changed) in changed.into_iter().enumerate() {
            at += 4;
            for _ in 0..changed {
                let (start, flags) = (long(bytes, at)?, long(bytes, at + 4)?);
                at += 8;
                let of = (flags & 0xf) as usize;
                let used = self.uses.get_mut(number)?;
                if flags & 0x20 != 0 {
                    let (level, end) = level(bytes, at)?;
                    used.starts.insert(of, level.start);
                    used.levels.insert(of, level);
                    at = end;
                } else if flags & 0x10 != 0 {
                    used.starts.insert(of, start);
                }
            }
        }
        Some(())
    }

    /// Counts one paragraph of a use of a list (from 1) at a level, and returns its label.
    pub(super) fn label(&mut self, list: u16, level: u8) -> Option<String> {
        let (number, level) = (usize::from(list).checked_sub(1)?, usize::from(level));
        let used = self.uses.get(number)?.clone();
        let mut levels = self.levels.get(&used.list)?.clone();
        for (at, replaced) in &used.levels {
            if let Some(level) = levels.get_mut(*at) {
                level.clone_from(replaced);
            }
        }
        let own = levels.get(level)?.clone();
        if own.format == 23 {
            let label = String::from_utf16_lossy(&own.label);
            let private = |c: char| ('\u{e000}'..='\u{f8ff}').contains(&c) || c.is_control();
            return Some(if label.chars().any(private) || label == "o" {
                "•".to_owned()
            } else {
                label
            });
        }
        let counts = self.counts.entry(used.list).or_insert_with(|| vec![None; LEVELS]);
        if self.started.insert(number, ()).is_none() {
            for (at, start) in &used.starts {
                if let Some(count) = counts.get_mut(*at) {
                    *count = start.checked_sub(1).or(Some(0));
                }
            }
        }
        let count = counts.get_mut(level)?;
        *count = Some(count.map_or(own.start, |count| count.saturating_add(1)));
        counts.iter_mut().skip(level + 1).for_each(|deeper| *deeper = None);
        let mut label = String::new();
        for unit in
            char::decode_utf16(own.label.iter().copied()).map(|unit| unit.unwrap_or('\u{fffd}'))
        {
            let at = unit as usize;
            if at >= LEVELS {
                label.push(unit);
            } else if let Some(level) = levels.get(at) {
                let number = counts.get(at).copied().flatten().unwrap_or(level.start);
                label.push_str(&numeral(
                    number,
                    if own.legal { "decimal" } else { format_name(level.format) },
                ));
            }
        }
        Some(label)
    }
}

fn level(bytes: &[u8], at: usize) -> Option<(Level, usize)> {
    let head = bytes.get(at..at + 28)?;
    let label_at = at + 28 + usize::from(head[24]) + usize::from(head[25]);
    let count = usize::from(short(bytes, label_at)?);
    let label = bytes.get(label_at + 2..label_at + 2 + count * 2)?;
    let level = Level {
        start: long(head, 0)?,
        format: head[4],
        legal: head[5] & 4 != 0,
        label: label.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect(),
    };
    Some((level, label_at + 2 + count * 2))
}

// [MS-OSHARED] 2.2.1.3, by the names of ECMA-376.
fn format_name(format: u8) -> &'static str {
    match format {
        1 => "upperRoman",
        2 => "lowerRoman",
        3 => "upperLetter",
        4 => "lowerLetter",
        5 => "ordinal",
        10 => "ideographDigital",
        11 => "japaneseCounting",
        12 => "aiueo",
        13 => "iroha",
        14 => "decimalFullWidth",
        16 => "japaneseLegal",
        17 => "japaneseDigitalTenThousand",
        18 => "decimalEnclosedCircle",
        19 => "decimalFullWidth2",
        20 => "aiueoFullWidth",
        21 => "irohaFullWidth",
        22 => "decimalZero",
        24 => "ganada",
        26 => "decimalEnclosedFullstop",
        27 => "decimalEnclosedParen",
        28 => "decimalEnclosedCircleChinese",
        29 => "ideographEnclosedCircle",
        30 => "ideographTraditional",
        31 | 32 => "ideographZodiac",
        33 => "taiwaneseCounting",
        34 => "ideographLegalTraditional",
        35 => "taiwaneseCountingThousand",
        36 => "taiwaneseDigital",
        37 => "chineseCounting",
        38 => "chineseLegalSimplified",
        39 => "chineseCountingThousand",
        42 => "koreanCounting",
        46 => "arabicAlpha",
        48 => "arabicAbjad",
        57 => "numberInDash",
        58 => "russianLower",
        59 => "russianUpper",
        0xff => "none",
        _ => "decimal",
    }
}
