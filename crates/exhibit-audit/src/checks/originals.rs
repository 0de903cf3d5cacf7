//! Every original against its digest: by the ledger, or where that cannot be read by the log and the names of files.

use crate::{
    AuditContext, AuditProgress, CaseFault, CasePlace, Check, CheckName, CheckStop, Findings,
};
use exhibit_case::CaseFolder;
use exhibit_catalogue::{Catalogue, CatalogueError, ItemFilter};
use exhibit_model::OriginalId;
use exhibit_store::{Fixity, Originals};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

pub(super) struct StoredOriginals;

impl Check for StoredOriginals {
    fn name(&self) -> CheckName {
        CheckName::Originals
    }

    fn place(&self) -> &'static str {
        CaseFolder::ORIGINALS
    }

    fn run(
        &self,
        cx: &AuditContext,
        findings: &mut Findings,
        progress: &mut dyn AuditProgress,
    ) -> Result<(), CheckStop> {
        let store = cx.folder().originals()?;
        let by_ledger = cx.catalogue().ok().map(expected);
        let (expected, bytes) = match by_ledger {
            Some(Ok(expected)) => expected,
            Some(Err(error)) => {
                findings.add_error(
                    CasePlace::path(CaseFolder::CATALOGUE),
                    CaseFault::Unreadable,
                    &error,
                );
                return without_ledger(cx, &store, findings);
            }
            None => return without_ledger(cx, &store, findings),
        };
        progress.begin(CheckName::Originals, bytes);
        for original in &expected {
            check(&store, *original, findings, progress);
        }
        let logged = &cx.logged().originals;
        store.for_each(&mut |entry| match entry {
            Ok(original) if expected.contains(&original) => {}
            Ok(original) if logged.contains(&original.digest()) => {
                findings.add(place_of(original), CaseFault::OriginalNotInLedger);
            }
            Ok(original) => findings.add(place_of(original), CaseFault::OriginalUnreferenced),
            Err(path) => findings.add(below(cx.folder().path(), &path), CaseFault::UnexpectedFile),
        })?;
        Ok(())
    }
}

// The originals that the ledger refers to, and how many bytes they have.
fn expected(catalogue: &Catalogue) -> Result<(BTreeSet<OriginalId>, u64), CatalogueError> {
    let (mut expected, mut bytes) = (BTreeSet::new(), 0);
    catalogue.items(&ItemFilter::default(), &mut |item| {
        if let Some(original) = item.original
            && expected.insert(original)
        {
            bytes += item.size;
        }
        ControlFlow::Continue(())
    })?;
    Ok((expected, bytes))
}

fn without_ledger(
    cx: &AuditContext,
    store: &Originals,
    findings: &mut Findings,
) -> Result<(), CheckStop> {
    let mut present = BTreeSet::new();
    store.for_each(&mut |entry| match entry {
        Ok(original) => {
            present.insert(original.digest());
            check(store, original, findings, &mut crate::NoProgress);
        }
        Err(path) => findings.add(below(cx.folder().path(), &path), CaseFault::UnexpectedFile),
    })?;
    for digest in cx.logged().originals.difference(&present) {
        findings.add(place_of(OriginalId::new(*digest)), CaseFault::OriginalMissing);
    }
    Ok(())
}

fn check(
    store: &Originals,
    original: OriginalId,
    findings: &mut Findings,
    progress: &mut dyn AuditProgress,
) {
    findings.counts.originals += 1;
    let mut bytes = 0;
    let checked = store.check(original, &mut |more| {
        bytes += more;
        progress.advance(more);
    });
    findings.counts.bytes += bytes;
    match checked {
        Ok(Fixity::Matches) => {}
        Ok(Fixity::Missing) => findings.add(place_of(original), CaseFault::OriginalMissing),
        Ok(Fixity::Differs(digest)) => {
            findings.add(place_of(original), CaseFault::OriginalAltered { digest })
        }
        Err(error) => findings.add_error(place_of(original), CaseFault::OriginalUnreadable, &error),
    }
}

fn place_of(original: OriginalId) -> CasePlace {
    let hex = original.to_string();
    let (folder, name) = hex.split_at(2);
    CasePlace::path(format!("{}/{folder}/{name}", CaseFolder::ORIGINALS))
}

fn below(folder: &Path, path: &Path) -> CasePlace {
    CasePlace::path(path.strip_prefix(folder).unwrap_or(path).display().to_string())
}
