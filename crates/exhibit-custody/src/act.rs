//! Acts on a case, in the vocabulary of its log.
//!
//! An act has an object, inputs and outputs. Values that could identify a person (names, paths, reasons that quote
//! names) are added as secrets: the entry gets a commitment, the caller gets the opening.

use crate::Random;
use crate::entry::{Entry, LAST_MOMENT, moment_text, whole};
use exhibit_model::{
    Digest, EntrySeq, ItemId, Moment, Opening, OriginalId, Relation, SourceId, State,
};
use exhibit_proof::hash::{from_hex, to_hex};
use exhibit_proof::json::{JsonValue, MAX_NUMBER};
use exhibit_proof::tile::MAX_ENTRY;
use exhibit_proof::{Hash, VerifierKey};
use std::collections::BTreeMap;
use std::fmt;

/// The kind of an act.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verb {
    /// A case was created.
    CaseOpen,
    /// A case was closed permanently.
    CaseSeal,
    /// A folder, archive, mailbox or device was received.
    SourceReceive,
    /// A file, or a member of a container, was received.
    ItemReceive,
    /// An item has the same bytes as one received before.
    ItemDuplicate,
    /// An item was read: pages were derived from it.
    ItemDerive,
    /// An item could not be read.
    ItemFail,
    /// A search was run (in the access log).
    Search,
    /// A document was viewed (in the access log).
    View,
    /// A list of documents or queries was viewed (in the access log).
    List,
    /// A batch of names or queries was run (in the access log).
    Batch,
    /// Access logging was turned on or off.
    AccessSet,
    /// A tag was added to a document, or removed from it.
    Mark,
    /// A passage was quoted.
    Quote,
    /// A person or place was protected.
    EntityProtect,
    /// A redacted copy was made.
    Redact,
    /// A redacted copy was verified.
    Verify,
    /// Something was published.
    Publish,
    /// Something was exported.
    Export,
    /// Something was handed over.
    Transfer,
    /// All originals and the log were checked.
    Fixity,
    /// A key was added.
    KeyAdd,
    /// A key was revoked.
    KeyRevoke,
    /// A checkpoint was anchored in time.
    Anchor,
    /// Something was disposed of.
    Dispose,
}

impl Verb {
    /// All kinds of acts, in the order of their documentation.
    pub const ALL: [Self; 25] = [
        Self::CaseOpen,
        Self::CaseSeal,
        Self::SourceReceive,
        Self::ItemReceive,
        Self::ItemDuplicate,
        Self::ItemDerive,
        Self::ItemFail,
        Self::Search,
        Self::View,
        Self::List,
        Self::Batch,
        Self::AccessSet,
        Self::Mark,
        Self::Quote,
        Self::EntityProtect,
        Self::Redact,
        Self::Verify,
        Self::Publish,
        Self::Export,
        Self::Transfer,
        Self::Fixity,
        Self::KeyAdd,
        Self::KeyRevoke,
        Self::Anchor,
        Self::Dispose,
    ];

    /// The code in the log.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::CaseOpen => "case.open",
            Self::CaseSeal => "case.seal",
            Self::SourceReceive => "source.receive",
            Self::ItemReceive => "item.receive",
            Self::ItemDuplicate => "item.duplicate",
            Self::ItemDerive => "item.derive",
            Self::ItemFail => "item.fail",
            Self::Search => "search",
            Self::View => "view",
            Self::List => "list",
            Self::Batch => "batch",
            Self::AccessSet => "access.set",
            Self::Mark => "mark",
            Self::Quote => "quote",
            Self::EntityProtect => "entity.protect",
            Self::Redact => "redact",
            Self::Verify => "verify",
            Self::Publish => "publish",
            Self::Export => "export",
            Self::Transfer => "transfer",
            Self::Fixity => "fixity",
            Self::KeyAdd => "key.add",
            Self::KeyRevoke => "key.revoke",
            Self::Anchor => "anchor",
            Self::Dispose => "dispose",
        }
    }

    /// Parses a code of the log.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.word() == word)
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A reference to the object, an input or an output of an act.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Ref {
    /// The case as a whole: `case`.
    Case,
    /// A source by its number: `source:3`.
    Source(SourceId),
    /// An item by its number: `item:127`.
    Item(ItemId),
    /// An original by the digest of its bytes: `original:<hex>`.
    Original(OriginalId),
    /// A document's tree by its root: `tree:<hex>`.
    Tree(Hash),
    /// Any other bytes by their digest: `sha256:<hex>`.
    Bytes(Digest),
    /// A signing key by its id and the digest of its public bytes: `key:<id>:<hex>`.
    Key {
        /// The id that signature lines carry.
        id: [u8; 4],
        /// SHA-256 of the 32 public bytes.
        public_sha256: Digest,
    },
}

impl Ref {
    /// A reference to a signing key.
    #[must_use]
    pub fn key(key: &VerifierKey) -> Self {
        Self::Key { id: key.id(), public_sha256: Digest::of(&key.public()) }
    }

    /// Parses a reference in the canonical spelling of entries; other spellings of the same reference are rejected.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        let number = || rest.parse::<i64>().ok().filter(|number| *number >= 0);
        let digest = |hex: &str| Digest::parse(hex).ok();
        let parsed = match kind {
            "case" => Self::Case,
            "source" => Self::Source(SourceId::new(number()?)),
            "item" => Self::Item(ItemId::new(number()?)),
            "original" => Self::Original(OriginalId::new(digest(rest)?)),
            "tree" => Self::Tree(Hash(*digest(rest)?.as_bytes())),
            "sha256" => Self::Bytes(digest(rest)?),
            "key" => {
                let (id, public) = rest.split_once(':')?;
                Self::Key { id: from_hex(id)?.try_into().ok()?, public_sha256: digest(public)? }
            }
            _ => return None,
        };
        (parsed.to_string() == text).then_some(parsed)
    }
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Case => f.write_str("case"),
            Self::Source(number) => write!(f, "source:{number}"),
            Self::Item(item) => write!(f, "item:{}", item.get()),
            Self::Original(original) => write!(f, "original:{original}"),
            Self::Tree(root) => write!(f, "tree:{}", root.to_hex()),
            Self::Bytes(digest) => write!(f, "sha256:{digest}"),
            Self::Key { id, public_sha256 } => write!(f, "key:{}:{public_sha256}", to_hex(id)),
        }
    }
}

/// A plain value in an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fact {
    /// A number.
    Number(u64),
    /// A short text.
    Text(String),
    /// A boolean.
    Flag(bool),
}

impl Fact {
    pub(crate) fn to_value(&self) -> JsonValue {
        match self {
            Self::Number(number) => whole(*number),
            Self::Text(text) => JsonValue::Text(text.clone()),
            Self::Flag(flag) => JsonValue::Bool(*flag),
        }
    }

    pub(crate) fn from_value(value: &JsonValue) -> Option<Self> {
        match value {
            JsonValue::Number(number) => u64::try_from(*number).ok().map(Self::Number),
            JsonValue::Text(text) => Some(Self::Text(text.clone())),
            JsonValue::Bool(flag) => Some(Self::Flag(*flag)),
            _ => None,
        }
    }
}

/// The kind of channel of a source. More about the channel is never recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Channel {
    /// A folder on this machine.
    Folder,
    /// One file on this machine.
    File,
    /// A disk, memory stick or phone.
    Device,
    /// A person.
    Person,
    /// From the public web.
    Web,
    /// A package from another Exhibit case.
    Bag,
}

impl Channel {
    /// The code in the log.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::File => "file",
            Self::Device => "device",
            Self::Person => "person",
            Self::Web => "web",
            Self::Bag => "bag",
        }
    }
}

/// The facts about a received item.
#[derive(Clone, Copy, Debug)]
pub struct Receipt<'a> {
    /// The item.
    pub item: ItemId,
    /// The bytes received.
    pub original: OriginalId,
    /// Their number.
    pub size: u64,
    /// Its source.
    pub source: SourceId,
    /// The container that it was taken from, if any.
    pub container: Option<ItemId>,
    /// Its relation to the container.
    pub relation: Relation,
    /// Its name or path as found, arbitrary bytes. Stored as a commitment.
    pub name: &'a [u8],
}

/// The facts about the reading of an item.
#[derive(Clone, Copy, Debug)]
pub struct Derivation<'a> {
    /// The item.
    pub item: ItemId,
    /// The bytes read.
    pub original: OriginalId,
    /// The resulting state: read, empty or truncated.
    pub state: State,
    /// The root of the document's tree ([`exhibit_proof::document`]).
    pub tree: Hash,
    /// The number of leaves in the tree.
    pub leaves: u64,
    /// The number of pages.
    pub pages: u64,
    /// The name and version of the reader.
    pub reader: &'a str,
    /// SHA-256 of the parameters of the reader.
    pub params: Digest,
}

/// The result of checking a whole case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CaseCheck {
    /// The number of originals checked.
    pub originals: u64,
    /// The number of missing originals.
    pub missing: u64,
    /// The number of altered originals.
    pub altered: u64,
    /// The number of entries in the log.
    pub log_size: u64,
    /// The number of deviations in the log.
    pub log_deviations: u64,
    /// The number of quotes checked against their pages.
    pub quotes: u64,
    /// The number of invalid quotes.
    pub broken_quotes: u64,
}

/// An act that is being built.
#[derive(Clone, Debug)]
pub struct Act {
    verb: Verb,
    object: Ref,
    used: Vec<Ref>,
    made: Vec<Ref>,
    facts: BTreeMap<String, Fact>,
    secrets: BTreeMap<String, Vec<u8>>,
    params: Option<Digest>,
}

/// The position, time, actor and program of an entry.
#[derive(Clone, Copy, Debug)]
pub struct EntryContext<'a> {
    /// The number of the entry in the log, from 0.
    pub seq: EntrySeq,
    /// The time.
    pub at: Moment,
    /// The pseudonymous id of the actor in the case, such as `a1` (lower-case letters, digits and hyphens).
    pub actor: &'a str,
    /// The program and its version.
    pub tool: &'a str,
}

/// Why a key no longer signs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Revocation {
    /// It was replaced routinely.
    Superseded,
    /// Somebody else may have it: only earlier signatures can be trusted.
    Compromised,
    /// A copy of it was lost.
    Lost,
}

impl Revocation {
    /// The code in the log.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Superseded => "superseded",
            Self::Compromised => "compromised",
            Self::Lost => "lost",
        }
    }
}

/// An act as an entry, with the openings of its commitments.
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use]
pub struct Sealed {
    /// The entry's bytes.
    pub bytes: Vec<u8>,
    /// The openings of its commitments, to be stored separately from the log.
    pub openings: Vec<Opening>,
}

/// Why an act cannot be written as an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// The id of the actor is not 1 to 64 lower-case letters, digits and hyphens.
    #[error("the id of an actor must be 1 to 64 lower-case letters, digits and hyphens")]
    Actor,
    /// The time is before 1970 or after 9999, so the clock is wrong.
    #[error("the time is before 1970 or after 9999; set the clock of this machine")]
    Moment,
    /// A number is too great to be represented exactly by every JSON parser.
    #[error("the number of `{name}` is greater than 2^53 - 1")]
    Number {
        /// Its name.
        name: String,
    },
    /// The entry would be too long for the log.
    #[error("the entry has {bytes} bytes; the maximum is {MAX_ENTRY}")]
    TooLong {
        /// Its length in bytes.
        bytes: usize,
    },
}

impl Act {
    /// Starts an act of a kind on an object.
    #[must_use]
    pub fn new(verb: Verb, object: Ref) -> Self {
        let (facts, secrets) = (BTreeMap::new(), BTreeMap::new());
        Self { verb, object, used: Vec::new(), made: Vec::new(), facts, secrets, params: None }
    }

    /// Adds an input.
    #[must_use]
    pub fn uses(mut self, used: Ref) -> Self {
        self.used.push(used);
        self
    }

    /// Adds an output.
    #[must_use]
    pub fn makes(mut self, made: Ref) -> Self {
        self.made.push(made);
        self
    }

    /// Adds a plain value.
    #[must_use]
    pub fn fact(mut self, name: &str, fact: Fact) -> Self {
        self.facts.insert(name.to_owned(), fact);
        self
    }

    /// Adds a value as a commitment.
    #[must_use]
    pub fn secret(mut self, name: &str, value: &[u8]) -> Self {
        self.secrets.insert(name.to_owned(), value.to_vec());
        self
    }

    /// Sets the digest of the parameters.
    #[must_use]
    pub fn params(mut self, params: Digest) -> Self {
        self.params = Some(params);
        self
    }

    /// A case was created, with a log signed by this key.
    #[must_use]
    pub fn case_open(key: &VerifierKey) -> Self {
        Self::new(Verb::CaseOpen, Ref::Case).makes(Ref::key(key))
    }

    /// A key replaces another as the signing key.
    #[must_use]
    pub fn key_add(key: &VerifierKey, after: &VerifierKey) -> Self {
        Self::new(Verb::KeyAdd, Ref::key(key))
            .fact("after", Fact::Text(after.to_string()))
            .fact("key", Fact::Text(key.to_string()))
    }

    /// A key no longer signs, or is no longer trusted.
    #[must_use]
    pub fn key_revoke(key: &VerifierKey, reason: Revocation) -> Self {
        Self::new(Verb::KeyRevoke, Ref::key(key))
            .fact("reason", Fact::Text(reason.word().to_owned()))
    }

    /// Access logging was turned on or off, with the number of days after which its openings are destroyed.
    #[must_use]
    pub fn access_set(record: bool, keep_days: u32) -> Self {
        Self::new(Verb::AccessSet, Ref::Case)
            .fact("keep_days", Fact::Number(u64::from(keep_days)))
            .fact("record", Fact::Flag(record))
    }

    /// A case was closed permanently: no entry follows.
    #[must_use]
    pub fn case_seal() -> Self {
        Self::new(Verb::CaseSeal, Ref::Case)
    }

    /// A source was received. Its name or path is stored as a commitment.
    #[must_use]
    pub fn source_receive(source: SourceId, channel: Channel, name: &[u8]) -> Self {
        Self::new(Verb::SourceReceive, Ref::Source(source))
            .fact("channel", Fact::Text(channel.word().to_owned()))
            .secret("name", name)
    }

    /// An item was received.
    #[must_use]
    pub fn item_receive(receipt: &Receipt<'_>) -> Self {
        let from = receipt.container.map_or(Ref::Source(receipt.source), Ref::Item);
        Self::new(Verb::ItemReceive, Ref::Item(receipt.item))
            .uses(from)
            .makes(Ref::Original(receipt.original))
            .fact("relation", Fact::Text(receipt.relation.word().to_owned()))
            .fact("size", Fact::Number(receipt.size))
            .secret("name", receipt.name)
    }

    /// An item was read.
    #[must_use]
    pub fn item_derive(derivation: &Derivation<'_>) -> Self {
        Self::new(Verb::ItemDerive, Ref::Item(derivation.item))
            .uses(Ref::Original(derivation.original))
            .makes(Ref::Tree(derivation.tree))
            .fact("leaves", Fact::Number(derivation.leaves))
            .fact("pages", Fact::Number(derivation.pages))
            .fact("reader", Fact::Text(derivation.reader.to_owned()))
            .fact("state", Fact::Text(derivation.state.word().to_owned()))
            .params(derivation.params)
    }

    /// An item could not be read, or needs a password or a reader that is not available. The reason is stored as a
    /// commitment, because it may quote names.
    #[must_use]
    pub fn item_fail(
        item: ItemId,
        original: OriginalId,
        state: State,
        reason: &str,
        reader: &str,
    ) -> Self {
        Self::new(Verb::ItemFail, Ref::Item(item))
            .uses(Ref::Original(original))
            .fact("reader", Fact::Text(reader.to_owned()))
            .fact("state", Fact::Text(state.word().to_owned()))
            .secret("reason", reason.as_bytes())
    }

    /// An item has the same bytes as one received before.
    #[must_use]
    pub fn item_duplicate(item: ItemId, original: OriginalId, first: ItemId) -> Self {
        Self::new(Verb::ItemDuplicate, Ref::Item(item))
            .uses(Ref::Original(original))
            .uses(Ref::Item(first))
    }

    /// A tag was added to a document, or removed from it, at this time. The tag is stored as a commitment.
    #[must_use]
    pub fn mark(item: ItemId, on: bool, marked: Moment, tag: &str) -> Self {
        Self::new(Verb::Mark, Ref::Item(item))
            .fact("marked", Fact::Text(moment_text(marked)))
            .fact("on", Fact::Flag(on))
            .secret("tag", tag.as_bytes())
    }

    /// A whole case was checked.
    #[must_use]
    pub fn fixity(found: &CaseCheck) -> Self {
        Self::new(Verb::Fixity, Ref::Case)
            .fact("altered", Fact::Number(found.altered))
            .fact("broken_quotes", Fact::Number(found.broken_quotes))
            .fact("log_deviations", Fact::Number(found.log_deviations))
            .fact("log_size", Fact::Number(found.log_size))
            .fact("missing", Fact::Number(found.missing))
            .fact("originals", Fact::Number(found.originals))
            .fact("quotes", Fact::Number(found.quotes))
    }

    /// Writes the act as an entry.
    ///
    /// # Errors
    /// [`ActError`] if it cannot be an entry.
    pub fn seal(self, context: &EntryContext<'_>, random: Random<'_>) -> Result<Sealed, ActError> {
        self.check(context)?;
        let mut salt = || {
            let mut salt = [0; 16];
            random(&mut salt);
            salt
        };
        let openings: Vec<Opening> = self
            .secrets
            .into_iter()
            .map(|(field, value)| Opening { field, salt: salt(), value })
            .collect();
        let entry = Entry {
            seq: context.seq,
            at: context.at,
            actor: context.actor.to_owned(),
            act: self.verb,
            object: self.object,
            used: self.used,
            made: self.made,
            facts: self.facts,
            sealed: openings
                .iter()
                .map(|opening| (opening.field.clone(), opening.commitment()))
                .collect(),
            params: self.params,
            tool: context.tool.to_owned(),
            salt: salt(),
        };
        let bytes = entry.write();
        if bytes.len() > MAX_ENTRY {
            Err(ActError::TooLong { bytes: bytes.len() })
        } else {
            Ok(Sealed { bytes, openings })
        }
    }

    fn check(&self, context: &EntryContext<'_>) -> Result<(), ActError> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=64).contains(&context.actor.len()) || !context.actor.bytes().all(plain) {
            return Err(ActError::Actor);
        }
        if !(Moment(0)..=LAST_MOMENT).contains(&context.at) {
            return Err(ActError::Moment);
        }
        let too_great =
            |number: u64| i64::try_from(number).map_or(true, |number| number > MAX_NUMBER);
        if too_great(context.seq.get()) {
            return Err(ActError::Number { name: "seq".to_owned() });
        }
        match self
            .facts
            .iter()
            .find(|(_, fact)| matches!(fact, Fact::Number(number) if too_great(*number)))
        {
            Some((name, _)) => Err(ActError::Number { name: name.clone() }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;

    const CONTEXT: EntryContext<'_> = EntryContext {
        seq: EntrySeq::new(4),
        at: Moment(1_700_000_000_123_456),
        actor: "a1",
        tool: "exhibit 0.1.0",
    };

    fn counting() -> impl FnMut(&mut [u8]) {
        let mut next = 0;
        move |bytes: &mut [u8]| {
            for byte in bytes {
                *byte = next;
                next = u8::wrapping_add(next, 1);
            }
        }
    }

    fn receipt(name: &[u8]) -> Act {
        Act::item_receive(&Receipt {
            item: ItemId::new(3),
            original: OriginalId::new(Digest::of(b"abc")),
            size: 3,
            source: SourceId::new(1),
            container: Some(ItemId::new(2)),
            relation: Relation::Attachment,
            name,
        })
    }

    #[test]
    fn entries_are_canonical() {
        let sealed =
            receipt("登记表.pdf".as_bytes()).seal(&CONTEXT, &mut counting()).expect("an entry");
        let name =
            Digest::of(&[&(0..16).collect::<Vec<u8>>()[..], "登记表.pdf".as_bytes()].concat());
        let expected = format!(
            concat!(
                r#"{{"act":"item.receive","actor":"a1","at":"2023-11-14T22:13:20.123456Z","#,
                r#""facts":{{"relation":"attachment","size":3}},"#,
                r#""made":["original:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],"#,
                r#""object":"item:3","salt":"101112131415161718191a1b1c1d1e1f","sealed":{{"name":"{name}"}},"#,
                r#""seq":4,"tool":"exhibit 0.1.0","used":["item:2"],"v":1}}"#
            ),
            name = name
        );
        assert_eq!(String::from_utf8(sealed.bytes).expect("UTF-8"), expected);
    }

    #[test]
    fn commitments_match_only_their_openings() {
        let sealed =
            receipt(b"/home/x/sources/name.pdf").seal(&CONTEXT, &mut counting()).expect("an entry");
        let entry = Entry::read(&sealed.bytes).expect("an entry");
        assert!(
            !sealed.bytes.windows(4).any(|window| window == b"name" || window == b"home") || {
                // Only the name of the field may occur.
                String::from_utf8_lossy(&sealed.bytes).matches("name").count() == 1
            }
        );
        let [opening] = &sealed.openings[..] else { panic!("one secret") };
        assert_eq!(
            (opening.field.as_str(), opening.value.as_slice()),
            ("name", &b"/home/x/sources/name.pdf"[..])
        );
        assert_eq!(entry.sealed["name"], opening.commitment());
        assert_ne!(opening.salt, entry.salt, "the salt of the entry is public");
        let wrong = Opening { value: b"/home/x/sources/other.pdf".to_vec(), ..opening.clone() };
        assert_ne!(entry.sealed["name"], wrong.commitment());
    }

    #[test]
    fn acts_round_trip() {
        let key = Key::generate("custody", &mut counting());
        let original = OriginalId::new(Digest::of(b"abc"));
        let derivation = Derivation {
            item: ItemId::new(3),
            original,
            state: State::Read,
            tree: Hash::empty(),
            leaves: 3,
            pages: 2,
            reader: "pdf 1",
            params: Digest::of(b""),
        };
        let found = CaseCheck {
            originals: 9,
            missing: 1,
            altered: 2,
            log_size: 5,
            log_deviations: 0,
            quotes: 3,
            broken_quotes: 1,
        };
        let item = Ref::Item(ItemId::new(3));
        for (act, verb, object) in [
            (Act::case_open(key.verifier()), Verb::CaseOpen, Ref::Case),
            (Act::key_add(key.verifier(), key.verifier()), Verb::KeyAdd, Ref::key(key.verifier())),
            (
                Act::key_revoke(key.verifier(), Revocation::Lost),
                Verb::KeyRevoke,
                Ref::key(key.verifier()),
            ),
            (Act::case_seal(), Verb::CaseSeal, Ref::Case),
            (
                Act::source_receive(SourceId::new(1), Channel::Folder, b"/media/x"),
                Verb::SourceReceive,
                Ref::Source(SourceId::new(1)),
            ),
            (receipt(b"\xff"), Verb::ItemReceive, item),
            (Act::item_derive(&derivation), Verb::ItemDerive, item),
            (
                Act::item_fail(ItemId::new(3), original, State::Failed, "broken: 'x'", "pdf 1"),
                Verb::ItemFail,
                item,
            ),
            (
                Act::item_duplicate(ItemId::new(3), original, ItemId::new(1)),
                Verb::ItemDuplicate,
                item,
            ),
            (Act::mark(ItemId::new(3), true, Moment(0), "待核实"), Verb::Mark, item),
            (Act::fixity(&found), Verb::Fixity, Ref::Case),
        ] {
            let sealed = act.seal(&CONTEXT, &mut counting()).expect("an entry");
            let entry = Entry::read(&sealed.bytes).expect("an entry");
            assert_eq!((entry.act, entry.object), (verb, object));
            assert_eq!(
                (entry.seq, entry.at, entry.actor.as_str()),
                (CONTEXT.seq, CONTEXT.at, CONTEXT.actor)
            );
            assert_eq!(entry.sealed.len(), sealed.openings.len());
        }
    }

    #[test]
    fn unrepresentable_values_are_rejected() {
        let seal = |act: Act, context: EntryContext<'_>| {
            act.seal(&context, &mut counting()).map(|sealed| sealed.bytes.len())
        };
        let act = || Act::new(Verb::Mark, Ref::Case);
        for actor in ["", "A1", "a 1", "名", &"a".repeat(65)] {
            assert_eq!(seal(act(), EntryContext { actor, ..CONTEXT }), Err(ActError::Actor));
        }
        for at in [Moment(-1), Moment(LAST_MOMENT.0 + 1), Moment(i64::MIN), Moment(i64::MAX)] {
            assert_eq!(seal(act(), EntryContext { at, ..CONTEXT }), Err(ActError::Moment));
        }
        let great = act().fact("size", Fact::Number(1 << 53));
        assert_eq!(seal(great, CONTEXT), Err(ActError::Number { name: "size".to_owned() }));
        let without = seal(act().fact("x", Fact::Text(String::new())), CONTEXT).expect("an entry");
        let room = MAX_ENTRY - without;
        assert_eq!(seal(act().fact("x", Fact::Text("x".repeat(room))), CONTEXT), Ok(MAX_ENTRY));
        let over = seal(act().fact("x", Fact::Text("x".repeat(room + 1))), CONTEXT);
        assert_eq!(over, Err(ActError::TooLong { bytes: MAX_ENTRY + 1 }));
        // Commitments have a fixed length.
        assert!(seal(act().secret("name", &[b'x'; 1 << 20]), CONTEXT).expect("an entry") < 1000);
    }

    #[test]
    fn codes_round_trip() {
        for verb in Verb::ALL {
            assert_eq!(Verb::parse(verb.word()), Some(verb));
        }
        for invalid in ["", "Mark", "mark ", "item", "item.receive.twice"] {
            assert_eq!(Verb::parse(invalid), None, "{invalid}");
        }
    }

    #[test]
    fn references_have_one_spelling() {
        let digest = Digest::of(b"abc");
        let all = [
            Ref::Case,
            Ref::Source(SourceId::new(3)),
            Ref::Item(ItemId::new(127)),
            Ref::Original(OriginalId::new(digest)),
            Ref::Tree(Hash(*digest.as_bytes())),
            Ref::Bytes(digest),
            Ref::Key { id: [0, 1, 2, 0xff], public_sha256: digest },
        ];
        for reference in all {
            assert_eq!(Ref::parse(&reference.to_string()), Some(reference));
        }
        let upper = format!("sha256:{}", digest.to_string().to_uppercase());
        for invalid in [
            "", "case:", "source:", "item:+1", "item:01", "item:-1", "item:1 ", "tree:ab",
            "key:00", &upper, "name:x",
        ] {
            assert_eq!(Ref::parse(invalid), None, "{invalid}");
        }
    }
}
