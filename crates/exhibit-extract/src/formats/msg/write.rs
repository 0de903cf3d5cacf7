//! Writes items as files of their own ([MS-OXMSG]), for stores that have no file for each.
//!
//! Properties are written with the bytes that the store has; nothing is converted, so nothing is lost.

use super::{ATTACHMENT, CLASS, NAMES, PROPERTIES, RECIPIENT, STREAM, stream_name};
use crate::compound::Builder;
use crate::formats::mapi::id::ATTACH_DATA;
use crate::formats::mapi::property::{NAMED, Name, Names, fixed_size, kind};

/// The set of the properties of MAPI itself.
pub(crate) const MAPI: [u8; 16] = [0x28, 3, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
/// The set of names that are texts.
pub(crate) const PUBLIC_STRINGS: [u8; 16] =
    [0x29, 3, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];

/// A property with its bytes: of a value with a fixed size that many, of texts and bytes all of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Raw {
    /// Its id.
    pub(crate) id: u16,
    /// Its type.
    pub(crate) kind: u16,
    /// Its value, or, of several values, each.
    pub(crate) values: Vec<Vec<u8>>,
}

/// A message being written.
pub(crate) struct Writer {
    builder: Builder,
    storage: usize,
    is_inner: bool,
    recipients: u32,
    attachments: u32,
}

/// What a message continues with after a message within it.
pub(crate) struct Outer {
    storage: usize,
    is_inner: bool,
    recipients: u32,
    attachments: u32,
}

impl Writer {
    /// A message in a file of its own.
    pub(crate) fn new(names: &Names) -> Self {
        let mut builder = Builder::new(CLASS);
        write_names(&mut builder, names);
        Self { builder, storage: Builder::ROOT, is_inner: false, recipients: 0, attachments: 0 }
    }

    /// Adds a recipient.
    pub(crate) fn recipient(&mut self, properties: &[Raw]) {
        let name = format!("{RECIPIENT}#{:08X}", self.recipients);
        self.recipients += 1;
        let storage = self.builder.storage(self.storage, &name, [0; 16]);
        write_properties(&mut self.builder, storage, properties, &[0; 8]);
    }

    /// Adds an attachment.
    pub(crate) fn attachment(&mut self, properties: &[Raw]) -> usize {
        let name = format!("{ATTACHMENT}#{:08X}", self.attachments);
        self.attachments += 1;
        let storage = self.builder.storage(self.storage, &name, [0; 16]);
        write_properties(&mut self.builder, storage, properties, &[0; 8]);
        storage
    }

    /// Adds an attachment that is a message, to which everything is added until [`Self::end_inner`].
    pub(crate) fn begin_inner(&mut self, properties: &[Raw]) -> Outer {
        let holder = self.attachment(properties);
        let outer = Outer {
            storage: self.storage,
            is_inner: self.is_inner,
            recipients: self.recipients,
            attachments: self.attachments,
        };
        self.storage =
            self.builder.storage(holder, &stream_name(ATTACH_DATA, kind::OBJECT), [0; 16]);
        (self.is_inner, self.recipients, self.attachments) = (true, 0, 0);
        outer
    }

    /// Goes back to the message around the inner one.
    pub(crate) fn end_inner(&mut self, outer: Outer) {
        (self.storage, self.is_inner) = (outer.storage, outer.is_inner);
        (self.recipients, self.attachments) = (outer.recipients, outer.attachments);
    }

    /// Adds the message's own properties, after its recipients and attachments.
    pub(crate) fn properties(&mut self, properties: &[Raw]) {
        let mut header = vec![0; if self.is_inner { 24 } else { 32 }];
        for (at, count) in [
            (8, self.recipients),
            (12, self.attachments),
            (16, self.recipients),
            (20, self.attachments),
        ] {
            header[at..at + 4].copy_from_slice(&count.to_le_bytes());
        }
        write_properties(&mut self.builder, self.storage, properties, &header);
    }

    /// The bytes of the file.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.builder.finish()
    }
}

fn write_properties(builder: &mut Builder, storage: usize, properties: &[Raw], header: &[u8]) {
    let mut list = header.to_vec();
    for Raw { id, kind, values } in properties {
        let mut value = [0; 8];
        let each = kind & !kind::MANY;
        match (
            fixed_size(each).filter(|_| each != kind::GUID),
            kind & kind::MANY != 0,
            values.first(),
        ) {
            (_, false, None) => continue,
            (Some(size), false, Some(bytes)) => {
                let size = size.min(bytes.len());
                value[..size].copy_from_slice(&bytes[..size]);
            }
            (None, false, Some(bytes)) => {
                let size = size_of(*kind, bytes.len());
                value[..4].copy_from_slice(&size.to_le_bytes());
                builder.stream(storage, &stream_name(*id, *kind), bytes.clone());
            }
            (Some(_), true, _) => {
                let all = values.concat();
                value[..4].copy_from_slice(&size_of(0, all.len()).to_le_bytes());
                builder.stream(storage, &stream_name(*id, *kind), all);
            }
            (None, true, _) => {
                let name = stream_name(*id, *kind);
                let width = if each == kind::BINARY { 8 } else { 4 };
                let mut lengths = Vec::new();
                for (at, bytes) in values.iter().enumerate() {
                    let mut length = [0; 8];
                    length[..4].copy_from_slice(&size_of(each, bytes.len()).to_le_bytes());
                    lengths.extend_from_slice(&length[..width]);
                    builder.stream(storage, &format!("{name}-{at:08X}"), bytes.clone());
                }
                value[..4].copy_from_slice(&size_of(0, lengths.len()).to_le_bytes());
                builder.stream(storage, &name, lengths);
            }
        }
        list.extend_from_slice(&kind.to_le_bytes());
        list.extend_from_slice(&id.to_le_bytes());
        list.extend_from_slice(&6u32.to_le_bytes());
        list.extend_from_slice(&value);
    }
    builder.stream(storage, PROPERTIES, list);
}

/// The stated size of a value: that of a text includes the NUL that is not stored.
fn size_of(kind: u16, length: usize) -> u32 {
    let ending = match kind {
        kind::WIDE => 2,
        kind::NARROW => 1,
        _ => 0,
    };
    u32::try_from(length).unwrap_or(u32::MAX).saturating_add(ending)
}

fn write_names(builder: &mut Builder, names: &Names) {
    let storage = builder.storage(Builder::ROOT, NAMES, [0; 16]);
    let (mut sets, mut entries, mut texts): (Vec<[u8; 16]>, Vec<u8>, Vec<u8>) = Default::default();
    for (id, name) in names.all() {
        let (set, number, is_text) = match name {
            Name::Number(set, number) => (set, *number, 0),
            Name::Text(set, text) => {
                let at = size_of(0, texts.len());
                let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                texts.extend_from_slice(&size_of(0, wide.len()).to_le_bytes());
                texts.extend_from_slice(&wide);
                texts.resize(texts.len().next_multiple_of(4), 0);
                (set, at, 1)
            }
        };
        let place = match *set {
            MAPI => 1,
            PUBLIC_STRINGS => 2,
            set => {
                let known = sets.iter().position(|known| *known == set).unwrap_or_else(|| {
                    sets.push(set);
                    sets.len() - 1
                });
                known + 3
            }
        };
        let place = u16::try_from(place).unwrap_or(0) << 1 | is_text;
        entries.extend_from_slice(&number.to_le_bytes());
        entries.extend_from_slice(&place.to_le_bytes());
        entries.extend_from_slice(&id.saturating_sub(NAMED).to_le_bytes());
    }
    for (name, content) in [("0002", sets.concat()), ("0003", entries), ("0004", texts)] {
        builder.stream(storage, &format!("{STREAM}{name}0102"), content);
    }
}
