//! Records: the values of a row.

use super::file::varint;

/// A value as stored.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Value<'r> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'r [u8]),
    Bytes(&'r [u8]),
}

/// The values of a record, as far as they exist, and whether that is all of them.
pub(super) fn values(record: &[u8]) -> (Vec<Value<'_>>, bool) {
    let mut values = Vec::new();
    let Some((header_size, first)) = varint(record) else { return (values, false) };
    let header_end = usize::try_from(header_size).unwrap_or(usize::MAX).min(record.len());
    let whole_header = header_end as u64 == header_size && header_end >= first;
    let mut header = record.get(first..header_end).unwrap_or_default();
    let mut body = &record[header_end..];
    while !header.is_empty() {
        let Some((kind, length)) = varint(header) else { return (values, false) };
        header = &header[length..];
        let size = size_of(kind);
        let Some((bytes, rest)) =
            usize::try_from(size).ok().and_then(|size| body.split_at_checked(size))
        else {
            // a text or bytes that are cut are kept as far as they go
            if kind >= 12 {
                values.push(if kind % 2 == 0 { Value::Bytes(body) } else { Value::Text(body) });
            }
            return (values, false);
        };
        body = rest;
        values.push(value(kind, bytes));
    }
    (values, whole_header)
}

fn size_of(kind: u64) -> u64 {
    match kind {
        0 | 8..=11 => 0,
        1..=4 => kind,
        5 => 6,
        6 | 7 => 8,
        text => (text - 12) / 2,
    }
}

fn value(kind: u64, bytes: &[u8]) -> Value<'_> {
    match kind {
        1..=6 => {
            let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
            let start = if negative { -1 } else { 0 };
            Value::Integer(
                bytes.iter().fold(start, |number: i64, byte| number << 8 | i64::from(*byte)),
            )
        }
        7 => Value::Real(bytes.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte)).real()),
        8 => Value::Integer(0),
        9 => Value::Integer(1),
        text if text >= 12 => {
            if text % 2 == 0 {
                Value::Bytes(bytes)
            } else {
                Value::Text(bytes)
            }
        }
        _ => Value::Null,
    }
}

trait Bits {
    fn real(self) -> f64;
}

impl Bits for u64 {
    fn real(self) -> f64 {
        f64::from_bits(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_value() {
        let record = [
            &[11, 0, 1, 2, 3, 8, 9, 7, 16, 17, 5][..],
            &[0xff, 0x01, 0x02, 0xff, 0xff, 0xfe],
            &1.5f64.to_be_bytes(),
            b"\x01\x02ab",
            &[0, 0, 0, 0, 1, 0],
        ]
        .concat();
        let expected = [
            Value::Null,
            Value::Integer(-1),
            Value::Integer(258),
            Value::Integer(-2),
            Value::Integer(0),
            Value::Integer(1),
            Value::Real(1.5),
            Value::Bytes(b"\x01\x02"),
            Value::Text(b"ab"),
            Value::Integer(256),
        ];
        assert_eq!(values(&record), (expected.to_vec(), true));
    }

    #[test]
    fn cut_records_keep_what_they_have() {
        assert_eq!(values(&[2, 25, b'a', b'b']), (vec![Value::Text(b"ab")], false));
        assert_eq!(values(&[3, 1, 1, 7]), (vec![Value::Integer(7)], false));
        assert_eq!(values(&[]), (vec![], false));
        assert_eq!(values(&[200, 1, 1]), (vec![], false));
        let lying = [10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, b'x'];
        assert_eq!(values(&lying), (vec![Value::Text(b"x")], false));
    }
}
