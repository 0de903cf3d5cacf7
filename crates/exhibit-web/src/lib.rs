//! The browser interface: pages (maud), routes (axum).
//!
//! Pages are functions from a struct to markup (`view`) and work without JavaScript. What a page shows of the trove goes
//! through `trove`: escaped, with its language and direction, and with what could reorder or hide text as tokens.

pub mod assets;
pub mod direction;
pub mod frame;
pub mod keys;
pub mod links;
pub mod positions;
pub mod samples;
pub mod trove;
pub mod view;
pub mod words;
