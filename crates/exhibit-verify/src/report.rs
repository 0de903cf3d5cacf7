//! The report: one page for people, or JSON for programs, of the same facts.

use crate::words::Words;
use exhibit_proof::finding::Finding;
use exhibit_proof::json::Value;
use exhibit_proof::names::is_invisible;
use std::collections::BTreeMap;

/// One line of a report: the key of its text, and what is put into it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The key.
    pub key: &'static str,
    /// The values.
    pub values: Vec<String>,
}

/// What was checked, what that proves, what it does not prove, and every deviation.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What was checked.
    pub checked: Vec<Line>,
    /// What is proved. Where there are deviations, they may take any of it away.
    pub proved: Vec<Line>,
    /// What is not proved.
    pub not_proved: Vec<Line>,
    /// Everything that is not as it must be.
    pub deviations: Vec<Finding>,
    /// What is allowed, but should be known.
    pub remarks: Vec<Finding>,
    /// Further facts, for programs.
    pub facts: BTreeMap<String, Value>,
}

/// How many lines of one kind the page for people shows.
const MOST_LINES: usize = 24;

impl Line {
    /// A line.
    #[must_use]
    pub fn new(key: &'static str, values: &[&str]) -> Self {
        Self { key, values: values.iter().map(|value| (*value).to_owned()).collect() }
    }
}

impl Report {
    /// Whether everything is as it must be.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.deviations.is_empty()
    }

    /// The page for people.
    #[must_use]
    pub fn page(&self, words: &Words) -> String {
        let mut page = String::new();
        let mut line = |text: String| {
            page.push_str(&text);
            page.push('\n');
        };
        let count = self.deviations.len().to_string();
        line(if self.is_good() {
            words.say("result.good", &[])
        } else {
            words.say("result.bad", std::slice::from_ref(&count))
        });
        let mut section = |title: &str, lines: &[Line]| {
            if !lines.is_empty() {
                line(format!("\n{}", words.say(title, &[])));
            }
            for shown in lines.iter().take(MOST_LINES) {
                let values: Vec<String> = shown.values.iter().map(|value| shown_safely(value)).collect();
                line(format!("  - {}", words.say(shown.key, &values)));
            }
            if let Some(more) = lines.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
                line(format!("  - {}", words.say("count.more", &[more.to_string()])));
            }
        };
        section("section.checked", &self.checked);
        section(if self.is_good() { "section.proved" } else { "section.proved-but" }, &self.proved);
        section("section.not-proved", &self.not_proved);
        if !self.deviations.is_empty() {
            line(format!("\n{}", words.say("count.deviations", &[count])));
        }
        for finding in &self.deviations {
            line(format!("  ! {}", finding_line(finding, words)));
        }
        if !self.remarks.is_empty() {
            line(format!("\n{}", words.say("section.remarks", &[])));
        }
        for finding in &self.remarks {
            line(format!("  - {}", finding_line(finding, words)));
        }
        page
    }

    /// The same as one JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        let text = |text: &str| Value::Text(text.to_owned());
        let findings = |findings: &[Finding]| {
            let of = |f: &Finding| {
                let members = [("place", text(&f.place)), ("fault", text(f.fault.word())), ("detail", text(&f.detail))];
                Value::Map(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            };
            Value::List(findings.iter().map(of).collect())
        };
        let lines = |lines: &[Line]| {
            let of = |line: &Line| {
                Value::List(std::iter::once(line.key).chain(line.values.iter().map(String::as_str)).map(text).collect())
            };
            Value::List(lines.iter().map(of).collect())
        };
        let mut object = self.facts.clone();
        object.extend(
            [
                ("v", Value::Number(1)),
                ("kind", text("report")),
                ("good", Value::Bool(self.is_good())),
                ("checked", lines(&self.checked)),
                ("proved", lines(&self.proved)),
                ("not_proved", lines(&self.not_proved)),
                ("deviations", findings(&self.deviations)),
                ("remarks", findings(&self.remarks)),
            ]
            .map(|(key, value)| (key.to_owned(), value)),
        );
        Value::Map(object).write()
    }
}

fn finding_line(finding: &Finding, words: &Words) -> String {
    let said = words.say(&format!("fault.{}", finding.fault.word()), &[]);
    let detail =
        if finding.detail.is_empty() { String::new() } else { format!(" ({})", shown_safely(&finding.detail)) };
    format!("{}: {said}{detail}", shown_safely(&finding.place))
}

/// What strangers wrote, so that it cannot act on a terminal, hide, or turn the line around.
#[must_use]
pub fn shown_safely(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_invisible(c) {
            shown.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;
    use exhibit_proof::finding::Fault;

    #[test]
    fn a_page_names_every_deviation_and_no_terminal_obeys_it() {
        let deviation = |place: &str| Finding {
            place: place.to_owned(),
            fault: Fault::Altered,
            detail: "\u{1b}[2J\u{9b}2J\u{ad}".to_owned(),
        };
        let places: Vec<String> = (0..100).map(|n| format!("data/\u{202e}{n}")).collect();
        let report = Report {
            deviations: places.iter().map(|place| deviation(place)).collect(),
            proved: vec![Line::new("proved.intact", &[]); 100],
            ..Report::default()
        };
        for language in Language::ALL {
            let page = report.page(&Words::new(language));
            assert_eq!(page.lines().filter(|line| line.starts_with("  ! ")).count(), 100);
            assert!(!page.contains(['\u{1b}', '\u{202e}', '\u{9b}', '\u{ad}']), "{page}");
            assert!(page.contains("76"), "how many more lines there are is said");
        }
        assert!(Value::read(report.json().as_bytes()).is_ok());
    }
}
