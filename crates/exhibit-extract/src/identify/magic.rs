//! Kinds recognised by fixed bytes at a fixed offset.
//!
//! Only signatures that text does not contain by chance are listed; formats inside a zip or an OLE2
//! compound file are recognised in `packages`, text formats in `prose`.

use super::Kind;

/// A signature: `bytes` at `offset` and, if given, `more.1` at `more.0` as well.
struct Magic {
    offset: usize,
    bytes: &'static [u8],
    more: Option<(usize, &'static [u8])>,
    kind: Kind,
}

const fn magic(offset: usize, bytes: &'static [u8], kind: Kind) -> Magic {
    Magic { offset, bytes, more: None, kind }
}

const fn pair(bytes: &'static [u8], offset: usize, more: &'static [u8], kind: Kind) -> Magic {
    Magic { offset: 0, bytes, more: Some((offset, more)), kind }
}

/// The kind identified by fixed bytes in `head`, the first bytes of a file, if any.
pub(super) fn by_magic(head: &[u8]) -> Option<Kind> {
    if let Some(kind) = raw_photograph(head).or_else(|| netpbm(head)) {
        return Some(kind);
    }
    let at = |offset: usize, bytes: &[u8]| {
        head.get(offset..).is_some_and(|rest| rest.starts_with(bytes))
    };
    let binary = head.iter().take(512).any(|b| *b < 9);
    let fits =
        |m: &Magic| at(m.offset, m.bytes) && m.more.is_none_or(|(offset, more)| at(offset, more));
    let fixed = TABLE.iter().find(|m| fits(m) && (binary || !could_be_prose(m.bytes)));
    fixed.map(|m| m.kind).or_else(|| by_structure(head))
}

/// A raw photograph: most are TIFF files by their first bytes.
fn raw_photograph(head: &[u8]) -> Option<Kind> {
    let media_type = crate::formats::picture::raw::media_type(head)?;
    const KINDS: [Kind; 9] = [
        kind!("image/x-adobe-dng"),
        kind!("image/x-canon-cr2"),
        kind!("image/x-canon-cr3"),
        kind!("image/x-fuji-raf"),
        kind!("image/x-nikon-nef"),
        kind!("image/x-olympus-orf"),
        kind!("image/x-panasonic-rw2"),
        kind!("image/x-pentax-pef"),
        kind!("image/x-sony-arw"),
    ];
    KINDS.into_iter().find(|kind| kind.media_type == media_type)
}

/// A Netpbm picture: its letter and digit begin texts too, so its header must be whole.
fn netpbm(head: &[u8]) -> Option<Kind> {
    if !crate::formats::picture::is_netpbm(head) {
        return None;
    }
    match head.get(1)? {
        b'1' | b'4' => Some(kind!("image/x-portable-bitmap")),
        b'2' | b'5' => Some(kind!("image/x-portable-graymap")),
        b'3' | b'6' => Some(kind!("image/x-portable-pixmap")),
        _ => Some(kind!("image/x-portable-arbitrarymap")),
    }
}

/// Whether a text might begin with these bytes, so that they prove nothing unless binary bytes follow.
fn could_be_prose(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_graphic) && (bytes.len() <= 4 || bytes[0].is_ascii_digit())
}

/// Kinds whose signature is a rule rather than a constant.
fn by_structure(head: &[u8]) -> Option<Kind> {
    if let Some(brand) = head.get(8..12).filter(|_| head.get(4..8) == Some(b"ftyp")) {
        return Some(iso_media(brand));
    }
    if tar_checksum_fits(head) {
        let gnu = head.get(257..265) == Some(b"ustar  \0");
        return Some(if gnu { kind!("application/x-gtar") } else { kind!("application/x-tar") });
    }
    if head.len() > 7 && head[0] & 0xF0 == 0x50 && head[1..4] == [0x2A, 0x4D, 0x18] {
        return Some(kind!("application/zstd"));
    }
    if let Some(kind) = by_cms(head) {
        return Some(kind);
    }
    if is_pgp_message(head) {
        return Some(kind!("application/pgp-encrypted"));
    }
    if pdf_soon(head) {
        return Some(kind!("application/pdf"));
    }
    if head.len() > 3
        && head[0] == 0xFF
        && head[1] & 0xE0 == 0xE0
        && head[1] & 0x06 != 0
        && head[2] >> 4 != 15
    {
        let utf16 = head[1] == 0xFE;
        return if utf16 { None } else { Some(kind!("audio/mpeg")) };
    }
    if head.len() > 21 && &head[2..5] == b"-lh" && head[6] == b'-' {
        return Some(kind!("application/x-lzh-compressed"));
    }
    if crate::formats::fat::is_image(head) {
        return Some(kind!("application/x-raw-disk-image"));
    }
    if let Some(kind) = file_system(head) {
        return Some(kind);
    }
    let binary = head.iter().take(512).any(|b| *b < 9);
    if binary
        && head.len() > 188 * 4
        && (0..5).all(|packet| head.get(packet * 188).is_none_or(|byte| *byte == 0x47))
    {
        return Some(kind!("video/mp2t"));
    }
    if matches!(head, [b'F' | b'C' | b'Z', b'W', b'S', 1..=60, _, _, _, _, ..]) && head[7] < 0x20 {
        return Some(kind!("application/vnd.adobe.flash.movie"));
    }
    if bare_workbook(head) {
        return Some(kind!("application/vnd.ms-excel"));
    }
    if head.len() > 32
        && matches!(head[0], 0x03 | 0x30 | 0x31 | 0x83 | 0x8B | 0xF5)
        && dbase_header(head)
    {
        return Some(kind!("application/vnd.dbf"));
    }
    None
}

/// A file system by what is behind its boot blocks.
fn file_system(head: &[u8]) -> Option<Kind> {
    let at = |offset: usize, bytes: &[u8]| {
        head.get(offset..).is_some_and(|rest| rest.starts_with(bytes))
    };
    // ext2 to ext4: the magic number, a state of 1 or 2, what to do with errors
    if at(1080, b"\x53\xEF")
        && head.get(1082).is_some_and(|state| (1..=3).contains(state))
        && at(1083, b"\0")
    {
        return Some(kind!("application/x-ext-image"));
    }
    if at(1024, b"H+\0\x04") || at(1024, b"HX\0\x05") {
        return Some(kind!("application/x-hfs-image"));
    }
    None
}

/// Whether these are the records of a workbook without a container, as Excel wrote them before 1993: the first record
/// states the version by its number, and what the stream is.
fn bare_workbook(head: &[u8]) -> bool {
    let short =
        |at: usize| head.get(at..at + 2).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
    let kind = matches!(short(6), Some(0x05 | 0x06 | 0x10 | 0x20 | 0x40 | 0x0100));
    let length = short(2).unwrap_or(0);
    match short(0) {
        Some(0x0009) => kind && (4..=8).contains(&length),
        Some(0x0209 | 0x0409) => kind && (6..=16).contains(&length),
        Some(0x0809) => kind && (8..=16).contains(&length),
        _ => false,
    }
}

/// Cryptographic messages (RFC 5652) by the object identifier of their content.
fn by_cms(head: &[u8]) -> Option<Kind> {
    const CMS: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07";
    const AUTH_ENVELOPED: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17";
    const TIMESTAMPED: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x1F";
    let start = head.get(..head.len().min(32)).filter(|start| start.first() == Some(&0x30))?;
    let after = |oid: &[u8]| {
        start.windows(oid.len()).position(|w| w == oid).map(|at| &start[at + oid.len()..])
    };
    if after(TIMESTAMPED).is_some() {
        return Some(kind!("application/timestamped-data"));
    }
    if after(AUTH_ENVELOPED).is_some() {
        return Some(kind!("application/pkcs7-mime"));
    }
    Some(match after(CMS)?.first()? {
        2 => kind!("application/pkcs7-signature"),
        3 => kind!("application/pkcs7-mime"),
        _ => kind!("application/pkcs7-mime", unread),
    })
}

/// Whether the bytes begin with the encrypted session key of an OpenPGP message (RFC 9580), for a key or a passphrase.
fn is_pgp_message(head: &[u8]) -> bool {
    // the tag, then the length in one, two or four bytes
    let body = match head {
        [0x84 | 0x8c, ..] => head.get(2..),
        [0x85 | 0x8d, ..] => head.get(3..),
        [0xc1 | 0xc3, 0..=0xbf, ..] => head.get(2..),
        [0xc1 | 0xc3, 0xc0..=0xdf, ..] => head.get(3..),
        _ => None,
    };
    let for_key = matches!(head.first(), Some(0x84 | 0x85 | 0xc1));
    match body {
        // version 3, the key's id, an algorithm of public keys
        Some([3, _, _, _, _, _, _, _, _, 1 | 2 | 16 | 18 | 25, ..]) => for_key,
        // version 4, a cipher, a way to derive its key, a hash
        Some([4, 1..=4 | 7..=13, 0 | 1 | 3, 1..=3 | 8..=14, ..]) => !for_key,
        _ => false,
    }
}

/// The kind of an ISO base media file, by its brand (ISO/IEC 14496-12).
fn iso_media(brand: &[u8]) -> Kind {
    match brand {
        b"heic" | b"heix" | b"heim" | b"heis" => kind!("image/heic"),
        b"mif1" | b"msf1" | b"hevc" | b"hevx" => kind!("image/heif"),
        b"avif" | b"avis" => kind!("image/avif"),
        b"jp2 " => kind!("image/jp2"),
        b"jpx " => kind!("image/jpx"),
        b"qt  " => kind!("video/quicktime"),
        b"M4A " | b"M4B " => kind!("audio/mp4"),
        [b'3', b'g', ..] => kind!("video/3gpp"),
        _ => kind!("video/mp4"),
    }
}

/// Whether the first block is a tar header: its checksum field is the sum of its bytes (POSIX.1-1988).
fn tar_checksum_fits(head: &[u8]) -> bool {
    let Some(block) = head.get(..512) else { return false };
    let field = &block[148..156];
    let digits: Vec<u8> =
        field.iter().copied().skip_while(|b| *b == b' ').take_while(u8::is_ascii_digit).collect();
    let Some(stated) =
        std::str::from_utf8(&digits).ok().and_then(|d| u32::from_str_radix(d, 8).ok())
    else {
        return false;
    };
    let sum = |signed: bool| -> i64 {
        let value = |b: u8| if signed { i64::from(b.cast_signed()) } else { i64::from(b) };
        block
            .iter()
            .enumerate()
            .map(|(i, b)| if (148..156).contains(&i) { 32 } else { value(*b) })
            .sum()
    };
    block[0] != 0 && (sum(false) == i64::from(stated) || sum(true) == i64::from(stated))
}

/// Whether a PDF header is within the first kilobyte, as readers accept it (ISO 32000-1, annex H).
fn pdf_soon(head: &[u8]) -> bool {
    let start = &head[..head.len().min(1024)];
    let Some(at) = start.windows(5).position(|w| w == b"%PDF-") else { return false };
    start[..at].iter().all(u8::is_ascii_whitespace)
        || start.get(at + 5).is_some_and(u8::is_ascii_digit)
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
    magic(0, b"%PDF-", kind!("application/pdf")),
    // pictures
    magic(0, b"\xFF\xD8\xFF", kind!("image/jpeg")),
    magic(0, b"\x89PNG\r\n\x1A\n", kind!("image/png")),
    magic(0, b"GIF87a", kind!("image/gif")),
    magic(0, b"GIF89a", kind!("image/gif")),
    magic(0, b"II*\0", kind!("image/tiff")),
    magic(0, b"MM\0*", kind!("image/tiff")),
    magic(0, b"II+\0", kind!("image/tiff")),
    magic(0, b"MM\0+", kind!("image/tiff")),
    pair(b"RIFF", 8, b"WEBP", kind!("image/webp")),
    pair(b"BM", 6, b"\0\0\0\0", kind!("image/bmp")),
    magic(0, b"\0\0\0\x0CjP  \r\n\x87\n", kind!("image/jp2")),
    magic(0, b"\xFF\x4F\xFF\x51\0", kind!("image/x-jp2-codestream")),
    magic(0, b"\x97JB2\r\n\x1A\n", kind!("image/jbig2")),
    magic(0, b"\xFF\x0A", kind!("image/jxl")),
    magic(0, b"\0\0\0\x0CJXL \r\n\x87\n", kind!("image/jxl")),
    magic(0, b"8BPS", kind!("image/vnd.adobe.photoshop")),
    magic(0, b"\xD7\xCD\xC6\x9A", kind!("image/wmf")),
    magic(0, b"\x01\0\x09\0\0\x03", kind!("image/wmf")),
    pair(b"\x01\0\0\0", 40, b" EMF", kind!("image/emf")),
    magic(0, b"AT&TFORM", kind!("image/vnd.djvu")),
    magic(0, b"\0\0\x01\0", kind!("image/vnd.microsoft.icon")),
    magic(0, b"gimp xcf", kind!("image/x-xcf")),
    // archives and compressed files
    magic(0, b"\x1F\x8B\x08", kind!("application/gzip")),
    magic(0, b"BZh", kind!("application/x-bzip2")),
    magic(0, b"\xFD7zXZ\0", kind!("application/x-xz")),
    magic(0, b"\x28\xB5\x2F\xFD", kind!("application/zstd")),
    magic(257, b"ustar  \0", kind!("application/x-gtar")),
    magic(257, b"ustar\0", kind!("application/x-tar")),
    magic(0, b"7z\xBC\xAF\x27\x1C", kind!("application/x-7z-compressed")),
    magic(0, b"Rar!\x1A\x07", kind!("application/vnd.rar")),
    magic(0, b"RE~^", kind!("application/vnd.rar", unread)),
    magic(0, b"MSCF\0\0\0\0", kind!("application/vnd.ms-cab-compressed")),
    magic(0, b"!<arch>\ndebian", kind!("application/vnd.debian.binary-package")),
    magic(0, b"!<arch>\n", kind!("application/x-archive")),
    magic(0, b"070707", kind!("application/x-cpio")),
    magic(0, b"070701", kind!("application/x-cpio")),
    magic(0, b"070702", kind!("application/x-cpio")),
    magic(0, b"\xC7\x71", kind!("application/x-cpio")),
    magic(0, b"\x71\xC7", kind!("application/x-cpio")),
    magic(0, b"\x1F\x9D", kind!("application/x-compress")),
    magic(0, b"LZIP\x01", kind!("application/lzip")),
    magic(0, b"\x5D\0\0\x80\0", kind!("application/x-lzma")),
    magic(0, b"\x04\x22\x4D\x18", kind!("application/x-lz4")),
    magic(0, b"\x02\x21\x4C\x18", kind!("application/x-lz4")),
    magic(0, b"\xED\xAB\xEE\xDB", kind!("application/x-rpm")),
    magic(0, b"xar!", kind!("application/x-xar")),
    magic(0, b"\x60\xEA", kind!("application/x-arj")),
    pair(b"ZOO ", 20, b"\xDC\xA7\xC4\xFD", kind!("application/x-zoo")),
    magic(7, b"**ACE**", kind!("application/x-ace-compressed")),
    pair(b"SIT!", 10, b"rLau", kind!("application/x-stuffit")),
    magic(0, b"StuffIt (c)1997-", kind!("application/x-stuffit")),
    magic(0, b"ALZ\x01", kind!("application/x-alz-compressed")),
    magic(0, b"EGGA\0", kind!("application/x-egg-compressed")),
    magic(0, b"WARC/", kind!("application/warc")),
    magic(0, b"filedesc://", kind!("application/x-internet-archive")),
    magic(32769, b"CD001", kind!("application/vnd.efi.iso")),
    magic(32769, b"BEA01", kind!("application/x-udf-image")),
    magic(64, b"\x7F\x10\xDA\xBE", kind!("application/x-virtualbox-vdi")),
    magic(0, b"AFF10\r\n\0", kind!("application/x-aff")),
    magic(0, b"MSWIM\0\0\0", kind!("application/x-ms-wim")),
    pair(b"hsqs", 28, b"\x04\0\0\0", kind!("application/x-squashfs-image")),
    magic(3, b"-FVE-FS-", kind!("application/x-bitlocker-image")),
    magic(3, b"NTFS    \0", kind!("application/x-ntfs-image")),
    magic(3, b"EXFAT   \0", kind!("application/x-exfat-image")),
    magic(32, b"NXSB", kind!("application/x-apfs-image")),
    magic(0, b"VMDK", kind!("application/x-vmdk")),
    magic(0, b"KDMV", kind!("application/x-vmdk")),
    magic(0, b"conectix", kind!("application/x-vhd")),
    magic(0, b"vhdxfile", kind!("application/x-vhdx")),
    magic(0, b"QFI\xFB", kind!("application/x-qemu-disk")),
    magic(0, b"EVF\x09\x0D\x0A\xFF\0", kind!("application/x-ewf")),
    // documents without a reader yet
    magic(0, b"{\\rtf", kind!("application/rtf")),
    magic(0, b"!BDN", kind!("application/vnd.ms-outlook-pst")),
    magic(0, b"\x78\x9F\x3E\x22", kind!("application/vnd.ms-tnef")),
    magic(0, b"ITSF\x03\0\0\0", kind!("application/vnd.ms-htmlhelp")),
    magic(0, b"\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D", kind!("application/onenote")),
    magic(0, b"\xDB\xA5\x2D\0", kind!("application/msword", unread)),
    magic(0, b"\x31\xBE\0\0", kind!("application/x-mswrite")),
    magic(0, b"\xFFWPC", kind!("application/vnd.wordperfect")),
    magic(0, b"%!PS-AdobeFont", kind!("application/x-font-type1")),
    magic(0, b"%!FontType1", kind!("application/x-font-type1")),
    magic(0, b"%!PS-Adobe", kind!("application/postscript")),
    magic(0, b"\xC5\xD0\xD3\xC6", kind!("application/postscript")),
    pair(b"AC10", 6, b"\0", kind!("image/vnd.dwg")),
    magic(60, b"BOOKMOBI", kind!("application/x-mobipocket-ebook")),
    // data
    magic(0, b"SQLite format 3\0", kind!("application/vnd.sqlite3")),
    magic(4, b"Standard Jet DB", kind!("application/vnd.ms-access")),
    magic(4, b"Standard ACE DB", kind!("application/vnd.ms-access")),
    magic(0, b"PAR1", kind!("application/vnd.apache.parquet")),
    magic(0, b"\x89HDF\r\n\x1A\n", kind!("application/x-hdf5")),
    magic(12, b"\x62\x31\x05\0", kind!("application/x-berkeley-db")),
    magic(12, b"\x61\x15\x06\0", kind!("application/x-berkeley-db")),
    magic(0, b"\x1A\0\0\x04\0\0", kind!("application/vnd.lotus-notes")),
    magic(0, b"bplist00", kind!("application/x-bplist")),
    magic(0, b"\xD4\xC3\xB2\xA1", kind!("application/vnd.tcpdump.pcap")),
    magic(0, b"\xA1\xB2\xC3\xD4", kind!("application/vnd.tcpdump.pcap")),
    magic(0, b"\x0A\x0D\x0D\x0A", kind!("application/x-pcapng")),
    magic(0, b"L\0\0\0\x01\x14\x02\0", kind!("application/x-ms-shortcut")),
    magic(0, b"regf", kind!("application/x-ms-registry")),
    magic(0, b"ElfFile\0", kind!("application/x-ms-evtx")),
    // audio and video
    magic(0, b"ID3", kind!("audio/mpeg")),
    magic(0, b"fLaC", kind!("audio/flac")),
    magic(0, b"OggS", kind!("application/ogg")),
    magic(0, b"#!AMR", kind!("audio/AMR")),
    magic(0, b"#!SILK", kind!("audio/silk")),
    magic(0, b"\x02#!SILK", kind!("audio/silk")),
    magic(0, b"MAC \x96\x0F", kind!("audio/x-ape")),
    magic(0, b"caff\0\x01\0\0", kind!("audio/x-caf")),
    magic(0, b"MPCKSH", kind!("audio/x-musepack")),
    magic(0, b"wvpk", kind!("audio/x-wavpack")),
    magic(0, b".RMF\0\0\0", kind!("application/vnd.rn-realmedia")),
    magic(0, b"\x06\x0E\x2B\x34\x02\x05\x01\x01", kind!("application/mxf")),
    magic(0, b"MThd", kind!("audio/midi")),
    magic(0, b".snd", kind!("audio/basic")),
    pair(b"RIFF", 8, b"WAVE", kind!("audio/vnd.wave")),
    pair(b"RIFF", 8, b"AVI ", kind!("video/vnd.avi")),
    pair(b"FORM", 8, b"AIFF", kind!("audio/aiff")),
    magic(0, b"\x1A\x45\xDF\xA3", kind!("video/matroska")),
    magic(0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", kind!("video/x-ms-asf")),
    magic(0, b"FLV\x01", kind!("video/x-flv")),
    magic(0, b"\0\0\x01\xBA", kind!("video/mpeg")),
    magic(0, b"\0\0\x01\xB3", kind!("video/mpeg")),
    // programs
    magic(0, b"\x7FELF", kind!("application/x-elf")),
    magic(0, b"MZ", kind!("application/vnd.microsoft.portable-executable")),
    magic(0, b"\xCF\xFA\xED\xFE", kind!("application/x-mach-binary")),
    magic(0, b"\xCE\xFA\xED\xFE", kind!("application/x-mach-binary")),
    magic(0, b"\xCA\xFE\xBA\xBE", kind!("application/java-vm")),
    magic(0, b"\0asm\x01\0\0\0", kind!("application/wasm")),
    magic(0, b"dex\n03", kind!("application/vnd.android.dex")),
    // keys and encrypted messages
    magic(0, b"-----BEGIN PGP MESSAGE-----", kind!("application/pgp-encrypted")),
    magic(0, b"-----BEGIN PGP PUBLIC KEY BLOCK-----", kind!("application/pgp-keys")),
    magic(0, b"-----BEGIN PGP PRIVATE KEY BLOCK-----", kind!("application/pgp-keys")),
    magic(0, b"-----BEGIN PGP SIGNATURE-----", kind!("application/pgp-signature")),
    magic(0, b"-----BEGIN ", kind!("application/x-pem-file")),
    magic(0, b"\x76\xE8\x04\x60\xC4\x11\xE3\x86", kind!("application/x-microsoft-rpmsg-message")),
    magic(0, b"LUKS\xBA\xBE", kind!("application/x-luks")),
    magic(0, b"age-encryption.org/v1\n", kind!("application/x-age-encryption")),
    magic(0, b"Salted__", kind!("application/x-openssl-encrypted")),
    magic(0, b"MDMP\x93\xA7", kind!("application/x-minidump")),
    magic(0, b"d8:announce", kind!("application/x-bittorrent")),
    magic(0, b"\x03\xD9\xA2\x9A\x67\xFB\x4B\xB5", kind!("application/x-keepass")),
    // fonts
    pair(b"\x80\x01", 6, b"%!PS-AdobeFont", kind!("application/x-font-type1")),
    pair(b"\x80\x01", 6, b"%!FontType1", kind!("application/x-font-type1")),
    magic(0, b"OTTO\0", kind!("font/otf")),
    magic(0, b"\0\x01\0\0\0", kind!("font/ttf")),
    magic(0, b"ttcf", kind!("font/collection")),
    magic(0, b"wOFF", kind!("font/woff")),
    magic(0, b"wOF2", kind!("font/woff2")),
];
