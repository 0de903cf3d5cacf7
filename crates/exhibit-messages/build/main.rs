//! Build script: reads `texts/`, checks every language against English, and writes one constructor per message.
//!
//! A parse error, a key that English does not have, or an argument that differs from the English message fails the build.

mod generate;

use generate::{File, LANGUAGES, generate};
use std::path::{Path, PathBuf};
use std::{fmt, fs};

/// Everything that is wrong with the texts, one finding per line.
struct Failed(Vec<String>);

// Cargo shows what `main` returns by its `Debug`.
impl fmt::Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the texts are not consistent:\n{}", self.0.join("\n"))
    }
}

fn main() -> Result<(), Failed> {
    let texts = Path::new(env!("CARGO_MANIFEST_DIR")).join("texts");
    let mut files = Vec::new();
    for language in LANGUAGES {
        read_language(&texts.join(language.tag), language.tag, &mut files)?;
    }
    let code = generate(&files).map_err(Failed)?;
    let out = std::env::var_os("OUT_DIR")
        .ok_or_else(|| Failed(vec!["cargo did not set OUT_DIR".to_owned()]))?;
    let out = PathBuf::from(out).join("messages.rs");
    fs::write(&out, code)
        .map_err(|error| Failed(vec![format!("cannot write {}: {error}", out.display())]))
}

fn read_language(
    folder: &Path,
    language: &'static str,
    files: &mut Vec<File>,
) -> Result<(), Failed> {
    let failed =
        |path: &Path, error: std::io::Error| Failed(vec![format!("{}: {error}", path.display())]);
    let listed = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut paths: Vec<PathBuf> = listed
        .map_err(|error| failed(folder, error))?
        .into_iter()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    announce(folder);
    for path in paths
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "ftl"))
    {
        let text = fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
        let room = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        announce(&path);
        files.push(File { language, room, text, path: path.display().to_string() });
    }
    Ok(())
}

// A build script talks to cargo on standard output.
#[expect(clippy::print_stdout, reason = "the protocol of build scripts")]
fn announce(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}
