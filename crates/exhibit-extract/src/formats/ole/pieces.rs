//! The raw characters of a Word document ([MS-DOC] 2.4.1): its page breaks, and the formulas whose text is in
//! their field instructions. office_oxide drops both.

/// The maximum number of characters read.
const MOST: usize = 64 << 20;

/// Letters and digits before each page break, letters and digits in all, and the instructions of formula fields.
#[derive(Default, Debug, PartialEq, Eq)]
pub(super) struct Raw {
    pub(super) breaks: Vec<usize>,
    pub(super) solid: usize,
    pub(super) formulas: Vec<String>,
}

/// Reads the main text of the stream `WordDocument` through the piece table in its table stream.
pub(super) fn raw(document: &[u8], table: impl Fn(&str) -> Option<Vec<u8>>) -> Option<Raw> {
    let flags = u16::from_le_bytes([*document.get(0x0a)?, *document.get(0x0b)?]);
    if document.get(..2)? != [0xec, 0xa5] || flags & 0x0100 != 0 {
        return None;
    }
    let table = table(if flags & 0x0200 == 0 { "/0Table" } else { "/1Table" })?;
    let (at, length) = (long(document, 0x01a2)? as usize, long(document, 0x01a6)? as usize);
    let text = main_text(document, table.get(at..)?.get(..length)?, long(document, 0x4c)? as usize)?;
    Some(parse_fields(&text))
}

fn main_text(document: &[u8], clx: &[u8], characters: usize) -> Option<String> {
    let mut at = 0;
    while *clx.get(at)? == 1 {
        at += 3 + usize::from(u16::from_le_bytes([*clx.get(at + 1)?, *clx.get(at + 2)?]));
    }
    let pieces = clx.get(at + 5..)?.get(..long(clx, at + 1)? as usize)?;
    let count = pieces.len().checked_sub(4)? / 12;
    let (mut text, mut left) = (String::new(), characters.min(MOST));
    for piece in 0..count {
        let (first, end) = (long(pieces, piece * 4)?, long(pieces, piece * 4 + 4)?);
        let place = long(pieces, (count + 1) * 4 + piece * 8 + 2)?;
        let length = (end.checked_sub(first)? as usize).min(left);
        left -= length;
        let start = (place & 0x3fff_ffff) as usize;
        if place & 0x4000_0000 == 0 {
            let bytes = document.get(start..)?.get(..length * 2)?;
            text.push_str(&encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0);
        } else {
            let bytes = document.get(start / 2..)?.get(..length)?;
            text.push_str(&encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0);
        }
    }
    Some(text)
}

// 0x13, 0x14 and 0x15 mark the start of a field, the start of its result, and its end.
fn parse_fields(text: &str) -> Raw {
    let mut raw = Raw::default();
    let mut fields: Vec<(String, bool)> = Vec::new();
    let mut instructions = 0usize;
    for c in text.chars() {
        match c {
            '\u{13}' => {
                fields.push((String::new(), false));
                instructions += 1;
            }
            '\u{14}' => {
                if let Some((_, result)) = fields.last_mut().filter(|(_, result)| !result) {
                    *result = true;
                    instructions -= 1;
                }
            }
            '\u{15}' => {
                let Some((instruction, result)) = fields.pop() else { continue };
                instructions -= usize::from(!result);
                if !result && instruction.trim_start().to_uppercase().starts_with("EQ ") {
                    raw.formulas.push(instruction.trim().to_owned());
                }
            }
            '\u{c}' => raw.breaks.push(raw.solid),
            c if instructions > 0 => {
                if let Some((instruction, false)) = fields.last_mut() {
                    instruction.push(c);
                }
            }
            c => raw.solid += usize::from(c.is_alphanumeric()),
        }
    }
    raw
}

/// The text cut into pages at the breaks, if its letters and digits are exactly those counted.
pub(super) fn pages<'t>(text: &'t str, raw: &Raw) -> Vec<&'t str> {
    if text.chars().filter(|c| c.is_alphanumeric()).count() != raw.solid {
        return vec![text];
    }
    let (mut pages, mut start, mut solid) = (Vec::new(), 0, 0);
    let mut breaks = raw.breaks.iter().copied().filter(|at| *at > 0 && *at < raw.solid).peekable();
    for (at, c) in text.char_indices() {
        // the break itself became a line end
        if c == '\n' && breaks.peek() == Some(&solid) {
            while breaks.next_if_eq(&solid).is_some() {}
            pages.push(&text[start..=at]);
            start = at + 1;
        }
        if c.is_alphanumeric() {
            solid += 1;
            while breaks.next_if(|wanted| *wanted < solid).is_some() {}
        }
    }
    pages.push(&text[start..]);
    pages
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_and_formulas_are_found_in_raw_text() {
        let raw = parse_fields("一\rtwo\u{c}3\u{13} PAGE \u{14}4\u{15}\u{c}\u{c}\u{13}eq \\o(とう,東)\u{15}end\u{c}");
        assert_eq!(raw, Raw { breaks: vec![4, 6, 6, 9], solid: 9, formulas: vec!["eq \\o(とう,東)".to_owned()] });
        assert_eq!(pages("一\ntwo\n34\n\nend\n", &raw), ["一\ntwo\n", "34\n", "\nend\n"]);
        assert_eq!(pages("一\nother\n34\n", &raw), ["一\nother\n34\n"]);
    }

    #[test]
    fn damaged_tables_are_harmless() {
        let mut document = vec![0u8; 0x400];
        document[..2].copy_from_slice(&[0xec, 0xa5]);
        document[0x4c] = 4;
        document[0x1a6] = 21;
        document.extend(b"ab\x0cd");
        let pieces =
            [&[2, 16, 0, 0, 0][..], &[0; 4], &[4, 0, 0, 0], &[0, 0], &(0x4000_0800u32).to_le_bytes(), &[0, 0]].concat();
        let table = |_: &str| Some(pieces.clone());
        assert_eq!(raw(&document, table).map(|raw| (raw.breaks, raw.solid)), Some((vec![2], 3)));
        for at in 0..document.len() {
            let mut changed = document.clone();
            changed[at] = 0xff;
            raw(&changed, table);
            raw(&document[..at], table);
        }
        for end in 0..pieces.len() {
            raw(&document, |_| Some(pieces[..end].to_vec()));
        }
    }
}
