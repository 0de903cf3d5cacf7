//! All that a text can be found by: its tokens, and beside them the keys that find more.

use crate::keys::{Keyed, word_keys};
use crate::tokens::{Token, TokenKind, tokens};

/// Begins the term of a key. No token of text begins so.
pub const KEY: char = '\u{2}';
/// Says each token of the text, and the keys of its words.
///
/// A word of a text that is written in the Arabic or Cyrillic letters of Uyghur or Kazakh has its keys, and a Latin
/// word whose key is not its folded form, at the word's position.
pub fn searchable<F: FnMut(Token<'_>)>(text: &str, say: &mut F) {
    let keyed = Keyed::of(text);
    let mut term = String::with_capacity(64);
    tokens(text, &mut |token| {
        say(token);
        if token.kind == TokenKind::Word {
            say_keys(text, &token, keyed, &mut term, say);
        }
    });
}

fn say_keys<F: FnMut(Token<'_>)>(text: &str, token: &Token<'_>, keyed: Keyed, term: &mut String, say: &mut F) {
    let Some(first) = token.term.chars().next() else { return };
    let written = &text[token.start..token.end];
    let wanted = match u32::from(first) {
        0..=0x7f => !written.is_ascii(),
        0x80..=0x24f | 0x2c60..=0x2c7f => true,
        0x400..=0x52f => keyed.cyrillic,
        0x600..=0x6ff => keyed.arabic,
        _ => false,
    };
    if !wanted || token.term.len() > 120 {
        return;
    }
    for key in word_keys(written) {
        if key != token.term {
            term.clear();
            term.push(KEY);
            term.push_str(&key);
            say(Token { term, kind: TokenKind::Key, ..*token });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut more = Vec::new();
        searchable(text, &mut |token| {
            if token.kind == TokenKind::Key {
                more.push(format!("{}@{}", token.term.trim_start_matches(KEY), token.position));
            }
        });
        for wanted in expected {
            assert!(more.iter().any(|token| token == wanted), "{text}: {more:?}");
        }
        assert_eq!(more.is_empty(), expected.is_empty(), "{text}: {more:?}");
    }

    #[test]
    fn keys_stand_beside_the_tokens() {
        check("王立 强", &[]);
        check("شۆھرەت زاكىر", &["shohret@0", "zakir@1"]);
        check("Шөһрәт Закир", &["shohret@0", "zakir@1"]);
        check("Şöhret", &["shohret@0"]);
        check("Shöhret Zakir", &[]);
        check("договор", &[]);
        check("register", &[]);
    }
}
