//! IPTC-IIM 4.2 captions, as Photoshop stores them in JPEG files.

/// The properties in a run of Photoshop resources.
pub(super) fn properties(all: &[u8]) -> Vec<(&'static str, String)> {
    resources(all)
        .find(|(id, _)| *id == 0x0404)
        .map(|(_, content)| records(content))
        .unwrap_or_default()
}

/// A run of Photoshop resources: the number and the content of each.
pub(super) fn resources(all: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        if all.get(at..at + 4)? != b"8BIM" {
            return None;
        }
        let id = u16::from_be_bytes(all.get(at + 4..at + 6)?.try_into().ok()?);
        let name = usize::from(*all.get(at + 6)?);
        let sized = at + 6 + (1 + name).next_multiple_of(2);
        let length = u32::from_be_bytes(all.get(sized..sized + 4)?.try_into().ok()?) as usize;
        let content = all.get(sized + 4..)?.get(..length)?;
        at = sized + 4 + length.next_multiple_of(2);
        Some((id, content))
    })
}

fn records(bytes: &[u8]) -> Vec<(&'static str, String)> {
    let (mut found, mut at, mut utf8) = (Vec::new(), 0, false);
    while let Some(&[0x1c, record, set, high, low]) = bytes.get(at..at + 5) {
        let length = usize::from(u16::from_be_bytes([high, low]));
        let Some(value) = bytes.get(at + 5..at + 5 + length) else { break };
        at += 5 + length;
        if (record, set) == (1, 90) {
            utf8 = value == b"\x1b%G";
            continue;
        }
        let Some(key) = key(record, set) else { continue };
        let text = match std::str::from_utf8(value) {
            Ok(text) => text.to_owned(),
            Err(_) if utf8 => String::from_utf8_lossy(value).into_owned(),
            Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(value).0.into_owned(),
        };
        found.push((key, text));
    }
    found
}

fn key(record: u8, set: u8) -> Option<&'static str> {
    Some(match (record, set) {
        (2, 5) => "iptc:ObjectName",
        (2, 25) => "iptc:Keywords",
        (2, 40) => "iptc:SpecialInstructions",
        (2, 55) => "iptc:DateCreated",
        (2, 80) => "iptc:By-line",
        (2, 85) => "iptc:By-lineTitle",
        (2, 90) => "iptc:City",
        (2, 92) => "iptc:Sub-location",
        (2, 95) => "iptc:Province-State",
        (2, 101) => "iptc:Country",
        (2, 105) => "iptc:Headline",
        (2, 110) => "iptc:Credit",
        (2, 115) => "iptc:Source",
        (2, 116) => "iptc:CopyrightNotice",
        (2, 120) => "iptc:Caption-Abstract",
        (2, 122) => "iptc:Writer-Editor",
        _ => return None,
    })
}
