//! How queries are understood, in every script and with every field and operator.

use crate::{ENGLISH, query};
use exhibit_messages::{query_field, query_read_as, query_remark};
use exhibit_query::{Field, parse};
use expect_test::{Expect, expect};
use std::fmt::Write as _;

/// A query as it was understood, in English.
pub(crate) fn read_as(query: &exhibit_query::Query) -> String {
    query_read_as(query, ENGLISH)
}

/// For each query: what is understood, the canonical text if it differs from the query, and the hints.
fn check(queries: &[&str], expected: &Expect) {
    let mut shown = String::new();
    for text in queries {
        let query = query(text);
        let _ = writeln!(shown, "{text}\n    {}", read_as(&query));
        let canonical = query.to_string();
        if canonical != *text {
            let _ = writeln!(shown, "    = {canonical}");
        }
        for hint in query.hints() {
            let _ =
                writeln!(shown, "    ! {} {}", hint.position, ENGLISH.text(&query_remark(hint)));
        }
        let again = parse(&canonical).map(|again| (again.root, again.clauses, again.sort));
        assert_eq!(again, Ok((query.root, query.clauses, query.sort)), "{canonical}");
    }
    expected.assert_eq(&shown);
}

#[test]
fn chinese() {
    check(
        &[
            "新疆 登记",
            "新疆、西藏，内蒙古。",
            "（登记 ＯＲ 名单）－草稿",
            "（登记 OR 名单） －草稿",
            "“全员登记” ＂名单＂",
            "“登记 名单”～５",
            "登记* \"登记表*\"",
            "新党办发〔2017〕12号 新党办发(2017)12号",
            "＝王立强 pinyin:“wang liqiang”",
            "filename：名单 sheet:(第一批 OR 第二批)",
            "written:二〇一七年八月 written:第12条",
            "路径：登记",
            "标题 title:通知 -folder:\"disk 2/通知（修订）\"",
            "date:2017年8月..2018 NOT lang:zh-Hant",
            "/王.{1,2}/ /\\p{Han}强/",
        ],
        &expect![[r#"
            新疆 登记
                新疆 AND 登记
            新疆、西藏，内蒙古。
                新疆 AND 西藏 AND 内蒙古
                = 新疆 西藏 内蒙古
            （登记 ＯＲ 名单）－草稿
                (登记 OR 名单) AND NOT 草稿
                = (登记 OR 名单) -草稿
            （登记 OR 名单） －草稿
                (登记 OR 名单) AND NOT 草稿
                = (登记 OR 名单) -草稿
            “全员登记” ＂名单＂
                "全员登记" AND "名单"
                = "全员登记" "名单"
            “登记 名单”～５
                "登记 名单"~5
                = "登记 名单"~5
            登记* "登记表*"
                登记 AND "登记表*"
                = 登记 "登记表*"
            新党办发〔2017〕12号 新党办发(2017)12号
                新党办发〔2017〕12号 AND 新党办发(2017)12号
            ＝王立强 pinyin:“wang liqiang”
                =王立强 AND pinyin:"wang liqiang"
                = =王立强 pinyin:"wang liqiang"
            filename：名单 sheet:(第一批 OR 第二批)
                filename:名单 AND (sheet:第一批 OR sheet:第二批)
                = filename:名单 sheet:(第一批 OR 第二批)
            written:二〇一七年八月 written:第12条
                written:二〇一七年八月 AND written:第12条
            路径：登记
                路径:登记
                = 路径:登记
            标题 title:通知 -folder:"disk 2/通知（修订）"
                标题 AND title:通知 AND NOT folder:"disk 2/通知(修订)"
                = 标题 title:通知 -folder:"disk 2/通知(修订)"
            date:2017年8月..2018 NOT lang:zh-Hant
                date:2017年8月..2018 AND NOT lang:zh-Hant
                = date:2017年8月..2018 -lang:zh-Hant
            /王.{1,2}/ /\p{Han}强/
                /王.{1,2}/ AND /\p{Han}强/
                ! 0 a pattern is slow: every word of the index is compared with it
                ! 10 a pattern is slow: every word of the index is compared with it
        "#]],
    );
}

#[test]
fn uyghur_and_kazakh() {
    check(
        &[
            "شۆھرەت زاكىر",
            "\"ئۇيغۇر ئاپتونوم رايونى\" -شىنجاڭ",
            "uyghur:shöhret OR uyghur:Шөһрәт",
            "uyghur:(شۆھرەت OR zakir) lang:ug",
            "شىنجاڭ~2 \"تىزىملىك جەدۋەل\"~3",
            "مەكتەپ* =شۆھرەت",
            "قازاق -uyghur:қазақ",
        ],
        &expect![[r#"
            شۆھرەت زاكىر
                شۆھرەت AND زاكىر
            "ئۇيغۇر ئاپتونوم رايونى" -شىنجاڭ
                "ئۇيغۇر ئاپتونوم رايونى" AND NOT شىنجاڭ
            uyghur:shöhret OR uyghur:Шөһрәт
                uyghur:shöhret OR uyghur:Шөһрәт
                = uyghur:(shöhret OR Шөһрәт)
            uyghur:(شۆھرەت OR zakir) lang:ug
                (uyghur:شۆھرەت OR uyghur:zakir) AND lang:ug
            شىنجاڭ~2 "تىزىملىك جەدۋەل"~3
                شىنجاڭ~2 AND "تىزىملىك جەدۋەل"~3
            مەكتەپ* =شۆھرەت
                مەكتەپ* AND =شۆھرەت
            قازاق -uyghur:қазақ
                قازاق AND NOT uyghur:қазақ
        "#]],
    );
}

#[test]
fn russian_and_arabic() {
    check(
        &[
            "договор OR соглашение",
            "forms:школа -filename:черновик",
            "«договор поставки» subject:отчёт",
            "договр~1 регистр* \"список жителей\"~4",
            "=Ёлкин from:(канцелярия OR отдел)",
            "/договор(а|у|ом)?/ lang:ru",
            "السجل العام",
            "\"قائمة الأسماء\" NOT مسودة",
            "(وثيقة OR مستند) lang:ar to:المكتب",
            "سجل* -title:نسخة",
        ],
        &expect![[r#"
            договор OR соглашение
                договор OR соглашение
            forms:школа -filename:черновик
                forms:школа AND NOT filename:черновик
            «договор поставки» subject:отчёт
                "договор поставки" AND subject:отчёт
                = "договор поставки" subject:отчёт
            договр~1 регистр* "список жителей"~4
                договр~1 AND регистр* AND "список жителей"~4
            =Ёлкин from:(канцелярия OR отдел)
                =Ёлкин AND (from:канцелярия OR from:отдел)
            /договор(а|у|ом)?/ lang:ru
                /договор(а|у|ом)?/ AND lang:ru
                ! 0 a pattern is slow: every word of the index is compared with it
            السجل العام
                السجل AND العام
            "قائمة الأسماء" NOT مسودة
                "قائمة الأسماء" AND NOT مسودة
                = "قائمة الأسماء" -مسودة
            (وثيقة OR مستند) lang:ar to:المكتب
                (وثيقة OR مستند) AND lang:ar AND to:المكتب
            سجل* -title:نسخة
                سجل* AND NOT title:نسخة
        "#]],
    );
}

#[test]
fn english_and_operators() {
    check(
        &[
            "",
            "register",
            "a b OR c d OR e",
            "a AND (b OR c) AND NOT d",
            "a OR (b OR c)",
            "((a)) ((b OR c))",
            "--a NOT NOT b",
            "-(a OR -b)",
            "NOT (a b)",
            "a or b and not c",
            "regist* \"party off*\" urumchi~ urumchi~2",
            "\"party office\"~ \"party office\"~0 \"party office\"~120",
            "O'Brien's e-mail 3.5% C++",
            "/etc/hosts a/b",
            "/regist(er|ry)/ -/draft.*/",
            "a a A",
            "–draft —copy −old",
            "text:(a OR b) text:\"c d\"",
        ],
        &expect![[r#"

                everything
            register
                register
            a b OR c d OR e
                (a AND b) OR (c AND d) OR e
                = (a b) OR (c d) OR e
            a AND (b OR c) AND NOT d
                a AND (b OR c) AND NOT d
                = a (b OR c) -d
            a OR (b OR c)
                a OR (b OR c)
            ((a)) ((b OR c))
                a AND (b OR c)
                = a (b OR c)
            --a NOT NOT b
                NOT a AND b
                = -a b
            -(a OR -b)
                NOT (a OR NOT b)
            NOT (a b)
                NOT (a AND b)
                = -(a b)
            a or b and not c
                a AND or AND b AND and AND not AND c
                ! 2 “or” is searched as a word; write OR in capitals if it is meant as an operator
                ! 7 “and” is searched as a word; write AND in capitals if it is meant as an operator
                ! 11 “not” is searched as a word; write NOT in capitals if it is meant as an operator
            regist* "party off*" urumchi~ urumchi~2
                regist* AND "party off*" AND urumchi~1 AND urumchi~2
                = regist* "party off*" urumchi~1 urumchi~2
            "party office"~ "party office"~0 "party office"~120
                "party office"~5 AND "party office"~0 AND "party office"~120
                = "party office"~5 "party office"~0 "party office"~120
            O'Brien's e-mail 3.5% C++
                O'Brien's AND e-mail AND 3.5% AND C++
            /etc/hosts a/b
                /etc/hosts AND a/b
            /regist(er|ry)/ -/draft.*/
                /regist(er|ry)/ AND NOT /draft.*/
                ! 0 a pattern is slow: every word of the index is compared with it
                ! 17 a pattern is slow: every word of the index is compared with it
            a a A
                a AND a AND A
            –draft —copy −old
                NOT draft AND NOT copy AND NOT old
                = -draft -copy -old
            text:(a OR b) text:"c d"
                (a OR b) AND "c d"
                = (a OR b) "c d"
        "#]],
    );
}

#[test]
fn every_field() {
    check(
        &[
            "filename:register path:\"drop 2\" folder:\"disk 2/notices\" container:EXH-000012",
            "ext:.DOCX ext:tar title:bulletin sheet:名单",
            "from:office to:county cc:county subject:register",
            "sender:Office@baihe.example recipient:\"county@baihe.example\"",
            "thread:EXH-000127 thread:\"<Abc@Host.example>\" id:127 id:EXH-000128",
            "type:pdf type:(word OR sheet) type:application/x-thing",
            "lang:zh lang:(ug OR RU)",
            "date:2017 date:2017-08..2017-10 date:..2016 date:2019.. date:20170823",
            "after:2017-08 before:2017",
            "size:>1m size:10k..20k pages:>10 pages:1 ocr:<0.8 ocr:0.9..1",
            "hash:9F86D081",
            "is:truncated is:encrypted has:attachment has:ocr is:macro",
            "tag:checked tag:\"to do\" source:drop-2",
            "pinyin:qiang pinyin:\"Wang liqiang\" uyghur:zakir written:2017-08-23 forms:factory",
            "a sort:date",
            "sort:oldest",
            "sort:path a OR b",
            "a sort:date sort:relevance",
            "filename:(a b OR -\"c d\") subject:(x* OR /y+/ OR z~)",
        ],
        &expect![[r#"
            filename:register path:"drop 2" folder:"disk 2/notices" container:EXH-000012
                filename:register AND path:"drop 2" AND folder:"disk 2/notices" AND container:EXH-000012
            ext:.DOCX ext:tar title:bulletin sheet:名单
                ext:.DOCX AND ext:tar AND title:bulletin AND sheet:名单
            from:office to:county cc:county subject:register
                from:office AND to:county AND cc:county AND subject:register
            sender:Office@baihe.example recipient:"county@baihe.example"
                sender:Office@baihe.example AND recipient:"county@baihe.example"
            thread:EXH-000127 thread:"<Abc@Host.example>" id:127 id:EXH-000128
                thread:EXH-000127 AND thread:"<Abc@Host.example>" AND id:127 AND id:EXH-000128
            type:pdf type:(word OR sheet) type:application/x-thing
                type:pdf AND (type:word OR type:sheet) AND type:application/x-thing
            lang:zh lang:(ug OR RU)
                lang:zh AND (lang:ug OR lang:RU)
            date:2017 date:2017-08..2017-10 date:..2016 date:2019.. date:20170823
                date:2017 AND date:2017-08..2017-10 AND date:..2016 AND date:2019.. AND date:20170823
            after:2017-08 before:2017
                after:2017-08 AND before:2017
            size:>1m size:10k..20k pages:>10 pages:1 ocr:<0.8 ocr:0.9..1
                size:>1m AND size:10k..20k AND pages:>10 AND pages:1 AND ocr:<0.8 AND ocr:0.9..1
            hash:9F86D081
                hash:9F86D081
            is:truncated is:encrypted has:attachment has:ocr is:macro
                is:truncated AND is:encrypted AND has:attachment AND has:ocr AND is:macro
                ! 16 what could not be opened has no pages to search; the ledger lists it
            tag:checked tag:"to do" source:drop-2
                tag:checked AND tag:"to do" AND source:drop-2
            pinyin:qiang pinyin:"Wang liqiang" uyghur:zakir written:2017-08-23 forms:factory
                pinyin:qiang AND pinyin:"Wang liqiang" AND uyghur:zakir AND written:2017-08-23 AND forms:factory
            a sort:date
                a
                = a sort:newest
            sort:oldest
                everything
            sort:path a OR b
                a OR b
                = a OR b sort:path
            a sort:date sort:relevance
                a
                = a sort:relevance
            filename:(a b OR -"c d") subject:(x* OR /y+/ OR z~)
                ((filename:a AND filename:b) OR NOT filename:"c d") AND (subject:x* OR subject:/y+/ OR subject:z~1)
                = ((filename:a filename:b) OR -filename:"c d") subject:(x* OR /y+/ OR z~1)
                ! 40 a pattern is slow: every word of the index is compared with it
        "#]],
    );
}

#[test]
fn every_field_has_an_example_in_its_help_that_parses() {
    for field in Field::ALL {
        let help = ENGLISH.text(&query_field(field));
        let mark = format!("{}:", field.name());
        let Some((_, examples)) = help.split_once(&format!(": {mark}")) else {
            // the help of these lists values instead, or the alternatives of `id:` after its sentence
            assert!(
                matches!(field, Field::Id | Field::Is | Field::Has | Field::Sort | Field::Date),
                "{help}"
            );
            continue;
        };
        for example in
            format!("{mark}{examples}").split(", ").filter(|example| example.starts_with(&mark))
        {
            let query = query(example);
            assert!(!query.is_everything() || query.sort.is_some(), "{example}");
            if let Some(clause) = query.clauses.first() {
                assert_eq!(clause.text.field, field, "{example}");
            }
        }
    }
}
