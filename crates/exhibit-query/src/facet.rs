//! Facets: the properties by which matching pages can be divided. This is the only list of them.

use crate::field::Field;

/// A property by which pages are divided.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Facet {
    /// The kind of file.
    Type,
    /// The page's language.
    Language,
    /// The year of the document's date; `undated` without one.
    Year,
    /// Its year and month.
    Month,
    /// The direct children of a folder, each with all below it.
    Folder,
    /// The containers of the document.
    Container,
    /// The source of the document.
    Source,
    /// The addresses of the sender.
    Sender,
    /// The addresses of the recipients.
    Recipient,
    /// The tags.
    Tag,
    /// The state and parts: the words of `is:` and `has:`.
    State,
    /// OCR's mean confidence, in bands ([`CONFIDENCE_BANDS`]).
    Confidence,
    /// The extension of the file's name.
    Extension,
}

impl Facet {
    /// All facets, in the order in which they are listed.
    pub const ALL: [Self; 13] = [
        Self::Type,
        Self::Language,
        Self::Year,
        Self::Month,
        Self::Folder,
        Self::Container,
        Self::Source,
        Self::Sender,
        Self::Recipient,
        Self::Tag,
        Self::State,
        Self::Confidence,
        Self::Extension,
    ];

    /// The field that accepts its values.
    #[must_use]
    pub fn field(self) -> Field {
        match self {
            Self::Type => Field::Type,
            Self::Language => Field::Language,
            Self::Year | Self::Month => Field::Date,
            Self::Folder => Field::Folder,
            Self::Container => Field::Container,
            Self::Source => Field::Source,
            Self::Sender => Field::Sender,
            Self::Recipient => Field::Recipient,
            Self::Tag => Field::Tag,
            Self::State => Field::Is,
            Self::Confidence => Field::Ocr,
            Self::Extension => Field::Extension,
        }
    }

    /// Its name: that of its field, or `month`.
    #[must_use]
    pub fn word(self) -> &'static str {
        if self == Self::Month { "month" } else { self.field().name() }
    }

    /// Whether its values are periods of time.
    #[must_use]
    pub fn is_period(self) -> bool {
        self.field() == Field::Date
    }
}

/// The bands of OCR's confidence, as `ocr:` accepts them: the first and last percent of each.
pub const CONFIDENCE_BANDS: [(&str, u64, u64); 5] = [
    ("0.9..1", 90, 100),
    ("0.8..0.89", 80, 89),
    ("0.7..0.79", 70, 79),
    ("0.5..0.69", 50, 69),
    ("0..0.49", 0, 49),
];

/// Whether a value of `ocr:` is one of the bands.
pub(crate) fn is_band(value: &str) -> bool {
    CONFIDENCE_BANDS.iter().any(|(band, ..)| *band == value)
}
