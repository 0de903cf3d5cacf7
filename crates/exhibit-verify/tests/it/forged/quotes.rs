//! Forged quotes and anchors in time.

use super::*;

const COSIGNED: &str = "custody/anchors/000000007/w1.cosignature";

pub(super) const QUOTES: &[Case] = &[
    ("a quote of another item", PLAIN, quote(|quote| quote.item = 2), QUOTE, Fault::QuoteItem),
    (
        "a quote of another document",
        PLAIN,
        quote(|quote| quote.document = "EXH-000002".to_owned()),
        QUOTE,
        Fault::QuoteItem,
    ),
    (
        "a quote of another reading",
        PLAIN,
        quote(|quote| quote.reading = 5),
        QUOTE,
        Fault::QuoteItem,
    ),
    ("a quote of a receipt", PLAIN, quote(|quote| quote.reading = 2), QUOTE, Fault::QuoteItem),
    (
        "a quote of a reading that is not shown",
        PLAIN,
        quote(|quote| quote.reading = 1),
        QUOTE,
        Fault::QuoteItem,
    ),
    (
        "a quote of another tree",
        PLAIN,
        entry!(6, |e| {
            let used = e["used"].as_list().expect("a list")[0].clone();
            set_value(
                e,
                "used",
                JsonValue::List(vec![used, format!("tree:{}", "ab".repeat(32)).into()]),
            );
        }),
        QUOTE,
        Fault::QuoteLog,
    ),
    (
        "a quote that was made at another time",
        PLAIN,
        quote(|quote| quote.created = "2025-01-01T00:00:00Z".to_owned()),
        QUOTE,
        Fault::QuoteLog,
    ),
    (
        "a text in place of the time of a quote",
        PLAIN,
        quote(|quote| quote.created = "as everybody knows".to_owned()),
        QUOTE,
        Fault::Quote,
    ),
    ("a quote of page 0", PLAIN, quote(|quote| quote.page = 0), QUOTE, Fault::Quote),
    (
        "a quote of another log",
        PLAIN,
        quote(|quote| quote.log = "fedcba9876543210/custody".to_owned()),
        QUOTE,
        Fault::Quote,
    ),
    (
        "a document number with a look-alike letter",
        PLAIN,
        quote(|quote| quote.document = "\u{415}XH-000001".to_owned()),
        QUOTE,
        Fault::Quote,
    ),
    (
        "a region that is a text",
        PLAIN,
        quote(|quote| quote.regions = vec!["see the annex".to_owned()]),
        QUOTE,
        Fault::Quote,
    ),
    (
        "a region beyond the page",
        PLAIN,
        quote(|quote| quote.regions = vec!["xywh=percent:90,2,20,4".to_owned()]),
        QUOTE,
        Fault::Quote,
    ),
    (
        "a long prefix",
        PLAIN,
        quote(|quote| quote.passage.prefix = "x".repeat(33)),
        QUOTE,
        Fault::Quote,
    ),
    (
        "a long suffix",
        PLAIN,
        quote(|quote| quote.passage.suffix = "x".repeat(33)),
        QUOTE,
        Fault::Quote,
    ),
    (
        "a long passage",
        PLAIN,
        quote(|quote| quote.passage.exact = "x".repeat(8193)),
        QUOTE,
        Fault::Quote,
    ),
    (
        "an empty passage",
        PLAIN,
        quote(|quote| quote.passage.exact = String::new()),
        QUOTE,
        Fault::Quote,
    ),
    (
        "another picture",
        PLAIN,
        quote(|quote| quote.picture = Some([3; 32])),
        QUOTE,
        Fault::QuoteText,
    ),
    (
        "another text of the page",
        PLAIN,
        quote(|quote| quote.text_layer = [3; 32]),
        QUOTE,
        Fault::QuoteText,
    ),
    (
        "another passage",
        PLAIN,
        quote(|quote| quote.passage.exact = "取消".to_owned()),
        QUOTE,
        Fault::QuoteText,
    ),
];

pub(super) const ANCHORS: &[Case] = &[
    (
        "another time of an anchor",
        WITNESSED,
        entry!(7, |e| swap(e, "\"by\":\"2026", "\"by\":\"2021")),
        COSIGNED,
        Fault::TimeLog,
    ),
    (
        "a text in place of the time",
        WITNESSED,
        entry!(7, |e| swap(e, "\"by\":\"2026", "\"by\":\"as the court found in 2026")),
        "custody/entries/000000007.json",
        Fault::EntryFacts,
    ),
    (
        "another kind of anchor",
        WITNESSED,
        entry!(7, |e| swap(e, "\"witness\"", "\"sigsum\"")),
        COSIGNED,
        Fault::TimeLog,
    ),
    (
        "another size of the anchored log",
        WITNESSED,
        entry!(7, |e| swap(e, "\"log_size\":7", "\"log_size\":6")),
        COSIGNED,
        Fault::TimeLog,
    ),
    (
        "an anchor of another checkpoint",
        WITNESSED,
        entry!(7, |e| {
            let (object, made) =
                (e["object"].clone(), e["made"].as_list().expect("a list")[1].clone());
            let reply = e["made"].as_list().expect("a list")[0].clone();
            e.insert("object".to_owned(), made);
            e.insert("made".to_owned(), JsonValue::List(vec![reply, object]));
        }),
        COSIGNED,
        Fault::TimeLog,
    ),
];
