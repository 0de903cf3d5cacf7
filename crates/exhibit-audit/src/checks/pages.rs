//! Every page record against its digest, and its text against the catalogue.

use crate::{
    AuditContext, AuditProgress, CaseFault, CasePlace, Check, CheckName, CheckStop, Findings,
};
use exhibit_case::{Case, CaseFolder};
use exhibit_catalogue::PageRow;
use exhibit_model::Digest;

pub(super) struct Pages;

impl Check for Pages {
    fn name(&self) -> CheckName {
        CheckName::Pages
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
        let (case, catalogue) = (cx.case()?, cx.catalogue()?);
        let view = cx.view()?;
        catalogue.all_pages(&mut |row| {
            findings.counts.pages += 1;
            match view.read_page(&row) {
                Ok(page) if Digest::of(page.text.as_bytes()) == row.text_digest => {}
                Ok(_) => findings.add(place_of(case, &row), CaseFault::PageTextDiffers),
                Err(error) => {
                    findings.add_error(place_of(case, &row), CaseFault::PageUnreadable, &error)
                }
            }
        })?;
        Ok(())
    }
}

fn place_of(case: &Case, row: &PageRow) -> CasePlace {
    CasePlace::Page {
        document: case.label(row.item),
        page: row.number,
        pack: format!("{}/{:08}.pack", CaseFolder::PACKS, row.place.0),
        offset: row.place.1,
    }
}
