//! Rebuilding the index of a case: whole, resumed, and never in place of a good one before it is complete.

mod rebuild;
