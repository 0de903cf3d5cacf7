//! Shared by the readers of office files: packages of XML parts, their properties, drafts of pages.

pub(crate) mod draft;
pub(crate) mod drawing;
pub(crate) mod number_format;
pub(crate) mod package;
pub(crate) mod properties;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod xml;

/// Text as a label: line ends and runs of white space as single blanks, at most 200 characters.
pub(crate) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(200).collect()
}
