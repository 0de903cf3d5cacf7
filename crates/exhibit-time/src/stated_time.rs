//! Times as stated in time stamps and certificates.

use crate::fault::TimeFault;
use der::Tag;
use std::fmt;

/// A time stated by an authority, a certificate or a witness, in microseconds since 1970 UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct StatedTime(pub i64);

const SECOND: i64 = 1_000_000;

impl StatedTime {
    /// From seconds since 1970.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(SECOND))
    }

    /// The time this many microseconds later.
    #[must_use]
    pub const fn plus(self, micros: u64) -> Self {
        Self(self.0.saturating_add_unsigned(micros))
    }

    /// Parses the content of a UTCTime or GeneralizedTime (RFC 5280, 4.1.2.5; with fractions: RFC 3161, 2.4.2).
    pub(crate) fn read(tag: Tag, bytes: &[u8], fractions: bool) -> Option<Self> {
        let text = str::from_utf8(bytes).ok().filter(|text| text.is_ascii())?.strip_suffix('Z')?;
        let (whole, fraction) = match text.split_once('.') {
            Some((whole, fraction)) if fractions => (whole, fraction),
            Some(_) => return None,
            None => (text, ""),
        };
        let (year, rest) = match tag {
            Tag::UtcTime if whole.len() == 12 => {
                let year = digits(&whole[..2])?;
                (if year < 50 { year + 2000 } else { year + 1900 }, &whole[2..])
            }
            Tag::GeneralizedTime if whole.len() == 14 => (digits(&whole[..4])?, &whole[4..]),
            _ => return None,
        };
        let mut parts = [0; 5];
        for (part, at) in parts.iter_mut().zip((0..).step_by(2)) {
            *part = digits(rest.get(at..at + 2)?)?;
        }
        let [month, day, hour, minute, second] = parts;
        let is_date = (1..=12).contains(&month) && (1..=month_length(year, month)).contains(&day);
        if !is_date || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
        Some(Self(seconds * SECOND + micros(fraction, text.contains('.'))?))
    }
}

// The digits after the point: in DER without trailing zeros, and never empty.
fn micros(fraction: &str, any: bool) -> Option<i64> {
    if !any {
        return Some(0);
    }
    if fraction.is_empty() || fraction.len() > 12 || fraction.ends_with('0') {
        return None;
    }
    digits(fraction)?;
    digits(&format!("{fraction:0<6}")[..6])
}

fn digits(text: &str) -> Option<i64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

// Days since 1970 of a date from year 0 on (by the calendar's cycle of 400 years, with years starting on 1 March).
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

impl fmt::Display for StatedTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, micros) = (self.0.div_euclid(SECOND), self.0.rem_euclid(SECOND));
        let (days, rest) = (seconds.div_euclid(86_400) + 719_468, seconds.rem_euclid(86_400));
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        write!(f, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", rest / 3600, rest % 3600 / 60, rest % 60)?;
        if micros == 0 { f.write_str("Z") } else { write!(f, ".{micros:06}Z") }
    }
}

/// Reads a time in a certificate.
pub(crate) fn certificate_time(cursor: &mut crate::cursor::Cursor<'_>) -> Result<StatedTime, TimeFault> {
    let tag = cursor.peek().ok_or(cursor.malformed())?;
    let bytes = cursor.value(tag)?;
    StatedTime::read(tag, bytes, false).ok_or(cursor.malformed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_round_trip() {
        for (tag, text, shown) in [
            (Tag::UtcTime, "491231235959Z", Some("2049-12-31T23:59:59Z")),
            (Tag::UtcTime, "500101000000Z", Some("1950-01-01T00:00:00Z")),
            (Tag::GeneralizedTime, "20240229123456Z", Some("2024-02-29T12:34:56Z")),
            (Tag::GeneralizedTime, "20240229123456.789Z", Some("2024-02-29T12:34:56.789000Z")),
            (Tag::GeneralizedTime, "20240229123456.000000001Z", Some("2024-02-29T12:34:56Z")),
            (Tag::GeneralizedTime, "19700101000000Z", Some("1970-01-01T00:00:00Z")),
            (Tag::GeneralizedTime, "99991231235959Z", Some("9999-12-31T23:59:59Z")),
            (Tag::GeneralizedTime, "00000101000000Z", Some("0000-01-01T00:00:00Z")),
            (Tag::GeneralizedTime, "20230229123456Z", None),
            (Tag::GeneralizedTime, "20240229123456.Z", None),
            (Tag::GeneralizedTime, "20240229123456.10Z", None),
            (Tag::GeneralizedTime, "20240229123460Z", None),
            (Tag::GeneralizedTime, "20240229123456", None),
            (Tag::GeneralizedTime, "20240229123456+0100", None),
            (Tag::GeneralizedTime, "2024022912345\u{e9}Z", None),
            (Tag::UtcTime, "24022912345\u{e9}Z", None),
            (Tag::UtcTime, "20240229123456Z", None),
            (Tag::UtcTime, "2402291234Z", None),
            (Tag::Integer, "240229123456Z", None),
        ] {
            let read = StatedTime::read(tag, text.as_bytes(), true);
            assert_eq!(read.map(|time| time.to_string()).as_deref(), shown, "{text}");
        }
        assert_eq!(
            StatedTime::read(Tag::GeneralizedTime, b"20240229123456.5Z", false),
            None,
            "fractions are not allowed"
        );
        assert_eq!(StatedTime::from_seconds(-1).to_string(), "1969-12-31T23:59:59Z");
    }
}
