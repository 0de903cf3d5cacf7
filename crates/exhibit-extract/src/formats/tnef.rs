//! TNEF ([MS-OXTNEF]), known as `winmail.dat`: a message and its attachments as a sequence of attributes.
//!
//! Attributes are read to the first that is damaged; each checksum is checked and a wrong one noted.

mod properties;
#[cfg(test)]
mod tests;

use super::mapi::property::{Names, Properties, Value};
use super::mapi::{Item, attached, id};
use super::ole;
use crate::out::{Input, Out, Stop};
use exhibit_model::{Member, MemberEnd, Moment, NoteCode, Reason, Relation, Request, Verdict};
use properties::Reader;
use std::io::Cursor;
use std::rc::Rc;

const SIGNATURE: [u8; 4] = [0x78, 0x9f, 0x3e, 0x22];

/// Attachments beyond this number are not read.
const MOST_ATTACHMENTS: usize = 100_000;

/// Attributes by the lower half of their number; the upper half is the type of the value.
mod attribute {
    pub(super) const FROM: u16 = 0x8000;
    pub(super) const SUBJECT: u16 = 0x8004;
    pub(super) const SENT: u16 = 0x8005;
    pub(super) const RECEIVED: u16 = 0x8006;
    pub(super) const CLASS: u16 = 0x8008;
    pub(super) const BODY: u16 = 0x800c;
    pub(super) const ATTACH_DATA: u16 = 0x800f;
    pub(super) const ATTACH_TITLE: u16 = 0x8010;
    pub(super) const ATTACH_MODIFIED: u16 = 0x8013;
    pub(super) const ATTACH_FILE_NAME: u16 = 0x9001;
    pub(super) const ATTACH_BEGIN: u16 = 0x9002;
    pub(super) const PROPERTIES: u16 = 0x9003;
    pub(super) const RECIPIENTS: u16 = 0x9004;
    pub(super) const ATTACH_PROPERTIES: u16 = 0x9005;
    pub(super) const CODE_PAGE: u16 = 0x9007;
}

/// An attachment.
#[derive(Default)]
struct Attachment<'b> {
    properties: Properties,
    data: Option<&'b [u8]>,
    /// A message or another object: the class of its interface, and its bytes.
    object: Option<&'b [u8]>,
    title: Option<&'b [u8]>,
    file_name: Option<&'b [u8]>,
    modified: Option<Moment>,
}

/// What was found in a file.
#[derive(Default)]
struct Found<'b> {
    item: Item,
    attachments: Vec<Attachment<'b>>,
    attachments_dropped: u64,
    wrong_checksums: u64,
    cut_short: bool,
    damaged_properties: bool,
}

/// Reads a file.
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
    let found = parse(&bytes);
    let narrow = found.item.emit(out)?;
    for (number, attachment) in found.attachments.iter().enumerate() {
        attachment.emit(number + 1, narrow, out)?;
    }
    if found.cut_short {
        out.note(0, NoteCode::FileCutShort)?;
    }
    if found.wrong_checksums > 0 {
        out.note(0, NoteCode::ContentChecksumsWrong { count: found.wrong_checksums })?;
    }
    if found.damaged_properties {
        out.note(0, NoteCode::TextMissing)?;
    }
    if found.attachments_dropped > 0 {
        out.note(0, NoteCode::RecordsDropped { count: found.attachments_dropped })?;
    }
    Ok(Verdict::Read)
}

fn parse(bytes: &[u8]) -> Found<'_> {
    let mut found = Found::default();
    let mut rest =
        bytes.strip_prefix(&SIGNATURE).and_then(|rest| rest.get(2..)).unwrap_or_default();
    while !rest.is_empty() {
        let Some((header, body)) = rest.split_first_chunk::<9>() else {
            // padding after the last attribute is usual in mail
            found.cut_short = rest.iter().any(|byte| !matches!(byte, 0 | b'\r' | b'\n'));
            break;
        };
        let level = header[0];
        if !matches!(level, 1 | 2) {
            found.cut_short = rest.iter().any(|byte| !matches!(byte, 0 | b'\r' | b'\n'));
            break;
        }
        let number = u16::from_le_bytes([header[1], header[2]]);
        let length = u32::from_le_bytes([header[5], header[6], header[7], header[8]]) as usize;
        let data = &body[..length.min(body.len())];
        found.cut_short = data.len() < length || body.len() < length + 2;
        found.take(level, number, data);
        let Some(after) = body.get(length..).filter(|after| after.len() >= 2) else { break };
        let sum = data.iter().fold(0u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
        found.wrong_checksums += u64::from(sum != u16::from_le_bytes([after[0], after[1]]));
        rest = &after[2..];
    }
    found
}

impl<'b> Found<'b> {
    fn take(&mut self, level: u8, number: u16, data: &'b [u8]) {
        let narrow = |data: &[u8]| Value::Narrow(data.to_vec());
        let properties = &mut self.item.properties;
        match number {
            attribute::CODE_PAGE => {
                self.item.code_page = data
                    .get(..4)
                    .and_then(|page| page.try_into().ok())
                    .map(u32::from_le_bytes)
                    .map(i64::from);
            }
            attribute::SUBJECT => properties.insert(id::SUBJECT, narrow(data)),
            attribute::BODY => properties.insert(id::BODY, narrow(data)),
            attribute::CLASS => properties.insert(id::CLASS, narrow(data)),
            attribute::FROM => {
                if let Some((name, address)) = triple(data) {
                    properties.insert(id::SENDER_NAME, narrow(name));
                    properties.insert(id::SENDER_ADDRESS, narrow(address));
                }
            }
            attribute::SENT | attribute::RECEIVED => {
                let id = if number == attribute::SENT { id::SUBMITTED } else { id::DELIVERED };
                if let Some(Moment(micros)) = moment(data)
                    && let Ok(ticks) = u64::try_from((micros + 11_644_473_600_000_000) * 10)
                {
                    properties.insert(id, Value::Time(ticks));
                }
            }
            attribute::PROPERTIES if level == 1 => {
                let mut reader = Reader::new(data);
                let (mut found, mut names) = (Properties::default(), Names::default());
                self.damaged_properties |= reader.list(&mut found, &mut names, None).is_none();
                found.names = Rc::new(names);
                // these are the newer statement of what attributes state too
                let attributes = std::mem::replace(properties, found);
                properties.add_missing(attributes);
            }
            attribute::RECIPIENTS => {
                let mut reader = Reader::new(data);
                self.damaged_properties |= reader.rows(&mut self.item.recipients).is_none();
            }
            _ if level == 2 => self.take_of_attachment(number, data),
            _ => {}
        }
    }

    fn take_of_attachment(&mut self, number: u16, data: &'b [u8]) {
        if number == attribute::ATTACH_BEGIN || self.attachments.is_empty() {
            if self.attachments.len() >= MOST_ATTACHMENTS {
                self.attachments_dropped += 1;
                return;
            }
            self.attachments.push(Attachment::default());
        }
        let Some(attachment) = self.attachments.last_mut() else { return };
        match number {
            attribute::ATTACH_DATA => attachment.data = Some(data),
            attribute::ATTACH_TITLE => attachment.title = Some(data),
            attribute::ATTACH_FILE_NAME => attachment.file_name = Some(data),
            attribute::ATTACH_MODIFIED => attachment.modified = moment(data),
            attribute::ATTACH_PROPERTIES => {
                let mut reader = Reader::new(data);
                let mut names = Names::default();
                let ended = reader.list(
                    &mut attachment.properties,
                    &mut names,
                    Some(&mut attachment.object),
                );
                self.damaged_properties |= ended.is_none();
                attachment.properties.names = Rc::new(names);
            }
            _ => {}
        }
    }
}

impl Attachment<'_> {
    fn emit(
        &self,
        number: usize,
        narrow: crate::charset::Scheme,
        out: &mut Out<'_>,
    ) -> Result<(), Stop> {
        let object = self.object.and_then(|object| object.get(16..));
        let message = object.is_some_and(|object| object.starts_with(&SIGNATURE));
        let mut properties = self.properties.clone();
        for name in [self.title, self.file_name].into_iter().flatten() {
            properties.insert(id::ATTACH_SHORT_NAME, Value::Narrow(name.to_vec()));
        }
        let found = attached(&properties, narrow, number, message.then_some("tnef"));
        let (mut name, relation) = (found.name, found.relation);
        let stored = properties.bytes(id::ATTACH_DATA).map(<[u8]>::to_vec);
        let content = match object {
            Some(object) if message => Some(object.to_vec()),
            Some(object) => match ole::file_in_object(object) {
                Some((inner, content)) => {
                    if inner != "object" {
                        name = inner;
                    }
                    Some(content)
                }
                None => Some(object.to_vec()),
            },
            None => self.data.filter(|data| !data.is_empty()).map(<[u8]>::to_vec).or(stored),
        };
        let relation = if message { Relation::Message } else { relation };
        out.member(Member {
            name: name.into(),
            relation,
            modified: self.modified,
            ..Member::default()
        })?;
        match content.or_else(|| self.data.map(<[u8]>::to_vec)) {
            Some(content) => out.member_from(&mut Cursor::new(content)),
            None => out.member_end(MemberEnd::Failed(Reason::StreamMissing)),
        }
    }
}

/// A name and an address ([MS-OXTNEF] 2.1.3.4.1).
fn triple(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let short =
        |at: usize| Some(usize::from(u16::from_le_bytes([*data.get(at)?, *data.get(at + 1)?])));
    let (name_size, address_size) = (short(4)?, short(6)?);
    let name = data.get(8..8 + name_size)?;
    let address = data.get(8 + name_size..8 + name_size + address_size)?;
    // the type of the address precedes it: SMTP:li@example.org
    let address =
        address.iter().position(|byte| *byte == b':').map_or(address, |at| &address[at + 1..]);
    Some((name, address))
}

/// A date ([MS-OXTNEF] 2.1.3.3.6), which states no zone: taken as UTC, as it is meant.
fn moment(data: &[u8]) -> Option<Moment> {
    let part =
        |at: usize| Some(u32::from(u16::from_le_bytes([*data.get(at)?, *data.get(at + 1)?])));
    Moment::from_civil(i64::from(part(0)?), part(2)?, part(4)?, part(6)?, part(8)?, part(10)?)
}
