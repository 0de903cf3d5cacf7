//! Audits of test cases, and their findings as short lines.

use exhibit_audit::{
    Audit, AuditContext, AuditOptions, CHECKS, CheckName, FindingSeverity, NoProgress, audit, run,
};
use exhibit_bag::VerifiedBag;
use exhibit_case::{Case, CaseFolder};
use exhibit_model::MetadataKey;
use exhibit_testing::{NOW, TestCase, TestItem};
use exhibit_verify::{Folder, TrustedFiles, check_bag};
use std::path::PathBuf;

/// A case with two documents, `a.txt` with a cited picture of its page, and a copy of the first.
pub(crate) fn three() -> TestCase {
    let titled =
        |path: &str, text: &str| TestItem::text(path, text).property(MetadataKey::DC_TITLE, path);
    TestCase::new(&[
        titled("a.txt", "All persons entering must be registered.").picture(1, b"picture"),
        titled("b.txt", "The registers were destroyed."),
        titled("copy of a.txt", "All persons entering must be registered."),
    ])
}

/// Every check.
pub(crate) fn audited(case: &TestCase) -> Audit {
    audit(&case.folder(), &AuditOptions { keys: Some(&case.keys()) }, &mut NoProgress)
        .expect("checked")
}

/// What one check finds, as `code at place`, deviations alone.
pub(crate) fn deviations(case: &TestCase, check: CheckName) -> Vec<String> {
    found(case, check, FindingSeverity::Deviation)
}

/// What one check finds, as `code at place`, leftovers alone.
pub(crate) fn leftovers(case: &TestCase, check: CheckName) -> Vec<String> {
    found(case, check, FindingSeverity::Leftover)
}

fn found(case: &TestCase, name: CheckName, severity: FindingSeverity) -> Vec<String> {
    let keys = case.keys();
    let cx = AuditContext::new(
        &case.folder(),
        Case::open(&case.folder()),
        &AuditOptions { keys: Some(&keys) },
    );
    let checks: Vec<_> = CHECKS.iter().copied().filter(|check| check.name() == name).collect();
    let found = run(&cx, &checks, &mut NoProgress).findings;
    let of = found.iter().filter(|finding| finding.severity() == severity);
    of.map(|finding| format!("{} at {}", finding.fault.code(), finding.place())).collect()
}

/// Exports `b.txt` and keeps the bag as one that was received. Returns its folder in the case.
pub(crate) fn keep_bag(case: &TestCase) -> PathBuf {
    let folder = case.export("bag", &["b.txt"], &[]);
    let mut files = Folder::new(&folder);
    let checked = check_bag(&mut files, &Default::default(), &TrustedFiles::default(), false);
    let bag = VerifiedBag::from_checked(checked).expect("a good bag");
    case.write(|held| {
        bag.keep(&held.case, &mut files).expect("kept");
        let work = held.catalogue.begin().expect("begin");
        let identity = format!("bag:{}", bag.id());
        let (source, _) = work.source(identity.as_bytes(), "bag", NOW).expect("a source");
        let described = bag.source("bag", Box::new(Folder::new(&folder)));
        held.acts.log(&work, (described.receipt)(source)).expect("logged");
        work.walked(source, 0).expect("walked");
        work.commit().expect("commit");
        held.flush().expect("flushed");
    });
    case.path(CaseFolder::BAGS).join(bag.id().to_string())
}
