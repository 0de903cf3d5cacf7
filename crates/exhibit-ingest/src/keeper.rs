//! The keeper: the one thread that changes the case.
//!
//! What others report is gathered into a group; the group's bytes are made durable, then its rows are committed together
//! with the log entries they call for, then those entries are appended to the log. A crash between any two of these
//! steps is finished by the next start, and changes nothing that was acknowledged.

use crate::IngestError;
use crate::progress::{Progress, add};
use crate::queue::Queue;
use exhibit_case::{Held, TreeParts, finding_digest, log_act, reason_lines};
use exhibit_catalogue::{Added, Finding, Item, Job, NewItem, NewPage, OcrState, Work};
use exhibit_custody::{Act, Derivation, Fact, Receipt, Ref, Verb};
use exhibit_model::{
    Clock, Digest, ItemId, Member, MetadataKey, Moment, Note, Page, Reason, Relation, SourceId, State, wire,
};
use exhibit_store::{Originals, PackWriter, Place, Sealed};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What is reported to the keeper.
pub(crate) enum Message<'a> {
    /// A file of a source.
    /// With when it was modified, and when the file system last changed anything about it.
    File { source: SourceId, path: Vec<u8>, times: Option<(Moment, Moment)>, content: Content<'a> },
    /// A source was walked to its end.
    Walked { source: SourceId, found: u64 },
    /// Intake is over.
    Received,
    /// A member of a container.
    Member { container: ItemId, source: SourceId, ordinal: i64, member: Member, content: Content<'a> },
    /// A page, in its final form.
    Page { item: ItemId, page: Box<Page> },
    /// An item's reading has ended.
    Outcome { job: Job, outcome: Outcome },
    /// OCR made no layer of a page: it failed, or read less than the file's own text has.
    OcrEnded { item: ItemId, state: OcrState, note: Note },
}

/// The bytes of something received, or why there are none.
pub(crate) enum Content<'a> {
    Bytes(Sealed<'a>),
    /// Not all bytes that there were, and why.
    Cut(Sealed<'a>, Reason),
    None(State, Option<Reason>),
}

/// What reading an item came to.
pub(crate) struct Outcome {
    pub(crate) state: State,
    pub(crate) reason: Option<Reason>,
    pub(crate) media_type: String,
    pub(crate) found: u64,
    pub(crate) pages: u32,
    pub(crate) metadata: Vec<(MetadataKey, String)>,
    pub(crate) notes: Vec<Note>,
}

/// The way to the keeper: waits while too many bytes of pages are on their way.
#[derive(Clone)]
pub(crate) struct Outbound<'a> {
    sender: SyncSender<Message<'a>>,
    budget: &'a Budget,
}

/// Bytes of pages on their way to the keeper.
#[derive(Default)]
pub(crate) struct Budget {
    bytes: Mutex<usize>,
    changed: Condvar,
}

const BUDGET: usize = 48 << 20;

impl Budget {
    fn take(&self, bytes: usize) {
        let mut held = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        while *held > 0 && *held + bytes > BUDGET {
            held = self.changed.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        *held += bytes;
    }

    fn give_back(&self, bytes: usize) {
        let mut held = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        *held = held.saturating_sub(bytes);
        self.changed.notify_all();
    }

    /// Lets everyone through who waits: nobody gives back any more.
    fn open(&self) {
        self.give_back(usize::MAX);
    }
}

impl<'a> Outbound<'a> {
    pub(crate) fn new(sender: SyncSender<Message<'a>>, budget: &'a Budget) -> Self {
        Self { sender, budget }
    }

    /// Reports to the keeper.
    pub(crate) fn send(&self, message: Message<'a>) -> Result<(), IngestError> {
        self.budget.take(message.weight());
        self.sender.send(message).map_err(|_| IngestError::Thread("keeper"))
    }
}

impl Message<'_> {
    fn weight(&self) -> usize {
        match self {
            Self::Page { page, .. } => page.text.len() + page.boxes.len() * 28,
            _ => 0,
        }
    }
}

/// The keeper's means.
pub(crate) struct Keeper<'a> {
    pub(crate) held: &'a mut Held,
    pub(crate) originals: &'a Originals,
    pub(crate) packs: PackWriter,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) random: &'a mut (dyn FnMut(&mut [u8]) + Send),
    pub(crate) progress: &'a Progress,
    pub(crate) queue: &'a Queue<'a>,
    pub(crate) budget: &'a Budget,
    pub(crate) committed: &'a (dyn Fn() + Sync),
    pub(crate) receiving: bool,
}

const GROUP_TIME: Duration = Duration::from_millis(120);
const GROUP_COUNT: usize = 4000;

/// What a group has done besides its rows.
#[derive(Default)]
struct Group {
    deposits: bool,
    pages: u64,
    items: u64,
    outcomes: u64,
    outcome_bytes: u64,
    ocr: u64,
    ocr_read: u64,
}

impl Keeper<'_> {
    /// Keeps until everyone who reports is done.
    pub(crate) fn run(mut self, inbox: &Receiver<Message<'_>>) -> Result<(), IngestError> {
        let result = self.groups(inbox);
        // whoever still reports must not wait for us
        self.budget.open();
        self.queue.stop();
        result
    }

    fn groups(&mut self, inbox: &Receiver<Message<'_>>) -> Result<(), IngestError> {
        while let Ok(first) = inbox.recv() {
            self.group(first, inbox)?;
        }
        self.append()
    }

    fn group(&mut self, first: Message<'_>, inbox: &Receiver<Message<'_>>) -> Result<(), IngestError> {
        let group = self.commit_group(first, inbox)?;
        self.append()?;
        self.acknowledge(&group);
        Ok(())
    }

    fn commit_group(&mut self, first: Message<'_>, inbox: &Receiver<Message<'_>>) -> Result<Group, IngestError> {
        let deadline = Instant::now() + GROUP_TIME;
        let logged = self.held.log.log().size();
        let tool = self.held.tool().to_owned();
        let work = self.held.catalogue.begin()?;
        work.posted(logged)?;
        let (now, random) = (self.clock.now(), &mut *self.random);
        // whoever tags meanwhile cannot hold the case
        exhibit_case::log_marks(&work, &self.held.case.folder, now, &tool, random)?;
        let mut desk = Desk {
            work,
            packs: &mut self.packs,
            now,
            tool: &tool,
            random,
            group: Group::default(),
            receiving: &mut self.receiving,
        };
        let mut next = Some(first);
        let mut count = 0;
        while let Some(message) = next.take() {
            let weight = message.weight();
            desk.take(message)?;
            self.budget.give_back(weight);
            count += 1;
            if count < GROUP_COUNT {
                let left = deadline.saturating_duration_since(Instant::now());
                next = inbox.recv_timeout(left).ok();
            }
        }
        let end = desk.packs.end();
        desk.work.set_number("pack_number", i64::from(end.pack))?;
        desk.work.set_number("pack_length", end.offset.cast_signed())?;
        let Desk { work, group, packs, .. } = desk;
        if group.deposits {
            self.originals.sync()?;
        }
        packs.sync()?;
        work.commit()?;
        Ok(group)
    }

    /// Appends to the log what is committed and not yet in it.
    fn append(&mut self) -> Result<(), IngestError> {
        let logged = self.held.log.log().size();
        let waiting = self.held.catalogue.outbox()?;
        let entries: Vec<Vec<u8>> = waiting.into_iter().filter(|o| o.seq >= logged).map(|o| o.entry).collect();
        if !entries.is_empty() {
            self.held.log.append_from(logged, &entries).map_err(exhibit_case::CaseError::from)?;
        }
        Ok(())
    }

    fn acknowledge(&self, group: &Group) {
        add(&self.progress.items, group.items);
        add(&self.progress.settled, group.outcomes);
        add(&self.progress.settled_bytes, group.outcome_bytes);
        add(&self.progress.pages, group.pages);
        add(&self.progress.ocr_done, group.ocr);
        add(&self.progress.ocr_read, group.ocr_read);
        self.queue.committed(group.outcomes, self.receiving);
        (self.committed)();
    }
}

/// Where the records of a catalogue end, from which packs are appended to.
pub(crate) fn pack_end(catalogue: &exhibit_catalogue::Catalogue) -> Result<Option<Place>, IngestError> {
    let (number, length) = (catalogue.number("pack_number")?, catalogue.number("pack_length")?);
    Ok(number
        .zip(length)
        .map(|(number, length)| Place { pack: u32::try_from(number).unwrap_or(1), offset: length.unsigned_abs() }))
}

/// One group's work under way.
struct Desk<'w, 'k> {
    work: Work<'w>,
    packs: &'k mut PackWriter,
    now: Moment,
    tool: &'k str,
    random: &'k mut (dyn FnMut(&mut [u8]) + Send),
    group: Group,
    receiving: &'k mut bool,
}

impl Desk<'_, '_> {
    fn take(&mut self, message: Message<'_>) -> Result<(), IngestError> {
        match message {
            Message::File { source, path, times, content } => {
                let mut new = self.new_item(source, &path, times.map(|(modified, _)| modified));
                new.changed = times.map(|(_, changed)| changed);
                self.receive(new, content)
            }
            Message::Member { container, source, ordinal, member, content } => {
                let mut new = self.new_item(source, &member.name, member.modified);
                new.container = Some((container, ordinal));
                new.name_text = &member.name_text;
                new.relation = member.relation;
                self.receive(new, content)
            }
            Message::Walked { source, found } => Ok(self.work.walked(source, found)?),
            Message::Received => {
                *self.receiving = false;
                Ok(())
            }
            Message::Page { item, page } => self.page(item, &page),
            Message::Outcome { job, outcome } => self.outcome(&job, &outcome),
            Message::OcrEnded { item, state, note } => {
                self.group.ocr += 1;
                self.work.ocr_ended(item, note.page, state)?;
                self.work.add_note(item, &note)?;
                self.log_reading(item)
            }
        }
    }

    fn new_item<'n>(&self, source: SourceId, path: &'n [u8], modified: Option<Moment>) -> NewItem<'n> {
        NewItem {
            source,
            container: None,
            path,
            name_text: "",
            relation: Relation::File,
            content: None,
            modified,
            changed: None,
            received: self.now,
            settled: None,
            cut: None,
        }
    }

    fn receive(&mut self, new: NewItem<'_>, content: Content<'_>) -> Result<(), IngestError> {
        let reason;
        let mut new = new;
        let sealed = match content {
            Content::Bytes(sealed) => {
                new.content = Some((sealed.original, sealed.size));
                Some(sealed)
            }
            Content::Cut(sealed, why) => {
                reason = Some(why);
                new.content = Some((sealed.original, sealed.size));
                new.cut = reason.as_ref();
                Some(sealed)
            }
            Content::None(state, why) => {
                reason = why;
                new.settled = Some((state, reason.as_ref()));
                None
            }
        };
        let held = match &sealed {
            Some(sealed) => self.work.holds(sealed.original)?,
            None => true,
        };
        let (id, state) = match self.work.add_item(&new)? {
            Added::Known(_) => return Ok(()),
            Added::New(id, state) | Added::Filled(id, state) => (id, state),
        };
        if let Some(sealed) = sealed
            && !held
        {
            sealed.keep()?;
            self.group.deposits = true;
        }
        self.group.items += 1;
        let seq = self.log(receipt(&new, id))?;
        self.work.logged(id, seq)?;
        if state == State::Duplicate
            && let Some((original, _)) = new.content
            && let Some(first) = self.work.item_in_full(id)?.0.duplicate_of
        {
            self.log(Act::item_duplicate(id, original, first))?;
        }
        Ok(())
    }

    fn page(&mut self, item: ItemId, page: &Page) -> Result<(), IngestError> {
        let (place, digest) = self.packs.append(&wire::encode_page(page))?;
        let place = (place.pack, place.offset);
        self.work.add_page(&NewPage { item, page, place, digest })?;
        if page.source == exhibit_model::TextSource::Native {
            self.group.pages += 1;
            return Ok(());
        }
        self.group.ocr += 1;
        self.group.ocr_read += 1;
        self.work.count_languages(item)?;
        if self.work.awaits_ocr(item)? { Ok(()) } else { self.log_reading(item) }
    }

    fn outcome(&mut self, job: &Job, outcome: &Outcome) -> Result<(), IngestError> {
        if outcome.state == State::Read {
            self.work.prune_pages(job.id, outcome.pages)?;
        }
        let finding = Finding {
            state: outcome.state,
            reason: outcome.reason.as_ref(),
            media_type: &outcome.media_type,
            found: outcome.found,
            metadata: &outcome.metadata,
            notes: &outcome.notes,
        };
        self.work.settle(job.id, &finding)?;
        self.group.outcomes += 1;
        self.group.outcome_bytes += job.size;
        self.log_reading(job.id)
    }

    /// Logs what is known of an item's reading now: its findings, and the tree of its texts where it has pages.
    fn log_reading(&mut self, id: ItemId) -> Result<(), IngestError> {
        let (item, metadata, notes) = self.work.item_in_full(id)?;
        let Some(original) = item.original else { return Ok(()) };
        let params = finding_digest(&item, &metadata, &notes);
        let texts = self.work.texts(id)?;
        let pictures = self.work.pictures(id)?;
        let act = if texts.is_empty() && item.state != State::Read {
            Act::item_fail(id, original, item.state, &reason_lines(&item), self.tool).params(params)
        } else {
            let (size, reader) = (item.size, self.tool);
            let parts = TreeParts { original, size, texts: &texts, reader, pictures: &pictures };
            self.derivation(&item, &parts, params)
        };
        let seq = self.log(act)?;
        Ok(self.work.settled_at(id, seq)?)
    }

    fn derivation(&mut self, item: &Item, parts: &TreeParts<'_>, params: Digest) -> Act {
        let mut seed = [0; 32];
        (self.random)(&mut seed);
        let document = parts.tree(seed);
        let derivation = Derivation {
            item: item.id,
            original: parts.original,
            state: item.state,
            tree: document.root(),
            leaves: document.leaves(),
            pages: parts.texts.len() as u64,
            reader: parts.reader,
            params,
        };
        Act::item_derive(&derivation).secret("tree_seed", &seed)
    }

    fn log(&mut self, act: Act) -> Result<u64, IngestError> {
        Ok(log_act(&self.work, act, self.now, self.tool, self.random)?)
    }
}

fn receipt(new: &NewItem<'_>, id: ItemId) -> Act {
    let container = new.container.map(|(container, _)| container);
    if let Some((original, size)) = new.content {
        let (source, relation) = (new.source, new.relation);
        return Act::item_receive(&Receipt { item: id, original, size, source, container, relation, name: new.path });
    }
    let (state, reason) = new.settled.unwrap_or((State::Failed, Some(&Reason::NoBytes)));
    let reason = reason.map(|reason| reason.parts().line()).unwrap_or_default();
    let from = container.map_or(Ref::Source(new.source), Ref::Item);
    Act::new(Verb::ItemReceive, Ref::Item(id))
        .uses(from)
        .fact("relation", Fact::Text(new.relation.word().to_owned()))
        .fact("state", Fact::Text(state.word().to_owned()))
        .secret("name", new.path)
        .secret("reason", reason.as_bytes())
}
