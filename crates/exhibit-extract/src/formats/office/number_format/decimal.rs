//! Decimal numbers with the digits that a file has: never through a binary fraction, which would change long ones.

/// The maximum number of digits of a number that a spreadsheet may store.
const MOST_DIGITS: usize = 400;
/// The digits that a spreadsheet computes with and displays.
pub(crate) const SIGNIFICANT: usize = 15;

/// A number as written: its value is `0.DIGITS` × 10^`point`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Decimal {
    pub(super) negative: bool,
    /// Without zeros at either end; empty for zero.
    digits: Vec<u8>,
    point: i32,
    /// Whether it was written with an exponent, so that zeros up to its point are not in the file.
    exponent: bool,
}

impl Decimal {
    /// The number that `text` is, in the form of XML Schema's `double`, except infinities and `NaN`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent.parse::<i32>().ok()?)),
            None => (text, None),
        };
        let negative = mantissa.starts_with('-');
        let mantissa = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = [whole, fraction].concat();
        let known = !all.is_empty()
            && all.len() <= MOST_DIGITS
            && all.bytes().all(|byte| byte.is_ascii_digit());
        if !known || exponent.is_some_and(|exponent| exponent.abs() > 400) {
            return None;
        }
        let digits = all.bytes().map(|byte| byte - b'0').collect();
        let point = i32::try_from(whole.len()).ok()? + exponent.unwrap_or(0);
        let exponent = exponent.is_some();
        Some(Self { negative, digits, point, exponent }.trimmed())
    }

    /// A binary number, by the shortest digits that identify it; `None` for infinities and `NaN`.
    pub(crate) fn of(number: f64) -> Option<Self> {
        number.is_finite().then(|| Self::parse(&format!("{number:e}"))).flatten()
    }

    /// The nearest binary number.
    pub(crate) fn value(&self) -> f64 {
        self.written().parse().unwrap_or(0.0)
    }

    fn trimmed(mut self) -> Self {
        let zeros = self.digits.iter().take_while(|digit| **digit == 0).count();
        self.digits.drain(..zeros);
        self.point -= i32::try_from(zeros).unwrap_or(0);
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.point = 0;
        }
        self
    }

    pub(super) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// Whether there is nothing after the point.
    pub(super) fn is_whole(&self) -> bool {
        i32::try_from(self.digits.len()).is_ok_and(|count| count <= self.point)
    }

    /// Without its sign.
    pub(super) fn abs(&self) -> Self {
        Self { negative: false, ..self.clone() }
    }

    /// Times ten to the power of `places`.
    pub(super) fn shifted(&self, places: i32) -> Self {
        let point = if self.is_zero() { 0 } else { self.point.saturating_add(places) };
        Self { point, ..self.clone() }
    }

    /// The power of ten of the first digit.
    pub(super) fn magnitude(&self) -> i32 {
        if self.is_zero() { 0 } else { self.point - 1 }
    }

    /// Rounded to `places` after the point, halves away from zero.
    pub(super) fn rounded(&self, places: i32) -> Self {
        self.kept(self.point.saturating_add(places))
    }

    /// Whether the file has every digit of this whole number.
    pub(super) fn is_in_full(&self) -> bool {
        self.is_whole() && !self.exponent
    }

    /// As a spreadsheet computes with it: fifteen digits, except a whole number that the file writes in full.
    pub(super) fn computed(&self) -> Self {
        if self.is_in_full() {
            self.clone()
        } else {
            self.kept(i32::try_from(SIGNIFICANT).unwrap_or(15))
        }
    }

    // Rounded to the first `count` digits.
    fn kept(&self, count: i32) -> Self {
        let Ok(count) = usize::try_from(count) else {
            return Self { negative: self.negative, ..Self::default() };
        };
        if count >= self.digits.len() {
            return self.clone();
        }
        let mut digits = self.digits[..count].to_vec();
        let mut point = self.point;
        if self.digits[count] >= 5 {
            let nines = digits.iter().rev().take_while(|digit| **digit == 9).count();
            digits.truncate(count - nines);
            match digits.last_mut() {
                Some(last) => *last += 1,
                None => {
                    digits.push(1);
                    point += 1;
                }
            }
        }
        Self { digits, point, ..self.clone() }.trimmed()
    }

    /// The digits before the point, without leading zeros: empty for less than one.
    pub(super) fn whole_digits(&self) -> String {
        let count = usize::try_from(self.point).unwrap_or(0);
        (0..count).map(|at| char::from(b'0' + self.digits.get(at).copied().unwrap_or(0))).collect()
    }

    /// The first `count` digits after the point.
    pub(super) fn fraction_digits(&self, count: usize) -> String {
        let digit = |at: usize| {
            let at = i32::try_from(at).ok()?.checked_add(self.point)?;
            self.digits.get(usize::try_from(at).ok()?).copied()
        };
        (0..count).map(|at| char::from(b'0' + digit(at).unwrap_or(0))).collect()
    }

    /// The digits with an exponent: `6.53E+17`.
    pub(super) fn in_powers(&self) -> String {
        let Some((first, rest)) = self.digits.split_first() else { return "0".to_owned() };
        let sign = if self.negative { "-" } else { "" };
        let rest: String = rest.iter().map(|digit| char::from(b'0' + digit)).collect();
        let dot = if rest.is_empty() { "" } else { "." };
        let power = self.magnitude();
        let power_sign = if power < 0 { '-' } else { '+' };
        format!(
            "{sign}{}{dot}{rest}E{power_sign}{:02}",
            char::from(b'0' + first),
            power.unsigned_abs()
        )
    }

    /// All digits of the number, in the plain form, or with an exponent where the plain one would be long.
    pub(crate) fn written(&self) -> String {
        let sign = if self.negative && !self.is_zero() { "-" } else { "" };
        if self.is_zero() {
            return "0".to_owned();
        }
        let long = self.exponent && self.point > 15 || self.point > 400;
        if long || self.point < -8 {
            return self.in_powers();
        }
        let whole = self.whole_digits();
        let whole = if whole.is_empty() { "0" } else { &whole };
        let places = usize::try_from(i32::try_from(self.digits.len()).unwrap_or(0) - self.point)
            .unwrap_or(0);
        let dot = if places == 0 { "" } else { "." };
        format!("{sign}{whole}{dot}{}", self.fraction_digits(places))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_the_digits_of_the_file() {
        for (text, written, whole, rounded) in [
            (
                "110101199003070013",
                "110101199003070013",
                "110101199003070013",
                "110101199003070013",
            ),
            ("-0.10", "-0.1", "", "-0.1"),
            (
                "1.0000000000000001E+20",
                "1.0000000000000001E+20",
                "100000000000000010000",
                "1.0000000000000001E+20",
            ),
            ("1e-7", "0.0000001", "", "0"),
            ("1e-12", "1E-12", "", "0"),
            ("000", "0", "", "0"),
            ("9.995", "9.995", "9", "10"),
            ("0.005", "0.005", "", "0.01"),
            ("0.0049", "0.0049", "", "0"),
            ("-99.999", "-99.999", "99", "-100"),
            ("+12.", "12", "12", "12"),
        ] {
            let number = Decimal::parse(text).expect(text);
            assert_eq!(number.written(), written, "{text}");
            assert_eq!(number.whole_digits(), whole, "{text}");
            assert_eq!(number.rounded(2).written(), rounded, "{text}");
        }
        for text in
            ["", "-", ".", "1,5", "NaN", "inf", "0x10", "1e", "1e999999999999", "1e500", "é"]
        {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
        assert_eq!(
            Decimal::parse("0.30000000000000004").map(|n| n.computed().written()),
            Some("0.3".to_owned())
        );
        assert_eq!(
            Decimal::of(0.1 + 0.2).map(|n| n.written()),
            Some("0.30000000000000004".to_owned())
        );
        assert_eq!(Decimal::of(f64::NAN), None);
        assert!(
            (Decimal::parse("-12.5e1").expect("a number").value() + 125.0).abs() < f64::EPSILON
        );
    }
}
