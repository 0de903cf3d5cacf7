//! The pages: each is a struct of what it shows and a function that writes it down. They know no case, no catalogue and
//! no request.

pub mod batches;
pub mod document;
pub mod filters;
pub mod help;
pub mod items;
pub mod log;
pub mod message;
pub mod overview;
pub mod page_view;
pub mod panels;
pub mod problems;
pub mod saved;
pub mod search;
pub mod similar;
pub mod undo;
