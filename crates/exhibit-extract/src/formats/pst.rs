//! Outlook stores, `.pst` and `.ost` ([MS-PST]): each message is a member, at the path of its folder.
//!
//! A member is the message as a file of its own ([MS-OXMSG]), made of the properties as they are stored. Each message
//! is read by itself: what is wrong with one is its own failure. Memory grows with the largest message and the number
//! of folders, not with the store.

mod crypt;
mod file;
mod heap;
mod message;
mod rescue;
#[cfg(test)]
mod tests;

use super::mapi::property::{Names, Value, kind};
use super::mapi::{id, short};
use super::msg;
use super::msg::write::{Raw, Writer};
use crate::charset;
use crate::out::{Input, Out, Stop};
use exhibit_model::{
    Detail, Member, MemberEnd, Moment, NoteCode, Reason, Relation, Request, Verdict,
};
use file::{Fault, Node, Store};
use heap::Heap;
use message::{Assembled, Assembly};
use std::collections::BTreeMap;
use std::io::Cursor;

/// Nodes that every store has.
const STORE: u32 = 0x21;
const NAMES: u32 = 0x61;
const ROOT_FOLDER: u32 = 0x122;

/// Kinds of nodes.
const FOLDER: u8 = 2;
const MESSAGE: u8 = 4;
const ASSOCIATED: u8 = 8;

const MOST_FOLDERS: usize = 200_000;

/// Ids of properties of folders and stores.
const CONTENT_COUNT: u16 = 0x3602;
const PASSWORD: u16 = 0x67ff;

/// Paths of more levels lose the first ones.
const MOST_LEVELS: usize = 40;

/// Messages are made in memory; attachments that they have no room for are members beside them.
const MOST_MESSAGE: u64 = 128 << 20;

struct Folder {
    parent: u32,
    name: String,
    announced: u64,
    found: u64,
}

#[derive(Default)]
struct Counts {
    found: u64,
    read: u64,
    orphans: u64,
    associated: u64,
    lost_properties: u64,
    apart: u64,
}

/// Reads a store.
pub(crate) fn read(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let mut store = match Store::open(input) {
        Ok(store) => store,
        Err(Fault::Encrypted) => return Ok(Verdict::Encrypted),
        Err(fault) => {
            return Ok(Verdict::Failed(Reason::CannotParse { detail: Detail::of(&fault) }));
        }
    };
    out.container_size(store.size());
    out.metadata("pst:format", store.layout.name())?;
    out.metadata("pst:encoding", store.encoding.name())?;
    emit_store_properties(&mut store, out)?;
    let names = names(&mut store);
    let (mut folders, damaged) = folders(&mut store);
    let mut counts = Counts::default();
    let most = request.limits.whole_file_bytes.min(MOST_MESSAGE);
    store.each_node(&mut |store, node| match node.kind() {
        MESSAGE => {
            counts.found += 1;
            let path = match folders.get_mut(&node.parent) {
                Some(folder) => {
                    folder.found += 1;
                    path(&folders, node.parent)
                }
                None => {
                    counts.orphans += 1;
                    "(no folder)".to_owned()
                }
            };
            emit_message(store, node, &path, &names, most, &mut counts, out)
        }
        ASSOCIATED => {
            counts.associated += 1;
            Ok(())
        }
        _ => Ok(()),
    })?;
    for (at, folder) in &folders {
        let path = path(&folders, *at);
        if !path.is_empty() && folder.announced + folder.found > 0 {
            out.metadata("pst:folder", &format!("{path} ({})", folder.found))?;
        }
    }
    emit_notes(&store, &folders, &counts, damaged, out)?;
    Ok(if counts.found == 0 && damaged > 0 {
        Verdict::Failed(Reason::NoMessages)
    } else {
        Verdict::Read
    })
}

fn emit_notes(
    store: &Store<'_>,
    folders: &BTreeMap<u32, Folder>,
    counts: &Counts,
    damaged: u64,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    let announced: u64 = folders.values().map(|folder| folder.announced).sum();
    let missing: u64 =
        folders.values().map(|folder| folder.announced.saturating_sub(folder.found)).sum();
    out.metadata("pst:messages", &counts.found.to_string())?;
    out.note(0, NoteCode::StoreMessages { announced, found: counts.found, read: counts.read })?;
    for (count, code) in [
        (missing, NoteCode::StoreMessagesMissing { count: missing }),
        (counts.orphans, NoteCode::StoreMessagesOrphaned { count: counts.orphans }),
        (counts.associated, NoteCode::AssociatedItemsSkipped { count: counts.associated }),
        (counts.lost_properties, NoteCode::StorePropertiesLost { count: counts.lost_properties }),
        (counts.apart, NoteCode::AttachmentsApart { count: counts.apart }),
    ] {
        if count > 0 {
            out.note(0, code)?;
        }
    }
    let damaged = damaged + store.damaged_blocks + u64::from(store.block_index_damaged);
    if damaged > 0 { out.note(0, NoteCode::StoreDamaged { count: damaged }) } else { Ok(()) }
}

fn emit_store_properties(store: &mut Store<'_>, out: &mut Out<'_>) -> Result<(), Stop> {
    let Ok(properties) = properties_of(store, STORE) else { return Ok(()) };
    if let Some(name) = text(&properties, id::DISPLAY_NAME) {
        out.metadata("pst:name", &name)?;
    }
    if number(&properties, PASSWORD).is_some_and(|password| password != 0) {
        // a password of a store only asks programs to ask for it; nothing is encrypted by it
        out.metadata("pst:password", "true")?;
    }
    Ok(())
}

fn properties_of(store: &mut Store<'_>, node: u32) -> Result<Vec<Raw>, Fault> {
    let node = store.node(node)?;
    Ok(Heap::open(store, node)?.properties(store)?.0)
}

fn names(store: &mut Store<'_>) -> Names {
    let properties = properties_of(store, NAMES).unwrap_or_default();
    let stream = |id: u16| {
        properties
            .iter()
            .find(|raw| raw.id == id)
            .map(|raw| raw.values.concat())
            .unwrap_or_default()
    };
    msg::names_of(&stream(2), &stream(3), &stream(4))
}

/// All folders, and how many pages of the index cannot be read.
fn folders(store: &mut Store<'_>) -> (BTreeMap<u32, Folder>, u64) {
    let mut folders = BTreeMap::new();
    let walked = store.each_node(&mut |store, node| -> Result<(), std::convert::Infallible> {
        if node.kind() != FOLDER || folders.len() >= MOST_FOLDERS {
            return Ok(());
        }
        let properties =
            Heap::open(store, node).and_then(|heap| heap.properties(store)).map(|(found, _)| found);
        let properties = properties.unwrap_or_default();
        let name = match text(&properties, id::DISPLAY_NAME) {
            Some(name) => short(&name),
            None if node.id == ROOT_FOLDER => String::new(),
            None => format!("folder-{:x}", node.id),
        };
        let announced = number(&properties, CONTENT_COUNT).unwrap_or(0);
        folders.insert(node.id, Folder { parent: node.parent, name, announced, found: 0 });
        Ok(())
    });
    let damaged = match walked {
        Ok(damaged) => damaged,
        Err(never) => match never {},
    };
    (folders, damaged)
}

/// The path of a folder: the names of the folders above it and its own.
fn path(folders: &BTreeMap<u32, Folder>, at: u32) -> String {
    let mut names = Vec::new();
    let mut next = at;
    while let Some(folder) = folders.get(&next) {
        if !folder.name.is_empty() {
            names.push(folder.name.as_str());
        }
        if folder.parent == next || names.len() >= MOST_LEVELS {
            break;
        }
        next = folder.parent;
    }
    names.reverse();
    names.join("/")
}

fn emit_message(
    store: &mut Store<'_>,
    node: Node,
    path: &str,
    names: &Names,
    most: u64,
    counts: &mut Counts,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    let mut assembly =
        Assembly { writer: Writer::new(names), left: most, lost: 0, apart: Vec::new() };
    let assembled = assembly.message(store, node, 0);
    let properties =
        assembled.as_ref().map(|Assembled { properties }| &properties[..]).unwrap_or_default();
    let subject =
        text(properties, id::SUBJECT).map(|subject| super::mapi::without_prefix_mark(&subject));
    let subject = subject.or_else(|| text(properties, id::DISPLAY_NAME)).unwrap_or_default();
    let stem = format!("{path}/{:08x} {}", node.id, short(&subject));
    let stem = stem.trim_start_matches('/').trim_end();
    let modified = [id::DELIVERED, id::SUBMITTED, id::MODIFIED]
        .into_iter()
        .find_map(|id| time(properties, id));
    let name = format!("{stem}.msg").into_bytes();
    out.member(Member { name, relation: Relation::Message, modified, ..Member::default() })?;
    counts.lost_properties += assembly.lost;
    match assembled {
        Ok(_) => {
            counts.read += 1;
            out.member_from(&mut Cursor::new(assembly.writer.finish()))?;
        }
        Err(fault) => {
            return out
                .member_end(MemberEnd::Failed(Reason::CannotParse { detail: Detail::of(&fault) }));
        }
    }
    for (name, block) in assembly.apart {
        counts.apart += 1;
        let name = format!("{stem}/{}", short(&name)).into_bytes();
        out.member(Member { name, relation: Relation::Attachment, ..Member::default() })?;
        match store.leaves(block) {
            Ok(leaves) => out.member_from(&mut message::Leaves::new(store, leaves))?,
            Err(fault) => {
                out.member_end(MemberEnd::Failed(Reason::CannotParse {
                    detail: Detail::of(&fault),
                }))?;
            }
        }
    }
    Ok(())
}

fn find(properties: &[Raw], id: u16) -> Option<&Raw> {
    properties.iter().find(|raw| raw.id == id)
}

/// A text, of which the code page is guessed if it is narrow.
fn text(properties: &[Raw], id: u16) -> Option<String> {
    let raw = find(properties, id)?;
    let bytes = raw.values.first()?;
    let text = match raw.kind {
        kind::WIDE => encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0.into_owned(),
        kind::NARROW => charset::decode_guessing(bytes).0,
        _ => return None,
    };
    let text = text.trim_matches('\0');
    (!text.trim().is_empty()).then(|| text.to_owned())
}

fn number(properties: &[Raw], id: u16) -> Option<u64> {
    let raw = find(properties, id)?;
    match Value::of(raw.kind, raw.values.first()?)? {
        Value::Integer(number) => u64::try_from(number & 0xffff_ffff).ok(),
        _ => None,
    }
}

fn time(properties: &[Raw], id: u16) -> Option<Moment> {
    let raw = find(properties, id)?;
    match Value::of(raw.kind, raw.values.first()?)? {
        Value::Time(ticks) => super::mapi::property::moment(ticks),
        _ => None,
    }
}
