//! Views of a case: what is outside the scope does not exist, for items, members, copies, pages and tags alike.

use exhibit_case::{CaseError, CaseView, Principal, Scope};
use exhibit_catalogue::ItemFilter;
use exhibit_model::{ItemId, PageNumber};
use exhibit_testing::{NOW, TestCase, TestItem};
use std::io::Read as _;

fn case() -> TestCase {
    let case = TestCase::new(&[
        TestItem::archive("a.zip"),
        TestItem::text("m.txt", "secret text").within("a.zip"),
        TestItem::archive("inner.zip").within("a.zip"),
        TestItem::text("deep.txt", "deep text").within("inner.zip"),
        TestItem::text("copy.txt", "secret text"),
        TestItem::text("free.txt", "free text\u{c}second page"),
    ]);
    for (path, tag) in [("m.txt", "both"), ("free.txt", "both"), ("deep.txt", "hidden")] {
        case.tag(path, tag);
    }
    case
}

fn is_hidden<T: std::fmt::Debug>(read: Result<T, CaseError>) -> bool {
    matches!(read, Err(CaseError::NoSuchDocument(_)))
}

fn ids(view: &CaseView<'_>, filter: &ItemFilter) -> Vec<i64> {
    view.items(filter).expect("items").iter().map(|item| item.id.get()).collect()
}

#[test]
fn a_full_view_reads_everything() {
    let case = case();
    let open = case.open();
    let view = open.view(Principal::new("b2"));
    assert_eq!(view.principal().id(), "b2");
    assert_eq!(ids(&view, &ItemFilter::default()), [1, 2, 3, 4, 5, 6]);
    assert_eq!(view.page(ItemId::new(6), PageNumber::new(2)).expect("a page").text, "second page");
    assert_eq!(
        view.page_row(ItemId::new(6), PageNumber::new(2)).expect("a row").number,
        PageNumber::new(2)
    );
    let mut bytes = String::new();
    let mut file = view.original(ItemId::new(6)).expect("opened").expect("bytes");
    file.read_to_string(&mut bytes).expect("read");
    assert_eq!(bytes, "free text\u{c}second page");
    assert_eq!(view.tags().expect("tags").len(), 2);
    assert_eq!(view.tagged("both").expect("documents"), [2, 6]);
}

#[test]
fn a_scope_hides_items_in_every_way() {
    let case = case();
    let open = case.open();
    let full = open.view(Principal::LOCAL);
    let narrow = full.clone().within(Scope::restricted([4, 5, 6].map(ItemId::new)));
    for hidden in [1, 2, 3, 99].map(ItemId::new) {
        assert!(is_hidden(narrow.item(hidden)) && is_hidden(narrow.document(hidden)), "{hidden:?}");
        assert!(
            is_hidden(narrow.page(hidden, PageNumber::FIRST))
                && is_hidden(narrow.page_row(hidden, PageNumber::FIRST)),
            "{hidden:?}"
        );
        assert!(is_hidden(narrow.tags_of(hidden)), "{hidden:?}");
        assert!(
            narrow.original(hidden).is_err()
                && is_hidden(narrow.resolve(&hidden.get().to_string()))
        );
    }
    assert_eq!(ids(&narrow, &ItemFilter::default()), [4, 5, 6]);
    assert_eq!(
        ids(&narrow, &ItemFilter { most: 2, ..ItemFilter::default() }),
        [4, 5],
        "the limit counts the rest"
    );
    assert_eq!(
        ids(&narrow, &ItemFilter { after: Some(ItemId::new(4)), ..ItemFilter::default() }),
        [5, 6]
    );
    let members =
        |container| ItemFilter { container: Some(ItemId::new(container)), ..ItemFilter::default() };
    assert!(is_hidden(narrow.items(&members(1))) && is_hidden(narrow.items(&members(3))));
    // what is inside refers to nothing outside
    let deep = narrow.document(ItemId::new(4)).expect("a document");
    assert_eq!(
        (deep.path.as_str(), deep.chain.len(), deep.item.container, deep.item.family),
        ("deep.txt", 0, None, None)
    );
    let copy = narrow.document(ItemId::new(5)).expect("a document");
    assert_eq!((copy.item.duplicate_of, copy.copies.len(), copy.pages.len()), (None, 0, 1));
    assert_eq!(
        narrow.page(ItemId::new(5), PageNumber::FIRST).expect("a page of the same bytes").text,
        "secret text"
    );
    let tags: Vec<String> = narrow.tags().expect("tags").into_iter().map(|tag| tag.tag).collect();
    assert_eq!(
        (tags, narrow.tagged("both").expect("documents")),
        (vec!["both".to_owned(), "hidden".to_owned()], vec![6])
    );
}

#[test]
fn a_chain_ends_at_the_first_hidden_container() {
    let case = case();
    let open = case.open();
    let full = open.view(Principal::LOCAL);
    let path = |scope: &[i64]| {
        let view = full.clone().within(Scope::restricted(scope.iter().copied().map(ItemId::new)));
        let item = view.item(ItemId::new(4)).expect("an item");
        view.path(&item).expect("a path")
    };
    assert_eq!(path(&[1, 3, 4]), "a.zip!/inner.zip!/deep.txt");
    assert_eq!(path(&[3, 4]), "inner.zip!/deep.txt");
    assert_eq!(
        path(&[1, 4]),
        "deep.txt",
        "the outer container reveals the hidden one between them"
    );
    let outer = full.clone().within(Scope::restricted([1, 2].map(ItemId::new)));
    let document = outer.document(ItemId::new(1)).expect("a document");
    assert_eq!(document.members.iter().map(|item| item.id.get()).collect::<Vec<_>>(), [2]);
}

#[test]
fn an_empty_scope_is_an_empty_case() {
    let case = case();
    let open = case.open();
    let nothing = open.view(Principal::LOCAL).within(Scope::restricted([]));
    assert_eq!(ids(&nothing, &ItemFilter::default()), [] as [i64; 0]);
    assert!(
        nothing.tags().expect("tags").is_empty()
            && nothing.tagged("both").expect("none").is_empty()
    );
    for name in ["1", "EXH-000006", "free.txt"] {
        assert!(is_hidden(nothing.resolve(name)), "{name}");
    }
    assert!(!nothing.scope().contains(ItemId::new(6)) && Scope::FULL.contains(ItemId::new(99)));
}

#[test]
fn a_view_sees_tags_that_are_not_logged_yet() {
    let case = case();
    assert!(
        case.open()
            .view(Principal::LOCAL)
            .set_tag(case.id("free.txt"), "new", true, NOW)
            .expect("set")
    );
    let open = case.open();
    assert_eq!(
        open.view(Principal::LOCAL).tags_of(case.id("free.txt")).expect("tags"),
        ["both", "new"]
    );
}
