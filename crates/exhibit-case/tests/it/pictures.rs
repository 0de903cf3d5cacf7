//! Pictures of pages that were rendered earlier: cited ones are kept by digest, others in a cache.

use exhibit_case::{CaseFolder, Principal};
use exhibit_catalogue::PagePicture;
use exhibit_model::{Digest, OriginalId, PageKind};
use exhibit_store::Fixity;
use exhibit_testing::{TestCase, TestItem, flip};
use std::fs;
use std::io::Read as _;

fn case() -> TestCase {
    TestCase::new(&[TestItem::text("a.pdf", "one\u{c}two")
        .kind(PageKind::Paper)
        .picture(2, b"the second page")])
}

#[test]
fn a_cited_picture_is_found_by_its_digest() {
    let case = case();
    let open = case.open();
    let pictures = open.view(Principal::LOCAL).pictures(case.id("a.pdf")).expect("pictures");
    assert_eq!(
        pictures.iter().map(|picture| (picture.page.get(), picture.size)).collect::<Vec<_>>(),
        [(2, 15)]
    );
    assert_eq!(pictures[0].sha256, Digest::of(b"the second page"));
    let mut bytes = Vec::new();
    let view = open.view(Principal::LOCAL);
    view.open_picture(case.id("a.pdf"), &pictures[0])
        .expect("opened")
        .read_to_end(&mut bytes)
        .expect("read");
    assert_eq!(bytes, b"the second page");
    let other = PagePicture { sha256: Digest::of(b"never rendered"), ..pictures[0].clone() };
    assert!(view.open_picture(case.id("a.pdf"), &other).is_err());
    assert!(open.view(Principal::LOCAL).document(case.id("a.pdf")).expect("a document").paintable);
}

#[test]
fn an_altered_or_removed_picture_is_noticed() {
    let case = case();
    let store =
        case.open().view(Principal::LOCAL).whole().expect("a whole case").cited().expect("a store");
    let id = OriginalId::new(Digest::of(b"the second page"));
    let check = || store.check(id, &mut |_| {});
    assert!(matches!(check(), Ok(Fixity::Matches)), "{:?}", check());
    let file = case.files(CaseFolder::CITED).remove(0);
    flip(&file, 0);
    assert!(matches!(check(), Ok(Fixity::Differs(_))), "{:?}", check());
    fs::remove_file(file).expect("removed");
    assert!(matches!(check(), Ok(Fixity::Missing)), "{:?}", check());
}
