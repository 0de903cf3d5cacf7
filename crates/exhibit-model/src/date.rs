//! Dates as documents state them: a day, or a day and time, with or without a known zone.
//!
//! A stated date is never converted to another zone: a message written at one in the morning of the
//! 29th in Ürümqi stays a message of the 29th. Sorting and ranges use this civil date, as written.

use crate::time::Moment;
use std::fmt;

/// A calendar date and time in an arbitrary zone: microseconds since 1970-01-01T00:00:00 of the same zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CivilTime(pub i64);

impl CivilTime {
    /// A date and time; `None` if it does not exist.
    #[must_use]
    pub fn new(
        year: i64,
        month: u32,
        day: u32,
        hour: u32,
        minute: u32,
        second: u32,
    ) -> Option<Self> {
        Moment::from_civil(year, month, day, hour, minute, second).map(|moment| Self(moment.0))
    }

    /// Year, month (1-12) and day (1-31).
    #[must_use]
    pub fn date(self) -> (i64, u32, u32) {
        Moment(self.0).civil_date()
    }
}

/// A date as a document states it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StatedDate {
    /// A day without a time.
    Day(CivilTime),
    /// A day and time in an unstated zone.
    Local(CivilTime),
    /// A day and time, and the minutes by which its zone is ahead of UTC.
    Zoned(CivilTime, i16),
}

impl StatedDate {
    /// Parses a date in the forms that file properties use: `2019-03-28`, RFC 3339, EXIF's `2019:03:28 10:00:00`, PDF's
    /// `D:20190328100000+08'00'`. If the time does not exist, only the day is used.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut cursor = Cursor(text.strip_prefix("D:").unwrap_or(text).as_bytes());
        let year = cursor.number(4)?;
        cursor.skip(b"-:/.");
        let month = cursor.number(2)?;
        cursor.skip(b"-:/.");
        let day = cursor.number(2)?;
        let at = |hour, minute, second| {
            CivilTime::new(i64::from(year), month, day, hour, minute, second)
        };
        let whole_day = at(0, 0, 0).map(Self::Day);
        cursor.skip(b"Tt ");
        let Some(hour) = cursor.number(2) else { return whole_day };
        let mut next = || {
            cursor.skip(b":");
            cursor.number(2).unwrap_or(0)
        };
        let (minute, second) = (next(), next());
        let Some(local) = at(hour, minute, second) else { return whole_day };
        cursor.skip_fraction();
        Some(cursor.offset().map_or(Self::Local(local), |minutes| Self::Zoned(local, minutes)))
    }

    /// The date as written, for sorting and ranges.
    #[must_use]
    pub const fn civil(self) -> CivilTime {
        match self {
            Self::Day(civil) | Self::Local(civil) | Self::Zoned(civil, _) => civil,
        }
    }

    /// The point in time, if its zone is known.
    #[must_use]
    pub fn instant(self) -> Option<Moment> {
        match self {
            Self::Zoned(civil, minutes) => Some(Moment(civil.0 - i64::from(minutes) * 60_000_000)),
            Self::Day(_) | Self::Local(_) => None,
        }
    }

    /// The day as written, such as `2019-03-28`.
    #[must_use]
    pub fn day(self) -> String {
        let (year, month, day) = self.civil().date();
        format!("{year:04}-{month:02}-{day:02}")
    }
}

/// In RFC 3339, without unknown parts: `2019-03-28`, `2019-03-28T10:20:30`, `2019-03-28T10:20:30+08:00`.
impl fmt::Display for StatedDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.day())?;
        if matches!(self, Self::Day(_)) {
            return Ok(());
        }
        let second = self.civil().0.div_euclid(1_000_000).rem_euclid(86_400);
        write!(f, "T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)?;
        match self {
            Self::Zoned(_, 0) => f.write_str("Z"),
            Self::Zoned(_, minutes) => {
                let sign = if *minutes < 0 { '-' } else { '+' };
                let minutes = minutes.unsigned_abs();
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
            Self::Day(_) | Self::Local(_) => Ok(()),
        }
    }
}

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    // Exactly this many digits.
    fn number(&mut self, digits: usize) -> Option<u32> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        let value = number.iter().try_fold(0, |value, digit| {
            digit.is_ascii_digit().then(|| value * 10 + u32::from(digit - b'0'))
        })?;
        self.0 = rest;
        Some(value)
    }

    fn skip(&mut self, any: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first().filter(|(first, _)| any.contains(first))?;
        self.0 = rest;
        Some(*first)
    }

    fn skip_fraction(&mut self) {
        if self.skip(b".,").is_some() {
            while self.skip(b"0123456789").is_some() {}
        }
    }

    // Minutes ahead of UTC, if a zone is stated.
    fn offset(&mut self) -> Option<i16> {
        while self.skip(b" ").is_some() {}
        let sign = match self.skip(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(0),
        };
        let hours = self.number(2).filter(|hours| *hours < 24)?;
        self.skip(b":'");
        let minutes = self.number(2).unwrap_or(0);
        let offset = i16::try_from(hours * 60 + minutes).ok().filter(|_| minutes < 60)?;
        Some(sign * offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_their_usual_forms_keep_their_zone_or_have_none() {
        for (text, written, instant) in [
            ("2019-03-28", "2019-03-28", None),
            ("2019-03-28T10:20:30Z", "2019-03-28T10:20:30Z", Some("2019-03-28T10:20:30Z")),
            (
                "2019-03-28T10:20:30.25+08:00",
                "2019-03-28T10:20:30+08:00",
                Some("2019-03-28T02:20:30Z"),
            ),
            ("2019-03-28 01:20 -05:30", "2019-03-28T01:20:00-05:30", Some("2019-03-28T06:50:00Z")),
            ("2019:03:28 10:20:30", "2019-03-28T10:20:30", None),
            ("D:20190328102030+08'00'", "2019-03-28T10:20:30+08:00", Some("2019-03-28T02:20:30Z")),
            ("D:20190328102030Z00'00'", "2019-03-28T10:20:30Z", Some("2019-03-28T10:20:30Z")),
            ("D:20190328102030+08", "2019-03-28T10:20:30+08:00", Some("2019-03-28T02:20:30Z")),
            ("D:20190328102030", "2019-03-28T10:20:30", None),
            ("D:20190328", "2019-03-28", None),
            ("20190328T102030", "2019-03-28T10:20:30", None),
            ("2019-03-28T25:00:00Z", "2019-03-28", None),
            ("2019-03-28T10:20:30+99:00", "2019-03-28T10:20:30", None),
            ("2019-03-28 morning", "2019-03-28", None),
        ] {
            let date = StatedDate::parse(text);
            assert_eq!(date.map(|date| date.to_string()).as_deref(), Some(written), "{text}");
            let named = date.and_then(StatedDate::instant);
            assert_eq!(named.map(|moment| moment.to_string()).as_deref(), instant, "{text}");
            // parsing what was written returns the same value
            assert_eq!(StatedDate::parse(written), date, "{text}");
        }
        for text in [
            "",
            "2019",
            "2019-03",
            "2019-13-28",
            "2019-02-29",
            "Thursday",
            "2019年3月28日",
            "é019-03-28",
        ] {
            assert_eq!(StatedDate::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_zone_moves_the_instant_and_never_the_day() {
        let parse = |text: &str| StatedDate::parse(text).expect(text);
        let night = parse("2014-06-29T01:00:00+08:00");
        assert_eq!(night.day(), "2014-06-29");
        assert_eq!(night.instant(), Moment::from_civil(2014, 6, 28, 17, 0, 0));
        let same = parse("2014-06-28T17:00:00Z");
        assert_eq!(same.instant(), night.instant());
        assert_ne!(same, night);
        assert!(same.civil() < night.civil(), "sorting uses the date as written");
        assert_eq!(parse("2014-06-29").civil(), parse("2014-06-29T00:00:00").civil());
        assert_ne!(parse("2014-06-29"), parse("2014-06-29T00:00:00"), "a day is not its midnight");
        assert_eq!(parse("2014-06-29").instant(), None);
    }

    #[test]
    fn zones_at_their_limits() {
        for (zone, written) in [
            ("Z", "Z"),
            ("z", "Z"),
            ("+00:00", "Z"),
            ("-00:00", "Z"),
            ("+23:59", "+23:59"),
            ("-23:59", "-23:59"),
            ("-00:30", "-00:30"),
            ("+0545", "+05:45"),
            ("  +0800", "+08:00"),
            // not a zone: the time is kept, without one
            ("+24:00", ""),
            ("+08:60", ""),
            ("+8", ""),
            ("CST", ""),
            ("+", ""),
        ] {
            let date = StatedDate::parse(&format!("2020-02-29T12:00:00{zone}")).expect("a date");
            assert_eq!(date.to_string(), format!("2020-02-29T12:00:00{written}"), "{zone}");
            assert_eq!(date.instant().is_some(), !written.is_empty(), "{zone}");
        }
    }

    #[test]
    fn times_that_do_not_exist_leave_the_day() {
        for time in ["24:00:00", "23:60:00", "23:59:60", "99"] {
            assert_eq!(
                StatedDate::parse(&format!("1999-12-31T{time}Z")),
                StatedDate::parse("1999-12-31"),
                "{time}"
            );
        }
        for (text, exists) in [
            ("2000-02-29", true),
            ("1900-02-29", false),
            ("2100-02-29", false),
            ("2024-02-30", false),
            ("2024-04-31", false),
            ("2024-00-10", false),
            ("2024-01-00", false),
            ("0000-01-01", true),
            ("9999-12-31", true),
        ] {
            assert_eq!(StatedDate::parse(text).is_some(), exists, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn written_dates_are_parsed_to_themselves(
            (year, month, day) in (0_i64..=9999, 1_u32..=12, 1_u32..=28),
            (hour, minute, second) in (0_u32..24, 0_u32..60, 0_u32..60),
            zone in -1439_i16..=1439,
        ) {
            let civil = CivilTime::new(year, month, day, hour, minute, second).expect("it exists");
            let midnight = CivilTime::new(year, month, day, 0, 0, 0).expect("it exists");
            for date in [StatedDate::Day(midnight), StatedDate::Local(civil), StatedDate::Zoned(civil, zone)] {
                proptest::prop_assert_eq!(StatedDate::parse(&date.to_string()), Some(date));
                proptest::prop_assert_eq!(date.civil().date(), (year, month, day));
            }
            let instant = StatedDate::Zoned(civil, zone).instant().expect("a zone");
            proptest::prop_assert_eq!(civil.0 - instant.0, i64::from(zone) * 60_000_000);
        }

        #[test]
        fn any_text_is_a_date_that_writes_itself_or_none(text in "[0-9DTZ:+ './-]{0,28}|\\PC{0,20}") {
            if let Some(date) = StatedDate::parse(&text) {
                proptest::prop_assert_eq!(StatedDate::parse(&date.to_string()), Some(date));
            }
        }
    }
}
