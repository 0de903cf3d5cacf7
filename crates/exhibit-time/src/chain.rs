//! Certificate chains: from the certificate that signed a time stamp to an authority that the reader trusts
//! (RFC 5280, 6), at the time that the stamp states. Where this differs from `openssl ts -verify`, it is stricter.

use crate::certificate::{
    ANY_PURPOSE, CERTIFICATE_SIGN, Certificate, DIGITAL_SIGNATURE, NON_REPUDIATION, TIME_STAMPING,
};
use crate::fault::TimeFault;
use crate::stated_time::StatedTime;

/// The maximum number of certificates in a chain.
const MAX_LENGTH: usize = 8;

/// The maximum number of signature checks while searching for a chain.
const MAX_CHECKS: usize = 64;

/// Checks that a certificate is only for time stamping (RFC 3161, 2.3).
pub(crate) fn check_signer(signer: &Certificate) -> Result<(), TimeFault> {
    let name = || signer.name().to_owned();
    let extensions = &signer.extensions;
    let only_time_stamping = |(is_critical, purposes): &(bool, Vec<Vec<u8>>)| {
        *is_critical && *purposes == [TIME_STAMPING]
    };
    if !extensions.purposes.as_ref().is_some_and(only_time_stamping) {
        return Err(TimeFault::NotForTime(name()));
    }
    let allowed = DIGITAL_SIGNATURE | NON_REPUDIATION;
    if extensions.key_usage.is_some_and(|usage| usage & allowed == 0 || usage & !allowed != 0) {
        return Err(TimeFault::KeyUsage(name()));
    }
    if extensions.has_unsupported { Err(TimeFault::Unsupported(name())) } else { Ok(()) }
}

/// Finds the chain from `signer` to one of the `trusted` authorities, and checks it at the time `at`. `others` are
/// untrusted certificates that may be links. Returns the chain, signer first.
pub(crate) fn find(
    signer: &Certificate,
    others: &[Certificate],
    trusted: &[Certificate],
    at: StatedTime,
) -> Result<Vec<Certificate>, TimeFault> {
    signer.check_validity(at)?;
    let roots: Vec<&Certificate> =
        trusted.iter().filter(|certificate| certificate.is_self_issued()).collect();
    // Trusted certificates that are not roots serve as links.
    let links: Vec<&Certificate> = others
        .iter()
        .chain(trusted.iter())
        .filter(|certificate| !certificate.is_self_issued())
        .collect();
    let mut search = Search { roots, links, at, checks: 0, fault: None };
    if search.roots.contains(&signer) {
        return Ok(vec![signer.clone()]);
    }
    let mut chain = vec![signer];
    if search.extend(&mut chain) {
        return Ok(chain.into_iter().cloned().collect());
    }
    Err(search.fault.unwrap_or_else(|| TimeFault::NoAnchor(signer.name().to_owned())))
}

struct Search<'a> {
    roots: Vec<&'a Certificate>,
    links: Vec<&'a Certificate>,
    at: StatedTime,
    checks: usize,
    // The first fault in a chain that could have been completed.
    fault: Option<TimeFault>,
}

impl<'a> Search<'a> {
    fn extend(&mut self, chain: &mut Vec<&'a Certificate>) -> bool {
        let Some(last) = chain.last().copied() else { return false };
        let roots = self.roots.clone();
        for root in roots.into_iter().filter(|root| last.may_be_from(root)) {
            if self.is_link(chain, last, root) {
                chain.push(root);
                return true;
            }
        }
        if chain.len() + 1 >= MAX_LENGTH {
            return false;
        }
        let links = self.links.clone();
        for link in links.into_iter().filter(|link| last.may_be_from(link)) {
            if !chain.contains(&link) && self.is_link(chain, last, link) {
                chain.push(link);
                if self.extend(chain) {
                    return true;
                }
                chain.pop();
            }
        }
        false
    }

    fn is_link(
        &mut self,
        below: &[&Certificate],
        last: &Certificate,
        issuer: &Certificate,
    ) -> bool {
        self.checks += 1;
        if self.checks > MAX_CHECKS {
            return false;
        }
        match check_issuer(below, issuer, self.at).and_then(|()| last.check_signature(issuer)) {
            Ok(()) => true,
            Err(fault) => {
                self.fault.get_or_insert(fault);
                false
            }
        }
    }
}

// Checks that a certificate may be the issuer of the chain below it.
fn check_issuer(
    below: &[&Certificate],
    issuer: &Certificate,
    at: StatedTime,
) -> Result<(), TimeFault> {
    let name = || issuer.name().to_owned();
    let extensions = &issuer.extensions;
    if !extensions.is_authority {
        return Err(TimeFault::NotAuthority(name()));
    }
    if extensions.key_usage.is_some_and(|usage| usage & CERTIFICATE_SIGN == 0) {
        return Err(TimeFault::KeyUsage(name()));
    }
    let for_time =
        |purposes: &Vec<Vec<u8>>| purposes.iter().any(|p| p == TIME_STAMPING || p == ANY_PURPOSE);
    if extensions.purposes.as_ref().is_some_and(|(_, purposes)| !for_time(purposes)) {
        return Err(TimeFault::NotForTime(name()));
    }
    // The signer itself does not count.
    let authorities =
        below.iter().skip(1).filter(|certificate| !certificate.is_self_issued()).count();
    if extensions.path_length.is_some_and(|most| authorities as u64 > most) {
        return Err(TimeFault::PathLength(name()));
    }
    if extensions.has_unsupported {
        return Err(TimeFault::Unsupported(name()));
    }
    issuer.check_validity(at)
}
