//! The statistical model, for languages that share a script and have no distinctive letters.
//!
//! One instance per script, each limited to plausible languages and loaded at first use. A
//! doubtful result is `und`.

use langid_rs::Model;
use std::sync::LazyLock;

const ARABIC: [&str; 5] = ["ar", "fa", "ps", "ug", "ur"];
const CYRILLIC: [&str; 9] = ["be", "bg", "kk", "ky", "mk", "mn", "ru", "sr", "uk"];
const LATIN: [&str; 30] = [
    "ca", "cs", "da", "de", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "la", "lt", "lv", "ms", "nb", "nl",
    "pl", "pt", "ro", "sk", "sl", "sq", "sv", "sw", "tr", "az", "vi",
];

// The minimum probability, among the languages of the script, of a result.
const MIN_PROBABILITY: f32 = 0.95;

static ARABIC_MODEL: LazyLock<Option<Model>> = LazyLock::new(|| load(&ARABIC));
static CYRILLIC_MODEL: LazyLock<Option<Model>> = LazyLock::new(|| load(&CYRILLIC));
static LATIN_MODEL: LazyLock<Option<Model>> = LazyLock::new(|| load(&LATIN));

fn load(languages: &[&str]) -> Option<Model> {
    let mut model = Model::load(true).ok()?;
    model.set_langs(Some(languages.iter().map(|tag| (*tag).to_owned()).collect())).ok()?;
    Some(model)
}

pub(crate) fn arabic(sample: &str) -> &'static str {
    classify(ARABIC_MODEL.as_ref(), &ARABIC, sample)
}

pub(crate) fn cyrillic(sample: &str) -> &'static str {
    match classify(CYRILLIC_MODEL.as_ref(), &CYRILLIC, sample) {
        "kk" => "kk-Cyrl",
        "mn" => "mn-Cyrl",
        "sr" => "sr-Cyrl",
        tag => tag,
    }
}

pub(crate) fn latin(sample: &str) -> &'static str {
    classify(LATIN_MODEL.as_ref(), &LATIN, sample)
}

fn classify(model: Option<&Model>, languages: &[&'static str], sample: &str) -> &'static str {
    let Some((tag, probability)) = model.and_then(|model| model.classify(sample)) else { return "und" };
    if probability < MIN_PROBABILITY {
        return "und";
    }
    languages.iter().find(|known| **known == tag).copied().unwrap_or("und")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_supports_the_selected_languages() {
        assert!(ARABIC_MODEL.is_some() && CYRILLIC_MODEL.is_some() && LATIN_MODEL.is_some());
    }
}
