//! The encryption of Office files of 1995 to 2003 ([MS-OFFCRYPTO] 2.3.5 to 2.3.7): RC4 with keys of 40 bits, RC4 of
//! the CryptoAPI, and the XOR obfuscation of Excel. MD5 (RFC 1321) is here for the first of them only.

use sha1::Digest;

/// The password that Excel uses when it does not ask the user for one.
pub(crate) const EXCELS_OWN: &str = "VelvetSweatshop";

/// How a stream is encrypted, and with what key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Key {
    /// Keys for blocks derived by MD5 from these five bytes.
    Binary([u8; 5]),
    /// Keys for blocks derived by SHA-1 from this hash, of this length in bytes.
    CryptoApi(Vec<u8>, usize),
}

/// What is stated about the encryption of a stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Header {
    salt: [u8; 16],
    verifier: [u8; 16],
    hash: Vec<u8>,
    /// The size of the keys of the CryptoAPI in bytes.
    api_key_bytes: Option<usize>,
}

impl Header {
    /// Reads the encryption header that begins with its version.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let short = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
        let long = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let block = |at: usize| bytes.get(at..at.checked_add(16)?)?.try_into().ok();
        match (short(0)?, short(2)?) {
            (1, 1) => Some(Self {
                salt: block(4)?,
                verifier: block(20)?,
                hash: bytes.get(36..52)?.to_vec(),
                api_key_bytes: None,
            }),
            (2..=4, 2) => {
                let size = long(8)? as usize;
                // the cipher must be RC4
                if !matches!(long(20)?, 0x6801 | 0) {
                    return None;
                }
                let bits = long(28)?;
                let at = 12usize.checked_add(size)?;
                Some(Self {
                    salt: block(at.checked_add(4)?)?,
                    verifier: block(at.checked_add(20)?)?,
                    hash: bytes.get(at.checked_add(40)?..)?.get(..20)?.to_vec(),
                    api_key_bytes: Some(if bits == 0 {
                        5
                    } else {
                        (bits as usize / 8).clamp(5, 16)
                    }),
                })
            }
            _ => None,
        }
    }

    /// The key, if one of the passwords is right.
    pub(crate) fn key(&self, passwords: &[String]) -> Option<Key> {
        let mut tried = passwords.iter().map(String::as_str).chain([EXCELS_OWN, ""]);
        tried.find_map(|password| self.key_of(password))
    }

    fn key_of(&self, password: &str) -> Option<Key> {
        let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let key = match self.api_key_bytes {
            Some(size) => Key::CryptoApi(
                sha1::Sha1::digest([&self.salt[..], &password].concat()).to_vec(),
                size,
            ),
            None => {
                let first = md5(&password);
                let salted = [&first[..5], &self.salt].concat().repeat(16);
                Key::Binary(md5(&salted)[..5].try_into().ok()?)
            }
        };
        let mut cipher = key.block(0);
        let mut verifier = self.verifier;
        cipher.apply(&mut verifier);
        let mut stated = self.hash.clone();
        cipher.apply(&mut stated);
        let found = match key {
            Key::CryptoApi(..) => sha1::Sha1::digest(verifier).to_vec(),
            Key::Binary(_) => md5(&verifier).to_vec(),
        };
        (found == stated).then_some(key)
    }
}

impl Key {
    /// The cipher for a block.
    pub(crate) fn block(&self, number: u32) -> Rc4 {
        match self {
            Self::Binary(key) => Rc4::new(&md5(&[&key[..], &number.to_le_bytes()].concat())),
            Self::CryptoApi(hash, size) => {
                let mut hash =
                    sha1::Sha1::digest([&hash[..], &number.to_le_bytes()].concat()).to_vec();
                hash.truncate(*size);
                // keys of 40 bits are padded to 128
                if *size == 5 {
                    hash.resize(16, 0);
                }
                Rc4::new(&hash)
            }
        }
    }

    /// Decrypts `bytes`, which begin a block, in blocks of `size`.
    pub(crate) fn decrypt(&self, bytes: &mut [u8], size: usize) {
        for (number, block) in bytes.chunks_mut(size).enumerate() {
            self.block(u32::try_from(number).unwrap_or(u32::MAX)).apply(block);
        }
    }
}

/// The stream cipher RC4.
pub(crate) struct Rc4 {
    state: [u8; 256],
    i: u8,
    j: u8,
}

impl Rc4 {
    /// A cipher with a key of at least one byte.
    pub(crate) fn new(key: &[u8]) -> Self {
        let mut state: [u8; 256] = std::array::from_fn(|at| u8::try_from(at).unwrap_or(0));
        let mut j = 0u8;
        for (i, key_byte) in (0..256).zip(key.iter().cycle()) {
            j = j.wrapping_add(state[i]).wrapping_add(*key_byte);
            state.swap(i, usize::from(j));
        }
        Self { state, i: 0, j: 0 }
    }

    /// Encrypts or decrypts the next bytes.
    pub(crate) fn apply(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.i = self.i.wrapping_add(1);
            let (i, first) = (usize::from(self.i), self.state[usize::from(self.i)]);
            self.j = self.j.wrapping_add(first);
            self.state.swap(i, usize::from(self.j));
            let sum = self.state[i].wrapping_add(first);
            *byte ^= self.state[usize::from(sum)];
        }
    }
}

fn md5(bytes: &[u8]) -> [u8; 16] {
    const TURNS: [[u32; 4]; 4] =
        [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    padded
        .resize(padded.len().next_multiple_of(64) + if padded.len() % 64 > 56 { 64 } else { 0 }, 0);
    let end = padded.len() - 8;
    padded[end..].copy_from_slice(&(bytes.len() as u64 * 8).to_le_bytes());
    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded.chunks_exact(64) {
        let word = |at: usize| {
            u32::from_le_bytes([
                block[at * 4],
                block[at * 4 + 1],
                block[at * 4 + 2],
                block[at * 4 + 3],
            ])
        };
        let [mut a, mut b, mut c, mut d] = state;
        for step in 0..64usize {
            let (mixed, at) = match step / 16 {
                0 => ((b & c) | (!b & d), step),
                1 => ((d & b) | (!d & c), (5 * step + 1) % 16),
                2 => (b ^ c ^ d, (3 * step + 5) % 16),
                _ => (c ^ (b | !d), 7 * step % 16),
            };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss
            )]
            let constant = ((step as f64 + 1.0).sin().abs() * 4_294_967_296.0) as u32;
            let sum = a.wrapping_add(mixed).wrapping_add(constant).wrapping_add(word(at));
            (a, d, c) = (d, c, b);
            b = b.wrapping_add(sum.rotate_left(TURNS[step / 16][step % 4]));
        }
        state = [
            state[0].wrapping_add(a),
            state[1].wrapping_add(b),
            state[2].wrapping_add(c),
            state[3].wrapping_add(d),
        ];
    }
    let mut digest = [0; 16];
    digest
        .chunks_exact_mut(4)
        .zip(state)
        .for_each(|(bytes, word)| bytes.copy_from_slice(&word.to_le_bytes()));
    digest
}

/// The array by which Excel of 1995 and 1997 obfuscates a workbook, if one of the passwords is right for the stated
/// key and verifier.
pub(crate) fn xor_array(key: u16, verifier: u16, passwords: &[String]) -> Option<[u8; 16]> {
    let encodings =
        [encoding_rs::WINDOWS_1252, encoding_rs::GBK, encoding_rs::WINDOWS_1251, encoding_rs::BIG5];
    passwords.iter().map(String::as_str).chain([EXCELS_OWN]).find_map(|password| {
        encodings.iter().find_map(|encoding| {
            let (bytes, _, failed) = encoding.encode(password);
            let bytes = &bytes[..bytes.len().min(15)];
            let fits = !failed
                && !bytes.is_empty()
                && xor_verifier(bytes) == verifier
                && xor_key(bytes) == key;
            fits.then(|| array(bytes, key))
        })
    })
}

fn xor_verifier(password: &[u8]) -> u16 {
    let length = u8::try_from(password.len()).unwrap_or(15);
    let all = [&[length][..], password].concat();
    let turned = all.iter().rev().fold(0u16, |sum, byte| {
        let high = u16::from(sum & 0x4000 != 0);
        (high | (sum << 1 & 0x7fff)) ^ u16::from(*byte)
    });
    turned ^ 0xce4b
}

fn xor_key(password: &[u8]) -> u16 {
    const INITIAL: [u16; 15] = [
        0xe1f0, 0x1d0f, 0xcc9c, 0x84c0, 0x110c, 0x0e10, 0xf1ce, 0x313e, 0x1872, 0xe139, 0xd40f,
        0x84f9, 0x280c, 0xa96a, 0x4ec3,
    ];
    // the first of seven elements for each character: the others are its shifts by the polynomial 0x1021
    const FIRST: [u16; 15] = [
        0xaefc, 0x7b61, 0x4563, 0x0375, 0xd849, 0x6f45, 0xeb23, 0x47d3, 0xb861, 0x45a0, 0xaa51,
        0x76b4, 0x3730, 0x3331, 0x1021,
    ];
    let shift = |element: u16| element << 1 ^ if element & 0x8000 == 0 { 0 } else { 0x1021 };
    let mut key = INITIAL.get(password.len().wrapping_sub(1)).copied().unwrap_or(0);
    for (byte, first) in password.iter().rev().zip(FIRST.iter().rev()) {
        let mut element = *first;
        // the seventh element is for the highest of seven bits
        for bit in 0..7 {
            if byte >> bit & 1 == 1 {
                key ^= element;
            }
            element = shift(element);
        }
    }
    key
}

fn array(password: &[u8], key: u16) -> [u8; 16] {
    const PAD: [u8; 15] =
        [0xbb, 0xff, 0xff, 0xba, 0xff, 0xff, 0xb9, 0x80, 0x00, 0xbe, 0x0f, 0x00, 0xbf, 0x0f, 0x00];
    let [low, high] = key.to_le_bytes();
    let all = password.iter().chain(&PAD).take(16).enumerate();
    let mut array = [0; 16];
    for (at, byte) in all {
        let mask = if at.is_multiple_of(2) { low } else { high };
        array[at] = (byte ^ mask).rotate_right(1);
    }
    array
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A header of the first scheme for a password, and its key: the salt is all sevens.
    pub(crate) fn sealed_header(password: &str) -> (Vec<u8>, Key) {
        let wide: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let salted = [&md5(&wide)[..5], &[7; 16]].concat().repeat(16);
        let key = Key::Binary(md5(&salted)[..5].try_into().expect("five bytes"));
        let mut cipher = key.block(0);
        let mut verifier = [9u8; 16];
        let mut hash = md5(&verifier);
        cipher.apply(&mut verifier);
        cipher.apply(&mut hash);
        ([&[1, 0, 1, 0][..], &[7; 16], &verifier, &hash].concat(), key)
    }

    #[test]
    fn digests_and_ciphers_match_their_published_values() {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        for (text, digest) in [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a",
            ),
        ] {
            assert_eq!(hex(&md5(text.as_bytes())), digest, "{text}");
        }
        let mut bytes = *b"Plaintext";
        Rc4::new(b"Key").apply(&mut bytes);
        assert_eq!(hex(&bytes), "bbf316e8d940af0ad3");
        for length in 50..70 {
            md5(&vec![1; length]);
        }
    }

    #[test]
    fn keys_are_found_by_their_password() {
        let (header, key) = sealed_header("登记2019");
        let header = Header::read(&header).expect("a header");
        assert_eq!(header.key(&["x".to_owned(), "登记2019".to_owned()]), Some(key));
        assert_eq!(header.key(&["x".to_owned()]), None);
        let (default, _) = sealed_header(EXCELS_OWN);
        assert!(Header::read(&default).expect("a header").key(&[]).is_some());
        let mut api = [
            &[4, 0, 2, 0][..],
            &[4, 0, 0, 0],
            &32u32.to_le_bytes(),
            &[0; 8],
            &0x6801u32.to_le_bytes(),
        ]
        .concat();
        api.extend(
            [
                &0x8004u32.to_le_bytes()[..],
                &128u32.to_le_bytes(),
                &[0; 12],
                &16u32.to_le_bytes(),
                &[7; 16],
            ]
            .concat(),
        );
        let wide: Vec<u8> = "secret".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let key = Key::CryptoApi(sha1::Sha1::digest([&[7u8; 16][..], &wide].concat()).to_vec(), 16);
        let (mut cipher, mut verifier) = (key.block(0), [3u8; 16]);
        let mut hash = sha1::Sha1::digest(verifier).to_vec();
        cipher.apply(&mut verifier);
        cipher.apply(&mut hash);
        api.extend([&verifier[..], &20u32.to_le_bytes(), &hash].concat());
        assert_eq!(
            Header::read(&api).and_then(|header| header.key(&["secret".to_owned()])),
            Some(key)
        );
        for end in 0..api.len() {
            assert_eq!(Header::read(&api[..end]), None);
        }
    }

    #[test]
    fn obfuscation_is_undone_by_its_password() {
        let (key, verifier) = (xor_key(b"abc"), xor_verifier(b"abc"));
        assert_eq!(
            xor_array(key, verifier, &["x".to_owned(), "abc".to_owned()]),
            Some(array(b"abc", key))
        );
        assert_eq!(xor_array(key, verifier, &["x".to_owned()]), None);
        // the value that sheet protection stores for this password
        assert_eq!(xor_verifier(b"test"), 0xcbeb);
    }
}
