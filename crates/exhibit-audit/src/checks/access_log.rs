//! The access log, and every opening that is still there. What waits to become an entry stays where it is.

use crate::{
    AuditContext, AuditProgress, CaseFault, CasePlace, Check, CheckName, CheckStop, Findings,
};
use exhibit_case::CaseFolder;
use exhibit_custody::AccessLog;

pub(super) struct AccessLogCheck;

impl Check for AccessLogCheck {
    fn name(&self) -> CheckName {
        CheckName::AccessLog
    }

    fn place(&self) -> &'static str {
        CaseFolder::ACCESS
    }

    fn run(
        &self,
        cx: &AuditContext,
        findings: &mut Findings,
        _: &mut dyn AuditProgress,
    ) -> Result<(), CheckStop> {
        let folder = cx.case()?.access_folder();
        let place = || CasePlace::path(CaseFolder::ACCESS);
        if !AccessLog::is_in(&folder) {
            if AccessLog::was_in(&folder) {
                findings.add(place(), CaseFault::AccessLogMissing);
            }
            return Ok(());
        }
        let report = AccessLog::open(&folder, cx.keys()?)?.check()?;
        findings.counts.access_entries = Some(report.log.entries);
        // leftovers of an append are cleared with the next one
        for fault in report.log.deviations.iter().filter(|fault| !fault.is_harmless()) {
            findings.add(place(), CaseFault::AccessLog(fault.clone()));
        }
        for fault in report.wrong {
            findings.add(place(), CaseFault::AccessOpening(fault));
        }
        Ok(())
    }
}
