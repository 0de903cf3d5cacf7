//! Readings of Han characters as toneless pinyin syllables, and names in Latin letters as syllables.
//!
//! A character has all its readings, those it has only as a surname included: which one is meant
//! is not decided. `ü` is read as `u`, as most writers of names do.

use pinyin::ToPinyinMulti;
use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

// Readings that characters have as surnames, beside their common ones.
const SURNAMES: &str = "\
    单shan 單shan 曾zeng 解xie 仇qiu 任ren 查zha 朴piao 盖ge 蓋ge 区ou 區ou 覃qin 覃tan 乐yue 樂yue 翟zhai 翟di 尉yu 迟chi \
    万mo 萬mo 俟qi 员yun 員yun 缪miao 繆miao 宓mi 宓fu 种chong 黑he 秘bi 折she 繁po 褚chu 逄pang 冼xian 洗xian 仉zhang 句gou \
    隗wei 隗kui 郇xun 郇huan 郄qie 郄xi 阚kan 召shao 牟mou 牟mu 乜nie 佴nai 谌chen 谌shen 諶chen 盛sheng 晟cheng 晟sheng \
    哈ha 祭zhai 撒sa 卜bu 应ying 應ying 宁ning 甯ning 纪ji 紀ji 葛ge 占zhan 相xiang 过guo 過guo 华hua 華hua 臧zang 祝zhu \
    长zhang 長zhang 重chong 阿a 会hui 會hui 殷yin 於yu 那na 车che 車che 颉xie 頡xie 适kuo 呙guo 筠yun 仝tong 麴qu 靳jin";

/// The most syllables that a query's name may have.
const LONGEST: usize = 8;
/// The most ways of reading a name that are looked for.
const WAYS: usize = 16;

const BLOCKS: usize = 0x4_0000 / 256;
type Readings = Box<[&'static str]>;
static TABLE: [OnceLock<Box<[Readings]>>; BLOCKS] = [const { OnceLock::new() }; BLOCKS];

/// All toneless readings of a character; none for what is not a Han character with a known reading.
pub(crate) fn readings(character: char) -> &'static [&'static str] {
    let value = u32::from(character) as usize;
    // all Han characters lie between these
    if !(0x3400..0x4_0000).contains(&value) {
        return &[];
    }
    let block = TABLE[value >> 8].get_or_init(|| {
        let characters = (0..256).map(|low| char::from_u32((value & !255) as u32 | low));
        characters.map(|character| character.map_or_else(Readings::default, look_up)).collect()
    });
    &block[value & 255]
}

fn look_up(character: char) -> Readings {
    let mut readings = Vec::new();
    for reading in character.to_pinyin_multi().into_iter().flatten() {
        readings.extend(plain(reading.plain()));
    }
    let surnames = &SURNAME_READINGS[..];
    let first = surnames.partition_point(|(known, _)| *known < character);
    readings.extend(surnames[first..].iter().take_while(|(known, _)| *known == character).map(|(_, reading)| reading));
    readings.sort_unstable();
    readings.dedup();
    readings.into()
}

static SURNAME_READINGS: LazyLock<Vec<(char, &'static str)>> = LazyLock::new(|| {
    let entry =
        |surname: &'static str| surname.chars().next().map(|character| (character, &surname[character.len_utf8()..]));
    let mut surnames: Vec<_> = SURNAMES.split_whitespace().filter_map(entry).collect();
    surnames.sort_unstable();
    surnames
});

// `ü` as `u`; interjections without a vowel are no one's name.
fn plain(syllable: &'static str) -> Option<&'static str> {
    Some(match syllable {
        "lü" | "lv" => "lu",
        "nü" | "nv" => "nu",
        "lüe" | "lve" => "lue",
        "nüe" | "nve" => "nue",
        _ if syllable.bytes().all(|b| b.is_ascii_lowercase()) && syllable.contains(['a', 'e', 'i', 'o', 'u']) => {
            syllable
        }
        _ => return None,
    })
}

/// All syllables of standard Chinese in pinyin, without tones, `ü` as `u`; sorted.
const SYLLABLES: &str = "\
    a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu ca cai can cang cao ce cen ceng \
    cha chai chan chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui chun chuo ci cong cou cu \
    cuan cui cun cuo da dai dan dang dao de dei den deng di dia dian diao die ding diu dong dou du duan dui dun duo \
    e ei en eng er fa fan fang fei fen feng fiao fo fou fu ga gai gan gang gao ge gei gen geng gong gou gu gua guai \
    guan guang gui gun guo ha hai han hang hao he hei hen heng hong hou hu hua huai huan huang hui hun huo ji jia \
    jian jiang jiao jie jin jing jiong jiu ju juan jue jun ka kai kan kang kao ke kei ken keng kong kou ku kua kuai \
    kuan kuang kui kun kuo la lai lan lang lao le lei len leng li lia lian liang liao lie lin ling liu lo long lou \
    lu luan lue lun luo ma mai man mang mao me mei men meng mi mian miao mie min ming miu mo mou mu na nai nan nang \
    nao ne nei nen neng ni nian niang niao nie nin ning niu nong nou nu nuan nue nun nuo o ou pa pai pan pang pao \
    pei pen peng pi pian piao pie pin ping po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun \
    ran rang rao re ren reng ri rong rou ru rua ruan rui run ruo sa sai san sang sao se sen seng sha shai shan shang \
    shao she shei shen sheng shi shou shu shua shuai shuan shuang shui shun shuo si song sou su suan sui sun suo ta \
    tai tan tang tao te tei teng ti tian tiao tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng wo \
    wu xi xia xian xiang xiao xie xin xing xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yo yong you yu \
    yuan yue yun za zai zan zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhei zhen zheng zhi zhong zhou zhu \
    zhua zhuai zhuan zhuang zhui zhun zhuo zi zong zou zu zuan zui zun zuo";

static SORTED: LazyLock<Vec<&'static str>> = LazyLock::new(|| SYLLABLES.split_whitespace().collect());

static READ: LazyLock<BTreeMap<&'static str, Vec<char>>> = LazyLock::new(|| {
    let mut read: BTreeMap<&'static str, Vec<char>> = BTreeMap::new();
    let blocks = ['\u{3400}'..='\u{9fff}', '\u{f900}'..='\u{fad9}', '\u{20000}'..='\u{2a6df}'];
    for character in blocks.into_iter().flatten() {
        for reading in readings(character) {
            read.entry(reading).or_default().push(crate::fold::folded(character).to);
        }
    }
    for characters in read.values_mut() {
        characters.sort_unstable();
        characters.dedup();
    }
    read
});

/// The folded characters of which some form has this reading, ascending. A reading is a toneless syllable
/// ([`is_syllable`]); a character has all that any of its forms has.
#[must_use]
pub fn characters_read(syllable: &str) -> &'static [char] {
    READ.get(syllable).map_or(&[], Vec::as_slice)
}

/// Whether a word is one syllable of pinyin, in lower case without tone.
#[must_use]
pub fn is_syllable(word: &str) -> bool {
    SORTED.binary_search(&word).is_ok()
}

/// The ways of reading words in Latin letters as Chinese syllables, in pinyin or in Wade-Giles; none if they cannot all
/// be read so, or have fewer than two syllables.
///
/// Tone marks and numbers are left out, `v` and `yu` after `l` and `n` stand for `ü`.
///
/// ```
/// assert_eq!(exhibit_text::syllables("Wang Lìqiáng")[0], ["wang", "li", "qiang"]);
/// assert_eq!(exhibit_text::syllables("Wang Li-ch'iang"), [["wang", "li", "qiang"]]);
/// ```
#[must_use]
pub fn syllables(words: &str) -> Vec<Vec<String>> {
    let parts: Vec<&str> = words.split([' ', '-', '\u{2010}', '\u{2011}']).filter(|part| !part.is_empty()).collect();
    let wade_giles = parts.iter().any(|part| is_wade_giles(part));
    let mut ways: Vec<Vec<String>> = vec![Vec::new()];
    for part in parts {
        let of_part = if wade_giles { in_wade_giles(part) } else { in_pinyin(part) };
        ways = ways
            .iter()
            .flat_map(|way| of_part.iter().map(move |next| way.iter().chain(next).cloned().collect::<Vec<_>>()))
            .take(WAYS)
            .collect();
    }
    ways.retain(|way| (2..=LONGEST).contains(&way.len()));
    ways
}

// Letters only, folded; none if anything else is in it.
fn letters(part: &str) -> Option<String> {
    let without_tones: String = part.chars().filter(|c| !matches!(c, '1'..='5')).collect();
    let folded = crate::fold_word(&without_tones);
    (!folded.is_empty() && folded.bytes().all(|b| b.is_ascii_lowercase())).then_some(folded)
}

fn in_pinyin(part: &str) -> Vec<Vec<String>> {
    let (apostrophes, mut ways) = (|c| matches!(c, '\'' | '’'), vec![Vec::new()]);
    for piece in part.split(apostrophes).filter(|piece| !piece.is_empty()) {
        let Some(folded) = letters(piece) else { return Vec::new() };
        let folded = folded.replace("lv", "lu").replace("nv", "nu").replace("lyu", "lu").replace("nyu", "nu");
        let mut found = Vec::new();
        segment(&folded, &mut Vec::new(), &mut found);
        ways = ways
            .iter()
            .flat_map(|way: &Vec<String>| found.iter().map(|next| way.iter().chain(next).cloned().collect()))
            .take(WAYS)
            .collect();
    }
    ways
}

// All ways to cut letters into syllables, the longest first syllable first.
fn segment(rest: &str, taken: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    if found.len() >= WAYS || taken.len() > LONGEST {
        return;
    }
    if rest.is_empty() {
        found.push(taken.clone());
        return;
    }
    for length in (1..=rest.len().min(6)).rev() {
        if is_syllable(&rest[..length]) {
            taken.push(rest[..length].to_owned());
            segment(&rest[length..], taken, found);
            taken.pop();
        }
    }
}

// What only Wade-Giles writes: an aspirate's apostrophe, or a syllable that pinyin does not have.
fn is_wade_giles(part: &str) -> bool {
    let lower = part.to_lowercase().replace('’', "'");
    let aspirate = ["ch'", "k'", "p'", "t'", "ts'", "tz'"].iter().any(|initial| lower.starts_with(initial));
    aspirate || letters(part).is_some_and(|folded| in_pinyin(&folded).is_empty() && !giles(&folded, None).is_empty())
}

fn in_wade_giles(part: &str) -> Vec<Vec<String>> {
    let Some(folded) = letters(part) else { return Vec::new() };
    let aspirated = part.contains(['\'', '’']);
    let found = giles(&folded, aspirated.then_some(true));
    if found.is_empty() { in_pinyin(part) } else { found.into_iter().map(|syllable| vec![syllable]).collect() }
}

/// The pinyin syllables that one Wade-Giles syllable stands for. Apostrophes are often left out, so an initial without
/// one can be either of two.
fn giles(syllable: &str, aspirated: Option<bool>) -> Vec<String> {
    const INITIALS: [(&str, &[&str]); 20] = [
        ("hs", &["x"]),
        ("ch", &["zh", "j", "ch", "q"]),
        ("tz", &["z", "c"]),
        ("ts", &["z", "c"]),
        ("ss", &["s"]),
        ("sz", &["s"]),
        ("sh", &["sh"]),
        ("p", &["b", "p"]),
        ("t", &["d", "t"]),
        ("k", &["g", "k"]),
        ("j", &["r"]),
        ("m", &["m"]),
        ("f", &["f"]),
        ("n", &["n"]),
        ("l", &["l"]),
        ("h", &["h"]),
        ("s", &["s"]),
        ("w", &["w"]),
        ("y", &["y"]),
        ("", &[""]),
    ];
    let Some((initial, stands_for)) = INITIALS.iter().find(|(initial, _)| syllable.starts_with(initial)) else {
        return Vec::new();
    };
    let last = &syllable[initial.len()..];
    let mut found = Vec::new();
    for (at, sound) in stands_for.iter().enumerate() {
        // the aspirates are the second half of each list
        if aspirated == Some(true) && stands_for.len() > 1 && at < stands_for.len() / 2 {
            continue;
        }
        for ending in endings(initial, sound, last) {
            let whole = format!("{sound}{ending}");
            if is_syllable(&whole) && !found.contains(&whole) {
                found.push(whole);
            }
        }
    }
    found
}

fn endings(initial: &str, sound: &str, last: &str) -> Vec<String> {
    let palatal = matches!(sound, "j" | "q" | "x");
    let fits = match initial {
        // ch stands for zh and ch before plain vowels, for j and q before i and ü
        "ch" => {
            palatal
                == ((last.starts_with('i') && last != "ih")
                    || last.starts_with("ue")
                    || matches!(last, "u" | "un" | "uan"))
                || last.starts_with('u')
        }
        _ => true,
    };
    if !fits {
        return Vec::new();
    }
    let own = match (initial, last) {
        (_, "ih") | ("tz" | "ss" | "sz" | "ts", "u") => vec!["i"],
        ("y", "u") => vec!["ou", "u"],
        ("y", "en") => vec!["an"],
        ("y", "eh") => vec!["e"],
        ("y", "ung") => vec!["ong"],
        ("", "erh") => vec!["er"],
        ("", "o") => vec!["e", "o"],
        (_, "ien") => vec!["ian"],
        (_, "ieh") => vec!["ie"],
        (_, "ueh") => vec!["ue"],
        (_, "iung") => vec!["iong"],
        (_, "ung") => vec!["ong"],
        ("k" | "h", "o") => vec!["e"],
        ("l", "o") => vec!["uo", "e"],
        (_, "o") => vec!["uo", "o"],
        (_, "uei") => vec!["ui"],
        (_, "e") => vec!["e"],
        _ => vec![last],
    };
    own.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn characters_have_all_their_readings() {
        for (character, expected) in [
            ('王', "wang"),
            ('强', "qiang"),
            ('强', "jiang"),
            ('單', "shan"),
            ('单', "dan"),
            ('曾', "zeng"),
            ('重', "chong"),
            ('重', "zhong"),
            ('吕', "lu"),
            ('女', "nu"),
            ('略', "lue"),
            ('覃', "tan"),
        ] {
            assert!(readings(character).contains(&expected), "{character} {:?}", readings(character));
        }
        assert_eq!(readings('a').len() + readings('，').len(), 0);
        let all: BTreeSet<&str> = ('\u{4e00}'..='\u{9fff}').flat_map(|c| readings(c).iter().copied()).collect();
        assert!(all.iter().copied().eq(SYLLABLES.split_whitespace()));
    }

    #[test]
    fn a_character_has_the_readings_of_all_its_forms() {
        for (syllable, character) in [("qian", '干'), ("gan", '干'), ("shan", '单'), ("zhong", '钟'), ("fa", '发')]
        {
            assert!(characters_read(syllable).contains(&character), "{syllable}");
        }
        assert_eq!(characters_read("register"), [] as [char; 0]);
    }

    #[test]
    fn names_in_latin_letters_are_cut_into_syllables() {
        for (words, expected) in [
            ("wangliqiang", &["wang li qiang"][..]),
            ("Wang2 Li4qiang2", &["wang li qiang"]),
            ("Xi'an", &["xi an"]),
            ("lv xin", &["lu xin"]),
            ("Hsiao Tse-tung", &["xiao ze dong", "xiao ze tong"]),
            ("Chu Jung-chi", &["zhu rong ji"]),
            ("register", &[]),
            ("wang", &[]),
            ("Smith Wang", &[]),
        ] {
            let ways: Vec<String> = syllables(words).iter().map(|way| way.join(" ")).collect();
            for way in expected {
                assert!(ways.iter().any(|w| w == way), "{words}: {ways:?}");
            }
            assert_eq!(ways.is_empty(), expected.is_empty(), "{words}: {ways:?}");
        }
        let xian: Vec<String> = syllables("xianxi").iter().map(|way| way.join(" ")).collect();
        assert_eq!(
            xian,
            ["xian xi", "xi an xi", "xia n xi"].into_iter().filter(|w| !w.contains(" n ")).collect::<Vec<_>>()
        );
    }
}
