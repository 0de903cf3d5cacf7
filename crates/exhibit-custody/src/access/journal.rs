//! The journal of accesses: encrypted records, appended to the file of the day without waiting for the disk, which is
//! later moved unchanged to the openings. A record contains everything in its log entry, including the salts, so that
//! the entry can be rebuilt from it byte for byte.

use crate::act::{Act, ActError, EntryContext, Fact, Ref, Sealed, Verb};
use crate::cipher::{NONCE, Secret, decrypt, encrypt};
use crate::entry::moment_text;
use exhibit_model::{Digest, EntrySeq, Moment};
use exhibit_proof::hash::{from_hex, to_hex};
use exhibit_proof::json::JsonValue;
use rustix::fs::{FlockOperation, flock};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

/// The maximum length of a value in bytes; longer ones are truncated.
const LONGEST: usize = 64 << 10;

/// The maximum length of a record in bytes.
const MAX_RECORD: usize = 1 << 20;

/// The beginning of each record, by which the next record is found after damaged bytes.
const MARK: &[u8; 4] = b"look";

/// The number of damaged records after which the rest is skipped.
const MAX_TORN: usize = 1000;

/// An access: a view, search or export.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccessRecord {
    /// Its kind: [`Verb::Search`], [`Verb::View`], [`Verb::List`], [`Verb::Batch`], [`Verb::Export`].
    pub act: Verb,
    /// The plain values.
    pub facts: BTreeMap<String, Fact>,
    /// The values stored as commitments: queries, documents.
    pub sealed: BTreeMap<String, String>,
}

impl AccessRecord {
    /// Starts a record of an access.
    #[must_use]
    pub const fn new(act: Verb) -> Self {
        Self { act, facts: BTreeMap::new(), sealed: BTreeMap::new() }
    }

    /// Adds a plain value.
    #[must_use]
    pub fn fact(mut self, name: &str, fact: Fact) -> Self {
        self.facts.insert(name.to_owned(), fact);
        self
    }

    /// Adds a value as a commitment. Truncates very long values.
    #[must_use]
    pub fn secret(mut self, name: &str, value: &str) -> Self {
        let end = (0..=value.len().min(LONGEST))
            .rev()
            .find(|end| value.is_char_boundary(*end))
            .unwrap_or(0);
        self.sealed.insert(name.to_owned(), value[..end].to_owned());
        self
    }
}

/// An access with everything in its entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Record {
    pub(crate) at: Moment,
    pub(crate) actor: String,
    pub(crate) tool: String,
    pub(crate) seed: [u8; 32],
    pub(crate) look: AccessRecord,
}

impl Record {
    fn write(&self) -> Vec<u8> {
        let text = |text: &String| JsonValue::Text(text.clone());
        let facts =
            self.look.facts.iter().map(|(name, fact)| (name.clone(), fact.to_value())).collect();
        let sealed =
            self.look.sealed.iter().map(|(name, value)| (name.clone(), text(value))).collect();
        let members = [
            ("act", JsonValue::Text(self.look.act.word().to_owned())),
            ("actor", text(&self.actor)),
            ("at", JsonValue::Number(self.at.0)),
            ("facts", JsonValue::Map(facts)),
            ("sealed", JsonValue::Map(sealed)),
            ("seed", JsonValue::Text(to_hex(&self.seed))),
            ("tool", text(&self.tool)),
        ];
        let members = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        JsonValue::Map(members).write().into_bytes()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let value = JsonValue::read(bytes).ok()?;
        let text = |name: &str| value.get(name)?.as_text().map(str::to_owned);
        let map = |name: &str| match value.get(name)? {
            JsonValue::Map(map) => Some(map),
            _ => None,
        };
        let facts =
            map("facts")?.iter().map(|(name, fact)| Some((name.clone(), Fact::from_value(fact)?)));
        let sealed = map("sealed")?
            .iter()
            .map(|(name, text)| Some((name.clone(), text.as_text()?.to_owned())));
        let act = text("act")?;
        let look = AccessRecord {
            act: Verb::parse(&act)?,
            facts: facts.collect::<Option<_>>()?,
            sealed: sealed.collect::<Option<_>>()?,
        };
        let seed = from_hex(&text("seed")?)?.try_into().ok()?;
        Some(Self {
            at: Moment(value.get("at")?.as_number()?),
            actor: text("actor")?,
            tool: text("tool")?,
            seed,
            look,
        })
    }

    /// Rebuilds the log entry of this record, deterministically.
    pub(crate) fn seal(&self, seq: EntrySeq) -> Result<Sealed, ActError> {
        let mut act = Act::new(self.look.act, Ref::Case);
        for (name, fact) in &self.look.facts {
            act = act.fact(name, fact.clone());
        }
        for (name, value) in &self.look.sealed {
            act = act.secret(name, value.as_bytes());
        }
        let mut count = 0_u32;
        let mut salts = |bytes: &mut [u8]| {
            let digest = Digest::of(&[&self.seed[..], &count.to_be_bytes()].concat());
            count += 1;
            for (byte, salt) in bytes.iter_mut().zip(digest.as_bytes()) {
                *byte = *salt;
            }
        };
        act.seal(
            &EntryContext { seq, at: self.at, actor: &self.actor, tool: &self.tool },
            &mut salts,
        )
    }
}

/// The day of a time in UTC, the name of journals and keys: `2026-11-28`.
pub(crate) fn day_of(at: Moment) -> String {
    moment_text(at).chars().take(10).collect()
}

/// Whether a name is that of a day.
pub(crate) fn is_day(name: &str) -> bool {
    let plain = |(place, byte): (usize, u8)| {
        if place == 4 || place == 7 { byte == b'-' } else { byte.is_ascii_digit() }
    };
    name.len() == 10 && name.bytes().enumerate().all(plain)
}

/// Appends a record. It survives the process from then on, and a power cut once the journal was folded.
pub(crate) fn append(
    path: &Path,
    about: &[u8],
    key: &Secret,
    nonce: &[u8; NONCE],
    record: &Record,
) -> io::Result<()> {
    let sealed = encrypt(key, nonce, about, &record.write());
    let length = u32::try_from(NONCE + sealed.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
    let bytes = [MARK, &length.to_be_bytes()[..], nonce, &sealed].concat();
    let mut file = open_current(path)?;
    file.write_all(&bytes)
}

// Opens and locks the journal, again if it was moved between opening and locking.
fn open_current(path: &Path) -> io::Result<File> {
    loop {
        let file = File::options().append(true).create(true).mode(0o600).open(path)?;
        flock(&file, FlockOperation::LockExclusive)?;
        match fs::metadata(path) {
            Ok(named) if is_same(&named, &file.metadata()?) => return Ok(file),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
}

fn is_same(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

/// Moves a journal to the openings, durably. Returns `None` if it is empty.
pub(crate) fn move_to(path: &Path, target: &Path) -> io::Result<Option<()>> {
    let file = match File::options().read(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    flock(&file, FlockOperation::LockExclusive)?;
    if file.metadata()?.len() == 0 {
        return Ok(None);
    }
    file.sync_all()?;
    let folder = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    fs::rename(path, target)?;
    crate::folder::sync_folder(folder)?;
    crate::folder::sync_folder(folder.parent().unwrap_or(Path::new(".")))?;
    crate::folder::sync_folder(path.parent().unwrap_or(Path::new("."))).map(Some)
}

/// The content of a journal or a file of openings.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) records: Vec<Record>,
    /// Whether there are bytes outside valid records: torn by a power cut, altered, or with another key.
    pub(crate) torn: bool,
}

/// Reads records, skipping other bytes.
pub(crate) fn read(path: &Path, about: &[u8], key: &Secret) -> io::Result<Read> {
    let bytes = fs::read(path)?;
    let mut read = Read::default();
    let (mut rest, mut torn) = (bytes.as_slice(), 0);
    while !rest.is_empty() && torn < MAX_TORN {
        match next(rest, about, key) {
            Some((record, after)) => {
                read.records.push(record);
                rest = after;
            }
            None => {
                torn += 1;
                let after = &rest[1..];
                let mark = after.windows(MARK.len()).position(|window| window == MARK);
                rest = mark.map_or(&[], |at| &after[at..]);
            }
        }
    }
    read.torn = torn > 0;
    Ok(read)
}

fn next<'a>(bytes: &'a [u8], about: &[u8], key: &Secret) -> Option<(Record, &'a [u8])> {
    let (length, after) = bytes.strip_prefix(MARK)?.split_first_chunk::<4>()?;
    let length =
        usize::try_from(u32::from_be_bytes(*length)).ok().filter(|length| *length <= MAX_RECORD)?;
    let (sealed, after) = after.split_at_checked(length)?;
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    Some((Record::read(&decrypt(key, nonce, about, sealed)?)?, after))
}
