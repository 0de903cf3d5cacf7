//! Anchors: a quoted passage tied to a page and to the exact bytes it stands in.
//!
//! Written as a W3C Web Annotation in canonical JSON (`docs/formats/anchor.md`). A quote either is what the page
//! says, character for character and in its place, or it does not hold: nothing here compares loosely, but for
//! [`nearest`], which shows a human where a lost passage may have gone.

use crate::hash::{from_hex, to_hex};
use crate::json::{MAX_NUMBER, Value};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};

/// How many characters of context stand before and after a quote.
pub const CONTEXT: usize = 32;

/// The most characters that a quote may have.
pub const MAX_QUOTE: usize = 8_192;

/// A quoted passage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Anchor {
    /// The log's identity.
    pub log: String,
    /// The log entry of the quote; it also names the quote: see [`Self::id`].
    pub entry: u64,
    /// The log entry of the reading that the text comes from.
    pub reading: u64,
    /// When the quote was made, RFC 3339.
    pub created: String,
    /// The document as people call it, such as `EXH-000127`.
    pub document: String,
    /// The item's number.
    pub item: u64,
    /// SHA-256 of the original.
    pub original: [u8; 32],
    /// The page, from 1.
    pub page: u32,
    /// SHA-256 of the page's whole text.
    pub text_layer: [u8; 32],
    /// The passage and where it stands.
    pub passage: Passage,
    /// Where it stands on the page's picture: `xywh=percent:x,y,w,h`, one for each line.
    pub regions: Vec<String>,
}

/// A passage of a text, and where it stands. Characters are Unicode code points.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Passage {
    /// The passage.
    pub exact: String,
    /// What stands before it, at most [`CONTEXT`] characters.
    pub prefix: String,
    /// What stands after it, at most [`CONTEXT`] characters.
    pub suffix: String,
    /// How many characters stand before it.
    pub start: u64,
    /// How many characters stand before its end.
    pub end: u64,
}

/// Why a quote does not hold, or cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnchorError {
    /// The text is not an anchor.
    #[error("it is not an anchor in the one form that is written")]
    Form,
    /// The text is another than the one quoted.
    #[error("the page's text is another than the one quoted")]
    TextLayer,
    /// The passage is not in its place.
    #[error("the passage does not stand at its place in the page's text")]
    Exact,
    /// What stands around the passage is other than stated.
    #[error("what stands around the passage is other than stated")]
    Context,
    /// The passage is empty or too long.
    #[error("a quote has 1 to {MAX_QUOTE} characters")]
    Length,
    /// The text does not have the passage, or not so often.
    #[error("the page has no such passage")]
    Absent,
}

impl Passage {
    /// Finds the `nth` place (from 1) where a text has exactly this passage.
    ///
    /// # Errors
    /// [`AnchorError::Length`], [`AnchorError::Absent`].
    pub fn find(text: &str, exact: &str, nth: usize) -> Result<Self, AnchorError> {
        let length = exact.chars().count();
        if !(1..=MAX_QUOTE).contains(&length) {
            return Err(AnchorError::Length);
        }
        let at = places(text, exact).nth(nth.wrapping_sub(1)).ok_or(AnchorError::Absent)?;
        let (before, after) = (&text[..at], &text[at + exact.len()..]);
        let start = before.chars().count();
        Ok(Self {
            exact: exact.to_owned(),
            prefix: before.chars().skip(start.saturating_sub(CONTEXT)).collect(),
            suffix: after.chars().take(CONTEXT).collect(),
            start: start as u64,
            end: (start + length) as u64,
        })
    }

    /// Where the passage begins and ends in a text, in bytes, where it stands in its place with its context.
    ///
    /// # Errors
    /// [`AnchorError::Exact`], [`AnchorError::Context`].
    pub fn locate(&self, text: &str) -> Result<(usize, usize), AnchorError> {
        let start = usize::try_from(self.start).unwrap_or(usize::MAX);
        let mut places = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        let at = places.nth(start).ok_or(AnchorError::Exact)?;
        let length = self.exact.chars().count() as u64;
        let stands = text[at..].starts_with(&self.exact) && self.start.checked_add(length) == Some(self.end);
        if !stands || self.exact.is_empty() {
            return Err(AnchorError::Exact);
        }
        let end = at + self.exact.len();
        let around = text[..at].ends_with(&self.prefix) && text[end..].starts_with(&self.suffix);
        if around { Ok((at, end)) } else { Err(AnchorError::Context) }
    }
}

/// The places, in bytes, where a text has a passage, overlapping ones too.
pub fn places<'a>(text: &'a str, exact: &'a str) -> impl Iterator<Item = usize> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + text.get(from..)?.find(exact)?;
        from = at + text[at..].chars().next().map_or(1, char::len_utf8);
        Some(at)
    })
}

/// The stretch of a text that is most like a passage: where the most of its runs of three characters stand in the
/// same order. `None` where hardly anything is alike.
#[must_use]
pub fn nearest<'a>(text: &'a str, exact: &str) -> Option<&'a str> {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let characters: Vec<char> = text.chars().collect();
    let wanted: Vec<char> = exact.chars().take(MAX_QUOTE).collect();
    let run = wanted.len().min(3);
    let mut runs: HashMap<&[char], Vec<usize>> = HashMap::new();
    for (place, piece) in wanted.windows(run.max(1)).enumerate() {
        let places = runs.entry(piece).or_default();
        // A run that comes again and again tells nothing of the place.
        if places.len() < 16 {
            places.push(place);
        }
    }
    let mut votes: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, piece) in characters.windows(run.max(1)).enumerate() {
        for place in runs.get(piece).into_iter().flatten() {
            *votes.entry((at + wanted.len() - place) / 8).or_default() += 1;
        }
    }
    let (bucket, most) = votes.into_iter().max_by_key(|(bucket, votes)| (*votes, usize::MAX - bucket))?;
    if most * 5 < wanted.len().saturating_sub(2) {
        return None;
    }
    let start = (bucket * 8).saturating_sub(wanted.len()).min(characters.len());
    let end = (start + wanted.len() + 8).min(characters.len());
    Some(text[starts[start]..starts[end]].trim()).filter(|found| !found.is_empty())
}

impl Anchor {
    /// What the quote is called: `Q-` and the number of its log entry.
    #[must_use]
    pub fn id(&self) -> String {
        format!("Q-{:06}", self.entry)
    }

    /// Checks the quote against the text of its page.
    ///
    /// # Errors
    /// [`AnchorError::TextLayer`], [`AnchorError::Exact`], [`AnchorError::Context`].
    pub fn check(&self, text: &str) -> Result<(), AnchorError> {
        let digest: [u8; 32] = Sha256::digest(text).into();
        if digest != self.text_layer {
            return Err(AnchorError::TextLayer);
        }
        self.passage.locate(text).map(drop)
    }

    /// The annotation's bytes.
    #[must_use]
    pub fn write(&self) -> String {
        let Passage { exact, prefix, suffix, start, end } = &self.passage;
        let mut inner = vec![
            map([
                ("type", text("TextQuoteSelector")),
                ("exact", text(exact)),
                ("prefix", text(prefix)),
                ("suffix", text(suffix)),
            ]),
            map([("type", text("TextPositionSelector")), ("start", number(*start)), ("end", number(*end))]),
        ];
        inner.extend(self.regions.iter().map(|region| fragment("http://www.w3.org/TR/media-frags/", region, None)));
        let page = format!("page={}", self.page);
        let selector = fragment("http://tools.ietf.org/rfc/rfc3778", &page, Some(Value::List(inner)));
        let exhibit = map([
            ("v", number(1)),
            ("document", text(&self.document)),
            ("item", number(self.item)),
            ("log", text(&self.log)),
            ("entry", number(self.entry)),
            ("reading", number(self.reading)),
            ("textLayer", text(&to_hex(&self.text_layer))),
        ]);
        map([
            ("@context", text("http://www.w3.org/ns/anno.jsonld")),
            ("id", text(&format!("urn:exhibit:{}:{}", self.log.replace('/', ":"), self.id()))),
            ("type", text("Annotation")),
            ("motivation", text("highlighting")),
            ("created", text(&self.created)),
            ("target", map([("source", text(&source(&self.original))), ("selector", selector)])),
            ("exhibit", exhibit),
        ])
        .write()
    }

    /// Reads an annotation's bytes.
    ///
    /// # Errors
    /// [`AnchorError::Form`] for anything that [`Self::write`] would not have written the same way.
    pub fn read(bytes: &[u8]) -> Result<Self, AnchorError> {
        let value = Value::read(bytes).map_err(|_| AnchorError::Form)?;
        let anchor = Self::from_value(&value).ok_or(AnchorError::Form)?;
        if anchor.write().as_bytes() == bytes { Ok(anchor) } else { Err(AnchorError::Form) }
    }

    fn from_value(value: &Value) -> Option<Self> {
        let own = value.get("exhibit")?;
        let target = value.get("target")?;
        let selector = target.get("selector")?;
        let [quote, position, regions @ ..] = selector.get("refinedBy")?.as_list()? else { return None };
        let original = URL_SAFE_NO_PAD.decode(target.get("source")?.as_text()?.strip_prefix("ni:///sha-256;")?).ok()?;
        let text = |value: &Value, key: &str| value.get(key)?.as_text().map(str::to_owned);
        let number = |value: &Value, key: &str| u64::try_from(value.get(key)?.as_number()?).ok();
        Some(Self {
            log: text(own, "log")?,
            entry: number(own, "entry")?,
            reading: number(own, "reading")?,
            created: text(value, "created")?,
            document: text(own, "document")?,
            item: number(own, "item")?,
            original: original.try_into().ok()?,
            page: selector.get("value")?.as_text()?.strip_prefix("page=")?.parse().ok()?,
            text_layer: from_hex(own.get("textLayer")?.as_text()?)?.try_into().ok()?,
            passage: Passage {
                exact: text(quote, "exact")?,
                prefix: text(quote, "prefix")?,
                suffix: text(quote, "suffix")?,
                start: number(position, "start")?,
                end: number(position, "end")?,
            },
            regions: regions.iter().map(|region| text(region, "value")).collect::<Option<_>>()?,
        })
    }
}

/// The name of some bytes by their SHA-256 (RFC 6920).
fn source(sha256: &[u8; 32]) -> String {
    format!("ni:///sha-256;{}", URL_SAFE_NO_PAD.encode(sha256))
}

fn fragment(conforms_to: &str, value: &str, refined_by: Option<Value>) -> Value {
    let fixed = [("type", text("FragmentSelector")), ("conformsTo", text(conforms_to)), ("value", text(value))];
    map(fixed.into_iter().chain(refined_by.map(|inner| ("refinedBy", inner))))
}

fn map<'a>(members: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::Map(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn number(number: u64) -> Value {
    Value::Number(i64::try_from(number).unwrap_or(MAX_NUMBER).min(MAX_NUMBER))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "第一条 严防逃跑。\n第二条 所有人员须逐一登记，不得遗漏。\n第三条 所有人员须逐一登记。";

    fn anchor() -> Anchor {
        Anchor {
            log: "0707070707070707/custody".to_owned(),
            entry: 42,
            reading: 7,
            created: "2026-11-23T09:30:00Z".to_owned(),
            document: "EXH-000003".to_owned(),
            item: 3,
            original: [1; 32],
            page: 2,
            text_layer: Sha256::digest(TEXT).into(),
            passage: Passage::find(TEXT, "须逐一登记", 2).expect("there twice"),
            regions: vec!["xywh=percent:10,20.5,30,2".to_owned()],
        }
    }

    #[test]
    fn a_quote_holds_where_it_stands_and_nowhere_else() {
        let anchor = anchor();
        assert_eq!((anchor.passage.start, anchor.passage.end), (38, 43));
        assert_eq!(anchor.passage.suffix, "。");
        assert_eq!(anchor.check(TEXT), Ok(()));
        assert_eq!(anchor.check(&TEXT.replace('逃', "跑")), Err(AnchorError::TextLayer));
        let check = |alter: &dyn Fn(&mut Anchor), error| {
            let mut altered = anchor.clone();
            alter(&mut altered);
            assert_eq!(altered.check(TEXT), Err(error), "{altered:?}");
        };
        check(&|a| a.passage.exact = "不逐一登记".to_owned(), AnchorError::Exact);
        check(&|a| a.passage.start -= 1, AnchorError::Exact);
        check(&|a| a.passage.end += 1, AnchorError::Exact);
        check(&|a| a.passage.start = u64::MAX, AnchorError::Exact);
        check(&|a| a.passage.exact.clear(), AnchorError::Exact);
        check(&|a| a.passage.prefix.insert(0, 'x'), AnchorError::Context);
        check(&|a| a.passage.suffix.push('x'), AnchorError::Context);
        check(&|a| a.text_layer[0] ^= 1, AnchorError::TextLayer);
        assert_eq!(Passage::find(TEXT, "须逐一登记", 3), Err(AnchorError::Absent));
        assert_eq!(Passage::find(TEXT, "须逐一登记", 0), Err(AnchorError::Absent));
        assert_eq!(Passage::find(TEXT, "", 1), Err(AnchorError::Length));
    }

    #[test]
    fn annotations_have_one_form() {
        let anchor = anchor();
        let written = anchor.write();
        assert_eq!(Anchor::read(written.as_bytes()), Ok(anchor));
        for (from, to) in [
            ("\"page=2\"", "\"page=02\""),
            ("highlighting", "tagging"),
            ("\"v\":1", "\"v\":2"),
            ("\"v\":1", "\"v\":1,\"w\":1"),
            ("Q-000042", "Q-000043"),
            ("ni:///", "ni://host/"),
            (",\"type\":\"Annotation\"", ""),
        ] {
            let odd = written.replacen(from, to, 1);
            assert_ne!(odd, written, "{from}");
            assert_eq!(Anchor::read(odd.as_bytes()), Err(AnchorError::Form), "{to}");
        }
    }

    #[test]
    fn a_lost_passage_is_looked_for() {
        let text = "前言。第二条 所有人员应逐一登记，不得遗漏任何一人。结尾。";
        let near = nearest(text, "所有人员须逐一登记，不得遗漏").expect("something alike");
        assert!(near.contains("人员应逐一登记，不得遗漏"), "{near}");
        assert_eq!(nearest(text, "quite another thing"), None);
        assert_eq!(nearest("", "a"), None);
        assert_eq!(nearest("abc", "b"), Some("abc"));
    }

    #[test]
    fn overlapping_places_are_found() {
        assert_eq!(places("ааа", "аа").collect::<Vec<_>>(), [0, 2]);
        assert_eq!(places("abc", "x").count(), 0);
    }
}
