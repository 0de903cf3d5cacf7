//! The text of one story of a Word document (its body, a header, a note), read node by node.
//!
//! What Word keeps but does not show is kept: deletions under change tracking, hidden text. Content stored twice for
//! old programs (`mc:Fallback`) is read once: the first form that has any. The readings of ruby follow the paragraph,
//! so that they do not part its words. Nesting costs a byte a level, never the call stack.

use super::numbering::{Numbering, Styles};
use crate::formats::office::draft::Draft;
use crate::formats::office::drawing::Choices;
use crate::formats::office::xml::{Element, Node};
use exhibit_model::MarkKind;
use std::collections::BTreeMap;

/// An event that only the reader of the whole document can handle.
pub(super) enum Signal {
    /// A page ends here.
    PageBreak,
    /// A section ends here, with these header and footer relations.
    SectionEnd(Section),
}

/// The properties of a section.
#[derive(Clone, Default)]
pub(super) struct Section {
    /// Relation ids of its headers.
    pub(super) headers: Vec<String>,
    /// Relation ids of its footers.
    pub(super) footers: Vec<String>,
    /// Whether the following content continues on the same page.
    pub(super) continuous: bool,
}

/// Data of the document's other parts that stories refer to.
pub(super) struct Shared {
    pub(super) styles: Styles,
    pub(super) numbering: Numbering,
    /// Texts of charts and diagrams by relation id.
    pub(super) drawings: BTreeMap<String, String>,
    /// Addresses of external links by relation id.
    pub(super) links: BTreeMap<String, String>,
}

/// References from the text, in text order.
#[derive(Default)]
pub(super) struct References {
    pub(super) footnotes: Vec<String>,
    pub(super) endnotes: Vec<String>,
    pub(super) comments: Vec<String>,
    pub(super) links: Vec<String>,
    /// Field instructions that fetch or run something.
    pub(super) acting: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Tag {
    Paragraph,
    ParagraphProperties,
    NumberProperties,
    Run,
    RunProperties,
    Text,
    DeletedText,
    Instruction,
    Table,
    Row,
    Cell,
    Deleted,
    TextBox,
    Reading,
    Skipped,
    Section,
    Body,
    Other,
}

#[derive(Default)]
struct Paragraph {
    style: String,
    list: Option<String>,
    level: Option<usize>,
    started: bool,
    /// Text boxes anchored in it, which follow it.
    boxes: Vec<Draft>,
    /// Readings of its words, as ruby has them.
    readings: String,
    section: Option<Section>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Flow,
    Cell { paragraphs: usize },
}

#[derive(Default)]
struct Field {
    instruction: String,
    in_result: bool,
}

/// Reads one story.
pub(super) struct Story<'s> {
    shared: &'s mut Shared,
    tags: Vec<Tag>,
    paragraphs: Vec<Paragraph>,
    hidden_runs: Vec<Option<bool>>,
    blocks: Vec<Block>,
    rows: Vec<usize>,
    /// How many of the blocks are cells.
    cells: usize,
    fields: Vec<Field>,
    /// How many of the fields have not reached their result.
    instructions: usize,
    drafts: Vec<Draft>,
    deleted: usize,
    /// How many of the elements are readings of ruby.
    reading: usize,
    break_waits: bool,
    choices: Choices,
    /// Counts what is written, to compare forms of the same content.
    written: usize,
    /// References found since the last call.
    pub(super) references: References,
}

impl<'s> Story<'s> {
    /// Reads a story of the document that `shared` describes.
    pub(super) fn new(shared: &'s mut Shared) -> Self {
        Self {
            shared,
            tags: Vec::new(),
            paragraphs: Vec::new(),
            hidden_runs: Vec::new(),
            blocks: vec![Block::Flow],
            rows: Vec::new(),
            cells: 0,
            fields: Vec::new(),
            instructions: 0,
            drafts: vec![Draft::default()],
            deleted: 0,
            reading: 0,
            break_waits: false,
            choices: Choices::default(),
            written: 0,
            references: References::default(),
        }
    }

    /// Takes the text written so far.
    pub(super) fn take(&mut self) -> Draft {
        // text boxes left open by damage go after the text around them
        while self.drafts.len() > 1 {
            let inner = self.drafts.pop().unwrap_or_default();
            if let Some(outer) = self.drafts.last_mut() {
                outer.append_lines(&inner, None);
            }
        }
        let boxes: Vec<Draft> =
            self.paragraphs.iter_mut().flat_map(|paragraph| paragraph.boxes.drain(..)).collect();
        let mut draft = self.drafts.pop().unwrap_or_default();
        boxes.iter().for_each(|text_box| draft.append_lines(text_box, None));
        self.drafts.push(Draft::default());
        draft
    }

    /// Whether nothing has been written on this page.
    pub(super) fn is_blank(&self) -> bool {
        self.drafts.iter().all(Draft::is_blank)
    }

    /// Reads one node.
    pub(super) fn read(&mut self, node: &Node<'_>) -> Option<Signal> {
        match node {
            Node::Start(element) => self.start(element),
            Node::End(name) => self.end(name),
            Node::Text(text) => {
                self.text(text);
                None
            }
            Node::Other => None,
        }
    }

    fn start(&mut self, element: &Element<'_>) -> Option<Signal> {
        let parent = self.tags.last().copied().unwrap_or(Tag::Other);
        if self.choices.start(element.name(), self.written) {
            self.tags.push(Tag::Skipped);
            return None;
        }
        let (tag, signal) = self.start_known(element, parent);
        self.tags.push(tag);
        signal
    }

    fn start_known(&mut self, element: &Element<'_>, parent: Tag) -> (Tag, Option<Signal>) {
        let tag = match element.name() {
            "body" => Tag::Body,
            "p" => {
                self.begin_paragraph();
                Tag::Paragraph
            }
            "pPr" if parent == Tag::Paragraph => Tag::ParagraphProperties,
            "numPr" if parent == Tag::ParagraphProperties => Tag::NumberProperties,
            "r" => {
                self.hidden_runs.push(None);
                Tag::Run
            }
            "rPr" if parent == Tag::Run => Tag::RunProperties,
            // Office 2003 XML stores the label of a list item, and revisions as annotations
            "t" if element.qualified() == "wx:t" => {
                if let Some(label) = element.any("val").filter(|label| !label.is_empty()) {
                    self.write(&format!("{label}\t"));
                }
                Tag::Other
            }
            "annotation" if element.any("type").is_some_and(|kind| kind == "Word.Deletion") => {
                self.deleted += 1;
                Tag::Deleted
            }
            "t" => Tag::Text,
            "delText" => Tag::DeletedText,
            "instrText" => Tag::Instruction,
            "tbl" => {
                self.begin_table();
                Tag::Table
            }
            "tr" => {
                self.rows.push(0);
                Tag::Row
            }
            "tc" => {
                self.begin_cell();
                Tag::Cell
            }
            "del" | "moveFrom" if parent != Tag::RunProperties => {
                self.deleted += 1;
                Tag::Deleted
            }
            "rt" => {
                self.reading += 1;
                if let Some(paragraph) =
                    self.paragraphs.last_mut().filter(|p| !p.readings.is_empty())
                {
                    paragraph.readings.push(' ');
                }
                Tag::Reading
            }
            "txbxContent" => {
                self.drafts.push(Draft::default());
                self.blocks.push(Block::Flow);
                Tag::TextBox
            }
            "sectPr" if matches!(parent, Tag::ParagraphProperties | Tag::Body) => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.section = Some(Section::default());
                } else {
                    self.paragraphs.push(Paragraph {
                        section: Some(Section::default()),
                        ..Paragraph::default()
                    });
                }
                Tag::Section
            }
            _ => return (Tag::Other, self.leaf(element, parent)),
        };
        (tag, None)
    }

    /// An element of which only name and attributes matter.
    fn leaf(&mut self, element: &Element<'_>, parent: Tag) -> Option<Signal> {
        match parent {
            Tag::ParagraphProperties => return self.paragraph_property(element),
            Tag::NumberProperties => self.number_property(element),
            Tag::RunProperties => self.run_property(element),
            Tag::Section => self.section_property(element),
            Tag::Run => return self.run_content(element),
            _ => self.placed(element),
        }
        None
    }

    fn paragraph_property(&mut self, element: &Element<'_>) -> Option<Signal> {
        match element.name() {
            "pStyle" => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.style = element.value("val").unwrap_or_default();
                }
                None
            }
            "pageBreakBefore" if element.is_on() => self.soft_break(),
            _ => None,
        }
    }

    fn number_property(&mut self, element: &Element<'_>) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        match element.name() {
            "numId" => paragraph.list = element.value("val"),
            "ilvl" => paragraph.level = element.value("val").and_then(|level| level.parse().ok()),
            _ => {}
        }
    }

    fn run_property(&mut self, element: &Element<'_>) {
        let hidden = match element.name() {
            "vanish" => Some(element.is_on()),
            "rStyle" => {
                element.value("val").filter(|style| self.shared.styles.hides(style)).map(|_| true)
            }
            _ => None,
        };
        if let (Some(hidden), Some(run)) = (hidden, self.hidden_runs.last_mut()) {
            *run = Some(hidden);
        }
    }

    fn section_property(&mut self, element: &Element<'_>) {
        let Some(section) =
            self.paragraphs.last_mut().and_then(|paragraph| paragraph.section.as_mut())
        else {
            return;
        };
        match element.name() {
            "headerReference" => section.headers.extend(element.foreign("id")),
            "footerReference" => section.footers.extend(element.foreign("id")),
            "type" => section.continuous = element.value("val").as_deref() == Some("continuous"),
            _ => {}
        }
    }

    fn run_content(&mut self, element: &Element<'_>) -> Option<Signal> {
        match element.name() {
            "tab" | "ptab" => self.write("\t"),
            "cr" => self.write("\n"),
            "noBreakHyphen" => self.write("\u{2011}"),
            "softHyphen" => self.write("\u{ad}"),
            "sym" => self.symbol(element),
            "br" => match element.value("type").as_deref() {
                Some("page") => return self.hard_break(),
                _ => self.write("\n"),
            },
            "lastRenderedPageBreak" => return self.soft_break(),
            "footnoteReference" => self.references.footnotes.extend(element.value("id")),
            "endnoteReference" => self.references.endnotes.extend(element.value("id")),
            "commentReference" => self.references.comments.extend(element.value("id")),
            "fldChar" => self.field(element.value("fldCharType").as_deref()),
            _ => self.placed(element),
        }
        None
    }

    // Pictures, charts, diagrams and links, wherever they occur.
    fn placed(&mut self, element: &Element<'_>) {
        match element.name() {
            "blip" | "imagedata" => {
                self.written += 1;
                if let Some(draft) = self.drafts.last_mut() {
                    draft.images += 1;
                }
            }
            "docPr" => {
                for name in ["title", "descr"] {
                    self.aside(&element.value(name).unwrap_or_default(), MarkKind::Invisible);
                }
            }
            "textpath" => {
                self.aside(&element.any("string").unwrap_or_default(), MarkKind::Annotation)
            }
            "chart" => self.drawing(element.foreign("id")),
            "relIds" => self.drawing(element.foreign("dm")),
            "hyperlink" | "hlinkClick" => {
                let link = element.foreign("id").and_then(|id| self.shared.links.get(&id).cloned());
                self.references.links.extend(link);
            }
            "fldSimple" => {
                let instruction = element.value("instr").unwrap_or_default();
                self.note_instruction(&instruction);
            }
            _ => {}
        }
    }

    fn drawing(&mut self, id: Option<String>) {
        let Some(text) = id.and_then(|id| self.shared.drawings.get(&id).cloned()) else { return };
        let mut draft = Draft::default();
        draft.push(&text);
        self.written += text.len();
        match self.paragraphs.last_mut() {
            Some(paragraph) => paragraph.boxes.push(draft),
            None => self.write(&text),
        }
    }

    // A line after the paragraph.
    fn aside(&mut self, text: &str, kind: MarkKind) {
        if text.trim().is_empty() {
            return;
        }
        let mut draft = Draft::default();
        draft.push_as(text, kind);
        match (self.paragraphs.last_mut(), self.drafts.last_mut()) {
            (Some(paragraph), _) => paragraph.boxes.push(draft),
            (None, Some(outer)) => outer.append_lines(&draft, None),
            (None, None) => {}
        }
    }

    // Symbols are at U+F000 plus their code in the font. The few with a known meaning get their Unicode character;
    // the others keep the stated one.
    fn symbol(&mut self, element: &Element<'_>) {
        let font = element.value("font").unwrap_or_default().to_lowercase();
        let code = element.value("char").and_then(|code| u32::from_str_radix(&code, 16).ok());
        let Some(code) = code else { return };
        let known = match (font.starts_with("wingdings"), code & 0xff) {
            (true, 0x6f | 0xa8) => Some('☐'),
            (true, 0xfe | 0x52) => Some('☑'),
            (true, 0xfd | 0x78) => Some('☒'),
            (true, 0xfc) => Some('✓'),
            (true, 0xfb) => Some('✗'),
            (true, 0xe0) => Some('→'),
            (true, 0x6c | 0x9f) => Some('●'),
            (true, 0xa7 | 0x6e) => Some('■'),
            _ => None,
        };
        if let Some(c) = known.or_else(|| char::from_u32(code)) {
            self.write(c.encode_utf8(&mut [0; 4]));
        }
    }

    fn field(&mut self, kind: Option<&str>) {
        match kind {
            Some("begin") => {
                self.fields.push(Field::default());
                self.instructions += 1;
            }
            Some("separate") => {
                let Some(field) = self.fields.last_mut().filter(|field| !field.in_result) else {
                    return;
                };
                field.in_result = true;
                self.instructions -= 1;
                let instruction = field.instruction.clone();
                self.note_instruction(&instruction);
            }
            Some("end") => {
                let Some(field) = self.fields.pop() else { return };
                let instruction = field.instruction.trim();
                if field.in_result {
                    return;
                }
                self.instructions -= 1;
                // a formula's text is in its instruction: it has no result
                if instruction.get(..3).is_some_and(|verb| verb.eq_ignore_ascii_case("eq ")) {
                    self.formula(instruction);
                    return;
                }
                self.note_instruction(instruction);
                // entries of an index and the like have text but no result
                if instruction.contains('"') && !instruction.to_uppercase().starts_with("HYPERLINK")
                {
                    self.aside(instruction, MarkKind::Hidden);
                }
            }
            _ => {}
        }
    }

    // Word writes ruby in this way too: `EQ \\o\\ad(\\s\\up 9(reading),base)`.
    fn formula(&mut self, instruction: &str) {
        let base = instruction.strip_suffix(')').filter(|_| instruction.contains("\\up"));
        let base = base.and_then(|start| start.rsplit_once(',')).map(|(_, base)| base.to_owned());
        let Some(base) = base else { return self.write(instruction) };
        self.write(&base);
        if let Some(paragraph) = self.paragraphs.last_mut() {
            let blank = if paragraph.readings.is_empty() { "" } else { " " };
            paragraph.readings.push_str(blank);
            paragraph.readings.push_str(instruction);
        }
    }

    fn note_instruction(&mut self, instruction: &str) {
        let mut words = instruction.split_whitespace();
        let Some(verb) = words.next().map(str::to_uppercase) else { return };
        let address = words
            .find(|word| !word.starts_with('\\'))
            .map(|word| word.trim_matches('"').to_owned());
        match (verb.as_str(), address) {
            ("HYPERLINK", Some(address))
                if instruction.split_whitespace().nth(1) != Some("\\l") =>
            {
                self.references.links.push(address);
            }
            (
                "DDE" | "DDEAUTO" | "INCLUDETEXT" | "INCLUDEPICTURE" | "IMPORT" | "LINK"
                | "DATABASE",
                _,
            ) => {
                self.references.acting.push(instruction.trim().to_owned());
            }
            _ => {}
        }
    }

    fn begin_paragraph(&mut self) {
        if let (Some(Block::Cell { paragraphs }), Some(draft)) =
            (self.blocks.last_mut(), self.drafts.last_mut())
        {
            if *paragraphs > 0 {
                draft.push("\n");
            }
            *paragraphs += 1;
        }
        self.paragraphs.push(Paragraph::default());
    }

    fn begin_table(&mut self) {
        if let (Some(Block::Cell { paragraphs: 1.. }), Some(draft)) =
            (self.blocks.last(), self.drafts.last_mut())
        {
            draft.push("\n");
        }
    }

    fn begin_cell(&mut self) {
        if let Some(cells) = self.rows.last_mut() {
            if *cells > 0
                && let Some(draft) = self.drafts.last_mut()
            {
                draft.push("\t");
            }
            *cells += 1;
        }
        self.blocks.push(Block::Cell { paragraphs: 0 });
        self.cells += 1;
    }

    fn end(&mut self, name: &str) -> Option<Signal> {
        let tag = self.tags.pop()?;
        if self.choices.end(name, self.written) {
            return None;
        }
        match tag {
            Tag::Reading => self.reading = self.reading.saturating_sub(1),
            Tag::Paragraph => return self.end_paragraph(),
            Tag::Run => {
                self.hidden_runs.pop();
            }
            Tag::Deleted => self.deleted = self.deleted.saturating_sub(1),
            Tag::Cell => {
                self.blocks.pop();
                self.cells = self.cells.saturating_sub(1);
            }
            Tag::Row => return self.end_row(),
            Tag::Table => {
                if let Some(Block::Cell { paragraphs }) = self.blocks.last_mut() {
                    *paragraphs = 0;
                }
            }
            Tag::TextBox => self.end_text_box(),
            Tag::Section if self.tags.last() == Some(&Tag::Body) => {
                return self.paragraphs.pop()?.section.map(Signal::SectionEnd);
            }
            _ => {}
        }
        None
    }

    fn end_paragraph(&mut self) -> Option<Signal> {
        self.begin_text();
        let paragraph = self.paragraphs.pop()?;
        let draft = self.drafts.last_mut()?;
        let in_cell = matches!(self.blocks.last(), Some(Block::Cell { .. }));
        if !paragraph.readings.trim().is_empty() {
            draft.push(" ");
            draft.push_as(&format!("({})", paragraph.readings.trim()), MarkKind::Annotation);
        }
        if !in_cell {
            draft.push("\n");
        }
        for text_box in &paragraph.boxes {
            draft.append_lines(text_box, None);
        }
        paragraph.section.map(Signal::SectionEnd)
    }

    fn end_row(&mut self) -> Option<Signal> {
        self.rows.pop();
        if let Some(draft) = self.drafts.last_mut() {
            draft.push("\n");
        }
        (self.cells == 0 && std::mem::take(&mut self.break_waits)).then_some(Signal::PageBreak)
    }

    fn end_text_box(&mut self) {
        if self.drafts.len() < 2 {
            return;
        }
        self.blocks.pop();
        let Some(draft) = self.drafts.pop() else { return };
        match self.paragraphs.last_mut() {
            Some(paragraph) => paragraph.boxes.push(draft),
            None => {
                if let Some(outer) = self.drafts.last_mut() {
                    outer.append_lines(&draft, None);
                }
            }
        }
    }

    fn hard_break(&mut self) -> Option<Signal> {
        if self.drafts.len() > 1 {
            return None;
        }
        if self.cells > 0 {
            self.break_waits = true;
            return None;
        }
        Some(Signal::PageBreak)
    }

    // A break that follows from another one (Word stores both) does not start a second page.
    fn soft_break(&mut self) -> Option<Signal> {
        if self.drafts.len() > 1 || self.is_blank() { None } else { self.hard_break() }
    }

    fn text(&mut self, text: &str) {
        match self.tags.last() {
            Some(Tag::Text) => {
                let outside = self.instructions > 0;
                let start = self.drafts.last().map_or(0, Draft::len);
                self.write(text);
                if outside && let Some(draft) = self.drafts.last_mut() {
                    draft.mark(start, MarkKind::Hidden);
                }
            }
            Some(Tag::DeletedText) => {
                self.deleted += 1;
                self.write(text);
                self.deleted -= 1;
            }
            Some(Tag::Instruction) => {
                if let Some(field) = self.fields.last_mut()
                    && field.instruction.len() < 64 << 10
                {
                    field.instruction.push_str(text);
                }
            }
            _ => {}
        }
    }

    /// Writes the paragraph's list label, once.
    fn begin_text(&mut self) {
        let Some(paragraph) = self.paragraphs.last_mut().filter(|paragraph| !paragraph.started)
        else {
            return;
        };
        paragraph.started = true;
        let from_style = self.shared.styles.list(&paragraph.style);
        let list =
            paragraph.list.clone().or_else(|| from_style.as_ref().map(|(list, _)| list.clone()));
        let Some(list) = list.filter(|list| list != "0") else { return };
        let style_level = self.shared.numbering.level_of_style(&list, &paragraph.style);
        let level =
            paragraph.level.or(style_level).or(from_style.map(|(_, level)| level)).unwrap_or(0);
        let Some(label) =
            self.shared.numbering.label(&list, level).filter(|label| !label.is_empty())
        else {
            return;
        };
        if let Some(draft) = self.drafts.last_mut() {
            draft.push(&label);
            draft.push("\t");
        }
    }

    fn write(&mut self, text: &str) {
        self.written += text.len();
        if let Some(paragraph) = self.paragraphs.last_mut().filter(|_| self.reading > 0) {
            paragraph.readings.push_str(text);
            return;
        }
        self.begin_text();
        let style_hides = self
            .paragraphs
            .last()
            .is_some_and(|paragraph| self.shared.styles.hides(&paragraph.style));
        let hidden = self.hidden_runs.last().copied().flatten().unwrap_or(style_hides);
        let Some(draft) = self.drafts.last_mut() else { return };
        let start = draft.len();
        draft.push(text);
        if self.deleted > 0 {
            draft.mark(start, MarkKind::Deleted);
        }
        if hidden {
            draft.mark(start, MarkKind::Hidden);
        }
    }
}
