//! Strings from a trove, made safe to display: characters that could control a terminal or reorder a line
//! are replaced by visible tokens.

/// Makes text from a trove safe to print on one line: control characters, and the invisible
/// characters that reorder or hide text, become tokens such as `[ESC]` or `[RLO]`.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match token(c) {
            Some(name) => {
                safe.push('[');
                safe.push_str(&name);
                safe.push(']');
            }
            None => safe.push(c),
        }
    }
    safe
}

/// Makes a file name of any bytes safe to display: valid UTF-8 as text, every other byte as `[xNN]`.
#[must_use]
pub fn shown_bytes(bytes: &[u8]) -> String {
    let mut safe = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        safe.push_str(&shown(chunk.valid()));
        for byte in chunk.invalid() {
            safe.push_str(&format!("[x{byte:02X}]"));
        }
    }
    safe
}

/// The token for a character that must not be shown as it is.
#[must_use]
pub fn token(c: char) -> Option<String> {
    let name = match c {
        '\u{1b}' => "ESC",
        '\n' => "LF",
        '\r' => "CR",
        '\t' => "TAB",
        '\0' => "NUL",
        '\u{061c}' => "ALM",
        '\u{200b}' => "ZWSP",
        '\u{200e}' => "LRM",
        '\u{200f}' => "RLM",
        '\u{202a}' => "LRE",
        '\u{202b}' => "RLE",
        '\u{202c}' => "PDF",
        '\u{202d}' => "LRO",
        '\u{202e}' => "RLO",
        '\u{2028}' => "LSEP",
        '\u{2029}' => "PSEP",
        '\u{2066}' => "LRI",
        '\u{2067}' => "RLI",
        '\u{2068}' => "FSI",
        '\u{2069}' => "PDI",
        '\u{feff}' => "BOM",
        _ if c.is_control() || ('\u{e0000}'..='\u{e007f}').contains(&c) => {
            return Some(format!("U+{:04X}", u32::from(c)));
        }
        _ => return None,
    };
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_become_tokens() {
        assert_eq!(shown("invoice_\u{202e}fdp.exe"), "invoice_[RLO]fdp.exe");
        assert_eq!(shown("\u{1b}[2Jboo\u{9b}"), "[ESC][2Jboo[U+009B]");
        assert_eq!(shown("关于登记的通知 ئۇيغۇر"), "关于登记的通知 ئۇيغۇر");
        assert_eq!(shown_bytes(b"caf\xe9.txt"), "caf[xE9].txt");
    }

    // Control characters, and those that change the order of what follows or end a line (Unicode 16, chapter 23).
    const UNSAFE: [std::ops::RangeInclusive<char>; 10] = [
        '\0'..='\u{1f}',
        '\u{7f}'..='\u{9f}',
        '\u{61c}'..='\u{61c}',
        '\u{200b}'..='\u{200b}',
        '\u{200e}'..='\u{200f}',
        '\u{2028}'..='\u{2029}',
        '\u{202a}'..='\u{202e}',
        '\u{2066}'..='\u{2069}',
        '\u{feff}'..='\u{feff}',
        '\u{e0000}'..='\u{e007f}',
    ];

    #[test]
    fn each_unsafe_character_has_a_token_of_its_own() {
        let mut tokens = std::collections::BTreeSet::new();
        for c in UNSAFE.into_iter().flatten() {
            let name =
                token(c).unwrap_or_else(|| panic!("U+{:04X} is shown as it is", u32::from(c)));
            assert!(
                name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '+'),
                "{name}"
            );
            assert_eq!(shown(&format!("a{c}b")), format!("a[{name}]b"));
            assert!(tokens.insert(name), "U+{:04X}", u32::from(c));
        }
        let others = ('\0'..=char::MAX).filter(|c| !UNSAFE.iter().any(|range| range.contains(c)));
        assert_eq!(
            others.filter_map(token).collect::<Vec<_>>(),
            [""; 0],
            "every other character is shown as it is"
        );
    }

    #[test]
    fn joiners_marks_and_wide_characters_are_kept() {
        for text in [
            "می\u{200c}خواهم",
            "👩\u{200d}👩\u{200d}👧",
            "e\u{301}",
            "葛\u{e0100}",
            "\u{10ffff}",
            "",
            "[ESC]",
        ] {
            assert_eq!(shown(text), text);
            assert_eq!(shown_bytes(text.as_bytes()), text);
        }
    }

    #[test]
    fn every_byte_that_is_not_of_a_character_is_shown() {
        for (bytes, text) in [
            (&b"\xff"[..], "[xFF]"),
            (b"\xc3", "[xC3]"),
            (b"\xe7\x99", "[xE7][x99]"),
            (b"\xe7\x99x", "[xE7][x99]x"),
            (b"\xc0\x80", "[xC0][x80]"),
            (b"\xed\xa0\x80", "[xED][xA0][x80]"),
            (b"\xf4\x90\x80\x80", "[xF4][x90][x80][x80]"),
            (b"\x80\n\x1b", "[x80][LF][ESC]"),
            (b"\xc2\x9b", "[U+009B]"),
            (b"\xc3\xfb\xb5\xa5.txt", "[xC3][xFB][xB5][xA5].txt"),
        ] {
            assert_eq!(shown_bytes(bytes), text, "{bytes:x?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_safe_and_stays_the_same(bytes: Vec<u8>, text: String) {
            for safe in [shown_bytes(&bytes), shown(&text)] {
                proptest::prop_assert_eq!(safe.chars().find_map(token), None);
                proptest::prop_assert_eq!(shown(&safe), safe.clone());
                proptest::prop_assert_eq!(safe.lines().count(), usize::from(!safe.is_empty()));
            }
            proptest::prop_assert_eq!(shown_bytes(text.as_bytes()), shown(&text));
        }
    }
}
