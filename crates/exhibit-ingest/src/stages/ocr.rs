//! OCR: a caged worker renders pages without usable text and recognises their Chinese and Latin text with models of its
//! own. Lines that may be in other scripts come back straightened on one picture, which tesseract reads in a cage of its
//! own; so it reads everything where the program was built without models, or where they fail.
//!
//! One single-threaded tesseract per core. Without the models, a document's first picture is read with the likeliest of
//! tesseract's; if the result is not convincing, the others of its script are tried, and the best one is used for the whole
//! document. Pages are rendered at 200 dpi; a page read with little confidence is tried again at 300, a picture with its
//! orientation detected. Which text is current is decided by [`exhibit_model::layers`].

use super::{Event, JobContext, NewJob, Output, Outputs, Stage, StageName, reason_of_death};
use crate::IngestError;
use crate::hocr::{self, Reading};
use crate::recognition::{self, Others};
use exhibit_cage::{Cage, CageLimits, Tool, ToolStatus};
use exhibit_case::{CaseError, read_page, recognise, render};
use exhibit_catalogue::{Catalogue, Item, JobEnd, JobSpan, Lease, OcrState, PageRow};
use exhibit_model::layers::{self, Current};
use exhibit_model::{
    Detail, Digest, ItemId, Note, NoteCode, OriginalId, Page, PageKind, Picture, Reason, Task,
    TextSource,
};
use exhibit_store::{Originals, PackReader};
use exhibit_text::language;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// An available tesseract.
#[derive(Debug, Clone, Default)]
pub struct OcrTools {
    /// Its path.
    pub program: PathBuf,
    /// Its name and version, such as `tesseract 5.3.0`.
    pub version: String,
    /// Its models.
    pub languages: Vec<String>,
    /// The folder of its models.
    pub models: PathBuf,
}

/// Finds tesseract and queries its version and models. It gets no file.
#[must_use]
pub fn find_ocr() -> Option<OcrTools> {
    let program = ["/usr/bin/tesseract", "/usr/local/bin/tesseract"]
        .into_iter()
        .map(PathBuf::from)
        .find(|p| p.exists())?;
    let ask = |argument: &str| {
        let output = Command::new(&program).arg(argument).output().ok()?;
        let text = [output.stdout, output.stderr].concat();
        Some(String::from_utf8_lossy(&text).into_owned())
    };
    let version = ask("--version")?.lines().next()?.trim().to_owned();
    let listing = ask("--list-langs")?;
    let mut lines = listing.lines();
    let models = lines.next()?.split('"').nth(1).map(PathBuf::from)?;
    let languages =
        lines.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    Some(OcrTools { program, version, languages, models })
}

/// The models in use.
#[derive(Default)]
struct Models {
    /// The model of each document, as found on its first picture.
    of_item: BTreeMap<ItemId, String>,
    /// The number of documents each model was used for; at the start, the number of pages of native text in its
    /// language.
    used: BTreeMap<String, u64>,
}

// The models to expect for the languages of the trove's native texts: pages by BCP 47 tag.
fn expected(languages: &[(String, u64)]) -> BTreeMap<String, u64> {
    let mut used = BTreeMap::new();
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
        *used.entry(model.to_owned()).or_default() += pages;
    }
    used
}

/// Scripts by tesseract's names, and the models for each.
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
/// noisy pages: the right model reads with 0.87 to 0.95, the other Chinese one with 0.70 to 0.82, another script's with
/// 0.05 to 0.45.
const CONVINCING: f32 = 0.85;
const HALF_READ: f32 = 0.55;
const FEW: usize = 20;

/// Whether most letters of a text are of the script that a model is for: models read other scripts as similar-looking
/// letters.
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

pub(crate) struct Ocr<'a> {
    /// The models in the workers; `None`: the program was built without, or OCR is disabled.
    recogniser: Option<&'a str>,
    /// Without languages: tesseract is not installed, or OCR is disabled.
    tools: OcrTools,
    cage: &'a Cage,
    passwords: &'a [String],
    models: Mutex<Models>,
}

/// Tesseract's page segmentation: automatic, without and with detection of the orientation.
const AUTOMATIC: &str = "3";
const ORIENTED: &str = "1";
const FIRST_DPI: u32 = 200;
const SECOND_DPI: u32 = 300;
/// Below this mean confidence a page is tried again at a higher resolution.
const DOUBTFUL: f32 = 0.80;
/// Segmentation of one block of lines.
const BLOCK: &str = "6";
/// Scripts that the models in the workers do not know, by tesseract's names.
const OTHER_SCRIPTS: [&str; 3] = ["Arabic", "Cyrillic", "Tibetan"];
/// The mean confidence from which tesseract's reading of a line is believed, if its script was detected; and if not.
const TRUSTED: f32 = 0.60;
const UNEXPECTED: f32 = 0.75;
/// From this part of a page's lines on that may be in another script, all others are tried even if none was detected.
const MANY: f32 = 0.3;
/// Pictures are recognised as they are.
const WHOLE_PICTURE_DPI: u32 = 4800;
/// The longer side of a photograph or scan, in pixels, as given to tesseract: A4 at 200 dpi.
const PICTURE_SIDE: u32 = 2340;
const MOST_SIDE: u32 = 6000;

impl<'a> Ocr<'a> {
    pub(crate) fn new(
        recogniser: Option<&'a str>,
        tesseract: Option<&OcrTools>,
        cage: &'a Cage,
        passwords: &'a [String],
    ) -> Self {
        let tools = tesseract.cloned().unwrap_or_default();
        Self { recogniser, tools, cage, passwords, models: Mutex::default() }
    }
}

impl Stage for Ocr<'_> {
    fn name(&self) -> StageName {
        StageName::OCR
    }

    fn version(&self) -> &'static str {
        "2"
    }

    fn parameters(&self) -> String {
        let named = |name: &str| if name.is_empty() { "none".to_owned() } else { name.to_owned() };
        let recogniser = named(self.recogniser.unwrap_or_default());
        format!("recogniser={recogniser} tesseract={}", named(&self.tools.version))
    }

    fn available(&self) -> bool {
        self.recogniser.is_some() || !self.tools.languages.is_empty()
    }

    fn begin(&self, catalogue: &Catalogue) -> Result<(), IngestError> {
        self.models().used = expected(&catalogue.account()?.languages);
        Ok(())
    }

    fn next(&self, event: &Event<'_>) -> Vec<NewJob> {
        let Event::Pages { original, pages } = event else { return Vec::new() };
        let wanted = pages.iter().filter(|row| row.ocr == OcrState::Wanted);
        wanted
            .map(|row| NewJob {
                span: JobSpan::Pages(row.number, row.number),
                input: input_of(*original, row),
            })
            .collect()
    }

    fn run(&self, job: &Lease, means: &JobContext<'_>) -> Result<Outputs, IngestError> {
        let JobSpan::Pages(number, _) = job.span else { return Ok(Outputs::ABANDONED) };
        let row = means.catalogue.native_page(job.item, number)?;
        let item = means.catalogue.item(job.item)?;
        let (Some(row), Some(item)) = (row, item) else { return Ok(Outputs::ABANDONED) };
        // the page was read again since the job was added, and has another job
        let Some(original) =
            item.original.filter(|original| input_of(*original, &row) == job.input)
        else {
            return Ok(Outputs::ABANDONED);
        };
        let tools = &self.tools;
        let session = Session {
            stage: self,
            tools,
            packs: means.packs,
            originals: means.originals,
            original,
            item,
        };
        let (end, outputs) = match session.read(&row) {
            Ok(Read { page: Some(page), notes }) => {
                let notes = notes
                    .into_iter()
                    .map(|code| Output::Note(Note { code, page: row.number.get() }));
                (JobEnd::Done, notes.chain([Output::Page(Box::new(page))]).collect())
            }
            Ok(Read { page: None, notes }) => {
                let code = notes.into_iter().next().unwrap_or(NoteCode::OcrNotBetter);
                (JobEnd::Done, vec![unread(&row, OcrState::Done, code)])
            }
            Err(Unread::Page(reason)) => {
                (JobEnd::Failed(reason.clone()), vec![failed(&row, reason)])
            }
            Err(Unread::Died(reason)) => {
                let reason = reason_of_death(job, reason);
                (JobEnd::Died(reason.clone()), vec![failed(&row, reason)])
            }
            Err(Unread::Everything(error)) => return Err(error),
        };
        Ok(Outputs { end, outputs, peak_memory: None })
    }
}

// The input of OCR of a page: the original's picture of it, and its native text.
fn input_of(original: OriginalId, row: &PageRow) -> Digest {
    let mut bytes = original.digest().as_bytes().to_vec();
    bytes.extend_from_slice(row.digest.as_bytes());
    Digest::of(&bytes)
}

fn failed(row: &PageRow, reason: Reason) -> Output {
    unread(row, OcrState::Failed, NoteCode::OcrFailed { reason: Box::new(reason) })
}

fn unread(row: &PageRow, state: OcrState, code: NoteCode) -> Output {
    Output::Unread { page: row.number, state, note: Note { code, page: row.number.get() } }
}

/// The result of OCR of a page: `None` if its own text stays as it is.
struct Read {
    page: Option<Page>,
    notes: Vec<NoteCode>,
}

/// A page as recognised: the engine and its models, and what is to be noted.
struct Recognised {
    reading: Reading,
    engine: String,
    models: String,
    notes: Vec<NoteCode>,
}

/// A page during OCR.
struct Session<'a> {
    stage: &'a Ocr<'a>,
    tools: &'a OcrTools,
    packs: &'a PackReader,
    originals: &'a Originals,
    original: OriginalId,
    item: Item,
}

impl Session<'_> {
    fn read(&self, row: &PageRow) -> Result<Read, Unread> {
        let native = read_page(self.packs, row)?;
        let Recognised { reading, engine, models, mut notes } = self.recognise(&native)?;
        let combined = layers::combine(
            &native,
            &layers::Recognised { text: &reading.text, boxes: &reading.boxes },
        );
        notes.extend(
            (combined.doubtful > 0).then_some(NoteCode::OcrDoubtful { words: combined.doubtful }),
        );
        let change = match combined.current {
            Current::Own if native.counts.characters > 0 => {
                return Ok(Read { page: None, notes });
            }
            Current::Own | Current::Recognised { replaced: 0 } => None,
            Current::Both { added } => Some(NoteCode::OcrAdded { words: added }),
            Current::Recognised { replaced } => {
                Some(NoteCode::OcrReplaced { characters: replaced })
            }
        };
        let mut page = Page {
            text: combined.text,
            boxes: combined.boxes,
            marks: combined.marks,
            source: TextSource::Ocr { engine, languages: models, confidence: reading.confidence },
            ..native
        };
        let languages = language::detect(&page.text);
        page.language = languages.main;
        page.runs = languages.runs;
        page.count_characters();
        Ok(Read { page: Some(page), notes: change.into_iter().chain(notes).collect() })
    }

    // The worker's own models read everything in the scripts that they know; what remains is left to tesseract.
    fn recognise(&self, page: &Page) -> Result<Recognised, Unread> {
        let Some(recogniser) = self.stage.recogniser else { return self.by_tesseract(page, None) };
        let dpi = if page.kind == PageKind::Picture { WHOLE_PICTURE_DPI } else { FIRST_DPI };
        let file = self.originals.open_original(self.original);
        let file = file.map_err(|error| Unread::Page(unreadable(&error)))?;
        let read = recognise(
            self.stage.cage,
            &file,
            &self.item.path,
            page.number,
            dpi,
            self.stage.passwords,
        );
        let (read, drawn) = match read.map_err(Unread::from) {
            Ok(read) => read,
            Err(Unread::Page(reason)) if !self.tools.languages.is_empty() => {
                return self.by_tesseract(page, Some(reason));
            }
            Err(error) => return Err(error),
        };
        let others = match drawn {
            Some(picture) if !self.tools.languages.is_empty() => {
                self.other_scripts(&read, &picture)?
            }
            _ => Others::default(),
        };
        let assembled = recognition::assemble(&read, &others);
        let mut engine = recogniser.to_owned();
        let mut models =
            vec![if read.lines.iter().any(|line| line.large) { "tiny+small" } else { "tiny" }];
        models.extend(others.models());
        if models.len() > 1 {
            engine = format!("{engine}, {}", self.tools.version);
        }
        let mut notes = Vec::new();
        notes.extend(
            (assembled.unread > 0).then_some(NoteCode::OcrUnread { lines: assembled.unread }),
        );
        notes.extend(read.truncated.then_some(NoteCode::OcrLimit));
        Ok(Recognised { reading: assembled.reading, engine, models: models.join("+"), notes })
    }

    // `failure`: why the models did not read the page.
    fn by_tesseract(&self, page: &Page, failure: Option<Reason>) -> Result<Recognised, Unread> {
        let (reading, models) = match (self.best(page), &failure) {
            (Ok(best), _) => best,
            (Err(Unread::Page(_)), Some(reason)) => return Err(Unread::Page(reason.clone())),
            (Err(error), _) => return Err(error),
        };
        let notes = failure.map(|reason| NoteCode::RecogniserFailed { reason: Box::new(reason) });
        Ok(Recognised {
            reading,
            engine: self.tools.version.clone(),
            models,
            notes: notes.into_iter().collect(),
        })
    }

    // What tesseract reads in the lines that were drawn for it: first in the script that it detects, then in others while
    // lines remain.
    fn other_scripts(
        &self,
        read: &exhibit_model::Reading,
        picture: &Picture,
    ) -> Result<Others, Unread> {
        let mut others = Others::default();
        let detected = self.script(picture, SECOND_DPI);
        let expected = detected.as_deref().filter(|script| OTHER_SCRIPTS.contains(script));
        let rest = OTHER_SCRIPTS.into_iter().filter(|script| Some(*script) != expected);
        let try_all = expected.is_some() || recognition::foreign_share(read) >= MANY;
        for script in expected.into_iter().chain(rest.filter(|_| try_all)) {
            if others.are_complete(read) {
                break;
            }
            let least = if Some(script) == expected { TRUSTED } else { UNEXPECTED };
            for model in self.installed(script) {
                let reading = self.tesseract(picture, model, SECOND_DPI, BLOCK)?;
                let taken = others.take(read, picture, &reading, model, |text, confidence| {
                    confidence >= least && in_script_of(model, text)
                });
                // another language of the script does not read what the first reads nothing of
                if taken == 0 {
                    break;
                }
            }
        }
        Ok(others)
    }

    // The models for a script, the one used most so far first.
    fn installed(&self, script: &str) -> Vec<&'static str> {
        let of_script =
            SCRIPTS.iter().find(|(name, _)| *name == script).map_or(&[][..], |(_, models)| models);
        let has = |model: &&str| self.tools.languages.iter().any(|l| l == model);
        let mut models: Vec<&'static str> = of_script.iter().copied().filter(has).collect();
        let used = self.stage.models();
        models.sort_by_key(|model| {
            std::cmp::Reverse(used.used.get(*model).copied().unwrap_or_default())
        });
        models
    }

    fn best(&self, page: &Page) -> Result<(Reading, String), Unread> {
        let is_picture = page.kind == PageKind::Picture;
        let picture =
            self.render(page.number, if is_picture { picture_dpi(page) } else { FIRST_DPI })?;
        // a picture is rendered so that its letters are of the size that they have on a page at this resolution
        let dpi = FIRST_DPI;
        let (reading, model) = match self.stage.model_of(self.item.id) {
            Some(model) => (self.tesseract(&picture, &model, dpi, AUTOMATIC)?, model),
            None => self.choose(&picture, dpi)?,
        };
        if reading.confidence >= DOUBTFUL {
            return Ok((reading, model));
        }
        let better =
            |best: Reading, again: Reading| if worth(&again) > worth(&best) { again } else { best };
        let mut best = reading;
        if !is_picture {
            let larger = self.render(page.number, SECOND_DPI)?;
            best = better(best, self.tesseract(&larger, &model, SECOND_DPI, AUTOMATIC)?);
        }
        if best.characters > 0 && best.confidence < HALF_READ && self.detects_orientation() {
            best = better(best, self.tesseract(&picture, &model, dpi, ORIENTED)?);
        }
        Ok((best, model))
    }

    fn render(&self, page: u32, dpi: u32) -> Result<Picture, Unread> {
        let file = self.originals.open_original(self.original);
        let file = file.map_err(|error| Unread::Page(unreadable(&error)))?;
        let task = Task::Render { page, dpi, max_side: MOST_SIDE, grey: true };
        Ok(render(self.stage.cage, &file, &self.item.path, task, self.stage.passwords)?)
    }

    // The likeliest model first: a page that it reads convincingly needs no other. Where it half reads the page, the
    // other models of its script are tried too; where it does not, the script is detected.
    fn choose(&self, picture: &Picture, dpi: u32) -> Result<(Reading, String), Unread> {
        let first = self.likeliest().ok_or_else(|| Unread::Page(Reason::NoOcrModel))?;
        let mut best = (self.tesseract(picture, &first, dpi, AUTOMATIC)?, first.clone());
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
            for model in self.models(script.as_deref()).into_iter().filter(|model| *model != first)
            {
                let reading = self.tesseract(picture, &model, dpi, AUTOMATIC)?;
                if worth(&reading) > worth(&best.0) {
                    best = (reading, model);
                }
            }
        }
        // a page with hardly any text is weak evidence about the rest of its document
        if best.0.characters >= FEW {
            self.stage.use_model(self.item.id, &best.1);
        }
        Ok(best)
    }

    // the model used most so far; at the start, the one for the most common language of the trove's native texts
    fn likeliest(&self) -> Option<String> {
        let has = |model: &str| self.tools.languages.iter().any(|l| l == model);
        let models = self.stage.models();
        let used =
            models.used.iter().filter(|(model, _)| has(model)).max_by_key(|(_, count)| **count);
        let used = used.map(|(model, _)| model.clone());
        drop(models);
        used.or_else(|| self.models(None).into_iter().next())
    }

    fn models(&self, script: Option<&str>) -> Vec<String> {
        const UNKNOWN: &[&str] = &["chi_sim", "uig", "eng", "rus"];
        let of_script =
            SCRIPTS.iter().find(|(name, _)| Some(*name) == script).map(|(_, models)| *models);
        let has = |model: &str| self.tools.languages.iter().any(|l| l == model);
        let wanted = of_script.unwrap_or(UNKNOWN).iter();
        let models: Vec<String> = wanted.filter(|m| has(m)).map(|m| (*m).to_owned()).collect();
        if models.is_empty() && has("eng") { vec!["eng".to_owned()] } else { models }
    }

    // tesseract's own detection of orientation and script; `None` if it is undecided
    fn script(&self, picture: &Picture, dpi: u32) -> Option<String> {
        if !self.detects_orientation() {
            return None;
        }
        let arguments = ["stdin", "stdout", "--psm", "0", "-l", "osd", "--dpi", &dpi.to_string()];
        let output = self.run_tool(picture, &arguments).ok()?;
        let text = String::from_utf8_lossy(&output).into_owned();
        text.lines()
            .find_map(|line| line.strip_prefix("Script: "))
            .map(|script| script.trim().to_owned())
    }

    fn detects_orientation(&self) -> bool {
        self.tools.languages.iter().any(|l| l == "osd")
    }

    fn tesseract(
        &self,
        picture: &Picture,
        model: &str,
        dpi: u32,
        mode: &str,
    ) -> Result<Reading, Unread> {
        let dpi = dpi.to_string();
        let arguments = [
            "stdin",
            "stdout",
            "--psm",
            mode,
            "-l",
            model,
            "--dpi",
            &dpi,
            "-c",
            "hocr_char_boxes=1",
            "hocr",
        ];
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
        let end = self.stage.cage.tool(&tool).map_err(|error| Unread::Everything(error.into()))?;
        let Some(reason) = end.status.reason() else { return Ok(end.stdout) };
        Err(match end.status {
            ToolStatus::Crashed { .. } | ToolStatus::OutOfMemory | ToolStatus::Lost => {
                Unread::Died(reason)
            }
            _ => Unread::Page(reason),
        })
    }
}

impl Ocr<'_> {
    fn models(&self) -> MutexGuard<'_, Models> {
        self.models.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn model_of(&self, item: ItemId) -> Option<String> {
        self.models().of_item.get(&item).cloned()
    }

    fn use_model(&self, item: ItemId, model: &str) {
        let mut models = self.models();
        models.of_item.insert(item, model.to_owned());
        *models.used.entry(model.to_owned()).or_default() += 1;
    }
}

fn parent(folder: &Path) -> PathBuf {
    folder.parent().unwrap_or(folder).to_owned()
}

// the resolution at which a picture of unknown physical size is `PICTURE_SIDE` pixels long
fn picture_dpi(page: &Page) -> u32 {
    let longest = page.width.max(page.height);
    if longest < 1.0 {
        return FIRST_DPI;
    }
    ((PICTURE_SIDE as f32 * 72.0 / longest) as u32).clamp(30, 1200)
}

// confidence is compared, but not for a handful of characters
fn worth(reading: &Reading) -> f32 {
    reading.confidence * (1.0 - (-(reading.characters as f32) / 20.0).exp())
}

fn unreadable(error: &dyn std::error::Error) -> Reason {
    Reason::OriginalUnreadable { detail: Detail::of(&exhibit_case::chain_of(error)) }
}

/// Why a page was not read.
enum Unread {
    /// A fault of this page.
    Page(Reason),
    /// Tesseract died.
    Died(Reason),
    /// A fault that affects all pages.
    Everything(IngestError),
}

impl From<CaseError> for Unread {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::RenderError { reason } => Self::Page(reason),
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
