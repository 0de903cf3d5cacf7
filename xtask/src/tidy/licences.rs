//! Licences: checks the licence of every package against the list in deny.toml.
//!
//! cargo-deny reads the same list; this rule needs no installed tool, so the policy is always checked. It supports SPDX
//! expressions (`OR`, `AND`, `WITH`, brackets, and the deprecated `/` for `OR`).

use serde_json::Value;
use std::collections::BTreeSet;

/// The `allow` list of deny.toml's `[licenses]`.
pub(super) fn allowed(deny: &str) -> Result<BTreeSet<String>, String> {
    let section = deny.split("\n[licenses]").nth(1).ok_or("deny.toml has no [licenses]")?;
    let list = section.split("\nallow = [").nth(1).and_then(|rest| rest.split(']').next());
    let list = list.ok_or("deny.toml has no `allow = [` in [licenses]")?;
    let lines = list.lines().map(|line| line.split('#').next().unwrap_or(""));
    Ok(lines
        .flat_map(|line| line.split(','))
        .map(|name| name.trim().trim_matches('"').to_owned())
        .filter(|name| !name.is_empty())
        .collect())
}

/// Packages whose licence is not allowed.
pub(super) fn findings(metadata: &Value, allowed: &BTreeSet<String>) -> Vec<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let mut found = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or("");
        match package["license"].as_str() {
            None => found.push(format!("{name}: no licence")),
            Some(expression) if !satisfied(expression, allowed) => {
                found.push(format!(
                    "{name}: licence `{expression}` is not among those in deny.toml"
                ));
            }
            Some(_) => {}
        }
        let source = package["source"].as_str().unwrap_or("");
        if !source.is_empty() && source != "registry+https://github.com/rust-lang/crates.io-index" {
            found.push(format!("{name}: comes from {source}, not from crates.io"));
        }
    }
    found
}

/// Whether the allowed licences satisfy an SPDX expression; a malformed one is not satisfied.
fn satisfied(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { tokens: &tokens, allowed };
    matches!(reader.either(), Some(true)) && reader.tokens.is_empty()
}

/// Parses an expression from left to right; `AND` binds tighter than `OR`.
struct Reader<'a> {
    tokens: &'a [&'a str],
    allowed: &'a BTreeSet<String>,
}

impl Reader<'_> {
    fn take(&mut self, word: &str) -> bool {
        let taken = self.tokens.first() == Some(&word);
        if taken {
            self.tokens = &self.tokens[1..];
        }
        taken
    }

    fn either(&mut self) -> Option<bool> {
        let mut enough = self.both()?;
        while self.take("OR") {
            enough |= self.both()?;
        }
        Some(enough)
    }

    fn both(&mut self) -> Option<bool> {
        let mut enough = self.one()?;
        while self.take("AND") {
            enough &= self.one()?;
        }
        Some(enough)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let inner = self.either()?;
            return self.take(")").then_some(inner);
        }
        let (name, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        if self.take("WITH") {
            let (exception, rest) = self.tokens.split_first()?;
            self.tokens = rest;
            return Some(self.allowed.contains(&format!("{name} WITH {exception}")));
        }
        Some(self.allowed.contains(*name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> BTreeSet<String> {
        allowed("[graph]\n\n[licenses]\nversion = 2\nallow = [\n  \"MIT\", # ours\n  \"Zlib\",\n  \"Apache-2.0\",\n]\n")
            .expect("a list")
    }

    #[test]
    fn parses_the_list_of_deny_toml() {
        assert_eq!(list().into_iter().collect::<Vec<_>>(), ["Apache-2.0", "MIT", "Zlib"]);
        assert!(allowed("[bans]\n").is_err());
    }

    #[test]
    fn expressions() {
        for (expression, enough) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("MIT OR GPL-3.0", true),
            ("MIT/GPL-3.0", true),
            ("MIT AND GPL-3.0", false),
            ("(MIT OR GPL-3.0) AND Zlib", true),
            ("GPL-3.0 OR MIT AND Zlib", true),
            ("GPL-2.0 WITH Classpath-exception-2.0", false),
            ("Apache-2.0 WITH LLVM-exception OR MIT", true),
            ("(MIT", false),
            ("MIT MIT", false),
            ("", false),
        ] {
            assert_eq!(satisfied(expression, &list()), enough, "{expression}");
        }
    }

    #[test]
    fn packages_have_a_licence_and_come_from_the_registry() {
        let metadata = serde_json::json!({"packages": [
            {"name": "good", "license": "MIT", "source": "registry+https://github.com/rust-lang/crates.io-index"},
            {"name": "silent", "license": null, "source": null},
            {"name": "far", "license": "MIT", "source": "git+https://example.org/far"},
        ]});
        let found = findings(&metadata, &list());
        assert_eq!(
            found,
            [
                "silent: no licence",
                "far: comes from git+https://example.org/far, not from crates.io"
            ]
        );
    }
}
