//! Letters and words that decide between the languages of one script; see docs/formats/tokens.md.

use super::model;

/// The maximum number of characters in a sample, per script and page.
const SAMPLE: usize = 1_200;

/// A sample of the runs, separated by spaces.
pub(crate) fn sample<'t>(runs: impl Iterator<Item = &'t str>) -> String {
    let mut sample = String::new();
    let mut left = SAMPLE;
    for run in runs {
        let taken = run.chars().take(left);
        let before = sample.len();
        sample.extend(taken);
        left = left.saturating_sub(sample[before..].chars().count());
        if left == 0 {
            break;
        }
        sample.push(' ');
    }
    sample
}

fn count(text: &str, letters: &str) -> usize {
    text.chars().filter(|c| letters.contains(*c)).count()
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).count()
}

// Folds presentation forms, keeping words separate.
fn plain(text: &str) -> String {
    let special = |c: char| matches!(c, '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}');
    if !text.contains(special) {
        return text.to_owned();
    }
    use unicode_normalization::UnicodeNormalization;
    text.nfkc().collect()
}

/// Uyghur, Kazakh and Sorani have distinctive letters; others are left to the models.
pub(crate) fn arabic(sample: &str) -> &'static str {
    let text = plain(sample);
    if letters(&text) < 4 {
        return "und";
    }
    // an initial vowel is preceded by a hamza in Uyghur
    let hamza = text.split(|c: char| !c.is_alphabetic()).filter(|word| {
        let mut characters = word.chars();
        characters.next() == Some('ئ') && characters.next().is_some_and(|c| "اەوۇۆۈېى".contains(c))
    });
    let hamza = hamza.count();
    let uyghur = count(&text, "ېۈ");
    let turkic = count(&text, "ەۆۋڭۇ");
    let sorani = count(&text, "ێڕڵ");
    let persian_forms = count(&text, "یک");
    let arabic_forms = count(&text, "ىيك");
    if sorani > 0 && turkic > 0 && persian_forms >= arabic_forms {
        return "ckb";
    }
    if count(&text, "\u{674}") > 0 && turkic > 0 && uyghur == 0 {
        return "kk-Arab";
    }
    if (uyghur > 0 && turkic + hamza > 0 || hamza > 0 && turkic > 0)
        && arabic_forms >= persian_forms
    {
        return "ug";
    }
    if turkic * 12 >= letters(&text)
        && uyghur == 0
        && arabic_forms >= persian_forms
        && letters(&text) >= 12
    {
        return "kk-Arab";
    }
    let decided = model::arabic(&text);
    // a longer text that the profiles leave undecided is one of a language that shares these letters
    if decided != "und" || letters(&text) > 200 {
        return decided;
    }
    if count(&text, "ښځڅډړټڼۍې") >= 2 && count(&text, "ښځڅڼۍ") > 0 {
        return "ps";
    }
    if count(&text, "ںےہٹڈڑ") * 25 >= letters(&text) {
        return "ur";
    }
    "und"
}

/// Uyghur and Bashkir have distinctive letters; others are left to the models, and if they are undecided, told by letters.
pub(crate) fn cyrillic(sample: &str) -> &'static str {
    let text = sample.to_lowercase();
    if letters(&text) < 8 {
        return "und";
    }
    let has = |letters: &str| count(&text, letters);
    let kazakh = has("ұі");
    let (velar, schwa) = (has("қғ"), has("ә"));
    if velar > 0 && kazakh == 0 && has("ӯҷӣҳў") == 0 {
        // Uyghur alone has җ beside қ and ғ; without it, һ is frequent
        if has("җ") > 0 || (has("һ") * 60 >= letters(&text) && schwa > 0) {
            return "ug-Cyrl";
        }
    }
    if has("ҡ") > 0 && has("ҙ") > 0 {
        return "ba";
    }
    let decided = model::cyrillic(&text);
    // a longer text that the profiles leave undecided is one of a language that shares these letters
    if decided != "und" || letters(&text) > 200 {
        return decided;
    }
    if kazakh > 0 && velar + schwa + has("ң") > 0 && has("ўӯҷӣ") == 0 {
        return "kk-Cyrl";
    }
    if has("җ") > 0 && schwa > 0 && velar == 0 {
        return "tt";
    }
    if velar > 0 && has("ў") > 0 && schwa + has("өү") == 0 {
        return "uz-Cyrl";
    }
    if has("ҷӣӯ") > 0 {
        return "tg";
    }
    "und"
}

// Frequent words of Uyghur in Latin letters that related languages do not have, with and without diacritics.
const UYGHUR_WORDS: [&str; 38] = [
    "bilen",
    "üchün",
    "uchun",
    "uyghur",
    "uyghurlar",
    "uyghurlarning",
    "shinjang",
    "xelq",
    "xitay",
    "xitayning",
    "bolghan",
    "qilghan",
    "dégen",
    "degen",
    "boldi",
    "qildi",
    "qilish",
    "bolup",
    "qilip",
    "lékin",
    "lekin",
    "hazir",
    "kéyin",
    "keyin",
    "ular",
    "ularning",
    "bizning",
    "méning",
    "emes",
    "kérek",
    "kerek",
    "aptonom",
    "rayoni",
    "rayonining",
    "wilayiti",
    "nahiyisi",
    "mektep",
    "heqqide",
];

/// Uyghur is detected by its words; other languages are left to the model.
pub(crate) fn latin(sample: &str) -> &'static str {
    if letters(sample) < 12 {
        return "und";
    }
    let (mut words, mut uyghur) = (0, 0);
    for word in sample
        .split(|c: char| !c.is_alphabetic() && c != '\'')
        .filter(|word| word.chars().nth(1).is_some())
    {
        words += 1;
        let lower = word.to_lowercase();
        uyghur += usize::from(UYGHUR_WORDS.contains(&lower.as_str()));
    }
    if uyghur >= 2 && uyghur * 12 >= words {
        return "ug-Latn";
    }
    // a single word, or numbers with units, is not enough evidence
    if words < 3 { "und" } else { model::latin(sample) }
}
