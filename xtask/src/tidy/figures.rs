//! Statistics: the lengths of files and functions, and the percentile of documented functions. Informative only.

use super::Source;
use super::sources::{code_lines, is_test_file};

/// A table of statistics of all Rust files except tests.
pub(super) fn report(sources: &[Source]) -> String {
    let ours = |source: &&Source| source.path.ends_with(".rs") && !is_test_file(&source.path);
    let files: Vec<&Source> = sources.iter().filter(ours).collect();
    let mut lengths: Vec<usize> = files.iter().map(|source| source.text.lines().count()).collect();
    let mut functions: Vec<usize> =
        files.iter().flat_map(|source| function_lengths(&source.text)).collect();
    lengths.sort_unstable();
    functions.sort_unstable();
    let long = functions.iter().filter(|length| **length > 60).count();
    let (documented, public) = files
        .iter()
        .map(|source| documented(&source.text))
        .fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    let total: usize = lengths.iter().sum();
    let code = files.iter().flat_map(|source| code_lines(&source.text, true));
    let (expects, code) =
        code.fold((0, 0), |(n, all), (_, line)| (n + line.matches(".expect(").count(), all + 1));
    format!(
        "files {} · lines {total} · file median {} p90 {} longest {} (budget 180 / 450 / 900)\n\
         functions {} · median {} p90 {} (budget 35) · over 60 lines {} (budget 3%)\n\
         public functions documented {} (budget 100%) · expect outside tests {:.1} per 1000 lines (budget 2)\n",
        lengths.len(),
        percentile(&lengths, 50),
        percentile(&lengths, 90),
        lengths.last().copied().unwrap_or(0),
        functions.len(),
        percentile(&functions, 50),
        percentile(&functions, 90),
        percent(long, functions.len()),
        percent(documented, public),
        expects as f64 * 1000.0 / code.max(1) as f64,
    )
}

/// The given percentile of sorted values.
fn percentile(sorted: &[usize], percent: usize) -> usize {
    let at = sorted.len().saturating_sub(1) * percent / 100;
    sorted.get(at).copied().unwrap_or(0)
}

fn percent(part: usize, whole: usize) -> String {
    if whole == 0 {
        "–".to_owned()
    } else {
        format!("{:.1}%", part as f64 * 100.0 / whole as f64)
    }
}

/// The lengths in lines of the functions before the test module, by the indentation of their closing brace.
fn function_lengths(text: &str) -> Vec<usize> {
    let lines = code_lines(text, true);
    let mut lengths = Vec::new();
    for (index, (_, line)) in lines.iter().enumerate() {
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        if !begins_function(bare) {
            continue;
        }
        let closes = |other: &str| {
            other.trim_start().starts_with('}') && other.len() - other.trim_start().len() == indent
        };
        let whole = |other: &str| other.contains('{') && other.trim_end().ends_with('}');
        if whole(line) {
            lengths.push(1);
        } else if let Some(end) = lines[index + 1..].iter().position(|(_, other)| closes(other)) {
            lengths.push(end + 2);
        }
    }
    lengths
}

/// Whether a line of code begins the definition of a function.
fn begins_function(bare: &str) -> bool {
    let plain = bare
        .trim_start_matches("pub(crate) ")
        .trim_start_matches("pub(super) ")
        .trim_start_matches("pub ");
    let plain = plain
        .trim_start_matches("const ")
        .trim_start_matches("async ")
        .trim_start_matches("unsafe ");
    plain.starts_with("fn ") && !bare.ends_with(';')
}

/// The number of `pub fn` with a doc comment (and attributes) above them, and their total number.
fn documented(text: &str) -> (usize, usize) {
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let mut counts = (0, 0);
    for (index, line) in lines.iter().enumerate() {
        if line.starts_with("pub fn ")
            || line.starts_with("pub const fn ")
            || line.starts_with("pub async fn ")
        {
            let above = lines[..index].iter().rev().find(|line| !line.starts_with("#["));
            counts.0 += usize::from(above.is_some_and(|line| line.starts_with("///")));
            counts.1 += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_measured() {
        let text = "//! A.\nfn a() {\n    b();\n}\n\nimpl X {\n    pub fn b() { c() }\n    pub(crate) fn c(\n        x: u8,\n    ) -> u8 {\n        x\n    }\n}\n";
        assert_eq!(function_lengths(text), [3, 1, 5]);
    }

    #[test]
    fn documentation_is_counted() {
        let text = "/// Adds.\n#[must_use]\npub fn a() {}\n\npub fn b() {}\nfn c() {}\n";
        assert_eq!(documented(text), (1, 2));
    }

    #[test]
    fn percentiles_of_few_values() {
        assert_eq!(
            (percentile(&[], 50), percentile(&[7], 90), percentile(&[1, 2, 3, 4, 5], 50)),
            (0, 7, 3)
        );
    }
}
