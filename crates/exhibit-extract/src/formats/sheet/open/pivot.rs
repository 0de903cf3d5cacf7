//! The data that pivot tables keep (ECMA-376 part 1, 18.10): a copy of their source, which may be gone from the workbook
//! or never have been in it. Each cache is a hidden page.

use super::unescaped;
use crate::formats::office::number_format::{self, Decimal, Shown};
use crate::formats::office::package::{PART_CAP, Package, STREAM_CAP};
use crate::formats::office::xml::{Element, Node};
use crate::formats::sheet::SheetWriter;
use crate::out::{Out, Stop};

/// The maximum bytes of texts that are looked up by records.
const MOST_SHARED: usize = 256 << 20;

struct Field {
    name: String,
    /// The values that records refer to by their number.
    shared: Vec<String>,
}

/// Emits the caches that the workbook's relations name.
pub(super) fn emit(package: &mut Package<'_>, main: &str, out: &mut Out<'_>) -> Result<(), Stop> {
    let relations = package.relations(main);
    let caches = relations
        .iter()
        .filter(|relation| relation.kind == "pivotCacheDefinition" && !relation.external);
    for (number, cache) in caches.enumerate() {
        let (source, fields) = definition(package, &cache.target);
        if fields.is_empty() {
            continue;
        }
        let source = if source.is_empty() { String::new() } else { format!(" ({source})") };
        let mut writer = SheetWriter::new(&format!("pivot cache {}{source}", number + 1), true);
        for (column, field) in (0u32..).zip(&fields) {
            writer.cell((0, column), &field.name, false, out)?;
        }
        let records = package.relations(&cache.target);
        let records = records
            .iter()
            .find(|relation| relation.kind == "pivotCacheRecords" && !relation.external);
        let rows = match records {
            Some(records) => write_records(package, &records.target, &fields, &mut writer, out)?,
            None => 0,
        };
        // without records the distinct values of each field are all that is kept
        if rows == 0 {
            for (column, field) in (0u32..).zip(&fields) {
                for (row, value) in (1u32..).zip(&field.shared) {
                    writer.cell((row, column), value, false, out)?;
                }
            }
        }
        writer.finish(&[], out)?;
    }
    Ok(())
}

fn definition(package: &mut Package<'_>, part: &str) -> (String, Vec<Field>) {
    let (mut source, mut fields, mut bytes, mut inside) =
        (String::new(), Vec::<Field>::new(), 0, false);
    let Some(mut xml) = package.xml(part, PART_CAP) else { return (source, fields) };
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => match element.name() {
                "worksheetSource" => {
                    let names =
                        ["name", "sheet", "ref"].iter().filter_map(|name| element.value(name));
                    source = names.collect::<Vec<_>>().join(" ");
                }
                "cacheField" => {
                    fields.push(Field {
                        name: element.value("name").unwrap_or_default(),
                        shared: Vec::new(),
                    });
                }
                "sharedItems" => inside = true,
                name if inside => {
                    if let (Some(value), Some(field)) = (value(name, &element), fields.last_mut()) {
                        bytes += value.len() + size_of::<String>();
                        if bytes < MOST_SHARED {
                            field.shared.push(value);
                        }
                    }
                }
                _ => {}
            },
            Node::End(name) if name == "sharedItems" => inside = false,
            _ => {}
        }
    }
    (source, fields)
}

fn write_records(
    package: &mut Package<'_>,
    part: &str,
    fields: &[Field],
    writer: &mut SheetWriter,
    out: &mut Out<'_>,
) -> Result<u32, Stop> {
    let (mut row, mut column) = (0u32, 0usize);
    let Some(mut xml) = package.xml(part, STREAM_CAP) else { return Ok(0) };
    while let Some(node) = xml.next() {
        let Node::Start(element) = node else { continue };
        let text = match element.name() {
            "r" => {
                (row, column) = (row.saturating_add(1), 0);
                continue;
            }
            "x" => {
                let index = element.value("v").and_then(|index| index.parse::<usize>().ok());
                let shared = fields
                    .get(column)
                    .zip(index)
                    .and_then(|(field, index)| field.shared.get(index));
                shared.cloned().unwrap_or_default()
            }
            name => match value(name, &element) {
                Some(value) => value,
                None => continue,
            },
        };
        let place =
            (row.min((1 << 20) - 1), u32::try_from(column).unwrap_or(u32::MAX).min((1 << 14) - 1));
        writer.value(place, Shown::plain(text), false, out)?;
        column += 1;
    }
    Ok(row)
}

// A value: a text, number, date, truth value, error, or none.
fn value(name: &str, element: &Element<'_>) -> Option<String> {
    let value = element.value("v").unwrap_or_default();
    Some(match name {
        "s" | "e" => unescaped(&value),
        "n" => Decimal::parse(value.trim()).map_or(value, |number| number_format::general(&number)),
        "d" => value.trim_end_matches("T00:00:00").replace('T', " "),
        "b" => if value == "0" { "FALSE" } else { "TRUE" }.to_owned(),
        "m" => String::new(),
        _ => return None,
    })
}
