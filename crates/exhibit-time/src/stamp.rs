//! Whether a time stamp holds: it is over this data, answers this request, is signed by the certificate that it binds, and
//! that certificate comes from an authority that the reader trusts, as it stood at the moment stated.
//!
//! What it cannot know: whether a certificate was revoked, and whether the authority's clock was right.

use crate::certificate::Certificate;
use crate::chain;
use crate::fault::Fault;
use crate::moment::Moment;
use crate::name::General;
use crate::request::Request;
use crate::token::{Bound, Token};
use sha1::Sha1;
use sha2::Digest as _;

/// What a time stamp is held against.
#[derive(Clone, Copy, Debug)]
pub struct Against<'a> {
    /// What must have been stamped.
    pub data: &'a [u8],
    /// What was asked for, where that is known.
    pub request: Option<&'a Request>,
    /// Certificates that were kept with the stamp; nobody vouches for them but the chain itself.
    pub kept: &'a [Certificate],
    /// Authorities that the reader trusts, and links to them. Without any, no chain is asked for.
    pub trusted: &'a [Certificate],
}

/// A time stamp that holds.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// When the authority stamped, by its clock.
    pub at: Moment,
    /// How far off that may be, in microseconds, where the authority says so.
    pub accuracy: Option<u64>,
    /// The stamp's number with the authority, in hexadecimal.
    pub serial: String,
    /// The policy that it stamped under, as numbers with points between.
    pub policy: String,
    /// The certificates from the signer's to the trusted authority's; the signer's alone where none was asked for.
    pub chain: Vec<Certificate>,
    /// Whether the chain ends in an authority that the reader trusts.
    pub is_trusted: bool,
}

impl Stamp {
    /// The moment before which the data was there: the time stated and all that it may be off.
    #[must_use]
    pub const fn no_later_than(&self) -> Moment {
        match self.accuracy {
            Some(accuracy) => self.at.plus(accuracy),
            None => self.at,
        }
    }

    /// Whose certificate signed it.
    #[must_use]
    pub fn signer(&self) -> &str {
        self.chain.first().map_or("", Certificate::name)
    }
}

/// Checks a reply (`.tsr`) or a bare token.
///
/// # Errors
/// [`Fault`], by what is wrong.
pub fn check(reply: &[u8], against: &Against<'_>) -> Result<Stamp, Fault> {
    let token = Token::read(reply)?;
    if token.info.hash.of(against.data) != token.info.digest {
        return Err(Fault::OtherData);
    }
    if let Some(request) = against.request {
        check_request(&token, request)?;
    }
    if token.signer.hash.of(&token.content) != token.signer.content_digest {
        return Err(Fault::Altered);
    }
    let others: Vec<Certificate> = token.brought.iter().chain(against.kept).cloned().collect();
    let named = |c: &&Certificate| c.issuer == token.signer.issuer && c.serial == token.signer.serial;
    let signer = others.iter().chain(against.trusted).find(named).ok_or(Fault::NoSigner)?;
    check_bound(&token.signer.bound, std::slice::from_ref(signer), false)?;
    chain::check_signer(signer)?;
    check_authority(&token, signer)?;
    token.signer.scheme.check(&signer.key, signer.name(), &token.signer.signed, &token.signer.signature)?;
    let is_trusted = !against.trusted.is_empty();
    let chain = if is_trusted {
        let chain = chain::find(signer, &others, against.trusted, token.info.at)?;
        check_bound(&token.signer.bound, &chain, true)?;
        chain
    } else {
        signer.check_validity(token.info.at)?;
        vec![signer.clone()]
    };
    Ok(Stamp {
        at: token.info.at,
        accuracy: token.info.accuracy,
        serial: exhibit_proof::hash::to_hex(&token.info.serial),
        policy: dotted(&token.info.policy),
        chain,
        is_trusted,
    })
}

/// The certificates that a reply brings, as it brings them.
///
/// # Errors
/// [`Fault`] for what is not a reply.
pub fn brought(reply: &[u8]) -> Result<Vec<Certificate>, Fault> {
    Ok(Token::read(reply)?.brought)
}

/// Whether a reply answers a request; not whether it holds.
///
/// # Errors
/// [`Fault`], where it does not, or is not a reply.
pub fn answers(reply: &[u8], request: &Request) -> Result<(), Fault> {
    check_request(&Token::read(reply)?, request)
}

fn check_request(token: &Token, request: &Request) -> Result<(), Fault> {
    if token.info.digest != request.digest || token.info.hash != request.hash {
        return Err(Fault::OtherData);
    }
    // An authority must send a nonce back, and has none to send where none was sent.
    if token.info.nonce != request.nonce {
        return Err(Fault::OtherNonce);
    }
    if request.policy.as_ref().is_some_and(|policy| *policy != token.info.policy) {
        return Err(Fault::OtherPolicy);
    }
    Ok(())
}

// The first certificate of each list is the signer's; the others, where the chain is known, stand in it.
fn check_bound(bound: &[Bound], chain: &[Certificate], is_whole: bool) -> Result<(), Fault> {
    let Some(signer) = chain.first() else { return Err(Fault::NoSigner) };
    for bound in bound {
        let fits = if bound.is_first {
            is_bound(bound, signer)
        } else {
            !is_whole || chain.iter().any(|certificate| is_bound(bound, certificate))
        };
        if !fits {
            return Err(Fault::OtherSigner);
        }
    }
    Ok(())
}

fn is_bound(bound: &Bound, certificate: &Certificate) -> bool {
    let digest = match bound.hash {
        Some(hash) => hash.of(certificate.der()),
        None => Sha1::digest(certificate.der()).to_vec(),
    };
    let named = bound.issuer_serial.as_ref().is_none_or(|(names, serial)| {
        *serial == certificate.serial && *names == [General::Directory(certificate.issuer.clone())]
    });
    digest == bound.digest && named
}

fn check_authority(token: &Token, signer: &Certificate) -> Result<(), Fault> {
    let fits = match &token.info.authority {
        None => true,
        Some(General::Directory(name)) if *name == signer.subject => true,
        Some(name) => signer.extensions.other_names.contains(name),
    };
    if fits { Ok(()) } else { Err(Fault::OtherAuthority) }
}

// An object identifier as people write it.
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
    fn identifiers_as_people_write_them() {
        assert_eq!(dotted(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4]), "1.2.840.113549.1.9.16.1.4");
        assert_eq!(dotted(&[0x55, 0x1d, 0x25]), "2.5.29.37");
        assert_eq!(dotted(&[0x88, 0x37, 3]), "2.999.3");
        // however long, it is no reason to stop
        dotted(&[0xff; 64]);
    }
}
