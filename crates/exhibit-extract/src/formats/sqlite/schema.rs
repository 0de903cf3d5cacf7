//! The tables of a database: their names, trees and columns, as the statements that created them state.

use super::file::{Cursor, Database};
use super::record::{self, Value};

/// The maximum number of columns that SQLite can be built for.
const MOST_COLUMNS: usize = 32_767;

/// A row of the schema.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Object {
    kind: String,
    name: String,
    root: u32,
    pub(super) statement: String,
}

/// A table with rows.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) root: u32,
    /// Whether it is stored by its key, without row ids.
    pub(super) keyed: bool,
    /// The columns, in the order in which they are stored.
    pub(super) columns: Vec<Column>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    /// Whether it is the row id under another name.
    pub(super) is_row_id: bool,
    /// Whether its values are stored, rather than computed when they are read.
    pub(super) stored: bool,
    /// The value in rows that are older than the column.
    pub(super) default: String,
    /// Whether whole numbers in it are numbers with a fraction of zero.
    pub(super) is_real: bool,
    is_key: bool,
    is_integer: bool,
}

impl Default for Column {
    fn default() -> Self {
        Self {
            name: String::new(),
            is_row_id: false,
            stored: true,
            default: String::new(),
            is_real: false,
            is_key: false,
            is_integer: false,
        }
    }
}

/// The rows of the schema, and the number of damaged places in it.
pub(super) fn objects(database: &mut Database<'_>) -> (Vec<Object>, u64) {
    let encoding = database.encoding;
    let mut cursor = Cursor::new(database, 1, false);
    let (mut found, mut broken) = (Vec::new(), 0);
    while let Some(entry) = cursor.next(database) {
        let (values, whole) = record::values(&entry.payload);
        broken += u64::from(!whole || !entry.whole);
        let text = |at: usize| match values.get(at) {
            Some(Value::Text(bytes)) => encoding.text(bytes),
            _ => String::new(),
        };
        let root = match values.get(3) {
            Some(Value::Integer(root)) => u32::try_from(*root).unwrap_or(0),
            _ => 0,
        };
        found.push(Object { kind: text(0), name: text(1), root, statement: text(4) });
    }
    (found, broken + cursor.damage)
}

impl Object {
    /// The table that this describes, if it has rows of its own.
    pub(super) fn table(&self) -> Option<Table> {
        if self.kind != "table" || self.root == 0 {
            return None;
        }
        let (mut columns, keyed) = columns_of(&self.statement);
        if keyed {
            // the columns of the key are stored first
            columns.sort_by_key(|column| !column.is_key);
        }
        Some(Table { name: self.name.clone(), root: self.root, keyed, columns })
    }
}

/// The columns that a `CREATE TABLE` statement defines, and whether the table is stored without row ids.
fn columns_of(statement: &str) -> (Vec<Column>, bool) {
    let tokens = tokens(statement);
    let Some(start) = tokens.iter().position(|token| token.is("(")) else {
        return (Vec::new(), false);
    };
    let (mut columns, mut depth, mut from) = (Vec::new(), 0usize, start + 1);
    let mut keys = Vec::new();
    let mut end = tokens.len();
    for (at, token) in tokens.iter().enumerate().skip(start + 1) {
        let closes = token.is(")") && depth == 0;
        if closes || (token.is(",") && depth == 0) {
            definition(&tokens[from..at], &mut columns, &mut keys);
            from = at + 1;
        }
        if closes {
            end = at;
            break;
        }
        depth += usize::from(token.is("("));
        depth -= usize::from(token.is(")") && depth > 0);
    }
    if end == tokens.len() {
        definition(tokens.get(from..).unwrap_or_default(), &mut columns, &mut keys);
    }
    let rest = tokens.get(end + 1..).unwrap_or_default();
    let keyed = rest.windows(2).any(|pair| pair[0].word("WITHOUT") && pair[1].word("ROWID"));
    for key in &keys {
        let found =
            columns.iter_mut().find(|column: &&mut Column| column.name.eq_ignore_ascii_case(key));
        found.into_iter().for_each(|column| {
            column.is_key = true;
            column.is_row_id |= keys.len() == 1 && column.is_integer;
        });
    }
    columns.iter_mut().filter(|_| keyed).for_each(|column| column.is_row_id = false);
    (columns, keyed)
}

/// One definition between commas: of a column, or of a constraint.
fn definition(tokens: &[Token], columns: &mut Vec<Column>, keys: &mut Vec<String>) {
    let Some(first) = tokens.first() else { return };
    let is_constraint =
        ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].iter().any(|word| first.word(word))
            && tokens.len() > 1;
    let is_key = |pair: &[Token]| pair[0].word("PRIMARY") && pair[1].word("KEY");
    if is_constraint {
        if let Some(at) = tokens.windows(2).position(is_key) {
            let listed = tokens[at + 2..].iter().skip_while(|token| !token.is("(")).skip(1);
            let mut wanted = true;
            for token in listed.take_while(|token| !token.is(")")) {
                if wanted {
                    keys.push(token.text.clone());
                }
                wanted = token.is(",");
            }
        }
        return;
    }
    if columns.len() >= MOST_COLUMNS {
        return;
    }
    let mut column = Column { name: first.text.clone(), ..Column::default() };
    let is_integer = tokens.get(1).is_some_and(|token| token.word("INTEGER"))
        && tokens.get(2).is_none_or(|token| !token.is("(") && !is_type_word(token));
    column.is_real = is_real(&tokens[1..]);
    let computed = tokens.windows(2).any(|pair| pair[0].word("AS") && pair[1].is("("));
    column.stored = !computed || tokens.iter().any(|token| token.word("STORED"));
    let inline_key = tokens.windows(2).any(is_key);
    let descending = tokens.windows(3).any(|three| is_key(&three[..2]) && three[2].word("DESC"));
    if let Some(at) = tokens.iter().position(|token| token.word("DEFAULT")) {
        let sign = tokens.get(at + 1).is_some_and(|token| token.is("-"));
        let value = tokens.get(at + 1 + usize::from(sign));
        let value = value.filter(|token| !token.is("(") && !token.word("NULL"));
        column.default = value.map_or(String::new(), |token| {
            format!("{}{}", if sign { "-" } else { "" }, token.text)
        });
    }
    column.is_key = inline_key;
    column.is_integer = is_integer;
    column.is_row_id = inline_key && is_integer && !descending;
    columns.push(column);
}

/// Whether the type of a column is one of numbers with a fraction, by the rules for affinities.
fn is_real(tokens: &[Token]) -> bool {
    let words = tokens.iter().take_while(|token| is_type_word(token) && !token.is("("));
    let name: String = words.map(|token| token.text.to_ascii_uppercase()).collect();
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    has(&["REAL", "FLOA", "DOUB"]) && !has(&["INT", "CHAR", "CLOB", "TEXT", "BLOB"])
}

/// Whether a word after `INTEGER` belongs to the name of the type.
fn is_type_word(token: &Token) -> bool {
    const CONSTRAINTS: [&str; 10] = [
        "CONSTRAINT",
        "PRIMARY",
        "NOT",
        "NULL",
        "UNIQUE",
        "CHECK",
        "DEFAULT",
        "COLLATE",
        "REFERENCES",
        "GENERATED",
    ];
    !token.quoted
        && !CONSTRAINTS.iter().any(|word| token.word(word))
        && !token.word("AS")
        && !token.is(",")
}

/// A word, a quoted name or text, or one other character.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    text: String,
    quoted: bool,
}

impl Token {
    fn is(&self, text: &str) -> bool {
        !self.quoted && self.text == text
    }

    fn word(&self, word: &str) -> bool {
        !self.quoted && self.text.eq_ignore_ascii_case(word)
    }
}

fn tokens(statement: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = statement;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        let (text, quoted, next) = match first {
            c if c.is_whitespace() => {
                rest = after;
                continue;
            }
            '-' if after.starts_with('-') => {
                rest = after.find('\n').map_or("", |end| &after[end..]);
                continue;
            }
            '/' if after.starts_with('*') => {
                rest = after.find("*/").map_or("", |end| &after[end + 2..]);
                continue;
            }
            '"' | '`' | '\'' => {
                let (text, next) = quoted_text(after, first);
                (text, true, next)
            }
            '[' => {
                let end = after.find(']').unwrap_or(after.len());
                (after[..end].to_owned(), true, after.get(end + 1..).unwrap_or(""))
            }
            c if c.is_alphanumeric() || c == '_' || c == '.' => {
                let end = rest
                    .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '.')))
                    .unwrap_or(rest.len());
                (rest[..end].to_owned(), false, &rest[end..])
            }
            other => (other.to_string(), false, after),
        };
        found.push(Token { text, quoted });
        rest = next;
    }
    found
}

/// The text up to the closing quote, in which a doubled one is the character; and what follows.
fn quoted_text(text: &str, quote: char) -> (String, &str) {
    let mut value = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(quote) {
        value.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.strip_prefix(quote) {
            Some(more) => {
                value.push(quote);
                rest = more;
            }
            None => return (value, rest),
        }
    }
    value.push_str(rest);
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(statement: &str) -> String {
        let (columns, keyed) = columns_of(statement);
        let column = |column: &Column| {
            let mark = |on: bool, mark: &'static str| if on { mark } else { "" };
            let default = if column.default.is_empty() {
                String::new()
            } else {
                format!("={}", column.default)
            };
            let marks =
                [mark(column.is_row_id, "!"), mark(column.is_key, "*"), mark(!column.stored, "?")]
                    .concat();
            format!("{}{marks}{default}", column.name)
        };
        format!(
            "{}{}",
            columns.iter().map(column).collect::<Vec<_>>().join(" "),
            if keyed { " keyed" } else { "" }
        )
    }

    #[test]
    fn columns_of_statements() {
        for (statement, expected) in [
            ("CREATE TABLE t(a, b TEXT, c)", "a b c"),
            (
                "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(10, 2) NOT NULL)",
                "id!* name",
            ),
            ("CREATE TABLE t (id INT PRIMARY KEY, b)", "id* b"),
            ("CREATE TABLE t (id INTEGER PRIMARY KEY DESC, b)", "id* b"),
            (
                "CREATE TABLE t (\"a \"\"x\"\"\" int, [b c] text, `d` , '登记' x)",
                "a \"x\" b c d 登记",
            ),
            ("CREATE TABLE t (a, b, PRIMARY KEY (b, a)) WITHOUT ROWID", "a* b* keyed"),
            ("CREATE TABLE t (a INTEGER, b, CONSTRAINT k PRIMARY KEY (a))", "a!* b"),
            ("CREATE TABLE t (a, b AS (a || 'x'), c GENERATED ALWAYS AS (a) STORED)", "a b? c"),
            (
                "CREATE TABLE t (a DEFAULT 'it''s', b DEFAULT -5, c DEFAULT (1+2), d DEFAULT NULL)",
                "a=it's b=-5 c d",
            ),
            ("CREATE TABLE t (a /* , x */, b -- , y\n, c)", "a b c"),
            ("CREATE TABLE t (a, b", "a b"),
            ("", ""),
            ("CREATE TABLE t", ""),
        ] {
            assert_eq!(shape(statement), expected, "{statement}");
        }
    }
}
