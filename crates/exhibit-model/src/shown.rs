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
}
