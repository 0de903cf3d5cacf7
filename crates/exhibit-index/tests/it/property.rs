//! The engine's answers against reading every page: equal sets, always.
//!
//! `EXHIBIT_QUERIES` says how many queries, `EXHIBIT_SECONDS` for how long instead; `EXHIBIT_SEED` begins elsewhere.

use crate::FULL;
use crate::corpus::{Random, page, query};
use crate::read_as;
use exhibit_index::{Index, SearchOptions};
use exhibit_model::{CivilTime, PageNumber};
use exhibit_query::{MessageRef, PageEntry, PageKey, Sort, highlight, matches, parse};

pub(crate) struct Owned {
    pub(crate) key: PageKey,
    text: String,
    name: String,
    pub(crate) path: String,
    pub(crate) copies: Vec<&'static str>,
    pub(crate) containers: Vec<i64>,
    pub(crate) from: &'static str,
    to: &'static str,
    cc: &'static str,
    messages: Vec<&'static str>,
    hash: String,
    sheet: &'static str,
    pub(crate) language: &'static str,
    media_type: &'static str,
    state: &'static str,
    pub(crate) date: Option<CivilTime>,
    pub(crate) ocr: Option<u8>,
    bytes: u64,
    pages: u32,
}

const FOLDERS: [&str; 7] = [
    "disk 1",
    "disk 1/通知（一）",
    "disk 1/通知（一）/2017",
    "disk 10",
    "a.zip!",
    "a.zip!/b\"*.eml!",
    "",
];
const COPIES: [&str; 6] = [
    "disk 2/登记表.txt",
    "disk 1/通知（一）/副本/the office.txt",
    "a.zip!/归档.txt",
    "disk 10/登记名单.docx",
    "通知.txt",
    "disk 2/2017/the county register.txt",
];

// Kept for as long as the test runs.
fn message(document: i64) -> &'static str {
    format!("<{}{document}@baihe.example>", if document % 3 == 0 { "M" } else { "m" }).leak()
}

/// The documents of a conversation, by looking at each until there are no more.
pub(crate) fn conversation(pages: &[Owned], thread: &MessageRef) -> Vec<i64> {
    let named = |page: &Owned| {
        page.messages.iter().map(|m| m.trim_matches(['<', '>']).to_lowercase()).collect::<Vec<_>>()
    };
    let (mut documents, mut names) = match thread {
        MessageRef::Document(document) => (vec![*document], Vec::new()),
        MessageRef::Id(name) => (Vec::new(), vec![name.clone()]),
    };
    loop {
        let before = (documents.len(), names.len());
        for page in pages {
            if documents.contains(&page.key.document)
                || named(page).iter().any(|name| names.contains(name))
            {
                documents.push(page.key.document);
                names.extend(named(page));
            }
        }
        names.sort_unstable();
        names.dedup();
        documents.sort_unstable();
        documents.dedup();
        if before == (documents.len(), names.len()) {
            return documents;
        }
    }
}

impl Owned {
    pub(crate) fn make(random: &mut Random, number: usize) -> Self {
        let stem = page(random).replace(['\n', '/'], " ");
        let document = number as i64 / 3 + 1;
        // all pages of a document lie in one place
        let folder = FOLDERS[document as usize * 5 % FOLDERS.len()];
        let date = (random.below(4) > 0).then(|| {
            CivilTime::new(
                2015 + random.below(4) as i64,
                1 + random.below(12) as u32,
                1 + random.below(28) as u32,
                0,
                0,
                0,
            )
        });
        Self {
            key: PageKey { document, page: PageNumber::new(number as u32 % 3 + 1) },
            path: format!(
                "{folder}{}{:x}.txt",
                if folder.is_empty() { "" } else { "/" },
                document * 7919 % 97
            ),
            copies: (0..[0, 0, 1, 3][document as usize * 3 % 4])
                .map(|copy| COPIES[(document as usize + copy * 3) % COPIES.len()])
                .collect(),
            containers: [(document % 2 == 0).then_some(1), (document % 6 == 0).then_some(2)]
                .into_iter()
                .flatten()
                .collect(),
            from: random.pick(&[
                "",
                "Meng <meng@baihe.example>",
                "值班室",
                "\"O, Li\" <Li@baihe.example>",
            ]),
            to: random.pick(&[
                "",
                "li@baihe.example, Meng <meng@baihe.example>",
                "county@baihe.example",
            ]),
            cc: random.pick(&["", "", "county@baihe.example, 值班室", "Li <li@baihe.example>"]),
            // documents answer each other in chains of several lengths; some name what is missing
            messages: match document % 5 {
                0 => Vec::new(),
                1 => vec![message(document)],
                4 => vec![message(document), "<lost@baihe.example>"],
                _ => vec![message(document), message(document - 1)],
            },
            hash: format!(
                "{:064x}",
                (document as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
            ),
            sheet: random.pick(&["", "名单", "Sheet1", "登记表 2017"]),
            text: page(random),
            name: format!("{stem}.{}", random.pick(&["pdf", "docx", "PDF", "txt"])),
            language: random.pick(&["zh-Hans", "zh-Hant", "zh", "ug", "en", "ru", "und", ""]),
            media_type: random.pick(&[
                "application/pdf",
                "text/plain",
                "application/msword",
                "image/png",
            ]),
            state: random.pick(&["read", "truncated", "encrypted"]),
            date: date.flatten(),
            ocr: (random.below(2) == 0).then(|| random.below(101) as u8),
            bytes: random.below(10_000) as u64,
            pages: 1 + random.below(4) as u32,
        }
    }

    pub(crate) fn entry(&self) -> PageEntry<'_> {
        PageEntry {
            copies: &self.copies,
            messages: &self.messages,
            cc: self.cc,
            hash: &self.hash,
            sheet: self.sheet,
            key: self.key,
            text: &self.text,
            name: &self.name,
            path: &self.path,
            containers: &self.containers,
            from: self.from,
            to: self.to,
            language: self.language,
            media_type: self.media_type,
            state: self.state,
            date: self.date,
            ocr: self.ocr,
            bytes: self.bytes,
            pages: self.pages,
            ..PageEntry::default()
        }
    }
}

pub(crate) fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn the_engine_and_reading_page_by_page_agree() {
    let (queries, seed) = (number("EXHIBIT_QUERIES", 900), number("EXHIBIT_SEED", 1));
    let seconds = number("EXHIBIT_SECONDS", 0);
    let until = std::time::Instant::now() + std::time::Duration::from_secs(seconds);
    let mut random = Random::new(seed);
    let pages: Vec<Owned> = (0..240).map(|number| Owned::make(&mut random, number)).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::open_or_create(folder.path()).expect("an index");
    let mut writer = index.writer(15_000_000).expect("a writer");
    for (at, page) in pages.iter().enumerate() {
        // some pages are put twice, the first time as another's
        if at % 7 == 0 {
            writer.put(&PageEntry { key: page.key, ..pages[at / 2].entry() }).expect("put");
        }
        writer.put(&page.entry()).expect("put");
        if at % 50 == 49 {
            writer.commit(at as u64).expect("commit");
        }
    }
    writer.commit(pages.len() as u64).expect("commit");
    let searcher = index.searcher();
    let (mut asked, mut understood, mut found) = (0_u64, 0, 0_u64);
    while if seconds > 0 { std::time::Instant::now() < until } else { asked < queries } {
        asked += 1;
        let text = query(&mut random, 3);
        let Ok(query) = parse(&text) else { continue };
        let query = if random.below(2) == 0 {
            searcher.widen(&FULL.query(query)).query().clone()
        } else {
            query
        };
        let tagged =
            |tag: &str| Ok::<_, ()>(if tag == "checked" { vec![9, 2, 4] } else { Vec::new() });
        let query = query.with_tags(tagged).expect("tags are known");
        understood += 1;
        let options =
            SearchOptions { limit: pages.len(), sort: Sort::Received, ..SearchOptions::default() };
        let results = searcher.search(&FULL.query(query.clone()), &options).expect("a search");
        let got: Vec<PageKey> = results.hits.iter().map(|hit| hit.key).collect();
        let tied = |thread: &MessageRef| Ok::<_, ()>(conversation(&pages, thread));
        let by_hand = query.clone().with_threads(tied).expect("conversations are known");
        let wanted: Vec<PageKey> = pages
            .iter()
            .filter(|page| matches(&by_hand, &page.entry()))
            .map(|page| page.key)
            .collect();
        assert_eq!(got, wanted, "{text} read as {}", read_as(&query));
        assert_eq!(results.total, wanted.len() as u64, "{text}");
        found += u64::from(!got.is_empty() && got.len() < pages.len());
        let by_relevance = SearchOptions { sort: Sort::Relevance, ..options };
        let mut ranked: Vec<PageKey> = searcher
            .search(&FULL.query(query.clone()), &by_relevance)
            .expect("a search")
            .hits
            .iter()
            .map(|hit| hit.key)
            .collect();
        ranked.sort_unstable();
        assert_eq!(ranked, wanted, "{text} by relevance");
        for page in pages.iter().take(5) {
            for span in highlight(&query, &page.text) {
                assert!(
                    span.start < span.end && page.text.get(span.start..span.end).is_some(),
                    "{text}"
                );
            }
        }
    }
    // most queries say something, and many tell pages apart
    assert!(understood * 3 > asked * 2, "{understood} of {asked} understood");
    assert!(found * 4 > asked, "{found} of {asked} told pages apart");
    if seconds > 0 {
        eprintln!(
            "{asked} queries, {understood} understood, {found} told pages apart: no difference"
        );
    }
}

// Independent of the tokens: a stretch of Han characters is found wherever its characters stand side by side.
#[test]
fn a_stretch_of_han_is_found_wherever_it_stands() {
    let mut random = Random::new(number("EXHIBIT_SEED", 2));
    let plain = |text: &str| -> String {
        let joined: String = text.chars().filter(|c| !matches!(c, ' ' | '\u{200b}')).collect();
        // one line end joins, an empty line parts
        joined.replace("\n\n", "|").replace('\n', "")
    };
    for _ in 0..2_000 {
        let text = page(&mut random);
        let squeezed = plain(&text);
        let characters: Vec<char> = squeezed.chars().collect();
        let start = random.below(characters.len());
        let run: String = characters[start..]
            .iter()
            .take(1 + random.below(6))
            .take_while(|c| ('\u{4e00}'..='\u{9fff}').contains(*c))
            .collect();
        if run.is_empty() {
            continue;
        }
        let query = parse(&run).expect("Han characters are a query");
        let spans = highlight(&query, &text);
        assert!(
            spans.iter().any(|span| plain(&text[span.start..span.end]) == run),
            "{run} in {text}"
        );
    }
}
