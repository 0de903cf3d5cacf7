//! The values of a code as canonical JSON (RFC 8785): exactly one text for each set of values; no other is accepted.
//!
//! Names are ASCII, so that their order by bytes is their order by UTF-16 code units.

use super::value::MAX_DEPTH;
use super::{MAX_NUMBER, Parts, Value, Values};
use std::collections::BTreeMap;
use std::fmt::Write as _;

pub(super) fn write(values: &Values) -> String {
    let mut text = String::new();
    write_values(&mut text, values);
    text
}

/// The values that `write` encodes as `text`; `None` for any other text.
pub(super) fn read(text: &str) -> Option<Values> {
    let mut reader = Reader { rest: text };
    let values = reader.values(MAX_DEPTH)?;
    // any leniency of the reader would show here
    (reader.rest.is_empty() && write(&values) == text).then_some(values)
}

fn write_values(text: &mut String, values: &Values) {
    text.push('{');
    for (at, (name, value)) in values.iter().enumerate() {
        text.push_str(if at == 0 { "" } else { "," });
        write_text(text, name);
        text.push(':');
        match value {
            Value::Number(number) => text.push_str(&number.to_string()),
            Value::Text(one) => write_text(text, one),
            Value::List(list) => {
                text.push('[');
                for (at, one) in list.iter().enumerate() {
                    text.push_str(if at == 0 { "" } else { "," });
                    write_text(text, one);
                }
                text.push(']');
            }
            Value::Code(parts) => {
                text.push_str("{\"code\":");
                write_text(text, &parts.word);
                text.push_str(",\"values\":");
                write_values(text, &parts.values);
                text.push('}');
            }
        }
    }
    text.push('}');
}

fn write_text(to: &mut String, text: &str) {
    to.push('"');
    for c in text.chars() {
        match c {
            '"' => to.push_str("\\\""),
            '\\' => to.push_str("\\\\"),
            '\u{8}' => to.push_str("\\b"),
            '\t' => to.push_str("\\t"),
            '\n' => to.push_str("\\n"),
            '\u{c}' => to.push_str("\\f"),
            '\r' => to.push_str("\\r"),
            '\0'..='\u{1f}' => {
                // writing to a string cannot fail
                let _ = write!(to, "\\u{:04x}", u32::from(c));
            }
            _ => to.push(c),
        }
    }
    to.push('"');
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn take(&mut self, what: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(what)?;
        Some(())
    }

    // `depth` is the permitted nesting of codes in these values.
    fn values(&mut self, depth: usize) -> Option<Values> {
        let mut values = BTreeMap::new();
        self.take("{")?;
        if self.take("}").is_some() {
            return Some(values);
        }
        loop {
            let name = self.text()?;
            self.take(":")?;
            values.insert(name, self.value(depth)?);
            if self.take(",").is_none() {
                self.take("}")?;
                return Some(values);
            }
        }
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        match self.rest.bytes().next()? {
            b'"' => self.text().map(Value::Text),
            b'[' => self.list().map(Value::List),
            b'{' if depth > 0 => {
                self.take("{\"code\":")?;
                let word = self.text()?;
                self.take(",\"values\":")?;
                let values = self.values(depth - 1)?;
                self.take("}")?;
                Some(Value::Code(Parts { word, values }))
            }
            _ => {
                let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
                let (digits, rest) = self.rest.split_at(end);
                self.rest = rest;
                digits.parse().ok().filter(|number| *number <= MAX_NUMBER).map(Value::Number)
            }
        }
    }

    fn list(&mut self) -> Option<Vec<String>> {
        let mut list = Vec::new();
        self.take("[")?;
        if self.take("]").is_some() {
            return Some(list);
        }
        loop {
            list.push(self.text()?);
            if self.take(",").is_none() {
                self.take("]")?;
                return Some(list);
            }
        }
    }

    fn text(&mut self) -> Option<String> {
        self.take("\"")?;
        let mut text = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Some(text);
                }
                '\\' => text.push(match chars.next()?.1 {
                    'b' => '\u{8}',
                    't' => '\t',
                    'n' => '\n',
                    'f' => '\u{c}',
                    'r' => '\r',
                    'u' => {
                        let mut digits = || chars.next().and_then(|(_, c)| c.to_digit(16));
                        let code = [digits()?, digits()?, digits()?, digits()?]
                            .iter()
                            .fold(0, |sum, d| sum * 16 + d);
                        char::from_u32(code)?
                    }
                    other => other,
                }),
                _ => text.push(c),
            }
        }
        None
    }
}
