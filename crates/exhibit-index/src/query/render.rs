//! A query read back: what was understood, in one line.

use super::{Node, Query};

pub(crate) fn read_as(query: &Query) -> String {
    node(query, &query.root, false)
}

fn node(query: &Query, at: &Node, inner: bool) -> String {
    let joined = |nodes: &[Node], with: &str| {
        let line = nodes.iter().map(|n| node(query, n, true)).collect::<Vec<_>>().join(with);
        if inner && nodes.len() > 1 { format!("({line})") } else { line }
    };
    match at {
        Node::Everything => "everything".to_owned(),
        Node::And(nodes) => joined(nodes, " AND "),
        Node::Or(nodes) => joined(nodes, " OR "),
        Node::Not(inner) => format!("NOT {}", node(query, inner, true)),
        Node::Clause(number) => query.clauses[*number].shown.clone(),
    }
}
