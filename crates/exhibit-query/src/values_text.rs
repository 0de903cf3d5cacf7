//! The text of values: paths, folders and addresses in the form that an index stores and a query can quote.
//!
//! A folder is matched exactly, not by its words. Quotation marks and stars have a meaning in queries, and full-width
//! signs are read as their ASCII equals there, so values are normalised in the same way. The page itself keeps its path
//! unchanged.

/// Replaces `/`: sorts before every other character, so that a folder's contents are together, before its neighbours.
const BELOW: char = '\u{1}';

/// A value as a query can quote it.
#[must_use]
pub fn clause_value(text: &str) -> String {
    let sayable = |c: char| match crate::lex::half_width(c) {
        '"' => '\'',
        '*' => '·',
        c if c.is_control() => ' ',
        c => c,
    };
    text.trim().chars().map(sayable).collect()
}

/// The lines of a text, each with an offset for its positions: so large that nothing is near across lines.
pub fn lines(text: &str) -> impl Iterator<Item = (&str, u32)> {
    const APART: u32 = 1 << 20;
    text.split('\n').zip((0..).step_by(APART as usize))
}

/// A message's id as stored in the index: without its angle brackets, in lower case.
pub fn message(name: &str) -> String {
    const LONGEST: usize = 500;
    let name = name.trim().trim_start_matches('<').trim_end_matches('>');
    clause_value(&name.chars().take(LONGEST).collect::<String>()).to_lowercase()
}

/// The path as stored in a column.
pub fn place(path: &str) -> String {
    clause_value(path).replace('/', "\u{1}")
}

/// The folder of a path as stored in a column; empty at the top. A container is a folder of its members.
pub fn folder(path: &str) -> String {
    path.rsplit_once('/').map_or_else(String::new, |(folder, _)| place(folder))
}

/// A column's value as shown to users.
pub fn read(value: &str) -> String {
    value.replace(BELOW, "/")
}

/// The values of a folder and of all below it: a half-open range.
pub fn below(folder: &str) -> (Vec<u8>, Vec<u8>) {
    let folder = place(folder.trim_end_matches('/'));
    (folder.clone().into_bytes(), format!("{folder}\u{2}").into_bytes())
}

/// Whether a path is in a folder or below it.
pub fn is_below(path: &str, folder: &str) -> bool {
    let (own, wanted) = (self::folder(path), place(folder.trim_end_matches('/')));
    own.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with(BELOW))
}

/// The addresses in a header's line, in lower case, each once; the line itself if it has none.
pub fn addresses(line: &str) -> Vec<String> {
    const LONGEST: usize = 200;
    let is_sign = |c: char| {
        matches!(c, ',' | ';' | '<' | '>' | '(' | ')' | '[' | ']' | '"' | '\'' | '，' | '；' | '、')
    };
    let apart = |c: char| c.is_whitespace() || is_sign(crate::lex::half_width(c));
    let is_address = |word: &&str| {
        word.split_once('@').is_some_and(|(name, at)| !name.is_empty() && !at.is_empty())
    };
    let short =
        |text: &str| clause_value(&text.chars().take(LONGEST).collect::<String>()).to_lowercase();
    let mut found: Vec<String> = line.split(apart).filter(is_address).map(short).collect();
    if found.is_empty() && !line.trim().is_empty() {
        found.push(short(line));
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_out_of_headers() {
        let check = |line: &str, expected: &[&str]| assert_eq!(addresses(line), expected, "{line}");
        check(
            "Meng <Meng@Baihe.example>, \"O, Li\" <li@baihe.example>",
            &["li@baihe.example", "meng@baihe.example"],
        );
        check("a@b.example a@b.example", &["a@b.example"]);
        check("综合科 “值班”", &["综合科 '值班'"]);
        check("@ me", &["@ me"]);
        check("  ", &[]);
    }

    #[test]
    fn folders_contain_what_is_below_them() {
        let path = "disk 2/通知（修订）.zip!/附件/a*b.txt";
        assert_eq!(read(&folder(path)), "disk 2/通知(修订).zip!/附件");
        for (folder, expected) in [
            ("disk 2", true),
            ("disk 2/", true),
            ("disk 2/通知（修订）.zip!", true),
            ("disk 2/通知(修订).zip!/附件", true),
            ("disk", false),
            ("disk 2/通知", false),
            ("附件", false),
        ] {
            assert_eq!(is_below(path, folder), expected, "{folder}");
        }
        assert_eq!(folder("a.txt"), "");
    }
}
