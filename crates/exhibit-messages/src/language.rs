//! The languages that there are texts in.

/// A language of the texts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Language {
    /// English, which has every message.
    #[default]
    English,
    /// Chinese in simplified characters.
    SimplifiedChinese,
    /// Uyghur in Arabic letters.
    Uyghur,
}

/// The direction of lines in a language.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Direction {
    /// Left to right.
    LeftToRight,
    /// Right to left.
    RightToLeft,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::English, Self::SimplifiedChinese, Self::Uyghur];

    /// The language's tag (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::SimplifiedChinese => "zh-Hans",
            Self::Uyghur => "ug",
        }
    }

    /// The language that a tag or a locale such as `zh_CN.UTF-8` names.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_', '.', '@']).next()? {
            "en" | "C" | "POSIX" => Some(Self::English),
            "zh" => Some(Self::SimplifiedChinese),
            "ug" => Some(Self::Uyghur),
            _ => None,
        }
    }

    /// The direction of its lines.
    #[must_use]
    pub const fn direction(self) -> Direction {
        match self {
            Self::English | Self::SimplifiedChinese => Direction::LeftToRight,
            Self::Uyghur => Direction::RightToLeft,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_choose_a_language() {
        for (tag, expect) in [
            ("zh_CN.UTF-8", Some(Language::SimplifiedChinese)),
            ("ug", Some(Language::Uyghur)),
            ("C.UTF-8", Some(Language::English)),
            ("xx", None),
            ("", None),
        ] {
            assert_eq!(Language::from_tag(tag), expect, "{tag}");
        }
        for language in Language::ALL {
            assert_eq!(Language::from_tag(language.tag()), Some(language));
        }
    }
}
