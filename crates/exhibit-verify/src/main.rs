//! `exhibit-verify bag|proof|checkpoint|quote|timestamp PATH`: checks a package, proof, quote or time stamp, and reports
//! what it proves.

use exhibit_messages::verifier::Texts;
use exhibit_messages::{Language, Messages};
use exhibit_verify::{Time, VerifyRequest, What, shown_safely, verify};
use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

struct Arguments {
    request: VerifyRequest,
    json: bool,
}

enum Invocation {
    Check(Box<Arguments>),
    Help,
    Version,
}

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let texts = Texts(Messages::new(language_of(&arguments)));
    let arguments = match parse(arguments.into_iter(), &texts) {
        Ok(Invocation::Check(arguments)) => arguments,
        Ok(Invocation::Help) => return print(&(texts.usage() + "\n"), 0, &texts),
        Ok(Invocation::Version) => {
            return print(&format!("exhibit-verify {}\n", env!("CARGO_PKG_VERSION")), 0, &texts);
        }
        Err(reason) => return fail(&format!("{reason}\n{}", texts.try_help())),
    };
    match verify(&arguments.request) {
        Ok(report) => {
            let code = if report.is_good() { 0 } else { 1 };
            if arguments.json {
                return print(&(report.json() + "\n"), code, &texts);
            }
            let path = shown_safely(&arguments.request.path.display().to_string());
            let head = format!("exhibit-verify {}: {path}\n", env!("CARGO_PKG_VERSION"));
            print(&(head + &report.page(texts.0)), code, &texts)
        }
        Err(unable) => fail(&texts.0.text(&unable.message())),
    }
}

// The last language that the arguments name, else that of the system: known before the arguments are parsed, for the errors
// in them.
fn language_of(arguments: &[OsString]) -> Language {
    let named = arguments.windows(2).rev().filter(|pair| pair[0] == "--lang");
    named
        .filter_map(|pair| Language::from_tag(pair[1].to_str()?))
        .next()
        .unwrap_or_else(system_language)
}

fn parse(
    mut arguments: impl Iterator<Item = OsString>,
    texts: &Texts,
) -> Result<Invocation, String> {
    let mut words: Vec<OsString> = Vec::new();
    let mut request = VerifyRequest {
        what: What::Bag,
        path: PathBuf::new(),
        key: None,
        policy: None,
        entry: None,
        log: None,
        plain: false,
        time: Time::default(),
    };
    let mut json = false;
    while let Some(argument) = arguments.next() {
        let shown = |text: &OsString| text.display().to_string();
        let mut value = || arguments.next().ok_or_else(|| texts.needs_value(shown(&argument)));
        match argument.to_str() {
            Some("-h" | "--help") => return Ok(Invocation::Help),
            Some("-V" | "--version") => return Ok(Invocation::Version),
            Some("--json") => json = true,
            Some("--plain") => request.plain = true,
            Some("--key") => {
                request.key = Some(value()?.into_string().map_err(|_| texts.key_not_utf8())?)
            }
            Some("--policy") => request.policy = Some(value()?.into()),
            Some("--log") => request.log = Some(value()?.into()),
            Some("--entry") => request.entry = Some(value()?.into()),
            Some("--anchors") => request.time.authorities.push(value()?.into()),
            Some("--sigsum-policy") => request.time.sigsum = Some(value()?.into()),
            Some("--data") => request.time.data = Some(value()?.into()),
            Some("--request") => request.time.asked = Some(value()?.into()),
            Some("--lang") => {
                let tag = value()?;
                if tag.to_str().and_then(Language::from_tag).is_none() {
                    return Err(texts.unsupported_language(shown(&tag)));
                }
            }
            Some(option) if option.starts_with('-') && option.len() > 1 => {
                return Err(texts.unknown_option(option));
            }
            _ => words.push(argument),
        }
    }
    let [what, path] = words.as_slice() else { return Err(texts.expected_command()) };
    request.what = match what.to_str() {
        Some("bag") => What::Bag,
        Some("proof") => What::Proof,
        Some("checkpoint") => What::Checkpoint,
        Some("quote") => What::Quote,
        Some("timestamp") => What::Timestamp,
        _ => return Err(texts.unknown_command(what.display().to_string())),
    };
    request.path = PathBuf::from(path);
    Ok(Invocation::Check(Box::new(Arguments { request, json })))
}

fn system_language() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(std::env::var_os)
        .find(|value| !value.is_empty());
    set.and_then(|value| Language::from_tag(value.to_str()?)).unwrap_or(Language::English)
}

fn print(text: &str, code: u8, texts: &Texts) -> ExitCode {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // A closed pipe is not an error; the exit code still gives the result.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            fail(&texts.cannot_write(error.to_string()))
        }
        _ => ExitCode::from(code),
    }
}

fn fail(text: &str) -> ExitCode {
    let lines: Vec<String> = text.lines().map(shown_safely).collect();
    let _ = writeln!(std::io::stderr().lock(), "exhibit-verify: {}", lines.join("\n"));
    ExitCode::from(2)
}
