//! Bytes encoded as text: base64, quoted-printable, uuencode, `data:` addresses.
//!
//! Broken input is decoded as far as possible, and errors are counted.

/// Decoded bytes, and the number of characters that are invalid in the encoding.
#[derive(Default, Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    /// The number of characters skipped.
    pub(crate) strange: u64,
}

/// Decodes base64 (RFC 4648) with line ends anywhere, in the usual or the URL-safe alphabet; continues after padding,
/// since some programs encode in pieces.
pub(crate) fn base64(text: &[u8]) -> Decoded {
    let mut decoded = Decoded { bytes: Vec::with_capacity(text.len() / 4 * 3 + 3), strange: 0 };
    let (mut bits, mut count) = (0_u32, 0_u32);
    for &byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                (bits, count) = (0, 0);
                continue;
            }
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            _ => {
                decoded.strange += 1;
                continue;
            }
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            decoded.bytes.push(u8::try_from(bits >> count & 0xFF).unwrap_or_default());
            bits &= (1 << count) - 1;
        }
    }
    decoded
}

/// Decodes quoted-printable (RFC 2045, 6.7).
pub(crate) fn quoted_printable(text: &[u8]) -> Decoded {
    let mut decoded = Decoded { bytes: Vec::with_capacity(text.len()), strange: 0 };
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'=' {
            decoded.bytes.push(byte);
            continue;
        }
        let rest = &text[at..];
        let blank = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        match (hex_pair(rest), &rest[blank..]) {
            (Some(value), _) => {
                decoded.bytes.push(value);
                at += 2;
            }
            (None, [b'\r', b'\n', ..]) => at += blank + 2,
            (None, [b'\n', ..]) => at += blank + 1,
            (None, []) => at += blank,
            _ => {
                decoded.strange += 1;
                decoded.bytes.push(b'=');
            }
        }
    }
    decoded
}

fn hex_pair(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| text.get(at).and_then(|b| char::from(*b).to_digit(16));
    u8::try_from(digit(0)? << 4 | digit(1)?).ok()
}

/// Decodes the lines of a uuencoded file between its `begin` and `end` lines.
pub(crate) fn uuencoded(lines: &[u8]) -> Decoded {
    let mut decoded = Decoded::default();
    for line in lines.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end) {
        let Some((&first, rest)) = line.split_first() else { continue };
        let length = usize::from(first.wrapping_sub(32) & 63);
        if !(32..=96).contains(&first) || rest.len() * 3 / 4 + 3 < length {
            decoded.strange += 1;
            continue;
        }
        let mut bytes = Vec::with_capacity(48);
        for group in rest.chunks(4) {
            let value =
                |at: usize| u32::from(group.get(at).copied().unwrap_or(32).wrapping_sub(32) & 63);
            let bits = value(0) << 18 | value(1) << 12 | value(2) << 6 | value(3);
            bytes.extend_from_slice(&bits.to_be_bytes()[1..]);
        }
        bytes.truncate(length);
        decoded.bytes.extend(bytes);
    }
    decoded
}

/// Whether text is nothing but base64: full lines of its alphabet, decoding to a whole number of bytes.
pub(crate) fn is_base64(text: &[u8]) -> bool {
    let mut lines = text.trim_ascii().split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end).peekable();
    let first = lines.peek().map_or(0, |line| line.len());
    let (mut total, mut mixed) = (0, [false; 3]);
    while let Some(line) = lines.next() {
        let is_last = lines.peek().is_none();
        if line.len() > first || (!is_last && line.len() != first) || line.len() % 4 != 0 {
            return false;
        }
        let padding = line.iter().rev().take_while(|b| **b == b'=').count();
        let letters = &line[..line.len() - padding];
        if padding > 2 || (padding > 0 && !is_last) {
            return false;
        }
        for byte in letters {
            match byte {
                b'A'..=b'Z' => mixed[0] = true,
                b'a'..=b'z' => mixed[1] = true,
                b'0'..=b'9' | b'+' | b'/' => mixed[2] = true,
                _ => return false,
            }
        }
        total += line.len();
    }
    total >= 40 && mixed == [true; 3]
}

/// Decodes the lines of a yEnc file between its header and its trailer.
pub(crate) fn yenc(lines: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(lines.len());
    let mut escaped = false;
    for &byte in lines {
        match byte {
            b'\r' | b'\n' => {}
            b'=' if !escaped => escaped = true,
            _ => {
                bytes.push(byte.wrapping_sub(if std::mem::take(&mut escaped) { 106 } else { 42 }));
            }
        }
    }
    bytes
}

/// The media type and the bytes of a `data:` address (RFC 2397).
pub(crate) fn data_address(address: &str) -> Option<(String, Vec<u8>)> {
    let (head, body) = address.get(5..)?.split_once(',')?;
    let mut fields = head.split(';');
    let media_type = fields.next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_base64 = fields.any(|field| field.trim().eq_ignore_ascii_case("base64"));
    let bytes = percent(body.as_bytes());
    Some((media_type, if is_base64 { base64(&bytes).bytes } else { bytes }))
}

/// Decodes percent encoding; invalid escapes are kept as they are.
pub(crate) fn percent(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        match hex_pair(&text[at..]).filter(|_| byte == b'%') {
            Some(value) => {
                bytes.push(value);
                at += 2;
            }
            None => bytes.push(byte),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfer_encodings_are_decoded() {
        assert_eq!(base64(b"5paw55aG\r\n\r\n").bytes, "新疆".as_bytes());
        assert_eq!(base64(b"YQ==Yg==").bytes, b"ab");
        assert_eq!(base64(b"Y!W*E"), Decoded { bytes: b"aa".to_vec(), strange: 2 });
        assert_eq!(
            quoted_printable(b"=E6=96=B0=\r\n=e7=96=86 =3D =\n=zz").bytes,
            "新疆 = =zz".as_bytes()
        );
        assert_eq!(uuencoded(b"#0V%T\n`\n").bytes, b"Cat");
        assert_eq!(
            data_address("data:text/plain;base64,YWJj"),
            Some(("text/plain".to_owned(), b"abc".to_vec()))
        );
        assert_eq!(data_address("data:,a%20b"), Some((String::new(), b"a b".to_vec())));
    }

    #[test]
    fn base64_is_recognised_only_as_a_whole() {
        let text = b"UGVyc29ucyB0byBiZSByZWdpc3RlcmVkIGJ5IHRoZSBlbmQg\r\nb2YgdGhlIG1vbnRoLCBpbiB0d28gY29waWVzLgo=\r\n";
        assert!(is_base64(text));
        for other in [
            &b"A plain sentence that has blanks in it and some digits 0123456789."[..],
            b"0123456789abcdef0123456789abcdef0123456789abcdef",
            b"UGVyc29u",
            b"UGVyc29ucyB0byBiZSByZWdpc3RlcmVkIGJ5IHRoZSBlbmQ\nshort\nlines",
        ] {
            assert!(!is_base64(other), "{}", String::from_utf8_lossy(other));
        }
    }

    #[test]
    fn yenc_is_decoded() {
        let content: Vec<u8> = (0..=255).collect();
        let mut encoded = Vec::new();
        for byte in &content {
            match byte.wrapping_add(42) {
                critical @ (0 | b'\n' | b'\r' | b'=') => {
                    encoded.extend([b'=', critical.wrapping_add(64)])
                }
                byte => encoded.push(byte),
            }
            if encoded.len() % 64 == 0 {
                encoded.extend(b"\r\n");
            }
        }
        assert_eq!(yenc(&encoded), content);
    }
}
