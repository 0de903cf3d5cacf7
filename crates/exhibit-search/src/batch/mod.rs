//! Batches: many names or queries run against a case at once, stored in it so that they can be run again.
//!
//! A batch is a folder under `batches` in the case: the list as it was given, its metadata, and a file for each run.
//! [`run::Runner`] does the run.

mod export;
mod run;

pub use export::{BatchForm, ErrorText, Which};
pub use run::BatchProgress;

use self::run::Runner;
use crate::files::{io_error, read_json, write_whole};
use crate::lists::read_list;
use crate::{Search, SearchError};
use exhibit_model::Moment;
use exhibit_query::{PageKey, QueryError};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

/// The maximum number of lines in a batch.
pub const MOST_LINES: usize = 1_000_000;

/// The metadata of a batch.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Batch {
    /// Its number, from 1.
    #[serde(skip)]
    pub number: u64,
    /// Its display name.
    pub name: String,
    /// When it was created, microseconds since 1970.
    pub made: i64,
    /// Whether its lines are queries; plain names otherwise.
    pub queries: bool,
    /// Whether words match only as written, without variants.
    pub exact: bool,
    /// The column of the list to use, from 0, if the list is a table.
    pub column: Option<usize>,
    /// The latest run, if any.
    #[serde(skip)]
    pub last_run: Option<BatchRun>,
}

/// A run of a batch.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct BatchRun {
    /// Its number, from 1.
    pub run: u64,
    /// When it began, microseconds since 1970.
    pub at: i64,
    /// The revision of the case's pages at this run.
    pub revision: u64,
    /// Their revision at the previous run; 0 for the first run.
    pub since: u64,
    /// Pages that were read.
    pub pages: u64,
    /// Lines run.
    pub lines: u64,
    /// Lines with a hit.
    pub found: u64,
    /// Lines with a hit on a page that is new since the previous run.
    pub new: u64,
    /// Lines that could not be run.
    pub bad: u64,
    /// The name of the restricted scope in which it ran; absent for a run over the whole case. A view lists the runs of
    /// its own scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// The result of one line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchLine {
    /// Its number in the list.
    pub line: u64,
    /// The name or query; empty if it could not be read.
    pub text: String,
    /// Why it could not be run.
    pub error: Option<BatchLineError>,
    /// Pages that match.
    pub pages: u64,
    /// Pages that match and are new, or were read again, since the previous run.
    pub new_pages: u64,
    /// The number of documents with a matching page.
    #[serde(default)]
    pub document_count: u64,
    /// The first of these documents, by number, in order: at most a thousand, and fewer in a run with very many
    /// matches.
    pub documents: Vec<i64>,
    /// The first matching page.
    #[serde(with = "stored_key")]
    pub first: Option<PageKey>,
    /// The text around the first hit there.
    pub context: String,
}

// A page is stored as `[document, page]`.
mod stored_key {
    use exhibit_model::PageNumber;
    use exhibit_query::PageKey;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    pub(super) fn serialize<S: Serializer>(
        key: &Option<PageKey>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        key.map(|key| (key.document, key.page.get())).serialize(to)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(
        from: D,
    ) -> Result<Option<PageKey>, D::Error> {
        let stored = Option::<(i64, u32)>::deserialize(from)?;
        Ok(stored.map(|(document, page)| PageKey { document, page: PageNumber::new(page) }))
    }
}

/// Why a line could not be run, as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchLineError {
    /// The code: `not-utf8`, `too-long`, `tags-unreadable`, or that of a query error.
    pub code: String,
    /// For a query error: where, in characters from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<usize>,
    /// The values of the code, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
}

impl BatchLineError {
    /// An error that is not one of a query.
    #[must_use]
    pub fn plain(code: &str) -> Self {
        Self { code: code.to_owned(), ..Self::default() }
    }

    /// The query error, if it is one that this version knows.
    #[must_use]
    pub fn query(&self) -> Option<QueryError> {
        let value = |name: &str| self.values.get(name).map(String::as_str);
        QueryError::from_code(&self.code, self.position?, value)
    }
}

impl From<QueryError> for BatchLineError {
    fn from(error: QueryError) -> Self {
        let values =
            error.values().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { code: error.code().to_owned(), position: Some(error.position), values }
    }
}

/// A batch to create.
#[derive(Debug, Clone, Copy)]
pub struct NewBatch<'a> {
    /// Its display name.
    pub name: &'a str,
    /// The list, unchanged.
    pub list: &'a [u8],
    /// See [`Batch::queries`].
    pub queries: bool,
    /// See [`Batch::exact`].
    pub exact: bool,
    /// See [`Batch::column`].
    pub column: Option<usize>,
}

impl Search<'_> {
    /// Stores a list as a new batch. Returns its number and the number of its lines.
    ///
    /// # Errors
    /// [`SearchError::TooManyLines`]; [`SearchError::Case`] if the case cannot be written.
    pub fn new_batch(&self, new: &NewBatch<'_>, now: Moment) -> Result<(u64, usize), SearchError> {
        self.view.case().must_be_open()?;
        let lines = read_list(new.list, new.column).len();
        if lines > MOST_LINES {
            return Err(SearchError::TooManyLines { lines, most: MOST_LINES });
        }
        let above = self.view.case().folder.batches();
        fs::create_dir_all(&above).map_err(io_error("make", &above))?;
        let mut number = numbers(&above)?.last().copied().unwrap_or(0) + 1;
        let folder = loop {
            let folder = above.join(number.to_string());
            match fs::create_dir(&folder) {
                // another process created one at the same time
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
                result => {
                    break result.map(|()| folder.clone()).map_err(io_error("make", &folder))?;
                }
            }
        };
        write_whole(&folder.join("list"), |file| file.write_all(new.list))?;
        let batch = Batch {
            number,
            name: new.name.to_owned(),
            made: now.0,
            queries: new.queries,
            exact: new.exact,
            column: new.column,
            last_run: None,
        };
        // last, so that a folder without it does not count as a batch
        write_whole(&folder.join("batch.json"), |file| Ok(serde_json::to_writer(file, &batch)?))?;
        Ok((number, lines))
    }

    /// The batches of the case, in the order of their creation.
    ///
    /// # Errors
    /// [`SearchError::Case`] if they cannot be read.
    pub fn batches(&self) -> Result<Vec<Batch>, SearchError> {
        let above = self.view.case().folder.batches();
        let all = numbers(&above)?
            .into_iter()
            .filter(|n| above.join(n.to_string()).join("batch.json").exists());
        all.map(|number| self.batch(number)).collect()
    }

    /// One batch.
    ///
    /// # Errors
    /// [`SearchError::NotKept`] if there is no batch with this number.
    pub fn batch(&self, number: u64) -> Result<Batch, SearchError> {
        let folder = self.batch_folder(number)?;
        let mut batch: Batch = read_json(&folder.join("batch.json"))?;
        batch.number = number;
        batch.last_run = self.last_run(&folder)?.map(|(_, run)| run);
        Ok(batch)
    }

    /// The results of each line in a batch's latest run, in order; empty before the first run.
    ///
    /// # Errors
    /// [`SearchError::NotKept`], or [`SearchError::Case`] if the run cannot be read.
    pub fn batch_lines(
        &self,
        number: u64,
        each: &mut dyn FnMut(BatchLine),
    ) -> Result<(), SearchError> {
        if let Some((path, _)) = self.last_run(&self.batch_folder(number)?)? {
            for line in lines_of::<BatchLine>(&path)?.skip(1) {
                let mut line = line?;
                // runs of earlier versions list all documents and have no count
                line.document_count = line.document_count.max(line.documents.len() as u64);
                each(line);
            }
        }
        Ok(())
    }

    /// Runs all lines of a batch and stores the results.
    ///
    /// # Errors
    /// [`SearchError::NotKept`]; those of reading pages, searching and writing. A line that cannot be run is not
    /// an error.
    pub fn run_batch(
        &self,
        number: u64,
        now: Moment,
        threads: usize,
        progress: &BatchProgress,
    ) -> Result<BatchRun, SearchError> {
        self.view.case().must_be_open()?;
        let batch = self.batch(number)?;
        let folder = self.batch_folder(number)?;
        let list = folder.join("list");
        let list = read_list(&fs::read(&list).map_err(io_error("read", &list))?, batch.column);
        let before = batch.last_run.clone().unwrap_or_default();
        let mut runner = Runner::of(self.clone(), &batch, &list, before.revision, threads)?;
        let pages = runner.run(threads, progress)?;
        let revision = runner.revision();
        let number = run_numbers(&folder)?.last().copied().unwrap_or(0) + 1;
        let (since, scope) = (before.revision, self.scope_name());
        let mut run = BatchRun {
            run: number,
            at: now.0,
            revision,
            since,
            pages,
            scope,
            ..BatchRun::default()
        };
        let lines = runner.lines();
        for line in &lines {
            run.lines += 1;
            run.bad += u64::from(line.error.is_some());
            run.found += u64::from(line.pages > 0);
            run.new += u64::from(line.new_pages > 0);
        }
        write_whole(&folder.join(format!("run-{}.ndjson", run.run)), |file| {
            serde_json::to_writer(&mut *file, &run)?;
            for line in &lines {
                file.write_all(b"\n")?;
                serde_json::to_writer(&mut *file, line)?;
            }
            file.write_all(b"\n")
        })?;
        Ok(run)
    }

    // The latest run of a batch in the scope of the view.
    fn last_run(&self, folder: &Path) -> Result<Option<(PathBuf, BatchRun)>, SearchError> {
        let scope = self.scope_name();
        for number in run_numbers(folder)?.into_iter().rev() {
            let path = folder.join(format!("run-{number}.ndjson"));
            if let Some(run) = lines_of::<BatchRun>(&path)?.next().transpose()?
                && run.scope == scope
            {
                return Ok(Some((path, run)));
            }
        }
        Ok(None)
    }

    fn scope_name(&self) -> Option<String> {
        self.view.scope().name().map(|name| name.to_string())
    }

    fn batch_folder(&self, number: u64) -> Result<PathBuf, SearchError> {
        let folder = self.view.case().folder.batches().join(number.to_string());
        if !folder.join("batch.json").exists() {
            return Err(SearchError::NotKept {
                what: crate::Kept::Batch,
                name: number.to_string(),
            });
        }
        Ok(folder)
    }
}

fn numbers(above: &Path) -> Result<Vec<u64>, SearchError> {
    let entries = match fs::read_dir(above) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(io_error("list", above))?,
    };
    let number = |entry: fs::DirEntry| entry.file_name().to_str()?.parse().ok();
    let mut numbers: Vec<u64> = entries.flatten().filter_map(number).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

fn run_numbers(folder: &Path) -> Result<Vec<u64>, SearchError> {
    let number = |entry: fs::DirEntry| {
        let name = entry.file_name().to_str()?.to_owned();
        name.strip_prefix("run-")?.strip_suffix(".ndjson")?.parse::<u64>().ok()
    };
    let entries = fs::read_dir(folder).map_err(io_error("list", folder))?;
    let mut numbers: Vec<u64> = entries.flatten().filter_map(number).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

fn lines_of<T: DeserializeOwned>(
    path: &Path,
) -> Result<impl Iterator<Item = Result<T, SearchError>> + use<T>, SearchError> {
    let file = BufReader::new(File::open(path).map_err(io_error("read", path))?);
    let path = path.to_owned();
    Ok(file.lines().map(move |line| {
        let line = line.map_err(io_error("read", &path))?;
        serde_json::from_str(&line).map_err(|error| io_error("understand", &path)(error.into()))
    }))
}
