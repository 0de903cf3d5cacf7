//! The cipher Blowfish (B. Schneier, 1993), by which OpenDocument files were encrypted until about 2012. Its tables are
//! the digits of pi, which are computed here.

use std::sync::OnceLock;

/// The words of pi after the point that the tables have.
const WORDS: usize = 18 + 4 * 256;

/// A cipher with its key.
pub(super) struct Blowfish {
    keys: [u32; 18],
    boxes: Vec<u32>,
}

impl Blowfish {
    /// A cipher with a key of at least one byte.
    pub(super) fn new(key: &[u8]) -> Self {
        static PI: OnceLock<Vec<u32>> = OnceLock::new();
        let pi = PI.get_or_init(pi);
        let mut keys = [0; 18];
        let mut bytes = key.iter().cycle();
        for (word, digits) in keys.iter_mut().zip(pi) {
            let of_key = (0..4)
                .fold(0u32, |word, _| word << 8 | u32::from(bytes.next().copied().unwrap_or(0)));
            *word = digits ^ of_key;
        }
        let mut cipher = Self { keys, boxes: pi[18..].to_vec() };
        let mut block = (0, 0);
        for at in (0..18).step_by(2) {
            block = cipher.block(block);
            (cipher.keys[at], cipher.keys[at + 1]) = block;
        }
        for at in (0..1024).step_by(2) {
            block = cipher.block(block);
            (cipher.boxes[at], cipher.boxes[at + 1]) = block;
        }
        cipher
    }

    fn mixed(&self, half: u32) -> u32 {
        let [a, b, c, d] = half.to_be_bytes().map(usize::from);
        let sum = self.boxes[a].wrapping_add(self.boxes[256 + b]);
        (sum ^ self.boxes[512 + c]).wrapping_add(self.boxes[768 + d])
    }

    fn block(&self, (mut left, mut right): (u32, u32)) -> (u32, u32) {
        for key in &self.keys[..16] {
            left ^= key;
            right ^= self.mixed(left);
            (left, right) = (right, left);
        }
        (right ^ self.keys[17], left ^ self.keys[16])
    }

    /// Decrypts bytes in cipher feedback mode with blocks of 64 bits, from a start of eight bytes.
    pub(super) fn decrypt(&self, start: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let mut before: [u8; 8] = start.try_into().ok()?;
        let mut plain = Vec::with_capacity(sealed.len());
        for chunk in sealed.chunks(8) {
            let [a, b, c, d, e, f, g, h] = before;
            let (left, right) =
                self.block((u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h])));
            let mask = left.to_be_bytes().into_iter().chain(right.to_be_bytes());
            plain.extend(chunk.iter().zip(mask).map(|(byte, mask)| byte ^ mask));
            before[..chunk.len()].copy_from_slice(chunk);
        }
        Some(plain)
    }
}

// The digits of pi after the point, by Machin's formula: 16 arctan(1/5) - 4 arctan(1/239).
fn pi() -> Vec<u32> {
    // a word before the point, and two after for what is lost in divisions
    let mut sum = vec![0u32; WORDS + 3];
    for (factor, of, negative) in [(16, 5, false), (4, 239, true)] {
        let mut power = vec![0u32; WORDS + 3];
        power[0] = factor;
        divide(&mut power, of);
        let (mut divisor, mut subtracts) = (1u32, negative);
        while power.iter().any(|word| *word != 0) {
            let mut term = power.clone();
            divide(&mut term, divisor);
            add(&mut sum, &term, subtracts);
            divide(&mut power, of * of);
            divisor += 2;
            subtracts = !subtracts;
        }
    }
    sum[1..=WORDS].to_vec()
}

fn divide(words: &mut [u32], divisor: u32) {
    let mut rest = 0u64;
    for word in words {
        let value = rest << 32 | u64::from(*word);
        *word = u32::try_from(value / u64::from(divisor)).unwrap_or(u32::MAX);
        rest = value % u64::from(divisor);
    }
}

fn add(sum: &mut [u32], term: &[u32], subtracts: bool) {
    let mut carry = false;
    for (word, term) in sum.iter_mut().zip(term).rev() {
        let (value, first) =
            if subtracts { word.overflowing_sub(*term) } else { word.overflowing_add(*term) };
        let one = u32::from(carry);
        let (value, second) =
            if subtracts { value.overflowing_sub(one) } else { value.overflowing_add(one) };
        *word = value;
        carry = first || second;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_match_the_published_values() {
        assert_eq!(pi()[..3], [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e]);
        for (key, plain, sealed) in [
            ([0u8; 8], (0, 0), (0x4ef9_9745, 0x6198_dd78)),
            ([0xff; 8], (0xffff_ffff, 0xffff_ffff), (0x5186_6fd5, 0xb85e_cb8a)),
            (
                [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef],
                (0x1111_1111, 0x1111_1111),
                (0x61f9_c380, 0x2281_b096),
            ),
        ] {
            assert_eq!(Blowfish::new(&key).block(plain), sealed);
        }
        let cipher = Blowfish::new(b"key");
        let mask = cipher.block((0, 0));
        let sealed: Vec<u8> =
            mask.0.to_be_bytes().iter().zip(b"text").map(|(mask, byte)| mask ^ byte).collect();
        assert_eq!(cipher.decrypt(&[0; 8], &sealed).as_deref(), Some(&b"text"[..]));
        assert_eq!(cipher.decrypt(&[0; 7], &sealed), None);
    }
}
