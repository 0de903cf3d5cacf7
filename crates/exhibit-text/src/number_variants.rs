//! Variants of dates and numbers: in Arabic digits and in Chinese numerals, with the separators of dates.
//!
//! A text is parsed into quantities with other text between them; each style is applied to all quantities. Numerals
//! that are not quantities (within a word, such as `一些`) are unchanged.

use crate::fold::folded;

/// A quantity that has several notations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Quantity {
    /// A year, alone or before 年; a month and a day may follow.
    Date { year: Option<u32>, month: Option<u32>, day: Option<u32>, bare: bool },
    /// A number that counts or orders.
    Number(u64),
    /// A percentage, in thousandths of a percent.
    Percent(u64),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Style {
    Digits,
    Padded,
    Signs,
    SignsPadded,
    Compact,
    DayNumber,
    Han,
    HanShort,
    HanTwo,
    HanDayNumber,
    Myriads,
}

const STYLES: [Style; 11] = [
    Style::Digits,
    Style::Padded,
    Style::Signs,
    Style::SignsPadded,
    Style::Compact,
    Style::DayNumber,
    Style::Han,
    Style::HanShort,
    Style::HanTwo,
    Style::HanDayNumber,
    Style::Myriads,
];

/// The text with its dates and numbers in other notations; empty if it has none.
///
/// ```
/// let variants = exhibit_text::number_variants("2017年8月23日");
/// for other in ["二〇一七年八月二十三日", "2017-08-23", "2017年08月23日"] {
///     assert!(variants.iter().any(|variant| variant == other));
/// }
/// ```
#[must_use]
pub fn number_variants(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().map(plain).collect();
    let pieces = pieces(&characters);
    if !pieces.iter().any(|piece| matches!(piece, Piece::Quantity(_))) {
        return Vec::new();
    }
    let whole: String = characters.iter().collect();
    let mut variants: Vec<String> = Vec::new();
    for style in STYLES {
        let one: String = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Quantity(quantity) => write(*quantity, style),
            })
            .collect();
        if one != whole && !variants.contains(&one) {
            variants.push(one);
        }
    }
    variants
}

// Converts digits of all scripts and widths to ASCII, and Chinese numerals to one form.
fn plain(character: char) -> char {
    let to = folded(character).to;
    match character {
        _ if to.is_ascii_digit() => to,
        '％' | '٪' | '﹪' => '%',
        '－' | '‐' | '‑' | '–' => '-',
        '．' => '.',
        '／' => '/',
        '兩' => '两',
        _ if digit(to).is_some() || matches!(to, '万' | '亿' | '号') => to,
        other => other,
    }
}

enum Piece {
    Text(String),
    Quantity(Quantity),
}

fn pieces(characters: &[char]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut at = 0;
    while at < characters.len() {
        let before = at.checked_sub(1).map(|before| characters[before]);
        match quantity(&characters[at..], before) {
            Some((quantity, length)) => {
                if !text.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                }
                pieces.push(Piece::Quantity(quantity));
                at += length;
            }
            None => {
                // a run of digits or numerals that is not a quantity is skipped as a whole
                let length = run(&characters[at..]).map_or(1, |(_, length)| length);
                text.extend(&characters[at..at + length]);
                at += length;
            }
        }
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    pieces
}

fn digit(character: char) -> Option<u32> {
    const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    DIGITS.iter().position(|known| *known == character).and_then(|value| u32::try_from(value).ok())
}

fn is_numeral(character: char) -> bool {
    digit(character).is_some()
        || matches!(character, '十' | '百' | '千' | '万' | '亿' | '两' | '廿' | '卅')
}

// Parses a number in digits (with optional commas, 万 or 亿 may follow) or in numerals; returns its value and length.
fn run(characters: &[char]) -> Option<(u64, usize)> {
    let digits = characters.iter().take_while(|c| c.is_ascii_digit()).count();
    if digits == 0 {
        let length = characters.iter().take_while(|c| is_numeral(**c)).count();
        return numerals(&characters[..length])
            .map(|value| (value, length))
            .or((length > 0).then_some((u64::MAX, length)));
    }
    let mut length = digits;
    let group = |at: usize| {
        characters.get(at) == Some(&',')
            && (1..4).all(|ahead| characters.get(at + ahead).is_some_and(char::is_ascii_digit))
            && !characters.get(at + 4).is_some_and(char::is_ascii_digit)
    };
    while digits <= 3 && group(length) {
        length += 4;
    }
    let written: String = characters[..length].iter().filter(|c| **c != ',').collect();
    let value: u64 =
        written.parse().ok().filter(|value| *value < 1_000_000_000_000).unwrap_or(u64::MAX);
    match characters.get(length) {
        Some('万') if value < 100_000 => Some((value * 10_000, length + 1)),
        Some('亿') if value < 10_000 => Some((value * 100_000_000, length + 1)),
        _ => Some((value, length)),
    }
}

// Parses numerals: 三百五十, 一万二千, 二十, 廿三; a sequence of digits, as in a year, is read digit by digit.
fn numerals(characters: &[char]) -> Option<u64> {
    if characters.is_empty() || characters.len() > 15 {
        return None;
    }
    if characters.len() > 1 && characters.iter().all(|c| digit(*c).is_some()) {
        return characters
            .iter()
            .try_fold(0_u64, |value, c| Some(value * 10 + u64::from(digit(*c)?)));
    }
    let (mut total, mut section, mut current) = (0_u64, 0_u64, None::<u64>);
    let mut smallest = u64::MAX;
    for character in characters {
        let scale = match character {
            '十' => 10,
            '百' => 100,
            '千' => 1_000,
            '万' => 10_000,
            '亿' => 100_000_000,
            '廿' | '卅' => {
                section += if *character == '廿' { 20 } else { 30 };
                continue;
            }
            '两' => 0,
            other => {
                let value = u64::from(digit(*other)?);
                if current.is_some_and(|known| known > 0) {
                    return None;
                }
                current = Some(value);
                continue;
            }
        };
        match scale {
            0 => current = Some(2),
            10..=1_000 => {
                if scale >= smallest || (current.is_none() && scale != 10) {
                    return None;
                }
                section += current.take().unwrap_or(1) * scale;
                smallest = scale;
            }
            _ => {
                let all = section + current.take().unwrap_or(0);
                if all == 0 {
                    return None;
                }
                total = (total + all) * if scale == 10_000 { 10_000 } else { scale };
                (section, smallest) = (0, u64::MAX);
            }
        }
    }
    Some(total + section + current.unwrap_or(0))
}

// Measure words and units: characters after a number that make it a quantity.
const COUNTED: &str = "条期名人个次项章款届级位份页件户岁天周组班批所座间块元项起台辆套类种例家处村乡镇县市区科室队点时分秒米里亩吨斤年月日号行册本";

fn quantity(characters: &[char], before: Option<char>) -> Option<(Quantity, usize)> {
    if before.is_some_and(|c| c.is_ascii_alphanumeric() || is_numeral(c)) {
        return None;
    }
    if let Some(found) = percent(characters).or_else(|| date(characters)) {
        return Some(found);
    }
    let (value, length) = run(characters)?;
    let after = characters.get(length);
    let counted = before == Some('第') || after.is_some_and(|c| COUNTED.contains(folded(*c).to));
    (counted && (1..1_000_000_000_000).contains(&value))
        .then_some((Quantity::Number(value), length))
}

fn percent(characters: &[char]) -> Option<(Quantity, usize)> {
    let tenths = |characters: &[char], point: char| -> Option<(u64, usize)> {
        let (whole, length) = run(characters).filter(|(whole, _)| *whole <= 100_000)?;
        let mut thousandths = 0;
        let mut all = length;
        if characters.get(length) == Some(&point) {
            let places =
                characters[length + 1..].iter().map_while(|c| digit(*c).or(c.to_digit(10))).take(4);
            let places: Vec<u32> = places.collect();
            if !(1..=3).contains(&places.len()) {
                return None;
            }
            thousandths = places
                .iter()
                .chain(&[0, 0, 0])
                .take(3)
                .fold(0, |value, d| value * 10 + u64::from(*d));
            all += 1 + places.len();
        }
        Some((whole * 1_000 + thousandths, all))
    };
    if characters.starts_with(&['百', '分', '之']) {
        let (value, length) = tenths(&characters[3..], '点')?;
        return Some((Quantity::Percent(value), length + 3));
    }
    let (value, length) = tenths(characters, '.').filter(|_| characters[0].is_ascii_digit())?;
    (characters.get(length) == Some(&'%')).then_some((Quantity::Percent(value), length + 1))
}

fn date(characters: &[char]) -> Option<(Quantity, usize)> {
    let skip = |at: usize| at + characters[at..].iter().take_while(|c| **c == ' ').count();
    // a number followed by one of these signs
    let part = |at: usize, sign: &[char]| {
        let at = skip(at);
        let (value, length) = run(characters.get(at..)?)?;
        let sign_at = skip(at + length);
        let found = characters.get(sign_at).is_some_and(|c| sign.contains(c));
        (found && value < 3_000).then(|| (u32::try_from(value).unwrap_or(0), sign_at + 1))
    };
    let year_long = |value: u32, from: usize, to: usize| {
        (1_000..3_000).contains(&value)
            && characters[from..to].iter().filter(|c| **c != ' ').count() >= 4
    };
    let (month_of, day_of) =
        (|value: &u32| (1..=12).contains(value), |value: &u32| (1..=31).contains(value));
    let mut at = 0;
    let year = part(0, &['年']).filter(|(value, end)| year_long(*value, 0, end - 1));
    if let Some((_, end)) = year {
        at = end;
    }
    let month = part(at, &['月']).filter(|(value, _)| month_of(value));
    let month_end = month.map_or(at, |(_, end)| end);
    let day = month.and_then(|_| part(month_end, &['日', '号'])).filter(|(value, _)| day_of(value));
    if year.is_some() || month.is_some() {
        let end = day.map_or(month_end, |(_, end)| end);
        let (year, month, day) = (year.map(|y| y.0), month.map(|m| m.0), day.map(|d| d.0));
        return Some((Quantity::Date { year, month, day, bare: false }, end));
    }
    with_signs(characters).or_else(|| bare_year(characters))
}

// 2017-08-23, 2017.8.23, 2017/8/23, 2017-08
fn with_signs(characters: &[char]) -> Option<(Quantity, usize)> {
    let digits = |at: usize| characters[at..].iter().take_while(|c| c.is_ascii_digit()).count();
    let value = |from: usize, to: usize| {
        characters[from..to].iter().collect::<String>().parse::<u32>().ok()
    };
    let sign = *characters.get(4).filter(|c| matches!(c, '-' | '.' | '/') && digits(0) == 4)?;
    let year = value(0, 4).filter(|year| (1_000..3_000).contains(year))?;
    let month_digits = digits(5);
    let month =
        value(5, 5 + month_digits).filter(|month| (1..=12).contains(month) && month_digits <= 2)?;
    let end = 5 + month_digits;
    let whole = |at: usize| {
        !characters.get(at).is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '/'))
    };
    if characters.get(end) == Some(&sign) {
        let day_digits = digits(end + 1);
        let day = value(end + 1, end + 1 + day_digits)
            .filter(|day| (1..=31).contains(day) && day_digits <= 2)?;
        let last = end + 1 + day_digits;
        let quantity =
            Quantity::Date { year: Some(year), month: Some(month), day: Some(day), bare: false };
        return whole(last).then_some((quantity, last));
    }
    // 2017.8 may be another number
    let quantity = Quantity::Date { year: Some(year), month: Some(month), day: None, bare: false };
    (whole(end) && sign != '.').then_some((quantity, end))
}

fn bare_year(characters: &[char]) -> Option<(Quantity, usize)> {
    let (value, length) = run(characters)?;
    let four =
        length == 4 && characters[..4].iter().all(|c| c.is_ascii_digit() || digit(*c).is_some());
    let counted = characters.get(length).is_some_and(|c| COUNTED.contains(folded(*c).to));
    let year = u32::try_from(value).ok().filter(|year| four && !counted && *year < 10_000)?;
    Some((Quantity::Date { year: Some(year), month: None, day: None, bare: true }, length))
}

fn write(quantity: Quantity, style: Style) -> String {
    let han = matches!(style, Style::Han | Style::HanShort | Style::HanTwo | Style::HanDayNumber);
    match quantity {
        Quantity::Date { year, month, day, bare } => write_date(year, month, day, bare, style),
        Quantity::Number(value) => match style {
            Style::Myriads if value % 100_000_000 == 0 => format!("{}亿", value / 100_000_000),
            Style::Myriads if value % 10_000 == 0 => format!("{}万", value / 10_000),
            Style::HanTwo => two(&in_numerals(value)),
            Style::HanShort => short(&in_numerals(value)),
            _ if han => in_numerals(value),
            _ => value.to_string(),
        },
        Quantity::Percent(thousandths) => {
            let (whole, places) = (thousandths / 1_000, format!("{:03}", thousandths % 1_000));
            let places = places.trim_end_matches('0');
            let in_han: String = places.bytes().map(|b| han_digit(u32::from(b - b'0'))).collect();
            match (han, places.is_empty()) {
                (true, true) => format!("百分之{}", in_numerals(whole)),
                (true, false) => format!("百分之{}点{in_han}", in_numerals(whole)),
                (false, true) => format!("{whole}%"),
                (false, false) => format!("{whole}.{places}%"),
            }
        }
    }
}

fn write_date(
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    bare: bool,
    style: Style,
) -> String {
    let han = matches!(style, Style::Han | Style::HanShort | Style::HanTwo | Style::HanDayNumber);
    let in_digits = |year: u32| {
        year.to_string().bytes().map(|b| han_digit(u32::from(b - b'0'))).collect::<String>()
    };
    if bare {
        let year = year.unwrap_or_default();
        return if han { in_digits(year) } else { format!("{year:04}") };
    }
    match (style, year, month, day) {
        (Style::Signs, Some(year), Some(month), Some(day)) => {
            return format!("{year}-{month}-{day}");
        }
        (Style::SignsPadded, Some(year), Some(month), Some(day)) => {
            return format!("{year}-{month:02}-{day:02}");
        }
        (Style::Compact, Some(year), Some(month), Some(day)) => {
            return format!("{year}{month:02}{day:02}");
        }
        (Style::Signs, Some(year), Some(month), None) => return format!("{year}-{month}"),
        (Style::SignsPadded, Some(year), Some(month), None) => return format!("{year}-{month:02}"),
        _ => {}
    }
    let count = |value: u32| match style {
        Style::Padded => format!("{value:02}"),
        Style::HanShort => short(&in_numerals(u64::from(value))),
        _ if han => in_numerals(u64::from(value)),
        _ => value.to_string(),
    };
    let sign = if matches!(style, Style::DayNumber | Style::HanDayNumber) { '号' } else { '日' };
    let mut written = String::new();
    if let Some(year) = year {
        written = if han { format!("{}年", in_digits(year)) } else { format!("{year}年") };
    }
    if let Some(month) = month {
        written += &format!("{}月", count(month));
    }
    if let Some(day) = day {
        written += &format!("{}{sign}", count(day));
    }
    written
}

fn han_digit(value: u32) -> char {
    ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'][value as usize % 10]
}

// 两 instead of 二 before measure words, hundreds and more, as in speech and many documents.
fn two(numerals: &str) -> String {
    if numerals == "二" {
        "两".to_owned()
    } else {
        numerals.replace("二千", "两千").replace("二百", "两百").replace("二万", "两万")
    }
}

// 廿 and 卅 for twenty and thirty.
fn short(numerals: &str) -> String {
    for (long, short) in [("二十", "廿"), ("三十", "卅")] {
        if let Some(rest) = numerals.strip_prefix(long) {
            return format!("{short}{rest}");
        }
    }
    numerals.to_owned()
}

fn in_numerals(value: u64) -> String {
    let mut written = String::new();
    let mut gap = false;
    for (scale, sign) in [(100_000_000, "亿"), (10_000, "万"), (1, "")] {
        let section = value / scale % 10_000;
        if section == 0 {
            gap = gap || !written.is_empty();
            continue;
        }
        if !written.is_empty() && (gap || section < 1_000) {
            written.push('零');
        }
        written += &section_in_numerals(section, written.is_empty());
        written += sign;
        gap = false;
    }
    if written.is_empty() { "零".to_owned() } else { written }
}

fn section_in_numerals(section: u64, first: bool) -> String {
    let mut written = String::new();
    let mut gap = false;
    for (scale, sign) in [(1_000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = section / scale % 10;
        if digit == 0 {
            gap = gap || !written.is_empty();
            continue;
        }
        if gap {
            written.push('零');
            gap = false;
        }
        // ten to nineteen begin with 十
        if !(scale == 10 && digit == 1 && written.is_empty() && first) {
            written.push(han_digit(u32::try_from(digit).unwrap_or(0)));
        }
        written += sign;
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let variants = number_variants(text);
        for other in expected {
            assert!(
                variants.iter().any(|variant| variant == other),
                "{text}: no {other} in {variants:?}"
            );
        }
        assert_eq!(variants.is_empty(), expected.is_empty(), "{text}: {variants:?}");
    }

    #[test]
    fn dates_have_all_variants() {
        let all = [
            "2017年8月23日",
            "2017年08月23日",
            "2017-8-23",
            "2017-08-23",
            "20170823",
            "2017年8月23号",
            "二〇一七年八月二十三日",
            "二〇一七年八月廿三日",
            "二〇一七年八月二十三号",
        ];
        let texts = [
            "2017.8.23",
            "2017/08/23",
            "２０１７年８月２３日",
            "2017 年 8 月 23 日",
            "二零一七年八月二十三日",
            "二○一七年八月廿三日",
        ];
        for text in all.iter().filter(|text| **text != "20170823").chain(&texts) {
            let normalised: String = text.chars().map(plain).collect();
            let others: Vec<&str> =
                all.iter().copied().filter(|other| *other != normalised).collect();
            check(text, &others);
        }
        check("2016年11月", &["2016-11", "二〇一六年十一月"]);
        check("2016-11", &["2016年11月", "二〇一六年十一月"]);
        check("8月1日", &["08月01日", "八月一日"]);
        check("十月", &["10月"]);
        check("2017", &["二〇一七"]);
        check("新党办发〔2017〕12号", &["新党办发〔二〇一七〕十二号"]);
    }

    #[test]
    fn numbers_have_digits_and_numerals() {
        for (digits, numerals) in [
            ("第12条", "第十二条"),
            ("第3期", "第三期"),
            ("350名学员", "三百五十名学员"),
            ("105人", "一百零五人"),
            ("1012户", "一千零一十二户"),
            ("12345人", "一万二千三百四十五人"),
            ("10005人", "一万零五人"),
            ("2名", "两名"),
            ("2000人", "两千人"),
            ("20%", "百分之二十"),
            ("3.5%", "百分之三点五"),
            ("30000人", "三万人"),
        ] {
            check(digits, &[numerals]);
            check(numerals, &[digits]);
        }
        check("12,345人", &["12345人", "一万二千三百四十五人"]);
        check("30000人", &["3万人"]);
        check("３万人", &["30000人"]);
    }

    #[test]
    fn other_text_has_no_variants() {
        for text in [
            "一一列举",
            "统一",
            "register",
            "一些",
            "四川",
            "12",
            "登记",
            "万一",
            "千千万万人",
            "a4",
            "3.14",
        ] {
            check(text, &[]);
        }
    }
}
