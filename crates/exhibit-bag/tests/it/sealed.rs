//! Sealed bags: opened by those whom they are sealed to, and hostile ones.

use crate::handed_over::{everything, export_to, handed_over, whole};
use age::secrecy::ExposeSecret as _;
use exhibit_bag::{BagError, Lock, SealError, SealedBag, Unlock, is_sealed};
use exhibit_mutate::Mutator;
use exhibit_proof::bagit::Files as _;
use exhibit_proof::finding::Fault;
use exhibit_testing::{TestCase, files_below};
use exhibit_verify::{TrustedFiles, check_bag};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tar::EntryType;

/// A recipient, and the identity file next to the case that opens what is sealed to it.
fn keys(case: &TestCase, name: &str) -> (String, Unlock) {
    let identity = age::x25519::Identity::generate();
    let path = case.beside(name);
    fs::write(&path, format!("# for a test\n{}\n", identity.to_string().expose_secret()))
        .expect("written");
    (identity.to_public().to_string(), Unlock::Identities(path))
}

fn faults(bag: &mut SealedBag) -> Vec<Fault> {
    let checked = check_bag(bag, &Default::default(), &TrustedFiles::default(), false);
    checked.report.deviations.into_iter().map(|finding| finding.fault).collect()
}

/// Whether a sealed file can be opened and is a good bag.
fn is_good(path: &Path, unlock: &Unlock) -> bool {
    SealedBag::open(path, unlock).is_ok_and(|mut bag| faults(&mut bag).is_empty())
}

#[test]
fn a_sealed_bag_opens_for_its_recipients_alone() {
    let case = handed_over();
    let ((first, one), (second, two), (_, other)) =
        (keys(&case, "one"), keys(&case, "two"), keys(&case, "other"));
    let lock = Lock::Recipients(vec![first, second]);
    let _ =
        export_to(&case, "bag.age", &everything(&case), |order| order.lock = lock).expect("a bag");
    let path = case.beside("bag.age");
    assert!(
        is_sealed(&path) && !is_sealed(&case.path("exhibit.toml")) && !is_sealed(&case.folder())
    );
    for unlock in [&one, &two] {
        let mut bag = SealedBag::open(&path, unlock).expect("opened");
        assert_eq!(faults(&mut bag), []);
        assert!(bag.list().expect("a list").len() > 20);
        let mut text = Vec::new();
        bag.read("bagit.txt", &mut |piece| text.extend_from_slice(piece)).expect("read");
        assert!(text.starts_with(b"BagIt-Version: 1.0"));
        assert!(bag.read("no such file", &mut |_| {}).is_err());
    }
    assert!(matches!(SealedBag::open(&path, &other), Err(BagError::Seal(SealError::Unopened(_)))));
    let sealed = fs::read(&path).expect("read");
    let plain = String::from_utf8_lossy(&sealed);
    assert!(!plain.contains("notice") && !plain.contains("manifest"), "nothing is readable");
}

#[test]
fn cut_and_altered_sealed_bags_are_never_good() {
    let case = handed_over();
    let (recipient, unlock) = keys(&case, "key");
    let lock = Lock::Recipients(vec![recipient]);
    let _ =
        export_to(&case, "bag.age", &everything(&case), |order| order.lock = lock).expect("a bag");
    let sealed = fs::read(case.beside("bag.age")).expect("read");
    let damaged = case.beside("damaged.age");
    for kept in
        [0, 20, 21, 300, 65_536 + 300, sealed.len() / 2, sealed.len() - 17, sealed.len() - 1]
    {
        let kept = kept.min(sealed.len() - 1);
        fs::write(&damaged, &sealed[..kept]).expect("written");
        assert!(SealedBag::open(&damaged, &unlock).is_err(), "{kept} bytes");
    }
    fs::write(&damaged, [&sealed[..], b"x"].concat()).expect("written");
    assert!(!is_good(&damaged, &unlock), "one byte more");
    let mut numbers = Mutator::new(5);
    for _ in 0..40 {
        let mutant = numbers.mutate(&sealed);
        if mutant != sealed {
            fs::write(&damaged, &mutant).expect("written");
            assert!(!is_good(&damaged, &unlock));
        }
    }
}

#[test]
fn bad_recipients_and_identities_are_refused() {
    let case = handed_over();
    for bad in ["age1nobody", "", "AGE-SECRET-KEY-1", "ssh-ed25519 AAAA"] {
        let lock = Lock::Recipients(vec![bad.to_owned()]);
        let refused = export_to(&case, "x.age", &whole([1]), |order| order.lock = lock);
        assert!(matches!(refused, Err(BagError::Seal(SealError::Recipient(_)))), "{bad:?}");
    }
    let none =
        export_to(&case, "x.age", &whole([1]), |order| order.lock = Lock::Recipients(Vec::new()));
    assert!(matches!(none, Err(BagError::Seal(SealError::Recipients(_)))), "{none:?}");
    let (recipient, _) = keys(&case, "key");
    let lock = Lock::Recipients(vec![recipient]);
    let _ = export_to(&case, "bag.age", &whole([1]), |order| order.lock = lock).expect("a bag");
    let path = case.beside("bag.age");
    for text in ["", "no identity\n", "AGE-SECRET-KEY-1QQQQ\n"] {
        fs::write(case.beside("bad"), text).expect("written");
        let opened = SealedBag::open(&path, &Unlock::Identities(case.beside("bad")));
        assert!(matches!(opened, Err(BagError::Seal(_))), "{text:?}: {opened:?}");
    }
    let missing = SealedBag::open(&path, &Unlock::Identities(case.beside("missing")));
    assert!(matches!(missing, Err(BagError::Io { .. })));
    let left: Vec<PathBuf> = fs::read_dir(case.beside(""))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    let hidden = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
    };
    assert!(!left.iter().any(hidden), "nothing is left behind: {left:?}");
}

fn raw(tar: &mut tar::Builder<Vec<u8>>, name: &[u8], kind: EntryType, size: u64, bytes: &[u8]) {
    let mut header = tar::Header::new_old();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    tar.append(&header, bytes).expect("appended");
}

fn seal(case: &TestCase, recipient: &str, bytes: &[u8]) -> PathBuf {
    let recipient: age::x25519::Recipient = recipient.parse().expect("a recipient");
    let encryptor =
        age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
            .expect("age");
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed).expect("a header");
    writer.write_all(bytes).expect("written");
    writer.finish().expect("the end");
    let path = case.beside("hostile.age");
    fs::write(&path, sealed).expect("written");
    path
}

#[test]
fn hostile_tars_are_named_and_nothing_is_written() {
    let case = handed_over();
    let (recipient, unlock) = keys(&case, "key");
    let bag = case.export("bag", &["notice.txt"], &[]);
    let good: BTreeMap<String, Vec<u8>> = files_below(&bag)
        .iter()
        .map(|file| {
            let path = file.strip_prefix(&bag).expect("below").to_string_lossy().into_owned();
            (path, fs::read(file).expect("read"))
        })
        .collect();
    let sealed = |extra: Option<(&[u8], EntryType, u64, &[u8])>, with_good: bool| {
        let mut tar = tar::Builder::new(Vec::new());
        for (path, bytes) in good.iter().filter(|_| with_good) {
            raw(
                &mut tar,
                format!("bag/{path}").as_bytes(),
                EntryType::Regular,
                bytes.len() as u64,
                bytes,
            );
        }
        if let Some((name, kind, size, bytes)) = extra {
            raw(&mut tar, name, kind, size, bytes);
        }
        seal(&case, &recipient, &tar.into_inner().expect("a tar"))
    };
    let opened = |path: &Path| SealedBag::open(path, &unlock).map(|mut bag| faults(&mut bag));
    assert_eq!(opened(&sealed(None, true)).expect("opened"), [], "the good one is good");
    for (what, name, kind, fault) in [
        ("a path upwards", &b"bag/../../x"[..], EntryType::Regular, Fault::UnsafeName),
        ("an absolute path", b"/etc/x", EntryType::Regular, Fault::NotAFile),
        ("a file outside of the bag", b"x", EntryType::Regular, Fault::NotAFile),
        ("a link", b"bag/data/l", EntryType::Symlink, Fault::NotAFile),
        ("a hard link", b"bag/data/l", EntryType::Link, Fault::NotAFile),
        ("a device", b"bag/data/d", EntryType::Char, Fault::NotAFile),
        ("a pipe", b"bag/data/p", EntryType::Fifo, Fault::NotAFile),
        ("a file twice", b"bag/bagit.txt", EntryType::Regular, Fault::Repeated),
        ("a long name", b"bag/n", EntryType::GNULongName, Fault::NotAFile),
        ("a file that no manifest lists", b"bag/data/more", EntryType::Regular, Fault::Unlisted),
        ("a name that is not UTF-8", b"bag/data/\xff", EntryType::Regular, Fault::UnsafeName),
    ] {
        let bytes: &[u8] = if kind == EntryType::Regular { b"x" } else { b"" };
        let found =
            opened(&sealed(Some((name, kind, bytes.len() as u64, bytes)), true)).expect(what);
        assert!(!found.is_empty(), "{what}");
        let expected =
            found.contains(&fault) || matches!(fault, Fault::Repeated) && !found.is_empty();
        assert!(expected, "{what}: {found:?}");
    }
    let beyond =
        opened(&sealed(Some((b"bag/bagit.txt", EntryType::Regular, 1 << 40, b"x")), false));
    assert!(matches!(beyond, Err(BagError::Seal(SealError::NotSealed { .. }))), "{beyond:?}");
    assert!(!opened(&sealed(None, false)).expect("an empty tar").is_empty());
    let nonsense = seal(
        &case,
        &recipient,
        &b"no tar at all, but long enough to be looked at as one".repeat(20),
    );
    assert!(matches!(opened(&nonsense), Err(BagError::Seal(SealError::NotSealed { .. }))));
    assert!(!case.beside("x").exists());
}

#[test]
fn bytes_after_the_last_file_are_not_hidden() {
    let case = handed_over();
    let (recipient, unlock) = keys(&case, "key");
    let mut tar = tar::Builder::new(Vec::new());
    raw(&mut tar, b"bag/bagit.txt", EntryType::Regular, 1, b"x");
    let tar = tar.into_inner().expect("a tar");
    let mut hidden = tar.clone();
    hidden.extend([0; 512]);
    hidden.extend(b"hidden");
    let endless = [tar.clone(), vec![0; 3 << 20]].concat();
    for (what, bytes, opens) in
        [("as written", tar, true), ("hidden bytes", hidden, false), ("zeros", endless, false)]
    {
        let path = seal(&case, &recipient, &bytes);
        assert_eq!(SealedBag::open(&path, &unlock).is_ok(), opens, "{what}");
    }
}
