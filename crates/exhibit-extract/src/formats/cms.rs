//! Signed messages (RFC 5652, S/MIME): the content that is signed as a member, and who signed it.
//!
//! Signatures are not checked, which a note states. Encrypted messages have no reader: they stay sealed.

pub(crate) mod ber;
#[cfg(test)]
mod tests;

use super::ole;
use crate::out::{Input, Out, Stop};
use ber::Element;
use exhibit_model::{Member, NoteCode, Page, PageKind, Reason, Relation, Request, Verdict};
use std::io::Cursor;

const MOST_CERTIFICATES: usize = 100;

/// What a signed message states.
#[derive(Default, Debug, PartialEq, Eq)]
struct Signed {
    /// The signed bytes, unless they are apart from the signature.
    content: Option<Vec<u8>>,
    /// The subjects of the certificates in it.
    certificates: Vec<String>,
    /// The times of signing, as the signers state them.
    times: Vec<String>,
    signers: u64,
}

/// Reads a signed message.
pub(crate) fn read(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let most = request.limits.whole_file_bytes;
    let Some(bytes) = ole::whole(input, most) else {
        return Ok(Verdict::Truncated(Reason::FileSizeLimit { bytes: most }));
    };
    out.container_size(bytes.len() as u64);
    let Some(signed) = parse(&bytes) else {
        return Ok(Verdict::Failed(Reason::PartMissing { part: "SignedData".to_owned() }));
    };
    let mut text = String::new();
    for certificate in &signed.certificates {
        out.metadata("signature:certificate", certificate)?;
        text.push_str(&format!("Certificate: {certificate}\n"));
    }
    for time in &signed.times {
        out.metadata("signature:time", time)?;
        text.push_str(&format!("Signed: {time}\n"));
    }
    if !text.is_empty() {
        out.page(Page::of_text(0, PageKind::Text, text))?;
    }
    out.note(0, NoteCode::SignatureUnchecked { signers: signed.signers })?;
    if let Some(content) = signed.content {
        let start = String::from_utf8_lossy(&content[..content.len().min(40)]).to_ascii_lowercase();
        let is_message = start.starts_with("content-") || start.starts_with("mime-version");
        let (name, relation) = if is_message {
            ("content.eml".to_owned(), Relation::Message)
        } else {
            (name_of(&request.name), Relation::Embedded)
        };
        out.member(Member { name: name.into(), relation, ..Member::default() })?;
        out.member_from(&mut Cursor::new(content))?;
    }
    Ok(Verdict::Read)
}

/// The name of what was signed: `a.pdf` of `a.pdf.p7m`.
fn name_of(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or("", |(stem, _)| stem);
    if stem.contains('.') { stem.to_owned() } else { "content.bin".to_owned() }
}

fn parse(bytes: &[u8]) -> Option<Signed> {
    let outer = Element::read(bytes)?.0;
    let mut parts = outer.inner();
    parts.next()?;
    let data = parts.next()?.inner().next()?;
    let mut parts = data.inner();
    let (_version, _algorithms) = (parts.next()?, parts.next()?);
    let mut encapsulated = parts.next()?.inner();
    encapsulated.next()?;
    let mut signed = Signed {
        content: encapsulated
            .next()
            .and_then(|explicit| explicit.inner().next())
            .map(|octets| octets.octets()),
        ..Signed::default()
    };
    for part in parts {
        match part.tag {
            0xa0 => {
                let certificates = part.inner().take(MOST_CERTIFICATES);
                signed
                    .certificates
                    .extend(certificates.filter_map(|certificate| subject(&certificate)));
            }
            0x31 => {
                for signer in part.inner().take(MOST_CERTIFICATES) {
                    signed.signers += 1;
                    signed.times.extend(time(&signer));
                }
            }
            _ => {}
        }
    }
    Some(signed)
}

/// The subject of a certificate (RFC 5280).
fn subject(certificate: &Element<'_>) -> Option<String> {
    let body = certificate.inner().next()?;
    // version (which may be missing), serial number, algorithm, issuer, validity, subject
    let start = usize::from(body.inner().next()?.tag == 0xa0);
    let subject = body.inner().nth(start + 4)?;
    let mut names = Vec::new();
    for part in subject.inner().flat_map(|set| set.inner().collect::<Vec<_>>()).take(50) {
        let mut pair = part.inner();
        let (kind, value) = (pair.next()?, pair.next()?);
        let kind = match kind.body {
            [0x55, 4, 3] => "CN",
            [0x55, 4, 6] => "C",
            [0x55, 4, 7] => "L",
            [0x55, 4, 8] => "ST",
            [0x55, 4, 10] => "O",
            [0x55, 4, 11] => "OU",
            [0x55, 4, 4] => "SN",
            [0x55, 4, 42] => "GN",
            [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1] => "emailAddress",
            _ => continue,
        };
        names.push(format!("{kind}={}", value.text()));
    }
    (!names.is_empty()).then(|| names.join(", "))
}

/// The time of signing among the signed attributes.
fn time(signer: &Element<'_>) -> Option<String> {
    const SIGNING_TIME: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 5];
    let attributes = signer.inner().find(|part| part.tag == 0xa0)?;
    let attribute = attributes
        .inner()
        .find(|attribute| attribute.inner().next().is_some_and(|kind| kind.body == SIGNING_TIME))?;
    let value = attribute.inner().nth(1)?.inner().next()?;
    let text = std::str::from_utf8(value.body).ok()?.strip_suffix('Z')?;
    // two digits of the year in one form, four in the other
    let text = match (value.tag, text.len()) {
        (0x17, 12) if text.as_bytes()[0] >= b'5' => format!("19{text}"),
        (0x17, 12) => format!("20{text}"),
        (0x18, 14) => text.to_owned(),
        _ => return None,
    };
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| &text[from..to];
    let (date, time) = (
        [part(0, 4), part(4, 6), part(6, 8)].join("-"),
        [part(8, 10), part(10, 12), part(12, 14)].join(":"),
    );
    Some(format!("{date}T{time}Z"))
}
