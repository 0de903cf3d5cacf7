//! A case on disk: created, locked, opened, read, tagged, signed; and cases that were damaged or forged.

mod documents;
mod keys;
mod opening;
mod pictures;
mod places;
mod tags;
mod views;
