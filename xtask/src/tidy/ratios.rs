//! Test lines per line of code: printed for every crate, and a finding below the limits.
//!
//! A line counts if anything other than a comment is on it. Test code is everything in `tests/`, in files whose name
//! ends in `tests.rs`, in modules and items under `#[cfg(test)]`, and in the crates that only tests use. Examples,
//! benchmarks and build scripts are neither.

use super::Source;
use super::sources::without_comments;
use std::collections::{BTreeMap, BTreeSet};

/// The least test lines per line of code, in hundredths: of each crate, and of the workspace.
const LEAST_OF_CRATE: usize = 25;
const LEAST_OF_ALL: usize = 50;

/// Crates that exist for tests alone.
pub(super) const FOR_TESTS: &[&str] = &["exhibit-fuzz", "exhibit-mutate", "exhibit-testing"];

/// The lines of a crate or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Lines {
    code: usize,
    tests: usize,
}

impl Lines {
    /// Test lines per line of code, in hundredths.
    fn ratio(self) -> usize {
        (self.tests * 100).checked_div(self.code).unwrap_or(usize::MAX)
    }
}

/// The table of ratios.
pub(super) fn report(sources: &[Source]) -> String {
    let crates = crates(sources);
    let mut table =
        "test lines per line of code (at least 0.25 in each crate, 0.50 overall)\n".to_owned();
    let row = |name: &str, lines: Lines| {
        let ratio = if lines.code == 0 { "-".to_owned() } else { decimal(lines.ratio()) };
        format!("  {name:<20} {:>6} {:>6} {ratio:>5}\n", lines.code, lines.tests)
    };
    for (name, lines) in &crates {
        table.push_str(&row(name, *lines));
    }
    table + &row("all", all(&crates))
}

/// The crates below the limit, and the workspace if it is.
pub(super) fn findings(sources: &[Source]) -> Vec<String> {
    findings_of(&crates(sources))
}

fn findings_of(crates: &BTreeMap<String, Lines>) -> Vec<String> {
    let too_few = |name: &str, lines: Lines, least: usize| {
        let missing = (lines.code * least).div_ceil(100).saturating_sub(lines.tests);
        (lines.ratio() < least).then(|| {
            let (ratio, least) = (decimal(lines.ratio()), decimal(least));
            format!("{name}: {ratio} test lines per line of code, at least {least}: add tests ({missing} lines)")
        })
    };
    let each = crates.iter().filter_map(|(name, lines)| too_few(name, *lines, LEAST_OF_CRATE));
    each.chain(too_few("workspace", all(crates), LEAST_OF_ALL)).collect()
}

fn decimal(hundredths: usize) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn all(crates: &BTreeMap<String, Lines>) -> Lines {
    crates
        .values()
        .fold(Lines::default(), |a, b| Lines { code: a.code + b.code, tests: a.tests + b.tests })
}

/// The lines of every crate of the workspace.
fn crates(sources: &[Source]) -> BTreeMap<String, Lines> {
    let rust: Vec<&Source> = sources.iter().filter(|source| source.path.ends_with(".rs")).collect();
    let modules: BTreeSet<String> =
        rust.iter().flat_map(|source| test_modules(&source.path, &source.text)).collect();
    let mut crates: BTreeMap<String, Lines> = BTreeMap::new();
    for source in rust {
        let Some(name) = crate_of(&source.path) else { continue };
        let lines = crates.entry(name.to_owned()).or_default();
        let own = count(&source.text);
        let is_test =
            FOR_TESTS.contains(&name) || is_test(&source.path) || modules.contains(&source.path);
        if is_test {
            lines.tests += own.code + own.tests;
        } else {
            lines.code += own.code;
            lines.tests += own.tests;
        }
    }
    crates
}

/// The crate that a counted file belongs to.
fn crate_of(path: &str) -> Option<&str> {
    let mut parts = path.split('/');
    let name = match parts.next()? {
        "crates" => parts.next()?,
        "xtask" => "xtask",
        _ => return None,
    };
    matches!(parts.next()?, "src" | "tests").then_some(name)
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("tests.rs")
}

/// The files of the modules that a file declares under `#[cfg(test)]`.
fn test_modules(path: &str, text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let below = match file {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        own => format!("{folder}/{}", own.trim_end_matches(".rs")),
    };
    let declared = lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]").filter_map(|pair| {
        let declared = pair[1].trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
        declared.strip_prefix("mod ")?.strip_suffix(';')
    });
    declared
        .flat_map(|name| [format!("{below}/{name}.rs"), format!("{below}/{name}/mod.rs")])
        .collect()
}

/// The lines of a file, of which those under `#[cfg(test)]` are tests.
fn count(text: &str) -> Lines {
    let plain = without_comments(text);
    let mut lines = plain.lines().filter(|line| !line.trim().is_empty());
    let mut counted = Lines::default();
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            counted.code += 1;
            continue;
        }
        let indent = indent_of(line);
        counted.tests += 1;
        // the item ends with its closing brace, or on its first line
        for (number, line) in (0..).zip(lines.by_ref()) {
            counted.tests += 1;
            let is_attribute = number == 0 && line.trim_start().starts_with("#[");
            let is_over = indent_of(line) == indent && (line.ends_with('}') || line.ends_with(';'));
            if is_over && !is_attribute {
                break;
            }
        }
    }
    counted
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    fn lines(code: usize, tests: usize) -> Lines {
        Lines { code, tests }
    }

    #[test]
    fn comments_and_blank_lines_do_not_count() {
        let text = "//! A.\n\n/// B.\nfn a() { // c\n    /* d\n    e */\n    b();\n}\n";
        assert_eq!(count(text), lines(3, 0));
        assert_eq!(count("let text = \"\n// no comment\n\n\";\n"), lines(3, 0));
        assert_eq!(count(""), lines(0, 0));
    }

    #[test]
    fn code_after_a_test_item_is_code_again() {
        let module = "fn a() {}\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn b() {\n        c();\n    }\n}\nfn d() {}\n";
        assert_eq!(count(module), lines(2, 7));
        let declared = "#[cfg(test)]\nmod tests;\nfn a() {}\n";
        assert_eq!(count(declared), lines(1, 2));
        let method =
            "impl A {\n    #[cfg(test)]\n    #[must_use]\n    fn b() {\n    }\n    fn c() {}\n}\n";
        assert_eq!(count(method), lines(3, 4));
        let unfinished = "#[cfg(test)]\nmod tests {\n";
        assert_eq!(count(unfinished), lines(0, 2));
    }

    #[test]
    fn files_belong_to_crates() {
        for (path, expected) in [
            ("crates/exhibit-bag/src/bag/seal.rs", Some("exhibit-bag")),
            ("crates/exhibit-bag/tests/it/main.rs", Some("exhibit-bag")),
            ("crates/exhibit-bag/examples/x.rs", None),
            ("crates/exhibit-messages/build/main.rs", None),
            ("xtask/src/main.rs", Some("xtask")),
            ("fuzz/fuzz_targets/tile.rs", None),
            ("build.rs", None),
        ] {
            assert_eq!(crate_of(path), expected, "{path}");
        }
    }

    #[test]
    fn test_modules_in_files_are_tests() {
        let parent = "#[cfg(test)]\nmod testing;\n#[cfg(test)]\npub(crate) mod made;\nmod code;\n";
        let found = test_modules("crates/a/src/office/mod.rs", parent);
        assert!(found.contains(&"crates/a/src/office/testing.rs".to_owned()), "{found:?}");
        assert!(found.contains(&"crates/a/src/office/made/mod.rs".to_owned()), "{found:?}");
        assert_eq!(found.len(), 4);
        let below = test_modules("crates/a/src/office.rs", "#[cfg(test)]\nmod x;\n");
        assert_eq!(below[0], "crates/a/src/office/x.rs");
        let sources = [
            source("crates/a/src/office/mod.rs", parent),
            source("crates/a/src/office/testing.rs", "fn a() {}\nfn b() {}\n"),
            source("crates/a/src/office/code.rs", "fn a() {}\n"),
            source("crates/a/src/office/more_tests.rs", "fn a() {}\n"),
            source("crates/a/tests/it/main.rs", "fn a() {}\n"),
            source("crates/exhibit-mutate/src/lib.rs", "fn a() {}\n"),
        ];
        let crates = crates(&sources);
        assert_eq!(crates["a"], lines(2, 8));
        assert_eq!(crates["exhibit-mutate"], lines(0, 1));
        assert_eq!(all(&crates), lines(2, 9));
    }

    #[test]
    fn too_few_tests_are_a_finding_at_the_limit() {
        let of = |a: Lines, b: Lines| {
            findings_of(&BTreeMap::from([("a".to_owned(), a), ("b".to_owned(), b)]))
        };
        assert_eq!(of(lines(100, 25), lines(100, 75)), [] as [&str; 0]);
        assert_eq!(of(lines(0, 0), lines(100, 50)), [] as [&str; 0]);
        let found = of(lines(100, 24), lines(100, 76));
        assert!(
            matches!(&found[..], [one] if one.starts_with("a: 0.24") && one.contains("(1 lines)")),
            "{found:?}"
        );
        let found = of(lines(100, 45), lines(100, 50));
        assert!(matches!(&found[..], [one] if one.starts_with("workspace: 0.47")), "{found:?}");
        assert_eq!(of(lines(1000, 0), lines(100, 100)).len(), 2);
    }

    #[test]
    fn the_table_has_a_row_for_each_crate_and_their_sum() {
        let sources = [
            source("crates/a/src/lib.rs", "fn a() {}\nfn b() {}\n"),
            source("crates/a/tests/it/main.rs", "fn c() {}\n"),
        ];
        let table = report(&sources);
        assert!(
            table.lines().any(|line| line.split_whitespace().eq(["a", "2", "1", "0.50"])),
            "{table}"
        );
        assert!(
            table.lines().any(|line| line.split_whitespace().eq(["all", "2", "1", "0.50"])),
            "{table}"
        );
    }
}
