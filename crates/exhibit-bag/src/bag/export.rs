//! Writing a bag from a case: the payload with its records, then the log entry that names it, then the log's proofs;
//! finally the bag is renamed to its target.
//!
//! The log records a bag before anyone can receive it: the entry names the bag's manifests by their digests, and the
//! bag contains the proof of that entry.

use super::pictures::{content_of, render_pages};
use super::proofs::{Part, write_log, write_record};
use super::ro_crate::{Others, write_metadata};
use super::seal::Lock;
use super::selection::{Selected, Selection};
use super::writer::BagWriter;
use crate::BagError;
use crate::anchor::{anchors_of, pack_anchors};
use crate::quote::{QuoteStatus, read_quote, standing};
use exhibit_case::{Cage, CaseError, CaseWriter};
use exhibit_catalogue::{Item, PagePicture};
use exhibit_custody::{Act, Fact, Log, Ref, Verb};
use exhibit_model::{Digest, EntrySeq, ItemId, Moment, PageNumber, Reason};
use exhibit_proof::anchor::Anchor;
use exhibit_proof::hash::to_hex;
use exhibit_proof::package::{
    BOUND, HELP, ProvedDocument, STATEMENT, picture_path, quote_path, text_path,
};
use exhibit_proof::statement::Statement;
use exhibit_verify::loadfile::{self, Number};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A bag to write.
#[derive(Debug)]
pub struct ExportOrder<'a> {
    /// The documents, pages and quotes to export.
    pub selection: &'a Selection,
    /// The path of the bag; it must not exist.
    pub target: &'a Path,
    /// How it is sealed.
    pub lock: Lock,
    /// The first number of a Bates series for all pages; adds load files with it.
    pub bates: Option<Number>,
    /// The kind of receiver; the handover is then logged as an act of its own.
    pub receiver: Option<Receiver>,
}

/// What the caller supplies to an export.
pub struct ExportContext<'a> {
    /// Renders pictures of pages; without it, only pictures rendered earlier are included.
    pub cage: Option<&'a Cage>,
    /// Called with the progress.
    pub progress: &'a mut dyn FnMut(ExportStep),
}

macro_rules! receivers {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal,)+) => {
        /// The receiver of a bag: never more specific than the kind.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Receiver {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Receiver {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code in the log.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }
    };
}

receivers! {
    /// A court or tribunal.
    Court = "court",
    /// An authority: prosecutors, police, sanctions offices.
    Authority = "authority",
    /// A lawyer or law firm.
    Lawyer = "lawyer",
    /// Another newsroom.
    Newsroom = "newsroom",
    /// A researcher or human-rights organisation.
    Researcher = "researcher",
    /// A technical expert.
    Expert = "expert",
    /// An archive.
    Archive = "archive",
    /// Any other receiver.
    Other = "other",
}

/// The result of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The number of documents, whole or in part.
    pub documents: u64,
    /// The number of page texts.
    pub pages: u64,
    /// The number of page pictures.
    pub pictures: u64,
    /// The number of quotes.
    pub quotes: u64,
    /// The number of files in the payload.
    pub files: u64,
    /// The number of bytes in the payload.
    pub bytes: u64,
    /// The first and the last number of the series, if any.
    pub bates: Option<(String, String)>,
    /// The log entry of the export; for a sealed case, the log's last entry.
    pub entry: EntrySeq,
    /// Pages that could not be rendered: document, page and reason.
    pub not_rendered: Vec<(String, PageNumber, Reason)>,
}

/// The progress of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportStep {
    /// The number of pages to render.
    Render(u64),
    /// One page was rendered.
    Rendered,
    /// The number of bytes of originals to copy.
    Copy(u64),
    /// The number of bytes copied since the last report.
    Copied(u64),
}

/// A document that is being packed.
pub(crate) struct Packed {
    pub(crate) item: Item,
    pub(crate) content: Item,
    pub(crate) file: Option<String>,
    pub(crate) pages: Vec<PageNumber>,
    pub(crate) pictures: Vec<PagePicture>,
}

/// The quotes of a bag: parsed, and their bytes.
type Quotes = BTreeMap<String, (Anchor, Vec<u8>)>;

/// Writes a bag.
///
/// # Errors
/// [`BagError`]; nothing is then left at the target.
pub fn export(
    held: &mut CaseWriter,
    order: &ExportOrder<'_>,
    means: &mut ExportContext<'_>,
) -> Result<Exported, BagError> {
    let log = held.case.folder.log()?;
    let (chosen, quotes) = resolve(held, order.selection, &log)?;
    if chosen.is_empty() {
        return Err(BagError::Nothing);
    }
    let now = held.acts.now();
    let mut writer = BagWriter::begin(order.target, &order.lock)?;
    let not_rendered = render(held, order.selection, &chosen, means)?;
    // Read again, because the pictures are now in it.
    let log = held.case.folder.log()?;
    (means.progress)(ExportStep::Copy(whole_items(held, &chosen)?));
    let packed =
        pack_documents(&mut writer, held, (&chosen, &quotes, order.selection), means.progress)?;
    let (mut entries, mut proved) = (BTreeSet::new(), BTreeMap::new());
    for document in &packed {
        let part = Part {
            item: &document.item,
            content: &document.content,
            file: document.file.as_deref(),
            pages: &document.pages,
            pictures: &document.pictures,
            names: !order.selection.without_names,
        };
        let record = write_record(&mut writer, held, &log, &part, &mut entries)?;
        proved.insert(held.case.label(document.item.id), record);
    }
    for (id, (anchor, bytes)) in &quotes {
        writer.put(&quote_path(id), bytes)?;
        entries.extend([anchor.entry, anchor.reading].map(EntrySeq::new));
    }
    let (load_files, last) = match &order.bates {
        Some(first) => write_load_files(&mut writer, held, &proved, &packed, first)?,
        None => (Vec::new(), None),
    };
    let bates = order.bates.as_ref().map(Number::to_string).zip(last);
    let others = Others {
        quotes: &quotes,
        load_files: &load_files,
        anchors: &anchors_of(held, &log)?,
        without_names: order.selection.without_names,
    };
    write_metadata(&mut writer, held, &packed, &others, now)?;
    let bound = write_tags(&mut writer, held, bates.as_ref(), now)?;
    let count = |count: usize| count as u64;
    let mut exported = Exported {
        documents: count(packed.len()),
        pages: count(packed.iter().map(|p| p.pages.len()).sum()),
        pictures: count(packed.iter().map(|p| p.pictures.len()).sum()),
        quotes: count(quotes.len()),
        files: writer.files,
        bytes: writer.bytes,
        bates,
        entry: EntrySeq::FIRST,
        not_rendered,
    };
    let listed = listing(held, &packed, &quotes);
    exported.entry = if held.case.is_sealed() {
        state_export(&mut writer, held, &bound, now)?
    } else {
        let entry = log_export(held, (&bound, &listed), &exported, order.receiver)?;
        entries.extend(order.receiver.map(|_| entry.next()));
        entry
    };
    entries.insert(exported.entry);
    // Its checkpoint is the first that covers the export.
    let log = held.case.folder.log()?;
    let key = log.verifier().clone();
    pack_anchors(&mut writer, held, &log, &mut entries)?;
    write_log(&mut writer, &log, &key, &mut entries)?;
    writer.end()?;
    Ok(exported)
}

// The documents with the pages that the quotes need, and the quotes' bytes; an invalid quote fails the whole export.
fn resolve(
    held: &CaseWriter,
    selection: &Selection,
    log: &Log,
) -> Result<(BTreeMap<ItemId, Selected>, Quotes), BagError> {
    let mut chosen = selection.documents.clone();
    let mut quotes = BTreeMap::new();
    for id in &selection.quotes {
        let (anchor, bytes) = read_quote(&held.view(), id)?;
        if standing(&held.view(), log, &anchor, &bytes) != QuoteStatus::Valid {
            return Err(BagError::Broken(anchor.id()));
        }
        let item = ItemId::new(anchor.item.cast_signed());
        if let Selected::Pages(pages) =
            chosen.entry(item).or_insert_with(|| Selected::Pages(BTreeSet::new()))
        {
            pages.insert(PageNumber::new(anchor.page));
        }
        quotes.insert(anchor.id(), (anchor, bytes));
    }
    Ok((chosen, quotes))
}

// Renders the selected pages that have no picture yet.
fn render(
    held: &mut CaseWriter,
    selection: &Selection,
    chosen: &BTreeMap<ItemId, Selected>,
    means: &mut ExportContext<'_>,
) -> Result<Vec<(String, PageNumber, Reason)>, BagError> {
    let mut not_rendered = Vec::new();
    let Some(cage) = means.cage.filter(|_| selection.pictures) else { return Ok(not_rendered) };
    let mut wanted = Vec::new();
    for (id, chosen) in chosen {
        let pages = match chosen {
            Selected::Pages(pages) => pages.clone(),
            Selected::Whole => held.view().pages(*id)?.iter().map(|row| row.number).collect(),
        };
        wanted.push((*id, pages));
    }
    (means.progress)(ExportStep::Render(wanted.iter().map(|(_, pages)| pages.len() as u64).sum()));
    for (id, pages) in wanted.iter().filter(|(_, pages)| !pages.is_empty()) {
        let rendered = &mut || (means.progress)(ExportStep::Rendered);
        let refused = render_pages(held, cage, *id, pages, rendered)?;
        not_rendered
            .extend(refused.into_iter().map(|(page, reason)| (held.case.label(*id), page, reason)));
    }
    Ok(not_rendered)
}

fn whole_items(held: &CaseWriter, chosen: &BTreeMap<ItemId, Selected>) -> Result<u64, BagError> {
    let mut bytes = 0;
    for (id, _) in chosen.iter().filter(|(_, chosen)| **chosen == Selected::Whole) {
        bytes += held.view().item(*id)?.size;
    }
    Ok(bytes)
}

fn pack_documents(
    writer: &mut BagWriter,
    held: &CaseWriter,
    (chosen, quotes, selection): (&BTreeMap<ItemId, Selected>, &Quotes, &Selection),
    progress: &mut dyn FnMut(ExportStep),
) -> Result<Vec<Packed>, BagError> {
    let mut packed = Vec::new();
    for (id, chosen) in chosen {
        let item = held.view().item(*id)?;
        let content = content_of(held, *id)?;
        let file = match chosen {
            Selected::Whole => Some(pack_original(writer, held, &item, progress)?),
            Selected::Pages(_) => None,
        };
        let pages = pack_texts(writer, held, (&item, &content), chosen)?;
        let pointed = |page: PageNumber| {
            quotes.values().any(|(anchor, _)| anchor.points_at(id.get().unsigned_abs(), page.get()))
        };
        let mut pictures = held.view().pictures(content.id)?;
        pictures.retain(|p| pages.contains(&p.page) && (selection.pictures || pointed(p.page)));
        for picture in &pictures {
            let mut file = held.view().open_picture(content.id, picture)?;
            let path = picture_path(&held.case.label(*id), picture.page.get());
            let altered =
                BagError::PictureAltered { document: held.case.label(*id), page: picture.page };
            if file.metadata().is_ok_and(|about| about.len() != picture.size) {
                return Err(altered);
            }
            if writer.add(&path, picture.size, &mut file, &mut |_| {})?.sha256
                != *picture.sha256.as_bytes()
            {
                return Err(altered);
            }
        }
        packed.push(Packed { item, content, file, pages, pictures });
    }
    Ok(packed)
}

fn pack_texts(
    writer: &mut BagWriter,
    held: &CaseWriter,
    (item, content): (&Item, &Item),
    chosen: &Selected,
) -> Result<Vec<PageNumber>, BagError> {
    let label = held.case.label(item.id);
    let rows = held.view().pages(content.id)?;
    let wanted: Vec<PageNumber> = match chosen {
        Selected::Whole => rows.iter().map(|row| row.number).collect(),
        Selected::Pages(pages) => pages.iter().copied().collect(),
    };
    for number in &wanted {
        let row = rows
            .binary_search_by_key(number, |row| row.number)
            .ok()
            .and_then(|place| rows.get(place));
        let missing = || CaseError::NoSuchPage {
            document: label.clone(),
            page: *number,
            pages: rows.len() as u64,
            state: content.state,
        };
        let page = held.view().read_page(row.ok_or_else(missing)?)?;
        writer.put(&text_path(&label, number.get()), page.text.as_bytes())?;
    }
    Ok(wanted)
}

// Load files, including each document's text; returns their paths and the last number.
fn write_load_files(
    writer: &mut BagWriter,
    held: &CaseWriter,
    proved: &BTreeMap<String, ProvedDocument>,
    packed: &[Packed],
    first: &Number,
) -> Result<(Vec<String>, Option<String>), BagError> {
    let made = loadfile::make(proved, first).ok_or_else(|| BagError::Series(first.to_string()))?;
    for (path, table) in &made.tables {
        writer.put(path, table.as_bytes())?;
    }
    let content: BTreeMap<String, ItemId> = packed
        .iter()
        .map(|document| (held.case.label(document.item.id), document.content.id))
        .collect();
    for (path, (label, pages)) in &made.texts {
        let rows = match content.get(label) {
            Some(id) => held.view().pages(*id)?,
            None => Vec::new(),
        };
        let mut texts = Vec::new();
        for row in rows.iter().filter(|row| pages.contains(&row.number.get())) {
            texts.push(held.view().read_page(row)?.text);
        }
        writer.put(path, texts.join("\u{c}").as_bytes())?;
    }
    Ok((made.tables.into_keys().chain(made.texts.into_keys()).collect(), Some(made.last)))
}

fn pack_original(
    writer: &mut BagWriter,
    held: &CaseWriter,
    item: &Item,
    progress: &mut dyn FnMut(ExportStep),
) -> Result<String, BagError> {
    let document = held.case.label(item.id);
    let no_bytes = || BagError::NoBytes { document: document.clone() };
    let original = item.original.ok_or_else(no_bytes)?;
    let path = format!("data/documents/{document}/original{}", ending(&held.case.name(item)));
    let mut file = held.view().original(item.id)?.ok_or_else(no_bytes)?;
    // reported as an altered original, before a sealed bag fails because the size does not match
    if file.metadata().is_ok_and(|about| about.len() != item.size) {
        return Err(BagError::Altered { document });
    }
    let written =
        writer.add(&path, item.size, &mut file, &mut |more| progress(ExportStep::Copied(more)))?;
    if written.sha256 == *original.digest().as_bytes() {
        Ok(path)
    } else {
        Err(BagError::Altered { document })
    }
}

// The extension of a name, if it is plain ASCII: the rest of the name stays out of paths.
fn ending(name: &str) -> String {
    let plain = |ending: &&str| {
        (1..=8).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let ending = name.rsplit_once('.').map(|(_, ending)| ending).filter(plain);
    ending.map(|ending| format!(".{}", ending.to_ascii_lowercase())).unwrap_or_default()
}

// The tag files named in the log entry, with their digests.
fn write_tags(
    writer: &mut BagWriter,
    held: &CaseWriter,
    bates: Option<&(String, String)>,
    now: Moment,
) -> Result<[[u8; 32]; 6], BagError> {
    let (year, month, day) = now.civil_date();
    let bates =
        bates.map(|(first, _)| format!("{}: {first}\n", loadfile::LABEL)).unwrap_or_default();
    let info = format!(
        "Bag-Software-Agent: {}\nBagging-Date: {year:04}-{month:02}-{day:02}\nExhibit-Bag: 1\n{bates}External-Identifier: {}\nPayload-Oxum: {}.{}\n",
        held.tool(),
        held.case.config.log,
        writer.bytes,
        writer.files,
    );
    let info = writer.put(BOUND[0], info.as_bytes())?;
    let declaration =
        writer.put(BOUND[1], b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")?;
    let [short, long] = writer.end_payload()?;
    let [page, script] = HELP.map(|(path, text)| writer.put(path, text.as_bytes()));
    let (page, script) = (page?, script?);
    Ok([info.sha256, declaration.sha256, short, long, page.sha256, script.sha256])
}

fn listing(held: &CaseWriter, packed: &[Packed], quotes: &Quotes) -> String {
    let mut listed = String::new();
    for document in packed {
        let pages: Vec<String> = document.pages.iter().map(PageNumber::to_string).collect();
        let whole = if document.file.is_some() { "original and " } else { "" };
        listed.push_str(&format!(
            "{}: {whole}pages {}\n",
            held.case.label(document.item.id),
            pages.join(" ")
        ));
    }
    for (id, (_, bytes)) in quotes {
        listed.push_str(&format!("{id}: {}\n", to_hex(Digest::of(bytes).as_bytes())));
    }
    listed
}

// A sealed case's log accepts no entry: its key signs an equivalent statement, and the last entry is included.
fn state_export(
    writer: &mut BagWriter,
    held: &CaseWriter,
    bound: &[[u8; 32]],
    now: Moment,
) -> Result<EntrySeq, BagError> {
    let made =
        bound.iter().map(|digest| Ref::Bytes(Digest::from_bytes(*digest)).to_string()).collect();
    let origin = held.log.log().origin().to_owned();
    let statement = Statement { origin, at: exhibit_custody::entry::moment_text(now), made };
    writer.put(STATEMENT, held.log.sign_statement(&statement.text()).as_bytes())?;
    Ok(EntrySeq::new(held.log.log().size() - 1))
}

// Logs the export and, if the receiver's kind is given, the handover in the entry after it.
fn log_export(
    held: &mut CaseWriter,
    (bound, listed): (&[[u8; 32]; 6], &str),
    exported: &Exported,
    receiver: Option<Receiver>,
) -> Result<EntrySeq, BagError> {
    let mut act = Act::new(Verb::Export, Ref::Case)
        .fact("documents", Fact::Number(exported.documents))
        .fact("pages", Fact::Number(exported.pages))
        .fact("pictures", Fact::Number(exported.pictures))
        .fact("quotes", Fact::Number(exported.quotes))
        .secret("selection", listed.as_bytes());
    if let Some((first, last)) = &exported.bates {
        act = act.secret("bates", format!("{first} to {last}").as_bytes());
    }
    let digest = |digest: &[u8; 32]| Ref::Bytes(Digest::from_bytes(*digest));
    act = bound.iter().fold(act, |act, bytes| act.makes(digest(bytes)));
    let work = held.catalogue.begin()?;
    let entry = held.acts.log(&work, act)?;
    if let Some(receiver) = receiver {
        let act = Act::new(Verb::Transfer, Ref::Case)
            .uses(digest(&bound[2]))
            .fact("export", Fact::Number(entry.get()))
            .fact("receiver", Fact::Text(receiver.word().to_owned()));
        held.acts.log(&work, act)?;
    }
    work.commit()?;
    held.flush()?;
    Ok(entry)
}
