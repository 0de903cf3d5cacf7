//! Errors of malformed queries: the code, the character at which it is reported, and the sentence.

use crate::ENGLISH;
use exhibit_messages::{query_error, query_hint};
use exhibit_query::{Alternative, Field, Operator, QueryErrorKind as Kind, QueryLimit, parse};

fn refused(text: &str) -> (usize, Kind) {
    match parse(text) {
        Ok(query) => panic!("{text} is read as {query:?}"),
        Err(error) => {
            // each error states its place as a user counts, and advises
            let shown = ENGLISH.text(&query_error(&error));
            assert!(shown.ends_with(&format!(" (character {})", error.position + 1)), "{error}");
            assert!(
                query_hint(&error).is_some_and(|hint| !ENGLISH.text(&hint).is_empty()),
                "{error}"
            );
            assert!(error.position <= text.chars().count(), "{text}");
            (error.position, error.kind)
        }
    }
}

#[test]
fn quotes_and_brackets() {
    for (text, position, kind) in [
        ("\"", 0, Kind::OpenQuote),
        ("登记 “名单", 3, Kind::OpenQuote),
        ("a\"b", 1, Kind::OpenQuote),
        ("filename:\"a", 9, Kind::OpenQuote),
        ("(", 0, Kind::OpenBracket),
        ("（登记", 0, Kind::OpenBracket),
        ("a (b (c)", 2, Kind::OpenBracket),
        ("lang:(zh", 5, Kind::OpenBracket),
        (")", 0, Kind::ExtraBracket),
        ("登记）", 2, Kind::ExtraBracket),
        ("(a)) b", 3, Kind::ExtraBracket),
        ("()", 0, Kind::EmptyBrackets),
        ("登记 （　）", 3, Kind::EmptyBrackets),
        ("type:()", 5, Kind::EmptyBrackets),
        ("\"\"", 0, Kind::EmptyQuotes),
        ("a “ ”", 2, Kind::EmptyQuotes),
        ("\"…，。\"", 0, Kind::EmptyQuotes),
        ("\"a ,\"~3", 0, Kind::EmptyQuotes),
    ] {
        assert_eq!(refused(text), (position, kind), "{text}");
    }
}

#[test]
fn operators_without_operands() {
    for (text, position, operator) in [
        ("AND", 0, Operator::And),
        ("AND a", 0, Operator::And),
        ("a AND", 2, Operator::And),
        ("a AND AND b", 2, Operator::And),
        ("(a AND) b", 3, Operator::And),
        ("OR", 0, Operator::Or),
        ("登记 OR", 3, Operator::Or),
        ("登记 OR OR 名单", 3, Operator::Or),
        ("(OR a)", 1, Operator::Or),
        ("NOT", 0, Operator::Not),
        ("a NOT", 2, Operator::Not),
        ("a NOT OR b", 2, Operator::Not),
        ("(NOT)", 1, Operator::Not),
        ("-", 0, Operator::Minus),
        ("a - b", 2, Operator::Minus),
        ("登记 －　名单", 3, Operator::Minus),
        ("--- a", 0, Operator::Minus),
        ("(-)", 1, Operator::Minus),
        ("=", 0, Operator::Exact),
        ("= a", 0, Operator::Exact),
        ("a =(b)", 2, Operator::Exact),
        ("==a", 0, Operator::Exact),
        ("=a*", 0, Operator::Exact),
        ("=\"a b\"~2", 0, Operator::Exact),
        ("=lang:zh", 0, Operator::Exact),
        ("filename:(=a)", 10, Operator::Exact),
        ("sort:date AND a", 10, Operator::And),
        ("a OR sort:date", 2, Operator::Or),
    ] {
        assert_eq!(refused(text), (position, Kind::LonelyOperator(operator)), "{text}");
    }
}

#[test]
fn unknown_and_empty_fields() {
    let unknown = |name: &str, nearest| Kind::UnknownField { name: name.to_owned(), nearest };
    for (text, position, kind) in [
        ("filname:a", 0, unknown("filname", Some(Field::FileName))),
        ("a Fliename:b", 2, unknown("Fliename", Some(Field::FileName))),
        ("登记 lagn:zh", 3, unknown("lagn", Some(Field::Language))),
        ("file:a", 0, unknown("file", Some(Field::FileName))),
        ("bcc:a", 0, unknown("bcc", Some(Field::Cc))),
        ("author:a", 0, unknown("author", Some(Field::From))),
        ("http://x.example", 0, unknown("http", None)),
        ("x:y", 0, unknown("x", None)),
        ("type: pdf", 0, Kind::EmptyField(Field::Type)),
        ("a type:", 2, Kind::EmptyField(Field::Type)),
        ("(lang:)", 1, Kind::EmptyField(Field::Language)),
        ("filename:-a", 0, Kind::EmptyField(Field::FileName)),
        ("filename:lang:zh", 0, Kind::EmptyField(Field::FileName)),
        ("filename:OR", 0, Kind::EmptyField(Field::FileName)),
        ("sort:", 0, Kind::EmptyField(Field::Sort)),
        ("a sort: date", 2, Kind::EmptyField(Field::Sort)),
        ("sort:\"date\"", 0, Kind::EmptyField(Field::Sort)),
    ] {
        assert_eq!(refused(text), (position, kind), "{text}");
    }
    // a name with digits is not a field: its colon is part of a word
    assert!(parse("SHA256:a").is_ok());
}

#[test]
fn what_is_not_supported_names_an_alternative() {
    for (text, position, what, instead) in [
        ("entity:wang", 0, "entity:", Alternative::NameItself),
        ("a Watchlist:b", 2, "watchlist:", Alternative::Batch),
        ("claim:a", 0, "claim:", Alternative::Quotes),
        ("table:a", 0, "table:", Alternative::SheetPages),
        ("is:empty", 3, "is:empty", Alternative::Ledger),
        ("登记 is:Privileged", 6, "is:privileged", Alternative::TagDecisions),
        ("has:note", 4, "has:note", Alternative::TagNotes),
        ("has:redaction", 4, "has:redaction", Alternative::NoRedaction),
        ("has:signature", 4, "has:signature", Alternative::TextOfSigned),
        ("has:translation", 4, "has:translation", Alternative::NoTranslation),
    ] {
        let kind = Kind::Unsupported { what: what.to_owned(), instead };
        assert_eq!(refused(text), (position, kind), "{text}");
    }
}

#[test]
fn words_of_states_are_suggested() {
    for (text, position, word, nearest) in [
        ("is:trunkated", 3, "trunkated", Some((Field::Is, "truncated"))),
        ("is:encripted", 3, "encripted", Some((Field::Is, "encrypted"))),
        ("is:dupplicate a", 3, "dupplicate", Some((Field::Is, "duplicate"))),
        ("has:attachments", 4, "attachments", Some((Field::Has, "attachment"))),
        ("is:imgae", 3, "imgae", Some((Field::Has, "image"))),
        ("is:登记", 3, "登记", None),
        ("is:x", 3, "x", None),
    ] {
        let (at, kind) = refused(text);
        let Kind::UnknownWord { word: shown, nearest: near, .. } = kind else {
            panic!("{text}: {kind:?}")
        };
        assert_eq!((at, shown.as_str(), near), (position, word, nearest), "{text}");
    }
}

#[test]
fn values_that_a_field_does_not_accept() {
    for (text, position, field, value) in [
        ("date:soon", 5, Field::Date, "soon"),
        ("登记 date:2017-13", 8, Field::Date, "2017-13"),
        ("date:2017-02-29", 5, Field::Date, "2017-02-29"),
        ("date:2017-00", 5, Field::Date, "2017-00"),
        ("date:2017-08-00", 5, Field::Date, "2017-08-00"),
        ("date:..", 5, Field::Date, ".."),
        ("date:2016..2017..2018", 5, Field::Date, "2016..2017..2018"),
        ("after:2017..2018", 6, Field::After, "2017..2018"),
        ("before:..2018", 7, Field::Before, "..2018"),
        ("size:big", 5, Field::Size, "big"),
        ("size:>", 5, Field::Size, ">"),
        ("size:1.2.3", 5, Field::Size, "1.2.3"),
        ("size:10x", 5, Field::Size, "10x"),
        ("pages:1e3", 6, Field::Pages, "1e3"),
        ("pages:..", 6, Field::Pages, ".."),
        ("ocr:high", 4, Field::Ocr, "high"),
        ("id:0", 3, Field::Id, "0"),
        ("id:EXH", 3, Field::Id, "EXH"),
        ("id:99999999999999999999", 3, Field::Id, "99999999999999999999"),
        ("container:x", 10, Field::Container, "x"),
        ("thread:abc", 7, Field::Thread, "abc"),
        ("thread:\"<>\"", 7, Field::Thread, "<>"),
        ("hash:9f86d08", 5, Field::Hash, "9f86d08"),
        ("hash:9f86d08g", 5, Field::Hash, "9f86d08g"),
        ("lang:chinese", 5, Field::Language, "chinese"),
        ("lang:z", 5, Field::Language, "z"),
        ("lang:zh-", 5, Field::Language, "zh-"),
        ("lang:zh--Hans", 5, Field::Language, "zh--Hans"),
        ("lang:zh*", 5, Field::Language, "zh*"),
        ("lang:汉语", 5, Field::Language, "汉语"),
        ("type:foo", 5, Field::Type, "foo"),
        ("type:(pdf OR foo)", 13, Field::Type, "foo"),
        ("folder:\"//\"", 7, Field::Folder, "//"),
        ("ext:\"\"", 4, Field::Extension, ""),
        ("ext:.", 4, Field::Extension, "."),
        ("tag:\" \"", 4, Field::Tag, " "),
        ("source:\"\"", 7, Field::Source, ""),
        ("sender:\"\"", 7, Field::Sender, ""),
        ("recipient:\" \"", 10, Field::Recipient, " "),
        ("pinyin:register", 7, Field::Pinyin, "register"),
        ("pinyin:wang*", 7, Field::Pinyin, "wang*"),
        ("uyghur:登记", 7, Field::Uyghur, "登记"),
        ("written:a", 8, Field::Written, "a"),
        ("forms:登记", 6, Field::Forms, "登记"),
        ("forms:\"two words\"", 6, Field::Forms, "two words"),
        ("lang:/zh/", 5, Field::Language, "/zh/"),
        ("sort:size", 5, Field::Sort, "size"),
        ("a sort:date~1", 7, Field::Sort, "date~1"),
    ] {
        assert_eq!(
            refused(text),
            (position, Kind::BadValue { field, value: value.to_owned() }),
            "{text}"
        );
    }
}

#[test]
fn stars_and_tildes_in_wrong_places() {
    let star = |text: &str| Kind::MisplacedStar(text.to_owned());
    let tilde = |text: &str| Kind::MisplacedTilde(text.to_owned());
    for (text, position, kind) in [
        ("*", 0, star("*")),
        ("*ing", 0, star("*ing")),
        ("登记 reg*ter", 3, star("reg*ter")),
        ("a**", 0, star("a*")),
        ("\"a* b\"", 2, star("a* b")),
        ("\"a -*\"", 0, star("a -*")),
        ("a \"b\"~x", 2, tilde("b")),
        ("\"a b\"~12345", 0, tilde("a b")),
        ("a~3", 0, tilde("a")),
        ("a~0", 0, tilde("a")),
        ("a~x", 0, tilde("a~x")),
        ("a~b~1", 0, tilde("a~b~1")),
        ("登记~1", 0, tilde("登记")),
        ("x a-b~1", 2, tilde("a-b")),
    ] {
        assert_eq!(refused(text), (position, kind), "{text}");
    }
}

#[test]
fn signs_and_expressions() {
    for (text, position, kind) in [
        ("a & b", 2, Kind::NothingToSearch("&".to_owned())),
        ("登记 …", 3, Kind::NothingToSearch("…".to_owned())),
        ("filename:+", 9, Kind::NothingToSearch("+".to_owned())),
        ("~", 0, Kind::NothingToSearch("~".to_owned())),
        ("a /b(/", 2, Kind::Pattern("b(".to_owned())),
        ("/a\\b/", 0, Kind::Pattern("a\\b".to_owned())),
        ("filename:/[/", 9, Kind::Pattern("[".to_owned())),
    ] {
        assert_eq!(refused(text), (position, kind), "{text}");
    }
}

#[test]
fn limits_are_exact() {
    let too_much = |what, most| Kind::TooMuch { what, most };
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(60)).is_ok());
    assert_eq!(refused(&nested(61)), (60, too_much(QueryLimit::Brackets, 60)));
    // brackets beside each other do not count
    assert!(parse(&"(a) ".repeat(100)).is_ok());

    let words = |count: usize| (0..count).map(|n| format!("w{n:04}")).collect::<Vec<_>>().join(" ");
    assert_eq!(parse(&words(1_000)).map(|query| query.clauses.len()), Ok(1_000));
    assert_eq!(refused(&words(1_001)), (6_000, too_much(QueryLimit::Clauses, 1_000)));
    // a repeated clause counts once
    assert!(parse(&format!("{} w0000", words(1_000))).is_ok());

    // characters are counted, not bytes
    let repeated = |count: usize| "登".repeat(count);
    assert!(parse(&format!("{} ", repeated(19_999))).is_ok());
    assert_eq!(refused(&repeated(20_001)), (20_000, too_much(QueryLimit::Characters, 20_000)));

    assert!(parse(&format!("/{}/", "a".repeat(200))).is_ok());
    let long = "登".repeat(201);
    assert_eq!(refused(&format!("/{long}/")), (0, Kind::Pattern(long)));
}
