//! One name, one meaning: a public type of one crate does not have the name of a public type of another.
//!
//! Types are found by their definitions (`pub struct`, `enum`, `trait`, `type`), whether or not their module is public.
//! Names that two crates share on purpose are listed with the reason.

use super::Source;
use super::sources::{code_lines, is_test_file};
use std::collections::BTreeMap;

/// Names that several crates may define, and why.
const SHARED: &[(&str, &str)] = &[
    ("Before", "the same fact: the engine of OCR does not depend on exhibit-model"),
    ("Direction", "the same fact, of texts for people and of untrusted text"),
    ("Page", "the trait of the pages of the browser, which never leaves exhibit-web"),
    ("Reading", "the same fact: the engine of OCR does not depend on exhibit-model"),
    ("Trust", "the same fact: the engine of OCR does not depend on exhibit-model"),
    ("Way", "the same fact: the engine of OCR does not depend on exhibit-model"),
];

/// Types whose names are in two crates.
pub(super) fn findings(sources: &[Source]) -> Vec<String> {
    let mut defined: BTreeMap<String, Vec<(&str, String)>> = BTreeMap::new();
    for source in sources {
        let Some(name) = crate_of(&source.path) else { continue };
        for (number, line) in code_lines(&source.text, true) {
            if let Some(defines) = public_type(&line) {
                defined
                    .entry(defines.to_owned())
                    .or_default()
                    .push((name, format!("{}:{number}", source.path)));
            }
        }
    }
    let mut found = Vec::new();
    for (name, places) in defined {
        let (first, place) = &places[0];
        let others = places.iter().filter(|(other, _)| other != first);
        if !SHARED.iter().any(|(shared, _)| *shared == name) {
            found.extend(others.map(|(_, other)| {
                format!("{other}: `{name}` is also a type at {place}: rename one")
            }));
        }
    }
    found
}

/// The crate of a file with code that is not for tests.
fn crate_of(path: &str) -> Option<&str> {
    let (name, rest) = path.strip_prefix("crates/")?.split_once('/')?;
    (rest.starts_with("src/") && path.ends_with(".rs") && !is_test_file(path)).then_some(name)
}

/// The name of the public type that a line defines.
fn public_type(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("pub ")?;
    let kinds = ["struct ", "enum ", "trait ", "type ", "union ", "unsafe trait "];
    let rest = kinds.iter().find_map(|kind| rest.strip_prefix(kind))?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let source = |(path, text): &(&str, &str)| Source {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        findings(&files.iter().map(source).collect::<Vec<_>>())
    }

    #[test]
    fn a_name_in_two_crates_is_a_finding_at_the_second() {
        let files = [
            (
                "crates/exhibit-a/src/lib.rs",
                "//! A.\n\n/// A place.\npub struct Place {\n    x: u8,\n}\n",
            ),
            ("crates/exhibit-b/src/deep/place.rs", "//! B.\npub enum Place { A, B }\n"),
            ("crates/exhibit-b/src/lib.rs", "//! B.\npub type Places = Vec<Place>;\n"),
        ];
        let expected = "crates/exhibit-b/src/deep/place.rs:2: `Place` is also a type at \
                        crates/exhibit-a/src/lib.rs:4: rename one";
        assert_eq!(found(&files), [expected]);
    }

    #[test]
    fn a_crate_may_repeat_its_own_names_and_those_that_are_shared_on_purpose() {
        let own = [
            ("crates/exhibit-a/src/x.rs", "//! X.\npub struct Row;\n"),
            ("crates/exhibit-a/src/y.rs", "//! Y.\npub struct Row;\n"),
        ];
        assert_eq!(found(&own), [] as [&str; 0]);
        for (shared, reason) in SHARED {
            let text = format!("//! X.\npub enum {shared} {{}}\n");
            let files = [
                ("crates/exhibit-a/src/x.rs", text.as_str()),
                ("crates/exhibit-b/src/x.rs", text.as_str()),
            ];
            assert_eq!(found(&files), [] as [&str; 0], "{shared}");
            assert!(!reason.is_empty());
        }
    }

    #[test]
    fn types_that_nobody_else_sees_are_exempt() {
        for (path, line) in [
            ("crates/exhibit-b/src/lib.rs", "struct Place;"),
            ("crates/exhibit-b/src/lib.rs", "pub(crate) struct Place;"),
            ("crates/exhibit-b/src/lib.rs", "// pub struct Place;"),
            ("crates/exhibit-b/src/lib.rs", "const A: &str = \"pub struct Place;\";"),
            ("crates/exhibit-b/tests/it/main.rs", "pub struct Place;"),
            ("crates/exhibit-b/src/tests.rs", "pub struct Place;"),
            ("crates/exhibit-b/examples/a.rs", "pub struct Place;"),
            ("xtask/src/main.rs", "pub struct Place;"),
        ] {
            let text = format!("//! B.\n{line}\n");
            let files = [
                ("crates/exhibit-a/src/lib.rs", "//! A.\npub struct Place;\n"),
                (path, text.as_str()),
            ];
            assert_eq!(found(&files), [] as [&str; 0], "{path}: {line}");
        }
    }

    #[test]
    fn definitions_of_every_kind() {
        for (line, name) in [
            ("pub struct Job(u8);", Some("Job")),
            ("    pub enum Kind<'a> {", Some("Kind")),
            ("pub trait Sink: Send {", Some("Sink")),
            ("pub type Random<'a> = &'a mut u8;", Some("Random")),
            ("pub unsafe trait Raw {}", Some("Raw")),
            ("pub fn structure() {}", None),
            ("pub struct", None),
            ("pub struct $name;", None),
            ("pub use other::Thing;", None),
        ] {
            assert_eq!(public_type(line), name, "{line}");
        }
    }
}
