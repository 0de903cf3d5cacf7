//! The sentences for what checks find: the only English of this crate.

use crate::fault::{Fault, ReceiptField};
use crate::findings::Place;
use exhibit_custody::LogFault;
use exhibit_model::shown;
use exhibit_proof::finding::chain;

/// A place as a text.
#[must_use]
pub fn place(place: &Place) -> String {
    match place {
        Place::Path(path) => shown(path),
        Place::Document(label) => shown(label),
        Place::Page { document, page, pack, offset } => {
            format!("{} page {page}, {} at byte {offset}", shown(document), shown(pack))
        }
        Place::Picture { document, page } => format!("{} page {page}, its cited picture", shown(document)),
        Place::Source(number) => format!("source {number}"),
        Place::TagChange(number) => format!("{}, change {number}", exhibit_case::layout::TAGS),
    }
}

/// A fault as a sentence, with the detail that came with it.
#[must_use]
pub fn fault(fault: &Fault, detail: &str) -> String {
    let text = sentence(fault);
    // text from a damaged case can be anything
    let detail = shown(detail);
    match (text.is_empty(), detail.is_empty()) {
        (true, _) => detail,
        (_, true) => text,
        _ => format!("{text}: {detail}"),
    }
}

fn sentence(fault: &Fault) -> String {
    let text = match fault {
        Fault::Log(fault) | Fault::AccessLog(fault) => return log(fault),
        Fault::Bag(fault) => fault.word(),
        Fault::Anchor(fault) => return shown(&chain(fault)),
        Fault::AccessOpening(fault) => return shown(&fault.to_string()),
        // the detail tells all
        Fault::Unreadable
        | Fault::CaseUnreadable
        | Fault::CatalogueDamaged
        | Fault::PageUnreadable
        | Fault::PictureUnreadable => "",
        Fault::LogCutBack { present, expected } => {
            return format!("it has {present} entries, but the catalogue knows of {expected}: it was cut back");
        }
        Fault::SettingDiffers(setting) => {
            return format!("its `{}` differs from what the log records of the case's opening", setting.word());
        }
        Fault::AccessSettingDiffers => {
            "its `access` differs from what the log records; `exhibit case access` changes both"
        }
        Fault::PageTextDiffers => "its text differs from the digest in the catalogue",
        Fault::PictureMissing => "the picture is missing",
        Fault::PictureAltered { digest } | Fault::OriginalAltered { digest } => {
            return format!("its bytes were altered: their SHA-256 is {digest}");
        }
        Fault::TagCountDiffers { counted, logged } => {
            return format!("it counts {counted} changes of tags as logged, but the log records {logged}");
        }
        Fault::TagChangeDiffers { entry } => {
            return format!("it differs from log entry {entry}, which records it: it was altered");
        }
        Fault::TagDocumentMissing { document } => {
            return format!("it names document {document}, which the ledger does not have");
        }
        Fault::TagChangeMissing { entry } => return format!("log entry {entry} records a change that is missing"),
        Fault::TagsPending { count } => {
            return format!("{count} changes are not logged yet: the next command that signs logs them");
        }
        Fault::TagLinesIncomplete { count } => {
            return format!("{count} lines were left incomplete by a killed process");
        }
        Fault::IndexAltered => "its bytes were altered; `exhibit case repair --index` rebuilds the index",
        Fault::IndexLeftover => "left by an interrupted rebuild of the index; the next rebuild replaces it",
        Fault::OriginalMissing => "the original is missing",
        Fault::OriginalUnreadable => "it cannot be read",
        Fault::OriginalNotInLedger => "the log names it, but no row of the ledger does",
        Fault::OriginalUnreferenced => "no item refers to it",
        Fault::UnexpectedFile => "unexpected file",
        Fault::ReceiptDiffers => "the log has no entry of its receipt, or another one",
        Fault::ReceiptFieldDiffers { entry, field } => {
            let field = match field {
                ReceiptField::From => "container or source",
                ReceiptField::Relation => "relation to its container",
                ReceiptField::Content => "content",
                ReceiptField::Size => "size",
                ReceiptField::State => "state",
            };
            return format!("log entry {entry} records another {field}");
        }
        Fault::PathDiffers => "its path is not the one recorded at its receipt",
        Fault::ReasonDiffers => "its reason is not the one recorded at its receipt",
        Fault::SealedValueUnopened { entry, field } => {
            return format!("what log entry {entry} keeps sealed as `{}` does not open", shown(field));
        }
        Fault::ReadingDiffers => "the last reading that the log records is not the one that the ledger names",
        Fault::ReadingResultDiffers { entry } => {
            return format!("the result of reading it differs from log entry {entry}");
        }
        Fault::PagesDiffer { entry } => return format!("its pages differ from those that log entry {entry} records"),
        Fault::DuplicateDiffers => "the log and the ledger differ in which item it repeats",
        Fault::ReadingNotLogged { state } => return format!("it is {state}, but the log records no reading of it"),
        Fault::RowMissing { entry } => {
            return format!("log entry {entry} records its receipt, but the ledger does not have it");
        }
        Fault::SourceDiffers => "the log and the ledger do not agree that it exists",
        Fault::SealedWithPendingEntries { count } => {
            return format!("the case is sealed, but {count} entries wait to be appended to its log");
        }
        Fault::SealedWithWaitingItems { count } => {
            return format!("the case is sealed, but {count} items wait to be read");
        }
        Fault::BagIncomplete => "it was not taken in completely; `exhibit bag import` resumes",
        Fault::AnchorNotLogged => "no log entry records it; import it again",
        Fault::QuoteNotLogged => "the log does not record this quote: it was added or altered",
        Fault::QuoteAhead => "it was written, but its log entry was not",
        Fault::QuoteBroken => {
            "its page does not have the passage any more; `exhibit quote check` shows the nearest text"
        }
        Fault::QuotePageMissing => "its document or page does not exist any more",
        Fault::NotAQuote => "it is not a quote",
        Fault::QuoteMissing { entry } => return format!("log entry {entry} records it, but it is missing"),
        Fault::AccessLogMissing => "its log is missing, but what it recorded is there",
    };
    text.to_owned()
}

fn log(fault: &LogFault) -> String {
    shown(&chain(fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_a_damaged_case_reaches_a_terminal_raw() {
        let odd = "a\u{1b}[2Jb";
        for text in [
            place(&Place::path(odd)),
            fault(&Fault::Unreadable, odd),
            fault(&Fault::OriginalUnreadable, odd),
            fault(&Fault::SealedValueUnopened { entry: 1, field: odd.to_owned() }, ""),
            fault(&Fault::Log(LogFault::Extra { name: odd.to_owned() }), ""),
        ] {
            assert!(!text.contains('\u{1b}') && text.contains("[2Jb"), "{text:?}");
        }
    }
}
