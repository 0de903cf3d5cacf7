//! The quotes of a case: made, listed, and checked against the current text of the pages.
//!
//! A quote is a file in `quotes/`, named by the log entry that records it. The file is written before the entry: if a
//! crash leaves one without its entry, [`check_quotes`] reports it, and the next quote with that number replaces it.

mod nearest;
mod passage;

pub use passage::{Difference, MAX_QUOTE};

use crate::bag::content_of;
use crate::{BagError, io_error, reading};
use exhibit_case::{Case, CaseView, CaseWriter};
use exhibit_custody::{Act, Entry, Log, Ref, Verb};
use exhibit_model::{Digest, EntrySeq, ItemId, Mark, MarkKind, Page, PageNumber, Rect, TextBox};
use exhibit_proof::anchor::{Anchor, AnchorError, MachineReading, Passage, Seen, is_name};
use exhibit_store::{Readers, replace_file};
use nearest::nearest;
use passage::{differences, passage, places};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

/// A passage to quote.
#[derive(Debug, Clone, Copy)]
pub struct NewQuote<'a> {
    /// The document.
    pub item: ItemId,
    /// The page.
    pub page: PageNumber,
    /// The passage. If the page does not have it exactly as it is here, white space may differ; the quote is what the
    /// page has.
    pub exact: &'a str,
    /// Which of several equal passages on the page, from 1; `None` if there must be exactly one.
    pub nth: Option<usize>,
    /// What a person states who looked at the picture of the page. It counts only where a machine read the page.
    pub seen: Option<SeenBy<'a>>,
}

/// What a person states who looked at the picture of a passage.
#[derive(Debug, Clone, Copy)]
pub struct SeenBy<'a> {
    /// Who; the principal of the case's writer if this is `None`.
    pub by: Option<&'a str>,
    /// The text that the picture shows; `None` if it shows what the machine read.
    pub transcription: Option<&'a str>,
}

/// A passage before it is quoted.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// The passage as the page has it, with its context.
    pub passage: Passage,
    /// If a machine read the page: which, and how surely it read the passage.
    pub machine: Option<MachineReading>,
    /// The stretches that the machine read with a confidence below 90 %, each with its confidence in percent.
    pub doubtful: Vec<(String, u8)>,
    /// Whether part of the passage is text in the file that the page does not show, such as another program's OCR.
    pub is_invisible: bool,
    /// Its regions on the picture of the page.
    pub regions: Vec<Rect>,
}

/// The confidence in percent below which a stretch of a machine's reading is doubtful.
pub const SURE: u8 = 90;

/// The status of a quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuoteStatus {
    /// The page contains it, and the log recorded it.
    Valid,
    /// The page was read again since, and contains it in the same place with the same context.
    Reread,
    /// The page was read again since, and no longer contains it. The reading that was quoted is kept, and contains it.
    Superseded {
        /// The most similar passage on the page as it reads now.
        nearest: Option<String>,
    },
    /// No reading of the page contains it.
    Broken {
        /// The most similar passage on the page.
        nearest: Option<String>,
    },
    /// The document or the page no longer exists.
    PageGone,
    /// The log does not record this quote: the file was added or changed by other means.
    NotLogged,
    /// The file is not a quote.
    Unreadable,
}

/// A quote of the case, and its status.
#[derive(Debug, Clone)]
pub struct CheckedQuote {
    /// The file name without its extension.
    pub id: String,
    /// The quote, if the file is one.
    pub anchor: Option<Anchor>,
    /// Its status.
    pub standing: QuoteStatus,
}

/// Makes a quote: checks it against the page, writes its file, logs it. If the page was rendered for citing
/// ([`crate::render_pages`]), the quote's regions are of that picture.
///
/// # Errors
/// [`BagError::Absent`] with the most similar passage, [`BagError::Ambiguous`], [`BagError::NotRead`], and those of the
/// case.
pub fn make_quote(writer: &mut CaseWriter, quote: &NewQuote<'_>) -> Result<Anchor, BagError> {
    let document = writer.case.label(quote.item);
    let content = content_of(writer, quote.item)?;
    let original =
        content.original.ok_or_else(|| BagError::NoBytes { document: document.clone() })?;
    let page = writer.view().page(quote.item, quote.page)?;
    let log = writer.case.folder.log()?;
    let reading = reading::of(writer, &log, &content)?;
    let reading = reading.ok_or_else(|| BagError::NotRead { document: document.clone() })?;
    let pictures = writer.view().pictures(content.id)?;
    let picture =
        pictures.iter().find(|picture| picture.page == quote.page).map(|p| *p.sha256.as_bytes());
    let Preview { passage, mut machine, regions, .. } = preview(&writer.view(), quote)?;
    let regions = regions.into_iter().map(fragment).collect();
    let now = writer.acts.now();
    if let (Some(machine), Some(seen)) = (&mut machine, quote.seen) {
        let by = seen.by.unwrap_or_else(|| writer.acts.actor().id()).to_owned();
        let transcription = seen.transcription.map(str::to_owned);
        if !is_name(&by) || transcription.as_ref().is_some_and(|text| text.trim().is_empty()) {
            return Err(BagError::Seen);
        }
        machine.seen = Some(Seen { by, at: now.to_rfc3339(), transcription });
    }
    let work = writer.catalogue.begin()?;
    let anchor = Anchor {
        log: log.origin().to_owned(),
        entry: work.next_seq()?.get(),
        reading: reading.seq.get(),
        created: now.to_rfc3339(),
        document,
        item: quote.item.get().unsigned_abs(),
        original: *original.digest().as_bytes(),
        page: quote.page.get(),
        text_layer: *Digest::of(page.text.as_bytes()).as_bytes(),
        picture,
        machine,
        passage,
        regions,
    };
    let bytes = anchor.write();
    write_durably(&writer.case, &anchor.id(), bytes.as_bytes())?;
    let act = Act::new(Verb::Quote, Ref::Item(quote.item))
        .uses(Ref::Original(original))
        .uses(Ref::Tree(reading.tree.root()))
        .makes(Ref::Bytes(Digest::of(bytes.as_bytes())));
    writer.acts.log_at(&work, act, now)?;
    work.commit()?;
    writer.flush()?;
    Ok(anchor)
}

/// Finds a passage on its page, and states how it was read; changes nothing.
///
/// # Errors
/// [`BagError::Absent`] with the most similar passage, [`BagError::Ambiguous`], [`BagError::Length`], and those of the
/// case.
pub fn preview(view: &CaseView<'_>, quote: &NewQuote<'_>) -> Result<Preview, BagError> {
    let document = view.case().label(quote.item);
    let row = view.page_row(quote.item, quote.page)?;
    let page = view.read_page(&row)?;
    let (from, to) = find(&page, quote, &document)?;
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let (first, last) = (offset(from), offset(to));
    let boxes: Vec<&TextBox> =
        page.boxes.iter().filter(|b| b.start < last && first < b.end).collect();
    let of_machine = |b: &&&TextBox| b.confidence <= 100;
    let length = |b: &TextBox| u64::from(b.end.saturating_sub(b.start).max(1));
    let machine = (!row.reader.is_empty()).then(|| {
        // without places, only the confidence of the whole page is known
        let of_page = row.confidence.map_or(0, percent);
        let weight: u64 = boxes.iter().filter(of_machine).map(|b| length(b)).sum();
        let sum: u64 =
            boxes.iter().filter(of_machine).map(|b| length(b) * u64::from(b.confidence)).sum();
        MachineReading {
            reader: row.reader.clone(),
            confidence: sum
                .checked_div(weight)
                .and_then(|mean| u8::try_from(mean).ok())
                .unwrap_or(of_page),
            least: boxes.iter().filter(of_machine).map(|b| b.confidence).min().unwrap_or(of_page),
            seen: None,
        }
    });
    let doubtful = boxes.iter().filter(|b| b.confidence < SURE && machine.is_some());
    let stretch = |b: &&TextBox| {
        page.text.get(b.start as usize..b.end as usize).map(|text| (text.to_owned(), b.confidence))
    };
    let is_hidden =
        |mark: &Mark| mark.kind == MarkKind::Invisible && mark.start < last && first < mark.end;
    Ok(Preview {
        passage: passage(&page.text, (from, to)),
        doubtful: doubtful.filter_map(stretch).collect(),
        is_invisible: page.marks.iter().any(is_hidden),
        regions: page.regions(first, last),
        machine,
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 to 100")]
fn percent(share: f64) -> u8 {
    (share * 100.0).round().clamp(0.0, 100.0) as u8
}

/// The most places that an ambiguous passage lists.
const MOST_PLACES: usize = 1_000;
/// The places that it names.
const NAMED: usize = 10;

fn find(page: &Page, quote: &NewQuote<'_>, document: &str) -> Result<(usize, usize), BagError> {
    if !(1..=MAX_QUOTE).contains(&quote.exact.chars().count()) {
        return Err(BagError::Length);
    }
    let found = places(&page.text, quote.exact, MOST_PLACES);
    if quote.nth.is_none() && found.len() > 1 {
        let place = |place: &(usize, usize)| passage(&page.text, *place);
        return Err(BagError::Ambiguous {
            document: document.to_owned(),
            page: quote.page,
            count: found.len(),
            first: found.iter().take(NAMED).map(place).collect(),
        });
    }
    let chosen = quote.nth.unwrap_or(1).checked_sub(1).and_then(|nth| found.get(nth).copied());
    let Some((from, to)) = chosen else {
        let nearest = nearest(&page.text, quote.exact);
        return Err(BagError::Absent {
            document: document.to_owned(),
            page: quote.page,
            differences: nearest.and_then(|nearest| differences(quote.exact, nearest)),
            nearest: nearest.map(str::to_owned),
        });
    };
    // line ends and cells count as well
    if page.text[from..to].chars().count() > MAX_QUOTE {
        Err(BagError::Length)
    } else {
        Ok((from, to))
    }
}

// A region of a page in percent, as in media fragments (W3C Media Fragments, 4.2.2).
fn fragment(rect: Rect) -> String {
    let percent = |part: f32| {
        let text = format!("{:.2}", f64::from(part.clamp(0.0, 1.0)) * 100.0);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let parts = [rect.x0, rect.y0, rect.x1 - rect.x0, rect.y1 - rect.y0].map(percent);
    format!("xywh=percent:{}", parts.join(","))
}

fn write_durably(case: &Case, id: &str, bytes: &[u8]) -> Result<(), BagError> {
    let folder = case.folder.quotes();
    fs::create_dir_all(&folder).map_err(io_error("make the folder", &folder))?;
    let path = folder.join(format!("{id}.json"));
    replace_file(&path, Readers::Default, |file| file.write_all(bytes))
        .map_err(io_error("write", &path))
}

/// Reads one quote of a view's documents, named `Q-000042` or `42`, with its bytes.
///
/// # Errors
/// [`BagError::NoSuchQuote`], also if the file is not a quote.
pub fn read_quote(view: &CaseView<'_>, id: &str) -> Result<(Anchor, Vec<u8>), BagError> {
    let none = || BagError::NoSuchQuote(id.to_owned());
    let number = id.strip_prefix("Q-").unwrap_or(id).parse::<u64>().map_err(|_| none())?;
    let name = format!("Q-{number:06}");
    let bytes =
        fs::read(view.case().folder.quotes().join(format!("{name}.json"))).map_err(|_| none())?;
    let is_visible =
        |anchor: &Anchor| view.scope().contains(ItemId::new(anchor.item.cast_signed()));
    let anchor =
        Anchor::read(&bytes).ok().filter(|anchor| anchor.id() == name && is_visible(anchor));
    let anchor = anchor.ok_or_else(none)?;
    Ok((anchor, bytes))
}

/// The files of quotes in the order of their numbers, with their names.
fn quote_files(case: &Case) -> Result<Vec<(String, PathBuf)>, BagError> {
    let folder = case.folder.quotes();
    let mut files = Vec::new();
    match fs::read_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(files),
        Err(error) => return Err(io_error("list", &folder)(error)),
        Ok(entries) => {
            for entry in entries {
                let path = entry.map_err(io_error("list", &folder))?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if let Some(id) = name.strip_suffix(".json") {
                    files.push((id.to_owned(), path));
                }
            }
        }
    }
    files.sort_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
    Ok(files)
}

/// The quotes of a view's documents, unchecked; other files are left out: [`check_quotes`] reports them.
///
/// # Errors
/// [`BagError::Io`].
pub fn list_quotes(view: &CaseView<'_>) -> Result<Vec<Anchor>, BagError> {
    let files = quote_files(view.case())?;
    Ok(files
        .iter()
        .filter_map(|(id, _)| read_quote(view, id).ok())
        .map(|(anchor, _)| anchor)
        .collect())
}

/// Checks every quote of a case against its page and the log.
///
/// # Errors
/// [`BagError`] only if the check itself is impossible, as it is within a restricted scope.
pub fn check_quotes(view: &CaseView<'_>) -> Result<Vec<CheckedQuote>, BagError> {
    view.whole()?;
    let log = view.case().folder.log()?;
    let check = |(id, _): (String, PathBuf)| match read_quote(view, &id) {
        Ok((anchor, bytes)) if anchor.id() == id => {
            let standing = standing(view, &log, &anchor, &bytes);
            CheckedQuote { id, anchor: Some(anchor), standing }
        }
        _ => CheckedQuote { id, anchor: None, standing: QuoteStatus::Unreadable },
    };
    Ok(quote_files(view.case())?.into_iter().map(check).collect())
}

pub(crate) fn standing(
    view: &CaseView<'_>,
    log: &Log,
    anchor: &Anchor,
    bytes: &[u8],
) -> QuoteStatus {
    if !is_logged(log, anchor, bytes) {
        return QuoteStatus::NotLogged;
    }
    let item = ItemId::new(anchor.item.cast_signed());
    let same = view
        .item(item)
        .is_ok_and(|item| item.original.is_some_and(|o| *o.digest().as_bytes() == anchor.original));
    if !same {
        return QuoteStatus::PageGone;
    }
    let page = view.page(item, PageNumber::new(anchor.page)).ok();
    let text = page.as_ref().map_or("", |page| page.text.as_str());
    match anchor.check(text) {
        Ok(()) => QuoteStatus::Valid,
        Err(AnchorError::TextLayer) if anchor.passage.locate(text).is_ok() => QuoteStatus::Reread,
        Err(_) if is_of_kept_reading(view, anchor) => {
            QuoteStatus::Superseded { nearest: nearest_on(text, anchor) }
        }
        Err(_) if page.is_some() => QuoteStatus::Broken { nearest: nearest_on(text, anchor) },
        Err(_) => QuoteStatus::PageGone,
    }
}

fn nearest_on(text: &str, anchor: &Anchor) -> Option<String> {
    nearest(text, &anchor.passage.exact).map(str::to_owned)
}

/// Whether a superseded reading of the page has exactly the quoted text, and the passage in its place.
fn is_of_kept_reading(view: &CaseView<'_>, anchor: &Anchor) -> bool {
    let item = ItemId::new(anchor.item.cast_signed());
    let rows = view.page_layers(item, PageNumber::new(anchor.page)).unwrap_or_default();
    let quoted = rows.iter().filter(|row| *row.text_digest.as_bytes() == anchor.text_layer);
    quoted.filter_map(|row| view.read_page(row).ok()).any(|page| anchor.check(&page.text).is_ok())
}

fn is_logged(log: &Log, anchor: &Anchor, bytes: &[u8]) -> bool {
    let entry =
        log.entry(EntrySeq::new(anchor.entry)).ok().and_then(|entry| Entry::read(&entry).ok());
    let made = Ref::Bytes(Digest::of(bytes));
    let item = Ref::Item(ItemId::new(anchor.item.cast_signed()));
    log.origin() == anchor.log
        && entry.is_some_and(|entry| {
            entry.act == Verb::Quote && entry.object == item && entry.made.contains(&made)
        })
}
