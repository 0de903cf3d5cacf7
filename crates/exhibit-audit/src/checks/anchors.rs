//! What anchors the log in time, against the log as it is now.

use crate::{
    AuditContext, AuditProgress, CaseFault, CasePlace, Check, CheckName, CheckStop, Findings,
};
use exhibit_bag::{AnchorStatus, list_anchors};

pub(super) struct Anchors;

impl Check for Anchors {
    fn name(&self) -> CheckName {
        CheckName::Anchors
    }

    fn place(&self) -> &'static str {
        "custody/anchors"
    }

    fn run(
        &self,
        cx: &AuditContext,
        findings: &mut Findings,
        _: &mut dyn AuditProgress,
    ) -> Result<(), CheckStop> {
        for row in list_anchors(cx.case()?)? {
            let place = CasePlace::path(format!("{}/{:09}/{}", self.place(), row.size, row.name));
            match row.standing {
                AnchorStatus::Broken(fault) => findings.add(place, CaseFault::Anchor(fault)),
                AnchorStatus::NotLogged(_) => findings.add(place, CaseFault::AnchorNotLogged),
                AnchorStatus::Valid(..) | AnchorStatus::Requested(_) => {}
            }
        }
        Ok(())
    }
}
