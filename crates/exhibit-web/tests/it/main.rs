//! What holds for every page, and what the routes answer.

mod pages;
