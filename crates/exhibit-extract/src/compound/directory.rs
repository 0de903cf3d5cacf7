//! The directory of a compound file: entries of 128 bytes that form a tree of siblings in each storage ([MS-CFB] 2.6).
//!
//! The order of the tree is not relied on: it is walked, never searched. Entries that it does not reach are kept.

/// Later entries are not read.
pub(super) const MOST_ENTRIES: usize = 1_000_000;

/// What an entry is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EntryKind {
    /// The storage that contains all others.
    Root,
    /// A folder.
    Storage,
    /// A file.
    Stream,
}

/// An entry of the directory.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Its place in the list of entries.
    pub(crate) id: usize,
    /// The storage that it is in; `None` for the root.
    pub(crate) parent: Option<usize>,
    /// Its name.
    pub(crate) name: String,
    /// What it is.
    pub(crate) kind: EntryKind,
    /// The class identifier of a storage, as stored.
    pub(crate) class: [u8; 16],
    /// The stated number of bytes of a stream.
    pub(crate) size: u64,
    pub(super) start: u32,
}

/// What is wrong with a directory.
#[derive(Default, Debug, PartialEq, Eq)]
pub(super) struct Lost {
    /// Entries to which no storage refers.
    pub(super) unreachable: u64,
    /// References to entries that do not exist, or that were met before.
    pub(super) missing: u64,
}

struct Raw {
    entry: Entry,
    left: u32,
    right: u32,
    child: u32,
}

/// Whether a directory begins with the entry of the root.
pub(super) fn has_root(bytes: &[u8]) -> bool {
    bytes.get(66) == Some(&5) && raw(&bytes[..bytes.len().min(128)], false).is_some()
}

/// The entries of a directory, the root first. `narrow` is whether sizes have 32 bits.
pub(super) fn entries(bytes: &[u8], narrow: bool) -> (Vec<Entry>, Lost) {
    let raws: Vec<Option<Raw>> =
        bytes.chunks_exact(128).take(MOST_ENTRIES).map(|bytes| raw(bytes, narrow)).collect();
    let (mut found, mut lost) = (Vec::new(), Lost::default());
    let Some(root) = raws.first().and_then(Option::as_ref) else { return (found, lost) };
    let mut met = vec![false; raws.len()];
    met[0] = true;
    found.push(Entry { id: 0, kind: EntryKind::Root, parent: None, ..root.entry.clone() });
    walk(&raws, root.child, 0, &mut met, &mut found, &mut lost);
    for at in 1..raws.len() {
        let orphan = raws[at].as_ref().filter(|raw| !met[at] && raw.entry.kind != EntryKind::Root);
        if orphan.is_some() {
            lost.unreachable += 1;
            walk(&raws, u32::try_from(at).unwrap_or(u32::MAX), 0, &mut met, &mut found, &mut lost);
        }
    }
    (found, lost)
}

/// Adds the siblings of an entry, each followed by its content, in the order of the tree. The stack is explicit: a tree
/// may be as deep as it has entries.
fn walk(
    raws: &[Option<Raw>],
    first: u32,
    parent: usize,
    met: &mut [bool],
    found: &mut Vec<Entry>,
    lost: &mut Lost,
) {
    enum Step {
        Enter(u32, usize),
        Emit(usize, usize),
    }
    const NONE: u32 = u32::MAX;
    let mut steps = vec![Step::Enter(first, parent)];
    while let Some(step) = steps.pop() {
        match step {
            Step::Enter(NONE, _) => {}
            Step::Enter(at, parent) => {
                let at = at as usize;
                let Some(raw) = raws.get(at).and_then(Option::as_ref).filter(|_| !met[at]) else {
                    lost.missing += 1;
                    continue;
                };
                met[at] = true;
                // popped in reverse: what sorts before, the entry, what sorts after
                steps.push(Step::Enter(raw.right, parent));
                steps.push(Step::Emit(at, parent));
                steps.push(Step::Enter(raw.left, parent));
            }
            Step::Emit(at, parent) => {
                let Some(raw) = &raws[at] else { continue };
                let id = found.len();
                found.push(Entry { id, parent: Some(parent), ..raw.entry.clone() });
                if raw.entry.kind == EntryKind::Storage {
                    steps.push(Step::Enter(raw.child, id));
                }
            }
        }
    }
}

fn raw(bytes: &[u8], narrow: bool) -> Option<Raw> {
    let bytes: &[u8; 128] = bytes.try_into().ok()?;
    let long = |at: usize| super::long(bytes, at);
    let kind = match bytes[66] {
        1 => EntryKind::Storage,
        2 => EntryKind::Stream,
        5 => EntryKind::Root,
        _ => return None,
    };
    let units: Vec<u16> = bytes[..64]
        .chunks_exact(2)
        .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
        .take_while(|unit| *unit != 0)
        .collect();
    let name = String::from_utf16_lossy(&units);
    if name.is_empty() && kind != EntryKind::Root {
        return None;
    }
    // writers of version 3 may leave garbage in the upper half
    let high = if narrow { 0 } else { u64::from(long(124)) << 32 };
    let class = bytes[80..96].try_into().ok()?;
    let entry = Entry {
        id: 0,
        parent: None,
        name,
        kind,
        class,
        size: u64::from(long(120)) | high,
        start: long(116),
    };
    Some(Raw { entry, left: long(68), right: long(72), child: long(76) })
}
