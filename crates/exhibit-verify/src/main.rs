//! `exhibit-verify bag|proof|checkpoint|quote|timestamp PATH`: checks what was handed over, and says what that proves.

use exhibit_messages::{Language, Messages};
use exhibit_verify::{Request, Time, What, shown_safely, verify};
use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
Checks, offline, what an Exhibit case handed over. It changes nothing and connects to nothing.

Usage: exhibit-verify bag FOLDER        a package: is it whole, and what does it prove?
       exhibit-verify quote FILE        a quote in a package: does the page say this?
       exhibit-verify proof FILE        a .tlog-proof: is the entry beside it in the log?
       exhibit-verify checkpoint PATH   a log's signed size and root; of a folder that holds a log, every entry
       exhibit-verify timestamp FILE    a time stamp (.tsr) or public log's proof (.sigsum): is it over this data?

Options
  --key KEY        the log's public key, as you know it from elsewhere: a file, or its text
  --policy FILE    witnesses whose signatures you ask for (C2SP tlog-policy)
  --anchors FILE   certificates of time stamping authorities that you trust (PEM or DER; more than once)
  --sigsum-policy FILE    the public logs and witnesses that you trust
  --data FILE      of `timestamp`: what was stamped (else `checkpoint` beside it)
  --request FILE   of `timestamp`: what was asked (else the .tsq or .leaf beside it)
  --log FOLDER     of `proof` and `checkpoint`: the log whose handovers say which key took over from yours (else the folder around it)
  --entry FILE     of `proof`: the log entry, where it does not lie beside the proof
  --plain          of `bag`: check it as a BagIt bag alone, without custody proofs
  --lang LANG      en, zh-Hans, ug (else the language of the system)
  --json           print one JSON object
  -h, --help       print this
  -V, --version    print the version

Exit codes: 0 everything is as it must be, 1 something is not, 2 nothing could be checked
";

struct Arguments {
    request: Request,
    language: Language,
    json: bool,
}

enum Asked {
    Check(Box<Arguments>),
    Print(String),
}

fn main() -> ExitCode {
    let asked = match parse(std::env::args_os().skip(1)) {
        Ok(Asked::Check(arguments)) => arguments,
        Ok(Asked::Print(text)) => return print(&text, 0),
        Err(reason) => return complain(&format!("{reason}\nexhibit-verify --help says how it is used")),
    };
    match verify(&asked.request) {
        Ok(report) => {
            let good = if report.is_good() { 0 } else { 1 };
            if asked.json {
                return print(&(report.json() + "\n"), good);
            }
            let head = format!("exhibit-verify {}: {}\n", env!("CARGO_PKG_VERSION"), asked.request.path.display());
            print(&(head + &report.page(Messages::new(asked.language))), good)
        }
        Err(unable) => complain(&unable.to_string()),
    }
}

fn parse(mut arguments: impl Iterator<Item = OsString>) -> Result<Asked, String> {
    let mut words: Vec<OsString> = Vec::new();
    let mut request = Request {
        what: What::Bag,
        path: PathBuf::new(),
        key: None,
        policy: None,
        entry: None,
        log: None,
        plain: false,
        time: Time::default(),
    };
    let mut language = system_language();
    let mut json = false;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{} needs a value", argument.display()));
        match argument.to_str() {
            Some("-h" | "--help") => return Ok(Asked::Print(USAGE.to_owned())),
            Some("-V" | "--version") => {
                return Ok(Asked::Print(format!("exhibit-verify {}\n", env!("CARGO_PKG_VERSION"))));
            }
            Some("--json") => json = true,
            Some("--plain") => request.plain = true,
            Some("--key") => request.key = Some(value()?.into_string().map_err(|_| "the key is not UTF-8")?),
            Some("--policy") => request.policy = Some(value()?.into()),
            Some("--log") => request.log = Some(value()?.into()),
            Some("--entry") => request.entry = Some(value()?.into()),
            Some("--anchors") => request.time.authorities.push(value()?.into()),
            Some("--sigsum-policy") => request.time.sigsum = Some(value()?.into()),
            Some("--data") => request.time.data = Some(value()?.into()),
            Some("--request") => request.time.asked = Some(value()?.into()),
            Some("--lang") => {
                let tag = value()?;
                let known = tag.to_str().and_then(Language::from_tag);
                language = known.ok_or_else(|| format!("no language {}: en, zh-Hans, ug", tag.display()))?;
            }
            Some(option) if option.starts_with('-') && option.len() > 1 => return Err(format!("no option {option}")),
            _ => words.push(argument),
        }
    }
    let [what, path] = words.as_slice() else { return Err("name what to check, and one path".to_owned()) };
    request.what = match what.to_str() {
        Some("bag") => What::Bag,
        Some("proof") => What::Proof,
        Some("checkpoint") => What::Checkpoint,
        Some("quote") => What::Quote,
        Some("timestamp") => What::Timestamp,
        _ => return Err(format!("it is bag, quote, proof, checkpoint or timestamp, not {}", what.display())),
    };
    request.path = PathBuf::from(path);
    Ok(Asked::Check(Box::new(Arguments { request, language, json })))
}

fn system_language() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().filter_map(std::env::var_os).find(|value| !value.is_empty());
    set.and_then(|value| Language::from_tag(value.to_str()?)).unwrap_or(Language::English)
}

fn print(text: &str, code: u8) -> ExitCode {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // A reader that has gone away has seen enough; the exit code still says what was found.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => complain(&format!("cannot write: {error}")),
        _ => ExitCode::from(code),
    }
}

fn complain(text: &str) -> ExitCode {
    let lines: Vec<String> = text.lines().map(shown_safely).collect();
    let _ = writeln!(std::io::stderr().lock(), "exhibit-verify: {}", lines.join("\n"));
    ExitCode::from(2)
}
