//! The search index against its checksums, and what an interrupted rebuild left.

use crate::{
    AuditContext, AuditProgress, CaseFault, CasePlace, Check, CheckName, CheckStop, Findings,
};
use exhibit_case::CaseFolder;

pub(super) struct SearchIndex;

impl Check for SearchIndex {
    fn name(&self) -> CheckName {
        CheckName::Index
    }

    fn place(&self) -> &'static str {
        CaseFolder::INDEX
    }

    fn run(
        &self,
        cx: &AuditContext,
        findings: &mut Findings,
        _: &mut dyn AuditProgress,
    ) -> Result<(), CheckStop> {
        let whole = cx.whole()?;
        if cx.folder().new_index().symlink_metadata().is_ok() {
            findings.add(CasePlace::path(CaseFolder::NEW_INDEX), CaseFault::IndexLeftover);
        }
        for file in whole.index()?.damaged_files()? {
            findings.add(
                CasePlace::path(format!("{}/{}", CaseFolder::INDEX, file.display())),
                CaseFault::IndexAltered,
            );
        }
        Ok(())
    }
}
