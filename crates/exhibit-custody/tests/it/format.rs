//! The worked example of `docs/formats/custody.md`, made again from its inputs.

use exhibit_custody::{Act, EntryContext, Key, Log, LogWriter, Receipt, Remembered, check_log};
use exhibit_model::{Digest, EntrySeq, ItemId, Moment, OriginalId, Relation};
use exhibit_proof::Hash;
use exhibit_proof::document::DocumentTree;
use std::fs;

const DOCUMENT: &str = include_str!("../../../../docs/formats/custody.md");

#[test]
fn the_worked_example_is_true() {
    let parent = tempfile::TempDir::new().expect("a folder");
    let folder = parent.path().join("custody");
    let key = Key::generate("custody", &mut |bytes| bytes.fill(7));
    let verifier = key.verifier().clone();
    let stamp = |seq, second| {
        let at = Moment::from_civil(2026, 11, 23, 9, 30, second).expect("a date");
        EntryContext { seq: EntrySeq::new(seq), at, actor: "a1", tool: "exhibit 0.1.0" }
    };
    // Salts: 16 times 01 for the commitment, 16 times 02 for the entry, in the order in which they are drawn.
    let mut drawn = 0;
    let mut random = |bytes: &mut [u8]| {
        bytes.fill(drawn);
        drawn += 1;
    };
    let receipt = Receipt {
        item: ItemId::new(1),
        original: OriginalId::new(Digest::of(b"abc")),
        size: 3,
        source: exhibit_model::SourceId::new(1),
        container: None,
        relation: Relation::File,
        name: "登记表.txt".as_bytes(),
    };
    let first = Act::case_open(&verifier).seal(&stamp(0, 0), &mut random).expect("an entry");
    let second = Act::item_receive(&receipt).seal(&stamp(1, 1), &mut random).expect("an entry");
    let mut writer = LogWriter::create(&folder, key).expect("a log");
    writer.append(&[first.bytes.clone(), second.bytes.clone()]).expect("appended");
    drop(writer);
    let log = Log::open(&folder).expect("a log");
    assert!(check_log(&folder, &Remembered::default()).deviations.is_empty());

    let mut document = DocumentTree::new([9; 32], *Digest::of(b"abc").as_bytes(), 3);
    document.push_text(1, "plain 1", *Digest::of(b"abc").as_bytes());
    let leaf = document.prove(1).expect("a proof");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let read = |name: &str| fs::read(folder.join(name)).expect("read");
    let values = [
        ("public key", verifier.to_string()),
        ("first entry", text(&first.bytes)),
        ("second entry", text(&second.bytes)),
        ("length of the first", format!("{:04x}", first.bytes.len())),
        ("length of the second", format!("{:04x}", second.bytes.len())),
        ("commitment", second.openings[0].commitment().to_hex()),
        ("first leaf hash", Hash::leaf(&first.bytes).to_hex()),
        ("second leaf hash", Hash::leaf(&second.bytes).to_hex()),
        ("root", log.head().root.to_hex()),
        ("checkpoint", log.checkpoint()),
        ("proof", log.tlog_proof(EntrySeq::new(1)).expect("a proof")),
        ("document leaf", text(&leaf.record)),
        ("document root", document.root().to_hex()),
    ];
    let untrue: Vec<_> = values.iter().filter(|(_, value)| !DOCUMENT.contains(value)).collect();
    assert!(
        untrue.is_empty(),
        "the document should say:\n{}",
        untrue.iter().map(|(w, v)| format!("{w}:\n{v}\n")).collect::<String>()
    );
    assert_eq!(
        read("tile/0/000.p/2"),
        [Hash::leaf(&first.bytes).0, Hash::leaf(&second.bytes).0].concat()
    );
    assert_eq!(read("tile/entries/000.p/2").len(), 4 + first.bytes.len() + second.bytes.len());
}
