//! What reports say, by language. The texts lie in `texts/`, one file for each language, for native readers to
//! correct: `key = text`, with `{0}`, `{1}` where something is put in.

use std::collections::BTreeMap;

/// A language that reports are written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// English.
    English,
    /// Chinese in simplified characters.
    Chinese,
    /// Uyghur in Arabic letters.
    Uyghur,
}

/// The texts of one language.
#[derive(Debug)]
pub struct Words {
    texts: BTreeMap<&'static str, &'static str>,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::English, Self::Chinese, Self::Uyghur];

    /// The language's tag (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-Hans",
            Self::Uyghur => "ug",
        }
    }

    /// The language that a tag or a locale such as `zh_CN.UTF-8` asks for.
    #[must_use]
    pub fn of(tag: &str) -> Option<Self> {
        match tag.split(['-', '_', '.', '@']).next()? {
            "en" | "C" | "POSIX" => Some(Self::English),
            "zh" => Some(Self::Chinese),
            "ug" => Some(Self::Uyghur),
            _ => None,
        }
    }
}

impl Words {
    /// The texts of a language.
    #[must_use]
    pub fn new(language: Language) -> Self {
        let file = match language {
            Language::English => include_str!("../texts/en.txt"),
            Language::Chinese => include_str!("../texts/zh-Hans.txt"),
            Language::Uyghur => include_str!("../texts/ug.txt"),
        };
        let lines = file.lines().filter(|line| !line.starts_with('#'));
        Self { texts: lines.filter_map(|line| line.split_once(" = ")).collect() }
    }

    /// The text under a key, with values put in. A key without a text stands for itself.
    #[must_use]
    pub fn say(&self, key: &str, values: &[String]) -> String {
        let template = self.texts.get(key).copied().unwrap_or(key);
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let value = after.split_once('}').and_then(|(n, tail)| Some((values.get(n.parse::<usize>().ok()?)?, tail)));
            match value {
                Some((value, tail)) => {
                    text.push_str(value);
                    rest = tail;
                }
                None => {
                    text.push('{');
                    rest = after;
                }
            }
        }
        text.push_str(rest);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exhibit_proof::finding::Fault;

    #[test]
    fn every_language_has_every_text_with_the_same_places() {
        let english = Words::new(Language::English);
        for language in Language::ALL {
            let words = Words::new(language);
            assert_eq!(
                words.texts.keys().collect::<Vec<_>>(),
                english.texts.keys().collect::<Vec<_>>(),
                "{language:?}"
            );
            for (key, text) in &words.texts {
                let places = |text: &str| {
                    let mut places: Vec<_> =
                        text.match_indices('{').map(|(at, _)| text[at..at + 3].to_owned()).collect();
                    places.sort();
                    places
                };
                assert_eq!(places(text), places(english.texts[key]), "{language:?} {key}");
            }
        }
        for fault in Fault::ALL {
            assert!(english.texts.contains_key(format!("fault.{}", fault.word()).as_str()), "{fault:?}");
        }
    }

    #[test]
    fn values_are_put_in_once() {
        let words = Words::new(Language::English);
        let said = words.say("count.deviations", &["{0}".to_owned()]);
        assert!(said.contains("{0}"), "a value is not read as a template: {said}");
        assert_eq!(words.say("no such key {0}", &["x".to_owned()]), "no such key x");
    }

    #[test]
    fn locales_choose_a_language() {
        assert_eq!(Language::of("zh_CN.UTF-8"), Some(Language::Chinese));
        assert_eq!(Language::of("ug"), Some(Language::Uyghur));
        assert_eq!(Language::of("C.UTF-8"), Some(Language::English));
        assert_eq!(Language::of("xx"), None);
    }
}
