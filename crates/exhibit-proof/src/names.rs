//! Names of files in a package: which are safe on every machine, and which could be taken for one another.
//!
//! Nothing is mended: a name is taken as it is, or named as a deviation.

use std::collections::{BTreeMap, BTreeSet};

/// What is wrong with a name, whoever wrote it.
///
/// A sound name is a relative path: parts joined by `/`, none of them empty, `.` or `..`, without control or
/// invisible characters, backslashes, and what other systems read as a drive, a home folder or a device.
#[must_use]
pub fn flaw(name: &str) -> Option<&'static str> {
    let drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
    if name.is_empty() {
        Some("it is empty")
    } else if name.starts_with('/') || name.contains('\\') || drive {
        Some("it is absolute, or has a backslash")
    } else if name.starts_with('~') {
        Some("it begins with a home folder")
    } else if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        Some("a part of it is empty, `.` or `..`")
    } else if name.chars().any(char::is_control) {
        Some("it holds a control character")
    } else if name.chars().any(is_invisible) {
        Some("it holds an invisible character, or one that turns the direction of writing")
    } else if name.split('/').any(is_device) {
        Some("a part of it is the name of a device on some systems")
    } else {
        None
    }
}

/// What should be known of a name that is no flaw.
#[must_use]
pub fn remark(name: &str) -> Option<&'static str> {
    if name.is_ascii() {
        return None;
    }
    let latin = |c: char| c.is_ascii_alphabetic() || ('\u{c0}'..='\u{24f}').contains(&c);
    let alike = |c: char| ('\u{370}'..='\u{52f}').contains(&c);
    if name.split('/').any(|part| part.chars().any(latin) && part.chars().any(alike)) {
        Some("it mixes Latin with Greek or Cyrillic letters, some of which look the same")
    } else {
        Some("it goes beyond ASCII: some systems write such names differently")
    }
}

/// What is the same for all names that some system takes for the same: upper and lower case, letters that share one of
/// these, composed and decomposed characters, marks in another order.
#[derive(Debug)]
pub struct Likeness {
    parts: BTreeMap<char, Vec<char>>,
    marks: BTreeSet<char>,
}

impl Likeness {
    /// The likeness of a name: equal for names that could be taken for one another.
    #[must_use]
    pub fn of(&self, name: &str) -> String {
        let upper = self.decompose(name.chars()).into_iter().flat_map(char::to_uppercase);
        let lower: String = upper.flat_map(char::to_lowercase).collect();
        let mut characters = self.decompose(lower.chars());
        for run in characters.chunk_by_mut(|a, b| self.marks.contains(a) && self.marks.contains(b)) {
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

// From the table of decompositions.
impl Default for Likeness {
    fn default() -> Self {
        let (mut parts, mut marks) = (BTreeMap::new(), BTreeSet::new());
        let read = |code: &str| u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
        for line in include_str!("decompositions.txt").lines() {
            if let Some((first, last)) = line.strip_prefix('+').and_then(|range| range.split_once(' ')) {
                marks.extend(read(first).zip(read(last)).into_iter().flat_map(|(first, last)| first..=last));
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

// A Hangul syllable as the letters it is made of (The Unicode Standard, section 3.12); any other character as it is.
fn jamo(c: char) -> Vec<char> {
    let Some(index) = u32::from(c).checked_sub(0xac00).filter(|index| *index < 11_172) else { return vec![c] };
    let letters = [0x1100 + index / 588, 0x1161 + index % 588 / 28, 0x11a7 + index % 28];
    letters.into_iter().filter(|letter| *letter != 0x11a7).filter_map(char::from_u32).collect()
}

/// Whether a character cannot be seen, or turns the direction of writing.
#[must_use]
pub const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_ascii_uppercase();
    let numbered = |stem: &str, word: &str| {
        stem.strip_prefix(word).is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered(&stem, "COM") || numbered(&stem, "LPT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_names_are_known() {
        for sound in
            ["data/登记表.txt", "data/a b.txt", "data/~a", "data/%41", "data/.hidden", "data/con-text", "data/..."]
        {
            assert_eq!(flaw(sound), None, "{sound}");
        }
        for odd in [
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
            assert!(flaw(odd).is_some(), "{odd:?}");
        }
    }

    #[test]
    fn names_that_some_system_takes_for_the_same_are_alike() {
        let likeness = Likeness::default();
        let alike = |a: &str, b: &str| likeness.of(a) == likeness.of(b);
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
            assert!(alike(a, b), "{a} {b}");
        }
        for (a, b) in [("登", "记"), ("a", "b"), ("e", "\u{e9}"), ("u", "\u{fc}"), ("", "a")] {
            assert!(!alike(a, b), "{a} {b}");
        }
    }

    #[test]
    fn letters_of_unlike_scripts_in_one_name_are_remarked() {
        assert_eq!(remark("data/report.txt"), None);
        assert!(remark("data/rep\u{43e}rt.txt").is_some_and(|text| text.contains("look the same")));
        assert!(remark("data/登记.txt").is_some_and(|text| text.contains("ASCII")));
    }
}
