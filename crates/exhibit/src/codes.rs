//! Notes and reasons for people and for scripts.

use crate::texts::safe;
use exhibit_catalogue::{Item, NoteRow};
use exhibit_model::code::{Value as CodeValue, Values};
use exhibit_model::{PageNumber, Reason};
use serde_json::{Value, json};

/// A reason as a sentence, safe to print.
pub(crate) fn reason_text(reason: &Reason) -> String {
    safe(&exhibit_messages::reason(reason))
}

/// A note as a sentence, safe to print.
pub(crate) fn note_text(note: &NoteRow) -> String {
    safe(&exhibit_messages::note(&note.code))
}

/// Why an item is in its state; empty where the state suffices.
pub(crate) fn why(item: &Item) -> String {
    item.reasons().map(reason_text).collect::<Vec<_>>().join("; ")
}

/// A reason as an object: its code, the code's values, and the same in words.
pub(crate) fn reason(reason: &Reason) -> Value {
    json!({"code": reason.word(), "values": values(&reason.values()), "text": reason_text(reason)})
}

/// A note as an object.
pub(crate) fn note(note: &NoteRow) -> Value {
    json!({
        "severity": note.code.severity().word(), "page": note.page.map_or(0, PageNumber::get), "code": note.code.word(),
        "values": values(&note.code.values()), "text": note_text(note),
    })
}

fn values(values: &Values) -> Value {
    let value = |value: &CodeValue| match value {
        CodeValue::Number(number) => json!(number),
        CodeValue::Text(text) => json!(text),
        CodeValue::List(list) => json!(list),
        CodeValue::Code(parts) => {
            json!({"code": parts.word, "values": self::values(&parts.values)})
        }
    };
    values
        .iter()
        .map(|(name, one)| (name.clone(), value(one)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
