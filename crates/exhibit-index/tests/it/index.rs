//! Keeping: replacing, deleting, committing, going on after a stop.

use crate::{FULL, read_as};
use exhibit_index::{Cursor, FacetRequest, Index, IndexError, SearchOptions, Searcher};
use exhibit_model::{CivilTime, PageNumber};
use exhibit_query::{PageEntry, PageKey, Sort, parse};

fn entry(document: i64, page: u32, text: &str) -> PageEntry<'_> {
    PageEntry {
        key: PageKey { document, page: PageNumber::new(page) },
        text,
        ..PageEntry::default()
    }
}

fn found(searcher: &Searcher, query: &str) -> Vec<(i64, u32)> {
    let options = SearchOptions { limit: 100, sort: Sort::Received, ..SearchOptions::default() };
    let results = searcher
        .search(&FULL.query(parse(query).expect("a sound query")), &options)
        .expect("a search");
    results.hits.iter().map(|hit| (hit.key.document, hit.key.page.get())).collect()
}

#[test]
fn a_page_put_again_replaces_itself_and_a_document_can_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::open_or_create(folder.path()).expect("an index");
    let mut writer = index.writer(0).expect("a writer");
    writer.put(&entry(1, 1, "登记表")).expect("put");
    writer.put(&entry(1, 2, "登記簿")).expect("put");
    writer.put(&entry(2, 1, "名单")).expect("put");
    assert_eq!(found(&index.searcher(), "登记"), [], "not before the commit");
    writer.commit(3).expect("commit");
    assert_eq!(found(&index.searcher(), "登记"), [(1, 1), (1, 2)]);
    let before = index.searcher();
    writer.put(&entry(1, 1, "名單")).expect("put");
    writer.delete_document(2).expect("deleted");
    writer.commit(4).expect("commit");
    assert_eq!(found(&index.searcher(), "登记"), [(1, 2)]);
    assert_eq!(found(&index.searcher(), "名单"), [(1, 1)]);
    assert_eq!(found(&before, "登记"), [(1, 1), (1, 2)], "a searcher stays at its moment");
    assert_eq!(index.searcher().pages(&FULL).expect("a count"), 2);
}

#[test]
fn what_was_not_committed_is_gone_and_the_mark_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    {
        let index = Index::open_or_create(folder.path()).expect("an index");
        assert_eq!(index.committed().expect("a mark"), 0);
        let mut writer = index.writer(0).expect("a writer");
        assert!(matches!(index.writer(0), Err(IndexError::Busy)), "one writer at a time");
        writer.put(&entry(1, 1, "first")).expect("put");
        writer.commit(41).expect("commit");
        writer.put(&entry(2, 1, "second")).expect("put");
    }
    let index = Index::open_or_create(folder.path()).expect("an index");
    assert_eq!(index.committed().expect("a mark"), 41);
    assert_eq!(
        (found(&index.searcher(), "first"), found(&index.searcher(), "second")),
        (vec![(1, 1)], vec![])
    );
    let mut writer = index.writer(0).expect("a writer after a stop");
    writer.put(&entry(1, 1, "first")).expect("put");
    writer.put(&entry(2, 1, "second")).expect("put");
    writer.commit(42).expect("commit");
    writer.finish().expect("finish");
    assert_eq!(found(&index.searcher(), ""), [(1, 1), (2, 1)]);
}

#[test]
fn a_commit_that_was_cut_off_can_be_made_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let meta = folder.path().join("meta.json");
    let put_again = |mark: u64| {
        let index = Index::open_or_create(folder.path()).expect("an index");
        let mut writer = index.writer(0).expect("a writer");
        writer.put(&entry(1, 1, "again")).expect("put");
        writer.commit(mark).expect("commit");
        index.searcher()
    };
    {
        let index = Index::open_or_create(folder.path()).expect("an index");
        let mut writer = index.writer(0).expect("a writer");
        writer.put(&entry(1, 1, "first")).expect("put");
        writer.put(&entry(1, 2, "second")).expect("put");
        writer.commit(1).expect("commit");
    }
    let before = std::fs::read(&meta).expect("what a commit writes last");
    drop(put_again(2));
    // as a crash before its end leaves it: with the note of the page that was replaced
    std::fs::write(&meta, before).expect("put back");
    let notes = std::fs::read_dir(folder.path()).expect("files").flatten();
    assert!(
        notes.into_iter().any(|file| file.path().extension().is_some_and(|ending| ending == "del"))
    );
    let searcher = put_again(2);
    assert_eq!(found(&searcher, "again"), [(1, 1)]);
    assert_eq!((found(&searcher, ""), found(&searcher, "first")), (vec![(1, 1), (1, 2)], vec![]));
}

#[test]
fn nothing_is_committed_after_a_part_was_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("index");
    let index = Index::open_or_create(&place).expect("an index");
    let mut writer = index.writer(0).expect("a writer");
    writer.put(&entry(1, 1, "first")).expect("put");
    writer.commit(1).expect("commit");
    writer.put(&entry(2, 1, "second")).expect("put");
    let aside = folder.path().join("aside");
    std::fs::rename(&place, &aside).expect("moved");
    assert!(matches!(writer.commit(2), Err(IndexError::Engine(_))));
    std::fs::rename(&aside, &place).expect("moved back");
    writer.put(&entry(3, 1, "third")).expect("put");
    assert!(matches!(writer.commit(3), Err(IndexError::Lost)));
    drop(writer);
    assert_eq!(index.committed().expect("a mark"), 1);
    index.refresh().expect("refreshed");
    assert_eq!(found(&index.searcher(), ""), [(1, 1)]);
}

#[test]
fn another_analysis_is_an_error_not_a_search() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(Index::open_or_create(folder.path()).expect("an index"));
    std::fs::write(folder.path().join("exhibit-analysis"), "0.0").expect("written");
    let Err(IndexError::Version { found, .. }) = Index::open_or_create(folder.path()) else {
        panic!("an index of another analysis was opened")
    };
    assert_eq!(found, "0.0");
    std::fs::remove_file(folder.path().join("exhibit-analysis")).expect("removed");
    assert!(matches!(Index::open_or_create(folder.path()), Err(IndexError::Version { .. })));
}

#[test]
fn pages_of_results_join_without_gap_or_repeat() {
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::open_or_create(folder.path()).expect("an index");
    let mut writer = index.writer(0).expect("a writer");
    let texts: Vec<String> =
        (0..60).map(|n| format!("register {}", "other ".repeat(n % 5))).collect();
    for (n, text) in texts.iter().enumerate() {
        let date = (n % 4 > 0).then_some(CivilTime(n as i64 % 7 * 86_400_000_000));
        writer.put(&PageEntry { date, ..entry(n as i64 / 2, n as u32 % 2, text) }).expect("put");
        if n == 30 {
            writer.commit(1).expect("commit");
        }
    }
    writer.commit(2).expect("commit");
    let searcher = index.searcher();
    let query = parse("register").expect("a sound query");
    for sort in [Sort::Relevance, Sort::Received, Sort::Newest, Sort::Oldest] {
        let all = SearchOptions { limit: 100, sort, ..SearchOptions::default() };
        let all = searcher.search(&FULL.query(query.clone()), &all).expect("a search");
        assert_eq!((all.total, all.hits.len(), all.next), (60, 60, None));
        let mut gathered = Vec::new();
        let mut after: Option<Cursor> = None;
        loop {
            let part = SearchOptions { limit: 7, sort, after, ..SearchOptions::default() };
            let part = searcher.search(&FULL.query(query.clone()), &part).expect("a search");
            assert_eq!(part.total, 60);
            gathered.extend(part.hits);
            let Some(next) = part.next else { break };
            after = Some(next.to_string().parse().expect("its own words"));
        }
        assert_eq!(gathered, all.hits, "{sort:?}");
        let skipped = SearchOptions { limit: 5, offset: 20, sort, ..SearchOptions::default() };
        assert_eq!(
            searcher.search(&FULL.query(query.clone()), &skipped).expect("a search").hits,
            all.hits[20..25]
        );
    }
    for odd in ["", "1.2", "1.2.3.4", "x.1.1", "-1.1.1", "1.ffffffffffffffff.1"] {
        assert!(odd.parse::<Cursor>().is_err(), "{odd}");
    }
}

#[test]
fn names_are_found_in_every_writing() {
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::open_or_create(folder.path()).expect("an index");
    let mut writer = index.writer(0).expect("a writer");
    for (document, text) in (1..).zip([
        "王立强同志",
        "王立強\n同志",
        "Wang Liqiang spoke",
        "شۆھرەت زاكىر ئېيتتى",
        "Шөһрәт Закир ейтти",
        "Shöhret Zakir éytti",
        "单国华的报告",
        "二〇一七年八月的通知",
        "2017年8月的通知",
        "吕布与女工",
    ]) {
        writer.put(&entry(document, 1, text)).expect("put");
    }
    writer.commit(1).expect("commit");
    let searcher = index.searcher();
    for (query, expected) in [
        ("Wang Liqiang", vec![1, 2, 3]),
        ("wangliqiang", vec![1, 2]),
        ("\"wang li qiang\"", vec![1, 2]),
        ("\"Wang Li-ch'iang\"", vec![1, 2]),
        ("Wang Li-ch'iang", vec![1, 2]),
        ("王立强", vec![1, 2]),
        ("Shan Guohua", vec![7]),
        ("Dan Guohua", vec![7]),
        ("Lü Bu", vec![10]),
        ("lv bu", vec![10]),
        ("shohret zakir", vec![4, 5, 6]),
        ("شۆھرەت", vec![4, 5, 6]),
        ("\"Шөһрәт Закир\"", vec![4, 5, 6]),
        ("2017年8月", vec![8, 9]),
        ("二零一七年八月", vec![8, 9]),
        ("通知 -2017年", vec![]),
    ] {
        let wide =
            searcher.widen(&FULL.query(parse(query).expect("a sound query"))).query().clone();
        let options =
            SearchOptions { limit: 100, sort: Sort::Received, ..SearchOptions::default() };
        let results = searcher.search(&FULL.query(wide.clone()), &options).expect("a search");
        let documents: Vec<i64> = results.hits.iter().map(|hit| hit.key.document).collect();
        assert_eq!(documents, expected, "{query} read as {}", read_as(&wide));
    }
}

#[test]
fn facets_count_what_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::open_or_create(folder.path()).expect("an index");
    let mut writer = index.writer(0).expect("a writer");
    let august = CivilTime::new(2017, 8, 3, 0, 0, 0);
    let december = CivilTime::new(2018, 12, 31, 23, 59, 59);
    for (document, language, date, state) in [
        (1, "zh-Hans", august, "read"),
        (2, "zh-Hant", december, "read"),
        (3, "ug", None, "truncated"),
        (4, "ug", august, "read"),
    ] {
        let sources: &[&str] = if document == 4 { &["Drop 2"] } else { &[] };
        let text = if document == 2 { "other" } else { "register" };
        writer
            .put(&PageEntry { language, date, state, sources, ..entry(document, 1, text) })
            .expect("put");
        writer.commit(document as u64).expect("commit");
    }
    writer.delete_document(1).expect("deleted");
    writer.commit(5).expect("commit");
    let searcher = index.searcher();
    let count = |query: &str, facet| {
        let query = parse(query).expect("a sound query");
        let counts = searcher.facet(&FULL.query(query.clone()), facet).expect("a count");
        counts
            .into_iter()
            .map(|(value, count)| format!("{value} {count}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    for (query, facet, expected) in [
        ("", FacetRequest::Language, "ug 2, zh-hant 1"),
        ("register", FacetRequest::Language, "ug 2"),
        ("register", FacetRequest::Year, "2017 1, undated 1"),
        ("", FacetRequest::Month, "2017-08 1, 2018-12 1, undated 1"),
        ("", FacetRequest::Word, "read 2, truncated 1, undated 1"),
        ("source:\"drop 2\"", FacetRequest::Word, "read 1"),
        ("", FacetRequest::Source, "drop 2 1"),
        ("nothing", FacetRequest::Word, ""),
    ] {
        assert_eq!(count(query, facet.clone()), expected, "{query} {facet:?}");
    }
}

#[test]
fn documents_are_counted_and_can_stand_for_their_pages() {
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::open_or_create(folder.path()).expect("an index");
    let mut writer = index.writer(0).expect("a writer");
    // pages of one document in several commits, between those of others
    for round in 1..=4_u32 {
        for document in 1..=30_i64 {
            let words = "register ".repeat(((document * 7 + i64::from(round) * 3) % 5) as usize)
                + "other page";
            writer.put(&entry(document, round, &words)).expect("put");
        }
        writer.commit(u64::from(round)).expect("commit");
    }
    let searcher = index.searcher();
    let query = parse("register").expect("a sound query");
    for sort in [Sort::Relevance, Sort::Received] {
        let search = |limit, after, by_document| {
            let options =
                SearchOptions { limit, after, sort, by_document, ..SearchOptions::default() };
            searcher.search(&FULL.query(query.clone()), &options).expect("a search")
        };
        let pages = search(1_000, None, false);
        let mut expected: Vec<(PageKey, u64)> = Vec::new();
        for hit in &pages.hits {
            match expected.iter_mut().find(|(key, _)| key.document == hit.key.document) {
                Some((_, pages)) => *pages += 1,
                None => expected.push((hit.key, 1)),
            }
        }
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let part = search(7, after, true);
            assert_eq!((part.total, part.documents), (pages.total, expected.len() as u64));
            seen.extend(part.hits.iter().map(|hit| (hit.key, hit.pages)));
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, expected, "{sort:?}");
        assert_eq!(pages.documents, 30);
    }
}

#[test]
fn kinds_join_media_types() {
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::open_or_create(folder.path()).expect("an index");
    let mut writer = index.writer(0).expect("a writer");
    let types = ["application/msword", "application/rtf", "application/pdf", "application/x-odd"];
    for (document, media_type) in (1..).zip(types) {
        writer.put(&PageEntry { media_type, ..entry(document, 1, "register") }).expect("put");
    }
    writer.commit(1).expect("commit");
    let searcher = index.searcher();
    let counts = searcher
        .facet(&FULL.query(parse("").expect("sound")), FacetRequest::Kind)
        .expect("a count");
    assert_eq!(counts, [("word".into(), 2), ("application/x-odd".into(), 1), ("pdf".into(), 1)]);
    for (kind, count) in counts {
        assert_eq!(found(&searcher, &format!("type:{kind}")).len() as u64, count, "{kind}");
    }
}

#[test]
fn archives_of_every_sort_are_archives_and_families_leave_out_other_kinds() {
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::open_or_create(folder.path()).expect("an index");
    let mut writer = index.writer(0).expect("a writer");
    let archives = [
        "application/zip",
        "application/x-gtar",
        "application/x-bzip2",
        "application/x-xz",
        "application/zstd",
        "application/x-cpio",
        "application/x-lz4",
    ];
    let types = archives.into_iter().chain([
        "text/plain",
        "text/x-odd",
        "text/html",
        "audio/AMR",
        "message/http",
    ]);
    for (document, media_type) in (1..).zip(types) {
        writer.put(&PageEntry { media_type, ..entry(document, 1, "register") }).expect("put");
    }
    writer.commit(1).expect("commit");
    let searcher = index.searcher();
    for (query, count) in
        [("archive", 7), ("zip", 7), ("text", 3), ("html", 1), ("audio", 1), ("mail", 0)]
    {
        assert_eq!(found(&searcher, &format!("type:{query}")).len(), count, "{query}");
    }
    let counts = searcher
        .facet(&FULL.query(parse("").expect("sound")), FacetRequest::Kind)
        .expect("a count");
    assert_eq!(
        counts,
        [("archive".into(), 7), ("text".into(), 3), ("audio".into(), 1), ("html".into(), 1)]
    );
}
