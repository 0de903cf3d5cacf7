//! A trove in, searchable pages out; resumable, accounted.
