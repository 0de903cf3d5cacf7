//! Why a file was not read, or not to its end.

use super::{Detail, codes, words};
use std::io;

words! {
    /// What a worker emitted more of than allowed.
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
    /// What is wrong with a worker's output.
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
        /// The media type comes twice.
        TwoMediaTypes = "two-media-types",
        /// Something follows the verdict.
        AfterVerdict = "after-verdict",
        /// The verdict is missing.
        NoVerdict = "no-verdict",
    }
}

words! {
    /// A way to code pictures that is not supported.
    pub enum PictureCoding {
        /// Two-dimensional group 3 fax.
        Fax2d = "fax-2d",
        /// A fax of more columns than the decoder takes.
        FaxTooWide = "fax-too-wide",
        /// Samples or colours that are not supported.
        Samples = "samples",
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
            /// Its message.
            detail: Detail,
        } = "cannot-open",
        /// The file cannot be read.
        CannotRead {
            /// How many bytes could be read, where that is known.
            after: Option<u64>,
            /// The operating system's error number.
            os_error: Option<u64>,
            /// The message.
            detail: Detail,
        } = "cannot-read",
        /// The folder cannot be listed.
        CannotList {
            /// The operating system's error number.
            os_error: Option<u64>,
            /// Its message.
            detail: Detail,
        } = "cannot-list",
        /// The file was replaced by something else while it was read.
        Replaced = "replaced",
        /// No bytes were received.
        NoBytes = "no-bytes",
        /// The original is missing from the case, or its bytes are not those received.
        OriginalUnreadable {
            /// What the store reports.
            detail: Detail,
        } = "original-unreadable",

        // not a file
        /// A symbolic link; it is not followed.
        SymbolicLink {
            /// What it points to, where that is stored.
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
            /// The kind as the archive writes it.
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
        /// A compound file without anything that is read.
        UnknownCompoundFile = "unknown-compound-file",
        /// An entry is compressed by a method that is not supported.
        CompressionMethod {
            /// The method's number in the zip specification.
            method: u64,
        } = "compression-method",
        /// An entry needs a feature of zip archives that is not supported.
        ZipFeature {
            /// What the parser reports.
            detail: Detail,
        } = "zip-feature",
        /// Encrypted by PKWARE strong encryption.
        StrongEncryption = "strong-encryption",
        /// A PDF is encrypted by an unknown algorithm, or for a certificate.
        PdfEncryption = "pdf-encryption",
        /// A picture is coded in a way that is not supported.
        PictureCoding {
            /// The coding.
            coding: PictureCoding,
            /// How the decoder names it.
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
            /// What it reports.
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
        /// No object of a PDF is left.
        NoPdfObjects = "no-pdf-objects",
        /// Neither the cross-reference table of a PDF nor its page tree can be found.
        NoPdfStructure = "no-pdf-structure",
        /// What the file states of its encryption is damaged.
        EncryptionDamaged = "encryption-damaged",
        /// The decrypted content is not an office file.
        DecryptedUnknown = "decrypted-unknown",
        /// An entry's local header is not where the directory states.
        HeaderMissing = "header-missing",
        /// Compressed data cannot be decompressed.
        CannotDecompress {
            /// The operating system's error number.
            os_error: Option<u64>,
            /// What the decompressor reports.
            detail: Detail,
        } = "cannot-decompress",
        /// The embedded bytes are not in the file.
        StreamMissing = "stream-missing",
        /// The embedded bytes cannot be decoded.
        StreamDamaged = "stream-damaged",
        /// A picture's header is damaged.
        PictureHeader {
            /// What the decoder reports.
            detail: Detail,
        } = "picture-header",
        /// A picture without pixels.
        PictureEmpty = "picture-empty",
        /// A picture cannot be decoded.
        CannotDecode {
            /// What the decoder reports.
            detail: Detail,
        } = "cannot-decode",
        /// A rendered picture cannot be encoded.
        CannotEncode {
            /// What the encoder reports.
            detail: Detail,
        } = "cannot-encode",
        /// The archive ends within the entry.
        ArchiveEnds {
            /// How many bytes of the entry there are.
            bytes: u64,
        } = "archive-ends",
        /// Compressed data is damaged; its beginning was kept.
        DataDamaged {
            /// How many bytes came before the damage.
            bytes: u64,
            /// What the decompressor reports.
            detail: Detail,
        } = "data-damaged",
        /// The reader of the container ended within this member.
        ContainerReaderEnded = "container-reader-ended",

        // limits
        /// More pages than are read.
        PageLimit {
            /// How many are read.
            pages: u64,
        } = "page-limit",
        /// More text than is read.
        TextLimit {
            /// How many bytes are read.
            bytes: u64,
        } = "text-limit",
        /// More members than are extracted.
        MemberLimit {
            /// How many are extracted.
            members: u64,
        } = "member-limit",
        /// More bytes of members than are extracted.
        MemberBytesLimit {
            /// How many are extracted.
            bytes: u64,
        } = "member-bytes-limit",
        /// The members are too large for their container.
        RatioLimit {
            /// How many bytes for each byte of the container are extracted.
            ratio: u64,
        } = "ratio-limit",
        /// A part of a package decompresses to more bytes than are read.
        PartLimit {
            /// How many are read.
            bytes: u64,
        } = "part-limit",
        /// The file is larger than its reader takes into memory.
        FileSizeLimit {
            /// How many bytes it takes.
            bytes: u64,
        } = "file-size-limit",
        /// A picture has more pixels than are decoded.
        PixelLimit {
            /// How many are decoded.
            pixels: u64,
        } = "pixel-limit",
        /// Containers are nested deeper than they are opened.
        DepthLimit {
            /// How deep they are opened.
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
            /// Where in the program.
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
            /// What.
            kind: OutputKind,
        } = "output-limit",
        /// Emitted invalid output.
        BadOutput {
            /// What is wrong with it.
            fault: ProtocolFault,
        } = "bad-output",
        /// Stopped on request.
        Stopped = "stopped",
        /// The process that started it ended.
        Lost = "lost",
        /// The worker died too often for another attempt.
        WorkerDied {
            /// How often.
            deaths: u64,
            /// How the last one ended.
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
        /// The document has no such page.
        NoSuchPage {
            /// The page asked for.
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
        Self::CannotRead { after: Some(bytes), os_error: os_error(error), detail: Detail::of(error) }
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
