//! Prints a query: as parts, in which every group is in brackets, and as text that parses to the same query.

use crate::field::Field;
use crate::query::{ClauseText, Form, Node, Query, Sort};
use std::fmt;

/// A part of a printed query.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReadPart {
    /// The query that every page matches.
    Everything,
    /// Both sides.
    And,
    /// Either side.
    Or,
    /// The following part is excluded.
    Not,
    /// A group begins.
    Open,
    /// A group ends.
    Close,
    /// The clause of this number, as in [`Query::clauses`].
    Clause(usize),
}

impl ReadPart {
    /// The part as a sign of the query language; empty for a clause and for everything.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::And => " AND ",
            Self::Or => " OR ",
            Self::Not => "NOT ",
            Self::Open => "(",
            Self::Close => ")",
            Self::Everything | Self::Clause(_) => "",
        }
    }
}

/// The query as it was understood, with every group in brackets; empty for a query without clauses.
#[cfg(test)]
pub(crate) fn understood(query: &Query) -> String {
    let part = |part: ReadPart| match part {
        ReadPart::Clause(number) => query.clauses[number].text.to_string(),
        other => other.sign().to_owned(),
    };
    query.read_as().into_iter().map(part).collect()
}

/// Adds the parts of a node; `inner` if it is nested.
pub(crate) fn read_as(node: &Node, inner: bool, parts: &mut Vec<ReadPart>) {
    let joined = |nodes: &[Node], with: ReadPart, parts: &mut Vec<ReadPart>| {
        let group = inner && nodes.len() > 1;
        parts.extend(group.then_some(ReadPart::Open));
        for (number, node) in nodes.iter().enumerate() {
            parts.extend((number > 0).then_some(with));
            read_as(node, true, parts);
        }
        parts.extend(group.then_some(ReadPart::Close));
    };
    match node {
        Node::Everything => parts.push(ReadPart::Everything),
        Node::And(nodes) => joined(nodes, ReadPart::And, parts),
        Node::Or(nodes) => joined(nodes, ReadPart::Or, parts),
        Node::Not(node) => {
            parts.push(ReadPart::Not);
            read_as(node, true, parts);
        }
        Node::Clause(number) => parts.push(ReadPart::Clause(*number)),
    }
}

/// The canonical text of a query, which parses to the same query. Alternatives in one field are a group of that field.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(&self.root, false, f)?;
        let Some(sort) = self.sort else { return Ok(()) };
        if !self.is_everything() {
            f.write_str(" ")?;
        }
        write!(f, "{}:{}", Field::Sort.name(), sort.word())
    }
}

impl Query {
    fn print(&self, node: &Node, inner: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match node {
            Node::Everything => Ok(()),
            Node::Clause(number) => write!(f, "{}", self.clauses[*number].text),
            Node::Not(node) => {
                f.write_str("-")?;
                self.print(node, true, f)
            }
            Node::Or(nodes) if let Some((field, numbers)) = self.alternatives(nodes) => {
                write!(f, "{}:(", field.name())?;
                for (at, number) in numbers.into_iter().enumerate() {
                    f.write_str(if at > 0 { " OR " } else { "" })?;
                    f.write_str(&self.clauses[number].text.value())?;
                }
                f.write_str(")")
            }
            Node::And(nodes) => self.print_all(nodes, " ", inner, f),
            Node::Or(nodes) => self.print_all(nodes, " OR ", inner, f),
        }
    }

    fn print_all(
        &self,
        nodes: &[Node],
        with: &str,
        inner: bool,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        let group = inner && nodes.len() > 1;
        f.write_str(if group { "(" } else { "" })?;
        for (at, node) in nodes.iter().enumerate() {
            f.write_str(if at > 0 { with } else { "" })?;
            self.print(node, true, f)?;
        }
        f.write_str(if group { ")" } else { "" })
    }

    /// The field and the clauses of alternatives, if all name the same field.
    pub(crate) fn alternatives(&self, nodes: &[Node]) -> Option<(Field, Vec<usize>)> {
        let number =
            |node: &Node| if let Node::Clause(number) = node { Some(*number) } else { None };
        let numbers = nodes.iter().map(number).collect::<Option<Vec<usize>>>()?;
        let field = self.clauses[*numbers.first()?].text.field;
        let same = field != Field::Text
            && numbers.iter().all(|number| self.clauses[*number].text.field == field);
        same.then_some((field, numbers))
    }
}

impl Sort {
    /// The word of `sort:` for this order.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Received => "received",
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Path => "path",
        }
    }
}

impl ClauseText {
    /// The value, as written after the field.
    #[must_use]
    pub fn value(&self) -> String {
        let text = &self.text;
        match self.form {
            Form::Word => text.clone(),
            Form::Quoted => format!("\"{text}\""),
            Form::Beginning => format!("{text}*"),
            Form::QuotedBeginning => format!("\"{text}*\""),
            Form::Near(edits) => format!("{text}~{edits}"),
            Form::Apart(words) => format!("\"{text}\"~{words}"),
            Form::Pattern => format!("/{text}/"),
        }
    }
}

impl fmt::Display for ClauseText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.exact {
            f.write_str("=")?;
        }
        if self.field != Field::Text {
            write!(f, "{}:", self.field.name())?;
        }
        f.write_str(&self.value())
    }
}
