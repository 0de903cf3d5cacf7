//! What a search did not reach, with every answer: also with none, and on the pages that count.

use crate::app::App;
use crate::page_error::PageError;
use crate::untrusted::Name;
use crate::words::Words;
use exhibit_case::Coverage;
use exhibit_catalogue::{DOUBTFUL, Intake, IntakeEnd};
use exhibit_model::{State, shown_bytes};
use maud::{Markup, html};

/// What was not searched, as texts; empty if everything was.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NotSearched {
    /// Counts of items and pages, each with its list.
    pub parts: Vec<(String, String)>,
    /// Pages that were searched, but may be misread.
    pub doubtful: Option<String>,
    /// Intakes that have not ended.
    pub intakes: Vec<Name>,
}

/// What a search of the case does not reach now.
pub(crate) fn not_searched(app: &App) -> Result<NotSearched, PageError> {
    Ok(of(app.words(), &app.view().coverage()?))
}

fn of(words: &Words, coverage: &Coverage) -> NotSearched {
    let unread = &coverage.unread;
    let problems = || "/problems".to_owned();
    let listed = |state: State| crate::links::items(state.word(), "", 0);
    let states = |state: State| coverage.items(state);
    let waiting = (unread.pages_waiting_for_ocr, unread.pages_ocr_failed);
    let (not_read, encrypted) = (states(State::Waiting), states(State::Encrypted));
    let (unsupported, failed, truncated) =
        (states(State::Unsupported), states(State::Failed), states(State::Truncated));
    let counts = [
        (waiting.0, words.unsearched_waiting_for_ocr(waiting.0), problems()),
        (waiting.1, words.unsearched_ocr_failed(waiting.1), problems()),
        (not_read, words.unsearched_waiting(not_read), listed(State::Waiting)),
        (encrypted, words.unsearched_encrypted(encrypted), listed(State::Encrypted)),
        (unsupported, words.unsearched_unsupported(unsupported), listed(State::Unsupported)),
        (failed, words.unsearched_failed(failed), listed(State::Failed)),
        (truncated, words.unsearched_truncated(truncated), listed(State::Truncated)),
    ];
    let some = counts.into_iter().filter(|(count, ..)| *count > 0);
    NotSearched {
        parts: some.map(|(_, text, href)| (text, href)).collect(),
        doubtful: (unread.pages_doubtful > 0)
            .then(|| words.searched_in_doubt(unread.pages_doubtful, format!("{DOUBTFUL:.2}"))),
        intakes: coverage.intakes.iter().map(|intake| intake_text(words, intake)).collect(),
    }
}

/// An intake that has not ended, as a sentence.
pub(crate) fn intake_text(words: &Words, intake: &Intake) -> Name {
    let why = match intake.end {
        IntakeEnd::Unknown => words.intake_end_unknown(),
        IntakeEnd::Requested => words.intake_end_requested(),
        IntakeEnd::NoSpace => words.intake_end_no_space(),
        IntakeEnd::SourceLost => words.intake_end_source_lost(),
        IntakeEnd::Failed => words.intake_end_failed(),
    };
    let at = crate::display::when(intake.last);
    let (source, next) = match intake.is_path() {
        true => (shown_bytes(&intake.path), "exhibit ingest"),
        false => (exhibit_model::shown(&intake.name), "exhibit bag import"),
    };
    let text = match intake.missing().zip(intake.known) {
        Some((missing, known)) => words.intake_unfinished(at, known, missing, next, source, why),
        None => words.intake_uncounted(at, next, intake.received, source, why),
    };
    Name::from(text.as_str())
}

/// Renders what was not searched; nothing, if everything was.
pub(crate) fn block(words: &Words, view: &NotSearched) -> Markup {
    html! {
        @if *view != NotSearched::default() {
            div.warn.not-searched role="note" {
                @if !view.parts.is_empty() {
                    p {
                        strong { (words.not_searched()) } " "
                        @for (place, (text, href)) in view.parts.iter().enumerate() {
                            @if place > 0 { " · " }
                            a href=(href) { (text) }
                        }
                    }
                }
                @if let Some(doubtful) = &view.doubtful { p { (doubtful) } }
                (intakes(&view.intakes))
            }
        }
    }
}

/// Renders intakes that have not ended.
pub(crate) fn intakes(intakes: &[Name]) -> Markup {
    html! { @for intake in intakes { p.warn { "! " (intake.show()) } } }
}

/// What samples show.
pub(crate) fn sample(words: &Words) -> NotSearched {
    let mut coverage = Coverage { searchable: 60_710, ..Coverage::default() };
    coverage.unread.pages_waiting_for_ocr = 310;
    coverage.unread.pages_ocr_failed = 3;
    coverage.unread.pages_doubtful = 17;
    coverage.unread.items =
        [(State::Encrypted, 12), (State::Unsupported, 9), (State::Failed, 1)].into();
    coverage.intakes = vec![sample_intake()];
    of(words, &coverage)
}

/// An intake for samples, whose source has a hostile name.
pub(crate) fn sample_intake() -> Intake {
    Intake {
        source: exhibit_model::SourceId::new(2),
        path: [b"/media/", crate::samples::HOSTILE].concat(),
        name: "disk 2".to_owned(),
        known: Some(5_213),
        received: 1_204,
        last: exhibit_model::Moment(1_767_323_045_000_000),
        end: IntakeEnd::SourceLost,
    }
}
