//! Requests to a time stamping authority (RFC 3161, 2.4.1): for a stamp over the SHA-256 of a text, with a nonce, and
//! with the certificate of the authority included. The authority learns only the digest.

use crate::algorithm::Hash;
use crate::cursor::{Cursor, constructed, write};
use crate::fault::TimeFault;
use der::Tag;
use sha2::{Digest as _, Sha256};

/// The maximum size of a request in bytes.
const MAX_REQUEST: usize = 4096;

const WHAT: &str = "the request";

/// A request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StampRequest {
    pub(crate) hash: Hash,
    pub(crate) digest: Vec<u8>,
    pub(crate) policy: Option<Vec<u8>>,
    pub(crate) nonce: Option<Vec<u8>>,
    wants_certificate: bool,
}

impl StampRequest {
    /// Creates a request for a stamp over `data`. The nonce must be random and used once.
    #[must_use]
    pub fn new(data: &[u8], nonce: [u8; 16]) -> Self {
        // A positive integer of full length in minimal encoding.
        let mut nonce = nonce;
        nonce[0] = nonce[0] & 0x7f | 0x40;
        let digest = Sha256::digest(data).to_vec();
        Self {
            hash: Hash::Sha256,
            digest,
            policy: None,
            nonce: Some(nonce.to_vec()),
            wants_certificate: true,
        }
    }

    /// Encodes the request (a `.tsq` file).
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let imprint = write(0x30, &[self.hash.identifier(), write(0x04, &self.digest)].concat());
        let mut fields = [vec![2, 1, 1], imprint].concat();
        fields.extend(self.policy.iter().flat_map(|policy| write(0x06, policy)));
        fields.extend(self.nonce.iter().flat_map(|nonce| write(0x02, nonce)));
        if self.wants_certificate {
            fields.extend([1, 1, 0xff]);
        }
        write(0x30, &fields)
    }

    /// Parses a request.
    ///
    /// # Errors
    /// [`TimeFault`] if it is malformed or has extensions.
    pub fn read(bytes: &[u8]) -> Result<Self, TimeFault> {
        if bytes.len() > MAX_REQUEST {
            return Err(TimeFault::TooLarge { most: MAX_REQUEST });
        }
        let mut fields = Cursor::only(bytes, Tag::Sequence, WHAT)?;
        if fields.number()? != 1 {
            return Err(TimeFault::Form(WHAT));
        }
        let (hash, digest) = imprint(&mut fields, WHAT)?;
        let policy =
            (fields.peek() == Some(Tag::ObjectIdentifier)).then(|| fields.oid()).transpose()?;
        let nonce = (fields.peek() == Some(Tag::Integer)).then(|| fields.integer()).transpose()?;
        let wants_certificate = fields.peek() == Some(Tag::Boolean) && fields.boolean()?;
        if fields.peek() == Some(constructed(0)) {
            return Err(TimeFault::Unsupported(WHAT.to_owned()));
        }
        fields.end()?;
        let (policy, nonce) = (policy.map(<[u8]>::to_vec), nonce.map(<[u8]>::to_vec));
        Ok(Self { hash, digest, policy, nonce, wants_certificate })
    }

    /// Whether it requests a stamp over `data`.
    #[must_use]
    pub fn is_over(&self, data: &[u8]) -> bool {
        self.hash.of(data) == self.digest
    }
}

/// Parses a MessageImprint: digest algorithm and digest.
pub(crate) fn imprint(
    fields: &mut Cursor<'_>,
    what: &'static str,
) -> Result<(Hash, Vec<u8>), TimeFault> {
    let mut imprint = fields.inner(Tag::Sequence)?;
    let hash = Hash::read(imprint.whole(Tag::Sequence)?, what)?;
    let digest = imprint.value(Tag::OctetString)?.to_vec();
    imprint.end()?;
    if digest.len() == hash.of(&[]).len() { Ok((hash, digest)) } else { Err(TimeFault::Form(what)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_round_trip() {
        for first in [0x00, 0x7f, 0x80, 0xff] {
            let mut nonce = [0xff; 16];
            nonce[0] = first;
            let request = StampRequest::new(b"a text", nonce);
            let bytes = request.write();
            assert_eq!(StampRequest::read(&bytes), Ok(request.clone()));
            assert!(request.is_over(b"a text") && !request.is_over(b"a texT"));
            for cut in 0..bytes.len() {
                assert!(StampRequest::read(&bytes[..cut]).is_err());
            }
        }
    }
}
