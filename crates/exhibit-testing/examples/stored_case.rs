//! Writes the stored case of the present form into a folder, by default `tests/cases/<form>` of this crate.
//!
//! The index and locks are left out: the first can be rebuilt, the others are of a process.

use exhibit_testing::{STORED_FORM, files_below, stored_case};
use std::path::{Path, PathBuf};

fn main() {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(STORED_FORM);
    let target = std::env::args_os().nth(1).map_or_else(own, PathBuf::from);
    let case = stored_case();
    std::fs::remove_dir_all(case.path("index")).expect("no index");
    for file in files_below(&case.folder()) {
        let own = file.strip_prefix(case.folder()).expect("below");
        // empty folders are not in git, and a case without them is whole
        if !own.ends_with("lock") {
            let to = target.join(own);
            std::fs::create_dir_all(to.parent().expect("a folder")).expect("folders");
            std::fs::write(to, std::fs::read(&file).expect("read")).expect("written");
        }
    }
}
