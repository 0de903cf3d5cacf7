//! The browser interface: pages (maud), routes (axum).
//!
//! Pages are functions from a struct to markup (`view`) and work without JavaScript. What a page shows of the trove goes
//! through `untrusted`: escaped, with its language and direction, and with what could reorder or hide text as tokens.

pub mod admission;
mod app;
pub mod assets;
pub mod css_rules;
pub mod direction;
pub mod frame;
pub mod keys;
pub mod links;
mod record;
mod routes;
pub mod samples;
pub mod session;
pub mod untrusted;
pub mod view;
pub mod words;

pub use app::{App, Machine, ServeOptions, router, serve};
pub use record::{AccessEvent, Recorder};
pub use session::{Sessions, fresh_secret};
