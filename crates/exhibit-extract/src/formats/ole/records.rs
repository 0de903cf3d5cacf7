//! Content of the records of PowerPoint that office_oxide does not report: embedded objects and slide headers of a
//! presentation ([MS-PPT] 2.10.34, 2.4.15).
//!
//! Records are read sequentially, each length checked; reading ends at the first invalid one.

use std::io::Read;

/// The maximum bytes that an embedded object may inflate to.
const MOST_BYTES: u64 = 256 << 20;
const MOST_FOUND: usize = 10_000;

/// What was found in a presentation besides its slides.
#[derive(Default, Debug, PartialEq, Eq)]
pub(super) struct Beside {
    /// Compound files of embedded objects.
    pub(super) objects: Vec<Vec<u8>>,
    /// Texts of headers, footers and dates.
    pub(super) furniture: Vec<String>,
}

impl Beside {
    // An asterisk is a placeholder for a number or date that is filled in when displayed.
    fn add(&mut self, encoding: &'static encoding_rs::Encoding, content: &[u8]) {
        let text = encoding.decode_without_bom_handling(content).0.into_owned();
        let has_text = !text.trim().is_empty() && text.trim() != "*";
        if has_text && self.furniture.len() < MOST_FOUND && !self.furniture.contains(&text) {
            self.furniture.push(text);
        }
    }
}

/// Walks the stream `PowerPoint Document`.
pub(super) fn presentation(stream: &[u8]) -> Beside {
    let mut beside = Beside::default();
    let (mut at, mut furniture_until, mut handout_until) = (0usize, 0usize, 0usize);
    while let Some(header) = stream.get(at..at.saturating_add(8)) {
        let version = u16::from_le_bytes([header[0], header[1]]);
        let kind = u16::from_le_bytes([header[2], header[3]]);
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        let body = at + 8;
        if version & 0xf == 0xf {
            match kind {
                0x0fd9 => furniture_until = body.saturating_add(length),
                0x0fc9 => handout_until = body.saturating_add(length),
                _ => {}
            }
            at = body;
            continue;
        }
        let Some(content) = body.checked_add(length).and_then(|end| stream.get(body..end)) else {
            break;
        };
        match kind {
            0x1011 if beside.objects.len() < MOST_FOUND => {
                beside.objects.extend(object(version >> 4, content))
            }
            0x0fba if body < furniture_until => beside.add(encoding_rs::UTF_16LE, content),
            0x0fa0 if body < handout_until => beside.add(encoding_rs::UTF_16LE, content),
            0x0fa8 if body < handout_until => beside.add(encoding_rs::WINDOWS_1252, content),
            _ => {}
        }
        at = body + length;
    }
    beside
}

// Instance 1 is compressed, after four bytes that state its size.
fn object(instance: u16, content: &[u8]) -> Option<Vec<u8>> {
    if instance == 0 {
        return Some(content.to_vec());
    }
    let mut bytes = Vec::new();
    // what inflates before an error may still be extracted in part
    let _ =
        flate2::read::ZlibDecoder::new(content.get(4..)?).take(MOST_BYTES).read_to_end(&mut bytes);
    (!bytes.is_empty()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(version: u16, kind: u16, content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).expect("small").to_le_bytes();
        [&version.to_le_bytes()[..], &kind.to_le_bytes(), &length, content].concat()
    }

    #[test]
    fn objects_and_headers_of_presentations_are_found() {
        let text = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let mut packed =
            flate2::write::ZlibEncoder::new(vec![4, 0, 0, 0], flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, b"file").expect("memory");
        let furniture =
            [record(0, 0x0fba, &text("页眉")), record(0, 0x0fba, &text("页眉"))].concat();
        let stream = [
            record(0xf, 0x0fd9, &furniture),
            record(0, 0x0fba, &text("not a header")),
            record(0x10, 0x1011, &packed.finish().expect("memory")),
            record(0, 0x1011, b"plain"),
        ]
        .concat();
        let beside = presentation(&stream);
        assert_eq!(
            beside,
            Beside {
                objects: vec![b"file".to_vec(), b"plain".to_vec()],
                furniture: vec!["页眉".to_owned()]
            }
        );
        for end in 0..stream.len() {
            presentation(&stream[..end]);
        }
    }
}
