//! The names of a file's properties.

use std::borrow::Cow;
use std::fmt;

/// The name of a property of a file: the prefix of its vocabulary, a colon, a name, such as `dc:creator`.
///
/// The properties that Exhibit itself reads have constants. Others come from readers and from the files themselves.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct MetadataKey(Cow<'static, str>);

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident = $key:literal;)*) => {
        impl MetadataKey {
            $($(#[$doc])* pub const $name: Self = Self(Cow::Borrowed($key));)*

            /// The properties that have constants.
            pub const KNOWN: &'static [Self] = &[$(Self::$name),*];
        }
    };
}

keys! {
    /// The title stated in a document.
    DC_TITLE = "dc:title";
    /// The title in a PDF's information dictionary.
    PDF_TITLE = "pdf:Title";
    /// The title element of a web page.
    HTML_TITLE = "html:title";
    /// The subject of a message.
    MAIL_SUBJECT = "mail:subject";
    /// The authors of a message.
    MAIL_FROM = "mail:from";
    /// The recipients of a message.
    MAIL_TO = "mail:to";
    /// The recipients of copies.
    MAIL_CC = "mail:cc";
    /// The recipients of blind copies.
    MAIL_BCC = "mail:bcc";
    /// The name of a message.
    MAIL_MESSAGE_ID = "mail:message-id";
    /// The messages that a message answers.
    MAIL_IN_REPLY_TO = "mail:in-reply-to";
    /// The messages of the conversation before a message.
    MAIL_REFERENCES = "mail:references";
    /// When a message was sent, in RFC 3339.
    MAIL_DATE = "mail:date";
    /// The creation date of a document.
    CREATED = "dcterms:created";
    /// The modification date of a document.
    MODIFIED = "dcterms:modified";
    /// The creation date of a PDF.
    PDF_CREATED = "pdf:CreationDate";
    /// The date when a photograph was taken.
    EXIF_TAKEN = "exif:DateTimeOriginal";
}

impl MetadataKey {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for MetadataKey {
    fn from(key: &str) -> Self {
        Self::KNOWN
            .iter()
            .find(|known| known.as_str() == key)
            .cloned()
            .unwrap_or_else(|| Self(key.to_owned().into()))
    }
}

impl From<String> for MetadataKey {
    fn from(key: String) -> Self {
        Self(key.into())
    }
}

impl From<&String> for MetadataKey {
    fn from(key: &String) -> Self {
        key.as_str().into()
    }
}

impl fmt::Display for MetadataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_text_wherever_it_comes_from() {
        assert_eq!(MetadataKey::from("dc:title"), MetadataKey::DC_TITLE);
        assert_eq!(MetadataKey::from("mail:from".to_owned()), MetadataKey::MAIL_FROM);
        assert_eq!(MetadataKey::from("x:odd").to_string(), "x:odd");
        for key in MetadataKey::KNOWN {
            assert!(
                key.as_str()
                    .split_once(':')
                    .is_some_and(|(prefix, name)| !prefix.is_empty() && !name.is_empty())
            );
        }
    }
}
