//! A time stamp token taken apart: CMS SignedData with one signer around a TSTInfo (RFC 5652, RFC 3161 with RFC 5816). Reading
//! believes nothing; see [`crate::stamp`].

use crate::algorithm::{Hash, Scheme};
use crate::certificate::Certificate;
use crate::cursor::{Cursor, holding, plain, write};
use crate::fault::Fault;
use crate::moment::Moment;
use crate::name::{General, Name, general_names};
use crate::request::imprint;
use der::Tag;

/// The most bytes of a token or reply.
pub const MAX_REPLY: usize = 1 << 20;

/// The most certificates that a token may bring.
const MAX_BROUGHT: usize = 32;

const WHAT: &str = "the time stamp";

// 1.2.840.113549.1.7.2 and 1.2.840.113549.1.9.16.1.4
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4];
// 1.2.840.113549.1.9: 3 contentType, 4 messageDigest, 16.2.12 signingCertificate, 16.2.47 signingCertificateV2
const PKCS9: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9];

/// A reply's token, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) info: Info,
    // The bytes of the TSTInfo: what is signed for by the digest among the signed attributes.
    pub(crate) content: Vec<u8>,
    pub(crate) brought: Vec<Certificate>,
    pub(crate) signer: Signer,
}

/// What the authority states.
#[derive(Clone, Debug)]
pub(crate) struct Info {
    pub(crate) policy: Vec<u8>,
    pub(crate) hash: Hash,
    pub(crate) digest: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) at: Moment,
    pub(crate) accuracy: Option<u64>,
    pub(crate) nonce: Option<Vec<u8>>,
    pub(crate) authority: Option<General>,
}

/// Who signed, over what, how.
#[derive(Clone, Debug)]
pub(crate) struct Signer {
    pub(crate) issuer: Name,
    pub(crate) serial: Vec<u8>,
    pub(crate) hash: Hash,
    pub(crate) scheme: Scheme,
    // The signed attributes as they are signed.
    pub(crate) signed: Vec<u8>,
    pub(crate) content_digest: Vec<u8>,
    pub(crate) bound: Vec<Bound>,
    pub(crate) signature: Vec<u8>,
}

/// A certificate that a stamp is signed for (ESSCertID and ESSCertIDv2, RFC 5035).
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    // Without one: SHA-1, as RFC 2634 has it.
    pub(crate) hash: Option<Hash>,
    pub(crate) digest: Vec<u8>,
    pub(crate) issuer_serial: Option<(Vec<General>, Vec<u8>)>,
    // Whether it is the first of its list, which must be the signer's.
    pub(crate) is_first: bool,
}

impl Token {
    /// Reads a reply (TimeStampResp) or a bare token (ContentInfo).
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > MAX_REPLY {
            return Err(Fault::TooLarge { most: MAX_REPLY });
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

    fn read_signed(mut outer: Cursor<'_>) -> Result<Self, Fault> {
        if outer.oid()? != SIGNED_DATA {
            return Err(Fault::Form(WHAT));
        }
        let mut explicit = outer.inner(holding(0))?;
        outer.end()?;
        let mut fields = explicit.inner(Tag::Sequence)?;
        explicit.end()?;
        let version = fields.number()?;
        fields.value(Tag::Set)?;
        let content = read_content(&mut fields)?;
        let brought = fields.optional_inner(holding(0))?.map_or(Ok(Vec::new()), read_certificates)?;
        // Lists of what was revoked are of no use without a moment at which they were new.
        fields.optional(holding(1))?;
        let mut signers = fields.inner(Tag::Set)?;
        fields.end()?;
        if !(1..=5).contains(&version) {
            return Err(Fault::Form(WHAT));
        }
        let mut count = 0;
        let mut counted = signers.clone();
        while !counted.is_empty() {
            counted.element()?;
            count += 1;
        }
        if count != 1 {
            return Err(Fault::Signers(count));
        }
        let signer = Signer::read(signers.inner(Tag::Sequence)?)?;
        Ok(Self { info: Info::read(&content)?, content, brought, signer })
    }
}

fn read_status(reply: &mut Cursor<'_>) -> Result<(), Fault> {
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
    if status <= 1 { Ok(()) } else { Err(Fault::Refused { status, reason }) }
}

fn read_content(fields: &mut Cursor<'_>) -> Result<Vec<u8>, Fault> {
    let mut content = fields.inner(Tag::Sequence)?;
    if content.oid()? != TST_INFO {
        return Err(Fault::Form(WHAT));
    }
    let mut explicit = content.inner(holding(0))?;
    content.end()?;
    let bytes = explicit.value(Tag::OctetString)?.to_vec();
    explicit.end()?;
    Ok(bytes)
}

fn read_certificates(mut set: Cursor<'_>) -> Result<Vec<Certificate>, Fault> {
    let mut all = Vec::new();
    while !set.is_empty() {
        // What is no X.509 certificate (attribute certificates and the like) vouches for nothing here.
        let element = set.element()?;
        if element.first() == Some(&0x30) {
            all.push(Certificate::read(element)?);
        }
        if all.len() > MAX_BROUGHT {
            return Err(Fault::Form(WHAT));
        }
    }
    Ok(all)
}

impl Info {
    fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let mut fields = Cursor::only(bytes, Tag::Sequence, WHAT)?;
        if fields.number()? != 1 {
            return Err(Fault::Form(WHAT));
        }
        let policy = fields.oid()?.to_vec();
        let (hash, digest) = imprint(&mut fields, WHAT)?;
        let serial = fields.integer()?.to_vec();
        let at = fields.value(Tag::GeneralizedTime)?;
        let at = Moment::read(Tag::GeneralizedTime, at, true).ok_or(Fault::Form(WHAT))?;
        let accuracy = fields.optional_inner(Tag::Sequence)?.map(read_accuracy).transpose()?;
        if fields.peek() == Some(Tag::Boolean) {
            fields.boolean()?;
        }
        let nonce = (fields.peek() == Some(Tag::Integer)).then(|| fields.integer()).transpose()?.map(<[u8]>::to_vec);
        let authority = fields.optional_inner(holding(0))?.map(|mut name| {
            let read = General::read(&mut name)?;
            name.end()?;
            Ok(read)
        });
        let authority = authority.transpose()?;
        if let Some(list) = fields.optional_inner(holding(1))? {
            refuse_critical(list)?;
        }
        fields.end()?;
        Ok(Self { policy, hash, digest, serial, at, accuracy, nonce, authority })
    }
}

// Seconds, thousandths and millionths, as millionths.
fn read_accuracy(mut fields: Cursor<'_>) -> Result<u64, Fault> {
    let part = |bytes: Option<&[u8]>, most: u64| {
        let read = bytes.map_or(Some(0), crate::cursor::number);
        read.filter(|part| *part <= most).ok_or(Fault::Form(WHAT))
    };
    let seconds = part(fields.optional(Tag::Integer)?, u64::from(u32::MAX))?;
    let thousandths = part(fields.optional(plain(0))?, 999)?;
    let millionths = part(fields.optional(plain(1))?, 999)?;
    fields.end()?;
    Ok(seconds * 1_000_000 + thousandths * 1000 + millionths)
}

fn refuse_critical(mut list: Cursor<'_>) -> Result<(), Fault> {
    while !list.is_empty() {
        let mut extension = list.inner(Tag::Sequence)?;
        extension.oid()?;
        if extension.peek() == Some(Tag::Boolean) && extension.boolean()? {
            return Err(Fault::Unsupported(WHAT.to_owned()));
        }
        extension.value(Tag::OctetString)?;
        extension.end()?;
    }
    Ok(())
}

impl Signer {
    fn read(mut fields: Cursor<'_>) -> Result<Self, Fault> {
        // Signers named by a key id (version 3) are not what RFC 3161's authorities write, nor what OpenSSL reads.
        if fields.number()? != 1 {
            return Err(Fault::Form(WHAT));
        }
        let mut id = fields.inner(Tag::Sequence)?;
        let issuer = Name::read(id.whole(Tag::Sequence)?)?;
        let serial = id.integer()?.to_vec();
        id.end()?;
        let hash = Hash::read(fields.whole(Tag::Sequence)?, WHAT)?;
        let attributes = fields.value(holding(0))?;
        let scheme = Scheme::read(fields.whole(Tag::Sequence)?, WHAT)?.with(hash, WHAT)?;
        let signature = fields.value(Tag::OctetString)?.to_vec();
        fields.optional(holding(1))?;
        fields.end()?;
        let found = Attributes::read(Cursor::new(attributes, WHAT)?)?;
        if !found.is_time {
            return Err(Fault::Attribute("contentType"));
        }
        Ok(Self {
            issuer,
            serial,
            hash,
            scheme,
            // They are signed as a set, whatever tag they stand under in the token (RFC 5652, 5.4).
            signed: write(0x31, attributes),
            content_digest: found.content_digest.ok_or(Fault::Attribute("messageDigest"))?,
            bound: found.bound,
            signature,
        })
    }
}

#[derive(Default)]
struct Attributes {
    is_time: bool,
    content_digest: Option<Vec<u8>>,
    bound: Vec<Bound>,
}

impl Attributes {
    fn read(mut list: Cursor<'_>) -> Result<Self, Fault> {
        let mut found = Self::default();
        let mut seen: Vec<&[u8]> = Vec::new();
        while !list.is_empty() {
            let mut attribute = list.inner(Tag::Sequence)?;
            let oid = attribute.oid()?;
            let values = attribute.inner(Tag::Set)?;
            attribute.end()?;
            if seen.contains(&oid) {
                return Err(Fault::Attribute("repeated"));
            }
            seen.push(oid);
            match oid.strip_prefix(PKCS9) {
                Some([3]) => found.is_time = single(values, "contentType", Cursor::oid)? == TST_INFO,
                Some([4]) => {
                    let value = single(values, "messageDigest", |value| value.value(Tag::OctetString))?;
                    found.content_digest = Some(value.to_vec());
                }
                Some([16, 2, 12]) => single(values, "signingCertificate", |v| found.bind(v, false))?,
                Some([16, 2, 47]) => single(values, "signingCertificateV2", |v| found.bind(v, true))?,
                _ => {}
            }
        }
        if found.bound.is_empty() { Err(Fault::Attribute("signingCertificate")) } else { Ok(found) }
    }

    // SigningCertificate or SigningCertificateV2: what follows the list of certificates are policies, and hints only.
    fn bind(&mut self, value: &mut Cursor<'_>, is_second: bool) -> Result<(), Fault> {
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
            let issuer_serial = id.optional_inner(Tag::Sequence)?.map(read_issuer_serial).transpose()?;
            id.end()?;
            self.bound.push(Bound { hash, digest, issuer_serial, is_first });
            is_first = false;
        }
        if is_first { Err(Fault::Attribute("signingCertificate")) } else { Ok(()) }
    }
}

// An attribute's one value.
fn single<'a, T>(
    mut values: Cursor<'a>,
    name: &'static str,
    read: impl FnOnce(&mut Cursor<'a>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let value = read(&mut values)?;
    values.end().map_err(|_| Fault::Attribute(name))?;
    Ok(value)
}

fn read_issuer_serial(mut fields: Cursor<'_>) -> Result<(Vec<General>, Vec<u8>), Fault> {
    let names = general_names(&mut fields.inner(Tag::Sequence)?)?;
    let serial = fields.integer()?.to_vec();
    fields.optional(Tag::BitString)?;
    fields.end()?;
    Ok((names, serial))
}
