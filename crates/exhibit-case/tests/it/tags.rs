//! Tags: on contents, at any time, logged by the next process with the case's lock.

use exhibit_case::{CaseError, CaseFolder, Principal, TagChange, is_tag};
use exhibit_custody::{Entry, Fact, Ref, Verb};
use exhibit_model::{EntrySeq, ItemId, Moment};
use exhibit_mutate::Mutator;
use exhibit_testing::{NOW, TestCase, TestItem};
use std::collections::BTreeMap;
use std::fs;

fn three() -> TestCase {
    TestCase::of_texts(&[("a.txt", "one"), ("b.txt", "two"), ("copy of a.txt", "one")])
}

fn set(case: &TestCase, item: i64, tag: &str, on: bool) -> bool {
    case.open().view(Principal::LOCAL).set_tag(ItemId::new(item), tag, on, NOW).expect("set")
}

/// The entries about tags: item, whether it was added, and its opened name.
fn logged(case: &TestCase) -> Vec<(i64, bool, String)> {
    let open = case.open();
    let mut marks = Vec::new();
    for seq in 0..open.view(Principal::LOCAL).log_size().expect("a size") {
        let entry = open.view(Principal::LOCAL).entry(EntrySeq::new(seq)).expect("an entry");
        let read = Entry::read(entry.text.as_bytes()).expect("an entry");
        let (Verb::Mark, Ref::Item(item)) = (read.act, read.object) else { continue };
        let tag = entry.openings.iter().find(|(field, _)| field == "tag").expect("a tag").1.clone();
        assert!(!entry.text.contains(&tag), "{}", entry.text);
        marks.push((item.get(), read.facts["on"] == Fact::Flag(true), tag));
    }
    marks
}

#[test]
fn a_tag_belongs_to_the_content() {
    let case = three();
    assert!(set(&case, 3, "待核实", true));
    assert!(!set(&case, 1, "待核实", true), "its first copy has it");
    let open = case.open();
    assert_eq!(open.view(Principal::LOCAL).tags_of(ItemId::new(1)).expect("tags"), ["待核实"]);
    assert_eq!(open.view(Principal::LOCAL).tags_of(ItemId::new(3)).expect("tags"), ["待核实"]);
    assert_eq!(open.view(Principal::LOCAL).tagged("待核实").expect("documents"), [1]);
    assert!(set(&case, 1, "待核实", false));
    assert!(!set(&case, 1, "待核实", false));
    assert!(case.open().view(Principal::LOCAL).tags().expect("tags").is_empty());
}

#[test]
fn tags_are_the_same_in_any_case_and_width() {
    let case = three();
    assert!(set(&case, 1, "Ｋey (１)", true));
    assert!(!set(&case, 1, "key (1)", true));
    assert!(!set(&case, 1, "KEY (1)", true));
    assert_eq!(case.open().view(Principal::LOCAL).tagged("kEy (1)").expect("documents"), [1]);
    for tag in ["تەكشۈرۈلدى", "ᠮᠣᠩᠭᠣᠯ", "བོད", "тексерілді", "a-b_c/d:e", "#1"]
    {
        assert!(set(&case, 2, tag, true), "{tag}");
        assert_eq!(
            case.open().view(Principal::LOCAL).tagged(tag).expect("documents"),
            [2],
            "{tag}"
        );
    }
}

#[test]
fn what_is_no_tag_or_no_document_is_refused() {
    let case = three();
    let open = case.open();
    let long = "x".repeat(61);
    for bad in [
        "",
        "   ",
        "a\nb",
        "a\tb",
        "\u{0}",
        "say \"it\"",
        "“it”",
        "a*",
        "＊",
        "\u{85}",
        "a\u{202e}b",
        "\u{2066}a",
        "a\u{200b}b",
        "\u{feff}a",
        "a\u{2028}b",
        &long,
    ] {
        assert!(!is_tag(bad), "{bad:?}");
        assert!(
            matches!(
                open.view(Principal::LOCAL).set_tag(ItemId::new(1), bad, true, NOW),
                Err(CaseError::NotATag(_))
            ),
            "{bad:?}"
        );
    }
    assert!(is_tag(&"登".repeat(60)) && !is_tag(&"登".repeat(61)), "characters, not bytes");
    assert!(matches!(
        open.view(Principal::LOCAL).set_tag(ItemId::new(9), "a", true, NOW),
        Err(CaseError::NoSuchDocument(_))
    ));
    assert!(matches!(
        open.view(Principal::LOCAL).tags_of(ItemId::new(0)),
        Err(CaseError::NoSuchDocument(_))
    ));
    assert!(!case.path(CaseFolder::TAGS).exists(), "nothing was written");
}

#[test]
fn changes_wait_for_the_lock_and_are_logged_in_order_once() {
    let case = three();
    for (item, tag, on) in
        [(1, "one", true), (2, "two", true), (1, "one", false), (2, "three", true)]
    {
        assert!(set(&case, item, tag, on));
    }
    assert_eq!(case.open().view(Principal::LOCAL).marks_waiting().expect("known"), 4);
    assert_eq!(logged(&case), []);
    assert_eq!(case.write(|held| held.log_marks().expect("logged")), 4);
    let owned = |(item, on, tag): (i64, bool, &str)| (item, on, tag.to_owned());
    let expected =
        [(1, true, "one"), (2, true, "two"), (1, false, "one"), (2, true, "three")].map(owned);
    assert_eq!(logged(&case), expected);
    assert_eq!(
        (
            case.open().view(Principal::LOCAL).marks_waiting().expect("known"),
            case.write(|held| held.log_marks().expect("none"))
        ),
        (0, 0)
    );
    assert_eq!(logged(&case).len(), 4);
    let open = case.open();
    let log = open
        .view(Principal::LOCAL)
        .whole()
        .expect("a whole case")
        .tag_log(&open.folder.catalogue_for_reading().expect("a catalogue"))
        .expect("a log");
    assert_eq!((log.changes.len(), log.lost, log.logged), (4, 0, 4));
}

#[test]
fn waiting_tags_are_logged_before_the_seal() {
    let case = three();
    assert!(set(&case, 1, "one", true));
    let last = case.write(|held| held.seal().expect("sealed"));
    assert_eq!(logged(&case).len(), 1);
    assert!(
        case.open()
            .view(Principal::LOCAL)
            .entry(last)
            .expect("an entry")
            .text
            .contains("case.seal")
    );
    assert!(matches!(
        case.open().view(Principal::LOCAL).set_tag(ItemId::new(1), "two", true, NOW),
        Err(CaseError::Sealed)
    ));
    assert_eq!(case.open().view(Principal::LOCAL).tags_of(ItemId::new(1)).expect("tags"), ["one"]);
}

#[test]
fn a_line_that_a_killed_process_left_is_skipped() {
    let case = three();
    assert!(set(&case, 1, "one", true));
    let path = case.path(CaseFolder::TAGS);
    let good = fs::read(&path).expect("read");
    for part in [1, 10, good.len() - 2] {
        fs::write(&path, [&good[..], &good[..part]].concat()).expect("written");
        assert_eq!(
            case.open().view(Principal::LOCAL).tags_of(ItemId::new(1)).expect("tags"),
            ["one"]
        );
        assert!(set(&case, 2, "two", true), "the next change begins a line of its own");
        assert_eq!(
            case.open().view(Principal::LOCAL).tagged("two").expect("documents"),
            [2],
            "{part}"
        );
    }
    // the whole line without its end: it was not acknowledged
    fs::write(&path, &good[..good.len() - 1]).expect("written");
    assert!(case.open().view(Principal::LOCAL).tags().expect("tags").is_empty());
}

#[test]
fn forged_lines_are_not_changes() {
    let case = three();
    assert!(set(&case, 1, "one", true));
    let path = case.path(CaseFolder::TAGS);
    let good = fs::read_to_string(&path).expect("read");
    let change = TagChange { at: NOW.0, document: 2, tag: "two".to_owned(), on: true };
    let line = |change: &TagChange| serde_json::to_string(change).expect("JSON");
    let forged = [
        line(&TagChange { document: 0, ..change.clone() }),
        line(&TagChange { document: -1, ..change.clone() }),
        line(&TagChange { at: -1, ..change.clone() }),
        line(&TagChange { at: i64::MAX, ..change.clone() }),
        line(&TagChange { tag: String::new(), ..change.clone() }),
        line(&TagChange { tag: "a\nb".to_owned(), ..change.clone() }),
        line(&TagChange { tag: "x".repeat(10_000), ..change.clone() }),
        "{}".to_owned(),
        "null".to_owned(),
        "[".repeat(1000),
        "\u{feff}".to_owned() + &line(&change),
        line(&change).replace("true", "1"),
        line(&change).replace("\"document\":2", "\"document\":2.5"),
    ];
    for bad in &forged {
        fs::write(&path, format!("{good}{bad}\n")).expect("written");
        assert_eq!(case.open().view(Principal::LOCAL).tags().expect("tags").len(), 1, "{bad}");
        let open = case.open();
        let log = open
            .view(Principal::LOCAL)
            .whole()
            .expect("a whole case")
            .tag_log(&open.folder.catalogue_for_reading().expect("a catalogue"))
            .expect("a log");
        assert_eq!((log.changes.len(), log.lost), (1, 1), "{bad}");
    }
    fs::write(&path, format!("{good}{}\n\n\n", line(&change))).expect("written");
    assert_eq!(case.open().view(Principal::LOCAL).tags().expect("tags").len(), 2);
}

#[test]
fn any_bytes_in_the_file_of_tags_are_survived() {
    let case = three();
    for (item, tag) in [(1, "one"), (2, "二"), (2, "ئىككى")] {
        assert!(set(&case, item, tag, true));
    }
    let path = case.path(CaseFolder::TAGS);
    let good = fs::read(&path).expect("read");
    let mut numbers = Mutator::new(11);
    for _ in 0..300 {
        fs::write(&path, numbers.mutate(&good)).expect("written");
        let open = case.open();
        for tag in open.view(Principal::LOCAL).tags().expect("tags") {
            assert!(
                is_tag(&tag.tag) && tag.documents.iter().all(|document| *document > 0),
                "{tag:?}"
            );
        }
        let log = open
            .view(Principal::LOCAL)
            .whole()
            .expect("a whole case")
            .tag_log(&open.folder.catalogue_for_reading().expect("a catalogue"))
            .expect("a log");
        assert!(log.changes.len() <= 6, "{log:?}");
    }
}

#[test]
fn a_link_in_place_of_the_file_is_not_followed() {
    let case = three();
    let target = case.beside("target");
    fs::write(&target, "").expect("written");
    std::os::unix::fs::symlink(&target, case.path(CaseFolder::TAGS)).expect("a link");
    let refused = case.open().view(Principal::LOCAL).set_tag(ItemId::new(1), "one", true, NOW);
    assert!(matches!(refused, Err(CaseError::Io { act: "open", .. })), "{refused:?}");
    assert_eq!(fs::read(&target).expect("read"), b"");
}

#[test]
fn several_threads_tag_at_once() {
    let case = three();
    let folder = case.folder();
    std::thread::scope(|scope| {
        for thread in 0..6 {
            let folder = &folder;
            scope.spawn(move || {
                let case = exhibit_case::Case::open(folder).expect("a case");
                for number in 0..5 {
                    let tag = format!("tag {thread} {number}");
                    assert!(
                        case.view(Principal::LOCAL)
                            .set_tag(
                                ItemId::new(1 + number % 2),
                                &tag,
                                true,
                                Moment(NOW.0 + number)
                            )
                            .expect("set")
                    );
                }
            });
        }
    });
    assert_eq!(case.write(|held| held.log_marks().expect("logged")), 30);
    let mut per_document: BTreeMap<i64, usize> = BTreeMap::new();
    for (item, on, _) in logged(&case) {
        assert!(on);
        *per_document.entry(item).or_default() += 1;
    }
    assert_eq!(per_document, BTreeMap::from([(1, 18), (2, 12)]));
    assert_eq!(case.open().view(Principal::LOCAL).tags().expect("tags").len(), 30);
}

#[test]
fn tags_put_on_while_items_arrive_are_kept() {
    let case = three();
    let mut held = case.writer();
    assert!(
        case.open()
            .view(Principal::LOCAL)
            .set_tag(ItemId::new(2), "during", true, NOW)
            .expect("set"),
        "without the lock"
    );
    assert_eq!(held.log_marks().expect("logged"), 1);
    drop(held);
    let _ = case.add(&[TestItem::text("later.txt", "three")]);
    case.tag("later.txt", "after");
    assert_eq!(logged(&case).len(), 2);
}
