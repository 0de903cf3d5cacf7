//! All that a text can be found by: its tokens, and beside them keys that find more and forms that find less.

use crate::fold::{self, Class};
use crate::han::written_form;
use crate::script_keys::Keyed;
use crate::tokens::{Token, TokenKind, tokens};

/// Begins the term of a key. No token of text begins so.
pub const KEY: char = '\u{2}';
/// Begins the term that says which form of its class a Han character is written in. No token of text begins so.
pub const FORM: char = '\u{3}';

/// Says each token of the text, the keys of its words and the forms of its Han characters.
///
/// A Han character that is not the representative of its class has its form, at its position.
///
/// A word of a text that is written in the Arabic or Cyrillic letters of Uyghur or Kazakh has its keys, and a Latin
/// word whose key is not its folded form, at the word's position.
pub fn searchable<F: FnMut(Token<'_>)>(text: &str, say: &mut F) {
    let keyed = Keyed::of(text);
    let mut term = String::with_capacity(64);
    tokens(text, &mut |token| {
        if token.kind == TokenKind::Unigram {
            say_form(text, &token, &mut term, say);
        }
        say(token);
        if token.kind == TokenKind::Word {
            say_keys(text, &token, keyed, &mut term, say);
        }
    });
}

fn say_form<F: FnMut(Token<'_>)>(text: &str, token: &Token<'_>, term: &mut String, say: &mut F) {
    let Some(written) = text[token.start..token.end].chars().next() else { return };
    // all that has forms lies here
    if u32::from(written) < 0x2e80 || token.term.starts_with(written) {
        return;
    }
    let folded = fold::folded(written);
    let form = written_form(written);
    if folded.class == Class::Han && folded.to != form && token.term.chars().eq([folded.to]) {
        term.clear();
        term.extend([FORM, form]);
        say(Token { term, kind: TokenKind::Form, ..*token });
    }
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
    for key in keyed.word_keys(written) {
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
    fn forms_stand_beside_the_characters() {
        let mut forms = Vec::new();
        searchable("陳 徵宇⻋ガ", &mut |token| {
            if token.kind == TokenKind::Form {
                forms.push(format!("{}@{}", token.term.trim_start_matches(FORM), token.position));
            }
        });
        assert_eq!(forms, ["陳@0", "徵@1"]);
    }

    #[test]
    fn keys_stand_beside_the_tokens() {
        check("王立 强", &[]);
        check("شۆھرەت زاكىر", &["shöhret@0", "zakir@1"]);
        check("Шөһрәт Закир", &["shöhret@0", "zakir@1"]);
        check("Şöhret", &["shöhret@0"]);
        check("Shöhret Zakir", &["shöhret@0"]);
        check("Shohret Zakir", &[]);
        check("договор", &[]);
        check("register", &[]);
    }
}
