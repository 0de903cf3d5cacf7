//! Measures how many pairs of variants of the same text match: `cargo run -p exhibit-text --example scripts FILE.jsonl`.
//!
//! Each line contains `a` and `b`, two variants of a text, and `kind`: `chinese_variants` must fold to the same text,
//! the words of `uyghur_scripts` must share a key. Pairs that do not match are printed.

#![expect(clippy::print_stdout, reason = "a measurement prints its results")]

use std::collections::BTreeMap;

fn matches(kind: &str, a: &str, b: &str) -> bool {
    if kind == "chinese_variants" {
        return exhibit_text::fold_word(a) == exhibit_text::fold_word(b);
    }
    let (a, b): (Vec<&str>, Vec<&str>) =
        (a.split_whitespace().collect(), b.split_whitespace().collect());
    a.len() == b.len()
        && a.iter().zip(&b).all(|(a, b)| {
            let keys = exhibit_text::word_keys(b);
            exhibit_text::word_keys(a).iter().any(|key| keys.contains(key))
        })
}

fn main() {
    let path = std::env::args().nth(1).expect("the path of a set of pairs");
    let set = std::fs::read_to_string(path).expect("a readable file");
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for line in set.lines() {
        let pair: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let field = |name: &str| pair[name].as_str().unwrap_or_default();
        let (kind, a, b) = (field("kind"), field("a"), field("b"));
        let class = format!("{kind} {}{} {}", field("from_to"), field("from"), field("to"));
        let (matched, all) = counts.entry(class.clone()).or_default();
        *all += 1;
        if matches(kind, a, b) {
            *matched += 1;
        } else {
            println!("no match: {class}: {a} | {b}");
        }
    }
    for (class, (matched, all)) in counts {
        println!("{class}: {matched} of {all}");
    }
}
