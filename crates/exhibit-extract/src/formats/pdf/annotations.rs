//! The annotations of a page: their positions, their text besides what they render, and whether they are active.

use super::objects::{dicts, is_named, resolved, text_of, text_string};
use super::references::{self, Reference};
use exhibit_model::MarkKind;
use hayro_interpret::kurbo::{Affine, Rect as Area};
use hayro_syntax::object::{Array, Dict, Name, Object, Rect};
use hayro_syntax::page::Page as PdfPage;

/// The maximum number of annotations of one page that are read.
const MOST: usize = 20_000;
/// The maximum number of steps from a form field to its ancestors.
const DEEPEST: usize = 32;

/// One annotation.
pub(super) struct Annotation {
    /// Its corners on the page as displayed, in points: left, top, right, bottom.
    pub(super) rect: Option<[f32; 4]>,
    /// Whether it is a form field's.
    pub(super) kind: MarkKind,
    /// Its text, whether or not the page shows it.
    pub(super) texts: Vec<String>,
    /// Whether it runs a script or starts a program.
    pub(super) acts: bool,
    /// Whether it marks content that is to be removed.
    pub(super) is_redaction: bool,
}

impl Annotation {
    /// Whether it contains a point on the page.
    pub(super) fn contains(&self, x: f32, y: f32) -> bool {
        self.rect.is_some_and(|r| r[0] <= x && x <= r[2] && r[1] <= y && y <= r[3])
    }
}

/// The page's annotations, in order; pop-up windows are skipped, their notes have the same text.
pub(super) fn of_page(page: &PdfPage<'_>) -> Vec<Annotation> {
    let Some(array) = page.raw().get::<Array<'_>>("Annots") else {
        return Vec::new();
    };
    let upright = Affine::new(page.initial_transform(true).as_coeffs());
    let found = dicts(&array, page.xref()).take(MOST);
    found
        .filter(|(_, dict)| !is_named(dict, "Subtype", b"Popup"))
        .map(|(_, dict)| of_dict(&dict, upright))
        .collect()
}

fn of_dict(dict: &Dict<'_>, upright: Affine) -> Annotation {
    let rect = dict
        .get::<Rect>("Rect")
        .map(|r| upright.transform_rect_bbox(Area::new(r.x0, r.y0, r.x1, r.y1)));
    let rect = rect.map(|r| [r.x0 as f32, r.y0 as f32, r.x1 as f32, r.y1 as f32]);
    let is_field = is_named(dict, "Subtype", b"Widget");
    let mut texts = Vec::new();
    if is_field {
        texts.extend(value_of(dict));
    } else {
        texts.extend(text_of(dict, "Contents"));
        if texts.is_empty() {
            texts.extend(rich_text(dict));
        }
        texts.extend(text_of(dict, "OverlayText"));
    }
    // the target of a link, which the page usually does not show
    texts.extend(references::of_actions(dict).into_iter().map(|reference| reference.target));
    Annotation {
        rect: rect.filter(|r| r.iter().all(|v| v.is_finite() && v.abs() < 1e7)),
        kind: if is_field { MarkKind::FormValue } else { MarkKind::Annotation },
        texts,
        acts: acts(dict),
        is_redaction: is_named(dict, "Subtype", b"Redact"),
    }
}

/// The value of a text or choice field, also searched for in the field's ancestors.
fn value_of(widget: &Dict<'_>) -> Option<String> {
    let mut field = widget.clone();
    for _ in 0..DEEPEST {
        if let Some(value) = field.get::<Object<'_>>("V") {
            return match value {
                Object::String(_) => text_of(&field, "V"),
                Object::Stream(stream) => {
                    let text = text_string(&stream.decoded_data().ok()?);
                    Some(text).filter(|text| !text.trim().is_empty())
                }
                Object::Array(values) => {
                    let chosen = values
                        .iter::<hayro_syntax::object::String<'_>>()
                        .map(|value| text_string(&value));
                    Some(chosen.collect::<Vec<_>>().join("\n")).filter(|text| !text.is_empty())
                }
                // a button's state is not text; most of them are off
                _ => None,
            };
        }
        field = field.get::<Dict<'_>>("Parent")?;
    }
    None
}

/// The rich text of a note that has no plain one, without its markup.
fn rich_text(dict: &Dict<'_>) -> Option<String> {
    let rich = text_of(dict, "RC")?;
    let mut plain = String::new();
    let mut inside = false;
    for c in rich.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => plain.push(c),
            _ => {}
        }
    }
    Some(plain).filter(|text| !text.trim().is_empty())
}

/// Whether opening or clicking this runs a script or starts a program.
pub(super) fn acts(dict: &Dict<'_>) -> bool {
    let harmful = |action: &Dict<'_>| {
        action
            .get::<Name<'_>>("S")
            .is_some_and(|kind| matches!(kind.as_str(), "JavaScript" | "Launch" | "ImportData"))
    };
    let direct = dict.get::<Dict<'_>>("A").is_some_and(|action| harmful(&action));
    let more = dict.get::<Dict<'_>>("AA").is_some_and(|events| {
        events
            .keys()
            .any(|event| events.get::<Dict<'_>>(event).is_some_and(|action| harmful(&action)))
    });
    let opening = dict.get::<Dict<'_>>("OpenAction").is_some_and(|action| harmful(&action));
    direct || more || opening
}

/// What the page's annotations refer to outside the document.
pub(super) fn references(page: &PdfPage<'_>) -> Vec<Reference> {
    let Some(array) = page.raw().get::<Array<'_>>("Annots") else {
        return Vec::new();
    };
    dicts(&array, page.xref())
        .take(MOST)
        .flat_map(|(_, dict)| references::of_actions(&dict))
        .collect()
}

/// The attached file that an annotation contains.
pub(super) fn attachments<'a>(page: &PdfPage<'a>) -> Vec<Dict<'a>> {
    let Some(array) = page.raw().get::<Array<'a>>("Annots") else {
        return Vec::new();
    };
    let entries =
        array.raw_iter().take(MOST).filter_map(|entry| match resolved(entry, page.xref()) {
            (_, Some(Object::Dict(dict))) => Some(dict),
            _ => None,
        });
    entries
        .filter(|dict| dict.contains_key("FS"))
        .filter_map(|dict| dict.get::<Dict<'a>>("FS"))
        .collect()
}
