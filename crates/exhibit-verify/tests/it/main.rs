//! Tests of the verifier as a library and as a program, with bags and logs made from `exhibit-proof` alone.

mod bags;
mod cases;
mod forged;
mod languages;
mod logs;
mod made;
mod program;
mod quotes;
mod time;

use exhibit_messages::{Language, Messages};
use exhibit_verify::{Report, Time, VerifyError, VerifyRequest, What, verify};
use std::path::Path;

/// A request without options.
fn request(what: What, path: &Path) -> VerifyRequest {
    VerifyRequest {
        what,
        path: path.to_owned(),
        key: None,
        policy: None,
        entry: None,
        log: None,
        plain: false,
        time: Time::default(),
    }
}

/// Checks a path with the key that the reader knows.
fn check(what: What, path: &Path, key: &str) -> Result<Report, VerifyError> {
    verify(&VerifyRequest { key: Some(key.to_owned()), ..request(what, path) })
}

/// The page of a report in English, with `FOLDER` in place of the path of the folder.
fn page(report: &Report, folder: &Path) -> String {
    report.page(Messages::new(Language::English)).replace(&folder.display().to_string(), "FOLDER")
}

/// The deviations of a report, each as `place: fault: detail`, with places relative to the folder.
fn deviations(report: &Report, folder: &Path) -> Vec<String> {
    let prefix = format!("{}/", folder.display());
    report.deviations.iter().map(|found| found.to_string().replace(&prefix, "")).collect()
}

#[test]
fn every_test_file_is_compiled() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = include_str!("main.rs");
    for file in std::fs::read_dir(folder).expect("a folder") {
        let name = file.expect("a file").file_name().into_string().expect("a name");
        let module = name.trim_end_matches(".rs");
        assert!(
            module == "main" || main.contains(&format!("mod {module};")),
            "{name} is not in main.rs"
        );
    }
}
