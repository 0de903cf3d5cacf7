//! Receiving and reading items as the committer does: bytes durable, then rows with their log entries.

use crate::{NOW, TOOL, TestItem};
use exhibit_case::{CaseWriter, Principal, TreeParts, finding_digest, reason_lines};
use exhibit_catalogue::{
    Added, Catalogue, NewItem, NewPage, PagePicture, ReadResult, StageKey, Work,
};
use exhibit_custody::{Act, Derivation, Fact, Receipt, Ref, Verb};
use exhibit_model::{Digest, EntrySeq, ItemId, OriginalId, PageNumber, SourceId, State, wire};
use exhibit_store::{PackLocation, PackWriter};
use std::collections::BTreeMap;

/// Adds items in one transaction each, and notes their numbers by path.
pub(crate) fn receive(
    held: &mut CaseWriter,
    items: &[TestItem],
    known: &mut BTreeMap<Vec<u8>, ItemId>,
) -> Vec<ItemId> {
    let mut packs = PackWriter::open(&held.case.folder.pack_folder(), pack_end(&held.catalogue))
        .expect("packs");
    let mut added = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let earlier = items[..at].iter().filter(|other| other.container == item.container).count();
        let container = item.container.as_ref().map(|path| {
            let id = known
                .get(path)
                .unwrap_or_else(|| panic!("no container {}", String::from_utf8_lossy(path)));
            (*id, i64::try_from(earlier).unwrap_or(i64::MAX))
        });
        let members =
            items.iter().filter(|other| other.container.as_ref() == Some(&item.path)).count();
        let id = receive_one(held, &mut packs, item, container, members as u64);
        known.insert(item.path.clone(), id);
        added.push(id);
    }
    held.flush().expect("flushed");
    added
}

fn pack_end(catalogue: &Catalogue) -> Option<PackLocation> {
    let number = |name| catalogue.number(name).expect("a number");
    let (pack, offset) = number("pack_number").zip(number("pack_length"))?;
    Some(PackLocation { pack: u32::try_from(pack).unwrap_or(1), offset: offset.unsigned_abs() })
}

fn receive_one(
    held: &mut CaseWriter,
    packs: &mut PackWriter,
    item: &TestItem,
    container: Option<(ItemId, i64)>,
    members: u64,
) -> ItemId {
    let mut content = None;
    if let Some(bytes) = &item.bytes {
        let mut deposit = held
            .case
            .view(Principal::LOCAL)
            .whole()
            .expect("a whole case")
            .originals()
            .deposit()
            .expect("a deposit");
        deposit.write(bytes).expect("written");
        let finished = deposit.finish().expect("finished");
        content = Some((finished.original, finished.size));
        if !held.catalogue.holds(finished.original).expect("a lookup") {
            finished.keep().expect("kept");
        }
    }
    let work = held.catalogue.begin().expect("a transaction");
    let new = NewItem {
        source: SourceId::new(1),
        container,
        path: &item.path,
        name_text: &item.name_text,
        relation: item.relation,
        content,
        modified: item.modified,
        changed: None,
        received: NOW,
        settled: item.bytes.is_none().then_some((item.state, item.reason.as_ref())),
        cut: item.cut.as_ref(),
    };
    let (id, state) = match work.add_item(&new).expect("added") {
        Added::New(id, state) | Added::Filled(id, state) => (id, state),
        Added::Known(id) => return id,
    };
    let seq = held.acts.log(&work, receipt(&new, id)).expect("logged");
    work.logged(id, seq).expect("noted");
    if let (State::Duplicate, Some((original, _))) = (state, content) {
        let first = work.item_in_full(id).expect("an item").0.duplicate_of.expect("a first");
        held.acts.log(&work, Act::item_duplicate(id, original, first)).expect("logged");
    }
    if let (State::Waiting, Some((original, _))) = (state, content) {
        let key = StageKey {
            name: "read".to_owned(),
            version: "1".to_owned(),
            parameters: String::new(),
        };
        let stage = work.stage(&key).expect("a stage");
        if item.state == State::Waiting {
            work.add_job(stage, id, exhibit_catalogue::JobSpan::Item, original.digest())
                .expect("a job");
        } else {
            for page in &item.pages {
                let (place, digest) = packs.append(&wire::encode_page(page)).expect("a record");
                let place = (place.pack, place.offset);
                work.add_page(&NewPage { item: id, page, stage, place, digest }).expect("a page");
            }
            for (page, png) in &item.pictures {
                let (sha256, size) = (keep_picture(&held.case, png), png.len() as u64);
                let picture = PagePicture {
                    page: PageNumber::new(*page),
                    sha256,
                    size,
                    reader: TOOL.to_owned(),
                };
                work.add_picture(id, &picture).expect("a picture");
            }
            settle(&work, id, item, members);
            let seq = log_reading(&work, &mut held.acts, id, original);
            work.settled_at(id, seq).expect("noted");
        }
    }
    packs.sync().expect("durable packs");
    let end = packs.end();
    work.set_number("pack_number", i64::from(end.pack)).expect("a number");
    work.set_number("pack_length", end.offset.cast_signed()).expect("a number");
    work.commit().expect("a commit");
    id
}

fn receipt(new: &NewItem<'_>, item: ItemId) -> Act {
    let container = new.container.map(|(container, _)| container);
    let (source, relation, name) = (new.source, new.relation, new.path);
    if let Some((original, size)) = new.content {
        return Act::item_receive(&Receipt {
            item,
            original,
            size,
            source,
            container,
            relation,
            name,
        });
    }
    let (state, reason) = new.settled.expect("a state");
    Act::new(Verb::ItemReceive, Ref::Item(item))
        .uses(container.map_or(Ref::Source(source), Ref::Item))
        .fact("relation", Fact::Text(relation.word().to_owned()))
        .fact("state", Fact::Text(state.word().to_owned()))
        .secret("name", name)
        .secret("reason", reason.map(|reason| reason.parts().line()).unwrap_or_default().as_bytes())
}

fn keep_picture(case: &exhibit_case::Case, png: &[u8]) -> Digest {
    let store =
        case.view(Principal::LOCAL).whole().expect("a whole case").cited().expect("a store");
    let mut deposit = store.deposit().expect("a deposit");
    deposit.write(png).expect("written");
    let finished = deposit.finish().expect("finished");
    let sha256 = finished.original.digest();
    finished.keep().expect("kept");
    sha256
}

fn settle(work: &Work<'_>, id: ItemId, item: &TestItem, found: u64) {
    let finding = ReadResult {
        state: item.state,
        reason: item.reason.as_ref(),
        media_type: &item.media_type,
        found,
        metadata: &item.metadata,
        notes: &item.notes,
    };
    work.settle(id, &finding).expect("settled");
    work.count_languages(id).expect("counted");
}

fn log_reading(
    work: &Work<'_>,
    acts: &mut exhibit_case::Acts,
    id: ItemId,
    original: OriginalId,
) -> EntrySeq {
    let (item, metadata, notes) = work.item_in_full(id).expect("an item");
    let params = finding_digest(&item, &metadata, &notes);
    let texts = work.texts(id).expect("texts");
    if texts.is_empty() && item.state != State::Read {
        let act =
            Act::item_fail(id, original, item.state, &reason_lines(&item), TOOL).params(params);
        return acts.log(work, act).expect("logged");
    }
    let pictures = work.pictures(id).expect("pictures");
    let seed = acts.seed();
    let tree =
        TreeParts { original, size: item.size, texts: &texts, reader: TOOL, pictures: &pictures }
            .tree(seed);
    let act = Act::item_derive(&Derivation {
        item: id,
        original,
        state: item.state,
        tree: tree.root(),
        leaves: tree.leaves(),
        pages: texts.len() as u64,
        reader: TOOL,
        params,
    });
    acts.log(work, act.secret("tree_seed", &seed)).expect("logged")
}
