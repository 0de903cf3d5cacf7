//! What the index is told of a page.

use exhibit_model::CivilTime;

/// Which page of which document. One key has one entry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct PageKey {
    /// The number of the item that the page is of.
    pub document: i64,
    /// The page's number, from 1.
    pub page: u32,
}

/// A page as the index takes it. Empty texts and `None` mean that nothing is known.
#[derive(Clone, Debug, Default)]
pub struct PageEntry<'a> {
    /// Which page.
    pub key: PageKey,
    /// The page's text, exactly as found.
    pub text: &'a str,
    /// The file's name.
    pub name: &'a str,
    /// The whole path: folders parted by `/`, members after `!/` of their container.
    pub path: &'a str,
    /// The paths of other places where the same bytes lie; of very many, some.
    pub copies: &'a [&'a str],
    /// The numbers of the containers around it, in any order.
    pub containers: &'a [i64],
    /// The document's title.
    pub title: &'a str,
    /// The page's main language, a BCP 47 tag.
    pub language: &'a str,
    /// The file's media type.
    pub media_type: &'a str,
    /// The item's state ([`exhibit_model::State::word`]).
    pub state: &'a str,
    /// The document's own date, as written: when a message was sent, a file's text was made.
    pub date: Option<CivilTime>,
    /// A message's sender, as its header says.
    pub from: &'a str,
    /// A message's recipients, as its header says.
    pub to: &'a str,
    /// Those of a message's recipients who got a copy, as its header says.
    pub cc: &'a str,
    /// A message's subject.
    pub subject: &'a str,
    /// The names of messages (`Message-ID`) that a message has and refers to: what ties a conversation.
    pub messages: &'a [&'a str],
    /// The SHA-256 of the file's bytes, in hexadecimal digits.
    pub hash: &'a str,
    /// The name of the sheet that the page is of.
    pub sheet: &'a str,
    /// Mean confidence of OCR in percent; none for text that was not guessed.
    pub ocr: Option<u8>,
    /// Bytes of the file.
    pub bytes: u64,
    /// Pages of the document.
    pub pages: u32,
    /// Words that `is:` and `has:` ask for, such as `attachment`; `source:` before a source's name.
    pub flags: &'a [&'a str],
}

impl PageEntry<'_> {
    /// The ending of the file's name, in lower case, without the dot; empty if it has none.
    pub(crate) fn extension(&self) -> String {
        match self.name.rsplit_once('.') {
            Some((stem, ending)) if !stem.is_empty() && ending.len() <= 16 => ending.to_lowercase(),
            _ => String::new(),
        }
    }

    /// Every path, one a line, its own first.
    pub(crate) fn paths(&self) -> String {
        once_each(std::iter::once(self.path).chain(self.copies.iter().copied()))
    }

    /// Every name that the file has, one a line, its own first.
    pub(crate) fn names(&self) -> String {
        let of_path = |path: &&'_ str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let others: Vec<String> = self.copies.iter().map(of_path).collect();
        once_each(std::iter::once(self.name).chain(others.iter().map(String::as_str)))
    }

    /// The folders that it lies in, as their column holds them.
    pub(crate) fn folders(&self) -> Vec<String> {
        let paths = std::iter::once(self.path).chain(self.copies.iter().copied());
        let mut folders: Vec<String> = paths.map(crate::columns::folder).collect();
        folders.sort_unstable();
        folders.dedup();
        folders
    }

    /// The words that `is:` and `has:` find it by.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        let undated = self.date.is_none().then_some("undated");
        let ocr = self.ocr.map(|_| "ocr");
        let state = Some(self.state).filter(|state| !state.is_empty());
        let duplicate = (!self.copies.is_empty()).then_some("duplicate");
        state.into_iter().chain(duplicate).chain(undated).chain(ocr).chain(self.flags.iter().copied())
    }
}

// A line end within a name would part it: there is none in what the index is told.
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
