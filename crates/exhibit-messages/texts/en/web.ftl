### The browser interface.

## the frame
skip = Skip to content
sections = Sections of the case
overview = Overview
search = Search
items = Items
problems = Problems
log = Custody log
offline = On this machine only
online = Reachable from other machines
keys = Shortcuts
keys-need-script = Each shortcut activates a link or button on the page. Shortcuts need JavaScript; nothing else does.
keys-on = Turn shortcuts on
keys-off = Turn shortcuts off
leave = End this session
leave-note = Pages stay closed until the address is opened again.
pages-of-list = Parts of the list
earlier-rows = Previous
first-rows = Back to the beginning
later-rows = Next

## keys
key-search = Go to the search box
key-row-down = Next row
key-row-up = Previous row
key-next-hit = Next hit
key-previous-hit = Previous hit
key-next = Next result, entry or part of a list
key-previous = Previous result, entry or part of a list
key-zoom = The image of the page alone
key-help = Show this list

## search
query = Search in all pages
search-button = Search
search-blank = Type words, names or numbers in any script. Every page of every document is searched.
read-as = Read as
without-widening = without
help = How to search
help-begin = All words must be on the same page, in any order. Each search shows above its results how the query was read.
operators = Operators
operators-note = Full-width （：）“” are the same as the half-width forms. A run of Chinese characters is read as a phrase.
fields = Fields
documents =
    { $count ->
        [one] { $count } document
       *[other] { $count } documents
    }
pages-found =
    { $count ->
        [one] { $count } page found
       *[other] { $count } pages found
    }
hits =
    { $count ->
        [one] { $count } hit
       *[other] { $count } hits
    }
copies-folded =
    { $count ->
        [one] { $count } copy
       *[other] { $count } copies
    }
searchable-now = Searchable now: { NUMBER($now) } of about { NUMBER($of) } pages
save-search = Save this search
saved-name = Name
save = Save
recent = Recent searches
recent-note = Kept in the case for you alone, and never exported.
recent-off = Searches are not remembered.
recent-turn-off = Turn off and forget
recent-turn-on = Remember searches
recent-clear = Forget these
query-word = Query
exact-word = exact form only
also-at = also at
shares = Shares
all-copies = all copies
filters = Filters
apply = Apply
clear = Clear
by-year = Pages by year
by-month = Pages by month
rows = Rows
by-page = pages
by-document = documents
choose = Only { $value }
more-values = and { NUMBER($count) } more
all-folders = all folders
leave-out = Exclude { $value }
take-in = No longer exclude { $value }
undated = undated
facet-type = Type
facet-language = Language
facet-state = State
facet-ending = Extension
facet-folder = Folder
facet-container = Container
facet-sender = Sender
facet-recipient = Recipient
facet-tag = Tag
facet-confidence = OCR confidence
no-language = undetermined
named-document = The document with this number or name:
nothing-found = No results.
try-this = Try instead:
disguised-name = Disguised name
query-unreadable = This query is not valid:
nothing-searched = Nothing was searched: a different query is never run in its place.
instead = Instead:
marked = marked
sort = Sort
by-relevance = relevance
by-newest = newest
by-oldest = oldest
by-receipt = received
by-path = path
changed-on = changed { $date }
only-this = only { $term }
without-part = without { $part }
at-any-date = at any date, without { $part }
with-variants = with variants of the words
spelled-otherwise = with other spellings of { $part }
anywhere-in-paths = anywhere in paths, for { $part }
in-file-names = in file names
not-searched = Not searched:
unsearched-waiting-for-ocr =
    { $count ->
        [one] { $count } page that waits for OCR
       *[other] { $count } pages that wait for OCR
    }
unsearched-ocr-failed =
    { $count ->
        [one] { $count } page that OCR could not read
       *[other] { $count } pages that OCR could not read
    }
unsearched-waiting =
    { $count ->
        [one] { $count } item not read yet
       *[other] { $count } items not read yet
    }
unsearched-encrypted =
    { $count ->
        [one] { $count } encrypted item
       *[other] { $count } encrypted items
    }
unsearched-unsupported =
    { $count ->
        [one] { $count } item of an unsupported type
       *[other] { $count } items of unsupported types
    }
unsearched-failed =
    { $count ->
        [one] { $count } item that could not be read
       *[other] { $count } items that could not be read
    }
unsearched-truncated =
    { $count ->
        [one] the rest of { $count } truncated item
       *[other] the rest of { $count } truncated items
    }
searched-in-doubt =
    { $count ->
        [one] { $count } page was read by OCR with a confidence below { $least }: names on it may be misread, and then are not found
       *[other] { $count } pages were read by OCR with a confidence below { $least }: names on them may be misread, and then are not found
    }
intake-unfinished = Ingesting { $source } has not finished: it stopped at { $at } ({ $why }), and { NUMBER($missing) } of { NUMBER($known) } known entries were not received; continue with { $next }.
intake-uncounted = Ingesting { $source } has not finished: it stopped at { $at } ({ $why }) after { NUMBER($received) } entries, before all were counted; continue with { $next }.
intake-end-unknown = it was killed, or is still running
intake-end-requested = on request
intake-end-no-space = the disk of the case was full
intake-end-source-lost = entries of the source were no longer there
intake-end-failed = an error
ocr = OCR

## distinctive words
distinctive-words = Distinctive words
telling-note = Words that are more frequent on the pages found than in the rest of the case, by the log-likelihood ratio of their counts (Dunning, 1993). They are words of documents, not findings about anyone.
telling-read = { NUMBER($read) } of the { NUMBER($total) } pages found were read for this.
no-distinctive-words = No distinctive words.
word-column = Word
pages-here-column = Pages here
pages-in-case-column = Pages in the case
measure-column = Measure
more-like = Similar to
more-like-this = Similar documents
more-like-page = Similar to this page
more-like-note = Documents that share its distinctive words, most similar first, with the shared words of each.
its-words = Its distinctive words
alike = Documents that share them
nothing-alike = No other document shares them.

## saved searches, batches, tags
saved = Saved
saved-note = Searches kept under a name, with the number of new results since each was last marked as seen.
nothing-saved = No search is saved. Use the link above the results of a search to save it.
saved-run = Open, and mark as seen
forget = Forget
new-word = New
new-since = { NUMBER($count) } new
since = since { $when }
batches = Batches
batches-note = Lists of names or queries, run against every page at once.
no-batches = There is no batch yet. To begin, paste names below or upload a file.
new-batch = New batch
batch-name = Name of the batch
batch-paste = Names, one per line
batch-file = Or a file: one name per line, or a table (CSV)
batch-queries = Each line is a query, with operators
batch-exact = Match words exactly as written
batch-column = Column of the table, from 1 (of a .csv file: the first)
batch-limits = At most 1,000,000 lines and 64 MB; use exhibit batch new for longer lists. Lines that cannot be used are listed with their numbers and skipped.
batch-keep = Create batch
batch-empty = the list is empty
batch-unread = the form is larger than 64 MB, or was cut off
batch-unnamed = pasted list
of-names = names
of-queries = queries
made-on = created { $when }
not-run = Not run yet.
run-it = Run
run-again = Run again
run-note = A run reads every page; the case can be searched meanwhile.
running-for = Running for { NUMBER($seconds) } s.
running-at = { NUMBER($done) } of { NUMBER($of) } pages and queries done.
reload = Reload
run-failed = The last run ended early; its results were discarded.
run-panicked = a thread of the program ended unexpectedly
run-on = run { NUMBER($run) }, { $when }
lines-found = { NUMBER($found) } of { NUMBER($lines) } lines found
lines-new = { NUMBER($count) } with new results
lines-bad = { NUMBER($count) } not usable
lines = Lines
lines-best = most documents
lines-all = all, in order
lines-new-word = new results
lines-zero = no results
lines-bad-word = not usable
as-file = Download these lines
no-lines = No matching lines.
line-column = Line
name-or-query = Name or query
documents-column = Documents
new-column = New pages
first-hit = First hit
tags = Tags
new-tag = New tag
add-tag = Add
undo = Undo
tag-on = Tagged with “{ $name }”.
tag-off = Tag “{ $name }” removed.
search-saved = “{ $name }” is saved.
search-forgotten = “{ $name }” was forgotten.
to-filters = Skip to the filters
to-results = Back to the results
conversation = Conversation
take-tag-off = Remove tag { $tag }

## a document
back-to-results = Results
steps = Hits and documents
hit-of = Hit { NUMBER($number) } of { NUMBER($of) }
any-hit-of = Hit – of { NUMBER($of) }
any-result-of = Result – of { NUMBER($of) }
result-of = Result { NUMBER($number) } of { NUMBER($of) }
previous-hit = ‹ Hit
next-hit = Hit ›
previous-result = ‹ Result
next-result = Result ›
page-n-of = Page { NUMBER($number) } of { NUMBER($of) }
previous-page = previous
next-page = next
go-to-page = Go to page
go = Go
zoom = image alone
picture-of-page = Image of the page. If it is not shown, the link to the image alone gives the reason.
no-renderer = Page images are not available: no sandboxed renderer is running. Only the text is shown.
no-index = The search index cannot be used, so hits are not marked here. The text is complete. To rebuild the index: exhibit case repair --index
no-picture-kind = Pages of this kind have no image. Only the text is shown.
hit-n = Hit { NUMBER($number) }
hit-n-part = Hit { NUMBER($number) }, part { NUMBER($part) } of { NUMBER($parts) }
text = Text
text-from-file = as in the file
text-from-layer = text layer under the image, as supplied with the file
paragraph-n = Paragraph { NUMBER($number) }
no-text-on-page = No text on this page.
part-of-page = Characters { NUMBER($from) } to { NUMBER($to) } of { NUMBER($of) } on this page.
earlier-part = earlier
later-part = later
members-below =
    { $count ->
        [one] Contains { $count } file; see Found in.
       *[other] Contains { $count } files; see Found in.
    }
all-members =
    { $count ->
        [one] Its only member
       *[other] All { $count } members
    }

## panels of a document
facts = Facts about the file
found-in = Found in
custody = Custody
size = Size
bytes =
    { $count ->
        [one] { $count } byte
       *[other] { $count } bytes
    }
media-type = Type by content
received = Received
modified = Last modified
source = Source
path = Path
log-entry = Log entry
copies = Copies
same-bytes = same bytes
metadata = Metadata
metadata-note = Stated by the file itself; not verified.
notes = Processing notes

## overview, items, problems
copy-of = This folder is a copy of the case in
copy-of-advice = What is changed here is not logged, and the original is not touched. Work on the original; or make this folder the case: exhibit case adopt
behind = The custody log of this folder has { NUMBER($size) } entries, but this computer has seen { NUMBER($once) }: it is an earlier state of the case.
behind-elsewhere = The case was last changed in
behind-nowhere = Where the newer state is, is not known here: look for a newer copy. exhibit log check shows details.
behind-advice = Work there. Nothing is signed here, so that there is no second history.
nothing-taken-in = Nothing has been ingested yet. To begin:
files-and-members = files and members
originals = originals
pages-read = pages read
pages-searchable = pages searchable
pages-waiting-for-ocr = pages waiting for OCR
pages-by-ocr = of them by OCR
pages-ocr-failed = pages where OCR failed
account = Account
found = found
account-broken = The counts do not add up.
account-gap = { NUMBER($found) } found, { NUMBER($listed) } listed
account-advice = The originals are safe. Run exhibit ingest again to resume; if this persists, report it.
the-source = a source
account-complete =
    { $count ->
        [one] The only entry is accounted for.
       *[other] All { $count } entries are accounted for.
    }
account-complete-but =
    { $count ->
        [one] The only entry is accounted for;
       *[other] All { $count } entries are accounted for;
    }
account-unread =
    { $count ->
        [one] { $count } could not be read, or not to its end
       *[other] { $count } could not be read, or not to their end
    }
account-not-received = Not everything has been received.
read-in-part = read in part
still-reading =
    { $count ->
        [one] { $count } item is still waiting to be read.
       *[other] { $count } items are still waiting to be read.
    }
by-state = By state
by-kind = By kind
by-language = By language
sources =
    { $count ->
        [one] { $count } source
       *[other] { $count } sources
    }
all = all
members-of = Members of
items-in-list =
    { $count ->
        [one] { $count } item
       *[other] { $count } items
    }
no-items = No matching items.
number-column = Number
name = Name
kind-column = Kind
state-column = State
pages-column = Pages
no-problems = No problems.
problems-pages = Pages that were not read
problems-pages-note = OCR reads waiting pages when the case is ingested again: exhibit ingest. Pages that OCR could not read have a note that states why, with their document.
no-problems-checked =
    { $count ->
        [one] { $count } item was checked for encryption, damage, unsupported types and limits.
       *[other] { $count } items were checked for encryption, damage, unsupported types and limits.
    }
problems-safe = The originals of these items are kept whole. What could not be read of them is not searchable.
problems-similar = (and similar)
problems-cut = Only the first { NUMBER($count) } are grouped here; the list of items has all.
show-all =
    { $count ->
        [one] Show it
       *[other] Show all { $count }
    }

## the log
log-explained = Every act on the case, in order. Entries are only ever appended, and each checkpoint signs all entries before it.
log-entries =
    { $count ->
        [one] { $count } entry
       *[other] { $count } entries
    }
log-waiting =
    { $count ->
        [one] { $count } tag change is not logged yet: the next command that signs logs it.
       *[other] { $count } tag changes are not logged yet: the next command that signs logs them.
    }
entry = Entry
about = Object
entry-of = Entries are numbered from 0; the last is { NUMBER($last, useGrouping: "false") }.
earlier-entry = Earlier entry
later-entry = Later entry
canonical = The entry as hashed
canonical-explained = Exactly these bytes are a leaf of the log.
leaf-hash = Leaf hash
openings = What its commitments open to
openings-explained = Kept in the catalogue, not in the log: a copy of the log reveals none of it.
proof = Proof that the entry is in the log
checkpoint = Checkpoint
checkpoint-explained = Signs the whole log. Keep a copy elsewhere: it reveals any later change.

## messages
altered-title = Evidence does not match
altered-what = These bytes differ from the bytes that were received.
altered-safe = The custody log still records what they were. Do not quote anything of this document from this copy of the case.
altered-next = Stop exhibit serve, run exhibit verify, and go back to the last copy of the case that verifies.
not-there-title = Not found
not-there-what = There is nothing at this address.
not-there-safe = Nothing was changed.
not-there-next = Search for it by its number or a word in it.
render-error-title = No image
render-error-what = There is no image of this page.
render-error-safe = The original is untouched, and the text of the page is available.
render-error-next = Go back to the document.
full-title = Disk full
full-what = There is no space left on the disk of the case.
full-safe = The originals and the log are untouched; what was being changed was not changed.
full-next = Free some space, then load the page again.
session-opened = Session opened
to-the-case = Continue to the case
closed-title = Closed
closed-what = This browser has no session for this case.
closed-safe = Nothing was shown or changed.
closed-next = Open the address that exhibit serve printed. It works once; after that, a new one is printed.
left-title = Session ended
left-what = The session has ended.
left-safe = The case is still served until exhibit serve is stopped.
left-next = To return, open the new address that exhibit serve printed.
refused-title = Refused
refused-what = This request was refused: it used another host name or came from another site.
refused-safe = Nothing was shown or changed.
refused-next = Open the address that exhibit serve printed.
unusable-title = Not valid
unusable-what = The submitted data cannot be used.
unusable-safe = Nothing was changed.
unusable-next = Go back, correct it, and submit it again.
wrong-method-title = Refused
wrong-method-what = This address does not accept this method.
wrong-method-safe = Nothing was changed.
wrong-method-next = Go back and use the links on the page.
unrecorded-title = Not recorded
unrecorded-what = This page cannot be shown: the access log cannot be written.
unrecorded-safe = Nothing was shown. The originals and the custody log are untouched.
unrecorded-next = Remove the cause and reload the page. Access logging is configured with exhibit case access.
failed-title = Failed
failed-what = The request failed.
failed-safe = Viewing never changes the originals or the log.
failed-next = Reload the page. If it fails again, stop exhibit serve and run exhibit verify.

## how to search
help-variants-title = Variants
help-variants = Simplified and traditional characters, Arabic presentation forms, accents and digits of any script always match each other. Readings of Chinese names, other alphabets of Uyghur and Kazakh, and numbers in Chinese digits are added where they occur in the case, and shown beside “Read as”; = before a word turns this off for the word.
help-filters-title = Filters
help-filters = Each choice beside the results becomes part of the query, where it can be edited. Values ticked in one filter are alternatives; − excludes a value. The counts of a filter ignore what is ticked in it. A folder’s name opens it.
help-copies-title = Copies
help-copies = Files with the same bytes are one result; its other locations are listed under it.
help-not-searched-title = What is not searched
help-not-searched = Encrypted, damaged and unsupported files are kept whole but have no text: they are under Problems. Pages that wait for OCR are counted on the overview.
operator-both = pages with both words
operator-phrase = the words as a phrase
operator-or = pages with either; OR in capitals
operator-not = pages without the word
operator-group = parentheses group
operator-exact = the word exactly as written, without variants
operator-prefix = words that begin with this
operator-fuzzy = words that differ by one letter; ~2 by two
operator-near = the words near each other, with at most five words between them
operator-pattern = words that match this regular expression; slow

## what became of an item
state-waiting = waiting
state-read = read
state-empty = empty
state-duplicate = duplicate
state-encrypted = encrypted
state-unsupported = unsupported
state-failed = failed
state-truncated = truncated
do-encrypted = A password is needed. Pass known passwords to exhibit ingest.
do-unsupported = This file type is not supported. Use exhibit cat to write out the file.
do-failed = The file is damaged, or its reader failed. What was read before that is searchable.
do-truncated = Read up to the stated limit. The rest is not searchable.
no-pages-waiting = This file has not been read yet. Reload the page later.
no-pages-read = This file has no pages of its own.
no-pages-empty = This file is empty.
no-pages-duplicate = The same bytes were received before; see Copies.
no-pages-encrypted = This file is encrypted. The original is kept; its contents could not be read.
no-pages-unsupported = This file type is not supported. The original is kept.
no-pages-failed = This file could not be read. The original is kept.
no-pages-truncated = A limit was reached before any page of this file was read. The original is kept.

## text that is not plain visible text
mark-invisible = not visible
mark-annotation = annotation
mark-form-value = form field
mark-deleted = deleted
mark-hidden = hidden
mark-furniture = header or footer
mark-notes = note
mark-header = header

## notes on reading
note-partial = partly read
note-limit = limit reached
note-suspicious = suspicious
note-remark = remark

## lines of the tree
tree-source = source
tree-folder = folder
tree-container = container
tree-this = this document
tree-member = member

## pages and measures
only-page = 1 page
page-of = page { NUMBER($number) } of { NUMBER($of) }
page-short = page { NUMBER($number) }
terabytes = { NUMBER($whole) }.{ NUMBER($tenth) } TB
gigabytes = { NUMBER($whole) }.{ NUMBER($tenth) } GB
megabytes = { NUMBER($whole) }.{ NUMBER($tenth) } MB
kilobytes = { NUMBER($whole) }.{ NUMBER($tenth) } KB

## languages
language-undetermined = language undetermined
language-zh = Chinese
language-zh-hans = Chinese (simplified)
language-zh-hant = Chinese (traditional)
language-ug = Uyghur
language-ug-latn = Uyghur (Latin)
language-ug-cyrl = Uyghur (Cyrillic)
language-kk = Kazakh
language-kk-arab = Kazakh (Arabic)
language-ky = Kyrgyz
language-bo = Tibetan
language-mn = Mongolian
language-en = English
language-ru = Russian
language-ar = Arabic
language-fa = Persian
language-tr = Turkish
language-uz = Uzbek
language-ja = Japanese
language-ko = Korean
language-de = German
language-fr = French
language-es = Spanish

## kinds of files
kind-pdf = PDF
kind-mail = E-mail
kind-mailbox = Mailbox
kind-text = Text
kind-table = Table
kind-web = Web page
kind-markdown = Markdown
kind-archive = Archive
kind-word = Word
kind-spreadsheet = Spreadsheet
kind-slides = Slides
kind-unknown = Unknown type
kind-program = Program
kind-image = Image
kind-audio = Audio
kind-video = Video
kind-disk-image = Disk image
kind-book = E-book
kind-document = Document
kind-database = Database
kind-sealed = Encrypted
kind-key = Key or signature
kind-font = Font
kind-other = Other

## the progress of an intake, on the overview
intake = Progress
intake-running = Files are being ingested and read. What is searchable already can be searched now.
intake-stopping = The files in work are being finished.
intake-paused = Paused: no further files are read. What was read before can be searched.
intake-finished = All files have been ingested and read.
intake-failed = Stopped by an error:
intake-step = Step
intake-done = Done
intake-left = Left
intake-without = Failed
intake-now = now
intake-reading = Reading
intake-ocr = OCR
intake-indexing = Making searchable
intake-found = { $size } found
intake-finding = { $size } found so far
intake-speed = { NUMBER($count) } a minute
intake-time = about { NUMBER($from) } to { NUMBER($to) } min left in this step
intake-slowest = Longest in work:
seconds = { NUMBER($count) } s
page-number = page { NUMBER($number) }
pause = Pause
resume = Continue
refresh-now = Reload
refresh-on = Reload every { NUMBER($seconds) } s
refresh-off = Stop reloading

## further languages
language-az = Azerbaijani
language-be = Belarusian
language-bg = Bulgarian
language-bn = Bengali
language-ca = Catalan
language-cs = Czech
language-da = Danish
language-el = Greek
language-et = Estonian
language-fi = Finnish
language-gu = Gujarati
language-he = Hebrew
language-hi = Hindi
language-hr = Croatian
language-hu = Hungarian
language-hy = Armenian
language-id = Indonesian
language-ii = Yi
language-it = Italian
language-ka = Georgian
language-km = Khmer
language-kn = Kannada
language-la = Latin
language-lo = Lao
language-lt = Lithuanian
language-lv = Latvian
language-mk = Macedonian
language-ml = Malayalam
language-mr = Marathi
language-ms = Malay
language-my = Burmese
language-nb = Norwegian
language-ne = Nepali
language-nl = Dutch
language-or = Odia
language-pa = Punjabi
language-pl = Polish
language-ps = Pashto
language-pt = Portuguese
language-ro = Romanian
language-si = Sinhala
language-sk = Slovak
language-sl = Slovenian
language-sq = Albanian
language-sr = Serbian
language-sv = Swedish
language-sw = Swahili
language-ta = Tamil
language-te = Telugu
language-tg = Tajik
language-th = Thai
language-tk = Turkmen
language-tt = Tatar
language-uk = Ukrainian
language-ur = Urdu
language-vi = Vietnamese
language-yi = Yiddish

## connections of other users
of-another-user = This interface answers only the user of this computer who started it.
