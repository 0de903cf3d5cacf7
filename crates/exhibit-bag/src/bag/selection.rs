//! Selecting the content of a bag: documents by name, pages or query, and quotes.

use crate::BagError;
use crate::quote::list_quotes;
use exhibit_case::CaseView;
use exhibit_catalogue::ItemFilter;
use exhibit_model::{ItemId, PageNumber};
use exhibit_search::Search;
use std::collections::{BTreeMap, BTreeSet};

/// The maximum number of pages in a range such as `EXH-000003:1-500`.
const MAX_RANGE: u32 = 100_000;

/// The selected parts of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selected {
    /// Its original and the texts of all its pages.
    Whole,
    /// Only the texts of these pages.
    Pages(BTreeSet<PageNumber>),
}

/// The content selected for a bag.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Documents, and the selected parts of each.
    pub documents: BTreeMap<ItemId, Selected>,
    /// Quotes by name; the pages that they quote are included, and the pictures that they refer to.
    pub quotes: BTreeSet<String>,
    /// Whether the names and paths under which files were found stay sealed.
    pub without_names: bool,
    /// Whether the pictures of pages are included with their texts.
    pub pictures: bool,
}

/// A request for documents and quotes, as a user states it.
#[derive(Debug, Clone, Copy, Default)]
pub struct BagRequest<'a> {
    /// Documents by label, number, digest or path, each optionally with pages: `EXH-000003:1-3,7`.
    pub documents: &'a [String],
    /// Queries; every document that one of them finds is selected.
    pub queries: &'a [String],
    /// Whether every document received with its bytes is selected.
    pub all: bool,
    /// Quotes by name.
    pub quotes: &'a [String],
    /// Whether every quote of the case is selected.
    pub all_quotes: bool,
}

impl Selection {
    /// Resolves a request against what a view can read. A document that is requested both whole and by pages is selected whole.
    ///
    /// # Errors
    /// [`BagError::Case`] for a document that does not exist, [`BagError::Search`] for a query that cannot be parsed.
    pub fn resolve(view: &CaseView<'_>, request: &BagRequest<'_>) -> Result<Self, BagError> {
        let mut selection = Self::default();
        for text in request.documents {
            let (document, pages) = parse_pages(text);
            selection.add(view.resolve(document)?, pages);
        }
        let search = Search::of(view.clone());
        for query in request.queries {
            let found = search.documents_found(&search.query(query, false)?)?;
            found.into_iter().for_each(|id| selection.add(ItemId::new(id), None));
        }
        if request.all {
            let items = view.items(&ItemFilter::default())?;
            let received =
                items.iter().filter(|item| item.original.is_some() && item.seq.is_some());
            received.for_each(|item| selection.add(item.id, None));
        }
        if request.all_quotes {
            selection.quotes.extend(list_quotes(view)?.iter().map(|quote| quote.id()));
        }
        selection.quotes.extend(request.quotes.iter().cloned());
        Ok(selection)
    }

    fn add(&mut self, item: ItemId, pages: Option<BTreeSet<PageNumber>>) {
        let chosen = self.documents.entry(item);
        match pages {
            None => drop(chosen.insert_entry(Selected::Whole)),
            Some(more) => {
                if let Selected::Pages(pages) =
                    chosen.or_insert_with(|| Selected::Pages(BTreeSet::new()))
                {
                    pages.extend(more);
                }
            }
        }
    }
}

// Splits `EXH-000003:1-3,7` into the document and its pages; any other text names a document as a whole.
fn parse_pages(text: &str) -> (&str, Option<BTreeSet<PageNumber>>) {
    let Some((document, list)) = text.rsplit_once(':') else { return (text, None) };
    let range = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) =
            (first.parse::<PageNumber>().ok()?.get(), last.parse::<PageNumber>().ok()?.get());
        (first <= last && last - first < MAX_RANGE).then_some(first..=last)
    };
    match list.split(',').map(range).collect::<Option<Vec<_>>>() {
        Some(ranges) if !document.is_empty() => {
            (document, Some(ranges.into_iter().flatten().map(PageNumber::new).collect()))
        }
        _ => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(pages: &[u32]) -> BTreeSet<PageNumber> {
        pages.iter().copied().map(PageNumber::new).collect()
    }

    #[test]
    fn pages_follow_the_last_colon() {
        let check = |text, document, pages: Option<&[u32]>| {
            assert_eq!(parse_pages(text), (document, pages.map(numbers)), "{text}");
        };
        check("EXH-000003", "EXH-000003", None);
        check("EXH-000003:2", "EXH-000003", Some(&[2]));
        check("a:b.pdf:1-3,7", "a:b.pdf", Some(&[1, 2, 3, 7]));
        check("a:b.pdf", "a:b.pdf", None);
        check("3:0", "3:0", None);
        check("3:3-1", "3:3-1", None);
        check("3:1-4000000000", "3:1-4000000000", None);
        check(":1", ":1", None);
    }

    #[test]
    fn a_document_requested_whole_and_by_pages_is_chosen_whole() {
        let pages = |pages: &[u32]| Some(numbers(pages));
        let mut selection = Selection::default();
        selection.add(ItemId::new(1), pages(&[2]));
        selection.add(ItemId::new(1), pages(&[5, 2]));
        selection.add(ItemId::new(2), pages(&[1]));
        selection.add(ItemId::new(2), None);
        selection.add(ItemId::new(3), None);
        selection.add(ItemId::new(3), pages(&[1]));
        let expected = [
            (ItemId::new(1), Selected::Pages(numbers(&[2, 5]))),
            (ItemId::new(2), Selected::Whole),
            (ItemId::new(3), Selected::Whole),
        ];
        assert_eq!(selection.documents, BTreeMap::from(expected));
    }
}
