//! Rules for every tracked text: no paths of a developer's machine, no unfinished work, no trailing white space.

use super::Source;

/// Strings that no tracked file may contain (split here, so that this file does not contain them), with an explanation.
const FORBIDDEN: &[(&[&str], &str)] = &[
    (&["/wo", "rk/"], "a path of a developer's machine"),
    (&["/tm", "p/w/"], "a path of a developer's machine"),
    (&["TO", "DO"], "unfinished work: finish it, or open an issue"),
    (&["FIX", "ME"], "unfinished work: finish it, or open an issue"),
    (&["<<<<", "<<< "], "an unfinished merge"),
];

/// The findings in all tracked texts; `root` is the path of this checkout, which no file may contain either.
pub(super) fn findings(sources: &[Source], root: &str) -> Vec<String> {
    let checked = sources.iter().filter(|source| source.path != "Cargo.lock");
    checked.flat_map(|source| findings_in(&source.path, &source.text, root)).collect()
}

fn findings_in(path: &str, text: &str, root: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut forbidden: Vec<(String, &str)> =
        FORBIDDEN.iter().map(|(parts, why)| (parts.concat(), *why)).collect();
    forbidden.push((root.to_owned(), "a path of this machine"));
    for (index, line) in text.lines().enumerate() {
        for (word, why) in &forbidden {
            if line.contains(word.as_str()) {
                found.push(format!("{path}:{}: `{word}`: {why}", index + 1));
            }
        }
        if line.ends_with([' ', '\t']) && !path.ends_with(".md") {
            found.push(format!("{path}:{}: trailing white space", index + 1));
        }
    }
    if !text.is_empty() && !text.ends_with('\n') && path.ends_with(".rs") {
        found.push(format!("{path}: no newline at the end of the file"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_unfinished_work_are_found() {
        let text = ["fine\n", "see /build/exhibit/x\n", "// TO", "DO later\n", "end \n"].concat();
        let found = findings_in("a.rs", &text, "/build/exhibit");
        assert_eq!(found.len(), 3, "{found:#?}");
        assert!(found[0].starts_with("a.rs:2: "), "{found:#?}");
        assert!(found[1].starts_with("a.rs:3: "), "{found:#?}");
        assert!(found[2].starts_with("a.rs:4: trailing white space"), "{found:#?}");
    }

    #[test]
    fn ordinary_text_passes() {
        assert!(
            findings_in(
                "README.md",
                "a framework, a homework\nTodos are lists  \n",
                "/build/exhibit"
            )
            .is_empty()
        );
    }
}
