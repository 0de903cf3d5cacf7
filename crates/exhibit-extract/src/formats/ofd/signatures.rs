//! Signatures and seals (GB/T 38540, GM/T 0031, GM/T 0099): named, with the digests that they state checked against the
//! parts of the file. Whether a key really signed is not checked.

use super::{File, folder_of};
use crate::formats::cms::ber::Element;
use crate::formats::office::package::{PART_CAP, resolved};
use crate::formats::office::xml::Node;
use crate::out::{Out, Stop};
use crate::transfer;
use exhibit_model::{Member, NoteCode, Relation};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use sm3::Sm3;
use std::io::Read;

/// The maximum number of signatures of a document, and of parts that one of them covers.
const MOST: usize = 10_000;
/// The maximum bytes of a signature's value or a seal.
const MOST_BYTES: u64 = 64 << 20;
/// How deep the parts of a seal are searched for.
const MOST_DEPTH: usize = 8;

/// What a signature states.
#[derive(Default)]
struct Signature {
    provider: String,
    method: String,
    time: String,
    check: String,
    references: Vec<(String, String)>,
    seal: Option<String>,
    value: Option<String>,
}

/// A seal, by the structure that contains it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seal {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) times: Vec<String>,
    /// The ending of the picture's name, and its bytes.
    pub(super) picture: Option<(String, Vec<u8>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Sm3,
    Sha1,
    Sha256,
}

impl Algorithm {
    fn named(name: &str) -> Option<Self> {
        match name.trim().to_ascii_lowercase().as_str() {
            "sm3" | "1.2.156.10197.1.401" | "1.2.156.10197.1.401.1" => Some(Self::Sm3),
            "sha1" | "sha-1" | "1.3.14.3.2.26" => Some(Self::Sha1),
            "sha256" | "sha-256" | "2.16.840.1.101.3.4.2.1" => Some(Self::Sha256),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sm3 => "SM3",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
        }
    }

    fn digest(self, bytes: &mut dyn Read) -> Option<Vec<u8>> {
        fn of<D: Digest>(bytes: &mut dyn Read) -> Option<Vec<u8>> {
            let (mut digest, mut buffer) = (D::new(), vec![0; 64 << 10]);
            loop {
                match bytes.read(&mut buffer).ok()? {
                    0 => return Some(digest.finalize().to_vec()),
                    count => digest.update(&buffer[..count]),
                }
            }
        }
        match self {
            Self::Sm3 => of::<Sm3>(bytes),
            Self::Sha1 => of::<Sha1>(bytes),
            Self::Sha256 => of::<Sha256>(bytes),
        }
    }
}

impl File<'_> {
    /// Emits who signed a document, and what of the signatures can be checked.
    pub(super) fn signatures(&mut self, list: &str, out: &mut Out<'_>) -> Result<(), Stop> {
        let name = self.take(list);
        let folder = folder_of(&name).to_owned();
        let Some(mut xml) = self.package.xml(&name, PART_CAP) else {
            return out.note(0, NoteCode::PartLost { part: name, sheet: None });
        };
        let mut parts = Vec::new();
        while let Some(node) = xml.next() {
            if let Node::Start(element) = node
                && element.name() == "Signature"
                && parts.len() < MOST
            {
                parts.extend(element.value("BaseLoc").map(|path| resolved(&folder, &path)));
            }
        }
        drop(xml);
        for part in parts {
            if !self.used.contains(&part.to_lowercase()) {
                self.signature(&part, out)?;
            }
        }
        Ok(())
    }

    fn signature(&mut self, part: &str, out: &mut Out<'_>) -> Result<(), Stop> {
        let part = self.take(part);
        let Some(signature) = self.read_signature(&part) else {
            return out.note(0, NoteCode::PartLost { part, sheet: None });
        };
        self.signers += 1;
        for (key, value) in [
            ("provider", &signature.provider),
            ("method", &signature.method),
            ("time", &signature.time),
        ] {
            out.metadata(format!("signature:{key}"), value)?;
        }
        let mut wrong = self.check_references(&signature, out)?;
        let folder = folder_of(&part).to_owned();
        let places: Vec<String> = [&signature.value, &signature.seal]
            .into_iter()
            .flatten()
            .map(|path| resolved(&folder, path))
            .collect();
        let mut sealed = false;
        for place in places {
            let name = self.take(&place);
            let Some(mut stream) = self.package.part(&name, MOST_BYTES) else {
                out.note(0, NoteCode::PartLost { part: name, sheet: None })?;
                continue;
            };
            let mut bytes = Vec::new();
            // what was read before an error may still be read
            let _ = stream.read_to_end(&mut bytes);
            drop(stream);
            let stated = digests_in(&bytes);
            if !sealed && let Some(seal) = seal_in(&bytes) {
                sealed = true;
                wrong += u64::from(!stated.is_empty() && !self.is_one_of(&part, &stated));
                seal.emit(self.signers, out)?;
            }
        }
        if wrong > 0 {
            out.note(0, NoteCode::ContentChecksumsWrong { count: wrong })?;
        }
        Ok(())
    }

    fn read_signature(&mut self, part: &str) -> Option<Signature> {
        let mut xml = self.package.xml(part, PART_CAP)?;
        let (mut signature, mut text, mut file) =
            (Signature::default(), String::new(), String::new());
        let mut in_seal = false;
        while let Some(node) = xml.next() {
            match node {
                Node::Start(element) => {
                    text.clear();
                    match element.name() {
                        "Provider" => {
                            let value = |name| element.value(name).unwrap_or_default();
                            let words = [value("ProviderName"), value("Version"), value("Company")];
                            signature.provider = words.join(" ").trim().to_owned();
                        }
                        "References" => {
                            signature.check = element.value("CheckMethod").unwrap_or_default()
                        }
                        "Reference" => file = element.value("FileRef").unwrap_or_default(),
                        "Seal" => in_seal = true,
                        _ => {}
                    }
                }
                Node::Text(piece) => text.push_str(&piece),
                Node::End(end) => {
                    let value = || text.trim().to_owned();
                    match &*end {
                        "SignatureMethod" => signature.method = value(),
                        "SignatureDateTime" => signature.time = value(),
                        "CheckValue" if signature.references.len() < MOST => {
                            signature.references.push((std::mem::take(&mut file), value()));
                        }
                        "BaseLoc" if in_seal => signature.seal = Some(value()),
                        "SignedValue" => signature.value = Some(value()),
                        "Seal" => in_seal = false,
                        _ => {}
                    }
                    text.clear();
                }
                Node::Other => {}
            }
        }
        Some(signature)
    }

    /// Compares the digests that a signature states with those of the parts; the number of those that differ.
    fn check_references(&mut self, signature: &Signature, out: &mut Out<'_>) -> Result<u64, Stop> {
        let total = signature.references.len() as u64;
        let Some(algorithm) = Algorithm::named(&signature.check) else {
            out.metadata(
                "signature:digests",
                &format!("0 of {total} checked, {}", signature.check),
            )?;
            return Ok(0);
        };
        let mut right = 0;
        for (file, stated) in &signature.references {
            let part = resolved("", file);
            let Some(mut bytes) = self.package.part(&part, u64::MAX) else {
                out.note(0, NoteCode::PartLost { part, sheet: None })?;
                continue;
            };
            let digest = algorithm.digest(&mut bytes);
            right += u64::from(
                digest.is_some_and(|digest| digest == transfer::base64(stated.as_bytes()).bytes),
            );
        }
        out.metadata("signature:digests", &format!("{right} of {total}, {}", algorithm.name()))?;
        Ok(total - right)
    }

    /// Whether the digest of a part, by any known algorithm, is among these.
    fn is_one_of(&mut self, part: &str, digests: &[Vec<u8>]) -> bool {
        [Algorithm::Sm3, Algorithm::Sha256, Algorithm::Sha1].into_iter().any(|algorithm| {
            let digest = self
                .package
                .part(part, u64::MAX)
                .and_then(|mut bytes| algorithm.digest(&mut bytes));
            digest.is_some_and(|digest| digests.contains(&digest))
        })
    }
}

impl Seal {
    fn emit(self, number: u64, out: &mut Out<'_>) -> Result<(), Stop> {
        out.metadata("seal:name", &self.name)?;
        out.metadata("seal:id", &self.id)?;
        out.metadata("seal:valid", &self.times.join(" "))?;
        let Some((ending, bytes)) = self.picture else { return Ok(()) };
        let name = format!("seal {number}.{ending}").into_bytes();
        out.member(Member { name, relation: Relation::Embedded, ..Member::default() })?;
        out.member_from(&mut &bytes[..])
    }
}

/// The digest of the signed document in the value of a seal's signature: a string of bits beside the seal.
fn digests_in(bytes: &[u8]) -> Vec<Vec<u8>> {
    const BITS: u8 = 0x03;
    let Some(to_sign) = Element::read(bytes).and_then(|(outer, _)| outer.inner().next()) else {
        return Vec::new();
    };
    let parts = to_sign.inner().take(16).filter(|part| part.tag == BITS);
    let digests = parts
        .filter_map(|part| part.body.split_first())
        .filter(|(_, bits)| matches!(bits.len(), 20 | 32));
    digests.map(|(_, bits)| bits.to_vec()).collect()
}

/// The seal within a structure: what begins with a header named `ES`.
pub(super) fn seal_in(bytes: &[u8]) -> Option<Seal> {
    let (outer, _) = Element::read(bytes)?;
    seal_within(outer, MOST_DEPTH, &mut 1000)
}

fn seal_within(element: Element<'_>, depth: usize, left: &mut usize) -> Option<Seal> {
    *left = left.checked_sub(1)?;
    if element.tag & 0x20 == 0 || depth == 0 {
        return None;
    }
    let header = element.inner().next()?;
    let is_seal =
        header.inner().next().is_some_and(|first| first.tag == 0x16 && first.body == b"ES");
    if !is_seal {
        return element.inner().take(16).find_map(|inner| seal_within(inner, depth - 1, left));
    }
    let mut parts = element.inner().skip(1);
    let mut seal = Seal { id: parts.next()?.text(), ..Seal::default() };
    let property = parts.next()?;
    let is_text = |tag: u8| matches!(tag, 0x0c | 0x13 | 0x14 | 0x16 | 0x1e);
    seal.name =
        property.inner().find(|part| is_text(part.tag)).map(Element::text).unwrap_or_default();
    let times = property.inner().filter(|part| matches!(part.tag, 0x17 | 0x18)).take(4);
    seal.times = times.map(Element::text).collect();
    if let Some(picture) = parts.next() {
        let mut fields = picture.inner();
        let kind = fields.next().map(Element::text).unwrap_or_default().to_ascii_lowercase();
        let is_ending =
            !kind.is_empty() && kind.len() < 8 && kind.bytes().all(|b| b.is_ascii_alphanumeric());
        let ending = if is_ending { kind } else { "bin".to_owned() };
        seal.picture = fields
            .next()
            .map(|data| (ending, data.octets()))
            .filter(|(_, bytes)| !bytes.is_empty());
    }
    Some(seal)
}
