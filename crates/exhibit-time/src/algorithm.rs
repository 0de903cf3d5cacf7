//! Signature algorithms of certificates and time stamps: RSA (PKCS #1 v1.5 and PSS), ECDSA over P-256 and P-384, and
//! Ed25519, with SHA-256, SHA-384 or SHA-512. Only public keys are used, so timing cannot leak a secret.

use crate::cursor::{Cursor, constructed, write};
use crate::fault::TimeFault;
use der::Tag;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, Pkcs1v15Sign, Pss};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// A supported digest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// A signature algorithm.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scheme {
    /// RSA with PKCS #1 v1.5 padding; `None` if the digest is specified elsewhere.
    Rsa(Option<Hash>),
    /// RSA with PSS padding, with the length of its salt.
    RsaPss(Hash, usize),
    Ecdsa(Hash),
    Ed25519,
}

// 2.16.840.1.101.3.4.2.x
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
const SHA384: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2];
const SHA512: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3];
// 1.3.14.3.2.26, and MD5: 1.2.840.113549.2.5
const SHA1: &[u8] = &[0x2b, 0x0e, 3, 2, 0x1a];
const MD5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 5];
// 1.2.840.113549.1.1: 1 rsaEncryption, 4 and 5 with MD5 and SHA-1, 8 mgf1, 10 PSS, 11 to 13 with SHA-2
const PKCS1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1];
// 1.2.840.10045: 2.1 ecPublicKey, 3.1.7 P-256, 4.1 ECDSA with SHA-1, 4.3.2 to 4 with SHA-2
const EC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const P384: &[u8] = &[0x2b, 0x81, 4, 0, 0x22];
const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3];
const ECDSA_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1];
// 1.3.101.112
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// The minimum length of an RSA key in bits; the maximum is the library's limit.
const MIN_RSA: u32 = 2048;

impl Hash {
    /// Parses the AlgorithmIdentifier of a digest; `what` depends on it.
    pub(crate) fn read(element: &[u8], what: &'static str) -> Result<Self, TimeFault> {
        let (oid, parameters) = split(element)?;
        if !parameters.is_none_or(is_null) {
            return Err(TimeFault::Form("a digest algorithm"));
        }
        match oid {
            SHA256 => Ok(Self::Sha256),
            SHA384 => Ok(Self::Sha384),
            SHA512 => Ok(Self::Sha512),
            SHA1 | MD5 => Err(TimeFault::WeakDigest(what)),
            _ => Err(TimeFault::Algorithm(what.to_owned())),
        }
    }

    /// Encodes its AlgorithmIdentifier.
    pub(crate) fn identifier(self) -> Vec<u8> {
        let oid = match self {
            Self::Sha256 => SHA256,
            Self::Sha384 => SHA384,
            Self::Sha512 => SHA512,
        };
        write(0x30, &[write(0x06, oid), vec![5, 0]].concat())
    }

    pub(crate) fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }
}

impl Scheme {
    /// Parses the AlgorithmIdentifier of a signature; `what` is signed.
    pub(crate) fn read(element: &[u8], what: &'static str) -> Result<Self, TimeFault> {
        let (oid, parameters) = split(element)?;
        let bare = parameters.is_none_or(is_null);
        if let Some([number]) = oid.strip_prefix(PKCS1) {
            return match number {
                1 if bare => Ok(Self::Rsa(None)),
                11 if bare => Ok(Self::Rsa(Some(Hash::Sha256))),
                12 if bare => Ok(Self::Rsa(Some(Hash::Sha384))),
                13 if bare => Ok(Self::Rsa(Some(Hash::Sha512))),
                10 => pss(parameters.ok_or(TimeFault::WeakDigest(what))?, what),
                2..=5 => Err(TimeFault::WeakDigest(what)),
                _ => Err(TimeFault::Algorithm(what.to_owned())),
            };
        }
        match (oid, oid.strip_prefix(ECDSA)) {
            (_, Some([2])) if parameters.is_none() => Ok(Self::Ecdsa(Hash::Sha256)),
            (_, Some([3])) if parameters.is_none() => Ok(Self::Ecdsa(Hash::Sha384)),
            (_, Some([4])) if parameters.is_none() => Ok(Self::Ecdsa(Hash::Sha512)),
            (ED25519, _) if parameters.is_none() => Ok(Self::Ed25519),
            (ECDSA_SHA1, _) => Err(TimeFault::WeakDigest(what)),
            _ => Err(TimeFault::Algorithm(what.to_owned())),
        }
    }

    /// Sets the digest if the algorithm leaves it open, and otherwise checks that it is this one.
    pub(crate) fn with(self, hash: Hash, what: &'static str) -> Result<Self, TimeFault> {
        match self {
            Self::Rsa(None) => Ok(Self::Rsa(Some(hash))),
            // RFC 8419: Ed25519 is used only with SHA-512
            Self::Rsa(Some(own)) | Self::RsaPss(own, _) | Self::Ecdsa(own) if own == hash => {
                Ok(self)
            }
            Self::Ed25519 if hash == Hash::Sha512 => Ok(self),
            _ => Err(TimeFault::Form(what)),
        }
    }

    /// Checks a signature with the key in a SubjectPublicKeyInfo; `name` is the owner of the key.
    pub(crate) fn check(
        self,
        key: &[u8],
        name: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), TimeFault> {
        let mut info = Cursor::only(key, Tag::Sequence, "a public key")?;
        let (oid, parameters) = split(info.whole(Tag::Sequence)?)?;
        let bytes = info.bits()?;
        info.end()?;
        let unsupported = || TimeFault::Algorithm(name.to_owned());
        let is_valid = match self {
            Self::Rsa(None) => return Err(unsupported()),
            Self::Rsa(Some(hash)) if oid == [PKCS1, &[1]].concat() => {
                rsa_pkcs1(bytes, name, hash, message, signature)?
            }
            Self::RsaPss(hash, salt) if is_pss_key(oid, parameters) => {
                rsa_pss(bytes, name, (hash, salt), message, signature)?
            }
            Self::Ecdsa(hash) if oid == EC_KEY => {
                match oid_of(parameters.ok_or_else(unsupported)?)? {
                    P256 => ecdsa_p256(bytes, &hash.of(message), signature),
                    P384 => ecdsa_p384(bytes, &hash.of(message), signature),
                    _ => return Err(unsupported()),
                }
            }
            Self::Ed25519 if oid == ED25519 && parameters.is_none() => {
                ed25519(bytes, message, signature)
            }
            _ => return Err(unsupported()),
        };
        if is_valid == Some(true) { Ok(()) } else { Err(TimeFault::Signature(name.to_owned())) }
    }
}

// RSASSA-PSS-params (RFC 4055, 3.1): all fields except the salt length must be explicit, because the default is SHA-1.
fn pss(parameters: &[u8], what: &'static str) -> Result<Scheme, TimeFault> {
    let mut fields = Cursor::only(parameters, Tag::Sequence, what)?;
    let mut hash = fields.optional_inner(constructed(0))?.ok_or(TimeFault::WeakDigest(what))?;
    let mut mask = fields.optional_inner(constructed(1))?.ok_or(TimeFault::WeakDigest(what))?;
    let salt = fields.optional_inner(constructed(2))?.map_or(Ok(20), |mut salt| salt.number())?;
    let trailer =
        fields.optional_inner(constructed(3))?.map_or(Ok(1), |mut trailer| trailer.number())?;
    fields.end()?;
    let own = Hash::read(hash.whole(Tag::Sequence)?, what)?;
    let (oid, inner) = split(mask.whole(Tag::Sequence)?)?;
    let masking = Hash::read(inner.ok_or(TimeFault::WeakDigest(what))?, what)?;
    let is_supported = oid == [PKCS1, &[8]].concat() && masking == own && trailer == 1;
    let salt = usize::try_from(salt).ok().filter(|salt| is_supported && *salt <= 64);
    salt.map(|salt| Scheme::RsaPss(own, salt)).ok_or_else(|| TimeFault::Algorithm(what.to_owned()))
}

fn is_pss_key(oid: &[u8], parameters: Option<&[u8]>) -> bool {
    oid == [PKCS1, &[1]].concat() || (oid == [PKCS1, &[10]].concat() && parameters.is_none())
}

fn rsa_key(bytes: &[u8], name: &str) -> Result<rsa::PublicKey, TimeFault> {
    let mut key = Cursor::only(bytes, Tag::Sequence, "an RSA key")?;
    let (modulus, exponent) = (key.integer()?, key.integer()?);
    key.end()?;
    let unsupported = || TimeFault::Algorithm(name.to_owned());
    let number = |bytes: &[u8]| {
        let digits = if bytes.len() > 1 && bytes[0] == 0 { &bytes[1..] } else { bytes };
        (bytes[0] & 0x80 == 0).then(|| BoxedUint::from_be_slice_vartime(digits))
    };
    let (modulus, exponent) = number(modulus).zip(number(exponent)).ok_or_else(unsupported)?;
    match rsa::PublicKey::new(modulus, exponent) {
        Ok(key) if key.n().bit_width_vartime() >= MIN_RSA => Ok(key),
        Ok(_) | Err(rsa::Error::ModulusTooSmall) => Err(TimeFault::WeakKey(name.to_owned())),
        Err(_) => Err(unsupported()),
    }
}

fn rsa_pkcs1(
    key: &[u8],
    name: &str,
    hash: Hash,
    message: &[u8],
    signature: &[u8],
) -> Result<Option<bool>, TimeFault> {
    let key = rsa_key(key, name)?;
    let scheme = match hash {
        Hash::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
        Hash::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
        Hash::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
    };
    Ok(Some(key.verify(scheme, &hash.of(message), signature).is_ok()))
}

fn rsa_pss(
    key: &[u8],
    name: &str,
    (hash, salt): (Hash, usize),
    message: &[u8],
    signature: &[u8],
) -> Result<Option<bool>, TimeFault> {
    let key = rsa_key(key, name)?;
    let digest = hash.of(message);
    let result = match hash {
        Hash::Sha256 => key.verify(Pss::<Sha256>::new_with_salt(salt), &digest, signature),
        Hash::Sha384 => key.verify(Pss::<Sha384>::new_with_salt(salt), &digest, signature),
        Hash::Sha512 => key.verify(Pss::<Sha512>::new_with_salt(salt), &digest, signature),
    };
    Ok(Some(result.is_ok()))
}

fn ecdsa_p256(key: &[u8], digest: &[u8], signature: &[u8]) -> Option<bool> {
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
    let signature = p256::ecdsa::Signature::from_slice(&scalars::<32>(signature)?).ok()?;
    Some(key.verify_prehash(digest, &signature).is_ok())
}

fn ecdsa_p384(key: &[u8], digest: &[u8], signature: &[u8]) -> Option<bool> {
    let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
    let signature = p384::ecdsa::Signature::from_slice(&scalars::<48>(signature)?).ok()?;
    Some(key.verify_prehash(digest, &signature).is_ok())
}

fn ed25519(key: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
    let signature = ed25519_dalek::Signature::from_bytes(signature.try_into().ok()?);
    Some(key.verify_strict(message, &signature).is_ok())
}

// The two numbers of an ECDSA signature, each padded to the length of the curve.
fn scalars<const SIZE: usize>(signature: &[u8]) -> Option<Vec<u8>> {
    let mut numbers = Cursor::only(signature, Tag::Sequence, "an ECDSA signature").ok()?;
    let mut out = Vec::new();
    for _ in 0..2 {
        let number = numbers.integer().ok()?;
        let digits = if number.len() > 1 && number[0] == 0 { &number[1..] } else { number };
        let padding = SIZE.checked_sub(digits.len()).filter(|_| number[0] & 0x80 == 0)?;
        out.extend(std::iter::repeat_n(0, padding));
        out.extend(digits);
    }
    numbers.end().ok()?;
    Some(out)
}

// The object identifier of an AlgorithmIdentifier, and its undecoded parameters.
fn split(element: &[u8]) -> Result<(&[u8], Option<&[u8]>), TimeFault> {
    let mut fields = Cursor::only(element, Tag::Sequence, "an algorithm identifier")?;
    let oid = fields.oid()?;
    let parameters = if fields.is_empty() { None } else { Some(fields.element()?) };
    fields.end()?;
    Ok((oid, parameters))
}

fn oid_of(element: &[u8]) -> Result<&[u8], TimeFault> {
    let mut only = Cursor::new(element, "a curve identifier")?;
    let oid = only.oid()?;
    only.end()?;
    Ok(oid)
}

fn is_null(element: &[u8]) -> bool {
    element == [5, 0]
}
