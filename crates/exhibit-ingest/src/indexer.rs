//! The indexer: follows the catalogue page by page, and remembers in the index how far it came.

use crate::IngestError;
use crate::progress::Progress;
use exhibit_case::{date_of, read_page};
use exhibit_catalogue::{Catalogue, PageRow};
use exhibit_index::{Index, PageEntry, PageKey, Writer, clause_value};
use exhibit_model::{Moment, State, shown, shown_bytes};
use exhibit_store::PackReader;
use std::sync::atomic::Ordering;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Tells the indexer that there is more, or that there will be no more.
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
    /// There is more to follow.
    pub(crate) fn more(&self) {
        self.tell(|news| news.more = true);
    }

    /// A stage is over: what is there is to be searchable now.
    pub(crate) fn commit(&self) {
        self.tell(|news| news.commit = true);
    }

    /// Nothing more will come.
    pub(crate) fn end(&self) {
        self.tell(|news| news.end = true);
    }

    fn tell(&self, what: impl FnOnce(&mut News)) {
        what(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
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
    pub(crate) progress: &'a Progress,
    pub(crate) heap: usize,
    /// Whether no page that comes is in the index already, so that none has to be replaced.
    pub(crate) new_to_it: bool,
}

/// What the index gathers before it writes a part: little beside the rest of a run, much when that is all there is to do.
pub(crate) const HEAP: usize = 50 << 20;
pub(crate) const HEAP_ALONE: usize = 200 << 20;
const BATCH: u32 = 256;
const COMMIT_EVERY: Duration = Duration::from_secs(4);

/// What the pages of one item have in common.
struct Common {
    id: i64,
    name: String,
    path: String,
    title: String,
    media_type: String,
    state: State,
    date: Option<Moment>,
    from: String,
    to: String,
    subject: String,
    bytes: u64,
    pages: u32,
    containers: Vec<i64>,
    flags: Vec<String>,
}

impl Indexer<'_> {
    /// Follows until the end is signalled and everything is searchable.
    pub(crate) fn run(mut self, signal: &Signal) -> Result<(), IngestError> {
        let mut writer = self.index.writer(self.heap)?;
        let mut done = self.index.committed()?;
        let mut committed = Instant::now();
        let mut unsaved = false;
        loop {
            let news = signal.wait();
            loop {
                let rows = self.catalogue.pages_after(done, BATCH)?;
                let Some(last) = rows.last() else { break };
                let last = last.revision;
                self.put(&mut writer, &rows)?;
                done = last;
                unsaved = true;
                if committed.elapsed() > COMMIT_EVERY {
                    writer.commit(done)?;
                    (committed, unsaved) = (Instant::now(), false);
                    self.tell();
                }
            }
            if news.end || news.commit || committed.elapsed() > COMMIT_EVERY {
                if unsaved {
                    writer.commit(done)?;
                }
                (committed, unsaved) = (Instant::now(), false);
                self.tell();
            }
            if news.end {
                return Ok(writer.finish()?);
            }
        }
    }

    fn tell(&self) {
        self.progress.searchable.store(self.index.searcher().pages(), Ordering::Relaxed);
    }

    fn put(&mut self, writer: &mut Writer, rows: &[PageRow]) -> Result<(), IngestError> {
        let mut common: Option<Common> = None;
        for row in rows {
            if common.as_ref().is_none_or(|c| c.id != row.item.0) {
                common = self.common(row)?;
            }
            let Some(common) = &common else { continue };
            // a damaged record is for verification to report; the other pages stay searchable
            let Ok(page) = read_page(self.packs, row) else { continue };
            let percent = |confidence: f64| (confidence * 100.0).clamp(0.0, 100.0) as u8;
            let mut flags: Vec<&str> = common.flags.iter().map(String::as_str).collect();
            if row.images > 0 {
                flags.push("image");
            }
            let entry = PageEntry {
                key: PageKey { document: row.item.0, page: row.number },
                text: &page.text,
                name: &common.name,
                path: &common.path,
                containers: &common.containers,
                title: &common.title,
                language: &page.language,
                media_type: &common.media_type,
                state: common.state.word(),
                date: common.date,
                from: &common.from,
                to: &common.to,
                subject: &common.subject,
                ocr: row.confidence.map(percent),
                bytes: common.bytes,
                pages: common.pages,
                flags: &flags,
            };
            if self.new_to_it { writer.add(&entry)? } else { writer.put(&entry)? }
        }
        self.progress.indexed.fetch_add(rows.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    fn common(&self, row: &PageRow) -> Result<Option<Common>, IngestError> {
        let Some(item) = self.catalogue.item(row.item)? else { return Ok(None) };
        let own = |path: &[u8], text: &str| if text.is_empty() { shown_bytes(path) } else { shown(text) };
        let mut parts = vec![own(&item.path, &item.name_text)];
        let mut containers = Vec::new();
        let mut above = item.container;
        while let Some(container) = above {
            let Some(container) = self.catalogue.item(container)? else { break };
            containers.push(container.id.0);
            parts.push(own(&container.path, &container.name_text));
            above = container.container;
        }
        parts.reverse();
        let metadata = self.catalogue.metadata(row.item)?;
        let value = |keys: &[&str]| {
            let found = metadata.iter().filter(|(key, _)| keys.contains(&key.as_str()));
            found.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" ")
        };
        let mut flags = Vec::new();
        if item.relation == "attachment" {
            flags.push("attached".to_owned());
        }
        if item.found > 0 {
            flags.push("attachment".to_owned());
        }
        if let Some((_, name, _)) = self.catalogue.source(item.source)? {
            flags.push(format!("source:{}", clause_value(&shown(&name))));
        }
        let name = parts.last().and_then(|p| p.rsplit('/').next()).unwrap_or_default().to_owned();
        Ok(Some(Common {
            id: item.id.0,
            name: if name.is_empty() { item.id.label(self.prefix) } else { name },
            path: parts.join("!/"),
            title: value(&["dc:title", "pdf:Title", "html:title"]),
            media_type: item.media_type,
            state: item.state,
            date: date_of(&metadata),
            from: value(&["mail:from"]),
            to: value(&["mail:to", "mail:cc", "mail:bcc"]),
            subject: value(&["mail:subject"]),
            bytes: item.size,
            pages: item.pages,
            containers,
            flags,
        }))
    }
}

/// Follows what the catalogue holds, until there is no more.
pub(crate) fn follow_to_the_end(indexer: Indexer<'_>) -> Result<(), IngestError> {
    let signal = Signal::default();
    signal.end();
    indexer.run(&signal)
}
