//! Everything that was said of one file, in a form that tests can look at.

use exhibit_extract::run;
use exhibit_model::{
    Limits, Member, MemberEnd, Note, NoteCode, Page, Record, Request, Task, Verdict,
};
use std::io::Cursor;

/// Everything that was said of one file.
pub(crate) struct Said {
    pub(crate) media_type: String,
    pub(crate) verdict: Verdict,
    pub(crate) pages: Vec<Page>,
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) members: Vec<(Member, Vec<u8>, MemberEnd)>,
    pub(crate) notes: Vec<Note>,
}

/// Reads a file with standard limits and no password.
pub(crate) fn read(name: &str, bytes: &[u8]) -> Said {
    read_with(name, bytes, &[], Limits::STANDARD)
}

/// Reads a file.
pub(crate) fn read_with(name: &str, bytes: &[u8], passwords: &[&str], limits: Limits) -> Said {
    let request = Request {
        task: Task::Extract,
        name: name.as_bytes().to_vec(),
        passwords: passwords.iter().map(|p| (*p).to_owned()).collect(),
        limits,
    };
    let mut records = Vec::new();
    let verdict = run(&request, &mut Cursor::new(bytes), &mut records);
    let mut said = Said {
        media_type: String::new(),
        verdict,
        pages: Vec::new(),
        metadata: Vec::new(),
        members: Vec::new(),
        notes: Vec::new(),
    };
    let mut open: Option<(Member, Vec<u8>)> = None;
    for (at, record) in records.into_iter().enumerate() {
        match record {
            Record::MediaType(media_type) => {
                assert_eq!(at, 0, "the media type comes first");
                said.media_type = media_type;
            }
            Record::Metadata { key, value } => said.metadata.push((key.to_string(), value)),
            Record::Page(page) => {
                assert!(page.is_sound(), "an unsound page: {page:?}");
                said.pages.push(*page);
                assert_eq!(said.pages.len(), said.pages.last().map_or(0, |p| p.number as usize));
            }
            Record::Member(member) => {
                assert!(open.replace((member, Vec::new())).is_none(), "a member within a member")
            }
            Record::MemberBytes(more) => {
                assert!(more.len() <= 64 << 10, "a record of bytes is too long");
                open.as_mut().expect("bytes belong to a member").1.extend(more);
            }
            Record::MemberEnd(end) => {
                let (member, bytes) = open.take().expect("only a member that began ends");
                said.members.push((member, bytes, end));
            }
            Record::Note(note) => said.notes.push(note),
            Record::Picture(_) | Record::Reading(_) => panic!("nothing was to be rendered"),
        }
    }
    assert!(open.is_none(), "a member never ended");
    said
}

impl Said {
    /// The text of all pages.
    pub(crate) fn text(&self) -> String {
        self.pages.iter().map(|page| page.text.as_str()).collect()
    }

    /// The first value of a property.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.metadata.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    /// Names of members as shown: decoded where they had to be.
    pub(crate) fn names(&self) -> Vec<String> {
        let name = |member: &Member| match member.name_text.is_empty() {
            true => String::from_utf8_lossy(&member.name).into_owned(),
            false => member.name_text.clone(),
        };
        self.members.iter().map(|(member, ..)| name(member)).collect()
    }

    /// Whether there is a note that `is` accepts.
    pub(crate) fn noted(&self, is: impl Fn(&NoteCode) -> bool) -> bool {
        self.notes.iter().any(|note| is(&note.code))
    }

    /// Whether there is this note.
    pub(crate) fn has_note(&self, code: &NoteCode) -> bool {
        self.noted(|found| found == code)
    }
}

/// A file of `tests/fixtures/archives`, made by the script there.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/archives");
    std::fs::read(folder.join(name)).expect("a fixture of the repository")
}

/// Reads a file cut at many places, and changed at random places: nothing may panic, hang or come out of order. The
/// members' bytes stay within the limits.
pub(crate) fn torment(name: &str, whole: &[u8]) {
    let limits = Limits { member_bytes: 1 << 20, ..Limits::STANDARD };
    let check = |bytes: &[u8]| {
        let said = read_with(name, bytes, &["secret"], limits);
        let total: usize = said.members.iter().map(|(_, bytes, _)| bytes.len()).sum();
        assert!(total <= (1 << 20) + (64 << 10), "{name}: {total} bytes of members");
    };
    for end in (0..whole.len()).step_by(whole.len() / 60 + 1) {
        check(&whole[..end]);
    }
    let mut numbers = exhibit_mutate::Mutator::new(1);
    for _ in 0..150 {
        let mut changed = whole.to_vec();
        for _ in 0..=numbers.below(6) {
            let at = numbers.below(changed.len());
            changed[at] = numbers.byte();
        }
        check(&changed);
    }
}
