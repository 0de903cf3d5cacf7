//! From pieces to a tree.
//!
//! `or := and (OR and)*`, `and := not (AND? not)*`, `not := (NOT | -)* primary`,
//! `primary := ( or ) | field primary | word | phrase`. `AND` binds closer than `OR`.

use super::error::{QueryError, QueryErrorKind as Kind};
use super::fields::{self, Field};
use super::lex::{self, End, Piece, What as PieceWhat};
use super::unit::{begin_last, keep_forms, single_word, unit};
use super::{
    Clause, Hint, Node, Pattern, Phrase, Plain, Query, Regex, Slot, Sort, TextField, Unit, What, values, variants,
};

/// Reads a query. An empty one asks for everything.
///
/// # Errors
/// [`QueryError`] with the place and the nearest right form; a query is never searched as something else than it
/// says.
///
/// ```
/// let query = exhibit_index::parse("新疆 (register* OR \"full list\") -draft").expect("a sound query");
/// assert_eq!(query.read_as(), "新疆 AND (register* OR \"full list\") AND NOT draft");
/// ```
pub fn parse(query: &str) -> Result<Query, QueryError> {
    let mut pieces = lex::pieces(query)?;
    let sort = take_sort(&mut pieces)?;
    let mut parser = Parser { pieces: &pieces, at: 0, depth: 0, clauses: Vec::new(), hints: Vec::new() };
    let root = if pieces.is_empty() { Node::Everything } else { parser.or(None)? };
    if let Some(piece) = parser.peek() {
        // only a closing bracket ends an expression early
        return Err(QueryError::new(piece.position, Kind::ExtraBracket));
    }
    let Parser { clauses, hints, .. } = parser;
    Ok(Query { root, clauses, sort, hints, widenings: Vec::new() })
}

struct Parser<'p> {
    pieces: &'p [Piece],
    at: usize,
    depth: usize,
    clauses: Vec<Clause>,
    hints: Vec<Hint>,
}

// `sort:` asks for an order, not for pages: it is taken out before the rest is read. An operator beside it is then
// a lonely one.
fn take_sort(pieces: &mut Vec<Piece>) -> Result<Option<Sort>, QueryError> {
    let mut sort = None;
    let named =
        |piece: &Piece| matches!(&piece.what, PieceWhat::Field { name, .. } if name.eq_ignore_ascii_case("sort"));
    while let Some(at) = pieces.iter().position(named) {
        let position = pieces[at].position;
        let (PieceWhat::Field { touches: true, .. }, Some(PieceWhat::Word { text, end })) =
            (&pieces[at].what, pieces.get(at + 1).map(|piece| &piece.what))
        else {
            return Err(QueryError::new(position, Kind::EmptyField("sort")));
        };
        let (value, takes) = (whole_value(text, *end), "relevance, received, date, oldest or path: sort:date");
        let bad = Kind::BadValue { field: "sort", value: value.clone(), takes };
        sort = Some(values::sort(&value).ok_or(QueryError::new(pieces[at + 1].position, bad))?);
        pieces.drain(at..at + 2);
    }
    Ok(sort)
}

impl<'p> Parser<'p> {
    fn peek(&self) -> Option<&'p Piece> {
        self.pieces.get(self.at)
    }

    fn or(&mut self, field: Option<Field>) -> Result<Node, QueryError> {
        let mut nodes = vec![self.and(field)?];
        while let Some(Piece { position, what: PieceWhat::Or }) = self.peek() {
            self.at += 1;
            self.wants_operand(*position, "OR")?;
            nodes.push(self.and(field)?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Or(nodes) })
    }

    fn and(&mut self, field: Option<Field>) -> Result<Node, QueryError> {
        let mut nodes = Vec::new();
        loop {
            nodes.push(self.not(field)?);
            match self.peek() {
                None | Some(Piece { what: PieceWhat::Or | PieceWhat::Close, .. }) => break,
                Some(Piece { position, what: PieceWhat::And }) => {
                    self.at += 1;
                    self.wants_operand(*position, "AND")?;
                }
                Some(_) => {}
            }
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::And(nodes) })
    }

    // An operator stands between two operands.
    fn wants_operand(&self, position: usize, operator: &str) -> Result<(), QueryError> {
        match self.peek() {
            None | Some(Piece { what: PieceWhat::And | PieceWhat::Or | PieceWhat::Close, .. }) => {
                Err(QueryError::new(position, Kind::LonelyOperator(operator.to_owned())))
            }
            Some(_) => Ok(()),
        }
    }

    fn not(&mut self, field: Option<Field>) -> Result<Node, QueryError> {
        let mut negated = false;
        while let Some(Piece { position, what: PieceWhat::Not(sign) }) = self.peek() {
            self.at += 1;
            self.wants_operand(*position, sign)?;
            negated = !negated;
        }
        let node = self.primary(field)?;
        Ok(match node {
            Node::Not(inner) if negated => *inner,
            node if negated => Node::Not(Box::new(node)),
            node => node,
        })
    }

    fn primary(&mut self, field: Option<Field>) -> Result<Node, QueryError> {
        let Some(piece) = self.peek() else {
            // every caller has looked: only an operator at the very start comes here, and it is a piece
            return Ok(Node::Everything);
        };
        self.at += 1;
        let position = piece.position;
        match &piece.what {
            PieceWhat::Open => self.group(position, field),
            PieceWhat::Close => Err(QueryError::new(position, Kind::ExtraBracket)),
            PieceWhat::And => Err(QueryError::new(position, Kind::LonelyOperator("AND".to_owned()))),
            PieceWhat::Or => Err(QueryError::new(position, Kind::LonelyOperator("OR".to_owned()))),
            PieceWhat::Not(sign) => Err(QueryError::new(position, Kind::LonelyOperator((*sign).to_owned()))),
            PieceWhat::Field { name, touches } => self.field(position, name, *touches),
            PieceWhat::AsWritten => self.as_written(position, field),
            PieceWhat::Pattern(expression) => self.pattern(position, field, expression),
            PieceWhat::Word { text, end } => self.value(position, field, text, *end, false),
            PieceWhat::Quoted { text, end } => self.value(position, field, text, *end, true),
        }
    }

    // A word after `=` is read back with it, and is not what widening begins from.
    fn as_written(&mut self, position: usize, field: Option<Field>) -> Result<Node, QueryError> {
        let lonely = QueryError::new(position, Kind::LonelyOperator("=".to_owned()));
        let Some(Piece { what: PieceWhat::Word { .. } | PieceWhat::Quoted { .. }, .. }) = self.peek() else {
            return Err(lonely);
        };
        let known = self.clauses.len();
        let Node::Clause(number) = self.primary(field)? else { return Err(lonely) };
        let mut clause = self.clauses[number].clone();
        let (Some(plain), What::Words { any, .. }) = (clause.plain.take(), &mut clause.what) else {
            return Err(lonely);
        };
        any.iter_mut().flat_map(|phrase| &mut phrase.units).for_each(|unit| keep_forms(unit, &plain.text));
        clause.shown.insert(0, '=');
        self.clauses.truncate(known);
        self.clause(position, clause)
    }

    fn pattern(&mut self, position: usize, field: Option<Field>, expression: &str) -> Result<Node, QueryError> {
        const LONGEST: usize = 200;
        let sound = Some(expression).filter(|expression| expression.chars().count() <= LONGEST).and_then(Regex::new);
        let regex = sound.ok_or_else(|| QueryError::new(position, Kind::Pattern(expression.to_owned())))?;
        let shown = format!("/{expression}/");
        let (field, shown) = match field.map(|field| (field, field.kind)) {
            None => (TextField::Text, shown),
            Some((_, fields::Kind::Words(TextField::Text))) => (TextField::Text, shown),
            Some((field, fields::Kind::Words(words))) => (words, format!("{}:{shown}", field.name)),
            Some((Field { name, takes, .. }, _)) => {
                let bad = Kind::BadValue { field: name, value: shown, takes };
                return Err(QueryError::new(position, bad));
            }
        };
        let text = "a pattern is slow: every word of the index is looked at".to_owned();
        self.hints.push(Hint { position, text });
        let slots = vec![Slot { offset: 0, pattern: Pattern::Matches(regex) }];
        let any = vec![Phrase { units: vec![Unit { slots, length: 1 }], apart: 0 }];
        self.clause(position, Clause { shown, what: What::Words { field, any }, plain: None })
    }

    fn group(&mut self, position: usize, field: Option<Field>) -> Result<Node, QueryError> {
        const DEEPEST: usize = 60;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(QueryError::new(position, Kind::TooMuch { what: "nested brackets", most: DEEPEST }));
        }
        match self.peek() {
            None => return Err(QueryError::new(position, Kind::OpenBracket)),
            Some(Piece { what: PieceWhat::Close, .. }) => return Err(QueryError::new(position, Kind::EmptyBrackets)),
            Some(_) => {}
        }
        let node = self.or(field)?;
        if self.peek().is_none() {
            return Err(QueryError::new(position, Kind::OpenBracket));
        }
        self.at += 1;
        self.depth -= 1;
        Ok(node)
    }

    fn field(&mut self, position: usize, name: &str, touches: bool) -> Result<Node, QueryError> {
        let Some(field) = fields::field(name) else {
            if let Some(kind) = fields::not_yet(name) {
                return Err(QueryError::new(position, kind));
            }
            let nearest = fields::nearest(name);
            return Err(QueryError::new(position, Kind::UnknownField { name: name.to_owned(), nearest }));
        };
        let value = self.peek().filter(|_| touches);
        match value.map(|piece| &piece.what) {
            Some(PieceWhat::Open | PieceWhat::Word { .. } | PieceWhat::Quoted { .. } | PieceWhat::Pattern(_)) => {
                self.primary(Some(field))
            }
            _ => Err(QueryError::new(position, Kind::EmptyField(field.name))),
        }
    }

    fn value(
        &mut self,
        position: usize,
        field: Option<Field>,
        text: &str,
        end: End,
        quoted: bool,
    ) -> Result<Node, QueryError> {
        match field.map(|field| (field, field.kind)) {
            None => self.words(position, TextField::Text, "", text, end, quoted),
            Some((field, fields::Kind::Words(words))) => {
                let name = if words == TextField::Text { "" } else { field.name };
                self.words(position, words, name, text, end, quoted)
            }
            Some((field, kind)) => {
                let text = whole_value(text, end);
                let bad = || {
                    let value = text.clone();
                    QueryError::new(position, Kind::BadValue { field: field.name, value, takes: field.takes })
                };
                let any = match kind {
                    fields::Kind::Pinyin => Some(variants::pinyin(&text)),
                    fields::Kind::Uyghur => Some(variants::by_key(&text).into_iter().collect()),
                    fields::Kind::Written => Some(variants::written(&text)),
                    fields::Kind::Forms => Some(variants::inflected(&text).into_iter().collect()),
                    _ => None,
                };
                if let Some(any) = any {
                    let any: Vec<Phrase> = any;
                    if any.is_empty() {
                        return Err(bad());
                    }
                    let shown = shown(field.name, &text, quoted);
                    let what = What::Words { field: TextField::Text, any };
                    return self.clause(position, Clause { shown, what, plain: None });
                }
                if kind == fields::Kind::State
                    && let Some(refused) = fields::refused(field, &text)
                {
                    return Err(QueryError::new(position, refused));
                }
                if kind == fields::Kind::State && text.eq_ignore_ascii_case("encrypted") {
                    let text = "what could not be opened has no pages to find; the ledger lists it";
                    self.hints.push(Hint { position, text: text.to_owned() });
                }
                let property = values::property(field, &text).ok_or_else(bad)?;
                let shown =
                    if quoted { format!("{}:\"{text}\"", field.name) } else { format!("{}:{text}", field.name) };
                self.clause(position, Clause { shown, what: What::Property(property), plain: None })
            }
        }
    }

    fn words(
        &mut self,
        position: usize,
        field: TextField,
        name: &str,
        text: &str,
        end: End,
        quoted: bool,
    ) -> Result<Node, QueryError> {
        if !quoted && end == End::Plain && matches!(text, "or" | "and" | "not") {
            let upper = text.to_uppercase();
            let text =
                format!("“{text}” is searched as a word; write {upper} in capitals if it is meant as an operator");
            self.hints.push(Hint { position, text });
        }
        let phrase = phrase(position, text, end, quoted)?;
        let prefix = if name.is_empty() { String::new() } else { format!("{name}:") };
        let shown = match (quoted, end) {
            (true, End::Star) => format!("\"{text}*\""),
            (true, End::Tilde(_)) => format!("\"{text}\"~{}", phrase.apart),
            (true, End::Plain) => format!("\"{text}\""),
            (false, End::Star) if begins(&phrase) => format!("{text}*"),
            (false, End::Tilde(number)) => format!("{text}~{}", number.unwrap_or(1)),
            (false, _) => text.to_owned(),
        };
        let shown = format!("{prefix}{shown}");
        let plain = (field == TextField::Text && end == End::Plain).then(|| Plain { text: text.to_owned(), quoted });
        self.clause(position, Clause { shown, what: What::Words { field, any: vec![phrase] }, plain })
    }

    fn clause(&mut self, position: usize, clause: Clause) -> Result<Node, QueryError> {
        const MOST: usize = 1_000;
        // what is asked for twice is one clause
        if let Some(number) = self.clauses.iter().position(|known| known.shown == clause.shown) {
            return Ok(Node::Clause(number));
        }
        if self.clauses.len() == MOST {
            return Err(QueryError::new(position, Kind::TooMuch { what: "clauses", most: MOST }));
        }
        self.clauses.push(clause);
        Ok(Node::Clause(self.clauses.len() - 1))
    }
}

fn shown(field: &str, value: &str, quoted: bool) -> String {
    if quoted { format!("{field}:\"{value}\"") } else { format!("{field}:{value}") }
}

// A property's value has no operators at its end: the star and the tilde are part of it.
fn whole_value(text: &str, end: End) -> String {
    match end {
        End::Plain => text.to_owned(),
        End::Star => format!("{text}*"),
        End::Tilde(number) => format!("{text}~{}", number.map_or_else(String::new, |n| n.to_string())),
    }
}

fn begins(phrase: &Phrase) -> bool {
    phrase.units.iter().flat_map(|unit| &unit.slots).any(|slot| matches!(slot.pattern, Pattern::Begins(_)))
}

fn phrase(position: usize, text: &str, end: End, quoted: bool) -> Result<Phrase, QueryError> {
    let nothing = || {
        let kind = if quoted { Kind::EmptyQuotes } else { Kind::NothingToSearch(text.to_owned()) };
        QueryError::new(position, kind)
    };
    let exact = |text: &str| unit(text).ok_or_else(nothing);
    let one = |unit: Unit| Phrase { units: vec![unit], apart: 0 };
    match end {
        End::Plain => Ok(one(exact(text)?)),
        End::Star => {
            let mut unit = exact(text)?;
            let touches = text.chars().next_back().is_some_and(char::is_alphanumeric);
            if !touches {
                return Err(QueryError::new(position, Kind::MisplacedStar(format!("{text}*"))));
            }
            begin_last(&mut unit, text);
            Ok(one(unit))
        }
        End::Tilde(edits) if !quoted => {
            let misplaced = || QueryError::new(position, Kind::MisplacedTilde(text.to_owned()));
            let word = single_word(text).ok_or_else(misplaced)?;
            let edits = edits.unwrap_or(1);
            let edits = u8::try_from(edits).ok().filter(|edits| (1..=2).contains(edits)).ok_or_else(misplaced)?;
            Ok(one(Unit { slots: vec![Slot { offset: 0, pattern: Pattern::Near(word, edits) }], length: 1 }))
        }
        End::Tilde(apart) => {
            let words: Vec<&str> = text.split_whitespace().collect();
            let units: Vec<Unit> = words.iter().filter_map(|word| unit(word)).collect();
            if units.len() != words.len() || units.is_empty() {
                return Err(nothing());
            }
            Ok(Phrase { units, apart: apart.unwrap_or(5) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(query: &str, expected: &str) {
        let said = match parse(query) {
            Ok(query) => query.read_as(),
            Err(error) => format!("{error}; {}", error.hint().unwrap_or_default()),
        };
        assert_eq!(said, expected, "{query}");
    }

    #[test]
    fn queries_are_read_back() {
        check("", "everything");
        check("新疆 登记", "新疆 AND 登记");
        check("a b OR c d", "(a AND b) OR (c AND d)");
        check("(a OR b) -c", "(a OR b) AND NOT c");
        check("a NOT (b OR c)", "a AND NOT (b OR c)");
        check("a AND NOT -b", "a AND b");
        check("（登记 OR 名单）　－草稿", "(登记 OR 名单) AND NOT 草稿");
        check("“exact phrase”", "\"exact phrase\"");
        check("regist* \"full li*\"", "regist* AND \"full li*\"");
        check("登记*", "登记");
        check("新党办发(2017)12号", "新党办发(2017)12号");
        check("新疆、西藏", "新疆 AND 西藏");
        check("urumqi~ \"party office\"~3", "urumqi~1 AND \"party office\"~3");
        check("filename：登记 FROM:office", "filename:登记 AND from:office");
        check("filename:(a OR \"b c\") type:pdf", "(filename:a OR filename:\"b c\") AND type:pdf");
        check("date:2017-08..2018 lang:ZH", "date:2017-08..2018 AND lang:ZH");
        check("问题：登记", "问题:登记");
        check("=Wangliqiang =“a b” -=c", "=Wangliqiang AND =\"a b\" AND NOT =c");
        check("/etc/hosts", "/etc/hosts");
        check("(/regist(er|ry)/ OR -filename:/王./)", "/regist(er|ry)/ OR NOT filename:/王./");
        check("written:2017-08-23 forms:factory", "written:2017-08-23 AND forms:factory");
        check("登记 sort:date", "登记");
        check("pinyin:\"wang liqiang\" -uyghur:Шөһрәт", "pinyin:\"wang liqiang\" AND NOT uyghur:Шөһрәт");
        check("a a a", "a AND a AND a");
        check("pinyin:wang pinyin:\"Sun Wenyu\"", "pinyin:wang AND pinyin:\"Sun Wenyu\"");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        check(
            "a (b",
            "a bracket is not closed (character 3); add a closing bracket, or put text that has a bracket in quotes",
        );
        check(
            "a) b",
            "a closing bracket has no opening one (character 2); remove it, or put text that has a bracket in quotes",
        );
        check("登记 “名单", "a phrase is not closed (character 4); close the phrase with another quotation mark");
        check(
            "\"\"",
            "there is nothing to search between the quotes (character 1); put words between them, or remove them",
        );
        check("()", "there is nothing between the brackets (character 1); put words between them, or remove them");
        check(
            "OR a",
            "OR has nothing to work on (character 1); write one OR other; to search for the word itself, write \"or\"",
        );
        check(
            "a OR",
            "OR has nothing to work on (character 3); write one OR other; to search for the word itself, write \"or\"",
        );
        check(
            "a AND OR b",
            "AND has nothing to work on (character 3); write one AND other; to search for the word itself, write \"and\"",
        );
        check("a - b", "- has nothing to work on (character 3); write -word without a space, or remove the minus");
        check(
            "NOT",
            "NOT has nothing to work on (character 1); write NOT word; to search for the word itself, write \"not\"",
        );
        check("filname:a", "there is no field filname: (character 1); did you mean filename: ?");
        check(
            "http://x.org",
            "there is no field http: (character 1); to search for the text itself, put it in quotes: \"http: …\"",
        );
        check("type: pdf", "type: has no value (character 1); write type:value without a space after the colon");
        check(
            "type:foo",
            "type: does not take “foo” (character 6); type: takes pdf, word, sheet, slides, mail, image, text, html, csv, archive, audio, video, program … or a media type: type:pdf",
        );
        check(
            "pinyin:register",
            "pinyin: does not take “register” (character 8); pinyin: takes Chinese characters by their readings; a capital begins a surname: pinyin:\"Wang liqiang\", pinyin:qiang",
        );
        check("= a", "= has nothing to work on (character 1); write =word without a space, or remove the sign");
        check(
            "a /regist(er/",
            "the pattern /regist(er/ cannot be used (character 3); it is matched against single words, so leave out ^, $ and \\b, close each bracket, and keep repetitions small; to search for the text itself, put it in quotes: \"/regist(er/\"",
        );
        check("a & b", "“&” has no letter or digit to search (character 3); remove it; signs are not searched");
        check(
            "*ing",
            "the star in “*ing” is not at the end of a word (character 1); write the beginning of a word, then the star: regist*",
        );
        check(
            "登记~1",
            "the ~ in “登记” does not follow a word or a phrase of words (character 1); write word~1 or word~2 for one word, \"two words\"~5 for words near each other",
        );
    }

    #[test]
    fn lower_case_operators_are_words_and_hinted_at() {
        let query = parse("a or b").expect("a sound query");
        assert_eq!(query.read_as(), "a AND or AND b");
        assert_eq!((query.hints().len(), query.hints()[0].position), (1, 2));
    }

    #[test]
    fn bounds_hold() {
        for query in ["(".repeat(100) + "a", "a".repeat(30_000), (0..2_000).map(|n| format!("w{n} ")).collect()] {
            assert!(parse(&query).is_err());
        }
        assert!(parse(&"- ".repeat(5_000)).is_err());
        assert!(parse(&("-".repeat(5_000) + "a")).is_ok());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(query in "(\\PC|[ab登记()\"*~:：“”=/ -]|OR |AND |NOT |type:|date:){0,30}") {
            match parse(&query) {
                Err(error) => prop_assert!(error.position <= query.chars().count()),
                // what is read back is understood again as the same
                Ok(understood) if !understood.is_everything() => {
                    let again = parse(&understood.read_as());
                    prop_assert_eq!(again.map(|q| (q.root, q.clauses)), Ok((understood.root, understood.clauses)));
                }
                Ok(_) => {}
            }
        }
    }
}
