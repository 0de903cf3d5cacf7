//! The custody log: every entry, hash, signature and key, and that it is as long as the catalogue knows.

use crate::{
    AuditContext, AuditProgress, CaseFault, CasePlace, Check, CheckName, CheckStop, Findings,
};
use exhibit_case::CaseFolder;

pub(super) struct CustodyLog;

impl Check for CustodyLog {
    fn name(&self) -> CheckName {
        CheckName::CustodyLog
    }

    fn place(&self) -> &'static str {
        CaseFolder::CUSTODY
    }

    fn run(
        &self,
        cx: &AuditContext,
        findings: &mut Findings,
        _: &mut dyn AuditProgress,
    ) -> Result<(), CheckStop> {
        let report = &cx.report;
        findings.counts.log_entries = report.entries;
        findings.counts.log_keys = report.keys.len() as u64;
        findings.counts.sealed = report.sealed;
        for fault in &report.deviations {
            findings.add(CasePlace::path(CaseFolder::CUSTODY), CaseFault::Log(fault.clone()));
        }
        let catalogue = cx.catalogue()?;
        let waiting = catalogue.outbox()?.len() as u64;
        let (present, expected) = (report.entries, catalogue.next_seq()?.get());
        if present.saturating_add(waiting) < expected {
            findings.add(
                CasePlace::path(CaseFolder::CUSTODY),
                CaseFault::LogCutBack { present, expected },
            );
        }
        Ok(())
    }
}
