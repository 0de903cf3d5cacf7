//! Lists of names or queries: one per line, or a column of a CSV file.

use csv::{ByteRecord, ReaderBuilder};

/// Why a line of a list cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineFault {
    /// It is not UTF-8.
    NotUtf8,
    /// It has more than 2,000 characters.
    TooLong,
}

impl LineFault {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotUtf8 => "not-utf8",
            Self::TooLong => "too-long",
        }
    }
}

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListLine {
    /// The number of the line in the file at which it begins, from 1.
    pub number: u64,
    /// Its text, or why it cannot be used.
    pub text: Result<String, LineFault>,
}

const LONGEST: usize = 2_000;

/// Reads a list: every line that is not blank, or the cell in `column` (from 0) of each record of a CSV file (RFC 4180;
/// separated by commas, semicolons or tabs, whichever the first line has most of). An unusable line does not stop the
/// reading: it is returned with the reason.
#[must_use]
pub fn read_list(bytes: &[u8], column: Option<usize>) -> Vec<ListLine> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = match column {
        None => (1..).zip(bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec)).collect(),
        Some(column) => cells(bytes, column),
    };
    lines.into_iter().filter_map(|(number, line)| used(number, line)).collect()
}

fn used(number: u64, line: Vec<u8>) -> Option<ListLine> {
    let Ok(text) = String::from_utf8(line) else {
        return Some(ListLine { number, text: Err(LineFault::NotUtf8) });
    };
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let long = text.chars().nth(LONGEST).is_some();
    Some(ListLine {
        number,
        text: if long { Err(LineFault::TooLong) } else { Ok(text.to_owned()) },
    })
}

// One cell of each record, with the line at which the record begins.
fn cells(bytes: &[u8], column: usize) -> Vec<(u64, Vec<u8>)> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(bytes))
        .from_reader(bytes);
    let (mut found, mut record) = (Vec::new(), ByteRecord::new());
    let (mut line, mut counted) = (1, 0);
    // reading from memory does not fail, and records of any length are allowed
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        let at = record
            .position()
            .and_then(|position| usize::try_from(position.byte()).ok())
            .unwrap_or(counted);
        // the position is that of blank lines before the record; the reader's own count omits line ends of one CR
        let blank = bytes.iter().skip(at).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let begins = at + blank;
        line += line_ends(bytes.get(counted..begins).unwrap_or_default());
        counted = counted.max(begins);
        found.push((line, record.get(column).unwrap_or_default().to_vec()));
    }
    found
}

// The number of LF, CR LF and single CR. The bytes do not end between CR and LF.
fn line_ends(bytes: &[u8]) -> u64 {
    let lf = bytes.iter().filter(|byte| **byte == b'\n').count();
    let cr = bytes.iter().filter(|byte| **byte == b'\r').count();
    (lf + cr - bytes.windows(2).filter(|pair| *pair == b"\r\n").count()) as u64
}

fn separator(bytes: &[u8]) -> u8 {
    let first = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let count = |sign: u8| first.iter().filter(|b| **b == sign).count();
    [b'\t', b';', b','].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], column: Option<usize>, expected: &[(u64, Result<&str, LineFault>)]) {
        let read = read_list(bytes, column);
        let read: Vec<_> =
            read.iter().map(|l| (l.number, l.text.as_deref().map_err(|e| *e))).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn lists_are_read_line_by_line() {
        check(
            "\u{feff}王立强\r\n\n  O'Brien \n".as_bytes(),
            None,
            &[(1, Ok("王立强")), (3, Ok("O'Brien"))],
        );
        check(b"a\n\xff\nb", None, &[(1, Ok("a")), (2, Err(LineFault::NotUtf8)), (3, Ok("b"))]);
        let long = "x".repeat(2_001);
        check(long.as_bytes(), None, &[(1, Err(LineFault::TooLong))]);
        check(b"", None, &[]);
    }

    #[test]
    fn a_column_of_a_table_is_read() {
        let table = "id,name\n1,\"Wang \"\"Li\"\", of\nK\"\n2,刘\n3\n";
        check(
            table.as_bytes(),
            Some(1),
            &[(1, Ok("name")), (2, Ok("Wang \"Li\", of\nK")), (4, Ok("刘"))],
        );
        check(b"a;b,c;d\n1;2", Some(1), &[(1, Ok("b,c")), (2, Ok("2"))]);
        check(b"\"never closed\nb", Some(0), &[(1, Ok("never closed\nb"))]);
        check(
            b"a,b\n\n\nc,d\n\"e\nf\",g\nh,i",
            Some(0),
            &[(1, Ok("a")), (4, Ok("c")), (5, Ok("e\nf")), (7, Ok("h"))],
        );
        check(b"a,b\r\n\r\nc,d\r\n", Some(0), &[(1, Ok("a")), (3, Ok("c"))]);
        check(
            b"a,b\rc,d\r\r\"e\rf\",g\rh,i",
            Some(0),
            &[(1, Ok("a")), (2, Ok("c")), (4, Ok("e\rf")), (6, Ok("h"))],
        );
        check(b"a,\xff\nb,c", Some(1), &[(1, Err(LineFault::NotUtf8)), (2, Ok("c"))]);
    }
}
