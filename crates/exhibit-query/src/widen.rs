//! Widening: adds to each word its variants that the index contains.
//!
//! A variant is a clause of its own, joined to the word by OR in the word's position, so that the
//! tree keeps its shape: a widened word within a negation is excluded in all its variants. Every
//! added clause is shown to the user, and can be left out by searching without widening.

use crate::unit::unit;
use crate::variants::{by_key, inflected, read_as, written};
use crate::{Clause, ClauseText, Criterion, Field, Form, Node, Pattern, Phrase, Query, TextField};
use exhibit_text::Sound;

/// Adds to a query the spelling and script variants of its words. `contains` returns whether the text field has a term
/// of a pattern.
pub fn widen(query: &Query, contains: &dyn Fn(&Pattern) -> bool) -> Query {
    let mut wide = Widening { query: query.clone(), contains };
    let root = wide.node(&query.root);
    Query { root, ..wide.query }
}

struct Widening<'h> {
    query: Query,
    contains: &'h dyn Fn(&Pattern) -> bool,
}

impl Widening<'_> {
    fn node(&mut self, node: &Node) -> Node {
        match node {
            Node::Everything => Node::Everything,
            Node::Or(nodes) => Node::Or(nodes.iter().map(|n| self.node(n)).collect()),
            Node::Not(inner) => Node::Not(Box::new(self.node(inner))),
            Node::And(nodes) => self.and(nodes),
            Node::Clause(number) => {
                let plain = self.query.clauses[*number]
                    .plain()
                    .map(|(text, quoted)| (text.to_owned(), quoted));
                let more =
                    plain.map_or_else(Vec::new, |(text, quoted)| self.variants(&text, quoted));
                either(Node::Clause(*number), more)
            }
        }
    }

    // Adjacent words can be one name: its readings are alternatives to all of them.
    fn and(&mut self, nodes: &[Node]) -> Node {
        let mut joined = Vec::new();
        let mut at = 0;
        while at < nodes.len() {
            let words: Vec<String> =
                nodes[at..].iter().map_while(|node| self.name_part(node)).collect();
            let length = words.len().max(1);
            let own: Vec<Node> =
                nodes[at..at + length].iter().map(|node| self.node(node)).collect();
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
        let (text, _) = self.query.clauses[*number].plain().filter(|(_, quoted)| !quoted)?;
        exhibit_text::is_name_part(text).then(|| text.to_owned())
    }

    fn readings(&mut self, name: &str) -> Vec<usize> {
        let ways = exhibit_text::spellings(name);
        let shown = |way: &[Sound]| {
            let sounds = way.iter().map(ToString::to_string).collect::<Vec<_>>();
            sounds.join(" ")
        };
        ways.iter()
            .filter_map(|way| self.add(Field::Pinyin, shown(way), vec![read_as(way)]))
            .collect()
    }

    fn variants(&mut self, text: &str, quoted: bool) -> Vec<usize> {
        let mut more = self.readings(text);
        if let Some(phrase) = by_key(text).filter(|phrase| self.is_elsewhere(text, phrase)) {
            more.extend(self.add(Field::Uyghur, text.to_owned(), vec![phrase]));
        }
        let others: Vec<Phrase> = written(text);
        if others.len() > 1 {
            let own = unit(text);
            let other = others.iter().filter(|phrase| Some(&phrase.units[0]) != own.as_ref());
            if other.into_iter().any(|phrase| self.is_held(phrase)) {
                more.extend(self.add(Field::Written, text.to_owned(), others));
            }
        }
        // quoted words are meant as written
        if let Some(phrase) =
            inflected(text).filter(|phrase| !quoted && self.is_elsewhere(text, phrase))
        {
            more.extend(self.add(Field::Forms, text.to_owned(), vec![phrase]));
        }
        more
    }

    fn is_held(&self, phrase: &Phrase) -> bool {
        phrase.units.iter().flat_map(|unit| &unit.slots).all(|slot| (self.contains)(&slot.pattern))
    }

    // Whether the index has a variant of a word of the phrase that differs from the text's own.
    fn is_elsewhere(&self, text: &str, phrase: &Phrase) -> bool {
        let own = unit(text);
        let mut slots = phrase.units.iter().flat_map(|unit| &unit.slots).enumerate();
        slots.any(|(number, slot)| {
            let known =
                own.as_ref().and_then(|own| own.slots.get(number)).map(|slot| &slot.pattern);
            let Pattern::Any(patterns) = &slot.pattern else { return false };
            let other = |pattern: &&Pattern| match pattern {
                Pattern::Except(pattern, _) => Some(pattern.as_ref()) != known,
                pattern => Some(*pattern) != known,
            };
            patterns.iter().filter(other).any(|pattern| (self.contains)(pattern))
        })
    }

    // Adds a clause, if each of its tokens is in the index.
    fn add(&mut self, field: Field, text: String, any: Vec<Phrase>) -> Option<usize> {
        if !any.iter().any(|phrase| self.is_held(phrase)) {
            return None;
        }
        let text = ClauseText { field, exact: false, text, form: Form::Quoted };
        if let Some(known) = self.query.clauses.iter().position(|clause| clause.text == text) {
            return Some(known);
        }
        let number = self.query.clauses.len();
        self.query
            .clauses
            .push(Clause { text, asks: Criterion::Words { field: TextField::Text, any } });
        self.query.spans.push(Vec::new());
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
    use crate::print::understood as read_as;
    use crate::{Pattern, Query, parse, widen::widen};

    fn added(query: &Query) -> Vec<String> {
        query.widenings().iter().map(|number| query.clauses[*number].text.to_string()).collect()
    }

    fn check(query: &str, expected: &str) {
        let wide = widen(&parse(query).expect("a sound query"), &|_| true);
        assert_eq!(read_as(&wide), expected, "{query}");
        assert_eq!(
            parse(&read_as(&wide)).expect("what is read back is sound").root,
            wide.root,
            "{query}"
        );
    }

    #[test]
    fn variants_are_alternatives_to_the_words() {
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
    fn only_variants_in_the_index_are_added() {
        let reading = |pattern: &Pattern| match pattern {
            Pattern::Read(a, b) => ["Wang li", "li qiang"].contains(&format!("{a} {b}").as_str()),
            _ => false,
        };
        let wide = widen(&parse("Wang Liqiang register").expect("a sound query"), &reading);
        assert_eq!(
            read_as(&wide),
            "((Wang AND (Liqiang OR pinyin:\"li qiang\")) OR pinyin:\"Wang li qiang\") AND register"
        );
        assert_eq!(added(&wide), ["pinyin:\"li qiang\"", "pinyin:\"Wang li qiang\""]);
        assert_eq!(read_as(&widen(&wide, &|_| false)), read_as(&wide));
    }
}
