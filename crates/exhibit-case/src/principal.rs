//! Who acts on a case.

use std::borrow::Cow;

/// Who acts on a case, under a pseudonym: the custody log never contains a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    id: Cow<'static, str>,
}

impl Principal {
    /// The user of this installation, until there are accounts.
    pub const LOCAL: Self = Self { id: Cow::Borrowed("a1") };

    /// The principal with this pseudonym.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self { id: Cow::Owned(id.to_owned()) }
    }

    /// The pseudonym in the custody log.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}
