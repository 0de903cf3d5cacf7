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
mod opening;
mod parcels;
mod private;
mod schema;
mod snapshots;
mod tamper;
