//! Dates and times under codes such as `yyyy"年"m"月"` (ECMA-376 part 1, 18.8.31).

/// One piece of a date code.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Piece {
    /// A run of one letter: `yyyy`, `mm`, `h`.
    Field(char, usize),
    /// A run in square brackets: total elapsed hours, minutes or seconds.
    Elapsed(char, usize),
    /// Digits of a fraction of a second.
    Fraction(usize),
    /// `AM/PM` or `A/P`, as written.
    Half(String),
    Literal(String),
    /// Digit places, or the whole number: not a date.
    Number,
}

/// Whether a section of a code shows dates or times.
pub(super) fn is_date(section: &str) -> bool {
    let found = pieces(section);
    found.iter().any(|piece| matches!(piece, Piece::Field(..) | Piece::Elapsed(..)))
        && !found.contains(&Piece::Number)
}

// The locale of a code, as in `[$-804]`: a Windows language id.
fn language(section: &str) -> u32 {
    let codes =
        section.split("[$").skip(1).filter_map(|rest| rest.split(']').next()?.rsplit_once('-'));
    codes.filter_map(|(_, code)| u32::from_str_radix(code, 16).ok()).last().unwrap_or(0) & 0xffff
}

fn pieces(code: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        let (piece, length) = piece(c, rest);
        match (found.last_mut(), piece) {
            (Some(Piece::Literal(before)), Piece::Literal(text)) => before.push_str(&text),
            (_, piece) => found.push(piece),
        }
        rest = rest.get(length.max(c.len_utf8())..).unwrap_or_default();
    }
    found
}

fn piece(c: char, rest: &str) -> (Piece, usize) {
    for half in ["am/pm", "a/p", "上午/下午", "午前/午後", "오전/오후"] {
        if let Some(written) =
            rest.get(..half.len()).filter(|written| written.eq_ignore_ascii_case(half))
        {
            return (Piece::Half(written.to_owned()), half.len());
        }
    }
    if rest.get(..7).is_some_and(|word| word.eq_ignore_ascii_case("general")) {
        return (Piece::Number, 7);
    }
    let run = |letter: char| rest.chars().take_while(|c| c.eq_ignore_ascii_case(&letter)).count();
    match c.to_ascii_lowercase() {
        letter @ ('y' | 'm' | 'd' | 'h' | 's' | 'e' | 'b' | 'g')
            if !(letter == 'e' && rest[1..].starts_with(['+', '-'])) =>
        {
            let length = run(letter);
            (Piece::Field(letter, length), length)
        }
        'a' if run('a') >= 3 => (Piece::Field('a', run('a')), run('a')),
        '#' | '?' | '%' | '@' => (Piece::Number, 1),
        '.' if rest[1..].starts_with('0') => {
            let digits = rest[1..].chars().take_while(|c| *c == '0').count();
            (Piece::Fraction(digits), digits + 1)
        }
        '"' => {
            let text = rest[1..].split('"').next().unwrap_or_default();
            (Piece::Literal(text.to_owned()), text.len() + 2)
        }
        '\\' | '_' | '*' => {
            let next = rest[1..].chars().next();
            let shown = match c {
                '\\' => next.map(String::from).unwrap_or_default(),
                '_' => " ".to_owned(),
                _ => String::new(),
            };
            (Piece::Literal(shown), 1 + next.map_or(0, char::len_utf8))
        }
        '[' => {
            let inner = rest[1..].split(']').next().unwrap_or_default();
            let letter = inner.chars().next().unwrap_or(' ').to_ascii_lowercase();
            let elapsed = matches!(letter, 'h' | 'm' | 's')
                && inner.chars().all(|c| c.eq_ignore_ascii_case(&letter));
            let literal =
                inner.strip_prefix('$').map(|inner| inner.split('-').next().unwrap_or_default());
            let literal = Piece::Literal(literal.unwrap_or_default().to_owned());
            let piece = if elapsed { Piece::Elapsed(letter, inner.len()) } else { literal };
            (piece, inner.len() + 2)
        }
        _ => (Piece::Literal(c.to_string()), c.len_utf8()),
    }
}

/// A point on the calendar and clock.
pub(super) struct Moment {
    year: i64,
    month: u32,
    day: u32,
    weekday: usize,
    /// Whole seconds of the day.
    seconds: i64,
    /// The fraction of the second, in millionths.
    micros: i64,
    /// The serial number itself, for elapsed time.
    total_seconds: f64,
}

impl Moment {
    /// The moment of a serial number, rounded to what a section of a code displays; `None` for what is not one.
    /// Day 60 of the 1900 system, 29 February 1900, exists in spreadsheets only; the days before it are off by one.
    pub(super) fn of_serial(serial: f64, from_1904: bool, code: &str) -> Option<Self> {
        if !(0.0..2_958_466.0).contains(&serial) {
            return None;
        }
        let digits = pieces(code).iter().find_map(|piece| match piece {
            Piece::Fraction(digits) => Some(*digits as i32),
            _ => None,
        });
        let scale = 10f64.powi(digits.unwrap_or(0).min(6));
        let total_seconds = (serial * 86_400.0 * scale).round() / scale;
        let micros_in_all = (total_seconds * 1e6).round() as i64;
        let days = micros_in_all.div_euclid(86_400_000_000);
        let epoch = if from_1904 {
            -24_107
        } else if days < 60 {
            -25_568
        } else {
            -25_569
        };
        let moment = exhibit_model::Moment((days + epoch) * 86_400_000_000);
        let (year, month, day) = match days {
            0 if !from_1904 => (1900, 1, 0),
            60 if !from_1904 => (1900, 2, 29),
            _ => moment.civil_date(),
        };
        let of_day = micros_in_all.rem_euclid(86_400_000_000);
        let weekday = usize::try_from((days + epoch + 4).rem_euclid(7)).unwrap_or(0);
        Some(Self {
            year,
            month,
            day,
            weekday,
            seconds: of_day / 1_000_000,
            micros: of_day % 1_000_000,
            total_seconds,
        })
    }

    /// As a section of a code displays it.
    pub(super) fn shown(&self, section: &str) -> String {
        let found = pieces(section);
        let language = language(section);
        let halves = found.iter().any(|piece| matches!(piece, Piece::Half(_)));
        let mut text = String::new();
        for (at, piece) in found.iter().enumerate() {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Number => {}
                Piece::Fraction(digits) => {
                    let digits = (*digits).min(6);
                    text.push('.');
                    text.push_str(&format!("{:06}", self.micros)[..digits]);
                }
                Piece::Half(written) => text.push_str(&self.half(written)),
                Piece::Elapsed(letter, width) => text.push_str(&self.elapsed(*letter, *width)),
                Piece::Field('m', width) if is_minute(&found, at) => {
                    text.push_str(&padded(self.seconds / 60 % 60, *width));
                }
                Piece::Field(letter, width) => {
                    text.push_str(&self.field(*letter, *width, halves, language))
                }
            }
        }
        text
    }

    fn half(&self, written: &str) -> String {
        let afternoon = self.seconds >= 43_200;
        match written.split_once('/') {
            Some((before, after)) => if afternoon { after } else { before }.to_owned(),
            None => String::new(),
        }
    }

    fn elapsed(&self, letter: char, width: usize) -> String {
        let divisor = match letter {
            'h' => 3600.0,
            'm' => 60.0,
            _ => 1.0,
        };
        padded((self.total_seconds / divisor).floor() as i64, width)
    }

    fn field(&self, letter: char, width: usize, halves: bool, language: u32) -> String {
        let month = month_name(self.month, language);
        let english = language == 0 || month.is_ascii();
        let (day, short_day) = day_name(self.weekday, letter, language);
        match (letter, width) {
            ('y', 1 | 2) => format!("{:02}", self.year.rem_euclid(100)),
            ('e' | 'g', _) => self.era(letter, width, language),
            ('y', _) => self.year.to_string(),
            ('b', _) => (self.year + 543).to_string(),
            ('m', 1 | 2) => padded(i64::from(self.month), width),
            ('m', 3) if english => month[..3].to_owned(),
            ('m', 5) if english => month[..1].to_owned(),
            ('m', _) => month,
            ('d', 1 | 2) => padded(i64::from(self.day), width),
            ('d' | 'a', 3) => short_day,
            ('d' | 'a', _) => day,
            ('h', _) => {
                let hour = self.seconds / 3600;
                padded(if halves { (hour + 11) % 12 + 1 } else { hour }, width)
            }
            _ => padded(self.seconds % 60, width),
        }
    }

    // Years of an era: of Japan, and of the Republic of China in codes for Taiwan.
    fn era(&self, letter: char, width: usize, language: u32) -> String {
        const ERAS: [(i64, u32, u32, &str, &str); 5] = [
            (2019, 5, 1, "令和", "R"),
            (1989, 1, 8, "平成", "H"),
            (1926, 12, 25, "昭和", "S"),
            (1912, 7, 30, "大正", "T"),
            (1868, 1, 25, "明治", "M"),
        ];
        let today = (self.year, self.month, self.day);
        let era = match language {
            0x411 => {
                ERAS.iter().find(|(year, month, day, ..)| today >= (*year, *month, *day)).copied()
            }
            0x404 if self.year > 1911 => Some((1912, 1, 1, "民國", "民")),
            _ => None,
        };
        match (letter, era) {
            ('e', Some((first, ..))) => (self.year - first + 1).to_string(),
            ('e', None) => self.year.to_string(),
            (_, Some((.., name, letter))) => match width {
                1 => letter.to_owned(),
                2 => name.chars().take(1).collect(),
                _ => name.to_owned(),
            },
            _ => String::new(),
        }
    }

    /// The moment in the form of ISO 8601 with a blank: a date, a time, or both, as the serial number has them.
    pub(super) fn iso(&self) -> String {
        let whole_day = self.seconds == 0 && self.micros == 0;
        let time = match (self.seconds % 60, self.micros) {
            (0, 0) => format!("{:02}:{:02}", self.seconds / 3600, self.seconds / 60 % 60),
            (seconds, micros) => {
                let fraction = format!(".{micros:06}");
                let fraction = fraction.trim_end_matches(['0']).trim_end_matches('.');
                format!(
                    "{:02}:{:02}:{seconds:02}{fraction}",
                    self.seconds / 3600,
                    self.seconds / 60 % 60
                )
            }
        };
        if self.total_seconds < 86_400.0 && !whole_day {
            return time;
        }
        let date = format!("{:04}-{:02}-{:02}", self.year, self.month, self.day);
        if whole_day { date } else { format!("{date} {time}") }
    }
}

fn month_name(month: u32, language: u32) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    const HAN: [&str; 12] =
        ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];
    let at = (month as usize).saturating_sub(1);
    match language & 0x3ff {
        0x04 => format!("{}月", HAN.get(at).copied().unwrap_or_default()),
        0x11 => format!("{month}月"),
        0x12 => format!("{month}월"),
        _ => MONTHS.get(at).copied().unwrap_or_default().to_owned(),
    }
}

// A weekday in full and in short. `aaaa` without a language is from an East Asian one; most often Chinese.
fn day_name(weekday: usize, letter: char, language: u32) -> (String, String) {
    const DAYS: [&str; 7] =
        ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    let of = |days: &str| days.chars().nth(weekday).map(String::from).unwrap_or_default();
    match language & 0x3ff {
        0x11 => (format!("{}曜日", of("日月火水木金土")), of("日月火水木金土")),
        0x12 => (format!("{}요일", of("일월화수목금토")), of("일월화수목금토")),
        primary if primary == 0x04 || letter == 'a' => {
            (format!("星期{}", of("日一二三四五六")), format!("周{}", of("日一二三四五六")))
        }
        _ => {
            let day = DAYS.get(weekday).copied().unwrap_or_default();
            (day.to_owned(), day[..day.len().min(3)].to_owned())
        }
    }
}

// An `m` means minutes after hours or before seconds, else months.
fn is_minute(pieces: &[Piece], at: usize) -> bool {
    let letter = |piece: &Piece| match piece {
        Piece::Field(letter, _) | Piece::Elapsed(letter, _) => Some(*letter),
        _ => None,
    };
    let width = matches!(pieces.get(at), Some(Piece::Field(_, 1 | 2)));
    let before = pieces[..at].iter().rev().find_map(letter);
    let after = pieces[at + 1..].iter().find_map(letter);
    width && (before == Some('h') || after == Some('s'))
}

fn padded(number: i64, width: usize) -> String {
    format!("{number:0>width$}", width = width.min(2))
}
