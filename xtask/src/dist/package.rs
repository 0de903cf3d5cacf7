//! A Debian package and a tarball of the programs, with their manual pages, completions and licences. Both install offline:
//! `dpkg -i FILE`, or `tar -xzf FILE --strip-components=1 -C ~/.local`. Their bytes depend on the programs and the commit
//! alone. Neither runs a script on installing.

use super::archive::{File, Tree, ar, tar_gz};
use super::{TARGET, output, read, target_folder, text};
use crate::command;
use std::fs;
use std::path::PathBuf;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const MANUAL_OF_VERIFY: &str = "crates/exhibit-verify/exhibit-verify.1";

/// Where a shell looks for completions, below the prefix.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "share/bash-completion/completions/exhibit"),
    ("zsh", "share/zsh/site-functions/_exhibit"),
    ("fish", "share/fish/vendor_completions.d/exhibit.fish"),
];

/// What OCR and pages without fonts need; the programs work without.
const RECOMMENDED: &str = "tesseract-ocr, tesseract-ocr-uig, tesseract-ocr-ara, tesseract-ocr-rus, tesseract-ocr-kaz, \
                           tesseract-ocr-bod, fonts-noto-core, fonts-noto-cjk";

/// Packages programs that are built, and prints where the packages are.
pub(super) fn write(programs: &[PathBuf]) -> Result<(), String> {
    if !output("git", &["status", "--porcelain", "--untracked-files=no"])?.is_empty() {
        eprintln!("the tree has uncommitted changes: these packages are not those of its commit");
    }
    let time = output("git", &["log", "-1", "--format=%ct"])?.trim().parse::<u64>();
    let time = time.map_err(|error| format!("cannot read the time of the commit: {error}"))?;
    let tree = tree(programs)?;
    let folder = target_folder().join("dist");
    fs::create_dir_all(&folder)
        .map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
    let name =
        format!("exhibit-{VERSION}-{}", TARGET.trim_end_matches("-gnu").replace("-unknown", ""));
    let files = [
        (format!("exhibit_{VERSION}_amd64.deb"), deb(&tree, &depends(programs)?, time)?),
        (format!("{name}.tar.gz"), tar_gz(&format!("{name}/"), &tree, time)?),
    ];
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::write(&path, bytes)
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        print!("{}", output("sha256sum", &[text(&path)?])?);
    }
    Ok(())
}

/// Everything that is installed, below the prefix.
fn tree(programs: &[PathBuf]) -> Result<Tree, String> {
    let mut tree = Tree::new();
    let plain = |bytes: Vec<u8>| File { is_program: false, bytes };
    for program in programs {
        let name =
            program.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        tree.insert(format!("bin/{name}"), File { is_program: true, bytes: read(program)? });
    }
    let exhibit = programs.first().ok_or("there is no program to package")?;
    let exhibit = text(exhibit)?;
    for (shell, path) in COMPLETIONS {
        tree.insert(path.to_owned(), plain(command::output(exhibit, &["completions", shell])?));
    }
    for (name, bytes) in manuals(exhibit)? {
        tree.insert(format!("share/man/man1/{name}"), plain(bytes));
    }
    for name in ["LICENSE-APACHE", "LICENSE-MIT", "models/NOTICE", "README.md", "CHANGELOG.md"] {
        let last = name.rsplit('/').next().unwrap_or(name);
        tree.insert(format!("share/doc/exhibit/{last}"), plain(read(&command::root().join(name))?));
    }
    Ok(tree)
}

/// The manual pages of both programs: those that `exhibit man` writes, then the one of the verifier, which takes the place of
/// the page that `exhibit verify` would have under the same name (it refers to it).
fn manuals(exhibit: &str) -> Result<Vec<(String, Vec<u8>)>, String> {
    let folder = target_folder().join("dist/man");
    super::remove(&folder)?;
    command::output(exhibit, &["man", text(&folder)?])?;
    let failed = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
    let mut pages = Vec::new();
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name =
            path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        pages.push((name, read(&path)?));
    }
    super::remove(&folder)?;
    pages.push(("exhibit-verify.1".to_owned(), read(&command::root().join(MANUAL_OF_VERIFY))?));
    Ok(pages)
}

/// The libraries' packages that the programs need: none of a static program.
fn depends(programs: &[PathBuf]) -> Result<String, String> {
    let mut needed = Vec::new();
    for program in programs {
        let dynamic = output("readelf", &["--dynamic", text(program)?])?;
        needed.extend(dynamic.lines().filter(|line| line.contains("(NEEDED)")).map(str::to_owned));
    }
    needed.sort();
    needed.dedup();
    for library in &needed {
        eprintln!("not static:{}", library.split("Shared library:").last().unwrap_or_default());
    }
    Ok(if needed.is_empty() { String::new() } else { "Depends: libc6, libgcc-s1\n".to_owned() })
}

fn deb(tree: &Tree, depends: &str, time: u64) -> Result<Vec<u8>, String> {
    let size: usize = tree.values().map(|file| file.bytes.len().div_ceil(1024)).sum();
    let control = format!(
        "Package: exhibit\nVersion: {VERSION}\nArchitecture: amd64\nMaintainer: The Exhibit project\n{depends}\
         Recommends: {RECOMMENDED}\nSection: utils\nPriority: optional\nInstalled-Size: {size}\n\
         Description: turns a leaked trove of documents into evidence that holds up\n \
         Ingests without loss, searches in every script, logs every act in a signed,\n \
         append-only log, and exports packages that prove their contents. Offline.\n \
         exhibit-verify checks such packages and depends on nothing else.\n"
    );
    let control = File { is_program: false, bytes: control.into_bytes() };
    let control = tar_gz("./", &Tree::from([("control".to_owned(), control)]), time)?;
    let data = tar_gz("./usr/", tree, time)?;
    Ok(ar(
        &[("debian-binary", b"2.0\n"), ("control.tar.gz", &control), ("data.tar.gz", &data)],
        time,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a text that are options, such as `--key`.
    fn options(text: &str) -> std::collections::BTreeSet<&str> {
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
        words.filter(|word| word.starts_with("--") && word.len() > 2).collect()
    }

    #[test]
    fn the_manual_page_of_the_verifier_has_its_options() {
        let root = command::root();
        let program = fs::read_to_string(root.join("crates/exhibit-verify/src/main.rs"))
            .expect("the program");
        let page =
            fs::read_to_string(root.join(MANUAL_OF_VERIFY)).expect("the page").replace("\\-", "-");
        let taken: std::collections::BTreeSet<&str> =
            program.split("Some(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let taken: std::collections::BTreeSet<&str> =
            taken.into_iter().filter(|word| word.starts_with("--")).collect();
        assert!(taken.len() > 8, "{taken:?}");
        let described = options(&page);
        assert_eq!(taken.difference(&described).collect::<Vec<_>>(), Vec::<&&str>::new());
    }

    #[test]
    fn a_package_has_its_members_in_the_order_that_dpkg_wants() {
        let tree =
            Tree::from([("bin/x".to_owned(), File { is_program: true, bytes: vec![1; 3000] })]);
        let deb = deb(&tree, "", 5).expect("a package");
        let at = |name: &str| {
            deb.windows(name.len()).position(|window| window == name.as_bytes()).expect("a member")
        };
        assert!(
            at("debian-binary") < at("control.tar.gz") && at("control.tar.gz") < at("data.tar.gz")
        );
        assert_eq!(at("debian-binary"), 8);
    }
}
