//! `exhibit bag check|import|received`: bags of other cases.

use super::{BagRead, failure};
use crate::commands::{Context, ingest, init};
use crate::failure::{Exit, Failure, path as shown_path};
use crate::output::{Style, bytes};
use crate::progress::{Meter, Step};
use crate::texts::{safe, texts};
use exhibit_bag::{KeptBag, ReceivedBag, SealedBag, Unlock, VerifiedBag, is_sealed, received_bags};
use exhibit_case::Case;
use exhibit_custody::Ref;
use exhibit_proof::bagit::{Files, FoundFile, Unreadable};
use exhibit_verify::{
    CheckedBag, Folder, Report, Time, VerifyError, VerifyRequest, What, check_bag, trust,
};
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;

/// Files whose reading is shown as progress.
struct Watched<'a> {
    files: &'a mut dyn Files,
    meter: Meter,
}

impl Files for Watched<'_> {
    fn list(&mut self) -> Result<Vec<FoundFile>, Unreadable> {
        let found = self.files.list()?;
        self.meter.begin(
            Step::Check,
            true,
            found.iter().fold(0, |all, file| all.saturating_add(file.size)),
        );
        Ok(found)
    }

    fn read(&mut self, path: &str, each: &mut dyn FnMut(&[u8])) -> Result<(), Unreadable> {
        let meter = &mut self.meter;
        self.files.read(path, &mut |piece| {
            each(piece);
            meter.more(piece.len() as u64);
        })
    }
}

pub(super) fn check(
    context: &Context<'_>,
    bag: &BagRead,
    plain: bool,
) -> Result<ExitCode, Failure> {
    let mut files = open(context, bag)?;
    let checked = examine(context, bag, &mut *files, plain)?;
    print(context, &checked.report);
    Ok(if checked.report.is_good() { Exit::Done } else { Exit::Mismatch }.into())
}

fn open(context: &Context<'_>, bag: &BagRead) -> Result<Box<dyn Files + Send>, Failure> {
    let path = bag.path.as_path();
    if path.is_dir() {
        return Ok(Box::new(Folder::new(path)));
    }
    if !is_sealed(path) {
        return Err(Failure::new(Exit::Usage, "bag", texts().not_a_bag(shown_path(path))));
    }
    let passphrase = bag.passphrase.get(false, context.arguments.global.no_input)?;
    let unlock = match (&bag.identity, passphrase) {
        (Some(identity), _) => Unlock::Identities(identity.clone()),
        (None, Some(passphrase)) => Unlock::Passphrase(passphrase),
        (None, None) => {
            return Err(Failure::usage(texts().bag_is_sealed(shown_path(path)))
                .hint(texts().hint_open_sealed()));
        }
    };
    Ok(Box::new(SealedBag::open(path, &unlock).map_err(failure)?))
}

fn examine(
    context: &Context<'_>,
    bag: &BagRead,
    files: &mut dyn Files,
    plain: bool,
) -> Result<CheckedBag, Failure> {
    let time = Time { authorities: bag.ca.clone(), ..Time::default() };
    let (path, key) = (bag.path.clone(), bag.key.clone());
    let request = VerifyRequest {
        what: What::Bag,
        path,
        key,
        policy: None,
        entry: None,
        log: None,
        plain,
        time,
    };
    let failed = |unable: VerifyError| Failure::new(Exit::Usage, "bag", safe(&unable.message()));
    let trust = trust(&request).map_err(failed)?;
    let brought = request.time.read().map_err(failed)?;
    let mut watched = Watched { files, meter: Meter::new(context.output) };
    Ok(check_bag(&mut watched, &trust, &brought, plain))
}

fn print(context: &Context<'_>, report: &Report) {
    if context.output.json {
        context.output.line(&report.json());
    } else {
        context.output.line(report.page(texts().0).trim_end());
    }
}

/// Imports a bag, with or without OCR, with a number of workers.
pub(super) fn import(
    context: &Context<'_>,
    bag: &BagRead,
    name: Option<&str>,
    (ocr, workers): (bool, Option<usize>),
) -> Result<ExitCode, Failure> {
    let folder = context.case_folder()?;
    let mut files = open(context, bag)?;
    let checked = examine(context, bag, &mut *files, false)?;
    let good = match VerifiedBag::from_checked(checked) {
        Ok(good) => good,
        Err(checked) => {
            print(context, &checked.report);
            context.output.warn(&texts().nothing_imported());
            return Ok(Exit::Mismatch.into());
        }
    };
    if context.dry_run() {
        context.output.line(&texts().would_import(bytes(good.bytes())));
        return Ok(Exit::Done.into());
    }
    has_room(&folder, good.bytes())?;
    if bag.key.is_none() {
        context.output.warn(&texts().key_not_checked(good.key().to_string()));
    }
    let name = name.map_or_else(|| init::name_of(&bag.path), str::to_owned);
    let workers = workers.unwrap_or_else(crate::system::processors);
    let order =
        ingest::Order { sources: &[], name: None, retry: false, passwords: None, ocr, workers };
    let summary = ingest::take_in_by(context.output, &folder, &order, |held, options, world| {
        good.keep(&held.case, &mut *files).map_err(failure)?;
        Ok(exhibit_ingest::take_over(held, good.source(&name, files), options, world)?)
    })?;
    ingest::report(context.output, &summary);
    Ok(ingest::exit_of(&summary))
}

fn has_room(folder: &Path, wanted: u64) -> Result<(), Failure> {
    let Ok(about) = rustix::fs::statvfs(folder) else { return Ok(()) };
    let free = about.f_bavail.saturating_mul(about.f_frsize);
    if free < wanted {
        let message = texts().bag_needs_space(bytes(free), bytes(wanted));
        return Err(
            Failure::new(Exit::ToolMissing, "disk-full", message).hint(texts().hint_free_space())
        );
    }
    Ok(())
}

/// Lists the received bags, or writes one of them again.
pub(super) fn received(
    context: &Context<'_>,
    write: Option<(&str, &Path)>,
) -> Result<ExitCode, Failure> {
    let case = Case::open(&context.case_folder()?)?;
    let output = context.output;
    if let Some((id, target)) = write {
        let files = KeptBag::open(&crate::commands::view(&case), id)
            .and_then(|mut kept| kept.write(target))
            .map_err(failure)?;
        if output.json {
            output.object("bag", json!({"path": target.display().to_string(), "files": files}));
        } else {
            output.line(&texts().wrote_received(texts().files(files), shown_path(target)));
        }
        return Ok(Exit::Done.into());
    }
    let all = received_bags(&crate::commands::view(&case)).map_err(failure)?;
    for handover in &all {
        if output.json {
            let fields = json!({
                "id": handover.id.to_string(), "source": source_of(handover), "log": handover.log, "log_entry": handover.entry.map(exhibit_model::EntrySeq::get), "whole": handover.whole,
            });
            output.object("handover", fields);
        } else {
            let what = match handover.entry {
                Some(_) if !handover.whole => {
                    output.style(Style::Warning, &texts().import_interrupted())
                }
                Some(entry) => {
                    texts().received_from(entry.to_string(), &handover.log, source_of(handover))
                }
                None => output.style(Style::Warning, &texts().import_not_started()),
            };
            output.line(&format!("{}  {what}", handover.id));
        }
    }
    Ok(if all.is_empty() { Exit::Nothing } else { Exit::Done }.into())
}

fn source_of(bag: &ReceivedBag) -> String {
    bag.source.map(|number| Ref::Source(number).to_string()).unwrap_or_default()
}
