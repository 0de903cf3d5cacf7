//! The case that is stored in the repository, to prove that later versions read cases of this form.
//!
//! `cargo run -p exhibit-testing --example stored_case` writes it to `tests/cases/` of this crate.

use crate::{TestCase, TestItem};
use exhibit_model::{Detail, MetadataKey, NoteCode, Reason, Relation, State};

/// The form of the cases that this version writes: the name of their folder in `tests/cases/`.
pub const STORED_FORM: &str = "1";

/// Builds the case: items in every state, members, a duplicate, tags, quotes and a picture, in several scripts.
#[must_use]
pub fn stored_case() -> TestCase {
    let case = TestCase::new(&[
        TestItem::text("通知.txt", "第一条 严防逃跑。\u{c}第二条 所有进出人员须由值班员逐一登记。")
            .language("zh")
            .property(MetadataKey::DC_TITLE, "通知")
            .picture(1, b"\x89PNG of a page"),
        TestItem::text("تىزىملىك.txt", "ئون ئىككى كىشىنىڭ تىزىملىكى").language("ug"),
        TestItem::text("list.txt", "Шөһрәт Закир\nThe registers were destroyed in June 2019.")
            .language("en"),
        TestItem::text(
            "copy of list.txt",
            "Шөһрәт Закир\nThe registers were destroyed in June 2019.",
        ),
        TestItem::archive("post.zip"),
        TestItem::message(
            "letter.eml",
            "gate@example.org",
            "登记",
            "Ten persons entered on Monday.",
        )
        .within("post.zip")
        .property(MetadataKey::MAIL_DATE, "2019-03-28T10:20:30+08:00"),
        TestItem::scan("scan.png", "值班员 签名", 0.71).within("post.zip").language("zh"),
        TestItem::unread("locked.pdf", b"%PDF locked", State::Encrypted, None)
            .media_type("application/pdf"),
        TestItem::unread(
            "broken.xls",
            b"no workbook",
            State::Failed,
            Some(Reason::CannotParse { detail: Detail::of("no workbook stream") }),
        )
        .note(0, NoteCode::FileUpdated { times: 2 }),
        TestItem::text("cut.txt", "the beginning of a").cut(Reason::ArchiveEnds { bytes: 18 }),
        TestItem::text("empty.txt", ""),
        TestItem::without_bytes("link", State::Unsupported, Reason::Device)
            .relation(Relation::File),
        TestItem::text("odd", "a name in another encoding")
            .path_bytes(b"\xb5\xc7\xbc\xc7.txt", "登记.txt"),
    ]);
    case.tag("通知.txt", "待核实");
    case.tag("list.txt", "checked");
    let _ = case.quote("通知.txt", 2, "须由值班员逐一登记");
    let _ = case.quote("تىزىملىك.txt", 1, "تىزىملىكى");
    let _ = case.quote("list.txt", 1, "The registers were destroyed");
    case
}
