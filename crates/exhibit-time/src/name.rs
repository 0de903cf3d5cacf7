//! Names in certificates (X.501), compared as RFC 5280, 7.1 requires: ignoring case, repeated spaces and the string
//! type.

use crate::cursor::{Cursor, constructed};
use crate::fault::TimeFault;
use der::Tag;

const WHAT: &str = "a name";

// 2.5.4.3, 2.5.4.10, 2.5.4.11
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ORGANIZATION: &[u8] = &[0x55, 4, 10];
const UNIT: &[u8] = &[0x55, 4, 11];

/// A name.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    // The sorted attributes of each relative name: type and comparable value.
    parts: Vec<Vec<(Vec<u8>, Vec<u8>)>>,
    /// The display name: common name, or else organisation.
    pub(crate) shown: String,
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

impl Eq for Name {}

impl Name {
    /// Parses a Name element.
    pub(crate) fn read(element: &[u8]) -> Result<Self, TimeFault> {
        let mut parts = Vec::new();
        let mut shown: [Option<String>; 3] = [None, None, None];
        let mut names = Cursor::only(element, Tag::Sequence, WHAT)?;
        while !names.is_empty() {
            let mut attributes = Vec::new();
            let mut set = names.inner(Tag::Set)?;
            while !set.is_empty() {
                let mut attribute = set.inner(Tag::Sequence)?;
                let kind = attribute.oid()?;
                let tag = attribute.peek().ok_or(TimeFault::Form(WHAT))?;
                let value = attribute.value(tag)?;
                attribute.end()?;
                let place =
                    [COMMON_NAME, ORGANIZATION, UNIT].iter().position(|known| *known == kind);
                if let Some(slot) = place.and_then(|place| shown.get_mut(place)) {
                    *slot = Some(String::from_utf8_lossy(value).into_owned());
                }
                attributes.push((kind.to_vec(), comparable(tag, value)));
            }
            if attributes.is_empty() {
                return Err(TimeFault::Form(WHAT));
            }
            attributes.sort();
            parts.push(attributes);
        }
        let shown = shown
            .into_iter()
            .flatten()
            .next()
            .unwrap_or_else(|| "a certificate without a name".to_owned());
        Ok(Self { parts, shown })
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

// The form in which a value is compared: ASCII-compatible strings by their folded text, others by their bytes.
fn comparable(tag: Tag, value: &[u8]) -> Vec<u8> {
    let text = matches!(
        tag,
        Tag::Utf8String
            | Tag::PrintableString
            | Tag::Ia5String
            | Tag::VisibleString
            | Tag::NumericString
    );
    match str::from_utf8(value) {
        Ok(value) if text => {
            let words: Vec<&str> = value.split_ascii_whitespace().collect();
            let mut folded = vec![b'T'];
            folded.extend(words.join(" ").to_ascii_lowercase().into_bytes());
            folded
        }
        _ => [format!("{tag} ").as_bytes(), value].concat(),
    }
}

/// Reads all remaining general names.
pub(crate) fn general_names(names: &mut Cursor<'_>) -> Result<Vec<General>, TimeFault> {
    let mut all = Vec::new();
    while !names.is_empty() {
        all.push(General::read(names)?);
    }
    Ok(all)
}

/// A general name: a directory name, or another kind as its bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum General {
    Directory(Name),
    Other(Vec<u8>),
}

impl General {
    pub(crate) fn read(names: &mut Cursor<'_>) -> Result<Self, TimeFault> {
        if names.peek() == Some(constructed(4)) {
            let mut inner = names.inner(constructed(4))?;
            let name = Name::read(inner.whole(Tag::Sequence)?)?;
            inner.end()?;
            Ok(Self::Directory(name))
        } else {
            Ok(Self::Other(names.element()?.to_vec()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cursor::write;

    fn name(tag: u8, text: &str) -> Name {
        let attribute = [write(0x06, COMMON_NAME), write(tag, text.as_bytes())].concat();
        Name::read(&write(0x30, &write(0x31, &write(0x30, &attribute)))).expect("a name")
    }

    #[test]
    fn comparison_ignores_case_spaces_and_string_type() {
        assert_eq!(name(0x0c, "Harbour  Time "), name(0x13, "harbour time"));
        assert_ne!(name(0x0c, "Harbour Time"), name(0x0c, "HarbourTime"));
        assert_ne!(
            name(0x14, "harbour"),
            name(0x0c, "harbour"),
            "legacy string types are compared by their bytes"
        );
        assert_eq!(name(0x0c, "Harbour Time").shown, "Harbour Time");
    }
}
