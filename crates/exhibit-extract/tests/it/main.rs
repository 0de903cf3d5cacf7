//! What the crate says of files, held against what the files were made to hold.

mod archives;
mod hostile;
mod kinds;
mod charsets;
mod damaged_mails;
mod mails;
mod said;
mod texts;
mod web_pages;
