//! What the index is told of a page.

use exhibit_model::Moment;

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
    /// The document's own date: when a message was sent, a file's text was made.
    pub date: Option<Moment>,
    /// A message's sender, as its header says.
    pub from: &'a str,
    /// A message's recipients, as its header says.
    pub to: &'a str,
    /// A message's subject.
    pub subject: &'a str,
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

    /// The words that `is:` and `has:` find it by.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        let undated = self.date.is_none().then_some("undated");
        let ocr = self.ocr.map(|_| "ocr");
        let state = Some(self.state).filter(|state| !state.is_empty());
        state.into_iter().chain(undated).chain(ocr).chain(self.flags.iter().copied())
    }
}
