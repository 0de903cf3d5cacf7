//! The fields of the query language.

use super::error::QueryErrorKind;
use super::{NumberField, TextField};

/// A field, for help pages and messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FieldHelp {
    /// Its name, before the colon.
    pub name: &'static str,
    /// What it takes, with an example.
    pub takes: &'static str,
}

/// All fields, in the order in which help lists them.
pub const FIELDS: [FieldHelp; 34] = [
    FieldHelp { name: "filename", takes: "words of the file's name: filename:register" },
    FieldHelp { name: "path", takes: "words of the whole path, containers included: path:\"drop 2\"" },
    FieldHelp { name: "folder", takes: "a folder or container, and all below it: folder:\"disk 2/notices\"" },
    FieldHelp { name: "container", takes: "the number of a container, and all that it holds: container:EXH-000012" },
    FieldHelp { name: "ext", takes: "the ending of the file's name: ext:docx" },
    FieldHelp { name: "title", takes: "words of the document's title: title:bulletin" },
    FieldHelp { name: "from", takes: "words of a message's sender: from:office" },
    FieldHelp { name: "to", takes: "words of a message's recipients, copies included: to:county" },
    FieldHelp { name: "cc", takes: "words of those who got a copy, open or blind: cc:county" },
    FieldHelp { name: "sender", takes: "a sender's whole address: sender:office@baihe.example" },
    FieldHelp { name: "recipient", takes: "a recipient's whole address: recipient:county@baihe.example" },
    FieldHelp { name: "subject", takes: "words of a message's subject: subject:register" },
    FieldHelp { name: "thread", takes: THREAD_TAKES },
    FieldHelp {
        name: "type",
        takes: "pdf, word, sheet, slides, mail, image, text, html, csv, archive, audio, video, program … or a media type: type:pdf",
    },
    FieldHelp {
        name: "lang",
        takes: "a language's tag, of Chinese, Uyghur, Russian, English …: lang:zh, lang:zh-Hant, lang:ug, lang:ru, lang:en",
    },
    FieldHelp { name: "date", takes: "a year, month, day or range: date:2017, date:2017-08..2017-10" },
    FieldHelp { name: "after", takes: "a year, month or day; what is dated later: after:2017-08" },
    FieldHelp { name: "before", takes: "a year, month or day; what is dated earlier: before:2017" },
    FieldHelp { name: "size", takes: "bytes of the file, with k, m or g: size:>1m, size:10k..20k" },
    FieldHelp { name: "pages", takes: "pages of the document: pages:>10, pages:1" },
    FieldHelp { name: "ocr", takes: "OCR's mean confidence from 0 to 1: ocr:<0.8" },
    FieldHelp { name: "id", takes: "a document's number: id:127 or id:EXH-000127" },
    FieldHelp { name: "hash", takes: "the SHA-256 of a file, or its first 8 digits or more: hash:9f86d081" },
    FieldHelp { name: "sheet", takes: "words of the name of a sheet: sheet:名单" },
    FieldHelp { name: "is", takes: IS_TAKES },
    FieldHelp { name: "has", takes: HAS_TAKES },
    FieldHelp { name: "tag", takes: "a tag: tag:checked" },
    FieldHelp { name: "source", takes: "a source's name: source:drop-2" },
    FieldHelp {
        name: "pinyin",
        takes: "Chinese characters by their readings; a capital begins a surname: pinyin:\"Wang liqiang\", pinyin:qiang",
    },
    FieldHelp { name: "uyghur", takes: "Uyghur or Kazakh words in any alphabet: uyghur:shöhret" },
    FieldHelp {
        name: "written",
        takes: "dates and numbers in digits or Chinese numerals, however written: written:2017-08-23, written:第12条",
    },
    FieldHelp { name: "forms", takes: "an English or Russian word in its inflected forms: forms:factory" },
    FieldHelp { name: "text", takes: "words of the page, as without a field: text:(a OR b)" },
    FieldHelp { name: "sort", takes: "relevance, received, date, oldest or path: sort:date" },
];

const THREAD_TAKES: &str =
    "a message, by its document's number or its Message-ID, and all of its conversation: thread:EXH-000127";
const IS_TAKES: &str = "attached, duplicate, encrypted, failed, ocr, read, truncated or undated: is:truncated";
const HAS_TAKES: &str = "attachment, image, macro or ocr: has:attachment";

/// The words of `is:` and `has:`; either takes the other's, for both are about the same pages.
const WORDS: [(&str, &str); 11] = [
    ("is", "attached"),
    ("is", "duplicate"),
    ("is", "encrypted"),
    ("is", "failed"),
    ("is", "ocr"),
    ("is", "read"),
    ("is", "truncated"),
    ("is", "undated"),
    ("has", "attachment"),
    ("has", "image"),
    ("has", "macro"),
];

const IN_LEDGER: &str = "files without pages are in the ledger: see the problems of the case";
const A_TAG: &str = "decisions on documents are not kept; a tag of your own can stand for one";

/// Words and fields that people will try and that cannot be answered, each with what to do instead.
const NOT_YET: [(&str, &str); 18] = [
    ("is:empty", IN_LEDGER),
    ("is:quarantined", IN_LEDGER),
    ("is:unsupported", IN_LEDGER),
    ("is:waiting", IN_LEDGER),
    ("is:key", A_TAG),
    ("is:private", A_TAG),
    ("is:privileged", A_TAG),
    ("is:relevant", A_TAG),
    ("is:reviewed", A_TAG),
    ("is:unsure", A_TAG),
    ("has:redaction", "nothing can be redacted yet"),
    ("has:signature", "signatures within files are not checked; search for what a signed page says"),
    ("has:translation", "no translations are kept yet"),
    ("has:note", "notes are not kept; a tag of your own can stand for one"),
    (
        "entity:",
        "names are not gathered into entities; search for the name itself, or for its sounds: pinyin:\"Wang li\"",
    ),
    ("watchlist:", "there are no watchlists; search for many names at once with a batch"),
    ("claim:", "there are no claims; quotes are listed by exhibit quote ls"),
    ("table:", "tables are searched as the pages that they are; sheet: names a sheet"),
];

/// Why a word of `is:` or `has:` is not taken; nothing if it is.
pub(crate) fn refused(field: Field, word: &str) -> Option<QueryErrorKind> {
    let word = word.to_lowercase();
    if WORDS.iter().any(|(_, known)| *known == word) {
        return None;
    }
    let later =
        NOT_YET.iter().find(|(what, _)| what.split_once(':').is_some_and(|(of, w)| !of.is_empty() && w == word));
    if let Some((_, instead)) = later {
        return Some(QueryErrorKind::NotAnswered { what: format!("{}:{word}", field.name), instead });
    }
    let near = |most| WORDS.iter().find(|(_, known)| super::Pattern::Near(word.clone(), most).takes(known));
    let nearest = near(1).or_else(|| near(2).filter(|_| word.chars().count() > 3)).copied();
    Some(QueryErrorKind::UnknownWord { field: field.name, word, nearest, takes: field.takes })
}

/// Why a field that does not exist cannot, where that is known.
pub(crate) fn not_yet(name: &str) -> Option<QueryErrorKind> {
    let what = format!("{}:", name.to_lowercase());
    let (_, instead) = NOT_YET.iter().find(|(known, _)| *known == what)?;
    Some(QueryErrorKind::NotAnswered { what, instead })
}

/// What a field's value is read as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Words(TextField),
    Pinyin,
    Uyghur,
    Written,
    Forms,
    MediaType,
    Language,
    Extension,
    Word { prefix: &'static str },
    State,
    Hash,
    Thread,
    Date,
    After,
    Before,
    Number(NumberField),
    Document,
    Folder,
    Container,
    Sender,
    Recipient,
}

/// A field as named in a query.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) takes: &'static str,
    pub(crate) kind: Kind,
}

/// The field of this name, in any case.
pub(crate) fn field(name: &str) -> Option<Field> {
    let help = FIELDS.iter().find(|field| field.name.eq_ignore_ascii_case(name))?;
    let kind = match help.name {
        "filename" => Kind::Words(TextField::Name),
        "path" => Kind::Words(TextField::Path),
        "title" => Kind::Words(TextField::Title),
        "from" => Kind::Words(TextField::From),
        "to" => Kind::Words(TextField::To),
        "subject" => Kind::Words(TextField::Subject),
        "pinyin" => Kind::Pinyin,
        "uyghur" => Kind::Uyghur,
        "written" => Kind::Written,
        "forms" => Kind::Forms,
        "ext" => Kind::Extension,
        "type" => Kind::MediaType,
        "lang" => Kind::Language,
        "date" => Kind::Date,
        "after" => Kind::After,
        "before" => Kind::Before,
        "size" => Kind::Number(NumberField::Bytes),
        "pages" => Kind::Number(NumberField::Pages),
        "ocr" => Kind::Number(NumberField::Ocr),
        "id" => Kind::Document,
        "folder" => Kind::Folder,
        "container" => Kind::Container,
        "sender" => Kind::Sender,
        "recipient" => Kind::Recipient,
        "cc" => Kind::Words(TextField::Cc),
        "sheet" => Kind::Words(TextField::Sheet),
        "hash" => Kind::Hash,
        "thread" => Kind::Thread,
        "is" | "has" => Kind::State,
        "tag" => Kind::Word { prefix: "tag:" },
        "source" => Kind::Word { prefix: "source:" },
        _ => Kind::Words(TextField::Text),
    };
    Some(Field { name: help.name, takes: help.takes, kind })
}

/// The field whose name is nearest, if at most two edits away.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    // names that other tools have
    let other = [
        ("file", "filename"),
        ("name", "filename"),
        ("language", "lang"),
        ("author", "from"),
        ("bcc", "cc"),
        ("sha256", "hash"),
        ("conversation", "thread"),
    ];
    let name = name.to_lowercase();
    if let Some((_, ours)) = other.iter().find(|(theirs, _)| *theirs == name) {
        return Some(ours);
    }
    let near = |most| FIELDS.iter().find(|f| super::Pattern::Near(name.clone(), most).takes(f.name)).map(|f| f.name);
    near(1).or_else(|| if name.len() > 3 { near(2) } else { None })
}
