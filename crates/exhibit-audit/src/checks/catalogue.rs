//! The catalogue's own structures.

use crate::{AuditContext, Check, CheckName, CheckStop, Fault, Findings, Place, Progress};
use exhibit_case::CaseFolder;

pub(super) struct CatalogueIntegrity;

impl Check for CatalogueIntegrity {
    fn name(&self) -> CheckName {
        CheckName::Catalogue
    }

    fn place(&self) -> &'static str {
        CaseFolder::CATALOGUE
    }

    fn run(&self, cx: &AuditContext, findings: &mut Findings, _: &mut dyn Progress) -> Result<(), CheckStop> {
        if let Some(error) = cx.catalogue_error() {
            findings.add_error(Place::path(CaseFolder::CATALOGUE), Fault::Unreadable, error);
        }
        for line in cx.catalogue()?.check()? {
            findings.add_detail(Place::path(CaseFolder::CATALOGUE), Fault::CatalogueDamaged, line);
        }
        Ok(())
    }
}
