//! `exhibit log anchor request|import|ls`

use crate::commands::Context;
use crate::commands::bag::failure;
use crate::failure::{Act, Exit, Failure, path as shown_path};
use crate::output::Style;
use crate::system;
use crate::texts::texts;
use clap::{Args, Subcommand};
use exhibit_bag::{
    AnchorRecipients, AnchorRequests, AnchorRow, AnchorStatus, Imported, Reply, ask_anchors,
    import_anchor, list_anchors,
};
use exhibit_model::shown;
use exhibit_time::Certificate;
use exhibit_time::anchored::{AnchorKind, Anchored, MAX_FILE};
use serde_json::json;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Instructions for the person at the connected machine.
const INSTRUCTIONS: &str = include_str!("../../../text/anchors.txt");

/// Anchor the log in time (RFC 3161, witnesses, Sigsum), offline
#[derive(Debug, Args)]
pub(super) struct AnchorArgs {
    #[command(subcommand)]
    command: AnchorCommand,
}

#[derive(Debug, Subcommand)]
enum AnchorCommand {
    /// Write request files for a person to carry to a connected machine; nothing is sent
    #[command(
        after_help = "Examples:\n  exhibit log anchor request --authority first --authority second -o /media/stick/ask\n  \
                            exhibit log anchor request --witness partner=partner.vkey --sigsum public -o ask"
    )]
    Request(AnchorRequest),
    /// Import replies: checked against the requests and this log, kept, and logged
    #[command(
        after_help = "Examples:\n  exhibit log anchor import /media/stick/first.tsr --ca first-ca.pem\n  \
                            exhibit log anchor import public.sigsum --policy sigsum.policy"
    )]
    Import(AnchorImport),
    /// List anchors and open requests; exits with 4 if an anchor is invalid
    Ls,
}

#[derive(Debug, Args)]
struct AnchorRequest {
    /// A name for a time stamping authority; can be repeated [default without other options: authority]
    #[arg(long, value_name = "NAME")]
    authority: Vec<String>,
    /// A witness: a name for it, and the file with its key
    #[arg(long, value_name = "NAME=FILE")]
    witness: Vec<String>,
    /// A name for a public Sigsum log
    #[arg(long, value_name = "NAME")]
    sigsum: Vec<String>,
    /// The folder to write to; it must be new or empty
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

#[derive(Debug, Args)]
struct AnchorImport {
    /// The replies
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The certificate of an authority that you trust (PEM or DER)
    #[arg(long, value_name = "FILE")]
    ca: Vec<PathBuf>,
    /// The Sigsum policy to check a proof against
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

pub(super) fn run(context: &Context<'_>, arguments: &AnchorArgs) -> Result<ExitCode, Failure> {
    match &arguments.command {
        AnchorCommand::Request(arguments) => request(context, arguments),
        AnchorCommand::Import(arguments) => import(context, arguments),
        AnchorCommand::Ls => list(context),
    }
}

fn request(context: &Context<'_>, arguments: &AnchorRequest) -> Result<ExitCode, Failure> {
    let witnesses =
        arguments.witness.iter().map(|text| read_witness(text)).collect::<Result<Vec<_>, _>>()?;
    let mut authorities = arguments.authority.clone();
    if authorities.is_empty() && witnesses.is_empty() && arguments.sigsum.is_empty() {
        authorities.push("authority".to_owned());
    }
    if context.dry_run() {
        let count = authorities.len() + witnesses.len() + arguments.sigsum.len();
        context.output.line(&texts().would_write_requests(count as u64));
        return Ok(Exit::Done.into());
    }
    let mut held = system::hold(&context.case_folder()?)?;
    let ask = AnchorRecipients {
        authorities: &authorities,
        witnesses: &witnesses,
        sigsum: &arguments.sigsum,
    };
    let written = ask_anchors(&mut held, &ask, &arguments.output).map_err(failure)?;
    let readme = arguments.output.join("README.txt");
    std::fs::write(&readme, instructions(&written))
        .map_err(|error| Failure::io(Act::Write, &readme, &error))?;
    if context.output.json {
        let files: Vec<_> = written
            .files
            .iter()
            .map(|(name, kind)| json!({"file": name, "type": kind.word()}))
            .collect();
        context.output.object(
            "anchor-request",
            json!({"path": arguments.output.display().to_string(), "size": written.size, "files": files}),
        );
    } else {
        let (requests, entries) =
            (texts().requests(written.files.len() as u64), texts().entries(written.size));
        context.output.line(&texts().wrote_requests(
            entries,
            shown_path(&arguments.output),
            requests,
        ));
    }
    Ok(Exit::Done.into())
}

// `NAME=FILE`
fn read_witness(text: &str) -> Result<(String, Vec<u8>), Failure> {
    let (name, path) = text.split_once('=').ok_or_else(|| {
        Failure::usage(texts().not_name_file(format!("{text:?}")))
            .hint(texts().hint_not_name_file())
    })?;
    Ok((name.to_owned(), read(Path::new(path))?))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| Failure::io(Act::Read, path, &error);
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > MAX_FILE {
        return Err(Failure::usage(texts().reply_too_large(MAX_FILE as u64, shown_path(path)))
            .hint(texts().hint_reply_too_large()));
    }
    Ok(bytes)
}

// The parts of the instructions that concern the requests written.
fn instructions(written: &AnchorRequests) -> String {
    let mut text = String::new();
    for part in INSTRUCTIONS.split("\n%%") {
        let (word, body) = part.split_once('\n').unwrap_or(("", part));
        match AnchorKind::ALL.into_iter().find(|kind| kind.word() == word.trim()) {
            None => text.push_str(body),
            Some(kind) => {
                for (file, _) in written.files.iter().filter(|(_, of)| *of == kind) {
                    let name = file.split('.').next().unwrap_or(file);
                    text.push_str(&body.replace("{name}", name));
                }
            }
        }
    }
    text
}

fn import(context: &Context<'_>, arguments: &AnchorImport) -> Result<ExitCode, Failure> {
    let mut authorities = Vec::new();
    for path in &arguments.ca {
        let read = Certificate::read_all(&read(path)?);
        let wrong = |fault: exhibit_time::TimeFault| {
            Failure::usage(texts().about_path(shown_path(path), fault.to_string()))
                .hint(texts().hint_certificates())
        };
        authorities.extend(read.map_err(wrong)?);
    }
    let policy = arguments.policy.as_ref().map(|path| read(path)).transpose()?;
    let mut held = system::hold(&context.case_folder()?)?;
    for path in &arguments.files {
        let bytes = read(path)?;
        let reply = Reply { bytes: &bytes, authorities: &authorities, policy: policy.as_deref() };
        if context.dry_run() {
            context.output.line(&texts().would_import_reply(shown_path(path)));
            continue;
        }
        let imported = import_anchor(&mut held, &reply);
        let imported = imported.map_err(|error| {
            let mut failure = failure(error);
            failure.message = texts().about_path(shown_path(path), failure.message);
            failure
        })?;
        print_imported(context, &imported);
    }
    Ok(Exit::Done.into())
}

fn print_imported(context: &Context<'_>, imported: &Imported) {
    let Imported { size, anchored, entry, already } = imported;
    if context.output.json {
        let mut fields = fields(*size, anchored);
        fields["standing"] = json!("valid");
        fields["log_entry"] = json!(entry.get());
        fields["already"] = json!(already);
        context.output.object("anchor", fields);
        return;
    }
    let (anchor, entry) = (sentence(*size, anchored), entry.to_string());
    context.output.line(&match already {
        true => texts().imported_anchor_again(anchor, entry),
        false => texts().imported_anchor(anchor, entry),
    });
    if !anchored.is_trusted {
        context.output.remark(&texts().anchor_no_authority());
    }
}

fn sentence(size: u64, anchored: &Anchored) -> String {
    let (by, kind, who) = (anchored.by.to_string(), anchored.kind.word(), shown(&anchored.who));
    texts().anchor(by, size.to_string(), kind, &anchored.name, who)
}

fn fields(size: u64, anchored: &Anchored) -> serde_json::Value {
    json!({
        "name": anchored.name, "type": anchored.kind.word(), "size": size, "by": anchored.by.to_string(),
        "who": shown(&anchored.who), "trusted": anchored.is_trusted,
    })
}

fn list(context: &Context<'_>) -> Result<ExitCode, Failure> {
    let rows = list_anchors(&context.case()?).map_err(failure)?;
    for row in &rows {
        print(context, row);
    }
    let is_wrong = |row: &AnchorRow| {
        matches!(row.standing, AnchorStatus::Broken(_) | AnchorStatus::NotLogged(_))
    };
    Ok(match rows.as_slice() {
        [] => Exit::Nothing,
        rows if rows.iter().any(is_wrong) => Exit::Mismatch,
        _ => Exit::Done,
    }
    .into())
}

fn print(context: &Context<'_>, row: &AnchorRow) {
    let output = context.output;
    let name = shown(&row.name);
    let (texts, size) = (texts(), row.size.to_string());
    let (code, word, style, fields, line) = match &row.standing {
        AnchorStatus::Valid(anchored, entry) => {
            let mut fields = fields(row.size, anchored);
            fields["log_entry"] = json!(entry.get());
            let line = texts.anchor_logged(sentence(row.size, anchored), entry.to_string());
            ("valid", texts.anchor_is_valid(), Style::Good, fields, line)
        }
        AnchorStatus::NotLogged(anchored) => {
            let line = texts.anchor_not_logged(sentence(row.size, anchored));
            (
                "not-logged",
                texts.anchor_is_not_logged(),
                Style::Bad,
                fields(row.size, anchored),
                line,
            )
        }
        AnchorStatus::Requested(kind) => {
            let line = texts.anchor_requested(size, kind.word(), &name);
            let fields = json!({"name": name, "type": kind.word(), "size": row.size});
            ("requested", texts.anchor_is_requested(), Style::Dim, fields, line)
        }
        AnchorStatus::Broken(fault) => {
            let reason = shown(&exhibit_case::chain_of(fault));
            let line = texts.anchor_broken(size, &name, &reason);
            let fields =
                json!({"name": name, "size": row.size, "code": fault.code(), "reason": reason});
            ("broken", texts.anchor_is_broken(), Style::Bad, fields, line)
        }
    };
    if output.json {
        let mut fields = fields;
        fields["standing"] = json!(code);
        output.object("anchor", fields);
    } else {
        output.line(&format!("{}  {line}", output.style(style, &word)));
    }
}
