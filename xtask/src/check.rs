//! `cargo xtask check`: formatting, clippy and documentation over the whole workspace, warnings denied.
//!
//! Stops at the first failure; does not change files.

use crate::command;

/// Runs the three checks.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    if !arguments.is_empty() {
        return Err("check takes no arguments".to_owned());
    }
    let cargo = command::cargo();
    command::run(&cargo, &["fmt", "--all", "--check"], &[])?;
    let clippy =
        ["clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"];
    command::run(&cargo, &clippy, &[])?;
    let doc =
        ["doc", "--workspace", "--no-deps", "--document-private-items", "--locked", "--quiet"];
    command::run(
        &cargo,
        &doc,
        &[("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links")],
    )
}
