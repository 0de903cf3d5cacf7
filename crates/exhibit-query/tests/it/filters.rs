//! Filters: clauses that choose values of facets, apart from the rest of the query.

use crate::query;
use exhibit_query::{CONFIDENCE_BANDS, Facet, Field, Filter, FilteredQuery, parse};

fn of(text: &str) -> FilteredQuery {
    FilteredQuery::of(&query(text))
}

fn shown(filtered: &FilteredQuery) -> String {
    filtered.query().to_string()
}

#[test]
fn filters_follow_the_rest_in_a_fixed_order() {
    for (written, expected) in [
        ("lang:ug 登记 type:pdf", "登记 type:pdf lang:ug"),
        ("ocr:0.9..1 tag:b tag:a a", "tag:b tag:a a ocr:0.9..1"),
        ("-tag:b -tag:a a", "a -tag:a -tag:b"),
        ("lang:(ZH OR ug OR zh)", "lang:(ug OR zh)"),
        ("-lang:(zh OR ug) a", "a -lang:ug -lang:zh"),
        ("date:2017年 a", "date:2017年 a"),
        ("sender:Meng@Baihe.example a", "a sender:\"meng@baihe.example\""),
        ("container:exh-12 folder:\"/a/b/\"", "folder:a/b container:EXH-12"),
        ("ext:DOCX is:OCR source:Drop-2", "ext:docx is:ocr source:drop-2"),
        ("has:image a", "has:image a"),
        ("lang:zh OR a", "lang:zh OR a"),
        ("lang:zh sort:oldest", "lang:zh sort:oldest"),
    ] {
        let filtered = of(written);
        assert_eq!(shown(&filtered), expected, "{written}");
        // separating the result again changes nothing
        assert_eq!(shown(&of(expected)), expected, "{written}");
    }
}

#[test]
fn excluded_values_are_separated_clause_by_clause() {
    let filtered = of("a -lang:(zh OR ug) -type:pdf");
    let values: Vec<(Field, bool, &str)> =
        filtered.filters.iter().map(|f| (f.field, f.excluded, f.value.as_str())).collect();
    assert_eq!(
        values,
        [(Field::Type, true, "pdf"), (Field::Language, true, "ug"), (Field::Language, true, "zh")]
    );
    assert_eq!(filtered.rest.to_string(), "a");
}

#[test]
fn toggling_twice_restores_the_query() {
    for (from, field, value, between) in [
        ("登记", Field::Language, "zh-Hans", "登记 lang:zh-hans"),
        ("登记 lang:ug", Field::Language, "zh", "登记 lang:(ug OR zh)"),
        ("", Field::Type, "pdf", "type:pdf"),
        ("a OR b", Field::Source, "drop 2", "(a OR b) source:\"drop 2\""),
        ("a", Field::Folder, "盘 2/通知（一）", "a folder:\"盘 2/通知(一)\""),
        ("a", Field::Ocr, "0.5..0.69", "a ocr:0.5..0.69"),
        ("a", Field::Recipient, "科 “值班”", "a recipient:\"科 '值班'\""),
        ("a date:2016", Field::Date, "2017-08", "a date:(2016 OR 2017-08)"),
        ("a", Field::Tag, "NOT", "a tag:not"),
        ("a", Field::Extension, "tar", "a ext:tar"),
    ] {
        let once = of(from).toggled(field, value);
        assert_eq!(shown(&once), between, "{from} {value}");
        // the choice survives the text of the query
        let again = of(&shown(&once));
        assert_eq!(again.filters, once.filters, "{value}");
        assert_eq!(shown(&again.toggled(field, value)), from, "{value}");
    }
}

#[test]
fn a_value_replaces_the_wider_or_narrower_one() {
    for (from, field, value, expected) in [
        ("date:2017-08", Field::Date, "2017", "date:2017"),
        ("date:(2016 OR 2017)", Field::Date, "2017-01", "date:(2016 OR 2017-01)"),
        ("folder:a/b/c", Field::Folder, "a", "folder:a"),
        ("folder:ab", Field::Folder, "a", "folder:(a OR ab)"),
        ("-folder:a", Field::Folder, "a/b", "folder:a/b -folder:a"),
        ("-lang:zh", Field::Language, "zh", ""),
    ] {
        assert_eq!(shown(&of(from).toggled(field, value)), expected, "{from} {value}");
    }
}

#[test]
fn removing_a_field_keeps_its_exclusions() {
    let filtered = of("a lang:(zh OR ug) -lang:ru type:pdf");
    assert_eq!(shown(&filtered.without(Field::Language)), "a type:pdf -lang:ru");
    assert_eq!(shown(&filtered.without(Field::Type).without(Field::Language)), "a -lang:ru");
}

#[test]
fn values_are_stored_in_the_form_of_their_facet() {
    let value = |field, text: &str| Filter::new(field, text, false).map(|filter| filter.value);
    for (field, text, expected) in [
        (Field::Language, "ZH-Hans", Some("zh-hans")),
        (Field::Container, "exh-000012", Some("EXH-000012")),
        (Field::Folder, "/Disk 2/", Some("Disk 2")),
        (Field::Sender, " Meng@Baihe.example ", Some("meng@baihe.example")),
        (Field::Tag, "a*b", Some("a·b")),
        (Field::Type, "nonsense", None),
        (Field::Language, "", None),
        (Field::Tag, "  ", None),
        (Field::Title, "a", None),
        (Field::Text, "a", None),
        (Field::Sort, "date", None),
        (Field::Container, "a\"b-1", None),
    ] {
        assert_eq!(value(field, text).as_deref(), expected, "{text}");
    }
}

#[test]
fn every_facet_has_a_field_that_accepts_filters() {
    for facet in Facet::ALL {
        let value = match facet {
            Facet::Type => "pdf",
            Facet::Language => "zh",
            Facet::Year => "2017",
            Facet::Month => "2017-08",
            Facet::Container => "EXH-000012",
            Facet::State => "ocr",
            Facet::Confidence => "0.9..1",
            _ => "a",
        };
        let text = format!("{}:{value}", facet.field().name());
        assert_eq!(
            of(&text).filters,
            [Filter::new(facet.field(), value, false).expect("a filter")],
            "{text}"
        );
        assert_eq!(facet.is_period(), facet.field() == Field::Date);
        assert_eq!(facet.word() == "month", facet == Facet::Month);
    }
}

#[test]
fn bands_of_confidence_cover_each_percent_once() {
    for percent in 0..=100_u8 {
        let takes = |band: &str| {
            let entry = exhibit_query::PageEntry { ocr: Some(percent), ..Default::default() };
            exhibit_query::matches(&parse(&format!("ocr:{band}")).expect("a band"), &entry)
        };
        let bands: Vec<&str> =
            CONFIDENCE_BANDS.iter().map(|(band, ..)| *band).filter(|band| takes(band)).collect();
        let expected: Vec<&str> = CONFIDENCE_BANDS
            .iter()
            .filter(|(_, least, most)| (*least..=*most).contains(&u64::from(percent)))
            .map(|(band, ..)| *band)
            .collect();
        assert_eq!((bands.len(), &bands), (1, &expected), "{percent}");
    }
}
