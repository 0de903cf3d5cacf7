//! The program as its users meet it: commands in, output, exit codes and a case folder out.

mod access;
mod anchors;
mod asking;
mod batch;
mod bench;
mod crash;
mod example;
mod handover;
mod keys;
mod languages;
mod ledger;
mod marks;
mod mistakes;
mod opening;
mod parcels;
mod pictures;
mod private;
mod quoting;
mod schema;
mod snapshots;
mod tamper;
