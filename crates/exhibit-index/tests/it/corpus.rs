//! A small invented corpus in the scripts that matter, and queries made from it. Everything follows from a seed.

use exhibit_mutate::Mutator;

/// Numbers that are the same on every machine, and choices made with them.
pub(crate) struct Random(Mutator);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutator::new(seed))
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0.below(n)
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

const SENTENCES: [&str; 34] = [
    "各县要在月底前把登记表上报地区教育局",
    "各縣要在月底前把登記表上報地區教育局",
    "关于做好重点人员登记工作的通知",
    "乾燥的后院里放着干粮和面条",
    "王立强同志和钟建国同志负责此项工作",
    "王立強同志和鍾建國同志負責此項工作",
    "新党办发〔2017〕12号文件要求二〇一七年八月完成",
    "登记人数为12,345人，比上月增加3.5%",
    "人人都要登记，人人都有表",
    "ئۇيغۇر ئاپتونوم رايونى مائارىپ ئىدارىسى",
    "شۆھرەت مەكتەپتە ئوقۇيدۇ ۋە كىتاب يازىدۇ",
    "ﺋﯘﻳﻐﯘﺭ تىلى ۋە يېزىقى توغرىسىدا",
    "the county register of households lists every person",
    "Registration of persons shall be com-\npleted by the office",
    "the party's office and O'Brien's office met in Ürümchi",
    "an office of the county, a house of the register",
    "договор о поставке оборудования для школы",
    "Ёлка стоит у школы, а договоры у директора",
    "тізім бойынша аудандық бөлімге жіберілсін",
    "統計表 1,000 名 登録する 東京",
    "등록 명부를 제출하여야 한다",
    "ทะเบียนบ้าน ของ อำเภอ",
    "བོད་ཡིག་གི་དེབ་ཐོ།",
    "A4 form no. 2017-08-15 section 12",
    "归档 2017.8.15 第十二条 百分之二十，第12条 20%",
    "二〇一七年八月十五日和2017年08月15日共三百五十人",
    "李乾元與李幹元、李干元，陳徵宇和陳征宇",
    "ئوت بىلەن ئۆت، ئۇن بىلەن ئۈن",
    "Xette ot we öt, un we ün; shohret Shöhret",
    "Қазақ тізімі: өмір, ауыл, ұлан; от және өт",
    "قازاق ٴومىر اۋىل كوك",
    "Wang Liqiang and Chang Chien-kuo; registers registered registering, factories",
    "吕建华 卢建华 张建国 常建国 忘记 王吉",
    "школы школе школу, договорами списков",
];

/// A page: sentences, broken and spaced as scans and layouts break and space them.
pub(crate) fn page(random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..1 + random.below(4) {
        let sentence = random.pick(&SENTENCES);
        let style = random.below(6);
        for character in sentence.chars() {
            text.push(character);
            let han = ('\u{4e00}'..='\u{9fff}').contains(&character);
            match (style, random.below(8)) {
                (1, _) if han => text.push(' '),
                (2, 0) if han => text.push('\n'),
                (3, 0) if han => text.push_str(" \n  "),
                (4, 0) => text.push('\u{200b}'),
                _ => {}
            }
        }
        text.push_str(random.pick(&["\n", " ", "，", "\n\n", ". "]));
    }
    text
}

fn stretch(random: &mut Random, longest: usize) -> String {
    let sentence = random.pick(&SENTENCES);
    let characters: Vec<char> = sentence.chars().collect();
    let start = random.below(characters.len());
    let length = 1 + random.below(longest);
    characters[start..].iter().take(length).collect()
}

fn word(random: &mut Random) -> String {
    let sentence = random.pick(&SENTENCES);
    let words: Vec<&str> = sentence.split_whitespace().collect();
    words[random.below(words.len())].to_owned()
}

// A pattern between slashes, of the corpus's own letters.
fn pattern(random: &mut Random) -> String {
    let word: Vec<char> = word(random).chars().filter(|c| c.is_alphanumeric()).collect();
    let start = random.below(word.len() + 1);
    let some: String = word[start..].iter().take(1 + random.below(3)).collect();
    match random.below(6) {
        0 => format!("/{some}.*/"),
        1 => format!("/.*{some}/"),
        2 => format!("/.{{1,3}}{some}/"),
        3 => format!("/({some}|.*ing|\\d+)/"),
        4 => format!("/[{some}a-f]+/"),
        _ => "/.?王.?/".to_owned(),
    }
}

fn clause(random: &mut Random) -> String {
    match random.below(19) {
        18 => random
            .pick(&[
                "cc:county",
                "cc:值班",
                "-cc:li",
                "sheet:名单",
                "sheet:登记*",
                "sheet:\"登记表 2017\"",
                "hash:00000000",
                "hash:0000000000000000000000000000000000000000000000000000000000000000",
                "thread:2",
                "thread:EXH-000007",
                "thread:m12@baihe.example",
                "thread:\"<Lost@baihe.example>\"",
                "-thread:11",
                "thread:nobody@baihe.example",
                "is:duplicate",
                "pinyin:wang",
                "pinyin:Wang",
                "pinyin:xian",
                "-pinyin:jian",
                "filename:office pinyin:yu",
                "pinyin:\"Wang/chen zheng\"",
                "pinyin:\"Chen Zhengyu\"",
                "has:ocr",
                "path:\"disk 2\"",
                "path:\"txt disk\"",
                "path:\"disk txt\"~4",
                "-path:登记*",
                "filename:office",
                "filename:登记",
                "folder:\"disk 2\"",
                "folder:\"disk 1/通知(一)/副本\"",
                "-folder:a.zip!",
            ])
            .to_owned(),
        14 => pattern(random),
        15 => format!("={}", stretch(random, 4)),
        16 => random
            .pick(&[
                "written:2017-08-15",
                "2017年8月15日",
                "2017-08-15",
                "written:第12条",
                "第十二条",
                "20%",
                "百分之二十",
                "350人",
                "=陳徵宇",
                "=陈征宇",
                "=李幹元",
                "=\"李干元\"",
                "forms:register",
                "registering",
                "factory",
                "школа",
                "список",
                "filename:/reg.*/",
            ])
            .to_owned(),
        17 => random
            .pick(&[
                "ئوت",
                "ئۆت",
                "öt",
                "ot",
                "өмір",
                "uyghur:omir",
                "\"un we un\"",
                "uyghur:\"öt un\"",
                "Chang Chien-kuo",
                "chang chien kuo",
                "pinyin:\"lü jian hua\"",
                "lu jianhua",
                "lv jianhua",
                "Wang Ji",
                "wang ji",
                "pinyin:\"zhang/chang jian/qian guo\"",
                "-=王立強",
                "/[/",
            ])
            .to_owned(),
        12 => random
            .pick(&[
                "Wang Liqiang",
                "wangliqiang",
                "\"Chung Chien-kuo\"",
                "pinyin:\"wang li qiang\"",
                "shohret",
                "Шөһрәт",
                "uyghur:kitab",
                "Uyghur aptonom",
                "2017年8月",
                "二〇一七年",
                "mektep*",
                "tizim",
            ])
            .to_owned(),
        13 => format!("uyghur:{}", word(random).replace(['"', '(', ')', '~', '*'], "")),
        0 | 1 => word(random),
        2..=4 => stretch(random, 5),
        5 => format!("\"{}\"", stretch(random, 14)),
        6 => {
            let word = word(random);
            let length = 1 + random.below(4);
            format!("{}*", word.chars().take(length).collect::<String>())
        }
        7 => format!("\"{} {}\"~{}", word(random), word(random), random.below(8)),
        8 => format!("{}~{}", word(random), 1 + random.below(2)),
        9 => format!("filename:{}", stretch(random, 3)),
        10 => random
            .pick(&[
                "lang:zh",
                "lang:zh-hant",
                "type:pdf",
                "type:word",
                "ext:pdf",
                "is:truncated",
                "has:ocr",
                "is:undated",
                "date:2017",
                "date:2018..2016",
                "after:2016-06",
                "before:2017-08-02",
                "size:>5k",
                "pages:2..3",
                "ocr:<0.8",
                "id:3",
                "folder:\"disk 1\"",
                "folder:\"disk 1/通知（一）\"",
                "folder:a.zip!",
                "folder:\"a.zip!/b'·.eml!\"",
                "container:2",
                "sender:meng@baihe.example",
                "sender:值班室",
                "recipient:li@baihe.example",
                "tag:checked",
                "tag:other",
            ])
            .to_owned(),
        _ => format!("\"{} {}*\"", word(random), word(random).chars().take(2).collect::<String>()),
    }
}

/// A query; some are not sound.
pub(crate) fn query(random: &mut Random, depth: usize) -> String {
    match random.below(if depth == 0 { 3 } else { 8 }) {
        0..=2 => clause(random),
        3 | 4 => format!("{} {}", query(random, depth - 1), query(random, depth - 1)),
        5 => format!("({} OR {})", query(random, depth - 1), query(random, depth - 1)),
        6 => format!("-{}", query(random, depth - 1)),
        _ => format!("{} -({})", query(random, depth - 1), query(random, depth - 1)),
    }
}
