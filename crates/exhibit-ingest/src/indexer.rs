//! The indexer: follows the catalogue page by page, and stores its position in the index.

use crate::IngestError;
use crate::progress::IngestProgress;
use exhibit_case::{Places, date_of, own_path, read_page};
use exhibit_catalogue::{Catalogue, PageRow};
use exhibit_index::{Index, IndexWriter};
use exhibit_model::{CivilTime, MetadataKey, NoteCode, Relation, State, StatedDate, shown};
use exhibit_query::{PageEntry, PageKey, clause_value};
use exhibit_store::PackReader;
use std::sync::atomic::Ordering;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Wakes the indexer when there is more to index, a stage has ended, or the run is over.
#[derive(Default)]
pub(crate) struct Signal {
    state: Mutex<News>,
    changed: Condvar,
}

#[derive(Default, Clone, Copy)]
struct News {
    more: bool,
    commit: bool,
    end: bool,
}

impl Signal {
    /// There is more to index.
    pub(crate) fn more(&self) {
        self.update(|news| news.more = true);
    }

    /// A stage has ended: commit now, so that all its pages are searchable.
    pub(crate) fn commit(&self) {
        self.update(|news| news.commit = true);
    }

    /// Nothing more will follow.
    pub(crate) fn end(&self) {
        self.update(|news| news.end = true);
    }

    fn update(&self, change: impl FnOnce(&mut News)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }

    fn wait(&self) -> News {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while !state.more && !state.commit && !state.end {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let news = *state;
        (state.more, state.commit) = (false, false);
        news
    }
}

pub(crate) struct Indexer<'a> {
    pub(crate) catalogue: Catalogue,
    pub(crate) packs: &'a PackReader,
    pub(crate) index: Index,
    pub(crate) prefix: &'a str,
    pub(crate) progress: &'a IngestProgress,
    pub(crate) pace: Pace,
    /// Whether the index contains none of the pages to add, so that none has to be replaced.
    pub(crate) new_to_it: bool,
}

/// The memory used per segment, and the interval between commits.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    /// Bytes of memory that the index uses before it writes a segment.
    heap: usize,
    commit_every: Duration,
}

impl Pace {
    /// During a run: new pages become searchable soon.
    pub(crate) const BESIDE: Self = Self { heap: 50 << 20, commit_every: Duration::from_secs(4) };
    /// When nothing else runs: large segments, few of which need merging later. A killed run loses half a minute of
    /// work.
    pub(crate) const ALONE: Self = Self { heap: 400 << 20, commit_every: Duration::from_secs(30) };
}

const BATCH: u32 = 256;

/// The fields that all pages of an item share.
struct Common {
    id: i64,
    name: String,
    path: String,
    title: String,
    media_type: String,
    state: State,
    date: Option<CivilTime>,
    from: String,
    to: String,
    cc: String,
    subject: String,
    messages: Vec<String>,
    hash: String,
    copies: Vec<String>,
    bytes: u64,
    pages: u32,
    containers: Vec<i64>,
    flags: Vec<String>,
    sources: Vec<String>,
}

impl Indexer<'_> {
    /// Runs until the end is signalled and everything is searchable.
    pub(crate) fn run(mut self, signal: &Signal) -> Result<(), IngestError> {
        let mut writer = self.index.writer(self.pace.heap)?;
        let mut done = self.index.committed()?;
        // an index built from the beginning gets all places known at this revision with its pages
        let settled = if self.new_to_it && done == 0 { self.revision()? } else { 0 };
        let mut committed = Instant::now();
        let mut unsaved = false;
        loop {
            let news = signal.wait();
            loop {
                let Some(last) = self.next(&mut writer, done, settled)? else { break };
                done = last;
                unsaved = true;
                if committed.elapsed() > self.pace.commit_every {
                    writer.commit(done)?;
                    (committed, unsaved) = (Instant::now(), false);
                    self.report();
                }
            }
            if news.end || news.commit || committed.elapsed() > self.pace.commit_every {
                if unsaved {
                    writer.commit(done)?;
                }
                (committed, unsaved) = (Instant::now(), false);
                self.report();
            }
            if news.end {
                return Ok(writer.finish()?);
            }
        }
    }

    fn report(&self) {
        self.progress.searchable.store(self.index.page_count(), Ordering::Relaxed);
    }

    fn revision(&self) -> Result<u64, IngestError> {
        Ok(self.catalogue.number("revision")?.unwrap_or(0).unsigned_abs())
    }

    // Indexes the next changes, of pages and of places; returns the last one's revision.
    fn next(
        &mut self,
        writer: &mut IndexWriter,
        done: u64,
        settled: u64,
    ) -> Result<Option<u64>, IngestError> {
        let mut rows = self.catalogue.pages_after(done, BATCH)?;
        let mut moved = self.catalogue.places_after(done, BATCH)?;
        let full = BATCH as usize;
        // where one list may continue, the other is not read beyond
        let ends = [
            rows.last().map(|row| (row.revision, rows.len() == full)),
            moved.last().map(|(_, revision)| (*revision, moved.len() == full)),
        ];
        let ends: Vec<(u64, bool)> = ends.into_iter().flatten().collect();
        let cut = ends.iter().filter(|(_, full)| *full).map(|(last, _)| *last).min();
        let Some(last) = cut.or_else(|| ends.iter().map(|(last, _)| *last).max()) else {
            return Ok(None);
        };
        rows.retain(|row| row.revision <= last);
        moved.retain(|(_, revision)| *revision <= last && *revision > settled);
        self.put(writer, &rows, !self.new_to_it)?;
        self.progress.indexed.fetch_add(rows.len() as u64, Ordering::Relaxed);
        for (item, _) in moved {
            // pages that are not indexed yet will be indexed with their current places
            let rows = self.catalogue.pages(item)?;
            let known: Vec<PageRow> =
                rows.into_iter().filter(|row| row.revision > 0 && row.revision <= done).collect();
            self.put(writer, &known, true)?;
        }
        Ok(Some(last))
    }

    fn put(
        &mut self,
        writer: &mut IndexWriter,
        rows: &[PageRow],
        again: bool,
    ) -> Result<(), IngestError> {
        let mut common: Option<Common> = None;
        for row in rows {
            if common.as_ref().is_none_or(|c| c.id != row.item.get()) {
                common = self.common(row)?;
            }
            let Some(common) = &common else { continue };
            // verification reports damaged records; the other pages stay searchable
            let Ok(page) = read_page(self.packs, row) else { continue };
            let percent = |confidence: f64| (confidence * 100.0).clamp(0.0, 100.0) as u8;
            let mut flags: Vec<&str> = common.flags.iter().map(String::as_str).collect();
            if row.images > 0 {
                flags.push("image");
            }
            let (copies, messages, sources) =
                (texts(&common.copies), texts(&common.messages), texts(&common.sources));
            let entry = PageEntry {
                key: PageKey { document: row.item.get(), page: row.number },
                text: &page.text,
                name: &common.name,
                path: &common.path,
                copies: &copies,
                containers: &common.containers,
                title: &common.title,
                language: &page.language,
                media_type: &common.media_type,
                state: common.state.word(),
                date: common.date,
                from: &common.from,
                to: &common.to,
                cc: &common.cc,
                subject: &common.subject,
                messages: &messages,
                hash: &common.hash,
                sheet: row.sheet.as_ref().map_or("", |sheet| &sheet.name),
                ocr: row.confidence.map(percent),
                bytes: common.bytes,
                pages: common.pages,
                flags: &flags,
                sources: &sources,
            };
            if again { writer.put(&entry)? } else { writer.add(&entry)? }
        }
        Ok(())
    }

    fn common(&self, row: &PageRow) -> Result<Option<Common>, IngestError> {
        let Some(item) = self.catalogue.item(row.item)? else { return Ok(None) };
        let Places { mut paths, containers, sources } = Places::of(&self.catalogue, &item)?;
        let path = if paths.is_empty() { own_path(&item) } else { paths.remove(0) };
        let metadata = self.catalogue.metadata(row.item)?;
        let value = |keys: &[MetadataKey]| {
            let found = metadata.iter().filter(|(key, _)| keys.contains(key));
            found.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" ")
        };
        let mut flags = Vec::new();
        if item.relation == Relation::Attachment {
            flags.push("attached".to_owned());
        }
        if item.found > 0 {
            flags.push("attachment".to_owned());
        }
        if self
            .catalogue
            .notes(row.item)?
            .iter()
            .any(|note| matches!(note.code, NoteCode::MacrosPresent { .. }))
        {
            flags.push("macro".to_owned());
        }
        let mut names = Vec::new();
        for source in sources {
            let source = self.catalogue.source(source)?;
            names.extend(source.map(|(_, name, _)| clause_value(&shown(&name))));
        }
        let name = own_path(&item).rsplit('/').next().unwrap_or_default().to_owned();
        Ok(Some(Common {
            id: item.id.get(),
            name: if name.is_empty() { item.id.label(self.prefix) } else { name },
            path,
            copies: paths,
            title: value(&[MetadataKey::DC_TITLE, MetadataKey::PDF_TITLE, MetadataKey::HTML_TITLE]),
            media_type: item.media_type,
            state: item.state,
            date: date_of(&metadata).map(StatedDate::civil),
            from: value(&[MetadataKey::MAIL_FROM]),
            to: value(&[MetadataKey::MAIL_TO, MetadataKey::MAIL_CC, MetadataKey::MAIL_BCC]),
            cc: value(&[MetadataKey::MAIL_CC, MetadataKey::MAIL_BCC]),
            subject: value(&[MetadataKey::MAIL_SUBJECT]),
            messages: messages(&value(&[
                MetadataKey::MAIL_MESSAGE_ID,
                MetadataKey::MAIL_IN_REPLY_TO,
                MetadataKey::MAIL_REFERENCES,
            ])),
            hash: item.original.map(|original| original.to_string()).unwrap_or_default(),
            bytes: item.size,
            pages: item.pages,
            containers: containers.into_iter().map(|container| container.get()).collect(),
            flags,
            sources: names,
        }))
    }
}

fn texts(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

// The message ids in the fields of a header: the text in angle brackets, or else words with an `@`.
fn messages(fields: &str) -> Vec<String> {
    let bracketed = |part: &str| part.split_once('>').map(|(name, _)| name.trim().to_owned());
    let mut names: Vec<String> = fields.split('<').skip(1).filter_map(bracketed).collect();
    names.extend(
        fields
            .split_whitespace()
            .filter(|word| word.contains('@') && !word.contains(['<', '>']))
            .map(str::to_owned),
    );
    names.retain(|name| !name.is_empty());
    names.sort_unstable();
    names.dedup();
    names
}

/// Indexes everything in the catalogue and returns.
pub(crate) fn follow_to_the_end(indexer: Indexer<'_>) -> Result<(), IngestError> {
    let signal = Signal::default();
    signal.end();
    indexer.run(&signal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_ids_are_found_among_words() {
        let fields =
            "<a@x.example> Your message of Monday <B@x.example>\n <a@x.example> c@x.example <>";
        assert_eq!(messages(fields), ["B@x.example", "a@x.example", "c@x.example"]);
        assert_eq!(messages("nothing here"), [] as [&str; 0]);
    }
}
