//! Tags: words that people put on documents.
//!
//! Each putting on and taking off is a line of a file that only grows, so that it is kept who changed what and when, and
//! so that tagging needs no hold of the case: it works while material is taken in. A tag is on a content: all places
//! of the same bytes have it. The index knows nothing of tags; a query is told which documents have one.

use crate::{Case, CaseError, io_error, layout};
use exhibit_model::{ItemId, Moment};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};

/// The longest tag, in characters.
const LONGEST: usize = 60;

/// A tag and how many documents have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagCount {
    /// The tag.
    pub tag: String,
    /// The documents that have it, by number, in order.
    pub documents: Vec<i64>,
}

// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Change {
    at: i64,
    document: i64,
    tag: String,
    on: bool,
}

/// Whether a text can be a tag: short, on one line, and sayable in a query.
#[must_use]
pub fn is_tag(text: &str) -> bool {
    let sayable = |c: char| !c.is_control() && !matches!(c, '"' | '“' | '”' | '„' | '‟' | '＂' | '*' | '＊');
    !text.trim().is_empty() && text.chars().count() <= LONGEST && text.chars().all(sayable)
}

// Tags that differ in case or in full-width signs alone are one.
fn folded(tag: &str) -> String {
    exhibit_index::clause_value(tag).to_lowercase()
}

impl Case {
    /// All tags of the case, by name.
    ///
    /// # Errors
    /// [`CaseError::Io`] where they cannot be read.
    pub fn tags(&self) -> Result<Vec<TagCount>, CaseError> {
        let of =
            |(tag, documents): (String, BTreeSet<i64>)| TagCount { tag, documents: documents.into_iter().collect() };
        Ok(self.all_tags()?.into_iter().map(of).collect())
    }

    /// The tags of a document, by name.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::Io`].
    pub fn tags_of(&self, id: ItemId) -> Result<Vec<String>, CaseError> {
        let content = self.content(id)?;
        let has = |(tag, documents): (String, BTreeSet<i64>)| documents.contains(&content).then_some(tag);
        Ok(self.all_tags()?.into_iter().filter_map(has).collect())
    }

    /// The documents that have a tag, by number, in order; none where nothing has it.
    ///
    /// # Errors
    /// [`CaseError::Io`].
    pub fn tagged(&self, tag: &str) -> Result<Vec<i64>, CaseError> {
        Ok(self.all_tags()?.remove(&folded(tag)).map(|documents| documents.into_iter().collect()).unwrap_or_default())
    }

    /// Puts a tag on a document, or takes it off. Says whether that changed anything.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::NotATag`]; [`CaseError::Io`].
    pub fn set_tag(&self, id: ItemId, tag: &str, on: bool, now: Moment) -> Result<bool, CaseError> {
        self.must_be_open()?;
        if !is_tag(tag) {
            return Err(CaseError::NotATag(exhibit_model::shown(tag)));
        }
        let (document, tag) = (self.content(id)?, folded(tag));
        let has = self.all_tags()?.get(&tag).is_some_and(|documents| documents.contains(&document));
        if has != on {
            self.append(&Change { at: now.0, document, tag, on })?;
        }
        Ok(has != on)
    }

    // The first of the items with the same bytes.
    fn content(&self, id: ItemId) -> Result<i64, CaseError> {
        let item = self.item(id)?;
        Ok(item.duplicate_of.unwrap_or(id).0)
    }

    fn all_tags(&self) -> Result<BTreeMap<String, BTreeSet<i64>>, CaseError> {
        let path = self.folder.join(layout::TAGS);
        let text = match std::fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            read => read.map_err(io_error("read", &path))?,
        };
        let mut tags: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
        // what a killed process left of its last line was never acknowledged
        let whole = text.iter().rposition(|b| *b == b'\n').map_or(0, |end| end + 1);
        for line in text[..whole].split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
            let Ok(change) = serde_json::from_slice::<Change>(line) else { continue };
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

    fn append(&self, change: &Change) -> Result<(), CaseError> {
        let path = self.folder.join(layout::TAGS);
        let all = || -> std::io::Result<()> {
            let mut file = OpenOptions::new().read(true).append(true).create(true).open(&path)?;
            let mut line = serde_json::to_vec(change)?;
            line.push(b'\n');
            if !ends_a_line(&mut file)? {
                line.insert(0, b'\n');
            }
            file.write_all(&line)?;
            file.sync_all()
        };
        all().map_err(io_error("write", &path))
    }
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
    fn tags_are_short_and_sayable() {
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
