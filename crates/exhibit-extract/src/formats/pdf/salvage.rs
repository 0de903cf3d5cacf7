//! A document whose catalog is lost: a new one is built for its remaining pages.
//!
//! The new catalog is appended to a copy of the bytes in memory, as an update of the file would be; the reader then
//! finds all objects by searching. Encrypted documents are not salvaged, since their page tree may be encrypted.
//!
//! A damaged document may also have lost the maps from its fonts' codes to characters. Guessing by a standard encoding
//! would invent text then, so such a map is replaced by one without text.

use super::open::{contains, positions};
use hayro_syntax::Pdf;
use hayro_syntax::object::{Dict, FromBytes, Name, Object, Stream};

/// The maximum number of objects examined.
const MOST: usize = 1_000_000;

/// The remaining objects.
#[derive(Default)]
struct Left {
    catalog: Option<u32>,
    tree: Option<u32>,
    pages: Vec<u32>,
    highest: u32,
}

/// The bytes with a new catalog, if they still contain a catalog, a page tree or pages.
pub(super) fn salvage(bytes: &[u8]) -> Option<Vec<u8>> {
    if contains(bytes, b"/Encrypt") {
        return None;
    }
    let mut left = Left::default();
    for at in positions(bytes, b" obj").take(MOST) {
        let Some(number) = number_before(bytes, at) else { continue };
        let body = bytes[at + 4..].trim_ascii_start();
        left.take(number, body);
        if type_of(body).as_deref() == Some("ObjStm") {
            left.take_packed(body);
        }
    }
    let (catalog, tree) = (left.highest.checked_add(1)?, left.highest.checked_add(2)?);
    let root = match (left.catalog, left.tree) {
        (Some(catalog), _) => format!("trailer\n<</Root {catalog} 0 R>>\n"),
        (None, Some(tree)) => {
            format!(
                "{catalog} 0 obj\n<</Type/Catalog/Pages {tree} 0 R>>\nendobj\ntrailer\n<</Root {catalog} 0 R>>\n"
            )
        }
        (None, None) if left.pages.is_empty() => return None,
        (None, None) => {
            let kids: String = left.pages.iter().map(|page| format!("{page} 0 R ")).collect();
            format!(
                "{catalog} 0 obj\n<</Type/Catalog/Pages {tree} 0 R>>\nendobj\n\
                 {tree} 0 obj\n<</Type/Pages/Kids[{kids}]>>\nendobj\ntrailer\n<</Root {catalog} 0 R>>\n"
            )
        }
    };
    Some([bytes, b"\nendstream\nendobj\n", root.as_bytes()].concat())
}

/// The bytes with empty maps in place of those that `pdf`, read from them, has lost; `None` if it lost none.
pub(super) fn without_lost_maps(pdf: &Pdf, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut lost: Vec<u32> = Vec::new();
    for object in pdf.objects().into_iter().take(MOST) {
        let Object::Dict(font) = object else { continue };
        let Some(map) = font.get_ref("ToUnicode").filter(|_| !font.contains_key("Encoding")) else {
            continue;
        };
        let stream = font.get::<Stream<'_>>("ToUnicode");
        let whole = stream.is_some_and(|stream| {
            stream.decoded_data().is_ok_and(|data| contains(&data, b"endcmap"))
        });
        if !whole {
            lost.push(map.obj_number);
        }
    }
    lost.sort_unstable();
    lost.dedup();
    if lost.is_empty() {
        return None;
    }
    // all 256 codes of a simple font into the private use area, which counts as unmapped
    const NOTHING: &str = "begincmap\n1 beginbfrange\n<00> <ff> <e000>\nendbfrange\nendcmap";
    let length = NOTHING.len();
    let maps = lost.iter().map(|map| {
        format!("{map} 0 obj\n<</Length {length}>>\nstream\n{NOTHING}\nendstream\nendobj\n")
    });
    Some([bytes, b"\nendstream\nendobj\n", maps.collect::<String>().as_bytes()].concat())
}

impl Left {
    fn take(&mut self, number: u32, body: &[u8]) {
        self.highest = self.highest.max(number);
        let Some(kind) = type_of(body) else { return };
        match kind.as_str() {
            "Catalog" => self.catalog = Some(number),
            "Page" => self.pages.push(number),
            "Pages" if Dict::from_bytes(body).is_some_and(|dict| !dict.contains_key("Parent")) => {
                self.tree = Some(number);
            }
            _ => {}
        }
    }

    /// Reads the objects of an object stream (ISO 32000-2, 7.5.7).
    fn take_packed(&mut self, body: &[u8]) {
        let Some(stream) = Stream::from_bytes(body) else { return };
        let (Some(count), Some(first)) =
            (stream.dict().get::<u32>("N"), stream.dict().get::<usize>("First"))
        else {
            return;
        };
        let Ok(data) = stream.decoded_data() else { return };
        let Some((header, objects)) = data.split_at_checked(first) else { return };
        let numbers = String::from_utf8_lossy(header);
        let numbers: Vec<usize> =
            numbers.split_ascii_whitespace().map_while(|word| word.parse().ok()).collect();
        for pair in numbers.as_chunks::<2>().0.iter().take(count as usize) {
            if let (Ok(number), Some(object)) = (u32::try_from(pair[0]), objects.get(pair[1]..)) {
                self.take(number, object.trim_ascii_start());
            }
        }
    }
}

/// The object number of `12 0 obj`, of which the last word begins after `at`.
fn number_before(bytes: &[u8], at: usize) -> Option<u32> {
    let line = &bytes[at.saturating_sub(24)..at];
    let mut words = line.rsplit(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty());
    let digits = |word: &[u8]| {
        let start = word.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |last| last + 1);
        std::str::from_utf8(&word[start..]).ok()?.parse::<u32>().ok()
    };
    digits(words.next()?).filter(|generation| *generation == 0)?;
    digits(words.next()?)
}

fn type_of(body: &[u8]) -> Option<String> {
    if !body.starts_with(b"<<") {
        return None;
    }
    Dict::from_bytes(body)?.get::<Name<'_>>("Type").map(|name| name.as_str().to_owned())
}
