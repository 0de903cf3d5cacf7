//! The content of a picture file besides its pixels: resolution, comments, text, EXIF, XMP and IPTC blocks.
//!
//! Walks the file's blocks by their stated lengths, each checked against the available bytes.

use super::iptc;
use crate::formats::office::xml::{Element, Node, Xml};
use image::ImageFormat;
use std::io::Read;

/// The maximum bytes that compressed text may inflate to.
const MOST_TEXT: u64 = 1 << 20;
const MOST_PROPERTIES: usize = 500;

/// The content of a picture's header.
#[derive(Default)]
pub(super) struct Header {
    /// Dots per inch across.
    pub(super) dots_per_inch: Option<f64>,
    /// An EXIF block, without the prefix that the format adds.
    pub(super) exif: Option<Vec<u8>>,
    pub(super) properties: Vec<(String, String)>,
    /// Frames of an animation; 0 or 1 otherwise.
    pub(super) frames: u32,
}

impl Header {
    /// Reads the header of a file of this format.
    pub(super) fn read(bytes: &[u8], format: ImageFormat) -> Self {
        let mut header = Self::default();
        match format {
            ImageFormat::Jpeg => header.jpeg(bytes),
            ImageFormat::Png => header.png(bytes),
            ImageFormat::Gif => header.gif(bytes),
            ImageFormat::WebP => header.webp(bytes),
            ImageFormat::Bmp => header.bmp(bytes),
            _ => {}
        }
        header
    }

    /// Reads the resources of a Photoshop document.
    pub(super) fn photoshop(resources: &[u8]) -> Self {
        let mut header = Self::default();
        for (id, content) in iptc::resources(resources) {
            match id {
                // ResolutionInfo: pixels an inch across, as a fixed-point number
                0x03ed => {
                    header.dots_per_inch =
                        big_long(content, 0).map(|fixed| f64::from(fixed) / 65_536.0)
                }
                0x0422 => header.exif = Some(content.to_vec()),
                0x0424 => header.xmp(content),
                _ => {}
            }
        }
        for (key, value) in iptc::properties(resources) {
            header.add(key, &value);
        }
        header
    }

    fn add(&mut self, key: &str, value: &str) {
        // programs write the same block more than once
        let property = (key.to_owned(), value.to_owned());
        if self.properties.len() < MOST_PROPERTIES
            && !value.trim().is_empty()
            && !self.properties.contains(&property)
        {
            self.properties.push(property);
        }
    }

    // ITU-T T.81, annex B; JFIF 1.02.
    fn jpeg(&mut self, bytes: &[u8]) {
        let mut at = 2;
        while let Some(&[0xff, marker]) = bytes.get(at..at + 2) {
            if marker == 0xff {
                at += 1;
                continue;
            }
            if matches!(marker, 0xd9 | 0xda) {
                break;
            }
            if matches!(marker, 0x01 | 0xd0..=0xd8) {
                at += 2;
                continue;
            }
            let Some(length) = big_short(bytes, at + 2).filter(|length| *length >= 2) else {
                break;
            };
            let Some(segment) = bytes.get(at + 4..at + 2 + usize::from(length)) else { break };
            self.jpeg_segment(marker, segment);
            at += 2 + usize::from(length);
        }
    }

    fn jpeg_segment(&mut self, marker: u8, segment: &[u8]) {
        match marker {
            0xe0 if segment.starts_with(b"JFIF\0") => {
                let dots = big_short(segment, 8).map(f64::from);
                self.dots_per_inch = match segment.get(7) {
                    Some(1) => dots,
                    Some(2) => dots.map(|dots| dots * 2.54),
                    _ => None,
                };
            }
            0xe1 => {
                if let Some(exif) = segment.strip_prefix(b"Exif\0\0") {
                    self.exif.get_or_insert_with(|| exif.to_vec());
                } else if let Some(xmp) = segment.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0") {
                    self.xmp(xmp);
                }
            }
            0xed if segment.starts_with(b"Photoshop 3.0\0") => {
                for (key, value) in iptc::properties(&segment[14..]) {
                    self.add(key, &value);
                }
            }
            0xfe => self.add("jpeg:comment", &guessed(segment)),
            _ => {}
        }
    }

    // PNG, third edition, 11.3.
    fn png(&mut self, bytes: &[u8]) {
        let mut at = 8;
        while let (Some(length), Some(kind)) = (big_long(bytes, at), bytes.get(at + 4..at + 8)) {
            let Some(end) = (at + 8).checked_add(length as usize) else { break };
            let Some(chunk) = bytes.get(at + 8..end) else { break };
            match kind {
                b"pHYs" if chunk.get(8) == Some(&1) => {
                    self.dots_per_inch =
                        big_long(chunk, 0).map(|per_metre| f64::from(per_metre) * 0.0254);
                }
                b"eXIf" => self.exif = Some(chunk.to_vec()),
                b"tEXt" => self.png_text(chunk, latin),
                b"zTXt" => {
                    self.png_text(chunk, |rest| latin(&inflated(rest.get(1..).unwrap_or_default())))
                }
                b"iTXt" => self.png_text(chunk, international),
                b"tIME" => {
                    if let (Some(year), Some([month, day, hour, minute, second])) =
                        (big_short(chunk, 0), chunk.get(2..7))
                    {
                        let time = format!(
                            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
                        );
                        self.add("png:tIME", &time);
                    }
                }
                b"acTL" => self.frames = big_long(chunk, 0).unwrap_or(0),
                b"IEND" => break,
                _ => {}
            }
            at = end + 4;
        }
    }

    fn png_text(&mut self, chunk: &[u8], read: impl Fn(&[u8]) -> String) {
        let Some(end) = chunk.iter().position(|byte| *byte == 0) else { return };
        let (keyword, text) = (latin(&chunk[..end]), read(&chunk[end + 1..]));
        if keyword == "XML:com.adobe.xmp" {
            self.xmp(text.as_bytes());
        } else if !keyword.starts_with("Raw profile") {
            self.add(&format!("png:{keyword}"), &text);
        }
    }

    // GIF89a, 20 to 26.
    fn gif(&mut self, bytes: &[u8]) {
        let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3usize << ((flags & 7) + 1) };
        let mut at = 13 + bytes.get(10).map_or(0, |flags| table(*flags));
        loop {
            match bytes.get(at) {
                Some(0x2c) => {
                    self.frames = self.frames.saturating_add(1);
                    let flags = bytes.get(at + 9).copied().unwrap_or(0);
                    at = sub_blocks(bytes, at + 11 + table(flags)).1;
                }
                Some(0x21) => {
                    let comment = bytes.get(at + 1) == Some(&0xfe);
                    let (content, next) = sub_blocks(bytes, at + 2);
                    if comment {
                        self.add("gif:comment", &guessed(&content));
                    }
                    at = next;
                }
                _ => return,
            }
        }
    }

    // RFC 9649.
    fn webp(&mut self, bytes: &[u8]) {
        let mut at = 12;
        while let (Some(kind), Some(length)) = (bytes.get(at..at + 4), little_long(bytes, at + 4)) {
            let Some(end) = (at + 8).checked_add(length as usize) else { break };
            let Some(chunk) = bytes.get(at + 8..end.min(bytes.len())) else { break };
            match kind {
                b"EXIF" => {
                    self.exif = Some(chunk.strip_prefix(b"Exif\0\0").unwrap_or(chunk).to_vec())
                }
                b"XMP " => self.xmp(chunk),
                b"ANMF" => self.frames = self.frames.saturating_add(1),
                _ => {}
            }
            at = end + (length as usize & 1);
        }
    }

    fn bmp(&mut self, bytes: &[u8]) {
        let per_metre = little_long(bytes, 38).filter(|per_metre| *per_metre > 0);
        self.dots_per_inch = per_metre.map(|per_metre| f64::from(per_metre) * 0.0254);
    }

    /// The properties of an XMP packet: of its few vocabularies about authors and dates.
    fn xmp(&mut self, packet: &[u8]) {
        let mut xml = Xml::new(packet);
        let mut open: Vec<String> = Vec::new();
        let mut text = String::new();
        let mut found = Vec::new();
        while let Some(node) = xml.next() {
            match node {
                Node::Start(element) => {
                    text.clear();
                    if element.name() == "Description" {
                        found.extend(xmp_attributes(&element));
                    }
                    open.push(element.qualified().to_owned());
                }
                Node::Text(piece) if text.len() < MOST_TEXT as usize => text.push_str(&piece),
                Node::End(_) => {
                    open.pop();
                    let value = std::mem::take(&mut text);
                    let owner = open.iter().rev().find(|name| !name.starts_with("rdf:"));
                    let key = owner.filter(|key| is_wanted(key));
                    if let (Some(key), false) = (key, value.trim().is_empty()) {
                        found.push((key.clone(), value));
                    }
                }
                _ => {}
            }
        }
        for (key, value) in found {
            self.add(&key, &value);
        }
    }
}

const WANTED: [&str; 22] = [
    "dc:title",
    "dc:creator",
    "dc:description",
    "dc:subject",
    "dc:rights",
    "dc:date",
    "xmp:CreatorTool",
    "xmp:CreateDate",
    "xmp:ModifyDate",
    "xmp:MetadataDate",
    "xmp:Label",
    "xmpMM:DocumentID",
    "xmpMM:InstanceID",
    "xmpMM:OriginalDocumentID",
    "photoshop:City",
    "photoshop:Country",
    "photoshop:Credit",
    "photoshop:Source",
    "photoshop:Headline",
    "photoshop:DateCreated",
    "photoshop:AuthorsPosition",
    "aux:SerialNumber",
];

fn is_wanted(key: &str) -> bool {
    WANTED.contains(&key)
}

fn xmp_attributes(element: &Element<'_>) -> Vec<(String, String)> {
    WANTED.iter().filter_map(|key| Some(((*key).to_owned(), element.exact(key)?))).collect()
}

fn international(rest: &[u8]) -> String {
    // compressed or not, how, language, translated keyword, text
    let compressed = rest.first() == Some(&1);
    let mut parts = rest.get(2..).unwrap_or_default().splitn(3, |byte| *byte == 0);
    let text = parts.nth(2).unwrap_or_default();
    String::from_utf8_lossy(&if compressed { inflated(text) } else { text.to_vec() }).into_owned()
}

fn inflated(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    // text inflated before an error is still text of the file
    let _ = flate2::read::ZlibDecoder::new(bytes).take(MOST_TEXT).read_to_end(&mut text);
    text
}

fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn guessed(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_end_matches('\0').to_owned(),
        Err(_) => latin(bytes),
    }
}

/// The bytes of a sequence of sub-blocks, and its end.
fn sub_blocks(bytes: &[u8], mut at: usize) -> (Vec<u8>, usize) {
    let mut content = Vec::new();
    while let Some(length) =
        bytes.get(at).map(|length| usize::from(*length)).filter(|length| *length > 0)
    {
        content.extend_from_slice(bytes.get(at + 1..at + 1 + length).unwrap_or_default());
        at += 1 + length;
    }
    (content, at + 1)
}

fn big_short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn big_long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn little_long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
