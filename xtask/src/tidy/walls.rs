//! The walls between crates: the allowed dependencies of each crate, and forbidden crates.
//!
//! Read from `cargo metadata`, so the rules apply to what is compiled, independent of the manifests. Dev-dependencies
//! are not restricted, with one exception: HTTP clients are forbidden everywhere.

use super::Source;
use serde_json::Value;
use std::collections::BTreeSet;

/// The workspace crates that each workspace crate may depend on; a crate that is not listed here is a finding.
const OURS: &[(&str, &[&str])] = &[
    ("exhibit-model", &[]),
    ("exhibit-text", &["exhibit-model"]),
    ("exhibit-proof", &[]),
    ("exhibit-time", &["exhibit-model", "exhibit-proof"]),
    ("exhibit-messages", &["exhibit-model", "exhibit-query", "exhibit-proof"]),
    ("exhibit-ocr", &[]),
    ("exhibit-extract", &["exhibit-model", "exhibit-ocr"]),
    ("exhibit-cage", &["exhibit-model"]),
    ("exhibit-store", &["exhibit-model"]),
    ("exhibit-catalogue", &["exhibit-model"]),
    ("exhibit-query", &["exhibit-model", "exhibit-text"]),
    ("exhibit-index", &["exhibit-model", "exhibit-text", "exhibit-query"]),
    ("exhibit-custody", &["exhibit-model", "exhibit-proof"]),
    (
        "exhibit-case",
        &[
            "exhibit-model",
            "exhibit-proof",
            "exhibit-cage",
            "exhibit-store",
            "exhibit-catalogue",
            "exhibit-query",
            "exhibit-index",
            "exhibit-custody",
        ],
    ),
    (
        "exhibit-search",
        &[
            "exhibit-model",
            "exhibit-text",
            "exhibit-store",
            "exhibit-catalogue",
            "exhibit-query",
            "exhibit-index",
            "exhibit-case",
        ],
    ),
    (
        "exhibit-ingest",
        &[
            "exhibit-model",
            "exhibit-extract",
            "exhibit-text",
            "exhibit-proof",
            "exhibit-cage",
            "exhibit-store",
            "exhibit-catalogue",
            "exhibit-query",
            "exhibit-index",
            "exhibit-custody",
            "exhibit-case",
        ],
    ),
    (
        "exhibit-web",
        &[
            "exhibit-messages",
            "exhibit-model",
            "exhibit-text",
            "exhibit-store",
            "exhibit-catalogue",
            "exhibit-query",
            "exhibit-index",
            "exhibit-custody",
            "exhibit-case",
            "exhibit-search",
            "exhibit-ingest",
        ],
    ),
    ("exhibit-mutate", &[]),
    (
        "exhibit-fuzz",
        &[
            "exhibit-model",
            "exhibit-extract",
            "exhibit-cage",
            "exhibit-query",
            "exhibit-custody",
            "exhibit-proof",
            "exhibit-time",
        ],
    ),
    ("exhibit-verify", &["exhibit-messages", "exhibit-proof", "exhibit-time"]),
    (
        "exhibit-bag",
        &[
            "exhibit-model",
            "exhibit-proof",
            "exhibit-time",
            "exhibit-store",
            "exhibit-catalogue",
            "exhibit-custody",
            "exhibit-case",
            "exhibit-search",
            "exhibit-ingest",
            "exhibit-verify",
        ],
    ),
    (
        "exhibit-audit",
        &[
            "exhibit-messages",
            "exhibit-model",
            "exhibit-proof",
            "exhibit-store",
            "exhibit-catalogue",
            "exhibit-index",
            "exhibit-custody",
            "exhibit-case",
            "exhibit-bag",
        ],
    ),
];

/// All dependencies allowed in the crate that an opposing expert reviews.
const PROOF: &[&str] = &["sha2", "ed25519-dalek", "base64", "thiserror"];

/// Crates that the crates of pure functions and the readers of hostile files must not depend on, at any depth.
const IMPURE: &[&str] = &[
    "tokio",
    "axum",
    "hyper",
    "rusqlite",
    "tantivy",
    "tantivy-fst",
    "mio",
    "socket2",
    "libsqlite3-sys",
];
const PURE_CRATES: &[&str] = &[
    "exhibit-model",
    "exhibit-text",
    "exhibit-query",
    "exhibit-proof",
    "exhibit-time",
    "exhibit-messages",
    "exhibit-ocr",
    "exhibit-extract",
];

/// HTTP and TLS clients: none may be in Cargo.lock, not even for tests.
const CLIENTS: &[&str] = &[
    "attohttpc",
    "awc",
    "curl",
    "curl-sys",
    "hyper-rustls",
    "hyper-tls",
    "isahc",
    "minreq",
    "native-tls",
    "openssl",
    "openssl-sys",
    "reqwest",
    "rustls",
    "surf",
    "ureq",
];

/// All violations.
pub(super) fn findings(metadata: &Value) -> Vec<String> {
    let graph = Graph { metadata };
    let mut found = Vec::new();
    for name in graph.packages().filter_map(|package| package["name"].as_str()) {
        if CLIENTS.contains(&name) {
            found.push(format!("Cargo.lock: `{name}`: Exhibit must not connect to the network"));
        }
    }
    for (id, client) in graph.with_feature("client") {
        found.push(format!(
            "Cargo.lock: `{client}` ({id}) has its `client` feature on: Exhibit must not connect to the network"
        ));
    }
    for package in graph.members() {
        found.extend(graph.violations(package));
    }
    found
}

/// Manifests that do not inherit the lints of the workspace.
pub(super) fn manifest_findings(sources: &[Source]) -> Vec<String> {
    let manifests = sources.iter().filter(|source| source.path.ends_with("/Cargo.toml"));
    let without = manifests.filter(|source| !source.text.contains("[lints]\nworkspace = true"));
    without.map(|source| format!("{}: add `[lints]` / `workspace = true`", source.path)).collect()
}

/// Third-party dependencies that docs/dependencies.md does not explain, and rows there for crates that are not used.
pub(super) fn undocumented(metadata: &Value, explained: &str) -> Vec<String> {
    let crates = explained.split("\n## Programs that are not crates").next().unwrap_or("");
    let rows: BTreeSet<&str> =
        crates.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let direct = direct(metadata);
    let missing = direct.difference(&rows);
    let missing = missing.map(|name| {
        format!("docs/dependencies.md: no row for `{name}`: what for, licence, why this one")
    });
    let stale = rows
        .difference(&direct)
        .map(|name| format!("docs/dependencies.md: `{name}` is no longer used"));
    missing.chain(stale).collect()
}

/// Workspace dependencies that no workspace crate uses.
pub(super) fn unused(metadata: &Value, sources: &[Source]) -> Vec<String> {
    let root = sources
        .iter()
        .find(|source| source.path == "Cargo.toml")
        .map_or("", |source| source.text.as_str());
    let section = root
        .split("[workspace.dependencies]")
        .nth(1)
        .and_then(|rest| rest.split("\n[").next())
        .unwrap_or("");
    let names = section
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| Some(line.split_once(" = ")?.0));
    let direct = direct(metadata);
    let idle = names.filter(|name| !is_ours(name) && !direct.contains(name));
    idle.map(|name| {
        format!("Cargo.toml: no crate uses `{name}`: remove it from [workspace.dependencies]")
    })
    .collect()
}

/// The names of all direct third-party dependencies, including dev-dependencies.
fn direct(metadata: &Value) -> BTreeSet<&str> {
    let graph = Graph { metadata };
    graph
        .members()
        .flat_map(|package| graph.declared(package, None))
        .filter(|name| !is_ours(name))
        .collect()
}

fn is_ours(name: &str) -> bool {
    name == "exhibit" || name == "xtask" || name.starts_with("exhibit-")
}

/// The packages and their dependencies, from cargo metadata.
struct Graph<'a> {
    metadata: &'a Value,
}

impl<'a> Graph<'a> {
    fn packages(&self) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.metadata["packages"].as_array().into_iter().flatten()
    }

    fn members(&self) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.packages().filter(|package| package["source"].is_null())
    }

    fn nodes(&self) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.metadata["resolve"]["nodes"].as_array().into_iter().flatten()
    }

    fn name_of(&self, id: &str) -> &'a str {
        self.packages()
            .find(|package| package["id"] == id)
            .and_then(|package| package["name"].as_str())
            .unwrap_or("")
    }

    /// HTTP libraries with this feature enabled: (id, name).
    fn with_feature(&self, feature: &str) -> Vec<(&'a str, &'a str)> {
        let has = |node: &&Value| {
            node["features"].as_array().is_some_and(|on| on.iter().any(|name| name == feature))
        };
        let ids = self.nodes().filter(has).filter_map(|node| node["id"].as_str());
        ids.map(|id| (id, self.name_of(id)))
            .filter(|(_, name)| matches!(*name, "hyper" | "hyper-util"))
            .collect()
    }

    /// The names of the dependencies of a package of one kind, from its manifest; `None` for every kind.
    fn declared(&self, package: &'a Value, kind: Option<&str>) -> Vec<&'a str> {
        let all = package["dependencies"].as_array().into_iter().flatten();
        let wanted = all.filter(|dependency| match kind {
            None => true,
            Some("normal") => dependency["kind"].is_null(),
            Some(kind) => dependency["kind"] == kind,
        });
        wanted.filter_map(|dependency| dependency["name"].as_str()).collect()
    }

    /// The names of all transitive dependencies of a package that are compiled into it.
    fn all_below(&self, package: &'a Value) -> BTreeSet<&'a str> {
        let mut waiting = vec![package["id"].as_str().unwrap_or("")];
        let mut seen = BTreeSet::new();
        while let Some(id) = waiting.pop() {
            let node = self.nodes().find(|node| node["id"] == id);
            let below = node.and_then(|node| node["deps"].as_array()).into_iter().flatten();
            let compiled = below.filter(|dep| {
                dep["dep_kinds"]
                    .as_array()
                    .is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
            });
            for dependency in compiled.filter_map(|dep| dep["pkg"].as_str()) {
                if seen.insert(dependency) {
                    waiting.push(dependency);
                }
            }
        }
        seen.into_iter().map(|id| self.name_of(id)).collect()
    }

    fn violations(&self, package: &'a Value) -> Vec<String> {
        let name = package["name"].as_str().unwrap_or("");
        let mut found = Vec::new();
        let mut violation =
            |what: &str, why: &str| found.push(format!("{name}: depends on `{what}`: {why}"));
        if name == "exhibit" || name == "exhibit-testing" || name == "xtask" {
            return found;
        }
        let normal = self.declared(package, Some("normal"));
        match OURS.iter().find(|(crate_name, _)| *crate_name == name) {
            None => {
                return vec![format!(
                    "{name}: has no walls: add it to xtask/src/tidy/walls.rs and ARCHITECTURE.md"
                )];
            }
            Some((_, allowed)) => {
                for other in
                    normal.iter().filter(|other| is_ours(other) && !allowed.contains(other))
                {
                    violation(other, "not below it in ARCHITECTURE.md");
                }
            }
        }
        if name == "exhibit-proof" {
            for other in normal.iter().filter(|other| !PROOF.contains(other)) {
                violation(other, "the code that an opposing expert must review stays small");
            }
        }
        if PURE_CRATES.contains(&name) {
            let below = self.all_below(package);
            for other in IMPURE.iter().filter(|other| below.contains(**other)) {
                violation(other, "no runtime, network or database in this crate");
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Metadata of packages given as (name, ours, normal dependencies).
    fn workspace(packages: &[(&str, bool, &[&str])]) -> Value {
        let of = |(name, ours, below): &(&str, bool, &[&str])| {
            let source = if *ours { Value::Null } else { json!("registry") };
            let dependencies: Vec<Value> =
                below.iter().map(|other| json!({"name": other, "kind": null})).collect();
            json!({"id": name, "name": name, "source": source, "dependencies": dependencies})
        };
        let node = |(name, _, below): &(&str, bool, &[&str])| {
            let deps: Vec<Value> = below
                .iter()
                .map(|other| json!({"pkg": other, "dep_kinds": [{"kind": null}]}))
                .collect();
            json!({"id": name, "features": ["default"], "deps": deps})
        };
        json!({
            "packages": packages.iter().map(of).collect::<Vec<_>>(),
            "resolve": {"nodes": packages.iter().map(node).collect::<Vec<_>>()},
        })
    }

    fn check(packages: &[(&str, bool, &[&str])], expect: &[&str]) {
        assert_eq!(findings(&workspace(packages)), expect);
    }

    #[test]
    fn allowed_dependencies_pass() {
        check(
            &[
                ("exhibit-model", true, &["sha2"]),
                ("exhibit-text", true, &["exhibit-model"]),
                ("sha2", false, &[]),
            ],
            &[],
        );
    }

    #[test]
    fn other_dependencies_are_violations() {
        check(
            &[("exhibit-extract", true, &["exhibit-store"]), ("exhibit-store", true, &[])],
            &["exhibit-extract: depends on `exhibit-store`: not below it in ARCHITECTURE.md"],
        );
        check(
            &[("exhibit-new", true, &[])],
            &["exhibit-new: has no walls: add it to xtask/src/tidy/walls.rs and ARCHITECTURE.md"],
        );
    }

    #[test]
    fn indirect_dependencies_are_found() {
        check(
            &[
                ("exhibit-text", true, &["words"]),
                ("words", false, &["deeper"]),
                ("deeper", false, &["tokio"]),
                ("tokio", false, &[]),
            ],
            &["exhibit-text: depends on `tokio`: no runtime, network or database in this crate"],
        );
    }

    #[test]
    fn the_proof_crate_stays_small() {
        check(
            &[
                ("exhibit-proof", true, &["sha2", "serde"]),
                ("serde", false, &[]),
                ("sha2", false, &[]),
            ],
            &[
                "exhibit-proof: depends on `serde`: the code that an opposing expert must review stays small",
            ],
        );
    }

    #[test]
    fn network_clients_are_forbidden() {
        check(
            &[("ureq", false, &[])],
            &["Cargo.lock: `ureq`: Exhibit must not connect to the network"],
        );
        let mut with_client = workspace(&[("hyper", false, &[])]);
        with_client["resolve"]["nodes"][0]["features"] = json!(["server", "client"]);
        assert_eq!(findings(&with_client).len(), 1);
    }

    #[test]
    fn every_direct_dependency_is_explained() {
        let metadata = workspace(&[
            ("exhibit-model", true, &["sha2", "tar"]),
            ("sha2", false, &[]),
            ("tar", false, &[]),
        ]);
        let found = undocumented(
            &metadata,
            "| `sha2` | hashes |\n| `old` | x |\n\n## Programs that are not crates\n| `ls` |",
        );
        let expect = [
            "docs/dependencies.md: no row for `tar`: what for, licence, why this one",
            "docs/dependencies.md: `old` is no longer used",
        ];
        assert_eq!(found, expect);
    }

    #[test]
    fn unused_workspace_dependencies_are_found() {
        let text = "[workspace.dependencies]\nexhibit-model = { path = \"x\" }\n# a reason\nsha2 = \"1\"\ntar = \"1\"\n\n[workspace.lints.rust]\na = 1\n";
        let root = vec![Source { path: "Cargo.toml".to_owned(), text: text.to_owned() }];
        let found =
            unused(&workspace(&[("exhibit-model", true, &["sha2"]), ("sha2", false, &[])]), &root);
        assert_eq!(
            found,
            ["Cargo.toml: no crate uses `tar`: remove it from [workspace.dependencies]"]
        );
    }

    #[test]
    fn every_manifest_inherits_the_lints() {
        let manifest = |text: &str| {
            vec![Source { path: "crates/a/Cargo.toml".to_owned(), text: text.to_owned() }]
        };
        assert!(manifest_findings(&manifest("[lints]\nworkspace = true\n")).is_empty());
        assert_eq!(manifest_findings(&manifest("[package]\n")).len(), 1);
    }
}
