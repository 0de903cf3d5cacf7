//! The `exhibit` command.
fn main() {}
