//! Times as stated in time stamps and certificates.

use crate::fault::TimeFault;
use der::Tag;
use exhibit_model::Moment;
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
        let part = |at: usize| u32::try_from(parts[at]).ok();
        let whole = Moment::from_civil(year, part(0)?, part(1)?, part(2)?, part(3)?, part(4)?)?;
        Some(Self(whole.0 + micros(fraction, text.contains('.'))?))
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

impl fmt::Display for StatedTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = Moment(self.0).to_rfc3339();
        match self.0.rem_euclid(SECOND) {
            0 => f.write_str(&whole),
            micros => write!(f, "{}.{micros:06}Z", whole.trim_end_matches('Z')),
        }
    }
}

/// Reads a time in a certificate.
pub(crate) fn certificate_time(
    cursor: &mut crate::cursor::Cursor<'_>,
) -> Result<StatedTime, TimeFault> {
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
