//! Properties of MAPI: values by id, and the names of those whose ids differ from store to store ([MS-OXCDATA] 2.11).

use crate::charset::{self, Decoder, Scheme};
use exhibit_model::Moment;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Ids from here on have names.
pub(crate) const NAMED: u16 = 0x8000;

/// A value.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Value {
    /// A text in UTF-16.
    Wide(Vec<u8>),
    /// A text in the code page of the message.
    Narrow(Vec<u8>),
    /// Bytes.
    Binary(Vec<u8>),
    /// A number of any size, or a truth value.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// Hundreds of nanoseconds since 1601, in UTC.
    Time(u64),
    /// Several values.
    Many(Vec<Value>),
}

/// The type of a property, without the mark of several values.
pub(crate) mod kind {
    /// A text in UTF-16.
    pub(crate) const WIDE: u16 = 0x1f;
    /// A text in the code page of the message.
    pub(crate) const NARROW: u16 = 0x1e;
    /// Bytes.
    pub(crate) const BINARY: u16 = 0x102;
    /// A message or another object.
    pub(crate) const OBJECT: u16 = 0x0d;
    /// A globally unique identifier.
    pub(crate) const GUID: u16 = 0x48;
    /// Several values of a type.
    pub(crate) const MANY: u16 = 0x1000;
}

/// The number of bytes of a value of this type; `None` if it varies.
pub(crate) fn fixed_size(kind: u16) -> Option<usize> {
    match kind {
        0x02 | 0x0b => Some(2),
        0x03 | 0x04 | 0x0a => Some(4),
        0x05 | 0x06 | 0x07 | 0x14 | 0x40 => Some(8),
        kind::GUID => Some(16),
        _ => None,
    }
}

impl Value {
    /// A value of a type from its bytes; `None` if they are too few, or it is a type of no use here.
    pub(crate) fn of(kind: u16, bytes: &[u8]) -> Option<Self> {
        let quad = || <[u8; 8]>::try_from(bytes.get(..8)?).ok();
        Some(match kind {
            0x02 => Self::Integer(i64::from(i16::from_le_bytes([*bytes.first()?, *bytes.get(1)?]))),
            0x0b => Self::Integer(i64::from(*bytes.first()? != 0)),
            0x03 => Self::Integer(i64::from(i32::from_le_bytes(bytes.get(..4)?.try_into().ok()?))),
            0x04 => Self::Real(f64::from(f32::from_le_bytes(bytes.get(..4)?.try_into().ok()?))),
            0x05 | 0x07 => Self::Real(f64::from_le_bytes(quad()?)),
            0x06 | 0x14 => Self::Integer(i64::from_le_bytes(quad()?)),
            0x40 => Self::Time(u64::from_le_bytes(quad()?)),
            kind::WIDE => Self::Wide(bytes.to_vec()),
            kind::NARROW => Self::Narrow(bytes.to_vec()),
            kind::BINARY | kind::GUID => Self::Binary(bytes.to_vec()),
            _ => return None,
        })
    }

    /// The value as text; empty if it has none.
    pub(crate) fn text(&self, narrow: Scheme) -> String {
        match self {
            Self::Wide(bytes) => decoded(Scheme::Web(encoding_rs::UTF_16LE), bytes),
            Self::Narrow(bytes) => decoded(narrow, bytes),
            Self::Integer(number) => number.to_string(),
            Self::Real(number) => number.to_string(),
            Self::Time(ticks) => moment(*ticks).map_or_else(String::new, Moment::to_rfc3339),
            Self::Binary(_) => String::new(),
            Self::Many(values) => {
                let texts: Vec<String> = values.iter().map(|value| value.text(narrow)).collect();
                texts.join("; ")
            }
        }
    }
}

fn decoded(scheme: Scheme, bytes: &[u8]) -> String {
    let mut text = String::new();
    Decoder::new(scheme).decode(bytes, true, &mut text);
    text.trim_end_matches('\0').to_owned()
}

/// The time of ticks since 1601; `None` for the values that mean that there is none.
pub(crate) fn moment(ticks: u64) -> Option<Moment> {
    // 0 and the ends of the range are placeholders; 4501-01-01 is "none" in Outlook
    const NONE: i64 = 79_870_662_000_000_000;
    let micros =
        i64::try_from(ticks / 10).ok().filter(|micros| *micros > 0)? - 11_644_473_600_000_000;
    (micros < NONE).then_some(Moment(micros))
}

/// A name of a property: its set, and a number or a text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Name {
    /// A number within a set.
    Number([u8; 16], u32),
    /// A text within a set.
    Text([u8; 16], String),
}

/// The names of the ids from [`NAMED`] on.
#[derive(Clone, Default, Debug)]
pub(crate) struct Names {
    by_id: BTreeMap<u16, Name>,
    ids: BTreeMap<Name, u16>,
}

impl Names {
    /// Names an id.
    pub(crate) fn insert(&mut self, id: u16, name: Name) {
        self.ids.entry(name.clone()).or_insert(id);
        self.by_id.insert(id, name);
    }

    /// The id of a name.
    pub(crate) fn id(&self, name: &Name) -> Option<u16> {
        self.ids.get(name).copied()
    }

    /// All names by id.
    pub(crate) fn all(&self) -> impl Iterator<Item = (u16, &Name)> {
        self.by_id.iter().map(|(id, name)| (*id, name))
    }
}

/// The properties of a message, a recipient or an attachment.
#[derive(Clone, Default, Debug)]
pub(crate) struct Properties {
    values: BTreeMap<u16, Value>,
    /// Names of ids.
    pub(crate) names: Rc<Names>,
}

impl Properties {
    /// No properties yet.
    pub(crate) fn new(names: Rc<Names>) -> Self {
        Self { values: BTreeMap::new(), names }
    }

    /// Adds a value. A text in UTF-16 replaces one in a code page; of others the first is kept.
    pub(crate) fn insert(&mut self, id: u16, value: Value) {
        let wide = matches!(value, Value::Wide(_));
        if wide || !self.values.contains_key(&id) {
            self.values.insert(id, value);
        }
    }

    /// Adds the values of others that are missing here.
    pub(crate) fn add_missing(&mut self, others: Self) {
        for (id, value) in others.values {
            self.values.entry(id).or_insert(value);
        }
    }

    /// The value of an id.
    pub(crate) fn get(&self, id: u16) -> Option<&Value> {
        self.values.get(&id)
    }

    /// The value of a name.
    pub(crate) fn named(&self, set: [u8; 16], number: u32) -> Option<&Value> {
        self.get(self.names.id(&Name::Number(set, number))?)
    }

    /// The values with a text for a name.
    pub(crate) fn text_named(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.names.all().filter_map(|(id, name)| match name {
            Name::Text(_, name) => Some((name.as_str(), self.get(id)?)),
            Name::Number(..) => None,
        })
    }

    /// A number.
    pub(crate) fn number(&self, id: u16) -> Option<i64> {
        match self.get(id)? {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// A time.
    pub(crate) fn time(&self, id: u16) -> Option<Moment> {
        match self.get(id)? {
            Value::Time(ticks) => moment(*ticks),
            _ => None,
        }
    }

    /// Bytes.
    pub(crate) fn bytes(&self, id: u16) -> Option<&[u8]> {
        match self.get(id)? {
            Value::Binary(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// A text, without the white space around it; `None` if there is none or it is empty.
    pub(crate) fn text(&self, id: u16, narrow: Scheme) -> Option<String> {
        let text = self.get(id)?.text(narrow);
        let trimmed = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    }

    /// Adds all texts in a code page to a sample of it.
    pub(crate) fn sample(&self, sample: &mut Vec<u8>) {
        const MOST: usize = 256 << 10;
        for value in self.values.values() {
            if let Value::Narrow(bytes) = value
                && sample.len() < MOST
            {
                sample.extend(bytes.iter().copied().filter(|byte| *byte != 0).take(MOST));
                sample.push(b'\n');
            }
        }
    }
}

/// The encoding of a message's narrow texts, and whether it was guessed.
pub(crate) fn narrow_scheme(code_pages: &[Option<i64>], sample: &[u8]) -> (Scheme, bool) {
    if sample.is_ascii() {
        return (Scheme::Web(encoding_rs::UTF_8), false);
    }
    let known = code_pages
        .iter()
        .flatten()
        .filter_map(|page| Scheme::for_code_page(u32::try_from(*page).ok()?));
    // a page of single bytes accepts anything, so it is no evidence against UTF-8, nor against what is all pairs
    let guess = charset::guess(sample, true).scheme;
    let other = std::str::from_utf8(sample).is_ok() || is_pairs(guess, sample);
    for scheme in known {
        let mut text = String::new();
        let mut decoder = Decoder::new(scheme);
        decoder.decode(sample, true, &mut text);
        let is_utf16 = matches!(scheme, Scheme::Web(web) if web == encoding_rs::UTF_16LE || web == encoding_rs::UTF_16BE);
        if decoder.undecodable() == 0 && !is_utf16 && (scheme.has_multibyte_characters() || !other)
        {
            return (scheme, false);
        }
    }
    (guess, true)
}

/// Whether an encoding has characters of two bytes, and bytes beyond ASCII occur in pairs only, all of them valid.
fn is_pairs(scheme: Scheme, sample: &[u8]) -> bool {
    let high = sample.iter().filter(|byte| !byte.is_ascii()).count();
    let mut runs = sample.split(u8::is_ascii);
    let mut decoder = Decoder::new(scheme);
    decoder.decode(sample, true, &mut String::new());
    scheme.has_multibyte_characters()
        && high >= 8
        && decoder.undecodable() == 0
        && runs.all(|run| run.len() % 2 == 0)
}
