//! One header block of a tar archive, and the pax records that may precede it.

use exhibit_model::Moment;

/// Bytes of a block.
pub(super) const BLOCK: u64 = 512;

/// Bytes of a block, as `usize`.
pub(super) const BLOCK_SIZE: usize = 512;

/// The type of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    File,
    Folder,
    Link,
    SymbolicLink,
    Device,
    Pipe,
    Sparse,
    Continued,
    LongName,
    LongLink,
    Pax,
    GlobalPax,
    Other(u8),
}

/// A header.
pub(super) struct Header {
    /// The name, with its prefix.
    pub(super) name: Vec<u8>,
    /// What a link points to.
    pub(super) link: Vec<u8>,
    /// The type of the entry.
    pub(super) kind: Kind,
    /// The stated length of the content in bytes.
    pub(super) size: u64,
    /// The modification time.
    pub(super) modified: Option<Moment>,
}

impl Header {
    /// Parses a block; `None` if its checksum is wrong.
    pub(super) fn parse(block: &[u8]) -> Option<Self> {
        let field = |at: usize, len: usize| block.get(at..at + len).unwrap_or_default();
        let sum: u64 = block.iter().map(|b| u64::from(*b)).sum();
        let own: u64 = field(148, 8).iter().map(|b| u64::from(*b)).sum();
        let signed: i64 = block.iter().map(|b| i64::from(b.cast_signed())).sum();
        let own_signed: i64 = field(148, 8).iter().map(|b| i64::from(b.cast_signed())).sum();
        let stated = number(field(148, 8))?;
        let is_valid = sum - own + 256 == stated
            || i64::try_from(stated).is_ok_and(|stated| signed - own_signed + 256 == stated);
        if !is_valid {
            return None;
        }
        let mut name = text(field(0, 100)).to_vec();
        let prefix = text(field(345, 155));
        if field(257, 6) == b"ustar\0" && !prefix.is_empty() {
            name = [prefix, b"/", &name].concat();
        }
        let kind = match block[156] {
            b'0' | 0 | b'7' if name.ends_with(b"/") && block[156] == 0 => Kind::Folder,
            b'0' | 0 | b'7' => Kind::File,
            b'1' => Kind::Link,
            b'2' => Kind::SymbolicLink,
            b'3' | b'4' => Kind::Device,
            b'5' => Kind::Folder,
            b'6' => Kind::Pipe,
            b'S' => Kind::Sparse,
            b'M' => Kind::Continued,
            b'L' => Kind::LongName,
            b'K' => Kind::LongLink,
            b'x' | b'X' => Kind::Pax,
            b'g' => Kind::GlobalPax,
            other => Kind::Other(other),
        };
        let modified = number(field(136, 12)).and_then(|seconds| i64::try_from(seconds).ok());
        let modified = modified.and_then(|seconds| seconds.checked_mul(1_000_000)).map(Moment);
        Some(Self {
            name,
            link: text(field(157, 100)).to_vec(),
            kind,
            size: number(field(124, 12)).unwrap_or(0),
            modified,
        })
    }

    /// Whether blocks of content follow the header.
    pub(super) fn has_content(&self) -> bool {
        !matches!(
            self.kind,
            Kind::Link | Kind::SymbolicLink | Kind::Device | Kind::Pipe | Kind::Folder
        )
    }
}

/// A field up to its first NUL.
fn text(field: &[u8]) -> &[u8] {
    &field[..field.iter().position(|b| *b == 0).unwrap_or(field.len())]
}

/// A number in octal digits, or in base 256 as GNU writes large ones.
fn number(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|b| b & 0x80 != 0) {
        let bytes = field.iter().enumerate().map(|(at, b)| if at == 0 { b & 0x7F } else { *b });
        return bytes
            .into_iter()
            .try_fold(0_u64, |value, b| value.checked_mul(256)?.checked_add(u64::from(b)));
    }
    let digits = text(field).trim_ascii();
    let digits = std::str::from_utf8(digits).ok()?;
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

/// The content of pax records for the next entry, or for all that follow.
#[derive(Clone, Default)]
pub(super) struct Pax {
    /// The name.
    pub(super) path: Option<Vec<u8>>,
    /// What a link points to.
    pub(super) link: Option<Vec<u8>>,
    /// Bytes of content.
    pub(super) size: Option<u64>,
    /// The modification time.
    pub(super) modified: Option<Moment>,
    /// Whether the content is stored in pieces.
    pub(super) sparse: bool,
}

impl Pax {
    /// Parses records of the form `length keyword=value`, each ended by a line feed.
    pub(super) fn take(&mut self, mut records: &[u8]) {
        while let Some(space) = records.iter().position(|b| *b == b' ') {
            let length = std::str::from_utf8(&records[..space])
                .ok()
                .and_then(|digits| digits.parse::<usize>().ok());
            let Some(length) =
                length.filter(|length| *length > space + 1 && *length <= records.len())
            else {
                return;
            };
            let record = &records[space + 1..length];
            let record = record.strip_suffix(b"\n").unwrap_or(record);
            if let Some(equals) = record.iter().position(|b| *b == b'=') {
                self.take_one(&record[..equals], &record[equals + 1..]);
            }
            records = &records[length..];
        }
    }

    fn take_one(&mut self, key: &[u8], value: &[u8]) {
        let text = || std::str::from_utf8(value).ok();
        match key {
            b"path" | b"GNU.sparse.name" => self.path = Some(value.to_vec()),
            b"linkpath" => self.link = Some(value.to_vec()),
            b"size" => self.size = text().and_then(|t| t.parse().ok()),
            b"mtime" => {
                let seconds = text().and_then(|t| t.split('.').next()?.parse::<i64>().ok());
                self.modified = seconds.and_then(|s| s.checked_mul(1_000_000)).map(Moment);
            }
            b"GNU.sparse.major" | b"GNU.sparse.map" | b"GNU.sparse.numblocks" => self.sparse = true,
            _ => {}
        }
    }
}
