//! Counts of facets, and the order of paths, against counting and sorting page by page.

use crate::FULL;
use crate::corpus::{Random, query};
use crate::property::{Owned, conversation, number};
use exhibit_index::{FacetRequest, Index, SearchOptions, Searcher};
use exhibit_model::StatedDate;
use exhibit_query::{MessageRef, PageKey, Sort, kind_of, matches, parse};
use std::collections::BTreeMap;

fn made() -> (tempfile::TempDir, Vec<Owned>, Searcher, Random) {
    let mut random = Random::new(number("EXHIBIT_SEED", 3));
    let pages: Vec<Owned> = (0..150).map(|number| Owned::make(&mut random, number)).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::open_or_create(folder.path()).expect("an index");
    let mut writer = index.writer(0).expect("a writer");
    for (at, page) in pages.iter().enumerate() {
        writer.put(&page.entry()).expect("put");
        if at % 40 == 39 {
            writer.commit(at as u64).expect("commit");
        }
    }
    // some stand in another part of the index than they did
    for page in pages.iter().step_by(9) {
        writer.put(&page.entry()).expect("put");
    }
    writer.commit(1_000).expect("commit");
    (folder, pages, index.searcher(), random)
}

fn tags() -> Vec<(String, Vec<i64>)> {
    vec![("checked".to_owned(), vec![2, 4, 9]), ("none".to_owned(), vec![999])]
}

fn by_hand(page: &Owned, facet: &FacetRequest) -> Vec<String> {
    let entry = page.entry();
    let month = |length| {
        entry
            .date
            .map_or("undated".to_owned(), |date| StatedDate::Day(date).day()[..length].to_owned())
    };
    match facet {
        FacetRequest::Language => {
            Some(entry.language.to_lowercase()).filter(|l| !l.is_empty()).into_iter().collect()
        }
        FacetRequest::Kind => vec![kind_of(entry.media_type).to_owned()],
        FacetRequest::Year => vec![month(4)],
        FacetRequest::Month => vec![month(7)],
        FacetRequest::Container => page.containers.iter().map(i64::to_string).collect(),
        FacetRequest::Sender => match page.from {
            "" => vec![],
            "值班室" => vec!["值班室".to_owned()],
            from => vec![
                if from.contains("Meng") { "meng@baihe.example" } else { "li@baihe.example" }
                    .to_owned(),
            ],
        },
        FacetRequest::Confidence => {
            let band = |ocr: u8| match ocr {
                90.. => "0.9..1",
                80.. => "0.8..0.89",
                70.. => "0.7..0.79",
                50.. => "0.5..0.69",
                _ => "0..0.49",
            };
            page.ocr.map(|ocr| band(ocr).to_owned()).into_iter().collect()
        }
        FacetRequest::Among(names) => names
            .iter()
            .filter(|(_, has)| has.contains(&page.key.document))
            .map(|(name, _)| name.clone())
            .collect(),
        FacetRequest::Folder(within) => {
            let mut below: Vec<String> = std::iter::once(page.path.as_str())
                .chain(page.copies.iter().copied())
                .filter_map(|path| {
                    let path = path
                        .replace('（', "(")
                        .replace('）', ")")
                        .replace('"', "'")
                        .replace('*', "·");
                    let parts: Vec<&str> = path.split('/').collect();
                    let folders = &parts[..parts.len() - 1];
                    let depth = if within.is_empty() { 0 } else { within.split('/').count() };
                    let inside = depth == 0
                        || folders.len() >= depth && folders[..depth].join("/") == *within;
                    (inside && folders.len() > depth).then(|| folders[..=depth].join("/"))
                })
                .collect();
            below.sort();
            below.dedup();
            below
        }
        _ => unreachable!("not counted here"),
    }
}

#[test]
fn counts_are_those_of_the_pages_and_of_the_values_chosen() {
    let (_folder, pages, searcher, mut random) = made();
    let facets: Vec<(&str, FacetRequest)> = vec![
        ("lang", FacetRequest::Language),
        ("type", FacetRequest::Kind),
        ("date", FacetRequest::Year),
        ("date", FacetRequest::Month),
        ("container", FacetRequest::Container),
        ("sender", FacetRequest::Sender),
        ("ocr", FacetRequest::Confidence),
        ("tag", FacetRequest::Among(tags())),
        ("folder", FacetRequest::Folder(String::new())),
        ("folder", FacetRequest::Folder("disk 1".to_owned())),
        ("folder", FacetRequest::Folder("a.zip!".to_owned())),
        ("folder", FacetRequest::Folder("nowhere".to_owned())),
    ];
    let tagged = |tag: &str| {
        Ok::<_, ()>(
            tags()
                .into_iter()
                .find(|(name, _)| name == tag)
                .map_or(Vec::new(), |(_, documents)| documents),
        )
    };
    let all: Vec<FacetRequest> = facets.iter().map(|(_, facet)| facet.clone()).collect();
    let mut told = 0;
    for round in 0..60 {
        let text = if round == 0 { String::new() } else { query(&mut random, 2) };
        let Ok(query) = parse(&text) else { continue };
        let query = query.with_tags(tagged).expect("tags");
        let tied = |thread: &MessageRef| Ok::<_, ()>(conversation(&pages, thread));
        let by_hand_query = query.clone().with_threads(tied).expect("conversations");
        let answers: Vec<&Owned> =
            pages.iter().filter(|page| matches(&by_hand_query, &page.entry())).collect();
        let counted = searcher.facets(&FULL.query(query.clone()), &all).expect("counts");
        for ((field, facet), counts) in facets.iter().zip(counted) {
            let mut expected: BTreeMap<String, u64> = BTreeMap::new();
            for value in answers.iter().flat_map(|page| by_hand(page, facet)) {
                *expected.entry(value).or_default() += 1;
            }
            let sorted: BTreeMap<String, u64> = counts.iter().cloned().collect();
            assert_eq!(sorted, expected, "{text}: {facet:?}");
            // choosing a value finds as many as were counted
            for (value, count) in counts.iter().filter(|_| round == 0) {
                let clause = if value == "undated" {
                    "is:undated".to_owned()
                } else {
                    format!("{field}:\"{value}\"")
                };
                let chosen =
                    parse(&clause).expect("a sound clause").with_tags(tagged).expect("tags");
                let options = SearchOptions { limit: 0, ..SearchOptions::default() };
                let total =
                    searcher.search(&FULL.query(chosen.clone()), &options).expect("a search").total;
                // an empty tag of a language finds its regions, too
                assert!(
                    total == *count || *field == "lang" && total > *count,
                    "{clause}: {total}, {count} counted"
                );
                told += 1;
            }
        }
    }
    assert!(told > 25, "{told} values chosen");
}

#[test]
fn results_stand_in_the_order_of_their_paths() {
    let (_folder, pages, searcher, _) = made();
    let place = |page: &Owned| {
        let plain =
            page.path.replace('（', "(").replace('）', ")").replace('"', "'").replace('*', "·");
        (plain.replace('/', "\u{1}"), page.key)
    };
    for text in ["", "lang:zh", "sort:path -lang:zh", "folder:\"disk 1\""] {
        let query = parse(text).expect("a sound query");
        let mut expected: Vec<(String, PageKey)> =
            pages.iter().filter(|page| matches(&query, &page.entry())).map(place).collect();
        expected.sort();
        let keys: Vec<PageKey> = expected.iter().map(|(_, key)| *key).collect();
        let mut documents: Vec<(i64, u64)> = Vec::new();
        for key in &keys {
            match documents.iter_mut().find(|(document, _)| *document == key.document) {
                Some((_, pages)) => *pages += 1,
                None => documents.push((key.document, 1)),
            }
        }
        let (mut by_page, mut by_document) = (Vec::new(), Vec::new());
        for (grouped, seen) in [(false, &mut by_page), (true, &mut by_document)] {
            let mut after = None;
            loop {
                let options = SearchOptions {
                    limit: 7,
                    after,
                    sort: Sort::Path,
                    by_document: grouped,
                    ..SearchOptions::default()
                };
                let part = searcher.search(&FULL.query(query.clone()), &options).expect("a search");
                assert_eq!(
                    (part.total, part.documents),
                    (keys.len() as u64, documents.len() as u64),
                    "{text}"
                );
                seen.extend(part.hits);
                after = part.next;
                if after.is_none() {
                    break;
                }
            }
        }
        assert_eq!(by_page.iter().map(|hit| hit.key).collect::<Vec<_>>(), keys, "{text}");
        assert_eq!(
            by_document.iter().map(|h| (h.key.document, h.pages)).collect::<Vec<_>>(),
            documents,
            "{text}"
        );
        // passing over hits comes to the same place
        let options =
            SearchOptions { limit: 5, offset: 10, sort: Sort::Path, ..SearchOptions::default() };
        let passed = searcher.search(&FULL.query(query.clone()), &options).expect("a search").hits;
        assert_eq!(passed.iter().map(|hit| hit.key).collect::<Vec<_>>(), keys[10..15], "{text}");
    }
}

#[test]
fn pages_alike_share_words_and_are_never_the_document_itself() {
    let (_folder, pages, searcher, _) = made();
    let frequencies = searcher.frequencies(["登记", "no-such-word"], &FULL).expect("counts");
    assert_eq!(frequencies[1], 0);
    let hits = searcher.similar(&[("登记", 2.0), ("新疆", 1.0)], &FULL, 3, 10).expect("a search");
    let mut documents: Vec<i64> = hits.iter().map(|hit| hit.key.document).collect();
    documents.sort_unstable();
    documents.dedup();
    assert_eq!(documents.len(), hits.len(), "one page for each document");
    assert!(!documents.contains(&3));
    assert!(hits.is_sorted_by(|a, b| a.score >= b.score));
    for hit in hits {
        let page = pages.iter().find(|page| page.key == hit.key).expect("a page");
        let shares = |word: &str| matches(&parse(word).expect("sound"), &page.entry());
        assert!(shares("登记") || shares("新疆"), "{:?}", hit.key);
    }
    let (sample, total) =
        searcher.sample(&FULL.query(parse("").expect("sound")), 10).expect("a sample");
    assert_eq!((sample.len(), total, sample[0].document), (10, 150, 1));
    assert!(sample.is_sorted());
}
