//! Language and script, tokens and folds with offsets back: pure functions.
