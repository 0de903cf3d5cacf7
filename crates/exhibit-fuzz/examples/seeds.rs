//! Writes the seeds into folders, one for each target: `cargo run -p exhibit-fuzz --example seeds -- fuzz/corpus`.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let target = std::env::args().nth(1).unwrap_or_else(|| "fuzz/corpus".to_owned());
    for (at, (name, bytes)) in exhibit_fuzz::seeds().into_iter().enumerate() {
        let folder = Path::new(&target).join(name);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("seed-{at:03}")), bytes)?;
    }
    Ok(())
}
