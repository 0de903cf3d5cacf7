//! Text encodings: detects the encoding of bytes and decodes them incrementally.
//!
//! Precedence: a byte order mark; the pattern of NUL bytes that UTF-16 and UTF-32 leave; valid UTF-8; a declared encoding,
//! unless the bytes are clearly in another one; the escape sequences of ISO 2022 and HZ; the frequencies of characters in
//! the multibyte encodings ([`multibyte`]); then a guess by letter frequencies (chardetng). Single-byte encodings in which
//! every byte is a character, above all windows-1252, are never evidence against another encoding. Never fails: what
//! cannot be decoded becomes U+FFFD and is counted.

mod code_page;
mod decoder;
mod dos_pages;
mod ebcdic;
mod frequent;
mod johab;
mod multibyte;
pub(crate) mod stream;
mod wide;

pub(crate) use decoder::Decoder;
pub(crate) use stream::TextStream;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use dos_pages::CodePage;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use multibyte::Evidence;

/// How bytes encode characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scheme {
    /// An encoding of the Encoding Standard.
    Web(&'static Encoding),
    /// UTF-32, little-endian.
    Utf32Le,
    /// UTF-32, big-endian.
    Utf32Be,
    /// UTF-7 (RFC 2152).
    Utf7,
    /// HZ (RFC 1843): GB 2312 in seven bits.
    Hz,
    /// ISO-2022-KR (RFC 1557).
    Iso2022Kr,
    /// Johab (KS X 1001, annex 3).
    Johab,
    /// A code page of DOS.
    Dos(&'static CodePage),
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
            Self::Utf7 => "utf-7".to_owned(),
            Self::Hz => "hz-gb-2312".to_owned(),
            Self::Iso2022Kr => "iso-2022-kr".to_owned(),
            Self::Johab => "johab".to_owned(),
            Self::Dos(page) => format!("ibm{}", page.number),
            Self::Ebcdic => "ibm500".to_owned(),
        }
    }

    /// The encoding for a label as used in mail and web pages, and by programs for Windows and DOS.
    pub(crate) fn for_label(label: &[u8]) -> Option<Self> {
        let label = label.trim_ascii().trim_ascii_start();
        let lower = label
            .strip_prefix(b"\"")
            .and_then(|l| l.strip_suffix(b"\""))
            .unwrap_or(label)
            .to_ascii_lowercase();
        match &lower[..] {
            b"hz-gb-2312" | b"hz" => Some(Self::Hz),
            b"iso-2022-kr" | b"csiso2022kr" => Some(Self::Iso2022Kr),
            b"utf-32" | b"utf-32le" | b"utf32" | b"ucs-4" => Some(Self::Utf32Le),
            b"utf-32be" => Some(Self::Utf32Be),
            b"utf-7"
            | b"utf7"
            | b"unicode-1-1-utf-7"
            | b"x-unicode-2-0-utf-7"
            | b"csunicode11utf7"
            | b"cp65000" => Some(Self::Utf7),
            b"johab" | b"cp1361" | b"ms1361" | b"windows-1361" => Some(Self::Johab),
            b"ibm500" | b"cp500" => Some(Self::Ebcdic),
            other => {
                let usual = match other {
                    b"cp936" | b"ms936" | b"windows-936" | b"936" | b"gb-2312" | b"gb_2312"
                    | b"euc-cn" | b"x-euc-cn" | b"gb2312-80" | b"gb18030-2000"
                    | b"gb18030-2005" | b"gb-18030" | b"cn-gb" | b"54936" | b"cp54936" => {
                        &b"gb18030"[..]
                    }
                    b"cp950" | b"ms950" | b"windows-950" | b"950" | b"big5-eten" | b"big5hkscs"
                    | b"cn-big5-hkscs" => b"big5",
                    b"cp949" | b"ms949" | b"uhc" | b"949" | b"x-windows-949" => b"euc-kr",
                    b"cp932" | b"932" | b"x-ms-cp932" | b"mskanji" => b"shift_jis",
                    b"cp65001" | b"65001" | b"utf8mb4" | b"utf-8n" | b"utf_8" => b"utf-8",
                    b"cp1200" | b"ucs-2le" | b"utf16" | b"utf-16-le" => b"utf-16le",
                    b"cp1201" | b"utf-16-be" => b"utf-16be",
                    b"cp20866" => b"koi8-r",
                    b"cp28591" => b"iso-8859-1",
                    other => other
                        .strip_prefix(b"x-")
                        .filter(|_| Encoding::for_label(other).is_none())
                        .unwrap_or(other),
                };
                Encoding::for_label_no_replacement(usual)
                    .map(Self::Web)
                    .or_else(|| CodePage::for_label(usual).map(Self::Dos))
            }
        }
    }

    /// Whether every text in this encoding is ASCII, except that some sequences stand for other characters.
    fn is_seven_bit(self) -> bool {
        matches!(self, Self::Utf7 | Self::Hz | Self::Iso2022Kr)
            || self == Self::Web(encoding_rs::ISO_2022_JP)
    }

    /// Whether any bytes at all are a text in this encoding of a Western language: declaring it proves nothing.
    fn accepts_any_bytes(self) -> bool {
        const ANY: [&Encoding; 7] = [
            encoding_rs::WINDOWS_1252,
            encoding_rs::WINDOWS_1250,
            encoding_rs::WINDOWS_1254,
            encoding_rs::WINDOWS_1257,
            encoding_rs::WINDOWS_1258,
            encoding_rs::ISO_8859_15,
            encoding_rs::MACINTOSH,
        ];
        matches!(self, Self::Web(encoding) if ANY.contains(&encoding))
    }

    /// The encoding that a declaration means that was itself read as ASCII: UTF-8, if it names UTF-16 or UTF-32.
    pub(crate) fn readable_as_ascii(self) -> Self {
        const WIDE: [Scheme; 4] =
            [Scheme::Web(UTF_16LE), Scheme::Web(UTF_16BE), Scheme::Utf32Le, Scheme::Utf32Be];
        if WIDE.contains(&self) { Self::Web(UTF_8) } else { self }
    }

    fn is_multibyte(self) -> bool {
        const MULTIBYTE: [&Encoding; 6] = [
            encoding_rs::GBK,
            encoding_rs::GB18030,
            encoding_rs::BIG5,
            encoding_rs::EUC_KR,
            encoding_rs::SHIFT_JIS,
            encoding_rs::EUC_JP,
        ];
        self == Self::Johab || matches!(self, Self::Web(encoding) if MULTIBYTE.contains(&encoding))
    }
}

/// The detected encoding of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Guess {
    /// The encoding.
    pub(crate) scheme: Scheme,
    /// The length of the byte order mark in bytes, 0 without one.
    pub(crate) mark: usize,
    /// Whether the encoding is not guessed: from a byte order mark, valid UTF-8, or declared.
    pub(crate) sure: bool,
    /// The declared encoding, if the bytes are in another one.
    pub(crate) overruled: Option<Scheme>,
}

impl Guess {
    fn sure(scheme: Scheme) -> Self {
        Self { scheme, mark: 0, sure: true, overruled: None }
    }

    fn unsure(scheme: Scheme) -> Self {
        Self { sure: false, ..Self::sure(scheme) }
    }

    /// Notes the declared encoding if another one was found.
    fn overruling(self, stated: Option<Scheme>) -> Self {
        let overruled = stated.filter(|stated| wider_scheme(*stated) != wider_scheme(self.scheme));
        Self { overruled, ..self }
    }
}

/// Detects the encoding of `bytes`; `whole` is whether they are the complete text, not only its beginning.
pub(crate) fn guess(bytes: &[u8], whole: bool) -> Guess {
    decide(bytes, whole, None)
}

/// As [`guess`], for bytes that are declared to be in an encoding.
pub(crate) fn decide(bytes: &[u8], whole: bool, stated: Option<Scheme>) -> Guess {
    let utf8 = Scheme::Web(UTF_8);
    let telling = |byte: &u8| matches!(byte, 0 | 0x1B | b'~');
    let plain = !bytes.starts_with(b"\xEF\xBB\xBF")
        && std::str::from_utf8(bytes).is_ok()
        && !bytes.iter().any(telling);
    if plain && stated.is_none_or(|stated| stated == utf8) {
        return Guess::sure(utf8);
    }
    let mut detector = Detector::default();
    detector.feed(bytes, whole);
    detector.finish(stated)
}

/// Loads the tables of characters, which workers forked from this process share.
pub(crate) fn warm() {
    multibyte::warm();
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
    /// Bytes from the first one beyond ASCII on.
    beyond_ascii: Vec<u8>,
    letters: EncodingDetector,
    utf8: Utf8Tally,
    ascii_only: bool,
}

impl Default for Detector {
    fn default() -> Self {
        Self {
            sample: Vec::new(),
            beyond_ascii: Vec::new(),
            letters: EncodingDetector::new(Iso2022JpDetection::Allow),
            utf8: Utf8Tally::default(),
            ascii_only: true,
        }
    }
}

impl Detector {
    /// The number of leading bytes kept to search for patterns.
    const SAMPLE: usize = 64 << 10;

    /// The number of bytes kept to weigh the multibyte encodings.
    const WEIGHED: usize = 16 << 10;

    /// Feeds the next bytes; `last` is true only at the end of the whole text, not at the end of a sample.
    pub(crate) fn feed(&mut self, bytes: &[u8], last: bool) {
        let room = Self::SAMPLE - self.sample.len();
        self.sample.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if self.beyond_ascii.len() < Self::WEIGHED {
            let from = if self.beyond_ascii.is_empty() {
                bytes.iter().position(|b| !b.is_ascii())
            } else {
                Some(0)
            };
            let rest = &bytes[from.unwrap_or(bytes.len())..];
            let room = Self::WEIGHED - self.beyond_ascii.len();
            self.beyond_ascii.extend_from_slice(&rest[..rest.len().min(room)]);
        }
        self.ascii_only &= bytes.is_ascii();
        self.utf8.feed(bytes, last);
        self.letters.feed(bytes, last);
    }

    /// Returns the encoding of the bytes fed so far, which declare to be in `stated`.
    pub(crate) fn finish(self, stated: Option<Scheme>) -> Guess {
        let sample = &self.sample[..];
        if let Some(guess) = by_mark(sample) {
            return guess.overruling(stated);
        }
        if let Some(scheme) = wide::by_nul_pattern(sample) {
            return Guess::unsure(scheme).overruling(stated);
        }
        if self.ascii_only {
            return self.seven_bit(stated);
        }
        if self.utf8.is_whole() {
            let stands = stated.filter(|stated| !self.utf8.outweighs(*stated));
            return match stands {
                Some(stated) => Guess::sure(wider_scheme(stated)),
                None => Guess::sure(Scheme::Web(UTF_8)).overruling(stated),
            };
        }
        match stated {
            Some(stated) => self.doubt(wider_scheme(stated)),
            None => self.unstated(),
        }
    }

    /// The encoding of bytes that are all ASCII.
    fn seven_bit(&self, stated: Option<Scheme>) -> Guess {
        match stated {
            Some(stated) if stated.is_seven_bit() || by_escapes(&self.sample).is_none() => {
                Guess::sure(stated)
            }
            _ => match by_escapes(&self.sample) {
                Some(scheme) => Guess::unsure(scheme).overruling(stated),
                None => Guess::sure(Scheme::Web(UTF_8)),
            },
        }
    }

    /// The declared encoding, unless another one fits clearly better.
    fn doubt(&self, stated: Scheme) -> Guess {
        let stands = Guess::sure(stated);
        let weighed = multibyte::weigh(&self.beyond_ascii);
        let better = |percent: u32| weighed.first().filter(|best| best.is_plausible(percent));
        let instead = |scheme: Scheme| Guess::unsure(wider_scheme(scheme)).overruling(Some(stated));
        if self.utf8.is_mostly_utf8() && stated != Scheme::Web(UTF_8) {
            return instead(Scheme::Web(UTF_8));
        }
        if stated == Scheme::Web(UTF_8) {
            return match better(45) {
                _ if self.utf8.is_damaged_utf8() => stands,
                Some(best) => instead(best.scheme),
                None if self.utf8.valid == 0 => self.unstated().overruling(Some(stated)),
                None => stands,
            };
        }
        if stated.is_multibyte() {
            let own = weighed.iter().find(|evidence| evidence.scheme == stated);
            return match (own, better(60)) {
                (Some(own), Some(best))
                    if own.scheme != best.scheme && own.common * 2 < best.common =>
                {
                    instead(best.scheme)
                }
                _ => stands,
            };
        }
        if stated.is_seven_bit() {
            return if self.sample.contains(&0x1B) || by_escapes(&self.sample) == Some(stated) {
                stands
            } else {
                self.unstated().overruling(Some(stated))
            };
        }
        if stated.accepts_any_bytes() {
            let guess = self.unstated();
            let speaks = guess.scheme.is_multibyte()
                && better(50).is_some_and(|best| best.scheme == guess.scheme);
            let other_script =
                !guess.scheme.is_multibyte() && is_other_script(guess.scheme) && self.is_dense();
            return if speaks || other_script { guess.overruling(Some(stated)) } else { stands };
        }
        match better(75).filter(|best| best.damaged == 0 && best.characters >= 6) {
            Some(best) => instead(best.scheme),
            None => stands,
        }
    }

    /// The encoding of bytes that declare none, and are neither ASCII nor UTF-8.
    fn unstated(&self) -> Guess {
        if self.utf8.is_damaged_utf8() {
            return Guess::unsure(Scheme::Web(UTF_8));
        }
        if is_ebcdic(&self.sample) {
            return Guess::unsure(Scheme::Ebcdic);
        }
        if by_escapes(&self.sample) == Some(Scheme::Web(encoding_rs::ISO_2022_JP))
            && self.utf8.invalid < 4
        {
            return Guess::unsure(Scheme::Web(encoding_rs::ISO_2022_JP));
        }
        let weighed = multibyte::weigh(&self.beyond_ascii);
        let best = weighed.first();
        if !best.is_some_and(|best| best.is_plausible(60))
            && let Some(scheme) = wide::by_characters(&self.sample)
        {
            return Guess::unsure(scheme);
        }
        let guessed = Scheme::Web(wider(self.letters.guess(None, Utf8Detection::Deny)));
        let enough = |best: &&Evidence| match guessed {
            _ if guessed.is_multibyte() => best.is_plausible(30) || best.scheme == guessed,
            _ if guessed.accepts_any_bytes() => best.is_plausible(45),
            _ => best.is_plausible(60),
        };
        if let Some(best) = best.filter(enough) {
            return Guess::unsure(best.scheme);
        }
        if guessed.accepts_any_bytes()
            && let Some(page) = dos_page(&self.beyond_ascii)
        {
            return Guess::unsure(Scheme::Dos(page));
        }
        Guess::unsure(guessed)
    }

    /// Whether most bytes beyond ASCII have a neighbour beyond ASCII, as in scripts other than Latin.
    fn is_dense(&self) -> bool {
        let bytes = &self.beyond_ascii;
        let beyond = bytes.iter().filter(|b| !b.is_ascii()).count();
        let pairs = bytes.windows(2).filter(|pair| pair.iter().all(|b| !b.is_ascii())).count();
        beyond >= 8 && pairs * 10 >= beyond * 6
    }
}

/// Whether an encoding is one of letters that are not Latin, by whose frequencies a guess means something.
fn is_other_script(scheme: Scheme) -> bool {
    const SCRIPTS: [&Encoding; 9] = [
        encoding_rs::WINDOWS_1251,
        encoding_rs::KOI8_U,
        encoding_rs::IBM866,
        encoding_rs::ISO_8859_5,
        encoding_rs::WINDOWS_1253,
        encoding_rs::ISO_8859_7,
        encoding_rs::WINDOWS_1255,
        encoding_rs::WINDOWS_1256,
        encoding_rs::WINDOWS_874,
    ];
    matches!(scheme, Scheme::Web(encoding) if SCRIPTS.contains(&encoding))
}

/// The code page of a DOS text in Latin letters: between its letters are bytes that are punctuation in the encodings of
/// Windows.
fn dos_page(bytes: &[u8]) -> Option<&'static CodePage> {
    const LETTERS: [u8; 9] = [0x81, 0x82, 0x84, 0x87, 0x94, 0xA0, 0xA1, 0xA2, 0xA4];
    const TURKISH: [u8; 3] = [0x8D, 0x9F, 0xA7];
    let (mut beyond, mut letters, mut turkish) = (0, 0, 0);
    let is_letter = |at: Option<&u8>| at.is_some_and(|b| b.is_ascii_alphabetic() || !b.is_ascii());
    for (at, byte) in bytes.iter().enumerate().filter(|(_, byte)| !byte.is_ascii()) {
        let within = is_letter(bytes.get(at + 1)) || (at > 0 && is_letter(bytes.get(at - 1)));
        beyond += 1;
        letters += usize::from(within && LETTERS.contains(byte));
        turkish += usize::from(within && TURKISH.contains(byte));
    }
    if turkish >= 2 && turkish * 4 >= beyond && letters > 0 {
        return CodePage::numbered(857);
    }
    (letters >= 2 && letters * 2 >= beyond).then(|| CodePage::numbered(850)).flatten()
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
    let wide = |unit: &[u8; 4]| matches!(unit, [_, _, 0..=0x10, 0]);
    let (scheme, mark) = match bytes {
        [0xEF, 0xBB, 0xBF, ..] => (Scheme::Web(UTF_8), 3),
        [0xFF, 0xFE, 0, 0, rest @ ..]
            if !rest.is_empty() && rest.as_chunks::<4>().0.iter().all(wide) =>
        {
            (Scheme::Utf32Le, 4)
        }
        [0, 0, 0xFE, 0xFF, ..] => (Scheme::Utf32Be, 4),
        [0xFF, 0xFE, ..] => (Scheme::Web(UTF_16LE), 2),
        [0xFE, 0xFF, ..] => (Scheme::Web(UTF_16BE), 2),
        [0x84, 0x31, 0x95, 0x33, ..] => (Scheme::Web(encoding_rs::GB18030), 4),
        _ => return None,
    };
    Some(Guess { mark, ..Guess::sure(scheme) })
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
            '\u{a0}'..='\u{6ff}'
            | '\u{2000}'..='\u{206f}'
            | '\u{3000}'..='\u{30ff}'
            | '\u{ff01}'..='\u{ffee}' => 0.999,
            '\u{f00}'..='\u{fff}'
            | '\u{1800}'..='\u{18af}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}' => 0.99,
            c if c.is_alphanumeric() => 0.98,
            '\u{2070}'..='\u{2bff}'
            | '\u{1f000}'..='\u{1faff}'
            | '\u{fe00}'..='\u{fe6f}'
            | '\u{feff}' => 0.98,
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
        if pairs.is_empty()
            || !pairs
                .chunks(2)
                .all(|p| (0x21..=0x77).contains(&p[0]) && (0x21..=0x7E).contains(&p[1]))
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
    /// Valid sequences beyond ASCII.
    valid: u64,
    /// Those of them of three bytes or more, which other encodings hardly ever resemble.
    long: u64,
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
            self.long += chunk.valid().chars().filter(|c| *c >= '\u{800}').count() as u64;
            consumed += chunk.valid().len() + chunk.invalid().len();
            let cut_off = !last
                && consumed == bytes.len()
                && !chunk.invalid().is_empty()
                && chunk.invalid().len() < 4;
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
        self.long > 0 && self.long >= self.invalid
            || self.valid >= 3 && self.valid / 4 >= self.invalid
    }

    /// Whether the bytes are UTF-8 beyond doubt, though damaged.
    fn is_mostly_utf8(&self) -> bool {
        self.long >= 4 && self.long / 8 >= self.invalid
    }

    /// Whether bytes that are valid UTF-8 contradict the declaration of another encoding.
    fn outweighs(&self, stated: Scheme) -> bool {
        self.long > 0 || !stated.is_multibyte() || self.valid >= 8
    }
}
