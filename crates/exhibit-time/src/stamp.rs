//! Validation of a time stamp: it covers the data, answers the request, and is signed by the certificate that it is
//! bound to, which an authority that the reader trusts had issued and which was valid at the stated time.
//!
//! Out of scope: whether a certificate was revoked, and whether the clock of the authority was right.

use crate::certificate::Certificate;
use crate::chain;
use crate::fault::TimeFault;
use crate::name::General;
use crate::request::StampRequest;
use crate::stated_time::StatedTime;
use crate::token::{CertificateId, Token};
use sha1::Sha1;
use sha2::Digest as _;

/// What a time stamp is checked against.
#[derive(Clone, Copy, Debug)]
pub struct StampContext<'a> {
    /// The stamped data.
    pub data: &'a [u8],
    /// The request, if it is known.
    pub request: Option<&'a StampRequest>,
    /// Untrusted certificates that were stored with the stamp.
    pub kept: &'a [Certificate],
    /// Authorities that the reader trusts, and links to them. If empty, no chain is required.
    pub trusted: &'a [Certificate],
}

/// A valid time stamp.
#[derive(Clone, Debug)]
pub struct TimeStamp {
    /// The time of the stamp, by the clock of the authority.
    pub at: StatedTime,
    /// The accuracy of that time in microseconds, if stated.
    pub accuracy: Option<u64>,
    /// The serial number of the stamp, in hexadecimal.
    pub serial: String,
    /// The policy of the stamp, as a dotted object identifier.
    pub policy: String,
    /// The certificates from the signer to the trusted authority; only the signer if no chain was required.
    pub chain: Vec<Certificate>,
    /// Whether the chain ends in an authority that the reader trusts.
    pub is_trusted: bool,
}

impl TimeStamp {
    /// The time by which the data existed: the stated time plus its accuracy.
    #[must_use]
    pub const fn no_later_than(&self) -> StatedTime {
        match self.accuracy {
            Some(accuracy) => self.at.plus(accuracy),
            None => self.at,
        }
    }

    /// The name of the signer.
    #[must_use]
    pub fn signer(&self) -> &str {
        self.chain.first().map_or("", Certificate::name)
    }
}

/// Checks a reply (`.tsr`) or a bare token.
///
/// # Errors
/// [`TimeFault`].
pub fn check(reply: &[u8], against: &StampContext<'_>) -> Result<TimeStamp, TimeFault> {
    let token = Token::read(reply)?;
    if token.info.hash.of(against.data) != token.info.digest {
        return Err(TimeFault::OtherData);
    }
    if let Some(request) = against.request {
        check_request(&token, request)?;
    }
    if token.signer.hash.of(&token.content) != token.signer.content_digest {
        return Err(TimeFault::Altered);
    }
    let others: Vec<Certificate> = token.certificates.iter().chain(against.kept).cloned().collect();
    let is_signer =
        |c: &&Certificate| c.issuer == token.signer.issuer && c.serial == token.signer.serial;
    let signer = others.iter().chain(against.trusted).find(is_signer).ok_or(TimeFault::NoSigner)?;
    check_ids(&token.signer.certificate_ids, std::slice::from_ref(signer), false)?;
    chain::check_signer(signer)?;
    check_authority(&token, signer)?;
    token.signer.scheme.check(
        &signer.key,
        signer.name(),
        &token.signer.signed,
        &token.signer.signature,
    )?;
    let is_trusted = !against.trusted.is_empty();
    let chain = if is_trusted {
        let chain = chain::find(signer, &others, against.trusted, token.info.at)?;
        check_ids(&token.signer.certificate_ids, &chain, true)?;
        chain
    } else {
        signer.check_validity(token.info.at)?;
        vec![signer.clone()]
    };
    Ok(TimeStamp {
        at: token.info.at,
        accuracy: token.info.accuracy,
        serial: exhibit_proof::hash::to_hex(&token.info.serial),
        policy: dotted(&token.info.policy),
        chain,
        is_trusted,
    })
}

/// The certificates embedded in a reply, in their order.
///
/// # Errors
/// [`TimeFault`] if it is not a reply.
pub fn embedded_certificates(reply: &[u8]) -> Result<Vec<Certificate>, TimeFault> {
    Ok(Token::read(reply)?.certificates)
}

/// Checks that a reply answers a request, without validating the stamp.
///
/// # Errors
/// [`TimeFault`] if it does not, or is not a reply.
pub fn answers(reply: &[u8], request: &StampRequest) -> Result<(), TimeFault> {
    check_request(&Token::read(reply)?, request)
}

fn check_request(token: &Token, request: &StampRequest) -> Result<(), TimeFault> {
    if token.info.digest != request.digest || token.info.hash != request.hash {
        return Err(TimeFault::OtherData);
    }
    // An authority must return the nonce of the request, and none if there was none.
    if token.info.nonce != request.nonce {
        return Err(TimeFault::OtherNonce);
    }
    if request.policy.as_ref().is_some_and(|policy| *policy != token.info.policy) {
        return Err(TimeFault::OtherPolicy);
    }
    Ok(())
}

// The first id of each list must identify the signer; the others, if the chain is complete, its members.
fn check_ids(
    ids: &[CertificateId],
    chain: &[Certificate],
    is_complete: bool,
) -> Result<(), TimeFault> {
    let Some(signer) = chain.first() else { return Err(TimeFault::NoSigner) };
    for id in ids {
        let is_matched = if id.is_first {
            identifies(id, signer)
        } else {
            !is_complete || chain.iter().any(|certificate| identifies(id, certificate))
        };
        if !is_matched {
            return Err(TimeFault::OtherSigner);
        }
    }
    Ok(())
}

fn identifies(id: &CertificateId, certificate: &Certificate) -> bool {
    let digest = match id.hash {
        Some(hash) => hash.of(certificate.der()),
        None => Sha1::digest(certificate.der()).to_vec(),
    };
    let has_name = id.issuer_serial.as_ref().is_none_or(|(names, serial)| {
        *serial == certificate.serial && *names == [General::Directory(certificate.issuer.clone())]
    });
    digest == id.digest && has_name
}

fn check_authority(token: &Token, signer: &Certificate) -> Result<(), TimeFault> {
    let is_signer = match &token.info.authority {
        None => true,
        Some(General::Directory(name)) if *name == signer.subject => true,
        Some(name) => signer.extensions.alt_names.contains(name),
    };
    if is_signer { Ok(()) } else { Err(TimeFault::OtherAuthority) }
}

// Formats an object identifier in dotted decimal.
fn dotted(oid: &[u8]) -> String {
    let mut arcs: Vec<u128> = Vec::new();
    let mut arc: u128 = 0;
    for byte in oid {
        arc = (arc << 7) | u128::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if arcs.is_empty() {
                let first = (arc / 40).min(2);
                arcs.push(first);
                arc -= first * 40;
            }
            arcs.push(arc);
            arc = 0;
        }
    }
    arcs.iter().map(u128::to_string).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_identifiers_in_dotted_decimal() {
        assert_eq!(
            dotted(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4]),
            "1.2.840.113549.1.9.16.1.4"
        );
        assert_eq!(dotted(&[0x55, 0x1d, 0x25]), "2.5.29.37");
        assert_eq!(dotted(&[0x88, 0x37, 3]), "2.999.3");
        // an identifier of any length must not panic
        dotted(&[0xff; 64]);
    }
}
