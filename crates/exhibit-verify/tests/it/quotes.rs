//! Quotes are checked with the bag that contains them.

use crate::made::{Plan, QUOTE, bag, key};
use crate::{check, deviations, page};
use exhibit_verify::What;
use expect_test::expect;
use std::fs;

fn path() -> String {
    exhibit_proof::package::quote_path(QUOTE)
}

#[test]
fn a_good_quote_is_proved() {
    let folder = bag(Plan::default()).write();
    let report = check(What::Quote, &folder.path().join(path()), &key(1)).expect("a report");
    assert!(report.is_good(), "{:?}", report.deviations);
    expect![[r#"
        GOOD: everything that was checked is in order.

        Checked
          - quote Q-000006, with the whole package that contains it
          - custody log 0123456789abcdef/custody, 8 entries, root oSRj/Q/wydeu+ZKU6A8q9+XX9RJLu54VM9DyDKnoEKI=

        Proved
          - The log is signed by the key that you provided: 0123456789abcdef/custody+6275136f+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c
          - Quote Q-000006 is in the text of page 1 of EXH-000001, at the recorded place; that text was derived from the original with SHA-256 5865ffd41c4902ef36331e0919570a75298d78ba118afd4e69a7a261bd3c36bc.

        Quotes of text in the file
          - Quote Q-000006, page 1 of EXH-000001: the file has the text “登记”.

        NOT proved
          - That anything happened at the stated times: they are from the keeper’s clock, and no witness of yours confirms them.
          - That any document is authentic, or that its contents are true.
          - Who wrote a document, or who leaked it.
          - What was changed or removed before it was received.
          - That text read by a machine is what the page shows: look at the page itself.
    "#]].assert_eq(&page(&report, folder.path()));
}

#[test]
fn an_altered_passage_is_a_deviation() {
    for (from, to) in [
        ("登记\"", "登记。\""),
        ("\"start\":2", "\"start\":3"),
        ("\"prefix\":\"关于\"", "\"prefix\":\"关与\""),
        ("\"suffix\":\"的通知\"", "\"suffix\":\"\""),
    ] {
        let mut bag = bag(Plan::default());
        bag.edit(&path(), from, to);
        bag.relist();
        let folder = bag.write();
        let report = check(What::Quote, &folder.path().join(path()), &key(1)).expect("a report");
        let found = deviations(&report, folder.path());
        assert!(
            found.iter().any(|line| line.starts_with("data/quotes/Q-000006.json: quote")),
            "{to}: {found:?}"
        );
        assert!(
            found.iter().any(|line| line.ends_with("not among the quotes that the bag proves")),
            "{to}"
        );
        assert!(report.proved.iter().all(|line| line.id() != "proved-quote-page"), "{to}");
    }
}

#[test]
fn a_copy_elsewhere_in_the_bag_is_a_deviation() {
    let folder = bag(Plan::default()).write();
    let copy = folder.path().join("data/Q-000006.json");
    fs::copy(folder.path().join(path()), &copy).expect("a copy");
    let report = check(What::Quote, &copy, &key(1)).expect("a report");
    let found = deviations(&report, folder.path());
    assert!(
        found.contains(
            &"data/Q-000006.json: quote: not among the quotes that the bag proves".to_owned()
        ),
        "{found:?}"
    );
}

#[test]
fn a_quote_outside_a_bag_cannot_be_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let quote = folder.path().join("Q-000006.json");
    fs::write(&quote, &bag(Plan::default()).0[&path()]).expect("a file");
    let error = check(What::Quote, &quote, &key(1)).expect_err("no bag");
    assert!(
        error
            .to_string()
            .ends_with("not in a bag: a quote is proved by the other files of its bag"),
        "{error}"
    );
}
