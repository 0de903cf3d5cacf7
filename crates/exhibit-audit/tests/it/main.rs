//! Each check on a small case made without workers and OCR: what a good case gives, and what each kind of damage gives.

mod audited;
mod checks;
mod tampering;
