//! The words of RTF: groups, control words with their numbers, bytes of text (RTF specification 1.9.1, "RTF Syntax").

/// A word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Token<'a> {
    /// `{`
    Open,
    /// `}`
    Close,
    /// A control word without its backslash, and its number.
    Word(&'a str, Option<i32>),
    /// A control symbol: a backslash and one byte that is no letter.
    Symbol(u8),
    /// A byte of text, given as `\'xx`.
    Hex(u8),
    /// Bytes of text as they are; line ends are not text.
    Text(&'a [u8]),
    /// The bytes after `\bin`, as many as exist of those stated; and whether all do.
    Binary(&'a [u8], bool),
}

/// The words of a file.
pub(super) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The bytes after the last word.
    pub(super) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    fn control(&mut self) -> Option<Token<'a>> {
        let first = *self.bytes.get(self.at)?;
        if first == b'\'' {
            let digits = self
                .bytes
                .get(self.at + 1..self.at + 3)
                .and_then(|digits| std::str::from_utf8(digits).ok());
            return Some(match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                Some(byte) => {
                    self.at += 3;
                    Token::Hex(byte)
                }
                None => {
                    self.at += 1;
                    Token::Symbol(b'\'')
                }
            });
        }
        if !first.is_ascii_alphabetic() {
            self.at += 1;
            return Some(Token::Symbol(first));
        }
        let rest = &self.bytes[self.at..];
        // control words have at most 32 letters; what is longer is no control word of anyone
        let letters = rest.iter().take(64).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let word = std::str::from_utf8(&rest[..letters]).unwrap_or_default();
        self.at += letters;
        let number = self.number();
        if self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        if word == "bin" {
            return Some(self.binary(number.unwrap_or(0)));
        }
        Some(Token::Word(word, number))
    }

    fn number(&mut self) -> Option<i32> {
        let negative = self.bytes.get(self.at) == Some(&b'-');
        let start = self.at + usize::from(negative);
        let digits = self
            .bytes
            .get(start..)
            .unwrap_or_default()
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if digits == 0 {
            return None;
        }
        self.at = start + digits;
        let value = self.bytes[start..self.at].iter().fold(0i64, |value, digit| {
            (value * 10 + i64::from(digit - b'0')).min(i64::from(u32::MAX))
        });
        let value = if negative { -value } else { value };
        Some(i32::try_from(value).unwrap_or(if negative { i32::MIN } else { i32::MAX }))
    }

    fn binary(&mut self, count: i32) -> Token<'a> {
        let rest = &self.bytes[self.at..];
        let count = usize::try_from(count).unwrap_or(0);
        let bytes = &rest[..count.min(rest.len())];
        self.at += bytes.len();
        Token::Binary(bytes, bytes.len() == count)
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            match byte {
                b'{' | b'}' => {
                    self.at += 1;
                    return Some(if byte == b'{' { Token::Open } else { Token::Close });
                }
                b'\\' => {
                    self.at += 1;
                    return self.control();
                }
                b'\r' | b'\n' | 0 => self.at += 1,
                _ => {
                    let rest = &self.bytes[self.at..];
                    let end = rest
                        .iter()
                        .position(|byte| matches!(byte, b'{' | b'}' | b'\\' | b'\r' | b'\n' | 0));
                    let text = &rest[..end.unwrap_or(rest.len())];
                    self.at += text.len();
                    return Some(Token::Text(text));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &[u8]) -> Vec<Token<'_>> {
        Tokens::new(text).collect()
    }

    #[test]
    fn words_numbers_and_bytes_are_told_apart() {
        use Token::{Binary, Close, Hex, Open, Symbol, Text, Word};
        assert_eq!(
            tokens(b"{\\rtf1\\ansi-12 x\r\ny\\'e9\\~\\par}"),
            [
                Open,
                Word("rtf", Some(1)),
                Word("ansi", Some(-12)),
                Text(b"x"),
                Text(b"y"),
                Hex(0xe9),
                Symbol(b'~'),
                Word("par", None),
                Close
            ]
        );
        assert_eq!(tokens(b"\\bin3 {}\\z"), [Binary(b"{}\\", true), Text(b"z")]);
        assert_eq!(tokens(b"\\bin9999999999 ab"), [Binary(b"ab", false)]);
        assert_eq!(tokens(b"\\bin-4 ab"), [Binary(b"", true), Text(b"ab")]);
        assert_eq!(
            tokens(b"\\'zz\\u-3?"),
            [Symbol(b'\''), Text(b"zz"), Word("u", Some(-3)), Text(b"?")]
        );
        assert_eq!(tokens(b"\\uc99999999999"), [Word("uc", Some(i32::MAX))]);
        assert_eq!(tokens(b"a\\"), [Text(b"a")]);
        assert_eq!(tokens(b"\\'e"), [Symbol(b'\''), Text(b"e")]);
    }
}
