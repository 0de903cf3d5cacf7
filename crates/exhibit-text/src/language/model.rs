//! The statistical models, for languages that share a script and have no distinctive letters.
//!
//! First the profiles of all languages of the script; where they leave a short text undecided, a model of frequent
//! languages, whose result counts only if the profiles allow it. It knows nothing outside its list, and is always certain.
//! A doubtful result is `und`.

use super::profile::{Comparison, Script, compare};
use langid_rs::Model;
use std::sync::LazyLock;

const ARABIC: [&str; 5] = ["ar", "fa", "ps", "ug", "ur"];
const CYRILLIC: [&str; 9] = ["be", "bg", "kk", "ky", "mk", "mn", "ru", "sr", "uk"];
const LATIN: [&str; 30] = [
    "ca", "cs", "da", "de", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "la", "lt", "lv",
    "ms", "nb", "nl", "pl", "pt", "ro", "sk", "sl", "sq", "sv", "sw", "tr", "az", "vi",
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

/// The language of a text in Arabic letters.
pub(crate) fn arabic(sample: &str) -> &'static str {
    decide(&compare(Script::Arabic, sample), 0.8, ARABIC_MODEL.as_ref(), &ARABIC, sample)
}

/// The language of a text in Cyrillic letters.
pub(crate) fn cyrillic(sample: &str) -> &'static str {
    match decide(
        &compare(Script::Cyrillic, sample),
        0.8,
        CYRILLIC_MODEL.as_ref(),
        &CYRILLIC,
        sample,
    ) {
        "kk" => "kk-Cyrl",
        "mn" => "mn-Cyrl",
        "sr" => "sr-Cyrl",
        tag => tag,
    }
}

/// The language of a text in Latin letters.
pub(crate) fn latin(sample: &str) -> &'static str {
    decide(&compare(Script::Latin, sample), 0.6, LATIN_MODEL.as_ref(), &LATIN, sample)
}

/// The language of a text in another script with several languages; `usual` where it is undecided.
pub(crate) fn of_script(script: Script, sample: &str, usual: &'static str) -> &'static str {
    compare(script, sample).decided().unwrap_or(usual)
}

fn decide(
    comparison: &Comparison,
    nearly: f32,
    model: Option<&Model>,
    languages: &[&'static str],
    sample: &str,
) -> &'static str {
    if let Some(tag) = comparison.decided() {
        return tag;
    }
    let tag = classify(model, languages, sample);
    if comparison.allows(tag, nearly) { tag } else { "und" }
}

fn classify(model: Option<&Model>, languages: &[&'static str], sample: &str) -> &'static str {
    let Some((tag, probability)) = model.and_then(|model| model.classify(sample)) else {
        return "und";
    };
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
