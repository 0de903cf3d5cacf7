//! What crosses a worker's pipe and is stored in page packs: what decodes is sound, and encodes to something that decodes to the same.

use exhibit_cage::check_stream;
use exhibit_model::{Limits, wire};

pub(crate) fn page(bytes: &[u8]) {
    let Ok(page) = wire::decode_page(bytes) else { return };
    assert!(page.is_sound(), "an unsound page was decoded");
    let again = wire::decode_page(&wire::encode_page(&page)).expect("what was encoded decodes");
    assert_eq!(again.text, page.text);
    assert_eq!(
        (again.number, again.kind, again.boxes.len()),
        (page.number, page.kind, page.boxes.len())
    );
}

pub(crate) fn record(bytes: &[u8]) {
    let Ok(record) = wire::decode_record(bytes) else { return };
    wire::decode_record(&wire::encode_record(&record)).expect("what was encoded decodes");
}

pub(crate) fn verdict(bytes: &[u8]) {
    let Ok(verdict) = wire::decode_verdict(bytes) else { return };
    assert_eq!(wire::decode_verdict(&wire::encode_verdict(&verdict)), Ok(verdict));
}

pub(crate) fn request(bytes: &[u8]) {
    let Ok(request) = wire::decode_request(bytes) else { return };
    wire::decode_request(&wire::encode_request(&request)).expect("what was encoded decodes");
}

/// The parent's end of a worker's pipe, with a worker that sends anything.
pub(crate) fn worker_stream(bytes: &[u8]) {
    let limits = Limits { pages: 50, members: 50, member_bytes: 1 << 20, ..Limits::STANDARD };
    let mut records = 0_u32;
    let _ = check_stream(&mut &*bytes, limits, 4 << 20, &mut |record| {
        if let exhibit_model::Record::Page(page) = &record {
            assert!(page.is_sound(), "an unsound page was passed on");
        }
        records += 1;
    });
}
