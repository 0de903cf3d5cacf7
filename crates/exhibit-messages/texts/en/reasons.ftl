### Why a file was not read, or not to its end: one message or more for each code of docs/formats/codes.md.
### Lower case, no full stop.

# What a parser or the operating system reports follows the reason.
with-detail = { $reason }: { $detail }

cannot-open = cannot open the file
cannot-read = cannot read the file
cannot-read-after = cannot read the file beyond byte { NUMBER($bytes) }
cannot-list = cannot list the folder
replaced = the file was replaced by something else while it was read
no-bytes = no bytes were received
original-unreadable = cannot read the original

symbolic-link = a symbolic link
symbolic-link-to = a symbolic link to { $target }
hard-link = a hard link to { $target }
named-pipe = a named pipe
socket = a socket
device = a device
sparse-file = a sparse file; its pieces are not joined
continued-file = the rest of a file that begins in another volume
unknown-entry = an entry of unknown kind “{ $kind }”

no-reader = files of type { $media-type } are not supported
not-rendered = pages of { $media-type } are not rendered
unknown-compound-file = a compound file without a supported document
compression-method = unsupported compression method { NUMBER($method) }
compression-method-named = unsupported compression method { NUMBER($method) } ({ $name })
archive-method = unsupported compression method { $method } of { $format }
zip-feature = unsupported zip feature
strong-encryption = PKWARE strong encryption is not supported
pdf-encryption = unsupported encryption (for a certificate, or by an unknown algorithm)
picture-coding-fax-2d = two-dimensional group 3 fax is not supported
picture-coding-fax-too-wide = a fax of too many columns
picture-coding-samples = unsupported samples or colours
picture-coding-hevc = the pixels are coded in HEVC, which is not supported
picture-coding-av1 = the pixels are coded in AV1, which is not supported

not-a-package = not a zip package, or too badly truncated
part-missing = the part { $part } is missing or cannot be decompressed
cannot-parse = cannot parse the file
parser-panicked = the parser of { $format } files panicked
no-entries = no entries found in the archive
no-messages = no messages found in the mailbox
no-pages = no pages found
no-pdf-objects = no PDF objects found
no-pdf-structure = neither a cross-reference table nor a page tree found
encryption-damaged = the encryption information is damaged
decrypted-unknown = the decrypted content is not an office file
header-missing = the local header is not where the archive’s directory states
cannot-decompress = cannot decompress
stream-missing = its bytes are missing from the file
stream-damaged = its bytes cannot be decoded
picture-header = the picture’s header is damaged
picture-empty = the picture has no pixels
cannot-decode = cannot decode the picture
cannot-encode = cannot encode the rendered picture
archive-ends =
    { $bytes ->
        [one] the archive ends after { $bytes } byte of it
       *[other] the archive ends after { $bytes } bytes of it
    }
data-damaged =
    { $bytes ->
        [one] the data is damaged after { $bytes } byte
       *[other] the data is damaged after { $bytes } bytes
    }
container-reader-ended = the reader of its container ended before it was complete

page-limit = more than { NUMBER($pages) } pages
text-limit = more than { NUMBER($bytes) } bytes of text
member-limit = more than { NUMBER($members) } members
member-bytes-limit = more than { NUMBER($bytes) } bytes of members
ratio-limit = members of more than { NUMBER($ratio) } times the container’s size
part-limit = a part of more than { NUMBER($bytes) } bytes
file-size-limit = a file of more than { NUMBER($bytes) } bytes
pixel-limit = a picture of more than { NUMBER($pixels) } pixels
page-text-limit =
    { $pages ->
        [one] one page has more text than a page may have; the rest of it was not read
       *[other] { $pages } pages have more text than a page may have; the rest of them was not read
    }
depth-limit = nested in { NUMBER($depth) } containers; its members were not extracted

stack-overflow = nested too deeply
killed = killed by signal { NUMBER($signal) }
killed-memory = killed by signal { NUMBER($signal) } (probably out of memory)
killed-access = crashed on an invalid memory access (signal { NUMBER($signal) })
killed-abort = aborted (signal { NUMBER($signal) })
forbidden-call = killed for a forbidden system call
exited = exited without a result (exit code { NUMBER($code) })
reader-panicked = the reader panicked at { $place }
memory-limit = out of memory (limit reached)
cpu-time-limit = out of processor time (limit reached)
wall-time-limit = took longer than allowed
output-limit-records = emitted more records than allowed
output-limit-properties = emitted more properties and notes than allowed
output-limit-member-bytes = emitted more bytes of members than allowed
output-limit-one-record = emitted a larger record than allowed
output-limit-tool-output = emitted more output than allowed
bad-output = the reader emitted invalid output: { $fault }
fault-unknown-frame = a frame of unknown kind
fault-frame-too-long = a frame that is too long
fault-cut-short = an incomplete frame
fault-malformed = a malformed record
fault-pages = pages out of order or beyond the limit
fault-members = members out of order or beyond the limit
fault-two-media-types = two media types
fault-after-verdict = something after the verdict
fault-no-verdict = no verdict
stopped = stopped on request
lost = terminated from outside
worker-died =
    { $deaths ->
        [one] the worker died once: { $last }
       *[other] the worker died { $deaths } times; the last time: { $last }
    }
not-started = could not be started

encrypted = the document is encrypted
no-such-page = no page { NUMBER($page) }
no-layout = { $kind } pages have no layout
no-picture = the reader produced no picture
no-ocr-model = no OCR model is installed
recognition-failed = the text on the picture could not be recognised
