//! Observations on a file that was read.

use super::{Detail, Reason, codes, words};

words! {
    /// The severity of a note; a property of its code.
    pub enum Severity {
        /// Part of the file could not be read; the rest was.
        Partial = "partial",
        /// A limit was reached.
        Limit = "limit",
        /// The file is not what its name states, or has active content (macros, scripts).
        Suspicious = "suspicious",
        /// For information.
        Remark = "remark",
    }
}

words! {
    /// What is damaged in a compound file.
    pub enum CompoundFault {
        /// Its header states an impossible size of sectors; the usual one was assumed.
        Header = "header",
        /// Its allocation table is incomplete, or chains leave it or return to themselves; missing parts were taken to
        /// be consecutive.
        AllocationTable = "allocation-table",
        /// Its directory refers to entries that do not exist or that were met before, or had to be searched for.
        Directory = "directory",
        /// Entries to which no storage refers; they were kept.
        OrphanEntry = "orphan-entry",
        /// Streams have fewer bytes than the directory states.
        StreamCut = "stream-cut",
    }
}

codes! {
    /// An observation for the user on how a file was read.
    pub enum NoteCode {
        // partial
        /// A zip's directory is lost: entries were found by searching for their headers.
        ZipDirectoryLost = "zip-directory-lost",
        /// The archive is one volume of several.
        ArchiveSplit = "archive-split",
        /// The archive states more entries than it has.
        EntriesMissing {
            /// The number of missing entries.
            entries: u64,
        } = "entries-missing",
        /// An archive has bytes that belong to no entry of its directory; another archive or removed entries may be in them.
        UnlistedBytes {
            /// Their number.
            bytes: u64,
        } = "unlisted-bytes",
        /// Entries of an archive do not match their checksums; what was unpacked of them is kept.
        ChecksumsWrong {
            /// The number of entries.
            entries: u64,
        } = "checksums-wrong",
        /// Blocks of an archive are damaged and belong to no entry.
        BlocksDamaged {
            /// The number of blocks.
            blocks: u64,
        } = "blocks-damaged",
        /// Trailing bytes after the end of the content.
        TrailingBytes {
            /// Their number, if counted.
            bytes: Option<u64>,
        } = "trailing-bytes",
        /// Leading bytes before the first message of a mailbox.
        LeadingBytes {
            /// Their number.
            bytes: u64,
        } = "leading-bytes",
        /// A part of a package is damaged and was read up to there.
        PartDamaged {
            /// The part's name in the package.
            part: String,
            /// The sheet's name, of a workbook.
            sheet: Option<String>,
            /// The parser's message.
            detail: Detail,
        } = "part-damaged",
        /// A part of a package ends before its last element is closed.
        PartCutShort {
            /// The part's name in the package.
            part: String,
            /// The sheet's name, of a workbook.
            sheet: Option<String>,
        } = "part-cut-short",
        /// Pages or blocks of a mail store are damaged; messages or parts of them may be missing.
        StoreDamaged {
            /// Their number.
            count: u64,
        } = "store-damaged",
        /// Folders of a mail store announce more messages than were found.
        StoreMessagesMissing {
            /// The number of missing messages.
            count: u64,
        } = "store-messages-missing",
        /// Properties, recipients or attachments of messages of a mail store cannot be read.
        StorePropertiesLost {
            /// Their number.
            count: u64,
        } = "store-properties-lost",
        /// Checksums within the file do not match its content.
        ContentChecksumsWrong {
            /// Their number.
            count: u64,
        } = "content-checksums-wrong",
        /// The file ends before its content does; it was read to there.
        FileCutShort = "file-cut-short",
        /// A part of a package is missing, or cannot be decompressed.
        PartLost {
            /// The part's name in the package.
            part: String,
            /// The sheet's name, of a workbook.
            sheet: Option<String>,
        } = "part-lost",
        /// Bytes that are not valid in the text's encoding were replaced by U+FFFD.
        UndecodableBytes {
            /// The encoding.
            charset: String,
            /// The number of replacements.
            places: u64,
        } = "undecodable-bytes",
        /// Part of the text that the document states is missing from the file.
        TextMissing = "text-missing",
        /// Cells refer to texts that are not in the file.
        CellTextMissing {
            /// The number of cells.
            cells: u64,
        } = "cell-text-missing",
        /// A message of the parser.
        ParserWarning {
            /// The message.
            detail: Detail,
        } = "parser-warning",
        /// An embedded object cannot be extracted.
        ObjectUnreadable {
            /// Its path in the compound file.
            object: String,
        } = "object-unreadable",
        /// A compound file (legacy Office, Outlook) is damaged; what could be reached was kept.
        CompoundDamaged {
            /// What is damaged.
            fault: CompoundFault,
            /// At how many places.
            count: u64,
        } = "compound-damaged",
        /// A PDF's catalog is lost: the remaining pages were found by searching.
        PdfCatalogLost = "pdf-catalog-lost",
        /// Parts of the document are in a form that is not read.
        PartsUnread {
            /// Their number.
            parts: u64,
        } = "parts-unread",
        /// The end of a PDF is missing.
        PdfEndMissing = "pdf-end-missing",
        /// A PDF's cross-reference table is damaged: objects were found by searching.
        PdfTableDamaged = "pdf-table-damaged",
        /// A PDF has layers that are switched off, and their text was not read.
        LayersUnread = "layers-unread",
        /// The transfer encoding of attachments is damaged; they were decoded as far as possible.
        AttachmentEncodingDamaged {
            /// The number of attachments.
            count: u64,
        } = "attachment-encoding-damaged",
        /// The boundary between the parts of a message is missing or not the declared one; the parts were found by their lines.
        MessagePartsRecovered {
            /// The number of bodies.
            count: u64,
        } = "message-parts-recovered",
        /// Sections of the names of attachments are missing.
        AttachmentNameIncomplete {
            /// The number of attachments.
            count: u64,
        } = "attachment-name-incomplete",
        /// A page could not be read by OCR.
        OcrFailed {
            /// The reason.
            reason: Box<Reason>,
        } = "ocr-failed",
        /// The reader failed after some pages, which were kept.
        PagesBeforeFailure {
            /// The number of pages kept.
            pages: u64,
        } = "pages-before-failure",

        // limit
        /// A property was truncated.
        PropertyTruncated {
            /// The property's name.
            key: String,
            /// The number of bytes kept.
            bytes: u64,
        } = "property-truncated",
        /// A repeated row of a workbook was written fewer times than the file states.
        RowRepeatsTruncated {
            /// The number of repetitions in the file.
            repeats: u64,
            /// The number of repetitions written.
            written: u64,
        } = "row-repeats-truncated",
        /// A page has more glyphs than the limit.
        GlyphLimit {
            /// The limit.
            glyphs: u64,
        } = "glyph-limit",
        /// The text of one page is longer than a page may be; what follows was not read.
        PageTextTruncated {
            /// The bytes that were kept.
            bytes: u64,
        } = "page-text-truncated",
        /// A file that took too long was not tried again with more time, or was given less: such files of its source had
        /// used up their time.
        TimeBudgetSpent {
            /// The time that files of the source which took too long may use, in minutes.
            minutes: u64,
        } = "time-budget-spent",
        /// A picture has more pixels than the limit.
        PictureTooLarge {
            /// The limit.
            pixels: u64,
        } = "picture-too-large",
        /// Properties or notes beyond the limit were dropped.
        RecordsDropped {
            /// Their number.
            count: u64,
        } = "records-dropped",

        // suspicious
        /// The file contains macros.
        MacrosPresent {
            /// The part that contains them, if it has a name.
            part: Option<String>,
        } = "macros-present",
        /// A part refers to something outside the file that is fetched on opening.
        ExternalReference {
            /// The part.
            part: String,
            /// The relation's type as named in the package, such as `attachedTemplate`.
            relation: String,
            /// The target.
            target: String,
        } = "external-reference",
        /// The XML declares its own entities; they were not expanded.
        EntitiesDeclared = "entities-declared",
        /// A field fetches or executes something.
        ActiveField {
            /// The field's instruction.
            instruction: String,
        } = "active-field",
        /// The document runs a script or starts a program when it is opened.
        ActionOnOpen = "action-on-open",
        /// An annotation runs a script or starts a program.
        ActiveAnnotation = "active-annotation",
        /// The file's name contains characters that reorder its letters.
        NameReordersLetters = "name-reorders-letters",
        /// The file's name ends in two extensions, the last of which makes it a program.
        NameHidesProgram {
            /// The extension that suggests the file's kind.
            inner: String,
            /// The extension that makes it a program.
            extension: String,
        } = "name-hides-program",
        /// A program under the extension of another kind of file.
        ProgramDisguised {
            /// The extension.
            extension: String,
            /// The type of the content.
            media_type: String,
        } = "program-disguised",
        /// The file's extension does not fit its content.
        NameMismatch {
            /// The extension.
            extension: String,
            /// The type of the content.
            media_type: String,
        } = "name-mismatch",
        /// Entries of an archive have another name in front of their content than in the directory.
        EntryNamesDiffer {
            /// The number of entries.
            entries: u64,
        } = "entry-names-differ",
        /// The file is a program that unpacks an archive behind it; the archive was read, the program was not.
        SelfExtracting {
            /// The length of the program.
            bytes: u64,
        } = "self-extracting",

        // remark
        /// A text declares no encoding; it was guessed.
        CharsetGuessed {
            /// The guessed encoding.
            charset: String,
            /// The number of texts.
            texts: u64,
        } = "charset-guessed",
        /// A text is not in its declared encoding; another was guessed.
        CharsetMismatch {
            /// The declared encoding.
            stated: String,
            /// The guessed encoding.
            charset: String,
            /// The number of texts.
            texts: u64,
        } = "charset-mismatch",
        /// The transfer encoding of texts is damaged.
        TextEncodingDamaged {
            /// The number of texts.
            texts: u64,
        } = "text-encoding-damaged",
        /// Lines too long for a page continue on the next.
        LongLines {
            /// Their number.
            lines: u64,
        } = "long-lines",
        /// Rows too long for a page continue on the next.
        LongRows {
            /// Their number.
            rows: u64,
        } = "long-rows",
        /// Rows of a table differ in their number of fields.
        UnevenRows {
            /// The number of differing rows.
            uneven: u64,
            /// The number of rows.
            rows: u64,
        } = "uneven-rows",
        /// Quotes in a table are never closed.
        UnclosedQuotes {
            /// Their number.
            quotes: u64,
        } = "unclosed-quotes",
        /// The fallback parser was used, as the first one failed.
        FallbackParser {
            /// Why the first parser failed.
            reason: Box<Reason>,
        } = "fallback-parser",
        /// The file has an unsupported encryption.
        EncryptionUnsupported {
            /// The scheme as stated in the file.
            scheme: String,
        } = "encryption-unsupported",
        /// The file was decrypted with a known password.
        Decrypted = "decrypted",
        /// The picture contains a thumbnail of itself, which may show content that was removed from the picture.
        ThumbnailPresent = "thumbnail-present",
        /// The picture is an animation; each frame is a page.
        Animation {
            /// The number of frames.
            frames: u64,
        } = "animation",
        /// The file was updated after its creation and contains its earlier revisions.
        FileUpdated {
            /// The number of updates.
            times: u64,
        } = "file-updated",
        /// A PDF has layers that are switched off; their text is marked as hidden.
        LayersHidden = "layers-hidden",
        /// A page renders its lines upwards; they were sorted by position.
        LinesReordered = "lines-reordered",
        /// Displayed as HTML, it would fetch from other hosts. Nothing was fetched.
        RemoteContent {
            /// The first hosts.
            hosts: Vec<String>,
            /// The number of further hosts.
            more: u64,
        } = "remote-content",
        /// Comments of an HTML document were skipped.
        CommentsOmitted {
            /// Their number.
            count: u64,
        } = "comments-omitted",
        /// Scripts of an HTML document were neither read nor executed.
        ScriptsOmitted {
            /// Their number.
            count: u64,
        } = "scripts-omitted",
        /// Links beyond the limit were dropped.
        LinksOmitted {
            /// The number dropped.
            count: u64,
            /// The number kept.
            kept: u64,
        } = "links-omitted",
        /// Files embedded in an HTML document cannot be decoded.
        EmbeddedUndecodable {
            /// Their number.
            count: u64,
        } = "embedded-undecodable",
        /// The message's date cannot be parsed.
        DateUnreadable = "date-unreadable",
        /// The time zone of a date is not understood; the date is given without one.
        TimeZoneUnknown {
            /// The zone as written.
            zone: String,
        } = "time-zone-unknown",
        /// Lines that begin messages of a mailbox are not in the usual form, or no empty line precedes them; header fields follow them.
        SeparatorsDoubtful {
            /// Their number.
            count: u64,
        } = "separators-doubtful",
        /// Lines with escaped characters follow the text on further pages in decoded form.
        EscapesDecoded {
            /// Their number.
            lines: u64,
        } = "escapes-decoded",
        /// The file declares its folder to be a BagIt bag; the checksums in the manifests of a received bag are not checked.
        BagDeclared {
            /// The version of BagIt.
            version: String,
        } = "bag-declared",
        /// The HTML form of a message has more text than the plain one, and is kept as a member.
        HtmlFormDiffers {
            /// The number of such parts.
            parts: u64,
        } = "html-form-differs",
        /// The file is signed; its signatures were not checked.
        SignatureUnchecked {
            /// The number of signers.
            signers: u64,
        } = "signature-unchecked",
        /// The messages of a mail store.
        StoreMessages {
            /// The number that its folders announce.
            announced: u64,
            /// The number that was found.
            found: u64,
            /// The number that was read.
            read: u64,
        } = "store-messages",
        /// Messages of a mail store that are in none of its folders, as deleted ones may be.
        StoreMessagesOrphaned {
            /// Their number.
            count: u64,
        } = "store-messages-orphaned",
        /// Items of a mail store that programs keep settings in and do not show were not extracted.
        AssociatedItemsSkipped {
            /// Their number.
            count: u64,
        } = "associated-items-skipped",
        /// Attachments that are too large to be within their message are members beside it.
        AttachmentsApart {
            /// Their number.
            count: u64,
        } = "attachments-apart",
        /// A database writes its changes to a log beside the file first; changes that are only there were not read.
        DatabaseLogApart = "database-log-apart",
        /// The RTF form of a message has more text than the plain one, and is kept as a member.
        RtfFormDiffers = "rtf-form-differs",
        /// Text outside the parts of a message, which mail programs do not show, is marked as hidden.
        TextOutsideParts {
            /// The number of stretches.
            count: u64,
        } = "text-outside-parts",
        /// Parts of a message are encrypted with PGP or similar.
        PgpEncrypted {
            /// Their number.
            parts: u64,
        } = "pgp-encrypted",
        /// Parts of a message are encrypted with S/MIME.
        SmimeEncrypted {
            /// Their number.
            parts: u64,
        } = "smime-encrypted",
        /// OCR reads the page no better than its own text, which was kept.
        OcrNotBetter = "ocr-not-better",
        /// Glyphs of a page have no known character; U+FFFD is in their places.
        GlyphsUnmapped {
            /// The number of such glyphs.
            glyphs: u64,
        } = "glyphs-unmapped",
        /// Words that OCR read with little confidence were left out.
        OcrDoubtful {
            /// The number of words left out.
            words: u64,
        } = "ocr-doubtful",
        /// Lines on the picture of a page were found but not read: their script is not known, or they are not legible.
        OcrUnread {
            /// The number of lines.
            lines: u64,
        } = "ocr-unread",
        /// A limit on the text of one picture was reached: lines of the page may be missing.
        OcrLimit = "ocr-limit",
        /// The models that recognise text could not be run on a page, which was read by tesseract instead.
        RecogniserFailed {
            /// The reason.
            reason: Box<Reason>,
        } = "recogniser-failed",
        /// Small pictures on a page were not read by OCR.
        PicturesUnread {
            /// The number of pictures.
            pictures: u64,
        } = "pictures-unread",
        /// The page shows text that its own text lacks: the words that OCR read there follow its own text.
        OcrAdded {
            /// The number of words added.
            words: u64,
        } = "ocr-added",
        /// The page's own text does not read like text: OCR's reading is current in its place, and the own text is kept as an earlier layer.
        OcrReplaced {
            /// The number of characters replaced.
            characters: u64,
        } = "ocr-replaced",
        /// The codes of a font are bytes of a legacy encoding of Chinese, Japanese or Korean, and were decoded as such.
        FontBytesDecoded {
            /// The number of glyphs.
            glyphs: u64,
        } = "font-bytes-decoded",
        /// Text under an opaque area that was drawn over it, such as a black bar, is still in the file; it is marked as invisible.
        TextCovered {
            /// The number of areas.
            areas: u64,
            /// The number of characters.
            characters: u64,
        } = "text-covered",
        /// Redactions are marked on a page and not applied: what they would remove is still in the file.
        RedactionsUnapplied {
            /// The number of redactions.
            redactions: u64,
        } = "redactions-unapplied",
        /// An earlier revision of the document has other text than the last one; it is kept as an embedded file.
        EarlierTextKept {
            /// The number of pages with other text.
            pages: u64,
        } = "earlier-text-kept",
        /// Frames of an animation beyond the limit are not pages.
        FramesOmitted {
            /// The number of frames.
            frames: u64,
        } = "frames-omitted",
        /// The file states the place where it was made: a sensitive property.
        LocationPresent = "location-present",
        /// Of a raw photograph the preview is shown; the data of the sensor were not developed.
        PreviewOnly = "preview-only",
    }
}

impl NoteCode {
    /// The severity of the note.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::ZipDirectoryLost
            | Self::ArchiveSplit
            | Self::EntriesMissing { .. }
            | Self::UnlistedBytes { .. }
            | Self::ChecksumsWrong { .. }
            | Self::BlocksDamaged { .. }
            | Self::TrailingBytes { .. }
            | Self::LeadingBytes { .. }
            | Self::PartDamaged { .. }
            | Self::PartCutShort { .. }
            | Self::StoreDamaged { .. }
            | Self::StoreMessagesMissing { .. }
            | Self::StorePropertiesLost { .. }
            | Self::ContentChecksumsWrong { .. }
            | Self::FileCutShort
            | Self::PartLost { .. }
            | Self::UndecodableBytes { .. }
            | Self::TextMissing
            | Self::CellTextMissing { .. }
            | Self::ParserWarning { .. }
            | Self::ObjectUnreadable { .. }
            | Self::CompoundDamaged { .. }
            | Self::PdfCatalogLost
            | Self::PartsUnread { .. }
            | Self::PdfEndMissing
            | Self::PdfTableDamaged
            | Self::LayersUnread
            | Self::AttachmentEncodingDamaged { .. }
            | Self::MessagePartsRecovered { .. }
            | Self::AttachmentNameIncomplete { .. }
            | Self::OcrFailed { .. }
            | Self::GlyphsUnmapped { .. }
            | Self::OcrDoubtful { .. }
            | Self::OcrUnread { .. }
            | Self::OcrLimit
            | Self::RecogniserFailed { .. }
            | Self::PagesBeforeFailure { .. } => Severity::Partial,
            Self::PropertyTruncated { .. }
            | Self::RowRepeatsTruncated { .. }
            | Self::GlyphLimit { .. }
            | Self::PageTextTruncated { .. }
            | Self::TimeBudgetSpent { .. }
            | Self::PictureTooLarge { .. }
            | Self::FramesOmitted { .. }
            | Self::RecordsDropped { .. } => Severity::Limit,
            Self::MacrosPresent { .. }
            | Self::ExternalReference { .. }
            | Self::EntitiesDeclared
            | Self::ActiveField { .. }
            | Self::ActionOnOpen
            | Self::ActiveAnnotation
            | Self::NameReordersLetters
            | Self::NameHidesProgram { .. }
            | Self::ProgramDisguised { .. }
            | Self::NameMismatch { .. }
            | Self::SelfExtracting { .. }
            | Self::EntryNamesDiffer { .. } => Severity::Suspicious,
            Self::CharsetGuessed { .. }
            | Self::CharsetMismatch { .. }
            | Self::TextEncodingDamaged { .. }
            | Self::LongLines { .. }
            | Self::LongRows { .. }
            | Self::UnevenRows { .. }
            | Self::UnclosedQuotes { .. }
            | Self::FallbackParser { .. }
            | Self::EncryptionUnsupported { .. }
            | Self::Decrypted
            | Self::ThumbnailPresent
            | Self::Animation { .. }
            | Self::FileUpdated { .. }
            | Self::LayersHidden
            | Self::LinesReordered
            | Self::RemoteContent { .. }
            | Self::CommentsOmitted { .. }
            | Self::ScriptsOmitted { .. }
            | Self::LinksOmitted { .. }
            | Self::EmbeddedUndecodable { .. }
            | Self::DateUnreadable
            | Self::TimeZoneUnknown { .. }
            | Self::SeparatorsDoubtful { .. }
            | Self::EscapesDecoded { .. }
            | Self::BagDeclared { .. }
            | Self::HtmlFormDiffers { .. }
            | Self::SignatureUnchecked { .. }
            | Self::StoreMessages { .. }
            | Self::StoreMessagesOrphaned { .. }
            | Self::AssociatedItemsSkipped { .. }
            | Self::AttachmentsApart { .. }
            | Self::DatabaseLogApart
            | Self::RtfFormDiffers
            | Self::TextOutsideParts { .. }
            | Self::PgpEncrypted { .. }
            | Self::SmimeEncrypted { .. }
            | Self::PicturesUnread { .. }
            | Self::OcrAdded { .. }
            | Self::OcrReplaced { .. }
            | Self::FontBytesDecoded { .. }
            | Self::TextCovered { .. }
            | Self::RedactionsUnapplied { .. }
            | Self::EarlierTextKept { .. }
            | Self::LocationPresent
            | Self::PreviewOnly
            | Self::OcrNotBetter => Severity::Remark,
        }
    }
}
