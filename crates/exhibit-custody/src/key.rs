//! The key that signs a log's checkpoints: made once, kept in a file of its own, apart from the case, that only its
//! owner can read.

use crate::Random;
use crate::folder;
use exhibit_proof::hash::to_hex;
use exhibit_proof::{NoteError, SignerKey, VerifierKey};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The most bytes that a key's file may have.
const MAX_BYTES: u64 = 4096;

/// A signing key.
#[derive(Debug)]
pub struct Key {
    signer: SignerKey,
}

/// Why a key cannot be kept or used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file could not be written.
    #[error("could not write the key to {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file could not be read.
    #[error("could not read the key from {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Others than its owner may read the file.
    #[error("the key in {} can be read by others (mode {mode:04o}); restrict it with chmod 600", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// What the file holds is not a key.
    #[error("{} does not hold a signing key", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: NoteError,
    },
}

impl Key {
    /// Makes a key for a new log, whose origin is 16 random hexadecimal digits and the log's kind, such as
    /// `9f3a5c0d71b2e846/custody`: it says nothing of the case.
    ///
    /// # Panics
    /// Where `kind` is not a plain word.
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

    /// Writes the key to a new file that only its owner can read, durably.
    ///
    /// # Errors
    /// [`KeyError::Write`], also where the file is there already: a key is never overwritten.
    pub fn save(&self, path: &Path) -> Result<(), KeyError> {
        let text = Zeroizing::new(self.signer.to_secret_text() + "\n");
        let write = || {
            if path.symlink_metadata().is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            // A key that was half written when the machine stopped must not stand in the way of a whole one.
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

    /// Reads a key from the file that [`Self::save`] wrote.
    ///
    /// # Errors
    /// [`KeyError`], also where others than its owner may read the file.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let unreadable = |source| KeyError::Read { path: path.to_owned(), source };
        let file = File::open(path).map_err(unreadable)?;
        let mode = file.metadata().map_err(unreadable)?.mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Exposed { path: path.to_owned(), mode });
        }
        // Room for all of it at once: a growing text would leave copies behind.
        let mut text = Zeroizing::new(String::with_capacity(MAX_BYTES as usize + 1));
        file.take(MAX_BYTES).read_to_string(&mut text).map_err(unreadable)?;
        let signer = SignerKey::parse_secret_text(text.strip_suffix('\n').unwrap_or(&text));
        signer.map(|signer| Self { signer }).map_err(|source| KeyError::Form { path: path.to_owned(), source })
    }

    pub(crate) const fn signer(&self) -> &SignerKey {
        &self.signer
    }
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

    #[test]
    fn a_key_is_kept_for_its_owner_alone_and_read_back() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("case.key");
        fs::write(path.with_added_extension("new"), b"PRIVATE+K").expect("a broken-off save");
        key().save(&path).expect("saved");
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 1);
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        assert_eq!(Key::load(&path).expect("loaded").verifier(), key().verifier());
        assert_eq!(key().verifier().name(), "0102030405060708/custody");
        assert!(matches!(key().save(&path), Err(KeyError::Write { .. })), "a key is never overwritten");
    }

    #[test]
    fn an_exposed_or_altered_key_is_refused() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("case.key");
        key().save(&path).expect("saved");
        for mode in [0o640, 0o604, 0o660, 0o644] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
            let error = Key::load(&path).expect_err("exposed");
            assert!(matches!(error, KeyError::Exposed { mode: m, .. } if m == mode), "{error}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
        let good = fs::read(&path).expect("read");
        for place in 0..good.len() - 1 {
            let mut altered = good.clone();
            altered[place] ^= 2;
            fs::write(&path, altered).expect("written");
            assert!(Key::load(&path).is_err(), "byte {place}");
        }
        fs::write(&path, vec![b'A'; 1 << 20]).expect("written");
        assert!(matches!(Key::load(&path), Err(KeyError::Form { .. })));
        assert!(matches!(Key::load(&folder.path().join("none")), Err(KeyError::Read { .. })));
    }
}
