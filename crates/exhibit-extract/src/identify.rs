//! Identifies file types by content; a name is used only as a hint where content is ambiguous.
//!
//! Fixed bytes first, then a look inside zip packages and OLE2 compound files, then the text formats, which have no
//! signature. Every recognised kind has its exact media type even where it has no reader, so that the
//! ledger names the type of an unsupported file. The table of file kinds maps media types to readers
//! ([`exhibit_model::kind`]).

/// The kind for a media type, checked against the table of file kinds at compile time. `unread` where this form of the
/// format has no reader though the media type has one.
macro_rules! kind {
    ($media_type:literal) => {
        const { $crate::identify::Kind::listed($media_type) }
    };
    ($media_type:literal, unread) => {
        const { $crate::identify::Kind { reader: None, ..$crate::identify::Kind::listed($media_type) } }
    };
}

mod magic;
mod names;
mod packages;
mod prose;

pub(crate) use names::suspicion;

use crate::formats::selfextracting;
use crate::out::Input;
use exhibit_model::{MediaType, ReaderKey};
use std::io::Read;

/// The identified type of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kind {
    /// The IANA media type, or the one in common use where none is registered.
    pub media_type: &'static str,
    /// The reader for it, if there is one.
    pub(crate) reader: Option<ReaderKey>,
}

impl Kind {
    /// Panics for a media type missing from the table of file kinds: `kind!` calls it in constants only.
    const fn listed(media_type: &'static str) -> Self {
        match MediaType::find(media_type) {
            Some(row) => Self { media_type: row.name, reader: row.reader },
            None => panic!("a media type that is not in the table of file kinds"),
        }
    }
}

/// The number of leading bytes of a file that are examined.
const HEAD: u64 = 64 << 10;

/// Identifies the bytes of `input`, and rewinds it to its start.
///
/// # Errors
/// An I/O error of the input itself.
pub fn identify(name: &[u8], input: &mut dyn Input) -> std::io::Result<Kind> {
    let mut head = Vec::new();
    input.rewind()?;
    (&mut *input).take(HEAD).read_to_end(&mut head)?;
    input.rewind()?;
    let kind = match &head[..] {
        [] => kind!("application/x-empty"),
        [b'P', b'K', 3, 4, ..]
        | [b'P', b'K', 5, 6, ..]
        | [b'P', b'K', b'0', b'0', b'P', b'K', ..]
        | [b'P', b'K', 7, 8, b'P', b'K', 3, 4, ..] => packages::in_zip(&head, input),
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => {
            packages::in_compound(name, &head, input)
        }
        [b'M', b'Z', ..] | [0x7F, b'E', b'L', b'F', ..] if selfextracting::is_one(input)? => {
            kind!("application/x-self-extracting-archive")
        }
        _ => magic::by_magic(&head)
            .or_else(|| prose::by_text(name, &head))
            .unwrap_or(kind!("application/octet-stream")),
    };
    input.rewind()?;
    Ok(kind)
}

/// The extension of a file name in lower case, without its dot; empty if there is none.
pub(crate) fn ending(name: &[u8]) -> String {
    let last = name.rsplit(|b| *b == b'/' || *b == b'\\').next().unwrap_or(name);
    match last.iter().rposition(|b| *b == b'.') {
        Some(dot) if dot > 0 => String::from_utf8_lossy(&last[dot + 1..]).to_ascii_lowercase(),
        _ => String::new(),
    }
}
