//! The form of log entries (`docs/formats/custody.md`): nothing in an entry is used before all of it was checked.

use crate::finding::Fault;
use crate::hash::Hash;
use crate::json::{JsonValue, MAX_NUMBER};
use crate::note::{KeyKind, VerifierKey};
use crate::text::decimal;
use crate::tile::MAX_ENTRY;
use std::collections::BTreeMap;

/// The version of the form.
const VERSION: u64 = 1;

/// The members of every entry; `params_sha256` is in those of some acts only.
const MEMBERS: [&str; 12] =
    ["act", "actor", "at", "facts", "made", "object", "salt", "sealed", "seq", "tool", "used", "v"];

/// The kind of a log, which is the end of its origin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogKind {
    /// The acts on a case.
    Custody,
    /// Who searched, viewed and exported.
    Access,
}

/// A log entry whose form was checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckedEntry {
    /// Its number.
    pub seq: u64,
    /// The time, by the clock of the log's keeper.
    pub at: String,
    /// The act.
    pub act: &'static str,
    /// The reference to its object.
    pub object: String,
    /// The references to its inputs.
    pub used: Vec<String>,
    /// The references to its outputs.
    pub made: Vec<String>,
    facts: JsonValue,
    sealed: JsonValue,
}

/// Why bytes are not an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", fault.word())]
pub struct EntryFormError {
    /// The rule that they break.
    pub fault: Fault,
    /// How.
    pub detail: String,
}

/// What an act requires of its entry.
struct Act {
    // The kind of log that has it; `None` for both.
    log: Option<LogKind>,
    word: &'static str,
    // The kinds of references in order: `a|b` is one of two, `a?` may be absent.
    object: &'static str,
    used: &'static str,
    made: &'static str,
    // `name:form`, or `name=word|word`; a name with `?` may be absent.
    facts: &'static str,
    // The names of commitments.
    sealed: &'static str,
    // Whether it has `params_sha256`.
    params: bool,
}

const fn act(word: &'static str, object: &'static str) -> Act {
    let log = Some(LogKind::Custody);
    Act { log, word, object, used: "", made: "", facts: "", sealed: "", params: false }
}

const fn access(word: &'static str) -> Act {
    Act { log: Some(LogKind::Access), ..act(word, "case") }
}

const STATES: &str = "read|empty|duplicate|encrypted|unsupported|failed|truncated";
const RELATIONS: &str = "file|entry|attachment|message|embedded";

// An act with several forms has one row for each.
const ACTS: &[Act] = &[
    Act {
        log: None,
        made: "key",
        facts: "prefix?:prefix",
        sealed: "name?",
        ..act("case.open", "case")
    },
    act("case.seal", "case"),
    Act {
        facts: "channel=folder|file|device|person|web",
        sealed: "name",
        ..act("source.receive", "source")
    },
    Act {
        used: "sha256 key sha256",
        facts: "channel=bag exported:moment log:origin log_root:digest log_size:number",
        sealed: "name",
        ..act("source.receive", "source")
    },
    Act {
        used: "item|source",
        made: "original",
        facts: "relation:relation size:number",
        sealed: "name",
        ..act("item.receive", "item")
    },
    Act {
        used: "item|source",
        facts: "relation:relation state:state",
        sealed: "name reason",
        ..act("item.receive", "item")
    },
    Act { used: "original item", ..act("item.duplicate", "item") },
    Act {
        used: "original",
        made: "tree",
        facts: "leaves:number pages:number reader:text state:state",
        sealed: "tree_seed",
        params: true,
        ..act("item.derive", "item")
    },
    Act {
        used: "original",
        facts: "reader:text state:state",
        sealed: "reason",
        params: true,
        ..act("item.fail", "item")
    },
    Act { facts: "marked:moment on:flag", sealed: "tag", ..act("mark", "item") },
    Act {
        facts: "altered:number broken_quotes:number log_deviations:number log_size:number missing:number originals:number \
                quotes:number",
        ..act("fixity", "case")
    },
    Act { used: "original tree", made: "sha256", ..act("quote", "item") },
    Act {
        made: "sha256 sha256 sha256 sha256 sha256 sha256",
        facts: "documents:number pages:number pictures:number quotes:number",
        sealed: "bates? selection",
        ..act("export", "case")
    },
    Act {
        used: "sha256",
        facts: "export:number receiver=court|authority|lawyer|newsroom|researcher|expert|archive|other",
        ..act("transfer", "case")
    },
    Act {
        used: "sha256?",
        made: "sha256 sha256?",
        facts: "by:time kind=rfc3161|witness|sigsum log_size:number trusted:flag",
        sealed: "authority",
        ..act("anchor", "sha256")
    },
    Act { facts: "after:key key:key", ..act("key.add", "key") },
    Act { facts: "reason=superseded|compromised|lost", ..act("key.revoke", "key") },
    Act { log: None, facts: "keep_days:number record:flag", ..act("access.set", "case") },
    Act { sealed: "query", ..access("search") },
    Act { sealed: "document page? query?", ..access("view") },
    Act { facts: "what:word", sealed: "of? page?", ..access("list") },
    Act { facts: "lines?:number", sealed: "name", ..access("batch") },
    Act { facts: "what=bag|batch|original", sealed: "which", ..access("export") },
    Act { facts: "before:day days:number", ..access("dispose") },
];

impl LogKind {
    /// The kind of the log with this origin: 16 hexadecimal digits, a slash and the kind.
    #[must_use]
    pub fn of(origin: &str) -> Option<Self> {
        let (random, kind) = origin.split_once('/')?;
        let is_hex =
            random.len() == 16 && random.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match kind {
            "custody" if is_hex => Some(Self::Custody),
            "access" if is_hex => Some(Self::Access),
            _ => None,
        }
    }
}

impl CheckedEntry {
    /// Parses an entry of a log of this kind and checks everything that its bytes alone can show.
    ///
    /// # Errors
    /// [`EntryFormError`] names the first rule that they break.
    pub fn read(bytes: &[u8], log: LogKind) -> Result<Self, EntryFormError> {
        if bytes.len() > MAX_ENTRY {
            return Err(wrong(Fault::Entry, format!("longer than {MAX_ENTRY} bytes")));
        }
        let value =
            JsonValue::read(bytes).map_err(|error| wrong(Fault::Entry, error.to_string()))?;
        Self::from_value(&value, log)
    }

    /// The same for canonical JSON that was parsed already.
    ///
    /// # Errors
    /// [`EntryFormError`].
    pub fn from_value(value: &JsonValue, log: LogKind) -> Result<Self, EntryFormError> {
        let JsonValue::Map(members) = value else {
            return Err(wrong(Fault::Entry, "not an object"));
        };
        if value.number("v") != Some(VERSION) {
            return Err(wrong(Fault::EntryVersion, format!("`v` must be {VERSION}")));
        }
        if let Some(name) = MEMBERS.iter().find(|name| !members.contains_key(**name)) {
            return Err(wrong(Fault::EntryMembers, format!("`{name}` is missing")));
        }
        let known = |name: &String| MEMBERS.contains(&name.as_str()) || name == "params_sha256";
        if let Some(name) = members.keys().find(|name| !known(name)) {
            return Err(wrong(Fault::EntryMembers, format!("`{name}` is not a member of entries")));
        }
        let invalid = |name: &str| wrong(Fault::EntryMembers, format!("`{name}` has another form"));
        let text = |name: &str| value.text(name).ok_or_else(|| invalid(name));
        let maps = |name| value.get(name).filter(|map| matches!(map, JsonValue::Map(_))).cloned();
        let is_salted = value.bytes::<16>("salt").is_some();
        let has_params = match value.get("params_sha256") {
            None => false,
            Some(_) => value
                .bytes::<32>("params_sha256")
                .map(|_| true)
                .ok_or_else(|| invalid("params_sha256"))?,
        };
        let entry = Self {
            seq: value.number("seq").ok_or_else(|| invalid("seq"))?,
            at: text("at")?.to_owned(),
            act: "",
            object: text("object")?.to_owned(),
            used: texts(value, "used").ok_or_else(|| invalid("used"))?,
            made: texts(value, "made").ok_or_else(|| invalid("made"))?,
            facts: maps("facts").ok_or_else(|| invalid("facts"))?,
            sealed: maps("sealed").ok_or_else(|| invalid("sealed"))?,
        };
        if !is_salted {
            return Err(invalid("salt"));
        }
        if !is_moment(&entry.at) {
            return Err(wrong(Fault::EntryTime, "`at` must be like 2026-11-23T09:30:00.000000Z"));
        }
        if !is_actor(text("actor")?) {
            return Err(wrong(Fault::EntryActor, "`actor` must be 1 to 64 of `a-z`, `0-9`, `-`"));
        }
        if !is_plain(text("tool")?) {
            return Err(wrong(
                Fault::EntryTool,
                "`tool` must be 1 to 200 printable ASCII characters",
            ));
        }
        let references = entry.used.iter().chain(&entry.made).chain([&entry.object]);
        if let Some(other) = references.into_iter().find(|reference| !is_reference(reference)) {
            return Err(wrong(Fault::EntryReference, format!("{other:?} is not a reference")));
        }
        entry.of_its_act(text("act")?, log, has_params)
    }

    fn of_its_act(
        self,
        word: &str,
        log: LogKind,
        has_params: bool,
    ) -> Result<Self, EntryFormError> {
        let is_own = |act: &&Act| act.word == word && act.log.is_none_or(|only| only == log);
        let mut first = Err(wrong(Fault::EntryAct, format!("{word:?} is not an act of this log")));
        for act in ACTS.iter().filter(is_own) {
            match self.follows(act, has_params) {
                Ok(()) => return Ok(Self { act: act.word, ..self }),
                Err(error)
                    if first
                        .as_ref()
                        .is_err_and(|first: &EntryFormError| first.fault == Fault::EntryAct) =>
                {
                    first = Err(error);
                }
                Err(_) => {}
            }
        }
        first
    }

    fn follows(&self, act: &Act, has_params: bool) -> Result<(), EntryFormError> {
        let [object, used, made] = [std::slice::from_ref(&self.object), &self.used, &self.made];
        for (name, references, kinds) in
            [("object", object, act.object), ("used", used, act.used), ("made", made, act.made)]
        {
            if !are_of_kinds(references, kinds) {
                return Err(wrong(
                    Fault::EntryObject,
                    format!("`{name}` is not that of {}", act.word),
                ));
            }
        }
        if has_params != act.params {
            return Err(wrong(
                Fault::EntryMembers,
                format!("`params_sha256` is not as {} requires", act.word),
            ));
        }
        has_exactly(&self.facts, act.facts).map_err(|detail| wrong(Fault::EntryFacts, detail))?;
        has_exactly(&self.sealed, act.sealed).map_err(|detail| wrong(Fault::EntrySealed, detail))
    }

    /// A number among its facts.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        self.facts.number(name)
    }

    /// A text among its facts; empty if there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.facts.text(name).unwrap_or_default()
    }

    /// A commitment, in hexadecimal.
    #[must_use]
    pub fn commitment(&self, name: &str) -> Option<&str> {
        self.sealed.text(name)
    }
}

fn wrong(fault: Fault, detail: impl Into<String>) -> EntryFormError {
    EntryFormError { fault, detail: detail.into() }
}

fn texts(value: &JsonValue, name: &str) -> Option<Vec<String>> {
    value.list(name)?.iter().map(|text| text.as_text().map(str::to_owned)).collect()
}

// Whether references are of these kinds, in this order.
fn are_of_kinds(references: &[String], kinds: &str) -> bool {
    let mut rest = references
        .iter()
        .map(|reference| reference.split(':').next().unwrap_or_default())
        .peekable();
    for kind in kinds.split_whitespace() {
        let (kind, is_optional) = kind.strip_suffix('?').map_or((kind, false), |kind| (kind, true));
        if rest.next_if(|found| kind.split('|').any(|one| one == *found)).is_none() && !is_optional
        {
            return false;
        }
    }
    rest.next().is_none()
}

// Whether an object has the members of a pattern and no others. A member without a form is a commitment.
fn has_exactly(value: &JsonValue, pattern: &str) -> Result<(), String> {
    let JsonValue::Map(members) = value else { return Err("not an object".to_owned()) };
    let mut rest: BTreeMap<&str, &JsonValue> =
        members.iter().map(|(name, value)| (name.as_str(), value)).collect();
    for member in pattern.split_whitespace() {
        let (name, form) = match member.split_once('=') {
            Some((name, words)) => (name, Some((words, true))),
            None => member
                .split_once(':')
                .map_or((member, None), |(name, form)| (name, Some((form, false)))),
        };
        let (name, is_optional) = name.strip_suffix('?').map_or((name, false), |name| (name, true));
        let is_valid = match rest.remove(name) {
            None if is_optional => continue,
            None => return Err(format!("`{name}` is missing")),
            Some(value) => match form {
                Some((words, true)) => is_one_of(value, words),
                Some((form, false)) => is_of_form(value, form),
                None => value.as_text().is_some_and(is_digest),
            },
        };
        if !is_valid {
            return Err(format!("`{name}` has another form"));
        }
    }
    rest.keys().next().map_or(Ok(()), |name| Err(format!("`{name}` does not belong to this act")))
}

fn is_one_of(value: &JsonValue, words: &str) -> bool {
    value.as_text().is_some_and(|text| words.split('|').any(|word| word == text))
}

fn is_of_form(value: &JsonValue, form: &str) -> bool {
    let text = |is: fn(&str) -> bool| value.as_text().is_some_and(is);
    match form {
        "number" => value.as_number().is_some_and(|number| (0..=MAX_NUMBER).contains(&number)),
        "flag" => matches!(value, JsonValue::Bool(_)),
        "moment" => text(is_moment),
        "time" => text(is_time),
        "day" => text(is_day),
        "digest" => text(is_digest),
        "origin" => text(|text| LogKind::of(text) == Some(LogKind::Custody)),
        "key" => text(|text| VerifierKey::parse(text).is_ok_and(|key| is_log_key(&key))),
        "prefix" => text(is_prefix),
        "relation" => is_one_of(value, RELATIONS),
        "state" => is_one_of(value, STATES),
        "word" => text(|text| is_actor(text) && !text.starts_with('-')),
        _ => text(is_plain),
    }
}

/// Whether a key may sign a log: of the type `0x01`, named by an origin.
#[must_use]
pub fn is_log_key(key: &VerifierKey) -> bool {
    key.kind() == KeyKind::Note && LogKind::of(key.name()).is_some()
}

/// Whether a text is a time as entries state it: in UTC, with six digits after the point, from 1970 to 9999.
#[must_use]
pub fn is_moment(text: &str) -> bool {
    let micros = text.strip_suffix('Z').and_then(|text| text.split_once('.'));
    micros
        .is_some_and(|(second, micros)| is_second(second) && micros.len() == 6 && is_digits(micros))
}

/// Whether a text is a time as anchors and quotes state it: the same, but without a fraction of zero.
#[must_use]
pub fn is_time(text: &str) -> bool {
    text.strip_suffix('Z').is_some_and(is_second)
        || (is_moment(text) && !text.ends_with(".000000Z"))
}

/// Whether a text is a day: `2026-11-23`.
#[must_use]
pub fn is_day(text: &str) -> bool {
    is_second(&format!("{text}T00:00:00"))
}

fn is_second(text: &str) -> bool {
    let shape = b"0000-00-00T00:00:00";
    let same = |(byte, shape): (u8, &u8)| {
        if *shape == b'0' { byte.is_ascii_digit() } else { byte == *shape }
    };
    if text.len() != shape.len() || !text.bytes().zip(shape).all(same) {
        return false;
    }
    let number = |range: std::ops::Range<usize>| text[range].parse::<u32>().unwrap_or(u32::MAX);
    let (year, month) = (number(0..4), number(5..7));
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    year >= 1970
        && (1..=days).contains(&number(8..10))
        && number(11..13) < 24
        && number(14..16) < 60
        && number(17..19) < 60
}

/// Whether a text is the prefix of documents' numbers: 1 to 12 capital letters and digits, a letter first.
#[must_use]
pub fn is_prefix(text: &str) -> bool {
    let is_allowed = text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    is_allowed
        && (1..=12).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_uppercase())
}

/// Whether a text names a program and its version: 1 to 200 printable ASCII characters.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    let is_allowed = text.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    is_allowed && (1..=200).contains(&text.len()) && text.trim() == text
}

fn is_actor(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn is_digest(text: &str) -> bool {
    Hash::from_hex(text).is_some()
}

fn is_reference(text: &str) -> bool {
    let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
    match kind {
        "case" => text == "case",
        "source" | "item" => decimal(rest).is_some_and(|number| i64::try_from(number).is_ok()),
        "original" | "tree" | "sha256" => is_digest(rest),
        "key" => rest.split_once(':').is_some_and(|(id, public)| {
            id.len() == 8
                && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
                && is_digest(public)
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = concat!(
        r#"{"act":"item.receive","actor":"a1","at":"2026-11-23T09:30:01.000000Z","facts":{"relation":"file","size":3},"#,
        r#""made":["original:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],"object":"item:1","#,
        r#""salt":"02020202020202020202020202020202","sealed":{"name":"3bf005630dc7930f9875914c13bde52cb51ddf6b998c489ccdea6e14a13e21a2"},"#,
        r#""seq":1,"tool":"exhibit 0.1.0","used":["source:1"],"v":1}"#
    );

    fn fault_of(text: &str) -> Option<Fault> {
        CheckedEntry::read(text.as_bytes(), LogKind::Custody).err().map(|error| error.fault)
    }

    #[test]
    fn an_entry_is_read() {
        let entry = CheckedEntry::read(GOOD.as_bytes(), LogKind::Custody).expect("an entry");
        assert_eq!((entry.seq, entry.act, entry.object.as_str()), (1, "item.receive", "item:1"));
        assert_eq!((entry.number("size"), entry.text("relation")), (Some(3), "file"));
        assert_eq!(entry.commitment("name").map(str::len), Some(64));
        assert_eq!((entry.number("pages"), entry.commitment("reason")), (None, None));
    }

    #[test]
    fn every_rule_has_a_name() {
        for (from, to, fault) in [
            (r#"{"act""#, r#"{ "act""#, Fault::Entry),
            (r#""v":1"#, r#""v":2"#, Fault::EntryVersion),
            (r#","v":1"#, "", Fault::EntryVersion),
            (r#""actor":"a1","#, "", Fault::EntryMembers),
            (
                r#""tool":"exhibit 0.1.0""#,
                r#""tool":"exhibit 0.1.0","twice":1"#,
                Fault::EntryMembers,
            ),
            (r#""seq":1"#, r#""seq":-1"#, Fault::EntryMembers),
            (r#""seq":1"#, r#""seq":"1""#, Fault::EntryMembers),
            (
                "02020202020202020202020202020202",
                "0202020202020202020202020202020",
                Fault::EntryMembers,
            ),
            (
                "02020202020202020202020202020202",
                "0202020202020202020202020202020G",
                Fault::EntryMembers,
            ),
            (
                r#""object":"item:1","#,
                r#""object":"item:1","params_sha256":"00","#,
                Fault::EntryMembers,
            ),
            (r#""used":["source:1"]"#, r#""used":"source:1""#, Fault::EntryMembers),
            (r#""used":["source:1"]"#, r#""used":[1]"#, Fault::EntryMembers),
            ("09:30:01.000000Z", "09:30:01Z", Fault::EntryTime),
            ("2026-11-23T09:30:01.000000Z", "2026-11-31T09:30:01.000000Z", Fault::EntryTime),
            ("2026-11-23T09:30:01.000000Z", "the 23rd, before noon", Fault::EntryTime),
            ("2026-11-23T09:30:01.000000Z", "1969-11-23T09:30:01.000000Z", Fault::EntryTime),
            (r#""actor":"a1""#, r#""actor":"A1""#, Fault::EntryActor),
            (r#""actor":"a1""#, r#""actor":"""#, Fault::EntryActor),
            ("exhibit 0.1.0", "exhibit 0.1.0\u{202e}", Fault::EntryTool),
            ("item.receive", "item.recieve", Fault::EntryAct),
            ("item.receive", "redact", Fault::EntryAct),
            ("item.receive", "search", Fault::EntryAct),
            ("item:1", "item:01", Fault::EntryReference),
            ("item:1", "item:+1", Fault::EntryReference),
            ("source:1", "source:", Fault::EntryReference),
            ("original:ba", "original:BA", Fault::EntryReference),
            (r#""object":"item:1""#, r#""object":"case""#, Fault::EntryObject),
            (r#""used":["source:1"]"#, r#""used":[]"#, Fault::EntryObject),
            (r#""used":["source:1"]"#, r#""used":["source:1","source:1"]"#, Fault::EntryObject),
            (r#""relation":"file","#, "", Fault::EntryFacts),
            (r#""relation":"file""#, r#""relation":"proved to be true""#, Fault::EntryFacts),
            (r#""size":3"#, r#""size":-3"#, Fault::EntryFacts),
            (r#""size":3"#, r#""size":3,"sizes":3"#, Fault::EntryFacts),
            (r#""name":"3b"#, r#""nams":"3b"#, Fault::EntrySealed),
            (r#""name":"3b"#, r#""name":"3B"#, Fault::EntrySealed),
        ] {
            let odd = GOOD.replacen(from, to, 1);
            assert_ne!(odd, GOOD, "{from}");
            assert_eq!(fault_of(&odd), Some(fault), "{from} -> {to}");
        }
        let long = GOOD.replacen("exhibit 0.1.0", &"x".repeat(MAX_ENTRY), 1);
        assert_eq!(fault_of(&long), Some(Fault::Entry));
    }

    #[test]
    fn each_log_has_its_own_acts() {
        let search = GOOD
            .replacen("item.receive", "search", 1)
            .replacen(r#"{"relation":"file","size":3}"#, "{}", 1)
            .replacen(
                r#""made":["original:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"]"#,
                r#""made":[]"#,
                1,
            )
            .replacen("item:1", "case", 1)
            .replacen(r#""name""#, r#""query""#, 1)
            .replacen(r#"["source:1"]"#, "[]", 1);
        assert_eq!(
            CheckedEntry::read(search.as_bytes(), LogKind::Access).map(|entry| entry.act),
            Ok("search")
        );
        assert_eq!(fault_of(&search), Some(Fault::EntryAct));
        let receipt = CheckedEntry::read(GOOD.as_bytes(), LogKind::Access);
        assert_eq!(receipt.err().map(|error| error.fault), Some(Fault::EntryAct));
    }

    #[test]
    fn origins_have_one_form() {
        assert_eq!(LogKind::of("9f3a5c0d71b2e846/custody"), Some(LogKind::Custody));
        assert_eq!(LogKind::of("9f3a5c0d71b2e846/access"), Some(LogKind::Access));
        // The second has a Cyrillic letter.
        for other in [
            "9f3a5c0d71b2e846",
            "9f3\u{430}5c0d71b2e846/custody",
            "9F3A5C0D71B2E846/custody",
            "9f3a5c0d71b2e84/custody",
            "9f3a5c0d71b2e846/custody2",
            "9f3a5c0d71b2e846/\u{441}ustody",
        ] {
            assert_eq!(LogKind::of(other), None, "{other}");
        }
    }

    #[test]
    fn times_are_real() {
        for valid in [
            "2024-02-29T23:59:59.999999Z",
            "9999-12-31T00:00:00.000000Z",
            "1970-01-01T00:00:00.000000Z",
        ] {
            assert!(is_moment(valid), "{valid}");
        }
        for invalid in [
            "2023-02-29T00:00:00.000000Z",
            "2100-02-29T00:00:00.000000Z",
            "2024-13-01T00:00:00.000000Z",
            "2024-00-01T00:00:00.000000Z",
            "2024-01-00T00:00:00.000000Z",
            "2024-01-01T24:00:00.000000Z",
            "2024-01-01T00:60:00.000000Z",
            "2024-01-01T00:00:60.000000Z",
            "2024-01-01 00:00:00.000000Z",
            "2024-01-01T00:00:00.000000",
            "2024-01-01T00:00:00.00000Z",
            "２024-01-01T00:00:00.000000Z",
            "",
        ] {
            assert!(!is_moment(invalid), "{invalid}");
        }
        assert!(is_time("2024-01-01T00:00:00Z") && is_time("2024-01-01T00:00:00.500000Z"));
        assert!(!is_time("2024-01-01T00:00:00.000000Z") && !is_time("soon"));
        assert!(is_day("2024-02-29") && !is_day("2024-02-30") && !is_day("2024-02-29T00:00:00"));
    }
}
