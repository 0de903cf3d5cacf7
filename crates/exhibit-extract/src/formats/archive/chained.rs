//! AES over chained blocks (CBC), decrypted while it is read, as 7z and RAR archives have it.

use aes::cipher::{Block, BlockCipherDecrypt, KeyInit};
use aes::{Aes128, Aes256};
use std::io::{self, Read};

enum Cipher {
    Short(Box<Aes128>),
    Long(Box<Aes256>),
}

impl Cipher {
    fn decrypt(&self, sealed: &[u8; 16]) -> [u8; 16] {
        let mut block: Block<Aes256> = (*sealed).into();
        match self {
            Self::Short(cipher) => cipher.decrypt_block(&mut block),
            Self::Long(cipher) => cipher.decrypt_block(&mut block),
        }
        block.into()
    }
}

/// Decrypts what it reads, block by block; a partial block at the end is dropped.
pub(crate) struct Decrypted<R> {
    inner: R,
    cipher: Cipher,
    before: [u8; 16],
    open: Vec<u8>,
    used: usize,
}

impl<R: Read> Decrypted<R> {
    /// By a key of 256 bits; `start` is the block before the first one.
    pub(crate) fn new(inner: R, key: &[u8; 32], start: [u8; 16]) -> Self {
        Self {
            inner,
            cipher: Cipher::Long(Box::new(Aes256::new(key.into()))),
            before: start,
            open: Vec::new(),
            used: 0,
        }
    }

    /// By a key of 128 bits.
    pub(crate) fn with_128_bits(inner: R, key: &[u8; 16], start: [u8; 16]) -> Self {
        Self {
            inner,
            cipher: Cipher::Short(Box::new(Aes128::new(key.into()))),
            before: start,
            open: Vec::new(),
            used: 0,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.open.clear();
        self.used = 0;
        (&mut self.inner).take(16 << 10).read_to_end(&mut self.open)?;
        self.open.truncate(self.open.len() / 16 * 16);
        for sealed in self.open.as_chunks_mut::<16>().0 {
            let block = self.cipher.decrypt(sealed);
            let chain = std::mem::replace(&mut self.before, *sealed);
            sealed
                .iter_mut()
                .zip(block.into_iter().zip(chain))
                .for_each(|(byte, (open, mask))| *byte = open ^ mask);
        }
        Ok(())
    }
}

impl<R: Read> Read for Decrypted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.used == self.open.len() {
            self.refill()?;
        }
        let count = buffer.len().min(self.open.len() - self.used);
        buffer[..count].copy_from_slice(&self.open[self.used..self.used + count]);
        self.used += count;
        Ok(count)
    }
}
