//! The progress of an intake that runs beside the server: a part of the overview, and the form that pauses and continues
//! it.
//!
//! A page never changes by itself: readers who want to watch can choose to have it reloaded every few seconds.

use crate::app::App;
use crate::forms;
use crate::frame::Frame;
use crate::links::{self, Place};
use crate::page_error::PageError;
use crate::pages::Change;
use crate::params::{FormData, Params};
use crate::untrusted::{Name, ltr};
use crate::words::Words;
use exhibit_ingest::{Phase, Snapshot, StageName};
use exhibit_model::PageNumber;
use maud::{Markup, html};
use std::sync::Arc;

/// An intake that runs in the process of the server.
pub trait IntakeControl: Send + Sync {
    /// What it does now, and its counters once it has begun.
    fn status(&self) -> (IntakeState, Option<Snapshot>);

    /// Finishes the files in work, and then begins no others until [`IntakeControl::resume`]. Returns at once.
    fn pause(&self);

    /// Continues after a pause or a failure. Returns at once.
    fn resume(&self);
}

/// What an intake does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum IntakeState {
    /// It runs.
    Running,
    /// It finishes the files in work.
    Stopping,
    /// It waits until it is continued.
    Paused,
    /// It is complete.
    Finished,
    /// It has ended by an error; the message.
    Failed(String),
}

/// The seconds between two loads of a page that is watched.
pub(crate) const REFRESH: u16 = 10;

/// The data of the section.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IntakeView {
    /// What the intake does.
    pub state: IntakeState,
    /// Its steps, in their order.
    pub steps: Vec<Step>,
    /// Bytes of the files found so far.
    pub found_bytes: u64,
    /// Whether all sources were walked to their end.
    pub walked: bool,
    /// What the present step does in a minute.
    pub per_minute: Option<u64>,
    /// The minutes left in the present step, as a range.
    pub minutes_left: Option<(u64, u64)>,
    /// The file that has been in work longest.
    pub slowest: Option<Slowest>,
    /// Whether the page is loaded again by itself.
    pub watched: bool,
}

/// A step of an intake.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// The stage; `None` for the last step, which makes pages searchable.
    pub stage: Option<StageName>,
    /// Whether it is the present one.
    pub now: bool,
    /// What is done.
    pub done: u64,
    /// What is left, as far as it is known.
    pub left: u64,
    /// Of what is done, what gave no result.
    pub failed: u64,
}

/// The file that has been in work longest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slowest {
    /// Its number.
    pub number: String,
    /// The page in work, if it is about pages.
    pub page: Option<PageNumber>,
    /// Its page in the interface.
    pub href: String,
    /// For how long, in seconds.
    pub seconds: u64,
}

/// The section of an intake of this process that is not complete; `None` if there is none.
pub(crate) fn load(app: &App, params: &Params) -> Option<IntakeView> {
    let (state, snapshot) = app.intake.as_ref()?.status();
    if state == IntakeState::Finished {
        return None;
    }
    let watched = params.number("refresh") > 0
        && matches!(state, IntakeState::Running | IntakeState::Stopping);
    let mut view = IntakeView {
        state,
        steps: Vec::new(),
        found_bytes: 0,
        walked: false,
        per_minute: None,
        minutes_left: None,
        slowest: None,
        watched,
    };
    if let Some(snapshot) = &snapshot {
        view.steps = steps(snapshot);
        (view.found_bytes, view.walked) = (snapshot.met_bytes, snapshot.walked);
        (view.per_minute, view.minutes_left) = (snapshot.per_minute(), snapshot.minutes_left());
        view.slowest = snapshot.slowest.map(|slow| {
            let number = app.case.label(slow.item);
            let href = links::document(&number, &Place::default());
            Slowest { number, page: slow.page, href, seconds: slow.lasted.as_secs() }
        });
    }
    Some(view)
}

fn steps(snapshot: &Snapshot) -> Vec<Step> {
    let of_stage = |stage| {
        let counts = snapshot.stage(stage);
        let now = snapshot.phase == Phase::Stage(stage);
        Step {
            stage: Some(stage),
            now,
            done: counts.done,
            left: counts.left(),
            failed: counts.failed,
        }
    };
    let pages: u64 = snapshot.stages.values().map(|counts| counts.pages).sum();
    let indexed = snapshot.indexed.min(pages);
    let now = snapshot.phase == Phase::Indexing;
    let indexing = Step { stage: None, now, done: indexed, left: pages - indexed, failed: 0 };
    [StageName::READ, StageName::OCR].into_iter().map(of_stage).chain([indexing]).collect()
}

/// Pauses or continues the intake.
pub(crate) fn change(app: &Arc<App>, data: &FormData) -> Result<Change, PageError> {
    let intake = app.intake.as_ref().ok_or(PageError::NotThere)?;
    match data.path("how") {
        "pause" => intake.pause(),
        "continue" => intake.resume(),
        _ => return Err(PageError::NotThere),
    }
    Ok(Change::shown_at("/".to_owned()))
}

/// Renders the section.
pub(crate) fn section(frame: &Frame, view: &IntakeView) -> Markup {
    let words = frame.words;
    html! {
        section.intake aria-labelledby="intake" {
            h2 id="intake" { (words.intake()) }
            @match &view.state {
                IntakeState::Running => p { (words.intake_running()) },
                IntakeState::Stopping => p { (words.intake_stopping()) },
                IntakeState::Paused => p.warn { (words.intake_paused()) },
                IntakeState::Finished => p.ok { (words.intake_finished()) },
                IntakeState::Failed(why) => div.trouble role="alert" { p { strong { "! " (words.intake_failed()) } " " (Name::from(why.as_str()).show()) } },
            }
            @if !view.steps.is_empty() { (steps_table(words, view)) }
            @if view.state == IntakeState::Running { (pace(words, view)) }
            (controls(frame, view))
        }
    }
}

fn steps_table(words: &Words, view: &IntakeView) -> Markup {
    let name = |step: &Step| match step.stage {
        Some(StageName::READ) => words.intake_reading(),
        Some(StageName::OCR) => words.intake_ocr(),
        Some(other) => other.as_str().to_owned(),
        None => words.intake_indexing(),
    };
    html! {
        div.scroll { table.steps-table {
            thead { tr { th scope="col" { (words.intake_step()) } th.n scope="col" { (words.intake_done()) } th.n scope="col" { (words.intake_left()) } th.n scope="col" { (words.intake_without()) } } }
            tbody {
                @for step in &view.steps {
                    tr aria-current=[step.now.then_some("step")] {
                        th scope="row" { (name(step)) @if step.now { " " span.pill { (words.intake_now()) } } }
                        td.n { (words.number(step.done)) }
                        td.n { (words.number(step.left)) @if !view.walked && step.stage == Some(StageName::READ) { "+" } }
                        td.n.warn[step.failed > 0] { (words.number(step.failed)) }
                    }
                }
            }
        } }
    }
}

fn pace(words: &Words, view: &IntakeView) -> Markup {
    html! {
        p {
            @if view.walked { (words.intake_found(words.bytes_short(view.found_bytes))) } @else { (words.intake_finding(words.bytes_short(view.found_bytes))) }
            @if let Some(speed) = view.per_minute { " · " (words.intake_speed(speed)) }
            @if let Some((from, to)) = view.minutes_left { " · " (words.intake_time(from, to)) }
        }
        @if let Some(slow) = &view.slowest {
            p.dim {
                (words.intake_slowest()) " " a href=(slow.href) { (ltr(&slow.number)) }
                @if let Some(page) = slow.page { " · " (words.page_number(u64::from(page.get()))) }
                " · " (words.seconds(slow.seconds))
            }
        }
    }
}

fn controls(frame: &Frame, view: &IntakeView) -> Markup {
    let words = frame.words;
    let (how, word) = match view.state {
        IntakeState::Running => ("pause", words.pause()),
        _ => ("continue", words.resume()),
    };
    html! {
        form.controls method="post" action={ "/intake/" (how) } {
            (forms::token(frame))
            @if view.state != IntakeState::Stopping { button type="submit" { (word) } }
            @if matches!(view.state, IntakeState::Running | IntakeState::Stopping) {
                @if view.watched { a href="/" { (words.refresh_off()) } }
                @else { a href="/" { (words.refresh_now()) } a href="/?refresh=1" { (words.refresh_on(u64::from(REFRESH))) } }
            }
        }
    }
}

/// Invented sections, one for each state.
pub(crate) fn samples() -> [(&'static str, IntakeView); 3] {
    let step = |stage, now, done, left, failed| Step { stage, now, done, left, failed };
    let running = IntakeView {
        state: IntakeState::Running,
        steps: vec![
            step(Some(StageName::READ), true, 3_120, 2_080, 7),
            step(Some(StageName::OCR), false, 0, 12, 0),
            step(None, false, 8_410, 320, 0),
        ],
        found_bytes: 4_812_330_912,
        walked: true,
        per_minute: Some(412),
        minutes_left: Some((3, 13)),
        slowest: Some(Slowest {
            number: "EXH-003117".to_owned(),
            page: Some(PageNumber::new(4)),
            href: "/doc/EXH-003117".to_owned(),
            seconds: 41,
        }),
        watched: true,
    };
    let begun = IntakeView {
        walked: false,
        per_minute: None,
        minutes_left: None,
        slowest: None,
        watched: false,
        ..running.clone()
    };
    let failed = IntakeView {
        state: IntakeState::Failed("<b>ENOSPC</b>".to_owned()),
        watched: false,
        ..running.clone()
    };
    [
        ("overview-intake", running),
        ("overview-intake-begun", begun),
        ("overview-intake-failed", failed),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn shown(view: &IntakeView) -> String {
        section(&samples::frame(), view).into_string()
    }

    #[test]
    fn an_intake_is_shown_with_its_steps_and_can_be_paused() {
        let [(_, running), (_, begun), (_, failed)] = super::samples();
        let page = shown(&running);
        for part in
            ["3,120", "2,080", "12", "412 a minute", "about 3 to 13 min left", "EXH-003117", "41 s"]
        {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(
            page.contains("action=\"/intake/pause\"") && page.contains("name=\"token\""),
            "{page}"
        );
        assert!(page.contains("aria-current=\"step\""), "{page}");
        let page = shown(&begun);
        assert!(page.contains("2,080+"), "more may be found: {page}");
        assert!(page.contains("href=\"/?refresh=1\"") && !page.contains("min left"), "{page}");
        let page = shown(&failed);
        assert!(page.contains("/intake/continue") && page.contains("&lt;b&gt;ENOSPC"), "{page}");
        assert!(!page.contains("refresh=1"), "nothing changes: {page}");
        let page = shown(&IntakeView { state: IntakeState::Stopping, ..begun });
        assert!(!page.contains("<button"), "{page}");
    }

    #[test]
    fn the_steps_are_counted_from_the_progress_of_a_run() {
        let snapshot = exhibit_ingest::IngestProgress::default().snapshot();
        let steps = steps(&snapshot);
        let names: Vec<Option<StageName>> = steps.iter().map(|step| step.stage).collect();
        assert_eq!(names, [Some(StageName::READ), Some(StageName::OCR), None]);
        assert_eq!(steps.iter().filter(|step| step.now).count(), 1);
    }
}
