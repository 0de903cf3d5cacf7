//! The parameters of Content-Type and Content-Disposition (RFC 2045, 2183, 2231), as mail programs write them: sections of
//! a value are joined as bytes before they are decoded, and quotes may be missing, doubled or never closed.

use super::header::{decode_labelled, decode_words};

/// Maximum number of kept parameters.
const PARAMETERS: usize = 200;

/// A field with parameters.
#[derive(Default)]
pub(super) struct Parameters {
    /// What precedes the first parameter, such as `text/plain`, without comments.
    pub(super) value: String,
    parameters: Vec<Parameter>,
}

struct Parameter {
    /// The name in lower case, without section and `*`.
    name: String,
    /// The number of the section; `None` where the value is not divided.
    section: Option<u32>,
    /// Whether the value is percent-encoded.
    extended: bool,
    value: String,
}

/// A value of a parameter.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// The text.
    pub(super) text: String,
    /// Whether sections of it are missing.
    pub(super) incomplete: bool,
}

impl Parameters {
    /// Parses a field's unfolded text.
    pub(super) fn parse(text: &str) -> Self {
        let (value, mut rest) = before_semicolon(text);
        let mut parameters = Vec::new();
        while !rest.is_empty() && parameters.len() < PARAMETERS {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ';');
            let Some((name, after)) = rest.split_once(['=', ';']) else { break };
            if !rest[name.len()..].starts_with('=') {
                rest = after;
                continue;
            }
            let (value, after) = parameter_value(after);
            parameters.extend(Parameter::new(name, value));
            rest = after;
        }
        Self { value: without_comments(value).trim().to_owned(), parameters }
    }

    /// The value of a parameter: an extended one or one in sections before a plain one, which is a fallback for programs
    /// that do not know the former.
    pub(super) fn get(&self, name: &str) -> Option<Value> {
        let all = || self.parameters.iter().filter(|parameter| parameter.name == name);
        if let Some(extended) =
            all().find(|parameter| parameter.section.is_none() && parameter.extended)
        {
            return Some(join(&[extended]));
        }
        let mut sections: Vec<&Parameter> =
            all().filter(|parameter| parameter.section.is_some()).collect();
        sections.sort_by_key(|parameter| parameter.section);
        sections.dedup_by_key(|parameter| parameter.section);
        if !sections.is_empty() {
            return Some(join(&sections));
        }
        let plain = all().find(|parameter| !parameter.value.trim().is_empty())?;
        Some(Value { text: decode_words(&plain.value), incomplete: false })
    }
}

impl Parameter {
    fn new(name: &str, value: String) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        let mut fields = name.split('*');
        let base = fields.next().filter(|base| !base.is_empty())?.to_owned();
        let (section, extended) = match (fields.next(), fields.next()) {
            (None, _) => (None, false),
            (Some(""), _) => (None, true),
            (Some(number), end) => (Some(number.trim().parse().ok()?), end.is_some()),
        };
        Some(Self { name: base, section, extended, value })
    }
}

/// Joins the sections of a value, in their order.
fn join(sections: &[&Parameter]) -> Value {
    let numbers = sections.iter().filter_map(|parameter| parameter.section);
    let incomplete = numbers.enumerate().any(|(at, number)| u32::try_from(at) != Ok(number));
    let (mut charset, mut text, mut bytes) = (None, String::new(), Vec::new());
    let mut plain_only = true;
    for (at, section) in sections.iter().enumerate() {
        let mut value = section.value.as_str();
        if section.extended {
            plain_only = false;
            if at == 0
                && let Some((label, rest)) = value.split_once('\'')
                && let Some((_, rest)) = rest.split_once('\'')
            {
                charset = Some(label.to_owned()).filter(|label| !label.is_empty());
                value = rest;
            }
            bytes.extend(crate::transfer::percent(value.as_bytes()));
        } else if value.is_ascii() {
            bytes.extend_from_slice(value.as_bytes());
        } else {
            text.push_str(&decode_labelled(charset.as_deref(), &bytes).text);
            bytes.clear();
            text.push_str(value);
        }
    }
    text.push_str(&decode_labelled(charset.as_deref(), &bytes).text);
    Value { text: if plain_only { decode_words(&text) } else { text }, incomplete }
}

/// Divides a field at its first semicolon outside comments.
fn before_semicolon(text: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    (text, "")
}

/// The text outside of parentheses.
fn without_comments(text: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::new();
    for character in text.chars() {
        match character {
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            _ if depth == 0 => kept.push(character),
            _ => {}
        }
    }
    kept
}

/// The value at the start of `text`, and what follows it.
fn parameter_value(text: &str) -> (String, &str) {
    let text = text.trim_start();
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = text.split_once(';').unwrap_or((text, ""));
        let value = match value.split_once(" (") {
            Some((before, comment))
                if comment.trim_end().ends_with(')') && !before.trim().is_empty() =>
            {
                before
            }
            _ => value,
        };
        return (value.trim().to_owned(), rest);
    };
    // the closing quote is one that a semicolon or the end follows: names contain quotes of their own
    let ends = |rest: &str| {
        let rest = rest.trim_start();
        rest.is_empty() || rest.starts_with(';') || rest.starts_with('(')
    };
    let mut escaped = false;
    let mut value = String::new();
    let mut first_quote = None;
    for (at, character) in quoted.char_indices() {
        match character {
            _ if std::mem::take(&mut escaped) => {
                if !matches!(character, '"' | '\\') {
                    value.push('\\');
                }
                value.push(character);
            }
            '\\' => escaped = true,
            '"' if ends(&quoted[at + 1..]) => {
                let rest = &quoted[at + 1..];
                return (value, rest.split_once(';').map_or("", |(_, rest)| rest));
            }
            '"' => {
                first_quote = first_quote.or(Some((at, value.len())));
                value.push(character);
            }
            _ => value.push(character),
        }
    }
    match first_quote {
        Some((at, length)) => {
            value.truncate(length);
            let rest = &quoted[at + 1..];
            (value, rest.split_once(';').map_or("", |(_, rest)| rest))
        }
        None => match quoted.split_once(';') {
            Some((value, rest)) if rest.contains('=') => (value.trim().to_owned(), rest),
            _ => (value.trim().to_owned(), ""),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(field: &str) -> Option<String> {
        Parameters::parse(field).get("filename").map(|value| value.text)
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for (field, expected) in [
            ("attachment; filename=\"list.txt\"", "list.txt"),
            ("attachment; filename=list.txt; size=3", "list.txt"),
            ("attachment; filename=yearly report 2019.txt; size=12", "yearly report 2019.txt"),
            ("attachment; filename=\"never closed.txt", "never closed.txt"),
            ("attachment; filename=\"never closed.txt; size=3", "never closed.txt"),
            ("attachment; filename=\"a \"quoted\" word.txt\"; size=3", "a \"quoted\" word.txt"),
            ("attachment; filename=\"C:\\\\lists\\\\a.txt\"", "C:\\lists\\a.txt"),
            ("attachment; filename=\"C:\\lists\\a.txt\"", "C:\\lists\\a.txt"),
            ("attachment; filename=\"one;two.txt\"", "one;two.txt"),
            ("attachment (a; comment); filename=x.txt (another)", "x.txt"),
            ("attachment; FileName=x.txt", "x.txt"),
            ("attachment; filename=\"=?gb2312?B?tce8x7Ht?=.txt\"", "登记表.txt"),
            ("attachment; filename=plain.txt; filename*=utf-8''%E6%AD%A3%E6%9C%AC.txt", "正本.txt"),
            (
                "attachment; filename*=utf-8'zh'%E6%AD%A3%E6%9C%AC.txt; filename=plain.txt",
                "正本.txt",
            ),
            ("attachment; filename*=%E6%AD%A3%E6%9C%AC.txt", "正本.txt"),
            ("attachment; filename*=gb2312''%D5%FD%B1%BE.txt", "正本.txt"),
        ] {
            assert_eq!(name(field).as_deref(), Some(expected), "{field}");
        }
        assert_eq!(name("attachment"), None);
        assert_eq!(name("attachment; filename"), None);
        assert_eq!(Parameters::parse("text/plain (a comment); charset=utf-8").value, "text/plain");
    }

    #[test]
    fn sections_are_joined_as_bytes() {
        let mut field = "attachment".to_owned();
        let bytes = "二〇一九年度名单".bytes().map(|b| format!("%{b:02X}")).collect::<Vec<_>>();
        for (number, piece) in bytes.chunks(5).enumerate() {
            let charset = if number == 0 { "UTF-8''" } else { "" };
            field.push_str(&format!("; filename*{number}*={charset}{}", piece.concat()));
        }
        assert_eq!(name(&field).as_deref(), Some("二〇一九年度名单"));
        let mixed = "x; filename*0*=UTF-8''%E8%A1%A8; filename*1=\" at 100%25 \"; filename*2*=%E6%A0%BC; filename*3=\".txt\"";
        assert_eq!(name(mixed).as_deref(), Some("表 at 100%25 格.txt"));
        let disordered = "x; filename*1=b; filename*10=.txt; filename*0=a";
        let value = Parameters::parse(disordered).get("filename").expect("a name");
        assert_eq!((value.text.as_str(), value.incomplete), ("ab.txt", true));
        let gap = Parameters::parse("x; filename*0*=UTF-8''%E4%B8%80; filename*2*=%E4%B8%89.txt")
            .get("filename");
        assert_eq!(gap, Some(Value { text: "一三.txt".to_owned(), incomplete: true }));
    }
}
