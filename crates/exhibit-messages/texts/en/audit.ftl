### What the checks of a case find. Places and faults are shown as `place: fault`.

# A name as it is.
place-name = { $name }
place-page = { $document } page { NUMBER($page, useGrouping: "false") }, { $pack } at byte { NUMBER($offset, useGrouping: "false") }
place-picture = { $document } page { NUMBER($page, useGrouping: "false") }, its cited picture
place-source = source { $source }
place-tag-change = { $file }, change { NUMBER($number, useGrouping: "false") }

# A fault with what the system reports of it.
with-detail = { $fault }: { $detail }

unreadable = it cannot be read
case-unreadable = the case cannot be opened
log-cut-back = it has { NUMBER($present, useGrouping: "false") } entries, but the catalogue knows of { NUMBER($expected, useGrouping: "false") }: it was cut back
setting-differs = its `{ $setting }` differs from what the log records of the case’s opening
access-setting-pending = its `access` is being changed: an interrupted `exhibit case access` logged it; the next command that writes to the case completes it
access-setting-differs = its `access` differs from what the log records; `exhibit case access` changes both
catalogue-damaged = its structure is damaged
page-text-differs = its text differs from the digest in the catalogue
page-unreadable = the page record cannot be read
picture-missing = the picture is missing
picture-unreadable = the picture cannot be read
bytes-altered = its bytes were altered: their SHA-256 is { $sha256 }
tag-count-differs = it counts { NUMBER($counted, useGrouping: "false") } changes of tags as logged, but the log records { NUMBER($logged, useGrouping: "false") }
tag-change-differs = it differs from log entry { NUMBER($entry, useGrouping: "false") }, which records it: it was altered
tag-document-missing = it names document { $document }, which the ledger does not have
tag-change-missing = log entry { NUMBER($entry, useGrouping: "false") } records a change that is missing
tags-pending =
    { $count ->
        [one] { $count } change is not logged yet: the next command that signs logs it
       *[other] { $count } changes are not logged yet: the next command that signs logs them
    }
tag-lines-incomplete =
    { $count ->
        [one] { $count } line was left incomplete by a killed process
       *[other] { $count } lines were left incomplete by a killed process
    }
index-altered = its bytes were altered; `exhibit case repair --index` rebuilds the index
index-leftover = left by an interrupted rebuild of the index; the next rebuild replaces it
original-missing = the original is missing
original-unreadable = the original cannot be read
original-not-in-ledger = the log names it, but no row of the ledger does
original-unreferenced = no item refers to it
unexpected-file = unexpected file
receipt-differs = the log has no entry of its receipt, or another one
receipt-from-differs = log entry { NUMBER($entry, useGrouping: "false") } records another container or source
receipt-relation-differs = log entry { NUMBER($entry, useGrouping: "false") } records another relation to its container
receipt-content-differs = log entry { NUMBER($entry, useGrouping: "false") } records another content
receipt-size-differs = log entry { NUMBER($entry, useGrouping: "false") } records another size
receipt-state-differs = log entry { NUMBER($entry, useGrouping: "false") } records another state
path-differs = its path is not the one recorded at its receipt
reason-differs = its reason is not the one recorded at its receipt
sealed-value-unopened = what log entry { NUMBER($entry, useGrouping: "false") } keeps sealed as `{ $field }` does not open
reading-differs = the last reading that the log records is not the one that the ledger names
reading-result-differs = the result of reading it differs from log entry { NUMBER($entry, useGrouping: "false") }
pages-differ = its pages differ from those that log entry { NUMBER($entry, useGrouping: "false") } records
duplicate-differs = the log and the ledger differ in which item it repeats
reading-not-logged = it is { $state }, but the log records no reading of it
row-missing = log entry { NUMBER($entry, useGrouping: "false") } records its receipt, but the ledger does not have it
source-differs = the log and the ledger do not agree that it exists
sealed-with-pending-entries =
    { $count ->
        [one] the case is sealed, but { $count } entry waits to be appended to its log
       *[other] the case is sealed, but { $count } entries wait to be appended to its log
    }
sealed-with-waiting-items =
    { $count ->
        [one] the case is sealed, but { $count } item waits to be read
       *[other] the case is sealed, but { $count } items wait to be read
    }
bag-incomplete = it was not imported completely; `exhibit bag import` resumes
anchor-not-logged = no log entry records it; import it again
quote-not-logged = the log does not record this quote: it was added or altered
quote-ahead = it was written, but its log entry was not
quote-broken = its page does not have the passage any more; `exhibit quote check` shows the nearest text
quote-page-missing = its document or page does not exist any more
not-a-quote = it is not a quote
quote-missing = log entry { NUMBER($entry, useGrouping: "false") } records it, but it is missing
access-log-missing = its log is missing, but what it recorded is there

# A fault of a log or an anchor, as the checker of logs reports it.
reported = { $text }
