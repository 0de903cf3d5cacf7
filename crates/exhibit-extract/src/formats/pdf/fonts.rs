//! Fonts for text whose fonts are not embedded: loaded once before the cage, and chosen by the document's font names
//! and character collections.
//!
//! The fourteen standard fonts are built in. If no loaded font fits, the nearest of those is used.

use hayro_interpret::font::{FallbackFontQuery, FontData, FontQuery};
use hayro_interpret::hayro_cmap::{CMapName, CidFamily, load_embedded};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The maximum number of directory entries searched for fonts.
const MOST_ENTRIES: usize = 50_000;
/// The largest font file that is loaded.
const LARGEST: u64 = 64 << 20;

/// The files that are loaded, by purpose; of several for one purpose the first found is used.
const FILES: [(Use, &str); 9] = [
    (Use::HanSans, "NotoSansCJK-Regular.ttc"),
    (Use::HanSerif, "NotoSerifCJK-Regular.ttc"),
    (Use::Arabic, "NotoNaskhArabic-Regular.ttf"),
    (Use::Arabic, "NotoSansArabic-Regular.ttf"),
    (Use::Sans, "DejaVuSans.ttf"),
    (Use::Sans, "NotoSans-Regular.ttf"),
    (Use::Serif, "DejaVuSerif.ttf"),
    (Use::Serif, "NotoSerif-Regular.ttf"),
    (Use::Tibetan, "NotoSerifTibetan-Regular.ttf"),
];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Use {
    HanSans,
    HanSerif,
    Arabic,
    Tibetan,
    Sans,
    Serif,
}

static LOADED: OnceLock<Vec<(Use, FontData)>> = OnceLock::new();

/// Loads the fonts in these folders and their subfolders, once; and unpacks the character maps.
pub(super) fn warm(folders: &[PathBuf], map: crate::MapFile) {
    let _ = load_embedded(CMapName::IdentityH);
    LOADED.get_or_init(|| {
        let mut found = vec![None; FILES.len()];
        let mut left = MOST_ENTRIES;
        folders.iter().for_each(|folder| find(folder, 6, &mut left, &mut found));
        let mut loaded: Vec<(Use, FontData)> = Vec::new();
        for ((purpose, _), path) in FILES.iter().zip(found) {
            let missing = loaded.iter().all(|(other, _)| other != purpose);
            if let Some(bytes) = path.filter(|_| missing).and_then(|path| map(&path).ok()) {
                loaded.push((*purpose, Arc::new(bytes)));
            }
        }
        loaded
    });
}

fn find(folder: &Path, depth: usize, left: &mut usize, found: &mut [Option<PathBuf>]) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && depth > 0 {
            find(&entry.path(), depth - 1, left, found);
        } else if let Some(place) = FILES.iter().position(|(_, name)| entry.file_name() == *name) {
            let small = std::fs::metadata(entry.path())
                .is_ok_and(|data| data.is_file() && data.len() <= LARGEST);
            if found[place].is_none() && small {
                found[place] = Some(entry.path());
            }
        }
    }
}

/// The font for a document's request; the number is that of the face within a collection.
pub(super) fn resolve(query: &FontQuery) -> Option<(FontData, u32)> {
    match query {
        FontQuery::Standard(font) => Some(font.get_font_data()),
        FontQuery::Fallback(query) => {
            let (purpose, face) = wanted(query);
            let loaded = LOADED.get().map(Vec::as_slice).unwrap_or_default();
            let fits = |purpose: Use| {
                loaded.iter().find(|(other, _)| *other == purpose).map(|(_, data)| data.clone())
            };
            let near = match purpose {
                Use::HanSerif => Use::HanSans,
                Use::HanSans => Use::HanSerif,
                _ => Use::Sans,
            };
            let font = fits(purpose).or_else(|| fits(near));
            Some(
                font.map_or_else(
                    || query.pick_standard_font().get_font_data(),
                    |data| (data, face),
                ),
            )
        }
    }
}

/// The purpose of a font, and the face of the Noto CJK collections for its region.
fn wanted(query: &FallbackFontQuery) -> (Use, u32) {
    const SERIF: [&str; 10] =
        ["song", "sun", "ming", "fang", "kai", "batang", "myeong", "serif", "times", "roman"];
    const HAN: [&str; 12] = [
        "sim", "song", "heiti", "fangsong", "kaiti", "ming", "gothic", "yahei", "batang", "gulim",
        "cjk", "hei",
    ];
    const ARABIC: [&str; 8] =
        ["arab", "naskh", "uighur", "uyghur", "ukij", "alkatip", "alp ekran", "tahoma uy"];
    let names = [&query.post_script_name, &query.font_name, &query.font_family];
    let name =
        names.into_iter().flatten().map(|name| name.to_lowercase()).collect::<Vec<_>>().join(" ");
    let among = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let serif = (query.is_serif || among(&SERIF)) && !name.contains("sans");
    let family = query.character_collection.as_ref().map(|collection| &collection.family);
    let face = match family {
        Some(CidFamily::AdobeJapan1) => Some(0),
        Some(CidFamily::AdobeKorea1) => Some(1),
        Some(CidFamily::AdobeGB1) => Some(2),
        Some(CidFamily::AdobeCNS1) => Some(3),
        _ if among(&HAN) => Some(2),
        _ => None,
    };
    match face {
        Some(face) => (if serif { Use::HanSerif } else { Use::HanSans }, face),
        None if among(&ARABIC) => (Use::Arabic, 0),
        None if name.contains("tibet") || name.contains("himalaya") => (Use::Tibetan, 0),
        None => (if serif { Use::Serif } else { Use::Sans }, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hayro_interpret::hayro_cmap::CharacterCollection;

    fn query(name: &str, family: Option<CidFamily>) -> FallbackFontQuery {
        FallbackFontQuery {
            post_script_name: Some(name.to_owned()),
            character_collection: family
                .map(|family| CharacterCollection { family, supplement: 0 }),
            ..FallbackFontQuery::default()
        }
    }

    #[test]
    fn fonts_are_picked_by_collection_and_name() {
        let check = |name: &str, family: Option<CidFamily>, expect: (Use, u32)| {
            assert_eq!(wanted(&query(name, family)), expect, "{name}");
        };
        check("SimSun", Some(CidFamily::AdobeGB1), (Use::HanSerif, 2));
        check("SimHei", Some(CidFamily::AdobeGB1), (Use::HanSans, 2));
        check("PMingLiU", Some(CidFamily::AdobeCNS1), (Use::HanSerif, 3));
        check("FangSong_GB2312", None, (Use::HanSerif, 2));
        check("MicrosoftUighur", None, (Use::Arabic, 0));
        check("ArialMT", None, (Use::Sans, 0));
        check("TimesNewRomanPSMT", None, (Use::Serif, 0));
        check("NotoSansCJK", Some(CidFamily::AdobeJapan1), (Use::HanSans, 0));
    }
}
