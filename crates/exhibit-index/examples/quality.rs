//! Measures search on the published test set: `cargo run -p exhibit-index --example quality [-- --wrong]`.
//!
//! Prints recall and precision of Exhibit's engine by class, beside the analysis chains that other
//! systems configure, as the table of `docs/search-quality.md`; with `--wrong` also each query whose
//! answer is not the judged one. Nothing here passes or fails: `tests/quality.rs` does.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

#[path = "quality/chains.rs"]
mod chains;
#[path = "quality/ours.rs"]
mod ours;
#[path = "quality/peer.rs"]
mod peer;
#[path = "quality/set.rs"]
mod set;

use set::{Score, Set, scores};
use std::collections::BTreeSet;

fn main() {
    let set = Set::read(&Set::folder());
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let ours = ours::answers(&set, folder.path());
    let mut columns = vec![("Exhibit", scores(&set, &ours))];
    for chain in &chains::CHAINS {
        columns.push((chain.name, scores(&set, &peer::answers(&set, chain))));
    }
    println!("{} queries over {} pages; recall / precision", set.queries.len(), set.pages.len());
    println!();
    table(&set, &columns);
    if std::env::args().any(|argument| argument == "--wrong") {
        println!();
        wrong(&set, &ours);
    }
}

fn table(set: &Set, columns: &[(&str, Vec<(String, Score)>)]) {
    let heads: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    println!("| class | queries | judged by | {} |", heads.join(" | "));
    println!("| --- | --- | --- |{}", " --- |".repeat(columns.len()));
    for (row, (class, _)) in columns[0].1.iter().enumerate() {
        let of_class =
            || set.queries.iter().filter(|query| class == "all" || query.class == *class);
        let rules = of_class().filter(|query| query.by_rule).count();
        let judged = match of_class().count() - rules {
            0 => "rule",
            _ if rules == 0 => "judgement",
            _ => "both",
        };
        let cells: Vec<String> = columns.iter().map(|(_, scores)| cell(scores[row].1)).collect();
        println!("| {class} | {} | {judged} | {} |", of_class().count(), cells.join(" | "));
    }
}

fn cell(score: Score) -> String {
    let precision =
        score.precision().map_or_else(|| "–".to_owned(), |precision| format!("{precision:.3}"));
    format!("{:.3} / {precision}", score.recall())
}

fn wrong(set: &Set, answers: &[BTreeSet<usize>]) {
    let ids = |pages: Vec<&usize>| {
        pages.iter().map(|page| set.pages[**page].id.as_str()).collect::<Vec<_>>().join(" ")
    };
    for (query, answer) in set.queries.iter().zip(answers) {
        let missed: Vec<&usize> = query.relevant.difference(answer).collect();
        let wrong: Vec<&usize> = answer
            .iter()
            .filter(|p| !query.relevant.contains(p) && !query.either.contains(p))
            .collect();
        if missed.is_empty() && wrong.is_empty() {
            continue;
        }
        println!("{} {} missed [{}] wrong [{}]", query.id, query.query, ids(missed), ids(wrong));
    }
}
