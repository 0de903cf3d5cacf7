//! Bags that other cases handed over, each checked again as when it was received.

use crate::{
    AuditContext, AuditProgress, CaseFault, CasePlace, Check, CheckName, CheckStop, Findings,
};
use exhibit_bag::check_received;
use exhibit_case::CaseFolder;

pub(super) struct Bags;

impl Check for Bags {
    fn name(&self) -> CheckName {
        CheckName::Bags
    }

    fn place(&self) -> &'static str {
        CaseFolder::BAGS
    }

    fn run(
        &self,
        cx: &AuditContext,
        findings: &mut Findings,
        _: &mut dyn AuditProgress,
    ) -> Result<(), CheckStop> {
        for (bag, found) in check_received(&cx.view()?)? {
            let place =
                |below: &str| CasePlace::path(format!("{}/{}/{below}", CaseFolder::BAGS, bag.id));
            for finding in found {
                findings.add_detail(
                    place(&finding.place),
                    CaseFault::Bag(finding.fault),
                    finding.detail,
                );
            }
            if !bag.whole {
                findings.add(place(""), CaseFault::BagIncomplete);
            }
        }
        Ok(())
    }
}
