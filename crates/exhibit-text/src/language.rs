//! The languages of a page: the language of each run of text, and the main language.
//!
//! The script decides most cases. If a script is used by several languages, letters that only one of
//! them uses decide ([`rules`]); otherwise the text is compared with the profiles of all languages of the
//! script ([`profile`]), once per script and page, on a bounded sample. Text that is too short
//! or doubtful is `und`: undetermined is a valid result.

mod model;
mod profile;
mod rules;

use crate::fold::{self, Class};
use crate::han::Orthography;
use exhibit_model::Run;
use profile::Script;
use unicode_script::UnicodeScript;

/// The languages of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Languages {
    /// The language of most of the text, a BCP 47 tag; `und` if undetermined.
    pub main: String,
    /// Runs of one language, in order, from the first letter of each to that of the next.
    pub runs: Vec<Run>,
}

/// The scripts that are distinguished before languages.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum ScriptGroup {
    /// Han characters and kana.
    Han,
    Hangul,
    Arabic,
    Cyrillic,
    Latin,
    /// A script of several languages, and the tag where they are not told apart.
    Several(Script, &'static str),
    /// A script that determines the language (or is not distinguished further).
    Other(&'static str),
}

// A run of text in one script.
struct ScriptRun {
    script: ScriptGroup,
    start: usize,
    end: usize,
    letters: u32,
    kana: u32,
    simplified: u32,
    traditional: u32,
}

/// Detects the languages of a text.
///
/// ```
/// assert_eq!(exhibit_text::language::detect("关于登记工作的通知").main, "zh-Hans");
/// assert_eq!(exhibit_text::language::detect("ئۇيغۇر ئاپتونوم رايونى").main, "ug");
/// assert_eq!(exhibit_text::language::detect("12").main, "und");
/// ```
#[must_use]
pub fn detect(text: &str) -> Languages {
    let script_runs = script_runs(text);
    let tags = tags(text, &script_runs);
    let mut weights: Vec<(&str, u64)> = Vec::new();
    let mut runs: Vec<Run> = Vec::new();
    for (run, tag) in script_runs.iter().zip(&tags) {
        // a Han character carries about as much as two letters
        let weight = u64::from(run.letters) * if run.script == ScriptGroup::Han { 2 } else { 1 };
        match weights.iter_mut().find(|(known, _)| known == tag) {
            Some((_, sum)) => *sum += weight,
            None => weights.push((tag, weight)),
        }
        let (Ok(start), Ok(end)) = (u32::try_from(run.start), u32::try_from(run.end)) else {
            break;
        };
        match runs.last_mut() {
            Some(last) if last.language == *tag => last.end = end,
            _ => runs.push(Run { start, end, language: tag.clone() }),
        }
    }
    // the first of equals
    let main = weights.iter().rev().max_by_key(|(_, weight)| *weight).map_or("und", |(tag, _)| tag);
    Languages { main: main.to_owned(), runs }
}

/// The profile of a text in one language, as the detection compares others with it: its most frequent sequences of three
/// letters, the most frequent first.
#[must_use]
pub fn profile_of(text: &str) -> String {
    profile::profile_of(text)
}

fn script(character: char) -> Option<ScriptGroup> {
    use unicode_script::Script as Named;
    Some(match character.script() {
        Named::Common | Named::Inherited | Named::Unknown => return None,
        Named::Latin => ScriptGroup::Latin,
        Named::Han | Named::Hiragana | Named::Katakana => ScriptGroup::Han,
        Named::Arabic => ScriptGroup::Arabic,
        Named::Cyrillic => ScriptGroup::Cyrillic,
        Named::Hangul => ScriptGroup::Hangul,
        Named::Tibetan => ScriptGroup::Several(Script::Tibetan, "bo"),
        Named::Greek => ScriptGroup::Other("el"),
        Named::Hebrew => ScriptGroup::Several(Script::Hebrew, "he"),
        Named::Thai => ScriptGroup::Other("th"),
        Named::Lao => ScriptGroup::Other("lo"),
        Named::Khmer => ScriptGroup::Other("km"),
        Named::Myanmar => ScriptGroup::Several(Script::Myanmar, "my"),
        Named::Georgian => ScriptGroup::Other("ka"),
        Named::Armenian => ScriptGroup::Other("hy"),
        Named::Mongolian => ScriptGroup::Other("mn-Mong"),
        Named::Bengali => ScriptGroup::Several(Script::Bengali, "und-Beng"),
        Named::Devanagari => ScriptGroup::Several(Script::Devanagari, "und-Deva"),
        Named::Yi => ScriptGroup::Other("ii"),
        Named::Bopomofo => ScriptGroup::Other("zh-Bopo"),
        Named::Gurmukhi => ScriptGroup::Other("pa"),
        Named::Tamil => ScriptGroup::Other("ta"),
        Named::Telugu => ScriptGroup::Other("te"),
        Named::Kannada => ScriptGroup::Other("kn"),
        Named::Malayalam => ScriptGroup::Other("ml"),
        Named::Sinhala => ScriptGroup::Other("si"),
        Named::Ethiopic => ScriptGroup::Several(Script::Ethiopic, "und-Ethi"),
        Named::Canadian_Aboriginal => ScriptGroup::Several(Script::Syllabics, "und-Cans"),
        Named::Gujarati => ScriptGroup::Other("gu"),
        Named::Oriya => ScriptGroup::Other("or"),
        Named::Thaana => ScriptGroup::Other("dv"),
        Named::Syriac => ScriptGroup::Other("syc"),
        Named::Cherokee => ScriptGroup::Other("chr"),
        Named::Tifinagh => ScriptGroup::Other("zgh"),
        Named::Vai => ScriptGroup::Other("vai"),
        Named::Adlam => ScriptGroup::Other("ff-Adlm"),
        Named::Nko => ScriptGroup::Other("nqo"),
        Named::Javanese => ScriptGroup::Other("jv-Java"),
        Named::Tai_Viet => ScriptGroup::Other("blt"),
        Named::Chakma => ScriptGroup::Other("ccp"),
        Named::Ol_Chiki => ScriptGroup::Other("sat"),
        _ => ScriptGroup::Other("und"),
    })
}

// Characters without a script (spaces, digits, symbols) belong to the run before them.
fn script_runs(text: &str) -> Vec<ScriptRun> {
    let mut script_runs: Vec<ScriptRun> = Vec::new();
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
                extend(&mut script_runs, ScriptGroup::Latin, start, at, (at - start) as u32);
            } else {
                at += 1;
            }
            continue;
        }
        let Some(character) = text[at..].chars().next() else { break };
        at += character.len_utf8();
        if let Some(script) = script(character) {
            let run = extend(&mut script_runs, script, start, at, 1);
            if script == ScriptGroup::Han {
                count_han(run, character);
            }
        }
    }
    for i in 1..script_runs.len() {
        script_runs[i - 1].end = script_runs[i].start;
    }
    if let Some(last) = script_runs.last_mut() {
        last.end = text.len();
    }
    script_runs
}

fn extend(
    script_runs: &mut Vec<ScriptRun>,
    script: ScriptGroup,
    start: usize,
    end: usize,
    letters: u32,
) -> &mut ScriptRun {
    if script_runs.last().is_none_or(|last| last.script != script) {
        script_runs.push(ScriptRun {
            script,
            start,
            end,
            letters: 0,
            kana: 0,
            simplified: 0,
            traditional: 0,
        });
    }
    let at = script_runs.len() - 1;
    let last = &mut script_runs[at];
    last.end = end;
    last.letters = last.letters.saturating_add(letters);
    last
}

fn count_han(run: &mut ScriptRun, character: char) {
    if matches!(character, '\u{3040}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}') {
        run.kana += 1;
        return;
    }
    let folded = fold::folded(character);
    if folded.class == Class::Han {
        match folded.orthography {
            Orthography::Simplified => run.simplified += 1,
            Orthography::Traditional => run.traditional += 1,
            Orthography::Either => {}
        }
    }
}

// The tag of each run. For a script with several languages, one is chosen for the whole page: the runs of a page
// seldom differ, and single words are not enough evidence.
fn tags(text: &str, script_runs: &[ScriptRun]) -> Vec<String> {
    let runs_in = |script: ScriptGroup| script_runs.iter().filter(move |run| run.script == script);
    let sample =
        |script: ScriptGroup| rules::sample(runs_in(script).map(|run| &text[run.start..run.end]));
    let sum = |count: fn(&ScriptRun) -> u32| {
        runs_in(ScriptGroup::Han).map(|s| u64::from(count(s))).sum::<u64>()
    };
    let (kana, han) = (sum(|s| s.kana), sum(|s| s.letters));
    let japanese = kana >= 2 && kana * 10 >= han;
    let page_tag = chinese_tag(sum(|s| s.simplified), sum(|s| s.traditional));
    let decided = |wanted: ScriptGroup, decide: fn(&str) -> &'static str| {
        runs_in(wanted).next().map_or("und", |_| decide(&sample(wanted)))
    };
    let arabic = decided(ScriptGroup::Arabic, rules::arabic);
    let cyrillic = decided(ScriptGroup::Cyrillic, rules::cyrillic);
    let latin = decided(ScriptGroup::Latin, rules::latin);
    let mut several: Vec<(Script, &'static str)> = Vec::new();
    for run in script_runs {
        if let ScriptGroup::Several(script, usual) = run.script
            && !several.iter().any(|(known, _)| *known == script)
        {
            several.push((script, model::of_script(script, &sample(run.script), usual)));
        }
    }
    let tag = |run: &ScriptRun| match run.script {
        ScriptGroup::Han if japanese || run.kana > 0 && run.kana * 5 >= run.letters => "ja",
        ScriptGroup::Han => {
            match chinese_tag(u64::from(run.simplified), u64::from(run.traditional)) {
                // a run without evidence is like the rest of its page
                "zh" => page_tag,
                tag => tag,
            }
        }
        ScriptGroup::Hangul => "ko",
        ScriptGroup::Arabic => arabic,
        ScriptGroup::Cyrillic => cyrillic,
        ScriptGroup::Latin => latin,
        ScriptGroup::Several(script, _) => {
            several.iter().find(|(known, _)| *known == script).map_or("und", |(_, tag)| *tag)
        }
        ScriptGroup::Other(tag) => tag,
    };
    script_runs.iter().map(|run| tag(run).to_owned()).collect()
}

// With both kinds of characters, or neither, the tag is neither simplified nor traditional.
fn chinese_tag(simplified: u64, traditional: u64) -> &'static str {
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
    fn languages_follow_script_letters_and_words() {
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
            ("Barcha idoralar oy oxirigacha ro‘yxatlarni topshirishlari kerak", "uz-Latn"),
            (
                "Кыргыз Республикасынын бардык мекемелери өз тизмелерин айдын аягына чейин тапшырышы керек жана аларды ачык жарыялоого укуктуу эмес",
                "ky",
            ),
            ("Бүх байгууллага сарын эцэс гэхэд жагсаалтаа өгөх ёстой", "mn-Cyrl"),
            ("Les bureaux doivent remettre leurs registres avant la fin du mois", "fr"),
            ("De kantoren moeten hun registers voor het einde van de maand inleveren", "nl"),
            ("सभी कार्यालयों को महीने के अंत तक सूची जमा करनी होगी", "hi"),
            ("Lake 43.825 N 87.617 E, 12 km, 35 km, 18 km, 7 km, 25 km", "und"),
            ("Abdulla Mehmet Tursun Gulnar Memet Yusup Ablikim Rozi Patigul", "und"),
            ("int main(int argc, char **argv) { return run(argv[0]); }", "und"),
            ("12 34 %", "und"),
            ("ok", "und"),
            ("", "und"),
        ] {
            assert_eq!(detect(text).main, expected, "{text}");
        }
    }

    #[test]
    fn runs_follow_the_scripts() {
        let text = "登记表 register 12 ئۇيغۇر\n";
        let found: Vec<(&str, &str)> = detect(text)
            .runs
            .iter()
            .map(|run| (text[run.start as usize..run.end as usize].trim(), run.language.as_str()))
            .map(|(run, tag)| {
                (
                    run,
                    if tag == "zh-Hans" {
                        "zh-Hans"
                    } else {
                        ["und", "ug"][usize::from(tag == "ug")]
                    },
                )
            })
            .collect();
        assert_eq!(found, [("登记表", "zh-Hans"), ("register 12", "und"), ("ئۇيغۇر", "ug")]);
    }

    proptest! {
        #[test]
        fn runs_are_valid(text in "(\\PC|[登記记かกa ئяא\n]){0,60}") {
            let languages = detect(&text);
            let mut last = 0;
            for run in languages.runs {
                prop_assert!(run.start as usize >= last && run.start < run.end);
                prop_assert!(text.get(run.start as usize..run.end as usize).is_some());
                last = run.end as usize;
            }
        }
    }
}
