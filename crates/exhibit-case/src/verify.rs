//! The digest of the findings of reading an item.

use exhibit_catalogue::{Item, NoteRow};
use exhibit_model::{Digest, MetadataKey, wire::Writer};

/// The digest of the findings of reading an item, `params_sha256` in log entries of type `item.derive` and `item.fail`:
/// state, reasons, media type, count of members, properties and notes, in the byte form of `exhibit_model::wire`. Codes
/// and their values are hashed, never a sentence, and never the output of a foreign program (`detail`).
#[must_use]
pub fn finding_digest(
    item: &Item,
    metadata: &[(MetadataKey, String)],
    notes: &[NoteRow],
) -> Digest {
    let mut w = Writer::new();
    w.text(item.state.word());
    w.number(item.reasons().count() as u64);
    item.reasons().for_each(|reason| reason.parts().write_hashed(&mut w));
    w.text(&item.media_type);
    w.number(item.found);
    w.number(metadata.len() as u64);
    for (key, value) in metadata {
        w.text(key.as_str());
        w.text(value);
    }
    w.number(notes.len() as u64);
    for note in notes {
        w.number(note.page.map_or(0, |page| u64::from(page.get())));
        note.code.parts().write_hashed(&mut w);
    }
    Digest::of(&w.into_bytes())
}

/// The reasons of an item as the log seals them: one line each (docs/formats/codes.md), without any text of a foreign
/// program.
#[must_use]
pub fn reason_lines(item: &Item) -> String {
    item.reasons().map(|reason| reason.parts().line()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use exhibit_model::{
        Detail, ItemId, MetadataKey, Moment, NoteCode, PageNumber, Reason, Relation, SourceId,
        State,
    };
    use std::collections::BTreeSet;

    fn item(reason: Option<Reason>, cut: Option<Reason>) -> Item {
        Item {
            id: ItemId::new(1),
            source: SourceId::new(1),
            container: None,
            ordinal: 0,
            path: b"a.xls".to_vec(),
            name_text: String::new(),
            relation: Relation::File,
            depth: 0,
            family: None,
            original: None,
            size: 3,
            modified: None,
            received: Moment(0),
            state: State::Failed,
            reason,
            duplicate_of: None,
            cut,
            media_type: "application/vnd.ms-excel".to_owned(),
            found: 0,
            pages: 0,
            languages: Vec::new(),
            seq: None,
        }
    }

    fn parse_error(detail: &str) -> Reason {
        Reason::CannotParse { detail: Detail::of(detail) }
    }

    #[test]
    fn the_wording_of_a_library_changes_neither_digest_nor_sealed_reason() {
        let digest_and_reasons = |wording: &str| {
            let item = item(Some(parse_error(wording)), None);
            let warning = NoteCode::ParserWarning { detail: Detail::of(wording) };
            let ocr = NoteCode::OcrFailed { reason: Box::new(parse_error(wording)) };
            let notes = [
                NoteRow { code: warning, page: None },
                NoteRow { code: ocr, page: Some(PageNumber::new(2)) },
            ];
            (finding_digest(&item, &[], &notes), reason_lines(&item))
        };
        assert_eq!(
            digest_and_reasons("unexpected record 0x0809 at byte 512"),
            digest_and_reasons("Invalid BOF")
        );
        assert_eq!(digest_and_reasons("").1, "cannot-parse");
    }

    #[test]
    fn every_fact_of_a_finding_changes_the_digest() {
        let limit = |pages| Some(Reason::PageLimit { pages });
        let note = |page: u32, updates| NoteRow {
            code: NoteCode::FileUpdated { times: updates },
            page: (page > 0).then(|| PageNumber::new(page)),
        };
        let key = (MetadataKey::from("dc:title"), "a".to_owned());
        let findings = [
            finding_digest(&item(None, None), &[], &[]),
            finding_digest(&item(limit(3), None), &[], &[]),
            finding_digest(&item(limit(4), None), &[], &[]),
            finding_digest(&item(None, limit(3)), std::slice::from_ref(&key), &[]),
            finding_digest(&item(limit(3), limit(3)), &[], &[]),
            finding_digest(&item(None, None), &[key], &[]),
            finding_digest(&item(None, None), &[], &[note(0, 1)]),
            finding_digest(&item(None, None), &[], &[note(1, 1)]),
            finding_digest(&item(None, None), &[], &[note(0, 2)]),
            finding_digest(&item(None, None), &[], &[note(0, 1), note(0, 1)]),
            finding_digest(&Item { state: State::Read, ..item(None, None) }, &[], &[]),
            finding_digest(&Item { found: 1, ..item(None, None) }, &[], &[]),
        ];
        assert_eq!(findings.iter().collect::<BTreeSet<_>>().len(), findings.len());
    }

    // The bytes specified in docs/formats/custody.md, written by hand.
    #[test]
    fn the_bytes_of_a_finding_are_those_documented() {
        let note = NoteRow {
            code: NoteCode::MacrosPresent { part: Some("vba".to_owned()) },
            page: Some(PageNumber::new(2)),
        };
        let found = finding_digest(
            &item(Some(parse_error("x")), Some(Reason::ArchiveEnds { bytes: 300 })),
            &[],
            &[note],
        );
        let bytes: &[&[u8]] = &[
            b"\x06failed\x02",
            b"\x0carchive-ends\x01\x05bytes\x00\xac\x02",
            b"\x0ccannot-parse\x00",
            b"\x18application/vnd.ms-excel\x00\x00\x01",
            b"\x02\x0emacros-present\x01\x04part\x01\x03vba",
        ];
        assert_eq!(found, Digest::of(&bytes.concat()));
    }
}
