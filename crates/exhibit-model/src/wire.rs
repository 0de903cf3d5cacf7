//! The binary form of pages, requests and records: the content of page packs and of a worker's pipe.
//!
//! The rules, in full: an unsigned number is LEB128 (seven bits a byte, lowest first, at most ten
//! bytes); a signed number is zigzag-coded first; text and byte strings are their length and their
//! bytes; a list is its length and its elements; a position on the page is a 16-bit number (two
//! bytes, little-endian) of 1/16383 of the page's side, biased by 24,576, so that it reaches a page and
//! a half beyond each edge; other fractions are IEEE 754 singles, little-endian. Fields are in the order
//! of their declaration. Decoding rejects byte strings of a kind that encoding never produces:
//! numbers out of range, text that is not UTF-8, unknown tags, trailing bytes.

use crate::code::{
    CodeError, MAX_LIST, MAX_NUMBER, MAX_TEXT, MAX_VALUES, NoteCode, Parts, Reason, Value, Values,
};
use crate::item::Relation;
use crate::page::{
    Box as TextBox, Counts, Mark, MarkKind, Page, PageKind, Rect, RowRange, Run, SheetPart,
    TextSource,
};
use crate::reading::{Before, Drawn, MOST_OTHERS, ReadCharacter, ReadLine, Reading, Trust, Way};
use crate::record::{Limits, Member, MemberEnd, Note, Picture, Record, Request, Task, Verdict};
use crate::time::Moment;

/// The version of the page form that [`encode_page`] writes; stored in every page pack.
pub const PAGE_VERSION: u8 = 3;

/// Malformed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed bytes at offset {offset}: {what}")]
pub struct WireError {
    /// The offset in the bytes.
    pub offset: usize,
    /// What was expected at that offset.
    pub what: &'static str,
}

/// Decodes values from bytes, in order.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Encodes values to bytes, in order.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Starts empty.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The encoded bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Writes one byte.
    pub fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Writes an unsigned number.
    pub fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    /// Writes a signed number.
    pub fn signed(&mut self, value: i64) {
        self.number(((value << 1) ^ (value >> 63)) as u64);
    }

    /// Writes a single-precision fraction.
    pub fn fraction(&mut self, value: f32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Writes a byte string.
    pub fn bytes(&mut self, value: &[u8]) {
        self.number(value.len() as u64);
        self.bytes.extend_from_slice(value);
    }

    /// Writes text.
    pub fn text(&mut self, value: &str) {
        self.bytes(value.as_bytes());
    }

    fn place(&mut self, value: f32) {
        let steps = (f64::from(value) * PLACE_STEPS + PLACE_BIAS).round().clamp(0.0, 65_535.0);
        self.bytes.extend_from_slice(&(steps as u16).to_le_bytes());
    }
}

const PLACE_STEPS: f64 = 16_383.0;
const PLACE_BIAS: f64 = 24_576.0;

impl<'a> Reader<'a> {
    /// Starts at the beginning of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// An error at the current offset.
    #[must_use]
    pub const fn expected(&self, what: &'static str) -> WireError {
        WireError { offset: self.at, what }
    }

    fn take(&mut self, count: usize, what: &'static str) -> Result<&'a [u8], WireError> {
        let end = self.at.checked_add(count).ok_or(self.expected(what))?;
        let taken = self.bytes.get(self.at..end).ok_or(self.expected(what))?;
        self.at = end;
        Ok(taken)
    }

    /// Reads one byte.
    ///
    /// # Errors
    /// [`WireError`] at the end.
    pub fn byte(&mut self) -> Result<u8, WireError> {
        Ok(self.take(1, "one byte")?[0])
    }

    /// Reads an unsigned number.
    ///
    /// # Errors
    /// [`WireError`] if it does not end or exceeds 64 bits.
    pub fn number(&mut self) -> Result<u64, WireError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.expected("a number of at most 64 bits"))
    }

    /// Reads a number that fits 32 bits.
    ///
    /// # Errors
    /// [`WireError`] otherwise.
    pub fn small(&mut self) -> Result<u32, WireError> {
        u32::try_from(self.number()?).map_err(|_| self.expected("a number of at most 32 bits"))
    }

    /// Reads a signed number.
    ///
    /// # Errors
    /// As [`Reader::number`].
    pub fn signed(&mut self) -> Result<i64, WireError> {
        let value = self.number()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// Reads a single-precision fraction.
    ///
    /// # Errors
    /// [`WireError`] at the end, or if it is not finite.
    pub fn fraction(&mut self) -> Result<f32, WireError> {
        let taken = self.take(4, "a fraction")?;
        let value = f32::from_le_bytes([taken[0], taken[1], taken[2], taken[3]]);
        if value.is_finite() { Ok(value) } else { Err(self.expected("a finite fraction")) }
    }

    /// Reads a byte string.
    ///
    /// # Errors
    /// [`WireError`] if it is longer than the rest.
    pub fn bytes(&mut self) -> Result<&'a [u8], WireError> {
        let count = usize::try_from(self.number()?).map_err(|_| self.expected("a length"))?;
        self.take(count, "as many bytes as the length states")
    }

    /// Reads text.
    ///
    /// # Errors
    /// As [`Reader::bytes`], and if it is not UTF-8.
    pub fn text(&mut self) -> Result<String, WireError> {
        let bytes = self.bytes()?;
        String::from_utf8(bytes.to_vec()).map_err(|_| self.expected("UTF-8 text"))
    }

    // Text of a code, bounded.
    fn short_text(&mut self) -> Result<String, WireError> {
        let text = self.text()?;
        if text.len() <= MAX_TEXT { Ok(text) } else { Err(self.expected("a shorter text")) }
    }

    /// Reads a list's length, rejecting one that cannot fit into the rest (each element takes at least a byte).
    ///
    /// # Errors
    /// [`WireError`] if it cannot fit.
    pub fn count(&mut self) -> Result<usize, WireError> {
        let count = self.number()?;
        let left = self.bytes.len() - self.at;
        usize::try_from(count).ok().filter(|c| *c <= left).ok_or(self.expected("a list that fits"))
    }

    /// Finishes reading.
    ///
    /// # Errors
    /// [`WireError`] if bytes are left over.
    pub fn end(&self) -> Result<(), WireError> {
        if self.at == self.bytes.len() { Ok(()) } else { Err(self.expected("the end")) }
    }

    // Whether an optional field follows.
    fn flag(&mut self) -> Result<bool, WireError> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.expected("0 or 1")),
        }
    }

    fn place(&mut self) -> Result<f32, WireError> {
        let taken = self.take(2, "a place")?;
        let steps = u16::from_le_bytes([taken[0], taken[1]]);
        Ok(((f64::from(steps) - PLACE_BIAS) / PLACE_STEPS) as f32)
    }
}

/// Encodes a page. Offsets of boxes, marks and runs are coded as distances from the previous offset.
#[must_use]
pub fn encode_page(page: &Page) -> Vec<u8> {
    let mut w = Writer::new();
    write_page(&mut w, page);
    w.into_bytes()
}

/// Decodes a page, and validates it.
///
/// # Errors
/// [`WireError`] for bytes that are not a valid page.
pub fn decode_page(bytes: &[u8]) -> Result<Page, WireError> {
    let mut r = Reader::new(bytes);
    let page = read_page(&mut r)?;
    r.end()?;
    Ok(page)
}

fn write_page(w: &mut Writer, page: &Page) {
    w.byte(PAGE_VERSION);
    w.number(u64::from(page.number));
    w.byte(tag_of(&PAGE_KINDS, page.kind));
    w.text(&page.label);
    w.byte(u8::from(page.sheet.is_some()));
    if let Some(sheet) = &page.sheet {
        w.text(&sheet.name);
        w.byte(u8::from(sheet.rows.is_some()));
        if let Some(rows) = sheet.rows {
            w.number(u64::from(rows.first));
            w.number(u64::from(rows.last));
        }
    }
    w.fraction(page.width);
    w.fraction(page.height);
    w.text(&page.text);
    w.number(page.boxes.len() as u64);
    let mut before = 0;
    for b in &page.boxes {
        write_stretch(w, &mut before, b.start, b.end);
        w.place(b.rect.x0);
        w.place(b.rect.y0);
        w.place(b.rect.x1);
        w.place(b.rect.y1);
        w.byte(b.confidence);
    }
    w.number(page.marks.len() as u64);
    before = 0;
    for m in &page.marks {
        write_stretch(w, &mut before, m.start, m.end);
        w.byte(tag_of(&MARK_KINDS, m.kind));
    }
    w.number(page.runs.len() as u64);
    before = 0;
    for r in &page.runs {
        write_stretch(w, &mut before, r.start, r.end);
        w.text(&r.language);
    }
    w.text(&page.language);
    let Counts { glyphs, unmapped, images, characters, pictured, shapes } = page.counts;
    for count in [glyphs, unmapped, images, characters, pictured, shapes] {
        w.number(u64::from(count));
    }
    match &page.source {
        TextSource::Native => w.byte(0),
        TextSource::Ocr { engine, languages, confidence } => {
            w.byte(1);
            w.text(engine);
            w.text(languages);
            w.fraction(*confidence);
        }
    }
}

fn read_page(r: &mut Reader<'_>) -> Result<Page, WireError> {
    if r.byte()? != PAGE_VERSION {
        return Err(r.expected("page version 3"));
    }
    let mut page = Page { number: r.small()?, ..Page::default() };
    page.kind = of_tag(&PAGE_KINDS, r, "a page kind")?;
    page.label = r.text()?;
    page.sheet = match r.flag()? {
        true => Some(SheetPart { name: r.text()?, rows: read_rows(r)? }),
        false => None,
    };
    page.width = r.fraction()?;
    page.height = r.fraction()?;
    page.text = r.text()?;
    let mut before = 0;
    for _ in 0..r.count()? {
        let (start, end) = read_stretch(r, &mut before)?;
        let rect = Rect { x0: r.place()?, y0: r.place()?, x1: r.place()?, y1: r.place()? };
        page.boxes.push(TextBox { start, end, rect, confidence: r.byte()? });
    }
    before = 0;
    for _ in 0..r.count()? {
        let (start, end) = read_stretch(r, &mut before)?;
        page.marks.push(Mark { start, end, kind: of_tag(&MARK_KINDS, r, "a mark kind")? });
    }
    before = 0;
    for _ in 0..r.count()? {
        let (start, end) = read_stretch(r, &mut before)?;
        page.runs.push(Run { start, end, language: r.text()? });
    }
    page.language = r.text()?;
    page.counts = Counts {
        glyphs: r.small()?,
        unmapped: r.small()?,
        images: r.small()?,
        characters: r.small()?,
        pictured: r.small()?,
        shapes: r.small()?,
    };
    page.source = match r.byte()? {
        0 => TextSource::Native,
        1 => TextSource::Ocr { engine: r.text()?, languages: r.text()?, confidence: r.fraction()? },
        _ => return Err(r.expected("a text source")),
    };
    if page.is_sound() {
        Ok(page)
    } else {
        Err(r.expected("offsets within the text, places near the page"))
    }
}

fn read_rows(r: &mut Reader<'_>) -> Result<Option<RowRange>, WireError> {
    Ok(if r.flag()? { Some(RowRange { first: r.small()?, last: r.small()? }) } else { None })
}

fn write_stretch(w: &mut Writer, before: &mut u32, start: u32, end: u32) {
    w.signed(i64::from(start) - i64::from(*before));
    w.number(u64::from(end.saturating_sub(start)));
    *before = end;
}

fn read_stretch(r: &mut Reader<'_>, before: &mut u32) -> Result<(u32, u32), WireError> {
    let start = i64::from(*before).checked_add(r.signed()?);
    let start = start.and_then(|s| u32::try_from(s).ok()).ok_or(r.expected("an offset"))?;
    let end = start.checked_add(r.small()?).ok_or(r.expected("an offset"))?;
    *before = end;
    Ok((start, end))
}

// A kind's tag is its index in these lists; they are only ever extended at the end.
const PAGE_KINDS: [PageKind; 6] = PageKind::ALL;
const RELATIONS: [Relation; 4] =
    [Relation::Entry, Relation::Attachment, Relation::Message, Relation::Embedded];
const MARK_KINDS: [MarkKind; 8] = [
    MarkKind::Invisible,
    MarkKind::Annotation,
    MarkKind::FormValue,
    MarkKind::Deleted,
    MarkKind::Hidden,
    MarkKind::Furniture,
    MarkKind::Notes,
    MarkKind::Header,
];

fn tag_of<T: PartialEq>(kinds: &[T], kind: T) -> u8 {
    kinds.iter().position(|k| *k == kind).and_then(|p| u8::try_from(p).ok()).unwrap_or(0)
}

fn of_tag<T: Copy>(kinds: &[T], r: &mut Reader<'_>, what: &'static str) -> Result<T, WireError> {
    let tag = usize::from(r.byte()?);
    kinds.get(tag).copied().ok_or(r.expected(what))
}

/// Encodes a record, without its frame.
#[must_use]
pub fn encode_record(record: &Record) -> Vec<u8> {
    let mut w = Writer::new();
    match record {
        Record::MediaType(media_type) => {
            w.byte(0);
            w.text(media_type);
        }
        Record::Metadata { key, value } => {
            w.byte(1);
            w.text(key.as_str());
            w.text(value);
        }
        Record::Page(page) => {
            w.byte(2);
            write_page(&mut w, page);
        }
        Record::Member(member) => {
            w.byte(3);
            w.bytes(&member.name);
            w.text(&member.name_text);
            w.byte(u8::from(member.modified.is_some()));
            w.signed(member.modified.unwrap_or_default().0);
            w.byte(tag_of(&RELATIONS, member.relation));
        }
        Record::MemberBytes(bytes) => {
            w.byte(4);
            w.bytes(bytes);
        }
        Record::MemberEnd(end) => {
            w.byte(5);
            let (tag, reason) = match end {
                MemberEnd::Whole => (0, None),
                MemberEnd::Unsupported(reason) => (1, Some(reason)),
                MemberEnd::Encrypted => (2, None),
                MemberEnd::Failed(reason) => (3, Some(reason)),
                MemberEnd::Truncated(reason) => (4, Some(reason)),
            };
            w.byte(tag);
            if let Some(reason) = reason {
                write_code(&mut w, &reason.parts());
            }
        }
        Record::Note(note) => {
            w.byte(6);
            w.number(u64::from(note.page));
            write_code(&mut w, &note.code.parts());
        }
        Record::Picture(picture) => {
            w.byte(7);
            w.number(u64::from(picture.page));
            w.number(u64::from(picture.width));
            w.number(u64::from(picture.height));
            w.bytes(&picture.png);
        }
        Record::Reading(reading) => {
            w.byte(8);
            write_reading(&mut w, reading);
        }
    }
    w.into_bytes()
}

const WAYS: [Way; 5] =
    [Way::Upright, Way::Clockwise, Way::UpsideDown, Way::CounterClockwise, Way::Vertical];
const TRUSTS: [Trust; 3] = [Trust::Read, Trust::Questioned, Trust::Unread];
const BEFORES: [Before; 5] =
    [Before::Nothing, Before::Space, Before::Gap, Before::Line, Before::Block];

fn write_rect(w: &mut Writer, rect: &Rect) {
    for value in [rect.x0, rect.y0, rect.x1, rect.y1] {
        w.place(value);
    }
}

fn read_rect(r: &mut Reader<'_>) -> Result<Rect, WireError> {
    Ok(Rect { x0: r.place()?, y0: r.place()?, x1: r.place()?, y1: r.place()? })
}

fn read_character(r: &mut Reader<'_>) -> Result<char, WireError> {
    char::from_u32(r.small()?).ok_or(r.expected("a character"))
}

fn write_reading(w: &mut Writer, reading: &Reading) {
    for number in [reading.page, reading.width, reading.height] {
        w.number(u64::from(number));
    }
    w.byte(tag_of(&WAYS, reading.way));
    w.byte(u8::from(reading.truncated));
    w.number(reading.lines.len() as u64);
    for line in &reading.lines {
        w.byte(tag_of(&BEFORES, line.before));
        write_rect(w, &line.rect);
        w.byte(line.familiarity);
        w.byte(u8::from(line.large));
        w.byte(tag_of(&TRUSTS, line.trust));
        // a drawn line has a width
        w.number(line.drawn.map_or(0, |drawn| u64::from(drawn.width)));
        if let Some(drawn) = line.drawn {
            w.byte(tag_of(&WAYS, drawn.way));
        }
        w.number(line.characters.len() as u64);
        for character in &line.characters {
            w.number(u64::from(u32::from(character.character)));
            w.byte(character.certainty);
            write_rect(w, &character.rect);
            w.byte(u8::try_from(character.others.len()).unwrap_or(u8::MAX));
            for (other, certainty) in &character.others {
                w.number(u64::from(u32::from(*other)));
                w.byte(*certainty);
            }
        }
    }
}

fn read_reading(r: &mut Reader<'_>) -> Result<Reading, WireError> {
    let (page, width, height) = (r.small()?, r.small()?, r.small()?);
    let mut reading = Reading {
        page,
        width,
        height,
        way: of_tag(&WAYS, r, "a direction of lines")?,
        truncated: r.flag()?,
        lines: Vec::new(),
    };
    for _ in 0..r.count()? {
        let mut line = ReadLine {
            before: of_tag(&BEFORES, r, "what separates lines")?,
            rect: read_rect(r)?,
            familiarity: r.byte()?,
            large: r.flag()?,
            trust: of_tag(&TRUSTS, r, "whether a line counts")?,
            drawn: None,
            characters: Vec::new(),
        };
        let width = r.small()?;
        if width > 0 {
            line.drawn = Some(Drawn { width, way: of_tag(&WAYS, r, "a direction of a line")? });
        }
        for _ in 0..r.count()? {
            let (character, certainty, rect) = (read_character(r)?, r.byte()?, read_rect(r)?);
            let count = usize::from(r.byte()?);
            if count > MOST_OTHERS {
                return Err(r.expected("no more than two alternatives"));
            }
            let others = (0..count)
                .map(|_| Ok((read_character(r)?, r.byte()?)))
                .collect::<Result<_, WireError>>()?;
            line.characters.push(ReadCharacter { character, certainty, rect, others });
        }
        reading.lines.push(line);
    }
    if reading.is_sound() {
        Ok(reading)
    } else {
        Err(r.expected("percentages, places near the page, and no controls"))
    }
}

/// Decodes a record; a page in it is valid.
///
/// # Errors
/// [`WireError`] for bytes that are not a record.
pub fn decode_record(bytes: &[u8]) -> Result<Record, WireError> {
    let mut r = Reader::new(bytes);
    let record = match r.byte()? {
        0 => Record::MediaType(r.text()?),
        1 => Record::Metadata { key: r.text()?.into(), value: r.text()? },
        2 => Record::Page(std::boxed::Box::new(read_page(&mut r)?)),
        3 => {
            let (name, name_text) = (r.bytes()?.to_vec(), r.text()?);
            let (known, moment) = (r.flag()?, Moment(r.signed()?));
            Record::Member(Member {
                name,
                name_text,
                modified: known.then_some(moment),
                relation: of_tag(&RELATIONS, &mut r, "a relation")?,
            })
        }
        4 => Record::MemberBytes(r.bytes()?.to_vec()),
        5 => Record::MemberEnd(match r.byte()? {
            0 => MemberEnd::Whole,
            1 => MemberEnd::Unsupported(read_reason(&mut r)?),
            2 => MemberEnd::Encrypted,
            3 => MemberEnd::Failed(read_reason(&mut r)?),
            4 => MemberEnd::Truncated(read_reason(&mut r)?),
            _ => return Err(r.expected("a member's end")),
        }),
        6 => {
            let page = r.small()?;
            let parts = read_code(&mut r, true)?;
            Record::Note(Note {
                code: NoteCode::from_parts(parts).map_err(|error| not_a_code(&r, &error))?,
                page,
            })
        }
        7 => Record::Picture(Picture {
            page: r.small()?,
            width: r.small()?,
            height: r.small()?,
            png: r.bytes()?.to_vec(),
        }),
        8 => Record::Reading(read_reading(&mut r)?),
        _ => return Err(r.expected("a record")),
    };
    r.end()?;
    Ok(record)
}

// A code: its word, the count of its values, and each by name. `docs/formats/worker-protocol.md` defines the bytes.
fn write_code(w: &mut Writer, parts: &Parts) {
    w.text(&parts.word);
    w.number(parts.values.len() as u64);
    for (name, value) in &parts.values {
        w.text(name);
        match value {
            Value::Number(number) => {
                w.byte(0);
                w.number(*number);
            }
            Value::Text(text) => {
                w.byte(1);
                w.text(text);
            }
            Value::List(list) => {
                w.byte(2);
                w.number(list.len() as u64);
                list.iter().for_each(|text| w.text(text));
            }
            Value::Code(inner) => {
                w.byte(3);
                write_code(w, inner);
            }
        }
    }
}

// `nested` is whether a value may itself be a code.
fn read_code(r: &mut Reader<'_>, nested: bool) -> Result<Parts, WireError> {
    let word = r.short_text()?;
    let count = r.count()?;
    if count > MAX_VALUES {
        return Err(r.expected("no more values than a code may have"));
    }
    let mut values = Values::new();
    for _ in 0..count {
        let name = r.short_text()?;
        let value = match r.byte()? {
            0 => Value::Number(
                Some(r.number()?)
                    .filter(|n| *n <= MAX_NUMBER)
                    .ok_or(r.expected("a smaller number"))?,
            ),
            1 => Value::Text(r.short_text()?),
            2 => {
                let count = r.count()?;
                if count > MAX_LIST {
                    return Err(r.expected("a shorter list"));
                }
                Value::List((0..count).map(|_| r.short_text()).collect::<Result<_, _>>()?)
            }
            3 if nested => Value::Code(read_code(r, false)?),
            _ => return Err(r.expected("a value")),
        };
        if values.insert(name, value).is_some() {
            return Err(r.expected("each value once"));
        }
    }
    Ok(Parts { word, values })
}

fn read_reason(r: &mut Reader<'_>) -> Result<Reason, WireError> {
    let parts = read_code(r, false)?;
    Reason::from_parts(parts).map_err(|error| not_a_code(r, &error))
}

fn not_a_code(r: &Reader<'_>, error: &CodeError) -> WireError {
    r.expected(match error {
        CodeError::Unknown { .. } => "a known code",
        _ => "the values of the code",
    })
}

/// Encodes a verdict.
#[must_use]
pub fn encode_verdict(verdict: &Verdict) -> Vec<u8> {
    let mut w = Writer::new();
    let (tag, reason) = match verdict {
        Verdict::Read => (0, None),
        Verdict::Empty => (1, None),
        Verdict::Encrypted => (2, None),
        Verdict::Unsupported(reason) => (3, Some(reason)),
        Verdict::Failed(reason) => (4, Some(reason)),
        Verdict::Truncated(reason) => (5, Some(reason)),
    };
    w.byte(tag);
    if let Some(reason) = reason {
        write_code(&mut w, &reason.parts());
    }
    w.into_bytes()
}

/// Decodes a verdict.
///
/// # Errors
/// [`WireError`] for bytes that are not a verdict.
pub fn decode_verdict(bytes: &[u8]) -> Result<Verdict, WireError> {
    let mut r = Reader::new(bytes);
    let verdict = match r.byte()? {
        0 => Verdict::Read,
        1 => Verdict::Empty,
        2 => Verdict::Encrypted,
        3 => Verdict::Unsupported(read_reason(&mut r)?),
        4 => Verdict::Failed(read_reason(&mut r)?),
        5 => Verdict::Truncated(read_reason(&mut r)?),
        _ => return Err(r.expected("a verdict")),
    };
    r.end()?;
    Ok(verdict)
}

/// Encodes a request.
#[must_use]
pub fn encode_request(request: &Request) -> Vec<u8> {
    let mut w = Writer::new();
    match request.task {
        Task::Extract => w.byte(0),
        Task::Render { page, dpi, max_side, grey } => {
            w.byte(1);
            w.number(u64::from(page));
            w.number(u64::from(dpi));
            w.number(u64::from(max_side));
            w.byte(u8::from(grey));
        }
        Task::Recognise { page, dpi } => {
            w.byte(2);
            w.number(u64::from(page));
            w.number(u64::from(dpi));
        }
    }
    w.bytes(&request.name);
    w.number(request.passwords.len() as u64);
    for password in &request.passwords {
        w.text(password);
    }
    let l = &request.limits;
    for limit in [
        u64::from(l.pages),
        l.text_bytes,
        l.members,
        l.member_bytes,
        l.ratio,
        l.whole_file_bytes,
        l.pixels,
    ] {
        w.number(limit);
    }
    w.into_bytes()
}

/// Decodes a request.
///
/// # Errors
/// [`WireError`] for bytes that are not a request.
pub fn decode_request(bytes: &[u8]) -> Result<Request, WireError> {
    let mut r = Reader::new(bytes);
    let task = match r.byte()? {
        0 => Task::Extract,
        1 => Task::Render {
            page: r.small()?,
            dpi: r.small()?,
            max_side: r.small()?,
            grey: r.flag()?,
        },
        2 => Task::Recognise { page: r.small()?, dpi: r.small()? },
        _ => return Err(r.expected("a task")),
    };
    let name = r.bytes()?.to_vec();
    let passwords = (0..r.count()?).map(|_| r.text()).collect::<Result<_, _>>()?;
    let limits = Limits {
        pages: r.small()?,
        text_bytes: r.number()?,
        members: r.number()?,
        member_bytes: r.number()?,
        ratio: r.number()?,
        whole_file_bytes: r.number()?,
        pixels: r.number()?,
    };
    r.end()?;
    Ok(Request { task, name, passwords, limits })
}

#[cfg(test)]
mod tests;
