//! Outlook items as files ([MS-OXMSG]): a compound file with a stream for each property.
//!
//! Properties are found by the streams themselves, so that a damaged list of properties loses only numbers and dates.
//! Attachments are read one at a time; a message within a message is extracted as a file of its own.

#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod write;

use super::mapi::property::{Name, Names, Properties, Value, fixed_size, kind};
use super::mapi::{Item, attached, id};
use super::ole;
use crate::charset::Scheme;
use crate::compound::{Compound, EntryKind};
use crate::out::{Input, Out, Stop};
use exhibit_model::{Detail, Member, MemberEnd, NoteCode, Reason, Relation, Request, Verdict};
use std::collections::HashMap;
use std::io::{self, Cursor, Read};
use std::rc::Rc;

/// The class of a message's file.
pub(crate) const CLASS: [u8; 16] = [0x0b, 0x0d, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];

pub(crate) const PROPERTIES: &str = "__properties_version1.0";
pub(crate) const NAMES: &str = "__nameid_version1.0";
const STREAM: &str = "__substg1.0_";
const RECIPIENT: &str = "__recip_version1.0_";
const ATTACHMENT: &str = "__attach_version1.0_";

/// Recipients beyond this number are not read.
const MOST_RECIPIENTS: usize = 100_000;

type File<'b> = Compound<Cursor<&'b [u8]>>;

/// Reads an item.
pub(crate) fn read(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let most = request.limits.whole_file_bytes;
    let Some(bytes) = ole::whole(input, most) else {
        return Ok(Verdict::Truncated(Reason::FileSizeLimit { bytes: most }));
    };
    out.container_size(bytes.len() as u64);
    let Some(mut file) = File::open(Cursor::new(&bytes[..])) else {
        return Ok(Verdict::Failed(Reason::PartMissing { part: PROPERTIES.to_owned() }));
    };
    let names = Rc::new(names(&mut file));
    let mut item =
        Item { properties: properties(&mut file, 0, 32, &names, true), ..Item::default() };
    let storages = |file: &File<'_>, prefix: &str| -> Vec<usize> {
        let storages = file.children(0).filter(|entry| entry.kind == EntryKind::Storage);
        storages.filter(|entry| entry.name.starts_with(prefix)).map(|entry| entry.id).collect()
    };
    let recipients = storages(&file, RECIPIENT);
    if recipients.len() > MOST_RECIPIENTS {
        out.note(
            0,
            NoteCode::RecordsDropped { count: (recipients.len() - MOST_RECIPIENTS) as u64 },
        )?;
    }
    for storage in recipients.into_iter().take(MOST_RECIPIENTS) {
        item.recipients.push(properties(&mut file, storage, 8, &names, true));
    }
    let narrow = item.emit(out)?;
    for (number, storage) in storages(&file, ATTACHMENT).into_iter().enumerate() {
        emit_attachment(&mut file, storage, number + 1, narrow, &names, out)?;
    }
    file.emit_damage(out)?;
    Ok(Verdict::Read)
}

fn emit_attachment(
    file: &mut File<'_>,
    storage: usize,
    number: usize,
    narrow: Scheme,
    names: &Rc<Names>,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    let stated = properties(file, storage, 8, names, false);
    let object = file
        .child(storage, &stream_name(id::ATTACH_DATA, kind::OBJECT))
        .map(|entry| (entry.id, entry.kind));
    let data =
        file.child(storage, &stream_name(id::ATTACH_DATA, kind::BINARY)).map(|entry| entry.id);
    if let Some((object, EntryKind::Storage)) = object {
        if file.child(object, PROPERTIES).is_some() {
            let found = attached(&stated, narrow, number, Some("msg"));
            return emit(&found.name, found.relation, inner_message(file, object).as_deref(), out);
        }
        let copy = file.as_file(object);
        let mut found = attached(&stated, narrow, number, None);
        return match copy.as_deref().and_then(ole::file_in_object) {
            Some((name, content)) => {
                if name != "object" {
                    found.name = name;
                }
                emit(&found.name, found.relation, Some(&content), out)
            }
            None => emit(&format!("{}.ole", found.name), found.relation, copy.as_deref(), out),
        };
    }
    let found = attached(&stated, narrow, number, None);
    let path =
        stated.text(id::ATTACH_LONG_PATH, narrow).or_else(|| stated.text(id::ATTACH_PATH, narrow));
    match (data.or(object.map(|(id, _)| id)), path) {
        (Some(stream), _) => {
            let content = file.read(stream, u64::MAX);
            let (name, modified) = (found.name.into(), stated.time(id::MODIFIED));
            out.member(Member { name, relation: found.relation, modified, ..Member::default() })?;
            if content.whole {
                return out.member_from(&mut Cursor::new(content.bytes));
            }
            let cut = &mut Cursor::new(content.bytes).chain(Missing);
            out.member_from_or(cut, |bytes, error| {
                MemberEnd::Truncated(Reason::DataDamaged { bytes, detail: Detail::of(&error) })
            })
        }
        (None, Some(target)) => {
            let (part, relation) = (found.name, "attachment".to_owned());
            out.note(0, NoteCode::ExternalReference { part, relation, target })
        }
        (None, None) => emit(&found.name, found.relation, None, out),
    }
}

/// What follows the bytes of a stream that is cut short.
struct Missing;

impl Read for Missing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the stream is cut short"))
    }
}

fn emit(
    name: &str,
    relation: Relation,
    content: Option<&[u8]>,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    out.member(Member { name: name.into(), relation, ..Member::default() })?;
    match content {
        Some(content) => out.member_from(&mut Cursor::new(content)),
        None => out.member_end(MemberEnd::Failed(Reason::StreamMissing)),
    }
}

/// A message within a message as a file of its own: with the names of the outer file, and a longer header.
fn inner_message(file: &mut File<'_>, storage: usize) -> Option<Vec<u8>> {
    let mut copy = file.copy(storage, CLASS)?;
    let header = file.child(storage, PROPERTIES).map(|entry| entry.id)?;
    let header = file.read(header, u64::MAX).bytes;
    let (start, values) = header.split_at(header.len().min(24));
    copy.replace(PROPERTIES, [start, &[0; 8], values].concat());
    let names = file.child(0, NAMES).map(|entry| entry.id);
    if let Some(names) = names {
        file.copy_into(&mut copy, names)?;
    }
    Some(copy.finish())
}

fn stream_name(id: u16, kind: u16) -> String {
    format!("{STREAM}{id:04X}{kind:04X}")
}

/// The names of named properties ([MS-OXMSG] 2.2.3).
fn names(file: &mut File<'_>) -> Names {
    let Some(storage) = file.child(0, NAMES).map(|entry| entry.id) else { return Names::default() };
    let mut stream = |kind: &str| {
        let id = file.child(storage, &format!("{STREAM}{kind}0102")).map(|entry| entry.id)?;
        Some(file.read(id, 16 << 20).bytes)
    };
    let mut stream = |kind: &str| stream(kind).unwrap_or_default();
    names_of(&stream("0002"), &stream("0003"), &stream("0004"))
}

/// The names in the three streams of them: sets, entries, texts.
pub(crate) fn names_of(sets: &[u8], entries: &[u8], texts: &[u8]) -> Names {
    let mut names = Names::default();
    for entry in entries.as_chunks::<8>().0 {
        let number = u32::from_le_bytes([entry[0], entry[1], entry[2], entry[3]]);
        let (place, at) =
            (u16::from_le_bytes([entry[4], entry[5]]), u16::from_le_bytes([entry[6], entry[7]]));
        let set = match place >> 1 {
            1 => write::MAPI,
            2 => write::PUBLIC_STRINGS,
            set => {
                let at = usize::from(set).saturating_sub(3) * 16;
                let Some(set) = sets.get(at..at + 16).and_then(|set| set.try_into().ok()) else {
                    continue;
                };
                set
            }
        };
        let name = if place & 1 == 0 {
            Name::Number(set, number)
        } else {
            let Some(text) = text_at(texts, number as usize) else { continue };
            Name::Text(set, text)
        };
        if let Some(id) = at.checked_add(super::mapi::property::NAMED) {
            names.insert(id, name);
        }
    }
    names
}

fn text_at(texts: &[u8], at: usize) -> Option<String> {
    let size = u32::from_le_bytes(texts.get(at..at.checked_add(4)?)?.try_into().ok()?) as usize;
    let text = texts.get(at + 4..)?.get(..size)?;
    Some(encoding_rs::UTF_16LE.decode_without_bom_handling(text).0.into_owned())
}

/// The properties in a storage. `header` is the size of the header of their list. The content of attachments is left
/// out unless `all`.
fn properties(
    file: &mut File<'_>,
    storage: usize,
    header: usize,
    names: &Rc<Names>,
    all: bool,
) -> Properties {
    let mut properties = Properties::new(Rc::clone(names));
    let mut streams: Vec<(u16, u16, usize)> = Vec::new();
    // the values of texts and bytes of which there are several, by the name of the list of their lengths
    let mut parts: HashMap<String, Vec<usize>> = HashMap::new();
    for entry in file.children(storage).filter(|entry| entry.kind == EntryKind::Stream) {
        let Some((tag, part)) =
            entry.name.strip_prefix(STREAM).and_then(|hex| hex.split_at_checked(8))
        else {
            continue;
        };
        let Ok(number) = u32::from_str_radix(tag, 16) else { continue };
        let [high, low] =
            [number >> 16, number & 0xffff].map(|half| u16::try_from(half).unwrap_or(0));
        if high == id::ATTACH_DATA && !all {
            continue;
        }
        match part {
            "" => streams.push((high, low, entry.id)),
            _ => parts.entry(tag.to_owned()).or_default().push(entry.id),
        }
    }
    for (id, kind, stream) in streams {
        let value = if kind & kind::MANY == 0 {
            Value::of(kind, &file.read(stream, u64::MAX).bytes)
        } else {
            many(file, kind, stream, parts.get(&format!("{id:04X}{kind:04X}")))
        };
        if let Some(value) = value {
            properties.insert(id, value);
        }
    }
    if let Some(list) = file.child(storage, PROPERTIES).map(|entry| entry.id) {
        let list = file.read(list, 16 << 20).bytes;
        for entry in list.get(header..).unwrap_or_default().as_chunks::<16>().0 {
            let (kind, id) = (
                u16::from_le_bytes([entry[0], entry[1]]),
                u16::from_le_bytes([entry[2], entry[3]]),
            );
            if fixed_size(kind).is_some_and(|size| size <= 8)
                && let Some(value) = Value::of(kind, &entry[8..])
            {
                properties.insert(id, value);
            }
        }
    }
    properties
}

/// Several values: in one stream where each has the same size, else in a stream each.
fn many(
    file: &mut File<'_>,
    kind: u16,
    stream: usize,
    parts: Option<&Vec<usize>>,
) -> Option<Value> {
    const MOST: usize = 100_000;
    let each = kind & !kind::MANY;
    let mut values = Vec::new();
    if let Some(size) = fixed_size(each) {
        let list = file.read(stream, 16 << 20).bytes;
        values
            .extend(list.chunks_exact(size).take(MOST).filter_map(|bytes| Value::of(each, bytes)));
    } else {
        for part in parts.into_iter().flatten().take(MOST) {
            values.extend(Value::of(each, &file.read(*part, 16 << 20).bytes));
        }
    }
    Some(Value::Many(values))
}
