//! The coding of LHA's methods 4 to 7 and of ARJ's 1 to 3: a sliding window, and Huffman codes that each block brings along.
//!
//! Codes may be incomplete, since a bit sequence without a symbol is an error when it occurs. A stream that ends early is
//! an error after the bytes before.

use std::io::{self, BufReader, Read};

/// Symbols of literals and lengths.
const SYMBOLS: usize = 510;
/// Symbols of the code of the code lengths.
const LENGTHS: usize = 19;

/// The window of a method, and the code of its distances.
#[derive(Clone, Copy)]
pub(super) struct Window {
    /// Bytes of the window as a power of two.
    pub(super) bits: u32,
    /// Symbols of distances.
    distances: usize,
    /// Bits of the count of their code lengths.
    count_bits: u32,
}

impl Window {
    /// The window of one of LHA's methods `lh4` to `lh7`, by its digit.
    pub(super) fn of_lha(digit: u8) -> Option<Self> {
        Some(match digit {
            b'4' => Self { bits: 12, distances: 14, count_bits: 4 },
            b'5' => Self { bits: 13, distances: 14, count_bits: 4 },
            b'6' => Self { bits: 15, distances: 16, count_bits: 5 },
            b'7' => Self { bits: 16, distances: 17, count_bits: 5 },
            _ => return None,
        })
    }

    /// The window of ARJ's methods 1 to 3.
    pub(super) const ARJ: Self = Self { bits: 15, distances: 17, count_bits: 5 };
}

/// Bits of a stream, the highest first.
pub(super) struct Bits<R> {
    input: BufReader<R>,
    buffer: u32,
    count: u32,
    /// Zero bytes that were given behind the end.
    past: u32,
}

impl<R: Read> Bits<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input: BufReader::with_capacity(16 << 10, input), buffer: 0, count: 0, past: 0 }
    }

    fn fill(&mut self, count: u32) -> io::Result<()> {
        while self.count < count {
            let mut byte = [0];
            if self.input.read(&mut byte)? == 0 {
                // a code may be looked up by more bits than are left
                self.past += 1;
                if self.past > 8 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            self.buffer = self.buffer << 8 | u32::from(byte[0]);
            self.count += 8;
        }
        Ok(())
    }

    /// The next bits, at most 16, which are not consumed.
    fn peek(&mut self, count: u32) -> io::Result<u32> {
        self.fill(count)?;
        Ok(self.buffer >> (self.count - count) & ((1 << count) - 1))
    }

    /// The next bits, at most 16.
    pub(super) fn take(&mut self, count: u32) -> io::Result<u32> {
        let bits = self.peek(count)?;
        self.count -= count;
        Ok(bits)
    }
}

/// A canonical Huffman code of at most 16 bits.
struct Code {
    /// By length: the first code, its place in `symbols`, and the number of codes.
    lengths: [(u32, usize, u32); 17],
    symbols: Vec<u16>,
}

impl Code {
    /// A code of one symbol, without bits.
    fn of_one(symbol: u16) -> Self {
        let mut lengths = [(0, 0, 0); 17];
        lengths[0] = (0, 0, 1);
        Self { lengths, symbols: vec![symbol] }
    }

    fn of_lengths(lengths: &[u8]) -> io::Result<Self> {
        let mut code = Self { lengths: [(0, 0, 0); 17], symbols: Vec::new() };
        let mut next = 0_u32;
        for length in 1..=16_usize {
            next <<= 1;
            let place = code.symbols.len();
            let of_length =
                (0_u16..).zip(lengths).filter(|(_, stated)| usize::from(**stated) == length);
            code.symbols.extend(of_length.map(|(symbol, _)| symbol));
            let count = u32::try_from(code.symbols.len() - place).map_err(io::Error::other)?;
            code.lengths[length] = (next, place, count);
            next += count;
            if next > 1 << length {
                return Err(damaged());
            }
        }
        Ok(code)
    }

    fn symbol<R: Read>(&self, bits: &mut Bits<R>) -> io::Result<u16> {
        if self.lengths[0].2 == 1 {
            return Ok(self.symbols[0]);
        }
        let ahead = bits.peek(16)?;
        for length in 1..=16_u32 {
            let (first, place, count) = self.lengths[length as usize];
            let at = (ahead >> (16 - length)).wrapping_sub(first);
            if at < count {
                bits.count -= length;
                return self.symbols.get(place + at as usize).copied().ok_or_else(damaged);
            }
        }
        Err(damaged())
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "no such code")
}

/// Unpacks a stream.
pub(super) struct Unpacked<R> {
    bits: Bits<R>,
    window: Window,
    ring: Ring,
    codes: Option<(Code, Code)>,
    /// Symbols left in the block.
    left: u32,
}

impl<R: Read> Unpacked<R> {
    pub(super) fn new(input: R, window: Window) -> Self {
        Self { bits: Bits::new(input), window, ring: Ring::new(window.bits), codes: None, left: 0 }
    }

    fn begin_block(&mut self) -> io::Result<()> {
        self.left = self.bits.take(16)?;
        if self.left == 0 {
            self.left = 1 << 16;
        }
        let of_lengths = self.short_code(LENGTHS, 5, Some(3))?;
        let symbols = self.long_code(&of_lengths)?;
        let distances = self.short_code(self.window.distances, self.window.count_bits, None)?;
        self.codes = Some((symbols, distances));
        Ok(())
    }

    /// A code whose lengths are stored as they are; zeros may follow the first `zeros_at`.
    fn short_code(
        &mut self,
        most: usize,
        count_bits: u32,
        zeros_at: Option<usize>,
    ) -> io::Result<Code> {
        let count = self.bits.take(count_bits)? as usize;
        if count == 0 {
            let symbol = self.bits.take(count_bits)?;
            return Ok(Code::of_one(u16::try_from(symbol).map_err(io::Error::other)?));
        }
        let mut lengths = Vec::with_capacity(most);
        while lengths.len() < count {
            let mut length = self.bits.take(3)?;
            if length == 7 {
                while self.bits.take(1)? == 1 {
                    length += 1;
                }
            }
            lengths.push(
                u8::try_from(length).ok().filter(|length| *length <= 16).ok_or_else(damaged)?,
            );
            if Some(lengths.len()) == zeros_at {
                let zeros = self.bits.take(2)? as usize;
                lengths.resize(lengths.len() + zeros, 0);
            }
        }
        if lengths.len() > most {
            return Err(damaged());
        }
        Code::of_lengths(&lengths)
    }

    /// The code of literals and lengths, whose lengths are coded themselves.
    fn long_code(&mut self, of_lengths: &Code) -> io::Result<Code> {
        let count = self.bits.take(9)? as usize;
        if count == 0 {
            let symbol = self.bits.take(9)?;
            return Ok(Code::of_one(u16::try_from(symbol).map_err(io::Error::other)?));
        }
        let mut lengths = Vec::with_capacity(SYMBOLS);
        while lengths.len() < count {
            let zeros = match of_lengths.symbol(&mut self.bits)? {
                0 => 1,
                1 => self.bits.take(4)? as usize + 3,
                2 => self.bits.take(9)? as usize + 20,
                length => {
                    lengths.push(u8::try_from(length - 2).map_err(io::Error::other)?);
                    0
                }
            };
            lengths.resize(lengths.len() + zeros, 0);
            if lengths.len() > SYMBOLS {
                return Err(damaged());
            }
        }
        Code::of_lengths(&lengths)
    }

    /// Adds the next literal or copy to the window.
    fn step(&mut self) -> io::Result<()> {
        if self.left == 0 {
            self.begin_block()?;
        }
        self.left -= 1;
        let Some((symbols, distances)) = &self.codes else { return Err(damaged()) };
        let symbol = symbols.symbol(&mut self.bits)?;
        let Ok(literal) = u8::try_from(symbol) else {
            let bits = u32::from(distances.symbol(&mut self.bits)?);
            let distance = match bits {
                0 => 0,
                1..=17 => 1 << (bits - 1) | self.bits.take(bits - 1)?,
                _ => return Err(damaged()),
            };
            self.ring.copy(distance as usize + 1, usize::from(symbol) - 253);
            return Ok(());
        };
        self.ring.push(literal);
        Ok(())
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while self.ring.is_drained() {
            self.step()?;
        }
        Ok(self.ring.drain(buffer))
    }
}

/// The last bytes that were unpacked, and how many of them are not read yet.
pub(super) struct Ring {
    bytes: Vec<u8>,
    at: usize,
    /// What is left of the current copy.
    copy: (usize, usize),
    ready: usize,
}

impl Ring {
    pub(super) fn new(bits: u32) -> Self {
        Self { bytes: vec![b' '; 1 << bits], at: 0, copy: (0, 0), ready: 0 }
    }

    pub(super) fn push(&mut self, byte: u8) {
        self.bytes[self.at] = byte;
        self.at = (self.at + 1) & (self.bytes.len() - 1);
        self.ready += 1;
    }

    /// Begins a copy, which is made as it is read.
    pub(super) fn copy(&mut self, distance: usize, length: usize) {
        self.copy = (distance, length);
    }

    pub(super) fn is_drained(&self) -> bool {
        self.ready == 0 && self.copy.1 == 0
    }

    pub(super) fn drain(&mut self, buffer: &mut [u8]) -> usize {
        let mut count = 0;
        while count < buffer.len() {
            if self.ready == 0 {
                let (distance, left) = self.copy;
                if left == 0 {
                    break;
                }
                self.copy.1 = left - 1;
                let from = self.at.wrapping_sub(distance) & (self.bytes.len() - 1);
                self.push(self.bytes[from]);
            }
            buffer[count] = self.bytes[self.at.wrapping_sub(self.ready) & (self.bytes.len() - 1)];
            self.ready -= 1;
            count += 1;
        }
        count
    }
}
