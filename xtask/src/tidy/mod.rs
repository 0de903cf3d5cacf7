//! `cargo xtask tidy`: rules that the compiler does not check, for all files in git.
//!
//! Each rule returns a list of findings, one line each, with a place and what to do. All rules run before the task ends,
//! so that one run prints all findings. Of the statistics, only too few tests are a finding.

mod figures;
mod licences;
mod names;
mod ratios;
#[cfg(test)]
mod rules_tests;
mod sources;
mod texts;
mod tracked;
mod view_wall;
mod walls;
mod wording;

use crate::command;
use serde_json::Value;
use std::path::Path;

/// A file of the repository: its path relative to the root, and its text.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Runs every rule and prints every finding.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    if !arguments.is_empty() {
        return Err("tidy takes no arguments".to_owned());
    }
    let root = command::root();
    let sources = tracked_texts(&root)?;
    let metadata = metadata()?;
    let allowed = licences::allowed(&read(&root, "deny.toml")?)?;
    let dependencies = read(&root, "docs/dependencies.md")?;

    let mut findings = Vec::new();
    findings.extend(sources::findings(&sources));
    findings.extend(texts::unused(&sources));
    findings.extend(texts::literals(&sources));
    findings.extend(tracked::findings(&sources, &root.to_string_lossy()));
    findings.extend(walls::findings(&metadata));
    findings.extend(walls::manifest_findings(&sources));
    findings.extend(walls::undocumented(&metadata, &dependencies));
    findings.extend(walls::unused(&metadata, &sources));
    findings.extend(view_wall::findings(&sources));
    findings.extend(names::findings(&sources));
    findings.extend(wording::findings(&sources));
    findings.extend(licences::findings(&metadata, &allowed));
    findings.extend(ratios::findings(&sources));

    print!("{}{}", figures::report(&sources), ratios::report(&sources));
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => {
            println!("tidy: ok");
            Ok(())
        }
        count => Err(format!("{count} findings")),
    }
}

/// Reads a required file.
fn read(root: &Path, path: &str) -> Result<String, String> {
    std::fs::read_to_string(root.join(path)).map_err(|error| format!("cannot read {path}: {error}"))
}

/// The text files that git tracks or would track, except the example trove, which is data.
fn tracked_texts(root: &Path) -> Result<Vec<Source>, String> {
    let listed = command::output(
        "git",
        &["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    )?;
    let listed = String::from_utf8(listed).map_err(|_| "a tracked path is not UTF-8".to_owned())?;
    let wanted =
        listed.split('\0').filter(|path| !path.is_empty() && !path.starts_with("examples/trove"));
    let mut sources: Vec<Source> = wanted
        .filter_map(|path| {
            Some(Source {
                path: path.to_owned(),
                text: std::fs::read_to_string(root.join(path)).ok()?,
            })
        })
        .collect();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

/// The cargo metadata of all packages.
fn metadata() -> Result<Value, String> {
    let bytes =
        command::output(&command::cargo(), &["metadata", "--format-version", "1", "--locked"])?;
    serde_json::from_slice(&bytes).map_err(|error| format!("cargo metadata is not JSON: {error}"))
}
