//! The statistical model, for languages that share a script without telling letters.
//!
//! One instance per script, each limited to languages that are plausible in it, loaded at first
//! use. A doubtful answer is `und`.

use langid_rs::Model;
use std::sync::LazyLock;

const ARABIC: [&str; 5] = ["ar", "fa", "ps", "ug", "ur"];
const CYRILLIC: [&str; 9] = ["be", "bg", "kk", "ky", "mk", "mn", "ru", "sr", "uk"];
const LATIN: [&str; 30] = [
    "ca", "cs", "da", "de", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "la", "lt", "lv", "ms", "nb", "nl",
    "pl", "pt", "ro", "sk", "sl", "sq", "sv", "sw", "tr", "az", "vi",
];

// Least probability, among the languages of the script, that counts as an answer.
const CERTAIN: f32 = 0.95;

static OF_ARABIC: LazyLock<Option<Model>> = LazyLock::new(|| load(&ARABIC));
static OF_CYRILLIC: LazyLock<Option<Model>> = LazyLock::new(|| load(&CYRILLIC));
static OF_LATIN: LazyLock<Option<Model>> = LazyLock::new(|| load(&LATIN));

fn load(languages: &[&str]) -> Option<Model> {
    let mut model = Model::load(true).ok()?;
    model.set_langs(Some(languages.iter().map(|tag| (*tag).to_owned()).collect())).ok()?;
    Some(model)
}

pub(crate) fn arabic(sample: &str) -> &'static str {
    say(OF_ARABIC.as_ref(), &ARABIC, sample)
}

pub(crate) fn cyrillic(sample: &str) -> &'static str {
    match say(OF_CYRILLIC.as_ref(), &CYRILLIC, sample) {
        "kk" => "kk-Cyrl",
        "mn" => "mn-Cyrl",
        "sr" => "sr-Cyrl",
        tag => tag,
    }
}

pub(crate) fn latin(sample: &str) -> &'static str {
    say(OF_LATIN.as_ref(), &LATIN, sample)
}

fn say(model: Option<&Model>, languages: &[&'static str], sample: &str) -> &'static str {
    let Some((tag, probability)) = model.and_then(|model| model.classify(sample)) else { return "und" };
    if probability < CERTAIN {
        return "und";
    }
    languages.iter().find(|known| **known == tag).copied().unwrap_or("und")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_knows_every_language_it_is_limited_to() {
        assert!(OF_ARABIC.is_some() && OF_CYRILLIC.is_some() && OF_LATIN.is_some());
    }
}
