//! MAPI properties in TNEF ([MS-OXTNEF] 2.1.3.1): each with its type, its name if it has one, and its values.

use crate::formats::mapi::property::{NAMED, Name, Names, Properties, Value, fixed_size, kind};
use std::rc::Rc;

/// More values or rows than this are not read.
const MOST: usize = 1_000_000;

/// Reads values from bytes; each step is `None` at the first that does not fit.
pub(super) struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    /// A list of properties. The bytes of an object go to `object`.
    pub(super) fn list(
        &mut self,
        properties: &mut Properties,
        names: &mut Names,
        mut object: Option<&mut Option<&'b [u8]>>,
    ) -> Option<()> {
        let count = self.count()?;
        for _ in 0..count {
            let (of, id) = (self.short()?, self.short()?);
            if id >= NAMED {
                names.insert(id, self.name()?);
            }
            let each = of & !kind::MANY;
            let many = of & kind::MANY != 0;
            let mut values = Vec::new();
            match fixed_size(each) {
                Some(size) => {
                    let count = if many { self.count()? } else { 1 };
                    for _ in 0..count {
                        let bytes = self.take(size.next_multiple_of(4))?;
                        values.extend(Value::of(each, bytes));
                    }
                }
                None if matches!(each, kind::WIDE | kind::NARROW | kind::BINARY | kind::OBJECT) => {
                    for _ in 0..self.count()? {
                        let length = self.long()? as usize;
                        let bytes = self.take(length)?;
                        self.take((length.next_multiple_of(4) - length).min(self.rest.len()))?;
                        if each == kind::OBJECT {
                            if let Some(object) = &mut object {
                                **object = Some(bytes);
                            }
                        } else {
                            values.extend(Value::of(each, bytes));
                        }
                    }
                }
                // without a value
                None if matches!(each, 0 | 1) => {}
                None => return None,
            }
            match (many, values.len()) {
                (_, 0) => {}
                (false, _) => properties.insert(id, values.swap_remove(0)),
                (true, _) => properties.insert(id, Value::Many(values)),
            }
        }
        Some(())
    }

    /// A table: lists of properties.
    pub(super) fn rows(&mut self, rows: &mut Vec<Properties>) -> Option<()> {
        for _ in 0..self.count()? {
            if rows.len() >= MOST {
                return None;
            }
            let (mut row, mut names) = (Properties::default(), Names::default());
            let ended = self.list(&mut row, &mut names, None);
            row.names = Rc::new(names);
            rows.push(row);
            ended?;
        }
        Some(())
    }

    fn name(&mut self) -> Option<Name> {
        let set = self.take(16)?.try_into().ok()?;
        if self.long()? == 0 {
            return Some(Name::Number(set, self.long()?));
        }
        let length = self.long()? as usize;
        let text = self.take(length)?;
        self.take((length.next_multiple_of(4) - length).min(self.rest.len()))?;
        let text = encoding_rs::UTF_16LE.decode_without_bom_handling(text).0;
        Some(Name::Text(set, text.trim_end_matches('\0').to_owned()))
    }

    fn count(&mut self) -> Option<usize> {
        let count = self.long()? as usize;
        // each has at least four bytes
        (count <= MOST && count <= self.rest.len() / 4 + 1).then_some(count)
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }

    fn long(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }
}
