//! What holds for every page, and what the routes answer about a real case.

mod house;
mod pages;
mod routes;
mod walk;
