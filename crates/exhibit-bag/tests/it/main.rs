//! Quotes, bags and anchors of small cases made without workers and OCR.

mod anchors;
mod exports;
mod handed_over;
mod quotes;
mod received;
mod sealed;
mod tampering;
