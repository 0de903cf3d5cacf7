### Reports of `exhibit-verify`.

result-good = GOOD: everything that was checked is in order.
result-bad =
    { $count ->
        [one] NOT GOOD: { $count } deviation. Do not rely on what is named below.
       *[other] NOT GOOD: { $count } deviations. Do not rely on what is named below.
    }

section-checked = Checked
section-proved = Proved
section-proved-but = Would be proved without the deviations below
section-quotes-file = Quotes of text in the file
section-quotes-machine = Quotes of a machine’s reading, NOT compared with the picture
section-quotes-compared = Quotes of a machine’s reading that a person compared with the picture
section-quotes-transcribed = Quotes in a person’s transcription
section-but = { $section }: only without the deviations below
section-not-proved = NOT proved
section-remarks = Remarks

count-more = and { NUMBER($count) } more: use --json to list all
count-deviations = Deviations: { NUMBER($count) }

checked-bag =
    { $files ->
        [one] { $files } file ({ NUMBER($bytes) } bytes), read and compared with the digest manifests
       *[other] { $files } files ({ NUMBER($bytes) } bytes), read and compared with the digest manifests
    }
checked-log = custody log { $log }, { $entries ->
        [one] { $entries } entry
       *[other] { $entries } entries
    }, root { $root }
checked-entries =
    { $entries ->
        [one] the log’s only entry, and every hash above it
       *[other] all { $entries } entries of the log, and every hash above them
    }
checked-quote = quote { $quote }, with the whole package that contains it
checked-stamp = { $stamp }, compared with { $data } (SHA-256 { $sha256 })

proved-intact = Nothing in the package was added, removed or changed since its manifests were written.
proved-key = The log is signed by the key that you provided: { $key }
proved-key-after = The log is signed by a successor of the key that you provided: { $key }
proved-witness = Witness { $witness } saw the log in this state at { $at }.
proved-export = The custody log recorded the handover of exactly this package, at { $at } by its keeper’s clock.
proved-original = { $document }: these are the bytes as received (SHA-256 { $sha256 }), at { $at } by the log keeper’s clock.
proved-name = { $document }: it was found under the name or path { $name }, as sealed in the log.
proved-pages =
    { $count ->
        [one] { $document }: the text of page { $pages } is what was read from the original with SHA-256 { $sha256 }.
       *[other] { $document }: the text of pages { $pages } is what was read from the original with SHA-256 { $sha256 }.
    }
proved-pictures =
    { $count ->
        [one] { $document }: the image of page { $pages } is what was rendered from the original with SHA-256 { $sha256 }.
       *[other] { $document }: the images of pages { $pages } are what was rendered from the original with SHA-256 { $sha256 }.
    }
proved-load-files = The load files, numbered from { $first }, agree with the proved records.
proved-quote-page = Quote { $quote } is in the text of page { NUMBER($page) } of { $document }, at the recorded place; that text was derived from the original with SHA-256 { $sha256 }.
quoted-file = Quote { $quote }, page { NUMBER($page) } of { $document }: the file has the text “{ $exact }”.
quoted-machine = Quote { $quote }, page { NUMBER($page) } of { $document }: a machine ({ $reader }; confidence { $confidence }, least { $least }) read “{ $exact }”. Nobody has compared it with the picture of the page.
quoted-compared = Quote { $quote }, page { NUMBER($page) } of { $document }: a machine ({ $reader }; confidence { $confidence }, least { $least }) read “{ $exact }”. { $by } stated, at { $at }, having compared it with the picture of the page.
quoted-transcribed = Quote { $quote }, page { NUMBER($page) } of { $document }: { $by } stated, at { $at }, that the picture of the page shows “{ $transcription }”. A machine ({ $reader }; confidence { $confidence }) read “{ $exact }” there.
proved-checkpoint = The key’s owner stated this size and root of the log.
proved-whole-log =
    { $entries ->
        [one] The only entry is present, and leads to the signed root.
       *[other] All { $entries } entries are present, in order, and lead to the signed root.
    }
proved-entry = The entry is number { NUMBER($entry) } of the log, byte for byte.
proved-time =
    { $entries ->
        [one] { $anchor }: the first entry of the log, and what it records, existed by { $by }, according to { $who }, which you trust.
       *[other] { $anchor }: the first { $entries } entries of the log, and what they record, existed by { $by }, according to { $who }, which you trust.
    }
proved-stamp = These bytes existed by { $by }: stamped by { $signer }, under an authority that you provided ({ $authority }).
proved-stamp-intact = The time stamp is intact and over these bytes; it states that they existed by { $by }, and is signed by { $signer }.
proved-answer = It answers the request next to it.
proved-logged = The digest of these bytes was logged by { $by }, in the public log { $log }.
proved-cosigned = Witness { $witness } saw the public log in this state at { $at }.

not-custody = Where the files come from and what was done to them: the package has no proofs, or they were not checked.
not-key = Whose key this is. Compare it with the key that you know from another channel, and pass it with --key: { $key }
not-time = That anything happened at the stated times: they are from the keeper’s clock, and no witness of yours confirms them.
not-authentic = That any document is authentic, or that its contents are true.
not-author = Who wrote a document, or who leaked it.
not-before = What was changed or removed before it was received.
not-elsewhere = That text read by a machine is what the page shows: look at the page itself.
not-fork = That the key’s owner showed everyone the same log: compare size and root with others who have seen it.
not-said = That what the entry states is true: it proves only that it was recorded, at this position.
not-entries = What is sealed in the entries, and that what they state is true.
not-trusted =
    { $entries ->
        [one] { $anchor }: that the first entry of the log existed by { $by }, as stated by { $who }. The statement is intact, but nothing that you provided says whether to trust it: pass the authority’s certificate with --anchors, the witness with --policy, or --sigsum-policy.
       *[other] { $anchor }: that the first { $entries } entries of the log existed by { $by }, as stated by { $who }. The statement is intact, but nothing that you provided says whether to trust it: pass the authority’s certificate with --anchors, the witness with --policy, or --sigsum-policy.
    }
not-authority = Who { $signer } is: pass the certificate of an authority that you trust with --anchors.
not-policy = That the public log and its witnesses can be trusted: the policy used is the one that came with the proof. Pass your own with --sigsum-policy.
not-earlier = When anything happened, beyond that: what is covered existed at the stated moments, and may have been written long before.
not-revoked = That the clocks of those who state it were right, that their keys were not stolen, or that their certificates were not revoked.
not-stamped = That the stamped contents are true, or whose they are.

fault-not-a-file = is a link, device or another thing that is not a file
fault-hard-link = has a second name, through which it can be changed: copy the package
fault-empty-folder = is an empty folder, which no manifest can list
fault-unsafe-name = has a name that is not safe on every system
fault-looks-alike = can be mistaken for another file
fault-unreadable = cannot be read
fault-changed = changed while the package was checked
fault-declaration = lacks the declaration that every bag must have
fault-no-manifest = no SHA-256 or SHA-512 manifest that can be checked
fault-manifest-line = is not a digest and a path
fault-manifest-path = lists a path that it must not list
fault-repeated = lists a file twice
fault-missing = is missing
fault-unlisted = was added: no manifest lists it
fault-altered = was changed: its digest is not the one listed
fault-oxum = states a size that differs from that of the files
fault-info = is malformed
fault-bag-version = has another version than this program knows
fault-help = is not the text that this version of packages has
fault-fetch = requests files to be fetched from elsewhere, which is refused
fault-no-custody = no custody proofs: nothing shows where the files come from
fault-key = the log’s key cannot be relied on
fault-origin = is not the name of a custody log
fault-key-revoked = the log revoked the key that signs it
fault-checkpoint = the log’s size and root are not properly signed
fault-checkpoint-lines = has lines or signatures that do not belong to it
fault-policy = the required witnesses have not signed
fault-entry = is not a log entry
fault-entry-version = has another version than log entries have
fault-entry-members = does not have exactly the members of a log entry
fault-entry-number = states another number than its place in the log
fault-entry-time = states a time in another form
fault-entry-actor = names its actor in another form
fault-entry-tool = names its program in another form
fault-entry-act = records an act that this log does not have
fault-entry-reference = has a reference in another form
fault-entry-object = refers to things that its act is not about
fault-entry-facts = states other facts than its act has
fault-entry-sealed = keeps other values sealed than its act has
fault-entry-first = a case is opened by the first entry of its log, and by no other
fault-after-seal = follows the entry that seals the case
fault-entry-spare = is a log entry that nothing here needs
fault-proof = is not proved to be in the log
fault-export = is not what the log recorded as handed over
fault-export-count = states other numbers than what is here
fault-record = is not a document record
fault-document-number = does not have the number of its item in this case
fault-receipt = the log does not prove that this document was received
fault-container = is not shown in the container that it was received in
fault-size = does not have the recorded size
fault-reading = the log does not prove that this document was read
fault-superseded = was read again later: this reading is no longer valid
fault-part = is not proved to be part of the document
fault-part-order = does not have its parts in their order
fault-content = does not match its proof
fault-opening = does not open what the log keeps sealed
fault-unproved = unexpected file: nothing proves it
fault-quote = is not a well-formed quote
fault-quote-text = the page does not contain the quoted text
fault-quote-log = the log did not record this quote
fault-quote-item = is of another document or reading than it states
fault-load-file = does not agree with the proved records
fault-time = does not show when the log was in this state
fault-time-log = is not what the log recorded about it
