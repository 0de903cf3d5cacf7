//! Numeric ids of a case's objects. Each has a separate type, so that they cannot be confused.
//!
//! ```compile_fail
//! use exhibit_model::{ItemId, SourceId};
//! fn wants_item(_: ItemId) {}
//! wants_item(SourceId::new(1));
//! ```

use std::fmt;
use std::str::FromStr;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($integer:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name($integer);

        impl $name {
            /// Wraps the number.
            #[must_use]
            pub const fn new(number: $integer) -> Self {
                Self(number)
            }

            /// The number, as stored.
            #[must_use]
            pub const fn get(self) -> $integer {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// The number of an item within its case, counted from 1 in order of receipt.
    ItemId(i64)
}

number! {
    /// The number of a source within its case, counted from 1.
    SourceId(i64)
}

number! {
    /// The number of an entry within its log, counted from 0.
    EntrySeq(u64)
}

number! {
    /// The number of a page within its document, counted from 1, as reading counts them.
    PageNumber(u32)
}

impl PageNumber {
    /// The first page of a document.
    pub const FIRST: Self = Self(1);

    /// A number that no page comes after.
    pub const LAST: Self = Self(u32::MAX);

    /// The page after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The position in a list of all pages, counted from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0.saturating_sub(1) as usize
    }
}

/// A text that is not the number of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a page number: pages are numbered from 1")]
pub struct NotAPageNumber;

impl FromStr for PageNumber {
    type Err = NotAPageNumber;

    fn from_str(text: &str) -> Result<Self, NotAPageNumber> {
        text.parse().ok().filter(|number| *number > 0).map(Self).ok_or(NotAPageNumber)
    }
}

impl EntrySeq {
    /// The first entry of a log.
    pub const FIRST: Self = Self(0);

    /// The number of the entry after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl ItemId {
    /// The displayed name, such as `EXH-000127`.
    #[must_use]
    pub fn label(self, prefix: &str) -> String {
        format!("{prefix}-{:06}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_six_digits_or_more() {
        for (number, label) in [
            (1, "EXH-000001"),
            (127, "EXH-000127"),
            (999_999, "EXH-999999"),
            (1_000_000, "EXH-1000000"),
        ] {
            assert_eq!(ItemId::new(number).label("EXH"), label);
        }
    }

    #[test]
    fn pages_are_numbered_from_one() {
        let parsed =
            ["1", "17", "4294967295"].map(|text| text.parse::<PageNumber>().map(PageNumber::get));
        assert_eq!(parsed, [Ok(1), Ok(17), Ok(u32::MAX)]);
        for text in ["0", "", "-1", "1.5", "4294967296", "one"] {
            assert_eq!(text.parse::<PageNumber>(), Err(NotAPageNumber), "{text}");
        }
        let first = PageNumber::FIRST;
        assert_eq!(
            (first.index(), first.next().index(), first.next().to_string()),
            (0, 1, "2".to_owned())
        );
        assert_eq!(
            (PageNumber::new(0).index(), PageNumber::new(u32::MAX).next().get()),
            (0, u32::MAX)
        );
    }

    #[test]
    fn ids_are_ordered_by_number_and_shown_as_it() {
        assert!(ItemId::new(9) < ItemId::new(10));
        assert_eq!(ItemId::new(10).to_string(), "10");
        assert_eq!(SourceId::new(i64::MAX).get(), i64::MAX);
        assert_eq!(
            (EntrySeq::FIRST.next().get(), EntrySeq::new(u64::MAX).next().get()),
            (1, u64::MAX)
        );
        assert_eq!(format!("{:>4}|", EntrySeq::new(12)), "  12|");
    }
}
