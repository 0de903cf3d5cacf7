//! Keys: one table. A key only presses a link or button that is on the page and has the same function as text.

use crate::words::Words;

/// One key, or two in a row with a space between.
#[derive(Clone, Copy, Debug)]
pub struct Shortcut {
    /// The value of `data-key` on the control, and the keys to type.
    pub keys: &'static str,
    /// Its function.
    pub meaning: fn(&Words) -> String,
}

const fn key(keys: &'static str, meaning: fn(&Words) -> String) -> Shortcut {
    Shortcut { keys, meaning }
}

/// All keys of the interface. `j` and `k` move the focus between rows (`data-row`), the others press (`data-key`).
pub const TABLE: &[Shortcut] = &[
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
