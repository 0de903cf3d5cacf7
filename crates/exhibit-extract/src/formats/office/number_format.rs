//! Numbers and dates as a spreadsheet shows them (ECMA-376 part 1, 18.8.30 and 18.8.31).
//!
//! Custom formats are applied. Where the display depends on the locale (the short date), the
//! ISO form is used. General numbers have 15 digits, all that a spreadsheet stores, and never lose any to column width.

use office_oxide::xlsx::numfmt;

/// A cell format: its id and the code that the workbook defines for it, if any.
#[derive(Clone, Default, Debug)]
pub(crate) struct Format {
    pub(crate) id: u32,
    pub(crate) code: Option<String>,
}

/// A number as displayed.
pub(crate) fn shown(number: f64, format: &Format, from_1904: bool) -> String {
    if !number.is_finite() {
        return number.to_string();
    }
    let builtin = (format.code.is_none()).then(|| builtin_date(format.id)).flatten();
    let fractions = (format.code.is_none() && format.id == 12).then_some("# ?/?");
    let code = format.code.as_deref().or(builtin).or(fractions).unwrap_or("General");
    if is_date(code) {
        return match Moment::of_serial(number, from_1904, code) {
            Some(moment) => moment.shown(code),
            None => general(number),
        };
    }
    let plain = code.trim_start_matches(|c: char| c.is_whitespace());
    let general_code = strip_brackets(plain).eq_ignore_ascii_case("general") || plain == "@";
    if general_code && (format.code.is_some() || matches!(format.id, 0 | 49)) {
        return general(number);
    }
    if let Some(fraction) = fraction(number, if format.code.is_none() && format.id == 13 { "# ??/??" } else { code }) {
        return fraction;
    }
    // a code defined by the workbook takes precedence over the built-in meaning of its id
    let id = if format.code.is_some() { 164 } else { format.id };
    numfmt::apply_format(number, id, format.code.as_deref())
}

/// A number under a code such as `# ?/?`: whole part and the nearest fraction of as many digits.
fn fraction(number: f64, code: &str) -> Option<String> {
    let section = code.split(';').next()?;
    let (before, after) = section.split_once("?/")?;
    let digits = after.chars().take_while(|c| *c == '?').count();
    if digits == 0 || digits > 3 || number.abs() >= 1e9 {
        return None;
    }
    let most = 10u32.pow(u32::try_from(digits).ok()?) - 1;
    let whole = if before.contains(['#', '0']) { number.abs().trunc() } else { 0.0 };
    let rest = number.abs() - whole;
    let near = |denominator: u32| (rest * f64::from(denominator)).round();
    let error = |denominator: u32| (near(denominator) / f64::from(denominator) - rest).abs();
    let best = (1..=most).min_by(|a, b| error(*a).total_cmp(&error(*b)))?;
    let (whole, numerator) = if near(best) >= f64::from(best) { (whole + 1.0, 0.0) } else { (whole, near(best)) };
    let sign = if number < 0.0 { "-" } else { "" };
    Some(match (whole, numerator) {
        (whole, 0.0) => format!("{sign}{whole}"),
        (0.0, numerator) => format!("{sign}{numerator}/{best}"),
        (whole, numerator) => format!("{sign}{whole} {numerator}/{best}"),
    })
}

/// A number without a format.
pub(crate) fn general(number: f64) -> String {
    if number == number.trunc() && number.abs() < 1e15 {
        return format!("{number:.0}").replace("-0", if number == 0.0 { "0" } else { "-0" });
    }
    // fifteen significant digits, then without trailing zeros
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    if rounded != 0.0 && (rounded.abs() >= 1e15 || rounded.abs() < 1e-9) {
        let text = format!("{rounded:E}");
        return match text.split_once("E-") {
            Some((digits, exponent)) => format!("{digits}E-{exponent:0>2}"),
            None => text.replacen('E', "E+", 1),
        };
    }
    rounded.to_string()
}

// Ids whose meaning depends on the locale (14, 22, the East Asian 27 to 36 and 50 to 58) show ISO.
fn builtin_date(id: u32) -> Option<&'static str> {
    Some(match id {
        14 | 27 | 28 | 29 | 30 | 31 | 36 | 50..=54 | 57 | 58 => "yyyy-mm-dd",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18 => "h:mm AM/PM",
        19 => "h:mm:ss AM/PM",
        20 => "h:mm",
        21 | 32..=35 | 55 | 56 => "h:mm:ss",
        22 => "yyyy-mm-dd hh:mm",
        45 => "mm:ss",
        46 => "[h]:mm:ss",
        47 => "mm:ss.0",
        _ => return None,
    })
}

fn strip_brackets(code: &str) -> &str {
    let mut rest = code;
    while let Some(inner) = rest.strip_prefix('[') {
        rest = inner.split_once(']').map_or("", |(_, after)| after);
    }
    rest
}

/// One piece of a date code.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Piece {
    /// A run of one letter: `yyyy`, `mm`, `h`.
    Field(char, usize),
    /// A run in square brackets: total elapsed hours, minutes or seconds.
    Elapsed(char, usize),
    /// Digits of a fraction of a second.
    Fraction(usize),
    /// `AM/PM` or `A/P`, as written.
    Half(String),
    Literal(String),
}

/// Whether a code shows dates or times.
pub(crate) fn is_date(code: &str) -> bool {
    let section = code.split(';').next().unwrap_or_default();
    if strip_brackets(section.trim()).eq_ignore_ascii_case("general") || section.len() > 255 {
        return false;
    }
    let found = pieces(section);
    let numeric = found.iter().any(|piece| matches!(piece, Piece::Literal(text) if text.contains(['#', '?', '%'])));
    found.iter().any(|piece| matches!(piece, Piece::Field(..) | Piece::Elapsed(..))) && !numeric
}

fn pieces(code: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        let (piece, length) = piece(c, rest);
        match (found.last_mut(), piece) {
            (Some(Piece::Literal(before)), Piece::Literal(text)) => before.push_str(&text),
            (_, piece) => found.push(piece),
        }
        rest = rest.get(length.max(c.len_utf8())..).unwrap_or_default();
    }
    found
}

fn piece(c: char, rest: &str) -> (Piece, usize) {
    let lower = rest.get(..5).or(rest.get(..3)).unwrap_or_default().to_lowercase();
    if lower.starts_with("am/pm") {
        return (Piece::Half(rest[..5].to_owned()), 5);
    }
    if lower.starts_with("a/p") {
        return (Piece::Half(rest[..3].to_owned()), 3);
    }
    let run = |letter: char| rest.chars().take_while(|c| c.eq_ignore_ascii_case(&letter)).count();
    match c.to_ascii_lowercase() {
        letter @ ('y' | 'm' | 'd' | 'h' | 's' | 'e' | 'b' | 'g')
            if !(letter == 'e' && rest[1..].starts_with(['+', '-'])) =>
        {
            let length = run(letter);
            (if letter == 'g' { Piece::Literal(String::new()) } else { Piece::Field(letter, length) }, length)
        }
        '.' if rest[1..].starts_with('0') => {
            let digits = rest[1..].chars().take_while(|c| *c == '0').count();
            (Piece::Fraction(digits), digits + 1)
        }
        '"' => {
            let text = rest[1..].split('"').next().unwrap_or_default();
            (Piece::Literal(text.to_owned()), text.len() + 2)
        }
        '\\' | '_' | '*' => {
            let next = rest[1..].chars().next();
            let shown = if c == '\\' { next.map(String::from).unwrap_or_default() } else { String::new() };
            (Piece::Literal(shown), 1 + next.map_or(0, char::len_utf8))
        }
        '[' => {
            let inner = rest[1..].split(']').next().unwrap_or_default();
            let letter = inner.chars().next().unwrap_or(' ').to_ascii_lowercase();
            let elapsed = matches!(letter, 'h' | 'm' | 's') && inner.chars().all(|c| c.eq_ignore_ascii_case(&letter));
            let piece = if elapsed { Piece::Elapsed(letter, inner.len()) } else { Piece::Literal(String::new()) };
            (piece, inner.len() + 2)
        }
        _ => (Piece::Literal(c.to_string()), c.len_utf8()),
    }
}

/// A point on the calendar and clock.
struct Moment {
    year: i64,
    month: u32,
    day: u32,
    weekday: usize,
    /// Whole seconds of the day.
    seconds: i64,
    /// The fraction of the second, in millionths.
    micros: i64,
    /// The serial number itself, for elapsed time.
    total_seconds: f64,
}

impl Moment {
    // Day 60 of the 1900 system, 29 February 1900, never existed; the days before it are off by one.
    fn of_serial(serial: f64, from_1904: bool, code: &str) -> Option<Self> {
        if !(0.0..2_958_466.0).contains(&serial) {
            return None;
        }
        let digits = pieces(code).iter().find_map(|piece| match piece {
            Piece::Fraction(digits) => Some(*digits as i32),
            _ => None,
        });
        let scale = 10f64.powi(digits.unwrap_or(0).min(6));
        let total_seconds = (serial * 86_400.0 * scale).round() / scale;
        let micros_in_all = (total_seconds * 1e6).round() as i64;
        let days = micros_in_all.div_euclid(86_400_000_000);
        let epoch = if from_1904 {
            -24_107
        } else if days < 60 {
            -25_568
        } else {
            -25_569
        };
        let moment = exhibit_model::Moment((days + epoch) * 86_400_000_000);
        let (year, month, day) = if days == 0 && !from_1904 { (1900, 1, 0) } else { moment.civil_date() };
        let of_day = micros_in_all.rem_euclid(86_400_000_000);
        let weekday = usize::try_from((days + epoch + 4).rem_euclid(7)).unwrap_or(0);
        Some(Self { year, month, day, weekday, seconds: of_day / 1_000_000, micros: of_day % 1_000_000, total_seconds })
    }

    fn shown(&self, code: &str) -> String {
        let found = pieces(code.split(';').next().unwrap_or_default());
        let halves = found.iter().any(|piece| matches!(piece, Piece::Half(_)));
        let mut text = String::new();
        for (at, piece) in found.iter().enumerate() {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Fraction(digits) => {
                    let digits = (*digits).min(6);
                    text.push('.');
                    text.push_str(&format!("{:06}", self.micros)[..digits]);
                }
                Piece::Half(written) => text.push_str(&self.half(written)),
                Piece::Elapsed(letter, width) => text.push_str(&self.elapsed(*letter, *width)),
                Piece::Field('m', width) if is_minute(&found, at) => {
                    text.push_str(&padded(self.seconds / 60 % 60, *width));
                }
                Piece::Field(letter, width) => text.push_str(&self.field(*letter, *width, halves)),
            }
        }
        text
    }

    fn half(&self, written: &str) -> String {
        let afternoon = self.seconds >= 43_200;
        match written.split_once('/') {
            Some((before, after)) => if afternoon { after } else { before }.to_owned(),
            None => String::new(),
        }
    }

    fn elapsed(&self, letter: char, width: usize) -> String {
        let divisor = match letter {
            'h' => 3600.0,
            'm' => 60.0,
            _ => 1.0,
        };
        padded((self.total_seconds / divisor).floor() as i64, width)
    }

    fn field(&self, letter: char, width: usize, halves: bool) -> String {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
        let month = MONTHS.get(self.month as usize - 1).copied().unwrap_or_default();
        let day = DAYS.get(self.weekday).copied().unwrap_or_default();
        match (letter, width) {
            ('y', 1 | 2) => format!("{:02}", self.year.rem_euclid(100)),
            ('y' | 'e', _) => self.year.to_string(),
            ('b', _) => (self.year + 543).to_string(),
            ('m', 1 | 2) => padded(i64::from(self.month), width),
            ('m', 3) => month[..3].to_owned(),
            ('m', 5) => month[..1].to_owned(),
            ('m', _) => month.to_owned(),
            ('d', 1 | 2) => padded(i64::from(self.day), width),
            ('d', 3) => day[..3].to_owned(),
            ('d', _) => day.to_owned(),
            ('h', _) => {
                let hour = self.seconds / 3600;
                padded(if halves { (hour + 11) % 12 + 1 } else { hour }, width)
            }
            _ => padded(self.seconds % 60, width),
        }
    }
}

// An `m` means minutes after hours or before seconds, else months.
fn is_minute(pieces: &[Piece], at: usize) -> bool {
    let letter = |piece: &Piece| match piece {
        Piece::Field(letter, _) | Piece::Elapsed(letter, _) => Some(*letter),
        _ => None,
    };
    let width = matches!(pieces.get(at), Some(Piece::Field(_, 1 | 2)));
    let before = pieces[..at].iter().rev().find_map(letter);
    let after = pieces[at + 1..].iter().find_map(letter);
    width && (before == Some('h') || after == Some('s'))
}

fn padded(number: i64, width: usize) -> String {
    format!("{number:0>width$}", width = width.min(2))
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
            (f64::NAN, 14, "", "NaN"),
        ] {
            let code = (!code.is_empty()).then(|| code.to_owned());
            assert_eq!(shown(number, &Format { id, code: code.clone() }, false), text, "{number} as {id} {code:?}");
        }
        assert_eq!(shown(0.0, &Format { id: 14, code: None }, true), "1904-01-01");
    }

    #[test]
    fn hostile_codes_do_not_panic() {
        for code in
            ["\"", "[", "\\", "y\\", "[h", "é年", ".0", "a/é", "am/é", "0.", "_", "[$-F800]", "g", ";;;", "mmmmmmmmmm"]
        {
            for number in [0.0, 1.0, 59.5, -3.0, 2_958_465.999_999] {
                let _ = shown(number, &Format { id: 164, code: Some(code.to_owned()) }, false);
            }
        }
    }
}
