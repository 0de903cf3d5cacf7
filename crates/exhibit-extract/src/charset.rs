//! Text encodings: detects the encoding of bytes and decodes them incrementally.
//!
//! Precedence: a byte order mark; the pattern of NUL bytes that UTF-16 and UTF-32 leave; valid UTF-8; the
//! escape sequences of ISO 2022 and HZ; then a guess by letter frequencies (chardetng). Never fails: what cannot be
//! decoded becomes U+FFFD and is counted.

mod code_page;
mod decoder;
mod ebcdic;
pub(crate) mod stream;

pub(crate) use decoder::Decoder;
pub(crate) use stream::TextStream;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How bytes encode characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scheme {
    /// An encoding of the Encoding Standard.
    Web(&'static Encoding),
    /// UTF-32, little-endian.
    Utf32Le,
    /// UTF-32, big-endian.
    Utf32Be,
    /// HZ (RFC 1843): GB 2312 in seven bits.
    Hz,
    /// ISO-2022-KR (RFC 1557).
    Iso2022Kr,
    /// EBCDIC, code page 500.
    Ebcdic,
}

impl Scheme {
    /// The name in lower case: the IANA charset name where one exists.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Web(encoding) => encoding.name().to_ascii_lowercase(),
            Self::Utf32Le => "utf-32le".to_owned(),
            Self::Utf32Be => "utf-32be".to_owned(),
            Self::Hz => "hz-gb-2312".to_owned(),
            Self::Iso2022Kr => "iso-2022-kr".to_owned(),
            Self::Ebcdic => "ibm500".to_owned(),
        }
    }

    /// The encoding for a label as used in mail and web pages.
    pub(crate) fn for_label(label: &[u8]) -> Option<Self> {
        let lower = label.trim_ascii().to_ascii_lowercase();
        match &lower[..] {
            b"hz-gb-2312" | b"hz" => Some(Self::Hz),
            b"iso-2022-kr" => Some(Self::Iso2022Kr),
            b"utf-32" | b"utf-32le" => Some(Self::Utf32Le),
            b"utf-32be" => Some(Self::Utf32Be),
            b"ibm500" | b"cp500" => Some(Self::Ebcdic),
            b"utf-7" => None,
            _ => Encoding::for_label_no_replacement(&lower).map(Self::Web),
        }
    }
}

/// The detected encoding of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Guess {
    /// The encoding.
    pub(crate) scheme: Scheme,
    /// The length of the byte order mark in bytes, 0 without one.
    pub(crate) mark: usize,
    /// Whether the encoding is certain, not guessed: from a byte order mark, or valid UTF-8.
    pub(crate) sure: bool,
}

/// Detects the encoding of `bytes`; `whole` is whether they are the complete text, not only its beginning.
pub(crate) fn guess(bytes: &[u8], whole: bool) -> Guess {
    let mut detector = Detector::default();
    detector.feed(bytes, whole);
    detector.finish()
}

/// Decodes all of `bytes`, guessing the encoding.
pub(crate) fn decode_guessing(bytes: &[u8]) -> (String, Guess) {
    let guess = guess(bytes, true);
    let mut text = String::new();
    Decoder::new(guess.scheme).decode(&bytes[guess.mark..], true, &mut text);
    (text, guess)
}

/// Detects an encoding from bytes fed incrementally.
pub(crate) struct Detector {
    sample: Vec<u8>,
    letters: EncodingDetector,
    utf8: Utf8Tally,
    ascii_only: bool,
}

impl Default for Detector {
    fn default() -> Self {
        Self {
            sample: Vec::new(),
            letters: EncodingDetector::new(Iso2022JpDetection::Allow),
            utf8: Utf8Tally::default(),
            ascii_only: true,
        }
    }
}

impl Detector {
    /// The number of leading bytes kept to search for patterns.
    const SAMPLE: usize = 64 << 10;

    /// Feeds the next bytes; `last` is true only at the end of the whole text, not at the end of a sample.
    pub(crate) fn feed(&mut self, bytes: &[u8], last: bool) {
        let room = Self::SAMPLE - self.sample.len();
        self.sample.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.ascii_only &= bytes.is_ascii();
        self.utf8.feed(bytes, last);
        self.letters.feed(bytes, last);
    }

    /// Returns the encoding detected in the bytes fed so far.
    pub(crate) fn finish(self) -> Guess {
        let sample = &self.sample[..];
        if let Some(guess) = by_mark(sample) {
            return guess;
        }
        if let Some(scheme) = by_nul_pattern(sample) {
            return Guess { scheme, mark: 0, sure: false };
        }
        if self.ascii_only {
            let scheme = by_escapes(sample).unwrap_or(Scheme::Web(UTF_8));
            return Guess { scheme, mark: 0, sure: scheme == Scheme::Web(UTF_8) };
        }
        if self.utf8.is_whole() {
            return Guess { scheme: Scheme::Web(UTF_8), mark: 0, sure: true };
        }
        if self.utf8.is_damaged_utf8() {
            return Guess { scheme: Scheme::Web(UTF_8), mark: 0, sure: false };
        }
        if is_ebcdic(sample) {
            return Guess { scheme: Scheme::Ebcdic, mark: 0, sure: false };
        }
        let guessed = self.letters.guess(None, Utf8Detection::Deny);
        Guess { scheme: Scheme::Web(wider(guessed)), mark: 0, sure: false }
    }
}

/// As above, for a given scheme.
pub(crate) fn wider_scheme(scheme: Scheme) -> Scheme {
    match scheme {
        Scheme::Web(encoding) => Scheme::Web(wider(encoding)),
        other => other,
    }
}

/// The superset encoding to decode with, where a file may use more than it declares: GB18030 for GBK.
fn wider(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == encoding_rs::GBK { encoding_rs::GB18030 } else { encoding }
}

fn by_mark(bytes: &[u8]) -> Option<Guess> {
    let (scheme, mark) = match bytes {
        [0xEF, 0xBB, 0xBF, ..] => (Scheme::Web(UTF_8), 3),
        [0xFF, 0xFE, 0, 0, ..] if bytes.len().is_multiple_of(4) => (Scheme::Utf32Le, 4),
        [0, 0, 0xFE, 0xFF, ..] => (Scheme::Utf32Be, 4),
        [0xFF, 0xFE, ..] => (Scheme::Web(UTF_16LE), 2),
        [0xFE, 0xFF, ..] => (Scheme::Web(UTF_16BE), 2),
        [0x84, 0x31, 0x95, 0x33, ..] => (Scheme::Web(encoding_rs::GB18030), 4),
        _ => return None,
    };
    Some(Guess { scheme, mark, sure: true })
}

/// UTF-16 and UTF-32 without a mark: NUL bytes occur, and decoded that way the text is all letters, spaces and
/// punctuation, without a NUL character.
fn by_nul_pattern(bytes: &[u8]) -> Option<Scheme> {
    if bytes.len() < 4 || !bytes.contains(&0) {
        return None;
    }
    let candidates =
        [Scheme::Utf32Le, Scheme::Utf32Be, Scheme::Web(UTF_16LE), Scheme::Web(UTF_16BE)].into_iter().filter_map(|s| {
            let unit = if matches!(s, Scheme::Web(_)) { 2 } else { 4 };
            let whole = &bytes[..bytes.len() / unit * unit];
            let mut text = String::new();
            Decoder::new(s).decode(whole, false, &mut text);
            // Any text has some spaces, digits or line ends; words of a binary file that happen to be letters do not.
            let plain = text.chars().filter(char::is_ascii).count();
            let share = if plain * 100 >= text.chars().count() { plausible_share(&text) } else { 0.0 };
            (share > 0.97).then_some((s, share))
        });
    candidates
        .fold(None, |best: Option<(Scheme, f64)>, next| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        })
        .map(|(scheme, _)| scheme)
}

/// The share of characters common in texts, with rare scripts weighted down so that Latin read with the wrong
/// byte order (which yields rare Han) does not win over Latin.
pub(crate) fn plausible_share(text: &str) -> f64 {
    let (mut good, mut all) = (0.0, 0.0);
    for c in text.chars() {
        all += 1.0;
        good += match c {
            '\t' | '\n' | '\r' | '\u{c}' | ' '..='~' => 1.0,
            '\0'..='\u{9f}' | '\u{fffd}' | '\u{e000}'..='\u{f8ff}' => -1.0,
            '\u{a0}'..='\u{6ff}' | '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{30ff}' | '\u{ff01}'..='\u{ffee}' => 0.999,
            '\u{f00}'..='\u{fff}' | '\u{1800}'..='\u{18af}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => 0.99,
            c if c.is_alphanumeric() => 0.98,
            '\u{2070}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '\u{fe00}'..='\u{fe6f}' | '\u{feff}' => 0.98,
            _ => 0.9,
        };
    }
    if all == 0.0 { 0.0 } else { good / all }
}

/// Seven-bit encodings, distinguished by their escapes.
fn by_escapes(bytes: &[u8]) -> Option<Scheme> {
    let count = |wanted: &[u8]| bytes.windows(wanted.len()).filter(|w| *w == wanted).count();
    if bytes.contains(&0x1B) {
        if count(b"\x1B$)C") > 0 {
            return Some(Scheme::Iso2022Kr);
        }
        if count(b"\x1B$B") + count(b"\x1B$@") + count(b"\x1B$(D") > 0 {
            return Some(Scheme::Web(encoding_rs::ISO_2022_JP));
        }
    }
    let (opened, closed) = (count(b"~{"), count(b"~}"));
    (opened > 0 && opened == closed && hz_is_sound(bytes)).then_some(Scheme::Hz)
}

/// Whether only pairs of GB 2312 bytes occur between `~{` and `~}`.
fn hz_is_sound(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(start) = rest.windows(2).position(|w| w == b"~{") {
        rest = &rest[start + 2..];
        let Some(end) = rest.chunks(2).position(|pair| pair == b"~}") else { return false };
        let pairs = &rest[..end * 2];
        if pairs.is_empty() || !pairs.chunks(2).all(|p| (0x21..=0x77).contains(&p[0]) && (0x21..=0x7E).contains(&p[1]))
        {
            return false;
        }
        rest = &rest[end * 2 + 2..];
    }
    true
}

/// Whether most bytes are EBCDIC letters and spaces, and few are bytes common in ASCII texts.
fn is_ebcdic(bytes: &[u8]) -> bool {
    let spaces = bytes.iter().filter(|b| **b == 0x40).count();
    let letters = bytes
        .iter()
        .filter(|b| matches!(b, 0x81..=0x89 | 0x91..=0x99 | 0xA2..=0xA9 | 0xC1..=0xC9 | 0xD1..=0xD9 | 0xE2..=0xE9 | 0xF0..=0xF9))
        .count();
    let ascii = bytes.iter().filter(|b| matches!(b, b' ' | b'e' | b'a' | b'o' | b'\n')).count();
    bytes.len() >= 16
        && spaces * 25 > bytes.len()
        && (letters + spaces) * 10 > bytes.len() * 8
        && ascii * 20 < bytes.len()
}

/// Counts valid UTF-8 sequences beyond ASCII, and invalid ones.
#[derive(Default)]
struct Utf8Tally {
    carry: Vec<u8>,
    valid: u64,
    invalid: u64,
}

impl Utf8Tally {
    fn feed(&mut self, bytes: &[u8], last: bool) {
        let mut joined = std::mem::take(&mut self.carry);
        let bytes = if joined.is_empty() {
            bytes
        } else {
            joined.extend_from_slice(bytes);
            &joined[..]
        };
        let mut consumed = 0;
        for chunk in bytes.utf8_chunks() {
            self.valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count() as u64;
            consumed += chunk.valid().len() + chunk.invalid().len();
            let cut_off = !last && consumed == bytes.len() && !chunk.invalid().is_empty() && chunk.invalid().len() < 4;
            if cut_off {
                self.carry = chunk.invalid().to_vec();
            } else if !chunk.invalid().is_empty() {
                self.invalid += 1;
            }
        }
        if self.carry.len() > 3 {
            self.invalid += 1;
            self.carry.clear();
        }
    }

    fn is_whole(&self) -> bool {
        self.invalid == 0 && (self.valid > 0 || self.carry.is_empty())
    }

    /// Damaged UTF-8 has far more valid sequences than chance would leave in any other encoding.
    fn is_damaged_utf8(&self) -> bool {
        self.valid >= 8 && self.valid / 8 >= self.invalid
    }
}
