### The command line: what commands print, ask and refuse. Errors are lower case without a full stop; hints too.
### The help of options and commands is in the code, where clap reads it.

## Counts and sizes

items =
    { $count ->
        [one] { $count } item
       *[other] { $count } items
    }
pages =
    { $count ->
        [one] { $count } page
       *[other] { $count } pages
    }
documents =
    { $count ->
        [one] { $count } document
       *[other] { $count } documents
    }
files =
    { $count ->
        [one] { $count } file
       *[other] { $count } files
    }
originals =
    { $count ->
        [one] { $count } original
       *[other] { $count } originals
    }
pictures =
    { $count ->
        [one] { $count } picture
       *[other] { $count } pictures
    }
quotes =
    { $count ->
        [one] { $count } quote
       *[other] { $count } quotes
    }
lines =
    { $count ->
        [one] { $count } line
       *[other] { $count } lines
    }
hits =
    { $count ->
        [one] { $count } hit
       *[other] { $count } hits
    }
places =
    { $count ->
        [one] { $count } place
       *[other] { $count } places
    }
entries =
    { $count ->
        [one] { $count } entry
       *[other] { $count } entries
    }
log-entries =
    { $count ->
        [one] { $count } log entry
       *[other] { $count } log entries
    }
page-records =
    { $count ->
        [one] { $count } page record
       *[other] { $count } page records
    }
keys =
    { $count ->
        [one] { $count } key
       *[other] { $count } keys
    }
checkpoints =
    { $count ->
        [one] { $count } checkpoint
       *[other] { $count } checkpoints
    }
passwords =
    { $count ->
        [one] { $count } password
       *[other] { $count } passwords
    }
requests =
    { $count ->
        [one] { $count } request
       *[other] { $count } requests
    }
size-bytes =
    { $count ->
        [one] { $count } byte
       *[other] { $count } bytes
    }
size-kilobytes = { $size } KB
size-megabytes = { $size } MB
size-gigabytes = { $size } GB
size-terabytes = { $size } TB

## The frame of errors, warnings and prompts

word-error = error:
word-hint = hint:
word-warning = warning:
about-path = { $path }: { $text }
type-yes = { $question }. Type yes:
standard-input = standard input
standard-output = standard output
the-output = the output
the-original = the original

## Errors and hints

cannot-read = cannot read { $path }: { $error }
cannot-write = cannot write { $path }: { $error }
cannot-write-to = cannot write to { $path }: { $error }
cannot-create = cannot create { $path }: { $error }
cannot-create-folder = cannot create the folder { $path }: { $error }
cannot-find = cannot find { $path }: { $error }
cannot-prompt = cannot prompt on { $path }: { $error }
cannot-read-passphrase = cannot read the passphrase from { $path }: { $error }

hint-see-command = see { $commands }
no-dry-run = this command does not support --dry-run
nothing-done = nothing was done
unconfirmed = this cannot be undone and needs a confirmation
hint-confirm = confirm with --yes
hint-type-yes = type yes to confirm
no-home-keys = no home folder to keep the signing key in
hint-no-home-keys = set EXHIBIT_KEYS to a folder that only you can read
no-home-case = no home folder to create the case in
hint-into = choose a folder: --into DIR

no-case = no case in { $path }
hint-no-case = create one with `exhibit init DIR`, choose one with -C DIR, or change to its folder
case-exists = { $path } is a case already
hint-case-exists = add to it with `exhibit ingest`
folder-not-empty = { $path } is not empty
hint-folder-not-empty = choose a new or empty folder for the case
case-locked = the case is in use by { $holder }
hint-case-locked = wait until it exits; searching and reading work meanwhile
no-such-document = no document { $name } in this case
no-such-entry = the log has no entry { $entry } that can be shown
no-such-page = { $document } has no page { $page }
hint-no-such-document = `exhibit ls` lists the documents of the case
hint-has-pages =
    { $count ->
        [one] it has { $count } page
       *[other] it has { $count } pages
    }
no-page-encrypted = { $document } has no page { $page }: it is encrypted, and no password is known
no-page-waiting = { $document } has no page { $page }: it has not been read yet
no-page-at-all = { $document } has no page { $page }: it has no pages, and its state is { $state }
hint-no-page-at-all = `exhibit show { $document }` shows why
ambiguous-name = several documents are called { $name }
hint-ambiguous-name = use the number of one: { $documents }
hint-check-name = check the name: there is nothing at this path
hint-belongs-to = it belongs to { $owner }: ask for access, or work on a copy of your own
hint-create-elsewhere = the folder above it belongs to { $owner }: choose one that you can write to, such as --into ~/Exhibit/NAME
owner-number = the user with number { $number }
unknown-owner = another user
case-denied = you may not read the case in { $case }: { $path } refuses it
not-a-tag = { $tag } cannot be a tag
hint-not-a-tag = a tag is at most 60 characters on one line, without quotation marks or asterisks
no-index = the case has no search index
hint-no-index = rebuild it: exhibit case repair --index
unfinished-export = an export to this folder was interrupted: { $path } has copies of documents. The same export replaces it; otherwise delete it
not-rendered = the page cannot be rendered: { $reason }
hint-not-rendered = its text is available: `exhibit cat DOC --text`
sealed = the case is sealed: nothing can be added to it or changed in it
hint-sealed = it can be searched, read, verified and handed over; to add material, create another case
handover-unfinished = a key rotation was interrupted
hint-handover-unfinished = finish it with `exhibit log key rotate`
waiting =
    { $count ->
        [one] { $count } item waits to be read
       *[other] { $count } items wait to be read
    }
hint-waiting = read them first: `exhibit ingest`
hint-wrong-passphrase = nothing was changed; try again, or restore the key file from a copy
hint-key-locked = give a file with the passphrase: --key-passphrase-file FILE
serves-copy = this folder is a copy of the case in { $original }; tags and settings made here are not logged. Work on the original, or make this folder the case: exhibit case adopt
serves-behind = the log of this folder has { NUMBER($size) } entries, but this computer has seen { NUMBER($once) }: it is an earlier state of the case
not-a-size = { $text } is not a size: give a number with a unit, such as 800M or 4G
too-little-memory = at least { $least } are needed
check-memory = memory
memory-allowed = { $allowed } for all processes together, of { $machine }; { NUMBER($count) } workers with full memory at a time
memory-needed = a worker that needs more than its share fails; close other programs, or choose another limit with --memory
case-copy = { $folder } is a copy of the case in { $original }
hint-case-copy = nothing was changed, in either. Work on the original: `exhibit -C { $original }`; or, to make this folder the case instead: `exhibit -C { $folder } case adopt`. To try something out, take the files into a case of their own: `exhibit init`, then `exhibit ingest`
hint-rolled-back-elsewhere = the case was last changed in { $last }, where its log has at least { NUMBER($once) } entries: work there (`exhibit -C { $last }`). This folder is an earlier copy of it; nothing was changed
adopted = From now on the case is in { $folder }.
would-adopt = Would make { $folder } the folder of the case.
hint-rolled-back = this machine has seen a later state of the log, so nothing is signed that would start a second history; `exhibit log check` shows details. If a backup was restored on purpose, see "Put back from a backup" in docs/user/keys.md
hint-key = the case can be read and verified without it; to add to the case, restore the key file or set EXHIBIT_KEYS
altered = the original of { $document } does not have its digest
hint-verify = `exhibit verify` lists every deviation
hint-log = `exhibit verify` shows what is wrong with the log, and what is intact
hint-cage = `exhibit doctor` shows what this machine lacks
hint-disk-full = everything done so far is kept; free some space, then resume with `exhibit ingest`
no-batch = no batch { $name }
no-saved-search = no saved search { $name }
hint-batches = `exhibit batch ls` lists them
hint-saved = `exhibit saved ls` lists them
too-many-lines = the list has { NUMBER($lines) } lines; a batch takes at most { NUMBER($most) }
hint-split-list = split it into several batches
cannot-read-source = cannot read the source { $path }: { $error }
hint-source = check that the path exists and is readable
entangled = { $path } contains the case, or is inside it
hint-entangled = keep the case outside the folders that it ingests
hint-resume = everything acknowledged is kept; resume with `exhibit ingest`

## Passphrases

passphrase-of-key = Passphrase of the signing key { $path }:
passphrase-new = New passphrase:
passphrase-repeat = Repeat the passphrase:
passphrase-of-bag = Passphrase:
passphrases-differ = the passphrases do not match
hint-try-again = nothing was done; try again
passphrase-exposed = the passphrase in { $path } can be read by others
hint-passphrase-exposed = restrict it: chmod 600 { $path }
passphrase-no-input = a passphrase is needed, and --no-input is set
passphrase-no-terminal = a passphrase is needed, and there is no terminal to prompt on
hint-passphrase-file = give a file with --key-passphrase-file FILE (/dev/fd/N for a descriptor)
passphrase-none = no passphrase was entered
passphrase-too-long = a passphrase has at most { NUMBER($bytes) } bytes
passphrase-not-utf8 = the passphrase is not UTF-8
passphrase-empty = the passphrase is empty
bag-passphrase-no-input = --passphrase would prompt, which --no-input forbids
hint-bag-passphrase-file = use --passphrase-file FILE

## Progress

step-rendering = rendering pages
step-copying = copying
step-checking = checking
step-checking-originals = checking originals
step-names = pages searched for names
step-queries = queries run
step-indexing = pages indexed
progress-step = { $step } { $done } of { $all } ({ $percent } %)
progress-count = { $done } of { $all } { $step }
seconds-left = about { $seconds } s left
minutes-left = about { $minutes } min left
minutes-left-range = about { $from } to { $to } min left
progress-reading = reading { $done } of { $all } items
progress-reading-so-far = reading { $done } of { $all } items so far
progress-found = { $bytes } found
progress-searchable = searchable now: { $pages }
progress-ocr = OCR { $done } of { $all } pages
progress-stage = { $stage } { $done } of { $all }
progress-last = indexing the last pages
progress-slow = { $name } for { $seconds } s

## Cases: init, open, demo, case

would-create-case = would create the case { $name } in { $path }
created-case = Created the case { $name } in { $path }.
signing-key-is = Its signing key is { $path }: keep a copy outside the case.
signing-key-locked-is = Its signing key is { $path }, locked by the passphrase: keep a copy outside the case.
next-ingest = Next: exhibit -C { $path } ingest SOURCE
bad-prefix = { $prefix } is not a valid prefix of document numbers
hint-bad-prefix = use 1 to 12 capital letters A-Z and digits, starting with a letter
would-use-case = would use the case in { $path }
created-case-in = Created a case in { $path }
sealed-not-ingested = The case is sealed: nothing is ingested.
inside-source = { $path } would be inside the source
hint-outside-source = choose a folder outside it: --into DIR
no-free-name = no free name for the case in ~/Exhibit
no-browser = Could not open a browser: copy the link.
practice-case = Practice case (everything in it is invented)
practice-trove = example trove
would-ingest-demo = would ingest { $source } into a new case in { $path }
open-in-browser = Open it in the browser: exhibit -C { $path } serve
no-trove = the example trove was not found next to this program
hint-no-trove = give its path: exhibit demo DIR --trove examples/trove
would-rebuild-index = would rebuild the search index from the page packs
rebuilt-index =
    { $pages ->
        [one] Rebuilt the search index: { $pages } page is searchable.
       *[other] Rebuilt the search index: { $pages } pages are searchable.
    }
would-rekey-none = would rewrite { $path } without a passphrase
would-rekey-new = would rewrite { $path } under a new passphrase
rekeyed-none = { $path } is no longer locked.
rekeyed-new = { $path } is locked with the new passphrase.
key-copies-unchanged = Copies of it are unchanged: replace or destroy them.
would-seal = would permanently seal the case { $name }
ocr-never-read =
    { $pages ->
        [one] { $pages } page waits for OCR and would never be read
       *[other] { $pages } pages wait for OCR and would never be read
    }
ask-seal = Permanently seal the case { $name }? Nothing can be added to it afterwards
sealed-checkpoint = Sealed: log entry { $entry } is the last. Its checkpoint:
keep-checkpoint = Keep a copy of this checkpoint elsewhere, and anchor it in time: it covers the whole case.
access-on =
    { $days ->
        [one] Access logging is on; entries can be read for { $days } day.
       *[other] Access logging is on; entries can be read for { $days } days.
    }
access-off =
    { $days ->
        [one] Access logging is off; entries can be read for { $days } day.
       *[other] Access logging is off; entries can be read for { $days } days.
    }
would-change = would change: { $text }
access-not-recorded = Access is not recorded in the access log: { $cause }
access-not-writable = the access log cannot be written: { $cause }
hint-unrecorded = nothing was shown, since it could not be recorded. Free the disk or make the case and the keys writable; or, to read a copy on a read-only medium: --unrecorded. Turning access logging off is recorded too: exhibit case access off
hint-access-not-writable = the browser interface shows only what it can record; see exhibit case access

## Machine: doctor

good = good
partial = partial
missing = missing
detail-system-calls = workers: { $allowed } system calls allowed, any other ends them; tools: { $for-tools } allowed, any other is refused
detail-granted = granted to tools
detail-refused-by = refused by { $setting }
detail-kernel = kernel { $version }
detail-landlock = version { $version }: files, TCP, signals, sockets
detail-landlock-tcp = version { $version }: files and TCP; 6 adds signals and sockets
detail-landlock-files = version { $version }: files; 4 adds TCP, 6 signals and sockets
detail-not-offered = the kernel does not offer it ({ $error })
detail-no-new-privs = set before anything else, with all capabilities dropped
detail-limits = memory, processor time, open files, file size, processes, stack, no core files
meaning-seccomp = keeps a worker that a file has taken over from opening files, connections or programs; without it nothing is read
meaning-landlock = keeps tools such as OCR from reading anything but their own data; without it workers still cannot (seccomp prevents it), but tools are refused unless that is overridden
meaning-user-namespaces = keeps tools such as OCR from networks and from other processes even if a system call is missing from the filter; without it the filter and landlock do that alone
meaning-no-new-privs = keeps caged processes from gaining rights that their user has not; without it nothing is read
meaning-limits = keeps bombs and endless loops to one row of the account; without them nothing is read
meaning-pidfd = lets a worker be ended with certainty when its time is up (kernel 5.4 and later)
meaning-close-range = leaves a worker no open file but the one it reads (kernel 5.9 and later)
check-ocr = OCR
check-tesseract = OCR of other scripts
check-fonts = fonts
check-space = space
check-self-test = self-test
ocr-not-installed = tesseract is not installed: pictures with Uyghur, Arabic, Cyrillic and Tibetan text cannot be read
ocr-models = { $version }: Chinese and Latin text; models by SHA-256: { $files }
ocr-no-models = built without the models that read Chinese and Latin text on pictures
ocr-models-remedy = run setup/models, and build again
ocr-with = { $version } with { $models }
ocr-with-without = { $version } with { $models }; without { $missing }
fonts-good = for pages without embedded fonts: { $scripts }
fonts-lacking = pages without embedded fonts may lack { $scripts }
script-chinese = Chinese
script-uyghur-arabic = Uyghur and Arabic
script-latin-cyrillic = Latin and Cyrillic
space-free = { $size } free for the case
space-needed = a case takes about 1.2 times the size of its trove
self-test-needed = no file can be ingested on this machine until this works
self-test-good = a caged worker read a file
self-test-other = the worker returned something else
self-test-no-file = cannot create a temporary file: { $error }

## Material: ingest, status, problem, password, ls, show, cat

no-tesseract = tesseract is not installed: only Chinese and Latin text is read on pictures and scanned pages (`exhibit doctor` shows what to install)
no-ocr = built without the models that read pictures, and tesseract is not installed: pictures and scanned pages are not read (`exhibit doctor` shows what to install)
no-ocr-models = built without the models that read pictures: photographs are read badly, by tesseract
received = Received { $items }, read { $pages }.
received-with-ocr = Received { $items }, read { $pages }, { NUMBER($ocr) } by OCR.
no-password-fitted =
    { $count ->
        [one] No password fitted: { $count } item is still encrypted.
       *[other] No password fitted: { $count } items are still encrypted.
    }
passwords-fitted = Passwords opened { NUMBER($opened) } of { $all } that were encrypted.
stopped = Stopped. Everything done so far is kept.
resume-with = Resume with: exhibit ingest
account-title =
    { $count ->
        [one] All { $count } item, by state
       *[other] All { $count } items, by state
    }
account-sizes = { $bytes } in { $originals }; { $pages } read
account-sizes-ocr = { $bytes } in { $originals }; { $pages } read, { NUMBER($ocr) } of them by OCR
account-read-in-part = read in part: pages wait for OCR, or it could not read them
account-continue = Continue with: exhibit ingest
account-ocr-waiting =
    { $count ->
        [one] { $count } scanned page is waiting for OCR: not searchable yet
       *[other] { $count } scanned pages are waiting for OCR: not searchable yet
    }
account-ocr-failed =
    { $count ->
        [one] { $count } scanned page could not be read by OCR: not searchable
       *[other] { $count } scanned pages could not be read by OCR: not searchable
    }
account-complete = Every container and source is accounted for.
account-gaps =
    { $count ->
        [one] { $count } container or source is incomplete: see `exhibit status --json`
       *[other] { $count } containers or sources are incomplete: see `exhibit status --json`
    }
account-problems =
    { $count ->
        [one] { $count } problem: see `exhibit problem ls`
       *[other] { $count } problems: see `exhibit problem ls`
    }
would-ingest = would ingest { $source }: { $files }, { $bytes }
created-at = created { $time }
cause-similar = { $state }: { $reason } (and similar)
cause = { $state }: { $reason }
problems-more = and { $count } more: exhibit ls --state { $state }
no-problems = No problems: nothing failed, is encrypted, unsupported or truncated, and nothing waits.
problems-waiting =
    { $count ->
        [one] { $count } item is not read yet: continue with `exhibit ingest`
       *[other] { $count } items are not read yet: continue with `exhibit ingest`
    }
problems-waiting-for-ocr =
    { $count ->
        [one] { $count } page waits for OCR: continue with `exhibit ingest` (`exhibit doctor` shows whether OCR is available)
       *[other] { $count } pages wait for OCR: continue with `exhibit ingest` (`exhibit doctor` shows whether OCR is available)
    }
problems-ocr-failed =
    { $count ->
        [one] { $count } page could not be read by OCR: its document’s notes state why
       *[other] { $count } pages could not be read by OCR: their documents’ notes state why
    }
try-passwords = To try passwords on encrypted files: exhibit problem retry --passwords FILE
added-passwords = Added { $passwords }.
try-them = Try them: exhibit problem retry
unknown-state = unknown state { $state }
hint-unknown-state = the states are { $states }
column-pages = p
no-log-entry = the log has no entry for it
text-page = page { $page }
text-page-label = page { $page } ({ $label })
field-path = path
field-source = source
field-state = state
field-reason = reason
field-same-as = same as
field-type = type
field-size = size
field-modified = modified
field-received = received
field-log-entry = log entry
field-pages = pages
field-languages = languages
field-also-at = also at
field-contains = contains
severity-partial = partial
severity-limit = limit
severity-suspicious = suspicious
severity-remark = remark
on-page = { $text } (page { $page })
members-more =
    { $count ->
        [one] and { $count } more member
       *[other] and { $count } more members
    }
the-log-entry = The log entry:
sealed-in-it = sealed in it: { $field } = { $value }
the-proof = The proof of its inclusion in the signed log:
no-bytes = { $document } has no bytes: it is { $state }
no-bytes-to-terminal = refusing to write untrusted bytes to the terminal
hint-output-or-text = use -o FILE, or --text

## Search: search, similar, saved, history, batch, tag

no-query = there is nothing to search for
hint-no-query = type words; `exhibit ls` lists all documents, and `exhibit search --help` has the operators
named-document = { $document }  { $name } has this name: exhibit show { $document }
saved-as = Saved as { $name }; run it again with: exhibit saved run { $name }
next-page = Next page: the same command with --after { $cursor }
searchable-now = searchable now: { $now } of { $all } pages
read-as = Read as: { $query }
also-searched = Also: { $variants } (turn off with --exact)
query-note = Note: { $note }
found-pages = { $pages } of { $documents }
found-documents = { $documents }, { $pages }
found-in = { $found } in { $seconds } s
found-first-in = { $found } (showing { $shown }) in { $seconds } s
hit-page = page { $page }
hit-ocr = OCR { $confidence }
hit-copies = also in { $places }
hit-also-at = also at
facet-within = in { $value }
facet-chosen = (chosen)
facet-excluded = (excluded)
facet-more = and { NUMBER($count) } more
terms-of = Distinctive terms of { $pages }:
terms-of-examined = Distinctive terms of { $pages }, { NUMBER($count) } of them examined:
term-counts = { $pages } here, { NUMBER($count) } in the case
try-without = Try without { $clause }: { $query }  ({ $pages })
try-any-date = Try at any date, without { $clause }: { $query }  ({ $pages })
try-only = Try only { $clause }: { $query }  ({ $pages })
try-spelling = Try with another spelling of { $clause }: { $query }  ({ $pages })
try-any-folder = Try anywhere in paths, instead of { $clause }: { $query }  ({ $pages })
try-variants = Try with spelling and script variants: { $query }  ({ $pages })
try-names = Try in file names: { $query }  ({ $pages })
not-searched = not searched: { $parts }; see `exhibit problem ls`
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
intake-unfinished = ingesting { $source } has not finished: it stopped at { $at } ({ $why }), and { NUMBER($missing) } of { NUMBER($known) } known entries were not received; continue with `{ $next }`
intake-uncounted = ingesting { $source } has not finished: it stopped at { $at } ({ $why }) after { NUMBER($received) } entries, before all were counted; continue with `{ $next }`
intake-end-unknown = it was killed, or is still running
intake-end-requested = on request
intake-end-no-space = the disk of the case was full
intake-end-source-lost = entries of the source were no longer there
intake-end-failed = an error
no-terms = No distinctive terms
terms = Distinctive terms: { $words }
shares = shares: { $words }
would-delete-saved = would delete { $name }: { $query }
deleted-saved = Deleted { $name }: { $query }
exact = (exact)
saved-documents-new = { $documents }, { NUMBER($count) } new since { $time }
new-since =
    { $count ->
        [one] { $count } new document since { $time }: { $documents }
       *[other] { $count } new documents since { $time }: { $documents }
    }
would-change-history = would change the search history
cleared-history = Cleared the search history
history-on = Search history is on
history-off-cleared = Search history is off and cleared
history-off = Search history is off; turn it on with `exhibit history on`
list-too-large = { $path } exceeds the maximum size of a list ({ NUMBER($bytes) } bytes)
would-create-batch =
    { $count ->
        [one] would create a batch of { $count } line
       *[other] would create a batch of { $count } lines
    }
created-batch = Batch { $number }: { $lines }
run-batch = Run it with: exhibit batch run { $number }
batch-queries = queries
batch-names = names
batch-not-run = not run yet
batch-run = run { $run }: { NUMBER($found) } of { $lines } found
batch-run-new = { NUMBER($count) } with new results
batch-run-bad = { NUMBER($count) } unusable
batch-line-counts = { $documents }, { $pages }
batch-first = { $document } page { $page }: { $context }
batch-bad-line = line { $number }: { $text } { $reason }
export-batch = Full results: exhibit batch export { $number } -o hits.csv
batch-has-not-run = batch { $number } has not been run
hint-run-batch = run it first: exhibit batch run { $number }
tags-not-logged = Not in the log yet ({ $cause }); the next command that writes to the case logs it.
would-tag =
    { $count ->
        [one] would tag { $count } document
       *[other] would tag { $count } documents
    }
would-untag =
    { $count ->
        [one] would untag { $count } document
       *[other] would untag { $count } documents
    }
tagged =
    { $count ->
        [one] Tagged { $count } document: { $tag }
       *[other] Tagged { $count } documents: { $tag }
    }
untagged =
    { $count ->
        [one] Untagged { $count } document: { $tag }
       *[other] Untagged { $count } documents: { $tag }
    }

## Handing over: bag, quote

would-export = would export { $documents } and { $quotes }
bad-series = { $text } is not a valid series of page numbers
hint-bad-series = use a prefix of ASCII letters, digits, - and _ that does not end with a digit, such as ABC- or ABC-:500
unknown-receiver = unknown kind of receiver { $word }
hint-unknown-receiver = use one of { $words }
wrote-bag = Wrote { $path }: { $documents }, texts of { $pages }, { $pictures }, { $quotes }; { $files } ({ $bytes }). Recorded in log entry { $entry }.
bates-numbered = Pages are numbered { $first } to { $last }; load files are in data/loadfile.
no-image = No image of { $document } page { $page }: { $reason }
no-images-more = ... and { $count } more: --json lists them all
give-key = Give the receiver this key through another channel: { $key }
bag-exists = { $path } exists already
hint-bag-exists = choose a path that does not exist
nothing-chosen = nothing was chosen to be handed over
hint-nothing-chosen = choose with --documents, --query, --quote, --all-quotes or --all; see `exhibit bag export --help`
bag-no-bytes = { $document } was received without its bytes: it cannot be handed over
bag-not-read = no reading of { $document } is logged: its pages cannot be proved
hint-problems = `exhibit problem ls` shows why
picture-altered = the image of page { $page } of { $document } does not have its digest
bag-damaged = the received package is not as it was received
not-as-logged = the catalogue’s record of { $document } differs from log entry { $entry }
passage-absent = page { $page } of { $document } does not have this passage
hint-passage-differs = the nearest passage differs, [-typed-] [+on the page+]: { $text }
passage-place = { $number }: { $before }»{ $exact }«{ $after }
bad-seen = who compared has a name of 1 to 64 characters in one line, and a transcription is not empty
hint-passage-nearest = nearest text: { $text }
hint-passage-exact = the passage must match the text of the page, white space apart: `exhibit cat DOC --text --page N` prints the page
passage-ambiguous = page { $page } of { $document } has this passage { NUMBER($count) } times
hint-passage-ambiguous = choose one with --nth, or quote more text
no-such-quote = no quote { $name } in this case
hint-quotes = `exhibit quote ls` lists them
quote-broken = quote { $quote } is no longer valid
hint-quote-broken = `exhibit quote check` shows why; create it again, or leave it out
bag-changed = { $path } has changed since it was checked
hint-bag-changed = another program is writing to it: import a copy
no-such-bag = no package { $id } was imported into this case
hint-received = `exhibit bag received` lists the received packages
series-too-short = a series that starts at { $first } does not have enough digits for all pages
hint-series-too-short = give more digits: --bates PREFIX:000000001
not-a-recipient = { $text } is not a recipient: recipients begin with age1
no-identity = { $path } has no usable identity
not-unsealed = { $path } is not sealed to this identity or passphrase
hint-other-identity = try another --identity FILE, or --passphrase
hint-truncated-bag = it is truncated or altered: request it again
quote-length = a quote has 1 to { NUMBER($most) } characters
bad-anchor-name = { $name } cannot be such a name, or is given twice: use 1 to 32 lower-case letters, digits and hyphens
anchor-answered = { $name } has already answered for this state of the log
hint-anchor-answered = `exhibit log anchor ls` shows it; request another once the log has grown, or under another name
no-matching-request = no matching request ({ $kind })
hint-no-matching-request = `exhibit log anchor ls` lists the requests; does the reply belong to another case?
no-policy = the proof of a public log is checked against a policy, and none was given
hint-no-policy = pass the log's policy file with --policy
hint-anchor-refused = nothing was imported; `exhibit log anchor ls` lists the requests, and --ca takes the authorities you trust
not-a-bag = { $path } is neither a folder nor a file sealed with age
bag-is-sealed = { $path } is sealed
hint-open-sealed = open it with --identity FILE, --passphrase or --passphrase-file FILE
nothing-imported = nothing was imported
would-import = would import { $bytes }: the package is valid
key-not-checked = the key was not checked against one you know (--key): { $key }
bag-needs-space = the package needs { $needed }, but only { $free } are free
hint-free-space = free some space for the case
wrote-received = Wrote { $path }: { $files }, exactly as received.
import-interrupted = import interrupted: import it again
import-not-started = import interrupted before it started
received-from = { $source }, from log { $log }, log entry { $entry }
would-quote = would quote page { $page } of { $document }
quote-no-image = the quote has no image of its page: { $reason }
quote-place = { $document } p. { $page }
quotes-valid = { NUMBER($good) } of { $quotes } valid: the text of the page, as it was read, has the passage, and the log records it.
basis-file = text in the file
basis-machine = machine reading ({ $reader }; confidence { $confidence })
basis-not-compared = { $machine }, not compared with the picture
basis-compared = { $machine }, compared with the picture by { $by }, { $at }
basis-transcribed = transcription by { $by }, { $at }: “{ $text }”; in place of a { $machine }
quote-of-machine = a machine read this from a picture ({ $reader }): confidence { $confidence }, least { $least }
quote-doubtful =
    { $count ->
        [one] { $count } stretch has a confidence below { $sure }: { $doubtful }
       *[other] { $count } stretches have a confidence below { $sure }: { $doubtful }
    }
quote-not-compared = the quote is recorded as not compared with the picture: look at it (--picture FILE), then quote again with --compared, or with --transcription TEXT if it shows something else
quote-not-machine = the page has text of its own: nothing was read from a picture that could be compared
quote-invisible = part of the passage is text in the file that the page does not show, such as another program’s OCR
ask-compared = Did you compare it with the picture, and does it show “{ $exact }”
wrote-crop = Wrote the part of the picture with the passage to { $path }
no-crop = the picture of the page cannot be used
quote-valid = valid
quote-reread = read again
quote-superseded = superseded
quote-status-broken = broken
quote-page-gone = page gone
quote-not-logged = not logged
quote-unreadable = unreadable
quote-reread-detail = the page was read again, with the same text: create the quote again
quote-superseded-detail = it is of an earlier reading of the page, which is kept; the current reading does not have this text
quote-superseded-nearest = it is of an earlier reading of the page, which is kept; nearest text of the current reading: “{ $text }”
quote-broken-detail = the page no longer has this text
quote-broken-nearest = the page no longer has this text; nearest text: “{ $text }”
quote-page-gone-detail = its document or page no longer exists
quote-not-logged-detail = not recorded in the log: it was added or altered
quote-unreadable-detail = the file is not a quote

## Trust: verify, log

check-not-logged = This check is not logged: { $cause }
checked-case = Checked { $originals } ({ $bytes }), { $pages } and { $entries } against their digests.
checked-quotes = Checked { $quotes } against their pages and the log.
checked-access = Checked the access log, { $entries }.
log-keys = The log has used { NUMBER($count) } keys, each handed over to the next.
case-sealed-by-log-entry = The case is sealed by log entry { $entry }.
case-sealed-by-entry = The case is sealed by entry { $entry }.
differs = differs
leftover = leftover
place-and-fault = { $place }: { $fault }
all-good = Everything is as it was received and logged.
deviations-found =
    { $count ->
        [one] { $count } deviation found. Work from a good copy.
       *[other] { $count } deviations found. Work from a good copy.
    }
log-more = { $count } more: exhibit log ls --from { $from }
log-access-more = more: exhibit log ls --access --from { $from }
tags-pending =
    { $count ->
        [one] { $count } tag change is not in the log yet: the next command that writes to the case logs it
       *[other] { $count } tag changes are not in the log yet: the next command that writes to the case logs them
    }
not-a-checkpoint = { $path } is not a checkpoint: { $cause }
hint-not-a-checkpoint = a checkpoint is the file custody/checkpoint of a case, a bag or an exported log
checked-log = Checked { $entries }, every tile and the signature; the log has used { $keys }.
not-compared = Not compared with an earlier state: this machine knows none, and --against gave none.
compared-with-last = Compared with the last state that this machine saw.
compared-with = Compared with { $checkpoints }.
log-valid = The log is valid.
log-damaged = The log is damaged, but its entries are those that were signed.
log-not-valid = The log is not valid. Work from a good copy.
would-copy-log = would copy { $entries } to { $path }
path-exists = { $path } already exists
hint-path-exists = choose a folder that does not exist
copied-log = Copied { $entries } in { $files } to { $path }.
copy-stays-sealed = Sealed values stay sealed: the copy has no openings.
nothing-recorded = Nothing recorded yet.
hint-access-check = `exhibit log check --access` shows what is wrong
value-sealed = (sealed)
checked-access-log =
    { $opened ->
        [one] Checked { $entries } of the access log; { $opened } has its sealed values on record.
       *[other] Checked { $entries } of the access log; { $opened } have their sealed values on record.
    }
access-log-valid = The access log is valid.
access-log-not-valid = The access log is not valid.
key-current = current
key-retired = retired
key-retired-why = retired: { $reason }
key-elsewhere = not on this machine
key-locked = { $path }, locked by a passphrase
key-state = { $state }; { $place }
log-not-valid-keys = the log is not valid: `exhibit log check` shows why
would-rotate = would create a new signing key and hand over to it
rotated = { $key } signs from now on, as recorded in log entry { $entry }.
new-key-is = The new key is { $path }: keep a copy outside the case.
old-key-retired = The old key { $path } is retired: destroy it and its copies.
no-such-key = this log has no key { $key }
hint-keys = `exhibit log key ls` lists them
is-current-key = this is the current signing key
hint-is-current-key = `exhibit log key rotate --reason …` replaces and revokes it
would-revoke = would revoke { $key }
revoked = Recorded in log entry { $entry }: { $key } is { $reason }.
would-write-requests =
    { $count ->
        [one] would write { $count } request
       *[other] would write { $count } requests
    }
wrote-requests = Wrote { $requests } for the current state of the log ({ $entries }) to { $path }. README.txt there has instructions.
not-name-file = { $text } is not NAME=FILE
hint-not-name-file = FILE is the file with the witness's key
reply-too-large = { $path } is larger than { NUMBER($bytes) } bytes
hint-reply-too-large = a reply has a few thousand bytes: is this the right file?
hint-certificates = expected certificates in PEM or DER
would-import-reply = would check and import { $path }
imported-anchor = { $anchor }. Recorded in log entry { $entry }.
imported-anchor-again = { $anchor }. Recorded in log entry { $entry }. It was already imported.
anchor-no-authority = The time stamp is intact, but no authority was given to check it against: import it again with --ca, or keep the authority's certificate for those who check it later
anchor = { $name } ({ $kind }): the first { $entries } entries existed by { $by }, according to { $who }
anchor-logged = { $anchor } (log entry { $entry })
anchor-not-logged = { $anchor }; not recorded in the log: import it again
anchor-requested = { $name } ({ $kind }): requested for the first { $entries } entries, no reply yet
anchor-broken = { $name }, for the first { $entries } entries: { $reason }
anchor-is-valid = valid
anchor-is-not-logged = not logged
anchor-is-requested = requested
anchor-is-broken = broken

## Running: serve, man

not-served-rendered = pages are not rendered: { $cause }
reachable = this address is reachable from other machines: anyone with the link can read the case
link-again = Link for another browser: { $link }
tags-not-logged-served = Tags are not in the log yet ({ $cause }); the next command that writes to the case logs them.
address-in-use = { $address } is in use; taking another port
cannot-listen = cannot listen on { $address }: { $error }
hint-cannot-listen = choose another address: --listen 127.0.0.1:8090
serving = Serving { $name } on this machine. Open in a browser:
link-works-once = The link works once. Stop with Ctrl-C.
wrote-man = Wrote manual pages to { $path }.
