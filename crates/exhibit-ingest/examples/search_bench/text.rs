//! Generated pages: invented text in Chinese, English and Uyghur, the same for the same number.
//!
//! Words are as unequally frequent as in real text (the k-th about k times as rare as the first), frequent ones are
//! short, and a word has followers that it prefers, so that pairs repeat as they do in real text. Lines are broken as
//! in a printed page, which in Chinese is within words.

/// A seeded source of numbers.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    /// A rank below `n`, the k-th about k times as rare as the first.
    pub(crate) fn rank(&mut self, n: usize) -> usize {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        (((n as f64).powf(unit)) as usize).clamp(1, n) - 1
    }
}

/// The language that a page is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Language {
    Chinese,
    English,
    Uyghur,
}

impl Language {
    pub(crate) const ALL: [Self; 3] = [Self::Chinese, Self::English, Self::Uyghur];

    /// Of ten pages four are Chinese, four English, two Uyghur.
    pub(crate) fn of(page: usize) -> Self {
        [Self::Chinese, Self::English, Self::Chinese, Self::English, Self::Uyghur][page * 7 % 5]
    }

    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-Hans",
            Self::English => "en",
            Self::Uyghur => "ug",
        }
    }
}

const FREQUENT: &str = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严";
const SURNAMES: [(&str, &str); 20] = [
    ("王", "wang"),
    ("李", "li"),
    ("张", "zhang"),
    ("刘", "liu"),
    ("陈", "chen"),
    ("杨", "yang"),
    ("赵", "zhao"),
    ("黄", "huang"),
    ("周", "zhou"),
    ("吴", "wu"),
    ("徐", "xu"),
    ("孙", "sun"),
    ("胡", "hu"),
    ("朱", "zhu"),
    ("高", "gao"),
    ("林", "lin"),
    ("何", "he"),
    ("郭", "guo"),
    ("马", "ma"),
    ("罗", "luo"),
];
const GIVEN: [(&str, &str); 40] = [
    ("立", "li"),
    ("强", "qiang"),
    ("建", "jian"),
    ("国", "guo"),
    ("明", "ming"),
    ("华", "hua"),
    ("志", "zhi"),
    ("军", "jun"),
    ("平", "ping"),
    ("文", "wen"),
    ("海", "hai"),
    ("东", "dong"),
    ("春", "chun"),
    ("梅", "mei"),
    ("玉", "yu"),
    ("兰", "lan"),
    ("秀", "xiu"),
    ("英", "ying"),
    ("芳", "fang"),
    ("丽", "li"),
    ("伟", "wei"),
    ("敏", "min"),
    ("静", "jing"),
    ("磊", "lei"),
    ("洋", "yang"),
    ("勇", "yong"),
    ("杰", "jie"),
    ("涛", "tao"),
    ("超", "chao"),
    ("刚", "gang"),
    ("峰", "feng"),
    ("辉", "hui"),
    ("云", "yun"),
    ("龙", "long"),
    ("生", "sheng"),
    ("福", "fu"),
    ("永", "yong"),
    ("新", "xin"),
    ("成", "cheng"),
    ("光", "guang"),
];
const ENGLISH: &str = "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other new some could time these two may then do first any my now such like our over man me even most made after also did many before must through";
const UYGHUR_ENDINGS: [&str; 12] =
    ["", "", "", "", "لار", "نىڭ", "غا", "دا", "نى", "دىن", "لارنىڭ", "لىق"];

/// The words of one language, most frequent first.
struct Vocabulary {
    words: Vec<String>,
    // of which the followers of a word are chosen
    seed: u64,
}

impl Vocabulary {
    // A word, one of four that follow the one before it, or any.
    fn next(&self, before: usize, random: &mut Random) -> usize {
        if random.below(100) < 45 {
            let one = (before as u64) << 2 | random.rank(4) as u64;
            Random(self.seed ^ one.wrapping_mul(0x2545_f491_4f6c_dd1d)).rank(self.words.len())
        } else {
            random.rank(self.words.len())
        }
    }
}

/// All that pages are made of.
pub(crate) struct Texts {
    chinese: Vocabulary,
    english: Vocabulary,
    uyghur: Vocabulary,
}

impl Texts {
    pub(crate) fn make() -> Self {
        Self { chinese: chinese(), english: english(), uyghur: uyghur() }
    }

    fn of(&self, language: Language) -> &Vocabulary {
        match language {
            Language::Chinese => &self.chinese,
            Language::English => &self.english,
            Language::Uyghur => &self.uyghur,
        }
    }

    /// A word of about this rank.
    pub(crate) fn word(&self, language: Language, rank: usize) -> &str {
        &self.of(language).words[rank]
    }

    /// The page of this number in its language.
    pub(crate) fn page(&self, number: usize) -> String {
        self.page_in(Language::of(number), number)
    }

    /// A page in this language.
    pub(crate) fn page_in(&self, language: Language, number: usize) -> String {
        let mut random = Random(number as u64 * 0x1_0001 + 7);
        let vocabulary = self.of(language);
        let mut page = String::with_capacity(2_800);
        let (mut before, mut line) = (0, 0);
        while page.len() < 2_600 {
            let from = page.len();
            if random.below(150) == 0 {
                page.push_str(&person(random.below(PERSONS)).written(language));
            } else if random.below(60) == 0 {
                page.push_str(&(1_990 + random.below(35)).to_string());
            } else {
                before = vocabulary.next(before, &mut random);
                page.push_str(&vocabulary.words[before]);
            }
            line += page[from..].chars().count() + usize::from(language != Language::Chinese);
            end_word(language, &mut page, &mut line, &mut random);
        }
        page
    }
}

fn end_word(language: Language, page: &mut String, line: &mut usize, random: &mut Random) {
    let (stop, comma, width) = match language {
        Language::Chinese => ("。", "，", 38),
        Language::English => (".", ",", 78),
        Language::Uyghur => (".", "،", 70),
    };
    match random.below(24) {
        0 => page.push_str(stop),
        1 | 2 => page.push_str(comma),
        _ => {}
    }
    if *line >= width {
        page.push('\n');
        *line = 0;
    } else if language != Language::Chinese {
        page.push(' ');
    }
}

fn chinese() -> Vocabulary {
    let mut characters: Vec<char> = FREQUENT.chars().collect();
    characters.extend((0x4e00..0x9000).step_by(5).filter_map(char::from_u32));
    let mut random = Random(3);
    let words = (0..40_000).map(|rank: usize| {
        let length = match rank {
            0..40 => 1,
            40..2_000 => [1, 2, 2, 2][random.below(4)],
            _ => [2, 2, 2, 3, 4][random.below(5)],
        };
        (0..length).map(|_| characters[random.rank(characters.len())]).collect()
    });
    Vocabulary { words: words.collect(), seed: 11 }
}

fn english() -> Vocabulary {
    let mut random = Random(5);
    let mut syllable = || {
        let letters = |from: &str, at: usize| from.as_bytes()[at % from.len()] as char;
        let (a, b, c) = (random.below(21), random.below(8), random.below(40));
        let mut part =
            String::from_iter([letters("bcdfghjklmnprstvwyzst", a), letters("aeiouaei", b)]);
        if c < 18 {
            part.push(letters("nrstldmkpx", c));
        }
        part
    };
    let mut words: Vec<String> = ENGLISH.split(' ').map(str::to_owned).collect();
    words.extend((0..50_000).map(|rank: usize| {
        (0..2 + (rank + 1).ilog2().saturating_sub(6) / 4).map(|_| syllable()).collect()
    }));
    Vocabulary { words, seed: 13 }
}

fn uyghur() -> Vocabulary {
    let mut random = Random(9);
    let (consonants, vowels): (Vec<char>, Vec<char>) =
        ("بپتجچخدرزسشغفقكگلمنھۋي".chars().collect(), "اەىوۇۆۈې".chars().collect());
    let stems: Vec<String> = (0..9_000)
        .map(|_| {
            let syllables = 1 + random.below(3);
            let mut stem = String::new();
            for _ in 0..syllables {
                stem.push(consonants[random.below(consonants.len())]);
                stem.push(vowels[random.rank(vowels.len())]);
                if random.below(2) == 0 {
                    stem.push(consonants[random.below(consonants.len())]);
                }
            }
            stem
        })
        .collect();
    let words = (0..50_000).map(|rank: usize| {
        let stem = &stems[if rank < 2_000 { rank } else { random.rank(stems.len()) }];
        format!("{stem}{}", UYGHUR_ENDINGS[random.below(UYGHUR_ENDINGS.len())])
    });
    Vocabulary { words: words.collect(), seed: 17 }
}

/// How many invented persons pages name.
pub(crate) const PERSONS: usize = 200_000;

/// An invented person: a number that stands for a name.
pub(crate) struct Person {
    han: String,
    latin: String,
    /// The syllables of the Chinese name, set apart.
    pub(crate) syllables: String,
    uyghur: String,
}

pub(crate) fn person(number: usize) -> Person {
    let mut random = Random(number as u64 ^ 0x00c0_ffee);
    let (surname, said) = SURNAMES[random.below(SURNAMES.len())];
    let (a, b) = (GIVEN[random.below(GIVEN.len())], GIVEN[random.below(GIVEN.len())]);
    let mut given = a.1.to_owned();
    let single = random.below(4) == 0;
    if !single {
        given.push_str(b.1);
    }
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    let mut letters = || {
        let letters: Vec<char> = "ابتجدرزسشغفقكلمنوۇۆەى".chars().collect();
        let length = 4 + random.below(4);
        (0..length).map(|_| letters[random.below(letters.len())]).collect::<String>()
    };
    Person {
        han: format!("{surname}{}{}", a.0, if single { "" } else { b.0 }),
        latin: format!("{} {}", capital(said), capital(&given)),
        syllables: format!(
            "{said} {}{}",
            a.1,
            if single { String::new() } else { format!(" {}", b.1) }
        ),
        uyghur: format!("{} {}", letters(), letters()),
    }
}

impl Person {
    /// The name as pages of a language write it.
    pub(crate) fn written(&self, language: Language) -> String {
        match language {
            Language::Chinese => self.han.clone(),
            Language::English => self.latin.clone(),
            Language::Uyghur => self.uyghur.clone(),
        }
    }
}
