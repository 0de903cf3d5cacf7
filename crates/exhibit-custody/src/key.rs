//! The key that signs the checkpoints of a log. It is stored outside the case, in a separate file that only its owner
//! can read, in plain text or locked by a passphrase.

use crate::Random;
use crate::cipher::{KdfCost, NONCE, Passphrase, decrypt, encrypt, stretch};
use crate::folder;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use exhibit_proof::hash::to_hex;
use exhibit_proof::{NoteError, SignerKey, VerifierKey};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The maximum size of a private file in bytes: a key has a few hundred, a day key 56.
const MAX_BYTES: u64 = 1 << 20;

const LOCKED: &str = "EXHIBIT+KEY+1";

/// The lock of a key: the passphrase, and the cost of trying one.
#[derive(Clone, Debug)]
pub struct KeyProtection {
    /// The passphrase.
    pub passphrase: Passphrase,
    /// The cost.
    pub cost: KdfCost,
}

impl KeyProtection {
    /// A lock with the cost for new keys.
    #[must_use]
    pub const fn new(passphrase: Passphrase) -> Self {
        Self { passphrase, cost: KdfCost::STANDARD }
    }
}

/// A signing key.
#[derive(Debug)]
pub struct Key {
    signer: SignerKey,
}

/// Why a key cannot be stored or used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file could not be written.
    #[error("cannot write the key to {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The file could not be read.
    #[error("cannot read the key from {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// Other users can read the file.
    #[error("other users can read the key in {} (mode {mode:04o}); restrict it with chmod 600", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The file does not contain a key.
    #[error("{} does not contain a signing key", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: NoteError,
    },
    /// The key is locked, and no passphrase was given.
    #[error("the key in {} is locked by a passphrase", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The passphrase is wrong, or the file was altered: the two cannot be distinguished.
    #[error("the passphrase does not open the key in {}, or the file was altered", path.display())]
    Passphrase {
        /// The file.
        path: PathBuf,
    },
}

impl Key {
    /// Generates a key for a new log. The origin is 16 random hexadecimal digits and the kind of log, such as
    /// `9f3a5c0d71b2e846/custody`, so that it reveals nothing about the case.
    ///
    /// # Panics
    /// If `kind` is not a plain word.
    #[must_use]
    pub fn generate(kind: &str, random: Random<'_>) -> Self {
        let mut origin = [0; 8];
        random(&mut origin);
        let mut secret = Zeroizing::new([0; 32]);
        random(secret.as_mut_slice());
        let name = format!("{}/{kind}", to_hex(&origin));
        Self { signer: SignerKey::new(&name, &secret).expect("the kind is a plain word") }
    }

    /// The public half.
    #[must_use]
    pub const fn verifier(&self) -> &VerifierKey {
        self.signer.verifier()
    }

    /// Generates a successor of a key, for the same log.
    ///
    /// # Panics
    /// Never: the name is that of a valid key.
    #[must_use]
    pub fn successor(of: &VerifierKey, random: Random<'_>) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        random(secret.as_mut_slice());
        Self {
            signer: SignerKey::new(of.name(), &secret).expect("the name is that of a valid key"),
        }
    }

    /// Writes the key durably to a new file that only its owner can read.
    ///
    /// # Errors
    /// [`KeyError::Write`], also if the file exists: a key never overwrites another.
    pub fn save(
        &self,
        path: &Path,
        lock: Option<&KeyProtection>,
        random: Random<'_>,
    ) -> Result<(), KeyError> {
        if path.symlink_metadata().is_ok() {
            return Err(KeyError::Write {
                path: path.to_owned(),
                source: io::ErrorKind::AlreadyExists.into(),
            });
        }
        write_file(path, &self.text(lock, random))
    }

    /// Atomically rewrites the file of the key, locked by another passphrase, or unlocked.
    ///
    /// # Errors
    /// [`KeyError::Write`].
    pub fn save_again(
        &self,
        path: &Path,
        lock: Option<&KeyProtection>,
        random: Random<'_>,
    ) -> Result<(), KeyError> {
        write_file(path, &self.text(lock, random))
    }

    /// Reads a key from the file that [`Self::save`] wrote. If it is locked, calls `ask` once for the passphrase.
    ///
    /// # Errors
    /// [`KeyError`], also if other users can read the file.
    pub fn load(
        path: &Path,
        ask: &mut dyn FnMut(&Path) -> Option<Passphrase>,
    ) -> Result<Self, KeyError> {
        let text = read_file(path)?;
        let form = |source| KeyError::Form { path: path.to_owned(), source };
        if text.starts_with(LOCKED) {
            let locked = Locked::parse(&text).ok_or_else(|| form(NoteError::KeyShape))?;
            let passphrase = ask(path).ok_or_else(|| KeyError::Locked { path: path.to_owned() })?;
            let signer = locked
                .open(&passphrase)
                .ok_or_else(|| KeyError::Passphrase { path: path.to_owned() })?;
            return Ok(Self { signer });
        }
        let signer = SignerKey::parse_secret_text(text.strip_suffix('\n').unwrap_or(&text));
        signer.map(|signer| Self { signer }).map_err(form)
    }

    /// Whether the file of a key is locked by a passphrase.
    ///
    /// # Errors
    /// [`KeyError`] if the file cannot be read.
    pub fn is_locked(path: &Path) -> Result<bool, KeyError> {
        Ok(read_file(path)?.starts_with(LOCKED))
    }

    fn text(&self, lock: Option<&KeyProtection>, random: Random<'_>) -> Zeroizing<String> {
        let Some(lock) = lock else { return Zeroizing::new(self.signer.to_secret_text() + "\n") };
        let (mut salt, mut nonce) = ([0; 16], [0; NONCE]);
        random(&mut salt);
        random(&mut nonce);
        let head = Locked::head(self.verifier(), lock.cost, &salt);
        let key =
            stretch(&lock.passphrase, &salt, lock.cost).expect("the cost of new keys is supported");
        let sealed = encrypt(&key, &nonce, head.as_bytes(), self.signer.secret().as_slice());
        Zeroizing::new(format!(
            "{head}xchacha20poly1305 {} {}\n",
            BASE64.encode(nonce),
            BASE64.encode(sealed)
        ))
    }

    pub(crate) const fn signer(&self) -> &SignerKey {
        &self.signer
    }
}

/// The content of the file of a locked key.
struct Locked {
    // All lines except the last, which are authenticated by the cipher.
    head: String,
    verifier: VerifierKey,
    cost: KdfCost,
    salt: [u8; 16],
    nonce: [u8; NONCE],
    sealed: Vec<u8>,
}

impl Locked {
    fn head(verifier: &VerifierKey, cost: KdfCost, salt: &[u8; 16]) -> String {
        let KdfCost { memory, passes, lanes } = cost;
        format!(
            "{LOCKED}\n{verifier}\nargon2id {memory} {passes} {lanes} {}\n",
            BASE64.encode(salt)
        )
    }

    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.strip_suffix('\n')?.split('\n').collect();
        let [LOCKED, verifier, work, sealed] = lines.as_slice() else { return None };
        let work: Vec<&str> = work.split(' ').collect();
        let ["argon2id", memory, passes, lanes, salt] = work.as_slice() else { return None };
        let cost = KdfCost {
            memory: memory.parse().ok()?,
            passes: passes.parse().ok()?,
            lanes: lanes.parse().ok()?,
        };
        let sealed: Vec<&str> = sealed.split(' ').collect();
        let ["xchacha20poly1305", nonce, sealed] = sealed.as_slice() else { return None };
        let verifier = VerifierKey::parse(verifier).ok()?;
        let salt = BASE64.decode(salt).ok()?.try_into().ok()?;
        let (nonce, sealed) =
            (BASE64.decode(nonce).ok()?.try_into().ok()?, BASE64.decode(sealed).ok()?);
        let head = Self::head(&verifier, cost, &salt);
        let is_valid = text.starts_with(&head) && cost.is_bearable() && sealed.len() == 32 + 16;
        is_valid.then_some(Self { head, verifier, cost, salt, nonce, sealed })
    }

    fn open(&self, passphrase: &Passphrase) -> Option<SignerKey> {
        let key = stretch(passphrase, &self.salt, self.cost)?;
        let secret = decrypt(&key, &self.nonce, self.head.as_bytes(), &self.sealed)?;
        let secret = Zeroizing::new(<[u8; 32]>::try_from(secret.as_slice()).ok()?);
        SignerKey::new(self.verifier.name(), &secret)
            .ok()
            .filter(|signer| *signer.verifier() == self.verifier)
    }
}

pub(crate) fn write_file(path: &Path, text: &str) -> Result<(), KeyError> {
    let write = || {
        // Removes a partially written key from before a crash.
        let new = path.with_added_extension("new");
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        folder::sync_folder(path.parent().unwrap_or(Path::new(".")))
    };
    write().map_err(|source| KeyError::Write { path: path.to_owned(), source })
}

/// Reads a private file, which only its owner may be able to read.
pub(crate) fn read_file(path: &Path) -> Result<Zeroizing<String>, KeyError> {
    let unreadable = |source| KeyError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    let mode = metadata.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyError::Exposed { path: path.to_owned(), mode });
    }
    // Allocated at full size: a growing text would leave copies in memory.
    let size = usize::try_from(metadata.len().min(MAX_BYTES)).unwrap_or(0);
    let mut text = Zeroizing::new(String::with_capacity(size + 1));
    file.take(MAX_BYTES).read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn key() -> Key {
        let mut next = 0;
        Key::generate("custody", &mut |bytes: &mut [u8]| {
            for byte in bytes {
                next += 1;
                *byte = next;
            }
        })
    }

    fn no_passphrase(_: &Path) -> Option<Passphrase> {
        None
    }

    fn protection(text: &str) -> KeyProtection {
        let passphrase = Passphrase::new(text).expect("not empty");
        KeyProtection { passphrase, cost: KdfCost { memory: 64, passes: 1, lanes: 1 } }
    }

    fn zeros(bytes: &mut [u8]) {
        bytes.fill(0);
    }

    #[test]
    fn keys_are_private_and_round_trip() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("case.key");
        fs::write(path.with_added_extension("new"), b"PRIVATE+K").expect("an interrupted save");
        key().save(&path, None, &mut zeros).expect("saved");
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 1);
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        assert_eq!(
            Key::load(&path, &mut no_passphrase).expect("loaded").verifier(),
            key().verifier()
        );
        assert_eq!(key().verifier().name(), "0102030405060708/custody");
        let again = key().save(&path, None, &mut zeros);
        assert!(matches!(again, Err(KeyError::Write { .. })), "a key is never overwritten");
    }

    #[test]
    fn locked_keys_need_their_passphrase() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("case.key");
        key().save(&path, Some(&protection("ئون ئىككى 十二")), &mut zeros).expect("saved");
        let kept = fs::read_to_string(&path).expect("read");
        assert!(!kept.contains("PRIVATE"), "{kept}");
        assert!(Key::is_locked(&path).expect("read"));
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        let with = |text: &str| Key::load(&path, &mut |_| Passphrase::new(text));
        assert_eq!(with("ئون ئىككى 十二").expect("opened").verifier(), key().verifier());
        assert!(matches!(with("ئون ئىككى"), Err(KeyError::Passphrase { .. })));
        assert!(matches!(Key::load(&path, &mut no_passphrase), Err(KeyError::Locked { .. })));
        key().save_again(&path, None, &mut zeros).expect("unlocked");
        assert!(!Key::is_locked(&path).expect("read"));
        assert_eq!(
            Key::load(&path, &mut no_passphrase).expect("opened").verifier(),
            key().verifier()
        );
    }

    #[test]
    fn altered_or_truncated_locked_keys_are_rejected() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("case.key");
        key().save(&path, Some(&protection("x")), &mut zeros).expect("saved");
        let good = fs::read(&path).expect("read");
        let load = || Key::load(&path, &mut |_| Passphrase::new("x"));
        for place in 0..good.len() {
            let mut altered = good.clone();
            altered[place] ^= 1;
            fs::write(&path, altered).expect("written");
            assert!(load().is_err(), "byte {place}");
            fs::write(&path, &good[..place]).expect("written");
            assert!(matches!(load(), Err(KeyError::Form { .. })), "cut at {place}");
        }
        let text = String::from_utf8(good).expect("UTF-8");
        for work in [
            "argon2id 4294967295 1 1",
            "argon2id 64 4294967295 1",
            "argon2id 64 1 99",
            "argon2id 064 1 1",
            "argon2d 64 1 1",
        ] {
            fs::write(&path, text.replace("argon2id 64 1 1", work)).expect("written");
            assert!(matches!(load(), Err(KeyError::Form { .. })), "{work}");
        }
    }

    #[test]
    fn exposed_or_altered_keys_are_rejected() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("case.key");
        key().save(&path, None, &mut zeros).expect("saved");
        let load = |path: &Path| Key::load(path, &mut no_passphrase);
        for mode in [0o640, 0o604, 0o660, 0o644] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
            let error = load(&path).expect_err("exposed");
            assert!(matches!(error, KeyError::Exposed { mode: m, .. } if m == mode), "{error}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
        let good = fs::read(&path).expect("read");
        for place in 0..good.len() - 1 {
            let mut altered = good.clone();
            altered[place] ^= 2;
            fs::write(&path, altered).expect("written");
            assert!(load(&path).is_err(), "byte {place}");
            fs::write(&path, &good[..place]).expect("written");
            assert!(matches!(load(&path), Err(KeyError::Form { .. })), "cut at {place}");
        }
        fs::write(&path, vec![b'A'; 1 << 20]).expect("written");
        assert!(matches!(load(&path), Err(KeyError::Form { .. })));
        assert!(matches!(load(&folder.path().join("none")), Err(KeyError::Read { .. })));
    }
}
