//! Bags with pictures and load files, sealed bags, and bags taken into another case; and what is tampered with there.

use crate::bench::Bench;
use crate::handover::handed_over;
use exhibit_proof::finding::Fault;
use exhibit_testing::{ForgedBag, deviations, files_below};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Command;

const PICTURE: &str = "data/documents/EXH-000005/pictures/0001.png";
const DOCUMENTS: &str = "data/loadfile/documents.dat";
const PAGES: &str = "data/loadfile/pages.opt";

fn export(bench: &Bench, target: &str, more: &[&str]) -> Value {
    let base = ["-C", "case", "bag", "export", target, "--json"];
    bench.run(&[base.as_slice(), more].concat()).code(0).objects().remove(0)
}

// every file of a folder with its bytes
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let path =
        |file: &Path| file.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
    files_below(folder)
        .into_iter()
        .map(|file| (path(&file), fs::read(&file).expect("read")))
        .collect()
}

#[test]
fn pages_are_rendered_numbered_and_proved() {
    let (bench, _) = handed_over();
    let made = export(
        &bench,
        "full",
        &["--all", "--all-quotes", "--pictures", "--bates", "DESK-:41", "--for", "court"],
    );
    assert!(made["pictures"].as_u64() > Some(0), "{made}");
    assert_eq!(made["bates"][0], "DESK-0000041");
    assert!(
        made["not_rendered"].as_array().is_some_and(|list| !list.is_empty()),
        "a text has no layout: {made}"
    );
    let bag = bench.path("full");
    assert_eq!(deviations(&bag), []);
    assert!(fs::read(bag.join(PICTURE)).expect("a picture").starts_with(b"\x89PNG"));
    let mut quote = files_below(&bag.join("data/quotes"))
        .into_iter()
        .map(|path| fs::read_to_string(path).expect("read"));
    let quote = quote.rfind(|quote| quote.contains("EXH-000005")).expect("a quote");
    assert!(quote.contains("\"picture\":\"") && quote.contains("xywh=percent:"), "{quote}");
    let table = fs::read_to_string(bag.join(DOCUMENTS)).expect("a table");
    assert!(table.starts_with("\u{feff}\u{fe}BEGBATES\u{fe}\u{14}\u{fe}ENDBATES\u{fe}"), "{table}");
    let row =
        table.lines().find(|row| row.contains("list.txt")).expect("the member of the archive");
    assert_eq!(
        row.split('\u{14}').filter(|value| value.contains("DESK-00000")).count(),
        5,
        "family and text: {row}"
    );
    let list = fs::read_to_string(bag.join(PAGES)).expect("a list");
    assert!(
        list.contains(",EXHIBIT,data\\documents\\EXH-000005\\pictures\\0001.png,Y,,,"),
        "{list}"
    );
    let transfers =
        bench.run(&["-C", "case", "log", "ls", "--json", "--limit", "500"]).code(0).stdout;
    assert!(transfers.contains("transfer") && transfers.contains("court"), "{transfers}");
    let _ = bench.run(&["-C", "case", "verify"]).code(0);
    // a picture is the same when it is rendered again, and kept as long as the case is
    let stored = files_below(&bench.path("case/derived/cited")).remove(0);
    let mut rights = fs::metadata(&stored).expect("metadata").permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut rights, 0o600);
    fs::set_permissions(&stored, rights).expect("rights");
    fs::write(&stored, "another picture").expect("write");
    let found = bench.run(&["-C", "case", "verify", "--no-log"]).code(4);
    assert!(found.stdout.contains("its cited picture"), "{}", found.stdout);
    let _ = bench.run(&["-C", "case", "bag", "export", "again", "--all", "--pictures"]).code(4);
}

#[test]
fn the_same_selection_gives_the_same_bag_but_for_what_is_stated() {
    let (bench, _) = handed_over();
    let options = ["--all", "--all-quotes", "--pictures", "--bates", "T-"];
    let _ = export(&bench, "one", &options);
    let _ = export(&bench, "two", &options);
    let (one, two) = (contents(&bench.path("one")), contents(&bench.path("two")));
    let others = one
        .iter()
        .filter(|(path, bytes)| two.get(*path) != Some(*bytes))
        .map(|(path, _)| path.as_str());
    let stated = |path: &&str| {
        let lists = path.starts_with("tagmanifest-") || path.starts_with("manifest-");
        lists || path.starts_with("custody/") || *path == "data/ro-crate-metadata.json"
    };
    assert_eq!(others.filter(|path| !stated(path)).collect::<Vec<_>>(), Vec::<&str>::new());
    // another case of the same files renders the same pictures
    let (other, _) = handed_over();
    let _ = export(&other, "one", &options);
    assert_eq!(fs::read(other.path("one").join(PICTURE)).expect("read"), one[PICTURE]);
}

// a recipient and what opens what is sealed to it
fn keys(bench: &Bench, name: &str) -> String {
    let identity = age::x25519::Identity::generate();
    let text = age::secrecy::ExposeSecret::expose_secret(&identity.to_string()).to_owned();
    bench.write(name, format!("# for a test\n{text}\n"));
    identity.to_public().to_string()
}

#[test]
fn a_sealed_bag_opens_for_whom_it_is_meant_and_nobody_else() {
    let (bench, _) = handed_over();
    let (first, second, _) =
        (keys(&bench, "first.txt"), keys(&bench, "second.txt"), keys(&bench, "other.txt"));
    let _ = export(&bench, "bag.age", &["--all", "--all-quotes", "--to", &first, &second]);
    let check = |bag: &str, more: &[&str]| {
        bench.run(&[["bag", "check", bag, "--json"].as_slice(), more].concat())
    };
    for identity in ["first.txt", "second.txt"] {
        assert_eq!(check("bag.age", &["--identity", identity]).code(0).objects()[0]["good"], true);
    }
    assert!(
        check("bag.age", &["--identity", "other.txt"]).code(9).stderr.contains("not sealed to")
    );
    assert!(check("bag.age", &[]).code(2).stderr.contains("--identity"));
    let sealed = fs::read(bench.path("bag.age")).expect("read");
    let plain = String::from_utf8_lossy(&sealed);
    assert!(!plain.contains("notice") && !plain.contains("manifest"), "nothing is readable");
    for kept in [sealed.len() - 1, sealed.len() / 2, 65_536 + 300, 300, 20] {
        fs::write(bench.path("cut.age"), &sealed[..kept]).expect("write");
        let refused = check("cut.age", &["--identity", "first.txt"]).code(2);
        assert!(refused.stderr.contains("error"), "{kept}: {}", refused.stderr);
    }
    for at in (0..sealed.len()).step_by(sealed.len() / 23) {
        let mut altered = sealed.clone();
        altered[at] ^= 4;
        fs::write(bench.path("altered.age"), &altered).expect("write");
        let done = check("altered.age", &["--identity", "first.txt"]);
        assert!([2, 4, 9].contains(&done.code), "byte {at}: {}", done.stdout);
    }
    bench.write("passphrase", "correct horse\n");
    bench.write("wrong", "incorrect horse\n");
    let _ = export(&bench, "pass.age", &["--all", "--passphrase-file", "passphrase"]);
    let _ = check("pass.age", &["--passphrase-file", "passphrase"]).code(0);
    let _ = check("pass.age", &["--passphrase-file", "wrong"]).code(9);
    let _ =
        bench.run(&["-C", "case", "bag", "export", "x.age", "--all", "--to", "age1nobody"]).code(2);
    let _ = bench
        .run(&[
            "-C",
            "case",
            "bag",
            "export",
            "x.age",
            "--documents",
            "EXH-000001:7",
            "--to",
            &first,
        ])
        .code(1);
    let left: Vec<_> =
        fs::read_dir(bench.path("")).expect("list").flatten().map(|e| e.file_name()).collect();
    assert!(
        left.iter().all(|name| !name.to_string_lossy().starts_with('.')),
        "nothing is left behind: {left:?}"
    );
}

#[test]
fn another_age_opens_what_we_seal_and_seals_what_we_open() {
    let Some(age) =
        ["age", "rage"].into_iter().find(|age| Command::new(age).arg("--version").output().is_ok())
    else {
        assert!(
            std::env::var_os("EXHIBIT_INTEROP").is_none(),
            "no other age is installed, but it is asked for"
        );
        println!("not tried: no other age is installed");
        return;
    };
    let (bench, _) = handed_over();
    let recipient = keys(&bench, "key.txt");
    let _ = export(&bench, "bag.age", &["--all", "--to", &recipient]);
    let run = |arguments: &[&str]| {
        let done = Command::new(age)
            .args(arguments)
            .current_dir(bench.path(""))
            .output()
            .expect("it starts");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    run(&["-d", "-i", "key.txt", "-o", "bag.tar", "bag.age"]);
    fs::create_dir(bench.path("there")).expect("a folder");
    let done = Command::new("tar")
        .args(["xf", "../bag.tar"])
        .current_dir(bench.path("there"))
        .status()
        .expect("tar");
    assert!(done.success());
    assert_eq!(deviations(&bench.path("there/bag")), []);
    run(&["-r", &recipient, "-o", "theirs.age", "bag.tar"]);
    let _ = bench.run(&["bag", "check", "theirs.age", "--identity", "key.txt"]).code(0);
}

// what a hostile tar within a sealed file says
fn hostile(bench: &Bench, recipient: &str, fill: &dyn Fn(&mut tar::Builder<&mut Vec<u8>>)) -> i32 {
    let mut bytes = Vec::new();
    let mut tar = tar::Builder::new(&mut bytes);
    fill(&mut tar);
    tar.finish().expect("a tar");
    drop(tar);
    seal(bench, recipient, &bytes);
    bench.run(&["bag", "check", "hostile.age", "--identity", "key.txt", "--json"]).code
}

fn seal(bench: &Bench, recipient: &str, bytes: &[u8]) {
    let recipient: age::x25519::Recipient = recipient.parse().expect("a recipient");
    let encryptor =
        age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
            .expect("age");
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed).expect("a header");
    writer.write_all(bytes).expect("write");
    writer.finish().expect("the end");
    fs::write(bench.path("hostile.age"), sealed).expect("write");
}

fn raw(
    tar: &mut tar::Builder<&mut Vec<u8>>,
    name: &[u8],
    kind: tar::EntryType,
    size: u64,
    bytes: &[u8],
) {
    let mut header = tar::Header::new_old();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    tar.append(&header, bytes).expect("append");
}

#[test]
fn hostile_sealed_bags_are_named_and_harm_nothing() {
    use tar::EntryType as T;
    let (bench, _) = handed_over();
    let recipient = keys(&bench, "key.txt");
    let good: BTreeMap<String, Vec<u8>> = contents(&bench.path("bag"));
    let all = |tar: &mut tar::Builder<&mut Vec<u8>>| {
        for (path, bytes) in &good {
            raw(tar, format!("bag/{path}").as_bytes(), T::Regular, bytes.len() as u64, bytes);
        }
    };
    assert_eq!(hostile(&bench, &recipient, &all), 0, "the good one is good");
    type Fill<'a> = &'a dyn Fn(&mut tar::Builder<&mut Vec<u8>>);
    let cases: [(&str, Fill<'_>, i32); 9] = [
        ("a path upwards", &|tar| (all(tar), raw(tar, b"bag/../../x", T::Regular, 1, b"x")).1, 4),
        ("an absolute path", &|tar| (all(tar), raw(tar, b"/etc/x", T::Regular, 1, b"x")).1, 4),
        ("a file outside of the bag", &|tar| (all(tar), raw(tar, b"x", T::Regular, 1, b"x")).1, 4),
        ("a link", &|tar| (all(tar), raw(tar, b"bag/data/l", T::Symlink, 0, b"")).1, 4),
        ("a device", &|tar| (all(tar), raw(tar, b"bag/data/d", T::Char, 0, b"")).1, 4),
        ("a file twice", &|tar| (all(tar), raw(tar, b"bag/bagit.txt", T::Regular, 1, b"x")).1, 4),
        ("a long name", &|tar| (all(tar), raw(tar, b"bag/n", T::GNULongName, 3, b"abc")).1, 4),
        ("a size beyond the end", &|tar| raw(tar, b"bag/bagit.txt", T::Regular, 1 << 40, b"x"), 2),
        ("nothing", &|_| {}, 4),
    ];
    for (name, fill, code) in cases {
        assert_eq!(hostile(&bench, &recipient, fill), code, "{name}");
    }
    seal(
        &bench,
        &recipient,
        b"no tar at all, but long enough to be looked at as one".repeat(20).as_slice(),
    );
    let _ = bench.run(&["bag", "check", "hostile.age", "--identity", "key.txt"]).code(2);
}

#[test]
fn a_bag_is_taken_into_another_case_with_its_custody() {
    let (bench, quote) = handed_over();
    let _ = export(
        &bench,
        "full",
        &["--all", "--all-quotes", "--pictures", "--bates", "T-", "--for", "newsroom"],
    );
    let key = fs::read_to_string(bench.path("case/custody/key.pub")).expect("a key");
    let other = Bench::new();
    let _ = other.run(&["init", "case"]).code(0);
    let bag = bench.path("full");
    let bag = bag.to_str().expect("UTF-8");
    let import = |more: &[&str]| {
        other.run(&[["-C", "case", "bag", "import", bag, "--no-ocr"].as_slice(), more].concat())
    };
    let own = fs::read_to_string(other.path("case/custody/key.pub")).expect("a key");
    let refused = import(&["--key", own.trim()]).code(4);
    assert!(refused.stdout.contains("NOT GOOD") && other.ledger_is_empty(), "{}", refused.stdout);
    let _ = import(&["--key", key.trim()]).code(0);
    let ledger = other.ledger();
    for path in ["EXH-000003/notice.txt", "EXH-000005/zz.pdf", "EXH-000004/z.zip"] {
        assert!(ledger.contains_key(path), "{path}: {:?}", ledger.keys());
    }
    let found = other.run(&["-C", "case", "search", "须由值班员"]).code(0);
    assert!(found.stdout.contains("notice.txt"), "{}", found.stdout);
    let _ = other.run(&["-C", "case", "verify"]).code(0);
    let entries =
        other.run(&["-C", "case", "log", "ls", "--json", "--limit", "500"]).code(0).stdout;
    let origin = key.split('+').next().expect("an origin");
    assert!(entries.contains("channel\\\":\\\"bag") && entries.contains(origin), "{entries}");
    // again: nothing new
    let before = other.ledger();
    let _ = import(&[]).code(0);
    assert_eq!(other.ledger(), before);
    // given on just as it came, with quotes, pictures and load files
    let listed = other.run(&["-C", "case", "bag", "received", "--json"]).code(0).objects();
    let id = listed[0]["id"].as_str().expect("an id");
    let _ = other.run(&["-C", "case", "bag", "received", id, "--write", "same"]).code(0);
    assert_eq!(contents(&other.path("same")), contents(Path::new(bag)));
    assert!(other.path(&format!("same/data/quotes/{quote}.json")).is_file());
    // a bag of what was handed over names the case that it came from
    let _ = export(&other, "next", &["--all"]);
    assert_eq!(deviations(&other.path("next")), []);
    let record = ["1", "2", "3"]
        .map(|n| other.path(&format!("next/data/documents/EXH-00000{n}/record.json")));
    assert!(
        record
            .iter()
            .all(|path| fs::read_to_string(path).expect("a record").contains("\"source\":"))
    );
    let older = bench.path("bag");
    let forged = ForgedBag::new(&other.path("next"), other.path("forged"), &older, &older);
    let text = forged.text("data/documents/EXH-000001/record.json");
    let at = text.find("\"source\":").expect("there") + 9;
    let end = at + text[at..].find([',', '}']).expect("an end");
    forged
        .put("data/documents/EXH-000001/record.json", format!("{}0{}", &text[..at], &text[end..]));
    forged.cover_up();
    assert!(deviations(&forged.bag).iter().any(|(_, fault, _)| *fault == Fault::Receipt));
    // what is kept of it is checked with the case
    let kept = files_below(&other.path("case/bags"))
        .into_iter()
        .find(|path| path.ends_with("text/0001.txt"));
    fs::write(kept.expect("a text"), "another text").expect("write");
    let found = other.run(&["-C", "case", "verify", "--no-log"]).code(4);
    assert!(
        found.stdout.contains("bags/") && found.stdout.contains("0001.txt"),
        "{}",
        found.stdout
    );
    let _ = other.run(&["-C", "case", "bag", "received", id, "--write", "damaged"]).code(4);
}

#[test]
fn pages_alone_come_in_as_files_and_bad_bags_not_at_all() {
    let (bench, _) = handed_over();
    let recipient = keys(&bench, "key.txt");
    let _ = export(
        &bench,
        "pages.age",
        &["--documents", "EXH-000003:1", "--without-names", "--to", &recipient],
    );
    let other = Bench::new();
    let _ = other.run(&["init", "case"]).code(0);
    let (bag, key) = (bench.path("pages.age"), bench.path("key.txt"));
    let (bag, key) = (bag.to_str().expect("UTF-8"), key.to_str().expect("UTF-8"));
    let _ = other.run(&["-C", "case", "bag", "import", bag, "--identity", key, "--no-ocr"]).code(0);
    assert_eq!(other.ledger().keys().collect::<Vec<_>>(), ["EXH-000003/page 0001.txt"]);
    let _ = other.run(&["-C", "case", "verify"]).code(0);
    for (number, tamper) in (0..).zip([
        (|b: &ForgedBag| b.flip("data/documents/EXH-000003/text/0001.txt", 5)) as fn(&ForgedBag),
        |b| (b.flip("data/documents/EXH-000003/text/0001.txt", 5), b.cover_up()).1,
        |b| std::os::unix::fs::symlink("/etc", b.bag.join("data/etc")).expect("link"),
        |b| (b.remove("custody/checkpoint"), b.cover_up()).1,
        |b| fs::remove_dir_all(b.bag.join("custody")).expect("remove"),
    ]) {
        let case = Bench::new();
        let _ = case.run(&["init", "case"]).code(0);
        let bag = bench.path("bag");
        let forged = ForgedBag::new(&bag, case.path("forged"), &bag, &bag);
        tamper(&forged);
        let refused = case.run(&["-C", "case", "bag", "import", "forged"]).code(4);
        assert!(refused.stderr.contains("nothing was imported"), "{number}: {}", refused.stderr);
        assert!(case.ledger_is_empty() && !case.path("case/bags").exists(), "{number}");
        let log = case.run(&["-C", "case", "log", "ls"]).code(0);
        assert_eq!(
            log.stdout.lines().filter(|line| line.contains("source.receive")).count(),
            0,
            "{number}"
        );
    }
}

#[test]
fn an_import_that_is_killed_goes_on() {
    let (bench, _) = handed_over();
    let _ = export(&bench, "full", &["--all", "--pictures"]);
    let bag = bench.path("full");
    let bag = bag.to_str().expect("UTF-8");
    let other = Bench::new();
    let _ = other.run(&["init", "case"]).code(0);
    for more in [0, 1, 2, 3, 5, 8, 13] {
        let target = other.log_size() + more;
        let _ = other.kill_when(&["-C", "case", "bag", "import", bag, "--no-ocr"], || {
            other.log_size() > target
        });
        let _ = other.run(&["-C", "case", "verify", "--no-log"]).code(0);
    }
    let _ = other.run(&["-C", "case", "bag", "import", bag, "--no-ocr"]).code(0);
    let calm = Bench::new();
    let _ = calm.run(&["init", "case"]).code(0);
    let _ = calm.run(&["-C", "case", "bag", "import", bag, "--no-ocr"]).code(0);
    let states = |bench: &Bench| bench.states();
    assert_eq!(states(&other), states(&calm));
    let _ = other.run(&["-C", "case", "verify"]).code(0);
    let listed = other.run(&["-C", "case", "bag", "received"]).code(0);
    assert_eq!(listed.stdout.lines().count(), 1, "{}", listed.stdout);
}

#[test]
fn a_sealed_export_that_is_killed_leaves_nothing_readable() {
    let (bench, _) = handed_over();
    let recipient = keys(&bench, "key.txt");
    fs::create_dir_all(bench.path("out")).expect("a folder");
    let written =
        || fs::metadata(bench.path("out/.bag.age.unfinished")).map_or(0, |about| about.len());
    for bytes in [0, 1, 1 << 10, 200 << 10] {
        let arguments = ["-C", "case", "bag", "export", "out/bag.age", "--all", "--to", &recipient];
        let _ = bench.kill_when(&arguments, || written() > bytes);
        for file in files_below(&bench.path("out")) {
            let mut bytes = Vec::new();
            fs::File::open(&file).and_then(|mut file| file.read_to_end(&mut bytes)).expect("read");
            let text = String::from_utf8_lossy(&bytes);
            assert!(
                !text.contains("值班员") && !text.contains("data/documents"),
                "{}",
                file.display()
            );
            let whole = file.ends_with("bag.age");
            assert!(
                whole || file.ends_with(".bag.age.unfinished") || bytes.is_empty(),
                "{}",
                file.display()
            );
            if whole {
                let _ =
                    bench.run(&["bag", "check", "out/bag.age", "--identity", "key.txt"]).code(0);
            }
        }
        let _ = fs::remove_file(bench.path("out/bag.age"));
    }
    let _ = bench
        .run(&["-C", "case", "bag", "export", "out/bag.age", "--all", "--to", &recipient])
        .code(0);
    assert_eq!(files_below(&bench.path("out")).len(), 1);
}
