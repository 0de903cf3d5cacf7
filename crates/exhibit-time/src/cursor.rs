//! A strict, sequential DER reader (X.690). Elements that are hashed or compared are returned as their original
//! bytes; nothing is re-encoded for a check.

use crate::fault::TimeFault;
use der::asn1::AnyRef;
use der::{Decode as _, Header, Reader as _, SliceReader, Tag, TagNumber};

/// Reads bytes element by element.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    reader: SliceReader<'a>,
    // What is being read, for errors.
    what: &'static str,
}

/// A context-specific, constructed tag.
pub(crate) const fn constructed(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber(number) }
}

/// A context-specific, primitive tag.
pub(crate) const fn primitive(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: false, number: TagNumber(number) }
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8], what: &'static str) -> Result<Self, TimeFault> {
        Ok(Self { reader: SliceReader::new(bytes).map_err(|_| TimeFault::Form(what))?, what })
    }

    /// A cursor into the only element of `bytes`.
    pub(crate) fn only(bytes: &'a [u8], tag: Tag, what: &'static str) -> Result<Self, TimeFault> {
        let mut outer = Self::new(bytes, what)?;
        let inner = outer.inner(tag)?;
        outer.end()?;
        Ok(inner)
    }

    /// The error for malformed input.
    pub(crate) const fn malformed(&self) -> TimeFault {
        TimeFault::Form(self.what)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.reader.is_finished()
    }

    /// Returns the tag of the next element without reading it.
    pub(crate) fn peek(&self) -> Option<Tag> {
        Header::peek(&self.reader).ok().map(|header| header.tag())
    }

    /// Reads the next element with its header, whatever its tag.
    pub(crate) fn element(&mut self) -> Result<&'a [u8], TimeFault> {
        self.reader.tlv_bytes().map_err(|_| TimeFault::Form(self.what))
    }

    /// Reads the next element with its header; it must have this tag.
    pub(crate) fn whole(&mut self, tag: Tag) -> Result<&'a [u8], TimeFault> {
        if self.peek() == Some(tag) { self.element() } else { Err(self.malformed()) }
    }

    /// Reads the content of the next element, which must have this tag.
    pub(crate) fn value(&mut self, tag: Tag) -> Result<&'a [u8], TimeFault> {
        let any = AnyRef::decode(&mut self.reader).map_err(|_| TimeFault::Form(self.what))?;
        if any.header().tag() == tag { Ok(any.value()) } else { Err(self.malformed()) }
    }

    /// Reads the content of the next element if it has this tag.
    pub(crate) fn optional(&mut self, tag: Tag) -> Result<Option<&'a [u8]>, TimeFault> {
        if self.peek() == Some(tag) { self.value(tag).map(Some) } else { Ok(None) }
    }

    /// A cursor into the next element, which must have this tag.
    pub(crate) fn inner(&mut self, tag: Tag) -> Result<Self, TimeFault> {
        Self::new(self.value(tag)?, self.what)
    }

    /// A cursor into the next element if it has this tag.
    pub(crate) fn optional_inner(&mut self, tag: Tag) -> Result<Option<Self>, TimeFault> {
        self.optional(tag)?.map(|bytes| Self::new(bytes, self.what)).transpose()
    }

    /// Reads the content of an object identifier.
    pub(crate) fn oid(&mut self) -> Result<&'a [u8], TimeFault> {
        let oid = self.value(Tag::ObjectIdentifier)?;
        let is_valid = oid.last().is_some_and(|last| last & 0x80 == 0) && oid.len() <= 64;
        if is_valid { Ok(oid) } else { Err(self.malformed()) }
    }

    /// Reads the content of a minimally encoded, signed integer.
    pub(crate) fn integer(&mut self) -> Result<&'a [u8], TimeFault> {
        let bytes = self.value(Tag::Integer)?;
        if is_minimal(bytes) { Ok(bytes) } else { Err(self.malformed()) }
    }

    /// Reads a non-negative integer.
    pub(crate) fn number(&mut self) -> Result<u64, TimeFault> {
        let bytes = self.integer()?;
        number(bytes).ok_or(self.malformed())
    }

    /// Reads a boolean.
    pub(crate) fn boolean(&mut self) -> Result<bool, TimeFault> {
        match self.value(Tag::Boolean)? {
            [0xff] => Ok(true),
            [0] => Ok(false),
            _ => Err(self.malformed()),
        }
    }

    /// Reads a bit string whose length is a multiple of eight.
    pub(crate) fn bits(&mut self) -> Result<&'a [u8], TimeFault> {
        match self.value(Tag::BitString)?.split_first() {
            Some((0, bytes)) => Ok(bytes),
            _ => Err(self.malformed()),
        }
    }

    /// Checks that nothing is left.
    pub(crate) fn end(self) -> Result<(), TimeFault> {
        if self.is_empty() { Ok(()) } else { Err(self.malformed()) }
    }
}

/// Decodes a non-negative integer from the content of an integer.
pub(crate) fn number(bytes: &[u8]) -> Option<u64> {
    let digits = if bytes.len() > 1 && bytes[0] == 0 { &bytes[1..] } else { bytes };
    let negative = bytes.first().is_none_or(|first| first & 0x80 != 0);
    let fits = !negative && is_minimal(bytes) && digits.len() <= 8;
    fits.then(|| digits.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
}

fn is_minimal(bytes: &[u8]) -> bool {
    match bytes {
        [] => false,
        [first, second, ..] => !matches!((first, second & 0x80), (0, 0) | (0xff, 0x80)),
        _ => bytes.len() <= 1024,
    }
}

/// Writes an element: tag, length and content.
pub(crate) fn write(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    if let Some(short) = u8::try_from(length).ok().filter(|short| *short < 0x80) {
        out.push(short);
    } else {
        let bytes: Vec<u8> =
            length.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
        // at most eight bytes
        out.push(0x80 | bytes.len() as u8);
        out.extend(bytes);
    }
    out.extend(content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_one_encoding() {
        for (bytes, expected) in [
            (&[0x02, 0x01, 0x00][..], Some(0)),
            (&[0x02, 0x01, 0x7f], Some(127)),
            (&[0x02, 0x02, 0x00, 0x80], Some(128)),
            (&[0x02, 0x09, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], Some(u64::MAX)),
            (&[0x02, 0x01, 0x80], None),
            (&[0x02, 0x02, 0x00, 0x7f], None),
            (&[0x02, 0x00], None),
            (&[0x02, 0x81, 0x01, 0x00], None),
            (&[0x02, 0x80, 0x00, 0x00], None),
            (&[0x04, 0x01, 0x00], None),
            (&[0x02, 0x02, 0x01], None),
        ] {
            let read = Cursor::new(bytes, "number").and_then(|mut cursor| cursor.number());
            assert_eq!(read.ok(), expected, "{bytes:x?}");
        }
    }

    #[test]
    fn elements_round_trip() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let content = vec![7; length];
            let written = write(0x04, &content);
            assert_eq!(
                Cursor::new(&written, "bytes").unwrap().value(Tag::OctetString).unwrap(),
                content
            );
        }
    }
}
