//! Values of fields that are not words: dates, numbers, types.

use crate::field::{Field, Kind};
use crate::values_text::{clause_value, message};
use crate::{MessageRef, Property, Sort};
use exhibit_model::time::days_in_month;
use exhibit_model::{FileKind, Moment};

/// The property of a field's value; `None` if the field does not accept the value.
pub(crate) fn property(field: Field, value: &str) -> Option<Property> {
    // nothing has an empty value
    if value.trim().is_empty() {
        return None;
    }
    Some(match field.kind() {
        Kind::Language => Property::Language(tag(value)?),
        Kind::Extension => {
            let ending = value.trim_start_matches('.').to_lowercase();
            Property::Extension(Some(ending).filter(|ending| !ending.is_empty())?)
        }
        Kind::Tag => Property::Tag(value.to_lowercase()),
        Kind::Source => Property::Source(value.to_lowercase()),
        Kind::State => Property::Word(value.to_lowercase()),
        Kind::Hash => Property::Hash(hash(value)?),
        Kind::Thread => Property::Thread(thread(value)?),
        Kind::MediaType => media_type(value)?,
        Kind::Date => {
            let (from, until) = match value.split_once("..") {
                Some(("", "")) => return None,
                Some((first, last)) => (bound(first, |p| p.0)?, bound(last, |p| p.1)?),
                None => period(value).map(|(from, until)| (Some(from), Some(until)))?,
            };
            Property::Date { from, until }
        }
        Kind::After => Property::Date { from: Some(period(value)?.1), until: None },
        Kind::Before => Property::Date { from: None, until: Some(period(value)?.0) },
        Kind::Number(of) => {
            let scale = if of == crate::NumberField::Ocr { 100.0 } else { 1.0 };
            let (least, most) = range(value, scale)?;
            Property::Number { of, least, most }
        }
        Kind::Document => Property::Document(item(value)?),
        Kind::Container => Property::Within(item(value)?),
        Kind::Folder => Property::Below(
            Some(value.trim().trim_matches('/')).filter(|folder| !folder.is_empty())?.to_owned(),
        ),
        Kind::Sender => Property::Sender(clause_value(value).to_lowercase()),
        Kind::Recipient => Property::Recipient(clause_value(value).to_lowercase()),
        Kind::Words(_) | Kind::Pinyin | Kind::Uyghur | Kind::Written | Kind::Forms | Kind::Sort => {
            return None;
        }
    })
}

// A number as users write it: `127`, `EXH-000127`.
fn item(value: &str) -> Option<i64> {
    let digits = value.rsplit_once('-').map_or(value, |(_, digits)| digits);
    digits.parse().ok().filter(|number| *number > 0)
}

// The digits of a SHA-256, or of a prefix of it: too few digits would match many files.
fn hash(value: &str) -> Option<String> {
    let sound = (8..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_hexdigit());
    sound.then(|| value.to_lowercase())
}

// A document's number, or a message's id: only the latter contains `@`.
fn thread(value: &str) -> Option<MessageRef> {
    if value.contains('@') || value.starts_with('<') {
        return Some(MessageRef::Id(message(value)))
            .filter(|_| value.chars().any(char::is_alphanumeric));
    }
    item(value).map(MessageRef::Document)
}

/// The order named by `sort:`.
pub(crate) fn sort(value: &str) -> Option<Sort> {
    Some(match value.to_lowercase().as_str() {
        "relevance" => Sort::Relevance,
        "received" | "id" => Sort::Received,
        "date" | "newest" => Sort::Newest,
        "oldest" => Sort::Oldest,
        "path" => Sort::Path,
        _ => return None,
    })
}

fn tag(value: &str) -> Option<String> {
    // the name of a language is not a tag: it would silently find nothing
    let first = value.split('-').next().unwrap_or_default();
    let sound = (2..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic());
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let sound = sound && value.split('-').all(part);
    sound.then(|| value.to_lowercase())
}

fn media_type(value: &str) -> Option<Property> {
    let value = value.to_lowercase();
    let kinds = FileKind::named(&value);
    if kinds.is_empty() {
        value.contains('/').then_some(Property::MediaTypeNamed(value))
    } else {
        Some(Property::Kind(kinds))
    }
}

/// The word of `type:` for a media type: its kind, or the media type itself.
#[must_use]
pub fn kind_of(media_type: &str) -> &str {
    FileKind::of(media_type).words().first().copied().unwrap_or(media_type)
}

type Period = (i64, i64);

// One end of a range, which may be open.
fn bound(text: &str, end: impl Fn(Period) -> i64) -> Option<Option<i64>> {
    if text.is_empty() { Some(None) } else { period(text).map(|p| Some(end(p))) }
}

// A year, a month or a day: its first microsecond and the first one after it.
fn period(text: &str) -> Option<Period> {
    // as written in Chinese, and without separators
    let plain =
        text.strip_suffix(['年', '月', '日', '号']).unwrap_or(text).replace(['年', '月'], "-");
    let whole = plain.len() == 8 && plain.bytes().all(|b| b.is_ascii_digit());
    let text =
        if whole { format!("{}-{}-{}", &plain[..4], &plain[4..6], &plain[6..]) } else { plain };
    let mut numbers = [0_u32; 3];
    let mut count = 0;
    for part in text.split(['-', '/', '.']) {
        let wanted = if count == 0 { 4 } else { 2 };
        if count == 3
            || part.is_empty()
            || part.len() > wanted
            || !part.bytes().all(|b| b.is_ascii_digit())
        {
            return None;
        }
        numbers[count] = part.parse().ok()?;
        count += 1;
    }
    let [year, month, day] = numbers;
    let start = |year: u32, month: u32, day: u32| {
        Moment::from_civil(i64::from(year), month, day, 0, 0, 0).map(|m| m.0)
    };
    match count {
        1 => Some((start(year, 1, 1)?, start(year + 1, 1, 1)?)),
        2 if month == 12 => Some((start(year, 12, 1)?, start(year + 1, 1, 1)?)),
        2 => Some((start(year, month, 1)?, start(year, month + 1, 1)?)),
        3 if (1..=12).contains(&month)
            && (1..=days_in_month(i64::from(year), month)).contains(&day) =>
        {
            const DAY: i64 = 86_400_000_000;
            let from = start(year, month, day)?;
            Some((from, from + DAY))
        }
        _ => None,
    }
}

// `10`, `>10`, `>=10`, `<10`, `<=10`, `10..20`, `10..`, `..20`: both ends included. An end between two whole numbers
// is neither of them: `>1.5` begins with 2.
fn range(text: &str, scale: f64) -> Option<(u64, u64)> {
    const NOTHING: (u64, u64) = (1, 0);
    let ends = |text: &str| number(text, scale);
    if let Some((first, last)) = text.split_once("..") {
        let least = if first.is_empty() { 0 } else { ends(first)?.1 };
        let most = if last.is_empty() { u64::MAX } else { ends(last)?.0 };
        return (!(first.is_empty() && last.is_empty())).then_some((least, most));
    }
    if let Some(rest) = text.strip_prefix(">=") {
        return Some((ends(rest)?.1, u64::MAX));
    }
    if let Some(rest) = text.strip_prefix("<=") {
        return Some((0, ends(rest)?.0));
    }
    if let Some(rest) = text.strip_prefix('>') {
        return Some((ends(rest)?.0.checked_add(1)?, u64::MAX));
    }
    if let Some(rest) = text.strip_prefix('<') {
        return Some(ends(rest)?.1.checked_sub(1).map_or(NOTHING, |most| (0, most)));
    }
    let (below, above) = ends(text)?;
    Some(if below == above { (below, above) } else { NOTHING })
}

// A number as the nearest whole numbers, at most it and at least it: equal if it is one of them.
fn number(text: &str, scale: f64) -> Option<(u64, u64)> {
    let factors = [('k', 1e3), ('m', 1e6), ('g', 1e9), ('t', 1e12)];
    let lower = text.to_lowercase();
    let lower = lower
        .strip_suffix('b')
        .filter(|rest| rest.ends_with(['k', 'm', 'g', 't']))
        .unwrap_or(&lower);
    let found =
        factors.iter().find_map(|(letter, factor)| Some((lower.strip_suffix(*letter)?, *factor)));
    let (digits, factor) = found.unwrap_or((lower, 1.0));
    let plain = !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && digits.len() <= 15;
    let value: f64 = if plain { digits.parse().ok()? } else { return None };
    let value = value * factor * scale;
    // exact up to 2^53, and no file is larger
    if value > 9e15 {
        return None;
    }
    // 0.29 · 100 is a little less than 29
    let whole = value.round();
    let exact = (value - whole).abs() < 1e-6;
    Some(if exact {
        (whole as u64, whole as u64)
    } else {
        (value.floor() as u64, value.ceil() as u64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_dates_are_ranges() {
        let day = 86_400_000_000;
        for (name, value, expected) in [
            ("date", "1970", Some((Some(0), Some(365 * day)))),
            ("date", "1970-12", Some((Some(334 * day), Some(365 * day)))),
            ("date", "1970-01-02", Some((Some(day), Some(2 * day)))),
            ("date", "1970-1-2..1970-1-3", Some((Some(day), Some(3 * day)))),
            ("date", "..1970-01-02", Some((None, Some(2 * day)))),
            ("date", "1970年12月", Some((Some(334 * day), Some(365 * day)))),
            ("date", "1970年1月2日", Some((Some(day), Some(2 * day)))),
            ("date", "1970年", Some((Some(0), Some(365 * day)))),
            ("date", "19700102", Some((Some(day), Some(2 * day)))),
            ("date", "1970-", None),
            ("date", "19701302", None),
            ("after", "1970-01-02", Some((Some(2 * day), None))),
            ("before", "1970-01-02", Some((None, Some(day)))),
            ("date", "2017-02-29", None),
            ("date", "2017-13", None),
            ("date", "..", None),
            ("date", "soon", None),
            ("date", "99999", None),
        ] {
            let property = property(Field::named(name).expect("a field"), value);
            let expected = expected.map(|(from, until)| Property::Date { from, until });
            assert_eq!(property, expected, "{name}:{value}");
        }
    }

    #[test]
    fn numbers_have_ends_and_letters() {
        for (value, expected) in [
            ("10", Some((10, 10))),
            (">1m", Some((1_000_001, u64::MAX))),
            (">=1.5k", Some((1500, u64::MAX))),
            ("2KB", Some((2000, 2000))),
            ("2b", None),
            ("<10", Some((0, 9))),
            ("<0", Some((1, 0))),
            ("10k..20k", Some((10_000, 20_000))),
            ("..", None),
            ("many", None),
            ("-3", None),
        ] {
            assert_eq!(range(value, 1.0), expected, "{value}");
        }
        assert_eq!(range("<0.8", 100.0), Some((0, 79)));
    }
}
