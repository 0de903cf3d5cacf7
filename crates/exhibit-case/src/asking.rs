//! One run of a batch: every page is read once for all names; queries are asked of the index. Both answer alike.
//!
//! Pages are read in the order of documents, whole documents by one thread, so that each line's documents are counted
//! exactly without being remembered. Memory grows with the lines, not with what is found.

use crate::batch::{Batch, BatchLine};
use crate::lists::ListLine;
use crate::search::widened;
use crate::{Case, CaseError, layout};
use exhibit_catalogue::{Catalogue, PageRow};
use exhibit_index::{
    Names, Query, QueryError, QueryErrorKind, Scratch, SearchOptions, Searcher, Sort, Span, highlight, parse, snippet,
};
use exhibit_model::ItemId;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

const CONTEXT_CHARACTERS: usize = 120;
const PAGES_AT_ONCE: u32 = 512;
// a line's query may be a thousand times as large as the line
const LINES_AT_ONCE: usize = 5_000;
/// The most documents that a line lists, and that all lines of a run list.
const LISTED: usize = 1_000;
const LISTED_IN_ALL: usize = 10_000_000;

/// How far a run of a batch has come.
#[derive(Debug, Default)]
pub struct BatchProgress {
    /// Pages read for the names of the list.
    pub pages: AtomicU64,
    /// Of how many; 0 where the list has no names.
    pub of_pages: AtomicU64,
    /// Queries answered by the index.
    pub queries: AtomicU64,
    /// Of how many.
    pub of_queries: AtomicU64,
}

/// What is asked, and what came of it so far.
pub(crate) struct Asking<'c> {
    case: &'c Case,
    lines: Vec<BatchLine>,
    names: Names,
    queries: Vec<(usize, Query)>,
    searcher: Searcher,
    // how far the case's pages had come at the run before, and how far this run looks
    since: u64,
    revision: u64,
    listed: AtomicUsize,
}

// What a line asks.
enum Asked {
    Query(Query),
    // with all its writings, and without
    Name { name: Query, plain: Query },
}

// What was found of one line by one thread.
#[derive(Default)]
struct Tally {
    pages: u64,
    new_pages: u64,
    document_count: u64,
    documents: Vec<i64>,
    last: i64,
    first: Option<(i64, u32)>,
    context: String,
}

type Tallies = Vec<Option<Box<Tally>>>;

impl<'c> Asking<'c> {
    /// Understands all lines of a list, in `threads` threads. A line that cannot be asked says why.
    pub(crate) fn of(
        case: &'c Case,
        batch: &Batch,
        list: &[ListLine],
        since: u64,
        threads: usize,
    ) -> Result<Self, CaseError> {
        let indexed = case.index()?.committed()?;
        let mut asking = Self {
            case,
            lines: Vec::with_capacity(list.len()),
            names: Names::default(),
            queries: Vec::new(),
            searcher: case.searcher()?,
            since,
            revision: case.catalogue().number("revision")?.unwrap_or(0).unsigned_abs(),
            listed: AtomicUsize::new(0),
        };
        for lines in list.chunks(LINES_AT_ONCE) {
            for (listed, asked) in lines.iter().zip(asking.understand(lines, batch, threads.max(1))) {
                asking.add(listed, asked, batch.exact);
            }
        }
        asking.names.settle();
        if !asking.queries.is_empty() {
            // the pages that the index has not come to yet are new at the next run
            asking.revision = asking.revision.min(indexed);
        }
        Ok(asking)
    }

    fn understand(&self, lines: &[ListLine], batch: &Batch, threads: usize) -> Vec<Result<Asked, String>> {
        let one = |line: &ListLine| {
            let text = line.text.as_ref().map_err(|reason| (*reason).to_owned())?;
            let query = asked(text, batch.queries)?;
            let query = query.with_tags(|tag| self.case.tagged(tag)).map_err(|error| error.to_string())?;
            if batch.queries {
                return Ok(Asked::Query(widened(&self.searcher, query, batch.exact)));
            }
            let name = if batch.exact { query.clone() } else { query.with_all_writings() };
            Ok(Asked::Name { name, plain: query })
        };
        let share = lines.len().div_ceil(threads).max(1);
        std::thread::scope(|scope| {
            let work = |share: &[ListLine]| -> Vec<_> { share.iter().map(one).collect() };
            let workers: Vec<_> = lines.chunks(share).map(|share| scope.spawn(move || work(share))).collect();
            workers.into_iter().flat_map(|worker| worker.join().expect("a worker does not panic")).collect()
        })
    }

    fn add(&mut self, listed: &ListLine, asked: Result<Asked, String>, exact: bool) {
        let (at, text) = (self.lines.len(), listed.text.clone().unwrap_or_default());
        let mut line = BatchLine { line: listed.number, text, ..BatchLine::default() };
        match asked {
            Err(reason) => line.error = Some(reason),
            Ok(Asked::Name { name, .. }) if u32::try_from(at).is_ok_and(|at| self.names.add(at, &name)) => {}
            Ok(Asked::Name { plain, .. }) => self.queries.push((at, widened(&self.searcher, plain, exact))),
            Ok(Asked::Query(query)) => self.queries.push((at, query)),
        }
        self.lines.push(line);
    }

    /// How far the pages that were looked at go.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    pub(crate) fn lines(self) -> Vec<BatchLine> {
        self.lines
    }

    /// Asks everything; says how many pages were read.
    pub(crate) fn run(&mut self, threads: usize, progress: &BatchProgress) -> Result<u64, CaseError> {
        progress.of_queries.store(self.queries.len() as u64, Ordering::Relaxed);
        if !self.names.is_empty() {
            progress.of_pages.store(self.case.account()?.pages, Ordering::Relaxed);
            let after = Mutex::new(ItemId::new(0));
            let parts = at_once(threads, || self.read(&after, progress))?;
            parts.into_iter().for_each(|part| self.take(part));
        }
        if !self.queries.is_empty() {
            let new = if self.since > 0 { Some(self.pages_since()?) } else { None };
            let next = AtomicUsize::new(0);
            let parts = at_once(threads, || self.ask_index(&next, new.as_ref(), progress))?;
            parts.into_iter().for_each(|part| self.take(part));
        }
        Ok(progress.pages.load(Ordering::Relaxed))
    }

    // One thread's reading: some documents after the other, until there are none.
    fn read(&self, after: &Mutex<ItemId>, progress: &BatchProgress) -> Result<Tallies, CaseError> {
        let catalogue = Catalogue::open_for_reading(&self.case.folder.join(layout::CATALOGUE))?;
        let (mut scratch, mut tallies) = (Scratch::default(), self.tallies());
        loop {
            let (mut at, last) = {
                let mut after = after.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(last) = catalogue.item_after_pages(*after, PAGES_AT_ONCE)? else { return Ok(tallies) };
                ((std::mem::replace(&mut *after, last), u32::MAX), last)
            };
            loop {
                let rows = catalogue.pages_of_items(at, last, PAGES_AT_ONCE)?;
                let Some(end) = rows.last() else { break };
                at = (end.item, end.number);
                for row in rows.iter().filter(|row| row.characters > 0 && row.revision <= self.revision) {
                    self.look(row, &mut scratch, &mut tallies);
                }
                progress.pages.fetch_add(rows.len() as u64, Ordering::Relaxed);
            }
        }
    }

    fn tallies(&self) -> Tallies {
        self.lines.iter().map(|_| None).collect()
    }

    fn look(&self, row: &PageRow, scratch: &mut Scratch, tallies: &mut Tallies) {
        // a damaged record is for verification to report; it is not in the index either
        let Ok(page) = self.case.read_page(row) else { return };
        let (place, new) = ((row.item.get(), row.number), row.revision > self.since);
        self.names.find(&page.text, scratch, &mut |line, (start, end)| {
            let tally = tallies[line as usize].get_or_insert_default();
            if tally.first.is_none() {
                tally.context = snippet(&page.text, &[Span { start, end, clause: 0 }], CONTEXT_CHARACTERS).text;
            }
            tally.add(place, new, &self.listed);
        });
    }

    // One thread's queries: the next one that nobody has taken, until there are none.
    fn ask_index(
        &self,
        next: &AtomicUsize,
        new: Option<&HashSet<(i64, u32)>>,
        progress: &BatchProgress,
    ) -> Result<Tallies, CaseError> {
        let mut tallies = self.tallies();
        let options = SearchOptions { limit: usize::MAX, sort: Sort::Received, ..SearchOptions::default() };
        while let Some((line, query)) = self.queries.get(next.fetch_add(1, Ordering::Relaxed)) {
            for hit in self.searcher.search(query, &options)?.hits {
                let place = (hit.key.document, hit.key.page);
                let tally = tallies[*line].get_or_insert_default();
                tally.add(place, new.is_none_or(|new| new.contains(&place)), &self.listed);
            }
            if let Some(tally) = &mut tallies[*line] {
                tally.context = self.context(query, tally.first)?;
            }
            progress.queries.fetch_add(1, Ordering::Relaxed);
        }
        Ok(tallies)
    }

    fn context(&self, query: &Query, first: Option<(i64, u32)>) -> Result<String, CaseError> {
        let Some((document, number)) = first else { return Ok(String::new()) };
        let Some(row) = self.case.catalogue().page(ItemId::new(document), number)? else { return Ok(String::new()) };
        // as above: verification names what is damaged
        let Ok(page) = self.case.read_page(&row) else { return Ok(String::new()) };
        Ok(snippet(&page.text, &highlight(query, &page.text), CONTEXT_CHARACTERS).text)
    }

    fn pages_since(&self) -> Result<HashSet<(i64, u32)>, CaseError> {
        let (mut new, mut revision) = (HashSet::new(), self.since);
        loop {
            let rows = self.case.catalogue().pages_after(revision, PAGES_AT_ONCE)?;
            let Some(last) = rows.last() else { return Ok(new) };
            revision = last.revision;
            new.extend(rows.iter().map(|row| (row.item.get(), row.number)));
        }
    }

    fn take(&mut self, tallies: Tallies) {
        for (line, tally) in self.lines.iter_mut().zip(tallies) {
            if let Some(tally) = tally {
                line.take(*tally);
            }
        }
    }
}

// Runs the same work in several threads.
fn at_once<T: Send>(threads: usize, work: impl Fn() -> Result<T, CaseError> + Sync) -> Result<Vec<T>, CaseError> {
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(&work)).collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker does not panic")).collect()
    })
}

impl Tally {
    // Pages are added in order of document and number.
    fn add(&mut self, place: (i64, u32), new: bool, listed: &AtomicUsize) {
        self.first.get_or_insert(place);
        self.pages += 1;
        self.new_pages += u64::from(new);
        if self.last == place.0 {
            return;
        }
        self.last = place.0;
        self.document_count += 1;
        if self.documents.len() < LISTED && listed.fetch_add(1, Ordering::Relaxed) < LISTED_IN_ALL {
            self.documents.push(place.0);
        }
    }
}

impl BatchLine {
    // Adds what one thread found; no other has found anything in the same documents.
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

// A plain name is asked as a phrase. Quotation marks in it would end the phrase, and mean nothing to the analysis.
fn asked(text: &str, queries: bool) -> Result<Query, String> {
    let said = |error: QueryError| match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    };
    if queries {
        return parse(text).map_err(said);
    }
    let plain = |c: char| if matches!(c, '"' | '“' | '”' | '„' | '‟' | '＂' | '*' | '＊') { ' ' } else { c };
    let name: String = text.chars().map(plain).collect();
    parse(&format!("\"{}\"", name.trim())).map_err(|error| match error.kind {
        // the quotes are ours
        QueryErrorKind::EmptyQuotes => {
            said(QueryError { kind: QueryErrorKind::NothingToSearch(text.to_owned()), ..error })
        }
        _ => said(error),
    })
}
