//! EXIF: metadata that a camera wrote into a picture, as properties `exif:*`.
//!
//! Dates are in RFC 3339, with their zone if it is stated; places are in degrees, metres and kilometres an hour. A note
//! tells of a place, since it can give a person away.

use crate::out::{Out, Stop};
use exhibit_model::NoteCode;
use exif::{Exif, In, Tag, Value};

const MOST_FIELDS: usize = 400;
const LONGEST_VALUE: usize = 2000;

/// Reads an EXIF block (a TIFF structure); damaged fields are skipped.
pub(super) fn parse(block: &[u8]) -> Option<Exif> {
    let mut reader = exif::Reader::new();
    reader.continue_on_error(true);
    match reader.read_raw(block.to_vec()) {
        Ok(exif) => Some(exif),
        Err(error) => error.distill_partial_result(|_| {}).ok(),
    }
}

/// The stated orientation, 1 to 8.
pub(super) fn orientation(exif: &Exif) -> u8 {
    let value =
        exif.get_field(Tag::Orientation, In::PRIMARY).and_then(|field| field.value.get_uint(0));
    value
        .and_then(|value| u8::try_from(value).ok())
        .filter(|value| (1..=8).contains(value))
        .unwrap_or(1)
}

/// The stated resolution, in dots per inch.
pub(super) fn dots_per_inch(exif: &Exif) -> Option<f64> {
    let field = exif.get_field(Tag::XResolution, In::PRIMARY)?;
    let Value::Rational(values) = &field.value else { return None };
    let unit =
        exif.get_field(Tag::ResolutionUnit, In::PRIMARY).and_then(|field| field.value.get_uint(0));
    let scale = if unit == Some(3) { 2.54 } else { 1.0 };
    values.first().map(|value| value.to_f64() * scale)
}

/// Emits the fields.
pub(super) fn emit(exif: &Exif, out: &mut Out<'_>) -> Result<(), Stop> {
    // in a TIFF file the second directory is the next page, unless it is marked as a reduced copy
    let is_tiff = exif.get_field(Tag::StripOffsets, In::PRIMARY).is_some();
    let mut thumbnail = false;
    let computed = Computed::of(exif);
    for field in exif.fields().take(MOST_FIELDS) {
        if field.ifd_num != In::PRIMARY {
            let smaller = field.tag == Tag(exif::Context::Tiff, 254)
                && field.value.get_uint(0).is_some_and(|v| v & 1 == 1);
            let strips = field.tag == Tag::StripOffsets && !is_tiff;
            thumbnail |= field.tag == Tag::JPEGInterchangeFormat || strips || smaller;
            continue;
        }
        if computed.replaced.contains(&field.tag) {
            continue;
        }
        if let Some(value) = shown(field.tag, &field.value, || field.display_value().to_string()) {
            out.metadata(format!("exif:{}", name(field.tag)), &value)?;
        }
    }
    for (key, value) in &computed.properties {
        out.metadata(key, value)?;
    }
    if computed.has_place {
        out.note(0, NoteCode::LocationPresent)?;
    }
    if thumbnail {
        out.note(1, NoteCode::ThumbnailPresent)?;
    }
    Ok(())
}

fn shown(tag: Tag, value: &Value, display: impl Fn() -> String) -> Option<String> {
    let text = match (tag, value) {
        (Tag::MakerNote, _) => return None,
        (Tag::UserComment, Value::Undefined(bytes, _)) => user_comment(bytes),
        (_, Value::Ascii(lines)) => {
            let lines: Vec<String> = lines
                .iter()
                .map(|line| String::from_utf8_lossy(line).trim_end().to_owned())
                .collect();
            lines.join("; ")
        }
        // titles and comments written by Windows: UTF-16 in bytes
        (Tag(_, 0x9c9b..=0x9c9f), Value::Byte(bytes) | Value::Undefined(bytes, _)) => {
            encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0.into_owned()
        }
        // blocks of other formats, and tables
        (
            Tag(
                _,
                0x02bc | 0x83bb | 0x8773 | 0x8649 | 0x0111 | 0x0117 | 0x0144 | 0x0145 | 0x0140
                | 0x015b,
            ),
            _,
        ) => {
            return None;
        }
        _ => display(),
    };
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0').to_owned();
    (!text.is_empty() && text.len() <= LONGEST_VALUE).then_some(text)
}

// EXIF 2.32, 4.6.5: eight bytes name the character code.
fn user_comment(bytes: &[u8]) -> String {
    let Some((code, text)) = bytes.split_at_checked(8) else { return String::new() };
    match code {
        // in the byte order of the file, which is not known here; letters of most scripts tell
        b"UNICODE\0" if is_big_endian(text) => {
            encoding_rs::UTF_16BE.decode_without_bom_handling(text).0.into_owned()
        }
        b"UNICODE\0" => encoding_rs::UTF_16LE.decode_without_bom_handling(text).0.into_owned(),
        b"JIS\0\0\0\0\0" => {
            encoding_rs::ISO_2022_JP.decode_without_bom_handling(text).0.into_owned()
        }
        _ => String::from_utf8_lossy(text).into_owned(),
    }
}

/// Whether UTF-16 has its high bytes first: they vary less than the low ones.
fn is_big_endian(text: &[u8]) -> bool {
    let pairs = text.as_chunks::<2>().0;
    let different = |at: usize| {
        pairs.iter().map(|pair| pair[at]).collect::<std::collections::BTreeSet<u8>>().len()
    };
    let zeros = |at: usize| pairs.iter().filter(|pair| pair[at] == 0).count();
    (zeros(0), different(1)) > (zeros(1), different(0))
}

/// Dates, with the fields of their zones. Fractions of a second have properties of their own.
const DATES: [(Tag, Tag); 3] = [
    (Tag::DateTimeOriginal, Tag::OffsetTimeOriginal),
    (Tag::DateTimeDigitized, Tag::OffsetTimeDigitized),
    (Tag::DateTime, Tag::OffsetTime),
];

/// Properties made of fields, in plain numbers, and the fields that they replace.
#[derive(Default)]
struct Computed {
    replaced: Vec<Tag>,
    properties: Vec<(String, String)>,
    has_place: bool,
}

impl Computed {
    fn of(exif: &Exif) -> Self {
        let mut computed = Self::default();
        for (tag, offset) in DATES {
            computed.add(&[tag], &tag.to_string(), date(exif, tag, offset));
        }
        let latitude = degrees(exif, [Tag::GPSLatitude, Tag::GPSLatitudeRef], 'S', 90.0);
        let longitude = degrees(exif, [Tag::GPSLongitude, Tag::GPSLongitudeRef], 'W', 180.0);
        let number = |value: f64| format!("{value:.6}");
        computed.add(&[Tag::GPSLatitude, Tag::GPSLatitudeRef], "GPSLatitude", latitude.map(number));
        computed.add(
            &[Tag::GPSLongitude, Tag::GPSLongitudeRef],
            "GPSLongitude",
            longitude.map(number),
        );
        let position =
            latitude.zip(longitude).map(|(north, east)| format!("{north:.6}, {east:.6}"));
        computed.add(&[], "GPSPosition", position);
        computed.add(&[Tag::GPSAltitude, Tag::GPSAltitudeRef], "GPSAltitude", height(exif));
        computed.add(&[Tag::GPSDateStamp, Tag::GPSTimeStamp], "GPSDateTime", stamp(exif));
        computed.has_place = latitude.is_some() || longitude.is_some();
        computed
    }

    fn add(&mut self, tags: &[Tag], key: &str, value: Option<String>) {
        if let Some(value) = value {
            self.replaced.extend(tags);
            self.properties.push((format!("exif:{key}"), value));
        }
    }
}

/// The name of a field.
fn name(tag: Tag) -> String {
    match tag.number() {
        0x9c9b => "XPTitle".to_owned(),
        0x9c9c => "XPComment".to_owned(),
        0x9c9d => "XPAuthor".to_owned(),
        0x9c9e => "XPKeywords".to_owned(),
        0x9c9f => "XPSubject".to_owned(),
        number => Some(tag.to_string())
            .filter(|name| !name.contains('('))
            .unwrap_or_else(|| format!("{number:#06x}")),
    }
}

fn text(exif: &Exif, tag: Tag) -> Option<String> {
    let Value::Ascii(lines) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let text = String::from_utf8_lossy(lines.first()?)
        .trim_matches(|c: char| c.is_whitespace() || c == '\0')
        .to_owned();
    (!text.is_empty()).then_some(text)
}

/// A date such as `2019:03:05 14:02:11` in RFC 3339, or as it is written if it is not of this form.
fn date(exif: &Exif, tag: Tag, offset: Tag) -> Option<String> {
    let written = text(exif, tag)?;
    let digits = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let mut parts = written.split([':', '-', '/', ' ', 'T']).filter(|part| !part.is_empty());
    let fields: Vec<&str> = parts.by_ref().take(7).collect();
    let [year, month, day, hour, minute, second] = fields[..] else { return Some(written) };
    let whole = digits(year, 4) && fields[1..].iter().all(|part| digits(part, 2));
    if !whole || year == "0000" || month == "00" {
        return (year != "0000").then_some(written);
    }
    let zone = text(exif, offset)
        .filter(|zone| zone == "Z" || (zone.len() == 6 && zone.starts_with(['+', '-'])));
    Some(format!("{year}-{month}-{day}T{hour}:{minute}:{second}{}", zone.unwrap_or_default()))
}

fn rational(exif: &Exif, tag: Tag) -> Option<Vec<f64>> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let numbers: Vec<f64> = parts.iter().map(::exif::Rational::to_f64).collect();
    numbers.iter().all(|number| number.is_finite()).then_some(numbers)
}

/// Degrees north or east.
fn degrees(exif: &Exif, [tag, side]: [Tag; 2], minus: char, most: f64) -> Option<f64> {
    let parts = rational(exif, tag)?;
    let sum: f64 =
        parts.iter().take(3).zip([1.0, 60.0, 3600.0]).map(|(part, unit)| part / unit).sum();
    let negative =
        text(exif, side).is_some_and(|side| side.to_ascii_uppercase().starts_with(minus));
    (sum <= most).then_some(if negative { -sum } else { sum })
}

/// Metres above the sea.
fn height(exif: &Exif) -> Option<String> {
    let height = rational(exif, Tag::GPSAltitude)?.first().copied()?;
    let below =
        exif.get_field(Tag::GPSAltitudeRef, In::PRIMARY).and_then(|field| field.value.get_uint(0))
            == Some(1);
    Some(format!("{:.1}", if below { -height } else { height }))
}

/// The time of the satellites.
fn stamp(exif: &Exif) -> Option<String> {
    let (day, time) = (text(exif, Tag::GPSDateStamp)?, rational(exif, Tag::GPSTimeStamp)?);
    let day: Vec<&str> = day.split([':', '-']).collect();
    let ([year, month, day], [hour, minute, second, ..]) = (&day[..], &time[..]) else {
        return None;
    };
    Some(format!("{year}-{month}-{day}T{hour:02.0}:{minute:02.0}:{:02.0}Z", second.trunc()))
}
