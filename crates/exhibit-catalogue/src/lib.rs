//! What is known of a case: items, ledger, pages, jobs. SQL in one place.
