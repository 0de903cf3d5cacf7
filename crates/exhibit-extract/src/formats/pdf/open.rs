//! Opens a document from the file's bytes: the whole file in memory, passwords tried in order.

use super::{owner, salvage};
use crate::out::Input;
use exhibit_model::Reason;
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use std::sync::Arc;

/// Why a document cannot be opened.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Closed {
    /// None of the passwords opens it.
    Locked,
    /// Its encryption is of a kind that no password opens here; as the file states it.
    Unsupported(String),
    /// It cannot be read, for this reason.
    Broken(Reason),
    /// It is larger than this number of bytes.
    TooLarge(u64),
}

/// An open document.
pub(super) struct Opened {
    pub(super) pdf: Pdf,
    pub(super) bytes: Arc<Vec<u8>>,
    /// Whether it is encrypted, even if with an empty password.
    pub(super) encrypted: bool,
    /// Whether its catalog was lost and rebuilt.
    pub(super) salvaged: bool,
}

/// Opens the document in `input`, which is read completely if it has at most `most` bytes.
pub(super) fn open(
    input: &mut dyn Input,
    most: u64,
    passwords: &[String],
) -> Result<Opened, Closed> {
    let unreadable = |error: std::io::Error| Closed::Broken(Reason::cannot_read(&error));
    input.rewind().map_err(unreadable)?;
    let mut bytes = Vec::new();
    let mut limited = std::io::Read::take(input, most.saturating_add(1));
    std::io::Read::read_to_end(&mut limited, &mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > most {
        return Err(Closed::TooLarge(most));
    }
    let bytes = Arc::new(bytes);
    let encrypted = is_encrypted(&bytes);
    let opened = |pdf, salvaged| Opened { pdf, bytes: bytes.clone(), encrypted, salvaged };
    match Pdf::new(bytes.clone()) {
        Ok(pdf) if encrypted || ends_well(&bytes) => Ok(opened(pdf, false)),
        Ok(pdf) => Ok(opened(mended(pdf, &bytes), false)),
        Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected)) => {
            unlock(bytes, passwords)
        }
        Err(LoadPdfError::Invalid) => {
            let mended = salvage::salvage(&bytes).and_then(|salvaged| {
                let salvaged = Arc::new(salvaged);
                Some(mended(Pdf::new(salvaged.clone()).ok()?, &salvaged))
            });
            mended
                .map(|pdf| opened(pdf, true))
                .ok_or_else(|| Closed::Broken(reason(LoadPdfError::Invalid, &bytes)))
        }
        Err(LoadPdfError::Decryption(_)) => Err(Closed::Unsupported(scheme(&bytes))),
    }
}

/// The document without its lost character maps.
fn mended(pdf: Pdf, bytes: &[u8]) -> Pdf {
    salvage::without_lost_maps(&pdf, bytes).and_then(|bytes| Pdf::new(bytes).ok()).unwrap_or(pdf)
}

/// Whether the file has the end marker of a PDF.
pub(super) fn ends_well(bytes: &[u8]) -> bool {
    contains(&bytes[bytes.len().saturating_sub(2048)..], b"%%EOF")
}

fn unlock(bytes: Arc<Vec<u8>>, passwords: &[String]) -> Result<Opened, Closed> {
    for password in passwords {
        let user = owner::user_password(&bytes, password.as_bytes());
        for candidate in [Some(password.clone()), user].into_iter().flatten() {
            if let Ok(pdf) = Pdf::new_with_password(bytes.clone(), &candidate) {
                return Ok(Opened { pdf, bytes, encrypted: true, salvaged: false });
            }
        }
    }
    Err(Closed::Locked)
}

/// The name of the security handler that the file states.
fn scheme(bytes: &[u8]) -> String {
    let handlers = [
        &b"/Adobe.PubSec"[..],
        b"/Adobe.APS",
        b"/EBX_HANDLER",
        b"/FOPN_fLock",
        b"/SOND",
        b"/Standard",
    ];
    let found = handlers.into_iter().find(|handler| contains(bytes, handler)).unwrap_or(b"/");
    String::from_utf8_lossy(&found[1..]).into_owned()
}

fn reason(error: LoadPdfError, bytes: &[u8]) -> Reason {
    match error {
        LoadPdfError::Decryption(_) => Reason::PdfEncryption,
        LoadPdfError::Invalid if !contains(bytes, b" obj") => Reason::NoPdfObjects,
        LoadPdfError::Invalid => Reason::NoPdfStructure,
    }
}

/// Whether a trailer names an encryption dictionary.
fn is_encrypted(bytes: &[u8]) -> bool {
    positions(bytes, b"/Encrypt").any(|at| {
        let rest = bytes[at + 8..].trim_ascii_start();
        rest.starts_with(b"<<") || rest.first().is_some_and(u8::is_ascii_digit)
    })
}

/// Whether `bytes` contain `word`.
pub(super) fn contains(bytes: &[u8], word: &[u8]) -> bool {
    positions(bytes, word).next().is_some()
}

/// The position of `word` in `bytes`.
pub(super) fn positions<'a>(bytes: &'a [u8], word: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let first = word.first().copied().unwrap_or_default();
    let starts =
        bytes.iter().enumerate().filter(move |(_, byte)| **byte == first).map(|(at, _)| at);
    starts.filter(move |at| bytes[*at..].starts_with(word))
}
