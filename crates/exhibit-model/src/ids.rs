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
    }
}
