//! Embeds the models that `setup/models` has placed in `models/`, after checking their SHA-256.
//!
//! Without them the crate builds too, and has no models; with the feature `models` that is an error.

use sha2::{Digest, Sha256};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let manifest = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let folder = manifest.join("../../models");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=models.txt");
    println!("cargo::rerun-if-changed={}", folder.display());
    let code = match embedding(&fs::read_to_string(manifest.join("models.txt"))?, &folder) {
        Ok(code) => code,
        Err(problem) if env::var_os("CARGO_FEATURE_MODELS").is_some() => {
            return Err(format!(
                "the models that read pictures cannot be embedded: {problem}; run setup/models"
            )
            .into());
        }
        Err(problem) => {
            println!(
                "cargo::warning=PICTURES WILL NOT BE READ without tesseract: {problem}; run setup/models"
            );
            "None".to_owned()
        }
    };
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("embedded.rs"), code)?;
    Ok(())
}

// The expression for all models.
fn embedding(list: &str, folder: &Path) -> Result<String, Box<dyn Error>> {
    let mut all = Sha256::new();
    let mut fields = String::new();
    for line in list.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["file", name, expected, ..] = words[..] else { continue };
        let path = folder.join(name);
        let bytes = fs::read(&path).map_err(|error| format!("models/{name}: {error}"))?;
        let digest: String =
            Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if digest != expected {
            return Err(format!("models/{name} has the SHA-256 {digest}, not {expected}").into());
        }
        all.update(expected);
        let (stem, ending) = name.rsplit_once('.').ok_or("a model without an ending")?;
        let (field, include) = match ending {
            "txt" => (format!("{stem}_characters"), "include_str"),
            _ => (stem.to_owned(), "include_bytes"),
        };
        fields.push_str(&format!(
            "{field}: std::borrow::Cow::Borrowed({include}!({:?})),\n",
            fs::canonicalize(&path)?
        ));
    }
    let version: String = all.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("Some(({version:?}, ModelFiles {{ {fields} }}))"))
}
