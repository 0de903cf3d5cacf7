//! Time stamps by commands, with OpenSSL as the authorities. Witnesses and public logs are tried in `exhibit-bag`.

use crate::bench::{Bench, Done};
use exhibit_proof::finding::Fault;
use exhibit_proof::hash::to_hex;
use exhibit_verify::{Report, Time, VerifyRequest, What, verify};
use serde_json::Value;
use sha2::{Digest as _, Sha256, Sha512};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const CONFIG: &str = "[req]\ndistinguished_name=d\n[d]\n[root]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n\
    [tsa]\nextendedKeyUsage=critical,timeStamping\n[ts]\nserial=serial\ndefault_policy=1.2.3.4.1\nsigner_digest=sha256\n\
    digests=sha256\naccuracy=secs:1\ness_cert_id_alg=sha256\n";

/// A time stamping authority below a root of its own; `None` where there is no OpenSSL.
struct Authority(PathBuf);

impl Authority {
    fn new(bench: &Bench, name: &str) -> Option<Self> {
        let folder = bench.path(name);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("c"), CONFIG).expect("write");
        let own = Self(folder);
        let begun = own.openssl("ecparam -name prime256v1 -genkey -noout -out root.key");
        if begun.is_none() {
            assert!(std::env::var_os("EXHIBIT_INTEROP").is_none(), "OpenSSL is missing");
            return None;
        }
        own.openssl("req -x509 -new -key root.key -subj /CN=Root -days 9 -config c -extensions root -out root.pem");
        own.openssl("ecparam -name prime256v1 -genkey -noout -out tsa.key");
        own.openssl("req -new -key tsa.key -subj /CN=Stamps -config c -out tsa.csr");
        own.openssl("x509 -req -in tsa.csr -CA root.pem -CAkey root.key -set_serial 2 -days 9 -extfile c -extensions tsa -out tsa.pem");
        Some(own)
    }

    fn openssl(&self, arguments: &str) -> Option<()> {
        let output = Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(&self.0)
            .output()
            .ok()?;
        assert!(
            output.status.success(),
            "{arguments}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Some(())
    }

    fn stamp(&self, request: &Path, reply: &Path) {
        let (request, reply) = (request.display(), reply.display());
        self.openssl(&format!(
            "ts -reply -config c -section ts -queryfile {request} -signer tsa.pem -inkey tsa.key -out {reply}"
        ));
    }

    fn root(&self) -> String {
        self.0.join("root.pem").display().to_string()
    }
}

fn case() -> Bench {
    let bench = Bench::new();
    bench.write("trove/notice.txt", "须由值班员逐一登记");
    let _ = bench.take_in().code(0);
    bench
}

fn anchor(bench: &Bench, arguments: &[&str]) -> Done {
    bench.run(&[&["-C", "case", "log", "anchor"], arguments].concat())
}

fn standings(bench: &Bench) -> Vec<String> {
    let word = |row: &Value, key: &str| row[key].as_str().expect("a word").to_owned();
    let listed = anchor(bench, &["ls", "--json"]).objects();
    listed.iter().map(|row| format!("{} {}", word(row, "name"), word(row, "standing"))).collect()
}

fn anchors_folder(bench: &Bench) -> PathBuf {
    let folder =
        fs::read_dir(bench.path("case/custody/anchors")).expect("anchors").next().expect("one");
    folder.expect("a folder").path()
}

#[test]
fn stamps_are_asked_for_brought_back_and_handed_over() {
    let bench = case();
    let Some(first) = Authority::new(&bench, "first") else { return };
    let second = Authority::new(&bench, "second").expect("OpenSSL");
    let _ = anchor(&bench, &["ls"]).code(1);
    let asked =
        anchor(&bench, &["request", "--authority", "first", "--authority", "second", "-o", "ask"])
            .code(0);
    assert!(asked.stdout.contains("2 requests"), "{}", asked.stdout);
    let readme = fs::read_to_string(bench.path("ask/README.txt")).expect("instructions");
    assert!(
        readme.contains("first.tsq")
            && readme.contains("second.tsq")
            && !readme.contains("sigsum-submit")
    );
    let _ = anchor(&bench, &["request", "-o", "ask"]).code(2);
    assert_eq!(standings(&bench), ["first requested", "second requested"]);
    first.stamp(&bench.path("ask/first.tsq"), &bench.path("first.tsr"));
    second.stamp(&bench.path("ask/second.tsq"), &bench.path("second.tsr"));

    // Wrong ones are refused by what is wrong, and nothing of them is kept.
    let refused = anchor(&bench, &["import", "first.tsr", "--ca", &second.root()]).code(4);
    assert!(
        refused.stderr.contains("no chain of certificates leads from Stamps"),
        "{}",
        refused.stderr
    );
    let _ = Command::new("openssl")
        .args(["ts", "-query", "-data", "ask/first.tsq", "-sha256", "-cert", "-out", "x.tsq"])
        .current_dir(bench.path(""))
        .output();
    first.stamp(&bench.path("x.tsq"), &bench.path("x.tsr"));
    let refused = anchor(&bench, &["import", "x.tsr", "--ca", &first.root()]).code(4);
    assert!(refused.stderr.contains("not over this data"), "{}", refused.stderr);
    bench.write("bad.tsr", "no reply");
    let refused = anchor(&bench, &["import", "bad.tsr"]).code(4);
    assert!(
        refused.stderr.contains("bad.tsr: it is not accepted: the reply is malformed"),
        "{}",
        refused.stderr
    );
    assert_eq!(standings(&bench), ["first requested", "second requested"]);

    let imported =
        anchor(&bench, &["import", "first.tsr", "--ca", &first.root(), "--json"]).code(0).objects();
    assert_eq!(
        (imported[0]["trusted"].as_bool(), imported[0]["already"].as_bool()),
        (Some(true), Some(false))
    );
    let again =
        anchor(&bench, &["import", "first.tsr", "--ca", &first.root(), "--json"]).code(0).objects();
    assert_eq!(
        (again[0]["already"].as_bool(), &again[0]["log_entry"]),
        (Some(true), &imported[0]["log_entry"])
    );
    let untrusted = anchor(&bench, &["import", "second.tsr"]).code(0);
    assert!(untrusted.stderr.contains("no authority was given"), "{}", untrusted.stderr);
    assert_eq!(standings(&bench), ["first valid", "second valid"]);
    let seq = imported[0]["log_entry"].to_string();
    let entry = bench.run(&["-C", "case", "log", "show", &seq]).code(0).stdout;
    assert!(
        entry.contains("\"act\":\"anchor\"") && entry.contains("\"kind\":\"rfc3161\""),
        "{entry}"
    );
    assert!(entry.contains("sealed in it: authority = first: Stamps"), "{entry}");
    assert!(
        !entry.lines().next().expect("an entry").contains("Stamps"),
        "whom a case has deals with stays sealed"
    );
    let _ = bench.run(&["-C", "case", "verify"]).code(0);

    handed_over(&bench, &first);
    by_themselves(&bench, &first);
}

fn request(what: What, path: PathBuf, authorities: &[String]) -> VerifyRequest {
    let time =
        Time { authorities: authorities.iter().map(PathBuf::from).collect(), ..Time::default() };
    VerifyRequest {
        what,
        path,
        key: None,
        policy: None,
        entry: None,
        log: None,
        plain: false,
        time,
    }
}

fn lines(report: &Report) -> Vec<&str> {
    report.proved.iter().chain(&report.not_proved).map(|line| line.id()).collect()
}

// The log has grown since; the bag leads from the anchored state to its own.
fn handed_over(bench: &Bench, first: &Authority) {
    let _ = bench.run(&["-C", "case", "bag", "export", "bag", "--all"]).code(0);
    let bag = bench.path("bag");
    let report = verify(&request(What::Bag, bag.clone(), &[first.root()])).expect("a bag");
    assert!(report.is_good(), "{:?}", report.deviations);
    let said = |key: &str| lines(&report).iter().filter(|line| **line == key).count();
    assert_eq!(
        (said("proved-time"), said("not-trusted"), said("not-time"), said("not-earlier")),
        (1, 1, 0, 1)
    );
    let report = verify(&request(What::Bag, bag.clone(), &[])).expect("a bag");
    assert!(
        report.is_good()
            && lines(&report).iter().filter(|line| **line == "not-trusted").count() == 2
    );
    let checked = bench.run(&["bag", "check", "bag", "--ca", &first.root()]).code(0);
    assert!(checked.stdout.contains("first: the first"), "{}", checked.stdout);
    by_the_script(bench, "bag", first);
    let crate_ =
        fs::read_to_string(bag.join("data/ro-crate-metadata.json")).expect("a description");
    assert!(crate_.contains("\"mentions\"") && crate_.contains("so says Stamps"), "{crate_}");
    assert!(
        fs::read_to_string(bag.join("VERIFY.txt"))
            .expect("a page")
            .contains("sh verify.sh AUTHORITY.pem")
    );
    let folder = fs::read_dir(bag.join("custody/anchors"))
        .expect("anchors")
        .next()
        .expect("one")
        .expect("one")
        .path();
    let files: Vec<PathBuf> =
        fs::read_dir(&folder).expect("list").map(|file| file.expect("a file").path()).collect();
    assert_eq!(files.len(), 2 + 2 * 3);
    for file in &files {
        let good = fs::read(file).expect("read");
        for at in [0, good.len() / 3, good.len() / 2, good.len() - 2] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(file, bad).expect("write");
            relist(&bag);
            let report = verify(&request(What::Bag, bag.clone(), &[first.root()])).expect("a bag");
            let named = |fault: Fault| report.deviations.iter().any(|found| found.fault == fault);
            assert!(
                named(Fault::Unproved) || named(Fault::Time),
                "{} {at}: {:?}",
                file.display(),
                report.deviations
            );
        }
        fs::write(file, good).expect("write");
    }
    relist(&bag);
    let consistency = folder.join("consistency");
    let kept = fs::read(&consistency).expect("read");
    fs::remove_file(&consistency).expect("removed");
    relist(&bag);
    let report = verify(&request(What::Bag, bag.clone(), &[first.root()])).expect("a bag");
    assert!(
        report.deviations.iter().any(|found| found.fault == Fault::Time),
        "{:?}",
        report.deviations
    );
    assert!(!lines(&report).contains(&"proved-time"));
    fs::write(&consistency, kept).expect("write");
    // A file of that name is one of a folder of anchors, or nothing vouches for it.
    for stray in ["custody/anchors/consistency", "custody/anchors/000000001/more/consistency"] {
        let path = bag.join(stray);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(&path, "anything").expect("write");
        relist(&bag);
        let report = verify(&request(What::Bag, bag.clone(), &[first.root()])).expect("a bag");
        let named = |fault: Fault| {
            report.deviations.iter().any(|found| found.fault == fault && found.place == stray)
        };
        assert!(named(Fault::Unproved), "{stray}: {:?}", report.deviations);
        fs::remove_file(&path).expect("removed");
    }
    fs::remove_dir_all(bag.join("custody/anchors/000000001")).expect("removed");
    relist(&bag);
    assert!(verify(&request(What::Bag, bag, &[first.root()])).expect("a bag").is_good());
}

// The script in the bag has OpenSSL check the stamps, against authorities that its caller names.
fn by_the_script(bench: &Bench, bag: &str, first: &Authority) {
    let script = |authorities: &[String]| {
        let script = format!("{bag}/verify.sh");
        let done = Command::new("sh")
            .arg(script)
            .args(authorities)
            .current_dir(bench.path(""))
            .output()
            .expect("sh");
        let said = String::from_utf8_lossy(&done.stdout).into_owned()
            + &String::from_utf8_lossy(&done.stderr);
        (done.status.code(), said)
    };
    let (code, said) = script(&[]);
    assert_eq!(
        (code, said.matches("Not checked: custody/anchors/").count()),
        (Some(0), 2),
        "{said}"
    );
    // a path as its caller's folder has it
    let (code, said) = script(&["first/root.pem".to_owned()]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("first.tsr: a log of") && said.contains("second.tsr is not by an authority"),
        "{said}"
    );
    let (code, said) = script(&[first.root(), bench.path("second/root.pem").display().to_string()]);
    assert_eq!((code, said.matches("entries was there by").count()), (Some(0), 2), "{said}");
    let (code, said) = script(&[first.0.join("tsa.pem").display().to_string()]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("no time stamp is valid"), "{said}");
}

// Writes the lists of tag files again.
fn relist(bag: &Path) {
    let mut files = BTreeMap::new();
    let mut folders = vec![bag.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("list") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(bag).expect("below").to_str().expect("UTF-8").to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !name.starts_with("data/") && !name.starts_with("tagmanifest-") {
                files.insert(name, fs::read(path).expect("read"));
            }
        }
    }
    let list = |digest: &dyn Fn(&[u8]) -> String| {
        files.iter().map(|(name, bytes)| format!("{}  {name}\n", digest(bytes))).collect::<String>()
    };
    fs::write(bag.join("tagmanifest-sha256.txt"), list(&|bytes| to_hex(&Sha256::digest(bytes))))
        .expect("write");
    fs::write(bag.join("tagmanifest-sha512.txt"), list(&|bytes| to_hex(&Sha512::digest(bytes))))
        .expect("write");
}

fn by_themselves(bench: &Bench, first: &Authority) {
    let folder = anchors_folder(bench);
    let stamp = folder.join("first.tsr");
    let report =
        verify(&request(What::Timestamp, stamp.clone(), &[first.root()])).expect("a stamp");
    assert!(
        report.is_good()
            && lines(&report).contains(&"proved-stamp")
            && lines(&report).contains(&"proved-answer")
    );
    let report = verify(&request(What::Timestamp, stamp.clone(), &[])).expect("a stamp");
    assert!(report.is_good() && lines(&report).contains(&"not-authority"));
    let mut other = request(What::Timestamp, stamp.clone(), &[first.root()]);
    other.time.data = Some(folder.join("first.pem"));
    let report = verify(&other).expect("a stamp");
    assert!(
        report.deviations.iter().any(|found| found.detail.contains("not over this data")),
        "{report:?}"
    );
    // What was put in after the fact, or changed, is named.
    let good = fs::read(&stamp).expect("read");
    let mut bad = good.clone();
    *bad.last_mut().expect("not empty") ^= 1;
    fs::write(&stamp, bad).expect("write");
    let _ = anchor(bench, &["ls"]).code(4);
    let named = bench.run(&["-C", "case", "verify"]).code(4).stdout;
    assert!(named.contains("first.tsr: the signature does not match the key of Stamps"), "{named}");
    assert!(standings(bench).contains(&"first.tsr broken".to_owned()));
    fs::write(&stamp, good).expect("write");
    let _ = anchor(bench, &["ls"]).code(0);
    fs::write(folder.join("consistency"), "x").expect("write");
    assert!(standings(bench).contains(&"consistency broken".to_owned()));
    fs::remove_file(folder.join("consistency")).expect("removed");
    fs::write(folder.join("checkpoint"), "x").expect("write");
    assert_eq!(standings(bench), ["checkpoint broken"]);
}

#[test]
fn an_import_that_was_broken_off_is_completed() {
    let bench = case();
    let Some(authority) = Authority::new(&bench, "authority") else { return };
    let _ = anchor(&bench, &["request", "-o", "ask"]).code(0);
    // AnchorRequests again, the words are the same: an answer to the first stick is still one.
    let _ = anchor(&bench, &["request", "-o", "again"]).code(0);
    let words = |name: &str| fs::read(bench.path(name)).expect("read");
    assert_eq!(words("ask/authority.tsq"), words("again/authority.tsq"));
    authority.stamp(&bench.path("ask/authority.tsq"), &bench.path("a.tsr"));
    // As a kill leaves it after the files and before the log entry, and in the middle of a file.
    let folder = anchors_folder(&bench);
    fs::copy(authority.root(), folder.join("authority.pem")).expect("copy");
    fs::write(folder.join(".authority.tsr.new"), "half").expect("write");
    assert_eq!(standings(&bench), ["authority requested"]);
    fs::copy(bench.path("a.tsr"), folder.join("authority.tsr")).expect("copy");
    assert_eq!(standings(&bench), ["authority not-logged"]);
    assert!(bench.run(&["-C", "case", "verify"]).code(0).stdout.contains("import it again"));
    let _ = bench.run(&["-C", "case", "bag", "export", "bag", "--all"]).code(0);
    assert!(!bench.path("bag/custody/anchors").exists(), "what is not logged is not handed over");
    let _ = anchor(&bench, &["import", "a.tsr", "--ca", &authority.root()]).code(0);
    assert_eq!(standings(&bench), ["authority valid"]);
    // Another case does not take it.
    let other = case();
    let _ = anchor(&other, &["request", "-o", "ask"]).code(0);
    let reply = bench.path("a.tsr").display().to_string();
    let refused = anchor(&other, &["import", &reply, "--ca", &authority.root()]).code(4);
    assert!(refused.stderr.contains("not over this data"), "{}", refused.stderr);
    let none = case();
    let refused = anchor(&none, &["import", &reply]).code(1);
    assert!(refused.stderr.contains("no matching request"), "{}", refused.stderr);
}
