//! Keys: one table. A key does nothing but press a link or button that is on the page and says the same in words.

use crate::words::Words;

/// One key, or two in a row with a space between.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// What `data-key` says on the control, and what is typed.
    pub keys: &'static str,
    /// What it does.
    pub meaning: fn(&Words) -> String,
}

const fn key(keys: &'static str, meaning: fn(&Words) -> String) -> Key {
    Key { keys, meaning }
}

/// All keys of the interface. `j` and `k` move the focus between rows (`data-row`), the others press (`data-key`).
pub const TABLE: &[Key] = &[
    key("/", |w| w.key_search()),
    key("j", |w| w.key_row_down()),
    key("k", |w| w.key_row_up()),
    key("n", |w| w.key_next_hit()),
    key("p", |w| w.key_previous_hit()),
    key("]", |w| w.key_next()),
    key("[", |w| w.key_previous()),
    key("z", |w| w.key_zoom()),
    key("g o", |w| w.overview()),
    key("g s", |w| w.search()),
    key("g b", |w| w.batches()),
    key("g v", |w| w.saved()),
    key("g i", |w| w.items()),
    key("g p", |w| w.problems()),
    key("g l", |w| w.log()),
    key("?", |w| w.key_help()),
];
