//! Numeric ids of a case's objects. Each has a separate type, so that they cannot be confused.
//!
//! ```compile_fail
//! use exhibit_model::{ItemId, SourceId};
//! fn wants_item(_: ItemId) {}
//! wants_item(SourceId::new(1));
//! ```

use std::fmt;

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
        for (number, label) in
            [(1, "EXH-000001"), (127, "EXH-000127"), (999_999, "EXH-999999"), (1_000_000, "EXH-1000000")]
        {
            assert_eq!(ItemId::new(number).label("EXH"), label);
        }
    }

    #[test]
    fn ids_are_ordered_by_number_and_shown_as_it() {
        assert!(ItemId::new(9) < ItemId::new(10));
        assert_eq!(ItemId::new(10).to_string(), "10");
        assert_eq!(SourceId::new(i64::MAX).get(), i64::MAX);
        assert_eq!((EntrySeq::FIRST.next().get(), EntrySeq::new(u64::MAX).next().get()), (1, u64::MAX));
        assert_eq!(format!("{:>4}|", EntrySeq::new(12)), "  12|");
    }
}
