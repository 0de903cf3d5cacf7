//! The texts of charts and of drawn shapes ([MS-XLS] 2.4, [MS-ODRAW] 2.3).

use super::globals::Globals;
use super::records::{Record, double, long, short, text};
use crate::formats::office::number_format::{self, Decimal};

/// The maximum bytes of text that a chart has.
const MOST: usize = 16 << 20;

/// The text of a chart: its titles and names, and the values that it keeps, a line for each series.
#[derive(Default)]
pub(super) struct Chart {
    titles: String,
    /// The values of a group by series.
    values: Vec<(u16, String)>,
}

impl Chart {
    /// Reads one record of the chart.
    pub(super) fn take(&mut self, record: &Record<'_>, globals: &Globals) {
        let data = record.data;
        if self.titles.len() > MOST {
            return;
        }
        match record.kind {
            0x100d => {
                if let Some(title) =
                    data.get(2..).and_then(|data| text(data, 1, globals.version, globals.encoding))
                {
                    self.title(&title);
                }
            }
            0x1065 => self.end_values(),
            0x0203 => {
                let number = double(data, 6)
                    .and_then(Decimal::of)
                    .map(|number| number_format::general(&number));
                self.value(data, number);
            }
            0x0204 => {
                let label =
                    data.get(6..).and_then(|data| text(data, 2, globals.version, globals.encoding));
                self.value(data, label);
            }
            _ => {}
        }
    }

    fn title(&mut self, title: &str) {
        if !title.trim().is_empty() {
            self.titles.push_str(title);
            self.titles.push('\n');
        }
    }

    fn value(&mut self, data: &[u8], value: Option<String>) {
        let (Some(series), Some(value)) = (short(data, 2), value) else { return };
        if let Some((_, line)) = self.values.iter_mut().find(|(of, _)| *of == series) {
            line.push('\t');
            line.push_str(&value);
        } else if self.values.len() < 256 {
            self.values.push((series, value));
        }
    }

    // Ends a group of values, at the end of the chart or where another begins.
    fn end_values(&mut self) {
        for (_, line) in std::mem::take(&mut self.values) {
            self.titles.push_str(&line);
            self.titles.push('\n');
        }
    }

    /// The text.
    pub(super) fn into_text(mut self) -> String {
        self.end_values();
        self.titles
    }
}

/// The texts of drawn shapes that are properties of them: the words of a decorative text, a description, a link.
pub(super) fn shapes(drawing: &[u8]) -> Vec<String> {
    let (mut found, mut at) = (Vec::new(), 0usize);
    while let Some(header) = drawing.get(at..at.saturating_add(8)) {
        let version = u16::from_le_bytes([header[0], header[1]]);
        let (Some(kind), Some(length)) = (short(header, 2), long(header, 4)) else { break };
        let body = at + 8;
        if version & 0xf == 0xf {
            at = body;
            continue;
        }
        let Some(end) = body.checked_add(length as usize) else { break };
        if matches!(kind, 0xf00b | 0xf121 | 0xf122) {
            properties(
                drawing.get(body..end.min(drawing.len())).unwrap_or_default(),
                version >> 4,
                &mut found,
            );
        }
        at = end;
    }
    found
}

// A table of properties of six bytes each, then the values of those that are longer.
fn properties(table: &[u8], count: u16, found: &mut Vec<String>) {
    let mut value_at = usize::from(count) * 6;
    for at in (0..usize::from(count)).map(|at| at * 6) {
        let (Some(id), Some(length)) = (short(table, at), long(table, at + 2)) else { return };
        if id & 0x8000 == 0 {
            continue;
        }
        let end = value_at.saturating_add(length as usize);
        let Some(value) = table.get(value_at..end) else { return };
        value_at = end;
        if matches!(id & 0x3fff, 0x00c0 | 0x0381) {
            let text = super::records::characters(value, true);
            let text = text.trim_end_matches('\0').replace(['\r', '\u{b}'], "\n");
            if !text.trim().is_empty() && found.len() < 10_000 {
                found.push(text);
            }
        }
    }
}
