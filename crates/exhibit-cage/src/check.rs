//! Checks that a worker's output is valid as a whole: order, nesting, counts.
//!
//! `exhibit_model::wire` validates each record by itself; this validates the sequence. Both are required
//! before the output is trusted, since a worker may have been taken over by the file it reads.

use crate::end::{BadOutput, WorkerEnd};
use crate::frame::Kind;
use crate::limits::{PAGE_CAP, REMARK_CAP};
use exhibit_model::code::OutputKind;
use exhibit_model::wire::decode_record;
use exhibit_model::{Limits, Record};

/// What was emitted so far, checked against what is permitted.
#[derive(Debug)]
pub(crate) struct Checker {
    limits: Limits,
    output_left: u64,
    typed: bool,
    last_page: u32,
    pages: u32,
    members: u64,
    within_member: bool,
    member_bytes: u64,
    most_member_bytes: u64,
    remarks: u64,
}

/// The bytes of members of any file.
const FREE_MEMBERS: u64 = 256 << 20;
/// How much more than its own limit of members for each byte of its file a worker may emit: that limit is kept by readers,
/// each by the size that its format states, and this one bounds a worker that was taken over.
const RATIO_MARGIN: u64 = 4;

impl Checker {
    /// Checks the output on a file of this many bytes.
    pub(crate) fn new(limits: Limits, output_bytes: u64, file_bytes: u64) -> Self {
        let by_size = file_bytes.saturating_mul(limits.ratio.max(1)).saturating_mul(RATIO_MARGIN);
        Self {
            limits,
            most_member_bytes: limits.member_bytes.min(by_size.max(FREE_MEMBERS)),
            output_left: output_bytes,
            typed: false,
            last_page: 0,
            pages: 0,
            members: 0,
            within_member: false,
            member_bytes: 0,
            remarks: 0,
        }
    }

    /// The record in a frame, if it is permitted at this point.
    pub(crate) fn record(&mut self, kind: Kind, payload: &[u8]) -> Result<Record, WorkerEnd> {
        if kind == Kind::MemberBytes {
            return self.member_bytes(payload);
        }
        self.output_left = self
            .output_left
            .checked_sub(payload.len() as u64)
            .ok_or(WorkerEnd::OutputLimit(OutputKind::Records))?;
        let record =
            decode_record(payload).map_err(|e| WorkerEnd::BadOutput(BadOutput::Malformed(e)))?;
        match &record {
            Record::MediaType(_) => {
                let again = std::mem::replace(&mut self.typed, true);
                refuse_if(again, BadOutput::TwoMediaTypes)?;
            }
            Record::Page(page) => {
                self.pages += 1;
                let wrong = page.number <= self.last_page || self.pages > self.limits.pages;
                refuse_if(wrong, BadOutput::Page(page.number))?;
                refuse_if(payload.len() > PAGE_CAP, BadOutput::FrameTooLong(payload.len()))?;
                self.last_page = page.number;
            }
            Record::Member(_) => {
                self.members += 1;
                refuse_if(
                    self.within_member || self.members > self.limits.members,
                    BadOutput::Members,
                )?;
                self.within_member = true;
            }
            Record::MemberEnd(_) => {
                refuse_if(!self.within_member, BadOutput::Members)?;
                self.within_member = false;
            }
            Record::MemberBytes(bytes) => {
                let count = bytes.len();
                self.count_member_bytes(count)?;
            }
            Record::Metadata { .. } | Record::Note(_) | Record::Picture(_) | Record::Reading(_) => {
                self.remarks += 1;
                if self.remarks > REMARK_CAP {
                    return Err(WorkerEnd::OutputLimit(OutputKind::Properties));
                }
            }
        }
        Ok(record)
    }

    /// Whether a verdict is permitted at this point.
    pub(crate) fn verdict(&self) -> Result<(), WorkerEnd> {
        refuse_if(self.within_member, BadOutput::Members)
    }

    fn member_bytes(&mut self, payload: &[u8]) -> Result<Record, WorkerEnd> {
        self.count_member_bytes(payload.len())?;
        Ok(Record::MemberBytes(payload.to_vec()))
    }

    fn count_member_bytes(&mut self, count: usize) -> Result<(), WorkerEnd> {
        refuse_if(!self.within_member, BadOutput::Members)?;
        self.member_bytes += count as u64;
        if self.member_bytes > self.most_member_bytes {
            return Err(WorkerEnd::OutputLimit(OutputKind::MemberBytes));
        }
        Ok(())
    }
}

fn refuse_if(wrong: bool, what: BadOutput) -> Result<(), WorkerEnd> {
    if wrong { Err(WorkerEnd::BadOutput(what)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exhibit_model::wire::encode_record;
    use exhibit_model::{Member, MemberEnd, Page, PageKind};

    fn check(limits: Limits, records: &[Record]) -> Result<(), WorkerEnd> {
        let mut checker = Checker::new(limits, 1000, 1 << 40);
        for record in records {
            let emitted = match record {
                Record::MemberBytes(bytes) => checker.record(Kind::MemberBytes, bytes)?,
                record => checker.record(Kind::Record, &encode_record(record))?,
            };
            assert_eq!(&emitted, record);
        }
        checker.verdict()
    }

    #[test]
    fn a_small_file_does_not_have_endless_members() {
        let most = |file_bytes| Checker::new(Limits::STANDARD, 0, file_bytes).most_member_bytes;
        assert_eq!((most(0), most(2_000)), (256 << 20, 256 << 20));
        assert_eq!(most(10 << 20), 4 * 250 * (10 << 20));
        assert_eq!(most(u64::MAX), Limits::STANDARD.member_bytes);
        let mut checker = Checker::new(Limits::STANDARD, 1000, 100);
        checker
            .record(Kind::Record, &encode_record(&Record::Member(Member::default())))
            .expect("a member begins");
        checker.member_bytes = FREE_MEMBERS;
        let more = checker.record(Kind::MemberBytes, b"x").map(drop);
        assert_eq!(more, Err(WorkerEnd::OutputLimit(OutputKind::MemberBytes)));
    }

    fn page(number: u32) -> Record {
        Record::Page(Box::new(Page::of_text(number, PageKind::Text, "text".to_owned())))
    }

    #[test]
    fn only_valid_sequences_pass() {
        let (begin, bytes) = (Record::Member(Member::default()), Record::MemberBytes(vec![7; 10]));
        let (end, kind) =
            (Record::MemberEnd(MemberEnd::Whole), Record::MediaType("text/plain".to_owned()));
        let bad = |what| Err(WorkerEnd::BadOutput(what));
        let few = Limits { pages: 2, members: 1, member_bytes: 15, ..Limits::STANDARD };
        for (records, expected) in [
            (
                vec![kind.clone(), page(1), page(5), begin.clone(), bytes.clone(), end.clone()],
                Ok(()),
            ),
            (vec![kind.clone(), kind], bad(BadOutput::TwoMediaTypes)),
            (vec![page(1), page(1)], bad(BadOutput::Page(1))),
            (vec![page(0)], bad(BadOutput::Page(0))),
            (vec![page(1), page(2), page(3)], bad(BadOutput::Page(3))),
            (vec![begin.clone(), begin.clone()], bad(BadOutput::Members)),
            (vec![bytes.clone()], bad(BadOutput::Members)),
            (vec![end.clone()], bad(BadOutput::Members)),
            (vec![begin.clone()], bad(BadOutput::Members)),
            (vec![begin.clone(), end, begin.clone()], bad(BadOutput::Members)),
            (
                vec![begin, bytes.clone(), bytes],
                Err(WorkerEnd::OutputLimit(OutputKind::MemberBytes)),
            ),
            (
                vec![Record::MediaType("x".repeat(2000))],
                Err(WorkerEnd::OutputLimit(OutputKind::Records)),
            ),
        ] {
            assert_eq!(check(few, &records), expected, "{records:?}");
        }
    }
}
