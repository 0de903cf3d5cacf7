//! Pending log entries: committed here together with the changes that they record, then appended to the custody log
//! in this order, then removed. So each act is logged exactly once, even if the process dies at any time.

use crate::{Catalogue, CatalogueError, Explained, Work};
use exhibit_model::{EntrySeq, Opening};
use rusqlite::params;

/// An entry that the log may not have yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Its number in the log.
    pub seq: EntrySeq,
    /// Its canonical bytes.
    pub entry: Vec<u8>,
}

impl Catalogue {
    /// The number of the next entry in the log.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn next_seq(&self) -> Result<EntrySeq, CatalogueError> {
        Ok(EntrySeq::new(self.number("next_seq")?.unwrap_or(0).unsigned_abs()))
    }

    /// The pending entries, in order.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn outbox(&self) -> Result<Vec<Outgoing>, CatalogueError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT seq, entry FROM outbox ORDER BY seq")
            .to("read the outbox")?;
        let rows = statement
            .query_map([], |row| {
                Ok(Outgoing {
                    seq: EntrySeq::new(row.get::<_, i64>(0)?.unsigned_abs()),
                    entry: row.get(1)?,
                })
            })
            .to("read the outbox")?;
        rows.collect::<Result<_, _>>().to("read the outbox")
    }

    /// The openings of an entry that were not destroyed. A row whose salt does not have 16 bytes is omitted.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn openings(&self, seq: EntrySeq) -> Result<Vec<Opening>, CatalogueError> {
        let sql = "SELECT field, salt, value FROM openings WHERE seq = ?1 ORDER BY field";
        let mut statement = self.db.prepare_cached(sql).to("read openings")?;
        let rows = statement
            .query_map([seq.get().cast_signed()], |row| {
                Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?, row.get(2)?))
            })
            .to("read openings")?;
        let opening = |(field, salt, value): (String, Vec<u8>, Vec<u8>)| {
            // with a variable salt length, bytes could be moved between the salt and the value
            Some(Opening { field, salt: salt.try_into().ok()?, value })
        };
        let rows: Vec<_> = rows.collect::<Result<_, _>>().to("read openings")?;
        Ok(rows.into_iter().filter_map(opening).collect())
    }
}

impl Work<'_> {
    /// The number of the next entry in the log.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn next_seq(&self) -> Result<EntrySeq, CatalogueError> {
        Ok(EntrySeq::new(self.number("next_seq")?.unwrap_or(0).unsigned_abs()))
    }

    /// Puts an entry into the outbox at the next place, with what its commitments commit to.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn post(&self, entry: &[u8], openings: &[Opening]) -> Result<EntrySeq, CatalogueError> {
        let seq = self.next_seq()?;
        let mut insert =
            self.tx.prepare_cached("INSERT INTO outbox VALUES (?1, ?2)").to("post an act")?;
        insert.execute(params![seq.get().cast_signed(), entry]).to("post an act")?;
        let mut insert = self
            .tx
            .prepare_cached("INSERT INTO openings VALUES (?1, ?2, ?3, ?4)")
            .to("post an act")?;
        for opening in openings {
            insert
                .execute(params![
                    seq.get().cast_signed(),
                    opening.field,
                    opening.salt,
                    opening.value
                ])
                .to("post an act")?;
        }
        self.set_number("next_seq", seq.next().get().cast_signed())?;
        Ok(seq)
    }

    /// Forgets the first `size` entries: the log has them.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn posted(&self, size: u64) -> Result<(), CatalogueError> {
        let mut delete =
            self.tx.prepare_cached("DELETE FROM outbox WHERE seq < ?1").to("clear the outbox")?;
        delete.execute([size.cast_signed()]).to("clear the outbox").map(drop)
    }
}
