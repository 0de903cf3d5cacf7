//! Identifies bytes and turns them into an outcome: metadata, pages, members, one verdict.
//!
//! Runs only in a worker, on bytes that an adversary may have made. It opens no file, starts no
//! process and has no access to a case. Hostile input is never an error here: it is a verdict. Nothing in this
//! crate trusts a length, a count or an offset that a file states.

mod charset;
mod compound;
mod file_names;
mod formats;
pub mod identify;
mod out;
mod raster;
mod recognise;
mod transfer;

pub use file_names::FileNames;
pub use out::{Input, Out, Stop};

use raster::Wish;

use exhibit_model::{Reason, Record, Request, Sink, Task, Verdict};

/// Runs `request` on the file in `input` and emits records to `sink`; the verdict is the result for that file.
///
/// A panic of a parser is not caught here: the worker process ends, and the caller treats that as a failure.
pub fn run(request: &Request, input: &mut dyn Input, sink: &mut dyn Sink) -> Verdict {
    let mut out = Out::new(sink, request.limits);
    let kind = match identify::identify(&request.name, input) {
        Ok(kind) => kind,
        Err(error) => return Verdict::Failed(Reason::cannot_read(&error)),
    };
    let ended = match request.task {
        Task::Extract => out
            .emit(Record::MediaType(kind.media_type.to_owned()))
            .and_then(|()| match identify::suspicion(&request.name, kind) {
                Some(code) => out.note(0, code),
                None => Ok(()),
            })
            .and_then(|()| formats::extract(kind, input, request, &mut out)),
        Task::Render { page, dpi, max_side, grey } => {
            let wish = Wish {
                page,
                dpi,
                max_side,
                grey,
                enlarge: true,
                max_pixels: request.limits.pixels,
            };
            formats::render(kind, input, request, wish)
                .map_or_else(Ok, |raster| raster.emit_png(page, &mut out))
        }
        Task::Recognise { page, dpi } => {
            let max_pixels = request.limits.pixels.min(recognise::MOST_PIXELS);
            let wish = Wish {
                page,
                dpi,
                max_side: u32::from(u16::MAX),
                grey: false,
                enlarge: false,
                max_pixels,
            };
            formats::render(kind, input, request, wish)
                .map_or_else(Ok, |raster| recognise::recognise(raster, page, &mut out))
        }
    };
    match ended {
        Ok(verdict) if request.task == Task::Extract => out.settle(verdict),
        Ok(verdict) => verdict,
        Err(Stop::Limit(limit)) => Verdict::Truncated(limit),
        Err(Stop::Closed) => Verdict::Failed(Reason::Stopped),
    }
}

/// Loads data that readers share (fonts, tables), so that workers forked from this process need not open a file for it.
/// Fonts are searched for in the given folders; `map` makes a file's bytes available without copying them, since heap
/// memory of this process makes each worker forked from it more expensive.
pub fn warm(font_folders: &[std::path::PathBuf], map: MapFile) {
    charset::warm();
    formats::warm(font_folders, map);
}

/// Loads the models that recognise text, if the program has them, so that workers forked from this process have them.
/// All that they do once in a process is done here too: files that tell the number of processors are read.
pub fn warm_models() {
    recognise::warm();
}

/// Maps a file into memory for the lifetime of the process.
pub type MapFile = fn(&std::path::Path) -> std::io::Result<&'static [u8]>;
