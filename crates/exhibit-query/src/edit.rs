//! Edits a query as a tree, for suggestions and filters. The result prints as text that parses to the same query.

use crate::error::QueryErrorKind;
use crate::field::Field;
use crate::query::{Clause, ClauseText, Node, Query, Sort};
use std::collections::HashMap;

impl Query {
    /// The query without a clause, wherever it occurs; `None` if nothing is left.
    #[must_use]
    pub fn without(&self, clause: usize) -> Option<Self> {
        fn walk(node: &Node, clause: usize) -> Option<Node> {
            let all = |nodes: &[Node]| {
                nodes.iter().filter_map(|node| walk(node, clause)).collect::<Vec<_>>()
            };
            match node {
                Node::Everything => Some(Node::Everything),
                Node::Clause(number) => (*number != clause).then_some(Node::Clause(*number)),
                Node::And(nodes) => joined(all(nodes), Node::And),
                Node::Or(nodes) => joined(all(nodes), Node::Or),
                Node::Not(node) => walk(node, clause).map(negated),
            }
        }
        walk(&self.root, clause).map(|root| self.rebuilt(root))
    }

    /// A query of this clause only.
    #[must_use]
    pub fn only(&self, clause: usize) -> Self {
        self.rebuilt(Node::Clause(clause))
    }

    /// The query with a clause replaced by this text.
    ///
    /// # Errors
    /// The error in the text.
    pub fn with(&self, clause: usize, text: ClauseText) -> Result<Self, QueryErrorKind> {
        let mut other = self.clone();
        other.clauses[clause] = Clause::new(text)?;
        Ok(other.rebuilt(self.root.clone()))
    }

    /// The query with its exact words (`=`) matched in their variants, too; `None` if it has no
    /// exact words.
    #[must_use]
    pub fn inexact(&self) -> Option<Self> {
        self.clauses.iter().any(|clause| clause.text.exact).then_some(())?;
        self.mapped(|text| ClauseText { exact: false, ..text })
    }

    /// The query with its words searched in another field; `None` if a clause names a field, is exact, or is not
    /// accepted by the other field.
    #[must_use]
    pub fn in_field(&self, field: Field) -> Option<Self> {
        let plain = |clause: &Clause| clause.text.field == Field::Text && !clause.text.exact;
        self.clauses.iter().all(plain).then_some(())?;
        self.mapped(|text| ClauseText { field, ..text })
    }

    /// The query with another clause that pages must match as well.
    ///
    /// # Errors
    /// The error in the text.
    pub fn narrowed(&self, text: ClauseText) -> Result<Self, QueryErrorKind> {
        let mut builder = Builder::default();
        let mut nodes = match &self.root {
            Node::Everything => Vec::new(),
            Node::And(nodes) => nodes.iter().map(|node| builder.copy(self, node)).collect(),
            node => vec![builder.copy(self, node)],
        };
        nodes.push(builder.leaf(&Clause::new(text)?));
        Ok(builder.finish(joined(nodes, Node::And).unwrap_or(Node::Everything), self.sort))
    }

    fn mapped(&self, change: impl Fn(ClauseText) -> ClauseText) -> Option<Self> {
        let mut other = self.clone();
        for clause in &mut other.clauses {
            *clause = Clause::new(change(clause.text.clone())).ok()?;
        }
        Some(other.rebuilt(self.root.clone()))
    }

    /// A query of some of the clauses: they are renumbered, each text once, in the order in which the tree names them.
    pub(crate) fn rebuilt(&self, root: Node) -> Self {
        let mut builder = Builder::default();
        let root = builder.copy(self, &root);
        builder.finish(root, self.sort)
    }
}

/// The negation of a node, without doubling one.
pub(crate) fn negated(node: Node) -> Node {
    match node {
        Node::Not(node) => *node,
        node => Node::Not(Box::new(node)),
    }
}

/// Joins several nodes into one.
pub(crate) fn joined(mut nodes: Vec<Node>, with: impl Fn(Vec<Node>) -> Node) -> Option<Node> {
    match nodes.len() {
        0 | 1 => nodes.pop(),
        _ => Some(with(nodes)),
    }
}

/// A query under construction.
#[derive(Default)]
pub(crate) struct Builder {
    clauses: Vec<Clause>,
    known: HashMap<String, usize>,
}

impl Builder {
    /// The leaf of a clause, which is added unless the query has it.
    pub(crate) fn leaf(&mut self, clause: &Clause) -> Node {
        let next = self.clauses.len();
        let number = *self.known.entry(clause.text.to_string()).or_insert(next);
        if number == next {
            self.clauses.push(clause.clone());
        }
        Node::Clause(number)
    }

    /// Adds a node of another query.
    pub(crate) fn copy(&mut self, from: &Query, node: &Node) -> Node {
        match node {
            Node::Everything => Node::Everything,
            Node::And(nodes) => Node::And(nodes.iter().map(|node| self.copy(from, node)).collect()),
            Node::Or(nodes) => Node::Or(nodes.iter().map(|node| self.copy(from, node)).collect()),
            Node::Not(node) => Node::Not(Box::new(self.copy(from, node))),
            Node::Clause(number) => self.leaf(&from.clauses[*number]),
        }
    }

    /// The finished query.
    pub(crate) fn finish(self, root: Node, sort: Option<Sort>) -> Query {
        let spans = vec![Vec::new(); self.clauses.len()];
        Query { root, clauses: self.clauses, sort, hints: Vec::new(), spans, widenings: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Form, parse};
    use proptest::prelude::*;

    fn query(text: &str) -> Query {
        parse(text).expect("a valid query")
    }

    #[test]
    fn clauses_are_taken_out_and_changed_where_they_are() {
        for (text, clause, expected) in [
            ("登记 lang:ug date:2017", 1, Some("登记 date:2017")),
            ("登记 -copy", 1, Some("登记")),
            ("登记", 0, None),
            ("(a OR b) c", 0, Some("b c")),
            ("a -(b OR -c)", 1, Some("a c")),
            ("a b a", 0, Some("b")),
            ("a OR b sort:path", 1, Some("a sort:path")),
        ] {
            let without = query(text).without(clause).map(|query| query.to_string());
            assert_eq!(without.as_deref(), expected, "{text} without {clause}");
        }
        assert_eq!(query("a (b OR c)").only(2).to_string(), "c");
        assert_eq!(
            query("=a b -=\"c d\"").inexact().map(|q| q.to_string()).as_deref(),
            Some("a b -\"c d\"")
        );
        assert_eq!(query("a").inexact(), None);
        assert_eq!(
            query("a -\"b c\"").in_field(Field::FileName).map(|q| q.to_string()).as_deref(),
            Some("filename:a -filename:\"b c\"")
        );
        let quoted = ClauseText {
            field: Field::Text,
            exact: false,
            text: "x y".to_owned(),
            form: Form::Quoted,
        };
        let narrowed = query("a OR b").narrowed(quoted).map(|query| query.to_string());
        assert_eq!(narrowed.as_deref(), Ok("(a OR b) \"x y\""));
        assert_eq!(query("a lang:ug").in_field(Field::FileName), None);
        let near = ClauseText {
            field: Field::Text,
            exact: false,
            text: "meng".to_owned(),
            form: Form::Near(1),
        };
        let changed = query("mengqi (meng OR x)").with(1, near).map(|query| query.to_string());
        assert_eq!(changed.as_deref(), Ok("mengqi (meng~1 OR x)"));
    }

    proptest! {
        #[test]
        fn an_edited_query_parses_as_it_is_printed(
            text in "((-)?(a|=b|\"b c\"|lang:(zh|\\(zh OR ug\\))|date:2017|\\((a|lang:ug|-b) (OR )?(b|\\(c d\\))\\)) (OR )?){1,5}",
            clause in 0..6_usize,
        ) {
            let Ok(query) = parse(&text) else { return Ok(()) };
            let clause = clause % query.clauses.len();
            for edited in [query.without(clause), query.inexact(), query.in_field(Field::Path), Some(query.only(clause))].into_iter().flatten() {
                let again = parse(&edited.to_string());
                let again = again.map(|again| (again.root, again.clauses));
                prop_assert_eq!(again, Ok((edited.root.clone(), edited.clauses.clone())), "{} -> {}", text, edited);
            }
        }
    }
}
