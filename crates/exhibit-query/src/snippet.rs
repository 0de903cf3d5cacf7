//! A stretch of a page's text around its hits, to be shown in a list.

use crate::highlight::HitSpan;

/// A stretch of a page's text with the hits in it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Snippet {
    /// The stretch, exactly as in the page's text.
    pub text: String,
    /// Its first byte in the page's text.
    pub start: usize,
    /// Its hits, relative to the stretch.
    pub spans: Vec<HitSpan>,
    /// Whether text of the page precedes it.
    pub cut_before: bool,
    /// Whether text of the page follows it.
    pub cut_after: bool,
}

/// Cuts a snippet of about `width` characters around the first hits, or from the start if there are none.
///
/// It contains as many different clauses as fit, begins and ends between words (or anywhere in a script without
/// spaces), and preferably begins at the start of a sentence or line.
#[must_use]
pub fn snippet(text: &str, spans: &[HitSpan], width: usize) -> Snippet {
    let width = width.max(8);
    let (first, last) = best_group(text, spans, width);
    let (hit_start, hit_end) = match spans.get(first..=last) {
        Some(group) if !spans.is_empty() => (group[0].start, group[group.len() - 1].end),
        _ => {
            let first = text.len() - text.trim_start().len();
            (first, first)
        }
    };
    let taken = text[hit_start..hit_end].chars().take(4 * width).count();
    let spare = width.saturating_sub(taken);
    let start = begin(text, hit_start, spare / 3);
    let before = text[start..hit_start].chars().count();
    let end =
        finish(text, cut_end(text, hit_start, hit_end, 4 * width), spare.saturating_sub(before));
    let inside = spans.iter().filter(|span| span.start >= start && span.end <= end);
    Snippet {
        text: text[start..end].to_owned(),
        start,
        spans: inside
            .map(|s| HitSpan { start: s.start - start, end: s.end - start, clause: s.clause })
            .collect(),
        cut_before: !text[..start].trim().is_empty(),
        cut_after: !text[end..].trim().is_empty(),
    }
}

// A single hit longer than any snippet is cut.
fn cut_end(text: &str, start: usize, end: usize, most: usize) -> usize {
    text[start..end].char_indices().nth(most).map_or(end, |(at, _)| start + at)
}

// The hits, first to last, that fit in the width and cover the most clauses; the earliest of ties.
fn best_group(text: &str, spans: &[HitSpan], width: usize) -> (usize, usize) {
    const CONSIDERED: usize = 200;
    let spans = &spans[..spans.len().min(CONSIDERED)];
    let mut best = (0, 0, 0);
    for (first, from) in spans.iter().enumerate() {
        let limit = text[from.start..]
            .char_indices()
            .nth(width)
            .map_or(text.len(), |(at, _)| from.start + at);
        let mut clauses: Vec<usize> = Vec::new();
        let mut last = first;
        for (at, span) in spans.iter().enumerate().skip(first) {
            if at > first && span.end > limit {
                break;
            }
            last = at;
            if !clauses.contains(&span.clause) {
                clauses.push(span.clause);
            }
        }
        if clauses.len() > best.2 {
            best = (first, last, clauses.len());
        }
    }
    (best.0, best.1)
}

// A good place to begin, at most `room` characters before `hit`.
fn begin(text: &str, hit: usize, room: usize) -> usize {
    let earliest = text[..hit].char_indices().rev().nth(room).map(|(at, c)| at + c.len_utf8());
    let Some(earliest) = earliest else {
        return text.len() - text.trim_start().len().max(text.len() - hit);
    };
    let window = &text[earliest..hit];
    let after = |found: Option<(usize, char)>| found.map(|(at, c)| earliest + at + c.len_utf8());
    let sentence =
        window.char_indices().rfind(|(_, c)| matches!(c, '\n' | '。' | '！' | '？' | '؟' | '།'));
    let blank = window.char_indices().find(|(_, c)| c.is_whitespace());
    let start = after(sentence).or(after(blank)).unwrap_or(earliest);
    start + (text[start..hit].len() - text[start..hit].trim_start().len())
}

// A good place to end, at most `room` characters after `hit`.
fn finish(text: &str, hit: usize, room: usize) -> usize {
    let Some((latest, _)) = text[hit..].char_indices().nth(room) else {
        return hit + text[hit..].trim_end().len();
    };
    let window = &text[hit..hit + latest];
    let end = match window.char_indices().rfind(|(_, c)| c.is_whitespace()) {
        // between words, unless that would discard most of it (a script without spaces)
        Some((at, _)) if at * 2 > window.len() => hit + at,
        _ => hit + latest,
    };
    hit + text[hit..end].trim_end().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, hits: &[&str], width: usize, expected: &str) {
        let mut spans: Vec<HitSpan> = hits
            .iter()
            .enumerate()
            .flat_map(|(clause, hit)| {
                text.match_indices(hit).map(move |(start, _)| HitSpan {
                    start,
                    end: start + hit.len(),
                    clause,
                })
            })
            .collect();
        spans.sort_by_key(|span| span.start);
        let made = snippet(text, &spans, width);
        let mut shown = String::new();
        let mut at = 0;
        for span in &made.spans {
            shown +=
                &format!("{}[{}]", &made.text[at..span.start], &made.text[span.start..span.end]);
            at = span.end;
        }
        shown += &made.text[at..];
        assert_eq!(
            format!(
                "{}{shown}{}",
                if made.cut_before { "…" } else { "" },
                if made.cut_after { "…" } else { "" }
            ),
            expected
        );
    }

    #[test]
    fn snippets_are_cut_between_words_and_sentences() {
        let text = "The first paragraph says little.\nThen the register of 2017 lists every household in the county, street by street.";
        check(text, &["register"], 40, "…Then the [register] of 2017 lists every…");
        check(text, &[], 20, "The first paragraph…");
        check(
            text,
            &["register", "county"],
            70,
            "…the [register] of 2017 lists every household in the [county], street by…",
        );
        check(
            "登记。各县要登记所有住户的情况并于月底前上报地区。",
            &["住户"],
            14,
            "…登记所有[住户]的情况并于月底前…",
        );
        check("", &[], 20, "");
    }

    proptest! {
        #[test]
        fn any_cut_is_sound(text in "(\\PC|[登记 \n。]){0,80}", width in 0..60_usize, marks in proptest::collection::vec((0..100_usize, 1..9_usize, 0..3_usize), 0..6)) {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let mut spans: Vec<HitSpan> = marks.into_iter().filter_map(|(from, length, clause)| {
                let (start, end) = (*places.get(from)?, *places.get(from + length)?);
                Some(HitSpan { start, end, clause })
            }).collect();
            spans.sort_by_key(|span| (span.start, span.end));
            let made = snippet(&text, &spans, width);
            prop_assert_eq!(&text[made.start..made.start + made.text.len()], made.text.as_str());
            for span in &made.spans {
                prop_assert!(made.text.is_char_boundary(span.start) && made.text.is_char_boundary(span.end));
            }
            prop_assert!(made.text.chars().count() <= 6 * width.max(8));
        }
    }
}
