//! Reads the text on a picture: finds its lines, straightens them, and reads them character by character.
//!
//! [`Engine`] does it with neural networks (PP-OCRv6) that are given to it as bytes: no file is opened, and no thread is
//! started if the process may not start one. The result names each character's place, its certainty, and
//! what it might be instead.
//! Every picture is read within [`ReadingLimits`]; the same picture gives the same result. On processors with other vector
//! instructions, sums are rounded differently, so that certainties may differ in the last digits.

mod detect;
mod engine;
mod geometry;
pub mod models;
mod net;
mod order;
mod orient;
mod pixels;
mod recognise;

pub use engine::{Engine, Line, ModelFiles, Reading, ReadingLimits, Recognition, Size, Trust};
pub use geometry::{Point, Tilted};
pub use order::Before;
pub use orient::Way;
pub use pixels::Pixels;
pub use recognise::Character;

/// Why a picture cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum OcrError {
    /// A model is not one.
    #[error("the model {name} cannot be loaded ({detail})")]
    Model {
        /// Its name.
        name: &'static str,
        /// The reason.
        detail: String,
    },
    /// A dictionary is not one.
    #[error("the dictionary of the model {name} cannot be used: {detail}")]
    Dictionary {
        /// The name of its model.
        name: &'static str,
        /// The reason.
        detail: String,
    },
    /// A model cannot be run, or returned something unexpected.
    #[error("a model cannot be run ({detail})")]
    Run {
        /// The reason.
        detail: String,
    },
}
