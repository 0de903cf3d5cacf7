//! Entries of the log: the canonical bytes of an act (RFC 8785 JSON, format version 1).
//!
//! The parser accepts exactly what the writer produces: it rejects unknown members, values of a wrong type, and other
//! spellings of the same values.

use exhibit_model::{Digest, EntrySeq, Moment};
use exhibit_proof::hash::{from_hex, to_hex};
use exhibit_proof::json::{JsonError, JsonValue, MAX_NUMBER};
use std::collections::BTreeMap;

use crate::act::{Fact, Ref, Verb};

/// The version of the entry format.
pub const VERSION: i64 = 1;

/// The latest time of an entry: the end of the year 9999.
pub const LAST_MOMENT: Moment = Moment(253_402_300_799_999_999);

/// An entry of the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The number of the entry, which is its index in the log.
    pub seq: EntrySeq,
    /// The time, by the clock of the machine.
    pub at: Moment,
    /// The pseudonymous id of the actor in the case.
    pub actor: String,
    /// The kind of act.
    pub act: Verb,
    /// The object of the act.
    pub object: Ref,
    /// The inputs.
    pub used: Vec<Ref>,
    /// The outputs.
    pub made: Vec<Ref>,
    /// The plain values.
    pub facts: BTreeMap<String, Fact>,
    /// The commitments, `SHA-256(salt ‖ value)`, by field name.
    pub sealed: BTreeMap<String, Digest>,
    /// SHA-256 of the parameters, if any.
    pub params: Option<Digest>,
    /// The program and its version.
    pub tool: String,
    /// Keeps the entry from being guessed from its hash.
    pub salt: [u8; 16],
}

/// Why bytes are not an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// They are not canonical JSON.
    #[error("not canonical JSON")]
    Json(#[source] JsonError),
    /// The format has another version.
    #[error("the entry format is not version {VERSION}")]
    Version,
    /// A member is missing or invalid.
    #[error("the member `{name}` is missing or invalid")]
    Member {
        /// Its name.
        name: &'static str,
    },
    /// The kind of act does not exist in this version of the format.
    #[error("version {VERSION} of the entry format has no such act")]
    Act,
    /// A member contains an invalid reference.
    #[error("the member `{name}` contains an invalid reference")]
    Reference {
        /// Its name.
        name: &'static str,
    },
    /// There are unknown members.
    #[error("unknown members")]
    Unknown,
}

impl Entry {
    /// Writes the canonical bytes.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let text = |text: &String| JsonValue::Text(text.clone());
        let digest = |digest: &Digest| JsonValue::Text(digest.to_hex());
        let reference = |reference: &Ref| JsonValue::Text(reference.to_string());
        let facts = self.facts.iter().map(|(name, fact)| (name.clone(), fact.to_value())).collect();
        let sealed = self.sealed.iter().map(|(name, hash)| (name.clone(), digest(hash))).collect();
        let members = [
            ("v", JsonValue::Number(VERSION)),
            ("seq", whole(self.seq.get())),
            ("at", JsonValue::Text(to_micros(self.at))),
            ("actor", text(&self.actor)),
            ("act", JsonValue::Text(self.act.word().to_owned())),
            ("object", reference(&self.object)),
            ("used", JsonValue::List(self.used.iter().map(reference).collect())),
            ("made", JsonValue::List(self.made.iter().map(reference).collect())),
            ("facts", JsonValue::Map(facts)),
            ("sealed", JsonValue::Map(sealed)),
            ("tool", text(&self.tool)),
            ("salt", JsonValue::Text(to_hex(&self.salt))),
        ];
        let params = self.params.as_ref().map(|params| ("params_sha256", digest(params)));
        let members = members.into_iter().chain(params);
        JsonValue::Map(members.map(|(name, value)| (name.to_owned(), value)).collect())
            .write()
            .into_bytes()
    }

    /// Parses the bytes of an entry.
    ///
    /// # Errors
    /// [`EntryError`] for anything that [`Self::write`] would not have written the same way.
    pub fn read(bytes: &[u8]) -> Result<Self, EntryError> {
        Self::from_value(&JsonValue::read(bytes).map_err(EntryError::Json)?, bytes)
    }

    /// The same for canonical JSON that was parsed already.
    pub(crate) fn from_value(value: &JsonValue, bytes: &[u8]) -> Result<Self, EntryError> {
        if value.get("v").and_then(JsonValue::as_number) != Some(VERSION) {
            return Err(EntryError::Version);
        }
        let entry = Self {
            seq: member(value, "seq", |v| u64::try_from(v.as_number()?).ok().map(EntrySeq::new))?,
            at: member(value, "at", |v| from_micros(v.as_text()?))?,
            actor: member(value, "actor", text)?,
            act: Verb::parse(&member(value, "act", text)?).ok_or(EntryError::Act)?,
            object: reference(&member(value, "object", text)?, "object")?,
            used: references(value, "used")?,
            made: references(value, "made")?,
            facts: member(value, "facts", |v| map(v, Fact::from_value))?,
            sealed: member(value, "sealed", |v| map(v, digest))?,
            params: value
                .get("params_sha256")
                .map(|_| member(value, "params_sha256", digest))
                .transpose()?,
            tool: member(value, "tool", text)?,
            salt: member(value, "salt", |v| from_hex(v.as_text()?)?.try_into().ok())?,
        };
        if entry.write() == bytes { Ok(entry) } else { Err(EntryError::Unknown) }
    }
}

fn member<T>(
    value: &JsonValue,
    name: &'static str,
    read: impl Fn(&JsonValue) -> Option<T>,
) -> Result<T, EntryError> {
    value.get(name).and_then(read).ok_or(EntryError::Member { name })
}

fn text(value: &JsonValue) -> Option<String> {
    value.as_text().map(str::to_owned)
}

fn texts(value: &JsonValue) -> Option<Vec<String>> {
    value.as_list()?.iter().map(text).collect()
}

fn reference(text: &str, name: &'static str) -> Result<Ref, EntryError> {
    Ref::parse(text).ok_or(EntryError::Reference { name })
}

fn references(value: &JsonValue, name: &'static str) -> Result<Vec<Ref>, EntryError> {
    member(value, name, texts)?.iter().map(|text| reference(text, name)).collect()
}

fn digest(value: &JsonValue) -> Option<Digest> {
    Digest::parse(value.as_text()?).ok()
}

fn map<T>(
    value: &JsonValue,
    read: impl Fn(&JsonValue) -> Option<T>,
) -> Option<BTreeMap<String, T>> {
    let JsonValue::Map(map) = value else { return None };
    map.iter().map(|(name, value)| Some((name.clone(), read(value)?))).collect()
}

// Numbers above 2^53 - 1 are rejected before an entry is written, so this never changes a number.
pub(crate) fn whole(number: u64) -> JsonValue {
    JsonValue::Number(i64::try_from(number).unwrap_or(MAX_NUMBER).min(MAX_NUMBER))
}

/// Formats a time as in entries: in UTC, with six digits after the point.
#[must_use]
pub fn moment_text(at: Moment) -> String {
    to_micros(at)
}

fn to_micros(at: Moment) -> String {
    let seconds = at.to_rfc3339();
    format!("{}.{:06}Z", seconds.trim_end_matches('Z'), at.0.rem_euclid(1_000_000))
}

fn from_micros(text: &str) -> Option<Moment> {
    let number = |range| {
        text.get(range)
            .filter(|t: &&str| t.bytes().all(|b| b.is_ascii_digit()))?
            .parse::<u32>()
            .ok()
    };
    let [year, month, day] = [number(0..4)?, number(5..7)?, number(8..10)?];
    let [hour, minute, second] = [number(11..13)?, number(14..16)?, number(17..19)?];
    let whole = Moment::from_civil(i64::from(year), month, day, hour, minute, second)?;
    let moment = Moment(whole.0 + i64::from(number(20..26)?));
    let is_canonical = (Moment(0)..=LAST_MOMENT).contains(&moment) && to_micros(moment) == text;
    is_canonical.then_some(moment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use exhibit_model::{ItemId, OriginalId, SourceId};
    use exhibit_proof::Hash;
    use proptest::prelude::*;

    fn any_ref() -> impl Strategy<Value = Ref> {
        let digest = any::<[u8; 32]>().prop_map(Digest::from_bytes);
        prop_oneof![
            Just(Ref::Case),
            (0..i64::MAX).prop_map(|number| Ref::Source(SourceId::new(number))),
            (0..i64::MAX).prop_map(|number| Ref::Item(ItemId::new(number))),
            digest.clone().prop_map(|digest| Ref::Original(OriginalId::new(digest))),
            any::<[u8; 32]>().prop_map(|root| Ref::Tree(Hash(root))),
            digest.clone().prop_map(Ref::Bytes),
            (any::<[u8; 4]>(), digest)
                .prop_map(|(id, public_sha256)| Ref::Key { id, public_sha256 }),
        ]
    }

    fn any_entry() -> impl Strategy<Value = Entry> {
        let numbers = (0..1_u64 << 53, 0..=LAST_MOMENT.0);
        let texts = (any::<String>(), any::<String>());
        let lists =
            (prop::collection::vec(any_ref(), 0..4), prop::collection::vec(any_ref(), 0..4));
        let fact = prop_oneof![
            (0..1_u64 << 53).prop_map(Fact::Number),
            any::<String>().prop_map(Fact::Text),
            any::<bool>().prop_map(Fact::Flag),
        ];
        let digest = any::<[u8; 32]>().prop_map(Digest::from_bytes);
        let maps = (
            prop::collection::btree_map(any::<String>(), fact, 0..4),
            prop::collection::btree_map(any::<String>(), digest.clone(), 0..4),
        );
        let about = (prop::sample::select(&Verb::ALL[..]), any_ref());
        (numbers, texts, about, lists, maps, prop::option::of(digest), any::<[u8; 16]>()).prop_map(
            |(
                (seq, at),
                (actor, tool),
                (act, object),
                (used, made),
                (facts, sealed),
                params,
                salt,
            )| {
                let at = Moment(at);
                Entry {
                    seq: EntrySeq::new(seq),
                    at,
                    actor,
                    act,
                    object,
                    used,
                    made,
                    facts,
                    sealed,
                    params,
                    tool,
                    salt,
                }
            },
        )
    }

    proptest! {
        #[test]
        fn entries_round_trip(entry in any_entry()) {
            prop_assert_eq!(Entry::read(&entry.write()), Ok(entry));
        }

        #[test]
        fn arbitrary_bytes_are_rejected(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Entry::read(&bytes).is_err());
        }

        #[test]
        fn altered_entries_are_different_or_rejected(entry in any_entry(), place: prop::sample::Index, bit in 0_u8..8) {
            let mut bytes = entry.write();
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
            prop_assert_ne!(Entry::read(&bytes), Ok(entry));
        }
    }

    #[test]
    fn invalid_entries_are_rejected() {
        let good = concat!(
            r#"{"act":"mark","actor":"a1","at":"2023-11-14T22:13:20.000000Z","facts":{},"made":[],"object":"case","#,
            r#""salt":"000102030405060708090a0b0c0d0e0f","sealed":{},"seq":4,"tool":"t","used":[],"v":1}"#
        );
        assert!(Entry::read(good.as_bytes()).is_ok());
        let member = |name| EntryError::Member { name };
        for (from, to, error) in [
            (r#""v":1"#, r#""v":2"#, EntryError::Version),
            (r#","v":1"#, "", EntryError::Version),
            (r#""seq":4"#, r#""seq":-4"#, member("seq")),
            (r#""seq":4"#, r#""seq":"4""#, member("seq")),
            (r#""act":"mark","#, "", member("act")),
            (r#""used":[]"#, r#""used":[1]"#, member("used")),
            (r#""act":"mark""#, r#""act":"marks""#, EntryError::Act),
            (
                r#""object":"case""#,
                r#""object":"item:x""#,
                EntryError::Reference { name: "object" },
            ),
            (r#""made":[]"#, r#""made":["tree:00"]"#, EntryError::Reference { name: "made" }),
            (
                r#""used":[]"#,
                r#""used":["case","item:07"]"#,
                EntryError::Reference { name: "used" },
            ),
            (r#""facts":{}"#, r#""facts":{"a":[]}"#, member("facts")),
            (r#""facts":{}"#, r#""facts":{"a":-1}"#, member("facts")),
            (r#""sealed":{}"#, r#""sealed":{"name":"00"}"#, member("sealed")),
            (
                r#""object":"case","#,
                r#""object":"case","params_sha256":"","#,
                member("params_sha256"),
            ),
            ("000102030405060708090a0b0c0d0e0f", "000102030405060708090a0b0c0d0e", member("salt")),
            ("0a0b0c0d0e0f", "0A0b0c0d0e0f", member("salt")),
            (r#""tool":"t""#, r#""tool":"t","u":1"#, EntryError::Unknown),
            ("20.000000Z", "20Z", member("at")),
            ("20.000000Z", "20.000000+00:00", member("at")),
            ("2023-11-14T", "2023-11-14 ", member("at")),
            ("2023-11-14T", "2023-02-30T", member("at")),
            ("2023-11-14T", "1969-12-31T", member("at")),
            ("2023-11-14T", "+023-11-14T", member("at")),
            ("2023-11-14T", "２023-11-14T", member("at")),
        ] {
            assert_eq!(
                Entry::read(good.replacen(from, to, 1).as_bytes()),
                Err(error),
                "{from} -> {to}"
            );
        }
        assert!(matches!(Entry::read(format!(" {good}").as_bytes()), Err(EntryError::Json(_))));
    }
}
