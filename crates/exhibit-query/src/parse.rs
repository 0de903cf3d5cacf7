//! Parses tokens into a tree.
//!
//! `or := and (OR and)*`, `and := not (AND? not)*`, `not := (NOT | -)* primary`,
//! `primary := ( or ) | field primary | word | phrase`. `AND` binds closer than `OR`.

use crate::error::{Operator, QueryError, QueryErrorKind as Kind, QueryLimit};
use crate::field::{self, Field, Kind as FieldKind};
use crate::lex::{self, End, Piece, What};
use crate::query::{Clause, ClauseText, Form, Hint, HintKind, Node, Query, Sort};
use crate::values;
use std::ops::Range;

/// Parses a query. An empty one matches every page.
///
/// # Errors
/// [`QueryError`] with the position; a query is never searched as something other than what it states.
///
/// ```
/// let query = exhibit_query::parse("新疆 (register* OR \"full list\") -draft").expect("a valid query");
/// assert_eq!(query.to_string(), "新疆 (register* OR \"full list\") -draft");
/// ```
pub fn parse(query: &str) -> Result<Query, QueryError> {
    let mut pieces = lex::pieces(query)?;
    let sort = take_sort(&mut pieces)?;
    let query = Query {
        root: Node::Everything,
        clauses: Vec::new(),
        sort,
        hints: Vec::new(),
        spans: Vec::new(),
        widenings: Vec::new(),
    };
    let mut parser = Parser { pieces: &pieces, at: 0, depth: 0, query };
    if !pieces.is_empty() {
        parser.query.root = parser.or(Field::Text)?;
    }
    if let Some(piece) = parser.peek() {
        // only a closing bracket ends an expression early
        return Err(QueryError::new(piece.position, Kind::ExtraBracket));
    }
    Ok(parser.query)
}

struct Parser<'p> {
    pieces: &'p [Piece],
    at: usize,
    depth: usize,
    query: Query,
}

// `sort:` sets an order and selects no pages: it is removed before the rest is parsed. An operator next to it then has
// no operand.
fn take_sort(pieces: &mut Vec<Piece>) -> Result<Option<Sort>, QueryError> {
    let mut sort = None;
    let named = |piece: &Piece| matches!(&piece.what, What::Field { name, .. } if Field::named(name) == Some(Field::Sort));
    while let Some(at) = pieces.iter().position(named) {
        let position = pieces[at].position;
        let (What::Field { touches: true, .. }, Some(What::Word { text, end })) =
            (&pieces[at].what, pieces.get(at + 1).map(|piece| &piece.what))
        else {
            return Err(QueryError::new(position, Kind::EmptyField(Field::Sort)));
        };
        let value = whole_value(text, *end);
        let bad = Kind::BadValue { field: Field::Sort, value: value.clone() };
        sort = Some(values::sort(&value).ok_or(QueryError::new(pieces[at + 1].position, bad))?);
        pieces.drain(at..at + 2);
    }
    Ok(sort)
}

impl<'p> Parser<'p> {
    fn peek(&self) -> Option<&'p Piece> {
        self.pieces.get(self.at)
    }

    fn or(&mut self, field: Field) -> Result<Node, QueryError> {
        let mut nodes = vec![self.and(field)?];
        while let Some(Piece { position, what: What::Or, .. }) = self.peek() {
            self.at += 1;
            self.wants_operand(*position, Operator::Or)?;
            nodes.push(self.and(field)?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Or(nodes) })
    }

    fn and(&mut self, field: Field) -> Result<Node, QueryError> {
        let mut nodes = Vec::new();
        loop {
            nodes.push(self.not(field)?);
            match self.peek() {
                None | Some(Piece { what: What::Or | What::Close, .. }) => break,
                Some(Piece { position, what: What::And, .. }) => {
                    self.at += 1;
                    self.wants_operand(*position, Operator::And)?;
                }
                Some(_) => {}
            }
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::And(nodes) })
    }

    // An operator between two operands.
    fn wants_operand(&self, position: usize, operator: Operator) -> Result<(), QueryError> {
        match self.peek() {
            None | Some(Piece { what: What::And | What::Or | What::Close, .. }) => {
                Err(QueryError::new(position, Kind::LonelyOperator(operator)))
            }
            Some(_) => Ok(()),
        }
    }

    fn not(&mut self, field: Field) -> Result<Node, QueryError> {
        let mut negated = false;
        while let Some(Piece { position, what: What::Not(operator), .. }) = self.peek() {
            self.at += 1;
            self.wants_operand(*position, *operator)?;
            negated = !negated;
        }
        let node = self.primary(field)?;
        Ok(match node {
            Node::Not(inner) if negated => *inner,
            node if negated => Node::Not(Box::new(node)),
            node => node,
        })
    }

    fn primary(&mut self, field: Field) -> Result<Node, QueryError> {
        let Some(piece) = self.peek() else {
            // every caller has checked: only an operator at the very start gets here, and it is a token
            return Ok(Node::Everything);
        };
        self.at += 1;
        let (position, span) = (piece.position, piece.position..piece.end);
        let lonely = |operator| Err(QueryError::new(position, Kind::LonelyOperator(operator)));
        match &piece.what {
            What::Open => self.group(position, field),
            What::Close => Err(QueryError::new(position, Kind::ExtraBracket)),
            What::And => lonely(Operator::And),
            What::Or => lonely(Operator::Or),
            What::Not(operator) => lonely(*operator),
            What::Field { name, touches } => self.field(position, name, *touches),
            What::AsWritten => self.as_written(position, field),
            What::Pattern(expression) => {
                let text = ClauseText {
                    field,
                    exact: false,
                    text: expression.clone(),
                    form: Form::Pattern,
                };
                let node = self.clause(span, text)?;
                self.query.hints.push(Hint { position, kind: HintKind::SlowPattern });
                Ok(node)
            }
            What::Word { text, end } => self.value(span, field, text, *end, false),
            What::Quoted { text, end } => self.value(span, field, text, *end, true),
        }
    }

    // A word after `=` is printed with it, and widening does not start from it.
    fn as_written(&mut self, position: usize, field: Field) -> Result<Node, QueryError> {
        let lonely = QueryError::new(position, Kind::LonelyOperator(Operator::Exact));
        let Some(piece) = self.peek().filter(|_| field == Field::Text) else { return Err(lonely) };
        let (text, form) = match &piece.what {
            What::Word { text, end: End::Plain } => (text.clone(), Form::Word),
            What::Quoted { text, end: End::Plain } => (text.clone(), Form::Quoted),
            _ => return Err(lonely),
        };
        self.at += 1;
        let node =
            self.clause(piece.position..piece.end, ClauseText { field, exact: true, text, form })?;
        self.begin_span(&node, position);
        Ok(node)
    }

    fn group(&mut self, position: usize, field: Field) -> Result<Node, QueryError> {
        const DEEPEST: usize = 60;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(QueryError::new(
                position,
                Kind::TooMuch { what: QueryLimit::Brackets, most: DEEPEST },
            ));
        }
        match self.peek() {
            None => return Err(QueryError::new(position, Kind::OpenBracket)),
            Some(Piece { what: What::Close, .. }) => {
                return Err(QueryError::new(position, Kind::EmptyBrackets));
            }
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
        let field =
            Field::named(name).ok_or_else(|| QueryError::new(position, field::unknown(name)))?;
        let value = self.peek().filter(|_| touches);
        match value.map(|piece| &piece.what) {
            Some(What::Open) => self.primary(field),
            Some(What::Word { .. } | What::Quoted { .. } | What::Pattern(_)) => {
                let node = self.primary(field)?;
                self.begin_span(&node, position);
                Ok(node)
            }
            _ => Err(QueryError::new(position, Kind::EmptyField(field))),
        }
    }

    // The operators before a clause belong to it.
    fn begin_span(&mut self, node: &Node, position: usize) {
        let Node::Clause(number) = node else { return };
        if let Some(span) = self.query.spans.get_mut(*number).and_then(|spans| spans.last_mut()) {
            span.start = position;
        }
    }

    fn value(
        &mut self,
        span: Range<usize>,
        field: Field,
        text: &str,
        end: End,
        quoted: bool,
    ) -> Result<Node, QueryError> {
        let position = span.start;
        let FieldKind::Words(_) = field.kind() else {
            let form = if quoted { Form::Quoted } else { Form::Word };
            let node = self.clause(
                span,
                ClauseText { field, exact: false, text: whole_value(text, end), form },
            )?;
            if field.kind() == FieldKind::State && text.eq_ignore_ascii_case("encrypted") {
                self.query.hints.push(Hint { position, kind: HintKind::EncryptedWithoutPages });
            }
            return Ok(node);
        };
        let form = match (quoted, end) {
            (true, End::Plain) => Form::Quoted,
            (true, End::Star) => Form::QuotedBeginning,
            (true, End::Tilde(words)) => Form::Apart(words.unwrap_or(5)),
            (false, End::Plain) => Form::Word,
            (false, End::Star) => Form::Beginning,
            (false, End::Tilde(edits)) => {
                Form::Near(u8::try_from(edits.unwrap_or(1)).unwrap_or(u8::MAX))
            }
        };
        let node =
            self.clause(span, ClauseText { field, exact: false, text: text.to_owned(), form })?;
        let operator = match text {
            "or" => Some(Operator::Or),
            "and" => Some(Operator::And),
            "not" => Some(Operator::Not),
            _ => None,
        };
        if let Some(operator) = operator.filter(|_| form == Form::Word) {
            self.query.hints.push(Hint { position, kind: HintKind::LowerCaseOperator(operator) });
        }
        Ok(node)
    }

    fn clause(&mut self, span: Range<usize>, text: ClauseText) -> Result<Node, QueryError> {
        const MOST: usize = 1_000;
        let position = span.start;
        let clause = Clause::new(text).map_err(|kind| QueryError::new(position, kind))?;
        // repeated clauses are stored once
        if let Some(number) = self.query.clauses.iter().position(|known| known.text == clause.text)
        {
            self.query.spans[number].push(span);
            return Ok(Node::Clause(number));
        }
        if self.query.clauses.len() == MOST {
            return Err(QueryError::new(
                position,
                Kind::TooMuch { what: QueryLimit::Clauses, most: MOST },
            ));
        }
        self.query.clauses.push(clause);
        self.query.spans.push(vec![span]);
        Ok(Node::Clause(self.query.clauses.len() - 1))
    }
}

// The value of a property has no operators at its end: the star and the tilde are part of it.
fn whole_value(text: &str, end: End) -> String {
    match end {
        End::Plain => text.to_owned(),
        End::Star => format!("{text}*"),
        End::Tilde(number) => {
            format!("{text}~{}", number.map_or_else(String::new, |n| n.to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::understood as read_as;
    use proptest::prelude::*;

    fn check(query: &str, expected: &str) {
        let said = match parse(query) {
            Ok(query) => read_as(&query),
            Err(error) => error.to_string(),
        };
        assert_eq!(said, expected, "{query}");
    }

    #[test]
    fn queries_are_read_back() {
        check("", "");
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
        check(
            "pinyin:\"wang liqiang\" -uyghur:Шөһрәт",
            "pinyin:\"wang liqiang\" AND NOT uyghur:Шөһрәт",
        );
        check("a a a", "a AND a AND a");
        check("pinyin:wang pinyin:\"Sun Wenyu\"", "pinyin:wang AND pinyin:\"Sun Wenyu\"");
    }

    #[test]
    fn errors_have_a_code_and_a_position() {
        for (query, code, position) in [
            ("a (b", "open-bracket", 2),
            ("a) b", "extra-bracket", 1),
            ("登记 “名单", "open-quote", 3),
            ("\"\"", "empty-quotes", 0),
            ("()", "empty-brackets", 0),
            ("OR a", "lonely-operator", 0),
            ("a OR", "lonely-operator", 2),
            ("a AND OR b", "lonely-operator", 2),
            ("a - b", "lonely-operator", 2),
            ("NOT", "lonely-operator", 0),
            ("filname:a", "unknown-field", 0),
            ("http://x.org", "unknown-field", 0),
            ("type: pdf", "empty-field", 0),
            ("type:foo", "bad-value", 5),
            ("pinyin:register", "bad-value", 7),
            ("= a", "lonely-operator", 0),
            ("a /regist(er/", "pattern", 2),
            ("a & b", "nothing-to-search", 2),
            ("*ing", "misplaced-star", 0),
            ("登记~1", "misplaced-tilde", 0),
        ] {
            let error = parse(query).expect_err("it is refused");
            assert_eq!((error.code(), error.position), (code, position), "{query}");
        }
    }

    #[test]
    fn lower_case_operators_are_words_and_hinted_at() {
        let query = parse("a or b").expect("a sound query");
        assert_eq!(read_as(&query), "a AND or AND b");
        assert_eq!((query.hints().len(), query.hints()[0].position), (1, 2));
    }

    #[test]
    fn the_canonical_text_is_what_people_write() {
        for (query, expected) in [
            ("", ""),
            ("sort:newest", "sort:newest"),
            ("a AND b NOT c", "a b -c"),
            ("a OR b c sort:date", "a OR (b c) sort:newest"),
            ("a type:(pdf OR word) -(lang:ug OR lang:zh)", "a type:(pdf OR word) -lang:(ug OR zh)"),
            ("登记*", "登记"),
        ] {
            let shown =
                parse(query).map_or_else(|error| error.to_string(), |query| query.to_string());
            assert_eq!(shown, expected, "{query}");
        }
    }

    #[test]
    fn clauses_know_where_they_are_written() {
        let query = parse("登记 OR type:(pdf OR word) -=a 登记").expect("a valid query");
        let written = |number| {
            query.spans(number).iter().map(|span| (span.start, span.end)).collect::<Vec<_>>()
        };
        let spans: Vec<_> = (0..query.clauses.len()).map(written).collect();
        assert_eq!(spans, [vec![(0, 2), (29, 31)], vec![(12, 15)], vec![(19, 23)], vec![(26, 28)]]);
    }

    #[test]
    fn bounds_hold() {
        for query in [
            "(".repeat(100) + "a",
            "a".repeat(30_000),
            (0..2_000).map(|n| format!("w{n} ")).collect(),
        ] {
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
                // the explained query and the canonical text parse to the same query
                Ok(understood) if !understood.is_everything() => {
                    for (text, sort) in [(read_as(&understood), None), (understood.to_string(), understood.sort)] {
                        let again = parse(&text).map(|again| (again.root, again.clauses, again.sort));
                        let same = Ok((understood.root.clone(), understood.clauses.clone(), sort));
                        prop_assert_eq!(again, same, "{}", text);
                    }
                }
                Ok(_) => {}
            }
        }
    }
}
