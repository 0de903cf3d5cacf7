//! Languages and scripts of a page: what is written in which language, and what the page mainly is.
//!
//! Scripts come first and decide most of it; where one script serves several languages, letters
//! decide that only one of them has ([`rules`]); a statistical model decides the rest, among
//! languages that are plausible for the script, once per script and page, on a bounded sample.
//! What is too short or doubtful is `und`: an undetermined language is an answer.

mod model;
mod rules;

use crate::fold::{self, Class};
use crate::han::Writing;
use exhibit_model::Run;
use unicode_script::{Script, UnicodeScript};

/// The languages of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Languages {
    /// The language of most of it, a BCP 47 tag; `und` where undetermined.
    pub main: String,
    /// Stretches of one language, in order, from the first letter of each to the next one's.
    pub runs: Vec<Run>,
}

/// The ways of writing that are told apart before any language is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Writes {
    /// Han characters and kana.
    Han,
    Hangul,
    Arabic,
    Cyrillic,
    Latin,
    /// A script that tells its language (or that is not told further).
    Other(&'static str),
}

// A stretch of text in one way of writing.
struct Stretch {
    writes: Writes,
    start: usize,
    end: usize,
    letters: u32,
    kana: u32,
    simplified: u32,
    traditional: u32,
}

/// Says which languages a text is in.
///
/// ```
/// assert_eq!(exhibit_text::language::of("关于登记工作的通知").main, "zh-Hans");
/// assert_eq!(exhibit_text::language::of("ئۇيغۇر ئاپتونوم رايونى").main, "ug");
/// assert_eq!(exhibit_text::language::of("12").main, "und");
/// ```
#[must_use]
pub fn of(text: &str) -> Languages {
    let stretches = stretches(text);
    let tags = tags(text, &stretches);
    let mut weights: Vec<(&str, u64)> = Vec::new();
    let mut runs: Vec<Run> = Vec::new();
    for (stretch, tag) in stretches.iter().zip(&tags) {
        // a Han character says about as much as two letters
        let weight = u64::from(stretch.letters) * if stretch.writes == Writes::Han { 2 } else { 1 };
        match weights.iter_mut().find(|(known, _)| known == tag) {
            Some((_, sum)) => *sum += weight,
            None => weights.push((tag, weight)),
        }
        let (Ok(start), Ok(end)) = (u32::try_from(stretch.start), u32::try_from(stretch.end)) else { break };
        match runs.last_mut() {
            Some(last) if last.language == *tag => last.end = end,
            _ => runs.push(Run { start, end, language: tag.clone() }),
        }
    }
    // of equals the one that comes first
    let main = weights.iter().rev().max_by_key(|(_, weight)| *weight).map_or("und", |(tag, _)| tag);
    Languages { main: main.to_owned(), runs }
}

fn writes(character: char) -> Option<Writes> {
    Some(match character.script() {
        Script::Common | Script::Inherited | Script::Unknown => return None,
        Script::Latin => Writes::Latin,
        Script::Han | Script::Hiragana | Script::Katakana => Writes::Han,
        Script::Arabic => Writes::Arabic,
        Script::Cyrillic => Writes::Cyrillic,
        Script::Hangul => Writes::Hangul,
        Script::Tibetan => Writes::Other("bo"),
        Script::Greek => Writes::Other("el"),
        Script::Hebrew => Writes::Other("he"),
        Script::Thai => Writes::Other("th"),
        Script::Lao => Writes::Other("lo"),
        Script::Khmer => Writes::Other("km"),
        Script::Myanmar => Writes::Other("my"),
        Script::Georgian => Writes::Other("ka"),
        Script::Armenian => Writes::Other("hy"),
        Script::Mongolian => Writes::Other("mn-Mong"),
        Script::Bengali => Writes::Other("und-Beng"),
        Script::Devanagari => Writes::Other("und-Deva"),
        Script::Yi => Writes::Other("ii"),
        Script::Bopomofo => Writes::Other("zh-Bopo"),
        Script::Gujarati => Writes::Other("gu"),
        Script::Gurmukhi => Writes::Other("pa"),
        Script::Tamil => Writes::Other("ta"),
        Script::Telugu => Writes::Other("te"),
        Script::Kannada => Writes::Other("kn"),
        Script::Malayalam => Writes::Other("ml"),
        Script::Sinhala => Writes::Other("si"),
        Script::Ethiopic => Writes::Other("und-Ethi"),
        _ => Writes::Other("und"),
    })
}

// Whatever has no script of its own (spaces, digits, signs) goes with what stands before it.
fn stretches(text: &str) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        if bytes[at].is_ascii() {
            // whole words of ASCII letters at once
            while at < bytes.len() && bytes[at].is_ascii_alphabetic() {
                at += 1;
            }
            if at > start {
                extend(&mut stretches, Writes::Latin, start, at, (at - start) as u32);
            } else {
                at += 1;
            }
            continue;
        }
        let Some(character) = text[at..].chars().next() else { break };
        at += character.len_utf8();
        if let Some(writes) = writes(character) {
            let stretch = extend(&mut stretches, writes, start, at, 1);
            if writes == Writes::Han {
                count_han(stretch, character);
            }
        }
    }
    for i in 1..stretches.len() {
        stretches[i - 1].end = stretches[i].start;
    }
    if let Some(last) = stretches.last_mut() {
        last.end = text.len();
    }
    stretches
}

fn extend(stretches: &mut Vec<Stretch>, writes: Writes, start: usize, end: usize, letters: u32) -> &mut Stretch {
    if stretches.last().is_none_or(|last| last.writes != writes) {
        stretches.push(Stretch { writes, start, end, letters: 0, kana: 0, simplified: 0, traditional: 0 });
    }
    let at = stretches.len() - 1;
    let last = &mut stretches[at];
    last.end = end;
    last.letters = last.letters.saturating_add(letters);
    last
}

fn count_han(stretch: &mut Stretch, character: char) {
    if matches!(character, '\u{3040}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}') {
        stretch.kana += 1;
        return;
    }
    let folded = fold::folded(character);
    if folded.class == Class::Han {
        match folded.writing {
            Writing::Simplified => stretch.simplified += 1,
            Writing::Traditional => stretch.traditional += 1,
            Writing::Either => {}
        }
    }
}

// Each stretch's tag. Of a script with several languages, one is decided for the whole page: the stretches of one
// page seldom differ, and single words tell nothing.
fn tags(text: &str, stretches: &[Stretch]) -> Vec<String> {
    let of = |writes: Writes| stretches.iter().filter(move |stretch| stretch.writes == writes);
    let sample = |writes: Writes| rules::sample(of(writes).map(|stretch| &text[stretch.start..stretch.end]));
    let sum = |count: fn(&Stretch) -> u32| of(Writes::Han).map(|s| u64::from(count(s))).sum::<u64>();
    let (kana, han) = (sum(|s| s.kana), sum(|s| s.letters));
    let japanese = kana >= 2 && kana * 10 >= han;
    let page_writing = writing(sum(|s| s.simplified), sum(|s| s.traditional));
    let decided =
        |wanted: Writes, decide: fn(&str) -> &'static str| of(wanted).next().map_or("und", |_| decide(&sample(wanted)));
    let arabic = decided(Writes::Arabic, rules::arabic);
    let cyrillic = decided(Writes::Cyrillic, rules::cyrillic);
    let latin = decided(Writes::Latin, rules::latin);
    let tag = |stretch: &Stretch| match stretch.writes {
        Writes::Han if japanese || stretch.kana > 0 && stretch.kana * 5 >= stretch.letters => "ja",
        Writes::Han => match writing(u64::from(stretch.simplified), u64::from(stretch.traditional)) {
            // a stretch that does not tell is like the rest of its page
            "zh" => page_writing,
            tag => tag,
        },
        Writes::Hangul => "ko",
        Writes::Arabic => arabic,
        Writes::Cyrillic => cyrillic,
        Writes::Latin => latin,
        Writes::Other(tag) => tag,
    };
    stretches.iter().map(|stretch| tag(stretch).to_owned()).collect()
}

// Both kinds of characters, or neither: simplified or traditional is not said.
fn writing(simplified: u64, traditional: u64) -> &'static str {
    if simplified > 0 && simplified >= traditional.saturating_mul(8) {
        "zh-Hans"
    } else if traditional > 0 && traditional >= simplified.saturating_mul(8) {
        "zh-Hant"
    } else {
        "zh"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn languages_are_told_by_script_letters_and_words() {
        for (text, expected) in [
            ("各县要在月底前把登记表上报地区教育局", "zh-Hans"),
            ("各縣要在月底前把登記表上報地區教育局", "zh-Hant"),
            ("人口", "zh"),
            ("この表は登録のためのものである。東京都", "ja"),
            ("등록 명부를 제출하여야 한다", "ko"),
            ("བོད་ཡིག་གི་དེབ་ཐོ།", "bo"),
            ("ئۇيغۇر ئاپتونوم رايونى مائارىپ ئىدارىسى", "ug"),
            ("شىنجاڭ گېزىتى خەۋىرى", "ug"),
            ("قازاق حالقىنىڭ مادەنيەتى مەن ٴتىلى تۋرالى", "kk-Arab"),
            ("يجب على جميع المكاتب تسليم السجلات قبل نهاية الشهر إلى الإدارة", "ar"),
            ("همه دفاتر باید فهرست افراد را تا پایان ماه به اداره کل تحویل دهند", "fa"),
            ("تمام دفاتر کو مہینے کے آخر تک فہرستیں جمع کرانی ہوں گی", "ur"),
            ("Договор о поставке оборудования для средней школы заключен", "ru"),
            ("Усі установи повинні подати списки до кінця місяця", "uk"),
            ("Барлық мекемелер тізімдерді айдың соңына дейін тапсыруы керек", "kk-Cyrl"),
            ("Уйғур аптоном райони җәмийити һәққидә", "ug-Cyrl"),
            ("All offices shall hand in their registers before the end of the month", "en"),
            ("Alle Ämter haben ihre Verzeichnisse vor dem Ende des Monats abzugeben", "de"),
            ("Tüm daireler ay sonuna kadar kayıtlarını teslim etmelidir", "tr"),
            ("Uyghur aptonom rayonining maarip idarisi bilen biz we siler üchün", "ug-Latn"),
            ("12 34 %", "und"),
            ("ok", "und"),
            ("", "und"),
        ] {
            assert_eq!(of(text).main, expected, "{text}");
        }
    }

    #[test]
    fn runs_follow_the_scripts() {
        let text = "登记表 register 12 ئۇيغۇر\n";
        let said: Vec<(&str, &str)> = of(text)
            .runs
            .iter()
            .map(|run| (text[run.start as usize..run.end as usize].trim(), run.language.as_str()))
            .map(|(stretch, tag)| {
                (stretch, if tag == "zh-Hans" { "zh-Hans" } else { ["und", "ug"][usize::from(tag == "ug")] })
            })
            .collect();
        assert_eq!(said, [("登记表", "zh-Hans"), ("register 12", "und"), ("ئۇيغۇر", "ug")]);
    }

    proptest! {
        #[test]
        fn runs_are_sound(text in "(\\PC|[登記记かกa ئяא\n]){0,60}") {
            let said = of(&text);
            let mut last = 0;
            for run in said.runs {
                prop_assert!(run.start as usize >= last && run.start < run.end);
                prop_assert!(text.get(run.start as usize..run.end as usize).is_some());
                last = run.end as usize;
            }
        }
    }
}
