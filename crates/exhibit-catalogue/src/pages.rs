//! Pages: the location of each in the page packs, and its counts.

use crate::{Catalogue, CatalogueError, Explained, StageId, Work};
use exhibit_model::{Digest, ItemId, Page, PageKind, PageNumber, RowRange, SheetPart, TextSource};
use rusqlite::{OptionalExtension, Row, params};

/// A page to record.
#[derive(Debug)]
pub struct NewPage<'a> {
    /// Its item.
    pub item: ItemId,
    /// The page itself.
    pub page: &'a Page,
    /// The stage that produced it.
    pub stage: StageId,
    /// Its pack, and its offset there.
    pub place: (u32, u64),
    /// The digest of its bytes.
    pub digest: Digest,
}

/// The mean confidence of OCR below which a page's text is doubtful: names on it may be misread.
pub const DOUBTFUL: f64 = 0.7;

/// Whether a page is to be read by OCR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OcrState {
    /// Its text suffices.
    None,
    /// It waits for OCR.
    Wanted,
    /// OCR has read it.
    Done,
    /// OCR failed; a note gives the reason.
    Failed,
}

impl OcrState {
    /// The stored code.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Wanted => "wanted",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::None, Self::Wanted, Self::Done, Self::Failed].into_iter().find(|s| s.word() == word)
    }
}

/// A page's row: one layer of one page.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    missing_docs,
    reason = "the fields are the columns of the table `pages`, explained in the schema"
)]
pub struct PageRow {
    pub item: ItemId,
    pub number: PageNumber,
    pub layer: u8,
    pub revision: u64,
    pub place: (u32, u64),
    pub digest: Digest,
    pub text_digest: Digest,
    pub kind: PageKind,
    pub label: String,
    pub sheet: Option<SheetPart>,
    pub language: String,
    pub characters: u32,
    pub glyphs: u32,
    pub unmapped: u32,
    pub images: u32,
    pub confidence: Option<f64>,
    pub ocr: OcrState,
    pub reader: String,
}

/// The text of a page, by its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageText {
    /// The page number.
    pub page: PageNumber,
    /// SHA-256 of its text.
    pub digest: Digest,
    /// The OCR engine and its models; empty if the text is from the file itself.
    pub reader: String,
}

/// The revision of a page whose item is not settled yet.
const UNSETTLED: i64 = 0;

const COLUMNS: &str = "item, number, layer, revision, pack, place, digest, kind, label, language, characters, glyphs, unmapped, images, confidence, ocr, text_digest, reader, \
                       sheet, first_row, last_row";

fn row_of(row: &Row<'_>) -> rusqlite::Result<PageRow> {
    let digest: Vec<u8> = row.get(6)?;
    let kind: String = row.get(7)?;
    let ocr: String = row.get(15)?;
    let text_digest: Vec<u8> = row.get(16)?;
    Ok(PageRow {
        item: ItemId::new(row.get(0)?),
        number: PageNumber::new(row.get(1)?),
        layer: row.get(2)?,
        revision: row.get::<_, i64>(3)?.unsigned_abs(),
        place: (row.get(4)?, row.get::<_, i64>(5)?.unsigned_abs()),
        digest: Digest::from_slice(&digest).ok_or(rusqlite::Error::InvalidQuery)?,
        text_digest: Digest::from_slice(&text_digest).ok_or(rusqlite::Error::InvalidQuery)?,
        kind: PageKind::from_word(&kind).ok_or(rusqlite::Error::InvalidQuery)?,
        label: row.get(8)?,
        sheet: sheet_of(row)?,
        language: row.get(9)?,
        characters: row.get(10)?,
        glyphs: row.get(11)?,
        unmapped: row.get(12)?,
        images: row.get(13)?,
        confidence: row.get(14)?,
        ocr: OcrState::from_word(&ocr).ok_or(rusqlite::Error::InvalidQuery)?,
        reader: row.get(17)?,
    })
}

fn sheet_of(row: &Row<'_>) -> rusqlite::Result<Option<SheetPart>> {
    let Some(name) = row.get(18)? else { return Ok(None) };
    let rows = match (row.get(19)?, row.get(20)?) {
        (Some(first), Some(last)) => Some(RowRange { first, last }),
        _ => None,
    };
    Ok(Some(SheetPart { name, rows }))
}

fn awaits_ocr(db: &rusqlite::Connection, item: ItemId) -> Result<bool, CatalogueError> {
    let sql = "SELECT 1 FROM pages WHERE item = ?1 AND ocr = 'wanted'";
    let mut statement = db.prepare_cached(sql).to("look for waiting pages")?;
    statement.exists([item.get()]).to("look for waiting pages")
}

fn pages(db: &rusqlite::Connection, item: ItemId) -> Result<Vec<PageRow>, CatalogueError> {
    let sql =
        format!("SELECT {COLUMNS} FROM pages WHERE item = ?1 AND current = 1 ORDER BY number");
    let mut statement = db.prepare_cached(&sql).to("list pages")?;
    let rows = statement.query_map([item.get()], row_of).to("list pages")?;
    rows.collect::<Result<_, _>>().to("list pages")
}

impl Catalogue {
    /// The current layer of a page.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn page(
        &self,
        item: ItemId,
        number: PageNumber,
    ) -> Result<Option<PageRow>, CatalogueError> {
        let sql =
            format!("SELECT {COLUMNS} FROM pages WHERE item = ?1 AND number = ?2 AND current = 1");
        let mut statement = self.db.prepare_cached(&sql).to("look up a page")?;
        statement
            .query_row(params![item.get(), number.get()], row_of)
            .optional()
            .to("look up a page")
    }

    /// The current layers of an item's pages, in order.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn pages(&self, item: ItemId) -> Result<Vec<PageRow>, CatalogueError> {
        pages(&self.db, item)
    }

    /// Every layer of every page in order of location, for verification.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn all_pages(&self, each: &mut dyn FnMut(PageRow)) -> Result<(), CatalogueError> {
        let sql = format!("SELECT {COLUMNS} FROM pages ORDER BY pack, place");
        let mut statement = self.db.prepare(&sql).to("list pages")?;
        for row in statement.query_map([], row_of).to("list pages")? {
            each(row.to("list pages")?);
        }
        Ok(())
    }

    /// At most `most` current pages that changed after a revision, in order of revision.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn pages_after(&self, revision: u64, most: u32) -> Result<Vec<PageRow>, CatalogueError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM pages WHERE revision > ?1 AND current = 1 ORDER BY revision LIMIT ?2"
        );
        let mut statement = self.db.prepare_cached(&sql).to("list changed pages")?;
        let rows = statement
            .query_map(params![revision.cast_signed(), most], row_of)
            .to("list changed pages")?;
        rows.collect::<Result<_, _>>().to("list changed pages")
    }

    /// Returns the item such that there are about `pages` pages after `after` up to it, or `None` when exhausted. Never
    /// splits an item, so that `pages_of_items` can read the result.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn item_after_pages(
        &self,
        after: ItemId,
        pages: u32,
    ) -> Result<Option<ItemId>, CatalogueError> {
        let sql = "SELECT max(item) FROM \
                   (SELECT item FROM pages WHERE item > ?1 AND current = 1 ORDER BY item, number LIMIT ?2)";
        let mut statement = self.db.prepare_cached(sql).to("divide pages")?;
        let last: Option<i64> = statement
            .query_row(params![after.get(), pages], |row| row.get(0))
            .to("divide pages")?;
        Ok(last.map(ItemId::new))
    }

    /// At most `most` current pages after a page, up to the last page of an item, in order of item and number.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn pages_of_items(
        &self,
        after: (ItemId, PageNumber),
        last: ItemId,
        most: u32,
    ) -> Result<Vec<PageRow>, CatalogueError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM pages WHERE (item, number) > (?1, ?2) AND item <= ?3 AND current = 1 \
             ORDER BY item, number LIMIT ?4"
        );
        let mut statement = self.db.prepare_cached(&sql).to("list pages")?;
        let rows = statement
            .query_map(params![after.0.get(), after.1.get(), last.get(), most], row_of)
            .to("list pages")?;
        rows.collect::<Result<_, _>>().to("list pages")
    }

    /// Whether pages of an item still wait for OCR.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn awaits_ocr(&self, item: ItemId) -> Result<bool, CatalogueError> {
        awaits_ocr(&self.db, item)
    }

    /// The newest layer of a page that is from the file itself.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn native_page(
        &self,
        item: ItemId,
        number: PageNumber,
    ) -> Result<Option<PageRow>, CatalogueError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM pages WHERE item = ?1 AND number = ?2 AND reader = '' AND revision > 0 \
             ORDER BY layer DESC LIMIT 1"
        );
        let mut statement = self.db.prepare_cached(&sql).to("look up a page")?;
        statement
            .query_row(params![item.get(), number.get()], row_of)
            .optional()
            .to("look up a page")
    }

    /// Every layer of a page, superseded ones included, oldest first.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn page_layers(
        &self,
        item: ItemId,
        number: PageNumber,
    ) -> Result<Vec<PageRow>, CatalogueError> {
        let sql =
            format!("SELECT {COLUMNS} FROM pages WHERE item = ?1 AND number = ?2 ORDER BY layer");
        let mut statement = self.db.prepare_cached(&sql).to("list layers")?;
        let rows =
            statement.query_map(params![item.get(), number.get()], row_of).to("list layers")?;
        rows.collect::<Result<_, _>>().to("list layers")
    }
}

impl Work<'_> {
    /// Whether a page already has a layer with these bytes: its newest native layer if `page` is native, else its current
    /// layer. Then it need not be added, and leftovers of an unfinished attempt are removed.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn has_page(
        &self,
        item: ItemId,
        page: &Page,
        bytes: &[u8],
    ) -> Result<bool, CatalogueError> {
        let sql = if page.source == TextSource::Native {
            "SELECT digest FROM pages WHERE item = ?1 AND number = ?2 AND revision > 0 AND reader = '' \
             AND EXISTS (SELECT 1 FROM pages WHERE item = ?1 AND number = ?2 AND current = 1) ORDER BY layer DESC LIMIT 1"
        } else {
            "SELECT digest FROM pages WHERE item = ?1 AND number = ?2 AND current = 1"
        };
        let mut statement = self.tx.prepare_cached(sql).to("look up a page")?;
        let digest = statement
            .query_row(params![item.get(), page.number], |row| row.get::<_, Vec<u8>>(0))
            .optional();
        let Some(digest) = digest.to("look up a page")? else { return Ok(false) };
        let same = Digest::of(bytes).as_bytes() == digest.as_slice();
        if same {
            self.remove_unsettled(item, PageNumber::new(page.number))?;
        }
        Ok(same)
    }

    fn remove_unsettled(&self, item: ItemId, number: PageNumber) -> Result<(), CatalogueError> {
        let sql = "DELETE FROM pages WHERE item = ?1 AND number = ?2 AND revision = 0";
        let mut delete = self.tx.prepare_cached(sql).to("replace a page")?;
        delete.execute(params![item.get(), number.get()]).to("replace a page").map(drop)
    }

    /// Adds a layer to a page. A native layer becomes current, and counts as changed, once its item is settled; an OCR
    /// layer immediately. Earlier layers are kept.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn add_page(&self, new: &NewPage<'_>) -> Result<(), CatalogueError> {
        let page = new.page;
        let (confidence, ocr, reader) = match &page.source {
            TextSource::Native if page.wants_ocr() => (None, OcrState::Wanted, String::new()),
            TextSource::Native => (None, OcrState::None, String::new()),
            TextSource::Ocr { engine, languages, confidence } => {
                (Some(f64::from(*confidence)), OcrState::Done, format!("{engine} ({languages})"))
            }
        };
        let native = page.source == TextSource::Native;
        let (revision, current) = if native { (UNSETTLED, 0) } else { (self.next_revision(1)?, 1) };
        if native {
            self.remove_unsettled(new.item, PageNumber::new(page.number))?;
        } else {
            let sql = "UPDATE pages SET current = 0, ocr = CASE WHEN reader = '' AND ocr <> 'none' THEN 'done' ELSE ocr END \
                       WHERE item = ?1 AND number = ?2";
            let mut before = self.tx.prepare_cached(sql).to("replace a page")?;
            before.execute(params![new.item.get(), page.number]).to("replace a page")?;
        }
        let sql = "INSERT INTO pages (item, number, layer, stage, revision, current, pack, place, digest, kind, label, language, \
                   characters, glyphs, unmapped, images, confidence, ocr, text_digest, reader, sheet, first_row, last_row) \
                   VALUES (?1, ?2, (SELECT coalesce(max(layer) + 1, 0) FROM pages WHERE item = ?1 AND number = ?2), \
                   ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)";
        let rows = page.sheet.as_ref().and_then(|sheet| sheet.rows);
        let mut insert = self.tx.prepare_cached(sql).to("add a page")?;
        insert
            .execute(params![
                new.item.get(),
                page.number,
                new.stage.0,
                revision,
                current,
                new.place.0,
                new.place.1.cast_signed(),
                new.digest.as_bytes(),
                page.kind.word(),
                page.label,
                page.language,
                page.counts.characters,
                page.counts.glyphs,
                page.counts.unmapped,
                page.counts.images,
                confidence,
                ocr.word(),
                Digest::of(page.text.as_bytes()).as_bytes(),
                reader,
                page.sheet.as_ref().map(|sheet| &sheet.name),
                rows.map(|rows| rows.first),
                rows.map(|rows| rows.last)
            ])
            .to("add a page")
            .map(drop)
    }

    // the first of `count` new revisions
    pub(crate) fn next_revision(&self, count: i64) -> Result<i64, CatalogueError> {
        let last = self.number("revision")?.unwrap_or(UNSETTLED);
        self.set_number("revision", last + count)?;
        Ok(last + 1)
    }

    // Makes the pages added by this reading of an item current, which supersedes their earlier layers.
    pub(crate) fn settle_pages(&self, item: ItemId) -> Result<(), CatalogueError> {
        let sql = "SELECT coalesce(max(number), 0) FROM pages WHERE item = ?1 AND revision = 0";
        let mut statement = self.tx.prepare_cached(sql).to("settle pages")?;
        let last: i64 = statement.query_row([item.get()], |row| row.get(0)).to("settle pages")?;
        if last > 0 {
            let sql = "UPDATE pages SET current = 0, ocr = CASE WHEN reader = '' THEN 'none' ELSE ocr END \
                       WHERE item = ?1 AND revision > 0 \
                       AND number IN (SELECT number FROM pages WHERE item = ?1 AND revision = 0)";
            let mut statement = self.tx.prepare_cached(sql).to("settle pages")?;
            statement.execute([item.get()]).to("settle pages")?;
            let first = self.next_revision(last)?;
            let sql = "UPDATE pages SET current = 1, revision = ?2 + number - 1 WHERE item = ?1 AND revision = 0";
            let mut statement = self.tx.prepare_cached(sql).to("settle pages")?;
            statement.execute(params![item.get(), first]).to("settle pages")?;
        }
        Ok(())
    }

    /// The current pages of an item, as this transaction sees them, in order.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn pages(&self, item: ItemId) -> Result<Vec<PageRow>, CatalogueError> {
        pages(&self.tx, item)
    }

    /// The texts of the current pages of an item, in order, for its document tree.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn texts(&self, item: ItemId) -> Result<Vec<PageText>, CatalogueError> {
        let sql = "SELECT number, text_digest, reader FROM pages WHERE item = ?1 AND current = 1 ORDER BY number";
        let mut statement = self.tx.prepare_cached(sql).to("list texts")?;
        let row_of = |row: &Row<'_>| {
            let digest: Vec<u8> = row.get(1)?;
            let digest = Digest::from_slice(&digest).ok_or(rusqlite::Error::InvalidQuery)?;
            Ok(PageText { page: PageNumber::new(row.get(0)?), digest, reader: row.get(2)? })
        };
        let rows = statement.query_map([item.get()], row_of).to("list texts")?;
        rows.collect::<Result<_, _>>().to("list texts")
    }

    /// Whether pages of an item still wait for OCR.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn awaits_ocr(&self, item: ItemId) -> Result<bool, CatalogueError> {
        awaits_ocr(&self.tx, item)
    }

    /// Supersedes the pages of an earlier reading after the last page of this one.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn prune_pages(&self, item: ItemId, last: PageNumber) -> Result<(), CatalogueError> {
        for sql in [
            "DELETE FROM pages WHERE item = ?1 AND number > ?2 AND revision = 0",
            "UPDATE pages SET current = 0, ocr = CASE WHEN reader = '' THEN 'none' ELSE ocr END WHERE item = ?1 AND number > ?2",
        ] {
            let mut statement = self.tx.prepare_cached(sql).to("remove pages")?;
            statement.execute(params![item.get(), last.get()]).to("remove pages")?;
        }
        Ok(())
    }

    /// Records the end of OCR of a page without a new layer: it failed, or the text of the file is kept.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn ocr_ended(
        &self,
        item: ItemId,
        number: PageNumber,
        state: OcrState,
    ) -> Result<(), CatalogueError> {
        let sql = "UPDATE pages SET ocr = ?3 WHERE item = ?1 AND number = ?2 AND ocr = 'wanted'";
        self.tx
            .execute(sql, params![item.get(), number.get(), state.word()])
            .to("record the end of OCR")
            .map(drop)
    }

    /// Requeues pages that OCR could not read. Returns the count.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn retry_ocr(&self, stage: StageId) -> Result<usize, CatalogueError> {
        self.requeue_failed(stage)?;
        self.tx
            .execute("UPDATE pages SET ocr = 'wanted' WHERE ocr = 'failed'", [])
            .to("requeue pages")
    }
}
