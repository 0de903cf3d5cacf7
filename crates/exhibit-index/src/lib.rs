//! The query language, what is searchable, hits with their regions.
