//! Chinese names in Latin letters: their possible readings as syllables, in pinyin and in Wade-Giles.
//!
//! A spelling that exists in both systems is read in both if anything in the name indicates Wade-Giles. This module
//! does not decide which characters are meant.

use crate::pinyin::Sound;
use crate::wade_giles;
use unicode_normalization::UnicodeNormalization;

/// The maximum number of syllables in a name.
const MAX_SYLLABLES: usize = 8;
/// The maximum number of readings of a name.
const MAX_READINGS: usize = 16;

/// All syllables of standard Chinese in pinyin, without tones, in alphabetical order.
pub(crate) const SYLLABLES: &str = "\
    a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu ca cai can cang cao ce cen ceng \
    cha chai chan chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui chun chuo ci cong cou cu \
    cuan cui cun cuo da dai dan dang dao de dei den deng di dia dian diao die ding diu dong dou du duan dui dun duo \
    e ei en eng er fa fan fang fei fen feng fiao fo fou fu ga gai gan gang gao ge gei gen geng gong gou gu gua guai \
    guan guang gui gun guo ha hai han hang hao he hei hen heng hong hou hu hua huai huan huang hui hun huo ji jia \
    jian jiang jiao jie jin jing jiong jiu ju juan jue jun ka kai kan kang kao ke kei ken keng kong kou ku kua kuai \
    kuan kuang kui kun kuo la lai lan lang lao le lei len leng li lia lian liang liao lie lin ling liu lo long lou \
    lu lü luan lüe lun luo ma mai man mang mao me mei men meng mi mian miao mie min ming miu mo mou mu na nai nan nang \
    nao ne nei nen neng ni nian niang niao nie nin ning niu nong nou nu nü nuan nüe nun nuo o ou pa pai pan pang pao \
    pei pen peng pi pian piao pie pin ping po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun \
    ran rang rao re ren reng ri rong rou ru rua ruan rui run ruo sa sai san sang sao se sen seng sha shai shan shang \
    shao she shei shen sheng shi shou shu shua shuai shuan shuang shui shun shuo si song sou su suan sui sun suo ta \
    tai tan tang tao te tei teng ti tian tiao tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng wo \
    wu xi xia xian xiang xiao xie xin xing xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yo yong you yu \
    yuan yue yun za zai zan zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhei zhen zheng zhi zhong zhou zhu \
    zhua zhuai zhuan zhuang zhui zhun zhuo zi zong zou zu zuan zui zun zuo";

fn syllable(letters: &str) -> Option<&'static str> {
    static SORTED: std::sync::LazyLock<Vec<&'static str>> = std::sync::LazyLock::new(|| {
        let mut sorted: Vec<&str> = SYLLABLES.split_whitespace().collect();
        sorted.sort_unstable();
        sorted
    });
    match letters {
        "lue" | "lve" | "lyue" => Some("lüe"),
        "nue" | "nve" | "nyue" => Some("nüe"),
        "lv" | "lyu" => Some("lü"),
        "nv" | "nyu" => Some("nü"),
        _ => SORTED.binary_search(&letters).ok().map(|at| SORTED[at]),
    }
}

// Places that are sometimes written as two words, which are not names of persons.
const PLACES: &str = "\
    bei jing,tian jin,he bei,shan xi,nei meng,liao ning,hei long,shang hai,zhe jiang,fu jian,shan dong,he nan,hu bei,\
    hu nan,guang dong,guang xi,hai nan,chong qing,si chuan,gui zhou,xi zang,qing hai,ning xia,xin jiang,xi an,\
    nan jing,guang zhou,shen zhen,tai wan,xiang gang,ao men,he tian,ka shi,ku che,ha mi,bei tun,tu lu,yi li";

type Reading = Vec<Sound>;

/// The possible readings of words in Latin letters as Chinese syllables, in pinyin or in Wade-Giles. Empty if not all
/// words can be read, or they have fewer than two syllables.
///
/// Tone marks and numbers are ignored; `v`, and `yu` after `l` and `n`, mean `ü`. Words in the form of a person's name
/// (`Wang Li`, surname first) begin with a surname.
///
/// ```
/// let first = |name| exhibit_text::spellings(name)[0].iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
/// assert_eq!(first("wang Lìqiáng"), "wang li qiang");
/// assert_eq!(first("Liu Hsiao-mei"), "Liu xiao mei");
/// ```
#[must_use]
pub fn spellings(words: &str) -> Vec<Reading> {
    let groups: Vec<&str> = words.split_whitespace().collect();
    let parts: Vec<&str> =
        groups.iter().flat_map(|group| group.split(is_hyphen)).filter(|p| !p.is_empty()).collect();
    let mut readings = join(&parts, &in_pinyin);
    let hyphenated = groups.iter().any(|group| group.contains(is_hyphen));
    let is_wade_giles = |part: &&str| !in_wade_giles(part, false).is_empty();
    if parts.iter().any(|part| indicates_wade_giles(part))
        || (hyphenated && parts.iter().all(is_wade_giles))
    {
        let marked = parts.iter().any(|part| part.contains(is_apostrophe));
        let in_either = |part: &str| {
            let readings = in_wade_giles(part, marked);
            if readings.is_empty() { in_pinyin(part) } else { readings }
        };
        readings.extend(join(&parts, &in_either));
    }
    readings.retain(|reading| (2..=MAX_SYLLABLES).contains(&reading.len()));
    let mut kept: Vec<Reading> = Vec::new();
    for (at, reading) in readings.iter().enumerate() {
        let covered = |by: &Reading| {
            by.len() == reading.len() && by.iter().zip(reading).all(|(by, own)| covers(by, own))
        };
        if !kept.iter().any(covered)
            && !readings[at + 1..].iter().any(|by| by != reading && covered(by))
        {
            kept.push(reading.clone());
        }
    }
    kept.iter_mut().for_each(|reading| mark_surname(&groups, reading));
    kept
}

/// Whether a word can be part of a name in Latin letters.
#[must_use]
pub fn is_name_part(word: &str) -> bool {
    let parts = || word.split(is_hyphen).filter(|part| !part.is_empty());
    parts().next().is_some()
        && parts().all(|part| !in_pinyin(part).is_empty() || !in_wade_giles(part, false).is_empty())
}

/// Parses a displayed reading: syllables separated by spaces, alternatives joined by `/`, a capital for a surname.
/// Returns `None` if the text does not have this form.
#[must_use]
pub fn sounds(text: &str) -> Option<Reading> {
    let mut reading = Reading::new();
    for (at, part) in text.split_whitespace().enumerate() {
        let capital = at == 0 && is_capitalised(part);
        let read = part.split('/').map(|one| letters(one).and_then(|letters| syllable(&letters)));
        let sound = Sound::new(read.collect::<Option<Vec<_>>>()?);
        reading.push(if capital { sound.as_surname().unwrap_or(sound) } else { sound });
    }
    (!reading.is_empty()).then_some(reading)
}

fn covers(by: &Sound, own: &Sound) -> bool {
    own.syllables().all(|syllable| by.syllables().any(|other| other == syllable))
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '\u{2018}' | '\u{2019}' | '\u{2bb}' | '\u{2bc}' | '\u{2bf}')
}

fn is_capitalised(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    letters.next().is_some_and(char::is_uppercase) && letters.all(|c| !c.is_uppercase())
}

// Combines the readings of the parts.
fn join(parts: &[&str], of_part: &dyn Fn(&str) -> Vec<Reading>) -> Vec<Reading> {
    let mut readings: Vec<Reading> = vec![Reading::new()];
    for part in parts {
        let next = of_part(part);
        let longer = readings
            .iter()
            .flat_map(|reading| next.iter().map(move |next| [reading.as_slice(), next].concat()));
        readings = longer.take(MAX_READINGS).collect();
    }
    readings
}

// The letters of pinyin without tones; `None` if there are other characters.
fn letters(part: &str) -> Option<String> {
    let mut letters = String::with_capacity(part.len());
    for character in part.nfd().flat_map(char::to_lowercase) {
        match character {
            '1'..='5' | '\u{300}'..='\u{304}' | '\u{306}' | '\u{30c}' => {}
            '\u{308}' if letters.ends_with('u') => {
                letters.pop();
                letters.push('ü');
            }
            // a circumflex over e is Wade-Giles
            'a'..='z' => letters.push(character),
            _ => return None,
        }
    }
    (!letters.is_empty()).then_some(letters)
}

fn in_pinyin(part: &str) -> Vec<Reading> {
    let pieces: Vec<&str> = part.split(is_apostrophe).filter(|piece| !piece.is_empty()).collect();
    join(&pieces, &|piece| {
        let Some(mut letters) = letters(piece) else { return Vec::new() };
        for (written, meant) in [("jü", "ju"), ("qü", "qu"), ("xü", "xu"), ("yü", "yu")] {
            letters = letters.replace(written, meant);
        }
        let mut found = Vec::new();
        segment(&letters, &mut Vec::new(), &mut found);
        found
    })
}

// All segmentations of letters into syllables, those with the longest first syllable first.
fn segment(rest: &str, prefix: &mut Reading, found: &mut Vec<Reading>) {
    if found.len() >= MAX_READINGS || prefix.len() > MAX_SYLLABLES {
        return;
    }
    if rest.is_empty() {
        found.push(prefix.clone());
        return;
    }
    for length in (1..=rest.len().min(7)).rev().filter(|length| rest.is_char_boundary(*length)) {
        if let Some(syllable) = syllable(&rest[..length]) {
            prefix.push(Sound::new(vec![syllable]));
            segment(&rest[length..], prefix, found);
            prefix.pop();
        }
    }
}

// Whether a part is only valid in Wade-Giles: because of the apostrophe of an aspirate, or because it would need an
// apostrophe in pinyin (`chien` as `chi'en`) or does not exist there.
fn indicates_wade_giles(part: &str) -> bool {
    let needs_no_apostrophe = |reading: &Reading| {
        reading
            .iter()
            .skip(1)
            .all(|sound| sound.syllables().all(|s| !s.starts_with(['a', 'e', 'o'])))
    };
    let pinyin = in_pinyin(part);
    let is_pinyin = if part.contains(is_apostrophe) {
        !pinyin.is_empty()
    } else {
        pinyin.iter().any(needs_no_apostrophe)
    };
    !is_pinyin && !in_wade_giles(part, false).is_empty()
}

// `marked`: the name has an apostrophe, so consonants without one are not aspirated.
fn in_wade_giles(part: &str, marked: bool) -> Vec<Reading> {
    let mut folded = String::with_capacity(part.len());
    for character in part.nfd().flat_map(char::to_lowercase) {
        match character {
            '\u{302}' | '\u{306}' => {}
            '\u{308}' if folded.ends_with('u') => {
                folded.pop();
                folded.push('ü');
            }
            'a'..='z' => folded.push(character),
            _ if is_apostrophe(character) => folded.push('\''),
            _ => return Vec::new(),
        }
    }
    let mut found = Vec::new();
    segment_wade_giles(&folded, marked, &mut Vec::new(), &mut found);
    found
}

fn segment_wade_giles(rest: &str, marked: bool, prefix: &mut Reading, found: &mut Vec<Reading>) {
    if found.len() >= MAX_READINGS || prefix.len() > MAX_SYLLABLES {
        return;
    }
    if rest.is_empty() {
        found.push(prefix.clone());
        return;
    }
    let longest = rest.len().min(wade_giles::MAX_LENGTH);
    for length in (1..=longest).rev().filter(|length| rest.is_char_boundary(*length)) {
        let entries = wade_giles::syllables(&rest[..length])
            .iter()
            .filter(|entry| !(marked && entry.unmarked));
        let syllables: Vec<&'static str> = entries.map(|entry| entry.syllable).collect();
        // within a word no syllable begins with a vowel, or else hsiao would be hsia and o
        let can_begin = prefix.is_empty() || !rest.starts_with(['a', 'e', 'i', 'o']);
        if can_begin && !syllables.is_empty() {
            prefix.push(Sound::new(syllables));
            segment_wade_giles(&rest[length..], marked, prefix, found);
            prefix.pop();
        }
    }
}

// Marks the surname if each word has a capital: a surname of one or two syllables with a given name of one or two.
fn mark_surname(groups: &[&str], reading: &mut Reading) {
    let Some(first) =
        groups.first().filter(|_| groups.len() > 1 && groups.iter().all(|g| is_capitalised(g)))
    else {
        return;
    };
    let parts: Vec<&str> = first.split(is_hyphen).filter(|part| !part.is_empty()).collect();
    let readings: Vec<Reading> =
        [join(&parts, &in_pinyin), join(&parts, &|part| in_wade_giles(part, false))].concat();
    let has_length = |length: usize| {
        let readings = readings.iter().filter(|reading| reading.len() == length);
        readings
            .into_iter()
            .any(|reading| reading.iter().zip(reading.iter()).all(|(by, own)| covers(by, own)))
    };
    let surname = if has_length(1) && (2..=3).contains(&reading.len()) {
        true
    } else {
        has_length(2) && (3..=4).contains(&reading.len()) && is_double(&reading[..2])
    };
    let syllables: Vec<&str> =
        reading.iter().filter_map(|sound| sound.syllables().next()).collect();
    let place = PLACES.split(',').any(|place| syllables.join(" ").starts_with(place));
    if let Some(sound) = reading[0].as_surname().filter(|_| surname && !place) {
        reading[0] = sound;
    }
}

// Whether two sounds are a surname of two characters.
fn is_double(sounds: &[Sound]) -> bool {
    const DOUBLE: &str = "欧阳 上官 司马 司徒 诸葛 夏侯 皇甫 尉迟 公孙 慕容 令狐 端木 长孙 宇文 轩辕 东方 西门 南宫 万俟 呼延 独孤 完颜 赫连 拓跋 闻人 澹台 淳于 申屠 太史 公羊 钟离 鲜于 司空 司寇 仲孙 纳兰";
    DOUBLE.split(' ').any(|name| {
        name.chars().zip(sounds).all(|(c, sound)| sound.takes(crate::fold::folded(c).to))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn displayed(words: &str) -> Vec<String> {
        let shown = |reading: &Reading| {
            reading.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        spellings(words).iter().map(shown).collect()
    }

    #[test]
    fn pinyin_is_segmented_into_syllables() {
        for (words, expected) in [
            ("wangliqiang", &["wang li qiang", "wang li qi ang"][..]),
            ("Wang2 Li4qiang2", &["Wang li qiang", "wang li qi ang"]),
            ("Xi'an", &["xi an"]),
            ("lv xin", &["lü xin"]),
            ("Lǚ xin", &["lü xin"]),
            ("lyu xin", &["lü xin"]),
            ("lu xin", &["lu xin"]),
            ("zhanlue", &["zhan lüe", "zhan lu e"]),
            // yu after n or l is ü only if it is not a separate syllable
            ("Sun Wenyu", &["Sun wen yu"]),
            ("wenyu", &["wen yu"]),
            ("Sunyu Li", &["sun yu li", "su nü li"]),
            ("Chen Nyu", &["Chen nü"]),
            ("Lyu Buwei", &["Lü bu wei"]),
            ("Lv Buwei", &["Lü bu wei"]),
            ("Lü Buwei", &["Lü bu wei"]),
            ("nvren", &["nü ren"]),
            ("zhanlve", &["zhan lüe", "zhan lü e"]),
            ("Ouyang Xiu", &["Ou yang xiu"]),
            ("ouyangxiu", &["ou yang xiu"]),
            ("Xian", &["xi an"]),
            ("Xian Shi", &["Xian shi", "xi an shi"]),
            ("Fangan", &["fang an", "fan gan"]),
            ("xianxi", &["xian xi", "xi an xi"]),
            ("register", &[]),
            ("wang", &[]),
            ("Smith Wang", &[]),
        ] {
            assert_eq!(displayed(words), expected, "{words}");
        }
    }

    #[test]
    fn wade_giles_is_distinguished_from_pinyin() {
        for (words, expected) in [
            ("Hsiao Tse-tung", &["Xiao ce/ze dong/tong"][..]),
            ("Chu Jung-chi", &["Chu/ju/qu/zhu rong ji/qi"]),
            ("Liu Hsiaomei", &["Liu xiao mei"]),
            ("Hsieh Wentung", &["Xie wen dong/tong"]),
            (
                "Chang Chien-kuo",
                &["chang chi en kuo", "chang chi en ku o", "Chang/zhang jian/qian guo/kuo"],
            ),
            (
                "Chang Chienkuo",
                &["chang chi en kuo", "chang chi en ku o", "Chang/zhang jian/qian guo/kuo"],
            ),
            ("P'eng Chün-i", &["Peng jun yi"]),
            ("wang li-ch'iang", &["wang li qiang"]),
            ("Ssu-t'u Erh-k'ang", &["Si tu er kang"]),
            // a hyphen indicates Wade-Giles only if every part is valid in it
            ("Zhou Hai-yan", &["Zhou hai yan"]),
            ("Li Ta-chao", &["li ta cha o", "Li da/ta chao/zhao"]),
            ("Li Tachao", &["Li ta chao", "li ta cha o"]),
        ] {
            assert_eq!(displayed(words), expected, "{words}");
        }
    }

    #[test]
    fn names_begin_with_a_surname() {
        for (words, expected) in [
            ("Wang Ji", "Wang ji"),
            ("wang ji", "wang ji"),
            ("WANG JI", "wang ji"),
            ("Wang Liqiang", "Wang li qiang"),
            ("Ouyang Xue", "Ou yang xue"),
            ("Sima Guang Yuan", "Si ma guang yuan"),
            ("Wu Lu Mu Qi", "wu lu mu qi"),
            ("Bei Jing", "bei jing"),
            ("Xin Jiang", "xin jiang"),
            ("Lu'an Shi", "lu an shi"),
            ("Gong An", "Gong an"),
        ] {
            assert_eq!(displayed(words)[0], expected, "{words}");
        }
    }

    #[test]
    fn displayed_readings_round_trip() {
        for name in ["Chang/zhang jian/qian guo/kuo", "lü xin", "wang li", "Si ma yi"] {
            let reading = sounds(name).expect("sounds");
            assert_eq!(reading.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "), name);
        }
        assert_eq!(sounds("wang liqiang"), None);
        assert_eq!(sounds("Wang").expect("a sound")[0].to_string(), "Wang");
        assert_eq!(sounds(""), None);
    }
}
