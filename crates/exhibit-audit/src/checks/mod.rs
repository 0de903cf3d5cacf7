//! The checks, one file each.

mod access_log;
mod anchors;
mod bags;
mod catalogue;
mod custody_log;
mod index;
mod ledger;
mod originals;
mod pages;
mod pictures;
mod quotes;
mod seal;
mod settings;
mod tags;

use crate::{CaseFault, CasePlace, Check, Findings};
use exhibit_catalogue::Catalogue;
use exhibit_custody::Entry;
use std::collections::BTreeMap;

/// Every check, in the order in which they run.
pub const CHECKS: &[&dyn Check] = &[
    &custody_log::CustodyLog,
    &settings::Settings,
    &catalogue::CatalogueIntegrity,
    &pages::Pages,
    &pictures::Pictures,
    &tags::Tags,
    &index::SearchIndex,
    &originals::StoredOriginals,
    &ledger::Ledger,
    &seal::Seal,
    &bags::Bags,
    &anchors::Anchors,
    &quotes::Quotes,
    &access_log::AccessLogCheck,
];

/// Opens the commitments of an entry; reports those that do not open.
fn open_sealed(
    catalogue: &Catalogue,
    entry: &Entry,
    place: &CasePlace,
    findings: &mut Findings,
) -> Result<BTreeMap<String, Vec<u8>>, exhibit_catalogue::CatalogueError> {
    let mut values = BTreeMap::new();
    for opening in catalogue.openings(entry.seq)? {
        if entry.sealed.get(&opening.field) == Some(&opening.commitment()) {
            values.insert(opening.field, opening.value);
        }
    }
    for field in entry.sealed.keys().filter(|field| !values.contains_key(*field)) {
        findings.add(
            place.clone(),
            CaseFault::SealedValueUnopened { entry: entry.seq.get(), field: field.clone() },
        );
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CheckName;

    #[test]
    fn every_name_has_its_check() {
        let names: Vec<CheckName> = CHECKS.iter().map(|check| check.name()).collect();
        assert_eq!(names, CheckName::ALL);
    }
}
