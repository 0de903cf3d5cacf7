//! Compressed RTF ([MS-OXRTFCP]): bytes and references into a window of 4,096 bytes that begins filled.

/// More is not decompressed: a reference of two bytes gives at most 17.
const MOST: usize = 512 << 20;

const WINDOW: usize = 4096;

const FILL: &[u8] =
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \
\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \
\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// The RTF, and whether all of it is there; `None` if it is not compressed RTF.
pub(crate) fn decompress(bytes: &[u8]) -> Option<(Vec<u8>, bool)> {
    let long = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let size = long(4)? as usize;
    let body = bytes.get(16..)?;
    match &bytes[8..12] {
        b"MELA" => Some((body[..size.min(body.len())].to_vec(), size <= body.len())),
        b"LZFu" => Some(inflate(body, size)),
        _ => None,
    }
}

fn inflate(body: &[u8], size: usize) -> (Vec<u8>, bool) {
    let mut window = [b' '; WINDOW];
    window[..FILL.len()].copy_from_slice(FILL);
    let mut at = FILL.len();
    let mut text = Vec::new();
    let mut input = body.iter().copied();
    while let Some(flags) = input.next() {
        for bit in 0..8 {
            if flags >> bit & 1 == 0 {
                let Some(byte) = input.next() else { return ended(text, size) };
                window[at % WINDOW] = byte;
                at = (at + 1) % WINDOW;
                text.push(byte);
                continue;
            }
            let (Some(high), Some(low)) = (input.next(), input.next()) else {
                return ended(text, size);
            };
            let reference = usize::from(u16::from_be_bytes([high, low]));
            let (from, length) = (reference >> 4, (reference & 0xf) + 2);
            if from == at {
                return ended(text, size);
            }
            for step in 0..length {
                let byte = window[(from + step) % WINDOW];
                window[at] = byte;
                at = (at + 1) % WINDOW;
                text.push(byte);
            }
        }
        if text.len() > MOST {
            return (text, false);
        }
    }
    ended(text, size)
}

/// Some programs leave out the mark of the end: what counts is that the stated size was reached.
fn ended(text: Vec<u8>, size: usize) -> (Vec<u8>, bool) {
    let whole = text.len() >= size;
    (text, whole)
}

/// Stores RTF without compressing it, for tests and for fixtures.
#[cfg(test)]
pub(crate) fn stored(rtf: &[u8]) -> Vec<u8> {
    let size = u32::try_from(rtf.len()).expect("small");
    [&(size + 12).to_le_bytes()[..], &size.to_le_bytes(), b"MELA", &[0; 4], rtf].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification ([MS-OXRTFCP] 4.1.1).
    const EXAMPLE: &[u8] = b"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125B2\x0a\xf3 hel\x09\0 bw\x05\xb0ld}\x0a\x80\x0f\xa0";

    #[test]
    fn the_example_of_the_specification_is_decompressed() {
        let (rtf, whole) = decompress(EXAMPLE).expect("compressed RTF");
        assert_eq!(
            String::from_utf8_lossy(&rtf),
            "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
        );
        assert!(whole);
    }

    #[test]
    fn a_reference_may_reach_into_what_it_writes() {
        // [MS-OXRTFCP] 4.1.2: a reference that overlaps the place it is written to
        let crossing =
            b"\x1a\0\0\0\x1c\0\0\0LZFu\xe2\xd4\x4b\x51\x41\0\x04\x20WXYZ\x0d\x6e\x7d\x01\x0e\xb0";
        let (rtf, whole) = decompress(crossing).expect("compressed RTF");
        assert_eq!(String::from_utf8_lossy(&rtf), "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
        assert!(whole);
    }

    #[test]
    fn stored_and_cut_texts_are_kept() {
        assert_eq!(decompress(&stored(b"{\\rtf1 x}")), Some((b"{\\rtf1 x}".to_vec(), true)));
        assert_eq!(decompress(b""), None);
        for end in 16..EXAMPLE.len() - 1 {
            let (text, whole) = decompress(&EXAMPLE[..end]).expect("compressed RTF");
            assert_eq!(whole, text.len() >= 43, "{end}");
        }
        let noise: Vec<u8> =
            (0..5000u32).map(|at| u8::try_from(at * 7919 % 256).expect("a byte")).collect();
        assert!(decompress(&[b"\0\0\0\0\xff\xff\0\0LZFu\0\0\0\0", &noise[..]].concat()).is_some());
    }
}
