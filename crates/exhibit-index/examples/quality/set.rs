//! The test set of `docs/search-quality/`: pages, judged queries, and the score of answers.
//!
//! Nothing here knows how answers are found. A page that was judged neither way counts neither as
//! found nor as missing nor as wrong.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A page of the corpus.
pub(crate) struct Page {
    pub(crate) id: String,
    pub(crate) text: String,
}

/// A query and the pages that answer it, as places in the list of pages.
pub(crate) struct Judged {
    pub(crate) id: String,
    pub(crate) class: String,
    pub(crate) query: String,
    /// Whether the answer follows from a written rule; otherwise a reader judged it.
    pub(crate) by_rule: bool,
    pub(crate) relevant: BTreeSet<usize>,
    /// Pages that count neither way.
    pub(crate) either: BTreeSet<usize>,
}

/// Pages and queries, in the order of their files.
pub(crate) struct Set {
    pub(crate) pages: Vec<Page>,
    pub(crate) queries: Vec<Judged>,
}

impl Set {
    /// The folder of the published set.
    pub(crate) fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/search-quality")
    }

    /// Reads `pages.jsonl` and `queries.jsonl`; a malformed set is a mistake in the repository, so it ends the run.
    pub(crate) fn read(folder: &Path) -> Self {
        let pages: Vec<Page> = lines(&folder.join("pages.jsonl"))
            .map(|line| Page { id: word(&line, "id"), text: word(&line, "text") })
            .collect();
        let places: BTreeMap<&str, usize> =
            pages.iter().zip(0..).map(|(page, at)| (page.id.as_str(), at)).collect();
        assert_eq!(places.len(), pages.len(), "each page has an id of its own");
        let set_of = |line: &Value, key: &str| -> BTreeSet<usize> {
            let ids = line
                .get(key)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            ids.map(|id| *places.get(id).unwrap_or_else(|| panic!("{line}: there is no page {id}")))
                .collect()
        };
        let queries = lines(&folder.join("queries.jsonl"))
            .map(|line| Judged {
                id: word(&line, "id"),
                class: word(&line, "class"),
                query: word(&line, "query"),
                by_rule: word(&line, "judged") == "rule",
                relevant: set_of(&line, "relevant"),
                either: set_of(&line, "either"),
            })
            .collect();
        Self { pages, queries }
    }

    /// The classes, in the order in which they first appear.
    pub(crate) fn classes(&self) -> Vec<&str> {
        let mut classes: Vec<&str> = Vec::new();
        for query in &self.queries {
            if !classes.contains(&query.class.as_str()) {
                classes.push(&query.class);
            }
        }
        classes
    }
}

fn lines(path: &Path) -> impl Iterator<Item = Value> {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines: Vec<Value> = text
        .lines()
        .map(|line| {
            serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("{}: {error}: {line}", path.display()))
        })
        .collect();
    lines.into_iter()
}

fn word(line: &Value, key: &str) -> String {
    let value = line.get(key).and_then(Value::as_str);
    value.unwrap_or_else(|| panic!("{line}: {key} is missing")).to_owned()
}

/// Counts over the queries of a class.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Score {
    /// Pages that had to be found.
    pub(crate) wanted: usize,
    /// Pages that had to be found and were.
    pub(crate) right: usize,
    /// Pages that were found and should not have been.
    pub(crate) wrong: usize,
}

impl Score {
    /// Counts one answer.
    pub(crate) fn count(&mut self, query: &Judged, answer: &BTreeSet<usize>) {
        self.wanted += query.relevant.len();
        self.right += answer.intersection(&query.relevant).count();
        self.wrong += answer
            .iter()
            .filter(|page| !query.relevant.contains(page) && !query.either.contains(page))
            .count();
    }

    /// Of the pages that had to be found, the share that was found.
    pub(crate) fn recall(self) -> f64 {
        if self.wanted == 0 { 1.0 } else { self.right as f64 / self.wanted as f64 }
    }

    /// Of the pages that were found, the share that is right; none if nothing was found.
    pub(crate) fn precision(self) -> Option<f64> {
        let found = self.right + self.wrong;
        (found > 0).then(|| self.right as f64 / found as f64)
    }
}

/// The score of each class, and last of all queries together.
pub(crate) fn scores(set: &Set, answers: &[BTreeSet<usize>]) -> Vec<(String, Score)> {
    let mut scored: Vec<(String, Score)> = Vec::new();
    let mut all = Score::default();
    for class in set.classes() {
        let mut score = Score::default();
        for (query, answer) in
            set.queries.iter().zip(answers).filter(|(query, _)| query.class == class)
        {
            score.count(query, answer);
            all.count(query, answer);
        }
        scored.push((class.to_owned(), score));
    }
    scored.push(("all".to_owned(), all));
    scored
}
