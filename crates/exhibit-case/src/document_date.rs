//! The date that a document's own properties state.

use exhibit_model::{MetadataKey, StatedDate};

/// The properties that contain a date, the most meaningful first.
const KEYS: [MetadataKey; 5] = [
    MetadataKey::MAIL_DATE,
    MetadataKey::CREATED,
    MetadataKey::PDF_CREATED,
    MetadataKey::EXIF_TAKEN,
    MetadataKey::MODIFIED,
];

/// The date stated by a document's properties: the first of them that can be parsed.
#[must_use]
pub fn date_of(metadata: &[(MetadataKey, String)]) -> Option<StatedDate> {
    let stated = |wanted: &MetadataKey| {
        metadata
            .iter()
            .find(|(key, _)| key == wanted)
            .and_then(|(_, value)| StatedDate::parse(value))
    };
    KEYS.iter().find_map(stated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_meaningful_parsable_date_is_used() {
        let date = |properties: &[(MetadataKey, &str)]| {
            let metadata: Vec<(MetadataKey, String)> =
                properties.iter().map(|(key, value)| (key.clone(), (*value).to_owned())).collect();
            date_of(&metadata).map(|date| date.to_string())
        };
        let (created, modified) = (MetadataKey::PDF_CREATED, MetadataKey::MODIFIED);
        assert_eq!(
            date(&[(modified.clone(), "2020-01-01"), (created.clone(), "D:20190328102030+08'00'")])
                .as_deref(),
            Some("2019-03-28T10:20:30+08:00")
        );
        assert_eq!(
            date(&[(created, "soon"), (modified, "2020-01-01")]).as_deref(),
            Some("2020-01-01")
        );
        assert_eq!(date(&[]), None);
    }
}
