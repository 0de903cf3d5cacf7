//! A case of generated pages, made without reading files: pages go into packs and catalogue as a reader's would,
//! ten to a document. No original is behind them.

use crate::text::{Language, Texts};
use crate::{Failed, PAGES_OF_A_DOCUMENT};
use exhibit_case::{Acts, Case, CaseFolder, CaseWriter, Keys, NewCase, Principal};
use exhibit_catalogue::{Added, NewItem, NewPage, ReadResult, StageKey, Work};
use exhibit_model::{
    Counts, Digest, FixedClock, ItemId, MetadataKey, Moment, OriginalId, Page, Relation, SourceId,
    State, wire,
};
use exhibit_store::PackWriter;
use std::path::Path;

const DOCUMENTS_AT_ONCE: usize = 1_000;

/// Makes the case; says how many bytes of text its pages have.
pub(crate) fn make(folder: &Path, texts: &Texts, pages: usize) -> Result<u64, Failed> {
    let keys = folder.join("keys");
    let new = NewCase { name: "bench", prefix: "EXH", keys: &keys, lock: None };
    let acts =
        || Acts::new(FixedClock(Moment(0)), |bytes| bytes.fill(7), Principal::LOCAL, "bench");
    let case = folder.join("case");
    Case::init(&case, &new, &mut acts())?;
    let mut held = CaseWriter::take(&case, &Keys::plain(&keys), acts())?;
    let mut packs = PackWriter::open(&CaseFolder::new(&case).pack_folder(), None)?;
    let documents = pages.div_ceil(PAGES_OF_A_DOCUMENT);
    let (mut bytes, mut document) = (0, 0);
    while document < documents {
        let work = held.catalogue.begin()?;
        let (source, _) = work.source(b"/generated", "generated", Moment(0))?;
        for number in document..(document + DOCUMENTS_AT_ONCE).min(documents) {
            bytes += add(&work, &mut packs, texts, source, number)?;
        }
        packs.sync()?;
        work.commit()?;
        document += DOCUMENTS_AT_ONCE;
    }
    Ok(bytes)
}

fn add(
    work: &Work<'_>,
    packs: &mut PackWriter,
    texts: &Texts,
    source: SourceId,
    number: usize,
) -> Result<u64, Failed> {
    let (path, media_type) = match number % 3 {
        0 => (format!("{}/{number}.pdf", number / 100), "application/pdf"),
        1 => (format!("{}/{number}.eml", number / 100), "message/rfc822"),
        _ => (format!("{}/{number}.html", number / 100), "text/html"),
    };
    let digest = OriginalId::new(Digest::of(path.as_bytes()));
    let added = work.add_item(&NewItem {
        source,
        container: None,
        path: path.as_bytes(),
        name_text: "",
        relation: Relation::File,
        content: Some((digest, 20_000 + number as u64 % 50_000)),
        modified: None,
        changed: None,
        received: Moment(0),
        settled: None,
        cut: None,
    })?;
    let (Added::New(item, _) | Added::Filled(item, _) | Added::Known(item)) = added;
    let mut bytes = 0;
    for page in 0..PAGES_OF_A_DOCUMENT {
        bytes += add_page(work, packs, texts, item, number * PAGES_OF_A_DOCUMENT + page)?;
    }
    let year = 1995 + number % 30;
    let date = [(MetadataKey::CREATED, format!("{year}-{:02}-17T08:00:00Z", number % 12 + 1))];
    let metadata = if number.is_multiple_of(7) { &[][..] } else { &date };
    let finding =
        ReadResult { state: State::Read, reason: None, media_type, found: 0, metadata, notes: &[] };
    work.settle(item, &finding)?;
    Ok(bytes)
}

fn add_page(
    work: &Work<'_>,
    packs: &mut PackWriter,
    texts: &Texts,
    item: ItemId,
    number: usize,
) -> Result<u64, Failed> {
    let text = texts.page(number);
    let characters = u32::try_from(text.chars().filter(|c| !c.is_whitespace()).count())?;
    let page = Page {
        number: u32::try_from(number % PAGES_OF_A_DOCUMENT)? + 1,
        language: Language::of(number).tag().to_owned(),
        counts: Counts { characters, ..Counts::default() },
        text,
        ..Page::default()
    };
    let (place, digest): (_, Digest) = packs.append(&wire::encode_page(&page))?;
    let stage = work.stage(&StageKey {
        name: "read".to_owned(),
        version: "1".to_owned(),
        parameters: String::new(),
    })?;
    work.add_page(&NewPage {
        item,
        page: &page,
        stage,
        place: (place.pack, place.offset),
        digest,
    })?;
    Ok(page.text.len() as u64)
}
