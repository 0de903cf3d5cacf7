//! Quotes against their pages and the log.

use crate::{
    AuditContext, AuditProgress, CaseFault, CasePlace, Check, CheckName, CheckStop, Findings,
};
use exhibit_bag::{QuoteStatus, check_quotes};
use exhibit_case::CaseFolder;
use exhibit_model::EntrySeq;
use std::collections::BTreeSet;

pub(super) struct Quotes;

impl Check for Quotes {
    fn name(&self) -> CheckName {
        CheckName::Quotes
    }

    fn place(&self) -> &'static str {
        CaseFolder::QUOTES
    }

    fn run(
        &self,
        cx: &AuditContext,
        findings: &mut Findings,
        _: &mut dyn AuditProgress,
    ) -> Result<(), CheckStop> {
        let checked = check_quotes(&cx.view()?)?;
        findings.counts.quotes = checked.len() as u64;
        let present: BTreeSet<EntrySeq> = checked
            .iter()
            .filter_map(|quote| quote.anchor.as_ref())
            .map(|a| EntrySeq::new(a.entry))
            .collect();
        for quote in &checked {
            let is_next =
                quote.anchor.as_ref().is_some_and(|anchor| anchor.entry == cx.report.entries);
            let fault = match &quote.standing {
                QuoteStatus::Valid | QuoteStatus::Reread | QuoteStatus::Superseded { .. } => {
                    continue;
                }
                QuoteStatus::NotLogged if is_next => CaseFault::QuoteAhead,
                QuoteStatus::NotLogged => CaseFault::QuoteNotLogged,
                QuoteStatus::Broken { .. } => CaseFault::QuoteBroken,
                QuoteStatus::PageGone => CaseFault::QuotePageMissing,
                QuoteStatus::Unreadable => CaseFault::NotAQuote,
            };
            findings.add(CasePlace::path(format!("{}/{}.json", self.place(), quote.id)), fault);
        }
        for entry in cx.logged().quotes.difference(&present) {
            let place = CasePlace::path(format!("{}/Q-{:06}.json", self.place(), entry.get()));
            findings.add(place, CaseFault::QuoteMissing { entry: entry.get() });
        }
        Ok(())
    }
}
