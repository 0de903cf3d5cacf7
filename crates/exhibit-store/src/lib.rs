//! Originals and derived records: write-once, content-addressed, verified on read.
