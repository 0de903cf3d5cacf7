//! Anchors: a quoted passage tied to a page and to the exact bytes that contain it.
//!
//! Written as a W3C Web Annotation in canonical JSON (`docs/formats/anchor.md`). A quote matches the page
//! character for character at its position, or it is not valid: there is no fuzzy comparison.

use crate::entry::{LogKind, is_prefix, is_time};
use crate::hash::to_hex;
use crate::json::JsonValue;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// The maximum number of characters of a passage.
pub const MAX_EXACT: usize = 8_192;

/// The maximum number of characters before and after a passage.
pub const MAX_CONTEXT: usize = 32;

// A URI that names bytes by their SHA-256 (RFC 6920).
const SOURCE: &str = "ni:///sha-256;";

/// A quoted passage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Anchor {
    /// The identity of the log.
    pub log: String,
    /// The log entry of the quote, which also identifies the quote: see [`Self::id`].
    pub entry: u64,
    /// The log entry of the reading that produced the text.
    pub reading: u64,
    /// The time of the quote, RFC 3339.
    pub created: String,
    /// The label of the document, such as `EXH-000127`.
    pub document: String,
    /// The number of the item.
    pub item: u64,
    /// SHA-256 of the original.
    pub original: [u8; 32],
    /// The page, from 1.
    pub page: u32,
    /// SHA-256 of the whole text of the page.
    pub text_layer: [u8; 32],
    /// SHA-256 of the page picture that the regions refer to, if one was rendered and stored.
    pub picture: Option<[u8; 32]>,
    /// If a machine read the page: which, how surely, and what a person states; `None` if the text is in the file itself.
    pub machine: Option<MachineReading>,
    /// The passage and its position.
    pub passage: Passage,
    /// Its regions on the picture of the page: `xywh=percent:x,y,w,h`, one for each line.
    pub regions: Vec<String>,
}

/// A passage of a text, and its position. Characters are Unicode code points.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Passage {
    /// The passage.
    pub exact: String,
    /// The text before it, at most 32 characters.
    pub prefix: String,
    /// The text after it, at most 32 characters.
    pub suffix: String,
    /// The number of characters before it.
    pub start: u64,
    /// The number of characters before its end.
    pub end: u64,
}

/// What is known about a passage of a text that a machine read from the picture of the page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MachineReading {
    /// The machine: the engine, its version and its models, as in the document's tree.
    pub reader: String,
    /// The mean confidence of the passage, in percent.
    pub confidence: u8,
    /// The least confidence of one of its characters, or of one of its words if the machine states only those, in percent.
    pub least: u8,
    /// What a person who looked at the picture states.
    pub seen: Option<Seen>,
}

/// A person's statement about the picture of a passage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen {
    /// Who, by a name or pseudonym.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
    /// The text that the picture shows in that person's transcription; `None` if it shows what the machine read.
    pub transcription: Option<String>,
}

/// What the text of a quote rests on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Basis {
    /// Text in the file itself.
    File,
    /// A machine's reading of the picture, which nobody compared with it.
    Machine,
    /// A machine's reading that a person compared with the picture.
    Compared,
    /// A person's transcription of the picture, in place of the machine's reading.
    Transcribed,
}

impl Basis {
    /// Its code.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Machine => "machine",
            Self::Compared => "compared",
            Self::Transcribed => "transcribed",
        }
    }
}

/// What the text of a quote with this reading rests on.
#[must_use]
pub fn basis(machine: Option<&MachineReading>) -> Basis {
    match machine.map(|machine| &machine.seen) {
        None => Basis::File,
        Some(None) => Basis::Machine,
        Some(Some(Seen { transcription: None, .. })) => Basis::Compared,
        Some(Some(_)) => Basis::Transcribed,
    }
}

/// The maximum number of characters in the name of who looked at a picture.
pub const MAX_NAME: usize = 64;

/// Whether a text can be the name of who looked at a picture: 1 to 64 characters, none of which controls a terminal.
#[must_use]
pub fn is_name(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.chars().count())
        && text.trim() == text
        && !text.contains(char::is_control)
}

impl MachineReading {
    fn to_value(&self) -> JsonValue {
        let mut members = vec![
            ("reader", self.reader.as_str().into()),
            ("confidence", u64::from(self.confidence).into()),
            ("least", u64::from(self.least).into()),
        ];
        if let Some(Seen { by, at, transcription }) = &self.seen {
            let stated = [("by", by.as_str().into()), ("at", at.as_str().into())];
            let text = transcription.as_deref().map(|text| ("text", text.into()));
            let key = if text.is_some() { "transcribed" } else { "compared" };
            members.push((key, JsonValue::map(stated.into_iter().chain(text))));
        }
        JsonValue::map(members)
    }

    fn from_value(value: &JsonValue) -> Option<Self> {
        let percent =
            |key: &str| u8::try_from(value.number(key)?).ok().filter(|percent| *percent <= 100);
        let seen = |seen: &JsonValue, transcription: Option<String>| {
            let by = seen.text("by").filter(|by| is_name(by))?.to_owned();
            Some(Seen { by, at: seen.text("at")?.to_owned(), transcription })
        };
        let seen = match (value.get("compared"), value.get("transcribed")) {
            (None, None) => None,
            (Some(stated), None) => Some(seen(stated, None)?),
            (None, Some(stated)) => {
                let text = stated.text("text").filter(|text| !text.is_empty())?;
                Some(seen(stated, Some(text.to_owned()))?)
            }
            (Some(_), Some(_)) => return None,
        };
        let reader = value.text("reader").filter(|reader| !reader.is_empty())?.to_owned();
        Some(Self { reader, confidence: percent("confidence")?, least: percent("least")?, seen })
    }
}

/// Why a quote is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnchorError {
    /// The text is not an anchor.
    #[error("not an anchor in canonical form")]
    Form,
    /// The text of the page differs from the quoted text layer.
    #[error("the text of the page differs from the text that was quoted")]
    TextLayer,
    /// The passage is not at its position.
    #[error("the passage is not at its position in the text of the page")]
    Exact,
    /// The text around the passage differs from the prefix or suffix.
    #[error("the text around the passage differs from the quote's prefix or suffix")]
    Context,
}

impl Passage {
    /// Returns where the passage begins and ends in a text, in bytes, if it is at its position with its context.
    ///
    /// # Errors
    /// [`AnchorError::Exact`], [`AnchorError::Context`].
    pub fn locate(&self, text: &str) -> Result<(usize, usize), AnchorError> {
        let start = usize::try_from(self.start).unwrap_or(usize::MAX);
        let mut boundaries = text.char_indices().map(|(byte, _)| byte).chain([text.len()]);
        let begin = boundaries.nth(start).ok_or(AnchorError::Exact)?;
        let length = self.exact.chars().count() as u64;
        let matches = text[begin..].starts_with(&self.exact)
            && self.start.checked_add(length) == Some(self.end);
        if !matches || self.exact.is_empty() {
            return Err(AnchorError::Exact);
        }
        let end = begin + self.exact.len();
        let context =
            text[..begin].ends_with(&self.prefix) && text[end..].starts_with(&self.suffix);
        if context { Ok((begin, end)) } else { Err(AnchorError::Context) }
    }
}

impl Anchor {
    /// The label of the quote: `Q-` and the number of its log entry.
    #[must_use]
    pub fn id(&self) -> String {
        format!("Q-{:06}", self.entry)
    }

    /// Whether its regions refer to the stored picture of this page of this item.
    #[must_use]
    pub const fn points_at(&self, item: u64, page: u32) -> bool {
        self.picture.is_some() && self.item == item && self.page == page
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

    /// Writes the annotation.
    #[must_use]
    pub fn write(&self) -> String {
        let Passage { exact, prefix, suffix, start, end } = &self.passage;
        let mut inner = vec![
            JsonValue::map([
                ("type", "TextQuoteSelector".into()),
                ("exact", exact.as_str().into()),
                ("prefix", prefix.as_str().into()),
                ("suffix", suffix.as_str().into()),
            ]),
            JsonValue::map([
                ("type", "TextPositionSelector".into()),
                ("start", (*start).into()),
                ("end", (*end).into()),
            ]),
        ];
        inner.extend(
            self.regions
                .iter()
                .map(|region| fragment("http://www.w3.org/TR/media-frags/", region, None)),
        );
        let page = format!("page={}", self.page);
        let selector =
            fragment("http://tools.ietf.org/rfc/rfc3778", &page, Some(JsonValue::List(inner)));
        let source = SOURCE.to_owned() + &URL_SAFE_NO_PAD.encode(self.original);
        let mut exhibit = vec![
            ("v", 1.into()),
            ("document", self.document.as_str().into()),
            ("item", self.item.into()),
            ("log", self.log.as_str().into()),
            ("entry", self.entry.into()),
            ("reading", self.reading.into()),
            ("textLayer", to_hex(&self.text_layer).into()),
        ];
        exhibit.extend(self.picture.map(|picture| ("picture", to_hex(&picture).into())));
        exhibit.extend(self.machine.as_ref().map(|machine| ("machine", machine.to_value())));
        JsonValue::map([
            ("@context", "http://www.w3.org/ns/anno.jsonld".into()),
            ("id", format!("urn:exhibit:{}:{}", self.log.replace('/', ":"), self.id()).into()),
            ("type", "Annotation".into()),
            ("motivation", "highlighting".into()),
            ("created", self.created.as_str().into()),
            ("target", JsonValue::map([("source", source.into()), ("selector", selector)])),
            ("exhibit", JsonValue::map(exhibit)),
        ])
        .write()
    }

    /// Reads an annotation.
    ///
    /// # Errors
    /// [`AnchorError::Form`] for anything that [`Self::write`] would not have written the same way.
    pub fn read(bytes: &[u8]) -> Result<Self, AnchorError> {
        let anchor = JsonValue::read(bytes).ok().and_then(|value| Self::from_value(&value));
        anchor
            .filter(|anchor| anchor.write().as_bytes() == bytes && anchor.has_form())
            .ok_or(AnchorError::Form)
    }

    // The rules about single values; the annotation itself has one form.
    fn has_form(&self) -> bool {
        let Passage { exact, prefix, suffix, .. } = &self.passage;
        let is_number = |text: &str| text.len() >= 6 && text.bytes().all(|b| b.is_ascii_digit());
        self.page > 0
            && LogKind::of(&self.log) == Some(LogKind::Custody)
            && is_time(&self.created)
            && self
                .document
                .split_once('-')
                .is_some_and(|(prefix, number)| is_prefix(prefix) && is_number(number))
            && (1..=MAX_EXACT).contains(&exact.chars().count())
            && [prefix, suffix].iter().all(|context| context.chars().count() <= MAX_CONTEXT)
            && self.regions.iter().all(|region| is_region(region))
    }

    // Takes only the fields that `write` fills in; `read` checks that everything else is as written.
    fn from_value(value: &JsonValue) -> Option<Self> {
        let (own, target) = (value.get("exhibit")?, value.get("target")?);
        let selector = target.get("selector")?;
        let [quote, position, regions @ ..] = selector.list("refinedBy")? else { return None };
        let original = URL_SAFE_NO_PAD.decode(target.text("source")?.strip_prefix(SOURCE)?).ok()?;
        let text = |value: &JsonValue, key: &str| value.text(key).map(str::to_owned);
        Some(Self {
            log: text(own, "log")?,
            entry: own.number("entry")?,
            reading: own.number("reading")?,
            created: text(value, "created")?,
            document: text(own, "document")?,
            item: own.number("item")?,
            original: original.try_into().ok()?,
            page: selector.text("value")?.strip_prefix("page=")?.parse().ok()?,
            text_layer: own.bytes("textLayer")?,
            picture: own.bytes("picture"),
            machine: match own.get("machine") {
                Some(machine) => Some(MachineReading::from_value(machine)?),
                None => None,
            },
            passage: Passage {
                exact: text(quote, "exact")?,
                prefix: text(quote, "prefix")?,
                suffix: text(quote, "suffix")?,
                start: position.number("start")?,
                end: position.number("end")?,
            },
            regions: regions.iter().map(|region| text(region, "value")).collect::<Option<_>>()?,
        })
    }
}

// Whether a text is a rectangle within the page, in percent of its width and height.
fn is_region(region: &str) -> bool {
    let numbers: Option<Vec<f64>> = region
        .strip_prefix("xywh=percent:")
        .and_then(|numbers| numbers.split(',').map(percent).collect());
    // Each number is rounded by itself.
    let within = |start: f64, length: f64| start + length <= 100.01;
    matches!(numbers.as_deref(), Some([x, y, w, h]) if within(*x, *w) && within(*y, *h))
}

fn percent(text: &str) -> Option<f64> {
    let is_plain = text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    text.parse().ok().filter(|number| is_plain && *number <= 100.0)
}

fn fragment(conforms_to: &str, value: &str, refined_by: Option<JsonValue>) -> JsonValue {
    let fixed = [
        ("type", "FragmentSelector".into()),
        ("conformsTo", conforms_to.into()),
        ("value", value.into()),
    ];
    JsonValue::map(fixed.into_iter().chain(refined_by.map(|inner| ("refinedBy", inner))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "第一条 严防逃跑。\n第二条 所有人员须逐一登记，不得遗漏。\n第三条 所有人员须逐一登记。";

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
            picture: None,
            machine: None,
            passage: Passage {
                exact: "须逐一登记".to_owned(),
                prefix: "二条 所有人员须逐一登记，不得遗漏。\n第三条 所有人员".to_owned(),
                suffix: "。".to_owned(),
                start: 38,
                end: 43,
            },
            regions: vec!["xywh=percent:10,20.5,30,2".to_owned()],
        }
    }

    fn machine() -> MachineReading {
        MachineReading {
            reader: "tesseract 5.3.0 (chi_sim)".to_owned(),
            confidence: 87,
            least: 41,
            seen: None,
        }
    }

    fn seen(transcription: Option<&str>) -> Seen {
        let at = "2026-11-23T09:30:00Z".to_owned();
        Seen { by: "a1".to_owned(), at, transcription: transcription.map(str::to_owned) }
    }

    #[test]
    fn quotes_match_only_at_their_position() {
        let anchor = anchor();
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
    }

    #[test]
    fn annotations_have_one_encoding() {
        let anchor = anchor();
        let written = anchor.write();
        assert_eq!(Anchor::read(written.as_bytes()), Ok(anchor.clone()));
        let pictured = Anchor { picture: Some([9; 32]), ..anchor };
        assert_eq!(Anchor::read(pictured.write().as_bytes()), Ok(pictured.clone()));
        for (seen, expected) in [
            (None, Basis::Machine),
            (Some(seen(None)), Basis::Compared),
            (Some(seen(Some("须逐一登记入册"))), Basis::Transcribed),
        ] {
            let machine = Some(MachineReading { seen, ..machine() });
            let read = Anchor { machine, ..pictured.clone() };
            assert_eq!(basis(read.machine.as_ref()), expected);
            let written = read.write();
            assert_eq!(Anchor::read(written.as_bytes()), Ok(read));
            for (from, to) in [
                ("\"confidence\":87", "\"confidence\":101"),
                ("\"by\":\"a1\"", "\"by\":\"\""),
                ("\"by\":\"a1\"", "\"by\":\"\\n\""),
                ("\"text\":\"须逐一登记入册\"", "\"text\":\"\""),
                ("\"reader\":\"tesseract 5.3.0 (chi_sim)\"", "\"reader\":\"\""),
            ] {
                let odd = written.replacen(from, to, 1);
                assert!(
                    odd == written || Anchor::read(odd.as_bytes()) == Err(AnchorError::Form),
                    "{to}"
                );
            }
        }
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
}
