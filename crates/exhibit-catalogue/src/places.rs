//! Places: where else a content is. A document whose places change is indexed again, though its pages are the same.

use crate::{Catalogue, CatalogueError, Explained, Work};
use exhibit_model::ItemId;
use rusqlite::{Connection, params};

/// The most places that a document is found by: more are counted, and listed with it.
pub const MOST_PLACES: usize = 100;

// a case that was begun before there was one, and not written to since, has no table of them
fn has_table(db: &Connection) -> Result<bool, CatalogueError> {
    let sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'places'";
    db.prepare_cached(sql).and_then(|mut statement| statement.exists([])).to("look for places")
}

impl Catalogue {
    /// At most `most` items whose places changed after a revision, in order of revision. Places and pages share one
    /// sequence of revisions.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn places_after(
        &self,
        revision: u64,
        most: u32,
    ) -> Result<Vec<(ItemId, u64)>, CatalogueError> {
        if !has_table(&self.db)? {
            return Ok(Vec::new());
        }
        let sql =
            "SELECT item, revision FROM places WHERE revision > ?1 ORDER BY revision LIMIT ?2";
        let mut statement = self.db.prepare_cached(sql).to("list changed places")?;
        let row_of = |row: &rusqlite::Row<'_>| {
            Ok((ItemId::new(row.get(0)?), row.get::<_, i64>(1)?.unsigned_abs()))
        };
        let rows = statement
            .query_map(params![revision.cast_signed(), most], row_of)
            .to("list changed places")?;
        rows.collect::<Result<_, _>>().to("list changed places")
    }
}

impl Work<'_> {
    /// Records that an original has a further place, for its document and all documents within it.
    pub(crate) fn add_place(&self, first: ItemId) -> Result<(), CatalogueError> {
        let sql = "SELECT count(*) FROM (SELECT 1 FROM items WHERE duplicate_of = ?1 AND sha256 = \
                   (SELECT sha256 FROM items WHERE id = ?1) LIMIT ?2)";
        let most = i64::try_from(MOST_PLACES).unwrap_or(i64::MAX);
        let mut statement = self.tx.prepare_cached(sql).to("count copies")?;
        let copies: i64 =
            statement.query_row(params![first.get(), most], |row| row.get(0)).to("count copies")?;
        if copies >= most {
            return Ok(());
        }
        // members of a duplicate container are read once, in the first; a member may itself be a duplicate
        let sql = "WITH RECURSIVE documents (id) AS (SELECT ?1 UNION \
                   SELECT coalesce(items.duplicate_of, items.id) FROM documents JOIN items ON items.container = documents.id) \
                   SELECT documents.id FROM documents JOIN items ON items.id = documents.id WHERE items.pages > 0 ORDER BY documents.id";
        let mut statement = self.tx.prepare_cached(sql).to("list documents with further places")?;
        let rows = statement
            .query_map([first.get()], |row| row.get(0))
            .to("list documents with further places")?;
        let documents: Vec<i64> =
            rows.collect::<Result<_, _>>().to("list documents with further places")?;
        let next = self.next_revision(i64::try_from(documents.len()).unwrap_or(i64::MAX))?;
        let mut note = self
            .tx
            .prepare_cached("INSERT OR REPLACE INTO places (item, revision) VALUES (?1, ?2)")
            .to("record a place")?;
        for (item, revision) in documents.into_iter().zip(next..) {
            note.execute([item, revision]).to("record a place")?;
        }
        Ok(())
    }
}
