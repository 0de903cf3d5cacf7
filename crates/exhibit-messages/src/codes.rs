//! Messages for the codes of `exhibit-model`: notes and reasons.
//!
//! Values come from untrusted files: make them safe with [`Message::map_texts`] before the text is shown.

use crate::{Message, MessageValue, notes, reasons};
use exhibit_model::code::{CompoundFault, OutputKind, PictureCoding, ProtocolFault};
use exhibit_model::{Detail, NoteCode, Reason};

/// What there is to know about a file that was read.
#[must_use]
pub fn note(code: &NoteCode) -> Message {
    match code {
        NoteCode::ZipDirectoryLost => notes::zip_directory_lost(),
        NoteCode::ArchiveSplit => notes::archive_split(),
        NoteCode::EntriesMissing { entries } => notes::entries_missing(*entries),
        NoteCode::UnlistedBytes { bytes } => notes::unlisted_bytes(*bytes),
        NoteCode::ChecksumsWrong { entries } => notes::checksums_wrong(*entries),
        NoteCode::BlocksDamaged { blocks } => notes::blocks_damaged(*blocks),
        NoteCode::TrailingBytes { bytes: Some(bytes) } => notes::trailing_bytes_counted(*bytes),
        NoteCode::TrailingBytes { bytes: None } => notes::trailing_bytes(),
        NoteCode::LeadingBytes { bytes } => notes::leading_bytes(*bytes),
        NoteCode::PartDamaged { part, sheet, detail } => {
            with(notes::part_damaged(place(part, sheet.as_deref())), detail)
        }
        NoteCode::PartCutShort { part, sheet } => {
            notes::part_cut_short(place(part, sheet.as_deref()))
        }
        NoteCode::StoreDamaged { count } => notes::store_damaged(*count),
        NoteCode::StoreMessagesMissing { count } => notes::store_messages_missing(*count),
        NoteCode::StorePropertiesLost { count } => notes::store_properties_lost(*count),
        NoteCode::SignatureUnchecked { signers } => notes::signature_unchecked(*signers),
        NoteCode::StoreMessages { announced, found, read } => {
            notes::store_messages(*announced, *found, *read)
        }
        NoteCode::StoreMessagesOrphaned { count } => notes::store_messages_orphaned(*count),
        NoteCode::AssociatedItemsSkipped { count } => notes::associated_items_skipped(*count),
        NoteCode::AttachmentsApart { count } => notes::attachments_apart(*count),
        NoteCode::ContentChecksumsWrong { count } => notes::content_checksums_wrong(*count),
        NoteCode::FileCutShort => notes::file_cut_short(),
        NoteCode::PartLost { part, sheet } => notes::part_lost(place(part, sheet.as_deref())),
        NoteCode::UndecodableBytes { charset, places } => {
            notes::undecodable_bytes(charset, *places)
        }
        NoteCode::TextMissing => notes::text_missing(),
        NoteCode::CellTextMissing { cells } => notes::cell_text_missing(*cells),
        NoteCode::ParserWarning { detail } => with(notes::parser_warning(), detail),
        NoteCode::ObjectUnreadable { object } => notes::object_unreadable(object),
        NoteCode::CompoundDamaged { fault, count } => compound_damaged(*fault, *count),
        NoteCode::PdfCatalogLost => notes::pdf_catalog_lost(),
        NoteCode::PdfEndMissing => notes::pdf_end_missing(),
        NoteCode::PdfTableDamaged => notes::pdf_table_damaged(),
        NoteCode::LayersUnread => notes::layers_unread(),
        NoteCode::AttachmentEncodingDamaged { count } => notes::attachment_encoding_damaged(*count),
        NoteCode::MessagePartsRecovered { count } => notes::message_parts_recovered(*count),
        NoteCode::AttachmentNameIncomplete { count } => notes::attachment_name_incomplete(*count),
        NoteCode::OcrFailed { reason } => notes::ocr_failed(self::reason(reason)),
        NoteCode::PagesBeforeFailure { pages } => notes::pages_before_failure(*pages),
        NoteCode::PropertyTruncated { key, bytes } => notes::property_truncated(*bytes, key),
        NoteCode::RowRepeatsTruncated { repeats, written } => {
            notes::row_repeats_truncated(*repeats, *written)
        }
        NoteCode::GlyphLimit { glyphs } => notes::glyph_limit(*glyphs),
        NoteCode::PageTextTruncated { bytes } => notes::page_text_truncated(*bytes),
        NoteCode::TimeBudgetSpent { minutes } => notes::time_budget_spent(*minutes),
        NoteCode::PictureTooLarge { pixels } => notes::picture_too_large(*pixels),
        NoteCode::RecordsDropped { count } => notes::records_dropped(*count),
        NoteCode::MacrosPresent { part: Some(part) } => notes::macros_present_part(part),
        NoteCode::MacrosPresent { part: None } => notes::macros_present(),
        NoteCode::ExternalReference { part, relation, target } => {
            notes::external_reference(part, target, related(relation))
        }
        NoteCode::EntitiesDeclared => notes::entities_declared(),
        NoteCode::ActiveField { instruction } => notes::active_field(instruction),
        NoteCode::ActionOnOpen => notes::action_on_open(),
        NoteCode::ActiveAnnotation => notes::active_annotation(),
        NoteCode::NameReordersLetters => notes::name_reorders_letters(),
        NoteCode::NameHidesProgram { inner, extension } => {
            notes::name_hides_program(extension, inner)
        }
        NoteCode::ProgramDisguised { extension, media_type } => {
            notes::program_disguised(extension, media_type)
        }
        NoteCode::NameMismatch { extension, media_type } => {
            notes::name_mismatch(extension, media_type)
        }
        NoteCode::EntryNamesDiffer { entries } => notes::entry_names_differ(*entries),
        NoteCode::SelfExtracting { bytes } => notes::self_extracting(*bytes),
        NoteCode::CharsetGuessed { charset, texts } => notes::charset_guessed(charset, *texts),
        NoteCode::CharsetMismatch { stated, charset, texts } => {
            notes::charset_mismatch(charset, stated, *texts)
        }
        NoteCode::TextEncodingDamaged { texts } => notes::text_encoding_damaged(*texts),
        NoteCode::LongLines { lines } => notes::long_lines(*lines),
        NoteCode::LongRows { rows } => notes::long_rows(*rows),
        NoteCode::UnevenRows { uneven, rows } => notes::uneven_rows(*rows, *uneven),
        NoteCode::UnclosedQuotes { quotes } => notes::unclosed_quotes(*quotes),
        NoteCode::FallbackParser { reason } => notes::fallback_parser(self::reason(reason)),
        NoteCode::EncryptionUnsupported { scheme } => notes::encryption_unsupported(scheme),
        NoteCode::Decrypted => notes::decrypted(),
        NoteCode::ThumbnailPresent => notes::thumbnail_present(),
        NoteCode::Animation { frames } => notes::animation(*frames),
        NoteCode::FileUpdated { times } => notes::file_updated(*times),
        NoteCode::LayersHidden => notes::layers_hidden(),
        NoteCode::LinesReordered => notes::lines_reordered(),
        NoteCode::RemoteContent { hosts, more: 0 } => notes::remote_content(hosts.join(", ")),
        NoteCode::RemoteContent { hosts, more } => {
            notes::remote_content_more(hosts.join(", "), *more)
        }
        NoteCode::CommentsOmitted { count } => notes::comments_omitted(*count),
        NoteCode::ScriptsOmitted { count } => notes::scripts_omitted(*count),
        NoteCode::LinksOmitted { count, kept } => notes::links_omitted(*count, *kept),
        NoteCode::EmbeddedUndecodable { count } => notes::embedded_undecodable(*count),
        NoteCode::DateUnreadable => notes::date_unreadable(),
        NoteCode::TimeZoneUnknown { zone } => notes::time_zone_unknown(zone),
        NoteCode::SeparatorsDoubtful { count } => notes::separators_doubtful(*count),
        NoteCode::EscapesDecoded { lines } => notes::escapes_decoded(*lines),
        NoteCode::BagDeclared { version } => notes::bag_declared(version),
        NoteCode::HtmlFormDiffers { parts } => notes::html_form_differs(*parts),
        NoteCode::DatabaseLogApart => notes::database_log_apart(),
        NoteCode::PartsUnread { parts } => notes::parts_unread(*parts),
        NoteCode::RtfFormDiffers => notes::rtf_form_differs(),
        NoteCode::TextOutsideParts { count } => notes::text_outside_parts(*count),
        NoteCode::PgpEncrypted { parts } => notes::pgp_encrypted(*parts),
        NoteCode::SmimeEncrypted { parts } => notes::smime_encrypted(*parts),
        NoteCode::OcrNotBetter => notes::ocr_not_better(),
        NoteCode::FramesOmitted { frames } => notes::frames_omitted(*frames),
        NoteCode::LocationPresent => notes::location_present(),
        NoteCode::PreviewOnly => notes::preview_only(),
        NoteCode::EarlierTextKept { pages } => notes::earlier_text_kept(*pages),
        NoteCode::FontBytesDecoded { glyphs } => notes::font_bytes_decoded(*glyphs),
        NoteCode::TextCovered { areas, characters } => notes::text_covered(*areas, *characters),
        NoteCode::RedactionsUnapplied { redactions } => notes::redactions_unapplied(*redactions),
        NoteCode::GlyphsUnmapped { glyphs } => notes::glyphs_unmapped(*glyphs),
        NoteCode::OcrDoubtful { words } => notes::ocr_doubtful(*words),
        NoteCode::PicturesUnread { pictures } => notes::pictures_unread(*pictures),
        NoteCode::OcrUnread { lines } => notes::ocr_unread(*lines),
        NoteCode::OcrLimit => notes::ocr_limit(),
        NoteCode::RecogniserFailed { reason } => notes::recogniser_failed(self::reason(reason)),
        NoteCode::OcrAdded { words } => notes::ocr_added(*words),
        NoteCode::OcrReplaced { characters } => notes::ocr_replaced(*characters),
    }
}

/// Why a file was not read, or not to its end.
#[must_use]
pub fn reason(reason: &Reason) -> Message {
    match reason {
        Reason::CannotOpen { detail, .. } => with(reasons::cannot_open(), detail),
        Reason::CannotRead { after: None, detail, .. } => with(reasons::cannot_read(), detail),
        Reason::CannotRead { after: Some(bytes), detail, .. } => {
            with(reasons::cannot_read_after(*bytes), detail)
        }
        Reason::CannotList { detail, .. } => with(reasons::cannot_list(), detail),
        Reason::Replaced => reasons::replaced(),
        Reason::NoBytes => reasons::no_bytes(),
        Reason::OriginalUnreadable { detail } => with(reasons::original_unreadable(), detail),
        Reason::SymbolicLink { target: Some(target) } => reasons::symbolic_link_to(target),
        Reason::SymbolicLink { target: None } => reasons::symbolic_link(),
        Reason::HardLink { target } => reasons::hard_link(target),
        Reason::NamedPipe => reasons::named_pipe(),
        Reason::Socket => reasons::socket(),
        Reason::Device => reasons::device(),
        Reason::SparseFile => reasons::sparse_file(),
        Reason::ContinuedFile => reasons::continued_file(),
        Reason::UnknownEntry { kind } => reasons::unknown_entry(kind),
        Reason::NoReader { media_type } => reasons::no_reader(media_type),
        Reason::NotRendered { media_type } => reasons::not_rendered(media_type),
        Reason::UnknownCompoundFile => reasons::unknown_compound_file(),
        Reason::CompressionMethod { method } => match method_name(*method) {
            Some(name) => reasons::compression_method_named(*method, name),
            None => reasons::compression_method(*method),
        },
        Reason::ArchiveMethod { format, method } => reasons::archive_method(format, method),
        Reason::ZipFeature { detail } => with(reasons::zip_feature(), detail),
        Reason::StrongEncryption => reasons::strong_encryption(),
        Reason::PdfEncryption => reasons::pdf_encryption(),
        Reason::PictureCoding { coding, detail } => with(picture_coding(*coding), detail),
        Reason::NotAPackage => reasons::not_a_package(),
        Reason::PartMissing { part } => reasons::part_missing(part),
        Reason::CannotParse { detail } => with(reasons::cannot_parse(), detail),
        Reason::ParserPanicked { format } => reasons::parser_panicked(format),
        Reason::NoEntries => reasons::no_entries(),
        Reason::NoMessages => reasons::no_messages(),
        Reason::NoPages => reasons::no_pages(),
        Reason::NoPdfObjects => reasons::no_pdf_objects(),
        Reason::NoPdfStructure => reasons::no_pdf_structure(),
        Reason::EncryptionDamaged => reasons::encryption_damaged(),
        Reason::DecryptedUnknown => reasons::decrypted_unknown(),
        Reason::HeaderMissing => reasons::header_missing(),
        Reason::CannotDecompress { detail, .. } => with(reasons::cannot_decompress(), detail),
        Reason::StreamMissing => reasons::stream_missing(),
        Reason::StreamDamaged => reasons::stream_damaged(),
        Reason::PictureHeader { detail } => with(reasons::picture_header(), detail),
        Reason::PictureEmpty => reasons::picture_empty(),
        Reason::CannotDecode { detail } => with(reasons::cannot_decode(), detail),
        Reason::CannotEncode { detail } => with(reasons::cannot_encode(), detail),
        Reason::ArchiveEnds { bytes } => reasons::archive_ends(*bytes),
        Reason::DataDamaged { bytes, detail } => with(reasons::data_damaged(*bytes), detail),
        Reason::ContainerReaderEnded => reasons::container_reader_ended(),
        Reason::PageLimit { pages } => reasons::page_limit(*pages),
        Reason::TextLimit { bytes } => reasons::text_limit(*bytes),
        Reason::MemberLimit { members } => reasons::member_limit(*members),
        Reason::MemberBytesLimit { bytes } => reasons::member_bytes_limit(*bytes),
        Reason::RatioLimit { ratio } => reasons::ratio_limit(*ratio),
        Reason::PartLimit { bytes } => reasons::part_limit(*bytes),
        Reason::FileSizeLimit { bytes } => reasons::file_size_limit(*bytes),
        Reason::PixelLimit { pixels } => reasons::pixel_limit(*pixels),
        Reason::PageTextLimit { pages } => reasons::page_text_limit(*pages),
        Reason::DepthLimit { depth } => reasons::depth_limit(*depth),
        Reason::StackOverflow => reasons::stack_overflow(),
        Reason::Killed { signal } => killed(*signal),
        Reason::ForbiddenCall => reasons::forbidden_call(),
        Reason::Exited { code } => reasons::exited(*code),
        Reason::ReaderPanicked { place } => reasons::reader_panicked(place),
        Reason::MemoryLimit => reasons::memory_limit(),
        Reason::CpuTimeLimit => reasons::cpu_time_limit(),
        Reason::WallTimeLimit => reasons::wall_time_limit(),
        Reason::OutputLimit { kind } => output_limit(*kind),
        Reason::BadOutput { fault } => reasons::bad_output(protocol_fault(*fault)),
        Reason::Stopped => reasons::stopped(),
        Reason::Lost => reasons::lost(),
        Reason::WorkerDied { deaths, last } => reasons::worker_died(*deaths, self::reason(last)),
        Reason::NotStarted { detail } => with(reasons::not_started(), detail),
        Reason::Encrypted => reasons::encrypted(),
        Reason::NoSuchPage { page } => reasons::no_such_page(*page),
        Reason::NoLayout { kind } => reasons::no_layout(kind),
        Reason::NoPicture => reasons::no_picture(),
        Reason::NoOcrModel => reasons::no_ocr_model(),
        Reason::RecognitionFailed { detail } => with(reasons::recognition_failed(), detail),
    }
}

fn with(message: Message, detail: &Detail) -> Message {
    if detail.text().is_empty() { message } else { reasons::with_detail(detail.text(), message) }
}

fn place(part: &str, sheet: Option<&str>) -> Message {
    sheet.map_or_else(|| notes::part(part), |sheet| notes::sheet(part, sheet))
}

/// The last segment of a relation's type in Office Open XML, in words.
fn related(relation: &str) -> MessageValue {
    match relation {
        "attachedTemplate" => notes::related_template(),
        "oleObject" => notes::related_object(),
        "image" => notes::related_picture(),
        "frame" => notes::related_frame(),
        "subDocument" => notes::related_subdocument(),
        "externalLinkPath" | "externalLink" => notes::related_workbook(),
        _ => notes::related_other(),
    }
    .into()
}

/// The names of compression methods in the zip specification, the same in all languages.
const fn method_name(method: u64) -> Option<&'static str> {
    match method {
        1 => Some("shrunk"),
        2..=5 => Some("reduced"),
        6 => Some("imploded"),
        98 => Some("PPMd"),
        _ => None,
    }
}

fn killed(signal: u64) -> Message {
    match signal {
        6 => reasons::killed_abort(signal),
        7 | 11 => reasons::killed_access(signal),
        9 => reasons::killed_memory(signal),
        _ => reasons::killed(signal),
    }
}

fn compound_damaged(fault: CompoundFault, count: u64) -> Message {
    match fault {
        CompoundFault::Header => notes::compound_header(),
        CompoundFault::AllocationTable => notes::compound_allocation_table(count),
        CompoundFault::Directory => notes::compound_directory(count),
        CompoundFault::OrphanEntry => notes::compound_orphan_entry(count),
        CompoundFault::StreamCut => notes::compound_stream_cut(count),
    }
}

fn picture_coding(coding: PictureCoding) -> Message {
    match coding {
        PictureCoding::Fax2d => reasons::picture_coding_fax_2d(),
        PictureCoding::FaxTooWide => reasons::picture_coding_fax_too_wide(),
        PictureCoding::Samples => reasons::picture_coding_samples(),
        PictureCoding::Hevc => reasons::picture_coding_hevc(),
        PictureCoding::Av1 => reasons::picture_coding_av1(),
    }
}

fn output_limit(kind: OutputKind) -> Message {
    match kind {
        OutputKind::Records => reasons::output_limit_records(),
        OutputKind::Properties => reasons::output_limit_properties(),
        OutputKind::MemberBytes => reasons::output_limit_member_bytes(),
        OutputKind::OneRecord => reasons::output_limit_one_record(),
        OutputKind::ToolOutput => reasons::output_limit_tool_output(),
    }
}

fn protocol_fault(fault: ProtocolFault) -> Message {
    match fault {
        ProtocolFault::UnknownFrame => reasons::fault_unknown_frame(),
        ProtocolFault::FrameTooLong => reasons::fault_frame_too_long(),
        ProtocolFault::CutShort => reasons::fault_cut_short(),
        ProtocolFault::Malformed => reasons::fault_malformed(),
        ProtocolFault::Pages => reasons::fault_pages(),
        ProtocolFault::Members => reasons::fault_members(),
        ProtocolFault::TwoMediaTypes => reasons::fault_two_media_types(),
        ProtocolFault::AfterVerdict => reasons::fault_after_verdict(),
        ProtocolFault::NoVerdict => reasons::fault_no_verdict(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, Messages};

    #[test]
    fn every_code_has_a_text_that_names_its_values() {
        let english = Messages::new(Language::English);
        let notes =
            NoteCode::samples().into_iter().map(|code| (code.word(), english.text(&note(&code))));
        let reasons =
            Reason::samples().into_iter().map(|code| (code.word(), english.text(&reason(&code))));
        for (word, text) in notes.chain(reasons) {
            assert!(
                !text.is_empty() && !text.ends_with('.') && !text.contains(['{', '}']),
                "{word}: {text}"
            );
        }
        let text = |code: NoteCode| english.text(&note(&code));
        assert_eq!(
            text(NoteCode::FileUpdated { times: 1 }),
            "updated once after it was made; contains its earlier state"
        );
        let nested = NoteCode::OcrFailed {
            reason: Box::new(Reason::CannotDecode { detail: Detail::of("bad marker") }),
        };
        assert_eq!(text(nested), "OCR failed: cannot decode the picture: bad marker");
        let template = NoteCode::ExternalReference {
            part: "word/settings.xml".to_owned(),
            relation: "attachedTemplate".to_owned(),
            target: "http://203.0.113.9/t.dotm".to_owned(),
        };
        assert_eq!(
            text(template),
            "word/settings.xml refers to a template outside the file: http://203.0.113.9/t.dotm"
        );
        assert_eq!(
            english.text(&reason(&Reason::Killed { signal: 9 })),
            "killed by signal 9 (probably out of memory)"
        );
        let died = |deaths| Reason::WorkerDied { deaths, last: Box::new(Reason::MemoryLimit) };
        let last = "out of memory (limit reached)";
        assert_eq!(
            english.text(&reason(&died(3))),
            format!("the worker died 3 times; the last time: {last}")
        );
        assert_eq!(english.text(&reason(&died(1))), format!("the worker died once: {last}"));
    }

    #[test]
    fn what_a_foreign_program_wrote_is_inserted_never_read() {
        let hostile = "{ $bytes } { reasons } \u{202e}";
        for language in Language::ALL {
            let message = reason(&Reason::CannotParse { detail: Detail::of(hostile) });
            assert!(Messages::new(language).text(&message).ends_with(hostile));
        }
    }
}
