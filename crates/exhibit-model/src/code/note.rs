//! What there is to know about a file that was read.

use super::{Detail, Reason, codes, words};

words! {
    /// How much a note matters; a property of its code.
    pub enum Severity {
        /// Part of the file could not be read; the rest was.
        Partial = "partial",
        /// A limit was reached.
        Limit = "limit",
        /// The file is not what its name says, or contains something that acts (macros, scripts).
        Suspicious = "suspicious",
        /// For information.
        Remark = "remark",
    }
}

codes! {
    /// What a user should know about how a file was read.
    pub enum NoteCode {
        // partial
        /// A zip's directory is lost: entries were found by searching for their headers.
        ZipDirectoryLost = "zip-directory-lost",
        /// The archive is one volume of several.
        ArchiveSplit = "archive-split",
        /// The archive states more entries than it has.
        EntriesMissing {
            /// How many more.
            entries: u64,
        } = "entries-missing",
        /// Blocks of an archive are damaged and belong to no entry.
        BlocksDamaged {
            /// How many.
            blocks: u64,
        } = "blocks-damaged",
        /// Bytes after the end of the content belong to nothing.
        TrailingBytes {
            /// How many, where they were counted.
            bytes: Option<u64>,
        } = "trailing-bytes",
        /// Bytes before the first message of a mailbox belong to none.
        LeadingBytes {
            /// How many.
            bytes: u64,
        } = "leading-bytes",
        /// A part of a package is damaged and was read up to there.
        PartDamaged {
            /// The part's name in the package.
            part: String,
            /// The sheet's name, of a workbook.
            sheet: Option<String>,
            /// What the parser reports.
            detail: Detail,
        } = "part-damaged",
        /// A part of a package ends before its last element is closed.
        PartCutShort {
            /// The part's name in the package.
            part: String,
            /// The sheet's name, of a workbook.
            sheet: Option<String>,
        } = "part-cut-short",
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
            /// At how many places.
            places: u64,
        } = "undecodable-bytes",
        /// Part of the text that the document states is missing from the file.
        TextMissing = "text-missing",
        /// The parser reports something.
        ParserWarning {
            /// What it reports.
            detail: Detail,
        } = "parser-warning",
        /// An embedded object cannot be extracted.
        ObjectUnreadable {
            /// Its path in the compound file.
            object: String,
        } = "object-unreadable",
        /// A PDF's catalog is lost: the pages that are left were found by searching.
        PdfCatalogLost = "pdf-catalog-lost",
        /// The end of a PDF is missing.
        PdfEndMissing = "pdf-end-missing",
        /// A PDF's cross-reference table is damaged: objects were found by searching.
        PdfTableDamaged = "pdf-table-damaged",
        /// A PDF has layers that are switched off, and their text was not read.
        LayersUnread = "layers-unread",
        /// The transfer encoding of attachments is damaged; they were decoded as far as possible.
        AttachmentEncodingDamaged {
            /// How many attachments.
            count: u64,
        } = "attachment-encoding-damaged",
        /// A page could not be read by OCR.
        OcrFailed {
            /// Why.
            reason: Box<Reason>,
        } = "ocr-failed",
        /// The reader failed after some pages, which were kept.
        PagesBeforeFailure {
            /// How many.
            pages: u64,
        } = "pages-before-failure",

        // limit
        /// A property was truncated.
        PropertyTruncated {
            /// The property's name.
            key: String,
            /// How many bytes were kept.
            bytes: u64,
        } = "property-truncated",
        /// A repeated row of a workbook was written fewer times than the file states.
        RowRepeatsTruncated {
            /// How often the file repeats it.
            repeats: u64,
            /// How often it was written.
            written: u64,
        } = "row-repeats-truncated",
        /// A page has more glyphs than are read.
        GlyphLimit {
            /// How many are read.
            glyphs: u64,
        } = "glyph-limit",
        /// A picture has more pixels than are decoded.
        PictureTooLarge {
            /// How many are decoded.
            pixels: u64,
        } = "picture-too-large",
        /// Properties or notes beyond the limit were not kept.
        RecordsDropped {
            /// How many.
            count: u64,
        } = "records-dropped",

        // suspicious
        /// The file contains macros.
        MacrosPresent {
            /// The part that contains them, where it has a name.
            part: Option<String>,
        } = "macros-present",
        /// A part refers to something outside the file that is fetched on opening.
        ExternalReference {
            /// The part.
            part: String,
            /// The relation's type as the package names it, such as `attachedTemplate`.
            relation: String,
            /// What it refers to.
            target: String,
        } = "external-reference",
        /// The XML declares entities of its own; they were not expanded.
        EntitiesDeclared = "entities-declared",
        /// A field fetches or runs something.
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
            /// The extension that is shown as the file's kind.
            inner: String,
            /// The extension that makes it a program.
            extension: String,
        } = "name-hides-program",
        /// A program under the extension of another kind of file.
        ProgramDisguised {
            /// The extension.
            extension: String,
            /// What the bytes are.
            media_type: String,
        } = "program-disguised",
        /// The file's extension does not fit its content.
        NameMismatch {
            /// The extension.
            extension: String,
            /// What the bytes are.
            media_type: String,
        } = "name-mismatch",

        // remark
        /// No encoding is stated for a text; it was guessed.
        CharsetGuessed {
            /// The guess.
            charset: String,
            /// For how many texts.
            texts: u64,
        } = "charset-guessed",
        /// A text is not in the encoding that is stated; another was guessed.
        CharsetMismatch {
            /// The encoding stated.
            stated: String,
            /// The guess.
            charset: String,
            /// For how many texts.
            texts: u64,
        } = "charset-mismatch",
        /// The transfer encoding of texts is damaged.
        TextEncodingDamaged {
            /// Of how many texts.
            texts: u64,
        } = "text-encoding-damaged",
        /// Lines too long for a page continue on the next.
        LongLines {
            /// How many.
            lines: u64,
        } = "long-lines",
        /// Rows too long for a page continue on the next.
        LongRows {
            /// How many.
            rows: u64,
        } = "long-rows",
        /// Rows of a table differ in their number of fields.
        UnevenRows {
            /// How many differ.
            uneven: u64,
            /// How many rows there are.
            rows: u64,
        } = "uneven-rows",
        /// Quotes in a table are never closed.
        UnclosedQuotes {
            /// How many.
            quotes: u64,
        } = "unclosed-quotes",
        /// The fallback parser was used, as the first one failed.
        FallbackParser {
            /// Why the first one failed.
            reason: Box<Reason>,
        } = "fallback-parser",
        /// The file is encrypted in a way that is not supported.
        EncryptionUnsupported {
            /// The scheme as the file states it.
            scheme: String,
        } = "encryption-unsupported",
        /// The file was decrypted with a known password.
        Decrypted = "decrypted",
        /// The picture contains a thumbnail of itself, which may show what was removed from it.
        ThumbnailPresent = "thumbnail-present",
        /// Only the first frame of an animation is shown.
        Animation {
            /// How many frames it has.
            frames: u64,
        } = "animation",
        /// The file was updated after it was made and contains its earlier states.
        FileUpdated {
            /// How often.
            times: u64,
        } = "file-updated",
        /// A PDF has layers that are switched off; their text is marked as hidden.
        LayersHidden = "layers-hidden",
        /// A page paints its lines upwards; they were sorted by position.
        LinesReordered = "lines-reordered",
        /// Shown as HTML, it would fetch from other hosts. Nothing was fetched.
        RemoteContent {
            /// The first hosts.
            hosts: Vec<String>,
            /// How many more there are.
            more: u64,
        } = "remote-content",
        /// Comments of an HTML text were left out.
        CommentsOmitted {
            /// How many.
            count: u64,
        } = "comments-omitted",
        /// Scripts of an HTML text were neither read nor run.
        ScriptsOmitted {
            /// How many.
            count: u64,
        } = "scripts-omitted",
        /// Links beyond the limit were left out.
        LinksOmitted {
            /// How many.
            count: u64,
            /// How many were kept.
            kept: u64,
        } = "links-omitted",
        /// Files embedded in an HTML text cannot be decoded.
        EmbeddedUndecodable {
            /// How many.
            count: u64,
        } = "embedded-undecodable",
        /// The message's date cannot be parsed.
        DateUnreadable = "date-unreadable",
        /// The HTML form of a message has more text than the plain one, and is kept as a member.
        HtmlFormDiffers {
            /// In how many parts.
            parts: u64,
        } = "html-form-differs",
        /// Text outside the parts of a message, which mail programs do not show, is marked as hidden.
        TextOutsideParts {
            /// How many stretches.
            count: u64,
        } = "text-outside-parts",
        /// Parts of a message are encrypted with PGP or alike.
        PgpEncrypted {
            /// How many.
            parts: u64,
        } = "pgp-encrypted",
        /// Parts of a message are encrypted with S/MIME.
        SmimeEncrypted {
            /// How many.
            parts: u64,
        } = "smime-encrypted",
        /// OCR reads the page no better than its own text, which was kept.
        OcrNotBetter = "ocr-not-better",
    }
}

impl NoteCode {
    /// How much it matters.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::ZipDirectoryLost
            | Self::ArchiveSplit
            | Self::EntriesMissing { .. }
            | Self::BlocksDamaged { .. }
            | Self::TrailingBytes { .. }
            | Self::LeadingBytes { .. }
            | Self::PartDamaged { .. }
            | Self::PartCutShort { .. }
            | Self::PartLost { .. }
            | Self::UndecodableBytes { .. }
            | Self::TextMissing
            | Self::ParserWarning { .. }
            | Self::ObjectUnreadable { .. }
            | Self::PdfCatalogLost
            | Self::PdfEndMissing
            | Self::PdfTableDamaged
            | Self::LayersUnread
            | Self::AttachmentEncodingDamaged { .. }
            | Self::OcrFailed { .. }
            | Self::PagesBeforeFailure { .. } => Severity::Partial,
            Self::PropertyTruncated { .. }
            | Self::RowRepeatsTruncated { .. }
            | Self::GlyphLimit { .. }
            | Self::PictureTooLarge { .. }
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
            | Self::NameMismatch { .. } => Severity::Suspicious,
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
            | Self::HtmlFormDiffers { .. }
            | Self::TextOutsideParts { .. }
            | Self::PgpEncrypted { .. }
            | Self::SmimeEncrypted { .. }
            | Self::OcrNotBetter => Severity::Remark,
        }
    }
}
