//! All that a text can be found by: its tokens, and beside them the keys and readings that find
//! more.

use crate::keys::{Keyed, word_keys};
use crate::readings::readings;
use crate::tokens::{Token, TokenKind, tokens};

/// Begins the term of a key. No token of text begins so.
pub const KEY: char = '\u{2}';
/// Begins the term of a pair of readings. No token of text begins so.
pub const READING: char = '\u{1}';

/// Says each token of the text, and the keys of its words and the readings of its Han characters.
///
/// A word of a text that is written in the Arabic or Cyrillic letters of Uyghur or Kazakh has its keys, and a Latin
/// word whose key is not its folded form, at the word's position. Two neighbouring Han characters have each pair of
/// their readings, joined by a space, at the position of the first.
pub fn searchable<F: FnMut(Token<'_>)>(text: &str, say: &mut F) {
    let keyed = Keyed::of(text);
    let mut term = String::with_capacity(64);
    tokens(text, &mut |token| {
        say(token);
        match token.kind {
            TokenKind::Bigram => say_readings(text, &token, &mut term, say),
            TokenKind::Word => say_keys(text, &token, keyed, &mut term, say),
            TokenKind::Part | TokenKind::Unigram | TokenKind::Key | TokenKind::Reading => {}
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

fn say_readings<F: FnMut(Token<'_>)>(text: &str, token: &Token<'_>, term: &mut String, say: &mut F) {
    let mut folded = token.term.chars();
    let (Some(a), Some(b)) = (folded.next(), folded.next()) else { return };
    let written = &text[token.start..token.end];
    let (first, last) = (written.chars().next().unwrap_or(a), written.chars().next_back().unwrap_or(b));
    for before in both(first, a) {
        for after in both(last, b) {
            term.clear();
            term.push(READING);
            term.push_str(before);
            term.push(' ');
            term.push_str(after);
            say(Token { term, kind: TokenKind::Reading, ..*token });
        }
    }
}

// The readings of a character as written, and those that only its representative has.
fn both(written: char, representative: char) -> impl Iterator<Item = &'static str> + Clone {
    let own = readings(written);
    let more = if written == representative { &[] } else { readings(representative) };
    own.iter().chain(more.iter().filter(|reading| !own.contains(reading))).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut more = Vec::new();
        searchable(text, &mut |token| {
            if matches!(token.kind, TokenKind::Key | TokenKind::Reading) {
                more.push(format!("{}@{}", token.term.trim_start_matches([KEY, READING]), token.position));
            }
        });
        for wanted in expected {
            assert!(more.iter().any(|token| token == wanted), "{text}: {more:?}");
        }
        assert_eq!(more.is_empty(), expected.is_empty(), "{text}: {more:?}");
    }

    #[test]
    fn keys_and_readings_stand_beside_the_tokens() {
        check("王立 强", &["wang li@0", "li qiang@1", "li jiang@1"]);
        check("單国", &["shan guo@0", "dan guo@0"]);
        check("شۆھرەت زاكىر", &["shohret@0", "zakir@1"]);
        check("Шөһрәт Закир", &["shohret@0", "zakir@1"]);
        check("Şöhret", &["shohret@0"]);
        check("Shöhret Zakir", &[]);
        check("договор", &[]);
        check("register", &[]);
    }
}
