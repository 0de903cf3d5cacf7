//! Kinds told by fixed bytes at a fixed place.
//!
//! Only signatures strong enough not to be met in text by chance are listed; formats inside a zip or an OLE2
//! compound file are told apart in `packages`, text formats in `prose`.

use super::{Kind, Reader};

/// A signature: at `offset` stand `bytes`, and, where given, `more.1` at `more.0` as well.
struct Magic {
    offset: usize,
    bytes: &'static [u8],
    more: Option<(usize, &'static [u8])>,
    kind: Kind,
}

const fn magic(offset: usize, bytes: &'static [u8], media_type: &'static str, reader: Reader) -> Magic {
    Magic { offset, bytes, more: None, kind: Kind { media_type, reader } }
}

const fn pair(
    bytes: &'static [u8],
    offset: usize,
    more: &'static [u8],
    media_type: &'static str,
    reader: Reader,
) -> Magic {
    Magic { offset: 0, bytes, more: Some((offset, more)), kind: Kind { media_type, reader } }
}

/// What fixed bytes in `head`, the first bytes of a file, tell; `None` where they tell nothing.
pub(super) fn by_magic(head: &[u8]) -> Option<Kind> {
    let at = |offset: usize, bytes: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(bytes));
    let binary = head.iter().take(512).any(|b| *b < 9);
    let holds = |m: &Magic| at(m.offset, m.bytes) && m.more.is_none_or(|(offset, more)| at(offset, more));
    let fixed = TABLE.iter().find(|m| holds(m) && (binary || !could_be_prose(m.bytes)));
    fixed.map(|m| m.kind).or_else(|| by_structure(head))
}

/// Whether a text might begin with these bytes, so that they prove nothing unless binary bytes follow.
fn could_be_prose(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_graphic) && (bytes.len() <= 4 || bytes[0].is_ascii_digit())
}

/// Kinds whose signature is a rule rather than a constant.
fn by_structure(head: &[u8]) -> Option<Kind> {
    let none = |media_type| Some(Kind { media_type, reader: Reader::None });
    if let Some(brand) = head.get(8..12).filter(|_| head.get(4..8) == Some(b"ftyp")) {
        return none(iso_media(brand));
    }
    if tar_checksum_holds(head) {
        let gnu = head.get(257..265) == Some(b"ustar  \0");
        let media_type = if gnu { "application/x-gtar" } else { "application/x-tar" };
        return Some(Kind { media_type, reader: Reader::Tar });
    }
    if head.len() > 7 && head[0] & 0xF0 == 0x50 && head[1..4] == [0x2A, 0x4D, 0x18] {
        return Some(Kind { media_type: "application/zstd", reader: Reader::Zstd });
    }
    if let Some(kind) = by_cms(head) {
        return Some(kind);
    }
    if pdf_soon(head) {
        return Some(Kind { media_type: "application/pdf", reader: Reader::Pdf });
    }
    if head.len() > 3 && head[0] == 0xFF && head[1] & 0xE0 == 0xE0 && head[1] & 0x06 != 0 && head[2] >> 4 != 15 {
        let utf16 = head[1] == 0xFE;
        return if utf16 { None } else { none("audio/mpeg") };
    }
    if head.len() > 21 && &head[2..5] == b"-lh" && head[6] == b'-' {
        return none("application/x-lzh-compressed");
    }
    if head.len() > 32 && matches!(head[0], 0x03 | 0x30 | 0x31 | 0x83 | 0x8B | 0xF5) && dbase_header(head) {
        return none("application/vnd.dbf");
    }
    None
}

/// Cryptographic messages (RFC 5652) by the object identifier of their content.
fn by_cms(head: &[u8]) -> Option<Kind> {
    const CMS: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07";
    const TIMESTAMPED: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x1F";
    let start = head.get(..head.len().min(32)).filter(|start| start.first() == Some(&0x30))?;
    let after = |oid: &[u8]| start.windows(oid.len()).position(|w| w == oid).map(|at| &start[at + oid.len()..]);
    let kind = |media_type, reader| Some(Kind { media_type, reader });
    if after(TIMESTAMPED).is_some() {
        return kind("application/timestamped-data", Reader::None);
    }
    match after(CMS)?.first()? {
        2 => kind("application/pkcs7-signature", Reader::None),
        3 => kind("application/pkcs7-mime", Reader::Sealed),
        _ => kind("application/pkcs7-mime", Reader::None),
    }
}

/// The media type of an ISO base media file by its brand (ISO/IEC 14496-12).
fn iso_media(brand: &[u8]) -> &'static str {
    match brand {
        b"heic" | b"heix" | b"heim" | b"heis" => "image/heic",
        b"mif1" | b"msf1" | b"hevc" | b"hevx" => "image/heif",
        b"avif" | b"avis" => "image/avif",
        b"jp2 " => "image/jp2",
        b"jpx " => "image/jpx",
        b"qt  " => "video/quicktime",
        b"M4A " | b"M4B " => "audio/mp4",
        [b'3', b'g', ..] => "video/3gpp",
        _ => "video/mp4",
    }
}

/// Whether the first block is a tar header: its checksum field holds the sum of its bytes (POSIX.1-1988).
fn tar_checksum_holds(head: &[u8]) -> bool {
    let Some(block) = head.get(..512) else { return false };
    let field = &block[148..156];
    let digits: Vec<u8> = field.iter().copied().skip_while(|b| *b == b' ').take_while(u8::is_ascii_digit).collect();
    let Some(stated) = std::str::from_utf8(&digits).ok().and_then(|d| u32::from_str_radix(d, 8).ok()) else {
        return false;
    };
    let sum = |signed: bool| -> i64 {
        let value = |b: u8| if signed { i64::from(b.cast_signed()) } else { i64::from(b) };
        block.iter().enumerate().map(|(i, b)| if (148..156).contains(&i) { 32 } else { value(*b) }).sum()
    };
    block[0] != 0 && (sum(false) == i64::from(stated) || sum(true) == i64::from(stated))
}

/// Whether a PDF header stands within the first kilobyte, as readers accept it (ISO 32000-1, annex H).
fn pdf_soon(head: &[u8]) -> bool {
    let start = &head[..head.len().min(1024)];
    let Some(at) = start.windows(5).position(|w| w == b"%PDF-") else { return false };
    start[..at].iter().all(u8::is_ascii_whitespace) || start.get(at + 5).is_some_and(u8::is_ascii_digit)
}

/// Whether a dBase header is coherent: a real date, and a header length that ends after whole field records.
fn dbase_header(head: &[u8]) -> bool {
    let header_size = usize::from(u16::from_le_bytes([head[8], head[9]]));
    (1..=12).contains(&head[2])
        && (1..=31).contains(&head[3])
        && header_size > 64
        && head.get(header_size.saturating_sub(1)).is_none_or(|b| matches!(b, 0x0D | 0))
        && head[12] == 0
        && head[13] == 0
}

const TABLE: &[Magic] = &[
    magic(0, b"%PDF-", "application/pdf", Reader::Pdf),
    // pictures
    magic(0, b"\xFF\xD8\xFF", "image/jpeg", Reader::Picture),
    magic(0, b"\x89PNG\r\n\x1A\n", "image/png", Reader::Picture),
    magic(0, b"GIF87a", "image/gif", Reader::Picture),
    magic(0, b"GIF89a", "image/gif", Reader::Picture),
    magic(0, b"II*\0", "image/tiff", Reader::Picture),
    magic(0, b"MM\0*", "image/tiff", Reader::Picture),
    magic(0, b"II+\0", "image/tiff", Reader::Picture),
    magic(0, b"MM\0+", "image/tiff", Reader::Picture),
    pair(b"RIFF", 8, b"WEBP", "image/webp", Reader::Picture),
    pair(b"BM", 6, b"\0\0\0\0", "image/bmp", Reader::Picture),
    magic(0, b"\0\0\0\x0CjP  \r\n\x87\n", "image/jp2", Reader::None),
    magic(0, b"\xFF\x4F\xFF\x51\0", "image/x-jp2-codestream", Reader::None),
    magic(0, b"\xFF\x0A", "image/jxl", Reader::None),
    magic(0, b"\0\0\0\x0CJXL \r\n\x87\n", "image/jxl", Reader::None),
    magic(0, b"8BPS", "image/vnd.adobe.photoshop", Reader::None),
    magic(0, b"\xD7\xCD\xC6\x9A", "image/wmf", Reader::None),
    magic(0, b"\x01\0\x09\0\0\x03", "image/wmf", Reader::None),
    pair(b"\x01\0\0\0", 40, b" EMF", "image/emf", Reader::None),
    magic(0, b"AT&TFORM", "image/vnd.djvu", Reader::None),
    magic(0, b"\0\0\x01\0", "image/vnd.microsoft.icon", Reader::None),
    magic(0, b"gimp xcf", "image/x-xcf", Reader::None),
    // archives and compressed files
    magic(0, b"\x1F\x8B\x08", "application/gzip", Reader::Gzip),
    magic(0, b"BZh", "application/x-bzip2", Reader::Bzip2),
    magic(0, b"\xFD7zXZ\0", "application/x-xz", Reader::Xz),
    magic(0, b"\x28\xB5\x2F\xFD", "application/zstd", Reader::Zstd),
    magic(257, b"ustar  \0", "application/x-gtar", Reader::Tar),
    magic(257, b"ustar\0", "application/x-tar", Reader::Tar),
    magic(0, b"7z\xBC\xAF\x27\x1C", "application/x-7z-compressed", Reader::None),
    magic(0, b"Rar!\x1A\x07", "application/vnd.rar", Reader::None),
    magic(0, b"RE~^", "application/vnd.rar", Reader::None),
    magic(0, b"MSCF\0\0\0\0", "application/vnd.ms-cab-compressed", Reader::None),
    magic(0, b"!<arch>\ndebian", "application/vnd.debian.binary-package", Reader::None),
    magic(0, b"!<arch>\n", "application/x-archive", Reader::None),
    magic(0, b"070707", "application/x-cpio", Reader::None),
    magic(0, b"070701", "application/x-cpio", Reader::None),
    magic(0, b"070702", "application/x-cpio", Reader::None),
    magic(0, b"\xC7\x71", "application/x-cpio", Reader::None),
    magic(0, b"\x1F\x9D", "application/x-compress", Reader::None),
    magic(0, b"LZIP\x01", "application/lzip", Reader::None),
    magic(0, b"\x5D\0\0\x80\0", "application/x-lzma", Reader::None),
    magic(0, b"\x04\x22\x4D\x18", "application/x-lz4", Reader::None),
    magic(0, b"\xED\xAB\xEE\xDB", "application/x-rpm", Reader::None),
    magic(0, b"xar!", "application/x-xar", Reader::None),
    magic(0, b"\x60\xEA", "application/x-arj", Reader::None),
    magic(0, b"WARC/", "application/warc", Reader::None),
    magic(0, b"filedesc://", "application/x-internet-archive", Reader::None),
    magic(32769, b"CD001", "application/vnd.efi.iso", Reader::None),
    magic(0, b"VMDK", "application/x-vmdk", Reader::None),
    magic(0, b"KDMV", "application/x-vmdk", Reader::None),
    magic(0, b"conectix", "application/x-vhd", Reader::None),
    magic(0, b"vhdxfile", "application/x-vhdx", Reader::None),
    magic(0, b"QFI\xFB", "application/x-qemu-disk", Reader::None),
    magic(0, b"EVF\x09\x0D\x0A\xFF\0", "application/x-ewf", Reader::None),
    // documents with no reader of their own yet
    magic(0, b"{\\rtf", "application/rtf", Reader::None),
    magic(0, b"!BDN", "application/vnd.ms-outlook-pst", Reader::None),
    magic(0, b"\x78\x9F\x3E\x22", "application/vnd.ms-tnef", Reader::None),
    magic(0, b"ITSF\x03\0\0\0", "application/vnd.ms-htmlhelp", Reader::None),
    magic(0, b"\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D", "application/onenote", Reader::None),
    magic(0, b"\xDB\xA5\x2D\0", "application/msword", Reader::None),
    magic(0, b"\x31\xBE\0\0", "application/x-mswrite", Reader::None),
    magic(0, b"\xFFWPC", "application/vnd.wordperfect", Reader::None),
    magic(0, b"\x09\x08\x10\0\0\x06\x05\0", "application/vnd.ms-excel", Reader::None),
    magic(0, b"\x09\x04\x06\0", "application/vnd.ms-excel", Reader::None),
    magic(0, b"\x09\x02\x06\0", "application/vnd.ms-excel", Reader::None),
    magic(0, b"\x09\0\x04\0", "application/vnd.ms-excel", Reader::None),
    magic(0, b"%!PS-Adobe", "application/postscript", Reader::None),
    magic(0, b"\xC5\xD0\xD3\xC6", "application/postscript", Reader::None),
    pair(b"AC10", 6, b"\0", "image/vnd.dwg", Reader::None),
    magic(60, b"BOOKMOBI", "application/x-mobipocket-ebook", Reader::None),
    // data
    magic(0, b"SQLite format 3\0", "application/vnd.sqlite3", Reader::None),
    magic(4, b"Standard Jet DB", "application/vnd.ms-access", Reader::None),
    magic(4, b"Standard ACE DB", "application/vnd.ms-access", Reader::None),
    magic(0, b"PAR1", "application/vnd.apache.parquet", Reader::None),
    magic(0, b"\x89HDF\r\n\x1A\n", "application/x-hdf5", Reader::None),
    magic(0, b"bplist00", "application/x-bplist", Reader::None),
    magic(0, b"\xD4\xC3\xB2\xA1", "application/vnd.tcpdump.pcap", Reader::None),
    magic(0, b"\xA1\xB2\xC3\xD4", "application/vnd.tcpdump.pcap", Reader::None),
    magic(0, b"\x0A\x0D\x0D\x0A", "application/x-pcapng", Reader::None),
    magic(0, b"L\0\0\0\x01\x14\x02\0", "application/x-ms-shortcut", Reader::None),
    magic(0, b"regf", "application/x-ms-registry", Reader::None),
    magic(0, b"ElfFile\0", "application/x-ms-evtx", Reader::None),
    // sound and video
    magic(0, b"ID3", "audio/mpeg", Reader::None),
    magic(0, b"fLaC", "audio/flac", Reader::None),
    magic(0, b"OggS", "application/ogg", Reader::None),
    magic(0, b"#!AMR", "audio/AMR", Reader::None),
    magic(0, b"#!SILK", "audio/silk", Reader::None),
    magic(0, b"\x02#!SILK", "audio/silk", Reader::None),
    magic(0, b"MThd", "audio/midi", Reader::None),
    magic(0, b".snd", "audio/basic", Reader::None),
    pair(b"RIFF", 8, b"WAVE", "audio/vnd.wave", Reader::None),
    pair(b"RIFF", 8, b"AVI ", "video/vnd.avi", Reader::None),
    pair(b"FORM", 8, b"AIFF", "audio/aiff", Reader::None),
    magic(0, b"\x1A\x45\xDF\xA3", "video/matroska", Reader::None),
    magic(0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "video/x-ms-asf", Reader::None),
    magic(0, b"FLV\x01", "video/x-flv", Reader::None),
    magic(0, b"\0\0\x01\xBA", "video/mpeg", Reader::None),
    magic(0, b"\0\0\x01\xB3", "video/mpeg", Reader::None),
    // programs
    magic(0, b"\x7FELF", "application/x-elf", Reader::None),
    magic(0, b"MZ", "application/vnd.microsoft.portable-executable", Reader::None),
    magic(0, b"\xCF\xFA\xED\xFE", "application/x-mach-binary", Reader::None),
    magic(0, b"\xCE\xFA\xED\xFE", "application/x-mach-binary", Reader::None),
    magic(0, b"\xCA\xFE\xBA\xBE", "application/java-vm", Reader::None),
    magic(0, b"\0asm\x01\0\0\0", "application/wasm", Reader::None),
    magic(0, b"dex\n03", "application/vnd.android.dex", Reader::None),
    // keys and sealed messages
    magic(0, b"-----BEGIN PGP MESSAGE-----", "application/pgp-encrypted", Reader::Sealed),
    magic(0, b"-----BEGIN PGP PUBLIC KEY BLOCK-----", "application/pgp-keys", Reader::Text),
    magic(0, b"-----BEGIN PGP PRIVATE KEY BLOCK-----", "application/pgp-keys", Reader::Text),
    magic(0, b"-----BEGIN PGP SIGNATURE-----", "application/pgp-signature", Reader::Text),
    magic(0, b"-----BEGIN ", "application/x-pem-file", Reader::Text),
    magic(0, b"LUKS\xBA\xBE", "application/x-luks", Reader::None),
    magic(0, b"\x03\xD9\xA2\x9A\x67\xFB\x4B\xB5", "application/x-keepass", Reader::None),
    // fonts
    magic(0, b"OTTO\0", "font/otf", Reader::None),
    magic(0, b"\0\x01\0\0\0", "font/ttf", Reader::None),
    magic(0, b"ttcf", "font/collection", Reader::None),
    magic(0, b"wOFF", "font/woff", Reader::None),
    magic(0, b"wOF2", "font/woff2", Reader::None),
];
