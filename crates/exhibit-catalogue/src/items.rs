//! Sources and items: the ledger of everything found, with its state.

use crate::{Catalogue, CatalogueError, Explained, StageId, Work};
use exhibit_model::code::{CodeError, Parts};
use exhibit_model::{
    Digest, EntrySeq, ItemId, MetadataKey, Moment, Note, NoteCode, OriginalId, PageNumber, Reason,
    Relation, SourceId, State,
};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// One row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are the columns of the table `items`, explained in the schema"
)]
pub struct Item {
    pub id: ItemId,
    pub source: SourceId,
    pub container: Option<ItemId>,
    pub ordinal: i64,
    pub path: Vec<u8>,
    pub name_text: String,
    pub relation: Relation,
    pub depth: i64,
    pub family: Option<ItemId>,
    pub original: Option<OriginalId>,
    pub size: u64,
    pub modified: Option<Moment>,
    pub received: Moment,
    pub state: State,
    pub reason: Option<Reason>,
    pub duplicate_of: Option<ItemId>,
    pub cut: Option<Reason>,
    pub media_type: String,
    pub found: u64,
    pub pages: u32,
    pub languages: Vec<String>,
    pub seq: Option<EntrySeq>,
}

impl Item {
    /// Why it is in its state: first why its bytes are incomplete, if they are, then what its reading ended with.
    pub fn reasons(&self) -> impl Iterator<Item = &Reason> {
        self.cut.iter().chain(&self.reason)
    }

    /// What items with the same problem have in common: the words of their reasons, and the kind of file or the
    /// end of the worker where that is the reason.
    #[must_use]
    pub fn causes(&self) -> Vec<String> {
        let cause = |reason: &Reason| match reason {
            Reason::NoReader { media_type } => format!("{} {media_type}", reason.word()),
            Reason::WorkerDied { last, .. } => format!("{} {}", reason.word(), last.word()),
            other => other.word().to_owned(),
        };
        self.reasons().map(cause).collect()
    }
}

/// An item as it is received.
#[derive(Debug, Clone)]
pub struct NewItem<'a> {
    /// Its source.
    pub source: SourceId,
    /// Its container, and its ordinal there.
    pub container: Option<(ItemId, i64)>,
    /// Its path below the source or within the container.
    pub path: &'a [u8],
    /// The decoded path if its bytes are not UTF-8; else empty.
    pub name_text: &'a str,
    /// Its relation to the container or source.
    pub relation: Relation,
    /// Its original and size, if bytes were received.
    pub content: Option<(OriginalId, u64)>,
    /// The time of its last modification, according to the file system or container.
    pub modified: Option<Moment>,
    /// When the file system last changed anything about it; `None` for members.
    pub changed: Option<Moment>,
    /// When it was received.
    pub received: Moment,
    /// Its state, when there is nothing to read: the state and the reason.
    pub settled: Option<(State, Option<&'a Reason>)>,
    /// Why its bytes are not all that there were, if they are not: once read, it is truncated for this reason.
    pub cut: Option<&'a Reason>,
}

/// The result of adding an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// A new row, in the state given.
    New(ItemId, State),
    /// The row existed without bytes, and now has them.
    Filled(ItemId, State),
    /// The row existed with the same content.
    Known(ItemId),
}

/// The result of reading an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadResult<'a> {
    /// The item's final state.
    pub state: State,
    /// Why, where the state wants a reason.
    pub reason: Option<&'a Reason>,
    /// The type of its bytes.
    pub media_type: &'a str,
    /// The number of members found by its reader.
    pub found: u64,
    /// Its properties, in the order found.
    pub metadata: &'a [(MetadataKey, String)],
    /// Notes for the user about the reading.
    pub notes: &'a [Note],
}

/// An item, its properties, and its notes.
pub type ItemInFull = (Item, Vec<(MetadataKey, String)>, Vec<NoteRow>);

/// A note as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteRow {
    /// What.
    pub code: NoteCode,
    /// The page it is about; `None` for the whole item.
    pub page: Option<PageNumber>,
}

/// Which items to list.
#[derive(Debug, Clone, Default)]
pub struct ItemFilter {
    /// Only items in one of these states; all when empty.
    pub states: Vec<State>,
    /// Only members of this container.
    pub container: Option<ItemId>,
    /// Only items after this one.
    pub after: Option<ItemId>,
    /// The maximum number; 0 for all.
    pub most: u32,
}

const COLUMNS: &str = "id, source, container, ordinal, path, name_text, relation, depth, family, sha256, size, modified, received, \
                       state, reason, duplicate_of, media_type, found, pages, languages, seq, reason_values, cut, cut_values";

fn item_of(row: &Row<'_>) -> rusqlite::Result<Item> {
    let languages: String = row.get(19)?;
    let relation: String = row.get(6)?;
    let state: String = row.get(13)?;
    let sha256: Option<Vec<u8>> = row.get(9)?;
    Ok(Item {
        id: ItemId::new(row.get(0)?),
        source: SourceId::new(row.get(1)?),
        container: row.get::<_, Option<i64>>(2)?.map(ItemId::new),
        ordinal: row.get(3)?,
        path: row.get(4)?,
        name_text: row.get(5)?,
        relation: Relation::from_word(&relation).ok_or(rusqlite::Error::InvalidQuery)?,
        depth: row.get(7)?,
        family: row.get::<_, Option<i64>>(8)?.map(ItemId::new),
        original: sha256.as_deref().and_then(Digest::from_slice).map(OriginalId::new),
        size: row.get::<_, i64>(10)?.unsigned_abs(),
        modified: row.get::<_, Option<i64>>(11)?.map(Moment),
        received: Moment(row.get(12)?),
        state: State::from_word(&state).ok_or(rusqlite::Error::InvalidQuery)?,
        reason: reason_of(row, 14, 21)?,
        duplicate_of: row.get::<_, Option<i64>>(15)?.map(ItemId::new),
        media_type: row.get(16)?,
        found: row.get::<_, i64>(17)?.unsigned_abs(),
        pages: row.get(18)?,
        languages: languages.split(',').filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
        seq: row.get::<_, Option<i64>>(20)?.map(|seq| EntrySeq::new(seq.unsigned_abs())),
        cut: reason_of(row, 22, 23)?,
    })
}

// A reason from the columns of its word and its values; an empty word is none.
pub(crate) fn reason_of(
    row: &Row<'_>,
    word: usize,
    values: usize,
) -> rusqlite::Result<Option<Reason>> {
    let code: String = row.get(word)?;
    if code.is_empty() {
        return Ok(None);
    }
    let values: String = row.get(values)?;
    let reason = Parts::of_json(&code, &values).and_then(Reason::from_parts);
    reason.map(Some).map_err(|error| not_a_code(word, error))
}

fn not_a_code(column: usize, error: CodeError) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

// What the columns of a reason hold: its word and its values.
pub(crate) fn columns_of(reason: Option<&Reason>) -> (&'static str, String) {
    reason.map_or_else(
        || ("", "{}".to_owned()),
        |reason| (reason.word(), reason.parts().values_json()),
    )
}

fn first_with(db: &Connection, original: OriginalId) -> Result<Option<ItemId>, CatalogueError> {
    let sql = "SELECT id FROM items WHERE sha256 = ?1 AND duplicate_of IS NULL ORDER BY id LIMIT 1";
    let mut statement = db.prepare_cached(sql).to("look up an original")?;
    statement
        .query_row([original.digest().as_bytes()], |row| row.get(0).map(ItemId::new))
        .optional()
        .to("look up an original")
}

impl Catalogue {
    /// The item with this number.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn item(&self, id: ItemId) -> Result<Option<Item>, CatalogueError> {
        let mut statement = self
            .db
            .prepare_cached(&format!("SELECT {COLUMNS} FROM items WHERE id = ?1"))
            .to("look up an item")?;
        statement.query_row([id.get()], item_of).optional().to("look up an item")
    }

    /// Calls `each` with items in the order of their numbers, until it returns `Break`.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn items(
        &self,
        filter: &ItemFilter,
        each: &mut dyn FnMut(Item) -> std::ops::ControlFlow<()>,
    ) -> Result<(), CatalogueError> {
        let states =
            filter.states.iter().map(|s| format!("'{}'", s.word())).collect::<Vec<_>>().join(",");
        let state_clause =
            if states.is_empty() { String::new() } else { format!("AND state IN ({states})") };
        let container_clause =
            if filter.container.is_some() { "AND container = ?2" } else { "AND ?2 IS NULL" };
        let sql = format!(
            "SELECT {COLUMNS} FROM items WHERE id > ?1 {container_clause} {state_clause} ORDER BY id LIMIT ?3"
        );
        let most = if filter.most == 0 { -1 } else { i64::from(filter.most) };
        let mut statement = self.db.prepare_cached(&sql).to("list items")?;
        let bound = params![
            filter.after.map_or(0, |id| id.get()),
            filter.container.map(|id| id.get()),
            most
        ];
        let rows = statement.query_map(bound, item_of).to("list items")?;
        for row in rows {
            if each(row.to("list items")?).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// At most `most` items with an original, in order of receipt.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn items_with(
        &self,
        original: OriginalId,
        most: usize,
    ) -> Result<Vec<Item>, CatalogueError> {
        let sql = format!("SELECT {COLUMNS} FROM items WHERE sha256 = ?1 ORDER BY id LIMIT ?2");
        let mut statement = self.db.prepare_cached(&sql).to("look up an original")?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = statement
            .query_map(params![original.digest().as_bytes(), most], item_of)
            .to("look up an original")?;
        rows.collect::<Result<_, _>>().to("look up an original")
    }

    /// The log entry of an item's last reading.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn settled_seq(&self, id: ItemId) -> Result<Option<EntrySeq>, CatalogueError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT settled_seq FROM items WHERE id = ?1")
            .to("look up an item")?;
        let seq = statement
            .query_row([id.get()], |row| row.get::<_, Option<i64>>(0))
            .optional()
            .to("look up an item")?;
        Ok(seq.flatten().map(|seq: i64| EntrySeq::new(seq.unsigned_abs())))
    }

    /// The number of items with an original.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn copies(&self, original: OriginalId) -> Result<u64, CatalogueError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT count(*) FROM items WHERE sha256 = ?1")
            .to("count copies")?;
        let count = statement.query_row([original.digest().as_bytes()], |row| row.get::<_, i64>(0));
        count.to("count copies").map(i64::unsigned_abs)
    }

    /// At most ten items whose original has a digest that begins with these hexadecimal digits.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn items_by_digest_prefix(&self, hex: &str) -> Result<Vec<ItemId>, CatalogueError> {
        let padded = |with: &str| {
            Digest::parse(&format!("{hex}{}", with.repeat(64_usize.saturating_sub(hex.len())))).ok()
        };
        let (Some(first), Some(last)) = (padded("0"), padded("f")) else { return Ok(Vec::new()) };
        let sql = "SELECT id FROM items WHERE sha256 BETWEEN ?1 AND ?2 AND duplicate_of IS NULL ORDER BY id LIMIT 10";
        let mut statement = self.db.prepare_cached(sql).to("look for a digest")?;
        let range = [first.as_bytes(), last.as_bytes()];
        let rows = statement
            .query_map(range, |row| row.get(0).map(ItemId::new))
            .to("look for a digest")?;
        rows.collect::<Result<_, _>>().to("look for a digest")
    }

    /// The files of sources with exactly this path, newest first.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn items_by_path(&self, path: &[u8]) -> Result<Vec<ItemId>, CatalogueError> {
        let sql = "SELECT id FROM items WHERE container IS NULL AND path = ?1 ORDER BY id DESC";
        let mut statement = self.db.prepare_cached(sql).to("look for a path")?;
        let rows =
            statement.query_map([path], |row| row.get(0).map(ItemId::new)).to("look for a path")?;
        rows.collect::<Result<_, _>>().to("look for a path")
    }

    /// At most `most` items whose path ends with this file name, or with this path of several parts.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn items_by_name(&self, name: &str, most: u32) -> Result<Vec<ItemId>, CatalogueError> {
        let sql = "SELECT id FROM items WHERE path = ?1 OR substr(path, -length(?2)) = ?2 \
                   OR name_text = ?3 OR substr(name_text, -length(?4)) = ?4 ORDER BY id LIMIT ?5";
        let below = format!("/{name}");
        let mut statement = self.db.prepare_cached(sql).to("look for a name")?;
        let found = statement
            .query_map(params![name.as_bytes(), below.as_bytes(), name, below, most], |row| {
                row.get(0).map(ItemId::new)
            });
        found.to("look for a name")?.collect::<Result<_, _>>().to("look for a name")
    }

    /// Whether an original is acknowledged.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn holds(&self, original: OriginalId) -> Result<bool, CatalogueError> {
        Ok(first_with(&self.db, original)?.is_some())
    }

    /// Whether a file of a source with this path, size and change time was received with its bytes, so that it need not be
    /// read again. Programs can set the modification time of a file, but not its change time.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn knows_file(
        &self,
        source: SourceId,
        path: &[u8],
        size: u64,
        changed: Moment,
    ) -> Result<bool, CatalogueError> {
        let sql = "SELECT 1 FROM items WHERE source = ?1 AND path = ?2 AND container IS NULL AND size = ?3 AND changed = ?4 \
                   AND sha256 IS NOT NULL";
        let mut statement = self.db.prepare_cached(sql).to("look for a file")?;
        let known = statement.exists(params![source.get(), path, size.cast_signed(), changed.0]);
        known.to("look for a file")
    }

    /// The properties of an item, in the order found.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn metadata(&self, id: ItemId) -> Result<Vec<(MetadataKey, String)>, CatalogueError> {
        metadata(&self.db, id)
    }

    /// The notes on an item, in order.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn notes(&self, id: ItemId) -> Result<Vec<NoteRow>, CatalogueError> {
        notes(&self.db, id)
    }

    /// The total size of all members within one file of a source.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn family_size(&self, family: ItemId) -> Result<u64, CatalogueError> {
        let sql = "SELECT coalesce(sum(size), 0) FROM items WHERE family = ?1";
        let mut statement = self.db.prepare_cached(sql).to("add up sizes")?;
        statement
            .query_row([family.get()], |row| row.get::<_, i64>(0))
            .to("add up sizes")
            .map(i64::unsigned_abs)
    }

    /// The path, name and time of receipt of a source.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn source(
        &self,
        id: SourceId,
    ) -> Result<Option<(Vec<u8>, String, Moment)>, CatalogueError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT path, name, received FROM sources WHERE id = ?1")
            .to("read a source")?;
        let row_of = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, Moment(row.get(2)?)));
        statement.query_row([id.get()], row_of).optional().to("read a source")
    }

    /// The numbers of all sources, in order.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn sources(&self) -> Result<Vec<SourceId>, CatalogueError> {
        let mut statement =
            self.db.prepare_cached("SELECT id FROM sources ORDER BY id").to("list sources")?;
        let rows =
            statement.query_map([], |row| row.get(0).map(SourceId::new)).to("list sources")?;
        rows.collect::<Result<_, _>>().to("list sources")
    }
}

fn metadata(db: &Connection, id: ItemId) -> Result<Vec<(MetadataKey, String)>, CatalogueError> {
    let sql = "SELECT key, value FROM metadata WHERE item = ?1 ORDER BY place";
    let mut statement = db.prepare_cached(sql).to("read metadata")?;
    let rows = statement
        .query_map([id.get()], |row| Ok((row.get::<_, String>(0)?.into(), row.get(1)?)))
        .to("read metadata")?;
    rows.collect::<Result<_, _>>().to("read metadata")
}

// a note on the whole item is stored with page 0
fn page_of(number: u32) -> Option<PageNumber> {
    (number > 0).then(|| PageNumber::new(number))
}

fn notes(db: &Connection, id: ItemId) -> Result<Vec<NoteRow>, CatalogueError> {
    let sql = "SELECT code, code_values, page FROM notes WHERE item = ?1 ORDER BY place";
    let mut statement = db.prepare_cached(sql).to("read notes")?;
    let row_of = |row: &Row<'_>| {
        let (word, values): (String, String) = (row.get(0)?, row.get(1)?);
        let code = Parts::of_json(&word, &values).and_then(NoteCode::from_parts);
        Ok(NoteRow {
            code: code.map_err(|error| not_a_code(0, error))?,
            page: page_of(row.get(2)?),
        })
    };
    let rows = statement.query_map([id.get()], row_of).to("read notes")?;
    rows.collect::<Result<_, _>>().to("read notes")
}

impl Catalogue {
    /// Whether a source was received completely.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn is_walked(&self, source: SourceId) -> Result<bool, CatalogueError> {
        let sql = "SELECT 1 FROM sources WHERE id = ?1 AND found IS NOT NULL";
        self.db
            .prepare_cached(sql)
            .and_then(|mut statement| statement.exists([source.get()]))
            .to("look up a source")
    }
}

impl Work<'_> {
    /// The source with this path, added with this name if it is new, and whether it is new.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn source(
        &self,
        path: &[u8],
        name: &str,
        received: Moment,
    ) -> Result<(SourceId, bool), CatalogueError> {
        let known = self
            .tx
            .query_row("SELECT id FROM sources WHERE path = ?1", [path], |row| row.get(0))
            .optional();
        if let Some(id) = known.to("look for a source")? {
            return Ok((SourceId::new(id), false));
        }
        let sql = "INSERT INTO sources (path, name, received) VALUES (?1, ?2, ?3)";
        self.tx.execute(sql, params![path, name, received.0]).to("add a source")?;
        Ok((SourceId::new(self.tx.last_insert_rowid()), true))
    }

    /// Whether an original is acknowledged, or will be with this transaction.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn holds(&self, original: OriginalId) -> Result<bool, CatalogueError> {
        Ok(first_with(&self.tx, original)?.is_some())
    }

    /// Adds a row to the ledger, unless it exists: a member by its container and ordinal, a file by its source, path and
    /// content. A row without bytes gets those of a later attempt.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn add_item(&self, new: &NewItem<'_>) -> Result<Added, CatalogueError> {
        let (state, reason, duplicate_of) = self.first_state(new)?;
        let sha256 = new.content.map(|(original, _)| original.digest().as_bytes().to_vec());
        let size = new.content.map_or(0, |(_, size)| size).cast_signed();
        let ((reason, reason_values), (cut, cut_values)) =
            (columns_of(reason), columns_of(new.cut));
        if let Some((id, had_bytes, same)) = self.known_row(new, sha256.as_deref())? {
            if had_bytes && same && new.container.is_none() {
                let sql = "UPDATE items SET changed = ?2 WHERE id = ?1";
                self.tx
                    .execute(sql, params![id.get(), new.changed.map(|m| m.0)])
                    .to("update an item")?;
            }
            let fills = !had_bytes && new.content.is_some();
            if !fills {
                return Ok(Added::Known(id));
            }
            let sql = "UPDATE items SET sha256 = ?2, size = ?3, modified = ?4, received = ?5, state = ?6, reason = ?7, duplicate_of = ?8, \
                       cut = ?9, changed = ?10, reason_values = ?11, cut_values = ?12 \
                       WHERE id = ?1";
            let modified = new.modified.map(|m| m.0);
            let bound = params![
                id.get(),
                sha256,
                size,
                modified,
                new.received.0,
                state.word(),
                reason,
                duplicate_of.map(|d| d.get()),
                cut,
                new.changed.map(|m| m.0),
                reason_values,
                cut_values
            ];
            self.tx.execute(sql, bound).to("fill an item")?;
            if let Some(first) = duplicate_of {
                self.add_place(first)?;
            }
            return Ok(Added::Filled(id, state));
        }
        let (depth, family) = match new.container {
            None => (0, None),
            Some((container, _)) => self.below(container)?,
        };
        let sql = "INSERT INTO items (source, container, ordinal, path, name_text, relation, depth, family, sha256, size, modified, \
                   received, state, reason, duplicate_of, cut, changed, reason_values, cut_values) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";
        let mut statement = self.tx.prepare_cached(sql).to("add an item")?;
        let bound = params![
            new.source.get(),
            new.container.map(|c| c.0.get()),
            new.container.map_or(0, |c| c.1),
            new.path,
            new.name_text,
            new.relation.word(),
            depth,
            family,
            sha256,
            size,
            new.modified.map(|m| m.0),
            new.received.0,
            state.word(),
            reason,
            duplicate_of.map(|d| d.get()),
            cut,
            new.changed.map(|m| m.0),
            reason_values,
            cut_values
        ];
        statement.execute(bound).to("add an item")?;
        let id = ItemId::new(self.tx.last_insert_rowid());
        if let Some(first) = duplicate_of {
            self.add_place(first)?;
        }
        Ok(Added::New(id, state))
    }

    fn first_state<'n>(
        &self,
        new: &NewItem<'n>,
    ) -> Result<(State, Option<&'n Reason>, Option<ItemId>), CatalogueError> {
        if let Some((state, reason)) = new.settled {
            return Ok((state, reason, None));
        }
        Ok(match new.content {
            None => (State::Failed, Some(&Reason::NoBytes), None),
            Some((_, 0)) if new.cut.is_none() => (State::Empty, None, None),
            Some((_, 0)) => (State::Truncated, None, None),
            Some((original, _)) => match first_with(&self.tx, original)? {
                Some(first) => (State::Duplicate, None, Some(first)),
                None => (State::Waiting, None, None),
            },
        })
    }

    // the existing row of a new item, whether it has bytes, and whether they are the same
    fn known_row(
        &self,
        new: &NewItem<'_>,
        sha256: Option<&[u8]>,
    ) -> Result<Option<(ItemId, bool, bool)>, CatalogueError> {
        let row_of = |row: &Row<'_>| Ok((ItemId::new(row.get(0)?), row.get(1)?, row.get(2)?));
        let found = match new.container {
            Some((container, ordinal)) => {
                let sql = "SELECT id, sha256 IS NOT NULL, sha256 IS ?3 FROM items WHERE container = ?1 AND ordinal = ?2";
                let mut statement = self.tx.prepare_cached(sql).to("look for an item")?;
                statement.query_row(params![container.get(), ordinal, sha256], row_of).optional()
            }
            None => {
                let sql = "SELECT id, sha256 IS NOT NULL, sha256 IS ?3 FROM items WHERE source = ?1 AND path = ?2 AND container IS NULL \
                           AND (sha256 IS ?3 OR sha256 IS NULL) ORDER BY id DESC LIMIT 1";
                let mut statement = self.tx.prepare_cached(sql).to("look for an item")?;
                statement.query_row(params![new.source.get(), new.path, sha256], row_of).optional()
            }
        };
        found.to("look for an item")
    }

    fn below(&self, container: ItemId) -> Result<(i64, Option<i64>), CatalogueError> {
        let mut statement = self
            .tx
            .prepare_cached("SELECT depth + 1, coalesce(family, id) FROM items WHERE id = ?1")
            .to("look up an item")?;
        statement
            .query_row([container.get()], |row| Ok((row.get(0)?, Some(row.get(1)?))))
            .to("look up an item")
    }

    /// Sets the log entry of an item's receipt.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn logged(&self, id: ItemId, seq: EntrySeq) -> Result<(), CatalogueError> {
        let mut statement = self
            .tx
            .prepare_cached("UPDATE items SET seq = ?2 WHERE id = ?1")
            .to("record a log entry")?;
        statement
            .execute(params![id.get(), seq.get().cast_signed()])
            .to("record a log entry")
            .map(drop)
    }

    /// Sets the log entry of an item's last reading.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn settled_at(&self, id: ItemId, seq: EntrySeq) -> Result<(), CatalogueError> {
        let mut statement = self
            .tx
            .prepare_cached("UPDATE items SET settled_seq = ?2 WHERE id = ?1")
            .to("record a log entry")?;
        statement
            .execute(params![id.get(), seq.get().cast_signed()])
            .to("record a log entry")
            .map(drop)
    }

    /// One item, its properties and its notes, as this transaction sees them.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`], also if there is no such item.
    pub fn item_in_full(&self, id: ItemId) -> Result<ItemInFull, CatalogueError> {
        let mut statement = self
            .tx
            .prepare_cached(&format!("SELECT {COLUMNS} FROM items WHERE id = ?1"))
            .to("look up an item")?;
        let item = statement.query_row([id.get()], item_of).to("look up an item")?;
        Ok((item, metadata(&self.tx, id)?, notes(&self.tx, id)?))
    }

    /// Records the result of reading an item, replacing that of an earlier reading. An item whose bytes are incomplete is
    /// always truncated. Pages and languages are counted from the recorded pages.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn settle(&self, id: ItemId, finding: &ReadResult<'_>) -> Result<(), CatalogueError> {
        self.tx
            .prepare_cached("DELETE FROM metadata WHERE item = ?1")
            .and_then(|mut s| s.execute([id.get()]))
            .to("replace metadata")?;
        self.tx
            .prepare_cached("DELETE FROM notes WHERE item = ?1")
            .and_then(|mut s| s.execute([id.get()]))
            .to("replace notes")?;
        let mut insert = self
            .tx
            .prepare_cached("INSERT INTO metadata VALUES (?1, ?2, ?3, ?4)")
            .to("add metadata")?;
        for (place, (key, value)) in (0_i64..).zip(finding.metadata) {
            insert.execute(params![id.get(), place, key.as_str(), value]).to("add metadata")?;
        }
        for (place, note) in (0_i64..).zip(finding.notes) {
            self.insert_note(id, place, note)?;
        }
        let sql = "UPDATE items SET state = CASE WHEN cut = '' THEN ?2 ELSE 'truncated' END, \
                   reason = ?3, reason_values = ?6, media_type = ?4, found = ?5, \
                   pages = (SELECT count(*) FROM pages WHERE item = ?1 AND current = 1) WHERE id = ?1";
        self.settle_pages(id)?;
        let mut update = self.tx.prepare_cached(sql).to("settle an item")?;
        let found = finding.found.cast_signed();
        let (reason, values) = columns_of(finding.reason);
        update
            .execute(params![
                id.get(),
                finding.state.word(),
                reason,
                finding.media_type,
                found,
                values
            ])
            .to("settle an item")?;
        self.count_languages(id)
    }

    /// Adds a note to an item.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn add_note(&self, id: ItemId, note: &Note) -> Result<(), CatalogueError> {
        let sql = "SELECT coalesce(max(place) + 1, 0) FROM notes WHERE item = ?1";
        let place = self.tx.query_row(sql, [id.get()], |row| row.get(0)).to("add a note")?;
        self.insert_note(id, place, note)
    }

    fn insert_note(&self, id: ItemId, place: i64, note: &Note) -> Result<(), CatalogueError> {
        let (code, values) = (note.code.word(), note.code.parts().values_json());
        let mut insert = self
            .tx
            .prepare_cached("INSERT INTO notes VALUES (?1, ?2, ?3, ?4, ?5)")
            .to("add a note")?;
        insert.execute(params![id.get(), place, note.page, code, values]).to("add a note").map(drop)
    }

    /// Recounts the languages of an item's current pages.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn count_languages(&self, id: ItemId) -> Result<(), CatalogueError> {
        let sql = "UPDATE items SET languages = coalesce((SELECT group_concat(language, ',') FROM (SELECT language FROM pages \
                   WHERE item = ?1 AND current = 1 AND language NOT IN ('', 'und') GROUP BY language \
                   ORDER BY count(*) DESC, language)), '') WHERE id = ?1";
        let mut statement = self.tx.prepare_cached(sql).to("count languages")?;
        statement.execute([id.get()]).to("count languages").map(drop)
    }

    /// Requeues items that could not be read: those in these states that have bytes, and the containers of
    /// members without bytes in these states. Returns the count.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn retry(&self, stage: StageId, states: &[State]) -> Result<usize, CatalogueError> {
        let words = states.iter().map(|s| format!("'{}'", s.word())).collect::<Vec<_>>().join(",");
        let sql = format!(
            "UPDATE items SET state = 'waiting' WHERE sha256 IS NOT NULL AND duplicate_of IS NULL AND (state IN ({words}) \
             OR id IN (SELECT container FROM items WHERE state IN ({words}) AND sha256 IS NULL AND container IS NOT NULL)) \
             RETURNING id"
        );
        let mut statement = self.tx.prepare(&sql).to("requeue items")?;
        let rows =
            statement.query_map([], |row| row.get(0).map(ItemId::new)).to("requeue items")?;
        let items: Vec<ItemId> = rows.collect::<Result<_, _>>().to("requeue items")?;
        self.requeue(stage, &items)?;
        Ok(items.len())
    }
}
