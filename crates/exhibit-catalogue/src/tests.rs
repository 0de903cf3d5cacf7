//! The ledger's rules, tried on a catalogue in a folder.

use crate::{
    Added, Catalogue, ItemFilter, MOST_PLACES, NewItem, NewPage, ReadResult, StageId, StageKey,
    Work,
};
use exhibit_model::{
    Counts, Detail, Digest, EntrySeq, ItemId, Moment, Note, NoteCode, Opening, OriginalId, Page,
    PageKind, Reason, Relation, SourceId, State, TextSource,
};
use std::ops::ControlFlow;

fn original(bytes: &[u8]) -> OriginalId {
    OriginalId::new(Digest::of(bytes))
}

fn file<'a>(path: &'a [u8], bytes: &[u8]) -> NewItem<'a> {
    NewItem {
        source: SourceId::new(1),
        container: None,
        path,
        name_text: "",
        relation: Relation::File,
        content: Some((original(bytes), bytes.len() as u64)),
        modified: Some(Moment(5)),
        changed: Some(Moment(7)),
        received: Moment(8),
        settled: None,
        cut: None,
    }
}

fn with_source() -> (tempfile::TempDir, Catalogue) {
    let folder = tempfile::tempdir().expect("folder");
    let mut catalogue = Catalogue::create(&folder.path().join("catalogue.db")).expect("create");
    let work = catalogue.begin().expect("begin");
    assert_eq!(work.source(b"/leak", "leak", Moment(1)).expect("source"), (SourceId::new(1), true));
    assert_eq!(
        work.source(b"/leak", "leak", Moment(2)).expect("source"),
        (SourceId::new(1), false)
    );
    work.commit().expect("commit");
    (folder, catalogue)
}

fn read_stage(work: &Work<'_>) -> StageId {
    let key =
        StageKey { name: "read".to_owned(), version: "1".to_owned(), parameters: String::new() };
    work.stage(&key).expect("stage")
}

fn finding(state: State, found: u64) -> ReadResult<'static> {
    ReadResult { state, reason: None, media_type: "text/plain", found, metadata: &[], notes: &[] }
}

#[test]
fn originals_are_read_once_and_every_place_is_recorded() {
    let (_folder, mut catalogue) = with_source();
    let work = catalogue.begin().expect("begin");
    assert_eq!(
        work.add_item(&file(b"a", b"one")).expect("add"),
        Added::New(ItemId::new(1), State::Waiting)
    );
    assert_eq!(work.add_item(&file(b"a", b"one")).expect("add"), Added::Known(ItemId::new(1)));
    assert_eq!(
        work.add_item(&file(b"b", b"one")).expect("add"),
        Added::New(ItemId::new(2), State::Duplicate)
    );
    assert_eq!(
        work.add_item(&file(b"c", b"")).expect("add"),
        Added::New(ItemId::new(3), State::Empty)
    );
    assert_eq!(
        work.add_item(&file(b"a", b"changed")).expect("add"),
        Added::New(ItemId::new(4), State::Waiting)
    );
    work.commit().expect("commit");
    assert!(catalogue.knows_file(SourceId::new(1), b"a", 7, Moment(7)).expect("knows"));
    assert!(!catalogue.knows_file(SourceId::new(1), b"a", 8, Moment(7)).expect("knows"));
    assert_eq!(
        catalogue.item(ItemId::new(2)).expect("item").and_then(|i| i.duplicate_of),
        Some(ItemId::new(1))
    );
}

#[test]
fn members_are_identified_by_ordinal_and_reconciled() {
    let (_folder, mut catalogue) = with_source();
    let work = catalogue.begin().expect("begin");
    work.add_item(&file(b"a.zip", b"zip")).expect("add");
    let member = |ordinal, bytes| NewItem {
        container: Some((ItemId::new(1), ordinal)),
        relation: Relation::Entry,
        ..file(b"same name", bytes)
    };
    assert_eq!(
        work.add_item(&member(0, b"x")).expect("add"),
        Added::New(ItemId::new(2), State::Waiting)
    );
    assert_eq!(
        work.add_item(&member(1, b"y")).expect("add"),
        Added::New(ItemId::new(3), State::Waiting)
    );
    assert_eq!(work.add_item(&member(0, b"x")).expect("add"), Added::Known(ItemId::new(2)));
    let locked =
        NewItem { content: None, settled: Some((State::Encrypted, None)), ..member(2, b"") };
    assert_eq!(work.add_item(&locked).expect("add"), Added::New(ItemId::new(4), State::Encrypted));
    assert_eq!(
        work.add_item(&member(2, b"x")).expect("add"),
        Added::Filled(ItemId::new(4), State::Duplicate)
    );
    work.settle(ItemId::new(1), &finding(State::Read, 4)).expect("settle");
    work.commit().expect("commit");
    let account = catalogue.account().expect("account");
    assert_eq!(account.gaps.len(), 1, "one member is missing: {:?}", account.gaps);
    assert_eq!((account.gaps[0].found, account.gaps[0].listed), (4, 3));
    assert_eq!(catalogue.family_size(ItemId::new(1)).expect("size"), 3);
}

#[test]
fn incomplete_items_stay_truncated() {
    let (_folder, mut catalogue) = with_source();
    let work = catalogue.begin().expect("begin");
    let ends = Reason::ArchiveEnds { bytes: 9 };
    let cut = NewItem { cut: Some(&ends), ..file(b"a", b"cut bytes") };
    assert_eq!(work.add_item(&cut).expect("add"), Added::New(ItemId::new(1), State::Waiting));
    assert_eq!(
        work.add_item(&NewItem { path: b"b", ..cut.clone() }).expect("add"),
        Added::New(ItemId::new(2), State::Duplicate)
    );
    work.settle(
        ItemId::new(1),
        &ReadResult { reason: Some(&Reason::NoPages), ..finding(State::Failed, 0) },
    )
    .expect("settle");
    work.commit().expect("commit");
    let item = catalogue.item(ItemId::new(1)).expect("item").expect("is there");
    assert_eq!(
        (item.state, item.reasons().collect::<Vec<_>>()),
        (State::Truncated, vec![&ends, &Reason::NoPages])
    );
    let copy = catalogue.item(ItemId::new(2)).expect("item").expect("is there");
    assert_eq!((copy.cut, copy.reason), (Some(ends), None));
}

#[test]
fn every_code_comes_back_and_an_unknown_one_is_an_error() {
    let (_folder, mut catalogue) = with_source();
    let notes: Vec<Note> =
        (0..).zip(NoteCode::samples()).map(|(page, code)| Note { code, page }).collect();
    let reasons = Reason::samples();
    let work = catalogue.begin().expect("begin");
    for (at, reason) in reasons.iter().enumerate() {
        let name = at.to_string();
        work.add_item(&file(name.as_bytes(), name.as_bytes())).expect("add");
        let id = ItemId::new(i64::try_from(at).expect("few") + 1);
        work.settle(
            id,
            &ReadResult { reason: Some(reason), notes: &notes, ..finding(State::Failed, 0) },
        )
        .expect("settle");
    }
    work.commit().expect("commit");
    let mut stored = Vec::new();
    catalogue
        .items(&ItemFilter::default(), &mut |item| {
            stored.extend(item.reason);
            ControlFlow::Continue(())
        })
        .expect("items");
    assert_eq!(stored, reasons);
    let rows = catalogue.notes(ItemId::new(1)).expect("notes");
    let codes = rows.into_iter().map(|row| Note {
        code: row.code,
        page: row.page.map_or(0, exhibit_model::PageNumber::get),
    });
    assert_eq!(codes.collect::<Vec<_>>(), notes);
    for (table, column, word) in
        [("items", "reason", "quantum-limit"), ("notes", "code", "quantum-note")]
    {
        let work = catalogue.begin().expect("begin");
        work.tx.execute(&format!("UPDATE {table} SET {column} = '{word}'"), []).expect("update");
        work.commit().expect("commit");
        let error = if table == "items" {
            catalogue.item(ItemId::new(1)).map(drop)
        } else {
            catalogue.notes(ItemId::new(1)).map(drop)
        };
        let error = error.expect_err("an unknown code");
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        assert!(cause.contains(&format!("unknown code {word:?}")), "{cause}");
    }
}

#[test]
fn text_of_foreign_programs_is_stored_whatever_it_contains() {
    let (_folder, mut catalogue) = with_source();
    let reason =
        Reason::CannotParse { detail: Detail::of("'; DROP TABLE items; --\u{202e}\0\"\\") };
    let work = catalogue.begin().expect("begin");
    work.add_item(&file(b"a", b"bytes")).expect("add");
    work.settle(ItemId::new(1), &ReadResult { reason: Some(&reason), ..finding(State::Failed, 0) })
        .expect("settle");
    work.commit().expect("commit");
    assert_eq!(
        catalogue.item(ItemId::new(1)).expect("item").expect("is there").reason,
        Some(reason)
    );
}

#[test]
fn ocr_adds_a_current_layer() {
    let (_folder, mut catalogue) = with_source();
    let work = catalogue.begin().expect("begin");
    work.add_item(&file(b"scan.png", b"png")).expect("add");
    let stage = read_stage(&work);
    let mut page = Page::of_text(1, PageKind::Picture, String::new());
    page.counts = Counts { images: 1, ..page.counts };
    let put = |page: &Page| {
        let new =
            NewPage { item: ItemId::new(1), page, stage, place: (1, 0), digest: Digest::of(b"") };
        work.add_page(&new).expect("page")
    };
    put(&page);
    work.settle(ItemId::new(1), &finding(State::Read, 0)).expect("settle");
    assert!(work.awaits_ocr(ItemId::new(1)).expect("awaits"));
    page.text = "登记".to_owned();
    page.language = "zh".to_owned();
    page.source = TextSource::Ocr {
        engine: "t".to_owned(),
        languages: "chi_sim".to_owned(),
        confidence: 0.5,
    };
    put(&page);
    assert!(!work.awaits_ocr(ItemId::new(1)).expect("awaits"));
    work.count_languages(ItemId::new(1)).expect("languages");
    work.commit().expect("commit");
    let rows = catalogue.pages(ItemId::new(1)).expect("pages");
    assert_eq!(rows.iter().map(|r| (r.layer, r.revision)).collect::<Vec<_>>(), [(1, 2)]);
    assert_eq!(
        catalogue.item(ItemId::new(1)).expect("item").map(|i| (i.pages, i.languages)),
        Some((1, vec!["zh".to_owned()]))
    );
    assert_eq!(catalogue.pages_after(1, 10).expect("changed").len(), 1);
    assert_eq!(catalogue.pages_after(2, 10).expect("changed").len(), 0);
}

#[test]
fn a_new_place_includes_members() {
    let (_folder, mut catalogue) = with_source();
    let work = catalogue.begin().expect("begin");
    let stage = read_stage(&work);
    let with_page = |item| {
        let page = Page::of_text(1, PageKind::Text, "a".to_owned());
        let new = NewPage { item, page: &page, stage, place: (1, 0), digest: Digest::of(b"") };
        work.add_page(&new).expect("page");
        work.settle(item, &finding(State::Read, 0)).expect("settle");
    };
    work.add_item(&file(b"a.zip", b"zip")).expect("add");
    let member = |ordinal, bytes| NewItem {
        container: Some((ItemId::new(1), ordinal)),
        relation: Relation::Entry,
        ..file(b"member", bytes)
    };
    work.add_item(&file(b"x", b"x")).expect("add");
    with_page(ItemId::new(2));
    work.add_item(&member(0, b"y")).expect("add");
    with_page(ItemId::new(3));
    assert_eq!(
        work.add_item(&member(1, b"x")).expect("add"),
        Added::New(ItemId::new(4), State::Duplicate)
    );
    assert_eq!(
        work.add_item(&file(b"copy.zip", b"zip")).expect("add"),
        Added::New(ItemId::new(5), State::Duplicate)
    );
    work.commit().expect("commit");
    // pages have 1 and 2; the first x is reported twice, and the later report counts
    let places = catalogue.places_after(2, 10).expect("places");
    assert_eq!(places, [(ItemId::new(2), 4), (ItemId::new(3), 5)]);
    assert_eq!(catalogue.places_after(4, 10).expect("places"), [(ItemId::new(3), 5)]);
    // pages themselves have not changed
    assert_eq!(catalogue.pages_after(2, 10).expect("pages").len(), 0);
}

#[test]
fn places_are_limited() {
    let (_folder, mut catalogue) = with_source();
    let work = catalogue.begin().expect("begin");
    let names: Vec<String> = (0..MOST_PLACES + 20).map(|n| n.to_string()).collect();
    for (number, name) in names.iter().enumerate() {
        work.add_item(&file(name.as_bytes(), b"logo")).expect("add");
        if number == 0 {
            let page = Page::of_text(1, PageKind::Text, "a".to_owned());
            let stage = read_stage(&work);
            let new = NewPage {
                item: ItemId::new(1),
                page: &page,
                stage,
                place: (1, 0),
                digest: Digest::of(b""),
            };
            work.add_page(&new).expect("page");
            work.settle(ItemId::new(1), &finding(State::Read, 0)).expect("settle");
        }
    }
    work.commit().expect("commit");
    assert_eq!(
        catalogue.places_after(0, 10).expect("places"),
        [(ItemId::new(1), MOST_PLACES as u64)]
    );
    let original = OriginalId::new(Digest::of(b"logo"));
    assert_eq!(catalogue.items_with(original, MOST_PLACES).expect("items").len(), MOST_PLACES);
}

#[test]
fn entries_stay_in_the_outbox_until_posted() {
    let (_folder, mut catalogue) = with_source();
    let work = catalogue.begin().expect("begin");
    let opening = Opening { field: "name".to_owned(), salt: [1; 16], value: b"a".to_vec() };
    assert_eq!(work.post(b"{}", std::slice::from_ref(&opening)).expect("post").get(), 0);
    assert_eq!(work.post(b"{1}", &[]).expect("post").get(), 1);
    work.commit().expect("commit");
    assert_eq!(catalogue.outbox().expect("outbox").len(), 2);
    assert_eq!(catalogue.openings(EntrySeq::FIRST).expect("openings"), [opening]);
    let work = catalogue.begin().expect("begin");
    work.posted(2).expect("posted");
    drop(work);
    assert_eq!(catalogue.outbox().expect("outbox").len(), 2, "an abandoned change did not happen");
    assert_eq!(catalogue.next_seq().expect("seq").get(), 2);
}

#[test]
fn salts_of_another_length_are_ignored() {
    let (_folder, mut catalogue) = with_source();
    let opening =
        |field: &str| Opening { field: field.to_owned(), salt: [1; 16], value: b"ab".to_vec() };
    let work = catalogue.begin().expect("begin");
    let seq = work.post(b"{}", &[opening("name"), opening("reason")]).expect("post");
    work.commit().expect("commit");
    let forged = "UPDATE openings SET salt = CAST(salt || substr(value, 1, 1) AS BLOB), value = substr(value, 2) WHERE field = 'name'";
    assert_eq!(catalogue.db.execute(forged, []).expect("forge"), 1);
    assert_eq!(catalogue.openings(seq).expect("openings"), [opening("reason")]);
}

#[test]
fn lists_are_filtered_and_can_stop() {
    let (_folder, mut catalogue) = with_source();
    let work = catalogue.begin().expect("begin");
    for name in [b"a", b"b", b"c"] {
        work.add_item(&file(name, name)).expect("add");
    }
    work.settle(ItemId::new(2), &finding(State::Failed, 0)).expect("settle");
    work.commit().expect("commit");
    let list = |filter: &ItemFilter, most: usize| {
        let mut ids = Vec::new();
        let mut each = |item: crate::Item| {
            ids.push(item.id.get());
            if ids.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        catalogue.items(filter, &mut each).expect("list");
        ids
    };
    assert_eq!(list(&ItemFilter::default(), 9), [1, 2, 3]);
    assert_eq!(list(&ItemFilter::default(), 2), [1, 2]);
    assert_eq!(list(&ItemFilter { states: vec![State::Failed], ..ItemFilter::default() }, 9), [2]);
    assert_eq!(
        list(&ItemFilter { after: Some(ItemId::new(1)), most: 1, ..ItemFilter::default() }, 9),
        [2]
    );
    let work = catalogue.begin().expect("begin");
    assert_eq!(work.retry(read_stage(&work), &[State::Failed]).expect("retry"), 1);
}

#[test]
fn problems_are_alike_by_their_codes_not_by_wording_or_counts() {
    let (_folder, mut catalogue) = with_source();
    let reader = |media_type: &str| Reason::NoReader { media_type: media_type.to_owned() };
    let parse = |detail: &str| Reason::CannotParse { detail: Detail::of(detail) };
    let reasons = [
        reader("audio/mpeg"),
        reader("video/mp4"),
        parse("a"),
        parse("b"),
        Reason::PageLimit { pages: 3 },
    ];
    let work = catalogue.begin().expect("begin");
    let mut causes = Vec::new();
    for (id, reason) in (1..).map(ItemId::new).zip(&reasons) {
        let name = id.get().to_string();
        work.add_item(&file(name.as_bytes(), name.as_bytes())).expect("add");
        work.settle(id, &ReadResult { reason: Some(reason), ..finding(State::Failed, 0) })
            .expect("settle");
        causes.extend(work.item_in_full(id).expect("item").0.causes());
    }
    assert_eq!(
        causes,
        [
            "no-reader audio/mpeg",
            "no-reader video/mp4",
            "cannot-parse",
            "cannot-parse",
            "page-limit"
        ]
    );
}
