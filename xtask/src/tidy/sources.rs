//! Rules for Rust files: the header, the length, `unwrap`, `unsafe`, and which crates may use system resources.
//!
//! Files are read line by line, not parsed: rules apply to code with comments and strings blanked out. Test code (from
//! `#[cfg(test)]` followed by `mod`, to the end of the file) is exempt from the rules about panics.

use super::Source;

/// The maximum number of lines in a file.
const MAX_LINES: usize = 900;

/// Words that only some crates may use, and why.
const RESERVED: &[(&str, &[&str], &str)] = &[
    ("unsafe", &["crates/exhibit-cage/"], "only exhibit-cage has unsafe code"),
    (
        "SystemTime::now",
        &["crates/exhibit/", "xtask/"],
        "the clock is a parameter; only the binary reads it",
    ),
    (
        "env::var",
        &["crates/exhibit/", "xtask/", "crates/exhibit-ocr/build.rs"],
        "only the binary reads the environment",
    ),
    ("TcpListener", &["crates/exhibit/", "crates/exhibit-web/"], "only the web surface listens"),
    (
        "TcpStream",
        &["crates/exhibit-web/src/connections.rs"],
        "nothing in Exhibit connects to anything: accepted connections are answered in one place",
    ),
    ("UdpSocket", &[], "nothing in Exhibit connects to anything"),
];

/// The only file that joins the paths of a case.
const CASE_FOLDER: &str = "crates/exhibit-case/src/folder.rs";

/// The names of a case's files that nothing else in Exhibit joins to a path.
const CASE_FILES: &[&str] = &[
    "exhibit.toml",
    "originals",
    "derived",
    "derived/pages",
    "derived/pictures",
    "derived/cited",
    "catalogue.db",
    "index",
    "index.new",
    "custody",
    "access",
    "anchors",
    "bags",
    "batches",
    "quotes",
    "saved.json",
    "history.json",
    "tags.ndjson",
    "passwords",
];

/// The findings in all Rust files.
pub(super) fn findings(sources: &[Source]) -> Vec<String> {
    let rust = sources.iter().filter(|source| source.path.ends_with(".rs"));
    rust.flat_map(|source| findings_in(&source.path, &source.text)).collect()
}

/// The findings in one Rust file.
fn findings_in(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !text.starts_with("//! ") {
        found.push(format!(
            "{path}:1: begin the file with `//!`: its purpose, its invariants, what it does not do"
        ));
    }
    let lines: Vec<&str> = text.lines().collect();
    let length = lines.len();
    if length > MAX_LINES {
        found.push(format!("{path}:{length}: longer than {MAX_LINES} lines: split it by subject"));
    }
    let is_test = is_test_file(path);
    for (number, line) in code_lines(text, !is_test) {
        if !is_test && line.contains(".unwrap()") {
            found.push(format!(
                "{path}:{number}: `unwrap` outside tests: handle it, or `expect` with the reason it cannot fail"
            ));
        }
        if !is_test
            && path != CASE_FOLDER
            && let Some(name) =
                joined_case_file(&line, lines.get(number - 1).copied().unwrap_or_default())
        {
            found.push(format!(
                "{path}:{number}: {name} is joined to a path: only `CaseFolder` joins the paths of a case"
            ));
        }
        for (word, homes, why) in RESERVED {
            let is_allowed = is_test
                || path.starts_with("xtask/src/tidy/")
                || homes.iter().any(|home| path.starts_with(home));
            if !is_allowed && has_word(&line, word) {
                found.push(format!("{path}:{number}: `{word}`: {why}"));
            }
        }
    }
    found
}

/// The file of a case that a line joins to a path: by a literal, or by a name that is for reports. `code` is the line
/// with strings and comments blanked.
fn joined_case_file(code: &str, line: &str) -> Option<String> {
    if code.contains(".join(CaseFolder::") {
        return Some("a place of a case".to_owned());
    }
    let joins = code.contains(".join(");
    let name =
        CASE_FILES.iter().find(|name| joins && line.contains(&format!(".join(\"{name}\")")))?;
    Some(format!("{name:?}"))
}

/// Whether a whole file is test, bench or example code.
pub(super) fn is_test_file(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    path.contains("/tests/")
        || path.contains("/examples/")
        || path.contains("/benches/")
        || file.ends_with("tests.rs")
}

/// The numbered lines of code with strings and comments blanked, up to the test module if `stop_at_tests`.
pub(super) fn code_lines(text: &str, stop_at_tests: bool) -> Vec<(usize, String)> {
    let blanked = blank(text);
    let lines: Vec<&str> = blanked.lines().collect();
    let opens_tests = |pair: &[&str]| {
        pair[0].trim() == "#[cfg(test)]"
            && pair[1].trim_start().starts_with("mod ")
            && pair[1].contains('{')
    };
    let end = if stop_at_tests { lines.windows(2).position(opens_tests) } else { None };
    let kept = &lines[..end.unwrap_or(lines.len())];
    kept.iter().enumerate().map(|(index, line)| (index + 1, (*line).to_owned())).collect()
}

/// Whether `line` contains `word` without a letter, digit or underscore on either side.
pub(super) fn has_word(line: &str, word: &str) -> bool {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        !joins(line[..at].chars().next_back()) && !joins(line[at + word.len()..].chars().next())
    })
}

/// Replaces comments, strings and character literals by spaces, keeping the lines.
fn blank(text: &str) -> String {
    blank_if(text, |_| true)
}

/// Replaces comments by spaces, keeping the lines.
pub(super) fn without_comments(text: &str) -> String {
    blank_if(text, |hidden| hidden.starts_with("//") || hidden.starts_with("/*"))
}

fn blank_if(text: &str, hides: impl Fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let hidden = hidden_prefix(rest, out.chars().next_back());
        if hidden == 0 {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            let hide = hides(&rest[..hidden]);
            out.extend(rest[..hidden].chars().map(|c| if c == '\n' || !hide { c } else { ' ' }));
            rest = &rest[hidden..];
        }
    }
    out
}

/// The length in bytes of the comment or literal at the start of `text`; 0 for code.
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
    if text.starts_with('r') && !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
        || text.starts_with("br")
    {
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

/// The length of a literal that ends at the next unescaped `end`.
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
            assert!(line.contains(part), "{line} contains {part}");
        }
    }

    const LIBRARY: &str = "crates/exhibit-store/src/lib.rs";

    #[test]
    fn files_have_a_header() {
        check(LIBRARY, "//! The store.\nfn a() {}\n", &[]);
        check(LIBRARY, "fn a() {}\n", &["begin the file"]);
        check(LIBRARY, &format!("//! Long.\n{}", "\n".repeat(900)), &["longer than 900"]);
    }

    #[test]
    fn unwrap_is_only_for_tests() {
        check(LIBRARY, "//! S.\nfn a() { b().unwrap(); }\n", &["lib.rs:2: `unwrap`"]);
        check(LIBRARY, "//! S.\n#[cfg(test)]\nmod tests {\n fn a() { b().unwrap(); }\n}\n", &[]);
        check(
            LIBRARY,
            "//! S.\n#[cfg(test)]\nmod tests;\nfn a() { b().unwrap(); }\n",
            &["lib.rs:4"],
        );
        check("crates/exhibit-store/tests/it/main.rs", "//! T.\nfn a() { b().unwrap(); }\n", &[]);
        check(
            LIBRARY,
            "//! S.\n/// Never `.unwrap()`.\nfn a() { say(\"b.unwrap()\"); r#\"\"b.unwrap()\"#; }\n",
            &[],
        );
    }

    #[test]
    fn reserved_words_are_limited_to_their_crates() {
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
    fn only_the_case_folder_joins_paths_of_a_case() {
        let literal = "//! S.\nlet path = folder.join(\"catalogue.db\");\n";
        check("crates/exhibit-bag/src/lib.rs", literal, &["lib.rs:2: \"catalogue.db\" is joined"]);
        check("crates/exhibit-bag/tests/it/main.rs", literal, &[]);
        check(CASE_FOLDER, literal, &[]);
        let place = "//! S.\nlet path = folder.join(CaseFolder::CUSTODY);\n";
        check("crates/exhibit/src/main.rs", place, &["a place of a case is joined"]);
        check(
            LIBRARY,
            "//! S.\n// folder.join(\"custody\")\nlet p = f.join(\"custodian\"); Place::path(CaseFolder::CUSTODY);\n",
            &[],
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
