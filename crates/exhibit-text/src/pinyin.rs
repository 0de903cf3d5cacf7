//! Readings of Han characters as toneless pinyin syllables, and the sounds that a query searches for.
//!
//! A character has all its readings, including those that it has only as a surname. This module does
//! not decide which reading is meant.

use ::pinyin::ToPinyinMulti;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{LazyLock, OnceLock};

// Readings that characters have only as surnames.
const SURNAME_READINGS: &str = "\
    单shan 單shan 曾zeng 解xie 仇qiu 任ren 查zha 朴piao 盖ge 蓋ge 区ou 區ou 覃qin 覃tan 乐yue 樂yue 翟zhai 翟di 尉yu 迟chi \
    万mo 萬mo 俟qi 员yun 員yun 缪miao 繆miao 宓mi 宓fu 种chong 黑he 秘bi 折she 繁po 褚chu 逄pang 冼xian 洗xian 仉zhang 句gou \
    隗wei 隗kui 郇xun 郇huan 郄qie 郄xi 阚kan 召shao 牟mou 牟mu 乜nie 佴nai 谌chen 谌shen 諶chen 盛sheng 晟cheng 晟sheng \
    哈ha 祭zhai 撒sa 卜bu 应ying 應ying 宁ning 甯ning 纪ji 紀ji 葛ge 占zhan 相xiang 过guo 過guo 华hua 華hua 臧zang 祝zhu \
    长zhang 長zhang 重chong 阿a 会hui 會hui 殷yin 於yu 那na 车che 車che 颉xie 頡xie 适kuo 呙guo 筠yun 仝tong 麴qu 靳jin";

// Further characters that begin a surname: the surnames of nearly everyone, except a few in ten thousand, and the
// first characters of two-character surnames.
const SURNAMES: &str = "\
    王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由东西门皇欧上夏诸端令慕轩长呼宇万尉司公拓独宇拓完赫";

const BLOCKS: usize = 0x4_0000 / 256;
type Readings = Box<[&'static str]>;
static TABLE: [OnceLock<Box<[Readings]>>; BLOCKS] = [const { OnceLock::new() }; BLOCKS];

/// All toneless readings of a character; empty if it is not a Han character with a known reading.
pub(crate) fn readings(character: char) -> &'static [&'static str] {
    let value = u32::from(character) as usize;
    // all Han characters are in this range
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
    let surnames = &SURNAME_TABLE[..];
    let first = surnames.partition_point(|(known, _)| *known < character);
    readings.extend(
        surnames[first..]
            .iter()
            .take_while(|(known, _)| *known == character)
            .map(|(_, reading)| reading),
    );
    readings.sort_unstable();
    readings.dedup();
    readings.into()
}

static SURNAME_TABLE: LazyLock<Vec<(char, &'static str)>> = LazyLock::new(|| {
    let entry = |surname: &'static str| {
        surname.chars().next().map(|character| (character, &surname[character.len_utf8()..]))
    };
    let mut surnames: Vec<_> = SURNAME_READINGS.split_whitespace().filter_map(entry).collect();
    surnames.sort_unstable();
    surnames
});

// Excludes interjections without a vowel, which do not occur in names.
fn plain(syllable: &'static str) -> Option<&'static str> {
    Some(match syllable {
        "lv" => "lü",
        "nv" => "nü",
        "lve" | "lue" => "lüe",
        "nve" | "nue" => "nüe",
        _ if syllable.chars().all(|c| c.is_ascii_lowercase() || c == 'ü')
            && syllable.contains(['a', 'e', 'i', 'o', 'u', 'ü']) =>
        {
            syllable
        }
        _ => return None,
    })
}

// Characters that are read lü today although they have another, similar reading.
const ONLY_UMLAUT: &str = "吕侣旅屡缕履律绿虑滤率铝驴闾偻褛捋";

static CHARACTERS: LazyLock<BTreeMap<&'static str, Vec<char>>> = LazyLock::new(|| {
    let mut read: BTreeMap<&'static str, Vec<char>> = BTreeMap::new();
    let blocks = ['\u{3400}'..='\u{9fff}', '\u{f900}'..='\u{fad9}', '\u{20000}'..='\u{2a6df}'];
    for character in blocks.into_iter().flatten() {
        for reading in readings(character) {
            let folded = crate::fold::folded(character).to;
            // u may mean ü, but ü does not mean 卢 or 楼, which have that reading only in old books
            match *reading {
                "lü" => {
                    read.entry("lu").or_default().push(folded);
                    let also = readings(character)
                        .iter()
                        .any(|other| matches!(*other, "lu" | "lou" | "lei"));
                    if also && !ONLY_UMLAUT.contains(folded) {
                        continue;
                    }
                }
                "nü" => read.entry("nu").or_default().push(folded),
                _ => {}
            }
            read.entry(reading).or_default().push(folded);
        }
    }
    for characters in read.values_mut() {
        characters.sort_unstable();
        characters.dedup();
    }
    read
});

static SURNAME_CHARACTERS: LazyLock<Vec<char>> = LazyLock::new(|| {
    let of_readings = SURNAME_TABLE.iter().map(|(character, _)| *character);
    let mut characters: Vec<char> = SURNAMES
        .chars()
        .chain(of_readings)
        .map(|character| crate::fold::folded(character).to)
        .collect();
    characters.sort_unstable();
    characters.dedup();
    characters
});

/// The folded characters that have this reading in any of their forms, ascending. A reading is a toneless syllable;
/// characters with the reading `lü` or `nü` also have `lu` or `nu`.
pub(crate) fn characters_with(syllable: &str) -> &'static [char] {
    CHARACTERS.get(syllable).map_or(&[], Vec::as_slice)
}

/// A sound in a name: one syllable, or several that its spelling does not distinguish.
///
/// Displayed as in `pinyin:`: alternatives joined by `/`, with a capital letter for a surname.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Sound {
    syllables: Vec<Syllable>,
    surname: bool,
}

/// A syllable with its characters, which are looked up once because a sound is matched many times.
#[derive(Clone, Copy)]
struct Syllable {
    written: &'static str,
    characters: &'static [char],
}

impl PartialEq for Syllable {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Syllable {}

impl Hash for Syllable {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.written.hash(state);
    }
}

impl fmt::Debug for Syllable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.written.fmt(f)
    }
}

impl Sound {
    pub(crate) fn new(syllables: Vec<&'static str>) -> Self {
        let syllable = |written| Syllable { written, characters: characters_with(written) };
        Self { syllables: syllables.into_iter().map(syllable).collect(), surname: false }
    }

    pub(crate) fn syllables(&self) -> impl Iterator<Item = &'static str> {
        self.syllables.iter().map(|syllable| syllable.written)
    }

    /// The same sound as a surname, or `None` if no surname begins with it.
    pub(crate) fn as_surname(&self) -> Option<Self> {
        let surname = Self { syllables: self.syllables.clone(), surname: true };
        (!surname.characters().is_empty()).then_some(surname)
    }

    /// Whether a folded character can have this sound.
    #[must_use]
    pub fn takes(&self, character: char) -> bool {
        let read = |syllable: &Syllable| syllable.characters.binary_search(&character).is_ok();
        self.syllables.iter().any(read)
            && (!self.surname || SURNAME_CHARACTERS.binary_search(&character).is_ok())
    }

    /// The folded characters that can have this sound, ascending.
    #[must_use]
    pub fn characters(&self) -> Vec<char> {
        let mut characters: Vec<char> =
            self.syllables.iter().flat_map(|s| s.characters).copied().collect();
        characters.sort_unstable();
        characters.dedup();
        characters.retain(|character| {
            !self.surname || SURNAME_CHARACTERS.binary_search(character).is_ok()
        });
        characters
    }
}

impl fmt::Display for Sound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = self.syllables().collect::<Vec<_>>().join("/");
        let mut characters = joined.chars();
        match characters.next().filter(|_| self.surname) {
            Some(first) => write!(f, "{}{}", first.to_ascii_uppercase(), characters.as_str()),
            None => f.write_str(&joined),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chinese_names::SYLLABLES;
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
            ('吕', "lü"),
            ('女', "nü"),
            ('略', "lüe"),
            ('覃', "tan"),
        ] {
            assert!(
                readings(character).contains(&expected),
                "{character} {:?}",
                readings(character)
            );
        }
        assert_eq!(readings('a').len() + readings('，').len(), 0);
        let all: BTreeSet<&str> =
            ('\u{4e00}'..='\u{9fff}').flat_map(|c| readings(c).iter().copied()).collect();
        let known: BTreeSet<&str> = SYLLABLES.split_whitespace().collect();
        assert_eq!(all, known);
    }

    #[test]
    fn characters_have_the_readings_of_all_their_forms() {
        for (syllable, character) in
            [("qian", '干'), ("gan", '干'), ("shan", '单'), ("zhong", '钟'), ("fa", '发')]
        {
            assert!(characters_with(syllable).contains(&character), "{syllable}");
        }
        assert_eq!(characters_with("register"), [] as [char; 0]);
    }

    #[test]
    fn written_umlauts_are_significant() {
        let takes = |syllable: &'static str, character| Sound::new(vec![syllable]).takes(character);
        assert!(takes("lü", '吕') && takes("lu", '吕') && takes("lu", '卢') && takes("lu", '陆'));
        for (syllable, character) in [("lü", '路'), ("lü", '陆'), ("lü", '卢'), ("nü", '怒')]
        {
            assert!(!takes(syllable, character), "{syllable} {character}");
        }
        assert!(takes("nü", '女'));
    }

    #[test]
    fn surname_sounds_match_only_surnames() {
        let wang = Sound::new(vec!["wang"]);
        let surname = wang.as_surname().expect("a surname");
        assert_eq!(surname.to_string(), "Wang");
        assert!(
            wang.takes('忘') && !surname.takes('忘') && surname.takes('王') && surname.takes('汪')
        );
        assert_eq!(Sound::new(vec!["zhang", "chang"]).to_string(), "zhang/chang");
        assert_eq!(Sound::new(vec!["de"]).as_surname(), None);
    }
}
