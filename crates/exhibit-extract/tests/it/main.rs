//! What the crate says of files, checked against what the files were made to hold.

mod archives;
mod charsets;
mod containers;
mod damaged_mails;
mod formats_table;
mod hostile;
mod kinds;
mod mails;
mod outlook;
mod rar;
mod said;
mod sevenz;
mod texts;
mod traps;
mod web_pages;
