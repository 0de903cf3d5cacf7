//! Numbers and dates as a spreadsheet shows them (ECMA-376 part 1, 18.8.30 and 18.8.31).
//!
//! Codes are applied to the decimal digits that the file has. What a code conceals (rounded digits, the date in a
//! weekday, a value under `;;;`) is returned beside the text. Where the display depends on the locale (the short
//! date), the ISO form is used. General numbers never lose digits to column width.

mod dates;
mod decimal;
mod digits;

pub(crate) use decimal::Decimal;

use dates::Moment;
use std::borrow::Cow;

/// The maximum length of a section of a code.
const MOST_SECTION: usize = 255;

/// A cell format: its id and the code that the workbook defines for it, if any.
#[derive(Clone, Default, Debug)]
pub(crate) struct Format {
    pub(crate) id: u32,
    pub(crate) code: Option<String>,
}

/// A value as its cell displays it.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(crate) struct Shown {
    /// The text in the cell; empty if the format hides the value.
    pub(crate) text: String,
    /// The stored value, where the text does not have all of it: all digits, or the date in ISO form.
    pub(crate) stored: Option<String>,
}

impl Shown {
    /// A text that is the whole value.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), stored: None }
    }
}

/// A number as displayed.
pub(crate) fn shown(number: &Decimal, format: &Format, from_1904: bool) -> Shown {
    let code = code(format);
    let (section, negated) = section(number, &code);
    if section.len() > MOST_SECTION || is_general(section) {
        return Shown::plain(general(number));
    }
    if dates::is_date(section) {
        return match Moment::of_serial(number.value(), from_1904, section) {
            Some(moment) => {
                let text = moment.shown(section).trim().to_owned();
                let exact =
                    Moment::of_serial(number.value(), from_1904, ".000").map(|moment| moment.iso());
                let elapsed =
                    section.contains("[h") || section.contains("[m") || section.contains("[s");
                let stored = exact.filter(|iso| !elapsed && !text.contains(iso));
                Shown { text, stored }
            }
            None => Shown::plain(general(number)),
        };
    }
    let sign = if number.negative && !number.is_zero() && !negated { "-" } else { "" };
    let (text, exact) = match fraction(number, section) {
        Some(fraction) => fraction,
        // a fraction of more digits than the code provides for
        None if fraction_parts(section).is_some() => return Shown::plain(general(number)),
        None => digits::shown(&number.abs(), section),
    };
    let exact = exact && !parts_digits(number, &text);
    let text = format!("{sign}{}", text.trim());
    let text = if text == "-0" { "0".to_owned() } else { text };
    let stored = (!exact).then(|| number.computed().written()).filter(|stored| *stored != text);
    Shown { text, stored }
}

/// A text as displayed: within the fourth section of a code, or the only one if it has a place for it.
pub(crate) fn shown_text(text: &str, format: &Format) -> Shown {
    let Some(code) = &format.code else { return Shown::plain(text) };
    let all = sections(code);
    let section = match all[..] {
        [_, _, _, section, ..] => section,
        [.., last] if last.contains('@') => last,
        _ => return Shown::plain(text),
    };
    if section.len() > MOST_SECTION {
        return Shown::plain(text);
    }
    let mut framed = String::new();
    let mut rest = section;
    let mut found = false;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match c {
            '@' => {
                framed.push_str(text);
                found = true;
                after
            }
            '"' => {
                let (literal, left) = after.split_once('"').unwrap_or((after, ""));
                framed.push_str(literal);
                left
            }
            '[' => after.split_once(']').map_or("", |(_, left)| left),
            '\\' | '_' | '*' => {
                let next = after.chars().next();
                framed.push_str(&next.filter(|_| c == '\\').map(String::from).unwrap_or_default());
                &after[next.map_or(0, char::len_utf8)..]
            }
            other => {
                framed.push(other);
                after
            }
        };
    }
    if section.trim().eq_ignore_ascii_case("general") {
        return Shown::plain(text);
    }
    let framed = if framed.trim() == text.trim() { text.to_owned() } else { framed };
    Shown { stored: (!found && !text.is_empty()).then(|| text.to_owned()), text: framed }
}

fn code(format: &Format) -> Cow<'_, str> {
    match &format.code {
        Some(code) => Cow::Borrowed(code),
        None => Cow::Borrowed(builtin(format.id)),
    }
}

// The codes of ids that a workbook need not define. Ids whose meaning depends on the locale (14, 22) show ISO; the
// East Asian ones (27 to 36 and 50 to 58) are as in Chinese.
fn builtin(id: u32) -> &'static str {
    match id {
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        5 | 6 => "\"$\"#,##0_);\\(\"$\"#,##0\\)",
        7 | 8 => "\"$\"#,##0.00_);\\(\"$\"#,##0.00\\)",
        9 => "0%",
        10 => "0.00%",
        11 => "0.00E+00",
        12 => "# ?/?",
        13 => "# ??/??",
        14 | 30 => "yyyy-mm-dd",
        27 | 36 | 50 | 52 | 57 => "yyyy\"年\"m\"月\"",
        28 | 29 | 51 | 53 | 54 | 58 => "m\"月\"d\"日\"",
        31 => "yyyy\"年\"m\"月\"d\"日\"",
        32 => "h\"时\"mm\"分\"",
        33 => "h\"时\"mm\"分\"ss\"秒\"",
        34 | 55 => "上午/下午h\"时\"mm\"分\"",
        35 | 56 => "上午/下午h\"时\"mm\"分\"ss\"秒\"",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18 => "h:mm AM/PM",
        19 => "h:mm:ss AM/PM",
        20 => "h:mm",
        21 => "h:mm:ss",
        22 => "yyyy-mm-dd hh:mm",
        37 | 38 => "#,##0_);(#,##0)",
        39 | 40 => "#,##0.00_);(#,##0.00)",
        41 => "_(* #,##0_);_(* (#,##0);_(* \"-\"_);_(@_)",
        42 => "_(\"$\"* #,##0_);_(\"$\"* (#,##0);_(\"$\"* \"-\"_);_(@_)",
        43 => "_(* #,##0.00_);_(* (#,##0.00);_(* \"-\"??_);_(@_)",
        44 => "_(\"$\"* #,##0.00_);_(\"$\"* (#,##0.00);_(\"$\"* \"-\"??_);_(@_)",
        45 => "mm:ss",
        46 => "[h]:mm:ss",
        47 => "mm:ss.0",
        48 => "##0.0E+0",
        _ => "General",
    }
}

fn is_general(section: &str) -> bool {
    let plain = strip_brackets(section.trim());
    plain.is_empty() && !section.contains('"') && section.contains('[')
        || plain.eq_ignore_ascii_case("general")
        || plain == "@"
}

// The sections of a code, parted by semicolons outside quotes.
fn sections(code: &str) -> Vec<&str> {
    let (mut found, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, c) in code.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if !quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted && found.len() < 4 => {
                found.push(&code[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&code[start..]);
    found
}

// The section for a number, and whether that section stands for the minus sign.
fn section<'c>(number: &Decimal, code: &'c str) -> (&'c str, bool) {
    let all = sections(code);
    let numeric = &all[..all.len().min(3)];
    let value = number.value();
    let conditions: Vec<Option<bool>> =
        numeric.iter().map(|section| condition(section, value)).collect();
    if conditions.iter().any(Option::is_some) {
        let chosen = conditions.iter().enumerate().position(|(at, met)| match met {
            Some(met) => *met,
            None => at + 1 == numeric.len() || (at == 1 && value < 0.0),
        });
        let chosen = chosen.unwrap_or(numeric.len() - 1);
        return (numeric[chosen], chosen == 1 && conditions[1].is_none() && value < 0.0);
    }
    match *numeric {
        [_, negative] | [_, negative, _] if value < 0.0 => (negative, true),
        [_, _, zero] if number.is_zero() => (zero, false),
        [first, ..] => (first, false),
        [] => ("General", false),
    }
}

// Whether the condition of a section, as in `[>=100]`, is met.
fn condition(section: &str, value: f64) -> Option<bool> {
    let mut rest = section.trim_start();
    while let Some(inner) = rest.strip_prefix('[') {
        let (inner, after) = inner.split_once(']')?;
        let operand = inner.trim_start_matches(['<', '>', '=']);
        if let (true, Ok(limit)) = (operand.len() < inner.len(), operand.trim().parse::<f64>()) {
            return match &inner[..inner.len() - operand.len()] {
                "<" => Some(value < limit),
                "<=" => Some(value <= limit),
                ">" => Some(value > limit),
                ">=" => Some(value >= limit),
                "=" => Some((value - limit).abs() < f64::EPSILON),
                "<>" => Some((value - limit).abs() >= f64::EPSILON),
                _ => None,
            };
        }
        rest = after.trim_start();
    }
    None
}

// Whether signs of the code part the digits of a whole number that may be that of a person, a card or a telephone.
fn parts_digits(number: &Decimal, text: &str) -> bool {
    let whole = number.whole_digits();
    number.is_whole()
        && whole.len() >= 6
        && !text.contains('%')
        && !text.replace(',', "").contains(&whole)
}

// The sides of a fraction in a code.
fn fraction_parts(section: &str) -> Option<(&str, &str)> {
    let parts = section.split_once("?/").or_else(|| section.split_once("#/"))?;
    parts.1.starts_with(|c: char| c == '?' || c == '#' || c.is_ascii_digit()).then_some(parts)
}

/// A number without its sign under a code such as `# ?/?` or `# ??/16`: whole part and the nearest fraction; and
/// whether that is its value.
fn fraction(number: &Decimal, section: &str) -> Option<(String, bool)> {
    let number = number.abs().value();
    let (before, after) = fraction_parts(section)?;
    let fixed: u32 =
        after.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
    let digits = after.chars().take_while(|c| matches!(c, '?' | '#')).count();
    if (digits == 0 && fixed == 0) || digits > 3 || fixed > 9999 || number >= 1e9 {
        return None;
    }
    let range =
        if fixed > 0 { fixed..=fixed } else { 1..=10u32.pow(u32::try_from(digits).ok()?) - 1 };
    let before = before.trim_end_matches(['?', '#']);
    let whole = if before.contains(['#', '0']) { number.trunc() } else { 0.0 };
    let rest = number - whole;
    let near = |denominator: u32| (rest * f64::from(denominator)).round();
    let error = |denominator: u32| (near(denominator) / f64::from(denominator) - rest).abs();
    let best = range.min_by(|a, b| error(*a).total_cmp(&error(*b)))?;
    let exact = error(best) < 1e-9;
    let (whole, numerator) = if whole > 0.0 || before.contains(['#', '0']) {
        if near(best) >= f64::from(best) { (whole + 1.0, 0.0) } else { (whole, near(best)) }
    } else {
        (0.0, near(best))
    };
    let text = match (whole, numerator) {
        (whole, 0.0) => whole.to_string(),
        (0.0, numerator) => format!("{numerator}/{best}"),
        (whole, numerator) => format!("{whole} {numerator}/{best}"),
    };
    Some((text, exact))
}

/// A number without a format.
pub(crate) fn general(number: &Decimal) -> String {
    let computed = number.computed();
    if number.is_in_full() || (-9..15).contains(&computed.magnitude()) {
        return computed.written();
    }
    computed.in_powers()
}

fn strip_brackets(code: &str) -> &str {
    let mut rest = code;
    while let Some(inner) = rest.strip_prefix('[') {
        rest = inner.split_once(']').map_or("", |(_, after)| after);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_dates_match_a_spreadsheet() {
        for (number, id, code, text) in [
            (0.1 + 0.2, 0, "", "0.3"),
            (10_000_000.0, 0, "", "10000000"),
            (-0.0, 0, "", "0"),
            (-10.0, 0, "", "-10"),
            (653_101_199_001_011_234.0, 0, "", "6.53101199001011E+17"),
            (13_912_345_678.0, 0, "", "13912345678"),
            (0.025, 10, "", "2.50%"),
            (1599.99, 4, "", "1,599.99"),
            (-1599.99, 8, "\"$\"#,##0.00_);[Red]\\(\"$\"#,##0.00\\)", "($1,599.99)"),
            (2.5, 12, "", "2 1/2"),
            (-0.34, 13, "", "-17/50"),
            (0.99, 12, "", "1"),
            (43_007.0, 14, "", "2017-09-29"),
            (43_007.5, 22, "", "2017-09-29 12:00"),
            (43_007.0, 164, "yyyy\"年\"m\"月\"d\"日\";@", "2017年9月29日"),
            (43_007.0, 164, "[$-804]yyyy/mm/dd", "2017/09/29"),
            (45_658.0, 164, "dd-mm-yyyy", "01-01-2025"),
            (19_278.607_951_388_89, 164, "hh:mm:ss a/p", "02:35:27 p"),
            (37_655.169_502_314_81, 164, "h:m:s.00", "4:4:5.00"),
            (1.5, 46, "", "36:00:00"),
            (19_278.0, 164, "dddd-mmmm-yyyy", "Saturday-October-1952"),
            (59.0, 14, "", "1900-02-28"),
            (61.0, 14, "", "1900-03-01"),
            (1.0, 14, "", "1900-01-01"),
            (-1.0, 14, "", "-1"),
            (1e300, 14, "", "1E+300"),
        ] {
            let code = (!code.is_empty()).then(|| code.to_owned());
            let decimal = Decimal::of(number).expect("a number");
            assert_eq!(
                shown(&decimal, &Format { id, code: code.clone() }, false).text,
                text,
                "{number} as {id} {code:?}"
            );
        }
        assert_eq!(
            shown(&Decimal::default(), &Format { id: 14, code: None }, true).text,
            "1904-01-01"
        );
    }

    #[test]
    fn hostile_codes_do_not_panic() {
        for code in [
            "\"",
            "[",
            "\\",
            "y\\",
            "[h",
            "é年",
            ".0",
            "a/é",
            "am/é",
            "0.",
            "_",
            "[$-F800]",
            "g",
            ";;;",
            "mmmmmmmmmm",
        ] {
            for number in [0.0, 1.0, 59.5, -3.0, 2_958_465.999_999] {
                let number = Decimal::of(number).expect("a number");
                let _ = shown(&number, &Format { id: 164, code: Some(code.to_owned()) }, false);
            }
        }
    }

    #[test]
    fn what_a_code_conceals_is_beside_the_text() {
        for (number, code, text, stored) in [
            ("17", "000000", "000017", None),
            ("-5.5", "000000", "-000006", Some("-5.5")),
            ("43529", "yyyy\"年\"m\"月\"d\"日\"", "2019年3月5日", Some("2019-03-05")),
            ("43529.4375", "[$-804]aaaa", "星期二", Some("2019-03-05 10:30")),
            ("43529", "aaa", "周二", Some("2019-03-05")),
            ("43529", "[$-411]aaaa", "火曜日", Some("2019-03-05")),
            ("43529", "[$-411]ggge\"年\"m\"月\"", "平成31年3月", Some("2019-03-05")),
            ("43529", "[$-804]mmmm", "三月", Some("2019-03-05")),
            ("43529", "mmm-yy", "Mar-19", Some("2019-03-05")),
            ("43529.4166666667", "d/m/yyyy", "5/3/2019", Some("2019-03-05 10:00")),
            ("43529.41667824", "d/m/yyyy", "5/3/2019", Some("2019-03-05 10:00:01")),
            ("43529", "yyyy-mm-dd", "2019-03-05", None),
            ("0.5", "h:mm", "12:00", None),
            ("43529.5", "[h]:mm:ss", "1044708:00:00", None),
            ("60", "yyyy-mm-dd", "1900-02-29", None),
            ("60", "d/m/yyyy", "29/2/1900", Some("1900-02-29")),
            ("6222021234567890123", "0", "6222021234567890123", None),
            ("110101199003070013", "General", "110101199003070013", None),
            ("1.1010119900307e+17", "0", "110101199003070000", None),
            ("1.0000000000000001E+20", "General", "1E+20", None),
            ("0.30000000000000004", "0.00", "0.30", None),
            ("1599.987", "#,##0.00", "1,599.99", Some("1599.987")),
            ("1599.98", "#,##0.00", "1,599.98", None),
            ("1234", ";;;", "", Some("1234")),
            ("1234", "\"hidden\"", "hidden", Some("1234")),
            ("0", "0;-0;\"none\"", "none", None),
            ("-7", "[Red]0;[Blue](0)", "(7)", None),
            ("5", "[<10]\"few\";0", "few", Some("5")),
            ("50", "[<10]\"few\";0", "50", None),
            ("-50", "[<10]0;0", "-50", None),
            ("5", "\"a;b\"0;x", "a;b5", None),
            ("0.3125", "# ??/16", "5/16", None),
            ("1.3", "# ?/?", "1 2/7", Some("1.3")),
            ("43529", "\"No. \"General", "No. 43529", None),
            ("12", "_(* #,##0_);_(* (#,##0)", "12", None),
            (
                "110101199003070013",
                "000000-00000000-0000",
                "110101-19900307-0013",
                Some("110101199003070013"),
            ),
            ("1234567", "#,##0", "1,234,567", None),
            ("123", "000\\-00", "001-23", None),
            ("6222021234567890123", "# ?/?", "6222021234567890123", None),
        ] {
            let format = Format { id: 170, code: Some(code.to_owned()) };
            let found = shown(&Decimal::parse(number).expect(number), &format, false);
            assert_eq!(
                (found.text.as_str(), found.stored.as_deref()),
                (text, stored),
                "{number} as {code}"
            );
        }
        for (code, text, stored) in [
            ("0;0;0;\"No. \"@", "No. 登记", None),
            (";;;", "", Some("登记")),
            ("@\" 号\"", "登记 号", None),
            ("0.00", "登记", None),
            ("_(@_)", "登记", None),
            ("0;0;0;General", "登记", None),
        ] {
            let found = shown_text("登记", &Format { id: 170, code: Some(code.to_owned()) });
            assert_eq!((found.text.as_str(), found.stored.as_deref()), (text, stored), "{code}");
        }
    }
}
