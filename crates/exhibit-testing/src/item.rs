//! The items of a test case: what was received, and what reading it found.

use exhibit_model::{
    MetadataKey, Moment, Note, NoteCode, Page, PageKind, Reason, Relation, State, TextSource,
};

/// An item to add to a test case.
#[derive(Debug, Clone)]
pub struct TestItem {
    pub(crate) path: Vec<u8>,
    pub(crate) name_text: String,
    pub(crate) bytes: Option<Vec<u8>>,
    pub(crate) container: Option<Vec<u8>>,
    pub(crate) relation: Relation,
    pub(crate) modified: Option<Moment>,
    pub(crate) state: State,
    pub(crate) reason: Option<Reason>,
    pub(crate) cut: Option<Reason>,
    pub(crate) media_type: String,
    pub(crate) pages: Vec<Page>,
    pub(crate) metadata: Vec<(MetadataKey, String)>,
    pub(crate) notes: Vec<Note>,
    pub(crate) pictures: Vec<(u32, Vec<u8>)>,
}

impl TestItem {
    /// A file with these bytes, read without pages.
    #[must_use]
    pub fn new(path: &str, bytes: &[u8]) -> Self {
        Self {
            path: path.as_bytes().to_vec(),
            name_text: String::new(),
            bytes: Some(bytes.to_vec()),
            container: None,
            relation: Relation::File,
            modified: None,
            state: State::Read,
            reason: None,
            cut: None,
            media_type: "text/plain".to_owned(),
            pages: Vec::new(),
            metadata: Vec::new(),
            notes: Vec::new(),
            pictures: Vec::new(),
        }
    }

    /// A text file. Form feeds separate its pages.
    #[must_use]
    pub fn text(path: &str, text: &str) -> Self {
        let pages = text.split('\u{c}').filter(|_| !text.is_empty());
        let page =
            |(text, number): (&str, u32)| Page::of_text(number, PageKind::Text, text.to_owned());
        Self { pages: pages.zip(1..).map(page).collect(), ..Self::new(path, text.as_bytes()) }
    }

    /// A message with headers, whose page is its body.
    #[must_use]
    pub fn message(path: &str, from: &str, subject: &str, body: &str) -> Self {
        let mut item = Self::text(path, body).media_type("message/rfc822");
        item.pages.iter_mut().for_each(|page| page.kind = PageKind::Message);
        item.property(MetadataKey::MAIL_FROM, from).property(MetadataKey::MAIL_SUBJECT, subject)
    }

    /// A scanned page whose text comes from OCR.
    #[must_use]
    pub fn scan(path: &str, text: &str, confidence: f32) -> Self {
        let mut item = Self::text(path, text).media_type("image/png");
        for page in &mut item.pages {
            page.kind = PageKind::Picture;
            let (engine, languages) = ("test".to_owned(), "chi_sim".to_owned());
            page.source = TextSource::Ocr { engine, languages, confidence };
        }
        item
    }

    /// A file that could not be read.
    #[must_use]
    pub fn unread(path: &str, bytes: &[u8], state: State, reason: Option<Reason>) -> Self {
        Self { state, reason, ..Self::new(path, bytes) }
    }

    /// A file without bytes, such as a link.
    #[must_use]
    pub fn without_bytes(path: &str, state: State, reason: Reason) -> Self {
        Self {
            bytes: None,
            state,
            reason: Some(reason),
            media_type: String::new(),
            ..Self::new(path, b"")
        }
    }

    /// A file that waits to be read.
    #[must_use]
    pub fn waiting(path: &str, bytes: &[u8]) -> Self {
        Self { state: State::Waiting, ..Self::new(path, bytes) }
    }

    /// A container without text; the items added [within](Self::within) it are its members.
    #[must_use]
    pub fn archive(path: &str) -> Self {
        Self::new(path, path.as_bytes()).media_type("application/zip")
    }

    /// The item is a member of the item with this path, which was added before it.
    #[must_use]
    pub fn within(self, container: &str) -> Self {
        Self { container: Some(container.as_bytes().to_vec()), relation: Relation::Entry, ..self }
    }

    /// Another relation to the container.
    #[must_use]
    pub fn relation(self, relation: Relation) -> Self {
        Self { relation, ..self }
    }

    /// A path that is not UTF-8, and what it was decoded to.
    #[must_use]
    pub fn path_bytes(self, path: &[u8], decoded: &str) -> Self {
        Self { path: path.to_vec(), name_text: decoded.to_owned(), ..self }
    }

    /// Another media type.
    #[must_use]
    pub fn media_type(self, media_type: &str) -> Self {
        Self { media_type: media_type.to_owned(), ..self }
    }

    /// One more page, numbered after the last.
    #[must_use]
    pub fn page(mut self, mut page: Page) -> Self {
        page.number = u32::try_from(self.pages.len()).unwrap_or(u32::MAX) + 1;
        self.pages.push(page);
        self
    }

    /// The language of all pages, as a BCP 47 tag.
    #[must_use]
    pub fn language(mut self, tag: &str) -> Self {
        self.pages.iter_mut().for_each(|page| tag.clone_into(&mut page.language));
        self
    }

    /// The kind of all pages.
    #[must_use]
    pub fn kind(mut self, kind: PageKind) -> Self {
        self.pages.iter_mut().for_each(|page| page.kind = kind);
        self
    }

    /// A property.
    #[must_use]
    pub fn property(mut self, key: MetadataKey, value: &str) -> Self {
        self.metadata.push((key, value.to_owned()));
        self
    }

    /// A note about a page, or about the whole item if `page` is 0.
    #[must_use]
    pub fn note(mut self, page: u32, code: NoteCode) -> Self {
        self.notes.push(Note { code, page });
        self
    }

    /// A page's picture rendered for citing.
    #[must_use]
    pub fn picture(mut self, page: u32, png: &[u8]) -> Self {
        self.pictures.push((page, png.to_vec()));
        self
    }

    /// When it was last modified.
    #[must_use]
    pub fn modified(self, modified: Moment) -> Self {
        Self { modified: Some(modified), ..self }
    }

    /// Its bytes are incomplete, for this reason.
    #[must_use]
    pub fn cut(self, cut: Reason) -> Self {
        Self { cut: Some(cut), ..self }
    }
}
