//! Workbooks in packages (ECMA-376 part 1, 18): xlsx and related formats as streams of XML; xlsb elsewhere.
//!
//! A cell's text is its stored value as its format displays it; a formula without a stored value is `=formula`. Of the
//! sheets' other formulas only their number is emitted, and the addresses that they link to.

mod formula;
mod outside;
mod pivot;

use super::{SheetWriter, cell_place, xlsb};
use crate::formats::office::drawing;
use crate::formats::office::number_format::{self, Decimal, Format, Shown};
use crate::formats::office::package::{PART_CAP, Package, Relation, STREAM_CAP};
use crate::formats::office::properties;
use crate::formats::office::xml::{Damage, Element, Node};
use crate::out::{Out, Stop};
use exhibit_model::{MarkKind, NoteCode, Verdict};
use std::collections::BTreeMap;

/// The maximum number of columns of a sheet.
const COLUMNS: usize = 1 << 14;

struct Workbook {
    sheets: Vec<(String, bool, String)>,
    strings: Vec<String>,
    formats: Vec<Format>,
    from_1904: bool,
    /// Names of people who take part in threaded comments, by id.
    people: BTreeMap<String, String>,
    /// Names that the workbook defines, each with its formula: a line each.
    names: String,
}

/// Emits the contents of a workbook's package.
pub(super) fn extract(mut package: Package<'_>, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    properties::emit(&mut package, out)?;
    let relations = package.relations("");
    let main =
        relations.iter().find(|relation| relation.kind == "officeDocument" && !relation.external);
    let main =
        main.map_or_else(|| "xl/workbook.xml".to_owned(), |relation| relation.target.clone());
    if package.is_salvaged() {
        out.note(0, NoteCode::ZipDirectoryLost)?;
    }
    let verdict = if main.ends_with(".bin") {
        xlsb::extract(&mut package, &main, out)?
    } else {
        read(&mut package, &main, out)?
    };
    properties::emit_embedded(&mut package, out)?;
    Ok(verdict)
}

fn read(package: &mut Package<'_>, main: &str, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let Some(workbook) = Workbook::read(package, main) else {
        return Ok(package.missing(main));
    };
    let mut verdict = Verdict::Read;
    for (at, (name, hidden, part)) in workbook.sheets.iter().enumerate() {
        let mut sheet = Sheet::new(&workbook, name, *hidden);
        if at == 0 {
            sheet.links.push((workbook.names.clone(), Some(MarkKind::Annotation)));
        }
        let ended = sheet.read(package, part, out)?;
        if let Some(damage) = ended {
            let page = out.pages();
            let settled = damage.settle(part, Some(name), page, out)?;
            if settled != Verdict::Read {
                verdict = settled;
            }
        }
    }
    outside::emit(package, main, out)?;
    pivot::emit(package, main, out)?;
    Ok(verdict)
}

impl Workbook {
    fn read(package: &mut Package<'_>, main: &str) -> Option<Self> {
        let relations = package.relations(main);
        let part = |kind: &str| {
            relations.iter().find(|relation| relation.kind == kind).map(|r| r.target.clone())
        };
        let strings = shared_strings(package, &part("sharedStrings").unwrap_or_default());
        let formats = cell_formats(package, &part("styles").unwrap_or_default());
        let people = people(package, &part("person").unwrap_or_default());
        let mut workbook = Self {
            sheets: Vec::new(),
            strings,
            formats,
            from_1904: false,
            people,
            names: String::new(),
        };
        let mut xml = package.xml(main, PART_CAP)?;
        let mut defined = None;
        while let Some(node) = xml.next() {
            let element = match node {
                Node::Start(element) => element,
                Node::Text(text) => {
                    if let Some((_, formula)) = &mut defined {
                        *formula += &*text;
                    }
                    continue;
                }
                Node::End(name) if name == "definedName" => {
                    if let Some((name, formula)) = defined.take() {
                        workbook.names.push_str(&format!("{name} = {formula}\n"));
                    }
                    continue;
                }
                _ => continue,
            };
            match element.name() {
                "workbookPr" => workbook.from_1904 = is_true(&element, "date1904"),
                // print areas and filters are Excel's own
                "definedName" => {
                    let name = element.value("name").filter(|name| !name.starts_with("_xlnm"));
                    defined = name.map(|name| (name, String::new()));
                }
                "sheet" => {
                    let id = element.foreign("id").unwrap_or_default();
                    let Some(relation) = relations.iter().find(|relation| relation.id == id) else {
                        continue;
                    };
                    let hidden = element.value("state").is_some_and(|state| state != "visible");
                    let name = element.value("name").unwrap_or_default();
                    workbook.sheets.push((name, hidden, relation.target.clone()));
                }
                _ => {}
            }
        }
        Some(workbook)
    }
}

/// The shared strings, each with all its runs; phonetic readings (`rPh`) are not displayed and are skipped.
fn shared_strings(package: &mut Package<'_>, part: &str) -> Vec<String> {
    let mut strings = Vec::new();
    let Some(mut xml) = package.xml(part, STREAM_CAP) else { return strings };
    let (mut string, mut in_text, mut in_reading) = (String::new(), false, false);
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => match element.name() {
                "si" => string.clear(),
                "t" => in_text = true,
                "rPh" => in_reading = true,
                _ => {}
            },
            Node::Text(text) if in_text && !in_reading => string.push_str(&text),
            Node::End(name) => match &*name {
                "si" => strings.push(unescaped(&std::mem::take(&mut string))),
                "t" => in_text = false,
                "rPh" => in_reading = false,
                _ => {}
            },
            _ => {}
        }
    }
    strings
}

// ST_Xstring: a character that XML cannot represent is written `_x000D_`.
fn unescaped(text: &str) -> String {
    if !text.contains("_x") {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        plain.push_str(&rest[..at]);
        let code = rest.get(at + 2..at + 7).and_then(|code| code.strip_suffix('_'));
        match code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
            Some('\r') => rest = &rest[at + 7..],
            Some(c) => {
                plain.push(c);
                rest = &rest[at + 7..];
            }
            None => {
                plain.push_str("_x");
                rest = &rest[at + 2..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn cell_formats(package: &mut Package<'_>, part: &str) -> Vec<Format> {
    let (mut codes, mut formats) = (BTreeMap::new(), Vec::new());
    let Some(mut xml) = package.xml(part, PART_CAP) else { return formats };
    let mut in_cells = false;
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => match element.name() {
                "numFmt" => {
                    if let (Some(id), Some(code)) =
                        (number(&element, "numFmtId"), element.value("formatCode"))
                    {
                        codes.insert(id, code);
                    }
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells => {
                    let id = number(&element, "numFmtId").unwrap_or(0);
                    formats.push(Format { id, code: codes.get(&id).cloned() });
                }
                _ => {}
            },
            Node::End(name) if name == "cellXfs" => in_cells = false,
            _ => {}
        }
    }
    formats
}

fn number(element: &Element<'_>, name: &str) -> Option<u32> {
    element.value(name)?.parse().ok()
}

fn is_true(element: &Element<'_>, name: &str) -> bool {
    matches!(element.value(name).as_deref(), Some("1" | "true" | "on"))
}

#[derive(Default)]
struct Cell {
    kind: String,
    style: usize,
    value: String,
    formula: Option<String>,
    /// The id of the shared formula that the cell has.
    shared: Option<String>,
}

struct Sheet<'w> {
    workbook: &'w Workbook,
    writer: SheetWriter,
    /// For each column, whether it is hidden.
    hidden_columns: Vec<bool>,
    row: u32,
    row_hidden: bool,
    column: u32,
    cell: Option<Cell>,
    taking: Taking,
    formulas: u64,
    /// Shared formulas by id, with the cell that each is stored in.
    shared: BTreeMap<String, (String, (u32, u32))>,
    in_reading: bool,
    /// Cells that refer to a missing text.
    missing: u64,
    protected: bool,
    links: Vec<(String, Option<MarkKind>)>,
    furniture: String,
    /// The header or footer code being read.
    code: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Taking {
    Nothing,
    Value,
    Formula,
    Furniture,
    Choices,
}

impl<'w> Sheet<'w> {
    fn new(workbook: &'w Workbook, name: &str, hidden: bool) -> Self {
        Self {
            workbook,
            writer: SheetWriter::new(name, hidden),
            hidden_columns: Vec::new(),
            row: 0,
            row_hidden: false,
            column: 0,
            cell: None,
            taking: Taking::Nothing,
            formulas: 0,
            shared: BTreeMap::new(),
            in_reading: false,
            missing: 0,
            protected: false,
            links: Vec::new(),
            furniture: String::new(),
            code: String::new(),
        }
    }

    fn read(
        &mut self,
        package: &mut Package<'_>,
        part: &str,
        out: &mut Out<'_>,
    ) -> Result<Option<Damage>, Stop> {
        let relations = package.relations(part);
        for relation in relations.iter().filter(|relation| relation.kind == "comments") {
            for (row, column, text) in comments(package, &relation.target) {
                self.writer.note(row, column, &text);
            }
        }
        for relation in relations.iter().filter(|relation| relation.kind == "threadedComment") {
            for (row, column, text) in threads(package, &relation.target, &self.workbook.people) {
                self.writer.note(row, column, &text);
            }
        }
        let drawn = drawn_text(package, &relations);
        let damage = match package.xml(part, STREAM_CAP) {
            Some(mut xml) => {
                while let Some(node) = xml.next() {
                    match node {
                        Node::Start(element) => self.start(&element, &relations),
                        Node::Text(text) => self.text(&text),
                        Node::End(name) => self.end(&name, out)?,
                        Node::Other => {}
                    }
                }
                xml.damage().cloned()
            }
            None => Some(Damage::Lost),
        };
        self.finish(drawn, out)?;
        Ok(damage)
    }

    fn finish(&mut self, drawn: String, out: &mut Out<'_>) -> Result<(), Stop> {
        let name = self.writer.name.clone();
        if self.formulas > 0 {
            out.metadata("sheet:formulas", &format!("{name}: {}", self.formulas))?;
        }
        if self.protected {
            out.metadata("sheet:protected", &name)?;
        }
        if self.missing > 0 {
            out.note(0, NoteCode::CellTextMissing { cells: self.missing })?;
        }
        let mut rest = vec![(drawn, None)];
        rest.append(&mut self.links);
        rest.push((std::mem::take(&mut self.furniture), Some(MarkKind::Furniture)));
        let empty = SheetWriter::new(&name, false);
        std::mem::replace(&mut self.writer, empty).finish(&rest, out)
    }

    fn start(&mut self, element: &Element<'_>, relations: &[Relation]) {
        match element.name() {
            "col" if is_true(element, "hidden") => {
                if let (Some(min), Some(max)) = (number(element, "min"), number(element, "max")) {
                    self.hidden_columns.resize(COLUMNS, false);
                    let (min, max) = (min.saturating_sub(1) as usize, (max as usize).min(COLUMNS));
                    self.hidden_columns
                        .iter_mut()
                        .take(max)
                        .skip(min)
                        .for_each(|hidden| *hidden = true);
                }
            }
            "row" => {
                self.row = number(element, "r").map_or(self.row, |row| row.clamp(1, 1 << 20) - 1);
                self.row_hidden = is_true(element, "hidden");
                self.column = 0;
            }
            "c" => {
                if let Some((row, column)) = element.value("r").and_then(|name| cell_place(&name)) {
                    (self.row, self.column) = (row, column);
                }
                self.cell = Some(Cell {
                    kind: element.value("t").unwrap_or_default(),
                    style: number(element, "s").unwrap_or(0) as usize,
                    ..Cell::default()
                });
            }
            "v" | "t" if self.cell.is_some() && !self.in_reading => self.taking = Taking::Value,
            "f" if self.cell.is_some() => {
                self.taking = Taking::Formula;
                self.formulas += 1;
                if let Some(cell) = &mut self.cell {
                    cell.formula = Some(String::new());
                    cell.shared = element
                        .value("si")
                        .filter(|_| element.value("t").as_deref() == Some("shared"));
                }
            }
            "rPh" => self.in_reading = true,
            "hyperlink" => {
                let id = element.foreign("id");
                let relation =
                    id.and_then(|id| relations.iter().find(|relation| relation.id == id));
                let cell = element.value("ref").unwrap_or_default();
                let target = relation.map(|relation| relation.target.clone());
                let place = element.value("location").map(|place| format!("#{place}"));
                let address = [target, place].into_iter().flatten().collect::<String>();
                for text in [Some(address), element.value("tooltip")].into_iter().flatten() {
                    self.annotate(&cell, &text);
                }
            }
            "sheetProtection" => self.protected = true,
            "dataValidation" => {
                let cells = element.value("sqref").unwrap_or_default();
                for name in ["promptTitle", "prompt", "errorTitle", "error"] {
                    self.annotate(&cells, &element.value(name).unwrap_or_default());
                }
            }
            "formula1" => {
                self.code.clear();
                self.taking = Taking::Choices;
            }
            "oddHeader" | "oddFooter" | "evenHeader" | "evenFooter" | "firstHeader"
            | "firstFooter" => {
                self.taking = Taking::Furniture;
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        match (self.taking, &mut self.cell) {
            (Taking::Value, Some(cell)) => cell.value.push_str(text),
            (Taking::Formula, Some(cell)) => cell.formula.get_or_insert_default().push_str(text),
            (Taking::Furniture | Taking::Choices, _) => self.code.push_str(text),
            _ => {}
        }
    }

    fn end(&mut self, name: &str, out: &mut Out<'_>) -> Result<(), Stop> {
        match name {
            "c" => {
                let Some(cell) = self.cell.take() else { return Ok(()) };
                let shown = self.shown(cell);
                let hidden_column =
                    self.hidden_columns.get(self.column as usize).copied().unwrap_or(false);
                self.writer.value(
                    (self.row, self.column),
                    shown,
                    self.row_hidden || hidden_column,
                    out,
                )?;
                self.column = self.column.saturating_add(1);
            }
            "row" => self.row = self.row.saturating_add(1),
            "v" | "t" | "f" => self.taking = Taking::Nothing,
            "rPh" => self.in_reading = false,
            // a list of choices is a text in quotes; another formula refers to cells, which have their own text
            "formula1" => {
                self.taking = Taking::Nothing;
                let code = std::mem::take(&mut self.code);
                if let Some(choices) =
                    code.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))
                {
                    self.links.push((choices.replace("\"\"", "\""), Some(MarkKind::Annotation)));
                }
            }
            "oddHeader" | "oddFooter" | "evenHeader" | "evenFooter" | "firstHeader"
            | "firstFooter" => {
                self.taking = Taking::Nothing;
                for section in furniture(&std::mem::take(&mut self.code)) {
                    self.furniture.push_str(&section);
                    self.furniture.push('\n');
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn annotate(&mut self, cell: &str, text: &str) {
        if !text.trim().is_empty() {
            self.links.push((format!("{cell}: {text}"), Some(MarkKind::Annotation)));
        }
    }

    fn shown(&mut self, cell: Cell) -> Shown {
        let value = cell.value.as_str();
        let general = Format::default();
        let workbook = self.workbook;
        let format = workbook.formats.get(cell.style).unwrap_or(&general);
        let shown = match cell.kind.as_str() {
            "s" => match value
                .trim()
                .parse::<usize>()
                .ok()
                .and_then(|index| workbook.strings.get(index))
            {
                Some(text) => number_format::shown_text(text, format),
                None => {
                    self.missing += u64::from(!value.trim().is_empty());
                    Shown::default()
                }
            },
            "b" => Shown::plain(match value.trim() {
                "0" | "false" => "FALSE",
                "" => "",
                _ => "TRUE",
            }),
            "str" | "inlineStr" => number_format::shown_text(&unescaped(value), format),
            "e" => Shown::plain(value),
            "d" => Shown::plain(value.replace('T', " ")),
            _ => match Decimal::parse(value.trim()) {
                Some(number) => number_format::shown(&number, format, workbook.from_1904),
                None => Shown::plain(value),
            },
        };
        let Some(formula) = self.formula(&cell) else { return shown };
        if let Some(address) = formula::link(&formula) {
            let place = super::cell_name(self.row, self.column);
            self.annotate(&place, &address);
        }
        if cell.value.trim().is_empty() && !formula.is_empty() {
            Shown::plain(format!("={formula}"))
        } else {
            shown
        }
    }

    // A cell's formula; for one that shares another cell's, moved to its place.
    fn formula(&mut self, cell: &Cell) -> Option<String> {
        let formula = cell.formula.as_ref()?;
        let Some(id) = &cell.shared else { return Some(formula.clone()) };
        let place = (self.row, self.column);
        if formula.is_empty() {
            let (formula, from) = self.shared.get(id)?;
            let wanted = cell.value.trim().is_empty() || formula::link(formula).is_some();
            return wanted.then(|| formula::moved(formula, *from, place));
        }
        self.shared.insert(id.clone(), (formula.clone(), place));
        Some(formula.clone())
    }
}

/// The left, centre and right text of a header or footer code (18.3.1.46), without its formatting.
pub(super) fn furniture(code: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    let mut rest = code.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '&' {
            if let Some(section) = sections.last_mut() {
                section.push(c);
            }
            continue;
        }
        match rest.next() {
            Some('L' | 'C' | 'R') => sections.push(String::new()),
            Some('&') => sections.last_mut().into_iter().for_each(|section| section.push('&')),
            Some('"') => while rest.next().is_some_and(|c| c != '"') {},
            Some('K') => {
                for _ in 0..6 {
                    rest.next_if(char::is_ascii_hexdigit);
                }
            }
            Some(digit) if digit.is_ascii_digit() => {
                while rest.next_if(char::is_ascii_digit).is_some() {}
            }
            _ => {}
        }
    }
    sections.retain(|section| !section.trim().is_empty());
    sections
}

/// The comments of a part: row, column, and text that begins with its author.
fn comments(package: &mut Package<'_>, part: &str) -> Vec<(u32, u32, String)> {
    let (mut authors, mut found) = (Vec::new(), Vec::new());
    let Some(mut xml) = package.xml(part, PART_CAP) else { return found };
    let (mut text, mut place, mut author, mut taking) = (String::new(), None, None, false);
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => match element.name() {
                "comment" => {
                    place = element.value("ref").and_then(|name| cell_place(&name));
                    author = number(&element, "authorId")
                        .and_then(|id| authors.get(id as usize).cloned());
                    text.clear();
                }
                "author" => {
                    taking = true;
                    text.clear();
                }
                "t" => taking = true,
                _ => {}
            },
            Node::Text(piece) if taking => text.push_str(&piece),
            Node::End(name) => match &*name {
                "author" => {
                    authors.push(std::mem::take(&mut text));
                    taking = false;
                }
                "t" => taking = false,
                "comment" => {
                    // a threaded comment is repeated here for old programs, with a marker in place of its author
                    if author.as_ref().is_some_and(|author: &String| author.starts_with("tc={")) {
                        (author, place) = (None, None);
                    }
                    let body = unescaped(&std::mem::take(&mut text));
                    let by: String = author
                        .take()
                        .filter(|author| !body.starts_with(author))
                        .unwrap_or_default();
                    let by = if by.is_empty() { by } else { format!("{by}: ") };
                    found.extend(
                        place.take().map(|(row, column)| (row, column, format!("{by}{body}"))),
                    );
                }
                _ => {}
            },
            _ => {}
        }
    }
    found
}

pub(super) fn people(package: &mut Package<'_>, part: &str) -> BTreeMap<String, String> {
    let mut people = BTreeMap::new();
    let Some(mut xml) = package.xml(part, PART_CAP) else { return people };
    while let Some(node) = xml.next() {
        let Node::Start(element) = node else { continue };
        if let (Some(id), Some(name)) = (element.value("id"), element.value("displayName")) {
            people.insert(id, name);
        }
    }
    people
}

/// The threaded comments of a part: row, column, and text that begins with its author and date.
pub(super) fn threads(
    package: &mut Package<'_>,
    part: &str,
    people: &BTreeMap<String, String>,
) -> Vec<(u32, u32, String)> {
    let mut found: Vec<(u32, u32, String)> = Vec::new();
    let Some(mut xml) = package.xml(part, PART_CAP) else { return found };
    let mut in_text = false;
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) if element.name() == "threadedComment" => {
                let Some((row, column)) = element.value("ref").and_then(|name| cell_place(&name))
                else {
                    continue;
                };
                let author = element
                    .value("personId")
                    .and_then(|id| people.get(&id).cloned())
                    .unwrap_or_default();
                let date = element.value("dT").unwrap_or_default();
                found.push((row, column, format!("{author}, {date}: ")));
            }
            Node::Start(element) => in_text = element.name() == "text",
            Node::Text(text) if in_text => {
                if let Some((_, _, comment)) = found.last_mut() {
                    comment.push_str(&text);
                }
            }
            Node::End(_) => in_text = false,
            _ => {}
        }
    }
    found
}

/// Text boxes and charts drawn over the sheet.
pub(super) fn drawn_text(package: &mut Package<'_>, relations: &[Relation]) -> String {
    let mut text = String::new();
    for relation in
        relations.iter().filter(|relation| relation.kind == "drawing" && !relation.external)
    {
        text.push_str(&drawing::paragraphs(package, &relation.target));
        let inner = package.relations(&relation.target);
        for drawn in drawing::texts(package, &inner).into_values() {
            text.push_str(&drawn);
        }
    }
    for relation in
        relations.iter().filter(|relation| relation.kind == "vmlDrawing" && !relation.external)
    {
        text.push_str(&drawing::vml(package, &relation.target));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_codes_are_removed_and_escapes_decoded() {
        assert_eq!(furniture("&L&\"Arial,Bold\"&12Left&C&KFF0000Mid && &P&R"), ["Left", "Mid & "]);
        assert_eq!(furniture("&"), Vec::<String>::new());
        assert_eq!(unescaped("a_x000D_\n_x0041_b_x_ _xé_"), "a\nAb_x_ _xé_");
    }
}
