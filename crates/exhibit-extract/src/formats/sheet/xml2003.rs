//! Workbooks as one XML file (Office 2003 XML: SpreadsheetML), as many programs that are not Excel write them.

use super::{SheetWriter, cell_name};
use crate::formats::office::number_format::{self, Decimal, Format, Shown};
use crate::formats::office::xml::{Element, Node, Xml};
use crate::out::{Input, Out, Stop};
use exhibit_model::{MarkKind, Reason, Request, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

/// Emits the contents of a workbook.
pub(super) fn extract(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let most = request.limits.whole_file_bytes;
    let mut bytes = Vec::new();
    if let Err(error) = input.take(most.saturating_add(1)).read_to_end(&mut bytes) {
        return Ok(Verdict::Failed(Reason::cannot_read(&error)));
    }
    if bytes.len() as u64 > most {
        return Ok(Verdict::Truncated(Reason::FileSizeLimit { bytes: most }));
    }
    let hidden = hidden_sheets(&bytes);
    let mut workbook = Workbook { hidden, ..Workbook::default() };
    let mut xml = Xml::new(&bytes[..]);
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => workbook.start(&element),
            Node::Text(text) => workbook.text.push_str(&text),
            Node::End(name) => workbook.end(&name, out)?,
            Node::Other => {}
        }
    }
    let damage = xml.damage().cloned();
    workbook.end_sheet(out)?;
    match damage {
        Some(damage) => damage.settle("Workbook", None, 0, out),
        None => Ok(Verdict::Read),
    }
}

// Whether a sheet is visible is stated after its cells.
fn hidden_sheets(bytes: &[u8]) -> BTreeSet<usize> {
    let (mut hidden, mut sheet, mut visible) = (BTreeSet::new(), 0, false);
    let mut xml = Xml::new(bytes);
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => {
                sheet += usize::from(element.name() == "Worksheet");
                visible = element.name() == "Visible";
            }
            Node::Text(text)
                if visible && text.trim() != "SheetVisible" && !text.trim().is_empty() =>
            {
                hidden.insert(sheet);
            }
            _ => {}
        }
    }
    hidden
}

#[derive(Default)]
struct Workbook {
    /// The numbers of hidden sheets, from 1.
    hidden: BTreeSet<usize>,
    formats: BTreeMap<String, Format>,
    style: String,
    sheet: Option<SheetWriter>,
    sheets: usize,
    hidden_columns: BTreeSet<u32>,
    column_style: u32,
    row: u32,
    row_hidden: bool,
    next_row: u32,
    column: u32,
    next_column: u32,
    /// The style of the cell, the type of its data, and its formula.
    cell: Option<(String, String, String)>,
    author: String,
    in_comment: bool,
    text: String,
    rest: Vec<(String, Option<MarkKind>)>,
}

impl Workbook {
    fn start(&mut self, element: &Element<'_>) {
        let number = |name: &str| element.any(name).and_then(|value| value.parse::<u32>().ok());
        let hidden = element.any("Hidden").as_deref() == Some("1");
        match element.name() {
            "Style" => self.style = element.any("ID").unwrap_or_default(),
            "NumberFormat" => {
                let code =
                    element.any("Format").map(|code| named(&code).map_or(code, str::to_owned));
                self.formats.insert(self.style.clone(), Format { id: 164, code });
            }
            "Worksheet" => {
                self.sheets += 1;
                let name = element.any("Name").unwrap_or_default();
                self.sheet = Some(SheetWriter::new(&name, self.hidden.contains(&self.sheets)));
                self.hidden_columns.clear();
                (self.column_style, self.next_row) = (0, 0);
            }
            "Column" => {
                let first =
                    number("Index").map_or(self.column_style, |index| index.saturating_sub(1));
                let last = first.saturating_add(number("Span").unwrap_or(0)).min(1 << 14);
                if hidden {
                    self.hidden_columns.extend(first..=last);
                }
                self.column_style = last.saturating_add(1);
            }
            "Row" => {
                self.row = number("Index").map_or(self.next_row, |row| row.clamp(1, 1 << 20) - 1);
                self.next_row =
                    self.row.saturating_add(1).saturating_add(number("Span").unwrap_or(0));
                (self.row_hidden, self.next_column) = (hidden, 0);
            }
            "Cell" => {
                self.column =
                    number("Index").map_or(self.next_column, |column| column.clamp(1, 1 << 14) - 1);
                self.next_column = self
                    .column
                    .saturating_add(1)
                    .saturating_add(number("MergeAcross").unwrap_or(0));
                let formula = element.any("Formula").unwrap_or_default();
                self.cell =
                    Some((element.any("StyleID").unwrap_or_default(), String::new(), formula));
                if let Some(address) = element.any("HRef") {
                    let line = format!("{}: {address}", cell_name(self.row, self.column));
                    self.rest.push((line, Some(MarkKind::Annotation)));
                }
            }
            "Comment" => {
                self.in_comment = true;
                self.author = element.any("Author").unwrap_or_default();
                self.text.clear();
            }
            "Data" => {
                if !self.in_comment
                    && let Some((_, kind, _)) = &mut self.cell
                {
                    *kind = element.any("Type").unwrap_or_default();
                }
                self.text.clear();
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str, out: &mut Out<'_>) -> Result<(), Stop> {
        match name {
            "Data" if !self.in_comment => {
                let Some((style, kind, _)) = &self.cell else { return Ok(()) };
                let shown = shown(kind, &std::mem::take(&mut self.text), self.formats.get(style));
                self.write(shown, out)?;
                if let Some((.., formula)) = &mut self.cell {
                    formula.clear();
                }
            }
            "Comment" => {
                let by = if self.author.is_empty() {
                    String::new()
                } else {
                    format!("{}: ", self.author)
                };
                if let Some(sheet) = &mut self.sheet {
                    sheet.note(self.row, self.column, &format!("{by}{}", self.text));
                }
                self.in_comment = false;
            }
            "Cell" => {
                if let Some((.., formula)) =
                    self.cell.take().filter(|(.., formula)| !formula.is_empty())
                {
                    self.write(Shown::plain(formula), out)?;
                }
            }
            "Worksheet" => self.end_sheet(out)?,
            _ => {}
        }
        Ok(())
    }

    fn write(&mut self, shown: Shown, out: &mut Out<'_>) -> Result<(), Stop> {
        let hidden = self.row_hidden || self.hidden_columns.contains(&self.column);
        match &mut self.sheet {
            Some(sheet) => sheet.value((self.row, self.column), shown, hidden, out),
            None => Ok(()),
        }
    }

    fn end_sheet(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        match self.sheet.take() {
            Some(sheet) => sheet.finish(&std::mem::take(&mut self.rest), out),
            None => Ok(()),
        }
    }
}

fn shown(kind: &str, value: &str, format: Option<&Format>) -> Shown {
    let general = Format::default();
    let format = format.unwrap_or(&general);
    match kind {
        "Number" => match Decimal::parse(value.trim()) {
            Some(number) => number_format::shown(&number, format, false),
            None => Shown::plain(value),
        },
        "Boolean" => Shown::plain(if value.trim() == "0" { "FALSE" } else { "TRUE" }),
        // a date is stored in ISO form
        "DateTime" => Shown::plain(
            value.trim_end_matches(".000").trim_end_matches("T00:00:00").replace('T', " "),
        ),
        "Error" => Shown::plain(value),
        _ => number_format::shown_text(value, format),
    }
}

// Formats that are named instead of written.
fn named(name: &str) -> Option<&'static str> {
    Some(match name {
        "General Number" => "General",
        "Fixed" => "0.00",
        "Standard" => "#,##0.00",
        "Percent" => "0.00%",
        "Scientific" => "0.00E+00",
        "Short Date" | "General Date" => "yyyy-mm-dd",
        "Long Time" => "h:mm:ss",
        "Short Time" => "h:mm",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::formats::office::testing::{read, torment};
    use crate::formats::sheet::extract;
    use exhibit_model::MarkKind;

    const WORKBOOK: &str = r#"<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
        <Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
        <Styles><Style ss:ID="p"><NumberFormat ss:Format="000000"/></Style><Style ss:ID="f"><NumberFormat ss:Format="Standard"/></Style></Styles>
        <Worksheet ss:Name="甲"><Table><Column ss:Index="3" ss:Hidden="1"/>
        <Row><Cell><Data ss:Type="String">姓名</Data></Cell><Cell ss:StyleID="p"><Data ss:Type="Number">17</Data></Cell><Cell><Data ss:Type="String">x</Data></Cell></Row>
        <Row ss:Index="3"><Cell ss:Index="2"><Data ss:Type="Number">110101199003070013</Data><Comment ss:Author="Li"><ss:Data>why</ss:Data></Comment></Cell>
        <Cell ss:Index="4" ss:HRef="https://example.org/s"><Data ss:Type="DateTime">2019-03-05T00:00:00.000</Data></Cell>
        <Cell ss:StyleID="f"><Data ss:Type="Number">1599.5</Data></Cell><Cell ss:Formula="=RC[-1]*2"/></Row></Table></Worksheet>
        <Worksheet ss:Name="secret"><Table><Row ss:Hidden="1"><Cell><Data ss:Type="Boolean">1</Data></Cell></Row></Table>
        <WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet></Workbook>"#;

    #[test]
    fn workbooks_of_one_file_are_read() {
        let outcome = read(extract, WORKBOOK.as_bytes());
        assert_eq!(
            outcome.texts(),
            [
                "姓名\t000017\tx\n\n\t110101199003070013\t\t2019-03-05\t1,599.50\t=RC[-1]*2\nB3: Li: why\nD3: https://example.org/s\n",
                "TRUE\n"
            ]
        );
        assert_eq!(outcome.labels(), ["甲", "secret"]);
        assert_eq!(outcome.marked(MarkKind::Hidden), ["x", "TRUE", "TRUE\n"]);
        torment(extract, WORKBOOK.as_bytes(), 31);
    }
}
