//! The wall around the contents of a case: they are read only through `CaseView`.
//!
//! The compiler enforces most of it: the reading methods of `Case` are private to its crate. This wall closes what has to
//! be public for other reasons: the openers of `CaseFolder`, the catalogue of a writer, and the constructors of scopes.
//! Tests, examples and crates for tests are exempt.

use super::Source;
use super::ratios::FOR_TESTS;
use super::sources::{code_lines, is_test_file};

/// Code that opens contents of a case without a view, where it may be, and why elsewhere not.
const RESERVED: &[(&str, &[&str], &str)] = &[
    ("Catalogue::open_for", &["crates/exhibit-catalogue/", "crates/exhibit-case/"], VIEW),
    ("catalogue_for_writing(", &["crates/exhibit-case/"], VIEW),
    (
        "catalogue_for_reading(",
        &["crates/exhibit-case/", "crates/exhibit-ingest/", "crates/exhibit-audit/"],
        VIEW,
    ),
    (
        "Index::open_or_create(",
        &["crates/exhibit-index/", "crates/exhibit-case/", "crates/exhibit-ingest/"],
        VIEW,
    ),
    (".packs()", &["crates/exhibit-case/", "crates/exhibit-ingest/"], VIEW),
    ("folder.originals()", &["crates/exhibit-case/", "crates/exhibit-ingest/"], VIEW),
    ("folder().originals()", &["crates/exhibit-audit/"], VIEW),
    ("folder.cited()", &["crates/exhibit-case/"], VIEW),
    (
        "folder.log()",
        &["crates/exhibit-case/", "crates/exhibit-bag/"],
        "the log is read by `CaseView::entries`",
    ),
    (
        ".whole()",
        &[
            "crates/exhibit-case/",
            "crates/exhibit-audit/",
            "crates/exhibit-bag/src/bag/received.rs",
            "crates/exhibit-bag/src/quote/mod.rs",
            "crates/exhibit-search/src/history.rs",
            "crates/exhibit-search/src/saved.rs",
        ],
        "a case without a scope is for its checks and for what has no single document",
    ),
    (
        "DocumentScope::",
        &["crates/exhibit-index/", "crates/exhibit-case/src/scope.rs"],
        "only `CaseView` turns a scope into documents of the index",
    ),
    ("Scope::restricted", &[], "nothing grants a restricted scope yet"),
];

const VIEW: &str = "a case is read only through `CaseView`";

/// The crates that may read the catalogue of a `CaseWriter`; others only begin a transaction with it.
const CATALOGUE_READERS: &[&str] = &[
    "crates/exhibit-catalogue/",
    "crates/exhibit-case/",
    "crates/exhibit-ingest/",
    "crates/exhibit-audit/",
];

/// All violations.
pub(super) fn findings(sources: &[Source]) -> Vec<String> {
    let code = sources.iter().filter(|source| {
        let of_crate = source.path.strip_prefix("crates/").and_then(|path| path.split('/').next());
        of_crate.is_some_and(|name| !FOR_TESTS.contains(&name))
            && source.path.ends_with(".rs")
            && !is_test_file(&source.path)
    });
    code.flat_map(|source| findings_in(&source.path, &source.text)).collect()
}

fn findings_in(path: &str, text: &str) -> Vec<String> {
    let is_at_home = |homes: &[&str]| homes.iter().any(|home| path.starts_with(home));
    let mut found = Vec::new();
    for (number, line) in code_lines(text, true) {
        for (code, homes, why) in RESERVED {
            if starts_a_name(&line, code) && !is_at_home(homes) {
                found.push(format!("{path}:{number}: `{code}`: {why}"));
            }
        }
        let reads = line.split(".catalogue.").skip(1).any(|rest| !rest.starts_with("begin("));
        if reads && !is_at_home(CATALOGUE_READERS) {
            found.push(format!("{path}:{number}: `.catalogue`: {VIEW}"));
        }
    }
    found
}

// `CaseScope::restricted` is not `Scope::restricted`.
fn starts_a_name(line: &str, code: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(code).any(|(at, _)| code.starts_with('.') || !line[..at].ends_with(joins))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, line: &str, expected: bool) {
        let source =
            Source { path: path.to_owned(), text: format!("//! A file.\nfn a() {{ {line} }}\n") };
        assert_eq!(!findings(&[source]).is_empty(), expected, "{path}: {line}");
    }

    #[test]
    fn contents_of_a_case_are_read_through_a_view() {
        for line in [
            "let rows = held.catalogue.pages(id)?;",
            "let all = case.folder.catalogue_for_reading()?;",
            "let all = Catalogue::open_for_reading(path)?;",
            "let index = Index::open_or_create(&case.folder.index())?;",
            "let packs = case.folder.packs();",
            "let store = case.folder.originals()?;",
            "let whole = view.whole()?;",
            "let scope = DocumentScope::FULL;",
            "let view = view.within(Scope::restricted([id]));",
        ] {
            for path in [
                "crates/exhibit-web/src/app.rs",
                "crates/exhibit/src/commands/ls.rs",
                "crates/exhibit-bag/src/lib.rs",
            ] {
                check(path, line, true);
            }
            check("crates/exhibit-web/tests/it/main.rs", line, false);
            check("crates/exhibit-testing/src/receive.rs", line, false);
            check("crates/exhibit-testing-more/src/receive.rs", line, true);
            check("crates/exhibit-web/src/app.rs", &format!("// {line}\n"), false);
        }
        check("crates/exhibit-web/src/app.rs", "let log = case.folder.log()?;", true);
    }

    #[test]
    fn writers_checks_and_views_are_exempt() {
        check("crates/exhibit-bag/src/quote/mod.rs", "let work = held.catalogue.begin()?;", false);
        check("crates/exhibit-web/src/app.rs", "let rows = app.view().pages(id)?;", false);
        check(
            "crates/exhibit-ingest/src/run.rs",
            "let open = folder.catalogue_for_reading();",
            false,
        );
        check(
            "crates/exhibit-ingest/src/run.rs",
            "let done = held.catalogue.stage_versions(name);",
            false,
        );
        check("crates/exhibit-audit/src/context.rs", "let whole = view.whole()?;", false);
        check("crates/exhibit-case/src/scope.rs", "let all = DocumentScope::FULL;", false);
        check("crates/exhibit-case/src/view/mod.rs", "let all = DocumentScope::FULL;", true);
        check("crates/exhibit-bag/src/bag/received.rs", "let whole = view.whole()?;", false);
    }
}
