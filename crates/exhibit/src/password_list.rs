//! Lists of passwords, in whatever encoding they were saved.

use encoding_rs::{
    BIG5, Encoding, GB18030, SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1252,
};

/// The passwords of a list, one per line. A byte order mark is no part of the first. Bytes that are not UTF-8 are read
/// in each encoding in which they are valid, the usual Chinese one first, so that one of the readings is right.
pub(crate) fn passwords_of(bytes: &[u8]) -> Vec<String> {
    let texts: Vec<String> = if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        vec![encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned()]
    } else if let Some(wide) = without_mark(bytes) {
        vec![wide.decode_without_bom_handling(bytes).0.into_owned()]
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        vec![text.to_owned()]
    } else {
        let encodings = [GB18030, BIG5, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252];
        encodings.iter().filter_map(|encoding| valid(encoding, bytes)).collect()
    };
    let mut passwords: Vec<String> = Vec::new();
    for line in texts.iter().flat_map(|text| text.lines()) {
        if !line.is_empty() && !passwords.iter().any(|password| password == line) {
            passwords.push(line.to_owned());
        }
    }
    passwords
}

fn valid(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    (!text.contains('\u{fffd}')).then(|| text.into_owned())
}

// UTF-16 without a mark: of every two bytes of a line end or a Latin letter, one is zero.
fn without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let zeros =
        |first: usize| bytes.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    match (zeros(0), zeros(1)) {
        (0, 0) => None,
        (even, odd) if even > odd => Some(UTF_16BE),
        _ => Some(UTF_16LE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_in_any_encoding() {
        let text = "登记密码2019\r\nplainpw\r\n\r\nplainpw\r\n";
        let wide =
            |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [b"\xff\xfe".to_vec(), wide(u16::to_le_bytes)].concat(),
            wide(u16::to_le_bytes),
            wide(u16::to_be_bytes),
        ] {
            assert_eq!(passwords_of(&bytes), ["登记密码2019", "plainpw"]);
        }
        let passwords = passwords_of(&GB18030.encode(text).0);
        assert_eq!(passwords[..2], ["登记密码2019", "plainpw"]);
        let big5 = passwords_of(&BIG5.encode("登記密碼\n").0);
        assert!(big5.iter().any(|password| password == "登記密碼"), "{big5:?}");
        assert_eq!(passwords_of(b""), Vec::<String>::new());
        assert!(!passwords_of(b"\xff\xff\x81").is_empty());
    }
}
