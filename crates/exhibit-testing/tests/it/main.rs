//! The builder of test cases makes good cases, the same every time; a stored case stays readable.

mod builder;
mod stored;
