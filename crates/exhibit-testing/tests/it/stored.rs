//! Cases of every form that was released, or will be, stay readable: checked, searched and cited.
//!
//! `tests/cases/<form>` contains a case of each form, as the version of its time wrote it. The folder of the present
//! form is written by `cargo run -p exhibit-testing --example stored_case`. Until the first release, a change of the form
//! writes it again. From then on it is not written again because a test fails: either the change that made it fail is
//! wrong, or it makes a new form. For a new form:
//!
//! 1. write down in `docs/formats/case.md` how a case of the old form is read or converted;
//! 2. set `STORED_FORM` to the new form, run the example, and add the new folder to git;
//! 3. add a line to `FORMS` with what the new case contains; leave the old folders and lines as they are.

use exhibit_audit::{AuditOptions, NoProgress, audit};
use exhibit_bag::{QuoteStatus, check_quotes, list_quotes};
use exhibit_case::{Case, CaseFolder, Principal};
use exhibit_catalogue::ItemFilter;
use exhibit_ingest::{IngestProgress, reindex};
use exhibit_model::{PageNumber, State};
use exhibit_search::{Search, SearchRequest};
use exhibit_testing::{STORED_FORM, copy_folder, files_below, stored_case};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The stored forms, with the numbers of items, pages and log entries of their cases.
const FORMS: &[(&str, usize, u64, u64)] = &[("1", 13, 8, 31)];

fn stored(form: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(form)
}

/// A copy that can be written to, with an index.
fn opened(form: &str) -> (TempDir, Case) {
    let parent = TempDir::new().expect("a folder");
    let folder = parent.path().join("case");
    copy_folder(&stored(form), &folder);
    let case = Case::open(&folder).expect("a stored case is opened");
    reindex(&case, &IngestProgress::default()).expect("an index");
    (parent, Case::open(&folder).expect("a case"))
}

#[test]
fn stored_cases_are_checked_without_findings() {
    for (form, items, pages, entries) in FORMS {
        let (_parent, case) = opened(form);
        let audit =
            audit(case.folder.path(), &AuditOptions::default(), &mut NoProgress).expect("checked");
        let findings: Vec<_> =
            audit.findings.iter().map(|found| (found.place(), found.text())).collect();
        assert_eq!(findings, [], "form {form}");
        assert_eq!(
            case.view(Principal::LOCAL).items(&ItemFilter::default()).expect("items").len(),
            *items
        );
        assert_eq!(
            (audit.counts.pages, audit.counts.log_entries),
            (*pages, *entries),
            "form {form}"
        );
    }
}

#[test]
fn stored_cases_are_searched() {
    for (form, ..) in FORMS {
        let (_parent, case) = opened(form);
        let search = Search::of(case.view(Principal::LOCAL));
        let paths = |query: &str| -> Vec<String> {
            let query = search.query(query, false).expect("a query");
            let results = search
                .search(&SearchRequest { limit: 10, ..SearchRequest::of(&query) })
                .expect("results");
            let mut paths: Vec<String> = results.hits.into_iter().map(|hit| hit.path).collect();
            paths.sort();
            paths
        };
        for (query, expected) in [
            ("registers", &["list.txt"][..]),
            ("登记", &["通知.txt"]),
            ("Shohret Zakir", &["list.txt"]),
            ("تىزىملىكى", &["تىزىملىك.txt"]),
            ("entered", &["post.zip!/letter.eml"]),
            ("from:gate@example.org", &["post.zip!/letter.eml"]),
            ("签名", &["post.zip!/scan.png"]),
            ("tag:checked", &["list.txt"]),
            ("tag:待核实", &["通知.txt", "通知.txt"]),
            ("beginning", &["cut.txt"]),
            ("encoding", &["登记.txt"]),
        ] {
            assert_eq!(paths(query), expected, "form {form}: {query}");
        }
    }
}

#[test]
fn stored_quotes_are_valid_and_read() {
    for (form, ..) in FORMS {
        let (_parent, case) = opened(form);
        let quotes = list_quotes(&case.view(Principal::LOCAL)).expect("quotes");
        let exact: Vec<&str> = quotes.iter().map(|quote| quote.passage.exact.as_str()).collect();
        assert_eq!(
            exact,
            ["须由值班员逐一登记", "تىزىملىكى", "The registers were destroyed"],
            "form {form}"
        );
        assert!(
            check_quotes(&case.view(Principal::LOCAL))
                .expect("checked")
                .iter()
                .all(|quote| quote.standing == QuoteStatus::Valid)
        );
    }
}

#[test]
fn stored_documents_keep_their_details() {
    for (form, ..) in FORMS {
        let (_parent, case) = opened(form);
        let document = |path: &str| {
            case.view(Principal::LOCAL)
                .document(case.view(Principal::LOCAL).resolve(path).expect(path))
                .expect(path)
        };
        assert_eq!(document("通知.txt").pages.len(), 2);
        assert_eq!(
            document("copy of list.txt").item.duplicate_of,
            Some(document("list.txt").item.id)
        );
        let archive = document("post.zip");
        assert_eq!((archive.item.found, archive.members.len()), (2, 2));
        let letter = case.view(Principal::LOCAL).document(archive.members[0].id).expect("a member");
        assert_eq!((letter.path.as_str(), letter.metadata.len()), ("post.zip!/letter.eml", 3));
        let broken = document("broken.xls");
        assert_eq!((broken.item.state, broken.notes.len()), (State::Failed, 1));
        assert_eq!(broken.item.causes(), ["cannot-parse"]);
        assert_eq!(document("cut.txt").item.causes(), ["archive-ends"]);
        assert_eq!(document("locked.pdf").item.state, State::Encrypted);
        let tags: BTreeMap<String, Vec<i64>> = case
            .view(Principal::LOCAL)
            .tags()
            .expect("tags")
            .into_iter()
            .map(|tag| (tag.tag, tag.documents))
            .collect();
        assert_eq!(
            tags,
            BTreeMap::from([("checked".to_owned(), vec![3]), ("待核实".to_owned(), vec![1])])
        );
        let scan = case
            .view(Principal::LOCAL)
            .page(archive.members[1].id, PageNumber::FIRST)
            .expect("a page");
        assert!(matches!(scan.source, exhibit_model::TextSource::Ocr { .. }), "{:?}", scan.source);
    }
}

// Where this fails, a case of the present form is written differently than when its form was stored.
#[test]
fn the_present_form_is_still_written_the_same() {
    let case = stored_case();
    let contents = |folder: &Path| -> BTreeMap<PathBuf, Vec<u8>> {
        let own = |file: PathBuf| {
            (file.strip_prefix(folder).expect("below").to_owned(), fs::read(&file).expect("read"))
        };
        files_below(folder).into_iter().filter(|file| !file.ends_with("lock")).map(own).collect()
    };
    for part in [CaseFolder::CUSTODY, CaseFolder::QUOTES, CaseFolder::ORIGINALS, CaseFolder::PACKS]
    {
        let (now, then) = (contents(&case.path(part)), contents(&stored(STORED_FORM).join(part)));
        assert_eq!(now.keys().collect::<Vec<_>>(), then.keys().collect::<Vec<_>>(), "{part}");
        for (path, bytes) in now {
            assert!(then[&path] == bytes, "{part}/{} differs", path.display());
        }
    }
    for file in [CaseFolder::SETTINGS, CaseFolder::TAGS] {
        assert_eq!(
            fs::read(case.path(file)).expect("read"),
            fs::read(stored(STORED_FORM).join(file)).expect("read")
        );
    }
}

#[test]
fn stored_cases_are_small() {
    let bytes = |file: &PathBuf| fs::metadata(file).expect("metadata").len();
    for (form, ..) in FORMS {
        let total: u64 = files_below(&stored(form)).iter().map(bytes).sum();
        assert!(total < 500_000, "form {form}: {total} bytes");
    }
}
