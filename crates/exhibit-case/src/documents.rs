//! Looking up documents by number, digest or path; their names, pages, properties, places and log entries.

use crate::{Case, CaseError, Scope, own_path};
use exhibit_catalogue::{Account, Item, ItemFilter, NoteRow, PageRow};
use exhibit_custody::Ref;
use exhibit_model::{
    EntrySeq, ItemId, MetadataKey, Page, PageNumber, State, shown, shown_bytes, wire,
};
use exhibit_store::StoreError;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// The details of one document.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its row of the ledger.
    pub item: Item,
    /// Its name, safe to show.
    pub name: String,
    /// Its whole path through containers, safe to show.
    pub path: String,
    /// The name of its source.
    pub source: String,
    /// The containers around it, outermost first.
    pub chain: Vec<Item>,
    /// Its pages (for a duplicate, those of its first copy).
    pub pages: Vec<PageRow>,
    /// Its properties.
    pub metadata: Vec<(MetadataKey, String)>,
    /// Notes on how it was read.
    pub notes: Vec<NoteRow>,
    /// Its first 500 members.
    pub members: Vec<Item>,
    /// The other places where the same bytes were found.
    pub copies: Vec<Item>,
    /// Whether its pages have pictures.
    pub paintable: bool,
}

/// The most documents that an ambiguous name lists.
const MOST_NAMED: usize = 5;

fn is_number(text: &str) -> bool {
    (1..=18).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// An entry of the custody log.
#[derive(Debug, Clone)]
pub struct ProvedEntry {
    /// Its index in the log.
    pub seq: EntrySeq,
    /// Its canonical JSON.
    pub text: String,
    /// The openings of its commitments, safe to show: field and value.
    pub openings: Vec<(String, String)>,
    /// The item that it is about.
    pub item: Option<ItemId>,
    /// The log's checkpoint, a signed note.
    pub checkpoint: String,
    /// The proof that the log of that checkpoint contains the entry (C2SP tlog-proof).
    pub proof: String,
}

impl Case {
    /// The label of an item, such as `EXH-000127`.
    #[must_use]
    pub fn label(&self, id: ItemId) -> String {
        id.label(&self.config.prefix)
    }

    // Resolves an item of the scope: others match nothing.
    pub(crate) fn resolve_within(
        &self,
        document: &str,
        scope: &Scope,
    ) -> Result<ItemId, CaseError> {
        let plain = if is_number(document) { document.parse().ok().map(ItemId::new) } else { None };
        if let Some(id) = plain
            && scope.contains(id)
            && self.catalogue().item(id)?.is_some()
        {
            return Ok(id);
        }
        match self.named_within(document, scope, MOST_NAMED)?[..] {
            [] => Err(CaseError::NoSuchDocument(document.to_owned())),
            [id] => Ok(id),
            ref several => {
                let documents = several.iter().map(|id| self.label(*id)).collect();
                Err(CaseError::AmbiguousName { name: document.to_owned(), documents })
            }
        }
    }

    // The items of the scope that a text names, at most `most`: the one with this label, however it is written
    // (`EXH-000017`, `exh17`), else those with this digest or beginning of one, else the one with this path below a
    // source, else those with this file name.
    pub(crate) fn named_within(
        &self,
        text: &str,
        scope: &Scope,
        most: usize,
    ) -> Result<Vec<ItemId>, CaseError> {
        let catalogue = self.catalogue();
        let prefix = &self.config.prefix;
        let number = text.get(..prefix.len()).filter(|start| start.eq_ignore_ascii_case(prefix));
        let number = number
            .map(|_| text[prefix.len()..].trim_start_matches(['-', ' ', '_']))
            .filter(|n| is_number(n));
        if let Some(id) = number.and_then(|number| number.parse().ok()).map(ItemId::new)
            && scope.contains(id)
            && catalogue.item(id)?.is_some()
        {
            return Ok(vec![id]);
        }
        if (8..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            let mut found = catalogue.items_by_digest_prefix(&text.to_ascii_lowercase())?;
            found.retain(|id| scope.contains(*id));
            if !found.is_empty() {
                found.truncate(most);
                return Ok(found);
            }
        }
        let found = catalogue.items_by_path(text.as_bytes())?;
        if let Some(id) = found.into_iter().find(|id| scope.contains(*id)) {
            return Ok(vec![id]);
        }
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let listed =
            if scope.is_full() { u32::try_from(most).unwrap_or(u32::MAX) } else { u32::MAX };
        let mut found = catalogue.items_by_name(text, listed)?;
        found.retain(|id| scope.contains(*id));
        found.truncate(most);
        Ok(found)
    }

    /// The error for a page that a document does not have.
    pub(crate) fn no_such_page(&self, id: ItemId, page: PageNumber) -> CaseError {
        match self.item(id) {
            Ok(item) => CaseError::NoSuchPage {
                document: self.label(id),
                page,
                pages: self
                    .catalogue()
                    .pages(item.duplicate_of.unwrap_or(id))
                    .map_or(0, |pages| pages.len() as u64),
                state: item.state,
            },
            Err(error) => error,
        }
    }

    /// The account of the case.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub(crate) fn account(&self) -> Result<Account, CaseError> {
        Ok(self.catalogue().account()?)
    }

    /// The number of items in each state: cheaper than the whole account.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub(crate) fn states(&self) -> Result<BTreeMap<State, u64>, CaseError> {
        Ok(self.catalogue().states()?)
    }

    /// The number of pages that have been read: cheaper than the whole account.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub(crate) fn pages_read(&self) -> Result<u64, CaseError> {
        Ok(self.catalogue().pages_read()?)
    }

    /// The items that match a filter, in the order of their numbers.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub(crate) fn items(&self, filter: &ItemFilter) -> Result<Vec<Item>, CaseError> {
        let mut items = Vec::new();
        self.catalogue().items(filter, &mut |item| {
            items.push(item);
            ControlFlow::Continue(())
        })?;
        Ok(items)
    }

    /// One item.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`].
    pub(crate) fn item(&self, id: ItemId) -> Result<Item, CaseError> {
        self.catalogue().item(id)?.ok_or_else(|| CaseError::NoSuchDocument(self.label(id)))
    }

    /// The last part of an item's path, safe to show.
    #[must_use]
    pub fn name(&self, item: &Item) -> String {
        let whole = own_path(item);
        let name = whole.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        if name.is_empty() { self.label(item.id) } else { name }
    }

    /// An item's whole path below its source, safe to show; `!/` marks the entry into a container.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub(crate) fn path(&self, item: &Item) -> Result<String, CaseError> {
        let mut parts: Vec<String> = self.chain(item)?.iter().map(own_path).collect();
        parts.push(own_path(item));
        Ok(parts.join("!/"))
    }

    /// The containers around an item, outermost first.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub(crate) fn chain(&self, item: &Item) -> Result<Vec<Item>, CaseError> {
        let catalogue = self.catalogue();
        let mut chain = Vec::new();
        let mut next = item.container;
        while let Some(id) = next {
            let Some(container) = catalogue.item(id)? else { break };
            next = container.container;
            chain.push(container);
        }
        chain.reverse();
        Ok(chain)
    }

    /// The details of one document.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`].
    pub(crate) fn document(&self, id: ItemId) -> Result<Document, CaseError> {
        let item = self.item(id)?;
        let content = item.duplicate_of.unwrap_or(id);
        let members = ItemFilter { container: Some(content), most: 500, ..ItemFilter::default() };
        let (name, path) = (self.name(&item), self.path(&item)?);
        let chain = self.chain(&item)?;
        let members = self.items(&members)?;
        let catalogue = self.catalogue();
        let pages = catalogue.pages(content)?;
        let mut copies = match item.original {
            Some(original) if item.size > 0 => catalogue.items_with(original, usize::MAX)?,
            _ => Vec::new(),
        };
        copies.retain(|copy| copy.id != id);
        Ok(Document {
            source: catalogue
                .source(item.source)?
                .map(|(_, name, _)| shown(&name))
                .unwrap_or_default(),
            metadata: catalogue.metadata(content)?,
            notes: catalogue.notes(content)?,
            paintable: pages.first().is_some_and(|page| page.kind.is_rendered()),
            item,
            name,
            path,
            chain,
            pages,
            members,
            copies,
        })
    }

    /// One page, checked against the digest that was recorded with it.
    ///
    /// # Errors
    /// [`CaseError::NoSuchPage`]; [`CaseError::Store`] when the page's record is damaged.
    pub(crate) fn page(&self, id: ItemId, number: PageNumber) -> Result<Page, CaseError> {
        self.read_page(&self.page_row(id, number)?)
    }

    /// The catalogue's row of a page.
    ///
    /// # Errors
    /// [`CaseError::NoSuchPage`].
    pub(crate) fn page_row(&self, id: ItemId, number: PageNumber) -> Result<PageRow, CaseError> {
        let item = self.item(id)?;
        let row = self.catalogue().page(item.duplicate_of.unwrap_or(id), number)?;
        row.ok_or_else(|| self.no_such_page(id, number))
    }

    /// Reads the page of a row from its pack.
    ///
    /// # Errors
    /// [`CaseError::Store`] if the record is damaged or is not the recorded one.
    pub fn read_page(&self, row: &PageRow) -> Result<Page, CaseError> {
        read_page(&self.packs, row)
    }

    /// An entry of the custody log, with the openings of its commitments and its proof.
    ///
    /// # Errors
    /// [`CaseError::Log`] if there is no such entry.
    pub(crate) fn entry(&self, seq: EntrySeq) -> Result<ProvedEntry, CaseError> {
        let log = self.folder.log()?;
        let bytes = log.entry(seq)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let catalogue = self.catalogue();
        let openings = catalogue.openings(seq)?;
        Ok(ProvedEntry {
            seq,
            text,
            openings: openings.into_iter().map(|o| (o.field, shown_bytes(&o.value))).collect(),
            item: subject(&bytes),
            checkpoint: log.checkpoint().to_owned(),
            proof: log.tlog_proof(seq)?,
        })
    }

    /// The number of entries in the custody log.
    ///
    /// # Errors
    /// [`CaseError::Log`].
    pub(crate) fn log_size(&self) -> Result<u64, CaseError> {
        Ok(self.folder.log()?.size())
    }
}

/// The item that an entry of the custody log is about.
pub(crate) fn subject(entry: &[u8]) -> Option<ItemId> {
    match exhibit_custody::Entry::read(entry).ok()?.object {
        Ref::Item(id) => Some(id),
        _ => None,
    }
}

/// Reads the page of a row from its pack, and checks it against the row.
///
/// # Errors
/// [`CaseError::Store`] if the record is damaged or is not the recorded one.
pub fn read_page(packs: &exhibit_store::PackReader, row: &PageRow) -> Result<Page, CaseError> {
    let (pack, offset) = row.place;
    let damaged = |what| CaseError::Store(StoreError::Damaged { pack, offset, what });
    let bytes = packs.read(exhibit_store::PackLocation { pack, offset })?;
    if exhibit_model::Digest::of(&bytes) != row.digest {
        return Err(damaged("it contains another page than the catalogue records"));
    }
    wire::decode_page(&bytes).map_err(|_| damaged("it does not contain a page"))
}
