//! Forged records of documents.

use super::*;

pub(super) const RECORDS: &[Case] = &[
    ("another version of records", PLAIN, record!(1, |r| set(r, "v", 2)), RECORD, Fault::Record),
    (
        "a member too many",
        PLAIN,
        record!(1, |r| set(r, "note", "certified")),
        RECORD,
        Fault::Record,
    ),
    (
        "a member too few",
        PLAIN,
        record!(1, |r| drop(r.remove("containers"))),
        RECORD,
        Fault::Record,
    ),
    ("a reading in part", PLAIN, record!(2, |r| drop(r.remove("content"))), MEMBER, Fault::Record),
    (
        "more in a part",
        PLAIN,
        record!(1, |r| swap(r, "{\"index\":0", "{\"about\":1,\"index\":0")),
        RECORD,
        Fault::Record,
    ),
    (
        "more in an opening",
        PLAIN,
        record!(1, |r| swap(r, "{\"entry\":2", "{\"by\":1,\"entry\":2")),
        RECORD,
        Fault::Record,
    ),
    (
        "a document number of another case",
        PLAIN,
        Forgery {
            entry: |number, entry| {
                if number == 0 {
                    swap(entry, "EXH", "ABC")
                }
            },
            ..HONEST
        },
        RECORD,
        Fault::DocumentNumber,
    ),
    (
        "a case without document numbers",
        PLAIN,
        entry!(0, |e| set(e, "facts", JsonValue::map([]))),
        RECORD,
        Fault::DocumentNumber,
    ),
    (
        "the number of another item",
        PLAIN,
        record!(1, |r| set(r, "item", 7)),
        RECORD,
        Fault::DocumentNumber,
    ),
    (
        "a receipt of another item",
        PLAIN,
        record!(1, |r| set(r, "receipt", 4)),
        RECORD,
        Fault::Receipt,
    ),
    (
        "a receipt that is a reading",
        PLAIN,
        record!(1, |r| set(r, "receipt", 3)),
        RECORD,
        Fault::Receipt,
    ),
    (
        "a receipt of another original",
        PLAIN,
        record!(1, |r| set(r, "original", "ab".repeat(32))),
        RECORD,
        Fault::Receipt,
    ),
    (
        "a member without its container",
        PLAIN,
        record!(2, |r| set(r, "containers", JsonValue::List(Vec::new()))),
        MEMBER,
        Fault::Container,
    ),
    (
        "a member in another container",
        PLAIN,
        record!(2, |r| swap(r, "{\"item\":1,\"receipt\":2}", "{\"item\":2,\"receipt\":4}")),
        MEMBER,
        Fault::Container,
    ),
    (
        "a file as a member",
        PLAIN,
        record!(1, |r| swap(r, "\"containers\":[]", "\"containers\":[{\"item\":2,\"receipt\":4}]")),
        RECORD,
        Fault::Container,
    ),
    (
        "a member that was received as a file",
        PLAIN,
        entry!(4, |e| swap(e, "\"attachment\"", "\"file\"")),
        MEMBER,
        Fault::Container,
    ),
    (
        "another size of the original",
        PLAIN,
        entry!(2, |e| swap(e, "\"size\":21", "\"size\":22")),
        RECORD,
        Fault::Size,
    ),
    (
        "a source of another kind",
        PLAIN,
        record!(1, |r| set(r, "source", 1)),
        RECORD,
        Fault::Receipt,
    ),
    (
        "a source that it did not come from",
        RECEIVED,
        entry!(2, |e| swap(e, "source:1", "source:2")),
        RECORD,
        Fault::Receipt,
    ),
    (
        "a path of another document",
        PLAIN,
        record!(1, |r| swap(r, "EXH-000001/original", "EXH-000002/original")),
        RECORD,
        Fault::Part,
    ),
    (
        "a path with another name",
        PLAIN,
        Forgery {
            record: |item, record| {
                if item == 1 {
                    swap(record, "original.txt", "original of the ministry.txt")
                }
            },
            files: |bag| {
                let bytes = bag.0.remove("data/documents/EXH-000001/original.txt").expect("there");
                bag.put("data/documents/EXH-000001/original of the ministry.txt", bytes);
                bag.relist();
            },
            ..HONEST
        },
        RECORD,
        Fault::Part,
    ),
    (
        "an opening of another entry",
        PLAIN,
        record!(1, |r| swap(r, "{\"entry\":2", "{\"entry\":4")),
        RECORD,
        Fault::Opening,
    ),
    (
        "an opening of something else",
        PLAIN,
        record!(1, |r| swap(r, "\"field\":\"name\"", "\"field\":\"author\"")),
        RECORD,
        Fault::Opening,
    ),
    (
        "a name that is opened twice",
        PLAIN,
        record!(1, |r| {
            let openings = [r["openings"].as_list().expect("a list"); 2].concat();
            set_value(r, "openings", JsonValue::List(openings));
        }),
        RECORD,
        Fault::Opening,
    ),
    (
        "a reading of a later item",
        PLAIN,
        record!(1, |r| set(r, "content", 2)),
        RECORD,
        Fault::Record,
    ),
    (
        "a reading of another original",
        PLAIN,
        record!(1, |r| set(r, "reading", 5)),
        RECORD,
        Fault::Reading,
    ),
    (
        "another number of leaves",
        PLAIN,
        entry!(3, |e| swap(e, "\"leaves\":4", "\"leaves\":5")),
        RECORD,
        Fault::Reading,
    ),
    (
        "a superseded reading",
        PLAIN,
        Forgery {
            before: |log| {
                let later = String::from_utf8(log.entries[3].clone()).expect("UTF-8");
                log.entries.push(later.replacen("\"seq\":3", "\"seq\":7", 1).into_bytes());
            },
            ..HONEST
        },
        RECORD,
        Fault::Superseded,
    ),
    ("page 0", PLAIN, Forgery { first_page: 0, ..HONEST }, RECORD, Fault::Part),
    (
        "parts in another order",
        PLAIN,
        record!(1, |r| {
            let mut parts = r["parts"].as_list().expect("a list").to_vec();
            parts.swap(1, 2);
            set_value(r, "parts", JsonValue::List(parts));
        }),
        RECORD,
        Fault::PartOrder,
    ),
    (
        "a part twice",
        PLAIN,
        record!(1, |r| {
            let mut parts = r["parts"].as_list().expect("a list").to_vec();
            parts.insert(1, parts[1].clone());
            set_value(r, "parts", JsonValue::List(parts));
        }),
        RECORD,
        Fault::PartOrder,
    ),
    (
        "no original among the parts",
        PLAIN,
        record!(1, |r| {
            let parts = r["parts"].as_list().expect("a list")[1..].to_vec();
            set_value(r, "parts", JsonValue::List(parts));
        }),
        RECORD,
        Fault::PartOrder,
    ),
    (
        "no parts",
        PLAIN,
        record!(1, |r| set(r, "parts", JsonValue::List(Vec::new()))),
        RECORD,
        Fault::PartOrder,
    ),
    (
        "more pages than were read",
        PLAIN,
        entry!(3, |e| swap(e, "\"pages\":2", "\"pages\":1")),
        RECORD,
        Fault::PartOrder,
    ),
];
