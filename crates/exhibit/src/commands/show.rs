//! `exhibit show DOC`

use super::{Context, Group, Run};
use crate::access_log;
use crate::codes;
use crate::failure::{Exit, Failure};
use crate::output::{Style, bytes};
use crate::texts::texts;
use clap::Args;
use exhibit_case::{Case, Document, ProvedEntry};
use exhibit_model::{PageNumber, Severity, shown};
use serde_json::{Value, json};
use std::process::ExitCode;

/// Show one document
#[derive(Debug, Args)]
#[command(
    after_help = "DOC is a number (EXH-000127 or 127), the beginning of a SHA-256, or a path below a source.\n\
                        Example:\n  exhibit show EXH-000127 --custody"
)]
pub(crate) struct ShowArgs {
    /// The document
    #[arg(value_name = "DOC")]
    document: String,
    /// Show its text
    #[arg(long, conflicts_with_all = ["meta", "custody"])]
    text: bool,
    /// Show its metadata
    #[arg(long, conflicts_with = "custody")]
    meta: bool,
    /// Show its log entry and proof
    #[arg(long)]
    custody: bool,
    /// Show only the text of this page
    #[arg(long, value_name = "N")]
    page: Option<PageNumber>,
}

impl ShowArgs {
    /// What `exhibit show DOC` takes.
    pub(super) fn summary_of(document: &str) -> Self {
        Self { document: document.to_owned(), text: false, meta: false, custody: false, page: None }
    }
}

impl Run for ShowArgs {
    const GROUP: Group = Group::Search;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, self)
    }
}

fn run(context: &Context<'_>, show: &ShowArgs) -> Result<ExitCode, Failure> {
    let case = context.case()?;
    let id = super::view(&case).resolve(&show.document)?;
    let document = super::view(&case).document(id)?;
    let _noted = access_log::note(context.output, &case, access_log::view(&case, id, show.page))?;
    if show.text || show.page.is_some() {
        text(context, &case, &document, show.page)?;
    } else if show.custody {
        let seq = document
            .item
            .seq
            .ok_or_else(|| Failure::new(Exit::Mismatch, "log", texts().no_log_entry()))?;
        let entry = super::view(&case).entry(seq)?;
        if context.output.json {
            let openings: serde_json::Map<_, _> =
                entry.openings.iter().map(|(f, v)| (f.clone(), Value::from(v.as_str()))).collect();
            context.output.object(
                "entry",
                json!({"seq": entry.seq.get(), "entry": entry.text, "openings": openings, "checkpoint": entry.checkpoint, "proof": entry.proof}),
            );
        } else {
            custody(context, &document, &entry);
        }
    } else if context.output.json {
        context.output.object("document", object(&case, &document)?);
    } else if show.meta {
        metadata(context, &document);
    } else {
        summary(context, &case, &document)?;
    }
    Ok(Exit::Done.into())
}

fn text(
    context: &Context<'_>,
    case: &Case,
    document: &Document,
    only: Option<PageNumber>,
) -> Result<(), Failure> {
    let numbers: Vec<PageNumber> = match only {
        Some(number) => vec![number],
        None => document.pages.iter().map(|row| row.number).collect(),
    };
    for number in numbers {
        let page = super::view(case).page(document.item.id, number)?;
        if context.output.json {
            context.output.object(
                "page",
                json!({"document": case.label(document.item.id), "page": number.get(), "label": page.label, "language": page.language, "text": page.text}),
            );
            continue;
        }
        let title = match page.label.as_str() {
            "" => texts().text_page(number.to_string()),
            label => texts().text_page_label(shown(label), number.to_string()),
        };
        context.output.line(&context.output.style(Style::Dim, &format!("── {title} ──")));
        for line in page.text.lines() {
            context.output.line(&line.split('\t').map(shown).collect::<Vec<_>>().join("\t"));
        }
    }
    Ok(())
}

fn metadata(context: &Context<'_>, document: &Document) {
    let width = document
        .metadata
        .iter()
        .map(|(key, _)| key.as_str().chars().count())
        .max()
        .unwrap_or(0)
        .min(32);
    for (key, value) in &document.metadata {
        context.output.line(&format!("{:<width$}  {}", shown(key.as_str()), shown(value)));
    }
}

fn summary(context: &Context<'_>, case: &Case, document: &Document) -> Result<(), Failure> {
    let output = context.output;
    let item = &document.item;
    output.line(&format!("{}  {}", case.label(item.id), output.style(Style::Bold, &document.name)));
    let texts = texts();
    let field = |name: String, value: &str| {
        if !value.is_empty() {
            output
                .line(&format!("  {}  {value}", output.style(Style::Dim, &format!("{name:<10}"))));
        }
    };
    field(texts.field_path(), &document.path);
    field(texts.field_source(), &document.source);
    field(texts.field_state(), item.state.word());
    field(texts.field_reason(), &codes::why(item));
    if let Some(first) = item.duplicate_of {
        field(texts.field_same_as(), &case.label(first));
    }
    field(texts.field_type(), &item.media_type);
    field(texts.field_size(), &bytes(item.size));
    field(
        "sha256".to_owned(),
        &item.original.map(|original| original.to_string()).unwrap_or_default(),
    );
    field(
        texts.field_modified(),
        &item.modified.map(|moment| moment.to_rfc3339()).unwrap_or_default(),
    );
    field(texts.field_received(), &item.received.to_rfc3339());
    field(texts.field_log_entry(), &item.seq.map(|seq| seq.to_string()).unwrap_or_default());
    field(
        texts.field_pages(),
        &if document.pages.is_empty() { String::new() } else { document.pages.len().to_string() },
    );
    field(texts.field_languages(), &item.languages.join(", "));
    for note in &document.notes {
        let text = codes::note_text(note);
        let text = match note.page {
            Some(page) => texts.on_page(page.to_string(), text),
            None => text,
        };
        field(severity(note.code.severity()), &text);
    }
    for copy in &document.copies {
        field(
            texts.field_also_at(),
            &format!("{}  {}", case.label(copy.id), super::view(case).path(copy)?),
        );
    }
    for member in &document.members {
        field(
            texts.field_contains(),
            &format!("{}  {} ({})", case.label(member.id), case.name(member), member.state),
        );
    }
    let more = document.item.found.saturating_sub(document.members.len() as u64);
    if more > 0 && !document.members.is_empty() {
        field(String::new(), &texts.members_more(more));
    }
    Ok(())
}

fn severity(severity: Severity) -> String {
    match severity {
        Severity::Partial => texts().severity_partial(),
        Severity::Limit => texts().severity_limit(),
        Severity::Suspicious => texts().severity_suspicious(),
        Severity::Remark => texts().severity_remark(),
    }
}

/// Prints the log entry that records a document's receipt, and its proof.
pub(crate) fn custody(context: &Context<'_>, document: &Document, entry: &ProvedEntry) {
    let output = context.output;
    output.line(&format!("{}  {}", output.style(Style::Bold, &document.name), document.path));
    output.line(&format!(
        "  sha256     {}",
        document.item.original.map(|o| o.to_string()).unwrap_or_default()
    ));
    output.line(&format!("  {:<10} {}", texts().field_log_entry(), entry.seq));
    output.line(&output.style(Style::Dim, &texts().the_log_entry()));
    output.line(&entry.text);
    for (field, value) in &entry.openings {
        output.line(&format!("  {}", texts().sealed_in_it(field, value)));
    }
    output.line(&output.style(Style::Dim, &texts().the_proof()));
    output.line(entry.proof.trim_end());
}

fn object(case: &Case, document: &Document) -> Result<Value, Failure> {
    let mut object = super::ls::object(case, &document.item, &document.path);
    let listed = |items: &[exhibit_catalogue::Item]| -> Result<Vec<Value>, Failure> {
        items
            .iter()
            .map(|item| Ok(super::ls::object(case, item, &super::view(case).path(item)?)))
            .collect()
    };
    let metadata = document.metadata.iter().map(|(key, value)| json!([key.as_str(), value]));
    let notes = document.notes.iter().map(codes::note);
    let pages = document.pages.iter().map(|row| {
        json!({
            "page": row.number.get(), "kind": row.kind.word(), "label": row.label, "language": row.language, "characters": row.characters,
            "glyphs": row.glyphs, "unmapped": row.unmapped, "images": row.images, "ocr_confidence": row.confidence,
        })
    });
    let more = json!({
        "source": document.source,
        "metadata": metadata.collect::<Vec<_>>(),
        "notes": notes.collect::<Vec<_>>(),
        "page_list": pages.collect::<Vec<_>>(),
        "copies": listed(&document.copies)?,
        "member_list": listed(&document.members)?,
    });
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
    Ok(object)
}
