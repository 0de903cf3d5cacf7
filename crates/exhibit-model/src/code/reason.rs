//! Why a file was not read, or not to its end.

use super::{Detail, codes, words};
use std::io;

words! {
    /// The kind of worker output that exceeded its limit.
    pub enum OutputKind {
        /// All records together.
        Records = "records",
        /// Properties, notes and pictures.
        Properties = "properties",
        /// Bytes of members.
        MemberBytes = "member-bytes",
        /// A single record.
        OneRecord = "one-record",
        /// A tool's standard output.
        ToolOutput = "tool-output",
    }
}

words! {
    /// The fault in a worker's output.
    pub enum ProtocolFault {
        /// A frame of unknown kind.
        UnknownFrame = "unknown-frame",
        /// A frame longer than its kind may be.
        FrameTooLong = "frame-too-long",
        /// The output ends within a frame.
        CutShort = "cut-short",
        /// A record does not decode.
        Malformed = "malformed",
        /// Pages are out of order or beyond the limit.
        Pages = "pages",
        /// Members are out of order or beyond the limit.
        Members = "members",
        /// The media type is emitted twice.
        TwoMediaTypes = "two-media-types",
        /// Something follows the verdict.
        AfterVerdict = "after-verdict",
        /// The verdict is missing.
        NoVerdict = "no-verdict",
    }
}

words! {
    /// An unsupported picture coding.
    pub enum PictureCoding {
        /// Two-dimensional group 3 fax.
        Fax2d = "fax-2d",
        /// A fax with more columns than the decoder supports.
        FaxTooWide = "fax-too-wide",
        /// Unsupported samples or colours.
        Samples = "samples",
        /// HEVC (ITU-T H.265).
        Hevc = "hevc",
        /// AV1.
        Av1 = "av1",
    }
}

codes! {
    /// Why an item is unsupported, failed or truncated, or why its bytes are incomplete.
    pub enum Reason {
        // receiving
        /// The file cannot be opened.
        CannotOpen {
            /// The operating system's error number.
            os_error: Option<u64>,
            /// The system's message.
            detail: Detail,
        } = "cannot-open",
        /// The file cannot be read.
        CannotRead {
            /// The number of bytes read, if known.
            after: Option<u64>,
            /// The operating system's error number.
            os_error: Option<u64>,
            /// The system's message.
            detail: Detail,
        } = "cannot-read",
        /// The folder cannot be listed.
        CannotList {
            /// The operating system's error number.
            os_error: Option<u64>,
            /// The system's message.
            detail: Detail,
        } = "cannot-list",
        /// The file was replaced by something else while it was read.
        Replaced = "replaced",
        /// No bytes were received.
        NoBytes = "no-bytes",
        /// The original is missing from the case, or its bytes are not those received.
        OriginalUnreadable {
            /// The store's message.
            detail: Detail,
        } = "original-unreadable",

        // not a file
        /// A symbolic link; it is not followed.
        SymbolicLink {
            /// The link's target, if stored.
            target: Option<String>,
        } = "symbolic-link",
        /// A hard link to another entry of the archive.
        HardLink {
            /// The entry.
            target: String,
        } = "hard-link",
        /// A named pipe.
        NamedPipe = "named-pipe",
        /// A socket.
        Socket = "socket",
        /// A device.
        Device = "device",
        /// A sparse file, stored in pieces that are not joined.
        SparseFile = "sparse-file",
        /// The rest of a file that begins in another volume.
        ContinuedFile = "continued-file",
        /// An entry of a kind that the format does not define.
        UnknownEntry {
            /// The kind as stored in the archive.
            kind: String,
        } = "unknown-entry",

        // unsupported
        /// Files of this kind are not supported.
        NoReader {
            /// The media type.
            media_type: String,
        } = "no-reader",
        /// Pages of such files are not rendered.
        NotRendered {
            /// The media type.
            media_type: String,
        } = "not-rendered",
        /// A compound file without any supported content.
        UnknownCompoundFile = "unknown-compound-file",
        /// An entry is compressed by a method that is not supported.
        CompressionMethod {
            /// The method's number in the zip specification.
            method: u64,
        } = "compression-method",
        /// A member is compressed by a method that is not supported.
        ArchiveMethod {
            /// The format of the archive.
            format: String,
            /// The method's number or name in that format.
            method: String,
        } = "archive-method",
        /// An entry needs a feature of zip archives that is not supported.
        ZipFeature {
            /// The parser's message.
            detail: Detail,
        } = "zip-feature",
        /// Encrypted by PKWARE strong encryption.
        StrongEncryption = "strong-encryption",
        /// A PDF is encrypted by an unknown algorithm, or for a certificate.
        PdfEncryption = "pdf-encryption",
        /// A picture has an unsupported coding.
        PictureCoding {
            /// The coding.
            coding: PictureCoding,
            /// The decoder's name for it.
            detail: Detail,
        } = "picture-coding",

        // damaged
        /// Not a zip package, or too badly truncated.
        NotAPackage = "not-a-package",
        /// A part that the format requires is missing, or cannot be decompressed.
        PartMissing {
            /// The part.
            part: String,
        } = "part-missing",
        /// The parser cannot read it.
        CannotParse {
            /// The parser's message.
            detail: Detail,
        } = "cannot-parse",
        /// The parser of a format panicked.
        ParserPanicked {
            /// The format.
            format: String,
        } = "parser-panicked",
        /// No entry of the archive can be found.
        NoEntries = "no-entries",
        /// No message begins in the mailbox.
        NoMessages = "no-messages",
        /// No page can be found.
        NoPages = "no-pages",
        /// A PDF has no objects left.
        NoPdfObjects = "no-pdf-objects",
        /// Neither the cross-reference table of a PDF nor its page tree can be found.
        NoPdfStructure = "no-pdf-structure",
        /// The file's encryption data is damaged.
        EncryptionDamaged = "encryption-damaged",
        /// The decrypted content is not an office file.
        DecryptedUnknown = "decrypted-unknown",
        /// An entry's local header is not at the offset that the directory states.
        HeaderMissing = "header-missing",
        /// Compressed data cannot be decompressed.
        CannotDecompress {
            /// The operating system's error number.
            os_error: Option<u64>,
            /// The decompressor's message.
            detail: Detail,
        } = "cannot-decompress",
        /// The embedded bytes are not in the file.
        StreamMissing = "stream-missing",
        /// The embedded bytes cannot be decoded.
        StreamDamaged = "stream-damaged",
        /// A picture's header is damaged.
        PictureHeader {
            /// The decoder's message.
            detail: Detail,
        } = "picture-header",
        /// A picture without pixels.
        PictureEmpty = "picture-empty",
        /// A picture cannot be decoded.
        CannotDecode {
            /// The decoder's message.
            detail: Detail,
        } = "cannot-decode",
        /// A rendered picture cannot be encoded.
        CannotEncode {
            /// The encoder's message.
            detail: Detail,
        } = "cannot-encode",
        /// The archive ends within the entry.
        ArchiveEnds {
            /// The number of bytes of the entry that exist.
            bytes: u64,
        } = "archive-ends",
        /// Compressed data is damaged; its beginning was kept.
        DataDamaged {
            /// The number of bytes before the damage.
            bytes: u64,
            /// The decompressor's message.
            detail: Detail,
        } = "data-damaged",
        /// The reader of the container ended within this member.
        ContainerReaderEnded = "container-reader-ended",

        // limits
        /// More pages than the limit.
        PageLimit {
            /// The limit.
            pages: u64,
        } = "page-limit",
        /// More text than the limit.
        TextLimit {
            /// The limit in bytes.
            bytes: u64,
        } = "text-limit",
        /// More members than the limit.
        MemberLimit {
            /// The limit.
            members: u64,
        } = "member-limit",
        /// More bytes of members than the limit.
        MemberBytesLimit {
            /// The limit.
            bytes: u64,
        } = "member-bytes-limit",
        /// The members are too large for their container.
        RatioLimit {
            /// The maximum number of extracted bytes for each byte of the container.
            ratio: u64,
        } = "ratio-limit",
        /// A part of a package decompresses to more bytes than the limit.
        PartLimit {
            /// The limit.
            bytes: u64,
        } = "part-limit",
        /// The file is larger than its reader can hold in memory.
        FileSizeLimit {
            /// The maximum number of bytes.
            bytes: u64,
        } = "file-size-limit",
        /// A picture has more pixels than the limit.
        PixelLimit {
            /// The limit.
            pixels: u64,
        } = "pixel-limit",
        /// Pages have more text than one page may have.
        PageTextLimit {
            /// The number of such pages.
            pages: u64,
        } = "page-text-limit",
        /// Containers are nested more deeply than the limit.
        DepthLimit {
            /// The limit.
            depth: u64,
        } = "depth-limit",

        // how its process ended
        /// Nested too deeply for the reader's stack.
        StackOverflow = "stack-overflow",
        /// Killed by a signal.
        Killed {
            /// The signal's number.
            signal: u64,
        } = "killed",
        /// Attempted a system call that the cage forbids.
        ForbiddenCall = "forbidden-call",
        /// Exited without a result.
        Exited {
            /// The exit code.
            code: u64,
        } = "exited",
        /// The reader has a fault and stopped.
        ReaderPanicked {
            /// Its location in the program.
            place: String,
        } = "reader-panicked",
        /// Needed more memory than allowed.
        MemoryLimit = "memory-limit",
        /// Needed more processor time than allowed.
        CpuTimeLimit = "cpu-time-limit",
        /// Took longer than allowed.
        WallTimeLimit = "wall-time-limit",
        /// Emitted more than allowed.
        OutputLimit {
            /// The kind of output.
            kind: OutputKind,
        } = "output-limit",
        /// Emitted invalid output.
        BadOutput {
            /// The fault.
            fault: ProtocolFault,
        } = "bad-output",
        /// Stopped on request.
        Stopped = "stopped",
        /// The process that started it ended.
        Lost = "lost",
        /// The worker died too often to try again.
        WorkerDied {
            /// The number of attempts.
            deaths: u64,
            /// How the last attempt ended.
            last: Box<Reason>,
        } = "worker-died",
        /// It could not be started.
        NotStarted {
            /// The system's message.
            detail: Detail,
        } = "not-started",

        // rendering and OCR
        /// The document is encrypted.
        Encrypted = "encrypted",
        /// The document does not have this page.
        NoSuchPage {
            /// The requested page.
            page: u64,
        } = "no-such-page",
        /// Pages of this kind have no layout.
        NoLayout {
            /// The kind of page.
            kind: String,
        } = "no-layout",
        /// The reader produced no picture.
        NoPicture = "no-picture",
        /// No OCR model is installed.
        NoOcrModel = "no-ocr-model",
        /// A model that recognises text cannot be run.
        RecognitionFailed {
            /// The reason.
            detail: Detail,
        } = "recognition-failed",
    }
}

impl Reason {
    /// A file that cannot be read.
    #[must_use]
    pub fn cannot_read(error: &io::Error) -> Self {
        Self::CannotRead { after: None, os_error: os_error(error), detail: Detail::of(error) }
    }

    /// A file that cannot be read beyond some bytes.
    #[must_use]
    pub fn cannot_read_after(bytes: u64, error: &io::Error) -> Self {
        Self::CannotRead {
            after: Some(bytes),
            os_error: os_error(error),
            detail: Detail::of(error),
        }
    }

    /// A file that cannot be opened.
    #[must_use]
    pub fn cannot_open(error: &io::Error) -> Self {
        Self::CannotOpen { os_error: os_error(error), detail: Detail::of(error) }
    }

    /// A folder that cannot be listed.
    #[must_use]
    pub fn cannot_list(error: &io::Error) -> Self {
        Self::CannotList { os_error: os_error(error), detail: Detail::of(error) }
    }

    /// Compressed data that cannot be decompressed.
    #[must_use]
    pub fn cannot_decompress(error: &io::Error) -> Self {
        Self::CannotDecompress { os_error: os_error(error), detail: Detail::of(error) }
    }
}

fn os_error(error: &io::Error) -> Option<u64> {
    error.raw_os_error().and_then(|number| u64::try_from(number).ok())
}
