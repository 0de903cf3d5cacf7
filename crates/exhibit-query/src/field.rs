//! The fields of the query language.

use crate::error::{Alternative, QueryErrorKind};
use crate::query::{NumberField, TextField};

/// A field, as named before a colon.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Field {
    /// `filename:`, words of the file's name.
    FileName,
    /// `path:`, words of the whole path.
    Path,
    /// `folder:`, a folder and all below it.
    Folder,
    /// `container:`, a container and all its contents.
    Container,
    /// `ext:`, the extension of the file's name.
    Extension,
    /// `title:`, words of the document's title.
    Title,
    /// `from:`, words of a message's sender.
    From,
    /// `to:`, words of a message's recipients.
    To,
    /// `cc:`, words of the recipients of a copy.
    Cc,
    /// `sender:`, a sender's whole address.
    Sender,
    /// `recipient:`, a recipient's whole address.
    Recipient,
    /// `subject:`, words of a message's subject.
    Subject,
    /// `thread:`, a message and its conversation.
    Thread,
    /// `type:`, a kind of file or a media type.
    Type,
    /// `lang:`, a language's tag.
    Language,
    /// `date:`, a period.
    Date,
    /// `after:`, later than a period.
    After,
    /// `before:`, earlier than a period.
    Before,
    /// `size:`, bytes of the file.
    Size,
    /// `pages:`, pages of the document.
    Pages,
    /// `ocr:`, OCR's mean confidence.
    Ocr,
    /// `id:`, a document's number.
    Id,
    /// `hash:`, the file's SHA-256 or a prefix of it.
    Hash,
    /// `sheet:`, words of the name of a sheet.
    Sheet,
    /// `is:`, a state.
    Is,
    /// `has:`, a part that a document can have.
    Has,
    /// `tag:`, a tag.
    Tag,
    /// `source:`, a source's name.
    Source,
    /// `pinyin:`, Chinese characters by their readings.
    Pinyin,
    /// `uyghur:`, Uyghur or Kazakh words in any alphabet.
    Uyghur,
    /// `written:`, dates and numbers in any notation.
    Written,
    /// `forms:`, a word in all its inflected forms.
    Forms,
    /// `text:`, words of the page, as without a field.
    Text,
    /// `sort:`, the order of results.
    Sort,
}

impl Field {
    /// All fields, in the order in which help lists them.
    pub const ALL: [Self; 34] = [
        Self::FileName,
        Self::Path,
        Self::Folder,
        Self::Container,
        Self::Extension,
        Self::Title,
        Self::From,
        Self::To,
        Self::Cc,
        Self::Sender,
        Self::Recipient,
        Self::Subject,
        Self::Thread,
        Self::Type,
        Self::Language,
        Self::Date,
        Self::After,
        Self::Before,
        Self::Size,
        Self::Pages,
        Self::Ocr,
        Self::Id,
        Self::Hash,
        Self::Sheet,
        Self::Is,
        Self::Has,
        Self::Tag,
        Self::Source,
        Self::Pinyin,
        Self::Uyghur,
        Self::Written,
        Self::Forms,
        Self::Text,
        Self::Sort,
    ];

    /// Its name, before the colon.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FileName => "filename",
            Self::Path => "path",
            Self::Folder => "folder",
            Self::Container => "container",
            Self::Extension => "ext",
            Self::Title => "title",
            Self::From => "from",
            Self::To => "to",
            Self::Cc => "cc",
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::Subject => "subject",
            Self::Thread => "thread",
            Self::Type => "type",
            Self::Language => "lang",
            Self::Date => "date",
            Self::After => "after",
            Self::Before => "before",
            Self::Size => "size",
            Self::Pages => "pages",
            Self::Ocr => "ocr",
            Self::Id => "id",
            Self::Hash => "hash",
            Self::Sheet => "sheet",
            Self::Is => "is",
            Self::Has => "has",
            Self::Tag => "tag",
            Self::Source => "source",
            Self::Pinyin => "pinyin",
            Self::Uyghur => "uyghur",
            Self::Written => "written",
            Self::Forms => "forms",
            Self::Text => "text",
            Self::Sort => "sort",
        }
    }

    /// The field of this name, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name().eq_ignore_ascii_case(name))
    }

    /// Whether it limits the period of a document's date.
    #[must_use]
    pub fn is_date(self) -> bool {
        matches!(self, Self::Date | Self::After | Self::Before)
    }

    /// How its value is parsed.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::FileName => Kind::Words(TextField::Name),
            Self::Path => Kind::Words(TextField::Path),
            Self::Title => Kind::Words(TextField::Title),
            Self::From => Kind::Words(TextField::From),
            Self::To => Kind::Words(TextField::To),
            Self::Cc => Kind::Words(TextField::Cc),
            Self::Subject => Kind::Words(TextField::Subject),
            Self::Sheet => Kind::Words(TextField::Sheet),
            Self::Text => Kind::Words(TextField::Text),
            Self::Pinyin => Kind::Pinyin,
            Self::Uyghur => Kind::Uyghur,
            Self::Written => Kind::Written,
            Self::Forms => Kind::Forms,
            Self::Extension => Kind::Extension,
            Self::Type => Kind::MediaType,
            Self::Language => Kind::Language,
            Self::Date => Kind::Date,
            Self::After => Kind::After,
            Self::Before => Kind::Before,
            Self::Size => Kind::Number(NumberField::Bytes),
            Self::Pages => Kind::Number(NumberField::Pages),
            Self::Ocr => Kind::Number(NumberField::Ocr),
            Self::Id => Kind::Document,
            Self::Folder => Kind::Folder,
            Self::Container => Kind::Container,
            Self::Sender => Kind::Sender,
            Self::Recipient => Kind::Recipient,
            Self::Hash => Kind::Hash,
            Self::Thread => Kind::Thread,
            Self::Is | Self::Has => Kind::State,
            Self::Tag => Kind::Tag,
            Self::Source => Kind::Source,
            Self::Sort => Kind::Sort,
        }
    }
}

/// How the value of a field is parsed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Words(TextField),
    Pinyin,
    Uyghur,
    Written,
    Forms,
    MediaType,
    Language,
    Extension,
    Tag,
    Source,
    State,
    Hash,
    Thread,
    Date,
    After,
    Before,
    Number(NumberField),
    Document,
    Folder,
    Container,
    Sender,
    Recipient,
    Sort,
}

/// The words of `is:` and `has:`; each accepts those of the other, since both describe the same pages.
const WORDS: [(Field, &str); 11] = [
    (Field::Is, "attached"),
    (Field::Is, "duplicate"),
    (Field::Is, "encrypted"),
    (Field::Is, "failed"),
    (Field::Is, "ocr"),
    (Field::Is, "read"),
    (Field::Is, "truncated"),
    (Field::Is, "undated"),
    (Field::Has, "attachment"),
    (Field::Has, "image"),
    (Field::Has, "macro"),
];

/// Words of `is:` and `has:` that users will try and that are not supported, each with what to do instead.
const UNSUPPORTED_WORDS: [(Field, &str, Alternative); 14] = [
    (Field::Is, "empty", Alternative::Ledger),
    (Field::Is, "quarantined", Alternative::Ledger),
    (Field::Is, "unsupported", Alternative::Ledger),
    (Field::Is, "waiting", Alternative::Ledger),
    (Field::Is, "key", Alternative::TagDecisions),
    (Field::Is, "private", Alternative::TagDecisions),
    (Field::Is, "privileged", Alternative::TagDecisions),
    (Field::Is, "relevant", Alternative::TagDecisions),
    (Field::Is, "reviewed", Alternative::TagDecisions),
    (Field::Is, "unsure", Alternative::TagDecisions),
    (Field::Has, "redaction", Alternative::NoRedaction),
    (Field::Has, "signature", Alternative::TextOfSigned),
    (Field::Has, "translation", Alternative::NoTranslation),
    (Field::Has, "note", Alternative::TagNotes),
];

/// Fields that users will try and that are not supported, each with what to do instead.
const UNSUPPORTED_FIELDS: [(&str, Alternative); 4] = [
    ("entity", Alternative::NameItself),
    ("watchlist", Alternative::Batch),
    ("claim", Alternative::Quotes),
    ("table", Alternative::SheetPages),
];

/// Names of our fields in other tools.
const OTHER_NAMES: [(&str, Field); 7] = [
    ("file", Field::FileName),
    ("name", Field::FileName),
    ("language", Field::Language),
    ("author", Field::From),
    ("bcc", Field::Cc),
    ("sha256", Field::Hash),
    ("conversation", Field::Thread),
];

/// A word of `is:` or `has:` with its field, if there is one.
pub(crate) fn known_word(field: Field, word: &str) -> Option<(Field, &'static str)> {
    WORDS.iter().find(|known| **known == (field, word)).copied()
}

/// Why a word of `is:` or `has:` is refused; `None` if it is accepted.
pub(crate) fn refused(field: Field, word: &str) -> Option<QueryErrorKind> {
    let word = word.to_lowercase();
    if WORDS.iter().any(|(_, known)| *known == word) {
        return None;
    }
    if let Some((.., instead)) =
        UNSUPPORTED_WORDS.iter().find(|(_, unsupported, _)| *unsupported == word)
    {
        let what = format!("{}:{word}", field.name());
        return Some(QueryErrorKind::Unsupported { what, instead: *instead });
    }
    let near = |most| {
        WORDS.iter().find(|(_, known)| crate::Pattern::Near(word.clone(), most).takes(known))
    };
    let nearest = near(1).or_else(|| near(2).filter(|_| word.chars().count() > 3)).copied();
    Some(QueryErrorKind::UnknownWord { field, word, nearest })
}

/// Why a name that is not a field is refused.
pub(crate) fn unknown(name: &str) -> QueryErrorKind {
    let lower = name.to_lowercase();
    match UNSUPPORTED_FIELDS.iter().find(|(unsupported, _)| *unsupported == lower) {
        Some((_, instead)) => {
            QueryErrorKind::Unsupported { what: format!("{lower}:"), instead: *instead }
        }
        None => QueryErrorKind::UnknownField { name: name.to_owned(), nearest: nearest(&lower) },
    }
}

// The field whose name is nearest, if at most two edits away. `name` is in lower case.
fn nearest(name: &str) -> Option<Field> {
    if let Some((_, field)) = OTHER_NAMES.iter().find(|(other, _)| *other == name) {
        return Some(*field);
    }
    let near = |most| {
        let pattern = crate::Pattern::Near(name.to_owned(), most);
        Field::ALL.into_iter().find(|field| pattern.takes(field.name()))
    };
    near(1).or_else(|| if name.len() > 3 { near(2) } else { None })
}
