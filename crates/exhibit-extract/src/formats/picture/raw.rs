//! Raw photographs: the JPEG preview that the camera wrote beside the sensor's data. The data themselves are not developed.
//!
//! Most are TIFF files (CR2, NEF, ARW, DNG, PEF, ORF, RW2) whose directories name previews; RAF and CR3 have forms of
//! their own.

use exhibit_model::Reason;
use std::collections::HashSet;
use std::ops::Range;

/// The maximum number of directories of a file that are searched.
const MOST_DIRECTORIES: usize = 64;
const MOST_ENTRIES: usize = 512;

/// The media type of a raw photograph by its first bytes, if it is one.
pub(crate) fn media_type(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"FUJIFILMCCD-RAW") {
        return Some("image/x-fuji-raf");
    }
    if head.get(4..12) == Some(b"ftypcrx ") {
        return Some("image/x-canon-cr3");
    }
    let file = Tiff::new(head)?;
    match head.get(..4)? {
        b"IIRO" | b"IIRS" | b"MMOR" => return Some("image/x-olympus-orf"),
        b"IIU\0" => return Some("image/x-panasonic-rw2"),
        _ => {}
    }
    if head.get(8..10) == Some(b"CR") {
        return Some("image/x-canon-cr2");
    }
    let entries = file.entries(file.first()?);
    if entries.iter().any(|entry| entry.tag == 0xc612) {
        return Some("image/x-adobe-dng");
    }
    // the sensor's data are in a directory below that of a small preview
    let has_below = entries.iter().any(|entry| entry.tag == 330);
    let make =
        entries.iter().find(|entry| entry.tag == 271).and_then(|entry| head.get(file.data(entry)?));
    let make = make.map(|make| String::from_utf8_lossy(make).to_uppercase()).unwrap_or_default();
    match make {
        make if make.starts_with("NIKON") && has_below => Some("image/x-nikon-nef"),
        make if make.starts_with("SONY") && has_below => Some("image/x-sony-arw"),
        make if make.starts_with("PENTAX")
            && entries.iter().any(|entry| entry.tag == 0xc634 || entry.tag == 50_341) =>
        {
            Some("image/x-pentax-pef")
        }
        _ => None,
    }
}

/// The largest JPEG preview of a raw photograph.
pub(super) fn preview(bytes: &[u8]) -> Result<Range<usize>, Reason> {
    let found = if bytes.starts_with(b"FUJIFILMCCD-RAW") {
        let long =
            |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
        long(84)
            .zip(long(88))
            .and_then(|(start, length)| Some(start..start.checked_add(length)?))
            .into_iter()
            .collect()
    } else if bytes.get(4..8) == Some(b"ftyp") {
        embedded(bytes)
    } else {
        Tiff::new(bytes).map(|file| file.previews()).unwrap_or_default()
    };
    let pictures = found.into_iter().filter_map(|range| {
        let range = range.start..range.end.min(bytes.len());
        bytes.get(range.clone())?.starts_with(b"\xff\xd8\xff").then_some(range)
    });
    pictures.max_by_key(ExactSizeIterator::len).ok_or(Reason::PictureEmpty)
}

/// JPEG streams anywhere in a file of boxes: each up to the next one.
fn embedded(bytes: &[u8]) -> Vec<Range<usize>> {
    const MOST: usize = 16;
    let starts = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, word)| word.starts_with(b"\xff\xd8\xff") && word[3] >= 0xc0);
    let starts: Vec<usize> = starts.map(|(at, _)| at).take(MOST).collect();
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

/// An entry of a directory.
struct Entry {
    tag: u16,
    kind: u16,
    count: usize,
    /// Where its value or the offset of its value is.
    at: usize,
}

struct Tiff<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl<'a> Tiff<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let little = match bytes.get(..2)? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        Some(Self { bytes, little })
    }

    fn first(&self) -> Option<usize> {
        self.long(4).map(|at| at as usize)
    }

    fn short(&self, at: usize) -> Option<u16> {
        let pair: [u8; 2] = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let four: [u8; 4] = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    }

    fn entries(&self, directory: usize) -> Vec<Entry> {
        let count = self.short(directory).map_or(0, usize::from).min(MOST_ENTRIES);
        let entry = |n: usize| {
            let at = directory.checked_add(2 + n * 12)?;
            let (tag, kind, count) =
                (self.short(at)?, self.short(at + 2)?, self.long(at + 4)? as usize);
            Some(Entry { tag, kind, count, at: at + 8 })
        };
        (0..count).map_while(entry).collect()
    }

    fn next(&self, directory: usize) -> Option<usize> {
        let count = usize::from(self.short(directory)?);
        self.long(directory.checked_add(2 + count * 12)?)
            .map(|at| at as usize)
            .filter(|at| *at != 0)
    }

    /// Where the bytes of an entry's value are.
    fn data(&self, entry: &Entry) -> Option<Range<usize>> {
        let size = match entry.kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 => 8,
            _ => return None,
        };
        let length = entry.count.checked_mul(size)?;
        let start = if length <= 4 { entry.at } else { self.long(entry.at)? as usize };
        Some(start..start.checked_add(length)?)
    }

    /// The whole numbers of an entry, at most `most`.
    fn numbers(&self, entry: &Entry, most: usize) -> Vec<usize> {
        let Some(data) = self.data(entry) else { return Vec::new() };
        let number = |n: usize| match entry.kind {
            3 => self.short(data.start + n * 2).map(usize::from),
            4 | 13 => self.long(data.start + n * 4).map(|value| value as usize),
            _ => None,
        };
        (0..entry.count.min(most)).map_while(number).collect()
    }

    /// The streams that the directories name as pictures.
    fn previews(&self) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        let mut waiting: Vec<usize> = self.first().into_iter().collect();
        while let Some(directory) = waiting.pop() {
            if !seen.insert(directory) || seen.len() > MOST_DIRECTORIES {
                continue;
            }
            waiting.extend(self.next(directory));
            let entries = self.entries(directory);
            let first = |tag: u16| {
                entries
                    .iter()
                    .find(|entry| entry.tag == tag)
                    .and_then(|entry| self.numbers(entry, 1).first().copied())
            };
            // JPEGInterchangeFormat; strips of one piece; the preview of Panasonic
            for (start, length) in [(0x201, 0x202), (273, 279)] {
                if let (Some(start), Some(length)) = (first(start), first(length)) {
                    found.push(start..start.saturating_add(length));
                }
            }
            found.extend(
                entries.iter().find(|entry| entry.tag == 0x2e).and_then(|entry| self.data(entry)),
            );
            for entry in entries.iter().filter(|entry| matches!(entry.tag, 330 | 0x8769)) {
                waiting.extend(self.numbers(entry, MOST_DIRECTORIES));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory of long values with the offset of the next.
    fn directory(entries: &[(u16, u16, u32, u32)], next: u32) -> Vec<u8> {
        let mut bytes = u16::try_from(entries.len()).expect("few").to_le_bytes().to_vec();
        for (tag, kind, count, value) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(count.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend(next.to_le_bytes());
        bytes
    }

    const JPEG: &[u8] = b"\xff\xd8\xff\xe0 a preview \xff\xd9";

    /// A file whose small preview is in the first directory and whose large one is in a directory below it.
    fn photograph(make: &[u8; 6], more: &[(u16, u16, u32, u32)]) -> Vec<u8> {
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        let mut entries =
            vec![(271, 2, 6, 500), (0x201, 4, 1, 600), (0x202, 4, 1, 8), (330, 4, 1, 300)];
        entries.extend(more);
        bytes.extend(directory(&entries, 0));
        bytes.resize(300, 0);
        bytes.extend(directory(&[(273, 4, 1, 700), (279, 4, 1, JPEG.len() as u32)], 300));
        bytes.resize(500, 0);
        bytes.extend(make);
        bytes.resize(600, 0);
        bytes.extend(&JPEG[..8]);
        bytes.resize(700, 0);
        bytes.extend(JPEG);
        bytes
    }

    #[test]
    fn photographs_are_recognised_and_their_largest_preview_found() {
        let nikon = photograph(b"NIKON\0", &[]);
        assert_eq!(media_type(&nikon), Some("image/x-nikon-nef"));
        assert_eq!(preview(&nikon).map(|range| nikon[range].to_vec()), Ok(JPEG.to_vec()));
        assert_eq!(media_type(&photograph(b"SONY\0\0", &[])), Some("image/x-sony-arw"));
        assert_eq!(
            media_type(&photograph(b"ACME\0\0", &[(0xc612, 1, 4, 1)])),
            Some("image/x-adobe-dng")
        );
        assert_eq!(media_type(&photograph(b"ACME\0\0", &[])), None, "a TIFF");
        let mut fuji = b"FUJIFILMCCD-RAW ".to_vec();
        fuji.resize(84, 0);
        fuji.extend(100u32.to_be_bytes());
        fuji.extend((JPEG.len() as u32).to_be_bytes());
        fuji.resize(100, 0);
        fuji.extend(JPEG);
        assert_eq!(media_type(&fuji), Some("image/x-fuji-raf"));
        assert_eq!(preview(&fuji), Ok(100..100 + JPEG.len()));
        let canon = [&b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom"[..], JPEG].concat();
        assert_eq!(media_type(&canon), Some("image/x-canon-cr3"));
        assert_eq!(preview(&canon), Ok(24..24 + JPEG.len()));
    }

    #[test]
    fn damaged_photographs_are_harmless() {
        let whole = photograph(b"NIKON\0", &[]);
        for end in 0..whole.len() {
            let _ = (media_type(&whole[..end]), preview(&whole[..end]));
        }
        for at in 0..120 {
            let mut damaged = whole.clone();
            damaged[at] ^= 0xff;
            let _ = (media_type(&damaged), preview(&damaged));
        }
        assert!(preview(b"II*\0\x08\0\0\0").is_err());
    }
}
