//! Properties of the analysis that every text has: any scripts, mixed, cut anywhere, damaged.

use exhibit_mutate::Mutator;
use exhibit_text::language::detect;
use exhibit_text::{
    Token, TokenKind, fold_word, index_terms, inflected_forms, is_gram, is_han, is_name_part,
    key_forms, number_variants, sounds, spellings, tokens, word_keys, written_form,
};

/// Texts in the scripts that matter, and what is odd in them.
const TEXTS: &[&str] = &[
    "所有进出人员须由值班员逐一登记，不得遗漏任何一人。",
    "各縣要在月底前把登記表上報地區教育局；共12,345人。",
    "编号𠮷𠮷一二三 ㍻ ２０１７年８月 〇",
    "ئون ئىككى كىشىنىڭ تىزىملىكى، شۆھرەت زاكىر",
    "ﺋﯘﻳﻐﯘﺭ تىلى ۋە يېزىقى ١٢٣",
    "Шөһрәт Закир, Қамалғандардың тізімі",
    "Shöhret Zakir's registers, co-ordinated; e\u{301}te\u{301} ﬁle",
    "མིང་ཐོ་འདི་ཡིན། ༡༢༣",
    "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ ᠡᠷᠲᠡ",
    "договорились о задержании 2019-03-28 10:20",
    "ひらがな カタカナ ｶﾞｷﾞ 漢字 한국어",
    "a\u{200b}b\u{ad}c\u{feff}d \u{202e}dcba\u{202c}",
    "x\u{0}y\u{7}\r\n\t\u{2028}z 👨‍👩‍👧 🇨🇳",
    "",
    "   \n\n",
    "........----____",
];

/// The texts, and texts that are damaged as bytes and read as UTF-8 again.
fn texts() -> Vec<String> {
    let mut numbers = Mutator::new(41);
    let mut all: Vec<String> = TEXTS.iter().map(|text| (*text).to_owned()).collect();
    for text in TEXTS {
        for _ in 0..40 {
            all.push(String::from_utf8_lossy(&numbers.mutate(text.as_bytes())).into_owned());
        }
    }
    for pair in TEXTS.windows(2) {
        all.push(pair.concat());
    }
    all
}

type Found = (String, TokenKind, u32, usize, usize);

type Analyse = fn(&str, &mut dyn FnMut(Token<'_>));

fn found(text: &str, analyse: Analyse) -> Vec<Found> {
    let mut all = Vec::new();
    analyse(text, &mut |token| {
        all.push((token.term.to_owned(), token.kind, token.position, token.start, token.end));
    });
    all
}

fn all_tokens(text: &str) -> Vec<Found> {
    found(text, |text, mut emit| tokens(text, &mut emit))
}

#[test]
fn tokens_are_pieces_of_the_text_in_order() {
    for text in texts() {
        let mut last = (0, 0);
        for (term, kind, position, start, end) in all_tokens(&text) {
            assert!(start < end && end <= text.len(), "{text:?}: {term:?} {start}..{end}");
            assert!(
                text.is_char_boundary(start) && text.is_char_boundary(end),
                "{text:?}: {term:?}"
            );
            assert!(
                !term.is_empty() && !term.chars().all(char::is_whitespace),
                "{text:?}: {term:?} {kind:?}"
            );
            assert!((position, start) >= last, "{text:?}: {term:?} goes back");
            last = (position, start);
        }
    }
}

#[test]
fn the_terms_of_the_index_include_every_token() {
    for text in texts() {
        let terms = found(&text, |text, mut emit| index_terms(text, &mut emit));
        for token in all_tokens(&text) {
            assert!(terms.contains(&token), "{text:?}: {token:?}");
        }
        assert!(terms.len() <= 40 * (text.chars().count() + 1), "{text:?}: {} terms", terms.len());
    }
}

#[test]
fn a_text_has_the_tokens_of_its_lines() {
    for text in TEXTS {
        let together = all_tokens(&format!("{text}\n\n{text}"));
        let once = all_tokens(text);
        assert_eq!(together.len(), 2 * once.len(), "{text:?}");
        for (one, two) in once.iter().zip(&together[once.len()..]) {
            assert_eq!((&one.0, one.1), (&two.0, two.1), "{text:?}");
        }
    }
}

#[test]
fn folding_twice_is_folding_once() {
    for text in texts() {
        for word in text.split_whitespace() {
            let once = fold_word(word);
            assert_eq!(fold_word(&once), once, "{word:?}");
            assert_eq!(
                fold_word(&word.to_uppercase()),
                fold_word(&word.to_uppercase().to_lowercase()),
                "{word:?}"
            );
        }
    }
}

#[test]
fn a_word_and_its_token_fold_alike() {
    for (written, folded) in [
        ("登記", "登记"),
        ("ＡＢＣ", "abc"),
        ("Ürümchi", "urumchi"),
        ("ﺋﯘﻳﻐﯘﺭ", "ئۇيغۇر"),
        ("Ёлка", "елка"),
    ] {
        let terms: Vec<String> = all_tokens(written).into_iter().map(|token| token.0).collect();
        assert!(
            terms.iter().any(|term| *term == folded || folded.contains(term.as_str())),
            "{written}: {terms:?}"
        );
    }
}

#[test]
fn languages_cover_the_text_without_overlap() {
    for text in texts() {
        let detected = detect(&text);
        let mut end = 0;
        for run in &detected.runs {
            let (start, stop) = (run.start as usize, run.end as usize);
            assert!(end <= start && start < stop && stop <= text.len(), "{text:?}: {run:?}");
            assert!(
                text.is_char_boundary(start) && text.is_char_boundary(stop),
                "{text:?}: {run:?}"
            );
            assert!(!run.language.is_empty(), "{text:?}: {run:?}");
            end = stop;
        }
        assert!(!detected.main.is_empty(), "{text:?}");
    }
}

#[test]
fn long_texts_take_time_in_proportion() {
    // a quadratic analysis of these would not end while anyone waits
    for piece in ["登", "a", "ئ", "ᠮ", "e\u{301}", "\u{202e}", "1,", "-", "\u{300}", "'", "👨‍"]
    {
        let text = piece.repeat(50_000);
        let count = all_tokens(&text).len();
        assert!(count <= 2 * text.chars().count(), "{piece:?}");
        let _ = detect(&text[..text.floor_char_boundary(60_000)]);
    }
}

#[test]
fn variants_of_any_text_are_few_and_not_the_text_itself() {
    for text in texts() {
        for word in text.split_whitespace().chain([text.as_str()]) {
            let numbers = number_variants(word);
            assert!(
                numbers.len() < 200 && !numbers.iter().any(|variant| variant == word),
                "{word:?}: {numbers:?}"
            );
            let forms = inflected_forms(word);
            assert!(forms.len() < 200 && !forms.iter().any(|form| form.is_empty()), "{word:?}");
            let keys = word_keys(word);
            assert!(keys.len() < 50, "{word:?}: {keys:?}");
            for key in keys {
                assert!(key_forms(&key).len() <= 1 << 12, "{word:?}: {key}");
            }
            assert!(spellings(word).len() < 5_000, "{word:?}");
            let _ = (sounds(word), is_name_part(word));
        }
    }
}

#[test]
fn han_characters_have_a_written_form_in_their_class() {
    for character in ('\u{4e00}'..='\u{9fff}').step_by(7) {
        let written = written_form(character);
        assert!(is_han(character) && is_han(written), "{character}");
        assert_eq!(written_form(written), written, "{character}");
        assert!(is_gram(character), "{character}");
    }
    for other in ['a', 'ئ', 'я', '1', '。', ' ', '\u{0}', '👨'] {
        assert!(!is_han(other), "{other}");
    }
}

#[test]
fn a_name_in_latin_letters_sounds_like_both_orthographies() {
    for (latin, simplified, traditional) in [
        ("Wang Liqiang", "王立强", "王立強"),
        ("Zhong Jianguo", "钟建国", "鍾建國"),
        ("Liu Xiaodong", "刘晓东", "劉曉東"),
        ("Lü Bu", "吕布", "呂布"),
    ] {
        let readings = spellings(latin);
        // sounds are of folded characters, as tokens are
        for name in [simplified, traditional].map(fold_word) {
            let is_read = readings.iter().any(|reading| {
                reading.len() == name.chars().count()
                    && reading
                        .iter()
                        .zip(name.chars())
                        .all(|(sound, character)| sound.takes(character))
            });
            assert!(is_read, "{latin} is not {name}: {readings:?}");
        }
        // what is displayed is read back
        let shown: Vec<String> = readings[0].iter().map(ToString::to_string).collect();
        let again = sounds(&shown.join(" ")).expect("a reading");
        assert_eq!(again.iter().map(ToString::to_string).collect::<Vec<_>>(), shown, "{latin}");
    }
    for other in ["登记", "", "register", "wang  1"] {
        assert!(sounds(other).is_none(), "{other}");
    }
}
