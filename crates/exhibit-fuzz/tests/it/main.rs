//! The seeds of all targets as plain tests: whole, cut, and mutated with fixed random numbers.
//!
//! `EXHIBIT_MUTANTS=N` makes N mutants of each seed instead of a few.

use exhibit_fuzz::{TARGETS, run, seeds};
use exhibit_mutate::Mutator;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn mutants(few: usize) -> usize {
    std::env::var("EXHIBIT_MUTANTS").ok().and_then(|text| text.parse().ok()).unwrap_or(few)
}

fn torment(prefixes: &[&str], few: usize) {
    for (at, (target, seed)) in seeds().into_iter().enumerate() {
        if !prefixes.iter().any(|prefix| target.starts_with(prefix)) {
            continue;
        }
        assert!(run(target, &seed), "{target} is a target");
        for end in
            [0, seed.len().min(1), seed.len() / 3, seed.len() * 2 / 3, seed.len().saturating_sub(1)]
        {
            assert!(run(target, &seed[..end]));
        }
        let mut mutator = Mutator::new(at as u64 + 1);
        for _ in 0..mutants(few) {
            assert!(run(target, &mutator.mutate(&seed)));
        }
    }
}

#[test]
fn text_and_mail() {
    torment(
        &["identify", "format_text", "format_table", "format_html", "format_mail", "format_mbox"],
        20,
    );
}

#[test]
fn archives() {
    torment(&["format_zip", "format_tar", "format_compressed"], 20);
    torment(&["format_sevenz", "format_rar", "format_cabinet", "format_ar", "format_cpio"], 20);
    torment(&["format_lha", "format_arj", "format_iso", "format_fat", "format_selfextracting"], 20);
}

#[test]
fn office_files() {
    torment(&["format_office", "format_opendocument", "format_ole"], 8);
}

#[test]
fn outlook_and_rtf_files() {
    torment(&["format_rtf", "format_msg", "format_tnef", "format_pst", "format_cms"], 8);
}

#[test]
fn fixed_layouts_and_books() {
    torment(
        &[
            "format_ofd",
            "format_xps",
            "format_book",
            "format_visio",
            "format_hangul",
            "format_iwork",
            "format_publisher",
        ],
        8,
    );
}

#[test]
fn databases_and_web_archives() {
    torment(&["format_sqlite", "format_access", "format_dbase", "format_warc"], 20);
}

#[test]
fn pdf() {
    torment(&["format_pdf"], 2);
}

#[test]
fn pictures() {
    torment(&["format_picture"], 4);
}

#[test]
fn worker_protocol_and_page_packs() {
    torment(&["wire_", "worker_"], 3000);
}

#[test]
fn queries() {
    torment(&["query"], 3000);
}

#[test]
fn proofs_bags_and_time_stamps() {
    torment(
        &[
            "json",
            "note",
            "checkpoint",
            "policy",
            "tile",
            "log_",
            "leaf_",
            "statement",
            "quote",
            "bag",
            "time_",
            "certificate",
            "witness",
            "sigsum",
            "anchor_",
        ],
        1000,
    );
}

#[test]
fn noise_is_refused_by_every_target() {
    let mut mutator = Mutator::new(99);
    for target in TARGETS {
        for _ in 0..200 {
            let length = mutator.below(300);
            (target.run)(&mutator.bytes(length));
        }
    }
}

#[test]
fn every_target_has_a_file_for_libfuzzer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/fuzz_targets");
    let listed = fs::read_dir(&folder).expect("fuzz/fuzz_targets");
    let files: BTreeSet<String> = listed
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .trim_end_matches(".rs")
                .to_owned()
        })
        .collect();
    let names: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(files, names);
    assert_eq!(names.len(), TARGETS.len(), "every name once");
    let manifest = fs::read_to_string(folder.join("../Cargo.toml")).expect("fuzz/Cargo.toml");
    for name in &names {
        assert!(
            manifest.contains(&format!("name = \"{name}\"")),
            "{name} is not in fuzz/Cargo.toml"
        );
    }
}
