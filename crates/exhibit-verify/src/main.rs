//! `exhibit-verify bag|proof|checkpoint|quote|timestamp PATH`: checks a package, proof, quote or time stamp, and reports
//! what it proves.

use exhibit_messages::{Language, Messages};
use exhibit_verify::{Request, Time, What, shown_safely, verify};
use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
Checks packages, quotes, log entries, checkpoints and time stamps of an Exhibit case, offline.
It changes nothing and opens no connection.

Usage: exhibit-verify bag FOLDER        a package: is it complete, and what does it prove?
       exhibit-verify quote FILE        a quote in a package: does the page have this text?
       exhibit-verify proof FILE        a .tlog-proof file: is the entry next to it in the log?
       exhibit-verify checkpoint PATH   the signed size and root of a log; for a folder with a log, every entry
       exhibit-verify timestamp FILE    a time stamp (.tsr) or the proof of a public log (.sigsum): does it cover the data?

Options
  --key KEY        the log's public key, as you know it from another channel: a file, or its text
  --policy FILE    the witnesses whose signatures are required (C2SP tlog-policy)
  --anchors FILE   certificates of time stamping authorities that you trust (PEM or DER; can be repeated)
  --sigsum-policy FILE    the public logs and witnesses that you trust
  --data FILE      for `timestamp`: the stamped data (default: `checkpoint` in the same folder)
  --request FILE   for `timestamp`: the request (default: the .tsq or .leaf file in the same folder)
  --log FOLDER     for `proof` and `checkpoint`: the log with the handovers from your key (default: the enclosing folder)
  --entry FILE     for `proof`: the log entry (default: the .json file next to the proof)
  --plain          for `bag`: check it only as a BagIt bag, without custody proofs
  --lang LANG      en, zh-Hans, ug (default: the language of the system)
  --json           print one JSON object
  -h, --help       print this
  -V, --version    print the version

Exit codes: 0 no deviations, 1 deviations, 2 nothing could be checked
";

struct Arguments {
    request: Request,
    language: Language,
    json: bool,
}

enum Invocation {
    Check(Box<Arguments>),
    Print(String),
}

fn main() -> ExitCode {
    let arguments = match parse(std::env::args_os().skip(1)) {
        Ok(Invocation::Check(arguments)) => arguments,
        Ok(Invocation::Print(text)) => return print(&text, 0),
        Err(reason) => return fail(&format!("{reason}\ntry `exhibit-verify --help`")),
    };
    match verify(&arguments.request) {
        Ok(report) => {
            let code = if report.is_good() { 0 } else { 1 };
            if arguments.json {
                return print(&(report.json() + "\n"), code);
            }
            let path = shown_safely(&arguments.request.path.display().to_string());
            let head = format!("exhibit-verify {}: {path}\n", env!("CARGO_PKG_VERSION"));
            print(&(head + &report.page(Messages::new(arguments.language))), code)
        }
        Err(unable) => fail(&unable.to_string()),
    }
}

fn parse(mut arguments: impl Iterator<Item = OsString>) -> Result<Invocation, String> {
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
            Some("-h" | "--help") => return Ok(Invocation::Print(USAGE.to_owned())),
            Some("-V" | "--version") => {
                return Ok(Invocation::Print(format!("exhibit-verify {}\n", env!("CARGO_PKG_VERSION"))));
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
                language =
                    known.ok_or_else(|| format!("unsupported language {}: use en, zh-Hans or ug", tag.display()))?;
            }
            Some(option) if option.starts_with('-') && option.len() > 1 => {
                return Err(format!("unknown option {option}"));
            }
            _ => words.push(argument),
        }
    }
    let [what, path] = words.as_slice() else { return Err("expected a command and one path".to_owned()) };
    request.what = match what.to_str() {
        Some("bag") => What::Bag,
        Some("proof") => What::Proof,
        Some("checkpoint") => What::Checkpoint,
        Some("quote") => What::Quote,
        Some("timestamp") => What::Timestamp,
        _ => return Err(format!("unknown command {}: use bag, quote, proof, checkpoint or timestamp", what.display())),
    };
    request.path = PathBuf::from(path);
    Ok(Invocation::Check(Box::new(Arguments { request, language, json })))
}

fn system_language() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().filter_map(std::env::var_os).find(|value| !value.is_empty());
    set.and_then(|value| Language::from_tag(value.to_str()?)).unwrap_or(Language::English)
}

fn print(text: &str, code: u8) -> ExitCode {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // A closed pipe is not an error; the exit code still gives the result.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => fail(&format!("cannot write: {error}")),
        _ => ExitCode::from(code),
    }
}

fn fail(text: &str) -> ExitCode {
    let lines: Vec<String> = text.lines().map(shown_safely).collect();
    let _ = writeln!(std::io::stderr().lock(), "exhibit-verify: {}", lines.join("\n"));
    ExitCode::from(2)
}
