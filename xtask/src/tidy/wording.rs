//! Wording: phrases of a dialect that has crept in before, in code, comments, scripts, texts and documents.
//!
//! The list has only phrases that are always replaced, so that a finding never needs an exception in good English. What
//! a program cannot judge is described in docs/STYLE.md.

use super::Source;

/// Phrases, and the usual replacement. They are matched as whole words, whatever their case.
const PHRASES: &[(&str, &str)] = &[
    ("have their say", "are consulted"),
    ("has its say", "is consulted"),
    ("held against", "checked against"),
    ("hold against", "check against"),
    ("holds against", "checks against"),
    ("lies beside", "is next to"),
    ("lie beside", "are next to"),
    ("and goes on", "and continues"),
    ("goes on beyond", "continues past"),
    ("are told of", "are reported"),
    ("is told of", "is reported"),
    ("tells all", "suffices"),
    ("and say so", "and report it"),
    ("whoever", "those who"),
    ("none where", "nothing if"),
    ("read anew", "read again"),
    ("made anew", "rebuilt"),
    ("put anew", "indexed again"),
    ("being taken in", "being ingested"),
    ("was taken in", "was ingested"),
    ("were taken in", "were ingested"),
    ("to paint pages", "to render pages"),
    ("painted page", "rendered page"),
    ("most telling", "most distinctive"),
    ("so many hits", "N hits"),
];

/// Files that quote the phrases.
const EXEMPT: &[&str] = &["xtask/src/tidy/wording.rs", "docs/STYLE.md"];

/// Every occurrence of a phrase.
pub(super) fn findings(sources: &[Source]) -> Vec<String> {
    let checked = sources
        .iter()
        .filter(|source| !EXEMPT.contains(&source.path.as_str()) && is_prose(&source.path));
    checked.flat_map(|source| findings_in(&source.path, &source.text)).collect()
}

/// Whether a file has English that we write: other languages, test data and locks have none.
fn is_prose(path: &str) -> bool {
    let endings =
        [".rs", ".md", ".ftl", ".sh", ".toml", ".json", ".yml", "Makefile", "/run", "setup/debian"];
    let is_other_language = path.contains("/texts/") && !path.contains("/texts/en/");
    endings.iter().any(|ending| path.ends_with(ending))
        && !is_other_language
        && !path.contains("/tests/cases/")
}

fn findings_in(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let lower = line.to_ascii_lowercase();
        for (phrase, better) in PHRASES.iter().filter(|(phrase, _)| has_phrase(&lower, phrase)) {
            found.push(format!(
                "{path}:{}: \"{phrase}\": write \"{better}\", or rephrase",
                number + 1
            ));
        }
    }
    found
}

/// Whether a line has the phrase as whole words.
fn has_phrase(line: &str, phrase: &str) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(phrase).any(|(at, _)| {
        let (before, after) =
            (line[..at].chars().next_back(), line[at + phrase.len()..].chars().next());
        !is_letter(before) && !is_letter(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, expected: &[&str]) {
        let sources = [Source { path: path.to_owned(), text: text.to_owned() }];
        let found = findings(&sources);
        assert_eq!(found.len(), expected.len(), "{path}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found} has no {expected}");
        }
    }

    #[test]
    fn phrases_are_found_in_comments_scripts_and_texts() {
        let line = "# It prints what is missing and goes on.\n\nBags are Held Against others.\n";
        for path in [
            ".ci/run",
            "setup/debian",
            "docs/proof.md",
            "crates/a/src/lib.rs",
            "crates/m/texts/en/cli.ftl",
        ] {
            check(
                path,
                line,
                &[":1: \"and goes on\": write \"and continues\"", ":3: \"held against\""],
            );
        }
    }

    #[test]
    fn other_languages_data_and_this_list_are_exempt() {
        let line = "held against\n";
        for path in [
            "crates/m/texts/ug/cli.ftl",
            "crates/t/tests/cases/1/exhibit.toml",
            "Cargo.lock",
            EXEMPT[0],
        ] {
            check(path, line, &[]);
        }
    }

    #[test]
    fn parts_of_words_and_good_english_are_not_phrases() {
        check(
            "README.md",
            "withheld against\nevidence that holds up\nin so many hitsome\nthe_whoever\n",
            &[],
        );
        check("README.md", "(whoever)\n", &["README.md:1"]);
        check("README.md", "登记held against登记\n", &[]);
    }

    #[test]
    fn the_list_is_in_lower_case_and_its_advice_is_sound() {
        for (phrase, better) in PHRASES {
            assert_eq!(*phrase, phrase.to_ascii_lowercase());
            assert!(findings_in("a.md", better).is_empty(), "{better} has a phrase of the list");
            assert_eq!(findings_in("a.md", phrase).len(), 1, "{phrase} is found once");
        }
    }
}
