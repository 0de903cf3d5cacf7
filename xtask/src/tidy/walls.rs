//! The walls between crates: who may depend on whom, and what nobody may depend on.
//!
//! Read from `cargo metadata`, so a wall is about what is compiled, not about what a manifest hides. Dependencies
//! that only tests use are not walled, with one exception: no HTTP client comes in at all.

use super::Source;
use serde_json::Value;
use std::collections::BTreeSet;

/// What each of our crates may have of our crates; a crate that is not listed here is a finding.
const OURS: &[(&str, &[&str])] = &[
    ("exhibit-model", &[]),
    ("exhibit-text", &["exhibit-model"]),
    ("exhibit-proof", &[]),
    ("exhibit-time", &["exhibit-proof"]),
    ("exhibit-messages", &["exhibit-model", "exhibit-proof"]),
    ("exhibit-extract", &["exhibit-model"]),
    ("exhibit-cage", &["exhibit-model"]),
    ("exhibit-store", &["exhibit-model"]),
    ("exhibit-catalogue", &["exhibit-model"]),
    ("exhibit-index", &["exhibit-model", "exhibit-text"]),
    ("exhibit-custody", &["exhibit-model", "exhibit-proof"]),
    (
        "exhibit-case",
        &[
            "exhibit-model",
            "exhibit-text",
            "exhibit-proof",
            "exhibit-cage",
            "exhibit-store",
            "exhibit-catalogue",
            "exhibit-index",
            "exhibit-custody",
        ],
    ),
    (
        "exhibit-ingest",
        &[
            "exhibit-model",
            "exhibit-text",
            "exhibit-proof",
            "exhibit-cage",
            "exhibit-store",
            "exhibit-catalogue",
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
            "exhibit-index",
            "exhibit-custody",
            "exhibit-case",
            "exhibit-ingest",
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

/// The whole list of what the crate that an opposing expert reads may have.
const PROOF: &[&str] = &["sha2", "ed25519-dalek", "base64", "thiserror"];

/// What the crates of pure functions and the readers of hostile files must not have, at any depth.
const IMPURE: &[&str] = &["tokio", "axum", "hyper", "rusqlite", "tantivy", "mio", "socket2", "libsqlite3-sys"];
const PURE_CRATES: &[&str] =
    &["exhibit-model", "exhibit-text", "exhibit-proof", "exhibit-time", "exhibit-messages", "exhibit-extract"];

/// Programs that fetch: none may be in Cargo.lock, for tests neither.
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

/// Every breach of a wall.
pub(super) fn findings(metadata: &Value) -> Vec<String> {
    let graph = Graph { metadata };
    let mut found = Vec::new();
    for name in graph.packages().filter_map(|package| package["name"].as_str()) {
        if CLIENTS.contains(&name) {
            found.push(format!("Cargo.lock: `{name}`: nothing in Exhibit fetches anything"));
        }
    }
    for (id, client) in graph.with_feature("client") {
        found.push(format!(
            "Cargo.lock: `{client}` ({id}) has its `client` feature on: nothing in Exhibit fetches anything"
        ));
    }
    for package in graph.members() {
        found.extend(graph.breaches(package));
    }
    found
}

/// Manifests that do not take the workspace's lints.
pub(super) fn manifest_findings(sources: &[Source]) -> Vec<String> {
    let manifests = sources.iter().filter(|source| source.path.ends_with("/Cargo.toml"));
    let careless = manifests.filter(|source| !source.text.contains("[lints]\nworkspace = true"));
    careless.map(|source| format!("{}: say `[lints]` / `workspace = true`", source.path)).collect()
}

/// Third-party crates that our manifests name and docs/dependencies.md does not explain, and the other way round.
pub(super) fn undocumented(metadata: &Value, explained: &str) -> Vec<String> {
    let crates = explained.split("\n## Programs that are not crates").next().unwrap_or("");
    let rows: BTreeSet<&str> = crates.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let direct = direct(metadata);
    let missing = direct.difference(&rows);
    let missing =
        missing.map(|name| format!("docs/dependencies.md: no row for `{name}`: what for, licence, why this one"));
    let stale = rows.difference(&direct).map(|name| format!("docs/dependencies.md: `{name}` is used no more"));
    missing.chain(stale).collect()
}

/// Crates that the root manifest offers and no crate of ours takes.
pub(super) fn unused(metadata: &Value, sources: &[Source]) -> Vec<String> {
    let root = sources.iter().find(|source| source.path == "Cargo.toml").map_or("", |source| source.text.as_str());
    let offered = root.split("[workspace.dependencies]").nth(1).and_then(|rest| rest.split("\n[").next()).unwrap_or("");
    let names =
        offered.lines().filter(|line| !line.starts_with('#')).filter_map(|line| Some(line.split_once(" = ")?.0));
    let direct = direct(metadata);
    let idle = names.filter(|name| !is_ours(name) && !direct.contains(name));
    idle.map(|name| format!("Cargo.toml: no crate takes `{name}`: remove it from [workspace.dependencies]")).collect()
}

/// Names of the third-party crates that our manifests name, for whatever use.
fn direct(metadata: &Value) -> BTreeSet<&str> {
    let graph = Graph { metadata };
    graph.members().flat_map(|package| graph.declared(package, None)).filter(|name| !is_ours(name)).collect()
}

fn is_ours(name: &str) -> bool {
    name == "exhibit" || name == "xtask" || name.starts_with("exhibit-")
}

/// The packages and what they depend on, as cargo tells it.
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
        self.packages().find(|package| package["id"] == id).and_then(|package| package["name"].as_str()).unwrap_or("")
    }

    /// HTTP libraries whose feature of this name is on: (id, name).
    fn with_feature(&self, feature: &str) -> Vec<(&'a str, &'a str)> {
        let has = |node: &&Value| node["features"].as_array().is_some_and(|on| on.iter().any(|name| name == feature));
        let ids = self.nodes().filter(has).filter_map(|node| node["id"].as_str());
        ids.map(|id| (id, self.name_of(id))).filter(|(_, name)| matches!(*name, "hyper" | "hyper-util")).collect()
    }

    /// Names of a package's dependencies of one kind as its manifest says them; `None` for every kind.
    fn declared(&self, package: &'a Value, kind: Option<&str>) -> Vec<&'a str> {
        let all = package["dependencies"].as_array().into_iter().flatten();
        let wanted = all.filter(|dependency| match kind {
            None => true,
            Some("normal") => dependency["kind"].is_null(),
            Some(kind) => dependency["kind"] == kind,
        });
        wanted.filter_map(|dependency| dependency["name"].as_str()).collect()
    }

    /// Names of everything that a package is compiled with, at any depth.
    fn all_below(&self, package: &'a Value) -> BTreeSet<&'a str> {
        let mut waiting = vec![package["id"].as_str().unwrap_or("")];
        let mut seen = BTreeSet::new();
        while let Some(id) = waiting.pop() {
            let node = self.nodes().find(|node| node["id"] == id);
            let below = node.and_then(|node| node["deps"].as_array()).into_iter().flatten();
            let compiled = below.filter(|dep| {
                dep["dep_kinds"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
            });
            for dependency in compiled.filter_map(|dep| dep["pkg"].as_str()) {
                if seen.insert(dependency) {
                    waiting.push(dependency);
                }
            }
        }
        seen.into_iter().map(|id| self.name_of(id)).collect()
    }

    fn breaches(&self, package: &'a Value) -> Vec<String> {
        let name = package["name"].as_str().unwrap_or("");
        let mut found = Vec::new();
        let mut breach = |what: &str, why: &str| found.push(format!("{name}: depends on `{what}`: {why}"));
        if name == "exhibit" || name == "exhibit-testing" || name == "xtask" {
            return found;
        }
        let normal = self.declared(package, Some("normal"));
        match OURS.iter().find(|(crate_name, _)| *crate_name == name) {
            None => {
                return vec![format!("{name}: has no walls: add it to xtask/src/tidy/walls.rs and ARCHITECTURE.md")];
            }
            Some((_, allowed)) => {
                for other in normal.iter().filter(|other| is_ours(other) && !allowed.contains(other)) {
                    breach(other, "not below it in ARCHITECTURE.md");
                }
            }
        }
        if name == "exhibit-proof" {
            for other in normal.iter().filter(|other| !PROOF.contains(other)) {
                breach(other, "what an opposing expert must read stays small");
            }
        }
        if PURE_CRATES.contains(&name) {
            let below = self.all_below(package);
            for other in IMPURE.iter().filter(|other| below.contains(**other)) {
                breach(other, "no runtime, network or database there");
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
            let dependencies: Vec<Value> = below.iter().map(|other| json!({"name": other, "kind": null})).collect();
            json!({"id": name, "name": name, "source": source, "dependencies": dependencies})
        };
        let node = |(name, _, below): &(&str, bool, &[&str])| {
            let deps: Vec<Value> =
                below.iter().map(|other| json!({"pkg": other, "dep_kinds": [{"kind": null}]})).collect();
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
    fn what_is_below_may_be_used() {
        check(
            &[("exhibit-model", true, &["sha2"]), ("exhibit-text", true, &["exhibit-model"]), ("sha2", false, &[])],
            &[],
        );
    }

    #[test]
    fn what_is_not_below_is_a_breach() {
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
    fn a_runtime_far_below_is_seen() {
        check(
            &[
                ("exhibit-text", true, &["words"]),
                ("words", false, &["deeper"]),
                ("deeper", false, &["tokio"]),
                ("tokio", false, &[]),
            ],
            &["exhibit-text: depends on `tokio`: no runtime, network or database there"],
        );
    }

    #[test]
    fn the_proof_crate_stays_small() {
        check(
            &[("exhibit-proof", true, &["sha2", "serde"]), ("serde", false, &[]), ("sha2", false, &[])],
            &["exhibit-proof: depends on `serde`: what an opposing expert must read stays small"],
        );
    }

    #[test]
    fn nothing_fetches() {
        check(&[("ureq", false, &[])], &["Cargo.lock: `ureq`: nothing in Exhibit fetches anything"]);
        let mut with_client = workspace(&[("hyper", false, &[])]);
        with_client["resolve"]["nodes"][0]["features"] = json!(["server", "client"]);
        assert_eq!(findings(&with_client).len(), 1);
    }

    #[test]
    fn every_direct_dependency_is_explained() {
        let metadata =
            workspace(&[("exhibit-model", true, &["sha2", "tar"]), ("sha2", false, &[]), ("tar", false, &[])]);
        let found =
            undocumented(&metadata, "| `sha2` | hashes |\n| `old` | x |\n\n## Programs that are not crates\n| `ls` |");
        let expect = [
            "docs/dependencies.md: no row for `tar`: what for, licence, why this one",
            "docs/dependencies.md: `old` is used no more",
        ];
        assert_eq!(found, expect);
    }

    #[test]
    fn nothing_is_offered_in_vain() {
        let text = "[workspace.dependencies]\nexhibit-model = { path = \"x\" }\n# a reason\nsha2 = \"1\"\ntar = \"1\"\n\n[workspace.lints.rust]\na = 1\n";
        let root = vec![Source { path: "Cargo.toml".to_owned(), text: text.to_owned() }];
        let found = unused(&workspace(&[("exhibit-model", true, &["sha2"]), ("sha2", false, &[])]), &root);
        assert_eq!(found, ["Cargo.toml: no crate takes `tar`: remove it from [workspace.dependencies]"]);
    }

    #[test]
    fn every_manifest_takes_the_lints() {
        let manifest = |text: &str| vec![Source { path: "crates/a/Cargo.toml".to_owned(), text: text.to_owned() }];
        assert!(manifest_findings(&manifest("[lints]\nworkspace = true\n")).is_empty());
        assert_eq!(manifest_findings(&manifest("[package]\n")).len(), 1);
    }
}
