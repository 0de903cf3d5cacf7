//! HEIF and AVIF photographs (ISO/IEC 23008-12): their properties.
//!
//! No sound decoder of their coding (HEVC, AV1) is at hand: the pixels stay unread, and the verdict names the coding.

use super::{exif, ole};
use crate::out::{Input, Out, Stop};
use exhibit_model::code::PictureCoding;
use exhibit_model::{Detail, Reason, Request, Verdict};
use std::io::Cursor;

/// Emits the properties.
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
    if let Some((width, height)) = size(&bytes) {
        out.metadata("picture:width", &width.to_string())?;
        out.metadata("picture:height", &height.to_string())?;
    }
    let mut reader = ::exif::Reader::new();
    reader.continue_on_error(true);
    let read = reader.read_from_container(&mut Cursor::new(&bytes[..]));
    let found = read.or_else(|error| error.distill_partial_result(|_| {})).ok();
    if let Some(found) = found {
        exif::emit(&found, out)?;
    }
    let is_av1 =
        bytes.windows(4).take(4096).any(|word| word == b"av01") || bytes.get(8..11) == Some(b"avi");
    let coding = if is_av1 { PictureCoding::Av1 } else { PictureCoding::Hevc };
    Ok(Verdict::Unsupported(Reason::PictureCoding { coding, detail: Detail::default() }))
}

/// The size of the largest picture, by the boxes that state sizes (`ispe`).
fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    const HEADER: usize = 1 << 20;
    let header = &bytes[..bytes.len().min(HEADER)];
    let long = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    let boxes = header.windows(4).enumerate().filter(|(_, word)| *word == b"ispe").take(1000);
    let sizes = boxes.filter_map(|(at, _)| long(at + 8).zip(long(at + 12)));
    let plausible = sizes
        .filter(|(width, height)| (1..=100_000).contains(width) && (1..=100_000).contains(height));
    plausible.max_by_key(|(width, height)| u64::from(*width) * u64::from(*height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::office::testing::{read, torment};

    fn sized(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len() + 8).expect("small");
        [&length.to_be_bytes()[..], kind, content].concat()
    }

    fn photograph(brand: &[u8; 4], coding: &[u8; 4]) -> Vec<u8> {
        let sizes = |width: u32, height: u32| {
            sized(b"ispe", &[&[0; 4][..], &width.to_be_bytes(), &height.to_be_bytes()].concat())
        };
        [
            sized(b"ftyp", &[&brand[..], &[0; 4]].concat()),
            sizes(320, 240),
            sizes(4032, 3024),
            sized(coding, b""),
        ]
        .concat()
    }

    #[test]
    fn properties_are_read_and_the_coding_named() {
        let outcome = read(extract, &photograph(b"heic", b"hvc1"));
        assert_eq!(outcome.property("picture:width"), Some("4032"));
        assert_eq!(outcome.property("picture:height"), Some("3024"));
        let unsupported = |coding| {
            Verdict::Unsupported(Reason::PictureCoding { coding, detail: Detail::default() })
        };
        assert_eq!(outcome.verdict, unsupported(PictureCoding::Hevc));
        assert_eq!(
            read(extract, &photograph(b"avif", b"av01")).verdict,
            unsupported(PictureCoding::Av1)
        );
        torment(extract, &photograph(b"heic", b"hvc1"), 3);
    }
}
