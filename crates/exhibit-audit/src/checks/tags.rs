//! Changes of tags against the log: the first change is what the first entry of the act `mark` records, and so on.

use super::open_sealed;
use crate::{
    AuditContext, AuditProgress, CaseFault, CasePlace, Check, CheckName, CheckStop, Findings,
};
use exhibit_case::CaseFolder;
use exhibit_custody::entry::moment_text;
use exhibit_custody::{Fact, Ref};
use exhibit_model::{ItemId, Moment};

pub(super) struct Tags;

impl Check for Tags {
    fn name(&self) -> CheckName {
        CheckName::Tags
    }

    fn place(&self) -> &'static str {
        CaseFolder::TAGS
    }

    fn run(
        &self,
        cx: &AuditContext,
        findings: &mut Findings,
        _: &mut dyn AuditProgress,
    ) -> Result<(), CheckStop> {
        let catalogue = cx.catalogue()?;
        let (tags, marks) = (cx.whole()?.tag_log(catalogue)?, &cx.logged().marks);
        let (counted, logged) = (tags.logged, marks.len() as u64);
        if counted != logged {
            findings.add(
                CasePlace::path(CaseFolder::CATALOGUE),
                CaseFault::TagCountDiffers { counted, logged },
            );
        }
        for ((change, mark), number) in tags.changes.iter().zip(marks).zip(1..) {
            let (place, document) = (CasePlace::TagChange(number), ItemId::new(change.document));
            let tag = open_sealed(catalogue, mark, &place, findings)?.remove("tag");
            let agrees = mark.object == Ref::Item(document)
                && mark.facts.get("on") == Some(&Fact::Flag(change.on))
                && mark.facts.get("marked") == Some(&Fact::Text(moment_text(Moment(change.at))))
                && tag.is_none_or(|tag| tag == change.tag.as_bytes());
            if !agrees {
                findings.add(place.clone(), CaseFault::TagChangeDiffers { entry: mark.seq.get() });
            }
            if catalogue.item(document)?.is_none() {
                findings.add(place, CaseFault::TagDocumentMissing { document: change.document });
            }
        }
        let place = || CasePlace::path(CaseFolder::TAGS);
        for mark in marks.get(tags.changes.len()..).unwrap_or_default() {
            findings.add(place(), CaseFault::TagChangeMissing { entry: mark.seq.get() });
        }
        let count = tags.changes.len().saturating_sub(marks.len()) as u64;
        if count > 0 {
            findings.add(place(), CaseFault::TagsPending { count });
        }
        if tags.lost > 0 {
            findings.add(place(), CaseFault::TagLinesIncomplete { count: tags.lost });
        }
        Ok(())
    }
}
