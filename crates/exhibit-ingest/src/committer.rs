//! The committer: the only thread that changes the case.
//!
//! Messages from the other threads are gathered into a group; the group's bytes are made durable, then its rows are
//! committed together with the log entries that belong to them, then those entries are appended to the log. A crash
//! between any two of these steps is completed by the next start, and changes nothing that was acknowledged.

use crate::IngestError;
use crate::progress::{IngestProgress, add};
use crate::queue::{Grant, Queue};
use crate::stages::{Event, Output, Outputs, Stage};
use exhibit_case::{Acts, CaseWriter, TreeParts, finding_digest, reason_lines};
use exhibit_catalogue::{
    Added, Finished, Item, JobChoice, JobCost, JobEnd, Lease, NewItem, NewPage, PageRow,
    ReadResult, StageId, Work,
};
use exhibit_custody::{Act, Derivation, Fact, Receipt, Ref, Verb};
use exhibit_model::{
    Digest, EntrySeq, ItemId, Member, MetadataKey, Moment, Note, Page, PageNumber, Reason,
    Relation, SourceId, State, wire,
};
use exhibit_store::{FinishedDeposit, Originals, PackLocation, PackWriter};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A message to the committer.
pub(crate) enum Message<'a> {
    /// A file of a source, with its times of modification and of inode change.
    File {
        source: SourceId,
        path: Vec<u8>,
        /// The path decoded, where its bytes are not UTF-8.
        path_text: String,
        times: Option<(Moment, Moment)>,
        content: Content<'a>,
    },
    /// The entries of a source were counted.
    Counted { source: SourceId, entries: u64 },
    /// A source was walked completely.
    Walked { source: SourceId, found: u64 },
    /// Intake has ended.
    Received,
    /// A member of a container.
    Member {
        container: ItemId,
        source: SourceId,
        ordinal: i64,
        member: Member,
        content: Content<'a>,
    },
    /// A native page, in its final form, from this stage.
    Page { item: ItemId, stage: StageId, page: Box<Page> },
    /// An attempt at a job has ended, in this stage by its place in the list.
    Ended { lane: usize, job: Lease, outputs: Outputs, elapsed: Duration },
    /// A thread is idle until jobs are leased.
    Claim,
}

/// The bytes of a received file or member, or why there are none.
pub(crate) enum Content<'a> {
    Bytes(FinishedDeposit<'a>),
    /// Incomplete bytes, and why.
    Cut(FinishedDeposit<'a>, Reason),
    None(State, Option<Reason>),
}

/// The result of reading an item.
pub(crate) struct Outcome {
    /// The item's bytes.
    pub(crate) size: u64,
    pub(crate) state: State,
    pub(crate) reason: Option<Reason>,
    pub(crate) media_type: String,
    pub(crate) found: u64,
    pub(crate) pages: u32,
    pub(crate) metadata: Vec<(MetadataKey, String)>,
    pub(crate) notes: Vec<Note>,
}

/// Sends messages to the committer; blocks while too many bytes of pages are in flight.
#[derive(Clone)]
pub(crate) struct Sender<'a> {
    sender: SyncSender<Message<'a>>,
    budget: &'a ByteBudget,
}

/// A bound on the bytes of pages in flight to the committer.
#[derive(Default)]
pub(crate) struct ByteBudget {
    bytes: Mutex<usize>,
    changed: Condvar,
}

const MOST_BYTES_IN_FLIGHT: usize = 32 << 20;

impl ByteBudget {
    fn take(&self, bytes: usize) {
        let mut held = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        while *held > 0 && *held + bytes > MOST_BYTES_IN_FLIGHT {
            held = self.changed.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        *held += bytes;
    }

    fn give_back(&self, bytes: usize) {
        let mut held = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        *held = held.saturating_sub(bytes);
        self.changed.notify_all();
    }

    /// Unblocks all senders: no bytes are returned to the budget any more.
    fn open(&self) {
        self.give_back(usize::MAX);
    }
}

impl<'a> Sender<'a> {
    pub(crate) fn new(sender: SyncSender<Message<'a>>, budget: &'a ByteBudget) -> Self {
        Self { sender, budget }
    }

    /// Sends a message to the committer.
    pub(crate) fn send(&self, message: Message<'a>) -> Result<(), IngestError> {
        self.budget.take(message.weight());
        self.sender.send(message).map_err(|_| IngestError::Thread("committer"))
    }
}

impl Message<'_> {
    fn weight(&self) -> usize {
        match self {
            Self::Page { page, .. } => weight_of(page),
            Self::Ended { outputs, .. } => outputs.outputs.iter().map(Output::weight).sum(),
            Self::Member { member, .. } => ROW + member.name.len() + member.name_text.len(),
            Self::File { path, path_text, .. } => ROW + path.len() + path_text.len(),
            Self::Counted { .. } | Self::Walked { .. } | Self::Received | Self::Claim => 0,
        }
    }
}

// The parts of a message that have no length of their own.
const ROW: usize = 256;

// In memory, and once more in the form in which it is stored.
fn weight_of(page: &Page) -> usize {
    let runs: usize = page.runs.iter().map(|run| size_of_val(run) + run.language.len()).sum();
    let parts = size_of_val(&page.boxes[..]) + size_of_val(&page.marks[..]) + runs;
    ROW + 2 * (page.text.len() + page.label.len() + parts)
}

impl Output {
    fn weight(&self) -> usize {
        match self {
            Self::Page(page) => weight_of(page),
            Self::Outcome(outcome) => {
                let properties = outcome
                    .metadata
                    .iter()
                    .map(|(key, value)| property_weight(key, value))
                    .sum::<usize>();
                ROW + properties + outcome.notes.iter().map(note_weight).sum::<usize>()
            }
            Self::Unread { note, .. } | Self::Note(note) => note_weight(note),
        }
    }
}

/// The memory that a property takes.
pub(crate) fn property_weight(key: &MetadataKey, value: &str) -> usize {
    size_of::<(MetadataKey, String)>() + key.to_string().len() + value.len()
}

/// The memory that a note takes.
pub(crate) fn note_weight(note: &Note) -> usize {
    size_of::<Note>() + note.code.parts().line().len()
}

/// A stage of the run, and its number in the catalogue.
pub(crate) struct Registered<'a> {
    pub(crate) stage: &'a dyn Stage,
    pub(crate) id: StageId,
}

/// The committer and its resources.
pub(crate) struct Committer<'a> {
    pub(crate) held: &'a mut CaseWriter,
    pub(crate) originals: &'a Originals,
    pub(crate) packs: PackWriter,
    pub(crate) progress: &'a IngestProgress,
    pub(crate) stages: &'a [Registered<'a>],
    pub(crate) queue: &'a Queue<'a>,
    pub(crate) budget: &'a ByteBudget,
    /// The name of this process in leases.
    pub(crate) holder: &'a str,
    /// When the leases of this process were last renewed.
    pub(crate) renewed: Moment,
    pub(crate) committed: &'a (dyn Fn() + Sync),
    pub(crate) receiving: bool,
}

const GROUP_TIME: Duration = Duration::from_millis(120);
const GROUP_COUNT: usize = 4000;

/// The lifetime of a lease. The committer renews the leases of its process at a third of it; a lease that nobody renews
/// expires, and its job is leased to another.
const LEASE_MICROS: i64 = 15 * 60 * 1_000_000;

/// Releases the threads that wait for the committer on drop.
struct ReleaseOthers<'a> {
    queue: &'a Queue<'a>,
    budget: &'a ByteBudget,
}

impl Drop for ReleaseOthers<'_> {
    fn drop(&mut self) {
        self.budget.open();
        self.queue.stop();
    }
}

/// Counts of one group.
#[derive(Default)]
struct Group {
    deposits: bool,
    items: u64,
    stages: Vec<StageGroup>,
}

/// Counts of one group for one stage.
#[derive(Default)]
struct StageGroup {
    added: u64,
    done: u64,
    failed: u64,
    pages: u64,
    bytes: u64,
    grant: Grant,
}

impl Committer<'_> {
    /// Runs until all senders have disconnected.
    pub(crate) fn run(mut self, inbox: &Receiver<Message<'_>>) -> Result<(), IngestError> {
        // however this thread ends, the others must not wait for it
        let _release = ReleaseOthers { queue: self.queue, budget: self.budget };
        self.groups(inbox)?;
        self.release()
    }

    fn groups(&mut self, inbox: &Receiver<Message<'_>>) -> Result<(), IngestError> {
        while let Ok(first) = inbox.recv() {
            self.group(first, inbox)?;
        }
        self.append()
    }

    // jobs that were leased but not begun when the run ended
    fn release(&mut self) -> Result<(), IngestError> {
        let work = self.held.catalogue.begin()?;
        work.release_leases(true)?;
        Ok(work.commit()?)
    }

    fn group(
        &mut self,
        first: Message<'_>,
        inbox: &Receiver<Message<'_>>,
    ) -> Result<(), IngestError> {
        let group = self.commit_group(first, inbox)?;
        self.append()?;
        self.acknowledge(group);
        Ok(())
    }

    fn commit_group(
        &mut self,
        first: Message<'_>,
        inbox: &Receiver<Message<'_>>,
    ) -> Result<Group, IngestError> {
        let deadline = Instant::now() + GROUP_TIME;
        let logged = self.held.log.log().size();
        let tool = self.held.tool().to_owned();
        let work = self.held.catalogue.begin()?;
        work.posted(logged)?;
        let acts = &mut self.held.acts;
        // tags are added without the case's lock, and logged here
        exhibit_case::log_marks(&work, &self.held.case.folder, acts)?;
        let now = acts.now();
        if now.0 >= self.renewed.0.saturating_add(LEASE_MICROS / 3) {
            work.renew_leases(self.holder, Moment(now.0.saturating_add(LEASE_MICROS)))?;
            work.expire_leases(now)?;
            self.renewed = now;
        }
        let mut batch = Batch {
            work,
            packs: &mut self.packs,
            now,
            tool: &tool,
            acts,
            group: Group {
                stages: self.stages.iter().map(|_| StageGroup::default()).collect(),
                ..Group::default()
            },
            stages: self.stages,
            receiving: &mut self.receiving,
        };
        let mut next = Some(first);
        let mut count = 0;
        while let Some(message) = next.take() {
            let weight = message.weight();
            let claim = matches!(message, Message::Claim);
            batch.take(message)?;
            self.budget.give_back(weight);
            count += 1;
            if count < GROUP_COUNT && !claim {
                let left = deadline.saturating_duration_since(Instant::now());
                next = inbox.recv_timeout(left).ok();
            }
        }
        let end = batch.packs.end();
        batch.work.set_number("pack_number", i64::from(end.pack))?;
        batch.work.set_number("pack_length", end.offset.cast_signed())?;
        for (lane, registered) in self.stages.iter().enumerate() {
            let wanted = self.queue.room(lane);
            if wanted > 0 {
                let until = Moment(now.0.saturating_add(LEASE_MICROS));
                // what died waits until everything else was received, so that it delays nothing else
                let choice = if *batch.receiving { JobChoice::Untried } else { JobChoice::All };
                let leases = batch.work.lease(registered.id, choice, wanted, self.holder, until)?;
                let grant = &mut batch.group.stages[lane].grant;
                (grant.wanted, grant.leases) = (wanted, leases);
            }
        }
        let Batch { work, group, packs, .. } = batch;
        if group.deposits {
            self.originals.sync()?;
        }
        packs.sync()?;
        work.commit()?;
        Ok(group)
    }

    /// Appends committed entries that are not in the log yet.
    fn append(&mut self) -> Result<(), IngestError> {
        let logged = EntrySeq::new(self.held.log.log().size());
        let waiting = self.held.catalogue.outbox()?;
        let entries: Vec<Vec<u8>> =
            waiting.into_iter().filter(|o| o.seq >= logged).map(|o| o.entry).collect();
        if !entries.is_empty() {
            self.held.log.append_from(logged, &entries).map_err(exhibit_case::CaseError::from)?;
        }
        Ok(())
    }

    fn acknowledge(&self, group: Group) {
        add(&self.progress.items, group.items);
        for (registered, own) in self.stages.iter().zip(&group.stages) {
            self.progress.count(registered.stage.name(), |counts| {
                counts.jobs += own.added;
                counts.done += own.done;
                counts.failed += own.failed;
                counts.pages += own.pages;
                counts.bytes += own.bytes;
            });
        }
        let grants = group.stages.into_iter().map(|own| own.grant).collect();
        self.queue.committed(grants, self.receiving);
        (self.committed)();
    }
}

/// The end of the last page record that the catalogue refers to, where appending to packs resumes.
pub(crate) fn pack_end(
    catalogue: &exhibit_catalogue::Catalogue,
) -> Result<Option<PackLocation>, IngestError> {
    let (number, length) = (catalogue.number("pack_number")?, catalogue.number("pack_length")?);
    Ok(number.zip(length).map(|(number, length)| PackLocation {
        pack: u32::try_from(number).unwrap_or(1),
        offset: length.unsigned_abs(),
    }))
}

/// The transaction of one group.
struct Batch<'w, 'k> {
    work: Work<'w>,
    packs: &'k mut PackWriter,
    now: Moment,
    tool: &'k str,
    acts: &'k mut Acts,
    group: Group,
    stages: &'k [Registered<'k>],
    receiving: &'k mut bool,
}

impl Batch<'_, '_> {
    fn take(&mut self, message: Message<'_>) -> Result<(), IngestError> {
        match message {
            Message::File { source, path, path_text, times, content } => {
                let mut new = self.new_item(source, &path, times.map(|(modified, _)| modified));
                new.name_text = &path_text;
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
            Message::Counted { source, entries } => {
                Ok(self.work.intake_counted(source, entries)?)
            }
            Message::Walked { source, found } => Ok(self.work.walked(source, found)?),
            Message::Received => {
                *self.receiving = false;
                Ok(())
            }
            Message::Page { item, stage, page } => self.native_page(item, stage, &page),
            Message::Ended { lane, job, outputs, elapsed } => {
                self.ended(lane, &job, outputs, elapsed)
            }
            Message::Claim => Ok(()),
        }
    }

    fn new_item<'n>(
        &self,
        source: SourceId,
        path: &'n [u8],
        modified: Option<Moment>,
    ) -> NewItem<'n> {
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
        if state == State::Waiting
            && let Some((original, _)) = new.content
        {
            self.add_jobs(id, &Event::Received { original })?;
        }
        if state == State::Duplicate
            && let Some((original, _)) = new.content
            && let Some(first) = self.work.item_in_full(id)?.0.duplicate_of
        {
            self.log(Act::item_duplicate(id, original, first))?;
        }
        Ok(())
    }

    /// Adds the jobs of all stages that follow from an event of an item.
    fn add_jobs(&mut self, item: ItemId, event: &Event<'_>) -> Result<(), IngestError> {
        for (registered, own) in self.stages.iter().zip(&mut self.group.stages) {
            for job in registered.stage.next(event) {
                let new = self.work.add_job(registered.id, item, job.span, job.input)?;
                own.added += u64::from(new);
            }
        }
        Ok(())
    }

    fn native_page(
        &mut self,
        item: ItemId,
        stage: StageId,
        page: &Page,
    ) -> Result<(), IngestError> {
        if let Some(lane) = self.stages.iter().position(|registered| registered.id == stage) {
            self.group.stages[lane].pages += 1;
        }
        self.add_page(item, stage, page)
    }

    fn add_page(&mut self, item: ItemId, stage: StageId, page: &Page) -> Result<(), IngestError> {
        let bytes = wire::encode_page(page);
        if self.work.has_page(item, page, &bytes)? {
            return Ok(());
        }
        let (place, digest) = self.packs.append(&bytes)?;
        let place = (place.pack, place.offset);
        Ok(self.work.add_page(&NewPage { item, page, stage, place, digest })?)
    }

    /// Commits the result of an attempt at a job, once: an outcome whose lease was lost is ignored.
    fn ended(
        &mut self,
        lane: usize,
        job: &Lease,
        outputs: Outputs,
        elapsed: Duration,
    ) -> Result<(), IngestError> {
        let finished = self.work.finish(
            job,
            &outputs.end,
            JobCost { elapsed, peak_memory: outputs.peak_memory },
        )?;
        let own = &mut self.group.stages[lane];
        own.grant.ended += 1;
        if !matches!(finished, Finished::Final(_)) {
            return Ok(());
        }
        own.done += 1;
        own.failed += u64::from(matches!(outputs.end, JobEnd::Failed(_) | JobEnd::Died(_)));
        for output in outputs.outputs {
            match output {
                Output::Outcome(outcome) => self.outcome(lane, job.item, &outcome)?,
                Output::Page(page) => self.layer(lane, job, &page)?,
                Output::Unread { page, state, note } => {
                    self.work.ocr_ended(job.item, page, state)?;
                    self.work.add_note(job.item, &note)?;
                    self.log_reading(job.item)?;
                }
                Output::Note(note) => {
                    self.work.add_note(job.item, &note)?;
                    if !self.work.awaits_ocr(job.item)? {
                        self.log_reading(job.item)?;
                    }
                }
            }
        }
        Ok(())
    }

    // a further layer of a page, current immediately
    fn layer(&mut self, lane: usize, job: &Lease, page: &Page) -> Result<(), IngestError> {
        self.group.stages[lane].pages += 1;
        self.add_page(job.item, job.stage, page)?;
        self.work.count_languages(job.item)?;
        let rows = self.work.pages(job.item)?;
        let changed: Vec<PageRow> =
            rows.into_iter().filter(|row| row.number.get() == page.number).collect();
        self.pages_changed(job.item, &changed)?;
        if self.work.awaits_ocr(job.item)? { Ok(()) } else { self.log_reading(job.item) }
    }

    fn pages_changed(&mut self, item: ItemId, pages: &[PageRow]) -> Result<(), IngestError> {
        if pages.is_empty() {
            return Ok(());
        }
        match self.work.item_in_full(item)?.0.original {
            Some(original) => self.add_jobs(item, &Event::Pages { original, pages }),
            None => Ok(()),
        }
    }

    fn outcome(&mut self, lane: usize, item: ItemId, outcome: &Outcome) -> Result<(), IngestError> {
        if outcome.state == State::Read {
            self.work.prune_pages(item, PageNumber::new(outcome.pages))?;
        }
        let finding = ReadResult {
            state: outcome.state,
            reason: outcome.reason.as_ref(),
            media_type: &outcome.media_type,
            found: outcome.found,
            metadata: &outcome.metadata,
            notes: &outcome.notes,
        };
        self.work.settle(item, &finding)?;
        self.group.stages[lane].bytes += outcome.size;
        let pages = self.work.pages(item)?;
        self.pages_changed(item, &pages)?;
        self.log_reading(item)
    }

    /// Logs the current reading of an item: its findings, and the tree of its texts if it has pages.
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
        let seed = self.acts.seed();
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

    fn log(&mut self, act: Act) -> Result<EntrySeq, IngestError> {
        Ok(self.acts.log_at(&self.work, act, self.now)?)
    }
}

fn receipt(new: &NewItem<'_>, id: ItemId) -> Act {
    let container = new.container.map(|(container, _)| container);
    if let Some((original, size)) = new.content {
        let (source, relation) = (new.source, new.relation);
        return Act::item_receive(&Receipt {
            item: id,
            original,
            size,
            source,
            container,
            relation,
            name: new.path,
        });
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
