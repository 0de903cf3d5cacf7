//! Encryption of 7z archives: AES-256 in chained blocks, with a key derived from the password by many rounds of SHA-256.

use sha2::{Digest, Sha256};

/// Rounds of the derivation as a power of two: 7-Zip uses 19, and none accepts more than 24.
const MOST_ROUNDS: u8 = 24;

/// Keys that were derived, since each takes a while.
#[derive(Default)]
pub(super) struct Keys(Vec<(Derivation, [u8; 32])>);

// salt, rounds and password
type Derivation = (Vec<u8>, u8, String);

impl Keys {
    /// The key for a password, and the start of the chain, by a coder's properties.
    pub(super) fn derive(
        &mut self,
        properties: &[u8],
        password: &str,
    ) -> Option<([u8; 32], [u8; 16])> {
        let (first, rest) = properties.split_first()?;
        let rounds = first & 0x3F;
        let (salt_size, start_size, rest) = if first & 0xC0 == 0 {
            (0, 0, rest)
        } else {
            let (second, rest) = rest.split_first()?;
            let of = |bit: u8, nibble: u8| usize::from(first >> bit & 1) + usize::from(nibble);
            (of(7, second >> 4), of(6, second & 0x0F), rest)
        };
        let (salt, rest) = rest.split_at_checked(salt_size)?;
        let mut start = [0; 16];
        start.get_mut(..start_size)?.copy_from_slice(rest.get(..start_size)?);
        if rounds > MOST_ROUNDS && rounds != 0x3F {
            return None;
        }
        let known = self.0.iter().find(|((s, r, p), _)| s == salt && *r == rounds && p == password);
        if let Some((_, key)) = known {
            return Some((*key, start));
        }
        let key = derived(salt, rounds, password);
        self.0.push(((salt.to_vec(), rounds, password.to_owned()), key));
        Some((key, start))
    }
}

fn derived(salt: &[u8], rounds: u8, password: &str) -> [u8; 32] {
    let mut turn = salt.to_vec();
    turn.extend(password.encode_utf16().flat_map(u16::to_le_bytes));
    if rounds == 0x3F {
        turn.resize(32, 0);
        return turn.try_into().unwrap_or([0; 32]);
    }
    let counter = turn.len();
    turn.resize(counter + 8, 0);
    let mut hash = Sha256::new();
    for round in 0..1_u64 << rounds {
        turn[counter..].copy_from_slice(&round.to_le_bytes());
        hash.update(&turn);
    }
    hash.finalize().into()
}
