//! The date that a document states of itself.

use exhibit_model::Moment;

/// Properties that state it, the most telling first.
const KEYS: [&str; 5] =
    ["mail:date", "dcterms:created", "pdf:CreationDate", "exif:DateTimeOriginal", "dcterms:modified"];

/// The date that a document's properties state, by the first of them that can be understood.
#[must_use]
pub fn date_of(metadata: &[(String, String)]) -> Option<Moment> {
    let stated = |wanted: &&str| metadata.iter().find(|(key, _)| key == wanted).and_then(|(_, value)| moment_of(value));
    KEYS.iter().find_map(stated)
}

/// The day or moment that a property states: `2019-03-28`, RFC 3339, EXIF's `2019:03:28 10:00:00`, PDF's `D:20190328…`.
fn moment_of(text: &str) -> Option<Moment> {
    let text = text.trim().trim_start_matches("D:");
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).take(14).collect();
    let number = |from: usize, to: usize| {
        let part = digits.get(from..to)?;
        Some(part.iter().fold(0, |value, digit| value * 10 + digit))
    };
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let clock = |at: usize| number(at, at + 2).unwrap_or(0);
    let full = Moment::from_civil(i64::from(year), month, day, clock(8), clock(10), clock(12));
    full.or_else(|| Moment::from_civil(i64::from(year), month, day, 0, 0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_their_usual_writings() {
        for (text, expected) in [
            ("2019-03-28", Some("2019-03-28T00:00:00Z")),
            ("2019-03-28T10:20:30Z", Some("2019-03-28T10:20:30Z")),
            ("2019:03:28 10:20:30", Some("2019-03-28T10:20:30Z")),
            ("D:20190328102030+08'00'", Some("2019-03-28T10:20:30Z")),
            ("2019", None),
            ("2019-13-28", None),
            ("Thursday", None),
        ] {
            assert_eq!(moment_of(text).map(Moment::to_rfc3339).as_deref(), expected, "{text}");
        }
    }
}
