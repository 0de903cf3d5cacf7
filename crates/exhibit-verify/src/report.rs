//! The report: the same facts as one page of text, or as JSON.

use exhibit_messages::{Message, MessageValue, Messages, fault, verify as text};
use exhibit_proof::anchor::Basis;
use exhibit_proof::finding::Finding;
use exhibit_proof::json::JsonValue;
use exhibit_proof::names::is_invisible;
use std::collections::BTreeMap;

/// What was checked, what is proved and not proved, and every deviation.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What was checked.
    pub checked: Vec<Message>,
    /// What is proved. Deviations may invalidate any of it.
    pub proved: Vec<Message>,
    /// The quotes that are proved, each with what its text rests on.
    pub quotes: Vec<(Basis, Message)>,
    /// What is not proved.
    pub not_proved: Vec<Message>,
    /// All deviations.
    pub deviations: Vec<Finding>,
    /// What is allowed, but a reader should know about.
    pub remarks: Vec<Finding>,
    /// Further facts, for the JSON report.
    pub facts: BTreeMap<String, JsonValue>,
}

/// The maximum number of lines in a section of the page.
const MOST_LINES: usize = 24;

impl Report {
    /// Whether there are no deviations.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.deviations.is_empty()
    }

    /// Renders the report as a page of text.
    #[must_use]
    pub fn page(&self, messages: Messages) -> String {
        let mut page = String::new();
        let mut line = |text: String| {
            page.push_str(&text);
            page.push('\n');
        };
        let count = self.deviations.len() as u64;
        line(messages.text(&if self.is_good() {
            text::result_good()
        } else {
            text::result_bad(count)
        }));
        let mut section = |title: &Message, lines: &[Message]| {
            if !lines.is_empty() {
                line(format!("\n{}", messages.text(title)));
            }
            for shown in lines.iter().take(MOST_LINES) {
                line(format!("  - {}", messages.text(&shown.map_texts(shown_safely))));
            }
            if let Some(more) = lines.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
                line(format!("  - {}", messages.text(&text::count_more(more as u64))));
            }
        };
        section(&text::section_checked(), &self.checked);
        let proved =
            if self.is_good() { text::section_proved() } else { text::section_proved_but() };
        section(&proved, &self.proved);
        for basis in [Basis::File, Basis::Machine, Basis::Compared, Basis::Transcribed] {
            let quotes = self.quotes.iter().filter(|(of, _)| *of == basis);
            let quotes: Vec<Message> = quotes.map(|(_, quote)| quote.clone()).collect();
            let title = match basis {
                Basis::File => text::section_quotes_file(),
                Basis::Machine => text::section_quotes_machine(),
                Basis::Compared => text::section_quotes_compared(),
                Basis::Transcribed => text::section_quotes_transcribed(),
            };
            let title = if self.is_good() { title } else { text::section_but(title) };
            section(&title, &quotes);
        }
        section(&text::section_not_proved(), &self.not_proved);
        if !self.deviations.is_empty() {
            line(format!("\n{}", messages.text(&text::count_deviations(count))));
        }
        for finding in &self.deviations {
            line(format!("  ! {}", finding_line(finding, messages)));
        }
        if !self.remarks.is_empty() {
            line(format!("\n{}", messages.text(&text::section_remarks())));
        }
        for finding in &self.remarks {
            line(format!("  - {}", finding_line(finding, messages)));
        }
        page
    }

    /// Renders the report as one JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        let findings = |findings: &[Finding]| {
            let finding = |f: &Finding| {
                object([
                    ("place", string(&f.place)),
                    ("fault", string(f.fault.word())),
                    ("detail", string(&f.detail)),
                ])
            };
            JsonValue::List(findings.iter().map(finding).collect())
        };
        let lines = |lines: &[Message]| JsonValue::List(lines.iter().map(message).collect());
        let mut members = self.facts.clone();
        members.extend(
            [
                ("v", JsonValue::Number(1)),
                ("kind", string("report")),
                ("good", JsonValue::Bool(self.is_good())),
                ("checked", lines(&self.checked)),
                ("proved", lines(&self.proved)),
                (
                    "quoted",
                    lines(&self.quotes.iter().map(|(_, quote)| quote.clone()).collect::<Vec<_>>()),
                ),
                ("not_proved", lines(&self.not_proved)),
                ("deviations", findings(&self.deviations)),
                ("remarks", findings(&self.remarks)),
            ]
            .map(|(key, value)| (key.to_owned(), value)),
        );
        JsonValue::Map(members).write()
    }
}

fn string(text: &str) -> JsonValue {
    JsonValue::Text(text.to_owned())
}

fn object<'a>(members: impl IntoIterator<Item = (&'a str, JsonValue)>) -> JsonValue {
    JsonValue::Map(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// A message in JSON: its key under `id`, and its values by name.
fn message(line: &Message) -> JsonValue {
    let value = |value: &MessageValue| match value {
        MessageValue::Text(text) => string(text),
        // A string, as in `size`: canonical JSON has no numbers above 2^53.
        MessageValue::Number(number) => JsonValue::Text(number.to_string()),
        MessageValue::Message(inner) => message(inner),
    };
    let values = line.values().iter().map(|(name, inserted)| (*name, value(inserted)));
    object(values.chain([("id", string(line.id()))]))
}

fn finding_line(finding: &Finding, messages: Messages) -> String {
    let what = messages.text(&fault(finding.fault));
    let detail = if finding.detail.is_empty() {
        String::new()
    } else {
        format!(" ({})", shown_safely(&finding.detail))
    };
    format!("{}: {what}{detail}", shown_safely(&finding.place))
}

/// Escapes untrusted text, so that it cannot control a terminal, be invisible, or change the text direction.
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
    use exhibit_messages::Language;
    use exhibit_proof::finding::Fault;

    #[test]
    fn pages_list_every_deviation_escaped() {
        let deviation = |place: &str| Finding {
            place: place.to_owned(),
            fault: Fault::Altered,
            detail: "\u{1b}[2J\u{9b}2J\u{ad}".to_owned(),
        };
        let places: Vec<String> = (0..100).map(|n| format!("data/\u{202e}{n}")).collect();
        let report = Report {
            deviations: places.iter().map(|place| deviation(place)).collect(),
            proved: vec![text::proved_intact(); 100],
            ..Report::default()
        };
        for language in Language::ALL {
            let page = report.page(Messages::new(language));
            assert_eq!(page.lines().filter(|line| line.starts_with("  ! ")).count(), 100);
            assert!(!page.contains(['\u{1b}', '\u{202e}', '\u{9b}', '\u{ad}']), "{page}");
            assert!(page.contains("76"), "the number of omitted lines is given");
        }
        let json = JsonValue::read(report.json().as_bytes()).expect("JSON");
        let proved = json.list("proved").expect("a list");
        assert_eq!(proved[0].text("id"), Some("proved-intact"));
    }
}
