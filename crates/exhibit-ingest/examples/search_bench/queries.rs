//! What is asked: several hundred queries of each sort, chosen as the pages' words are.

use crate::text::{Language, PERSONS, Random, Texts, person};

/// A sort of queries.
pub(crate) struct Sort {
    pub(crate) name: &'static str,
    pub(crate) queries: Vec<String>,
    /// Whether facets are counted with each, as the search page does.
    pub(crate) facets: bool,
    /// Whether the peer can be asked the same.
    pub(crate) plain: bool,
}

const EACH: usize = 400;

/// All sorts.
pub(crate) fn sorts(texts: &Texts, pages: usize) -> Vec<Sort> {
    let mut random = Random(99);
    let mut sorts = Vec::new();
    let mut sort = |name, facets, plain, make: &mut dyn FnMut(&mut Random) -> String| {
        let queries = (0..EACH).map(|_| make(&mut random)).collect();
        sorts.push(Sort { name, queries, facets, plain });
    };
    let word = |random: &mut Random, language, from: usize, spread: usize| {
        texts.word(language, from + random.rank(spread)).to_owned()
    };
    // a stretch of a page that is on no two lines
    let stretch = |random: &mut Random, language: Language, length: usize| loop {
        let number = random.below(pages);
        if Language::of(number) != language {
            continue;
        }
        let page = texts.page(number);
        let line: Vec<char> = page.lines().nth(3).unwrap_or_default().chars().collect();
        let phrase: Vec<char> = if language == Language::Chinese {
            let run =
                line.split(|c| !c.is_alphabetic()).max_by_key(|run| run.len()).unwrap_or_default();
            run[..run.len().min(length)].to_vec()
        } else {
            let line: String = line.iter().collect();
            let words: Vec<&str> =
                line.split([' ', ',', '.', '،']).filter(|w| !w.is_empty()).skip(2).collect();
            words[..words.len().min(length)].join(" ").chars().collect()
        };
        if phrase.len() > 1 {
            break phrase.into_iter().collect::<String>();
        }
    };
    sort("a word, English", false, true, &mut |r| word(r, Language::English, 20, 20_000));
    sort("a word, Uyghur", false, true, &mut |r| word(r, Language::Uyghur, 0, 20_000));
    sort("a word, Chinese", false, false, &mut |r| word(r, Language::Chinese, 40, 20_000));
    sort("one Han character", false, false, &mut |r| word(r, Language::Chinese, 0, 40));
    sort("a phrase, English", false, true, &mut |r| {
        format!("\"{}\"", stretch(r, Language::English, 3))
    });
    sort("a phrase, Han", false, false, &mut |r| {
        format!("\"{}\"", stretch(r, Language::Chinese, 6))
    });
    sort("a name in pinyin", false, false, &mut |r| {
        person(r.below(PERSONS)).written(Language::English)
    });
    sort("pinyin:\"…\", a phrase", false, false, &mut |r| {
        format!("pinyin:\"{}\"", person(r.below(PERSONS)).syllables)
    });
    sort("a year and a Han word", false, false, &mut |r| {
        format!("{}年 {}", 1_990 + r.below(35), word(r, Language::Chinese, 40, 2_000))
    });
    sort("boolean, with facets", true, false, &mut |r| {
        let (a, b) = (word(r, Language::English, 30, 2_000), word(r, Language::Chinese, 40, 2_000));
        format!("({a} OR {b}) -{} date:2005..2015", word(r, Language::English, 30, 300))
    });
    sort("a word, with facets", true, false, &mut |r| word(r, Language::English, 20, 20_000));
    sort("a beginning", false, false, &mut |r| {
        word(r, Language::English, 200, 20_000).chars().take(4).collect::<String>() + "*"
    });
    sort("a near word", false, false, &mut |r| word(r, Language::English, 200, 20_000) + "~1");
    sorts
}

/// A list of this many invented persons, a third in each language's writing: about half are on some page.
pub(crate) fn names(count: usize) -> String {
    let mut random = Random(1_234);
    let mut list = String::new();
    for number in 0..count {
        list.push_str(&person(random.below(2 * PERSONS)).written(Language::ALL[number % 3]));
        list.push('\n');
    }
    list
}
