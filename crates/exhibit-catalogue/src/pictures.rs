//! Pictures of pages that were rendered for citing. They are stored, and are leaves of the tree of their document.

use crate::{Catalogue, CatalogueError, Explained, Work};
use exhibit_model::{Digest, ItemId, PageNumber};
use rusqlite::{Connection, Row, params};

/// The picture of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagePicture {
    /// The page number.
    pub page: PageNumber,
    /// SHA-256 of the PNG file.
    pub sha256: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// The name, version and parameters of the renderer.
    pub reader: String,
}

fn picture_of(row: &Row<'_>) -> rusqlite::Result<PagePicture> {
    let sha256: Vec<u8> = row.get(1)?;
    Ok(PagePicture {
        page: PageNumber::new(row.get(0)?),
        sha256: Digest::from_slice(&sha256).ok_or(rusqlite::Error::InvalidQuery)?,
        size: row.get::<_, i64>(2)?.unsigned_abs(),
        reader: row.get(3)?,
    })
}

// an older case that was not written to since does not have the table
fn has_table(db: &Connection) -> Result<bool, CatalogueError> {
    let sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'pictures'";
    db.prepare_cached(sql).and_then(|mut statement| statement.exists([])).to("look for pictures")
}

fn pictures(db: &Connection, item: ItemId) -> Result<Vec<PagePicture>, CatalogueError> {
    if !has_table(db)? {
        return Ok(Vec::new());
    }
    let sql = "SELECT number, sha256, size, reader FROM pictures WHERE item = ?1 ORDER BY number";
    let mut statement = db.prepare_cached(sql).to("list pictures")?;
    let rows = statement.query_map([item.get()], picture_of).to("list pictures")?;
    rows.collect::<Result<_, _>>().to("list pictures")
}

impl Catalogue {
    /// The pictures of the pages of an item, in page order.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn pictures(&self, item: ItemId) -> Result<Vec<PagePicture>, CatalogueError> {
        pictures(&self.db, item)
    }

    /// Every picture of every item.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn all_pictures(
        &self,
        each: &mut dyn FnMut(ItemId, PagePicture),
    ) -> Result<(), CatalogueError> {
        if !has_table(&self.db)? {
            return Ok(());
        }
        let sql = "SELECT number, sha256, size, reader, item FROM pictures ORDER BY item, number";
        let mut statement = self.db.prepare(sql).to("list pictures")?;
        let rows = statement
            .query_map([], |row| Ok((ItemId::new(row.get(4)?), picture_of(row)?)))
            .to("list pictures")?;
        for row in rows {
            let (item, picture) = row.to("list pictures")?;
            each(item, picture);
        }
        Ok(())
    }
}

impl Work<'_> {
    /// The pictures of the pages of an item, as this transaction sees them.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn pictures(&self, item: ItemId) -> Result<Vec<PagePicture>, CatalogueError> {
        pictures(&self.tx, item)
    }

    /// Records the picture of a page. The first one is kept, because quotes refer to it.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn add_picture(&self, item: ItemId, picture: &PagePicture) -> Result<(), CatalogueError> {
        let sql = "INSERT OR IGNORE INTO pictures (item, number, sha256, size, reader) VALUES (?1, ?2, ?3, ?4, ?5)";
        let mut insert = self.tx.prepare_cached(sql).to("add a picture")?;
        let size = picture.size.cast_signed();
        let bound = params![
            item.get(),
            picture.page.get(),
            picture.sha256.as_bytes(),
            size,
            picture.reader
        ];
        insert.execute(bound).to("add a picture").map(drop)
    }
}
