//! A case with everything that a bag can contain, and bags of it.

use exhibit_bag::{ExportContext, ExportOrder, Exported, Lock, Selected, Selection, export};
use exhibit_case::Principal;
use exhibit_catalogue::ItemFilter;
use exhibit_model::{ItemId, PageKind};
use exhibit_testing::{TestCase, TestItem};
use exhibit_verify::loadfile::Number;
use std::path::PathBuf;

pub(crate) const NOTICE: &str =
    "第一条 严防逃跑。\n第二条 所有进出人员须由值班员逐一登记，不得遗漏。\n";
pub(crate) const QUOTED: &str = "须由值班员逐一登记";
pub(crate) const REQUEST: &str = "Request for access\nof 28 March 2019";

/// A document, its copy, a text, an archive with a member, and a page with a picture; quotes of two of them.
pub(crate) fn handed_over() -> TestCase {
    handed_over_of(1)
}

/// The same documents in a case with other keys.
pub(crate) fn handed_over_of(seed: u64) -> TestCase {
    let case = TestCase::of_seed(seed);
    let png: Vec<u8> = (0..=255).collect();
    let _ = case.add(&[
        TestItem::text("b.html", "the registers were destroyed").media_type("text/html"),
        TestItem::text("copy.html", "the registers were destroyed"),
        TestItem::text("notice.txt", NOTICE),
        TestItem::archive("z.zip"),
        TestItem::text("zz.pdf", REQUEST)
            .media_type("application/pdf")
            .kind(PageKind::Paper)
            .picture(1, &png),
        TestItem::text("in/list.txt", "a list of names").within("z.zip"),
    ]);
    let _ = case.quote("notice.txt", 1, QUOTED);
    let _ = case.quote("zz.pdf", 1, "Request for access");
    case
}

/// Whole documents, without quotes.
pub(crate) fn whole(items: impl IntoIterator<Item = i64>) -> Selection {
    let documents = items.into_iter().map(|item| (ItemId::new(item), Selected::Whole)).collect();
    Selection { documents, ..Selection::default() }
}

/// Everything in the case: documents, quotes, pictures.
pub(crate) fn everything(case: &TestCase) -> Selection {
    let open = case.open();
    let items = open.view(Principal::LOCAL).items(&ItemFilter::default()).expect("items");
    let quotes = exhibit_bag::list_quotes(&open.view(Principal::LOCAL))
        .expect("quotes")
        .iter()
        .map(|quote| quote.id())
        .collect();
    Selection { quotes, pictures: true, ..whole(items.iter().map(|item| item.id.get())) }
}

/// Exports a selection next to the case.
pub(crate) fn export_to(
    case: &TestCase,
    name: &str,
    selection: &Selection,
    order: impl FnOnce(&mut ExportOrder<'_>),
) -> Result<Exported, exhibit_bag::BagError> {
    let target = case.beside(name);
    let mut own =
        ExportOrder { selection, target: &target, lock: Lock::Open, bates: None, receiver: None };
    order(&mut own);
    case.write(|held| export(held, &own, &mut ExportContext { cage: None, progress: &mut |_| {} }))
}

/// A bag of everything with load files.
pub(crate) fn numbered(case: &TestCase, name: &str) -> PathBuf {
    let first = Number::read("T-0000001");
    let _ = export_to(case, name, &everything(case), |order| order.bates = first).expect("a bag");
    case.beside(name)
}
