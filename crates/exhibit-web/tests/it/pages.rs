//! What holds for every page: checked over all samples, which hold the hard cases.

use exhibit_web::samples::{Sample, samples};
use exhibit_web::{assets, keys};
use std::collections::BTreeSet;

/// A start tag: its name and its attributes (name, value as written).
struct Tag<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, Option<&'a str>)>,
}

impl<'a> Tag<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(found, _)| *found == name).and_then(|(_, value)| *value)
    }
}

/// All start tags of a page. Reads exactly what maud writes (every value quoted, every `<` of text escaped), and panics
/// at anything else, so nothing is overlooked.
fn tags(html: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    let mut rest = html.strip_prefix("<!DOCTYPE html>").expect("pages begin with their doctype");
    while let Some((_, after)) = rest.split_once('<') {
        if let Some(closing) = after.strip_prefix('/') {
            rest = closing.split_once('>').expect("tags end").1;
            continue;
        }
        let end = after.find(|c: char| !c.is_ascii_alphanumeric()).expect("a tag has an end");
        let mut tag = Tag { name: &after[..end], attributes: Vec::new() };
        assert!(!tag.name.is_empty(), "a stray < before {:?}", &after[..after.len().min(40)]);
        let mut inside = &after[end..];
        while let Some(attribute) = inside.strip_prefix(' ') {
            let end = attribute.find(['=', ' ', '>']).expect("an attribute has an end");
            let (name, after_name) = attribute.split_at(end);
            let (value, after_value) = match after_name.strip_prefix("=\"") {
                Some(quoted) => {
                    quoted.split_once('"').map(|(v, r)| (Some(v), r)).expect("a value has its end")
                }
                None => (None, after_name),
            };
            tag.attributes.push((name, value));
            inside = after_value;
        }
        rest = inside.strip_prefix('>').expect("a tag ends with >");
        tags.push(tag);
    }
    tags
}

/// All that must hold for any page.
pub(crate) fn check(page: &str, html: &str) {
    let tags = tags(html);
    known_elements_and_no_code(page, &tags);
    leads_nowhere_else(page, &tags);
    positions_are_numbers(page, html);
    ids_are_unique_and_reached(page, &tags);
    one_heading_first(page, &tags);
    keys_are_in_the_table(page, &tags);
}

/// The addresses that a page's links and forms lead to, without fragments.
pub(crate) fn links(html: &str) -> BTreeSet<String> {
    let tags = tags(html);
    let links = tags.iter().filter(|tag| tag.name == "a").filter_map(|tag| tag.get("href"));
    let paths = links
        .map(|link| link.replace("&amp;", "&").split('#').next().unwrap_or_default().to_owned());
    paths.filter(|path| !path.is_empty()).collect()
}

#[test]
fn all_samples_hold() {
    let samples = samples();
    assert!(samples.len() >= 25, "every view has its samples");
    for Sample { name, page } in samples {
        check(name, &page.into_string());
    }
}

const ELEMENTS: &[&str] = &[
    "html", "head", "meta", "title", "link", "style", "script", "body", "a", "header", "span",
    "nav", "button", "main", "div", "h1", "h2", "p", "dl", "dt", "dd", "form", "input", "ol", "ul",
    "li", "details", "summary", "code", "kbd", "bdi", "mark", "sup", "strong", "section", "aside",
    "img", "label", "fieldset", "legend", "table", "thead", "tbody", "tr", "th", "td", "br", "wbr",
    "pre", "textarea", "datalist", "option",
];

fn known_elements_and_no_code(page: &str, tags: &[Tag<'_>]) {
    for tag in tags {
        assert!(ELEMENTS.contains(&tag.name), "{page}: <{}>", tag.name);
        for (attribute, _) in &tag.attributes {
            assert!(
                *attribute != "style" && !attribute.starts_with("on"),
                "{page}: <{} {attribute}>",
                tag.name
            );
        }
        match tag.name {
            "script" => assert_eq!(tag.get("src"), Some(assets::keys().path.as_str()), "{page}"),
            "style" => assert!(tag.get("nonce").is_some(), "{page}"),
            _ => {}
        }
    }
    assert_eq!(tags.iter().filter(|tag| tag.name == "script").count(), 1, "{page}");
    assert!(tags.iter().filter(|tag| tag.name == "style").count() <= 1, "{page}");
}

fn leads_nowhere_else(page: &str, tags: &[Tag<'_>]) {
    for tag in tags {
        for attribute in ["href", "src", "action"] {
            let Some(address) = tag.get(attribute) else { continue };
            let inside = (address.starts_with('/') && !address.starts_with("//"))
                || address.starts_with('#');
            assert!(inside, "{page}: {attribute}={address}");
            assert!(!address.contains(['<', '>', ' ']), "{page}: {attribute}={address}");
        }
    }
}

fn positions_are_numbers(page: &str, html: &str) {
    let Some((_, style)) = html.split_once("<style") else { return };
    let css = style
        .split_once('>')
        .and_then(|(_, css)| css.split_once("</style>"))
        .expect("a style block ends")
        .0;
    let fit = |c: char| c.is_ascii_alphanumeric() || "#{}:;.%-/".contains(c);
    assert!(css.chars().all(fit), "{page}: {css}");
}

fn ids_are_unique_and_reached(page: &str, tags: &[Tag<'_>]) {
    let mut ids = BTreeSet::new();
    for id in tags.iter().filter_map(|tag| tag.get("id")) {
        assert!(ids.insert(id), "{page}: two elements have the id {id}");
    }
    for fragment in tags.iter().filter_map(|tag| tag.get("href")?.strip_prefix('#')) {
        assert!(ids.contains(fragment), "{page}: no element has the id {fragment}");
    }
    for name in ["aria-labelledby", "popovertarget"] {
        for id in tags.iter().filter_map(|tag| tag.get(name)) {
            assert!(ids.contains(id), "{page}: no element has the id {id}");
        }
    }
}

fn one_heading_first(page: &str, tags: &[Tag<'_>]) {
    let levels: Vec<&str> =
        tags.iter().map(|tag| tag.name).filter(|name| matches!(*name, "h1" | "h2")).collect();
    assert_eq!(levels.first(), Some(&"h1"), "{page}");
    assert_eq!(levels.iter().filter(|level| **level == "h1").count(), 1, "{page}");
}

fn keys_are_in_the_table(page: &str, tags: &[Tag<'_>]) {
    let mut seen = BTreeSet::new();
    for key in tags.iter().filter_map(|tag| tag.get("data-key")) {
        assert!(keys::TABLE.iter().any(|known| known.keys == key), "{page}: {key}");
        assert!(seen.insert(key), "{page}: two controls have the key {key}");
    }
}

/// What stands between the tags, with the `lang` and `dir` of the nearest element that has them.
#[test]
fn text_from_the_trove_says_its_language_and_direction() {
    let marks =
        ["登", "ئامبار", "Приложение", "onerror=alert", "综合", "disk2", "x".repeat(300).leak()];
    let mut found = 0;
    for Sample { name, page } in samples() {
        let html = page.into_string();
        let mut open: Vec<(&str, bool, bool)> = Vec::new();
        for piece in html.split('<').skip(2) {
            let (tag, text) = piece.split_once('>').expect("a tag has its end");
            if let Some(closed) = tag.strip_prefix('/') {
                assert_eq!(open.pop().map(|(element, _, _)| element), Some(closed), "{name}");
            } else {
                let element = tag.split(' ').next().unwrap_or_default();
                if !["meta", "link", "input", "img", "br", "wbr"].contains(&element) {
                    let (lang, dir) = (tag.contains(" lang=\""), tag.contains(" dir=\""));
                    open.push((element, lang, dir));
                }
            }
            if marks.iter().any(|mark| text.contains(mark)) {
                found += 1;
                let inner = open.iter().skip(1);
                let said = inner
                    .fold((false, false), |said, (_, lang, dir)| (said.0 || *lang, said.1 || *dir));
                assert_eq!(said, (true, true), "{name}: {text}");
            }
        }
        assert!(open.is_empty(), "{name}: {open:?} stays open");
    }
    assert!(found > 80, "the samples hold text from the trove, found {found} pieces");
}

#[test]
fn hostile_strings_stay_text() {
    for Sample { name, page } in samples() {
        let html = page.into_string();
        for raw in [
            "<img src=x",
            "<script>alert",
            "<svg",
            "<b onclick",
            "\u{202e}",
            "\u{1b}",
            "\u{0}",
            "\u{7}",
        ] {
            assert!(!html.contains(raw), "{name}: {raw:?}");
        }
    }
    let hostile = samples()
        .into_iter()
        .find(|sample| sample.name == "document-hostile")
        .expect("it is there");
    let html = hostile.page.into_string();
    assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;"));
    assert!(html.contains("<bdi class=\"tk\" dir=\"ltr\">[RLO]</bdi>fdp."));
    assert!(html.contains("[xFF]</bdi>&amp;amp;&lt;/title&gt;"));
}

#[test]
fn every_box_of_a_hit_is_a_link_with_a_place() {
    let sample =
        samples().into_iter().find(|sample| sample.name == "document").expect("it is there");
    let html = sample.page.into_string();
    let boxes: Vec<&str> = tags(&html)
        .iter()
        .filter(|tag| tag.get("class").is_some_and(|class| class.starts_with("hit ")))
        .filter_map(|tag| tag.get("id"))
        .collect();
    assert_eq!(boxes, ["b1-1", "b2-1", "b3-1", "b3-2", "b4-1", "b5-1", "b6-1", "b6-2"]);
    for id in boxes {
        assert!(html.contains(&format!("#{id}{{left:")), "{id} has its place");
    }
}

#[test]
fn the_log_says_what_waits_for_its_entry() {
    let log = samples().into_iter().find(|sample| sample.name == "log").expect("a log");
    let html = log.page.into_string();
    assert!(html.contains("2 tag changes are not logged yet"), "{html}");
}

#[test]
fn assets_are_small_and_harmless() {
    let script = std::str::from_utf8(assets::keys().bytes).expect("it is text");
    assert!(script.len() < 15_000);
    for sink in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "DOMParser",
        "fetch(",
    ] {
        assert!(!script.contains(sink), "{sink}");
    }
    let style = std::str::from_utf8(assets::style().bytes).expect("it is text");
    for outside in ["http:", "https:", "url(", "@import", "@font-face"] {
        assert!(!style.contains(outside), "{outside}");
    }
    assert!(assets::at(&assets::style().path).is_some());
    assert!(assets::at("/static/style-0000000000000000.css").is_none());
}

/// Relative luminance and contrast of WCAG 2.2 for the tokens of the style sheet, light and dark.
#[test]
fn tokens_have_contrast() {
    let style = std::str::from_utf8(assets::style().bytes).expect("it is text");
    let token = |name: &str| -> [[f64; 3]; 2] {
        let start =
            style.find(&format!("--{name}:light-dark(")).unwrap_or_else(|| panic!("--{name}"));
        let values = style[start..]
            .split_once('(')
            .and_then(|(_, rest)| rest.split_once(')'))
            .expect("it ends")
            .0;
        let colour = |text: &str| {
            let digits: String = text
                .trim_start_matches('#')
                .chars()
                .flat_map(|c| if text.len() == 4 { vec![c, c] } else { vec![c] })
                .collect();
            [0, 2, 4].map(|at| {
                let value =
                    f64::from(u8::from_str_radix(&digits[at..at + 2], 16).expect("a colour"))
                        / 255.0;
                if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            })
        };
        let (light, dark) = values.split_once(',').expect("two colours");
        [colour(light), colour(dark)]
    };
    let luminance = |c: [f64; 3]| 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
    for (over, under, least) in [
        ("ink", "paper", 7.0),
        ("ink", "card", 7.0),
        ("ink-2", "card", 4.5),
        ("ink-2", "paper", 4.5),
        ("ink-2", "sunk", 4.5),
        ("act", "card", 4.5),
        ("act", "paper", 4.5),
        ("act-ink", "act", 4.5),
        ("ok", "card", 4.5),
        ("warn", "card", 4.5),
        ("bad", "card", 4.5),
        ("ink", "hit1", 7.0),
        ("ink", "hit2", 7.0),
        ("ink", "hit3", 7.0),
        ("ink", "hit4", 7.0),
        ("edge", "card", 3.0),
        ("focus", "paper", 3.0),
        ("hit1e", "card", 3.0),
        ("hit2e", "card", 3.0),
        ("hit3e", "card", 3.0),
        ("hit4e", "card", 3.0),
    ] {
        let (over_colours, under_colours) = (token(over), token(under));
        for scheme in 0..2 {
            let (a, b) = (luminance(over_colours[scheme]), luminance(under_colours[scheme]));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(
                contrast >= least,
                "{over} on {under}, scheme {scheme}: {contrast:.2} < {least}"
            );
        }
    }
}
