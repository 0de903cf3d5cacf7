//! Rules for texts for people: every message of `exhibit-messages` is used, and the interfaces contain no English texts.

use super::Source;
use super::sources::{code_lines, has_word, hidden_prefix, is_test_file};

/// The folder of the English texts, with one file for each area.
const ENGLISH: &str = "crates/exhibit-messages/texts/en/";

/// Crates whose texts are all in `exhibit-messages`.
const CONVERTED: &[&str] =
    &["crates/exhibit-web/src/", "crates/exhibit/src/", "crates/exhibit-verify/src/main.rs"];

/// Literals that look like texts and stay in the code: a file or folder, the beginning of the literal (empty: any literal),
/// and the reason.
const ALLOWED: &[(&str, &str, &str)] = &[
    (
        "crates/exhibit/src/cli.rs",
        "Print help; ",
        "the root help, which clap shows in English only",
    ),
    ("crates/exhibit/src/cli.rs", "Print the version", "the root help"),
    ("crates/exhibit/src/cli.rs", "Usage: ", "the root help"),
    ("crates/exhibit/src/cli.rs", "problem ", "the name of a command"),
    ("crates/exhibit/src/cli.rs", "password import", "the name of a command"),
    ("crates/exhibit/src/cli.rs", "quote ls", "the name of a command"),
    ("crates/exhibit/src/cli.rs", "tag ls", "the name of a command"),
    ("crates/exhibit/src/cli.rs", "bag export", "the name of a command"),
    ("crates/exhibit/src/cli.rs", "case repair", "the name of a command"),
    (
        "crates/exhibit-web/src/connections.rs",
        "refused a connection",
        "a line of the program's own log",
    ),
    ("crates/exhibit-web/src/connections.rs", "HTTP/1.1 ", "a status line"),
    ("crates/exhibit/src/failure.rs", "", "the meanings of exit codes, in the root help"),
    ("crates/exhibit/src/commands/mod.rs", "Hand over", "a heading of the root help"),
    ("crates/exhibit/src/commands/doctor.rs", "apt-get install ", "a command to type"),
    ("crates/exhibit-web/src/frame.rs", "noindex, nofollow", "a value of HTML"),
    (
        "crates/exhibit-web/src/page_error.rs",
        "not rendered",
        "the name of a kind of error in the program's own log",
    ),
    ("crates/exhibit-web/src/words.rs", "one ", "an example of a query"),
    ("crates/exhibit-web/src/words.rs", "(one ", "an example of a query"),
    (
        "crates/exhibit-web/src/pages/batches/",
        "it has no letter",
        "invented contents of the gallery",
    ),
    (
        "crates/exhibit-web/src/pages/batches/",
        "cannot write <b>",
        "invented contents of the gallery",
    ),
    ("crates/exhibit-web/src/pages/batches/", "staff of ", "invented contents of the gallery"),
    (
        "crates/exhibit-web/src/pages/items.rs",
        "the cross-reference table",
        "invented contents of the gallery",
    ),
    (
        "crates/exhibit-web/src/pages/items.rs",
        "a symbolic link",
        "invented contents of the gallery",
    ),
    (
        "crates/exhibit-web/src/pages/overview.rs",
        "Chinese, simplified",
        "invented contents of the gallery",
    ),
    (
        "crates/exhibit-web/src/pages/problems.rs",
        "the cross-reference table",
        "invented contents of the gallery",
    ),
    (
        "crates/exhibit-web/src/pages/problems.rs",
        "more than 1,000,000",
        "invented contents of the gallery",
    ),
];

/// Files with invented contents for tests and the gallery.
const SAMPLES: &str = "samples.rs";

/// Messages that no code uses. Names are searched as words, so an unused message with a common name may go unnoticed.
pub(super) fn unused(sources: &[Source]) -> Vec<String> {
    let is_user = |source: &&Source| source.path.ends_with(".rs") && !is_test_file(&source.path);
    let code: Vec<String> = sources
        .iter()
        .filter(is_user)
        .map(|source| {
            code_lines(&source.text, true).into_iter().map(|(_, line)| line + "\n").collect()
        })
        .collect();
    let files = sources
        .iter()
        .filter(|source| source.path.starts_with(ENGLISH) && source.path.ends_with(".ftl"));
    let mut found = Vec::new();
    for file in files {
        for (number, line) in file.text.lines().enumerate() {
            let Some((key, _)) = line.split_once(" =") else { continue };
            if !key.starts_with(|c: char| c.is_ascii_lowercase()) {
                continue;
            }
            let name = key.replace('-', "_");
            if !code.iter().any(|code| has_word(code, &name)) {
                found.push(format!(
                    "{}:{}: `{key}` is not used: remove it in all languages",
                    file.path,
                    number + 1
                ));
            }
        }
    }
    found
}

/// English literals in crates whose texts are in `exhibit-messages`.
pub(super) fn literals(sources: &[Source]) -> Vec<String> {
    let is_converted = |source: &&Source| {
        source.path.ends_with(".rs")
            && CONVERTED.iter().any(|folder| source.path.starts_with(folder))
            && !source.path.ends_with(SAMPLES)
            && !is_test_file(&source.path)
    };
    sources
        .iter()
        .filter(is_converted)
        .flat_map(|source| literals_in(&source.path, &source.text))
        .collect()
}

fn literals_in(path: &str, text: &str) -> Vec<String> {
    let text = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let mut found = Vec::new();
    let (mut rest, mut before) = (text, None);
    // The number of open square brackets of an attribute, in which clap reads its help.
    let mut attribute = 0_usize;
    while let Some(first) = rest.chars().next() {
        let hidden = hidden_prefix(rest, before);
        if hidden > 0 {
            let (literal, code) = (&rest[..hidden], &text[..text.len() - rest.len()]);
            let is_text = attribute == 0 && literal.contains('"') && !literal.starts_with('/');
            if is_text
                && !code.ends_with(".expect(")
                && is_english(literal)
                && !is_allowed(path, literal)
            {
                let line = code.matches('\n').count() + 1;
                found.push(format!("{path}:{line}: {literal}: move this text to exhibit-messages"));
            }
            before = Some('"');
            rest = &rest[hidden..];
            continue;
        }
        match first {
            '[' if attribute > 0
                || before == Some('#')
                || (before == Some('!') && opens_attribute(text, rest)) =>
            {
                attribute += 1;
            }
            ']' => attribute = attribute.saturating_sub(1),
            _ => {}
        }
        before = Some(first);
        rest = &rest[first.len_utf8()..];
    }
    found
}

/// Whether the bracket at the start of `rest` follows `#!`.
fn opens_attribute(text: &str, rest: &str) -> bool {
    text[..text.len() - rest.len()].ends_with("#!")
}

fn is_allowed(path: &str, literal: &str) -> bool {
    let literal = literal.trim_start_matches(['r', '#', 'b']).trim_matches('"');
    ALLOWED
        .iter()
        .any(|(file, start, _)| path.starts_with(file) && literal.trim_start().starts_with(start))
}

/// Whether a literal has two words of letters separated by one space, values apart. Commands of `exhibit` are not texts.
fn is_english(literal: &str) -> bool {
    let is_word = |word: &&str| {
        let word = word.trim_matches(['"', ',', ';', ':', '.', '(', ')', '?']);
        word.len() > 1 && word.bytes().all(|b| b.is_ascii_alphabetic())
    };
    let words: Vec<&str> = literal.trim_matches('"').split_whitespace().collect();
    let is_lower = |word: &str| word.starts_with(|c: char| c.is_ascii_lowercase());
    let is_pair =
        |pair: &[&str]| pair.iter().all(is_word) && pair.iter().any(|word| is_lower(word));
    words.windows(2).any(is_pair) && words.first() != Some(&"exhibit")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn unused_messages_are_found() {
        let texts = source(
            "crates/exhibit-messages/texts/en/cli.ftl",
            "### Commands.\n\nitems-waiting =\n    { $n ->\n       *[other] x\n    }\ndone = D\n",
        );
        let user = |text: &str| source("crates/exhibit/src/main.rs", text);
        assert!(
            unused(&[texts, user("//! M.\nfn a() { cli::items_waiting(3); b.done() }\n")])
                .is_empty()
        );
        let texts =
            source("crates/exhibit-messages/texts/en/cli.ftl", "items-waiting = W\ndone = D\n");
        let found =
            unused(&[texts, user("//! M.\n// done\nfn a() { cli::items_waiting(\"done\"); }\n")]);
        assert_eq!(
            found,
            [
                "crates/exhibit-messages/texts/en/cli.ftl:2: `done` is not used: remove it in all languages"
            ]
        );
    }

    #[test]
    fn english_literals_are_found() {
        let check_in = |path: &str, text: &str, expect: &[usize]| {
            let found = literals(&[source(path, text)]);
            assert_eq!(found.len(), expect.len(), "{found:?}");
            for (line, expect) in found.iter().zip(expect) {
                assert!(line.starts_with(&format!("{path}:{expect}: ")), "{line}");
            }
        };
        let check =
            |text: &str, expect: &[usize]| check_in("crates/exhibit-web/src/a.rs", text, expect);
        check("//! A.\nhtml! {\n    p { \"No results found.\" }\n}\n", &[3]);
        check(
            "//! A.\nhtml! { p { (words.none()) \" · \" (x) } }\nfn a() { b(\"no markup here\") }\n",
            &[3],
        );
        check("//! A.\nlet a = format!(\"cannot read {path}: {error}\");\n", &[2]);
        check("//! A.\nlet a = x[0]; let b = \"one more\";\n", &[2]);
        check(
            "//! A.\nhtml! { meta content=\"noindex, nofollow\"; code { \"exhibit ingest FOLDER\" } }\n",
            &[2],
        );
        check(
            "//! A.\nlet a = \"X-Content-Type-Options\"; let b = \"{} {}\"; // two words\n/* two words */\n",
            &[],
        );
        check(
            "//! A.\n#[command(about = \"a help text\", long = [\"of two\"])]\n#![doc = \"of two\"]\nfn a() {}\n",
            &[],
        );
        check(
            "//! A.\nx.expect(\"it is never empty\"); y.expect(\"so\"); z(\"one of two\");\n",
            &[2],
        );
        check("//! A.\n\n#[cfg(test)]\nmod tests {\n    fn a() { b(\"in a test\") }\n}\n", &[]);
        check(
            "//! A.\nlet code = \"not-utf8\"; let number = \"EXH 000001\"; let letter = 'a';\n",
            &[],
        );
        check_in(
            "crates/exhibit/src/commands/doctor.rs",
            "let a = \"apt-get install two words\";\n",
            &[],
        );
        check_in(
            "crates/exhibit/src/commands/log.rs",
            "let a = \"apt-get install two words\";\n",
            &[1],
        );
        check_in(
            "crates/exhibit-web/src/pages/search/samples.rs",
            "let a = \"invented contents\";\n",
            &[],
        );
        check_in("crates/exhibit-case/src/a.rs", "let a = \"a library\";\n", &[]);
    }
}
