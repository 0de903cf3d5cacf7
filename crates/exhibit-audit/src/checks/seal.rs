//! That nothing is pending in a sealed case: its log takes no entry any more.

use crate::{
    AuditContext, AuditProgress, CaseFault, CasePlace, Check, CheckName, CheckStop, Findings,
};
use exhibit_case::CaseFolder;
use exhibit_model::State;

pub(super) struct Seal;

impl Check for Seal {
    fn name(&self) -> CheckName {
        CheckName::Seal
    }

    fn place(&self) -> &'static str {
        CaseFolder::CATALOGUE
    }

    fn run(
        &self,
        cx: &AuditContext,
        findings: &mut Findings,
        _: &mut dyn AuditProgress,
    ) -> Result<(), CheckStop> {
        let Some(seal) = cx.report.sealed else { return Ok(()) };
        let catalogue = cx.catalogue()?;
        // a killed run may have left entries that the log has already
        let count =
            catalogue.outbox()?.iter().filter(|outgoing| outgoing.seq.get() > seal).count() as u64;
        if count > 0 {
            findings.add(
                CasePlace::path(CaseFolder::CATALOGUE),
                CaseFault::SealedWithPendingEntries { count },
            );
        }
        let count = catalogue.account()?.items.get(&State::Waiting).copied().unwrap_or(0);
        if count > 0 {
            findings.add(
                CasePlace::path(CaseFolder::CATALOGUE),
                CaseFault::SealedWithWaitingItems { count },
            );
        }
        Ok(())
    }
}
