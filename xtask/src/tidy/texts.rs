//! Rules for texts for people: every message of `exhibit-messages` is used, and converted crates have no English of their own.

use super::Source;
use super::sources::{code_lines, has_word, hidden_prefix, is_test_file};

/// Where the English texts are, one file for each room.
const ENGLISH: &str = "crates/exhibit-messages/texts/en/";

/// Crates whose texts are all in `exhibit-messages`: their markup has no literal that reads as English.
const CONVERTED: &[&str] = &["crates/exhibit-web/src/"];

/// Messages that no code uses. A name is searched for as a word, so that a common one may pass unused.
pub(super) fn unused(sources: &[Source]) -> Vec<String> {
    let is_user = |source: &&Source| source.path.ends_with(".rs") && !is_test_file(&source.path);
    let code: Vec<String> = sources
        .iter()
        .filter(is_user)
        .map(|source| code_lines(&source.text, true).into_iter().map(|(_, line)| line + "\n").collect())
        .collect();
    let rooms = sources.iter().filter(|source| source.path.starts_with(ENGLISH) && source.path.ends_with(".ftl"));
    let mut found = Vec::new();
    for room in rooms {
        for (number, line) in room.text.lines().enumerate() {
            let Some((key, _)) = line.split_once(" =") else { continue };
            if !key.starts_with(|c: char| c.is_ascii_lowercase()) {
                continue;
            }
            let name = key.replace('-', "_");
            if !code.iter().any(|code| has_word(code, &name)) {
                found.push(format!("{}:{}: `{key}` is not used: remove it in all languages", room.path, number + 1));
            }
        }
    }
    found
}

/// Literals within `html!` that read as English.
pub(super) fn literals(sources: &[Source]) -> Vec<String> {
    let is_converted = |source: &&Source| {
        source.path.ends_with(".rs")
            && CONVERTED.iter().any(|folder| source.path.starts_with(folder))
            && !is_test_file(&source.path)
    };
    sources.iter().filter(is_converted).flat_map(|source| literals_in(&source.path, &source.text)).collect()
}

fn literals_in(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut rest, mut before) = (text, None);
    // How many braces are open, and outside of how many the outermost `html!` began.
    let (mut depth, mut markup): (usize, Option<usize>) = (0, None);
    while let Some(first) = rest.chars().next() {
        let hidden = hidden_prefix(rest, before);
        if hidden > 0 {
            let literal = &rest[..hidden];
            if markup.is_some() && literal.starts_with('"') && reads_as_english(literal) {
                let line = text[..text.len() - rest.len()].matches('\n').count() + 1;
                found.push(format!("{path}:{line}: {literal}: texts for people are in exhibit-messages"));
            }
            before = Some('"');
            rest = &rest[hidden..];
            continue;
        }
        match first {
            'h' if markup.is_none() && rest.starts_with("html! {") => markup = Some(depth),
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                if markup == Some(depth) {
                    markup = None;
                }
            }
            _ => {}
        }
        before = Some(first);
        rest = &rest[first.len_utf8()..];
    }
    found
}

/// Whether a literal has two words of letters with one space between; commands of ours are not texts.
fn reads_as_english(literal: &str) -> bool {
    let is_word = |word: &&str| word.len() > 1 && word.bytes().all(|b| b.is_ascii_alphabetic());
    let words: Vec<&str> = literal.trim_matches('"').split(' ').collect();
    words.windows(2).any(|pair| pair.iter().all(is_word)) && words[0] != "exhibit"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_message_without_a_user_is_found() {
        let texts = source(
            "crates/exhibit-messages/texts/en/cli.ftl",
            "### Commands.\n\nitems-waiting =\n    { $n ->\n       *[other] x\n    }\ndone = D\n",
        );
        let user = |text: &str| source("crates/exhibit/src/main.rs", text);
        assert!(unused(&[texts, user("//! M.\nfn a() { cli::items_waiting(3); b.done() }\n")]).is_empty());
        let texts = source("crates/exhibit-messages/texts/en/cli.ftl", "items-waiting = W\ndone = D\n");
        let found = unused(&[texts, user("//! M.\n// done\nfn a() { cli::items_waiting(\"done\"); }\n")]);
        assert_eq!(
            found,
            ["crates/exhibit-messages/texts/en/cli.ftl:2: `done` is not used: remove it in all languages"]
        );
    }

    #[test]
    fn english_in_markup_is_found() {
        let check = |text: &str, expect: &[usize]| {
            let found = literals(&[source("crates/exhibit-web/src/a.rs", text)]);
            assert_eq!(found.len(), expect.len(), "{found:?}");
            for (line, expect) in found.iter().zip(expect) {
                assert!(line.starts_with(&format!("crates/exhibit-web/src/a.rs:{expect}: ")), "{line}");
            }
        };
        check("//! A.\nhtml! {\n    p { \"No results found.\" }\n}\n", &[3]);
        check("//! A.\nhtml! { p { (words.none()) \" · \" (x) } }\nfn a() { b(\"not markup here\") }\n", &[]);
        check(
            "//! A.\nhtml! { @if a { \"one two\" } @else { b } }\nlet c = html! { i { \"three four\" } };\n",
            &[2, 3],
        );
        check("//! A.\nhtml! { meta content=\"noindex, nofollow\"; code { \"exhibit ingest FOLDER\" } }\n", &[]);
        assert!(literals(&[source("crates/exhibit/src/a.rs", "html! { \"one two\" }")]).is_empty(), "not converted");
    }
}
