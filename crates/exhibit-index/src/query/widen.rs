//! Widening: beside each word, its other writings that the index holds.
//!
//! What is added is a clause of its own, joined to the word by OR where the word stands, so that the
//! tree's shape holds: a widened word within a negation is excluded in all its writings. Every
//! added clause is read back, and can be left out by asking without widening.

use super::unit::unit;
use super::variants::{by_key, inflected, read_as, written};
use super::{Clause, Node, Pattern, Phrase, Plain, Query, TextField, What};
use exhibit_text::Sound;

/// Adds to a query the other writings of its words. `holds` says whether the text field has a term of a
/// pattern.
pub(crate) fn widen(query: &Query, holds: &dyn Fn(&Pattern) -> bool) -> Query {
    let mut wide = Widening { query: query.clone(), holds };
    let root = wide.node(&query.root);
    Query { root, ..wide.query }
}

struct Widening<'h> {
    query: Query,
    holds: &'h dyn Fn(&Pattern) -> bool,
}

impl Widening<'_> {
    fn node(&mut self, node: &Node) -> Node {
        match node {
            Node::Everything => Node::Everything,
            Node::Or(nodes) => Node::Or(nodes.iter().map(|n| self.node(n)).collect()),
            Node::Not(inner) => Node::Not(Box::new(self.node(inner))),
            Node::And(nodes) => self.and(nodes),
            Node::Clause(number) => {
                let more = match self.query.clauses[*number].plain.clone() {
                    Some(plain) => self.writings(&plain),
                    None => Vec::new(),
                };
                either(Node::Clause(*number), more)
            }
        }
    }

    // Words side by side can be one name: its readings stand beside all of them.
    fn and(&mut self, nodes: &[Node]) -> Node {
        let mut joined = Vec::new();
        let mut at = 0;
        while at < nodes.len() {
            let words: Vec<String> = nodes[at..].iter().map_while(|node| self.name_part(node)).collect();
            let length = words.len().max(1);
            let own: Vec<Node> = nodes[at..at + length].iter().map(|node| self.node(node)).collect();
            let more = if words.len() > 1 { self.readings(&words.join(" ")) } else { Vec::new() };
            if more.is_empty() {
                joined.extend(own);
            } else {
                joined.push(either(Node::And(own), more));
            }
            at += length;
        }
        if joined.len() == 1 { joined.remove(0) } else { Node::And(joined) }
    }

    // An unquoted word in Latin letters that can be part of a Chinese name.
    fn name_part(&self, node: &Node) -> Option<String> {
        let Node::Clause(number) = node else { return None };
        let plain = self.query.clauses[*number].plain.as_ref().filter(|plain| !plain.quoted)?;
        exhibit_text::is_name_part(&plain.text).then(|| plain.text.clone())
    }

    fn readings(&mut self, name: &str) -> Vec<usize> {
        let ways = exhibit_text::spellings(name);
        let shown = |way: &[Sound]| {
            let sounds = way.iter().map(ToString::to_string).collect::<Vec<_>>();
            format!("pinyin:\"{}\"", sounds.join(" "))
        };
        ways.iter().filter_map(|way| self.add(shown(way), vec![read_as(way)])).collect()
    }

    fn writings(&mut self, plain: &Plain) -> Vec<usize> {
        let text = plain.text.as_str();
        let mut more = self.readings(text);
        if let Some(phrase) = by_key(text).filter(|phrase| self.is_elsewhere(text, phrase)) {
            more.extend(self.add(format!("uyghur:\"{text}\""), vec![phrase]));
        }
        let others: Vec<Phrase> = written(text);
        if others.len() > 1 {
            let own = unit(text);
            let other = others.iter().filter(|phrase| Some(&phrase.units[0]) != own.as_ref());
            if other.into_iter().any(|phrase| self.is_held(phrase)) {
                more.extend(self.add(format!("written:\"{text}\""), others));
            }
        }
        // who puts a word in quotes wants it as it is
        if let Some(phrase) = inflected(text).filter(|phrase| !plain.quoted && self.is_elsewhere(text, phrase)) {
            more.extend(self.add(format!("forms:\"{text}\""), vec![phrase]));
        }
        more
    }

    fn is_held(&self, phrase: &Phrase) -> bool {
        phrase.units.iter().flat_map(|unit| &unit.slots).all(|slot| (self.holds)(&slot.pattern))
    }

    // Whether the index has a word of the phrase in another writing than the text's own.
    fn is_elsewhere(&self, text: &str, phrase: &Phrase) -> bool {
        let own = unit(text);
        let mut slots = phrase.units.iter().flat_map(|unit| &unit.slots).enumerate();
        slots.any(|(number, slot)| {
            let known = own.as_ref().and_then(|own| own.slots.get(number)).map(|slot| &slot.pattern);
            let Pattern::Any(patterns) = &slot.pattern else { return false };
            let other = |pattern: &&Pattern| match pattern {
                Pattern::Except(pattern, _) => Some(pattern.as_ref()) != known,
                pattern => Some(*pattern) != known,
            };
            patterns.iter().filter(other).any(|pattern| (self.holds)(pattern))
        })
    }

    // Adds a clause, if each of its tokens is in the index.
    fn add(&mut self, shown: String, any: Vec<Phrase>) -> Option<usize> {
        if !any.iter().any(|phrase| self.is_held(phrase)) {
            return None;
        }
        if let Some(known) = self.query.clauses.iter().position(|clause| clause.shown == shown) {
            return Some(known);
        }
        let number = self.query.clauses.len();
        self.query.clauses.push(Clause { shown, what: What::Words { field: TextField::Text, any }, plain: None });
        self.query.widenings.push(number);
        Some(number)
    }
}

fn either(node: Node, more: Vec<usize>) -> Node {
    if more.is_empty() {
        return node;
    }
    Node::Or(std::iter::once(node).chain(more.into_iter().map(Node::Clause)).collect())
}

#[cfg(test)]
mod tests {
    use crate::query::{Pattern, parse, widen::widen};

    fn check(query: &str, expected: &str) {
        let wide = widen(&parse(query).expect("a sound query"), &|_| true);
        assert_eq!(wide.read_as(), expected, "{query}");
        assert_eq!(parse(&wide.read_as()).expect("what is read back is sound").root, wide.root, "{query}");
    }

    #[test]
    fn other_writings_stand_beside_the_words() {
        check(
            "wangliqiang",
            "wangliqiang OR pinyin:\"wang li qiang\" OR pinyin:\"wang li qi ang\" OR uyghur:\"wangliqiang\" OR forms:\"wangliqiang\"",
        );
        check("登记", "登记");
        check("-2017年", "NOT (2017年 OR written:\"2017年\")");
        check("2017-08-23", "2017-08-23 OR written:\"2017-08-23\"");
        check("школы", "школы OR uyghur:\"школы\" OR forms:\"школы\"");
        check("\"factories\"", "\"factories\" OR uyghur:\"factories\"");
        check(
            "\"Chang Chien-kuo\"",
            "\"Chang Chien-kuo\" OR pinyin:\"chang chi en kuo\" OR pinyin:\"chang chi en ku o\" OR \
             pinyin:\"Chang/zhang jian/qian guo/kuo\" OR uyghur:\"Chang Chien-kuo\"",
        );
        check("-登记 شۆھرەت", "NOT 登记 AND (شۆھرەت OR uyghur:\"شۆھرەت\")");
        check("=wangliqiang", "=wangliqiang");
        check("filename:wangliqiang", "filename:wangliqiang");
    }

    #[test]
    fn only_what_the_index_holds_is_added() {
        let reading = |pattern: &Pattern| match pattern {
            Pattern::Read(a, b) => ["Wang li", "li qiang"].contains(&format!("{a} {b}").as_str()),
            _ => false,
        };
        let wide = widen(&parse("Wang Liqiang register").expect("a sound query"), &reading);
        assert_eq!(
            wide.read_as(),
            "((Wang AND (Liqiang OR pinyin:\"li qiang\")) OR pinyin:\"Wang li qiang\") AND register"
        );
        assert_eq!(wide.widenings(), ["pinyin:\"li qiang\"", "pinyin:\"Wang li qiang\""]);
        assert_eq!(widen(&wide, &|_| false).read_as(), wide.read_as());
    }
}
