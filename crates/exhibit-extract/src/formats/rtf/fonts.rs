//! Encodings of an RTF file: of the file, and of each of its fonts.

use crate::charset::{self, Decoder, Scheme};
use encoding_rs::{MACINTOSH, WINDOWS_1252};
use std::collections::{BTreeMap, HashMap};

/// Later fonts are not kept.
const MOST_FONTS: usize = 100_000;

/// How the bytes of a font are meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Charset {
    /// "ANSI": western, or the encoding of the file.
    Western,
    /// No statement: the encoding of the file.
    Default,
    /// Pictures in place of letters.
    Symbol,
    Of(Scheme),
}

/// The encodings of a file.
pub(super) struct Fonts {
    fonts: HashMap<i32, Charset>,
    /// The font of text without any.
    pub(super) default: Option<i32>,
    stated: Option<Scheme>,
    page: Option<Scheme>,
    guess: Option<Scheme>,
    /// How many bytes could not be decoded, by encoding.
    pub(super) undecodable: BTreeMap<String, u64>,
    /// The encoding that was guessed, if any text needed it.
    pub(super) guessed: Option<String>,
}

impl Fonts {
    /// `guess` is the encoding that the bytes of the file suggest, for files that state none.
    pub(super) fn new(guess: Option<Scheme>) -> Self {
        let (fonts, undecodable) = (HashMap::new(), BTreeMap::new());
        Self { fonts, default: None, stated: None, page: None, guess, undecodable, guessed: None }
    }

    /// `\ansi`, `\mac`, `\pc`, `\pca`. The DOS code pages have no decoder here: they count as unstated.
    pub(super) fn file_charset(&mut self, word: &str) {
        match word {
            "ansi" => self.stated = Some(Scheme::Web(WINDOWS_1252)),
            "mac" => self.page = Some(Scheme::Web(MACINTOSH)),
            _ => {}
        }
    }

    /// `\ansicpgN`.
    pub(super) fn file_code_page(&mut self, page: i32) {
        self.page = u32::try_from(page).ok().and_then(Scheme::for_code_page);
    }

    /// Begins the description of a font.
    pub(super) fn begin(&mut self, font: i32) {
        if self.fonts.len() < MOST_FONTS {
            self.fonts.insert(font, Charset::Default);
        }
    }

    /// `\fcharsetN` of a font.
    pub(super) fn charset(&mut self, font: i32, charset: i32) {
        let page = match charset {
            0 => return self.set(font, Charset::Western),
            2 => return self.set(font, Charset::Symbol),
            77 => 10000,
            78 | 128 => 932,
            79 | 129 => 949,
            80 | 134 => 936,
            81 | 136 => 950,
            161 => 1253,
            162 => 1254,
            163 => 1258,
            83 | 177 | 181 => 1255,
            84 | 178..=180 => 1256,
            85 => 1253,
            186 => 1257,
            89 | 204 => 1251,
            87 | 222 => 874,
            88 | 238 => 1250,
            _ => return self.set(font, Charset::Default),
        };
        self.code_page(font, page);
    }

    /// `\cpgN` of a font.
    pub(super) fn code_page(&mut self, font: i32, page: i32) {
        let scheme = u32::try_from(page).ok().and_then(Scheme::for_code_page);
        self.set(font, scheme.map_or(Charset::Default, Charset::Of));
    }

    fn set(&mut self, font: i32, charset: Charset) {
        if let Some(known) = self.fonts.get_mut(&font) {
            *known = charset;
        }
    }

    /// Whether the font has pictures in place of letters.
    pub(super) fn is_symbol(&self, font: Option<i32>) -> bool {
        self.of(font) == Charset::Symbol
    }

    fn of(&self, font: Option<i32>) -> Charset {
        font.or(self.default)
            .and_then(|font| self.fonts.get(&font))
            .copied()
            .unwrap_or(Charset::Default)
    }

    /// The text of bytes in a font.
    pub(super) fn decode(&mut self, font: Option<i32>, bytes: &[u8]) -> String {
        if bytes.is_ascii() && self.of(font) != Charset::Symbol {
            return bytes.iter().copied().map(char::from).collect();
        }
        let scheme = match self.of(font) {
            Charset::Symbol => return bytes.iter().map(|byte| symbol(*byte)).collect(),
            Charset::Of(scheme) => scheme,
            // programs that write no charsets of fonts mean the file's; Word means western
            Charset::Western => match self.page {
                Some(page) if page.has_multibyte_characters() && is_pairs(page, bytes) => page,
                _ => Scheme::Web(WINDOWS_1252),
            },
            Charset::Default => self.of_file(),
        };
        let (text, undecodable) = decoded(scheme, bytes);
        if undecodable > 0 {
            *self.undecodable.entry(scheme.name()).or_default() += undecodable;
        }
        text
    }

    fn of_file(&mut self) -> Scheme {
        if let Some(page) = self.page {
            return page;
        }
        if let Some(guess) = self.guess.filter(|guess| *guess != Scheme::Web(WINDOWS_1252)) {
            self.guessed = Some(guess.name());
            return guess;
        }
        self.stated.unwrap_or(Scheme::Web(WINDOWS_1252))
    }
}

fn decoded(scheme: Scheme, bytes: &[u8]) -> (String, u64) {
    let mut text = String::new();
    let mut decoder = Decoder::new(scheme);
    decoder.decode(bytes, true, &mut text);
    (text, decoder.undecodable())
}

/// Whether bytes beyond ASCII occur in pairs only, all of them valid: a single accented letter does not.
fn is_pairs(scheme: Scheme, bytes: &[u8]) -> bool {
    let runs = bytes.split(u8::is_ascii).filter(|run| !run.is_empty());
    runs.into_iter().all(|run| run.len() % 2 == 0) && decoded(scheme, bytes).1 == 0
}

/// A character of the font Symbol, as far as it has a plain equivalent; others are in the private use area, where Word
/// places them.
pub(super) fn symbol(byte: u8) -> char {
    const GREEK_UPPER: &[u8] = "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ".as_bytes();
    const GREEK_LOWER: &[u8] = "αβχδεφγηιϕκλμνοπθρστυϖωξψζ".as_bytes();
    let greek = |letters: &[u8], at: u8| {
        std::str::from_utf8(letters)
            .ok()
            .and_then(|letters| letters.chars().nth(usize::from(at)))
            .unwrap_or('\u{fffd}')
    };
    match byte {
        b'A'..=b'Z' => greek(GREEK_UPPER, byte - b'A'),
        b'a'..=b'z' => greek(GREEK_LOWER, byte - b'a'),
        b' '..=b'?' => char::from(byte),
        0xa3 => '≤',
        0xa7 | 0xb7 => '•',
        0xa8 => '♦',
        0xac => '←',
        0xad => '↑',
        0xae => '→',
        0xaf => '↓',
        0xb0 => '°',
        0xb1 => '±',
        0xb3 => '≥',
        0xb4 => '×',
        0xb9 => '≠',
        0xbb => '≈',
        0xbc => '…',
        0xfc => '✓',
        byte => char::from_u32(0xf000 + u32::from(byte)).unwrap_or('\u{fffd}'),
    }
}

/// The encoding that the bytes beyond ASCII of a file suggest; `None` if there are too few to tell.
pub(super) fn guess(sample: &[u8]) -> Option<Scheme> {
    let high = sample.iter().filter(|byte| !byte.is_ascii()).count();
    let scheme = (high > 0).then(|| charset::guess(sample, true).scheme)?;
    (high >= 20 || (high >= 4 && scheme.has_multibyte_characters() && is_pairs(scheme, sample)))
        .then_some(scheme)
}
