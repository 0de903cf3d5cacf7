//! Equivalence classes of Han characters: simplified, traditional and other variant forms of one
//! character have one representative.
//!
//! Folding is by single character, never by phrase, so that a text folds the same wherever it is
//! split. The classes are those of OpenCC's character tables, plus the pairs below, which those
//! tables distinguish although readers treat them as the same.

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

// Pairs of a form and its representative, applied before and after OpenCC's tables.
const PAIRS: &str = "\
    锺钟 馀余 乾干 藉借 瞭了 徵征 麽么 麼么 於于 夥伙 彷仿 祇只 衹只 覆复 伕夫 牠它 牴抵 暱昵 揹背 苧苎 渖沈 缐线 \
    讬托 谘咨 钜巨 链炼 镟旋 麹曲 麺面 雠仇 赒周 㓰划 㳽弥 䌽彩 䙓摆 䦆镢 䩄腼 侭尽 𢧐战 𢭏捣 𧹒买 𧹔账 𩨂骢 𪠽当 \
    𪨧仑 𪪏庐 𫍝谏 𫍿谫 𫔀炼 𫔭开 𫔮闲 𫖕鞲 𫖸愿 𫗫糊 𫗭喂 𫗯糇 𫛲雕 𫜩啮 𫫇恶 𬞟苹 粧妆 擡抬 敍叙 枱台 糭粽 衞卫 簷檐 \
    痺痹 著着 睪睾 鲶鲇 颚腭 零〇 囘回 囬回 妳你 甯宁 寗宁 峯峰 羣群 綫线 堦阶 𠮷吉 搧扇 沉沈 像象 貍狸 劄札 箚札 扞捍 谿溪 𣗊樠 𣲘潕 逕径 幷并 塲场 劵券 暎映 菓果 \
    両两 乗乘 亀龟 亜亚 仏佛 仮假 伝传 価价 倹俭 兎兔 児儿 円圆 処处 剣剑 剤剂 剰剩 労劳 効效 勅敕 勧劝 勲勋 単单 厳严 \
    収收 呉吴 呪咒 唖哑 営营 噛啮 団团 囲围 図图 圏圈 圧压 塁垒 塩盐 増增 壊坏 壌壤 壱壹 売卖 変变 奨奖 嬢娘 実实 寛宽 \
    対对 専专 巌岩 巣巢 巻卷 帯带 帰归 庁厅 広广 廃废 弐贰 弾弹 従从 徳德 徴征 応应 恵惠 悩恼 悪恶 懐怀 戦战 戯戏 戸户 \
    戻戾 払拂 抜拔 択择 拝拜 拠据 拡扩 挙举 挿插 捜搜 掲揭 掻搔 揺摇 摂摄 撃击 撹搅 斉齐 斎斋 晩晚 暁晓 暦历 曁暨 曽曾 \
    栄荣 桜樱 桝枡 桟栈 検检 楡榆 楽乐 様样 権权 歓欢 歩步 歯齿 歳岁 歴历 毎每 気气 氷冰 汚污 沢泽 浄净 涙泪 渇渴 済济 \
    渉涉 渋涩 渓溪 満满 溌泼 滝泷 瀬濑 焔焰 焼烧 犠牺 猟猎 獣兽 畳叠 痩瘦 発发 皐皋 県县 砕碎 稲稻 穂穗 穏稳 穣穰 竃灶 \
    竜龙 粋粹 粛肃 経经 絵绘 継继 続续 総总 縁缘 縄绳 縦纵 繊纤 繋系 繍绣 聡聪 聴听 脳脑 臓脏 舎舍 舗铺 茘荔 荘庄 蔵藏 \
    薫薰 薬药 蛍萤 蝋蜡 覇霸 覚觉 覧览 観观 訳译 読读 譲让 豊丰 賛赞 転转 軽轻 輌辆 辺边 逓递 遅迟 郷乡 酔醉 醗酦 醤酱 \
    醸酿 釈释 鉄铁 銭钱 鋳铸 錬炼 関关 闘斗 陥陷 険险 隠隐 雑杂 霊灵 頴颖 頼赖 顕显 駅驿 駆驱 騒骚 験验 髄髓 髪发 鴎鸥 \
    鶏鸡 鹸碱 黒黑 黙默 鼈鳖 齢龄 \
    ○〇";

// Characters of the radical and stroke blocks that compatibility composition does not change, each with the ideograph
// that looks the same. Fonts use one glyph for both, so the text of a PDF may contain either.
const RADICALS: &str = "\
    ⺀冫 ⺁厂 ⺂乛 ⺃乚 ⺄乙 ⺅亻 ⺆冂 ⺇几 ⺈刀 ⺉刂 ⺊卜 ⺋㔾 ⺌小 ⺍小 ⺎兀 ⺏尣 ⺐尢 ⺑尣 ⺒巳 ⺓幺 ⺔彑 ⺕彐 ⺖忄 ⺗㣺 ⺘扌 ⺙攵 ⺛旡 ⺜日 ⺝月 ⺞歹 \
    ⺟母 ⺠民 ⺡氵 ⺢氺 ⺣灬 ⺤爫 ⺥爫 ⺦丬 ⺧牛 ⺨犭 ⺩王 ⺪疋 ⺫目 ⺬示 ⺭礻 ⺮竹 ⺯糹 ⺰纟 ⺱罓 ⺲罒 ⺳㓁 ⺴网 ⺵网 ⺶羊 ⺷羊 ⺸羊 ⺹耂 ⺺肀 ⺻聿 \
    ⺼月 ⺽臼 ⺾艹 ⺿艹 ⻀艹 ⻁虎 ⻂衤 ⻃覀 ⻄西 ⻅见 ⻆角 ⻇角 ⻈讠 ⻉贝 ⻊足 ⻋车 ⻌辶 ⻍辶 ⻎辶 ⻏阝 ⻐钅 ⻑长 ⻒长 ⻓长 ⻔门 ⻕阝 ⻖阝 ⻗雨 ⻘青 \
    ⻙韦 ⻚页 ⻛风 ⻜飞 ⻝食 ⻞食 ⻟飠 ⻠饣 ⻡首 ⻢马 ⻣骨 ⻤鬼 ⻥鱼 ⻦鸟 ⻧卤 ⻨麦 ⻩黄 ⻪黾 ⻫齐 ⻬齐 ⻭齿 ⻮齿 ⻯龙 ⻰龙 ⻱龟 ⻲龟 ⻳龟 \
    ㇐一 ㇑丨 ㇒丿 ㇔丶 ㇟乚 ㇠乙";

// Simplified characters that also occur in traditional text, so that they are not evidence of either.
const SHARED: &str = "\
    㐹万丑丰了于云亘仆仇价仿伙余佛佣俊修借僵克党冬准凌几凶出划刮制千升卜占卷厂厘只台叶吁吃合吊同后向周咨咸咽哄唇喂噪\
    回困夫夸奸姜娘它家尸局岩岳巨布帘席干幸广庵弦彩征御志念恤愈愿戚才扎托扣折抵拐挂挨挽据搜斗旋昆暗曲朱朴杆杠杯杰松板\
    极柜栗核梁欲沈沾泛注涂涌淀游漓熏玩璇症皂矩确私秋种筑系胄背胜胡腊腌膻致舍芸苔苹范荐蒙蔑虫蚝蜡蝎表谷跖辟适郁酸采里\
    雕面着";

/// The tables for folding single characters: OpenCC's tables and our own pairs.
pub(crate) struct Tables {
    to_simplified: OpenCC,
    to_traditional: OpenCC,
    pairs: Vec<(char, char)>,
    shared: Vec<char>,
}

/// The canonical code of a character that has several codes: the result of compatibility composition, and the
/// ideograph of a radical. Does not merge variants.
#[must_use]
pub fn written_form(character: char) -> char {
    // these have only one code
    if matches!(character, '\u{3400}'..='\u{9fff}') {
        return character;
    }
    let mut composed = std::iter::once(character).nfkc();
    let form = match (composed.next(), composed.next()) {
        (Some(form), None) => form,
        _ => character,
    };
    let tables = tables();
    if matches!(form, '\u{2e80}'..='\u{2eff}' | '\u{31c0}'..='\u{31ef}') {
        tables.paired(form)
    } else {
        form
    }
}

/// The other forms in a class of characters, given its representative; ascending.
#[must_use]
pub fn forms_of_class(representative: char) -> &'static [char] {
    static FORMS: LazyLock<BTreeMap<char, Vec<char>>> = LazyLock::new(|| {
        let mut forms: BTreeMap<char, Vec<char>> = BTreeMap::new();
        let blocks = ['\u{3007}'..='\u{3007}', '\u{3400}'..='\u{9fff}', '\u{20000}'..='\u{2ebef}'];
        for character in blocks.into_iter().flatten() {
            let folded = crate::fold::folded(character).to;
            if folded != character {
                forms.entry(folded).or_default().push(character);
            }
        }
        forms
    });
    FORMS.get(&representative).map_or(&[], Vec::as_slice)
}

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::load);

/// The tables, loaded at first use.
pub(crate) fn tables() -> &'static Tables {
    &TABLES
}

/// Whether a Han character is evidence of simplified or traditional text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Orthography {
    /// Used in both, or unknown.
    Either,
    /// Only in simplified text.
    Simplified,
    /// Only in traditional text.
    Traditional,
}

impl Tables {
    fn load() -> Self {
        let open =
            |config| OpenCC::from_config(config).expect("the tables are embedded in the program");
        let mut pairs: Vec<(char, char)> = [PAIRS, RADICALS]
            .into_iter()
            .flat_map(str::split_whitespace)
            .filter_map(|pair| {
                let mut characters = pair.chars();
                Some((characters.next()?, characters.next()?))
            })
            .collect();
        pairs.sort_unstable();
        let mut shared: Vec<char> = SHARED.chars().filter(|c| !c.is_whitespace()).collect();
        shared.sort_unstable();
        Self {
            to_simplified: open(BuiltinConfig::T2s),
            to_traditional: open(BuiltinConfig::S2t),
            pairs,
            shared,
        }
    }

    /// The representative of the character's class.
    pub(crate) fn representative(&self, character: char) -> char {
        // twice, because the result of a pair may have a simplified form or be the left side of another pair
        let once = |character: char| {
            let simplified =
                only_character(&self.to_simplified.convert(character.encode_utf8(&mut [0; 4])));
            self.paired(simplified.unwrap_or(character))
        };
        once(once(character))
    }

    /// Whether the character is evidence of simplified or traditional text.
    pub(crate) fn orthography(&self, character: char) -> Orthography {
        let mut buffer = [0; 4];
        let text: &str = character.encode_utf8(&mut buffer);
        if self.shared.binary_search(&character).is_ok() {
            Orthography::Either
        } else if self.to_simplified.convert(text) != text {
            Orthography::Traditional
        } else if self.to_traditional.convert(text) != text {
            Orthography::Simplified
        } else {
            Orthography::Either
        }
    }

    fn paired(&self, character: char) -> char {
        match self.pairs.binary_search_by_key(&character, |pair| pair.0) {
            Ok(at) => self.pairs[at].1,
            Err(_) => character,
        }
    }
}

fn only_character(text: &str) -> Option<char> {
    let mut characters = text.chars();
    let first = characters.next()?;
    characters.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_character_share_a_representative() {
        let tables = tables();
        for class in [
            "锺钟鐘鍾",
            "馀余餘",
            "乾干幹",
            "后後",
            "发發髮",
            "台臺檯枱",
            "着著",
            "了瞭",
            "线線綫缐",
            "零〇",
        ] {
            let mut forms = class.chars().map(|c| tables.representative(c));
            let first = forms.next().expect("classes are not empty");
            assert!(forms.all(|form| form == first), "{class}");
        }
    }

    #[test]
    fn representatives_are_fixed_points() {
        let tables = tables();
        for character in ('\u{3400}'..='\u{4dbf}').chain('\u{4e00}'..='\u{9fff}') {
            let representative = tables.representative(character);
            assert_eq!(tables.representative(representative), representative, "{character}");
        }
    }

    #[test]
    fn every_radical_folds_to_an_ideograph() {
        use crate::fold::{Class, folded};
        let assigned =
            ('\u{2e80}'..='\u{2ef3}').filter(|c| *c != '\u{2e9a}').chain('\u{2f00}'..='\u{2fd5}');
        for radical in assigned {
            let (once, ideograph) = (folded(radical), folded(folded(radical).to));
            assert_eq!((once.class, ideograph.to), (Class::Han, once.to), "{radical}");
            let block = u32::from(once.to);
            assert!(matches!(block, 0x3400..=0x4dbf | 0x4e00..=0x9fff), "{radical} {block:x}");
        }
        for (radical, ideograph) in "⼈⽂⽇⻋⾞⻅⾒⻢⾺⻓⻑⾧⻔⾨⼤⺠㇐"
            .chars()
            .zip("人文日车车见见马马长长长门门大民一".chars())
        {
            assert_eq!(folded(radical).to, ideograph, "{radical}");
        }
    }

    #[test]
    fn different_characters_stay_distinct() {
        let tables = tables();
        for (a, b) in [('艺', '芸'), ('己', '已'), ('沪', '滤'), ('未', '末')] {
            assert_ne!(tables.representative(a), tables.representative(b), "{a} {b}");
        }
    }

    #[test]
    fn evidence_of_orthography() {
        let tables = tables();
        for (character, orthography) in [
            ('国', Orthography::Simplified),
            ('國', Orthography::Traditional),
            ('台', Orthography::Either),
            ('人', Orthography::Either),
        ] {
            assert_eq!(tables.orthography(character), orthography, "{character}");
        }
    }
}
