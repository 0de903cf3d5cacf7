//! The messages for what checks find. The texts are in `exhibit-messages`.

use crate::fault::{CaseFault, ReceiptField};
use crate::findings::CasePlace;
use exhibit_case::CaseFolder;
use exhibit_messages::{Language, Message, Messages, audit, fault as bag_fault};
use exhibit_model::shown;
use exhibit_proof::finding::chain;

/// The English text of a message, with values made safe to print.
pub(crate) fn english(message: &Message) -> String {
    Messages::new(Language::English).text(&message.map_texts(shown))
}

/// A place.
pub(crate) fn place(place: &CasePlace) -> Message {
    match place {
        CasePlace::Path(name) | CasePlace::Document(name) => audit::place_name(name),
        CasePlace::Page { document, page, pack, offset } => {
            audit::place_page(document, *offset, pack, u64::from(page.get()))
        }
        CasePlace::Picture { document, page } => {
            audit::place_picture(document, u64::from(page.get()))
        }
        CasePlace::Source(number) => audit::place_source(number.to_string()),
        CasePlace::TagChange(number) => audit::place_tag_change(CaseFolder::TAGS, *number),
    }
}

/// A fault, with the detail that came with it.
pub(crate) fn fault(fault: &CaseFault, detail: &str) -> Message {
    let message = predicate(fault);
    if detail.is_empty() { message } else { audit::with_detail(detail, message) }
}

fn predicate(fault: &CaseFault) -> Message {
    match fault {
        CaseFault::Log(fault) | CaseFault::AccessLog(fault) => reported(fault),
        CaseFault::Anchor(fault) => reported(fault),
        CaseFault::AccessOpening(fault) => reported(fault),
        CaseFault::Bag(fault) => bag_fault(*fault),
        CaseFault::Unreadable => audit::unreadable(),
        CaseFault::CaseUnreadable => audit::case_unreadable(),
        CaseFault::LogCutBack { present, expected } => audit::log_cut_back(*expected, *present),
        CaseFault::SettingDiffers(setting) => audit::setting_differs(setting.word()),
        CaseFault::AccessSettingPending => audit::access_setting_pending(),
        CaseFault::AccessSettingDiffers => audit::access_setting_differs(),
        CaseFault::CatalogueDamaged => audit::catalogue_damaged(),
        CaseFault::PageTextDiffers => audit::page_text_differs(),
        CaseFault::PageUnreadable => audit::page_unreadable(),
        CaseFault::PictureMissing => audit::picture_missing(),
        CaseFault::PictureUnreadable => audit::picture_unreadable(),
        CaseFault::PictureAltered { digest } | CaseFault::OriginalAltered { digest } => {
            audit::bytes_altered(digest.to_string())
        }
        CaseFault::TagCountDiffers { counted, logged } => {
            audit::tag_count_differs(*counted, *logged)
        }
        CaseFault::TagChangeDiffers { entry } => audit::tag_change_differs(*entry),
        CaseFault::TagDocumentMissing { document } => {
            audit::tag_document_missing(document.to_string())
        }
        CaseFault::TagChangeMissing { entry } => audit::tag_change_missing(*entry),
        CaseFault::TagsPending { count } => audit::tags_pending(*count),
        CaseFault::TagLinesIncomplete { count } => audit::tag_lines_incomplete(*count),
        CaseFault::IndexAltered => audit::index_altered(),
        CaseFault::IndexLeftover => audit::index_leftover(),
        CaseFault::OriginalMissing => audit::original_missing(),
        CaseFault::OriginalUnreadable => audit::original_unreadable(),
        CaseFault::OriginalNotInLedger => audit::original_not_in_ledger(),
        CaseFault::OriginalUnreferenced => audit::original_unreferenced(),
        CaseFault::UnexpectedFile => audit::unexpected_file(),
        CaseFault::ReceiptDiffers => audit::receipt_differs(),
        CaseFault::ReceiptFieldDiffers { entry, field } => match field {
            ReceiptField::From => audit::receipt_from_differs(*entry),
            ReceiptField::Relation => audit::receipt_relation_differs(*entry),
            ReceiptField::Content => audit::receipt_content_differs(*entry),
            ReceiptField::Size => audit::receipt_size_differs(*entry),
            ReceiptField::State => audit::receipt_state_differs(*entry),
        },
        CaseFault::PathDiffers => audit::path_differs(),
        CaseFault::ReasonDiffers => audit::reason_differs(),
        CaseFault::SealedValueUnopened { entry, field } => {
            audit::sealed_value_unopened(*entry, field)
        }
        CaseFault::ReadingDiffers => audit::reading_differs(),
        CaseFault::ReadingResultDiffers { entry } => audit::reading_result_differs(*entry),
        CaseFault::PagesDiffer { entry } => audit::pages_differ(*entry),
        CaseFault::DuplicateDiffers => audit::duplicate_differs(),
        CaseFault::ReadingNotLogged { state } => audit::reading_not_logged(state.word()),
        CaseFault::RowMissing { entry } => audit::row_missing(*entry),
        CaseFault::SourceDiffers => audit::source_differs(),
        CaseFault::SealedWithPendingEntries { count } => audit::sealed_with_pending_entries(*count),
        CaseFault::SealedWithWaitingItems { count } => audit::sealed_with_waiting_items(*count),
        CaseFault::BagIncomplete => audit::bag_incomplete(),
        CaseFault::AnchorNotLogged => audit::anchor_not_logged(),
        CaseFault::QuoteNotLogged => audit::quote_not_logged(),
        CaseFault::QuoteAhead => audit::quote_ahead(),
        CaseFault::QuoteBroken => audit::quote_broken(),
        CaseFault::QuotePageMissing => audit::quote_page_missing(),
        CaseFault::NotAQuote => audit::not_a_quote(),
        CaseFault::QuoteMissing { entry } => audit::quote_missing(*entry),
        CaseFault::AccessLogMissing => audit::access_log_missing(),
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
            english(&place(&CasePlace::path(odd))),
            english(&fault(&CaseFault::Unreadable, odd)),
            english(&fault(&CaseFault::OriginalUnreadable, odd)),
            english(&fault(
                &CaseFault::SealedValueUnopened { entry: 1, field: odd.to_owned() },
                "",
            )),
            english(&fault(&CaseFault::Log(LogFault::Extra { name: odd.to_owned() }), "")),
            english(&fault(&CaseFault::AccessOpening(opening), "")),
        ] {
            assert!(!text.contains('\u{1b}') && text.contains("[2Jb"), "{text:?}");
        }
    }
}
