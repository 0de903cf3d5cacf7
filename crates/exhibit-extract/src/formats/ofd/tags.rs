//! Custom tags: what parts of the text mean, such as the number of an invoice, as properties.

use super::{File, MOST_PROPERTIES, folder_of};
use crate::formats::office::package::{PART_CAP, resolved};
use crate::formats::office::xml::Node;
use crate::out::{Out, Stop};
use exhibit_model::NoteCode;

/// Elements nested more deeply have no name of their own.
const MOST_DEPTH: usize = 64;

impl File<'_> {
    /// Emits the texts that tags name.
    pub(super) fn tags(&mut self, list: &str, out: &mut Out<'_>) -> Result<(), Stop> {
        let name = self.take(list);
        let folder = folder_of(&name).to_owned();
        let mut files = Vec::new();
        let Some(mut xml) = self.package.xml(&name, PART_CAP) else {
            return out.note(0, NoteCode::PartLost { part: name, sheet: None });
        };
        let mut text = String::new();
        while let Some(node) = xml.next() {
            match node {
                Node::Start(_) => text.clear(),
                Node::Text(piece) => text.push_str(&piece),
                Node::End(end) if end == "FileLoc" => files.push(resolved(&folder, text.trim())),
                _ => {}
            }
        }
        drop(xml);
        let mut left = MOST_PROPERTIES;
        for part in files {
            if self.used.contains(&part.to_lowercase()) {
                continue;
            }
            let name = self.take(&part);
            for (tag, text) in self.tagged(&name) {
                if left == 0 {
                    self.dropped += 1;
                    continue;
                }
                left -= 1;
                out.metadata(format!("ofd-tag:{tag}"), &text)?;
            }
        }
        Ok(())
    }

    /// The names of tags in a part, each with the text of the objects that it refers to, in order.
    fn tagged(&mut self, part: &str) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        let Some(mut xml) = self.package.xml(part, PART_CAP) else { return found };
        let (mut open, mut text, mut depth): (Vec<String>, String, usize) =
            (Vec::new(), String::new(), 0);
        while let Some(node) = xml.next() {
            match node {
                Node::Start(element) => {
                    text.clear();
                    depth += 1;
                    if depth <= MOST_DEPTH {
                        open.push(element.name().to_owned());
                    }
                }
                Node::Text(piece) => text.push_str(&piece),
                Node::End(end) => {
                    let parent = open.len().checked_sub(2).and_then(|at| open.get(at));
                    if let (true, Some(tag), Some(words)) =
                        (end == "ObjectRef", parent, self.texts.get(text.trim()))
                    {
                        let room = found.len() < MOST_PROPERTIES;
                        match found.last_mut().filter(|(last, _)| last == tag) {
                            Some((_, value)) => value.push_str(words),
                            None if room => found.push((tag.clone(), words.clone())),
                            None => self.dropped += 1,
                        }
                    }
                    if depth <= MOST_DEPTH {
                        open.pop();
                    }
                    depth = depth.saturating_sub(1);
                    text.clear();
                }
                Node::Other => {}
            }
        }
        found
    }
}
