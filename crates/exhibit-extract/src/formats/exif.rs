//! EXIF: metadata that a camera wrote into a picture, as properties `exif:*`.

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
    let value = exif.get_field(Tag::Orientation, In::PRIMARY).and_then(|field| field.value.get_uint(0));
    value.and_then(|value| u8::try_from(value).ok()).filter(|value| (1..=8).contains(value)).unwrap_or(1)
}

/// The stated resolution, in dots per inch.
pub(super) fn dots_per_inch(exif: &Exif) -> Option<f64> {
    let field = exif.get_field(Tag::XResolution, In::PRIMARY)?;
    let Value::Rational(values) = &field.value else { return None };
    let unit = exif.get_field(Tag::ResolutionUnit, In::PRIMARY).and_then(|field| field.value.get_uint(0));
    let scale = if unit == Some(3) { 2.54 } else { 1.0 };
    values.first().map(|value| value.to_f64() * scale)
}

/// Emits the fields.
pub(super) fn emit(exif: &Exif, out: &mut Out<'_>) -> Result<(), Stop> {
    // in a TIFF file the second directory is the next page, unless it is marked as a reduced copy
    let is_tiff = exif.get_field(Tag::StripOffsets, In::PRIMARY).is_some();
    let mut thumbnail = false;
    for field in exif.fields().take(MOST_FIELDS) {
        if field.ifd_num != In::PRIMARY {
            let smaller =
                field.tag == Tag(exif::Context::Tiff, 254) && field.value.get_uint(0).is_some_and(|v| v & 1 == 1);
            let strips = field.tag == Tag::StripOffsets && !is_tiff;
            thumbnail |= field.tag == Tag::JPEGInterchangeFormat || strips || smaller;
            continue;
        }
        if let Some(value) = shown(field.tag, &field.value, || field.display_value().to_string()) {
            out.metadata(format!("exif:{}", field.tag), &value)?;
        }
    }
    if let Some(place) = position(exif) {
        out.metadata("exif:GPSPosition", &place)?;
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
            let lines: Vec<String> =
                lines.iter().map(|line| String::from_utf8_lossy(line).trim_end().to_owned()).collect();
            // dates are written with colons; the display form has the hyphens people expect
            if matches!(tag, Tag::DateTime | Tag::DateTimeOriginal | Tag::DateTimeDigitized) {
                display()
            } else {
                lines.join("; ")
            }
        }
        // titles and comments written by Windows: UTF-16 in bytes
        (Tag(_, 0x9c9b..=0x9c9f), Value::Byte(bytes)) => {
            encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0.into_owned()
        }
        // blocks of other formats, and tables
        (Tag(_, 0x02bc | 0x83bb | 0x8773 | 0x8649 | 0x0111 | 0x0117 | 0x0144 | 0x0145 | 0x0140), _) => return None,
        _ => display(),
    };
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0').to_owned();
    (!text.is_empty() && text.len() <= LONGEST_VALUE).then_some(text)
}

// EXIF 2.32, 4.6.5: eight bytes name the character code.
fn user_comment(bytes: &[u8]) -> String {
    let Some((code, text)) = bytes.split_at_checked(8) else { return String::new() };
    match code {
        b"UNICODE\0" => encoding_rs::UTF_16LE.decode_without_bom_handling(text).0.into_owned(),
        b"JIS\0\0\0\0\0" => encoding_rs::ISO_2022_JP.decode_without_bom_handling(text).0.into_owned(),
        _ => String::from_utf8_lossy(text).into_owned(),
    }
}

/// The stated position, in degrees north and east.
fn position(exif: &Exif) -> Option<String> {
    let degrees = |tag: Tag, side: Tag, minus: u8| {
        let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
        let sum: f64 = parts.iter().take(3).zip([1.0, 60.0, 3600.0]).map(|(part, unit)| part.to_f64() / unit).sum();
        let Value::Ascii(side) = &exif.get_field(side, In::PRIMARY)?.value else { return None };
        let negative = side.first().and_then(|side| side.first()).is_some_and(|side| side.eq_ignore_ascii_case(&minus));
        sum.is_finite().then_some(if negative { -sum } else { sum })
    };
    let latitude = degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef, b'S')?;
    let longitude = degrees(Tag::GPSLongitude, Tag::GPSLongitudeRef, b'W')?;
    Some(format!("{latitude:.6}, {longitude:.6}"))
}
