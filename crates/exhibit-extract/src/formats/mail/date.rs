//! Dates of messages (RFC 5322, and what programs write in its place).
//!
//! A date is given only if all of it is understood. A time zone that is not understood, or not given, is unknown
//! (`-00:00`, RFC 3339), never UTC; an abbreviation that several zones share is not understood.

/// A date in RFC 3339, and the time zone as written if it is not understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MailDate {
    /// The date and time with the zone.
    pub(super) rfc3339: String,
    /// The unknown zone.
    pub(super) unknown_zone: Option<String>,
}

#[derive(Default)]
struct Fields {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    time: Option<(u32, u32, u32)>,
    zone: Option<Zone>,
    afternoon: Option<bool>,
}

enum Zone {
    /// Minutes east of UTC.
    Minutes(i32),
    /// Given as unknown.
    NoneGiven,
    /// Not understood.
    Unknown(String),
}

/// Parses a date; `None` if it is not understood or does not exist.
pub(super) fn parse(text: &str) -> Option<MailDate> {
    let text = without_comments(text);
    let mut fields = Fields::default();
    let separated = text.replace(',', " ");
    for (at, word) in separated.split_whitespace().enumerate() {
        fields.take(word, at == 0)?;
    }
    fields.finish()
}

fn without_comments(text: &str) -> String {
    let mut depth = 0_usize;
    let kept = text.chars().filter(|c| match c {
        '(' => {
            depth += 1;
            false
        }
        ')' => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    });
    kept.collect()
}

impl Fields {
    fn take(&mut self, word: &str, first: bool) -> Option<()> {
        let digits = word.bytes().all(|b| b.is_ascii_digit());
        if let Some((date, time)) =
            word.split_once(['T', 't']).filter(|(date, _)| date.contains('-'))
        {
            self.take_iso_date(date)?;
            return self.take_time(time);
        }
        if digits && self.day.is_none() && word.len() <= 2 {
            self.day = Some(word.parse().ok()?);
        } else if digits && self.year.is_none() && (2..=4).contains(&word.len()) {
            self.year = Some(full_year(word)?);
        } else if word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit()) {
            self.take_time(word)?;
        } else if let Some(month) = month(word).filter(|_| self.month.is_none()) {
            self.month = Some(month);
        } else if word.len() >= 8
            && word.contains(['-', '/'])
            && word.as_bytes()[..4].iter().all(u8::is_ascii_digit)
        {
            self.take_iso_date(&word.replace('/', "-"))?;
        } else if let Some((day, rest)) =
            word.split_once('-').filter(|(day, _)| self.day.is_none() && is_number(day))
        {
            let (name, year) = rest.split_once('-')?;
            (self.day, self.month, self.year) =
                (day.parse().ok(), Some(month(name)?), Some(full_year(year)?));
        } else if word.eq_ignore_ascii_case("am") || word.eq_ignore_ascii_case("pm") {
            self.afternoon = Some(word.eq_ignore_ascii_case("pm"));
        } else if self.time.is_some() && self.zone.is_none() && !digits {
            self.zone = Some(zone(word));
        } else if self.time.is_some()
            && matches!(self.zone, Some(Zone::Minutes(0)))
            && word.starts_with(['+', '-'])
        {
            // GMT +0800
            self.zone = Some(zone(word));
        } else if digits || (!first && !is_weekday(word) && self.zone.is_none()) {
            return None;
        }
        Some(())
    }

    fn take_iso_date(&mut self, date: &str) -> Option<()> {
        let mut numbers = date.split('-').map(|number| number.parse::<u32>().ok());
        (self.year, self.month, self.day) =
            (Some(numbers.next()??), Some(numbers.next()??), Some(numbers.next()??));
        numbers.next().is_none().then_some(())
    }

    /// A time, perhaps with fractions of a second and a zone directly behind it.
    fn take_time(&mut self, word: &str) -> Option<()> {
        let end = word
            .find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.'))
            .unwrap_or(word.len());
        let (time, zone_of_time) = word.split_at(end);
        let mut numbers = time.split(':');
        let (hour, minute) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
        let second = match numbers.next() {
            Some(second) => second.split('.').next()?.parse().ok()?,
            None => 0,
        };
        if numbers.next().is_some() || self.time.is_some() {
            return None;
        }
        self.time = Some((hour, minute, second));
        if !zone_of_time.is_empty() {
            match zone_of_time.to_ascii_lowercase().as_str() {
                "am" | "pm" => self.afternoon = Some(zone_of_time.eq_ignore_ascii_case("pm")),
                _ => self.zone = Some(zone(zone_of_time)),
            }
        }
        Some(())
    }

    fn finish(self) -> Option<MailDate> {
        let (year, month, day) = (self.year?, self.month?, self.day?);
        let (mut hour, minute, second) = self.time?;
        match self.afternoon {
            Some(_) if !(1..=12).contains(&hour) => return None,
            Some(afternoon) => hour = hour % 12 + if afternoon { 12 } else { 0 },
            None => {}
        }
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u32::from(leap),
            1..=12 => 31,
            _ => return None,
        };
        if !(1..=days).contains(&day)
            || !(1900..=9999).contains(&year)
            || hour > 23
            || minute > 59
            || second > 60
        {
            return None;
        }
        let (zone, unknown_zone) = match self.zone {
            Some(Zone::Minutes(minutes)) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                (format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60), None)
            }
            Some(Zone::NoneGiven) | None => ("-00:00".to_owned(), None),
            Some(Zone::Unknown(word)) => ("-00:00".to_owned(), Some(word)),
        };
        let rfc3339 =
            format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}");
        Some(MailDate { rfc3339, unknown_zone })
    }
}

fn is_number(word: &str) -> bool {
    (1..=2).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit())
}

/// Years of two and three digits (RFC 5322, 4.3).
fn full_year(word: &str) -> Option<u32> {
    let year: u32 = word.parse().ok()?;
    match word.len() {
        4 => Some(year),
        3 => Some(1900 + year),
        2 => Some(if year < 50 { 2000 + year } else { 1900 + year }),
        _ => None,
    }
}

fn month(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| word.len() >= 3 && month.starts_with(&word))?;
    u32::try_from(at).ok().map(|at| at + 1)
}

fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    word.len() >= 3 && DAYS.iter().any(|day| day.starts_with(&word))
}

fn zone(word: &str) -> Zone {
    // CST is China's zone as well as America's, IST India's, Israel's and Ireland's, BST Britain's and Bangladesh's
    const NAMED: [(&str, i32); 26] = [
        ("Z", 0),
        ("UT", 0),
        ("UTC", 0),
        ("GMT", 0),
        ("WET", 0),
        ("EST", -300),
        ("EDT", -240),
        ("CDT", -300),
        ("MST", -420),
        ("MDT", -360),
        ("PST", -480),
        ("PDT", -420),
        ("CET", 60),
        ("CEST", 120),
        ("MET", 60),
        ("MEST", 120),
        ("MEZ", 60),
        ("MESZ", 120),
        ("EET", 120),
        ("EEST", 180),
        ("MSK", 180),
        ("HKT", 480),
        ("JST", 540),
        ("KST", 540),
        ("AEST", 600),
        ("AEDT", 660),
    ];
    let word = word.trim_matches(['"', '.', ';']);
    if let Some((_, minutes)) = NAMED.iter().find(|(name, _)| word.eq_ignore_ascii_case(name)) {
        return Zone::Minutes(*minutes);
    }
    let offset =
        ["GMT", "UTC", "UT"].iter().find_map(|name| word.strip_prefix(name)).unwrap_or(word);
    match offset_of(offset) {
        Some(0) if offset.starts_with('-') => Zone::NoneGiven,
        Some(minutes) => Zone::Minutes(minutes),
        None => Zone::Unknown(word.chars().take(40).collect()),
    }
}

/// The minutes of `+0800`, `+08:00` or `+8`.
fn offset_of(offset: &str) -> Option<i32> {
    let negative = offset.starts_with('-');
    let digits: String = offset.strip_prefix(['+', '-'])?.chars().filter(|c| *c != ':').collect();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i32 = digits.parse().ok()?;
    let (hours, minutes) =
        if digits.len() <= 2 { (number, 0) } else { (number / 100, number % 100) };
    let total = hours * 60 + minutes;
    (digits.len() <= 4 && minutes < 60 && total <= 14 * 60).then_some(if negative {
        -total
    } else {
        total
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_understood_in_the_forms_that_programs_write() {
        for (text, expected) in [
            ("Tue, 12 Nov 2019 08:30:00 +0800", "2019-11-12T08:30:00+08:00"),
            ("Tue, 12 Nov 2019 08:30:00 +0800 (China Standard Time)", "2019-11-12T08:30:00+08:00"),
            ("12 Nov 19 8:30 +0800", "2019-11-12T08:30:00+08:00"),
            ("Tue, 12 Nov 99 08:30:00 -0430", "1999-11-12T08:30:00-04:30"),
            ("Tue Nov 12 08:30:00 2019", "2019-11-12T08:30:00-00:00"),
            ("Tue Nov 12 08:30:00 EST 2019", "2019-11-12T08:30:00-05:00"),
            ("Tue, 12 Nov 2019 08:30:00 GMT+8", "2019-11-12T08:30:00+08:00"),
            ("Tue, 12 Nov 2019 08:30:00 GMT +0800", "2019-11-12T08:30:00+08:00"),
            ("Tue, 12 Nov 2019 08:30:00 MEZ", "2019-11-12T08:30:00+01:00"),
            ("Tue, 12 Nov 2019 08:30:00 UT", "2019-11-12T08:30:00+00:00"),
            ("Tue, 12 Nov 2019 08:30:00 -0000", "2019-11-12T08:30:00-00:00"),
            ("Tue, 12 Nov 2019 08:30:00", "2019-11-12T08:30:00-00:00"),
            ("Tue, 12 Nov 2019 8:30:00 PM +0800", "2019-11-12T20:30:00+08:00"),
            ("12-Nov-2019 08:30:00 +0800", "2019-11-12T08:30:00+08:00"),
            ("2019-11-12T08:30:00+08:00", "2019-11-12T08:30:00+08:00"),
            ("2019-11-12 08:30:00 +0800", "2019-11-12T08:30:00+08:00"),
            ("2019-11-12T00:30:00Z", "2019-11-12T00:30:00+00:00"),
            ("2019/11/12 08:30:00", "2019-11-12T08:30:00-00:00"),
            ("周二, 12 Nov 2019 08:30:00 +0800", "2019-11-12T08:30:00+08:00"),
            ("Sat, 29 Feb 2020 08:30:60 +0000", "2020-02-29T08:30:60+00:00"),
        ] {
            assert_eq!(parse(text).map(|date| date.rfc3339).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn zones_that_are_not_understood_are_unknown() {
        for (zone, unknown) in
            [("CST", "CST"), ("XYZ", "XYZ"), ("+2500", "+2500"), ("+0875", "+0875"), ("IST", "IST")]
        {
            let date = parse(&format!("Tue, 12 Nov 2019 08:30:00 {zone}")).expect("a date");
            assert_eq!(
                (date.rfc3339.as_str(), date.unknown_zone.as_deref()),
                ("2019-11-12T08:30:00-00:00", Some(unknown))
            );
        }
    }

    #[test]
    fn dates_that_do_not_exist_or_are_ambiguous_are_none() {
        for text in [
            "Thu, 31 Feb 2019 08:30:00 +0800",
            "Fri, 29 Feb 2019 08:30:00 +0800",
            "Tue, 12 Nov 2019 24:30:00 +0800",
            "Tue, 12 Nov 2019 08:61:00 +0800",
            "Tue, 12 Nov 2019 13:30:00 PM",
            "05/03/2019 10:00:00",
            "Tue, 12 Nov 2019",
            "12 2019 08:30",
            "yesterday",
            "",
            "0 Nov 2019 08:30:00",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
