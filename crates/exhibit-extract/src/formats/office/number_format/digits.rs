//! Numbers under codes of digit places: `000-00`, `#,##0.00`, `0.0E+00`, `[DBNum1]0` (ECMA-376 part 1, 18.8.31).

use super::decimal::Decimal;
use super::general;

/// One piece of a section of a code.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Piece {
    /// The place of a digit: `0`, `#` or `?`.
    Place(char),
    Point,
    Comma,
    Percent,
    /// `E+` (with a plus sign) or `E-`.
    Exponent(bool),
    Literal(String),
    /// `General`, or `@`.
    General,
}

/// The digits in which a section asks for its number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numerals {
    Western,
    Han,
    HanFormal,
    Wide,
}

/// A number without its sign as a section of a code displays it, and whether all of its digits are in that text.
pub(super) fn shown(number: &Decimal, section: &str) -> (String, bool) {
    let (pieces, numerals) = pieces(section);
    let computed = number.computed();
    let (text, exact) = if pieces.contains(&Piece::General) {
        let text = pieces.iter().map(|piece| match piece {
            Piece::General => general(number),
            other => other.literal(),
        });
        (text.collect(), true)
    } else if !pieces.iter().any(|piece| matches!(piece, Piece::Place(_))) {
        (pieces.iter().map(Piece::literal).collect(), number.is_zero())
    } else if let Some(at) = pieces.iter().position(|piece| matches!(piece, Piece::Exponent(_))) {
        scientific(&computed, &pieces, at)
    } else {
        plain(&computed, &pieces)
    };
    (in_numerals(text, numerals), exact && numerals == Numerals::Western)
}

impl Piece {
    fn literal(&self) -> String {
        match self {
            Self::Literal(text) => text.clone(),
            Self::Percent => "%".to_owned(),
            Self::Point => ".".to_owned(),
            _ => String::new(),
        }
    }
}

fn pieces(section: &str) -> (Vec<Piece>, Numerals) {
    let (mut found, mut numerals) = (Vec::new(), Numerals::Western);
    let mut rest = section;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let (piece, left) = match c {
            '0' | '#' | '?' => (Piece::Place(c), after),
            '.' if found.contains(&Piece::Point) => (Piece::Literal(".".to_owned()), after),
            '.' => (Piece::Point, after),
            ',' => (Piece::Comma, after),
            '%' => (Piece::Percent, after),
            '@' => (Piece::General, after),
            'E' | 'e' if after.starts_with(['+', '-']) => {
                (Piece::Exponent(after.starts_with('+')), &after[1..])
            }
            'G' | 'g' if rest.get(..7).is_some_and(|word| word.eq_ignore_ascii_case("general")) => {
                (Piece::General, &rest[7..])
            }
            '"' => {
                let (text, left) = after.split_once('"').unwrap_or((after, ""));
                (Piece::Literal(text.to_owned()), left)
            }
            '\\' | '_' | '*' => {
                let next = after.chars().next();
                let text = match c {
                    '\\' => next.map(String::from).unwrap_or_default(),
                    '_' => " ".to_owned(),
                    _ => String::new(),
                };
                (Piece::Literal(text), &after[next.map_or(0, char::len_utf8)..])
            }
            '[' => {
                let (inner, left) = after.split_once(']').unwrap_or((after, ""));
                numerals = match inner.to_ascii_lowercase().as_str() {
                    "dbnum1" => Numerals::Han,
                    "dbnum2" => Numerals::HanFormal,
                    "dbnum3" => Numerals::Wide,
                    _ => numerals,
                };
                let currency = inner
                    .strip_prefix('$')
                    .map(|inner| inner.split('-').next().unwrap_or_default());
                (Piece::Literal(currency.unwrap_or_default().to_owned()), left)
            }
            other => (Piece::Literal(other.to_string()), after),
        };
        found.push(piece);
        rest = left;
    }
    (found, numerals)
}

// The places before the point, each with the digits that it takes: all that are left for the first.
fn whole_places(pieces: &[Piece], digits: &str, grouped: bool) -> Vec<String> {
    let places: Vec<char> = pieces
        .iter()
        .filter_map(|piece| if let Piece::Place(c) = piece { Some(*c) } else { None })
        .collect();
    let mut taken = vec![String::new(); places.len()];
    let mut left: Vec<char> = digits.chars().collect();
    let mut position = 0usize;
    for (at, place) in places.iter().enumerate().rev() {
        loop {
            let digit = match (left.pop(), place) {
                (Some(digit), _) => digit,
                (None, '0') => '0',
                (None, '?') => ' ',
                (None, _) => break,
            };
            if grouped && position > 0 && position.is_multiple_of(3) && digit != ' ' {
                taken[at].insert(0, ',');
            }
            taken[at].insert(0, digit);
            position += 1;
            if at > 0 || left.is_empty() {
                break;
            }
        }
    }
    taken
}

fn plain(number: &Decimal, pieces: &[Piece]) -> (String, bool) {
    let point = pieces.iter().position(|piece| *piece == Piece::Point).unwrap_or(pieces.len());
    let is_place = |piece: &Piece| matches!(piece, Piece::Place(_));
    let last = pieces[..point].iter().rposition(is_place);
    // commas right after the last place before the point divide by a thousand each; those between places group
    let commas = |from: usize, to: usize| {
        pieces[from..to].iter().take_while(|piece| **piece == Piece::Comma).count()
    };
    let divisions = last.map_or(0, |last| commas(last + 1, point));
    let last_of_all = pieces[point..].iter().rposition(is_place).map(|at| point + at);
    let divisions = divisions + last_of_all.map_or(0, |last| commas(last + 1, pieces.len()));
    let first = pieces[..point].iter().position(is_place);
    let grouped =
        first.zip(last).is_some_and(|(first, last)| pieces[first..last].contains(&Piece::Comma));
    let percents = pieces.iter().filter(|piece| **piece == Piece::Percent).count();
    let shift =
        i32::try_from(percents * 2).unwrap_or(0) - i32::try_from(divisions * 3).unwrap_or(0);
    let places = pieces[point..].iter().filter(|piece| is_place(piece)).count();
    let scaled = number.shifted(shift);
    let rounded = scaled.rounded(i32::try_from(places).unwrap_or(i32::MAX));
    let whole = rounded.whole_digits();
    let taken = whole_places(&pieces[..point], &whole, grouped);
    let mut text = String::new();
    let mut taken = taken.into_iter();
    for piece in &pieces[..point] {
        match piece {
            Piece::Place(_) => text.push_str(&taken.next().unwrap_or_default()),
            other => text.push_str(&other.literal()),
        }
    }
    if last.is_none() {
        text.push_str(&whole);
    }
    text.push_str(&fraction(&rounded, &pieces[point..], places));
    (text, rounded == scaled)
}

fn fraction(number: &Decimal, pieces: &[Piece], places: usize) -> String {
    let digits = number.fraction_digits(places);
    let needed = digits.trim_end_matches('0').len();
    let (mut text, mut at) = (String::new(), 0);
    for piece in pieces {
        match piece {
            Piece::Place(place) => {
                match (digits.get(at..=at), place) {
                    (Some(digit), _) if at < needed => text.push_str(digit),
                    (Some(digit), '0') => text.push_str(digit),
                    (_, '?') => text.push(' '),
                    _ => {}
                }
                at += 1;
            }
            other => text.push_str(&other.literal()),
        }
    }
    text
}

// The exponent is a multiple of the number of places before the point.
fn scientific(number: &Decimal, pieces: &[Piece], exponent: usize) -> (String, bool) {
    let mantissa = &pieces[..exponent];
    let point = mantissa.iter().position(|piece| *piece == Piece::Point).unwrap_or(exponent);
    let count =
        |pieces: &[Piece]| pieces.iter().filter(|piece| matches!(piece, Piece::Place(_))).count();
    let step = i32::try_from(count(&mantissa[..point])).unwrap_or(1).max(1);
    let places = i32::try_from(count(&mantissa[point..])).unwrap_or(0);
    let mut power = number.magnitude().div_euclid(step) * step;
    if number.shifted(-power).rounded(places).magnitude() >= step {
        power += step;
    }
    let (mut text, exact) = plain(&number.shifted(-power), mantissa);
    let plus = pieces[exponent] == Piece::Exponent(true);
    text.push('E');
    text.push_str(if power < 0 {
        "-"
    } else if plus {
        "+"
    } else {
        ""
    });
    let end = pieces[exponent + 1..].iter().position(|piece| !matches!(piece, Piece::Place(_)));
    let end = end.map_or(pieces.len(), |end| exponent + 1 + end);
    text.push_str(
        &whole_places(&pieces[exponent + 1..end], &power.unsigned_abs().to_string(), false)
            .concat(),
    );
    text.extend(pieces[end..].iter().map(Piece::literal));
    (text, exact)
}

fn in_numerals(text: String, numerals: Numerals) -> String {
    let digits = match numerals {
        Numerals::Western => return text,
        Numerals::Han => "〇一二三四五六七八九",
        Numerals::HanFormal => "零壹贰叁肆伍陆柒捌玖",
        Numerals::Wide => "０１２３４５６７８９",
    };
    let numeral =
        |c: char| c.to_digit(10).and_then(|digit| digits.chars().nth(digit as usize)).unwrap_or(c);
    text.chars().map(numeral).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_in_their_places() {
        for (number, section, text, exact) in [
            ("17", "000000", "000017", true),
            ("123", "00000-0000", "00000-0123", true),
            ("43529.4375", "00000-0000", "00004-3529", false),
            ("123", "0000 0000", "0000 0123", true),
            ("123", "\"No. \"000", "No. 123", true),
            ("123", "000\\-00", "001-23", true),
            ("43529", "000\\-00", "435-29", true),
            ("6222021234567890123", "0000 0000 0000 0000 000", "6222 0212 3456 7890 123", true),
            ("1234567.891", "#,##0.00", "1,234,567.89", false),
            ("5", "#,##0", "5", true),
            ("12", "#,##0", "12", true),
            ("12", "000,000", "000,012", true),
            ("1234567", "#,##0,", "1,235", false),
            ("1234567", "0.0,,\"M\"", "1.2M", false),
            ("0.025", "0.00%", "2.50%", true),
            ("0.5", "#.##", ".5", true),
            ("0.5", "0.0##", "0.5", true),
            ("12.5", ".00", "12.50", true),
            ("5", "0.?", "5. ", true),
            ("0", "#", "", true),
            ("0", "\"-\"??", "-  ", true),
            ("1234.5", "0.00E+00", "1.23E+03", false),
            ("999.9", "0E+00", "1E+03", false),
            ("12345", "##0.0E+0", "12.3E+3", false),
            ("0.00012", "0.0E-0", "1.2E-4", true),
            ("138", "[DBNum1]0", "一三八", false),
            ("20", "[DBNum2]0", "贰〇".replace('〇', "零").as_str(), false),
            ("7", "[$¥-804]#,##0", "¥7", true),
            ("7", "\"secret\"", "secret", false),
            ("0", "\"nil\"", "nil", true),
            ("7", "\"No \"General", "No 7", true),
            ("1.5", "0号", "2号", false),
        ] {
            let number = Decimal::parse(number).expect(number);
            assert_eq!(
                shown(&number, section),
                (text.to_owned(), exact),
                "{} as {section}",
                number.written()
            );
        }
    }

    #[test]
    fn hostile_codes_end() {
        let number = Decimal::parse("12345.678e300").expect("a number");
        for section in [
            "\"", "[", "\\", "_", "*", "E+", "0E+", ",,,", "0,", ".", "..", "%%%%", "é0é", "[$",
            "0E-é",
        ] {
            let _ = shown(&number, section);
        }
        let _ = shown(&number, &"0".repeat(5000));
        let _ = shown(&number, &",".repeat(5000));
    }
}
