//! Embedded files of the document, as members; and whether the document has actions on opening.

use super::annotations;
use super::objects::{catalog, resolved, text_of};
use super::references;
use crate::out::{Out, Stop};
use exhibit_model::{Member, MemberEnd, Reason, Relation, StatedDate};
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, MaybeRef, Object, ObjectIdentifier, Stream};
use std::collections::HashSet;

/// The maximum number of nodes read of one name tree.
const MOST_NODES: usize = 100_000;

/// The streams that were emitted, each with the name it was emitted under.
type Emitted = HashSet<(ObjectIdentifier, String)>;

/// Emits the files of the document's name tree, of its pages' annotations, and those associated with parts of it, each
/// once; several names of one stream are several files. Returns their number.
pub(super) fn emit(pdf: &Pdf, out: &mut Out<'_>) -> Result<u32, Stop> {
    let mut emitted = Emitted::new();
    let names = catalog(pdf.xref()).get::<Dict<'_>>("Names").unwrap_or_default();
    let mut count = 0;
    for entry in leaves(pdf, &names, "EmbeddedFiles", "Names") {
        if let Object::Dict(file) = entry {
            count += emit_one(&file, &mut emitted, out)?;
        }
    }
    for page in pdf.pages().iter() {
        for file in annotations::attachments(page) {
            count += emit_one(&file, &mut emitted, out)?;
        }
    }
    for file in references::associated(pdf) {
        count += emit_one(&file, &mut emitted, out)?;
    }
    Ok(count)
}

/// Emits the file, or the files if there are different ones for different platforms.
fn emit_one(file: &Dict<'_>, emitted: &mut Emitted, out: &mut Out<'_>) -> Result<u32, Stop> {
    const KEYS: [&str; 5] = ["UF", "F", "Unix", "DOS", "Mac"];
    let Some(held) = file.get::<Dict<'_>>("EF") else { return Ok(0) };
    let any_name = KEYS.iter().find_map(|key| text_of(file, key)).or_else(|| text_of(file, "Desc"));
    let mut count = 0;
    let mut own: HashSet<ObjectIdentifier> = HashSet::new();
    for key in KEYS {
        let Some(id) = held.get_ref(key).map(ObjectIdentifier::from).filter(|id| own.insert(*id))
        else {
            continue;
        };
        // the stream of F is usually that of UF, whose name is the better one
        let better = if key == "F" { text_of(file, "UF") } else { None };
        let name = better.or_else(|| text_of(file, key)).or_else(|| any_name.clone());
        let name = name.unwrap_or_else(|| "attachment".to_owned());
        if !emitted.insert((id, name.clone())) {
            continue;
        }
        let stream = held.get::<Stream<'_>>(key);
        let parameters = stream
            .as_ref()
            .and_then(|stream| stream.dict().get::<Dict<'_>>("Params"))
            .unwrap_or_default();
        out.member(Member {
            name: name.into_bytes(),
            name_text: String::new(),
            modified: text_of(&parameters, "ModDate")
                .and_then(|date| StatedDate::parse(&date)?.instant()),
            relation: Relation::Embedded,
        })?;
        match stream.map(|stream| stream.decoded()) {
            Some(Ok(bytes)) => out.member_from(&mut bytes.as_ref())?,
            Some(Err(_)) => out.member_end(MemberEnd::Failed(Reason::StreamDamaged))?,
            None => out.member_end(MemberEnd::Failed(Reason::StreamMissing))?,
        }
        count += 1;
    }
    Ok(count)
}

/// Whether opening the document runs a script or starts a program.
pub(super) fn acts(pdf: &Pdf) -> bool {
    let catalog = catalog(pdf.xref());
    let names = catalog.get::<Dict<'_>>("Names").unwrap_or_default();
    names.contains_key("JavaScript") || annotations::acts(&catalog)
}

/// The values of a name or number tree: each node once, within bounds.
pub(super) fn leaves<'a>(
    pdf: &'a Pdf,
    parent: &Dict<'a>,
    tree: &str,
    key: &str,
) -> Vec<Object<'a>> {
    let Some(root) = parent.get::<Dict<'a>>(tree) else { return Vec::new() };
    let mut seen: HashSet<ObjectIdentifier> =
        parent.get_ref(tree).map(ObjectIdentifier::from).into_iter().collect();
    let mut waiting = vec![root];
    let mut values = Vec::new();
    let mut nodes = 0;
    while let Some(node) = waiting.pop() {
        nodes += 1;
        if nodes > MOST_NODES || values.len() > MOST_NODES {
            break;
        }
        if let Some(pairs) = node.get::<Array<'a>>(key) {
            values.extend(
                pairs
                    .raw_iter()
                    .filter_map(|entry: MaybeRef<Object<'a>>| resolved(entry, pdf.xref()).1),
            );
        }
        let kids = node.get::<Array<'a>>("Kids");
        let kids = kids.iter().flat_map(|kids| kids.raw_iter()).filter_map(|kid| {
            match resolved(kid, pdf.xref()) {
                (Some(id), _) if !seen.insert(id) => None,
                (_, Some(Object::Dict(kid))) => Some(kid),
                _ => None,
            }
        });
        let mut kids: Vec<Dict<'a>> = kids.collect();
        kids.reverse();
        waiting.append(&mut kids);
    }
    values
}
