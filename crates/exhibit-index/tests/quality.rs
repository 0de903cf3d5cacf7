//! Search keeps what `docs/search-quality.md` says of it: recall and precision of every class on the
//! published test set are at least those of the table.
//!
//! The table is read, not repeated here, so that the document cannot claim more than the engine does.

#[path = "../examples/quality/ours.rs"]
mod ours;
#[path = "../examples/quality/set.rs"]
mod set;

use set::{Set, scores};
use std::collections::BTreeMap;

/// How it was judged, and recall and precision of our column, by class.
fn published() -> BTreeMap<String, (String, f64, f64)> {
    let path = Set::folder().join("../search-quality.md");
    let text = std::fs::read_to_string(path).expect("the document is in the repository");
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix('|')?.split('|').map(str::trim).collect();
        let (recall, precision) = cells.get(3)?.split_once(" / ")?;
        Some((
            cells[0].to_owned(),
            (cells[2].to_owned(), recall.parse().ok()?, precision.parse().ok()?),
        ))
    });
    rows.collect()
}

#[test]
fn no_class_falls_below_the_published_table() {
    let set = Set::read(&Set::folder());
    let published = published();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let reached = scores(&set, &ours::answers(&set, folder.path()));
    assert_eq!(
        reached.len(),
        published.len(),
        "each class has a row in the table, and none is left over"
    );
    for (class, score) in reached {
        let (judged, recall, precision) = &published[&class];
        let rules = || {
            set.queries
                .iter()
                .filter(|q| class == "all" || q.class == class)
                .map(|query| query.by_rule)
        };
        let by = if rules().all(|rule| rule) {
            "rule"
        } else if rules().any(|rule| rule) {
            "both"
        } else {
            "judgement"
        };
        assert_eq!(judged, by, "{class}");
        let found = (score.recall(), score.precision().unwrap_or(0.0));
        // the table has three digits
        assert!(
            found.0 >= recall - 0.0005 && found.1 >= precision - 0.0005,
            "{class}: recall {:.3} (published {recall}), precision {:.3} (published {precision}): \
             cargo run -p exhibit-index --example quality -- --wrong",
            found.0,
            found.1
        );
    }
}

#[test]
fn the_set_is_sound() {
    let set = Set::read(&Set::folder());
    assert!(set.queries.len() >= 300, "{} queries", set.queries.len());
    let mut ids: Vec<&str> = set.queries.iter().map(|query| query.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), set.queries.len(), "each query has an id of its own");
    let mut texts: Vec<&str> = set.pages.iter().map(|page| page.text.as_str()).collect();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), set.pages.len(), "no page is there twice");
    for query in &set.queries {
        assert!(exhibit_query::parse(&query.query).is_ok(), "{} is refused", query.id);
        assert!(!query.relevant.is_empty(), "{} asks for something", query.id);
        assert!(query.relevant.is_disjoint(&query.either), "{} is judged once", query.id);
        assert!(query.id.starts_with(&query.class), "{} is of its class", query.id);
    }
}
