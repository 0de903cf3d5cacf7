//! The English texts of the language: errors, hints, help on fields and the line that explains a query.
//!
//! The only module with sentences. Everything else returns codes with values, so that another language only needs
//! another module like this one.

use crate::error::{Alternative, Operator, QueryError, QueryErrorKind as Kind, QueryLimit};
use crate::field::Field;
use crate::print::ReadPart;
use crate::query::{Hint, HintKind, Query};
use std::fmt;

/// What a field accepts, with an example.
#[must_use]
pub fn takes(field: Field) -> &'static str {
    match field {
        Field::FileName => "words of the file's name: filename:register",
        Field::Path => "words of the whole path, containers included: path:\"drop 2\"",
        Field::Folder => "a folder or container, and all below it: folder:\"disk 2/notices\"",
        Field::Container => "the number of a container, and all that it contains: container:EXH-000012",
        Field::Extension => "the ending of the file's name: ext:docx",
        Field::Title => "words of the document's title: title:bulletin",
        Field::From => "words of a message's sender: from:office",
        Field::To => "words of a message's recipients, copies included: to:county",
        Field::Cc => "words of those who got a copy, open or blind: cc:county",
        Field::Sender => "a sender's whole address: sender:office@baihe.example",
        Field::Recipient => "a recipient's whole address: recipient:county@baihe.example",
        Field::Subject => "words of a message's subject: subject:register",
        Field::Thread => {
            "a message, by its document's number or its Message-ID, and all of its conversation: thread:EXH-000127"
        }
        Field::Type => {
            "pdf, word, sheet, slides, mail, image, text, html, csv, archive, audio, video, program … or a media type: type:pdf"
        }
        Field::Language => {
            "a language's tag, of Chinese, Uyghur, Russian, English …: lang:zh, lang:zh-Hant, lang:ug, lang:ru, lang:en"
        }
        Field::Date => "a year, month, day or range: date:2017, date:2017-08..2017-10",
        Field::After => "a year, month or day; what is dated later: after:2017-08",
        Field::Before => "a year, month or day; what is dated earlier: before:2017",
        Field::Size => "bytes of the file, with k, m or g: size:>1m, size:10k..20k",
        Field::Pages => "pages of the document: pages:>10, pages:1",
        Field::Ocr => "OCR's mean confidence from 0 to 1: ocr:<0.8",
        Field::Id => "a document's number: id:127 or id:EXH-000127",
        Field::Hash => "the SHA-256 of a file, or its first 8 digits or more: hash:9f86d081",
        Field::Sheet => "words of the name of a sheet: sheet:名单",
        Field::Is => "attached, duplicate, encrypted, failed, ocr, read, truncated or undated: is:truncated",
        Field::Has => "attachment, image, macro or ocr: has:attachment",
        Field::Tag => "a tag: tag:checked",
        Field::Source => "a source's name: source:drop-2",
        Field::Pinyin => {
            "Chinese characters by their readings; a capital begins a surname: pinyin:\"Wang liqiang\", pinyin:qiang"
        }
        Field::Uyghur => "Uyghur or Kazakh words in any alphabet: uyghur:shöhret",
        Field::Written => {
            "dates and numbers in digits or Chinese numerals, however written: written:2017-08-23, written:第12条"
        }
        Field::Forms => "an English or Russian word in its inflected forms: forms:factory",
        Field::Text => "words of the page, as without a field: text:(a OR b)",
        Field::Sort => "relevance, received, date, oldest or path: sort:date",
    }
}

/// What may have been meant instead, as a sentence.
#[must_use]
pub fn remark(hint: &Hint) -> String {
    match &hint.kind {
        HintKind::LowerCaseOperator(operator) => {
            let sign = operator.sign();
            let word = sign.to_lowercase();
            format!("“{word}” is searched as a word; write {sign} in capitals if it is meant as an operator")
        }
        HintKind::SlowPattern => "a pattern is slow: every word of the index is compared with it".to_owned(),
        HintKind::EncryptedWithoutPages => {
            "what could not be opened has no pages to search; the ledger lists it".to_owned()
        }
    }
}

/// The query as it was understood, on one line, with every group in brackets.
#[must_use]
pub fn read_as(query: &Query) -> String {
    let part = |part: ReadPart| match part {
        ReadPart::Clause(number) => query.clauses[number].text.to_string(),
        other => read_part(other).to_owned(),
    };
    query.read_as().into_iter().map(part).collect()
}

/// The text of a part of an explained query, between its clauses; empty for a clause.
#[must_use]
pub fn read_part(part: ReadPart) -> &'static str {
    match part {
        ReadPart::Everything => "everything",
        ReadPart::And => " AND ",
        ReadPart::Or => " OR ",
        ReadPart::Not => "NOT ",
        ReadPart::Open => "(",
        ReadPart::Close => ")",
        ReadPart::Clause(_) => "",
    }
}

fn instead(instead: Alternative) -> &'static str {
    match instead {
        Alternative::Ledger => "files without pages are in the ledger: see the problems of the case",
        Alternative::TagDecisions => "decisions on documents are not stored; a tag of your own can stand for one",
        Alternative::TagNotes => "notes are not stored; a tag of your own can stand for one",
        Alternative::NoRedaction => "nothing can be redacted yet",
        Alternative::TextOfSigned => "signatures within files are not checked; search for the text of a signed page",
        Alternative::NoTranslation => "there are no translations yet",
        Alternative::NameItself => {
            "names are not gathered into entities; search for the name itself, or for its sounds: pinyin:\"Wang li\""
        }
        Alternative::Batch => "there are no watch lists; search for many names at once with a batch",
        Alternative::Quotes => "there are no claims; quotes are listed by exhibit quote ls",
        Alternative::SheetPages => "tables are searched as the pages that they are; sheet: names a sheet",
    }
}

fn limited(what: QueryLimit) -> &'static str {
    match what {
        QueryLimit::Characters => "characters",
        QueryLimit::Clauses => "clauses",
        QueryLimit::Brackets => "nested brackets",
    }
}

/// What to write instead, as a sentence, if known.
#[must_use]
pub fn hint(error: &QueryError) -> Option<String> {
    Some(match &error.kind {
        Kind::OpenQuote => "close the phrase with another quotation mark".to_owned(),
        Kind::OpenBracket => "add a closing bracket, or put text that has a bracket in quotes".to_owned(),
        Kind::ExtraBracket => "remove it, or put text that has a bracket in quotes".to_owned(),
        Kind::EmptyQuotes | Kind::EmptyBrackets => "put words between them, or remove them".to_owned(),
        Kind::LonelyOperator(operator) => match operator {
            Operator::Exact => "write =word without a space, or remove the sign".to_owned(),
            Operator::Minus => "write -word without a space, or remove the minus".to_owned(),
            Operator::Not => "write NOT word; to search for the word itself, write \"not\"".to_owned(),
            Operator::And | Operator::Or => {
                let (sign, word) = (operator.sign(), operator.sign().to_lowercase());
                format!("write one {sign} other; to search for the word itself, write \"{word}\"")
            }
        },
        Kind::UnknownField { nearest: Some(nearest), .. } => format!("did you mean {}: ?", nearest.name()),
        Kind::UnknownField { name, nearest: None } => {
            format!("to search for the text itself, put it in quotes: \"{name}: …\"")
        }
        Kind::EmptyField(field) => format!("write {}:value without a space after the colon", field.name()),
        Kind::UnknownWord { nearest: Some((field, word)), .. } => format!("did you mean {}:{word} ?", field.name()),
        Kind::BadValue { field, .. } | Kind::UnknownWord { field, nearest: None, .. } => {
            format!("{}: takes {}", field.name(), takes(*field))
        }
        Kind::Unsupported { instead, .. } => self::instead(*instead).to_owned(),
        Kind::NothingToSearch(_) => "remove it; signs are not searched".to_owned(),
        Kind::MisplacedStar(_) => "write the beginning of a word, then the star: regist*".to_owned(),
        Kind::MisplacedTilde(_) => {
            "write word~1 or word~2 for one word, \"two words\"~5 for words near each other".to_owned()
        }
        Kind::Pattern(pattern) => format!(
            "it is matched against single words, so leave out ^, $ and \\b, close each bracket, and keep repetitions \
             small; to search for the text itself, put it in quotes: \"/{pattern}/\""
        ),
        Kind::TooMuch { .. } => "for long lists of names, use a batch search".to_owned(),
    })
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::OpenQuote => f.write_str("a phrase is not closed")?,
            Kind::OpenBracket => f.write_str("a bracket is not closed")?,
            Kind::ExtraBracket => f.write_str("a closing bracket has no opening one")?,
            Kind::EmptyQuotes => f.write_str("there is nothing to search between the quotes")?,
            Kind::EmptyBrackets => f.write_str("there is nothing between the brackets")?,
            Kind::LonelyOperator(operator) => write!(f, "{} has nothing to work on", operator.sign())?,
            Kind::UnknownField { name, .. } => write!(f, "there is no field {name}:")?,
            Kind::EmptyField(field) => write!(f, "{}: has no value", field.name())?,
            Kind::BadValue { field, value } => write!(f, "{}: does not take “{value}”", field.name())?,
            Kind::UnknownWord { field, word, .. } => write!(f, "there is no {}:{word}", field.name())?,
            Kind::Unsupported { what, .. } => write!(f, "{what} is not supported yet")?,
            Kind::NothingToSearch(text) => write!(f, "“{text}” has no letter or digit to search")?,
            Kind::MisplacedStar(text) => write!(f, "the star in “{text}” is not at the end of a word")?,
            Kind::MisplacedTilde(text) => write!(f, "the ~ in “{text}” does not follow a word or a phrase of words")?,
            Kind::Pattern(pattern) => write!(f, "the pattern /{pattern}/ cannot be used")?,
            Kind::TooMuch { what, most } => write!(f, "the query has more than {most} {}", limited(*what))?,
        }
        write!(f, " (character {})", self.position + 1)
    }
}
