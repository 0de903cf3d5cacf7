//! Writes every sample page as a static file, with its style sheet, into the folder given: for looking at them.
//!
//! `cargo run -p exhibit-web --example gallery -- FOLDER`

use exhibit_web::{assets, links, samples};
use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).unwrap_or_else(|| "gallery".into());
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    for (asset, file) in
        [(assets::style(), "style.css"), (assets::keys(), "keys.js"), (assets::icon(), "icon.png")]
    {
        std::fs::write(folder.join(file), asset.bytes)?;
    }
    for sample in samples::samples() {
        let page = sample
            .page
            .into_string()
            .replace(&assets::style().path, "style.css")
            .replace(&assets::keys().path, "keys.js")
            .replace(&assets::icon().path, "icon.png")
            .replace(&links::picture("EXH-000127", 1, false), "page.png");
        std::fs::write(folder.join(sample.name).with_extension("html"), page)?;
    }
    Ok(())
}
