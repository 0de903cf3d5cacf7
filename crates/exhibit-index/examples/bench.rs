//! Measures indexing and searching on generated pages: `cargo run --release -p exhibit-index --example bench [PAGES] [HEAP_MB]`.
//!
//! The pages are a seeded mix of invented Chinese, Uyghur, English and Russian words of very unequal frequency, so
//! that numbers can be compared between runs and machines, not between this and real text.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use exhibit_index::{
    Facet, Index, Names, PageEntry, PageKey, Query, Scratch, SearchOptions, highlight, parse, snippet,
};
use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    // A rank below `n`, the k-th about k times as rare as the first.
    fn rank(&mut self, n: usize) -> usize {
        (((n as f64).powf(self.unit())) as usize).min(n) - 1
    }
}

struct Words {
    lists: [Vec<String>; 4],
}

impl Words {
    fn make(random: &mut Random) -> Self {
        let letters = ["abcdefghijklmnoprstuvwyz", "ابتجدرزسشغفقكلمنوۇۆۈيىېەھ", "абвгдежзиклмнопрстуфхцчшыя"];
        let mut word = |alphabet: &str, least: usize, spread: usize| -> String {
            let alphabet: Vec<char> = alphabet.chars().collect();
            let length = least + (random.next() as usize) % spread;
            (0..length).map(|_| alphabet[random.next() as usize % alphabet.len()]).collect()
        };
        let spaced = letters.map(|alphabet| (0..60_000).map(|_| word(alphabet, 2, 9)).collect::<Vec<_>>());
        // Han words of one to four characters over some 5,000 characters, the frequent ones more often
        let han = (0..40_000)
            .map(|_| {
                let length = 1 + (random.next() as usize) % 4;
                (0..length).filter_map(|_| char::from_u32(0x4e00 + random.rank(5_000) as u32 * 4)).collect()
            })
            .collect();
        let [latin, arabic, cyrillic] = spaced;
        Self { lists: [latin, han, arabic, cyrillic] }
    }

    fn page(&self, random: &mut Random) -> String {
        // by pages: English 40 %, Chinese 35 %, Uyghur 15 %, Russian 10 %
        let list = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3][random.next() as usize % 20];
        let words = &self.lists[list];
        let mut page = String::with_capacity(2_800);
        let mut line = 0;
        while page.len() < 2_600 {
            page.push_str(&words[random.rank(words.len())]);
            line += 1;
            let end = if list == 1 { "，" } else { ". " };
            match random.next() % 12 {
                0 => page.push_str(end),
                1 if line > 8 => {
                    page.push('\n');
                    line = 0;
                }
                _ if list == 1 => {}
                _ => page.push(' '),
            }
        }
        page
    }
}

// Processor time of this process, in seconds.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let field = |n: usize| after.split_whitespace().nth(n).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    (field(11) + field(12)) / 100.0
}

fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|meta| meta.len()).sum()
}

fn queries(words: &Words, random: &mut Random) -> Vec<(&'static str, Vec<Query>)> {
    let mut made: Vec<(&'static str, Vec<Query>)> = Vec::new();
    let mut pick = |list: usize, from: usize, n: usize| words.lists[list][from + random.rank(n)].clone();
    let mut class = |name, make: &mut dyn FnMut() -> String| {
        made.push((name, (0..300).filter_map(|_| parse(&make()).ok()).collect()));
    };
    class("word", &mut || pick(0, 0, 2_000));
    class("two words", &mut || format!("{} {}", pick(0, 0, 300), pick(0, 0, 300)));
    class("phrase", &mut || format!("\"{} {}\"", pick(0, 0, 50), pick(0, 0, 50)));
    class("Han phrase", &mut || format!("{}{}", pick(1, 0, 500), pick(1, 0, 50)));
    class("Han word", &mut || pick(1, 0, 2_000));
    class("Uyghur word", &mut || pick(2, 0, 2_000));
    class("OR, NOT", &mut || format!("({} OR {}) -{}", pick(0, 0, 300), pick(1, 0, 300), pick(0, 0, 300)));
    class("beginning", &mut || pick(0, 0, 2_000).chars().take(3).collect::<String>() + "*");
    class("near word", &mut || pick(0, 0, 2_000) + "~1");
    const SYLLABLES: [&str; 12] = ["wang", "li", "qiang", "zhong", "guo", "shi", "ji", "hua", "xin", "ma", "yi", "da"];
    let mut syllables = Random(11);
    class("pinyin, two", &mut || {
        format!("pinyin:\"{} {}\"", SYLLABLES[syllables.rank(12)], SYLLABLES[syllables.rank(12)])
    });
    class("pinyin, three", &mut || {
        let mut next = || SYLLABLES[syllables.rank(12)];
        format!("pinyin:\"{} {} {}\"", next(), next(), next())
    });
    let mut pick = |list: usize, from: usize, n: usize| words.lists[list][from + random.rank(n)].clone();
    let mut class = |name, make: &mut dyn FnMut() -> String| {
        made.push((name, (0..300).filter_map(|_| parse(&make()).ok()).collect()));
    };
    class("near each other", &mut || format!("\"{} {}\"~5", pick(0, 0, 50), pick(0, 0, 50)));
    made
}

fn main() {
    let pages: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let heap: usize = std::env::args().nth(2).and_then(|n| n.parse().ok()).unwrap_or(50);
    let mut random = Random(7);
    let words = Words::make(&mut random);
    let texts: Vec<String> = (0..pages).map(|_| words.page(&mut random)).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{pages} pages, {:.1} MB of text", bytes as f64 / 1e6);
    tokenising(&texts, bytes);

    let folder = std::env::temp_dir().join(format!("exhibit-bench-{}", std::process::id()));
    let index = Index::open_or_create(&folder).expect("an index can be made in the temporary folder");
    let mut writer = index.writer(heap * 1_000_000).expect("a new index has no other writer");
    let (wall, before) = (Instant::now(), cpu());
    for (number, text) in texts.iter().enumerate() {
        let key = PageKey { document: number as i64 / 10 + 1, page: number as u32 % 10 + 1 };
        let language = ["zh-Hans", "ug", "en", "ru", "und"][number % 5];
        let media_type = ["application/pdf", "message/rfc822", "text/html"][number % 3];
        let date = (number % 7 > 0).then(|| exhibit_model::Moment(number as i64 * 6_000_000_000));
        let base = PageEntry { name: "page.pdf", state: "read", language, media_type, date, ..PageEntry::default() };
        let entry = PageEntry { key, text, ..base };
        writer.put(&entry).expect("the temporary folder can be written");
    }
    writer.commit(pages as u64).expect("the temporary folder can be written");
    writer.finish().expect("the temporary folder can be written");
    let (wall, cpu) = (wall.elapsed().as_secs_f64(), cpu() - before);
    println!(
        "indexing: {:.1} MB per CPU second, {:.1} MB per second; {:.3} index bytes per text byte",
        bytes as f64 / 1e6 / cpu,
        bytes as f64 / 1e6 / wall,
        size(&folder) as f64 / bytes as f64
    );
    let classes = queries(&words, &mut random);
    searching(&index, &texts, &classes);
    dividing(&index, &classes);
    batch(&texts, &words);
    drop(index);
    if std::fs::remove_dir_all(&folder).is_err() {
        println!("left behind: {}", folder.display());
    }
}

fn tokenising(texts: &[String], bytes: usize) {
    for (name, keep) in [("all", '\0'), ("Latin", 'a'), ("Han", '一'), ("Arabic", 'ا'), ("Cyrillic", 'а')] {
        let of_script = |text: &&String| match keep {
            '\0' => true,
            'a' => text.starts_with(|c: char| c.is_ascii_alphabetic()),
            '一' => text.starts_with(|c: char| c >= '\u{4e00}'),
            'ا' => text.starts_with(|c: char| ('\u{600}'..'\u{700}').contains(&c)),
            _ => text.starts_with(|c: char| ('\u{400}'..'\u{500}').contains(&c)),
        };
        let chosen: Vec<&String> = texts.iter().filter(of_script).take(20_000).collect();
        let size: usize = chosen.iter().map(|text| text.len()).sum::<usize>().min(bytes);
        let (mut tokens, before) = (0_u64, cpu());
        for text in &chosen {
            exhibit_text::tokens(text, &mut |_| tokens += 1);
        }
        let tokenised = cpu() - before;
        let before = cpu();
        let mut tags: HashMap<String, u32> = HashMap::new();
        for text in chosen.iter().take(2_000) {
            *tags.entry(exhibit_text::language::of(text).main).or_default() += 1;
        }
        let told = (cpu() - before) / chosen.len().clamp(1, 2_000) as f64;
        println!(
            "{name}: {:.0} MB per CPU second tokenised ({tokens} tokens), {:.3} ms per page to tell the language",
            size as f64 / 1e6 / tokenised.max(1e-3),
            told * 1e3
        );
    }
}

// Facets as the search page asks for them, and rows by document.
fn dividing(index: &Index, classes: &[(&'static str, Vec<Query>)]) {
    const FACETS: [Facet; 5] = [Facet::Kind, Facet::Language, Facet::Year, Facet::Word, Facet::Extension];
    let searcher = index.searcher();
    for (name, queries) in classes.iter().filter(|(name, _)| ["word", "Han phrase", "OR, NOT"].contains(name)) {
        for by_document in [false, true] {
            let mut times: Vec<Duration> = Vec::new();
            for query in queries {
                let start = Instant::now();
                let options = SearchOptions { by_document, ..SearchOptions::default() };
                let results = searcher.search(query, &options).expect("the index can be read");
                let facets = searcher.facets(query, &FACETS).expect("the index can be read");
                times.push(start.elapsed());
                assert!(results.documents <= results.total && facets.len() == FACETS.len());
            }
            times.sort_unstable();
            let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)].as_secs_f64() * 1e3;
            let rows = if by_document { "documents" } else { "pages" };
            println!("{name}, {rows} with five facets: p50 {:.2} ms, p99 {:.2} ms", at(50), at(99));
        }
    }
}

// Plain names in one pass.
fn batch(texts: &[String], words: &Words) {
    let mut names = Names::default();
    for number in 0..100_000_u32 {
        let (list, n) = (&words.lists[number as usize % 4], number as usize / 4);
        let name = format!("\"{} {}\"", list[n % list.len()], list[(n * 7 + 1) % list.len()]);
        if let Ok(query) = parse(&name) {
            names.add(number, &query);
        }
    }
    names.settle();
    let (mut found, mut scratch, before) = (0_u64, Scratch::default(), cpu());
    for text in texts {
        names.find(text, &mut scratch, &mut |_, _| found += 1);
    }
    let took = cpu() - before;
    println!("100,000 names: {:.4} ms per page in one pass, {found} found", took * 1e3 / texts.len() as f64);
}

fn searching(index: &Index, texts: &[String], classes: &[(&'static str, Vec<Query>)]) {
    let searcher = index.searcher();
    for (name, queries) in classes {
        let mut times: Vec<Duration> = Vec::new();
        let (mut total, mut spans) = (0, 0);
        for query in queries {
            let start = Instant::now();
            let results = searcher.search(query, &SearchOptions::default()).expect("the index can be read");
            for hit in &results.hits {
                let text = &texts[(hit.key.document as usize - 1) * 10 + hit.key.page as usize - 1];
                let found = highlight(query, text);
                spans += snippet(text, &found, 160).spans.len();
            }
            times.push(start.elapsed());
            total += results.total;
        }
        times.sort_unstable();
        let at = |part: usize| times.get((times.len() * part / 100).min(times.len() - 1)).copied().unwrap_or_default();
        println!(
            "{name}: p50 {:.2} ms, p99 {:.2} ms with 25 highlighted hits ({} queries, {} pages found, {spans} spans shown)",
            at(50).as_secs_f64() * 1e3,
            at(99).as_secs_f64() * 1e3,
            queries.len(),
            total
        );
    }
}
