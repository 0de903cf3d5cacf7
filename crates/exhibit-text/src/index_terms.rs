//! The index terms of a text: its tokens, its script keys, which match more, and its character forms, which match
//! less.

use crate::fold::{self, Class};
use crate::han::written_form;
use crate::script_keys::KeyedScripts;
use crate::tokens::{Token, TokenKind, tokens};

/// The prefix of key terms. No token of text begins with it.
pub const KEY: char = '\u{2}';
/// The prefix of form terms, which record the written form of a Han character. No token of text begins with it.
pub const FORM: char = '\u{3}';

/// Emits each token of the text, the keys of its words and the forms of its Han characters.
///
/// A Han character that is not the representative of its class gets a form term, at its position.
///
/// A word in a text in the Arabic or Cyrillic letters of Uyghur or Kazakh gets its keys, and a Latin word gets its key
/// if that differs from its folded form, at the position of the word.
pub fn index_terms<F: FnMut(Token<'_>)>(text: &str, emit: &mut F) {
    let scripts = KeyedScripts::detect(text);
    let mut term = String::with_capacity(64);
    tokens(text, &mut |token| {
        if token.kind == TokenKind::Unigram {
            emit_form(text, &token, &mut term, emit);
        }
        emit(token);
        if token.kind == TokenKind::Word {
            emit_keys(text, &token, scripts, &mut term, emit);
        }
    });
}

fn emit_form<F: FnMut(Token<'_>)>(text: &str, token: &Token<'_>, term: &mut String, emit: &mut F) {
    let Some(written) = text[token.start..token.end].chars().next() else { return };
    // all characters with forms are in this range
    if u32::from(written) < 0x2e80 || token.term.starts_with(written) {
        return;
    }
    let folded = fold::folded(written);
    let form = written_form(written);
    if folded.class == Class::Han && folded.to != form && token.term.chars().eq([folded.to]) {
        term.clear();
        term.extend([FORM, form]);
        emit(Token { term, kind: TokenKind::Form, ..*token });
    }
}

fn emit_keys<F: FnMut(Token<'_>)>(
    text: &str,
    token: &Token<'_>,
    scripts: KeyedScripts,
    term: &mut String,
    emit: &mut F,
) {
    let Some(first) = token.term.chars().next() else { return };
    let written = &text[token.start..token.end];
    let has_keys = match u32::from(first) {
        0..=0x7f => !written.is_ascii(),
        0x80..=0x24f | 0x2c60..=0x2c7f => true,
        0x400..=0x52f => scripts.cyrillic,
        0x600..=0x6ff => scripts.arabic,
        _ => false,
    };
    if !has_keys || token.term.len() > 120 {
        return;
    }
    for key in scripts.word_keys(written) {
        if key != token.term {
            term.clear();
            term.push(KEY);
            term.push_str(&key);
            emit(Token { term, kind: TokenKind::Key, ..*token });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut more = Vec::new();
        index_terms(text, &mut |token| {
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
    fn form_terms() {
        let mut forms = Vec::new();
        index_terms("陳 徵宇⻋ガ", &mut |token| {
            if token.kind == TokenKind::Form {
                forms.push(format!("{}@{}", token.term.trim_start_matches(FORM), token.position));
            }
        });
        assert_eq!(forms, ["陳@0", "徵@1"]);
    }

    #[test]
    fn key_terms() {
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
