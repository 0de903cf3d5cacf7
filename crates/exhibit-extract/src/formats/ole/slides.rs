//! Presentations of PowerPoint 97 to 2003 ([MS-PPT]): one page a slide, in the order of the presentation.
//!
//! The stream has every save one after the other; a directory states where the current form of each slide is. A slide
//! that the presentation no longer lists is still in the file: it is a hidden page. Notes, comments and the text of
//! masters are marked.

use super::rc4::Header;
use crate::formats::docx::add_links;
use crate::formats::office::{draft::Draft, one_line};
use exhibit_model::MarkKind;
use std::collections::{BTreeMap, BTreeSet};

/// The maximum number of saves, of slides and of shapes on a slide.
const MOST: usize = 100_000;
/// The maximum depth of containers.
const DEEPEST: usize = 64;

/// Why a presentation was not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unread {
    /// None of the passwords opens it.
    Encrypted,
    /// Its directory leads nowhere.
    Damaged,
}

/// A presentation: slides with their titles, and the text of its masters.
#[derive(Debug)]
pub(super) struct Presentation {
    pub(super) slides: Vec<(Draft, String)>,
    pub(super) masters: Draft,
    pub(super) decrypted: bool,
    pub(super) has_macros: bool,
}

#[derive(Clone, Copy)]
struct Record<'s> {
    version: u16,
    kind: u16,
    data: &'s [u8],
}

struct Records<'s> {
    rest: &'s [u8],
}

impl<'s> Iterator for Records<'s> {
    type Item = Record<'s>;

    fn next(&mut self) -> Option<Record<'s>> {
        let (header, rest) = self.rest.split_at_checked(8)?;
        let length = long(header, 4)? as usize;
        // the last record of a damaged file is read as far as it goes
        let (data, rest) = rest.split_at(rest.len().min(length));
        self.rest = rest;
        Some(Record { version: short(header, 0)?, kind: short(header, 2)?, data })
    }
}

impl<'s> Record<'s> {
    fn at(stream: &'s [u8], at: usize) -> Option<Self> {
        Records { rest: stream.get(at..)? }.next()
    }

    fn instance(self) -> u16 {
        self.version >> 4
    }

    /// Whether it consists of records: of containers by their version, of some atoms by their kind.
    fn is_container(self) -> bool {
        self.version & 0xf == 0xf || matches!(self.kind, 0x138b | 0xf00d)
    }

    fn children(self) -> Records<'s> {
        Records { rest: if self.is_container() { self.data } else { &[] } }
    }

    fn child(self, kind: u16) -> Option<Record<'s>> {
        self.children().find(|record| record.kind == kind)
    }

    /// All records within it of some kinds, at any depth.
    fn all(self, kinds: &[u16]) -> Vec<Record<'s>> {
        let mut found = Vec::new();
        let mut open = vec![self.children()];
        while let Some(records) = open.last_mut() {
            match records.next() {
                Some(record) if kinds.contains(&record.kind) && found.len() < MOST => {
                    found.push(record)
                }
                Some(record) if record.is_container() && open.len() < DEEPEST => {
                    open.push(record.children())
                }
                Some(_) => {}
                None => {
                    open.pop();
                }
            }
        }
        found
    }

    /// Its characters, of a record of text.
    fn text(self) -> String {
        let text = if self.kind == 0x0fa8 {
            self.data.iter().map(|byte| char::from(*byte)).collect()
        } else {
            encoding_rs::UTF_16LE.decode_without_bom_handling(self.data).0.into_owned()
        };
        text.trim_end_matches('\0').replace("\r\n", "\n").replace(['\r', '\u{b}'], "\n")
    }
}

/// Reads a presentation from its stream, which is decrypted in place; `user` is the stream `Current User`.
pub(super) fn read(
    stream: &mut [u8],
    user: &[u8],
    passwords: &[String],
) -> Result<Presentation, Unread> {
    let (places, document, session) = directory(stream, user).ok_or(Unread::Damaged)?;
    let mut decrypted = false;
    if let Some(session) = session {
        let header = places
            .get(&session)
            .and_then(|at| Record::at(stream, *at))
            .map(|record| record.data.to_vec());
        let key = header
            .and_then(|header| Header::read(&header))
            .and_then(|header| header.key(passwords));
        let key = key.ok_or(Unread::Encrypted)?;
        for (id, at) in places.iter().filter(|(id, _)| **id != session) {
            let mut cipher = key.block(*id);
            let Some(header) = stream.get_mut(*at..at.saturating_add(8)) else { continue };
            cipher.apply(header);
            let end = at.saturating_add(8).saturating_add(long(header, 4).unwrap_or(0) as usize);
            if let Some(body) = stream.get_mut(at + 8..end) {
                cipher.apply(body);
            }
        }
        decrypted = true;
    }
    let deck = Deck::read(stream, &places, document).ok_or(Unread::Damaged)?;
    let mut presentation = deck.presentation();
    presentation.decrypted = decrypted;
    Ok(presentation)
}

type Places = BTreeMap<u32, usize>;

// The place of each object as of the last save, the id of the document, and of the encryption if there is any.
fn directory(stream: &[u8], user: &[u8]) -> Option<(Places, u32, Option<u32>)> {
    let stated = long(user, 16).map(|at| at as usize);
    let mut edit =
        stated.filter(|at| Record::at(stream, *at).is_some_and(|record| record.kind == 0x0ff5));
    if edit.is_none() {
        // the last save that can be found
        let header = [0xf5, 0x0f, 0x1c, 0, 0, 0];
        edit =
            stream.windows(6).rposition(|window| window == header).and_then(|at| at.checked_sub(2));
    }
    let mut places = Places::new();
    let (mut document, mut session) = (None, None);
    let mut seen = BTreeSet::new();
    while let Some(at) = edit.filter(|at| seen.len() < MOST && seen.insert(*at)) {
        let Some(record) = Record::at(stream, at).filter(|record| record.kind == 0x0ff5) else {
            break;
        };
        document = document.or(long(record.data, 16));
        session = session.or(long(record.data, 28));
        if let Some(listed) = long(record.data, 12).and_then(|at| Record::at(stream, at as usize)) {
            list(listed.data, &mut places);
        }
        edit = long(record.data, 8).filter(|at| *at > 0).map(|at| at as usize);
    }
    Some((places, document?, session))
}

// Runs of ids: the first and their number in one value, then the place of each. What a later save stated stays.
fn list(data: &[u8], places: &mut Places) {
    let mut at = 0;
    while let Some(run) = long(data, at) {
        at += 4;
        for id in 0..run >> 20 {
            let Some(place) = long(data, at) else { return };
            places.entry((run & 0x000f_ffff).saturating_add(id)).or_insert(place as usize);
            at += 4;
        }
    }
}

/// A slide of a list: the id of its object, its own id, and the texts that follow it.
type Entry = (u32, u32, Texts);
/// Texts with their types.
type Texts = Vec<(u32, String)>;

struct Listed<'s> {
    id: u32,
    slide: Record<'s>,
    /// Texts that shapes of the slide refer to by number: their type, and the text.
    texts: Texts,
}

struct Deck<'s> {
    slides: Vec<Listed<'s>>,
    removed: Vec<Record<'s>>,
    masters: Vec<Record<'s>>,
    /// Notes by the id of their slide.
    notes: BTreeMap<u32, Record<'s>>,
    links: BTreeMap<u32, String>,
    has_macros: bool,
}

impl<'s> Deck<'s> {
    fn read(stream: &'s [u8], places: &Places, document: u32) -> Option<Self> {
        let object = |id: u32| places.get(&id).and_then(|at| Record::at(stream, *at));
        let document = object(document).filter(|record| record.kind == 0x03e8)?;
        let mut deck = Self {
            slides: Vec::new(),
            removed: Vec::new(),
            masters: Vec::new(),
            notes: BTreeMap::new(),
            links: links(document),
            has_macros: false,
        };
        deck.has_macros = document
            .all(&[0x0400])
            .iter()
            .any(|atom| long(atom.data, 4).is_some_and(|has| has != 0));
        let mut listed = BTreeSet::new();
        for list in document.children().filter(|record| record.kind == 0x0ff0) {
            for (place, id, texts) in entries(list).into_iter().take(MOST) {
                let Some(slide) = object(place) else { continue };
                listed.insert(place);
                match list.instance() {
                    0 => deck.slides.push(Listed { id, slide, texts }),
                    1 => deck.masters.push(slide),
                    _ => {
                        let of =
                            slide.child(0x03f1).and_then(|atom| long(atom.data, 0)).unwrap_or(0);
                        deck.notes.insert(of, slide);
                    }
                }
            }
        }
        for (_, at) in places.iter().filter(|(id, _)| !listed.contains(id)) {
            deck.removed.extend(Record::at(stream, *at).filter(|record| record.kind == 0x03ee));
        }
        Some(deck)
    }

    fn presentation(&self) -> Presentation {
        let mut slides = Vec::new();
        for listed in &self.slides {
            let mut page =
                Page { deck: self, texts: &listed.texts, used: BTreeSet::new(), ..Page::new(self) };
            page.shapes(listed.slide);
            page.rest_of_texts();
            if let Some(notes) = self.notes.get(&listed.id) {
                let mut inner = Page::new(self);
                inner.shapes(*notes);
                page.draft.append_lines(&inner.draft, Some(MarkKind::Notes));
                page.links.append(&mut inner.links);
            }
            slides.push(page.finish(listed.slide, false));
        }
        for slide in &self.removed {
            let mut page = Page::new(self);
            page.shapes(*slide);
            slides.push(page.finish(*slide, true));
        }
        let mut masters = Draft::default();
        for master in &self.masters {
            let mut page = Page { own_only: true, ..Page::new(self) };
            page.shapes(*master);
            masters.append_lines(&page.draft, None);
        }
        Presentation { slides, masters, decrypted: false, has_macros: self.has_macros }
    }
}

// The slides of a list, each with its id and the texts that follow it.
fn entries(list: Record<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for record in list.children() {
        match (record.kind, entries.last_mut()) {
            (0x03f3, _) => {
                let (place, id) =
                    (long(record.data, 0).unwrap_or(0), long(record.data, 12).unwrap_or(0));
                entries.push((place, id, Vec::new()));
            }
            (0x0f9f, Some((.., texts))) => {
                texts.push((long(record.data, 0).unwrap_or(4), String::new()))
            }
            (0x0fa0 | 0x0fa8, Some((.., texts))) => {
                if let Some((_, text)) = texts.last_mut() {
                    *text = record.text();
                }
            }
            _ => {}
        }
    }
    entries
}

// Targets of links by their number.
fn links(document: Record<'_>) -> BTreeMap<u32, String> {
    let mut links = BTreeMap::new();
    for link in document.all(&[0x0fd7]) {
        let Some(id) = link.child(0x0fd3).and_then(|atom| long(atom.data, 0)) else { continue };
        let part = |instance: u16| {
            let found = link
                .children()
                .find(|record| record.kind == 0x0fba && record.instance() == instance);
            found.map(Record::text).filter(|text| !text.trim().is_empty())
        };
        let place = part(3).map(|place| format!("#{place}")).unwrap_or_default();
        links.insert(id, part(1).unwrap_or_default() + &place);
    }
    links
}

struct Page<'d, 's> {
    deck: &'d Deck<'s>,
    texts: &'d [(u32, String)],
    used: BTreeSet<usize>,
    /// Whether to leave out shapes that are places for text, as on masters.
    own_only: bool,
    draft: Draft,
    title: String,
    links: Vec<String>,
}

/// What a shape has.
#[derive(Default)]
struct Shape {
    text: String,
    title: bool,
    descriptions: Vec<String>,
    is_table: bool,
    has_picture: bool,
    /// Left and top of a shape in a group.
    place: Option<(i32, i32)>,
}

impl<'d, 's> Page<'d, 's> {
    fn new(deck: &'d Deck<'s>) -> Self {
        Self {
            deck,
            texts: &[],
            used: BTreeSet::new(),
            own_only: false,
            draft: Draft::default(),
            title: String::new(),
            links: Vec::new(),
        }
    }

    // The shapes of a slide in drawing order; groups are not nested deeper than the reader goes.
    fn shapes(&mut self, slide: Record<'s>) {
        let Some(drawing) = slide.child(0x040c) else { return };
        let mut open = vec![drawing.children()];
        let mut count = 0;
        while let Some(records) = open.last_mut() {
            match records.next() {
                Some(record) if record.kind == 0xf004 && count < MOST => {
                    count += 1;
                    let shape = self.shape(record);
                    self.write(&shape);
                }
                Some(record) if record.kind == 0xf003 => {
                    let table = record
                        .child(0xf004)
                        .map(|first| self.shape(first))
                        .filter(|shape| shape.is_table);
                    match table {
                        Some(_) => self.table(record),
                        None if open.len() < DEEPEST => open.push(record.children()),
                        None => {}
                    }
                }
                Some(record)
                    if record.is_container() && record.kind != 0xf005 && open.len() < DEEPEST =>
                {
                    open.push(record.children());
                }
                Some(_) => {}
                None => {
                    open.pop();
                }
            }
        }
    }

    fn shape(&mut self, record: Record<'s>) -> Shape {
        let mut shape = Shape::default();
        for part in record.children() {
            match part.kind {
                0xf00d => self.text_box(part, &mut shape),
                0xf00b | 0xf121 | 0xf122 => shape.properties(part),
                0xf00f => {
                    let number = |at| long(part.data, at).map(u32::cast_signed);
                    shape.place = number(0).zip(number(4));
                }
                0xf011 => {
                    self.link(part);
                    if self.own_only && part.child(0x0bc3).is_some() {
                        shape.text.clear();
                        return Shape::default();
                    }
                }
                _ => {}
            }
        }
        shape
    }

    fn text_box(&mut self, record: Record<'s>, shape: &mut Shape) {
        let mut kind = None;
        for part in record.children() {
            match part.kind {
                0x0f9f => kind = long(part.data, 0),
                0x0fa0 | 0x0fa8 => shape.text.push_str(&part.text()),
                0x0f9e => {
                    let at = long(part.data, 0).unwrap_or(u32::MAX) as usize;
                    if let Some((of, text)) = self.texts.get(at) {
                        self.used.insert(at);
                        kind = Some(*of);
                        shape.text.push_str(text);
                    }
                }
                _ => {}
            }
        }
        self.link(record);
        shape.title = matches!(kind, Some(0 | 6));
    }

    fn link(&mut self, record: Record<'s>) {
        for action in record.all(&[0x0ff3]) {
            let target = long(action.data, 4).and_then(|id| self.deck.links.get(&id));
            self.links.extend(target.filter(|target| !target.is_empty()).cloned());
        }
    }

    fn write(&mut self, shape: &Shape) {
        self.draft.images += u32::from(shape.has_picture);
        if shape.title && self.title.is_empty() {
            self.title = one_line(&shape.text);
        }
        let mut lines = Draft::default();
        lines.push(&shape.text);
        self.draft.append_lines(&lines, None);
        for text in shape.descriptions.iter().filter(|_| !self.own_only) {
            let mut lines = Draft::default();
            lines.push(text);
            self.draft.append_lines(&lines, Some(MarkKind::Invisible));
        }
    }

    // A table is a group of shapes: those with the same top are a row.
    fn table(&mut self, group: Record<'s>) {
        let mut cells: Vec<(i32, i32, Shape)> = Vec::new();
        for record in group.children().filter(|record| record.kind == 0xf004).take(MOST) {
            let shape = self.shape(record);
            if let Some((left, top)) = shape.place.filter(|_| !shape.text.is_empty()) {
                cells.push((top, left, shape));
            }
        }
        cells.sort_by_key(|(top, left, _)| (*top, *left));
        let mut lines = Draft::default();
        let mut row = None;
        for (top, _, shape) in &cells {
            match row.replace(*top) {
                Some(before) if before == *top => lines.push("\t"),
                Some(_) => lines.push("\n"),
                None => {}
            }
            lines.push(&shape.text);
        }
        self.draft.append_lines(&lines, None);
    }

    // Texts of the slide that no shape refers to.
    fn rest_of_texts(&mut self) {
        for (at, (kind, text)) in self.texts.iter().enumerate() {
            if !self.used.contains(&at) {
                let title = matches!(kind, 0 | 6);
                self.write(&Shape { text: text.clone(), title, ..Shape::default() });
            }
        }
    }

    fn finish(mut self, slide: Record<'s>, removed: bool) -> (Draft, String) {
        add_links(&mut self.draft, std::mem::take(&mut self.links));
        for comment in slide.all(&[0x2ee0]) {
            let part = |instance: u16| {
                let found = comment
                    .children()
                    .find(|record| record.kind == 0x0fba && record.instance() == instance);
                found.map(Record::text).unwrap_or_default()
            };
            let (author, text) = (part(0), part(1));
            let colon = if author.is_empty() { "" } else { ": " };
            let mut lines = Draft::default();
            lines.push(&format!("{author}{colon}{text}"));
            self.draft.append_lines(&lines, Some(MarkKind::Annotation));
        }
        let info = slide.child(0x03f9).and_then(|atom| short(atom.data, 10)).unwrap_or(0);
        if removed || info & 4 != 0 {
            self.draft.mark(0, MarkKind::Hidden);
        }
        (self.draft, self.title)
    }
}

impl Shape {
    // [MS-ODRAW] 2.3: entries of six bytes, then the values of those that are longer.
    fn properties(&mut self, record: Record<'_>) {
        let count = usize::from(record.instance());
        let mut value_at = count * 6;
        for at in (0..count).map(|at| at * 6) {
            let (Some(id), Some(value)) = (short(record.data, at), long(record.data, at + 2))
            else {
                return;
            };
            match id & 0x3fff {
                0x039f => self.is_table = value & 1 == 1,
                0x0104 => self.has_picture = true,
                _ => {}
            }
            if id & 0x8000 == 0 {
                continue;
            }
            let end = value_at.saturating_add(value as usize);
            let Some(bytes) = record.data.get(value_at..end) else { return };
            value_at = end;
            if matches!(id & 0x3fff, 0x00c0 | 0x0381) {
                let text = encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0;
                let text = text.trim_end_matches('\0').replace(['\r', '\u{b}'], "\n");
                if !text.trim().is_empty() {
                    self.descriptions.push(text);
                }
            }
        }
    }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use exhibit_model::{Page as Read, PageKind};

    fn record(version: u16, kind: u16, data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).expect("small").to_le_bytes();
        [&version.to_le_bytes()[..], &kind.to_le_bytes(), &length, data].concat()
    }

    fn container(kind: u16, parts: &[Vec<u8>]) -> Vec<u8> {
        record(0xf, kind, &parts.concat())
    }

    fn words(values: &[u32]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn text_box(kind: u32, text: &str) -> Vec<u8> {
        let parts = [record(0, 0x0f9f, &words(&[kind])), record(0, 0x0fa0, &wide(text))];
        container(0xf004, &[record(0, 0xf00d, &parts.concat())])
    }

    fn slide(kind: u16, more: &[Vec<u8>], shapes: &[Vec<u8>]) -> Vec<u8> {
        let drawing = container(0x040c, &[container(0xf002, &[container(0xf003, shapes)])]);
        container(kind, &[more.concat(), drawing])
    }

    fn listed(instance: u16, entries: &[(u32, u32, Vec<u8>)]) -> Vec<u8> {
        let entries: Vec<Vec<u8>> = entries
            .iter()
            .map(|(place, id, texts)| {
                [record(0, 0x03f3, &words(&[*place, 0, 0, *id, 0])), texts.clone()].concat()
            })
            .collect();
        record(instance << 4 | 0xf, 0x0ff0, &entries.concat())
    }

    // The stream of objects 1, 2, … (the first is the document), their directory and the save.
    fn stream(objects: &[Vec<u8>]) -> (Vec<u8>, Vec<u8>) {
        let (mut stream, mut places) = (Vec::new(), Vec::new());
        for object in objects {
            places.push(u32::try_from(stream.len()).expect("small"));
            stream.extend(object);
        }
        let directory = u32::try_from(stream.len()).expect("small");
        let count = u32::try_from(objects.len()).expect("few");
        stream.extend(record(0, 0x1772, &words(&[&[count << 20 | 1][..], &places].concat())));
        let edit = u32::try_from(stream.len()).expect("small");
        stream.extend(record(0, 0x0ff5, &words(&[0, 0, 0, directory, 1, 0, 0])));
        (stream, [&[0; 16][..], &edit.to_le_bytes()].concat())
    }

    fn pages(presentation: Presentation) -> Vec<Read> {
        let page = |(draft, title): (Draft, String)| draft.into_page(PageKind::Slide, title);
        presentation.slides.into_iter().map(page).collect()
    }

    fn deck() -> (Vec<u8>, Vec<u8>) {
        let link = container(
            0x0fd7,
            &[
                record(0, 0x0fd3, &words(&[9])),
                record(0x10, 0x0fba, &wide("https://example.org/p")),
            ],
        );
        let texts =
            [record(0, 0x0f9f, &words(&[0])), record(0, 0x0fa8, b"Title by number")].concat();
        let unused =
            [record(0, 0x0f9f, &words(&[1])), record(0, 0x0fa0, &wide("loose text"))].concat();
        let document = container(
            0x03e8,
            &[
                container(0x0409, &[link]),
                container(0x03ff, &[record(0, 0x0400, &words(&[7, 1, 2]))]),
                listed(1, &[(5, 0, Vec::new())]),
                listed(0, &[(2, 256, [texts, unused].concat()), (3, 257, Vec::new())]),
                listed(2, &[(4, 0, Vec::new())]),
            ],
        );
        let by_number = container(0xf004, &[record(0, 0xf00d, &record(0, 0x0f9e, &words(&[0])))]);
        let anchored = |left: u32, top: u32, text: &str| {
            let parts = [record(0, 0x0f9f, &words(&[4])), record(0, 0x0fa0, &wide(text))];
            container(
                0xf004,
                &[
                    record(0, 0xf00f, &words(&[left, top, 0, 0])),
                    record(0, 0xf00d, &parts.concat()),
                ],
            )
        };
        let table_mark = container(0xf004, &[record(0x10, 0xf122, &[0x9f, 0x03, 1, 0, 0, 0])]);
        let table = container(
            0xf003,
            &[table_mark, anchored(5, 0, "B"), anchored(0, 0, "A"), anchored(0, 7, "C")],
        );
        let described = wide("a map\0");
        let length = u32::try_from(described.len()).expect("short");
        let picture = container(
            0xf004,
            &[
                record(
                    0x10,
                    0xf00b,
                    &[&[0x81, 0xc3][..], &length.to_le_bytes(), &described].concat(),
                ),
                record(
                    0xf,
                    0xf011,
                    &container(0x0ff2, &[record(0, 0x0ff3, &words(&[0, 9, 0, 0]))]),
                ),
            ],
        );
        let comment = container(
            0x2ee0,
            &[record(0, 0x0fba, &wide("Li")), record(0x10, 0x0fba, &wide("check"))],
        );
        let tags = container(0x1388, &[container(0x138a, &[record(0, 0x138b, &comment)])]);
        let first = slide(0x03ee, &[tags], &[by_number, text_box(4, "登记\rtwo"), table, picture]);
        let hidden = record(0, 0x03f9, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0]);
        let second = slide(0x03ee, &[hidden], &[text_box(6, "Hidden one")]);
        let notes =
            slide(0x03f0, &[record(0, 0x03f1, &words(&[256, 0]))], &[text_box(2, "say this")]);
        let prompt = container(
            0xf004,
            &[
                record(0, 0xf00d, &record(0, 0x0fa8, b"Click to edit")),
                record(0xf, 0xf011, &record(0, 0x0bc3, &[0; 8])),
            ],
        );
        let master = slide(0x03f8, &[], &[prompt, text_box(4, "Office of X")]);
        let removed = slide(0x03ee, &[], &[text_box(4, "taken out")]);
        stream(&[document, first, second, notes, master, removed])
    }

    #[test]
    fn slides_have_their_texts_tables_notes_and_comments() {
        let (mut stream, user) = deck();
        let presentation = read(&mut stream, &user, &[]).expect("a presentation");
        assert_eq!(presentation.masters.text(), "Office of X\n");
        assert!(presentation.has_macros);
        let pages = pages(presentation);
        let texts: Vec<&str> = pages.iter().map(|page| page.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "Title by number\n登记\ntwo\nA\tB\nC\na map\nloose text\nsay this\nhttps://example.org/p\nLi: check\n",
                "Hidden one\n",
                "taken out\n"
            ]
        );
        assert_eq!(pages[0].label, "Title by number");
        let hidden: Vec<bool> = pages
            .iter()
            .map(|page| page.marks.iter().any(|mark| mark.kind == MarkKind::Hidden))
            .collect();
        assert_eq!(hidden, [false, true, true]);
    }

    #[test]
    fn a_lost_user_stream_does_not_lose_the_slides() {
        let (mut stream, _) = deck();
        assert_eq!(read(&mut stream, &[], &[]).expect("a presentation").slides.len(), 3);
        assert_eq!(read(&mut [0; 100], &[], &[]).err(), Some(Unread::Damaged));
    }

    #[test]
    fn encrypted_presentations_open_with_their_password() {
        use crate::formats::ole::rc4::tests::sealed_header;
        let (header, key) = sealed_header("secret");
        let document = container(0x03e8, &[listed(0, &[(2, 256, Vec::new())])]);
        let objects =
            [document, slide(0x03ee, &[], &[text_box(4, "机密")]), record(0xf, 0x2f14, &header)];
        let (mut stream, user) = stream(&objects);
        let edit = long(&user, 16).expect("an edit") as usize;
        stream[edit + 4] = 0x20;
        stream.extend(words(&[3]));
        let mut at = 0;
        for (id, object) in (1..).zip(&objects[..2]) {
            key.block(id).apply(&mut stream[at..at + object.len()]);
            at += object.len();
        }
        assert_eq!(
            read(&mut stream.clone(), &user, &["x".to_owned()]).err(),
            Some(Unread::Encrypted)
        );
        let presentation =
            read(&mut stream, &user, &["secret".to_owned()]).expect("the right password");
        assert!(presentation.decrypted);
        assert_eq!(pages(presentation)[0].text, "机密\n");
    }

    #[test]
    fn damaged_presentations_are_harmless() {
        let (stream, user) = deck();
        for at in 0..stream.len() {
            for value in [0xff, 0x0f] {
                let mut changed = stream.clone();
                changed[at] = value;
                let _ = read(&mut changed, &user, &[]);
            }
            let _ = read(&mut stream[..at].to_vec(), &user, &[]);
        }
        let deep = (0..5000).fold(Vec::new(), |inner, _| container(0xf003, &[inner]));
        let object = container(0x03ee, &[container(0x040c, &[deep])]);
        let (mut deep, user) =
            self::stream(&[container(0x03e8, &[listed(0, &[(2, 1, Vec::new())])]), object]);
        assert!(read(&mut deep, &user, &[]).is_ok());
    }
}
