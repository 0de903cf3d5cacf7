//! The names of files in older encodings, as text.
//!
//! A name that is not UTF-8 does not declare its encoding and is too short to guess from: the names of a folder and of the
//! folders above it are weighed together. The bytes of a name are what identifies its file; the text is for people and for
//! search.

use crate::formats::zip_names::Names;

/// The number of bytes of names above a folder that are weighed with its own.
const SAMPLE: usize = 4 << 10;

/// The names of one folder.
#[derive(Clone, Default)]
pub struct FileNames(Names);

impl FileNames {
    /// Weighs the names of a folder, together with those of the folder that contains it.
    #[must_use]
    pub fn of_folder<'n>(above: &Self, names: impl Iterator<Item = &'n [u8]>) -> Self {
        let mut weighed = above.0.clone();
        weighed.keep_last(SAMPLE);
        let known = weighed.sample_size();
        names.for_each(|name| weighed.learn(name));
        if weighed.sample_size() > known {
            weighed.settle();
        }
        Self(weighed)
    }

    /// A name decoded; empty if its bytes are UTF-8, except for stray ones.
    #[must_use]
    pub fn text(&self, name: &[u8]) -> String {
        self.0.text(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{BIG5, GBK, WINDOWS_1251};

    #[test]
    fn names_are_decoded_with_those_of_the_folders_above() {
        for (encoding, above, name) in [
            (GBK, "材料与名单", "登记表.txt"),
            (BIG5, "資料與名單", "登記表.txt"),
            (WINDOWS_1251, "Списки лиц по районам", "Учёт.txt"),
        ] {
            let (above, encoded) = (encoding.encode(above).0, encoding.encode(name).0);
            let outer = FileNames::of_folder(&FileNames::default(), [&above[..]].into_iter());
            let inner = FileNames::of_folder(&outer, [&encoded[..], b"plain.txt"].into_iter());
            assert_eq!(inner.text(&encoded), name);
            assert_eq!(inner.text(b"plain.txt"), "");
            assert_eq!(inner.text("登记.txt".as_bytes()), "");
        }
    }
}
