### The query language: errors, hints, and how a query was understood. Lower case, no full stop.

## Errors

at-character = { $error } (character { $position })
error-and-hint = { $error }; { $hint }

open-quote = a phrase is not closed
open-bracket = a bracket is not closed
extra-bracket = a closing bracket has no opening one
empty-quotes = there is nothing to search between the quotes
empty-brackets = there is nothing between the brackets
lonely-operator = { $sign } has nothing to work on
unknown-field = there is no field { $name }:
empty-field = { $field }: has no value
bad-value = { $field }: does not take “{ $value }”
unknown-word = there is no { $field }:{ $word }
unsupported = { $what } is not supported yet
nothing-to-search = “{ $text }” has no letter or digit to search
misplaced-star = the star in “{ $text }” is not at the end of a word
misplaced-tilde = the ~ in “{ $text }” does not follow a word or a phrase of words
bad-pattern = the pattern /{ $pattern }/ cannot be used
too-many-characters =
    { $most ->
        [one] the query has more than { $most } character
       *[other] the query has more than { $most } characters
    }
too-many-clauses =
    { $most ->
        [one] the query has more than { $most } clause
       *[other] the query has more than { $most } clauses
    }
too-many-brackets =
    { $most ->
        [one] the query has more than { $most } nested bracket
       *[other] the query has more than { $most } nested brackets
    }
line-not-utf8 = it is not UTF-8
line-too-long =
    { $most ->
        [one] it has more than { $most } character
       *[other] it has more than { $most } characters
    }
line-tags-unreadable = the tags of the case cannot be read
line-unknown-error = unknown error: { $code }

## What to write instead

hint-open-quote = close the phrase with another quotation mark
hint-open-bracket = add a closing bracket, or put text that has a bracket in quotes
hint-extra-bracket = remove it, or put text that has a bracket in quotes
hint-empty = put words between them, or remove them
hint-exact = write =word without a space, or remove the sign
hint-minus = write -word without a space, or remove the minus
hint-not = write NOT word; to search for the word itself, write "not"
hint-operator = write one { $sign } other; to search for the word itself, write "{ $word }"
hint-unknown-field = did you mean { $nearest }: ?
hint-field-as-text = to search for the text itself, put it in quotes: "{ $name }: …"
hint-empty-field = write { $field }:value without a space after the colon
hint-unknown-word = did you mean { $field }:{ $word } ?
hint-takes = { $field }: takes { $takes }
hint-nothing-to-search = remove it; signs are not searched
hint-star = write the beginning of a word, then the star: regist*
hint-tilde = write word~1 or word~2 for one word, "two words"~5 for words near each other
hint-pattern = it is matched against single words, so leave out ^, $ and \b, close each bracket, and keep repetitions small; to search for the text itself, put it in quotes: "/{ $pattern }/"
hint-too-much = for long lists of names, use a batch search

## What to do where a search is not supported

instead-ledger = files without pages are in the ledger: see the problems of the case
instead-tag-decisions = decisions on documents are not stored; use a tag of your own instead
instead-tag-notes = notes are not stored; use a tag of your own instead
instead-no-redaction = nothing can be redacted yet
instead-text-of-signed = signatures within files are not checked; search for the text of a signed page
instead-no-translation = there are no translations yet
instead-name-itself = names are not gathered into entities; search for the name itself, or for its sounds: pinyin:"Wang li"
instead-batch = there are no watch lists; search for many names at once with a batch
instead-quotes = there are no claims; quotes are listed by exhibit quote ls
instead-sheet-pages = tables are searched as the pages that they are; sheet: names a sheet

## Remarks on a query

lower-case-operator = “{ $word }” is searched as a word; write { $sign } in capitals if it is meant as an operator
slow-pattern = a pattern is slow: every word of the index is compared with it
encrypted-without-pages = what could not be opened has no pages to search; the ledger lists it

# A query without clauses; AND, OR and NOT are signs of the language and not translated.
everything = everything

## What each field takes

takes-filename = words of the file's name: filename:register
takes-path = words of the whole path, containers included: path:"drop 2"
takes-folder = a folder or container, and all below it: folder:"disk 2/notices"
takes-container = the number of a container, and all that it contains: container:EXH-000012
takes-extension = the ending of the file's name: ext:docx
takes-title = words of the document's title: title:bulletin
takes-from = words of a message's sender: from:office
takes-to = words of a message's recipients, copies included: to:county
takes-cc = words of those who got a copy, open or blind: cc:county
takes-sender = a sender's whole address: sender:office@baihe.example
takes-recipient = a recipient's whole address: recipient:county@baihe.example
takes-subject = words of a message's subject: subject:register
takes-thread = a message, by its document's number or its Message-ID, and all of its conversation: thread:EXH-000127
takes-type = pdf, word, sheet, slides, mail, image, text, html, csv, archive, audio, video, program … or a media type: type:pdf
takes-language = a language's tag, of Chinese, Uyghur, Russian, English …: lang:zh, lang:zh-Hant, lang:ug, lang:ru, lang:en
takes-date = a year, month, day or range: date:2017, date:2017-08..2017-10
takes-after = a year, month or day; what is dated later: after:2017-08
takes-before = a year, month or day; what is dated earlier: before:2017
takes-size = bytes of the file, with k, m or g: size:>1m, size:10k..20k
takes-pages = pages of the document: pages:>10, pages:1
takes-ocr = OCR's mean confidence from 0 to 1: ocr:<0.8
takes-id = a document's number: id:127 or id:EXH-000127
takes-hash = the SHA-256 of a file, or its first 8 digits or more: hash:9f86d081
takes-sheet = words of the name of a sheet: sheet:名单
takes-is = attached, duplicate, encrypted, failed, ocr, read, truncated or undated: is:truncated
takes-has = attachment, image, macro or ocr: has:attachment
takes-tag = a tag: tag:checked
takes-source = a source's name: source:drop-2
takes-pinyin = Chinese characters by their readings; a capital begins a surname: pinyin:"Wang liqiang", pinyin:qiang
takes-uyghur = Uyghur or Kazakh words in any alphabet: uyghur:shöhret
takes-written = dates and numbers in digits or Chinese numerals, however written: written:2017-08-23, written:第12条
takes-forms = an English or Russian word in its inflected forms: forms:factory
takes-text = words of the page, as without a field: text:(a OR b)
takes-sort = relevance, received, date, oldest or path: sort:date
