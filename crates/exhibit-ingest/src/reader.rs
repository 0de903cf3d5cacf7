//! Readers: each has one item at a time read by a caged worker, and reports what the worker says.

use crate::IngestError;
use crate::keeper::{Content, Message, Outbound, Outcome};
use crate::progress::Progress;
use crate::queue::Queue;
use exhibit_cage::{Cage, CageLimits, WorkerEnd};
use exhibit_catalogue::Job;
use exhibit_model::{Detail, Limits, Member, MemberEnd, Note, NoteCode, Reason, Record, Request, State, Task, Verdict};
use exhibit_store::{Deposit, Originals};
use exhibit_text::language;
use std::ops::ControlFlow;

pub(crate) struct Reader<'a> {
    pub(crate) originals: &'a Originals,
    pub(crate) cage: &'a Cage,
    pub(crate) queue: &'a Queue<'a>,
    pub(crate) out: Outbound<'a>,
    pub(crate) progress: &'a Progress,
    pub(crate) passwords: &'a [String],
    pub(crate) limits: Limits,
    pub(crate) cage_limits: CageLimits,
}

/// Containers within containers are opened this deep.
pub(crate) const MOST_DEPTH: i64 = 20;
/// Bytes that all containers within one file of a source may unfold to.
const FAMILY_BYTES: u64 = 256 << 30;
const MOST_METADATA: usize = 20_000;
const MOST_NOTES: usize = 2_000;

/// What one worker has said so far.
struct Hearing<'a, 'r> {
    reader: &'r Reader<'a>,
    job: &'r Job,
    outcome: Outcome,
    members: i64,
    member: Option<(Member, Deposit<'a>)>,
    error: Option<IngestError>,
    too_much: u64,
}

impl<'a> Reader<'a> {
    /// Reads items until none is left.
    pub(crate) fn run(&self) -> Result<(), IngestError> {
        while let Some(job) = self.queue.take()? {
            let label = format!("item {}", job.id.get());
            self.progress.take_up(&label);
            let outcome = self.read(&job);
            self.progress.put_down(&label);
            self.out.send(Message::Outcome { job, outcome: outcome? })?;
        }
        Ok(())
    }

    fn read(&self, job: &Job) -> Result<Outcome, IngestError> {
        let mut limits = self.limits;
        let received = self.queue.family_size(job.family)?;
        limits.member_bytes = limits.member_bytes.min(FAMILY_BYTES.saturating_sub(received));
        if job.depth >= MOST_DEPTH {
            limits.members = 0;
        }
        let passwords = self.passwords.to_vec();
        let request = Request { task: Task::Extract, name: job.path.clone(), passwords, limits };
        let (outcome, end) = self.attempt(job, &request, self.cage_limits)?;
        if !end.worth_retrying() {
            return Ok(outcome);
        }
        // once more, with twice the room: what was reported before is replaced or known
        Ok(self.attempt(job, &request, self.cage_limits.doubled())?.0)
    }

    fn attempt(&self, job: &Job, request: &Request, limits: CageLimits) -> Result<(Outcome, WorkerEnd), IngestError> {
        let file = match self.originals.open_original(job.original) {
            Ok(file) => file,
            Err(error) => {
                let mut outcome = Outcome::new();
                outcome.state = State::Failed;
                let detail = Detail::of(&exhibit_case::chain_of(&error));
                outcome.reason = Some(Reason::OriginalUnreadable { detail });
                return Ok((outcome, WorkerEnd::Stopped));
            }
        };
        let mut hearing =
            Hearing { reader: self, job, outcome: Outcome::new(), members: 0, member: None, error: None, too_much: 0 };
        let end = self.cage.run(request, &file, limits, &mut |record| hearing.hear(record))?;
        if let Some(error) = hearing.error.take() {
            return Err(error);
        }
        Ok((hearing.conclude(&end, request)?, end))
    }
}

impl Outcome {
    fn new() -> Self {
        Self {
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

impl<'a> Hearing<'a, '_> {
    fn hear(&mut self, record: Record) -> ControlFlow<()> {
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
            Record::Metadata { key, value } if self.outcome.metadata.len() < MOST_METADATA => {
                self.outcome.metadata.push((key, value));
            }
            Record::Note(note) if self.outcome.notes.len() < MOST_NOTES => self.outcome.notes.push(note),
            Record::Metadata { .. } | Record::Note(_) => self.too_much += 1,
            Record::Page(mut page) => {
                let languages = language::of(&page.text);
                page.language = languages.main;
                page.runs = languages.runs;
                self.outcome.pages = self.outcome.pages.max(page.number);
                self.reader.out.send(Message::Page { item: self.job.id, page })?;
            }
            Record::Member(member) => self.member = Some((member, self.reader.originals.deposit()?)),
            Record::MemberBytes(bytes) => {
                if let Some((_, deposit)) = &mut self.member {
                    deposit.write(&bytes)?;
                }
            }
            Record::MemberEnd(end) => self.member_end(end)?,
            Record::Picture(_) => {}
        }
        Ok(())
    }

    fn member_end(&mut self, end: MemberEnd) -> Result<(), IngestError> {
        let Some((member, deposit)) = self.member.take() else { return Ok(()) };
        self.reader.queue.grown(self.job.family, deposit.size());
        let content = match end {
            MemberEnd::Whole => Content::Bytes(deposit.seal()?),
            MemberEnd::Unsupported(reason) => Content::None(State::Unsupported, Some(reason)),
            MemberEnd::Encrypted => Content::None(State::Encrypted, None),
            MemberEnd::Failed(reason) => Content::None(State::Failed, Some(reason)),
            MemberEnd::Truncated(limit) if deposit.size() == 0 => Content::None(State::Truncated, Some(limit)),
            MemberEnd::Truncated(limit) => Content::Cut(deposit.seal()?, limit),
        };
        self.report_member(member, content)
    }

    fn report_member(&mut self, member: Member, content: Content<'a>) -> Result<(), IngestError> {
        let ordinal = self.members;
        self.members += 1;
        self.outcome.found += 1;
        let (container, source) = (self.job.id, self.job.source);
        self.reader.out.send(Message::Member { container, source, ordinal, member, content })
    }

    fn conclude(mut self, end: &WorkerEnd, request: &Request) -> Result<Outcome, IngestError> {
        if let Some((member, deposit)) = self.member.take() {
            drop(deposit);
            self.report_member(member, Content::None(State::Failed, Some(Reason::ContainerReaderEnded)))?;
        }
        if self.too_much > 0 {
            self.outcome.note(NoteCode::RecordsDropped { count: self.too_much });
        }
        let (state, reason) = match end {
            WorkerEnd::Finished(verdict) => of_verdict(verdict, request),
            other => {
                if self.outcome.pages > 0 {
                    self.outcome.note(NoteCode::PagesBeforeFailure { pages: u64::from(self.outcome.pages) });
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
