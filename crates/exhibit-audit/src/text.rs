//! The messages for what checks find. The texts are in `exhibit-messages`.

use crate::fault::{Fault, ReceiptField};
use crate::findings::Place;
use exhibit_case::CaseFolder;
use exhibit_messages::{Language, Message, Messages, audit, fault as bag_fault};
use exhibit_model::shown;
use exhibit_proof::finding::chain;

/// The English text of a message, with values made safe to print.
pub(crate) fn english(message: &Message) -> String {
    Messages::new(Language::English).text(&message.map_texts(shown))
}

/// A place.
pub(crate) fn place(place: &Place) -> Message {
    match place {
        Place::Path(name) | Place::Document(name) => audit::place_name(name),
        Place::Page { document, page, pack, offset } => audit::place_page(document, *offset, pack, u64::from(*page)),
        Place::Picture { document, page } => audit::place_picture(document, u64::from(*page)),
        Place::Source(number) => audit::place_source(number.to_string()),
        Place::TagChange(number) => audit::place_tag_change(CaseFolder::TAGS, *number),
    }
}

/// A fault, with the detail that came with it.
pub(crate) fn fault(fault: &Fault, detail: &str) -> Message {
    let message = predicate(fault);
    if detail.is_empty() { message } else { audit::with_detail(detail, message) }
}

fn predicate(fault: &Fault) -> Message {
    match fault {
        Fault::Log(fault) | Fault::AccessLog(fault) => reported(fault),
        Fault::Anchor(fault) => reported(fault),
        Fault::AccessOpening(fault) => reported(fault),
        Fault::Bag(fault) => bag_fault(*fault),
        Fault::Unreadable => audit::unreadable(),
        Fault::CaseUnreadable => audit::case_unreadable(),
        Fault::LogCutBack { present, expected } => audit::log_cut_back(*expected, *present),
        Fault::SettingDiffers(setting) => audit::setting_differs(setting.word()),
        Fault::AccessSettingPending => audit::access_setting_pending(),
        Fault::AccessSettingDiffers => audit::access_setting_differs(),
        Fault::CatalogueDamaged => audit::catalogue_damaged(),
        Fault::PageTextDiffers => audit::page_text_differs(),
        Fault::PageUnreadable => audit::page_unreadable(),
        Fault::PictureMissing => audit::picture_missing(),
        Fault::PictureUnreadable => audit::picture_unreadable(),
        Fault::PictureAltered { digest } | Fault::OriginalAltered { digest } => {
            audit::bytes_altered(digest.to_string())
        }
        Fault::TagCountDiffers { counted, logged } => audit::tag_count_differs(*counted, *logged),
        Fault::TagChangeDiffers { entry } => audit::tag_change_differs(*entry),
        Fault::TagDocumentMissing { document } => audit::tag_document_missing(document.to_string()),
        Fault::TagChangeMissing { entry } => audit::tag_change_missing(*entry),
        Fault::TagsPending { count } => audit::tags_pending(*count),
        Fault::TagLinesIncomplete { count } => audit::tag_lines_incomplete(*count),
        Fault::IndexAltered => audit::index_altered(),
        Fault::IndexLeftover => audit::index_leftover(),
        Fault::OriginalMissing => audit::original_missing(),
        Fault::OriginalUnreadable => audit::original_unreadable(),
        Fault::OriginalNotInLedger => audit::original_not_in_ledger(),
        Fault::OriginalUnreferenced => audit::original_unreferenced(),
        Fault::UnexpectedFile => audit::unexpected_file(),
        Fault::ReceiptDiffers => audit::receipt_differs(),
        Fault::ReceiptFieldDiffers { entry, field } => match field {
            ReceiptField::From => audit::receipt_from_differs(*entry),
            ReceiptField::Relation => audit::receipt_relation_differs(*entry),
            ReceiptField::Content => audit::receipt_content_differs(*entry),
            ReceiptField::Size => audit::receipt_size_differs(*entry),
            ReceiptField::State => audit::receipt_state_differs(*entry),
        },
        Fault::PathDiffers => audit::path_differs(),
        Fault::ReasonDiffers => audit::reason_differs(),
        Fault::SealedValueUnopened { entry, field } => audit::sealed_value_unopened(*entry, field),
        Fault::ReadingDiffers => audit::reading_differs(),
        Fault::ReadingResultDiffers { entry } => audit::reading_result_differs(*entry),
        Fault::PagesDiffer { entry } => audit::pages_differ(*entry),
        Fault::DuplicateDiffers => audit::duplicate_differs(),
        Fault::ReadingNotLogged { state } => audit::reading_not_logged(state.word()),
        Fault::RowMissing { entry } => audit::row_missing(*entry),
        Fault::SourceDiffers => audit::source_differs(),
        Fault::SealedWithPendingEntries { count } => audit::sealed_with_pending_entries(*count),
        Fault::SealedWithWaitingItems { count } => audit::sealed_with_waiting_items(*count),
        Fault::BagIncomplete => audit::bag_incomplete(),
        Fault::AnchorNotLogged => audit::anchor_not_logged(),
        Fault::QuoteNotLogged => audit::quote_not_logged(),
        Fault::QuoteAhead => audit::quote_ahead(),
        Fault::QuoteBroken => audit::quote_broken(),
        Fault::QuotePageMissing => audit::quote_page_missing(),
        Fault::NotAQuote => audit::not_a_quote(),
        Fault::QuoteMissing { entry } => audit::quote_missing(*entry),
        Fault::AccessLogMissing => audit::access_log_missing(),
    }
}

fn reported(error: &dyn std::error::Error) -> Message {
    audit::reported(chain(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use exhibit_custody::{LogFault, OpeningFault};

    #[test]
    fn nothing_from_a_damaged_case_reaches_a_terminal_raw() {
        let odd = "a\u{1b}[2Jb";
        let opening = OpeningFault::NotARecord { file: odd.to_owned() };
        for text in [
            english(&place(&Place::path(odd))),
            english(&fault(&Fault::Unreadable, odd)),
            english(&fault(&Fault::OriginalUnreadable, odd)),
            english(&fault(&Fault::SealedValueUnopened { entry: 1, field: odd.to_owned() }, "")),
            english(&fault(&Fault::Log(LogFault::Extra { name: odd.to_owned() }), "")),
            english(&fault(&Fault::AccessOpening(opening), "")),
        ] {
            assert!(!text.contains('\u{1b}') && text.contains("[2Jb"), "{text:?}");
        }
    }
}
