//! Measures the detection of languages, and makes its profiles, from a folder of texts.
//!
//! ```text
//! language_profiles FOLDER            a table of what was taken for what
//! language_profiles FOLDER profiles   the lines of src/language/profiles.txt, without their column of scripts
//! ```
//!
//! The folder has one text for each language, in a file named by its BCP 47 tag, such as `ug-Latn.txt`; what follows a
//! further dot (`pt.brazil.txt`) tells texts of one language apart.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is what it is for")]

use exhibit_text::language::{detect, profile_of};
use std::collections::BTreeMap;
use std::{env, fs, io};

/// The number of characters of the pieces that are detected one by one.
const PIECES: [usize; 4] = [80, 160, 400, 1200];

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some(folder) = arguments.first() else {
        eprintln!("usage: language_profiles FOLDER [profiles]");
        return Ok(());
    };
    let mut texts: Vec<(String, String)> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let tag = name.split('.').next().unwrap_or_default().to_owned();
        texts.push((tag, fs::read_to_string(entry.path())?));
    }
    texts.sort();
    if arguments.get(1).is_some_and(|what| what == "profiles") {
        for (tag, text) in &texts {
            println!("{tag}\t{}", profile_of(text).replace(' ', "_"));
        }
        return Ok(());
    }
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_owned();
    let mut confusions: BTreeMap<(usize, String, String), usize> = BTreeMap::new();
    for length in PIECES {
        let (mut right, mut wrong, mut undecided) = (0, 0, 0);
        for (tag, text) in &texts {
            let characters: Vec<char> = text.chars().collect();
            for piece in characters.chunks_exact(length) {
                let found = detect(&piece.iter().collect::<String>()).main;
                if found.starts_with("und") {
                    undecided += 1;
                } else if primary(&found) == primary(tag) {
                    right += 1;
                } else {
                    wrong += 1;
                    *confusions.entry((length, tag.clone(), found)).or_default() += 1;
                }
            }
        }
        let all = (right + wrong + undecided).max(1);
        println!(
            "| {length} | {all} | {:.1} | {:.2} | {:.1} |",
            100.0 * right as f64 / all as f64,
            100.0 * wrong as f64 / all as f64,
            100.0 * undecided as f64 / all as f64
        );
    }
    for ((length, tag, found), count) in confusions.iter().rev().take(400) {
        println!("| {length} | {tag} | {found} | {count} |");
    }
    Ok(())
}
