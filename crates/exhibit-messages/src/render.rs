//! From messages to text: one Fluent bundle for each language and room, parsed when first used.

use crate::number::grouped;
use crate::{Language, Message, MessageValue, Room};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::sync::OnceLock;

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: [[OnceLock<Bundle>; Room::COUNT]; Language::ALL.len()] =
    [const { [const { OnceLock::new() }; Room::COUNT] }; Language::ALL.len()];

/// Up to here a double holds every whole number exactly.
const EXACT: u64 = 1 << 53;

const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_ISOLATE: char = '\u{2069}';

/// The texts of one language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Messages {
    language: Language,
    isolates: bool,
}

impl Messages {
    /// The texts of a language for a terminal: values are inserted without marks around them.
    #[must_use]
    pub const fn new(language: Language) -> Self {
        Self { language, isolates: false }
    }

    /// The texts of a language for pages: inserted text is put between a first strong isolate (U+2068) and a pop
    /// directional isolate (U+2069), so that it cannot reorder the text around it.
    #[must_use]
    pub const fn isolating(language: Language) -> Self {
        Self { language, isolates: true }
    }

    /// The language.
    #[must_use]
    pub const fn language(self) -> Language {
        self.language
    }

    /// A number by the custom of the language.
    #[must_use]
    pub fn number(self, number: u64) -> String {
        grouped(self.language, number)
    }

    /// The text of a message; in English where the language does not have it.
    #[must_use]
    pub fn text(self, message: &Message) -> String {
        let own = bundle(self.language, message.room());
        if own.has_message(message.id()) {
            return self.format(own, message);
        }
        let english = Self { language: Language::English, ..self };
        let text = english.format(bundle(Language::English, message.room()), message);
        if self.isolates { isolated(&text) } else { text }
    }

    fn format(self, bundle: &Bundle, message: &Message) -> String {
        // The build script has made sure that English has every message.
        let Some(pattern) = bundle.get_message(message.id()).and_then(|found| found.value()) else {
            return message.id().to_owned();
        };
        let mut arguments = FluentArgs::with_capacity(message.values().len());
        for (name, value) in message.values() {
            arguments.set(*name, self.value(value));
        }
        // Errors concern arguments that are missing, which constructors do not allow; the text shows their names.
        bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
    }

    fn value(self, value: &MessageValue) -> FluentValue<'static> {
        match value {
            MessageValue::Text(text) if self.isolates => FluentValue::String(isolated(text).into()),
            MessageValue::Text(text) => FluentValue::String(text.clone().into()),
            MessageValue::Number(number) if *number <= EXACT => FluentValue::from(*number),
            // Fluent computes with doubles: a larger number is inserted as text, and selects the default form.
            MessageValue::Number(number) => FluentValue::String(self.number(*number).into()),
            MessageValue::Message(message) => FluentValue::String(self.text(message).into()),
        }
    }
}

impl Message {
    /// The text in a language.
    #[must_use]
    pub fn text(&self, messages: &Messages) -> String {
        messages.text(self)
    }
}

fn bundle(language: Language, room: Room) -> &'static Bundle {
    let cell = &BUNDLES[language as usize][room as usize];
    cell.get_or_init(|| new_bundle(language.tag(), language, room.source(language)))
}

fn new_bundle(tag: &str, numbers: Language, source: &str) -> Bundle {
    let mut bundle = Bundle::new_concurrent(vec![tag.parse().unwrap_or_default()]);
    // Values are isolated before they are inserted: numbers do not need it.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match numbers {
        Language::English => |value, _| written(value, Language::English),
        Language::SimplifiedChinese => |value, _| written(value, Language::SimplifiedChinese),
        Language::Uyghur => |value, _| written(value, Language::Uyghur),
    }));
    // Neither fails: the bundle is new, and the build script has parsed the same source.
    let _ = bundle.add_function("NUMBER", number);
    let resource =
        FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
    let _ = bundle.add_resource(resource);
    bundle
}

/// Fluent's `NUMBER`; a number too large for Fluent arrives as text and stays so.
fn number<'a>(values: &[FluentValue<'a>], options: &FluentArgs<'_>) -> FluentValue<'a> {
    match values.first() {
        Some(FluentValue::Number(number)) => {
            let mut number = number.clone();
            number.options.merge(options);
            FluentValue::Number(number)
        }
        Some(text @ FluentValue::String(_)) => text.clone(),
        _ => FluentValue::Error,
    }
}

/// How a number is written; `None` leaves other values to Fluent.
fn written(value: &FluentValue<'_>, language: Language) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let is_whole = (0.0..=EXACT as f64).contains(&number.value) && number.value.fract() == 0.0;
    (is_whole && number.options.use_grouping).then(|| grouped(language, number.value as u64))
}

/// Text between isolates. What it contains itself cannot end the isolate early, nor stay open behind it.
fn isolated(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 6);
    out.push(FIRST_STRONG_ISOLATE);
    let mut open = 0_usize;
    for c in text.chars() {
        match c {
            '\u{2066}'..=FIRST_STRONG_ISOLATE => open += 1,
            POP_ISOLATE if open == 0 => {
                out.push(char::REPLACEMENT_CHARACTER);
                continue;
            }
            POP_ISOLATE => open -= 1,
            _ => {}
        }
        out.push(c);
    }
    out.extend(std::iter::repeat_n(POP_ISOLATE, open + 1));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{samples, verify};

    fn plural(tag: &str, source: &str, number: u64) -> String {
        let bundle = new_bundle(tag, Language::English, source);
        let mut arguments = FluentArgs::new();
        arguments.set("count", FluentValue::from(number));
        let pattern =
            bundle.get_message("key").and_then(|message| message.value()).expect("the message");
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned();
        assert!(errors.is_empty(), "{errors:?}");
        text
    }

    #[test]
    fn plural_forms_follow_the_language() {
        let russian = "key = { $count ->\n    [one] { $count } файл\n    [few] { $count } файла\n    [many] { $count } файлов\n   *[other] { $count } файла\n}\n";
        for (count, expect) in [
            (1, "1 файл"),
            (3, "3 файла"),
            (5, "5 файлов"),
            (11, "11 файлов"),
            (21, "21 файл"),
            (1_022, "1,022 файла"),
        ] {
            assert_eq!(plural("ru", russian, count), expect);
        }
        let both = "key = { $count ->\n    [one] one { $count }\n   *[other] other { $count }\n}\n";
        for tag in ["en", "ug"] {
            assert_eq!(plural(tag, both, 1), "one 1", "{tag}");
            assert_eq!(plural(tag, both, 0), "other 0", "{tag}");
            assert_eq!(plural(tag, both, 2_000_000), "other 2,000,000", "{tag}");
        }
        assert_eq!(plural("zh-Hans", both, 1), "other 1");
    }

    #[test]
    fn options_of_numbers_are_kept() {
        let plain = "key = { NUMBER($count, useGrouping: \"false\") }\n";
        assert_eq!(plural("en", plain, 12_345), "12345");
    }

    #[test]
    fn english_counts_one_and_many() {
        let english = Messages::new(Language::English);
        assert_eq!(
            english.text(&verify::result_bad(1)),
            "NOT GOOD: 1 deviation. Do not rely on what is named below."
        );
        assert!(english.text(&verify::result_bad(1_200)).contains("1,200 deviations"));
        let largest = english.text(&verify::result_bad(u64::MAX));
        assert!(largest.contains("18,446,744,073,709,551,615 deviations"), "{largest}");
        assert!(english.text(&verify::count_more(u64::MAX)).contains("18,446,744,073,709,551,615"));
    }

    #[test]
    fn values_are_never_templates() {
        for language in Language::ALL {
            let hostile = "{ $key } { NUMBER($n) } {0} <b>&amp;</b>";
            let text = Messages::new(language).text(&verify::proved_key(hostile));
            assert!(text.contains(hostile), "{text}");
        }
    }

    #[test]
    fn every_message_takes_every_value() {
        for text in [
            "",
            "plain",
            "{",
            "}",
            "{$x}",
            "\u{2069}\u{202e}\n\0",
            "ئامبار",
            "登记",
            &"x".repeat(5_000),
        ] {
            for number in [0, 1, 2, 5, 1_000, EXACT, EXACT + 1, u64::MAX] {
                for message in samples(number, text) {
                    assert!(
                        bundle(Language::English, message.room()).has_message(message.id()),
                        "{message:?}"
                    );
                    for language in Language::ALL {
                        for messages in [Messages::new(language), Messages::isolating(language)] {
                            let shown = messages.text(&message);
                            assert!(
                                !shown.contains("{$") || text.contains("{$"),
                                "{language:?}: {shown}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn inserted_text_is_isolated_on_pages() {
        let page = Messages::isolating(Language::Uyghur);
        let text = page.text(&verify::proved_key("report \u{2069}\u{2067}x"));
        assert!(text.ends_with("\u{2068}report \u{fffd}\u{2067}x\u{2069}\u{2069}"), "{text:?}");
        assert!(
            !Messages::new(Language::Uyghur).text(&verify::proved_key("x")).contains('\u{2068}')
        );
        assert!(!page.text(&verify::result_bad(3)).contains('\u{2068}'), "numbers need no isolate");
    }

    #[test]
    fn messages_nest() {
        let inner = verify::proved_key("k");
        let outer = verify::proved_answer();
        assert_eq!(outer.values(), []);
        let nested = verify::not_key(inner.clone());
        let english = Messages::new(Language::English);
        assert!(english.text(&nested).ends_with(&english.text(&inner)));
        let safe = nested.map_texts(|text| format!("<{text}>"));
        assert!(english.text(&safe).ends_with("provided: <k>"), "{}", english.text(&safe));
    }
}
