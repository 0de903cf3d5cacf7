//! File names in a package: whether they are safe on every system, and whether two could be confused.
//!
//! Names are never corrected: a name is accepted as it is, or reported as a deviation.

use std::collections::{BTreeMap, BTreeSet};

/// Returns why a name is not safe, or `None` if it is.
///
/// A safe name is a relative path: components joined by `/`, none of them empty, `.` or `..`, without control or
/// invisible characters, backslashes, or anything that some system interprets as a drive, a home folder or a device.
#[must_use]
pub fn flaw(name: &str) -> Option<&'static str> {
    let drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
    if name.is_empty() {
        Some("empty")
    } else if name.starts_with('/') || name.contains('\\') || drive {
        Some("absolute, or with a backslash")
    } else if name.starts_with('~') {
        Some("begins with a home folder")
    } else if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        Some("a component is empty, `.` or `..`")
    } else if name.chars().any(char::is_control) {
        Some("contains a control character")
    } else if name.chars().any(is_invisible) {
        Some("contains an invisible character, or one that changes the text direction")
    } else if name.split('/').any(is_device) {
        Some("a component is a device name on some systems")
    } else {
        None
    }
}

/// Returns what a reader should know about a safe name.
#[must_use]
pub fn remark(name: &str) -> Option<&'static str> {
    if name.is_ascii() {
        return None;
    }
    let latin = |c: char| c.is_ascii_alphabetic() || ('\u{c0}'..='\u{24f}').contains(&c);
    let confusable = |c: char| ('\u{370}'..='\u{52f}').contains(&c);
    if name.split('/').any(|part| part.chars().any(latin) && part.chars().any(confusable)) {
        Some("mixes Latin with Greek or Cyrillic letters, some of which look the same")
    } else {
        Some("not ASCII: some systems write such names differently")
    }
}

/// Computes a skeleton that is equal for all names that some system treats as the same: names that differ only in case,
/// in composed or decomposed characters, or in the order of combining marks.
#[derive(Debug)]
pub struct Skeletons {
    parts: BTreeMap<char, Vec<char>>,
    marks: BTreeSet<char>,
}

impl Skeletons {
    /// The skeleton of a name, equal for names that could be confused.
    #[must_use]
    pub fn of(&self, name: &str) -> String {
        let upper = self.decompose(name.chars()).into_iter().flat_map(char::to_uppercase);
        let lower: String = upper.flat_map(char::to_lowercase).collect();
        let mut characters = self.decompose(lower.chars());
        for run in characters.chunk_by_mut(|a, b| self.marks.contains(a) && self.marks.contains(b))
        {
            run.sort_unstable();
        }
        characters.into_iter().collect()
    }

    fn decompose(&self, name: impl Iterator<Item = char>) -> Vec<char> {
        let mut out = Vec::new();
        for c in name {
            match self.parts.get(&c) {
                Some(parts) => out.extend(parts),
                None => out.extend(jamo(c)),
            }
        }
        out
    }
}

// Built from the table of decompositions.
impl Default for Skeletons {
    fn default() -> Self {
        let (mut parts, mut marks) = (BTreeMap::new(), BTreeSet::new());
        let read = |code: &str| u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
        for line in include_str!("decompositions.txt").lines() {
            if let Some((first, last)) =
                line.strip_prefix('+').and_then(|range| range.split_once(' '))
            {
                marks.extend(
                    read(first).zip(read(last)).into_iter().flat_map(|(first, last)| first..=last),
                );
            } else {
                let mut characters = line.split(' ').map_while(read);
                if let Some(whole) = characters.next() {
                    parts.insert(whole, characters.collect());
                }
            }
        }
        Self { parts, marks }
    }
}

// Decomposes a Hangul syllable into its letters (The Unicode Standard, section 3.12); returns any other character unchanged.
fn jamo(c: char) -> Vec<char> {
    let Some(index) = u32::from(c).checked_sub(0xac00).filter(|index| *index < 11_172) else {
        return vec![c];
    };
    let letters = [0x1100 + index / 588, 0x1161 + index % 588 / 28, 0x11a7 + index % 28];
    letters.into_iter().filter(|letter| *letter != 0x11a7).filter_map(char::from_u32).collect()
}

/// Whether a character is invisible, or changes the text direction.
#[must_use]
pub const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_ascii_uppercase();
    let numbered = |stem: &str, word: &str| {
        stem.strip_prefix(word)
            .is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || numbered(&stem, "COM")
        || numbered(&stem, "LPT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_names_are_rejected() {
        for safe in [
            "data/登记表.txt",
            "data/a b.txt",
            "data/~a",
            "data/%41",
            "data/.hidden",
            "data/con-text",
            "data/...",
        ] {
            assert_eq!(flaw(safe), None, "{safe}");
        }
        for name in [
            "",
            "/etc/passwd",
            "..",
            "data/../../x",
            "data/./x",
            "data//x",
            "data/",
            "~/x",
            "~root/x",
            "C:/x",
            "data\\x",
            "\\\\host\\x",
            "data/a\nb",
            "data/a\rb",
            "data/\u{7f}",
            "data/\u{85}",
            "data/a\u{202e}fdp.exe",
            "data/a\u{200b}b",
            "data/nul.txt",
            "data/COM1",
        ] {
            assert!(flaw(name).is_some(), "{name:?}");
        }
    }

    #[test]
    fn confusable_names_have_the_same_skeleton() {
        let skeletons = Skeletons::default();
        let confusable = |a: &str, b: &str| skeletons.of(a) == skeletons.of(b);
        for (a, b) in [
            ("data/Hello", "DATA/hello"),
            ("N\u{fa}\u{f1}ez", "Nu\u{301}n\u{303}ez"),
            ("\u{c9}", "e\u{301}"),
            ("a\u{323}\u{307}", "a\u{307}\u{323}"),
            ("\u{1e69}", "s\u{307}\u{323}"),
            ("\u{212b}", "\u{e5}"),
            ("\u{ac01}", "\u{1100}\u{1161}\u{11a8}"),
            ("\u{0626}", "\u{064a}\u{0654}"),
            ("\u{f900}", "\u{8c48}"),
            ("\u{3c3}", "\u{3c2}"),
            ("\u{17f}", "S"),
            ("stra\u{df}e", "STRASSE"),
            ("\u{149}a", "\u{2bc}NA"),
        ] {
            assert!(confusable(a, b), "{a} {b}");
        }
        for (a, b) in [("登", "记"), ("a", "b"), ("e", "\u{e9}"), ("u", "\u{fc}"), ("", "a")] {
            assert!(!confusable(a, b), "{a} {b}");
        }
    }

    #[test]
    fn mixed_scripts_are_remarked() {
        assert_eq!(remark("data/report.txt"), None);
        assert!(remark("data/rep\u{43e}rt.txt").is_some_and(|text| text.contains("look the same")));
        assert!(remark("data/登记.txt").is_some_and(|text| text.contains("ASCII")));
    }
}
