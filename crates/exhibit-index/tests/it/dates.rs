//! Ranges of dates whose ends fall on the dates themselves.

use crate::{FULL, read_as};
use exhibit_index::{Index, SearchOptions};
use exhibit_model::{CivilTime, PageNumber};
use exhibit_query::{PageEntry, PageKey, matches, parse};

#[test]
fn the_day_after_a_range_is_not_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::open_or_create(folder.path()).expect("an index");
    let mut writer = index.writer(0).expect("a writer");
    // whole days alone: a column of them is kept in days
    let days: Vec<(i64, PageEntry<'_>)> = (0..120)
        .map(|day| {
            let date = CivilTime(
                CivilTime::new(2015, 1, 1, 0, 0, 0).expect("a day").0 + day * 86_400_000_000,
            );
            (
                day,
                PageEntry {
                    key: PageKey { document: day + 1, page: PageNumber::FIRST },
                    date: Some(date),
                    text: "a",
                    ..PageEntry::default()
                },
            )
        })
        .collect();
    // in several parts, of which a range may end before the first day
    for (day, entry) in days.iter().filter(|(day, _)| day % 3 != 1) {
        writer.put(entry).expect("put");
        if day % 20 == 0 {
            writer.commit(*day as u64).expect("commit");
        }
    }
    writer.commit(1_000).expect("commit");
    let searcher = index.searcher();
    for query in [
        "date:2015-01",
        "date:2015-02",
        "before:2015-02",
        "after:2015-02",
        "date:2015-01-31",
        "date:2015-03-01..2015-03-04",
    ] {
        let query = parse(query).expect("sound");
        let expected =
            days.iter().filter(|(day, entry)| day % 3 != 1 && matches(&query, entry)).count()
                as u64;
        let found = searcher
            .search(&FULL.query(query.clone()), &SearchOptions::default())
            .expect("a search")
            .total;
        assert_eq!(found, expected, "{}", read_as(&query));
    }
}
