//! Parsing of time stamp tokens: CMS SignedData with one signer around a TSTInfo (RFC 5652, RFC 3161 with RFC 5816).
//! Nothing is verified here; see [`crate::stamp`].

use crate::algorithm::{Hash, Scheme};
use crate::certificate::Certificate;
use crate::cursor::{Cursor, constructed, primitive, write};
use crate::fault::TimeFault;
use crate::name::{General, Name, general_names};
use crate::request::imprint;
use crate::stated_time::StatedTime;
use der::Tag;

/// The maximum size of a token or reply in bytes.
pub const MAX_REPLY: usize = 1 << 20;

/// The maximum number of certificates embedded in a token.
const MAX_EMBEDDED: usize = 32;

const WHAT: &str = "the time stamp";

// 1.2.840.113549.1.7.2 and 1.2.840.113549.1.9.16.1.4
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4];
// 1.2.840.113549.1.9: 3 contentType, 4 messageDigest, 16.2.12 signingCertificate, 16.2.47 signingCertificateV2
const PKCS9: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9];

/// The parsed token of a reply.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) info: Info,
    // The bytes of the TSTInfo, whose digest is among the signed attributes.
    pub(crate) content: Vec<u8>,
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) signer: Signer,
}

/// The statement of the authority.
#[derive(Clone, Debug)]
pub(crate) struct Info {
    pub(crate) policy: Vec<u8>,
    pub(crate) hash: Hash,
    pub(crate) digest: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) at: StatedTime,
    pub(crate) accuracy: Option<u64>,
    pub(crate) nonce: Option<Vec<u8>>,
    pub(crate) authority: Option<General>,
}

/// The signer, the signed attributes and the signature.
#[derive(Clone, Debug)]
pub(crate) struct Signer {
    pub(crate) issuer: Name,
    pub(crate) serial: Vec<u8>,
    pub(crate) hash: Hash,
    pub(crate) scheme: Scheme,
    // The signed attributes, encoded as for signing.
    pub(crate) signed: Vec<u8>,
    pub(crate) content_digest: Vec<u8>,
    pub(crate) certificate_ids: Vec<CertificateId>,
    pub(crate) signature: Vec<u8>,
}

/// The id of a certificate that the signature is certificate_ids to (ESSCertID and ESSCertIDv2, RFC 5035).
#[derive(Clone, Debug)]
pub(crate) struct CertificateId {
    // `None` is SHA-1 (RFC 2634).
    pub(crate) hash: Option<Hash>,
    pub(crate) digest: Vec<u8>,
    pub(crate) issuer_serial: Option<(Vec<General>, Vec<u8>)>,
    // Whether it is the first of its list, which must identify the signer.
    pub(crate) is_first: bool,
}

impl Token {
    /// Parses a reply (TimeStampResp) or a bare token (ContentInfo).
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, TimeFault> {
        if bytes.len() > MAX_REPLY {
            return Err(TimeFault::TooLarge { most: MAX_REPLY });
        }
        let mut reply = Cursor::only(bytes, Tag::Sequence, WHAT)?;
        if reply.peek() == Some(Tag::ObjectIdentifier) {
            return Self::read_signed(reply);
        }
        read_status(&mut reply)?;
        let token = reply.inner(Tag::Sequence)?;
        reply.end()?;
        Self::read_signed(token)
    }

    fn read_signed(mut outer: Cursor<'_>) -> Result<Self, TimeFault> {
        if outer.oid()? != SIGNED_DATA {
            return Err(TimeFault::Form(WHAT));
        }
        let mut explicit = outer.inner(constructed(0))?;
        outer.end()?;
        let mut fields = explicit.inner(Tag::Sequence)?;
        explicit.end()?;
        let version = fields.number()?;
        fields.value(Tag::Set)?;
        let content = read_content(&mut fields)?;
        let certificates =
            fields.optional_inner(constructed(0))?.map_or(Ok(Vec::new()), read_certificates)?;
        // Revocation lists are ignored: without a current one they prove nothing.
        fields.optional(constructed(1))?;
        let mut signers = fields.inner(Tag::Set)?;
        fields.end()?;
        if !(1..=5).contains(&version) {
            return Err(TimeFault::Form(WHAT));
        }
        let mut count = 0;
        let mut counted = signers.clone();
        while !counted.is_empty() {
            counted.element()?;
            count += 1;
        }
        if count != 1 {
            return Err(TimeFault::Signers(count));
        }
        let signer = Signer::read(signers.inner(Tag::Sequence)?)?;
        Ok(Self { info: Info::read(&content)?, content, certificates, signer })
    }
}

fn read_status(reply: &mut Cursor<'_>) -> Result<(), TimeFault> {
    let mut info = reply.inner(Tag::Sequence)?;
    let status = info.number()?;
    let mut reason = String::new();
    if let Some(mut texts) = info.optional_inner(Tag::Sequence)? {
        while !texts.is_empty() {
            let text = String::from_utf8_lossy(texts.value(Tag::Utf8String)?).into_owned();
            reason = if reason.is_empty() { text } else { format!("{reason}; {text}") };
        }
    }
    info.optional(Tag::BitString)?;
    info.end()?;
    // 0 granted, 1 granted with changes
    if status <= 1 { Ok(()) } else { Err(TimeFault::Refused { status, reason }) }
}

fn read_content(fields: &mut Cursor<'_>) -> Result<Vec<u8>, TimeFault> {
    let mut content = fields.inner(Tag::Sequence)?;
    if content.oid()? != TST_INFO {
        return Err(TimeFault::Form(WHAT));
    }
    let mut explicit = content.inner(constructed(0))?;
    content.end()?;
    let bytes = explicit.value(Tag::OctetString)?.to_vec();
    explicit.end()?;
    Ok(bytes)
}

fn read_certificates(mut set: Cursor<'_>) -> Result<Vec<Certificate>, TimeFault> {
    let mut all = Vec::new();
    while !set.is_empty() {
        // Other kinds of certificates (such as attribute certificates) are ignored.
        let element = set.element()?;
        if element.first() == Some(&0x30) {
            all.push(Certificate::read(element)?);
        }
        if all.len() > MAX_EMBEDDED {
            return Err(TimeFault::Form(WHAT));
        }
    }
    Ok(all)
}

impl Info {
    fn read(bytes: &[u8]) -> Result<Self, TimeFault> {
        let mut fields = Cursor::only(bytes, Tag::Sequence, WHAT)?;
        if fields.number()? != 1 {
            return Err(TimeFault::Form(WHAT));
        }
        let policy = fields.oid()?.to_vec();
        let (hash, digest) = imprint(&mut fields, WHAT)?;
        let serial = fields.integer()?.to_vec();
        let at = fields.value(Tag::GeneralizedTime)?;
        let at = StatedTime::read(Tag::GeneralizedTime, at, true).ok_or(TimeFault::Form(WHAT))?;
        let accuracy = fields.optional_inner(Tag::Sequence)?.map(read_accuracy).transpose()?;
        if fields.peek() == Some(Tag::Boolean) {
            fields.boolean()?;
        }
        let nonce = (fields.peek() == Some(Tag::Integer))
            .then(|| fields.integer())
            .transpose()?
            .map(<[u8]>::to_vec);
        let authority = fields.optional_inner(constructed(0))?.map(|mut name| {
            let read = General::read(&mut name)?;
            name.end()?;
            Ok(read)
        });
        let authority = authority.transpose()?;
        if let Some(list) = fields.optional_inner(constructed(1))? {
            refuse_critical(list)?;
        }
        fields.end()?;
        Ok(Self { policy, hash, digest, serial, at, accuracy, nonce, authority })
    }
}

// Seconds, milliseconds and microseconds, in microseconds.
fn read_accuracy(mut fields: Cursor<'_>) -> Result<u64, TimeFault> {
    let part = |bytes: Option<&[u8]>, most: u64| {
        let read = bytes.map_or(Some(0), crate::cursor::number);
        read.filter(|part| *part <= most).ok_or(TimeFault::Form(WHAT))
    };
    let seconds = part(fields.optional(Tag::Integer)?, u64::from(u32::MAX))?;
    let millis = part(fields.optional(primitive(0))?, 999)?;
    let micros = part(fields.optional(primitive(1))?, 999)?;
    fields.end()?;
    Ok(seconds * 1_000_000 + millis * 1000 + micros)
}

fn refuse_critical(mut list: Cursor<'_>) -> Result<(), TimeFault> {
    while !list.is_empty() {
        let mut extension = list.inner(Tag::Sequence)?;
        extension.oid()?;
        if extension.peek() == Some(Tag::Boolean) && extension.boolean()? {
            return Err(TimeFault::Unsupported(WHAT.to_owned()));
        }
        extension.value(Tag::OctetString)?;
        extension.end()?;
    }
    Ok(())
}

impl Signer {
    fn read(mut fields: Cursor<'_>) -> Result<Self, TimeFault> {
        // Signers identified by a key id (version 3) are not written by RFC 3161 authorities, nor accepted by OpenSSL.
        if fields.number()? != 1 {
            return Err(TimeFault::Form(WHAT));
        }
        let mut id = fields.inner(Tag::Sequence)?;
        let issuer = Name::read(id.whole(Tag::Sequence)?)?;
        let serial = id.integer()?.to_vec();
        id.end()?;
        let hash = Hash::read(fields.whole(Tag::Sequence)?, WHAT)?;
        let attributes = fields.value(constructed(0))?;
        let scheme = Scheme::read(fields.whole(Tag::Sequence)?, WHAT)?.with(hash, WHAT)?;
        let signature = fields.value(Tag::OctetString)?.to_vec();
        fields.optional(constructed(1))?;
        fields.end()?;
        let found = Attributes::read(Cursor::new(attributes, WHAT)?)?;
        if !found.is_time_stamp {
            return Err(TimeFault::Attribute("contentType"));
        }
        Ok(Self {
            issuer,
            serial,
            hash,
            scheme,
            // They are signed with the tag of a set instead of their tag in the token (RFC 5652, 5.4).
            signed: write(0x31, attributes),
            content_digest: found.content_digest.ok_or(TimeFault::Attribute("messageDigest"))?,
            certificate_ids: found.certificate_ids,
            signature,
        })
    }
}

#[derive(Default)]
struct Attributes {
    is_time_stamp: bool,
    content_digest: Option<Vec<u8>>,
    certificate_ids: Vec<CertificateId>,
}

impl Attributes {
    fn read(mut list: Cursor<'_>) -> Result<Self, TimeFault> {
        let mut found = Self::default();
        let mut seen: Vec<&[u8]> = Vec::new();
        while !list.is_empty() {
            let mut attribute = list.inner(Tag::Sequence)?;
            let oid = attribute.oid()?;
            let values = attribute.inner(Tag::Set)?;
            attribute.end()?;
            if seen.contains(&oid) {
                return Err(TimeFault::Attribute("repeated"));
            }
            seen.push(oid);
            match oid.strip_prefix(PKCS9) {
                Some([3]) => {
                    found.is_time_stamp = single(values, "contentType", Cursor::oid)? == TST_INFO
                }
                Some([4]) => {
                    let value =
                        single(values, "messageDigest", |value| value.value(Tag::OctetString))?;
                    found.content_digest = Some(value.to_vec());
                }
                Some([16, 2, 12]) => {
                    single(values, "signingCertificate", |v| found.bind(v, false))?
                }
                Some([16, 2, 47]) => {
                    single(values, "signingCertificateV2", |v| found.bind(v, true))?
                }
                _ => {}
            }
        }
        if found.certificate_ids.is_empty() {
            Err(TimeFault::Attribute("signingCertificate"))
        } else {
            Ok(found)
        }
    }

    // SigningCertificate or SigningCertificateV2; the policies after the list of certificates are only hints.
    fn bind(&mut self, value: &mut Cursor<'_>, is_second: bool) -> Result<(), TimeFault> {
        let mut outer = value.inner(Tag::Sequence)?;
        let mut list = outer.inner(Tag::Sequence)?;
        outer.optional(Tag::Sequence)?;
        outer.end()?;
        let mut is_first = true;
        while !list.is_empty() {
            let mut id = list.inner(Tag::Sequence)?;
            let hash = match (is_second, id.peek()) {
                (false, _) => None,
                (true, Some(Tag::Sequence)) => Some(Hash::read(id.whole(Tag::Sequence)?, WHAT)?),
                (true, _) => Some(Hash::Sha256),
            };
            let digest = id.value(Tag::OctetString)?.to_vec();
            let issuer_serial =
                id.optional_inner(Tag::Sequence)?.map(read_issuer_serial).transpose()?;
            id.end()?;
            self.certificate_ids.push(CertificateId { hash, digest, issuer_serial, is_first });
            is_first = false;
        }
        if is_first { Err(TimeFault::Attribute("signingCertificate")) } else { Ok(()) }
    }
}

// Reads the only value of an attribute.
fn single<'a, T>(
    mut values: Cursor<'a>,
    name: &'static str,
    read: impl FnOnce(&mut Cursor<'a>) -> Result<T, TimeFault>,
) -> Result<T, TimeFault> {
    let value = read(&mut values)?;
    values.end().map_err(|_| TimeFault::Attribute(name))?;
    Ok(value)
}

fn read_issuer_serial(mut fields: Cursor<'_>) -> Result<(Vec<General>, Vec<u8>), TimeFault> {
    let names = general_names(&mut fields.inner(Tag::Sequence)?)?;
    let serial = fields.integer()?.to_vec();
    fields.optional(Tag::BitString)?;
    fields.end()?;
    Ok((names, serial))
}
