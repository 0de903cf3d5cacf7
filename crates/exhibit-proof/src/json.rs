//! Canonical JSON (RFC 8785), with integers as the only numbers.
//!
//! Each value has exactly one text: keys sorted by UTF-16 code units, no white space, minimal escapes. The
//! parser accepts only that text, so that the hashed bytes and the parsed value always agree.

use crate::hash::from_hex;
use std::collections::BTreeMap;

/// The greatest integer that every JSON parser represents exactly: `2^53 - 1`.
pub const MAX_NUMBER: i64 = (1 << 53) - 1;

/// The maximum nesting depth.
pub const MAX_DEPTH: usize = 16;

// The escapes with a letter (RFC 8785, section 3.2.2.2); other control characters are escaped by their number.
const ESCAPES: [(char, char); 7] = [
    ('"', '"'),
    ('\\', '\\'),
    ('b', '\u{8}'),
    ('t', '\t'),
    ('n', '\n'),
    ('f', '\u{c}'),
    ('r', '\r'),
];

/// A JSON value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum JsonValue {
    /// `true` or `false`.
    Bool(bool),
    /// An integer from `-MAX_NUMBER` to [`MAX_NUMBER`].
    Number(i64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<JsonValue>),
    /// An object.
    Map(BTreeMap<String, JsonValue>),
}

/// A text is not canonical JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not canonical JSON from byte {at} on")]
pub struct JsonError {
    /// The first byte that is not canonical.
    pub at: usize,
}

impl JsonValue {
    /// The value of `key`, if this is an object that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        if let Self::Map(map) = self { map.get(key) } else { None }
    }

    /// The string, if this is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, if this is one.
    #[must_use]
    pub const fn as_number(&self) -> Option<i64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// The elements, if this is an array.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// The string under `key`, if there is one.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_text()
    }

    /// The number under `key`, if there is one that is not negative.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<u64> {
        u64::try_from(self.get(key)?.as_number()?).ok()
    }

    /// The array under `key`, if there is one.
    #[must_use]
    pub fn list(&self, key: &str) -> Option<&[Self]> {
        self.get(key)?.as_list()
    }

    /// The `N` bytes encoded under `key` as lower-case hexadecimal digits, if there are exactly that many.
    #[must_use]
    pub fn bytes<const N: usize>(&self, key: &str) -> Option<[u8; N]> {
        from_hex(self.text(key)?)?.try_into().ok()
    }

    /// Builds an object.
    pub fn map<'a>(members: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        Self::Map(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// Writes the canonical text of the value.
    #[must_use]
    pub fn write(&self) -> String {
        match self {
            Self::Bool(value) => value.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => quoted(text),
            Self::List(list) => {
                format!("[{}]", list.iter().map(Self::write).collect::<Vec<_>>().join(","))
            }
            Self::Map(map) => {
                let mut members: Vec<_> = map.iter().collect();
                members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
                let member = |(key, value): (&String, &Self)| quoted(key) + ":" + &value.write();
                format!("{{{}}}", members.into_iter().map(member).collect::<Vec<_>>().join(","))
            }
        }
    }

    /// Parses a canonical text.
    ///
    /// # Errors
    /// [`JsonError`] for anything that [`Self::write`] would not have written the same way.
    pub fn read(text: &[u8]) -> Result<Self, JsonError> {
        let utf8 = str::from_utf8(text).map_err(|error| JsonError { at: error.valid_up_to() })?;
        let mut reader = Reader { text: utf8, at: 0 };
        let value = reader.value(0).ok_or(JsonError { at: reader.at })?;
        // Catches any leniency of the parser: the value must be written exactly as it was read.
        let written = value.write();
        if written == utf8 {
            return Ok(value);
        }
        let at = written.bytes().zip(utf8.bytes()).take_while(|(a, b)| a == b).count();
        Err(JsonError { at })
    }
}

impl From<&str> for JsonValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for JsonValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// For counts and sizes, which never come near [`MAX_NUMBER`]; a greater number saturates.
impl From<u64> for JsonValue {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(MAX_NUMBER).min(MAX_NUMBER))
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match ESCAPES.iter().find(|(_, meant)| *meant == c) {
            Some((letter, _)) => out.extend(['\\', *letter]),
            None if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            None => out.push(c),
        }
    }
    out + "\""
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Option<JsonValue> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.rest().bytes().next()? {
            b'"' => self.text().map(JsonValue::Text),
            b'[' => self.list(depth),
            b'{' => self.map(depth),
            b't' => self.take("true").map(|()| JsonValue::Bool(true)),
            b'f' => self.take("false").map(|()| JsonValue::Bool(false)),
            _ => self.number(),
        }
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn take(&mut self, expected: &str) -> Option<()> {
        self.rest().starts_with(expected).then(|| self.at += expected.len())
    }

    fn number(&mut self) -> Option<JsonValue> {
        let length = self.rest().bytes().take_while(|b| matches!(b, b'-' | b'0'..=b'9')).count();
        let number: i64 = self.rest()[..length].parse().ok()?;
        if !(-MAX_NUMBER..=MAX_NUMBER).contains(&number) {
            return None;
        }
        self.at += length;
        Some(JsonValue::Number(number))
    }

    fn text(&mut self) -> Option<String> {
        self.take("\"")?;
        let mut text = String::new();
        loop {
            let plain = self.rest().find(['"', '\\'])?;
            text.push_str(&self.rest()[..plain]);
            self.at += plain;
            if self.take("\"").is_some() {
                return Some(text);
            }
            text.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Option<char> {
        self.take("\\")?;
        if self.take("u").is_some() {
            let code = u32::from_str_radix(self.rest().get(..4)?, 16).ok()?;
            self.at += 4;
            return char::from_u32(code);
        }
        let letter = self.rest().chars().next()?;
        self.at += letter.len_utf8();
        ESCAPES.iter().find(|(escape, _)| *escape == letter).map(|(_, meant)| *meant)
    }

    fn list(&mut self, depth: usize) -> Option<JsonValue> {
        let mut list = Vec::new();
        self.joined("[", "]", |reader| {
            list.push(reader.value(depth + 1)?);
            Some(())
        })?;
        Some(JsonValue::List(list))
    }

    fn map(&mut self, depth: usize) -> Option<JsonValue> {
        let mut map = BTreeMap::new();
        self.joined("{", "}", |reader| {
            let key = reader.text()?;
            reader.take(":")?;
            // A repeated key would not be written as it was read; rejecting it here gives the first deviation.
            map.insert(key, reader.value(depth + 1)?).is_none().then_some(())
        })?;
        Some(JsonValue::Map(map))
    }

    fn joined(
        &mut self,
        open: &str,
        close: &str,
        mut part: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.take(open)?;
        let mut first = true;
        while self.take(close).is_none() {
            if !std::mem::take(&mut first) {
                self.take(",")?;
            }
            part(self)?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_and_escapes_follow_the_specification() {
        // RFC 8785, section 3.2.3 (order of keys) and 3.2.2.2 (escapes).
        let keys = ["\u{20ac}", "\r", "\u{fb33}", "1", "\u{1f600}", "\u{80}", "\u{f6}"];
        let map = keys.iter().map(|key| ((*key).to_owned(), JsonValue::Bool(true))).collect();
        let text = JsonValue::Map(map).write();
        let order = ["\\r", "1", "\u{80}", "\u{f6}", "\u{20ac}", "\u{1f600}", "\u{fb33}"];
        let expected: Vec<_> = order.iter().map(|key| format!("\"{key}\":true")).collect();
        assert_eq!(text, format!("{{{}}}", expected.join(",")));
        let escaped =
            JsonValue::Text("\u{20ac}$\u{f}\nA'B\"\\\\\"/\u{7f}\u{2028}".to_owned()).write();
        assert_eq!(escaped, "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7f}\u{2028}\"");
    }

    #[test]
    fn non_canonical_texts_are_rejected() {
        let deep = "[".repeat(40) + &"]".repeat(40);
        for invalid in [
            "",
            " 1",
            "1 ",
            "01",
            "-0",
            "+1",
            "1.0",
            "1e3",
            "--1",
            "9007199254740992",
            "null",
            "truely",
            "\"",
            "\"\\u0041\"",
            "\"\\u000F\"",
            "\"\\n\\u000a\"",
            "\"\\/\"",
            "\"\\ud800\"",
            "\"a\nb\"",
            "[1,]",
            "[1 ,2]",
            "{\"b\":1,\"a\":2}",
            "{\"a\":1,\"a\":2}",
            "{\"a\":1,}",
            "{a:1}",
            "1,2",
            &deep,
        ] {
            assert!(JsonValue::read(invalid.as_bytes()).is_err(), "{invalid:?}");
        }
        assert_eq!(JsonValue::read(b"\"a\xff\""), Err(JsonError { at: 2 }));
    }

    // The outputs of the test data that came with RFC 8785 (github.com/cyberphone/json-canonicalization, testdata,
    // Apache-2.0, rewritten), and one input for each that must be rejected. `arrays` and `values` contain `null` and
    // fractions, which this module never writes: they are rejected here, and the rest of these cases is kept.
    #[test]
    fn published_cases_are_accepted_only_in_canonical_form() {
        for (name, canonical, input) in [
            ("arrays", r#"[56,{"1":[],"d":true}]"#, r#"[ 56, {"d": true, "1": []} ]"#),
            (
                "french",
                r#"{"peach":"This sorting order","péché":"is wrong according to French","pêche":"but canonicalization MUST","sin":"ignore locale"}"#,
                r#"{"peach":"This sorting order","pêche":"but canonicalization MUST","péché":"is wrong according to French","sin":"ignore locale"}"#,
            ),
            (
                "structures",
                r#"{"":"empty","1":{"\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}"#,
                r#"{"1":{"f":{"f":"hi","F":5},"\n":56.0},"10":{},"":"empty","a":{},"111":[{"e":"yes","E":"no"}],"A":{}}"#,
            ),
            (
                "unicode",
                "{\"Unnormalized Unicode\":\"A\u{30a}\"}",
                r#"{"Unnormalized Unicode":"A\u030a"}"#,
            ),
            (
                "values",
                r#"{"literals":[true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}"#,
                r#"{"literals":[true,false],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"}"#,
            ),
            (
                "weird",
                "{\"\\n\":\"Newline\",\"\\r\":\"Carriage Return\",\"1\":\"One\",\"</script>\":\"Browser Challenge\",\"\u{80}\":\"Control\u{7f}\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"\u{1f602}\":\"Smiley\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}",
                r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\u000a":"Newline"}"#,
            ),
        ] {
            let value = JsonValue::read(canonical.as_bytes()).expect(name);
            assert_eq!(value.write(), canonical, "{name}");
            assert!(JsonValue::read(input.as_bytes()).is_err(), "{name}");
        }
        for unsupported in
            ["null", "333333333.3333333", "1e+30", "4.5", "0.002", "1e-27", "9007199254740993"]
        {
            assert!(JsonValue::read(unsupported.as_bytes()).is_err(), "{unsupported}");
        }
    }

    fn any_value() -> impl Strategy<Value = JsonValue> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(JsonValue::Bool),
            (-MAX_NUMBER..=MAX_NUMBER).prop_map(JsonValue::Number),
            any::<String>().prop_map(JsonValue::Text),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(JsonValue::List),
                prop::collection::btree_map(any::<String>(), inner, 0..6).prop_map(JsonValue::Map),
            ]
        })
    }

    proptest! {
        #[test]
        fn values_round_trip(value in any_value()) {
            prop_assert_eq!(JsonValue::read(value.write().as_bytes()), Ok(value));
        }

        #[test]
        fn arbitrary_bytes_are_canonical_or_rejected(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(value) = JsonValue::read(&bytes) {
                prop_assert_eq!(value.write().into_bytes(), bytes);
            }
        }

        #[test]
        fn an_altered_text_never_parses_to_the_same_value(value in any_value(), place: usize, bit in 0_u8..8) {
            let mut bytes = value.write().into_bytes();
            let place = place % bytes.len();
            bytes[place] ^= 1 << bit;
            prop_assert_ne!(JsonValue::read(&bytes), Ok(value));
        }
    }
}
