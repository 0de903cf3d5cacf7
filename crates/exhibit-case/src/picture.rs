//! Pictures of pages: rendered by a caged worker, stored in a bounded cache of PNG files.

use crate::{Case, CaseError, io_error};
use exhibit_cage::{Cage, CageLimits, WorkerEnd};
use exhibit_model::{
    ItemId, Limits, PageNumber, Picture, Reading, Reason, Record, Request, Task, Verdict,
};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

const CACHE_BYTES: u64 = 512 << 20;
const PNG_BYTES: u64 = 256 << 20;

impl Case {
    /// The picture of a page as a PNG file, its longer side at most `max_side` pixels.
    ///
    /// # Errors
    /// [`CaseError::RenderError`] with the reason, if the page has none.
    pub(crate) fn picture(
        &self,
        cage: &Cage,
        id: ItemId,
        number: PageNumber,
        max_side: u32,
    ) -> Result<Vec<u8>, CaseError> {
        let item = self.item(id)?;
        let content = item.duplicate_of.unwrap_or(id);
        let row = self.catalogue().page(content, number)?;
        let row = row.ok_or_else(|| self.no_such_page(id, number))?;
        let original = item.original.ok_or_else(|| render_error(Reason::NoBytes))?;
        if !row.kind.is_rendered() {
            return Err(render_error(Reason::NoLayout { kind: row.kind.word().to_owned() }));
        }
        let folder = self.folder.pictures();
        let path = folder.join(format!("{original}-{number}-{max_side}.png"));
        if let Ok(png) = fs::read(&path) {
            return Ok(png);
        }
        let task = Task::Render { page: number.get(), dpi: 300, max_side, grey: false };
        let file = self.originals.open_original(original)?;
        let picture = render(cage, &file, &item.path, task, &self.passwords()?)?;
        // a cache: a page that cannot be stored is rendered again next time
        let _ = keep(&folder, &path, &picture.png);
        Ok(picture.png)
    }
}

/// Renders one page of an original in a worker.
///
/// # Errors
/// [`CaseError::RenderError`] with the reason.
pub fn render(
    cage: &Cage,
    file: &fs::File,
    name: &[u8],
    task: Task,
    passwords: &[String],
) -> Result<Picture, CaseError> {
    on_page(cage, file, name, task, passwords, |records| records.picture)
}

/// Recognises the text on one page of an original in a worker. The picture, if there is one, shows the lines that may be in a
/// script that the worker's models do not know, as [`exhibit_model::Drawn`] describes.
///
/// # Errors
/// [`CaseError::RenderError`] with the reason.
pub fn recognise(
    cage: &Cage,
    file: &fs::File,
    name: &[u8],
    page: u32,
    dpi: u32,
    passwords: &[String],
) -> Result<(Reading, Option<Picture>), CaseError> {
    let task = Task::Recognise { page, dpi };
    on_page(cage, file, name, task, passwords, |records| {
        records.reading.map(|reading| (reading, records.picture))
    })
}

/// What a task on a page emits.
#[derive(Default)]
struct OfPage {
    picture: Option<Picture>,
    reading: Option<Reading>,
}

// Runs a task on a page.
fn on_page<T>(
    cage: &Cage,
    file: &fs::File,
    name: &[u8],
    task: Task,
    passwords: &[String],
    wanted: impl FnOnce(OfPage) -> Option<T>,
) -> Result<T, CaseError> {
    let request = Request {
        task,
        name: name.to_vec(),
        passwords: passwords.to_vec(),
        limits: Limits::STANDARD,
    };
    let limits = CageLimits { output_bytes: PNG_BYTES, ..CageLimits::STANDARD };
    let mut records = OfPage::default();
    let end = cage.run(&request, file, limits, &mut |record| {
        match record {
            Record::Picture(picture) => records.picture = Some(picture),
            Record::Reading(reading) => records.reading = Some(reading),
            _ => {}
        }
        ControlFlow::Continue(())
    })?;
    match (end, wanted(records)) {
        (WorkerEnd::Finished(_), Some(result)) => Ok(result),
        (
            WorkerEnd::Finished(
                Verdict::Failed(reason) | Verdict::Unsupported(reason) | Verdict::Truncated(reason),
            ),
            _,
        ) => Err(render_error(reason)),
        (WorkerEnd::Finished(Verdict::Encrypted), _) => Err(render_error(Reason::Encrypted)),
        (WorkerEnd::Finished(_), _) => Err(render_error(Reason::NoPicture)),
        (end, _) => Err(render_error(end.reason().unwrap_or(Reason::NoPicture))),
    }
}

const fn render_error(reason: Reason) -> CaseError {
    CaseError::RenderError { reason }
}

fn keep(folder: &Path, path: &Path, png: &[u8]) -> Result<(), CaseError> {
    make_room(folder, png.len() as u64)?;
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    fs::write(&temporary, png).map_err(io_error("write", &temporary))?;
    // not durable: a cache
    fs::rename(&temporary, path).map_err(io_error("name", path))
}

// the oldest pictures are removed first
fn make_room(folder: &Path, wanted: u64) -> Result<(), CaseError> {
    let mut kept = Vec::new();
    for entry in fs::read_dir(folder).map_err(io_error("list", folder))? {
        let entry = entry.map_err(io_error("list", folder))?;
        let metadata = entry.metadata().map_err(io_error("read", folder))?;
        kept.push((metadata.modified().ok(), metadata.len(), entry.path()));
    }
    kept.sort();
    let mut total = wanted + kept.iter().map(|(_, size, _)| size).sum::<u64>();
    for (_, size, path) in kept {
        if total <= CACHE_BYTES {
            break;
        }
        fs::remove_file(&path).map_err(io_error("remove", &path))?;
        total -= size;
    }
    Ok(())
}
