//! Publisher documents: their text, as one page, without its places; embedded objects as members.

use super::office::draft::Draft;
use super::ole;
use crate::out::{Input, Out, Stop};
use exhibit_model::{NoteCode, PageKind, Reason, Request, Verdict};

/// The stream with the text.
const CONTENTS: &str = "/Quill/QuillSub/CONTENTS";
/// The maximum number of stretches that its directory lists.
const MOST_STRETCHES: usize = 4096;

/// Emits the contents of a document.
pub(super) fn extract(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let most = request.limits.whole_file_bytes;
    let Some(bytes) = ole::whole(input, most) else {
        return Ok(Verdict::Truncated(Reason::FileSizeLimit { bytes: most }));
    };
    ole::emit_properties(&bytes, out)?;
    let Some(contents) =
        ole::stream(&bytes, CONTENTS).filter(|contents| contents.starts_with(b"CHNKINK "))
    else {
        return Ok(Verdict::Failed(Reason::PartMissing { part: CONTENTS.to_owned() }));
    };
    let mut draft = Draft::default();
    let mut cut = false;
    for (from, length) in stretches(&contents) {
        let start = contents.get(from..).unwrap_or_default();
        cut |= start.len() < length;
        draft.push(&lines(&start[..length.min(start.len())]));
        draft.end_line();
    }
    if !draft.is_blank() {
        draft.emit(PageKind::Text, "", out)?;
    }
    if cut {
        out.note(0, NoteCode::TextMissing)?;
    }
    out.container_size(bytes.len() as u64);
    ole::emit_embedded(&bytes, out)?;
    Ok(Verdict::Read)
}

/// Where the stretches of text are: their first byte and length.
fn stretches(contents: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let entries = contents.get(0x20..).unwrap_or_default().chunks_exact(24).take(MOST_STRETCHES);
    let entries = entries.take_while(|entry| entry[..2] == [0x18, 0]);
    let long = |entry: &[u8], at: usize| {
        u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]) as usize
    };
    entries
        .filter(|entry| &entry[2..6] == b"TEXT")
        .map(move |entry| (long(entry, 16), long(entry, 20)))
}

/// UTF-16 with the ends of paragraphs, lines, pages and cells as line ends.
fn lines(bytes: &[u8]) -> String {
    let text = encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0.replace("\r\n", "\n");
    let text = text.replace(['\r', '\u{b}', '\u{c}', '\u{7}'], "\n");
    text.chars().filter(|c| !c.is_control() || c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compound::Builder;
    use crate::formats::office::testing::{read, torment};

    fn document(length: u32) -> Vec<u8> {
        let text: Vec<u8> =
            "登记\r名单\u{b}line\u{2}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut contents = b"CHNKINK ".to_vec();
        contents.resize(0x20, 0);
        for (name, from, length) in [(b"FONT", 4, 4), (b"TEXT", 80, length)] {
            contents.extend([0x18, 0]);
            contents.extend(name);
            contents.extend([0; 6]);
            contents.extend(name);
            contents.extend(u32::to_le_bytes(from));
            contents.extend(u32::to_le_bytes(length));
        }
        contents.resize(80, 0);
        contents.extend(text);
        let mut builder = Builder::new([0; 16]);
        let quill = builder.storage(Builder::ROOT, "Quill", [0; 16]);
        let inner = builder.storage(quill, "QuillSub", [0; 16]);
        builder.stream(inner, "CONTENTS", contents);
        builder.finish()
    }

    #[test]
    fn stretches_of_text() {
        let outcome = read(extract, &document(22));
        assert_eq!(outcome.texts(), ["登记\n名单\nline\n"]);
        assert!(outcome.notes.is_empty());
        let cut = read(extract, &document(u32::MAX));
        assert_eq!(cut.texts(), ["登记\n名单\nline\n"]);
        assert!(cut.has_note(&NoteCode::TextMissing));
        torment(extract, &document(22), 61);
    }

    #[test]
    fn fuzzing_starts_from_the_same_file() {
        crate::formats::msg::tests::check_fixture("formats/letter.pub", &document(22));
    }
}
