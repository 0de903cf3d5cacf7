//! One case on disk, opened: search, documents, verification.
