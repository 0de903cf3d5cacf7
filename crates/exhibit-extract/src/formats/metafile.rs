//! Windows metafiles: the text that EMF ([MS-EMF], [MS-EMFPLUS]) and WMF ([MS-WMF]) files draw, in the order in which it is
//! drawn, and the pictures in them.
//!
//! A line ends where the next text is placed lower or higher, or to the left. What is drawn as lines is not read.

use super::ole;
use crate::out::{Input, Out, Stop};
use exhibit_model::{Member, NoteCode, Page, PageKind, Reason, Relation, Request, Verdict};

/// The maximum number of pictures of one file.
const MOST_PICTURES: usize = 1_000;

/// Emits the text and the pictures.
pub(super) fn extract(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let Some(bytes) = ole::whole(input, request.limits.whole_file_bytes) else {
        return Ok(Verdict::Truncated(Reason::FileSizeLimit {
            bytes: request.limits.whole_file_bytes,
        }));
    };
    let mut drawing = Drawing::default();
    let is_emf = bytes.get(40..44) == Some(b" EMF");
    let whole = if is_emf { drawing.emf(&bytes) } else { drawing.wmf(&bytes) };
    drawing.end_line();
    if drawing.text.is_empty() && drawing.pictures.is_empty() {
        // what it draws as lines and areas is not rendered
        let media_type = if is_emf { "image/emf" } else { "image/wmf" }.to_owned();
        return Ok(Verdict::Unsupported(Reason::NotRendered { media_type }));
    }
    out.container_size(bytes.len() as u64);
    if !drawing.text.is_empty() {
        out.page(Page { text: drawing.text, ..Page::of_text(0, PageKind::Text, String::new()) })?;
    }
    if !whole {
        out.note(0, NoteCode::TextMissing)?;
    }
    for (number, picture) in (1_u32..).zip(drawing.pictures) {
        out.member(Member {
            name: format!("picture {number}.bmp").into_bytes(),
            name_text: String::new(),
            modified: None,
            relation: Relation::Embedded,
        })?;
        out.member_from(&mut &picture[..])?;
    }
    Ok(Verdict::Read)
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

#[derive(Default)]
struct Drawing {
    text: String,
    line: String,
    last: Option<(i64, i64)>,
    pictures: Vec<Vec<u8>>,
    /// The code pages of the fonts by their handles, and the current one.
    fonts: Vec<Option<u8>>,
    charset: u8,
}

impl Drawing {
    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.trim().is_empty() {
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    fn say(&mut self, text: &str, place: Option<(i64, i64)>) {
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        if text.is_empty() {
            return;
        }
        if let (Some((x, y)), Some((last_x, last_y))) = (place, self.last)
            && (y != last_y || x < last_x)
        {
            self.end_line();
        } else if !self.line.is_empty()
            && place.is_some_and(|(x, _)| self.last.is_some_and(|(last, _)| x > last))
        {
            // another piece of the same line: a blank unless the pieces are single letters, placed one by one
            let single = text.chars().count() == 1 || self.line.chars().count() == 1;
            if !single && !self.line.ends_with(' ') {
                self.line.push(' ');
            }
        }
        self.line.push_str(&text);
        self.last = place.or(self.last);
    }

    fn utf16(&mut self, bytes: &[u8], at: usize, count: usize, place: Option<(i64, i64)>) {
        let units = count.checked_mul(2).and_then(|length| bytes.get(at..at.checked_add(length)?));
        if let Some(units) = units {
            let (text, _) = encoding_rs::UTF_16LE.decode_without_bom_handling(units);
            self.say(&text, place);
        }
    }

    fn bytes(&mut self, bytes: &[u8], place: Option<(i64, i64)>) {
        let encoding = match self.charset {
            128 => encoding_rs::SHIFT_JIS,
            129 | 130 => encoding_rs::EUC_KR,
            134 => encoding_rs::GB18030,
            136 => encoding_rs::BIG5,
            161 => encoding_rs::WINDOWS_1253,
            162 => encoding_rs::WINDOWS_1254,
            177 => encoding_rs::WINDOWS_1255,
            178 => encoding_rs::WINDOWS_1256,
            186 => encoding_rs::WINDOWS_1257,
            204 => encoding_rs::WINDOWS_1251,
            238 => encoding_rs::WINDOWS_1250,
            222 => encoding_rs::WINDOWS_874,
            _ => {
                let (text, _) = crate::charset::decode_guessing(bytes);
                self.say(&text, place);
                return;
            }
        };
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        self.say(&text, place);
    }

    /// Reads the records of an EMF file; returns whether they reach the last one.
    fn emf(&mut self, bytes: &[u8]) -> bool {
        let mut at = 0;
        while let (Some(kind), Some(size)) = (long(bytes, at), long(bytes, at + 4)) {
            let Some(record) =
                bytes.get(at..at.saturating_add(size as usize)).filter(|_| size >= 8)
            else {
                return false;
            };
            match kind {
                // EMR_EOF
                14 => return true,
                // EMR_EXTCREATEFONTINDIRECTW, EMR_SELECTOBJECT
                82 => self.font(long(record, 8), record.get(12 + 23).copied()),
                37 => self.select(long(record, 8)),
                // EMR_EXTTEXTOUTA, EMR_EXTTEXTOUTW; EMR_POLYTEXTOUTA, EMR_POLYTEXTOUTW
                83 | 84 => self.emf_text(record, 36, kind == 84),
                96 | 97 => {
                    for n in 0..long(record, 36).unwrap_or(0).min(size / 40) as usize {
                        self.emf_text(record, 40 + n * 40, kind == 97);
                    }
                }
                // EMR_SMALLTEXTOUT
                108 => self.small_text(record),
                // EMR_BITBLT, EMR_STRETCHBLT, EMR_SETDIBITSTODEVICE, EMR_STRETCHDIBITS
                76 | 77 => self.bitmap(record, 84),
                80 | 81 => self.bitmap(record, 48),
                // EMR_GDICOMMENT
                70 => self.comment(record),
                _ => {}
            }
            at += size as usize;
        }
        false
    }

    fn font(&mut self, handle: Option<u32>, charset: Option<u8>) {
        const MOST_FONTS: usize = 4096;
        let Some(handle) =
            handle.map(|handle| handle as usize).filter(|handle| *handle < MOST_FONTS)
        else {
            return;
        };
        if self.fonts.len() <= handle {
            self.fonts.resize(handle + 1, None);
        }
        self.fonts[handle] = charset;
    }

    fn select(&mut self, handle: Option<u32>) {
        let charset = handle.and_then(|handle| self.fonts.get(handle as usize).copied().flatten());
        self.charset = charset.unwrap_or(self.charset);
    }

    fn emf_text(&mut self, record: &[u8], at: usize, wide: bool) {
        let place = long(record, at)
            .zip(long(record, at + 4))
            .map(|(x, y)| (i64::from(x.cast_signed()), i64::from(y.cast_signed())));
        let (Some(count), Some(offset)) = (long(record, at + 8), long(record, at + 12)) else {
            return;
        };
        let (count, offset) = (count as usize, offset as usize);
        // ETO_GLYPH_INDEX: the units are glyphs, not characters
        if long(record, at + 16).is_some_and(|options| options & 0x10 != 0) {
            return;
        }
        if wide {
            self.utf16(record, offset, count, place);
        } else if let Some(text) = record.get(offset..offset.saturating_add(count)) {
            self.bytes(text, place);
        }
    }

    fn small_text(&mut self, record: &[u8]) {
        let place = long(record, 8)
            .zip(long(record, 12))
            .map(|(x, y)| (i64::from(x.cast_signed()), i64::from(y.cast_signed())));
        let (Some(count), Some(options)) = (long(record, 16), long(record, 20)) else { return };
        let at = if options & 0x100 == 0 { 52 } else { 36 };
        if options & 0x200 == 0 {
            self.utf16(record, at, count as usize, place);
        } else if let Some(text) = record.get(at..at.saturating_add(count as usize)) {
            self.bytes(text, place);
        }
    }

    /// A device-independent bitmap, as a file: offsets and sizes of its header and its pixels are at `at`.
    fn bitmap(&mut self, record: &[u8], at: usize) {
        let numbers =
            [at, at + 4, at + 8, at + 12].map(|at| long(record, at).unwrap_or(0) as usize);
        let [header, header_size, pixels, pixels_size] = numbers;
        let part = |start: usize, length: usize| record.get(start..start.checked_add(length)?);
        if let (Some(header), Some(pixels)) = (part(header, header_size), part(pixels, pixels_size))
        {
            self.dib(header, pixels);
        }
    }

    fn dib(&mut self, header: &[u8], pixels: &[u8]) {
        const LEAST_PIXELS: u32 = 16;
        let large = |at: usize| {
            long(header, at).is_some_and(|side| side.cast_signed().unsigned_abs() >= LEAST_PIXELS)
        };
        if pixels.is_empty() || self.pictures.len() >= MOST_PICTURES || !large(4) || !large(8) {
            return;
        }
        let start = 14 + header.len();
        let mut file = b"BM".to_vec();
        file.extend(u32::try_from(start + pixels.len()).unwrap_or(u32::MAX).to_le_bytes());
        file.extend([0; 4]);
        file.extend(u32::try_from(start).unwrap_or(u32::MAX).to_le_bytes());
        file.extend(header);
        file.extend(pixels);
        self.pictures.push(file);
    }

    /// A comment; that of EMF+ has records of its own, and a metafile may be within.
    fn comment(&mut self, record: &[u8]) {
        let Some(data) = record.get(12..) else { return };
        let Some(mut rest) = data.strip_prefix(b"EMF+") else { return };
        while let (Some(kind), Some(size)) = (short(rest, 0), long(rest, 4)) {
            let Some(record) = rest.get(..size as usize).filter(|_| size >= 12) else { return };
            let number = |at: usize| long(record, at).map(|bits| f32::from_bits(bits) as i64);
            match kind {
                // EmfPlusDrawString
                0x401c => {
                    let place = number(24).zip(number(28));
                    self.utf16(record, 40, long(record, 20).unwrap_or(0) as usize, place);
                }
                // EmfPlusDrawDriverString: of characters, unless they are glyphs
                0x4036 if long(record, 16).is_some_and(|options| options & 1 == 1) => {
                    let count = long(record, 24).unwrap_or(0) as usize;
                    let places = count.checked_mul(2).map(|length| 28 + length.next_multiple_of(4));
                    let place = places.and_then(|at| number(at).zip(number(at + 4)));
                    self.utf16(record, 28, count, place);
                }
                _ => {}
            }
            rest = &rest[size as usize..];
        }
    }

    /// Reads the records of a WMF file; returns whether they reach the last one.
    fn wmf(&mut self, bytes: &[u8]) -> bool {
        let placeable = bytes.starts_with(b"\xd7\xcd\xc6\x9a");
        let mut at = if placeable { 22 } else { 0 } + 18;
        let mut handles: Vec<bool> = Vec::new();
        while let (Some(words), Some(kind)) = (long(bytes, at), short(bytes, at + 4)) {
            let size = (words as usize).saturating_mul(2);
            let Some(record) = bytes.get(at..at.saturating_add(size)).filter(|_| size >= 6) else {
                return false;
            };
            let place = |y: usize, x: usize| {
                short(record, x)
                    .zip(short(record, y))
                    .map(|(x, y)| (i64::from(x.cast_signed()), i64::from(y.cast_signed())))
            };
            match kind {
                // META_EOF
                0 => return true,
                // META_TEXTOUT, META_EXTTEXTOUT
                0x0521 => {
                    let count = usize::from(short(record, 6).unwrap_or(0));
                    let end = 8 + count;
                    if let Some(text) = record.get(8..end) {
                        let after = end.next_multiple_of(2);
                        self.bytes(text, place(after, after + 2));
                    }
                }
                0x0a32 => {
                    let count = usize::from(short(record, 10).unwrap_or(0));
                    let options = short(record, 12).unwrap_or(0);
                    let start = if options & 6 == 0 { 14 } else { 22 };
                    if let Some(text) =
                        record.get(start..start + count).filter(|_| options & 0x10 == 0)
                    {
                        self.bytes(text, place(6, 8));
                    }
                }
                // objects share one table: the lowest free place is taken
                0x02fb | 0x02fa | 0x02fc | 0x00f7 | 0x01f9 | 0x06ff | 0x0142 => {
                    let free = handles.iter().position(|taken| !taken).unwrap_or(handles.len());
                    if free == handles.len() {
                        handles.push(true);
                    }
                    handles[free] = true;
                    let charset = record.get(6 + 13).copied().filter(|_| kind == 0x02fb);
                    self.font(u32::try_from(free).ok(), charset);
                }
                // META_SELECTOBJECT, META_DELETEOBJECT
                0x012d => self.select(short(record, 6).map(u32::from)),
                0x01f0 => {
                    if let Some(taken) =
                        short(record, 6).and_then(|handle| handles.get_mut(usize::from(handle)))
                    {
                        *taken = false;
                    }
                }
                // META_DIBSTRETCHBLT, META_STRETCHDIB
                0x0b41 => self.packed_bitmap(record.get(26..).unwrap_or_default()),
                0x0f43 => self.packed_bitmap(record.get(28..).unwrap_or_default()),
                _ => {}
            }
            at += size;
        }
        false
    }

    /// A bitmap whose pixels follow its header and its palette.
    fn packed_bitmap(&mut self, bytes: &[u8]) {
        let (Some(header), Some(depth)) = (long(bytes, 0), short(bytes, 14)) else { return };
        let masks = if long(bytes, 16) == Some(3) { 12 } else { 0 };
        let used = long(bytes, 32).unwrap_or(0) as usize;
        let colours = if depth <= 8 && used == 0 { 1 << depth } else { used.min(256) };
        let end = (header as usize).saturating_add(masks + colours * 4);
        if let Some((header, pixels)) = bytes.split_at_checked(end) {
            self.dib(header, pixels);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::office::testing::{read, torment};

    fn emf_record(kind: u32, data: &[u8]) -> Vec<u8> {
        let mut data = data.to_vec();
        data.resize(data.len().next_multiple_of(4), 0);
        let size = u32::try_from(data.len() + 8).expect("small");
        [&kind.to_le_bytes()[..], &size.to_le_bytes(), &data].concat()
    }

    fn longs(values: &[u32]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    fn units(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn text_out(text: &str, x: u32, y: u32) -> Vec<u8> {
        let count = u32::try_from(text.encode_utf16().count()).expect("short");
        let data = [longs(&[0, 0, 0, 0, 1, 0, 0, x, y, count, 76, 0, 0, 0, 0, 0, 0]), units(text)]
            .concat();
        emf_record(84, &data)
    }

    fn emf(records: &[Vec<u8>]) -> Vec<u8> {
        let mut header = vec![0; 80];
        header[32..36].copy_from_slice(b" EMF");
        [emf_record(1, &header), records.concat(), emf_record(14, &longs(&[0, 16, 20]))].concat()
    }

    #[test]
    fn text_of_emf_is_read_in_lines() {
        let outcome = read(
            extract,
            &emf(&[text_out("登记表", 10, 10), text_out("Gate", 10, 30), text_out("log", 60, 30)]),
        );
        assert_eq!((outcome.texts(), &outcome.notes), (vec!["登记表\nGate log\n"], &vec![]));
        // letters that are placed one by one
        let letters: Vec<Vec<u8>> =
            "Gate".chars().zip(0..).map(|(c, n)| text_out(&c.to_string(), n * 5, 7)).collect();
        assert_eq!(read(extract, &emf(&letters)).texts(), ["Gate\n"]);
        let plus = [units("drawn"), vec![0; 2]].concat();
        let string =
            [&[0x1c, 0x40, 0, 0][..], &longs(&[52, 40, 0, 0, 5, 0, 0, 0, 0]), &plus].concat();
        let comment =
            [longs(&[u32::try_from(string.len()).expect("small") + 4]), b"EMF+".to_vec(), string]
                .concat();
        assert_eq!(read(extract, &emf(&[emf_record(70, &comment)])).texts(), ["drawn\n"]);
        let small = [longs(&[5, 9, 3, 0x100, 0, 0, 0]), units("abc")].concat();
        assert_eq!(read(extract, &emf(&[emf_record(108, &small)])).texts(), ["abc\n"]);
    }

    #[test]
    fn pictures_of_emf_are_members() {
        let header = [longs(&[40, 16, 16]), vec![1, 0, 24, 0], longs(&[0, 0, 0, 0, 0, 0])].concat();
        let mut data = longs(&[0; 10]);
        data.extend(longs(&[80, 40, 120, 768, 0, 0, 0, 0]));
        data.extend(&header);
        data.extend([7; 768]);
        let outcome = read(extract, &emf(&[emf_record(81, &data)]));
        assert_eq!(outcome.members.len(), 1);
        let picture = image::load_from_memory(&outcome.members[0].1).expect("a bitmap");
        assert_eq!((picture.width(), picture.height()), (16, 16));
    }

    fn wmf_record(kind: u16, data: &[u8]) -> Vec<u8> {
        let mut data = data.to_vec();
        data.resize(data.len().next_multiple_of(2), 0);
        let words = u32::try_from(data.len() / 2 + 3).expect("small");
        [&words.to_le_bytes()[..], &kind.to_le_bytes(), &data].concat()
    }

    #[test]
    fn text_of_wmf_is_read_in_the_charset_of_its_font() {
        let mut font = vec![0; 18];
        font[13] = 134;
        let (name, _, _) = encoding_rs::GB18030.encode("登记");
        let place = |x: u8, y: u8| [y, 0, x, 0];
        let out = [&place(3, 9)[..], &[4, 0, 0, 0], &name].concat();
        let records = [
            wmf_record(0x02fb, &font),
            wmf_record(0x012d, &[0, 0]),
            wmf_record(0x0a32, &out),
            wmf_record(0x0521, &[&[4, 0][..], b"Gate", &place(3, 20)].concat()),
            wmf_record(0, b""),
        ];
        let file = [b"\x01\0\x09\0\0\x03".to_vec(), vec![0; 12], records.concat()].concat();
        assert_eq!(read(extract, &file).texts(), ["登记\nGate\n"]);
        let placeable = [b"\xd7\xcd\xc6\x9a".to_vec(), vec![0; 18], file.clone()].concat();
        assert_eq!(read(extract, &placeable).texts(), ["登记\nGate\n"]);
        let cut = read(extract, &file[..file.len() - 8]);
        assert!(cut.has_note(&NoteCode::TextMissing));
    }

    #[test]
    fn damaged_metafiles_are_harmless() {
        torment(
            extract,
            &emf(&[text_out("登记表", 10, 10), emf_record(70, b"\x08\0\0\0EMF+\x1c\x40\0\0")]),
            3,
        );
        torment(
            extract,
            &[b"\x01\0\x09\0\0\x03".to_vec(), vec![0; 12], wmf_record(0x0b41, &[1; 60])].concat(),
            3,
        );
    }
}
