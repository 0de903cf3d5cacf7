//! The browser interface: pages (maud), routes (axum).
//!
//! Pages are functions from a struct to markup (`pages`) and work without JavaScript. Text of the trove is shown
//! through `untrusted`: escaped, with its language and direction, and with tokens for what could reorder or hide text.

mod access_events;
pub mod admission;
mod app;
pub mod assets;
mod connections;
pub mod coverage;
pub mod css_rules;
pub mod direction;
mod display;
pub mod forms;
pub mod frame;
pub mod keys;
pub mod links;
pub mod message_page;
pub mod page_error;
pub mod pages;
pub mod params;
mod peer;
mod router;
pub mod samples;
pub mod session;
pub mod untrusted;
pub mod words;

pub use access_events::{AccessEvent, Loaded, Recorder, Unrecorded};
pub use app::{App, Machine, ServeOptions, serve};
pub use connections::ConnectionLimits;
pub use exhibit_messages::Language;
pub use pages::intake::{IntakeControl, IntakeState};
pub use router::router;
pub use session::{Sessions, fresh_secret};
