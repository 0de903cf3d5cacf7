//! What holds for every page, and what the routes answer about a real case.

mod access;
mod forms;
mod house;
mod pages;
mod routes;
mod walk;
