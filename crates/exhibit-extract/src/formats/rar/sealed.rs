//! Keys of RAR archives: RAR 3 derives them by SHA-1 (AES-128), RAR 5 by PBKDF2 over HMAC-SHA-256 (AES-256).

use sha1::Sha1;
use sha2::{Digest, Sha256};

/// Rounds as a power of two: RAR uses 15, and none accepts more than 24.
const MOST_ROUNDS: u8 = 24;

/// The key and the start of the chain of RAR 3.
pub(super) fn rar3_key(password: &str, salt: Option<&[u8]>) -> ([u8; 16], [u8; 16]) {
    let mut seed: Vec<u8> = password.encode_utf16().take(127).flat_map(u16::to_le_bytes).collect();
    seed.extend(salt.unwrap_or_default());
    let mut hash = Sha1::new();
    let mut start = [0; 16];
    for round in 0..0x4_0000_u32 {
        hash.update(&seed);
        hash.update(&round.to_le_bytes()[..3]);
        if round % 0x4000 == 0 {
            start[(round / 0x4000) as usize] = hash.clone().finalize()[19];
        }
    }
    let digest = hash.finalize();
    let mut key = [0; 16];
    // four words in the other order of bytes
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = digest[at / 4 * 4 + 3 - at % 4];
    }
    (key, start)
}

/// The key of RAR 5, and what the archive states of a right password.
pub(super) fn rar5_key(password: &str, salt: &[u8], rounds: u8) -> Option<([u8; 32], [u8; 8])> {
    if rounds > MOST_ROUNDS {
        return None;
    }
    let hmac = Hmac::new(password.as_bytes());
    let mut block = hmac.of(&[salt, &[0, 0, 0, 1]]);
    let mut sum = block;
    let mut turn = |count: u32, sum: &mut [u8; 32]| {
        for _ in 0..count {
            block = hmac.of(&[&block]);
            sum.iter_mut().zip(block).for_each(|(byte, mask)| *byte ^= mask);
        }
        *sum
    };
    let key = turn((1 << rounds) - 1, &mut sum);
    turn(16, &mut sum);
    let folded = turn(16, &mut sum);
    let mut check = [0; 8];
    folded.iter().enumerate().for_each(|(at, byte)| check[at % 8] ^= byte);
    Some((key, check))
}

/// HMAC (RFC 2104) with the state after the key.
struct Hmac {
    inner: Sha256,
    outer: Sha256,
}

impl Hmac {
    fn new(key: &[u8]) -> Self {
        let mut padded = [0; 64];
        if key.len() > 64 {
            padded[..32].copy_from_slice(&Sha256::digest(key));
        } else {
            padded[..key.len()].copy_from_slice(key);
        }
        let state = |mask: u8| Sha256::new_with_prefix(padded.map(|byte| byte ^ mask));
        Self { inner: state(0x36), outer: state(0x5C) }
    }

    fn of(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut inner = self.inner.clone();
        parts.iter().for_each(|part| inner.update(part));
        let mut outer = self.outer.clone();
        outer.update(inner.finalize());
        outer.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_of_the_standard() {
        // RFC 4231, test case 2
        let found = Hmac::new(b"Jefe").of(&[b"what do ya want ", b"for nothing?"]);
        assert_eq!(found[..8], [0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e]);
        let long = Hmac::new(&[0xaa; 131])
            .of(&[b"Test Using Larger Than Block-Size Key - Hash Key First"]);
        assert_eq!(long[..8], [0x60, 0xe4, 0x31, 0x59, 0x1e, 0xe0, 0xb6, 0x7f]);
    }

    #[test]
    fn derivation_of_the_standard() {
        // RFC 7914, section 11
        let (key, _) = rar5_key("passwd", b"salt", 0).expect("few rounds");
        assert_eq!(key[..8], [0x55, 0xac, 0x04, 0x6e, 0x56, 0xe3, 0x08, 0x9f]);
        assert_eq!(rar5_key("passwd", b"salt", 25), None);
    }
}
