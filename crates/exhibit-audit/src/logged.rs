//! What the custody log records of a case, gathered in one pass over its entries.

use exhibit_case::AccessSettings;
use exhibit_custody::{Entry, Fact, Ref, Verb};
use exhibit_model::{Digest, EntrySeq, ItemId, SourceId};
use std::collections::{BTreeMap, BTreeSet};

/// What the custody log records of a case.
#[derive(Debug, Default)]
pub struct Logged {
    /// The entry of the receipt of each item.
    pub receipts: BTreeMap<ItemId, EntrySeq>,
    /// The entry of the last reading of each item.
    pub readings: BTreeMap<ItemId, EntrySeq>,
    /// Of items that repeat another one's bytes, that one.
    pub firsts: BTreeMap<ItemId, ItemId>,
    /// Every source.
    pub sources: BTreeSet<SourceId>,
    /// The last settings of the access log.
    pub access: AccessSettings,
    /// Every entry that records a quote.
    pub quotes: BTreeSet<EntrySeq>,
    /// Every entry that records a change of tags.
    pub marks: Vec<Entry>,
    /// Every original that an entry of receipt names.
    pub originals: BTreeSet<Digest>,
}

impl Logged {
    /// Takes an entry into account.
    pub fn note(&mut self, entry: &Entry) {
        match (entry.act, entry.object) {
            (Verb::ItemReceive, Ref::Item(item)) => {
                self.receipts.insert(item, entry.seq);
                self.originals.extend(entry.made.iter().filter_map(|made| match made {
                    Ref::Original(original) => Some(original.digest()),
                    _ => None,
                }));
            }
            (Verb::ItemDerive | Verb::ItemFail, Ref::Item(item)) => {
                self.readings.insert(item, entry.seq);
            }
            (Verb::ItemDuplicate, Ref::Item(item)) => {
                let first = entry.used.iter().find_map(|used| match used {
                    Ref::Item(first) => Some(*first),
                    _ => None,
                });
                self.firsts.insert(item, first.unwrap_or(ItemId::new(0)));
            }
            (Verb::Quote, _) => drop(self.quotes.insert(entry.seq)),
            (Verb::Mark, _) => self.marks.push(entry.clone()),
            (Verb::AccessSet, _) => {
                let record = entry.facts.get("record") != Some(&Fact::Flag(false));
                let keep_days = match entry.facts.get("keep_days") {
                    Some(Fact::Number(days)) => u32::try_from(*days).unwrap_or(u32::MAX),
                    _ => self.access.keep_days,
                };
                self.access = AccessSettings { record, keep_days };
            }
            (Verb::SourceReceive, Ref::Source(source)) => drop(self.sources.insert(source)),
            _ => {}
        }
    }
}
