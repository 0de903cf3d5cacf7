//! The text of a glyph whose font does not state it: from the character map of the embedded font program, from
//! the character collection of its CID font, and from the character code as a last resort.
//!
//! A simple font that is not embedded and names no glyph for a code beyond ASCII is read as windows-1252, and as a legacy
//! encoding of Chinese, Japanese or Korean where its name and its bytes are of one.
//!
//! The program takes precedence over the collection, since it is what is rendered: a font that merely claims one
//! does not override it. Private-use characters mean nothing and are never emitted; such a glyph is unmapped.

use super::legacy;
use hayro_interpret::color::{AlphaColor, Color};
use hayro_interpret::font::{
    Glyph as Shape, GlyphRun, OutlineFontData, OutlineGlyph, PositionedGlyph, Type3Glyph,
};
use hayro_interpret::hayro_cmap::{BfString, CMap, CMapName, CidFamily, load_embedded};
use hayro_interpret::kurbo::{Affine, BezPath};
use hayro_interpret::{
    BlendMode, CacheKey, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, Paint,
    SoftMask,
};
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Name, Object, Stream, String as PdfString};
use std::collections::HashMap;
use std::ops::Deref;

/// The fonts of one document that do not state the text of their glyphs.
pub(super) struct Unmapped<'a> {
    pdf: &'a Pdf,
    found: HashMap<(u128, u32), Option<BfString>>,
    programs: HashMap<u128, HashMap<u16, char>>,
    collections: HashMap<(u128, Option<String>), Option<Collection>>,
    composite: Option<Vec<Dict<'a>>>,
    blank: HashMap<(u128, u32), bool>,
    fonts: Option<legacy::Fonts>,
    glyph_counts: HashMap<u128, u32>,
}

/// A character collection and its lookup.
struct Collection {
    encoding: CMap,
    to_unicode: CMap,
}

/// The text, if any remains: tabs and line ends become blanks, private-use characters and controls are dropped.
pub(super) fn usable(text: BfString) -> Option<BfString> {
    match text {
        BfString::Char(c) => usable_char(c).map(BfString::Char),
        BfString::String(text) if text.chars().all(|c| usable_char(c) == Some(c)) => {
            (!text.is_empty()).then_some(BfString::String(text))
        }
        BfString::String(text) => {
            let kept: String = text.chars().filter_map(usable_char).collect();
            (!kept.is_empty()).then_some(BfString::String(kept))
        }
    }
}

fn usable_char(c: char) -> Option<char> {
    match c {
        '\t' | '\n' | '\r' => Some(' '),
        // the bullets of Symbol and Wingdings, as word processors write them
        '\u{f0b7}' => Some('•'),
        '\u{f0a7}' => Some('▪'),
        '\u{f0d8}' => Some('➢'),
        '\u{f0fc}' => Some('✓'),
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' | '\u{fff0}'..='\u{ffff}' => None,
        '\u{fdd0}'..='\u{fdef}' | '\u{feff}' => None,
        _ if c.is_control() => None,
        _ => Some(c),
    }
}

impl<'a> Unmapped<'a> {
    /// For the fonts of `pdf`; reads nothing yet.
    pub(super) fn new(pdf: &'a Pdf) -> Self {
        Self {
            pdf,
            found: HashMap::new(),
            programs: HashMap::new(),
            collections: HashMap::new(),
            composite: None,
            blank: HashMap::new(),
            fonts: None,
            glyph_counts: HashMap::new(),
        }
    }

    /// The text of the glyph by every source except its font's own map.
    pub(super) fn look_up(&mut self, shape: &Shape<'a>) -> Option<BfString> {
        match shape {
            Shape::Outline(glyph) => {
                let key = (glyph.identifier().cache_key(), glyph.char_code());
                if let Some(found) = self.found.get(&key) {
                    return found.clone();
                }
                let found = self.look_up_outline(glyph);
                self.found.insert(key, found.clone());
                found
            }
            Shape::Type3(glyph) => windows_1252(glyph.char_code()).map(BfString::Char),
        }
    }

    /// Whether a glyph without a known character has no shape.
    pub(super) fn is_blank(&mut self, shape: &Shape<'a>) -> bool {
        match shape {
            Shape::Outline(glyph) if glyph.glyph_id().to_u32() == 0 => {
                // control codes in text have no width of their own
                let control = matches!(glyph.char_code(), 0 | 9 | 10 | 13)
                    && glyph.advance_width().is_none_or(|width| width <= 0.0);
                control || matches!(glyph.char_code(), 32 | 160)
            }
            Shape::Outline(glyph) => {
                let key = (glyph.identifier().cache_key(), glyph.char_code());
                if let Some(blank) = self.blank.get(&key) {
                    return *blank;
                }
                let blank = glyph.outline().elements().is_empty() && self.has_glyph(glyph);
                self.blank.insert(key, blank);
                blank
            }
            Shape::Type3(glyph) => *self
                .blank
                .entry((glyph.cache_key(), glyph.char_code()))
                .or_insert_with(|| draws_nothing(glyph)),
        }
    }

    /// Whether a font has a glyph at all: one beyond the last has no shape either.
    fn has_glyph(&mut self, glyph: &OutlineGlyph) -> bool {
        let Some(font) = glyph.font_data() else { return true };
        let count = self.glyph_counts.entry(font.cache_key).or_insert_with(|| {
            let data = (*font.data).as_ref();
            let outlines =
                || ttf_parser::cff::Table::parse(data).map_or(0, |table| table.number_of_glyphs());
            let face = ttf_parser::Face::parse(data, 0).map(|face| face.number_of_glyphs());
            u32::from(face.unwrap_or_else(|_| outlines()))
        });
        glyph.glyph_id().to_u32() < *count
    }

    /// The characters of a run whose codes are bytes of a legacy encoding, with the number of glyphs of each.
    pub(super) fn legacy_text(
        &mut self,
        run: &[PositionedGlyph<'a>],
    ) -> Option<Vec<(char, usize)>> {
        let bytes =
            legacy::bytes_of(run.iter().map(|glyph| (glyph.char_code(), || glyph.as_unicode())))?;
        legacy::decoded(&bytes, self.fonts().encoding)
    }

    fn fonts(&mut self) -> legacy::Fonts {
        let pdf = self.pdf;
        *self.fonts.get_or_insert_with(|| legacy::Fonts::of(pdf))
    }

    /// The text that a glyph's font states; by windows-1252 if it is one of Windows, not embedded and without an encoding,
    /// for which the parser takes Adobe's standard encoding.
    pub(super) fn stated(&mut self, shape: &Shape<'a>) -> Option<BfString> {
        let text = shape.as_unicode().and_then(usable);
        let (Shape::Outline(glyph), Some(BfString::Char(c))) = (shape, &text) else { return text };
        let code = u8::try_from(glyph.char_code()).ok().filter(|code| *code >= 0xa1);
        let is_standard = code.is_some_and(|code| legacy::standard(code) == Some(*c))
            && glyph.font_data().is_none();
        if is_standard && self.fonts().windows {
            return windows_1252(glyph.char_code()).map(BfString::Char);
        }
        text
    }

    fn look_up_outline(&mut self, glyph: &OutlineGlyph) -> Option<BfString> {
        let Some(font) = glyph.font_data() else {
            // not embedded, and without a name for this code: what other programs show here
            let unnamed = glyph.glyph_id().to_u32() == 0
                && glyph.char_code() >= 0x80
                && glyph.as_unicode().is_none();
            return windows_1252(glyph.char_code()).filter(|_| unnamed).map(BfString::Char);
        };
        self.by_program(glyph, &font)
            .map(BfString::Char)
            .or_else(|| self.by_collection(glyph, &font))
    }

    /// By the font program's own character map or glyph names.
    fn by_program(&mut self, glyph: &OutlineGlyph, font: &OutlineFontData) -> Option<char> {
        let id = u16::try_from(glyph.glyph_id().to_u32()).ok().filter(|id| *id != 0)?;
        let characters = self
            .programs
            .entry(font.cache_key)
            .or_insert_with(|| characters_of((*font.data).as_ref()));
        characters.get(&id).copied()
    }

    /// By the character collection that the CID font states.
    fn by_collection(&mut self, glyph: &OutlineGlyph, font: &OutlineFontData) -> Option<BfString> {
        let pdf = self.pdf;
        let composite = self.composite.get_or_insert_with(|| silent_composite_fonts(pdf));
        let collection = self
            .collections
            .entry((font.cache_key, font.postscript_name.clone()))
            .or_insert_with(|| composite.iter().find_map(|dict| collection_of(dict, font)))
            .as_ref()?;
        let code = glyph.char_code();
        let cid = (1..=4).find_map(|length| collection.encoding.lookup_cid_code(code, length))?;
        usable(collection.to_unicode.lookup_bf_string(cid).filter(|_| cid != 0)?)
    }
}

/// The character of a code in windows-1252, controls excepted.
fn windows_1252(code: u32) -> Option<char> {
    let byte = [u8::try_from(code).ok().filter(|code| *code >= 0x20)?];
    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte);
    text.chars().next().filter(|c| usable_char(*c) == Some(*c))
}

/// Whether the instructions of a glyph draw nothing.
fn draws_nothing(glyph: &Type3Glyph<'_>) -> bool {
    let mut probe = Probe { drawn: false };
    let black = Paint::Color(Color::from_rgba(AlphaColor::BLACK));
    glyph.interpret(&mut probe, Affine::IDENTITY, Affine::IDENTITY, &black);
    !probe.drawn
}

/// Notices whether anything is drawn.
struct Probe {
    drawn: bool,
}

impl<'a> Device<'a> for Probe {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {
        self.drawn = true;
    }

    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {
        self.drawn = true;
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.drawn = true;
    }

    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// The character of each glyph of a font program; the simplest character if there are several.
fn characters_of(data: &[u8]) -> HashMap<u16, char> {
    let mut characters: HashMap<u16, char> = HashMap::new();
    if let Ok(face) = ttf_parser::Face::parse(data, 0) {
        let unicode = face
            .tables()
            .cmap
            .iter()
            .flat_map(|cmap| cmap.subtables)
            .filter(|table| table.is_unicode());
        for table in unicode {
            for c in ('\u{20}'..='\u{ffff}')
                .chain('\u{20000}'..='\u{2ffff}')
                .filter(|c| usable_char(*c) == Some(*c))
            {
                let Some(id) = table.glyph_index(u32::from(c)).map(|id| id.0).filter(|id| *id != 0)
                else {
                    continue;
                };
                characters.entry(id).and_modify(|old| *old = plainer(*old, c)).or_insert(c);
            }
        }
        for id in 1..face.number_of_glyphs() {
            let named = face.glyph_name(ttf_parser::GlyphId(id)).and_then(named_character);
            if let Some(c) = named {
                characters.entry(id).or_insert(c);
            }
        }
    } else if let Some(table) = ttf_parser::cff::Table::parse(data) {
        for id in 1..table.number_of_glyphs() {
            if let Some(c) = table.glyph_name(ttf_parser::GlyphId(id)).and_then(named_character) {
                characters.insert(id, c);
            }
        }
    }
    characters
}

/// Of two characters with one glyph, the one that is not a radical, a compatibility or a presentation form.
fn plainer(a: char, b: char) -> char {
    let odd = |c: char| matches!(c, '\u{2e80}'..='\u{2fdf}' | '\u{f900}'..='\u{faff}' | '\u{fb50}'..='\u{fefe}');
    match (odd(a), odd(b)) {
        (true, false) => b,
        (false, true) => a,
        _ => a.min(b),
    }
}

/// The character that a glyph name of the forms `uni4E00` and `u20000` states.
fn named_character(name: &str) -> Option<char> {
    let digits = name.strip_prefix("uni").filter(|d| d.len() == 4);
    let digits =
        digits.or_else(|| name.strip_prefix('u').filter(|d| (4..=6).contains(&d.len())))?;
    char::from_u32(u32::from_str_radix(digits, 16).ok()?).filter(|c| usable_char(*c) == Some(*c))
}

/// The document's composite fonts without a map to Unicode.
fn silent_composite_fonts(pdf: &Pdf) -> Vec<Dict<'_>> {
    const MOST: usize = 4096;
    let dicts = pdf.objects().into_iter().filter_map(|object| match object {
        Object::Dict(dict) => Some(dict),
        _ => None,
    });
    let silent = |dict: &Dict<'_>| {
        dict.get::<Name<'_>>("Subtype").is_some_and(|name| name.deref() == b"Type0")
            && !dict.contains_key("ToUnicode")
    };
    dicts.filter(silent).take(MOST).collect()
}

/// The collection of a composite font, if `font` is its program.
fn collection_of(dict: &Dict<'_>, font: &OutlineFontData) -> Option<Collection> {
    let name = dict.get::<Name<'_>>("BaseFont")?;
    let name = name.as_str();
    let bare =
        name.split_once('+').filter(|(tag, _)| tag.len() == 6).map_or(name, |(_, rest)| rest);
    if font.postscript_name.as_deref() != Some(bare) {
        return None;
    }
    let descendant = dict.get::<Array<'_>>("DescendantFonts")?.iter::<Dict<'_>>().next()?;
    let descriptor = descendant.get::<Dict<'_>>("FontDescriptor")?;
    let program = ["FontFile2", "FontFile3", "FontFile"]
        .iter()
        .find_map(|key| descriptor.get::<Stream<'_>>(*key))?;
    if program.decoded_data().ok()?.as_ref() != (*font.data).as_ref() {
        return None;
    }
    let encoding = encoding_of(dict)?;
    let stated = encoding
        .metadata()
        .character_collection
        .as_ref()
        .map(|collection| collection.family.clone());
    let family = stated.filter(|family| *family != CidFamily::AdobeIdentity).or_else(|| {
        let info = descendant.get::<Dict<'_>>("CIDSystemInfo")?;
        let (registry, ordering) =
            (info.get::<PdfString<'_>>("Registry")?, info.get::<PdfString<'_>>("Ordering")?);
        Some(CidFamily::from_registry_ordering(&registry, &ordering))
    })?;
    let to_unicode = CMap::parse(load_embedded(family.ucs2_cmap()?)?, load_embedded)?;
    Some(Collection { encoding, to_unicode })
}

fn encoding_of(dict: &Dict<'_>) -> Option<CMap> {
    match dict.get::<Object<'_>>("Encoding")? {
        Object::Name(name) => match CMapName::from_bytes(&name) {
            CMapName::IdentityH => Some(CMap::identity_h()),
            CMapName::IdentityV => Some(CMap::identity_v()),
            other => CMap::parse(load_embedded(other)?, load_embedded),
        },
        Object::Stream(stream) => CMap::parse(&stream.decoded_data().ok()?, load_embedded),
        _ => None,
    }
}
