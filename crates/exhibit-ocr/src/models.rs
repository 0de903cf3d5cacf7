//! The models that are part of the program.

use crate::ModelFiles;

// the version (of all files together) and the files, if they were there when the program was built
static EMBEDDED: Option<(&str, ModelFiles)> = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// A file of the models.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ModelFile {
    /// Its name.
    pub name: &'static str,
    /// Its SHA-256, in hexadecimal.
    pub sha256: &'static str,
    /// Its size.
    pub bytes: u64,
    /// The package that it was published in.
    pub package: &'static str,
}

/// The models that are part of this program; `None` if it was built without them.
#[must_use]
pub fn embedded() -> Option<ModelFiles> {
    EMBEDDED.as_ref().map(|(_, files)| files.clone())
}

/// The engine with the version of its models, such as `PP-OCRv6 1a2b3c4d`; `None` if the program was built without
/// models. The version changes with every file.
#[must_use]
pub fn version() -> Option<String> {
    EMBEDDED.as_ref().map(|(version, _)| format!("PP-OCRv6 {version}"))
}

/// The files that the models consist of, embedded or not.
pub fn files() -> impl Iterator<Item = ModelFile> {
    include_str!("../models.txt").lines().filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["file", name, sha256, bytes, package, _] = words[..] else { return None };
        Some(ModelFile { name, sha256, bytes: bytes.parse().ok()?, package })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_are_listed() {
        let files: Vec<ModelFile> = files().collect();
        let names: Vec<&str> = files.iter().map(|file| file.name).collect();
        assert_eq!(
            names,
            [
                "detection.onnx",
                "tiny.onnx",
                "tiny.txt",
                "small.onnx",
                "small.txt",
                "orientation.onnx"
            ]
        );
        assert!(
            files.iter().all(|file| file.sha256.len() == 64 && file.bytes > 30_000),
            "{files:?}"
        );
        if let Some(embedded) = embedded() {
            let sizes = [
                embedded.detection.len(),
                embedded.tiny.len(),
                embedded.tiny_characters.len(),
                embedded.small.len(),
                embedded.small_characters.len(),
                embedded.orientation.len(),
            ];
            assert!(
                files.iter().zip(sizes).all(|(file, size)| file.bytes == size as u64),
                "{sizes:?}"
            );
            assert!(version().is_some_and(|version| version.len() == "PP-OCRv6 ".len() + 8));
        } else {
            assert_eq!(version(), None);
        }
    }
}
