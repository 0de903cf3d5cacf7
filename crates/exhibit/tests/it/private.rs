//! Cases, keys and bags are for their owner, whatever the file mode mask of the shell.

use crate::bench::Bench;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn open_to_others(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let mode = entry.metadata().expect("metadata").permissions().mode();
        if mode & 0o077 != 0 {
            found.push(format!("{:o} {}", mode & 0o777, entry.path().display()));
        }
        if entry.file_type().expect("a type").is_dir() {
            open_to_others(&entry.path(), found);
        }
    }
}

fn run_unmasked(bench: &Bench, arguments: &[&str]) {
    let program = bench.command(arguments);
    let mut shell = std::process::Command::new("/bin/sh");
    shell
        .args(["-c", "umask 0; exec \"$0\" \"$@\""])
        .arg(program.get_program())
        .args(program.get_args());
    shell.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(program.get_current_dir().expect("a folder"));
    let output = shell.output().expect("the shell starts");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn whatever_the_mask_nothing_is_open_to_others() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "所有进出人员须由值班员逐一登记。");
    fs::create_dir(bench.path("case")).expect("an empty folder for the case");
    fs::set_permissions(bench.path("case"), fs::Permissions::from_mode(0o777)).expect("set");
    run_unmasked(&bench, &["init", "case"]);
    run_unmasked(&bench, &["-C", "case", "ingest", "trove", "--no-ocr"]);
    run_unmasked(&bench, &["-C", "case", "quote", "new", "1", "--page", "1", "--text", "值班员"]);
    run_unmasked(&bench, &["-C", "case", "tag", "add", "seen", "1"]);
    run_unmasked(&bench, &["-C", "case", "bag", "export", "bag", "--all"]);
    let mut found = Vec::new();
    for name in ["case", "keys", "bag"] {
        let mode = fs::metadata(bench.path(name)).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{name}");
        open_to_others(&bench.path(name), &mut found);
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn manual_pages_are_for_everybody() {
    let bench = Bench::new();
    run_unmasked(&bench, &["man", "pages"]);
    let page = fs::metadata(bench.path("pages/exhibit.1")).expect("a page");
    assert_eq!(page.permissions().mode() & 0o444, 0o444);
}
