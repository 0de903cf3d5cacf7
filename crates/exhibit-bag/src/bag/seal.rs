//! Sealed bags: a tar within one age file (age-encryption.org/v1), written and read as a stream.
//!
//! A sealed bag is never written to disk unsealed: it is checked and imported by seeking in the age file itself. A tar
//! from elsewhere is hostile: only plain files below `bag/` are accepted, everything else is reported.

use super::writer::{WITHIN, create_file};
use crate::{BagError, io_error};
use age::secrecy::SecretString;
use age::stream::{StreamReader, StreamWriter};
use age::{DecryptError, Decryptor, Encryptor, IdentityFile, scrypt, x25519};
use exhibit_proof::bagit::{Files, FoundFile, FoundKind, Unreadable};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The age work factor of a passphrase: 256 MiB of memory and about a second.
const WORK: u8 = 18;

/// The maximum work factor accepted in a received file: 1 GiB of memory.
const MOST_WORK: u8 = 20;

/// The maximum number of files in a sealed bag.
const MOST_FILES: usize = 4_000_000;

/// How a bag is sealed.
#[derive(Debug, Clone, Default)]
pub enum Lock {
    /// Not at all: it is a folder, readable by everyone.
    #[default]
    Open,
    /// To these recipients (`age1…`), any one of whom can open it.
    Recipients(Vec<String>),
    /// With a passphrase.
    Passphrase(SecretString),
}

/// The means to open a sealed bag.
#[derive(Debug, Clone)]
pub enum Unlock {
    /// A file of age identities (`AGE-SECRET-KEY-1…`).
    Identities(PathBuf),
    /// A passphrase.
    Passphrase(SecretString),
}

/// Why a bag cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// A recipient is invalid.
    #[error("{0:?} is not a recipient: those begin with age1")]
    Recipient(String),
    /// The recipients cannot be used.
    #[error("the recipients cannot be used: {0}")]
    Recipients(String),
    /// The identity file cannot be used.
    #[error("{} has no identity that can be used", .0.display())]
    Identities(PathBuf),
    /// The file is not an age file.
    #[error("{} is not a whole age file: {reason}", path.display())]
    NotSealed {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// Neither the identities nor the passphrase open it.
    #[error("{} is not sealed to this identity or passphrase", .0.display())]
    Unopened(PathBuf),
    /// A tar has more files than the maximum.
    #[error("{} has more than {MOST_FILES} files", .0.display())]
    TooMany(PathBuf),
}

impl Lock {
    /// A writer into a new sealed file at `path`; `None` for an open bag.
    pub(crate) fn writer(
        &self,
        path: &Path,
    ) -> Result<Option<StreamWriter<BufWriter<File>>>, BagError> {
        let encryptor = match self {
            Self::Open => return Ok(None),
            Self::Recipients(texts) => {
                let parse = |text: &String| {
                    text.trim()
                        .parse::<x25519::Recipient>()
                        .map_err(|_| SealError::Recipient(text.clone()))
                };
                let keys = texts.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
                Encryptor::with_recipients(keys.iter().map(|key| key as &dyn age::Recipient))
            }
            Self::Passphrase(passphrase) => {
                let mut recipient = scrypt::Recipient::new(passphrase.clone());
                recipient.set_work_factor(WORK);
                Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
            }
        };
        let encryptor = encryptor.map_err(|error| SealError::Recipients(error.to_string()))?;
        let file = create_file(path).map_err(io_error("create", path))?;
        let writer = encryptor.wrap_output(BufWriter::with_capacity(1 << 18, file));
        writer.map(Some).map_err(io_error("write", path))
    }
}

/// An opened sealed bag: its files, read in place.
pub struct SealedBag {
    stream: StreamReader<BufReader<File>>,
    found: Vec<FoundFile>,
    places: BTreeMap<String, (u64, u64)>,
}

impl std::fmt::Debug for SealedBag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedBag").field("files", &self.found.len()).finish_non_exhaustive()
    }
}

/// Whether a file begins like an age file.
#[must_use]
pub fn is_sealed(path: &Path) -> bool {
    let mut start = [0; 21];
    path.is_file()
        && File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok()
        && start == *b"age-encryption.org/v1"
}

impl SealedBag {
    /// Opens a sealed bag and lists its files.
    ///
    /// # Errors
    /// [`SealError`], also if the file is truncated; [`BagError::Io`].
    pub fn open(path: &Path, unlock: &Unlock) -> Result<Self, BagError> {
        let file = File::open(path).map_err(io_error("open", path))?;
        let (mut stream, length) = unseal(BufReader::new(file), unlock, path)?;
        let (found, places) = index(&mut stream, length, path)?;
        Ok(Self { stream, found, places })
    }
}

// A reader of the sealed content, and its length.
fn unseal<R: BufRead + Seek>(
    sealed: R,
    unlock: &Unlock,
    path: &Path,
) -> Result<(StreamReader<R>, u64), BagError> {
    let not_sealed = |reason: String| SealError::NotSealed { path: path.to_owned(), reason };
    let refused = |error: DecryptError| match error {
        DecryptError::NoMatchingKeys
        | DecryptError::DecryptionFailed
        | DecryptError::KeyDecryptionFailed => SealError::Unopened(path.to_owned()),
        error => not_sealed(error.to_string()),
    };
    let decryptor = Decryptor::new_buffered(sealed).map_err(refused)?;
    let identities = unlock.identities()?;
    let mut stream = decryptor
        .decrypt(identities.iter().map(|one| &**one as &dyn age::Identity))
        .map_err(refused)?;
    // proves that the file is not truncated
    let length = stream.seek(SeekFrom::End(0)).map_err(|error| not_sealed(error.to_string()))?;
    stream.rewind().map_err(|error| not_sealed(error.to_string()))?;
    Ok((stream, length))
}

impl Unlock {
    fn identities(&self) -> Result<Vec<Box<dyn age::Identity + Send + Sync>>, BagError> {
        match self {
            Self::Passphrase(passphrase) => {
                let mut identity = scrypt::Identity::new(passphrase.clone());
                identity.set_max_work_factor(MOST_WORK);
                Ok(vec![Box::new(identity)])
            }
            Self::Identities(path) => {
                let unusable = || SealError::Identities(path.clone());
                let file = File::open(path).map_err(io_error("open", path))?;
                let identities =
                    IdentityFile::from_buffer(BufReader::new(file)).map_err(|_| unusable())?;
                Ok(identities.into_identities().map_err(|_| unusable())?)
            }
        }
    }
}

type Index = (Vec<FoundFile>, BTreeMap<String, (u64, u64)>);

fn index<R: Read + Seek>(stream: &mut R, length: u64, path: &Path) -> Result<Index, BagError> {
    let not_sealed = |error: io::Error| SealError::NotSealed {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let (mut found, mut places, mut folders, mut end) =
        (Vec::<FoundFile>::new(), BTreeMap::new(), BTreeSet::new(), 0);
    let mut tar = tar::Archive::new(&mut *stream);
    // raw: the content of other entries (long names, times) is never used, and its length is unbounded
    for entry in tar.entries_with_seek().map_err(not_sealed)?.raw(true) {
        let entry = entry.map_err(not_sealed)?;
        if found.len() == MOST_FILES {
            return Err(SealError::TooMany(path.to_owned()).into());
        }
        let (at, size) = (entry.raw_file_position(), entry.size());
        end = at.saturating_add(size);
        if end > length {
            return Err(not_sealed(io::Error::other("a file in it continues past its end")).into());
        }
        let name = entry.path_bytes().into_owned();
        let kind = entry.header().entry_type();
        if kind.is_dir() && size == 0 {
            folders.insert(name);
            continue;
        }
        let within = name.strip_prefix(WITHIN.as_bytes());
        let plain = kind.is_file() && within.is_some();
        let own = within.unwrap_or(&name).to_vec();
        if let (true, Ok(text)) = (plain, String::from_utf8(own.clone())) {
            places.entry(text).or_insert((at, size));
        }
        found.push(FoundFile {
            path: own,
            size,
            kind: if plain { FoundKind::Plain } else { FoundKind::Special },
        });
    }
    // Folders are listed by other programs; in a bag none is without files.
    for folder in folders {
        let own = folder.strip_prefix(WITHIN.as_bytes()).filter(|own| !own.is_empty());
        if let Some(own) = own.filter(|own| !found.iter().any(|file| file.path.starts_with(own))) {
            let path = own.strip_suffix(b"/").unwrap_or(own).to_vec();
            found.push(FoundFile { path, size: 0, kind: FoundKind::EmptyFolder });
        }
    }
    check_end(stream, end, length).map_err(not_sealed)?;
    Ok((found, places))
}

// After the last file come zeros, a bounded number of them.
fn check_end<R: Read + Seek>(stream: &mut R, end: u64, length: u64) -> io::Result<()> {
    stream.seek(SeekFrom::Start(end))?;
    let rest = length - end;
    let mut zeros = vec![0; usize::try_from(rest.min(1 << 20)).unwrap_or(0)];
    stream.read_exact(&mut zeros)?;
    if rest > 1 << 20 || zeros.iter().any(|byte| *byte != 0) {
        return Err(io::Error::other("there is more after the last file in it"));
    }
    Ok(())
}

impl Files for SealedBag {
    fn list(&mut self) -> Result<Vec<FoundFile>, Unreadable> {
        Ok(self.found.clone())
    }

    fn read(&mut self, path: &str, each: &mut dyn FnMut(&[u8])) -> Result<(), Unreadable> {
        let unreadable = |reason: String| Unreadable { reason };
        let (at, size) =
            *self.places.get(path).ok_or_else(|| unreadable("it is not there".to_owned()))?;
        self.stream.seek(SeekFrom::Start(at)).map_err(|error| unreadable(error.to_string()))?;
        let mut piece = vec![0; 1 << 18];
        let mut left = size;
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
            match self.stream.read(&mut piece[..most]) {
                Ok(0) => return Err(unreadable("it ends before its end".to_owned())),
                Ok(length) => {
                    each(&piece[..length]);
                    left -= length as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(unreadable(error.to_string())),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use exhibit_proof::hash::to_hex;
    use sha2::{Digest as _, Sha256};
    use std::io::Cursor;

    /// Headers that the format does not allow but the age crate opens: the last line of a stanza is missing
    /// where it would be empty. The content is authenticated like that of any other file.
    const OPENED_ALL_THE_SAME: [&str; 2] = ["stanza_missing_body", "stanza_missing_final_line"];

    struct Vector<'a> {
        name: &'a str,
        expect: &'a str,
        payload: &'a str,
        keys: Vec<&'a str>,
        sealed: Vec<u8>,
    }

    fn vectors() -> Vec<Vector<'static>> {
        let lines =
            include_str!("../../tests/age.txt").lines().filter(|line| !line.starts_with('#'));
        let vector = |line: &'static str| {
            let [name, expect, payload, compressed, keys, sealed] =
                line.split('\t').collect::<Vec<_>>().try_into().expect("six values");
            let mut bytes =
                STANDARD.decode(if sealed == "-" { "" } else { sealed }).expect("base64");
            if compressed == "zlib" {
                let mut plain = Vec::new();
                flate2::read::ZlibDecoder::new(&*bytes).read_to_end(&mut plain).expect("zlib");
                bytes = plain;
            }
            Vector { name, expect, payload, keys: keys.split(',').collect(), sealed: bytes }
        };
        lines.map(vector).collect()
    }

    // the content of a sealed file until its end or the first error
    fn open(vector: &Vector<'_>, folder: &Path) -> (Vec<u8>, Result<(), String>) {
        let identities = folder.join("keys");
        std::fs::write(&identities, vector.keys.join("\n")).expect("write");
        let unlock = match vector.keys[0].strip_prefix("p:") {
            Some(passphrase) => Unlock::Passphrase(SecretString::from(passphrase.to_owned())),
            None => Unlock::Identities(identities),
        };
        let mut plain = Vec::new();
        let read = match unseal(Cursor::new(&vector.sealed), &unlock, Path::new(vector.name)) {
            Ok((mut stream, _)) => {
                stream.read_to_end(&mut plain).map(drop).map_err(|error| error.to_string())
            }
            Err(error) => Err(error.to_string()),
        };
        (plain, read)
    }

    #[test]
    fn foreign_test_vectors_are_opened_or_rejected() {
        let folder = tempfile::tempdir().expect("folder");
        let vectors = vectors();
        assert_eq!(vectors.len(), 89);
        let mut wrong = Vec::new();
        for vector in &vectors {
            let (plain, read) = open(vector, folder.path());
            // everything returned before the error must be a prefix of the correct content
            let stated = vector.payload == "-" || to_hex(&Sha256::digest(&plain)) == vector.payload;
            let payload = plain.is_empty() && read.is_err() || stated;
            let named = vector.expect != "no match"
                || read.as_ref().is_err_and(|why| why.contains("not sealed to"));
            let opens = vector.expect == "success" || OPENED_ALL_THE_SAME.contains(&vector.name);
            if read.is_ok() != opens || !payload || !named {
                wrong.push(format!(
                    "{}, {}: {read:?}, {} bytes",
                    vector.name,
                    vector.expect,
                    plain.len()
                ));
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    }
}
