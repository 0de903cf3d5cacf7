//! Rules for every tracked text: no paths of somebody's machine, no work left standing, no stray white space.

use super::Source;

/// What no tracked file says (split here so that this file does not say it either), and what to do about it.
const FORBIDDEN: &[(&[&str], &str)] = &[
    (&["/wo", "rk/"], "a path of somebody's machine"),
    (&["/tm", "p/w/"], "a path of somebody's machine"),
    (&["TO", "DO"], "work left standing: do it, or open an issue"),
    (&["FIX", "ME"], "work left standing: do it, or open an issue"),
    (&["<<<<", "<<< "], "a merge left unfinished"),
];

/// Every breach in every tracked text; `root` is where this checkout lies, which no file says either.
pub(super) fn findings(sources: &[Source], root: &str) -> Vec<String> {
    let looked_at = sources.iter().filter(|source| source.path != "Cargo.lock");
    looked_at.flat_map(|source| findings_in(&source.path, &source.text, root)).collect()
}

fn findings_in(path: &str, text: &str, root: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut marked: Vec<(String, &str)> = FORBIDDEN.iter().map(|(parts, why)| (parts.concat(), *why)).collect();
    marked.push((root.to_owned(), "a path of this machine"));
    for (index, line) in text.lines().enumerate() {
        for (word, why) in &marked {
            if line.contains(word.as_str()) {
                found.push(format!("{path}:{}: `{word}`: {why}", index + 1));
            }
        }
        if line.ends_with([' ', '\t']) && !path.ends_with(".md") {
            found.push(format!("{path}:{}: white space at the end of the line", index + 1));
        }
    }
    if !text.is_empty() && !text.ends_with('\n') && path.ends_with(".rs") {
        found.push(format!("{path}: no line end at the end of the file"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_and_leftovers_are_named() {
        let text = ["fine\n", "see /build/exhibit/x\n", "// TO", "DO later\n", "end \n"].concat();
        let found = findings_in("a.rs", &text, "/build/exhibit");
        assert_eq!(found.len(), 3, "{found:#?}");
        assert!(found[0].starts_with("a.rs:2: "), "{found:#?}");
        assert!(found[1].starts_with("a.rs:3: "), "{found:#?}");
        assert!(found[2].starts_with("a.rs:4: white space"), "{found:#?}");
    }

    #[test]
    fn ordinary_text_passes() {
        assert!(findings_in("README.md", "a framework, a homework\nTodos are lists  \n", "/build/exhibit").is_empty());
    }
}
