//! Highlights and snippets: places on character boundaries, overlapping matches, windows.

use crate::query;
use exhibit_query::{HitSpan, Snippet, highlight, snippet};
use expect_test::{Expect, expect};
use proptest::prelude::*;

/// The text with each stretch in brackets, followed by the number of its clause.
fn marked(text: &str, spans: &[HitSpan]) -> String {
    let mut shown = String::new();
    let mut at = 0;
    for span in spans {
        shown +=
            &format!("{}[{}]{}", &text[at..span.start], &text[span.start..span.end], span.clause);
        at = span.end;
    }
    shown + &text[at..]
}

fn check(cases: &[(&str, &str)], expected: &Expect) {
    let lines = cases.iter().map(|(asked, text)| {
        let spans = highlight(&query(asked), text);
        format!("{asked} → {}\n", marked(text, &spans).replace('\n', "⏎"))
    });
    expected.assert_eq(&lines.collect::<String>());
}

#[test]
fn matches_in_every_script() {
    check(
        &[
            ("登记", "請登記。登 记\n登\n记"),
            ("=登記", "登记 登記"),
            ("\"新党办发〔2017〕12号\"", "依据新党办发[2017]12号文"),
            ("pinyin:\"wang liqiang\"", "王立强与汪力强"),
            ("شۆھرەت", "شۆھرەت، شۆھرەتنىڭ"),
            ("uyghur:shohret", "Шөһрәт شۆھرەت Shöhret"),
            ("forms:школа", "в школе, о школах, школьник"),
            ("ёлка", "Елка и ёлка"),
            ("السجل", "السِّجِلّ السجل"),
            ("cafe", "Café cafe\u{301} CAFÉ"),
            ("written:2017-08-23", "二〇一七年八月二十三日, 23.08.2017"),
            ("regist* OR /list.?/", "Registers, list, lists, listing"),
            ("urumchi~2", "Urumqi Ürümçi Urumchis"),
            ("20%", "20% 20％ 20"),
        ],
        &expect![[r#"
            登记 → 請[登記]0。[登 记]0⏎[登⏎记]0
            =登記 → 登记 [登記]0
            "新党办发〔2017〕12号" → 依据[新党办发[2017]12号]0文
            pinyin:"wang liqiang" → [王立强]0与[汪力强]0
            شۆھرەت → [شۆھرەت]0، شۆھرەتنىڭ
            uyghur:shohret → [Шөһрәт]0 [شۆھرەت]0 [Shöhret]0
            forms:школа → в [школе]0, о [школах]0, школьник
            ёлка → [Елка]0 и [ёлка]0
            السجل → [السِّجِلّ]0 [السجل]0
            cafe → [Café]0 [café]0 [CAFÉ]0
            written:2017-08-23 → [二〇一七年八月二十三日]0, 23.08.2017
            regist* OR /list.?/ → [Registers]0, [list]1, [lists]1, listing
            urumchi~2 → [Urumqi]0 [Ürümçi]0 [Urumchis]0
            20% → [20%]0 [20％]0 20
        "#]],
    );
}

#[test]
fn overlapping_and_excluded_matches() {
    check(
        &[
            ("人人", "人人人人"),
            ("登记表 登记 记表", "登记表登记"),
            ("\"a b c\" b", "a b c b"),
            ("\"a b\" \"b c\"", "a b c"),
            ("a -b", "a b"),
            ("-(a OR -b)", "a b"),
            ("a OR filename:b lang:zh", "a b"),
            ("\"a b\"~2", "b x y a a"),
            ("a a", "a"),
        ],
        &expect![[r#"
            人人 → [人人人人]0
            登记表 登记 记表 → [登记表]0[登记]1
            "a b c" b → [a b c]0 [b]1
            "a b" "b c" → [a b]0[ c]1
            a -b → [a]0 b
            -(a OR -b) → a [b]1
            a OR filename:b lang:zh → [a]0 b
            "a b"~2 → [b]0 x y [a]0 a
            a a → [a]0
        "#]],
    );
}

fn cut(text: &str, asked: &str, width: usize) -> (Snippet, String) {
    let made = snippet(text, &highlight(&query(asked), text), width);
    let (before, after) =
        (if made.cut_before { "…" } else { "" }, if made.cut_after { "…" } else { "" });
    let shown = format!("{before}{}{after}", marked(&made.text, &made.spans));
    (made, shown)
}

#[test]
fn windows_of_sixty_characters() {
    const ENGLISH: &str = "Minutes of the meeting.\nThe county office shall complete the register of all households by \
                           the end of the month, and report the number of households to the prefecture office.";
    const CHINESE: &str = "会议纪要。各县市要按照自治区党委的统一部署，认真做好全员登记工作，于八月二十三日前完成所有住户\
                           的登记，并将登记名单上报地区办公室。不得遗漏任何一户，不得瞒报。各乡镇主要负责同志亲自抓落实。";
    const UYGHUR: &str = "ناھىيەلىك ئىشخانا ئاي ئاخىرىغىچە بارلىق ئائىلىلەرنىڭ تىزىملىكىنى تاماملىشى ھەمدە سانىنى ۋىلايەتكە مەلۇم قىلىشى كېرەك.";
    let cases = [
        (ENGLISH, "register"),
        (ENGLISH, "households"),
        (ENGLISH, "office prefecture"),
        (ENGLISH, "minutes"),
        (ENGLISH, "absent"),
        (CHINESE, "名单"),
        (CHINESE, "登记"),
        (CHINESE, "落实"),
        (CHINESE, "会议"),
        (UYGHUR, "تىزىملىكىنى"),
        ("short text", "text"),
        ("  \n ", "text"),
    ];
    let mut all = String::new();
    for (text, asked) in cases {
        let (made, shown) = cut(text, asked, 60);
        assert!(made.text.chars().count() <= 60, "{shown}");
        assert_eq!(made.text, text[made.start..made.start + made.text.len()]);
        all += &format!("{asked}: {} ({})\n", shown.replace('\n', "⏎"), made.start);
    }
    expect![[r#"
        register: …complete the [register]0 of all households by the end of the… (48)
        households: …of all [households]0 by the end of the month, and report the… (70)
        office prefecture: …to the [prefecture]1 [office]0. (149)
        minutes: [Minutes]0 of the meeting.⏎The county office shall complete… (0)
        absent: Minutes of the meeting.⏎The county office shall complete… (0)
        名单: …二十三日前完成所有住户的登记，并将登记[名单]0上报地区办公室。不得遗漏任何一户，不得瞒报。各乡镇主要负责同志亲自抓落实。 (108)
        登记: …统一部署，认真做好全员[登记]0工作，于八月二十三日前完成所有住户的[登记]0，并将[登记]0名单上报地区办公室。不得遗漏任何一户，不得瞒… (51)
        落实: …各乡镇主要负责同志亲自抓[落实]0。 (237)
        会议: [会议]0纪要。各县市要按照自治区党委的统一部署，认真做好全员登记工作，于八月二十三日前完成所有住户的登记，并将登记名单上报地… (0)
        تىزىملىكىنى: …ئائىلىلەرنىڭ [تىزىملىكىنى]0 تاماملىشى ھەمدە سانىنى ۋىلايەتكە… (75)
        text: short [text]0 (0)
        text:  (4)
    "#]].assert_eq(&all);
}

#[test]
fn a_match_longer_than_the_window_is_cut() {
    let phrase = ["word"; 100].join(" ");
    let text = format!("before {phrase} after");
    let (made, _) = cut(&text, &format!("\"{phrase}\""), 20);
    assert!(made.text.starts_with("word") && made.cut_before && made.cut_after);
    assert!((60..=80).contains(&made.text.chars().count()), "{}", made.text.chars().count());
}

proptest! {
    #[test]
    fn stretches_are_ordered_apart_and_on_boundaries(
        text in "(\\PC|[登记表 ab\n,-]|é|e\u{301}|شۆھرەت|ﻻ|İ|ß|𠮷){0,60}",
        asked in "(a|b\\*|登记|\"记表\"|\"a b\"|\"a b\"~2|e~1|/\\./|شۆھرەت|uyghur:shohret)( OR (登记表|=登|b|\"b a\")){0,2}",
    ) {
        let query = query(&asked);
        let spans = highlight(&query, &text);
        for span in &spans {
            prop_assert!(span.start < span.end && span.clause < query.clauses.len());
            prop_assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
        }
        prop_assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
        // a page matches this kind of query exactly if something is highlighted
        let entry = exhibit_query::PageEntry { text: &text, ..Default::default() };
        prop_assert_eq!(exhibit_query::matches(&query, &entry), !spans.is_empty());
    }

    #[test]
    fn a_snippet_shows_a_match_within_its_width(
        text in "([登记表 ab\n。,]|شۆھرەت|word ){0,200}",
        asked in "(word|登记|شۆھرەت)( OR (a|表))?",
        width in 8..80_usize,
    ) {
        let spans = highlight(&query(&asked), &text);
        let made = snippet(&text, &spans, width);
        let longest = spans.iter().map(|span| text[span.start..span.end].chars().count()).max().unwrap_or(0);
        prop_assert_eq!(&text[made.start..made.start + made.text.len()], made.text.as_str());
        prop_assert_eq!(made.text.trim(), made.text.as_str());
        prop_assert!(made.text.chars().count() <= width.max(longest), "{:?}", made);
        prop_assert_eq!(made.spans.is_empty(), spans.is_empty());
        for span in &made.spans {
            let whole = HitSpan { start: span.start + made.start, end: span.end + made.start, clause: span.clause };
            prop_assert!(spans.contains(&whole));
        }
        prop_assert_eq!(made.cut_before, !text[..made.start].trim().is_empty());
    }
}
