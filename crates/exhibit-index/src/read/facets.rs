//! Facets: how the matching pages of a query divide by language, type, date, folder and the like.
//!
//! One pass over the results serves all requested facets. A column gives each page's value as a number, and numbers
//! are counted; only values that occur are spelled out.

use crate::error::IndexError;
use crate::read::columns::{Values, numbers, numbers_of};
use crate::read::search::Searcher;
use crate::scope::ScopedQuery;
use exhibit_query::values_text::{below, read};
use exhibit_query::{CONFIDENCE_BANDS, kind_of};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use tantivy::columnar::{Column, MonotonicallyMappableToU64, StrColumn};
use tantivy::query::EnableScoring;
use tantivy::{DocId, SegmentReader};

/// What to divide pages by.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FacetRequest {
    /// The page's language tag, in lower case: a value for `lang:`.
    Language,
    /// The file's kind ([`exhibit_query::kind_of`]): a value for `type:`.
    Kind,
    /// The file's media type: a value for `type:`.
    MediaType,
    /// The extension of the file's name: a value for `ext:`.
    Extension,
    /// States and properties: values for `is:` and `has:`.
    Word,
    /// The names of its sources: values for `source:`.
    Source,
    /// The year of the document's date: a value for `date:`; `undated` without one (`is:undated`).
    Year,
    /// Year and month, as in `2017-08`; `undated` without a date.
    Month,
    /// The direct children of a folder (empty for the top): values for `folder:`, each with all that is below it.
    Folder(String),
    /// The number of each container of the document: a value for `container:`.
    Container,
    /// Each address of the sender: a value for `sender:`.
    Sender,
    /// Each address of the recipients: a value for `recipient:`.
    Recipient,
    /// OCR's mean confidence, in bands: a value for `ocr:`. Pages without OCR have none.
    Confidence,
    /// Each of these names, by the documents that have it: tags, which are stored outside the index.
    Among(Vec<(String, Vec<i64>)>),
}

const UNDATED: &str = "undated";

type Counts = BTreeMap<String, u64>;

impl Searcher {
    /// Counts the matching pages of a query by each value of a facet. Exact; most pages first, ties by value.
    ///
    /// # Errors
    /// [`IndexError::Engine`] if the index cannot be read.
    pub fn facet(
        &self,
        query: &ScopedQuery,
        facet: FacetRequest,
    ) -> Result<Vec<(String, u64)>, IndexError> {
        Ok(self.facets(query, &[facet])?.remove(0))
    }

    /// Counts by several facets, in the order given, in one pass over the results.
    ///
    /// # Errors
    /// [`IndexError::Engine`] if the index cannot be read.
    pub fn facets(
        &self,
        query: &ScopedQuery,
        facets: &[FacetRequest],
    ) -> Result<Vec<Vec<(String, u64)>>, IndexError> {
        let weight = self
            .engine_query(query)?
            .weight(EnableScoring::disabled_from_searcher(&self.engine))?;
        let of_segment = |segment: &SegmentReader| {
            let mut tallies = facets
                .iter()
                .map(|f| Tally::of(segment, f))
                .collect::<tantivy::Result<Vec<_>>>()?;
            let (mut alive, mut total, mut values) = (Vec::new(), 0, Values::default());
            weight.for_each_no_score(segment, &mut |docs| {
                alive.clear();
                alive.extend(docs.iter().filter(|doc| !segment.is_deleted(**doc)));
                total += alive.len() as u64;
                tallies.iter_mut().for_each(|tally| tally.take(&alive, &mut values));
            })?;
            let spelled = |(facet, tally): (&FacetRequest, Tally)| tally.spell(facet, total);
            facets.iter().zip(tallies).map(spelled).collect::<tantivy::Result<Vec<Counts>>>()
        };
        let mut counts: Vec<Counts> = vec![Counts::new(); facets.len()];
        let segments = self.engine.segment_readers().iter();
        for of_segment in self.engine.index().search_executor().map(of_segment, segments)? {
            for (counts, more) in counts.iter_mut().zip(of_segment) {
                more.into_iter()
                    .for_each(|(value, count)| *counts.entry(value).or_default() += count);
            }
        }
        let sorted = |counts: Counts| {
            let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
            counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            counts
        };
        Ok(counts.into_iter().map(sorted).collect())
    }
}

/// The count of one facet within one segment.
enum Tally {
    /// By the number of a text in its column; `None` if no page of the segment has one.
    Texts(Option<StrColumn>, Vec<u64>),
    /// By the number of a folder; a page in several folders counts in each of them.
    Folders { column: Option<StrColumn>, counts: Vec<u64>, several: HashMap<Vec<u64>, u64> },
    /// By number, counted from the least; outliers are counted separately.
    Numbers { column: Column<u64>, least: u64, counts: Vec<u64>, far: HashMap<u64, u64> },
    /// By the names of documents.
    Named { document: Column<u64>, names: HashMap<u64, Vec<usize>>, counts: Vec<u64> },
}

impl Tally {
    fn of(segment: &SegmentReader, facet: &FacetRequest) -> tantivy::Result<Self> {
        let fast = segment.fast_fields();
        let texts = |column: &str| {
            let column = fast.str(column)?;
            let values = column.as_ref().map_or(0, |column| column.num_terms());
            Ok(Self::Texts(column, vec![0; values]))
        };
        let numbers = |column: Column<u64>| {
            let (least, most) = (column.min_value(), column.max_value());
            let values =
                usize::try_from(most.saturating_sub(least)).unwrap_or(usize::MAX).saturating_add(1);
            Ok(Self::Numbers {
                column,
                least,
                counts: vec![0; values.min(MOST_NEAR)],
                far: HashMap::new(),
            })
        };
        match facet {
            FacetRequest::Language => texts("language"),
            FacetRequest::Kind | FacetRequest::MediaType => texts("media_type"),
            FacetRequest::Extension => texts("extension"),
            FacetRequest::Word => texts("word"),
            FacetRequest::Source => texts("source"),
            FacetRequest::Folder(_) => {
                let column = fast.str("folder")?;
                let values = column.as_ref().map_or(0, |column| column.num_terms());
                Ok(Self::Folders { column, counts: vec![0; values], several: HashMap::new() })
            }
            FacetRequest::Sender => texts("sender"),
            FacetRequest::Recipient => texts("recipient"),
            FacetRequest::Year | FacetRequest::Month => numbers(numbers_of(segment, "month")?),
            FacetRequest::Confidence => numbers(numbers_of(segment, "ocr")?),
            FacetRequest::Container => numbers(numbers_of(segment, "container")?),
            FacetRequest::Among(named) => {
                let mut names: HashMap<u64, Vec<usize>> = HashMap::new();
                for (at, (_, documents)) in named.iter().enumerate() {
                    documents
                        .iter()
                        .for_each(|document| names.entry(document.to_u64()).or_default().push(at));
                }
                Ok(Self::Named {
                    document: numbers_of(segment, "document")?,
                    names,
                    counts: vec![0; named.len()],
                })
            }
        }
    }

    fn take(&mut self, docs: &[DocId], values: &mut Values) {
        match self {
            Self::Texts(None, _) | Self::Folders { column: None, .. } => {}
            Self::Texts(Some(column), counts) => {
                for (_, number) in values.of(column.ords(), docs) {
                    count(counts, number);
                }
            }
            Self::Folders { column: Some(column), counts, several } => {
                let mut all = values.of(column.ords(), docs).peekable();
                while let Some((doc, folder)) = all.next() {
                    let Some((_, second)) = all.next_if(|(next, _)| *next == doc) else {
                        count(counts, folder);
                        continue;
                    };
                    let mut folders = vec![folder, second];
                    while let Some((_, folder)) = all.next_if(|(next, _)| *next == doc) {
                        folders.push(folder);
                    }
                    folders.sort_unstable();
                    *several.entry(folders).or_default() += 1;
                }
            }
            Self::Numbers { column, least, counts, far } => {
                for (_, number) in values.of(column, docs) {
                    if !count(counts, number.saturating_sub(*least)) {
                        *far.entry(number).or_default() += 1;
                    }
                }
            }
            Self::Named { names, .. } if names.is_empty() => {}
            Self::Named { document, names, counts } => {
                for number in values.only(document, docs) {
                    names.get(number).into_iter().flatten().for_each(|at| counts[*at] += 1);
                }
            }
        }
    }

    // The counts, each under the name of its value. `total` is the number of pages counted.
    fn spell(self, facet: &FacetRequest, total: u64) -> tantivy::Result<Counts> {
        let mut into = Counts::new();
        let mut add = |value: String, count: u64| {
            if count > 0 {
                *into.entry(value).or_default() += count;
            }
        };
        match (self, facet) {
            (Self::Texts(None, _), _) => {}
            (
                Self::Folders { column: Some(column), counts, several },
                FacetRequest::Folder(folder),
            ) => {
                let inside = inside(&column, folder)?;
                let found: Vec<(u64, u64)> =
                    (0..).zip(counts).filter(|(_, count)| *count > 0).collect();
                children(&column, &found, folder, &inside, &mut add)?;
                for (folders, count) in several {
                    // a page counts once in a folder, however many of its places are below it
                    let once: Vec<(u64, u64)> =
                        folders.into_iter().map(|folder| (folder, 1)).collect();
                    children(&column, &once, folder, &inside, &mut |name, _| add(name, count))?;
                }
            }
            (Self::Folders { .. }, _) => {}
            (Self::Texts(Some(column), counts), _) => {
                spelled(&column, &counts, &mut |value, count| {
                    let value = if *facet == FacetRequest::Kind { kind_of(value) } else { value };
                    add(read(value), count);
                })?
            }
            (Self::Numbers { least, counts, far, .. }, _) => {
                let near = (least..).zip(counts);
                numbered(
                    facet,
                    total,
                    near.chain(far).filter(|(_, count)| *count > 0).collect(),
                    &mut add,
                );
            }
            (Self::Named { counts, .. }, FacetRequest::Among(named)) => {
                named.iter().zip(counts).for_each(|((name, _), count)| add(name.clone(), count));
            }
            (Self::Named { .. }, _) => {}
        }
        Ok(into)
    }
}

// Numbers counted in an array: enough for all months, and for a million items.
const MOST_NEAR: usize = 1 << 20;

// Numbers under their names: bands, months, years, items.
fn numbered(
    facet: &FacetRequest,
    total: u64,
    counts: Vec<(u64, u64)>,
    add: &mut dyn FnMut(String, u64),
) {
    match facet {
        FacetRequest::Confidence => {
            for (band, first, last) in CONFIDENCE_BANDS {
                let within = counts.iter().filter(|(percent, _)| (first..=last).contains(percent));
                add(band.to_owned(), within.map(|(_, count)| count).sum());
            }
        }
        FacetRequest::Year | FacetRequest::Month => {
            add(
                UNDATED.to_owned(),
                total.saturating_sub(counts.iter().map(|(_, count)| count).sum()),
            );
            for (month, count) in counts {
                let (year, month) = (month / 12, month % 12 + 1);
                let is_year = *facet == FacetRequest::Year;
                add(
                    if is_year { format!("{year:04}") } else { format!("{year:04}-{month:02}") },
                    count,
                );
            }
        }
        _ => counts
            .into_iter()
            .for_each(|(number, count)| add(i64::from_u64(number).to_string(), count)),
    }
}

// Counts a number, if it fits in the array.
fn count(counts: &mut [u64], number: u64) -> bool {
    let place = usize::try_from(number).ok().and_then(|number| counts.get_mut(number));
    place.map(|count| *count += 1).is_some()
}

// The values that occur, in order.
fn spelled(
    column: &StrColumn,
    counts: &[u64],
    emit: &mut dyn FnMut(&str, u64),
) -> std::io::Result<()> {
    let found: Vec<u64> =
        (0..).zip(counts).filter(|(_, count)| **count > 0).map(|(number, _)| number).collect();
    let mut numbers = found.iter().filter_map(|number| usize::try_from(*number).ok());
    column.dictionary().sorted_ords_to_term_cb(&found, |value| {
        if let (Some(number), Ok(value)) = (numbers.next(), std::str::from_utf8(value)) {
            emit(value, counts[number]);
        }
    })?;
    Ok(())
}

// The numbers of the folders below one, including itself.
fn inside(column: &StrColumn, folder: &str) -> std::io::Result<Range<u64>> {
    if folder.is_empty() {
        return Ok(0..column.num_terms() as u64);
    }
    let (first, last) = below(folder);
    numbers(column, &first, &last)
}

// The direct children of a folder, each with the count of all below it. `found` are folders by number, in order, with
// their counts.
fn children(
    column: &StrColumn,
    found: &[(u64, u64)],
    folder: &str,
    inside: &Range<u64>,
    add: &mut dyn FnMut(String, u64),
) -> std::io::Result<()> {
    let from = if folder.is_empty() { 0 } else { below(folder).0.len() + 1 };
    let found: Vec<(u64, u64)> =
        found.iter().copied().filter(|(number, _)| inside.contains(number)).collect();
    let numbers: Vec<u64> = found.iter().map(|(number, _)| *number).collect();
    let mut counts = found.iter().map(|(_, count)| *count);
    let mut child: (Vec<u8>, u64) = (Vec::new(), 0);
    let mut emit = |child: &(Vec<u8>, u64)| {
        if let (Ok(name), true) = (std::str::from_utf8(&child.0), child.1 > 0) {
            add(read(name), child.1);
        }
    };
    column.dictionary().sorted_ords_to_term_cb(&numbers, |value| {
        let count = counts.next().unwrap_or(0);
        // these pages are directly in the folder
        let Some(rest) = value.get(from..).filter(|rest| !rest.is_empty()) else { return };
        let end = from + rest.iter().position(|b| *b == 1).unwrap_or(rest.len());
        if child.0 != value[..end] {
            emit(&child);
            child = (value[..end].to_vec(), 0);
        }
        child.1 += count;
    })?;
    emit(&child);
    Ok(())
}
