//! Rules on text that looks like code and code that looks like text.

use super::sources::{
    code_lines, findings, has_word, hidden_prefix, is_test_file, without_comments,
};
use super::{Source, ratios, texts, tracked};

fn source(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: text.to_owned() }
}

fn found(path: &str, text: &str) -> Vec<String> {
    findings(&[source(path, text)])
}

const LIBRARY: &str = "crates/exhibit-store/src/lib.rs";

#[test]
fn literals_of_every_kind_are_hidden() {
    for (text, length) in [
        ("\"a\"b", 3),
        ("\"a\\\"b\"c", 6),
        ("\"\"c", 2),
        ("r\"a\\\"b", 5),
        ("r#\"a\"b\"#c", 8),
        ("br#\"a\"#c", 7),
        ("'a'b", 3),
        ("'\\''b", 4),
        ("'登'b", 5),
        ("'a b", 0),
        ("// a\nb", 4),
        ("/* a\n */b", 8),
        ("\"never closed", 13),
        ("fn a", 0),
        ("", 0),
    ] {
        assert_eq!(hidden_prefix(text, None), length, "{text:?}");
    }
    assert_eq!(hidden_prefix("r\"a\"", Some('x')), 0, "the end of a name is no raw string");
}

#[test]
fn comments_go_and_strings_stay() {
    let text = "let a = \"// not a comment\"; // a comment\n/* one\ntwo */ let b = 'x';\n";
    let plain = without_comments(text);
    assert!(plain.contains("\"// not a comment\"") && !plain.contains("a comment\n"), "{plain}");
    assert_eq!(plain.lines().count(), text.lines().count(), "lines keep their numbers");
    assert!(!plain.contains("two") && plain.contains("let b = 'x';"), "{plain}");
}

#[test]
fn words_are_whole() {
    for (line, expected) in [
        ("unsafe {", true),
        ("(unsafe)", true),
        ("unsafe_code", false),
        ("is_unsafe", false),
        ("notunsafe unsafe", true),
        ("UNSAFE", false),
        ("登unsafe", false),
    ] {
        assert_eq!(has_word(line, "unsafe"), expected, "{line}");
    }
}

#[test]
fn a_file_is_judged_by_its_place() {
    for (path, expected) in [
        ("crates/a/tests/it/main.rs", true),
        ("crates/a/src/tests.rs", true),
        ("crates/a/src/jobs_tests.rs", true),
        ("crates/a/examples/b.rs", true),
        ("crates/a/src/contests.rs", true),
        ("crates/a/src/test.rs", false),
        ("crates/a/src/testing/mod.rs", false),
    ] {
        assert_eq!(is_test_file(path), expected, "{path}");
    }
}

#[test]
fn rules_hold_up_to_the_test_module_and_not_in_it() {
    let text = "//! S.\nfn a() { b().unwrap(); }\n#[cfg(test)]\nmod tests {\n    fn c() { d().unwrap(); }\n}\n";
    assert_eq!(
        found(LIBRARY, text),
        [format!(
            "{LIBRARY}:2: `unwrap` outside tests: handle it, or `expect` with the reason it cannot fail"
        )]
    );
    assert_eq!(code_lines(text, true).len(), 2);
    assert_eq!(code_lines(text, false).len(), 6);
    assert_eq!(found(LIBRARY, "//! S.\nfn a() { b(\"TcpStream\"); }\n"), [] as [&str; 0]);
    assert_eq!(found(LIBRARY, "//! S.\nlet a = std::env::var(\"A\");\n").len(), 1);
    assert!(
        found("crates/exhibit/src/system.rs", "//! S.\nlet a = std::env::var(\"A\");\n").is_empty()
    );
}

#[test]
fn a_path_of_a_case_is_joined_in_one_file() {
    for (line, expected) in [
        ("folder.join(\"originals\")", 1),
        ("folder.join(\"derived/pages\")", 1),
        ("folder.join(\"originals.txt\")", 0),
        ("folder.join(name)", 0),
        ("\"originals\".to_owned()", 0),
        ("folder.join(CaseFolder::INDEX)", 1),
    ] {
        assert_eq!(found(LIBRARY, &format!("//! S.\nlet a = {line};\n")).len(), expected, "{line}");
    }
}

#[test]
fn every_finding_names_its_place() {
    let sources = [
        source("crates/exhibit-store/src/a.rs", "fn a() { b().unwrap() }\n"),
        source("crates/exhibit-store/src/b.rs", "//! B.\nunsafe {}\n"),
        source("docs/a.md", "fine \n"),
        source("docs/b.toml", "a = 1 \n"),
    ];
    let all: Vec<String> =
        findings(&sources).into_iter().chain(tracked::findings(&sources, "/build/x")).collect();
    assert_eq!(all.len(), 4, "{all:#?}");
    assert!(
        all.iter().all(|line| sources
            .iter()
            .any(|source| line.starts_with(&format!("{}:", source.path)))),
        "{all:#?}"
    );
}

#[test]
fn texts_are_used_by_code_and_not_by_tests() {
    let texts_of =
        |key: &str| source("crates/exhibit-messages/texts/en/a.ftl", &format!("{key} = A\n"));
    let user = |path: &str| source(path, "//! A.\nfn a() { cli::a_key() }\n");
    assert!(texts::unused(&[texts_of("a-key"), user("crates/exhibit/src/main.rs")]).is_empty());
    assert_eq!(
        texts::unused(&[texts_of("a-key"), user("crates/exhibit/tests/it/main.rs")]).len(),
        1
    );
    assert_eq!(
        texts::unused(&[texts_of("another-key"), user("crates/exhibit/src/main.rs")]).len(),
        1
    );
    let german = source("crates/exhibit-messages/texts/de/a.ftl", "a-key = A\n");
    assert!(texts::unused(&[german]).is_empty(), "English is complete, the others follow it");
}

#[test]
fn ratios_count_what_they_say() {
    let sources = [
        source("crates/a/src/lib.rs", &format!("//! A.\n{}", "fn a() {}\n".repeat(8))),
        source("crates/a/tests/it/main.rs", "//! T.\nfn a() {}\n\n// b\n"),
        source("crates/exhibit-testing/src/lib.rs", &"fn a() {}\n".repeat(2)),
        source("docs/a.md", "text\n"),
    ];
    let found = ratios::findings(&sources);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].starts_with("a: 0.12") && found[1].starts_with("workspace: 0.37"),
        "{found:?}"
    );
}
