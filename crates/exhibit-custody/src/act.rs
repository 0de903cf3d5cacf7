//! Acts: what is done to a case, in the words that its log uses.
//!
//! An act names what it was done to, what it used and what it made. What could point at a person (names, paths,
//! reasons that quote names) goes in as a secret: the entry gets a commitment, the caller gets the opening.

use crate::Random;
use crate::entry::{Entry, LAST_MOMENT, moment_text, whole};
use exhibit_model::{Digest, ItemId, Moment, Opening, OriginalId, Relation, SourceId, State};
use exhibit_proof::hash::{from_hex, to_hex};
use exhibit_proof::json::{MAX_NUMBER, Value};
use exhibit_proof::tile::MAX_ENTRY;
use exhibit_proof::{Hash, VerifierKey};
use std::collections::BTreeMap;
use std::fmt;

/// What is done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verb {
    /// A case begins.
    CaseOpen,
    /// A case is closed for good.
    CaseSeal,
    /// A folder, archive, mailbox or device is received.
    SourceReceive,
    /// A file, or a member of a container, is received.
    ItemReceive,
    /// An item holds the same bytes as one received before.
    ItemDuplicate,
    /// An item was read: pages were derived from it.
    ItemDerive,
    /// An item could not be read.
    ItemFail,
    /// A search was made (in the access log).
    Search,
    /// A document was looked at (in the access log).
    View,
    /// A list that names documents or queries was shown (in the access log).
    List,
    /// A list of names or queries was asked (in the access log).
    Batch,
    /// Looking is recorded from now on, or not.
    AccessSet,
    /// A tag was put on a document, or taken off it.
    Mark,
    /// A passage was quoted.
    Quote,
    /// A person or place was put under protection.
    EntityProtect,
    /// A copy with parts removed was made.
    Redact,
    /// A redacted copy was verified.
    Verify,
    /// Something was published.
    Publish,
    /// Something was exported.
    Export,
    /// Something was handed over.
    Transfer,
    /// All originals and the log were checked again.
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
    /// All acts, in the order in which they are documented.
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

    /// The word in the log.
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

    /// The act that a word in the log stands for.
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

/// Something that an act is about.
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
    /// Names a signing key.
    #[must_use]
    pub fn key(key: &VerifierKey) -> Self {
        Self::Key { id: key.id(), public_sha256: Digest::of(&key.public()) }
    }

    /// Parses a reference as entries write it; any other spelling of the same reference is refused.
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

/// Something that an entry says in clear.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fact {
    /// A number.
    Number(u64),
    /// A word or short text.
    Text(String),
    /// Yes or no.
    Flag(bool),
}

impl Fact {
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Number(number) => whole(*number),
            Self::Text(text) => Value::Text(text.clone()),
            Self::Flag(flag) => Value::Bool(*flag),
        }
    }

    pub(crate) fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => u64::try_from(*number).ok().map(Self::Number),
            Value::Text(text) => Some(Self::Text(text.clone())),
            Value::Bool(flag) => Some(Self::Flag(*flag)),
            _ => None,
        }
    }
}

/// Through what kind of channel a source came: never more than the kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Channel {
    /// A folder on this machine.
    Folder,
    /// One file on this machine.
    File,
    /// A disk, stick or telephone.
    Device,
    /// By a person, in any way.
    Person,
    /// From the public web.
    Web,
    /// A package handed over by another Exhibit case.
    Bag,
}

impl Channel {
    /// The word in the log.
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

/// What is known when an item is received.
#[derive(Clone, Copy, Debug)]
pub struct Receipt<'a> {
    /// The item.
    pub item: ItemId,
    /// The bytes received.
    pub original: OriginalId,
    /// How many they are.
    pub size: u64,
    /// The source that it came with.
    pub source: SourceId,
    /// The container that it was taken from, if any.
    pub container: Option<ItemId>,
    /// How the container held it.
    pub relation: Relation,
    /// Its name or path as found, any bytes. Becomes a commitment.
    pub name: &'a [u8],
}

/// What is known when an item was read.
#[derive(Clone, Copy, Debug)]
pub struct Derivation<'a> {
    /// The item.
    pub item: ItemId,
    /// The bytes read.
    pub original: OriginalId,
    /// What became of the item: read, empty or truncated.
    pub state: State,
    /// The root of the document's tree ([`exhibit_proof::document`]).
    pub tree: Hash,
    /// How many leaves the tree has.
    pub leaves: u64,
    /// How many pages were read.
    pub pages: u64,
    /// What read it, with its version.
    pub reader: &'a str,
    /// SHA-256 of the reader's parameters.
    pub params: Digest,
}

/// What a check of a whole case found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fixity {
    /// Originals read and hashed again.
    pub originals: u64,
    /// Of these, how many were not there.
    pub missing: u64,
    /// Of these, how many had other bytes.
    pub altered: u64,
    /// How many entries the log had.
    pub log_size: u64,
    /// How many deviations were found in it.
    pub log_deviations: u64,
    /// How many quotes were held against their pages.
    pub quotes: u64,
    /// How many of them do not hold.
    pub broken_quotes: u64,
}

/// An act that is not sealed yet.
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

/// Where, when and by whom an act is done.
#[derive(Clone, Copy, Debug)]
pub struct EntryContext<'a> {
    /// The number that the entry will have in the log, from 0.
    pub seq: u64,
    /// When.
    pub at: Moment,
    /// By whom: the case's pseudonymous id, such as `a1` (lower-case letters, digits and hyphens).
    pub actor: &'a str,
    /// By which program and version.
    pub tool: &'a str,
}

/// Why a key signs no more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Revocation {
    /// Another took its place, as a matter of course.
    Superseded,
    /// Somebody else may have it: only what was signed before this is known can be believed.
    Compromised,
    /// A copy of it cannot be found.
    Lost,
}

impl Revocation {
    /// The word in the log.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Superseded => "superseded",
            Self::Compromised => "compromised",
            Self::Lost => "lost",
        }
    }
}

/// An act as an entry, and what opens its commitments.
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use]
pub struct Sealed {
    /// The entry's bytes.
    pub bytes: Vec<u8>,
    /// The openings of its commitments, to be kept apart from the log.
    pub openings: Vec<Opening>,
}

/// Why an act cannot be an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// The actor's id has other characters than lower-case letters, digits and hyphens, or not 1 to 64 of them.
    #[error("an actor's id is 1 to 64 lower-case letters, digits and hyphens")]
    Actor,
    /// The moment lies before 1970 or after 9999: the clock is wrong.
    #[error("the moment lies before 1970 or after 9999; set this machine's clock")]
    Moment,
    /// A number is greater than every reader of JSON keeps exactly.
    #[error("the number of `{name}` is greater than 2^53 - 1")]
    Number {
        /// What it is the number of.
        name: String,
    },
    /// The entry would be too long for the log.
    #[error("the entry would have {bytes} bytes; the log takes {MAX_ENTRY}")]
    TooLong {
        /// How many bytes it would have.
        bytes: usize,
    },
}

impl Act {
    /// An act with nothing said yet but what it is and what it was done to.
    #[must_use]
    pub fn new(verb: Verb, object: Ref) -> Self {
        let (facts, secrets) = (BTreeMap::new(), BTreeMap::new());
        Self { verb, object, used: Vec::new(), made: Vec::new(), facts, secrets, params: None }
    }

    /// Says that the act used something.
    #[must_use]
    pub fn uses(mut self, used: Ref) -> Self {
        self.used.push(used);
        self
    }

    /// Says that the act made something.
    #[must_use]
    pub fn makes(mut self, made: Ref) -> Self {
        self.made.push(made);
        self
    }

    /// Says something in clear.
    #[must_use]
    pub fn fact(mut self, name: &str, fact: Fact) -> Self {
        self.facts.insert(name.to_owned(), fact);
        self
    }

    /// Says something as a commitment.
    #[must_use]
    pub fn secret(mut self, name: &str, value: &[u8]) -> Self {
        self.secrets.insert(name.to_owned(), value.to_vec());
        self
    }

    /// Says what the act's parameters were, by their digest.
    #[must_use]
    pub fn params(mut self, params: Digest) -> Self {
        self.params = Some(params);
        self
    }

    /// A case begins, its log signed by this key.
    #[must_use]
    pub fn case_open(key: &VerifierKey) -> Self {
        Self::new(Verb::CaseOpen, Ref::Case).makes(Ref::key(key))
    }

    /// A key follows another as the one that signs.
    #[must_use]
    pub fn key_add(key: &VerifierKey, after: &VerifierKey) -> Self {
        Self::new(Verb::KeyAdd, Ref::key(key))
            .fact("after", Fact::Text(after.to_string()))
            .fact("key", Fact::Text(key.to_string()))
    }

    /// A key signs no more, or is not to be believed any more.
    #[must_use]
    pub fn key_revoke(key: &VerifierKey, reason: Revocation) -> Self {
        Self::new(Verb::KeyRevoke, Ref::key(key)).fact("reason", Fact::Text(reason.word().to_owned()))
    }

    /// Looking is recorded from now on, and for how many days what was looked at can be read.
    #[must_use]
    pub fn access_set(record: bool, keep_days: u32) -> Self {
        Self::new(Verb::AccessSet, Ref::Case)
            .fact("keep_days", Fact::Number(u64::from(keep_days)))
            .fact("record", Fact::Flag(record))
    }

    /// A case is closed for good: nothing follows in its log.
    #[must_use]
    pub fn case_seal() -> Self {
        Self::new(Verb::CaseSeal, Ref::Case)
    }

    /// A source was received. Its name or path becomes a commitment.
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

    /// An item could not be read, or only with a password or a reader that is not there. The reason becomes a
    /// commitment: it may quote names.
    #[must_use]
    pub fn item_fail(item: ItemId, original: OriginalId, state: State, reason: &str, reader: &str) -> Self {
        Self::new(Verb::ItemFail, Ref::Item(item))
            .uses(Ref::Original(original))
            .fact("reader", Fact::Text(reader.to_owned()))
            .fact("state", Fact::Text(state.word().to_owned()))
            .secret("reason", reason.as_bytes())
    }

    /// An item holds the same bytes as one received before.
    #[must_use]
    pub fn item_duplicate(item: ItemId, original: OriginalId, first: ItemId) -> Self {
        Self::new(Verb::ItemDuplicate, Ref::Item(item)).uses(Ref::Original(original)).uses(Ref::Item(first))
    }

    /// A tag was put on a document, or taken off it, at this moment. The tag becomes a commitment.
    #[must_use]
    pub fn mark(item: ItemId, on: bool, marked: Moment, tag: &str) -> Self {
        Self::new(Verb::Mark, Ref::Item(item))
            .fact("marked", Fact::Text(moment_text(marked)))
            .fact("on", Fact::Flag(on))
            .secret("tag", tag.as_bytes())
    }

    /// A whole case was checked.
    #[must_use]
    pub fn fixity(found: &Fixity) -> Self {
        Self::new(Verb::Fixity, Ref::Case)
            .fact("altered", Fact::Number(found.altered))
            .fact("broken_quotes", Fact::Number(found.broken_quotes))
            .fact("log_deviations", Fact::Number(found.log_deviations))
            .fact("log_size", Fact::Number(found.log_size))
            .fact("missing", Fact::Number(found.missing))
            .fact("originals", Fact::Number(found.originals))
            .fact("quotes", Fact::Number(found.quotes))
    }

    /// Makes the act an entry.
    ///
    /// # Errors
    /// [`ActError`], where the log cannot hold it.
    pub fn seal(self, stamp: &EntryContext<'_>, random: Random<'_>) -> Result<Sealed, ActError> {
        self.check(stamp)?;
        let mut salt = || {
            let mut salt = [0; 16];
            random(&mut salt);
            salt
        };
        let openings: Vec<Opening> =
            self.secrets.into_iter().map(|(field, value)| Opening { field, salt: salt(), value }).collect();
        let entry = Entry {
            seq: stamp.seq,
            at: stamp.at,
            actor: stamp.actor.to_owned(),
            act: self.verb,
            object: self.object,
            used: self.used,
            made: self.made,
            facts: self.facts,
            sealed: openings.iter().map(|opening| (opening.field.clone(), opening.commitment())).collect(),
            params: self.params,
            tool: stamp.tool.to_owned(),
            salt: salt(),
        };
        let bytes = entry.write();
        if bytes.len() > MAX_ENTRY {
            Err(ActError::TooLong { bytes: bytes.len() })
        } else {
            Ok(Sealed { bytes, openings })
        }
    }

    fn check(&self, stamp: &EntryContext<'_>) -> Result<(), ActError> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=64).contains(&stamp.actor.len()) || !stamp.actor.bytes().all(plain) {
            return Err(ActError::Actor);
        }
        if !(Moment(0)..=LAST_MOMENT).contains(&stamp.at) {
            return Err(ActError::Moment);
        }
        let too_great = |number: u64| i64::try_from(number).map_or(true, |number| number > MAX_NUMBER);
        if too_great(stamp.seq) {
            return Err(ActError::Number { name: "seq".to_owned() });
        }
        match self.facts.iter().find(|(_, fact)| matches!(fact, Fact::Number(number) if too_great(*number))) {
            Some((name, _)) => Err(ActError::Number { name: name.clone() }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;

    const STAMP: EntryContext<'_> =
        EntryContext { seq: 4, at: Moment(1_700_000_000_123_456), actor: "a1", tool: "exhibit 0.1.0" };

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
    fn an_act_is_one_line_of_sorted_members() {
        let sealed = receipt("登记表.pdf".as_bytes()).seal(&STAMP, &mut counting()).expect("an entry");
        let name = Digest::of(&[&(0..16).collect::<Vec<u8>>()[..], "登记表.pdf".as_bytes()].concat());
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
    fn secrets_are_opened_by_their_openings_and_by_nothing_else() {
        let sealed = receipt(b"/home/x/sources/name.pdf").seal(&STAMP, &mut counting()).expect("an entry");
        let entry = Entry::read(&sealed.bytes).expect("an entry");
        assert!(
            !sealed.bytes.windows(4).any(|window| window == b"name" || window == b"home") || {
                // The field's own name is all that may be said.
                String::from_utf8_lossy(&sealed.bytes).matches("name").count() == 1
            }
        );
        let [opening] = &sealed.openings[..] else { panic!("one secret") };
        assert_eq!((opening.field.as_str(), opening.value.as_slice()), ("name", &b"/home/x/sources/name.pdf"[..]));
        assert_eq!(entry.sealed["name"], opening.commitment());
        assert_ne!(opening.salt, entry.salt, "the entry's own salt is shown with it");
        let wrong = Opening { value: b"/home/x/sources/other.pdf".to_vec(), ..opening.clone() };
        assert_ne!(entry.sealed["name"], wrong.commitment());
    }

    #[test]
    fn every_act_that_is_needed_is_read_back() {
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
        let found = Fixity {
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
            (Act::key_revoke(key.verifier(), Revocation::Lost), Verb::KeyRevoke, Ref::key(key.verifier())),
            (Act::case_seal(), Verb::CaseSeal, Ref::Case),
            (
                Act::source_receive(SourceId::new(1), Channel::Folder, b"/media/x"),
                Verb::SourceReceive,
                Ref::Source(SourceId::new(1)),
            ),
            (receipt(b"\xff"), Verb::ItemReceive, item),
            (Act::item_derive(&derivation), Verb::ItemDerive, item),
            (Act::item_fail(ItemId::new(3), original, State::Failed, "broken: 'x'", "pdf 1"), Verb::ItemFail, item),
            (Act::item_duplicate(ItemId::new(3), original, ItemId::new(1)), Verb::ItemDuplicate, item),
            (Act::mark(ItemId::new(3), true, Moment(0), "待核实"), Verb::Mark, item),
            (Act::fixity(&found), Verb::Fixity, Ref::Case),
        ] {
            let sealed = act.seal(&STAMP, &mut counting()).expect("an entry");
            let entry = Entry::read(&sealed.bytes).expect("an entry");
            assert_eq!((entry.act, entry.object), (verb, object));
            assert_eq!((entry.seq, entry.at, entry.actor.as_str()), (STAMP.seq, STAMP.at, STAMP.actor));
            assert_eq!(entry.sealed.len(), sealed.openings.len());
        }
    }

    #[test]
    fn what_the_log_cannot_hold_is_refused() {
        let seal =
            |act: Act, stamp: EntryContext<'_>| act.seal(&stamp, &mut counting()).map(|sealed| sealed.bytes.len());
        let act = || Act::new(Verb::Mark, Ref::Case);
        for actor in ["", "A1", "a 1", "名", &"a".repeat(65)] {
            assert_eq!(seal(act(), EntryContext { actor, ..STAMP }), Err(ActError::Actor));
        }
        for at in [Moment(-1), Moment(LAST_MOMENT.0 + 1), Moment(i64::MIN), Moment(i64::MAX)] {
            assert_eq!(seal(act(), EntryContext { at, ..STAMP }), Err(ActError::Moment));
        }
        let great = act().fact("size", Fact::Number(1 << 53));
        assert_eq!(seal(great, STAMP), Err(ActError::Number { name: "size".to_owned() }));
        let without = seal(act().fact("x", Fact::Text(String::new())), STAMP).expect("an entry");
        let room = MAX_ENTRY - without;
        assert_eq!(seal(act().fact("x", Fact::Text("x".repeat(room))), STAMP), Ok(MAX_ENTRY));
        let over = seal(act().fact("x", Fact::Text("x".repeat(room + 1))), STAMP);
        assert_eq!(over, Err(ActError::TooLong { bytes: MAX_ENTRY + 1 }));
        // A name of any length is a commitment of one length.
        assert!(seal(act().secret("name", &[b'x'; 1 << 20]), STAMP).expect("an entry") < 1000);
    }

    #[test]
    fn each_act_is_parsed_from_its_own_word() {
        for verb in Verb::ALL {
            assert_eq!(Verb::parse(verb.word()), Some(verb));
        }
        for odd in ["", "Mark", "mark ", "item", "item.receive.twice"] {
            assert_eq!(Verb::parse(odd), None, "{odd}");
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
        for odd in
            ["", "case:", "source:", "item:+1", "item:01", "item:-1", "item:1 ", "tree:ab", "key:00", &upper, "name:x"]
        {
            assert_eq!(Ref::parse(odd), None, "{odd}");
        }
    }
}
