//! Rules for Rust files: the header, the length, `unwrap`, `unsafe`, and who may ask the machine for what.
//!
//! Files are read line by line, not parsed: a rule looks at code with comments and strings blanked out, and test code
//! (from `#[cfg(test)]` followed by `mod`, to the end of the file) is free of the rules about panicking.

use super::Source;

/// The most lines of one file.
const LONGEST: usize = 900;

/// What only some crates may say, and why.
const RESERVED: &[(&str, &[&str], &str)] = &[
    ("unsafe", &["crates/exhibit-cage/"], "only exhibit-cage has unsafe code"),
    ("SystemTime::now", &["crates/exhibit/", "xtask/"], "the clock is a parameter; only the binary asks for the time"),
    ("env::var", &["crates/exhibit/", "xtask/"], "only the binary reads the environment"),
    ("TcpListener", &["crates/exhibit/", "crates/exhibit-web/"], "only the web surface listens"),
    ("TcpStream", &[], "nothing in Exhibit connects to anything"),
    ("UdpSocket", &[], "nothing in Exhibit connects to anything"),
];

/// Every breach in every Rust file.
pub(super) fn findings(sources: &[Source]) -> Vec<String> {
    let rust = sources.iter().filter(|source| source.path.ends_with(".rs"));
    rust.flat_map(|source| findings_in(&source.path, &source.text)).collect()
}

/// Every breach in one Rust file.
fn findings_in(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !text.starts_with("//! ") {
        found.push(format!(
            "{path}:1: begin the file with `//!`: what it is for, what always holds, what it does not do"
        ));
    }
    let length = text.lines().count();
    if length > LONGEST {
        found.push(format!("{path}:{length}: longer than {LONGEST} lines: split it by subject"));
    }
    let tests_alone = is_test_file(path);
    for (number, line) in code_lines(text, !tests_alone) {
        if !tests_alone && line.contains(".unwrap()") {
            found.push(format!(
                "{path}:{number}: `unwrap` outside tests: handle it, or `expect` with the reason it cannot fail"
            ));
        }
        for (word, homes, why) in RESERVED {
            let at_home =
                tests_alone || path.starts_with("xtask/src/tidy/") || homes.iter().any(|home| path.starts_with(home));
            if !at_home && has_word(&line, word) {
                found.push(format!("{path}:{number}: `{word}`: {why}"));
            }
        }
    }
    found
}

/// Whether a whole file is test, bench or example code.
pub(super) fn is_test_file(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    path.contains("/tests/") || path.contains("/examples/") || path.contains("/benches/") || file.ends_with("tests.rs")
}

/// The lines of code with their numbers, strings and comments blanked; up to the test module if `stop_at_tests`.
pub(super) fn code_lines(text: &str, stop_at_tests: bool) -> Vec<(usize, String)> {
    let blanked = blank(text);
    let lines: Vec<&str> = blanked.lines().collect();
    let opens_tests = |pair: &[&str]| {
        pair[0].trim() == "#[cfg(test)]" && pair[1].trim_start().starts_with("mod ") && pair[1].contains('{')
    };
    let end = if stop_at_tests { lines.windows(2).position(opens_tests) } else { None };
    let kept = &lines[..end.unwrap_or(lines.len())];
    kept.iter().enumerate().map(|(index, line)| (index + 1, (*line).to_owned())).collect()
}

/// Whether `word` stands in `line` with no letter, digit or underscore on either side.
pub(super) fn has_word(line: &str, word: &str) -> bool {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word)
        .any(|(at, _)| !joins(line[..at].chars().next_back()) && !joins(line[at + word.len()..].chars().next()))
}

/// The same text with what stands in comments, strings and character literals replaced by spaces, lines kept.
fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let hidden = hidden_prefix(rest, out.chars().next_back());
        if hidden == 0 {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            out.extend(rest[..hidden].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[hidden..];
        }
    }
    out
}

/// How many bytes at the start of `text` are a comment or a literal; 0 for code.
pub(super) fn hidden_prefix(text: &str, before: Option<char>) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return text.find("*/").map_or(text.len(), |at| at + 2);
    }
    if text.starts_with('"') {
        return quoted(text, '"');
    }
    if text.starts_with('r') && !before.is_some_and(|c| c.is_alphanumeric() || c == '_') || text.starts_with("br") {
        let opening = text.trim_start_matches('b').trim_start_matches('r');
        let hashes = opening.len() - opening.trim_start_matches('#').len();
        if opening[hashes..].starts_with('"') {
            let start = text.len() - opening.len() + hashes + 1;
            let end = format!("\"{}", "#".repeat(hashes));
            return text[start..].find(&end).map_or(text.len(), |at| start + at + end.len());
        }
    }
    // a character literal, not a lifetime: closed after one character or an escape
    if let Some(inner) = text.strip_prefix('\'') {
        let mut chars = inner.chars();
        match chars.next() {
            Some('\\') => return quoted(text, '\''),
            Some(c) if chars.next() == Some('\'') => return c.len_utf8() + 2,
            _ => {}
        }
    }
    0
}

/// The length of a literal that ends at the next `end` without a backslash before it.
fn quoted(text: &str, end: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == end => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, expect: &[&str]) {
        let found = findings_in(path, text);
        assert_eq!(found.len(), expect.len(), "{found:#?}");
        for (line, part) in found.iter().zip(expect) {
            assert!(line.contains(part), "{line} says {part}");
        }
    }

    const LIBRARY: &str = "crates/exhibit-store/src/lib.rs";

    #[test]
    fn a_file_says_what_it_is_for() {
        check(LIBRARY, "//! The store.\nfn a() {}\n", &[]);
        check(LIBRARY, "fn a() {}\n", &["begin the file"]);
        check(LIBRARY, &format!("//! Long.\n{}", "\n".repeat(900)), &["longer than 900"]);
    }

    #[test]
    fn unwrap_is_for_tests() {
        check(LIBRARY, "//! S.\nfn a() { b().unwrap(); }\n", &["lib.rs:2: `unwrap`"]);
        check(LIBRARY, "//! S.\n#[cfg(test)]\nmod tests {\n fn a() { b().unwrap(); }\n}\n", &[]);
        check(LIBRARY, "//! S.\n#[cfg(test)]\nmod tests;\nfn a() { b().unwrap(); }\n", &["lib.rs:4"]);
        check("crates/exhibit-store/tests/it/main.rs", "//! T.\nfn a() { b().unwrap(); }\n", &[]);
        check(LIBRARY, "//! S.\n/// Never `.unwrap()`.\nfn a() { say(\"b.unwrap()\"); r#\"\"b.unwrap()\"#; }\n", &[]);
    }

    #[test]
    fn what_is_reserved_stays_at_home() {
        check(LIBRARY, "//! S.\nfn a() { unsafe { b() } }\n", &["only exhibit-cage"]);
        check("crates/exhibit-cage/src/sys.rs", "//! S.\nfn a() { unsafe { b() } }\n", &[]);
        check(LIBRARY, "//! S.\n#![forbid(unsafe_code)]\nfn unsafely() {}\n", &[]);
        check(LIBRARY, "//! S.\nlet now = SystemTime::now();\n", &["the clock is a parameter"]);
        check(
            "crates/exhibit/src/main.rs",
            "//! S.\nlet now = SystemTime::now();\nTcpStream::connect(x);\n",
            &["connects"],
        );
    }

    #[test]
    fn literals_and_comments_are_not_code() {
        assert_eq!(blank("a '\"' b \"x\\\"y\" c"), "a     b        c");
        assert_eq!(blank("fn a<'a>(x: &'a str)"), "fn a<'a>(x: &'a str)");
        assert_eq!(blank("x // y\nz /* q\nq */ w"), "x     \nz     \n     w");
        assert_eq!(blank("let c = '\\''; d"), "let c =     ; d");
    }
}
