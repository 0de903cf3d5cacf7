//! The few entry points of development.
fn main() {}
