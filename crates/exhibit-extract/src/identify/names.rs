//! Names that lie about what a file is.

use super::{Kind, Reader, ending};

/// What is suspicious about a file's name, given what its bytes are; a sentence for the user.
pub(crate) fn suspicion(name: &[u8], kind: Kind) -> Option<String> {
    let text = String::from_utf8_lossy(name);
    let reorders = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if text.chars().any(reorders) {
        return Some(
            "its name holds characters that turn the order of letters around, so that it reads as another".to_owned(),
        );
    }
    let ending = ending(name);
    let media_type = kind.media_type;
    let stem = text.trim_end().strip_suffix(&ending).unwrap_or(&text).trim_end_matches(['.', ' ', '_']);
    let inner = super::ending(stem.as_bytes());
    if is_program(&ending) && (expected(&inner).is_some() || stem.ends_with("   ")) {
        return Some(format!("a name that ends in .{inner}.{ending} hides that the file would be run as a program"));
    }
    if is_program_type(media_type) && !is_program(&ending) && !ending.is_empty() && expected(&ending).is_some() {
        return Some(format!("a program ({media_type}) whose name ends in .{ending}"));
    }
    let starts = expected(&ending)?;
    let fits = starts.iter().any(|start| media_type.starts_with(start));
    let unknown =
        matches!(media_type, "application/octet-stream" | "application/x-empty") || kind.reader == Reader::Empty;
    (!fits && !unknown).then(|| format!("its name ends in .{ending}, but it is {media_type}"))
}

/// Whether a name with this ending is run when opened.
fn is_program(ending: &str) -> bool {
    const PROGRAMS: [&str; 20] = [
        "exe", "scr", "com", "bat", "cmd", "pif", "msi", "dll", "js", "jse", "vbs", "vbe", "wsf", "hta", "ps1", "lnk",
        "jar", "apk", "cpl", "elf",
    ];
    PROGRAMS.contains(&ending)
}

fn is_program_type(media_type: &str) -> bool {
    matches!(
        media_type,
        "application/vnd.microsoft.portable-executable"
            | "application/x-elf"
            | "application/x-mach-binary"
            | "application/java-vm"
            | "application/vnd.android.dex"
            | "application/x-ms-shortcut"
            | "application/wasm"
    )
}

/// What the media types of files with this ending begin with, where that is beyond dispute.
fn expected(ending: &str) -> Option<&'static [&'static str]> {
    const OFFICE: &str = "application/vnd.openxmlformats-officedocument";
    const SEALED: &str = "application/x-tika-ooxml-protected";
    Some(match ending {
        "pdf" => &["application/pdf"],
        "docx" | "docm" | "dotx" => &[OFFICE, "application/vnd.ms-word", SEALED],
        "xlsx" | "xlsm" | "xltx" => &[OFFICE, "application/vnd.ms-excel", SEALED],
        "pptx" | "pptm" | "ppsx" => &[OFFICE, "application/vnd.ms-powerpoint", SEALED],
        // Word and Excel themselves save other formats under these endings.
        "doc" | "dot" => {
            &["application/msword", "application/rtf", "text/", "application/x", "multipart/", OFFICE, SEALED]
        }
        "xls" | "xlt" => &["application/vnd.ms-excel", "text/", "application/x", "multipart/", OFFICE, SEALED],
        "ppt" | "pps" => &["application/vnd.ms-powerpoint", OFFICE, SEALED],
        "odt" | "ods" | "odp" | "odg" => &["application/vnd.oasis.opendocument"],
        "rtf" => &["application/rtf"],
        "jpg" | "jpeg" => &["image/jpeg"],
        "png" => &["image/png"],
        "gif" => &["image/gif"],
        "bmp" => &["image/bmp"],
        "tif" | "tiff" => &["image/tiff"],
        "webp" => &["image/webp"],
        "heic" => &["image/hei"],
        "zip" => {
            &["application/zip", "application/vnd", "application/java-archive", "application/epub", "application/ofd"]
        }
        "gz" | "tgz" => &["application/gzip"],
        "rar" => &["application/vnd.rar"],
        "7z" => &["application/x-7z-compressed"],
        "mp3" | "wav" | "m4a" | "amr" | "ogg" | "flac" => &["audio/", "video/", "application/ogg"],
        "mp4" | "mov" | "avi" | "mkv" | "wmv" => &["video/", "audio/"],
        "txt" | "csv" | "md" | "html" | "htm" | "eml" => &[
            "text/",
            "application/xml",
            "application/xhtml",
            "application/json",
            "application/mbox",
            "message/",
            "multipart/",
            "application/pgp",
            "application/x-pem",
        ],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lie_are_named() {
        const PE: &str = "application/vnd.microsoft.portable-executable";
        for (name, media_type, suspicious) in [
            ("report.pdf", "application/pdf", false),
            ("report.pdf", PE, true),
            ("setup.exe", PE, false),
            ("report.pdf.exe", PE, true),
            ("report.pdf        .scr", PE, true),
            ("invoice_\u{202e}fdp.exe", PE, true),
            ("photo.jpg", "image/png", true),
            ("old.doc", "application/rtf", false),
            ("名单.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false),
            ("名单.xlsx", "application/zip", true),
            ("broken.pdf", "application/octet-stream", false),
            ("v1.2", "text/plain", false),
            ("notes.txt", "application/zip", true),
        ] {
            let kind = Kind { media_type, reader: Reader::None };
            let found = suspicion(name.as_bytes(), kind);
            assert_eq!(found.is_some(), suspicious, "{name} {media_type}: {found:?}");
        }
    }
}
