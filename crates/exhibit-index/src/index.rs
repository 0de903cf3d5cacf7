//! The index on disk: opening it, and its one writer.
//!
//! A commit is durable before it returns, and carries the caller's progress mark.
//! After a crash the index is as of its last commit. The caller resumes from that mark; because a page's entry
//! replaces the earlier one, adding a page again changes nothing.

use crate::directory::IndexDirectory;
use crate::error::IndexError;
use crate::read::search::Searcher;
use crate::schema::{Fields, LAYOUT_VERSION};
use crate::write::segment::SegmentBuilder;
use crate::write::superseded::SegmentLog;
use exhibit_query::PageEntry;
use std::fs::File;
use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use tantivy::directory::MmapDirectory;
use tantivy::directory::error::LockError;
use tantivy::indexer::{LogMergePolicy, NoMergePolicy};
use tantivy::{IndexReader, ReloadPolicy, TantivyDocument, TantivyError, Term};

/// The file, next to those of the engine, that records which analysis made the index.
const VERSION_FILE: &str = "exhibit-analysis";

/// Threads shared by searches: more threads than an index has large segments would only wait.
const MOST_THREADS: usize = 8;

/// An index of pages. Clones share it.
#[derive(Clone)]
pub struct Index {
    engine: tantivy::Index,
    reader: IndexReader,
    fields: Fields,
}

impl Index {
    /// Opens the index in a folder, or creates an empty one there.
    ///
    /// # Errors
    /// [`IndexError::Version`] if another analysis made it: the caller reports this and rebuilds the index in an empty
    /// folder. [`IndexError::Folder`] and [`IndexError::Engine`] if it cannot be read.
    pub fn open_or_create(folder: &Path) -> Result<Self, IndexError> {
        let cannot = |source| IndexError::Folder { folder: folder.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(cannot)?;
        let wanted = format!("{}.{LAYOUT_VERSION}", exhibit_text::ANALYSIS_VERSION);
        let version_file = folder.join(VERSION_FILE);
        let directory = IndexDirectory(MmapDirectory::open(folder).map_err(TantivyError::from)?);
        if tantivy::Index::exists(&directory).map_err(TantivyError::from)? {
            let found = std::fs::read_to_string(&version_file).unwrap_or_default();
            let found = found.trim().to_owned();
            if found != wanted {
                return Err(IndexError::Version { found, wanted });
            }
        } else {
            // written before the engine's first file, so that an index never exists without it
            let mut file = File::create(&version_file).map_err(cannot)?;
            file.write_all(wanted.as_bytes()).and_then(|()| file.sync_all()).map_err(cannot)?;
        }
        let (schema, fields) = Fields::make();
        let mut engine = tantivy::Index::open_or_create(directory, schema)?;
        // a search runs over several segments in parallel
        let threads =
            std::thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
        engine.set_multithread_executor(threads)?;
        let reader = engine.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { engine, reader, fields })
    }

    /// The index as of the last commit known to this process. Take one for each request.
    #[must_use]
    pub fn searcher(&self) -> Searcher {
        Searcher::new(self.reader.searcher(), self.fields)
    }

    /// The number of pages in the index, for its writer: what a reader can search is [`Searcher::pages`].
    #[must_use]
    pub fn page_count(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// Picks up what another process has committed.
    ///
    /// # Errors
    /// [`IndexError::Engine`] if the index cannot be read.
    pub fn refresh(&self) -> Result<(), IndexError> {
        Ok(self.reader.reload()?)
    }

    /// The files of the index whose bytes do not match the checksums within them. The index can be rebuilt.
    ///
    /// # Errors
    /// [`IndexError::Engine`] if the index cannot be read.
    pub fn damaged_files(&self) -> Result<Vec<PathBuf>, IndexError> {
        let mut files: Vec<PathBuf> = self.engine.validate_checksum()?.into_iter().collect();
        files.sort();
        Ok(files)
    }

    /// The mark given with the last commit; 0 before the first.
    ///
    /// # Errors
    /// [`IndexError::Mark`] if the last commit carries none.
    pub fn committed(&self) -> Result<u64, IndexError> {
        let metas = self.engine.load_metas()?;
        match metas.payload {
            Some(payload) => payload.parse().map_err(|_| IndexError::Mark),
            None if metas.opstamp == 0 => Ok(0),
            None => Err(IndexError::Mark),
        }
    }

    /// Starts to write. There is one writer at a time, across all processes.
    ///
    /// `heap_bytes` is how much it buffers before it writes a segment; the minimum is 15 MB.
    ///
    /// # Errors
    /// [`IndexError::Busy`] if there is another writer.
    pub fn writer(&self, heap_bytes: usize) -> Result<IndexWriter, IndexError> {
        const LEAST: usize = 15_000_000;
        let engine: tantivy::IndexWriter<TantivyDocument> = match self
            .engine
            .writer_with_num_threads(1, LEAST)
        {
            Err(TantivyError::LockFailure(LockError::LockBusy, _)) => return Err(IndexError::Busy),
            other => other?,
        };
        engine.set_merge_policy(Box::new(LogMergePolicy::default()));
        // what a killed writer had not committed, including lists of removed pages, whose file names would be used
        // again
        engine.garbage_collect_files().wait()?;
        // the engine's operation counter starts at the last commit's number, which must not be used again
        engine.run(std::iter::empty())?;
        let segment = SegmentBuilder::new(engine.new_segment(), &self.fields)?;
        let begun = SegmentLog::default();
        begun.begin(segment.id());
        Ok(IndexWriter {
            engine,
            index: self.clone(),
            segment,
            lost: false,
            begun,
            heap_bytes: heap_bytes.max(LEAST),
        })
    }
}

/// The one writer of an index.
pub struct IndexWriter {
    engine: tantivy::IndexWriter<TantivyDocument>,
    index: Index,
    // pages that are not in a segment yet
    segment: SegmentBuilder,
    // whether pages were lost because their segment could not be written
    lost: bool,
    begun: SegmentLog,
    heap_bytes: usize,
}

impl IndexWriter {
    /// Adds a page, replacing an earlier entry with the same key.
    ///
    /// # Errors
    /// [`IndexError::Engine`] if the engine cannot write.
    pub fn put(&mut self, entry: &PageEntry<'_>) -> Result<(), IndexError> {
        let key = self.index.fields.key_term(entry.key);
        if self.segment.holds(key.serialized_value_bytes()) {
            self.end_segment()?;
        }
        self.engine.delete_query(Box::new(self.begun.superseded(key)))?;
        self.add(entry)
    }

    /// Adds a page that is not in the index yet: like [`IndexWriter::put`], but without searching for an earlier entry.
    ///
    /// # Errors
    /// [`IndexError::Engine`] if the engine cannot write.
    pub fn add(&mut self, entry: &PageEntry<'_>) -> Result<(), IndexError> {
        let lost = std::mem::replace(&mut self.lost, true);
        self.segment.add(&self.index.fields.document(entry))?;
        self.lost = lost;
        if self.segment.memory() >= self.heap_bytes {
            self.end_segment()?;
        }
        Ok(())
    }

    /// Removes all pages of a document.
    ///
    /// # Errors
    /// [`IndexError::Engine`] if the engine cannot write.
    pub fn delete_document(&mut self, document: i64) -> Result<(), IndexError> {
        self.end_segment()?;
        let of_document = Term::from_field_i64(self.index.fields.document, document);
        self.engine.delete_query(Box::new(self.begun.superseded(of_document)))?;
        Ok(())
    }

    // Writes the buffered pages as a segment, which the next commit makes visible.
    fn end_segment(&mut self) -> Result<(), IndexError> {
        if self.lost {
            return Err(IndexError::Lost);
        }
        if self.segment.is_empty() {
            return Ok(());
        }
        let next = SegmentBuilder::new(self.engine.new_segment(), &self.index.fields)?;
        self.begun.begin(next.id());
        let full = std::mem::replace(&mut self.segment, next);
        self.lost = true;
        self.engine.add_segment(full.write()?)?;
        self.lost = false;
        Ok(())
    }

    /// Makes all added pages durable, then visible to new searchers. `mark` is returned by
    /// [`Index::committed`].
    ///
    /// # Errors
    /// [`IndexError::Engine`] if the engine cannot write; the index is then as of the commit before.
    /// [`IndexError::Lost`] after an earlier failure to write: this writer commits nothing more.
    pub fn commit(&mut self, mark: u64) -> Result<(), IndexError> {
        self.end_segment()?;
        let mut commit = self.engine.prepare_commit()?;
        commit.set_payload(&mark.to_string());
        commit.commit()?;
        self.index.refresh()
    }

    /// Ends writing: waits for running merges of segments. Uncommitted pages are dropped.
    ///
    /// # Errors
    /// [`IndexError::Engine`] if a merge failed; committed pages are safe.
    pub fn finish(self) -> Result<(), IndexError> {
        self.engine.set_merge_policy(Box::new(NoMergePolicy));
        self.engine.wait_merging_threads()?;
        self.index.refresh()
    }
}
