//! Frames: the encoding of records on a worker's pipe.
//!
//! A frame is a byte for its kind, the length of the rest as 32 bits, little-endian, and the rest. The last frame
//! is the verdict. The reading side trusts nothing: it allocates memory only for bytes that have arrived, and at
//! most for as many as a frame of its kind may have. `docs/formats/worker-protocol.md` is the full specification.

use crate::end::BadOutput;
use crate::limits::{FRAME_CAP, MEMBER_PIECE};
use exhibit_model::wire::{encode_record, encode_verdict};
use exhibit_model::{Record, Sink, SinkClosed, Verdict};
use std::io::{self, Read, Write};

const HEADER: usize = 5;
const STEP: usize = 64 << 10;
const KEEP: usize = 1 << 20;

/// The kind of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// A record in the form of `exhibit_model::wire`.
    Record,
    /// Bytes of the current member, unencoded.
    MemberBytes,
    /// The verdict; the last frame.
    Verdict,
}

impl Kind {
    const fn tag(self) -> u8 {
        match self {
            Self::Record => 1,
            Self::MemberBytes => 2,
            Self::Verdict => 3,
        }
    }

    const fn of(tag: u8) -> Option<(Self, usize)> {
        match tag {
            1 => Some((Self::Record, FRAME_CAP)),
            2 => Some((Self::MemberBytes, MEMBER_PIECE)),
            3 => Some((Self::Verdict, STEP)),
            _ => None,
        }
    }
}

/// The worker's end: writes records as frames, in pieces of 64 KiB.
pub(crate) struct FrameWriter<W> {
    to: W,
    waiting: Vec<u8>,
    /// Whether a record was too large to be emitted at all.
    pub(crate) too_large: bool,
}

impl<W: Write> FrameWriter<W> {
    pub(crate) fn new(to: W) -> Self {
        Self { to, waiting: Vec::with_capacity(STEP), too_large: false }
    }

    /// Emits the verdict, and flushes all output.
    pub(crate) fn finish(&mut self, verdict: &Verdict) -> Result<(), SinkClosed> {
        self.frame(Kind::Verdict, &encode_verdict(verdict))?;
        self.flush()
    }

    /// Flushes all output emitted so far.
    pub(crate) fn flush(&mut self) -> Result<(), SinkClosed> {
        let done = self.to.write_all(&self.waiting);
        self.waiting.clear();
        done.map_err(|_| SinkClosed)
    }

    fn frame(&mut self, kind: Kind, payload: &[u8]) -> Result<(), SinkClosed> {
        let length = u32::try_from(payload.len()).ok().filter(|_| payload.len() <= FRAME_CAP);
        let Some(length) = length else {
            self.too_large = true;
            return Err(SinkClosed);
        };
        if self.waiting.len() + HEADER + payload.len() > STEP {
            self.flush()?;
        }
        self.waiting.push(kind.tag());
        self.waiting.extend_from_slice(&length.to_le_bytes());
        if payload.len() < STEP / 4 {
            self.waiting.extend_from_slice(payload);
            return Ok(());
        }
        // large ones are written directly, without copying
        self.flush()?;
        self.to.write_all(payload).map_err(|_| SinkClosed)
    }
}

impl<W: Write> Sink for FrameWriter<W> {
    fn emit(&mut self, record: Record) -> Result<(), SinkClosed> {
        match record {
            Record::MemberBytes(bytes) => bytes
                .chunks(MEMBER_PIECE)
                .try_for_each(|piece| self.frame(Kind::MemberBytes, piece)),
            record => self.frame(Kind::Record, &encode_record(&record)),
        }
    }
}

/// Why no further frame could be read.
#[derive(Debug)]
pub(crate) enum FrameError {
    /// The source failed; `TimedOut` if the time budget is exhausted.
    Source(io::Error),
    /// The received bytes are not a frame.
    Bad(BadOutput),
}

/// The reading end.
#[derive(Debug, Default)]
pub(crate) struct FrameReader {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl FrameReader {
    /// Discards what is left of an earlier worker, and memory that only a large frame needed.
    pub(crate) fn reset(&mut self) {
        (self.start, self.end) = (0, 0);
        if self.bytes.len() > KEEP {
            self.bytes = Vec::new();
        }
    }

    /// The next frame, or `None` at the end of the source.
    pub(crate) fn next(
        &mut self,
        source: &mut dyn Read,
    ) -> Result<Option<(Kind, &[u8])>, FrameError> {
        if !self.fill(source, HEADER)? {
            return if self.start == self.end {
                Ok(None)
            } else {
                Err(FrameError::Bad(BadOutput::CutShort))
            };
        }
        let header = &self.bytes[self.start..self.start + HEADER];
        let length = u32::from_le_bytes([header[1], header[2], header[3], header[4]]) as usize;
        let (kind, cap) =
            Kind::of(header[0]).ok_or(FrameError::Bad(BadOutput::UnknownFrame(header[0])))?;
        if length > cap {
            return Err(FrameError::Bad(BadOutput::FrameTooLong(length)));
        }
        if !self.fill(source, HEADER + length)? {
            return Err(FrameError::Bad(BadOutput::CutShort));
        }
        let payload = self.start + HEADER;
        self.start = payload + length;
        Ok(Some((kind, &self.bytes[payload..self.start])))
    }

    // Makes `count` bytes available from `start`; false if the source ends earlier.
    fn fill(&mut self, source: &mut dyn Read, count: usize) -> Result<bool, FrameError> {
        while self.end - self.start < count {
            if self.start + count > self.bytes.len() || self.start == self.end {
                self.bytes.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, self.end - self.start);
            }
            if self.end == self.bytes.len() {
                self.bytes.resize((2 * self.bytes.len()).min(count).max(STEP), 0);
            }
            match source.read(&mut self.bytes[self.end..]) {
                Ok(0) => return Ok(false),
                Ok(more) => self.end += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(FrameError::Source(error)),
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exhibit_model::wire::{decode_record, decode_verdict};
    use proptest::prelude::*;

    // A source that returns a few bytes at a time.
    struct Dribble<'a>(&'a [u8], usize);

    impl Read for Dribble<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(buffer.len()).min(self.0.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn decoded(
        bytes: &[u8],
        at_a_time: usize,
    ) -> Result<(Vec<Record>, Option<Verdict>), FrameError> {
        let (mut reader, mut source) = (FrameReader::default(), Dribble(bytes, at_a_time));
        let (mut records, mut verdict) = (Vec::new(), None);
        while let Some((kind, payload)) = reader.next(&mut source)? {
            match kind {
                Kind::Record => records.push(decode_record(payload).expect("own bytes")),
                Kind::MemberBytes => records.push(Record::MemberBytes(payload.to_vec())),
                Kind::Verdict => verdict = Some(decode_verdict(payload).expect("own bytes")),
            }
        }
        Ok((records, verdict))
    }

    proptest! {
        #[test]
        fn records_round_trip_through_frames(sizes in proptest::collection::vec(0_usize..200_000, 0..12), at_a_time in 1_usize..100_000) {
            let mut writer = FrameWriter::new(Vec::new());
            let (mut whole, mut texts) = (Vec::new(), Vec::new());
            for (turn, size) in sizes.iter().enumerate() {
                if turn % 2 == 0 {
                    let bytes = vec![turn as u8; *size];
                    whole.extend_from_slice(&bytes);
                    writer.emit(Record::MemberBytes(bytes)).expect("a vector takes all");
                } else {
                    texts.push(Record::MediaType("x".repeat(*size)));
                    writer.emit(texts[texts.len() - 1].clone()).expect("a vector takes all");
                }
            }
            writer.finish(&Verdict::Read).expect("a vector takes all");
            let (records, verdict) = decoded(&writer.to, at_a_time).expect("own frames");
            prop_assert_eq!(verdict, Some(Verdict::Read));
            let mut heard_bytes = Vec::new();
            let mut heard_texts = Vec::new();
            for record in records {
                match record {
                    Record::MemberBytes(piece) => heard_bytes.extend(piece),
                    record => heard_texts.push(record),
                }
            }
            prop_assert_eq!(heard_bytes, whole);
            prop_assert_eq!(heard_texts, texts);
        }

        #[test]
        fn any_bytes_are_frames_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let (mut reader, mut source) = (FrameReader::default(), &bytes[..]);
            while let Ok(Some(_)) = reader.next(&mut source) {}
            prop_assert!(reader.bytes.len() <= 2 * STEP);
        }
    }

    #[test]
    fn stated_lengths_allocate_no_memory() {
        let mut promise = vec![1];
        promise.extend_from_slice(&(FRAME_CAP as u32).to_le_bytes());
        let mut reader = FrameReader::default();
        assert!(matches!(
            reader.next(&mut &promise[..]),
            Err(FrameError::Bad(BadOutput::CutShort))
        ));
        assert!(reader.bytes.len() <= STEP);
        promise[1..5].copy_from_slice(&(FRAME_CAP as u32 + 1).to_le_bytes());
        reader.reset();
        assert!(matches!(
            reader.next(&mut &promise[..]),
            Err(FrameError::Bad(BadOutput::FrameTooLong(_)))
        ));
    }
}
