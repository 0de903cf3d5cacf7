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
mod transfer;

pub use file_names::FileNames;
pub use out::{Input, Out, Stop};

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
        Task::Render { .. } => formats::render(kind, input, request, &mut out),
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

/// Maps a file into memory for the lifetime of the process.
pub type MapFile = fn(&std::path::Path) -> std::io::Result<&'static [u8]>;
