//! Acts, their canonical bytes, append, sign, check.
