//! Where a lost passage may have gone: the most similar stretch of a page, shown to a human. Nothing is decided
//! by similarity, and nothing that is handed over depends on it.

use super::passage::MAX_QUOTE;
use std::collections::{BTreeMap, HashMap};

/// The stretch of a text that is most similar to a passage: where most of its trigrams of characters occur in the
/// same order. `None` if there is hardly any similarity.
#[must_use]
pub(crate) fn nearest<'a>(text: &'a str, exact: &str) -> Option<&'a str> {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let characters: Vec<char> = text.chars().collect();
    let wanted: Vec<char> = exact.chars().take(MAX_QUOTE).collect();
    let run = wanted.len().min(3);
    let mut runs: HashMap<&[char], Vec<usize>> = HashMap::new();
    for (place, piece) in wanted.windows(run.max(1)).enumerate() {
        let places = runs.entry(piece).or_default();
        // A frequent trigram does not indicate the place.
        if places.len() < 16 {
            places.push(place);
        }
    }
    let mut votes: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, piece) in characters.windows(run.max(1)).enumerate() {
        for place in runs.get(piece).into_iter().flatten() {
            *votes.entry((at + wanted.len() - place) / 8).or_default() += 1;
        }
    }
    let (bucket, most) =
        votes.into_iter().max_by_key(|(bucket, votes)| (*votes, usize::MAX - bucket))?;
    if most * 5 < wanted.len().saturating_sub(2) {
        return None;
    }
    let start = (bucket * 8).saturating_sub(wanted.len()).min(characters.len());
    let end = (start + wanted.len() + 8).min(characters.len());
    Some(text[starts[start]..starts[end]].trim()).filter(|found| !found.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_similar_stretch_is_found() {
        let text = "前言。第二条 所有人员应逐一登记，不得遗漏任何一人。结尾。";
        let near = nearest(text, "所有人员须逐一登记，不得遗漏").expect("something alike");
        assert!(near.contains("人员应逐一登记，不得遗漏"), "{near}");
        assert_eq!(nearest(text, "quite another thing"), None);
        assert_eq!(nearest("", "a"), None);
        assert_eq!(nearest("abc", "b"), Some("abc"));
    }
}
