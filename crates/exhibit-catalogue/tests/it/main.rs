//! The catalogue of small cases: reconciling, queues, readers beside a writer, kills, forged rows, damaged files.

mod damage;
mod ledger;
mod queue;
mod transactions;
