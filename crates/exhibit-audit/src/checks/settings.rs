//! `exhibit.toml` against what the log records of the case's opening and of the access log.

use crate::{
    AuditContext, AuditProgress, CaseFault, CasePlace, Check, CheckName, CheckStop, Findings,
    Setting,
};
use exhibit_case::{AccessSettings, CaseError, CaseFolder};
use exhibit_custody::Fact;
use exhibit_model::EntrySeq;

pub(super) struct Settings;

impl Check for Settings {
    fn name(&self) -> CheckName {
        CheckName::Settings
    }

    fn place(&self) -> &'static str {
        CaseFolder::SETTINGS
    }

    fn run(
        &self,
        cx: &AuditContext,
        findings: &mut Findings,
        _: &mut dyn AuditProgress,
    ) -> Result<(), CheckStop> {
        if let Some(error) = cx.case_error() {
            let place = if matches!(error, CaseError::Catalogue(_)) {
                CaseFolder::CATALOGUE
            } else {
                CaseFolder::SETTINGS
            };
            findings.add_error(CasePlace::path(place), CaseFault::CaseUnreadable, error);
        }
        let (case, catalogue) = (cx.case()?, cx.catalogue()?);
        let config = &case.config;
        let logged = cx.logged().access;
        if config.access != logged {
            let interrupted = AccessSettings::pending(catalogue)? == Some(logged);
            let fault = if interrupted {
                CaseFault::AccessSettingPending
            } else {
                CaseFault::AccessSettingDiffers
            };
            findings.add(CasePlace::path(CaseFolder::SETTINGS), fault);
        }
        let log = cx.log()?;
        let Some(opening) = cx.entry(EntrySeq::FIRST) else { return Ok(()) };
        let name = catalogue
            .openings(EntrySeq::FIRST)?
            .into_iter()
            .find(|opening| opening.field == "name")
            .map(|o| o.value);
        let agrees = [
            (Setting::Name, name.is_none_or(|name| name == config.name.as_bytes())),
            (
                Setting::Prefix,
                opening.facts.get("prefix") == Some(&Fact::Text(config.prefix.clone())),
            ),
            (Setting::Created, opening.at.to_rfc3339() == config.created),
            (Setting::Log, log.origin() == config.log),
        ];
        for (setting, _) in agrees.into_iter().filter(|(_, agrees)| !agrees) {
            findings.add(CasePlace::path(CaseFolder::SETTINGS), CaseFault::SettingDiffers(setting));
        }
        Ok(())
    }
}
