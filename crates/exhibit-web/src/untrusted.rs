//! Strings from the trove, as markup. Pages show them only through this module.
//!
//! Every such string is escaped, carries `lang` and `dir`, and has tokens for what could reorder or hide text. Names
//! are shown on one line with every control character as a token; running text keeps the invisible characters that
//! Arabic letters need.

use crate::direction::{Direction, declared, undetermined};
use exhibit_model::MarkKind;
use exhibit_model::shown::token;
use maud::{Markup, PreEscaped, html};

/// A name from the trove: any bytes. File names, paths, values of metadata, reasons that quote a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Name(Vec<u8>);

impl Name {
    /// Takes a name as found.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the name contains characters that reorder it, so that it looks like another name.
    #[must_use]
    pub fn is_disguised(&self) -> bool {
        let reorders = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        self.0.utf8_chunks().any(|chunk| chunk.valid().chars().any(reorders))
    }

    /// The name as plain text with tokens, for a page's title.
    #[must_use]
    pub fn plain(&self) -> String {
        exhibit_model::shown_bytes(&self.0)
    }

    /// The name as markup.
    #[must_use]
    pub fn show(&self) -> Markup {
        let text = String::from_utf8_lossy(&self.0);
        let direction = Direction::of(&text, "und");
        let ending = if direction == Direction::Rtl { ending_of(&self.0) } else { 0 };
        let (stem, ending) = self.0.split_at(self.0.len() - ending);
        html! {
            bdi lang=(undetermined(&text)) dir=(direction.word()) {
                @for chunk in stem.utf8_chunks() {
                    (tokenised(chunk.valid(), |c| c == '\u{200c}' || c == '\u{200d}'))
                    @for byte in chunk.invalid() { (token_box(&format!("x{byte:02X}"))) }
                }
                @if !ending.is_empty() { bdi.ltr.ending dir="ltr" { (String::from_utf8_lossy(ending)) } }
            }
        }
    }
}

// The length of an ending such as `.docx`, with its point. After letters that are read from the right it would be read
// apart, the point on its wrong side.
fn ending_of(name: &[u8]) -> usize {
    let Some(point) = name.iter().rposition(|byte| *byte == b'.') else { return 0 };
    let ending = &name[point + 1..];
    let is_ending = point > 0
        && (1..=8).contains(&ending.len())
        && ending.iter().all(u8::is_ascii_alphanumeric);
    if is_ending { ending.len() + 1 } else { 0 }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

/// A hit in a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// Byte after its last.
    pub end: usize,
    /// Which clause of the query matched, counted from 0; each has its colour and underline.
    pub clause: usize,
    /// Its number among the page's hits, counted from 1; 0 if hits are not numbered (snippets).
    pub number: usize,
}

/// A short piece of running text with its hits: a snippet.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MarkedText {
    /// The text.
    pub text: String,
    /// Its language as a BCP 47 tag, `und` if undetermined.
    pub language: String,
    /// The hits, in bytes of `text`.
    pub spans: Vec<Span>,
}

impl MarkedText {
    /// The passage as a paragraph.
    #[must_use]
    pub fn show(&self) -> Markup {
        html! {
            p.snippet lang=(declared(&self.text, &self.language)) dir=(Direction::of(&self.text, &self.language).word()) {
                (rendered(&self.text, 0, &apart(self.spans.clone()), &[], 0))
            }
        }
    }
}

/// A stretch that is not plain visible text, with its label.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// First byte.
    pub start: usize,
    /// Byte after its last.
    pub end: usize,
    /// Its kind.
    pub kind: MarkKind,
    /// The label in the interface.
    pub word: String,
    /// The language of `word`.
    pub lang: &'static str,
    /// The direction of `word`.
    pub dir: Direction,
}

/// The class that gives a clause its colour and underline.
#[must_use]
pub fn clause_class(clause: usize) -> &'static str {
    ["h1", "h2", "h3", "h4"][clause % 4]
}

/// Sorts spans and cuts off what overlaps an earlier one, so that each byte belongs to one hit.
#[must_use]
pub fn apart(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut reached = 0;
    spans.retain_mut(|span| {
        span.start = span.start.max(reached);
        reached = reached.max(span.end);
        span.start < span.end
    });
    spans
}

/// Renders `text`, which starts at byte `base` of its page, with the spans and labels that overlap it. Both are in
/// bytes of the page, in order, not overlapping. The hit numbered `current` is highlighted as such; the part that
/// begins within `text` carries the hit's id.
#[must_use]
pub fn rendered(
    text: &str,
    base: usize,
    spans: &[Span],
    labels: &[Label],
    current: usize,
) -> Markup {
    let render = |from, to| with_hits(text, base, (from, to), spans, current);
    html! {
        @for (from, to, label) in stretches(labels, |label| (label.start, label.end), base, base + text.len()) {
            @if let Some(label) = label {
                span.mk.(mark_class(label.kind)) { span.mkl lang=(label.lang) dir=(label.dir.word()) { (label.word) } (render(from, to)) }
            } @else {
                (render(from, to))
            }
        }
    }
}

fn with_hits(
    text: &str,
    base: usize,
    (from, to): (usize, usize),
    spans: &[Span],
    current: usize,
) -> Markup {
    html! {
        @for (from, to, span) in stretches(spans, |span| (span.start, span.end), from, to) {
            @let piece = running(cut(text, from - base, to - base));
            @if let Some(span) = span {
                @let id = (span.number > 0 && span.start == from).then(|| format!("h{}", span.number));
                @let is_current = span.number > 0 && span.number == current;
                @if is_current && id.is_some() { span.anchor id="now" {} }
                mark.(clause_class(span.clause)).now[is_current] id=[id] {
                    (piece)
                    @if span.clause >= 4 { sup { (span.clause + 1) } }
                }
            } @else {
                (piece)
            }
        }
    }
}

/// Splits `from..to` where items (in order, not overlapping) begin and end: each stretch with the item that covers it.
fn stretches<T>(
    items: &[T],
    place: impl Fn(&T) -> (usize, usize),
    from: usize,
    to: usize,
) -> Vec<(usize, usize, Option<&T>)> {
    let mut found = Vec::new();
    let mut at = from;
    for item in &items[items.partition_point(|item| place(item).1 <= from)..] {
        let (start, end) = place(item);
        let (start, end) = (start.clamp(at, to), end.clamp(at, to));
        if at < start {
            found.push((at, start, None));
        }
        if start < end {
            found.push((start, end, Some(item)));
        }
        at = end;
        if at == to {
            return found;
        }
    }
    found.push((at, to, None));
    found
}

/// Running text: keeps line ends, tabs and the marks that right-to-left text needs; shows overrides as tokens.
fn running(text: &str) -> Markup {
    tokenised(
        text,
        |c| matches!(c, '\n' | '\t' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2066}'..='\u{2069}' | '\u{202a}'..='\u{202c}'),
    )
}

/// Escapes `text` and boxes each character that has a token, except those to keep.
fn tokenised(text: &str, keep: impl Fn(char) -> bool) -> Markup {
    let stands_out = |c: char| !keep(c) && token(c).is_some();
    html! {
        @for piece in text.split_inclusive(&stands_out) {
            @match piece.chars().next_back().filter(|c| stands_out(*c)).and_then(|c| Some((c.len_utf8(), token(c)?))) {
                Some((length, name)) => { (piece[..piece.len() - length]) (token_box(&name)) }
                None => (piece),
            }
        }
    }
}

fn token_box(name: &str) -> Markup {
    html! { bdi.tk dir="ltr" { "[" (name) "]" } }
}

/// The bytes `from..to` of `text`, clamped to the text and to character boundaries.
fn cut(text: &str, from: usize, to: usize) -> &str {
    let (from, to) = (text.floor_char_boundary(from), text.floor_char_boundary(to));
    text.get(from..to).unwrap_or_default()
}

fn mark_class(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Invisible => "mk-invisible",
        MarkKind::Annotation => "mk-annotation",
        MarkKind::FormValue => "mk-form",
        MarkKind::Deleted => "mk-deleted",
        MarkKind::Hidden => "mk-hidden",
        MarkKind::Furniture => "mk-furniture",
        MarkKind::Notes => "mk-notes",
        MarkKind::Header => "mk-header",
    }
}

/// Text of the interface that must not be reordered in a right-to-left line: numbers, dates, ranges, digests.
#[must_use]
pub fn ltr(text: &str) -> Markup {
    html! { bdi.ltr dir="ltr" { (text) } }
}

/// A digest in groups, which a narrow column keeps whole; copied, it is one word.
#[must_use]
pub fn digest(text: &str) -> Markup {
    let groups: Vec<&str> =
        text.as_bytes().chunks(8).filter_map(|group| std::str::from_utf8(group).ok()).collect();
    html! { code.digest.ltr dir="ltr" { @for group in groups { (group) wbr; } } }
}

/// A media type, which a narrow column breaks only between its parts.
#[must_use]
pub fn media_type(text: &str) -> Markup {
    let shown = exhibit_model::shown(text);
    html! { code.ltr dir="ltr" { @for part in shown.split_inclusive(['/', '.', '+', '-']) { (part) wbr; } } }
}

/// Nothing to show.
#[must_use]
pub fn nothing() -> Markup {
    PreEscaped(String::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: usize, end: usize, clause: usize, number: usize) -> Span {
        Span { start, end, clause, number }
    }

    #[test]
    fn names_are_escaped_and_tokenised() {
        for (bytes, expect) in [
            (&b"a<b>&\".txt"[..], "a&lt;b&gt;&amp;&quot;.txt"),
            (
                "invoice_\u{202e}fdp.exe".as_bytes(),
                "invoice_<bdi class=\"tk\" dir=\"ltr\">[RLO]</bdi>fdp.exe",
            ),
            (
                b"caf\xe9\n",
                "caf<bdi class=\"tk\" dir=\"ltr\">[xE9]</bdi><bdi class=\"tk\" dir=\"ltr\">[LF]</bdi>",
            ),
        ] {
            let shown = Name::new(bytes).show().into_string();
            assert_eq!(shown, format!("<bdi lang=\"und\" dir=\"ltr\">{expect}</bdi>"));
        }
        assert!(Name::from("a\u{2066}b").is_disguised());
        assert!(!Name::from("ئامبار.docx").is_disguised());
    }

    #[test]
    fn hits_are_rendered_once_each() {
        let text = "登记表<销毁>";
        let spans = apart(vec![span(0, 6, 0, 1), span(3, 9, 1, 2), span(10, 16, 4, 3)]);
        assert_eq!(
            rendered(text, 0, &spans, &[], 3).into_string(),
            "<mark class=\"h1\" id=\"h1\">登记</mark><mark class=\"h2\" id=\"h2\">表</mark>&lt;\
             <span class=\"anchor\" id=\"now\"></span><mark class=\"h1 now\" id=\"h3\">销毁<sup>5</sup></mark>&gt;"
        );
    }

    #[test]
    fn a_hit_over_two_blocks_has_its_id_once() {
        let (first, second) = ("登", "记");
        let spans = [span(100, 107, 0, 1)];
        let both = rendered(first, 100, &spans, &[], 0).into_string()
            + &rendered(second, 104, &spans, &[], 0).into_string();
        assert_eq!(both, "<mark class=\"h1\" id=\"h1\">登</mark><mark class=\"h1\">记</mark>");
    }

    #[test]
    fn labels_and_hits_cross() {
        let label = Label {
            start: 2,
            end: 6,
            kind: MarkKind::Deleted,
            word: "deleted".to_owned(),
            lang: "en",
            dir: Direction::Ltr,
        };
        let rendered = rendered("abcdefgh", 0, &[span(4, 8, 0, 0)], &[label], 0).into_string();
        assert_eq!(
            rendered,
            "ab<span class=\"mk mk-deleted\"><span class=\"mkl\" lang=\"en\" dir=\"ltr\">deleted</span>cd<mark class=\"h1\">ef</mark></span>\
             <mark class=\"h1\">gh</mark>"
        );
    }

    #[test]
    fn offsets_that_lie_do_no_harm() {
        for spans in [
            vec![span(1, 2, 0, 1)],
            vec![span(5, 900, 0, 1)],
            vec![span(900, 901, 0, 1)],
            vec![span(4, 2, 0, 1)],
        ] {
            let shown = rendered("登记", 0, &apart(spans), &[], 0).into_string();
            let letters: String = shown.chars().filter(|c| !c.is_ascii()).collect();
            assert_eq!(letters, "登记");
        }
    }

    #[test]
    fn the_ending_of_a_name_from_the_right_stays_readable() {
        for (name, expected) in [
            ("تىزىملىك-2019.docx", Some(".docx")),
            ("تىزىملىك.tar.gz", Some(".gz")),
            ("تىزىملىك", None),
            ("تىزىملىك.تېكىست", None),
            ("register.docx", None),
            (".ئا", None),
        ] {
            let shown = Name::from(name).show().into_string();
            let ending = shown.contains("<bdi class=\"ltr ending\" dir=\"ltr\">");
            assert_eq!(ending, expected.is_some(), "{shown}");
            if let Some(expected) = expected {
                assert!(
                    shown.contains(&format!(
                        "<bdi class=\"ltr ending\" dir=\"ltr\">{expected}</bdi></bdi>"
                    )),
                    "{shown}"
                );
            }
        }
    }

    #[test]
    fn digests_and_media_types_break_between_their_parts() {
        let digest = digest(&"0123456789abcdef".repeat(4)).into_string();
        assert_eq!(digest.matches("<wbr>").count(), 8);
        assert!(digest.replace("<wbr>", "").contains(&"0123456789abcdef".repeat(4)), "{digest}");
        let kind = media_type("application/vnd.<b>-word").into_string();
        assert!(kind.contains("application/<wbr>vnd.<wbr>&lt;b&gt;-<wbr>word"), "{kind}");
    }
}
