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
