//! Reading: a caged worker reads an item's bytes and emits its type, pages and members.

use super::{Event, JobContext, NewJob, Output, Outputs, Stage, StageName, reason_of_death};
use crate::IngestError;
use crate::committer::{Content, Message, Outcome, note_weight, property_weight};
use exhibit_cage::{Cage, CageLimits, WorkerEnd};
use exhibit_catalogue::{Catalogue, Item, JobEnd, JobSpan, Lease};
use exhibit_model::{
    Detail, ItemId, Limits, Member, MemberEnd, Note, NoteCode, OriginalId, Reason, Record, Request,
    SourceId, State, Task, Verdict,
};
use exhibit_store::Deposit;
use exhibit_text::language;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

pub(crate) struct Read<'a> {
    pub(crate) cage: &'a Cage,
    pub(crate) passwords: &'a [String],
    pub(crate) limits: Limits,
    pub(crate) cage_limits: CageLimits,
    pub(crate) families: Families,
    pub(crate) suspects: Suspects,
}

/// The bytes received within each file of a source: summed once, then updated.
#[derive(Default)]
pub(crate) struct Families(Mutex<BTreeMap<ItemId, u64>>);

impl Families {
    fn size(&self, catalogue: &Catalogue, family: ItemId) -> Result<u64, IngestError> {
        let mut sizes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(size) = sizes.get(&family) {
            return Ok(*size);
        }
        let size = catalogue.family_size(family)?;
        sizes.insert(family, size);
        Ok(size)
    }

    fn grow(&self, family: ItemId, bytes: u64) {
        if let Some(size) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&family) {
            *size += bytes;
        }
    }
}

/// The time that files which took too long have used in this run, by source. A trove of many small files, each of which
/// takes all the time it is given, must not hold up everything else for weeks.
#[derive(Default)]
pub(crate) struct Suspects(Mutex<BTreeMap<SourceId, Duration>>);

impl Suspects {
    /// Whether the files of a source have used up what there is.
    fn spent(&self, source: SourceId) -> bool {
        let used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.get(&source).is_some_and(|used| *used >= SUSPECT_TIME)
    }

    fn add(&self, source: SourceId, time: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(source).or_default() += time;
    }
}

/// The time that files of one source that take too long may use in a run: then each gets no more than its size makes
/// likely, and none is tried again.
const SUSPECT_TIME: Duration = Duration::from_secs(30 * 60);

/// The limits for a file of a size once the time of its source is used up: ten seconds, and one more for each 100 kB.
fn scant(limits: CageLimits, size: u64) -> CageLimits {
    let seconds = (10 + size / 100_000).min(limits.cpu_seconds);
    CageLimits {
        cpu_seconds: seconds,
        wall: limits.wall.min(Duration::from_secs(seconds * 3)),
        ..limits
    }
}

/// The maximum depth of containers within containers.
pub(crate) const MOST_DEPTH: i64 = 20;
/// The maximum total of unpacked bytes of all containers within one file of a source.
const FAMILY_BYTES: u64 = 256 << 30;
const MOST_METADATA: usize = 20_000;
const MOST_NOTES: usize = 2_000;
/// The maximum memory of the properties and notes of one file.
const MOST_REMARK_BYTES: usize = 8 << 20;

impl Stage for Read<'_> {
    fn name(&self) -> StageName {
        StageName::READ
    }

    fn version(&self) -> &'static str {
        "1"
    }

    fn parameters(&self) -> String {
        let Limits { pages, text_bytes, members, member_bytes, ratio, whole_file_bytes, pixels } =
            self.limits;
        format!(
            "member_bytes={member_bytes} members={members} pages={pages} pixels={pixels} ratio={ratio} \
             text_bytes={text_bytes} whole_file_bytes={whole_file_bytes}"
        )
    }

    fn next(&self, event: &Event<'_>) -> Vec<NewJob> {
        match event {
            Event::Received { original } => {
                vec![NewJob { span: JobSpan::Item, input: original.digest() }]
            }
            Event::Pages { .. } => Vec::new(),
        }
    }

    fn run(&self, job: &Lease, means: &JobContext<'_>) -> Result<Outputs, IngestError> {
        let Some(item) = means.catalogue.item(job.item)? else { return Ok(Outputs::ABANDONED) };
        let Some(original) = item.original else { return Ok(Outputs::ABANDONED) };
        let family = item.family.unwrap_or(item.id);
        let mut limits = self.limits;
        let received = self.families.size(&means.catalogue, family)?;
        limits.member_bytes = limits.member_bytes.min(FAMILY_BYTES.saturating_sub(received));
        if item.depth >= MOST_DEPTH {
            limits.members = 0;
        }
        let passwords = self.passwords.to_vec();
        let request = Request { task: Task::Extract, name: item.path.clone(), passwords, limits };
        let spent = self.suspects.spent(item.source);
        let began = Instant::now();
        let (mut outcome, end, peak_memory) =
            self.attempt(job, &item, original, &request, spent, means)?;
        if matches!(end, WorkerEnd::TimedOut(_)) {
            self.suspects.add(item.source, began.elapsed());
        }
        let end = match outcome.reason.take() {
            Some(last) if spent && matches!(end, WorkerEnd::TimedOut(_)) => {
                outcome.note(NoteCode::TimeBudgetSpent { minutes: SUSPECT_TIME.as_secs() / 60 });
                JobEnd::Failed(last)
            }
            Some(last) if end.worth_retrying() => JobEnd::Died(reason_of_death(job, last)),
            Some(reason) if outcome.state == State::Failed => JobEnd::Failed(reason),
            reason => {
                outcome.reason = reason;
                JobEnd::Done
            }
        };
        if let JobEnd::Died(reason) | JobEnd::Failed(reason) = &end {
            outcome.reason = Some(reason.clone());
        }
        Ok(Outputs { end, outputs: vec![Output::Outcome(outcome)], peak_memory })
    }
}

impl Read<'_> {
    fn attempt<'a>(
        &self,
        job: &Lease,
        item: &Item,
        original: OriginalId,
        request: &Request,
        spent: bool,
        means: &JobContext<'a>,
    ) -> Result<(Outcome, WorkerEnd, Option<u64>), IngestError> {
        let file = match means.originals.open_original(original) {
            Ok(file) => file,
            Err(error) => {
                let mut outcome = Outcome::new(item.size);
                outcome.state = State::Failed;
                let detail = Detail::of(&exhibit_case::chain_of(&error));
                outcome.reason = Some(Reason::OriginalUnreadable { detail });
                return Ok((outcome, WorkerEnd::Stopped, None));
            }
        };
        // after a death, with twice the memory: pages and members sent before are replaced or already known
        let limits = match job.deaths {
            _ if spent => scant(self.cage_limits, item.size),
            0 => self.cage_limits,
            _ => self.cage_limits.doubled(),
        };
        let mut session = WorkerSession {
            families: &self.families,
            means,
            job,
            item,
            outcome: Outcome::new(item.size),
            members: 0,
            member: None,
            error: None,
            dropped: 0,
            remark_bytes: 0,
        };
        let (end, peak) =
            self.cage.run_measured(request, &file, limits, &mut |record| session.record(record))?;
        if let Some(error) = session.error.take() {
            return Err(error);
        }
        Ok((session.conclude(&end, request)?, end, peak))
    }
}

/// The records received from one worker so far.
struct WorkerSession<'a, 's> {
    families: &'s Families,
    means: &'s JobContext<'a>,
    job: &'s Lease,
    item: &'s Item,
    outcome: Outcome,
    members: i64,
    member: Option<(Member, Deposit<'a>)>,
    error: Option<IngestError>,
    /// Properties and notes beyond the limits.
    dropped: u64,
    /// The memory of the properties and notes that were kept.
    remark_bytes: usize,
}

impl Outcome {
    pub(crate) fn new(size: u64) -> Self {
        Self {
            size,
            state: State::Read,
            reason: None,
            media_type: String::new(),
            found: 0,
            pages: 0,
            metadata: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn note(&mut self, code: NoteCode) {
        self.notes.push(Note { code, page: 0 });
    }
}

impl<'a> WorkerSession<'a, '_> {
    fn record(&mut self, record: Record) -> ControlFlow<()> {
        match self.take(record) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.error = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    fn take(&mut self, record: Record) -> Result<(), IngestError> {
        match record {
            Record::MediaType(media_type) => self.outcome.media_type = media_type,
            Record::Metadata { key, value } => {
                if self.has_room(
                    self.outcome.metadata.len() < MOST_METADATA,
                    property_weight(&key, &value),
                ) {
                    self.outcome.metadata.push((key, value));
                }
            }
            Record::Note(note) => {
                if self.has_room(self.outcome.notes.len() < MOST_NOTES, note_weight(&note)) {
                    self.outcome.notes.push(note);
                }
            }
            Record::Page(mut page) => {
                let languages = language::detect(&page.text);
                page.language = languages.main;
                page.runs = languages.runs;
                self.outcome.pages = self.outcome.pages.max(page.number);
                self.means.out.send(Message::Page {
                    item: self.item.id,
                    stage: self.job.stage,
                    page,
                })?;
            }
            Record::Member(member) => self.member = Some((member, self.means.originals.deposit()?)),
            Record::MemberBytes(bytes) => {
                if let Some((_, deposit)) = &mut self.member {
                    deposit.write(&bytes)?;
                }
            }
            Record::MemberEnd(end) => self.member_end(end)?,
            Record::Picture(_) | Record::Reading(_) => {}
        }
        Ok(())
    }

    /// Counts a property or a note; returns whether it is kept.
    fn has_room(&mut self, few: bool, bytes: usize) -> bool {
        let kept = few && self.remark_bytes + bytes <= MOST_REMARK_BYTES;
        if kept {
            self.remark_bytes += bytes;
        } else {
            self.dropped += 1;
        }
        kept
    }

    fn member_end(&mut self, end: MemberEnd) -> Result<(), IngestError> {
        let Some((member, deposit)) = self.member.take() else { return Ok(()) };
        self.families.grow(self.item.family.unwrap_or(self.item.id), deposit.size());
        let content = match end {
            MemberEnd::Whole => Content::Bytes(deposit.finish()?),
            MemberEnd::Unsupported(reason) => Content::None(State::Unsupported, Some(reason)),
            MemberEnd::Encrypted => Content::None(State::Encrypted, None),
            MemberEnd::Failed(reason) => Content::None(State::Failed, Some(reason)),
            MemberEnd::Truncated(limit) if deposit.size() == 0 => {
                Content::None(State::Truncated, Some(limit))
            }
            MemberEnd::Truncated(limit) => Content::Cut(deposit.finish()?, limit),
        };
        self.report_member(member, content)
    }

    fn report_member(&mut self, member: Member, content: Content<'a>) -> Result<(), IngestError> {
        let ordinal = self.members;
        self.members += 1;
        self.outcome.found += 1;
        let (container, source) = (self.item.id, self.item.source);
        self.means.out.send(Message::Member { container, source, ordinal, member, content })
    }

    fn conclude(mut self, end: &WorkerEnd, request: &Request) -> Result<Outcome, IngestError> {
        if let Some((member, deposit)) = self.member.take() {
            drop(deposit);
            self.report_member(
                member,
                Content::None(State::Failed, Some(Reason::ContainerReaderEnded)),
            )?;
        }
        if self.dropped > 0 {
            self.outcome.note(NoteCode::RecordsDropped { count: self.dropped });
        }
        let (state, reason) = match end {
            WorkerEnd::Finished(verdict) => of_verdict(verdict, request),
            other => {
                if self.outcome.pages > 0 {
                    self.outcome.note(NoteCode::PagesBeforeFailure {
                        pages: u64::from(self.outcome.pages),
                    });
                }
                (State::Failed, other.reason())
            }
        };
        self.outcome.state = state;
        self.outcome.reason = reason;
        Ok(self.outcome)
    }
}

fn of_verdict(verdict: &Verdict, request: &Request) -> (State, Option<Reason>) {
    match verdict {
        Verdict::Read => (State::Read, None),
        Verdict::Empty => (State::Empty, None),
        Verdict::Encrypted => (State::Encrypted, None),
        Verdict::Unsupported(reason) => (State::Unsupported, Some(reason.clone())),
        Verdict::Failed(reason) => (State::Failed, Some(reason.clone())),
        Verdict::Truncated(_) if request.limits.members == 0 => {
            (State::Truncated, Some(Reason::DepthLimit { depth: MOST_DEPTH.unsigned_abs() }))
        }
        Verdict::Truncated(limit) => (State::Truncated, Some(limit.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_take_too_long_get_less_once_their_source_has_used_its_time() {
        let (suspects, one, other) = (Suspects::default(), SourceId::new(1), SourceId::new(2));
        suspects.add(one, SUSPECT_TIME - Duration::from_secs(1));
        assert!(!suspects.spent(one));
        suspects.add(one, Duration::from_secs(1));
        assert!(suspects.spent(one) && !suspects.spent(other), "each source has its own");
        let limits = CageLimits::STANDARD;
        let seconds = |size| scant(limits, size).cpu_seconds;
        assert_eq!((seconds(0), seconds(2_000), seconds(1_000_000)), (10, 10, 20));
        assert_eq!(seconds(u64::MAX), limits.cpu_seconds, "large files keep theirs");
        assert_eq!(scant(limits, 0).memory_bytes, limits.memory_bytes);
        assert!(scant(limits, u64::MAX).wall <= limits.wall);
    }
}
