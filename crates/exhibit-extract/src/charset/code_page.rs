//! Windows code pages, as RTF, MAPI and property sets name encodings.

use super::Scheme;
use encoding_rs::Encoding;

impl Scheme {
    /// The encoding of a Windows code page; `None` if it is unknown, or no encoding.
    pub(crate) fn for_code_page(page: u32) -> Option<Self> {
        let label = match page {
            708 => "iso-8859-6",
            866 => "ibm866",
            874 => "windows-874",
            932 => "shift_jis",
            936 | 20936 | 51936 | 54936 => "gb18030",
            949 | 51949 => "euc-kr",
            950 | 951 => "big5",
            1200 => "utf-16le",
            1201 => "utf-16be",
            1250..=1258 => &format!("windows-{page}"),
            10000 => "macintosh",
            10007 | 10017 => "x-mac-cyrillic",
            12000 => "utf-32le",
            12001 => "utf-32be",
            20127 => "windows-1252",
            20866 => "koi8-r",
            20932 | 51932 => "euc-jp",
            21866 => "koi8-u",
            28591..=28606 => &format!("iso-8859-{}", page - 28590),
            50220..=50222 => "iso-2022-jp",
            50225 => "iso-2022-kr",
            52936 => "hz-gb-2312",
            65001 => "utf-8",
            // Macintosh pages of scripts that have a Windows page of the same characters
            10001 => "shift_jis",
            10002 => "big5",
            10003 => "euc-kr",
            10008 => "gb18030",
            437 | 737 | 775 | 850 | 852 | 855 | 857 | 858 | 860..=865 | 869 => &format!("cp{page}"),
            _ => return None,
        };
        Self::for_label(label.as_bytes())
            .or_else(|| Encoding::for_label(label.as_bytes()).map(Self::Web))
    }

    /// Whether characters may have more than one byte.
    pub(crate) fn has_multibyte_characters(self) -> bool {
        match self {
            Self::Web(encoding) => !encoding.is_single_byte(),
            Self::Ebcdic | Self::Dos(_) => false,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_pages_have_the_usual_encodings() {
        for (page, name) in [
            (932, "shift_jis"),
            (936, "gb18030"),
            (950, "big5"),
            (1251, "windows-1251"),
            (1361, ""),
            (10000, "macintosh"),
            (28605, "iso-8859-15"),
            (50220, "iso-2022-jp"),
            (65001, "utf-8"),
            (0, ""),
        ] {
            assert_eq!(
                Scheme::for_code_page(page).map(Scheme::name).unwrap_or_default(),
                name,
                "{page}"
            );
        }
    }

    #[test]
    fn multibyte_pages_are_known() {
        let multibyte =
            |page| Scheme::for_code_page(page).is_some_and(Scheme::has_multibyte_characters);
        assert!(
            multibyte(936)
                && multibyte(932)
                && multibyte(65001)
                && !multibyte(1252)
                && !multibyte(874)
        );
    }
}
