//! Every cited picture against its digest.

use crate::{
    AuditContext, AuditProgress, CaseFault, CasePlace, Check, CheckName, CheckStop, Findings,
};
use exhibit_case::CaseFolder;
use exhibit_model::OriginalId;
use exhibit_store::Fixity;

pub(super) struct Pictures;

impl Check for Pictures {
    fn name(&self) -> CheckName {
        CheckName::Pictures
    }

    fn place(&self) -> &'static str {
        CaseFolder::CITED
    }

    fn run(
        &self,
        cx: &AuditContext,
        findings: &mut Findings,
        _: &mut dyn AuditProgress,
    ) -> Result<(), CheckStop> {
        let (case, catalogue) = (cx.case()?, cx.catalogue()?);
        let mut kept = Vec::new();
        catalogue.all_pictures(&mut |item, picture| kept.push((item, picture)))?;
        if kept.is_empty() {
            return Ok(());
        }
        let store = cx.whole()?.cited()?;
        for (item, picture) in kept {
            let place = || CasePlace::Picture { document: case.label(item), page: picture.page };
            match store.check(OriginalId::new(picture.sha256), &mut |_| {}) {
                Ok(Fixity::Matches) => {}
                Ok(Fixity::Missing) => findings.add(place(), CaseFault::PictureMissing),
                Ok(Fixity::Differs(digest)) => {
                    findings.add(place(), CaseFault::PictureAltered { digest })
                }
                Err(error) => findings.add_error(place(), CaseFault::PictureUnreadable, &error),
            }
        }
        Ok(())
    }
}
