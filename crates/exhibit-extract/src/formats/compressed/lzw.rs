//! The coding of `compress` (`.Z`): LZW with codes of 9 to 16 bits, the lowest bit first, in groups of eight codes.

use std::io::{self, Read};

/// Unpacks a stream.
pub(super) struct Lzw<R> {
    input: R,
    /// Bits of the longest code.
    most_bits: u32,
    /// Whether code 256 empties the table.
    resets: bool,
    /// By code, the code of all but its last byte, and that byte.
    table: Vec<(u16, u8)>,
    bits: u32,
    /// The group of codes that is read.
    group: Vec<u8>,
    at: usize,
    before: Option<u16>,
    first: u8,
    /// Bytes to be read, the last one first.
    ready: Vec<u8>,
    ended: bool,
}

impl<R: Read> Lzw<R> {
    /// Reads the header.
    pub(super) fn new(mut input: R) -> io::Result<Self> {
        let mut header = [0; 3];
        input.read_exact(&mut header)?;
        let most_bits = u32::from(header[2] & 0x1F);
        if !(9..=16).contains(&most_bits) || header[2] & 0x60 != 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let resets = header[2] & 0x80 != 0;
        let mut lzw = Self {
            input,
            most_bits,
            resets,
            table: Vec::new(),
            bits: 9,
            group: Vec::new(),
            at: 0,
            before: None,
            first: 0,
            ready: Vec::new(),
            ended: false,
        };
        lzw.reset();
        Ok(lzw)
    }

    fn reset(&mut self) {
        self.table = (0..=u8::MAX).map(|byte| (0, byte)).collect();
        if self.resets {
            self.table.push((0, 0));
        }
        self.bits = 9;
        self.before = None;
    }

    /// The next code; codes of one length come in groups of eight, whose rest is skipped when the length changes.
    fn code(&mut self) -> io::Result<Option<u16>> {
        let bits = self.bits as usize;
        if self.at + bits > self.group.len() * 8 {
            self.group.clear();
            self.at = 0;
            (&mut self.input).take(bits as u64).read_to_end(&mut self.group)?;
            if self.group.len() * 8 < bits {
                return Ok(None);
            }
        }
        let mut code = 0_u32;
        for bit in 0..bits {
            let at = self.at + bit;
            code |= u32::from(self.group[at / 8] >> (at % 8) & 1) << bit;
        }
        self.at += bits;
        u16::try_from(code).map(Some).map_err(io::Error::other)
    }

    fn skip_group(&mut self) {
        self.group.clear();
        self.at = 0;
    }

    fn step(&mut self) -> io::Result<()> {
        if self.table.len() >= 1 << self.bits && self.bits < self.most_bits {
            self.bits += 1;
            self.skip_group();
        }
        let Some(code) = self.code()? else {
            self.ended = true;
            return Ok(());
        };
        if self.resets && code == 256 {
            self.reset();
            self.skip_group();
            return Ok(());
        }
        let known = usize::from(code) < self.table.len();
        let mut at = match self.before {
            None if code < 256 => code,
            // the code that is just being defined: the text before and its first byte
            Some(before) if !known && usize::from(code) == self.table.len() => {
                self.ready.push(self.first);
                before
            }
            Some(_) if known => code,
            _ => return Err(io::ErrorKind::InvalidData.into()),
        };
        while at >= 256 {
            let (rest, byte) = self.table[usize::from(at)];
            self.ready.push(byte);
            at = rest;
        }
        self.first = u8::try_from(at).map_err(io::Error::other)?;
        self.ready.push(self.first);
        if let Some(before) = self.before
            && self.table.len() < 1 << self.most_bits
        {
            self.table.push((before, self.first));
        }
        self.before = Some(code);
        Ok(())
    }
}

impl<R: Read> Read for Lzw<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        while count < buffer.len() {
            match self.ready.pop() {
                Some(byte) => {
                    buffer[count] = byte;
                    count += 1;
                }
                None if self.ended => break,
                // what was unpacked before an error is given first
                None => match self.step() {
                    Err(_) if count > 0 => break,
                    stepped => stepped?,
                },
            }
        }
        Ok(count)
    }
}
