//! What holds for every page, and what the routes answer about a real case.

mod access;
mod built;
mod forms;
mod hostile;
mod house;
mod pages;
mod routes;
mod walk;
