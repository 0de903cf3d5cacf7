//! The tokens of a query: words, phrases, brackets, operators and fields, each with its position.
//!
//! Full-width signs are read as their half-width equivalents: (（) and the like, “ ”, « », 「 」 and ＂ as quotation
//! marks, ： after a field, the ideographic space.

use crate::error::{Operator, QueryError, QueryErrorKind as Kind, QueryLimit};

/// A token of a query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Piece {
    /// The index of its first character.
    pub(crate) position: usize,
    /// The index after its last character.
    pub(crate) end: usize,
    pub(crate) what: What,
}

/// The kind of a token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum What {
    /// A word as written, without operators `*` and `~` at its end.
    Word {
        text: String,
        end: End,
    },
    /// The text between quotation marks.
    Quoted {
        text: String,
        end: End,
    },
    /// A regular expression between slashes.
    Pattern(String),
    /// `=`: the word or phrase that follows is not widened.
    AsWritten,
    Open,
    Close,
    And,
    Or,
    /// `NOT` or `-`.
    Not(Operator),
    /// A field's name; its value is the next token, directly adjacent.
    Field {
        name: String,
        touches: bool,
    },
}

/// The operator at the end of a word or phrase.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    Plain,
    Star,
    /// `~n`; without a number it is 1 for a word and 5 for a phrase.
    Tilde(Option<u32>),
}

/// Splits a query into tokens.
pub(crate) fn pieces(query: &str) -> Result<Vec<Piece>, QueryError> {
    const MOST: usize = 20_000;
    let characters: Vec<char> = query.chars().map(half_width).collect();
    if characters.len() > MOST {
        return Err(QueryError::new(
            MOST,
            Kind::TooMuch { what: QueryLimit::Characters, most: MOST },
        ));
    }
    let mut lexer = Lexer { characters: &characters, at: 0, pieces: Vec::new() };
    while lexer.piece()? {}
    Ok(lexer.pieces)
}

/// The sign as which a full-width or typographic one is read.
pub(crate) fn half_width(character: char) -> char {
    match character {
        '“' | '”' | '„' | '‟' | '«' | '»' | '「' | '」' => '"',
        // a minus or dash that a keyboard or an editor inserted for the hyphen
        '−' | '–' | '—' => '-',
        // full-width forms of ASCII are at a fixed distance; the comma and the like are left unchanged
        '\u{ff01}'..='\u{ff5e}' if !matches!(character, '，' | '！' | '；' | '？' | '．') => {
            char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character)
        }
        '\u{3000}' => ' ',
        other => other,
    }
}

// Separators of words: white space, and the commas that Chinese text puts between words of a list.
fn is_gap(character: char) -> bool {
    character.is_whitespace() || matches!(character, '、' | '，' | '。' | '；' | '！' | '？')
}

struct Lexer<'c> {
    characters: &'c [char],
    at: usize,
    pieces: Vec<Piece>,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at + ahead).copied()
    }

    fn push(&mut self, position: usize, what: What) {
        self.pieces.push(Piece { position, end: self.at, what });
    }

    fn piece(&mut self) -> Result<bool, QueryError> {
        while self.peek(0).is_some_and(is_gap) {
            self.at += 1;
        }
        let position = self.at;
        let Some(character) = self.peek(0) else { return Ok(false) };
        match character {
            '(' => {
                self.at += 1;
                self.push(position, What::Open);
            }
            ')' => {
                self.at += 1;
                self.push(position, What::Close);
            }
            '"' => self.quoted(position)?,
            '=' if self.peek(1).is_some_and(|c| !is_gap(c) && !matches!(c, '(' | ')' | '=')) => {
                self.at += 1;
                self.push(position, What::AsWritten);
            }
            '=' => return Err(QueryError::new(position, Kind::LonelyOperator(Operator::Exact))),
            '/' => self.pattern_or_word(position)?,
            '-' => {
                self.at += 1;
                while self.peek(0) == Some('-') {
                    self.at += 1;
                }
                if self.peek(0).is_none_or(|c| is_gap(c) || c == ')') {
                    return Err(QueryError::new(position, Kind::LonelyOperator(Operator::Minus)));
                }
                self.push(position, What::Not(Operator::Minus));
            }
            _ => self.word(position)?,
        }
        Ok(true)
    }

    // A slash that is matched by another at the end of the word begins a pattern; `/etc/hosts` is a word.
    fn pattern_or_word(&mut self, position: usize) -> Result<(), QueryError> {
        let rest = &self.characters[position + 1..];
        let mut escaped = false;
        for (at, character) in rest.iter().enumerate().take_while(|(_, c)| !is_gap(**c)) {
            let ends = rest.get(at + 1).is_none_or(|next| is_gap(*next) || *next == ')');
            if *character == '/' && !escaped && ends && at > 0 {
                self.at = position + at + 2;
                self.push(position, What::Pattern(rest[..at].iter().collect()));
                return Ok(());
            }
            escaped = *character == '\\' && !escaped;
        }
        self.word(position)
    }

    fn quoted(&mut self, position: usize) -> Result<(), QueryError> {
        self.at += 1;
        let start = self.at;
        let Some(length) = self.characters[start..].iter().position(|c| *c == '"') else {
            return Err(QueryError::new(position, Kind::OpenQuote));
        };
        let mut text: String = self.characters[start..start + length].iter().collect();
        self.at = start + length + 1;
        let mut end = End::Plain;
        if self.peek(0) == Some('~') {
            self.at += 1;
            end = End::Tilde(self.digits());
            if self.peek(0).is_some_and(|c| !is_gap(c) && c != ')') {
                return Err(QueryError::new(position, Kind::MisplacedTilde(text)));
            }
        } else if let Some(beginning) = text.strip_suffix('*') {
            end = End::Star;
            text = beginning.to_owned();
        }
        if let Some(at) = text.chars().position(|c| c == '*') {
            return Err(QueryError::new(start + at, Kind::MisplacedStar(text)));
        }
        self.push(position, What::Quoted { text, end });
        Ok(())
    }

    fn digits(&mut self) -> Option<u32> {
        let start = self.at;
        while self.peek(0).is_some_and(|c| c.is_ascii_digit()) && self.at - start < 4 {
            self.at += 1;
        }
        self.characters[start..self.at].iter().collect::<String>().parse().ok()
    }

    fn word(&mut self, position: usize) -> Result<(), QueryError> {
        while let Some(character) = self.peek(0) {
            match character {
                ':' if self.is_field(position) => {
                    let name = self.characters[position..self.at].iter().collect();
                    self.at += 1;
                    let touches = self.peek(0).is_some_and(|c| !is_gap(c) && c != ')');
                    self.push(position, What::Field { name, touches });
                    return Ok(());
                }
                '(' => match self.bracketed_number() {
                    Some(length) if self.at > position => self.at += length,
                    _ => break,
                },
                ')' | '"' => break,
                _ if is_gap(character) => break,
                _ => self.at += 1,
            }
        }
        let text: String = self.characters[position..self.at].iter().collect();
        let what = match text.as_str() {
            "AND" => What::And,
            "OR" => What::Or,
            "NOT" => What::Not(Operator::Not),
            _ => word_end(position, text)?,
        };
        self.push(position, what);
        Ok(())
    }

    // Whether the word read so far names a field: ASCII letters only.
    fn is_field(&self, position: usize) -> bool {
        self.at > position
            && self.characters[position..self.at].iter().all(char::is_ascii_alphabetic)
    }

    // The length of a number in brackets, such as the year within a document's number; it is part of the word.
    fn bracketed_number(&self) -> Option<usize> {
        let digits = (1..6)
            .take_while(|ahead| self.peek(*ahead).is_some_and(|c| c.is_ascii_digit()))
            .count();
        (digits > 0 && self.peek(digits + 1) == Some(')')).then_some(digits + 2)
    }
}

fn word_end(position: usize, text: String) -> Result<What, QueryError> {
    let (text, end) = if let Some(beginning) = text.strip_suffix('*') {
        (beginning.to_owned(), End::Star)
    } else if let Some((word, number)) = text.rsplit_once('~').filter(|(word, _)| !word.is_empty())
    {
        let sound = number.len() <= 1 && number.bytes().all(|b| b.is_ascii_digit());
        if !sound || word.contains('~') {
            return Err(QueryError::new(position, Kind::MisplacedTilde(text)));
        }
        (word.to_owned(), End::Tilde(number.parse().ok()))
    } else {
        (text, End::Plain)
    };
    if text.is_empty() || text.contains('*') {
        let shown = if text.is_empty() { "*".to_owned() } else { text };
        return Err(QueryError::new(position, Kind::MisplacedStar(shown)));
    }
    Ok(What::Word { text, end })
}
