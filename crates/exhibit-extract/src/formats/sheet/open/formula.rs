//! Formulas as text: a shared one moved to another cell, and the address that one links to.

use crate::formats::sheet::{cell_name, cell_place};

/// The maximum length of a formula in Excel.
const MOST: usize = 8192;

/// A formula stored in the cell `from`, as it is in the cell `to`: relative references are moved.
pub(super) fn moved(formula: &str, from: (u32, u32), to: (u32, u32)) -> String {
    let (mut moved, mut word) = (String::with_capacity(formula.len()), String::new());
    let mut quote = None;
    let rest = &formula[..formula.floor_char_boundary(MOST)];
    let mut characters = rest.chars().peekable();
    while let Some(c) = characters.next() {
        if quote.is_none() && (c.is_alphanumeric() || matches!(c, '$' | '_' | '.' | '\\')) {
            word.push(c);
            if characters.peek().is_some() {
                continue;
            }
        }
        let name = matches!(c, '(' | '!');
        moved.push_str(&if name {
            std::mem::take(&mut word)
        } else {
            reference(&std::mem::take(&mut word), from, to)
        });
        match quote {
            Some(open) if open == c => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            _ => {}
        }
        if quote.is_some() || !(c.is_alphanumeric() || matches!(c, '$' | '_' | '.' | '\\')) {
            moved.push(c);
        }
    }
    moved
}

// A word that is the reference of a cell, moved; any other as it is.
fn reference(word: &str, from: (u32, u32), to: (u32, u32)) -> String {
    let Some((row, column)) = cell_place(word) else { return word.to_owned() };
    let fixed_column = word.starts_with('$');
    let fixed_row = word[1..].contains('$');
    let shift =
        |at: u32, from: u32, to: u32| (i64::from(at) + i64::from(to) - i64::from(from)).max(0);
    let row = if fixed_row { i64::from(row) } else { shift(row, from.0, to.0) };
    let column = if fixed_column { i64::from(column) } else { shift(column, from.1, to.1) };
    let name = cell_name(u32::try_from(row).unwrap_or(0), u32::try_from(column).unwrap_or(0));
    let digits = name.find(|c: char| c.is_ascii_digit()).unwrap_or(name.len());
    let (letters, number) = name.split_at(digits);
    let sign = |fixed: bool| if fixed { "$" } else { "" };
    format!("{}{letters}{}{number}", sign(fixed_column), sign(fixed_row))
}

/// The address in a formula such as `HYPERLINK("https://…","text")`.
pub(super) fn link(formula: &str) -> Option<String> {
    for function in ["HYPERLINK(", "WEBSERVICE(", "IMAGE("] {
        if let Some(at) = formula.find(function)
            && let Some(argument) = formula[at + function.len()..].trim_start().strip_prefix('"')
        {
            return argument
                .split('"')
                .next()
                .filter(|address| !address.is_empty())
                .map(str::to_owned);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_formulas_are_moved() {
        for (formula, to, expected) in [
            ("B2*2", (2, 0), "B3*2"),
            ("B2*2", (1, 3), "E2*2"),
            ("$B$2+B$2+$B2", (3, 2), "$B$2+D$2+$B4"),
            ("SUM(A1:A9)&\"A1\"", (2, 0), "SUM(A2:A10)&\"A1\""),
            ("'Sheet A1'!B2+LOG10(B2)", (2, 0), "'Sheet A1'!B3+LOG10(B3)"),
            ("姓名+B2", (2, 0), "姓名+B3"),
            ("A1", (0, 0), "A1"),
        ] {
            assert_eq!(moved(formula, (1, 0), to), expected, "{formula}");
        }
        for formula in ["", "\"", "'", "$", "$$A1", "é$A$1", "A1048576"] {
            moved(formula, (0, 0), (1 << 20, 1 << 14));
        }
    }

    #[test]
    fn links_of_formulas_are_found() {
        assert_eq!(
            link("HYPERLINK(\"https://example.org/hid\",\"shown\")").as_deref(),
            Some("https://example.org/hid")
        );
        assert_eq!(link("HYPERLINK(A1)"), None);
        assert_eq!(link("1+1"), None);
    }
}
