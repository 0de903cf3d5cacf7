//! File names that do not match the content.

use super::{Kind, ending};
use exhibit_model::{FileKind, MediaType, NoteCode};

/// The suspicious properties of a file's name, given the type of its content.
pub(crate) fn suspicion(name: &[u8], kind: Kind) -> Option<NoteCode> {
    let text = String::from_utf8_lossy(name);
    let reorders = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if text.chars().any(reorders) {
        return Some(NoteCode::NameReordersLetters);
    }
    let ending = ending(name);
    let media_type = kind.media_type;
    let stem =
        text.trim_end().strip_suffix(&ending).unwrap_or(&text).trim_end_matches(['.', ' ', '_']);
    let inner = super::ending(stem.as_bytes());
    if is_program(&ending) && (MediaType::is_expected_of(&inner) || stem.ends_with("   ")) {
        return Some(NoteCode::NameHidesProgram { inner, extension: ending });
    }
    let program = FileKind::of(media_type) == FileKind::Program
        || media_type == "application/x-self-extracting-archive";
    if program && !is_program(&ending) && !ending.is_empty() && MediaType::is_expected_of(&ending) {
        return Some(NoteCode::ProgramDisguised {
            extension: ending,
            media_type: media_type.to_owned(),
        });
    }
    let fits =
        MediaType::find(media_type).is_some_and(|row| row.endings.contains(&ending.as_str()));
    let unknown = matches!(media_type, "application/octet-stream" | "application/x-empty");
    (MediaType::is_expected_of(&ending) && !fits && !unknown)
        .then(|| NoteCode::NameMismatch { extension: ending, media_type: media_type.to_owned() })
}

/// Whether a file with this extension is executed when opened.
fn is_program(ending: &str) -> bool {
    const PROGRAMS: [&str; 20] = [
        "exe", "scr", "com", "bat", "cmd", "pif", "msi", "dll", "js", "jse", "vbs", "vbe", "wsf",
        "hta", "ps1", "lnk", "jar", "apk", "cpl", "elf",
    ];
    PROGRAMS.contains(&ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misleading_names_are_noted() {
        const PE: &str = "application/vnd.microsoft.portable-executable";
        for (name, media_type, suspicious) in [
            ("report.pdf", "application/pdf", false),
            ("report.pdf", PE, true),
            ("setup.exe", PE, false),
            ("setup.exe", "application/x-self-extracting-archive", false),
            ("report.pdf", "application/x-self-extracting-archive", true),
            ("report.pdf.exe", PE, true),
            ("report.pdf        .scr", PE, true),
            ("invoice_\u{202e}fdp.exe", PE, true),
            ("photo.jpg", "image/png", true),
            ("old.doc", "application/rtf", false),
            (
                "名单.xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                false,
            ),
            ("名单.xlsx", "application/zip", true),
            ("broken.pdf", "application/octet-stream", false),
            ("v1.2", "text/plain", false),
            ("notes.txt", "application/zip", true),
            (
                "名单.docx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                true,
            ),
            ("table.xls", "text/html", false),
            ("letter.doc", "application/x-gtar", true),
            ("files.tgz", "application/gzip", false),
        ] {
            let kind = Kind { media_type, reader: None };
            let found = suspicion(name.as_bytes(), kind);
            assert_eq!(found.is_some(), suspicious, "{name} {media_type}: {found:?}");
        }
    }
}
