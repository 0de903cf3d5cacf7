//! Inflected forms of English and Russian words.
//!
//! Only inflection: endings of number, case, gender, the past tense and `-ing`, by rules without a dictionary. The
//! result may contain forms that are not words, and lacks irregular forms (`went`, `люди`): the forms extend a search
//! for the word itself. Derived words (`factor`, `factory`) stay separate.

/// The possible inflected forms of an English or Russian word, folded like terms, without the word itself. Empty for
/// other words, and for words of fewer than four letters.
///
/// ```
/// assert!(exhibit_text::inflected_forms("factories").contains(&"factory".to_owned()));
/// assert!(exhibit_text::inflected_forms("списка").contains(&"список".to_owned()));
/// ```
#[must_use]
pub fn inflected_forms(word: &str) -> Vec<String> {
    let mut letters = 0;
    let (mut latin, mut cyrillic) = (true, true);
    for character in word.chars() {
        letters += 1;
        latin &= character.is_ascii_lowercase();
        cyrillic &= matches!(character, 'а'..='я');
    }
    let mut forms = match letters {
        4..=40 if latin => english(word),
        4..=40 if cyrillic => russian(word),
        _ => Vec::new(),
    };
    forms.retain(|form| form != word);
    forms.sort_unstable();
    forms.dedup();
    forms
}

fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u')
}

fn english(word: &str) -> Vec<String> {
    let mut all = Vec::new();
    for plain in base_forms(word) {
        let last = plain.chars().next_back().unwrap_or('a');
        let before = plain.chars().rev().nth(1).unwrap_or('a');
        let y = last == 'y' && !is_vowel(before);
        let stem = if y || last == 'e' { &plain[..plain.len() - 1] } else { plain.as_str() };
        let sibilant =
            plain.ends_with(['s', 'x', 'z']) || plain.ends_with("ch") || plain.ends_with("sh");
        all.push(match (y, sibilant) {
            (true, _) => format!("{stem}ies"),
            (_, true) => format!("{plain}es"),
            _ => format!("{plain}s"),
        });
        all.push(if y { format!("{stem}ied") } else { format!("{stem}ed") });
        all.push(if y { format!("{plain}ing") } else { format!("{stem}ing") });
        if doubles(&plain) {
            all.extend([format!("{plain}{last}ed"), format!("{plain}{last}ing")]);
        }
        all.push(plain);
    }
    all
}

// Whether the last syllable is short, so that its consonant is doubled before an ending.
fn doubles(plain: &str) -> bool {
    let mut back = plain.chars().rev();
    let (last, vowel, before) = (back.next(), back.next(), back.next());
    last.is_some_and(|c| !is_vowel(c) && !matches!(c, 'w' | 'x' | 'y' | 's'))
        && vowel.is_some_and(is_vowel)
        && before.is_some_and(|c| !is_vowel(c))
}

// The base forms that the word may be inflected from, including itself.
fn base_forms(word: &str) -> Vec<String> {
    let mut plain = vec![word.to_owned()];
    let is_stem = |stem: &str| stem.len() > 2 && stem.contains(['a', 'e', 'i', 'o', 'u', 'y']);
    if let Some(stem) =
        word.strip_suffix("ies").or_else(|| word.strip_suffix("ied")).filter(|stem| stem.len() > 1)
    {
        plain.push(format!("{stem}y"));
    } else if let Some(stem) =
        word.strip_suffix('s').filter(|stem| !stem.ends_with(['s', 'u', 'i']) && is_stem(stem))
    {
        plain.push(stem.to_owned());
        let sibilant = stem.strip_suffix('e').filter(|stem| {
            stem.ends_with(['s', 'x', 'z']) || stem.ends_with("ch") || stem.ends_with("sh")
        });
        plain.extend(sibilant.map(str::to_owned));
    } else if let Some(stem) =
        word.strip_suffix("ing").or_else(|| word.strip_suffix("ed")).filter(|stem| is_stem(stem))
    {
        let single = &stem[..stem.len() - 1];
        if doubles(single) && stem.ends_with(single.chars().next_back().unwrap_or(' ')) {
            plain.push(single.to_owned());
        }
        let syllables = stem.chars().filter(|c| is_vowel(*c)).count();
        // after one short syllable the consonant would be doubled, so an e was dropped
        if !(doubles(stem) && syllables == 1) {
            plain.push(stem.to_owned());
        }
        plain.push(format!("{stem}e"));
    }
    plain
}

// Endings of Russian nouns and adjectives, longest first.
const ENDINGS: [&str; 45] = [
    "иями", "ями", "ами", "ией", "иям", "ием", "иях", "его", "ого", "ему", "ому", "ыми", "ими",
    "ов", "ев", "ей", "ой", "ий", "ый", "ая", "яя", "ое", "ее", "ые", "ие", "ую", "юю", "ам", "ям",
    "ах", "ях", "ом", "ем", "ым", "им", "ых", "их", "ью", "ия", "ию", "ии", "а", "я", "о", "е",
];
const SHORT: [&str; 6] = ["ы", "и", "у", "ю", "ь", "й"];

fn russian(word: &str) -> Vec<String> {
    let ending = ENDINGS.iter().chain(&SHORT).find(|ending| {
        word.strip_suffix(**ending)
            .is_some_and(|stem| stem.chars().count() >= 3 && stem.contains(russian_vowel))
    });
    let stem = &word[..word.len() - ending.map_or(0, |ending| ending.len())];
    let mut stems = vec![stem.to_owned()];
    // a fleeting vowel before the last consonant: список, списка
    let letters: Vec<char> = stem.chars().collect();
    if let [rest @ .., before, vowel @ ('о' | 'е'), last @ ('к' | 'ц' | 'н')] = letters.as_slice()
        && ending.is_none()
        && !russian_vowel(*before)
        && rest.len() > 1
        && *vowel != *last
    {
        stems.push(rest.iter().chain([before, last]).collect());
    }
    let mut bare = Vec::new();
    if let [rest @ .., before, last @ ('к' | 'ц')] = letters.as_slice()
        && ending.is_some()
        && !russian_vowel(*before)
        && rest.len() > 1
    {
        bare = ['о', 'е']
            .map(|vowel| rest.iter().chain([before, &vowel, last]).collect::<String>())
            .to_vec();
    }
    let with_endings = stems.iter().flat_map(|stem| {
        ENDINGS
            .iter()
            .chain(&SHORT)
            .map(move |ending| format!("{stem}{ending}"))
            .chain([stem.clone()])
    });
    with_endings.chain(bare).collect()
}

fn russian_vowel(letter: char) -> bool {
    matches!(letter, 'а' | 'е' | 'и' | 'о' | 'у' | 'ы' | 'э' | 'ю' | 'я')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_include_each_other() {
        for group in [
            "prisoner prisoners",
            "detain detains detained detaining",
            "witness witnesses",
            "factory factories",
            "carry carries carried carrying",
            "arrive arrives arrived arriving",
            "stop stops stopped stopping",
            "transfer transferred transferring",
            "house houses",
            "search searches searched searching",
            "договор договора договоры договором договоров договорам",
            "школа школы школе школу школой",
            "список списка списки списком списков",
            "задержание задержания задержанию",
            "секретный секретного секретная секретные",
            "камера камеры камер камерах",
        ] {
            let words: Vec<&str> = group.split(' ').collect();
            for word in &words {
                let all = inflected_forms(word);
                for other in words.iter().filter(|other| other != &word) {
                    assert!(all.iter().any(|form| form == other), "{word} has no {other}: {all:?}");
                }
            }
        }
    }

    #[test]
    fn different_words_stay_separate() {
        for (word, other) in [
            ("factory", "factor"),
            ("witness", "witless"),
            ("planes", "plan"),
            ("caring", "car"),
            ("detained", "detached"),
            ("universe", "university"),
            ("договор", "договорились"),
            ("школа", "школьник"),
            ("задержание", "держание"),
        ] {
            assert!(!inflected_forms(word).iter().any(|form| form == other), "{word} {other}");
            assert!(!inflected_forms(other).iter().any(|form| form == word), "{other} {word}");
        }
        for word in ["cat", "登记", "qaraqash2", "қала", ""] {
            assert_eq!(inflected_forms(word), [] as [String; 0], "{word}");
        }
    }
}
