//! Points in time: microseconds since 1970 UTC, and the clock as a parameter.

use std::fmt;

/// A point in time in UTC, in microseconds since 1970-01-01T00:00:00Z. Leap seconds are not counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Moment(pub i64);

/// Provides the current time. The binary creates the real clock; tests use [`FixedClock`].
pub trait Clock: Send + Sync {
    /// The current time.
    fn now(&self) -> Moment;
}

/// A clock that always returns the same time.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub Moment);

impl Clock for FixedClock {
    fn now(&self) -> Moment {
        self.0
    }
}

impl Moment {
    /// The time of a civil date and time in UTC (proleptic Gregorian calendar); `None` if no such date exists.
    #[must_use]
    pub fn from_civil(
        year: i64,
        month: u32,
        day: u32,
        hour: u32,
        minute: u32,
        second: u32,
    ) -> Option<Self> {
        let fits = (-9999..=9999).contains(&year)
            && (1..=12).contains(&month)
            && day >= 1
            && day <= days_in_month(year, month)
            && hour < 24
            && minute < 60
            && second < 60;
        fits.then(|| {
            let seconds = days_from_civil(year, month, day) * 86_400
                + i64::from(hour * 3600 + minute * 60 + second);
            Self(seconds * 1_000_000)
        })
    }

    /// Year, month (1-12) and day (1-31) in UTC.
    #[must_use]
    pub fn civil_date(self) -> (i64, u32, u32) {
        civil_from_days(self.0.div_euclid(86_400_000_000))
    }

    /// RFC 3339 in UTC with whole seconds, such as `2019-11-16T08:30:00Z`.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let (year, month, day) = self.civil_date();
        let second = self.0.div_euclid(1_000_000).rem_euclid(86_400);
        let (hour, minute) = (second / 3600, second / 60 % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}Z", second % 60)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

/// The number of days of `month` (1-12) of `year`.
#[must_use]
pub fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

// Both after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years start in March,
// so that the leap day is the last one, and 400 years are one era.
fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = i64::from((153 * ((month + 9) % 12) + 2) / 5 + day - 1);
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, u32::try_from(month).unwrap_or(1), u32::try_from(day).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_dates_round_trip() {
        for (text, civil) in [
            ("1970-01-01T00:00:00Z", (1970, 1, 1, 0, 0, 0)),
            ("2019-11-16T08:30:59Z", (2019, 11, 16, 8, 30, 59)),
            ("2000-02-29T23:59:59Z", (2000, 2, 29, 23, 59, 59)),
            ("1601-01-01T00:00:00Z", (1601, 1, 1, 0, 0, 0)),
        ] {
            let (y, m, d, h, min, s) = civil;
            let moment = Moment::from_civil(y, m, d, h, min, s).expect("a real date");
            assert_eq!(moment.to_rfc3339(), text);
            assert_eq!(moment.civil_date(), (y, m, d));
        }
        assert_eq!(Moment::from_civil(2019, 2, 29, 0, 0, 0), None);
    }

    #[test]
    fn times_before_1970_and_at_the_ends_of_the_calendar() {
        for (microseconds, text) in [
            (-1, "1969-12-31T23:59:59Z"),
            (-1_000_000, "1969-12-31T23:59:59Z"),
            (-1_000_001, "1969-12-31T23:59:58Z"),
            (999_999, "1970-01-01T00:00:00Z"),
            (86_400_000_000, "1970-01-02T00:00:00Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59Z"),
            (-62_167_219_200_000_000, "0000-01-01T00:00:00Z"),
        ] {
            assert_eq!(Moment(microseconds).to_string(), text);
        }
        assert_eq!(Moment(i64::MAX).civil_date(), (294_247, 1, 10));
        assert_eq!(Moment(i64::MIN).civil_date(), (-290_308, 12, 21));
    }

    #[test]
    fn dates_that_do_not_exist_are_none() {
        for (year, month, day, hour, minute, second) in [
            (10_000, 1, 1, 0, 0, 0),
            (-10_000, 1, 1, 0, 0, 0),
            (2000, 0, 1, 0, 0, 0),
            (2000, 13, 1, 0, 0, 0),
            (2000, 1, 0, 0, 0, 0),
            (2000, 1, 32, 0, 0, 0),
            (1900, 2, 29, 0, 0, 0),
            (2000, 1, 1, 24, 0, 0),
            (2000, 1, 1, 0, 60, 0),
            (2000, 1, 1, 0, 0, 60),
            (2000, u32::MAX, u32::MAX, u32::MAX, u32::MAX, u32::MAX),
            (i64::MIN, 1, 1, 0, 0, 0),
        ] {
            let moment = Moment::from_civil(year, month, day, hour, minute, second);
            assert_eq!(moment, None, "{year}-{month}-{day} {hour}:{minute}:{second}");
        }
    }

    #[test]
    fn four_hundred_years_have_their_days() {
        let days = |year| (1..=12).map(|month| days_in_month(year, month)).sum::<u32>();
        for (year, expected) in
            [(1900, 365), (2000, 366), (2023, 365), (2024, 366), (0, 366), (-4, 366), (-1, 365)]
        {
            assert_eq!(days(year), expected, "{year}");
        }
        assert_eq!((2000..2400).map(days).sum::<u32>(), 146_097);
        // every day of an era follows the day before it
        let mut previous = Moment::from_civil(1999, 12, 31, 0, 0, 0).expect("a day");
        for year in 2000..2400 {
            for month in 1..=12 {
                for day in 1..=days_in_month(year, month) {
                    let moment = Moment::from_civil(year, month, day, 0, 0, 0).expect("a day");
                    assert_eq!(moment.0 - previous.0, 86_400_000_000, "{year}-{month}-{day}");
                    assert_eq!(moment.civil_date(), (year, month, day));
                    previous = moment;
                }
            }
        }
    }

    #[test]
    fn a_fixed_clock_does_not_move() {
        let clock = FixedClock(Moment(7));
        assert_eq!((clock.now(), clock.now()), (Moment(7), Moment(7)));
    }

    proptest::proptest! {
        #[test]
        fn moments_are_ordered_as_their_dates(one: i64, other: i64) {
            let (one, other) = (Moment(one), Moment(other));
            proptest::prop_assert!(one > other || one.civil_date() <= other.civil_date());
            let (year, month, day) = one.civil_date();
            proptest::prop_assert!((1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day));
        }
    }
}
