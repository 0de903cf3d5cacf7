//! X.509 certificates (RFC 5280): what of them matters for time stamps, read strictly.

use crate::algorithm::Scheme;
use crate::cursor::{Cursor, holding, number, plain};
use crate::fault::Fault;
use crate::moment::{Moment, certificate_moment};
use crate::name::{General, Name, general_names};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use der::Tag;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The most bytes of a file with certificates.
pub const MAX_CERTIFICATES: usize = 1 << 20;

/// The most bytes of one certificate.
const MAX_CERTIFICATE: usize = 64 << 10;

const WHAT: &str = "a certificate";

/// A certificate. What it says is to be believed only at the end of a chain that was checked.
#[derive(Clone, Debug)]
pub struct Certificate {
    der: Vec<u8>,
    signed: Vec<u8>,
    scheme: Result<Scheme, Fault>,
    signature: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) issuer: Name,
    pub(crate) subject: Name,
    pub(crate) from: Moment,
    pub(crate) to: Moment,
    pub(crate) key: Vec<u8>,
    pub(crate) extensions: Extensions,
}

/// What a certificate's extensions say.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Extensions {
    pub(crate) is_authority: bool,
    pub(crate) path_length: Option<u64>,
    /// The bits of the key usage, the first as the highest of 16.
    pub(crate) key_usage: Option<u16>,
    /// What the key is for, and whether that is critical.
    pub(crate) purposes: Option<(bool, Vec<Vec<u8>>)>,
    pub(crate) own_key_id: Option<Vec<u8>>,
    pub(crate) issuer_key_id: Option<Vec<u8>>,
    pub(crate) other_names: Vec<General>,
    /// Whether it demands something that is not understood here.
    pub(crate) is_demanding: bool,
}

pub(crate) const DIGITAL_SIGNATURE: u16 = 0x8000;
pub(crate) const NON_REPUDIATION: u16 = 0x4000;
pub(crate) const CERTIFICATE_SIGN: u16 = 0x0400;
/// 1.3.6.1.5.5.7.3.8
pub(crate) const TIME_STAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];
/// 2.5.29.37.0
pub(crate) const ANY_PURPOSE: &[u8] = &[0x55, 0x1d, 0x25, 0];

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl Certificate {
    /// Reads one certificate in DER.
    ///
    /// # Errors
    /// [`Fault`] for what is not one.
    pub fn read(der: &[u8]) -> Result<Self, Fault> {
        if der.len() > MAX_CERTIFICATE {
            return Err(Fault::TooLarge { most: MAX_CERTIFICATE });
        }
        let mut outer = Cursor::only(der, Tag::Sequence, WHAT)?;
        let signed = outer.whole(Tag::Sequence)?;
        let algorithm = outer.whole(Tag::Sequence)?;
        let signature = outer.bits()?;
        outer.end()?;
        let mut fields = Cursor::only(signed, Tag::Sequence, WHAT)?;
        let version = fields.optional_inner(holding(0))?.map_or(Ok(0), |mut version| version.number())?;
        let serial = fields.integer()?.to_vec();
        let inner_algorithm = fields.whole(Tag::Sequence)?;
        let issuer = Name::read(fields.whole(Tag::Sequence)?)?;
        let mut validity = fields.inner(Tag::Sequence)?;
        let (from, to) = (certificate_moment(&mut validity)?, certificate_moment(&mut validity)?);
        validity.end()?;
        let subject = Name::read(fields.whole(Tag::Sequence)?)?;
        let key = fields.whole(Tag::Sequence)?.to_vec();
        fields.optional(plain(1))?;
        fields.optional(plain(2))?;
        let extensions = match fields.optional_inner(holding(3))? {
            Some(mut list) if version == 2 => {
                let extensions = Extensions::read(list.inner(Tag::Sequence)?)?;
                list.end()?;
                extensions
            }
            Some(_) => return Err(Fault::Form(WHAT)),
            None => Extensions::default(),
        };
        fields.end()?;
        if version > 2 || inner_algorithm != algorithm {
            return Err(Fault::Form(WHAT));
        }
        let (der, signed, signature) = (der.to_vec(), signed.to_vec(), signature.to_vec());
        let scheme = Scheme::read(algorithm, "a certificate");
        Ok(Self { der, signed, scheme, signature, serial, issuer, subject, from, to, key, extensions })
    }

    /// Reads all certificates of a PEM file, or the one of a DER file.
    ///
    /// # Errors
    /// [`Fault`], where one of them is not one, or there is none.
    pub fn read_all(bytes: &[u8]) -> Result<Vec<Self>, Fault> {
        if bytes.len() > MAX_CERTIFICATES {
            return Err(Fault::TooLarge { most: MAX_CERTIFICATES });
        }
        if bytes.first() == Some(&0x30) {
            return Ok(vec![Self::read(bytes)?]);
        }
        let text = str::from_utf8(bytes).map_err(|_| Fault::Form("a file of certificates"))?;
        let mut all = Vec::new();
        let mut body: Option<String> = None;
        for line in text.lines().map(str::trim) {
            match (line, &mut body) {
                ("-----BEGIN CERTIFICATE-----", None) => body = Some(String::new()),
                ("-----END CERTIFICATE-----", Some(encoded)) => {
                    let der = STANDARD.decode(&*encoded).map_err(|_| Fault::Form("a file of certificates"))?;
                    all.push(Self::read(&der)?);
                    body = None;
                }
                (line, Some(encoded)) => encoded.push_str(line),
                _ => {}
            }
        }
        if all.is_empty() || body.is_some() { Err(Fault::Form("a file of certificates")) } else { Ok(all) }
    }

    /// The certificate as it is kept in files of text.
    #[must_use]
    pub fn pem(&self) -> String {
        let encoded = STANDARD.encode(&self.der);
        let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
        let mut rest = encoded.as_str();
        while !rest.is_empty() {
            // base64 is ASCII
            let (line, after) = rest.split_at(rest.len().min(64));
            pem.push_str(line);
            pem.push('\n');
            rest = after;
        }
        pem + "-----END CERTIFICATE-----\n"
    }

    /// The certificate's bytes.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whose it is, for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.subject.shown
    }

    /// SHA-256 of its bytes.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.der).into()
    }

    /// Whether it names itself as its issuer, as the authorities at the end of chains do.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// Whether `issuer` could have signed it, by the names and key ids that both state.
    pub(crate) fn may_be_from(&self, issuer: &Self) -> bool {
        let ids = self.extensions.issuer_key_id.as_ref().zip(issuer.extensions.own_key_id.as_ref());
        self.issuer == issuer.subject && !self.issuer.is_empty() && ids.is_none_or(|(named, own)| named == own)
    }

    /// Checks that `issuer` signed it.
    pub(crate) fn check_signature(&self, issuer: &Self) -> Result<(), Fault> {
        self.scheme.clone()?.check(&issuer.key, issuer.name(), &self.signed, &self.signature)
    }

    /// Checks that it was valid at a moment.
    pub(crate) fn check_validity(&self, at: Moment) -> Result<(), Fault> {
        if self.from <= at && at <= self.to {
            return Ok(());
        }
        let (from, to) = (self.from.to_string(), self.to.to_string());
        Err(Fault::NotValid { name: self.name().to_owned(), from, to })
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Extensions {
    fn read(mut list: Cursor<'_>) -> Result<Self, Fault> {
        let mut extensions = Self::default();
        let mut seen: Vec<&[u8]> = Vec::new();
        while !list.is_empty() {
            let mut extension = list.inner(Tag::Sequence)?;
            let oid = extension.oid()?;
            let is_critical = if extension.peek() == Some(Tag::Boolean) { extension.boolean()? } else { false };
            let value = extension.value(Tag::OctetString)?;
            extension.end()?;
            if seen.contains(&oid) {
                return Err(Fault::Form(WHAT));
            }
            seen.push(oid);
            extensions.take(oid, is_critical, value)?;
        }
        Ok(extensions)
    }

    fn take(&mut self, oid: &[u8], is_critical: bool, value: &[u8]) -> Result<(), Fault> {
        // All that is known here stands under 2.5.29.
        match oid.strip_prefix(&[0x55, 0x1d]) {
            Some([14]) => {
                let mut id = Cursor::new(value, WHAT)?;
                self.own_key_id = Some(id.value(Tag::OctetString)?.to_vec());
                id.end()
            }
            Some([15]) => self.take_key_usage(value),
            Some([17]) => {
                self.other_names = general_names(&mut Cursor::only(value, Tag::Sequence, WHAT)?)?;
                Ok(())
            }
            Some([19]) => {
                let mut constraints = Cursor::only(value, Tag::Sequence, WHAT)?;
                self.is_authority = constraints.peek() == Some(Tag::Boolean) && constraints.boolean()?;
                self.path_length =
                    constraints.optional(Tag::Integer)?.map(|n| number(n).ok_or(Fault::Form(WHAT))).transpose()?;
                constraints.end()
            }
            Some([35]) => {
                let mut id = Cursor::only(value, Tag::Sequence, WHAT)?;
                self.issuer_key_id = id.optional(plain(0))?.map(<[u8]>::to_vec);
                Ok(())
            }
            Some([37]) => {
                let mut list = Cursor::only(value, Tag::Sequence, WHAT)?;
                let mut purposes = Vec::new();
                while !list.is_empty() {
                    purposes.push(list.oid()?.to_vec());
                }
                self.purposes = Some((is_critical, purposes));
                Ok(())
            }
            // Policies and further names of the issuer restrict nothing that is relied on here.
            Some([32 | 18]) => Ok(()),
            // Name constraints restrict, also where they are not critical.
            Some([30]) => {
                self.is_demanding = true;
                Ok(())
            }
            _ => {
                self.is_demanding |= is_critical;
                Ok(())
            }
        }
    }

    fn take_key_usage(&mut self, value: &[u8]) -> Result<(), Fault> {
        let mut usage = Cursor::new(value, WHAT)?;
        let bits = usage.value(Tag::BitString)?;
        usage.end()?;
        let (unused, bytes) = bits.split_first().ok_or(Fault::Form(WHAT))?;
        if *unused > 7 || bytes.is_empty() || bytes.len() > 2 {
            return Err(Fault::Form(WHAT));
        }
        self.key_usage = Some(u16::from_be_bytes([bytes[0], bytes.get(1).copied().unwrap_or(0)]));
        Ok(())
    }
}
