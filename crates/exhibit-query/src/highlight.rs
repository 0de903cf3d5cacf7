//! The stretches of a page's text that a query matched, to be highlighted.

use crate::matcher::Reading;
use crate::{Criterion, Query, TextField};

/// A stretch of text matched by a clause of the query.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HitSpan {
    /// First byte in the text.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The number of the clause, as in [`Query::clauses`].
    pub clause: usize,
}

/// The stretches of a page's text that the query's clauses matched, in order, not overlapping.
///
/// A phrase is one stretch, across line ends too; near words are a stretch each. Excluded clauses are
/// not highlighted. If clauses overlap, the earlier and longer stretch is kept and the other begins after it.
#[must_use]
pub fn highlight(query: &Query, text: &str) -> Vec<HitSpan> {
    let reading = Reading::of(query, TextField::Text, text);
    let mut spans = Vec::new();
    for (number, wanted) in query.wanted().into_iter().enumerate() {
        if let (true, Criterion::Words { field: TextField::Text, any }) =
            (wanted, &query.clauses[number].asks)
        {
            let found = any.iter().flat_map(|phrase| reading.find(phrase));
            spans.extend(found.map(|(start, end)| HitSpan { start, end, clause: number }));
        }
    }
    spans.sort_unstable_by_key(|span| (span.start, std::cmp::Reverse(span.end), span.clause));
    apart(spans)
}

fn apart(spans: Vec<HitSpan>) -> Vec<HitSpan> {
    let mut kept: Vec<HitSpan> = Vec::with_capacity(spans.len());
    for mut span in spans {
        match kept.last_mut() {
            Some(last) if span.end <= last.end => {}
            // occurrences of a phrase that overlap are joined
            Some(last) if span.start < last.end && span.clause == last.clause => {
                last.end = span.end
            }
            Some(last) if span.start < last.end => {
                span.start = last.end;
                kept.push(span);
            }
            _ => kept.push(span),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, text: &str, expected: &str) {
        let query = crate::parse(query).expect("a sound query");
        let mut shown = String::new();
        let mut at = 0;
        for span in highlight(&query, text) {
            shown += &format!(
                "{}[{}]{}",
                &text[at..span.start],
                &text[span.start..span.end],
                span.clause
            );
            at = span.end;
        }
        assert_eq!(shown + &text[at..], expected);
    }

    #[test]
    fn what_matched_is_what_is_marked() {
        check("登记表", "填写登 記\n表格", "填写[登 記\n表]0格");
        check("登记 -表", "登记表", "[登记]0表");
        check("登记 记表", "登记表", "[登记]0[表]1");
        check("人人", "人人人", "[人人人]0");
        check("regist*", "Registers and registration", "[Registers]0 and [registration]0");
        check(
            "\"party office\"",
            "Party\nOffice, office of the party",
            "[Party\nOffice]0, office of the party",
        );
        check(
            "\"office party\"~3",
            "Party Office; office of the party",
            "[Party]0 [Office]0; [office]0 of the [party]0",
        );
        check("commission", "the commis-\n  sion met", "the [commis-\n  sion]0 met");
        check("urumchi~1", "Ürümqi Ürümchi Urumci", "Ürümqi [Ürümchi]0 [Urumci]0");
        check("ئۇيغۇر", "ﺋﯘﻳﻐﯘﺭ ئۇيغۇر", "[ﺋﯘﻳﻐﯘﺭ]0 [ئۇيغۇر]0");
        check("filename:登记", "登记", "登记");
        check("a OR -b", "a b", "[a]0 b");
    }
}
