//! Walks the groups of an RTF file.
//!
//! Each group has a state of its own that ends with it. Text goes to the innermost capture: the page, a note, a
//! header, a property, the digits of a picture. There is no recursion: groups are on a stack, of bounded depth.

use super::fonts::{self, Fonts};
use super::objects::{self, Bytes, Object};
use super::tokens::{Token, Tokens};
use crate::formats::docx::add_links;
use crate::formats::office::draft::Draft;
use exhibit_model::MarkKind;
use std::collections::BTreeMap;

/// Deeper groups share the state of this depth.
const MOST_DEPTH: usize = 10_000;

/// The bytes beyond ASCII that are examined to guess an encoding.
const SAMPLE: usize = 64 << 10;

/// Notes of one kind beyond this number are not kept.
const MOST_NOTES: usize = 100;

/// What was found in a file.
#[derive(Default)]
pub(crate) struct Found {
    /// Its pages, as far as page breaks are in the file.
    pub(crate) pages: Vec<Draft>,
    /// The HTML that it is the wrapping of.
    pub(crate) html: Option<String>,
    /// Properties by key.
    pub(crate) properties: Vec<(String, String)>,
    /// Names and bytes of pictures and embedded objects.
    pub(crate) objects: Vec<(String, Vec<u8>)>,
    pub(super) acting: Vec<String>,
    pub(super) outside: Vec<(String, String)>,
    pub(super) undecodable: BTreeMap<String, u64>,
    pub(super) guessed: Option<String>,
    pub(super) cut_short: bool,
    pub(super) trailing: u64,
}

/// Reads a file.
pub(crate) fn parse(bytes: &[u8]) -> Found {
    let mut reader = Reader::new(bytes);
    let mut tokens = Tokens::new(bytes);
    while let Some(token) = tokens.next() {
        reader.take(token);
        if reader.ended {
            reader.found.trailing =
                tokens.rest().iter().filter(|b| !b.is_ascii_whitespace() && **b != 0).count()
                    as u64;
            break;
        }
    }
    reader.finish()
}

/// What ends with its group.
#[derive(Clone, Copy, Default)]
struct State {
    font: Option<i32>,
    /// How many characters after `\u` repeat it for old programs.
    repeats: i32,
    hidden: bool,
    deleted: bool,
    /// Nothing of the group is read.
    skipped: bool,
    /// Within `\htmlrtf`: formatting that is not part of the HTML.
    not_html: bool,
    in_table: bool,
    /// The group chooses between forms of a text, of which the first is for old programs.
    old_form_next: bool,
}

/// Where text goes.
enum Capture {
    /// A note or comment of the page.
    Note(MarkKind, Draft),
    /// A header or footer.
    Furniture(bool, Draft),
    /// A property.
    Property(&'static str, String),
    /// A time property.
    Time(&'static str, [i32; 6]),
    /// The font table.
    Fonts(Option<i32>),
    /// The instruction of a field.
    Instruction(String),
    /// The name of a property of a shape, or of one that a user made.
    Name(String),
    /// Its value.
    Value(String),
    /// The attached template.
    Template(String),
    /// The author of the next comment.
    Author(String),
    Picture(&'static str, Bytes),
    Object(Bytes),
    /// HTML as it is.
    Html,
}

struct Reader {
    found: Found,
    fonts: Fonts,
    raw_is_utf8: bool,
    state: State,
    stack: Vec<State>,
    /// Open groups that the stack has no room for.
    too_deep: u64,
    captures: Vec<(usize, Capture)>,
    page: Draft,
    notes: Vec<(MarkKind, Draft)>,
    links: Vec<String>,
    headers: Vec<String>,
    pending: Vec<u8>,
    /// Cells that ended without text after them.
    tabs: usize,
    /// Paragraphs that ended in a cell without text after them.
    line_ends: usize,
    /// Characters still to be skipped after `\u`.
    skip: i32,
    high: Option<u16>,
    starred: bool,
    html: Option<String>,
    author: String,
    name: String,
    pictures: usize,
    embedded: usize,
    new_pictures: bool,
    begun: bool,
    ended: bool,
}

impl Reader {
    fn new(bytes: &[u8]) -> Self {
        let mut sample = Vec::new();
        for token in Tokens::new(bytes) {
            match token {
                Token::Hex(byte) => sample.push(byte),
                // with its neighbours, of which a guess is made
                Token::Text(text) if !text.is_ascii() || !sample.is_empty() => {
                    sample.extend_from_slice(text)
                }
                _ => {}
            }
            if sample.len() > SAMPLE {
                break;
            }
        }
        let raw_is_utf8 = !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok();
        Self {
            found: Found::default(),
            fonts: Fonts::new(fonts::guess(&sample)),
            raw_is_utf8,
            state: State { repeats: 1, ..State::default() },
            stack: Vec::new(),
            too_deep: 0,
            captures: Vec::new(),
            page: Draft::default(),
            notes: Vec::new(),
            links: Vec::new(),
            headers: Vec::new(),
            pending: Vec::new(),
            tabs: 0,
            line_ends: 0,
            skip: 0,
            high: None,
            starred: false,
            html: None,
            author: String::new(),
            name: String::new(),
            pictures: 0,
            embedded: 0,
            new_pictures: false,
            begun: false,
            ended: false,
        }
    }

    fn take(&mut self, token: Token<'_>) {
        match token {
            Token::Hex(_) | Token::Text(_) => {}
            _ => self.flush(),
        }
        match token {
            Token::Open => self.open(),
            Token::Close => self.close(),
            Token::Word(word, number) => {
                let starred = std::mem::take(&mut self.starred);
                if self.skip > 0 && !matches!(word, "u" | "uc") {
                    self.skip -= 1;
                    return;
                }
                self.word(word, number, starred);
            }
            Token::Symbol(symbol) => self.symbol(symbol),
            Token::Hex(byte) => {
                if self.skip > 0 {
                    self.skip -= 1;
                } else if !self.state.skipped {
                    self.pending.push(byte);
                }
            }
            Token::Text(text) => self.bytes(text),
            Token::Binary(bytes, _) => {
                if self.skip > 0 {
                    self.skip -= 1;
                } else if !self.state.skipped
                    && let Some((_, Capture::Picture(_, held) | Capture::Object(held))) =
                        self.captures.last_mut()
                {
                    held.bytes.extend_from_slice(bytes);
                }
            }
        }
    }

    fn bytes(&mut self, text: &[u8]) {
        let skipped = usize::try_from(self.skip).unwrap_or(0).min(text.len());
        self.skip -= i32::try_from(skipped).unwrap_or(0);
        let text = &text[skipped..];
        if self.state.skipped || text.is_empty() {
            return;
        }
        if let Some((_, Capture::Picture(_, held) | Capture::Object(held))) =
            self.captures.last_mut()
        {
            held.digits(text);
        } else if self.raw_is_utf8 && !text.is_ascii() {
            self.flush();
            let text = String::from_utf8_lossy(text).into_owned();
            self.push(&text);
        } else {
            self.pending.extend_from_slice(text);
        }
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let bytes = std::mem::take(&mut self.pending);
            let text = self.fonts.decode(self.state.font, &bytes);
            self.push(&text);
        }
    }

    fn open(&mut self) {
        self.skip = 0;
        self.starred = false;
        self.begun = true;
        if self.stack.len() >= MOST_DEPTH {
            self.too_deep += 1;
            return;
        }
        self.stack.push(self.state);
        if std::mem::take(&mut self.state.old_form_next) {
            self.state.skipped = true;
            if let Some(outer) = self.stack.last_mut() {
                outer.old_form_next = false;
            }
        }
    }

    fn close(&mut self) {
        self.skip = 0;
        self.high = None;
        self.starred = false;
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        while self.captures.last().is_some_and(|(depth, _)| *depth == self.stack.len()) {
            if let Some((_, capture)) = self.captures.pop() {
                self.end(capture);
            }
        }
        if let Some(state) = self.stack.pop() {
            self.state = state;
        }
        self.ended = self.begun && self.stack.is_empty();
    }

    fn symbol(&mut self, symbol: u8) {
        if symbol == b'*' {
            self.starred = true;
            return;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        match symbol {
            b'~' => self.push("\u{a0}"),
            b'_' => self.push("\u{2011}"),
            b'\r' | b'\n' => self.line_end(),
            b'\t' => self.push("\t"),
            b'{' | b'}' | b'\\' => self.pending.push(symbol),
            // optional hyphens and marks of index entries are not shown
            _ => {}
        }
        if self.state.skipped {
            self.pending.clear();
        }
    }

    fn begin(&mut self, capture: Capture) {
        if !self.state.skipped {
            self.captures.push((self.stack.len(), capture));
        }
    }

    fn word(&mut self, word: &str, number: Option<i32>, starred: bool) {
        if self.state.skipped {
            return;
        }
        let on = number != Some(0);
        match word {
            "u" => self.unicode(number.unwrap_or(0)),
            "uc" => self.state.repeats = number.unwrap_or(1).clamp(0, 1000),
            "f" => self.font(number.unwrap_or(0)),
            "v" => self.state.hidden = on,
            "deleted" => self.state.deleted = on,
            "plain" => {
                (self.state.font, self.state.hidden, self.state.deleted) = (None, false, false)
            }
            "pard" => self.state.in_table = false,
            "intbl" => self.state.in_table = on,
            "htmlrtf" => self.state.not_html = on,
            "deff" => self.fonts.default = number,
            "ansi" | "mac" | "pc" | "pca" => self.fonts.file_charset(word),
            "ansicpg" => self.fonts.file_code_page(number.unwrap_or(0)),
            "fcharset" | "cpg" => {
                if let Some((_, Capture::Fonts(Some(font)))) = self.captures.last() {
                    let (font, value) = (*font, number.unwrap_or(0));
                    if word == "cpg" {
                        self.fonts.code_page(font, value)
                    } else {
                        self.fonts.charset(font, value)
                    }
                }
            }
            "fromhtml" if on => self.html = Some(String::new()),
            "upr" => self.state.old_form_next = true,
            "yr" | "mo" | "dy" | "hr" | "min" | "sec" => {
                let at =
                    ["yr", "mo", "dy", "hr", "min", "sec"].iter().position(|name| *name == word);
                if let (Some((_, Capture::Time(_, parts))), Some(at)) =
                    (self.captures.last_mut(), at)
                {
                    parts[at] = number.unwrap_or(0);
                }
            }
            _ if self.text_word(word) || self.destination(word) || self.picture_word(word) => {}
            _ if starred => self.state.skipped = true,
            _ => {}
        }
    }

    /// Words that stand for characters.
    fn text_word(&mut self, word: &str) -> bool {
        let text = match word {
            "par" | "line" | "sect" | "softline" | "lbr" | "column" => {
                self.line_end();
                return true;
            }
            "page" => {
                self.page_end();
                return true;
            }
            "cell" | "nestcell" => {
                self.tabs += usize::from(self.target_is_text());
                self.line_ends = 0;
                return true;
            }
            "row" | "nestrow" => {
                (self.tabs, self.line_ends) = (0, 0);
                self.push_raw("\n");
                return true;
            }
            "tab" => "\t",
            "emdash" => "—",
            "endash" => "–",
            "emspace" => "\u{2003}",
            "enspace" => "\u{2002}",
            "qmspace" => "\u{2005}",
            "bullet" => "•",
            "lquote" => "‘",
            "rquote" => "’",
            "ldblquote" => "“",
            "rdblquote" => "”",
            "zwj" => "\u{200d}",
            "zwnj" => "\u{200c}",
            "zwbo" => "\u{200b}",
            "ltrmark" => "\u{200e}",
            "rtlmark" => "\u{200f}",
            _ => return false,
        };
        self.push(text);
        true
    }

    /// Words that begin a destination; `false` for others.
    fn destination(&mut self, word: &str) -> bool {
        match word {
            // read as the text around them
            "shpinst" | "shptxt" | "do" | "dptxbxtext" | "ud" | "moMath" | "moMathPara"
            | "fldrslt" | "result" | "listtext" | "pntext" | "field" | "object" | "shp"
            | "userprops" | "info" => {}
            "shppict" => self.new_pictures = true,
            "nonshppict" => self.state.skipped = self.new_pictures,
            "colortbl" | "stylesheet" | "listtable" | "listoverridetable" | "rsidtbl"
            | "themedata" | "colorschememapping" | "datastore" | "latentstyles" | "filetbl"
            | "revtbl" | "xmlnstbl" | "mmathPr" | "bkmkstart" | "bkmkend" | "datafield"
            | "formfield" | "fldtype" | "shprslt" | "mhtmltag" | "ftnsep" | "ftnsepc" | "ftncn"
            | "aftnsep" | "aftnsepc" | "aftncn" | "objclass" | "objname" | "objalias"
            | "objsect" | "objtime" | "linkval" | "atnid" | "atnref" | "atnicn" | "atndate"
            | "atntime" | "atnparent" | "atrfstart" | "atrfend" | "passwordhash" | "blipuid"
            | "picprop" => {
                self.state.skipped = true;
            }
            "xe" | "tc" | "rxe" | "tcn" => self.state.hidden = true,
            "fonttbl" => self.begin(Capture::Fonts(None)),
            "footnote" => self.begin(Capture::Note(MarkKind::Notes, Draft::default())),
            "annotation" => {
                let mut draft = Draft::default();
                let author = std::mem::take(&mut self.author);
                if !author.trim().is_empty() {
                    draft.push(&format!("{}: ", author.trim()));
                }
                self.begin(Capture::Note(MarkKind::Annotation, draft));
            }
            "atnauthor" => self.begin(Capture::Author(String::new())),
            "header" | "headerl" | "headerr" | "headerf" => {
                self.begin(Capture::Furniture(true, Draft::default()))
            }
            "footer" | "footerl" | "footerr" | "footerf" => {
                self.begin(Capture::Furniture(false, Draft::default()))
            }
            "fldinst" => self.begin(Capture::Instruction(String::new())),
            "sn" | "propname" => self.begin(Capture::Name(String::new())),
            "sv" | "staticval" => self.begin(Capture::Value(String::new())),
            "template" => self.begin(Capture::Template(String::new())),
            "pict" => self.begin(Capture::Picture("bin", Bytes::default())),
            "objdata" => self.begin(Capture::Object(Bytes::default())),
            "htmltag" if self.html.is_some() => self.begin(Capture::Html),
            "htmltag" => self.state.skipped = true,
            "creatim" => self.begin(Capture::Time("dcterms:created", [0; 6])),
            "revtim" => self.begin(Capture::Time("dcterms:modified", [0; 6])),
            "printim" => self.begin(Capture::Time("cp:lastPrinted", [0; 6])),
            "buptim" => self.begin(Capture::Time("rtf:backup", [0; 6])),
            _ => match property(word) {
                Some(key) => self.begin(Capture::Property(key, String::new())),
                None => return false,
            },
        }
        true
    }

    fn picture_word(&mut self, word: &str) -> bool {
        let (Some(ending), Some((_, Capture::Picture(known, _)))) =
            (objects::picture_ending(word), self.captures.last_mut())
        else {
            return false;
        };
        *known = ending;
        true
    }

    fn font(&mut self, font: i32) {
        match self.captures.last_mut() {
            Some((_, Capture::Fonts(current))) => {
                *current = Some(font);
                self.fonts.begin(font);
            }
            _ => self.state.font = Some(font),
        }
    }

    fn unicode(&mut self, number: i32) {
        self.skip = self.state.repeats;
        let code = if number < 0 { number.wrapping_add(0x1_0000) } else { number };
        let Ok(code) = u32::try_from(code) else { return };
        let high = self.high.take();
        if let Ok(unit) = u16::try_from(code) {
            if let 0xd800..=0xdbff = unit {
                self.high = Some(unit);
                return;
            }
            if let (Some(high), 0xdc00..=0xdfff) = (high, unit) {
                let text = String::from_utf16_lossy(&[high, unit]);
                self.push(&text);
                return;
            }
        }
        let c = match code {
            0xf020..=0xf0ff if self.fonts.is_symbol(self.state.font) => {
                fonts::symbol(u8::try_from(code - 0xf000).unwrap_or(b' '))
            }
            code => char::from_u32(code).unwrap_or('\u{fffd}'),
        };
        if c != '\0' {
            self.push(c.encode_utf8(&mut [0; 4]));
        }
    }

    fn target_is_text(&self) -> bool {
        !self.state.skipped
            && matches!(
                self.captures.last(),
                None | Some((_, Capture::Note(..) | Capture::Furniture(..)))
            )
    }

    fn line_end(&mut self) {
        if self.state.in_table && self.target_is_text() && self.html.is_none() {
            self.line_ends += 1;
            return;
        }
        let html = matches!(self.captures.last(), Some((_, Capture::Html)));
        self.push(if html || self.html.is_some() { "\r\n" } else { "\n" });
    }

    fn page_end(&mut self) {
        if self.captures.is_empty() && self.html.is_none() && !self.state.skipped {
            (self.tabs, self.line_ends) = (0, 0);
            self.end_page();
        } else {
            self.push_raw("\n");
        }
    }

    fn push(&mut self, text: &str) {
        if self.tabs + self.line_ends > 0 && self.target_is_text() {
            let tabs = "\t".repeat(std::mem::take(&mut self.tabs).min(1000));
            let line_ends = "\n".repeat(std::mem::take(&mut self.line_ends).min(1000));
            self.push_raw(&tabs);
            self.push_raw(&line_ends);
        }
        self.push_raw(text);
    }

    fn push_raw(&mut self, text: &str) {
        if self.state.skipped {
            return;
        }
        let state = self.state;
        let draft = match self.captures.last_mut() {
            None => match &mut self.html {
                Some(html) => {
                    if !state.not_html {
                        html.push_str(text);
                    }
                    return;
                }
                None => &mut self.page,
            },
            Some((_, Capture::Note(_, draft) | Capture::Furniture(_, draft))) => draft,
            Some((
                _,
                Capture::Property(_, held)
                | Capture::Instruction(held)
                | Capture::Name(held)
                | Capture::Value(held)
                | Capture::Template(held)
                | Capture::Author(held),
            )) => {
                held.push_str(text);
                return;
            }
            Some((_, Capture::Html)) => {
                self.html.get_or_insert_default().push_str(text);
                return;
            }
            Some((
                _,
                Capture::Time(..) | Capture::Fonts(_) | Capture::Picture(..) | Capture::Object(_),
            )) => return,
        };
        let start = draft.len();
        draft.push(text);
        if state.hidden {
            draft.mark(start, MarkKind::Hidden);
        }
        if state.deleted {
            draft.mark(start, MarkKind::Deleted);
        }
    }

    fn end(&mut self, capture: Capture) {
        match capture {
            Capture::Note(kind, draft) => self.notes.push((kind, draft)),
            Capture::Furniture(header, draft) => self.furniture(header, &draft),
            Capture::Property(key, text) => self.property(key, &text),
            Capture::Time(key, parts) => {
                let [year, month, day, hour, minute, second] = parts;
                if (1..=12).contains(&month) && (1..=31).contains(&day) && year > 0 {
                    let time =
                        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
                    self.property(key, &time);
                }
            }
            Capture::Instruction(text) => self.instruction(text.trim()),
            Capture::Name(text) => text.trim().clone_into(&mut self.name),
            Capture::Value(text) => self.value(text.trim()),
            Capture::Template(text) => self.outside("attachedTemplate", text.trim()),
            Capture::Author(text) => self.author = text,
            Capture::Picture(ending, held) => {
                if !held.bytes.is_empty() {
                    self.pictures += 1;
                    self.page.images += 1;
                    let name = format!("picture{}.{ending}", self.pictures);
                    self.found.objects.push((name, objects::picture(ending, held.bytes)));
                }
            }
            Capture::Object(held) => {
                if !held.bytes.is_empty() {
                    self.embedded += 1;
                    match objects::object(held.bytes, self.embedded) {
                        Object::File(name, bytes) => self.found.objects.push((name, bytes)),
                        Object::Link(target) => self.outside("oleObject", &target),
                    }
                }
            }
            Capture::Fonts(_) | Capture::Html => {}
        }
    }

    /// A header goes before the page that it is first on, a footer after it; both once, however often they are stated.
    fn furniture(&mut self, header: bool, draft: &Draft) {
        let text = draft.text().trim().to_owned();
        if text.is_empty() || self.headers.contains(&text) || self.headers.len() >= MOST_NOTES {
            return;
        }
        self.headers.push(text);
        if header {
            let mut page = Draft::default();
            page.append_lines(draft, Some(MarkKind::Furniture));
            page.append(&self.page, None);
            self.page = page;
        } else {
            self.notes.push((MarkKind::Furniture, draft.clone()));
        }
    }

    fn property(&mut self, key: &str, value: &str) {
        if !value.trim().is_empty() && self.found.properties.len() < 10 * MOST_NOTES {
            self.found.properties.push((key.to_owned(), value.trim().to_owned()));
        }
    }

    /// The value of a property that has just been named.
    fn value(&mut self, value: &str) {
        let name = std::mem::take(&mut self.name);
        match name.as_str() {
            // the text of a drawn word, the description of a picture
            "gtextUNICODE" | "wzDescription" if !value.is_empty() => {
                let mut line = Draft::default();
                line.push(value);
                self.notes.push((MarkKind::Annotation, line));
            }
            "pihlShape" | "pib" | "" => {}
            _ if self.captures.is_empty() && self.is_user_property() => {
                self.property(&format!("custom:{name}"), value);
            }
            _ => {}
        }
    }

    /// Properties of shapes are within the body; those that a user made precede all of it.
    fn is_user_property(&self) -> bool {
        self.page.is_blank() && self.found.pages.is_empty() && self.stack.len() <= 3
    }

    fn instruction(&mut self, text: &str) {
        let mut words = text.split_whitespace();
        match words.next().unwrap_or_default() {
            "HYPERLINK" => {
                let target = text["HYPERLINK".len()..].trim();
                let target = target
                    .strip_prefix('"')
                    .and_then(|rest| rest.split('"').next())
                    .unwrap_or(target);
                if !target.is_empty() && !target.starts_with('\\') {
                    self.links.push(target.to_owned());
                }
            }
            "DDE" | "DDEAUTO" | "INCLUDETEXT" | "INCLUDEPICTURE" | "IMPORT" | "LINK"
            | "DATABASE" => {
                let text = text.to_owned();
                if self.found.acting.len() < MOST_NOTES && !self.found.acting.contains(&text) {
                    self.found.acting.push(text);
                }
            }
            _ => {}
        }
    }

    fn outside(&mut self, relation: &str, target: &str) {
        if !target.is_empty() && self.found.outside.len() < MOST_NOTES {
            self.found.outside.push((relation.to_owned(), target.to_owned()));
        }
    }

    fn end_page(&mut self) {
        let mut page = std::mem::take(&mut self.page);
        for (kind, draft) in std::mem::take(&mut self.notes) {
            page.append_lines(&draft, Some(kind));
        }
        add_links(&mut page, std::mem::take(&mut self.links));
        self.found.pages.push(page);
    }

    fn finish(mut self) -> Found {
        self.flush();
        self.found.cut_short = !self.ended;
        while let Some((_, capture)) = self.captures.pop() {
            self.end(capture);
        }
        self.end_page();
        if self.found.pages.len() > 1 && self.found.pages.last().is_some_and(Draft::is_blank) {
            self.found.pages.pop();
        }
        self.found.html = self.html;
        self.found.undecodable = self.fonts.undecodable;
        self.found.guessed = self.fonts.guessed;
        self.found
    }
}

fn property(word: &str) -> Option<&'static str> {
    Some(match word {
        "title" => "dc:title",
        "subject" => "dc:subject",
        "author" => "dc:creator",
        "operator" => "cp:lastModifiedBy",
        "manager" => "app:Manager",
        "company" => "app:Company",
        "category" => "cp:category",
        "keywords" => "cp:keywords",
        "comment" | "doccomm" => "dc:description",
        "hlinkbase" => "app:HyperlinkBase",
        "generator" => "app:Application",
        _ => return None,
    })
}
