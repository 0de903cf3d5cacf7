//! The catalogue's own structures.

use crate::{
    AuditContext, AuditProgress, CaseFault, CasePlace, Check, CheckName, CheckStop, Findings,
};
use exhibit_case::CaseFolder;

pub(super) struct CatalogueIntegrity;

impl Check for CatalogueIntegrity {
    fn name(&self) -> CheckName {
        CheckName::Catalogue
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
        if let Some(error) = cx.catalogue_error() {
            findings.add_error(
                CasePlace::path(CaseFolder::CATALOGUE),
                CaseFault::Unreadable,
                error,
            );
        }
        for line in cx.catalogue()?.check()? {
            findings.add_detail(
                CasePlace::path(CaseFolder::CATALOGUE),
                CaseFault::CatalogueDamaged,
                line,
            );
        }
        Ok(())
    }
}
