//! The browser interface: pages (maud), routes (axum).
//!
//! Pages are functions from a struct to markup (`view`) and work without JavaScript. What a page shows of the trove goes
//! through `trove`: escaped, with its language and direction, and with what could reorder or hide text as tokens.

mod app;
pub mod assets;
pub mod direction;
pub mod frame;
pub mod guard;
pub mod keys;
pub mod links;
pub mod positions;
mod record;
mod routes;
pub mod samples;
pub mod session;
pub mod trove;
pub mod view;
pub mod words;

pub use app::{App, Machine, ServeOptions, router, serve};
pub use record::{Looked, Recorder};
pub use session::{Sessions, fresh_secret};
