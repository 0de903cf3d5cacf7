//! What a search did not reach: printed with every answer, also with none.

use crate::commands::{Context, view};
use crate::failure::Failure;
use crate::output::{Output, number};
use crate::texts::texts;
use exhibit_case::{Case, Coverage};
use exhibit_catalogue::{DOUBTFUL, Intake, IntakeEnd};
use exhibit_model::{State, shown, shown_bytes};
use serde_json::{Value, json};

/// Prints what a search of the case did not reach: with `--json` as an object, always; else as warnings, if there is
/// anything.
pub(crate) fn report(context: &Context<'_>, case: &Case) -> Result<(), Failure> {
    let coverage = view(case).coverage()?;
    if context.output.json {
        context.output.object("coverage", object(&coverage));
    } else {
        warn(context.output, &coverage);
    }
    Ok(())
}

/// The same as warnings, for what prints no objects.
pub(crate) fn warn_of(output: &Output, case: &Case) -> Result<(), Failure> {
    warn(output, &view(case).coverage()?);
    Ok(())
}

fn warn(output: &Output, coverage: &Coverage) {
    let texts = texts();
    let unread = &coverage.unread;
    let of = |count: u64, text: &dyn Fn(u64) -> String| (count > 0).then(|| text(count));
    let parts = [
        of(unread.pages_waiting_for_ocr, &|count| texts.unsearched_waiting_for_ocr(count)),
        of(unread.pages_ocr_failed, &|count| texts.unsearched_ocr_failed(count)),
        of(coverage.items(State::Waiting), &|count| texts.unsearched_waiting(count)),
        of(coverage.items(State::Encrypted), &|count| texts.unsearched_encrypted(count)),
        of(coverage.items(State::Unsupported), &|count| texts.unsearched_unsupported(count)),
        of(coverage.items(State::Failed), &|count| texts.unsearched_failed(count)),
        of(coverage.items(State::Truncated), &|count| texts.unsearched_truncated(count)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if !parts.is_empty() {
        output.warn(&texts.not_searched(parts.join("; ")));
    }
    if unread.pages_doubtful > 0 {
        output.warn(&texts.searched_in_doubt(unread.pages_doubtful, format!("{DOUBTFUL:.2}")));
    }
    if let Some(all) = coverage.index_behind {
        output.warn(&texts.searchable_now(number(all), number(coverage.searchable)));
    }
    for intake in &coverage.intakes {
        output.warn(&intake_text(intake));
    }
}

/// An intake that has not ended, as a sentence.
pub(crate) fn intake_text(intake: &Intake) -> String {
    let texts = texts();
    let why = match intake.end {
        IntakeEnd::Unknown => texts.intake_end_unknown(),
        IntakeEnd::Requested => texts.intake_end_requested(),
        IntakeEnd::NoSpace => texts.intake_end_no_space(),
        IntakeEnd::SourceLost => texts.intake_end_source_lost(),
        IntakeEnd::Failed => texts.intake_end_failed(),
    };
    let at: String = intake.last.to_rfc3339().chars().take(16).collect();
    let (source, next) = match intake.is_path() {
        true => (shown_bytes(&intake.path), "exhibit ingest"),
        false => (shown(&intake.name), "exhibit bag import"),
    };
    match intake.missing().zip(intake.known) {
        Some((missing, known)) => texts.intake_unfinished(at, known, missing, next, source, why),
        None => texts.intake_uncounted(at, next, intake.received, source, why),
    }
}

/// What a search reached and what it did not, as an object.
pub(crate) fn object(coverage: &Coverage) -> Value {
    let unread = &coverage.unread;
    json!({
        "pages_searched": coverage.searchable,
        "complete": coverage.is_whole(),
        "pages_waiting_for_ocr": unread.pages_waiting_for_ocr,
        "pages_ocr_failed": unread.pages_ocr_failed,
        "pages_doubtful": unread.pages_doubtful,
        "doubtful_below": DOUBTFUL,
        "items": {
            "waiting": coverage.items(State::Waiting), "encrypted": coverage.items(State::Encrypted),
            "unsupported": coverage.items(State::Unsupported), "failed": coverage.items(State::Failed),
            "truncated": coverage.items(State::Truncated),
        },
        "pages_not_indexed": coverage.index_behind.map_or(0, |all| all.saturating_sub(coverage.searchable)),
        "intakes": coverage.intakes.iter().map(intake_object).collect::<Vec<_>>(),
    })
}

/// An intake that has not ended, as an object.
pub(crate) fn intake_object(intake: &Intake) -> Value {
    json!({
        "source": shown_bytes(&intake.path), "known": intake.known, "received": intake.received,
        "last": intake.last.to_rfc3339(), "end": match intake.end { IntakeEnd::Unknown => "unknown", end => end.word() },
    })
}
