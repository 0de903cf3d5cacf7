//! The search index against its checksums, and what an interrupted rebuild left.

use crate::{AuditContext, Check, CheckName, CheckStop, Fault, Findings, Place, Progress};
use exhibit_case::CaseFolder;

pub(super) struct SearchIndex;

impl Check for SearchIndex {
    fn name(&self) -> CheckName {
        CheckName::Index
    }

    fn place(&self) -> &'static str {
        CaseFolder::INDEX
    }

    fn run(&self, cx: &AuditContext, findings: &mut Findings, _: &mut dyn Progress) -> Result<(), CheckStop> {
        let whole = cx.whole()?;
        if cx.folder().new_index().symlink_metadata().is_ok() {
            findings.add(Place::path(CaseFolder::NEW_INDEX), Fault::IndexLeftover);
        }
        for file in whole.index()?.damaged_files()? {
            findings.add(Place::path(format!("{}/{}", CaseFolder::INDEX, file.display())), Fault::IndexAltered);
        }
        Ok(())
    }
}
