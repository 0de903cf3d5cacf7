//! XML as a flat sequence of nodes: no tree, no recursion, no expansion of entities that a document defines.
//!
//! Damage ends the sequence and is recorded; nodes read before it remain valid.

mod decoded;

use super::package::limit_of;
use crate::out::{Out, Stop};
use decoded::Decoded;
use exhibit_model::{Detail, NoteCode, Reason, Verdict};
use quick_xml::Reader;
use quick_xml::events::{BytesEnd, BytesRef, BytesStart, Event};
use std::borrow::Cow;
use std::io::BufRead;

/// One node.
pub(crate) enum Node<'a> {
    /// An element starts; an empty one ends at once.
    Start(Element<'a>),
    /// An element ends: its name without prefix.
    End(EndName<'a>),
    /// Some text of the innermost element.
    Text(Cow<'a, str>),
    /// A comment, an instruction, a declaration.
    Other,
}

/// Why the nodes ended before the end of the part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Damage {
    /// A limit was reached.
    Limit(Reason),
    /// The bytes are malformed; with the parser's message.
    Broken(Detail),
    /// They end before the last element is closed.
    CutShort,
    /// Some are invalid in the part's encoding; with the number of places.
    Undecodable(String, u64),
    /// The part is missing or cannot be decompressed.
    Lost,
}

impl Damage {
    /// The verdict on a document whose only damage is this one in a part (of the named sheet): `Read` with a note
    /// about the page, or up to a limit.
    pub(crate) fn settle(
        self,
        part: &str,
        sheet: Option<&str>,
        page: u32,
        out: &mut Out<'_>,
    ) -> Result<Verdict, Stop> {
        let (part, sheet) = (part.to_owned(), sheet.map(str::to_owned));
        let note = match self {
            Self::Limit(limit) => return Ok(Verdict::Truncated(limit)),
            Self::Broken(detail) => NoteCode::PartDamaged { part, sheet, detail },
            Self::CutShort => NoteCode::PartCutShort { part, sheet },
            Self::Undecodable(charset, places) => NoteCode::UndecodableBytes { charset, places },
            Self::Lost => NoteCode::PartLost { part, sheet },
        };
        out.note(page, note)?;
        Ok(Verdict::Read)
    }
}

/// A start tag.
pub(crate) struct Element<'a>(BytesStart<'a>);

/// The name of the ended element, without prefix.
pub(crate) struct EndName<'a>(BytesEnd<'a>);

impl std::ops::Deref for EndName<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        local(self.0.name().0)
    }
}

impl PartialEq<str> for EndName<'_> {
    fn eq(&self, name: &str) -> bool {
        **self == *name
    }
}

impl PartialEq<&str> for EndName<'_> {
    fn eq(&self, name: &&str) -> bool {
        **self == **name
    }
}

/// Reads nodes sequentially.
pub(crate) struct Xml<R> {
    reader: Reader<Decoded<R>>,
    buffer: Vec<u8>,
    damage: Option<Damage>,
    doctype: bool,
    open: u64,
}

impl<R: BufRead> Xml<R> {
    /// Reads from `bytes`, in the encoding of their mark or declaration.
    pub(crate) fn new(bytes: R) -> Self {
        let mut reader = Reader::from_reader(Decoded::new(bytes));
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Self { reader, buffer: Vec::new(), damage: None, doctype: false, open: 0 }
    }

    /// The next node; `None` at the end, or if the bytes are damaged.
    pub(crate) fn next(&mut self) -> Option<Node<'_>> {
        self.buffer.clear();
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::Start(start) | Event::Empty(start)) => {
                self.open += 1;
                Some(Node::Start(Element(start)))
            }
            Ok(Event::End(end)) => {
                self.open = self.open.saturating_sub(1);
                Some(Node::End(EndName(end)))
            }
            Ok(Event::Text(text)) => Some(Node::Text(text.xml10_content())),
            Ok(Event::CData(text)) => Some(Node::Text(text.xml10_content())),
            Ok(Event::GeneralRef(reference)) => Some(Node::Text(referenced(&reference))),
            Ok(Event::DocType(_)) => {
                self.doctype = true;
                Some(Node::Other)
            }
            Ok(Event::Eof) => {
                let (charset, invalid) = self.reader.get_ref().invalid();
                if self.open > 0 {
                    self.damage = Some(Damage::CutShort);
                } else if invalid > 0 {
                    self.damage = Some(Damage::Undecodable(charset.to_owned(), invalid));
                }
                None
            }
            Ok(_) => Some(Node::Other),
            Err(error) => {
                self.damage = Some(damage_of(&error));
                None
            }
        }
    }

    /// Why the nodes ended early, if they did.
    pub(crate) fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// Whether there was a document type declaration, which office programs never write.
    pub(crate) fn has_doctype(&self) -> bool {
        self.doctype
    }
}

fn damage_of(error: &quick_xml::Error) -> Damage {
    match error {
        quick_xml::Error::Io(error) => {
            limit_of(error).map_or_else(|| Damage::Broken(Detail::of(error)), Damage::Limit)
        }
        other => Damage::Broken(Detail::of(other)),
    }
}

// Only the five entities of XML itself and character references are expanded; any other is kept as written.
fn referenced(reference: &BytesRef<'_>) -> Cow<'static, str> {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return Cow::Owned(c.to_string());
    }
    let name = reference.xml10_content();
    Cow::Owned(match &*name {
        "amp" => "&".to_owned(),
        "lt" => "<".to_owned(),
        "gt" => ">".to_owned(),
        "quot" => "\"".to_owned(),
        "apos" => "'".to_owned(),
        other => format!("&{other};"),
    })
}

impl Element<'_> {
    /// The name without prefix.
    pub(crate) fn name(&self) -> &str {
        local(self.qualified())
    }

    /// The name with its prefix.
    pub(crate) fn qualified(&self) -> &str {
        self.0.name().0
    }

    /// The value of the attribute of this name that has no prefix, or the element's own.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        let own = prefix(self.qualified());
        self.find(|key_prefix, local| local == name && (key_prefix.is_empty() || key_prefix == own))
    }

    /// The value of the attribute of this name that has a prefix other than the element's: `r:id`, `r:embed`.
    pub(crate) fn foreign(&self, name: &str) -> Option<String> {
        let own = prefix(self.qualified());
        self.find(|key_prefix, local| local == name && !key_prefix.is_empty() && key_prefix != own)
    }

    /// The value of the attribute of this name, whatever its prefix.
    pub(crate) fn any(&self, name: &str) -> Option<String> {
        self.find(|_, local| local == name)
    }

    /// The value of the attribute of exactly this name, prefix and all.
    pub(crate) fn exact(&self, qualified: &str) -> Option<String> {
        let (wanted_prefix, wanted) = qualified.split_once(':').unwrap_or(("", qualified));
        self.find(|key_prefix, local| key_prefix == wanted_prefix && local == wanted)
    }

    /// Whether a switch such as `w:vanish` is on: present, and its `val` is not false.
    pub(crate) fn is_on(&self) -> bool {
        !matches!(self.value("val").as_deref(), Some("0" | "false" | "off"))
    }

    fn find(&self, wanted: impl Fn(&str, &str) -> bool) -> Option<String> {
        let mut attributes = self.0.attributes();
        attributes.with_checks(false);
        attributes.flatten().find_map(|attribute| {
            let key: &str = attribute.key.0;
            wanted(prefix(key), local(key)).then(|| {
                match quick_xml::escape::unescape(&attribute.value) {
                    Ok(value) => value.into_owned(),
                    Err(_) => attribute.value.to_string(),
                }
            })
        })
    }
}

fn prefix(qualified: &str) -> &str {
    qualified.split_once(':').map_or("", |(prefix, _)| prefix)
}

fn local(qualified: &str) -> &str {
    qualified.rsplit_once(':').map_or(qualified, |(_, local)| local)
}
