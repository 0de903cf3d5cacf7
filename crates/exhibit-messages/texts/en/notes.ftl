### What there is to know about a file that was read: one message or more for each code of docs/formats/codes.md.
### Lower case, no full stop.

zip-directory-lost = the archive’s directory is damaged or missing; entries were found by searching for their headers
archive-split = one volume of an archive that is split over several files
entries-missing =
    { $entries ->
        [one] the archive states { $entries } entry more than it has
       *[other] the archive states { $entries } entries more than it has
    }
unlisted-bytes =
    { $bytes ->
        [one] { $bytes } byte of the archive is not named by its directory
       *[other] { $bytes } bytes of the archive are not named by its directory; another archive or removed entries may be in them
    }
checksums-wrong =
    { $entries ->
        [one] an entry of the archive does not match its checksum; what was unpacked of it is kept
       *[other] { $entries } entries of the archive do not match their checksums; what was unpacked of them is kept
    }
blocks-damaged =
    { $blocks ->
        [one] { $blocks } block of the archive is damaged and belongs to no file
       *[other] { $blocks } blocks of the archive are damaged and belong to no file
    }
trailing-bytes = unexpected bytes after the end of the content
trailing-bytes-counted =
    { $bytes ->
        [one] { $bytes } unexpected byte after the end of the content
       *[other] { $bytes } unexpected bytes after the end of the content
    }
leading-bytes =
    { $bytes ->
        [one] { $bytes } unexpected byte before the first message
       *[other] { $bytes } unexpected bytes before the first message
    }
part = the part { $part }
sheet = the sheet { $sheet } ({ $part })
part-damaged = { $place } is damaged and was read up to the damage
part-cut-short = { $place } is cut short and was read to where it ends
store-damaged =
    { $count ->
        [one] { $count } page or block of the mail store is damaged; messages or parts of them may be missing
       *[other] { $count } pages or blocks of the mail store are damaged; messages or parts of them may be missing
    }
store-messages-missing =
    { $count ->
        [one] the folders of the mail store announce { $count } message that was not found
       *[other] the folders of the mail store announce { $count } messages that were not found
    }
store-properties-lost =
    { $count ->
        [one] { $count } property or attachment of a message cannot be read
       *[other] { $count } properties and attachments of messages cannot be read
    }
content-checksums-wrong =
    { $count ->
        [one] { $count } checksum within the file does not match its content
       *[other] { $count } checksums within the file do not match its content
    }
file-cut-short = the file ends before its content does; it was read to there
part-lost = { $place } is missing or cannot be decompressed
undecodable-bytes =
    { $places ->
        [one] invalid { $charset } at { $places } place; replaced by U+FFFD
       *[other] invalid { $charset } at { $places } places; replaced by U+FFFD
    }
text-missing = part of the text that the document states is missing from the file
cell-text-missing =
    { $cells ->
        [one] { $cells } cell refers to a text that is not in the file
       *[other] { $cells } cells refer to texts that are not in the file
    }
parser-warning = the parser reports a problem
object-unreadable = the embedded object { $object } cannot be extracted
compound-header = the header of the compound file is damaged; the usual layout was assumed
compound-allocation-table =
    { $count ->
        [one] the allocation table of the compound file is damaged at { $count } place; content may be missing or in the wrong order there
       *[other] the allocation table of the compound file is damaged at { $count } places; content may be missing or in the wrong order there
    }
compound-directory =
    { $count ->
        [one] the directory of the compound file is damaged at { $count } place
       *[other] the directory of the compound file is damaged at { $count } places
    }
compound-orphan-entry =
    { $count ->
        [one] { $count } entry of the compound file is in no folder of it; it was kept
       *[other] { $count } entries of the compound file are in no folder of it; they were kept
    }
compound-stream-cut =
    { $count ->
        [one] { $count } stream of the compound file is cut short
       *[other] { $count } streams of the compound file are cut short
    }
pdf-catalog-lost = the document’s catalog is lost; the remaining pages were found by searching
pdf-end-missing = the end of the file is missing; the rest was read
pdf-table-damaged = the cross-reference table is damaged; objects were found by searching
layers-unread = some layers are switched off; their text was not read
attachment-encoding-damaged =
    { $count ->
        [one] the transfer encoding of { $count } attachment is damaged; decoded as far as possible
       *[other] the transfer encoding of { $count } attachments is damaged; decoded as far as possible
    }
message-parts-recovered =
    { $count ->
        [one] the boundary between the message’s parts is missing or wrong; its parts were found by their lines
       *[other] the boundaries between parts of the message are missing or wrong in { $count } places; the parts were found by their lines
    }
attachment-name-incomplete =
    { $count ->
        [one] a section of the name of an attachment is missing
       *[other] sections of the names of { $count } attachments are missing
    }
ocr-failed = OCR failed: { $reason }
pages-before-failure =
    { $pages ->
        [one] { $pages } page was read before the reader failed
       *[other] { $pages } pages were read before the reader failed
    }

property-truncated = the property { $key } was truncated at { NUMBER($bytes) } bytes
row-repeats-truncated = a row that is repeated { NUMBER($repeats) } times was written { NUMBER($written) } times
page-text-truncated = the page has more text than a page may have; what follows the first { NUMBER($bytes) } bytes was not read
time-budget-spent = files of this source that take too long have used up their { NUMBER($minutes) } minutes: this one got less time, or was not tried again; exhibit problem retry does so
glyph-limit = the page has more than { NUMBER($glyphs) } glyphs; the rest was not read
picture-too-large = the picture has more than { NUMBER($pixels) } pixels and is not decoded
records-dropped =
    { $count ->
        [one] { $count } property or note beyond the limit was dropped
       *[other] { $count } properties and notes beyond the limit were dropped
    }

macros-present = contains macros
macros-present-part = contains macros ({ $part })
external-reference = { $part } refers to { $what } outside the file: { $target }
related-template = a template
related-object = a linked object
related-picture = a linked picture
related-frame = a frame
related-subdocument = a subdocument
related-workbook = another workbook
related-other = something
entities-declared = the XML declares entities of its own; they were not expanded
active-field = a field fetches or runs something: { $instruction }
action-on-open = runs a script or starts a program when opened
active-annotation = an annotation runs a script or starts a program
name-reorders-letters = the file name contains characters that reorder its letters, so that it appears as another name
name-hides-program = a program disguised by a double extension (.{ $inner }.{ $extension })
program-disguised = a program ({ $media-type }) with the extension .{ $extension }
name-mismatch = the extension is .{ $extension }, but the content is { $media-type }
entry-names-differ =
    { $entries ->
        [one] an entry of the archive has another name in its header than in the directory; the name in the directory is shown
       *[other] { $entries } entries of the archive have other names in their headers than in the directory; the names in the directory are shown
    }
self-extracting =
    { $bytes ->
        [one] a program of { $bytes } byte that unpacks the archive behind it; the program was not read
       *[other] a program of { $bytes } bytes that unpacks the archive behind it; the program was not read
    }

charset-guessed =
    { $texts ->
        [one] no text encoding is stated; guessed { $charset }
       *[other] no text encoding is stated for { $texts } texts; guessed { $charset }
    }
charset-mismatch =
    { $texts ->
        [one] a text is not in the stated encoding { $stated }; guessed { $charset }
       *[other] { $texts } texts are not in the stated encoding { $stated }; guessed { $charset }
    }
text-encoding-damaged =
    { $texts ->
        [one] the transfer encoding of a text is damaged
       *[other] the transfer encoding of { $texts } texts is damaged
    }
long-lines =
    { $lines ->
        [one] { $lines } line is too long for one page; continued on the next
       *[other] { $lines } lines are too long for one page; continued on the next
    }
long-rows =
    { $rows ->
        [one] { $rows } row is too long for one page; continued on the next
       *[other] { $rows } rows are too long for one page; continued on the next
    }
uneven-rows = { NUMBER($uneven) } of { NUMBER($rows) } rows differ from the rest in their number of fields
unclosed-quotes =
    { $quotes ->
        [one] { $quotes } quote is never closed
       *[other] { $quotes } quotes are never closed
    }
fallback-parser = read with the fallback parser, as the first one failed ({ $reason })
encryption-unsupported = unsupported encryption: { $scheme }
decrypted = decrypted with a known password
thumbnail-present = contains a thumbnail of itself, which may show what was cropped or rendered over
animation = an animation of { NUMBER($frames) } frames, each on a page of its own
file-updated =
    { $times ->
        [one] updated once after it was made; contains its earlier state
       *[other] updated { $times } times after it was made; contains its earlier states
    }
layers-hidden = some layers are switched off; their text is marked as hidden
lines-reordered = the page renders its lines upwards; they were sorted by position
remote-content = loads content from { $hosts } when shown as HTML; nothing was fetched
remote-content-more =
    { $more ->
        [one] loads content from { $hosts } and { $more } more host when shown as HTML; nothing was fetched
       *[other] loads content from { $hosts } and { $more } more hosts when shown as HTML; nothing was fetched
    }
comments-omitted =
    { $count ->
        [one] { $count } comment was omitted
       *[other] { $count } comments were omitted
    }
scripts-omitted =
    { $count ->
        [one] { $count } script was neither read nor run
       *[other] { $count } scripts were neither read nor run
    }
links-omitted =
    { $count ->
        [one] { $count } link after the first { NUMBER($kept) } was omitted
       *[other] { $count } links after the first { NUMBER($kept) } were omitted
    }
embedded-undecodable =
    { $count ->
        [one] { $count } embedded file cannot be decoded
       *[other] { $count } embedded files cannot be decoded
    }
date-unreadable = the date of the message cannot be parsed
time-zone-unknown = the time zone { $zone } is not understood; the date is given without one
separators-doubtful =
    { $count ->
        [one] a line that begins a message is not in the usual form; header fields follow it
       *[other] { $count } lines that begin messages are not in the usual form; header fields follow them
    }
escapes-decoded =
    { $lines ->
        [one] a line with escaped characters follows the text in decoded form
       *[other] { $lines } lines with escaped characters follow the text in decoded form
    }
bag-declared = its folder is declared to be a BagIt bag (version { $version }); the checksums in its manifests were not checked
html-form-differs =
    { $parts ->
        [one] the HTML form of the message has more text than the plain one and is kept as a member
       *[other] in { $parts } parts the HTML form has more text than the plain one and is kept as a member
    }
signature-unchecked =
    { $signers ->
        [one] signed by { $signers } signer; the signature was not checked
       *[other] signed by { $signers } signers; the signatures were not checked
    }
store-messages = the mail store announces { NUMBER($announced) } messages; found { NUMBER($found) }, read { NUMBER($read) }
store-messages-orphaned =
    { $count ->
        [one] { $count } message is in no folder of the mail store, as deleted ones may be
       *[other] { $count } messages are in no folder of the mail store, as deleted ones may be
    }
associated-items-skipped =
    { $count ->
        [one] { $count } item with settings of a mail program was not extracted
       *[other] { $count } items with settings of a mail program were not extracted
    }
attachments-apart =
    { $count ->
        [one] { $count } attachment is too large to be within its message and is listed beside it
       *[other] { $count } attachments are too large to be within their messages and are listed beside them
    }
database-log-apart = changes that are only in the database's log, a file beside it, were not read
parts-unread = { $parts ->
        [one] { $parts } part of the document is in a form that is not read
       *[other] { $parts } parts of the document are in a form that is not read
    }
rtf-form-differs = the RTF form of the message has more text than the plain one and is kept as a member
text-outside-parts =
    { $count ->
        [one] text outside the message’s parts, which mail programs do not show, is marked as hidden
       *[other] { $count } stretches of text outside the message’s parts, which mail programs do not show, are marked as hidden
    }
pgp-encrypted =
    { $parts ->
        [one] { $parts } part of the message is encrypted with PGP or alike
       *[other] { $parts } parts of the message are encrypted with PGP or alike
    }
smime-encrypted =
    { $parts ->
        [one] { $parts } part of the message is encrypted with S/MIME
       *[other] { $parts } parts of the message are encrypted with S/MIME
    }
ocr-not-better = OCR reads the page no better than its own text, which was kept
glyphs-unmapped = { $glyphs ->
        [one] { $glyphs } glyph of the page has no known character; U+FFFD is in its place
       *[other] { $glyphs } glyphs of the page have no known character; U+FFFD is in their places
    }
ocr-doubtful = { $words ->
        [one] { $words } word that OCR read with little confidence was left out
       *[other] { $words } words that OCR read with little confidence were left out
    }
pictures-unread = { $pictures ->
        [one] { $pictures } small picture on the page was not read by OCR
       *[other] { $pictures } small pictures on the page were not read by OCR
    }
ocr-unread = { $lines ->
        [one] { $lines } line on the picture was found but not read: its script is not known, or it is not legible
       *[other] { $lines } lines on the picture were found but not read: their script is not known, or they are not legible
    }
ocr-limit = the picture has more text than the limit for one page: lines may be missing
recogniser-failed = the models that recognise text failed, tesseract read the page instead: { $reason }
ocr-added = { $words ->
        [one] the page shows text that its own text lacks; { $words } word read by OCR follows it
       *[other] the page shows text that its own text lacks; { $words } words read by OCR follow it
    }
ocr-replaced = { $characters ->
        [one] { $characters } character of the page's own text does not read like text and was replaced by OCR; the earlier layer is kept
       *[other] { $characters } characters of the page's own text do not read like text and were replaced by OCR; the earlier layer is kept
    }
font-bytes-decoded = { $glyphs ->
        [one] { $glyphs } glyph is a byte of a legacy encoding of Chinese, Japanese or Korean, and was decoded as such
       *[other] { $glyphs } glyphs are bytes of a legacy encoding of Chinese, Japanese or Korean, and were decoded as such
    }
text-covered = { $areas ->
        [one] an opaque area, such as a black bar, covers text that is still in the file: { NUMBER($characters) } characters, marked as invisible
       *[other] { $areas } opaque areas, such as black bars, cover text that is still in the file: { NUMBER($characters) } characters, marked as invisible
    }
redactions-unapplied = { $redactions ->
        [one] { $redactions } redaction is marked and not applied; what it would remove is still in the file
       *[other] { $redactions } redactions are marked and not applied; what they would remove is still in the file
    }
earlier-text-kept = { $pages ->
        [one] { $pages } page had other text before the file was updated; the earlier revision is kept as an embedded file
       *[other] { $pages } pages had other text before the file was updated; the earlier revision is kept as an embedded file
    }
frames-omitted = { $frames ->
        [one] { $frames } further frame of the animation is not a page
       *[other] { $frames } further frames of the animation are not pages
    }
location-present = states the place where it was made, which is sensitive
preview-only = the preview of the photograph is shown; the data of the sensor were not developed
