//! Recovers the user password from the owner password (ISO 32000-1, algorithm 7), for RC4 and AES-128 encryption.
//!
//! The PDF reader itself accepts user passwords only; AES-256 needs none of this. MD5 and RC4 are here for this purpose
//! only: nothing is protected by them.

use super::open::positions;
use hayro_syntax::object::{Dict, FromBytes, String as PdfString};

const PADDING: [u8; 32] = [
    0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a, 0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01, 0x08,
    0x2e, 0x2e, 0x00, 0xb6, 0xd0, 0x68, 0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53, 0x69, 0x7a,
];

/// The user password of the document, if `owner` is its owner password; another string or `None` if it is not.
pub(super) fn user_password(document: &[u8], owner: &[u8]) -> Option<String> {
    let lock = lock_of(document)?;
    let stated = lock.get::<PdfString<'_>>("O")?;
    let revision = lock.get::<u8>("R").filter(|revision| (2..=4).contains(revision))?;
    let bits = lock.get::<usize>("Length").unwrap_or(if revision == 4 { 128 } else { 40 });
    let length = if revision == 2 { 5 } else { (bits / 8).clamp(5, 16) };
    let mut hash = md5(&padded(owner));
    if revision >= 3 {
        for _ in 0..50 {
            hash = md5(&hash[..length]);
        }
    }
    let mut user = stated.get(..32)?.to_vec();
    let rounds = if revision == 2 { 0..=0_u8 } else { 0..=19 };
    for round in rounds.rev() {
        let key: Vec<u8> = hash[..length].iter().map(|byte| byte ^ round).collect();
        rc4(&key, &mut user);
    }
    let end = (0..=32).find(|end| PADDING.starts_with(&user[*end..]))?;
    String::from_utf8(user[..end].to_vec()).ok()
}

/// The encryption dictionary, found by its structure, as the document is not open yet. Its strings are never encrypted.
fn lock_of(document: &[u8]) -> Option<Dict<'_>> {
    const NEAR: usize = 4096;
    positions(document, b"/Standard").find_map(|at| {
        let from = at.saturating_sub(NEAR);
        let begins: Vec<usize> =
            positions(&document[from..at], b"<<").map(|begin| from + begin).collect();
        begins.into_iter().rev().find_map(|begin| {
            let dict = Dict::from_bytes(&document[begin..document.len().min(at + NEAR)])?;
            (dict.contains_key("O") && dict.contains_key("U") && dict.contains_key("R"))
                .then_some(dict)
        })
    })
}

fn padded(password: &[u8]) -> Vec<u8> {
    password.iter().chain(&PADDING).take(32).copied().collect()
}

fn rc4(key: &[u8], data: &mut [u8]) {
    let mut state: [u8; 256] = std::array::from_fn(|i| i as u8);
    let mut j = 0_u8;
    for i in 0..256 {
        j = j.wrapping_add(state[i]).wrapping_add(key[i % key.len()]);
        state.swap(i, usize::from(j));
    }
    let (mut i, mut j) = (0_u8, 0_u8);
    for byte in data {
        i = i.wrapping_add(1);
        j = j.wrapping_add(state[usize::from(i)]);
        state.swap(usize::from(i), usize::from(j));
        *byte ^= state[usize::from(state[usize::from(i)].wrapping_add(state[usize::from(j)]))];
    }
}

/// RFC 1321.
fn md5(message: &[u8]) -> [u8; 16] {
    const TURNS: [[u32; 4]; 4] =
        [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let mut padded = message.to_vec();
    padded.push(0x80);
    padded.resize(
        padded.len().next_multiple_of(64) + if padded.len() % 64 > 56 { 64 } else { 0 } - 8,
        0,
    );
    padded.extend((message.len() as u64 * 8).to_le_bytes());
    let mut sums = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded.as_chunks::<64>().0 {
        let words: Vec<u32> =
            block.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
        let [mut a, mut b, mut c, mut d] = sums;
        for i in 0..64_usize {
            let (mix, word) = match i / 16 {
                0 => ((b & c) | (!b & d), i),
                1 => ((d & b) | (!d & c), (5 * i + 1) % 16),
                2 => (b ^ c ^ d, (3 * i + 5) % 16),
                _ => (c ^ (b | !d), (7 * i) % 16),
            };
            let sine = (((i + 1) as f64).sin().abs() * 4_294_967_296.0) as u32;
            let sum = mix.wrapping_add(a).wrapping_add(sine).wrapping_add(words[word]);
            (a, d, c) = (d, c, b);
            b = b.wrapping_add(sum.rotate_left(TURNS[i / 16][i % 4]));
        }
        for (sum, value) in sums.iter_mut().zip([a, b, c, d]) {
            *sum = sum.wrapping_add(value);
        }
    }
    let mut digest = [0; 16];
    for (bytes, sum) in digest.as_chunks_mut::<4>().0.iter_mut().zip(sums) {
        *bytes = sum.to_le_bytes();
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn md5_and_rc4_by_their_published_vectors() {
        assert_eq!(hex(&md5(b"")), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(hex(&md5(b"message digest")), "f96b697d7cb7938d525a2f31aaf161d0");
        let long =
            b"12345678901234567890123456789012345678901234567890123456789012345678901234567890";
        assert_eq!(hex(&md5(long)), "57edf4a22be3c955ac49da2e2107b67a");
        assert_eq!(hex(&md5(&[b'a'; 55])), "ef1772b6dff9a122358552954ad0df65");
        assert_eq!(hex(&md5(&[b'a'; 56])), "3b0c8ac703f828b04c6c197006d17218");
        let mut text = *b"Plaintext";
        rc4(b"Key", &mut text);
        assert_eq!(hex(&text), "bbf316e8d940af0ad3");
    }
}
