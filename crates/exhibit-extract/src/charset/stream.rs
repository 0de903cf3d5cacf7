//! The text of a file as a stream: detected, decoded, with normalised line ends, in bounded memory.

use super::{Decoder, Detector, Guess, Scheme};
use crate::out::{Input, Out, Stop};
use exhibit_model::NoteCode;
use std::io;

/// The number of bytes examined to detect an encoding; more only while all of them are ASCII.
const DETECTED: u64 = 64 << 20;

/// Decodes a file incrementally.
pub(crate) struct TextStream<'a> {
    input: &'a mut dyn Input,
    guess: Guess,
    decoder: Decoder,
    buffer: Vec<u8>,
    decoded: String,
    pending_return: bool,
    ended: bool,
    ends: LineEnds,
}

/// Line counts by kind of line end.
#[derive(Default)]
struct LineEnds {
    feed: u64,
    return_feed: u64,
    lone_return: u64,
}

impl<'a> TextStream<'a> {
    /// Detects the encoding of `input`, and positions it at its first character.
    ///
    /// # Errors
    /// An I/O error of the input.
    pub(crate) fn open(input: &'a mut dyn Input) -> io::Result<Self> {
        let guess = detect(input, stated_in_xml)?;
        Self::open_as(input, guess)
    }

    /// Positions `input` at its first character, in a known encoding.
    ///
    /// # Errors
    /// An I/O error of the input.
    pub(crate) fn open_as(input: &'a mut dyn Input, guess: Guess) -> io::Result<Self> {
        input.seek(io::SeekFrom::Start(guess.mark as u64))?;
        Ok(Self {
            input,
            guess,
            decoder: Decoder::new(guess.scheme),
            buffer: vec![0; 64 << 10],
            decoded: String::new(),
            pending_return: false,
            ended: false,
            ends: LineEnds::default(),
        })
    }

    /// Appends the next piece to `text`; returns false at the end.
    ///
    /// # Errors
    /// An I/O error of the input.
    pub(crate) fn more(&mut self, text: &mut String) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let count = loop {
            match self.input.read(&mut self.buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.ended = count == 0;
        self.decoded.clear();
        self.decoder.decode(&self.buffer[..count], self.ended, &mut self.decoded);
        self.append_with_one_line_end(text);
        Ok(!self.ended || !text.is_empty())
    }

    /// Converts CR LF and lone CR to one LF each, also where a piece ends between them.
    fn append_with_one_line_end(&mut self, text: &mut String) {
        let mut rest = &self.decoded[..];
        if self.pending_return && (self.ended || !rest.is_empty()) {
            self.pending_return = false;
            match rest.strip_prefix('\n') {
                Some(after) => (self.ends.return_feed, rest) = (self.ends.return_feed + 1, after),
                None => self.ends.lone_return += 1,
            }
            text.push('\n');
        }
        while let Some(at) = rest.find('\r') {
            self.ends.feed += count_feeds(&rest[..at]);
            text.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if rest.is_empty() && !self.ended {
                self.pending_return = true;
                return;
            }
            match rest.strip_prefix('\n') {
                Some(after) => (self.ends.return_feed, rest) = (self.ends.return_feed + 1, after),
                None => self.ends.lone_return += 1,
            }
            text.push('\n');
        }
        self.ends.feed += count_feeds(rest);
        text.push_str(rest);
    }

    /// Emits the encoding, the line ends, and the count of undecodable sequences; to be called after the last piece.
    ///
    /// # Errors
    /// [`Stop::Closed`].
    pub(crate) fn emit(&self, out: &mut Out<'_>) -> Result<(), Stop> {
        emit_encoding(self.guess, self.decoder.undecodable(), out)?;
        let LineEnds { feed, return_feed, lone_return } = self.ends;
        let ends = match (feed > 0, return_feed > 0, lone_return > 0) {
            (false, false, false) => "",
            (true, false, false) => "lf",
            (false, true, false) => "crlf",
            (false, false, true) => "cr",
            _ => "mixed",
        };
        out.metadata("text:line-ends", ends)
    }
}

fn count_feeds(text: &str) -> u64 {
    text.bytes().filter(|b| *b == b'\n').count() as u64
}

/// Emits the encoding of a text, whether it was guessed, and the count of undecodable sequences.
pub(crate) fn emit_encoding(guess: Guess, undecodable: u64, out: &mut Out<'_>) -> Result<(), Stop> {
    let name = guess.scheme.name();
    out.metadata("text:charset", &name)?;
    if let Some(stated) = guess.overruled {
        out.note(
            0,
            NoteCode::CharsetMismatch { stated: stated.name(), charset: name.clone(), texts: 1 },
        )?;
    } else if !guess.sure {
        out.note(0, NoteCode::CharsetGuessed { charset: name.clone(), texts: 1 })?;
    }
    match undecodable {
        0 => Ok(()),
        places => out.note(0, NoteCode::UndecodableBytes { charset: name, places }),
    }
}

/// Detects the encoding of a file from as much of it as is needed; `stated` finds the declaration in its first bytes.
///
/// # Errors
/// An I/O error of the input.
pub(crate) fn detect(
    input: &mut dyn Input,
    stated: fn(&[u8]) -> Option<Scheme>,
) -> io::Result<Guess> {
    input.rewind()?;
    let mut detector = Detector::default();
    let mut buffer = vec![0; 64 << 10];
    let mut fed = 0;
    loop {
        let count = match input.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if count == 0 {
            detector.feed(&[], true);
            break;
        }
        detector.feed(&buffer[..count], false);
        fed += count as u64;
        if fed >= DETECTED && !detector.ascii_only {
            break;
        }
    }
    let stated = stated(&detector.sample);
    Ok(detector.finish(stated))
}

/// The encoding that an XML declaration states; of no meaning in other texts.
pub(crate) fn stated_in_xml(head: &[u8]) -> Option<Scheme> {
    let start = head.trim_ascii_start();
    let declaration = start
        .strip_prefix(b"<?xml")
        .filter(|rest| rest.first().is_some_and(u8::is_ascii_whitespace))?;
    let end = declaration.windows(2).take(400).position(|w| w == b"?>")?;
    let declaration = &declaration[..end];
    let at = declaration.windows(8).position(|w| w == b"encoding")?;
    let rest = declaration[at + 8..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, rest) = rest.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\''))?;
    let label = &rest[..rest.iter().position(|b| b == quote)?];
    Scheme::for_label(label).map(Scheme::readable_as_ascii)
}
