//! Messages for the codes of `exhibit-query`: errors, hints, and how a query was understood.
//!
//! Values are parts of a query, which may come from a list of someone else: make them safe with [`Message::map_texts`].

use crate::{Message, Messages, query};
use exhibit_query::{
    Alternative, Field, Hint, HintKind, Operator, Query, QueryError, QueryErrorKind as Kind,
    QueryLimit, ReadPart,
};

/// The largest number of characters of a line in a list.
const LONGEST_LINE: u64 = 2_000;

/// Why a query cannot be used, and where.
#[must_use]
pub fn query_error(error: &QueryError) -> Message {
    query::at_character(problem(&error.kind), (error.position + 1).to_string())
}

/// The same with what to write instead, on one line.
#[must_use]
pub fn query_error_with_hint(error: &QueryError) -> Message {
    match query_hint(error) {
        Some(hint) => query::error_and_hint(query_error(error), hint),
        None => query_error(error),
    }
}

/// Why a line of a list cannot be used, by its code: that of a query error, given with it, or one of a line.
#[must_use]
pub fn line_error(code: &str, error: Option<&QueryError>) -> Message {
    match (code, error) {
        (_, Some(error)) => query_error_with_hint(error),
        ("not-utf8", None) => query::line_not_utf8(),
        ("too-long", None) => query::line_too_long(LONGEST_LINE),
        ("tags-unreadable", None) => query::line_tags_unreadable(),
        (code, None) => query::line_unknown_error(code),
    }
}

fn problem(kind: &Kind) -> Message {
    match kind {
        Kind::OpenQuote => query::open_quote(),
        Kind::OpenBracket => query::open_bracket(),
        Kind::ExtraBracket => query::extra_bracket(),
        Kind::EmptyQuotes => query::empty_quotes(),
        Kind::EmptyBrackets => query::empty_brackets(),
        Kind::LonelyOperator(operator) => query::lonely_operator(operator.sign()),
        Kind::UnknownField { name, .. } => query::unknown_field(name),
        Kind::EmptyField(field) => query::empty_field(field.name()),
        Kind::BadValue { field, value } => query::bad_value(field.name(), value),
        Kind::UnknownWord { field, word, .. } => query::unknown_word(field.name(), word),
        Kind::Unsupported { what, .. } => query::unsupported(what),
        Kind::NothingToSearch(text) => query::nothing_to_search(text),
        Kind::MisplacedStar(text) => query::misplaced_star(text),
        Kind::MisplacedTilde(text) => query::misplaced_tilde(text),
        Kind::Pattern(pattern) => query::bad_pattern(pattern),
        Kind::TooMuch { what, most } => match what {
            QueryLimit::Characters => query::too_many_characters(*most as u64),
            QueryLimit::Clauses => query::too_many_clauses(*most as u64),
            QueryLimit::Brackets => query::too_many_brackets(*most as u64),
        },
    }
}

/// What to write instead, if that is known.
#[must_use]
pub fn query_hint(error: &QueryError) -> Option<Message> {
    Some(match &error.kind {
        Kind::OpenQuote => query::hint_open_quote(),
        Kind::OpenBracket => query::hint_open_bracket(),
        Kind::ExtraBracket => query::hint_extra_bracket(),
        Kind::EmptyQuotes | Kind::EmptyBrackets => query::hint_empty(),
        Kind::LonelyOperator(operator) => match operator {
            Operator::Exact => query::hint_exact(),
            Operator::Minus => query::hint_minus(),
            Operator::Not => query::hint_not(),
            Operator::And | Operator::Or => {
                query::hint_operator(operator.sign(), operator.sign().to_lowercase())
            }
        },
        Kind::UnknownField { nearest: Some(nearest), .. } => {
            query::hint_unknown_field(nearest.name())
        }
        Kind::UnknownField { name, nearest: None } => query::hint_field_as_text(name),
        Kind::EmptyField(field) => query::hint_empty_field(field.name()),
        Kind::UnknownWord { nearest: Some((field, word)), .. } => {
            query::hint_unknown_word(field.name(), *word)
        }
        Kind::BadValue { field, .. } | Kind::UnknownWord { field, nearest: None, .. } => {
            query::hint_takes(field.name(), query_field(*field))
        }
        Kind::Unsupported { instead, .. } => self::instead(*instead),
        Kind::NothingToSearch(_) => query::hint_nothing_to_search(),
        Kind::MisplacedStar(_) => query::hint_star(),
        Kind::MisplacedTilde(_) => query::hint_tilde(),
        Kind::Pattern(pattern) => query::hint_pattern(pattern),
        Kind::TooMuch { .. } => query::hint_too_much(),
    })
}

fn instead(instead: Alternative) -> Message {
    match instead {
        Alternative::Ledger => query::instead_ledger(),
        Alternative::TagDecisions => query::instead_tag_decisions(),
        Alternative::TagNotes => query::instead_tag_notes(),
        Alternative::NoRedaction => query::instead_no_redaction(),
        Alternative::TextOfSigned => query::instead_text_of_signed(),
        Alternative::NoTranslation => query::instead_no_translation(),
        Alternative::NameItself => query::instead_name_itself(),
        Alternative::Batch => query::instead_batch(),
        Alternative::Quotes => query::instead_quotes(),
        Alternative::SheetPages => query::instead_sheet_pages(),
    }
}

/// What may have been meant instead.
#[must_use]
pub fn query_remark(hint: &Hint) -> Message {
    match &hint.kind {
        HintKind::LowerCaseOperator(operator) => {
            query::lower_case_operator(operator.sign(), operator.sign().to_lowercase())
        }
        HintKind::SlowPattern => query::slow_pattern(),
        HintKind::EncryptedWithoutPages => query::encrypted_without_pages(),
    }
}

/// What a field takes, with an example.
#[must_use]
pub fn query_field(field: Field) -> Message {
    match field {
        Field::FileName => query::takes_filename(),
        Field::Path => query::takes_path(),
        Field::Folder => query::takes_folder(),
        Field::Container => query::takes_container(),
        Field::Extension => query::takes_extension(),
        Field::Title => query::takes_title(),
        Field::From => query::takes_from(),
        Field::To => query::takes_to(),
        Field::Cc => query::takes_cc(),
        Field::Sender => query::takes_sender(),
        Field::Recipient => query::takes_recipient(),
        Field::Subject => query::takes_subject(),
        Field::Thread => query::takes_thread(),
        Field::Type => query::takes_type(),
        Field::Language => query::takes_language(),
        Field::Date => query::takes_date(),
        Field::After => query::takes_after(),
        Field::Before => query::takes_before(),
        Field::Size => query::takes_size(),
        Field::Pages => query::takes_pages(),
        Field::Ocr => query::takes_ocr(),
        Field::Id => query::takes_id(),
        Field::Hash => query::takes_hash(),
        Field::Sheet => query::takes_sheet(),
        Field::Is => query::takes_is(),
        Field::Has => query::takes_has(),
        Field::Tag => query::takes_tag(),
        Field::Source => query::takes_source(),
        Field::Pinyin => query::takes_pinyin(),
        Field::Uyghur => query::takes_uyghur(),
        Field::Written => query::takes_written(),
        Field::Forms => query::takes_forms(),
        Field::Text => query::takes_text(),
        Field::Sort => query::takes_sort(),
    }
}

/// The text of a part of an explained query, between its clauses; empty for a clause. Only `everything` is a word of a
/// language; the others are signs of the query language.
#[must_use]
pub fn query_read_part(part: ReadPart, messages: Messages) -> String {
    match part {
        ReadPart::Everything => messages.text(&query::everything()),
        other => other.sign().to_owned(),
    }
}

/// The query as it was understood, on one line, with every group in brackets.
#[must_use]
pub fn query_read_as(query: &Query, messages: Messages) -> String {
    let part = |part: ReadPart| match part {
        ReadPart::Clause(number) => query.clauses[number].text.to_string(),
        other => query_read_part(other, messages),
    };
    query.read_as().into_iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;
    use exhibit_query::parse;

    const ENGLISH: Messages = Messages::new(Language::English);

    fn refused(query: &str) -> QueryError {
        parse(query).expect_err("it is refused")
    }

    fn check(query: &str, expected: &str) {
        assert_eq!(ENGLISH.text(&query_error_with_hint(&refused(query))), expected, "{query}");
    }

    #[test]
    fn errors_name_what_was_written_and_what_to_write() {
        check(
            "a (b",
            "a bracket is not closed (character 3); add a closing bracket, or put text that has a bracket in quotes",
        );
        check(
            "a) b",
            "a closing bracket has no opening one (character 2); remove it, or put text that has a bracket in quotes",
        );
        check(
            "登记 “名单",
            "a phrase is not closed (character 4); close the phrase with another quotation mark",
        );
        check(
            "\"\"",
            "there is nothing to search between the quotes (character 1); put words between them, or remove them",
        );
        check(
            "()",
            "there is nothing between the brackets (character 1); put words between them, or remove them",
        );
        check(
            "OR a",
            "OR has nothing to work on (character 1); write one OR other; to search for the word itself, write \"or\"",
        );
        check(
            "a OR",
            "OR has nothing to work on (character 3); write one OR other; to search for the word itself, write \"or\"",
        );
        check(
            "a AND OR b",
            "AND has nothing to work on (character 3); write one AND other; to search for the word itself, write \"and\"",
        );
        check(
            "a - b",
            "- has nothing to work on (character 3); write -word without a space, or remove the minus",
        );
        check(
            "NOT",
            "NOT has nothing to work on (character 1); write NOT word; to search for the word itself, write \"not\"",
        );
        check("filname:a", "there is no field filname: (character 1); did you mean filename: ?");
        check(
            "http://x.org",
            "there is no field http: (character 1); to search for the text itself, put it in quotes: \"http: …\"",
        );
        check(
            "type: pdf",
            "type: has no value (character 1); write type:value without a space after the colon",
        );
        check(
            "type:foo",
            "type: does not take “foo” (character 6); type: takes pdf, word, sheet, slides, mail, image, text, html, csv, archive, audio, video, program … or a media type: type:pdf",
        );
        check(
            "pinyin:register",
            "pinyin: does not take “register” (character 8); pinyin: takes Chinese characters by their readings; a capital begins a surname: pinyin:\"Wang liqiang\", pinyin:qiang",
        );
        check(
            "= a",
            "= has nothing to work on (character 1); write =word without a space, or remove the sign",
        );
        check(
            "a /regist(er/",
            "the pattern /regist(er/ cannot be used (character 3); it is matched against single words, so leave out ^, $ and \\b, close each bracket, and keep repetitions small; to search for the text itself, put it in quotes: \"/regist(er/\"",
        );
        check(
            "a & b",
            "“&” has no letter or digit to search (character 3); remove it; signs are not searched",
        );
        check(
            "*ing",
            "the star in “*ing” is not at the end of a word (character 1); write the beginning of a word, then the star: regist*",
        );
        check(
            "登记~1",
            "the ~ in “登记” does not follow a word or a phrase of words (character 1); write word~1 or word~2 for one word, \"two words\"~5 for words near each other",
        );
    }

    #[test]
    fn every_field_has_a_text_of_its_own() {
        let texts: std::collections::BTreeSet<String> =
            Field::ALL.into_iter().map(|field| ENGLISH.text(&query_field(field))).collect();
        assert_eq!(texts.len(), Field::ALL.len());
    }

    #[test]
    fn queries_are_read_back() {
        for (query, expect) in [("", "everything"), ("(a OR b) -c", "(a OR b) AND NOT c")] {
            assert_eq!(query_read_as(&parse(query).expect("a query"), ENGLISH), expect);
        }
    }

    #[test]
    fn lines_of_lists_have_codes() {
        assert_eq!(ENGLISH.text(&line_error("not-utf8", None)), "it is not UTF-8");
        assert_eq!(
            ENGLISH.text(&line_error("too-long", None)),
            "it has more than 2,000 characters"
        );
        assert_eq!(
            ENGLISH.text(&line_error("of-a-later-version", None)),
            "unknown error: of-a-later-version"
        );
        let error = refused("?");
        assert!(
            ENGLISH.text(&line_error(error.code(), Some(&error))).contains("no letter or digit")
        );
    }
}
