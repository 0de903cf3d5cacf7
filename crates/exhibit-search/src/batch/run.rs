//! One run of a batch: every page is read once for all names; queries are run against the index. Both give the same
//! results.
//!
//! Pages are read in document order, each document by a single thread, so that the documents of each line are counted
//! exactly without storing them. Memory grows with the number of lines, not with the number of matches.

use super::{Batch, BatchLine, BatchLineError};
use crate::lists::ListLine;
use crate::search::widened;
use crate::{Search, SearchError};
use exhibit_case::{CaseError, CaseView, PageReader};
use exhibit_catalogue::PageRow;
use exhibit_index::{DocumentScope, ScopedQuery, SearchOptions, Searcher};
use exhibit_model::{ItemId, PageNumber};
use exhibit_query::{
    HitSpan, NameScratch, NameSet, PageKey, Query, QueryError, QueryErrorKind, Sort, highlight,
    parse, snippet,
};
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

const CONTEXT_CHARACTERS: usize = 120;
const PAGES_AT_ONCE: u32 = 512;
// a line's query may be a thousand times as large as the line
const LINES_AT_ONCE: usize = 5_000;
/// The maximum number of documents listed for a line, and for all lines of a run.
const LISTED: usize = 1_000;
const LISTED_IN_ALL: usize = 10_000_000;

/// The progress of a batch run.
#[derive(Debug, Default)]
pub struct BatchProgress {
    /// Pages read for the names in the list.
    pub pages: AtomicU64,
    /// Pages to read; 0 if the list has no names.
    pub of_pages: AtomicU64,
    /// Queries answered by the index.
    pub queries: AtomicU64,
    /// Queries in total.
    pub of_queries: AtomicU64,
}

/// The lines of a run and their results so far.
pub(crate) struct Runner<'c> {
    view: CaseView<'c>,
    documents: DocumentScope,
    lines: Vec<BatchLine>,
    names: NameSet,
    queries: Vec<(usize, ScopedQuery)>,
    searcher: Searcher,
    // the revision of the case's pages at the previous run, and the one this run reads to
    since: u64,
    revision: u64,
    listed: AtomicUsize,
}

// The request of a line.
enum LineRequest {
    Query(ScopedQuery),
    // with spelling and script variants, and without
    Name { name: Query, plain: Query },
}

// What one thread found for one line.
#[derive(Default)]
struct Tally {
    pages: u64,
    new_pages: u64,
    document_count: u64,
    documents: Vec<i64>,
    last: i64,
    first: Option<PageKey>,
    context: String,
}

type Tallies = Vec<Option<Box<Tally>>>;

impl<'c> Runner<'c> {
    /// Parses all lines of a list in `threads` threads. A line that cannot be run records the reason.
    pub(crate) fn of(
        search: Search<'c>,
        batch: &Batch,
        list: &[ListLine],
        since: u64,
        threads: usize,
    ) -> Result<Self, SearchError> {
        let view = search.view;
        let indexed = view.indexed_revision()?;
        let mut runner = Self {
            documents: view.documents()?,
            lines: Vec::with_capacity(list.len()),
            names: NameSet::default(),
            queries: Vec::new(),
            searcher: view.searcher()?,
            since,
            revision: view.revision()?,
            listed: AtomicUsize::new(0),
            view,
        };
        for lines in list.chunks(LINES_AT_ONCE) {
            for (listed, request) in
                lines.iter().zip(runner.parse_lines(lines, batch, threads.max(1)))
            {
                runner.add(listed, request, batch.exact);
            }
        }
        runner.names.settle();
        if !runner.queries.is_empty() {
            // pages that the index has not reached yet are new at the next run
            runner.revision = runner.revision.min(indexed);
        }
        Ok(runner)
    }

    fn parse_lines(
        &self,
        lines: &[ListLine],
        batch: &Batch,
        threads: usize,
    ) -> Vec<Result<LineRequest, BatchLineError>> {
        let one = |line: &ListLine| {
            let text = line.text.as_ref().map_err(|fault| BatchLineError::plain(fault.code()))?;
            let query = line_query(text, batch.queries)?;
            let query = query
                .with_tags(|tag| self.view.tagged(tag))
                .map_err(|_| BatchLineError::plain("tags-unreadable"))?;
            if batch.queries {
                return Ok(LineRequest::Query(widened(
                    &self.searcher,
                    self.documents.query(query),
                    batch.exact,
                )));
            }
            let name = if batch.exact { query.clone() } else { query.with_all_variants() };
            Ok(LineRequest::Name { name, plain: query })
        };
        let share = lines.len().div_ceil(threads).max(1);
        std::thread::scope(|scope| {
            let work = |share: &[ListLine]| -> Vec<_> { share.iter().map(one).collect() };
            let workers: Vec<_> =
                lines.chunks(share).map(|share| scope.spawn(move || work(share))).collect();
            workers
                .into_iter()
                .flat_map(|worker| worker.join().expect("a worker does not panic"))
                .collect()
        })
    }

    fn add(
        &mut self,
        listed: &ListLine,
        request: Result<LineRequest, BatchLineError>,
        exact: bool,
    ) {
        let (at, text) = (self.lines.len(), listed.text.clone().unwrap_or_default());
        let mut line = BatchLine { line: listed.number, text, ..BatchLine::default() };
        match request {
            Err(reason) => line.error = Some(reason),
            Ok(LineRequest::Name { name, .. })
                if u32::try_from(at).is_ok_and(|at| self.names.add(at, &name)) => {}
            Ok(LineRequest::Name { plain, .. }) => {
                self.queries.push((at, widened(&self.searcher, self.documents.query(plain), exact)))
            }
            Ok(LineRequest::Query(query)) => self.queries.push((at, query)),
        }
        self.lines.push(line);
    }

    /// The revision up to which pages were examined.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    pub(crate) fn lines(self) -> Vec<BatchLine> {
        self.lines
    }

    /// Runs all lines; returns the number of pages read.
    pub(crate) fn run(
        &mut self,
        threads: usize,
        progress: &BatchProgress,
    ) -> Result<u64, SearchError> {
        progress.of_queries.store(self.queries.len() as u64, Ordering::Relaxed);
        if !self.names.is_empty() {
            progress.of_pages.store(self.view.pages_read()?, Ordering::Relaxed);
            let after = Mutex::new(ItemId::new(0));
            let parts = at_once(threads, || self.read(&after, progress))?;
            parts.into_iter().for_each(|part| self.take(part));
        }
        if !self.queries.is_empty() {
            let new = if self.since > 0 { Some(self.pages_since()?) } else { None };
            let next = AtomicUsize::new(0);
            let parts = at_once(threads, || self.query_index(&next, new.as_ref(), progress))?;
            parts.into_iter().for_each(|part| self.take(part));
        }
        Ok(progress.pages.load(Ordering::Relaxed))
    }

    // The work of one reading thread: takes documents until none are left.
    fn read(
        &self,
        after: &Mutex<ItemId>,
        progress: &BatchProgress,
    ) -> Result<Tallies, SearchError> {
        let reader = self.view.page_reader()?;
        let (mut scratch, mut tallies) = (NameScratch::default(), self.tallies());
        loop {
            let (mut at, last) = {
                let mut after = after.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(last) = reader.last_of_next(*after, PAGES_AT_ONCE)? else {
                    return Ok(tallies);
                };
                ((std::mem::replace(&mut *after, last), PageNumber::LAST), last)
            };
            while let Some(rows) = reader.rows(&mut at, last, PAGES_AT_ONCE)? {
                for row in
                    rows.iter().filter(|row| row.characters > 0 && row.revision <= self.revision)
                {
                    self.look(&reader, row, &mut scratch, &mut tallies);
                }
                progress.pages.fetch_add(rows.len() as u64, Ordering::Relaxed);
            }
        }
    }

    fn tallies(&self) -> Tallies {
        self.lines.iter().map(|_| None).collect()
    }

    fn look(
        &self,
        reader: &PageReader<'_>,
        row: &PageRow,
        scratch: &mut NameScratch,
        tallies: &mut Tallies,
    ) {
        // verification reports damaged records; they are not in the index either
        let Ok(page) = reader.read(row) else { return };
        let (key, new) = (key_of(row), row.revision > self.since);
        self.names.find(&page.text, scratch, &mut |line, (start, end)| {
            let tally = tallies[line as usize].get_or_insert_default();
            if tally.first.is_none() {
                tally.context =
                    snippet(&page.text, &[HitSpan { start, end, clause: 0 }], CONTEXT_CHARACTERS)
                        .text;
            }
            tally.add(key, new, &self.listed);
        });
    }

    // The work of one query thread: takes the next unclaimed query until none are left.
    fn query_index(
        &self,
        next: &AtomicUsize,
        new: Option<&HashSet<PageKey>>,
        progress: &BatchProgress,
    ) -> Result<Tallies, SearchError> {
        let mut tallies = self.tallies();
        let options =
            SearchOptions { limit: usize::MAX, sort: Sort::Received, ..SearchOptions::default() };
        while let Some((line, query)) = self.queries.get(next.fetch_add(1, Ordering::Relaxed)) {
            for hit in self.searcher.search(query, &options)?.hits {
                let tally = tallies[*line].get_or_insert_default();
                tally.add(hit.key, new.is_none_or(|new| new.contains(&hit.key)), &self.listed);
            }
            if let Some(tally) = &mut tallies[*line] {
                tally.context = self.context(query, tally.first)?;
            }
            progress.queries.fetch_add(1, Ordering::Relaxed);
        }
        Ok(tallies)
    }

    fn context(&self, query: &ScopedQuery, first: Option<PageKey>) -> Result<String, SearchError> {
        let Some(key) = first else { return Ok(String::new()) };
        let row = match self.view.page_row(ItemId::new(key.document), key.page) {
            Err(CaseError::NoSuchPage { .. }) => return Ok(String::new()),
            row => row?,
        };
        // as above: verification reports what is damaged
        let Ok(page) = self.view.read_page(&row) else { return Ok(String::new()) };
        Ok(snippet(&page.text, &highlight(query.query(), &page.text), CONTEXT_CHARACTERS).text)
    }

    fn pages_since(&self) -> Result<HashSet<PageKey>, SearchError> {
        let mut new = HashSet::new();
        let reader = self.view.page_reader()?;
        reader.changed_since(self.since, &mut |row| {
            new.insert(key_of(row));
        })?;
        Ok(new)
    }

    fn take(&mut self, tallies: Tallies) {
        for (line, tally) in self.lines.iter_mut().zip(tallies) {
            if let Some(tally) = tally {
                line.take(*tally);
            }
        }
    }
}

fn key_of(row: &PageRow) -> PageKey {
    PageKey { document: row.item.get(), page: row.number }
}

// Runs the same work in several threads.
fn at_once<T: Send>(
    threads: usize,
    work: impl Fn() -> Result<T, SearchError> + Sync,
) -> Result<Vec<T>, SearchError> {
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(&work)).collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker does not panic")).collect()
    })
}

impl Tally {
    // Pages are added in order of document and number.
    fn add(&mut self, key: PageKey, new: bool, listed: &AtomicUsize) {
        self.first.get_or_insert(key);
        self.pages += 1;
        self.new_pages += u64::from(new);
        if self.last == key.document {
            return;
        }
        self.last = key.document;
        self.document_count += 1;
        if self.documents.len() < LISTED && listed.fetch_add(1, Ordering::Relaxed) < LISTED_IN_ALL {
            self.documents.push(key.document);
        }
    }
}

impl BatchLine {
    // Merges the matches of one thread; no other thread has matches in the same documents.
    fn take(&mut self, tally: Tally) {
        self.pages += tally.pages;
        self.new_pages += tally.new_pages;
        self.document_count += tally.document_count;
        if self.first.is_none_or(|first| tally.first.is_some_and(|other| other < first)) {
            (self.first, self.context) = (tally.first, tally.context);
        }
        self.documents.extend(tally.documents);
        self.documents.sort_unstable();
        self.documents.truncate(LISTED);
    }
}

// A plain name is searched as a phrase. Quotation marks in it would end the phrase, and the analysis ignores them.
fn line_query(text: &str, queries: bool) -> Result<Query, BatchLineError> {
    if queries {
        return Ok(parse(text)?);
    }
    let plain = |c: char| {
        if matches!(c, '"' | '“' | '”' | '„' | '‟' | '＂' | '*' | '＊') { ' ' } else { c }
    };
    let name: String = text.chars().map(plain).collect();
    parse(&format!("\"{}\"", name.trim())).map_err(|error| match error.kind {
        // the quotes added above
        QueryErrorKind::EmptyQuotes => {
            QueryError { kind: QueryErrorKind::NothingToSearch(text.to_owned()), ..error }.into()
        }
        _ => error.into(),
    })
}
