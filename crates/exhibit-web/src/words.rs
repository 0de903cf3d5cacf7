//! Every word that the interface says, in one place, so that another language is one more value of [`Words`] and the
//! compiler names what is missing.

use crate::direction::Direction;
use crate::pages::document::panels::TreeKind;
use exhibit_model::{MarkKind, NoteKind, State};

/// A word for one and for several; `{n}` stands for the number.
#[derive(Clone, Copy, Debug)]
pub struct Plural {
    one: &'static str,
    many: &'static str,
}

impl Plural {
    /// The words for `n` things.
    #[must_use]
    pub fn of(&self, n: u64) -> String {
        let form = if n == 1 { self.one } else { self.many };
        form.replace("{n}", &grouped(n))
    }
}

/// A message that takes a whole page.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    /// For the window's title.
    pub title: &'static str,
    /// What happened.
    pub what: &'static str,
    /// What is safe.
    pub safe: &'static str,
    /// What to do.
    pub next: &'static str,
    /// Whether nothing may be concluded or quoted until this is cleared up.
    pub stop: bool,
}

/// Puts values in the places named in braces.
#[must_use]
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        filled.push_str(before);
        filled.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $kind:ty = $english:expr;)*) => {
        /// The words of one language.
        #[derive(Debug)]
        pub struct Words {
            $($(#[$doc])* #[expect(missing_docs, reason = "a word's name and its English say it")] pub $name: $kind,)*
        }

        /// English.
        pub static ENGLISH: Words = Words { $($name: $english,)* };
    };
}

const fn plural(one: &'static str, many: &'static str) -> Plural {
    Plural { one, many }
}

type Text = &'static str;

words! {
    lang: Text = "en";
    dir: Direction = Direction::Ltr;

    // the frame
    skip: Text = "Skip to content";
    sections: Text = "Sections of the case";
    overview: Text = "Overview";
    search: Text = "Search";
    items: Text = "Items";
    problems: Text = "Problems";
    log: Text = "Custody log";
    offline: Text = "Offline";
    online: Text = "Reachable from other machines";
    keys: Text = "Keys";
    keys_need_script: Text = "Each key presses a link or button that is on the page. They need JavaScript; nothing else does.";
    keys_on: Text = "Turn keys on";
    keys_off: Text = "Turn keys off";
    leave: Text = "End this session";
    leave_note: Text = "Pages stay closed until the address is opened again.";
    pages_of_list: Text = "Parts of the list";
    earlier_rows: Text = "Previous";
    first_rows: Text = "Back to the beginning";
    later_rows: Text = "Next";

    // keys
    key_search: Text = "Go to the search box";
    key_row_down: Text = "Next row";
    key_row_up: Text = "Previous row";
    key_next_hit: Text = "Next hit";
    key_previous_hit: Text = "Previous hit";
    key_next: Text = "Next result, entry or part of a list";
    key_previous: Text = "Previous result, entry or part of a list";
    key_zoom: Text = "The picture of the page alone";
    key_help: Text = "This list";

    // search
    query: Text = "Search in all pages";
    search_button: Text = "Search";
    search_blank: Text = "Type words, names or numbers in any script. Every page of every document is searched.";
    read_as: Text = "Read as";
    without_widening: Text = "without";
    help: Text = "How to ask";
    help_begin: Text = "Words side by side are all wanted, in any order, on one page. Every search says above its results how it was read.";
    help_parts: &'static [(&'static str, &'static str)] = &[
        ("Other writings", "Simplified and traditional characters, Arabic presentation forms, accents, digits of any script are always one. Readings of Chinese names, other alphabets of Uyghur and Kazakh, and numbers in Chinese digits are added where the case has them, and named beside “Read as”; an = before a word leaves it as it is written."),
        ("Filters", "Each choice beside the results becomes part of the query, where it can be changed. Values ticked in one filter are alternatives; − leaves one out. Counts of a filter are as if nothing else were ticked in it. Folders are gone into by their names."),
        ("Copies", "Files with the same bytes are one result; its other places are folded under it."),
        ("What is not searched", "Encrypted, damaged and unknown files are kept whole but have no text: they are under Problems. Pages that wait for OCR are counted on the overview."),
    ];
    operators: Text = "Operators";
    operators_note: Text = "Full-width （：）“” mean the same as the narrow ones. A run of Chinese characters is read as a phrase.";
    operator_list: &'static [(&'static str, &'static str)] = &[
        ("one two", "pages with both words"),
        ("\"one two\"", "the words one after the other"),
        ("one OR two", "pages with either; OR in capitals"),
        ("-word", "pages without the word"),
        ("(one OR two) three", "brackets group"),
        ("=word", "the word as it is written, without other writings"),
        ("destr*", "words that begin so"),
        ("word~1", "words that differ by one letter; ~2 by two"),
        ("\"one two\"~5", "the words near each other, at most five words between"),
        ("/regist(er|ry)/", "words of this pattern; slow"),
    ];
    fields: Text = "Fields";
    documents: Plural = plural("{n} document", "{n} documents");
    pages_found: Plural = plural("{n} page found", "{n} pages found");
    hits: Plural = plural("{n} hit", "{n} hits");
    copies_folded: Plural = plural("{n} copy", "{n} copies");
    searchable_now: Text = "Searchable now: {now} of about {of} pages";
    save_search: Text = "Save this search";
    saved_name: Text = "Name";
    save: Text = "Save";
    recent: Text = "Searched lately";
    recent_note: Text = "Kept for you alone, in the case, and in nothing that is exported.";
    recent_off: Text = "Searches are not remembered.";
    recent_turn_off: Text = "Turn off and forget";
    recent_turn_on: Text = "Remember searches";
    recent_clear: Text = "Forget these";
    query_word: Text = "Query";
    exact_word: Text = "only as written";
    also_at: Text = "also at";
    shares: Text = "Shares";
    all_copies: Text = "all copies";
    filters: Text = "Filters";
    apply: Text = "Apply";
    clear: Text = "Clear";
    by_year: Text = "Pages by year";
    by_month: Text = "Pages by month";
    rows: Text = "Rows";
    by_page: Text = "pages";
    by_document: Text = "documents";
    choose: Text = "Only {value}";
    more_values: Plural = plural("and {n} more", "and {n} more");
    all_folders: Text = "all folders";
    leave_out: Text = "Leave out {value}";
    take_in: Text = "No longer leave out {value}";
    undated: Text = "undated";
    facet_type: Text = "Type";
    facet_language: Text = "Language";
    facet_state: Text = "State";
    facet_ending: Text = "Ending of the name";
    facet_folder: Text = "Folder";
    facet_container: Text = "Container";
    facet_sender: Text = "Sender";
    facet_recipient: Text = "Recipient";
    facet_tag: Text = "Tag";
    facet_confidence: Text = "Confidence of OCR";
    no_language: Text = "undetermined";
    nothing_found: Text = "No page has this.";
    try_this: Text = "What else to try:";
    disguised_name: Text = "Disguised name";
    query_unreadable: Text = "This query cannot be read:";
    nothing_searched: Text = "Nothing was searched, so that no other question is answered in its place.";
    instead: Text = "Instead:";
    marked: Text = "marked";
    sort: Text = "Sort";
    by_relevance: Text = "relevance";
    by_newest: Text = "newest";
    by_oldest: Text = "oldest";
    by_receipt: Text = "received";
    by_path: Text = "path";
    changed_on: Text = "changed {date}";
    only_this: Text = "only {term}";
    without_part: Text = "without {part}";
    at_any_date: Text = "at any date, without {part}";
    with_variants: Text = "with other writings of the words";
    spelled_otherwise: Text = "with {part} spelled otherwise";
    anywhere_in_paths: Text = "anywhere in paths, for {part}";
    in_file_names: Text = "look in file names";
    not_searched: Plural = plural("{n} item could not be read: see problems", "{n} items could not be read: see problems");
    ocr: Text = "OCR";

    // words that tell
    telling_words: Text = "Telling words";
    telling_note: Text = "Words that stand on more of the pages found than in the rest of the case, by the log-likelihood ratio of their counts (Dunning, 1993). They are words of documents, not findings about anyone.";
    telling_read: Text = "{read} of the {total} pages found were read for this.";
    no_telling_words: Text = "No word stands out.";
    word_column: Text = "Word";
    pages_here_column: Text = "Pages here";
    pages_in_case_column: Text = "Pages in the case";
    measure_column: Text = "Measure";
    more_like: Text = "More like";
    more_like_this: Text = "More like this";
    more_like_page: Text = "More like this page";
    more_like_note: Text = "Documents that share its telling words, those that share most first. Each says what it shares.";
    its_words: Text = "Its telling words";
    alike: Text = "Documents that share them";
    nothing_alike: Text = "No other document shares them.";

    // saved searches, batches, tags
    saved: Text = "Saved";
    saved_note: Text = "Searches kept under a name, with what is new since each was last marked as seen.";
    nothing_saved: Text = "No search is saved. A link above the results of every search saves it.";
    saved_run: Text = "Open, and mark as seen";
    forget: Text = "Forget";
    new_word: Text = "New";
    new_since: Plural = plural("{n} new", "{n} new");
    since: Text = "since {when}";
    batches: Text = "Batches";
    batches_note: Text = "Lists of names or queries, asked of every page at once and again later.";
    no_batches: Text = "There is no batch yet. To begin: paste names below, or send a file.";
    new_batch: Text = "New batch";
    batch_name: Text = "What to call it";
    batch_paste: Text = "Names, one a line";
    batch_file: Text = "Or a file: a name a line, or a table (CSV)";
    batch_queries: Text = "Each line is a query, with operators";
    batch_exact: Text = "Find words only as they are written";
    batch_column: Text = "Column of the table, from 1 (a file named .csv: the first)";
    batch_limits: Text = "At most 1,000,000 lines and 64 MB; longer lists with exhibit batch new. A line that cannot be used stops nothing: it is listed with its number.";
    batch_keep: Text = "Keep";
    batch_empty: Text = "the list is empty";
    batch_unread: Text = "the form is longer than 64 MB, or was cut off";
    batch_unnamed: Text = "pasted list";
    of_names: Text = "names";
    of_queries: Text = "queries";
    made_on: Text = "made {when}";
    not_run: Text = "Not run yet.";
    run_it: Text = "Run";
    run_again: Text = "Run again";
    run_note: Text = "Running reads every page; the case can be searched meanwhile.";
    running_for: Text = "Running for {seconds} s.";
    running_at: Text = "{done} of {of} pages and queries done.";
    reload: Text = "Reload";
    run_failed: Text = "The last run ended early; nothing of it was kept.";
    run_on: Text = "run {run}, {when}";
    lines_found: Text = "{found} of {lines} lines found";
    lines_new: Plural = plural("{n} with something new", "{n} with something new");
    lines_bad: Plural = plural("{n} not usable", "{n} not usable");
    lines: Text = "Lines";
    lines_best: Text = "most documents";
    lines_all: Text = "all, in order";
    lines_new_word: Text = "something new";
    lines_zero: Text = "nothing found";
    lines_bad_word: Text = "not usable";
    as_file: Text = "These lines as a file";
    no_lines: Text = "No line is like this.";
    line_column: Text = "Line";
    name_or_query: Text = "Name or query";
    documents_column: Text = "Documents";
    new_column: Text = "New pages";
    first_hit: Text = "First hit";
    tags: Text = "Tags";
    new_tag: Text = "New tag";
    add_tag: Text = "Add";
    undo: Text = "Undo";
    tag_on: Text = "“{name}” is a tag of this document now.";
    tag_off: Text = "“{name}” was taken off.";
    search_saved: Text = "“{name}” is saved.";
    search_forgotten: Text = "“{name}” was forgotten.";
    to_filters: Text = "Skip to the filters";
    to_results: Text = "Back to the results";
    conversation: Text = "The conversation that it belongs to";
    take_tag_off: Text = "Take off {tag}";

    // a document
    back_to_results: Text = "Results";
    steps: Text = "Hits and documents";
    hit_of: Text = "Hit {n} of {of}";
    result_of: Text = "Result {n} of {of}";
    previous_hit: Text = "‹ Hit";
    next_hit: Text = "Hit ›";
    previous_result: Text = "‹ Result";
    next_result: Text = "Result ›";
    page_n_of: Text = "Page {n} of {of}";
    previous_page: Text = "previous";
    next_page: Text = "next";
    go_to_page: Text = "Go to page";
    go: Text = "Go";
    zoom: Text = "picture alone";
    picture_of_page: Text = "Picture of the page. Where it does not appear, the link to the picture alone says why.";
    no_painter: Text = "Pictures are not painted here: nothing that can do it safely was started. The text is all there is.";
    no_picture_kind: Text = "Pages of this kind have no picture of their own. The text is all there is.";
    hit_n: Text = "Hit {n}";
    hit_n_part: Text = "Hit {n}, part {part} of {parts}";
    text: Text = "Text";
    text_from_file: Text = "as in the file";
    text_from_layer: Text = "text layer under the picture, written by whoever made the file";
    paragraph_n: Text = "Paragraph {n}";
    no_text_on_page: Text = "No text on this page.";
    part_of_page: Text = "Characters {from} to {to} of {of} on this page.";
    earlier_part: Text = "earlier";
    later_part: Text = "later";
    members_below: Plural = plural("It holds {n} member, listed under Found in.", "It holds {n} members, listed under Found in.");
    all_members: Plural = plural("The one member", "All {n} members");

    // beside a document
    facts: Text = "Facts about the file";
    found_in: Text = "Found in";
    custody: Text = "Custody";
    size: Text = "Size";
    bytes: Plural = plural("{n} byte", "{n} bytes");
    media_type: Text = "Kind by content";
    received: Text = "Received";
    modified: Text = "Last changed";
    source: Text = "Source";
    path: Text = "Path";
    log_entry: Text = "Log entry";
    copies: Text = "Copies";
    same_bytes: Text = "same bytes";
    metadata: Text = "Metadata";
    metadata_note: Text = "What the file says of itself. Anyone can write anything here.";
    notes: Text = "Notes on reading";

    // overview, items, problems
    nothing_taken_in: Text = "Nothing has been taken in yet. To begin:";
    files_and_members: Text = "files and members";
    originals: Text = "originals";
    pages_read: Text = "pages read";
    pages_searchable: Text = "pages searchable";
    pages_waiting_for_ocr: Text = "pages waiting for OCR";
    pages_by_ocr: Text = "of them read by OCR";
    pages_ocr_failed: Text = "pages that OCR could not read";
    account: Text = "Account";
    found: Text = "found";
    account_broken: Text = "The account does not add up.";
    account_gap: Text = "{found} met, {listed} listed";
    account_advice: Text = "The originals are safe. Take in again to go on; if this stays, report it.";
    the_source: Text = "a source";
    account_complete: Text = "Every file and every member has one final state. Nothing is missing.";
    still_reading: Plural = plural("{n} item is still waiting to be read.", "{n} items are still waiting to be read.");
    by_state: Text = "By state";
    by_kind: Text = "By kind";
    by_language: Text = "By language";
    sources: Plural = plural("{n} source", "{n} sources");
    all: Text = "all";
    members_of: Text = "Members of";
    items_in_list: Plural = plural("{n} item", "{n} items");
    no_items: Text = "No item is like this.";
    number_column: Text = "Number";
    name: Text = "Name";
    kind_column: Text = "Kind";
    state_column: Text = "State";
    pages_column: Text = "Pages";
    no_problems: Text = "No problems.";
    no_problems_checked: Plural = plural(
        "{n} item was looked at for locks, damage, unknown kinds and limits reached.",
        "{n} items were looked at for locks, damage, unknown kinds and limits reached.");
    problems_safe: Text = "These items are kept whole as originals. What could not be read of them is not searched.";
    problems_cut: Text = "Only the first {n} are grouped here; the list of items has all.";
    show_all: Plural = plural("Show it", "Show all {n}");

    // the log
    log_explained: Text = "Every act on the case, in order. Entries are only ever added, and each checkpoint signs all entries before it.";
    log_entries: Plural = plural("{n} entry", "{n} entries");
    log_waiting: Plural = plural(
        "{n} change of tags waits for its entry: the next command that signs makes it.",
        "{n} changes of tags wait for their entries: the next command that signs makes them.",
    );
    entry: Text = "Entry";
    about: Text = "About";
    entry_of: Text = "Entries are numbered from 0; the last is {last}.";
    earlier_entry: Text = "Earlier entry";
    later_entry: Text = "Later entry";
    canonical: Text = "The entry as it is hashed";
    canonical_explained: Text = "Exactly these bytes are a leaf of the log.";
    leaf_hash: Text = "Leaf hash";
    openings: Text = "What its commitments stand for";
    openings_explained: Text = "Kept in the catalogue, not in the log: a copy of the log shows none of it.";
    proof: Text = "Proof that the entry is in the log";
    older_entries: Text = "Older entries";
    checkpoint: Text = "Checkpoint";
    checkpoint_explained: Text = "Signed over the whole log. Keep a copy elsewhere: it shows any later change.";

    // messages
    altered: Message = Message {
        title: "Evidence does not match",
        what: "These bytes are not the bytes that were received.",
        safe: "The custody log still says what they were. Nothing of this document may be quoted from this copy of the case.",
        next: "Stop exhibit serve, run exhibit verify, and go back to the last copy of the case that verifies.",
        stop: true,
    };
    not_there: Message = Message {
        title: "Not there",
        what: "There is nothing at this address.",
        safe: "Nothing was changed.",
        next: "Look for it by its number or a word in it.",
        stop: false,
    };
    not_painted: Message = Message {
        title: "No picture",
        what: "There is no picture of this page.",
        safe: "The original is untouched, and the page's text is shown as it was read.",
        next: "Go back to the document.",
        stop: false,
    };
    closed: Message = Message {
        title: "Closed",
        what: "This case is closed to this browser.",
        safe: "Nothing was shown or changed.",
        next: "Open the address that exhibit serve printed. It works once; after that it prints a new one.",
        stop: false,
    };
    left: Message = Message {
        title: "Session ended",
        what: "The session has ended.",
        safe: "The case itself stays served until exhibit serve is stopped.",
        next: "To come back, open the new address that exhibit serve printed.",
        stop: false,
    };
    refused: Message = Message {
        title: "Refused",
        what: "This request was refused: it came by another name or from another site.",
        safe: "Nothing was shown or changed.",
        next: "Open the address that exhibit serve printed.",
        stop: false,
    };
    unusable: Message = Message {
        title: "Not usable",
        what: "What was sent cannot be used.",
        safe: "Nothing was changed.",
        next: "Go back, change it, and send it again.",
        stop: false,
    };
    wrong_method: Message = Message {
        title: "Refused",
        what: "This address cannot be used that way.",
        safe: "Nothing was changed.",
        next: "Go back and use the page's own links.",
        stop: false,
    };
    unrecorded: Message = Message {
        title: "Not recorded",
        what: "This page cannot be shown: the access log cannot be written.",
        safe: "Nothing was shown. The originals and the custody log are untouched.",
        next: "Remove the cause and reload the page. Access recording is configured with exhibit case access.",
        stop: false,
    };
    failed: Message = Message {
        title: "Failed",
        what: "The case could not answer.",
        safe: "The originals and the log are untouched by looking at them.",
        next: "Reload the page. If it fails again, stop exhibit serve and run exhibit verify.",
        stop: false,
    };
}

impl Words {
    /// A number with its digits in groups.
    #[must_use]
    pub fn number(&self, n: u64) -> String {
        grouped(n)
    }

    /// A size, such as `4.2 MB` (powers of ten).
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    pub fn bytes_short(&self, n: u64) -> String {
        let steps = [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "KB")];
        match steps.into_iter().find(|(step, _)| n >= *step) {
            Some((step, unit)) => format!("{:.1} {unit}", n as f64 / step as f64),
            None => self.bytes.of(n),
        }
    }

    /// OCR and how sure it was.
    #[must_use]
    pub fn ocr_confidence(&self, confidence: f32) -> String {
        if confidence.is_finite() { format!("{} {confidence:.2}", self.ocr) } else { self.ocr.to_owned() }
    }

    /// A page among the pages of its document, in a row.
    #[must_use]
    pub fn page_of(&self, page: u32, of: u32) -> String {
        if of == 1 { "1 p".to_owned() } else { format!("page {page} of {of}") }
    }

    /// A page, where the number is the link.
    #[must_use]
    pub fn page_short(&self, page: u32) -> String {
        format!("page {page}")
    }

    /// What became of an item.
    #[must_use]
    pub fn state(&self, state: State) -> &'static str {
        state.word()
    }

    /// What a user can do about a problem.
    #[must_use]
    pub fn what_to_do(&self, state: State) -> &'static str {
        match state {
            State::Encrypted => "A password is needed. Give known passwords when taking in again.",
            State::Unsupported => "This kind is not read. The file itself can be written out with exhibit cat.",
            State::Failed => "The file is damaged or its reader gave up. What could be read before that is searched.",
            State::Truncated => "Read up to the limit named. What lies beyond is not searched.",
            State::Waiting | State::Read | State::Empty | State::Duplicate => "",
        }
    }

    /// Why a document shows no page.
    #[must_use]
    pub fn no_pages(&self, state: State) -> &'static str {
        match state {
            State::Waiting => "This file has not been read yet. Reload the page later.",
            State::Read => "This file has no pages of its own.",
            State::Empty => "This file is empty.",
            State::Duplicate => "The same bytes were received before; see Copies.",
            State::Encrypted => "This file is locked. Its original is kept; nothing in it could be read.",
            State::Unsupported => "Files of this kind are not read. The original is kept.",
            State::Failed => "This file could not be read. The original is kept.",
            State::Truncated => "No page of this file was read before a limit was reached. The original is kept.",
        }
    }

    /// The label of text that is not plain visible text.
    #[must_use]
    pub fn mark(&self, kind: MarkKind) -> &'static str {
        match kind {
            MarkKind::Invisible => "not painted",
            MarkKind::Annotation => "annotation",
            MarkKind::FormValue => "form field",
            MarkKind::Deleted => "deleted",
            MarkKind::Hidden => "hidden",
            MarkKind::Furniture => "header or footer",
            MarkKind::Notes => "note",
            MarkKind::Header => "header",
        }
    }

    /// What sort of thing a note is about.
    #[must_use]
    pub fn note_kind(&self, kind: NoteKind) -> &'static str {
        match kind {
            NoteKind::Partial => "partly read",
            NoteKind::Limit => "limit reached",
            NoteKind::Suspicious => "suspicious",
            NoteKind::Remark => "remark",
        }
    }

    /// What a line of the tree is.
    #[must_use]
    pub fn tree_kind(&self, kind: TreeKind) -> &'static str {
        match kind {
            TreeKind::Source => "source",
            TreeKind::Folder => "folder",
            TreeKind::Container => "container",
            TreeKind::This => "this document",
            TreeKind::Member => "member",
        }
    }

    /// The name of a language by its tag; unknown tags as they are.
    #[must_use]
    pub fn language_of(&self, tag: &str) -> String {
        let name = match tag {
            "und" | "" => "language undetermined",
            "zh" => "Chinese",
            "zh-Hans" => "Chinese, simplified",
            "zh-Hant" => "Chinese, traditional",
            "ug" | "ug-Arab" => "Uyghur",
            "ug-Latn" => "Uyghur, Latin letters",
            "ug-Cyrl" => "Uyghur, Cyrillic letters",
            "kk" | "kk-Cyrl" => "Kazakh",
            "kk-Arab" => "Kazakh, Arabic letters",
            "ky" => "Kyrgyz",
            "bo" => "Tibetan",
            "mn" | "mn-Mong" | "mn-Cyrl" => "Mongolian",
            "en" => "English",
            "ru" => "Russian",
            "ar" => "Arabic",
            "fa" => "Persian",
            "tr" => "Turkish",
            "uz" => "Uzbek",
            "ja" => "Japanese",
            "ko" => "Korean",
            "de" => "German",
            "fr" => "French",
            "es" => "Spanish",
            _ => return exhibit_model::shown(tag),
        };
        name.to_owned()
    }

    /// The word for a kind of file by its media type.
    #[must_use]
    pub fn kind(&self, media_type: &str) -> &'static str {
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        match media_type {
            "" => "",
            "application/pdf" => "PDF",
            "message/rfc822" | "application/vnd.ms-outlook" => "E-mail",
            "application/mbox" => "Mailbox",
            "text/plain" => "Text",
            "text/csv" | "text/tab-separated-values" => "Table",
            "text/html" | "application/xhtml+xml" => "Web page",
            "text/markdown" => "Markdown",
            "application/zip"
            | "application/x-tar"
            | "application/gzip"
            | "application/x-7z-compressed"
            | "application/vnd.rar"
            | "application/x-rar-compressed"
            | "application/x-bzip2"
            | "application/x-xz"
            | "application/zstd" => "Archive",
            "application/rtf" | "text/rtf" | "application/msword" | "application/vnd.oasis.opendocument.text" => "Word",
            "application/vnd.ms-excel" | "application/vnd.oasis.opendocument.spreadsheet" => "Spreadsheet",
            "application/vnd.ms-powerpoint" | "application/vnd.oasis.opendocument.presentation" => "Slides",
            "application/octet-stream" => "Unknown kind",
            "application/vnd.microsoft.portable-executable" | "application/x-msdownload" => "Windows program",
            _ if media_type.starts_with("application/vnd.openxmlformats-officedocument.wordprocessingml") => "Word",
            _ if media_type.starts_with("application/vnd.openxmlformats-officedocument.spreadsheetml") => "Spreadsheet",
            _ if media_type.starts_with("application/vnd.openxmlformats-officedocument.presentationml") => "Slides",
            _ if media_type.starts_with("application/vnd.ms-word") => "Word",
            _ if media_type.starts_with("application/vnd.ms-excel") => "Spreadsheet",
            _ if media_type.starts_with("application/vnd.ms-powerpoint") => "Slides",
            _ if media_type.starts_with("image/") => "Image",
            _ if media_type.starts_with("audio/") => "Sound",
            _ if media_type.starts_with("video/") => "Film",
            _ if media_type.starts_with("text/") => "Text",
            _ => "Other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_places_are_put_in() {
        assert_eq!(ENGLISH.number(1_904), "1,904");
        assert_eq!(ENGLISH.number(61), "61");
        assert_eq!(ENGLISH.hits.of(1), "1 hit");
        assert_eq!(ENGLISH.hits.of(2_000_000), "2,000,000 hits");
        assert_eq!(ENGLISH.bytes_short(4_200_000), "4.2 MB");
        assert_eq!(fill("Hit {n} of {of}", &[("of", "{n}"), ("n", "3")]), "Hit 3 of {n}");
    }
}
