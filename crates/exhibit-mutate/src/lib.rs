//! Reproducible random numbers and byte mutations for tests: the same seed gives the same mutants on every machine.
//!
//! For tests only; nothing that users install depends on it. It is not a source of secrets.

/// A stream of pseudo-random numbers (Marsaglia's xorshift64) and the mutations made with it.
#[derive(Clone, Debug)]
pub struct Mutator {
    state: u64,
}

impl Mutator {
    /// Starts a stream from a seed; zero is replaced, since xorshift never leaves it.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: if seed == 0 { 0x9e37_79b9_7f4a_7c15 } else { seed } }
    }

    /// Returns the next number of the stream.
    pub const fn number(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    /// Returns a number below `end`; 0 if `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        // the low bits of xorshift are its weakest
        ((self.number() >> 20) % end.max(1) as u64) as usize
    }

    /// Returns a random byte.
    pub fn byte(&mut self) -> u8 {
        self.number().to_le_bytes()[3]
    }

    /// Returns `length` random bytes.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.byte()).collect()
    }

    /// Returns a copy of `bytes` with one to eight mutations: bits flipped, bytes replaced, inserted or set to an extreme
    /// value, pieces doubled, removed or moved, the end cut off.
    #[must_use]
    pub fn mutate(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut mutant = bytes.to_vec();
        for _ in 0..=self.below(8) {
            self.mutate_once(&mut mutant);
        }
        mutant
    }

    /// Applies one mutation in place.
    pub fn mutate_once(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len());
        let kind = self.below(10);
        if bytes.is_empty() || kind == 0 {
            let byte = self.byte();
            bytes.insert(at, byte);
            return;
        }
        match kind {
            1..=3 => bytes[at] ^= 1 << self.below(8),
            4 => bytes[at] = self.byte(),
            5 => bytes[at] = [0x00, 0x7F, 0x80, 0xFF][self.below(4)],
            6 => {
                let end = (at + 1 + self.below(40)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                let target = self.below(bytes.len());
                bytes.splice(target..target, piece);
            }
            7 => {
                let end = (at + 1 + self.below(16)).min(bytes.len());
                bytes.drain(at..end);
            }
            8 => {
                // a length field: four bytes at once
                let end = (at + 4).min(bytes.len());
                bytes[at..end].fill(if self.below(2) == 0 { 0xFF } else { 0x00 });
            }
            _ => bytes.truncate(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_mutants() {
        let of = |seed| {
            let mut mutator = Mutator::new(seed);
            (0..50).map(|_| mutator.mutate(b"some bytes to change")).collect::<Vec<_>>()
        };
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
    }

    #[test]
    fn every_length_can_be_mutated() {
        let mut mutator = Mutator::new(0);
        for length in 0..20 {
            for _ in 0..200 {
                let bytes = mutator.bytes(length);
                let _ = mutator.mutate(&bytes);
            }
        }
        assert!((0..1000).all(|_| mutator.below(10) < 10));
        assert_eq!(mutator.below(0), 0);
    }
}
