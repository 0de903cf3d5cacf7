//! Reads tesseract's output: hOCR 1.2 with a box for each character (`hocr_char_boxes`).
//!
//! The text is assembled in reading order: the words of a line are separated by a space, except between Han characters;
//! lines end in `\n`; paragraphs are separated by an empty line. There is one box per Han, Kana or Hangul character,
//! and one per word otherwise. Tesseract's output is not trusted: numbers are bounded, and invalid parts are skipped.

use exhibit_model::{Rect, TextBox};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// The result of OCR of one picture.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Reading {
    pub(crate) text: String,
    pub(crate) boxes: Vec<TextBox>,
    /// Mean confidence over characters, 0 to 1; 0 if nothing was read.
    pub(crate) confidence: f32,
    /// The number of characters without white space.
    pub(crate) characters: usize,
}

struct Word {
    rect: Rect,
    confidence: u8,
    characters: Vec<(String, Rect)>,
}

/// Parses the hOCR of a picture of `width` by `height` pixels.
pub(crate) fn read(hocr: &[u8], width: u32, height: u32) -> Reading {
    let hocr = String::from_utf8_lossy(hocr);
    let mut reader = Reader::from_str(&hocr);
    reader.config_mut().check_end_names = false;
    let mut assembly =
        Assembly { size: (width.max(1) as f32, height.max(1) as f32), ..Assembly::default() };
    let mut depth_of_character = None;
    let mut depth = 0_u32;
    loop {
        match reader.read_event() {
            Err(_) | Ok(Event::Eof) => break,
            Ok(Event::Start(tag)) => {
                depth += 1;
                if assembly.open(&tag) {
                    depth_of_character = Some(depth);
                }
            }
            Ok(Event::End(_)) => {
                if depth_of_character == Some(depth) {
                    depth_of_character = None;
                }
                depth = depth.saturating_sub(1);
            }
            Ok(Event::Text(text)) if depth_of_character.is_some() => {
                assembly.character(text.as_ref());
            }
            Ok(Event::GeneralRef(name)) if depth_of_character.is_some() => {
                assembly.character(entity(name.as_ref()));
            }
            Ok(_) => {}
        }
    }
    assembly.finish()
}

fn entity(name: &str) -> &'static str {
    match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" | "#34" => "\"",
        "apos" | "#39" => "'",
        _ => "\u{fffd}",
    }
}

#[derive(Default)]
struct Assembly {
    size: (f32, f32),
    reading: Reading,
    word: Option<Word>,
    place: Rect,
    paragraph: bool,
    line: bool,
    confidence: f64,
}

impl Assembly {
    // returns whether a character's own text follows
    fn open(&mut self, tag: &BytesStart<'_>) -> bool {
        let value = |name: &str| {
            let attribute = tag.attributes().flatten().find(|a| a.key.as_ref() == name);
            attribute.map(|a| a.value.into_owned()).unwrap_or_default()
        };
        let (class, title) = (value("class"), value("title"));
        match class.as_str() {
            "ocr_par" => {
                self.end_word();
                self.paragraph = true;
            }
            "ocr_line" | "ocr_header" | "ocr_textfloat" | "ocr_caption" => {
                self.end_word();
                self.line = true;
            }
            "ocrx_word" => {
                self.end_word();
                let confidence =
                    numbers(&title, "x_wconf").first().copied().unwrap_or(0.0).clamp(0.0, 100.0)
                        as u8;
                self.word = Some(Word {
                    rect: self.rect(&title, "bbox"),
                    confidence,
                    characters: Vec::new(),
                });
            }
            "ocrx_cinfo" => {
                self.place = self.rect(&title, "x_bboxes");
                return true;
            }
            _ => {}
        }
        false
    }

    fn character(&mut self, text: &str) {
        let place = self.place;
        if let Some(word) = &mut self.word
            && !text.trim().is_empty()
        {
            word.characters.push((text.trim().to_owned(), place));
        }
    }

    fn rect(&self, title: &str, key: &str) -> Rect {
        let n = numbers(title, key);
        let relative =
            |index: usize, size: f32| (n.get(index).copied().unwrap_or(0.0) / size).clamp(0.0, 1.0);
        Rect {
            x0: relative(0, self.size.0),
            y0: relative(1, self.size.1),
            x1: relative(2, self.size.0),
            y1: relative(3, self.size.1),
        }
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        let Some(first) = word.characters.first().and_then(|(text, _)| text.chars().next()) else {
            return;
        };
        self.separate(first);
        let text = &mut self.reading.text;
        let word_start = text.len();
        let mut pending: Option<(usize, Rect)> = None;
        for (character, rect) in &word.characters {
            let start = text.len();
            text.push_str(character);
            self.confidence += f64::from(word.confidence);
            self.reading.characters += 1;
            if character.chars().any(has_own_box) {
                if let Some((from, around)) = pending.take() {
                    self.reading.boxes.push(text_box(from, start, around, word.confidence));
                }
                self.reading.boxes.push(text_box(start, text.len(), *rect, word.confidence));
            } else {
                pending = Some(
                    pending.map_or((start, *rect), |(from, around)| (from, around.union(rect))),
                );
            }
        }
        if let Some((from, around)) = pending {
            let around = if from == word_start { word.rect } else { around };
            self.reading.boxes.push(text_box(from, text.len(), around, word.confidence));
        }
    }

    fn separate(&mut self, next: char) {
        let text = &mut self.reading.text;
        let Some(last) = text.chars().next_back() else {
            (self.line, self.paragraph) = (false, false);
            return;
        };
        if self.paragraph {
            text.push_str("\n\n");
        } else if self.line {
            text.push('\n');
        } else if !(closes_up(last) && closes_up(next)) {
            text.push(' ');
        }
        (self.line, self.paragraph) = (false, false);
    }

    fn finish(mut self) -> Reading {
        self.end_word();
        if !self.reading.text.is_empty() {
            self.reading.text.push('\n');
        }
        if self.reading.characters > 0 {
            self.reading.confidence =
                (self.confidence / self.reading.characters as f64 / 100.0) as f32;
        }
        self.reading
    }
}

fn text_box(start: usize, end: usize, rect: Rect, confidence: u8) -> TextBox {
    let offset = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
    TextBox { start: offset(start), end: offset(end), rect, confidence }
}

// "bbox 9 16 35 42; x_wconf 96": the numbers after a key
fn numbers(title: &str, key: &str) -> Vec<f32> {
    let property = title.split(';').map(str::trim).find_map(|p| p.strip_prefix(key));
    let numbers =
        property.into_iter().flat_map(str::split_whitespace).filter_map(|n| n.parse::<f32>().ok());
    numbers.filter(|n| n.is_finite()).take(8).collect()
}

pub(crate) fn has_own_box(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

pub(crate) fn closes_up(c: char) -> bool {
    has_own_box(c)
        || matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}' | '“' | '”' | '‘' | '’' | '…' | '—')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(boxes: &str, characters: &[(&str, &str)]) -> String {
        let inner = characters.iter().map(|(b, c)| {
            format!("<span class='ocrx_cinfo' title='x_bboxes {b}; x_conf 99.5'>{c}</span>")
        });
        format!(
            "<span class='ocrx_word' title='bbox {boxes}; x_wconf 90'>{}</span>",
            inner.collect::<String>()
        )
    }

    #[test]
    fn han_characters_are_joined_and_words_are_separated() {
        let hocr = format!(
            "<div class='ocr_page'><p class='ocr_par'><span class='ocr_line' title='bbox 0 0 9 9'>{}{}</span>\
             <span class='ocr_line'>{}{}</span></p><p class='ocr_par'><span class='ocr_header'>{}</span></p></div>",
            word("10 10 30 20", &[("10 10 20 20", "登"), ("20 10 30 20", "记")]),
            word("30 10 40 20", &[("30 10 40 20", "表")]),
            word("10 30 40 40", &[("10 30 20 40", "A"), ("20 30 40 40", "&amp;")]),
            word("50 30 60 40", &[("50 30 60 40", "b")]),
            word("10 50 20 60", &[("10 50 20 60", "完")]),
        );
        let reading = read(hocr.as_bytes(), 100, 100);
        assert_eq!(reading.text, "登记表\nA& b\n\n完\n");
        assert_eq!(reading.boxes.len(), 6);
        let third = reading.boxes[3];
        assert_eq!(&reading.text[third.start as usize..third.end as usize], "A&");
        assert_eq!(third.rect, Rect { x0: 0.1, y0: 0.3, x1: 0.4, y1: 0.4 });
        assert!((reading.confidence - 0.9).abs() < 0.001);
    }

    #[test]
    fn invalid_parts_are_skipped() {
        for hocr in [
            "",
            "<",
            "<span class='ocrx_word' title='bbox x y; x_wconf NaN'><span class='ocrx_cinfo'>",
            "\u{0}\u{1}",
        ] {
            let reading = read(hocr.as_bytes(), 0, 0);
            assert_eq!(reading.characters, 0, "{hocr:?}");
        }
        let wild = word("-5 1e30 99999 inf", &[("nan 0 0 0", "字")]);
        let reading = read(wild.as_bytes(), 10, 10);
        assert!(reading.boxes.iter().all(|b| b.rect.x0 >= 0.0 && b.rect.x1 <= 1.0));
    }
}
