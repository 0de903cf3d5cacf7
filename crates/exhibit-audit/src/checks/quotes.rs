//! Quotes against their pages and the log.

use crate::{AuditContext, Check, CheckName, CheckStop, Fault, Findings, Place, Progress};
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

    fn run(&self, cx: &AuditContext, findings: &mut Findings, _: &mut dyn Progress) -> Result<(), CheckStop> {
        let checked = check_quotes(&cx.view()?)?;
        findings.counts.quotes = checked.len() as u64;
        let present: BTreeSet<EntrySeq> =
            checked.iter().filter_map(|quote| quote.anchor.as_ref()).map(|a| EntrySeq::new(a.entry)).collect();
        for quote in &checked {
            let is_next = quote.anchor.as_ref().is_some_and(|anchor| anchor.entry == cx.report.entries);
            let fault = match &quote.standing {
                QuoteStatus::Valid | QuoteStatus::Reread => continue,
                QuoteStatus::NotLogged if is_next => Fault::QuoteAhead,
                QuoteStatus::NotLogged => Fault::QuoteNotLogged,
                QuoteStatus::Broken { .. } => Fault::QuoteBroken,
                QuoteStatus::PageGone => Fault::QuotePageMissing,
                QuoteStatus::Unreadable => Fault::NotAQuote,
            };
            findings.add(Place::path(format!("{}/{}.json", self.place(), quote.id)), fault);
        }
        for entry in cx.logged().quotes.difference(&present) {
            let place = Place::path(format!("{}/Q-{:06}.json", self.place(), entry.get()));
            findings.add(place, Fault::QuoteMissing { entry: entry.get() });
        }
        Ok(())
    }
}
