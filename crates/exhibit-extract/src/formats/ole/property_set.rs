//! Property sets of compound files ([MS-OLEPS], [MS-OSHARED] 2.3.3), under the names of their OOXML successors.
//!
//! Every offset and count is checked against the available bytes.

use encoding_rs::Encoding;
use exhibit_model::Moment;

// [MS-OSHARED] 2.3.3.2.1.1 and 2.3.3.2.2.1, in the order of their bytes in a file.
const SUMMARY: [u8; 16] = *b"\xe0\x85\x9f\xf2\xf9\x4f\x68\x10\xab\x91\x08\x00\x2b\x27\xb3\xd9";
const DOCUMENT_SUMMARY: [u8; 16] =
    *b"\x02\xd5\xcd\xd5\x9c\x2e\x1b\x10\x93\x97\x08\x00\x2b\x2c\xf9\xae";
const USER_DEFINED: [u8; 16] = *b"\x05\xd5\xcd\xd5\x9c\x2e\x1b\x10\x93\x97\x08\x00\x2b\x2c\xf9\xae";
const MOST_PROPERTIES: usize = 1000;

/// The properties of a property set stream that have a name and a text.
pub(crate) fn properties(stream: &[u8]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let sets = long(stream, 24).unwrap_or(0).min(2) as usize;
    for set in 0..sets {
        let header = 28 + set * 20;
        let (Some(format), Some(offset)) =
            (stream.get(header..header + 16), long(stream, header + 16))
        else {
            break;
        };
        if let Some(bytes) = stream.get(offset as usize..) {
            read_set(format, bytes, &mut found);
        }
    }
    found
}

fn read_set(format: &[u8], set: &[u8], found: &mut Vec<(String, String)>) {
    let count = (long(set, 4).unwrap_or(0) as usize).min(MOST_PROPERTIES);
    let places: Vec<(u32, usize)> = (0..count)
        .filter_map(|at| Some((long(set, 8 + at * 8)?, long(set, 12 + at * 8)? as usize)))
        .collect();
    let code_page =
        places.iter().find(|(id, _)| *id == 1).and_then(|(_, at)| short(set, at.checked_add(4)?));
    let encoding = encoding_of(code_page.unwrap_or(1252));
    let names =
        if format == USER_DEFINED { dictionary(set, &places, encoding) } else { Vec::new() };
    for (id, at) in places {
        let Some(key) = key(format, id, &names) else { continue };
        let Some(value) = set.get(at..).and_then(|bytes| value(bytes, encoding)) else { continue };
        let value = if key == "app:TotalTime" { minutes(&value) } else { value };
        if !value.trim().is_empty() {
            found.push((key, value));
        }
    }
}

fn key(format: &[u8], id: u32, names: &[(u32, String)]) -> Option<String> {
    let name = if format == SUMMARY {
        match id {
            2 => "dc:title",
            3 => "dc:subject",
            4 => "dc:creator",
            5 => "cp:keywords",
            6 => "dc:description",
            7 => "app:Template",
            8 => "cp:lastModifiedBy",
            9 => "cp:revision",
            10 => "app:TotalTime",
            11 => "cp:lastPrinted",
            12 => "dcterms:created",
            13 => "dcterms:modified",
            14 => "app:Pages",
            15 => "app:Words",
            16 => "app:Characters",
            18 => "app:Application",
            19 => "app:DocSecurity",
            _ => return None,
        }
    } else if format == DOCUMENT_SUMMARY {
        match id {
            2 => "cp:category",
            3 => "app:PresentationFormat",
            7 => "app:Slides",
            8 => "app:Notes",
            9 => "app:HiddenSlides",
            14 => "app:Manager",
            15 => "app:Company",
            26 => "cp:contentType",
            27 => "cp:contentStatus",
            28 => "dc:language",
            _ => return None,
        }
    } else {
        let name = names.iter().find(|(named, _)| *named == id)?;
        return Some(format!("custom:{}", name.1));
    };
    Some(name.to_owned())
}

// Property 0 of the custom properties: their names.
fn dictionary(
    set: &[u8],
    places: &[(u32, usize)],
    encoding: &'static Encoding,
) -> Vec<(u32, String)> {
    let mut names = Vec::new();
    let Some((_, at)) = places.iter().find(|(id, _)| *id == 0) else { return names };
    let count = (long(set, *at).unwrap_or(0) as usize).min(MOST_PROPERTIES);
    let mut at = at.saturating_add(4);
    for _ in 0..count {
        let (Some(id), Some(length)) = (long(set, at), long(set, at.saturating_add(4))) else {
            break;
        };
        let units = length as usize;
        let wide = encoding == encoding_rs::UTF_16LE;
        let bytes = if wide { units.saturating_mul(2) } else { units };
        let start = at.saturating_add(8);
        let Some(name) = set.get(start..start.saturating_add(bytes)) else { break };
        names.push((id, decoded(name, encoding)));
        at = start + if wide { bytes.next_multiple_of(4) } else { bytes };
    }
    names
}

fn value(bytes: &[u8], encoding: &'static Encoding) -> Option<String> {
    let body = bytes.get(4..)?;
    Some(match short(bytes, 0)? {
        2 => i16::from_le_bytes([*body.first()?, *body.get(1)?]).to_string(),
        3 => long(body, 0)?.cast_signed().to_string(),
        5 => f64::from_le_bytes(body.get(..8)?.try_into().ok()?).to_string(),
        11 => (short(body, 0)? != 0).to_string(),
        30 => decoded(body.get(4..)?.get(..long(body, 0)? as usize)?, encoding),
        31 => decoded(
            body.get(4..)?.get(..(long(body, 0)? as usize).checked_mul(2)?)?,
            encoding_rs::UTF_16LE,
        ),
        64 => file_time(u64::from_le_bytes(body.get(..8)?.try_into().ok()?)),
        _ => return None,
    })
}

// Hundred-nanosecond ticks since 1601. Small ones are durations (the editing time), not dates.
fn file_time(ticks: u64) -> String {
    const YEAR_OF_TICKS: u64 = 315_360_000_000_000;
    match i64::try_from(ticks / 10) {
        Ok(0) => String::new(),
        Ok(micros) if ticks < YEAR_OF_TICKS => format!("{} s", micros / 1_000_000),
        Ok(micros) => Moment(micros - 11_644_473_600_000_000).to_rfc3339(),
        Err(_) => String::new(),
    }
}

fn minutes(span: &str) -> String {
    let seconds = span.strip_suffix(" s").and_then(|seconds| seconds.parse::<u64>().ok());
    seconds.map_or_else(String::new, |seconds| (seconds / 60).to_string())
}

fn decoded(bytes: &[u8], encoding: &'static Encoding) -> String {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    text.split('\0').next().unwrap_or_default().to_owned()
}

/// The encoding of a Windows code page.
pub(crate) fn encoding_of(code_page: u16) -> &'static Encoding {
    let label = match code_page {
        1200 => return encoding_rs::UTF_16LE,
        65001 => return encoding_rs::UTF_8,
        932 => "shift_jis",
        936 | 54936 => "gb18030",
        949 => "euc-kr",
        950 => "big5",
        874 => "windows-874",
        10000 => "macintosh",
        20866 => "koi8-r",
        page => &format!("windows-{page}"),
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::WINDOWS_1252)
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

    fn stream() -> Vec<u8> {
        let title = "关于登记的通知".as_bytes();
        let (mut set, mut values) = (Vec::new(), Vec::new());
        let mut places: Vec<(u32, u32)> = Vec::new();
        let mut add = |id: u32, value: &[u8], values: &mut Vec<u8>| {
            places.push((id, u32::try_from(8 + 3 * 8 + values.len()).expect("small")));
            values.extend_from_slice(value);
        };
        add(1, &[2, 0, 0, 0, 0xe9, 0xfd, 0, 0], &mut values);
        let length = u32::try_from(title.len() + 1).expect("small").to_le_bytes();
        let text = [&[30, 0, 0, 0][..], &length, title, &[0]].concat();
        add(2, &text, &mut values);
        let created = [&[64, 0, 0, 0][..], &131_542_272_000_000_000_u64.to_le_bytes()].concat();
        add(12, &created, &mut values);
        set.extend_from_slice(&0u32.to_le_bytes());
        set.extend_from_slice(&3u32.to_le_bytes());
        for (id, at) in places {
            set.extend_from_slice(&id.to_le_bytes());
            set.extend_from_slice(&at.to_le_bytes());
        }
        set.extend_from_slice(&values);
        [&[0xfe, 0xff][..], &[0; 22], &1u32.to_le_bytes(), &SUMMARY, &48u32.to_le_bytes(), &set]
            .concat()
    }

    #[test]
    fn a_summary_is_read_in_its_code_page() {
        let expected =
            [("dc:title", "关于登记的通知"), ("dcterms:created", "2017-11-04T00:00:00Z")];
        assert_eq!(
            properties(&stream()),
            expected.map(|(key, value)| (key.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn truncated_and_mutated_summaries_do_not_panic() {
        let whole = stream();
        for end in 0..whole.len() {
            let _ = properties(&whole[..end]);
            let mut changed = whole.clone();
            changed[end] = 0xff;
            let _ = properties(&changed);
        }
    }
}
