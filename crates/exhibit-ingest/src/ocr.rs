//! OCR: pages without usable text are painted by a caged worker and read by tesseract in its own cage.
//!
//! One single-threaded tesseract per core. A document's first picture is read with the likeliest model; if that is not convincing,
//! the others of its script are tried, and the one that reads it best serves the whole document. 200 dpi come first;
//! a page read with little confidence is tried again at 300.

use crate::IngestError;
use crate::hocr::{self, Reading};
use crate::keeper::{Message, Outbound};
use crate::progress::Progress;
use crate::run::Stop;
use exhibit_cage::{Cage, CageLimits, Tool};
use exhibit_case::{CaseError, paint, read_page};
use exhibit_catalogue::{Catalogue, Item, OcrState, PageRow};
use exhibit_model::{Detail, ItemId, Note, NoteCode, Page, PageKind, Picture, Reason, Task, TextSource};
use exhibit_store::{Originals, PackReader};
use exhibit_text::language;
use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A tesseract that can be used.
#[derive(Debug, Clone)]
pub struct OcrTools {
    /// Where it is.
    pub program: PathBuf,
    /// Its name and version, such as `tesseract 5.3.0`.
    pub version: String,
    /// The models it has.
    pub languages: Vec<String>,
    /// The folder of its models.
    pub models: PathBuf,
}

/// Looks for tesseract and asks it for its version and models. It is shown no file.
#[must_use]
pub fn find_ocr() -> Option<OcrTools> {
    let program =
        ["/usr/bin/tesseract", "/usr/local/bin/tesseract"].into_iter().map(PathBuf::from).find(|p| p.exists())?;
    let ask = |argument: &str| {
        let output = Command::new(&program).arg(argument).output().ok()?;
        let text = [output.stdout, output.stderr].concat();
        Some(String::from_utf8_lossy(&text).into_owned())
    };
    let version = ask("--version")?.lines().next()?.trim().to_owned();
    let listing = ask("--list-langs")?;
    let mut lines = listing.lines();
    let models = lines.next()?.split('"').nth(1).map(PathBuf::from)?;
    let languages = lines.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    Some(OcrTools { program, version, languages, models })
}

/// The pages that wait for OCR, each once a run.
pub(crate) struct OcrQueue {
    state: Mutex<(Catalogue, VecDeque<PageRow>, (ItemId, u32))>,
}

impl OcrQueue {
    pub(crate) fn new(catalogue: Catalogue) -> Self {
        Self { state: Mutex::new((catalogue, VecDeque::new(), (ItemId::new(0), 0))) }
    }

    fn take(&self) -> Result<Option<(PageRow, Item)>, IngestError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (catalogue, ready, last) = &mut *state;
        if ready.is_empty() {
            ready.extend(catalogue.pages_for_ocr(*last, 32)?);
        }
        let Some(row) = ready.pop_front() else { return Ok(None) };
        *last = (row.item, row.number);
        let item = catalogue.item(row.item)?;
        Ok(item.map(|item| (row, item)))
    }
}

/// Which models serve.
#[derive(Default)]
pub(crate) struct Served {
    /// The model of each document, as found on its first picture.
    of_item: BTreeMap<ItemId, String>,
    /// How many documents each model serves; before the first, how many pages of own text are in its language.
    served: BTreeMap<String, u64>,
}

pub(crate) type Choices = Mutex<Served>;

/// Expects the languages that the trove's own texts have: pages by BCP 47 tag.
pub(crate) fn expecting(languages: &[(String, u64)]) -> Choices {
    let mut served = BTreeMap::new();
    for (tag, pages) in languages {
        let model = match tag.split('-').next().unwrap_or_default() {
            "zh" if tag.contains("Hant") => "chi_tra",
            "zh" => "chi_sim",
            "ug" => "uig",
            "ar" => "ara",
            "ru" => "rus",
            "kk" => "kaz",
            "bo" => "bod",
            "en" => "eng",
            _ => continue,
        };
        *served.entry(model.to_owned()).or_default() += pages;
    }
    Mutex::new(Served { of_item: BTreeMap::new(), served })
}

/// Scripts as tesseract names them, and the models for each.
const SCRIPTS: [(&str, &[&str]); 7] = [
    ("Han", &["chi_sim", "chi_tra"]),
    ("Arabic", &["uig", "ara"]),
    ("Cyrillic", &["rus", "kaz"]),
    ("Latin", &["eng"]),
    ("Tibetan", &["bod"]),
    ("Japanese", &["jpn", "chi_sim", "chi_tra"]),
    ("Korean", &["kor", "chi_sim"]),
];
/// From this mean confidence on, and with some text, no other model would read a page better. Measured on clean and
/// noisy pages: the right model reads with 0.87 to 0.95, the other Chinese one with 0.70 to 0.82, another script's with 0.05 to 0.45.
const CONVINCING: f32 = 0.85;
const HALF_READ: f32 = 0.55;
const FEW: usize = 20;

/// Whether most letters of a text are of the script that a model is for: models read other scripts as what looks alike.
fn in_script_of(model: &str, text: &str) -> bool {
    let belongs = |c: char| match model {
        "chi_sim" | "chi_tra" => {
            matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
        }
        "uig" | "ara" => matches!(c, '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}'),
        "rus" | "kaz" => matches!(c, '\u{400}'..='\u{52f}'),
        "bod" => matches!(c, '\u{f00}'..='\u{fff}'),
        "eng" => c.is_ascii_alphabetic(),
        _ => true,
    };
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    text.chars().filter(|c| c.is_alphabetic() && belongs(*c)).count() * 2 > letters
}

fn convincing(reading: &Reading) -> bool {
    reading.confidence >= CONVINCING && reading.characters >= FEW
}

pub(crate) struct OcrReader<'a> {
    pub(crate) tools: &'a OcrTools,
    pub(crate) cage: &'a Cage,
    pub(crate) originals: &'a Originals,
    pub(crate) packs: &'a PackReader,
    pub(crate) queue: &'a OcrQueue,
    pub(crate) choices: &'a Choices,
    pub(crate) passwords: &'a [String],
    pub(crate) out: Outbound<'a>,
    pub(crate) progress: &'a Progress,
    pub(crate) stop: &'a Stop,
}

const FIRST_DPI: u32 = 200;
const SECOND_DPI: u32 = 300;
/// Below this mean confidence a page is tried again with more pixels.
const DOUBTFUL: f32 = 0.80;
/// Text that a page has of its own, however damaged, gives way only to OCR of at least this confidence.
const TRUSTED: f32 = 0.60;
/// The longer side of a photograph or scan, in pixels, as given to tesseract: A4 at 200 dpi.
const PICTURE_SIDE: u32 = 2340;
const MOST_SIDE: u32 = 6000;

impl OcrReader<'_> {
    /// Reads pages until none is left.
    pub(crate) fn run(&self) -> Result<(), IngestError> {
        while !self.stop.asked() {
            let Some((row, item)) = self.queue.take()? else { break };
            let label = format!("item {} page {}", row.item.get(), row.number);
            self.progress.take_up(&label);
            let read = self.read(&row, &item);
            self.progress.put_down(&label);
            let message = match read {
                Ok(Some(page)) => Message::Page { item: row.item, page: Box::new(page) },
                Ok(None) => ended(&row, OcrState::Done, NoteCode::OcrNotBetter),
                Err(Unread::Page(reason)) => {
                    ended(&row, OcrState::Failed, NoteCode::OcrFailed { reason: Box::new(reason) })
                }
                Err(Unread::Everything(error)) => return Err(error),
            };
            self.out.send(message)?;
        }
        Ok(())
    }

    // `None` where the page has some text of its own, and OCR reads less, or hardly trusts what it reads
    fn read(&self, row: &PageRow, item: &Item) -> Result<Option<Page>, Unread> {
        let native = read_page(self.packs, row)?;
        let (reading, model) = self.best(item, &native)?;
        let own = native.counts.characters as f32;
        let trusted = reading.confidence >= TRUSTED && reading.confidence * reading.characters as f32 >= own;
        if own > 0.0 && !trusted {
            return Ok(None);
        }
        let mut page = Page {
            text: reading.text,
            boxes: reading.boxes,
            marks: Vec::new(),
            source: TextSource::Ocr {
                engine: self.tools.version.clone(),
                languages: model,
                confidence: reading.confidence,
            },
            ..native
        };
        let languages = language::of(&page.text);
        page.language = languages.main;
        page.runs = languages.runs;
        page.count_characters();
        Ok(Some(page))
    }

    fn best(&self, item: &Item, page: &Page) -> Result<(Reading, String), Unread> {
        let dpi = if page.kind == PageKind::Picture { picture_dpi(page) } else { FIRST_DPI };
        let picture = self.paint(item, page.number, dpi)?;
        let (reading, model) = match self.choice(item.id) {
            Some(model) => (self.tesseract(&picture, &model, dpi)?, model),
            None => self.choose(item.id, &picture, dpi)?,
        };
        if reading.confidence >= DOUBTFUL || page.kind == PageKind::Picture {
            return Ok((reading, model));
        }
        let larger = self.paint(item, page.number, SECOND_DPI)?;
        let again = self.tesseract(&larger, &model, SECOND_DPI)?;
        Ok((if worth(&again) > worth(&reading) { again } else { reading }, model))
    }

    fn paint(&self, item: &Item, page: u32, dpi: u32) -> Result<Picture, Unread> {
        let original = item.original.ok_or_else(|| Unread::Page(Reason::NoBytes))?;
        let file = self.originals.open_original(original).map_err(|e| Unread::Page(unreadable(&e)))?;
        let task = Task::Render { page, dpi, max_side: MOST_SIDE, grey: true };
        Ok(paint(self.cage, &file, &item.path, task, self.passwords)?)
    }

    fn choice(&self, item: ItemId) -> Option<String> {
        self.choices().of_item.get(&item).cloned()
    }

    fn choices(&self) -> MutexGuard<'_, Served> {
        self.choices.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // The likeliest model first: a page that it reads convincingly needs no other. Where it half reads the page, the other
    // models of its script are tried too; where it does not, the script is detected.
    fn choose(&self, item: ItemId, picture: &Picture, dpi: u32) -> Result<(Reading, String), Unread> {
        let first = self.likeliest().ok_or_else(|| Unread::Page(Reason::NoOcrModel))?;
        let mut best = (self.tesseract(picture, &first, dpi)?, first.clone());
        let fits = in_script_of(&first, &best.0.text);
        if !(fits && convincing(&best.0)) {
            let script = if fits && best.0.confidence >= HALF_READ {
                SCRIPTS
                    .iter()
                    .find(|(_, models)| models.contains(&first.as_str()))
                    .map(|(script, _)| (*script).to_owned())
            } else {
                self.script(picture, dpi)
            };
            for model in self.models(script.as_deref()).into_iter().filter(|model| *model != first) {
                let reading = self.tesseract(picture, &model, dpi)?;
                if worth(&reading) > worth(&best.0) {
                    best = (reading, model);
                }
            }
        }
        // a page with hardly any text says little about the rest of its document
        if best.0.characters >= FEW {
            let mut choices = self.choices();
            choices.of_item.insert(item, best.1.clone());
            *choices.served.entry(best.1.clone()).or_default() += 1;
        }
        Ok(best)
    }

    // the model that served most so far; at the start, the one for the commonest language of the trove's own texts
    fn likeliest(&self) -> Option<String> {
        let has = |model: &str| self.tools.languages.iter().any(|l| l == model);
        let choices = self.choices();
        let served = choices.served.iter().filter(|(model, _)| has(model)).max_by_key(|(_, count)| **count);
        let served = served.map(|(model, _)| model.clone());
        served.or_else(|| self.models(None).into_iter().next())
    }

    fn models(&self, script: Option<&str>) -> Vec<String> {
        const UNKNOWN: &[&str] = &["chi_sim", "uig", "eng", "rus"];
        let of_script = SCRIPTS.iter().find(|(name, _)| Some(*name) == script).map(|(_, models)| *models);
        let has = |model: &str| self.tools.languages.iter().any(|l| l == model);
        let wanted = of_script.unwrap_or(UNKNOWN).iter();
        let models: Vec<String> = wanted.filter(|m| has(m)).map(|m| (*m).to_owned()).collect();
        if models.is_empty() && has("eng") { vec!["eng".to_owned()] } else { models }
    }

    // tesseract's own detection of orientation and script; `None` where it cannot tell
    fn script(&self, picture: &Picture, dpi: u32) -> Option<String> {
        if !self.tools.languages.iter().any(|l| l == "osd") {
            return None;
        }
        let arguments = ["stdin", "stdout", "--psm", "0", "-l", "osd", "--dpi", &dpi.to_string()];
        let output = self.run_tool(picture, &arguments).ok()?;
        let text = String::from_utf8_lossy(&output).into_owned();
        text.lines().find_map(|line| line.strip_prefix("Script: ")).map(|script| script.trim().to_owned())
    }

    fn tesseract(&self, picture: &Picture, model: &str, dpi: u32) -> Result<Reading, Unread> {
        let dpi = dpi.to_string();
        let arguments =
            ["stdin", "stdout", "--psm", "3", "-l", model, "--dpi", &dpi, "-c", "hocr_char_boxes=1", "hocr"];
        let output = self.run_tool(picture, &arguments)?;
        Ok(hocr::read(&output, picture.width, picture.height))
    }

    fn run_tool(&self, picture: &Picture, arguments: &[&str]) -> Result<Vec<u8>, Unread> {
        let limits = CageLimits {
            memory_bytes: 2 << 30,
            cpu_seconds: 300,
            wall: Duration::from_secs(600),
            output_bytes: 64 << 20,
        };
        let mut tool = Tool::new(&self.tools.program, limits);
        tool.args = arguments.iter().map(OsString::from).collect();
        tool.read_folders = vec![parent(&self.tools.models)];
        tool.input = picture.png.clone();
        let end = self.cage.tool(&tool).map_err(|error| Unread::Everything(error.into()))?;
        match end.status.reason() {
            None => Ok(end.stdout),
            Some(reason) => Err(Unread::Page(reason)),
        }
    }
}

fn ended<'a>(row: &PageRow, state: OcrState, code: NoteCode) -> Message<'a> {
    Message::OcrEnded { item: row.item, state, note: Note { code, page: row.number } }
}

fn parent(folder: &Path) -> PathBuf {
    folder.parent().unwrap_or(folder).to_owned()
}

// the resolution at which a picture of unknown size in inches is `PICTURE_SIDE` pixels long
fn picture_dpi(page: &Page) -> u32 {
    let longest = page.width.max(page.height);
    if longest < 1.0 {
        return FIRST_DPI;
    }
    ((PICTURE_SIDE as f32 * 72.0 / longest) as u32).clamp(30, 1200)
}

// confidence counts, but not on a handful of characters
fn worth(reading: &Reading) -> f32 {
    reading.confidence * (1.0 - (-(reading.characters as f32) / 20.0).exp())
}

fn unreadable(error: &dyn std::error::Error) -> Reason {
    Reason::OriginalUnreadable { detail: Detail::of(&exhibit_case::chain_of(error)) }
}

/// Why a page was not read.
enum Unread {
    /// Something about this page.
    Page(Reason),
    /// Something that concerns all pages.
    Everything(IngestError),
}

impl From<CaseError> for Unread {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::NotPainted { reason } => Self::Page(reason),
            CaseError::Store(error) => Self::Page(unreadable(&error)),
            other => Self::Everything(other.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_fits_the_model_of_its_script() {
        for (model, text, fits) in [
            ("chi_sim", "登记表 2019 No", true),
            ("chi_sim", "Iypuan peruerpauuu", false),
            ("rus", "Журнал № 3", true),
            ("uig", "تىزىملىك 3", true),
            ("eng", "the register", true),
            ("eng", "2019-04", false),
        ] {
            assert_eq!(in_script_of(model, text), fits, "{model} {text}");
        }
    }
}
