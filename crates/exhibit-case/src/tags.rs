//! Tags: words that users put on documents.
//!
//! Each addition and removal is a line of an append-only file, so that the history of changes is kept, and tagging does
//! not need the case's lock: it works during an import. A tag belongs to a content: all places of the same bytes have
//! it. The index does not know tags; they are resolved to documents before a query runs. `tag_log.rs` puts them into
//! the custody log.

use crate::writer::NO_LINK;
use crate::{Case, CaseError, CaseFolder, io_error};
use exhibit_custody::entry::LAST_MOMENT;
use exhibit_model::shown::token;
use exhibit_model::{ItemId, Moment};
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;

/// The maximum length of a tag, in characters.
const LONGEST: usize = 60;

/// A tag and its documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagCount {
    /// The tag.
    pub tag: String,
    /// The documents with it, by number, in order.
    pub documents: Vec<i64>,
}

/// One tag change: a line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagChange {
    /// When, microseconds since 1970.
    pub at: i64,
    /// The document, by number.
    pub document: i64,
    /// The tag.
    pub tag: String,
    /// Whether it was added or removed.
    pub on: bool,
}

impl TagChange {
    // Whether this program can have written it, and the log can contain it.
    fn is_one(&self) -> bool {
        self.document > 0 && is_tag(&self.tag) && (0..=LAST_MOMENT.0).contains(&self.at)
    }
}

/// The content of the tags file.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Every change, in order.
    pub(crate) all: Vec<TagChange>,
    /// Lines that are not a change: leftovers of killed processes, never acknowledged.
    pub(crate) lost: u64,
    /// The length of the file in bytes.
    pub(crate) length: u64,
}

impl Changes {
    pub(crate) fn read(folder: &CaseFolder) -> Result<Self, CaseError> {
        let path = folder.tags();
        let text = match std::fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            read => read.map_err(io_error("read", &path))?,
        };
        let mut changes = Self { length: text.len() as u64, ..Self::default() };
        // the last line may still be being written
        let whole = text.iter().rposition(|b| *b == b'\n').map_or(0, |end| end + 1);
        for line in text[..whole].split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice::<TagChange>(line) {
                Ok(change) if change.is_one() => changes.all.push(change),
                _ => changes.lost += 1,
            }
        }
        Ok(changes)
    }
}

/// Keeps others from changing tags until dropped; returns the file.
pub(crate) fn lock_tags(folder: &CaseFolder) -> Result<File, CaseError> {
    let path = folder.tags();
    let all = || -> std::io::Result<File> {
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .custom_flags(NO_LINK)
            .open(&path)?;
        flock(&file, FlockOperation::LockExclusive)?;
        Ok(file)
    };
    all().map_err(io_error("open", &path))
}

/// Whether a text can be a tag: short, on one line, expressible in a query, and without invisible characters that reorder
/// or hide the text next to it. The two that Arabic script needs are allowed.
#[must_use]
pub fn is_tag(text: &str) -> bool {
    let visible = |c: char| token(c).is_none() || matches!(c, '\u{200c}' | '\u{200d}');
    let sayable = |c: char| {
        !c.is_control()
            && visible(c)
            && !matches!(c, '"' | '“' | '”' | '„' | '‟' | '＂' | '*' | '＊')
    };
    !text.trim().is_empty() && text.chars().count() <= LONGEST && text.chars().all(sayable)
}

// Tags that differ only in case or full-width characters are the same.
fn folded(tag: &str) -> String {
    exhibit_query::clause_value(tag).to_lowercase()
}

impl Case {
    /// All tags of the case, by name.
    ///
    /// # Errors
    /// [`CaseError::Io`] if they cannot be read.
    pub(crate) fn tags(&self) -> Result<Vec<TagCount>, CaseError> {
        let count = |(tag, documents): (String, BTreeSet<i64>)| TagCount {
            tag,
            documents: documents.into_iter().collect(),
        };
        Ok(self.all_tags()?.into_iter().map(count).collect())
    }

    /// The tags of a document, by name.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::Io`].
    pub(crate) fn tags_of(&self, id: ItemId) -> Result<Vec<String>, CaseError> {
        let content = self.content(id)?;
        let matching_tag =
            |(tag, documents): (String, BTreeSet<i64>)| documents.contains(&content).then_some(tag);
        Ok(self.all_tags()?.into_iter().filter_map(matching_tag).collect())
    }

    /// The documents with a tag, by number, in order; empty if none has it.
    ///
    /// # Errors
    /// [`CaseError::Io`].
    pub(crate) fn tagged(&self, tag: &str) -> Result<Vec<i64>, CaseError> {
        Ok(self
            .all_tags()?
            .remove(&folded(tag))
            .map(|documents| documents.into_iter().collect())
            .unwrap_or_default())
    }

    /// Adds a tag to a document, or removes it, durably. Returns whether that changed anything.
    /// [`crate::CaseWriter::log_marks`] logs it.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::NotATag`]; [`CaseError::Io`].
    pub(crate) fn set_tag(
        &self,
        id: ItemId,
        tag: &str,
        on: bool,
        now: Moment,
    ) -> Result<bool, CaseError> {
        if !is_tag(tag) {
            return Err(CaseError::NotATag(exhibit_model::shown(tag)));
        }
        let (document, tag) = (self.content(id)?, folded(tag));
        self.must_be_open()?;
        let mut file = lock_tags(&self.folder)?;
        // the case may have been sealed meanwhile
        self.must_be_open()?;
        let is_tagged =
            self.all_tags()?.get(&tag).is_some_and(|documents| documents.contains(&document));
        if is_tagged != on {
            let change = TagChange { at: now.0, document, tag, on };
            append(&mut file, &change).map_err(io_error("write", &self.folder.tags()))?;
        }
        Ok(is_tagged != on)
    }

    // The first of the items with the same bytes.
    fn content(&self, id: ItemId) -> Result<i64, CaseError> {
        let item = self.item(id)?;
        Ok(item.duplicate_of.unwrap_or(id).get())
    }

    fn all_tags(&self) -> Result<BTreeMap<String, BTreeSet<i64>>, CaseError> {
        let mut tags: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
        for change in Changes::read(&self.folder)?.all {
            let documents = tags.entry(change.tag).or_default();
            if change.on {
                documents.insert(change.document);
            } else {
                documents.remove(&change.document);
            }
        }
        tags.retain(|_, documents| !documents.is_empty());
        Ok(tags)
    }
}

fn append(file: &mut File, change: &TagChange) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(change)?;
    line.push(b'\n');
    if !ends_a_line(file)? {
        line.insert(0, b'\n');
    }
    file.write_all(&line)?;
    file.sync_all()
}

fn ends_a_line(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last[0] == b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_short_and_expressible() {
        for (text, expected) in [
            ("checked", true),
            ("待核 实", true),
            ("تەكشۈرۈلدى", true),
            ("", false),
            ("  ", false),
            ("a\nb", false),
            ("say \"a\"", false),
            ("a*", false),
        ] {
            assert_eq!(is_tag(text), expected, "{text:?}");
        }
        assert!(!is_tag(&"x".repeat(61)));
        assert_eq!(folded("Ｋey（１）"), "key(1)");
    }
}
