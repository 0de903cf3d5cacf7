//! X.509 certificates (RFC 5280): the fields that matter for time stamps, parsed strictly.

use crate::algorithm::Scheme;
use crate::cursor::{Cursor, constructed, number, primitive};
use crate::fault::TimeFault;
use crate::name::{General, Name, general_names};
use crate::stated_time::{StatedTime, certificate_time};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use der::Tag;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The maximum size of a file of certificates in bytes.
pub const MAX_CERTIFICATES: usize = 1 << 20;

/// The maximum size of a certificate in bytes.
const MAX_CERTIFICATE: usize = 64 << 10;

const WHAT: &str = "a certificate";

/// A certificate. Do not rely on its content before its chain was checked.
#[derive(Clone, Debug)]
pub struct Certificate {
    der: Vec<u8>,
    signed: Vec<u8>,
    scheme: Result<Scheme, TimeFault>,
    signature: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) issuer: Name,
    pub(crate) subject: Name,
    pub(crate) from: StatedTime,
    pub(crate) to: StatedTime,
    pub(crate) key: Vec<u8>,
    pub(crate) extensions: Extensions,
}

/// The extensions of a certificate.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Extensions {
    pub(crate) is_authority: bool,
    pub(crate) path_length: Option<u64>,
    /// The bits of the key usage, the first as the most significant of 16.
    pub(crate) key_usage: Option<u16>,
    /// The extended key usage, and whether it is critical.
    pub(crate) purposes: Option<(bool, Vec<Vec<u8>>)>,
    pub(crate) subject_key_id: Option<Vec<u8>>,
    pub(crate) authority_key_id: Option<Vec<u8>>,
    pub(crate) alt_names: Vec<General>,
    /// Whether it has a critical extension, or name constraints, that are not supported.
    pub(crate) has_unsupported: bool,
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
    /// Parses one certificate in DER.
    ///
    /// # Errors
    /// [`TimeFault`].
    pub fn read(der: &[u8]) -> Result<Self, TimeFault> {
        if der.len() > MAX_CERTIFICATE {
            return Err(TimeFault::TooLarge { most: MAX_CERTIFICATE });
        }
        let mut outer = Cursor::only(der, Tag::Sequence, WHAT)?;
        let signed = outer.whole(Tag::Sequence)?;
        let algorithm = outer.whole(Tag::Sequence)?;
        let signature = outer.bits()?;
        outer.end()?;
        let mut fields = Cursor::only(signed, Tag::Sequence, WHAT)?;
        let version =
            fields.optional_inner(constructed(0))?.map_or(Ok(0), |mut version| version.number())?;
        let serial = fields.integer()?.to_vec();
        let inner_algorithm = fields.whole(Tag::Sequence)?;
        let issuer = Name::read(fields.whole(Tag::Sequence)?)?;
        let mut validity = fields.inner(Tag::Sequence)?;
        let (from, to) = (certificate_time(&mut validity)?, certificate_time(&mut validity)?);
        validity.end()?;
        let subject = Name::read(fields.whole(Tag::Sequence)?)?;
        let key = fields.whole(Tag::Sequence)?.to_vec();
        fields.optional(primitive(1))?;
        fields.optional(primitive(2))?;
        let extensions = match fields.optional_inner(constructed(3))? {
            Some(mut list) if version == 2 => {
                let extensions = Extensions::read(list.inner(Tag::Sequence)?)?;
                list.end()?;
                extensions
            }
            Some(_) => return Err(TimeFault::Form(WHAT)),
            None => Extensions::default(),
        };
        fields.end()?;
        if version > 2 || inner_algorithm != algorithm {
            return Err(TimeFault::Form(WHAT));
        }
        let (der, signed, signature) = (der.to_vec(), signed.to_vec(), signature.to_vec());
        let scheme = Scheme::read(algorithm, "a certificate");
        Ok(Self {
            der,
            signed,
            scheme,
            signature,
            serial,
            issuer,
            subject,
            from,
            to,
            key,
            extensions,
        })
    }

    /// Parses all certificates of a PEM file, or the one of a DER file.
    ///
    /// # Errors
    /// [`TimeFault`] if one of them is invalid, or there is none.
    pub fn read_all(bytes: &[u8]) -> Result<Vec<Self>, TimeFault> {
        if bytes.len() > MAX_CERTIFICATES {
            return Err(TimeFault::TooLarge { most: MAX_CERTIFICATES });
        }
        if bytes.first() == Some(&0x30) {
            return Ok(vec![Self::read(bytes)?]);
        }
        let text = str::from_utf8(bytes).map_err(|_| TimeFault::Form("a file of certificates"))?;
        let mut all = Vec::new();
        let mut body: Option<String> = None;
        for line in text.lines().map(str::trim) {
            match (line, &mut body) {
                ("-----BEGIN CERTIFICATE-----", None) => body = Some(String::new()),
                ("-----END CERTIFICATE-----", Some(encoded)) => {
                    let der = STANDARD
                        .decode(&*encoded)
                        .map_err(|_| TimeFault::Form("a file of certificates"))?;
                    all.push(Self::read(&der)?);
                    body = None;
                }
                (line, Some(encoded)) => encoded.push_str(line),
                _ => {}
            }
        }
        if all.is_empty() || body.is_some() {
            Err(TimeFault::Form("a file of certificates"))
        } else {
            Ok(all)
        }
    }

    /// Encodes the certificate as PEM.
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

    /// The certificate in DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The display name of its owner.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.subject.shown
    }

    /// SHA-256 of its bytes.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.der).into()
    }

    /// Whether its issuer is its subject, as in root certificates.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// Whether `issuer` could have signed it, by the names and key ids in both.
    pub(crate) fn may_be_from(&self, issuer: &Self) -> bool {
        let ids = self
            .extensions
            .authority_key_id
            .as_ref()
            .zip(issuer.extensions.subject_key_id.as_ref());
        self.issuer == issuer.subject
            && !self.issuer.is_empty()
            && ids.is_none_or(|(named, own)| named == own)
    }

    /// Checks that `issuer` signed it.
    pub(crate) fn check_signature(&self, issuer: &Self) -> Result<(), TimeFault> {
        self.scheme.clone()?.check(&issuer.key, issuer.name(), &self.signed, &self.signature)
    }

    /// Checks that it was valid at a time.
    pub(crate) fn check_validity(&self, at: StatedTime) -> Result<(), TimeFault> {
        if self.from <= at && at <= self.to {
            return Ok(());
        }
        let (from, to) = (self.from.to_string(), self.to.to_string());
        Err(TimeFault::NotValid { name: self.name().to_owned(), from, to })
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Extensions {
    fn read(mut list: Cursor<'_>) -> Result<Self, TimeFault> {
        let mut extensions = Self::default();
        let mut seen: Vec<&[u8]> = Vec::new();
        while !list.is_empty() {
            let mut extension = list.inner(Tag::Sequence)?;
            let oid = extension.oid()?;
            let is_critical =
                if extension.peek() == Some(Tag::Boolean) { extension.boolean()? } else { false };
            let value = extension.value(Tag::OctetString)?;
            extension.end()?;
            if seen.contains(&oid) {
                return Err(TimeFault::Form(WHAT));
            }
            seen.push(oid);
            extensions.take(oid, is_critical, value)?;
        }
        Ok(extensions)
    }

    fn take(&mut self, oid: &[u8], is_critical: bool, value: &[u8]) -> Result<(), TimeFault> {
        // All supported extensions are below 2.5.29.
        match oid.strip_prefix(&[0x55, 0x1d]) {
            Some([14]) => {
                let mut id = Cursor::new(value, WHAT)?;
                self.subject_key_id = Some(id.value(Tag::OctetString)?.to_vec());
                id.end()
            }
            Some([15]) => self.take_key_usage(value),
            Some([17]) => {
                self.alt_names = general_names(&mut Cursor::only(value, Tag::Sequence, WHAT)?)?;
                Ok(())
            }
            Some([19]) => {
                let mut constraints = Cursor::only(value, Tag::Sequence, WHAT)?;
                self.is_authority =
                    constraints.peek() == Some(Tag::Boolean) && constraints.boolean()?;
                self.path_length = constraints
                    .optional(Tag::Integer)?
                    .map(|n| number(n).ok_or(TimeFault::Form(WHAT)))
                    .transpose()?;
                constraints.end()
            }
            Some([35]) => {
                let mut id = Cursor::only(value, Tag::Sequence, WHAT)?;
                self.authority_key_id = id.optional(primitive(0))?.map(<[u8]>::to_vec);
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
            // Policies and alternative names of the issuer restrict nothing that matters here.
            Some([32 | 18]) => Ok(()),
            // Name constraints restrict even if they are not critical.
            Some([30]) => {
                self.has_unsupported = true;
                Ok(())
            }
            _ => {
                self.has_unsupported |= is_critical;
                Ok(())
            }
        }
    }

    fn take_key_usage(&mut self, value: &[u8]) -> Result<(), TimeFault> {
        let mut usage = Cursor::new(value, WHAT)?;
        let bits = usage.value(Tag::BitString)?;
        usage.end()?;
        let (unused, bytes) = bits.split_first().ok_or(TimeFault::Form(WHAT))?;
        if *unused > 7 || bytes.is_empty() || bytes.len() > 2 {
            return Err(TimeFault::Form(WHAT));
        }
        self.key_usage = Some(u16::from_be_bytes([bytes[0], bytes.get(1).copied().unwrap_or(0)]));
        Ok(())
    }
}
