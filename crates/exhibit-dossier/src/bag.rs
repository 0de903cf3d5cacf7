//! Writing a bag from a case: payload with its records, then the log entry that names it, then the log's proofs, then
//! the bag's name.
//!
//! The log knows of a bag before anyone can have it: the entry names the bag's manifests by their digests, and the
//! proof of that entry lies in the bag.

use crate::parcel::Parcel;
use crate::proofs::{Part, map, write_log, write_record};
use crate::quotes::{Standing, read_quote, standing};
use crate::{DossierError, Random};
use exhibit_case::{CaseError, Held, flush_outbox, layout, log_act};
use exhibit_catalogue::Item;
use exhibit_custody::{Act, Fact, Log, Ref, Verb};
use exhibit_model::{Digest, ItemId, Moment};
use exhibit_proof::hash::to_hex;
use exhibit_proof::json::Value;
use exhibit_proof::package::{BOUND, METADATA, quote_path, record_path, text_path};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What of one document is to be handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// Its original and the texts of all its pages.
    Whole,
    /// The texts of these pages alone.
    Pages(BTreeSet<u32>),
}

/// What is to be handed over.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Documents, and what of each.
    pub documents: BTreeMap<ItemId, Chosen>,
    /// Quotes by their names; the pages that they quote go with them.
    pub quotes: BTreeSet<String>,
    /// Whether the names and paths under which files were found stay sealed.
    pub without_names: bool,
}

/// A bag that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// How many documents it holds, or pages of.
    pub documents: u64,
    /// How many pages' texts.
    pub pages: u64,
    /// How many quotes.
    pub quotes: u64,
    /// How many files its payload has.
    pub files: u64,
    /// How many bytes its payload has.
    pub bytes: u64,
    /// The log entry of the export.
    pub entry: u64,
}

/// How far an export has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many bytes of originals are to be copied.
    Begin(u64),
    /// So many more were copied.
    Copied(u64),
}

/// A document while it is packed.
struct Packed {
    item: Item,
    content: Item,
    file: Option<String>,
    pages: Vec<u32>,
}

/// Writes a bag at `target`, which must not exist.
///
/// # Errors
/// [`DossierError`]; nothing is then left at `target`.
pub fn export(
    held: &mut Held,
    selection: &Selection,
    target: &Path,
    now: Moment,
    random: Random<'_>,
    progress: &mut dyn FnMut(Step),
) -> Result<Exported, DossierError> {
    let log = Log::open(&held.case.folder.join(layout::CUSTODY))?;
    let (chosen, quotes) = resolve(held, selection, &log)?;
    if chosen.is_empty() {
        return Err(DossierError::Nothing);
    }
    let sizes = whole_items(held, &chosen)?;
    let mut parcel = Parcel::begin(target)?;
    progress(Step::Begin(sizes));
    let packed = pack_documents(&mut parcel, held, &chosen, progress)?;
    let mut entries = BTreeSet::new();
    for document in &packed {
        let part = Part {
            item: &document.item,
            content: &document.content,
            file: document.file.as_deref(),
            pages: &document.pages,
            names: !selection.without_names,
        };
        write_record(&mut parcel, held, &log, &part, &mut entries)?;
    }
    for (id, bytes) in &quotes {
        parcel.put(&quote_path(id), bytes)?;
    }
    write_metadata(&mut parcel, held, &packed, &quotes, (selection.without_names, now))?;
    let bound = write_tags(&mut parcel, held, now)?;
    let listed = listing(held, &packed, &quotes);
    let counts = [packed.len(), packed.iter().map(|p| p.pages.len()).sum(), quotes.len()].map(|count| count as u64);
    let entry = log_export(held, &bound, &listed, counts, now, random)?;
    entries.insert(entry);
    for id in quotes.keys() {
        entries.insert(read_quote(&held.case, id)?.0.entry);
    }
    // As it is now: its checkpoint is the first that covers the export.
    let log = Log::open(&held.case.folder.join(layout::CUSTODY))?;
    let key = log.verifier().clone();
    write_log(&mut parcel, &log, &key, &mut entries)?;
    let exported = Exported {
        documents: counts[0],
        pages: counts[1],
        quotes: counts[2],
        files: parcel.files,
        bytes: parcel.bytes,
        entry,
    };
    parcel.end()?;
    Ok(exported)
}

type Resolved = (BTreeMap<ItemId, Chosen>, BTreeMap<String, Vec<u8>>);

// The documents with the pages that quotes ask for, and the quotes' bytes; a quote that does not hold ends it all.
fn resolve(held: &Held, selection: &Selection, log: &Log) -> Result<Resolved, DossierError> {
    let mut chosen = selection.documents.clone();
    let mut quotes = BTreeMap::new();
    for id in &selection.quotes {
        let (anchor, bytes) = read_quote(&held.case, id)?;
        if standing(&held.case, log, &anchor, &bytes) != Standing::Holds {
            return Err(DossierError::Broken(anchor.id()));
        }
        let item = ItemId(anchor.item.cast_signed());
        if let Chosen::Pages(pages) = chosen.entry(item).or_insert_with(|| Chosen::Pages(BTreeSet::new())) {
            pages.insert(anchor.page);
        }
        quotes.insert(anchor.id(), bytes);
    }
    Ok((chosen, quotes))
}

fn whole_items(held: &Held, chosen: &BTreeMap<ItemId, Chosen>) -> Result<u64, DossierError> {
    let mut bytes = 0;
    for (id, _) in chosen.iter().filter(|(_, chosen)| **chosen == Chosen::Whole) {
        bytes += held.case.item(*id)?.size;
    }
    Ok(bytes)
}

fn pack_documents(
    parcel: &mut Parcel,
    held: &Held,
    chosen: &BTreeMap<ItemId, Chosen>,
    progress: &mut dyn FnMut(Step),
) -> Result<Vec<Packed>, DossierError> {
    let mut packed = Vec::new();
    for (id, chosen) in chosen {
        let item = held.case.item(*id)?;
        let content = match item.duplicate_of {
            Some(first) => held.case.item(first)?,
            None => item.clone(),
        };
        let label = held.case.label(*id);
        let file = match chosen {
            Chosen::Whole => Some(pack_original(parcel, held, &item, progress)?),
            Chosen::Pages(_) => None,
        };
        let rows = held.catalogue.pages(content.id)?;
        let wanted: Vec<u32> = match chosen {
            Chosen::Whole => rows.iter().map(|row| row.number).collect(),
            Chosen::Pages(pages) => pages.iter().copied().collect(),
        };
        for number in &wanted {
            let row = rows.iter().find(|row| row.number == *number);
            let missing = || CaseError::NoSuchPage { document: label.clone(), page: *number };
            let page = held.case.read_page(row.ok_or_else(missing)?)?;
            parcel.put(&text_path(&label, *number), page.text.as_bytes())?;
        }
        packed.push(Packed { item, content, file, pages: wanted });
    }
    Ok(packed)
}

fn pack_original(
    parcel: &mut Parcel,
    held: &Held,
    item: &Item,
    progress: &mut dyn FnMut(Step),
) -> Result<String, DossierError> {
    let document = held.case.label(item.id);
    let original = item.original.ok_or_else(|| DossierError::NoBytes { document: document.clone() })?;
    let path = format!("data/documents/{document}/original{}", ending(&held.case.name(item)));
    let mut file = held.case.originals().open_original(original).map_err(CaseError::from)?;
    let written = parcel.add(&path, &mut file, &mut |more| progress(Step::Copied(more)))?;
    if written.sha256 == *original.digest().as_bytes() && written.size == item.size {
        Ok(path)
    } else {
        Err(DossierError::Altered { document })
    }
}

// The ending of a name, where it is a plain one: the rest of the name stays out of paths.
fn ending(name: &str) -> String {
    let plain = |ending: &&str| (1..=8).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    let ending = name.rsplit_once('.').map(|(_, ending)| ending).filter(plain);
    ending.map(|ending| format!(".{}", ending.to_ascii_lowercase())).unwrap_or_default()
}

// RO-Crate 1.2: what the payload holds, for archives.
fn write_metadata(
    parcel: &mut Parcel,
    held: &Held,
    packed: &[Packed],
    quotes: &BTreeMap<String, Vec<u8>>,
    (without_names, now): (bool, Moment),
) -> Result<(), DossierError> {
    let text = |text: &str| Value::Text(text.to_owned());
    let to = |id: &str| map([("@id", text(id))]);
    let within = |path: &str| path.trim_start_matches("data/").to_owned();
    let mut graph = vec![map([
        ("@id", text("ro-crate-metadata.json")),
        ("@type", text("CreativeWork")),
        ("about", to("./")),
        ("conformsTo", to("https://w3id.org/ro/crate/1.2")),
    ])];
    let mut parts = Vec::new();
    for document in packed {
        let label = held.case.label(document.item.id);
        let folder = format!("documents/{label}/");
        let texts = document.pages.iter().map(|page| within(&text_path(&label, *page)));
        let record = within(&record_path(&label));
        let files: Vec<String> =
            document.file.iter().map(|path| within(path)).chain(texts).chain([record.clone()]).collect();
        let name = if without_names { label } else { held.case.name(&document.item) };
        parts.push(to(&folder));
        graph.push(map([
            ("@id", text(&folder)),
            ("@type", text("Dataset")),
            ("name", text(&name)),
            ("hasPart", Value::List(files.iter().map(|file| to(file)).collect())),
        ]));
        for file in &files {
            let original = file.contains("/original");
            let format = match file {
                file if *file == record => "application/json",
                _ if original => document.item.media_type.as_str(),
                _ => "text/plain; charset=UTF-8",
            };
            let mut members = vec![("@id", text(file)), ("@type", text("File")), ("encodingFormat", text(format))];
            if original {
                members.push(("contentSize", text(&document.item.size.to_string())));
                members.extend(document.item.original.map(|original| ("sha256", text(&original.to_string()))));
            }
            graph.push(map(members));
        }
    }
    for id in quotes.keys() {
        let path = within(&quote_path(id));
        parts.push(to(&path));
        graph.push(map([
            ("@id", text(&path)),
            ("@type", text("File")),
            ("encodingFormat", text("application/ld+json")),
        ]));
    }
    graph.push(map([
        ("@id", text("./")),
        ("@type", text("Dataset")),
        ("name", text("Documents handed over from an Exhibit case")),
        (
            "description",
            text("Originals and texts of pages as received and read; the proofs lie beside this folder in `custody`"),
        ),
        ("datePublished", text(&now.to_rfc3339())),
        ("license", text("Not stated: the rights in these documents are those of their holders")),
        ("hasPart", Value::List(parts)),
    ]));
    let crate_ = map([("@context", text("https://w3id.org/ro/crate/1.2/context")), ("@graph", Value::List(graph))]);
    parcel.put(METADATA, crate_.write().as_bytes()).map(drop)
}

// The tag files that the log's entry names, with their digests.
fn write_tags(parcel: &mut Parcel, held: &Held, now: Moment) -> Result<[[u8; 32]; 6], DossierError> {
    let (year, month, day) = now.civil_date();
    let info = format!(
        "Bag-Software-Agent: {}\nBagging-Date: {year:04}-{month:02}-{day:02}\nExhibit-Bag: 1\nExternal-Identifier: {}\nPayload-Oxum: {}.{}\n",
        held.tool(),
        held.case.config.log,
        parcel.bytes,
        parcel.files,
    );
    let info = parcel.put(BOUND[0], info.as_bytes())?;
    let declaration = parcel.put(BOUND[1], b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")?;
    let [short, long] = parcel.end_payload()?;
    let page = parcel.put(BOUND[4], include_bytes!("../text/VERIFY.txt"))?;
    let script = parcel.put(BOUND[5], include_bytes!("../text/verify.sh"))?;
    Ok([info.sha256, declaration.sha256, short, long, page.sha256, script.sha256])
}

fn listing(held: &Held, packed: &[Packed], quotes: &BTreeMap<String, Vec<u8>>) -> String {
    let mut listed = String::new();
    for document in packed {
        let pages: Vec<String> = document.pages.iter().map(u32::to_string).collect();
        let whole = if document.file.is_some() { "original and " } else { "" };
        listed.push_str(&format!("{}: {whole}pages {}\n", held.case.label(document.item.id), pages.join(" ")));
    }
    for (id, bytes) in quotes {
        listed.push_str(&format!("{id}: {}\n", to_hex(Digest::of(bytes).as_bytes())));
    }
    listed
}

fn log_export(
    held: &mut Held,
    bound: &[[u8; 32]],
    listed: &str,
    [documents, pages, quotes]: [u64; 3],
    now: Moment,
    random: Random<'_>,
) -> Result<u64, DossierError> {
    let mut act = Act::new(Verb::Export, Ref::Case)
        .fact("documents", Fact::Number(documents))
        .fact("pages", Fact::Number(pages))
        .fact("quotes", Fact::Number(quotes))
        .secret("selection", listed.as_bytes());
    for digest in bound {
        act = act.makes(Ref::Bytes(Digest::from_bytes(*digest)));
    }
    let tool = held.tool().to_owned();
    let work = held.catalogue.begin()?;
    let entry = log_act(&work, act, now, &tool, random)?;
    work.commit()?;
    flush_outbox(&mut held.catalogue, &mut held.log)?;
    Ok(entry)
}
