//! A page as it is indexed and as a query is matched against it.

use exhibit_model::{CivilTime, PageNumber};

/// Identifies a page of a document. One key has one entry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PageKey {
    /// The number of the item that the page belongs to.
    pub document: i64,
    /// The page's number.
    pub page: PageNumber,
}

impl Default for PageKey {
    fn default() -> Self {
        Self { document: 0, page: PageNumber::FIRST }
    }
}

/// A page and its document. Empty texts and `None` mean unknown.
#[derive(Clone, Debug, Default)]
pub struct PageEntry<'a> {
    /// The page's key.
    pub key: PageKey,
    /// The page's text, exactly as found.
    pub text: &'a str,
    /// The file's name.
    pub name: &'a str,
    /// The whole path: folders separated by `/`, members after `!/` of their container.
    pub path: &'a str,
    /// The paths of other places with the same bytes; only some, if there are very many.
    pub copies: &'a [&'a str],
    /// The numbers of the containers that it is in, in any order.
    pub containers: &'a [i64],
    /// The document's title.
    pub title: &'a str,
    /// The page's main language, a BCP 47 tag.
    pub language: &'a str,
    /// The file's media type.
    pub media_type: &'a str,
    /// The item's state ([`exhibit_model::State::word`]).
    pub state: &'a str,
    /// The date of the document itself, as written: when a message was sent or the text of a file was made.
    pub date: Option<CivilTime>,
    /// A message's sender, from its header.
    pub from: &'a str,
    /// A message's recipients, from its header.
    pub to: &'a str,
    /// The recipients of a message who got a copy, from its header.
    pub cc: &'a str,
    /// A message's subject.
    pub subject: &'a str,
    /// The ids (`Message-ID`) of a message and of those that it refers to: these link a conversation.
    pub messages: &'a [&'a str],
    /// The SHA-256 of the file's bytes, in hexadecimal digits.
    pub hash: &'a str,
    /// The name of the sheet that the page belongs to.
    pub sheet: &'a str,
    /// Mean confidence of OCR in percent; `None` for text that is not from OCR.
    pub ocr: Option<u8>,
    /// Bytes of the file.
    pub bytes: u64,
    /// Pages of the document.
    pub pages: u32,
    /// Words that `is:` and `has:` search for, such as `attachment`.
    pub flags: &'a [&'a str],
    /// The names of its sources, each as [`crate::clause_value`] makes it.
    pub sources: &'a [&'a str],
}

impl PageEntry<'_> {
    /// The extension of the file's name, in lower case, without the dot; empty if it has none.
    pub fn extension(&self) -> String {
        match self.name.rsplit_once('.') {
            Some((stem, ending)) if !stem.is_empty() && ending.len() <= 16 => ending.to_lowercase(),
            _ => String::new(),
        }
    }

    /// Every path, one per line, its own first.
    pub fn paths(&self) -> String {
        once_each(std::iter::once(self.path).chain(self.copies.iter().copied()))
    }

    /// Every name of the file, one per line, its own first.
    pub fn names(&self) -> String {
        let of_path = |path: &&'_ str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let others: Vec<String> = self.copies.iter().map(of_path).collect();
        once_each(std::iter::once(self.name).chain(others.iter().map(String::as_str)))
    }

    /// The folders that it is in, as stored in their column.
    pub fn folders(&self) -> Vec<String> {
        let paths = std::iter::once(self.path).chain(self.copies.iter().copied());
        let mut folders: Vec<String> = paths.map(crate::values_text::folder).collect();
        folders.sort_unstable();
        folders.dedup();
        folders
    }

    /// The words by which `is:` and `has:` find it.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let undated = self.date.is_none().then_some("undated");
        let ocr = self.ocr.map(|_| "ocr");
        let state = Some(self.state).filter(|state| !state.is_empty());
        let duplicate = (!self.copies.is_empty()).then_some("duplicate");
        state
            .into_iter()
            .chain(duplicate)
            .chain(undated)
            .chain(ocr)
            .chain(self.flags.iter().copied())
    }
}

// A line end within a name would split it, so line ends are removed from what is indexed.
fn once_each<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let mut lines: Vec<String> = Vec::new();
    for text in texts {
        let line = text.replace('\n', " ");
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.join("\n")
}
