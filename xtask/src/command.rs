//! Runs other programs from the root of the workspace, printing their command lines.
//!
//! A failing program ends the task: there are no retries, and no output is hidden.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The root of the workspace: the parent folder of this crate.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The cargo that started this task.
pub(crate) fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// Runs a program to completion, with inherited output.
pub(crate) fn run(
    program: &str,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<(), String> {
    run_in(&root(), program, arguments, environment)
}

/// Like [`run`], in another folder.
pub(crate) fn run_in(
    folder: &Path,
    program: &str,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<(), String> {
    eprintln!("+ {} {}", short(program), arguments.join(" "));
    let status = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::null())
        .status()
        .map_err(|error| format!("cannot start {program}: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{} {}` failed ({status})", short(program), arguments.join(" ")))
    }
}

/// Runs a program and returns its standard output.
pub(crate) fn output(program: &str, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let done = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot start {program}: {error}"))?;
    if done.status.success() {
        Ok(done.stdout)
    } else {
        Err(format!("`{} {}` failed", short(program), arguments.join(" ")))
    }
}

/// Whether a cargo subcommand such as `nextest` is installed.
pub(crate) fn has_subcommand(name: &str) -> bool {
    Command::new(cargo())
        .args([name, "--version"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Builds a package of the workspace with optimisation, and returns the path of its program.
pub(crate) fn build_release(package: &str) -> Result<PathBuf, String> {
    run(&cargo(), &["build", "--release", "--package", package], &[])?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join("release").join(package))
}

/// The name of a program without its folder.
fn short(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}
