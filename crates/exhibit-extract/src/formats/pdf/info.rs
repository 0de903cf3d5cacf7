//! Metadata of the document: its information dictionary, its XMP packet, its outline, its page labels.

use super::files::leaves;
use super::objects::{catalog, text_of, text_string};
use super::open::{Opened, contains, ends_well, positions};
use crate::out::{Out, Stop};
use exhibit_model::{MetadataKey, NoteCode, StatedDate};
use hayro_syntax::Pdf;
use hayro_syntax::object::{DateTime, Dict, Object, ObjectIdentifier, Stream};
use quick_xml::events::Event;
use std::collections::HashSet;

/// The maximum number of outline entries emitted.
const MOST_OUTLINE: usize = 5_000;
/// The maximum bytes of an XMP packet that are read.
const MOST_XMP: usize = 4 << 20;
/// The maximum number of trailers searched for the information dictionary.
const MOST_TRAILERS: usize = 16;
/// The maximum number of its properties emitted.
const MOST_PROPERTIES: usize = 200;

/// Emits the document's properties.
pub(super) fn emit(opened: &Opened, out: &mut Out<'_>) -> Result<(), Stop> {
    let pdf = &opened.pdf;
    let info = pdf.metadata();
    let texts = [
        ("pdf:Title", &info.title),
        ("pdf:Author", &info.author),
        ("pdf:Subject", &info.subject),
        ("pdf:Keywords", &info.keywords),
        ("pdf:Creator", &info.creator),
        ("pdf:Producer", &info.producer),
    ];
    for (key, value) in texts {
        out.metadata(key, &value.as_deref().map(text_string).unwrap_or_default())?;
    }
    let dates = information(opened);
    for (key, entry, parsed) in [
        (MetadataKey::PDF_CREATED, "CreationDate", info.creation_date),
        (MetadataKey::from("pdf:ModDate"), "ModDate", info.modification_date),
    ] {
        let written = dates.as_ref().and_then(|dates| text_of(dates, entry));
        let stated = written.as_deref().and_then(StatedDate::parse).map(|date| date.to_string());
        out.metadata(
            key,
            &stated.or(written).or_else(|| parsed.map(without_zone)).unwrap_or_default(),
        )?;
    }
    out.metadata("pdf:version", version(pdf))?;
    out.metadata("pdf:pages", &pdf.pages().len().to_string())?;
    if opened.encrypted {
        out.metadata("pdf:encrypted", "yes")?;
    }
    for (key, value) in xmp(pdf) {
        out.metadata(&key, &value)?;
    }
    let titles = outline(pdf);
    for title in titles.iter().take(MOST_OUTLINE) {
        out.metadata("pdf:outline", title)?;
    }
    if titles.len() > MOST_OUTLINE {
        out.note(0, NoteCode::RecordsDropped { count: (titles.len() - MOST_OUTLINE) as u64 })?;
    }
    Ok(())
}

/// Notes unusual properties of the file structure.
pub(super) fn note_make(opened: &Opened, out: &mut Out<'_>) -> Result<(), Stop> {
    let bytes = opened.bytes.as_slice();
    let ends = positions(bytes, b"%%EOF").take(10_000).count();
    let linearized = contains(&bytes[..bytes.len().min(1024)], b"/Linearized");
    let updates = ends.saturating_sub(if linearized { 2 } else { 1 });
    if updates > 0 {
        out.note(0, NoteCode::FileUpdated { times: updates as u64 })?;
    }
    if opened.salvaged {
        out.note(0, NoteCode::PdfCatalogLost)?;
    } else if !ends_well(bytes) {
        out.note(0, NoteCode::PdfEndMissing)?;
    } else if !has_sound_table(bytes) {
        out.note(0, NoteCode::PdfTableDamaged)?;
    }
    Ok(())
}

/// Whether the last `startxref` points at a table or an object.
pub(super) fn has_sound_table(bytes: &[u8]) -> bool {
    let from = bytes.len().saturating_sub(4096);
    let Some(at) = positions(&bytes[from..], b"startxref").last() else { return false };
    let digits = bytes[from + at + 9..]
        .iter()
        .skip_while(|b| b.is_ascii_whitespace())
        .take_while(|b| b.is_ascii_digit());
    let offset = digits.take(18).fold(0_usize, |sum, digit| sum * 10 + usize::from(digit - b'0'));
    let skipped =
        bytes[..bytes.len().min(1024)].windows(5).position(|word| word == b"%PDF-").unwrap_or(0);
    [offset, offset + skipped].iter().any(|offset| {
        let there = bytes.get(*offset..).unwrap_or_default();
        let there = there.trim_ascii_start();
        there.starts_with(b"xref") || there.first().is_some_and(u8::is_ascii_digit)
    })
}

fn version(pdf: &Pdf) -> &'static str {
    use hayro_syntax::PdfVersion as V;
    match pdf.version() {
        V::Pdf10 => "1.0",
        V::Pdf11 => "1.1",
        V::Pdf12 => "1.2",
        V::Pdf13 => "1.3",
        V::Pdf14 => "1.4",
        V::Pdf15 => "1.5",
        V::Pdf16 => "1.6",
        V::Pdf17 => "1.7",
        V::Pdf20 => "2.0",
    }
}

/// The information dictionary, from the last trailer that names one. The parser does not distinguish
/// a missing zone from UTC in its dates, so they are read from here.
fn information(opened: &Opened) -> Option<Dict<'_>> {
    let bytes = opened.bytes.as_slice();
    let named: Vec<usize> = positions(bytes, b"/Info").collect();
    named.into_iter().rev().take(MOST_TRAILERS).find_map(|at| {
        let reference = bytes.get(at + 5..(at + 40).min(bytes.len()))?;
        let reference = String::from_utf8_lossy(reference);
        let mut words = reference.split_ascii_whitespace();
        let id = ObjectIdentifier::new(words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let dict = opened
            .pdf
            .xref()
            .get::<Dict<'_>>(id)
            .filter(|_| words.next().is_some_and(|r| r.starts_with('R')))?;
        let info = opened.pdf.metadata();
        let has = |entry: &str| text_of(&dict, entry).is_some();
        let is_it = has("CreationDate") >= info.creation_date.is_some()
            && has("ModDate") >= info.modification_date.is_some();
        is_it.then_some(dict)
    })
}

/// A date of which it is unknown whether it states its zone.
fn without_zone(date: DateTime) -> String {
    let DateTime { year, month, day, hour, minute, second, .. } = date;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

/// The properties of the XMP packet about the document's origin, in order.
fn xmp(pdf: &Pdf) -> Vec<(String, String)> {
    let Some(stream) = catalog(pdf.xref()).get::<Stream<'_>>("Metadata") else { return Vec::new() };
    let Ok(packet) = stream.decoded_data() else { return Vec::new() };
    let packet = String::from_utf8_lossy(&packet[..packet.len().min(MOST_XMP)]);
    let mut reader = quick_xml::Reader::from_str(&packet);
    reader.config_mut().check_end_names = false;
    let mut found: Vec<(String, String)> = Vec::new();
    let mut path: Vec<Option<&'static str>> = Vec::new();
    let mut value = String::new();
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(element) => {
                found.extend(attributes(&element));
                path.push(emitted_name(element.name().as_ref()));
                value.clear();
            }
            Event::Empty(element) => found.extend(attributes(&element)),
            Event::Text(text) => value.push_str(&text),
            Event::GeneralRef(reference) => value.extend(character(&reference)),
            Event::End(_) => {
                let key = path.iter().rev().take(4).find_map(|step| *step);
                let text = std::mem::take(&mut value);
                found.extend(
                    key.filter(|_| !text.trim().is_empty()).map(|key| (key.to_owned(), text)),
                );
                path.pop();
            }
            Event::Eof => break,
            _ => {}
        }
        if found.len() >= MOST_PROPERTIES {
            break;
        }
    }
    found
}

fn character(reference: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    match reference.as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => reference.resolve_char_ref().ok().flatten(),
    }
}

fn attributes(element: &quick_xml::events::BytesStart<'_>) -> Vec<(String, String)> {
    let named = element.attributes().flatten().filter_map(|attribute| {
        let key = emitted_name(attribute.key.as_ref())?;
        Some((key.to_owned(), attribute.value.into_owned()))
    });
    named.collect()
}

/// The properties that are emitted.
fn emitted_name(name: &str) -> Option<&'static str> {
    const EMITTED: [&str; 11] = [
        "dc:title",
        "dc:creator",
        "dc:description",
        "dc:language",
        "xmp:CreatorTool",
        "xmp:CreateDate",
        "xmp:ModifyDate",
        "xmp:MetadataDate",
        "xmpMM:DocumentID",
        "xmpMM:InstanceID",
        "xmpMM:OriginalDocumentID",
    ];
    EMITTED.into_iter().find(|emitted| *emitted == name)
}

/// The titles of the outline, in reading order.
fn outline(pdf: &Pdf) -> Vec<String> {
    let Some(root) = catalog(pdf.xref()).get::<Dict<'_>>("Outlines") else { return Vec::new() };
    let mut seen: HashSet<ObjectIdentifier> = HashSet::new();
    let mut titles = Vec::new();
    let mut waiting: Vec<Dict<'_>> = root.get::<Dict<'_>>("First").into_iter().collect();
    while let Some(entry) = waiting.pop() {
        if titles.len() >= 20 * MOST_OUTLINE || entry.obj_id().is_some_and(|id| !seen.insert(id)) {
            continue;
        }
        titles.extend(text_of(&entry, "Title"));
        waiting.extend(entry.get::<Dict<'_>>("Next"));
        waiting.extend(entry.get::<Dict<'_>>("First"));
    }
    titles
}

/// The labels of the document's pages, by their index; empty if it has none.
pub(super) fn labels(pdf: &Pdf) -> Vec<String> {
    let mut ranges: Vec<(usize, Dict<'_>)> = Vec::new();
    let mut index = None;
    for value in leaves(pdf, &catalog(pdf.xref()), "PageLabels", "Nums") {
        match value {
            Object::Number(number) => index = usize::try_from(number.as_i64()).ok(),
            Object::Dict(dict) => ranges.extend(index.take().map(|index| (index, dict))),
            _ => {}
        }
    }
    ranges.sort_by_key(|(index, _)| *index);
    let mut labels = vec![String::new(); pdf.pages().len()];
    for (n, (start, range)) in ranges.iter().enumerate() {
        let end = ranges.get(n + 1).map_or(labels.len(), |(next, _)| *next).min(labels.len());
        let prefix = text_of(range, "P").unwrap_or_default();
        let first = range.get::<u32>("St").unwrap_or(1);
        let style =
            range.get::<hayro_syntax::object::Name<'_>>("S").map(|name| name.as_str().to_owned());
        for (step, label) in (0_u32..).zip(labels.get_mut(*start..end).unwrap_or_default()) {
            let number = first.saturating_add(step);
            *label = format!(
                "{prefix}{}",
                style.as_deref().map_or(String::new(), |style| numbered(style, number))
            );
        }
    }
    labels
}

fn numbered(style: &str, number: u32) -> String {
    match style {
        "R" => roman(number).to_uppercase(),
        "r" => roman(number),
        "A" => letters(number).to_uppercase(),
        "a" => letters(number),
        _ => number.to_string(),
    }
}

fn roman(number: u32) -> String {
    const STEPS: [(u32, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    if number == 0 || number > 9_999 {
        return number.to_string();
    }
    let mut rest = number;
    let mut text = String::new();
    for (value, sign) in STEPS {
        while rest >= value {
            text.push_str(sign);
            rest -= value;
        }
    }
    text
}

fn letters(number: u32) -> String {
    let Some(index) = number.checked_sub(1).filter(|index| *index < 26 * 50) else {
        return number.to_string();
    };
    let letter = char::from(b'a' + (index % 26) as u8);
    letter.to_string().repeat(index as usize / 26 + 1)
}
