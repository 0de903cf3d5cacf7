//! Messages: a key with values, not yet a text of any language.

use crate::Room;
use std::borrow::Cow;

/// What is inserted for an argument.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MessageValue {
    /// Text as it is. It may come from anyone: it is neither read as Fluent nor as markup.
    Text(String),
    /// A number, which also selects plural forms. It is written by the custom of the language.
    Number(u64),
    /// Another message, in the same language.
    Message(Box<Message>),
}

/// A message: its key, and a value for each argument. Made by the functions of the rooms.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    room: Room,
    id: &'static str,
    values: Vec<(&'static str, MessageValue)>,
}

impl Message {
    pub(crate) fn new(
        room: Room,
        id: &'static str,
        values: Vec<(&'static str, MessageValue)>,
    ) -> Self {
        Self { room, id, values }
    }

    /// The key in its room. It is stable: programs may rely on it.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// The arguments by name, in alphabetical order.
    #[must_use]
    pub fn values(&self) -> &[(&'static str, MessageValue)] {
        &self.values
    }

    /// The same message with each text replaced by what `change` returns for it, for example to make it safe to print.
    #[must_use]
    pub fn map_texts(&self, change: impl Fn(&str) -> String + Copy) -> Self {
        let changed = |value: &MessageValue| match value {
            MessageValue::Text(text) => MessageValue::Text(change(text)),
            MessageValue::Number(number) => MessageValue::Number(*number),
            MessageValue::Message(message) => {
                MessageValue::Message(Box::new(message.map_texts(change)))
            }
        };
        let values = self.values.iter().map(|(name, value)| (*name, changed(value))).collect();
        Self { values, ..*self }
    }

    pub(crate) fn room(&self) -> Room {
        self.room
    }
}

impl From<&str> for MessageValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for MessageValue {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for MessageValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Cow<'_, str>> for MessageValue {
    fn from(text: Cow<'_, str>) -> Self {
        Self::Text(text.into_owned())
    }
}

impl From<Message> for MessageValue {
    fn from(message: Message) -> Self {
        Self::Message(Box::new(message))
    }
}
